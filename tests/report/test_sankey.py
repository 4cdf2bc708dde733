"""Sankey diagrams: links that balance, grouping that keeps balances, words that do not overlap, text that is text."""

from __future__ import annotations

import itertools
import warnings
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mfa
from mfa.errors import InputError, UnitError
from mfa.inputs import InputWarning
from mfa.report.sankey_diagram import Diagram
from mfa.report.sankey_layout import NARROW, WIDE, lay_out
from mfa.report.sankey_links import flow_links, stock_changes, stock_levels
from mfa.report.sankey_nodes import sankey_diagram
from mfa.report.sankey_picture import picture
from mfa.report.sankey_words import COMPACT, FULL
from mfa.report.style import font_families
from mfa.report.text_size import text_width, wrap
from mfa.results import Results
from mfa.vocabulary import MASS, PROCESSES, STOCKS
from tests.engine.systems import engine_inputs
from tests.random_systems import LEVERS, random_system
from tests.tiny_systems import by_origin, scrap_system, worked_year

SVG = "{http://www.w3.org/2000/svg}"
DESIGNS = {"wide": (FULL, WIDE), "narrow": (COMPACT, NARROW)}


def run_random(seed: int, levers: Any = "all") -> Results:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        return mfa.run(engine_inputs(*random_system(seed, levers)))


# --- links -----------------------------------------------------------------------------------------------------------


def test_links_of_a_year_by_hand() -> None:
    """10 t of element are discarded in 2020; half is collected, all of that recycled at a yield of 0.8.

    Nothing is sold, so the stock falls by 10 t: from 20 t (200 units of 0.1 t) before the run to 10 t.
    """
    system = scrap_system(recovery_yield=0.8)
    table = system.engine.sankey_links(year=2020)
    found = {(row.source, row.target, row.flow): row.value for row in table.itertuples()}
    expected = {
        ("In use", "Collection", "discards_direct"): 10.0,
        ("Collection", "Recycling", "collected"): 5.0,
        ("Collection", "Lost", "uncollected"): 5.0,
        ("Recycling", "Refined market", "secondary"): 4.0,  # 5 x 0.8
        ("Recycling", "Lost", "recovery_loss"): 1.0,
        ("Refined market", "Exported metal", "exports_refined"): 4.0,  # nobody needs it
        ("Drawn from stock in use", "In use", "in_use"): 10.0,
        ("Lost", "Added to sink", "sink"): 6.0,  # 5 + 1
    }
    assert found == pytest.approx(expected)
    assert set(table["unit"]) == {"t/yr"}
    assert table.loc[table["flow"] == "secondary", "part"].tolist() == ["old"]
    in_use = table[table["flow"] == "in_use"].iloc[0]
    assert (in_use["kind"], in_use["from_process"], in_use["to_process"]) == ("stock change", "stock", "use")


def test_metal_for_other_uses_is_drawn_on_the_market() -> None:
    """The worked year: the market gets 200 t recycled, 50 t of mud, 555 t imports, 60 t of stock, and gives 865 t."""
    table = worked_year().engine.sankey_links(year=2020)
    found = {row.source: row.value for row in table.itertuples() if row.target == "Refined market"}
    expected = {
        "Imported metal: A": 225.0,
        "Imported metal: B": 330.0,
        "Domestic primary: mud": 50.0,
        "Recycling": 200.0,
        "Stockpile": 60.0,
    }
    assert found == pytest.approx(expected)
    other = table[table["flow"] == "other_use"].iloc[0]
    assert (other["source"], other["target"], other["value"]) == ("Refined market", "Other uses", pytest.approx(865.0))


def imbalances(table: pd.DataFrame) -> pd.Series:
    """In - out of every process, region, year and element, relative to what the balance check tolerates as 1e-9."""
    keys = ["region", "year", "element"]
    into = table.groupby([*keys, "to_process"])["value"].sum().rename_axis([*keys, "process"])
    out = table.groupby([*keys, "from_process"])["value"].sum().rename_axis([*keys, "process"])
    both = pd.concat([into, out], axis=1, keys=["into", "out"]).fillna(0.0).reset_index()
    both = both[~both["process"].isin(["outside", "stock"])]
    assert len(both)
    return (both["into"] - both["out"]).abs() / both[["into", "out"]].max(axis=1).clip(lower=1e-3)


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10_000), st.sets(st.sampled_from(LEVERS)).map(sorted))
def test_every_process_balances_in_any_system(seed: int, levers: list[str]) -> None:
    results = run_random(seed, levers)
    for region in (None, results.labels["region"]):
        table = results.sankey_links(region=region)
        assert imbalances(table).max() <= 1e-6  # of the throughput, which may be far below the stock
        rest = results.sankey_links(MASS, region=region)
        assert imbalances(rest).max() <= 1e-6


@pytest.mark.parametrize("name", ["reference", "vision", "shock"])
def test_every_process_of_japan_balances_in_every_year(name: str, request: pytest.FixtureRequest) -> None:
    """In = out + stock change, to 1e-9 of the largest of 1e-3 t/yr, throughput and 1e-3 of the stock, as in a run."""
    results = request.getfixturevalue(name)
    for mass in (False, True):
        links, levels = flow_links(results, mass), stock_levels(results, mass)
        changes = stock_changes(links, levels)
        for process in list(PROCESSES)[1:]:
            if mass and process in (1, 9):
                continue
            into = sum(link.values for link in links if link.target == process)
            out = sum((link.values for link in links if link.source == process), start=np.zeros_like(into))
            change = sum((link.values for link in changes if link.source == process), start=np.zeros_like(into))
            level = sum((levels[s] for s in levels if STOCKS[s].process == process), start=np.zeros_like(into))
            tolerated = 1e-9 * np.maximum(np.maximum(np.maximum(into, out), 1e-3), 1e-3 * level)
            assert (np.abs(into - out - change) <= tolerated).all(), PROCESSES[process]


def test_links_are_the_flows_of_the_run(vision: Results) -> None:
    table = vision.sankey_links("Co", 2040)
    flows = vision.plain("flows").sel(element="Co", time=2040, region="Japan")
    for name, total in table[table["kind"] == "flow"].groupby("flow")["value"].sum().items():
        assert total == pytest.approx(float(flows[name].sum()), rel=1e-12)
    shown = set(table["flow"])
    assert all(float(flows[name].sum()) == 0.0 for name in flows.data_vars if name not in shown)
    in_use = vision.plain("stocks")["in_use"].sel(element="Co").sum(("region", "product", "component"))
    gain = float(in_use.sel(time=2040) - in_use.sel(time=2039))
    assert table.set_index("flow")["value"]["in_use"] == pytest.approx(gain)


def test_units_and_selections(reference: Results) -> None:
    table = reference.sankey_links(["Dy", "Tb"], [2030, 2040], unit="kg/yr")
    plain = reference.sankey_links(["Dy", "Tb"], [2030, 2040])
    np.testing.assert_allclose(table["value"], 1000.0 * plain["value"])
    assert set(table["unit"]) == {"kg/yr"}
    assert set(zip(table["element"], table["year"], strict=True)) == {
        ("Dy", 2030),
        ("Dy", 2040),
        ("Tb", 2030),
        ("Tb", 2040),
    }
    everything = reference.sankey_links(year=2040)
    assert list(dict.fromkeys(everything["element"])) == reference.labels["element"]


def test_what_is_not_there_is_refused_all_at_once(reference: Results) -> None:
    with pytest.raises(InputError) as caught:
        reference.sankey_links("Dz", [2030, 2100], "Nippon")
    text = str(caught.value)
    assert "'Dz' is not in the results" in text and "component mass" in text
    assert "2100 is not in the results; choose from 1990 to 2060" in text
    assert "'Nippon' is not in the results" in text
    with pytest.raises(UnitError, match="write a mass per time"):
        reference.sankey_links("Dy", 2030, unit="t")
    with pytest.raises(InputError, match="nothing of Ni flows in 1990; choose a year from 1997 to 2060"):
        reference.sankey("Ni", 1990)


def test_regions_apart_and_together() -> None:
    results = run_random(11)
    together = results.sankey_links(year=2022)
    apart = results.sankey_links(year=2022, region=results.labels["region"])
    assert set(together["region"]) == {"all"}
    assert set(apart["region"]) == set(results.labels["region"])
    keys = ["element", "flow", "part"]
    sums = apart[apart["kind"] == "flow"].groupby(keys)["value"].sum()
    both = together[together["kind"] == "flow"].groupby(keys)["value"].sum()
    kept = [key for key in sums.index if key[1] not in ("pool_in", "pool_out")]  # transfers between the two cancel
    np.testing.assert_allclose(both.loc[kept], sums.loc[kept])


def test_results_without_flows_say_so(hand: Any) -> None:
    with pytest.raises(InputError, match="hold no flows primary, exports_refined"):
        hand().done("bare").sankey_links("Co", 2030)


# --- nodes -----------------------------------------------------------------------------------------------------------


def node_sums(diagram: Diagram) -> dict[str, list[float]]:
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for band in diagram.bands:
        sums[band.source][1] += band.value
        sums[band.target][0] += band.value
    return sums


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize(("element", "year"), [("Co", 2040), ("Dy", 2024), ("Li", 2060), (MASS, 2035)])
def test_grouping_keeps_every_balance(vision: Results, design: str, element: str, year: int) -> None:
    detail = DESIGNS[design][0]
    diagram = sankey_diagram(vision, element, year, detail=detail)
    table = vision.sankey_links(element, year)
    flows, changes = table[table["kind"] == "flow"], table[table["kind"] == "stock change"]
    numbers = {name: number for number, name in PROCESSES.items()}
    for key, (into, out) in node_sums(diagram).items():
        node = diagram.nodes[key]
        assert node.into == pytest.approx(into) and node.out == pytest.approx(out)
        if not node.process:
            continue
        if node.level is not None and node.change is not None:
            assert into - out == pytest.approx(node.change, abs=1e-6 * node.throughput)
    borders = flows[(flows["from_process"] == "outside") | (flows["to_process"] == "outside")]
    drawn = sum(
        band.value
        for band in diagram.bands
        if not (diagram.nodes[band.source].process and diagram.nodes[band.target].process)
    )
    assert drawn == pytest.approx(borders["value"].sum())
    assert len(changes) and set(numbers) >= set(flows["from_process"])


def test_thin_flows_are_one_and_their_parts_are_told(vision: Results) -> None:
    diagram = sankey_diagram(vision, "Co", 2040)
    imports = vision.sankey_links("Co", 2040).query("flow == 'imports'").sort_values("value", ascending=False)
    names = [diagram.nodes[band.source].name for band in diagram.bands if band.source.startswith("imports:")]
    assert "Other origins" in names and len(names) == FULL.origins + 1
    rest = next(band for band in diagram.bands if band.source == "imports:other")
    assert rest.value == pytest.approx(imports["value"].iloc[FULL.origins :].sum())
    assert dict(rest.parts)["Zambia"] == pytest.approx(imports.set_index("part")["value"]["ZMB"])
    assert rest.title == f"{len(imports) - FULL.origins} flows"


def test_a_stockpile_stands_before_the_market_when_it_gives(shock: Results) -> None:
    filling, giving = sankey_diagram(shock, "Dy", 2029), sankey_diagram(shock, "Dy", 2030)
    assert filling.nodes["9"].column == filling.nodes["1"].column + 1
    assert giving.nodes["9"].column == giving.nodes["1"].column - 1
    assert giving.nodes["9"].change == pytest.approx(-giving.nodes["9"].out)
    unmet = shock.plain("policy")["unmet_demand"].sel(element="Dy", time=2030, region="Japan")
    assert f"Need that is not met: {float(unmet):.3g} of" in giving.caption
    assert "not met" not in filling.caption


def test_only_returning_bands_run_back(vision: Results) -> None:
    diagram = sankey_diagram(vision, "Co", 2040)
    back = {band.name for band in diagram.bands if band.back}
    assert back == {"from old scrap", "from new scrap"}


# --- places ----------------------------------------------------------------------------------------------------------


def boxes_of(drawn: Any) -> list[tuple[float, float, float, float, str]]:
    """Room that every line of text takes at least."""
    found = []
    for words in drawn.words:
        width = text_width(words.text, words.size, words.bold)
        left = words.x - width / 2 if words.anchor == "middle" else words.x
        found.append((left, words.y - 0.75 * words.size, left + width, words.y + 0.05 * words.size, words.text))
    return found


def assert_readable(results: Results, element: str, year: int, design: str) -> None:
    detail, sizes = DESIGNS[design]
    diagram = sankey_diagram(results, element, year, detail=detail)
    layout = lay_out(diagram, sizes)
    drawn = picture(diagram, layout)
    boxes = boxes_of(drawn)
    for one, other in itertools.combinations(boxes, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, f"{element} {year} {design}: '{one[4]}' overlaps '{other[4]}'"
    for left, top, right, bottom, text in boxes:
        inside = left >= 0 and right <= drawn.width and top >= 0 and bottom <= drawn.height
        assert inside, f"{element} {year} {design}: '{text}' is cut"
    for one, other in itertools.combinations(layout.places.values(), 2):
        if one.column == other.column:
            assert one.y + one.height <= other.y or other.y + other.height <= one.y
    for area in drawn.areas:
        across = [x for _, numbers in area.path for x in numbers[::2]]
        assert not across or (min(across) >= 0 and max(across) <= drawn.width), (
            f"{element} {year} {design}: a band is cut"
        )
    for route in layout.routes:
        if route.band.back:  # there is room for two quarters of a circle at both ends
            ends = (route.starts[0], route.ends[0])
            assert all(route.lane - edge - route.thick >= 2 * route.bend - 1e-9 for edge in ends)
    values = [band for band in diagram.bands if all(diagram.nodes[end].process for end in (band.source, band.target))]
    text = "\n".join(words.text for words in drawn.words)
    for band in values:  # each value is written on its band or below the diagram
        assert diagram.shown(band.value) in text, f"{element} {year} {design}: {band.name} is not told"


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize(
    ("name", "element", "year"),
    [
        *[
            ("reference", element, year)
            for element in ("Li", "Co", "Ni", "Nd", "Pr", "Dy", "Tb")
            for year in (2024, 2060)
        ],
        *[("reference", "Dy", 1990), ("reference", "Ni", 1997), ("reference", MASS, 2040)],
        *[("vision", element, 2040) for element in ("Li", "Co", "Dy")],
        *[("shock", "Dy", year) for year in (2029, 2030, 2031)],
    ],
)
def test_words_never_overlap_and_are_never_cut(
    name: str, element: str, year: int, design: str, request: pytest.FixtureRequest
) -> None:
    assert_readable(request.getfixturevalue(name), element, year, design)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("seed", range(3))
def test_words_never_overlap_in_any_system(seed: int, design: str) -> None:
    results = run_random(seed, "every" if seed == 0 else "all")
    for element in results.labels["element"]:
        assert_readable(results, element, int(results.years[-1]), design)


def test_bands_keep_their_size_where_two_are_compared(vision: Results) -> None:
    diagrams = [sankey_diagram(vision, "Co", year) for year in (2030, 2040)]
    largest = max(node.throughput for diagram in diagrams for node in diagram.nodes.values())
    layouts = [lay_out(diagram, WIDE, largest) for diagram in diagrams]
    assert layouts[0].scale == layouts[1].scale == pytest.approx(WIDE.thick / largest)
    for diagram, layout in zip(diagrams, layouts, strict=True):
        sales = next(route for route in layout.routes if route.band.name == "sold")
        assert sales.thick == pytest.approx(sales.band.value * layout.scale)
        assert sales.band in diagram.bands


def test_texts_are_wrapped_between_words() -> None:
    assert wrap("one two three", 10, 1000) == ["one two three"]
    assert wrap("a" * 14, 10, 40) == ["a" * 6, "a" * 6, "aa"]  # 6.13 wide each
    assert wrap("stock 1\u00a0319", 10, 40) == ["stock", "1\u00a0319"]
    assert wrap("long " * 30, 10, 60, most=2)[-1].endswith("...")
    assert wrap("", 10, 60) == [""]


# --- pictures --------------------------------------------------------------------------------------------------------


def test_svg_is_well_formed_and_tells_everything_twice(vision: Results) -> None:
    sankey = vision.sankey("Co", 2040)
    root = ElementTree.fromstring(sankey.svg())
    assert root.get("role") == "img"
    labelled = (root.get("aria-labelledby") or "").split()
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and title.get("id") == labelled[0] and title.text == "Cobalt, Japan, 2040"
    assert description is not None and description.get("id") == labelled[1] and description.text
    for band in sankey.diagram.bands:
        assert sankey.diagram.shown(band.value) in description.text
    tips = [group.find(f"{SVG}title") for group in root.iter(f"{SVG}g")]
    texts = [tip.text or "" for tip in tips if tip is not None]
    for band in sankey.diagram.bands:
        assert any(text.startswith(f"{band.title}: {sankey.diagram.shown(band.value)} t/yr") for text in texts)
    assert any("Zambia: 135" in text for text in texts)  # the parts of a group
    assert sankey.svg() == vision.sankey("Co", 2040).svg()
    assert "http" not in sankey.svg().replace("http://www.w3.org/2000/svg", "")


def test_texts_of_users_cannot_break_out(vision: Results) -> None:
    nasty = '<script>alert("1")</script>&\x07]]>'
    attrs = dict(vision.attrs)
    try:
        vision.attrs["title"] = nasty
        vision.attrs["label_names"] = {"origin": {"PHL": nasty}, "element": {"Co": "Co <b>"}}
        text = vision.sankey("Co", 2040).svg()
    finally:
        vision.attrs.clear()
        vision.attrs.update(attrs)
    root = ElementTree.fromstring(text)
    assert not list(root.iter(f"{SVG}script"))
    assert "<script" not in text and "\x07" not in text
    assert any("<script>" in (element.text or "") for element in root.iter(f"{SVG}text"))


def test_two_diagrams_of_a_page_share_no_id(reference: Results) -> None:
    ids = [set(), set()]
    for found, year in zip(ids, (2030, 2040), strict=True):
        root = ElementTree.fromstring(reference.sankey("Dy", year, compact=True).svg(width=500, header=False))
        found |= {element.get("id") for element in root.iter() if element.get("id")}
        assert root.get("width") == "500"
    assert not ids[0] & ids[1]


def test_matplotlib_draws_the_same_words(vision: Results) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib.figure import Figure

    sankey = vision.sankey("Co", 2040, compact=True)
    axes = sankey.plot()
    assert [text.get_text() for text in axes.texts] == [words.text for words in sankey.picture().words]
    drawn = sankey.picture()
    assert len(axes.patches) == len(drawn.areas) + len(drawn.bars)
    small = Figure(figsize=(3.5, 2.6)).subplots()
    assert sankey.plot(small) is small
    assert small.texts[0].get_fontsize() < axes.texts[0].get_fontsize() * 1.05


def test_files_of_all_kinds(vision: Results, tmp_path: Any) -> None:
    sankey = vision.sankey("Co", 2040, compact=True)
    starts = {".svg": b"<svg", ".png": b"\x89PNG", ".pdf": b"%PDF", ".csv": b"scenario,"}
    for suffix, start in starts.items():
        assert sankey.save(tmp_path / f"picture{suffix}").read_bytes().startswith(start)
    table = pd.read_csv(tmp_path / "picture.csv", keep_default_na=False)
    np.testing.assert_array_equal(table["value"], sankey.links["value"])
    with pytest.raises(InputError, match="has no known ending; use .svg, .png, .pdf, .csv"):
        sankey.save(tmp_path / "picture.jpg")
    with pytest.raises(InputError, match="cannot be written"):
        sankey.save(tmp_path / "nowhere" / "picture.svg")


def test_japanese_names_render_or_are_refused(vision: Results) -> None:
    attrs = dict(vision.attrs)
    try:
        vision.attrs["label_names"] = {**attrs["label_names"], "element": {"Co": "コバルト"}}
        sankey = vision.sankey("Co", 2040)
        assert "コバルト" in sankey.svg()
        try:
            families = font_families(["コバルト"])
        except InputError as error:
            assert "no font of this system can write" in str(error) and "write SVG" in str(error)
            with pytest.raises(InputError, match="no font of this system"):
                sankey.plot()
        else:
            assert len(families) == 2
            assert sankey.plot().texts
    finally:
        vision.attrs.clear()
        vision.attrs.update(attrs)


def test_the_largest_origin_comes_first() -> None:
    diagram = sankey_diagram(worked_year(import_share=by_origin(0.4, 0.6, 0.0)).engine, "all", 2020)
    supply = sorted((node for node in diagram.nodes.values() if node.column == 0), key=lambda node: node.rank)
    assert [node.name for node in supply[:2]] == ["B", "A"]

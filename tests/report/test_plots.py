"""`results.plot`: every number is one of the results, every picture has its unit, its names do not overlap."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import mfa
from mfa.errors import InputError
from mfa.report.cascade import cascade_steps, cascade_table
from mfa.report.criticality_figure import criticality_points
from mfa.report.plot_axes import Beside, names_beside
from mfa.report.shock_figure import shock_of
from mfa.report.tables import headline_arrays
from mfa.results import Results
from tests.conftest import make_results
from tests.report.test_sankey import run_random
from tests.tiny_systems import scrap_system

PICTURES: dict[str, tuple[Any, ...]] = {
    "stock": ("Dy",),
    "discards": ("Co",),
    "supply_mix": ("Co",),
    "import_requirement": (),
    "recovery_cascade": ("Co", 2040),
    "criticality": ([2030, 2040],),
    "sankey": ("Co", 2040),
}


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    import matplotlib as mpl

    mpl.use("agg")
    yield


# --- recovery cascade ------------------------------------------------------------------------------------------------


def test_cascade_by_hand() -> None:
    """100 components of 0.1 t are discarded; a tenth leaves the country, half of the rest is collected.

    10 t; 1 t exported used; 9 t reach collection; 4.5 t not collected; 4.5 t processed; a fifth of it, 0.9 t, is lost.
    """
    system = scrap_system(used_export_share=0.1, recovery_yield=0.8)
    steps = cascade_steps(system.engine, "all", 2020)
    assert {step.words: pytest.approx(step.value) for step in steps} == {
        "Discarded": 10.0,
        "Exported as used products": -1.0,
        "Reach collection or waste": 9.0,
        "Not collected": -4.5,
        "Old scrap for recycling": 4.5,
        "Processed": 4.5,
        "Lost in recovery": -0.9,
        "Recovered from old scrap": 3.6,
    }
    table = cascade_table(steps)
    assert table["share of discards [%]"].tolist() == pytest.approx([100, -10, 90, -45, 45, 45, -9, 36])


@pytest.mark.parametrize("seed", range(4))
def test_steps_lead_from_total_to_total_in_any_system(seed: int) -> None:
    results = run_random(seed, "every")
    for element, year in itertools.product(results.labels["element"], results.years[1:].tolist()):
        level = 0.0
        for step in cascade_steps(results, element, year):
            if step.total and level:
                assert step.value == pytest.approx(level, rel=1e-6, abs=1e-9), (element, year, step.words)
            level = step.value if step.total else level + step.value


def test_the_cascade_ends_with_the_headline(vision: Results) -> None:
    steps = {step.key: step for step in cascade_steps(vision, "Co", 2040)}
    e, t = vision.labels["element"].index("Co"), 50
    headline = {name: float(array[0, 0, t, e]) for name, array in headline_arrays(vision).items()}
    assert steps["secondary_old"].value == pytest.approx(headline["secondary_old"], rel=1e-12)
    assert steps["discarded"].value == pytest.approx(headline["discards"], rel=1e-12)
    rate = float(vision.plain("indicators")["eol_recycling_rate"].sel(element="Co", time=2040, region="Japan"))
    assert steps["secondary_old"].value / steps["pool"].value == pytest.approx(rate, rel=1e-9)
    stored = vision.plain("stocks")["feed_store"].sel(element="Co", scrap="old", region="Japan").sum("component")
    assert steps["store"].value == pytest.approx(-float(stored.sel(time=2040) - stored.sel(time=2039)), rel=1e-6)
    words = [text.get_text() for text in vision.plot.recovery_cascade("Co", 2040).texts]
    assert "1\u00a0237 (34 %)" in [word.replace(" (", " (").replace("1 237", "1\u00a0237") for word in words]


def test_samples_give_spread() -> None:
    results = make_results(n_samples=4, small=True)
    table = cascade_table(cascade_steps(results, "Co", 2030))
    assert (table["p5 [t/yr]"] <= table["value [t/yr]"]).all() and (table["value [t/yr]"] <= table["p95 [t/yr]"]).all()
    assert len(results.plot.import_requirement().collections) == 3  # a band for each element
    assert "5 to 95\u00a0%" in " ".join(text.get_text() for text in results.plot.import_requirement().figure.texts)


def test_nothing_discarded_is_said(reference: Results) -> None:
    words = [text.get_text().replace("\n", " ") for text in reference.plot.recovery_cascade("Ni", 1990).texts]
    assert words == ["Nickel: nothing is discarded in 1990"]


# --- the others ------------------------------------------------------------------------------------------------------


def test_lines_are_the_indicator(vision: Results) -> None:
    axes = vision.plot.import_requirement(["Dy", "Co"])
    lines = [line for line in axes.lines if len(line.get_xdata()) == len(vision.years)]
    for line, element in zip(lines, ("Dy", "Co"), strict=True):
        wanted = vision.plain("indicators")["import_requirement"].sel(element=element, region="Japan").values
        np.testing.assert_allclose(np.asarray(line.get_ydata()) / 100.0, wanted, rtol=1e-12)
    last = 100 * float(vision.plain("indicators")["import_requirement"].sel(element="Dy", region="Japan", time=2060))
    assert f"Dysprosium {last:.0f}" in [text.get_text() for text in axes.texts]


def test_areas_add_up_to_the_stock(vision: Results) -> None:
    axes = vision.plot.stock("Dy")
    heights = [collection.get_paths()[0].vertices[:, 1].max() for collection in axes.collections]
    in_use = vision.plain("stocks")["in_use"].sel(element="Dy").sum(("region", "product", "component"))
    assert max(heights) == pytest.approx(float(in_use.max()))


def test_points_are_the_indicators_and_say_what_lacks(vision: Results, reference: Results) -> None:
    indicators = vision.plain("indicators").sel(region="Japan")
    for point in criticality_points(vision, [2030, 2040], ["Dy", "Co"]):
        found = indicators.sel(element=point.element, time=point.year)
        assert point.risk == pytest.approx(float(found["supply_risk"]))
        assert point.importance == pytest.approx(float(found["economic_importance"]))
        assert point.critical == bool(found["critical"])
    text = " ".join(text.get_text().replace("\n", " ") for text in reference.plot.criticality(2040).texts)
    assert "the inputs give no value added of sectors (sector_value)" in text
    early = reference.plot.criticality(1990, "Ni")
    assert "No value of supply risk" in early.texts[0].get_text().replace("\n", " ")


def test_points_of_a_system_with_sectors() -> None:
    results = run_random(3, "every")
    points = criticality_points(results, results.years.tolist())
    assert len(points) == len(results.labels["element"]) * len(results.years)
    assert any(point.importance > 0 for point in points)
    axes = results.plot.criticality([int(results.years[0]), int(results.years[-1])])
    assert "threshold 2.8" in axes.get_xlabel() and "threshold 1" in axes.get_ylabel()


def test_a_shock_is_found_and_told(shock: Results) -> None:
    found = shock_of(shock, "Dy")
    assert found.years.tolist() == list(range(2027, 2036))
    assert found.years[found.banned].tolist() == [2030, 2031]
    unmet = shock.plain("policy")["unmet_demand"].sel(element="Dy", region="Japan", time=found.years)
    np.testing.assert_allclose(found.unmet, unmet)
    stock = shock.plain("stocks")["stockpile"].sel(element="Dy", region="Japan", time=found.years)
    np.testing.assert_allclose(found.stockpile, stock)
    axes = shock.plot.shock("Dy")
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    assert legend == ["Need not met", "Drawn from the stockpile"]
    assert f"{float(unmet.sel(time=2030)):.3g}" in [text.get_text() for text in axes.texts]


def test_no_shock_is_refused(reference: Results) -> None:
    with pytest.raises(InputError, match="no import of Dy is banned, nothing of it is unmet or drawn from stock"):
        reference.plot.shock("Dy")


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_has_a_title_its_unit_and_its_axes(name: str, vision: Results) -> None:
    from matplotlib.figure import Figure

    axes = getattr(vision.plot, name)(*PICTURES[name])
    head = " ".join(text.get_text().replace("\n", " ") for text in [*axes.figure.texts, *axes.texts])
    assert any(unit in head for unit in ("t/yr", ", t", "% of need", "Criticality"))
    assert "japan-vision" in head and "mfa 0" in head
    given = Figure(figsize=(7, 4), layout="constrained").subplots()
    assert getattr(vision.plot, name)(*PICTURES[name], ax=given) is given
    assert given.get_title(loc="left") or name == "sankey"
    assert not given.figure.texts


def test_names_beside_do_not_overlap() -> None:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    figure = Figure(figsize=(3.5, 2.5), layout="constrained")
    axes = figure.subplots()
    axes.set_ylim(0, 10)
    names_beside(axes, [Beside(value, f"name {i}", "black") for i, value in enumerate((9.9, 9.8, 9.7, 0.0, 0.1, 20.0))])
    figure.draw_without_rendering()
    boxes = sorted((Text.get_window_extent(text).extents.tolist(), text.get_text()) for text in axes.texts)
    boxes.sort(key=lambda found: found[0][1])
    for (below, _), (above, _) in itertools.pairwise(boxes):  # without the lines that lead to them
        assert below[3] <= above[1] + 1.0
    assert [name for _, name in boxes] == ["name 3", "name 4", "name 2", "name 1", "name 0", "name 5"]


def test_names_stay_inside_the_picture(vision: Results) -> None:
    for axes in (vision.plot.supply_mix("Co"), vision.plot.import_requirement(), vision.plot.stock("Co")):
        figure = axes.figure
        figure.draw_without_rendering()
        for text in axes.texts:
            box = text.get_window_extent()
            assert box.x1 <= figure.bbox.width + 1 and 0 <= box.y0 and box.y1 <= figure.bbox.height


def test_what_cannot_be_drawn_is_refused(vision: Results) -> None:
    with pytest.raises(InputError, match="did you mean 'Dy'|is not in the results"):
        vision.plot.stock("dysprosiun")
    with pytest.raises(InputError, match="component mass has no such picture"):
        vision.plot.stock("component mass")
    with pytest.raises(InputError, match="component mass has no recovery cascade"):
        vision.plot.recovery_cascade("component mass", 2040)
    totals = mfa.run("japan-vision", detail="totals")
    with pytest.raises(InputError, match="totals only; run it with detail='full'"):
        totals.plot.supply_mix("Dy")
    assert "recovery_cascade" in repr(vision.plot)


def test_one_region_of_two() -> None:
    results = run_random(3, "every")
    east, west = results.labels["region"]
    both = [cascade_steps(results, "Co", 2024, region)[0].value for region in (None, east, west)]
    assert both[0] == pytest.approx(both[1] + both[2])
    assert results.plot.stock("Co", region=east).figure.texts

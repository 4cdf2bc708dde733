"""Figures: what they show, that all are written, that their text is text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import mfa
from mfa.errors import MfaError, NotDrawn
from mfa.report.figure_data import N_PRODUCTS, FigureData, figure_data
from mfa.report.figures import draw_figures, import_requirement_figure, stacked_figure
from mfa.report.letters import fit_fonts
from mfa.report.panels import FOOT, HEAD, PANEL_HEIGHT, WIDTH
from mfa.report.style import PRODUCT_COLOURS
from mfa.report.worker import FigureWorker
from mfa.results import Results
from tests.conftest import make_results

NAMES = ["discards_by_destination", "import_requirement", "stock_by_product", "supply_mix"]


def test_layers_add_up_to_the_totals(results: Results) -> None:
    data = figure_data(results)
    stock = results.plain("stocks")["in_use"].sum(("region", "product", "component")).values
    np.testing.assert_allclose(data.stacks["stock_by_product"].values.sum(axis=0), stock)
    flows = results.plain("flows")
    imports = flows["imports"].sum(("region", "origin")).values
    supply = data.stacks["supply_mix"]
    layers = [i for i, name in enumerate(supply.names) if name.startswith("Imports")]
    np.testing.assert_allclose(supply.values[layers].sum(axis=0), imports)


def test_layers_of_a_run_add_up() -> None:
    """Discards to all that left use, supply to the need, in every year of the reference."""
    results = mfa.run("japan-reference")
    stacks = figure_data(results).stacks
    flows, policy = results.plain("flows").sum("region"), results.plain("policy").sum("region")
    discards = sum(flows[name] for name in ("discards_direct", "discards_hibernating", "exports_used"))
    np.testing.assert_allclose(
        stacks["discards_by_destination"].values.sum(axis=0), discards.sum(("product", "component")), atol=1e-9
    )
    supply = stacks["supply_mix"]
    np.testing.assert_allclose(supply.values.sum(axis=0), policy["requirement"], rtol=1e-9, atol=1e-9)
    secondary = [i for i, name in enumerate(supply.names) if name.startswith("Secondary")]
    np.testing.assert_allclose(supply.values[secondary].sum(axis=0), policy["domestic_use"], rtol=1e-9, atol=1e-9)
    old = flows["secondary"].sum("route").sel(scrap="old") / flows["secondary"].sum(("route", "scrap"))
    shown = supply.values[supply.names.index("Secondary metal from old scrap")]
    np.testing.assert_allclose(shown[50], (policy["domestic_use"] * old)[50])


def test_discards_are_shown_without_what_leaves_the_drawers() -> None:
    """10 t discarded directly and 30 t out of drawers, a quarter of the 40 t collected: 2.5 t of the discards."""
    results = make_results(small=True)
    flows = results.arrays("flows")
    for name in ("discards_direct", "released", "collected", "uncollected", "reused", "to_second_life"):
        flows[name][:] = 0.0
    first = (0, 0, 0, 0, 0, 0)
    flows["discards_direct"][first], flows["released"][first] = 10.0, 30.0
    flows["collected"][first], flows["uncollected"][first] = 10.0, 30.0
    stack = figure_data(results).stacks["discards_by_destination"]
    shown = dict(zip(stack.names, stack.values[:, 0, 0], strict=True))
    assert (shown["Collected for recycling"], shown["Not collected"]) == (2.5, 7.5)


def test_the_largest_products_have_colours_of_their_own() -> None:
    results = make_results()
    stack = figure_data(results).stacks["stock_by_product"]
    assert len(stack.names) == len(set(stack.colours)) == N_PRODUCTS + 1
    assert stack.names[-1] == f"{len(results.labels['product']) - N_PRODUCTS} other products"
    for product, colour in PRODUCT_COLOURS.items():
        name = results.label_name("product", product)
        assert name not in stack.names or stack.colours[stack.names.index(name)] == colour


def test_names_are_those_of_the_labels(results: Results) -> None:
    data = figure_data(results)
    assert data.element_names == ["Lithium", "Cobalt", "Nickel"]
    assert data.stacks["stock_by_product"].names == [
        "Battery electric car",
        "Plug-in hybrid car",
        "Full hybrid car, NiMH battery",
    ]
    assert "Imports: Argentina" in data.stacks["supply_mix"].names
    assert "Scope of the need: products" in data.caption


def test_all_figures_are_written_with_text_as_text(tmp_path: Path, results: Results) -> None:
    written = draw_figures(figure_data(results), tmp_path)
    assert sorted(path.name for path in written) == sorted(f"{name}.{end}" for name in NAMES for end in ("svg", "png"))
    text = (tmp_path / "supply_mix.svg").read_text(encoding="utf-8")
    assert ">Lithium, t/yr<" in text
    assert ">Data until 2024, projection after<" in text
    with Image.open(tmp_path / "supply_mix.png") as picture:
        inches = (WIDTH, HEAD + FOOT + PANEL_HEIGHT)  # three elements and the legend: one row
        assert picture.size == tuple(int(150 * inch) for inch in inches)
        assert (picture.mode, round(picture.info["dpi"][0])) == ("RGB", 150)


def test_figures_are_the_same_each_time(tmp_path: Path, results: Results) -> None:
    data = figure_data(results)
    draw_figures(data, tmp_path, formats=("svg",))
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    draw_figures(data, tmp_path, formats=("svg",))
    assert first == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_samples_get_a_band() -> None:
    data = figure_data(make_results(n_samples=3, small=True))
    assert data.import_requirement_band is not None
    assert data.import_requirement_band.shape == (2, 15, 3)
    assert "Mean of 3 samples" in data.caption


def test_nothing_at_all_can_be_drawn(tmp_path: Path) -> None:
    results = make_results(small=True)
    for group in ("flows", "stocks", "policy"):
        for array in results.arrays(group).values():
            array[:] = 0
    data = figure_data(results)
    assert np.isnan(data.import_requirement).all()
    assert len(draw_figures(data, tmp_path, formats=("svg",))) == 4
    assert ">none<" in (tmp_path / "stock_by_product.svg").read_text(encoding="utf-8")
    assert ">no need, so no share of it<" in (tmp_path / "import_requirement.svg").read_text(encoding="utf-8")


def test_only_a_known_last_year_of_data_is_marked(tmp_path: Path) -> None:
    assert figure_data(make_results(small=True)).last_data_year == 2024
    assert figure_data(make_results(small=True, last_data_year=2020)).last_data_year == 2020
    data = figure_data(make_results(small=True, dataset="elsewhere"))
    assert data.last_data_year is None
    draw_figures(data, tmp_path, formats=("svg",))
    assert "projection" not in (tmp_path / "supply_mix.svg").read_text(encoding="utf-8")


def test_one_element_and_one_year_can_be_drawn(results: Results) -> None:
    data = figure_data(results)
    data.years, data.elements, data.element_names = data.years[:1], ["Li"], ["Lithium"]
    stack = data.stacks["stock_by_product"]
    stack.values = stack.values[:, :1, :1]
    assert stacked_figure(data, stack).get_figwidth() > 0


def test_the_worker_draws(tmp_path: Path, results: Results) -> None:
    with FigureWorker() as worker:
        worker.draw(figure_data(results), tmp_path)
        worker.wait()
    assert len(list(tmp_path.iterdir())) == 8


def test_a_worker_that_fails_says_so(tmp_path: Path, results: Results) -> None:
    with FigureWorker() as worker:
        worker.draw(figure_data(results), tmp_path / "nowhere")
        with pytest.raises(MfaError, match="the figures could not be drawn .*nowhere"):
            worker.wait()


@pytest.mark.parametrize("name", NAMES)
def test_whichever_figure_fails_the_worker_says_so(tmp_path: Path, results: Results, name: str) -> None:
    (tmp_path / f"{name}.svg").mkdir()  # a folder where the file should go
    with FigureWorker() as worker:
        worker.draw(figure_data(results), tmp_path)
        with pytest.raises(MfaError, match=f"the figures could not be drawn .*{name}"):
            worker.wait()


def test_an_unused_worker_ends() -> None:
    with FigureWorker() as worker:
        process = worker._process
    assert process.returncode is not None


def test_a_screen_reader_finds_the_titles(tmp_path: Path, results: Results) -> None:
    for path in draw_figures(figure_data(results), tmp_path, formats=("svg",)):
        title = ElementTree.parse(path).getroot().find("{http://www.w3.org/2000/svg}title")
        assert title is not None and title.text and len(title.text) > 20, path.name


LONG = "Uninterruptible power supply with very long lasting cells, for hospitals & data centres ($x$)"


def named(data: FigureData, name: str) -> FigureData:
    """The same figures with a name for every product and element."""
    stacks = {key: replace(stack, names=[f"{name} {i}" for i in range(len(stack.names))])
              for key, stack in data.stacks.items()}  # fmt: skip
    return replace(data, stacks=stacks, element_names=[f"{name} {element}" for element in data.elements])


@pytest.mark.parametrize("name", NAMES)
def test_long_names_neither_overlap_nor_leave_the_figure(results: Results, name: str) -> None:
    data = named(figure_data(results), LONG)
    stack = data.stacks.get(name)
    figure = import_requirement_figure(data) if stack is None else stacked_figure(data, stack)
    figure.draw_without_rendering()
    boxes = [(text.get_text(), text.get_window_extent()) for text in figure.texts if text.get_text()]
    assert any("$x$" in text for text, _ in boxes) or name == "import_requirement"  # no formula
    for i, (text, box) in enumerate(boxes):
        assert box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 and box.y1 <= figure.bbox.y1, text
        for other, beside in boxes[:i]:
            apart = box.x1 < beside.x0 + 1 or beside.x1 < box.x0 + 1 or box.y1 < beside.y0 + 2 or beside.y1 < box.y0 + 2
            assert apart, (text, other)


@pytest.mark.filterwarnings("ignore:Glyph")
def test_names_that_no_font_can_write_leave_out_the_pixels(
    tmp_path: Path, results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SVG takes the fonts of its reader; a PNG would have boxes, and is told to be left out."""
    monkeypatch.setattr("mfa.report.style.WIDE_FONTS", ())
    data = named(figure_data(results), "\u84c4\u96fb\u6c60")
    with pytest.warns(
        NotDrawn, match=r"stock_by_product.png is not drawn: no font of this system can write '.'; install"
    ):
        written = draw_figures(data, tmp_path, names=["stock_by_product"])
    assert [path.name for path in written] == ["stock_by_product.svg"] == [path.name for path in tmp_path.iterdir()]
    assert "\u84c4\u96fb\u6c60 0" in written[0].read_text(encoding="utf-8")


def test_fonts_are_taken_that_can_write_a_name(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mfa.report.letters.font_families", lambda texts: ["DejaVu Sans", "Noto Sans CJK JP"])
    data = figure_data(results)
    figure = stacked_figure(data, data.stacks["stock_by_product"])
    assert fit_fonts(figure) == ""
    assert all(text.get_fontfamily() == ["DejaVu Sans", "Noto Sans CJK JP"] for text in figure.texts if text.get_text())

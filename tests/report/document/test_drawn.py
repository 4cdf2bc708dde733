"""What figures draw is what the tables behind them hold, and these hold what the run computed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mfa.report.charts.areas import stacked_areas
from mfa.report.charts.panel import SMALL
from mfa.report.document.content import Document, Figure, Table
from mfa.report.figure_data import Stack
from mfa.report.picture import Area, Picture, Stroke
from mfa.report.style import SOFT
from mfa.report.text_size import text_width
from mfa.results import Results

PER_TONNE = {"kg": 1e3, "t": 1.0, "kt": 1e-3, "Mt": 1e-6}
AREAS = ("stock_by_product", "discards_by_product", "discards_by_destination", "supply_mix", "stockpile")
LINES = ("import_requirement", "supply_risk", "unmet")
NEAR = 0.12
"""Pixels by which an area may be off: of each edge HAIR, where corners at which it hardly bends are left out."""


def plain(text: str) -> float:
    """A number as it is drawn, with spaces between thousands and a true minus."""
    return float(re.sub(r"[\s\u00a0\u202f+]", "", text).replace("\N{MINUS SIGN}", "-"))


class Axes:
    """Reads years and values off a panel by its ticks."""

    def __init__(self, picture: Picture) -> None:
        ticks = [words for words in picture.words if words.colour == SOFT and re.fullmatch(r"[\d\s.]+", words.text)]
        years = [(words.x, plain(words.text)) for words in ticks if words.anchor == "middle"]
        values = [(words.y - 0.36 * SMALL, plain(words.text)) for words in ticks if words.anchor == "end"]
        (x0, self.year0), (x1, year1) = years[0], years[-1]
        (y0, self.value0), (y1, value1) = values[0], values[-1]
        self.x0, self.years_per_pixel = x0, (year1 - self.year0) / (x1 - x0)
        self.y0, self.per_pixel = y0, (value1 - self.value0) / (y1 - y0)

    def read(self, points: Any) -> tuple[np.ndarray, np.ndarray]:
        """Years and values of places."""
        x, y = np.asarray(points, dtype=float).T
        return self.year0 + (x - self.x0) * self.years_per_pixel, self.value0 + (y - self.y0) * self.per_pixel


def figure_of(document: Document, name: str) -> Figure:
    return next(block for block in document.walk() if isinstance(block, Figure) and block.name == name)


def rows_of(table: Table) -> dict[str, np.ndarray]:
    """Year and numbers of the rows of each element."""
    found: dict[str, list[list[float]]] = {}
    for row in table.rows:
        numbers = [np.nan if cell is None else float(cell) for cell in row[1:]]  # type: ignore[arg-type]
        found.setdefault(str(row[0]), []).append(numbers)
    return {element: np.array(rows) for element, rows in found.items()}


def thickness(area: Area, axes: Axes, years: np.ndarray) -> np.ndarray:
    """How thick an area is in each year."""
    corners = [values for letter, values in area.path if letter in "ML"]
    turn = next(i for i in range(1, len(corners)) if corners[i][0] <= corners[i - 1][0])
    edges = []
    for part in (corners[:turn], corners[turn:][::-1]):
        at, values = axes.read(part)
        edges.append(np.interp(years, at, values))
    return np.abs(edges[0] - edges[1])


def check_areas(figure: Figure) -> int:
    """Compare stacked areas and the line over them with their table; how many there were."""
    count = 0
    n_layers = sum(not column.same_as for column in figure.table.columns[2:])
    for picture, rows in zip(figure.panels, rows_of(figure.table).values(), strict=True):
        axes = Axes(picture)
        factor = PER_TONNE[picture.heading.rsplit(", ", 1)[1].removesuffix("/yr")]
        years, layers, rest = rows[:, 0], factor * rows[:, 1 : 1 + n_layers], factor * rows[:, 1 + n_layers :]
        drawn = layers[:, layers.any(axis=0)]
        assert len(picture.areas) == drawn.shape[1]
        for area, wanted in zip(picture.areas, drawn.T, strict=True):
            np.testing.assert_allclose(
                thickness(area, axes, years), wanted, rtol=0, atol=NEAR * abs(axes.per_pixel), err_msg=picture.heading
            )
            count += 1
        lines = [stroke for stroke in picture.strokes if stroke.title and not stroke.dashed]
        assert len(lines) == rest.shape[1]
        for stroke, wanted in zip(lines, rest.T, strict=True):
            check_line(stroke, axes, years, wanted)
            count += 1
    return count


def check_line(stroke: Stroke, axes: Axes, years: np.ndarray, wanted: np.ndarray) -> None:
    at, values = axes.read(stroke.points)
    expected = np.interp(at, years, wanted)
    np.testing.assert_allclose(values, expected, rtol=0, atol=0.06 * abs(axes.per_pixel))
    assert at[0] == pytest.approx(years[np.isfinite(wanted)][0], abs=0.1)
    assert at[-1] == pytest.approx(years[np.isfinite(wanted)][-1], abs=0.1)


def check_lines(figure: Figure) -> int:
    """Compare lines with their table; how many there were."""
    count = 0
    for picture, rows in zip(figure.panels, rows_of(figure.table).values(), strict=True):
        axes, wanted = Axes(picture), figure.table.columns[2].factor * rows[:, 1]
        (stroke,) = [stroke for stroke in picture.strokes if stroke.title and not stroke.dashed]
        if np.isfinite(wanted).all():
            check_line(stroke, axes, rows[:, 0], wanted)
            count += 1
    return count


@pytest.mark.parametrize("name", AREAS)
def test_areas_are_as_thick_as_the_numbers_say(shock_document: Document, name: str) -> None:
    assert check_areas(figure_of(shock_document, name)) >= 5


@pytest.mark.parametrize("name", LINES)
def test_lines_run_through_the_numbers(shock_document: Document, name: str) -> None:
    assert check_lines(figure_of(shock_document, name)) >= 5


def test_a_wrong_number_would_be_seen(shock_document: Document) -> None:
    """One percent more in one year of one layer, or in one value of a line."""
    areas = figure_of(shock_document, "stock_by_product")
    rows = [list(row) for row in areas.table.rows]
    largest = max(range(len(rows)), key=lambda i: rows[i][2])  # type: ignore[arg-type,return-value]
    rows[largest][2] = 1.01 * rows[largest][2]  # type: ignore[operator]
    with pytest.raises(AssertionError):
        check_areas(replace(areas, table=replace(areas.table, rows=rows)))
    lines = figure_of(shock_document, "import_requirement")
    rows = [list(row) for row in lines.table.rows]
    rows[0][2] = 0.99 * rows[0][2]  # type: ignore[operator]
    with pytest.raises(AssertionError):
        check_lines(replace(lines, table=replace(lines.table, rows=rows)))


def test_every_figure_is_compared(shock_document: Document) -> None:
    names = {block.name for block in shock_document.walk() if isinstance(block, Figure)}
    diagrams = {name for name in names if name.startswith("flows_")}
    assert names - diagrams == {*AREAS, *LINES, "recovery_cascade"}


def test_the_cascade_writes_its_numbers(shock_document: Document) -> None:
    """Amounts and percentages of all steps, to the digits that are written."""
    figure = figure_of(shock_document, "recovery_cascade")
    steps: dict[str, list[tuple[float, float]]] = {}
    for element, _, amount, share in figure.table.rows:
        steps.setdefault(str(element), []).append((float(amount), float(share)))  # type: ignore[arg-type]
    for picture, expected in zip(figure.panels, steps.values(), strict=True):
        factor = PER_TONNE[picture.heading.rsplit(", ", 1)[1].removesuffix("/yr")]
        written = [words.text for words in picture.words if words.anchor == "end"]
        assert len(written) == 3 * len(expected)
        for (amount, share), text, percent in zip(expected, written[1::3], written[2::3], strict=True):
            last = 0.5 * 10.0 ** -len(text.partition(".")[2])
            assert plain(text) == pytest.approx(factor * amount, abs=1.001 * last)
            assert abs(plain(percent.removesuffix("%"))) == pytest.approx(100.0 * abs(share), abs=0.501)


def test_diagrams_tell_their_flows(shock_document: Document) -> None:
    """What a band says when it is pointed at is a flow of the table between the same places, to the digits written."""
    for name in ("flows_Li", "flows_Co", "flows_Ni"):
        figure = figure_of(shock_document, name)
        unit = figure.caption.removeprefix("In ").rstrip(".")
        flows: dict[str, list[float]] = {}
        for source, target, _, _, value in figure.table.rows:
            amount = PER_TONNE[unit.removesuffix("/yr")] * float(value)  # type: ignore[arg-type]
            flows.setdefault(f"{source} to {target}", []).append(amount)
            flows.setdefault("", []).append(amount)
        told = 0
        for area in figure.panels[0].areas:
            head, *grouped = area.title.split("\n")
            text = head.rpartition(": ")[2]
            if not grouped:
                places = next((places for places in flows if places and head.startswith(f"{places}: ")), None)
                assert places is not None and text.endswith(f" {unit}"), head
                assert written_as(text.removesuffix(unit), flows[places]), head
            else:  # thin flows together, each on a line of its own below their sum
                parts = [line.rsplit(": ", 1)[1] for line in grouped]
                assert all(written_as(part, flows[""]) for part in parts), area.title
                assert plain(text.removesuffix(unit)) == pytest.approx(sum(map(plain, parts)), rel=0.01)
            told += 1
        assert told > 20


def written_as(text: str, amounts: list[float]) -> bool:
    """Whether a text is one of some amounts, rounded to its last digit."""
    digits = re.sub(r"\s", "", text).partition("e")[0].partition(".")[2]
    half = 0.501 * 10.0 ** -len(digits) * (10.0 ** int(text.partition("e")[2]) if "e" in text else 1.0)
    return any(abs(plain(text) - amount) <= half for amount in amounts)


# --- numbers that no CSV file holds as they are -----------------------------------------------------------------------


def table_of(document: Document, name: str) -> Table:
    return next(table for table in document.tables() if table.name == name)


def test_holders_and_origins(shock_document: Document, shock: Results) -> None:
    first, elements = int(shock.years[0]), shock.labels["element"]
    held = shock.arrays("stocks")["in_use"][0, 0]
    axes = shock.dims("stocks", "in_use")[1:]
    by_product = held.sum(axis=tuple(i for i, dim in enumerate(axes) if dim not in ("time", "product", "element")))
    for element, year, total, _, share, _, second in table_of(shock_document, "holders").rows:
        amounts = np.sort(by_product[int(year) - first, :, elements.index(str(element))])[::-1]  # type: ignore[arg-type]
        assert total == pytest.approx(amounts.sum(), rel=1e-12)
        assert [share, second] == pytest.approx((amounts[:2] / total).tolist())
    origins = table_of(shock_document, "origins")
    imports = shock.arrays("flows")["imports"][0]
    dims = shock.dims("flows", "imports")
    order = [dims.index(dim) for dim in ("time", "element", "origin", "region")]
    by_origin = np.transpose(imports, order)[int(origins.at["time"]) - first, :, :, 0]
    for element, total, _, share, _, second, _, third in origins.rows:
        amounts = np.sort(by_origin[elements.index(str(element))])[::-1]
        assert total == pytest.approx(amounts.sum(), rel=1e-12)
        found = [0.0 if one is None else one for one in (share, second, third)]
        assert found == pytest.approx((amounts[:3] / amounts.sum()).tolist(), rel=1e-9)


def test_cost_payments_and_units_not_sold(shock_document: Document, shock: Results) -> None:
    first = int(shock.years[0])
    bill = shock.arrays("indicators")["import_bill"][0, 0].sum(axis=-1)
    for row in table_of(shock_document, "cost_by_year").rows:
        assert row[-1] == pytest.approx(bill[int(row[0]) - first], rel=1e-12)  # type: ignore[arg-type]
    unsold = table_of(shock_document, "unsold")
    units = shock.arrays("items")["unmet_units"][0, 0].sum(axis=0)
    assert [row[1] for row in unsold.rows] == pytest.approx(sorted(units[units >= 0.5], reverse=True))


def test_need_unmet_and_price(shock_document: Document, shock: Results) -> None:
    """Columns of the group policy, which has no CSV file."""
    count = 0
    first, elements = int(shock.years[0]), shock.labels["element"]
    for table in shock_document.tables():
        for place, column in enumerate(table.columns):
            if column.same_as.startswith("policy."):
                values = shock.arrays("policy")[column.same_as.removeprefix("policy.")][0, 0]
                for row in table.rows:
                    t, e = int(row[1]) - first, elements.index(str(row[0]))  # type: ignore[arg-type]
                    assert row[place] == pytest.approx(values[t, e], rel=1e-12)
                    count += 1
    assert count > 500


def test_texts_of_panels_neither_overlap_nor_leave_them(shock_document: Document) -> None:
    """By widths of letters that are those of the widest usual font."""
    for figure in (block for block in shock_document.walk() if isinstance(block, Figure)):
        for picture in figure.panels:
            boxes: list[tuple[float, float, float, float]] = []
            for words in picture.words:
                wide = text_width(words.text, words.size, words.bold)
                left = words.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[words.anchor] * wide
                box = (left + 0.5, words.y - 0.72 * words.size, left + wide - 0.5, words.y)
                assert box[0] >= 0.0 and box[2] <= picture.width and box[3] <= picture.height, words.text
                for x0, y0, x1, y1 in boxes:
                    apart = box[2] <= x0 or x1 <= box[0] or box[3] <= y0 or y1 <= box[1]
                    assert apart, (figure.name, picture.heading, words.text)
                boxes.append(box)


def test_numbers_of_layers_that_cross_stand_apart() -> None:
    """One layer is thickest in 2040 and ends, the next is thickest in 2041 at the same height: it goes further on."""
    years = np.arange(2020, 2060)
    before, after = np.maximum(12.0 - 0.4 * (2040 - years), 0.5), np.maximum(12.0 - 0.4 * (years - 2041), 0.5)
    values = np.stack([np.where(years <= 2040, before, 0.5), np.where(years > 2040, after, 0.5), np.full(40, 30.0)])
    values = values[:, :, None]
    stack = Stack("Three", "t", ["A", "B", "C"], ["#4477AA", "#EE6677", "#BBBBBB"], values)
    (picture,), _ = stacked_areas(stack, years, ["Cobalt"], [2020, 2040], None)
    numbers = [words for words in picture.words if words.text in "123" and words.anchor == "middle"]
    assert [words.text for words in numbers] == ["1", "2", "3"]
    for i, one in enumerate(numbers):
        for other in numbers[:i]:
            assert abs(one.x - other.x) >= 8.0 or abs(one.y - other.y) >= SMALL

"""Every number of a report is that of the run's CSV files, for every table and the table behind every figure."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from mfa.report.document.content import Cell, Document, Figure, Spread, Table
from mfa.report.document.of_run import run_document
from mfa.results import Results, open_results
from tests.report.document.conftest import Numbers, numbers_of

FILES = ("flows", "stocks", "indicators")
NOT_IN_FILES = {
    "levers_set", "shocks_set", "variants_set", "values_set", "versions", "sources", "provenance", "estimates",
    "payments", "unsold",
}  # fmt: skip
"""Tables of text, or of what no CSV file holds."""


def place(table: Table, row: list[Cell]) -> dict[str, Cell]:
    """Labels of a row: those of its columns, and those that hold for the whole table."""
    found = dict(table.at)
    found.update({column.dim: cell for column, cell in zip(table.columns, row, strict=True) if column.dim})
    return found


def expected(numbers: Numbers, expression: str, at: dict[str, Cell]) -> tuple[float, ...] | None:
    """Numbers of the files for an expression such as ``flows.a + flows.b``; None if a file does not hold it."""
    parts = []
    for name in expression.split(" + "):
        file, _, variable = name.partition(".")
        if file not in FILES:
            return None
        key = (file, variable, str(at.get("element", "")), int(at["time"]))
        parts.append(numbers.get(key) or numbers[file, variable, "", int(at["time"])])
    return tuple(map(sum, zip(*parts, strict=True)))


def same(value: float | None, wanted: float) -> bool:
    if value is None or math.isnan(value):
        return math.isnan(wanted)
    return value == pytest.approx(wanted, rel=1e-12, abs=1e-18)


def check(document: Document, numbers: Numbers) -> tuple[int, set[str]]:
    """Compare all numbers that a file holds too; how many there were, and in which tables."""
    count, tables = 0, set()
    for table in document.tables():
        for row in table.rows:
            at = place(table, row)
            for column, cell in zip(table.columns, row, strict=True):
                wanted = expected(numbers, column.same_as, at) if column.same_as else None
                if wanted is None:
                    continue
                value = cell.value if isinstance(cell, Spread) else cell
                assert same(value, wanted[0]), (table.name, column.head, at, cell, wanted)
                if isinstance(cell, Spread) and " + " not in column.same_as:
                    assert same(cell.low, wanted[1]) and same(cell.high, wanted[3]), (table.name, column.head, at)
                count += 1
                tables.add(table.name)
            for name, positions in table.totals:
                wanted = expected(numbers, name, at)
                assert wanted is not None
                total = sum(row[position] for position in positions)
                assert total == pytest.approx(wanted[0], rel=1e-9, abs=1e-12), (table.name, name, at)
                count += 1
                tables.add(table.name)
    return count, tables


def test_numbers_of_a_run_with_a_shock(shock_document: Document, shock_folder: Path) -> None:
    count, tables = check(shock_document, numbers_of(shock_folder))
    assert count > 3000
    unchecked = {table.name for table in shock_document.tables()} - tables - NOT_IN_FILES
    # the supply mix has its line in results.nc; cascades, diagrams and the largest origins are checked below
    assert unchecked == {"supply_mix_numbers", "recovery_cascade_numbers"} | {
        table.name for table in shock_document.tables() if table.name.startswith("flows_")
    }


def test_numbers_of_samples_with_their_ranges(samples_folder: Path) -> None:
    document = run_document(open_results(samples_folder))
    count, tables = check(document, numbers_of(samples_folder))
    assert count > 100
    assert {"headline", "dependence", "import_requirement_numbers"} <= tables
    headline = next(table for table in document.tables() if table.name == "headline")
    assert isinstance(headline.rows[0][2], Spread)


def test_supply_adds_up_to_what_is_used(shock_document: Document, shock: Results) -> None:
    """Secondary, primary, stock and imports less what fills the stock: the need met, where nothing is exported."""
    table = next(table for table in shock_document.tables() if table.name == "supply_mix_numbers")
    elements, first = shock.labels["element"], int(shock.years[0])
    need = shock.arrays("policy")["requirement"][0, 0]
    for row in table.rows:
        assert row[-1] == need[int(row[1]) - first, elements.index(str(row[0]))]
    met = shock.arrays("policy")["realised_requirement"][0, 0]
    fill = shock.arrays("flows")["stock_fill"][0, 0]
    for row in (row for row in table.rows if row[1] in (2025, 2031, 2045)):
        place_of = int(row[1]) - first, elements.index(str(row[0]))
        assert sum(row[2:-1]) == pytest.approx(met[place_of] + fill[place_of], rel=1e-6)


def test_cascades_end_at_the_recovered_metal(shock_document: Document, shock: Results) -> None:
    table = next(table for table in shock_document.tables() if table.name == "recovery_cascade_numbers")
    t = 2040 - int(shock.years[0])
    recovered = shock.arrays("flows")["secondary"][0, 0, t, ..., 0].sum(axis=-1)
    for e, element in enumerate(shock.labels["element"]):
        last = [row for row in table.rows if row[0] == element][-1]
        assert last[2] == pytest.approx(recovered[e], rel=1e-12)


def test_diagrams_tell_the_flows_of_the_files(shock_document: Document, shock_folder: Path) -> None:
    numbers = numbers_of(shock_folder)
    tables = [table for table in shock_document.tables() if table.name.startswith("flows_")]
    assert len(tables) == 3
    for table in tables:
        flows: dict[str, float] = {}
        for _, _, flow, _, value in table.rows:
            flows[str(flow)] = flows.get(str(flow), 0.0) + float(value)  # type: ignore[arg-type]
        for flow, value in flows.items():
            key = ("flows", flow, str(table.at["element"]), 2040)
            if key in numbers:  # the others are changes of stocks
                assert value == pytest.approx(numbers[key][0], rel=1e-9)


def test_every_figure_has_its_numbers(shock_document: Document) -> None:
    figures = [block for block in shock_document.walk() if isinstance(block, Figure)]
    assert len({figure.name for figure in figures}) == len(figures) > 8
    for figure in figures:
        assert figure.table.rows and figure.alternative and all(panel.description for panel in figure.panels)
    names = [table.name for table in shock_document.tables()]
    assert len(set(names)) == len(names)

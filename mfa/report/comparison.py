"""A comparison for readers: who is measured against whom, import requirement, cost, unmet demand, then all by element.

Every number is a cell of the comparison's table.
"""

from __future__ import annotations

import html
import math
import os
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mfa.report.blocks import MARK, WIDTH, Block, markdown
from mfa.report.tables import shown
from mfa.studies.outcomes import ALL_ELEMENTS, lifted

if TYPE_CHECKING:
    from mfa.studies.compare import Comparison

LIFTED = (
    f"{MARK} part of the need is unmet in the year, or in one of the years: shares of what is still used are lifted, "
    "and imports are low because they are denied. No gain."
)
DETAIL: tuple[tuple[str, tuple[str, str], str], ...] = (
    ("import_requirement", ("import", "need"), "%"),
    ("unmet_share", ("", "unmet"), "%"),
    ("net_import_reliance", ("", "NIR"), "%"),
    ("recycled_content", ("recycled", "content"), "%"),
    ("eol_recycling_input_rate", ("", "EoL-RIR"), "%"),
    ("self_sufficiency", ("self-suf-", "ficiency"), "%"),
    ("n_1_cover", ("", "N-1"), "%"),
    ("imports", ("", "imports"), "t/yr"),
    ("import_bill", ("import", "bill"), "money"),
)
"""Columns of the tables by element; net import reliance only ever beside the need unmet."""
DETAIL_NOTE = (
    "import need: share of the need that domestic metal cannot meet, before any rationing; NIR: net import reliance; "
    "EoL-RIR: metal from old and imported scrap over the need met; N-1: need covered if the largest origin fails."
)
SPREAD = "  5 to 95 % of samples"
"""Label of the row with quantiles below that of the means."""
PRODUCTS_NAMED = 4
"""Products that are named among those with units not sold."""


class Cell(NamedTuple):
    """One row of the table of a comparison; with samples also the 5 and 95 % quantiles of value and difference."""

    value: float
    base_value: float
    difference: float
    reason: str
    p5: float = math.nan
    p95: float = math.nan
    difference_p5: float = math.nan
    difference_p95: float = math.nan


class Reader:
    """Looks up the cells of a comparison, and says them in words of a readable length."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        table, setting = comparison.table, comparison.setting
        keys = ("scenario", "region", "element", "product", "indicator", "first_year", "last_year")
        self.sampled = "p5" in table
        fields = [field for field in Cell._fields if field in table]
        columns = [table[key].tolist() for key in (*keys, *fields)]
        self.cells = {row[: len(keys)]: Cell(*row[len(keys) :]) for row in zip(*columns, strict=True)}
        self.spans: dict[str, tuple[int, int]] = {
            row[0]: (row[5], row[6]) for row in self.cells if row[4] == "unmet_demand_under_shock"
        }
        self.money = setting.money
        self.short = short_names(comparison.scenarios)

    def cell(
        self,
        scenario: str,
        region: str,
        indicator: str,
        first: int,
        last: int | None = None,
        element: str = ALL_ELEMENTS,
    ) -> Cell:
        """Cell of one figure; a single year is first and last."""
        return self.cells[scenario, region, element, "", indicator, first, last or first]

    def over_period(self, scenario: str, region: str, indicator: str, element: str = ALL_ELEMENTS) -> Cell:
        """Cell of a figure over the years of the cost."""
        return self.cell(scenario, region, indicator, *self.comparison.setting.period, element=element)

    def base(self, scenario: str) -> str:
        """Name of the base, empty for the one that has none."""
        return self.comparison.bases[scenario]


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Names without the words that all begin with.

    Examples
    --------
    >>> short_names(["japan-market", "japan-vision"])
    {'japan-market': 'market', 'japan-vision': 'vision'}
    >>> short_names(["a-b", "a-b-c"])
    {'a-b': 'b', 'a-b-c': 'b-c'}
    """
    common = os.path.commonprefix(list(names))
    cut = min(common.rfind("-"), *(name.rfind("-") for name in names)) + 1
    return {name: name[cut:] for name in names}


def signed(value: float, digits: int = 1) -> str:
    """Change with its sign; none if it rounds to nothing.

    Examples
    --------
    >>> signed(0.32), signed(-8.0), signed(-0.04), signed(float("nan"))
    ('+0.3', '-8.0', '0.0', '-')
    """
    if not np.isfinite(value):
        return "-"
    text = f"{value:+.{digits}f}"
    return text if float(text) else f"{0:.{digits}f}"


def scaled_money(largest: float, money: str, least: float = 10.0) -> tuple[float, str]:
    """Factor and unit in which amounts of money are read easily, so that the largest is at least `least`.

    Examples
    --------
    >>> scaled_money(3.9e9, "USD_2024")
    (1e-06, 'mn USD_2024')
    """
    for power, word in ((9, "bn "), (6, "mn "), (3, "1000 ")):
        if largest >= least * 10.0**power:
            return 10.0**-power, f"{word}{money}"
    return 1.0, money


def largest_of(values: Sequence[float]) -> float:
    """Largest finite size among numbers, 0 if there is none."""
    finite = np.abs([value for value in values if np.isfinite(value)])
    return float(finite.max(initial=0.0))


# --- the parts -------------------------------------------------------------------------------------------------------


def heading(comparison: Comparison) -> tuple[str, list[tuple[str, str]], list[str]]:
    """Title, each scenario with its base, and what holds for all tables.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    title : str
    bases : list of (str, str)
        Scenario, and what it is measured against.
    notes : list of str
    """
    setting = comparison.setting
    bases = [(name, f"against {base}" if base else "base") for name, base in comparison.bases.items()]
    span = f"{setting.years[0]}-{setting.years[-1]}"
    title = f"What {len(bases) - 1} scenario{'s' if len(bases) > 2 else ''} buy{'s' if len(bases) == 2 else ''}"
    title += f" against {'their bases' if len(bases) > 2 else 'its base'}: {', '.join(setting.regions)}, {span}"
    first, last = setting.period
    notes = [
        f"Scope of the need: {comparison.scope.replace('_', ' ')}. Money: {setting.money}. Cost: present value in "
        f"{first} of the years {first}-{last} at {100 * setting.discount_rate:.4g} % a year; import avoided: sum of "
        "these years, not discounted."
    ]
    return title, bases, notes + [f"{note}." for note in comparison.notes]


def closing(parts: Sequence[Block]) -> list[str]:
    """Notes below all tables: what the columns are, and what the marks mean if there are any."""
    marked = any(cell.endswith(MARK) for part in parts for _, cells in part.rows for cell in cells)
    return [*([LIFTED] if marked else []), DETAIL_NOTE]


def blocks(comparison: Comparison) -> list[Block]:
    """All tables of a comparison, region by region.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    list of Block
        Import requirement, cost, cost of a tonne of import avoided, unmet demand under the shocks, then a table for
        each element.
    """
    reader, result = Reader(comparison), []
    several = len(comparison.setting.regions) > 1
    for region in comparison.setting.regions:
        parts = [_import_requirement(reader, region), _cost(reader, region), _per_tonne(reader, region)]
        parts += [_under_shock(reader, region)] if reader.spans else []
        parts += [_of_element(reader, region, element) for element in comparison.setting.elements]
        for part in parts:
            part.title = f"{region}: {part.title}" if several else part.title
        result += parts
    return result


def _element_heads(reader: Reader) -> list[tuple[str, str]]:
    return [("", element) for element in reader.comparison.setting.elements]


def _import_requirement(reader: Reader, region: str) -> Block:
    """Levels of what has no base, changes of the others in points."""
    title = "Import requirement: % of the need; with a sign, change against the base in points"
    block = Block(title, ["year", "scenario"], _element_heads(reader))
    for year in reader.comparison.setting.shown:
        rows, alike = [], []
        for name in reader.comparison.scenarios:
            found = [
                reader.cell(name, region, "import_requirement", year, element=element)
                for element in reader.comparison.setting.elements
            ]
            if not reader.base(name):
                rows.append(([str(year), reader.short[name]], [shown(100 * cell.value, "%") for cell in found]))
                if reader.sampled:
                    spread = [f"{shown(100 * cell.p5, '%')} to {shown(100 * cell.p95, '%')}" for cell in found]
                    rows.append(([str(year), SPREAD], spread))
                continue
            cells = [signed(100 * cell.difference) for cell in found]
            spread = [f"{signed(100 * cell.difference_p5)} to {signed(100 * cell.difference_p95)}" for cell in found]
            if {*cells, *spread} <= {"0.0", "-", "0.0 to 0.0", "- to -"}:
                alike.append(reader.short[name])
                continue
            rows.append(([str(year), reader.short[name]], cells))
            if reader.sampled:
                rows.append(([str(year), SPREAD], spread))
        block.rows += rows
        block.notes += _alike(reader, year, alike)
    return block


def _alike(reader: Reader, year: int, names: Sequence[str]) -> list[str]:
    """Note on scenarios that are left out of a table because all they show is what their base shows."""
    if not names:
        return []
    everybody = len(names) == sum(bool(base) for base in reader.comparison.bases.values())
    return [f"{year}: all like their base" if everybody else f"{year}, like the base: {', '.join(names)}"]


def _cost(reader: Reader, region: str) -> Block:
    """Present values and greenhouse gas; levels of what has no base, changes of the others."""
    names = reader.comparison.scenarios
    kinds = ("public_cost", "social_cost", "import_bill")
    found = {
        name: [reader.over_period(name, region, f"{kind}_present_value") for kind in kinds] for name in names
    }  # fmt: skip
    gas = {
        name: [
            reader.over_period(name, region, "co2_avoided_total", element)
            for element in reader.comparison.setting.elements
        ]
        for name in names
    }
    picked = {name: [_level_or_change(reader, name, cell) for cell in found[name]] for name in names}
    avoided = {name: sum(_level_or_change(reader, name, cell) for cell in gas[name]) for name in names}
    factor, unit = scaled_money(largest_of([value for values in picked.values() for value in values]), reader.money)
    tonnes, gas_unit = (1e-6, "Mt CO2") if largest_of(list(avoided.values())) >= 1e7 else (1e-3, "kt CO2")
    block = Block(
        f"Cost and greenhouse gas, {_span(reader.comparison.setting.period)}; with a sign, change against the base",
        ["scenario"],
        [("public", "cost"), ("social", "cost"), ("import", "bill"), ("avoided by", "recycling")],
        [*[unit] * 3, gas_unit],
    )
    for name in names:
        money = [_amount(reader, name, factor * value) for value in picked[name]]
        if lifted(found[name][2].reason):
            money[2] += MARK
        block.rows.append(([reader.short[name]], [*money, _amount(reader, name, tonnes * avoided[name])]))
    block.notes.append(
        "public cost: subsidies, grants, research, retention, support of primary sources and stockpiling, less "
        "penalties; social cost: all cost of recycling, collection, research, retention, primary sources and "
        "stockpiling, whoever pays; the import bill stands apart from both. All three are of all elements, greenhouse "
        "gas of those compared."
    )
    return block


def _level_or_change(reader: Reader, name: str, cell: Cell) -> float:
    return cell.difference if reader.base(name) else cell.value


def _amount(reader: Reader, name: str, value: float) -> str:
    """Three digits; a sign for changes."""
    if not np.isfinite(value):
        return "-"
    text = shown(abs(value), "t") if abs(value) >= 5e-4 else "0"
    if text == "0":
        return text
    return f"{'-' if value < 0 else '+' if reader.base(name) else ''}{text}"


def _span(years: tuple[int, int]) -> str:
    return f"{years[0]}-{years[1]}" if years[0] != years[1] else str(years[0])


def _per_tonne(reader: Reader, region: str) -> Block:
    """Tonnes of import avoided, and what each costs if one element bears all cost."""
    elements = reader.comparison.setting.elements
    names = [name for name in reader.comparison.scenarios if reader.base(name)]
    costs = {
        (name, kind): [
            reader.over_period(name, region, f"{kind}_cost_per_tonne_import_avoided", element) for element in elements
        ]
        for name in names
        for kind in ("social", "public")
    }
    finite = [abs(cell.value) for cells in costs.values() for cell in cells if np.isfinite(cell.value)]
    factor, unit = scaled_money(float(np.median(finite)) if finite else 0.0, reader.money)
    block = Block(
        f"Primary import avoided against the base, {_span(reader.comparison.setting.period)}, and its cost if one "
        "element bears all of the scenario's cost",
        ["scenario", "", "unit"],
        _element_heads(reader),
    )
    reasons: dict[str, list[str]] = {}
    for name in names:
        imports = [reader.over_period(name, region, "imports_total", element) for element in elements]
        tonnes = [_tonnes(-cell.difference) + (MARK if lifted(cell.reason) else "") for cell in imports]
        block.rows.append(([reader.short[name], "avoided", "t"], tonnes))
        for kind in ("social", "public"):
            cells = costs[name, kind]
            texts = [_tonnes(factor * cell.value) + (MARK if lifted(cell.reason) else "") for cell in cells]
            block.rows.append(([reader.short[name], f"{kind} cost", f"{unit}/t"], texts))
        for element, cell in zip(elements, costs[name, "social"], strict=True):
            if not np.isfinite(cell.value):
                reasons.setdefault(f"{cell.reason} ({reader.short[name]})", []).append(element)
    block.notes += [f"- {reason}: {', '.join(places)}" for reason, places in reasons.items()]
    block.notes.append("The cost of several elements does not add up: each bears all of it.")
    return block


def _tonnes(value: float) -> str:
    """Three digits, with a minus where it is due."""
    return f"{'-' if value < 0 and shown(-value, 't') != '0' else ''}{shown(abs(value), 't')}"


def _under_shock(reader: Reader, region: str) -> Block:
    """Need that is not met in the years of the shocks, and units not sold."""
    elements = reader.comparison.setting.elements
    block = Block("Unmet demand under the shocks", ["scenario", "years", ""], _element_heads(reader))
    for name, span in reader.spans.items():
        tonnes, share = (
            [reader.cell(name, region, f"{kind}_under_shock", *span, element=element) for element in elements]
            for kind in ("unmet_demand", "unmet_share")
        )
        labels = [reader.short[name], _span(span)]
        block.rows.append(([*labels, "t"], [_tonnes(cell.value) for cell in tonnes]))
        block.rows.append(([*labels, "% of the need"], [shown(100 * cell.value, "%") for cell in share]))
        if reader.base(name):
            changes = [signed(100 * cell.difference) for cell in share]
            block.rows.append(([*labels, "points to the base"], changes))
        units = _unsold(reader, name, region, span)
        if units:
            block.notes.append(f"{reader.short[name]}, units not sold: {units}")
    return block


def _unsold(reader: Reader, name: str, region: str, span: tuple[int, int]) -> str:
    """Products with units not sold in the years of a shock, the most first."""
    setting = reader.comparison.setting
    found = []
    for product in setting.products:
        cell = reader.cells[name, region, "", product, "unmet_units_under_shock", *span]
        if cell.value >= 0.5:
            found.append((cell, reader.comparison.label_name("product", product)))
    found.sort(key=lambda pair: -pair[0].value)
    texts = []
    for cell, product in found[:PRODUCTS_NAMED]:
        was = f" (base {_count(cell.base_value)})" if reader.base(name) and cell.base_value >= 0.5 else ""
        texts.append(f"{product} {_count(cell.value)}{was}")
    if len(found) > PRODUCTS_NAMED:
        texts.append(f"and {len(found) - PRODUCTS_NAMED} more products")
    return "; ".join(texts)


def _count(value: float) -> str:
    """Units, short."""
    if value >= 1e6:
        return f"{value / 1e6:.2f} million"
    return f"{value / 1e3:.0f} thousand" if value >= 1e4 else f"{value:.0f}"


def _of_element(reader: Reader, region: str, element: str) -> Block:
    """All ratios of one element, level by year and scenario."""
    comparison = reader.comparison
    found = {
        (year, name): [reader.cell(name, region, key, year, element=element) for key, _, _ in DETAIL]
        for year in comparison.setting.shown
        for name in comparison.scenarios
    }
    factor, money = scaled_money(largest_of([cells[-1].value for cells in found.values()]), reader.money)
    full_name = comparison.label_name("element", element)
    title = f"{element if full_name == element else f'{full_name} ({element})'}; import bill in {money}/yr"
    units = ["" if unit == "money" else unit for _, _, unit in DETAIL]
    block = Block(title, ["year", "scenario"], [head for _, head, _ in DETAIL], units, folded=True)
    for year in comparison.setting.shown:
        alike = []
        for name in comparison.scenarios:
            cells = [_detail(cell, unit, factor) for cell, (_, _, unit) in zip(found[year, name], DETAIL, strict=True)]
            base = reader.base(name)
            if base and _texts_of(found[year, base], factor) == cells:
                alike.append(reader.short[name])
            else:
                block.rows.append(([str(year), reader.short[name]], cells))
        block.notes += _alike(reader, year, alike)
    missing = sorted({cell.reason for cells in found.values() for cell in cells if not np.isfinite(cell.value)} - {""})
    block.notes += [f"-: {reason}" for reason in missing]
    return block


def _texts_of(cells: Sequence[Cell], factor: float) -> list[str]:
    return [_detail(cell, unit, factor) for cell, (_, _, unit) in zip(cells, DETAIL, strict=True)]


def _detail(cell: Cell, unit: str, factor: float) -> str:
    own = cell.reason.partition("in the base:")[0]
    mark = MARK if lifted(own) else ""
    if unit == "%":
        return shown(100 * cell.value, "%") + mark
    return shown(cell.value * (factor if unit == "money" else 1.0), "t") + mark


# --- the whole -------------------------------------------------------------------------------------------------------


def to_text(comparison: Comparison) -> str:
    """Tables for a terminal of 100 to 120 columns.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
    """
    title, bases, notes = heading(comparison)
    width = max(len(name) for name, _ in bases)
    lines = [*textwrap.wrap(title, WIDTH), *(f"  {name:<{width}}  {base}" for name, base in bases)]
    lines += [line for note in notes for line in textwrap.wrap(note, WIDTH)]
    tables = blocks(comparison)
    end = [line for note in closing(tables) for line in textwrap.wrap(note, WIDTH, subsequent_indent="  ")]
    return "\n\n".join(["\n".join(lines), *(table.to_text() for table in tables), "\n".join(end)])


def to_markdown(comparison: Comparison) -> str:
    """Tables in Markdown.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
    """
    title, bases, notes = heading(comparison)
    parts = [f"## {title}", "\n".join(f"- `{name}`: {base}" for name, base in bases), *notes]
    tables = blocks(comparison)
    parts += [table.to_markdown() for table in tables]
    return "\n\n".join([*parts, *map(markdown, closing(tables))]) + "\n"


def to_html(comparison: Comparison) -> str:
    """Tables in HTML, as a notebook shows them: the tables by element are folded.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
    """
    title, bases, notes = heading(comparison)
    listed = "".join(f"<li><code>{html.escape(name)}</code>: {html.escape(base)}</li>" for name, base in bases)
    parts = [f"<h3>{html.escape(title)}</h3><ul>{listed}</ul>", *(f"<p>{html.escape(note)}</p>" for note in notes)]
    detail: list[str] = []
    tables = blocks(comparison)
    for table in tables:
        (detail if table.folded else parts).append(table.to_html())
    parts.append(f"<details><summary>by element and year</summary>{''.join(detail)}</details>")
    return "".join([*parts, *(f"<p>{html.escape(note)}</p>" for note in closing(tables))])

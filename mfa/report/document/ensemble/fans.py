"""Results of an ensemble over the years: fans of quantiles, and tables."""

from __future__ import annotations

import numpy as np

from mfa.report.charts.lines import Lines, draw_lines, shares
from mfa.report.document.content import Block, Cell, Column, Figure, Notice, Section, Table
from mfa.report.document.ensemble.view import EnsembleView
from mfa.report.document.words import capital, listed, small
from mfa.report.style import scale

RARE = 0.005
"""Share of samples without a value from which it is told."""
FILE = "quantiles"
"""File of the folder that holds the same numbers."""
UNITS = {"t", "t/yr"}


def fans(view: EnsembleView) -> Section:
    """Section: every result that was kept, over the years.

    Parameters
    ----------
    view : EnsembleView

    Returns
    -------
    Section
    """
    section = Section("results", "Results over the years")
    section.parts = [
        Section(f"result-{output.name}", _title(output.name), _result(view, number))
        for number, output in enumerate(view.shown)
    ]
    if view.others:
        named = ", ".join(output.name for output in view.others)
        section.blocks.append(Notice(f"Kept by other dims, and not shown here: {named} (quantiles.csv)."))
    return section


def _title(name: str) -> str:
    words = name.rpartition(".")[2].replace("_", " ").replace("eol ", "end-of-life ")
    return capital(words)


def _result(view: EnsembleView, number: int) -> list[Block]:
    output = view.shown[number]
    found = view.quantiles(output)
    title = f"{_title(output.name)}: {output.meaning[:1].lower()}{output.meaning[1:]}"
    if not np.isfinite(found).any():
        return [Notice(f"{title}: not drawn, as no sample has a value in any year.")]
    if not np.nan_to_num(found).any():
        return [Notice(f"{title}: not drawn, as it is 0 from 5 to 95 % of the samples in all years.")]
    some = [e for e in range(len(view.elements)) if np.isfinite(found[:, :, e]).any()]
    elements = [view.elements[e] for e in some]
    names, colours = [view.names[element] for element in elements], [view.colours[e] for e in some]
    picked = found[:, :, some]
    lines = _lines(view, output.unit, picked, names, colours)
    pictures, keys = draw_lines(lines, view.told, view.last_data_year)
    rows: list[list[Cell]] = []
    brief = []
    for e, element in enumerate(elements):
        for t, year in enumerate(view.years.tolist()):
            if year in view.told:
                brief.append(len(rows))
            rows.append([element, year, *picked[:, t, e].tolist()])
    percent = output.unit == "1"
    columns = [Column("element", dim="element"), Column("year", dim="time")]
    columns += [
        Column(words, output.unit, "%" if percent else "", 100.0 if percent else 1.0, 1 if percent else None,
               f"{FILE}.{output.name}.{quantile}")
        for words, quantile in (("5 %", "q05"), ("25 %", "q25"), ("median", "q50"), ("75 %", "q75"), ("95 %", "q95"))
    ]  # fmt: skip
    table = Table(f"{output.name.replace('.', '_')}_numbers", title, columns, rows,
                  labels={"element": view.names}, brief=brief)  # fmt: skip
    notes = _missing(view, number)
    left = [small(view.names[view.elements[e]]) for e in range(len(view.elements)) if e not in some]
    notes += [f"No value in any year: {listed(left)}."] if left else []
    span = f"{view.years[0]} to {view.years[-1]}"
    alternative = f"{_title(output.name)}, {span}: median and ranges of the samples, one panel for each element."
    name = output.name.replace(".", "_")
    figure = Figure(name, f"{title}, median of the samples", pictures, keys, " ".join(notes), alternative, table)
    return [figure, _table(view, number)]


def _lines(view: EnsembleView, unit: str, found: np.ndarray, names: list[str], colours: list[str]) -> Lines:
    band, inner = found[[0, 4]], found[[1, 3]]
    if unit == "1":
        made = shares(found[2], band, view.years, names, colours, "%")
        return Lines(**{**made.__dict__, "inner": inner})
    factor, shown = scale(float(np.nanmax(band)), unit) if unit in UNITS else (1.0, unit)
    decimals = 0 if factor * float(np.nanmax(band)) >= 100.0 else 1
    return Lines(found[2], band, view.years, names, colours, shown, f"\N{NO-BREAK SPACE}{shown}", decimals, factor,
                 inner=inner)  # fmt: skip


def _table(view: EnsembleView, number: int) -> Table:
    """Median and range by element and year."""
    output = view.shown[number]
    found = view.quantiles(output)
    percent = output.unit == "1"
    rows: list[list[Cell]] = [
        [element, *(view.cell(found, year, e) for year in view.told)] for e, element in enumerate(view.elements)
    ]
    columns = [Column("element", dim="element")]
    columns += [
        Column(str(year), output.unit, "", 100.0 if percent else 1.0, 1 if percent else None,
               f"{FILE}.{output.name}.q50", at={"time": year})
        for year in view.told
    ]  # fmt: skip
    unit = "%" if percent else output.unit
    title = f"{_title(output.name)}, {unit}: median (5 to 95 % of the samples)"
    return Table(f"{output.name.replace('.', '_')}_by_year", title, columns, rows, labels={"element": view.names})


def _missing(view: EnsembleView, number: int) -> list[str]:
    """Elements of which a share of the samples has no value in the years told."""
    missing = view.missing(view.shown[number])
    found = [
        f"{small(view.names[element])} {year} {100 * missing[int(np.searchsorted(view.years, year)), e]:.0f} %"
        for e, element in enumerate(view.elements)
        for year in view.told
        if missing[int(np.searchsorted(view.years, year)), e] > RARE
    ]
    return [f"Samples without a value: {', '.join(found)}."] if found else []

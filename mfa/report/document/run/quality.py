"""How far a run can be trusted: estimates behind it, warnings, limits of the model."""

from __future__ import annotations

import numpy as np

from mfa.inputs.evidence import evidence_summary
from mfa.report.document.content import Block, Cell, Column, Item, Notice, Paragraph, Points, Section, Table, share
from mfa.report.document.view import View
from mfa.report.document.words import capital
from mfa.report.evidence import COLUMNS, QUANTITIES, used_tables

LIMITS = (
    Item("Years", "The model goes year by year. A ban of some days is spread over its year: mfa drill tells the days."),
    Item("Scenarios", "Years after the last data are what the assumptions lead to. Sales are given, no response to "
         "prices."),
    Item("Ratios in a shortage", "Recycled content, EoL-RIR, net import reliance, HHI, top-origin share and supply "
         "risk stand on the need that is met: they look better in a year with unmet need, and that is no gain."),
    Item("Shortage", "All products share what there is; freed metal of one element is not handed to products that "
         "lack another."),
    Item("Recycling", "Scrap of a kind is mixed: a route gets the average grade of what is in store."),
)  # fmt: skip
"""What the model leaves out, in the order of the specification."""


def quality(view: View) -> Section:
    """Section: data quality and limits.

    Parameters
    ----------
    view : View

    Returns
    -------
    Section
    """
    section = Section("quality", "Limits and data quality")
    section.parts = [
        Section("estimates", "How much rests on estimates", _estimates(view)),
        Section("rows", "Rows by provenance", _provenance(view)),
        Section("warnings", "Warnings of the run", _warnings(view)),
        Section("limits", "Limits of the model", [Points(LIMITS)]),
    ]
    return section


def _estimates(view: View) -> list[Block]:
    """Shares of metal that rest on estimates, by element and year."""
    shares = view.results.estimate_shares
    if not shares:
        return [Notice("How much rests on estimates is not known: the run was not made from tables.")]
    known = {(row["quantity"], row["year"], row["element"]): row for row in shares}
    years = sorted({row["year"] for row in shares})
    rows: list[list[Cell]] = []
    for quantity in QUANTITIES:
        for element in view.elements:
            for year in years:
                row = known.get((quantity, year, element))
                if row is None:
                    continue
                used = used_tables(quantity)
                cells: list[Cell] = [row[name] if name in used else None for name in COLUMNS]
                rows.append([quantity, element, year, *cells, row["any"], row["read or derived"]])
    columns = [Column("metal"), Column("element", dim="element"), Column("year", dim="time")]
    columns += [share(name) for name in COLUMNS]
    columns += [share("any of them"), share("read or derived alone")]
    meanings = "; ".join(f"{name}: {meaning}" for name, meaning in QUANTITIES.items())
    shown = min(years, key=lambda year: abs(year - view.focus))
    brief = [position for position, row in enumerate(rows) if row[2] == shown]
    notes = [f"{capital(meanings)}."]
    notes += [f"Shown is {shown}; the workbook has other years."] if len(brief) < len(rows) else []
    table = Table("estimates", "Share of the metal that rests on at least one estimate", columns, rows,
                  labels=view.labels, notes=notes, brief=brief)  # fmt: skip
    lead = (
        "A tonne is traced to the rows of the tables that made it: units sold, lifetime, chemistry, content and, of "
        "what is collected, the collection rate. It rests on an estimate if one of these rows is an estimate; it is "
        "sound if all were read in a source or derived from it."
    )
    return [Paragraph(lead), table]


def _provenance(view: View) -> list[Block]:
    """Rows of the tables by provenance."""
    evidence = view.results.evidence
    if evidence is None or not len(evidence):
        return [Notice("The run holds no rows of tables.")]
    summary = evidence_summary(evidence)
    rows: list[list[Cell]] = [
        [str(name), *(int(row[kind]) for kind in ("read", "derived", "recalled", "estimate", "rows")),
         float(row["estimate_share"])]
        for name, row in summary.iterrows()
    ]  # fmt: skip
    columns = [Column("parameter")]
    columns += [Column(kind, "rows", shown="1", decimals=0) for kind in ("read", "derived", "recalled", "estimate")]
    columns += [Column("all", "rows", shown="1", decimals=0), share("estimates")]
    order = np.argsort(-summary["rows"].to_numpy()[:-1], kind="stable")[:9]
    brief = [*order.tolist(), len(rows) - 1]
    notes = [f"The tables with most rows, and all {len(rows) - 1} tables together."]
    return [Table("provenance", "Rows of the tables by provenance", columns, rows, brief=brief, notes=notes)]


def _warnings(view: View) -> list[Block]:
    warnings = [str(text) for text in view.results.attrs.get("warnings", [])]
    if not warnings:
        return [Paragraph("The run gave no warning.")]
    return [Points([Item("", f"{text}.") for text in warnings])]

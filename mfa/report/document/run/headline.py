"""The headline table of a run, with the ranges of its samples."""

from __future__ import annotations

import numpy as np

from mfa.report.document.content import Block, Cell, Column, Section, Table, share
from mfa.report.document.view import View, places
from mfa.report.tables import HEADLINE_NOTES

DISCARDS = ("discards_direct", "discards_hibernating", "exports_used")
RATIOS = {
    "eol_recycling_rate": share("EoL-RR", "indicators.eol_recycling_rate"),
    "eol_recycling_input_rate": share("EoL-RIR", "indicators.eol_recycling_input_rate"),
    "import_requirement": share("import requirement", "indicators.import_requirement"),
    "self_sufficiency": share("self-sufficiency", "indicators.self_sufficiency"),
    "hhi": Column("HHI", "1", "points", 1e4, 0, "indicators.hhi"),
    "unmet_share": share("unmet", "indicators.unmet_share"),
}


def headline(view: View) -> Section:
    """Section: the headline figures by element and year.

    Parameters
    ----------
    view : View

    Returns
    -------
    Section
    """
    in_use = view.by_element("stocks", "in_use")
    discards = np.sum([view.by_element("flows", name) for name in DISCARDS], axis=0)
    recovered = view.by_element("flows", "secondary", ("scrap",))[..., 0]
    ratios = {name: view.indicator(name) for name in RATIOS}
    rows: list[list[Cell]] = []
    for e, element in enumerate(view.elements):
        for year in view.told:
            row: list[Cell] = [element, year]
            row += [view.cell(values, year, e) for values in (in_use, discards, recovered, *ratios.values())]
            rows.append(row)
    columns = [
        Column("element", dim="element"), Column("year", dim="time"),
        Column("in use", "t", same_as="stocks.in_use"),
        Column("discarded", "t/yr", same_as=" + ".join(f"flows.{name}" for name in DISCARDS)),
        Column("recovered", "t/yr"), *RATIOS.values(),
    ]  # fmt: skip
    table = Table("headline", "Headline figures", columns, rows, labels=view.labels)
    table.notes.append(" ".join(HEADLINE_NOTES))
    for name, column in RATIOS.items():
        table.notes += [f"No {column.head}: {text}." for text in places(view.reasons(name))]
    blocks: list[Block] = [table]
    return Section("headline", "Headline figures", blocks)

"""Supply of a run: the mix, import dependence, and how concentrated imports are."""

from __future__ import annotations

import numpy as np

from mfa.report.charts.lines import draw_lines, shares
from mfa.report.document.content import Block, Cell, Column, Figure, Notice, Paragraph, Section, Table, share
from mfa.report.document.run.stocks import stack_blocks
from mfa.report.document.view import View, places
from mfa.report.document.words import listed
from mfa.report.figure_data import import_requirement, supply_stack

MEASURES = {
    "import_requirement": share("import requirement", "indicators.import_requirement"),
    "unmet_share": share("unmet", "indicators.unmet_share"),
    "net_import_reliance": share("net import reliance", "indicators.net_import_reliance"),
    "self_sufficiency": share("self-sufficiency", "indicators.self_sufficiency"),
    "hhi": Column("HHI", "1", "points", 1e4, 0, "indicators.hhi"),
    "top_origin_share": share("top origin", "indicators.top_origin_share"),
    "n_1_cover": share("N-1", "indicators.n_1_cover"),
}


def supply(view: View) -> Section:
    """Section: what meets the need, and how far it depends on imports.

    Parameters
    ----------
    view : View

    Returns
    -------
    Section
    """
    stack = supply_stack(view.reader)
    section = Section("supply", "Supply and import dependence")
    section.parts = [
        Section("supply-mix", "What meets the need", [
            Paragraph("Metal from scrap comes first, then domestic sources; what they leave is imported."),
            *stack_blocks(view, stack, "supply_mix", "", "No element is needed or supplied in any year."),
        ]),
        Section("dependence", "Import dependence", [
            Paragraph(
                "The import requirement is the share of the need that domestic metal cannot meet, before any "
                "rationing: the dependence that a ban would strike at. Net import reliance falls when a ban denies "
                "supply; it is read beside the need that is unmet."
            ),
            *_requirement(view), _measures(view), *_origins(view),
        ]),
    ]  # fmt: skip
    return section


def _requirement(view: View) -> list[Block]:
    mean, band = import_requirement(view.reader)
    some = [e for e in range(len(view.elements)) if np.isfinite(mean[:, e]).any()]
    title = "Import requirement: share of the need that domestic metal cannot meet"
    if not some:
        return [Notice(f"{title}: not drawn, as there is no need in any year.")]
    elements = [view.elements[e] for e in some]
    lines = shares(mean[:, some], None if band is None else band[:, :, some], view.years,
                   [view.names[element] for element in elements], [view.colours[e] for e in some],
                   "% of need")  # fmt: skip
    pictures, keys = draw_lines(lines, view.told, view.results.last_data_year)
    rows: list[list[Cell]] = []
    brief = []
    for e, element in zip(some, elements, strict=True):
        for t, year in enumerate(view.years.tolist()):
            if year in view.told:
                brief.append(len(rows))
            row: list[Cell] = [element, year, float(mean[t, e])]
            row += [] if band is None else [float(band[0, t, e]), float(band[1, t, e])]
            rows.append(row)
    columns = [Column("element", dim="element"), Column("year", dim="time"),
               share("import requirement", "indicators.import_requirement")]  # fmt: skip
    columns += [] if band is None else [share("5 %"), share("95 %")]
    table = Table("import_requirement_numbers", title, columns, rows, labels=view.labels, brief=brief)
    table.notes += [f"No value: {text}." for text in places(view.reasons("import_requirement"))]
    left = [view.names[view.elements[e]] for e in range(len(view.elements)) if e not in some]
    caption = f"No need, so no share of it: {listed(left)}." if left else ""
    alternative = (
        f"Import requirement in percent of the need, {view.years[0]} to {view.years[-1]}, one panel an element."
    )
    return [Figure("import_requirement", title, pictures, keys, caption, alternative, table)]


def _measures(view: View) -> Table:
    arrays = {name: view.indicator(name) for name in MEASURES}
    years = sorted({view.start, view.focus, view.told[-1]})
    rows: list[list[Cell]] = [
        [element, year, *(view.cell(values, year, e) for values in arrays.values())]
        for e, element in enumerate(view.elements)
        for year in years
    ]
    columns = [Column("element", dim="element"), Column("year", dim="time"), *MEASURES.values()]
    notes = [
        "Top origin: imports from the largest origin over the need met; N-1: need covered if the largest origin fails; "
        "HHI: 10 000 points are a single origin."
    ]
    notes += [f"No {column.head}: {text}." for name, column in MEASURES.items()
              for text in places(view.reasons(name, years))]  # fmt: skip
    return Table("dependence", "Measures of import dependence", columns, rows, labels=view.labels, notes=notes)


def _origins(view: View) -> list[Block]:
    """The three largest origins of each element."""
    imports = view.mean(view.by_element("flows", "imports", ("origin",)))[view.at(view.focus)]  # element, origin
    rows: list[list[Cell]] = []
    for e, element in enumerate(view.elements):
        total = float(imports[e].sum())
        named: list[Cell] = []
        for o in np.argsort(-imports[e], kind="stable")[:3]:
            if imports[e, o] > 0.0:
                named += [view.name("origin", view.results.labels["origin"][o]), float(imports[e, o]) / total]
        rows.append([element, total, *(named + ["none", None] * 3)[:6]])
    if not any(row[1] for row in rows):
        return [Notice(f"No origins: nothing is imported in {view.focus}.")]
    columns = [
        Column("element", dim="element"), Column("imports", "t/yr", same_as="flows.imports"),
        Column("first"), share("share"), Column("second"), share("share"), Column("third"), share("share"),
    ]  # fmt: skip
    title = f"Origins of refined imports, {view.focus}"
    return [Table("origins", title, columns, rows, at={"time": view.focus}, labels=view.labels)]

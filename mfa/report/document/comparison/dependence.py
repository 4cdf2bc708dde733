"""Import dependence of the scenarios that are compared: over the years, levels and changes, by element."""

from __future__ import annotations

import numpy as np

from mfa.report.charts.scenarios import Courses, draw_courses
from mfa.report.comparison import DETAIL, DETAIL_NOTE
from mfa.report.document.comparison.view import Compared
from mfa.report.document.content import Block, Cell, Column, Figure, Notice, Paragraph, Section, Table
from mfa.report.document.words import capital, listed
from mfa.vocabulary import HEADLINE_YEARS

UNMET_NOTE = (
    "In years with unmet need shares of what is still used are lifted, and imports are low because they are denied: no "
    "gain."
)


def dependence(view: Compared) -> Section:
    """Section: import requirement of all scenarios, then all measures by element.

    Parameters
    ----------
    view : Compared

    Returns
    -------
    Section
    """
    section = Section("dependence", "Import dependence")
    section.blocks = [
        Paragraph(
            "The import requirement is the share of the need that domestic metal cannot meet, before any rationing: "
            "the dependence that a ban would strike at."
        ),
        *_figure(view), _levels(view), _changes(view),
    ]  # fmt: skip
    parts = [Section(f"element-{element}", view.names[element], [_element(view, element)]) for element in view.elements]
    section.parts = parts
    return section


def _figure(view: Compared) -> list[Block]:
    years, values = view.courses("import_requirement")
    title = "Import requirement by scenario"
    some = [e for e in range(len(view.elements)) if np.isfinite(values[:, :, e]).any()]
    if not some:
        return [Notice(f"{title}: not drawn, as there is no need in any year.")]
    elements = [view.elements[e] for e in some]
    courses = Courses(100.0 * values[:, :, some], years, [view.short[name] for name in view.scenarios], view.colours,
                      [view.names[element] for element in elements], "% of need", whole=True)  # fmt: skip
    told = [year for year in view.setting.shown if year in years]
    pictures, keys = draw_courses(courses, told, view.last_data_year)
    rows: list[list[Cell]] = []
    brief = []
    for e, element in zip(some, elements, strict=True):
        for t, year in enumerate(years.tolist()):
            if year in told:
                brief.append(len(rows))
            rows.append([element, year, *(float(values[s, t, e]) for s in range(len(view.scenarios)))])
    columns = [Column("element", dim="element"), Column("year", dim="time")]
    columns += [
        Column(view.short[name], "1", "%", 100.0, 1, "import_requirement.value", at={"scenario": name})
        for name in view.scenarios
    ]
    table = Table("courses_numbers", title, columns, rows, labels=view.labels, brief=brief)
    caption = "Numbers at the ends of lines are those of the legend."
    if len(years) == len(view.setting.shown):
        caption += f" Drawn through the years {listed([str(year) for year in years.tolist()])}, which the table holds."
    names = listed(courses.scenarios)
    alternative = f"Import requirement in percent of the need, a panel for each element, a line for each of {names}."
    return [Figure("courses", title, pictures, keys, caption, alternative, table)]


def _levels(view: Compared) -> Table:
    """Import requirement of all scenarios, elements side by side."""
    rows: list[list[Cell]] = []
    for year in view.setting.shown:
        for name in view.scenarios:
            cells = [view.cell(name, "import_requirement", year, element) for element in view.elements]
            rows.append([year, name, *(view.level(cell) for cell in cells)])
    return Table("levels", "Import requirement, % of the need", _columns(view, "value"), rows, labels=view.labels)


def _changes(view: Compared) -> Table:
    """The same against the bases, in points."""
    rows: list[list[Cell]] = []
    for year in view.setting.shown:
        for name in view.scenarios:
            if view.base(name):
                cells = [view.cell(name, "import_requirement", year, element) for element in view.elements]
                rows.append([year, name, *(view.change(cell) for cell in cells)])
    title = "Change of the import requirement against the base, points"
    return Table(
        "changes",
        title,
        _columns(view, "difference", True),
        rows,
        labels=view.labels,
        notes=["Below 0: less import is needed."],
    )


def _columns(view: Compared, kind: str, signed: bool = False) -> list[Column]:
    columns = [Column("year", dim="time"), Column("scenario", dim="scenario")]
    return columns + [
        Column(view.names[element] if len(view.elements) < 6 else element, "1", "", 100.0, 1,
               f"import_requirement.{kind}", signed=signed, at={"element": element})
        for element in view.elements
    ]  # fmt: skip


def _element(view: Compared, element: str) -> Table:
    """All measures of one element."""
    rows: list[list[Cell]] = []
    reasons: dict[str, list[str]] = {}
    lifted = False
    for year in view.setting.shown:
        for name in view.scenarios:
            cells = [view.cell(name, key, year, element) for key, _, _ in DETAIL]
            rows.append([year, name, *(view.level(cell) for cell in cells)])
            lifted |= cells[1].value > 0.0
            for cell in cells:
                if not np.isfinite(cell.value):
                    reasons.setdefault(cell.reason or "undefined", []).append(f"{name} {year}")
    columns = [Column("year", dim="time"), Column("scenario", dim="scenario")]
    for key, (first, second), unit in DETAIL:
        head = first.removesuffix("-") + second if first.endswith("-") else f"{first} {second}".strip()
        same, at = f"{key}.value", {"element": element}
        if unit == "%":
            columns.append(Column(head, "1", "%", 100.0, 1, same, at=at))
        elif unit == "money":
            money = view.setting.money
            columns.append(Column(head, f"{money}/yr", f"million {money}/yr", 1e-6, same_as=same, at=at))
        else:
            columns.append(Column(head, unit, same_as=same, at=at))
    notes = [f"No value: {reason} ({', '.join(dict.fromkeys(where))})." for reason, where in reasons.items()]
    notes = ([UNMET_NOTE] if lifted else []) + notes
    title = f"{view.names[element]}: measures of dependence"
    told = {year for year in HEADLINE_YEARS[1:] if year in view.setting.shown} | {view.focus}
    brief = [place for place, row in enumerate(rows) if row[0] in told]
    return Table(f"element_{element}", title, columns, rows, labels=view.labels, brief=brief,
                 notes=[*notes, capital(DETAIL_NOTE)])  # fmt: skip

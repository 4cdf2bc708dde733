"""What is compared: scenarios and their bases, what each sets, and what must be known to read the tables."""

from __future__ import annotations

from mfa.report.document.comparison.view import Compared
from mfa.report.document.content import Block, Cell, Column, Item, Notice, Paragraph, Points, Section, Table
from mfa.report.document.run.assumptions import setting_rows, shock_rows


def cases(view: Compared, notes: list[str]) -> Section:
    """Section: what was compared, and what was assumed.

    Parameters
    ----------
    view : Compared
    notes : list of str
        What was noted when the runs were read.

    Returns
    -------
    Section
    """
    rows: list[list[Cell]] = [[name, view.title(name), view.base(name) or "none: a base"] for name in view.scenarios]
    columns = [Column("scenario"), Column("title"), Column("measured against")]
    section = Section("cases", "What is compared", [Table("cases", "Scenarios and their bases", columns, rows)])
    first, last = view.setting.period
    items = [
        Item("Need", f"scope {view.comparison.scope.replace('_', ' ')}."),
        Item("Money", f"{view.setting.money}; present values in {first} of the years {first} to {last} at "
             f"{100 * view.setting.discount_rate:.4g} % a year; import avoided: sum of these years, not discounted."),
    ]  # fmt: skip
    section.blocks.append(Points(items))
    section.blocks += [Notice(f"{note}.") for note in [*view.comparison.notes, *notes]]
    section.parts = [
        Section("descriptions", "The scenarios in words", _descriptions(view)),
        Section("levers-set", "Policy levers and shocks", _levers(view)),
    ]
    return section


def _descriptions(view: Compared) -> list[Block]:
    told = {name: " ".join(str(run.resolved.get("description") or "").split()) for name, run in view.runs.items()}
    items = [Item(view.title(name), text) for name, text in told.items() if text]
    return [Points(items)] if items else []


def _levers(view: Compared) -> list[Block]:
    """One table of what all scenarios set: what a scenario shares with its base is there for both."""
    rows: list[list[Cell]] = []
    for name, run in view.runs.items():
        given = run.resolved.get("policy") or {}
        rows += [[name, *row] for row in setting_rows(view.comparison.label_name, given, view.setting.money)]
        for what, where, when, share in shock_rows(view.comparison.label_name, run.resolved.get("shocks") or []):
            rows.append([name, what, where, f"{share}, {when}"])
    if not rows:
        return [Paragraph("No scenario sets a lever or meets a shock, or the runs do not hold their scenarios.")]
    columns = [Column("scenario"), Column("what"), Column("for"), Column("value")]
    return [Table("levers_set", "Levers and shocks of the scenarios", columns, rows)]

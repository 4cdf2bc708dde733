"""The report on a sweep."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mfa.report.document.content import (
    Cell,
    Column,
    Commands,
    Document,
    Item,
    Notice,
    Paragraph,
    Points,
    Section,
    Table,
)
from mfa.report.document.content import number as written_number
from mfa.report.document.run.quality import LIMITS
from mfa.report.document.sweep.responses import responses
from mfa.report.document.sweep.view import SweepView
from mfa.report.document.words import small
from mfa.report.sweep_view import Response, is_flat, unmet_note

if TYPE_CHECKING:
    from mfa.studies.sweep import Sweep


def sweep_document(
    sweep: Sweep, region: str | None = None, elements: Sequence[str] | None = None, year: int | None = None
) -> Document:
    """Content of the report on a sweep.

    Parameters
    ----------
    sweep : Sweep
    region : str, optional
        The first if None.
    elements : sequence of str, optional
        All if None.
    year : int, optional
        2040, or the last, if None.

    Returns
    -------
    Document

    Raises
    ------
    InputError
        If a label or the year is not in the sweep.
    """
    from mfa import __version__

    view = SweepView(sweep, region, elements, year)
    facts = [
        ("Scenario", sweep.scenario),
        ("Region", view.region),
        ("Points", f"{sweep.size}: {view.grid_words()}"),
        ("Year", str(view.focus)),
        ("Made with", f"mfa {__version__}"),
    ]
    sections = [_summary(view), _grid(view), responses(view), *_closing(view)]
    return Document(sweep.title, "Report on a sweep of levers of the material-flow model", facts, sections)


def _summary(view: SweepView) -> Section:
    """Section: how far the levers move each result."""
    title = f"\N{LEFT DOUBLE QUOTATION MARK}{view.sweep.title}\N{RIGHT DOUBLE QUOTATION MARK}"
    lead = f"What {view.sweep.size} combinations of {view.grid_words()} make of {title} in {view.region}, {view.focus}."
    items = []
    for name in view.sweep.names:
        found = view.response(name)
        if found is not None:
            items.append(Item(found.words, _span(view, found)))
    note = unmet_note(view.sweep, view.focus, view.region, view.elements, view.sweep.names)
    return Section("summary", "Summary", [Paragraph(lead), Points(items), *([Notice(note)] if note else [])])


def _span(view: SweepView, found: Response) -> str:
    """Where a result moves most, from which to which value; and which lever moves it."""
    spans = []
    for i in range(len(found.elements)):
        values = found.values[..., i]
        spans.append(0.0 if is_flat(values) else float(np.nanmax(values) - np.nanmin(values)))
    if not any(spans):
        return "does not answer to the levers."
    most = int(np.argmax(spans))
    values = found.values[..., most]
    low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
    element = found.elements[most]
    who = f"most for {small(view.names[element])}, " if element and len(found.elements) > 1 else ""
    text = (
        f"{who}{written_number(float(values.flat[low]))} {found.unit} at {_at(view, low)} to "
        f"{written_number(float(values.flat[high]))} {found.unit} at {_at(view, high)}"
    )
    effects = []
    for axis, lever in enumerate(view.sweep.levers):
        ends = np.take(values, -1, axis=axis) - np.take(values, 0, axis=axis)
        if np.isfinite(ends).any():
            unit = "points" if found.unit == "%" else found.unit
            effects.append(f"{written_number(float(np.nanmean(ends)), signed=True)} {unit} with {lever.name}")
    average = ", on average over the grid" if len(view.sweep.levers) > 1 else ""
    told = f". From the first to the last value{average}: {'; '.join(effects)}" if effects else ""
    return f"{text}{told}."


def _at(view: SweepView, place: int) -> str:
    """Values of the levers at a point."""
    shape = tuple(len(lever.values) for lever in view.sweep.levers)
    index = np.unravel_index(place, shape)
    return ", ".join(f"{lever.name} {lever.show(int(i))}" for lever, i in zip(view.sweep.levers, index, strict=True))


def _grid(view: SweepView) -> Section:
    """Section: levers and their values, and the scenario."""
    resolved = view.sweep.attrs.get("resolved") or {}
    section = Section("grid", "What was varied")
    if resolved.get("description"):
        section.blocks.append(Paragraph(" ".join(str(resolved["description"]).split())))
    rows: list[list[Cell]] = [
        [lever.name, lever.title, ", ".join(lever.show(i) for i in range(len(lever.values)))]
        for lever in view.sweep.levers
    ]
    columns = [Column("lever"), Column("what it is"), Column("values")]
    section.blocks.append(Table("levers", "Levers and their values", columns, rows))
    section.blocks += [Paragraph(f"{note}.") for note in view.sweep.notes]
    return section


def _closing(view: SweepView) -> list[Section]:
    """Sections: limits, hashes, how to repeat it."""
    from mfa import __version__

    attrs = view.sweep.attrs
    rows: list[list[Cell]] = [
        ["mfa", __version__], ["hash of the scenario", str(attrs.get("scenario_hash") or "")],
        ["hash of the parameters", str(attrs.get("dataset_hash") or "")],
    ]  # fmt: skip
    vary = " ".join(
        f"--vary {shlex.quote(lever.key + '=' + ','.join(map(str, lever.given)))}" for lever in view.sweep.levers
    )
    command = f"mfa sweep {shlex.quote(view.sweep.scenario)} {vary} --out swept"
    return [
        Section("limits", "Limits", [Points(LIMITS)]),
        Section("repeat", "Versions, how to repeat it", [
            Table("versions", "Versions and hashes (SHA-256)", [Column("what"), Column("value")], rows),
            Commands([command, "mfa report swept"]),
        ]),
    ]  # fmt: skip

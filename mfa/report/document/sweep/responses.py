"""Responses of a sweep: each result over the levers in one year, as numbers on shades."""

from __future__ import annotations

import itertools

import numpy as np

from mfa.report.charts.heat import heat
from mfa.report.document.content import Block, Cell, Column, Figure, Notice, Section, Table, number
from mfa.report.document.sweep.view import SweepView
from mfa.report.sweep_view import Response, is_flat

ACROSS = {1: (660.0, 1), 2: (330.0, 2)}
"""Width of a picture and pictures side by side, by number of levers."""


def responses(view: SweepView) -> Section:
    """Section: what each result comes to over the grid.

    Parameters
    ----------
    view : SweepView

    Returns
    -------
    Section
    """
    section = Section("responses", "Responses to the levers")
    for name in view.sweep.names:
        found = view.response(name)
        if found is None:
            section.blocks.append(Notice(f"{name} has more dims than a page can show; sweep.nc holds it."))
        else:
            section.parts.append(Section(f"response-{name}", found.words, _response(view, name, found)))
    return section


def _response(view: SweepView, name: str, found: Response) -> list[Block]:
    if not np.isfinite(found.values).any():
        return [Notice(f"{found.title}: not drawn, as there is no value at any point.")]
    if all(is_flat(found.values[..., i]) for i in range(len(found.elements))):
        finite = found.values[np.isfinite(found.values)]
        same = float(finite[0]) if is_flat(finite) else None
        told = f": {number(same)} {found.unit} everywhere" if same is not None else ""
        return [Notice(f"{found.title}: not drawn, as it does not answer to the levers{told}.")]
    table = _table(view, name, found)
    if len(view.sweep.levers) > 2:
        return [Notice("Three levers or more have no picture; the table holds all points."), table]
    panels = _one_lever(view, found) if len(view.sweep.levers) == 1 else _two_levers(view, found)
    title = found.title
    caption = "Numbers on shades: the darker, the higher" + (", each panel for itself." if len(panels) > 1 else ".")
    described = f"{title} over {view.grid_words()}."
    return [Figure(name, title, panels, [], caption, described, table, across=ACROSS[len(view.sweep.levers)][1])]


def _one_lever(view: SweepView, found: Response) -> list:
    """Elements one below the other, values of the lever side by side."""
    lever = view.sweep.levers[0]
    across = [lever.show(i) for i in range(len(lever.values))]
    names = [view.names.get(element, element) or "all elements" for element in found.elements]
    values = found.values.T[::-1]
    written = [[number(float(value)) for value in row] for row in values]
    return [heat(found.title, values, written, across, names[::-1], (lever.name, ""), ACROSS[1][0])]


def _two_levers(view: SweepView, found: Response) -> list:
    """One panel for each element: the first lever across, the second upwards."""
    one, other = view.sweep.levers
    across = [one.show(i) for i in range(len(one.values))]
    down = [other.show(i) for i in range(len(other.values))]
    panels = []
    for i, element in enumerate(found.elements):
        values = found.values[..., i].T
        written = [[number(float(value)) for value in row] for row in values]
        title = f"{view.names.get(element, element) or 'All elements'}, {found.unit}"
        width = ACROSS[2][0] if len(found.elements) > 1 else ACROSS[1][0]
        panels.append(heat(title, values, written, across, down, (one.name, other.name), width))
    return panels


def _table(view: SweepView, name: str, found: Response) -> Table:
    """All points, in the units of sweep.csv."""
    raw = view.raw(name)
    unit = str(view.sweep.plain[name].attrs["units"])
    percent, factor = unit == "1", view.factor(name)
    levers = view.sweep.levers
    rows: list[list[Cell]] = []
    for place in itertools.product(*(range(len(lever.values)) for lever in levers)):
        shown: list[Cell] = [lever.show(i) for lever, i in zip(levers, place, strict=True)]
        for e, element in enumerate(found.elements):
            rows.append([*shown, *([element] if element else []), float(raw[place][e])])
    columns = [Column(lever.name) for lever in levers]
    columns += [Column("element", dim="element")] if found.elements != ("",) else []
    columns.append(Column(found.words, unit, "%" if percent else found.unit if factor != 1.0 else "", factor,
                          1 if percent else None, f"sweep.{name}"))  # fmt: skip
    at: dict[str, str | int] = {"time": found.year} if found.year else {}
    brief = () if len(levers) <= 2 else None
    return Table(f"{name}_numbers", found.title, columns, rows, at=at, labels={"element": view.names}, brief=brief)

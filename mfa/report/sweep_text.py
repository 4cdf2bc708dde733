"""A sweep as text: each result by value of a single lever, or its lowest and highest value over several."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.inputs.messages import number
from mfa.report.blocks import WIDTH, Block
from mfa.report.sweep_view import Response, chosen_labels, is_flat, response, shown_year, unmet_note
from mfa.report.tables import shown

if TYPE_CHECKING:
    import pandas as pd

    from mfa.studies.sweep import Sweep

LISTED_VALUES = 21
"""Values of a single lever that are listed one by one."""


def long_table(sweep: Sweep, years: Sequence[int] | None = None) -> pd.DataFrame:
    """Results in long form, see `Sweep.table`."""
    import pandas as pd

    levers = [lever.name for lever in sweep.levers]
    parts = []
    others: dict[str, None] = {}
    for name in sweep.names:
        array = sweep.plain[name]
        if years is not None and "time" in array.dims:
            array = array.sel(time=[year for year in array["time"].values if year in set(years)])
        own = [str(dim) for dim in array.dims if dim not in levers]
        others.update(dict.fromkeys(own))
        index = pd.MultiIndex.from_product([array[dim].values for dim in array.dims], names=list(map(str, array.dims)))
        frame = pd.DataFrame({"value": array.values.ravel()}, index=index).reset_index()
        frame["result"], frame["unit"] = name, array.attrs["units"]
        parts.append(frame)
    table = pd.concat(parts, ignore_index=True)
    if "time" in table:
        table["time"] = table["time"].astype("Int64")
    return table[[*levers, *others, "result", "value", "unit"]]


def to_text(
    sweep: Sweep, year: int | None = None, elements: Sequence[str] | None = None, regions: Sequence[str] | None = None
) -> str:
    """Text for a terminal, see `Sweep.to_text`."""
    year = shown_year(sweep, year)
    shown_elements = chosen_labels(sweep, "element", elements)
    lines = [f"Sweep of {sweep.scenario}: {sweep.title}"]
    width = max(len(lever.name) for lever in sweep.levers)
    for position, lever in enumerate(sweep.levers):
        told = f"{lever.name:<{width}}  {_values(sweep, position)}  {lever.title}"
        lines += textwrap.wrap(told, WIDTH, initial_indent="  ", subsequent_indent=" " * (width + 4))
    lines.append(f"{sweep.size} points" + (f"; the year shown is {year}" if "time" in sweep.plain.coords else ""))
    for region in chosen_labels(sweep, "region", regions) or [""]:
        found = [response(sweep, name, year, region, shown_elements) for name in sweep.names]
        responses = [one for one in found if one is not None]
        several = sweep.plain.sizes.get("region", 1) > 1
        lines += ["", *([region, ""] if several else [])]
        if len(sweep.levers) == 1 and sweep.size <= LISTED_VALUES:
            blocks = [_by_value(sweep, one) for one in responses]
        else:
            blocks = [_extremes(sweep, responses)] if responses else []
        lines.append("\n\n".join(block.to_text() for block in blocks))
        note = unmet_note(sweep, year, region, shown_elements, sweep.names)
        lines += textwrap.wrap(note, WIDTH)
    other = [name for name in sweep.names if response(sweep, name, year, _first(sweep), shown_elements) is None]
    notes = list(sweep.notes)
    if other:
        notes.append(f"By more than region, year and element, see table() or sweep.nc: {', '.join(other)}")
    return "\n".join([*lines, *[f"{note}." for note in notes]]) + "\n"


def _first(sweep: Sweep) -> str:
    return str(sweep.plain["region"].values[0]) if "region" in sweep.plain.coords else ""


def _values(sweep: Sweep, position: int) -> str:
    """Values of a lever in a few words."""
    lever = sweep.levers[position]
    count = len(lever.values)
    if count <= 4 or not lever.numeric:
        return ", ".join(lever.show(i) for i in range(min(count, 4))) + (f" and {count - 4} more" if count > 4 else "")
    unit = "" if lever.unit == "1" else f" {lever.unit}"
    return f"{number(lever.values[0])} to {number(lever.values[-1])}{unit}, {count} values"


def _by_value(sweep: Sweep, one: Response) -> Block:
    """Table of a result by value of the only lever."""
    lever = sweep.levers[0]
    digits = [[shown(value, one.unit) for value in row] for row in one.values]
    heads = [("", element or "all elements") for element in one.elements]
    rows: list[tuple[Sequence[str], Sequence[str]]] = [([lever.show(i)], cells) for i, cells in enumerate(digits)]
    return Block(one.title, [lever.name], heads, rows=rows)


def _extremes(sweep: Sweep, responses: Sequence[Response]) -> Block:
    """Lowest and highest value of each result, and where they lie."""
    rows: list[tuple[Sequence[str], Sequence[str]]] = []
    for one in responses:
        for i, element in enumerate(one.elements):
            values = one.values[..., i]
            if not np.isfinite(values).any():
                cells = ["-", "", "-", "no value"]
            elif is_flat(values):
                cells = [shown(float(values[np.isfinite(values)][0]), one.unit), "", "", "does not change"]
            else:
                cells = []
                for place in (np.nanargmin(values), np.nanargmax(values)):
                    cells += [shown(float(values.flat[place]), one.unit), _at(sweep, int(place))]
            rows.append(([one.title, element], cells))
    names = ", ".join(lever.name for lever in sweep.levers)
    title = f"Lowest and highest value over the grid, each with the first point ({names}) that has it"
    return Block(title, ["result", ""], [("", "lowest"), ("", "at"), ("", "highest"), ("", "at")], rows=rows)


def _at(sweep: Sweep, place: int) -> str:
    shape = tuple(len(lever.values) for lever in sweep.levers)
    index: Any = np.unravel_index(place, shape)
    return "(" + ", ".join(lever.show(int(i)) for lever, i in zip(sweep.levers, index, strict=True)) + ")"

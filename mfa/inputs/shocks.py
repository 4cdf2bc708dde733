"""Shocks: bans of refined exports, of ore exports and of product imports, for years or for days."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mfa.inputs.grids import Axes, Grid
from mfa.inputs.messages import number, suggest
from mfa.inputs.overrides import Reader
from mfa.inputs.tables import label_dims
from mfa.inputs.yaml_file import KeyPath, Source, dotted
from mfa.units import DAYS_PER_YEAR
from mfa.vocabulary import PARAMETERS, Parameter

NEEDED = {"ban": ("element", "origin"), "ore_ban": ("element", "origin"), "product_ban": ("product",)}
"""Kinds of shock, and the labels that each must name."""


@dataclass(frozen=True)
class Shock:
    """One ban: its kind, labels, years, and the share of a year's deliveries it denies."""

    parameter: Parameter
    select: dict[str, tuple[str, ...]]
    years: tuple[int, int]
    share: float
    where: str
    path: KeyPath
    source: Source


def read_shocks(spec: Any, path: KeyPath, source: Source, reader: Reader) -> list[Shock]:
    """Read the list of shocks of a scenario; faults go to the reader."""

    def fault(place: KeyPath, what: str, mend: str = "") -> None:
        reader.faults.append(source.fault(place, what, mend))

    if spec is None:
        return []
    if not isinstance(spec, list):
        fault(path, " is not a list", "write - ban: {element: [Dy], origin: CHN, from: 2030, to: 2031, share: 1.0}")
        return []
    shocks = []
    for i, item in enumerate(spec):
        place = (*path, i)
        if not isinstance(item, dict) or len(item) != 1:
            fault(place, " is not one shock", f"write - ban: {{...}}; kinds: {', '.join(NEEDED)}")
            continue
        kind, said = next(iter(item.items()))
        place = (*place, kind)
        if kind not in NEEDED:
            fault(place, f": unknown shock '{kind}'", suggest(str(kind), NEEDED, "shocks"))
            continue
        if not isinstance(said, dict):
            fault(place, " is not a mapping", "write {element: [Dy], origin: CHN, from: 2030, to: 2031, share: 1.0}")
            continue
        before = len(reader.faults)
        shock = _read_shock(PARAMETERS[kind], said, place, source, reader)
        if shock and len(reader.faults) == before:
            shocks.append(shock)
    _refuse_overlaps(shocks, reader)
    return shocks


def _read_shock(
    parameter: Parameter, said: Mapping[str, Any], path: KeyPath, source: Source, reader: Reader
) -> Shock | None:
    def fault(place: KeyPath, what: str, mend: str = "") -> None:
        reader.faults.append(source.fault(place, what, mend))

    dims = label_dims(parameter)
    known = [*dims, "year", "from", "to", "share", "days"]
    for key in said:
        if key not in known:
            fault((*path, key), ": unknown key", suggest(str(key), known, "keys"))
    for dim in NEEDED[parameter.name]:
        if dim not in said:
            fault(path, f": no {dim}", f"name the {dim}, a list of them, or '*' for all")
    select = reader.select(said, dims, path, source)
    if "year" in said:
        if "from" in said or "to" in said:
            fault(path, ": year stands beside from or to", "give one or the other")
        sound = reader.year(parameter, said["year"], (*path, "year"), source, strict=True)
        years = (said["year"], said["year"]) if sound else None
    elif "from" in said:
        years = reader.window(parameter, said, path, source, strict=True)
    else:
        fault(path, ": no years", "give year, or from and to")
        years = None
    share, days = 1.0, DAYS_PER_YEAR
    if "share" not in said and "days" not in said:
        fault(path, ": neither share nor days", "give share: 1.0 for a full ban of whole years, or days: 90")
    if "share" in said:
        share = reader.value(parameter, said["share"], (*path, "share"), source)
    if "days" in said:
        days = _days(said["days"])
        if not 0 <= days <= DAYS_PER_YEAR:
            what = "is negative" if days < 0 else "is above 365" if days > 0 else "is not a number of days"
            fault((*path, "days"), f" = {said['days']} {what}", "give 0 to 365 days; for longer bans give from and to")
    if years is None or math.isnan(share):
        return None
    return Shock(parameter, select, years, share * days / DAYS_PER_YEAR, source.where(path), path, source)


def _days(raw: Any) -> float:
    from mfa.errors import UnitError
    from mfa.units import read_quantity

    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return float(raw)
    try:
        return read_quantity(raw, "day")
    except (UnitError, TypeError):
        return math.nan


def _refuse_overlaps(shocks: Sequence[Shock], reader: Reader) -> None:
    for i, later in enumerate(shocks):
        for earlier in shocks[:i]:
            if earlier.parameter is not later.parameter:
                continue
            first = max(earlier.years[0], later.years[0])
            if first > min(earlier.years[1], later.years[1]):
                continue
            common = []
            for dim in label_dims(later.parameter):
                mine = later.select.get(dim, tuple(reader.axes.of(dim)))
                theirs = earlier.select.get(dim, tuple(reader.axes.of(dim)))
                common.append([label for label in mine if label in theirs])
            if all(common):
                labels = ", ".join(labels[0] for labels in common[1:])
                what = f" overlaps {dotted(earlier.path)} ({earlier.where}) for {labels} in {first}"
                mend = "make their labels or years apart, or merge them into one ban with the share wanted"
                reader.faults.append(later.source.fault(later.path, what, mend))


def apply_shock(shock: Shock, grids: dict[str, Grid], axes: Axes, reader: Reader) -> dict[str, Grid]:
    """Write a shock into the grid of its parameter; a ban that stands there already is an overlap."""
    grid = grids.get("value", Grid((), np.array(0.0)))
    dims = ["time", *(dim for dim, labels in shock.select.items() if len(labels) < len(axes.of(dim)))]
    wide = grid.spread(dims, shock.parameter.dims, axes)
    index = []
    for dim in wide.dims:
        if dim == "time":
            index.append(np.flatnonzero((axes.years >= shock.years[0]) & (axes.years <= shock.years[1])))
        elif dim in shock.select:
            where = axes.positions(dim)
            index.append(np.array([where[label] for label in shock.select[dim]], dtype=np.int64))
        else:
            index.append(np.arange(len(axes.of(dim))))
    mesh = np.ix_(*index)
    standing = float(np.nanmax(wide.data[mesh])) if wide.data[mesh].size and np.any(wide.data[mesh] > 0) else 0.0
    if standing > 0:
        what = f" hits cells where {shock.parameter.name} is {number(standing)} already, from a table or an override"
        reader.faults.append(shock.source.fault(shock.path, what, "remove one of the two"))
    wide.data[mesh] = shock.share
    return {"value": wide}

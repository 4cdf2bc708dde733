"""Arrays on their way into the model: rows of tables become dense grids, records of scenarios overwrite cells."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mfa.errors import Fault
from mfa.inputs.fill import ALL, PatternConflict, fill_years, place_patterns
from mfa.inputs.table_files import placer
from mfa.inputs.tables import Key, Table, label_dims, year_dim
from mfa.system.survival import FAMILIES, TERMS, canonical_parameters
from mfa.vocabulary import Parameter, named_like

Anchors = dict[int | None, tuple[Any, str]]
"""Value and place of the row by year; the year is None where the value holds for all years."""


@dataclass(frozen=True)
class Axes:
    """Labels of every label dim, the run's years, and the cohorts (the years and those of an initial stock)."""

    labels: Mapping[str, Sequence[str]]
    years: NDArray[np.int64]
    cohorts: NDArray[np.int64]
    _like: dict[tuple[str, ...], xr.DataArray] = field(default_factory=dict, compare=False, repr=False)

    def of(self, dim: str) -> Sequence[Any] | NDArray[np.int64]:
        """Labels of a dim, or its years."""
        if dim == "time":
            return self.years
        if dim == "cohort":
            return self.cohorts
        return self.labels[named_like(dim)]

    def positions(self, dim: str) -> dict[str, int]:
        """Position of each label of a dim."""
        return {label: i for i, label in enumerate(self.of(dim))}

    def label(self, dims: tuple[str, ...], data: NDArray[Any]) -> xr.DataArray:
        """Values with labels; arrays of the same dims share coordinates, which are dear to make."""
        like = self._like.get(dims)
        if like is None:
            coords = {dim: self._coordinate(dim) for dim in dims}
            like = self._like[dims] = xr.DataArray(np.broadcast_to(0.0, data.shape), dims=dims, coords=coords)
        return like.copy(deep=False, data=data)

    def _coordinate(self, dim: str) -> NDArray[Any]:
        labels = self.of(dim)
        return labels if isinstance(labels, np.ndarray) else np.asarray(labels, dtype=object).astype(str)


@dataclass
class Grid:
    """A plain array with the names of its dims, in canonical order."""

    dims: tuple[str, ...]
    data: NDArray[Any]

    def spread(self, dims: Sequence[str], order: Sequence[str], axes: Axes) -> Grid:
        """Return a copy that also has the dims given, the values repeated along the new ones."""
        wanted = tuple(dim for dim in order if dim in self.dims or dim in dims)
        shape = tuple(len(axes.of(dim)) for dim in wanted)
        index = tuple(slice(None) if dim in self.dims else None for dim in wanted)
        return Grid(wanted, np.array(np.broadcast_to(self.data[index], shape)))


Series = dict[Key, dict[tuple[str, str], Anchors]]
"""Rows by label pattern, then by (survival, term) for lifetimes (else two empty texts), then by year."""


def series_of(tables: Sequence[Table], regions: Iterable[str]) -> Series:
    """Gather the rows of a parameter from the tables of all folders; a later folder replaces rows with the same keys.

    Rows of regions outside the run, and of trade with them, are left out. A lifetime is replaced as a whole.
    """
    gathered: Series = {}
    kept = {ALL, *regions}
    for table in tables:
        place = placer(table.path)
        dims = label_dims(table.parameter)
        ends = [i for i, dim in enumerate(dims) if named_like(dim) == "region"]
        terms = table.terms or [("", "")] * len(table.keys)
        renewed: set[Key] = set()
        for key, year, value, line, term in zip(table.keys, table.years, table.values, table.lines, terms, strict=True):
            if any(key[i] not in kept for i in ends):
                continue
            if table.terms and key not in renewed:
                renewed.add(key)
                gathered.pop(key, None)
            gathered.setdefault(key, {}).setdefault(term, {})[year] = (value, place(line))
    return gathered


def build(parameter: Parameter, series: Series, axes: Axes, faults: list[Fault]) -> dict[str, Grid]:
    """Make dense grids of a parameter's rows: ``value``, or ``code, first, second`` for a lifetime.

    Cells without a row hold NaN (numbers), -1 (code of a lifetime), the default (text, truth values).
    """
    dims = label_dims(parameter)
    used = [i for i in range(len(dims)) if any(key[i] != ALL for key in series)]
    kept = tuple(dims[i] for i in used)
    along = year_dim(parameter)
    patterns = [tuple(key[i] for i in used) for key in series]
    moving = along is not None and any(
        year is not None for terms in series.values() for anchors in terms.values() for year in anchors
    )
    years = np.asarray(axes.of(along)) if along and moving else np.array([0], dtype=np.int64)
    filler: dict[str, Any] = {"value": blank(parameter)}
    if parameter.kind == "lifetime":
        filler = {"code": -1, "first": math.nan, "second": math.nan}
    filled: dict[str, list[NDArray[Any]]] = {part: [] for part in filler}
    for key, terms in series.items():
        if parameter.kind == "lifetime":
            parts = lifetime_series(terms, years, faults)
        else:
            parts = {"value": fill_anchors(parameter, terms["", ""], years, faults, dims, key)}
        for part, values in parts.items():
            filled[part].append(values)
    grids = {}
    for part, blank_value in filler.items():
        shape = (*(len(axes.of(dim)) for dim in kept), len(years))
        data = np.full(shape, blank_value, dtype=_dtype(parameter, part))
        try:
            place_patterns(data, patterns, filled[part], [axes.positions(dim) for dim in kept])
        except PatternConflict as conflict:
            one, other = (list(series)[i] for i in (conflict.first, conflict.second))
            place = next(iter(next(iter(series[other].values())).values()))[1]
            faults.append(
                Fault(
                    place,
                    f"{parameter.name}: the rows {_shown(dims, one)} and {_shown(dims, other)} hit the same cell with "
                    f"equally many *",
                    "add rows for the labels that both hit",
                )
            )
            return {}
        if not moving:
            grids[part] = Grid(kept, data[..., 0])
            continue
        assert along is not None
        order = tuple(dim for dim in parameter.dims if dim in kept or dim == along)
        grids[part] = Grid(order, np.ascontiguousarray(np.moveaxis(data, -1, order.index(along))))
    return grids


def blank(parameter: Parameter) -> Any:
    """What stands in a cell without a row before defaults are put in."""
    return math.nan if parameter.kind == "number" else parameter.default


def _dtype(parameter: Parameter, part: str) -> Any:
    if part == "code":
        return np.int64
    return {"number": np.float64, "bool": np.bool_, "text": object, "lifetime": np.float64}[parameter.kind]


def _shown(dims: Sequence[str], key: Sequence[str]) -> str:
    return "(" + ", ".join(f"{dim}={label}" for dim, label in zip(dims, key, strict=True)) + ")"


def fill_anchors(
    parameter: Parameter,
    anchors: Anchors,
    years: NDArray[np.int64],
    faults: list[Fault],
    dims: Sequence[str] = (),
    key: Sequence[str] = (),
) -> NDArray[Any]:
    """One series of a parameter over the years, by its fill rule."""
    default = default_value(parameter)
    first_place = next(iter(anchors.values()))[1]
    if None in anchors:
        if len(anchors) > 1:
            faults.append(
                Fault(
                    first_place,
                    f"{parameter.name} {_shown(dims, key)} is given for all years and for single years",
                    "give years in every row of the series, or in none",
                )
            )
        value = anchors[None][0]
        return np.full(len(years), value, dtype=_dtype(parameter, "value"))
    ordered = sorted((year, value) for year, (value, _) in anchors.items() if year is not None)
    anchor_years = np.array([year for year, _ in ordered], dtype=np.int64)
    values = np.array([[value for _, value in ordered]], dtype=_dtype(parameter, "value"))
    if parameter.fill == "span" and (anchor_years[0] > years[0] or anchor_years[-1] < years[-1]):
        gap = (
            f"begins in {anchor_years[0]}, the run in {years[0]}"
            if anchor_years[0] > years[0]
            else f"ends in {anchor_years[-1]}, the run in {years[-1]}"
        )
        wanted = years[0] if anchor_years[0] > years[0] else years[-1]
        faults.append(
            Fault(
                first_place,
                f"{parameter.name} {_shown(dims, key)}: year {wanted} missing: the series {gap}",
                f"give {wanted} (0 if there is nothing), or shorten the run: nothing is held beyond the years given",
            )
        )
    return fill_years(parameter.fill, anchor_years, values, years, default)[0]


def default_value(parameter: Parameter) -> Any:
    """Default in a cell: NaN stands for none, and for what must be given."""
    if parameter.kind != "number":
        return parameter.default
    return parameter.default if isinstance(parameter.default, float) else math.nan


def lifetime_series(
    terms: Mapping[tuple[str, str], Anchors], years: NDArray[np.int64], faults: list[Fault]
) -> dict[str, NDArray[Any]]:
    """Canonical lifetime of one series: terms are filled along the cohorts first, then converted."""
    empty = {
        "code": np.full(len(years), -1),
        "first": np.full(len(years), np.nan),
        "second": np.full(len(years), np.nan),
    }
    place = next(iter(next(iter(terms.values())).values()))[1]
    families = list(dict.fromkeys(survival for survival, _ in terms))
    if len(families) > 1:
        faults.append(Fault(place, f"one lifetime has two survival functions: {', '.join(families)}", "keep one"))
        return empty
    family = families[0]
    names = {name for _, name in terms}
    wanted = next((group for group in TERMS[family] if set(group) == names), None)
    if wanted is None:
        sets = " or ".join(" and ".join(group) for group in TERMS[family])
        faults.append(Fault(place, f"{family} is given by {', '.join(sorted(names))}", f"give {sets}"))
        return empty
    filled: dict[str, NDArray[Any]] = {}
    for name in wanted:
        anchors = terms[family, name]
        if None in anchors:
            if len(anchors) > 1:
                what = f"{name} is given for all cohorts and for single ones"
                faults.append(Fault(place, what, "give cohorts in every row of the term, or in none"))
            filled[name] = np.full(len(years), anchors[None][0])
            continue
        ordered = sorted((year, value) for year, (value, _) in anchors.items() if year is not None)
        anchor_years = np.array([year for year, _ in ordered])
        filled[name] = fill_years("path", anchor_years, np.array([[v for _, v in ordered]]), years, math.nan)[0]
    first, second = canonical_parameters(family, filled)
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        faults.append(
            Fault(place, f"no {family} has these terms", "check mean and sd (a folded normal: sd/mean <= 0.755)")
        )
        return empty
    code = FAMILIES.index(family)
    size = len(years)
    return {
        "code": np.full(size, code),
        "first": np.broadcast_to(first, size).astype(np.float64),
        "second": np.broadcast_to(second, size).astype(np.float64),
    }

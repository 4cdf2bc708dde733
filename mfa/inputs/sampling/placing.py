"""How drawn columns become arrays: cells of a parameter as weighted sums of columns, one sparse product for each.

Between anchor years a path is linear in its anchors, so each cell is a sum of at most two drawn rows. Cells that a
scenario sets are left alone; where it multiplies, the sum is multiplied too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mfa.inputs.fill import fill_years
from mfa.inputs.grids import Axes, Grid
from mfa.inputs.overrides import Record, apply_record
from mfa.inputs.sampling.targets import Target
from mfa.inputs.shocks import Shock
from mfa.vocabulary import Parameter

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOT_DRAWN = -1


def multipliers(
    parameter: Parameter, records: Sequence[Record], shocks: Sequence[Shock], target: Target, axes: Axes
) -> Floats:
    """What a scenario makes of the rows of the tables: 1 as they are, 0 set by the scenario, else a factor.

    Returns
    -------
    array [label cell, year]
    """
    plain = replace(parameter, kind="number", default=1.0, fill="path")
    grid = Grid((), np.array(1.0))
    changes = [record for record in records if record.parameter.name == parameter.name]
    changes += [
        Record(parameter, shock.select, shock.where, shock.path, {None: (0.0, "")}, window=shock.years)
        for shock in shocks
        if shock.parameter.name == parameter.name
    ]
    for record in changes:
        if record.factor is None:
            record = replace(record, anchors={None: (0.0, record.where)}, terms={})
        grid = apply_record(replace(record, parameter=plain), {"value": grid}, axes, [])["value"]
    wide = grid.data[tuple(slice(None) if dim in grid.dims else None for dim in target.dims)]
    wide = np.broadcast_to(wide, tuple(len(axes.of(dim)) for dim in target.dims))
    if target.along:
        wide = np.moveaxis(wide, target.dims.index(target.along), -1)
    return wide.reshape(-1, len(target.years)).astype(np.float64)


def anchor_weights(parameter: Parameter, anchors: Sequence[int | None], years: Ints) -> Floats:
    """Weight of each anchor in each year by the fill rule of the parameter: array [anchor, year].

    Examples
    --------
    >>> from mfa.vocabulary import PARAMETERS
    >>> anchor_weights(PARAMETERS["base_price"], [2020, 2024], np.arange(2020, 2026))
    array([[1.  , 0.75, 0.5 , 0.25, 0.  , 0.  ],
           [0.  , 0.25, 0.5 , 0.75, 1.  , 1.  ]])
    """
    if list(anchors) == [None]:
        return np.ones((1, len(years)))
    rule = "path" if parameter.kind == "lifetime" else parameter.fill
    return fill_years(rule, np.array(anchors, dtype=np.int64), np.eye(len(anchors)), years, 0.0)


@dataclass
class Cells:
    """Cells of one parameter that vary, gathered series by series."""

    target: Target
    positions: list[Ints] = field(default_factory=list)
    constants: list[Floats] = field(default_factory=list)
    entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    count: int = 0

    def add_series(
        self, cells: Ints, weights: Floats, columns: Sequence[int], values: Floats, scale: Floats, drawn: NDArray[Any]
    ) -> None:
        """Add the cells of one series.

        Parameters
        ----------
        cells : array of int [cell]
            Label cells, flat.
        weights : array [row, year]
            Weight of each row in each year.
        columns : sequence of int [row]
            Column that each row draws from; `NOT_DRAWN` where it keeps its value.
        values : array [row]
            Values of the rows without uncertainty.
        scale : array [cell, year]
            What the scenario multiplies with; 0 where it sets the value.
        drawn : array of bool [cell, year]
            Cells that may vary at all.
        """
        column = np.asarray(columns, dtype=np.int64)
        moving = column != NOT_DRAWN
        varies = (weights[moving] != 0.0).any(axis=0)
        first = self.target.first_positions[cells]
        wanted = drawn & varies & (scale != 0.0) & (first >= 0)[:, None]
        cell, year = np.nonzero(wanted)
        if not len(cell):
            return
        numbers = self.count + np.arange(len(cell))
        self.count += len(cell)
        self.positions.append(first[cell] + year * self.target.year_stride)
        fixed = values[~moving] @ weights[~moving]
        self.constants.append(fixed[year] * scale[cell, year])
        share = weights[moving][:, year]
        row, used = np.nonzero(share)
        self.entries.append((numbers[used], column[moving][row], share[row, used] * scale[cell[used], year[used]]))

    def plan(self, base: xr.DataArray) -> Plan | None:
        """Bring all series together; None if nothing varies."""
        if not self.count:
            return None
        number, column, weight = (np.concatenate(parts) for parts in zip(*self.entries, strict=True))
        positions, constants = np.concatenate(self.positions), np.concatenate(self.constants)
        used, place = np.unique(column, return_inverse=True)
        from scipy import sparse

        order = np.argsort(positions, kind="stable")
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        shape = (self.count, len(used))
        matrix = sparse.csr_array((weight, (rank[number], place.reshape(-1))), shape=shape)
        matrix.sort_indices()
        return Plan(self.target, base, positions[order], used, matrix, constants[order])


@dataclass
class Plan:
    """One parameter: which cells vary, and how they follow from the columns."""

    target: Target
    array: xr.DataArray
    positions: Ints
    columns: Ints
    matrix: Any
    constants: Floats

    def __post_init__(self) -> None:
        self.base = self.target.base(self.array)
        self.everything = len(self.positions) == self.target.size
        self.plain = not self.constants.any()

    @property
    def name(self) -> str:
        """The parameter."""
        return self.target.parameter.name

    def cells(self, values: Floats) -> Floats:
        """Varying cells [cell, sample] from all columns [sample, column]."""
        found = self.matrix @ np.ascontiguousarray(values.T[self.columns])
        if not self.plain:
            found += self.constants[:, None]
        return found

    def filled(self, cells: Floats) -> Floats:
        """Whole array [flat, sample] with these cells."""
        if self.everything:
            return cells
        result = np.empty((self.target.size, cells.shape[1]))
        result[:] = self.base[:, None]
        result[self.positions] = cells
        return result


def label_cells(owners: Ints, number: int) -> Ints:
    """Label cells, flat, that a series gives."""
    return np.flatnonzero(owners.reshape(-1) == number)

"""Ranges that a scenario gives in its section `uncertainty`: they stand in place of those of the tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mfa.errors import Fault
from mfa.inputs.messages import number
from mfa.inputs.sampling.rows import Row, Series
from mfa.inputs.sampling.settings import Range
from mfa.inputs.sampling.share_groups import logistic_sigma
from mfa.inputs.sampling.targets import Target
from mfa.inputs.sampling.wanted import WantedSeries, WantedShares, row_law
from mfa.inputs.tables import canonical_units, label_dims

if TYPE_CHECKING:
    from mfa.inputs.sampling.planning import Planner

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


class RangeReader:
    """Turns the ranges of a scenario into rows with laws, around whatever stands in the cells that they name."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.ranges = planner.settings.ranges
        self.met: set[int] = set()
        self._claims: dict[int, Mask] = {}

    def concerns(self, name: str) -> bool:
        """True if a range is about the parameter."""
        return any(one.parameter.name == name for one in self.ranges)

    def unused(self) -> list[Fault]:
        """Ranges whose parameter is not given in the scenario."""
        return [
            one.fault(f"{one.parameter.name} is not given in this scenario", "give it a value first, or drop the range")
            for i, one in enumerate(self.ranges)
            if i not in self.met
        ]

    # --- numbers and shares ------------------------------------------------------------------------------------------

    def claim(self, target: Target, series: Sequence[Series]) -> Mask:
        """Cells that ranges are about: array [label cell, year]. A later range takes cells from an earlier one."""
        shape = (len(target.first_positions), len(target.years))
        claimed = np.zeros(shape, dtype=bool)
        mine = [i for i, one in enumerate(self.ranges) if one.parameter is target.parameter]
        for i in reversed(mine):
            self.met.add(i)
            mask = self._mask(self.ranges[i], target) & ~claimed
            self._claims[i] = mask
            claimed |= mask
        return claimed

    def _mask(self, one: Range, target: Target) -> Mask:
        labels = np.ones(target.label_shape, dtype=bool)
        for axis, dim in enumerate(target.label_dims):
            if dim in one.select:
                chosen = np.isin(np.asarray(target.labels.of(dim)), one.select[dim])
                shape = [1] * labels.ndim
                shape[axis] = -1
                labels &= chosen.reshape(shape)
        narrower = [dim for dim, names in one.select.items() if dim not in target.label_dims and self._part(dim, names)]
        if narrower:
            what = f"{one.parameter.name} is the same for all {narrower[0]}s in this scenario"
            self.planner.faults.append(one.fault(what, f"leave {narrower[0]} out"))
        years = np.ones(len(target.years), dtype=bool)
        if one.window is not None:
            if target.along is None:
                what = f"{one.parameter.name} is the same in all years of this scenario"
                self.planner.faults.append(one.fault(what, "leave the years out"))
            else:
                years = (target.years >= one.window[0]) & (target.years <= one.window[1])
        return labels.reshape(-1)[:, None] & years

    def _part(self, dim: str, names: Sequence[str]) -> bool:
        return len(names) < len(self.planner.axes.of(dim))

    def wanted(self, target: Target, series: Sequence[Series]) -> list[WantedSeries | WantedShares]:
        """What the ranges of a parameter let vary."""
        found: list[WantedSeries | WantedShares] = []
        base = target.base(self.planner.inputs.arrays[target.parameter.name])
        for i, mask in sorted(self._claims.items()):
            one = self.ranges[i]
            if one.parameter is not target.parameter:
                continue
            make = self._shares if target.parameter.sum_over is not None else self._numbers
            before = len(found)
            found += make(one, mask, target, series, base)
            if len(found) == before and not any(fault.where == one.where for fault in self.planner.faults):
                self.planner.faults.append(one.fault("nothing varies there", "check labels, years, and low and high"))
        return found

    def _labels(self, target: Target, series: Sequence[Series], cell: int) -> dict[str, str]:
        """Labels by which the factor of a cell is named: those of the row that gives it, else its own."""
        owners = target.owners([one.key for one in series]).reshape(-1) if series else None
        if owners is not None and owners[cell] >= 0:
            return dict(zip(label_dims(target.parameter), series[int(owners[cell])].key, strict=True))
        return {dim: target.label(dim, cell) for dim in target.label_dims}

    def _values(self, target: Target, base: Floats, cell: int) -> Floats:
        years = np.arange(len(target.years)) * target.year_stride
        return base[target.first_positions[cell] + years]

    def _numbers(
        self, one: Range, mask: Mask, target: Target, series: Sequence[Series], base: Floats
    ) -> list[WantedSeries]:
        found = []
        for cell in np.flatnonzero(mask.any(axis=1) & (target.first_positions >= 0)).tolist():
            factor = self.planner.settings.naming.factor(one.parameter.name, "", self._labels(target, series, cell))
            highest = math.inf
            if one.parameter.name == "hibernation_share":
                highest = self.planner.room_for_hibernation(target, np.array([cell]))
            rows, laws, weights = [], [], []
            for year in np.flatnonzero(mask[cell]).tolist():
                value = float(self._values(target, base, cell)[year])
                row = self._row(one, int(target.years[year]), value)
                law, fault = row_law(one.parameter, row, factor, highest=highest)
                if fault:
                    self.planner.faults.append(fault)
                unit = np.zeros(len(target.years))
                unit[year] = 1.0
                rows.append(row)
                laws.append(law)
                weights.append(unit)
            scale, drawn = np.ones((1, len(target.years))), mask[cell : cell + 1]
            by_cell = one.parameter.name == "max_collection_rate"
            wanted = WantedSeries(target, np.array([cell]), np.array(weights), rows, laws, scale, drawn, by_cell)
            if wanted.acts():
                found.append(wanted)
        return found

    def _row(self, one: Range, year: int, value: float) -> Row:
        """Row of one cell: low and high around its value, as wide as the widening allows in the year."""
        low, high = (one.low * value, one.high * value) if one.relative else (one.low, one.high)
        if one.widening and one.window is not None:
            part = (year - one.window[0]) / (one.window[1] - one.window[0])
            low, high = value + part * (low - value), value + part * (high - value)
        unit = canonical_units(one.parameter, self.planner.inputs.money)[-1]
        return Row(year, value, low, high, math.nan, one.distribution, "estimate", one.where, unit)

    def _shares(
        self, one: Range, mask: Mask, target: Target, series: Sequence[Series], base: Floats
    ) -> list[WantedShares]:
        summed = target.parameter.sum_over
        assert summed is not None
        if summed not in target.label_dims:
            return []
        axis = target.label_dims.index(summed)
        numbers = np.moveaxis(np.arange(len(mask)).reshape(target.label_shape), axis, -1)
        found = []
        for cells in numbers.reshape(-1, target.label_shape[axis]):
            years = np.flatnonzero(mask[cells].all(axis=0))
            held = [cell for cell in cells.tolist() if target.first_positions[cell] >= 0]
            if not len(years) or not held:
                continue
            values = np.array([self._values(target, base, cell) for cell in held])
            factors = [
                self.planner.settings.naming.factor(one.parameter.name, "", self._labels(target, series, cell))
                for cell in held
            ]
            anchors, weights = [], []
            for year in years.tolist():
                members = []
                for i, factor in enumerate(factors):
                    share = float(values[i, year])
                    if share > 0.0:
                        logistic = one.distribution == "logistic_normal"
                        sigma = logistic_sigma(share, one.concentration) if logistic else math.nan
                        members.append((i, share, factor, sigma))
                anchors.append((one.concentration, members))
                unit = np.zeros(len(target.years))
                unit[year] = 1.0
                weights.append(unit)
            drawn = np.ones((1, len(target.years)), dtype=bool)
            rows = [[self._row(one, int(target.years[year]), float(own[year])) for year in years] for own in values]
            wanted = WantedShares(target, np.array(held)[:, None], np.array(weights), anchors, rows, drawn)
            if wanted.acts():
                found.append(wanted)
        return found

    # --- lifetimes ---------------------------------------------------------------------------------------------------

    def lifetime_rows(self, name: str, series: Sequence[Series], scale: Floats, target: Target) -> list[Series]:
        """Series of a lifetime with the bounds that ranges give to their terms."""
        result = list(series)
        for i, one in enumerate(self.ranges):
            if one.parameter.name != name:
                continue
            self.met.add(i)
            keys = list(dict.fromkeys(s.key for s in series))
            owners = target.owners(keys).reshape(-1)
            hit = False
            for k, own in enumerate(result):
                if own.term != one.term or not self._selected(one, own):
                    continue
                if not (scale[owners == keys.index(own.key)] != 0.0).any():
                    continue
                hit = True
                rows = [self._bounded_term(one, row) for row in own.rows]
                result[k] = replace(own, rows=rows)
            if not hit:
                what = f"no row of {name} has the term '{one.term}' for these labels, or the scenario gives another"
                self.planner.faults.append(one.fault(what, "the range of a lifetime belongs to a row of its table"))
        return result

    def _bounded_term(self, one: Range, row: Row) -> Row:
        low, high = (one.low * row.value, one.high * row.value) if one.relative else (one.low, one.high)
        if not low <= row.value <= high:
            what = f"the value {number(row.value)} lies outside {number(low)} to {number(high)}"
            self.planner.faults.append(one.fault(what, "mend low or high"))
        return replace(row, low=low, high=high, sd=math.nan, distribution=one.distribution)

    @staticmethod
    def _selected(one: Range, series: Series) -> bool:
        return all(series.label(dim) in names for dim, names in one.select.items())

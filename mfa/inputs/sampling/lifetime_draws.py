"""Sampled lifetimes: terms are drawn and filled along the cohorts, then brought to the canonical form of survival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mfa.inputs.arrays import Lifetimes
from mfa.inputs.overrides import stretched
from mfa.inputs.sampling.draws import Draws
from mfa.inputs.sampling.placing import anchor_weights
from mfa.inputs.sampling.rows import Series
from mfa.inputs.sampling.targets import Labelled, Target
from mfa.inputs.sampling.wanted import Numbers, RowLaw, WantedSeries
from mfa.system.survival import FAMILIES, canonical_parameters

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass
class WantedLifetime:
    """The terms of one lifetime, and the cells that have it.

    Attributes
    ----------
    terms : list of (Series, laws)
        Rows of each term, and the law of each row that varies.
    cells : array of int [cell]
        Label cells, flat.
    scale : array [cell, cohort]
        What the scenario stretches the lifetime with; 0 where it gives another.
    """

    target: Target
    cells: Ints
    terms: list[tuple[Series, list[RowLaw | None]]]
    scale: Floats

    def acts(self) -> bool:
        """True if a cell of the tables is left."""
        return any(law is not None for _, laws in self.terms for law in laws) and bool((self.scale != 0.0).any())

    def place(self, numbers: Numbers, draws: Draws, plan: LifetimePlan) -> None:
        """Ask for the columns, and put them into the plan."""
        columns = [[WantedSeries.column(law, numbers, draws, 0) for law in laws] for _, laws in self.terms]
        if all(column < 0 for row in columns for column in row):
            return
        years = self.target.years
        changes = any(series.rows[0].year is not None for series, _ in self.terms)
        at = years if changes else years[:1]
        terms = {}
        for (series, _), own in zip(self.terms, columns, strict=True):
            weights = anchor_weights(series.parameter, [row.year for row in series.rows], at)
            terms[series.term] = (weights, own, np.array([row.value for row in series.rows]))
        plan.add(self.terms[0][0].survival, terms, self.cells, self.scale, changes)


@dataclass
class _Unit:
    """Lifetimes that are computed together: one for each cohort, or one for all."""

    family: str
    terms: dict[str, tuple[Floats, list[int], Floats]]
    position: Ints
    """Where each cell and year lies in the array."""
    which: Ints
    """Which of the lifetimes it has."""
    factor: Floats | None
    """What stretches it; None if nothing does."""


class LifetimePlan:
    """All sampled lifetimes of one parameter."""

    def __init__(self, target: Target, base: Any) -> None:
        self.target = target
        self.code, first, second = (part.broadcast_like(_widest(base)) for part in base.canonical())
        self.first, self.second = target.base(first), target.base(second)
        self.units: list[_Unit] = []
        self.curves = base.curves

    @property
    def name(self) -> str:
        """The parameter."""
        return self.target.parameter.name

    def add(self, family: str, terms: dict[str, Any], cells: Ints, scale: Floats, changes: bool) -> None:
        """Add the cells of one lifetime."""
        cell, year = np.nonzero(scale != 0.0)
        which = year if changes else np.zeros_like(year)
        position = self.target.first_positions[cells[cell]] + year * self.target.year_stride
        factor = scale[cell, year]
        self.units.append(_Unit(family, terms, position, which, None if (factor == 1.0).all() else factor))

    def lifetimes(self, values: Floats, labels: Labelled) -> Lifetimes:
        """Canonical lifetimes of all samples from all columns [sample, column]."""
        count = len(values)
        first = np.empty((self.target.size, count))
        second = np.empty_like(first)
        first[:], second[:] = self.first[:, None], self.second[:, None]
        for unit in self.units:
            given = {}
            for term, (weights, columns, fixed) in unit.terms.items():
                rows = np.broadcast_to(fixed, (count, len(fixed))).copy()
                drawn = [i for i, column in enumerate(columns) if column >= 0]
                rows[:, drawn] = values[:, [columns[i] for i in drawn]]
                total = rows[:, :1] * weights[0]
                for i in range(1, len(fixed)):
                    total += rows[:, i : i + 1] * weights[i]
                given[term] = total
            one, other = (np.broadcast_to(part, (count, given[term].shape[1])) for part in _canonical(unit, given))
            code = FAMILIES.index(unit.family)
            for part, array, found in (("first", first, one), ("second", second, other)):
                cells = found.T[unit.which]
                if unit.factor is not None:
                    cells = stretched(part, cells, np.full(1, code), unit.factor[:, None])
                array[unit.position] = cells
        shape = (*self.target.shape, count)
        parts = [labels.array(np.moveaxis(part.reshape(shape), -1, 0), self.target.dims) for part in (first, second)]
        return Lifetimes(self.code.transpose(*self.target.dims), *parts)


def _canonical(unit: _Unit, given: dict[str, Floats]) -> tuple[Floats, Floats]:
    return canonical_parameters(unit.family, given)


def _widest(base: Any) -> xr.DataArray:
    parts = base.canonical()
    return max(parts, key=lambda part: part.ndim)


def terms_by_key(series: Sequence[Series]) -> dict[Any, list[Series]]:
    """Series of the same labels: the terms of one lifetime."""
    found: dict[Any, list[Series]] = {}
    for one in series:
        found.setdefault(one.key, []).append(one)
    return found

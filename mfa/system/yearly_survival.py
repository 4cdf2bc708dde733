"""Survival of cohorts, year by year: what the year needs of a survival function, ready to be sliced."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from mfa.system.layout import Floats, Ints
from mfa.system.survival import survival_function


class CohortSurvival:
    """Survival of cohorts for a set of parts (products, pairs or components).

    Parameters
    ----------
    code, first, second : array [sample, region, part, cohort or 1]
        Canonical lifetime.
    curves : array or None
        Curves of lifetimes given as tables.
    shift : float
        Exact age at the end of the year of sale.
    n_ages : int
        Ages needed.
    """

    def __init__(self, code: Ints, first: Floats, second: Floats, curves: Any, shift: float, n_ages: int) -> None:
        code, first, second = np.broadcast_arrays(code, first, second)
        self.n_parts = code.shape[2]
        same = np.ones(self.n_parts, dtype=bool)
        for array in (code, first, second):
            same &= (array[:, :, :, :1] == array).all(axis=(0, 1, 3))
        self.constant, self.varying = np.flatnonzero(same), np.flatnonzero(~same)
        ages = np.arange(n_ages) + shift

        def share(parts: Ints, cohorts: slice) -> Floats:
            cells = [array[:, :, parts, cohorts, None] for array in (code, first, second)]
            result = survival_function(ages, cells[0], cells[1], cells[2], curves=curves)
            return np.broadcast_to(result, (*cells[0].shape[:-1], n_ages))

        # ages run backwards, so that those of cohorts 0, 1, 2, ... are a plain slice: [..., part, age from the end]
        self.n_ages = n_ages
        self.lead = code.shape[:2]
        by_age = np.zeros((*self.lead, self.n_parts, n_ages))  # 0 where it varies by cohort
        by_age[:, :, self.constant] = share(self.constant, slice(0, 1))[..., 0, :]
        self.by_age, self.age_ratio = by_age[..., ::-1].copy(), _ratio(by_age)[..., ::-1].copy()
        # those that vary by cohort lie by position on the cohort axis: [..., varying part, position, cohort]
        self.by_cohort = self.cohort_ratio = None
        if len(self.varying):
            varying = share(self.varying, slice(None))
            self.by_cohort, self.cohort_ratio = _by_position(varying), _by_position(_ratio(varying))
        self._leaving: dict[int, Floats] = {}  # by lag

    def samples(self, start: int, stop: int) -> CohortSurvival:
        """The same survival for some of the samples."""
        part = copy.copy(self)
        part._leaving = {}
        if self.lead[0] > 1:
            part.lead = (stop - start, self.lead[1])
            part.by_age, part.age_ratio = self.by_age[start:stop], self.age_ratio[start:stop]
            if self.by_cohort is not None and self.cohort_ratio is not None:
                part.by_cohort, part.cohort_ratio = self.by_cohort[start:stop], self.cohort_ratio[start:stop]
        return part

    def _gather(self, by_age: Floats, by_cohort: Floats | None, position: int, n_cohorts: int) -> Floats:
        """Values at age position - cohort, for cohorts 0 to n_cohorts - 1."""
        start = self.n_ages - 1 - position
        by_age = by_age[..., start : start + n_cohorts]
        if by_cohort is None:
            return by_age
        result = by_age.copy()
        result[:, :, self.varying] = by_cohort[:, :, :, position, :n_cohorts]
        return result

    def ratio(self, position: int, n_cohorts: int) -> Floats:
        """sf(a) / sf(a - 1) at `position` of the cohort axis, of cohorts 0 to n_cohorts - 1."""
        return self._gather(self.age_ratio, self.cohort_ratio, position, n_cohorts)

    def share(self, position: int, n_cohorts: int) -> Floats:
        """sf(a) at `position` of the cohort axis, of cohorts 0 to n_cohorts - 1."""
        return self._gather(self.by_age, self.by_cohort, position, n_cohorts)

    def leaving_by_age(self, years: int) -> Floats:
        """Share of what is in use that leaves some years later: (sf(a + L - 1) - sf(a + L)) / sf(a).

        Parameters
        ----------
        years : int
            L, from 1.

        Returns
        -------
        array [sample, region, part, age], 1
            Ages run backwards; means nothing for parts in `varying`.
        """
        if years not in self._leaving:
            self._leaving[years] = _leaving(self.age_ratio[..., ::-1], years)[..., ::-1].copy()
        return self._leaving[years]

    def varying_ratio(self, position: int, first: int, stop: int) -> Floats:
        """sf(a) / sf(a - 1) at `position` of the parts in `varying`, of the cohorts from `first` to `stop` - 1."""
        assert self.cohort_ratio is not None
        return self.cohort_ratio[:, :, :, position, first:stop]

    def first_year(self, position: int) -> Floats:
        """sf(0) of the cohort at `position`: array [sample, region, part]."""
        if self.by_cohort is None:
            return self.by_age[..., -1]
        result = self.by_age[..., -1].copy()
        result[:, :, self.varying] = self.by_cohort[:, :, :, position, position]
        return result


def _by_position(values: Floats) -> Floats:
    """Values [..., cohort, age] as [..., position, cohort], position = cohort + age; 0 before a cohort is made."""
    n_cohorts, n_ages = values.shape[-2:]
    found = np.zeros((*values.shape[:-2], n_ages, n_cohorts))
    for cohort in range(min(n_cohorts, n_ages)):
        found[..., cohort:, cohort] = values[..., cohort, : n_ages - cohort]
    return found


def _ratio(share: Floats) -> Floats:
    """sf(a) / sf(a - 1), 0 where sf(a - 1) = 0; age 0 gives sf(0) itself."""
    ratio = np.array(share)
    earlier = share[..., :-1]
    ratio[..., 1:] = np.divide(share[..., 1:], earlier, out=np.zeros_like(earlier), where=earlier > 0.0)
    return ratio


def _leaving(ratio: Floats, years: int) -> Floats:
    """Share of what is in use at an age that leaves `years` later; 0 at ages whose later ratios are not known."""
    n_known = ratio.shape[-1] - years
    found = np.zeros(ratio.shape)
    found[..., :n_known] = 1.0 - ratio[..., years:]
    for step in range(1, years):
        found[..., :n_known] *= ratio[..., step : step + n_known]
    return found

"""The survival of cohorts from year to year: ratios under a hazard multiplier, and the table of time by cohort.

Plain numpy, arrays of three axes: `lead` (all dims before time), age or cohort (those of an initial stock first),
`trail` (all dims after time). A lifetime or multiplier that is the same along an axis has size 1 there: what series
share is worked out once.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mfa.system.survival import survival_function

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Survival(NamedTuple):
    """Canonical lifetimes, axes (lead or 1, cohort or 1, trail or 1); `offset` is the age at the end of year one."""

    code: Ints
    first: Floats
    second: Floats
    offset: float = 0.5
    curves: Floats | None = None

    def at(self, age: Floats, cohorts: slice = slice(None)) -> Floats:
        """Share of the given cohorts in use at year end, at whole ages `age`, axes as above."""
        if self.code.shape[1] == 1:
            cohorts = slice(None)
        parameters = (self.code[:, cohorts], self.first[:, cohorts], self.second[:, cohorts])
        return survival_function(age[None, :, None] + self.offset, *parameters, self.curves)

    def part(self, lead: slice, trail: slice) -> Survival:
        """The lifetimes of some of the series."""
        return self._replace(
            code=part_of(self.code, lead, trail),
            first=part_of(self.first, lead, trail),
            second=part_of(self.second, lead, trail),
        )

    def picked(self, lead: Ints, trail: Ints) -> Survival:
        """The lifetimes of single series, laid out along trail; as they are where all series share them."""
        if own_series(self, None) == (1, 1):
            return self

        def along_trail(array: NDArray[Any]) -> NDArray[Any]:
            one = array[lead if array.shape[0] > 1 else 0, :, trail if array.shape[2] > 1 else 0]
            return np.ascontiguousarray(one.T)[None]

        return self._replace(
            code=along_trail(self.code), first=along_trail(self.first), second=along_trail(self.second)
        )

    def turned(self) -> Survival:
        """The same with lead and trail exchanged."""
        return self._replace(code=turn(self.code), first=turn(self.first), second=turn(self.second))


def survival_ratio(survival: Floats) -> Floats:
    """Share of a cohort that outlives the year: sf(a)/sf(a-1), at age 0 sf(0); 0 where sf(a-1) = 0.

    Parameters
    ----------
    survival : array [age, ...], 1
        Survival at year end, from age 0 on.

    Examples
    --------
    >>> survival_ratio(np.array([1.0, 0.5, 0.0, 0.0]))
    array([1. , 0.5, 0. , 0. ])
    """
    ratio = np.empty_like(survival)
    ratio[:1] = survival[:1]
    ratio[1:] = _quotient(survival[1:], survival[:-1])
    return ratio


def hazard_power(ratio: Floats, multiplier: Floats | float | None) -> Floats:
    """Survival ratio of a year under a hazard multiplier: ratio^m; a ratio of 0 stays 0 even at m = 0.

    Examples
    --------
    >>> hazard_power(np.array([0.81, 0.0]), 0.5)
    array([0.9, 0. ])
    """
    if multiplier is None or np.all(multiplier == 1.0):
        return ratio
    powered = np.power(ratio, multiplier)
    if np.any(multiplier == 0.0):
        powered = np.where(ratio == 0.0, 0.0, powered)
    return powered


def own_series(survival: Survival, multiplier: Floats | None) -> tuple[int, int]:
    """How many lifetimes there are along lead and trail; 1 where all series share them."""
    arrays = list(survival[:3]) + ([] if multiplier is None else [multiplier])
    return max(x.shape[0] for x in arrays), max(x.shape[2] for x in arrays)


def yearly_survival(
    survival: Survival, years: int, earlier: int, multiplier: Floats | None
) -> Iterator[tuple[Floats, Floats]]:
    """For each year, sf(a)/sf(a-1) to the power m of the cohorts in use before, and sf(0)^m of the one that enters."""
    cohorts = earlier + years
    by_age = survival.code.shape[1] == 1
    if by_age:
        ratios = np.moveaxis(survival_ratio(np.moveaxis(survival.at(np.arange(cohorts, dtype=np.float64)), 1, 0)), 0, 1)
        entering = ratios[:, 0]
        ratios = np.ascontiguousarray(ratios[:, ::-1])
    else:
        share = survival.at(np.arange(earlier - 1.0, -1.0, -1.0), slice(0, earlier))
    for year in range(years):
        alive = earlier + year
        if by_age:
            ratio = ratios[:, cohorts - 1 - alive : cohorts - 1]
        else:
            shares = survival.at(np.arange(alive, -1.0, -1.0), slice(0, alive + 1))
            ratio, entering = _quotient(shares[:, :alive], share), shares[:, alive]
            share = shares
        power = None if multiplier is None else multiplier[:, year]
        yield hazard_power(ratio, None if power is None else power[:, None]), hazard_power(entering, power)


def survival_matrix(survival: Survival, years: int, earlier: int = 0, multiplier: Floats | None = None) -> Floats:
    """Share of each cohort's entry in use at the end of each year, 0 before it enters.

    The entry of a cohort of the initial stock is what is left of it at the end of the year before the first.

    Returns
    -------
    array [lead or 1, time, cohort, trail or 1]

    Examples
    --------
    >>> one = np.ones((1, 1, 1))
    >>> survival_matrix(Survival(0 * one, 2.0 * one, 0.0 * one), years=3)[
    ...     0, :, :, 0
    ... ]  # fixed lifetime of 2 years
    array([[1., 0., 0.],
           [1., 1., 0.],
           [0., 1., 1.]])
    """
    lead, trail = own_series(survival, multiplier)
    cohorts = earlier + years
    if earlier == 0 and multiplier is None and survival.code.shape[1] == 1:
        share = np.minimum.accumulate(survival.at(np.arange(years, dtype=np.float64)), axis=1)
        padded = np.zeros((share.shape[0], 2 * years - 1, share.shape[2]))
        padded[:, years - 1 :] = share
        return padded[:, _ages_of_cohorts(years)]
    matrix = np.zeros((lead, years, cohorts, trail))
    before = np.ones((lead, earlier, trail))
    for year, (ratio, entering) in enumerate(yearly_survival(survival, years, earlier, multiplier)):
        alive = earlier + year
        np.multiply(before, ratio, out=matrix[:, year, :alive])
        matrix[:, year, alive] = entering
        before = matrix[:, year, : alive + 1]
    return matrix


def exit_matrix(matrix: Floats) -> Floats:
    """Share of each cohort's entry that leaves in each year: the fall of the survival matrix [time, cohort].

    Examples
    --------
    >>> exit_matrix(np.array([[0.75, 0.0], [0.5, 0.75]]))
    array([[0.25, 0.  ],
           [0.25, 0.25]])
    """
    years, cohorts = matrix.shape[-2:]
    earlier = cohorts - years
    exits = np.empty_like(matrix)
    np.subtract(0.0, matrix[..., :1, :], out=exits[..., :1, :])
    np.subtract(matrix[..., :-1, :], matrix[..., 1:, :], out=exits[..., 1:, :])
    exits[..., 0, :earlier] += 1.0
    year = np.arange(years)
    exits[..., year, earlier + year] += 1.0
    return exits


def part_of(array: NDArray[Any], lead: slice, trail: slice) -> NDArray[Any]:
    """Some of the series of an array, which may have size 1 along lead or trail."""
    return array[lead if array.shape[0] > 1 else slice(None), :, trail if array.shape[2] > 1 else slice(None)]


def turn(array: NDArray[Any]) -> NDArray[Any]:
    """Exchange lead and trail."""
    return array.transpose(2, 1, 0)


def _quotient(above: Floats, below: Floats) -> Floats:
    """above/below, 0 where below is 0, at most 1."""
    ratio = np.divide(above, below, out=np.zeros_like(above), where=below > 0.0)
    return np.minimum(ratio, 1.0, out=ratio)


@functools.lru_cache(maxsize=8)
def _ages_of_cohorts(years: int) -> Ints:
    """Table [time, cohort] of age + years - 1: where to find a survival in a list that begins with years - 1 zeros."""
    year = np.arange(years)
    return year[:, None] - year[None, :] + years - 1

"""Elasticities one at a time: what an output does as one factor goes through its range and all others stay put.

It asks a function of points in the unit cube, ``f(shares [point, factor]) -> values [point, output]``, and knows
nothing of what stands behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mfa.studies.cube import Floats, Function, count_names, evaluated, long_table, ranked

if TYPE_CHECKING:
    import pandas as pd

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95
"""Quantiles of a factor at which it is looked at."""


@dataclass
class OneAtATime:
    """Outputs as one factor goes from its 5 to its 95 % quantile, all others at their medians.

    Attributes
    ----------
    names : list of str
        Factors.
    base : array [output]
        All factors at their medians.
    low, high : array [factor, output]
    elasticity : array [factor, output], 1
        Change of the logarithm of the output over that of the factor; NaN where one of them is not positive.
    ends : array [factor, 2]
        Values of the factor at both ends; NaN where they are not known.
    """

    names: list[str]
    base: Floats
    low: Floats
    high: Floats
    elasticity: Floats
    ends: Floats

    @property
    def runs(self) -> int:
        """Points evaluated."""
        return 1 + 2 * len(self.names)

    @property
    def swing(self) -> Floats:
        """Output at the high end less that at the low end: array [factor, output]."""
        return self.high - self.low

    def table(self, outputs: Sequence[str] | None = None) -> pd.DataFrame:
        """One row for each factor and output, the largest swing of an output first."""
        columns = {"low": self.low, "high": self.high, "swing": self.swing, "elasticity": self.elasticity}
        frame = long_table(self.names, outputs, columns)
        return ranked(frame, frame["swing"].abs())


def one_at_a_time(
    function: Function, names: Sequence[str], values: Function | None = None, ends: tuple[float, float] = (LOW, HIGH)
) -> OneAtATime:
    """Move one factor at a time from a low to a high quantile.

    Parameters
    ----------
    function : callable
        Outputs of points of the unit cube.
    names : sequence of str
        Factors, the columns of the cube.
    values : callable, optional
        Values of the factors at points of the cube, [point, factor]; elasticities need them.
    ends : pair of float, 1, in ]0, 1[
        Shares of the low and of the high end.

    Returns
    -------
    OneAtATime

    Raises
    ------
    InputError
        If there is no factor, or the function does not give one row for each point.

    Examples
    --------
    An output x^2 y with x and y from 1 to 2 has the elasticities 2 and 1:

    >>> found = one_at_a_time(
    ...     lambda u: (1 + u[:, 0]) ** 2 * (1 + u[:, 1]), ["x", "y"], values=lambda u: 1 + u
    ... )
    >>> found.elasticity[:, 0].round(6)
    array([2., 1.])
    """
    k = count_names(names)
    points = ladder(k, ends)
    found = evaluated(function, points)
    return read_ladder(names, found, None if values is None else np.asarray(values(points), dtype=np.float64))


def ladder(k: int, ends: tuple[float, float] = (LOW, HIGH)) -> Floats:
    """Points [1 + 2 k, factor] at which k factors are looked at: the medians, each at its low, each at its high end."""
    points = np.full((1 + 2 * k, k), MIDDLE)
    for i in range(k):
        points[1 + i, i], points[1 + k + i, i] = ends
    return points


def read_ladder(names: Sequence[str], found: Floats, values: Floats | None = None) -> OneAtATime:
    """Swings and elasticities from outputs [point, output] and values of factors [point, factor] of a ladder."""
    k = len(names)
    base, low, high = found[0], found[1 : 1 + k], found[1 + k :]
    elasticity, reach = np.full(low.shape, np.nan), np.full((k, 2), np.nan)
    if values is not None:
        before, after = values[1 + np.arange(k), np.arange(k)], values[1 + k + np.arange(k), np.arange(k)]
        reach = np.stack([before, after], axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            change = np.log(after) - np.log(before)
            elasticity = (np.log(high) - np.log(low)) / change[:, None]
        elasticity[~np.isfinite(elasticity)] = np.nan
    return OneAtATime(list(names), base, low, high, elasticity, reach)

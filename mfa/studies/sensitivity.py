"""What matters most: elasticities one at a time, elementary effects, and shares of the variance.

All three ask a function of points in the unit cube, ``f(shares [point, factor]) -> values [point, output]``, and know
nothing of what stands behind it. The factors are taken as independent: rank correlations have no place here, since a
share of the variance could not be told apart between factors that move together. Shares of the variance are in
`mfa.studies.variance`.

References
----------
Morris (1991), Factorial sampling plans for preliminary computational experiments, Technometrics 33(2). Campolongo,
Cariboni and Saltelli (2007), An effective screening design for sensitivity analysis of large models, Environmental
Modelling & Software 22(10), for mu*. Campolongo, Saltelli and Cariboni (2011), From screening to quantitative
sensitivity analysis, Computer Physics Communications 182(4), for the radial design.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mfa.errors import Fault, InputError
from mfa.inputs.sampling.streams import unit_cube
from mfa.studies.cube import (
    Floats,
    Function,
    count_names,
    evaluated,
    half_width,
    long_table,
    random_table,
    ranked,
    resampled_rows,
)
from mfa.studies.variance import VarianceShares, variance_shares

if TYPE_CHECKING:
    import pandas as pd

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95


# --- one at a time ---------------------------------------------------------------------------------------------------


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
    """

    names: list[str]
    base: Floats
    low: Floats
    high: Floats
    elasticity: Floats

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
    points = np.full((1 + 2 * k, k), MIDDLE)
    for i in range(k):
        points[1 + i, i], points[1 + k + i, i] = ends
    found = evaluated(function, points)
    base, low, high = found[0], found[1 : 1 + k], found[1 + k :]
    elasticity = np.full(low.shape, np.nan)
    if values is not None:
        given = np.asarray(values(points), dtype=np.float64)
        before, after = given[1 + np.arange(k), np.arange(k)], given[1 + k + np.arange(k), np.arange(k)]
        with np.errstate(divide="ignore", invalid="ignore"):
            change = np.log(after) - np.log(before)
            elasticity = (np.log(high) - np.log(low)) / change[:, None]
        elasticity[~np.isfinite(elasticity)] = np.nan
    return OneAtATime(list(names), base, low, high, elasticity)


# --- elementary effects ----------------------------------------------------------------------------------------------


@dataclass
class ElementaryEffects:
    """Elementary effects: change of the output over the step of one factor, at several places of the cube.

    Attributes
    ----------
    names : list of str
    effects : array [place, factor, output]
    runs : int
        Points evaluated.
    seed : int
    """

    names: list[str]
    effects: Floats
    runs: int
    seed: int = 0

    @property
    def mu(self) -> Floats:
        """Mean effect: array [factor, output]."""
        return np.mean(self.effects, axis=0)

    @property
    def mu_star(self) -> Floats:
        """Mean of the absolute effects, the rank of a factor: array [factor, output]."""
        return np.mean(np.abs(self.effects), axis=0)

    @property
    def sigma(self) -> Floats:
        """Standard deviation of the effects: how far a factor acts differently at other places [factor, output]."""
        return np.std(self.effects, axis=0, ddof=1) if len(self.effects) > 1 else np.zeros(self.effects.shape[1:])

    def confidence(self, resamples: int = 1000) -> Floats:
        """Half the width of the 95 % interval of mu*, from resampled places: array [factor, output]."""
        absolute = np.abs(self.effects)
        means = np.stack([absolute[rows].mean(axis=0) for rows in resampled_rows(len(absolute), resamples, self.seed)])
        return half_width(means)

    def table(self, outputs: Sequence[str] | None = None) -> pd.DataFrame:
        """One row for each factor and output, the largest mu* of an output first."""
        columns = {"mu_star": self.mu_star, "confidence": self.confidence(), "mu": self.mu, "sigma": self.sigma}
        frame = long_table(self.names, outputs, columns)
        return ranked(frame, frame["mu_star"])


def elementary_effects(
    function: Function, names: Sequence[str], places: int, seed: int, design: str = "radial", levels: int = 4
) -> ElementaryEffects:
    """Screen factors by elementary effects (Morris).

    ``trajectory``: from a random level of each factor one factor after another moves by half of the cube, in random
    order; levels are the middles of `levels` equal parts, so that every part is met alike. ``radial``: from points of a
    Sobol sequence one factor at a time moves to its place in another point.

    Parameters
    ----------
    function : callable
    names : sequence of str
    places : int
        Trajectories, or centres; each costs one point more than there are factors.
    seed : int
    design : {"radial", "trajectory"}
    levels : int
        Even; of trajectories.

    Returns
    -------
    ElementaryEffects

    Raises
    ------
    InputError
        If an argument is impossible.

    Examples
    --------
    A linear function has the same effect everywhere:

    >>> found = elementary_effects(lambda u: u @ np.array([3.0, -1.0]), ["a", "b"], places=8, seed=1)
    >>> found.mu[:, 0].round(9), found.sigma[:, 0].round(9)
    (array([ 3., -1.]), array([0., 0.]))
    """
    k = count_names(names)
    faults = []
    if places < 1:
        faults.append(Fault("places", f"= {places} is no number of places", "give at least 1; 20 to 50 are usual"))
    if design not in ("radial", "trajectory"):
        faults.append(Fault("design", f"'{design}' is unknown", "designs: radial, trajectory"))
    if levels < 2 or levels % 2:
        faults.append(Fault("levels", f"= {levels} is not even", "give 4, 6 or 8"))
    if faults:
        raise InputError(faults)
    points, steps = (_radial if design == "radial" else _trajectories)(k, places, seed, levels)
    outputs = evaluated(function, points.reshape(-1, k)).reshape(places, k + 1, -1)
    effects = np.empty((places, k, outputs.shape[2]))
    for place in range(places):
        for factor in range(k):
            after, before, step = steps[place][factor]
            effects[place, factor] = (outputs[place, after] - outputs[place, before]) / step
    return ElementaryEffects(list(names), effects, places * (k + 1), seed)


Steps = list[list[tuple[int, int, float]]]
"""By place and factor: point after, point before, and step."""


def _radial(k: int, places: int, seed: int, levels: int) -> tuple[Floats, Steps]:
    """Centres and auxiliary points are the two halves of a Sobol point in twice the dimensions."""
    labels = [f"{half}{i}" for half in ("centre", "auxiliary") for i in range(k)]
    both = unit_cube("sobol", seed, labels, range(2 * k), places, 0, places)
    points = np.repeat(both[:, None, :k], k + 1, axis=1)
    every = np.arange(k)
    points[:, 1 + every, every] = both[:, k:]
    steps = [[(1 + i, 0, float(both[place, k + i] - both[place, i])) for i in range(k)] for place in range(places)]
    return points, steps


def _trajectories(k: int, places: int, seed: int, levels: int) -> tuple[Floats, Steps]:
    start = random_table(seed, "start", places, k)
    order = np.argsort(random_table(seed, "order", places, k), axis=1, kind="stable")
    half = levels // 2
    level = np.floor(start * levels).astype(int)
    points = np.empty((places, k + 1, k))
    steps: Steps = []
    for place in range(places):
        here = level[place].copy()
        points[place, 0] = (here + 0.5) / levels
        mine: list[tuple[int, int, float]] = [(0, 0, 0.0)] * k
        for step, factor in enumerate(order[place].tolist()):
            change = half if here[factor] < half else -half
            here[factor] += change
            points[place, step + 1] = (here + 0.5) / levels
            mine[factor] = (step + 1, step, change / levels)
        steps.append(mine)
    return points, steps


__all__ = [
    "ElementaryEffects",
    "OneAtATime",
    "VarianceShares",
    "elementary_effects",
    "one_at_a_time",
    "variance_shares",
]

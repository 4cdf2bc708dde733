"""Elementary effects: factors screened by what small moves of one of them do at many places of the unit cube.

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

if TYPE_CHECKING:
    import pandas as pd


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

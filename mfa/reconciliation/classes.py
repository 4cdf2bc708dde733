"""Which figures are checked by others, which follow from others, and which nothing determines; their uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr, solve_triangular

from mfa.reconciliation.equations import Equations, Mask, Matrix, Vector
from mfa.reconciliation.geometry import Geometry

EXACT, REDUNDANT, NONREDUNDANT = "exact", "redundant", "nonredundant"
OBSERVABLE, UNOBSERVABLE = "observable", "unobservable"
MEANINGS = {
    EXACT: "given as exact",
    REDUNDANT: "measured, and the balances give it too from other figures",
    NONREDUNDANT: "measured, and nothing else says it: cannot be checked",
    OBSERVABLE: "not measured, follows from other figures",
    UNOBSERVABLE: "not measured, and the figures do not determine it",
}
CHECKED = 1e-8
"""Least part of a variance that others must take away for a measurement to count as checked by them."""


@dataclass(frozen=True)
class Certainty:
    """What the measurements say of each unknown.

    Attributes
    ----------
    leverage : ndarray [unknown]
        Part of the variance of a measurement that is left after reconciliation: 1 if nothing checks it, NaN if it is
        not measured.
    deviation : ndarray [unknown]
        Standard deviation after reconciliation; NaN where nothing determines the unknown, 0 where it is exact.
    redundancy : int
        Measurements that could be left out.
    undetermined : ndarray of bool [unknown]
    open_ : ndarray [unknown, direction]
        Directions in which nothing is determined.
    """

    leverage: Vector
    deviation: Vector
    redundancy: int
    undetermined: Mask
    open_: Matrix


def certainty(slopes: Matrix, held: Mask, weights: Vector, measured: Mask) -> Certainty:
    r"""Uncertainty after reconciliation, and what is determined.

    With N the directions that keep the equations, and W the weights, the covariance is
    :math:`N (N^T W^2 N)^{-1} N^T`.

    Parameters
    ----------
    slopes : ndarray [equation, unknown]
        Of the equations at the solution.
    held : ndarray of bool [unknown]
        Unknowns that may not change.
    weights : ndarray [unknown]
        1 / standard deviation of measurements.
    measured : ndarray of bool [unknown]

    Returns
    -------
    Certainty

    References
    ----------
    Cencic and Frühwirth 2015, section 2 [Cencic_2015].

    Examples
    --------
    Inflow and outflow of one process, both measured with a deviation of 1: each is left with the square root of 1/2.

    >>> found = certainty(np.array([[1.0, -1.0]]), np.zeros(2, bool), np.ones(2), np.ones(2, bool))
    >>> np.round(found.deviation, 4).tolist(), found.redundancy
    ([0.7071, 0.7071], 1)
    """
    size = slopes.shape[1]
    geometry = Geometry.of(slopes, held, measured)
    moving, base = geometry.moving, geometry.settled
    leverage, deviation = np.full(size, np.nan), np.zeros(size)
    leverage[measured] = 0.0
    seen = measured[moving]
    if base.shape[1]:
        orthogonal, triangle = qr(weights[moving][seen][:, None] * base[seen], mode="economic")
        leverage[moving[seen]] = np.minimum((orthogonal**2).sum(axis=1), 1.0)
        spread = solve_triangular(triangle, base.T, trans="T")
        deviation[moving] = np.sqrt((spread**2).sum(axis=0))
        whole = moving[seen]
        deviation[whole] = np.sqrt(leverage[whole]) / weights[whole]  # never above what was measured
    undetermined = np.zeros(size, bool)
    undetermined[moving] = geometry.undetermined()
    deviation[undetermined] = np.nan
    open_ = np.zeros((size, geometry.open_.shape[1]))
    open_[moving] = geometry.open_
    return Certainty(leverage, deviation, int(measured.sum()) - base.shape[1], undetermined, open_)


def classify(found: Certainty, exact: Mask, measured: Mask) -> list[str]:
    """Class of each unknown."""
    classes = []
    for i in range(len(exact)):
        if exact[i]:
            classes.append(EXACT)
        elif measured[i]:
            classes.append(REDUNDANT if 1.0 - found.leverage[i] > CHECKED else NONREDUNDANT)
        else:
            classes.append(UNOBSERVABLE if found.undetermined[i] else OBSERVABLE)
    return classes


def measure_next(open_: Matrix, candidates: Sequence[int]) -> list[tuple[int, int]]:
    """Unknowns to measure so that all is determined: each time the one that determines most others.

    Parameters
    ----------
    open_ : ndarray [unknown, direction]
        Directions in which nothing is determined.
    candidates : sequence of int
        Undetermined unknowns that can be measured.

    Returns
    -------
    list of (int, int)
        Unknown, and how many unknowns are determined by then that were not before it.
    """
    chosen: list[tuple[int, int]] = []
    loose = np.abs(open_).max(axis=1, initial=0.0) > 1e-7
    while loose.any():
        best: tuple[int, int, Matrix] | None = None
        for i in candidates:
            if not loose[i]:
                continue
            along = open_[i] / np.linalg.norm(open_[i])
            left = open_ - np.outer(open_ @ along, along)
            gained = int((loose & (np.abs(left).max(axis=1, initial=0.0) <= 1e-7)).sum())
            if best is None or gained > best[1]:
                best = (i, gained, left)
        if best is None:
            break
        chosen.append(best[:2])
        open_ = best[2]
        loose = np.abs(open_).max(axis=1, initial=0.0) > 1e-7
    return chosen


def possible_ranges(
    equations: Equations, x: Vector, undetermined: Mask, bounded: Mask
) -> dict[int, tuple[float, float]]:
    """Lowest and highest value that balances and non-negativity leave to what nothing determines.

    All other unknowns stay where they are. Where two undetermined unknowns are multiplied no range is given.

    Returns
    -------
    dict of (float, float)
        By unknown; infinite without limit.
    """
    from scipy.optimize import linprog

    if (undetermined[equations.first] & undetermined[equations.second]).any() or not undetermined.any():
        return {}
    moving = np.flatnonzero(undetermined)
    slopes = equations.slopes(x)[:, moving]
    used = np.abs(slopes).max(axis=1, initial=0.0) > 1e-12
    slopes = slopes[used]
    right = slopes @ x[moving]
    bounds = [(0.0, None) if bounded[i] else (None, None) for i in moving]
    ranges = {}
    reached = np.full(len(moving), np.inf)  # the lowest value of each in any answer so far
    for place, number in enumerate(moving):
        cost = np.zeros(len(moving))
        ends = []
        for sign in (1.0, -1.0):
            if sign > 0 and bounded[number] and reached[place] <= 0.0:
                ends.append(0.0)
                continue
            cost[place] = sign
            answer = linprog(cost, A_eq=slopes, b_eq=right, bounds=bounds, method="highs")
            if answer.status == 0:
                reached = np.minimum(reached, answer.x)
            ends.append(sign * answer.fun if answer.status == 0 else -sign * math.inf)
        ranges[int(number)] = (float(ends[0]), float(ends[1]))
    return ranges

"""Least squares under linear equations and non-negativity, by an interior-point method.

It is robust where flows end at zero, and leaves what no datum determines in the middle of what is possible.
"""

from __future__ import annotations

import warnings

import numpy as np
from scipy.linalg import LinAlgError, LinAlgWarning, lu_factor, lu_solve

from mfa.reconciliation.equations import Mask, Matrix, Vector

STEPS = 100
PRECISION = 1e-10
STEADY = 1e-10
"""Weight of the last step in the next one: keeps what nothing determines where it is."""
NEAR_EDGE = 0.995


def interior_solution(
    slopes: Matrix, right: Vector, hessian: Matrix, linear: Vector, bounded: Mask, start: Vector
) -> tuple[Vector, Mask] | None:
    """Solve ``min x hessian x / 2 + linear x`` with ``slopes x = right`` and ``x >= 0`` where bounded.

    Mehrotra's predictor-corrector method.

    Parameters
    ----------
    slopes : ndarray [equation, unknown]
        Rows without dependence.
    right : ndarray [equation]
    hessian : ndarray [unknown, unknown]
        Without negative curvature along directions that keep the equations.
    linear : ndarray [unknown]
    bounded : ndarray of bool [unknown]
    start : ndarray [unknown]
        A first guess, near the size of the solution.

    Returns
    -------
    x : ndarray [unknown]
    zero : ndarray of bool [unknown]
        Unknowns held at 0 by the bound.

    None if no solution is found: the conditions contradict each other.

    References
    ----------
    Nocedal and Wright 2006, algorithm 16.4 [Nocedal_2006]. Near an edge, centring follows Mehrotra's third power.

    Examples
    --------
    5 and -1 are wanted, their sum is to be 2: without the bound 4 and -2, with it 2 and 0.

    >>> one, both = np.ones(2), np.ones(2, bool)
    >>> x, zero = interior_solution(
    ...     np.ones((1, 2)), np.array([2.0]), np.eye(2), np.array([-5.0, 1.0]), both, one
    ... )
    >>> np.round(x, 6).tolist(), zero.tolist()
    ([2.0, 0.0], [False, True])
    """
    m, n = slopes.shape
    x = np.where(bounded, np.maximum(start, 0.1), start)
    dual = np.zeros(m)
    edge = np.where(bounded, np.maximum(1.0, np.abs(hessian @ x + linear).clip(max=1e3)), 0.0)
    count = max(int(bounded.sum()), 1)
    size = 1.0 + float(np.abs(right).max(initial=0.0))
    steep = 1.0 + float(np.abs(linear).max(initial=0.0))
    matrix = np.zeros((n + m, n + m))
    matrix[:n, n:], matrix[n:, :n] = slopes.T, slopes
    matrix[:n, :n] = hessian
    diagonal = np.arange(n)
    for _ in range(STEPS):
        rest_dual = hessian @ x + linear - slopes.T @ dual - edge
        rest = slopes @ x - right
        gap = float(x[bounded] @ edge[bounded]) / count
        if np.abs(rest).max(initial=0.0) < PRECISION * size and gap < PRECISION:
            if np.abs(rest_dual).max(initial=0.0) < 1e-8 * steep:
                return x, bounded & (x < edge)
        over = np.where(bounded, edge / np.where(bounded, x, 1.0), 0.0)
        matrix[diagonal, diagonal] = np.diag(hessian) + over + STEADY
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", LinAlgWarning)
                factors = lu_factor(matrix, check_finite=True)
        except (LinAlgError, ValueError):
            return None

        def step(target: Vector) -> tuple[Vector, Vector, Vector]:
            """Newton step towards ``x edge = target``."""
            shift = np.where(bounded, target / np.where(bounded, x, 1.0) - edge, 0.0)  # noqa: B023
            found = lu_solve(factors, np.concatenate([-rest_dual + shift, -rest]))  # noqa: B023
            dx, ddual = found[:n], -found[n:]
            return dx, ddual, np.where(bounded, shift - over * dx, 0.0)  # noqa: B023

        dx, ddual, dedge = step(np.zeros(n))
        if not np.isfinite(dx).all():
            return None
        ahead, ahead_dual = _longest(x, dx, bounded), _longest(edge, dedge, bounded)
        near = float((x + ahead * dx)[bounded] @ (edge + ahead_dual * dedge)[bounded]) / count
        centre = (near / gap) ** 3 if gap > 0.0 else 0.0
        dx, ddual, dedge = step(np.where(bounded, centre * gap - dx * dedge, 0.0))
        ahead = NEAR_EDGE * min(_longest(x, dx, bounded), _longest(edge, dedge, bounded))
        if not np.isfinite(dx).all() or ahead < 1e-12:
            return None
        ahead = 1.0 if ahead > 0.99 and not bounded.any() else ahead
        x, dual, edge = x + ahead * dx, dual + ahead * ddual, edge + ahead * dedge
    return None


def _longest(x: Vector, step: Vector, bounded: Mask) -> float:
    """Longest part of a step, at most 1, that stays positive."""
    falling = bounded & (step < 0.0)
    if not falling.any():
        return 1.0
    return min(1.0, float((x[falling] / -step[falling]).min()) / 1.0)

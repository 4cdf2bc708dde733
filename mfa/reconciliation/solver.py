"""Weighted least squares under balances, products and non-negativity: sequential quadratic programming."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, qr, solve_triangular

from mfa.reconciliation.equations import Equations, Mask, Matrix, Vector
from mfa.reconciliation.geometry import Geometry
from mfa.reconciliation.interior import interior_solution

STEPS = 50
STILL = 1e-13
"""Largest step, in units of the scales, that ends the search."""
CLOSED = 1e-11
"""What an equation may leave at the end, in units of its largest term."""
EDGE = 1e-12
"""How far below zero counts as zero."""
FAR, NEAR_ZERO = 20, 0.9
"""Steps in which making products linear may be what contradicts; how near to zero they go."""
LONGEST = 12
"""Corrections of what an interior-point solution holds at zero, before another one is made."""
NEARLY = 1e-4
"""How far below zero a flow may come to be corrected singly."""
ANCHOR = 1e-3
"""Weight, beside 1 for measurements, with which what is not measured stays where it is within one step."""
PUSH = 1e-9
"""How far a bound may pull before it is let go."""


@dataclass(frozen=True)
class Problem:
    """Unknowns near the size of 1 with what is measured of them.

    Attributes
    ----------
    equations : Equations
    wanted : ndarray [unknown]
        Measured values; anything where nothing is measured.
    weights : ndarray [unknown]
        1 / standard deviation; 0 where nothing is measured.
    bounded : ndarray of bool [unknown]
        Which may not be negative.
    held : ndarray of bool [unknown]
        Which are known exactly; their value is that of `start`.
    start : ndarray [unknown]
    """

    equations: Equations
    wanted: Vector
    weights: Vector
    bounded: Mask
    held: Mask
    start: Vector

    @property
    def measured(self) -> Mask:
        """Which have a value that may change [unknown]."""
        return np.asarray((self.weights > 0.0) & ~self.held)

    def cost(self, x: Vector) -> float:
        """Half the sum of the squared changes, each in its standard deviation."""
        return 0.5 * float(np.sum((self.weights * (x - self.wanted))[self.measured] ** 2))

    def gradient(self, x: Vector) -> Vector:
        """Derivative of `cost` [unknown]."""
        return np.where(self.measured, self.weights**2 * (x - self.wanted), 0.0)


@dataclass(frozen=True)
class Solution:
    """Where a search ended.

    Attributes
    ----------
    x : ndarray [unknown]
    at_zero : ndarray of bool [unknown]
        Which a bound holds at zero.
    steps : int
    solved : bool
        Whether all equations hold and nothing moves any more.
    """

    x: Vector
    at_zero: Mask
    steps: int
    solved: bool


def solve(problem: Problem) -> Solution:
    r"""Find the unknowns that change the measurements least.

    .. math:: \min_x \sum_i ((x_i - \hat x_i) / \sigma_i)^2 \quad f(x) = 0,\ x \ge 0

    Each step solves the problem with the equations made linear where it stands. Without products the first step is the
    solution, or an interior-point method finds which flows end at zero and one more step makes it exact. With products
    the second derivative of the equations makes the last steps quadratic.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    Solution

    References
    ----------
    Nocedal and Wright 2006, chapter 18 [Nocedal_2006]; equations as of Cencic 2016 [Cencic_2016].
    """
    x = problem.start.copy()
    zero = np.zeros(len(x), bool)
    penalty = 1.0
    corrections = LONGEST  # of the active set by single flows, before the interior-point method is asked again
    for number in range(1, STEPS + 1):
        slopes, left = problem.equations.slopes(x), problem.equations.values(x)
        step, zero_next, lagrange = _step(problem, x, slopes, left, zero)
        beyond = problem.bounded & ~problem.held & ~zero_next & (x + step < -EDGE)
        if beyond.any() and corrections < LONGEST and float((x + step)[beyond].min()) > -NEARLY:
            zero, corrections = zero | beyond, corrections + 1
            continue
        if beyond.any():
            found = _interior_step(problem, x, slopes, left)
            if found is not None:
                step, zero_next = found
            elif problem.equations.products and number < FAR:  # made linear here they contradict each other: go on
                step = np.where(problem.bounded & ~problem.held, np.maximum(step, -NEAR_ZERO * x), step)
            else:
                return Solution(x, zero, number, False)
            corrections = 0
        else:
            pull = problem.gradient(x + step) + slopes.T @ lagrange
            let_go = zero_next & (pull < -PUSH * max(1.0, float(np.abs(pull).max())))
            if let_go.any():
                zero_next = zero_next & ~let_go
        part = 1.0
        if problem.equations.products:
            penalty = max(penalty, 2.0 * float(np.abs(lagrange).max(initial=0.0)))
            part, step = _part(
                problem, x, step, penalty, Geometry.of(slopes, problem.held | zero_next, problem.measured)
            )
        x = x + part * step
        settled = bool((zero_next == zero).all())
        zero = zero_next
        x[zero] = np.where(part == 1.0, 0.0, x[zero])
        x = np.where(problem.bounded & ~problem.held & (x < 0.0) & (x > -EDGE), 0.0, x)
        if settled and part == 1.0 and float(np.abs(step).max(initial=0.0)) < STILL * max(1.0, float(np.abs(x).max())):
            closed = float(np.abs(problem.equations.values(x)).max(initial=0.0)) < CLOSED
            return Solution(_closed(problem, x, zero), zero, number, closed)
    near = _near(problem, x)
    return Solution(_closed(problem, x, zero) if near else x, zero, STEPS, near)


def _closed(problem: Problem, x: Vector, zero: Mask) -> Vector:
    """The solution with the smallest of its balances closed too: to rounding of their own terms."""
    for _ in range(3):
        geometry = Geometry.of(problem.equations.slopes(x), problem.held | zero | (x == 0.0), problem.measured)
        x = x.copy()
        x[geometry.moving] += geometry.restore(problem.equations.values(x))
    return np.where(problem.bounded & ~problem.held, np.maximum(x, 0.0), x)


def _near(problem: Problem, x: Vector) -> bool:
    """Whether a search that has not come to rest stands where all conditions hold, up to rounding."""
    slopes, left = problem.equations.slopes(x), problem.equations.values(x)
    step, _, _ = _step(problem, x, slopes, left, problem.bounded & ~problem.held & (x <= EDGE))
    return bool(np.abs(left).max(initial=0.0) < CLOSED and np.abs(step).max(initial=0.0) < 1e-9)


def _step(problem: Problem, x: Vector, slopes: Matrix, left: Vector, zero: Mask) -> tuple[Vector, Mask, Vector]:
    """Step to the least cost with linear equations, unknowns of `zero` at zero; also the multipliers."""
    step = np.where(zero, -x, 0.0)
    geometry = Geometry.of(slopes, problem.held | zero, problem.measured)
    moving, base = geometry.moving, geometry.settled
    step[moving] = geometry.restore(left + slopes @ step)
    seen = problem.measured[moving]
    weights = problem.weights[moving][seen]
    if base.shape[1]:
        change = None
        if problem.equations.products:
            change = _newton_change(problem, x, step, moving, base, geometry.multipliers(problem.gradient(x)[moving]))
        if change is None:
            missing = weights * (problem.wanted - x - step)[moving][seen]
            change = np.linalg.lstsq(weights[:, None] * base[seen], missing, rcond=None)[0]
        step[moving] += base @ change
    return step, zero, geometry.multipliers(problem.gradient(x + step)[moving])


def _newton_change(
    problem: Problem, x: Vector, step: Vector, moving: np.ndarray, base: Matrix, lagrange: Vector
) -> Vector | None:
    """Change along the directions that measurements settle, with the curvature of products; None if it is no valley."""
    hessian = problem.equations.curvature(lagrange)[np.ix_(moving, moving)]
    squares = np.where(problem.measured, problem.weights**2, 0.0)[moving]
    hessian[np.arange(len(moving)), np.arange(len(moving))] += squares
    try:
        factor = cho_factor(base.T @ hessian @ base)
    except LinAlgError:
        return None
    return np.asarray(-cho_solve(factor, base.T @ (problem.gradient(x)[moving] + hessian @ step[moving])))


def _interior_step(problem: Problem, x: Vector, slopes: Matrix, left: Vector) -> tuple[Vector, Mask] | None:
    """Step to the least cost with linear equations and bounds; None if they contradict each other."""
    geometry = Geometry.of(slopes, problem.held, problem.measured)
    moving, seen = geometry.moving, problem.measured[geometry.moving]
    units = np.where(seen, 1.0 / np.where(seen, problem.weights[moving], 1.0), 1.0)
    units = np.where(seen, units, float(np.median(units[seen])) if seen.any() else 1.0)
    rows = geometry.range_.T * units  # the independent equations for figures in their standard deviations
    right = rows @ (x[moving] / units) + geometry.range_.T @ geometry.restore(left)
    base, triangle = qr(rows.T, mode="economic")
    right = solve_triangular(triangle, right, trans="T")
    here = x[moving] / units
    hessian = np.diag(np.where(seen, 1.0, ANCHOR**2))
    linear = units * problem.gradient(x)[moving] - hessian @ here
    found = interior_solution(base.T, right, hessian, linear, problem.bounded[moving], here)
    if found is None:
        return None
    step, zero = np.zeros(len(x)), np.zeros(len(x), bool)
    step[moving] = found[0] * units - x[moving]
    zero[moving] = found[1]
    return step, zero


def _part(problem: Problem, x: Vector, step: Vector, penalty: float, geometry: Geometry) -> tuple[float, Vector]:
    """Part of a step that lowers cost and what equations leave; the whole of it near the end.

    A whole step is also tried with a correction by which it follows the curved equations; else good steps would seem
    bad ones because of what products leave.
    """
    before = float(np.abs(problem.equations.values(x)).sum())
    start = problem.cost(x) + penalty * before

    def good(ahead: Vector) -> bool:
        left = float(np.abs(problem.equations.values(ahead)).sum())
        return left <= max(0.1 * before, 1e-9) or problem.cost(ahead) + penalty * left <= start * (1 + 1e-12)

    if good(x + step):
        return 1.0, step
    corrected = step.copy()
    corrected[geometry.moving] += geometry.restore(problem.equations.values(x + step))
    if good(x + corrected):
        return 1.0, corrected
    part = 0.5
    while part > 1e-7 and not good(x + part * step):
        part *= 0.5
    return part, step

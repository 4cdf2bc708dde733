"""From value, low and high of a row to a law: low and high are the 5 and 95 % quantiles.

What is matched, by family:

================  =================================================================================================
family            conditions
================  =================================================================================================
lognormal         5 and 95 % (closed form); with one bound only, median at the value and that bound
normal            5 and 95 % (closed form); with `sd`, mean at the value
uniform           5 and 95 % (closed form)
triangular        mode at the value, 5 and 95 %
beta              mode at the value, 5 and 95 %: shapes 1 + 4 (mode - minimum)/(maximum - minimum) and its mirror image
                  (PERT) on the minimum and maximum that match both quantiles, truncated to the range of the parameter.
                  A triple that no such law has gets the beta law on the whole range with these 5 and 95 %
truncated_normal  5 and 95 %, after truncation to the range of the parameter; with `sd`, the bell about the value
================  =================================================================================================

A bound that lies at the end of the parameter's range is the end of the law itself, since nothing can lie beyond it.
Truncation takes part in the matching: the quantiles hold for the truncated law.

References
----------
Malcolm, Roseboom, Clark and Fazar (1959), Application of a technique for research and development program evaluation,
Operations Research 7(5), for the shapes of the beta law from a mode and two ends.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mfa.inputs.sampling.distributions import (
    BETA,
    FAMILIES,
    LOGNORMAL,
    NORMAL,
    TRIANGULAR,
    TRUNCATED_NORMAL,
    UNIFORM,
    Floats,
    Laws,
    whole_share,
)

LOW_SHARE, HIGH_SHARE = 0.05, 0.95
Z_HIGH = 1.6448536269514722
"""Inverse normal at 0.95."""
PERT_WEIGHT = 4.0
TOLERANCE = 1e-12
"""Largest miss of a matched quantile, as a share."""
_STEPS = 60

Residual = Callable[[Floats, NDArray[np.bool_]], Floats]


def fit(
    family: str, value: Floats, low: Floats, high: Floats, sd: Floats, lowest: Floats, highest: Floats
) -> tuple[Laws, list[str], NDArray[np.bool_]]:
    """Fit laws of one family to rows.

    Parameters
    ----------
    family : str
        One of `FAMILIES`.
    value, low, high : array [row]
        Value, 5 and 95 % quantile; NaN where a bound is not given.
    sd : array [row]
        Standard deviation; NaN where it is not given.
    lowest, highest : array [row]
        Ends of what the parameter can be.

    Returns
    -------
    laws : Laws
    faults : list of str
        What is wrong with each row; empty where nothing is.
    off_mode : array of bool [row]
        Beta laws whose mode does not lie at the value, since no law meets all three conditions.

    Examples
    --------
    >>> one = np.ones(1)
    >>> laws, faults, _ = fit("beta", 0.9 * one, 0.7 * one, 0.98 * one, np.nan * one, 0 * one, one)
    >>> from mfa.inputs.sampling.distributions import quantile
    >>> quantile(laws, np.array([[0.05], [0.95]])).ravel().round(9), faults
    (array([0.7 , 0.98]), [''])
    """
    code = FAMILIES.index(family)
    faults = _impossible(code, value, low, high, sd, lowest, highest)
    sound = np.array([not fault for fault in faults], dtype=bool)
    laws = Laws.blank(len(value))
    laws.family[:] = code
    off_mode = np.zeros(len(value), dtype=bool)
    rows = np.flatnonzero(sound)
    if not len(rows):
        return laws, faults, off_mode
    triples = np.stack([value, low, high, sd, lowest, highest], axis=1)[rows]
    comparable = np.where(np.isnan(triples), np.finfo(np.float64).max, triples)
    _, first, place = np.unique(comparable, axis=0, return_index=True, return_inverse=True)
    fitted, missed, off = _FITS[code](*triples[first].T)
    place = place.reshape(-1)
    for name in Laws.__dataclass_fields__:
        getattr(laws, name)[rows] = getattr(fitted, name)[place]
    off_mode[rows] = off[place]
    for i, miss in zip(rows.tolist(), missed[place].tolist(), strict=True):
        if miss:
            faults[i] = f"no {family} law has these 5 and 95 % quantiles within {lowest[i]:g} to {highest[i]:g}"
    return laws, faults, off_mode


def _impossible(
    code: int, value: Floats, low: Floats, high: Floats, sd: Floats, lowest: Floats, highest: Floats
) -> list[str]:
    """What rules a row out before anything is fitted."""
    family = FAMILIES[code]
    found = []
    for v, lo, hi, s, least, most in zip(value, low, high, sd, lowest, highest, strict=True):
        text = ""
        spread = np.isfinite(s)
        both = np.isfinite(lo) and np.isfinite(hi)
        if spread and code not in (NORMAL, TRUNCATED_NORMAL, LOGNORMAL):
            text = f"sd is not used by a {family} law"
        elif spread and not s > 0.0:
            text = f"sd = {s:g} is not positive"
        elif not spread and not both and not (code == LOGNORMAL and (np.isfinite(lo) or np.isfinite(hi))):
            text = f"a {family} law needs low and high"
        elif (np.isfinite(lo) and lo > v) or (np.isfinite(hi) and hi < v):
            text = f"the value {v:g} lies outside low to high ({lo:g} to {hi:g})"
        elif both and not lo < hi:
            text = f"low = {lo:g} is not below high = {hi:g}"
        elif code == LOGNORMAL and (not v > 0.0 or lo <= 0.0):
            text = "a lognormal law is positive: its value and its low must be above 0"
        elif code == LOGNORMAL and not both and not spread and (lo == v or hi == v):
            text = "a lognormal law with one bound needs a bound that differs from the value"
        elif code == LOGNORMAL and np.isfinite(most):
            text = f"a lognormal law has no upper end, the parameter has ({most:g})"
        elif code == NORMAL and (np.isfinite(least) or np.isfinite(most)):
            text = "a normal law has no ends, the parameter has"
        elif (np.isfinite(lo) and lo < least) or (np.isfinite(hi) and hi > most) or not least <= v <= most:
            text = f"leaves the range {least:g} to {most:g}"
        found.append(text)
    return found


Fitted = tuple[Laws, NDArray[np.bool_], NDArray[np.bool_]]


def _fit_lognormal(value: Floats, low: Floats, high: Floats, sd: Floats, lowest: Floats, highest: Floats) -> Fitted:
    laws, none = _start(LOGNORMAL, value, lowest, highest)
    with np.errstate(invalid="ignore", divide="ignore"):
        both_mu = 0.5 * (np.log(low) + np.log(high))
        both_sigma = (np.log(high) - np.log(low)) / (2.0 * Z_HIGH)
        one_sigma = np.where(np.isfinite(high), np.log(high / value), np.log(value / low)) / Z_HIGH
        sd_sigma = np.sqrt(np.log1p((sd / value) ** 2))
    both, spread = np.isfinite(low) & np.isfinite(high), np.isfinite(sd)
    laws.parameters[:, 0] = np.where(spread, np.log(value) - sd_sigma**2 / 2.0, np.where(both, both_mu, np.log(value)))
    laws.parameters[:, 1] = np.where(spread, sd_sigma, np.where(both, both_sigma, one_sigma))
    return laws, none, none


def _fit_normal(value: Floats, low: Floats, high: Floats, sd: Floats, lowest: Floats, highest: Floats) -> Fitted:
    laws, none = _start(NORMAL, value, lowest, highest)
    spread = np.isfinite(sd)
    laws.parameters[:, 0] = np.where(spread, value, 0.5 * (low + high))
    laws.parameters[:, 1] = np.where(spread, sd, (high - low) / (2.0 * Z_HIGH))
    return laws, none, none


def _fit_uniform(value: Floats, low: Floats, high: Floats, sd: Floats, lowest: Floats, highest: Floats) -> Fitted:
    laws, none = _start(UNIFORM, value, lowest, highest)
    below = np.where(low <= lowest, 0.0, LOW_SHARE)  # share of the law below low
    above = np.where(high >= highest, 0.0, 1.0 - HIGH_SHARE)
    width = (high - low) / (1.0 - below - above)
    ends = low - below * width, high + above * width
    laws.parameters[:, 0], laws.parameters[:, 1] = ends
    slack = 1e-12 * width
    missed = (ends[0] < lowest - slack) | (ends[1] > highest + slack)
    laws.lowest[:], laws.highest[:] = np.maximum(ends[0], lowest), np.minimum(ends[1], highest)
    return laws, missed, none


def _fit_triangular(value: Floats, low: Floats, high: Floats, sd: Floats, lowest: Floats, highest: Floats) -> Fitted:
    def shaped(width: Floats, rows: NDArray[np.bool_]) -> Floats:
        left, right = width
        return np.stack([value[rows] - left, value[rows], value[rows] + right, 0.0 * left], axis=1)

    return (*_fit_two_sided(TRIANGULAR, shaped, value, low, high, lowest, highest), np.zeros(len(value), dtype=bool))


def _fit_beta(value: Floats, low: Floats, high: Floats, sd: Floats, lowest: Floats, highest: Floats) -> Fitted:
    def shaped(width: Floats, rows: NDArray[np.bool_]) -> Floats:
        left, right = width
        whole = left + right
        ends = value[rows] - left, value[rows] + right
        return np.stack([*ends, 1.0 + PERT_WEIGHT * left / whole, 1.0 + PERT_WEIGHT * right / whole], axis=1)

    laws, missed = _fit_two_sided(BETA, shaped, value, low, high, lowest, highest)
    off_mode = missed & np.isfinite(lowest) & np.isfinite(highest) & (low > lowest) & (high < highest)
    if off_mode.any():
        span = (highest - lowest)[off_mode]
        shapes = _plain_beta((low - lowest)[off_mode] / span, (high - lowest)[off_mode] / span)
        laws.parameters[off_mode] = np.stack([lowest[off_mode], highest[off_mode], *shapes], axis=1)
        laws.start[off_mode], laws.stop[off_mode] = 0.0, 1.0
        laws.lowest[off_mode], laws.highest[off_mode] = lowest[off_mode], highest[off_mode]
    return laws, missed & ~off_mode, off_mode


def _fit_truncated_normal(
    value: Floats, low: Floats, high: Floats, sd: Floats, lowest: Floats, highest: Floats
) -> Fitted:
    laws, none = _start(TRUNCATED_NORMAL, value, lowest, highest)
    spread = np.isfinite(sd)
    laws.parameters[:, 0], laws.parameters[:, 1] = value, sd
    free = np.flatnonzero(~spread)
    missed = none.copy()
    if len(free):
        ends = (lowest[free], highest[free])
        bounds = (low[free], high[free])
        span = bounds[1] - bounds[0]

        def parameters(theta: Floats, rows: NDArray[np.bool_]) -> Floats:
            mean = bounds[0][rows] + theta[0] * span[rows]
            return np.stack([mean, np.exp(theta[1]) * span[rows], 0.0 * mean, 0.0 * mean], axis=1)

        start = np.stack([np.full(len(free), 0.5), np.full(len(free), -np.log(2.0 * Z_HIGH))])
        residual = _matched(TRUNCATED_NORMAL, parameters, bounds, ends)
        theta, miss = _solve(residual, start)
        every = np.ones(len(free), dtype=bool)
        laws.parameters[free] = parameters(theta, every)
        missed[free] = miss > TOLERANCE
    return _truncated(laws, lowest, highest), missed, none


_FITS: dict[int, Callable[..., Fitted]] = {
    UNIFORM: _fit_uniform,
    TRIANGULAR: _fit_triangular,
    BETA: _fit_beta,
    NORMAL: _fit_normal,
    TRUNCATED_NORMAL: _fit_truncated_normal,
    LOGNORMAL: _fit_lognormal,
}


def _start(code: int, value: Floats, lowest: Floats, highest: Floats) -> tuple[Laws, NDArray[np.bool_]]:
    laws = Laws.blank(len(value))
    laws.family[:] = code
    laws.lowest[:], laws.highest[:] = lowest, highest
    return laws, np.zeros(len(value), dtype=bool)


def _truncated(laws: Laws, lowest: Floats, highest: Floats) -> Laws:
    """Truncate laws of one family to the ends given."""
    code = int(laws.family[0])
    with np.errstate(invalid="ignore"):
        laws.start[:] = whole_share(code, laws.parameters, lowest)
        laws.stop[:] = whole_share(code, laws.parameters, highest)
    laws.lowest[:], laws.highest[:] = lowest, highest
    return laws


# --- matching two quantiles ------------------------------------------------------------------------------------------


def _fit_two_sided(
    code: int,
    shaped: Callable[[Floats, NDArray[np.bool_]], Floats],
    mode: Floats,
    low: Floats,
    high: Floats,
    lowest: Floats,
    highest: Floats,
) -> tuple[Laws, NDArray[np.bool_]]:
    """Match a law with a mode and two widths, left and right of it; a bound at the end of the range fixes its width."""
    laws, _ = _start(code, mode, lowest, highest)
    fixed = np.stack([low <= lowest, high >= highest])
    given = np.stack([mode - lowest, highest - mode])
    scale = np.maximum(np.stack([mode - low, high - mode]), 0.05 * (high - low))

    def widths(theta: Floats, rows: NDArray[np.bool_]) -> Floats:
        with np.errstate(invalid="ignore"):
            return np.where(fixed[:, rows], given[:, rows], np.exp(theta) * scale[:, rows])

    def parameters(theta: Floats, rows: NDArray[np.bool_]) -> Floats:
        return shaped(widths(theta, rows), rows)

    residual = _matched(code, parameters, (low, high), (lowest, highest), fixed)
    theta, miss = _solve(residual, np.full((2, len(mode)), np.log(1.3)))
    laws.parameters[:] = parameters(theta, np.ones(len(mode), dtype=bool))
    lower, upper = (0, 1) if code == BETA else (0, 2)
    ends = np.maximum(lowest, laws.parameters[:, lower]), np.minimum(highest, laws.parameters[:, upper])
    return _truncated(laws, *ends), miss > TOLERANCE


def _matched(
    code: int,
    parameters: Callable[[Floats, NDArray[np.bool_]], Floats],
    bounds: tuple[Floats, Floats],
    ends: tuple[Floats, Floats],
    fixed: NDArray[np.bool_] | None = None,
) -> Residual:
    """How far the shares of the truncated law at low and high are from 5 and 95 %; 0 where an end is fixed."""

    def residual(theta: Floats, rows: NDArray[np.bool_]) -> Floats:
        given = parameters(theta, rows)
        with np.errstate(all="ignore"):
            start, stop, low, high = (whole_share(code, given, x[rows]) for x in (*ends, *bounds))
            inside = stop - start
            result = np.stack([(low - start) / inside - LOW_SHARE, (stop - high) / inside - (1.0 - HIGH_SHARE)])
        return result if fixed is None else np.where(fixed[:, rows], 0.0, result)

    return residual


def _solve(residual: Residual, start: Floats) -> tuple[Floats, Floats]:
    """Newton's method with halved steps on two unknowns of every row at once; returns unknowns and largest miss."""
    theta = start.copy()
    now = residual(theta, np.ones(start.shape[1], dtype=bool))
    stuck = np.zeros(start.shape[1], dtype=bool)
    step = 1e-6
    for _ in range(_STEPS):
        rows = (np.max(np.abs(now), axis=0) > 0.01 * TOLERANCE) & ~stuck
        if not rows.any():
            break
        here, value = theta[:, rows], now[:, rows]
        slopes = []
        for unknown in range(2):
            shift = np.zeros((2, 1))
            shift[unknown] = step
            slopes.append((residual(here + shift, rows) - residual(here - shift, rows)) / (2.0 * step))
        change = _newton_step(slopes[0], slopes[1], value)
        size = np.max(np.abs(value), axis=0)
        length = 1.0 / np.maximum(1.0, np.max(np.abs(change), axis=0))
        best, found = here.copy(), value.copy()
        pending = np.ones(here.shape[1], dtype=bool)
        for _ in range(14):
            trial = here + length * change
            result = residual(trial, rows)
            better = pending & (np.max(np.abs(result), axis=0) < size)
            best[:, better], found[:, better] = trial[:, better], result[:, better]
            pending &= ~better
            if not pending.any():
                break
            length = np.where(pending, length / 2.0, length)
        theta[:, rows], now[:, rows] = best, found
        stuck[rows] = np.max(np.abs(found), axis=0) > 0.999 * size  # at rounding, or there is no solution
    return theta, np.max(np.abs(now), axis=0)


def _newton_step(first: Floats, second: Floats, value: Floats) -> Floats:
    """Solve the two linear equations of each row; an unknown that nothing depends on stays."""
    a, c = first
    b, d = second
    alone_first, alone_second = (b == 0.0) & (d == 0.0), (a == 0.0) & (c == 0.0)
    with np.errstate(all="ignore"):
        determinant = a * d - b * c
        full = np.stack([-(value[0] * d - b * value[1]), -(a * value[1] - c * value[0])]) / determinant
        one = np.stack([-value[0] / a, np.zeros_like(a)])
        other = np.stack([np.zeros_like(d), -value[1] / d])
    result = np.where(alone_first, one, np.where(alone_second, other, full))
    return np.where(np.isfinite(result), result, 0.0)


def _plain_beta(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Shapes of the beta law on 0 to 1 with these 5 and 95 % quantiles."""

    def parameters(theta: Floats, rows: NDArray[np.bool_]) -> Floats:
        shapes = np.exp(theta)
        return np.stack([0.0 * shapes[0], 0.0 * shapes[0] + 1.0, *shapes], axis=1)

    middle, sd = 0.5 * (low + high), (high - low) / (2.0 * Z_HIGH)
    size = np.maximum(middle * (1.0 - middle) / sd**2 - 1.0, 0.5)
    start = np.log(np.stack([middle * size, (1.0 - middle) * size]))
    theta, _ = _solve(_matched(BETA, parameters, (low, high), (0.0 * low, 0.0 * high + 1.0)), start)
    shapes = np.exp(theta)
    return shapes[0], shapes[1]

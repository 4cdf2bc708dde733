"""What all indicators share: a ratio that says why it has no value, and sums over sums for a span of years."""

from __future__ import annotations

import numpy as np

from mfa.errors import Fault, InputError

REASONS: tuple[str, ...] = (
    "",
    "no discards",
    "no old scrap processed",
    "no need",
    "no need met",
    "no secondary metal",
    "apparent consumption not positive",
    "no imports",
    "no metal used in products",
    "no import avoided",
    "detail not kept",
    "sector values not given",
    "world concentration not given",
    "net exporter",
    "part of the need unmet",
    "net exporter; part of the need unmet",
)
"""Why an indicator has no value, or what must be read with the value; a reason code is an index into this table."""

FLAGS: tuple[str, ...] = (
    "sector values not given",
    "world concentration not given",
    "net exporter",
    "part of the need unmet",
    "net exporter; part of the need unmet",
)
"""Reasons that accompany a value; all others except the empty one stand for NaN."""

ROUNDING = 1e-9
"""Relative size below which a difference of flows is rounding: that of the mass balance."""
QUANTILES = (0.05, 0.5, 0.95)
"""Quantiles that stand beside a mean over samples."""
RESOLUTION = 1e-12
"""Smallest flow (t/yr) that counts as one: what the mass balance can still see. Less in a denominator is nothing."""


def reason_code(text: str) -> int:
    """Code of a reason.

    Parameters
    ----------
    text : str
        An entry of `REASONS`.

    Returns
    -------
    int

    Raises
    ------
    InputError
        If there is no such reason.

    Examples
    --------
    >>> REASONS[reason_code("no imports")]
    'no imports'
    """
    if text not in REASONS:
        raise InputError(Fault("reason", f"'{text}' is not in the table", f"choose from {', '.join(REASONS[1:])}"))
    return REASONS.index(text)


def is_flag(codes: np.ndarray) -> np.ndarray:
    """Whether a reason accompanies a value, rather than standing for a missing one.

    Parameters
    ----------
    codes : ndarray of int
        Reason codes.

    Returns
    -------
    ndarray of bool

    Examples
    --------
    >>> is_flag(np.array([reason_code("net exporter"), reason_code("no need"), 0])).tolist()
    [True, False, False]
    """
    return np.isin(codes, [REASONS.index(flag) for flag in FLAGS])


def missing_because(values: np.ndarray, text: str) -> np.ndarray:
    """Reason codes of an indicator that can be missing for one reason only.

    Parameters
    ----------
    values : ndarray
        Indicator, NaN where it is undefined.
    text : str
        The reason.

    Returns
    -------
    ndarray of int8, same shape

    Examples
    --------
    >>> missing_because(np.array([0.5, np.nan]), "no need").tolist()
    [0, 3]
    """
    return np.where(np.isnan(values), np.int8(reason_code(text)), np.int8(0))


def first_reason(*codes: np.ndarray) -> np.ndarray:
    """First reason other than the empty one, element by element.

    Parameters
    ----------
    *codes : ndarray of int
        Reason codes, the most basic cause first.

    Returns
    -------
    ndarray of int8

    Examples
    --------
    >>> first_reason(np.array([0, 3, 0], np.int8), np.array([7, 7, 0], np.int8)).tolist()
    [7, 3, 0]
    """
    result = np.asarray(codes[-1], dtype=np.int8)
    for earlier in reversed(codes[:-1]):
        result = np.where(earlier != 0, earlier, result)
    return result


def ratio(numerator: np.ndarray, denominator: np.ndarray, above: np.ndarray | float = RESOLUTION) -> np.ndarray:
    """Numerator over denominator, NaN where the denominator is not above a bound.

    Parameters
    ----------
    numerator, denominator : ndarray
        Same unit, shapes that fit each other.
    above : ndarray or float
        Bound that the denominator must pass; higher where a difference must be told from rounding.

    Returns
    -------
    ndarray, 1

    Examples
    --------
    >>> ratio(np.array([1.0, 0.0]), np.array([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    numerator, denominator = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    result = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > above)
    return result


def sum_over_period(flow: np.ndarray, years: np.ndarray, first: int, last: int, axis: int = -2) -> np.ndarray:
    """Amount that flows in a span of years, both ends included.

    Parameters
    ----------
    flow : ndarray (..., time, element), per year
        Any annual flow.
    years : ndarray of int
        Calendar years of the time axis.
    first, last : int
        First and last year of the span.
    axis : int
        Position of the time axis.

    Returns
    -------
    ndarray without the time axis, amount

    Raises
    ------
    InputError
        If the span is empty or reaches beyond the years of the run.

    Examples
    --------
    >>> sum_over_period(np.array([[1.0], [2.0], [4.0]]), np.array([2020, 2021, 2022]), 2021, 2022).tolist()
    [6.0]
    """
    years = np.asarray(years)
    if first > last or years.size == 0 or first < years[0] or last > years[-1]:
        span = f"{years[0]}-{years[-1]}" if years.size else "no year"
        raise InputError(Fault("period", f"{first}-{last} is not a span within {span}", "choose years of the run"))
    start, stop = np.searchsorted(years, [first, last])
    return np.take(flow, np.arange(start, stop + 1), axis=axis).sum(axis=axis)


def over_period(
    numerator: np.ndarray, denominator: np.ndarray, years: np.ndarray, first: int, last: int, axis: int = -2
) -> np.ndarray:
    """Ratio over a span of years as sum over sum, which is not the mean of the annual ratios.

    Parameters
    ----------
    numerator, denominator : ndarray (..., time, element), t/yr
        Annual flows.
    years : ndarray of int
        Calendar years of the time axis.
    first, last : int
        First and last year of the span.
    axis : int
        Position of the time axis.

    Returns
    -------
    ndarray (..., element), 1
        NaN where the denominator sums to 0.

    Raises
    ------
    InputError
        If the span is empty or reaches beyond the years of the run.

    Examples
    --------
    1 of 10 t in one year and 45 of 90 t in the next: 46/100, not (0.1 + 0.5)/2.

    >>> used, need = np.array([[1.0], [45.0]]), np.array([[10.0], [90.0]])
    >>> over_period(used, need, np.array([2030, 2031]), 2030, 2031).tolist()
    [0.46]
    """
    return ratio(
        sum_over_period(numerator, years, first, last, axis), sum_over_period(denominator, years, first, last, axis)
    )


def mean_of_defined(values: np.ndarray) -> np.ndarray:
    """Mean over the first axis of what is not NaN; NaN where nothing is.

    Examples
    --------
    >>> mean_of_defined(np.array([[1.0, np.nan], [3.0, np.nan]])).tolist()
    [2.0, nan]
    """
    defined = np.isfinite(values)
    total = np.where(defined, values, 0.0).sum(axis=0)
    return np.divide(total, defined.sum(axis=0), out=np.full(total.shape, np.nan), where=defined.any(axis=0))


def quantiles_of_defined(values: np.ndarray) -> np.ndarray:
    """Quantiles over the first axis of what is not NaN, at `QUANTILES`; NaN where nothing is.

    Examples
    --------
    >>> quantiles_of_defined(np.array([[1.0], [3.0], [np.nan]])).ravel().round(3).tolist()
    [1.1, 2.0, 2.9]
    """
    spread = np.full((len(QUANTILES), *values.shape[1:]), np.nan)
    some = np.isfinite(values).any(axis=0)
    spread[:, some] = np.nanquantile(values[:, some], QUANTILES, axis=0)
    return spread

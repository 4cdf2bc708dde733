"""Data quality of a row: its pedigree, and the range that follows from it where the row gives none.

Five indicators, each scored from 1 (best) to 5, or ``-`` where nothing is known to score it by. The matrix is that of
Weidema and Wesnaes, the uncertainty factors are those of ecoinvent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

INDICATORS = ("reliability", "completeness", "time", "place", "technology")
MATRIX: dict[str, tuple[str, str, str, str, str]] = {
    "reliability": (
        "verified, based on measurements",
        "verified and partly assumed, or measured and not verified",
        "not verified and partly a qualified estimate",
        "qualified estimate",
        "estimate that is not qualified",
    ),
    "completeness": (
        "all sites that matter, over a sufficient time",
        "more than half of the sites, over a sufficient time",
        "less than half of the sites, or more over shorter times",
        "one site, or some sites over shorter times",
        "representativeness unknown, or few sites over shorter times",
    ),
    "time": (
        "at most 3 years away",
        "at most 6 years away",
        "at most 10 years away",
        "at most 15 years away",
        "more than 15 years away, or age unknown",
    ),
    "place": (
        "the area itself",
        "mean of a larger area that includes it",
        "area with similar conditions",
        "area with slightly similar conditions",
        "unknown area, or one with other conditions",
    ),
    "technology": (
        "the processes and materials themselves",
        "the same processes and materials of other firms",
        "the same processes and materials, other technology",
        "related processes or materials",
        "related processes in a laboratory, or other technology",
    ),
}
"""What each score means, in short."""
FACTORS: dict[str, tuple[float, float, float, float, float]] = {
    "reliability": (1.0, 1.05, 1.1, 1.2, 1.5),
    "completeness": (1.0, 1.02, 1.05, 1.1, 1.2),
    "time": (1.0, 1.03, 1.1, 1.2, 1.5),
    "place": (1.0, 1.01, 1.02, 1.05, 1.1),
    "technology": (1.0, 1.05, 1.2, 1.5, 2.0),
}
"""Uncertainty factor of each score: square of a geometric standard deviation."""
BASIC = 1.05
"""Factor that a figure has whatever its pedigree: that of ecoinvent for materials and energy used by a process."""
TIME_STEPS = (3, 6, 10, 15)
"""Years up to which the scores 1 to 4 of time go."""
UNKNOWN = "-"
SEPARATOR = ";"
Scores = tuple[int | None, ...]


def parse_pedigree(text: str) -> Scores:
    """Read scores.

    Parameters
    ----------
    text : str
        Five of ``1`` to ``5`` or ``-``, in the order of `INDICATORS`, with ``;`` between.

    Returns
    -------
    tuple of int or None

    Raises
    ------
    ValueError
        If it is anything else.

    Examples
    --------
    >>> parse_pedigree("2;-;1;-;-")
    (2, None, 1, None, None)
    """
    parts = [part.strip() for part in text.split(SEPARATOR)]
    if len(parts) != len(INDICATORS) or any(part not in (UNKNOWN, "1", "2", "3", "4", "5") for part in parts):
        raise ValueError(f"pedigree '{text}' is not five scores")
    return tuple(None if part == UNKNOWN else int(part) for part in parts)


def log_deviation(scores: Sequence[int | None]) -> float:
    r"""Standard deviation of the logarithm of a figure with these scores.

    .. math:: \sigma = \tfrac12 \sqrt{\ln^2 U_b + \sum_i \ln^2 U_i}

    Scores that are not known add nothing, so the deviation is a lower bound where there are such.

    Parameters
    ----------
    scores : sequence of int or None
        In the order of `INDICATORS`.

    Returns
    -------
    float, 1

    References
    ----------
    Weidema et al. 2013, chapter 10 [Weidema_2013]; the matrix: Weidema and Wesnaes 1996 [Weidema_1996].

    Examples
    --------
    A qualified estimate, all else unknown: half the root of ln(1.05)^2 + ln(1.2)^2.

    >>> round(log_deviation((4, None, None, None, None)), 5)
    0.09437
    """
    factors = [BASIC]
    factors += [
        FACTORS[indicator][score - 1] for indicator, score in zip(INDICATORS, scores, strict=True) if score is not None
    ]
    return 0.5 * math.sqrt(math.fsum(math.log(factor) ** 2 for factor in factors))


def pedigree_range(
    value: float, scores: Sequence[int | None], lowest: float, highest: float
) -> tuple[float, float] | None:
    """5 and 95 % of a figure with these scores.

    A figure without an upper limit is lognormal with the figure as its median. Of a share between 0 and 1 the odds are,
    so that it stays one.

    Parameters
    ----------
    value : float
    scores : sequence of int or None
    lowest, highest : float
        Ends of what the parameter can be.

    Returns
    -------
    (float, float) or None
        None for 0, for figures that may be negative and at the end of the range: their logarithm says nothing.

    Examples
    --------
    >>> low, high = pedigree_range(100.0, (4, None, None, None, None), 0.0, float("inf"))
    >>> round(low, 2), round(high, 2)
    (85.62, 116.79)
    >>> low, high = pedigree_range(0.9, (4, None, None, None, None), 0.0, 1.0)
    >>> round(low, 4), round(high, 4)
    (0.8851, 0.9131)
    """
    from mfa.inputs.sampling.fitting import Z_HIGH

    factor = math.exp(Z_HIGH * log_deviation(scores))
    if not lowest >= 0.0 or not lowest < value < highest or value <= 0.0:
        return None
    if math.isinf(highest):
        low, high = value / factor, value * factor
        return (low, high) if low > lowest else None
    if (lowest, highest) != (0.0, 1.0):
        return None
    odds = value / (1.0 - value)
    return odds / factor / (1.0 + odds / factor), odds * factor / (1.0 + odds * factor)


def time_score(years_away: int) -> int:
    """Score of time for a figure that stands for a year so many years away from what is known.

    Examples
    --------
    >>> [time_score(years) for years in (0, 4, 10, 15, 36)]
    [1, 2, 3, 4, 5]
    """
    return 1 + sum(abs(years_away) > step for step in TIME_STEPS)


def pedigree_words(text: str) -> str:
    """The known scores for readers.

    Examples
    --------
    >>> pedigree_words("4;-;5;-;-")
    'reliability 4, time 5'
    """
    scores = zip(INDICATORS, parse_pedigree(text), strict=True)
    return ", ".join(f"{indicator} {score}" for indicator, score in scores if score is not None)

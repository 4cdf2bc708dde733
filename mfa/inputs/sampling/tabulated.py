"""Quantile functions without a closed form, tabulated once for each law and then read a thousand times.

A table holds polynomials in the normal score of the share, by panels of the scores from -5 to 5; what it holds is a
transform that is smooth there: the log-odds of a beta law's place between its ends, the logarithm of a gamma law's
value. Scores beyond (6 in 10 million draws) are inverted directly. A value depends on its share and law alone.

References
----------
Trefethen (2013), Approximation Theory and Approximation Practice, chapter 3, for interpolation in Chebyshev points;
Clenshaw (1955), A note on the summation of Chebyshev series, Mathematics of Computation 9.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REACH = 5.0
PANELS = 5
DEGREE = 16
_TINY = 1e-8

Transform = Callable[[Floats], Floats]
"""Transformed quantiles of all laws at scores [score, law]."""


class ScoreTable:
    """Transformed quantiles of several laws as functions of the normal score.

    Parameters
    ----------
    transformed : callable
        Takes scores [score, law] and the numbers of the laws, returns transformed quantiles of that shape; exact.
    size : int
        Number of laws.
    """

    def __init__(self, transformed: Callable[[Floats, Ints], Floats], size: int) -> None:
        self.transformed, self.size = transformed, size
        order = np.arange(DEGREE + 1)
        angles = (order + 0.5) * np.pi / (DEGREE + 1)
        width = 2.0 * REACH / PANELS
        middles = -REACH + width * (np.arange(PANELS) + 0.5)
        scores = (middles[:, None] + 0.5 * width * np.cos(angles)).reshape(-1, 1)
        laws = np.arange(size)
        values = transformed(np.broadcast_to(scores, (len(scores), size)), laws)
        to_series = np.cos(np.outer(order, angles)) * (2.0 / (DEGREE + 1))
        to_series[0] /= 2.0
        # [degree, law, panel]: one order of all polynomials lies together
        self.series = np.einsum("kn,pnl->klp", to_series, values.reshape(PANELS, DEGREE + 1, size))

    def __call__(self, scores: Floats, laws: Ints) -> Floats:
        """Transformed quantiles at scores [sample, column] of the law of each column."""
        width = 2.0 * REACH / PANELS
        panel = np.clip(((scores + REACH) / width).astype(np.int64), 0, PANELS - 1)
        place = (scores - (-REACH + width * (panel + 0.5))) * (2.0 / width)
        flat = laws * PANELS + panel
        later = np.zeros_like(place)
        latest = np.zeros_like(place)
        for order in range(DEGREE, 0, -1):
            now = np.take(self.series[order], flat)
            now += 2.0 * place * later
            now -= latest
            latest, later = later, now
        result = np.take(self.series[0], flat) + place * later - latest
        outside = np.abs(scores) > REACH
        if outside.any():
            rows, columns = np.nonzero(outside)
            result[rows, columns] = self.transformed(scores[rows, columns][None, :], laws[columns])[0]
        return result


class BetaTable:
    """Quantiles of beta laws on 0 to 1."""

    def __init__(self, first: Floats, second: Floats) -> None:
        self.first, self.second = first, second
        self.table = ScoreTable(self._log_odds, len(first))

    def _log_odds(self, scores: Floats, laws: Ints) -> Floats:
        """Exact, each half from its own end so that nothing is lost near 1."""
        from scipy.special import betaincinv, ndtr

        one, other = np.broadcast_arrays(self.first[laws], scores)[0], np.broadcast_to(self.second[laws], scores.shape)
        upper = scores > 0.0
        share = ndtr(-np.abs(scores))
        place = betaincinv(np.where(upper, other, one), np.where(upper, one, other), share)
        with np.errstate(divide="ignore"):
            odds = np.log(place) - np.log1p(-place)
        return np.where(upper, -odds, odds)

    def __call__(self, scores: Floats, laws: Ints) -> Floats:
        """Quantiles at scores [sample, column] of the law of each column."""
        from scipy.special import expit

        return expit(self.table(scores, laws))


class GammaTable:
    """Logarithms of the quantiles of gamma laws with scale 1."""

    def __init__(self, shape: Floats) -> None:
        self.shape = shape
        self.table = ScoreTable(self._logarithm, len(shape))

    def _logarithm(self, scores: Floats, laws: Ints) -> Floats:
        """Exact; a tiny value x has the share x^shape / Gamma(shape + 1)."""
        from scipy.special import gammainccinv, gammaincinv, gammaln, log_ndtr, ndtr

        shape = np.broadcast_to(self.shape[laws], scores.shape)
        small = (log_ndtr(scores) + gammaln(shape + 1.0)) / shape
        upper = scores > 0.0
        share = ndtr(-np.abs(scores))
        value = np.where(upper, gammainccinv(shape, share), gammaincinv(shape, share))
        with np.errstate(divide="ignore"):
            return np.where(small < np.log(_TINY), small, np.log(value))

    def __call__(self, scores: Floats, laws: Ints) -> Floats:
        """Logarithms of quantiles at scores [sample, column] of the law of each column."""
        return self.table(scores, laws)

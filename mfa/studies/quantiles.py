"""Statistics over samples, cell by cell: quantiles, mean, spread, and how many samples have no value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles that an ensemble reports."""
MEAN, SD, MISSING, FLAGGED = "mean", "sd", "missing", "flagged"


@dataclass(frozen=True)
class Statistics:
    """Statistics of one result, each an array over its cells.

    Attributes
    ----------
    quantiles : array [quantile, cell]
        Of the samples that have a value, linear between neighbours; NaN where none has.
    mean, sd : array [cell]
        Of the samples that have a value; sd with n - 1, NaN for a single one.
    missing : array [cell], 1
        Share of samples without a value.
    reason : array of int8 [cell]
        The most frequent reason code of those (0 if none is missing, or no reason is known).
    flagged : array [cell], 1
        Share of samples that have a value with a flag to be read with it, such as a need that is not met.
    """

    quantiles: Floats
    mean: Floats
    sd: Floats
    missing: Floats
    reason: NDArray[np.int8]
    flagged: Floats

    @classmethod
    def empty(cls, n_cells: int) -> Statistics:
        """Room for a number of cells."""
        return cls(
            np.full((len(QUANTILES), n_cells), np.nan), np.full(n_cells, np.nan), np.full(n_cells, np.nan),
            np.zeros(n_cells), np.zeros(n_cells, np.int8), np.zeros(n_cells),
        )  # fmt: skip

    def put(self, cell: int, values: Floats, reasons: NDArray[np.int8] | None = None) -> None:
        """Fill one cell from all its samples.

        Values are sorted first, and each cell is reduced alone: the result depends on the samples only, not on their
        order, nor on how many cells are at hand.

        Parameters
        ----------
        cell : int
        values : array [sample]
            NaN where a sample has no value.
        reasons : array of int8 [sample], optional
            Codes into `mfa.indicators.REASONS`.
        """
        ordered = np.sort(values + 0.0)  # NaN comes last; -0 becomes 0
        defined = ordered[: len(ordered) - int(np.count_nonzero(np.isnan(ordered)))]
        self.missing[cell] = (len(values) - len(defined)) / len(values)
        if len(defined):
            self.quantiles[:, cell] = sorted_quantiles(defined)
            self.mean[cell] = mean = defined.sum() / len(defined)
            if len(defined) > 1:
                self.sd[cell] = np.sqrt(((defined - mean) ** 2).sum() / (len(defined) - 1))
        if reasons is not None and reasons.any():
            absent = np.isnan(values)
            codes = np.bincount(reasons[absent & (reasons > 0)], minlength=1)
            self.reason[cell] = int(np.argmax(codes)) if codes.any() else 0
            self.flagged[cell] = np.count_nonzero(~absent & (reasons > 0)) / len(values)


def sorted_quantiles(ordered: Floats, shares: tuple[float, ...] = QUANTILES) -> Floats:
    """Quantiles of sorted values, linear between neighbours (type 7 of Hyndman and Fan).

    Parameters
    ----------
    ordered : array [sample]
        Rising, without NaN, at least one.
    shares : tuple of float
        In [0, 1].

    Returns
    -------
    array [share]

    References
    ----------
    Hyndman and Fan (1996), Sample quantiles in statistical packages, The American Statistician 50(4).

    Examples
    --------
    >>> sorted_quantiles(np.array([1.0, 2.0, 4.0]), (0.25, 0.5, 0.75)).tolist()
    [1.5, 2.0, 3.0]
    """
    place = np.asarray(shares) * (len(ordered) - 1)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, len(ordered) - 1)
    part = place - below
    return np.where(part == 0.0, ordered[below], ordered[below] * (1.0 - part) + ordered[above] * part)

"""Shares of the variance: how much of an output's variance goes with each factor, alone and with all others.

References
----------
Sobol (2001), Global sensitivity indices for nonlinear mathematical models and their Monte Carlo estimates, Mathematics
and Computers in Simulation 55. Saltelli et al. (2010), Variance based sensitivity analysis of model output: design and
estimator for the total sensitivity index, Computer Physics Communications 181(2), for the design and S1. Jansen (1999),
Analysis of variance designs for model output, Computer Physics Communications 117, for ST.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mfa.errors import Fault, InputError
from mfa.inputs.sampling.streams import unit_cube
from mfa.studies.cube import (
    Floats,
    Function,
    count_names,
    evaluated,
    half_width,
    long_table,
    ranked,
    resampled_rows,
)

if TYPE_CHECKING:
    import pandas as pd


AT_ONCE = 2**15
"""Points that a function is asked for in one call, about."""


@dataclass
class VarianceShares:
    """Shares of the variance of each output (Sobol indices).

    Attributes
    ----------
    names : list of str
        Factors, and groups of factors that were looked at as one.
    first : array [factor, output], 1
        S1: share that goes with the factor alone.
    total : array [factor, output], 1
        ST: share that would be left if all others were known; the excess over S1 is interaction.
    first_confidence, total_confidence : array [factor, output], 1
        Half the width of the 95 % intervals, from resampled rows of the design.
    variance : array [output]
    rows : array of int [output]
        Rows of the design with a value in all of their points; the others were left out.
    runs : int
        Points evaluated.
    """

    names: list[str]
    first: Floats
    total: Floats
    first_confidence: Floats
    total_confidence: Floats
    variance: Floats
    rows: NDArray[np.int64]
    runs: int
    notes: list[str] = field(default_factory=list)

    def table(self, outputs: Sequence[str] | None = None) -> pd.DataFrame:
        """One row for each factor and output, the largest ST of an output first."""
        columns = {
            "S1": self.first,
            "S1_confidence": self.first_confidence,
            "ST": self.total,
            "ST_confidence": self.total_confidence,
        }
        frame = long_table(self.names, outputs, columns)
        return ranked(frame, frame["ST"])


def variance_shares(
    function: Function,
    names: Sequence[str],
    size: int,
    seed: int,
    resamples: int = 500,
    together: Mapping[str, Sequence[str]] | None = None,
) -> VarianceShares:
    """Estimate Sobol indices S1 and ST of every factor.

    Two matrices A and B of points, and for each factor (or group of factors) A with its columns from B:
    S1 = mean(f_B (f_AB - f_A))/V (Saltelli et al. 2010, outputs centred), ST = mean((f_A - f_AB)^2)/(2 V) (Jansen
    1999), V the variance of f_A and f_B together.

    Parameters
    ----------
    function : callable
    names : sequence of str
    size : int
        Rows of A; a power of two. The function sees size x (factors + 2) points, a group counting as one factor.
    seed : int
    resamples : int
        Resampled designs for the intervals; 0 for none.
    together : mapping of str to sequence of str, optional
        Factors that are looked at as one, by name of the group; groups come after the other factors.

    Returns
    -------
    VarianceShares
        NaN for outputs that do not vary.

    Raises
    ------
    InputError
        If `size` is no power of two, or the function does not give one row for each point.

    Examples
    --------
    >>> found = variance_shares(lambda u: u @ np.array([2.0, 1.0]), ["a", "b"], size=1024, seed=1)
    >>> found.first[:, 0].round(2), found.total[:, 0].round(2)  # 4/5 and 1/5
    (array([0.8, 0.2]), array([0.8, 0.2]))
    """
    k = count_names(names)
    if size < 2 or size & (size - 1):
        power = 1 << max(1, size.bit_length())
        raise InputError(Fault("size", f"= {size} is no power of two", f"give {power}, say: the sequence is even then"))
    labels, columns = _columns(names, together or {})
    both = unit_cube("sobol", seed, [f"{matrix} {name}" for matrix in ("A", "B") for name in names], range(2 * k),
                     size, 0, size)  # fmt: skip
    f_a, f_b, *rest = _evaluated(function, both[:, :k], both[:, k:], columns)
    mixed, k = np.stack(rest), len(labels)
    sound = np.isfinite(f_a) & np.isfinite(f_b) & np.isfinite(mixed).all(axis=0)
    shape = (k, f_a.shape[1])
    first_share, total_share, first_width, total_width = (np.full(shape, np.nan) for _ in range(4))
    variance = np.full(shape[1], np.nan)
    notes = []
    for output in range(shape[1]):
        rows = np.flatnonzero(sound[:, output])
        if len(rows) < size:
            notes.append(f"output {output}: {size - len(rows)} of {size} rows without a value left out")
        if len(rows) < 2:
            continue
        parts = (f_a[rows, output], f_b[rows, output], mixed[:, rows, output])
        variance[output], first_share[:, output], total_share[:, output] = _indices(*parts)
        if resamples and variance[output] > 0.0:
            again = resampled_rows(len(rows), resamples, seed)
            drawn = [_indices(*(part[..., chosen] for part in parts)) for chosen in again]
            first_width[:, output] = half_width(np.stack([one[1] for one in drawn]))
            total_width[:, output] = half_width(np.stack([one[2] for one in drawn]))
    return VarianceShares(
        labels, first_share, total_share, first_width, total_width, variance, sound.sum(axis=0),
        size * (k + 2), notes,
    )  # fmt: skip


def _columns(names: Sequence[str], together: Mapping[str, Sequence[str]]) -> tuple[list[str], list[list[int]]]:
    """Names of what is looked at, and the columns of each."""
    grouped = {name for members in together.values() for name in members}
    place = {name: i for i, name in enumerate(names)}
    labels = [name for name in names if name not in grouped]
    columns = [[place[name]] for name in labels] + [[place[name] for name in group] for group in together.values()]
    return [*labels, *together], columns


def _evaluated(function: Function, first: Floats, second: Floats, columns: Sequence[Sequence[int]]) -> list[Floats]:
    """Outputs of A, of B, and of A with the columns of each factor from B; few calls, each of many points."""
    found: list[Floats] = []
    waiting = [first, second]
    for place, mine in enumerate(columns):
        points = first.copy()
        points[:, mine] = second[:, mine]
        waiting.append(points)
        if len(waiting) * len(first) >= AT_ONCE or place == len(columns) - 1:
            found += np.split(evaluated(function, np.concatenate(waiting)), len(waiting))
            waiting = []
    return found


def _indices(f_a: Floats, f_b: Floats, mixed: Floats) -> tuple[float, Floats, Floats]:
    """Variance, S1 and ST of one output; the last axis of `mixed` [factor, row] is the row."""
    every = np.concatenate([f_a, f_b])
    middle = every.mean()
    variance = float(np.mean((every - middle) ** 2))
    scale = max(abs(float(every.max())), abs(float(every.min())), 1e-300)
    if not variance > (1e-12 * scale) ** 2:
        nothing = np.full(len(mixed), np.nan)
        return 0.0, nothing, nothing
    first = np.mean((f_b - middle) * (mixed - f_a), axis=1) / variance
    total = np.mean((f_a - mixed) ** 2, axis=1) / (2.0 * variance)
    return variance, first, total

"""Shares that sum to 1 over a dim: which cells belong together, and what is expected of them at each anchor year."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mfa.errors import Fault
from mfa.inputs.fill import fill_years
from mfa.inputs.sampling.fitting import Z_HIGH
from mfa.inputs.sampling.naming import Factor
from mfa.inputs.sampling.placing import anchor_weights
from mfa.inputs.sampling.rows import Row, Series
from mfa.inputs.sampling.settings import SHARE_LAWS
from mfa.inputs.sampling.targets import Target
from mfa.inputs.sampling.wanted import WantedShares

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Anchors = list[tuple[float, list[tuple[int, float, Factor, float]]]]
"""Concentration and members at each anchor year; a member is its number, share, factor and sigma."""

CONCENTRATION = {"read": 30.0, "derived": 30.0, "recalled": 12.0, "estimate": 12.0}
"""Concentration of a Dirichlet law by the weakest provenance among the shares of a whole."""


def wanted_shares(
    target: Target, series: Sequence[Series], untouched: NDArray[np.bool_], factor_of: Callable[[Series], Factor]
) -> tuple[list[WantedShares], list[Fault]]:
    """Groups of shares of one parameter that vary.

    Parameters
    ----------
    target : Target
    series : sequence of Series
        All rows of the parameter.
    untouched : array of bool [label cell, year]
        Cells that hold what the tables say. A whole with a touched member stays as it is in that year.
    factor_of : callable
        Factor of a series.

    Returns
    -------
    groups : list of WantedShares
    faults : list of Fault
        Rows with a law that does not sum to 1, and wholes whose shares are all 0.
    """
    faults = [
        Fault(row.place, f"shares that sum to 1 have no {row.distribution} law", f"one of {', '.join(SHARE_LAWS)}")
        for one in series
        for row in one.rows
        if row.distribution and row.distribution not in SHARE_LAWS
    ]
    summed = target.parameter.sum_over
    assert summed is not None
    if faults or summed not in target.label_dims:
        return [], faults
    owners = target.owners([one.key for one in series])
    axis = target.label_dims.index(summed)
    every = np.moveaxis(np.arange(owners.size).reshape(owners.shape), axis, -1)
    numbers = every.reshape(-1, owners.shape[axis])
    owned = owners.reshape(-1)[numbers]
    wholes, which = np.unique(owned, axis=0, return_inverse=True)
    groups = []
    for i, whole in enumerate(wholes):
        members = np.flatnonzero(whole >= 0)
        own = [series[int(whole[member])] for member in members]
        if not any(row.distribution or row.bounded for one in own for row in one.rows):
            continue
        cells = numbers[which.reshape(-1) == i]
        anchors, rows, weights, wrong = _anchors(target, own, [factor_of(one) for one in own])
        faults += wrong
        drawn = untouched[cells].all(axis=1)
        groups.append(WantedShares(target, cells[:, members].T.copy(), weights, anchors, rows, drawn))
    return groups, faults


def _anchors(
    target: Target, own: Sequence[Series], factors: Sequence[Factor]
) -> tuple[Anchors, list[list[Row]], Floats, list[Fault]]:
    """Expected shares at every year in which a member has a row; members without one are interpolated."""
    given_years = sorted({row.year for one in own for row in one.rows if row.year is not None})
    years: list[int | None] = list(given_years) or [None]
    parameter = target.parameter
    shares = np.zeros((len(own), len(years)))
    rows: list[list[Row]] = []
    for i, one in enumerate(own):
        values = np.array([[row.value for row in one.rows]])
        if one.rows[0].year is None:
            shares[i] = values[0, 0]
            rows.append([replace(one.rows[0], year=year) for year in years])
            continue
        given = np.array([row.year for row in one.rows], dtype=np.int64)
        at = np.array(given_years, dtype=np.int64)
        shares[i] = fill_years(parameter.fill, given, values, at, 0.0)[0]
        last = np.maximum(np.searchsorted(given, at, side="right") - 1, 0)
        rows.append([replace(one.rows[k], year=year) for k, year in zip(last.tolist(), at.tolist(), strict=True)])
    anchors: Anchors = []
    faults = []
    law = next((row.distribution for one in own for row in one.rows if row.distribution), SHARE_LAWS[0])
    for j in range(len(years)):
        there = [i for i in range(len(own)) if shares[i, j] > 0.0]
        if not there:
            when = f" in {years[j]}" if years[j] is not None else ""
            if len(own) > 1 and not (shares > 0.0).any():
                what = f"{parameter.name}: all shares of this whole are 0{when}: there is nothing to draw from"
                faults.append(Fault(rows[0][j].place, what, "give a share above 0, or clear the distribution"))
            anchors.append((1.0, []))
            continue
        concentration = min(CONCENTRATION[rows[i][j].provenance] for i in there)
        members = []
        for i in there:
            share = float(shares[i, j])
            sigma = logistic_sigma(share, concentration, rows[i][j]) if law == "logistic_normal" else math.nan
            members.append((i, share, factors[i], sigma))
        anchors.append((concentration, members))
    return anchors, rows, anchor_weights(parameter, years, target.years), faults


def logistic_sigma(share: float, concentration: float, row: Row | None = None) -> float:
    """Sigma of a logistic-normal weight: from the bounds of its row, else as wide as the Dirichlet law would be.

    With bounds the log-odds of the share have these 5 and 95 % quantiles as long as the other members stay; without,
    the weight has the relative variance of a Dirichlet share, (1 - s)/(s (c + 1)).

    Examples
    --------
    >>> round(logistic_sigma(0.5, 30.0), 4)  # sqrt(ln(1 + 1/31)) = 0.1782
    0.1782
    """
    if row is not None and row.bounded and row.low > 0.0 and row.high < 1.0:
        odds = math.log(row.high / (1.0 - row.high)) - math.log(row.low / (1.0 - row.low))
        return odds / (2.0 * Z_HIGH)
    return math.sqrt(math.log1p((1.0 - min(share, 1.0)) / (share * (concentration + 1.0))))

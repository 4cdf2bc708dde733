"""Collection: how much of what is discarded reaches recyclers, and how scrap value and quotas move it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mfa.system.layout import Floats

LEAST_VALUE = 0.01
"""Scrap value never falls below this share of its base value."""


def collection_rate(value: Floats, base_value: Floats, base_rate: Floats, elasticity: Floats, limit: Floats) -> Floats:
    """Answer of the collection rate to scrap value.

    cr(V) = clip(1 - (1 - cr0) (V / V0)^-eps, 0, cr_max); eps = 0: cr0.

    Parameters
    ----------
    value, base_value : array [..., pair], money/t, > 0
    base_rate, limit : array [..., pair], 1, in [0, 1]
    elasticity : array [..., pair], 1, >= 0

    Returns
    -------
    array [..., pair], 1

    Examples
    --------
    Twice the base value with elasticity 1: 1 - 0.8 / 2 = 0.6

    >>> one = np.ones(1)
    >>> collection_rate(2 * one, one, 0.2 * one, one, one)
    array([0.6])
    """
    answer = 1.0 - (1.0 - base_rate) * (value / base_value) ** -elasticity
    return np.where(elasticity > 0.0, np.clip(answer, 0.0, limit), base_rate)


def value_for_rate(rate: Floats, base_value: Floats, base_rate: Floats, elasticity: Floats) -> Floats:
    """Scrap value at which collection reaches a rate: V0 ((1 - rate) / (1 - cr0))^(-1/eps); infinite at rate 1."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        value = base_value * ((1.0 - rate) / (1.0 - base_rate)) ** (-1.0 / elasticity)
    return np.where(rate >= 1.0, np.inf, value)


def scrap_value(
    margin: Floats,
    eligible: NDArray[np.bool_],
    item_mass: Floats,
    item_to_pair: Floats,
    subsidy: Floats,
    base_value: Floats,
) -> Floats:
    """Value of scrap to collectors: the mass-weighted best margin of recyclers, plus the subsidy they expect.

    Parameters
    ----------
    margin : array [..., route, item], money/t
        Margin of each route at the grade of the pool.
    eligible : array of bool [..., route, item]
        Routes that take the item from old scrap, with or without capacity.
    item_mass : array [..., item], t
        Component mass in the pool.
    item_to_pair : array [item, pair]
        Indicator matrix.
    subsidy, base_value : array [..., pair], money/t

    Returns
    -------
    array [..., pair], money/t
        At least 0.01 base values; the base value where the pool is empty.
    """
    best = np.where(eligible, margin, -np.inf).max(axis=-2, initial=-np.inf)
    best = np.where(np.isfinite(best), best, 0.0)
    mass = item_mass @ item_to_pair
    with np.errstate(divide="ignore", invalid="ignore"):
        value = (best * item_mass) @ item_to_pair / mass + subsidy
    return np.where(mass > 0.0, np.maximum(value, LEAST_VALUE * base_value), base_value)

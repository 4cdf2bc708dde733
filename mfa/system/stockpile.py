"""The national stockpile, alone and in a joint pool."""

from __future__ import annotations

import numpy as np

from mfa.system.layout import Floats
from mfa.units import DAYS_PER_YEAR


def release(gap: Floats, held: Floats, limit: Floats) -> Floats:
    """Metal drawn to fill a gap: min(gap, S9, rel_max)."""
    return np.minimum(np.minimum(gap, held), limit)


def pool_release(gap: Floats, held: Floats, limit: Floats) -> tuple[Floats, Floats]:
    """Release and contribution of the members of a joint pool.

    Offers A = min(S9, rel_max); a member receives gap min(1, sum A / sum gap) and gives A min(1, sum gap / sum A).

    Parameters
    ----------
    gap, held, limit : array [sample, region, element]
        Zero for regions outside the pool.

    Returns
    -------
    received, given : array [sample, region, element], t/yr

    Examples
    --------
    Gaps of 30 and 0 t, offers of 10 and 40 t: 30 t are given, 6 and 24.

    >>> gap, held = np.array([[[30.0], [0.0]]]), np.array([[[10.0], [40.0]]])
    >>> received, given = pool_release(gap, held, np.full((1, 2, 1), np.inf))
    >>> received.ravel(), given.ravel()
    (array([30.,  0.]), array([ 6., 24.]))
    """
    offer = np.minimum(held, limit)
    all_offers, all_gaps = offer.sum(axis=1, keepdims=True), gap.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        received = gap * np.where(all_gaps > 0.0, np.minimum(1.0, all_offers / all_gaps), 0.0)
        given = offer * np.where(all_offers > 0.0, np.minimum(1.0, all_gaps / all_offers), 0.0)
    return received, given


def wanted_fill(days: Floats, need: Floats, held: Floats, limit: Floats) -> Floats:
    """Metal wanted to reach the target: clip(days Rref / 365 - S9, 0, fill_max).

    Examples
    --------
    73 days of 1000 t/yr are 200 t:

    >>> wanted_fill(np.array([73.0]), np.array([1000.0]), np.array([150.0]), np.array([np.inf]))
    array([50.])
    """
    return np.clip(days * need / DAYS_PER_YEAR - held, 0.0, limit)

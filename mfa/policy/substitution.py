"""Substitution between chemistries: makers follow material cost, with inertia."""

from __future__ import annotations

import numpy as np

from mfa.system.layout import Floats, Ints


def wanted_shares(reference: Floats, cost_rise: Floats, response: Floats, to_pair: Floats, item_pair: Ints) -> Floats:
    """Chemistry shares makers want at this year's prices: sig* = sig0 w / sum(sig0 w), w = exp(-b (C(P) - C(Pbase))).

    Parameters
    ----------
    reference : array [..., item], 1
    cost_rise : array [..., item], money/service
        C(P) - C(Pbase).
    response : array [..., item], service/money
    to_pair : array [item, pair]
    item_pair : array of int [item]

    Returns
    -------
    array [..., item], 1
    """
    exponent = -response * cost_rise
    highest = np.full((*exponent.shape[:-1], to_pair.shape[1]), -np.inf)
    np.maximum.at(
        np.moveaxis(highest, -1, 0), item_pair, np.moveaxis(np.where(reference > 0, exponent, -np.inf), -1, 0)
    )
    shift = np.where(np.isfinite(highest), highest, 0.0)[..., item_pair]
    weight = np.where(reference > 0.0, reference * np.exp(np.minimum(exponent - shift, 0.0)), 0.0)
    total = (weight @ to_pair)[..., item_pair]
    return np.divide(weight, total, out=np.array(np.broadcast_to(reference, weight.shape)), where=total > 0.0)


def shift_shares(
    reference: Floats, wanted: Floats, deviation: Floats, speed: Floats, to_pair: Floats, item_pair: Ints
) -> tuple[Floats, Floats]:
    """Chemistry shares of the year: D = D[t-1] + s (sig* - sig0 - D[t-1]), sig = max(0, sig0 + D), renormalised.

    Parameters
    ----------
    reference, wanted, deviation : array [..., item], 1
    speed : array [...], 1/yr
    to_pair, item_pair : as in `wanted_shares`

    Returns
    -------
    shares, deviation : array [..., item], 1
        Shares are 0 where the reference share is, and the reference where all would be 0.

    Examples
    --------
    Half of the way from 0.8/0.2 to 0.6/0.4:

    >>> shares, _ = shift_shares(
    ...     np.array([0.8, 0.2]),
    ...     np.array([0.6, 0.4]),
    ...     np.zeros(2),
    ...     np.array(0.5),
    ...     np.ones((2, 1)),
    ...     np.array([0, 0]),
    ... )
    >>> shares.round(3)
    array([0.7, 0.3])
    """
    deviation = deviation + speed[..., None] * (wanted - reference - deviation)
    shares = np.where(reference > 0.0, np.maximum(0.0, reference + deviation), 0.0)
    total = (shares @ to_pair)[..., item_pair]
    return np.divide(
        shares, total, out=np.array(np.broadcast_to(reference, shares.shape)), where=total > 0.0
    ), deviation

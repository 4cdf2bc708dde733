"""Investment in recycling capacity by net present value, and the knowledge that research adds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mfa.system.layout import Floats
from mfa.system.recycling import route_shares


def annuity(rate: Floats, years: Floats) -> Floats:
    """Present value of 1 a year over a plant's life: (1 - (1 + i)^-n) / i, n at zero interest.

    Examples
    --------
    >>> annuity(np.array([0.0, 0.05]), np.array([20.0, 20.0])).round(3)
    array([20.   , 12.462])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        value = -np.expm1(-years * np.log1p(rate)) / rate
    return np.where(rate > 0.0, value, years)


@dataclass
class Prospects:
    """What investors see: margins, feed and rivals, all by class and route.

    margin and eligible [..., route, class], at the grade of the expected feed; expected feed [..., route, class] and
    present feed [..., class] in t/yr; fee_limit [..., class]: what makers pay at most, -inf without a quota.
    """

    margin: Floats
    eligible: NDArray[np.bool_]
    fee_limit: Floats
    expected_feed: Floats
    present_feed: Floats


def orders(
    prospects: Prospects,
    capital_cost: Floats,
    grant: Floats,
    factor: Floats,
    choice: Floats,
    response: Floats,
    growth: Floats,
    capacity: Floats,
    capacity_ahead: Floats,
    seed: Floats,
) -> Floats:
    """Capacity ordered in a year.

    Each class splits its expected feed over eligible routes by exp(beta (pi - capex (1 - g) / AF)).
    NPV = -capex (1 - g) + pi u AF; z = 1 / (1 + exp(-bI NPV / capex)); plants that a quota pays for have z = 1.
    Orders = clip(z F_ahead - K_ahead, 0, gmax max(K, Kseed)).

    Parameters
    ----------
    prospects : Prospects
    capital_cost, grant, factor, capacity, capacity_ahead, seed : array [..., route]
    choice, response, growth : array [...]

    Returns
    -------
    array [..., route], t/yr
    """
    annual = capital_cost * (1.0 - grant) / factor
    margin, limit = prospects.margin, prospects.fee_limit[..., None, :]
    judged = prospects.eligible & (prospects.expected_feed > 0.0)
    paying = judged & (margin >= 0.0)
    with_fee = judged & (margin < 0.0) & (-margin <= limit)
    claim = np.where(paying.any(axis=-2, keepdims=True), paying, with_fee)
    share = route_shares(margin - annual[..., None], claim, choice)
    ahead = share * prospects.expected_feed
    total = ahead.sum(axis=-1)
    # 0 where a fee covers the loss
    earned = (ahead * np.maximum(margin, 0.0)).sum(axis=-1)
    mean_margin = np.divide(earned, total, out=np.zeros_like(total), where=total > 0.0)
    present = (share * prospects.present_feed[..., None, :]).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        use = np.where(capacity > 0.0, np.minimum(1.0, present / capacity), 1.0)
    value = -capital_cost * (1.0 - grant) + mean_margin * use * factor
    with np.errstate(over="ignore"):
        logit = 1.0 / (1.0 + np.exp(-response[..., None] * value / capital_cost))
    contracted = claim & (annual[..., None] - margin <= limit)
    willing = np.where(contracted, 1.0, logit[..., None])
    wanted = (ahead * willing).sum(axis=-1)
    most = growth[..., None] * np.maximum(capacity, seed)
    return np.clip(wanted - capacity_ahead, 0.0, most)

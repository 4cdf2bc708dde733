"""Obligations on makers: collection quotas with their buy-out price, recycled content with credits and certificates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mfa.system.collection import collection_rate, value_for_rate
from mfa.system.layout import Floats
from mfa.vocabulary import QUOTA_STATES

NONE, SLACK, RAMP, BINDING, BOUGHT_OUT, UNATTAINABLE = range(len(QUOTA_STATES))


@dataclass
class QuotaAnswer:
    """Answer of collection to a quota: rate before the ramp, shadow price, and state."""

    rate: Floats
    shadow_price: Floats
    state: NDArray[np.int64]


def answer_quota(
    quota: Floats,
    penalty: Floats,
    value: Floats,
    base_value: Floats,
    base_rate: Floats,
    elasticity: Floats,
    limit: Floats,
) -> QuotaAnswer:
    """Collection rate and shadow price under a collection quota.

    With eps > 0 makers pay collectors lam = clip(V0 ((1 - Q)/(1 - cr0))^(-1/eps) - V, 0, pen) for each tonne, so that
    the rate is cr(V + lam); with eps = 0 the rate is max(cr0, min(Q, cr_max)).

    Parameters
    ----------
    quota, base_rate, limit : array [..., pair], 1
    penalty : array [..., pair], money/t
        Buy-out price; infinite: a mandate without buy-out.
    value, base_value : array [..., pair], money/t
    elasticity : array [..., pair], 1

    Returns
    -------
    QuotaAnswer

    Examples
    --------
    cr0 = 0.5, eps = 1, V = V0 = 100: a quota of 0.75 needs V = 200, so lam = 100.

    >>> one = np.ones(1)
    >>> answer = answer_quota(0.75 * one, np.inf * one, 100 * one, 100 * one, 0.5 * one, one, 0.9 * one)
    >>> float(answer.rate[0]), float(answer.shadow_price[0]), QUOTA_STATES[answer.state[0]]
    (0.75, 100.0, 'binding')
    """
    elastic = elasticity > 0.0
    free_rate = collection_rate(value, base_value, base_rate, elasticity, limit)
    slack, reachable = quota <= free_rate, quota <= limit
    needed = np.maximum(value_for_rate(quota, base_value, base_rate, elasticity) - value, 0.0)
    at_limit = np.maximum(value_for_rate(limit, base_value, base_rate, elasticity) - value, 0.0)
    unreachable_price = np.where(np.isfinite(penalty), penalty, np.where(elastic, at_limit, 0.0))
    shadow = np.where(
        slack, 0.0, np.where(reachable, np.where(elastic, np.minimum(needed, penalty), 0.0), unreachable_price)
    )
    answered = collection_rate(value + shadow, base_value, base_rate, elasticity, limit)
    # at the price needed the rate is the quota: written as such, free of the rounding of two powers
    answered = np.where(elastic & reachable & ~slack & (needed <= penalty), quota, answered)
    rate = np.where(elastic, np.where(slack, free_rate, answered), np.maximum(base_rate, np.minimum(quota, limit)))
    bought_out = elastic & reachable & ~slack & (needed > penalty)
    state = np.where(
        quota <= 0.0,
        NONE,
        np.where(slack, SLACK, np.where(~reachable, UNATTAINABLE, np.where(bought_out, BOUGHT_OUT, BINDING))),
    )
    return QuotaAnswer(rate, shadow, state)


@dataclass
class ContentOutcome:
    """Ledger of recycled content in a year, per element."""

    obligation: Floats
    shortfall: Floats
    charge: Floats
    certificate_price: Floats
    new_credits: Floats


def allocate_content(
    countable: Floats, need: Floats, other_need: Floats, quota: Floats
) -> tuple[Floats, Floats, Floats]:
    """Share countable secondary metal among uses: obligations first, the rest pro rata to what is left of the need.

    Parameters
    ----------
    countable : array [..., element], t/yr
    need : array [..., element, pair], t/yr
        Realised need of the uses R'.
    other_need : array [..., element], t/yr
        Need without obligation.
    quota : array [..., element, pair], 1

    Returns
    -------
    obligation, shortage, surplus : array [..., element], t/yr
        Surplus counts obliged uses only.
    """
    obligation = quota * need
    total = obligation.sum(axis=-1)
    counts = total > 1e-12 * (need.sum(axis=-1) + other_need)
    obligation = np.where(counts[..., None], obligation, 0.0)
    total = np.where(counts, total, 0.0)
    shortage = np.maximum(0.0, total - countable)
    rest = np.maximum(0.0, countable - total)
    unfilled = need - obligation
    everybody = unfilled.sum(axis=-1) + other_need
    obliged = np.where(obligation > 0.0, unfilled, 0.0).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        surplus = np.where(everybody > 0.0, rest * obliged / everybody, 0.0)
    return total, shortage, np.where(total > 0.0, surplus, 0.0)


def use_credits(credits: Floats, shortage: Floats, valid: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Draw on credits, oldest first.

    Parameters
    ----------
    credits : array [..., year of issue], t
    shortage : array [...], t
    valid : array of bool [..., year of issue]

    Returns
    -------
    credits : array [..., year of issue], t
        What is left; expired credits are gone.
    drawn : array [...], t

    Examples
    --------
    >>> left, drawn = use_credits(np.array([3.0, 4.0]), np.array(5.0), np.array([True, True]))
    >>> left, float(drawn)
    (array([0., 2.]), 5.0)
    """
    alive = np.where(valid, credits, 0.0)
    before = np.cumsum(alive, axis=-1) - alive
    used = np.clip(shortage[..., None] - before, 0.0, alive)
    return alive - used, used.sum(axis=-1)


def next_certificate(
    certificate: Floats, shortfall: Floats, obligation: Floats, penalty: Floats, speed: Floats
) -> Floats:
    """Certificate price of next year.

    Goal G = penr clip(rest / sum obl / 0.1, 0, 1); cert[t+1] = G if cert[t] = 0, else
    min(penr, cert[t] + v (G - cert[t])).

    Examples
    --------
    5 % missing: half the penalty; from 100 a fifth of the way to 500 is 180.

    >>> next_certificate(np.array(100.0), np.array(5.0), np.array(100.0), np.array(1000.0), np.array(0.2))
    array(180.)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        missing = np.where(obligation > 0.0, shortfall / obligation, 0.0)
    goal = penalty * np.clip(missing / 0.1, 0.0, 1.0)
    moved = np.where(certificate > 0.0, np.minimum(penalty, certificate + speed * (goal - certificate)), goal)
    return np.where((obligation > 0.0) & np.isfinite(penalty), moved, 0.0)

"""Recycling: margins, the choice between routes, gate fees, and the feed that waits.

Feed is sorted into classes of (component, chemistry) by kind of scrap; it is well mixed within a class.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mfa.system.layout import Floats

TIE = 1e-9
"""Margins closer than this share of (margin + opex) count as equal."""
LEAST_EXPONENT = -700.0
"""A share of exp(-700) = 1e-304 of the best route's is 0."""


def improved_yield(base: Floats, reachable: Floats, knowledge: Floats, exponent: Floats) -> Floats:
    """Recovery yield with research: clip(eta_max - (eta_max - eta0) (KS / KS0)^-b3, 0, eta_max).

    Parameters
    ----------
    base, reachable : array [..., element, route], 1
    knowledge : array [...], 1
        KS / KS0.
    exponent : array [...], 1

    Examples
    --------
    Half of the gap from 0.8 to 0.9 is closed when knowledge doubles with exponent 1:

    >>> improved_yield(np.array([[0.8]]), np.array([[0.9]]), np.array(2.0), np.array(1.0)).round(3)
    array([[0.85]])
    """
    factor = (knowledge**-exponent)[..., None, None]
    return np.clip(reachable - (reachable - base) * factor, 0.0, reachable)


def unit_cost(base: Floats, throughput: Floats, rate: Floats, knowledge: Floats, exponent: Floats) -> Floats:
    """Cost with learning by doing and research: c0 (X / X0)^log2(1 - LR) (KS / KS0)^-b2.

    Parameters
    ----------
    base : array [..., route], money/t
    throughput : array [..., route], 1
        X / X0, cumulative throughput over its start value.
    rate : array [..., route], 1
        Cost fall for each doubling.
    knowledge, exponent : array [...], 1

    Examples
    --------
    Two doublings at 20 %: 100 x 0.8 x 0.8 = 64

    >>> round(
    ...     float(unit_cost(np.array(100.0), np.array(4.0), np.array(0.2), np.array(1.0), np.array(0.0))), 9
    ... )
    64.0
    """
    knowledge_factor = knowledge**-exponent
    if base.ndim > knowledge_factor.ndim:
        knowledge_factor = knowledge_factor[..., None]
    return base * throughput ** np.log2(1.0 - rate) * knowledge_factor


def element_value(
    yields: Floats, price: Floats, payable: Floats, subsidy: Floats, floor: Floats, floor_penalty: Floats
) -> Floats:
    """Worth of a tonne of element in the feed to a route, certificates apart.

    eta (P pay + sub) - flpen max(0, fl - eta)

    Parameters
    ----------
    yields, payable, floor : array [..., element, route]
    price, subsidy, floor_penalty : array [..., element]

    Returns
    -------
    array [..., element, route], money/t
    """
    worth = yields * (price[..., None] * payable + subsidy[..., None])
    return worth - floor_penalty[..., None] * np.maximum(0.0, floor - yields)


def allocate(
    feed: Floats,
    margin: Floats,
    paying: NDArray[np.bool_],
    with_fee: NDArray[np.bool_] | None,
    room: Floats,
    choice: Floats,
    opex: Floats,
) -> Floats:
    """Share feed among routes: first where it pays, then, in the room left, where somebody pays a gate fee.

    In each pass shares are exp(beta margin) / sum over open routes. Each class asks its remainder by share; a route
    asked beyond its room serves the askers of the round in falling order of their margin on it (ties pro rata) and
    closes; until nothing remains or no route is open.

    Parameters
    ----------
    feed : array [..., class], t
    margin : array [..., route, class], money/t
        Before any fee.
    paying, with_fee : array of bool [..., route, class]
        Routes of the first and second pass; `with_fee` None: one pass.
    room : array [..., route], t/yr
        Capacity; may be infinite.
    choice : array [...], t/money
    opex : array [..., route], money/t

    Returns
    -------
    array [..., route, class], t/yr
        Feed processed.

    Examples
    --------
    10 t of feed, one route with room for 6 t: 4 t stay.

    >>> feed, margin = np.array([10.0]), np.array([[5.0]])
    >>> allocate(feed, margin, np.array([[True]]), None, np.array([6.0]), np.array(0.0), np.array([1.0]))
    array([[6.]])
    """
    lead = np.broadcast_shapes(feed.shape[:-1], margin.shape[:-2], paying.shape[:-2], room.shape[:-1], choice.shape)
    processed = np.zeros((*lead, *margin.shape[-2:]))
    remainder = np.broadcast_to(feed, (*lead, feed.shape[-1])).copy()
    left = np.broadcast_to(room, (*lead, room.shape[-1])).copy()
    for openness in (paying, with_fee):
        if openness is None or not openness.any():
            continue
        _allocate_pass(processed, remainder, left, margin, openness, choice, opex)
    return processed


def route_shares(margin: Floats, available: NDArray[np.bool_], choice: Floats) -> Floats:
    """Shares exp(beta margin) / sum over the available routes; zeros where there is none.

    Parameters
    ----------
    margin : array [..., route, class], money/t
    available : array of bool [..., route, class]
    choice : array [...], t/money

    Examples
    --------
    >>> route_shares(np.array([[0.0], [0.0]]), np.array([[True], [True]]), np.array(1.0)).ravel()
    array([0.5, 0.5])
    """
    exponent = np.where(available, choice[..., None, None] * margin, -np.inf)
    top = exponent.max(axis=-2, keepdims=True, initial=-np.inf)
    exponent -= np.where(np.isfinite(top), top, 0.0)
    weight = np.zeros_like(exponent)
    some = np.flatnonzero(exponent > LEAST_EXPONENT)
    weight.ravel()[some] = np.exp(exponent.ravel()[some])
    total = weight.sum(axis=-2, keepdims=True)
    weight /= np.where(total > 0.0, total, 1.0)
    return weight


def _allocate_pass(
    processed: Floats,
    remainder: Floats,
    left: Floats,
    margin: Floats,
    openness: NDArray[np.bool_],
    choice: Floats,
    opex: Floats,
) -> None:
    is_open = openness & (left > 0.0)[..., None]
    while True:
        asked = route_shares(margin, is_open, choice) * remainder[..., None, :]
        total = asked.sum(axis=-1)
        over = total > left
        # a sample whose routes all have room is done: what had a route is served to the last, whoever goes on beside it
        done = is_open.any(axis=-2) & ~over.any(axis=-1, keepdims=True)
        if not over.any():
            processed += asked
            left -= total
            remainder[done] = 0.0
            return
        full = np.nonzero(over)
        rates = np.broadcast_to(margin, asked.shape)[full], np.broadcast_to(opex, over.shape)[full]
        asked[full] = _serve(asked[full], rates[0], left[full], rates[1])
        processed += asked
        left -= np.where(over, left, np.minimum(total, left))
        remainder -= asked.sum(axis=-2)
        np.maximum(remainder, 0.0, out=remainder)
        remainder[done] = 0.0
        is_open = is_open & (~over & (left > 0.0))[..., None]


def _serve(asked: Floats, margin: Floats, left: Floats, opex: Floats) -> Floats:
    """Serve askers [..., class] in falling order of margin, ties pro rata, up to the room left [...]."""
    asking = asked > 0.0
    order = np.argsort(np.where(asking, -margin, np.inf), axis=-1, kind="stable")
    order = order[..., : int(asking.sum(axis=-1).max(initial=1))]  # those behind ask nothing
    amount = np.take_along_axis(asked, order, axis=-1)
    rank = np.take_along_axis(margin, order, axis=-1)
    tolerance = TIE * (np.abs(rank[..., :-1]) + opex[..., None])
    new_group = np.ones(amount.shape, dtype=bool)
    new_group[..., 1:] = (rank[..., :-1] - rank[..., 1:]) > tolerance
    after = np.cumsum(amount, axis=-1)
    before = np.maximum.accumulate(np.where(new_group, after - amount, 0.0), axis=-1)
    last = np.ones(amount.shape, dtype=bool)
    last[..., :-1] = new_group[..., 1:]
    ends = np.minimum.accumulate(np.where(last, after, np.inf)[..., ::-1], axis=-1)[..., ::-1]
    group = ends - before
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip((left[..., None] - before) / group, 0.0, 1.0)
    share = np.where(group > 0.0, share, 0.0)
    result = np.zeros_like(asked)
    np.put_along_axis(result, order, amount * share, axis=-1)
    return result


def overflow_share(stored: Floats, capacity: Floats, limit: Floats) -> Floats:
    """Share of the stored feed that overflows: what exceeds `limit` years of total capacity.

    Parameters
    ----------
    stored : array [...], t
    capacity : array [...], t/yr
    limit : array [...], yr
        Infinite: nothing overflows. With a limit and no plant everything does.

    Examples
    --------
    >>> overflow_share(np.array([50.0]), np.array([10.0]), np.array([3.0])).round(3)  # 20 of 50 t
    array([0.4])
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        allowed = np.where(np.isinf(limit) | np.isinf(capacity), np.where(limit > 0.0, np.inf, 0.0), limit * capacity)
        share = np.where(stored > allowed, 1.0 - allowed / stored, 0.0)
    return np.where(np.isinf(allowed), 0.0, share)

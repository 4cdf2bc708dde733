"""Recycling: margins, the choice between routes, gate fees, and the feed that waits.

Feed is sorted into classes of (component, chemistry) by kind of scrap; it is well mixed within a class.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mfa.system.layout import Floats, Ints

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
    n_route, n_class = margin.shape[-2:]
    n_lead = int(np.prod(lead))

    def whole(values: NDArray[Any], *trail: int) -> NDArray[Any]:
        return np.broadcast_to(values, (*lead, *trail)).reshape(n_lead, -1)

    processed = np.zeros((n_lead, n_route * n_class))
    remainder, left = whole(feed, n_class).copy(), whole(room, n_route).copy()
    rates = whole(margin, n_route, n_class), whole(choice), whole(opex, n_route)
    for openness in (paying, with_fee):
        if openness is not None:
            _allocate_pass(processed, remainder, left, whole(openness, n_route, n_class), *rates)
    return processed.reshape(*lead, n_route, n_class)


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
    openness: NDArray[np.bool_],
    margin: Floats,
    choice: Floats,
    opex: Floats,
) -> None:
    """One pass on what is open, a few cells of [lead, route x class]: few routes take a class, and have room, and pay.

    `remainder` [lead, class], `left` [lead, route] and `processed` are brought up to date.
    """
    n_class, n_route = remainder.shape[1], left.shape[1]
    cells = np.flatnonzero(openness)
    rate = margin.ravel()[cells]
    to_route, sample = cells // n_class, cells // (n_class * n_route)
    of_class = sample * n_class + cells % n_class
    utility = choice.ravel()[sample] * rate
    flat_left, flat_remainder, flat_processed = left.ravel(), remainder.ravel(), processed.ravel()
    still = (flat_left[to_route] > 0.0) & (flat_remainder[of_class] > 0.0)
    while still.any():
        cells, rate, to_route, sample, of_class, utility = (
            values[still] for values in (cells, rate, to_route, sample, of_class, utility)
        )
        top = np.full(flat_remainder.size, -np.inf)
        np.maximum.at(top, of_class, utility)
        weight = np.exp(utility - top[of_class])
        total = np.bincount(of_class, weight, flat_remainder.size)
        asked = weight / total[of_class] * flat_remainder[of_class]
        by_route = np.bincount(to_route, asked, flat_left.size)
        over = by_route > flat_left
        full = over[to_route]
        if full.any():
            asked[full] = _serve_full(asked[full], rate[full], to_route[full], flat_left, opex.ravel())
        flat_processed[cells] += asked
        flat_left -= np.where(over, flat_left, by_route)
        flat_remainder -= np.bincount(of_class, asked, flat_remainder.size)
        np.maximum(flat_remainder, 0.0, out=flat_remainder)
        # a sample whose routes all have room is done: what had a route is served to the last, whoever goes on beside it
        done = ~np.logical_or.reduce(over.reshape(left.shape), axis=1)
        flat_remainder[of_class[done[sample]]] = 0.0
        still = (flat_left[to_route] > 0.0) & (flat_remainder[of_class] > 0.0)


def _serve_full(asked: Floats, margin: Floats, to_route: Ints, left: Floats, opex: Floats) -> Floats:
    """Serve the askers of full routes, cells in the order of routes: as a table with a row for each route."""
    first = np.flatnonzero(np.diff(to_route, prepend=-1))
    row = np.cumsum(np.diff(to_route, prepend=-1) != 0) - 1
    column = np.arange(len(to_route)) - first[row]
    table, rates = np.zeros((2, len(first), int(column.max()) + 1))
    table[row, column], rates[row, column] = asked, margin
    routes = to_route[first]
    return np.asarray(_serve(table, rates, left[routes], opex[routes])[row, column])


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

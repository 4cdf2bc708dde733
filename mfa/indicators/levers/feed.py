"""What becomes of old scrap: how much waits, and whether for want of plants or because it does not pay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from mfa.indicators.levers.case import Case
from mfa.indicators.levers.earnings import terms
from mfa.indicators.levers.explanation import TINY, Explanation, digits, several, tonnes
from mfa.vocabulary import SCRAP

OLD = SCRAP.index("old")
WAITING = 0.1
"""Share of the feed of a year above which scrap counts as waiting: less is the failures of new products."""
OTHER_SCRAP = 0.3
"""Share of what waits that a route cannot take, from which on it is a route for other scrap."""
LEAST_YEARS = 3
"""Years for which something must last to be worth a line."""
REASONS = {
    "full": ("no capacity", "plants are full"),
    "unpaid": ("does not pay", "on average it earns less than recycling costs"),
    "room": ("not taken", "plants have room, but not for this kind of it"),
}
"""Why old scrap waits: the state of a lever that brings it in, and words."""


@dataclass(frozen=True)
class Backlog:
    """Old scrap by component, all arrays [time, component].

    Attributes
    ----------
    waiting, recycled, lost : ndarray, t
        What lies in store at year end, what was processed in the year, what went beyond the backlog limit.
    reason : ndarray of str
        A key of `REASONS` where a good part of the feed of a year was left over, else empty.
    """

    waiting: np.ndarray
    recycled: np.ndarray
    lost: np.ndarray
    reason: np.ndarray


def backlog(case: Case) -> Backlog | None:
    """Old scrap that waits, from the balance of the store; None in a run with totals only."""
    store = case.total("components", "feed_store", "time", "component", "scrap")
    inflow = case.total("components", "collected", "time", "component")
    if store is None or inflow is None:
        return None
    used = case.total("components", "second_life_eol", "time", "component")
    sold = case.total("components", "exports_scrap", "time", "component", "scrap")
    lost = case.total("components", "overflow", "time", "component", "scrap")
    assert used is not None and sold is not None and lost is not None
    waiting = store[..., OLD]
    start = case.given("initial_scrap_store").sum(axis=-1)
    before = np.concatenate([start[None], waiting[:-1]])
    recycled = np.maximum(before + inflow + used - sold[..., OLD] - lost[..., OLD] - waiting, 0.0)
    left = waiting + lost[..., OLD]
    grade, takes = _grades(case, waiting)
    money = terms(case)
    margin = np.einsum("tke,tew->tkw", grade, money.worth) - money.opex[:, None, :]
    best = np.where(takes, margin, -np.inf).max(axis=-1)
    with np.errstate(invalid="ignore"):
        free = np.maximum(case.policy("capacity") - case.policy("processed"), 0.0)[:, None, :]
    room = np.where(takes, free, 0.0).sum(axis=-1)
    reason = np.where(best < -_fee_limit(case), "unpaid", np.where(room >= left, "room", "full"))
    return Backlog(waiting, recycled, lost[..., OLD], np.where(left > WAITING * (left + recycled), reason, ""))


def _fee_limit(case: Case) -> Any:
    """Most that makers under a collection quota pay so that a tonne is taken at a loss [time, component], money/t."""
    penalty = case.given("collection_penalty")
    allowed = np.where(np.isnan(penalty), np.inf, penalty)
    return np.where(case.given("collection_quota") > 0.0, allowed, 0.0).max(axis=1)


def growth_limited(case: Case) -> np.ndarray:
    """Whether orders are held by the growth limit [time, route]."""
    most = case.given("growth_limit")[:, None] * np.maximum(case.policy("capacity"), case.given("seed_capacity"))
    ordered = case.policy("orders")
    return (ordered > 0.0) & (ordered >= most * (1.0 - 1e-6)) & np.isfinite(most)


def _grades(case: Case, waiting: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Grade of the old scrap in store [time, component, element], and routes for most of it [time, component, route].

    The store is not known by chemistry. If it holds an element that no chemistry of a route contains, then a share of
    at least grade / highest grade of that element is of other chemistries.
    """
    accepts = case.given("route_eligible").astype(bool)[..., OLD]  # time, component, chemistry, route
    held = case.total("stocks", "feed_store", "time", "component", "element", "scrap")
    assert held is not None
    there = np.broadcast_to(waiting[..., None] > 0.0, held.shape[:-1])
    grade = np.divide(held[..., OLD], waiting[..., None], out=np.zeros(held.shape[:-1]), where=there)
    pure = case.chemistry_grades()  # component, chemistry, element
    known = np.einsum("tkhw,khe->tkwe", accepts, pure > 0.0) > 0
    highest = np.broadcast_to(pure.max(axis=1), grade.shape)
    share = np.divide(grade, highest, out=np.zeros_like(grade), where=highest > 0.0)
    other = np.where(known, 0.0, share[:, :, None, :]).max(axis=-1)
    return grade, accepts.any(axis=2) & (other < OTHER_SCRAP)


def held_up(case: Case, lever: str, marked: Any, when: Any) -> Iterator[Explanation]:
    """Say where a lever brings in scrap that no plant takes, all its components in one line.

    Parameters
    ----------
    case : Case
        The region.
    lever : str
        The lever that brings it in.
    marked : ndarray of bool [component]
        Components that it brings in.
    when : ndarray of bool [time]
        Years in which it does.
    """
    stores = backlog(case)
    if stores is None:
        return
    for reason, (state, why) in REASONS.items():
        stuck = (stores.reason == reason) & when[:, None] & marked
        components = np.flatnonzero(stuck.sum(axis=0) >= LEAST_YEARS)
        if len(components):
            text = f"what it brings in joins scrap that waits, as {why}: "
            text += several([_amount(case, stores, k, stuck[:, k]) for k in components])
            years = stuck[:, components].any(axis=1)
            yield case.say(lever, state, years, case.codes("component", components), text)


def _amount(case: Case, stores: Backlog, k: Any, when: Any) -> str:
    """What waits of a component in the last of the years that a mask marks."""
    last = int(np.flatnonzero(when)[-1])
    return f"{tonnes(float(stores.waiting[last, k]))} of {case.names('component', [k])} in {case.years[last]}"


def waiting_scrap(case: Case, lever: str, since: Any, to_the_end: bool) -> Iterator[Explanation]:
    """Scrap that waits, in a line for each reason: how much at last, how much was thrown away.

    Parameters
    ----------
    case : Case
        The region.
    lever : str
        Name under which it is told.
    since : ndarray of bool [time]
        Years to look at.
    to_the_end : bool
        Whether to leave out what no longer holds in the last year.
    """
    stores = backlog(case)
    if stores is None:
        return
    for reason, (state, why) in REASONS.items():
        stuck = (stores.reason == reason) & since[:, None]
        marked = (stuck.sum(axis=0) >= LEAST_YEARS) & (stuck[-1] | (not to_the_end))
        components = np.flatnonzero(marked)
        if not len(components):
            continue
        parts = []
        for k in components:
            last = int(np.flatnonzero(stuck[:, k])[-1])
            held, done = float(stores.waiting[last, k]), float(stores.recycled[last, k])
            times = f" ({digits(round(held / done, 1))} times what is recycled)" if done > TINY * held else ""
            parts.append(f"{_amount(case, stores, k, stuck[:, k])}{times}")
        lost = float(stores.lost[stuck & marked].sum())
        text = f"scrap waits, as {why}: {several(parts, 6)}"
        text += f"; {tonnes(lost)} thrown away beyond the backlog limit" if lost > 0.0 else ""
        years = stuck[:, components].any(axis=1)
        yield case.say(lever, state, years, case.codes("component", components), text)

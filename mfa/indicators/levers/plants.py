"""Why recycling plants were or were not ordered, and whether they were full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from mfa.indicators.levers.case import Case
from mfa.indicators.levers.earnings import margins, terms
from mfa.indicators.levers.explanation import Explanation, digits, money, percent, several, tonnes
from mfa.indicators.levers.feed import LEAST_YEARS, growth_limited, waiting_scrap

PLANTS = "recycling plants"


def below_floor(case: Case) -> Any:
    """Whether a route misses a recovery floor for some element [time, route]."""
    return (case.policy("recovery_yield") < case.given("recovery_floor")).any(axis=1)


def no_seed(case: Case) -> Any:
    """Whether neither a plant nor a seed allows an order [time, route]."""
    return (case.policy("capacity") <= 0.0) & (case.given("seed_capacity") <= 0.0)


def investment(case: Case) -> Iterator[Explanation]:
    """Why plants are ordered or not, where they are built by net present value."""
    invest = case.given("invest").astype(bool)
    if not invest.any():
        return
    ordered, limited = case.policy("orders") > 0.0, growth_limited(case)
    years = np.broadcast_to(invest[:, None], ordered.shape)
    margin, capital = margins(case), terms(case).annual
    poor = np.zeros_like(ordered) if margin is None else years & ~ordered & (margin < capital)
    seedless, closed = years & no_seed(case), years & below_floor(case)
    for state, marked, reason in (
        ("growth limit", limited, "orders held to {limit} of what stands"),
        ("no seed", seedless & ~closed, "no plant stands and there is no seed capacity: nothing can be ordered"),
    ):
        routes = np.flatnonzero(marked.any(axis=0))
        if len(routes):
            limit = percent(*(float(f(case.given("growth_limit")[invest])) for f in (np.min, np.max)))
            text = f"{case.names('route', routes, 6)}: {reason.format(limit=limit + ' a year')}"
            if state == "growth limit":
                mass = float(case.policy("orders")[marked].sum())
                text += f"; {tonnes(mass, 't/yr')} of capacity ordered in these years"
            yield case.say(PLANTS, state, marked.any(axis=1), case.codes("route", routes), text)
    never = years.any(axis=0) & ~ordered.any(axis=0) & ~(seedless | closed).any(axis=0)
    if margin is not None:
        for w in np.flatnonzero(never & poor.any(axis=0)):
            when = poor[:, w]
            text = f"{case.names('route', [w])} is never ordered: a tonne of feed leaves "
            text += f"{_span(margin[when, w], case.money)}/t, its plant would cost "
            text += f"{_span(capital[when, w], case.money)}/t a year"
            yield case.say(PLANTS, "does not pay", when, case.codes("route", [w]), text)
            never[w] = False
    if never.any():
        text = f"{case.names('route', np.flatnonzero(never))}: standing plants take what is expected; none is ordered"
        yield case.say(PLANTS, "no orders", invest, case.codes("route", np.flatnonzero(never)), text)


def _span(values: np.ndarray, unit: str) -> str:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return money(low, unit) if digits(low) == digits(high) else f"{digits(low)} to {money(high, unit)}"


def use_of_plants(case: Case, since: Any, to_the_end: bool) -> Iterator[Explanation]:
    """Scrap that waits and why, and plants without enough scrap, in the years that a mask marks.

    Parameters
    ----------
    case : Case
        The region.
    since : ndarray of bool [time]
        Years to look at.
    to_the_end : bool
        Whether to leave out what no longer holds in the last year.
    """
    yield from waiting_scrap(case, PLANTS, since, to_the_end)
    running, standing = case.policy("processed"), case.policy("capacity")
    finite = (standing > 0.0) & np.isfinite(standing)
    used = np.divide(running, standing, out=np.ones_like(running), where=finite)
    empty = finite & (used < 0.5) & since[:, None]
    routes = np.flatnonzero((empty.sum(axis=0) >= LEAST_YEARS) & (empty[-1] | (not to_the_end)))
    if len(routes):
        parts = []
        for w in routes:
            share = percent(float(used[empty[:, w], w].min()), float(used[empty[:, w], w].max()))
            parts.append(f"{case.names('route', [w])} at {share}")
        text = f"less than half of what stands is used: {several(parts, 6)}"
        yield case.say(PLANTS, "no feed", empty[:, routes].any(axis=1), case.codes("route", routes), text)


def surplus(case: Case) -> Iterator[Explanation]:
    """Secondary metal that manufacturing cannot take and that is exported."""
    secondary = case.total("flows", "secondary", "time", "element")
    assert secondary is not None
    spare = np.maximum(secondary - case.policy("domestic_use"), 0.0)
    need, limit = case.policy("requirement"), case.given("secondary_share_max")
    marked = (spare > 1e-6 * secondary) & (need > 0.0)
    for capped, reason in (
        (True, "manufacturing takes no more than {share} of secondary metal"),
        (False, "it is more than the need"),
    ):
        here = marked & ((limit < 1.0) == capped)
        for e in np.flatnonzero(here.any(axis=0)):
            when = here[:, e]
            text = f"{case.names('element', [e])}: {tonnes(float(spare[when, e].sum()))} of secondary metal exported, "
            text += reason.format(share=percent(float(limit[when, e].min()), float(limit[when, e].max())))
            yield case.say(PLANTS, "acts", when, case.codes("element", [e]), text)

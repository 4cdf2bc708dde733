"""Why stockpiles and domestic sources did or did not help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from mfa.indicators.levers.bans import denial
from mfa.indicators.levers.case import Case
from mfa.indicators.levers.explanation import TINY, Explanation, money, percent, several, tonnes
from mfa.units import DAYS_PER_YEAR

STOCKPILE, POOL, SOURCE = "stockpile", "joint stockpile", "domestic source"
NEARLY = 0.95
"""Share of the target from which on a stockpile counts as complete: the target follows the need of the years before."""


def stockpile(case: Case) -> Iterator[Explanation]:
    """Filled, never drawn, drawn, emptied or held back by a limit; elements with the same fate together."""
    days, start = case.given("stockpile_days"), case.given("initial_stockpile")
    present = (days > 0.0).any(axis=0) | (start > 0.0)
    if not present.any():
        return
    yield from _filling(case, present, days)
    held, drawn = case.stock("stockpile"), case.drawn()
    opening = np.concatenate([start[None], held[:-1]])
    yield from _never_drawn(case, present & ~(drawn > 0.0).any(axis=0), opening, days)
    released = case.by_element("stock_release")
    for e in np.flatnonzero((drawn > 0.0).any(axis=0)):
        if released[:, e].any():  # else all went to other members of a joint pool, which is told there
            yield _drawn(case, int(e), drawn[:, e], opening[:, e])


def _filling(case: Case, present: Any, days: np.ndarray) -> Iterator[Explanation]:
    """What filling cost, when the target was reached, and who never reached it."""
    filled, price = case.by_element("stock_fill"), case.policy("price")
    taken = (filled > 0.0) & present
    if taken.any():
        elements = np.flatnonzero(taken.any(axis=0))
        met, held = case.policy("realised_requirement"), case.stock("stockpile")
        cover = np.divide(DAYS_PER_YEAR * held, met, out=np.zeros_like(held), where=met > 0.0)[:, elements]
        goal, value = days[:, elements], float((filled * price)[:, elements].sum())
        full = (cover >= NEARLY * goal) & (goal > 0.0)
        low, high = f"{cover[-1].min():.0f}", f"{cover[-1].max():.0f}"
        text = f"{case.names('element', elements, 7)}: filled for {money(value, case.money)}"
        text += f", {low if low == high else f'{low} to {high}'} of {goal[-1].max():.0f} days in {case.years[-1]}"
        first = {int(i): int(np.argmax(full[:, i])) for i in np.flatnonzero(full.any(axis=0))}
        for t in sorted(set(first.values())):
            names = case.names("element", [elements[i] for i, year in first.items() if year == t], 7)
            text += f"; {names} complete in {case.years[t]}"
        late = [elements[i] for i in range(len(elements)) if i not in first]
        if late:
            text += f"; {case.names('element', late, 7)} never complete, as so much a year is filled at most"
        yield case.say(STOCKPILE, "acts", taken.any(axis=1), case.codes("element", elements), text, value)
    idle = present & (days > 0.0).any(axis=0) & ~taken.any(axis=0)
    if idle.any():
        elements = np.flatnonzero(idle)
        zero = not (case.given("fill_limit")[:, elements] > 0.0).any()
        reason = "the fill limit is 0" if zero else "the target is held already, or supply fails in every year"
        text = f"{case.names('element', elements, 7)}: never filled, {reason}"
        yield case.say(STOCKPILE, "no feed", (days > 0.0).any(axis=1), case.codes("element", elements), text)


def _never_drawn(case: Case, never: Any, opening: np.ndarray, days: np.ndarray) -> Iterator[Explanation]:
    """Stocks that never help: no gap, nothing in store, or no release allowed."""
    gap = denial(case).gap
    banned = (case.given("ban") > 0.0).any(axis=(0, 1)) | (case.given("ore_ban") > 0.0).any(axis=(0, 1))
    limit = case.given("release_limit")
    missing = (gap > 0.0).any(axis=0)
    shut = missing & ~((gap > 0.0) & (limit > 0.0)).any(axis=0)
    for marked, state, reason in (
        (~missing & ~banned, "no gap", "nothing is banned and supply never fails"),
        (~missing & banned, "no gap", "other origins make up for the bans"),
        (shut, "no answer", "the release limit is 0 when supply fails"),
        (missing & ~shut, "empty", "it is empty when supply fails"),
    ):
        elements = np.flatnonzero(never & marked)
        if len(elements):
            when: Any = ((opening > 0.0) | (days > 0.0))[:, elements].any(axis=1)
            text = f"{case.names('element', elements, 7)}: never drawn, {reason}"
            yield case.say(STOCKPILE, state, when, case.codes("element", elements), text)


def _drawn(case: Case, e: int, drawn: np.ndarray, opening: np.ndarray) -> Explanation:
    """What was drawn of an element, how far it went, and what held it back."""
    when: Any = drawn > 0.0
    total, gap, limit = float(drawn[when].sum()), float(denial(case).gap[when, e].sum()), case.given("release_limit")
    text = f"{case.names('element', [e])}: {tonnes(total)} drawn"
    text += f", {percent(min(1.0, total / gap))} of what imports leave open" if gap > 0.0 else ""
    bound = when & (drawn >= limit[:, e] * (1.0 - TINY)) & (opening > limit[:, e])
    empty = when & (opening - drawn <= TINY * opening)
    if bound.any():
        text += f"; held by the release limit of {tonnes(float(limit[bound, e].max()), 't/yr')}"
    text += f"; empty in {case.years[empty][0]}" if empty.any() else ""
    unmet, need = float(case.policy("unmet_demand")[when, e].sum()), float(case.policy("requirement")[when, e].sum())
    text += f"; {tonnes(unmet)} of the need stay unmet" if unmet > TINY * need else "; no need is unmet"
    value = float((drawn * case.policy("price")[:, e]).sum())
    return case.say(STOCKPILE, "drawn", when, case.codes("element", [e]), text, value)


def joint_pool(case: Case) -> Iterator[Explanation]:
    """What members of a joint stockpile gave one another."""
    member = case.given("joint_pool").astype(bool)
    if not member.any():
        return
    when = member.any(axis=1)
    if len(case.labels["region"]) < 2:
        yield case.say(POOL, "no share", when, (), "there is no other region to share with")
        return
    received, given = case.by_element("pool_in"), case.by_element("pool_out")
    net, price = received - given, case.policy("price")
    least = TINY * np.maximum(case.policy("requirement"), TINY)
    got, gave = net > least, -net > least
    for marked, words in ((got, "received from"), (gave, "given to")):
        if marked.any():
            elements = np.flatnonzero(marked.any(axis=0))
            sums = np.where(marked, np.abs(net), 0.0).sum(axis=0)
            parts = [f"{tonnes(float(sums[e]))} of {case.names('element', [e])}" for e in elements]
            text = f"{several(parts, 7)} {words} other members"
            value = float((np.abs(net) * price)[marked].sum())
            yield case.say(POOL, "acts", marked.any(axis=1), case.codes("element", elements), text, value)
    if not got.any() and not gave.any():
        reason = "what members draw is their own" if received.any() else "no member runs short"
        yield case.say(POOL, "no gap", when, (), f"nothing changes hands, {reason}")


def domestic_source(case: Case) -> Iterator[Explanation]:
    """What a primary source inside the region delivered, or why it did not."""
    capacity = np.moveaxis(case.given("primary_capacity"), 0, 1)  # time, origin, element
    for o in np.flatnonzero(case.given("origin_domestic").astype(bool)):
        able = capacity[:, o] > 0.0
        if able.any():
            yield from _source(case, int(o), able)


def _source(case: Case, o: int, able: np.ndarray) -> Iterator[Explanation]:
    """One domestic source, which has capacity where a mask [time, element] says."""
    elements = np.flatnonzero(able.any(axis=0))
    name, labels = case.names("origin", [o]), [*case.codes("origin", [o]), *case.codes("element", elements)]
    begin = float(case.given("primary_start")[o])
    started = (case.years >= begin) | np.isnan(begin)
    early = able & ~started[:, None]
    if early.any():
        text = f"{name}: starts in {begin:.0f}" + (", after the run" if begin > case.years[-1] else "")
        yield case.say(SOURCE, "not started", early.any(axis=1), labels, text)
    made = case.total("flows", "primary", "time", "origin", "element")
    if made is None:
        return
    price, need, mine = case.policy("price"), case.policy("requirement"), made[:, o]
    cost = np.moveaxis(case.given("primary_cost"), 0, 1)[:, o]
    dear = able & started[:, None] & (cost > price) & (not bool(case.given("primary_always")[o]))
    for e in np.flatnonzero(dear.any(axis=0)):
        when = dear[:, e]
        least, most = float(cost[when, e].min()), float(price[when, e].max())
        text = f"{case.names('element', [e])} from {name}: costs {money(least, case.money)}/t, the price is "
        text += f"{money(most, case.money)}/t at most"
        yield case.say(SOURCE, "too dear", when, [*case.codes("origin", [o]), *case.codes("element", [e])], text)
    running = mine > 0.0
    if running.any():
        last = int(np.flatnonzero(running.any(axis=1))[-1])
        share = np.divide(mine, need, out=np.zeros_like(mine), where=need > 0.0)
        parts = [
            f"{case.names('element', [e])} {tonnes(float(mine[last, e]), 't/yr')} ({percent(float(share[last, e]))})"
            for e in np.flatnonzero(running.any(axis=0))
        ]
        support = float((np.maximum(cost - price, 0.0) * mine).sum())
        text = f"{name}: {several(parts, 7)} of the need in {case.years[last]}"
        text += f"; {money(support, case.money)} of public support in all" if support > 0.0 else ""
        yield case.say(SOURCE, "acts", running.any(axis=1), labels, text, float((mine * price).sum()))
    idle = able & started[:, None] & ~dear & ~running & (need > 0.0)
    if idle.any():
        waiting = np.flatnonzero(idle.any(axis=0))
        text = f"{case.names('element', waiting)} from {name}: secondary metal or cheaper sources meet the need"
        labels = [*case.codes("origin", [o]), *case.codes("element", waiting)]
        yield case.say(SOURCE, "not needed", idle.any(axis=1), labels, text)

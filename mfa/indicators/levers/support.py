"""Why public money for recyclers did or did not act: collection and output subsidies, capital grants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from mfa.indicators.levers.case import Case
from mfa.indicators.levers.earnings import margins, paid_share, route_grades, terms
from mfa.indicators.levers.explanation import TINY, Explanation, money, percent, tonnes
from mfa.indicators.levers.feed import growth_limited, held_up
from mfa.indicators.levers.plants import below_floor, no_seed
from mfa.system.collection import LEAST_VALUE, collection_rate
from mfa.vocabulary import QUOTA_STATES

COLLECTION, OUTPUT, GRANT = "collection subsidy", "output subsidy", "capital grant"
ALL = 1.0 - 1e-3
"""Share of the money from which on all of it counts as paid for what happens anyway."""


def _budget_spent(
    case: Case, lever: str, claim: np.ndarray, paid: np.ndarray, budget: np.ndarray
) -> Iterator[Explanation]:
    """Years in which claims pass the budget."""
    spent = (claim > budget * (1.0 + TINY)) & (claim > 0.0)
    if spent.any():
        share = (paid[spent] / claim[spent]).min(), (paid[spent] / claim[spent]).max()
        text = (
            f"claims pass the budget of {money(float(budget[spent].max()), case.money)}/yr; {percent(*share)} of the "
        )
        text += "rate is paid"
        yield case.say(lever, "budget spent", spent, (), text)


def collection_subsidy(case: Case) -> Iterator[Explanation]:
    """What it added to collection, and what it paid for tonnes that would be collected anyway."""
    rate = case.given("collection_subsidy")
    if not case.on("collection_subsidy"):
        return
    known = np.isfinite(case.policy("collection_rate"))
    asked, paid, gross = (rate > 0.0) & known, case.policy("collection_subsidy_paid"), case.gross
    when = asked.any(axis=(1, 2))
    labels = _pair_labels(case, asked.any(axis=0))
    if paid.sum() <= 0.0:
        zero = bool((case.given("collection_budget")[when] <= 0.0).all())
        reason = "its budget is 0" if zero else "nothing is collected that it is paid for"
        yield case.say(COLLECTION, "budget spent" if zero else "no feed", when, labels, reason)
        return
    total, spent = float(paid.sum()), paid > 0.0
    who = case.pairs(asked.any(axis=0))
    elasticity = case.given("collection_elasticity")
    if not (elasticity[asked] > 0.0).any():
        text = (
            f"{who}: collection does not answer to value (elasticity 0), so that all {money(total, case.money)} go to "
        )
        yield case.say(COLLECTION, "paid anyway", spent, labels, text + "what is collected anyway", total)
    elif gross is not None:
        yield _collected_more(case, asked, gross, who, labels, total)
    if gross is not None:
        claim = (rate * gross).sum(axis=(1, 2))
        yield from _budget_spent(case, COLLECTION, claim, paid, case.given("collection_budget"))
    quota = asked & (case.quota_state() == QUOTA_STATES.index("binding"))
    if quota.any():
        text = (
            f"{case.pairs(quota.any(axis=0))}: the quota binds, so that the subsidy saves makers money and adds nothing"
        )
        yield case.say(COLLECTION, "ledger only", quota.any(axis=(1, 2)), _pair_labels(case, quota.any(axis=0)), text)
    yield from held_up(case, COLLECTION, asked.any(axis=(0, 1)), spent)


def _collected_more(
    case: Case, asked: np.ndarray, gross: np.ndarray, who: str, labels: list[str], total: float
) -> Explanation:
    """What a subsidy added, from the answer of collection to value with and without it."""
    subsidy, elasticity = case.given("collection_subsidy"), case.given("collection_elasticity")
    claim = np.zeros(len(case.years))
    claim[1:] = (subsidy[1:] * gross[:-1]).sum(axis=(1, 2))
    seen = subsidy * paid_share(claim, case.given("collection_budget"))[:, None, None]
    base, least = case.given("base_scrap_value"), LEAST_VALUE * case.given("base_scrap_value")
    actual = case.policy("collection_rate")
    with np.errstate(all="ignore"):
        without = collection_rate(
            np.maximum(case.policy("scrap_value") - seen, least), base, case.given("base_collection_rate"), elasticity,
            case.given("max_collection_rate"),
        )  # fmt: skip
        added = np.where(asked & (actual > 0.0), np.maximum(actual - without, 0.0) / actual * gross, 0.0)
    bound = asked & np.isin(case.quota_state(), [QUOTA_STATES.index(name) for name in ("binding", "ramp")])
    added = np.where(bound, 0.0, added)
    money_on = subsidy * gross * asked
    anyway = 1.0 - float((subsidy * added).sum() / max(money_on.sum(), TINY))
    more = float(added.sum())
    text = f"{who}: {money(total, case.money)} paid, {percent(anyway)} of it for what is collected anyway"
    spent = case.policy("collection_subsidy_paid") > 0.0
    if more <= 0.0:
        return case.say(COLLECTION, "paid anyway", spent, labels, text, total)
    text += f"; {tonnes(more)} more collected, {money(total / more, case.money)} for each tonne"
    ramped = asked & (np.diff(actual, axis=0, prepend=actual[:1]) >= case.given("collection_ramp") * (1.0 - 1e-9))
    ramped &= case.given("collection_ramp") < 1.0
    if ramped.any():
        held = case.years[ramped.any(axis=(1, 2))]
        text += f"; held by the ramp of collection until {held[-1]}"
    return case.say(COLLECTION, "acts", spent, labels, text, total)


def _pair_labels(case: Case, marked: np.ndarray) -> list[str]:
    products = case.codes("product", np.flatnonzero(marked.any(axis=1)))
    return [*products, *case.codes("component", np.flatnonzero(marked.any(axis=0)))]


def output_subsidy(case: Case) -> Iterator[Explanation]:
    """What it paid to plants that would run without it."""
    if not case.on("output_subsidy"):
        return
    rate, paid = case.given("output_subsidy"), case.policy("output_subsidy_paid")
    asked = rate > 0.0
    when, elements = asked.any(axis=1), np.flatnonzero(asked.any(axis=0))
    who, labels = case.names("element", elements), case.codes("element", elements)
    if paid.sum() <= 0.0:
        zero = bool((case.given("output_budget")[when] <= 0.0).all())
        secondary = case.policy("processed").sum(axis=1)[when].sum()
        reason = "its budget is 0" if zero else "nothing is recovered" if secondary > 0 else "no plant is at work"
        state = "budget spent" if zero else "no feed" if secondary > 0 else "no capacity"
        yield case.say(OUTPUT, state, when, labels, f"{who}: {reason}")
        return
    total, spent = float(paid.sum()), paid > 0.0
    text = f"{who}: {money(total, case.money)} paid"
    margin, grade = margins(case), route_grades(case)
    made = case.total("flows", "secondary", "time", "element", "route")
    state = "acts"
    if margin is not None and grade is not None and made is not None:
        own = margin - (grade * terms(case).subsidy).sum(axis=1)
        claim = (rate[..., None] * made).sum(axis=1)  # time, route
        runs = (own >= 0.0) & (claim > 0.0)
        pays = runs & (own >= terms(case).annual)
        anyway, earns = (float(claim[mask].sum() / max(claim.sum(), TINY)) for mask in (runs, pays))
        text += f", {percent(anyway)} of it to plants that would run without it"
        text += f" ({percent(earns)} to plants that also earn back their capital without it)" if anyway > 0.0 else ""
        state = "paid anyway" if anyway >= ALL else "acts"
    if not case.given("invest").astype(bool)[when].any():
        text += "; capacity is a given path"
    yield case.say(OUTPUT, state, spent, labels, text, total)
    secondary = case.total("flows", "secondary", "time", "element")
    assert secondary is not None
    yield from _budget_spent(case, OUTPUT, (rate * secondary).sum(axis=1), paid, case.given("output_budget"))


def capital_grant(case: Case) -> Iterator[Explanation]:
    """Why plants were ordered with it or not, and which would pay without it."""
    if not case.on("capex_grant"):
        return
    share, paid, ordered = case.given("capex_grant"), case.policy("grant_paid"), case.policy("orders")
    asked, invest = share > 0.0, case.given("invest").astype(bool)
    margin, annual, claims = margins(case), terms(case).annual, share * case.policy("capex_total")
    part = paid_share(claims.sum(axis=1), case.given("grant_budget"))
    for w in np.flatnonzero(asked.any(axis=0)):
        years, name, labels = asked[:, w], case.names("route", [w]), case.codes("route", [w])
        building = years & invest
        if not building.any():
            text = f"{name}: capacity is a given path, so that nothing is ordered"
            yield case.say(GRANT, "no orders", years, labels, text)
            continue
        mass = float(ordered[years, w].sum())
        if mass <= 0.0:
            yield _nothing_ordered(case, int(w), building)
            continue
        claim = claims[:, w] * years
        money_paid = float((claim * part).sum())
        text = f"{name}: {money(money_paid, case.money)} paid for {tonnes(mass, 't/yr')} of capacity"
        state = "acts"
        if margin is not None and money_paid > 0.0:
            pays = (margin[:, w] >= annual[:, w]) & (claim > 0.0)
            anyway = float(claim[pays].sum() / claim.sum())
            text += f", {'all' if anyway >= ALL else percent(anyway)} of it for plants that pay without it"
            state = "paid anyway" if anyway >= ALL else "acts"
        held = growth_limited(case)[:, w] & years
        if held.any():
            text += f"; orders held by the growth limit in {held.sum()} of {building.sum()} years"
        yield case.say(GRANT, state, years & (ordered[:, w] > 0.0), labels, text, money_paid)
    yield from _budget_spent(case, GRANT, claims.sum(axis=1), paid, case.given("grant_budget"))


def _nothing_ordered(case: Case, w: int, years: Any) -> Explanation:
    """Why a route that gets a grant is not ordered."""
    name, labels = case.names("route", [w]), case.codes("route", [w])
    if no_seed(case)[years, w].all():
        text = f"{name}: no plant stands and there is no seed capacity, so that nothing can be ordered"
        return case.say(GRANT, "no seed", years, labels, text)
    if below_floor(case)[years, w].all():
        return case.say(GRANT, "no orders", years, labels, f"{name}: it recovers less than the law demands")
    if (case.given("growth_limit")[years] <= 0.0).all():
        return case.say(GRANT, "growth limit", years, labels, f"{name}: the growth limit is 0")
    earned = margins(case)
    if earned is not None:
        cost = terms(case).annual[:, w] * (1.0 - case.given("capex_grant")[:, w])
        margin = earned[years, w]
        if np.isnan(margin).all():
            return case.say(GRANT, "no feed", years, labels, f"{name}: there is no scrap for it")
        if np.nanmean(margin < cost[years]) > 0.5:
            text = f"{name}: does not pay even with it: a tonne of feed leaves "
            text += f"{money(float(np.nanmax(margin)), case.money)}/t at most, the plant costs "
            text += f"{money(float(cost[years].min()), case.money)}/t a year"
            return case.say(GRANT, "does not pay", years, labels, text)
    text = f"{name}: standing plants take all that is expected, so that none is ordered"
    return case.say(GRANT, "no feed", years, labels, text)

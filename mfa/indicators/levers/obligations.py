"""Why obligations did or did not act: collection quotas, recycled content, recovery floors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from mfa.indicators.levers.case import Case
from mfa.indicators.levers.explanation import TINY, Explanation, between, money, percent, span, tonnes
from mfa.indicators.levers.feed import growth_limited, held_up
from mfa.system.collection import collection_rate
from mfa.vocabulary import QUOTA_STATES, SCRAP

QUOTA, CONTENT, FLOOR = "collection quota", "recycled-content quota", "recovery floor"


def collection_quota(case: Case) -> Iterator[Explanation]:
    """Slack, held by the ramp, binding, bought out or unattainable, by component and product."""
    if not case.on("collection_quota"):
        return
    quota, state, rate = case.policy("quota_unclipped"), case.quota_state(), case.policy("collection_rate")
    asked = (case.given("collection_quota") > 0.0) & np.isfinite(rate)
    pool = case.pool
    if pool is not None:
        empty = asked & (pool <= 0.0)
        never = empty.any(axis=0) & ~(asked & ~empty).any(axis=0)
        if never.any():
            when = empty[:, never].any(axis=1)
            text = f"{case.pairs(never)}: nothing of it is discarded"
            yield case.say(QUOTA, "no feed", when, _labels(case, never), text)
        asked &= pool > 0.0
    value, limit = case.policy("scrap_value"), case.given("max_collection_rate")
    elasticity = case.given("collection_elasticity")
    with np.errstate(all="ignore"):
        free = collection_rate(
            value, case.given("base_scrap_value"), case.given("base_collection_rate"), elasticity, limit
        )
    extra = np.where(asked, np.maximum(rate - np.minimum(free, limit), 0.0), 0.0)
    extra = extra * pool if pool is not None else np.zeros_like(extra)
    moved = np.where(asked, extra * np.nan_to_num(value + case.policy("shadow_price")), 0.0)
    for code, name in enumerate(QUOTA_STATES):
        here = asked & (state == code)
        if name == "none" or not here.any():
            continue
        who, when = case.pairs(here.any(axis=0)), here.any(axis=(1, 2))
        wanted = percent(*_ends(quota[here]))
        got = percent(*_ends(rate[here]))
        if name == "slack":
            text = f"{who}: {got} are collected without it, {wanted} asked"
        elif name == "ramp":
            ramp = _points(case.given("collection_ramp")[here])
            text = f"{who}: the rate may rise by {ramp} a year; {_at_last(case, here)}{_missing(case, here)}"
        elif name == "binding":
            shadow = float(case.policy("shadow_price")[here].max())
            how = f"makers add up to {money(shadow, case.money)}/t to the value of scrap" if shadow > 0 else "makers"
            how += " and collect" if shadow > 0 else " collect"
            text = f"{who}: {how} {got} as asked"
            if pool is not None:
                text += f", {tonnes(float(extra[here].sum()))} more than without"
        elif name == "bought out":
            fee = float(case.given("collection_penalty")[here].max())
            text = f"{who}: paying {money(fee, case.money)}/t is cheaper than collecting; {_at_last(case, here)}"
            text += _missing(case, here)
        else:
            reach = percent(*_ends(limit[here]))
            text = f"{who}: at most {reach} can be collected, {wanted} asked{_missing(case, here)}"
        effect = float(moved[here].sum() + case.policy("quota_charge")[here].sum()) if name != "slack" else 0.0
        yield case.say(QUOTA, name, when, _labels(case, here.any(axis=0)), text, effect)
    fees = case.policy("gate_fee_paid")
    if (fees > 0.0).any():
        routes = np.flatnonzero((fees > 0.0).any(axis=0))
        text = f"makers pay {money(float(fees.sum()), case.money)} so that {case.names('route', routes)} take old scrap"
        text += " at a loss"
        yield case.say(QUOTA, "acts", (fees > 0.0).any(axis=1), case.codes("route", routes), text, float(fees.sum()))
    active = asked & (state >= QUOTA_STATES.index("ramp"))
    yield from held_up(case, QUOTA, active.any(axis=(0, 1)), active.any(axis=(1, 2)))


def _labels(case: Case, marked: np.ndarray) -> list[str]:
    """Products and components of a mask [product, component]."""
    products = case.codes("product", np.flatnonzero(marked.any(axis=1)))
    return [*products, *case.codes("component", np.flatnonzero(marked.any(axis=0)))]


def _ends(values: np.ndarray) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def _at_last(case: Case, here: np.ndarray) -> str:
    """Rate and quota in the last year of a mask [time, product, component]."""
    last = int(np.flatnonzero(here.any(axis=(1, 2)))[-1])
    rate, quota = (case.policy(name)[last][here[last]] for name in ("collection_rate", "quota_unclipped"))
    return f"{percent(*_ends(rate))} of {percent(*_ends(quota))} in {case.years[last]}"


def _points(ramp: np.ndarray) -> str:
    low, high = 100.0 * ramp.min(), 100.0 * ramp.max()
    return f"{high:.3g} points" if low == high else f"{low:.3g} to {high:.3g} points"


def _missing(case: Case, here: np.ndarray) -> str:
    short, charge = case.policy("quota_shortfall")[here].sum(), case.policy("quota_charge")[here].sum()
    if short <= 0.0:
        return ""
    paid = f"{money(float(charge), case.money)} paid" if charge > 0.0 else "nothing to pay, there is no penalty"
    return f"; {tonnes(float(short))} missing in all, {paid}"


def content_quota(case: Case) -> Iterator[Explanation]:
    """Slack, a matter of the ledger only, short with a certificate price, or met with credits, by element."""
    if not case.on("content_quota"):
        return
    obligation, short = case.policy("content_obligation"), case.policy("content_shortfall")
    countable = case.policy("domestic_use") * _countable_share(case)
    certificate, charge, price = (case.policy(name) for name in ("certificate_price", "content_charge", "price"))
    filled = np.minimum(obligation, countable)
    moved = _moved(case, filled, countable)
    drawn = np.maximum(obligation - filled - short, 0.0)
    penalty = case.given("content_penalty")
    for e in np.flatnonzero((obligation > 0.0).any(axis=0)):
        element, labels = case.names("element", [e]), case.codes("element", [e])
        asked = obligation[:, e] > 0.0
        missing = asked & (short[:, e] > TINY * obligation[:, e])
        priced = certificate[:, e] > 0.0
        credit = asked & ~missing & (drawn[:, e] > TINY * obligation[:, e])
        calm = asked & ~missing & ~priced & ~credit
        handed = calm & (moved[:, e] > TINY * obligation[:, e])
        if missing.any() or priced.any():
            free = not priced.any() and bool(np.isnan(penalty[missing, e]).all())
            words = [_shortage(case, int(e), missing, moved[:, e])] if missing.any() else []
            state = "ledger only" if free else "short" if missing.any() else "acts"
            if priced.any():
                price_words, answers = _price(case, int(e), priced)
                words, state = [*words, price_words], state if answers else "no answer"
            elif free:
                words.append("without a penalty nothing is paid and no price follows")
            effect = float((charge[:, e] + (moved * price)[:, e] * (missing | priced)).sum())
            here = missing if missing.any() else priced
            yield case.say(CONTENT, state, here, labels, f"{element}: {'; '.join(words)}", effect)
        if handed.any():
            taken = tonnes(float(moved[handed, e].max()), "t/yr")
            text = f"{element}: met by handing up to {taken} of secondary metal on from other uses; no metal is gained"
            if priced.any():
                text = f"{element}: met, with up to {taken} handed on from other uses; certificates are worth nothing"
            value = float((moved[handed, e] * price[handed, e]).sum())
            yield case.say(CONTENT, "ledger only", handed, labels, text, value)
        if (calm & ~handed).any():
            text = f"{element}: met by the share of secondary metal that these uses get anyway"
            yield case.say(CONTENT, "slack", calm & ~handed, labels, text)
        if credit.any():
            text = f"{element}: {between(drawn[credit, e])} of the obligation met with credits of earlier years"
            yield case.say(CONTENT, "credits", credit, labels, text)


def _shortage(case: Case, e: int, missing: np.ndarray, moved: np.ndarray) -> str:
    """How much recycled content is missing, what is paid, and what other uses lose."""
    obligation, short = (case.policy(name)[missing, e] for name in ("content_obligation", "content_shortfall"))
    worst = int(np.argmax(short / obligation))
    text = f"up to {tonnes(float(short.max()), 't/yr')} missing"
    text += f", {percent(float(short[worst] / obligation[worst]))} of the obligation in {case.years[missing][worst]}"
    paid = float(case.policy("content_charge")[missing, e].sum())
    text += f"; {money(paid, case.money)} paid" if paid > 0.0 else ""
    if (moved[missing] > TINY * obligation).any():
        text += f"; up to {tonnes(float(moved[missing].max()), 't/yr')} handed on from other uses"
    return text


def _countable_share(case: Case) -> np.ndarray:
    """Share of secondary metal that counts [time, element]: all, or what is from old and imported scrap."""
    by_scrap = case.total("flows", "secondary", "time", "element", "scrap")
    assert by_scrap is not None
    total = by_scrap.sum(axis=-1)
    counted = total - by_scrap[..., SCRAP.index("new")]
    share = np.divide(counted, total, out=np.zeros(total.shape), where=total > 0.0)
    return np.where(case.given("old_scrap_only").astype(bool)[:, None], share, 1.0)


def _moved(case: Case, filled: np.ndarray, countable: np.ndarray) -> np.ndarray:
    """Metal that obliged uses get beyond their share by need [time, element], t/yr; 0 if the run does not tell."""
    use = case.total("flows", "refined_use", "time", "product", "component", "element")
    if use is None:
        return np.zeros_like(filled)
    obliged = np.where(case.given("content_quota") > 0.0, use, 0.0).sum(axis=(1, 2))
    met = case.policy("realised_requirement")
    share = np.divide(obliged, met, out=np.zeros(met.shape), where=met > 0.0)
    return np.maximum(filled - countable * share, 0.0)


def _price(case: Case, e: int, priced: np.ndarray) -> tuple[str, bool]:
    """What the certificate price of an element can move and what holds it back, and whether anything answers."""
    highest = float(case.policy("certificate_price")[priced, e].max())
    text = f"certificates of up to {money(highest, case.money)}/t ({span(case.years[priced])})"
    routes = (case.policy("recovery_yield")[:, e] > 0.0) & priced[:, None]
    invest = case.given("invest").astype(bool)[:, None] & routes
    elastic = case.given("collection_elasticity")[priced] > 0.0
    holds = case.chemistry_grades()[..., e].max(axis=1) > 0.0  # component
    answers = bool((elastic & holds).any())
    collection = "" if answers else ", collection does not answer to value"
    if not invest.any():
        idle = (case.policy("processed") < case.policy("capacity") * (1.0 - 1e-6)) & routes
        if not idle.any():
            return f"{text} build nothing, capacity is a given path and full{collection}", answers
        return f"{text} can fill idle plants only, capacity is a given path{collection}", True
    ordered = float(case.policy("orders")[invest].sum())
    if ordered > 0.0:
        text += f", {tonnes(ordered, 't/yr')} of plants that recover it ordered meanwhile"
    else:
        text += " call forth no plant"
    held = growth_limited(case) & invest
    if held.any():
        names = case.names("route", np.flatnonzero(held.any(axis=0)))
        text += f" ({names} held by the growth limit in {held.any(axis=1).sum()} of {priced.sum()} years)"
    return text + collection, True


def recovery_floor(case: Case) -> Iterator[Explanation]:
    """Plants below a floor: no new ones, and a charge."""
    if not case.on("recovery_floor"):
        return
    floor, yields = case.given("recovery_floor"), case.policy("recovery_yield")  # time, element, route
    asked = floor > 0.0
    below = asked & (yields < floor)
    when = asked.any(axis=(1, 2))
    if not below.any():
        routes = np.flatnonzero(asked.any(axis=(0, 1)))
        text = f"{case.names('route', routes)}: every yield lies above it already"
        yield case.say(FLOOR, "slack", when, case.codes("route", routes), text)
        return
    treated, ordered = case.policy("processed"), case.policy("orders")
    for w in np.flatnonzero(below.any(axis=(0, 1))):
        mine = below[..., w]
        years = mine.any(axis=1)
        last = int(np.flatnonzero(years)[-1])
        parts = [
            f"{case.names('element', [e])} {percent(float(yields[last, e, w]))} of {percent(float(floor[last, e, w]))}"
            for e in np.flatnonzero(mine[last])
        ]
        mass = float(treated[years, w].sum())
        text = f"{case.names('route', [w])} recovers too little ({', '.join(parts)} in {case.years[last]}): "
        invest = case.given("invest").astype(bool) & years
        text += "no new plants" if invest.any() else "capacity is a given path, so none is refused"
        text += f"; {tonnes(mass)} processed below it" if mass > 0.0 else "; none is at work"
        paid = _floor_charge(case, int(w), years)
        if mass > 0.0:
            text += f", {money(paid, case.money)} charged" if paid > 0.0 else ", without a charge"
        earlier = float(ordered[~years, w].sum())
        acts = mass > 0.0 or earlier > 0.0 or bool(invest.any())
        yield case.say(FLOOR, "binding" if acts else "slack", years, case.codes("route", [w]), text, paid)
    met = asked.any(axis=(0, 1)) & ~below.any(axis=(0, 1))
    if met.any():
        routes = np.flatnonzero(met)
        text = f"{case.names('route', routes)}: yields lie above it"
        yield case.say(FLOOR, "slack", when, case.codes("route", routes), text)


def _floor_charge(case: Case, w: int, years: Any) -> float:
    """Charge of one route, money over the years: penalty x missing yield x element processed."""
    made = case.total("flows", "secondary", "time", "element", "route")
    lost = case.total("flows", "recovery_loss", "time", "element", "route")
    if made is None or lost is None:
        return float(case.policy("floor_charge")[years].sum())
    gap = np.maximum(case.given("recovery_floor") - case.policy("recovery_yield"), 0.0)[..., w]
    return float((gap * (made + lost)[..., w] * case.given("floor_penalty"))[years].sum())

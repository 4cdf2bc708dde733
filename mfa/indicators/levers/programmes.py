"""Why public programmes did or did not act: research on recycling, and keeping used products in the region."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mfa.indicators.levers.case import Case
from mfa.indicators.levers.explanation import TINY, Explanation, digits, money, percent
from mfa.indicators.levers.feed import held_up

RESEARCH, KEEP = "research", "keeping used products"


def research(case: Case) -> Iterator[Explanation]:
    """What it did to cost and yields."""
    spent = case.policy("research_paid")
    if not (spent > 0.0).any():
        return
    knowledge, start = case.policy("knowledge_stock"), float(case.given("knowledge_start"))
    on_cost, on_yield = case.given("knowledge_cost_exponent"), case.given("knowledge_yield_exponent")
    when, total = spent > 0.0, float(spent.sum())
    paid = f"{money(total, case.money)} spent"
    if not (on_cost > 0.0).any() and not (on_yield > 0.0).any():
        text = f"{paid}; neither cost nor yield answers to knowledge (both exponents are 0)"
        yield case.say(RESEARCH, "no answer", when, (), text, total)
        return
    grown = knowledge > start * (1.0 + TINY)
    if not grown.any():
        yield case.say(RESEARCH, "no answer", when, (), f"{paid}; results act two years later, after the run", total)
        return
    cheaper = 1.0 - (knowledge / start) ** -on_cost
    best = int(np.argmax(cheaper))
    parts = []
    if cheaper[best] > TINY:
        parts.append(f"recycling and its plants cost {percent(float(cheaper[best]))} less in {case.years[best]}")
    gain = case.policy("recovery_yield") - case.given("recovery_yield")
    top = np.unravel_index(int(np.argmax(gain)), gain.shape)
    points = 100.0 * float(gain[top])
    if points > 1e-6:
        where = f"{case.names('element', [int(top[1])])} in {case.names('route', [int(top[2])])}"
        parts.append(f"yields rise by up to {digits(points)} points ({where}, {case.years[top[0]]})")
    elif (on_yield > 0.0).any():
        parts.append("yields cannot rise, none within reach lies higher")
    if not (case.policy("processed")[grown] > 0.0).any():
        parts.append("no plant is at work that could use it")
    state = "acts" if cheaper[best] > TINY or points > 1e-6 else "no answer"
    yield case.say(RESEARCH, state, when, (), f"{paid}; {', '.join(parts)}", total)


def keeping(case: Case) -> Iterator[Explanation]:
    """How many used products it kept, at what cost, and what became of their metal."""
    if not case.on("keep_share"):
        return
    keep, exported = case.given("keep_share"), case.given("used_export_share")
    asked = keep > 0.0
    when, products = asked.any(axis=1), np.flatnonzero(asked.any(axis=0))
    kept = keep * exported * case.item("discards_units")
    total = float(kept.sum())
    labels = case.codes("product", products)
    if total <= 0.0:
        leave = float((case.item("discards_units") * asked).sum())
        reason = "no used ones are exported that could be kept" if leave > 0.0 else "none leave use in these years"
        yield case.say(KEEP, "no feed", when, labels, f"{case.names('product', products)}: {reason}")
        return
    cost = case.policy("keep_cost_paid")
    counted = f"{digits(total / 1e6)} million" if total >= 1e6 else digits(total)
    text = f"{case.names('product', np.flatnonzero(kept.any(axis=0)))}: {counted} units kept in all"
    if cost.sum() > 0.0:
        text += f" for {money(float(cost.sum()), case.money)}"
    rate = case.policy("collection_rate")
    mine = np.isfinite(rate) & (kept > 0.0)[..., None]
    if mine.any():
        text += f"; {percent(float(rate[mine].min()), float(rate[mine].max()))} of their parts are collected"
    metal, effect = case.total("flows", "exports_used", "time", "product", "element"), float(cost.sum())
    if effect <= 0.0 and metal is not None:  # without a cost the metal kept says how much it matters
        left = np.divide(keep, 1.0 - keep, out=np.zeros_like(keep), where=keep < 1.0)
        effect = float((metal * left[..., None] * case.policy("price")[:, None, :]).sum())
    yield case.say(KEEP, "acts", kept.any(axis=1), labels, text, effect)
    components = np.isfinite(rate).any(axis=0)[products].any(axis=0)
    yield from held_up(case, KEEP, components, kept.any(axis=1))

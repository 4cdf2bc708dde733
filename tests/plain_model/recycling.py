"""Recycling: costs and yields at the start of a year (6), margins, feed (step 6) and routes (step 7)."""

from __future__ import annotations

import itertools
import math
from typing import Any

from .state import Material, Year, add_material, scaled
from .values import SCRAP

FeedClass = tuple[Any, Any, str]
"""Component, chemistry, scrap."""


def start_of_year(y: Year) -> None:
    """Knowledge, learned costs, yields and capacity of the year (section 6), and the paid share of output subsidy."""
    v, s, t = y.v, y.s, y.t
    # KS = KS0 + A, A = A[t-1](1-del) + RD[t-2]; A = 0 before the start
    spent = v.get("research_spending", region=y.r, time=t - 2) if t - 2 >= v.first_year else 0.0
    s.programme = s.programme * (1.0 - y.get("knowledge_decay")) + spent
    start = v.get("knowledge_start", region=y.r)
    y.knowledge = start + s.programme
    y.note("knowledge_stock", y.knowledge)
    y.note("research_paid", y.get("research_spending"))
    ratio = y.knowledge / start
    # cost = c0 (X/X0)^log2(1-LR) (KS/KS0)^-b2 for opex and capex
    y.opex, y.capex = {}, {}
    for w in v.routes:
        first = v.get("initial_throughput", region=y.r, route=w)
        total = first + s.throughput[w]
        learned = (total / first) ** math.log2(1.0 - v.get("learning_rate", region=y.r, route=w))
        factor = learned * ratio ** -y.get("knowledge_cost_exponent")
        y.opex[w] = y.get("opex", route=w) * factor
        y.capex[w] = y.get("capex", route=w) * factor
        y.note("opex", y.opex[w], route=w)
        y.note("capex", y.capex[w], route=w)
    # eta = clip(eta_max - (eta_max - eta0)(KS/KS0)^-b3, 0, eta_max)
    y.recovery = {}
    for e in v.elements:
        for w in v.routes:
            now = y.get("recovery_yield", element=e, route=w)
            top = y.get("recovery_yield_max", element=e, route=w)
            eta = top - (top - now) * ratio ** -y.get("knowledge_yield_exponent")
            y.recovery[e, w] = min(max(eta, 0.0), top)
            y.note("recovery_yield", y.recovery[e, w], element=e, route=w)
    # capacity: a fixed path, or the plants alive
    y.capacity = {}
    if y.get("invest") and not s.building:
        s.building = True
        for w in v.routes:
            size = v.get("initial_capacity", region=y.r, route=w)
            if y.t > v.years[0]:
                path = v.get("capacity", region=y.r, time=y.t - 1, route=w)
                size = path if math.isfinite(path) else size
            s.plants[w].append((y.t, y.t + int(y.get("plant_life", route=w)), size))
    for w in v.routes:
        if y.get("invest"):
            y.capacity[w] = sum(size for start_year, end, size in s.plants[w] if start_year <= t < end)
        else:
            y.capacity[w] = y.get("capacity", route=w)
        y.note("capacity", y.capacity[w], route=w)
    y.certificate = dict(s.certificate)


def margin(y: Year, grade: Material, w: Any, q: str) -> float:
    """pi = sum_e grade_e [eta (P pay + cert + sub) - flpen max(0, fl - eta)] - opex, money per t of feed."""
    total = 0.0
    for e in y.v.elements:
        eta = y.recovery[e, w]
        earned = y.price[e] * y.get("payable_share", element=e, route=w)
        if not (q == "new" and y.get("old_scrap_only")):
            earned += y.certificate[e]
        earned += y.get("output_subsidy", element=e) * y.output_share
        missing = max(0.0, y.get("recovery_floor", element=e, route=w) - eta)
        total += grade[e] * (eta * earned - y.get("floor_penalty", element=e) * missing)
    return total - y.opex[w]


def fee_limit(y: Year, k: Any, q: str) -> float | None:
    """Largest loss per t that makers with a quota cover for a class; None: nobody covers any, inf: no limit."""
    if q != "old":
        return None
    bound = [(p, component) for p, component in y.v.pairs if component == k and y.quota[p, component] > 0.0]
    if not bound:
        return None
    penalties = [y.penalty[pair] for pair in bound]
    if any(penalty is None for penalty in penalties):
        return math.inf
    return max(penalties)


def shares_by_margin(beta: float, margins: dict[Any, float]) -> dict[Any, float]:
    """exp(beta pi)/sum over the open routes, the maximum subtracted."""
    best = max(margins.values())
    weights = {w: math.exp(beta * (value - best)) for w, value in margins.items()}
    total = sum(weights.values())
    return {w: weight / total for w, weight in weights.items()}


def step_6_feed(y: Year) -> None:
    """F = (S8[t-1] + collected + second_life_eol + imports_scrap from abroad)(1 - xs) by class (k,h,q)."""
    v, s = y.v, y.s
    y.feed = {}
    y.scrap_imports, y.scrap_export_share, y.exported_scrap = {}, {}, {}
    for k in v.components:
        for h in v.chemistries:
            mass = y.get("scrap_imports", component=k, chemistry=h)
            imported = {e: mass * y.get("scrap_import_grade", component=k, chemistry=h, element=e) for e in v.elements}
            imported["mass"] = mass
            y.scrap_imports[k, h] = imported
            y.flow_material("imports_scrap", imported, component=k)
            exported = y.get("scrap_export_share", component=k, chemistry=h)
            y.scrap_export_share[k, h] = exported
            for q in SCRAP:
                total = scaled(s.feed_store[k, h, q], 1.0)
                if q == "old":
                    add_material(total, y.collected[k, h])
                    add_material(total, y.second_life_eol[k, h])
                elif q == "imported":
                    add_material(total, imported)
                y.exported_scrap[k, h, q] = scaled(total, exported)
                y.flow_material("exports_scrap", y.exported_scrap[k, h, q], component=k, scrap=q)
                y.feed[k, h, q] = scaled(total, 1.0 - exported)


def step_7_routes(y: Year) -> None:
    """Feed over routes in two passes; recovery; what stays and what overflows."""
    v, s = y.v, y.s
    beta = y.get("route_choice")
    margins: dict[FeedClass, dict[Any, float]] = {}
    paying: dict[FeedClass, list[Any]] = {}  # routes with pi >= 0
    with_fee: dict[FeedClass, list[Any]] = {}  # routes that a gate fee -pi makes run at margin 0
    for feed_class, feed in y.feed.items():
        k, h, q = feed_class
        margins[feed_class], paying[feed_class], with_fee[feed_class] = {}, [], []
        if feed["mass"] <= 0.0:
            continue
        grade = {e: feed[e] / feed["mass"] for e in v.elements}
        limit = fee_limit(y, k, q)
        for w in v.routes:
            if not y.get("route_eligible", component=k, chemistry=h, route=w, scrap=q):
                continue
            pi = margin(y, grade, w, q)
            margins[feed_class][w] = pi
            if pi >= 0.0:
                paying[feed_class].append(w)
            elif limit is not None and -pi <= limit:
                with_fee[feed_class].append(w)
            y.saw("route idle at a loss", pi < 0.0 and w not in with_fee[feed_class])

    processed: dict[tuple[FeedClass, Any], float] = {}
    room = dict(y.capacity)
    remainder = {feed_class: feed["mass"] for feed_class, feed in y.feed.items()}
    _fill_routes(y, beta, paying, margins, room, remainder, processed)
    first_pass = dict(processed)
    _fill_routes(y, beta, with_fee, margins, room, remainder, processed)

    # secondary = processed * grade * eta, the rest recovery_loss
    y.secondary = dict.fromkeys(v.elements, 0.0)
    y.secondary_by_scrap = {(e, q): 0.0 for e in v.elements for q in SCRAP}
    y.processed = dict.fromkeys(v.routes, 0.0)
    y.element_processed = {(e, w): 0.0 for e in v.elements for w in v.routes}
    y.gate_fee = dict.fromkeys(v.routes, 0.0)
    y.store_left = {feed_class: scaled(feed, 1.0) for feed_class, feed in y.feed.items()}
    for (feed_class, w), amount in processed.items():
        k, h, q = feed_class
        feed = y.feed[feed_class]
        y.processed[w] += amount
        y.flow("processed", amount, element="mass", route=w, scrap=q)
        fee_part = amount - first_pass.get((feed_class, w), 0.0)
        if w in with_fee[feed_class]:
            y.gate_fee[w] += -margins[feed_class][w] * fee_part
            y.saw("gate fee", fee_part > 0.0)
        recovered = 0.0
        for e in v.elements:
            element_mass = amount * feed[e] / feed["mass"]
            secondary = element_mass * y.recovery[e, w]
            y.element_processed[e, w] += element_mass
            y.secondary[e] += secondary
            y.secondary_by_scrap[e, q] += secondary
            recovered += secondary
            y.flow("secondary", secondary, element=e, route=w, scrap=q)
            y.flow("recovery_loss", element_mass - secondary, element=e, route=w, scrap=q)
        # component layer: the metal recovered leaves it, the rest of the component is lost
        y.flow("secondary", recovered, element="mass", route=w, scrap=q)
        y.flow("recovery_loss", amount - recovered, element="mass", route=w, scrap=q)
        left = y.store_left[feed_class]
        add_material(left, feed, -amount / feed["mass"])
    for feed_class, left in y.store_left.items():
        y.saw("feed left in store", remainder[feed_class] > 0.0)
        if remainder[feed_class] <= 0.0:
            y.store_left[feed_class] = s.nothing()
        else:
            y.store_left[feed_class] = {layer: max(0.0, value) for layer, value in left.items()}
    for w in v.routes:
        y.note("processed", y.processed[w], route=w)
        y.note("gate_fee_paid", y.gate_fee[w], route=w)
        s.throughput[w] += y.processed[w]

    # S8 above backlog_limit x total capacity overflows evenly
    limit_years = y.get("backlog_limit")
    if limit_years < math.inf:
        capacity = sum(y.capacity.values())
        allowed = limit_years * capacity if limit_years > 0.0 else 0.0
        total = sum(left["mass"] for left in y.store_left.values())
        if total > allowed:
            gone = (total - allowed) / total
            y.saw("overflow")
            y.saw("overflow of everything, no plant", capacity == 0.0)
            for (k, h, q), left in y.store_left.items():
                y.flow_material("overflow", scaled(left, gone), component=k, scrap=q)
                y.store_left[k, h, q] = scaled(left, 1.0 - gone)


def _fill_routes(
    y: Year,
    beta: float,
    candidates: dict[FeedClass, list[Any]],
    margins: dict[FeedClass, dict[Any, float]],
    room: dict[Any, float],
    remainder: dict[FeedClass, float],
    processed: dict[tuple[FeedClass, Any], float],
) -> None:
    """One pass: rounds in which each class asks its remainder by share of the still open routes."""
    for round_number in itertools.count(1):
        y.saw("feed refused asks another route", round_number > 2)
        asks: dict[Any, list[tuple[float, FeedClass, float]]] = {}  # by route: (pi, class, amount)
        for feed_class, amount in remainder.items():
            open_routes = [w for w in candidates[feed_class] if room[w] > 0.0]
            if amount <= 0.0 or not open_routes:
                continue
            shares = shares_by_margin(beta, {w: margins[feed_class][w] for w in open_routes})
            for w, share in shares.items():
                asks.setdefault(w, []).append((margins[feed_class][w], feed_class, amount * share))
            remainder[feed_class] = 0.0  # what is refused comes back below
        if not asks:
            return
        for w, askers in asks.items():
            asked = sum(amount for _, _, amount in askers)
            if asked <= room[w]:
                served = {feed_class: amount for _, feed_class, amount in askers}
                room[w] -= asked
            else:
                served = _serve(y, askers, room[w], y.opex[w])
                y.saw("route asked beyond its room")
                room[w] = 0.0  # closes
            for _, feed_class, amount in askers:
                got = served.get(feed_class, 0.0)
                processed[feed_class, w] = processed.get((feed_class, w), 0.0) + got
                remainder[feed_class] += amount - got


def _serve(y: Year, askers: list[tuple[float, FeedClass, float]], room: float, opex: float) -> dict[FeedClass, float]:
    """Askers in falling order of pi; ties pro rata to what they ask."""
    ordered = sorted(askers, key=lambda asker: -asker[0])
    served: dict[FeedClass, float] = {}
    while ordered and room > 0.0:
        best = ordered[0][0]
        tied = [asker for asker in ordered if best - asker[0] <= 1e-9 * (abs(best) + opex)]
        ordered = ordered[len(tied) :]
        y.saw("classes of equal margin share the room", len(tied) > 1)
        asked = sum(amount for _, _, amount in tied)
        part = min(1.0, room / asked) if asked > 0.0 else 0.0
        for _, feed_class, amount in tied:
            served[feed_class] = amount * part
        room -= asked * part
        if part < 1.0:
            break
    return served

"""Price (step 1), chemistry (step 2), compliance (step 13) and capacity (step 14)."""

from __future__ import annotations

import math
from typing import Any

from .collection import paid_share
from .recycling import FeedClass, fee_limit, margin, shares_by_margin
from .state import Material, Year, add_material, scaled
from .use import expected_discards


def step_1_price(y: Year) -> None:
    """P = Pbase * clip((1/phi[t-1])^psi, 1, Pcap)."""
    y.price = {}
    exponent = y.get("scarcity_exponent")
    cap = y.get("price_cap")
    for e in y.v.elements:
        base = y.get("base_price", element=e)
        phi = y.s.supply_factor[e]
        if exponent == 0.0:
            factor = 1.0
        elif phi <= 0.0:
            factor = cap
        else:
            factor = min(max((1.0 / phi) ** exponent, 1.0), cap)
        y.saw("scarcity price", 1.0 < factor < cap)
        y.saw("price at its cap", 1.0 < factor == cap)
        y.price[e] = base * factor
        y.note("price", y.price[e], element=e)
        y.note("certificate_price", y.certificate[e], element=e)
    # paid share of the output subsidy: this year's rate and budget, last year's base
    expected = None
    if y.s.base_secondary is not None:
        expected = sum(y.get("output_subsidy", element=e) * y.s.base_secondary[e] for e in y.v.elements)
    y.output_share = paid_share(expected, y.get("output_budget"))
    y.saw("output subsidy cut by its budget", 0.0 < y.output_share < 1.0)


def step_2_chemistry(y: Year) -> None:
    """Chemistry shares sig of the components made this year."""
    v, s, t = y.v, y.s, y.t
    y.sig = {}
    speed = y.get("substitution_speed")
    for p, k in v.pairs:
        response = y.get("substitution_response", product=p, component=k)
        sig0 = {h: y.get("chemistry_share", product=p, component=k, chemistry=h) for h in v.chemistries}
        dearer = {}  # C_h(P) - C_h(Pbase)
        for h in v.chemistries:
            extra = 0.0
            content = s.content(p, k, h, t)
            for e in v.elements:
                extra += (y.price[e] - y.get("base_price", element=e)) * content[e]
            service = y.get("service", product=p, component=k, chemistry=h)
            dearer[h] = extra / service if extra != 0.0 and service > 0.0 else 0.0
        here = [h for h in v.chemistries if sig0[h] > 0.0]
        # w = exp(-b dC); a common factor cancels in sig*, so the largest is set to 1
        least = min((dearer[h] for h in here), default=0.0)
        weight = {h: math.exp(-response * (dearer[h] - least)) for h in here}
        total = sum(sig0[h] * weight[h] for h in here)
        sig = {}
        for h in v.chemistries:
            goal = sig0[h] * weight[h] / total if h in weight else 0.0  # sig*
            shift = s.mix_shift.get((p, k, h), 0.0)
            shift += speed * (goal - sig0[h] - shift)
            s.mix_shift[p, k, h] = shift
            sig[h] = max(0.0, sig0[h] + shift) if sig0[h] > 0.0 else 0.0
        norm = sum(sig.values())
        for h in v.chemistries:
            y.sig[p, k, h] = sig[h] / norm if norm > 0.0 else sig0[h]
            y.saw("substitution", abs(y.sig[p, k, h] - sig0[h]) > 1e-6)


def step_13_compliance(y: Year) -> None:
    """Collection quotas, recycled content with credits and certificates, budgets, floors."""
    v = y.v
    # collection: shortfalls, subsidy
    gross = {}
    subsidy = 0.0
    cost = 0.0
    for p, k in v.pairs:
        here = {"product": p, "component": k}
        pool = y.pool_mass[p, k] + y.first_year_pool[p, k]  # E with first-year failures
        cr = y.collection_rate[p, k]
        gross[p, k] = cr * pool
        if y.quota_basis[p, k] == "sales":
            short = max(0.0, y.obligation[p, k] - cr * pool)
        else:
            short = max(0.0, y.quota[p, k] - cr) * pool
        penalty = y.penalty[p, k]
        y.note("quota_shortfall", short, **here)
        y.note("quota_charge", 0.0 if penalty is None else penalty * short, **here)
        subsidy += y.get("collection_subsidy", **here) * gross[p, k]
        cost += y.get("collection_cost", **here) * gross[p, k]
    y.note("collection_subsidy_paid", min(subsidy, y.get("collection_budget")))
    y.note("collection_cost_total", cost)
    y.s.base_collection = gross
    # output subsidy
    subsidy = sum(y.get("output_subsidy", element=e) * y.secondary[e] for e in v.elements)
    y.note("output_subsidy_paid", min(subsidy, y.get("output_budget")))
    y.s.base_secondary = dict(y.secondary)
    # floors
    for e in v.elements:
        charge = 0.0
        for w in v.routes:
            missing = max(0.0, y.get("recovery_floor", element=e, route=w) - y.recovery[e, w])
            charge += y.get("floor_penalty", element=e) * missing * y.element_processed[e, w]
        y.note("floor_charge", charge, element=e)
        y.saw("charge for recovery below the floor", charge > 0.0)
    for e in v.elements:
        _recycled_content(y, e)


def _recycled_content(y: Year, e: Any) -> None:
    v, s, t = y.v, y.s, y.t
    countable = y.second_pass[e].use
    if y.get("old_scrap_only"):
        old = y.secondary_by_scrap[e, "old"] + y.secondary_by_scrap[e, "imported"]
        countable *= old / y.secondary[e] if y.secondary[e] > 0.0 else 0.0
        y.saw("new scrap does not count", old < y.secondary[e])
    need = {(p, k): y.realised[p, k, e] for p, k in v.pairs}
    owed = {(p, k): y.get("content_quota", product=p, component=k, element=e) * need[p, k] for p, k in v.pairs}
    total_owed = sum(owed.values())
    if total_owed <= 1e-12 * y.realised_need[e]:
        owed = dict.fromkeys(owed, 0.0)
        total_owed = 0.0
    short, surplus = 0.0, 0.0
    if total_owed > 0.0:
        spare = max(0.0, countable - total_owed)
        open_need = y.realised_need[e] - total_owed  # other_use takes part with obligation 0
        for pair in v.pairs:
            allocated = owed[pair] * min(1.0, countable / total_owed)
            if spare > 0.0 and open_need > 0.0:
                allocated += spare * (need[pair] - owed[pair]) / open_need
            if owed[pair] > 0.0:  # obliged uses only
                short += max(0.0, owed[pair] - allocated)
                surplus += max(0.0, allocated - owed[pair])

    # credits: those of year y serve to y + nb, oldest first
    def serves(issued: int) -> bool:
        life = v.get("credit_life", region=y.r, time=issued)
        return life is not None and t <= issued + life

    held = {issued: amount for issued, amount in s.credits[e].items() if serves(issued)}
    y.saw("credits expire", any(amount > 0.0 and not serves(issued) for issued, amount in s.credits[e].items()))
    y.saw("recycled content short", short > 0.0)
    rest = short
    for issued in sorted(held):
        drawn = min(rest, held[issued])
        y.saw("credits drawn", drawn > 0.0)
        y.saw("credits used up", 0.0 < held[issued] == drawn)
        held[issued] -= drawn
        rest -= drawn
    if surplus > 0.0 and y.get("credit_life") is not None:
        held[t] = held.get(t, 0.0) + surplus
        y.saw("credits issued")
    s.credits[e] = held
    penalty = y.get("content_penalty", element=e)
    now = y.certificate[e]
    if total_owed <= 0.0 or penalty is None:
        s.certificate[e] = 0.0
    else:
        goal = penalty * min(max(rest / total_owed / 0.1, 0.0), 1.0)
        speed = y.get("certificate_speed")
        s.certificate[e] = goal if now == 0.0 else min(penalty, now + speed * (goal - now))
        y.saw("certificate price rises", s.certificate[e] > now)
        y.saw("certificate price falls", s.certificate[e] < now)
    y.note("content_obligation", total_owed, element=e)
    y.note("content_shortfall", rest, element=e)
    y.note("content_charge", 0.0 if penalty is None else penalty * rest, element=e)
    y.note("credit_balance", sum(held.values()), element=e)


def step_14_capacity(y: Year) -> None:
    """Orders of recycling plants by net present value (section 6)."""
    v, s, t = y.v, y.s, y.t
    grant = {w: y.get("capex_grant", route=w) for w in v.routes}
    expected = None
    if s.base_orders is not None:
        expected = sum(grant[w] * s.base_orders[w] for w in v.routes)
    share = paid_share(expected, y.get("grant_budget"))
    y.saw("capital grant cut by its budget", 0.0 < share < 1.0)
    orders = dict.fromkeys(v.routes, 0.0)
    if y.get("invest"):
        orders = _orders(y, {w: grant[w] * share for w in v.routes})
        for w, size in orders.items():
            if size > 0.0:
                start = t + max(int(y.get("build_lag", route=w)), 1)
                s.plants[w].append((start, start + int(y.get("plant_life", route=w)), size))
    y.capex_spent = {w: y.capex[w] * orders[w] for w in v.routes}
    paid = min(sum(grant[w] * y.capex_spent[w] for w in v.routes), y.get("grant_budget"))
    y.note("grant_paid", paid)
    s.base_orders = dict(y.capex_spent)
    for w in v.routes:
        y.note("orders", orders[w], route=w)
        y.note("capex_total", y.capex_spent[w], route=w)
        y.note("opex_total", y.opex[w] * y.processed[w], route=w)


def _orders(y: Year, grant: dict[Any, float]) -> dict[Any, float]:
    v, s, t = y.v, y.s, y.t
    interest = y.get("discount_rate")
    beta = y.get("route_choice")
    lag = {w: max(int(y.get("build_lag", route=w)), 1) for w in v.routes}
    annuity, full_cost = {}, {}
    y.saw("zero interest", interest == 0.0)
    for w in v.routes:
        life = int(y.get("plant_life", route=w))
        annuity[w] = (1.0 - (1.0 + interest) ** -life) / interest if interest > 0.0 else float(life)  # AF
        full_cost[w] = y.capex[w] * (1.0 - grant[w]) / annuity[w]
    below_floor = {
        w: any(y.recovery[e, w] < y.get("recovery_floor", element=e, route=w) for e in v.elements) for w in v.routes
    }
    expected = {years_ahead: _expected_feed(y, years_ahead) for years_ahead in sorted(set(lag.values()))}

    ahead = dict.fromkeys(v.routes, 0.0)  # F_ahead
    margin_sum = dict.fromkeys(v.routes, 0.0)
    contracted = dict.fromkeys(v.routes, 0.0)  # part of F_ahead with z = 1
    now = dict.fromkeys(v.routes, 0.0)  # same split of this year's feed
    for feed_class, feed in y.feed.items():
        k, h, q = feed_class
        limit = fee_limit(y, k, q)
        pis: dict[Any, float] = {}
        for w in v.routes:
            future = expected[lag[w]][feed_class]
            eligible = y.get("route_eligible", component=k, chemistry=h, route=w, scrap=q)
            if not eligible or below_floor[w] or future["mass"] <= 0.0:
                continue
            grade = {e: future[e] / future["mass"] for e in v.elements}
            pis[w] = margin(y, grade, w, q)
        chosen = {w: pi for w, pi in pis.items() if pi >= 0.0}
        y.saw("route below the floor claims no feed", any(below_floor.values()))
        if not chosen and limit is not None:  # none: those a gate fee would open
            chosen = {w: pi for w, pi in pis.items() if -pi <= limit}
        if not chosen:
            continue
        shares = shares_by_margin(beta, {w: pi - full_cost[w] for w, pi in chosen.items()})
        for w, pi in chosen.items():
            part = shares[w] * expected[lag[w]][feed_class]["mass"]
            ahead[w] += part
            margin_sum[w] += part * max(pi, 0.0)  # 0 where a fee covers a loss
            now[w] += shares[w] * feed["mass"]
            if limit is not None and full_cost[w] - pi <= limit:
                contracted[w] += part
                y.saw("plant contracted by makers with a quota", part > 0.0)

    orders = {}
    for w in v.routes:
        orders[w] = 0.0
        if ahead[w] <= 0.0:
            continue
        capacity = y.capacity[w]
        pi = margin_sum[w] / ahead[w]
        use = min(1.0, now[w] / capacity) if capacity > 0.0 else 1.0
        value = -y.capex[w] * (1.0 - grant[w]) + pi * use * annuity[w]  # NPV
        answer = y.get("invest_response") * value / y.capex[w]
        logit = 1.0 / (1.0 + math.exp(-answer)) if answer > -700.0 else 0.0
        z = (contracted[w] + (ahead[w] - contracted[w]) * logit) / ahead[w]
        then = t + lag[w]
        alive = sum(size for start, end, size in s.plants[w] if start <= then < end)  # K_ahead
        limit = y.get("growth_limit") * max(capacity, y.get("seed_capacity", route=w))
        orders[w] = min(max(z * ahead[w] - alive, 0.0), limit)
        y.saw("orders by need", 0.0 < orders[w] < limit)
        y.saw("orders at the growth limit", 0.0 < orders[w] == limit)
        y.saw("orders from seed", 0.0 == capacity < orders[w])
        y.saw("plants enough", ahead[w] > 0.0 == orders[w])
        y.saw("plants retire", any(end == t for _, end, size in s.plants[w] if size > 0.0))
    return orders


def _expected_feed(y: Year, years_ahead: int) -> dict[FeedClass, Material]:
    """Feed expected in t + years_ahead by class; stores and shares are those of today."""
    v, s = y.v, y.s
    found: dict[FeedClass, Material] = {feed_class: s.nothing() for feed_class in y.feed}
    for p, k in v.pairs:
        cr = y.collection_rate[p, k]
        s2 = y.get("second_life_share", product=p, component=k)
        direct = 1.0 - y.export_share[p] - y.hibernation_share[p]
        rho = y.get("hibernation_release", product=p)
        for h, material in expected_discards(y, p, k, years_ahead).items():
            add_material(found[k, h, "old"], material, cr * (1.0 - s2) * direct)
            add_material(found[k, h, "old"], s.hibernation[p, k, h], cr * (1.0 - s2) * rho)
    for (k, h, q), total in found.items():
        if q == "old":
            add_material(total, y.second_life_eol[k, h])
        elif q == "new":
            add_material(total, y.new_scrap.get((k, h), s.nothing()))
        else:
            add_material(total, y.scrap_imports[k, h])
        found[k, h, q] = scaled(total, 1.0 - y.scrap_export_share[k, h])
        if q == "imported":
            add_material(found[k, h, q], y.received_scrap[k, h])  # not exported again in the year
        add_material(found[k, h, q], s.feed_store[k, h, q], 0.2)
    return found

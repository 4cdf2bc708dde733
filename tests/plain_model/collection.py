"""Collection (step 4) and second life (step 5)."""

from __future__ import annotations

import math
from typing import Any

from .recycling import margin
from .state import Year, add_material, scaled, total_mass


def paid_share(rate_times_base: float | None, budget: float) -> float:
    """Share of a subsidy that makers count on: this year's rate and budget, last year's base (section 5)."""
    if budget == 0.0:
        return 0.0
    if rate_times_base is None or rate_times_base == 0.0:
        return 1.0
    return min(1.0, budget / rate_times_base)


def step_4_collection(y: Year) -> None:
    """Collection rate of each (p,k), with scrap value, quota and ramp; then the split of what is collected."""
    v, s = y.v, y.s
    expected = None
    if s.base_collection is not None:
        expected = sum(
            y.get("collection_subsidy", product=p, component=k) * s.base_collection[p, k] for p, k in v.pairs
        )
    share = paid_share(expected, y.get("collection_budget"))
    y.saw("collection subsidy cut by its budget", 0.0 < share < 1.0)
    y.collection_rate, y.quota, y.penalty, y.quota_basis, y.obligation = {}, {}, {}, {}, {}
    y.pool_mass, y.reused_units, y.reused_total = {}, {}, {}
    y.gross_mass = {}
    y.to_second_life = {(k, h): s.nothing() for k in v.components for h in v.chemistries}
    y.collected = {(k, h): s.nothing() for k in v.components for h in v.chemistries}
    for p, k in v.pairs:
        y.pool_mass[p, k] = total_mass(y.pool[p, k, h] for h in v.chemistries)
        _collection_rate(y, p, k, share)
        _split(y, p, k)


def _scrap_value(y: Year, p: Any, k: Any, subsidy_share: float) -> float:
    """V: mass-weighted mean over h of the best margin for old scrap, plus the subsidy; at least 0.01 V0."""
    v = y.v
    reference = y.get("base_scrap_value", product=p, component=k)
    mass = y.pool_mass[p, k]
    y.saw("nothing discarded: scrap value at its base", mass <= 0.0)
    if mass <= 0.0:
        return reference  # E empty: V0
    value = 0.0
    for h in v.chemistries:
        pool = y.pool[p, k, h]
        if pool["mass"] <= 0.0:
            continue
        grade = {e: pool[e] / pool["mass"] for e in v.elements}
        margins = [
            margin(y, grade, w, "old")
            for w in v.routes  # with or without capacity
            if y.get("route_eligible", component=k, chemistry=h, route=w, scrap="old")
        ]
        value += pool["mass"] / mass * (max(margins) if margins else 0.0)
    value += y.get("collection_subsidy", product=p, component=k) * subsidy_share
    y.saw("scrap value at its floor", value < 0.01 * reference)
    return max(value, 0.01 * reference)


def _collection_rate(y: Year, p: Any, k: Any, subsidy_share: float) -> None:
    s, t = y.s, y.t
    here = {"product": p, "component": k}
    base_rate = y.get("base_collection_rate", **here)  # cr0
    top = y.get("max_collection_rate", **here)  # cr_max
    reference = y.get("base_scrap_value", **here)  # V0
    elasticity = y.get("collection_elasticity", **here)  # eps
    if base_rate > top:
        raise ValueError(f"base_collection_rate above max_collection_rate at {y.r}, {t}, {p}, {k}")
    if elasticity > 0.0 and (base_rate >= 1.0 or top >= 1.0):
        raise ValueError(f"collection_elasticity needs collection rates below 1 at {y.r}, {t}, {p}, {k}")
    value = _scrap_value(y, p, k, subsidy_share)

    def rate(scrap_value: float) -> float:
        if elasticity == 0.0:
            return base_rate
        answer = 1.0 - (1.0 - base_rate) * (scrap_value / reference) ** -elasticity
        return min(max(answer, 0.0), top)

    def value_for(wanted_rate: float) -> float:
        """Scrap value that gives a rate: the inverse of cr(V)."""
        try:
            return reference * ((1.0 - wanted_rate) / (1.0 - base_rate)) ** (-1.0 / elasticity)
        except OverflowError:  # next to no elasticity
            return math.inf

    # the quota as a share of E
    quota = y.get("collection_quota", **here)
    basis = y.get("collection_quota_base", **here)
    penalty = y.get("collection_penalty", **here)
    unclipped = quota
    obligation = 0.0
    if basis == "sales":
        sold = [s.sold_mass[p, k][year] for year in (t - 3, t - 2, t - 1) if year in s.sold_mass[p, k]]
        obligation = quota * sum(sold) / len(sold) if sold else 0.0
        if obligation <= 0.0:
            unclipped = 0.0
        elif y.pool_mass[p, k] > 0.0:
            unclipped = obligation / y.pool_mass[p, k]
        else:
            unclipped = math.inf
        y.saw("quota on sales beyond the pool: clipped", unclipped > 1.0)
        quota = min(1.0, unclipped)

    shadow = 0.0  # lam
    state = "none"
    if elasticity > 0.0:
        if quota > 0.0:
            if quota <= rate(value):
                state = "slack"
            elif quota <= top:
                wanted = value_for(quota) - value
                shadow = max(0.0, wanted)
                state = "binding"
                if penalty is not None and wanted > penalty:
                    shadow = penalty
                    state = "bought out"
            else:
                state = "unattainable"
                if penalty is not None:
                    shadow = penalty
                else:
                    shadow = max(0.0, value_for(top) - value)
        collection_rate = rate(value + shadow)
        if state == "binding":
            collection_rate = quota  # the same but for rounding, also where the shadow price overflows
    else:
        collection_rate = max(base_rate, min(quota, top))
        if quota > 0.0:
            if quota <= base_rate:
                state = "slack"
            elif quota <= top:
                state = "binding"
            else:
                state = "unattainable"
                shadow = penalty if penalty is not None else 0.0

    # ramp; lam stays
    limit = s.collection_rate.get((p, k), base_rate) + y.get("collection_ramp", **here)
    if collection_rate > limit:
        collection_rate = limit
        if state in ("slack", "binding") and limit < quota:
            state = "ramp"

    y.saw(f"quota {state}", quota > 0.0)
    y.saw("mandate without buy-out out of reach", state == "unattainable" and penalty is None)
    y.collection_rate[p, k] = collection_rate
    s.collection_rate[p, k] = collection_rate
    y.quota[p, k] = quota
    y.penalty[p, k] = penalty
    y.quota_basis[p, k] = basis
    y.obligation[p, k] = obligation
    y.note("collection_rate", collection_rate, **here)
    y.note("scrap_value", value, **here)
    y.note("shadow_price", shadow, **here)
    y.note("quota_state", state, **here)
    y.note("quota_unclipped", unclipped, **here)
    y.note("quota_clipped", bool(unclipped > 1.0), **here)


def _split(y: Year, p: Any, k: Any) -> None:
    """Gross collection cr*E: reused first, then share s2 to second life, the rest to feed."""
    v = y.v
    here = {"product": p, "component": k}
    cr = y.collection_rate[p, k]
    s2 = y.get("second_life_share", **here)
    # reused = min(need, reuse * cr * direct with-product parts), pro rata over d
    need = sum(y.need_by_cohort[p, k].values())
    available = sum(y.direct_parts[p, k].values())
    reused = min(need, y.get("reuse_share", **here) * cr * available)
    y.saw("reuse limited by the need", 0.0 < need == reused)
    y.saw("reuse limited by the components collected", 0.0 < reused < need)
    y.reused_total[p, k] = reused
    y.reused_units[p, k] = {
        d: reused * units / available for d, units in y.direct_parts[p, k].items() if reused > 0.0 and units > 0.0
    }
    rest = {h: scaled(y.pool[p, k, h], cr) for h in v.chemistries}
    for d, units in y.reused_units[p, k].items():
        for h, material in y.material(p, k, d, units).items():
            y.flow_material("reused", material, **here)
            add_material(rest[h], material, -1.0)
    for h in v.chemistries:
        rest[h] = {layer: max(0.0, value) for layer, value in rest[h].items()}  # rounding only
        y.flow_material("uncollected", scaled(y.pool[p, k, h], 1.0 - cr), **here)
        y.flow_material("to_second_life", scaled(rest[h], s2), **here)
        y.flow_material("collected", scaled(rest[h], 1.0 - s2), **here)
        add_material(y.to_second_life[k, h], rest[h], s2)
        add_material(y.collected[k, h], rest[h], 1.0 - s2)


def step_5_second_life(y: Year) -> None:
    """Second life by k and entry year: the recursion of section 3 from age 0."""
    v, s, t = y.v, y.s, y.t
    y.second_life_eol = {}
    for k in v.components:
        lifetime = y.second_lifetime(k)
        returned = y.get("second_life_collection", component=k)  # cr7
        for h in v.chemistries:
            out = s.nothing()
            for entry, material in s.second_life[k, h].items():
                ratio = lifetime.ratio(t - entry)
                y.saw("second life ends", ratio < 1.0 and material["mass"] > 0.0)
                add_material(out, material, 1.0 - ratio)
                s.second_life[k, h][entry] = scaled(material, ratio)
            stays = lifetime.sf(0)
            s.second_life[k, h][t] = scaled(y.to_second_life[k, h], stays)
            add_material(out, y.to_second_life[k, h], 1.0 - stays)
            y.second_life_eol[k, h] = scaled(out, returned)
            y.flow_material("second_life_eol", scaled(out, returned), component=k)
            y.flow_material("second_life_lost", scaled(out, 1.0 - returned), component=k)

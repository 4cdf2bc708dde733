"""Use and hibernation: step 3 with component lifetimes (3.1), step 12, and the projection of discards (6)."""

from __future__ import annotations

from typing import Any

from .state import WAITING, Material, Year, add_material, scaled
from .survival import power


def step_3_discards(y: Year) -> None:
    """Ageing of the stock, discards by path, and the pool E."""
    v, s = y.v, y.s
    y.use_after = {}  # N' by product and cohort
    y.parts_after = {}  # kept U' by (p,k), cohort of the product, cohort of the part
    y.need_by_cohort = {}  # spare parts needed, by (p,k) and cohort of the product
    y.discards_units = dict.fromkeys(v.products, 0.0)
    y.kept_units = dict.fromkeys(v.products, 0.0)  # used exports held back by the retention lever
    y.direct = {(p, k, h): s.nothing() for p, k in v.pairs for h in v.chemistries}
    y.direct_parts = {pair: {} for pair in v.pairs}  # direct with-product parts in units, by cohort of the part
    y.export_share, y.hibernation_share, y.held_share = {}, {}, {}
    y.used_units = {}  # exported units by product and cohort
    y.used_parts = {}  # their components by (p,k), cohort of the product, cohort of the part
    y.early_retirement = {}
    for p in v.products:
        exported = y.get("used_export_share", product=p)
        hibernating = y.get("hibernation_share", product=p)
        keep = y.get("keep_share", product=p)
        if exported + hibernating > 1.0 + 1e-9:
            raise ValueError(f"used_export_share + hibernation_share > 1 at {y.r}, {y.t}, {p}")
        y.export_share[p] = exported * (1.0 - keep)  # u_x
        y.hibernation_share[p] = hibernating  # u_h
        y.held_share[p] = exported * keep
        _age_product(y, p)
    # S5: released = rho * S5[t-1]
    y.released = {}
    for p, k in v.pairs:
        rho = y.get("hibernation_release", product=p)
        for h in v.chemistries:
            store = s.hibernation[p, k, h]
            y.released[p, k, h] = scaled(store, rho)
            y.flow_material("released", y.released[p, k, h], product=p, component=k)
    # pool E = direct + released
    y.pool = {}
    for p, k in v.pairs:
        for h in v.chemistries:
            y.pool[p, k, h] = scaled(y.direct[p, k, h], 1.0)
            add_material(y.pool[p, k, h], y.released[p, k, h])
            add_material(s.hibernation[p, k, h], y.released[p, k, h], -1.0)


def _age_product(y: Year, p: Any) -> None:
    v, s, t = y.v, y.s, y.t
    in_use = s.in_use[p]
    m = y.get("hazard_multiplier", product=p)
    components = [k for product, k in v.pairs if product == p]
    lifetimes = {k: y.part_lifetime(p, k) for k in components}
    parts = {k: s.parts_of(p, k) for k in components}

    # q[c]: survival ratio of the product (0 where the base is 0); without the target so far
    q = {c: power(y.lifetime(c, p).ratio(t - c), m) for c in in_use}

    # g[d] and the failing share f_k[c] = sum_d U (1 - g) / N; a part whose lifetime is off never fails by itself
    g: dict[Any, dict[int, dict[Any, float]]] = {}
    failing: dict[Any, dict[int, float]] = {}
    for k in components:
        g[k], failing[k] = {}, {}
        for c, units in in_use.items():
            g[k][c] = {d: _part_ratio(lifetimes[k], t, d) for d in parts[k][c]}
            lost = sum(amount * (1.0 - g[k][c][d]) for d, amount in parts[k][c].items())
            failing[k][c] = lost / units if units > 0.0 else 0.0

    # not replaceable: component lifetime on (in some region) and product age above replacement_max_age;
    # z = prod (1 - f_k) over these
    replaceable = {
        k: {c: (p, k) not in s.parts or t - c <= y.get("replacement_max_age", product=p, component=k) for c in in_use}
        for k in components
    }
    z = {}
    for c in in_use:
        z[c] = 1.0
        for k in components:
            if not replaceable[k][c]:
                z[c] *= max(0.0, 1.0 - failing[k][c])

    # stock-driven: survivors above the target are scaled down to it
    target = y.get("stock_target", product=p)
    survivors = sum(q[c] * z[c] * units for c, units in in_use.items())
    early = 0.0
    if target is not None and survivors > target:
        early = survivors - target
        for c in in_use:
            q[c] *= target / survivors
        y.saw("stock target below the survivors")
    y.early_retirement[p] = early
    y.item("early_retirement", early, product=p)

    y.use_after[p] = {}
    discarded = {}
    for c, units in in_use.items():
        y.use_after[p][c] = q[c] * z[c] * units  # N' = q z N
        discarded[c] = units - y.use_after[p][c]
        y.discards_units[p] += discarded[c]
        y.kept_units[p] += discarded[c] * y.held_share[p]
        y.cohort("discards_by_cohort", discarded[c], product=p, cohort=c)

    u_x, u_h = y.export_share[p], y.hibernation_share[p]
    y.used_units[p] = {c: units * u_x for c, units in discarded.items()}
    for k in components:
        y.used_parts[p, k] = {c: {} for c in in_use}
        y.parts_after[p, k] = {}
        y.need_by_cohort[p, k] = {}
        for c in in_use:
            others = 1.0  # prod over the other components j that end the product
            for j in components:
                if j != k and not replaceable[j][c]:
                    others *= max(0.0, 1.0 - failing[j][c])
            kept_parts = {}
            need = 0.0
            for d, amount in parts[k][c].items():
                survive = g[k][c][d]
                y.saw("component fails and is replaced", replaceable[k][c] and survive < 1.0)
                y.saw("product ends with its component", not replaceable[k][c] and survive < 1.0)
                if replaceable[k][c]:
                    kept = q[c] * z[c] * amount * survive
                    failed = q[c] * z[c] * amount * (1.0 - survive)
                    with_product = amount * (1.0 - q[c] * z[c])
                else:
                    kept = q[c] * amount * survive * others
                    failed = 0.0
                    with_product = amount - kept
                if abs(amount - kept - failed - with_product) > 1e-9 * max(1e-3, amount):
                    raise ArithmeticError(f"component balance broken at {y.r}, {t}, {p}, {k}, {c}, {d}")
                if d != WAITING and kept > 0.0:
                    kept_parts[d] = kept
                need += failed  # d = waiting is in the need as well
                y.used_parts[p, k][c][d] = with_product * u_x
                if d == WAITING:
                    continue  # no part there, nothing to discard
                direct_units = with_product * (1.0 - u_x - u_h)
                y.direct_parts[p, k][d] = y.direct_parts[p, k].get(d, 0.0) + direct_units
                for h, one in y.material(p, k, d, 1.0).items():
                    add_material(y.direct[p, k, h], one, direct_units + failed)  # failed parts: direct (workshop)
                    y.flow_material("discards_direct", scaled(one, direct_units + failed), product=p, component=k)
                    y.flow_material("exports_used", scaled(one, with_product * u_x), product=p, component=k)
                    hibernating = scaled(one, with_product * u_h)
                    y.flow_material("discards_hibernating", hibernating, product=p, component=k)
                    y.hibernating_later(p, k, h, hibernating)
            y.parts_after[p, k][c] = kept_parts
            y.need_by_cohort[p, k][c] = need


def _part_ratio(lifetime: Any, t: int, d: Any) -> float:
    """g[d] = sfk(t-d)/sfk(t-d-1); age 1: sfk(1), because a failure in the year of making is met the year after."""
    if d == WAITING:
        return 0.0
    if lifetime is None:
        return 1.0
    age = t - d
    return lifetime.sf(1) if age == 1 else lifetime.ratio(age)


def step_12_use(y: Year) -> None:
    """Use takes sales, spares and reused parts; first-year failures leave at once."""
    v, s, t = y.v, y.s, y.t
    for p in v.products:
        sold = y.sold[p]
        here = power(y.lifetime(t, p).sf(0), y.get("hazard_multiplier", product=p))
        stays = sold * here
        failures = sold - stays
        s.in_use[p] = {c: units for c, units in y.use_after[p].items() if units > 0.0}
        if stays > 0.0:
            s.in_use[p][t] = stays
        y.discards_units[p] += failures
        y.kept_units[p] += failures * y.held_share[p]
        y.used_units[p][t] = failures * y.export_share[p]
        y.cohort("sold_by_cohort", sold, product=p, cohort=t)
        y.cohort("discards_by_cohort", failures, product=p, cohort=t)
        for k in [k for product, k in v.pairs if product == p]:
            if (p, k) in s.parts:
                _renew_parts(y, p, k, stays)
            _first_year_failures(y, p, k, failures)
        y.item("sales_units", sold, product=p)
        y.item("discards_units", y.discards_units[p], product=p)
        y.item("stock_units", sum(s.in_use[p].values()), product=p)
        for c, units in s.in_use[p].items():
            y.cohort("stock_by_cohort", units, product=p, cohort=c)
    y.keep_cost = sum(y.kept_units[p] * y.get("keep_cost", product=p) for p in v.products)
    y.note("keep_cost_paid", y.keep_cost)


def _renew_parts(y: Year, p: Any, k: Any, stays: float) -> None:
    """Spares and reused parts go to the cohorts pro rata to need; the rest waits."""
    s, t = y.s, y.t
    need = y.need_by_cohort[p, k]
    total = sum(need.values())
    renewed: dict[int, dict[Any, float]] = {}
    for c in s.in_use[p]:
        if c == t:
            renewed[c] = {t: stays}
            continue
        renewed[c] = dict(y.parts_after[p, k][c])
        if need[c] > 0.0:
            share = need[c] / total
            given = y.spares_units[p, k] * share
            renewed[c][t] = renewed[c].get(t, 0.0) + given
            for d, amount in y.reused_units[p, k].items():
                renewed[c][d] = renewed[c].get(d, 0.0) + amount * share
                given += amount * share
            waiting = need[c] - given
            if waiting > 1e-12 * need[c]:
                renewed[c][WAITING] = waiting
                y.saw("product waits for a component")
    s.parts[p, k] = renewed


def _first_year_failures(y: Year, p: Any, k: Any, failures: float) -> None:
    """Split by this year's u_x, u_h, cr and s2; they end the year in S5, S7 and S8."""
    s, t = y.s, y.t
    u_x, u_h = y.export_share[p], y.hibernation_share[p]
    cr = y.collection_rate[p, k]
    s2 = y.get("second_life_share", product=p, component=k)
    y.saw("sold and failed in the same year", failures > 0.0)
    y.used_parts[p, k][t] = {t: failures * u_x}
    for h, failed in y.material(p, k, t, failures).items():
        direct = scaled(failed, 1.0 - u_x - u_h)
        y.flow_material("exports_used", scaled(failed, u_x), product=p, component=k)
        y.flow_material("discards_hibernating", scaled(failed, u_h), product=p, component=k)
        y.hibernating_later(p, k, h, scaled(failed, u_h))
        y.flow_material("discards_direct", direct, product=p, component=k)
        y.flow_material("uncollected", scaled(direct, 1.0 - cr), product=p, component=k)
        y.flow_material("to_second_life", scaled(direct, cr * s2), product=p, component=k)
        y.flow_material("collected", scaled(direct, cr * (1.0 - s2)), product=p, component=k)
        entry = s.second_life[k, h].setdefault(t, s.nothing())
        add_material(entry, direct, cr * s2)
        y.feed_later(k, h, "old", scaled(direct, cr * (1.0 - s2)))
        y.first_year_pool[p, k] += direct["mass"]  # first-year failures count in E


def expected_discards(y: Year, p: Any, k: Any, years_ahead: int) -> dict[Any, Material]:
    """Discards of the cohorts in use now in the year t + years_ahead, at present m, without replacement."""
    v, s, t = y.v, y.s, y.t
    m = y.get("hazard_multiplier", product=p)
    lifetime = y.part_lifetime(p, k)
    found = {h: s.nothing() for h in v.chemistries}
    for c, parts in s.parts_of(p, k).items():
        product_lifetime = y.lifetime(c, p)
        for d, amount in parts.items():
            if d == WAITING:
                continue
            before = amount  # what is left the year before the year looked at
            after = amount
            for year in range(t + 1, t + years_ahead + 1):
                before = after
                q = power(product_lifetime.ratio(year - c), m)
                after = before * q * _part_ratio(lifetime, year, d)
            for h, one in y.material(p, k, d, 1.0).items():
                add_material(found[h], one, before - after)
    return found

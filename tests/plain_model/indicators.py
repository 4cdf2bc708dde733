"""Indicators of section 7, by (region, year, element); NaN where the denominator is 0."""

from __future__ import annotations

import math
from typing import Any

from .results import PlainResults

NAN = float("nan")
Cells = dict[str, dict[tuple[Any, ...], float]]


def over(part: float, whole: float) -> float:
    """part/whole, NaN where the whole is nothing: 0, or less than the mass balance can see (1e-12 t/yr)."""
    return part / whole if whole > 1e-12 else NAN


def net_reliance(net: float, domestic: float) -> float:
    """net/(domestic + net), NaN where apparent consumption is not positive, or only the rounding of a difference."""
    consumption = domestic + net
    return net / consumption if consumption > 1e-9 * (domestic + abs(net)) else NAN


def plain_indicators(results: PlainResults) -> Cells:
    """All indicators that need no second run; public_cost and social_cost by (region, year)."""
    v = results.values
    found: Cells = {}
    for r in v.regions:
        for e in v.elements:
            secondary_so_far, pool_so_far = 0.0, 0.0
            for t in v.years:
                values = _element_year(results, r, t, e)
                secondary_so_far += _secondary(results, r, t, e, ("old",))
                pool_so_far += results.total("discards_direct", r, t, e) + results.total("released", r, t, e)
                values["eol_recycling_rate_cumulated"] = over(secondary_so_far, pool_so_far)
                for name, value in values.items():
                    found.setdefault(name, {})[r, t, e] = value
        for t in v.years:
            public, social = _costs(results, r, t)
            found.setdefault("public_cost", {})[r, t] = public
            found.setdefault("social_cost", {})[r, t] = social
    return found


def _secondary(results: PlainResults, r: Any, t: int, e: Any, kinds: tuple[str, ...]) -> float:
    return sum(
        results.cell("flows", "secondary", region=r, time=t, element=e, route=w, scrap=q)
        for w in results.values.routes
        for q in kinds
    )


def _element_year(results: PlainResults, r: Any, t: int, e: Any) -> dict[str, float]:
    v = results.values

    def flow(name: str) -> float:
        return results.total(name, r, t, e)

    def policy(name: str) -> float:
        return results.cell("policy", name, region=r, time=t, element=e)

    def get(name: str, **labels: Any) -> Any:
        return v.get(name, region=r, time=t, **labels)

    out: dict[str, float] = {}
    pool = flow("discards_direct") + flow("released")  # E
    wide = flow("discards_direct") + flow("discards_hibernating") + flow("exports_used")
    gathered = flow("collected") + flow("to_second_life") + flow("reused")
    old = _secondary(results, r, t, e, ("old",))
    imported = _secondary(results, r, t, e, ("imported",))
    secondary = flow("secondary")
    old_lost = sum(
        results.cell("flows", "recovery_loss", region=r, time=t, element=e, route=w, scrap="old") for w in v.routes
    )
    need, realised = policy("requirement"), policy("realised_requirement")
    use = policy("domestic_use")
    out["eol_collection_rate"] = over(gathered, pool)
    out["eol_collection_rate_wide"] = over(gathered, wide)
    out["process_efficiency"] = over(old, old + old_lost)
    out["eol_recycling_rate"] = over(old, pool)
    out["eol_recycling_rate_wide"] = over(old, wide)
    out["recycled_content"] = over(use, realised)
    old_share = (old + imported) / secondary if secondary > 0.0 else 0.0
    out["eol_recycling_input_rate"] = over(use * old_share, realised)
    out["old_scrap_ratio"] = over(old + imported, secondary)

    # net import reliance
    primary, imports = flow("primary"), flow("imports")
    net = imports - flow("exports_refined") + flow("stock_release") - flow("stock_fill")
    domestic = primary + old + imported  # AC - net
    raw = net_reliance(net, domestic)
    out["net_import_reliance_raw"] = raw
    out["net_import_reliance"] = max(0.0, raw) if not math.isnan(raw) else NAN
    net_scrap = net + flow("imports_scrap") - flow("exports_scrap")
    out["net_import_reliance_scrap"] = net_reliance(net_scrap, primary + old)
    embodied = flow("imports_product") + flow("imports_component") - flow("exports_product")
    out["net_import_reliance_embodied"] = net_reliance(net + embodied, domestic)
    out["import_requirement"] = over(policy("import_requirement_mass"), need)

    by_origin = {o: results.cell("flows", "imports", region=r, time=t, origin=o, element=e) for o in v.origins}
    owned = sum(get("equity_share", origin=o, element=e) * amount for o, amount in by_origin.items())
    new = _secondary(results, r, t, e, ("new",))
    out["self_sufficiency"] = over(owned + primary + old + new, need)

    # concentration
    share = {o: over(amount, imports) for o, amount in by_origin.items()}
    out["hhi"] = sum(value**2 for value in share.values())
    risk = {o: get("governance", origin=o) * get("trade_factor", origin=o, element=e) for o in v.origins}
    refine = sum(share[o] ** 2 * risk[o] for o in v.origins)
    mined = {
        miner: sum(share[o] * get("ore_share", origin=o, element=e, miner=miner) for o in v.origins)
        for miner in v.origins
    }
    mine = sum(mined[o] ** 2 * risk[o] for o in v.origins)
    out["hhi_governance"] = refine
    out["hhi_governance_mine"] = mine
    out["chokepoint"] = NAN if math.isnan(refine) else float(mine > refine)  # 0 refining, 1 mining; tie: refining

    # criticality
    reliance = min(max(raw, 0.0), 1.0) if not math.isnan(raw) else NAN
    world = get("world_hhi_g", element=e)
    source = max(refine, mine) if not math.isnan(refine) else NAN
    out["supply_risk"] = (
        (world * reliance / 2.0 + source * (1.0 - reliance / 2.0))
        * (1.0 - out["eol_recycling_input_rate"])
        * get("substitution_index_sr", element=e)
    )
    by_product = {
        p: sum(
            results.cell("flows", "refined_use", region=r, time=t, product=p, component=k, element=e)
            for product, k in v.pairs
            if product == p
        )
        for p in v.products
    }
    in_products = sum(by_product.values())
    out["economic_importance"] = sum(
        over(amount, in_products) * v.get("sector_value", region=r, product=p) for p, amount in by_product.items()
    ) * get("substitution_index_ei", element=e)
    risky, important = out["supply_risk"], out["economic_importance"]
    unknown = math.isnan(risky) or math.isnan(important)
    out["critical"] = NAN if unknown else float(risky >= 1.0 and important >= 2.8)

    largest = max(by_origin.values())
    out["n_1_cover"] = over(secondary + primary + imports - largest, need)
    out["top_origin_share"] = over(largest, realised)
    out["unmet_share"] = over(policy("unmet_demand"), need)
    out["days_of_cover"] = over(flow("stockpile"), realised / 365.0)
    out["co2_avoided"] = secondary * (get("ef_primary", element=e) - get("ef_secondary", element=e))
    out["import_bill"] = policy("price") * imports
    return out


def _costs(results: PlainResults, r: Any, t: int) -> tuple[float, float]:
    v = results.values

    def policy(name: str, **labels: Any) -> float:
        return results.cell("policy", name, region=r, time=t, **labels)

    support, producing, stockpiling, penalties = 0.0, 0.0, 0.0, 0.0
    for e in v.elements:
        price = policy("price", element=e)
        for o in v.origins:
            amount = results.cell("flows", "primary", region=r, time=t, origin=o, element=e)
            cost = v.get("primary_cost", region=r, time=t, origin=o, element=e)
            support += max(0.0, cost - price) * amount
            producing += cost * amount
        before = results.total("stockpile", r, t - 1, e)
        if t == v.first_year:
            before = v.get("initial_stockpile", region=r, element=e)
        stockpiling += price * (results.total("stockpile", r, t, e) - before)  # P * (fill - drawn)
        penalties += policy("content_charge", element=e) + policy("floor_charge", element=e)
    for p, k in v.pairs:
        penalties += policy("quota_charge", product=p, component=k)
    shared = policy("research_paid") + policy("keep_cost_paid")
    subsidies = policy("collection_subsidy_paid") + policy("output_subsidy_paid") + policy("grant_paid")
    public = subsidies + shared + support + stockpiling - penalties
    plants = sum(policy("opex_total", route=w) + policy("capex_total", route=w) for w in v.routes)
    social = plants + policy("collection_cost_total") + shared + producing + stockpiling
    return public, social


def cost_per_tonne_avoided(cost: float, cost_base: float, imports: float, imports_base: float) -> float:
    """(PV - PV base)/(sum base imports - sum imports), tonnes undiscounted; NaN where no import is avoided."""
    avoided = imports_base - imports
    return (cost - cost_base) / avoided if avoided > 0.0 else NAN

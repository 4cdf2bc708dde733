"""Identities of section 2, as residuals over the tolerance (at most 1 where they hold)."""

from __future__ import annotations

from typing import Any

from .results import PlainResults
from .values import MASS

FLOW_ENDS: dict[str, tuple[int, int]] = {
    "primary": (0, 1),
    "imports": (0, 1),
    "exports_refined": (1, 0),
    "refined_use": (1, 2),
    "to_products": (2, 3),
    "new_scrap": (2, 8),
    "mfg_loss": (2, 10),
    "imports_product": (0, 3),
    "imports_component": (0, 3),
    "exports_product": (3, 0),
    "other_use": (1, 0),  # see below
    "sales": (3, 4),
    "spares": (3, 4),
    "discards_direct": (4, 6),
    "discards_hibernating": (4, 5),
    "exports_used": (4, 0),
    "imports_used": (0, 4),
    "released": (5, 6),
    "collected": (6, 8),
    "uncollected": (6, 10),
    "reused": (6, 4),
    "to_second_life": (6, 7),
    "second_life_eol": (7, 8),
    "second_life_lost": (7, 10),
    "imports_scrap": (0, 8),
    "exports_scrap": (8, 0),
    "secondary": (8, 1),
    "recovery_loss": (8, 10),
    "overflow": (8, 10),
    "stock_release": (9, 1),
    "stock_fill": (1, 9),
    "pool_in": (0, 9),
    "pool_out": (9, 0),
}
"""From and to. ``other_use`` is 2>0 but not in refined_use [p,k,e], so here it leaves the market itself."""

STOCK_OF = {4: "in_use", 5: "hibernation", 7: "second_life", 8: "feed_store", 9: "stockpile", 10: "sink"}


def worst_residual(results: PlainResults) -> tuple[float, Any]:
    """Largest |in - out - dS/Dt| over its tolerance, with its place; processes, system and pool."""
    v = results.values
    worst: tuple[float, Any] = (0.0, None)
    for r in v.regions:
        for layer in v.layers:
            for t in v.years:
                for process, residual, tolerance in _residuals(results, r, t, layer):
                    ratio = abs(residual) / tolerance
                    if ratio > worst[0]:
                        worst = (ratio, (process, r, t, layer, residual))
    for t in v.years:
        for e in v.elements:
            given = sum(results.total("pool_out", r, t, e) for r in v.regions)
            taken = sum(results.total("pool_in", r, t, e) for r in v.regions)
            ratio = abs(given - taken) / (1e-9 * max(1e-3, given))
            if ratio > worst[0]:
                worst = (ratio, ("pool", t, e, given - taken))
        for layer in v.layers:
            sent, came = _used_trade(results, t, layer)
            ratio = abs(sent - came) / (1e-9 * max(1e-3, sent))
            if ratio > worst[0]:
                worst = (ratio, ("used products between regions", t, layer, sent - came))
    return worst


def _used_trade(results: PlainResults, t: int, layer: str) -> tuple[float, float]:
    """Used products sent to other regions, and those that arrive."""
    v = results.values
    sent = came = 0.0
    for r in v.regions:
        came += results.total("imports_used", r, t, layer)
        for p, k in v.pairs:
            gone = results.cell("flows", "exports_used", region=r, time=t, product=p, component=k, element=layer)
            for d in v.regions:
                sent += gone * v.get("used_export_destination", region=r, destination=d, time=t, product=p)
    return sent, came


def _residuals(results: PlainResults, r: Any, t: int, layer: str) -> list[tuple[Any, float, float]]:
    v = results.values
    found: list[tuple[Any, float, float]] = []
    flows = {name: results.total(name, r, t, layer) for name in FLOW_ENDS}
    system_change, system_flow, system_stock = 0.0, 0.0, 0.0
    for process in range(1, 11):
        if layer == MASS and process in (1, 9):
            continue  # the component layer runs through 2-8 and 10
        inflow = sum(flow for name, flow in flows.items() if FLOW_ENDS[name][1] == process)
        outflow = sum(flow for name, flow in flows.items() if FLOW_ENDS[name][0] == process)
        change, stock = 0.0, 0.0
        if process in STOCK_OF:
            stock = results.total(STOCK_OF[process], r, t, layer)
            before = results.total(STOCK_OF[process], r, t - 1, layer)
            if t == v.first_year:
                before = _initial(results, r, process, layer)
            change = stock - before
            stock = max(stock, before)
        system_change += change
        system_stock += stock
        residual = inflow - outflow - change
        found.append((process, residual, 1e-9 * max(1e-3, inflow, outflow, 1e-3 * stock)))
    if layer != MASS:
        inflow = sum(flow for name, flow in flows.items() if FLOW_ENDS[name][0] == 0)
        outflow = sum(flow for name, flow in flows.items() if FLOW_ENDS[name][1] == 0)
        system_flow = max(inflow, outflow)
        residual = inflow - outflow - system_change
        found.append(("system", residual, 1e-9 * max(1e-3, system_flow, 1e-3 * system_stock)))
    return found


def _initial(results: PlainResults, r: Any, process: int, layer: str) -> float:
    """Stock at the end of the year before the run."""
    v = results.values
    total = 0.0
    if process == 4:
        for p, k in v.pairs:
            for c in v.initial_cohorts:
                units = v.get("initial_stock", region=r, cohort=c, product=p)
                for h in v.chemistries if units > 0.0 else []:
                    where = {"region": r, "cohort": c, "product": p, "component": k, "chemistry": h}
                    share = v.get("initial_chemistry_share", **where)
                    if layer == MASS:
                        total += units * share * v.get("component_mass", **where)
                    else:
                        total += units * share * v.get("content", element=layer, **where)
    elif process == 8:
        for k in v.components:
            for h in v.chemistries:
                store = v.get("initial_scrap_store", region=r, component=k, chemistry=h)
                if layer != MASS:
                    store *= v.get("initial_scrap_grade", region=r, component=k, chemistry=h, element=layer)
                total += store
    elif process == 9:
        total = v.get("initial_stockpile", region=r, element=layer)
    return total

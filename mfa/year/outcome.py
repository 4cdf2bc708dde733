"""What is reported of a year: flows, stocks, item counts and policy outcomes, in full or as totals.

A flow by item is a sum of terms, each the element content of something (discards, a pool, a component of this year)
weighted item by item. Totals over items are then one matrix product for each content, whatever the number of flows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mfa.system.layout import Floats
from mfa.year.state import Year

Outcome = dict[str, dict[str, Any]]


class ItemFlows:
    """Flows by item as weighted contents: array [element + mass, item] times [item]."""

    def __init__(self, year: Year) -> None:
        self.lead, self.layout = year.lead, year.layout
        self.contents: list[Floats] = []
        self.terms: list[list[tuple[str, Floats]]] = []

    def add(self, content: Floats | None, **weights: Floats | float) -> None:
        """Add terms of several flows that share a content."""
        if content is not None:
            self.contents.append(content)
            self.terms.append([(name, np.asarray(weight)) for name, weight in weights.items()])

    def collect(self, full: bool) -> dict[str, Floats]:
        """Flows by pair [sample, region, element + mass, pair], or summed over items [..., element + mass]."""
        found: dict[str, Floats] = {}
        for content, terms in zip(self.contents, self.terms, strict=True):
            weights = np.empty((*self.lead, len(terms), self.layout.n_item))
            for position, (_, weight) in enumerate(terms):
                weights[:, :, position] = weight
            if full:
                by_item = content[:, :, None] * weights[:, :, :, None, :]
                values = np.moveaxis(by_item @ self.layout.item_to_pair, 2, 0)
            else:
                values = np.moveaxis(np.matmul(content, np.swapaxes(weights, -1, -2)), -1, 0)
            for (name, _), value in zip(terms, values, strict=True):
                found[name] = found[name] + value if name in found else value
        return found


def report(year: Year, full: bool) -> Outcome:
    """Flows, stocks, items and policy outcomes of a year.

    Parameters
    ----------
    year : Year
        Solved.
    full : bool
        Whether flows and stocks are given by pair, class and route, or summed over them.

    Returns
    -------
    dict of dict of array [sample, region, ...]
        Groups flows, stocks, items, policy and other; `sample` has length 1 where nothing sampled was met.
    """
    return {
        "flows": _flows(year, full), "stocks": _stocks(year, full), "items": _items(year), "policy": _policy(year),
        "other": _other(year),
    }  # fmt: skip


def _item_flows(year: Year) -> ItemFlows:
    flows = ItemFlows(year)
    rate = year.per_pair(year.rate)
    again = year.second_share
    first = year.first_item
    direct = first * year.direct_item
    flows.add(
        year.discarded, discards_direct=year.direct_item, discards_hibernating=year.drawer_item,
        exports_used=year.exported_item,
    )  # fmt: skip
    flows.add(year.failed, discards_direct=1.0)
    flows.add(year.pool, collected=rate * (1.0 - again), uncollected=1.0 - rate, to_second_life=rate * again)
    if year.on.used_trade:
        flows.add(year.used_received, imports_used=1.0)
    flows.add(year.reused, reused=1.0, collected=again - 1.0, to_second_life=-again)
    import_mix, product_mix = year.share, year.product_mix
    flows.add(
        year.content,
        refined_use=year.refined_item,
        to_products=year.made_item,
        new_scrap=year.new_item,
        mfg_loss=year.lost_item - year.new_item,
        imports_product=year.per_product(year.imported_sold + year.re_exported) * import_mix,
        imports_component=year.per_pair(year.bought_units) * import_mix,
        exports_product=year.per_product(year.exported_output) * product_mix
        + year.per_product(year.re_exported) * import_mix,
        sales=year.per_product(year.sold) * year.mix,
        spares=year.per_pair(year.spares_made) * year.mix,
        discards_direct=direct,
        discards_hibernating=first * year.drawer_item,
        exports_used=first * year.exported_item,
        collected=direct * rate * (1.0 - again),
        uncollected=direct * (1.0 - rate),
        to_second_life=direct * rate * again,
    )
    return flows


def _flows(year: Year, full: bool) -> dict[str, Floats]:
    layout = year.layout
    n_e = layout.n_element
    flows = _item_flows(year).collect(full)
    zero = 0.0 * year.factor
    # component layer: the metals recovered leave as such, the rest of the mass processed is lost
    recovered = year.secondary.sum(axis=-2, keepdims=True)
    through = _by_scrap(year, year.processed)[:, :, :, None]
    lost = np.concatenate([year.element_input - year.secondary, np.maximum(through - recovered, 0.0)], axis=-2)
    pooled = year.p("joint_pool") if year.on.joint_pool else zero
    flows |= {
        "primary": year.primary_made, "imports": year.imports, "exports_refined": year.surplus,
        "other_use": year.other_use,
        "second_life_eol": year.second_eol, "second_life_lost": year.second_lost, "imports_scrap": year.imports_scrap,
        "exports_scrap": year.exports_scrap, "overflow": year.overflow,
        "secondary": np.concatenate([year.secondary, recovered], axis=-2), "recovery_loss": lost,
        "stock_release": year.drawn + zero, "stock_fill": year.filled + zero,
        "pool_in": pooled * year.drawn, "pool_out": pooled * year.given,
    }  # fmt: skip
    if full:
        flows["released"] = year.released @ layout.item_to_pair[year.state.drawer_items]
    else:
        flows["released"] = year.released.sum(axis=-1)
    for name in ("reused", "imports_used"):
        if name not in flows:
            flows[name] = np.zeros((1, 1, n_e + 1, layout.n_pair) if full else (1, 1, n_e + 1))
    if not full:
        for name in ("second_life_eol", "second_life_lost", "imports_scrap", "exports_scrap", "overflow"):
            flows[name] = flows[name].sum(axis=-1)
    return flows


def _other(year: Year) -> dict[str, Floats]:
    """What is not a result of its own: mass processed, and trade between regions for the checks."""
    found = {"processed": _by_scrap(year, year.processed)}
    if year.on.used_trade:
        found |= {"used_sent": year.used_sent, "used_received": year.used_received.sum(axis=-1)}
    if year.on.scrap_between:
        found |= {"scrap_sent": year.scrap_sent, "scrap_received": year.scrap_received.sum(axis=-1)}
    return found


def _by_scrap(year: Year, values: Floats) -> Floats:
    """Sum streams [..., route, stream] to kinds of scrap [..., scrap, route]."""
    return np.swapaxes(values @ year.layout.stream_to_scrap, -1, -2)


def _stocks(year: Year, full: bool) -> dict[str, Floats]:
    state, layout = year.state, year.layout
    second = state.second_life.sum(axis=2)
    if full:
        by_class = np.zeros((*year.lead, layout.n_element + 1, layout.n_class))
        by_class[..., state.part_element, state.part_class] = second
        return {
            "in_use": year.by_pair(year.in_use),
            "hibernation": state.hibernating @ layout.item_to_pair[state.drawer_items],
            "second_life": by_class, "feed_store": state.feed_store, "stockpile": state.stockpile,
        }  # fmt: skip
    return {
        "in_use": year.in_use.sum(axis=-1), "hibernation": state.hibernating.sum(axis=-1),
        "second_life": second @ state.part_to_element,
        "feed_store": state.feed_store.sum(axis=-1), "stockpile": state.stockpile,
    }  # fmt: skip


def _items(year: Year) -> dict[str, Floats]:
    return {
        "sales_units": year.sold, "discards_units": year.gone.sum(axis=-1) + year.first_gone,
        "stock_units": year.state.units.sum(axis=-1), "unmet_units": year.unmet, "early_retirement": year.early,
        "product_output": year.made_output,
        "imports_used_units": year.arrived_units if year.on.used_trade else 0.0 * year.made_output,
    }  # fmt: skip


def _policy(year: Year) -> dict[str, Any]:
    kept = year.kept_share * (year.gone.sum(axis=-1) + year.first_gone)
    floor_gap = np.maximum(0.0, year.p("recovery_floor") - year.yields) if year.on.floor else np.zeros((1, 1, 1, 1))
    by_route = year.processed.sum(axis=-1)
    penalty = np.where(np.isfinite(year.penalty), year.penalty, 0.0)
    found: dict[str, Any] = {
        "price": year.price, "chemistry_mix": year.mix, "collection_rate": year.rate, "scrap_value": year.scrap_value,
        "shadow_price": year.shadow_price, "quota_shortfall": year.quota_shortfall,
        "quota_unclipped": year.quota_unclipped, "quota_charge": year.quota_shortfall * penalty,
        "collection_subsidy_paid": year.collection_paid, "output_subsidy_paid": year.output_paid,
        "grant_paid": year.grant_paid, "research_paid": year.research,
        "keep_cost_paid": (kept * year.p("keep_cost")).sum(axis=-1),
        "collection_cost_total": (year.p("collection_cost") * year.gross_mass).sum(axis=-1),
        "floor_charge": (year.element_input.sum(axis=2) * floor_gap).sum(axis=-1) * year.p("floor_penalty"),
        "certificate_price": year.certificate, "capacity": year.capacity, "orders": year.ordered,
        "processed": by_route,
        "gate_fee_paid": np.where(year.margin < 0.0, -year.margin * year.processed, 0.0).sum(axis=-1),
        "opex_total": by_route * year.opex, "capex_total": year.ordered * year.capital_cost,
        "recovery_yield": year.yields, "knowledge_stock": year.knowledge * year.fixed("knowledge_start"),
        "requirement": year.need, "import_need": year.first_import_need, "realised_requirement": year.realised,
        "supply_factor": year.factor, "unmet_demand": np.maximum(year.need - year.realised, 0.0),
        "domestic_use": year.domestic_use,
    }  # fmt: skip
    if year.quota_state is not None:
        found["quota_state"] = year.quota_state
    return found | (year.content_ledger or {})

"""The years in order (section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .collection import step_4_collection, step_5_second_life
from .policy import step_1_price, step_2_chemistry, step_13_compliance, step_14_capacity
from .recycling import start_of_year, step_6_feed, step_7_routes
from .results import PlainResults
from .state import WAITING, State, Year, add_material
from .supply import (
    release_stockpiles,
    step_8_need,
    step_9_supply,
    step_9_supply_factor,
    step_10_leontief,
    step_11_stockpile,
)
from .trade import exchange_scrap, step_15_used_products
from .use import step_3_discards, step_12_use
from .values import Values


def run_plain(arrays: Mapping[str, Any], years: Iterable[int]) -> PlainResults:
    """Run the whole yearly model in plain loops.

    ``arrays`` holds a DataArray (dims a subset of the parameter's dims, labelled, canonical units) or a scalar
    for each parameter of the specification; lifetimes are ``{"survival": family, term: DataArray or number}``, with
    NaN where a component lifetime is off.
    """
    v = Values(arrays, years)
    results = PlainResults(v, v.years, v.labels)
    states = {r: State(v, r) for r in v.regions}
    for t in v.years:
        now = {r: Year(v, states[r], results, r, t) for r in v.regions}
        for y in now.values():
            start_of_year(y)
            step_1_price(y)
            step_2_chemistry(y)
            step_3_discards(y)
            step_4_collection(y)
            step_5_second_life(y)
            step_6_feed(y)
        exchange_scrap(now)
        for y in now.values():
            step_7_routes(y)
            step_8_need(y)
            y.first_pass = step_9_supply(y, y.need, None)
        release_stockpiles(now, {r: y.first_pass for r, y in now.items()})  # a joint pool spans regions
        for y in now.values():
            step_9_supply_factor(y)
            step_10_leontief(y)
            y.second_pass = step_9_supply(y, y.realised_need, y.first_pass)
        release_stockpiles(now, {r: y.second_pass for r, y in now.items()})
        for y in now.values():
            for e, second in y.second_pass.items():  # gap' = release' exactly
                if abs(second.gap - second.release) > 1e-9 * max(1e-3, second.need):
                    raise ArithmeticError(f"gap {second.gap} and release {second.release} differ at {y.r}, {t}, {e}")
            step_11_stockpile(y)
            step_12_use(y)
            step_13_compliance(y)
            _close_stores(y)
            step_14_capacity(y)
        step_15_used_products(now)
    return results


def _close_stores(y: Year) -> None:
    """What depends on this year's sales or output reaches the stores at year end; stocks are written down."""
    v, s = y.v, y.s
    s.feed_store = y.store_left
    for feed_class, material in y.year_end_feed.items():
        add_material(s.feed_store[feed_class], material)
    for place, material in y.year_end_hibernation.items():
        add_material(s.hibernation[place], material)
    # sink: uncollected, second_life_lost, mfg_loss, recovery_loss, overflow, cumulated
    for layer in v.layers:
        for name in ("mfg_loss", "uncollected", "second_life_lost", "recovery_loss", "overflow"):
            s.sink[layer] += y.results.total(name, y.r, y.t, layer)
    y.stock_material("sink", s.sink)
    for e in v.elements:
        y.results.put("stocks", "stockpile", s.stockpile[e], region=y.r, time=y.t, element=e)
    for p, k in v.pairs:
        for parts in s.parts_of(p, k).values():
            for d, units in parts.items():
                if d != WAITING:
                    for material in y.material(p, k, d, units).values():
                        y.stock_material("in_use", material, product=p, component=k)
        for h in v.chemistries:
            y.stock_material("hibernation", s.hibernation[p, k, h], product=p, component=k)
    for (k, _), entries in s.second_life.items():
        for material in entries.values():
            y.stock_material("second_life", material, component=k)
    for (k, _, q), material in s.feed_store.items():
        y.stock_material("feed_store", material, component=k, scrap=q)

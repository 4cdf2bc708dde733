"""Small random but valid systems, for comparing two implementations of the yearly model.

``random_system(seed)`` gives two regions, two or three products, two components, two or three chemistries and elements,
three routes, five origins (two of them domestic) and 5 to 8 years. Every lever of the specification can be switched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import xarray as xr

LEVERS = (
    "initial_stock",
    "stock_driven",
    "timing",
    "hazard",
    "component_life",
    "used_exports",
    "retention",
    "hibernation",
    "collection",
    "collection_ramp",
    "collection_quota",
    "second_life",
    "scrap_trade",
    "scrap_store",
    "backlog",
    "routes",
    "capacity",
    "invest",
    "learning",
    "knowledge",
    "floors",
    "subsidies",
    "manufacturing",
    "product_trade",
    "component_imports",
    "product_bans",
    "carry",
    "other_need",
    "prices",
    "substitution",
    "secondary_limit",
    "primary",
    "bans",
    "ore_bans",
    "headroom",
    "equity",
    "stockpile",
    "joint_pool",
    "content_quota",
    "cut_off",
    "indicator_inputs",
    "used_trade",
    "scrap_between",
)

_DIMS = (
    "region",
    "destination",
    "origin",
    "time",
    "cohort",
    "product",
    "component",
    "chemistry",
    "element",
    "route",
    "scrap",
    "miner",
)
DOMESTIC = ("seabed", "tailings")
_FAMILIES = ("fixed", "exponential", "normal", "folded_normal", "lognormal", "weibull", "logistic")


class _Maker:
    """Draws labelled arrays; leaves dims out at random, because a missing dim means the same along it."""

    def __init__(self, rng: np.random.Generator, labels: dict[str, list[Any]]) -> None:
        self.rng = rng
        self.labels = labels

    def wrap(self, values: np.ndarray, dims: Iterable[str]) -> xr.DataArray:
        names = list(dims)
        return xr.DataArray(values, dims=names, coords={d: self.labels[d] for d in names})

    def dims(self, names: str, *, all_of: bool = False) -> list[str]:
        wanted = names.split()
        if not all_of:
            wanted = [d for d in wanted if self.rng.random() > 0.3]
        return [d for d in _DIMS if d in wanted]

    def draw(self, names: str, low: float, high: float, *, all_of: bool = False) -> xr.DataArray:
        dims = self.dims(names, all_of=all_of)
        shape = [len(self.labels[d]) for d in dims]
        return self.wrap(self.rng.uniform(low, high, shape), dims)

    def sometimes(self, names: str, low: float, high: float, chance: float) -> xr.DataArray:
        """Random where a coin falls so, 0 elsewhere."""
        drawn = self.draw(names, low, high)
        return drawn * (self.rng.random(drawn.shape) < chance)

    def abroad(self, names: str, low: float, high: float, chance: float) -> xr.DataArray:
        """Random where a coin falls so, 0 elsewhere and at domestic origins."""
        drawn = self.sometimes(names, low, high, chance)
        home = self.wrap(np.array([origin in DOMESTIC for origin in self.labels["origin"]]), ["origin"])
        return self.in_order(drawn.where(~home, 0.0))

    def without_some(self, names: str, array: xr.DataArray, chance: float) -> xr.DataArray:
        """NaN, which means none, where a coin falls so; the same for all years."""
        return self.in_order(array.where(~self.coin(names, chance)))

    @staticmethod
    def in_order(array: xr.DataArray) -> xr.DataArray:
        """Dims in their usual order."""
        return array.transpose(*[d for d in _DIMS if d in array.dims])

    def coin(self, names: str, chance: float) -> xr.DataArray:
        dims = self.dims(names)
        return self.wrap(self.rng.random([len(self.labels[d]) for d in dims]) < chance, dims)

    def whole(self, names: str, low: int, high: int) -> xr.DataArray:
        dims = self.dims(names)
        return self.wrap(self.rng.integers(low, high + 1, [len(self.labels[d]) for d in dims]).astype(float), dims)


def chosen_levers(seed: int, levers: str | Iterable[str] = "all") -> set[str]:
    """Levers that are on: 'all' switches each on by chance (0.8, stock targets 0.4), 'every' all, 'none' none."""
    if levers == "none":
        return set()
    if levers == "every":
        return set(LEVERS)
    if levers == "all":
        rng = np.random.default_rng([seed, 1])
        return {lever for lever in LEVERS if rng.random() < (0.4 if lever == "stock_driven" else 0.8)}
    unknown = set(levers) - set(LEVERS)
    if unknown:
        raise ValueError(f"unknown levers {sorted(unknown)}")
    return set(levers)


def random_system(
    seed: int, levers: str | Iterable[str] = "all", regions: Sequence[str] = ("east", "west")
) -> tuple[dict[str, Any], list[int], dict[str, dict[str, Any]]]:
    """Arrays in canonical units (no units attached), years, and lifetimes as ``{"survival": family, term: value}``."""
    rng = np.random.default_rng([seed, 0])
    on = chosen_levers(seed, levers)
    length = int(rng.integers(5, 9))
    years = list(range(2020, 2020 + length))
    labels: dict[str, list[Any]] = {
        "region": list(regions),
        "destination": list(regions),
        "origin": ["north", "south", "island", "seabed", "tailings"],
        "time": years,
        "cohort": list(range(2015, 2020 + length)),
        "product": ["car", "phone", "motor"][: int(rng.integers(2, 4))],
        "component": ["battery", "magnet"],
        "chemistry": ["layered", "olivine", "sintered"][: int(rng.integers(2, 4))],
        "element": ["Co", "Li", "Nd"][: int(rng.integers(2, 4))],
        "route": ["furnace", "leaching", "direct"],
        "scrap": ["old", "new", "imported"],
        "miner": ["north", "south", "island", "seabed", "tailings"],
    }
    make = _Maker(rng, labels)
    arrays: dict[str, Any] = {}
    _system(arrays, make, on)
    _use_levers(arrays, make, on)
    _recovery_levers(arrays, make, on)
    _market_levers(arrays, make, on)
    lifetimes = _lifetimes(make, on)
    _trade(arrays, make, on)
    return arrays, years, lifetimes


def _trade(arrays: dict[str, Any], make: _Maker, on: set[str]) -> None:
    """Shares of used products and scrap that other regions take; what is left goes abroad."""
    n = len(make.labels["region"])

    def shares(names: str) -> xr.DataArray:
        dims = ["region", "destination", *make.dims(names)]
        drawn = make.rng.uniform(0.0, 1.0, [len(make.labels[d]) for d in dims])
        drawn = drawn * (make.rng.random(drawn.shape) < 0.8)
        away = 1.0 - np.eye(n).reshape(n, n, *[1] * (drawn.ndim - 2))
        return make.wrap(drawn * away / max(1, n - 1), dims)

    if "used_trade" in on:
        arrays["used_export_destination"] = shares("time product")
    if "scrap_between" in on:
        arrays["scrap_export_destination"] = shares("time component chemistry")


def _system(arrays: dict[str, Any], make: _Maker, on: set[str]) -> None:
    """What every system has: sales, composition, recovery, prices, import shares."""
    rng, labels = make.rng, make.labels
    products, chemistries = labels["product"], labels["chemistry"]
    pairs = {("car", "battery"), ("car", "magnet"), ("phone", "battery"), ("motor", "magnet")}
    holds = {"battery": chemistries[:2], "magnet": chemistries[-1:] if rng.random() < 0.5 else chemistries[-2:]}

    exists = np.zeros([len(products), 2, len(chemistries)], dtype=bool)
    for i, p in enumerate(products):
        for j, k in enumerate(labels["component"]):
            for n, h in enumerate(chemistries):
                exists[i, j, n] = (p, k) in pairs and h in holds[k]

    def shares(first: str) -> xr.DataArray:
        dims = ["region", first, "product", "component", "chemistry"]
        raw = rng.uniform(0.1, 1.0, [len(labels[d]) for d in dims]) * exists
        total = raw.sum(axis=-1, keepdims=True)
        return make.wrap(np.divide(raw, total, out=np.zeros_like(raw), where=total > 0), dims)

    arrays["chemistry_share"] = shares("time")
    dims = ["region", "cohort", "product", "component", "chemistry"]
    shape = [len(labels[d]) for d in dims]
    mass = rng.uniform(0.05, 0.5, shape[2:]) * rng.uniform(0.9, 1.1, shape) * exists
    arrays["component_mass"] = make.wrap(mass, dims)
    count = len(labels["element"])
    grade = rng.uniform(0.02, 0.9 / count, [*shape[2:], count])
    present = rng.random(grade.shape) < 0.7
    present[..., 0] |= ~present.any(axis=-1)
    arrays["content"] = make.wrap(mass[..., None] * grade * present, [*dims, "element"])

    size = rng.uniform(500.0, 5000.0, [1, 1, len(products)])
    path = np.linspace(1.0, rng.uniform(0.3, 3.0), len(labels["time"]))[None, :, None]
    units = size * path * rng.uniform(0.8, 1.2, [len(labels["region"]), len(labels["time"]), len(products)])
    if "stock_driven" in on:
        arrays["stock_target"] = make.wrap(units * rng.uniform(2.0, 8.0), ["region", "time", "product"])
    else:
        arrays["sales"] = make.wrap(units, ["region", "time", "product"])
    if "initial_stock" in on:
        cohorts = np.array(labels["cohort"])
        stage = rng.uniform(0.1, 1.0, [len(labels["region"]), len(cohorts), 1])
        old = np.where(cohorts < 2020, 1.0, 0.0)[None, :, None] * size * stage
        arrays["initial_stock"] = make.wrap(old, ["region", "cohort", "product"])
        arrays["initial_chemistry_share"] = shares("cohort")
    arrays["base_collection_rate"] = make.draw("region time product component", 0.2, 0.6)
    arrays["recovery_yield"] = make.draw("region time element route", 0.3, 0.95, all_of=True)
    arrays["opex"] = make.draw("region time route", 200.0, 2500.0)
    arrays["base_price"] = make.draw("region time element", 4.0e3, 3.0e4)
    foreign = rng.dirichlet([2.0, 2.0, 1.0], [len(labels[dim]) for dim in ("region", "time", "element")])
    omega = np.concatenate([np.moveaxis(foreign, -1, 1), np.zeros((len(foreign), 2, *foreign.shape[1:-1]))], axis=1)
    arrays["import_share"] = make.wrap(omega, ["region", "origin", "time", "element"])
    arrays["origin_domestic"] = make.wrap(np.array([origin in DOMESTIC for origin in labels["origin"]]), ["origin"])


def _lifetimes(make: _Maker, on: set[str]) -> dict[str, dict[str, Any]]:
    rng = make.rng

    def family(names: str, low: float, high: float) -> dict[str, Any]:
        name = str(rng.choice(_FAMILIES))
        mean = make.draw(names, low, high)
        if name == "fixed":
            return {"survival": name, "mean": mean}
        if name == "exponential":
            return {"survival": name, "mean": mean}
        if name == "weibull":
            return {"survival": name, "shape": make.draw(names, 1.2, 4.0), "scale": mean}
        if name == "logistic":
            return {"survival": name, "mean": mean, "scale": make.draw(names, 0.5, 1.5)}
        return {"survival": name, "mean": mean, "sd": make.draw(names, 0.8, 2.5)}

    lifetimes = {"lifetime": family("region cohort product", 3.0, 9.0)}
    if "component_life" in on:
        lifetimes["component_lifetime"] = family("region product component", 2.0, 8.0)
        off = make.coin("region product component", 0.3)  # NaN: this component lives as long as its product
        for term, value in lifetimes["component_lifetime"].items():
            if term != "survival":
                lifetimes["component_lifetime"][term] = make.in_order(value.where(~off))
    if "second_life" in on:
        lifetimes["second_lifetime"] = family("region component", 2.0, 7.0)
    return lifetimes


def _use_levers(arrays: dict[str, Any], make: _Maker, on: set[str]) -> None:
    rng = make.rng
    rtp, rtpk = "region time product", "region time product component"
    if "timing" in on:
        arrays["timing"] = str(rng.choice(["start", "mid", "end"]))
    if "hazard" in on:
        arrays["hazard_multiplier"] = make.draw(rtp, 0.5, 1.5)
    if "component_life" in on:
        arrays["replacement_max_age"] = make.whole(rtpk, 2, 8)
        arrays["reuse_share"] = make.draw(rtpk, 0.0, 0.9)
    if "used_exports" in on:
        arrays["used_export_share"] = make.draw(rtp, 0.0, 0.4)
    if "retention" in on:
        arrays["keep_share"] = make.draw(rtp, 0.0, 0.8)
        arrays["keep_cost"] = make.draw(rtp, 0.0, 50.0)
    if "hibernation" in on:
        arrays["hibernation_share"] = make.draw(rtp, 0.0, 0.5)
        arrays["hibernation_release"] = make.draw(rtp, 0.05, 0.6)
    if "collection" in on:
        arrays["max_collection_rate"] = make.draw(rtpk, 0.7, 0.97)
        arrays["base_scrap_value"] = make.draw(rtpk, 200.0, 3000.0)
        arrays["collection_elasticity"] = make.sometimes(rtpk, 0.1, 1.2, 0.85)
        arrays["collection_cost"] = make.draw(rtpk, 0.0, 500.0)
    if "collection_ramp" in on:
        arrays["collection_ramp"] = make.draw(rtpk, 0.01, 0.3)
    if "collection_quota" in on:
        arrays["collection_quota"] = make.sometimes(rtpk, 0.2, 0.99, 0.8)
        dims = make.dims(rtpk)
        basis = rng.choice(["discards", "sales"], [len(make.labels[d]) for d in dims])
        arrays["collection_quota_base"] = make.wrap(np.asarray(basis, dtype=object), dims)
        if rng.random() < 0.7:
            penalty = make.sometimes(rtpk, 50.0, 3000.0, 0.9)
            arrays["collection_penalty"] = make.without_some("region product component", penalty, 0.3)
    if "second_life" in on:
        arrays["second_life_share"] = make.draw(rtpk, 0.0, 0.6)
        arrays["second_life_collection"] = make.draw("region time component", 0.3, 1.0)


def _recovery_levers(arrays: dict[str, Any], make: _Maker, on: set[str]) -> None:
    rng = make.rng
    rtw, rtew, rtkh = "region time route", "region time element route", "region time component chemistry"
    if "scrap_trade" in on:
        arrays["scrap_imports"] = make.sometimes(rtkh, 10.0, 300.0, 0.6)
        top = 0.9 / len(make.labels["element"])
        arrays["scrap_import_grade"] = make.draw(rtkh + " element", 0.0, top)
        arrays["scrap_export_share"] = make.draw(rtkh, 0.0, 0.4)
    if "scrap_store" in on:
        arrays["initial_scrap_store"] = make.draw("region component chemistry", 0.0, 400.0)
        top = 0.9 / len(make.labels["element"])
        arrays["initial_scrap_grade"] = make.draw("region component chemistry element", 0.0, top)
    if "backlog" in on:
        arrays["backlog_limit"] = make.draw("region time", 0.2, 3.0)
    if "routes" in on:
        arrays["route_choice"] = make.draw("region time", 0.0, 2.0e-3)
        arrays["route_eligible"] = make.coin(rtkh + " route scrap", 0.75)
        arrays["payable_share"] = make.draw(rtew, 0.4, 1.2)
    if "capacity" in on:
        given = make.sometimes(rtw, 20.0, 600.0, 0.85)
        arrays["capacity"] = make.in_order(given.where(~make.coin("region route", 0.2), np.inf))
    if "invest" in on:
        arrays["invest"] = make.coin("region time", 0.8)
        arrays["initial_capacity"] = make.draw("region route", 0.0, 300.0)
        arrays["seed_capacity"] = make.draw(rtw, 0.0, 200.0)
        arrays["capex"] = make.draw(rtw, 500.0, 8000.0)
        arrays["plant_life"] = make.whole(rtw, 3, 8)
        arrays["build_lag"] = make.whole(rtw, 0, 3)
        arrays["discount_rate"] = make.sometimes("region time", 0.02, 0.12, 0.8)
        arrays["invest_response"] = make.draw("region time", 0.5, 6.0)
        arrays["growth_limit"] = make.draw("region time", 0.1, 1.0)
    if "learning" in on:
        arrays["learning_rate"] = make.draw("region route", 0.0, 0.3)
        arrays["initial_throughput"] = make.draw("region route", 100.0, 3000.0)
    if "knowledge" in on:
        arrays["research_spending"] = make.sometimes("region time", 1.0e5, 2.0e6, 0.6)
        arrays["knowledge_start"] = make.draw("region", 5.0e5, 5.0e6)
        arrays["knowledge_decay"] = make.draw("region time", 0.0, 0.3)
        arrays["knowledge_cost_exponent"] = make.draw("region time", 0.0, 0.5)
        arrays["knowledge_yield_exponent"] = make.draw("region time", 0.0, 0.8)
        plain = arrays["recovery_yield"]
        arrays["recovery_yield_max"] = plain + (1.0 - plain) * rng.uniform(0.0, 1.0)
    if "floors" in on:
        arrays["recovery_floor"] = make.sometimes(rtew, 0.2, 0.9, 0.3)
        arrays["floor_penalty"] = make.draw("region time element", 0.0, 4000.0)
    if "subsidies" in on:
        arrays["collection_subsidy"] = make.sometimes("region time product component", 50.0, 800.0, 0.7)
        arrays["output_subsidy"] = make.sometimes("region time element", 200.0, 4000.0, 0.7)
        arrays["capex_grant"] = make.draw("region time route", 0.0, 0.6)
        arrays["collection_budget"] = make.sometimes("region time", 1.0e4, 5.0e5, 0.9)
        arrays["output_budget"] = make.sometimes("region time", 1.0e4, 1.0e6, 0.9)
        arrays["grant_budget"] = make.sometimes("region time", 1.0e4, 5.0e5, 0.9)


def _market_levers(arrays: dict[str, Any], make: _Maker, on: set[str]) -> None:
    rng = make.rng
    rt, rte, rtp, rote = "region time", "region time element", "region time product", "region origin time element"
    rtpk = "region time product component"
    if "manufacturing" in on:
        arrays["manufacturing_yield"] = make.draw(rtpk, 0.7, 1.0)
        arrays["new_scrap_share"] = make.draw(rtpk, 0.2, 1.0)
    if "product_trade" in on:
        in_units = rng.random() < 0.3  # else as shares of wanted sales
        arrays["product_imports" if in_units else "product_import_share"] = (
            make.draw(rtp, 0.0, 400.0) if in_units else make.draw(rtp, 0.0, 1.0)
        )
        arrays["product_exports" if in_units else "product_export_ratio"] = (
            make.draw(rtp, 400.0, 5000.0) if in_units else make.draw(rtp, 0.0, 1.2)
        )
    if "component_imports" in on:
        arrays["component_import_share"] = make.draw(rtpk, 0.0, 0.9)
    if "product_bans" in on:
        arrays["product_ban"] = make.sometimes(rtp, 0.1, 1.0, 0.3)
    if "carry" in on:
        arrays["carry_share"] = make.draw(rtp, 0.0, 1.0)
    if "other_need" in on:
        arrays["other_need"] = make.draw(rte, 0.0, 150.0)
    if "prices" in on:
        arrays["scarcity_exponent"] = make.draw(rt, 0.0, 3.0)
        arrays["price_cap"] = make.draw(rt, 1.0, 8.0)
    if "substitution" in on:
        arrays["substitution_response"] = make.draw(rt, 0.0, 1.0e-3)
        arrays["substitution_speed"] = make.draw(rt, 0.1, 1.0)
        if rng.random() < 0.5:
            arrays["service"] = make.draw(rtpk + " chemistry", 0.1, 0.8)
    if "secondary_limit" in on:
        arrays["secondary_share_max"] = make.draw(rte, 0.1, 1.0)
    if "primary" in on:
        arrays["primary_capacity"] = make.draw(rote, 0.0, 80.0)
        arrays["primary_cost"] = make.draw(rote, 2.0e3, 4.0e4)
        arrays["primary_always"] = make.coin("region origin", 0.5)
        arrays["primary_export"] = make.coin(rte, 0.4)
        arrays["primary_start"] = make.whole("region origin", 2019, 2025)
    if "bans" in on:
        arrays["ban"] = make.abroad(rote, 0.1, 1.0, 0.2)
        if rng.random() < 0.2:
            arrays["ban"] = arrays["ban"].where(arrays["ban"] == 0.0, 1.0)  # whole bans
    if "ore_bans" in on:
        arrays["ore_ban"] = make.abroad(rote, 0.1, 1.0, 0.2)
        sizes = [len(make.labels[dim]) for dim in ("region", "origin", "time", "element")]
        mined = rng.dirichlet([1.0, 1.0, 1.0, 0.5, 0.5], sizes)
        arrays["ore_share"] = make.wrap(mined, ["region", "origin", "time", "element", "miner"])
    if "headroom" in on:
        arrays["headroom"] = make.draw(rote, 0.0, 0.5)
    if "equity" in on:
        arrays["equity_share"] = make.draw(rote, 0.0, 0.8)
        arrays["equity_protection"] = make.draw("region time element", 0.0, 1.0)
    if "stockpile" in on:
        arrays["initial_stockpile"] = make.draw("region element", 0.0, 100.0)
        arrays["stockpile_days"] = make.draw(rte, 0.0, 120.0)
        arrays["release_limit"] = make.draw(rte, 5.0, 200.0)
        arrays["fill_limit"] = make.draw(rte, 0.0, 60.0)
    if "joint_pool" in on:
        arrays["joint_pool"] = make.coin(rte, 0.7)
    if "cut_off" in on and rng.random() < 0.4:
        _cut_off(arrays, make, int(rng.choice(make.labels["time"][1:])))
    if "content_quota" in on:
        arrays["content_quota"] = make.sometimes(rtpk + " element", 0.05, 0.5, 0.7)
        if rng.random() < 0.85:
            penalty = make.draw(rte, 500.0, 8000.0)
            arrays["content_penalty"] = make.without_some("region element", penalty, 0.2)
        arrays["old_scrap_only"] = make.coin(rt, 0.5)
        if rng.random() < 0.7:
            arrays["credit_life"] = make.without_some("region time", make.whole(rt, 0, 4), 0.2)
        arrays["certificate_speed"] = make.draw(rt, 0.05, 1.0)
    if "indicator_inputs" in on:
        arrays["governance"] = make.draw("region origin time", 0.0, 10.0)
        arrays["trade_factor"] = make.draw(rote, 0.8, 1.3)
        arrays["world_hhi_g"] = make.draw(rte, 0.0, 5.0)
        arrays["substitution_index_sr"] = make.draw(rte, 0.5, 1.0)
        arrays["substitution_index_ei"] = make.draw(rte, 0.5, 1.0)
        arrays["sector_value"] = make.draw("region product", 0.0, 10.0)
        arrays["ef_primary"] = make.draw(rte, 0.0, 30.0)
        arrays["ef_secondary"] = make.draw(rte, 0.0, 10.0)


def _cut_off(arrays: dict[str, Any], make: _Maker, year: int) -> None:
    """A year without imports, domestic metal and releases, in which secondary metal alone makes nothing."""
    years = xr.DataArray(make.labels["time"], dims="time", coords={"time": make.labels["time"]})
    abroad = make.wrap(np.array([float(origin not in DOMESTIC) for origin in make.labels["origin"]]), ["origin"])
    then = {
        "ban": (0.0, abroad),
        "equity_protection": (0.0, 0.0),
        "primary_capacity": (0.0, 0.0),
        "release_limit": (np.inf, 0.0),
        "secondary_share_max": (1.0, 0.5),
    }
    for name, (default, value) in then.items():
        usual = arrays.get(name, xr.DataArray(default))
        arrays[name] = make.in_order(xr.where(years == year, value, usual))

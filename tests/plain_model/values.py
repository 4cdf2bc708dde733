"""Parameters as plain look-ups by label, with the defaults of the specification's table (section 10)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from typing import Any

DIMENSIONS = (
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
SCRAP = ("old", "new", "imported")
MASS = "mass"
"""Name of the component-mass layer, kept beside the elements."""

LIFETIMES = ("lifetime", "component_lifetime", "second_lifetime")

DEFAULTS: dict[str, Any] = {
    "sales": None,  # required unless stock_target is given
    "stock_target": None,
    "initial_stock": 0.0,
    "timing": "mid",
    "hazard_multiplier": 1.0,
    "replacement_max_age": math.inf,
    "reuse_share": 0.0,
    "initial_chemistry_share": 0.0,
    "product_imports": 0.0,
    "product_import_share": None,
    "product_exports": 0.0,
    "product_export_ratio": None,
    "component_import_share": 0.0,
    "other_need": 0.0,
    "product_ban": 0.0,
    "carry_share": 0.0,
    "used_export_share": 0.0,
    "used_export_destination": 0.0,
    "keep_share": 0.0,
    "keep_cost": 0.0,
    "hibernation_share": 0.0,
    "hibernation_release": 0.0,
    "base_collection_rate": 0.0,
    "max_collection_rate": 1.0,
    "base_scrap_value": 1.0,
    "collection_elasticity": 0.0,
    "collection_ramp": 1.0,
    "collection_cost": 0.0,
    "collection_quota": 0.0,
    "collection_quota_base": "discards",
    "collection_penalty": None,
    "collection_subsidy": 0.0,
    "collection_budget": math.inf,
    "second_life_share": 0.0,
    "second_life_collection": 1.0,
    "scrap_imports": 0.0,
    "scrap_import_grade": 0.0,
    "scrap_export_share": 0.0,
    "scrap_export_destination": 0.0,
    "initial_scrap_store": 0.0,
    "initial_scrap_grade": 0.0,
    "backlog_limit": math.inf,
    "route_eligible": True,
    "payable_share": 1.0,
    "opex": 0.0,
    "route_choice": 0.0,
    "output_subsidy": 0.0,
    "output_budget": math.inf,
    "recovery_floor": 0.0,
    "floor_penalty": 0.0,
    "manufacturing_yield": 1.0,
    "new_scrap_share": 1.0,
    "base_price": 0.0,
    "scarcity_exponent": 0.0,
    "price_cap": 10.0,
    "substitution_response": 0.0,
    "substitution_speed": 0.5,
    "secondary_share_max": 1.0,
    "origin_domestic": False,
    "primary_capacity": 0.0,
    "primary_start": None,
    "primary_cost": 0.0,
    "primary_always": True,
    "primary_export": False,
    "equity_share": 0.0,
    "equity_protection": 0.0,
    "headroom": 0.0,
    "ban": 0.0,
    "ore_ban": 0.0,
    "initial_stockpile": 0.0,
    "stockpile_days": 0.0,
    "release_limit": math.inf,
    "fill_limit": math.inf,
    "joint_pool": False,
    "content_quota": 0.0,
    "content_penalty": None,
    "old_scrap_only": False,
    "credit_life": None,
    "certificate_speed": 0.2,
    "invest": False,
    "capacity": math.inf,
    "initial_capacity": 0.0,
    "capex": 1.0,
    "capex_grant": 0.0,
    "grant_budget": math.inf,
    "plant_life": 20.0,
    "build_lag": 2.0,
    "discount_rate": 0.05,
    "invest_response": 5.0,
    "growth_limit": 0.3,
    "seed_capacity": 0.0,
    "learning_rate": 0.0,
    "initial_throughput": 1.0,
    "research_spending": 0.0,
    "knowledge_start": 1.0,
    "knowledge_decay": 0.0,
    "knowledge_cost_exponent": 0.0,
    "knowledge_yield_exponent": 0.0,
    "governance": 5.0,
    "trade_factor": 1.0,
    "world_hhi_g": 0.0,
    "substitution_index_sr": 1.0,
    "substitution_index_ei": 1.0,
    "sector_value": 0.0,
    "ef_primary": 0.0,
    "ef_secondary": 0.0,
}
REQUIRED = ("chemistry_share", "content", "component_mass", "recovery_yield")


class Values:
    """All inputs of one run: ``get(name, **labels)`` gives the one number, text or flag at these labels."""

    def __init__(self, arrays: Mapping[str, Any], years: Iterable[int]) -> None:
        self.years = [int(year) for year in years]
        for before, after in itertools.pairwise(self.years):
            if after != before + 1:
                raise ValueError(f"years must be consecutive: {after} follows {before}")
        self.labels: dict[str, list[Any]] = {}
        self.tables: dict[str, tuple[tuple[str, ...], dict[tuple[Any, ...], Any]]] = {}
        self.families: dict[str, str] = {}
        self.terms: dict[str, list[str]] = {}
        for name, given in arrays.items():
            if name in LIFETIMES:
                if given is None:
                    continue
                self.families[name] = given["survival"]
                self.terms[name] = [term for term in given if term != "survival"]
                for term in self.terms[name]:
                    self.tables[f"{name}.{term}"] = self._table(given[term])
            else:
                self.tables[name] = self._table(given)
        for dimension in DIMENSIONS:
            self.labels.setdefault(dimension, ["all"])
        self.labels["time"] = self.years
        self.labels["scrap"] = list(SCRAP)
        self.first_year = self.years[0]
        self.regions = self.labels["region"]
        self.products = self.labels["product"]
        self.components = self.labels["component"]
        self.chemistries = self.labels["chemistry"]
        self.elements = self.labels["element"]
        self.layers = [*self.elements, MASS]
        self.routes = self.labels["route"]
        self.origins = self.labels["origin"]
        self.timing = self.get("timing")
        for name in REQUIRED:
            if name not in self.tables:
                raise ValueError(f"{name} is required")
        if "lifetime" not in self.families:
            raise ValueError("lifetime is required")
        abroad = [origin for origin in self.origins if not self.get("origin_domestic", origin=origin)]
        if abroad and "import_share" not in self.tables:
            raise ValueError("import_share is required")
        # (p, k) that exist: some mass, content or chemistry share in any year
        self.pairs = [(p, k) for p in self.products for k in self.components if self._exists(p, k)]
        self.initial_cohorts = [c for c in self.labels["cohort"] if isinstance(c, int) and c < self.first_year]

    def _table(self, given: Any) -> tuple[tuple[str, ...], dict[tuple[Any, ...], Any]]:
        if not hasattr(given, "dims"):
            return (), {(): given}
        axes = []
        for dimension in given.dims:
            axis = given[dimension].values.tolist()
            if dimension in self.labels and self.labels[dimension] != axis:
                raise ValueError(f"labels of {dimension} differ between arrays: {self.labels[dimension]} and {axis}")
            self.labels[dimension] = axis
            axes.append(axis)
        cells = dict(zip(itertools.product(*axes), given.values.ravel().tolist(), strict=True))
        return tuple(given.dims), cells

    def _exists(self, p: Any, k: Any) -> bool:
        for r in self.regions:
            for h in self.chemistries:
                for t in [*self.labels["cohort"], *self.years]:
                    here = {"region": r, "time": t, "cohort": t, "product": p, "component": k, "chemistry": h}
                    if self._cell("chemistry_share", here) > 0 or self._cell("component_mass", here) > 0:
                        return True
                    for e in self.elements:
                        if self._cell("content", {**here, "element": e}) > 0:
                            return True
        return False

    def _cell(self, name: str, labels: Mapping[str, Any]) -> Any:
        dims, cells = self.tables[name]
        return cells.get(tuple(labels[d] for d in dims), 0.0)

    def get(self, name: str, **labels: Any) -> Any:
        """Value of a parameter at these labels; None where it is off."""
        if name not in self.tables:
            if name == "service":  # default: component mass of the components made this year
                return self.get("component_mass", **{**labels, "cohort": labels["time"]})
            if name == "recovery_yield_max":
                return self.get("recovery_yield", **labels)
            if name == "ore_share":  # default: own ore
                return 1.0 if labels["origin"] == labels["miner"] else 0.0
            return DEFAULTS[name]
        dims, cells = self.tables[name]
        value = cells[tuple(labels[d] for d in dims)]
        if value is None or (isinstance(value, float) and math.isnan(value)):
            if name in DEFAULTS and DEFAULTS[name] is None:
                return None
            raise ValueError(f"{name} is NaN at {labels}")
        return value

    def lifetime_terms(self, name: str, **labels: Any) -> tuple[str, dict[str, float]] | None:
        """Family and terms of a lifetime at these labels; None where it is off (not given, or NaN there)."""
        if name not in self.families:
            return None
        terms = {}
        for term in self.terms[name]:
            dims, cells = self.tables[f"{name}.{term}"]
            terms[term] = float(cells[tuple(labels[d] for d in dims)])
        if any(math.isnan(value) for value in terms.values()):
            return None
        return self.families[name], terms

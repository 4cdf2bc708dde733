"""What a region carries from year to year, and what is worked out within a year."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .branches import BRANCHES
from .results import PlainResults
from .survival import Lifetime
from .values import SCRAP, Values

Material = dict[str, float]
"""Mass by layer: one entry per element and one, 'mass', for the whole component."""

WAITING = "waiting"
"""Cohort label of a missing component: the product waits for a part (content 0)."""


def add_material(target: Material, source: Material, factor: float = 1.0) -> None:
    """target += factor x source, layer by layer."""
    for layer in target:
        target[layer] += factor * source[layer]


def scaled(source: Material, factor: float) -> Material:
    """Factor x source, layer by layer."""
    return {layer: factor * value for layer, value in source.items()}


class State:
    """State of one region at the end of a year (section 4, first line)."""

    def __init__(self, values: Values, region: Any) -> None:
        v = values
        self.values = v
        self.region = region
        self.contents: dict[tuple[Any, Any, Any, int], Material] = {}  # looked up once
        # N[p][c]: units in use; an initial stock stands at the end of the year before the run
        self.in_use: dict[Any, dict[int, float]] = {}
        for p in v.products:
            self.in_use[p] = {}
            for c in v.initial_cohorts:
                units = v.get("initial_stock", region=region, cohort=c, product=p)
                if units > 0.0:
                    self.in_use[p][c] = units
        # chemistry mix of all components of (p, k) that entered use in cohort c
        self.mix: dict[tuple[Any, Any], dict[int, dict[Any, float]]] = {}
        for p, k in v.pairs:
            self.mix[p, k] = {}
            for c in self.in_use[p]:
                self.mix[p, k][c] = {
                    h: v.get("initial_chemistry_share", region=region, cohort=c, product=p, component=k, chemistry=h)
                    for h in v.chemistries
                }
        # U[c][d], only where component lifetimes are on in some region; a first part is as old as its product
        self.parts: dict[tuple[Any, Any], dict[int, dict[Any, float]]] = {}
        for p, k in v.pairs:
            if any(v.lifetime_terms("component_lifetime", region=r, product=p, component=k) for r in v.regions):
                self.parts[p, k] = {c: {c: units} for c, units in self.in_use[p].items()}
        # mean content of one component where some came from another region, by (p, k, year of making)
        self.blend: dict[tuple[Any, Any, int], dict[Any, Material]] = {}
        # S5 by (p,k,h), S7 by (k,h) and entry year, S8 by (k,h,q)
        self.hibernation: dict[tuple[Any, Any, Any], Material] = {
            (p, k, h): self.nothing() for p, k in v.pairs for h in v.chemistries
        }
        self.second_life: dict[tuple[Any, Any], dict[int, Material]] = {
            (k, h): {} for k in v.components for h in v.chemistries
        }
        self.feed_store: dict[tuple[Any, Any, str], Material] = {
            (k, h, q): self.nothing() for k in v.components for h in v.chemistries for q in SCRAP
        }
        for k in v.components:
            for h in v.chemistries:
                store = v.get("initial_scrap_store", region=region, component=k, chemistry=h)
                self.feed_store[k, h, "old"]["mass"] = store
                for e in v.elements:
                    grade = v.get("initial_scrap_grade", region=region, component=k, chemistry=h, element=e)
                    self.feed_store[k, h, "old"][e] = store * grade
        self.stockpile: dict[Any, float] = {e: v.get("initial_stockpile", region=region, element=e) for e in v.elements}
        self.sink: Material = self.nothing()
        # plants[w]: (first year, first year no longer, capacity); filled when investment starts
        self.plants: dict[Any, list[tuple[int, int, float]]] = {w: [] for w in v.routes}
        self.building = False
        self.throughput: dict[Any, float] = dict.fromkeys(v.routes, 0.0)  # processed before this year
        self.programme = 0.0  # A of the knowledge stock KS = KS0 + A
        self.certificate: dict[Any, float] = dict.fromkeys(v.elements, 0.0)
        self.credits: dict[Any, dict[int, float]] = {e: {} for e in v.elements}  # by year of issue
        self.collection_rate: dict[tuple[Any, Any], float] = {}
        self.mix_shift: dict[tuple[Any, Any, Any], float] = {}  # D of step 2
        self.supply_factor: dict[Any, float] = dict.fromkeys(v.elements, 1.0)
        self.carried: dict[Any, float] = dict.fromkeys(v.products, 0.0)
        # bases of the budgets, of last year (None before the run)
        self.base_collection: dict[tuple[Any, Any], float] | None = None
        self.base_secondary: dict[Any, float] | None = None
        self.base_orders: dict[Any, float] | None = None
        # history
        self.realised: dict[Any, dict[int, float]] = {e: {} for e in v.elements}  # R' by year
        self.sold_mass: dict[tuple[Any, Any], dict[int, float]] = {pair: {} for pair in v.pairs}

    def nothing(self) -> Material:
        """A material of zeros."""
        return dict.fromkeys(self.values.layers, 0.0)

    def content(self, p: Any, k: Any, h: Any, cohort: int) -> Material:
        """Element content and component mass of one component made in a year, t/unit."""
        if (p, k, h, cohort) in self.contents:
            return self.contents[p, k, h, cohort]
        v = self.values
        where = {"region": self.region, "cohort": cohort, "product": p, "component": k, "chemistry": h}
        found = {e: v.get("content", element=e, **where) for e in v.elements}
        mass = v.get("component_mass", **where)
        if sum(found.values()) > mass * (1.0 + 1e-9):
            raise ValueError(f"content: elements outweigh the component at {where}")
        self.contents[p, k, h, cohort] = {**found, "mass": mass}
        return self.contents[p, k, h, cohort]

    def parts_of(self, p: Any, k: Any) -> dict[int, dict[Any, float]]:
        """U[c][d]; where component lifetimes are off every product carries the part it was sold with."""
        if (p, k) in self.parts:
            return self.parts[p, k]
        return {c: {c: units} for c, units in self.in_use[p].items()}


class Year:
    """Everything worked out in one region and year; each step fills some of it."""

    def __init__(self, values: Values, state: State, results: PlainResults, region: Any, time: int) -> None:
        self.v = values
        self.s = state
        self.results = results
        self.r = region
        self.t = time
        self.first = time == values.first_year
        self.year_end_feed: dict[tuple[Any, Any, str], Material] = {}
        self.year_end_hibernation: dict[tuple[Any, Any, Any], Material] = {}
        self.new_scrap: dict[tuple[Any, Any], Material] = {}
        self.first_year_pool: dict[tuple[Any, Any], float] = dict.fromkeys(values.pairs, 0.0)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{name} is not worked out yet in {self.r}, {self.t}")

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def get(self, name: str, **labels: Any) -> Any:
        """Parameter of this region and year."""
        return self.v.get(name, region=self.r, time=self.t, **labels)

    def saw(self, branch: str, happened: bool = True) -> None:
        """Count a special case of the equations, so that tests can ask whether random systems came to it."""
        if happened:
            assert branch in BRANCHES, branch
            self.results.branches[branch] += 1

    def flow(self, name: str, value: float, **labels: Any) -> None:
        """Add to a flow of one layer."""
        self.results.put("flows", name, value, region=self.r, time=self.t, **labels)

    def flow_material(self, name: str, material: Material, **labels: Any) -> None:
        """Add to a flow in all layers."""
        self.results.put_material("flows", name, material, region=self.r, time=self.t, **labels)

    def stock_material(self, name: str, material: Material, **labels: Any) -> None:
        """Add to a stock in all layers."""
        self.results.put_material("stocks", name, material, region=self.r, time=self.t, **labels)

    def item(self, name: str, value: float, **labels: Any) -> None:
        """Set an item result."""
        self.results.put("items", name, value, region=self.r, time=self.t, **labels)

    def cohort(self, name: str, value: float, **labels: Any) -> None:
        """Set a result by cohort."""
        self.results.put("cohorts", name, value, region=self.r, time=self.t, **labels)

    def note(self, name: str, value: Any, **labels: Any) -> None:
        """Set a policy result."""
        self.results.put("policy", name, value, region=self.r, time=self.t, **labels)

    def lifetime(self, c: int, p: Any) -> Lifetime:
        """Lifetime of the products of a cohort."""
        found = self.v.lifetime_terms("lifetime", region=self.r, cohort=c, product=p)
        if found is None:
            raise ValueError(f"lifetime is missing at {self.r}, {c}, {p}")
        return Lifetime(*found, self.v.timing)

    def part_lifetime(self, p: Any, k: Any) -> Lifetime | None:
        """Lifetime of a component, None where component lifetimes are off."""
        found = self.v.lifetime_terms("component_lifetime", region=self.r, product=p, component=k)
        return None if found is None else Lifetime(*found, self.v.timing)

    def second_lifetime(self, k: Any) -> Lifetime:
        """Lifetime in second life, by default 8 years fixed."""
        found = self.v.lifetime_terms("second_lifetime", region=self.r, component=k)
        return Lifetime(*(found or ("fixed", {"mean": 8.0})), self.v.timing)

    def feed_later(self, k: Any, h: Any, q: str, material: Material) -> None:
        """Add scrap that reaches the feed store at year end."""
        add_material(self.year_end_feed.setdefault((k, h, q), self.s.nothing()), material)

    def new_scrap_flow(self, k: Any, h: Any, material: Material) -> None:
        """Add to this year's flow of new scrap, by class."""
        add_material(self.new_scrap.setdefault((k, h), self.s.nothing()), material)

    def hibernating_later(self, p: Any, k: Any, h: Any, material: Material) -> None:
        """Add discards that hibernate; they can be released from next year on."""
        add_material(self.year_end_hibernation.setdefault((p, k, h), self.s.nothing()), material)

    def material(self, p: Any, k: Any, cohort: int, units: float) -> dict[Any, Material]:
        """Material by chemistry of some components of (p, k) made in a cohort."""
        if (p, k, cohort) in self.s.blend:
            return {h: scaled(one, units) for h, one in self.s.blend[p, k, cohort].items()}
        mix = self.s.mix[p, k][cohort]
        return {h: scaled(self.s.content(p, k, h, cohort), units * mix[h]) for h in self.v.chemistries if mix[h] > 0.0}


def total_mass(materials: Iterable[Material]) -> float:
    """Component mass of several materials, t."""
    return sum(material["mass"] for material in materials)

"""Runs of the shipped scenarios, each made once, and the quantities that pages and tests take out of them.

A run is named by its scenario, Japan's without ``japan-`` (`vision`, `eu27-reference`), or by one of the `VARIATIONS`
below: a scenario with one thing changed, which shows why the scenario comes out as it does.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

import mfa
from mfa.indicators.cost import cost_per_tonne_import_avoided
from mfa.inputs import load_scenario
from mfa.inputs.scenario import Scenario, scenario_files

ELEMENTS = ("Li", "Co", "Ni", "Nd", "Pr", "Dy", "Tb")
BATTERIES, MAGNETS = ("traction_battery", "small_battery"), ("traction_magnet", "other_magnet")
LITHIUM_ROUTES = ("pyro", "hydro", "pyro_hydro", "direct")
FIRST, LAST = 2027, 2050
"""Years over which cost is added up: from the first year of the policies."""
DISCOUNT = 0.04
"""Real rate at which cost is brought to the first year, an assumption; tonnes are not discounted."""


class Run:
    """Results of one scenario by labels, for its first region unless another one is named."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.results = mfa.run(scenario)
        self.labels = self.results.labels
        self.years = [int(year) for year in self.results.years]

    def of(self, group: str, name: str, year: int | None = None, region: str | None = None, **labels: Any) -> Any:
        """Sum of a variable over all labels but those given: one label, or several of which the sum is taken.

        Without a year the result runs over time. A dim may be kept by naming it with None.
        """
        dims = self.results.dims(group, name)
        array = self.results.arrays(group)[name][0]
        for axis, dim in reversed(list(enumerate(dims))):
            if dim == "region":
                place = 0 if region is None else self.labels["region"].index(region)
                array = np.take(array, place, axis=axis)
            elif dim == "time":
                array = array if year is None else np.take(array, self.years.index(year), axis=axis)
            elif dim not in labels:
                array = array.sum(axis=axis)
            elif labels[dim] is not None:
                wanted = [labels[dim]] if isinstance(labels[dim], str) else list(labels[dim])
                places = [list(self.labels[dim]).index(label) for label in wanted]
                array = np.take(array, places, axis=axis).sum(axis=axis)
        return array if array.ndim else float(array)

    # ------------------------------------------------------------------ metal

    def policy(self, name: str, year: int | None = None, element: Any = None, region: str | None = None) -> Any:
        """A policy result of one element, or an array over several or all."""
        found = self.of("policy", name, year, region, element=element if isinstance(element, str) else None)
        if element is None or isinstance(element, str):
            return found
        return found[..., [self.labels["element"].index(label) for label in element]]

    def import_share(self, year: int, element: Any = None) -> Any:
        """Import requirement J/R of one element, or an array over several or all."""
        return self.policy("import_need", year, element) / self.policy("requirement", year, element)

    def unmet(self, year: int, element: str, region: str | None = None) -> float:
        """Share of the need not met."""
        short = self.policy("unmet_demand", year, element, region)
        return float(short / self.policy("requirement", year, element, region))

    def indicator(self, name: str, year: int, element: str) -> float:
        """An indicator."""
        return float(self.of("indicators", name, year, element=element))

    def largest_origin(self, year: int, element: str) -> float:
        """Share of the largest origin in imports."""
        imports = self.of("flows", "imports", year, element=element, origin=None)
        return float(imports.max() / imports.sum())

    # ------------------------------------------------------------------ things and money

    def pair(self, name: str, year: int, product: str, component: str) -> float:
        """A policy result of one product and component."""
        return float(self.of("policy", name, year, product=product, component=component))

    def mass(self, name: str, year: int, components: Iterable[str], **labels: Any) -> float:
        """Component mass of a flow or stock, t."""
        return float(self.of("components", name, year, component=components, **labels))

    def route(self, name: str, year: int | None, routes: Any) -> Any:
        """A policy result of one route, or the sum over several."""
        return self.of("policy", name, year, route=routes)

    def money(self, name: str, first: int = FIRST, last: int = LAST, group: str = "policy") -> float:
        """Money of a span of years, both included."""
        path = self.of(group, name)
        return float(path[self.years.index(first) : self.years.index(last) + 1].sum())

    def supported(self, base: Run) -> float:
        """What the state pays more than in the base; penalties that it takes in are not set against it."""
        gross = [one.money("public_cost", group="indicators") + one.charged() for one in (self, base)]
        return round(gross[0] - gross[1], 2) + 0.0  # below a cent is rounding of the large sums

    def charged(self) -> float:
        """Penalties and buy-outs that makers pay to the state."""
        return sum(self.money(name) for name in ("quota_charge", "content_charge", "floor_charge"))

    def cost_per_tonne(self, base: Run, elements: Iterable[str]) -> float:
        """Social cost of each tonne of import avoided from 2027 to 2060, the elements added up."""
        found = cost_per_tonne_import_avoided(
            self.results, base.results, DISCOUNT, elements=list(elements), first=FIRST, last=self.years[-1]
        )
        return float(found.isel(region=0).pint.magnitude)


def later(shocks: list[dict[str, dict[str, Any]]], years: int) -> list[dict[str, dict[str, Any]]]:
    """The same shocks some years later."""
    shocks = copy.deepcopy(shocks)
    for shock in shocks:
        for said in shock.values():
            for key in ("year", "from", "to"):
                if key in said:
                    said[key] += years
    return shocks


def _shocks(name: str) -> list[dict[str, dict[str, Any]]]:
    return copy.deepcopy(load_scenario(f"japan-{name}").settings["shocks"])


def _support(*names: str) -> dict[str, Any]:
    policy = load_scenario("japan-magnet-grants").resolved()["policy"]
    return {"policy": {name: policy[name] for name in names}}


BAN = "heavy-rare-earth-ban"
# name: scenario, and what is changed in it
VARIATIONS: dict[str, tuple[str, Any]] = {
    "vision-without-floors": (
        "vision", lambda: {"variants.recovery_floor": None, "policy.floor_penalty": "0 USD_2024/t"}
    ),
    "market-fast-growth": ("market", lambda: {"overrides.growth_limit": "0.6 1/yr"}),
    "recycled-content-fast-growth": ("recycled-content", lambda: {"overrides.growth_limit": "0.6 1/yr"}),
    "vision-fast-growth": ("vision", lambda: {"overrides.growth_limit": "0.6 1/yr"}),
    "grants-for-plants-alone": ("market", lambda: _support("capex_grant", "grant_budget")),
    "ban-ten-years-later": ("market", lambda: {"shocks": later(_shocks(BAN), 10)}),
    "ban-ten-years-later-vision": ("vision", lambda: {"shocks": later(_shocks(BAN), 10)}),
    "ban-with-60-days": ("stockpile-60", lambda: {"shocks": _shocks(BAN)}),
    "ban-with-pool-closed": (
        f"{BAN}-joint-stockpile", lambda: {"policy.joint_pool": [{"from": 2026, "value": False}]}
    ),
    "ban-without-shock": (BAN, lambda: {"shocks": []}),
    "cobalt-quota-with-60-days": ("stockpile-60", lambda: {"shocks": _shocks("cobalt-quota")}),
    "nickel-ore-ban-alone": ("nickel-ore-ban", lambda: {"shocks": _shocks("nickel-ore-ban")[:1]}),
    "nickel-ore-ban-with-60-days": ("stockpile-60", lambda: {"shocks": _shocks("nickel-ore-ban")}),
    "component-life-no-reuse": ("component-life", lambda: {"overrides.reuse_share": 0}),
    "component-life-no-replacement": ("component-life", lambda: {"overrides.replacement_max_age": "0 yr"}),
    "eu27-trade-of-cars-alone": (
        "eu27-trade", lambda: {"policy.scrap_export_share": 0, "policy.scrap_export_destination": 0}
    ),
    "crisis-without-shock": ("2010-crisis", lambda: {"shocks": []}),
    "crisis-dear": ("2010-crisis", lambda: {"overrides.scarcity_exponent": 36, "overrides.price_cap": 15}),
    "crisis-dear-responsive": (
        "2010-crisis",
        lambda: {
            "overrides.scarcity_exponent": 36,
            "overrides.price_cap": 15,
            "overrides.substitution_response": [
                {"component": ["traction_magnet", "other_magnet"], "value": "1.5e-4 t/USD_2024"}
            ],
        },
    ),
}  # fmt: skip


def full_name(name: str) -> str:
    """Name of the file of a scenario that is named without `japan-`."""
    return name if name in scenario_files() else f"japan-{name}"


@functools.cache
def run(name: str) -> Run:
    """A shipped scenario, Japan's without `japan-`, or a variation."""
    if name in VARIATIONS:
        scenario, changes = VARIATIONS[name]
        return changed(scenario, changes())
    return Run(load_scenario(full_name(name)))


def changed(name: str, changes: Mapping[str, Any]) -> Run:
    """A shipped scenario with something changed; not kept."""
    return Run(load_scenario(full_name(name)).with_changes(dict(changes)))

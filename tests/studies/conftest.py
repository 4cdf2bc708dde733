"""Runs made by hand: two years, two elements, one origin; every figure is what a case says, or 0."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from mfa.indicators import reason_code
from mfa.results import Results
from mfa.vocabulary import FLOWS, INDICATORS, ITEMS, POLICY

YEARS = (2030, 2031)
ELEMENTS = ("Co", "Dy")
RATE = 0.1


class HandResults:
    """Builds `Results` of regions, years and elements of which only what is named differs from 0."""

    def __init__(self, years=YEARS, elements=ELEMENTS, regions=("here",), products=("car", "phone"), samples=0):
        self.years = np.array(years)
        self.labels = {
            "region": list(regions),
            "origin": ["A", "B"],
            "product": list(products),
            "component": ["battery"],
            "chemistry": ["NMC"],
            "element": list(elements),
            "route": ["hydro"],
        }
        self.samples = samples
        size = {name: len(found) for name, found in self.labels.items()} | {"time": len(years), "scrap": 3}

        def zeros(table, *names):
            return {name: np.zeros((max(samples, 1), *(size[dim] for dim in table[name].dims))) for name in names}

        self.flows = zeros(FLOWS, "imports")
        self.policy = zeros(POLICY, "requirement", "unmet_demand")
        self.items = zeros(ITEMS, "unmet_units")
        self.indicators = zeros(INDICATORS, *INDICATORS)
        self.reasons = {name: np.zeros(array.shape, np.int8) for name, array in self.indicators.items()}
        self.policy["requirement"] += 100.0
        self.given = {"discount_rate": RATE}

    def imports(self, values, region=0):
        """Imports from origin A, t/yr: a row for each year, a column for each element."""
        self.flows["imports"][:, region, 0] = values
        self.indicators["import_requirement"][:, region] = np.asarray(values) / 100.0
        return self

    def indicator(self, name, values, region=0):
        self.indicators[name][:, region] = values
        return self

    def reason(self, name, text, year, element):
        self.reasons[name][:, 0, year, element] = reason_code(text)
        return self

    def unmet(self, values, units=0.0, region=0):
        """Unmet demand, t/yr, as `imports`; units of the first product not sold in each year."""
        self.policy["unmet_demand"][:, region] = values
        self.indicators["unmet_share"][:, region] = np.asarray(values) / 100.0
        self.items["unmet_units"][:, region, :, 0] = units
        return self

    def ban(self, share, year, origin=0, region=0):
        array = xr.DataArray(np.zeros((len(self.labels["region"]), 2, len(self.years), len(self.labels["element"]))))
        array = array.rename(dict(zip(array.dims, ("region", "origin", "time", "element"), strict=True)))
        array[region, origin, list(self.years).index(year)] = share
        self.given["ban"] = array
        return self

    def done(self, name, money="USD_2024", **attrs):
        labels = dict(self.labels)
        if self.samples:
            labels["sample"] = list(range(self.samples))
        inputs = SimpleNamespace(arrays=self.given, labels=self.labels, years=self.years, money=money)
        arrays = {
            "flows": self.flows,
            "policy": self.policy,
            "items": self.items,
            "indicators": self.indicators,
            "reasons": self.reasons,
        }
        return Results.from_arrays(arrays, labels, self.years, money, {"scenario": name, **attrs}, inputs)


@pytest.fixture
def one_product(tmp_path, monkeypatch):
    """1000 phones a year, 10 kg Co and 2 kg Li each, discarded after 2 years; all that is collected is recycled."""
    from tests.studies.one_product import write_one_product

    monkeypatch.chdir(tmp_path)
    return write_one_product(tmp_path)


@pytest.fixture
def uncertain_product(tmp_path, monkeypatch):
    """The same country, uncertain in what is collected, what is recovered, and cobalt in a phone."""
    from tests.studies.one_product import write_uncertain_product

    monkeypatch.chdir(tmp_path)
    return write_uncertain_product(tmp_path)


@pytest.fixture
def hand():
    return HandResults


@pytest.fixture
def base_run(hand):
    """Imports of 50 and 60 t of Co and 5 t of Dy; social cost 100 and 110, public cost 0."""
    return hand().imports([[50, 5], [60, 5]]).indicator("social_cost", [100, 110]).done("base")


@pytest.fixture
def policy_run(hand):
    """Imports of 40 t of Co in both years, Dy as the base; social cost 400 and 660, public cost 11 and 11."""
    run = hand().imports([[40, 5], [40, 5]])
    return run.indicator("social_cost", [400, 660]).indicator("public_cost", [11, 11]).done("policy")


def small_inputs(name, years=range(2024, 2034), **changes):
    """A country in which 1000 cars a year hold 10 kg of cobalt each, bought from A (60 %) and B, and last 3 years."""
    import mfa

    arrays = {
        "sales": xr.DataArray(1000.0),
        "lifetime": mfa.Lifetime.fixed(mean="3 yr"),
        "chemistry_share": xr.DataArray([[1.0]], coords={"component": ["battery"], "chemistry": ["NMC"]}),
        "content": xr.DataArray([0.01], coords={"element": ["Co"]}),
        "component_mass": 0.1,
        "recovery_yield": xr.DataArray([0.9], coords={"route": ["hydro"]}),
        "import_share": xr.DataArray([0.6, 0.4], coords={"origin": ["A", "B"]}),
        "base_price": 30000.0,
        "base_collection_rate": 0.2,
        "collection_cost": 100.0,
        **changes,
    }
    return mfa.Inputs(arrays, years=years, money="USD_2024", attrs={"scenario": name})

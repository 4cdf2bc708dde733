"""Runs made by hand: all arrays zero but those that a case names."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from mfa.vocabulary import FLOWS, PARAMETERS, POLICY, STOCKS


class HandRun:
    """Plain arrays of a run with a sample, regions, origins A B mud, products p q, one component, elements."""

    def __init__(self, years=(2030,), elements=("Co",), origins=("A", "B", "mud"), products=("p", "q"), samples=1):
        self.years = np.array(years)
        labels = {
            "region": ["here"],
            "origin": list(origins),
            "product": list(products),
            "component": ["battery"],
            "chemistry": ["NMC"],
            "element": list(elements),
            "route": ["hydro", "pyro"],
        }
        size = {name: len(items) for name, items in labels.items()} | {"time": len(years), "scrap": 3}
        self.plain = {
            group: {name: np.zeros((samples, *(size[dim] for dim in entry.dims))) for name, entry in table.items()}
            for group, table in (("flows", FLOWS), ("stocks", STOCKS), ("policy", POLICY))
        }
        self.inputs = SimpleNamespace(arrays={}, labels=labels, years=self.years)
        if "mud" in labels["origin"]:
            self.give("origin_domestic", [origin == "mud" for origin in labels["origin"]], "origin")

    def flow(self, name, value, **where):
        """Set a flow: at an index by dim, evenly 0 elsewhere; a dim that is not named takes index 0, time and
        element take all."""
        self._set("flows", FLOWS, name, value, where)

    def policy(self, name, value, **where):
        self._set("policy", POLICY, name, value, where)

    def stock(self, name, value, **where):
        self._set("stocks", STOCKS, name, value, where)

    def _set(self, group, table, name, value, where):
        free = {"time", "element"}
        index = tuple(where.get(dim, slice(None) if dim in free else 0) for dim in table[name].dims)
        self.plain[group][name][(slice(None), *index)] = value

    def give(self, name, values, *dims):
        unknown = set(dims) - {*PARAMETERS[name].dims, "sample"}
        assert not unknown, unknown
        self.inputs.arrays[name] = xr.DataArray(np.asarray(values), dims=dims)


@pytest.fixture
def hand_run():
    return HandRun


@pytest.fixture
def worked_year():
    """The worked year of the specification: R 1000, secondary 200 (old scrap), primary 50, A 225, B 330, release 60."""
    run = HandRun()
    run.flow("secondary", 200.0, scrap=0)
    run.flow("primary", 50.0, origin=2)
    run.flow("imports", 225.0, origin=0)
    run.flow("imports", 330.0, origin=1)
    run.flow("stock_release", 60.0)
    run.policy("requirement", 1000.0)
    run.policy("import_need", 750.0)
    run.policy("realised_requirement", 865.0)
    run.policy("domestic_use", 200.0)
    run.give("equity_share", [0.0, 0.5, 0.0], "origin")
    return run

"""Tiny systems for cases worked out by hand: run by the engine, through `mfa.run(mfa.Inputs(...))`, and by the plain
model, which must agree in everything before a case looks at a single number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import xarray as xr

import mfa
from mfa.vocabulary import QUOTA_STATES
from tests.engine.systems import differences, engine_inputs
from tests.plain_model import PlainResults, run_plain, worst_residual
from tests.plain_model.values import LIFETIMES

ONE = "all"
"""Label of a dim that no array of a case names."""
LABELLED = ("region", "origin", "product", "component", "chemistry", "element", "route")


def array(values: Any, **coords: list[Any]) -> xr.DataArray:
    """Labelled array."""
    return xr.DataArray(values, dims=list(coords), coords=coords)


def path(*values: Any) -> xr.DataArray:
    """Values of the years from 2020 on."""
    return array(list(values), time=list(range(2020, 2020 + len(values))))


class Tiny:
    """Results of a tiny system, read by name, year and label; a dim of one label needs no naming."""

    def __init__(self, engine: mfa.Results, plain: PlainResults) -> None:
        self.engine, self.plain = engine, plain

    def get(self, name: str, year: int = 2020, **labels: Any) -> float:
        """A flow, stock or item, summed over the dims that are not named; or one policy result or indicator."""
        group = next(
            group for group in ("flows", "stocks", "items", "policy", "indicators") if name in self.engine.arrays(group)
        )
        return self._cell(group, name, year, labels)

    def mass(self, name: str, year: int = 2020, **labels: Any) -> float:
        """Component mass of a flow or stock, summed over the dims that are not named."""
        return self._cell("components", name, year, labels)

    def path(self, name: str, **labels: Any) -> list[float]:
        """`get` for every year."""
        return [self.get(name, year, **labels) for year in self.engine.years.tolist()]

    def state(self, year: int = 2020, **labels: Any) -> str:
        """State of the collection quota."""
        return QUOTA_STATES[int(self._cell("policy", "quota_state", year, labels))]

    def _cell(self, group: str, name: str, year: int, labels: Mapping[str, Any]) -> float:
        dims = self.engine.dims(group, name)
        unknown = set(labels) - set(dims)
        assert not unknown, f"{name} has no {unknown}"
        known = {**self.engine.labels, "time": self.engine.years.tolist()}
        wanted = {**labels, "time": year}
        index = tuple(known[dim].index(wanted[dim]) if dim in wanted else slice(None) for dim in dims)
        found = self.engine.arrays(group)[name][0][index]
        assert group not in ("policy", "indicators") or found.size == 1, f"name the labels of {name}: {dims}"
        return float(found.sum())


def system(years: int = 1, **given: Any) -> Tiny:
    """One of everything: 1 t components with 0.1 t of one element, sold 100 a year from 2020, used ten years."""
    arrays: dict[str, Any] = {
        "sales": 100.0,
        "lifetime": {"survival": "fixed", "mean": 10.0},
        "chemistry_share": 1.0,
        "content": 0.1,
        "component_mass": 1.0,
        "recovery_yield": 1.0,
        "import_share": 1.0,
        **given,
    }
    run_years = range(2020, 2020 + years)
    lifetimes = {name: arrays.pop(name) for name in LIFETIMES if name in arrays}
    arrays = {name: value for name, value in arrays.items() if value is not None}
    named = {str(dim) for value in arrays.values() if isinstance(value, xr.DataArray) for dim in value.dims}
    terms = [term for given_terms in lifetimes.values() for term in given_terms.values()]
    named |= {str(dim) for term in terms if isinstance(term, xr.DataArray) for dim in term.dims}
    labels = {dim: [ONE] for dim in LABELLED if dim not in named}
    engine = mfa.run(engine_inputs(arrays, run_years, lifetimes, labels))
    plain = run_plain({**arrays, **lifetimes}, run_years)
    assert worst_residual(plain)[0] <= 1.0
    assert differences(engine, plain) == []
    return Tiny(engine, plain)


def scrap_system(years: int = 1, **given: Any) -> Tiny:
    """100 t of old components (10 t of element) discarded in 2020 and again in 2021; scrap is worth 100 money/t."""
    inputs: dict[str, Any] = {
        "sales": 0.0,
        "initial_stock": array([100.0, 100.0], cohort=[2018, 2019]),
        "initial_chemistry_share": 1.0,
        "lifetime": {"survival": "fixed", "mean": 2.0},
        "base_price": 1000.0,  # 0.1 * 1000 = 100 a tonne of component
        "base_collection_rate": 0.5,
        "base_scrap_value": 100.0,
        **given,
    }
    return system(years, **inputs)


ORIGINS = ["A", "B", "mud"]


def by_origin(a: Any, b: Any, mud: Any) -> xr.DataArray:
    """Values of the origins of the worked year."""
    return array([a, b, mud], origin=ORIGINS)


def worked_year(**given: Any) -> Tiny:
    """The worked year of the specification: R = 1000 t of other need, 200 t of secondary metal from old scrap, 50 t of
    domestic mud; of the rest A delivers 60 %, half of it banned, and B 40 %, with a headroom of 10 %; 60 t in stock."""
    inputs: dict[str, Any] = {
        "sales": 0.0,
        "other_need": 1000.0,
        "initial_scrap_store": 200.0,
        "initial_scrap_grade": 1.0,
        "origin_domestic": by_origin(False, False, True),
        "primary_capacity": by_origin(0.0, 0.0, 50.0),
        "import_share": by_origin(0.6, 0.4, 0.0),
        "ban": by_origin(0.5, 0.0, 0.0),
        "headroom": by_origin(0.0, 0.1, 0.0),
        "equity_share": by_origin(0.0, 0.5, 0.0),
        "initial_stockpile": 60.0,
        "base_price": 1.0,
        **given,
    }
    return system(**inputs)

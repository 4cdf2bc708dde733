"""Small systems with one of everything, for cases worked out by hand."""

from __future__ import annotations

from typing import Any

import xarray as xr

from .balance import worst_residual
from .results import PlainResults
from .run import run_plain

ONE = "all"
"""Label of a dim that no array has."""


def array(values: Any, **coords: list[Any]) -> xr.DataArray:
    """Labelled array."""
    return xr.DataArray(values, dims=list(coords), coords=coords)


def system(years: int = 1, **given: Any) -> PlainResults:
    """One of everything: 1 t components with 0.1 t of one element, sold 100 a year from 2020, used ten years."""
    arrays: dict[str, Any] = {
        "sales": 100.0,
        "lifetime": {"survival": "fixed", "mean": 10.0},
        "chemistry_share": 1.0,
        "content": 0.1,
        "component_mass": 1.0,
        "recovery_yield": 1.0,
        "import_share": 1.0,
    }
    arrays.update(given)
    arrays = {name: value for name, value in arrays.items() if value is not None}
    results = run_plain(arrays, range(2020, 2020 + years))
    assert worst_residual(results)[0] <= 1.0
    return results


def policy(results: PlainResults, name: str, year: int = 2020, **labels: Any) -> Any:
    """A policy result of the one-of-everything system."""
    return _cell(results, "policy", name, year, labels)


def item(results: PlainResults, name: str, year: int = 2020, **labels: Any) -> Any:
    """An item result of the one-of-everything system."""
    return _cell(results, "items", name, year, labels)


def flow(results: PlainResults, name: str, year: int = 2020, element: str = ONE, region: str = ONE) -> float:
    """A flow or stock, summed over all but region, year and element."""
    return results.total(name, region, year, element)


def _cell(results: PlainResults, group: str, name: str, year: int, labels: dict[str, Any]) -> Any:
    usual = dict.fromkeys(("region", "product", "component", "chemistry", "element", "route"), ONE)
    return results.cell(group, name, **{**usual, "time": year, **labels})


def worked_year(**given: Any) -> PlainResults:
    """R = 1000 of other need, 200 t of old-scrap metal, 50 t primary; A 60 %, B 40 %, half of A banned."""
    origins = ["A", "B", "mud"]
    inputs: dict[str, Any] = {
        "sales": 0.0,
        "other_need": 1000.0,
        "initial_scrap_store": 200.0,
        "initial_scrap_grade": 1.0,
        "origin_domestic": array([False, False, True], origin=origins),
        "primary_capacity": array([0.0, 0.0, 50.0], origin=origins),
        "import_share": array([0.6, 0.4, 0.0], origin=origins),
        "ban": array([0.5, 0.0, 0.0], origin=origins),
        "headroom": array([0.0, 0.1, 0.0], origin=origins),
        "equity_share": array([0.0, 0.5, 0.0], origin=origins),
        "initial_stockpile": 60.0,
        "base_price": 1.0,
        **given,
    }
    return system(**inputs)


def scrap_system(years: int = 1, **given: Any) -> PlainResults:
    """100 t of old components (10 t of element) discarded in 2020 and again in 2021; scrap is worth 100 money/t."""
    cohorts = [2018, 2019, 2020, 2021, 2022]
    inputs: dict[str, Any] = {
        "sales": 0.0,
        "initial_stock": array([100.0, 100.0, 0.0, 0.0, 0.0], cohort=cohorts),
        "initial_chemistry_share": 1.0,
        "lifetime": {"survival": "fixed", "mean": 2.0},
        "base_price": 1000.0,  # 0.1 * 1000 = 100 a tonne of component
        "base_collection_rate": 0.5,
        "base_scrap_value": 100.0,
        **given,
    }
    return system(years, **inputs)

"""Numbers at the ends of what can be said: balances hold, nothing overflows, numpy has nothing to warn of."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import mfa
from mfa.inputs import InputWarning
from tests.tiny_systems import array

DAY = 1.0 / 365.0
LIFETIMES = {
    "fixed": lambda mean: mfa.Lifetime.fixed(mean=mean),
    "exponential": lambda mean: mfa.Lifetime.exponential(mean=mean),
    "weibull": lambda mean: mfa.Lifetime.weibull(shape=2.5, scale=mean),
    "normal": lambda mean: mfa.Lifetime.normal(mean=mean, sd=0.3 * mean),
    "lognormal": lambda mean: mfa.Lifetime.lognormal(mean=mean, sd=0.5 * mean),
    "logistic": lambda mean: mfa.Lifetime.logistic(mean=mean, scale=0.2 * mean),
}


@pytest.fixture(autouse=True)
def every_warning_is_an_error() -> Iterator[None]:
    """Numbers that are too small to be told from 0 may become 0; all else that numpy warns of ends the test."""
    with warnings.catch_warnings(), np.errstate(over="raise", divide="raise", invalid="raise"):
        warnings.simplefilter("error", RuntimeWarning)
        yield


def country(years: int = 60, lifetime: Any = 8.0, **given: Any) -> mfa.Results:
    """Cars with batteries: collected for their worth up to a quota, recycled in new plants, a ban, a stockpile, prices
    that answer to scarcity, so that every step of a year has something to do."""
    arrays: dict[str, Any] = {
        "sales": 100.0,
        "lifetime": mfa.Lifetime.weibull(shape=2.5, scale=lifetime) if isinstance(lifetime, float) else lifetime,
        "chemistry_share": 1.0,
        "content": array([0.1, 0.01], element=["Co", "Dy"]),
        "component_mass": 1.0,
        "recovery_yield": array([0.9, 0.8], route=["hydro", "pyro"]),
        "import_share": array([0.6, 0.4], origin=["A", "B"]),
        "base_price": 1000.0,
        "base_collection_rate": 0.3,
        "max_collection_rate": 0.9,
        "base_scrap_value": 100.0,
        "collection_elasticity": 0.8,
        "collection_quota": 0.6,
        "collection_penalty": 50.0,
        "hibernation_share": 0.1,
        "hibernation_release": 0.2,
        "second_life_share": 0.1,
        "opex": 10.0,
        "route_choice": 0.05,
        "invest": True,
        "initial_capacity": 10.0,
        "capex": 100.0,
        "scarcity_exponent": 0.5,
        "stockpile_days": 30.0,
        "ban": array([0.2, 0.0], origin=["A", "B"]),
        "headroom": array([0.0, 0.1], origin=["A", "B"]),
        **given,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        return mfa.run(mfa.Inputs(arrays, range(1900, 1900 + years), money="USD_2024"))


def check(results: mfa.Results) -> None:
    """No NaN or infinity in flows and stocks, nothing below 0, indicators without a value only with a reason."""
    for group in ("flows", "stocks", "items", "components"):
        for name, values in results.arrays(group).items():
            assert np.isfinite(values).all(), name
            assert (values >= 0.0).all(), name
    for name, values in results.arrays("indicators").items():
        if values.dtype.kind == "f":
            assert not np.isinf(values).any(), name
            missing = np.isnan(values)
            if name in results.reason_codes:
                assert (results.reason_codes[name][missing] != 0).all(), name


@pytest.mark.parametrize("family", LIFETIMES)
@pytest.mark.parametrize("mean", [DAY, 0.1, 500.0, 5000.0])
def test_lifetimes_from_a_day_to_millennia(family: str, mean: float) -> None:
    try:
        results = country(30, LIFETIMES[family](mean))
    except mfa.MfaError as error:  # what is sold in a year must be there at its end in part
        assert mean < 0.5 and "survival at age 0 is 0; nothing would be in use" in str(error)
        return
    check(results)
    sold = results.arrays("items")["sales_units"].sum()
    left = results.arrays("items")["stock_units"][:, :, -1].sum()
    assert left <= sold * (1.0 + 1e-12)
    if mean == 5000.0 and family != "exponential":
        assert left >= 0.98 * sold  # next to nothing is discarded in thirty years
    if mean == 0.1:
        assert left <= 0.05 * sold  # nothing gets old: what was sold last may just be there


@pytest.mark.parametrize("scale", [1e-12, 1e-6, 1e6, 1e12])
def test_masses_from_a_microgramme_to_a_million_million_tonnes(scale: float) -> None:
    """Components of 1e-12 to 1e12 t each: every mass is that of components of a tonne, times the scale."""
    given = {
        "component_mass": scale,
        "content": array([0.1 * scale, 0.01 * scale], element=["Co", "Dy"]),
        "initial_capacity": 10.0 * scale,
    }
    one, other = country(), country(**given)
    check(other)
    for group in ("flows", "stocks", "components"):
        for name, values in one.arrays(group).items():
            largest = max(float(np.abs(values).max()), 1e-300)
            np.testing.assert_allclose(
                other.arrays(group)[name] / scale, values, rtol=1e-9, atol=1e-9 * largest, err_msg=name
            )  # fmt: skip


def test_three_hundred_years() -> None:
    results = country(300)
    check(results)
    stock = results.arrays("stocks")["in_use"].sum(axis=(1, 3, 4))[0]  # by year and element
    np.testing.assert_allclose(stock[-1], stock[-2], rtol=1e-6)  # sales are even: the stock has long stopped growing
    assert stock[-1, 0] == pytest.approx(10.0 * stock[-1, 1])  # cobalt is ten times dysprosium in every product


@pytest.mark.parametrize("count", [1, 7, 60])
def test_one_to_sixty_products(count: int) -> None:
    """Sales of 100 spread over any number of equal products are sales of 100 of one."""
    names = [f"product {i}" for i in range(count)]
    results = country(40, sales=array([100.0 / count] * count, product=names))
    check(results)
    alone = country(40)
    for name in ("in_use", "feed_store"):
        axes = tuple(i + 1 for i, dim in enumerate(results.dims("stocks", name)) if dim not in ("time", "element"))
        np.testing.assert_allclose(
            results.arrays("stocks")[name].sum(axis=axes), alone.arrays("stocks")[name].sum(axis=axes), rtol=1e-8
        )  # fmt: skip


ZEROS = {
    "sales": {"sales": 0.0},
    "content": {"content": array([0.0, 0.0], element=["Co", "Dy"])},
    "prices": {"base_price": 0.0},
    "yields": {"recovery_yield": array([0.0, 0.0], route=["hydro", "pyro"])},
    "collection": {"base_collection_rate": 0.0, "collection_quota": 0.0, "max_collection_rate": 0.0},
    "capacity": {"initial_capacity": 0.0},
    "supply": {"ban": array([1.0, 1.0], origin=["A", "B"]), "headroom": 0.0, "stockpile_days": 0.0},
    "costs": {"opex": 0.0, "collection_penalty": 0.0},
    "choice": {"route_choice": 0.0, "invest_response": 0.0, "growth_limit": 0.0},
}


@pytest.mark.parametrize("which", [*ZEROS, "everything"])
def test_zero_anywhere(which: str) -> None:
    chosen = [ZEROS[which]] if which in ZEROS else list(ZEROS.values())
    given = {name: value for zero in chosen for name, value in zero.items()}
    results = country(20, **given)
    check(results)
    if which in ("sales", "content", "everything"):
        assert results.arrays("flows")["imports"].sum() == 0.0
        assert np.isnan(results.arrays("indicators")["import_requirement"]).all()


@pytest.mark.parametrize("price", [1e-12, 1e12])
def test_prices_of_any_size(price: float) -> None:
    results = country(40, base_price=price, base_scrap_value=0.1 * price, opex=0.01 * price, capex=0.1 * price,
                      collection_penalty=0.05 * price, route_choice=50.0 / price)  # fmt: skip
    check(results)
    plain = country(40)  # prices of 1000: the same in another money
    np.testing.assert_allclose(
        results.arrays("flows")["secondary"], plain.arrays("flows")["secondary"], rtol=1e-7, atol=1e-9
    )

"""Collection by hand: the answer to scrap value, the states of a quota, its charge, and the ramp.

`scrap_system`: 100 t of components worth 100 money/t are discarded in 2020 and in 2021, half are collected without any
measure. With elasticity 0.5 the rate is cr(V) = 1 - 0.5 (V/100)^-0.5.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.tiny_systems import array, path, scrap_system

CURVE: dict[str, Any] = {"collection_elasticity": 0.5, "max_collection_rate": 0.9}


def test_collection_answers_to_scrap_value() -> None:
    # V = 100 + subsidy 300 = 400: 1 - 0.5 * 4^-0.5 = 0.75; 75 t cost 75 * 300 in subsidies and 75 * 20 to collect
    run = scrap_system(collection_subsidy=300.0, collection_cost=20.0, **CURVE)
    assert run.get("scrap_value") == pytest.approx(400.0)
    assert run.get("collection_rate") == pytest.approx(0.75)
    assert run.get("collection_subsidy_paid") == pytest.approx(300.0 * 75.0)
    assert run.get("collection_cost_total") == pytest.approx(20.0 * 75.0)
    assert run.mass("uncollected") == pytest.approx(25.0)


def test_worthless_scrap_keeps_a_hundredth_of_its_base_value() -> None:
    # opex 1100 makes pi = 100 - 1100 = -1000; V = 0.01 * 100 = 1; 1 - 0.5 * 0.01^-0.5 = -4: nothing is collected
    run = scrap_system(opex=1100.0, **CURVE)
    assert run.get("scrap_value") == pytest.approx(1.0)
    assert run.get("collection_rate") == 0.0
    # without elasticity the rate is what it is
    assert scrap_system(opex=1100.0).get("collection_rate") == 0.5


def test_value_is_the_mean_over_chemistries_of_the_best_route() -> None:
    # 30 t of x at grade 0.1, 70 t of y at 0.2; routes a (opex 10) and b (opex 40, for y only, pays 1.5 of the price):
    # x: a 100 - 10 = 90; y: a 200 - 10 = 190, b 300 - 40 = 260; V = 0.3 * 90 + 0.7 * 260 = 209
    chemistries, routes = ["x", "y"], ["a", "b"]
    run = scrap_system(
        initial_chemistry_share=array([0.3, 0.7], chemistry=chemistries),
        chemistry_share=array([0.3, 0.7], chemistry=chemistries),
        content=array([0.1, 0.2], chemistry=chemistries),
        opex=array([10.0, 40.0], route=routes),
        payable_share=array([1.0, 1.5], route=routes),
        route_eligible=array([[True, False], [True, True]], chemistry=chemistries, route=routes),
        capacity=array([100.0, 0.0], route=routes),  # capacity does not matter to what scrap is worth
    )
    assert run.get("scrap_value") == pytest.approx(209.0)


@pytest.mark.parametrize(
    ("quota", "penalty", "state", "rate", "shadow"),
    [
        (0.4, None, "slack", 0.5, 0.0),
        # lam* = 100 * ((1 - 0.75)/(1 - 0.5))^-2 - 100 = 300
        (0.75, None, "binding", 0.75, 300.0),
        (0.75, 300.1, "binding", 0.75, 300.0),
        # 300 would be needed, 125 buys out: V + lam = 225
        (0.75, 125.0, "bought out", 1.0 - 0.5 * 2.25**-0.5, 125.0),
        # above the physical maximum of 0.9: makers pay up to the penalty
        (0.95, 125.0, "unattainable", 1.0 - 0.5 * 2.25**-0.5, 125.0),
        # a mandate without buy-out: what gives cr_max, 100 * (0.1/0.5)^-2 - 100 = 2400
        (0.95, None, "unattainable", 0.9, 2400.0),
        # a penalty of 0 buys out for nothing
        (0.75, 0.0, "bought out", 0.5, 0.0),
    ],
)
def test_elastic_quota(quota: float, penalty: float | None, state: str, rate: float, shadow: float) -> None:
    run = scrap_system(collection_quota=quota, collection_penalty=penalty, **CURVE)
    assert run.state() == state
    assert run.get("collection_rate") == pytest.approx(rate)
    assert run.get("shadow_price") == pytest.approx(shadow)
    short = max(0.0, quota - rate) * 100.0
    assert run.get("quota_shortfall") == pytest.approx(short)
    assert run.get("quota_charge") == pytest.approx((penalty or 0.0) * short)


@pytest.mark.parametrize(
    ("quota", "penalty", "state", "rate", "shadow"),
    [
        (0.5, None, "slack", 0.5, 0.0),
        (0.8, 10.0, "binding", 0.8, 0.0),  # without elasticity a quota is met at no shadow price
        (0.95, 10.0, "unattainable", 0.9, 10.0),
        (0.95, None, "unattainable", 0.9, 0.0),
    ],
)
def test_quota_without_elasticity(quota: float, penalty: float | None, state: str, rate: float, shadow: float) -> None:
    run = scrap_system(collection_quota=quota, collection_penalty=penalty, max_collection_rate=0.9)
    assert run.state() == state
    assert (run.get("collection_rate"), run.get("shadow_price")) == (rate, shadow)


def test_a_quota_beyond_reach_is_no_error_and_says_by_how_much_it_falls_short() -> None:
    # 0.9 of 100 t are within reach, 98 are owed: 8 t short in each of two years, at 50 money/t
    run = scrap_system(2, collection_quota=0.98, max_collection_rate=0.9, collection_penalty=50.0)
    assert run.path("quota_shortfall") == pytest.approx([8.0, 8.0])
    assert run.path("quota_charge") == pytest.approx([400.0, 400.0])
    assert run.state(2021) == "unattainable"


def test_ramp() -> None:
    # 0.8 wanted, 0.5 without a quota: at most 0.2 more each year, 0.7 in the first; the charge is on what is missing
    run = scrap_system(2, collection_quota=0.8, collection_ramp=0.2, collection_penalty=10.0)
    assert [run.state(year) for year in (2020, 2021)] == ["ramp", "binding"]
    assert run.path("collection_rate") == pytest.approx([0.7, 0.8])
    assert run.path("quota_charge") == pytest.approx([100.0, 0.0])


def test_ramp_leaves_the_shadow_price_and_the_names_of_other_states() -> None:
    # lam* = 300 is paid although the ramp lets only 0.6 through
    run = scrap_system(collection_quota=0.75, collection_ramp=0.1, **CURVE)
    assert (run.state(), run.get("shadow_price")) == ("ramp", pytest.approx(300.0))
    assert run.get("collection_rate") == pytest.approx(0.6)
    run = scrap_system(collection_quota=0.75, collection_penalty=125.0, collection_ramp=0.1, **CURVE)
    assert (run.state(), run.get("collection_rate")) == ("bought out", pytest.approx(0.6))


def test_a_falling_rate_is_not_ramped() -> None:
    # the quota ends in 2021: back to 0.5 at once
    run = scrap_system(2, collection_quota=path(0.6, 0.0), collection_ramp=0.1)
    assert run.path("collection_rate") == pytest.approx([0.6, 0.5])


def test_quota_on_sales() -> None:
    # 2020: nothing sold before, no obligation. 2021: 300 t sold in 2020, obligation 0.5 * 300 = 150 t of a pool of
    # 100 t: Q = 1.5, clipped at 1; 90 t within reach, so that 60 t are charged, the unreachable part too.
    run = scrap_system(
        3, sales=path(300.0, 60.0, 0.0), collection_quota=0.5, collection_quota_base="sales", max_collection_rate=0.9,
        collection_penalty=2.0,
    )  # fmt: skip
    assert [run.state(year) for year in (2020, 2021, 2022)] == ["none", "unattainable", "slack"]
    assert run.get("collection_rate", 2021) == pytest.approx(0.9)
    # 2022: mean of 300 and 60 t sold: obligation 90 t; the 300 t of 2020 are discarded: Q = 0.3 < cr0
    assert run.path("quota_unclipped") == pytest.approx([0.0, 1.5, 0.3])
    assert run.path("quota_shortfall") == pytest.approx([0.0, 60.0, 0.0])
    assert run.path("quota_charge") == pytest.approx([0.0, 120.0, 0.0])


def test_quota_on_sales_counts_three_years_of_sales() -> None:
    # obligations of half the mean of 10; of 10, 20; of 10, 20, 30; of 20, 30, 40; the pool of 10 years' life is empty
    run = scrap_system(
        5, sales=path(10.0, 20.0, 30.0, 40.0, 0.0), lifetime={"survival": "fixed", "mean": 30.0}, collection_quota=0.5,
        collection_quota_base="sales", collection_penalty=2.0,
    )  # fmt: skip
    assert run.path("quota_shortfall") == pytest.approx([0.0, 5.0, 7.5, 10.0, 15.0])


def test_shortfall_counts_the_failures_of_the_first_year() -> None:
    # exponential, mean 2, end of year 1 - e^-0.25 = ... with mid-year timing a share 1 - e^-(0.5/2) of 100 t sold fails
    # at once and joins E: the shortfall is (0.8 - 0.6) of it
    run = scrap_system(
        initial_stock=None, initial_chemistry_share=None, sales=100.0,
        lifetime={"survival": "exponential", "mean": 2.0}, collection_quota=0.8, collection_ramp=0.1,
    )  # fmt: skip
    failed = run.get("discards_units")
    assert failed == pytest.approx(100.0 * (1.0 - 2.718281828459045**-0.25))
    assert run.get("collection_rate") == pytest.approx(0.6)
    assert run.get("quota_shortfall") == pytest.approx(0.2 * failed)


def test_quota_and_penalty_by_product() -> None:
    # car: 0.9 wanted of what car discards; phone: none
    products = ["car", "phone"]
    run = scrap_system(
        initial_stock=array([[60.0, 60.0], [40.0, 40.0]], product=products, cohort=[2018, 2019]),
        collection_quota=array([0.9, 0.0], product=products),
    )
    assert run.get("collection_rate", product="car") == pytest.approx(0.9)
    assert run.get("collection_rate", product="phone") == pytest.approx(0.5)
    assert run.mass("collected") == pytest.approx(0.9 * 60.0 + 0.5 * 40.0)
    assert [run.state(product=product) for product in products] == ["binding", "none"]

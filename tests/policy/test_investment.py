"""Recycling capacity by hand: orders by net present value, growth, seed, lag, retirement, grants, contracted plants.

`invest_system`: 50 t of old scrap are collected each year, pi = 100 - 40 = 60 a tonne; a plant costs 100 per t/yr, runs
two years from the year after its order, no interest: AF = 2. 10 t/yr stand in 2020.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.tiny_systems import Tiny, array, path, scrap_system

WIDE: dict[str, Any] = {"growth_limit": 10.0}


def invest_system(years: int = 1, *, discards: int = 3, **given: Any) -> Tiny:
    """100 t are discarded in each of so many years from 2020."""
    inputs: dict[str, Any] = {
        "initial_stock": array([100.0] * discards, cohort=list(range(2020 - discards, 2020))),
        "lifetime": {"survival": "fixed", "mean": float(discards)},
        "invest": True,
        "opex": 40.0,
        "capex": 100.0,
        "plant_life": 2.0,
        "build_lag": 1.0,
        "discount_rate": 0.0,
        "initial_capacity": 10.0,
        "seed_capacity": 30.0,
        "growth_limit": 1.0,
        **given,
    }
    return scrap_system(years, **inputs)


def logit(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value))


def test_orders() -> None:
    # expected feed of 2021: 50 collected + (50 - 10)/5 of the store = 58; NPV = -100 + 60 * 1 * 2 = 20, where
    # u = min(1, 50/10); z = 1/(1 + e^(-5 * 20/100)) = 0.731; 58 z = 42.4 less the 10 alive in 2021
    run = invest_system(**WIDE)
    assert run.get("orders") == pytest.approx(58.0 * logit(1.0) - 10.0)
    assert run.get("capex_total") == pytest.approx(100.0 * run.get("orders"))


def test_growth_limit_counts_capacity_or_seed() -> None:
    assert invest_system().get("orders") == pytest.approx(30.0)  # 1.0 * max(10, 30)
    assert invest_system(seed_capacity=0.0).get("orders") == pytest.approx(10.0)  # 1.0 * max(10, 0)
    assert invest_system(initial_capacity=0.0).get("orders") == pytest.approx(30.0)
    assert invest_system(seed_capacity=0.0, initial_capacity=0.0).get("orders") == 0.0  # nothing to grow from


def test_lag_and_retirement() -> None:
    # ordered in 2020, running in 2021 and 2022; the 10 t/yr of 2020 count as new and retire in 2022
    run = invest_system(4)
    ordered = run.path("orders")
    assert ordered[0] == pytest.approx(30.0)
    assert run.path("capacity") == pytest.approx([10.0, 10.0 + 30.0, 30.0 + ordered[1], ordered[1] + ordered[2]])
    slow = invest_system(4, build_lag=3.0, plant_life=20.0)
    assert slow.path("capacity") == pytest.approx([10.0, 10.0, 10.0, 10.0 + slow.get("orders")])
    at_once = invest_system(2, build_lag=0.0, plant_life=20.0)  # a lag of 0 is a year
    assert at_once.path("capacity") == pytest.approx([10.0, 10.0 + at_once.get("orders")])


def test_orders_count_what_is_under_construction() -> None:
    # lag 2: in 2021 the plants ordered in 2020 are not yet running, but alive in 2023 beside the first 10
    # NPV = -1000 + 60 * 20 = 200; expected in 2022: 50 + 40/5 = 58 t, in 2023: 50 + (40 + 50 - 10)/5 = 66 t
    inputs: dict[str, Any] = {**WIDE, "build_lag": 2.0, "plant_life": 20.0, "capex": 1000.0}
    run = invest_system(2, discards=4, **inputs)
    first = 58.0 * logit(5.0 * 0.2) - 10.0
    assert run.get("orders") == pytest.approx(first)
    assert run.get("orders", 2021) == pytest.approx(66.0 * logit(5.0 * 0.2) - 10.0 - first)


def test_interest() -> None:
    # i = 0.25, 2 years: AF = (1 - 1.25^-2)/0.25 = 1.44; NPV = -100 + 60 * 1.44 = -13.6
    run = invest_system(discount_rate=0.25, **WIDE)
    assert run.get("orders") == pytest.approx(58.0 * logit(-5.0 * 0.136) - 10.0)


def test_idle_plants_hold_orders_back() -> None:
    # 200 t/yr for 50 t: u = 0.25: NPV = -100 + 60 * 0.25 * 2 = -70; they retire before 2022, when 50 t are expected
    run = invest_system(initial_capacity=200.0, build_lag=2.0, **WIDE)
    assert run.get("orders") == pytest.approx(50.0 * logit(-5.0 * 0.7))
    # alive in 2021, they are more than enough
    assert invest_system(initial_capacity=200.0, **WIDE).get("orders") == 0.0


def test_a_loss_at_todays_prices_builds_nothing() -> None:
    run = invest_system(opex=140.0, **WIDE)  # pi = -40
    assert (run.get("orders"), run.get("processed")) == (0.0, 0.0)


def test_rivals_split_the_expected_feed() -> None:
    # two routes, capex 100 and 200: yearly 50 and 100; pi - capex/AF = 10 and -40; beta = ln(4)/50: 4 to 1 of 60 t
    # (nothing stands, 50 t are in store); NPV = 20 and -80; each a z of its own
    routes = ["a", "b"]
    run = invest_system(
        capex=array([100.0, 200.0], route=routes), route_choice=math.log(4.0) / 50.0, initial_capacity=0.0, **WIDE
    )
    assert run.get("orders", route="a") == pytest.approx(48.0 * logit(1.0))
    assert run.get("orders", route="b") == pytest.approx(12.0 * logit(-5.0 * 80.0 / 200.0))


def test_grant() -> None:
    # grant 0.4: NPV = -60 + 120 = 60, over the full capex in the logit; 0.4 * 100 is paid for each t/yr
    run = invest_system(capex_grant=0.4, **WIDE)
    orders = 58.0 * logit(5.0 * 0.6) - 10.0
    assert run.get("orders") == pytest.approx(orders)
    assert run.get("grant_paid") == pytest.approx(40.0 * orders)
    assert run.get("public_cost") == pytest.approx(40.0 * orders)
    assert run.get("social_cost") == pytest.approx(40.0 * 10.0 + 100.0 * orders)  # opex of 10 t, and whole plants


def test_grant_budget() -> None:
    # 2020, no base yet: the full grant counts; 30 t/yr are ordered, 0.4 * 100 * 30 = 1200 wanted, 300 paid
    # 2021: 300/1200: a quarter of the grant counts. 40 t/yr run, 40 + 50 t of feed, 50 t stay; expected in 2022:
    # 50 + 50/5 = 60; NPV = -100 (1 - 0.1) + 60 * 2 = 30; 30 are alive in 2022; 22.4 would be 0.4 * 100 * 22.4 = 896
    run = invest_system(2, capex_grant=0.4, grant_budget=300.0)
    assert run.path("orders") == pytest.approx([30.0, 60.0 * logit(5.0 * 0.3) - 30.0])
    assert run.path("grant_paid") == pytest.approx([300.0, 300.0])
    # without a budget: NPV = 60 in 2021 as well
    free = invest_system(2, capex_grant=0.4)
    assert free.get("orders", 2021) == pytest.approx(60.0 * logit(5.0 * 0.6) - 30.0)
    # a budget of nothing: no grant is counted on
    assert invest_system(capex_grant=0.4, grant_budget=0.0, **WIDE).get("orders") == pytest.approx(
        invest_system(**WIDE).get("orders")
    )


def test_floor_bars_new_plants() -> None:
    run = invest_system(recovery_yield=0.9, recovery_floor=0.95, **WIDE)
    assert run.get("orders") == 0.0
    assert run.get("processed") == pytest.approx(10.0)


def test_contracted_plants() -> None:
    # opex 140: pi = -40, and 50 a year for the plant: makers need 90 a tonne. A penalty of 91 builds for all 58 t
    quota: dict[str, Any] = {"opex": 140.0, "collection_quota": 0.5, **WIDE}
    assert invest_system(collection_penalty=91.0, **quota).get("orders") == pytest.approx(58.0 - 10.0)
    assert invest_system(**quota).get("orders") == pytest.approx(58.0 - 10.0)  # a mandate without buy-out
    # 89 opens the gate (a fee of 40) but contracts nothing: NPV = -100 + 0, the fee covers the loss and no more
    assert invest_system(collection_penalty=89.0, **quota).get("orders") == 0.0
    bare = invest_system(collection_penalty=89.0, initial_capacity=0.0, **quota)
    assert bare.get("orders") == pytest.approx(60.0 * logit(-5.0))  # not -100 - 40 * 2
    # 30 does not even open the gate
    assert invest_system(collection_penalty=30.0, initial_capacity=0.0, **quota).get("orders") == 0.0


def test_a_plant_that_earns_its_cost_is_contracted_under_any_quota() -> None:
    # pi = 60 pays the 50 a year without any penalty: capex/AF - pi = -10 <= 0, so z = 1 also with a penalty of 0
    run = invest_system(collection_quota=0.5, collection_penalty=0.0, **WIDE)
    assert run.get("orders") == pytest.approx(58.0 - 10.0)


def test_investment_that_starts_later_takes_over_what_stands() -> None:
    # a path of 20 t/yr in 2020 and 2021; from 2021 plants are built: 20 t/yr count as new then and retire in 2023
    run = invest_system(4, discards=5, invest=path(False, True, True, True), capacity=path(20.0, 20.0, 5.0, 5.0))
    assert run.get("orders") == 0.0
    ordered = run.path("orders")
    assert run.path("capacity") == pytest.approx([20.0, 20.0, 20.0 + ordered[1], ordered[1] + ordered[2]])

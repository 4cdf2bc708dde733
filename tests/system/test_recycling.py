"""Feed, routes and second life by hand: shares by margin, scarce room, gate fees, backlog, trade in scrap.

`scrap_system`: 100 t of components at a grade of 0.1, worth 100 money/t, are discarded in 2020 and in 2021; half are
collected.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.tiny_systems import Tiny, array, scrap_system

ROUTES = ["a", "b"]


def two_routes(opex: list[float], capacity: list[float], **given: Any) -> Tiny:
    return scrap_system(opex=array(opex, route=ROUTES), capacity=array(capacity, route=ROUTES), **given)


def processed(run: Tiny) -> list[float]:
    return [run.get("processed", route=route) for route in ROUTES]


# --- routes ----------------------------------------------------------------------------------------------------------
def test_shares_follow_the_margin() -> None:
    # pi 40 and 60, beta 0.05: exponents differ by 1: shares 1/(1 + e) and e/(1 + e) of 50 t
    run = two_routes([60.0, 40.0], [100.0, 100.0], route_choice=0.05)
    assert processed(run) == pytest.approx([50.0 / (1.0 + math.e), 50.0 * math.e / (1.0 + math.e)])
    # without sensitivity half each
    assert processed(two_routes([60.0, 40.0], [100.0, 100.0])) == pytest.approx([25.0, 25.0])


def test_what_a_full_route_refuses_asks_the_others() -> None:
    # b is asked for 36.6 and has room for 10: the rest goes to a in the next round; with room for 15 there, 25 t wait
    run = two_routes([60.0, 40.0], [100.0, 10.0], route_choice=0.05)
    assert processed(run) == pytest.approx([40.0, 10.0])
    run = two_routes([60.0, 40.0], [15.0, 10.0], route_choice=0.05)
    assert processed(run) == pytest.approx([15.0, 10.0])
    assert run.mass("feed_store") == pytest.approx(25.0)


def test_yield_and_loss() -> None:
    run = scrap_system(recovery_yield=0.8)
    assert run.get("secondary") == pytest.approx(0.8 * 5.0)
    assert run.get("recovery_loss") == pytest.approx(0.2 * 5.0)
    assert run.mass("recovery_loss") == pytest.approx(50.0 - 4.0)  # all the rest of the component
    assert run.get("process_efficiency") == pytest.approx(0.8)


def test_scarce_room_goes_to_the_better_feed() -> None:
    # imported scrap of grade 0.2 has pi 200, old scrap 100: 40 t of it come first, 20 t of the old
    run = scrap_system(capacity=60.0, scrap_imports=40.0, scrap_import_grade=0.2)
    assert run.mass("processed", scrap="imported") == pytest.approx(40.0)
    assert run.mass("processed", scrap="old") == pytest.approx(20.0)
    # equal margins share pro rata to what they ask: 50 and 50
    tied = scrap_system(capacity=60.0, scrap_imports=50.0, scrap_import_grade=0.1)
    assert [tied.mass("processed", scrap=scrap) for scrap in ("imported", "old")] == pytest.approx([30.0, 30.0])


def test_a_route_takes_only_what_it_is_fit_for() -> None:
    eligible = array([[True, False, False]], route=["plant"], scrap=["old", "new", "imported"])
    run = scrap_system(scrap_imports=40.0, scrap_import_grade=0.2, recovery_yield=array([1.0], route=["plant"]),
                       route_eligible=eligible)  # fmt: skip
    assert run.get("processed") == pytest.approx(50.0)
    assert run.mass("feed_store") == pytest.approx(40.0)


def test_a_route_at_a_loss_stays_idle() -> None:
    # a: pi 100 - 150 < 0. Its feed goes to b, as if a had no capacity; alone, nothing is processed
    assert processed(two_routes([150.0, 40.0], [100.0, 100.0])) == pytest.approx([0.0, 50.0])
    run = scrap_system(opex=150.0)
    assert (run.get("processed"), run.mass("feed_store")) == (0.0, pytest.approx(50.0))


def test_a_route_without_gain_or_loss_runs() -> None:
    # grade 0.125 and a price of 800: pi = 100 - 100 = 0 exactly
    run = scrap_system(content=0.125, base_price=800.0, opex=100.0)
    assert run.get("processed") == pytest.approx(50.0)


# --- gate fee --------------------------------------------------------------------------------------------------------
def test_gate_fee_makes_a_losing_route_run_after_the_others() -> None:
    # a pays (pi 40) and has room for 30; b loses 50 a tonne: a penalty of 60 opens it for the 20 left over, at margin 0
    quota: dict[str, Any] = {"collection_quota": 0.5, "collection_penalty": 60.0}
    run = two_routes([60.0, 150.0], [30.0, 100.0], **quota)
    assert processed(run) == pytest.approx([30.0, 20.0])
    assert run.get("gate_fee_paid", route="a") == 0.0
    assert run.get("gate_fee_paid", route="b") == pytest.approx(20.0 * 50.0)
    # nobody pays more than the penalty, or without a quota; a mandate without buy-out pays any fee
    for closed in ({}, {"collection_quota": 0.5, "collection_penalty": 40.0}):
        assert processed(two_routes([60.0, 150.0], [30.0, 100.0], **closed)) == pytest.approx([30.0, 0.0])
    assert processed(two_routes([60.0, 150.0], [30.0, 100.0], collection_quota=0.5)) == pytest.approx([30.0, 20.0])


def test_no_fee_where_feed_pays_its_way() -> None:
    run = two_routes([60.0, 150.0], [100.0, 100.0], collection_quota=0.5)
    assert processed(run) == pytest.approx([50.0, 0.0])


def test_fee_for_old_scrap_only() -> None:
    # imported scrap at the same loss is not opened
    run = scrap_system(opex=150.0, collection_quota=0.5, scrap_imports=40.0, scrap_import_grade=0.1)
    assert run.mass("processed", scrap="old") == pytest.approx(50.0)
    assert run.mass("processed", scrap="imported") == 0.0


def test_largest_penalty_among_products_with_a_quota_counts() -> None:
    # both hold the battery; car's penalty of 60 pays for phone scrap too; without a quota on cars 20 does not reach 50
    products = ["car", "phone"]
    inputs: dict[str, Any] = {
        "opex": 150.0, "initial_stock": array([[50.0] * 2, [50.0] * 2], product=products, cohort=[2018, 2019]),
        "collection_penalty": array([60.0, 20.0], product=products),
    }  # fmt: skip
    run = scrap_system(collection_quota=array([0.4, 0.4], product=products), **inputs)
    assert run.get("processed") == pytest.approx(50.0)
    run = scrap_system(collection_quota=array([0.0, 0.4], product=products), **inputs)
    assert run.get("processed") == 0.0


# --- store -----------------------------------------------------------------------------------------------------------
def test_backlog_and_overflow() -> None:
    # 50 t a year, room for 20: 30 stay, a limit of one year's capacity lets 20 lie; next year 20 + 50 - 20 = 50
    run = scrap_system(2, capacity=20.0, backlog_limit=1.0)
    assert [run.mass("overflow", year) for year in (2020, 2021)] == pytest.approx([10.0, 30.0])
    assert [run.mass("feed_store", year) for year in (2020, 2021)] == pytest.approx([20.0, 20.0])
    assert run.get("sink", 2021) == pytest.approx(0.1 * (100.0 + 40.0))  # 50 t uncollected a year, and the overflow
    # no limit: all waits
    assert scrap_system(2, capacity=20.0).mass("feed_store", 2021) == pytest.approx(60.0)


def test_a_limit_without_any_plant_keeps_nothing() -> None:
    assert scrap_system(capacity=0.0, backlog_limit=1.0).mass("overflow") == pytest.approx(50.0)
    assert scrap_system(capacity=0.0).mass("feed_store") == pytest.approx(50.0)


def test_overflow_is_even_over_classes() -> None:
    # 50 t of old and 30 t of imported scrap, nothing processed, 40 t may lie: half of either goes
    run = scrap_system(opex=1000.0, capacity=40.0, backlog_limit=1.0, scrap_imports=30.0, scrap_import_grade=0.1)
    assert run.mass("overflow", scrap="old") == pytest.approx(25.0)
    assert run.mass("overflow", scrap="imported") == pytest.approx(15.0)


def test_store_before_the_run_is_old_scrap() -> None:
    # 30 t of grade 0.2 and 50 t of grade 0.1, well mixed in one class, all processed
    run = scrap_system(initial_scrap_store=30.0, initial_scrap_grade=0.2)
    assert run.get("secondary", scrap="old") == pytest.approx(6.0 + 5.0)
    assert run.get("eol_recycling_rate") == pytest.approx(11.0 / 10.0)  # above 1 while a backlog is worked off


def test_scrap_trade() -> None:
    # (50 + 30) t, a quarter exported of every kind: 60 t processed
    run = scrap_system(scrap_imports=30.0, scrap_import_grade=0.2, scrap_export_share=0.25)
    assert run.mass("exports_scrap") == pytest.approx(20.0)
    assert run.get("secondary", scrap="old") == pytest.approx(0.75 * 5.0)
    assert run.get("secondary", scrap="imported") == pytest.approx(0.75 * 6.0)


# --- second life -----------------------------------------------------------------------------------------------------
def test_second_life() -> None:
    # 0.6 of 50 t a year serve on for 2 years, fixed: out in 2022 and 2023, half of it to recyclers
    run = scrap_system(
        4, second_life_share=0.6, second_lifetime={"survival": "fixed", "mean": 2.0}, second_life_collection=0.5
    )
    years = (2020, 2021, 2022, 2023)
    assert [run.mass("second_life", year) for year in years] == pytest.approx([30.0, 60.0, 30.0, 0.0])
    assert [run.mass("second_life_eol", year) for year in years] == pytest.approx([0.0, 0.0, 15.0, 15.0])
    assert [run.mass("second_life_lost", year) for year in years] == pytest.approx([0.0, 0.0, 15.0, 15.0])
    assert run.get("secondary", 2022) == pytest.approx(1.5)
    # second life counts as collected
    assert run.get("eol_collection_rate") == pytest.approx(0.5)
    assert run.get("eol_recycling_rate") == pytest.approx(0.2)


def test_second_life_ages_from_its_own_start() -> None:
    # exponential, mean 4, end of the year: 30 t of 2020 keep sf(0) = 1 that year, e^-0.25 of them the next
    run = scrap_system(2, second_life_share=0.6, second_lifetime={"survival": "exponential", "mean": 4.0}, timing="end",
                       lifetime={"survival": "fixed", "mean": 2.0})  # fmt: skip
    assert run.mass("second_life") == pytest.approx(30.0)
    assert run.mass("second_life_eol", 2021) == pytest.approx(30.0 * (1.0 - math.exp(-0.25)))

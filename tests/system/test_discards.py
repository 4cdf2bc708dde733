"""Products in use by hand: survival, hazard, initial stock, stock targets, and the ways that discards take."""

from __future__ import annotations

import math

import pytest

from mfa.errors import MfaError
from tests.tiny_systems import array, path, system


@pytest.mark.parametrize(("timing", "shift"), [("start", 1.0), ("mid", 0.5), ("end", 0.0)])
def test_timing_and_first_year_failures(timing: str, shift: float) -> None:
    run = system(2, timing=timing, sales=path(100.0, 0.0), lifetime={"survival": "exponential", "mean": 5.0})
    assert run.get("stock_units") == pytest.approx(100.0 * math.exp(-shift / 5.0))
    assert run.get("discards_units") == pytest.approx(100.0 * (1.0 - math.exp(-shift / 5.0)))
    assert run.get("stock_units", 2021) == pytest.approx(100.0 * math.exp(-(shift + 1.0) / 5.0))


def test_hazard_multiplier_acts_on_all_cohorts_in_use_in_its_year() -> None:
    # exponential, mean 5, end of the year: e^-0.2 a year, e^-0.1 with m = 0.5, and back
    run = system(
        4, timing="end", lifetime={"survival": "exponential", "mean": 5.0}, sales=path(100.0, 0.0, 0.0, 0.0),
        hazard_multiplier=path(1.0, 0.5, 0.0, 1.0),
    )  # fmt: skip
    assert run.path("stock_units") == pytest.approx([100.0 * math.exp(-x) for x in (0.0, 0.1, 0.1, 0.3)])


def test_a_fixed_lifetime_does_not_feel_the_multiplier() -> None:
    run = system(3, lifetime={"survival": "fixed", "mean": 2.0}, sales=path(100.0, 0.0, 0.0), hazard_multiplier=0.1)
    assert run.path("stock_units") == pytest.approx([100.0, 100.0, 0.0])


def test_initial_stock_enters_the_same_recursion() -> None:
    # 3 years fixed, mid-year: the cohort of 2017 is gone in 2020, that of 2018 in 2021 ...
    run = system(3, sales=0.0, initial_stock=array([10.0, 20.0, 30.0], cohort=[2017, 2018, 2019]),
                 initial_chemistry_share=1.0, lifetime={"survival": "fixed", "mean": 3.0})  # fmt: skip
    assert run.path("discards_units") == pytest.approx([10.0, 20.0, 30.0])
    assert run.get("in_use") == pytest.approx(5.0)


def test_content_and_mix_stay_with_the_cohort() -> None:
    # 0.5 t in 2019, 0.1 t from 2020 on: old products keep what they were made with
    content = array([0.5, 0.1], cohort=[2019, 2020])
    run = system(content=content, initial_stock=array([10.0, 0.0], cohort=[2019, 2020]), initial_chemistry_share=1.0)
    assert run.get("in_use") == pytest.approx(10.0 * 0.5 + 100.0 * 0.1)


def test_stock_target() -> None:
    # exponential, mean 10, end of the year: 90.48 survivors of 100 for a target of 120: 29.52 sold; then a target of 50
    run = system(3, sales=None, stock_target=path(100.0, 120.0, 50.0), timing="end",
                 lifetime={"survival": "exponential", "mean": 10.0}, carry_share=1.0)  # fmt: skip
    assert run.path("sales_units") == pytest.approx([100.0, 120.0 - 100.0 * math.exp(-0.1), 0.0])
    assert run.path("stock_units") == pytest.approx([100.0, 120.0, 50.0])
    assert run.path("early_retirement") == pytest.approx([0.0, 0.0, 120.0 * math.exp(-0.1) - 50.0])
    assert run.get("discards_units", 2022) == pytest.approx(70.0)


def test_sales_make_up_for_failures_in_their_first_year() -> None:
    # mid-year: a share e^-0.05 of what is sold is in use at the end: 100/e^-0.05 are sold
    run = system(sales=None, stock_target=100.0, lifetime={"survival": "exponential", "mean": 10.0})
    assert run.get("sales_units") == pytest.approx(100.0 * math.exp(0.05))
    assert run.get("stock_units") == pytest.approx(100.0)


def test_a_target_ignores_what_was_carried() -> None:
    # half of the imports is denied in 2020: 50 of 100; 2021 wants the other 50 because they are missing in use
    run = system(2, sales=None, stock_target=100.0, product_import_share=1.0, product_ban=path(0.5, 0.0),
                 carry_share=1.0)  # fmt: skip
    assert run.path("sales_units") == pytest.approx([50.0, 50.0])


def test_targets_and_sales_side_by_side() -> None:
    products = ["car", "phone"]
    run = system(sales=array([math.nan, 7.0], product=products), stock_target=array([50.0, math.nan], product=products))
    assert [run.get("sales_units", product=product) for product in products] == pytest.approx([50.0, 7.0])


def test_nothing_survives_its_first_year() -> None:
    with pytest.raises(MfaError, match="survival at age 0 is 0"):
        system(sales=None, stock_target=10.0, lifetime={"survival": "fixed", "mean": 0.4})


def test_ways_of_discards() -> None:
    # 10 discards of 1 t: 0.3 exported, 0.2 in a drawer, half direct; 0.4 of those collected. 2021: a quarter of the 2 t
    # in drawers is released, and 0.4 of it collected
    run = system(2, sales=0.0, initial_stock=array([10.0], cohort=[2017]), initial_chemistry_share=1.0,
                 lifetime={"survival": "fixed", "mean": 3.0}, used_export_share=0.3, hibernation_share=0.2,
                 hibernation_release=0.25, base_collection_rate=0.4)  # fmt: skip
    assert run.mass("exports_used") == pytest.approx(3.0)
    assert run.mass("discards_hibernating") == pytest.approx(2.0)
    assert run.mass("discards_direct") == pytest.approx(5.0)
    assert run.mass("collected") == pytest.approx(2.0)
    assert run.get("eol_collection_rate") == pytest.approx(0.4)
    assert run.get("eol_collection_rate_wide") == pytest.approx(0.2)
    assert run.mass("released", 2021) == pytest.approx(0.5)
    assert run.mass("collected", 2021) == pytest.approx(0.2)
    assert run.mass("hibernation", 2021) == pytest.approx(1.5)


def test_first_year_failures_take_the_same_ways() -> None:
    # 1 - e^-0.25 of 100 t fails in the year of sale: shares 0.3, 0.2, 0.5; 0.4 of the direct part is collected, half of
    # that to a second life; the rest ends the year in store
    run = system(lifetime={"survival": "exponential", "mean": 2.0}, used_export_share=0.3, hibernation_share=0.2,
                 base_collection_rate=0.4, second_life_share=0.5)  # fmt: skip
    failed = 100.0 * (1.0 - math.exp(-0.25))
    assert run.mass("exports_used") == pytest.approx(0.3 * failed)
    assert run.mass("hibernation") == pytest.approx(0.2 * failed)
    assert run.mass("second_life") == pytest.approx(0.1 * failed)
    assert run.mass("feed_store") == pytest.approx(0.1 * failed)
    assert run.mass("uncollected") == pytest.approx(0.3 * failed)
    assert run.get("secondary") == 0.0

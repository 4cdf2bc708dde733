"""What is said of collection quotas, recycled content and recovery floors, each state provoked in a tiny system."""

from __future__ import annotations

import numpy as np
import pytest

from tests.indicators.levers.systems import YEARS, along, only, over_time, run, said

QUOTA, CONTENT, FLOOR = "collection quota", "recycled-content quota", "recovery floor"

# --- Collection quota: 50 t of 100 t a year are collected without it --------------------------------------------------


def test_quota_below_what_is_collected_anyway():
    one = only(run(collection_quota=0.4), QUOTA, "slack")
    assert one.text == "component of product: 50 % are collected without it, 40 % asked"
    assert (one.period, one.effect) == ("2020-2025", 0.0)
    assert one.labels == ("product", "component")


def test_quota_that_binds_without_answer_to_value():
    # 70 instead of 50 t in each of six years: 120 t more
    one = only(run(collection_quota=0.7), QUOTA, "binding")
    assert one.text == "component of product: makers collect 70 % as asked, 120 t more than without"


def test_quota_that_binds_by_adding_to_the_value_of_scrap():
    # 1 - 0.5 (V/100)^-1 = 0.75 at V = 200: makers add 100 USD/t
    one = only(run(collection_quota=0.75, collection_elasticity=1.0, max_collection_rate=0.9), QUOTA, "binding")
    assert "makers add up to 100 USD_2024/t to the value of scrap and collect 75 % as asked" in one.text
    assert one.effect == pytest.approx(150 * 200)  # 25 t more in six years, worth 100 + 100


def test_quota_that_is_bought_out():
    # at V = 150 the rate is 1 - 0.5/1.5 = 2/3; 75 - 66.7 = 8.33 t missing in each of six years, 2 500 USD
    given = {"collection_elasticity": 1.0, "max_collection_rate": 0.9, "collection_penalty": 50.0}
    one = only(run(collection_quota=0.75, **given), QUOTA, "bought out")
    assert "paying 50 USD_2024/t is cheaper than collecting; 67 % of 75 % in 2025" in one.text
    assert one.text.endswith("; 50 t missing in all, 2 500 USD_2024 paid")


@pytest.mark.parametrize(
    ("penalty", "words"), [(None, "nothing to pay, there is no penalty"), (10.0, "600 USD_2024 paid")]
)
def test_quota_out_of_reach(penalty, words):
    one = only(run(collection_quota=0.9, max_collection_rate=0.8, collection_penalty=penalty), QUOTA, "unattainable")
    assert one.text == f"component of product: at most 80 % can be collected, 90 % asked; 60 t missing in all, {words}"


def test_quota_held_by_the_ramp():
    # 50 % + 10 points in 2020, then + 10 a year: 60, 70; 80 is reached in 2022
    results = run(collection_quota=0.8, collection_ramp=0.1)
    one = only(results, QUOTA, "ramp")
    assert one.period == "2020-2021"
    assert "the rate may rise by 10 points a year; 70 % of 80 % in 2021; 30 t missing in all" in one.text  # 20 + 10
    assert only(results, QUOTA, "binding").period == "2022-2025"


def test_quota_on_what_is_never_discarded():
    one = only(run(initial_stock=None, initial_chemistry_share=None, collection_quota=0.8), QUOTA, "no feed")
    assert one.text == "component of product: nothing of it is discarded"


def test_quota_of_sales_counts_as_a_share_of_the_pool():
    # 60 of the 100 t sold in the year before of a pool of 100 t: from 2021 on
    results = run(sales=100.0, collection_quota=0.6, collection_quota_base="sales")
    assert only(results, QUOTA, "binding").period == "2021-2025"


def test_makers_pay_so_that_scrap_is_taken_at_a_loss():
    # 100 USD of metal against 150 of cost: 50 for each of the 70 t of a year
    one = only(run(collection_quota=0.7, opex=150.0), QUOTA, "acts")
    assert one.text == "makers pay 21 000 USD_2024 so that plant take old scrap at a loss"
    assert one.effect == pytest.approx(6 * 70 * 50)


def test_what_a_quota_collects_may_wait_for_plants():
    # 70 t collected, 20 t of room: 50 t more wait each year
    one = only(run(collection_quota=0.7, capacity=20.0), QUOTA, "no capacity")
    assert one.text == "what it brings in joins scrap that waits, as plants are full: 300 t of component in 2025"


def test_scrap_that_makers_pay_for_waits_for_plants_only():
    # each tonne loses 50 USD, which makers under a quota pay: what waits does so for want of room
    one = only(run(collection_quota=0.7, opex=150.0, capacity=20.0), QUOTA, "no capacity")
    assert one.text.endswith("as plants are full: 300 t of component in 2025")
    # unless paying the penalty is cheaper
    assert only(run(collection_quota=0.7, collection_penalty=40.0, opex=150.0, capacity=20.0), QUOTA, "does not pay")


def test_samples_are_told_by_their_most_frequent_state():
    import xarray as xr

    quota = xr.DataArray([0.4, 0.7, 0.7], dims="sample", coords={"sample": [0, 1, 2]})
    assert [one.state for one in said(run(collection_quota=quota), QUOTA)] == ["binding"]


# --- Recycled content ------------------------------------------------------------------------------------------------
# 100 products a year need 100 x 0.1 = 10 t beside 1000 t of other need; from 2021 on 50 t a year are recovered


def obliged(**given):
    return run(**{"sales": 100.0, "content_penalty": 500.0, "other_need": 40.0, **given})


def test_content_met_by_the_share_that_uses_get_anyway():
    # of 5 t secondary for 50 t of need these uses get 1 t anyway, as much as 10 % of 10 t
    one = only(obliged(content_quota=0.1), CONTENT, "slack")
    assert one.text == "Co: met by the share of secondary metal that these uses get anyway"


def test_content_met_at_the_expense_of_other_uses():
    # 3 of 5 t instead of 1 t by need: 2 t/yr are handed on
    one = only(obliged(content_quota=0.3), CONTENT, "ledger only")
    assert one.text == "Co: met by handing up to 2 t/yr of secondary metal on from other uses; no metal is gained"
    assert one.effect == pytest.approx(2 * 1000 * len(one.years))


def test_content_that_nothing_answers_to():
    # 8 t asked, 5 t there: 3 t missing, 500 USD each; capacity is a given path, collection has elasticity 0
    results = obliged(content_quota=0.8, capacity=50.0)
    one = only(results, CONTENT, "no answer")
    assert one.text.startswith("Co: up to 3 t/yr missing, 38 % of the obligation in 2020; 9 000 USD_2024 paid")
    assert (
        "certificates of up to 500 USD_2024/t (2021-2025) build nothing, capacity is a given path and full" in one.text
    )
    assert one.text.endswith("collection does not answer to value")
    assert "up to 4 t/yr handed on from other uses" in one.text  # 5 t instead of 1 t by need


def test_content_price_with_idle_plants_or_elastic_collection():
    idle = only(obliged(content_quota=0.8, capacity=80.0), CONTENT, "short")
    assert "can fill idle plants only, capacity is a given path, collection does not answer to value" in idle.text
    elastic = only(
        obliged(content_quota=0.8, capacity=50.0, collection_elasticity=1.0, max_collection_rate=0.9), CONTENT, "short"
    )
    assert elastic.text.endswith("build nothing, capacity is a given path and full")


def test_content_price_and_plants_held_by_the_growth_limit():
    given = {"invest": True, "initial_capacity": 10.0, "capex": 100.0, "growth_limit": 0.1, "build_lag": 1.0}
    one = only(obliged(content_quota=0.8, **given), CONTENT, "short")
    assert "of plants that recover it ordered meanwhile (plant held by the growth limit in 5 of 5 years)" in one.text


def test_content_without_a_penalty_is_a_matter_of_the_ledger():
    one = only(obliged(content_quota=0.8, content_penalty=None), CONTENT, "ledger only")
    assert one.text.endswith("without a penalty nothing is paid and no price follows")


def test_content_met_with_credits():
    # 2020: 5 t for 1 t asked; of the 4 t over the obliged uses get 9/49: 0.735 t of credits; 2021: 5.5 asked, 5 there
    quota = over_time(YEARS, 0.1, 0.55, 0.0)
    one = only(obliged(content_quota=quota, credit_life=3.0), CONTENT, "credits")
    assert one.text == "Co: 0.5 t/yr of the obligation met with credits of earlier years"
    assert one.period == "2021"


def test_only_old_scrap_counts_if_the_law_says_so():
    # half of the metal used in making goes to new scrap, which does not count: the shortage is larger
    given = {"content_quota": 0.8, "manufacturing_yield": 0.5, "new_scrap_share": 1.0}
    missing = [
        results.arrays("policy")["content_shortfall"][0, 0, 3, 0]
        for results in (obliged(**given), obliged(**given, old_scrap_only=True))
    ]
    assert missing[0] < missing[1]
    assert said(obliged(**given, old_scrap_only=True), CONTENT, "short") or said(
        obliged(**given, old_scrap_only=True), CONTENT, "no answer"
    )


# --- Recovery floor --------------------------------------------------------------------------------------------------


def test_floor_that_every_plant_meets():
    one = only(run(recovery_floor=0.9), FLOOR, "slack")
    assert one.text == "plant: every yield lies above it already"


def test_floor_that_a_plant_misses():
    # 50 t of scrap with 5 t of Co a year, 0.2 below the floor, 100 USD/t: 5 x 0.2 x 100 = 100 a year
    given = {"recovery_yield": 0.6, "recovery_floor": 0.8, "floor_penalty": 100.0}
    one = only(run(invest=True, initial_capacity=100.0, **given), FLOOR, "binding")
    assert one.text == (
        "plant recovers too little (Co 60 % of 80 % in 2025): no new plants; 300 t processed below it, "
        "600 USD_2024 charged"
    )
    assert one.effect == pytest.approx(600.0)


def test_floor_on_plants_that_are_a_given_path():
    assert "none is refused" in only(run(recovery_yield=0.6, recovery_floor=0.8), FLOOR, "binding").text


def test_floor_that_shuts_nothing_is_slack():
    given = {"recovery_yield": 0.6, "recovery_floor": 0.8, "capacity": 0.0}
    assert only(run(**given), FLOOR, "slack").text.endswith("; none is at work")


def test_routes_that_meet_a_floor_are_told_beside_those_that_do_not():
    results = run(
        labels={"route": ["good", "bad"]}, recovery_yield=along("route", good=0.9, bad=0.5), recovery_floor=0.8
    )
    assert only(results, FLOOR, "slack").text == "good: yields lie above it"
    assert only(results, FLOOR, "binding").labels == ("bad",)
    assert np.isfinite([one.effect for one in results.explanations]).all()

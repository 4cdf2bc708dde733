"""What is said of subsidies, grants, research and retention, each state provoked in a tiny system."""

from __future__ import annotations

import pytest

from tests.indicators.levers.systems import YEARS, along, only, over_time, run, said

COLLECTION, OUTPUT, GRANT = "collection subsidy", "output subsidy", "capital grant"
RESEARCH, KEEP = "research", "keeping used products"

# --- Collection subsidy: 50 t a year are collected without it ---------------------------------------------------------


def test_collection_that_does_not_answer_is_paid_anyway():
    one = only(run(collection_subsidy=10.0), COLLECTION, "paid anyway")
    assert one.text.endswith("(elasticity 0), so that all 3 000 USD_2024 go to what is collected anyway")
    assert one.effect == pytest.approx(6 * 50 * 10)


def test_collection_that_answers():
    # V = 200 instead of 100: 1 - 0.5/2 = 75 % instead of 50: a third of the money for the 25 t more of each year
    one = only(run(collection_subsidy=100.0, collection_elasticity=1.0, max_collection_rate=0.9), COLLECTION, "acts")
    assert "45 000 USD_2024 paid, 67 % of it for what is collected anyway" in one.text
    assert one.text.endswith("; 150 t more collected, 300 USD_2024 for each tonne")


def test_collection_held_by_the_ramp():
    given = {"collection_elasticity": 1.0, "max_collection_rate": 0.9, "collection_ramp": 0.05}
    one = only(run(collection_subsidy=100.0, **given), COLLECTION, "acts")
    assert one.text.endswith("; held by the ramp of collection until 2024")  # 55, 60, 65, 70, 75


def test_collection_subsidy_for_what_reaches_its_limit_anyway_adds_nothing():
    given = {"collection_elasticity": 1.0, "max_collection_rate": 0.5}
    one = only(run(collection_subsidy=100.0, **given), COLLECTION, "paid anyway")
    assert one.text.endswith("100 % of it for what is collected anyway")


def test_collection_budget_is_spent():
    # 500 USD/yr asked for, 200 there
    one = only(run(collection_subsidy=10.0, collection_budget=200.0), COLLECTION, "budget spent")
    assert one.text == "claims pass the budget of 200 USD_2024/yr; 40 % of the rate is paid"


def test_collection_budget_of_nothing():
    assert (
        only(run(collection_subsidy=10.0, collection_budget=0.0), COLLECTION, "budget spent").text == "its budget is 0"
    )


def test_collection_subsidy_without_anything_collected():
    one = only(run(collection_subsidy=10.0, base_collection_rate=0.0), COLLECTION, "no feed")
    assert one.text == "nothing is collected that it is paid for"


def test_collection_subsidy_beside_a_quota_that_binds():
    # the quota asks for 80 %, which takes V = 250; the subsidy pays part of what makers would have added
    given = {"collection_quota": 0.8, "collection_elasticity": 1.0, "max_collection_rate": 0.9}
    results = run(collection_subsidy=50.0, **given)
    one = only(results, COLLECTION, "ledger only")
    assert one.text.endswith("the quota binds, so that the subsidy saves makers money and adds nothing")
    assert only(results, COLLECTION, "paid anyway").effect == pytest.approx(6 * 80 * 50)


def test_collected_scrap_that_does_not_pay():
    # 100 USD of metal against 150 of cost: what is collected stays
    one = only(run(collection_subsidy=10.0, opex=150.0), COLLECTION, "does not pay")
    assert one.text.endswith("as on average it earns less than recycling costs: 300 t of component in 2025")


# --- Output subsidy --------------------------------------------------------------------------------------------------


def test_output_subsidy_for_plants_that_run_without_it():
    # 5 t a year at 100 USD; the plant earns 100 USD/t without it and costs 1 USD/t of capacity
    one = only(run(output_subsidy=100.0), OUTPUT, "paid anyway")
    assert one.text.startswith(
        "Co: 3 000 USD_2024 paid, 100 % of it to plants that would run without it (100 % to plants"
    )
    assert one.text.endswith("; capacity is a given path")


def test_output_subsidy_that_makes_plants_run():
    # 100 USD of metal and 60 of subsidy against 150 of cost
    one = only(run(output_subsidy=600.0, opex=150.0), OUTPUT, "acts")
    assert "0 % of it to plants that would run without it" in one.text


def test_output_subsidy_that_makes_up_for_the_charge_of_a_floor():
    # a tonne of feed: 0.1 x (0.8 x 1000 - 0.1 x 9000) = -10 USD, with 0.1 x 0.8 x 200 = 16 of subsidy 6
    given = {"recovery_yield": 0.8, "recovery_floor": 0.9, "floor_penalty": 9000.0}
    one = only(run(output_subsidy=200.0, **given), OUTPUT, "acts")
    assert ", 0 % of it to plants that would run without it" in one.text


def test_output_subsidy_without_feed_or_plant():
    assert only(run(output_subsidy=100.0, capacity=0.0), OUTPUT, "no capacity").text == "Co: no plant is at work"
    nothing = run(output_subsidy=100.0, recovery_yield=0.0)
    assert only(nothing, OUTPUT, "no feed").text == "Co: nothing is recovered"


def test_output_budget():
    assert only(run(output_subsidy=100.0, output_budget=100.0), OUTPUT, "budget spent").text == (
        "claims pass the budget of 100 USD_2024/yr; 20 % of the rate is paid"
    )
    assert only(run(output_subsidy=100.0, output_budget=0.0), OUTPUT, "budget spent").text == "Co: its budget is 0"


# --- Capital grant ---------------------------------------------------------------------------------------------------

PLANTS = {"invest": True, "initial_capacity": 10.0, "capex": 500.0, "plant_life": 20.0, "build_lag": 1.0}


def test_grant_where_capacity_is_a_given_path():
    one = only(run(capex_grant=0.5), GRANT, "no orders")
    assert one.text == "plant: capacity is a given path, so that nothing is ordered"


def test_grant_for_plants_that_pay_anyway():
    # 100 USD/t a year against 500/12.46 = 40: paid anyway; 30 % more a year
    one = only(run(capex_grant=0.5, **PLANTS), GRANT, "paid anyway")
    assert "all of it for plants that pay without it; orders held by the growth limit in 6 of 6 years" in one.text
    assert one.effect == pytest.approx(0.5 * 500 * 10 * (1.3**6 - 1))  # 3 + 3.9 + ... t/yr


def test_grant_that_makes_plants_pay():
    # 100 against 1500/12.46 = 120 without and 60 with it
    one = only(run(capex_grant=0.5, **{**PLANTS, "capex": 1500.0}), GRANT, "acts")
    assert "0 % of it for plants that pay without it" in one.text


def test_grant_budget():
    one = only(run(capex_grant=0.5, grant_budget=100.0, **PLANTS), GRANT, "budget spent")
    assert one.text.startswith("claims pass the budget of 100 USD_2024/yr")


@pytest.mark.parametrize(
    ("given", "state", "words"),
    [
        ({"initial_capacity": 0.0}, "no seed", "no plant stands and there is no seed capacity"),
        ({"recovery_yield": 0.7, "recovery_floor": 0.8}, "no orders", "it recovers less than the law demands"),
        ({"growth_limit": 0.0}, "growth limit", "the growth limit is 0"),
        ({"capex": 1e6}, "does not pay", "a tonne of feed leaves 100 USD_2024/t at most, the plant costs 40"),
        ({"initial_capacity": 1000.0}, "no feed", "standing plants take all that is expected"),
        ({"initial_stock": None, "initial_chemistry_share": None}, "no feed", "there is no scrap for it"),
    ],
)
def test_grant_without_orders(given, state, words):
    one = only(run(capex_grant=0.5, **{**PLANTS, **given}), GRANT, state)
    assert words in one.text
    assert one.effect == 0.0


# --- Research --------------------------------------------------------------------------------------------------------


def test_research_that_nothing_answers_to():
    one = only(run(research_spending=100.0), RESEARCH, "no answer")
    assert one.text == "600 USD_2024 spent; neither cost nor yield answers to knowledge (both exponents are 0)"


def test_research_that_comes_too_late():
    late = over_time(YEARS, 0.0, 0.0, 0.0, 0.0, 100.0)
    one = only(run(research_spending=late, knowledge_cost_exponent=1.0), RESEARCH, "no answer")
    assert (one.period, one.text) == ("2024-2025", "200 USD_2024 spent; results act two years later, after the run")


def test_research_that_cuts_cost():
    # 100 a year from 2020 on a start of 100: four years of it in 2025, K/K0 = 5, cost 1 - 1/5 lower
    one = only(
        run(research_spending=100.0, knowledge_start=100.0, knowledge_cost_exponent=1.0, opex=10.0), RESEARCH, "acts"
    )
    assert one.text == "600 USD_2024 spent; recycling and its plants cost 80 % less in 2025"


def test_research_that_lifts_yields():
    # K/K0 = 5: 1 - (1 - 0.5)/5 = 0.9: 40 points
    given = {"recovery_yield": 0.5, "recovery_yield_max": 1.0, "knowledge_start": 100.0}
    one = only(run(research_spending=100.0, knowledge_yield_exponent=1.0, **given), RESEARCH, "acts")
    assert one.text == "600 USD_2024 spent; yields rise by up to 40 points (Co in plant, 2025)"


def test_research_with_nothing_better_within_reach_or_no_plant():
    stuck = only(
        run(research_spending=100.0, knowledge_start=100.0, knowledge_yield_exponent=1.0), RESEARCH, "no answer"
    )
    assert stuck.text.endswith("yields cannot rise, none within reach lies higher")
    given = {"knowledge_cost_exponent": 1.0, "knowledge_start": 100.0, "capacity": 0.0}
    assert only(run(research_spending=100.0, **given), RESEARCH, "acts").text.endswith(
        "no plant is at work that could use it"
    )


# --- Keeping used products -------------------------------------------------------------------------------------------


def test_keeping_used_products():
    # of 100 discards 40 would be exported, half are kept: 20 a year for 5 USD each; half of their parts are collected
    one = only(run(used_export_share=0.4, keep_share=0.5, keep_cost=5.0), KEEP, "acts")
    assert one.text == "product: 120 units kept in all for 600 USD_2024; 50 % of their parts are collected"
    assert one.effect == pytest.approx(600.0)


def test_keeping_without_cost_counts_the_metal():
    # 20 x 0.1 t x 1000 USD in each of six years
    assert only(run(used_export_share=0.4, keep_share=0.5), KEEP, "acts").effect == pytest.approx(6 * 2 * 1000)


def test_keeping_without_used_exports():
    assert only(run(keep_share=0.5), KEEP, "no feed").text == "product: no used ones are exported that could be kept"


def test_keeping_where_nothing_leaves_use():
    nothing = {"initial_stock": None, "initial_chemistry_share": None}
    one = only(run(used_export_share=0.4, keep_share=0.5, **nothing), KEEP, "no feed")
    assert one.text == "product: none leave use in these years"


def test_what_is_kept_may_wait():
    results = run(used_export_share=0.4, keep_share=0.5, capacity=10.0)
    assert only(results, KEEP, "no capacity").labels == ("component",)


def test_routes_that_get_no_grant_are_not_told():
    results = run(
        labels={"route": ["old", "fresh"]}, capex_grant=along("route", old=0.0, fresh=0.5), **PLANTS,
        recovery_yield=along("route", old=1.0, fresh=1.0),
    )  # fmt: skip
    assert {label for one in said(results, GRANT) for label in one.labels} == {"fresh"}

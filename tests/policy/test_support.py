"""Public support by hand: subsidies and their budgets, recovery floors, retention, research and learning.

`scrap_system`: 100 t of components with 10 t of element, worth 100 money/t, are discarded in 2020 and in 2021.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.tiny_systems import array, path, scrap_system, system

CURVE: dict[str, Any] = {"collection_elasticity": 0.5, "max_collection_rate": 0.9}


# --- budgets ---------------------------------------------------------------------------------------------------------
def test_collection_budget_looks_at_last_year() -> None:
    # 2020: the first year knows no base: the full 300 are counted on, V = 400, cr = 0.75; 75 t would cost 22500, 4500
    # are paid. 2021: share 4500/(300 * 75) = 0.2: V = 160, cr = 1 - 0.5 * 1.6^-0.5
    run = scrap_system(2, collection_subsidy=300.0, collection_budget=4500.0, **CURVE)
    assert run.path("collection_subsidy_paid") == pytest.approx([4500.0, 4500.0])
    assert run.path("scrap_value") == pytest.approx([400.0, 160.0])
    assert run.get("collection_rate", 2021) == pytest.approx(1.0 - 0.5 * 1.6**-0.5)


def test_output_budget_looks_at_last_year() -> None:
    # 5 t of metal a year, 200 a tonne is 1000, 250 are paid: in 2021 a quarter of the rate counts: 0.1 * (1000 + 50)
    run = scrap_system(2, output_subsidy=200.0, output_budget=250.0)
    assert run.path("output_subsidy_paid") == pytest.approx([250.0, 250.0])
    assert run.path("scrap_value") == pytest.approx([120.0, 105.0])


@pytest.mark.parametrize("lever", ["collection", "output"])
def test_a_budget_of_nothing_pays_and_promises_nothing(lever: str) -> None:
    run = scrap_system(2, **{f"{lever}_subsidy": 300.0, f"{lever}_budget": 0.0})
    assert run.path("scrap_value") == pytest.approx([100.0, 100.0])
    assert run.path(f"{lever}_subsidy_paid") == [0.0, 0.0]


def test_a_new_programme_counts_on_the_quantities_of_the_year_before() -> None:
    # the subsidy starts in 2021 on the 5 t of 2020: 250/(200 * 5) = a quarter counts at once, no spike
    run = scrap_system(2, output_subsidy=path(0.0, 200.0), output_budget=250.0)
    assert run.path("scrap_value") == pytest.approx([100.0, 105.0])
    assert run.path("output_subsidy_paid") == pytest.approx([0.0, 250.0])


def test_one_budget_for_all_elements() -> None:
    # 5 t of Co at 200 and 5 t of Nd at 100: 1500, of which 750: half of each rate counts in 2021
    elements = ["Co", "Nd"]
    run = scrap_system(
        2, content=array([0.1, 0.1], element=elements), output_subsidy=array([200.0, 100.0], element=elements),
        output_budget=750.0,
    )  # fmt: skip
    assert run.path("output_subsidy_paid") == pytest.approx([750.0, 750.0])
    assert run.path("scrap_value") == pytest.approx([200.0 + 30.0, 200.0 + 15.0])


# --- recovery floor --------------------------------------------------------------------------------------------------
def test_floor_charge_and_output_subsidy_in_the_margin() -> None:
    # eta 0.5, floor 0.8: 0.1 * (0.5 * (1000 + 200) - 300 * 0.3) - 10 = 41; 5 t are processed, 300 * 0.3 a tonne
    run = scrap_system(recovery_yield=0.5, recovery_floor=0.8, floor_penalty=300.0, output_subsidy=200.0, opex=10.0)
    assert run.get("scrap_value") == pytest.approx(41.0)
    assert run.get("floor_charge") == pytest.approx(300.0 * 0.3 * 5.0)
    assert run.get("output_subsidy_paid") == pytest.approx(200.0 * 2.5)


def test_a_floor_that_is_met_costs_nothing() -> None:
    run = scrap_system(recovery_yield=0.8, recovery_floor=0.8, floor_penalty=300.0)
    assert run.get("floor_charge") == 0.0
    assert run.get("scrap_value") == pytest.approx(80.0)


def test_no_new_capacity_below_the_floor_of_any_element() -> None:
    # Nd misses its floor, and the route gets no plant although all its feed holds Co only
    elements = ["Co", "Nd"]
    inputs: dict[str, Any] = {
        "content": array([0.1, 0.0], element=elements), "recovery_yield": array([0.9, 0.5], element=elements),
        "invest": True, "initial_capacity": 10.0, "capex": 10.0, "build_lag": 1.0,
    }  # fmt: skip
    assert scrap_system(**inputs).get("orders") > 0.0
    floor = array([0.8, 0.6], element=elements)
    run = scrap_system(recovery_floor=floor, **inputs)
    assert run.get("orders") == 0.0
    assert run.get("processed") == pytest.approx(10.0)  # what stands goes on


# --- retention -------------------------------------------------------------------------------------------------------
def test_kept_products_go_direct_and_cost() -> None:
    # 100 discards: 0.3 * (1 - 0.5) exported, 0.2 hibernating, 0.65 direct; 15 kept at 2 money each
    run = scrap_system(used_export_share=0.3, keep_share=0.5, keep_cost=2.0, hibernation_share=0.2)
    assert run.mass("exports_used") == pytest.approx(15.0)
    assert run.mass("discards_hibernating") == pytest.approx(20.0)
    assert run.mass("discards_direct") == pytest.approx(65.0)
    assert run.get("keep_cost_paid") == pytest.approx(30.0)
    assert run.get("public_cost") == pytest.approx(30.0)


# --- research and learning -------------------------------------------------------------------------------------------
def test_learning_by_doing() -> None:
    # X0 = 50, 50 t processed in 2020: one doubling at 20 %: opex 10 falls to 8 in 2021
    run = scrap_system(2, opex=10.0, learning_rate=0.2, initial_throughput=50.0)
    assert run.path("opex_total") == pytest.approx([50.0 * 10.0, 50.0 * 8.0])
    assert run.path("scrap_value") == pytest.approx([90.0, 92.0])


def test_research_works_two_years_later_and_fades() -> None:
    # KS0 = 100, 100 spent in 2020: 200 in 2022, half of what was added fades: 150 in 2023. b2 = 1: opex 10 halves;
    # b3 = 1: half of the gap of the yield from 0.5 to 0.9 closes
    run = scrap_system(
        4, research_spending=path(100.0, 0.0, 0.0, 0.0), knowledge_start=100.0, knowledge_decay=0.5, opex=10.0,
        knowledge_cost_exponent=1.0, knowledge_yield_exponent=1.0, recovery_yield=0.5, recovery_yield_max=0.9,
        capacity=10.0,
    )  # fmt: skip
    assert run.path("knowledge_stock") == pytest.approx([100.0, 100.0, 200.0, 150.0])
    assert run.path("opex_total") == pytest.approx([100.0, 100.0, 50.0, 100.0 / 1.5])
    assert run.path("recovery_yield") == pytest.approx([0.5, 0.5, 0.7, 0.9 - 0.4 / 1.5])
    assert run.path("research_paid") == pytest.approx([100.0, 0.0, 0.0, 0.0])


def test_what_is_known_without_the_programme_does_not_fade() -> None:
    run = system(3, research_spending=path(0.0, 0.0, 1.0), knowledge_start=100.0, knowledge_decay=0.9)
    assert run.path("knowledge_stock") == pytest.approx([100.0] * 3)


def test_research_can_pay_the_way_of_a_route() -> None:
    # pi = 100 - 150 < 0: idle in 2020 and 2021; knowledge doubles in 2022, opex halves: 50 a tonne, and 100 t wait
    run = scrap_system(3, opex=150.0, research_spending=path(100.0, 0.0, 0.0), knowledge_start=100.0,
                       knowledge_cost_exponent=1.0)  # fmt: skip
    assert run.path("processed") == pytest.approx([0.0, 0.0, 100.0])


# --- cost ------------------------------------------------------------------------------------------------------------
def test_public_and_social_cost() -> None:
    # public: subsidies 75 * 300 + 7.5 * 200, research 70, less the charge for 0.05 * 100 t short of the quota at 10
    # social: opex 75 * 10, collection 75 * 20, research 70; subsidies are transfers
    run = scrap_system(
        collection_subsidy=300.0, output_subsidy=200.0, opex=10.0, collection_cost=20.0, research_spending=70.0,
        collection_quota=0.8, collection_penalty=10.0, base_collection_rate=0.75, max_collection_rate=0.75,
    )  # fmt: skip
    assert run.get("quota_charge") == pytest.approx(50.0)
    assert run.get("public_cost") == pytest.approx(22500.0 + 1500.0 + 70.0 - 50.0)
    assert run.get("social_cost") == pytest.approx(750.0 + 1500.0 + 70.0)

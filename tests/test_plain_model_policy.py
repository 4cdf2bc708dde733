"""The plain-loop model against the specification: recovery, market and policy by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.plain_model import PlainResults
from tests.plain_model.cases import ONE, array, flow, item, policy, scrap_system, system, worked_year


# --- collection -----------------------------------------------------------------------------------------------------
def test_collection_answers_to_value() -> None:
    # V = 400 by subsidy 300; eps 0.5: 1 - 0.5*(4)^-0.5 = 0.75
    curve: dict[str, Any] = {"collection_elasticity": 0.5, "max_collection_rate": 0.9}
    results = scrap_system(collection_subsidy=300.0, **curve)
    assert policy(results, "scrap_value") == pytest.approx(400.0)
    assert policy(results, "collection_rate") == pytest.approx(0.75)
    assert policy(results, "collection_subsidy_paid") == pytest.approx(300.0 * 75.0)
    # value lost: opex 1100 gives pi = -1000, floored at 0.01 V0 = 1; 1 - 0.5*(0.01)^-0.5 < 0: 0
    assert policy(scrap_system(opex=1100.0, **curve), "scrap_value") == pytest.approx(1.0)
    assert policy(scrap_system(opex=1100.0, **curve), "collection_rate") == 0.0


@pytest.mark.parametrize(
    ("quota", "penalty", "state", "rate", "shadow"),
    [
        (0.4, None, "slack", 0.5, 0.0),
        (0.75, None, "binding", 0.75, 300.0),  # lam* = 100*(0.25/0.5)^-2 - 100
        (0.75, 300.1, "binding", 0.75, 300.0),
        (0.75, 125.0, "bought out", 1.0 - 0.5 * 2.25**-0.5, 125.0),  # V + lam = 225
        (0.95, 125.0, "unattainable", 1.0 - 0.5 * 2.25**-0.5, 125.0),
        (0.95, None, "unattainable", 0.9, 2400.0),  # what gives cr_max: 100*(0.1/0.5)^-2 - 100
    ],
)
def test_collection_quota(quota: float, penalty: float | None, state: str, rate: float, shadow: float) -> None:
    results = scrap_system(collection_elasticity=0.5, max_collection_rate=0.9, collection_quota=quota,
                           collection_penalty=penalty)  # fmt: skip
    assert policy(results, "quota_state") == state
    assert policy(results, "collection_rate") == pytest.approx(rate)
    assert policy(results, "shadow_price") == pytest.approx(shadow)
    assert policy(results, "quota_shortfall") == pytest.approx(max(0.0, quota - rate) * 100.0)
    assert policy(results, "quota_charge") == pytest.approx((penalty or 0.0) * max(0.0, quota - rate) * 100.0)


def test_collection_quota_without_elasticity_and_ramp() -> None:
    results = scrap_system(2, collection_quota=0.95, max_collection_rate=0.9, collection_penalty=10.0)
    assert (policy(results, "quota_state"), policy(results, "collection_rate")) == ("unattainable", 0.9)
    assert policy(results, "shadow_price") == 10.0
    results = scrap_system(2, collection_quota=0.8, collection_ramp=0.2)
    assert (policy(results, "quota_state"), policy(results, "collection_rate")) == ("ramp", pytest.approx(0.7))
    assert (policy(results, "quota_state", 2021), policy(results, "collection_rate", 2021)) == ("binding", 0.8)


def test_collection_quota_on_sales() -> None:
    # sold 300 t in 2020 (none before: no obligation), E = 100 t in 2021: Q = 0.5*300/100 = 1.5, clipped
    sold = array([300.0, 60.0, 0.0], time=[2020, 2021, 2022])
    results = scrap_system(3, sales=sold, lifetime={"survival": "fixed", "mean": 2.0}, collection_quota=0.5,
                           collection_quota_base="sales", max_collection_rate=0.9, collection_penalty=2.0)  # fmt: skip
    assert policy(results, "quota_state") == "none"
    assert policy(results, "quota_unclipped", 2021) == pytest.approx(1.5)
    assert policy(results, "quota_clipped", 2021) is True
    assert policy(results, "quota_shortfall", 2021) == pytest.approx(150.0 - 90.0)
    assert policy(results, "quota_charge", 2021) == pytest.approx(120.0)
    # 2022: mean of 300 and 60 sold: obligation 90; the cohort of 2020 leaves: E = 300, Q = 0.3 < cr0
    assert policy(results, "quota_unclipped", 2022) == pytest.approx(0.3)
    assert policy(results, "quota_state", 2022) == "slack"


def test_budget_looks_at_last_year() -> None:
    # 2020: full subsidy 300 seen, cr = 0.75, 75 t would cost 22500, 4500 paid; 2021 share 4500/(300*75) = 0.2:
    # V = 160, cr = 1-0.5*1.6^-0.5
    results = scrap_system(2, collection_subsidy=300.0, collection_budget=4500.0, collection_elasticity=0.5,
                           max_collection_rate=0.9)  # fmt: skip
    assert policy(results, "collection_subsidy_paid") == pytest.approx(4500.0)
    assert policy(results, "scrap_value", 2021) == pytest.approx(160.0)
    assert policy(results, "collection_rate", 2021) == pytest.approx(1.0 - 0.5 * 1.6**-0.5)


# --- second life, feed, routes --------------------------------------------------------------------------------------
def test_second_life() -> None:
    # 50 t collected, 0.6 to second life = 30 t with 2 years fixed (mid): out in 2022; cr7 0.5: 15 t to feed
    results = scrap_system(3, second_life_share=0.6, second_lifetime={"survival": "fixed", "mean": 2.0},
                           second_life_collection=0.5)  # fmt: skip
    assert flow(results, "second_life", 2020, "mass") == pytest.approx(30.0)
    assert flow(results, "second_life", 2021, "mass") == pytest.approx(60.0)
    assert flow(results, "second_life_eol", 2022, "mass") == pytest.approx(15.0)
    assert flow(results, "second_life_lost", 2022, "mass") == pytest.approx(15.0)


def test_capacity_backlog_and_overflow() -> None:
    # 50 t collected a year, room 20: 30 t stay; limit 1 year: 20 may stay, 10 overflow; next year 20+50-20 = 50, 30 go
    results = scrap_system(2, capacity=20.0, backlog_limit=1.0)
    assert flow(results, "processed", 2020, "mass") == pytest.approx(20.0)
    assert flow(results, "overflow", 2020, "mass") == pytest.approx(10.0)
    assert flow(results, "feed_store", 2020, "mass") == pytest.approx(20.0)
    assert flow(results, "overflow", 2021, "mass") == pytest.approx(30.0)
    nothing = scrap_system(1, capacity=0.0, backlog_limit=1.0)
    assert flow(nothing, "overflow", 2020, "mass") == pytest.approx(50.0)
    idle = scrap_system(1, capacity=0.0)
    assert flow(idle, "feed_store", 2020, "mass") == pytest.approx(50.0)


def test_scrap_trade() -> None:
    # (50 + 30) t, a quarter exported: 60 t processed; imported grade 0.2
    results = scrap_system(scrap_imports=30.0, scrap_import_grade=0.2, scrap_export_share=0.25)
    assert flow(results, "exports_scrap", element="mass") == pytest.approx(20.0)
    assert flow(results, "secondary") == pytest.approx(0.75 * (5.0 + 6.0))


def two_routes(price: list[float], capacity: list[float], **given: Any) -> PlainResults:
    """50 t of old scrap at grade 0.1, worth 100 a tonne; two routes by operating cost and room."""
    routes = ["a", "b"]
    return scrap_system(opex=array(price, route=routes), capacity=array(capacity, route=routes), **given)


def test_shares_follow_margin() -> None:
    # pi 40 and 60, beta 0.05: shares 1/(1+e^1), rest
    results = two_routes([60.0, 40.0], [100.0, 100.0], route_choice=0.05)
    assert policy(results, "processed", route="a") == pytest.approx(50.0 / (1.0 + math.e))
    assert policy(results, "processed", route="b") == pytest.approx(50.0 * math.e / (1.0 + math.e))
    # b has room for 10 only: the rest goes to a in the next round
    results = two_routes([60.0, 40.0], [100.0, 10.0], route_choice=0.05)
    assert policy(results, "processed", route="a") == pytest.approx(40.0)


def test_gate_fee_makes_a_losing_route_run_after_the_others() -> None:
    # a pays (pi 40, room 30), b loses 50 a tonne; quota with penalty 60 opens b for the rest, penalty 40 does not
    quota: dict[str, Any] = {"collection_quota": 0.5, "collection_penalty": 60.0}
    results = two_routes([60.0, 150.0], [30.0, 100.0], **quota)
    assert policy(results, "processed", route="a") == pytest.approx(30.0)
    assert policy(results, "processed", route="b") == pytest.approx(20.0)
    assert policy(results, "gate_fee_paid", route="b") == pytest.approx(20.0 * 50.0)
    for closed in ({}, {"collection_quota": 0.5, "collection_penalty": 40.0}):
        results = two_routes([60.0, 150.0], [30.0, 100.0], **closed)
        assert policy(results, "processed", route="b") == 0.0
    mandate = two_routes([60.0, 150.0], [30.0, 100.0], collection_quota=0.5)  # no buy-out: no limit
    assert policy(mandate, "processed", route="b") == pytest.approx(20.0)


def test_scarce_room_goes_to_the_better_feed() -> None:
    # rich imported scrap (grade 0.2, pi 200) before old scrap (pi 100); ties share pro rata
    results = scrap_system(capacity=60.0, scrap_imports=40.0, scrap_import_grade=0.2)
    assert (
        results.cell("flows", "processed", region=ONE, time=2020, element="mass", route=ONE, scrap="imported") == 40.0
    )
    assert results.cell("flows", "processed", region=ONE, time=2020, element="mass", route=ONE, scrap="old") == 20.0
    tied = scrap_system(capacity=60.0, scrap_imports=50.0, scrap_import_grade=0.1)
    assert results.cell("flows", "processed", region=ONE, time=2020, element="mass", route=ONE, scrap="old") == 20.0
    assert tied.cell("flows", "processed", region=ONE, time=2020, element="mass", route=ONE, scrap="old") == 30.0


def test_floor_charge_and_output_subsidy_in_the_margin() -> None:
    # eta 0.5, floor 0.8: 0.1*(0.5*(1000+sub 200) - 300*0.3) - 10 = 41
    results = scrap_system(recovery_yield=0.5, recovery_floor=0.8, floor_penalty=300.0, output_subsidy=200.0, opex=10.0)
    assert policy(results, "scrap_value") == pytest.approx(41.0)
    assert policy(results, "floor_charge") == pytest.approx(300.0 * 0.3 * 5.0)
    assert policy(results, "output_subsidy_paid") == pytest.approx(200.0 * 2.5)


def test_learning_and_knowledge() -> None:
    # X0 = 50, 50 t processed in 2020: one doubling at 20 %: opex 8 in 2021
    results = scrap_system(2, opex=10.0, learning_rate=0.2, initial_throughput=50.0)
    assert policy(results, "opex", 2021) == pytest.approx(8.0)
    # research 100 in 2020 doubles KS0 = 100 in 2022, fades by 0.5 to 50 in 2023; b2 = 1: half; b3 = 1
    spending = array([100.0, 0.0, 0.0, 0.0], time=[2020, 2021, 2022, 2023])
    results = system(4, research_spending=spending, knowledge_start=100.0, knowledge_decay=0.5, opex=10.0,
                     knowledge_cost_exponent=1.0, knowledge_yield_exponent=1.0, recovery_yield=0.5,
                     recovery_yield_max=0.9)  # fmt: skip
    assert [policy(results, "knowledge_stock", year) for year in (2021, 2022, 2023)] == [100.0, 200.0, 150.0]
    assert policy(results, "opex", 2022) == pytest.approx(5.0)
    assert policy(results, "recovery_yield", 2022) == pytest.approx(0.9 - 0.4 / 2.0)


# --- manufacturing and market ---------------------------------------------------------------------------------------
def test_need_and_manufacturing_loss() -> None:
    # 100 units * 0.1 t / 0.8 = 12.5 t; loss 2.5, 0.6 of it new scrap, which is recycled the year after
    results = system(2, manufacturing_yield=0.8, new_scrap_share=0.6)
    assert policy(results, "requirement") == pytest.approx(12.5)
    assert flow(results, "new_scrap") == pytest.approx(1.5)
    assert flow(results, "mfg_loss") == pytest.approx(1.0)
    assert flow(results, "secondary", 2020) == 0.0
    assert flow(results, "secondary", 2021) == pytest.approx(1.5)


def test_product_trade_and_re_exports() -> None:
    # wanted 100, imports 120, exports 50: output 30; re-exports 20, exports from output 30; ban 0.5
    results = system(product_imports=120.0, product_exports=50.0, product_ban=0.5, carry_share=0.4)
    assert item(results, "product_output") == pytest.approx(30.0)
    assert flow(results, "imports_product", element="mass") == pytest.approx(60.0)
    assert item(results, "sales_units") == pytest.approx(50.0)
    assert flow(results, "exports_product", element="mass") == pytest.approx(30.0 + 10.0)
    assert item(results, "unmet_units") == pytest.approx(50.0)
    with pytest.raises(ValueError, match="output below 0"):
        system(product_imports=120.0)


def test_carry() -> None:
    results = system(2, product_import_share=1.0, product_ban=array([0.5, 0.0], time=[2020, 2021]), carry_share=0.4)
    assert item(results, "sales_units", 2021) == pytest.approx(100.0 + 0.4 * 50.0)


def test_leontief_with_imported_components_and_two_chemistries() -> None:
    # chemistry x holds Co, y holds Li, half each; 40 % of components imported; need Co = Li = 0.6*50*0.1 = 3 t.
    # Co banned by half: phi_x = 0.5, phi_y = 1, phi_k = 0.75, phi' = 0.4+0.6*0.75 = 0.85: 85 units, of which
    # 40/0.85*0.85 = 40 imported (20 x, 20 y) and 45 home-made (15 x, 30 y)
    chemistries, elements = ["x", "y"], ["Co", "Li"]
    results = system(
        chemistry_share=array([0.5, 0.5], chemistry=chemistries),
        content=array([[0.1, 0.0], [0.0, 0.1]], chemistry=chemistries, element=elements),
        component_import_share=0.4,
        ban=array([0.5, 0.0], element=elements),
    )
    assert item(results, "sales_units") == pytest.approx(85.0)
    assert flow(results, "imports_component", element="Co") == pytest.approx(2.0)
    assert flow(results, "refined_use", element="Co") == pytest.approx(1.5)
    assert flow(results, "refined_use", element="Li") == pytest.approx(3.0)
    assert policy(results, "chemistry_mix", chemistry="x") == pytest.approx(35.0 / 85.0)
    assert flow(results, "imports", element="Co") == pytest.approx(1.5)


def test_scarcest_component_limits_the_product() -> None:
    # battery holds Co (banned 80 %), magnet Nd: phi_p = 0.2; Nd for 20 units only; other need keeps its own phi
    components, elements = ["battery", "magnet"], ["Co", "Nd"]
    results = system(
        content=array([[0.1, 0.0], [0.0, 0.1]], component=components, element=elements),
        ban=array([0.8, 0.0], element=elements),
        other_need=5.0,
    )
    assert item(results, "sales_units") == pytest.approx(20.0)
    assert flow(results, "refined_use", element="Nd") == pytest.approx(2.0)
    assert flow(results, "other_use", element="Nd") == pytest.approx(5.0)
    assert flow(results, "other_use", element="Co") == pytest.approx(1.0)


def test_price_follows_last_years_shortage() -> None:
    ban = array([0.75, 1.0, 0.0], time=[2020, 2021, 2022])
    results = system(3, ban=ban, base_price=10.0, scarcity_exponent=0.5, price_cap=4.0)
    # phi 0.25: (4)^0.5 = 2; phi 0: cap 4
    assert [policy(results, "price", year) for year in (2020, 2021, 2022)] == pytest.approx([10.0, 20.0, 40.0])


def test_substitution() -> None:
    # Co doubles to 20 in 2021: C of x rises by 0.1*10/1 = 1; b = ln 3: w = 1/3 and 1: sig* = 1/4; speed 0.5: 0.375
    chemistries, elements = ["x", "y"], ["Co", "Li"]
    results = system(
        2,
        chemistry_share=array([0.5, 0.5], chemistry=chemistries),
        content=array([[0.1, 0.0], [0.0, 0.1]], chemistry=chemistries, element=elements),
        ban=array([[0.5, 0.0], [0.0, 0.0]], time=[2020, 2021], element=elements),
        base_price=10.0,
        scarcity_exponent=1.0,
        substitution_response=math.log(3.0),
    )
    assert policy(results, "price", 2021, element="Co") == pytest.approx(20.0)
    assert policy(results, "chemistry_mix", 2021, chemistry="x") == pytest.approx(0.375)


def test_stockpile_fill() -> None:
    # 73 days of 10 t/yr: 2 t wanted, 1.5 may be filled a year; bought beside the 10 t needed
    results = system(3, stockpile_days=73.0, fill_limit=1.5)
    assert [flow(results, "stockpile", year) for year in (2020, 2021, 2022)] == pytest.approx([1.5, 2.0, 2.0])
    assert flow(results, "imports") == pytest.approx(11.5)
    # secondary surplus that would be exported goes in first
    results = worked_year(other_need=199.0, stockpile_days=365.0, fill_limit=41.0, ban=0.0)
    assert flow(results, "stock_fill") == pytest.approx(41.0)
    assert flow(results, "exports_refined") == 0.0
    assert flow(results, "imports") == pytest.approx(40.0)


def test_joint_pool() -> None:
    # both need 10 t, east banned fully, west not; stocks 2 and 6, release limits 2 and 3: east receives 5
    regions = ["east", "west"]
    results = system(
        joint_pool=True,
        ban=array([1.0, 0.0], region=regions),
        initial_stockpile=array([2.0, 6.0], region=regions),
        release_limit=array([2.0, 3.0], region=regions),
    )
    assert flow(results, "stock_release", region="east") == pytest.approx(5.0)
    assert flow(results, "stockpile", region="east") == pytest.approx(0.0)
    assert flow(results, "stockpile", region="west") == pytest.approx(3.0)
    assert flow(results, "pool_out", region="west") == pytest.approx(3.0)


# --- recycled content -----------------------------------------------------------------------------------------------
def content_system(years: int, secondary: list[float], **given: Any) -> PlainResults:
    """Need 100 t a year, imported scrap metal of so many t a year; obligation 30 %, penalty 50."""
    time = list(range(2020, 2020 + years))
    return system(years, sales=1000.0, scrap_imports=array(secondary, time=time), scrap_import_grade=1.0,
                  content_quota=0.3, content_penalty=50.0, **given)  # fmt: skip


def test_certificates() -> None:
    # 28.5 t of 30: rest 1.5, 1.5/30/0.1 = 0.5: goal 25, taken at once; then 0 t: goal 50, a fifth of the way: 30
    results = content_system(3, [28.5, 0.0, 0.0])
    assert policy(results, "content_shortfall") == pytest.approx(1.5)
    assert policy(results, "content_charge") == pytest.approx(75.0)
    assert [policy(results, "certificate_price", year) for year in (2020, 2021, 2022)] == pytest.approx([0, 25, 30])


def test_credits() -> None:
    # 2020: 50 t of 100: 30 to the obligation, 20 over the same use: credits 20 for one year;
    # 2021: 15 t, short 15, 5 left but void in 2022
    results = content_system(3, [50.0, 15.0, 29.0], credit_life=1)
    assert policy(results, "credit_balance") == pytest.approx(20.0)
    assert policy(results, "content_shortfall", 2021) == 0.0
    assert policy(results, "credit_balance", 2021) == pytest.approx(5.0)
    assert policy(results, "content_shortfall", 2022) == pytest.approx(1.0)
    # half of the need is other use: it takes half of what the obliged ones leave, 20*100*0.7/(70+100)
    results = content_system(1, [50.0], credit_life=1, other_need=100.0)
    assert policy(results, "credit_balance") == pytest.approx(20.0 * 70.0 / 170.0)
    assert policy(content_system(1, [50.0]), "credit_balance") == 0.0


# --- investment -----------------------------------------------------------------------------------------------------
def invest_system(years: int = 1, **given: Any) -> PlainResults:
    """50 t of old scrap a year in 2020 and 2021, pi = 60; capex 100, 2 years, no interest: AF = 2."""
    inputs: dict[str, Any] = {
        "invest": True,
        "opex": 40.0,
        "capex": 100.0,
        "plant_life": 2,
        "build_lag": 1,
        "discount_rate": 0.0,
        "initial_capacity": 10.0,
        "seed_capacity": 30.0,
        "growth_limit": 1.0,
        **given,
    }
    return scrap_system(years, **inputs)


def test_orders() -> None:
    # expected feed 2021: 50 + (50-10)/5 = 58; NPV = -100 + 60*1*2 = 20, u = min(1, 50/10); z = 1/(1+e^-1) = 0.731;
    # 58 z = 42.4 less the 10 alive in 2021 = 32.4, at most max(10, 30)*1 = 30
    results = invest_system(3)
    assert policy(results, "orders") == pytest.approx(30.0)
    wide = invest_system(1, growth_limit=10.0)
    assert policy(wide, "orders") == pytest.approx(58.0 / (1.0 + math.exp(-1.0)) - 10.0)
    # runs from 2021, beside the first 10, which retire in 2022
    assert [policy(results, "capacity", year) for year in (2020, 2021, 2022)] == pytest.approx(
        [10.0, 40.0, 30.0 + policy(results, "orders", 2021)]
    )


def test_grant_floor_and_contracted_plants() -> None:
    # grant 0.4: NPV = -60+120 = 60, z = 1/(1+e^-3); paid 0.4*100*orders
    results = invest_system(growth_limit=10.0, capex_grant=0.4)
    orders = 58.0 / (1.0 + math.exp(-3.0)) - 10.0
    assert policy(results, "orders") == pytest.approx(orders)
    assert policy(results, "grant_paid") == pytest.approx(40.0 * orders)
    assert policy(invest_system(recovery_yield=0.9, recovery_floor=0.95), "orders") == 0.0
    # opex 140: pi = -40; full cost 50+40 = 90 a tonne: built under a quota with penalty 90 or more (z = 1)
    quota: dict[str, Any] = {"opex": 140.0, "collection_quota": 0.5, "growth_limit": 10.0}
    assert policy(invest_system(**quota, collection_penalty=91.0), "orders") == pytest.approx(58.0 - 10.0)
    # penalty 89 opens the gate (fee 40) but contracts nothing: NPV = -100, z = 1/(1+e^5): below the 10 alive
    assert policy(invest_system(**quota, collection_penalty=89.0), "orders") == 0.0
    assert policy(invest_system(**quota, collection_penalty=30.0), "orders") == 0.0
    # the same without any plant: NPV = -100 + 0 (the fee covers the loss), 60/(1+e^5) ordered; not -100 - 40*2
    none = invest_system(**quota, collection_penalty=89.0, initial_capacity=0.0)
    assert policy(none, "orders") == pytest.approx(60.0 / (1.0 + math.exp(5.0)))

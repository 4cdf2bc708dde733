"""The plain-loop model against the specification: identities, worked examples, stocks by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.plain_model import PlainResults, plain_drill, plain_indicators, run_plain, worst_residual
from tests.plain_model.cases import ONE, array, flow, item, policy, scrap_system, system, worked_year
from tests.random_systems import random_system


# --- identities -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("levers", "seed"),
    [("none", 0), ("none", 1), ("every", 2), ("every", 11), ("every", 23), *[("all", seed) for seed in range(6)]],
)
def test_identities_of_section_2(levers: str, seed: int) -> None:
    arrays, years, lifetimes = random_system(seed, levers)
    results = run_plain({**arrays, **lifetimes}, years)
    ratio, place = worst_residual(results)
    assert ratio <= 1.0, place
    for group in (results.flows, results.stocks, results.items):
        for name, cells in group.items():
            assert all(value >= 0.0 for value in cells.values()), name
    # by cohort: sold = discards so far + stock
    for (r, t, c, p), sold in results.cohorts["sold_by_cohort"].items():
        gone = sum(results.cell("cohorts", "discards_by_cohort", region=r, time=year, cohort=c, product=p)
                   for year in range(t, years[-1] + 1))  # fmt: skip
        left = results.cell("cohorts", "stock_by_cohort", region=r, time=years[-1], cohort=c, product=p)
        assert gone + left == pytest.approx(sold, rel=1e-9, abs=1e-6)
    # bookkeeping between groups
    for r in ("east", "west"):
        for t in years:
            for e in results.labels["element"]:
                here = {"region": r, "time": t, "element": e}
                need = results.cell("policy", "requirement", **here)
                met = results.cell("policy", "realised_requirement", **here)
                phi = results.cell("policy", "supply_factor", **here)
                assert met <= phi * need * (1 + 1e-9) + 1e-9
                used = results.total("refined_use", r, t, e) + results.total("other_use", r, t, e)
                assert used == pytest.approx(met, rel=1e-9, abs=1e-9)


def test_uneven_years_are_refused() -> None:
    with pytest.raises(ValueError, match="2023 follows 2021"):
        run_plain({"sales": 1.0}, [2020, 2021, 2023])


def test_to_array_selects_sums_and_orders() -> None:
    arrays, years, lifetimes = random_system(3, "every")
    results = run_plain({**arrays, **lifetimes}, years)
    coords: dict[str, Any] = {"element": ["Co", "Li"], "time": years, "region": ["east", "west"]}
    found = results.to_array("sales", ["element", "time", "region"], coords)
    assert found.shape == (2, len(years), 2)
    assert found[1, 2, 0] == pytest.approx(results.total("sales", "east", years[2], "Li"))
    mass = results.to_array("sales", ["region", "time"], {**coords, "element": ["mass"]})
    assert mass[1, 3] == pytest.approx(results.total("sales", "west", years[3], "mass"))
    states = results.to_array("quota_state", ["product", "component"], {
        "product": ["car"], "component": ["battery"], "region": ["east"], "time": [years[0]],
    })  # fmt: skip
    assert states[0, 0] == results.policy["quota_state"]["east", years[0], "car", "battery"]


# --- worked year of section 7 ---------------------------------------------------------------------------------------
def test_worked_year() -> None:
    results = worked_year()
    assert flow(results, "secondary") == pytest.approx(200.0)
    assert flow(results, "primary") == pytest.approx(50.0)
    assert policy(results, "import_requirement_mass") == pytest.approx(750.0)
    # A 0.5*450 = 225; B wants 300, room 30, A misses 225: B 330
    assert results.cell("flows", "imports", region=ONE, time=2020, origin="A", element=ONE) == pytest.approx(225.0)
    assert results.cell("flows", "imports", region=ONE, time=2020, origin="B", element=ONE) == pytest.approx(330.0)
    # gap 195, stockpile 60 all released: phi = (200+50+555+60)/1000
    assert flow(results, "stock_release") == pytest.approx(60.0)
    assert policy(results, "supply_factor") == pytest.approx(0.865)
    assert flow(results, "other_use") == pytest.approx(865.0)
    found = {name: cells[ONE, 2020, ONE] for name, cells in plain_indicators(results).items() if "cost" not in name}
    assert found["net_import_reliance"] == pytest.approx(615 / 865, abs=1e-9)  # 0.711
    assert found["self_sufficiency"] == pytest.approx(0.415)  # (165 + 50 + 200)/1000
    assert found["n_1_cover"] == pytest.approx(0.475)
    assert found["import_requirement"] == pytest.approx(0.75)
    assert found["unmet_share"] == pytest.approx(0.135)
    assert found["top_origin_share"] == pytest.approx(330 / 865)
    assert found["hhi"] == pytest.approx((225 / 555) ** 2 + (330 / 555) ** 2)


def test_limited_secondary_share() -> None:
    # rc_max 0.15: use 150 (50 t go abroad), J = 800: A 0.5*480 = 240, B 1.1*320 = 352, gap 208, release 60:
    # O = 50+592+60 = 702; phi = min((150+702)/1000, 702/850) = 702/850, and R' = 702/0.85, use' = 0.15 R'
    results = worked_year(secondary_share_max=0.15)
    assert policy(results, "supply_factor") == pytest.approx(702.0 / 850.0)
    assert policy(results, "domestic_use") == pytest.approx(0.15 * 702.0 / 0.85)
    assert flow(results, "stock_release") == pytest.approx(60.0)
    assert flow(results, "exports_refined") == pytest.approx(200.0 - 0.15 * 702.0 / 0.85)


def test_ore_ban_hits_what_others_refine() -> None:
    # B's ore is half A's; A's full ore ban cuts B by half but not A itself, and B has no headroom in that year
    origins = ["A", "B", "mud"]
    shares = array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]], origin=origins, miner=origins)
    results = worked_year(ban=0.0, ore_ban=array([1.0, 0.0, 0.0], origin=origins), ore_share=shares)
    assert flow(results, "imports") == pytest.approx(450.0 + 150.0)


def test_equity_protects_and_full_ban_leaves_domestic_share() -> None:
    # B fully banned but half owned and protected to 0.8: 1 - 1*(1-0.4) = 0.4 of 300; A has no headroom
    origins = ["A", "B", "mud"]
    results = worked_year(ban=array([0.0, 1.0, 0.0], origin=origins), equity_protection=0.8)
    assert flow(results, "imports") == pytest.approx(450.0 + 120.0)
    results = worked_year(ban=1.0, initial_stockpile=0.0)
    assert policy(results, "supply_factor") == pytest.approx(0.25)


def test_secondary_above_need_is_exported() -> None:
    results = worked_year(other_need=180.0, primary_export=True)
    assert flow(results, "imports") == 0.0
    assert flow(results, "exports_refined") == pytest.approx(20.0 + 50.0)


def test_domestic_source_waits_for_price_and_start() -> None:
    dear = {"primary_always": False, "primary_cost": 2.0}
    assert flow(worked_year(**dear), "primary") == 0.0
    assert flow(worked_year(**dear, base_price=2.0), "primary") == pytest.approx(50.0)
    assert flow(worked_year(primary_start=2021), "primary") == 0.0


# --- drill ----------------------------------------------------------------------------------------------------------
def test_drill_examples() -> None:
    full: dict[str, Any] = {"need": 365.0, "stock": 60.0, "shares": {"A": 1.0}, "banned": {"A": 1.0}}
    drill = plain_drill(domestic=0.0, length=90.0, **full)
    assert (drill.daily_gap, drill.cover, drill.first_unmet_day) == (1.0, 60.0, 61.0)
    assert drill.unmet == pytest.approx(30.0)
    half = plain_drill(domestic=182.5, length=120.0, **full)
    assert (half.cover, half.unmet, half.first_unmet_day) == (120.0, 0.0, None)
    # release at most 0.5 t/day: unmet from the first day; 20 days fall into the next year (day 296..365 is 70 days)
    slow = plain_drill(domestic=0.0, length=90.0, start_day=296.0, release_limit=182.5, **full)
    assert (slow.days_in_year, slow.days_next_year, slow.first_unmet_day) == (70.0, 20.0, 1.0)
    assert slow.unmet == pytest.approx(70.0 - 35.0)


@pytest.mark.parametrize("headroom", [0.0, 0.1])
def test_drill_against_the_annual_step(headroom: float) -> None:
    # 90 days of a full ban on A: annual cap 450*(1-90/365); drill: 1.2329 t/day missing on 90 days; both 110.96 t
    origins = ["A", "B", "mud"]
    results = worked_year(ban=array([90.0 / 365.0, 0.0, 0.0], origin=origins), headroom=headroom, initial_stockpile=0.0)
    annual = policy(results, "unmet_demand")
    drill = plain_drill(1000.0, 250.0, 0.0, {"A": 0.6, "B": 0.4}, {"A": 1.0}, 90.0, headroom={"B": headroom})
    if headroom == 0.0:
        assert annual == pytest.approx(450.0 * 90.0 / 365.0)
        assert drill.unmet == pytest.approx(annual)
    else:
        assert annual < drill.unmet


# --- use ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("timing", "shift"), [("start", 1.0), ("mid", 0.5), ("end", 0.0)])
def test_survival_timing_and_first_year_failures(timing: str, shift: float) -> None:
    results = system(2, timing=timing, sales=array([100.0, 0.0], time=[2020, 2021]),
                     lifetime={"survival": "exponential", "mean": 5.0})  # fmt: skip
    assert item(results, "stock_units") == pytest.approx(100.0 * math.exp(-shift / 5.0))
    assert item(results, "discards_units") == pytest.approx(100.0 * (1.0 - math.exp(-shift / 5.0)))
    assert item(results, "stock_units", 2021) == pytest.approx(100.0 * math.exp(-(shift + 1.0) / 5.0))


def test_hazard_multiplier_acts_on_the_ratio() -> None:
    # exponential 5 years at the end of the year, m = 0.5 in 2021: 100 exp(-0.1)
    results = system(2, timing="end", lifetime={"survival": "exponential", "mean": 5.0},
                     sales=array([100.0, 0.0], time=[2020, 2021]),
                     hazard_multiplier=array([1.0, 0.5], time=[2020, 2021]))  # fmt: skip
    assert item(results, "stock_units", 2021) == pytest.approx(100.0 * math.exp(-0.1))


def test_initial_stock_enters_the_same_recursion() -> None:
    # lifetime 3 fixed, mid-year: cohort 2017 has sf(2)=1 (2.5 years), sf(3)=0: gone in 2020; cohort 2018 in 2021
    cohorts = list(range(2017, 2023))
    stock = array([10.0, 20.0, 30.0, 0.0, 0.0, 0.0], cohort=cohorts)
    results = system(3, sales=0.0, initial_stock=stock, initial_chemistry_share=1.0,
                     lifetime={"survival": "fixed", "mean": 3.0})  # fmt: skip
    assert [item(results, "discards_units", year) for year in (2020, 2021, 2022)] == pytest.approx([10.0, 20.0, 30.0])
    assert flow(results, "in_use", 2020) == pytest.approx(5.0)
    assert flow(results, "in_use", 2020, "mass") == pytest.approx(50.0)


def test_stock_driven_sales_and_early_retirement() -> None:
    # exponential 10 years, end of year: survivors 100 e^-0.1 = 90.48 of a target 120: sales 29.52; then target 50
    target = array([100.0, 120.0, 50.0], time=[2020, 2021, 2022])
    results = system(3, sales=None, stock_target=target, timing="end",
                     lifetime={"survival": "exponential", "mean": 10.0}, carry_share=1.0)  # fmt: skip
    assert item(results, "sales_units", 2021) == pytest.approx(120.0 - 100.0 * math.exp(-0.1))
    assert item(results, "sales_units", 2022) == 0.0
    assert item(results, "stock_units", 2022) == pytest.approx(50.0)
    assert item(results, "early_retirement", 2022) == pytest.approx(120.0 * math.exp(-0.1) - 50.0)
    assert item(results, "discards_units", 2022) == pytest.approx(70.0)


def test_target_and_sales_side_by_side() -> None:
    products = ["car", "phone"]
    results = system(
        sales=array([math.nan, 7.0], product=products), stock_target=array([50.0, math.nan], product=products)
    )
    assert item(results, "sales_units", product="car") == pytest.approx(50.0)
    assert item(results, "sales_units", product="phone") == pytest.approx(7.0)


def test_no_new_product_survives() -> None:
    with pytest.raises(ValueError, match="survives its first year"):
        system(sales=None, stock_target=10.0, lifetime={"survival": "fixed", "mean": 0.4})


def test_paths_of_discards() -> None:
    # 10 discards of 1 t in 2020: 0.3*(1-0.5) exported, 0.2 hibernating, 0.65 direct; keep cost 10*0.15*2
    cohorts = [2017, 2018, 2019, 2020, 2021]
    results = system(2, sales=0.0, initial_stock=array([10.0, 0.0, 0.0, 0.0, 0.0], cohort=cohorts),
                     initial_chemistry_share=1.0, lifetime={"survival": "fixed", "mean": 3.0}, used_export_share=0.3,
                     keep_share=0.5, keep_cost=2.0, hibernation_share=0.2, hibernation_release=0.25,
                     base_collection_rate=0.4)  # fmt: skip
    assert flow(results, "exports_used", element="mass") == pytest.approx(1.5)
    assert flow(results, "discards_hibernating", element="mass") == pytest.approx(2.0)
    assert flow(results, "discards_direct", element="mass") == pytest.approx(6.5)
    assert flow(results, "collected", element="mass") == pytest.approx(2.6)
    assert policy(results, "keep_cost_paid") == pytest.approx(3.0)
    # released next year: 0.25*2 = 0.5, of which 0.4 collected
    assert flow(results, "released", 2021, "mass") == pytest.approx(0.5)
    assert flow(results, "collected", 2021, "mass") == pytest.approx(0.2)
    assert flow(results, "hibernation", 2021, "mass") == pytest.approx(1.5)


def test_content_stays_with_the_cohort() -> None:
    content = array([0.5, 0.1, 0.1, 0.1], cohort=[2019, 2020, 2021, 2022])
    results = system(1, content=content, initial_stock=array([10.0, 0.0, 0.0, 0.0], cohort=content.cohort.values),
                     initial_chemistry_share=1.0)  # fmt: skip
    assert flow(results, "in_use") == pytest.approx(10.0 * 0.5 + 100.0 * 0.1)


# --- component lifetimes --------------------------------------------------------------------------------------------
def component_system(**given: Any) -> PlainResults:
    """80 cars (cohort 2019) and 20 of 2018; parts fail exponentially (mean 4), cars never do."""
    cohorts = [2018, 2019, 2020, 2021, 2022]
    inputs: dict[str, Any] = {
        "sales": 0.0,
        "initial_stock": array([20.0, 80.0, 0.0, 0.0, 0.0], cohort=cohorts),
        "initial_chemistry_share": 1.0,
        "timing": "end",
        "lifetime": {"survival": "fixed", "mean": 30.0},
        "component_lifetime": {"survival": "exponential", "mean": 4.0},
        **given,
    }
    return system(2, **inputs)


def test_spare_parts() -> None:
    # every part fails with 1-e^-0.25 a year (age 1: sfk(1) = e^-0.25, the same here)
    failing = 1.0 - math.exp(-0.25)
    results = component_system()
    assert item(results, "discards_units") == 0.0
    assert flow(results, "spares", element="mass") == pytest.approx(100.0 * failing)
    assert flow(results, "discards_direct", element="mass") == pytest.approx(100.0 * failing)
    assert flow(results, "in_use", element="mass") == pytest.approx(100.0)
    assert flow(results, "spares", 2021, "mass") == pytest.approx(100.0 * failing)


def test_age_one_takes_the_failures_of_the_year_of_making() -> None:
    # Weibull, mid-year: a part of 2019 meets SF(1.5) in 2020, not SF(1.5)/SF(0.5); one of 2018 meets SF(2.5)/SF(1.5)
    def sf(x: float) -> float:
        return math.exp(-((x / 4.0) ** 2))

    results = component_system(timing="mid", component_lifetime={"survival": "weibull", "shape": 2.0, "scale": 4.0})
    expected = 80.0 * (1.0 - sf(1.5)) + 20.0 * (1.0 - sf(2.5) / sf(1.5))
    assert flow(results, "spares", element="mass") == pytest.approx(expected)


def test_product_ends_with_the_part_above_the_age() -> None:
    # age in 2020: cohort 2018 is 2, cohort 2019 is 1; replaced up to age 1 only
    failing = 1.0 - math.exp(-0.25)
    results = component_system(replacement_max_age=1.0)
    assert item(results, "discards_units") == pytest.approx(20.0 * failing)
    assert flow(results, "spares", element="mass") == pytest.approx(80.0 * failing)
    assert item(results, "stock_units", 2021) == pytest.approx(20.0 * (1 - failing) ** 2 + 80.0 * (1 - failing))


def test_missing_parts_wait() -> None:
    # a full ban and no stock: no spares; next year the failing of the rest is needed as well
    failing = 1.0 - math.exp(-0.25)
    results = component_system(ban=array([1.0, 0.0], time=[2020, 2021]))
    assert flow(results, "spares", element="mass") == 0.0
    assert flow(results, "in_use", element="mass") == pytest.approx(100.0 * (1.0 - failing))
    assert item(results, "stock_units") == pytest.approx(100.0)
    assert flow(results, "spares", 2021, "mass") == pytest.approx(100.0 * (failing + (1.0 - failing) * failing))
    assert flow(results, "in_use", 2021, "mass") == pytest.approx(100.0)


def test_reused_parts() -> None:
    # cars: exponential 10 (end of year), parts as above; with product 100(1-e^-0.1) = 9.516 units, all direct
    # reuse 0.8 * cr 0.5 of them = 3.807 < need 100 e^-0.1 (1-e^-0.25) = 20.015: made 16.209
    results = component_system(lifetime={"survival": "exponential", "mean": 10.0}, reuse_share=0.8,
                               base_collection_rate=0.5, second_life_share=0.25)  # fmt: skip
    dying = 100.0 * (1.0 - math.exp(-0.1))
    need = 100.0 * math.exp(-0.1) * (1.0 - math.exp(-0.25))
    assert flow(results, "reused", element="mass") == pytest.approx(0.4 * dying)
    assert flow(results, "spares", element="mass") == pytest.approx(need - 0.4 * dying)
    gross = 0.5 * (dying + need)
    assert flow(results, "to_second_life", element="mass") == pytest.approx(0.25 * (gross - 0.4 * dying))
    assert flow(results, "collected", element="mass") == pytest.approx(0.75 * (gross - 0.4 * dying))


# --- faults are refused ---------------------------------------------------------------------------------------------
def test_faults() -> None:
    with pytest.raises(ValueError, match="hibernation_share > 1"):
        system(used_export_share=0.6, hibernation_share=0.6)
    with pytest.raises(ValueError, match="outweigh"):
        system(content=1.2)
    with pytest.raises(ValueError, match="above max_collection_rate"):
        scrap_system(max_collection_rate=0.4)
    with pytest.raises(ValueError, match="required"):
        system(content=None)

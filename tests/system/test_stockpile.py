"""The national stockpile by hand: release, fill, and the joint pool of two regions."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.tiny_systems import array, by_origin, path, system, worked_year

REGIONS = ["east", "west"]


def test_stock_larger_than_the_gap() -> None:
    # the gap of the worked year is 195 t
    run = worked_year(initial_stockpile=300.0)
    assert run.get("stock_release") == pytest.approx(195.0)
    assert run.get("stockpile") == pytest.approx(105.0)
    assert (run.get("supply_factor"), run.get("unmet_demand")) == (1.0, 0.0)


def test_release_limit() -> None:
    run = worked_year(initial_stockpile=300.0, release_limit=100.0)
    assert run.get("stock_release") == pytest.approx(100.0)
    assert run.get("supply_factor") == pytest.approx((200.0 + 50.0 + 555.0 + 100.0) / 1000.0)


def test_rationing_draws_no_more_than_what_is_used() -> None:
    # Co lacks 40 %, Nd half: 50 units are made, so that of the 2 t of Co in stock one only is drawn
    elements = ["Co", "Nd"]
    run = system(
        content=array([0.1, 0.1], element=elements), ban=array([0.6, 0.5], element=elements),
        initial_stockpile=array([2.0, 0.0], element=elements),
    )  # fmt: skip
    # Co: J 10, cap 4, release 2: phi 0.6; Nd: 0.5; R' = 5 each: Co imports 4, gap 1
    assert run.get("sales_units") == pytest.approx(50.0)
    assert run.get("stock_release", element="Co") == pytest.approx(1.0)
    assert run.get("stockpile", element="Co") == pytest.approx(1.0)


def test_fill_to_the_days_wanted() -> None:
    # 73 days of 10 t/yr: 2 t wanted, 1.5 a year: bought beside the 10 t needed; then full
    run = system(3, stockpile_days=73.0, fill_limit=1.5)
    assert run.path("stockpile") == pytest.approx([1.5, 2.0, 2.0])
    assert run.path("imports") == pytest.approx([11.5, 10.5, 10.0])
    assert run.get("days_of_cover", 2021) == pytest.approx(73.0)


def test_reference_is_the_need_met_in_the_three_years_before() -> None:
    # need 10, 20, 30, 40, 50 t; 73 days are a fifth: of 10 (none before); 10; 15; 20; 30
    run = system(5, sales=path(100.0, 200.0, 300.0, 400.0, 500.0), stockpile_days=73.0)
    assert run.path("stockpile") == pytest.approx([2.0, 2.0, 3.0, 4.0, 6.0])


def test_surplus_goes_in_before_it_is_exported() -> None:
    # 200 t of secondary metal for 199 t of need: 41 wanted, one from the surplus, 40 bought
    run = worked_year(other_need=199.0, stockpile_days=365.0, fill_limit=41.0, ban=0.0, initial_stockpile=0.0)
    assert run.get("stock_fill") == pytest.approx(41.0)
    assert run.get("exports_refined") == 0.0
    assert run.get("imports") == pytest.approx(40.0)


def test_no_fill_in_a_year_with_a_gap() -> None:
    run = worked_year(stockpile_days=365.0, initial_stockpile=0.0)
    assert run.get("stock_fill") == 0.0


def test_fill_in_a_ban_year_stays_within_the_room_left() -> None:
    # B's headroom of 240 covers the 225 that A misses; 15 t of room are left, for a wish of 100
    run = worked_year(headroom=by_origin(0.0, 0.8, 0.0), stockpile_days=365.0, fill_limit=100.0, initial_stockpile=0.0)
    assert run.get("stock_fill") == pytest.approx(15.0)
    assert run.get("imports", origin="B") == pytest.approx(540.0)


def test_a_stock_above_its_target_is_kept() -> None:
    run = worked_year(ban=0.0, stockpile_days=1.0)
    assert (run.get("stockpile"), run.get("stock_fill")) == (60.0, 0.0)


def test_cost_of_a_stockpile() -> None:
    # 2 t filled at 1000, then a ban of a tenth: 1 t drawn, which the state sells
    run = system(2, stockpile_days=path(73.0, 0.0), ban=path(0.0, 0.1), base_price=1000.0)
    assert run.path("public_cost") == pytest.approx([2000.0, -1000.0])


# --- joint pool ------------------------------------------------------------------------------------------------------
def pool(**given: Any) -> Any:
    """Both regions need 10 t; east is banned fully, west is not."""
    inputs: dict[str, Any] = {"joint_pool": True, "ban": array([1.0, 0.0], region=REGIONS), **given}
    return system(**inputs)


def test_pool_smaller_than_the_gaps() -> None:
    # stocks 2 and 6, limits 2 and 3: 5 offered for a gap of 10: both give all they offer, east receives 5
    run = pool(initial_stockpile=array([2.0, 6.0], region=REGIONS), release_limit=array([2.0, 3.0], region=REGIONS))
    assert run.get("stock_release", region="east") == pytest.approx(5.0)
    assert [run.get("stockpile", region=region) for region in REGIONS] == pytest.approx([0.0, 3.0])
    assert [run.get("pool_out", region=region) for region in REGIONS] == pytest.approx([2.0, 3.0])
    assert run.get("pool_in") == run.get("pool_out")
    assert run.get("supply_factor", region="east") == pytest.approx(0.5)
    assert run.get("supply_factor", region="west") == 1.0


def test_pool_larger_than_the_gaps() -> None:
    # 10 and 30 t for a gap of 10: a quarter of each offer
    run = pool(initial_stockpile=array([10.0, 30.0], region=REGIONS))
    assert run.get("stock_release", region="east") == pytest.approx(10.0)
    assert [run.get("pool_out", region=region) for region in REGIONS] == pytest.approx([2.5, 7.5])
    assert [run.get("stockpile", region=region) for region in REGIONS] == pytest.approx([7.5, 22.5])
    assert run.get("sales_units") == pytest.approx(200.0)


def test_gaps_share_a_small_pool_pro_rata() -> None:
    # gaps 10 and 5, 6 t offered by east alone: 4 and 2
    run = pool(ban=array([1.0, 0.5], region=REGIONS), initial_stockpile=array([6.0, 0.0], region=REGIONS))
    assert [run.get("stock_release", region=region) for region in REGIONS] == pytest.approx([4.0, 2.0])
    assert [run.get("supply_factor", region=region) for region in REGIONS] == pytest.approx([0.4, 0.7])


def test_who_is_no_member_keeps_its_stock() -> None:
    run = pool(joint_pool=array([True, False], region=REGIONS), initial_stockpile=array([2.0, 6.0], region=REGIONS))
    assert run.get("stock_release", region="east") == pytest.approx(2.0)
    assert run.get("stockpile", region="west") == pytest.approx(6.0)
    assert run.get("pool_out", region="west") == 0.0


# --- where a larger stock does not help ------------------------------------------------------------------------------
def test_a_larger_stock_of_one_element_can_leave_less_of_another_for_later() -> None:
    # Every unit needs 0.1 t of Co and of Nd. 2020: half of both is banned, 5 t of Co are in stock. 2021: no Co comes.
    # Without Nd in stock 50 units are made in 2020, for which the Co that comes is enough: the stock makes 50 in 2021.
    # With 5 t of Nd 100 are made in 2020, and none in 2021: what is unmet of Co is 0 and 10 t in place of 5 and 5.
    elements = ["Co", "Nd"]
    inputs: dict[str, Any] = {
        "content": array([0.1, 0.1], element=elements),
        "ban": array([[0.5, 0.5], [1.0, 0.0]], time=[2020, 2021], element=elements),
    }
    without = system(2, initial_stockpile=array([5.0, 0.0], element=elements), **inputs)
    larger = system(2, initial_stockpile=array([5.0, 5.0], element=elements), **inputs)
    assert without.path("unmet_demand", element="Co") == pytest.approx([5.0, 5.0])
    assert larger.path("unmet_demand", element="Co") == pytest.approx([0.0, 10.0])


def test_a_shortage_averted_does_not_teach_makers_to_do_without() -> None:
    # x holds Co, y Li; half of the Co is banned in both years. With nothing in stock its price doubles in 2021 and the
    # share of x falls to 0.375 (see test_substitution): 3.75 t are needed, half unmet. With 2.5 t in stock 2020 has no
    # shortage, so that the price stays: 5 t are needed, half unmet.
    chemistries, elements = ["x", "y"], ["Co", "Li"]
    inputs: dict[str, Any] = {
        "chemistry_share": array([0.5, 0.5], chemistry=chemistries),
        "content": array([[0.1, 0.0], [0.0, 0.1]], chemistry=chemistries, element=elements),
        "ban": array([0.5, 0.0], element=elements),
        "base_price": 10.0,
        "scarcity_exponent": 1.0,
        "substitution_response": math.log(3.0),
    }
    without = system(2, **inputs)
    larger = system(2, initial_stockpile=array([2.5, 0.0], element=elements), **inputs)
    assert without.path("unmet_demand", element="Co") == pytest.approx([2.5, 1.875])
    assert larger.path("unmet_demand", element="Co") == pytest.approx([0.0, 2.5])

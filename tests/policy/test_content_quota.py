"""Recycled content by hand: obligations, who gets too little secondary metal, credits, and the certificate price.

`content_system`: 100 t of need a year, of which 30 t must be secondary metal, at 50 money/t; secondary metal comes
from imported scrap that holds nothing else.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.tiny_systems import Tiny, array, path, scrap_system, system


def content_system(secondary: list[float], **given: Any) -> Tiny:
    inputs: dict[str, Any] = {
        "sales": 1000.0,
        "scrap_imports": path(*secondary),
        "scrap_import_grade": 1.0,
        "content_quota": 0.3,
        "content_penalty": 50.0,
        **given,
    }
    return system(len(secondary), **inputs)


def test_slack_binding_and_price_path() -> None:
    # 28.5 t of 30: 1.5 missing, 1.5/30/0.1 = 0.5: goal 25, taken at once in the next year. Then nothing: goal 50, a
    # fifth of the way from 25: 30. Then 40 t: goal 0, a fifth of the way down from 30: 24.
    run = content_system([28.5, 0.0, 40.0, 40.0])
    assert run.path("content_obligation") == pytest.approx([30.0] * 4)
    assert run.path("content_shortfall") == pytest.approx([1.5, 30.0, 0.0, 0.0])
    assert run.path("content_charge") == pytest.approx([75.0, 1500.0, 0.0, 0.0])
    assert run.path("certificate_price") == pytest.approx([0.0, 25.0, 30.0, 24.0])


def test_speed_one_jumps_to_the_goal() -> None:
    run = content_system([28.5, 0.0, 40.0, 40.0], certificate_speed=1.0)
    assert run.path("certificate_price") == pytest.approx([0.0, 25.0, 50.0, 0.0])


def test_price_never_passes_a_penalty_that_falls() -> None:
    # 2020: goal 50. 2021: penalty 10, goal 10: 50 + 0.2 (10 - 50) = 42, but at most 10
    run = content_system([0.0, 0.0, 0.0], content_penalty=path(50.0, 10.0, 10.0))
    assert run.path("certificate_price") == pytest.approx([0.0, 50.0, 10.0])


def test_price_is_gone_with_the_obligation_or_the_penalty() -> None:
    run = content_system([0.0, 0.0, 0.0], content_quota=path(0.3, 0.0, 0.3))
    assert run.path("certificate_price") == pytest.approx([0.0, 50.0, 0.0])
    run = content_system([0.0, 0.0], content_penalty=None)
    assert run.path("certificate_price") == [0.0, 0.0]
    assert run.path("content_shortfall") == pytest.approx([30.0, 30.0])
    assert run.path("content_charge") == [0.0, 0.0]


def test_the_price_is_worth_something_to_recyclers() -> None:
    # 2020: nothing is secondary, goal 50. 2021: 10 t of element in 100 t of old scrap, at 1000 + 50 a tonne: V = 105
    run = scrap_system(2, sales=1000.0, content_quota=0.3, content_penalty=50.0, capacity=0.0,
                       lifetime={"survival": "fixed", "mean": 2.0})  # fmt: skip
    assert run.path("scrap_value") == pytest.approx([100.0, 105.0])


def test_two_uses_compete_for_too_little() -> None:
    # cars 60 t and phones 40 t of need; cars owe 0.5, phones 0.25: 30 + 10 t; only 20 t are secondary, which go pro
    # rata to what is owed: 15 and 5. A quota makes no metal: 20 t are short in all, whoever gets them.
    products = ["car", "phone"]
    quota: dict[str, Any] = {
        "sales": array([600.0, 400.0], product=products),
        "content_quota": array([0.5, 0.25], product=products),
    }
    run = content_system([20.0, 0.0], **quota)
    assert run.get("content_obligation") == pytest.approx(40.0)
    assert run.get("content_shortfall") == pytest.approx(20.0)
    assert run.get("certificate_price", 2021) == pytest.approx(50.0)  # 20/40/0.1 is above 1
    assert run.get("domestic_use") == pytest.approx(20.0)
    # without the phones' obligation the cars have all of it, and 10 t are short: the phones pay with their secondary
    alone = content_system([20.0], **{**quota, "content_quota": array([0.5, 0.0], product=products)})
    assert alone.get("content_shortfall") == pytest.approx(10.0)
    assert alone.get("domestic_use") == pytest.approx(20.0)


def test_credits_are_banked_drawn_and_expire() -> None:
    # 2020: 50 t of 100 t of need: 30 owed, 20 over: credits of 20 t for one year
    # 2021: 15 t, 15 short, credits cover it, 5 are left, which are void in 2022
    # 2022: 29 t, 1 short
    run = content_system([50.0, 15.0, 29.0], credit_life=1.0)
    assert run.path("credit_balance") == pytest.approx([20.0, 5.0, 0.0])
    assert run.path("content_shortfall") == pytest.approx([0.0, 0.0, 1.0])
    # with two years of life they serve
    assert content_system([50.0, 15.0, 29.0], credit_life=2.0).get("content_shortfall", 2022) == 0.0
    # none without a life, nor for later years with a life of 0
    for life in (None, 0.0):
        assert content_system([50.0, 15.0], credit_life=life).get("content_shortfall", 2021) == pytest.approx(15.0)


def test_oldest_credits_are_drawn_first() -> None:
    # 10 t over in 2020 (to 2022) and 10 in 2021 (to 2023). 2022: 10 short, those of 2020 go; 2023: those of 2021 serve;
    # youngest first, those of 2020 would have lapsed and 2023 were short.
    run = content_system([40.0, 40.0, 20.0, 20.0], credit_life=2.0)
    assert run.path("credit_balance") == pytest.approx([10.0, 20.0, 10.0, 0.0])
    assert run.path("content_shortfall") == [0.0] * 4


def test_no_borrowing() -> None:
    run = content_system([15.0, 50.0], credit_life=5.0)
    assert run.path("content_shortfall") == pytest.approx([15.0, 0.0])
    assert run.get("credit_balance", 2021) == pytest.approx(20.0)


def test_only_obliged_uses_earn_credits() -> None:
    # 50 t: 30 to the obligation; the other 20 pro rata to what is left of the need, 70 of 170 t to the obliged use
    run = content_system([50.0], credit_life=1.0, other_need=100.0)
    assert run.get("credit_balance") == pytest.approx(20.0 * 70.0 / 170.0)
    # phones need 40 of 100 t and owe nothing: cars owe 18 of 60 t; the 32 t left go to 42 t of cars and 40 t of phones
    products = ["car", "phone"]
    run = content_system(
        [50.0],
        credit_life=1.0,
        sales=array([600.0, 400.0], product=products),
        content_quota=array([0.3, 0.0], product=products),
    )
    assert run.get("credit_balance") == pytest.approx(32.0 * 42.0 / 82.0)


def test_old_scrap_only() -> None:
    # 80 % of the metal ends in the component, the loss is recycled a year later: 2021 has 25 t from new scrap beside
    # 20 t from imported scrap, for a need of 125 t and an obligation of 37.5 t.
    inputs: dict[str, Any] = {"manufacturing_yield": 0.8, "scrap_imports": 20.0, "base_price": 1000.0}
    run = content_system([0.0, 0.0], **inputs)
    assert run.get("secondary", 2021, scrap="new") == pytest.approx(25.0)
    assert run.get("content_shortfall", 2021) == 0.0  # 45 t count
    strict = content_system([0.0, 0.0], old_scrap_only=True, **inputs)
    assert strict.get("content_obligation", 2021) == pytest.approx(37.5)
    assert strict.get("content_shortfall", 2021) == pytest.approx(37.5 - 20.0)  # of 45 t used, 20/45 count


def test_old_scrap_only_keeps_the_certificate_from_new_scrap() -> None:
    # 2021: certificate 50 beside a price of 1000. Opex 1020 a tonne of pure metal: imported scrap earns 1050 - 1020,
    # new scrap loses 20 and stays in store under old_scrap_only.
    inputs: dict[str, Any] = {
        "manufacturing_yield": 0.8, "base_price": 1000.0, "opex": 1020.0, "content": 1.0, "sales": 100.0,
    }  # fmt: skip
    plain = content_system([1.0, 1.0], **inputs)
    strict = content_system([1.0, 1.0], old_scrap_only=True, **inputs)
    assert plain.get("certificate_price", 2021) == strict.get("certificate_price", 2021) == pytest.approx(50.0)
    assert plain.get("secondary", 2021, scrap="new") == pytest.approx(25.0)
    assert strict.get("secondary", 2021, scrap="new") == 0.0
    assert strict.get("secondary", 2021, scrap="imported") == pytest.approx(2.0)  # that of 2020 waited for the price


def test_imported_components_owe_nothing() -> None:
    # half of the components come ready-made: the need is 50 t, 15 t are owed
    run = content_system([0.0], component_import_share=0.5)
    assert run.get("content_obligation") == pytest.approx(15.0)


def test_obligation_stands_on_the_need_that_was_met() -> None:
    # a ban of 60 % leaves 40 t of imports: R' = 40, 12 t are owed
    run = content_system([0.0], ban=0.6)
    assert run.get("realised_requirement") == pytest.approx(40.0)
    assert run.get("content_obligation") == pytest.approx(12.0)


def test_a_quota_of_all_leaves_no_surplus() -> None:
    """Every tonne is owed: of 100 t needed and 120 t recovered nothing is left to be banked."""
    run = content_system([120.0, 120.0], content_quota=1.0, credit_life=3.0)
    assert run.path("content_obligation") == pytest.approx([100.0, 100.0])
    assert run.path("content_shortfall") == [0.0, 0.0]
    assert run.path("credit_balance") == [0.0, 0.0]

"""Substitution between chemistries by hand: makers follow material cost, with inertia."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.tiny_systems import Tiny, array, system

CHEMISTRIES, ELEMENTS = ["x", "y"], ["Co", "Li"]


def shortage(years: int = 4, **given: Any) -> Tiny:
    """Half of the Co is banned in 2020: its price doubles to 20 in 2021. x holds 0.1 t of it a unit, y 0.1 t of Li.

    The cost of x rises by 0.1 * 10/1 = 1 a tonne of component; b = ln 3: w = 1/3 and 1, so sig* = 1/4 and 3/4.
    """
    ban = [[0.5, 0.0]] + [[0.0, 0.0]] * (years - 1)
    inputs: dict[str, Any] = {
        "chemistry_share": array([0.5, 0.5], chemistry=CHEMISTRIES),
        "content": array([[0.1, 0.0], [0.0, 0.1]], chemistry=CHEMISTRIES, element=ELEMENTS),
        "ban": array(ban, time=list(range(2020, 2020 + years)), element=ELEMENTS),
        "base_price": 10.0,
        "scarcity_exponent": 1.0,
        "substitution_response": math.log(3.0),
        **given,
    }
    return system(years, **inputs)


def test_half_of_the_gap_closes_in_a_year() -> None:
    # 2021: half of the way from 0.5 to 0.25. 2022: the price is back, so half of the way back. 2023: again half
    run = shortage()
    assert run.path("price", element="Co") == pytest.approx([10.0, 20.0, 10.0, 10.0])
    assert run.path("chemistry_mix", chemistry="x")[1:] == pytest.approx([0.375, 0.4375, 0.46875])


def test_speed_one_follows_at_once() -> None:
    assert shortage(3, substitution_speed=1.0).path("chemistry_mix", chemistry="x")[1:] == pytest.approx([0.25, 0.5])


def test_cost_counts_per_service() -> None:
    # x gives 2 t of service a unit: its cost rises by half as much: w = 3^-0.5
    run = shortage(2, service=array([2.0, 1.0], chemistry=CHEMISTRIES), substitution_speed=1.0)
    weight = 3.0**-0.5
    assert run.get("chemistry_mix", 2021, chemistry="x") == pytest.approx(weight / (weight + 1.0))


def test_a_chemistry_without_a_share_never_enters() -> None:
    run = shortage(3, chemistry_share=array([1.0, 0.0], chemistry=CHEMISTRIES), substitution_speed=1.0)
    assert run.path("chemistry_mix", chemistry="x") == pytest.approx([1.0, 1.0, 1.0])


def test_no_response_no_substitution() -> None:
    assert shortage(2, substitution_response=0.0).get("chemistry_mix", 2021, chemistry="x") == pytest.approx(0.5)
    # nor without an answer of the price
    assert shortage(2, scarcity_exponent=0.0).get("chemistry_mix", 2021, chemistry="x") == pytest.approx(0.5)


def test_inertia_is_in_the_deviation_not_in_the_reference() -> None:
    # the reference itself moves to 0.2: without any shortage the mix is the reference, at once
    reference = array([[0.5, 0.5], [0.2, 0.8]], time=[2020, 2021], chemistry=CHEMISTRIES)
    run = shortage(2, chemistry_share=reference, ban=0.0)
    assert run.get("chemistry_mix", 2021, chemistry="x") == pytest.approx(0.2)

"""Components that fail before their product, by hand: replacement, spares, reuse, waiting, and the end of the product.

`component_system`: 80 cars of 2019 and 20 of 2018, each with one component of 1 t; cars last 30 years, components fail
exponentially with a mean of 4 years, counted at the end of the year: 1 - e^-0.25 = 22.1 % a year.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.tiny_systems import Tiny, array, path, system

FAILING = 1.0 - math.exp(-0.25)


def component_system(years: int = 2, **given: Any) -> Tiny:
    inputs: dict[str, Any] = {
        "sales": 0.0,
        "initial_stock": array([20.0, 80.0], cohort=[2018, 2019]),
        "initial_chemistry_share": 1.0,
        "timing": "end",
        "lifetime": {"survival": "fixed", "mean": 30.0},
        "component_lifetime": {"survival": "exponential", "mean": 4.0},
        **given,
    }
    return system(years, **inputs)


def test_spares_replace_what_fails() -> None:
    run = component_system()
    assert run.path("discards_units") == [0.0, 0.0]
    for year in (2020, 2021):
        assert run.mass("spares", year) == pytest.approx(100.0 * FAILING)
        assert run.mass("discards_direct", year) == pytest.approx(100.0 * FAILING)  # to the workshop
        assert run.mass("in_use", year) == pytest.approx(100.0)
    assert run.get("refined_use") == pytest.approx(10.0 * FAILING)


def test_age_one_takes_the_failures_of_the_year_of_making() -> None:
    # Weibull, mid-year: a component of 2019 meets SF(1.5) in 2020, not SF(1.5)/SF(0.5); one of 2018 SF(2.5)/SF(1.5)
    def sf(x: float) -> float:
        return math.exp(-((x / 4.0) ** 2))

    run = component_system(timing="mid", component_lifetime={"survival": "weibull", "shape": 2.0, "scale": 4.0})
    assert run.mass("spares") == pytest.approx(80.0 * (1.0 - sf(1.5)) + 20.0 * (1.0 - sf(2.5) / sf(1.5)))


def test_new_products_fail_with_their_components_from_the_second_year_on() -> None:
    # 100 sold in 2020: no component fails that year, 22.1 % the next
    run = component_system(2, initial_stock=None, initial_chemistry_share=None, sales=path(100.0, 0.0))
    assert [run.mass("spares", year) for year in (2020, 2021)] == pytest.approx([0.0, 100.0 * FAILING])
    # mid-year: what failed in the half year of 2020 is met in 2021 too: 1 - e^-(1.5/4)
    run = component_system(2, initial_stock=None, initial_chemistry_share=None, sales=path(100.0, 0.0), timing="mid")
    assert [run.mass("spares", year) for year in (2020, 2021)] == pytest.approx([0.0, 100.0 * (1 - math.exp(-0.375))])


def test_above_the_age_limit_the_product_ends_with_its_component() -> None:
    # in 2020 the cars of 2018 are 2 years old, those of 2019 one: replaced up to age 1. In 2021 all are above it
    run = component_system(replacement_max_age=1.0)
    assert run.get("discards_units") == pytest.approx(20.0 * FAILING)
    assert run.mass("spares") == pytest.approx(80.0 * FAILING)
    assert run.get("stock_units", 2021) == pytest.approx(20.0 * (1 - FAILING) ** 2 + 80.0 * (1 - FAILING))
    assert run.mass("spares", 2021) == 0.0


def test_two_components_that_end_the_product_are_independent() -> None:
    # battery and motor both fail with 22.1 % and end the car: (1 - f)^2 of the cars stay; the other component leaves
    # with the product
    components = ["battery", "motor"]
    run = component_system(
        1, replacement_max_age=0.0,
        component_lifetime={"survival": "exponential", "mean": array([4.0, 4.0], component=components)},
    )  # fmt: skip
    left = 100.0 * (1.0 - FAILING) ** 2
    assert run.get("stock_units") == pytest.approx(left)
    assert [run.mass("in_use", component=k) for k in components] == pytest.approx([left, left])
    assert run.mass("discards_direct") == pytest.approx(200.0 - 2.0 * left)


def test_a_replaceable_component_leaves_with_a_product_that_another_one_ends() -> None:
    # the battery ends the car, the motor is replaced in the cars that stay: 100 (1 - f) f motors
    components = ["battery", "motor"]
    run = component_system(
        1, replacement_max_age=array([0.0, math.inf], component=components),
        component_lifetime={"survival": "exponential", "mean": array([4.0, 4.0], component=components)},
    )  # fmt: skip
    left = 100.0 * (1.0 - FAILING)
    assert run.get("stock_units") == pytest.approx(left)
    assert run.mass("spares", component="motor") == pytest.approx(left * FAILING)
    assert run.mass("spares", component="battery") == 0.0


def test_missing_spares_wait() -> None:
    # a full ban in 2020: no spares; 22.1 cars wait. 2021: they and 22.1 % of the others need one
    run = component_system(ban=path(1.0, 0.0))
    assert run.mass("spares") == 0.0
    assert run.mass("in_use") == pytest.approx(100.0 * (1.0 - FAILING))
    assert run.path("stock_units") == pytest.approx([100.0, 100.0])
    assert run.mass("spares", 2021) == pytest.approx(100.0 * (FAILING + (1.0 - FAILING) * FAILING))
    assert run.mass("in_use", 2021) == pytest.approx(100.0)


def test_a_car_that_waits_is_discarded_without_a_component() -> None:
    # the cars of 2019 leave in 2021 (2 years fixed), 22.1 % of them waiting: 77.9 % of the components come back
    run = component_system(ban=1.0, initial_stock=array([100.0], cohort=[2019]),
                           lifetime={"survival": "fixed", "mean": 2.0})  # fmt: skip
    assert run.get("discards_units", 2021) == pytest.approx(100.0)
    assert run.mass("discards_direct", 2021) == pytest.approx(100.0 * (1.0 - FAILING))


def test_reused_components() -> None:
    # cars: exponential, mean 10: 9.516 leave with a component; reuse 0.8 of the half collected = 3.807, for a need of
    # 100 e^-0.1 * 22.1 % = 20.015: the rest is made. A quarter of what is left of the collected goes to a second life
    run = component_system(lifetime={"survival": "exponential", "mean": 10.0}, reuse_share=0.8,
                           base_collection_rate=0.5, second_life_share=0.25)  # fmt: skip
    leaving = 100.0 * (1.0 - math.exp(-0.1))
    need = 100.0 * math.exp(-0.1) * FAILING
    assert run.mass("reused") == pytest.approx(0.4 * leaving)
    assert run.mass("spares") == pytest.approx(need - 0.4 * leaving)
    gross = 0.5 * (leaving + need)
    assert run.mass("to_second_life") == pytest.approx(0.25 * (gross - 0.4 * leaving))
    assert run.mass("collected") == pytest.approx(0.75 * (gross - 0.4 * leaving))
    assert run.get("eol_collection_rate") == pytest.approx(0.5)


def test_no_more_is_reused_than_is_needed() -> None:
    # almost all cars leave (fixed 2 years: those of 2018), few fail: 80 * 22.1 % are needed, 20 are there
    run = component_system(lifetime={"survival": "fixed", "mean": 2.0}, reuse_share=1.0, base_collection_rate=1.0)
    assert run.mass("reused") == pytest.approx(80.0 * FAILING)
    assert run.mass("spares") == 0.0
    assert run.get("imports") == 0.0


def test_a_reused_component_keeps_its_age() -> None:
    # components last 3 years, fixed (mid-year). 2020: those of 2017 fail in cars that go on; the cars of 2018 leave
    # with components of 2 years, which are fitted to the cars of 2017. 2021: they fail, 3 years after they were made.
    cohorts = [2017, 2018, 2019, 2020, 2021]
    run = component_system(
        2, timing="mid", initial_stock=array([50.0, 50.0, 0.0, 0.0, 0.0], cohort=cohorts),
        lifetime={"survival": "fixed", "mean": array([30.0, 2.0, 30.0, 30.0, 30.0], cohort=cohorts)},
        component_lifetime={"survival": "fixed", "mean": 3.0}, reuse_share=1.0, base_collection_rate=1.0,
    )  # fmt: skip
    assert [run.mass("reused", year) for year in (2020, 2021)] == pytest.approx([50.0, 0.0])
    assert [run.mass("spares", year) for year in (2020, 2021)] == pytest.approx([0.0, 50.0])
    assert run.path("stock_units") == pytest.approx([50.0, 50.0])


def test_spares_take_the_mix_of_their_year() -> None:
    # x until 2019, y from 2020 on: spares hold what y holds
    chemistries, elements = ["x", "y"], ["Co", "Li"]
    run = component_system(
        1, initial_chemistry_share=array([1.0, 0.0], chemistry=chemistries),
        chemistry_share=array([0.0, 1.0], chemistry=chemistries),
        content=array([[0.1, 0.0], [0.0, 0.2]], chemistry=chemistries, element=elements),
    )  # fmt: skip
    assert run.get("spares", element="Co") == 0.0
    assert run.get("spares", element="Li") == pytest.approx(20.0 * FAILING)
    assert run.get("in_use", element="Co") == pytest.approx(10.0 * (1.0 - FAILING))
    assert run.get("discards_direct", element="Co") == pytest.approx(10.0 * FAILING)


def test_on_in_one_region_off_in_another() -> None:
    regions = ["east", "west"]
    run = component_system(
        component_lifetime={"survival": "exponential", "mean": array([4.0, math.nan], region=regions)}
    )
    assert run.mass("spares", region="east") == pytest.approx(100.0 * FAILING)
    assert run.mass("spares", region="west") == 0.0

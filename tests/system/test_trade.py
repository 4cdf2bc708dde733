"""Used products and scrap from one region of a run to another, by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import mfa
from mfa.errors import BalanceError, InputError
from mfa.inputs.arrays import InputWarning
from mfa.system.balance import check_trade
from mfa.system.layout import Layout
from tests.engine.splitting import same
from tests.engine.systems import engine_inputs, lifetime
from tests.random_systems import LEVERS, random_system
from tests.tiny_systems import Tiny, array, path, scrap_system, system

AB = ["A", "B"]


def by_region(a: Any, b: Any) -> xr.DataArray:
    return array([a, b], region=AB)


def to(a_to_b: Any, b_to_a: Any = 0.0) -> xr.DataArray:
    """Shares of what A and B export that arrive in the other."""
    return array([[0.0, a_to_b], [b_to_a, 0.0]], region=AB, destination=AB)


def used(years: int = 9, **given: Any) -> Tiny:
    """A sells 100 in 2020 and discards them four years later; half is exported, 60 % of that comes to B, which sells
    none and discards seven years after the year of sale."""
    sales = by_region(1.0, 0.0) * path(100.0, *[0.0] * (years - 1))
    inputs: dict[str, Any] = {
        "sales": sales, "lifetime": {"survival": "fixed", "mean": by_region(4.0, 7.0)}, "used_export_share": 0.5,
        "used_export_destination": to(0.6), "base_collection_rate": 0.5, **given,
    }  # fmt: skip
    return system(years, **inputs)


# --- used products ---------------------------------------------------------------------------------------------------
def test_used_products_age_on_where_they_arrive() -> None:
    # 2024: 100 discards in A, 50 exported, 30 come to B with 0.1 t each, 20 go abroad; 2027, at age 7: B discards them
    run = used(used_export_share=by_region(0.5, 0.0))
    assert run.path("imports_used_units", region="B") == [0.0] * 4 + [pytest.approx(30.0)] + [0.0] * 4
    assert run.path("stock_units", region="B") == pytest.approx([0.0] * 4 + [30.0] * 3 + [0.0] * 2)
    assert run.path("discards_units", region="B") == pytest.approx([0.0] * 7 + [30.0, 0.0])
    assert run.get("exports_used", 2024, region="A") == pytest.approx(5.0)
    assert run.get("imports_used", 2024, region="B") == pytest.approx(3.0)
    assert run.mass("imports_used", 2024, region="B") == pytest.approx(30.0)
    assert run.path("in_use", region="B") == pytest.approx([0.0] * 4 + [3.0] * 3 + [0.0] * 2)
    assert run.path("discards_direct", region="B") == pytest.approx([0.0] * 7 + [3.0, 0.0])
    assert run.path("secondary", region="B") == pytest.approx([0.0] * 7 + [1.5, 0.0])  # half collected, all recovered
    assert run.path("imports_used", region="A") == [0.0] * 9


def test_what_is_older_than_it_would_get_where_it_arrives_leaves_the_year_after() -> None:
    # in B nothing lives beyond 3 years: what comes at the end of 2024, 4 years old, is discarded in 2025
    run = used(7, lifetime={"survival": "fixed", "mean": by_region(4.0, 3.0)})
    assert run.path("stock_units", region="B") == pytest.approx([0.0] * 4 + [30.0, 0.0, 0.0])
    assert run.path("discards_units", region="B") == pytest.approx([0.0] * 5 + [30.0, 0.0])


def test_arrivals_follow_the_survival_of_the_destination_from_their_age_on() -> None:
    # Weibull with shape 2 and scale 10, mid-year: sf(a) = exp(-((a + 0.5) / 10)^2). A discards 1 - sf(0) at once, all
    # of it goes to B; there sf(1) / sf(0) is left a year later, sf(2) / sf(0) two years later
    run = used(
        3, lifetime={"survival": "weibull", "shape": 2.0, "scale": 10.0}, used_export_share=by_region(1.0, 0.0),
        used_export_destination=to(1.0) * path(1.0, 0.0, 0.0),
    )  # fmt: skip
    sf = [math.exp(-(((age + 0.5) / 10.0) ** 2)) for age in range(3)]
    came = 100.0 * (1.0 - sf[0])
    assert run.path("stock_units", region="B") == pytest.approx([came * share / sf[0] for share in sf])
    # twice the hazard in B squares what is left of them in a year
    fast = used(
        3, lifetime={"survival": "weibull", "shape": 2.0, "scale": 10.0}, used_export_share=by_region(1.0, 0.0),
        used_export_destination=to(1.0) * path(1.0, 0.0, 0.0), hazard_multiplier=by_region(1.0, 2.0),
    )  # fmt: skip
    assert fast.path("stock_units", region="B") == pytest.approx([came * (share / sf[0]) ** 2 for share in sf])


def test_what_arrives_brings_its_own_content_and_chemistry() -> None:
    # of the cohort of 2020 B has 20 units with 0.4 t, all of chemistry h; 30 come with 0.1 t, half g, half h
    # mean of 50 units: (20 x 0.4 + 30 x 0.1) / 50 = 0.22 t, and no mean of another cohort
    chemistry = {"chemistry": ["g", "h"]}
    share = array([[0.5, 0.5], [0.0, 1.0]], region=AB, **chemistry)
    run = used(
        8, sales=by_region(100.0, 20.0) * path(1.0, *[0.0] * 7), content=by_region(0.1, 0.4),
        chemistry_share=share, used_export_share=by_region(0.5, 0.0),
        scrap_export_share=array([1.0, 0.0], **chemistry), base_collection_rate=1.0,
    )  # fmt: skip
    assert run.get("imports_used", 2024, region="B") == pytest.approx(3.0)
    assert run.get("in_use", 2026, region="B") == pytest.approx(11.0)
    assert run.get("discards_direct", 2027, region="B") == pytest.approx(50 * 0.22)
    # g, of which only arrivals have any, is exported as scrap: 15 units with 0.1 t
    assert run.get("exports_scrap", 2027, region="B") == pytest.approx(1.5)
    assert run.mass("exports_scrap", 2027, region="B") == pytest.approx(15.0)


def test_content_of_a_cohort_in_use_is_the_mean_by_units() -> None:
    # exponential, mean 10, end of year: of 20 units in B of 2020 e^-0.4 are left when 30 come in 2024
    run = used(
        7, sales=by_region(100.0, 20.0) * path(1.0, *[0.0] * 6), content=by_region(0.1, 0.4), timing="end",
        lifetime={"survival": "exponential", "mean": 10.0}, used_export_share=by_region(0.5, 0.0),
        used_export_destination=to(1.0) * path(0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0),
    )  # fmt: skip
    own, came = 20.0 * math.exp(-0.4), 0.5 * 100.0 * (math.exp(-0.3) - math.exp(-0.4))
    mean = (0.4 * own + 0.1 * came) / (own + came)
    assert run.get("imports_used_units", 2024, region="B") == pytest.approx(came)
    for year in (2025, 2026):
        gone = run.get("discards_units", year, region="B")
        assert run.get("discards_direct", year, region="B") == pytest.approx(mean * gone)


@pytest.mark.parametrize(("share", "exported"), [(1.0, 1.0), (1.0, 0.0), (0.0, 1.0)])
def test_all_or_nothing(share: float, exported: float) -> None:
    run = used(6, used_export_share=by_region(exported, 0.0), used_export_destination=to(share))
    assert run.get("stock_units", 2024, region="B") == pytest.approx(100.0 * share * exported)
    assert run.get("exports_used", 2024, region="A") == pytest.approx(10.0 * exported)


def test_what_a_measure_keeps_does_not_arrive() -> None:
    # half of the 50 exported is kept: 25 leave, 15 come
    run = used(6, keep_share=by_region(0.5, 0.0))
    assert run.get("imports_used_units", 2024, region="B") == pytest.approx(15.0)


def test_used_products_may_come_back_and_three_regions_share() -> None:
    # A sends half of its exports to B and half to C in 2024; C sends all it discards in 2026, at age 6, back to A,
    # where it is too old and is discarded in 2027: 0.4 x 20 leave once more, half to B, half to C
    regions = ["A", "B", "C"]
    share = array([[0.0, 0.5, 0.5], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]], region=regions, destination=regions)
    run = system(
        9, sales=array([1.0, 0.0, 0.0], region=regions) * path(100.0, *[0.0] * 8),
        lifetime={"survival": "fixed", "mean": array([4.0, 9.0, 6.0], region=regions)},
        used_export_share=array([0.4, 0.0, 1.0], region=regions), used_export_destination=share,
    )  # fmt: skip
    assert run.path("stock_units", region="B")[4:] == pytest.approx([20.0, 20.0, 20.0, 24.0, 24.0])
    assert run.path("stock_units", region="C")[4:] == pytest.approx([20.0, 20.0, 0.0, 4.0, 0.0])
    assert run.path("stock_units", region="A")[4:] == pytest.approx([0.0, 0.0, 20.0, 0.0, 4.0])
    assert run.get("discards_units", 2027, region="A") == pytest.approx(20.0)
    assert run.path("imports_used_units", region="C")[4:] == pytest.approx([20.0, 0.0, 0.0, 4.0, 0.0])


def test_a_stock_target_is_met_before_arrivals() -> None:
    # B wants 50 in use: 30 come at the end of 2024, so that 80 are in use; in 2025 there are 30 too many
    run = used(
        7, sales=None, stock_target=array([[100.0] * 4 + [0.0] * 3, [50.0] * 7], region=AB, time=[*range(2020, 2027)]),
        lifetime={"survival": "fixed", "mean": by_region(4.0, 90.0)}, used_export_share=by_region(0.5, 0.0),
    )  # fmt: skip
    assert run.path("stock_units", region="B") == pytest.approx([50.0] * 4 + [80.0, 50.0, 50.0])
    assert run.path("early_retirement", region="B") == pytest.approx([0.0] * 5 + [30.0, 0.0])


def test_components_come_by_the_year_in_which_they_were_made() -> None:
    # In A a component of 2020 fails at age 2 and is replaced by one of 2022 with 0.2 t, not 0.1: 30 cars of 2020 with
    # components of 2022 come to B, 6 t. There components live 5 years and cars 9: spares in 2027, the end in 2029.
    run = used(
        10, lifetime={"survival": "fixed", "mean": by_region(4.0, 9.0)},
        component_lifetime={"survival": "fixed", "mean": by_region(2.0, 5.0)},
        content=array([0.1, 0.1, 0.2, 0.2, 0.2, 0.2, 0.2, 0.3, 0.3, 0.3], cohort=[*range(2020, 2030)]),
        used_export_share=by_region(0.5, 0.0),
    )  # fmt: skip
    assert run.get("spares", 2022, region="A") == pytest.approx(20.0)
    assert run.get("imports_used", 2024, region="B") == pytest.approx(6.0)
    assert run.path("spares", region="B") == pytest.approx([0.0] * 7 + [9.0, 0.0, 0.0])  # 30 x 0.3 t in 2027
    assert run.get("discards_direct", 2027, region="B") == pytest.approx(6.0)
    assert run.get("discards_direct", 2029, region="B") == pytest.approx(9.0)
    assert run.get("discards_units", 2029, region="B") == pytest.approx(30.0)


def test_a_product_that_waits_for_a_component_arrives_waiting() -> None:
    # no metal in A in 2022: the cars of 2020, whose components fail then, wait; with a car's life of 3 years they leave
    # in 2023, without a component: 30 come, 0 t, and B fits new ones in 2024
    run = used(
        6, lifetime={"survival": "fixed", "mean": by_region(3.0, 9.0)},
        component_lifetime={"survival": "fixed", "mean": by_region(2.0, 9.0)},
        ban=by_region(1.0, 0.0) * path(0.0, 0.0, 1.0, 0.0, 0.0, 0.0), used_export_share=by_region(0.5, 0.0),
        base_collection_rate=0.0,
    )  # fmt: skip
    assert run.get("imports_used_units", 2023, region="B") == pytest.approx(30.0)
    assert run.get("imports_used", 2023, region="B") == 0.0
    assert run.get("spares", 2024, region="B") == pytest.approx(3.0)


# --- scrap -----------------------------------------------------------------------------------------------------------
def test_scrap_arrives_as_imported_scrap_in_the_same_year() -> None:
    # A: 50 t collected, 12.5 t exported, 80 % of it to B: 10 t with 1 t of metal, recovered there at 90 %
    run = scrap_system(
        initial_stock=by_region(1.0, 0.0) * array([100.0, 100.0], cohort=[2018, 2019]), scrap_export_share=0.25,
        scrap_export_destination=to(0.8), recovery_yield=0.9,
    )  # fmt: skip
    assert run.mass("exports_scrap", region="A") == pytest.approx(12.5)
    assert run.mass("imports_scrap", region="B") == pytest.approx(10.0)
    assert run.get("imports_scrap", region="B") == pytest.approx(1.0)
    assert run.get("secondary", region="B", scrap="imported") == pytest.approx(0.9)
    assert run.mass("exports_scrap", region="B") == 0.0  # what arrives is not exported again in the year
    assert run.get("secondary", region="B", scrap="old") == 0.0


def test_scrap_that_waits_may_be_exported_a_year_later() -> None:
    # B has room for 4 t: 6 of 10 t wait; in 2021 a quarter of them goes back to A, and 10 t come again
    run = scrap_system(
        2, initial_stock=by_region(1.0, 0.0) * array([100.0, 100.0], cohort=[2018, 2019]), scrap_export_share=0.25,
        scrap_export_destination=to(0.8, 1.0), capacity=by_region(1e3, 4.0),
    )  # fmt: skip
    assert run.mass("exports_scrap", 2021, region="B") == pytest.approx(1.5)
    assert run.mass("imports_scrap", 2021, region="A") == pytest.approx(1.5)
    assert run.mass("feed_store", 2021, region="B") == pytest.approx(6.0 - 1.5 + 10.0 - 4.0)


def test_scrap_of_each_class_keeps_its_grade() -> None:
    # 50 t of g with 0.1 and 50 t of h with 0.3 in A's store; B takes all exports of h and none of g, beside 5 t of
    # its own from abroad with 0.2 of h
    chemistry = {"chemistry": ["g", "h"]}
    run = system(
        sales=0.0, initial_scrap_store=by_region(50.0, 0.0), initial_scrap_grade=array([0.1, 0.3], **chemistry),
        scrap_export_share=by_region(0.5, 0.0), scrap_export_destination=to(1.0) * array([0.0, 1.0], **chemistry),
        scrap_imports=by_region(0.0, 5.0) * array([0.0, 1.0], **chemistry), scrap_import_grade=0.2,
        chemistry_share=array([0.5, 0.5], **chemistry),
    )  # fmt: skip
    assert run.mass("imports_scrap", region="B") == pytest.approx(5.0 + 25.0)
    assert run.get("secondary", region="B") == pytest.approx(5.0 * 0.2 + 25.0 * 0.3)
    assert run.mass("exports_scrap", region="A") == pytest.approx(50.0)


# --- properties ------------------------------------------------------------------------------------------------------
CLOSED = [lever for lever in LEVERS if lever not in ("scrap_trade", "joint_pool")]


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_between_two_regions_nothing_is_lost(seed: int) -> None:
    """All exports go to the other region: what both export is what both import, of each element, product and class."""
    arrays, years, lifetimes = random_system(seed, CLOSED)
    regions = {"region": ["east", "west"], "destination": ["east", "west"]}
    swap = array([[0.0, 1.0], [1.0, 0.0]], **regions)
    arrays |= {"used_export_destination": swap, "scrap_export_destination": swap, "scrap_export_share": 0.3}
    run = mfa.run(engine_inputs(arrays, years, lifetimes))
    for group in ("flows", "components"):
        found = {name: run.arrays(group)[name][0] for name in ("exports_used", "imports_used")}
        assert same(found["exports_used"], found["imports_used"][::-1])
        scrap = run.arrays(group)["exports_scrap"][0].sum(axis=-1)
        assert same(scrap, run.arrays(group)["imports_scrap"][0][::-1])
    totals = mfa.run(engine_inputs(arrays, years, lifetimes), detail="totals")
    assert same(totals.arrays("flows")["imports_used"][0], run.arrays("flows")["imports_used"][0].sum(axis=(2, 3)))


@pytest.mark.parametrize("seed", [3, 4])
def test_the_order_of_regions_is_no_matter(seed: int) -> None:
    regions = ("east", "west", "middle")
    arrays, years, lifetimes = random_system(seed, "every", regions)

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(part) for key, part in value.items()}
        for dim in ("region", "destination"):
            if isinstance(value, xr.DataArray) and dim in value.dims:
                value = value.sel({dim: list(regions[::-1])})
        return value

    one = mfa.run(engine_inputs(arrays, years, lifetimes))
    other = mfa.run(engine_inputs(turned(arrays), years, turned(lifetimes)))
    for group in ("flows", "stocks", "items", "policy"):
        for name, found in one.arrays(group).items():
            back = np.nan_to_num(other.arrays(group)[name][0, ::-1].astype(float))
            assert same(np.nan_to_num(found[0].astype(float)), back), f"{group}.{name}"


# --- faults ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"used_export_destination": array([[0.1, 0.5], [0.0, 0.0]], region=AB, destination=AB)},
            r"used_export_destination\[region=A, destination=A, .*\]: is a share that a region exports to itself",
        ),
        (
            {"scrap_export_destination": 0.4},
            r"scrap_export_destination\[region=A, destination=A.*\]: is a share that a region exports to itself",
        ),
        ({"used_export_destination": to(1.2)}, r"used_export_destination\[region=A, destination=B\] = 1.2 is above 1"),
        (
            {"chemistry_share": by_region(1.0, 0.0), "used_export_share": 0.3, "used_export_destination": to(0.5)},
            r"used_export_destination\[region=A, destination=B, product=all\]: used products go to a region that does "
            r"not have the product",
        ),
    ],
)  # fmt: skip
def test_shares_that_cannot_be_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        system(sales=by_region(10.0, 0.0), **given)


def test_shares_over_destinations_above_one_are_refused() -> None:
    regions = ["A", "B", "C"]
    share = array([[0.0, 0.7, 0.6], [0.0] * 3, [0.0] * 3], region=regions, destination=regions)
    said = r"used_export_destination\[region=A, product=all\]: the shares over destination sum to 1.3, above 1"
    with pytest.raises(InputError, match=said):
        system(used_export_share=0.1, used_export_destination=share)


def test_shares_without_exports_are_warned_of() -> None:
    arrays = {"sales": by_region(1.0, 1.0), "chemistry_share": 1.0, "content": 0.1, "component_mass": 1.0,
              "recovery_yield": 1.0, "import_share": 1.0, "used_export_destination": to(0.5)}  # fmt: skip
    labels = {dim: ["all"] for dim in ("origin", "product", "component", "chemistry", "element", "route")}
    given = arrays | {"lifetime": lifetime({"survival": "fixed", "mean": 5.0})}
    with pytest.warns(InputWarning, match="used_export_destination has no effect for A: used_export_share is 0 there"):
        mfa.Inputs(given, [2020, 2021], labels=labels)


def test_trade_that_does_not_balance_is_an_error() -> None:
    layout = Layout({"region": AB, "element": ["Co"], "product": ["p"], "component": ["k"], "chemistry": ["h"],
                     "route": ["w"], "origin": ["o"]}, np.array([2020]), np.array([2020]), np.ones((1, 1, 1), bool),
                    np.zeros(1, bool))  # fmt: skip
    sent = np.array([10.0, 100.0]).reshape(1, 1, 1, 2) * np.ones((1, 1, 2, 2))
    check_trade({"used_sent": sent, "used_received": sent[:, :, ::-1]}, layout)
    with pytest.raises(BalanceError, match="trade of used products between regions does not balance for Co in 2020"):
        check_trade({"used_sent": sent, "used_received": 0.9 * sent}, layout)
    with pytest.raises(BalanceError, match="nan t/yr received"):
        check_trade({"used_sent": sent, "used_received": sent * np.where(sent > 50.0, np.nan, 1.0)}, layout)

"""Points of a study: the same inputs as those of changed scenarios, and only what is touched made anew."""

from __future__ import annotations

import numpy as np
import pytest

import mfa
from mfa.errors import InputError
from mfa.inputs import load_scenario
from mfa.inputs.levers import read_levers
from mfa.inputs.points import Points

GROUPS = ("flows", "stocks", "items", "policy", "indicators")


def points_of(scenario, *texts, rows=None):
    return Points(scenario, read_levers(texts, scenario), rows)


def largest_difference(points, number):
    """Largest relative difference between a point and the run of the scenario with its changes."""
    changes = {lever.key: lever.given[i] for lever, i in zip(points.levers, points.rows[number].tolist(), strict=True)}
    together = mfa.run(points.inputs(), detail="totals")
    alone = mfa.run(points.scenario.with_changes(changes), detail="totals")
    worst = 0.0
    for group in GROUPS:
        for name, wanted in alone.arrays(group).items():
            found = together.arrays(group)[name][number].astype(float)
            wanted = wanted[0].astype(float)
            sound = np.isfinite(wanted)
            np.testing.assert_array_equal(found[~sound], wanted[~sound], err_msg=name)
            gap = np.abs(found[sound] - wanted[sound]) / np.maximum(np.abs(wanted[sound]), 1e-9)
            worst = max(worst, float(gap.max(initial=0.0)))
    return worst


def test_grid_order_and_shared_arrays(project):
    scenario = load_scenario("test.yaml")
    points = points_of(scenario, "keep_share=0,0.5", "collection_quota.phone=0.1,0.2,0.3")
    assert points.size == 6
    assert points.rows.tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]
    inputs = points.inputs(2, 5)
    assert inputs.labels["sample"] == [2, 3, 4]
    assert inputs.arrays["keep_share"].values.tolist() == [0.0, 0.5, 0.5]
    assert inputs.arrays["collection_quota"].sel(product="phone").values.tolist() == [0.3, 0.1, 0.2]
    assert inputs.arrays["collection_quota"].sel(product="car").values.tolist() == [0.0, 0.0, 0.0]
    assert inputs.arrays["content"] is points.base.arrays["content"]
    assert points.touched == ("keep_share", "collection_quota")
    assert points.describe(5) == "keep_share = 0.5, collection_quota.phone = 0.3"


def test_later_levers_act_on_what_earlier_ones_leave(project):
    points = points_of(load_scenario("test.yaml"), "keep_share=0.1,0.2", "keep_share.car=0.5,0.6")
    array = points.inputs().arrays["keep_share"]
    assert array.sel(product="phone").values.tolist() == [0.1, 0.1, 0.2, 0.2]
    assert array.sel(product="car").values.tolist() == [0.5, 0.6, 0.5, 0.6]


def test_records_and_shocks_of_the_scenario_stay(project):
    project.scenario(
        """
        policy: {keep_share: {phone: 0.3}}
        shocks: [{ban: {element: [Co], origin: CHN, from: 2022, to: 2023, share: 0.5}}]
        """
    )
    points = points_of(load_scenario("test.yaml"), "keep_share.car=0.1,0.2", "shocks.0.ban.share=0.2,0.4",
                       "ban.Nd.CHN={2024: 0.7},{2024: 0.9}")  # fmt: skip
    arrays = points.inputs().arrays
    assert arrays["keep_share"].sel(product="phone").values.tolist() == [0.3] * 8
    ban = arrays["ban"].sel(origin="CHN")
    assert ban.sel(element="Co", time=2022).values.tolist() == [0.2, 0.2, 0.4, 0.4] * 2
    assert ban.sel(element="Nd", time=2024).values.tolist() == [0.7, 0.9] * 4


def test_points_equal_changed_scenarios_on_the_small_system(project):
    project.table("base_collection_rate", "product", "phone,0.2|car,0.7", "1")
    project.table("initial_capacity", "route", "hydro,0.5|magnet,0.1", "t/yr")
    scenario = load_scenario("test.yaml")
    points = points_of(
        scenario, "collection_quota.phone=0:0.8:3", "lifetime.car={survival: fixed, mean: 3 yr},"
        "{survival: weibull, mean: 2 yr, shape: 2}", "content.phone.battery.NMC.Co=2,8 g/unit",
        "recovery_yield.hydro.Co=0.5,0.9", "invest=false,true", "collection_quota_base=discards,sales",
        rows=np.array([[0, 0, 0, 1, 0, 0], [2, 1, 1, 0, 1, 1], [1, 1, 0, 1, 0, 1]]),
    )  # fmt: skip
    assert max(largest_difference(points, number) for number in range(3)) < 1e-12


def test_points_of_japan_equal_changed_scenarios():
    scenario = load_scenario("japan-vision")
    points = points_of(
        scenario, "policy.collection_quota.small_battery=0:0.8:3", "policy.collection_penalty.small_battery"
        "=0:60000:2 USD_2024/t", "keep_share.bev=0:0.5:2", "policy.invest=false,true",
        "policy.capex_grant.magnet={2027: 0.2},{2027: 0.5}", "policy.credit_life=2:3:2 yr",
        rows=np.array([[0, 1, 0, 1, 0, 1], [2, 0, 1, 1, 1, 0], [1, 1, 1, 0, 0, 0]]),
    )  # fmt: skip
    assert max(largest_difference(points, number) for number in range(3)) < 1e-12


def test_a_parameter_that_can_be_none(project):
    points = points_of(load_scenario("test.yaml"), "collection_penalty=none,200 USD_2024/t")
    assert points.levers[0].values == ("none", "200 USD_2024/t")
    values = points.inputs().arrays["collection_penalty"].values
    assert np.isnan(values[0]).all()
    assert (values[1] == 200).all()


def test_a_point_that_contradicts_itself_is_named_by_its_levers(project):
    project.table("hibernation_share", "product", "phone,0.6|car,0", "1")
    points = points_of(load_scenario("test.yaml"), "used_export_share.phone=0.1,0.5")
    points.inputs(0, 1)
    for check in (points.inputs, points.check_corners):
        with pytest.raises(InputError, match=r"used_export_share.phone = 0.5.*= 1.1 is above 1"):
            check()


def test_a_component_that_a_product_has_not(project):
    with pytest.raises(InputError, match="phone has no motor; phone has battery"):
        points_of(load_scenario("test.yaml"), "collection_quota.phone.motor=0.1,0.2")


def test_only_points_that_there_are(project):
    points = points_of(load_scenario("test.yaml"), "keep_share=0.1,0.2")
    with pytest.raises(InputError, match="points 1 to 3 are no part of 0 to 2"):
        points.inputs(1, 3)

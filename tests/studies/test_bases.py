"""Which case is measured against which."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from mfa.inputs import load_scenario
from mfa.studies.bases import Shocks, choose_bases, shocks_of

NONE = Shocks((np.zeros(0),) * 3, ())
BAN = Shocks((np.ones(1), np.zeros(1), np.zeros(1)), (2030,))
OTHER_BAN = Shocks((np.full(1, 0.5), np.zeros(1), np.zeros(1)), (2030,))

JAPAN = {
    "japan-reference": ([], NONE),
    "japan-market": (["japan-reference"], NONE),
    "japan-vision": (["japan-market", "japan-reference"], NONE),
    "japan-fast": (["japan-reference"], NONE),
    "ban": (["japan-market", "japan-reference"], BAN),
    "ban-vision": (["japan-vision", "japan-market", "japan-reference"], BAN),
    "ban-stockpile": (["ban", "japan-market", "japan-reference"], BAN),
    "other-ban": (["japan-market", "japan-reference"], OTHER_BAN),
}


def bases(*names):
    builds_on, shocks = zip(*(JAPAN[name] for name in names), strict=True)
    return {
        name: names[position] if position >= 0 else ""
        for name, position in zip(names, choose_bases(names, builds_on, shocks), strict=True)
    }


def test_a_scenario_is_measured_against_the_nearest_that_it_builds_on():
    assert bases("japan-reference", "japan-market", "japan-vision", "japan-fast") == {
        "japan-reference": "",
        "japan-market": "japan-reference",
        "japan-vision": "japan-market",
        "japan-fast": "japan-reference",
    }
    assert bases("japan-reference", "japan-vision")["japan-vision"] == "japan-reference"


def test_the_order_in_which_they_are_named_does_not_matter_for_those_that_build_on_each_other():
    assert bases("japan-vision", "japan-market") == {"japan-vision": "japan-market", "japan-market": ""}


def test_a_policy_under_a_shock_is_measured_against_the_same_shock_without_the_policy():
    found = bases("japan-market", "japan-vision", "ban", "ban-vision", "ban-stockpile", "other-ban")
    assert found["ban-vision"] == "ban"  # though its file builds on japan-vision
    assert found["ban-stockpile"] == "ban"
    assert found["ban"] == found["other-ban"] == "japan-market"


def test_without_the_same_shock_the_nearest_base_has_to_do():
    assert bases("japan-market", "japan-vision", "ban-vision")["ban-vision"] == "japan-vision"
    assert bases("japan-market", "other-ban", "ban-vision")["ban-vision"] == "japan-market"


def test_two_policies_of_one_ban_are_not_each_others_base():
    assert bases("ban-stockpile", "ban-vision") == {"ban-stockpile": "", "ban-vision": "ban-stockpile"}  # the first
    assert bases("ban-vision", "ban") == {"ban-vision": "ban", "ban": ""}


def test_a_policy_that_is_no_ancestor_is_no_base_without_a_shock():
    names = ["fast", "stockpile", "plan"]
    builds_on = [["reference"], ["market", "reference"], ["vision", "market", "reference"]]
    assert choose_bases(names, builds_on, [NONE] * 3) == [-1, 0, 0]


def test_cases_that_build_on_nothing_are_grouped_by_their_shocks():
    # as results made in Python are: two without ban, two with
    assert choose_bases(["a", "b", "c", "d"], [[]] * 4, [NONE, NONE, BAN, BAN]) == [-1, 0, 0, 2]


def test_runs_of_one_scenario_are_measured_against_the_first():
    assert choose_bases(["market", "market"], [["market"], ["market"]], [NONE, NONE]) == [-1, 0]


@given(st.data())
def test_bases_never_go_round_and_end_in_one(data):
    n = data.draw(st.integers(2, 7))
    names = [data.draw(st.sampled_from("abcdef")) for _ in range(n)]
    builds_on = [data.draw(st.lists(st.sampled_from("abcdef"), max_size=4)) for _ in range(n)]
    shocks = [data.draw(st.sampled_from([NONE, BAN, OTHER_BAN])) for _ in range(n)]
    found = choose_bases(names, builds_on, shocks)
    assert found.count(-1) == 1
    for i in range(n):
        steps = 0
        while found[i] >= 0:
            i, steps = found[i], steps + 1
            assert steps < n


def inputs(**arrays):
    labels = {"region": ["here", "there"], "origin": ["A"], "element": ["Co"], "product": ["car"]}
    return SimpleNamespace(arrays=arrays, labels=labels, years=np.arange(2030, 2033))


def test_shocks_are_those_of_the_regions_compared():
    ban = xr.DataArray([[0.0, 0.0, 0.0], [0.0, 1.0, 0.5]], dims=("region", "time"))
    product_ban = xr.DataArray([1.0, 0.0, 0.0], dims="time")
    assert shocks_of(inputs(ban=ban), ["there"]).years == (2031, 2032)
    assert shocks_of(inputs(ban=ban), ["here"]).years == ()
    assert shocks_of(inputs(ban=ban, product_ban=product_ban), ["there"]).years == (2030, 2031, 2032)
    assert shocks_of(None, ["here"]).years == ()


def test_shocks_are_the_same_if_all_bans_are():
    ban = xr.DataArray([0.0, 1.0, 0.5], dims="time")
    first, again = shocks_of(inputs(ban=ban), ["here"]), shocks_of(inputs(ban=ban), ["there"])
    assert first.same(again)
    assert not first.same(shocks_of(inputs(ban=ban * 0.5), ["here"]))
    assert not first.same(shocks_of(inputs(ore_ban=ban), ["here"]))
    assert shocks_of(inputs(), ["here"]).same(shocks_of(None, ["here"]))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("japan-reference", ()),
        ("japan-heavy-rare-earth-ban-vision", ("japan-vision", "japan-market", "japan-reference")),
    ],
)
def test_a_scenario_knows_what_it_builds_on(name, expected):
    scenario = load_scenario(name)
    assert scenario.bases == expected
    assert scenario.with_changes({"policy.keep_share": 0.5}).bases == expected
    assert scenario.with_changes({"name": "mine"}).bases == (name, *expected)

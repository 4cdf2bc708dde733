"""Levers as they are written, and everything that can be wrong with them."""

from __future__ import annotations

import numpy as np
import pytest

from mfa.errors import InputError
from mfa.inputs import load_scenario
from mfa.inputs.levers import read_levers, read_ranges


@pytest.fixture
def scenario(project):
    return load_scenario("test.yaml")


def faults_of(read, vary, scenario):
    with pytest.raises(InputError) as caught:
        read(vary, scenario)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "values", "unit", "given"),
    [
        ("keep_share=0:0.6:4", (0, 0.2, 0.4, 0.6), "1", (0.0, 0.2, 0.4, 0.6)),
        ("keep_share.car=0 %:60 %:3", (0, 0.3, 0.6), "1", (0.0, 0.3, 0.6)),
        ("policy.keep_share=0:1:2", (0, 1), "1", (0, 1)),
        ("collection_penalty=0:3000:3 USD_2024/t", (0, 1500, 3000), "USD_2024/t",
         ("0.0 USD_2024/t", "1500.0 USD_2024/t", "3000.0 USD_2024/t")),
        ("collection_penalty=0 USD_2024/kg:3000 USD_2024/t:2", (0, 3000), "USD_2024/t",
         ("0.0 USD_2024/t", "3000.0 USD_2024/t")),
        ("collection_penalty=1000, 2 USD_2024/kg", (1, 2), "USD_2024/kg", None),
        ("keep_share=0.1,0.3", (0.1, 0.3), "1", (0.1, 0.3)),
        ("invest=false,true", ("false", "true"), "1", (False, True)),
        ("keep_share.car={2022: 0.2},{2022: 0.4}", ("{2022: 0.2}", "{2022: 0.4}"), "1", ({2022: 0.2}, {2022: 0.4})),
    ],
)  # fmt: skip
def test_values_units_and_what_would_stand_in_a_file(scenario, text, values, unit, given):
    if text.startswith("collection_penalty=1000,"):
        text = text.replace("1000", "1")
    lever = read_levers([text], scenario)[0]
    assert lever.values == pytest.approx(values) if lever.numeric else lever.values == values
    assert lever.unit == unit
    if given is not None:
        assert lever.given == given


def test_python_sequences_and_arrays(scenario):
    one, other = read_levers({"keep_share.car": np.linspace(0, 0.6, 4), "collection_quota": "0:0.8:5"}, scenario)
    assert one.values == pytest.approx((0.0, 0.2, 0.4, 0.6))
    assert all(type(value) is float for value in one.given)
    assert len(other.values) == 5
    assert one.title == "Share of used exports that a retention measure keeps in the region (car)"


def test_a_shock_is_a_lever(project):
    project.scenario("shocks: [{ban: {element: [Co], origin: CHN, from: 2022, to: 2023, share: 0.5}}]")
    lever = read_levers(["shocks.0.ban.share=0:1:3"], load_scenario("test.yaml"))[0]
    assert (lever.name, lever.parameter, lever.values) == ("shocks.0.ban.share", None, (0.0, 0.5, 1.0))


@pytest.mark.parametrize(
    ("vary", "wanted"),
    [
        (["keep_shar=0:1:2"], "keep_shar: unknown key; did you mean 'keep_share'?"),
        (["policy.keep_shar=0:1:2"], "policy.keep_shar: unknown parameter 'keep_shar'; did you mean 'keep_share'?"),
        (["policy=0:1:2"], "policy: names no parameter; write policy.keep_share, say"),
        (["scope=products,all"], "scope: is no lever or parameter; compare scenarios that differ in it: mfa compare"),
        (["timing=mid,end"], "timing: is one word for the whole run"),
        (["shocks.0=1,2"], "shocks.0: names no part of a shock"),
        (["keep_share.lorry=0:1:2"], "overrides.keep_share.lorry: unknown region or product 'lorry'"),
        (["keep_share=0.8:0:5"], "keep_share: = 0.8:0:5: 0.8 is above 0; exchange them"),
        (["keep_share=0:0.8:0"], "keep_share: = 0:0.8:0: N = 0 is below 1"),
        (["keep_share=0:0.8:2.5"], "keep_share: = 0:0.8:2.5: N = 2.5 is not a whole number"),
        (["keep_share=0:0.8:1"], "one value cannot be both 0 and 0.8"),
        (["keep_share=0.5:0.5:3"], "both ends are 0.5"),
        (["keep_share=0:0.8"], "keep_share: = 0:0.8 is not a range; write keep_share=START:STOP:N"),
        (["keep_share=low:0.8:3"], "keep_share: 'low' is not a number; write 0.5"),
        (["keep_share=low,0.8"], "'low' is not a number"),
        (["keep_share=0.3"], "keep_share: = 0.3 does not vary; give several values, or set it"),
        (["keep_share=0.3,0.3"], "keep_share: the value 0.3 stands twice"),
        (["keep_share=0:inf:3"], "'inf' is not a number"),
        (["keep_share"], "--vary keep_share: names no values; write KEY=0:0.8:5"),
        (["=1:2:2"], "names no key"),
        ([], "vary: nothing varies"),
        (["keep_share=0:1.2:3"], "overrides.keep_share = 1.2 is above 1"),
        (["collection_penalty=0:2:2"], "has no unit; write '0 USD_2024/t'"),
        (["collection_penalty=0:2:2 kg"], "unit 'kg' does not fit 'USD_2024/t'"),
        (["collection_penalty=0 kg:2 USD_2024/t:2"], "does not fit 'USD_2024/t'; give both ends in one unit"),
        (["keep_share=0:1:20000"], "20000 values are too many; give at most 10000"),
        (["keep_share=0:1:2", "overrides.keep_share=0:1:3"],
         "keep_share: varies 2 times (keep_share, overrides.keep_share); name every key once"),
    ],
)  # fmt: skip
def test_faults(scenario, vary, wanted):
    assert any(wanted in text for text in faults_of(read_levers, vary, scenario))


def test_all_faults_at_once(scenario):
    found = faults_of(read_levers, ["keep_shar=0:1:2", "keep_share=0:1:x", "collection_quota=0.5,1.5,2"], scenario)
    assert len(found) == 4  # one of each key, two of the last


@pytest.mark.parametrize(
    ("vary", "wanted"),
    [
        (["keep_share=0:0.8:3"], "keep_share: = 0:0.8:3 is not a range; write keep_share=LOW:HIGH"),
        (["keep_share=0.8"], "is not a range"),
        (["keep_share=0.8:0.2"], "0.8 is not below 0.2; exchange them"),
        (["keep_share=0:1.5"], "overrides.keep_share = 1.5 is above 1"),
        ({"keep_share": (0, True)}, "'True' is not a number"),
    ],
)
def test_faults_of_ranges(scenario, vary, wanted):
    assert any(wanted in text for text in faults_of(read_ranges, vary, scenario))


def test_a_range_gives_levers(scenario):
    one = read_ranges(["collection_penalty=0:3000 USD_2024/t"], scenario)[0]
    assert (one.low, one.high, one.unit) == (0.0, 3000.0, "USD_2024/t")
    assert one.lever([10, 20]).given == ("10.0 USD_2024/t", "20.0 USD_2024/t")

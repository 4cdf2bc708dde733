"""What can be compared, how it is named, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import mfa
from mfa.errors import AlignmentError, InputError, UnitError
from mfa.studies.cases import check_frames, read_case, read_cases, results_of
from tests.studies.conftest import small_inputs


@pytest.fixture(scope="module")
def small_run():
    return mfa.run(small_inputs("small"))


def test_scenarios_come_by_name_by_file_as_content_and_as_objects(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("base: japan-reference\npolicy: {keep_share: 0.5}\n", encoding="utf-8")
    content = {"name": "content", "base": "japan-reference"}
    cases, base = read_cases(["japan-reference", path, content, mfa.load_scenario("japan-market")])
    assert [case.name for case in cases] == ["japan-reference", "mine", "content", "japan-market"]
    assert [case.ancestors for case in cases] == [(), *[("japan-reference",)] * 3]
    assert cases[0].frame.years == (1990, 2060)
    assert cases[0].frame.elements == ("Li", "Co", "Ni", "Nd", "Pr", "Dy", "Tb")
    assert base is None


def test_inputs_results_and_folders_of_runs(tmp_path, small_run, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small_run.save("runs/small", figures=False)
    for item in (small_inputs("small"), small_run, "runs/small", "runs/small/results.nc"):
        case = read_case(item)
        assert (case.name, case.frame.years, case.frame.money) == ("small", (2024, 2033), "USD_2024")
    assert results_of(read_case(small_run)) is small_run
    assert results_of(read_case(small_inputs("small"))).attrs["detail"] == "full"
    sampled = small_inputs("small", base_collection_rate=xr.DataArray([0.2, 0.3], coords={"sample": [0, 1]}))
    assert results_of(read_case(sampled)).attrs["detail"] == "totals"


def test_what_a_scenario_builds_on_is_saved_with_its_run(tmp_path):
    scenario = mfa.load_scenario("japan-reference").with_changes({"name": "short", "years": [1990, 1992]})
    mfa.run(scenario, detail="totals").save(tmp_path / "run", figures=False)
    assert read_case(tmp_path / "run").ancestors == ("japan-reference",)


def test_a_run_that_shares_its_name_is_named_after_its_folder(tmp_path, small_run, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small_run.save("runs/old", figures=False)
    cases, _ = read_cases([small_inputs("small"), "runs/old"])
    assert [case.name for case in cases] == ["small", "runs/old"]


def test_names_of_your_own(small_run):
    cases, _ = read_cases({"before": small_run, "after": small_run})
    assert [(case.name, case.scenario) for case in cases] == [("before", "small"), ("after", "small")]
    assert read_case(small_inputs(None), "mine").scenario == "mine"


def test_the_base_is_found_among_the_items_or_comes_first(small_run):
    other = small_inputs("other")
    assert read_cases([other, small_run], base=small_run)[1] == "small"
    assert read_cases({"x": other, "y": small_run}, base="y")[1] == "y"
    assert read_cases([other, small_run], base="small")[1] == "small"
    cases, base = read_cases([other], base=small_run)
    assert ([case.name for case in cases], base) == (["small", "other"], "small")
    cases, base = read_cases(["japan-vision"], base="japan-market")
    assert ([case.name for case in cases], base) == (["japan-market", "japan-vision"], "japan-market")


@pytest.mark.parametrize(
    ("items", "match"),
    [
        (["japan-market"], "only japan-market to compare; name at least two"),
        ([], "nothing to compare"),
        ("japan-market", "only japan-market to compare"),
        (["japan-marked", "japan-visoin"], r"(?s)2 faults.*did you mean 'japan-market'.*did you mean 'japan-vision'"),
        (["japan-market", "japan-market"], "two cases are called japan-market; name each once"),
        (["japan-market", 3], "int is neither a scenario nor results"),
    ],
)
def test_what_cannot_be_compared_is_refused(items, match):
    with pytest.raises(InputError, match=match):
        read_cases(items)


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"has no results.nc; give the folder of a run"):
        read_case(tmp_path)


def test_all_that_differs_is_told_at_once(hand):
    usual = [hand().done("a"), hand().done("b")]
    odd = hand(years=(2030, 2031, 2032), regions=("here", "there"), elements=("Co", "Tb"))
    cases, _ = read_cases([odd.done("odd", money="JPY_2020", scope="economy"), *usual])
    with pytest.raises(InputError) as caught:
        check_frames(cases)
    assert [str(fault) for fault in caught.value.faults] == [
        "odd: runs 2030-2032, the others 2030-2031; give all the same years",
        "odd: counts in JPY_2020, the others USD_2024; run all in one money",
        "odd: has the scope economy, the others products; give all the same scope",
        "odd: has the regions here, there, the others here; compare what all have: regions=['here'], --region here",
        "odd: has the elements Co, Tb, the others Co, Dy; compare what all have: elements=['Co'], --element Co",
    ]


def test_one_kind_of_difference_is_an_error_of_its_kind(hand):
    for change, error in (({"money": "JPY_2020"}, UnitError), ({"scope": "economy"}, AlignmentError)):
        cases, _ = read_cases([hand().done("a"), hand().done("b", **change)])
        with pytest.raises(error, match="^b: "):
            check_frames(cases)


def test_regions_and_elements_that_all_have_may_be_chosen(hand):
    wide = hand(regions=("here", "there"), elements=("Co", "Tb")).done("wide")
    cases, _ = read_cases([hand().done("a"), wide])
    assert check_frames(cases, ["here"], ["Co", "Co"]) == (["here"], ["Co"])
    with pytest.raises(InputError, match="a: has no region 'there'"):
        check_frames(cases, ["there"], ["Co"])
    with pytest.raises(InputError, match="no elements are named; choose from Co, Dy"):
        check_frames(cases, ["here"], [])


def test_samples_must_be_the_same(hand):
    three, four = hand(samples=3), hand(samples=4)
    cases, _ = read_cases([three.done("a", seed=1), three.done("b", seed=1), hand().done("unsampled")])
    check_frames(cases)
    drawn = {"seed": 1, "samples": 200, "sampling": "lhs"}
    for other, words in (
        (four.done("b", **drawn), "has 4 samples of seed 1 out of 200 [(]lhs[)]"),
        (three.done("b", **{**drawn, "seed": 2}), "has 3 samples of seed 2"),
        (
            three.done("b", **{**drawn, "samples": 300}),
            "has 3 samples of seed 1 out of 300 [(]lhs[)], a has .* out of 200",
        ),
        (three.done("b"), "has 3 samples, a has"),
    ):
        cases, _ = read_cases([three.done("a", **drawn), other])
        with pytest.raises(AlignmentError, match=f"b: {words}.*draw the same samples in all scenarios"):
            check_frames(cases)


def test_a_run_with_several_domestic_sources_keeps_what_its_cost_needs():
    origins = {"origin": ["A", "mud", "brine"]}
    inputs = small_inputs(
        "sources",
        import_share=xr.DataArray([1.0, 0.0, 0.0], coords=origins),
        origin_domestic=xr.DataArray([False, True, True], coords=origins),
        primary_capacity=xr.DataArray([0.0, 1.0, 2.0], coords=origins),
        primary_cost=xr.DataArray([0.0, 31000.0, 32000.0], coords=origins),
    )
    results = results_of(read_case(inputs), "totals")
    # 1 t at 1000 and 2 t at 2000 above the price
    np.testing.assert_allclose(results.arrays("indicators")["public_cost"], 5000.0)

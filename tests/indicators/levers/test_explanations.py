"""Explanations as such: wording, order, files, printing; what is said of every scenario that comes with mfa."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import xarray as xr

import mfa
import mfa.cli
from mfa.indicators.levers import PLANTS, RULES, STATES, Explanation, explain
from mfa.indicators.levers.case import Case
from mfa.indicators.levers.earnings import route_grades
from mfa.indicators.levers.explanation import several
from mfa.inputs import load_scenario
from mfa.inputs.scenario import scenario_files
from mfa.report.explanations import explanations_markdown, explanations_text
from mfa.results import Results, describe
from mfa.run import solve
from tests.engine.systems import engine_inputs
from tests.indicators.levers.systems import along, run, said
from tests.random_systems import random_system

ONES = {
    "collection_quota": "collection quota", "content_quota": "recycled-content quota",
    "recovery_floor": "recovery floor",
    "collection_subsidy": "collection subsidy", "output_subsidy": "output subsidy", "capex_grant": "capital grant",
    "research_spending": "research", "keep_share": "keeping used products", "ban": "export ban", "ore_ban": "ore ban",
    "stockpile_days": "stockpile", "scarcity_exponent": "scarcity price", "substitution_response": "substitution",
    "reuse_share": "reuse of parts",
}  # fmt: skip
"""What is said of what is set: parameter, lever."""


def sane(results):
    """Every explanation has a known state, years of the run, words without holes, and a finite effect."""
    for one in results.explanations:
        assert one.state in STATES, one
        assert one.years, one
        assert set(one.years) <= {int(year) for year in results.years}, one
        assert np.isfinite(one.effect), one
        assert one.effect >= 0.0, one
        assert not re.search(r"\bnan\b|\binf\b|\bNone\b|  | ;|\n|:$", one.text), one
        assert not re.search(r"(?<=\s)-\d|\de-", one.text.split("leaves")[0]), one


# --- Scenarios -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", scenario_files())
def test_every_scenario_is_explained(name):
    scenario = load_scenario(name)
    results = mfa.run(scenario)
    describe(results, scenario)
    sane(results)
    told = {one.lever for one in results.explanations}
    for parameter, lever in ONES.items():
        array = results.inputs.arrays.get(parameter)
        assert (lever in told) == (array is not None and bool((array > 0).any())), (parameter, lever)
    assert max(map(len, explanations_text(results).splitlines())) <= 100
    effects = [one.effect for one in results.explanations if one.region == results.labels["region"][0]]
    assert effects == sorted(effects, reverse=True)


def test_what_the_library_says_of_itself():
    """Statements of the descriptions of scenarios that the explanations must bear out."""

    def of(name, lever, state):
        return said(mfa.run(f"japan-{name}"), lever, state)

    # "grants for plants alone would do nothing: a magnet plant pays at flat prices anyway"
    assert len(of("magnet-grants", "capital grant", "paid anyway")) == 1
    # "phones and power banks stop near 60 % because buying out is cheaper", "computers and power tools reach 70 %"
    bought = of("collection-quota", "collection quota", "bought out")[0]
    assert {"smartphone", "power_bank"} <= set(bought.labels)
    assert {"notebook_pc", "power_tool_pack"} <= set(of("collection-quota", "collection quota", "binding")[0].labels)
    # "it changes imports while it fills, and nothing else until supply fails"
    assert len(of("stockpile-60", "stockpile", "no gap")) == 1
    # "the floors stop new smelters with Li recovery and direct recycling"
    shut = {label for one in of("recycled-content", "recovery floor", "binding") for label in one.labels}
    assert {"pyro_hydro", "direct"} <= shut
    # "nothing is shared before one of them runs short"
    assert len(of("joint-stockpile", "joint stockpile", "no gap")) == 2


# --- Properties ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_random_systems_are_explained(seed):
    arrays, years, lifetimes = random_system(seed, "every" if seed % 2 else "all")
    given = engine_inputs(arrays, years, lifetimes)
    results = Results.from_arrays(solve(given)[0], given.labels, years, "USD_2024", {}, given)
    sane(results)


def test_each_rule_is_silent_without_its_lever():
    case = Case(run(), 0)
    levers = {one.lever for rule in RULES for one in rule(case)}
    assert levers == set()


def test_totals_are_explained_as_far_as_they_tell():
    import warnings

    results = run(collection_quota=0.7, capex_grant=0.5, invest=True, initial_capacity=10.0, output_subsidy=1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        totals = mfa.run(results.inputs, detail="totals")
    sane(totals)
    assert {one.lever for one in totals.explanations} >= {"collection quota", "capital grant", "output subsidy"}


def test_samples_are_explained_by_their_means():
    grant = xr.DataArray([0.0, 0.5], dims="sample", coords={"sample": [0, 1]})
    results = run(collection_subsidy=10.0, keep_share=grant, used_export_share=0.4, keep_cost=5.0)
    kept = said(results, "keeping used products", "acts")[0]
    assert "60 units kept in all for 300 USD_2024" in kept.text  # 0 and 120


# --- Keeping and showing ---------------------------------------------------------------------------------------------


def test_largest_effects_come_first():
    results = run(collection_subsidy=10.0, output_subsidy=1000.0, collection_quota=0.4)
    assert [one.lever for one in results.explanations][:3] == [
        "output subsidy",
        "collection subsidy",
        "collection quota",
    ]


def test_explanations_are_saved_and_opened_again(tmp_path):
    results = run(collection_quota=0.7)
    results.save(tmp_path / "run", figures=False)
    again = mfa.open_results(tmp_path / "run")
    assert again.explanations == results.explanations
    record = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    first = record["explanations"][0]
    assert first["line"] == results.explanations[0].line()
    assert first["period"] == "2020-2025"


def test_results_without_inputs_have_none():
    results = run()
    bare = Results.from_arrays(
        {group: results.arrays(group) for group in ("flows", "policy")}, results.labels, results.years, "USD_2024"
    )
    assert bare.explanations == []
    assert explanations_text(bare) == ""


def test_names_take_the_place_of_labels_once_they_are_known():
    scenario = load_scenario("japan-stockpile-60")
    results = mfa.run(scenario)
    assert any("Dy" in one.text.split(":")[0] for one in results.explanations)
    describe(results, scenario)
    assert any("Dysprosium" in one.text for one in results.explanations)


def test_regions_are_named_where_there_are_several():
    results = run([2020], labels={"region": ["east", "west"]}, collection_quota=along("region", east=0.7, west=0.4))
    text = explanations_text(results)
    assert "- east, collection quota, binding 2020: " in text
    assert "- west, collection quota, slack 2020: " in text
    assert explanations_markdown(results).count("\n") == len(results.explanations)


def test_headings():
    assert explanations_text(run(collection_quota=0.7)).startswith("Why each lever did or did not act")
    assert explanations_text(run(capacity=200.0)).startswith("No lever is set. How recycling plants were used:")
    assert {one.lever for one in run(capacity=200.0).explanations} == {PLANTS}


def test_the_command_prints_them(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        mfa.cli.main(["run", "japan-stockpile-60", "--no-figures"])
    out = capsys.readouterr().out
    assert "Why each lever did or did not act, largest effects first:\n- stockpile, acts 2026-2060: Lithium" in out
    assert "never drawn, nothing is banned and supply never fails" in out.replace("\n  ", " ")


def test_plain_data_goes_there_and_back():
    one = explain(run(collection_quota=0.7))[0]
    assert Explanation.from_plain(json.loads(json.dumps(one.plain()))) == one


def test_short_lists_are_told_whole():
    assert several(["Li"]) == "Li"
    assert several(["Li", "Co", "Ni", "Nd"]) == "Li, Co, Ni and Nd"  # one more is no shorter as "1 more"
    assert several(["Li", "Co", "Ni", "Nd", "Dy"]) == "Li, Co, Ni and 2 more"


def test_grade_of_a_route_is_what_it_took_in():
    # scrap holds 0.1 t of Co per tonne: 0.05 recovered and 0.05 lost of each
    results = run(recovery_yield=0.5, initial_capacity=20.0)
    grades = route_grades(Case(results, 0))
    assert (results.arrays("policy")["processed"][0, 0, :, 0] > 0).all()
    np.testing.assert_allclose(grades[:, 0, 0], 0.1)

"""`mfa ensemble` on scenarios that come with mfa: samples of the real tables, the command and its refusals."""

from __future__ import annotations

import json

import numpy as np
import pytest

import mfa
from mfa.cli import main
from mfa.commands.ensemble import spread_years
from mfa.errors import InputError
from mfa.inputs.sampling import Design

SHORT = ["--set", "years.stop=2030", "--set", "name=short"]
FACTORS = ["--vary", "lifetime.mean[bev]", "--vary", "used_export_share[bev]"]


def command(*words):
    try:
        main([str(word) for word in words])
    except SystemExit as end:
        return end.code or 0
    return 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three samples of two factors until 2030."""
    made = tmp_path_factory.mktemp("ensemble") / "short"
    words = ["japan-reference", "-n", 3, "--seed", 7, *SHORT, *FACTORS, "--keep", "in_use,discards", "--quiet"]
    assert command("ensemble", *words, "--keep-samples", "--jobs", 1, "--out", made) == 0
    return made


def test_samples_are_runs_of_the_design(folder):
    found = mfa.open_ensemble(folder)
    scenario = mfa.load_scenario("japan-reference", {"years.stop": 2030, "name": "short"})
    design = Design(scenario, 3, 7, vary=FACTORS[1::2])
    assert list(found.factors.columns) == design.names
    np.testing.assert_array_equal(found.factors.to_numpy(), design.values(0, 3).to_numpy())
    one = mfa.run(design.inputs(1, 2))
    wanted = one.plain("stocks")["in_use"].sum(["product", "component"]).sel(time=2030).values[0]
    np.testing.assert_allclose(found.samples["in_use"].sel(sample=1, time=2030).values, wanted, rtol=1e-12)
    assert found.plain["in_use"].sel(element="Co", time=2030).values.std() > 0.0  # the factors do something


def test_what_is_stored_tells_what_it_is(folder):
    manifest = json.loads((folder / "ensemble.json").read_text())
    assert (manifest["scenario"]["name"], manifest["seed"], manifest["samples"]) == ("short", 7, 3)
    assert manifest["scenario"]["resolved"]["years"][1] == 2030
    assert len(manifest["data"]["hash"]) == 64
    assert manifest["version"] == mfa.__version__


def test_the_same_command_again_prints_without_running(folder, capsys):
    words = ["japan-reference", "-n", 3, "--seed", 7, *SHORT, *FACTORS, "--keep", "in_use,discards"]
    assert command("ensemble", *words, "--out", folder) == 0
    output = capsys.readouterr()
    assert "3 samples of 2 factors (lhs, seed 7)" in output.out
    assert "in_use, t\n  element  2030" in output.out
    assert f"files: {folder}" in output.out
    assert "of 3 samples" not in output.err


def test_another_seed_is_refused(folder, capsys):
    words = ["japan-reference", "-n", 3, "--seed", 8, *SHORT, *FACTORS, "--keep", "in_use,discards"]
    assert command("ensemble", *words, "--out", folder) == 1
    assert "seed: 7 is stored, 8 is wanted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-n", "0", "--seed", "1"], "samples: = 0 is not a whole number above 0"),
        (["-n", "3", "--seed", "-1"], "seed: = -1 is not a whole number of 0 or more"),
        (["-n", "3", "--seed", "1", "--jobs", "0"], "jobs: = 0 is not a whole number above 0"),
        (["-n", "3", "--seed", "1", "--jobs", "1", "--scheduler", "x"], "jobs: stands beside a scheduler"),
        (["-n", "3", "--seed", "1", "--keep", "hhl"], "did you mean 'hhi'?"),
        (["-n", "3", "--seed", "1", "--years", "1980-1981"], "1980 lies outside the run; choose from 1990 to 2060"),
        (["-n", "3", "--seed", "1", "--years", "soon"], "'soon' is not a year"),
        (["-n", "3", "--seed", "1", "--hold", "*"], "hold: *: '*' does not name factors"),
    ],
    ids=["samples", "seed", "jobs", "both", "keep", "years", "no year", "hold"],
)
def test_bad_input_is_one_message_and_leaves_nothing(tmp_path, capsys, words, told):
    assert command("ensemble", "japan-reference", *words, "--out", tmp_path / "new") == 1
    error = capsys.readouterr().err
    assert told in error and "Traceback" not in error and "unexpected" not in error
    assert not (tmp_path / "new").exists()


def test_wrong_usage(capsys):
    assert command("ensemble", "japan-reference", "-n", "3") == 2  # no seed
    assert command("ensemble", "japan-reference", "-n", "3", "--seed", "1", "--set", "keep_share") == 2


def test_years():
    assert spread_years(["2030", "2040-2042,2050"]) == [2030, 2040, 2041, 2042, 2050]
    with pytest.raises(InputError, match="'2030-' is not a year"):
        spread_years(["2030-"])

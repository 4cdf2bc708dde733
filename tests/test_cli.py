"""The command line: what it prints where, its exit codes, and that it never shows a traceback unasked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import mfa.cli

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a command in an empty folder; exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            mfa.cli.main(list(arguments))
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return run


def test_run_prints_the_headline_and_writes_the_folder(call: Call, tmp_path: Path) -> None:
    code, out, err = call("run", "japan-reference", "--no-figures")
    assert code == 0
    assert out.startswith("japan-reference: ")
    assert "scope of the need: products, 1990-2060, dataset japan" in out
    assert "mass balance: worst residual" in out
    assert f"files: runs{os.sep}japan-reference" in out
    assert max(map(len, out.splitlines())) <= 100
    elements = [line.split()[0] for line in out.splitlines() if " 2024 " in line]
    assert elements == ["Li", "Co", "Ni", "Nd", "Pr", "Dy", "Tb"]
    assert "computing japan-reference" in err
    names = sorted(path.name for path in (tmp_path / "runs" / "japan-reference").iterdir())
    assert names == ["SHA256SUMS", "flows.csv", "indicators.csv", "results.nc", "run.json", "stocks.csv"]


def test_run_json_holds_the_scenario_in_full_and_the_hashes(call: Call, tmp_path: Path) -> None:
    assert call("run", "japan-reference", "--no-figures", "-q")[0] == 0
    record = json.loads((tmp_path / "runs" / "japan-reference" / "run.json").read_text(encoding="utf-8"))
    assert record["resolved"]["name"] == "japan-reference"
    assert len(record["hashes"]["scenario"]) == len(record["hashes"]["parameters"]) == 64
    assert record["worst_balance_residual"]["worst_relative_residual"] <= 1e-9
    assert record["wall_time_s"] > 0


def test_quiet_says_nothing(call: Call) -> None:
    assert call("run", "japan-reference", "--no-figures", "--quiet") == (0, "", "")


def test_changes_are_applied_and_told(call: Call, tmp_path: Path) -> None:
    code, out, _ = call(
        "run", "japan-reference", "--no-figures", "-o", "x", "--set", "name=kept", "--set", "policy.keep_share=0.5"
    )
    assert code == 0
    assert out.startswith("kept: ")
    assert out.splitlines()[0].endswith(" (changed)")
    assert "changed: policy.keep_share=0.5" in out
    record = json.loads((tmp_path / "x" / "kept" / "run.json").read_text(encoding="utf-8"))
    assert record["resolved"]["policy"]["keep_share"]
    assert record["changes"] == ["name=kept", "policy.keep_share=0.5"]


def test_several_scenarios_get_a_folder_each(call: Call, tmp_path: Path) -> None:
    code, out, _ = call("run", "japan-reference", "japan-hybrid-led", "--no-figures")
    assert code == 0
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["japan-hybrid-led", "japan-reference"]
    assert out.count("mass balance") == 2


def test_the_same_name_twice_is_refused(call: Call) -> None:
    code, _, err = call("run", "japan-reference", "japan-reference", "--no-figures")
    assert code == 1
    assert "two scenarios are called japan-reference" in err


def test_unknown_scenario_is_an_error_of_the_model(call: Call, tmp_path: Path) -> None:
    code, out, err = call("run", "japan-refrence")
    assert (code, out) == (1, "")
    assert "did you mean 'japan-reference'?" in err
    assert "Traceback" not in err
    assert not (tmp_path / "runs").exists()


def test_a_value_out_of_range_is_an_error_of_the_model(call: Call) -> None:
    code, _, err = call("run", "japan-reference", "--set", "policy.keep_share=16")
    assert code == 1
    assert "keep_share" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("arguments", [["run"], ["run", "--frobnicate"], ["walk"], ["run", "x", "--set", "a"]])
def test_wrong_usage(call: Call, arguments: list[str]) -> None:
    code, _, err = call(*arguments)
    assert code == 2
    assert "Traceback" not in err


def test_ctrl_c_is_quiet(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(scenario: object) -> None:
        raise KeyboardInterrupt

    mfa.run  # noqa: B018  (imports the module)
    monkeypatch.setattr(sys.modules["mfa.run"], "run", interrupted)
    code, out, err = call("run", "japan-reference", "-q")
    assert (code, out, err) == (130, "", "")
    assert not (tmp_path / "runs").exists()


def test_an_unexpected_error_is_one_line(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    mfa.run  # noqa: B018
    monkeypatch.setattr(sys.modules["mfa.run"], "run", lambda scenario: 1 / 0)
    code, _, err = call("run", "japan-reference", "-q")
    assert code == 1
    assert (
        err == "mfa: unexpected ZeroDivisionError: division by zero; run again with --debug and report what it shows\n"
    )
    with pytest.raises(ZeroDivisionError):
        mfa.cli.main(["run", "japan-reference", "-q", "--debug"])


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_run_that_is_interrupted_leaves_the_old_folder_whole(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mfa.cli", "run", "japan-reference"]
    subprocess.run([*command, "-q", "--no-figures"], cwd=tmp_path, check=True)
    folder = tmp_path / "runs" / "japan-reference"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stderr is not None
    while "writing" not in (line := process.stderr.readline()) and line:
        pass
    time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (out, "Traceback" in err) == ("", False)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == ["japan-reference"]


def test_list_names_every_scenario_on_one_line(call: Call) -> None:
    code, out, _ = call("list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == sorted(line.split()[0] for line in out.splitlines())
    assert any(line.startswith("japan-reference ") for line in out.splitlines())


def test_validate_lists_all_faults(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("name: broken\nbase: japan-reference\ncolour: red\nshape: round\n", encoding="utf-8")
    code, out, err = call("validate", "broken.yaml")
    assert (code, out) == (1, "")
    assert "colour" in err
    assert "shape" in err
    assert "mfa: 2 faults" in err


def test_validate_without_faults(call: Call) -> None:
    assert call("validate", "japan-reference") == (0, "no faults in japan-reference\n", "")


def test_info(call: Call) -> None:
    code, out, _ = call("info", "EoL-RR")
    assert code == 0
    assert out.startswith("eol_recycling_rate (indicator)")
    code, out, _ = call("info")
    assert (code, out.splitlines()[0]) == (0, f"mfa {mfa.__version__}")
    code, _, err = call("info", "colection_rate")
    assert code == 1
    assert "did you mean 'collection_rate'?" in err


def test_info_shows_rows_with_provenance_and_sources(call: Call) -> None:
    code, out, _ = call("info", "base_collection_rate[bev]", "--dataset", "japan")
    assert code == 0
    assert "provenance" in out
    assert "sources" in out


def test_progress_in_a_terminal_is_wiped(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    progress = mfa.cli.Progress(quiet=False)
    progress("computing")
    progress.done()
    assert capsys.readouterr().err == "\r\033[Kcomputing ...\r\033[K"

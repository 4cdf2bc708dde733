"""`mfa compare`: what it prints where, and its exit codes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

import mfa.cli
from mfa.commands.common import split_labels, split_years
from mfa.errors import InputError


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    """Run a command in an empty folder; exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments):
        with pytest.raises(SystemExit) as caught:
            mfa.cli.main(["compare", *arguments])
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return run


def test_text_goes_to_stdout_and_progress_to_stderr(call):
    code, out, err = call("japan-market", "japan-vision", "--element", "Dy", "--year", "2030,2040")
    assert code == 0
    assert out.startswith("What 1 scenario buys against its base: Japan, 1990-2060\n")
    assert "  japan-vision  against japan-market\n" in out
    assert [line.split()[0] for line in out.splitlines() if line.startswith("20")][:2] == ["2030", "2040"]
    assert "running japan-vision, 2 of 2" in err


def test_files_and_csv(call):
    code, out, err = call(
        "japan-vision", "--base", "japan-market", "--format", "csv", "-o", "x", "--from", "2030", "--discount-rate",
        "0.03", "-q",
    )  # fmt: skip
    assert (code, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["scenario"]: row["base"] for row in rows} == {"japan-market": "", "japan-vision": "japan-market"}
    assert {row["first_year"] for row in rows if row["indicator"] == "imports_total"} == {"2030"}
    assert Path("x/comparison.csv").read_text(encoding="utf-8") == out
    assert sorted(path.name for path in Path("x/figures").iterdir()) == ["what_it_buys.png", "what_it_buys.svg"]


def test_markdown_and_folders_of_runs(call, tmp_path):
    with pytest.raises(SystemExit):
        mfa.cli.main(["run", "japan-reference", "japan-market", "--no-figures", "-q"])
    code, out, err = call(
        "runs/japan-market", "runs/japan-reference", "--format", "markdown", "--no-figures", "-o", "x"
    )
    assert code == 0
    assert out.startswith("## What 1 scenario buys")
    assert "- `japan-market`: against japan-reference" in out
    assert "running" not in err
    assert not (tmp_path / "x" / "figures").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["japan-market"], "mfa: compare: there is only japan-market to compare; name at least two scenarios or runs"),
        (["japan-market", "japan-visoin"], "did you mean 'japan-vision'?"),
        (["japan-market", "japan-vision", "--year", "soon"], "--year: 'soon' is not a year; write 2030,2040"),
        (["japan-market", "japan-vision", "--element", ","], "compare: no elements are named; choose from Li, Co"),
        (["japan-market", "japan-vision", "--element", "Xx"], "japan-market: has no element 'Xx'"),
        (["japan-market", "japan-2010-crisis"], "japan-2010-crisis: runs 1990-2016, the others 1990-2060"),
        (["japan-market", "japan-joint-stockpile"], "compare what all have: regions=['Japan'], --region Japan"),
    ],
)
def test_errors_are_one_message_and_exit_1(call, arguments, message):
    code, out, err = call(*arguments)
    assert (code, out) == (1, "")
    assert message in err
    assert "Traceback" not in err


def test_wrong_usage_is_exit_2(call):
    assert call("japan-market", "japan-vision", "--format", "pdf")[0] == 2
    assert call()[0] == 2


def test_a_folder_that_is_something_else_is_refused_before_anything_runs(call, tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "thesis.txt").write_text("dear")
    code, out, err = call("japan-market", "japan-vision", "-o", "x")
    assert (code, out) == (1, "")
    assert "is not the folder of a comparison" in err
    assert "running" not in err


def test_labels_and_years_with_commas():
    assert split_labels(["Dy, Tb", "Co,"]) == ["Dy", "Tb", "Co"]
    assert split_labels(None) == []
    with pytest.raises(InputError, match="'20x0' is not a year"):
        split_years(["2030,20x0"])

"""`mfa sweep`: what it prints where, and its exit codes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

import mfa.cli


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    """Run the command in an empty folder; exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments):
        with pytest.raises(SystemExit) as caught:
            mfa.cli.main(["sweep", *arguments])
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return run


def test_text_files_and_progress(call):
    code, out, err = call(
        "japan-market", "--vary", "policy.keep_share.bev=0:0.8:2", "--keep", "secondary,import_requirement",
        "--element", "Co", "-o", "out",
    )  # fmt: skip
    assert code == 0
    assert out.startswith("Sweep of japan-market: ")
    assert "Secondary 2040, t/yr" in out
    assert "running japan-market, 2 of 2 points" in err
    assert sorted(path.name for path in Path("out/figures").glob("*.png")) == [
        "import_requirement.png",
        "secondary.png",
    ]


def test_csv_of_one_year(call):
    code, out, err = call(
        "japan-market", "--vary", "policy.keep_share.bev=0:0.8:2", "--keep", "secondary", "--element", "Co,Ni",
        "--year", "2040", "--format", "csv", "-q",
    )  # fmt: skip
    assert (code, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["keep_share.bev"], row["element"]) for row in rows] == [
        ("0", "Co"), ("0", "Ni"), ("0.8", "Co"), ("0.8", "Ni"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["japan-market", "--vary", "keep_share"], 2, "'keep_share' is not KEY=VALUES"),
        (["japan-market"], 2, "Missing option '--vary'"),
        (["japan-market", "--vary", "keep_shar=0:1:3"], 1, "mfa: keep_shar: unknown key; did you mean 'keep_share'?"),
        (["japan-markt", "--vary", "keep_share=0:1:3"], 1, "did you mean 'japan-market'?"),
        (["japan-market", "--vary", "keep_share=0:1:2", "--jobs", "0"], 1, "0 is not a number of processes"),
    ],
)
def test_errors(call, arguments, code, message):
    found, out, err = call(*arguments)
    assert (found, out) == (code, "")
    assert message in " ".join(err.split())

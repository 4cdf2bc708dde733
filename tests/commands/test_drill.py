"""`mfa drill`: what it prints where, its exit codes."""

from __future__ import annotations

import io

import pandas as pd
import pytest

import mfa.cli

ASK = ("drill", "japan-stockpile-60", "--year", "2030", "--origin", "CHN", "--days", "90")


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    """Run a command in an empty folder; exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments):
        with pytest.raises(SystemExit) as caught:
            mfa.cli.main(list(arguments))
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return run


def test_the_command_prints_and_writes(call, tmp_path):
    code, out, err = call(*ASK, "--element", "Dy,Tb", "--element", "Nd", "--out", "here")
    assert code == 0
    assert out.startswith("drill: China delivers nothing for 90 days from 1 Jan 2030\n")
    assert [line.split()[0] for line in out.splitlines()[8:11]] == ["Dy", "Tb", "Nd"]
    assert "The annual step counts the ban as a share of 90/365 of the year" in out
    assert "drilling japan-stockpile-60" in err
    assert "files: here" in err
    assert (tmp_path / "here" / "drill.png").is_file()


def test_quiet_shows_no_progress(call):
    code, out, err = call(*ASK, "-q")
    assert (code, err) == (0, "")
    assert out.startswith("drill: China delivers nothing")


def test_notes_stand_in_the_text_and_beside_csv(call):
    idle = (*ASK[:-4], "--origin", "COD", "--days", "5", "--element", "Dy", "-q")
    note = "COD has no share in the imports of Dy in 2030: the ban changes nothing there"
    assert f"note: {note}" in call(*idle)[1]
    code, out, err = call(*idle, "--format", "csv")
    assert (code, err) == (0, f"warning: {note}\n")
    assert note not in out


def test_impossible_questions_are_errors_of_the_model(call):
    code, out, err = call(*ASK[:-1], "-3", "--element", "Dz", "--start-day", "400")
    assert (code, out) == (1, "")
    assert "3 faults" in err
    assert "Traceback" not in err
    assert call("drill", "japan-stockpile", *ASK[2:])[0] == 1


@pytest.mark.parametrize(
    "words", [ASK[:2], ASK[:-2], (*ASK[:-1], "many"), (*ASK, "--start-day", "1.5"), (*ASK, "--colour", "red")]
)
def test_wrong_usage(call, words):
    code, _, err = call(*words)
    assert code == 2
    assert "Traceback" not in err


def test_formats(call):
    code, out, _ = call(*ASK, "--format", "csv")
    assert code == 0
    assert pd.read_csv(io.StringIO(out))["origin"].unique().tolist() == ["CHN"]
    code, out, _ = call(*ASK, "--format", "markdown")
    assert out.startswith("# China delivers nothing for 90 days from 1 Jan 2030\n")
    assert "| element | need [t/yr] |" in out

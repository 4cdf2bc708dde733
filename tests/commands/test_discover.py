"""`mfa discover`: what it prints where, and its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

import mfa.cli
from tests.studies.one_product import write_uncertain_product


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    """Run the command in a folder with a small dataset; exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    write_uncertain_product(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as caught:
            mfa.cli.main(["discover", *arguments])
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return run


TARGET = ("--target", "eol_collection_rate[Co, 2025] >= 0.3")


def test_answer_files_and_progress(call):
    code, out, err = call("one.yaml", *TARGET, "-n", "100", "-o", "out")
    assert code == 0
    assert "missed in 27 % of 100 futures of seed 1" in out and "100 of 100 samples" in err
    assert Path("out/discovery.txt").read_text(encoding="utf-8") == out
    code, out, err = call("one.yaml", *TARGET, "-n", "100", "--seed", "2", "-q", "--format", "csv", "--met")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].startswith("box,factor,words,low,high,unit")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["one.yaml"], 2, "Missing option '--target'"),
        (["one.yaml", *TARGET, "-n", "3"], 1, "samples: = 3 is not a number of samples"),
        (["one.yaml", "--target", "eol_collection_rate[Co, 2025] >= 0", "-n", "50"], 1, "is met in all 50 samples"),
        (["tiny", *TARGET], 1, "mfa: tiny: holds no ensemble"),
        (["two.yaml", *TARGET], 1, "mfa: no scenario 'two.yaml'"),
    ],
)
def test_errors(call, arguments, code, message):
    found, out, err = call(*arguments, "-q")
    assert (found, out) == (code, "")
    assert message in " ".join(err.replace("│", " ").split())

"""`mfa sensitivity`: what it prints where, and its exit codes."""

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
            mfa.cli.main(["sensitivity", *arguments])
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return run


OUTPUT = ("--output", "import_requirement[Co, 2025]")


def test_answer_files_and_progress(call):
    code, out, err = call("one.yaml", *OUTPUT, "-o", "out")
    assert code == 0
    assert out.startswith("Sensitivity of one: one\nOne factor at a time from its 5 to its 95 % quantile")
    assert "7 of 7 runs" in err and "files: out" in err
    assert Path("out/sensitivity.txt").read_text(encoding="utf-8") == out
    assert {path.suffix for path in Path("out/figures").iterdir()} == {".png", ".svg"}
    code, out, err = call("one.yaml", *OUTPUT, "-o", "out", "-q", "--method", "sobol", "-n", "8", "--no-figures")
    assert (code, err) == (0, "")
    assert "Shares of the variance (Sobol)" in out and not Path("out/figures").exists()


def test_csv_and_factors(call):
    code, out, _ = call(
        "one.yaml", *OUTPUT, "--factors", "content[Co], recovery_yield[hydro]", "--format", "csv", "--set", "name=two"
    )
    assert code == 0
    lines = [line.split(",") for line in out.replace("[Co, 2025]", "[Co 2025]").splitlines()]
    assert lines[0][:4] == ["output", "factor", "words", "low"]
    assert [line[1] for line in lines[1:]] == ["recovery_yield[hydro]", "content[Co]"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["one.yaml", "--method", "best"], 2, "'best' is not one of 'local', 'morris', 'sobol'"),
        (["one.yaml", "--set", "years"], 2, "'years' has no '='; write KEY=VALUE"),
        (["one.yaml", "--output", "import_requirement[Cu, 2025]"], 1, "unknown label 'Cu'"),
        (["one.yaml", *OUTPUT, "--factors", "contents"], 1, "unknown parameter 'contents'; did you mean 'content'?"),
        (["one.yaml", *OUTPUT, "--method", "morris", "-n", "0"], 1, "samples: = 0 is not a number of trajectories"),
        (["two.yaml"], 1, "mfa: no scenario 'two.yaml'"),
        (["one.yaml", *OUTPUT, "-o", "tiny"], 1, "is not the folder of a sensitivity study and not empty"),
    ],
)
def test_errors(call, arguments, code, message):
    found, out, err = call(*arguments)
    assert (found, out) == (code, "")
    assert message in " ".join(err.replace("│", " ").split())

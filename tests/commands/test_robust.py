"""`mfa robust`: what it prints where, and its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

import mfa.cli
from tests.studies.one_product import write_uncertain_product

QUOTA = "name: quota\nbase: one.yaml\npolicy: {collection_quota: 0.5}\n"


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    """Run the command in a folder with two small scenarios; exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    write_uncertain_product(tmp_path)
    (tmp_path / "quota.yaml").write_text(QUOTA, encoding="utf-8")

    def run(*arguments):
        with pytest.raises(SystemExit) as caught:
            mfa.cli.main(["robust", *arguments])
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return run


TARGET = ("--target", "import_requirement[Co, 2025] <= 0.6")


def test_answer_files_and_progress(call):
    code, out, err = call("one.yaml", "quota.yaml", *TARGET, "-n", "50", "-o", "out")
    assert code == 0
    assert out.startswith("Robustness of 2 scenarios in the same 50 futures (seed 1)\n") and "100 of 100 samples" in err
    assert "quota meets the target in most futures" in out
    assert Path("out/robustness.txt").read_text(encoding="utf-8") == out
    code, out, err = call("one.yaml", "quota.yaml", *TARGET, "-n", "50", "-q", "--format", "csv")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "target,scenario,share,best,regret_mean,regret_p90,regret_max,median,missing,unit"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["one.yaml", "quota.yaml"], 2, "Missing option '--target'"),
        (["one.yaml", *TARGET], 1, "scenarios: 1 given; name at least two"),
        (["one.yaml", "two.yaml", *TARGET], 1, "mfa: no scenario 'two.yaml'"),
        (["one.yaml", "quota.yaml", "--target", "x <= 1"], 1, "unknown result 'x'"),
    ],
)
def test_errors(call, arguments, code, message):
    found, out, err = call(*arguments, "-q")
    assert (found, out) == (code, "")
    assert message in " ".join(err.replace("│", " ").split())

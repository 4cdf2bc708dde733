"""`mfa search`: what it prints where, and its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

import mfa.cli
from tests.studies.one_product import write_one_product


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    """Run the command in a folder with a small dataset; exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    write_one_product(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as caught:
            mfa.cli.main(["search", *arguments])
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return run


TARGET = ("--target", "import_requirement[Co, 2025] <= 0.6")


def test_answer_files_and_progress(call):
    code, out, err = call("one.yaml", *TARGET, "--vary", "policy.collection_quota=0:1", "-o", "out")
    assert code == 0
    assert out.startswith("Search in one: import_requirement[Here, Co, 2025] <= 0.6, central values\nmet by")
    assert "running one at 5 values of collection_quota" in err
    assert Path("out/search.txt").read_text(encoding="utf-8") == out


def test_not_met_is_an_answer_too(call):
    code, out, err = call("one.yaml", *TARGET, "--vary", "policy.collection_quota=0:0.3", "-q", "--cost", "social")
    assert (code, err) == (0, "")
    assert "NOT met within the ranges; the best mix found" in out
    assert "What stands in the way" in out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["one.yaml", *TARGET, "--vary", "collection_quota"], 2, "'collection_quota' is not KEY=VALUES"),
        (["one.yaml", "--vary", "collection_quota=0:1"], 2, "Missing option '--target'"),
        (["one.yaml", *TARGET, "--vary", "collection_quota=0:1:5"], 1, "write collection_quota=LOW:HIGH"),
        (["one.yaml", *TARGET, "--vary", "collection_quota=0:1", "--in-share", "2"], 1, "2.0 is not a share above 0"),
        (["one.yaml", "--target", "x <= 1", "--vary", "collection_quota=0:1"], 1, "unknown result 'x'"),
        (["two.yaml", *TARGET, "--vary", "collection_quota=0:1"], 1, "mfa: no scenario 'two.yaml'"),
    ],
)
def test_errors(call, arguments, code, message):
    found, out, err = call(*arguments)
    assert (found, out) == (code, "")
    assert message in " ".join(err.split())

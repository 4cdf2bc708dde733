"""The folder of a comparison: whole, or not there."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import mfa
from mfa.errors import InputError


@pytest.fixture
def comparison(base_run, policy_run):
    return mfa.compare([base_run, policy_run])


def test_all_files_are_written(tmp_path, comparison):
    folder = comparison.save(tmp_path / "deep" / "x")
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert names == [
        "SHA256SUMS", "compare.json", "comparison.csv", "comparison.md",
        "figures/what_it_buys.png", "figures/what_it_buys.svg",
    ]  # fmt: skip
    table = pd.read_csv(folder / "comparison.csv", keep_default_na=False)
    assert len(table) == len(comparison.table)
    assert "![What each scenario buys](figures/what_it_buys.png)" in (folder / "comparison.md").read_text("utf-8")
    record = json.loads((folder / "compare.json").read_text("utf-8"))
    assert record["bases"] == {"base": "", "policy": "base"}
    assert (record["discount_rate"], record["period"], record["money"]) == (0.1, [2030, 2031], "USD_2024")
    assert list(record["runs"]) == ["base", "policy"]


def test_it_takes_the_place_of_the_old_one_and_keeps_what_others_put_there(tmp_path, comparison):
    folder = comparison.save(tmp_path / "x")
    (folder / "mine.txt").write_text("kept")
    comparison.save(folder, figures=False)
    assert (folder / "mine.txt").read_text() == "kept"
    assert not (folder / "figures").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_failure_leaves_the_old_one_whole(tmp_path, comparison, monkeypatch):
    folder = comparison.save(tmp_path / "x", figures=False)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr("mfa.report.comparison_folder.to_markdown", lambda comparison: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        comparison.save(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_what_is_not_the_folder_of_a_comparison_is_left_alone(tmp_path, comparison):
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(InputError, match="is not the folder of a comparison and not empty"):
        comparison.save(tmp_path)

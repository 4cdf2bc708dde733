"""The folder of a run: complete, or the old one whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import mfa
import mfa.report.folder as module
import mfa.storage.folders as folders
from mfa.errors import InputError
from mfa.results import Results, open_results
from tests.conftest import make_results


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_all_files_are_there(tmp_path: Path, results: Results) -> None:
    folder = results.save(tmp_path / "runs" / "x")
    assert names(folder) == [
        "SHA256SUMS",
        "figures",
        "flows.csv",
        "indicators.csv",
        "results.nc",
        "run.json",
        "stocks.csv",
    ]
    assert len(names(folder / "figures")) == 8
    assert names(tmp_path / "runs") == ["x"]
    assert open_results(folder).name == "synthetic"


def test_run_json_says_what_was_run(tmp_path: Path) -> None:
    balance = {"worst_relative_residual": 1e-15, "process": "4 use", "element": "Co", "year": 2030}
    results = make_results(
        small=True,
        balance=balance,
        seed=7,
        dataset_hash="abc",
        scenario_hash="def",
        wall_time=1.5,
        resolved={"name": "x"},
    )
    record = json.loads((results.save(tmp_path / "x", figures=False) / "run.json").read_text(encoding="utf-8"))
    assert record["version"]
    assert record["years"] == [2018, 2032]
    assert record["hashes"] == {"scenario": "def", "parameters": "abc"}
    assert record["worst_balance_residual"] == balance
    assert (record["seed"], record["wall_time_s"], record["resolved"]) == (7, 1.5, {"name": "x"})
    assert record["warnings"] == ["headroom at JPN: the import share is 0"]


def test_a_run_that_fails_leaves_the_old_folder_whole(
    tmp_path: Path, results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = results.save(tmp_path / "x", figures=False)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def cut_off(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mfa.report.netcdf.write_results", cut_off)
    with pytest.raises(KeyboardInterrupt):
        results.save(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert names(tmp_path) == ["x"]


def test_a_first_run_that_fails_leaves_nothing(
    tmp_path: Path, results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "run_record", lambda results: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        results.save(tmp_path / "x", figures=False)
    assert names(tmp_path) == []


def test_the_old_folder_comes_back_if_the_new_one_cannot_take_its_place(
    tmp_path: Path, results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = results.save(tmp_path / "x", figures=False)
    before = names(folder)
    real = folders.os.replace

    def refuse(source: Path, target: Path) -> None:
        if str(source).endswith(".part"):
            raise OSError("no")
        real(source, target)

    monkeypatch.setattr(folders.os, "replace", refuse)
    with pytest.raises(InputError, match=r"x: cannot be written \(no\); what was there before is whole"):
        results.save(folder, figures=False)
    assert names(folder) == before
    assert names(tmp_path) == ["x"]


def test_figures_of_an_older_run_do_not_stay(tmp_path: Path, results: Results) -> None:
    folder = results.save(tmp_path / "x")
    results.save(folder, figures=False)
    assert "figures" not in names(folder)


def test_notes_stay_and_reports_go(tmp_path: Path, results: Results) -> None:
    folder = results.save(tmp_path / "x", figures=False)
    (folder / "notes.txt").write_text("keep me")
    (folder / "report.html").write_text("about the old run")
    results.save(folder, figures=False)
    assert "notes.txt" in names(folder)
    assert "report.html" not in names(folder)


def test_other_folders_and_files_are_not_touched(tmp_path: Path, results: Results) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(InputError, match="is not the folder of a run and not empty"):
        results.save(tmp_path / "thesis")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        results.save(tmp_path / "file")
    with pytest.raises(InputError, match="cannot be written"):
        results.save(tmp_path / "file" / "x")
    assert names(tmp_path / "thesis") == ["chapter.txt"]


@pytest.mark.skipif(os.name != "posix", reason="processes")
def test_what_a_killed_run_left_is_put_right(tmp_path: Path, results: Results) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()  # a process number that nobody has any more
    folder = results.save(tmp_path / "x", figures=False)
    (folder / "notes.txt").write_text("keep me")
    folder.rename(tmp_path / f".x.{process.pid}.old")
    (tmp_path / f".x.{process.pid}.part").mkdir()
    (tmp_path / f".x.{os.getpid()}.part.mine").mkdir()
    results.save(folder, figures=False)
    assert names(tmp_path) == sorted([f".x.{os.getpid()}.part.mine", "x"])
    assert "notes.txt" in names(folder)


def test_an_empty_folder_may_be_used(tmp_path: Path, results: Results) -> None:
    (tmp_path / "x").mkdir()
    assert "run.json" in names(results.save(tmp_path / "x", figures=False))


def test_a_run_with_totals_only_is_saved_without_figures(tmp_path: Path) -> None:
    results = mfa.run(mfa.load_scenario("japan-reference"), detail="totals")
    folder = results.save(tmp_path / "x")
    assert "figures" not in names(folder)
    assert open_results(folder).flows["sales"].dims == ("region", "time", "element")

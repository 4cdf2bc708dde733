"""The same inputs give the same bits, whatever the language, time zone, threads, processes or chunks are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = {
    "plain": ({"LC_ALL": "C", "PYTHONUTF8": "0", "TZ": "UTC", "PYTHONHASHSEED": "0"}, "1", "1", "64"),
    # Turkish: its dotless i has broken many a program, and its comma parts decimals.
    "other": ({"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "4711"}, "2", "2", "128"),
}
"""Environment, threads of the libraries, processes, and samples of a chunk."""
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@pytest.fixture(scope="module")
def hashes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Hash of every file, by setting; the processes run one after the other."""
    found = {}
    languages = tmp_path_factory.mktemp("languages")
    if shutil.which("localedef"):  # where its sources are there, Turkish is made; else that process speaks C
        subprocess.run(["localedef", "-i", "tr_TR", "-f", "UTF-8", languages / "tr_TR.UTF-8"], capture_output=True)
    for name, (setting, threads, jobs, chunk) in SETTINGS.items():
        env = {**os.environ, **setting, **dict.fromkeys(THREADS, threads), "PYTHONPATH": str(ROOT)}
        if any(languages.iterdir()):
            env["LOCPATH"] = str(languages)
        folder = languages.parent / "work"  # the same for all: the path of a dataset is part of a scenario
        command = [sys.executable, "-m", "tests.same_bits", str(folder), jobs, chunk]
        done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        found[name] = json.loads(done.stdout.splitlines()[-1])
        folder.rename(languages.parent / name)
    return found


def test_every_file_is_the_same(hashes: dict[str, dict[str, str]]) -> None:
    plain, other = hashes.values()
    assert plain.keys() == other.keys()
    assert [name for name in plain if plain[name] != other[name]] == []


def test_all_kinds_of_files_were_looked_at(hashes: dict[str, dict[str, str]]) -> None:
    names = hashes["plain"]
    wanted = ["runs/one/flows.csv", "runs/one/run.json", "runs/one/results.nc/flows/imports", "runs/one/report.html",
              "values/factors", "ensemble/quantiles.csv", "ensemble/quantiles.nc", "ensemble/elasticities.csv",
              "ensemble/report.html",
              "runs/japan-vision/indicators.csv", "values/import_requirement", "sweep/sweep.csv"]  # fmt: skip
    assert [name for name in wanted if name not in names] == []

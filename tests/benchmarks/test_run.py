"""How long a user waits: `import mfa`, the command from cold with all files and figures, a run in a warm session.

Nothing is asserted of the times, which depend on the machine and on what else it does: best and median are printed
beside the aims. Each process is a fresh one, with warm file caches.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mfa
from mfa.inputs import Inputs
from mfa.inputs.scenario import Scenario
from mfa.run import solve
from tests.benchmarks.conftest import Report

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
FILES = {"results.nc", "indicators.csv", "flows.csv", "stocks.csv", "run.json", "SHA256SUMS", "figures"}


def timed(benchmark: Any, call: Callable[[], Any], rounds: int) -> list[float]:
    """Times of single rounds, one to warm up left out."""
    benchmark.pedantic(call, rounds=rounds, warmup_rounds=1)
    return list(benchmark.stats.stats.data)


def child(*arguments: str, folder: Path) -> str:
    """Standard output of a fresh Python."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return mfa.load_scenario("japan-reference")


@pytest.fixture(scope="module")
def inputs(scenario: Scenario) -> Inputs:
    return scenario.inputs()


@pytest.mark.parametrize(
    ("name", "code", "aim"),
    [
        ("python, nothing imported", "", None),
        ("python, import mfa", "import mfa", 0.5),
        ("python, import mfa and what a run needs", "import mfa; mfa.load_scenario; mfa.run; mfa.Results", None),
    ],
)
def test_import(benchmark: Any, report: Report, tmp_path: Path, name: str, code: str, aim: float | None) -> None:
    """The whole process, Python's own start included."""
    report.add(name, timed(benchmark, lambda: child("-c", code, folder=tmp_path), 7), aim)


@pytest.mark.parametrize(
    ("name", "options", "aim"),
    [
        ("mfa run japan-reference, all files and figures", (), 4.0),
        ("the same without figures", ("--no-figures",), None),
    ],
)
def test_command(
    benchmark: Any, report: Report, tmp_path: Path, name: str, options: tuple[str, ...], aim: float | None
) -> None:
    """The whole process, to the last file written."""
    call = ("-m", "mfa.cli", "run", "japan-reference", *options)
    times = timed(benchmark, lambda: child(*call, folder=tmp_path), 5)
    written = {path.name for path in (tmp_path / "runs" / "japan-reference").iterdir()}
    assert written == (FILES - {"figures"} if options else FILES)
    report.add(name, times, aim)


def test_engine(benchmark: Any, report: Report, inputs: Inputs) -> None:
    """All years of one sample from checked inputs, with all balances."""
    report.add("engine, one sample, balances checked", timed(benchmark, lambda: solve(inputs), 15), 0.15)


def test_run_of_a_loaded_scenario(benchmark: Any, report: Report, scenario: Scenario) -> None:
    """What a loop over changes of one scenario costs each time."""
    report.add("mfa.run(scenario): read, check, compute", timed(benchmark, lambda: mfa.run(scenario), 10))


@pytest.mark.parametrize(("name", "aim"), [("japan-vision", 0.3), ("japan-component-life", 0.9)])
def test_all_levers(benchmark: Any, report: Report, name: str, aim: float) -> None:
    """Changed by a lever each time, so that nothing but the tables is kept from the run before."""
    scenario = mfa.load_scenario(name)
    report.add(f"mfa.run of {name}, warm", timed(benchmark, lambda: mfa.run(scenario), 10), aim)


def test_indicators(benchmark: Any, report: Report, inputs: Inputs) -> None:
    """All indicators of a run."""
    from mfa.indicators import compute_indicators

    results = mfa.run(inputs)
    arrays = {group: results.arrays(group) for group in ("flows", "stocks", "items", "components", "policy")}
    report.add("all indicators of a run", timed(benchmark, lambda: compute_indicators(arrays, inputs), 10))


def test_writing(benchmark: Any, report: Report, inputs: Inputs, tmp_path: Path) -> None:
    """NetCDF and tables of a run."""
    results = mfa.run(inputs)
    results.indicators  # noqa: B018  (computed before the clock starts)
    report.add("results.save without figures", timed(benchmark, lambda: results.save(tmp_path / "x", figures=False), 5))

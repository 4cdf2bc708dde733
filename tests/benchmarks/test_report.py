"""How long `mfa report` takes on the folder of a run, by a new process: `pytest tests/benchmarks/test_report.py -s`.

Nothing is asserted of the times; processor time, best and median of three, is printed beside the aims, and the sizes.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.conftest import Report

ROUNDS = 3
SCENARIOS = ("japan-reference", "japan-vision")
AIMS = {"html": 3.0, "pdf": 8.0, "docx": None, "xlsx": None}
SIZE = 6.0
"""MB of an HTML file at most."""


def processor_time() -> float:
    """Seconds that processes started from here have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def mfa(*words: object) -> float:
    """Run a command in a new process; the processor time that it took, seconds."""
    before = processor_time()
    subprocess.run([sys.executable, "-m", "mfa.cli", *map(str, words), "--quiet"], check=True, capture_output=True)
    return processor_time() - before


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a run of each scenario."""
    folder = tmp_path_factory.mktemp("runs")
    for scenario in SCENARIOS:
        mfa("run", scenario, "--out", folder)
    return folder


@pytest.mark.parametrize("form", list(AIMS))
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_report(scenario: str, form: str, runs: Path, report: Report, tmp_path: Path) -> None:
    """From the command to the file, Python and its libraries loaded anew."""
    needs = {"pdf": "weasyprint", "docx": "docx", "xlsx": "openpyxl"}
    if form in needs:
        pytest.importorskip(needs[form], exc_type=Exception)  # type: ignore[arg-type]
    words = ("report", runs / scenario, "--format", form, "--out", tmp_path)
    report.add(f"{form} of {scenario}", [mfa(*words) for _ in range(ROUNDS)], AIMS[form])
    size = (tmp_path / f"report.{form}").stat().st_size / 1e6
    print(f"\n{form} of {scenario}: {size:.2f} MB{f', at most {SIZE:g}' if form == 'html' else ''}")

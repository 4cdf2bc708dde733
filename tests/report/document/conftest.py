"""Runs that reports are made of, and what their CSV files hold."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path

import pytest

import mfa
from mfa.inputs import InputWarning
from mfa.report.document.content import Document
from mfa.report.document.of_run import run_document
from mfa.report.folder import save_run
from mfa.results import Results, describe, open_results
from tests.report.test_netcdf import lamps

Numbers = dict[tuple[str, str, str, int], tuple[float, ...]]
"""Value, and with samples 5, 50 and 95 %, by file, variable, element and year."""


def saved(name: str, folder: Path) -> Results:
    """Results of a scenario as a report sees them: saved and opened again."""
    scenario = mfa.load_scenario(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        results = mfa.run(scenario)
    describe(results, scenario)
    save_run(results, folder, figures=False)
    return open_results(folder)


def numbers_of(folder: Path) -> Numbers:
    """All numbers of the CSV files of a run of one region."""
    found: Numbers = {}
    for file, column in (("flows", "flow"), ("stocks", "stock"), ("indicators", "indicator")):
        with open(folder / f"{file}.csv", encoding="utf-8", newline="") as content:
            for row in csv.DictReader(content):
                cells = tuple(float(row[name] or "nan") for name in ("value", "p5", "p50", "p95") if name in row)
                found[file, row[column], row["element"], int(row["time"])] = cells
    return found


@pytest.fixture(scope="session")
def shock_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a shock, a stockpile and unmet need."""
    folder: Path = tmp_path_factory.mktemp("shock") / "run"
    saved("japan-heavy-rare-earth-ban-stockpile", folder)
    return folder


@pytest.fixture(scope="session")
def shock(shock_folder: Path) -> Results:
    return open_results(shock_folder)


@pytest.fixture(scope="session")
def shock_document(shock: Results) -> Document:
    return run_document(shock)


@pytest.fixture(scope="session")
def short_document(shock: Results) -> Document:
    """The same for two elements: less to draw."""
    return run_document(shock, elements=["Dy", "Tb"])


@pytest.fixture(scope="session")
def samples_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small system with samples."""
    folder: Path = tmp_path_factory.mktemp("samples") / "run"
    results = mfa.run(mfa.Inputs(lamps(n_samples=5), years=range(2020, 2045)))
    save_run(results, folder, figures=False)
    return folder

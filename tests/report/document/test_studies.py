"""Reports on an ensemble and on a sweep: every number is that of their files; what cannot be drawn is told."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import mfa
import mfa.cli
from mfa.errors import InputError
from mfa.report.document.content import Document, Figure, Notice, Points, Spread
from mfa.report.document.of_ensemble import ensemble_document
from mfa.report.document.of_sweep import sweep_document
from mfa.report.formats.html import to_html
from mfa.report.sweep_folder import read_sweep
from mfa.storage.checksums import seal
from mfa.studies.ensemble_result import open_ensemble

CHOSEN = ["Co", "Dy"]
FACTORS = ["lifetime[vehicles]", "opex[hydro]", "recovery_yield[Co, hydro]"]
QUANTILES = {"q05": "low", "q50": "value", "q95": "high"}


@pytest.fixture(scope="module")
def ensemble_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("ensemble") / "few"
    mfa.ensemble("japan-vision", 5, 1, vary=FACTORS, out=folder, jobs=1, years=[2030, 2040], elasticities=True)
    return folder


@pytest.fixture(scope="module")
def ensemble_report(ensemble_folder: Path) -> Document:
    return ensemble_document(open_ensemble(ensemble_folder), elements=CHOSEN)


def quantiles_of(folder: Path) -> dict[tuple[str, str, int], dict[str, str]]:
    with open(folder / "quantiles.csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["element"]]
        return {(row["result"], row["element"], int(row["time"])): row for row in rows}


def test_every_number_of_an_ensemble_is_in_its_file(ensemble_report: Document, ensemble_folder: Path) -> None:
    known, count = quantiles_of(ensemble_folder), 0
    for table in ensemble_report.tables():
        for row in table.rows:
            at = {c.dim: cell for c, cell in zip(table.columns, row, strict=True) if c.dim}
            for column, cell in zip(table.columns, row, strict=True):
                if not column.same_as:
                    continue
                place = {**at, **column.at}
                _, result, quantile = column.same_as.split(".")
                found = known[result, str(place["element"]), int(place["time"])]  # type: ignore[call-overload]
                parts = [(quantile, cell)]
                if isinstance(cell, Spread):
                    parts = [(name, getattr(cell, part)) for name, part in QUANTILES.items()]
                for name, value in parts:
                    wanted = float(found[name]) if found[name] else np.nan
                    assert value == pytest.approx(wanted, rel=1e-12, nan_ok=True), (table.name, column.head, place)
                    count += 1
    assert count > 100


def test_an_ensemble_says_median_and_range(ensemble_report: Document, ensemble_folder: Path) -> None:
    points = next(block for block in ensemble_report.sections[0].blocks if isinstance(block, Points))
    said = {item.lead: item.text.replace("\u00a0", " ") for item in points.items}
    row = quantiles_of(ensemble_folder)["import_requirement", "Co", 2040]
    low, median, high = (f"{100 * float(row[name]):.0f}" for name in ("q05", "q50", "q95"))
    assert said["Cobalt"].startswith(f"{median} % ({low} to {high} %) of the need of 2040 must be imported.")
    notices = [block.text for block in ensemble_report.walk() if isinstance(block, Notice)]
    assert any("it is 0 from 5 to 95 % of the samples" in text for text in notices)  # no shock, nothing unmet
    tables = {table.name: table for table in ensemble_report.tables()}
    with open(ensemble_folder / "elasticities.csv", encoding="utf-8", newline="") as file:
        wanted = {"result": "import_requirement", "element": "Co", "year": "2040"}
        first = next(row for row in csv.DictReader(file) if wanted.items() <= row.items())
    row = tables["importance_Co"].rows[0]
    assert row[0] == first["words"] and row[3] == pytest.approx(float(first["swing"]))
    text = to_html(ensemble_report)
    assert "25 to 75 %" in text and "<script" not in text


def test_what_an_ensemble_did_not_keep_is_refused(ensemble_folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        ensemble_document(open_ensemble(ensemble_folder), region="Mars", elements=["Xx"], year=2035)
    assert len(caught.value.faults) == 3


@pytest.fixture(scope="module")
def sweep_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("sweep") / "grid"
    vary = ["policy.keep_share.bev=0:0.8:2", "policy.collection_quota.small_battery=0:0.8:2"]
    return mfa.sweep("japan-vision", vary).save(folder, figures=False)


def test_every_number_of_a_sweep_is_in_its_file(sweep_folder: Path) -> None:
    document = sweep_document(read_sweep(sweep_folder), elements=CHOSEN)
    with open(sweep_folder / "sweep.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    head, body = rows[0], rows[1:]
    known = {
        (*row[:2], row[head.index("element")], row[head.index("time")], row[head.index("result")]): float(
            row[head.index("value")]
        )
        for row in body
    }
    count = 0
    for table in document.tables():
        for row in table.rows:
            at = {**table.at, **{c.dim: cell for c, cell in zip(table.columns, row, strict=True) if c.dim}}
            for column, cell in zip(table.columns, row, strict=True):
                if column.same_as:
                    key = (str(row[0]), str(row[1]), str(at.get("element", "")), str(at.get("time", "")),
                           column.same_as.removeprefix("sweep."))  # fmt: skip
                    assert cell == pytest.approx(known[key], rel=1e-9), (table.name, key)
                    count += 1
    assert count > 20
    figures = {block.name: block for block in document.walk() if isinstance(block, Figure)}
    assert len(figures["import_requirement"].panels) == 2
    assert "<script" not in to_html(document)


def test_a_sweep_over_one_lever_and_what_does_not_answer(tmp_path: Path) -> None:
    vary = ["policy.collection_quota.small_battery=0:0.8:2"]
    document = sweep_document(mfa.sweep("japan-vision", vary, keep=["import_requirement", "unmet_share"]))
    figures = [block for block in document.walk() if isinstance(block, Figure)]
    assert [len(figure.panels) for figure in figures] == [1]
    notices = [block.text for block in document.walk() if isinstance(block, Notice)]
    assert any("does not answer to the levers: 0 % everywhere" in text.replace("\u00a0", " ") for text in notices)


def call(*arguments: str) -> int:
    try:
        mfa.cli.main(list(arguments))
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_folders_of_studies_are_known(
    ensemble_folder: Path, sweep_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("report", str(sweep_folder), "-q") == 0 and (sweep_folder / "report.html").is_file()
    assert call("report", str(ensemble_folder), "--element", "Co", "-o", str(tmp_path), "-q") == 0
    assert "Report on an ensemble" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert call("report", str(sweep_folder), "japan-market", "-q") == 1
    assert "a sweep stands beside other things" in capsys.readouterr().err
    record = json.loads((sweep_folder / "sweep.json").read_text())
    (tmp_path / "sweep.json").write_text(json.dumps({**record, "levers": [{"key": "x"}]}))
    seal(tmp_path)
    with pytest.raises(InputError, match="is no folder of a sweep of this version"):
        read_sweep(tmp_path)

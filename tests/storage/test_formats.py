"""Folders of every format that was ever written can be opened, and newer ones are told from damaged ones."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

import mfa
from mfa.commands.subjects import read_subjects
from mfa.errors import InputError
from mfa.report import comparison_folder, netcdf, sensitivity_folder, sweep_folder
from mfa.report.comparison_folder import read_comparison
from mfa.report.document.run.importance import open_study
from mfa.report.sweep_folder import read_sweep
from mfa.storage import checksums, formats
from mfa.storage.checksums import seal
from mfa.studies import manifest
from tests.storage.make_formats import FORMATS

ARCHIVES = sorted(FORMATS.glob("*.zip"))
REQUIREMENT = 1.0 - 0.4 * 0.8
"""Import requirement of the country once its phones, which last two years, come back: 40 % are, 80 % is recovered."""


@pytest.fixture(params=ARCHIVES, ids=lambda archive: archive.stem)
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folders of one archive."""
    with zipfile.ZipFile(request.param) as archive:
        archive.extractall(tmp_path)
    return tmp_path


def test_a_run_of_every_format_opens(stored: Path) -> None:
    results = mfa.open_results(stored / "run")
    value = results.indicators["import_requirement"].sel(time=2023, element="Co").data.magnitude
    np.testing.assert_allclose(value, REQUIREMENT, rtol=1e-12)
    np.testing.assert_allclose(results.flows["sales"].sel(time=2023, element="Co").data.magnitude.sum(), 10.0)
    again = mfa.run(results.inputs)  # the inputs are as good as new
    np.testing.assert_allclose(again.arrays("flows")["imports"], results.arrays("flows")["imports"], rtol=1e-12)
    assert set(results.references) == {"TEST"}


def test_studies_of_every_format_open(stored: Path) -> None:
    swept = read_sweep(stored / "sweep").plain["import_requirement"].sel(time=2023, element="Co")
    np.testing.assert_allclose(swept.values.ravel(), [1.0 - 0.2 * 0.8, 1.0 - 0.8 * 0.8], rtol=1e-12)
    table = read_comparison(stored / "compare").table
    assert set(table["scenario"]) == {"one", "two"}
    study = open_study(stored / "sensitivity")
    assert study.as_it_is["import_requirement[Co, 2023]"] == pytest.approx(REQUIREMENT)
    found = mfa.open_ensemble(stored / "ensemble")
    # collected 20 to 60 %, recovered 70 to 90 %, each from its 5 to its 95 % quantile
    assert ((found.samples["import_requirement"] > 0.3) & (found.samples["import_requirement"] < 0.9)).all()
    assert found.factors.shape == (10, len(found.manifest["factors"]))
    assert len(found.what_matters)


def test_reports_can_be_made_of_every_format(stored: Path) -> None:
    for kind in ("run", "sweep", "compare", "ensemble"):
        assert read_subjects([str(stored / kind)]).document().title


def test_there_is_an_archive_of_every_format() -> None:
    """When one of these numbers rises, `tests.storage.make_formats` makes the next archive, and this list grows."""
    known = {
        "checksums": checksums.FORMAT,
        "results.nc": netcdf.FORMAT,
        "ensemble.json": manifest.FORMAT,
        "sweep.json": sweep_folder.FORMAT,
        "compare.json": comparison_folder.FORMAT,
        "sensitivity.json": sensitivity_folder.FORMAT,
    }
    assert known == dict.fromkeys(known, 1)
    assert [archive.stem for archive in ARCHIVES] == ["1"]


@pytest.mark.parametrize(
    ("kind", "record", "opened"),
    [
        ("ensemble", "ensemble.json", mfa.open_ensemble),
        ("sweep", "sweep.json", read_sweep),
        ("compare", "compare.json", read_comparison),
        ("sensitivity", "sensitivity.json", open_study),
    ],
)
def test_a_newer_study_asks_for_an_update(stored: Path, kind: str, record: str, opened) -> None:
    path = stored / kind / record
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, "format": 2, "news": "unheard of"}), encoding="utf-8")
    seal(stored / kind)
    with pytest.raises(InputError, match="has format 2, this version of mfa reads up to 1; update mfa"):
        opened(stored / kind)
    del content["format"]
    path.write_text(json.dumps(content), encoding="utf-8")
    seal(stored / kind)
    with pytest.raises(InputError, match=f"has no format, where mfa writes 1 to 1; make it anew: mfa {kind}"):
        opened(stored / kind)


def test_a_newer_run_asks_for_an_update(stored: Path) -> None:
    with h5py.File(stored / "run" / "results.nc", "r+") as file:
        file.attrs["mfa_format"] = 2
    with pytest.raises(InputError, match="its checksum is another"):
        mfa.open_results(stored / "run")
    seal(stored / "run")
    with pytest.raises(InputError, match="has format 2, this version of mfa reads up to 1; update mfa"):
        mfa.open_results(stored / "run")


@pytest.mark.parametrize("found", [0, -1, True, "1", None])
def test_what_is_no_format_is_damaged(found: object) -> None:
    with pytest.raises(InputError, match="x: has .*, where mfa writes 1 to 3; make it anew: mfa run"):
        formats.check_format(found, 3, "x", "mfa run")

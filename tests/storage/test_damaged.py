"""Files that were damaged after they were written are refused with an error of ours, never read."""

from __future__ import annotations

import hashlib
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mfa
from mfa.commands.subjects import read_subjects
from mfa.errors import InputError, MfaError, ModelError
from mfa.report.comparison_folder import read_comparison
from mfa.report.document.run.importance import open_study
from mfa.report.sweep_folder import read_sweep
from mfa.storage.checksums import SUMS, seal, verify
from mfa.studies.ensemble import run_ensemble
from mfa.studies.evaluate import BLOCK
from tests.storage.contents import contents_of, differing
from tests.studies.designs import SmallDesign, SmallScenario
from tests.studies.one_product import write_uncertain_product
from tests.studies.run_small import run as run_small

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""Checksum of nothing."""


def open_all(folder: Path) -> mfa.Ensemble:
    """An ensemble with all that is read when it is asked for."""
    found = mfa.open_ensemble(folder)
    _ = found.samples, found.factors, found.what_matters
    return found


def report_on(folder: Path) -> None:
    """What `mfa report` reads of a run, and of a study beside it."""
    read_subjects([str(folder)]).document()


OPENED: dict[str, Callable[[Path], Any]] = {
    "run": mfa.open_results,
    "ensemble": open_all,
    "sweep": read_sweep,
    "compare": read_comparison,
    "sensitivity": open_study,
    "report": report_on,
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch_module: pytest.MonkeyPatch) -> Path:
    """One folder of each kind, of a country with one product."""
    root = tmp_path_factory.mktemp("kinds")
    write_uncertain_product(root)
    monkeypatch_module.chdir(root)
    scenario = mfa.load_scenario("one.yaml")
    mfa.run(scenario).save(root / "run", figures=False)
    mfa.ensemble(
        scenario, 70, 1, keep=["import_requirement"], years=[2029], jobs=1, keep_samples=True, out=root / "ensemble"
    )  # fmt: skip
    mfa.sweep(scenario, ["base_collection_rate=0.2:0.8:2"], keep=["secondary"], jobs=1).save("sweep", figures=False)
    mfa.compare(["one.yaml", {"name": "two", "base": "one.yaml", "policy": {"keep_share": 0.5}}]).save(
        root / "compare", figures=False
    )  # fmt: skip
    mfa.sensitivity(scenario, ["import_requirement[Co, 2029]"]).save(
        root / "sensitivity", figures=False
    )  # fmt: skip
    shutil.copytree(root / "run", root / "report")
    shutil.copytree(root / "sensitivity", root / "report" / "study")
    return root


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def damages(content: bytes, seed: str) -> list[bytes]:
    """A byte flipped at the first, the last and some place between, half of the file, nothing of it, one byte more."""
    places = random.Random(seed).sample(range(len(content)), min(2, len(content)))
    flipped = [content[:i] + bytes([content[i] ^ 0x04]) + content[i + 1 :] for i in {0, len(content) - 1, *places}]
    return [*flipped, content[: len(content) // 2], b"", content + b"\n"]


@pytest.mark.parametrize("kind", OPENED)
def test_every_damage_to_every_file_is_refused(folders: Path, kind: str) -> None:
    folder = folders / kind
    OPENED[kind](folder)
    files = [
        path for path in folder.rglob("*") if path.is_file() and path.name != "lock" and path.parent.name != "done"
    ]
    assert folder / SUMS in files
    for path in files:
        content = path.read_bytes()
        for number, damaged in enumerate(damages(content, path.name)):
            if damaged == content:
                continue
            path.write_bytes(damaged)
            with pytest.raises(MfaError):
                OPENED[kind](folder)
                pytest.fail(f"{path} is opened in spite of damage {number}")
        path.unlink()
        if path.relative_to(folder).as_posix() != "study/sensitivity.json":  # without it there is no study at all
            with pytest.raises(MfaError):
                OPENED[kind](folder)
                pytest.fail(f"{path} is not missed")
        path.write_bytes(content)
    OPENED[kind](folder)


def test_all_files_are_named_at_once_with_what_to_do(folders: Path, tmp_path: Path) -> None:
    shutil.copytree(folders / "run", tmp_path / "run")
    (tmp_path / "run" / "flows.csv").write_text("1")
    (tmp_path / "run" / "stocks.csv").unlink()
    with pytest.raises(InputError) as caught:
        mfa.open_results(tmp_path / "run")
    assert str(caught.value).splitlines()[1:] == [
        f"  - {tmp_path}/run/flows.csv: is damaged or was changed after it was written (its checksum is another)",
        f"  - {tmp_path}/run/stocks.csv: is missing; restore it from a copy, or make the folder anew: mfa run",
    ]


def test_a_folder_without_its_checksums_is_incomplete(folders: Path, tmp_path: Path) -> None:
    shutil.copytree(folders / "run", tmp_path / "run")
    (tmp_path / "run" / SUMS).unlink()
    with pytest.raises(InputError, match=r"has no SHA256SUMS, .* incomplete; copy it in whole, or .*: mfa run"):
        mfa.open_results(tmp_path / "run")
    assert mfa.open_results(tmp_path / "run" / "results.nc").name == "one"  # the file alone, unchecked


def test_a_file_of_results_that_stands_alone_is_never_a_traceback(folders: Path, tmp_path: Path) -> None:
    """Without checksums a flipped number cannot be seen, but a file that is torn is told in words."""
    content = (folders / "run" / "results.nc").read_bytes()
    alone = tmp_path / "alone.nc"
    for share in (0.0, 0.1, 0.5, 0.9, 0.999):
        alone.write_bytes(content[: int(share * len(content))])
        with pytest.raises(InputError, match="is not a readable NetCDF-4 file, or is damaged"):
            mfa.open_results(alone)


def test_notes_and_reports_of_others_are_not_looked_at(folders: Path, tmp_path: Path) -> None:
    shutil.copytree(folders / "run", tmp_path / "run")
    (tmp_path / "run" / "notes.txt").write_text("mine")
    assert mfa.open_results(tmp_path / "run").name == "one"


def test_checksums_are_those_of_sha256sum(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "ä b.svg").write_bytes(b"abc")
    (tmp_path / "empty").write_bytes(b"")
    seal(tmp_path)
    lines = (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  empty\n"  # of FIPS 180-4: of no byte
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  figures/ä b.svg\n"  # and of abc
    )
    head, _, rest = (tmp_path / SUMS).read_text(encoding="utf-8").partition("\n")
    assert rest == lines
    assert head == f"# mfa checksums 1, themselves {hashlib.sha256(lines.encode()).hexdigest()}"
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet", SUMS], cwd=tmp_path, check=True)
    verify(tmp_path, "mfa run")
    seal(tmp_path)  # may be done twice
    verify(tmp_path, "mfa run")


def test_checksums_of_files_outside_the_folder_are_refused(tmp_path: Path) -> None:
    line = f"{EMPTY}  ../secret\n"
    head = f"# mfa checksums 1, themselves {hashlib.sha256(line.encode()).hexdigest()}\n"
    (tmp_path / SUMS).write_text(head + line)
    with pytest.raises(InputError, match=r"names a file outside the folder \(../secret\)"):
        verify(tmp_path, "mfa run")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"# mfa checksums 2, themselves {EMPTY}\n", "has the form 2, this version of mfa reads up to 1; update mfa"),
        ("", "is damaged"),
        (f"# mfa checksums 1, themselves {'0' * 64}\n", "is damaged"),
        (f"# mfa checksums 1, themselves {EMPTY}\n{'0' * 64}  flows.csv\n", "is damaged"),
    ],
    ids=["newer", "empty", "wrong", "longer"],
)
def test_checksums_that_are_no_good(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / SUMS).write_text(text)
    with pytest.raises(InputError, match=told):
        verify(tmp_path, "mfa run")


def test_what_is_damaged_in_an_ensemble_that_goes_on_is_never_taken_over(tmp_path: Path) -> None:
    """The manifest of an ensemble that was cut off is written anew by the run that ends it."""
    run_small(tmp_path / "whole", 70, keep=["imports"])
    design = SmallDesign(70, broken=66)  # the second of two chunks cannot be solved
    with pytest.raises(ModelError):
        run_ensemble(
            SmallScenario(), lambda: design, design, out=tmp_path / "cut", jobs=1, keep=["imports"], keep_samples=True,
            chunk=BLOCK,
        )  # fmt: skip
    manifest = tmp_path / "cut" / "ensemble.json"
    text = manifest.read_text(encoding="utf-8")
    assert '"scope": null' in text
    manifest.write_text(text.replace('"scope": null', '"scope": "x"'), encoding="utf-8")
    run_small(tmp_path / "cut", 70, keep=["imports"])
    assert differing(contents_of(tmp_path / "cut"), contents_of(tmp_path / "whole")) == []

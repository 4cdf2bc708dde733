"""Commands in the middle of writing, for tests that cut them off."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import mfa
from mfa.cli import main
from mfa.commands.subjects import read_subjects
from mfa.errors import MfaError
from mfa.report.sweep_folder import read_sweep
from mfa.report.writing import write_report
from tests.storage.contents import contents_of, differing
from tests.studies.one_product import write_uncertain_product
from tests.studies.run_small import run as run_small


@dataclass
class Case:
    """A command that replaces one result by another, or continues what it began.

    Attributes
    ----------
    name : str
        Of the command.
    place : Path
        The folder that it writes.
    work : callable
        Writes the new result into it.
    opened : callable
        Opens what is there.
    old, new : dict of bytes
        Content before, empty if there is nothing, and content after.
    """

    name: str
    place: Path
    work: Callable[[], object]
    opened: Callable[[Path], Any]
    old: dict[str, bytes]
    new: dict[str, bytes]
    before: Sequence[str] = ()
    """Words of the command that makes the old result."""
    seen: tuple[dict[Path, bytes], str] | None = None

    def reset(self) -> None:
        """Bring back what was there before."""
        shutil.rmtree(self.place, ignore_errors=True)
        if self.old:
            shutil.copytree(self.kept, self.place)

    def rubble(self) -> list[str]:
        """Drafts, old folders and locks that lie beside."""
        return [path.name for path in self.place.parent.iterdir() if path.name.startswith(f".{self.place.name}.")]

    @property
    def kept(self) -> Path:
        return self.place.with_name(f"{self.place.name}-before")

    @property
    def log(self) -> Path:
        return self.place.parent.parent / "log"

    def state(self) -> str:
        """What opening gives: the old result, the new one, or, where there was none, an error of ours."""
        there = {path: path.read_bytes() for path in self.place.rglob("*") if path.is_file()}
        if self.seen and self.seen[0] == there:
            return self.seen[1]
        self.seen = (there, self._opened())
        return self.seen[1]

    def _opened(self) -> str:
        try:
            self.opened(self.place)
        except MfaError as error:
            assert not self.old, f"what was there before is lost: {error}"
            assert "is not complete" in str(error) or "holds no ensemble" in str(error)
            return "incomplete"
        return self.which()

    def which(self) -> str:
        """Whether the old or the new result is there; anything else fails."""
        content = contents_of(self.place)
        if self.old and not differing(content, self.old):
            return "old"
        assert differing(content, self.new) == []
        return "new"


def read_page(folder: Path) -> str:
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert text.rstrip().endswith("</html>")
    return text


def command(*words: str) -> int:
    try:
        main([*words, "--quiet"])
    except SystemExit as end:
        return end.code or 0
    return 0


RUN = ["run", "one.yaml", "--no-figures", "-o", "."]
SWEEP = ["sweep", "one.yaml", "--jobs", "1", "--no-figures", "-o", "sweep", "--vary"]
REPORT = ["report", "runs/one", "-o", "report", "--element"]
DRAW = ["-n", "70", "--seed", "1", "--jobs", "1", "--keep", "import_requirement", "--years", "2029", "--keep-samples"]
COMMANDS: dict[str, tuple[list[str], list[str], Callable[[Path], Any]]] = {
    "run": ([*RUN], [*RUN, "--set", "policy.keep_share=0.5"], mfa.open_results),
    "sweep": (
        [*SWEEP, "base_collection_rate=0.1:0.9:3"],
        [*SWEEP, "base_collection_rate=0.2:0.8:2"],
        read_sweep,
    ),
    "report": ([*REPORT, "Co"], [*REPORT, "Li"], read_page),
    "ensemble": ([], ["ensemble", "one.yaml", *DRAW, "-o", "ensemble"], mfa.open_ensemble),
}
"""Words that make the result before and the new one, and what opens it."""


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with tables, a scenario and a run, in which the commands work."""
    folder = tmp_path_factory.mktemp("country") / "work"
    folder.mkdir()
    write_uncertain_product(folder)
    here = Path.cwd()
    os.chdir(folder)
    assert command("run", "one.yaml", "--no-figures", "-o", "runs") == 0
    yield folder
    os.chdir(here)


@pytest.fixture(scope="module", params=COMMANDS)
def case(request: pytest.FixtureRequest, country: Path) -> Case:
    """A command with what was there before."""
    before, words, opened = COMMANDS[request.param]
    place = country / {"run": "one"}.get(request.param, request.param)
    found = Case(request.param, place, lambda: main([*words, "--quiet"]), opened, {}, {}, before)
    assert command(*words) == 0
    found.new = contents_of(place)
    shutil.rmtree(place)
    if before:
        assert command(*before) == 0
        found.old = contents_of(place)
        assert differing(found.old, found.new)
        shutil.copytree(place, found.kept)
    return found


@pytest.fixture
def writing(case: Case, country: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    """The part of the command that writes, for all that it computes is at hand, and so is the content of its NetCDF."""
    found = replace(case)
    ready = {path.suffix: path.read_bytes() for path in case.kept.glob("*.nc")} if case.old else {}

    def put(content: object, path: Path, **options: object) -> None:
        path.write_bytes(ready[".nc"])

    if case.name == "run":
        results = mfa.run(mfa.load_scenario("one.yaml", {"policy.keep_share": 0.5}))
        monkeypatch.setattr("mfa.report.netcdf.write_results", put)
        found.work = lambda: results.save(case.place, figures=False)
    elif case.name == "sweep":
        sweep = mfa.sweep("one.yaml", ["base_collection_rate=0.2:0.8:2"], keep=["secondary"], jobs=1)
        monkeypatch.setattr("mfa.report.sweep_folder._netcdf", lambda dataset, encoding: ready[".nc"])
        found.work = lambda: sweep.save(case.place, figures=False)
    elif case.name == "report":
        document = read_subjects(["runs/one"]).document(elements=["Li"])
        found.work = lambda: write_report(document, case.place)
    else:
        found.work = lambda: run_small(case.place, 40, keep=["imports"])
    found.reset()
    found.work()
    found.new = contents_of(case.place)
    return found

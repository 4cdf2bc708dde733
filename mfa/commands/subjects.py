"""What a report is about: the folders and scenarios that are named, read or run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mfa.errors import Fault, InputError

if TYPE_CHECKING:
    from mfa.report.document.content import Document
    from mfa.report.document.run.importance import Study
    from mfa.results import Results

REPORTS = Path("reports")
"""Where reports on scenarios go that are run for them."""
STUDY = "sensitivity.json"


@dataclass
class Subject:
    """What a report is about.

    Attributes
    ----------
    runs : list of Results
    folder : Path
        Where the report goes if no folder is named.
    studies : list of Study
        Sensitivity studies that were named, or lie in the folder of a run.
    """

    runs: list[Results] = field(default_factory=list)
    folder: Path = REPORTS
    studies: list[Study] = field(default_factory=list)

    def document(
        self, region: str | None = None, elements: Sequence[str] | None = None, year: int | None = None
    ) -> Document:
        """Content of the report.

        Raises
        ------
        InputError
            If a label or the year is not in the runs.
        """
        from mfa.report.document.of_run import run_document

        return run_document(self.runs[0], region, elements, year, self.studies)


def read_subjects(names: Sequence[str], tell: Callable[[str], None] = lambda message: None) -> Subject:
    """Read what a report is about.

    Parameters
    ----------
    names : sequence of str
        Folders of runs and of sensitivity studies, names and files of scenarios, which are run.
    tell : callable
        Called with a word on what is being done.

    Returns
    -------
    Subject

    Raises
    ------
    InputError
        If one cannot be read or run, or nothing is named that a report can be about.
    """
    subject, faults = Subject(), []
    for name in names:
        try:
            _add(subject, name, tell)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    if not subject.runs:
        raise InputError(Fault("report", "a sensitivity study alone is no run", "name the run that it is of, too"))
    if len(subject.runs) > 1:
        raise InputError(Fault("report", f"{len(subject.runs)} runs are named", "name one"))
    return subject


def _add(subject: Subject, name: str, tell: Callable[[str], None]) -> None:
    path = Path(name).expanduser()
    if (path / STUDY).is_file():
        subject.studies.append(_study(path))
        if not (path / "results.nc").is_file():
            return
    results, folder = _run(name, path, tell)
    subject.runs.append(results)
    subject.folder = folder
    for beside in sorted(folder.glob(f"*/{STUDY}")):
        subject.studies.append(_study(beside.parent))


def _study(folder: Path) -> Study:
    from mfa.report.document.run.importance import open_study

    return open_study(folder)


def _run(name: str, path: Path, tell: Callable[[str], None]) -> tuple[Results, Path]:
    """Results of a folder, or of a scenario that is run, and where a report on them goes."""
    if path.name == "results.nc" and path.is_file():
        path = path.parent
    if (path / "results.nc").is_file():
        from mfa.results import open_results

        tell(f"reading {path}")
        return open_results(path), path
    if path.is_dir():
        raise InputError(Fault(name, "is no folder of a run", "give one that mfa run wrote, or a scenario (mfa list)"))
    from mfa.commands.runs import results_of

    results = results_of(name, tell)
    return results, REPORTS / results.name

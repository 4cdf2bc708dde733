"""What a report is about: the folders and scenarios that are named, read or run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.errors import Fault, InputError
from mfa.inputs.text_file import path_of

if TYPE_CHECKING:
    from mfa.report.document.content import Document
    from mfa.report.document.run.importance import Study
    from mfa.results import Results

REPORTS = Path("reports")
"""Where reports on scenarios go that are run for them."""
RUN, STUDY = "results.nc", "sensitivity.json"
"""Files by which the folders of a run and of a sensitivity study are known."""
WHOLES = {"compare.json": "a comparison", "ensemble.json": "an ensemble", "sweep.json": "a sweep"}
"""Files by which the folders of studies are known that a report is on alone, and what they are."""
Tell = Callable[[str], None]


@dataclass
class Subject:
    """What a report is about.

    Attributes
    ----------
    names : list of str
        Runs and scenarios as they were named.
    folder : Path
        Where the report goes if no folder is named.
    studies : list of Study
        Sensitivity studies that were named, or lie in the folder of a run.
    whole : str
        One of `WHOLES` if the folder is that of a study that the report is on alone; else empty.
    """

    names: list[str] = field(default_factory=list)
    folder: Path = REPORTS
    studies: list[Study] = field(default_factory=list)
    whole: str = ""

    def document(
        self, region: str | None = None, elements: Sequence[str] | None = None, year: int | None = None,
        tell: Tell = lambda message: None,
    ) -> Document:  # fmt: skip
        """Content of the report; scenarios are run for it.

        Raises
        ------
        InputError
            If a run cannot be read or made, or a label or the year is not in it.
        """
        if self.whole:
            tell(f"reading {self.folder}")
            return _whole(self.whole, self.folder, region, elements, year)
        if len(self.names) > 1:
            return _compared(self.names, region, elements, year, tell)
        from mfa.report.document.of_run import run_document

        results = _results(self.names[0], tell)
        if self.folder == REPORTS:
            self.folder = REPORTS / results.name
        return run_document(results, region, elements, year, self.studies)


def read_subjects(names: Sequence[str]) -> Subject:
    """Find out what a report is about.

    Parameters
    ----------
    names : sequence of str
        Folders of runs, of a comparison and of sensitivity studies, names and files of scenarios.

    Returns
    -------
    Subject

    Raises
    ------
    InputError
        If a folder holds none of these, or nothing is named that a report can be about.
    """
    from mfa.report.document.run.importance import open_study
    from mfa.storage.folders import put_right

    subject, faults = Subject(), []
    others: list[tuple[Path, str]] = []
    for name in names:
        path = path_of(name)
        path = path.parent if path.name == RUN else path
        put_right(path)
        if (path / RUN).is_file():
            subject.names.append(name)
            subject.folder = path
            subject.studies += [open_study(found.parent) for found in sorted(path.glob(f"*/{STUDY}"))]
        elif (path / STUDY).is_file():
            subject.studies.append(open_study(path))
        elif path.is_dir():
            found_whole = next((record for record in WHOLES if (path / record).is_file()), "")
            if found_whole:
                others.append((path, found_whole))
            else:
                mend = "give one that mfa run, compare, ensemble, sweep or sensitivity wrote"
                faults.append(Fault(name, "is no folder of a run or a study", mend))
        else:
            subject.names.append(name)
    if others and (subject.names or len(others) > 1):
        path, record = others[0]
        mend = "report on it alone; runs are compared if they are named themselves"
        faults.append(Fault(str(path), f"{WHOLES[record]} stands beside other things", mend))
    if not faults and not others and not subject.names:
        faults.append(Fault("report", "a sensitivity study alone is no run", "name the run that it is of, too"))
    if faults:
        raise InputError(faults)
    if others:
        subject.folder, subject.whole = others[0]
    if len(subject.names) > 1:
        subject.folder = REPORTS / "comparison"
    return subject


def _whole(record: str, folder: Path, region: str | None, elements: Sequence[str] | None, year: int | None) -> Document:
    """The report on a study of many runs."""
    if record == "compare.json":
        from mfa.report.comparison_folder import read_comparison
        from mfa.report.document.of_comparison import comparison_document

        return comparison_document(read_comparison(folder), region, elements, year)
    if record == "ensemble.json":
        from mfa.report.document.of_ensemble import ensemble_document
        from mfa.studies.ensemble_result import open_ensemble

        return ensemble_document(open_ensemble(folder), region, elements, year)
    from mfa.report.document.of_sweep import sweep_document
    from mfa.report.sweep_folder import read_sweep

    return sweep_document(read_sweep(folder), region, elements, year)


def _results(name: str, tell: Tell) -> Results:
    """Results of a run that was saved, or of a scenario, which is run."""
    path = path_of(name)
    if path.name == RUN or (path / RUN).is_file():
        from mfa.results import open_results

        tell(f"reading {path}")
        return open_results(path)
    from mfa.commands.runs import results_of

    return results_of(name, tell)


def _compared(
    names: Sequence[str], region: str | None, elements: Sequence[str] | None, year: int | None, tell: Tell
) -> Document:
    """The report on several runs, in what they have in common; those that cannot be compared are refused."""
    import warnings

    from mfa.inputs import InputWarning
    from mfa.report.document.of_comparison import comparison_document
    from mfa.studies.cases import read_cases
    from mfa.studies.compare import compare

    cases, _ = read_cases(names)
    notes = _versions(names)
    if elements is None:
        elements = _common({case.name: case.frame.elements for case in cases}, "element", notes)
    regions = [region] if region else _common({case.name: case.frame.regions for case in cases}, "region", notes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)  # `mfa run` and `mfa validate` tell them
        sources: dict[str, Any] = {case.name: case.source for case in cases}
        comparison = compare(sources, elements=elements, regions=regions, detail="totals", tell=tell)
    return comparison_document(comparison, region, None, year, notes)


def _common(labels: Mapping[str, Sequence[str]], dim: str, notes: list[str]) -> list[str] | None:
    """Labels that all runs have, and a note on the others; None if all have the same.

    Raises
    ------
    InputError
        If there is none.
    """
    first = next(iter(labels.values()))
    if all(list(found) == list(first) for found in labels.values()):
        return None
    shared = [label for label in first if all(label in found for found in labels.values())]
    if not shared:
        raise InputError(Fault("report", f"the runs have no {dim} in common", "name runs of the same dataset"))
    left = {name: [label for label in found if label not in shared] for name, found in labels.items()}
    told = "; ".join(f"{', '.join(others)} of {name}" for name, others in left.items() if others)
    if told:
        notes.append(f"Only {dim}s that all runs have are compared: left out are {told}")
    return shared


def _versions(names: Sequence[str]) -> list[str]:
    """A note if runs were made by different versions."""
    from mfa import __version__

    found: dict[str, str] = {}
    for name in names:
        path = path_of(name)
        record = (path.parent if path.name == RUN else path) / "run.json"
        version = __version__
        if record.is_file():
            try:
                version = str(json.loads(record.read_text(encoding="utf-8")).get("version") or "unknown")
            except ValueError:
                version = "unknown"
        found[name] = version
    if len(set(found.values())) == 1:
        return []
    told = ", ".join(f"{name} {version}" for name, version in found.items())
    return [f"The runs were made by different versions of mfa, which may account for part of a difference: {told}"]

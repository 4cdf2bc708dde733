"""Check files without running anything: every fault of scenarios, datasets and single tables in one list."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path

from mfa.errors import Fault, MfaError
from mfa.inputs.dataset import (
    CORRELATION_FILE,
    Dataset,
    _foreign_files,
    is_dataset,
    open_dataset,
    shipped,
    shipped_datasets,
)
from mfa.inputs.messages import shown_path, suggest
from mfa.inputs.sampling.checks import table_law_faults, uncertainty_faults
from mfa.inputs.sampling.correlation import read_correlation_table
from mfa.inputs.scenario import load_scenario, scenario_files
from mfa.inputs.tables import parameter_of
from mfa.inputs.text_file import path_of
from mfa.inputs.workbook import is_workbook


def validate(paths: Iterable[str | Path] = ()) -> list[Fault]:
    """Check scenarios (names or files), datasets (names or folders) and tables (files).

    Parameters
    ----------
    paths : iterable of str or Path
        What to check; without any, all shipped datasets and scenarios.

    Returns
    -------
    list of Fault
        Empty if all is well; each fault names file, line or key, and how to mend it.

    Examples
    --------
    >>> [fault.what for fault in validate(["no-such-thing"])]
    ["no scenario, dataset or table 'no-such-thing'"]
    """
    targets = [str(path) for path in paths]
    if not targets:
        home = shipped("parameters")
        targets = [str(home / name) for name in shipped_datasets()] + [str(p) for p in scenario_files().values()]
    faults: list[Fault] = []
    for target in targets:
        for fault in _validate(target):
            if fault not in faults:
                faults.append(fault)
    return faults


def _validate(target: str) -> list[Fault]:
    path = path_of(target)
    try:
        if path.is_file() and path.suffix == ".csv":
            return _validate_table(path)
        if path.is_dir() or is_workbook(path):
            return _validate_dataset(open_dataset(target if path.is_absolute() else f"./{target}"))
        if path.is_file() or target in scenario_files():
            return _validate_scenario(target)
        if target in shipped_datasets():
            return _validate_dataset(open_dataset(target))
    except MfaError as error:
        return error.faults
    known = [*scenario_files(), *shipped_datasets()]
    return [Fault("", f"no scenario, dataset or table '{target}'", suggest(target, known, "shipped"))]


def _validate_scenario(target: str) -> list[Fault]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        load_scenario(target).inputs()
    return []


def _validate_dataset(dataset: Dataset) -> list[Fault]:
    """All tables with all variants."""
    faults = [fault for folder in dataset.folders for fault in _foreign_files(folder)]
    for path in dataset.table_files():
        if parameter_of(path)[0] is not None:
            faults += dataset.table(path).faults
    return faults + uncertainty_faults(dataset)


def _validate_table(path: Path) -> list[Fault]:
    folder = path.resolve().parent
    if path.name == "labels.csv" or not is_dataset(folder):
        if not is_dataset(folder):
            mend = "a table is checked against the labels.csv beside it"
            return [Fault(shown_path(path), "does not lie in a dataset", mend)]
        open_dataset(str(folder))
        return []
    if path.name == CORRELATION_FILE:
        return read_correlation_table(path.resolve(), open_dataset(str(folder)))[1]
    if parameter_of(path)[0] is None:
        return [fault for fault in _foreign_files(folder) if fault.where == shown_path(path)] or [
            Fault(shown_path(path), "is not named after a parameter")
        ]
    dataset = open_dataset(str(folder))
    table = dataset.table(path.resolve())
    return table.faults or table_law_faults(table, dataset)

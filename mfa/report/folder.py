"""The folder of a run: results.nc, tables, figures and run.json, complete or not there at all."""

from __future__ import annotations

import contextlib
import datetime
import platform
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mfa.errors import Fault, InputError, NotDrawn
from mfa.report.figure_data import figure_data
from mfa.report.figures import draw_figures
from mfa.report.tables import write_flows, write_indicators, write_stocks
from mfa.report.worker import FigureWorker
from mfa.results import Results
from mfa.storage.checksums import SUMS
from mfa.storage.folders import new_folder
from mfa.strict_json import to_json

RECORD = "run.json"
"""File by which the folder of a run is known."""
OWN_FILES = ("results.nc", "indicators.csv", "flows.csv", "stocks.csv", "figures", RECORD, SUMS)
"""What a run writes; other files in its folder are kept when it is replaced, but for reports on the old run."""


def run_record(results: Results) -> dict[str, Any]:
    """What run.json says: enough to know what was run, and to run it again.

    Parameters
    ----------
    results : Results
        What a run computed.

    Returns
    -------
    dict
        Version, scenario as resolved, hashes of scenario and parameters, seed, wall time, worst balance residual and
        where, warnings, why each lever did or did not act.
    """
    import numpy as np

    from mfa import __version__
    from mfa.report.netcdf import FORMAT

    attrs = results.attrs
    return {
        "scenario": results.name,
        "title": attrs.get("title"),
        "scope": results.scope,
        "dataset": attrs.get("dataset"),
        "years": [int(results.years[0]), int(results.years[-1])],
        "samples": len(results.labels.get("sample", [])) or None,
        "seed": attrs.get("seed"),
        "money": results.money,
        "format": FORMAT,
        "version": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "hashes": {"scenario": attrs.get("scenario_hash"), "parameters": attrs.get("dataset_hash")},
        "wall_time_s": attrs.get("wall_time", attrs.get("engine_seconds")),
        "worst_balance_residual": attrs.get("balance"),
        "warnings": list(attrs.get("warnings", [])),
        "explanations": [_explanation(explanation) for explanation in results.explanations],
        "written": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "changes": attrs.get("changes", []),
        "resolved": attrs.get("resolved"),
    }


def _explanation(explanation: Any) -> dict[str, Any]:
    """One explanation for a reader of run.json: years in short form, and the whole line."""
    plain = {key: value for key, value in explanation.plain().items() if key != "years"}
    return {**plain, "line": explanation.line()}


def save_run(
    results: Results,
    folder: Path,
    figures: bool = True,
    worker: FigureWorker | None = None,
    tell: Callable[[str], None] = lambda message: None,
) -> Path:
    """Write the folder of a run.

    Everything is written to a new folder beside it, which takes its place when all is complete, with the checksums of
    all files: a run that fails or is cut off leaves the old folder whole.

    Parameters
    ----------
    results : Results
        What a run computed.
    folder : Path
        Folder to make or replace.
    figures : bool
        Whether to draw figures; never of a run with totals only.
    worker : FigureWorker, optional
        A process that was started before and draws them; one is started if not given.
    tell : callable
        Called with a word on what is being done.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If the path exists and is not the folder of a run, or cannot be written.
    MfaError
        If the disk is full.
    """
    folder = Path(folder)
    check_target(folder)
    figures = figures and results.attrs.get("detail") != "totals"  # figures show products and origins
    with contextlib.ExitStack() as stack:
        if figures and worker is None:
            worker = stack.enter_context(FigureWorker())
        draft = stack.enter_context(new_folder(folder, OWN_FILES))
        if figures and worker is not None:
            (draft / "figures").mkdir()
            worker.draw(figure_data(results), draft / "figures")
        tell("writing tables")
        from mfa.report.netcdf import write_results  # its library is imported while the figures are drawn

        write_indicators(results, draft / "indicators.csv")
        write_flows(results, draft / "flows.csv")
        write_stocks(results, draft / "stocks.csv")
        write_results(results, draft / "results.nc")
        if figures and worker is not None:
            tell("drawing figures")
            for text in worker.wait():
                warnings.warn(text, NotDrawn, stacklevel=2)
        text = to_json(run_record(results), indent=2)
        (draft / RECORD).write_text(text + "\n", encoding="utf-8")
    return folder


def check_target(folder: Path, record: str = RECORD, what: str = "a run") -> None:
    """Refuse a path that exists and is neither empty nor the folder of a run, or of what else is to be written.

    Parameters
    ----------
    folder : Path
        Where results are to be written.
    record : str
        File by which such a folder is known.
    what : str
        What it is the folder of.

    Raises
    ------
    InputError
        If writing there would destroy something else.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError(Fault(str(folder), "is a file", "name a folder"))
    if any(folder.iterdir()) and not (folder / record).is_file():
        raise InputError(Fault(str(folder), f"is not the folder of {what} and not empty", "name another folder"))


__all__ = ["check_target", "draw_figures", "run_record", "save_run"]

"""The folder of a sensitivity study: table, text, figures and a record, complete or not there at all."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.report.folder import check_target
from mfa.report.plain_text import plain
from mfa.report.sensitivity_text import to_text
from mfa.storage.folders import new_folder
from mfa.strict_json import to_json

if TYPE_CHECKING:
    from mfa.studies.sensitivity import Sensitivity

RECORD = "sensitivity.json"
FORMAT = 1
"""Version of what stands in the folder."""
OWN_FILES = ("sensitivity.csv", "sensitivity.txt", "figures", RECORD)
"""What a study writes; other files in its folder are kept when it is replaced."""


def check_folder(folder: Path) -> None:
    """Refuse a path that exists and is neither empty nor the folder of a sensitivity study.

    Raises
    ------
    InputError
        If writing there would destroy something else.
    """
    check_target(folder, RECORD, "a sensitivity study")


def sensitivity_record(found: Sensitivity) -> dict[str, Any]:
    """What sensitivity.json says: method, outputs, factors, samples and seed, fingerprints."""
    from mfa import __version__

    return {
        "scenario": found.scenario,
        "title": found.title,
        "method": found.method,
        "outputs": [{"name": result.name, "unit": result.output.unit} for result in found.results],
        "as_it_is": dict(zip(found.outputs, found.as_it_is.tolist(), strict=True)),
        "factors": [factor.name for factor in found.factors],
        "samples": found.samples,
        "seed": found.seed,
        "runs": found.runs,
        "notes": found.notes,
        "hashes": {"scenario": found.attrs.get("scenario_hash"), "parameters": found.attrs.get("dataset_hash")},
        "format": FORMAT,
        "version": __version__,
        "written": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "resolved": found.attrs.get("resolved"),
    }


def save_sensitivity(found: Sensitivity, folder: Path, figures: bool = True) -> Path:
    """Write the folder of a study, see `Sensitivity.save`.

    Raises
    ------
    InputError
        If the path exists and is not the folder of such a study, or cannot be written.
    """
    check_folder(folder)
    with new_folder(folder, OWN_FILES) as draft:
        plain(found.table()).to_csv(draft / "sensitivity.csv", index=False, lineterminator="\n", float_format="%.10g")
        (draft / "sensitivity.txt").write_text(to_text(found), encoding="utf-8", newline="")
        if figures:
            from mfa.report.sensitivity_figure import draw_sensitivity

            (draft / "figures").mkdir()
            draw_sensitivity(found, draft / "figures")
        record = to_json(sensitivity_record(found), indent=2)
        (draft / RECORD).write_text(record + "\n", encoding="utf-8", newline="")
    return folder

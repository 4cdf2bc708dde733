"""The folder of a discovery: boxes, trajectory, samples, text, a figure and a record; complete or not there at all."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.report.discovery_text import to_text
from mfa.report.folder import check_target
from mfa.report.plain_text import plain
from mfa.storage.folders import new_folder
from mfa.strict_json import to_json

if TYPE_CHECKING:
    import pandas as pd

    from mfa.studies.discovery import Discovery

RECORD = "discovery.json"
OWN_FILES = ("boxes.csv", "trajectory.csv", "samples.csv", "discovery.txt", "figures", RECORD)
"""What a discovery writes; other files in its folder are kept when it is replaced."""


def check_folder(folder: Path) -> None:
    """Refuse a path that exists and is neither empty nor the folder of a discovery.

    Raises
    ------
    InputError
        If writing there would destroy something else.
    """
    check_target(folder, RECORD, "a discovery")


def samples_table(found: Discovery) -> pd.DataFrame:
    """One row for each sample: value of the result, whether it is a case, in which box it lies, factors peeled."""
    import numpy as np
    import pandas as pd

    inside = np.zeros(found.size, dtype=int)
    for number, box in reversed(list(enumerate(found.boxes, 1))):
        inside[box.contains(found.peeled)] = number
    how = "met" if found.met else "missed"
    frame = pd.DataFrame({"value": found.values, how: found.cases, "box": inside})
    frame.index.name = "sample"
    return frame.join(found.factors[[one.name for one in found.ranges]])


def discovery_record(found: Discovery) -> dict[str, Any]:
    """What discovery.json says: target, samples, boxes, fingerprints."""
    from mfa import __version__

    boxes = []
    for box in found.boxes:
        limits = json.loads(box.table().to_json(orient="records"))
        boxes.append({"coverage": box.coverage, "density": box.density, "mass": box.mass, "limits": limits})
    return {
        "scenario": found.scenario,
        "title": found.title,
        "source": found.source,
        "target": str(found.target),
        "cases": "met" if found.met else "missed",
        "share_of_cases": found.share,
        "samples": found.size,
        "seed": found.seed,
        "peeled": [one.name for one in found.ranges],
        "boxes": boxes,
        "notes": found.notes,
        "hashes": {"scenario": found.attrs.get("scenario_hash"), "parameters": found.attrs.get("dataset_hash")},
        "version": __version__,
        "written": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "resolved": found.attrs.get("resolved"),
    }


def save_discovery(found: Discovery, folder: Path, figures: bool = True) -> Path:
    """Write the folder of a discovery, see `Discovery.save`.

    Raises
    ------
    InputError
        If the path exists and is not the folder of a discovery, or cannot be written.
    """
    check_folder(folder)
    options: dict[str, Any] = {"lineterminator": "\n", "float_format": "%.10g"}
    with new_folder(folder, OWN_FILES) as draft:
        plain(found.table()).to_csv(draft / "boxes.csv", index=False, **options)
        plain(found.trajectory.table()).to_csv(draft / "trajectory.csv", index_label="box", **options)
        plain(samples_table(found)).to_csv(draft / "samples.csv", **options)
        (draft / "discovery.txt").write_text(to_text(found), encoding="utf-8", newline="")
        if figures:
            from mfa.report.captioned import written
            from mfa.report.discovery_figure import discovery_figure

            (draft / "figures").mkdir()
            written(discovery_figure(found), draft / "figures", "discovery")
        record = to_json(discovery_record(found), indent=2)
        (draft / RECORD).write_text(record + "\n", encoding="utf-8", newline="")
    return folder

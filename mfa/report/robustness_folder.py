"""The folder of a robustness study: tables, text, figures and a record, complete or not there at all."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.report.folder import check_target
from mfa.report.plain_text import plain
from mfa.report.robustness_text import to_text
from mfa.storage.folders import new_folder
from mfa.strict_json import to_json

if TYPE_CHECKING:
    from mfa.studies.robustness import Robustness

RECORD = "robustness.json"
OWN_FILES = ("robustness.csv", "futures.csv", "robustness.txt", "figures", RECORD)
"""What a study writes; other files in its folder are kept when it is replaced."""


def check_folder(folder: Path) -> None:
    """Refuse a path that exists and is neither empty nor the folder of a robustness study.

    Raises
    ------
    InputError
        If writing there would destroy something else.
    """
    check_target(folder, RECORD, "a robustness study")


def robustness_record(found: Robustness) -> dict[str, Any]:
    """What robustness.json says: scenarios, targets, samples and seed, fingerprints."""
    from mfa import __version__

    return {
        "scenarios": [
            {
                "name": name,
                "title": title,
                "source": source,
                "hashes": {key: found.attrs[name].get(f"{key}_hash") for key in ("scenario", "dataset")},
                "resolved": found.attrs[name].get("resolved"),
            }
            for name, title, source in zip(found.scenarios, found.titles, found.sources, strict=True)
        ],
        "targets": [str(target) for target in found.targets],
        "samples": found.size,
        "seed": found.seed,
        "sampling": found.method,
        "share": {name: dict(zip(map(str, found.targets), row, strict=True))
                  for name, row in zip(found.scenarios, found.share.tolist(), strict=True)},
        "notes": found.notes,
        "version": __version__,
        "written": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }  # fmt: skip


def save_robustness(found: Robustness, folder: Path, figures: bool = True) -> Path:
    """Write the folder of a study, see `Robustness.save`.

    Raises
    ------
    InputError
        If the path exists and is not the folder of such a study, or cannot be written.
    """
    check_folder(folder)
    options: dict[str, Any] = {"lineterminator": "\n", "float_format": "%.10g"}
    with new_folder(folder, OWN_FILES) as draft:
        plain(found.table()).to_csv(draft / "robustness.csv", index=False, **options)
        plain(found.long_futures()).to_csv(draft / "futures.csv", index=False, **options)
        (draft / "robustness.txt").write_text(to_text(found), encoding="utf-8", newline="")
        if figures:
            from mfa.report.captioned import stem_of, written
            from mfa.report.robustness_figure import robustness_figure

            (draft / "figures").mkdir()
            for place, target in enumerate(found.targets):
                written(robustness_figure(found, place), draft / "figures", f"{place + 1}_{stem_of(target.name)}")
        record = to_json(robustness_record(found), indent=2)
        (draft / RECORD).write_text(record + "\n", encoding="utf-8", newline="")
    return folder

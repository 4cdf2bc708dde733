"""The folder of a comparison: table, Markdown, figures and a record, complete or not there at all."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.report.comparison import to_markdown
from mfa.report.folder import check_target, new_folder

if TYPE_CHECKING:
    from mfa.studies.compare import Comparison

RECORD = "compare.json"
OWN_FILES = ("comparison.csv", "comparison.md", "figures", RECORD)
"""What a comparison writes; other files in its folder are kept when it is replaced."""


def comparison_record(comparison: Comparison) -> dict[str, Any]:
    """What compare.json says: what was compared with what, at which rate, and the fingerprints of the runs.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    dict
    """
    from mfa import __version__

    setting = comparison.setting
    return {
        "bases": comparison.bases,
        "regions": setting.regions,
        "elements": setting.elements,
        "years": setting.shown,
        "period": list(setting.period),
        "discount_rate": setting.discount_rate,
        "money": setting.money,
        "scope": comparison.scope,
        "notes": comparison.notes,
        "runs": {
            name: {
                "scenario": results.attrs.get("scenario"),
                "hashes": {
                    "scenario": results.attrs.get("scenario_hash"),
                    "parameters": results.attrs.get("dataset_hash"),
                },
                "samples": len(results.labels.get("sample", [])) or None,
                "seed": results.attrs.get("seed"),
                "resolved": results.attrs.get("resolved"),
            }
            for name, results in comparison.results.items()
        },
        "version": __version__,
        "written": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def check_folder(folder: Path) -> None:
    """Refuse a path that exists and is neither empty nor the folder of a comparison.

    Parameters
    ----------
    folder : Path
        Where the comparison is to be written.

    Raises
    ------
    InputError
        If writing there would destroy something else.
    """
    check_target(folder, RECORD, "a comparison")


def save_comparison(comparison: Comparison, folder: Path, figures: bool = True) -> Path:
    """Write the folder of a comparison.

    Everything is written to a new folder beside it, which takes its place when all is complete.

    Parameters
    ----------
    comparison : Comparison
    folder : Path
        Folder to make or replace.
    figures : bool
        Whether to draw figures.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If the path exists and is not the folder of a comparison, or cannot be written.
    """
    check_folder(folder)
    with new_folder(folder, OWN_FILES) as draft:
        (draft / "comparison.csv").write_text(comparison.to_csv(), encoding="utf-8", newline="")
        text = to_markdown(comparison)
        if figures:
            from mfa.report.comparison_figure import draw_comparison

            (draft / "figures").mkdir()
            written = draw_comparison(comparison, draft / "figures")
            pictures = [path.name for path in written if path.suffix == ".png"]
            text += "".join(f"\n![What each scenario buys](figures/{name})\n" for name in pictures)
        (draft / "comparison.md").write_text(text, encoding="utf-8", newline="")
        record = json.dumps(comparison_record(comparison), indent=2, ensure_ascii=False, default=str)
        (draft / RECORD).write_text(record + "\n", encoding="utf-8", newline="")
    return folder

"""The folder of a comparison: table, Markdown, figures and a record, complete or not there at all."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.errors import Fault, InputError, MfaError
from mfa.report.comparison import to_markdown
from mfa.report.folder import check_target
from mfa.storage.checksums import verify
from mfa.storage.folders import new_folder, settled
from mfa.storage.formats import check_format
from mfa.strict_json import to_json

if TYPE_CHECKING:
    from mfa.studies.compare import Comparison

RECORD = "compare.json"
FORMAT = 1
"""Version of what stands in the folder."""
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
        "products": setting.products,
        "years": setting.shown,
        "run_years": [int(setting.years[0]), int(setting.years[-1])],
        "period": list(setting.period),
        "discount_rate": setting.discount_rate,
        "money": setting.money,
        "scope": comparison.scope,
        "notes": comparison.notes,
        "label_names": _label_names(comparison),
        "runs": comparison.facts,
        "format": FORMAT,
        "version": __version__,
        "written": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def _label_names(comparison: Comparison) -> dict[str, dict[str, str]]:
    """Readable names of all labels of the runs, by dim."""
    found: dict[str, dict[str, str]] = {dim: dict(names) for dim, names in comparison.names.items()}
    for results in comparison.results.values():
        for dim, names in (results.attrs.get("label_names") or {}).items():
            found[dim] = {**names, **found.get(dim, {})}
    return found


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
        record = to_json(comparison_record(comparison), indent=2)
        (draft / RECORD).write_text(record + "\n", encoding="utf-8", newline="")
    return folder


def read_comparison(folder: Path) -> Comparison:
    """A comparison that was saved; the runs that it was made from are not in its folder.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If its files are not there, cannot be read or are not as they were written.
    """
    return settled(folder, lambda: _read(folder))


def _read(folder: Path) -> Comparison:
    import numpy as np
    import pandas as pd

    from mfa.studies.compare import Comparison
    from mfa.studies.comparison_table import Setting

    verify(folder, "mfa compare")
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        check_format(record.get("format"), FORMAT, str(folder / RECORD), "mfa compare")
        text = {"element": str, "product": str, "unit": str, "reason": str, "base": str}
        table = pd.read_csv(folder / "comparison.csv", dtype=text, keep_default_na=False, na_values={})
        for column in [name for name in table if name not in (*text, "scenario", "region", "indicator")]:
            table[column] = pd.to_numeric(table[column], errors="coerce")
        first, last = record["run_years"]
        setting = Setting(
            np.arange(first, last + 1), record["regions"], record["elements"], record["products"], record["years"],
            (int(record["period"][0]), int(record["period"][1])), float(record["discount_rate"]), record["money"],
        )  # fmt: skip
        names = record["label_names"]
        return Comparison(
            table, record["bases"], setting, record["scope"], record["notes"], {}, names, record["runs"]
        )  # fmt: skip
    except MfaError:
        raise
    except (OSError, ValueError, KeyError, IndexError) as error:
        mend = "run mfa compare into a new folder"
        raise InputError(Fault(str(folder), f"is no folder of a comparison of this version ({error})", mend)) from None

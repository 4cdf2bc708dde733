"""The folder of a search: answer, all candidates and a record, complete or not there at all."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.report.folder import check_target
from mfa.report.plain_text import plain
from mfa.report.search_text import to_text
from mfa.storage.folders import new_folder
from mfa.strict_json import to_json

if TYPE_CHECKING:
    from mfa.studies.search import SearchResult

RECORD = "search.json"
OWN_FILES = ("search.txt", "search.csv", RECORD)
"""What a search writes; other files in its folder are kept when it is replaced."""


def check_folder(folder: Path) -> None:
    """Refuse a path that exists and is neither empty nor the folder of a search.

    Raises
    ------
    InputError
        If writing there would destroy something else.
    """
    check_target(folder, RECORD, "a search")


def search_record(result: SearchResult) -> dict[str, Any]:
    """What search.json says: target, levers, answer, what binds, samples and seed, fingerprints."""
    from mfa import __version__

    return {
        "scenario": result.scenario,
        "target": str(result.target),
        "in_share": result.share,
        "found": result.found,
        "values": result.values,
        "changes": result.changes,
        "best": dataclasses.asdict(result.best),
        "as_it_is": dataclasses.asdict(result.base),
        "binds": result.binds,
        "levers": [{"key": one.key, "low": one.low, "high": one.high, "unit": one.unit} for one in result.levers],
        "cost": result.cost,
        "period": list(result.period),
        "discount_rate": result.discount_rate,
        "money": result.money,
        "samples": result.samples,
        "seed": result.seed if result.samples else None,
        "method": result.method,
        "notes": result.notes,
        "hashes": {"scenario": result.attrs.get("scenario_hash"), "parameters": result.attrs.get("dataset_hash")},
        "version": __version__,
        "written": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def save_search(result: SearchResult, folder: Path) -> Path:
    """Write the folder of a search, see `SearchResult.save`.

    Raises
    ------
    InputError
        If the path exists and is not the folder of a search, or cannot be written.
    """
    check_folder(folder)
    with new_folder(folder, OWN_FILES) as draft:
        (draft / "search.txt").write_text(to_text(result), encoding="utf-8", newline="")
        plain(result.table()).to_csv(draft / "search.csv", index=False, lineterminator="\n", float_format="%.10g")
        record = to_json(search_record(result), indent=2)
        (draft / RECORD).write_text(record + "\n", encoding="utf-8", newline="")
    return folder

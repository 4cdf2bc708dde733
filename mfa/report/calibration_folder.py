"""The folder of a calibration: text, tables, figure, and a dataset that a scenario can lay over its own."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.calibration.rows import table_text
from mfa.report.folder import check_target
from mfa.report.plain_text import plain
from mfa.storage.folders import new_folder
from mfa.strict_json import to_json

if TYPE_CHECKING:
    from mfa.calibration.calibration import Calibration

RECORD = "calibration.json"
DATASET = "dataset"
SCENARIO = "calibrated.yaml"
OWN_FILES = ("calibration.txt", "compared.csv", "fitted.csv", "calibration.svg", "calibration.png", RECORD, DATASET,
             SCENARIO)  # fmt: skip
"""What a calibration writes; other files in its folder are kept when it is replaced."""


def check_folder(folder: Path) -> None:
    """Refuse a path that exists and is neither empty nor the folder of a calibration.

    Raises
    ------
    InputError
        If writing there would destroy something else.
    """
    check_target(folder, RECORD, "a calibration")


def save_calibration(found: Calibration[Any], folder: Path, figures: bool = True) -> Path:
    """Write the folder of a calibration, see `Calibration.save`.

    Raises
    ------
    InputError
        If the path exists and is not the folder of a calibration, or cannot be written.
    """
    check_folder(folder)
    tables = found.tables()
    with new_folder(folder, OWN_FILES) as draft:
        _write(draft / "calibration.txt", found.to_text())
        for name, frame in found.frames().items():
            plain(frame).to_csv(draft / f"{name}.csv", index=False, lineterminator="\n", float_format="%.10g")
        dataset = draft / DATASET
        dataset.mkdir()
        for name, rows in tables.items():
            _write(dataset / f"{name}.csv", table_text(list(rows[0]), rows))
        package = to_json(_package(found, list(tables)), indent=2)
        _write(dataset / "datapackage.json", f"{package}\n")
        bibliography = _bibliography(found, [row for rows in tables.values() for row in rows])
        if bibliography:
            _write(dataset / "references.bib", bibliography)
        if found.setting.scenario is not None:
            _write(draft / SCENARIO, _scenario(found, list(tables)))
        if figures:
            from mfa.report.captioned import written

            written(found.plot(), draft, "calibration")
        _write(draft / RECORD, to_json(_record(found), indent=2) + "\n")
    return folder


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")


def _package(found: Calibration[Any], names: list[str]) -> dict[str, Any]:
    return {
        "profile": "data-package",
        "name": "calibrated",
        "title": f"Values of {' and '.join(names)} calibrated to {Path(found.observations.name).name}",
        "description": "Rows of provenance 'derived', to be laid over a dataset: [japan, path/to/this/folder].",
        "resources": [{"name": name, "path": f"{name}.csv", "format": "csv", "encoding": "utf-8"} for name in names],
    }


def _bibliography(found: Calibration[Any], rows: list[dict[str, str]]) -> str:
    """Entries of all sources that rows name."""
    keys = list(dict.fromkeys(key for row in rows for key in row["source"].split(";")))
    known = found.setting.sources
    return "\n\n".join(known[key] for key in keys if known is not None and key in known) + "\n" if known else ""


def _scenario(found: Calibration[Any], tables: list[str]) -> str:
    """A scenario that lays the calibrated rows over those of its base."""
    scenario = found.setting.scenario
    assert scenario is not None
    name = " and ".join(tables)
    products = ", ".join(one.product.label for one in found.products)
    names = [
        path.name if path.parent.name == "parameters" else path.resolve().as_posix()
        for path in scenario.dataset.folders
    ]
    listed = ", ".join(quoted(one) for one in [*names, f"./{DATASET}"])
    base = scenario.name
    if scenario.files and scenario.files[0].parent.name != "scenarios":
        base = scenario.files[0].resolve().as_posix()
    return (
        f"name: {scenario.name}-calibrated\n"
        f"title: {json.dumps(f'{scenario.title}; calibrated {name}', ensure_ascii=False)}\n"
        "description: >\n"
        f"  As {scenario.name}, with {name} of {products} calibrated to {Path(found.observations.name).name}.\n"
        f"base: {quoted(base)}\n"
        f"dataset: [{listed}]\n"
    )


def quoted(text: str) -> str:
    """A text for YAML: in quotes if it is more than a word.

    Examples
    --------
    >>> quoted("japan"), quoted("./dataset")
    ('japan', '"./dataset"')
    """
    return json.dumps(text, ensure_ascii=False) if re.search(r"[^\w-]", text) else text


def _record(found: Calibration[Any]) -> dict[str, Any]:
    from mfa import __version__

    return {
        "observations": Path(found.observations.name).name,
        "digest": found.observations.digest,
        "scenario": found.setting.scenario.name if found.setting.scenario is not None else None,
        "level": found.level,
        "version": __version__,
        "written": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        **found.record(),
    }

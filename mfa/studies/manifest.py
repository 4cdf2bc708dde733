"""What a stored ensemble is of: enough to continue it, and to refuse to mix it with another."""

from __future__ import annotations

import functools
import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.errors import Fault, InputError
from mfa.inputs.messages import listed, shown_path
from mfa.storage.formats import check_format
from mfa.storage.whole import write_whole
from mfa.strict_json import plain, to_json
from mfa.studies.evaluate import BLOCK, Output, coordinates

if TYPE_CHECKING:
    from mfa.inputs import Inputs

FORMAT = 1
MANIFEST = "ensemble.json"
"""File by which the folder of an ensemble is known."""
KIND = "mfa ensemble"
RUNNING, COMPLETE = "running", "complete"
_COMPUTING = ("assembly.py", "recording.py", "run.py", "results.py", "lifetimes.py", "lifetime_terms.py", "units.py",
              "vocabulary.py", "inputs", "system", "policy", "year", "indicators", "studies/evaluate.py")  # fmt: skip
"""Parts of the package on which numbers depend."""
_COMPARED = {
    "format": "format of the store",
    "version": "version of mfa",
    "code": "code of the model",
    "scenario": "scenario",
    "data": "data",
    "samples": "number of samples",
    "seed": "seed",
    "method": "method",
    "factors": "uncertain factors",
    "chunk": "chunk size",
    "outputs": "results kept",
}
"""What two ensembles must have in common to be one, in the order in which differences are told."""


@functools.cache
def code_fingerprint() -> str:
    """Hash of the source of all parts of the package on which numbers depend."""
    root = Path(__file__).resolve().parents[1]
    files: list[Path] = []
    for part in _COMPUTING:
        path = root / part
        files += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    text = hashlib.sha256()
    for path in files:
        text.update(path.relative_to(root).as_posix().encode())
        text.update(path.read_bytes())
    return text.hexdigest()


def new_manifest(
    scenario: Any, design: Any, first: Inputs, outputs: Sequence[Output], chunk: int, warnings: Sequence[str] = ()
) -> dict[str, Any]:
    """Describe an ensemble that begins.

    Parameters
    ----------
    scenario : Scenario
    design : Design
        With its size, seed, method and names of factors.
    first : Inputs
        Inputs of its first sample: labels, years, money, hash of the data.
    outputs : sequence of Output
    chunk : int
        Samples of a chunk.
    warnings : sequence of str
        What to note beside the results.

    Returns
    -------
    dict
        Plain data, as JSON keeps it.
    """
    import numpy as np

    from mfa import __version__

    labels = scenario.dataset.labels if hasattr(scenario, "dataset") else {}
    manifest = {
        "kind": KIND,
        "format": FORMAT,
        "state": RUNNING,
        "version": __version__,
        "code": code_fingerprint(),
        "scenario": {"name": scenario.name, "title": scenario.title, "resolved": scenario.resolved()},
        "data": {"name": first.attrs.get("dataset"), "hash": first.attrs.get("dataset_hash")},
        "samples": int(design.size),
        "seed": int(design.seed),
        "method": design.method,
        "factors": list(design.names),
        "factor_words": _factor_words(design),
        "chunk": int(chunk),
        "block": BLOCK,
        "outputs": [
            {
                "name": output.name, "group": output.group, "variables": list(output.variables),
                "dims": list(output.dims), "unit": output.unit, "meaning": output.meaning,
                "years": output.years, "coords": coordinates(output, first),
            }
            for output in outputs
        ],
        "scope": first.attrs.get("scope"),
        "money": first.money,
        "years": [int(first.years[0]), int(first.years[-1])],
        "label_names": {
            dim: {name: label.name for name, label in found.items()} for dim, found in labels.items()
        },
        "warnings": list(warnings),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }  # fmt: skip
    return dict(plain(manifest))


def _factor_words(design: Any) -> dict[str, tuple[str, str]]:
    """Words for readers and unit of each factor, where the design knows them."""
    uncertainty = getattr(design, "uncertainty", None)
    if uncertainty is None:
        return {}
    units = [factor.row.unit for factor in uncertainty.factors]
    return dict(zip(uncertainty.names, zip(uncertainty.words(), units, strict=True), strict=True))


def outputs_of(manifest: Mapping[str, Any]) -> tuple[Output, ...]:
    """Results that an ensemble keeps."""
    return tuple(
        Output(
            entry["name"], entry["group"], tuple(entry["variables"]), tuple(entry["dims"]), entry["unit"],
            entry["meaning"], None if entry["years"] is None else tuple(entry["years"]),
        )
        for entry in manifest["outputs"]
    )  # fmt: skip


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what the ensemble of a folder is of.

    Raises
    ------
    InputError
        If the folder does not hold an ensemble that this version can read.
    """
    path = folder / MANIFEST
    where = shown_path(folder)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(Fault(where, "holds no ensemble", "give the folder that mfa ensemble wrote")) from None
    except NotADirectoryError:
        raise InputError(Fault(where, "is no folder", "give the folder that mfa ensemble wrote")) from None
    except (OSError, ValueError) as error:
        raise InputError(
            Fault(shown_path(path), f"cannot be read ({error})", "remove the folder, start again")
        ) from None
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise InputError(Fault(shown_path(path), "was not written by mfa ensemble", "give another folder"))
    check_format(found.get("format"), FORMAT, where, "mfa ensemble")
    return found


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write it so that there is always a whole one."""
    write_whole(folder / MANIFEST, manifest_bytes(manifest))


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Content of its file."""
    return to_json(manifest, indent=1).encode()


def refuse_another(folder: Path, stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse to continue an ensemble that is not the one wanted.

    Parameters
    ----------
    folder : Path
    stored, wanted : mapping
        Manifests.

    Raises
    ------
    InputError
        Naming all that differs.
    """
    where = shown_path(folder)
    faults = []
    for key, word in _COMPARED.items():
        told = _difference(key, stored.get(key), wanted.get(key))
        if told:
            faults.append(Fault(f"{where}: {word}", told))
    if faults:
        last = faults[-1]
        mend = "it holds another ensemble: give another folder (--out), or remove this one to start anew"
        faults[-1] = Fault(last.where, last.what, mend)
        raise InputError(faults)


def _difference(key: str, stored: Any, wanted: Any) -> str:
    """Say how one entry differs; nothing if it does not."""
    if stored == wanted:
        return ""
    if key == "code":
        return "has changed since the store was begun, although the version has not"
    if key == "scenario":
        if stored["name"] != wanted["name"]:
            return f"'{stored['name']}' is stored, '{wanted['name']}' is wanted"
        keys = {*stored["resolved"], *wanted["resolved"]}
        other = sorted(k for k in keys if stored["resolved"].get(k) != wanted["resolved"].get(k))
        return f"'{stored['name']}' has changed in {listed(other or ['its title'])}"
    if key == "data":
        if stored["name"] != wanted["name"]:
            return f"'{stored['name']}' is stored, '{wanted['name']}' is wanted"
        return f"tables of '{stored['name']}' have changed since the store was begun"
    if key == "factors":
        lost, new = ([f for f in one if f not in set(other)] for one, other in ((stored, wanted), (wanted, stored)))
        parts = [f"{word} {listed(names, 4)}" for word, names in (("no longer", lost), ("newly", new)) if names]
        return "; ".join(parts) or "stand in another order"
    if key == "outputs":
        stored_names, names = ([entry["name"] for entry in one] for one in (stored, wanted))
        if stored_names != names:
            return f"{listed(stored_names, 25)} are stored, {listed(names, 25)} are wanted"
        return "other years, labels or units"
    return f"{stored} is stored, {wanted} is wanted"

"""What a folder holds, without what differs from run to run: when it was written, and how long that took."""

from __future__ import annotations

import functools
import io
import json
from pathlib import Path

import h5py

PASSING = ("written", "wall_time_s", "wall_time", "engine_seconds")
"""Entries of records and attributes that tell of the moment."""
ASIDE = ("SHA256SUMS", "lock")
"""Checksums cover records, the lock names a process; names with a dot before are drafts and locks."""


def contents_of(folder: Path) -> dict[str, bytes]:
    """Content of every file by name."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name in ASIDE or path.name.startswith("."):
            continue
        if path.name in ("run.json", "sweep.json"):
            record = json.loads(path.read_text(encoding="utf-8"))
            found[name] = json.dumps({key: value for key, value in record.items() if key not in PASSING}).encode()
        elif path.name == "results.nc":
            found |= {f"{name}/{key}": value for key, value in _netcdf(path.read_bytes()).items()}
        else:
            found[name] = path.read_bytes()
    return found


@functools.lru_cache(maxsize=32)
def _netcdf(content: bytes) -> dict[str, bytes]:
    """Variables of a results.nc; files that tests look at again and again are read once."""
    found: dict[str, bytes] = {}

    def look(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = repr(item[()]).encode() if item.dtype.kind == "O" else item[()].tobytes()

    with h5py.File(io.BytesIO(content), "r") as file:
        file.visititems(look)
        known = json.loads(file["run"][()])
        known["attrs"] = {key: value for key, value in known["attrs"].items() if key not in PASSING}
        found["run"] = json.dumps(known).encode()
    return found


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Names of files that are not the same in both."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))

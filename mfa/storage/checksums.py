"""Checksums of the files of a folder: what was damaged or changed since it was written is never taken for a result.

They stand in `SHA256SUMS`, which ``sha256sum --check`` reads as well.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from mfa.errors import Fault, InputError
from mfa.inputs.messages import capped, shown_path
from mfa.storage.whole import sync_file, sync_folder, write_whole

SUMS = "SHA256SUMS"
"""File with the checksums of all others."""
FORMAT = 1
"""Form of that file."""
_HEAD = re.compile(r"# mfa checksums (\d+), themselves ([0-9a-f]{64})")
_LINE = re.compile(r"^([0-9a-f]{64})  (.+)$", re.MULTILINE)
_RESTORE = "restore it from a copy, or make the folder anew"


def seal(folder: Path) -> None:
    """Bring all files of a new folder to the disk, and note their checksums.

    Parameters
    ----------
    folder : Path
        Complete, and written by nobody else.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / SUMS)
    for path in files:
        sync_file(path)
    for place in [path for path in folder.rglob("*") if path.is_dir()]:
        sync_folder(place)
    write_sums(folder, files)


def write_sums(folder: Path, files: Iterable[Path], known: Mapping[str, bytes] | None = None) -> None:
    """Note the checksums of some files of a folder.

    Parameters
    ----------
    folder : Path
    files : iterable of Path
        Files in the folder.
    known : mapping of bytes, optional
        Content of files that are still to be written, by name.
    """
    sums = {path.relative_to(folder).as_posix(): _sum_of(path) for path in files}
    sums |= {name: hashlib.sha256(content).hexdigest() for name, content in (known or {}).items()}
    lines = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()
    head = f"# mfa checksums {FORMAT}, themselves {hashlib.sha256(lines).hexdigest()}\n"
    write_whole(folder / SUMS, head.encode() + lines)


def verify(folder: Path, again: str, which: Callable[[str], bool] = lambda name: True) -> None:
    """Refuse a folder that is not as it was written.

    Parameters
    ----------
    folder : Path
    again : str
        What makes the folder anew, such as ``mfa run``.
    which : callable
        Whether a file is looked at, by its name in the folder.

    Raises
    ------
    InputError
        If checksums are missing or torn, or a file is missing, cannot be read or has another content; all at once.
    """
    sums = _parse(folder, _read(folder, again), again)
    faults = [fault for name, wanted in sums.items() if which(name) and (fault := _fault(folder, name, wanted))]
    if faults:
        last = faults[-1]
        faults[-1] = Fault(last.where, last.what, f"{_RESTORE}: {again}")
        raise InputError(capped(faults, shown_path(folder)))


def _sum_of(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fault(folder: Path, name: str, wanted: str) -> Fault | None:
    path = folder / name
    try:
        if _sum_of(path) == wanted:
            return None
        return Fault(shown_path(path), "is damaged or was changed after it was written (its checksum is another)")
    except FileNotFoundError:
        return Fault(shown_path(path), "is missing")
    except OSError as error:
        return Fault(shown_path(path), f"cannot be read ({error.strerror or error})")


def _read(folder: Path, again: str) -> bytes:
    path = folder / SUMS
    try:
        return path.read_bytes()
    except FileNotFoundError:
        what = f"has no {SUMS}, by which its files are checked: it is incomplete"
        raise InputError(Fault(shown_path(folder), what, f"copy it in whole, or make it anew: {again}")) from None
    except OSError as error:
        raise InputError(Fault(shown_path(path), f"cannot be read ({error.strerror or error})", "see to it")) from None


def _parse(folder: Path, text: bytes, again: str) -> dict[str, str]:
    """Checksums by name; every sign of the file counts."""
    where = shown_path(folder / SUMS)
    first, _, rest = text.partition(b"\n")
    head = _HEAD.fullmatch(first.decode("utf-8", errors="replace"))
    if head and int(head[1]) > FORMAT:
        what = f"has the form {head[1]}, this version of mfa reads up to {FORMAT}"
        raise InputError(Fault(where, what, "update mfa"))
    if not head or hashlib.sha256(rest).hexdigest() != head[2]:
        raise InputError(Fault(where, "is damaged", f"{_RESTORE}: {again}"))
    sums = {match[2]: match[1] for match in _LINE.finditer(rest.decode("utf-8"))}
    faults = [Fault(where, f"names a file outside the folder ({name})", _RESTORE) for name in sums if _outside(name)]
    if faults:
        raise InputError(capped(faults, where))
    return sums


def _outside(name: str) -> bool:
    return os.path.isabs(name) or ".." in name.split("/")

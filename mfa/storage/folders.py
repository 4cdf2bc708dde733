"""Folders that are replaced as a whole: a draft beside takes the place of the old one, or nothing happens."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from mfa.errors import InputError
from mfa.storage.checksums import SUMS, seal
from mfa.storage.locking import alone
from mfa.storage.whole import disk_trouble, sync_folder

Found = TypeVar("Found")

STALE = "report."
"""Beginning of the names of reports, which do not outlive the run that they are about."""
PART, OLD = "part", "old"
"""Endings of a draft, and of a folder that is being replaced."""


@contextlib.contextmanager
def new_folder(folder: Path, own_files: Sequence[str]) -> Iterator[Path]:
    """A new folder to write into, which takes the place of `folder` at the end, or vanishes if anything fails.

    Processes that write the same folder wait for each other. All that is written reaches the disk, and is noted with
    its checksum, before the folder takes its place.

    Parameters
    ----------
    folder : Path
        Folder to make or replace.
    own_files : sequence of str
        What is written each time; other files of the old folder move along, but for reports.

    Yields
    ------
    Path
        The new folder.

    Raises
    ------
    MfaError
        If the disk is full, or the folder cannot be written; what was there before stays.
    """
    with disk_trouble(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with alone(folder):
            _clear_up(folder)
            draft = _beside(folder, PART)
            draft.mkdir()
            try:
                yield draft
                seal(draft)
                if folder.exists():
                    _take_along(folder, draft, {*own_files, SUMS})
                _replace(folder, draft)
            finally:
                if draft.exists():
                    shutil.rmtree(draft, ignore_errors=True)


def put_right(folder: Path) -> None:
    """Bring back a folder that was being replaced when the process was killed; nothing if there is none.

    Parameters
    ----------
    folder : Path
        Where the folder should be.
    """
    if folder.exists() or not _left(folder, OLD):
        return
    with contextlib.suppress(OSError), alone(folder):
        _clear_up(folder)


def settled(folder: Path, read: Callable[[], Found]) -> Found:
    """Read a folder, and once more if another process replaced it meanwhile.

    Parameters
    ----------
    folder : Path
    read : callable
        Reads it; fails with an `InputError`.

    Returns
    -------
    object
        What was read.
    """
    while True:
        put_right(folder)
        before = _identity(folder)
        try:
            return read()
        except InputError:
            if _identity(folder) == before:
                raise


def _identity(folder: Path) -> int | None:
    """Number of a folder on its disk, which the one that takes its place does not have."""
    try:
        return os.stat(folder).st_ino
    except OSError:
        return None


def _beside(folder: Path, kind: str) -> Path:
    return folder.parent / f".{folder.name}.{os.getpid()}.{kind}"


def _left(folder: Path, *kinds: str) -> list[Path]:
    """Drafts or old folders beside a folder, in the order of their names."""
    found = []
    if not folder.parent.is_dir():
        return []
    for path in folder.parent.iterdir():
        if path.name.startswith(f".{folder.name}."):
            process, _, kind = path.name.removeprefix(f".{folder.name}.").partition(".")
            if kind in kinds and process.isdecimal():
                found.append(path)
    return sorted(found)


def _clear_up(folder: Path) -> None:
    """Put right what a process that was killed left: its draft goes, the old folder comes back if no new one came.

    Whoever holds the lock of the folder is alone: no draft is anybody else's.
    """
    for left in _left(folder, PART, OLD):
        if left.name.endswith(f".{OLD}") and not folder.exists():
            os.replace(left, folder)
        else:
            shutil.rmtree(left, ignore_errors=True)


def _take_along(folder: Path, draft: Path, own: set[str]) -> None:
    """Put into the draft what others laid into the folder; where possible not a copy, but the same file."""

    def ours(place: str, names: list[str]) -> list[str]:
        return [name for name in names if name in own or name.startswith(STALE)] if Path(place) == folder else []

    shutil.copytree(folder, draft, symlinks=True, ignore=ours, copy_function=_link, dirs_exist_ok=True)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without such links
        shutil.copy2(source, target)


def _replace(folder: Path, draft: Path) -> None:
    """Let the draft take the place of the folder."""
    if not folder.exists():
        os.replace(draft, folder)
        sync_folder(folder.parent)
        return
    old = _beside(folder, OLD)
    os.replace(folder, old)
    try:
        os.replace(draft, folder)
    except BaseException:
        os.replace(old, folder)
        raise
    sync_folder(folder.parent)
    shutil.rmtree(old, ignore_errors=True)

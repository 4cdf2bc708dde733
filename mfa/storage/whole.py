"""Files that are there in full or not at all, however the process that writes them ends."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from mfa.errors import Fault, InputError, MfaError
from mfa.inputs.messages import shown_path
from mfa.storage.locking import alone

FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system says of a full disk, and of a quota that is used up."""
UNTOUCHED = "what was there before is whole"


@contextlib.contextmanager
def disk_trouble(
    where: Path,
    told: Callable[[], str] = lambda: UNTOUCHED,
    full: str = "make room and give the same command again",
    denied: str = "give a place that can be written: --out",
) -> Iterator[None]:
    """Turn a full, failing or forbidden disk into a message that says what is safe and how to go on.

    Parameters
    ----------
    where : Path
        What was to be written.
    told : callable
        Says what is safe.
    full, denied : str
        How to mend it if the disk is full, and if it cannot be written.

    Raises
    ------
    MfaError
        If the disk is full.
    InputError
        If it cannot be written for another reason.
    """
    try:
        yield
    except ConnectionError:  # the reader of what is printed has gone: no matter of the disk
        raise
    except OSError as error:
        if error.errno in FULL:
            raise MfaError(Fault(shown_path(where), f"the disk is full; {told()}", full)) from error
        what = f"cannot be written ({error.strerror or error}); {told()}"
        raise InputError(Fault(shown_path(where), what, denied)) from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there in full or not at all, also after a power cut; one process at a time may do so."""
    beside = path.with_name(f"{path.name}.new")
    with open(beside, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    sync_folder(path.parent)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A draft beside a file, which takes its place when it is complete, or vanishes if anything fails.

    Processes that write the same file wait for each other; what one that was killed left is cleared away.

    Parameters
    ----------
    path : Path
        File to make or replace, in an existing folder.

    Yields
    ------
    Path
        Where to write; it ends as the file does.

    Raises
    ------
    MfaError
        If the disk is full, or the file cannot be written; what was there before stays.
    """
    with disk_trouble(path):
        with alone(path):
            before, after = f".{path.stem}.", f".part{path.suffix}"
            for left in list(path.parent.iterdir()):
                if left.name.startswith(before) and left.name.endswith(after):
                    if left.name.removeprefix(before).removesuffix(after).isdecimal():
                        left.unlink(missing_ok=True)
            draft = path.with_name(f"{before}{os.getpid()}{after}")
            try:
                yield draft
                sync_file(draft)
                os.replace(draft, path)
                sync_folder(path.parent)
            finally:
                with contextlib.suppress(OSError):
                    draft.unlink(missing_ok=True)


def sync_file(path: Path) -> None:
    """Bring a file that was written to the disk."""
    with open(path, "r+b") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Bring names that were made in a folder to the disk; nothing on systems that cannot open a folder."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""One process at a time in a folder."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from mfa.errors import Fault, InputError
from mfa.inputs.messages import shown_path

LOCK = "lock"
"""File that is locked; it stays in the folder and means nothing when nobody holds it."""
_held: set[int] = set()
"""Handles of this process that hold a lock."""


def _let_go() -> None:
    """Close what a copy of a process that holds locks has inherited: a lock must not outlive the one that took it."""
    for handle in _held:
        os.close(handle)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold a folder as long as the context lasts; the system lets go of it when the process ends, however it ends.

    Parameters
    ----------
    folder : Path
        An existing folder.

    Raises
    ------
    InputError
        If another process holds it, or its file system cannot lock.
    """
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    _held.add(handle)
    try:
        try:
            _lock(handle)
        except OSError as error:
            raise InputError(_refusal(folder, error)) from None
        if os.name == "posix":  # elsewhere nobody could read it while it is locked
            os.ftruncate(handle, 0)
            os.write(handle, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        yield
    finally:
        _held.discard(handle)
        _unlock(handle)  # a copy made a moment ago may not have closed its handle yet
        os.close(handle)


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _unlock(handle: int) -> None:
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_UN)


def _refusal(folder: Path, error: OSError) -> Fault:
    where = shown_path(folder)
    if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK):
        return Fault(
            where, f"its file system cannot lock files ({error.strerror})", "give a folder on a local disk: --out"
        )
    holder = ""
    with contextlib.suppress(OSError):
        holder = (folder / LOCK).read_text(encoding="utf-8").strip()
    return Fault(where, f"another run is writing this ensemble{f' ({holder})' if holder else ''}",
                 "wait for it, or give another folder: --out")  # fmt: skip

"""One process at a time: in a folder, and where a file or folder is replaced."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from mfa.errors import Fault, InputError
from mfa.inputs.messages import shown_path

LOCK = "lock"
"""File that is locked; it stays in the folder and means nothing when nobody holds it."""
PATIENCE = 60.0
"""Seconds to wait for another process that writes the same: many times what writing takes, s."""
_PAUSE = 0.02
_HELD = (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK)
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
    handle = _opened(folder / LOCK)
    try:
        try:
            _lock(handle)
        except OSError as error:
            raise InputError(_refusal(folder, folder / LOCK, error, "another run is writing this ensemble")) from None
        _sign(handle)
        yield
    finally:
        _close(handle)


@contextlib.contextmanager
def alone(path: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Be the only process that replaces a file or folder, as long as the context lasts; others wait for their turn.

    The lock is a file beside it, ``.<name>.lock``, which goes with the context. A process that has ended, however that
    came about, holds nothing any more.

    Parameters
    ----------
    path : Path
        File or folder that is to be made or replaced, in an existing folder.
    patience : float
        Seconds to wait, s.

    Raises
    ------
    InputError
        If another process holds it for longer, or the file system cannot lock.
    """
    lock = path.with_name(f".{path.name}.lock")
    end = time.monotonic() + patience
    while True:
        handle = _opened(lock)
        try:
            _lock(handle)
        except OSError as error:
            _close(handle, locked=False)
            if error.errno in _HELD and time.monotonic() < end:
                time.sleep(_PAUSE)
                continue
            raise InputError(_refusal(path, lock, error, "another process is writing it")) from None
        if _names(lock, handle):
            break
        _close(handle)  # it went with the one that was waited for
    try:
        _sign(handle)
        yield
    finally:
        with contextlib.suppress(OSError):  # where a file that is open cannot be removed, it stays and means nothing
            lock.unlink()
        _close(handle)


def _names(lock: Path, handle: int) -> bool:
    """Whether a name still stands for an open file."""
    try:
        return os.path.samestat(os.stat(lock), os.fstat(handle))
    except FileNotFoundError:
        return False


def _opened(lock: Path) -> int:
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
    _held.add(handle)
    return handle


def _sign(handle: int) -> None:
    """Say who holds a lock, where there is room to."""
    if os.name == "posix":  # elsewhere nobody could read it while it is locked
        with contextlib.suppress(OSError):
            os.ftruncate(handle, 0)
            os.write(handle, f"process {os.getpid()} on {socket.gethostname()}\n".encode())


def _close(handle: int, locked: bool = True) -> None:
    _held.discard(handle)
    if locked:
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


def _refusal(path: Path, lock: Path, error: OSError, what: str) -> Fault:
    where = shown_path(path)
    if error.errno not in _HELD:
        return Fault(
            where, f"its file system cannot lock files ({error.strerror})", "give a folder on a local disk: --out"
        )
    holder = ""
    with contextlib.suppress(OSError):
        holder = lock.read_text(encoding="utf-8").strip()
    return Fault(where, f"{what}{f' ({holder})' if holder else ''}", "wait for it, or give another folder: --out")

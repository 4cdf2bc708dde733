"""Processes that are cut off: killed, or refused by the disk, at a chosen change of a file or after a chosen time.

A test splits off a process of its own, which has everything imported already. Python tells an audit hook of every file
that is opened for writing, renamed or removed, just before it happens: there the process is killed, or meets an error.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

Work = Callable[[], object]
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
MAKING = ("open", "os.mkdir", "os.link")
CHANGING = (*MAKING, "os.rename", "os.remove", "os.rmdir")


class Moment:
    """Does something at the n-th change of a file below a folder."""

    def __init__(self, root: Path, number: int, act: Callable[[], None], events: tuple[str, ...] = CHANGING) -> None:
        self.root, self.number, self.act, self.events = str(root), number, act, events
        self.count = 0

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if event not in self.events or not isinstance(args[0], str | bytes | os.PathLike):
            return
        if event == "open" and not (args[2] or 0) & WRITING:
            return
        if os.path.abspath(os.fsdecode(args[0])).startswith(self.root):
            self.count += 1
            self.act()

    @property
    def reached(self) -> bool:
        return self.count >= self.number


def killed_at(root: Path, number: int) -> Moment:
    """Killed just before the n-th change."""

    def act() -> None:
        if moment.reached:
            os.kill(os.getpid(), signal.SIGKILL)

    moment = Moment(root, number, act)
    return moment


def refused_from(root: Path, number: int, code: int) -> Moment:
    """From the n-th file that is made, the disk refuses."""

    def act() -> None:
        if moment.reached:
            raise OSError(code, os.strerror(code))

    moment = Moment(root, number, act, MAKING)
    return moment


def split_off(work: Work, log: Path, moment: Moment | None = None, largest: int | None = None) -> int:
    """Start work in a process of its own; what it prints goes into a file.

    `largest` is the size in bytes beyond which no file can be written, as on a disk that is full to the brim.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    process = os.fork()
    if process:
        return process
    status = 70  # of an error that is not ours
    try:
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)
        if moment is not None:
            sys.addaudithook(moment)
        if largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
        work()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        if largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def end_of(process: int) -> int:
    """Exit code of a process, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def cut_off(work: Work, log: Path, moment: Moment | None = None, largest: int | None = None) -> int:
    """Work in a process of its own to its end, whatever that is; its exit code."""
    return end_of(split_off(work, log, moment, largest))


def kill_after(work: Work, log: Path, seconds: float) -> int:
    """Work in a process of its own, and kill it after a time; its exit code."""
    process = split_off(work, log)
    time.sleep(seconds)
    os.kill(process, signal.SIGKILL)
    return end_of(process)

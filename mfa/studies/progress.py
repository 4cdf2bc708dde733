"""How far a study of many runs is, and how long it will still take: on stderr."""

from __future__ import annotations

import sys
import time
from typing import TextIO

WIDTH = 30
EVERY = 10.0
"""Seconds between two lines where the output is no terminal."""


class ProgressBar:
    """Samples done and time left: one line that is overwritten in a terminal, elsewhere a line every some seconds.

    Parameters
    ----------
    what : str
        What is done.
    quiet : bool
        Say nothing.
    stream : TextIO, optional
        stderr if not given.
    every : float
        Seconds between two lines where the stream is no terminal.
    """

    def __init__(
        self, what: str = "samples", quiet: bool = False, stream: TextIO | None = None, every: float = EVERY
    ) -> None:
        self.what, self.quiet, self.every = what, quiet, every
        self.stream = stream or sys.stderr
        self.terminal = self.stream.isatty()
        self._began = self._told = time.monotonic()
        self._before = 0
        self._open = False

    def start(self, done: int, total: int) -> None:
        """Begin to measure, with what an earlier run has done already."""
        self._began, self._before = time.monotonic(), done
        self._told = -self.every
        self(done, total)

    def __call__(self, done: int, total: int) -> None:
        """Show how far it is."""
        now = time.monotonic()
        if self.quiet or (not self.terminal and done < total and now - self._told < self.every):
            return
        self._told = now
        text = progress_text(done, total, done - self._before, now - self._began, self.what)
        if self.terminal:
            filled = WIDTH * done // max(total, 1)
            self.stream.write(f"\r\033[K[{'#' * filled}{'.' * (WIDTH - filled)}] {text}")
            self._open = True
        else:
            self.stream.write(f"{text}\n")
        self.stream.flush()

    def close(self) -> None:
        """Clear the line."""
        if self._open:
            self.stream.write("\r\033[K")
            self.stream.flush()
            self._open = False


def progress_text(done: int, total: int, new: int, seconds: float, what: str = "samples") -> str:
    """Say how far it is, and how long it still takes at the pace of this run.

    Examples
    --------
    >>> progress_text(300, 1000, 100, 20.0)  # 0.2 s a sample, 700 to go
    '300 of 1000 samples, 2 min 20 s left'
    >>> progress_text(0, 1000, 0, 0.0)
    '0 of 1000 samples'
    """
    text = f"{done} of {total} {what}"
    if 0 < new and done < total:
        text += f", {duration(seconds / new * (total - done))} left"
    elif done == total and new:
        text += f" in {duration(seconds)}"
    return text


def duration(seconds: float) -> str:
    """Time in two units.

    Examples
    --------
    >>> duration(7.4), duration(95), duration(3700), duration(100000)
    ('7 s', '1 min 35 s', '1 h 2 min', '1 d 4 h')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(round(seconds / 3600), 24)
    return f"{days} d {hours} h" if hours else f"{days} d"

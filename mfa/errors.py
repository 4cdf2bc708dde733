"""The errors that users meet: one shape, and all faults of one file or call together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_WORD = 300
"""Letters of a word that a message repeats."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where, what, and how to mend it."""

    where: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return visible(f"{text}; {self.mend}" if self.mend else text)


def visible(text: str) -> str:
    r"""Write control and direction characters as escapes, and cut endless words: a file shall not steer the terminal.

    Examples
    --------
    >>> visible("no scenario '\x1b[31m'")
    "no scenario '\\x1b[31m'"
    """
    if not text.isprintable():
        kept = "\n\u3000\xa0"
        text = "".join(c if c.isprintable() or c in kept else c.encode("unicode_escape").decode() for c in text)
    return re.sub(rf"\S{{{LONGEST_WORD + 1},}}", lambda word: f"{word[0][: LONGEST_WORD - 40]}...{word[0][-20:]}", text)


class MfaError(ValueError):
    """Base of all errors that the model or its data can cause.

    Parameters
    ----------
    faults : str, Fault or iterable of both
        What is wrong. Several faults are listed one per line, so that a file is mended in one go.
    """

    def __init__(self, faults: str | Fault | Iterable[str | Fault]) -> None:
        if isinstance(faults, (str, Fault)):
            faults = [faults]
        self.faults = [fault if isinstance(fault, Fault) else Fault("", fault) for fault in faults]
        super().__init__(str(self))

    def __str__(self) -> str:
        if len(self.faults) == 1:
            return str(self.faults[0])
        lines = "\n".join(f"  - {fault}" for fault in self.faults)
        return f"{len(self.faults)} faults:\n{lines}"


class InputError(MfaError):
    """A table, scenario or array does not say what the model needs."""


class UnitError(MfaError):
    """A quantity has the wrong dimensionality or an unknown unit."""


class AlignmentError(MfaError):
    """Labels of two arrays differ: nothing is joined, reordered or filled silently."""


class ModelError(MfaError):
    """The inputs are well formed, but the year cannot be solved with them."""


class BalanceError(MfaError):
    """A mass balance does not close: names process, element, year and residual."""


class NotDrawn(UserWarning):
    """A figure that was left out, and why."""

"""The errors that users meet: one shape, and all faults of one file or call together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where, what, and how to mend it."""

    where: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}; {self.mend}" if self.mend else text


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

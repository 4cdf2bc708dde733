"""Versions of what is stored: what a newer version of mfa wrote is not guessed at."""

from __future__ import annotations

from typing import Any

from mfa.errors import Fault, InputError


def check_format(found: Any, known: int, where: str, again: str) -> None:
    """Refuse a file whose format this version does not read.

    Parameters
    ----------
    found : object
        Number of the format that stands in the file; None if there is none.
    known : int
        The newest that can be read; all before can be read too.
    where : str
        The file, as a reader would name it.
    again : str
        What makes it anew, such as ``mfa run``.

    Raises
    ------
    InputError
        If it is newer, or no number of a format.

    Examples
    --------
    >>> check_format(1, 1, "runs/x/results.nc", "mfa run")
    >>> check_format(3, 1, "runs/x/results.nc", "mfa run")
    Traceback (most recent call last):
    mfa.errors.InputError: runs/x/results.nc: has format 3, this version of mfa reads up to 1; update mfa
    """
    number = -1 if isinstance(found, bool | str | bytes) or found is None else int(found)
    if number > known:
        raise InputError(Fault(where, f"has format {number}, this version of mfa reads up to {known}", "update mfa"))
    if number < 1:
        told = "no format" if found is None else f"the format {found!r}"
        what = f"has {told}, where mfa writes 1 to {known}"
        raise InputError(Fault(where, what, f"make it anew: {again}"))

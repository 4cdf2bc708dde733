"""Wording of messages: where a fault is, what was probably meant, how many faults are shown."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Sequence
from typing import Any

from mfa.errors import Fault

SHOWN = 25
"""Faults of one file that are listed one by one; the rest is counted."""
LISTED = 20
"""Choices that a hint names; the rest is counted."""


def suggest(word: str, choices: Iterable[str], what: str = "") -> str:
    """Return a hint at what was meant: the nearest choice, or all of them if they are few.

    Parameters
    ----------
    word : str
        What was written.
    choices : iterable of str
        What could have been written.
    what : str, optional
        What the choices are, for the listing.

    Examples
    --------
    >>> suggest("smartphon", ["smartphone", "tablet"])
    "did you mean 'smartphone'?"
    >>> suggest("xyz", ["pyro", "hydro"], "routes")
    'routes: pyro, hydro'
    """
    choices = list(dict.fromkeys(choices))
    folded = {choice.casefold(): choice for choice in choices}
    near = difflib.get_close_matches(str(word).casefold(), list(folded), n=1, cutoff=0.6)
    if near:
        return f"did you mean '{folded[near[0]]}'?"
    if not choices:
        return f"there are no {what or 'choices'}"
    listing = ", ".join(choices[:LISTED]) + (f", ... ({len(choices)} in all)" if len(choices) > LISTED else "")
    return f"{what or 'choices'}: {listing}"


def also(hint: str, other: str) -> str:
    """Return a hint and another way to mend it.

    Examples
    --------
    >>> also("datasets: japan", "give the path of a folder")
    'datasets: japan; or give the path of a folder'
    """
    return f"{hint} Or {other}" if hint.endswith("?") else f"{hint}; or {other}"


def shown_path(path: str | os.PathLike[str]) -> str:
    """Return a path as a reader would type it: relative to the current folder where it lies below it."""
    whole, here = os.path.abspath(path), os.path.join(os.getcwd(), "")  # a link keeps its own name
    return whole[len(here) :] if whole.startswith(here) else os.fspath(path)


def capped(faults: Sequence[Fault], where: str) -> list[Fault]:
    """Return the first faults of a file, and one that counts the rest."""
    if len(faults) <= SHOWN:
        return list(faults)
    return [*faults[:SHOWN], Fault(where, f"and {len(faults) - SHOWN} more faults of this file")]


def listed(labels: Iterable[object], most: int = 6) -> str:
    """Return labels as a short list.

    Examples
    --------
    >>> listed(range(9), most=3)
    '0, 1, 2 and 6 more'
    """
    words = [str(label) for label in labels]
    if len(words) <= most:
        return ", ".join(words)
    return ", ".join(words[:most]) + f" and {len(words) - most} more"


def number(value: Any) -> str:
    """Return a number as a reader would write it.

    Examples
    --------
    >>> number(16.0), number(0.1 + 0.2)
    ('16', '0.3')
    """
    return f"{value:.10g}"

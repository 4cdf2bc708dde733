"""The part of a page that a script writes: between two marks, printed or renewed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path


def put(page: Path, text: str, start: str, end: str) -> None:
    """Put a text between two marks of a page."""
    before, rest = page.read_text(encoding="utf-8").split(start, 1)
    after = rest.split(end, 1)[1]
    page.write_text(f"{before}{start}\n\n{text.strip()}\n\n{end}{after}", encoding="utf-8", newline="\n")


def print_or_write(usage: str | None, table: Callable[[], str], page: Path, start: str, end: str) -> int:
    """The command of a script: without arguments print the table, with --write put it into the page.

    Returns
    -------
    int
        Exit code; 2 if the arguments are others.
    """
    arguments = sys.argv[1:]
    if arguments not in ([], ["--write"]):
        print(usage, file=sys.stderr)
        return 2
    if arguments:
        put(page, table(), start, end)
    else:
        print(table())
    return 0

"""Where tables stand: CSV files of a folder, or sheets of a workbook under names such as ``my.xlsx/sales.csv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

from mfa.errors import Fault
from mfa.inputs.messages import shown_path
from mfa.inputs.text_file import read_text
from mfa.inputs.workbook import Rows, Sheet, cell_place, is_workbook, open_workbook

Placer = Callable[..., str]
"""Place of a line, and of one of its columns: ``place(line)``, ``place(line, column)``."""


def table_paths(folder: Path) -> list[Path]:
    """All tables of a folder or workbook, sorted by name."""
    if is_workbook(folder):
        return sorted(folder / f"{name}.csv" for name in open_workbook(folder).tables)
    return sorted(folder.glob("*.csv"))


def table_exists(path: Path) -> bool:
    """Whether there is such a file, or such a sheet."""
    return path.is_file() or _sheet(path) is not None


def is_sheet(path: Path) -> bool:
    """Whether a table is a sheet of a workbook."""
    return _sheet(path) is not None


def shown_table(path: Path) -> str:
    """A table as a reader would name it."""
    sheet = _sheet(path)
    return shown_path(path) if sheet is None else f"{shown_path(path.parent)}, sheet {sheet.title}"


def placer(path: Path) -> Placer:
    """How places in a table are named: by line in a file, by cell in a sheet."""
    sheet = _sheet(path)
    if sheet is None:
        name = shown_path(path)
        return lambda line, column=None: f"{name}:{line}"
    return lambda line, column=None: cell_place(path.parent, sheet.title, line, column)


def read_lines(path: Path) -> tuple[Rows, str, list[Fault]]:
    """Read the rows of a table, each with the line or row on which it starts; also its hash and faults of its form."""
    sheet = _sheet(path)
    if sheet is not None:
        if not sheet.rows and not sheet.faults:
            what, mend = "is empty", "give a header and at least one row, or delete the sheet"
            return [], sheet.digest, [Fault(shown_table(path), what, mend)]
        return sheet.rows, sheet.digest, list(sheet.faults)
    name = shown_path(path)
    text, digest, faults = read_text(path)
    if faults:
        return [], digest, faults
    if not text.strip():
        return [], digest, [Fault(name, "is empty", "give a header and at least one row, or delete the file")]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: Rows = []
    start = 1
    try:
        for cells in reader:
            if cells and any(cells):
                rows.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        return rows, digest, [Fault(f"{name}:{start}", f"is not CSV ({error})", "check the quotes")]
    return rows, digest, []


def _sheet(path: Path) -> Sheet | None:
    return open_workbook(path.parent).tables.get(path.stem) if is_workbook(path.parent) else None

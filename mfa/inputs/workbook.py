"""A workbook as a dataset: its sheets are read as the tables of a folder would be, cell by cell as text.

Rows whose first cell begins with ``#`` are notes. The first other row is the header. The sheet ``contents`` says which
table a sheet holds where its name, which may have 31 letters only, does not.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mfa.errors import Fault, InputError
from mfa.inputs.messages import capped, shown_path

SUFFIX = ".xlsx"
OTHER_SUFFIXES = (".xls", ".xlsm", ".xlsb", ".ods")
CONTENTS, DATASET, SOURCES = "contents", "dataset", "sources"
NOT_TABLES = ("about", "lists", CONTENTS, DATASET, SOURCES)
"""Sheets that hold no table."""
CONTENTS_COLUMNS = ("sheet", "table")
SOURCE_COLUMNS = ("key", "type", "author", "title", "howpublished", "year", "doi", "url", "note")
COMMENT = "#"
MOST_BYTES = 400_000_000
"""Unpacked, a workbook may be as large as this."""

Rows = list[tuple[int, list[str]]]


@dataclass
class Sheet:
    """The rows of a sheet with their numbers, notes left out; cells are texts."""

    title: str
    rows: Rows = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    digest: str = ""


@dataclass
class Workbook:
    """The sheets of a workbook: tables by their name, the others by theirs."""

    path: Path
    tables: dict[str, Sheet]
    others: dict[str, Sheet]

    def settings(self, faults: list[Fault]) -> dict[str, Any]:
        """What the sheet ``dataset`` says, as a data package would; empty if there is none."""
        sheet = self.others.get(DATASET)
        if sheet is None:
            return {}
        faults += sheet.faults
        known = ("title", "money", "first_year", "last_year", "last_data_year")
        given: dict[str, Any] = {}
        for line, cells in sheet.rows[1:]:
            key, value = (*(cell.strip() for cell in cells[:2]), "")[:2]
            if key not in known:
                mend = f"the keys are {', '.join(known)}"
                faults.append(Fault(cell_place(self.path, sheet.title, line, 0), f"unknown key '{key}'", mend))
            elif key in given:
                what = f"key '{key}' stands twice"
                faults.append(Fault(cell_place(self.path, sheet.title, line, 0), what, "keep one of them"))
            elif value:
                given[key] = int(value) if key.endswith("year") and value.isdecimal() else value
        package: dict[str, Any] = {"mfa": {key: given[key] for key in known[1:] if key in given}}
        return package | ({"title": given["title"]} if "title" in given else {})

    def bibliography(self, faults: list[Fault]) -> str:
        """The sheet ``sources`` as BibTeX; empty if there is none."""
        sheet = self.others.get(SOURCES)
        if sheet is None or not sheet.rows:
            return ""
        faults += sheet.faults
        header = [cell.strip() for cell in sheet.rows[0][1]]
        for position, column in enumerate(header):
            if column not in SOURCE_COLUMNS:
                where = cell_place(self.path, sheet.title, sheet.rows[0][0], position)
                mend = f"the columns are {', '.join(SOURCE_COLUMNS)}"
                faults.append(Fault(where, f"unknown column '{column}'", mend))
        entries = []
        for line, cells in sheet.rows[1:]:
            entry = {title: cell.strip() for title, cell in zip(header, cells, strict=False)}
            key = entry.pop("key", "")
            if not key or any(letter in key for letter in " ,{}"):
                where = cell_place(self.path, sheet.title, line, 0)
                faults.append(Fault(where, f"'{key}' cannot be the key of a source", "use letters, digits and _"))
                continue
            kind = entry.pop("type", "") or "misc"
            fields = "".join(f"  {name} = {{{_balanced(text)}}},\n" for name, text in entry.items() if text)
            entries.append(f"@{kind}{{{key},\n{fields}}}\n")
        return "\n".join(entries)


def _balanced(text: str) -> str:
    """Text without braces that do not close."""
    return text if text.count("{") == text.count("}") else text.replace("{", "(").replace("}", ")")


def is_workbook(path: Path) -> bool:
    """Whether a path is a workbook that can be a dataset."""
    return path.suffix.lower() == SUFFIX and path.is_file()


def cell_place(path: Path, sheet: str, line: int, column: int | None = None) -> str:
    """Where a cell or row stands.

    Examples
    --------
    >>> cell_place(Path("my.xlsx"), "sales", 7, 3)
    'my.xlsx, sheet sales, cell D7'
    >>> cell_place(Path("my.xlsx"), "sales", 7)
    'my.xlsx, sheet sales, row 7'
    """
    cell = f"row {line}" if column is None else f"cell {letters(column)}{line}"
    return f"{shown_path(path)}, sheet {sheet}, {cell}"


def letters(column: int) -> str:
    """Letters of a column counted from 0.

    Examples
    --------
    >>> letters(0), letters(25), letters(26)
    ('A', 'Z', 'AA')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def open_workbook(path: Path) -> Workbook:
    """Read all sheets of a workbook; the same object as long as the file does not change.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Workbook

    Raises
    ------
    InputError
        If it is no workbook, or openpyxl is not installed.
    """
    status = path.stat()
    return _open(path, status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=4)
def _open(path: Path, size: int, changed: int) -> Workbook:
    try:
        import openpyxl
    except ImportError:
        mend = "pip install 'urban-mining-mfa[xlsx]', or use a folder of CSV files"
        raise InputError(Fault(shown_path(path), "a workbook is read with openpyxl, which is missing", mend)) from None
    _refuse_foreign(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets = {sheet.title: _read_sheet(path, sheet) for sheet in book.worksheets}
        book.close()
    except Exception as error:  # the library raises errors of many kinds on files that are damaged
        what = f"cannot be read as a workbook ({type(error).__name__})"
        raise InputError(Fault(shown_path(path), what, "open it in a spreadsheet program and save it anew")) from None
    faults: list[Fault] = []
    named = _named_tables(path, sheets, faults)
    tables: dict[str, Sheet] = {}
    for title, sheet in sheets.items():
        if title in NOT_TABLES:
            continue
        name = named.get(title, title)
        if name in tables:
            faults.append(Fault(f"{shown_path(path)}, sheet {title}", f"table {name} has two sheets", "keep one"))
        tables[name] = sheet
    if faults:
        raise InputError(capped(faults, shown_path(path)))
    return Workbook(path, tables, {title: sheets[title] for title in NOT_TABLES if title in sheets})


def _refuse_foreign(path: Path) -> None:
    """Refuse what is no workbook, or would fill the memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(item.file_size for item in archive.infolist())
    except (OSError, zipfile.BadZipFile):
        mend = "save it as an Excel workbook (.xlsx) without a password"
        raise InputError(Fault(shown_path(path), "is not an Excel workbook", mend)) from None
    if size > MOST_BYTES:
        what = f"is too large for a dataset ({size / 1e6:.0f} MB unpacked)"
        raise InputError(Fault(shown_path(path), what, "split it, or use a folder of CSV files"))


def _named_tables(path: Path, sheets: Mapping[str, Sheet], faults: list[Fault]) -> dict[str, str]:
    """Which table a sheet holds, by what the sheet ``contents`` says."""
    sheet = sheets.get(CONTENTS)
    if sheet is None or not sheet.rows:
        return {}
    line, header = sheet.rows[0]
    missing = [column for column in CONTENTS_COLUMNS if column not in header]
    if missing:
        where = cell_place(path, sheet.title, line)
        faults.append(Fault(where, f"column {' and '.join(missing)} missing", "give sheet and table"))
        return {}
    at_sheet, at_table = (header.index(column) for column in CONTENTS_COLUMNS)
    named = {}
    for line, cells in sheet.rows[1:]:
        title, name = cells[at_sheet].strip(), cells[at_table].strip()
        if title in sheets and name:
            named[title] = name
        elif title:
            where = cell_place(path, sheet.title, line, at_sheet)
            faults.append(Fault(where, f"there is no sheet '{title}'", "take the row out, or add the sheet"))
    return named


def _read_sheet(path: Path, sheet: Any) -> Sheet:
    """Rows of a sheet as texts."""
    found = Sheet(sheet.title)
    width = 0
    for cells in sheet.iter_rows():
        texts = list(_texts(path, found, cells))
        while texts and not texts[-1]:
            texts.pop()
        if not texts or texts[0].startswith(COMMENT):
            continue
        if not found.rows:
            width = len(texts)
        line = next(cell.row for cell in cells if cell.value is not None)
        found.rows.append((line, texts + [""] * (width - len(texts))))
    found.faults = capped(found.faults, f"{shown_path(path)}, sheet {sheet.title}")
    found.digest = hashlib.sha256(_as_csv(found.rows).encode()).hexdigest()
    return found


def _texts(path: Path, sheet: Sheet, cells: Sequence[Any]) -> Iterator[str]:
    for position, cell in enumerate(cells):
        value = cell.value
        if value is None:
            yield ""
        elif isinstance(value, bool):
            yield "true" if value else "false"
        elif isinstance(value, (int, float)):
            whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
            yield str(int(value)) if whole else repr(value)
        elif isinstance(value, str):
            if cell.data_type == "e":
                where = cell_place(path, sheet.title, cell.row, position)
                sheet.faults.append(Fault(where, f"the formula gives {value}", "mend the formula, or write a number"))
            yield value
        else:
            where = cell_place(path, sheet.title, cell.row, position)
            what = f"{value} is a {type(value).__name__}, not a text or number"
            sheet.faults.append(Fault(where, what, "format the cell as text or number"))
            yield str(value)


def _as_csv(rows: Rows) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(cells for _, cells in rows)
    return text.getvalue()

"""Workbooks: tables as sheets of an XLSX file, whose texts stay texts and whose numbers stay numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.errors import Fault, InputError, MfaError
from mfa.report.plain_text import FORMULA_SIGNS

if TYPE_CHECKING:
    import pandas as pd

LONGEST = 32767
"""Signs that a cell can hold."""
MOST_ROWS = 1_048_576
"""Rows that a sheet can hold, with its head."""
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NAME_UNFIT = re.compile(r"[\[\]:*?/\\]")
WIDTHS = (8, 48)
"""Narrowest and widest column, signs."""


def need_openpyxl() -> Any:
    """Return the openpyxl library.

    Raises
    ------
    MfaError
        If it is not installed.
    """
    try:
        import openpyxl
    except ImportError:
        what = "XLSX needs openpyxl, which is not installed"
        raise MfaError(Fault("", what, "pip install 'urban-mining-mfa[xlsx]'; CSV needs nothing more")) from None
    return openpyxl


@dataclass(frozen=True)
class Sheet:
    """A table as a sheet.

    Attributes
    ----------
    name : str
        At most 31 signs are kept, and none that a sheet's name cannot have.
    heads : sequence of str
        First row, in bold; the sheet scrolls below it and can be filtered by it.
    rows : iterable of sequences
        Numbers, texts, True, False, None; NaN and infinite numbers become empty cells.
    """

    name: str
    heads: Sequence[Any]
    rows: Iterable[Sequence[Any]]

    @classmethod
    def of(cls, name: str, table: pd.DataFrame) -> Sheet:
        """A table without its index."""
        columns = [table[column].tolist() for column in table]
        return cls(name, list(table.columns), list(zip(*columns, strict=True)))


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write sheets to an XLSX file, row by row: memory does not grow with their length.

    Texts that begin like a formula are written as texts, and marked so that editing them makes none.

    Parameters
    ----------
    path : Path
        File to write.
    sheets : sequence of Sheet

    Raises
    ------
    MfaError
        If openpyxl is not installed.
    InputError
        If a table has more rows than a sheet can hold, or the file cannot be written.
    """
    openpyxl = need_openpyxl()
    contents = [list(sheet.rows) for sheet in sheets]
    mend = "take fewer years or elements, or write CSV"
    faults = [
        Fault(f"sheet {sheet.name}", f"has {len(rows)} rows, a sheet holds {MOST_ROWS - 1}", mend)
        for sheet, rows in zip(sheets, contents, strict=True)
        if len(rows) >= MOST_ROWS
    ]
    if faults:
        raise InputError(faults)
    try:
        with open(path, "wb") as file:  # before the book is begun, which cannot be left unfinished
            book = openpyxl.Workbook(write_only=True)
            names: set[str] = set()
            for sheet, rows in zip(sheets, contents, strict=True):
                _fill(book.create_sheet(sheet_name(sheet.name, names)), sheet.heads, rows)
            book.save(file)
    except OSError as error:
        raise InputError(Fault(str(path), f"cannot be written ({error.strerror})", "name another file")) from None


def _fill(target: Any, heads: Sequence[Any], rows: Sequence[Sequence[Any]]) -> None:
    """Write a table into an empty sheet."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    target.freeze_panes = "A2"
    for number, width in enumerate(_widths(heads, rows), 1):
        target.column_dimensions[get_column_letter(number)].width = width
    bold = Font(bold=True)
    target.append([_head(target, head, bold) for head in heads])
    for row in rows:
        target.append([_cell(target, value) for value in row])
    if rows and len(heads) > 1:
        target.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{len(rows) + 1}"


def sheet_name(name: str, names: set[str]) -> str:
    """Name of a sheet: signs that it may have, at most 31, and no other has it.

    Parameters
    ----------
    name : str
        What it is to be called.
    names : set of str
        Names of other sheets, to which it is added.

    Examples
    --------
    >>> taken = set()
    >>> sheet_name("Flows: Dy/Tb", taken), sheet_name("flows  Dy Tb", taken)
    ('Flows  Dy Tb', 'flows  Dy Tb 2')
    """
    plain = (_NAME_UNFIT.sub(" ", _UNFIT.sub("", name)).strip("' ") or "sheet")[:31]
    found, number = plain, 1
    while found.casefold() in names:
        number += 1
        found = f"{plain[: 31 - len(str(number)) - 1]} {number}"
    names.add(found.casefold())
    return found


def _head(target: Any, head: Any, font: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = _cell(target, head)
    if not hasattr(cell, "font"):
        cell = WriteOnlyCell(target, value=cell)
    cell.font = font
    return cell


def _cell(target: Any, value: Any) -> Any:
    """A value that openpyxl writes as it is meant."""
    if isinstance(value, str):
        text = fit(value)
        if text.startswith(FORMULA_SIGNS):
            from openpyxl.cell import WriteOnlyCell

            cell = WriteOnlyCell(target, value=text)
            cell.data_type = "s"  # openpyxl would take it for a formula
            cell.quotePrefix = True
            return cell
        return text
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def fit(text: str) -> str:
    """A text with the signs that a cell can hold."""
    return _UNFIT.sub("", text)[:LONGEST]


def _widths(heads: Sequence[Any], rows: Sequence[Sequence[Any]]) -> Iterator[float]:
    """Widths of columns, from their heads and first rows."""
    for position, head in enumerate(heads):
        longest = max([len(str(head)), *(len(_shown(row[position])) for row in rows[:200])])
        yield float(min(max(longest + 2, WIDTHS[0]), WIDTHS[1]))


def _shown(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)

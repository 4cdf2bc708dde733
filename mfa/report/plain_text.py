"""Text that stays text: a cell that begins like a formula runs in no spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First signs by which spreadsheets take a cell for a formula, the wide ones of Japanese keyboards included."""
MARK = "'"
"""Put before such a text, it makes a spreadsheet read text."""


def as_text(cell: str) -> str:
    """A cell of a CSV file that no spreadsheet takes for a formula.

    Parameters
    ----------
    cell : str

    Returns
    -------
    str
        The same, or with an apostrophe before it.

    Examples
    --------
    >>> as_text("=1+1"), as_text("Japan, no new policy")
    ("'=1+1", 'Japan, no new policy')
    """
    return f"{MARK}{cell}" if cell.startswith(FORMULA_SIGNS) else cell


def csv_cell(text: str) -> str:
    """A text as one cell of a CSV file: no formula, in quotes where it has to be.

    Examples
    --------
    >>> print(csv_cell("=1+1"), csv_cell("Japan, no new policy"))
    '=1+1 "Japan, no new policy"
    """
    text = as_text(text)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n\r') else text


def plain(table: pd.DataFrame) -> pd.DataFrame:
    r"""The same table, its texts and heads such that no spreadsheet takes them for formulas.

    Examples
    --------
    >>> import pandas as pd
    >>> plain(pd.DataFrame({"product": ["=1+1", "phone"], "value": [-1.0, 2.0]})).to_csv(index=False)
    "product,value\n'=1+1,-1.0\nphone,2.0\n"
    """
    table = table.copy()
    for name in table.columns:
        if not hasattr(table[name].dtype, "kind") or table[name].dtype.kind not in "fiub":
            table[name] = [as_text(value) if isinstance(value, str) else value for value in table[name].tolist()]
    return table.rename(columns={name: as_text(name) for name in table.columns if isinstance(name, str)})


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV in UTF-8; texts stay texts, numbers keep all their digits, NaN is empty.

    Parameters
    ----------
    table : DataFrame
        Without an index that matters.
    path : Path
        File to write.
    """
    columns = [_cells(table[name].tolist()) for name in table]
    heads = ",".join(csv_cell(str(name)) for name in table)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("\n".join([heads, *(",".join(row) for row in zip(*columns, strict=True)), ""]))


def _cells(values: list[object]) -> list[str]:
    """Cells of a column: numbers in full, texts as texts."""
    return [
        csv_cell(value) if isinstance(value, str) else "" if value is None or value != value else repr(value)
        for value in values
    ]

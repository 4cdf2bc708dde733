"""Where the numbers come from: all rows of the tables used, and how many of them are estimates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mfa.inputs.table_files import shown_table
from mfa.inputs.tables import LIFETIME_COLUMNS, PROVENANCES, VALUE_COLUMNS, Table, label_dims, year_dim
from mfa.vocabulary import DIMENSIONS

if TYPE_CHECKING:
    import pandas as pd

TEXT_COLUMNS = ("unit", "distribution", "provenance", "pedigree", "source", "note")
NUMBERS = ("value", "low", "high", "sd")
COLUMNS = (
    "parameter", *(dim for dim in DIMENSIONS if dim not in ("scenario", "sample")), *LIFETIME_COLUMNS,
    *VALUE_COLUMNS, "file", "line",
)  # fmt: skip


def evidence_table(tables: Sequence[Sequence[Table]]) -> pd.DataFrame:
    """Rows of all tables used, as written: unit and value of the file.

    Parameters
    ----------
    tables : sequence of sequences of Table
        By parameter, the tables of all folders.

    Returns
    -------
    pandas.DataFrame
        One row per row of a file: parameter, key columns (empty where a parameter has no such dim, ``*`` for all
        labels), value, low, high, sd (numbers, NaN where empty; text and truth values stay text), unit, distribution,
        provenance, source, note, file, line. A row that a later folder replaces is left out.
    """
    import pandas as pd

    rows: list[list[object]] = []
    for group in tables:
        latest: dict[tuple[object, ...], tuple[Table, int]] = {}
        for table in group:
            for i, key in enumerate(table.keys):
                term = table.terms[i] if table.terms else ("", "")
                latest[(key, table.years[i], *term)] = (table, i)
        makers = {id(table): _row_maker(table) for table in group}
        rows += [makers[id(table)](i) for table, i in latest.values()]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row_maker(table: Table) -> Callable[[int], list[object]]:
    """Make the rows of one table: what is the same in all of them is looked up once."""
    place = {column: i for i, column in enumerate(COLUMNS)}
    common: list[object] = [""] * len(COLUMNS)
    common[place["parameter"]] = table.parameter.name
    common[place["file"]] = shown_table(table.path)
    dims = [place[dim] for dim in label_dims(table.parameter)]
    along = year_dim(table.parameter)
    texts = [(place[column], table.header.index(column)) for column in TEXT_COLUMNS if column in table.header]
    numbers = [(place[column], table.header.index(column)) for column in NUMBERS if column in table.header]
    for column in NUMBERS:
        common[place[column]] = math.nan

    def make(i: int) -> list[object]:
        row, cells, year = common.copy(), table.cells[i], table.years[i]
        row[place["line"]] = table.lines[i]
        for to, label in zip(dims, table.keys[i], strict=True):
            row[to] = label
        if along:
            row[place[along]] = "*" if year is None else year
        if table.terms:
            row[place["survival"]], row[place["term"]] = table.terms[i]
        for to, at in texts:
            row[to] = cells[at]
        for to, at in numbers:
            row[to] = _number(cells[at])
        return row

    return make


def _number(text: str) -> float | str:
    """A cell as a number, NaN if it is empty; words and truth values stay text."""
    try:
        return float(text) if text else math.nan
    except ValueError:
        return text


def evidence_summary(evidence: pd.DataFrame) -> pd.DataFrame:
    """Rows by parameter and provenance, and the share that are estimates.

    Parameters
    ----------
    evidence : pandas.DataFrame
        As from `evidence_table` or `Inputs.evidence`.

    Returns
    -------
    pandas.DataFrame
        Index: parameter and last ``all``; columns: read, derived, recalled, estimate, rows, estimate_share.
    """
    counts = evidence.groupby(["parameter", "provenance"], sort=False).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(PROVENANCES), fill_value=0)
    counts.loc["all"] = counts.sum()
    counts["rows"] = counts.sum(axis=1)
    counts["estimate_share"] = counts["estimate"] / counts["rows"].where(counts["rows"] > 0)
    counts.columns.name = None
    return counts

"""Where the numbers come from: all rows of the tables used, and how many of them are estimates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mfa.inputs.messages import shown_path
from mfa.inputs.tables import LIFETIME_COLUMNS, PROVENANCES, VALUE_COLUMNS, Table, label_dims, year_dim
from mfa.vocabulary import DIMENSIONS

if TYPE_CHECKING:
    import pandas as pd

TEXT_COLUMNS = ("unit", "distribution", "provenance", "source", "note")
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
        labels), value, low, high (numbers, NaN where empty; text and truth values stay text), unit, distribution,
        provenance, source, note, file, line. A row that a later folder replaces is left out.
    """
    import pandas as pd

    chunks = []
    for group in tables:
        latest: dict[tuple[object, ...], tuple[Table, int]] = {}
        for table in group:
            for i, key in enumerate(table.keys):
                term = table.terms[i] if table.terms else ("", "")
                latest[(key, table.years[i], *term)] = (table, i)
        rows = []
        for (_, _, survival, term_name), (table, i) in latest.items():
            cells = dict(zip(table.header, table.cells[i], strict=False))
            row: dict[str, object] = dict.fromkeys(COLUMNS, "")
            row["parameter"] = table.parameter.name
            row.update(zip(label_dims(table.parameter), table.keys[i], strict=True))
            along = year_dim(table.parameter)
            if along:
                row[along] = "*" if table.years[i] is None else table.years[i]
            row["survival"], row["term"] = survival, term_name
            for column in ("value", "low", "high"):
                text = cells.get(column, "")
                try:
                    row[column] = float(text) if text else float("nan")
                except ValueError:
                    row[column] = text
            row.update({column: cells.get(column, "") for column in TEXT_COLUMNS})
            row["file"], row["line"] = shown_path(table.path), table.lines[i]
            rows.append(row)
        chunks.append(pd.DataFrame(rows, columns=list(COLUMNS)))
    return pd.concat(chunks, ignore_index=True) if chunks else pd.DataFrame(columns=list(COLUMNS))


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

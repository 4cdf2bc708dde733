"""A workbook with the tidy tables of one or several runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.report.exports.lca import lca_table
from mfa.report.folder import run_record
from mfa.report.tables import headline, tidy
from mfa.report.workbook import Sheet, write_workbook
from mfa.vocabulary import HEADLINE_YEARS

if TYPE_CHECKING:
    import pandas as pd

    from mfa.results import Results

ABOUT = ("scenario", "title", "scope", "dataset", "years", "samples", "seed", "money", "version", "hashes",
         "worst_balance_residual", "warnings", "changes", "written")  # fmt: skip
"""What the first sheet says of a run, from its record."""


def write_spreadsheet(runs: Sequence[Results], path: Path) -> None:
    """Write a workbook: about, summary, indicators, flows, stocks, links of headline years, supply for assessment.

    Parameters
    ----------
    runs : sequence of Results
    path : Path
        File to write.

    Raises
    ------
    MfaError
        If openpyxl is not installed.
    """
    from mfa.report.workbook import need_openpyxl

    need_openpyxl()
    sheets = [Sheet("about", ["run", "what", "value"], [row for run in runs for row in _about(run)])]
    tables: dict[str, list[pd.DataFrame]] = {"summary": [_summary(run) for run in runs]}
    for name in ("indicators", "flows", "stocks"):
        tables[name] = [tidy(run, name) for run in runs]
    tables["sankey_links"] = [_links(run) for run in runs]
    tables["lca"] = [lca_table(run) for run in runs]
    write_workbook(path, [*sheets, *(Sheet.of(name, _together(parts)) for name, parts in tables.items())])


def _about(run: Results) -> list[tuple[str, str, str]]:
    record = run_record(run)
    return [(run.name, key, _words(record[key])) for key in ABOUT if record.get(key) not in (None, [], "")]


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_words(part)}" for key, part in value.items())
    if isinstance(value, list):
        return "; ".join(_words(part) for part in value)
    return str(value)


def _summary(run: Results) -> pd.DataFrame:
    table = headline(run).reset_index()
    table.insert(0, "scenario", run.name)
    return table


def _links(run: Results) -> pd.DataFrame:
    years = [year for year in HEADLINE_YEARS if year in run.years] or [int(run.years[-1])]
    return run.sankey_links(year=years, region=run.labels["region"])


def _together(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    return tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True)

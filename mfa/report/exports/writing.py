"""One door for all exports: which format, which file, which runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mfa.errors import Fault, InputError
from mfa.inputs.messages import suggest
from mfa.report.plain_text import write_csv
from mfa.storage.whole import disk_trouble, whole_file

if TYPE_CHECKING:
    import pandas as pd

    from mfa.results import Results

FORMATS: dict[str, tuple[str, ...]] = {
    "iamc": (".csv", ".xlsx"), "xlsx": (".xlsx",), "csv": ("",), "netcdf": (".nc",), "lca": (".csv", ".xlsx"),
}  # fmt: skip
"""Formats, and the endings of their files, the usual one first; csv makes a folder."""
TABLES = ("indicators", "flows", "stocks")


def export_suffix(form: str) -> str:
    """Usual ending of the file of a format."""
    return FORMATS[form][0]


def export_runs(
    runs: Sequence[Results],
    path: Path,
    form: str | None = None,
    mass_unit: str = "Mt",
    sectors: Mapping[str, str] | None = None,
) -> Path:
    """Write one or several runs in the format of another tool.

    The file is written beside its place and takes it when it is complete.

    Parameters
    ----------
    runs : sequence of Results
        Several only for ``iamc``, ``xlsx``, ``lca`` and ``csv``, where they stand below each other.
    path : Path
        File to write, or the folder of ``csv``.
    form : {"iamc", "xlsx", "csv", "netcdf", "lca"}, optional
        What the ending says if None: ``.xlsx`` a workbook, ``.nc`` NetCDF.
    mass_unit : {"Mt", "kt", "t"}
        Of ``iamc``.
    sectors : mapping of str, optional
        Demand sectors of ``iamc`` by product.

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    InputError
        If the format is not known, the ending does not fit it, or the file cannot be written.
    MfaError
        If a library is missing: the message names the extra to install; or if the disk is full.
    """
    path = Path(path)
    form = form or {".xlsx": "xlsx", ".nc": "netcdf"}.get(path.suffix, "")
    faults = []
    if form not in FORMATS:
        mend = suggest(form, FORMATS, "formats") if form else f"name a format: {', '.join(FORMATS)}"
        faults.append(Fault("format", f"'{form}' is not known" if form else f"{path.name} does not say it", mend))
    elif path.suffix not in FORMATS[form] and form != "csv":
        faults.append(Fault(str(path), f"is no file of the format {form}", f"end it with {' or '.join(FORMATS[form])}"))
    if form == "netcdf" and len(runs) > 1:
        faults.append(Fault("netcdf", "holds one run", "write one file for each"))
    names = [run.name for run in runs]
    faults += [
        Fault("export", f"two runs are called {name}", "take each scenario once")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if faults:
        raise InputError(faults)
    if form == "csv":
        _write_folder(runs, path)
        return path
    with whole_file(path) as draft:
        if form == "iamc":
            from mfa.report.exports.iamc import write_iamc

            write_iamc(runs, draft, mass_unit, sectors)
        elif form == "netcdf":
            from mfa.report.netcdf import write_results

            write_results(runs[0], draft)
        elif form == "xlsx":
            from mfa.report.exports.spreadsheet import write_spreadsheet

            write_spreadsheet(runs, draft)
        else:
            _write_lca(runs, draft)
    return path


def _write_lca(runs: Sequence[Results], path: Path) -> None:
    from mfa.report.exports.lca import lca_table

    table = _together([lca_table(run) for run in runs])
    if path.suffix == ".xlsx":
        from mfa.report.workbook import Sheet, write_workbook

        write_workbook(path, [Sheet.of("supply", table)])
    else:
        write_csv(table, path)


def _write_folder(runs: Sequence[Results], folder: Path) -> None:
    """Tidy CSV files: indicators, flows, stocks, links, and the table for life-cycle assessment."""
    from mfa.report.exports.lca import lca_table
    from mfa.report.tables import tidy

    with disk_trouble(folder):
        folder.mkdir(parents=True, exist_ok=True)
    tables = {name: [tidy(run, name) for run in runs] for name in TABLES}
    tables["sankey_links"] = [run.sankey_links(region=run.labels["region"]) for run in runs]
    tables["lca"] = [lca_table(run) for run in runs]
    for name, parts in tables.items():
        with whole_file(folder / f"{name}.csv") as draft:
            write_csv(_together(parts), draft)


def _together(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    return tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True)

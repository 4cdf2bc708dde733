"""`mfa export`: runs in the formats of other tools."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from mfa.commands.common import Debug, Progress, Quiet, guarded, split_labels
from mfa.errors import Fault, InputError


class Kind(enum.StrEnum):
    """Formats of other tools."""

    iamc = "iamc"
    xlsx = "xlsx"
    csv = "csv"
    netcdf = "netcdf"
    lca = "lca"


@guarded
def export(
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN...", help="Folders of runs, names of scenarios (mfa list) or YAML files."),
    ],
    form: Annotated[
        Kind,
        typer.Option(
            "--format",
            "--to",
            help="iamc: wide table of integrated assessment models; xlsx: workbook with all tables; csv: a folder of "
            "tidy tables; netcdf; lca: recovered, primary and imported mass by route or origin.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help="File to write (iamc and lca: .csv or .xlsx), for csv a folder."
        ),
    ] = None,
    mass_unit: Annotated[
        str, typer.Option("--mass-unit", metavar="UNIT", help="Of iamc: Mt as in the common definitions, kt or t.")
    ] = "Mt",
    sectors: Annotated[
        list[str] | None,
        typer.Option(
            "--sector",
            metavar="PRODUCT=SECTOR",
            help="Demand sector of a product in iamc, such as 'truck=Transportation|Road|Trucks'; may be repeated.",
        ),
    ] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write runs in the format of another tool; several stand below each other in one file."""
    from mfa.commands.runs import file_name, results_of
    from mfa.report.exports import export_runs, export_suffix

    given = _sectors(sectors)
    progress = Progress(quiet)
    try:
        names = split_labels(runs)
        if not names:
            raise InputError(Fault("RUN", "is empty", "give the folder of a run or the name of a scenario"))
        results = [results_of(name, progress) for name in names]
        usual = f"{file_name(results[0].name) if len(results) == 1 else 'runs'}_{form}{export_suffix(form)}"
        path = out if out is not None else Path(usual)
        progress(f"writing {path}")
        written = export_runs(results, path, form, mass_unit, given)
    finally:
        progress.done()
    if not quiet:
        print(written)


def _sectors(given: list[str] | None) -> dict[str, str]:
    faults = [
        Fault("--sector", f"'{word}' has no '='", "write PRODUCT=SECTOR") for word in given or () if "=" not in word
    ]
    if faults:
        raise InputError(faults)
    return {product.strip(): sector.strip() for product, _, sector in (word.partition("=") for word in given or ())}

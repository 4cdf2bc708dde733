"""`mfa sweep`: a scenario over a grid of levers or parameters."""

from __future__ import annotations

import enum
import sys
from pathlib import Path
from typing import Annotated

import typer

from mfa.commands.common import Debug, Progress, Quiet, guarded, split_labels


class Format(enum.StrEnum):
    """What is printed."""

    text = "text"
    csv = "csv"


def check_vary(vary: list[str], example: str = "0:0.8:5") -> None:
    """Refuse a --vary that is not KEY=VALUES, as wrong usage."""
    for text in vary:
        key, equals, said = text.partition("=")
        if not (equals and key.strip() and said.strip()):
            raise typer.BadParameter(
                f"'{text}' is not KEY=VALUES; write policy.keep_share=0:0.8:5", param_hint="--vary"
            )


@guarded
def sweep(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A name (mfa list) or a YAML file.")],
    vary: Annotated[
        list[str],
        typer.Option(
            "--vary",
            metavar="KEY=START:STOP:N",
            help="What varies: N values from START to STOP, a unit behind if it has one, or KEY=a,b,c; keys as for "
            "mfa run --set. May be repeated: all combinations are run.",
        ),
    ],
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", metavar="NAME", help="Result to keep, or several: secondary,public_cost_present_value."),
    ] = None,
    year: Annotated[
        int | None, typer.Option("--year", metavar="Y", help="Year of text and figures; 2040 or the last.")
    ] = None,
    elements: Annotated[
        list[str] | None, typer.Option("--element", metavar="E", help="Element to print, or several: Dy,Tb.")
    ] = None,
    regions: Annotated[
        list[str] | None, typer.Option("--region", metavar="R", help="Region to print, or several.")
    ] = None,
    discount_rate: Annotated[
        float | None,
        typer.Option(
            "--discount-rate", metavar="RATE", help="Of present values, 0.03 is 3 % a year. That of the scenario."
        ),
    ] = None,
    first: Annotated[int | None, typer.Option("--from", metavar="Y", help="First year of present values.")] = None,
    last: Annotated[int | None, typer.Option("--to", metavar="Y", help="Last year of present values.")] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="N", help="Processes; as many as there are cores.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="What is printed.")] = Format.text,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Write NetCDF, CSV, text and figures into DIR.")
    ] = None,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Draw no figures.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Sweep levers or parameters over a grid: response surfaces of import dependence, recovery, cost."""
    check_vary(vary)
    from mfa.report.sweep_folder import check_folder
    from mfa.report.sweep_view import chosen_labels, shown_year
    from mfa.studies.sweep import sweep as run_sweep

    progress = Progress(quiet)
    try:
        if out is not None:
            check_folder(out)
        progress(f"reading {scenario}")
        found = run_sweep(
            scenario,
            vary,
            keep=None if keep is None else split_labels(keep),
            discount_rate=discount_rate,
            period=None if first is None and last is None else (first, last),
            jobs=jobs,
            tell=lambda done, size: progress(f"running {scenario}, {done} of {size} points"),
        )
        shown_in = shown_year(found, year)
        named = {
            dim: None if given is None else chosen_labels(found, dim, split_labels(given))
            for dim, given in (("element", elements), ("region", regions))
        }
        if out is not None:
            progress(f"writing {out}")
            found.save(out, figures=not no_figures, year=year)
    finally:
        progress.done()
    if form is Format.csv:
        table = found.table()
        for dim, wanted in named.items():
            if wanted is not None and dim in table:
                table = table[table[dim].isin(wanted) | table[dim].isna()]
        if year is not None and "time" in table:
            table = table[(table["time"] == shown_in).fillna(True)]
        from mfa.report.plain_text import plain

        plain(table).to_csv(sys.stdout, index=False, lineterminator="\n", float_format="%.10g")
    else:
        sys.stdout.write(found.to_text(shown_in, named["element"], named["region"]))
    if out is not None and not quiet:
        print(f"files: {out}", file=sys.stderr)

"""`mfa compare`: scenarios side by side."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mfa.commands.common import Debug, Format, Progress, Quiet, guarded, split_labels, split_years


@guarded
def compare(
    scenarios: Annotated[
        list[str],
        typer.Argument(metavar="SCENARIO...", help="Names (mfa list), YAML files, or folders of runs; at least two."),
    ],
    base: Annotated[
        str | None,
        typer.Option(
            "--base",
            metavar="NAME",
            help="Base of all others. Else each is measured against the nearest it builds on, under a shock against "
            "the same shock with less policy, else against the first.",
        ),
    ] = None,
    years: Annotated[
        list[str] | None,
        typer.Option("--year", metavar="Y", help="Year to show, or several: 2030,2040. Headline years and the last."),
    ] = None,
    elements: Annotated[
        list[str] | None, typer.Option("--element", metavar="E", help="Element to compare, or several: Dy,Tb.")
    ] = None,
    regions: Annotated[
        list[str] | None, typer.Option("--region", metavar="R", help="Region to compare, or several.")
    ] = None,
    discount_rate: Annotated[
        float | None,
        typer.Option(
            "--discount-rate", metavar="RATE", help="Of present values, 0.03 is 3 % a year. That of the base."
        ),
    ] = None,
    first: Annotated[
        int | None, typer.Option("--from", metavar="Y", help="First year of cost and sums, and of present values.")
    ] = None,
    last: Annotated[int | None, typer.Option("--to", metavar="Y", help="Last year of cost and sums.")] = None,
    form: Annotated[Format, typer.Option("--format", help="What is printed.")] = Format.text,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Write CSV, Markdown and figures into DIR.")
    ] = None,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Draw no figures.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Compare scenarios: what each buys against its base, in import dependence, unmet demand and money."""
    import warnings

    from mfa.inputs import InputWarning
    from mfa.studies.compare import compare as compare_scenarios

    progress = Progress(quiet)
    try:
        if out is not None:
            from mfa.report.comparison_folder import check_folder

            check_folder(out)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputWarning)  # `mfa run` and `mfa validate` tell them
            comparison = compare_scenarios(
                scenarios,
                base=base,
                years=None if years is None else split_years(years),
                regions=None if regions is None else split_labels(regions),
                elements=None if elements is None else split_labels(elements),
                discount_rate=discount_rate,
                period=None if first is None and last is None else (first, last),
                detail="totals",
                tell=progress,
            )
        if out is not None:
            progress(f"writing {out}")
            comparison.save(out, figures=not no_figures)
    finally:
        progress.done()
    text = {Format.csv: comparison.to_csv, Format.markdown: comparison.to_markdown, Format.text: comparison.to_text}
    sys.stdout.write(text[form]().rstrip("\n") + "\n")
    if out is not None and not quiet:
        print(f"files: {out}", file=sys.stderr)

"""`mfa sensitivity`: which uncertain factors matter most to results of a scenario."""

from __future__ import annotations

import enum
import sys
from pathlib import Path
from typing import Annotated

import typer

from mfa.commands.common import Debug, Quiet, guarded, split_keys
from mfa.commands.sweep import Format


class Method(enum.StrEnum):
    """How it is looked at."""

    local = "local"
    morris = "morris"
    sobol = "sobol"


@guarded
def sensitivity(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A name (mfa list) or a YAML file.")],
    method: Annotated[
        Method,
        typer.Option(
            "--method",
            help="local: swings and elasticities, one factor at a time. morris: elementary effects, which also see "
            "what acts only together with others. sobol: shares of the variance, with intervals.",
        ),
    ] = Method.local,
    outputs: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            metavar="RESULT",
            help="Result to explain, written as in a target: 'import_requirement[Dy, 2040]'. May be repeated. The "
            "import requirement of every element in 2040 if none.",
        ),
    ] = None,
    factors: Annotated[
        list[str] | None,
        typer.Option(
            "--factors",
            metavar="FACTOR",
            help="Factors to look at (mfa info --factors), such as 'lifetime[vehicles]'. May be repeated. All if none; "
            "for sobol the 20 with the largest effects.",
        ),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(
            "--samples", "-n", metavar="N", help="Trajectories of morris (10), rows of sobol (512, a power of two)."
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Seed of morris and sobol: 0 or more.")] = 1,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", metavar="N", help="Processes; as many as there are cores.")
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change the scenario, such as policy.keep_share=0.5."),
    ] = None,
    most: Annotated[int, typer.Option("--most", metavar="N", help="Factors printed for each result.")] = 8,
    form: Annotated[Format, typer.Option("--format", help="What is printed; csv has all factors.")] = Format.text,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Write CSV, text, figures and record into DIR.")
    ] = None,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Draw no figures.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Find what matters most: elasticities one at a time, elementary effects (Morris), Sobol indices."""
    for change in changes or []:
        if "=" not in change:
            raise typer.BadParameter(f"'{change}' has no '='; write KEY=VALUE", param_hint="--set")
    from mfa.inputs import load_scenario, parse_changes
    from mfa.report.sensitivity_folder import check_folder
    from mfa.studies.progress import ProgressBar
    from mfa.studies.sensitivity import sensitivity as run_sensitivity

    bar = ProgressBar("runs", quiet=quiet)
    if out is not None:
        check_folder(out)
    try:
        found = run_sensitivity(
            load_scenario(scenario, parse_changes(changes or []) or None), outputs or None, method=method.value,
            factors=None if factors is None else split_keys(factors), samples=samples, seed=seed, jobs=jobs, tell=bar,
        )  # fmt: skip
    finally:
        bar.close()
    if out is not None:
        found.save(out, figures=not no_figures)
    if form is Format.csv:
        from mfa.report.plain_text import plain

        plain(found.table()).to_csv(sys.stdout, index=False, lineterminator="\n", float_format="%.10g")
    else:
        sys.stdout.write(found.to_text(most))
    if out is not None and not quiet:
        print(f"files: {out}", file=sys.stderr)

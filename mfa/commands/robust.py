"""`mfa robust`: scenarios in the same futures, held against targets."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mfa.commands.common import Debug, Quiet, guarded
from mfa.commands.sweep import Format


@guarded
def robust(
    scenarios: Annotated[
        list[str],
        typer.Argument(
            metavar="SCENARIO...",
            help="Names (mfa list), YAML files, or folders of ensembles run with --keep-samples; at least two.",
        ),
    ],
    targets: Annotated[
        list[str],
        typer.Option(
            "--target", metavar="TARGET", help='Such as "import_requirement[Dy, 2040] <= 0.6". May be repeated.'
        ),
    ],
    samples: Annotated[
        int | None, typer.Option("--samples", "-n", metavar="N", help="Samples of each scenario: 1000.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="S", help="Their seed, the same for all: 1.")] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", metavar="N", help="Processes; as many as there are cores.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="What is printed.")] = Format.text,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Write tables, text and figures into DIR.")
    ] = None,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Draw no figures.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Compare scenarios in the same futures: how often each meets a target, and its regret."""
    from mfa.report.robustness_folder import check_folder
    from mfa.studies.progress import ProgressBar
    from mfa.studies.robustness import robust as run_robust

    if out is not None:
        check_folder(out)
    bar = ProgressBar("samples", quiet=quiet)
    try:
        found = run_robust(scenarios, targets, samples=samples, seed=seed, jobs=jobs, tell=bar)
    finally:
        bar.close()
    if out is not None:
        found.save(out, figures=not no_figures)
    if form is Format.csv:
        from mfa.report.plain_text import plain

        plain(found.table()).to_csv(sys.stdout, index=False, lineterminator="\n", float_format="%.10g")
    else:
        sys.stdout.write(found.to_text())
    if out is not None and not quiet:
        print(f"files: {out}", file=sys.stderr)

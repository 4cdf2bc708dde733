"""`mfa discover`: the futures in which a target is missed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mfa.commands.common import Debug, Quiet, guarded, split_keys
from mfa.commands.sweep import Format


@guarded
def discover(
    source: Annotated[
        str,
        typer.Argument(
            metavar="ENSEMBLE|SCENARIO",
            help="The folder of an ensemble run with --keep-samples, or a scenario of which samples are run now.",
        ),
    ],
    target: Annotated[
        str, typer.Option("--target", metavar="TARGET", help='Such as "import_requirement[Dy, 2040] <= 0.6".')
    ],
    met: Annotated[bool, typer.Option("--met", help="Look for the futures in which it is met instead.")] = False,
    samples: Annotated[
        int | None, typer.Option("--samples", "-n", metavar="N", help="Samples of a scenario: 1000.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="S", help="Seed of the samples of a scenario: 1.")
    ] = None,
    density: Annotated[
        float | None,
        typer.Option(
            "--density",
            metavar="SHARE",
            help="Share of such futures in the box; 0.8, or half the way to 1 from their share in all if that is more.",
        ),
    ] = None,
    boxes: Annotated[int, typer.Option("--boxes", metavar="N", help="Boxes to look for, one after the other.")] = 1,
    factors: Annotated[
        list[str] | None,
        typer.Option(
            "--factors",
            metavar="FACTOR",
            help="Factors to look at (mfa info --factors); may be repeated. Those that tell most if none.",
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", metavar="N", help="Processes; as many as there are cores.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="What is printed.")] = Format.text,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Write boxes, samples, text and figure into DIR.")
    ] = None,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Draw no figures.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Discover the futures in which a target is missed: limits of a few factors, in words."""
    from mfa.report.discovery_folder import check_folder
    from mfa.studies.discovery import discover as run_discovery
    from mfa.studies.progress import ProgressBar

    if out is not None:
        check_folder(out)
    bar = ProgressBar("samples", quiet=quiet)
    try:
        found = run_discovery(
            source, target, samples=samples, seed=seed, met=met, density=density, boxes=boxes,
            factors=None if factors is None else split_keys(factors), jobs=jobs, tell=bar,
        )  # fmt: skip
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

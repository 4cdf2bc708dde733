"""`mfa search`: the least-cost mix of levers that meets a target."""

from __future__ import annotations

import enum
import sys
from pathlib import Path
from typing import Annotated

import typer

from mfa.commands.common import Debug, Progress, Quiet, guarded
from mfa.commands.sweep import check_vary


class Cost(enum.StrEnum):
    """Whose cost is least."""

    public = "public"
    social = "social"


@guarded
def search(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A name (mfa list) or a YAML file.")],
    target: Annotated[
        str, typer.Option("--target", metavar="TARGET", help='Such as "import_requirement[Dy, 2040] <= 0.6".')
    ],
    vary: Annotated[
        list[str],
        typer.Option(
            "--vary",
            metavar="KEY=LOW:HIGH",
            help="Lever and the range to look in, a unit behind if it has one; keys as for mfa run --set. "
            "May be repeated.",
        ),
    ],
    in_share: Annotated[
        float, typer.Option("--in-share", metavar="SHARE", help="Share of samples that must meet the target.")
    ] = 0.9,
    samples: Annotated[
        int | None,
        typer.Option("--samples", metavar="N", help="Samples of the uncertainty; central values alone if not given."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Seed of the samples.")] = 1,
    cost: Annotated[Cost, typer.Option("--cost", help="Whose present value shall be least.")] = Cost.public,
    discount_rate: Annotated[
        float | None,
        typer.Option("--discount-rate", metavar="RATE", help="0.03 is 3 % a year. That of the scenario."),
    ] = None,
    first: Annotated[int | None, typer.Option("--from", metavar="Y", help="First year of the cost.")] = None,
    last: Annotated[int | None, typer.Option("--to", metavar="Y", help="Last year of the cost.")] = None,
    tolerance: Annotated[
        float, typer.Option("--tolerance", metavar="SHARE", help="Share of a range to which levers are found.")
    ] = 1e-3,
    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="N", help="Processes; as many as there are cores.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Write answer, candidates and record into DIR.")
    ] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Search the least-cost mix of levers that meets a target, and say what binds if none does."""
    check_vary(vary, "0:0.8")
    from mfa.report.search_folder import check_folder
    from mfa.studies.search import search as run_search

    progress = Progress(quiet)
    try:
        if out is not None:
            check_folder(out)
        progress(f"reading {scenario}")
        found = run_search(
            scenario, target, vary, in_share=in_share, samples=samples, seed=seed, cost=f"{cost.value}_cost",
            discount_rate=discount_rate, period=None if first is None and last is None else (first, last),
            tolerance=tolerance, jobs=jobs, tell=progress,
        )  # fmt: skip
        if out is not None:
            progress(f"writing {out}")
            found.save(out)
    finally:
        progress.done()
    sys.stdout.write(found.to_text())
    if out is not None and not quiet:
        print(f"files: {out}", file=sys.stderr)

"""`mfa explore`: move the levers of a scenario, live or in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mfa.commands.common import Debug, Progress, Quiet, guarded


@guarded
def explore(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A name (mfa list) or a YAML file.")] = (
        "japan-explore"
    ),
    static: Annotated[
        Path | None, typer.Option("--static", metavar="FILE.html", help="Write one page that works offline.")
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary",
            metavar="KEY=VALUES",
            help="What can be moved: KEY=START:STOP:N or KEY=a,b,c; may be repeated. "
            "If none: what the scenario's section explore names.",
        ),
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", metavar="N", help="Processes; all cores if not given.")] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Move the levers of a scenario and watch its results: one HTML file with a grid of runs."""
    from mfa.explore.static_page import write_static_page
    from mfa.inputs import load_scenario

    if static is None:
        raise typer.BadParameter("name the page to write", param_hint="--static FILE.html")
    progress = Progress(quiet)
    try:
        progress(f"reading {scenario}")
        loaded = load_scenario(scenario)
        write_static_page(
            loaded, static, vary or [], jobs=jobs, tell=lambda done, size: progress(f"run {done} of {size}")
        )
    finally:
        progress.done()
    if not quiet:
        print(f"{static}: {static.stat().st_size / 1e6:.1f} MB; open it in a browser, or send it by mail")

"""`mfa explore`: move the levers of a scenario, live or in one file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mfa.commands.common import Debug, Progress, Quiet, guarded

if TYPE_CHECKING:
    from mfa.inputs import Scenario


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
    port: Annotated[int, typer.Option("--port", metavar="N", help="Port of the live page; 0: any.")] = 5006,
    address: Annotated[
        str,
        typer.Option("--address", metavar="HOST", help="Where the live page listens; this computer if not given."),
    ] = "localhost",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    jobs: Annotated[int | None, typer.Option("--jobs", metavar="N", help="Processes; all cores if not given.")] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Move the levers of a scenario and watch its results: a live page, or one HTML file with a grid of runs."""
    from mfa.explore.static_page import write_static_page
    from mfa.inputs import load_scenario

    progress = Progress(quiet)
    try:
        progress(f"reading {scenario}")
        loaded = load_scenario(scenario)
        if static is None:
            _serve(loaded, vary or [], port, address, not no_browser, progress)
            return
        write_static_page(
            loaded, static, vary or [], jobs=jobs, tell=lambda done, size: progress(f"run {done} of {size}")
        )
    finally:
        progress.done()
    if not quiet:
        print(f"{static}: {static.stat().st_size / 1e6:.1f} MB; open it in a browser, or send it by mail")


def _serve(
    scenario: Scenario, vary: Sequence[str], port: int, address: str, show: bool, progress: Progress
) -> None:  # fmt: skip
    from mfa.explore.live import LOCAL, serve

    progress.done()
    if address not in LOCAL:
        print(
            f"warning: the page listens on {address}: whoever reaches this computer can use it, without a password",
            file=sys.stderr,
        )
    server = serve(scenario, vary, port=port, address=address, show=show, start=False)
    print(f"http://{address}:{server.port}  (stop with Ctrl-C)", flush=True)
    server.io_loop.start()

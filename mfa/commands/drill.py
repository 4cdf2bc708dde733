"""`mfa drill`: a ban of some days within one year of a run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mfa.commands.common import Debug, Format, Progress, Quiet, guarded, split_labels


@guarded
def drill(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A name (mfa list), a YAML file, or the folder of a run.")
    ],
    year: Annotated[int, typer.Option("--year", metavar="Y", help="Year of the run in which the ban strikes.")],
    origins: Annotated[
        list[str], typer.Option("--origin", metavar="O", help="Foreign origin that bans, such as CHN; may be repeated.")
    ],
    days: Annotated[float, typer.Option("--days", metavar="N", help="Length of the ban in days.")],
    elements: Annotated[
        list[str] | None,
        typer.Option(
            "--element",
            metavar="E",
            help="Element that is banned; may be repeated. If none: all that it delivers.",
        ),
    ] = None,
    start_day: Annotated[int, typer.Option("--start-day", metavar="S", help="First day of the ban, 1 to 365.")] = 1,
    ban: Annotated[float, typer.Option("--ban", metavar="SHARE", help="Share of the deliveries that is banned.")] = 1.0,
    regions: Annotated[
        list[str] | None, typer.Option("--region", metavar="R", help="Region that the ban hits; may be repeated.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="What is printed.")] = Format.text,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Write CSV, Markdown and a picture into DIR.")
    ] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Drill a ban of some days: first day of shortage, unmet need, days of cover, day by day."""
    import warnings

    from mfa.inputs import InputWarning
    from mfa.studies.drill import drill as run_drill

    progress = Progress(quiet)
    try:
        progress(f"drilling {scenario}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputWarning)  # what concerns the drill stands in its notes
            answer = run_drill(
                scenario, year=year, origin=split_labels(origins), days=days, element=split_labels(elements),
                start_day=start_day, ban=ban, region=split_labels(regions),
            )  # fmt: skip
        if out is not None:
            progress(f"writing {out}")
            answer.save(out)
    finally:
        progress.done()
    shown = {Format.text: answer.to_text, Format.csv: answer.to_csv, Format.markdown: answer.to_markdown}
    sys.stdout.write(shown[form]().rstrip("\n") + "\n")
    if form is Format.csv:  # which has no room for notes
        for note in answer.notes:
            print(f"warning: {note}", file=sys.stderr)
    if out is not None and not quiet:
        print(f"files: {out}", file=sys.stderr)

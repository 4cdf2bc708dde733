"""`mfa report`: a run, or several, as a report for readers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mfa.commands.common import Debug, Progress, Quiet, guarded, split_labels

FORMATS = ("html", "pdf", "docx", "xlsx")


@guarded
def report(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN...",
            help="The folder of a run, the name of a scenario (mfa list) or a YAML file, which is then run; several "
            "are compared. Or the folder of a comparison, an ensemble or a sweep. The folder of a sensitivity study "
            "beside a run tells what matters most.",
        ),
    ],
    forms: Annotated[
        list[str] | None,
        typer.Option("--format", "-f", metavar="FORMAT", help="html, pdf, docx, xlsx; several with commas. html."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="DIR", help="Folder to write into: that of the run, or reports/<scenario>, if none."
        ),
    ] = None,
    elements: Annotated[
        list[str] | None,
        typer.Option("--element", metavar="E", help="Element to report on, or several: Dy,Tb. All if none."),
    ] = None,
    year: Annotated[
        int | None, typer.Option("--year", metavar="Y", help="Year of sentences and diagrams; 2040, or the last.")
    ] = None,
    region: Annotated[str | None, typer.Option("--region", metavar="R", help="Region to report on; the first.")] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write a report: summary, assumptions, tables, figures, sources, and how to repeat it."""
    wanted = split_labels(forms) or ["html"]
    for form in wanted:
        if form not in FORMATS:
            raise typer.BadParameter(f"'{form}' is not known; choose from {', '.join(FORMATS)}", param_hint="--format")
    progress = Progress(quiet)
    try:
        from mfa.commands.subjects import read_subjects
        from mfa.report.writing import write_report

        subject = read_subjects(runs)
        document = subject.document(region, split_labels(elements) or None, year, progress)
        written, faults = write_report(document, out or subject.folder, wanted, progress)
    finally:
        progress.done()
    if not quiet:
        print("\n".join(map(str, written)))
    for fault in faults:
        print(f"mfa: {fault}", file=sys.stderr)
    if faults:
        raise typer.Exit(1)

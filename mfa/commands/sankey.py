"""`mfa sankey`: where an element goes in a year, as a diagram and as a table of links."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from mfa.commands.common import Debug, Progress, Quiet, guarded, split_labels, split_years
from mfa.errors import Fault, InputError


class Kind(enum.StrEnum):
    """What is written."""

    svg = "svg"
    png = "png"
    pdf = "pdf"
    csv = "csv"


@guarded
def sankey(
    run: Annotated[
        str,
        typer.Argument(metavar="RUN", help="The folder of a run, the name of a scenario (mfa list) or a YAML file."),
    ],
    elements: Annotated[
        list[str],
        typer.Option(
            "--element", metavar="E", help="Element, or 'component mass'; may be repeated, or several with commas."
        ),
    ],
    years: Annotated[
        list[str], typer.Option("--year", metavar="Y", help="Year; may be repeated, or several with commas.")
    ],
    region: Annotated[str | None, typer.Option("--region", metavar="R", help="Region; the sum of all if none.")] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="UNIT", help="Such as kg/yr; one with short numbers if none.")
    ] = None,
    compact: Annotated[bool, typer.Option("--compact", help="For half a page's width.")] = False,
    forms: Annotated[
        list[str] | None,
        typer.Option(
            "--format", metavar="FORMAT", help="svg, png, pdf, csv (the links); svg,png,csv if none is given."
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder to write into.")] = Path(),
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Draw where an element goes in a year: a Sankey diagram as SVG and PNG, and its links as CSV."""
    from mfa.commands.runs import file_name, make_folder, results_of

    kinds = [_kind(word) for word in split_labels(forms)] or [Kind.svg, Kind.png, Kind.csv]
    wanted_years = split_years(years)
    progress = Progress(quiet)
    written: list[Path] = []
    faults: list[Fault] = []
    try:
        results = results_of(run, progress)
        pictures = [
            results.sankey(element, year, region, unit, compact)
            for element in split_labels(elements)
            for year in wanted_years
        ]
        make_folder(out)
        for picture in pictures:
            words: list[str | int] = [results.name, *([region] if region else []), picture.element, picture.year]
            for kind in kinds:
                path = out / f"{file_name('sankey', *words)}.{kind}"
                progress(f"writing {path}")
                try:
                    written.append(picture.save(path))
                except InputError as error:  # no font has a sign of a name: the other formats are made
                    faults += error.faults
    finally:
        progress.done()
    if not quiet and written:
        print("\n".join(map(str, written)))
    if faults:
        raise InputError(list(dict.fromkeys(faults)))


def _kind(word: str) -> Kind:
    try:
        return Kind(word.lower())
    except ValueError:
        raise InputError(Fault("--format", f"'{word}' is not known", f"choose from {', '.join(Kind)}")) from None

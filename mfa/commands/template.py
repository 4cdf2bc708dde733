"""`mfa template`: the tables of a dataset as a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mfa.commands.common import Debug, Progress, Quiet, guarded, split_labels


@guarded
def template(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="The workbook to write; must not exist.")],
    dataset: Annotated[
        str, typer.Option("--dataset", metavar="NAME", help="Name, folder or workbook of the dataset.")
    ] = "japan",
    parameters: Annotated[
        list[str] | None,
        typer.Option("--parameter", metavar="NAME", help="Write this parameter only; may be repeated."),
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Leave out the variants of tables.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write the parameters of a dataset into a workbook; edited, it runs as a dataset."""
    from mfa.inputs.dataset import open_dataset
    from mfa.inputs.template import write_template

    progress = Progress(quiet)
    try:
        progress(f"writing {file}")
        written = write_template(open_dataset(dataset), file, split_labels(parameters), not plain)
        count = sum(1 for _ in open_dataset(str(written.resolve())).table_files())
    finally:
        progress.done()
    if not quiet:
        tables = f"{count} table" + "s" * (count != 1)
        print(f"{file}: {tables} of {dataset}, to be edited and used as dataset: {file.name}")

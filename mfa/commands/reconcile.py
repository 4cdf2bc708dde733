"""`mfa reconcile`: figures that contradict each other, changed as little as their uncertainties allow."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mfa.commands.common import Debug, Progress, Quiet, guarded, split_labels
from mfa.commands.sweep import Format
from mfa.errors import Fault, InputError


@guarded
def reconcile(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX with a row for each flow.")],
    missing_sd: Annotated[
        str | None,
        typer.Option(
            "--missing-sd",
            metavar="HOW",
            help="Values without uncertainty: exact keeps them, ignore estimates them, 20% is their relative sd.",
        ),
    ] = None,
    eliminate: Annotated[
        bool, typer.Option("--eliminate", help="Leave out suspects one after the other until the data pass the test.")
    ] = False,
    level: Annotated[
        float, typer.Option("--level", metavar="P", help="Probability with which sound data fail the tests.")
    ] = 0.05,
    layers: Annotated[
        list[str] | None,
        typer.Option("--layer", metavar="L", help="Draw this layer; may be repeated. All if none."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="What is printed.")] = Format.text,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Write table, text and diagrams into DIR.")
    ] = None,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Draw no diagrams.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Reconcile flows that contradict each other: weighted least squares, tests for gross errors, what is missing."""
    from mfa.reconciliation.reconcile import reconcile as run_reconcile

    progress = Progress(quiet)
    try:
        progress(f"reconciling {file}")
        found = run_reconcile(file, _missing(missing_sd), eliminate, level)
    finally:
        progress.done()
    if form is Format.csv:
        from mfa.report.plain_text import plain

        plain(found.table).to_csv(sys.stdout, index=False, lineterminator="\n", float_format="%.10g")
        for note in found.network.notes:
            print(f"warning: {note}", file=sys.stderr)
    else:
        sys.stdout.write(found.to_text())
    if out is None:
        return
    try:
        progress(f"writing {out}")
        found.save(out, split_labels(layers) or None, not no_figures)
    finally:
        progress.done()
    if not quiet:
        print(f"files: {out}", file=sys.stderr)


def _missing(word: str | None) -> str | float | None:
    """What --missing-sd says: a word, a share, or nothing."""
    if word is None or word in ("exact", "ignore"):
        return word
    text = word.strip()
    try:
        value = float(text.rstrip("% ")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = float("nan")
    if not 0.0 < value < float("inf"):
        raise InputError(Fault("--missing-sd", f"'{word}' is not known", "write exact, ignore, or 20%"))
    return value

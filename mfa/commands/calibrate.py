"""`mfa calibrate`: lifetimes and collection shares from what was counted."""

from __future__ import annotations

import enum
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mfa.commands.common import Debug, Progress, Quiet, guarded, split_labels

if TYPE_CHECKING:
    from mfa.calibration.calibration import Calibration

calibrate = typer.Typer(
    name="calibrate",
    help="Find lifetimes and collection shares from counts, with intervals; write them as parameter tables.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Format(enum.StrEnum):
    """What is printed."""

    text = "text"
    csv = "csv"
    table = "table"


class Method(enum.StrEnum):
    """How the terms are found."""

    auto = "auto"
    least_squares = "least-squares"
    maximum_likelihood = "maximum-likelihood"


class Timing(enum.StrEnum):
    """When in the year units enter use."""

    mid = "mid"
    start = "start"
    end = "end"


class Course(enum.StrEnum):
    """How the share goes over the years."""

    auto = "auto"
    constant = "constant"
    trend = "trend"
    yearly = "yearly"


Table = Annotated[
    Path, typer.Argument(metavar="OBSERVATIONS", help="CSV file or workbook of counts; see docs/calibration.md.")
]
Products = Annotated[
    list[str] | None, typer.Option("--product", metavar="P", help="Product of the table, or several; all if none.")
]
Level = Annotated[float, typer.Option("--level", metavar="SHARE", help="Level of the intervals that are shown.")]
ScenarioName = Annotated[
    str, typer.Option("--scenario", metavar="SCENARIO", help="Whose products and sources hold; 'none' checks neither.")
]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="DIR", help="Write text, tables, figure and the overlay dataset into DIR."),
]
NoFigures = Annotated[bool, typer.Option("--no-figures", help="Draw no figures.")]
Printed = Annotated[
    Format, typer.Option("--format", help="What is printed: text, compared values as csv, or the parameter table.")
]


def held_terms(given: list[str] | None) -> dict[str, float]:
    """Terms of ``--fix TERM=VALUE``; anything else is wrong usage.

    Examples
    --------
    >>> held_terms(["shape=2.5"])
    {'shape': 2.5}
    """
    found = {}
    for text in given or []:
        term, equals, value = text.partition("=")
        try:
            if not equals:
                raise ValueError
            found[term.strip()] = float(value)
        except ValueError:
            raise typer.BadParameter(f"'{text}' is not TERM=NUMBER; write shape=2.5", param_hint="--fix") from None
    return found


@calibrate.command()
@guarded
def lifetime(
    observations: Table,
    product: Products = None,
    family: Annotated[
        list[str] | None,
        typer.Option("--family", metavar="NAME", help="Survival function, or several; all are compared if none."),
    ] = None,
    fix: Annotated[
        list[str] | None, typer.Option("--fix", metavar="TERM=VALUE", help="Hold a term: shape=2.5. May be repeated.")
    ] = None,
    trend: Annotated[
        bool, typer.Option("--trend", help="Let lifetimes change from cohort to cohort, straight in the mean.")
    ] = False,
    method: Annotated[
        Method,
        typer.Option("--method", help="auto: least squares for stocks and mean ages, maximum likelihood for the rest."),
    ] = Method.auto,
    timing: Annotated[Timing, typer.Option("--timing", help="When in the year units enter use.")] = Timing.mid,
    before: Annotated[
        float | None,
        typer.Option(
            "--before",
            metavar="GROWTH",
            help="Yearly growth of sales before the first year; none were sold if not given.",
        ),
    ] = None,
    coverage: Annotated[
        float, typer.Option("--coverage", metavar="SHARE", help="Share of all discards that their counts hold.")
    ] = 1.0,
    tolerance: Annotated[
        float, typer.Option("--tolerance", metavar="SHARE", help="Share by which counts may pass what sales explain.")
    ] = 0.05,
    level: Level = 0.95,
    scenario: ScenarioName = "japan-reference",
    form: Printed = Format.text,
    out: Out = None,
    no_figures: NoFigures = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Fit lifetimes to stocks, discards, mean ages or tables by cohort; compare survival functions."""
    held = held_terms(fix)
    from mfa.calibration.lifetime import calibrate_lifetime
    from mfa.report.calibration_folder import check_folder

    progress = Progress(quiet)
    try:
        if out is not None:
            check_folder(out)
        progress(f"fitting {observations}")
        found = calibrate_lifetime(
            observations, product=split_labels(product) or None, families=split_labels(family) or None, fix=held,
            trend=trend, method=method.value.replace("-", "_"), timing=timing.value, before=before, coverage=coverage,
            tolerance=tolerance, level=level, scenario=None if scenario == "none" else scenario,
        )  # fmt: skip
        if out is not None:
            progress(f"writing {out}")
            found.save(out, figures=not no_figures)
    finally:
        progress.done()
    _show(found, form, out, quiet)


@calibrate.command()
@guarded
def collection(
    observations: Table,
    product: Products = None,
    component: Annotated[
        list[str] | None,
        typer.Option("--component", metavar="K", help="Component whose rate is written, or several; all if none."),
    ] = None,
    course: Annotated[
        Course, typer.Option("--course", help="How the share goes over the years; auto: constant or trend, by AICc.")
    ] = Course.auto,
    hibernation: Annotated[bool, typer.Option("--hibernation", help="Fit the share kept unused at home too.")] = False,
    level: Level = 0.95,
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="SCENARIO", help="Whose sales, lifetimes and hibernation hold.")
    ] = "japan-reference",
    form: Printed = Format.text,
    out: Out = None,
    no_figures: NoFigures = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Find the share of end-of-life products that a take-back scheme collects, from its counts."""
    import warnings

    from mfa.calibration.collection import calibrate_collection
    from mfa.inputs import InputWarning
    from mfa.report.calibration_folder import check_folder

    progress = Progress(quiet)
    try:
        if out is not None:
            check_folder(out)
        progress(f"fitting {observations}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputWarning)  # what they concern is not run here
            found = calibrate_collection(
                observations, product=split_labels(product) or None, component=split_labels(component) or None,
                course=course.value, hibernation=hibernation, level=level, scenario=scenario,
            )  # fmt: skip
        if out is not None:
            progress(f"writing {out}")
            found.save(out, figures=not no_figures)
    finally:
        progress.done()
    _show(found, form, out, quiet)


def _show(found: Calibration[Any], form: Format, out: Path | None, quiet: bool) -> None:
    from mfa.calibration.rows import table_text

    if form is Format.csv:
        from mfa.report.plain_text import plain

        plain(found.table()).to_csv(sys.stdout, index=False, lineterminator="\n", float_format="%.10g")
    elif form is Format.table:
        rows = found.rows()
        sys.stdout.write(table_text(list(rows[0]), rows))
    else:
        sys.stdout.write(found.to_text().rstrip("\n") + "\n")
    if out is not None and not quiet:
        print(f"files: {out}", file=sys.stderr)

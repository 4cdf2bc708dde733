"""The command line: thin, and quick to answer. Heavy modules are imported inside the commands."""

from __future__ import annotations

import atexit
import gc
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mfa.commands.calibrate import calibrate
from mfa.commands.common import INTERRUPTED, Debug, Progress, Quiet, guarded
from mfa.commands.compare import compare
from mfa.commands.discover import discover
from mfa.commands.drill import drill
from mfa.commands.ensemble import ensemble
from mfa.commands.explore import explore
from mfa.commands.export import export
from mfa.commands.reconcile import reconcile
from mfa.commands.report import report
from mfa.commands.robust import robust
from mfa.commands.sankey import sankey
from mfa.commands.search import search
from mfa.commands.sensitivity import sensitivity
from mfa.commands.sweep import sweep
from mfa.commands.template import template
from mfa.errors import MfaError

if TYPE_CHECKING:
    from mfa.results import Results

app = typer.Typer(
    name="mfa",
    help="Where the critical metals are, and how far recycling replaces imports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
@guarded
def run(
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Names (mfa list) or YAML files.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Results go to DIR/<scenario>.")] = Path(
        "runs"
    ),
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Change the scenario, such as policy.keep_share=0.5; may be repeated. "
            "name=... gives the changed scenario a folder of its own.",
        ),
    ] = None,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Draw no figures.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Run scenarios; print the headline figures, write a folder for each."""
    for change in changes or []:
        if "=" not in change:
            raise typer.BadParameter(f"'{change}' has no '='; write KEY=VALUE", param_hint="--set")
    progress = Progress(quiet)
    written: set[str] = set()
    try:
        for number, name in enumerate(scenarios):
            if number and not quiet:
                print()
            _run_one(name, out, changes or [], not no_figures, progress, written)
    finally:
        progress.done()


def _run_one(name: str, out: Path, changes: list[str], figures: bool, progress: Progress, written: set[str]) -> None:
    import contextlib
    import warnings

    from mfa.report.worker import FigureWorker

    started = time.perf_counter()
    with contextlib.ExitStack() as stack:
        worker = stack.enter_context(FigureWorker()) if figures else None  # imports its library meanwhile
        progress(f"reading {name}")
        from mfa.inputs import InputWarning, load_scenario, parse_changes
        from mfa.report.folder import check_target, save_run
        from mfa.run import run as run_scenario

        scenario = load_scenario(name, parse_changes(changes) or None)
        if scenario.name in written:
            raise MfaError(f"two scenarios are called {scenario.name}; run them into two folders with --out")
        written.add(scenario.name)
        folder = out / scenario.name
        check_target(folder)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputWarning)  # they are listed below
            progress(f"computing {scenario.name}, {scenario.years[0]}-{scenario.years[-1]}")
            results = run_scenario(scenario)
        if changes:
            results.attrs["changes"] = list(changes)
            results.attrs["title"] = f"{scenario.title} (changed)"
        results.attrs["wall_time"] = round(time.perf_counter() - started, 3)
        save_run(results, folder, figures=figures, worker=worker, tell=lambda what: progress(f"{what}, {folder}"))
    progress.done()
    for text in results.attrs.get("warnings", []):
        print(f"warning: {text}", file=sys.stderr)
    if not progress.quiet:
        print(run_text(results, changes))
        print(f"files: {folder}  ({time.perf_counter() - started:.1f} s)")


def run_text(results: Results, changes: list[str]) -> str:
    """Headline of a run, with its heading, notes, why levers did or did not act, and the worst balance residual."""
    from mfa.report.explanations import explanations_text
    from mfa.report.tables import HEADLINE_NOTES, headline_text

    attrs = results.attrs
    heading = f"{results.name}: {attrs.get('title') or results.name}"
    about = [f"scope of the need: {results.scope}", f"{results.years[0]}-{results.years[-1]}"]
    if attrs.get("dataset"):
        about.append(f"dataset {attrs['dataset']}")
    if results.sampled:
        about.append(f"means over {len(results.labels['sample'])} samples")
    lines = [heading, ", ".join(about)]
    lines += [f"changed: {change}" for change in changes]
    lines += ["", headline_text(results), "", *HEADLINE_NOTES, ""]
    if results.explanations:
        lines += [explanations_text(results), ""]
    balance = attrs.get("balance")
    if balance:
        place = ", ".join(str(balance[key]) for key in ("process", "element", "year") if balance.get(key) is not None)
        lines.append(
            f"mass balance: worst residual {balance['worst_relative_residual']:.1e} of the throughput ({place}); "
            "allowed 1e-09"
        )
    return "\n".join(lines)


app.command()(compare)
app.command()(drill)
app.command()(ensemble)
app.command()(sweep)
app.command()(search)
app.command()(sensitivity)
app.command()(discover)
app.command()(robust)
app.command()(explore)
app.command()(sankey)
app.command()(reconcile)
app.command()(report)
app.command()(template)
app.command()(export)
app.add_typer(calibrate)


@app.command()
@guarded
def validate(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATHS]...", help="Scenarios, datasets or tables; all that come with mfa if none."),
    ] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Check scenarios and tables without running them: all faults at once, each with its place and how to mend it."""
    from mfa.inputs import validate as check

    faults = check(paths or [])
    if faults:
        print("\n".join(str(fault) for fault in faults), file=sys.stderr)
        print(f"mfa: {len(faults)} fault{'s' if len(faults) > 1 else ''}", file=sys.stderr)
        raise typer.Exit(1)
    if not quiet:
        print("no faults" + (f" in {', '.join(paths)}" if paths else " in the shipped scenarios and datasets"))


@app.command("list")
@guarded
def list_scenarios(debug: Debug = False) -> None:
    """List the scenarios that come with mfa."""
    from mfa.inputs.scenario import list_scenarios as found

    scenarios = found()
    width = max((len(name) for name, _ in scenarios), default=0)
    for name, title in scenarios:
        print(f"{name:<{width}}  {title}")


@app.command()
@guarded
def info(
    term: Annotated[
        str | None,
        typer.Argument(
            metavar="[TERM]",
            help="A parameter, flow, stock, indicator, label or abbreviation (EoL-RR); "
            "rows of a table are picked with labels: content[bev, Co].",
        ),
    ] = None,
    dataset: Annotated[
        str | None, typer.Option("--dataset", metavar="NAME", help="Show a parameter's rows and sources in a dataset.")
    ] = None,
    estimates: Annotated[
        bool, typer.Option("--estimates", help="Show how much of the tables and of the results rests on estimates.")
    ] = False,
    factors: Annotated[
        bool,
        typer.Option(
            "--factors",
            help="List what is uncertain, with laws and ranges; TERM picks factors: 'lifetime[vehicles]'.",
        ),
    ] = False,
    weak: Annotated[
        bool,
        typer.Option(
            "--weak",
            help="List the estimates that matter most, to results of every element in 2040 or to TERM: "
            "'import_requirement[Dy, 2040]'.",
        ),
    ] = False,
    scenario: Annotated[
        str,
        typer.Option(
            "--scenario", metavar="SCENARIO", help="The scenario that --estimates, --factors and --weak look at."
        ),
    ] = "japan-reference",
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Explain a term, show rows with their sources, what rests on estimates, what is uncertain, what to find out."""
    from mfa.report import terms

    if factors:
        from mfa.report.factors import factors_text

        print(factors_text(scenario, term))
    elif weak:
        from mfa.studies.progress import ProgressBar
        from mfa.studies.weak_points import weak_points

        bar = ProgressBar("runs", quiet=quiet)
        try:
            points = weak_points(scenario, None if term is None else [term], jobs=None, tell=bar)
        finally:
            bar.close()
        print(points.to_text())
    elif estimates:
        from mfa.report.evidence import estimates_text

        progress = Progress(quiet)
        progress(f"running {scenario}")
        text = estimates_text(scenario)
        progress.done()
        print(text)
    elif term is None:
        print(terms.overview())
    else:
        print(terms.explain(term, dataset))


def main(arguments: Any = None) -> None:
    """Entry point of the ``mfa`` command."""
    gc.set_threshold(100_000, 50, 50)  # nearly all that a command makes it needs to its end
    atexit.register(gc.freeze)  # where it is not looked through for cycles either
    try:
        app(args=arguments)
    except KeyboardInterrupt:  # outside of a command
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()

"""`mfa ensemble`: many samples of a scenario."""

from __future__ import annotations

import enum
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from mfa.commands.common import INTERRUPTED, Debug, Quiet, guarded, split_labels, split_years


class Method(enum.StrEnum):
    """How the cube of factors is filled."""

    lhs = "lhs"
    sobol = "sobol"
    random = "random"


@guarded
def ensemble(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A name (mfa list) or a YAML file.")],
    samples: Annotated[int, typer.Option("--samples", "-n", metavar="N", help="Number of samples.")],
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Same seed, same samples: 0 or more.")],
    method: Annotated[
        Method, typer.Option("--method", help="Latin hypercube, Sobol sequence or independent draws.")
    ] = Method.lhs,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", metavar="N", help="Processes; as many as there are cores if not given."),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="A dask scheduler instead, such as tcp://host:8786."),
    ] = None,
    vary: Annotated[
        list[str] | None, typer.Option("--vary", metavar="FACTOR", help="Factors that vary, instead of the scenario's.")
    ] = None,
    hold: Annotated[
        list[str] | None, typer.Option("--hold", metavar="FACTOR", help="Factors that do not vary; may be repeated.")
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            "--keep",
            metavar="RESULT",
            help="Result to keep (mfa info), or several: hhi,price,components.secondary. Headline results if none.",
        ),
    ] = None,
    years: Annotated[
        list[str] | None, typer.Option("--years", metavar="Y", help="Years to keep, as 2030,2040 or 2025-2060. All.")
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change the scenario, such as policy.keep_share=0.5."),
    ] = None,
    keep_samples: Annotated[
        bool, typer.Option("--keep-samples", help="Keep every sample in a zarr store, not quantiles alone.")
    ] = False,
    no_elasticities: Annotated[
        bool,
        typer.Option("--no-elasticities", help="Leave out what matters most, which takes two more runs a factor."),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="DIR", help="Folder of the ensemble: runs/SCENARIO-ensemble-nN-sS if not given."
        ),
    ] = None,
    chunk: Annotated[
        int | None, typer.Option("--chunk", metavar="N", help="Samples of a task, rounded up to a multiple of 64.")
    ] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Run many samples of a scenario, print median, 5 to 95 % and what matters most, write quantiles into a folder.

    Stopped at any moment, the same command continues where it stopped.
    """
    for change in changes or []:
        if "=" not in change:
            raise typer.BadParameter(f"'{change}' has no '='; write KEY=VALUE", param_hint="--set")
    from mfa.inputs import load_scenario, parse_changes
    from mfa.studies.ensemble import ensemble as run_ensemble
    from mfa.studies.progress import ProgressBar

    loaded = load_scenario(scenario, parse_changes(changes or []) or None)
    folder = out or default_folder(loaded.name, samples, seed, method.value)
    try:
        found = run_ensemble(
            loaded, samples, seed, method=method.value,
            vary=None if vary is None else list(vary), hold=None if hold is None else list(hold),
            keep=None if keep is None else split_labels(keep), years=None if years is None else spread_years(years),
            jobs=jobs, scheduler=scheduler, out=folder, keep_samples=keep_samples,
            elasticities=not no_elasticities, chunk=chunk,
            progress=ProgressBar(quiet=quiet),
        )  # fmt: skip
    except KeyboardInterrupt as stopped:
        told = "; ".join(getattr(stopped, "__notes__", []))
        again = " ".join(shlex.quote(word) for word in sys.argv[1:])
        print(f"mfa: stopped{f'; {told} in {folder}' if told else ''}; to continue: mfa {again}", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None
    for text in found.warnings:
        print(f"warning: {text}", file=sys.stderr)
    if not quiet:
        print(found.text())
        print(f"\nfiles: {folder}")


def default_folder(name: str, samples: int, seed: int, method: str) -> Path:
    """Folder of an ensemble for which none is named: another for each number of samples, seed and method.

    Examples
    --------
    >>> default_folder("japan-vision", 1000, 1, "lhs").as_posix()
    'runs/japan-vision-ensemble-n1000-s1'
    """
    return Path("runs") / f"{name}-ensemble-n{samples}-s{seed}{'' if method == 'lhs' else f'-{method}'}"


def spread_years(given: list[str]) -> list[int]:
    """Years of an option, with spans written out.

    Raises
    ------
    InputError
        If one is not a year.

    Examples
    --------
    >>> spread_years(["2030,2040", "2050-2052"])
    [2030, 2040, 2050, 2051, 2052]
    """
    years: list[int] = []
    for word in split_labels(given):
        first, dash, last = word.partition("-")
        span = [first, last] if dash and first and last else [word]
        bounds = split_years(span)
        years += range(bounds[0], bounds[-1] + 1)
    return years

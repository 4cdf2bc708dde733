"""What a third person needs to repeat a run: balance, versions, hashes, commands."""

from __future__ import annotations

import shlex
from typing import Any

from mfa.report.document.content import Block, Cell, Column, Commands, Notice, Paragraph, Section, Table
from mfa.report.document.view import View


def repeat(view: View) -> Section:
    """Section: balance check, versions and hashes, how to repeat the run.

    Parameters
    ----------
    view : View

    Returns
    -------
    Section
    """
    section = Section("repeat", "Balance, versions, how to repeat it")
    section.parts = [
        Section("balance", "Mass balance", [_balance(view.results.attrs.get("balance"))]),
        Section("versions", "Versions and hashes", [_versions(view)]),
        Section("commands", "How to repeat it", _commands(view)),
    ]
    return section


def _balance(balance: dict[str, Any] | None) -> Block:
    if not balance:
        return Notice("The run does not say how its balances closed.")
    place = ", ".join(
        str(balance[key]) for key in ("process", "element", "region", "year") if balance.get(key) is not None
    )
    return Paragraph(
        "Every process, element and year was checked: what comes in is what goes out and what stays. Worst residual "
        f"{balance['worst_relative_residual']:.1e} of the throughput ({place}); allowed are 1e-09."
    )


def _versions(view: View) -> Table:
    import platform

    import numpy as np

    from mfa import __version__

    attrs = view.results.attrs
    facts: list[tuple[str, object]] = [
        ("mfa that made this report", __version__), ("Python", platform.python_version()), ("numpy", np.__version__),
        ("dataset", attrs.get("dataset")), ("hash of the parameters", attrs.get("dataset_hash")),
        ("scenario", view.results.name), ("hash of the scenario", attrs.get("scenario_hash")),
        ("samples", len(view.results.labels["sample"]) if view.sampled else None), ("seed", attrs.get("seed")),
    ]  # fmt: skip
    rows: list[list[Cell]] = [[name, str(fact)] for name, fact in facts if fact not in (None, "")]
    return Table("versions", "Versions and hashes (SHA-256)", [Column("what"), Column("value")], rows)


def _commands(view: View) -> list[Block]:
    from mfa import __version__

    name = view.results.name
    changes = "".join(f" --set {shlex.quote(str(change))}" for change in view.results.attrs.get("changes", []))
    lines = [
        f"pip install urban-mining-mfa=={__version__}",
        f"mfa run {shlex.quote(name)}{changes} --out runs",
        f"mfa report runs/{shlex.quote(name)}",
    ]
    return [
        Paragraph(
            "With the same version and the same hashes, the same numbers come out. results.nc in the folder of the "
            "run holds all results, the inputs, and the rows of the tables with their sources; run.json holds the "
            "scenario in full."
        ),
        Commands(lines),
    ]

"""The end of a report on a comparison: why levers acted, what the numbers rest on, how to repeat it."""

from __future__ import annotations

import platform
import shlex

import numpy as np

from mfa.report.document.comparison.view import Compared
from mfa.report.document.content import Block, Cell, Column, Commands, Item, Notice, Paragraph, Points, Section, Table
from mfa.report.document.run.quality import LIMITS

MOST = 6
"""Explanations of each scenario that are told."""


def levers(view: Compared) -> Section:
    """Section: why levers did or did not act, the largest effects of each scenario.

    Parameters
    ----------
    view : Compared

    Returns
    -------
    Section
    """
    section = Section("levers", "Why levers did or did not act")
    for name, run in view.runs.items():
        found = [one for one in run.explanations if one.region == view.region]
        items = [Item(f"{one.lever[:1].upper()}{one.lever[1:]}, {one.state} {one.period}", f"{one.text}.")
                 for one in found[:MOST]]  # fmt: skip
        if items:
            left = len(found) - len(items)
            more: list[Block] = [Paragraph(f"{left} more are in the report on this run alone.")] if left > 0 else []
            section.parts.append(Section(f"levers-{name}", view.title(name), [Points(items), *more]))
    if not section.parts:
        section.blocks = [Notice("Nothing is known of levers: the comparison was made without the inputs of its runs.")]
    return section


def closing(view: Compared) -> list[Section]:
    """Sections: limits, versions, how to repeat it.

    Parameters
    ----------
    view : Compared

    Returns
    -------
    list of Section
    """
    from mfa import __version__

    rows: list[list[Cell]] = [
        [run.name, str(run.hashes.get("scenario") or ""), str(run.hashes.get("parameters") or "")]
        for run in view.runs.values()
    ]
    columns = [Column("scenario"), Column("hash of the scenario"), Column("hash of the parameters")]
    names = " ".join(shlex.quote(name) for name in view.scenarios)
    return [
        Section("limits", "Limits", [
            Points(LIMITS),
            Paragraph("How much rests on estimates, and from which sources, is told in the report on each run."),
        ]),
        Section("repeat", "Versions, how to repeat it", [
            Paragraph(f"Made with mfa {__version__}, Python {platform.python_version()}, numpy {np.__version__}."),
            Table("hashes", "Hashes of the runs (SHA-256)", columns, rows),
            Commands([f"pip install urban-mining-mfa=={__version__}", f"mfa compare {names} --out compared",
                      "mfa report compared"]),
        ]),
    ]  # fmt: skip

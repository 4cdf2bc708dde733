"""The end of a report on an ensemble: what varies, what matters most, limits, how to repeat it."""

from __future__ import annotations

import shlex

from mfa.errors import InputError
from mfa.report.document.content import Block, Cell, Column, Commands, Item, Notice, Paragraph, Points, Section, Table
from mfa.report.document.ensemble.view import EnsembleView
from mfa.report.document.run.assumptions import setting_rows, shock_rows
from mfa.report.document.run.quality import LIMITS
from mfa.report.document.words import capital, plain, small

MOST = 8
"""Factors that are shown of each element."""


def varied(view: EnsembleView) -> Section:
    """Section: what was assumed, and what varies.

    Parameters
    ----------
    view : EnsembleView

    Returns
    -------
    Section
    """
    manifest = view.manifest
    resolved = manifest["scenario"].get("resolved") or {}
    section = Section("varied", "What was assumed, and what varies")
    if resolved.get("description"):
        section.blocks.append(Paragraph(" ".join(str(resolved["description"]).split())))
    how = {"lhs": "a Latin hypercube", "sobol": "a Sobol sequence", "random": "independent draws"}
    section.blocks.append(Points([
        Item("Samples", f"{view.ensemble.size}, drawn by {how.get(manifest['method'], manifest['method'])} with seed "
             f"{manifest['seed']}."),
        Item("Factors", f"{len(manifest['factors'])} parts of the tables vary, each within its range and law, as mfa "
             f"info --factors --scenario {manifest['scenario']['name']} lists them."),
        Item("Need", f"scope {str(manifest['scope']).replace('_', ' ')}; money in {manifest['money']}."),
    ]))  # fmt: skip
    rows = setting_rows(view.ensemble.label_name, resolved.get("policy") or {}, manifest["money"])
    for what, where, when, share in shock_rows(view.ensemble.label_name, resolved.get("shocks") or []):
        rows.append([what, where, f"{share}, {when}"])
    if rows:
        columns = [Column("what"), Column("for"), Column("value")]
        section.blocks.append(Table("levers_set", "Levers and shocks of the scenario", columns, rows))
    return section


def matters(view: EnsembleView) -> Section:
    """Section: the factors that matter most in the year of interest.

    Parameters
    ----------
    view : EnsembleView

    Returns
    -------
    Section
    """
    section = Section("importance", "What matters most")
    try:
        found = view.ensemble.what_matters
    except InputError as error:
        fault = error.faults[0]
        section.blocks = [Notice(f"{capital(fault.what)}; {fault.mend}.")]
        return section
    results = list(dict.fromkeys(found["result"].tolist()))
    years = sorted({int(year) for year in found["year"].tolist()})
    result = "import_requirement" if "import_requirement" in results else results[0] if results else ""
    year = min(years, key=lambda one: abs(one - view.focus)) if years else view.focus
    section.blocks = [Paragraph(
        "One factor at a time goes from its 5 to its 95 % quantile, all others stay at their medians: the swing. The "
        "rank correlation (Spearman) tells how far the result follows a factor while all others vary too; it needs 100 "
        "samples."
    )]  # fmt: skip
    for element in view.elements:
        here = (found["result"] == result) & (found["region"] == view.region) & (found["element"] == element)
        part = found[here & (found["year"] == year)]
        if not len(part):
            what = result.replace("_", " ")
            section.blocks.append(Notice(f"{view.names[element]}: no factor moves {what} in {year}."))
            continue
        unit = str(part["unit"].iloc[0])
        percent = unit == "1"
        rows: list[list[Cell]] = []
        for row in part.to_dict("records"):
            span = f"{_short(row['factor_low'])} to {_short(row['factor_high'])} {row['factor_unit']}"
            span = span.removesuffix(" 1")
            numbers: list[Cell] = [row["low"], row["high"], row["swing"], row["elasticity"], row["rank_correlation"]]
            rows.append([str(row["words"]), *numbers, span])
        scaled = (unit, "%" if percent else "", 100.0 if percent else 1.0, 1 if percent else None)
        columns = [
            Column("factor"), Column("at its 5 %", *scaled), Column("at its 95 %", *scaled),
            Column("swing", unit, "points" if percent else "", *scaled[2:], signed=True),
            Column("elasticity", "1", decimals=2), Column("rank correlation", "1", decimals=2),
            Column("5 to 95 % of the factor"),
        ]  # fmt: skip
        title = f"What moves the {result.replace('_', ' ')} of {small(view.names[element])}, {year}"
        notes = [f"{len(rows) - MOST} more factors have less effect."] if len(rows) > MOST else []
        section.blocks.append(Table(f"importance_{element}", title, columns, rows, brief=range(min(MOST, len(rows))),
                                    notes=notes))  # fmt: skip
    return section


def _short(value: float) -> str:
    return plain(float(f"{float(value):.4g}")) if value == value else "-"


def closing(view: EnsembleView) -> list[Section]:
    """Sections: limits, versions, how to repeat it.

    Parameters
    ----------
    view : EnsembleView

    Returns
    -------
    list of Section
    """
    manifest = view.manifest
    warnings: list[Block] = [Points([Item("", f"{text}.") for text in view.ensemble.warnings])]
    rows: list[list[Cell]] = [
        ["mfa that ran the samples", str(manifest["version"])], ["fingerprint of its code", str(manifest["code"])],
        ["Python", str(manifest["python"])], ["numpy", str(manifest["numpy"])],
        ["dataset", str(manifest["data"]["name"])], ["hash of the parameters", str(manifest["data"]["hash"])],
    ]  # fmt: skip
    name = shlex.quote(view.ensemble.name)
    method = "" if manifest["method"] == "lhs" else f" --method {manifest['method']}"
    command = f"mfa ensemble {name} --samples {view.ensemble.size} --seed {manifest['seed']}{method}"
    return [
        Section("limits", "Limits", [
            Paragraph("Ranges show what the stated ranges of the inputs lead to, not all that may be wrong: what the "
                      "model leaves out is in none of them."),
            Points(LIMITS), *(warnings if view.ensemble.warnings else []),
        ]),
        Section("repeat", "Versions, how to repeat it", [
            Paragraph("The same seed gives the same numbers on any number of processes."),
            Table("versions", "Versions and hashes", [Column("what"), Column("value")], rows), Commands([command]),
        ]),
    ]  # fmt: skip

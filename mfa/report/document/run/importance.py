"""What matters most to the results of a run, where a sensitivity study has been made of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mfa.errors import Fault, InputError, MfaError
from mfa.report.document.content import Block, Cell, Column, Commands, Notice, Paragraph, Section, Table
from mfa.report.document.view import View
from mfa.report.sensitivity_folder import FORMAT
from mfa.storage.checksums import verify
from mfa.storage.folders import settled
from mfa.storage.formats import check_format

RECORD, ROWS = "sensitivity.json", "sensitivity.csv"
MOST = 8
"""Factors that are shown of each result."""
MEASURES = {
    "local": (("low", "at its 5 %"), ("high", "at its 95 %"), ("swing", "swing")),
    "morris": (("mu_star", "mu*"), ("confidence", "+-"), ("sigma", "sigma")),
    "sobol": (("S1", "S1"), ("S1_confidence", "+-"), ("ST", "ST"), ("ST_confidence", "+-")),
}
HOW = {
    "local": "One factor at a time goes from its 5 to its 95 % quantile, all others stay at their medians.",
    "morris": "Elementary effects (Morris): mu* is the mean absolute effect of a factor over its whole range, sigma "
    "how far it differs from place to place.",
    "sobol": "Shares of the variance (Sobol): S1 goes with the factor alone, ST with it and its interactions; half "
    "the width of the 95 % interval behind.",
}


@dataclass(frozen=True)
class Study:
    """A sensitivity study as its folder holds it.

    Attributes
    ----------
    scenario, method : str
    rows : list of dict
        Of its table.
    as_it_is : dict of float
        Each result in the scenario as it is.
    """

    scenario: str
    method: str
    rows: list[dict[str, str]]
    as_it_is: dict[str, float]


def open_study(folder: Path) -> Study:
    """Read the folder of a sensitivity study.

    Raises
    ------
    InputError
        If its files are not there, cannot be read or are not as they were written.
    """
    return settled(folder, lambda: _read(folder))


def _read(folder: Path) -> Study:
    verify(folder, "mfa sensitivity")
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        check_format(record.get("format"), FORMAT, str(folder / RECORD), "mfa sensitivity")
        with open(folder / ROWS, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        as_it_is = {name: float("nan") if value is None else float(value) for name, value in record["as_it_is"].items()}
        return Study(str(record["scenario"]), str(record["method"]), rows, as_it_is)
    except MfaError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        mend = "run mfa sensitivity again"
        raise InputError(Fault(str(folder), f"is no folder of a sensitivity study ({error})", mend)) from None


def importance(view: View, studies: Iterable[Study]) -> Section:
    """Section: the factors that matter most; how to find them if no study has been made.

    Parameters
    ----------
    view : View
    studies : iterable of Study
        Those of other scenarios are passed over.

    Returns
    -------
    Section
    """
    section = Section("importance", "What matters most")
    mine = [study for study in studies if study.scenario == view.results.name]
    for study in mine:
        section.blocks += _of_study(study)
    if not mine:
        output = f"import_requirement[{view.elements[-1]}, {view.focus}]"
        section.blocks = [
            Paragraph("Which uncertain factors move the results most is found by a study of the scenario:"),
            Commands([
                f"mfa sensitivity {view.results.name} --output '{output}' --out study",
                f"mfa report {view.results.name} study",
            ]),
        ]  # fmt: skip
    return section


def _of_study(study: Study) -> list[Block]:
    blocks: list[Block] = [Paragraph(HOW[study.method])]
    for place, output in enumerate(dict.fromkeys(row["output"] for row in study.rows)):
        rows = [row for row in study.rows if row["output"] == output]
        unit = rows[0]["unit"]
        percent = unit == "1" and study.method != "sobol"
        size = {"shown": "%", "factor": 100.0, "decimals": 1} if percent else {}
        columns = [Column("factor")]
        for key, words in MEASURES[study.method]:
            columns.append(Column(words, unit, signed=key == "swing", **size))  # type: ignore[arg-type]
        columns += [Column("elasticity", "1", decimals=2)] if study.method == "local" else []
        columns.append(Column("5 to 95 % of the factor"))
        table: list[list[Cell]] = []
        for row in rows:
            numbers = [_number(row[key]) for key, _ in MEASURES[study.method]]
            if not any(numbers):
                continue
            numbers += [_number(row["elasticity"])] if study.method == "local" else []
            span = f"{_short(row['factor_low'])} to {_short(row['factor_high'])} {row['factor_unit']}"
            table.append([row["words"], *numbers, span.removesuffix(" 1")])
        if not table:
            blocks.append(Notice(f"{output} does not answer to any factor."))
            continue
        shown = min(MOST, len(table))
        title = f"{output}: the factors that matter most"
        notes = [f"{len(table) - shown} more factors have less effect."] if len(table) > shown else []
        if output in study.as_it_is:
            value = study.as_it_is[output]
            if value != value:
                notes.append("It has no value in the scenario as it is.")
            else:
                notes.append(
                    f"In the scenario as it is: {100 * value:.1f} %."
                    if unit == "1"
                    else f"As it is: {value:.4g} {unit}."
                )
        blocks.append(Table(f"importance_{place + 1}", title, columns, table, brief=range(shown), notes=notes))
    return blocks


def _number(text: str) -> float | None:
    return float(text) if text else None


def _short(text: str) -> str:
    from mfa.report.document.words import plain

    return plain(float(f"{float(text):.4g}")) if text else "-"

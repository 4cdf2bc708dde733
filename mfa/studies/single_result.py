"""Single results: ``import_requirement[Dy, 2040]`` read, found in a run, and put into words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError, MfaError
from mfa.inputs.messages import number, suggest
from mfa.inputs.sampling.words import lowered
from mfa.studies.evaluate import Output, choose_outputs, coordinates

if TYPE_CHECKING:
    from mfa.inputs import Inputs

_RESULT = re.compile(r"\s*([\w.]+)\s*(?:\[([^\]]*)\])?\s*")
EXAMPLE = "import_requirement[Dy, 2040]"
SHORT = {"eol_recycling_rate": "EoL recycling rate", "eol_recycling_input_rate": "EoL recycling input rate",
         "eol_collection_rate": "EoL collection rate", "hhi": "HHI", "n_1_cover": "N-1 cover",
         "co2_avoided": "CO2 avoided", "secondary": "secondary metal", "in_use": "metal in use",
         "imports": "imports of metal", "discards": "metal discarded"}  # fmt: skip
"""Names of results that are more than their words with spaces."""
SCORES = (
    "hhi",
    "hhi_governance",
    "hhi_governance_mine",
    "chokepoint",
    "supply_risk",
    "economic_importance",
    "critical",
)
"""Pure numbers that are no shares, and not read in %."""


@dataclass(frozen=True)
class SingleResult:
    """One number of a run.

    Attributes
    ----------
    output : Output
        The result that it is a cell of.
    labels : dict of str to str
        Label by dim, without the year.
    year : int or None
    positions : tuple of int
        Position of the labels and the year along the dims of the output.
    alone : frozenset of str
        Dims with one label, which needs not be named.
    """

    output: Output
    labels: Mapping[str, str]
    year: int | None
    positions: tuple[int, ...]
    alone: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """As it is written: ``import_requirement[Dy, 2040]``."""
        inside = [label for dim, label in self.labels.items() if dim not in self.alone]
        inside += [str(self.year)] if self.year is not None else []
        return f"{self.output.name}[{', '.join(inside)}]" if inside else self.output.name

    @property
    def percent(self) -> bool:
        """Whether it is a share, read in %."""
        return self.output.unit == "1" and self.output.variables[0] not in SCORES

    def words(self, names: Mapping[str, Mapping[str, str]] | None = None) -> str:
        """The result for readers, with the names of its labels: Import requirement of dysprosium 2040.

        Parameters
        ----------
        names : mapping, optional
            Name of each label by dim.
        """
        bare = self.output.name.rpartition(".")[2]
        text = SHORT.get(bare, bare.replace("_", " "))
        shown = [
            str((names or {}).get(dim, {}).get(label) or label)
            for dim, label in self.labels.items()
            if dim not in self.alone
        ]
        if shown:
            joint = " of " if self.output.group == "indicators" else ", "
            text += joint + ", ".join(lowered(word) for word in shown)
            text += "," if self.output.group != "indicators" and self.year is not None else ""
        text = text[:1].upper() + text[1:]
        return f"{text} {self.year}" if self.year is not None else text

    def values(self, found: np.ndarray) -> np.ndarray:
        """Values in results [sample, *dims of the output]: array [sample]."""
        index: tuple[Any, ...] = (slice(None), *self.positions)
        return np.asarray(found[index], dtype=float)

    def show(self, value: float) -> str:
        """A value with its unit."""
        text = number(float(f"{value:.5g}"))
        return text if self.output.unit == "1" else f"{text} {self.output.unit}"


def read_result(text: str, inputs: Inputs, what: str = "output") -> SingleResult:
    """Read a single result and find it in a run.

    Parameters
    ----------
    text : str
        ``name[labels, year]``: labels in any order; those of a dim with one label may be left out.
    inputs : Inputs
        Labels, years and money of the run.
    what : str
        What it is called in messages.

    Returns
    -------
    SingleResult

    Raises
    ------
    InputError
        With all faults: unknown name, label or year, labels missing.

    Examples
    --------
    >>> import mfa
    >>> inputs = mfa.load_scenario("japan-reference").inputs()
    >>> read_result("import_requirement[2040, Dy]", inputs).name
    'import_requirement[Dy, 2040]'
    """
    match = _RESULT.fullmatch(text or "")
    where = f"{what} '{text}'"
    if not match:
        raise InputError(Fault(where, "names no result", f"write {EXAMPLE}"))
    name, inside = match.groups()
    try:
        output = choose_outputs([name], inputs.money, inputs.years)[0]
    except MfaError as error:
        raise InputError([Fault(where, fault.what, fault.mend) for fault in error.faults]) from None
    return find_cell(where, inside or "", output, inputs)


def find_cell(where: str, inside: str, output: Output, inputs: Inputs, example: str = EXAMPLE) -> SingleResult:
    """Find the cell of an output that labels and a year name.

    Parameters
    ----------
    where : str
        What is being read, for messages.
    inside : str
        Labels and year with commas between.
    output : Output
    inputs : Inputs
    example : str
        How it should be written, for messages.

    Raises
    ------
    InputError
        With all faults.
    """
    known = coordinates(output, inputs)
    faults: list[Fault] = []
    labels, year = _labels(where, inside, output, known, faults, example)
    if faults:
        raise InputError(faults)
    chosen = {**labels, **({"time": str(year)} if year is not None else {})}
    positions = tuple([str(label) for label in known[dim]].index(chosen[dim]) for dim in output.dims)
    alone = frozenset(dim for dim in labels if len(known[dim]) == 1)
    return SingleResult(output, labels, year, positions, alone)


def _labels(
    where: str, inside: str, output: Output, known: Mapping[str, list[str] | list[int]], faults: list[Fault],
    example: str,
) -> tuple[dict[str, str], int | None]:  # fmt: skip
    """Labels by dim, and the year."""
    labels: dict[str, str] = {}
    year: int | None = None
    dims = [dim for dim in output.dims if dim != "time"]
    for word in (part.strip() for part in inside.split(",") if part.strip()):
        if word.isdecimal() and len(word) == 4 and "time" in output.dims:
            years = [int(found) for found in known["time"]]
            if year is not None:
                faults.append(Fault(where, f"names two years, {year} and {word}", "name one"))
            year = int(word)
            if year not in years:
                faults.append(Fault(where, f"{word} lies outside the run", f"choose from {years[0]} to {years[-1]}"))
            continue
        of = [dim for dim in dims if word in known[dim]]
        free = [dim for dim in of if dim not in labels]
        if free:
            labels[free[0]] = word
        elif of:
            faults.append(Fault(where, f"names two labels of {of[0]}, {labels[of[0]]} and {word}", "name one"))
        else:
            choices = [str(label) for dim in dims for label in known[dim]]
            faults.append(Fault(where, f"unknown label '{word}'", suggest(word, choices, "labels")))
    if "time" in output.dims and year is None:
        faults.append(Fault(where, "names no year", f"write {example}"))
    for dim in dims:
        if dim not in labels and len(known[dim]) == 1:
            labels[dim] = str(known[dim][0])
        elif dim not in labels and not any(fault.what.startswith("unknown label") for fault in faults):
            there = ", ".join(map(str, known[dim][:20]))
            faults.append(Fault(where, f"names no {dim}", f"{dim}s: {there}"))
    return {dim: labels[dim] for dim in dims if dim in labels}, year

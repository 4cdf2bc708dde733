"""Targets: ``import_requirement[Dy, 2040] <= 0.6`` read, and held against results."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mfa.errors import Fault, InputError, MfaError, UnitError
from mfa.inputs import Inputs
from mfa.inputs.messages import number, suggest
from mfa.studies.evaluate import Output, choose_outputs, coordinates
from mfa.units import read_quantity

_TARGET = re.compile(r"\s*([\w.]+)\s*(?:\[([^\]]*)\])?\s*(<=|>=|<|>|==|=)\s*(.*?)\s*")
EXAMPLE = '"import_requirement[Dy, 2040] <= 0.6"'


@dataclass(frozen=True)
class Target:
    """One result that shall stay below, or reach, a limit.

    Attributes
    ----------
    output : Output
        The result, of one year if it has years.
    labels : dict of str to str
        Label by dim, without the year.
    year : int or None
    sign : str
        ``<=``, ``<``, ``>=`` or ``>``.
    limit : float
        In the unit of the result.
    positions : tuple of int
        Position of the labels and the year along the dims of the output.
    """

    output: Output
    labels: Mapping[str, str]
    year: int | None
    sign: str
    limit: float
    positions: tuple[int, ...]

    @property
    def below(self) -> bool:
        """Whether low values meet it."""
        return self.sign in ("<", "<=")

    def __str__(self) -> str:
        inside = ", ".join([*self.labels.values(), *([str(self.year)] if self.year is not None else [])])
        return f"{self.output.name}{f'[{inside}]' if inside else ''} {self.sign} {self.show(self.limit)}"

    def show(self, value: float) -> str:
        """A value of the result with its unit."""
        text = number(float(f"{value:.5g}"))
        return text if self.output.unit == "1" else f"{text} {self.output.unit}"

    def values(self, found: np.ndarray) -> np.ndarray:
        """Values of the target in results [sample, *dims of the output]: array [sample]."""
        index: tuple[Any, ...] = (slice(None), *self.positions)
        return np.asarray(found[index], dtype=float)

    def met(self, values: np.ndarray) -> np.ndarray:
        """Whether values meet it; one that does not exist does not."""
        compare = {"<=": np.less_equal, "<": np.less, ">=": np.greater_equal, ">": np.greater}[self.sign]
        return np.asarray(compare(values, self.limit))

    def reached(self, values: np.ndarray, share: float) -> float:
        """The value that a share of the samples reaches or does better than; NaN if fewer have a value.

        Examples
        --------
        Of ten samples the 0.8 share does no worse than the eighth best.

        >>> target = read_plain("import_requirement[Co, 2040] <= 0.6")
        >>> target.reached(np.arange(10.0), 0.8)
        7.0
        """
        best_first = np.sort(values if self.below else -values)  # NaN last
        value = best_first[_rank(share, len(values)) - 1]
        return float(value if self.below else -value)


def _rank(share: float, size: int) -> int:
    """Number of samples that a share asks for."""
    return max(1, int(np.ceil(share * size - 1e-9)))


def enough(met: np.ndarray, share: float) -> bool:
    """Whether a share of the samples meets the target.

    Examples
    --------
    >>> enough(np.array([True, True, False]), 2 / 3), enough(np.array([True, True, False]), 0.7)
    (True, False)
    """
    return int(met.sum()) >= _rank(share, len(met))


def read_plain(text: str) -> Target:
    """Read a target of one element and year for examples, without looking at a run."""
    match = _TARGET.fullmatch(text)
    assert match
    output = choose_outputs([match[1]], "USD_2024", [2040])[0]
    return Target(output, {"element": "Co"}, 2040, match[3], float(match[4]), (0, 0, 0))


def read_target(text: str, inputs: Inputs) -> Target:
    """Read a target and find it in a run.

    Parameters
    ----------
    text : str
        ``name[labels, year] <= limit``: labels in any order, the unit of the limit may be left out for pure numbers.
        A region may be left out if there is one.
    inputs : Inputs
        Labels, years and money of the run.

    Returns
    -------
    Target

    Raises
    ------
    InputError
        With all faults: unknown name, label or year, wrong unit, labels missing.
    """
    match = _TARGET.fullmatch(text or "")
    if not match or not match[4]:
        raise InputError(Fault(f"target '{text}'", "is not a target", f"write {EXAMPLE}"))
    name, inside, sign, limit_text = match.groups()
    faults: list[Fault] = []
    if sign in ("=", "=="):
        faults.append(Fault(f"target '{text}'", f"has {sign}", "write <=, >=, < or >"))
    try:
        output = choose_outputs([name], inputs.money, inputs.years)[0]
    except MfaError as error:
        raise InputError([*faults, *(Fault(f"target '{text}'", f.what, f.mend) for f in error.faults)]) from None
    limit = np.nan
    try:
        limit = read_quantity(limit_text, output.unit)
    except UnitError as error:
        faults.append(Fault(f"target '{text}'", str(error)))
    known = coordinates(output, inputs)
    labels, year = _labels(text, inside or "", output, known, faults)
    if faults:
        raise InputError(faults)
    chosen = {**labels, **({"time": str(year)} if year is not None else {})}
    positions = tuple([str(label) for label in known[dim]].index(chosen[dim]) for dim in output.dims)
    return Target(output, labels, year, sign, float(limit), positions)


def _labels(
    text: str, inside: str, output: Output, known: Mapping[str, list[str] | list[int]], faults: list[Fault]
) -> tuple[dict[str, str], int | None]:
    """Labels of a target by dim, and its year."""
    where = f"target '{text}'"
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
        faults.append(Fault(where, "names no year", f"write {EXAMPLE}"))
    for dim in dims:
        if dim not in labels and len(known[dim]) == 1:
            labels[dim] = str(known[dim][0])
        elif dim not in labels and not any(fault.what.startswith("unknown label") for fault in faults):
            there = ", ".join(map(str, known[dim][:20]))
            faults.append(Fault(where, f"names no {dim}", f"{dim}s: {there}"))
    return {dim: labels[dim] for dim in dims if dim in labels}, year

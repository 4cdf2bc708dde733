"""Targets: ``import_requirement[Dy, 2040] <= 0.6`` read, and held against results."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from mfa.errors import Fault, InputError, MfaError, UnitError
from mfa.inputs import Inputs
from mfa.studies.evaluate import choose_outputs
from mfa.studies.single_result import SingleResult, find_cell
from mfa.units import read_quantity

_TARGET = re.compile(r"\s*([\w.]+)\s*(?:\[([^\]]*)\])?\s*(<=|>=|<|>|==|=)\s*(.*?)\s*")
EXAMPLE = '"import_requirement[Dy, 2040] <= 0.6"'


@dataclass(frozen=True)
class Target(SingleResult):
    """One result that shall stay below, or reach, a limit.

    Attributes
    ----------
    sign : str
        ``<=``, ``<``, ``>=`` or ``>``.
    limit : float
        In the unit of the result.
    """

    sign: str = "<="
    limit: float = np.nan

    @property
    def below(self) -> bool:
        """Whether low values meet it."""
        return self.sign in ("<", "<=")

    def __str__(self) -> str:
        inside = ", ".join([*self.labels.values(), *([str(self.year)] if self.year is not None else [])])
        return f"{self.output.name}{f'[{inside}]' if inside else ''} {self.sign} {self.show(self.limit)}"

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
    return Target(output, {"element": "Co"}, 2040, (0, 0, 0), sign=match[3], limit=float(match[4]))


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
    try:
        cell = find_cell(f"target '{text}'", inside or "", output, inputs, EXAMPLE)
    except InputError as error:
        raise InputError([*faults, *error.faults]) from None
    if faults:
        raise InputError(faults)
    return Target(cell.output, cell.labels, cell.year, cell.positions, cell.alone, sign, float(limit))

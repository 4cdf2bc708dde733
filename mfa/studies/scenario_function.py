"""A scenario as a function of points in the unit cube of its uncertain factors: what the methods of sensitivity ask."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mfa.errors import Fault, InputError
from mfa.inputs.arrays import InputWarning
from mfa.studies.chunks import evaluate_all
from mfa.studies.cube import Floats
from mfa.studies.evaluate import AsItIs, Output
from mfa.studies.one_at_a_time import MIDDLE
from mfa.studies.single_result import SingleResult, read_result

if TYPE_CHECKING:
    from mfa.inputs import Inputs
    from mfa.inputs.sampling import Uncertainty


class CubePoints:
    """Points of the unit cube as samples of inputs, any part of which can be made alone.

    Parameters
    ----------
    uncertainty : Uncertainty
    shares : array [point, factor], 1, in ]0, 1[
        One column for each factor that varies.
    columns : array of int [factor], optional
        Place of these factors among all that vary; the others stay at their medians.
    until : int, optional
        Last year of the inputs; that of the scenario if None.
    """

    def __init__(
        self, uncertainty: Uncertainty, shares: Floats, columns: np.ndarray | None = None, until: int | None = None
    ) -> None:
        self.uncertainty, self.shares, self.columns, self.until = uncertainty, shares, columns, until

    @property
    def size(self) -> int:
        """Points."""
        return len(self.shares)

    def inputs(self, start: int, stop: int) -> Inputs:
        """Inputs of points start to stop - 1."""
        shares = every_share(self.uncertainty, self.shares[start:stop], self.columns)
        found = self.uncertainty.sampled(shares, range(start, stop))
        return found if self.until is None else found.until(self.until)


def every_share(uncertainty: Uncertainty, shares: Floats, columns: np.ndarray | None) -> Floats:
    """Shares of all factors, the median where none are given."""
    if columns is None:
        return shares
    every = np.full((len(shares), len(uncertainty.names)), MIDDLE)
    every[:, columns] = shares
    return every


class ScenarioFunction:
    """Results of a scenario at points of the unit cube.

    Runs end with the last year that is asked for, which changes no result of the years before.

    Parameters
    ----------
    uncertainty : Uncertainty
        The scenario and its factors.
    results : sequence of str or SingleResult
        Single results, such as ``import_requirement[Dy, 2040]``: name, labels and year as in a target.
    names : sequence of str, optional
        Factors, the columns of the points; the others stay at their medians. All if None.
    jobs : int or None
        Processes; as many as there are cores if None. The numbers do not depend on it.
    tell : callable
        Called with the points that have been evaluated in all.

    Attributes
    ----------
    names : list of str
        Factors, the columns of the points.
    results : list of SingleResult
    outputs : list of str
        Their names, the columns of what the function gives.
    runs : int
        Points evaluated so far.

    Raises
    ------
    InputError
        If a result is unknown, or its labels or year are missing; all faults at once.

    Examples
    --------
    >>> from mfa.inputs.sampling import Uncertainty
    >>> from mfa.studies.one_at_a_time import one_at_a_time
    >>> uncertainty = Uncertainty("japan-reference", vary=["recovery_yield[Co, hydro]"])
    >>> function = ScenarioFunction(uncertainty, ["eol_recycling_rate[Co, 2040]"])
    >>> found = one_at_a_time(function, function.names, function.values)
    >>> bool(found.swing[0, 0] > 0)
    True
    """

    def __init__(
        self,
        uncertainty: Uncertainty,
        results: Sequence[str | SingleResult],
        names: Sequence[str] | None = None,
        jobs: int | None = 1,
        tell: Callable[[int], None] = lambda done: None,
    ) -> None:
        self.uncertainty, self.jobs, self.tell, self.runs = uncertainty, jobs, tell, 0
        self.names = list(uncertainty.names if names is None else names)
        place = {name: i for i, name in enumerate(uncertainty.names)}
        self._columns = None if names is None else np.array([place[name] for name in self.names], dtype=np.int64)
        self.results = read_results(results, uncertainty.inputs)
        self.outputs = [result.name for result in self.results]
        self._kept: list[Output] = list({result.output.name: result.output for result in self.results}.values())
        self.until = last_year(self.results)

    def __call__(self, shares: Floats) -> Floats:
        """Results [point, output] at points [point, factor]; NaN where a result does not exist."""
        before = self.runs
        points = CubePoints(self.uncertainty, shares, self._columns, self.until)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputWarning)
            found = evaluate_all(
                points, self._kept, jobs=self.jobs, tell=lambda done, size: self.tell(before + done)
            )  # fmt: skip
        self.runs += len(shares)
        return np.stack([result.values(found[result.output.name]) for result in self.results], axis=1)

    def as_it_is(self) -> Floats:
        """Results [output] of the scenario without uncertainty."""
        inputs = self.uncertainty.inputs
        self.runs += 1
        found = evaluate_all(AsItIs(inputs if self.until is None else inputs.until(self.until)), self._kept)
        return np.array([result.values(found[result.output.name])[0] for result in self.results])

    def values(self, shares: Floats) -> Floats:
        """Values of the factors [point, factor] at points of the cube."""
        every = self.uncertainty.values(every_share(self.uncertainty, shares, self._columns))
        return every[self.names].to_numpy()


def read_results(results: Sequence[str | SingleResult], inputs: Inputs) -> list[SingleResult]:
    """Read single results; those that are read already stay.

    Raises
    ------
    InputError
        With the faults of all of them; if there is none, or one twice.
    """
    found: list[SingleResult] = []
    faults: list[Fault] = []
    for one in results:
        try:
            found.append(read_result(one, inputs) if isinstance(one, str) else one)
        except InputError as error:
            faults += error.faults
    names = [one.name for one in found]
    faults += [Fault(f"output '{name}'", "is named twice", "name it once")
               for name in dict.fromkeys(names) if names.count(name) > 1]  # fmt: skip
    if not results:
        faults.append(Fault("output", "none is named", "name one such as import_requirement[Dy, 2040]"))
    if faults:
        raise InputError(faults)
    return found


def last_year(results: Sequence[SingleResult]) -> int | None:
    """Last year that results are about; None if one of them has no year."""
    years = [result.year for result in results]
    return None if None in years else max(year for year in years if year is not None)

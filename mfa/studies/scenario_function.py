"""A scenario as a function of points in the unit cube of its uncertain factors: what the methods of sensitivity ask."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mfa.errors import Fault, InputError
from mfa.inputs.arrays import InputWarning
from mfa.studies.chunks import evaluate_all
from mfa.studies.cube import Floats
from mfa.studies.evaluate import Output, choose_outputs
from mfa.studies.target import Target, read_target

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
    """

    def __init__(self, uncertainty: Uncertainty, shares: Floats) -> None:
        self.uncertainty, self.shares = uncertainty, shares

    @property
    def size(self) -> int:
        """Points."""
        return len(self.shares)

    def inputs(self, start: int, stop: int) -> Inputs:
        """Inputs of points start to stop - 1."""
        return self.uncertainty.sampled(self.shares[start:stop], range(start, stop))


class ScenarioFunction:
    """Results of a scenario at points of the unit cube.

    Parameters
    ----------
    uncertainty : Uncertainty
        The scenario and its factors.
    results : sequence of str
        Single results, such as ``import_requirement[Dy, 2040]``: name, labels and year as in a target.
    jobs : int or None
        Processes; as many as there are cores if None. The numbers do not depend on it.

    Attributes
    ----------
    names : list of str
        Factors, the columns of the points.
    outputs : list of str
        Results, the columns of what the function gives.
    runs : int
        Points evaluated so far.

    Raises
    ------
    InputError
        If a result is unknown, or its labels or year are missing.

    Examples
    --------
    >>> from mfa.inputs.sampling import Uncertainty
    >>> from mfa.studies.sensitivity import one_at_a_time
    >>> uncertainty = Uncertainty("japan-reference", vary=["recovery_yield[Co, hydro]"])
    >>> function = ScenarioFunction(uncertainty, ["eol_recycling_rate[Co, 2040]"])
    >>> found = one_at_a_time(function, function.names, function.values)
    >>> bool(found.swing[0, 0] > 0)
    True
    """

    def __init__(self, uncertainty: Uncertainty, results: Sequence[str], jobs: int | None = 1) -> None:
        self.uncertainty, self.jobs, self.runs = uncertainty, jobs, 0
        self.names = list(uncertainty.names)
        self.targets = [_read(text, uncertainty.inputs) for text in results]
        if not self.targets:
            raise InputError(Fault("results", "none is named", "name one such as import_requirement[Dy, 2040]"))
        self.outputs = list(results)
        self._kept: list[Output] = list({target.output.name: target.output for target in self.targets}.values())

    def __call__(self, shares: Floats) -> Floats:
        """Results [point, output] at points [point, factor]; NaN where a result does not exist."""
        self.runs += len(shares)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputWarning)
            found = evaluate_all(CubePoints(self.uncertainty, shares), self._kept, jobs=self.jobs)
        return np.stack([target.values(found[target.output.name]) for target in self.targets], axis=1)

    def values(self, shares: Floats) -> Floats:
        """Values of the factors [point, factor] at points of the cube."""
        return self.uncertainty.values(shares).to_numpy()


def _read(text: str, inputs: Inputs) -> Target:
    """Read a single result as a target reads it, whose limit does not matter."""
    name = text.split("[")[0].strip()
    output = choose_outputs([name], inputs.money, inputs.years)[0]
    return read_target(f"{text} <= 0 {output.unit if output.unit != '1' else ''}".strip(), inputs)

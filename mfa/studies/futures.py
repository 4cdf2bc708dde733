"""Candidates of a search in the same futures: a scenario with levers set, in every sample of its uncertainty.

All candidates see the same draws (common random numbers). Where a lever touches nothing that is uncertain, its values
are laid over the parameters of the samples; where it does, the uncertainty of the changed scenario is read anew, and
draws the same for every factor that both have.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.indicators import present_value
from mfa.inputs import Inputs, InputWarning, Scenario
from mfa.inputs.levers import LeverRange
from mfa.inputs.points import Points
from mfa.studies.chunks import evaluate_all
from mfa.studies.evaluate import AsItIs, Output, UntilYear
from mfa.studies.shared_past import continued

if TYPE_CHECKING:
    from mfa.inputs.sampling import Design

Candidate = tuple[float, ...]
"""A value of each lever."""
COUPLED = (
    {"used_export_share", "hibernation_share"},
    {"base_collection_rate", "max_collection_rate"},
    {"recovery_yield", "recovery_yield_max"},
    {"content", "component_mass", "chemistry_share", "service"},
)
"""Parameters that are drawn with an eye on each other."""


class Futures:
    """A scenario, its levers, and the samples in which every candidate is looked at.

    Parameters
    ----------
    scenario : Scenario
    levers : sequence of LeverRange
    samples : int or None
        Samples of the uncertainty; None for central values alone.
    seed : int
        Seed of the samples.
    jobs : int or None
        Processes, see `evaluate_all`.

    Attributes
    ----------
    size : int
        Samples; 1 for central values.
    runs : int
        Samples of candidates that were run so far.
    """

    def __init__(
        self, scenario: Scenario, levers: Sequence[LeverRange], samples: int | None, seed: int, jobs: int | None = 1
    ) -> None:
        self.scenario, self.levers, self.seed, self.jobs = scenario, tuple(levers), seed, jobs
        self.size = samples or 1
        self.runs = 0
        self._checked = False
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputWarning)
            self.base: Inputs = scenario.inputs()
            self._design: Design | None = None if samples is None else self._drawn(scenario)

    def _drawn(self, scenario: Scenario) -> Design:
        from mfa.inputs.sampling import Design

        return Design(scenario, self.size, self.seed)

    def evaluate(
        self,
        candidates: Sequence[Candidate],
        outputs: Sequence[Output],
        which: np.ndarray | None = None,
        until: int | None = None,
    ) -> list[dict[str, np.ndarray]]:
        """Results of candidates in all samples, or in those of some numbers.

        Parameters
        ----------
        candidates : sequence of tuples of float
            A value of each lever.
        outputs : sequence of Output
        which : array of int, optional
            Numbers of samples.
        until : int, optional
            Last year that is run; later ones change no year before.

        Returns
        -------
        list of dict of ndarray [sample, *dims]
        """
        chosen = np.arange(self.size) if which is None else which
        self.runs += len(candidates) * len(chosen)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputWarning)
            self._check_ends()
            points = self.points(candidates)
            if self._design is None:
                found = evaluate_all(continued(points, until), outputs, jobs=self.jobs)
                return [{name: values[i : i + 1] for name, values in found.items()} for i in range(len(candidates))]
            if self._meets_draws(points):
                designs = [self._drawn(self.changed(candidate)) for candidate in candidates]
                laid = [UntilYear(_Laid(one, chosen), until) for one in designs]
                return [evaluate_all(one, outputs, jobs=self.jobs) for one in laid]
            found = evaluate_all(UntilYear(_Laid(self._design, chosen, points), until), outputs, jobs=self.jobs)
        size = len(chosen)
        return [
            {name: values[i * size : (i + 1) * size] for name, values in found.items()} for i in range(len(candidates))
        ]

    def _check_ends(self) -> None:
        """Check the scenario with the levers at the ends of their ranges, once: what lies between is sound then."""
        if not self._checked:
            ends = [tuple(ends) for ends in itertools.product(*((one.low, one.high) for one in self.levers))]
            self.points(ends).check_corners()
            self._checked = True

    def untouched(self, outputs: Sequence[Output]) -> dict[str, np.ndarray]:
        """Results of the scenario as it is, in all samples."""
        self.runs += self.size
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputWarning)
            design: Any = self._design if self._design is not None else AsItIs(self.base)
            return evaluate_all(design, outputs, jobs=self.jobs)

    def points(self, candidates: Sequence[Candidate]) -> Points:
        """Points of candidates, with central values."""
        values = [sorted(set(column)) for column in zip(*candidates, strict=True)]
        levers = [one.lever(column) for one, column in zip(self.levers, values, strict=True)]
        rows = np.array(
            [[column.index(value) for column, value in zip(values, one, strict=True)] for one in candidates]
        )
        return Points(self.scenario, levers, rows, self.base)

    def changed(self, candidate: Candidate) -> Scenario:
        """The scenario with the levers at a candidate's values."""
        changes = {one.key: one.lever([value]).given[0] for one, value in zip(self.levers, candidate, strict=True)}
        return self.scenario.with_changes(changes)

    def _meets_draws(self, points: Points) -> bool:
        """Whether a lever touches a parameter that is drawn, or drawn with an eye on another."""
        touched = set(points.touched)
        return bool(touched & self._varied) or any(touched & group and self._varied & group for group in COUPLED)

    @cached_property
    def _varied(self) -> set[str]:
        """Parameters that are drawn."""
        assert self._design is not None
        plain = self._design.uncertainty.inputs.arrays
        return {name for name, array in self._design.inputs(0, 1).arrays.items() if array is not plain.get(name)}


class _Laid:
    """Samples of some numbers, with every candidate's levers laid over them; the first candidate's samples first."""

    def __init__(self, design: Design, chosen: np.ndarray, points: Points | None = None) -> None:
        self.design, self.chosen, self.points = design, chosen, points
        self.size = len(chosen) * (points.size if points else 1)
        self.shares = design.shares()

    def inputs(self, start: int, stop: int) -> Inputs:
        """Inputs of some pairs of candidate and sample."""
        labels = np.arange(start, stop)
        candidate, sample = np.divmod(labels, len(self.chosen))
        drawn = self.design.uncertainty.sampled(self.shares[self.chosen[sample]], labels)
        if self.points is None:
            return drawn
        arrays = {name: self.points.array(name, candidate, labels) for name in self.points.touched}
        return drawn.with_samples({name: array for name, array in arrays.items() if array is not None}, labels)


def present_values(
    found: dict[str, np.ndarray], cost: str, years: np.ndarray, span: tuple[int, int], rate: float
) -> np.ndarray:
    """Present value of a cost over all regions: array [sample], money."""
    inside = (years >= span[0]) & (years <= span[1])
    yearly = found[cost].sum(axis=1)  # sample, time
    return present_value(yearly[:, inside], years[inside], rate)

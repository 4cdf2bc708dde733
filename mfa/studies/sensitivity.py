"""What matters most to results of a scenario: elasticities one at a time, elementary effects, shares of the variance.

The three methods know nothing of scenarios (`mfa.studies.one_at_a_time`, `elementary_effects`, `variance`). Here they
are asked of a scenario's uncertain factors, and their answers get names, units and a folder.

All factors are independent: rank correlations of the dataset have no place here, since a share of the variance could
not be told apart between factors that move together.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError, MfaError
from mfa.inputs import InputWarning, Scenario, load_scenario
from mfa.inputs.messages import suggest
from mfa.studies.cube import Floats
from mfa.studies.elementary_effects import ElementaryEffects, elementary_effects
from mfa.studies.one_at_a_time import OneAtATime, one_at_a_time
from mfa.studies.ranges import FactorRange, ranges_of
from mfa.studies.scenario_function import ScenarioFunction, read_results
from mfa.studies.single_result import SingleResult
from mfa.studies.variance import VarianceShares, variance_shares

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from mfa.inputs import Inputs
    from mfa.inputs.sampling import Uncertainty

METHODS = ("local", "morris", "sobol")
PLACES, SIZE = 10, 512
"""Trajectories of Morris and rows of a Sobol design, if none are named."""
MOST_PLACES, MOST_ROWS = 1000, 2**16
SCREENED, SCREENING = 20, 5
"""Factors that Sobol indices are computed of if none are named, and trajectories by which they are chosen."""
ALIKE = 1e-3
"""Relative difference up to which the result at the medians is that of the scenario as it is."""
TOO_MUCH = 0.1
"""ST of the factors that are not told apart from which on it is told."""
SHOWN_YEAR = 2040
"""Year of results if none are named: late enough for products sold today to come back."""
Estimate = OneAtATime | ElementaryEffects | VarianceShares
OTHERS = "all others"
"""Name of the factors that Sobol indices do not tell apart."""


@dataclass
class Sensitivity:
    """How much each uncertain factor matters to some results of a scenario.

    Attributes
    ----------
    method : {"local", "morris", "sobol"}
    results : list of SingleResult
        What was asked for.
    factors : list of FactorRange
        What was looked at.
    estimate : OneAtATime, ElementaryEffects or VarianceShares
        The numbers as plain arrays [factor, output], in the units of the results.
    as_it_is : array [output]
        Results of the scenario without uncertainty.
    scenario, title : str
    samples : int or None
        Trajectories of Morris, rows of Sobol.
    seed : int or None
    runs : int
        Samples run in all.
    notes : list of str
        What must be known to read it.
    label_names : dict
        Name of each label, by dim.
    attrs : dict
        Fingerprints of scenario and tables.
    """

    method: str
    results: list[SingleResult]
    factors: list[FactorRange]
    estimate: Estimate
    as_it_is: Floats
    scenario: str
    title: str
    samples: int | None
    seed: int | None
    runs: int
    notes: list[str] = field(default_factory=list)
    label_names: dict[str, dict[str, str]] = field(default_factory=dict)
    attrs: dict[str, Any] = field(default_factory=dict)

    @property
    def outputs(self) -> list[str]:
        """Names of the results: ``import_requirement[Dy, 2040]``."""
        return [result.name for result in self.results]

    def result(self, output: str | None = None) -> SingleResult:
        """A result by its name; the first if none is named.

        Raises
        ------
        InputError
            If it was not asked for.
        """
        found = {result.name: result for result in self.results}
        name = self.outputs[0] if output is None else output
        if name not in found:
            raise InputError(Fault("output", f"'{name}' was not looked at", suggest(name, found, "outputs")))
        return found[name]

    def table(self, output: str | None = None) -> pd.DataFrame:
        """One row for each result and factor, what matters most first.

        Parameters
        ----------
        output : str, optional
            One result; all if not given.

        Returns
        -------
        DataFrame
            ``output``, ``factor``, ``words``; ``low``, ``high``, ``swing``, ``elasticity`` (local), ``mu_star``,
            ``confidence``, ``mu``, ``sigma`` (morris) or ``S1``, ``ST`` and the half widths of their 95 % intervals
            (sobol); ``unit`` of the result; ``factor_low``, ``factor_high``, ``factor_unit``.
        """
        frame = self.estimate.table(self.outputs)
        if output is not None:
            frame = frame[frame["output"] == self.result(output).name].reset_index(drop=True)
        known = {factor.name: factor for factor in self.factors}
        units = {result.name: result.output.unit for result in self.results}
        rows = [known[name] for name in frame["factor"]]
        frame.insert(2, "words", [row.words for row in rows])
        frame["unit"] = ["1" if self.method == "sobol" else units[name] for name in frame["output"]]
        for column in ("low", "high", "unit"):
            frame[f"factor_{column}"] = [getattr(row, column) for row in rows]
        return frame

    def to_text(self, most: int = 8) -> str:
        """Tables for a terminal: the factors that matter most to each result.

        Parameters
        ----------
        most : int
            Factors shown of each.
        """
        from mfa.report.sensitivity_text import to_text

        return to_text(self, most)

    def plot(self, output: str | None = None, most: int = 12) -> Figure:
        """Figure of one result: tornado (local), mu* and sigma (morris), bars with whiskers (sobol).

        Parameters
        ----------
        output : str, optional
            The first result if not given.
        most : int
            Factors shown, or named.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from mfa.report.sensitivity_figure import sensitivity_figure

        return sensitivity_figure(self, self.result(output), most)

    def save(self, folder: str | Path, figures: bool = True) -> Path:
        """Write sensitivity.csv (all factors), sensitivity.txt, figures and sensitivity.json; complete or not at all.

        Raises
        ------
        InputError
            If the path exists and is not the folder of such a study, or cannot be written.
        """
        from mfa.report.sensitivity_folder import save_sensitivity

        return save_sensitivity(self, Path(folder), figures)

    def __repr__(self) -> str:
        shown = ", ".join(self.outputs[:3]) + (f" and {len(self.outputs) - 3} more" if len(self.outputs) > 3 else "")
        return f"<mfa.Sensitivity of {self.scenario}: {self.method}, {len(self.factors)} factors; {shown}>"


def sensitivity(
    scenario: Scenario | Mapping[str, Any] | str | Path,
    outputs: Sequence[str] | None = None,
    *,
    method: str = "local",
    factors: Sequence[str] | None = None,
    samples: int | None = None,
    seed: int = 1,
    jobs: int | None = 1,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Sensitivity:
    """Find out which uncertain factors matter most to results of a scenario.

    ``local``: each factor alone goes from its 5 to its 95 % quantile, all others at their medians. Swing of the result
    and elasticity, ln(result at the high over that at the low end) over the same of the factor. 2 k + 1 runs for k
    factors. ``morris``: mean absolute effect mu* and its spread sigma over trajectories through the ranges; k + 1 runs
    each. ``sobol``: shares of the variance that go with a factor alone (S1) and with all its interactions (ST); the
    factors that are not told apart move too, as one; n (k + 3) runs.

    Parameters
    ----------
    scenario : Scenario, mapping, str or Path
        A scenario, its content, name or path.
    outputs : sequence of str, optional
        Results, such as ``import_requirement[Dy, 2040]``: name, labels and year as in a target of `mfa.search`. The
        import requirement of every element in 2040 if None.
    method : {"local", "morris", "sobol"}
    factors : sequence of str, optional
        Patterns of the factors to look at, such as ``lifetime[vehicles]``. If None, all that are uncertain, for
        ``sobol`` the 20 with the largest elementary effects. The others stay at their medians (``sobol``: are told
        as one).
    samples : int, optional
        Trajectories of ``morris`` (10), rows of ``sobol`` (512, a power of two); not for ``local``.
    seed : int
        Of trajectories and of the Sobol sequence, >= 0.
    jobs : int or None
        Processes; as many as there are cores if None. The numbers do not depend on it.
    tell : callable
        Called with the samples run and their number.

    Returns
    -------
    Sensitivity

    Raises
    ------
    InputError
        If an argument is impossible, an output is unknown or a pattern picks nothing; all faults at once.
    ModelError
        If a sample cannot be solved.

    References
    ----------
    Morris (1991); Campolongo, Cariboni and Saltelli (2007); Sobol (2001); Saltelli et al. (2010); Jansen (1999).

    Examples
    --------
    >>> import mfa
    >>> found = mfa.sensitivity(
    ...     "japan-reference", ["eol_recycling_rate[Co, 2030]"], factors=["recovery_yield[Co, hydro]"]
    ... )
    >>> found.table()["factor"].tolist()
    ['recovery_yield[Co, hydro]']
    >>> bool(found.table()["elasticity"][0] > 0)
    True
    """
    from mfa.inputs.sampling import Uncertainty

    if not isinstance(scenario, Scenario):
        scenario = load_scenario(scenario)
    faults = _option_faults(method, samples, seed, jobs)
    wanted: list[SingleResult] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        inputs = scenario.inputs()
        try:
            wanted = read_results(default_outputs(inputs) if outputs is None else list(outputs), inputs)
        except InputError as error:
            faults += error.faults
        uncertainty: Uncertainty | None = None
        names: list[str] | None = None
        try:
            uncertainty = Uncertainty(scenario)
            names = None if factors is None else _picked(uncertainty, factors)
        except MfaError as error:
            faults += error.faults
        if faults or uncertainty is None:
            raise InputError(faults)
        return _Study(uncertainty, wanted, method, names, samples, seed, jobs, tell).solve()


def default_outputs(inputs: Inputs) -> list[str]:
    """Import requirement of every element in 2040, or the last year of a run that does not reach it."""
    year = SHOWN_YEAR if SHOWN_YEAR in inputs.years else int(inputs.years[-1])
    regions = inputs.labels["region"]
    places = [f"{region}, " for region in regions] if len(regions) > 1 else [""]
    return [f"import_requirement[{place}{element}, {year}]" for place in places for element in inputs.labels["element"]]


def _option_faults(method: str, samples: int | None, seed: int, jobs: int | None) -> list[Fault]:
    faults = []
    if method not in METHODS:
        faults.append(Fault("method", f"'{method}' is unknown", suggest(str(method), METHODS, "methods")))
    if samples is not None:
        whole = isinstance(samples, int) and not isinstance(samples, bool)
        if method == "local":
            faults.append(Fault("samples", "mean nothing one at a time: every factor takes two runs", "leave them out"))
        elif method == "morris" and not (whole and 0 < samples <= MOST_PLACES):
            what = f"= {samples} is not a number of trajectories"
            faults.append(Fault("samples", what, f"give 1 to {MOST_PLACES}; 10 to 50 are usual"))
        elif method == "sobol" and not (whole and 1 < samples <= MOST_ROWS and not samples & (samples - 1)):
            what = f"= {samples} is no power of two from 2 to {MOST_ROWS}"
            faults.append(Fault("samples", what, "give 256, 512 or 1024: the Sobol sequence is even then"))
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        faults.append(Fault("seed", f"= {seed} is not a whole number of 0 or more", "give a number such as 1"))
    if jobs is not None and (isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 1):
        faults.append(Fault("jobs", f"= {jobs} is not a number of processes", "give 1 or more"))
    return faults


def _picked(uncertainty: Uncertainty, factors: Sequence[str]) -> list[str]:
    if not factors:
        raise InputError(Fault("factors", "names none", "name factors (mfa info --factors), or leave it out"))
    return uncertainty.picked(list(factors))


class _Study:
    """One study while it runs."""

    def __init__(
        self, uncertainty: Uncertainty, results: list[SingleResult], method: str, names: list[str] | None,
        samples: int | None, seed: int, jobs: int | None, tell: Callable[[int, int], None],
    ) -> None:  # fmt: skip
        self.uncertainty, self.results, self.method = uncertainty, results, method
        self.names, self.seed, self.jobs, self.tell = names, seed, jobs, tell
        self.samples = None if method == "local" else samples or (PLACES if method == "morris" else SIZE)
        self.notes: list[str] = []
        self.done = 0

    def function(self, names: Sequence[str] | None, runs: int) -> ScenarioFunction:
        """The scenario as a function of some factors that is asked for a number of points."""
        before, total = self.done, self.done + runs
        self.done = total
        return ScenarioFunction(
            self.uncertainty, self.results, names, self.jobs, lambda done: self.tell(before + done, total)
        )

    def solve(self) -> Sensitivity:
        """Run it."""
        estimate: Estimate
        if self.method == "local":
            estimate = self._local()
        else:
            estimate = self._morris() if self.method == "morris" else self._sobol()
        scenario = self.uncertainty.scenario
        plain = self.function(None, 0)
        self.done += 1
        labels = scenario.dataset.labels
        as_it_is = plain.as_it_is()
        if isinstance(estimate, OneAtATime) and not np.allclose(estimate.base, as_it_is, rtol=ALIKE, atol=0.0):
            self.notes.append(
                "Medians of skewed ranges are not the scenario's own values: the result with all factors at their "
                "medians differs from that of the scenario as it is"
            )
        return Sensitivity(
            self.method, self.results, self._ranges(estimate.names), estimate, as_it_is, scenario.name,
            scenario.title, self.samples, None if self.method == "local" else self.seed, self.done, self.notes,
            {dim: {name: label.name or name for name, label in found.items()} for dim, found in labels.items()},
            {**{key: self.uncertainty.inputs.attrs.get(key) for key in ("scenario_hash", "dataset_hash", "dataset",
                                                                        "scope")},
             "resolved": scenario.resolved()},
        )  # fmt: skip

    def _local(self) -> OneAtATime:
        count = len(self.names or self.uncertainty.names)
        function = self.function(self.names, 2 * count + 1)
        return one_at_a_time(function, function.names, function.values)

    def _morris(self) -> ElementaryEffects:
        assert self.samples is not None
        count = len(self.names or self.uncertainty.names)
        function = self.function(self.names, self.samples * (count + 1))
        self._independent(function.names)
        return elementary_effects(function, function.names, self.samples, self.seed, design="trajectory")

    def _sobol(self) -> VarianceShares:
        assert self.samples is not None
        every = self.uncertainty.names
        alone = self._screened() if self.names is None else self.names
        others = [name for name in every if name not in set(alone)]
        together = {OTHERS: others} if others else {}
        function = self.function(None, self.samples * (len(alone) + bool(others) + 2))
        self._independent(every)
        estimate = variance_shares(function, every, self.samples, self.seed, together=together)
        for name, rows in zip(function.outputs, estimate.rows.tolist(), strict=True):
            if rows < self.samples:
                self.notes.append(f"{name}: {self.samples - rows} of {self.samples} rows have no value, left out")
        if others:
            rest = np.nan_to_num(estimate.total[-1])
            much = [name for name, share in zip(function.outputs, rest.tolist(), strict=True) if share > TOO_MUCH]
            if much:
                self.notes.append(
                    f"Much lies with factors that are not told apart: {', '.join(much)}. Name more of them (factors), "
                    "or screen all with the method of Morris"
                )
        return estimate

    def _screened(self) -> list[str]:
        """The factors with the largest elementary effects, the same number for each result as far as it goes."""
        every = self.uncertainty.names
        if len(every) <= SCREENED:
            return every
        function = self.function(None, SCREENING * (len(every) + 1))
        effects = elementary_effects(function, every, SCREENING, self.seed, design="trajectory")
        size = np.nan_to_num(effects.mu_star)
        order = np.argsort(-size, axis=0, kind="stable")
        chosen: dict[int, None] = {}
        for rank in range(len(every)):
            for output in range(size.shape[1]):
                factor = int(order[rank, output])
                if size[factor, output] > 0.0 and len(chosen) < SCREENED:
                    chosen[factor] = None
        if not chosen:
            what = "nothing that is uncertain moves a result"
            raise InputError(Fault("output", what, "look at it with --method local, or ask for another"))
        kept = sorted(chosen)
        self.notes.append(
            f"The {len(kept)} factors with the largest elementary effects ({SCREENING} trajectories) are told apart, "
            "the others move together as one"
        )
        return [every[i] for i in kept]

    def _independent(self, names: Sequence[str]) -> None:
        """Note that rank correlations are left out, if there are any."""
        from mfa.inputs.sampling import Design

        blocks = Design(self.uncertainty, 1, 0).blocks
        count = len({name for block in blocks for name in block.names} & set(names))
        if count:
            self.notes.append(
                f"Factors vary independently: the rank correlations of {count} of them, which ensembles keep, are left "
                "out, as what goes with one could not be told from what goes with the other"
            )

    def _ranges(self, names: Sequence[str]) -> list[FactorRange]:
        """Names, units and 5 and 95 % of what was looked at."""
        singles = [name for name in names if name != OTHERS]
        found = ranges_of(self.uncertainty, singles)
        rest = len(self.uncertainty.names) - len(singles)
        if len(singles) < len(names):
            found.append(FactorRange(OTHERS, f"All {rest} other factors together", "", np.nan, np.nan))
        return found

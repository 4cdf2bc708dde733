"""Policy search: the least-cost mix of levers that meets a target in a share of futures.

One lever: a coarse grid over its range, in all samples. If in nearly every sample the target, once met, stays met
towards one end, the edge of what meets it in enough samples is found by halving the interval between two grid values
(by eighths with central values); only samples that meet the target at one end of the interval and not at the other are
run again, because the others are known. If it is not so, or if a value further in costs less, a finer grid is taken,
and the cheapest of its values that meets the target.

Several levers: a full grid, then a local search from the cheapest of its points that meet the target. All neighbours
one step away in any combination of levers are run; the cheapest that meets the target becomes the new centre, and the
step is halved where none is cheaper, until it is small. Where no point meets the target, both look for the best value.

Everything is deterministic: the same call gives the same answer on any number of processes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError, MfaError
from mfa.inputs import Scenario, load_scenario
from mfa.inputs.levers import LeverRange, Vary, read_ranges
from mfa.inputs.messages import number, suggest
from mfa.studies.evaluate import Output, choose_outputs
from mfa.studies.futures import Candidate, Futures, present_values
from mfa.studies.sweep import period_of, rate_of
from mfa.studies.target import Target, enough, read_target

if TYPE_CHECKING:
    import pandas as pd

COARSE, FINE = 5, 17
"""Values of one lever on the first grid, and on the one that is taken where halving cannot be."""
GRID = {2: 7, 3: 5, 4: 3, 5: 3}
"""Values of each lever on the grid of several, by their number."""
ODD = 0.05
"""Share of samples that may meet the target in pieces before halving is given up for a finer grid."""
AT_ONCE = 8
"""Parts into which an interval is cut with central values, which run together as samples."""
MOST_SAMPLES = 10_000
MOST_ROUNDS = 40
"""Rounds of a local search."""
COST_SAMPLES = 32
"""Samples in which the cost further in is looked at."""
COSTS = ("public_cost", "social_cost")


@dataclass(frozen=True)
class Trial:
    """One candidate that was looked at.

    Attributes
    ----------
    values : tuple of float
        Values of the levers.
    share : float
        Share of samples that meets the target.
    reached : float
        Value of the target that the share asked for reaches or does better than.
    cost : float
        Mean present value of cost above the scenario's own; NaN where it was not needed.
    """

    values: Candidate
    share: float
    reached: float
    cost: float = math.nan


@dataclass
class SearchResult:
    """What a search found.

    Attributes
    ----------
    found : bool
        Whether the target can be met within the ranges.
    values : dict of str to float
        Values of the levers by name: the least-cost mix, or the mix with the best value if the target is not met.
    best : Trial
        The same, with share, value and cost.
    target : Target
    share : float
        Share of samples asked for.
    levers : tuple of LeverRange
    trials : list of Trial
        All that was looked at, in order.
    method : str
        How it was found.
    base : Trial
        The scenario as it is.
    binds : list of str
        What stands in the way, if it is not met.
    cost : str
        ``public_cost`` or ``social_cost``.
    period, discount_rate, money
        Of the cost.
    samples : int or None
    seed : int
    runs : int
        Samples run in all.
    edge : float or None
        Of a single lever, the value nearest to where the target is not met, whatever it costs.
    notes : list of str
    """

    found: bool
    values: dict[str, float]
    best: Trial
    target: Target
    share: float
    levers: tuple[LeverRange, ...]
    trials: list[Trial]
    method: str
    base: Trial
    scenario: str
    cost: str
    period: tuple[int, int]
    discount_rate: float
    money: str
    samples: int | None
    seed: int
    runs: int
    edge: float | None = None
    binds: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    attrs: dict[str, Any] = field(default_factory=dict)

    @property
    def changes(self) -> dict[str, Any]:
        """The mix as changes for `Scenario.with_changes`."""
        pairs = zip(self.levers, self.best.values, strict=True)
        return {lever.key: lever.lever([value]).given[0] for lever, value in pairs}

    def table(self) -> pd.DataFrame:
        """All candidates looked at: levers, share that meets the target, value reached, cost."""
        import pandas as pd

        rows = [
            {**dict(zip((lever.name for lever in self.levers), trial.values, strict=True)), "share": trial.share,
             "reached": trial.reached, f"{self.cost}_above_base": trial.cost}
            for trial in self.trials
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def to_text(self) -> str:
        """The answer in words."""
        from mfa.report.search_text import to_text

        return to_text(self)

    def save(self, folder: str | Path) -> Path:
        """Write search.txt, search.csv (all candidates) and search.json; complete or not at all.

        Raises
        ------
        InputError
            If the path exists and is not the folder of a search, or cannot be written.
        """
        from mfa.report.search_folder import save_search

        return save_search(self, Path(folder))

    def __repr__(self) -> str:
        mix = ", ".join(f"{name} = {number(float(f'{value:.5g}'))}" for name, value in self.values.items())
        return f"<mfa.SearchResult: {self.target}, {'met' if self.found else 'not met'} at {mix}>"


def search(
    scenario: Scenario | str | Path,
    target: str,
    vary: Vary,
    *,
    in_share: float = 0.9,
    samples: int | None = None,
    seed: int = 1,
    cost: str = "public_cost",
    discount_rate: float | None = None,
    period: tuple[int | None, int | None] | None = None,
    tolerance: float = 1e-3,
    jobs: int | None = 1,
    tell: Callable[[str], None] = lambda message: None,
) -> SearchResult:
    """Find the least-cost mix of levers that meets a target in at least a share of samples.

    Parameters
    ----------
    scenario : Scenario, str or Path
    target : str
        ``import_requirement[Dy, 2040] <= 0.6``: an indicator, a flow or stock total, a policy outcome; labels in any
        order, the region if there are several; a unit behind the limit if it has one.
    vary : sequence of str, or mapping
        ``KEY=LOW:HIGH``, with a unit behind if the parameter has one, keys as for `Scenario.with_changes`; or pairs by
        key. At most five.
    in_share : float
        Share of samples that must meet the target, in ]0, 1].
    samples : int, optional
        Samples of the scenario's uncertainty; central values alone if not given.
    seed : int
        Seed of the samples: all candidates see the same ones.
    cost : {"public_cost", "social_cost"}
        Whose present value above the scenario's own is least.
    discount_rate, period
        As for `mfa.sweep`.
    tolerance : float
        Share of a lever's range to which its value is found.
    jobs : int or None
        Processes; as many as there are cores if None.
    tell : callable
        Called with a word on what is being done.

    Returns
    -------
    SearchResult

    Raises
    ------
    InputError
        If target, key, range or option is wrong, all faults at once.

    References
    ----------
    Kolda, Lewis and Torczon (2003), Optimization by direct search: new perspectives on some classical and modern
    methods, SIAM Review 45(3): the local search.

    Examples
    --------
    >>> import mfa
    >>> found = mfa.search(
    ...     "japan-vision",
    ...     "import_requirement[Co, 2040] <= 0.8",
    ...     ["policy.collection_quota.small_battery.2030=0:0.85"],
    ... )  # doctest: +SKIP
    >>> found.values, found.best.cost  # doctest: +SKIP
    """
    if not isinstance(scenario, Scenario):
        scenario = load_scenario(scenario)
    faults = _faults_of_options(in_share, samples, seed, cost, tolerance)
    levers: list[LeverRange] = []
    goal: Target | None = None
    base_inputs = scenario.inputs()
    try:
        levers = read_ranges(vary, scenario)
    except MfaError as error:
        faults += error.faults
    if len(levers) > max(GRID):
        faults.append(Fault("vary", f"{len(levers)} levers are too many", f"search over at most {max(GRID)}"))
    try:
        goal = read_target(target, base_inputs)
    except MfaError as error:
        faults += error.faults
    if faults or goal is None:
        raise InputError(faults)
    span = period_of(scenario, period)
    rate = rate_of(base_inputs, discount_rate)
    task = _Task(scenario, levers, goal, in_share, samples, seed, cost, span, rate, tolerance, jobs, tell)
    return task.solve()


def _faults_of_options(share: float, samples: int | None, seed: int, cost: str, tolerance: float) -> list[Fault]:
    faults = []
    if isinstance(share, bool) or not 0.0 < share <= 1.0:
        faults.append(Fault("in_share", f"{share} is not a share above 0 and up to 1", "write 0.9 for 90 %"))
    if samples is not None and (type(samples) is not int or not 0 < samples <= MOST_SAMPLES):
        faults.append(Fault("samples", f"= {samples} is not a number of samples", f"give 1 to {MOST_SAMPLES}"))
    if type(seed) is not int or seed < 0:
        faults.append(Fault("seed", f"= {seed} is not a whole number of 0 or more", "give a number such as 1"))
    if cost not in COSTS:
        faults.append(Fault("cost", f"'{cost}' is not a cost", suggest(str(cost), COSTS, "costs")))
    if isinstance(tolerance, bool) or not 0.0 < tolerance < 0.5:
        faults.append(Fault("tolerance", f"{tolerance} is not a share of a range", "write 0.001"))
    return faults


class _Task:
    """One search while it runs."""

    def __init__(
        self, scenario: Scenario, levers: Sequence[LeverRange], target: Target, share: float, samples: int | None,
        seed: int, cost: str, span: tuple[int, int], rate: float, tolerance: float, jobs: int | None,
        tell: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.scenario, self.levers, self.target, self.share = scenario, tuple(levers), target, share
        self.cost, self.span, self.rate, self.tolerance, self.tell = cost, span, rate, tolerance, tell
        self.samples, self.seed = samples, seed
        self.full = Futures(scenario, levers, samples, seed, jobs)
        self.years = self.full.base.years
        self.cost_output: Output = choose_outputs([cost], self.full.base.money, self.years)[0]
        self.trials: dict[Candidate, Trial] = {}
        self.met: dict[Candidate, np.ndarray] = {}
        self.costs: dict[Candidate, np.ndarray] = {}
        self.notes: list[str] = []
        self.edge: float | None = None

    # --- looking at candidates ---------------------------------------------------------------------------------------

    def values(self, candidates: Sequence[Candidate], which: np.ndarray | None = None) -> list[np.ndarray]:
        """Values of the target, by candidate and sample; runs end with its year."""
        target = self.target
        found = self.full.evaluate(candidates, [target.output], which, target.year)
        return [target.values(one[target.output.name]) for one in found]

    def look(self, candidates: Sequence[Candidate]) -> list[Trial]:
        """Look at the target of candidates in all samples; those known are not run again."""
        new = [one for one in dict.fromkeys(candidates) if one not in self.trials]
        for one, values in zip(new, self.values(new) if new else [], strict=True):
            self._note(one, values)
        return [self.trials[one] for one in candidates]

    def _note(self, one: Candidate, values: np.ndarray, cost: float = math.nan) -> None:
        met = self.target.met(values)
        self.met[one] = met
        self.trials[one] = Trial(one, float(met.mean()), self.target.reached(values, self.share), cost)

    def price(self, candidates: Sequence[Candidate], which: np.ndarray | None = None) -> list[np.ndarray]:
        """Cost of candidates above the scenario's own, by sample; with all samples the target is looked at again."""
        outputs = list(dict.fromkeys([self.target.output, self.cost_output]))
        new = [one for one in dict.fromkeys(candidates) if one not in self.costs]
        result: dict[Candidate, np.ndarray] = {}
        base = self.base_cost if which is None else self.base_cost[which]
        for one, found in zip(new, self.full.evaluate(new, outputs, which) if new else [], strict=True):
            extra = present_values(found, self.cost, self.years, self.span, self.rate) - base
            result[one] = extra
            if which is None:
                self.costs[one] = extra
                self._note(one, self.target.values(found[self.target.output.name]), float(extra.mean()))
        return [result[one] if one in result else self.costs[one] for one in candidates]

    def meets(self, one: Candidate) -> bool:
        """Whether a candidate meets the target in enough samples."""
        return enough(self.met[one], self.share)

    # --- the search --------------------------------------------------------------------------------------------------

    def solve(self) -> SearchResult:
        """Look at the scenario itself, then search."""
        self.tell(f"running {self.scenario.name} as it is")
        outputs = list(dict.fromkeys([self.target.output, self.cost_output]))
        found = self.full.untouched(outputs)
        self.base_cost = present_values(found, self.cost, self.years, self.span, self.rate)
        values = self.target.values(found[self.target.output.name])
        met = self.target.met(values)
        self.base = Trial((), float(met.mean()), self.target.reached(values, self.share), 0.0)
        if enough(met, self.share):
            self.notes.append("The scenario meets the target as it is: no lever is needed")
        chosen, method = self._one_lever() if len(self.levers) == 1 else self._several()
        feasible = self.meets(chosen)
        self.price([chosen])
        binds: list[str] = []
        if not feasible:
            from mfa.studies.binding import what_binds

            self.tell("looking for what binds")
            binds = what_binds(self.full, self.target, chosen, list(self.trials.values()))
        names = [lever.name for lever in self.levers]
        return SearchResult(
            feasible, dict(zip(names, chosen, strict=True)), self.trials[chosen], self.target, self.share, self.levers,
            list(self.trials.values()), method, self.base, self.scenario.name, self.cost, self.span, self.rate,
            self.full.base.money, self.samples, self.seed, self.full.runs, self.edge, binds, self.notes,
            {"scenario_hash": self.full.base.attrs.get("scenario_hash"),
             "dataset_hash": self.full.base.attrs.get("dataset_hash")},
        )  # fmt: skip

    # --- one lever ---------------------------------------------------------------------------------------------------

    def _one_lever(self) -> tuple[Candidate, str]:
        lever = self.levers[0]
        grid = _grid_values(lever, COARSE)
        self.tell(f"running {self.scenario.name} at {COARSE} values of {lever.name}")
        self.look(grid)
        table = np.stack([self.met[one] for one in grid])
        apart = [int((~(steps.all(axis=0))).sum()) for steps in (table[1:] >= table[:-1], table[1:] <= table[:-1])]
        rising = apart[0] <= apart[1]
        odd = min(apart)
        told = f"{COARSE} values of the lever"
        if odd > ODD * self.full.size:
            self.notes.append("The target is not met in one piece of the range: halving would miss some of it")
            return self._finer(lever, f"grid of {FINE} values")
        if odd:
            self.notes.append(
                f"In {odd} of {self.full.size} samples the target is not met in one piece of the range; the answer was "
                "looked at in all samples"
            )
        inward = grid if rising else grid[::-1]  # from where it is met least to where it is met most
        hits = [one for one in inward if self.meets(one)]
        if not hits:
            return self._best_value(), f"{told}; none meets the target"
        edge = hits[0]
        method = f"{told}; all values that meet the target lie on one side"
        if edge != inward[0]:
            edge = self._halved(inward[inward.index(edge) - 1], edge)
            method = f"{told}, then halving the interval between two of them"
        self.tell(f"running {self.scenario.name} at {lever.name} = {edge[0]:.6g} to the end")
        self.price([edge])
        if not self.meets(edge):
            self.notes.append("Between two values the target is not met in one piece")
            return self._finer(lever, f"grid of {FINE} values")
        self.edge = edge[0]
        return self._unless_cheaper(lever, edge, [one for one in hits if one != edge], method)

    def _halved(self, outside: Candidate, inside: Candidate) -> Candidate:
        """Edge of what meets the target, between a value that does not and one that does."""
        lever = self.levers[0]
        met_out, met_in = self.met[outside].copy(), self.met[inside].copy()
        low, high = outside[0], inside[0]
        wanted = self.tolerance * (lever.high - lever.low)
        parts = 2 if self.full.size > 1 else AT_ONCE
        while abs(high - low) > wanted:
            inner = [float(f"{value:.12g}") for value in np.linspace(low, high, parts + 1)[1:-1]]
            open_samples = np.flatnonzero(met_out != met_in)
            self.tell(f"{lever.name} between {low:.6g} and {high:.6g}, {len(open_samples)} samples undecided")
            ends = (low, high)
            for value, values in zip(inner, self.values([(one,) for one in inner], open_samples), strict=True):
                met = met_in.copy()
                met[open_samples] = self.target.met(values)
                if enough(met, self.share):
                    ends, met_in = (ends[0], value), met
                    break
                ends, met_out = (value, high), met
            low, high = ends
        self.met.setdefault((high,), met_in)
        return (high,)

    def _unless_cheaper(
        self, lever: LeverRange, edge: Candidate, further: Sequence[Candidate], method: str
    ) -> tuple[Candidate, str]:
        """The edge, unless a value further in costs less: penalties may make more of a lever the cheaper one."""
        if not further:
            return edge, method
        some = np.arange(min(COST_SAMPLES, self.full.size))
        here = float(self.costs[edge][some].mean())
        costs = [float(found.mean()) for found in self.price(further, some if len(some) < self.full.size else None)]
        scale = max(abs(here), float(np.abs(self.base_cost).mean()), 1e-9)
        if min(costs) >= here - 1e-9 * scale:
            return edge, method
        self.notes.append(
            f"The {self.cost.replace('_', ' ')} falls beyond the edge of what meets the target ({lever.name} = "
            f"{edge[0]:.6g}), where penalties bring in more than the lever costs, say: the cheapest value lies further "
            "in"
        )
        return self._finer(lever, f"{method}; then a grid of {FINE} values for the cheapest", edge)

    def _finer(self, lever: LeverRange, method: str, also: Candidate | None = None) -> tuple[Candidate, str]:
        """The cheapest value of a finer grid that meets the target, or the best one if none does."""
        grid = _grid_values(lever, FINE) + ([also] if also else [])
        self.tell(f"running {self.scenario.name} at {FINE} values of {lever.name}")
        self.look(grid)
        hits = [one for one in grid if self.meets(one)]
        if not hits:
            return self._best_value(), f"{method}; none meets the target"
        self.price(hits)
        return min([one for one in hits if self.meets(one)] or hits, key=self._rank), method

    # --- several levers ----------------------------------------------------------------------------------------------

    def _several(self) -> tuple[Candidate, str]:
        count = GRID[len(self.levers)]
        axes = [[one for (one,) in _grid_values(lever, count)] for lever in self.levers]
        grid: list[Candidate] = list(itertools.product(*axes))
        self.tell(f"running {self.scenario.name} at {len(grid)} points")
        self.price(grid)
        steps = np.array([(lever.high - lever.low) / (count - 1) / 2 for lever in self.levers])
        smallest = np.array([self.tolerance * (lever.high - lever.low) for lever in self.levers])
        centre = min(grid, key=self._rank)
        rounds = 0
        while (steps > smallest).any() and rounds < MOST_ROUNDS:
            rounds += 1
            around = self._neighbours(centre, steps)
            self.tell(f"local search, round {rounds}: {len(around)} points")
            self.price(around)
            best = min([centre, *around], key=self._rank)
            if best == centre:
                steps = steps / 2
            centre = best
        met = "" if self.meets(centre) else "; none meets the target"
        return (
            centre,
            f"grid of {' x '.join([str(count)] * len(self.levers))} points, then local search, {rounds} rounds{met}",
        )

    def _neighbours(self, centre: Candidate, steps: np.ndarray) -> list[Candidate]:
        """Points one step away in any combination of levers, within the ranges."""
        found = []
        for signs in itertools.product((-1, 0, 1), repeat=len(centre)):
            moved = [
                _within(value + sign * step, lever)
                for value, sign, step, lever in zip(centre, signs, steps.tolist(), self.levers, strict=True)
            ]
            found.append(tuple(moved))
        return [one for one in dict.fromkeys(found) if one != centre]

    def _rank(self, one: Candidate) -> tuple[float, ...]:
        """Order of candidates: those that meet the target by cost, the others by how near they come; then by effort."""
        effort = sum((v - lever.low) / (lever.high - lever.low) for v, lever in zip(one, self.levers, strict=True))
        trial = self.trials[one]
        if self.meets(one):
            return (0.0, float(f"{trial.cost:.9g}"), effort, *one)
        miss = trial.reached - self.target.limit if self.target.below else self.target.limit - trial.reached
        return (1.0, miss if miss == miss else math.inf, -trial.share, effort, *one)

    def _best_value(self) -> Candidate:
        return min(self.trials, key=self._rank)


def _within(value: float, lever: LeverRange) -> float:
    """A value kept within the range of a lever, at its ends where it differs from them by rounding."""
    near = 1e-9 * (lever.high - lever.low)
    if value <= lever.low + near:
        return lever.low
    return lever.high if value >= lever.high - near else float(f"{value:.12g}")


def _grid_values(lever: LeverRange, count: int) -> list[Candidate]:
    return [(float(f"{value:.12g}"),) for value in np.linspace(lever.low, lever.high, count)]

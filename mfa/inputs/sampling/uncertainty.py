"""Everything uncertain in a scenario: its factors, what they are worth, and the inputs that they make.

`Uncertainty` is a map from the unit cube to inputs. Which points of the cube are taken is the matter of a `Design`, or
of a study that has its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mfa.errors import Fault, InputError
from mfa.inputs.messages import listed
from mfa.inputs.sampling import coupled
from mfa.inputs.sampling.draws import Draws, Evaluation
from mfa.inputs.sampling.lifetime_draws import LifetimePlan, WantedLifetime
from mfa.inputs.sampling.naming import Factor, Pattern, parse_pattern
from mfa.inputs.sampling.placing import Cells, Plan
from mfa.inputs.sampling.planning import Planner
from mfa.inputs.sampling.settings import known_words, label_groups
from mfa.inputs.sampling.summary import FactorSummary, summaries
from mfa.inputs.sampling.targets import Labelled
from mfa.inputs.sampling.wanted import resolved_columns
from mfa.vocabulary import PARAMETERS

if TYPE_CHECKING:
    import pandas as pd

    from mfa.inputs.arrays import Inputs
    from mfa.inputs.scenario import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Uncertainty:
    """The uncertain factors of a scenario, and the inputs at any point of their unit cube.

    Parameters
    ----------
    scenario : Scenario or str
        A scenario, or its name or path.
    vary, hold : sequence of str, optional
        Patterns of the factors that vary and that do not, in place of those of the scenario.

    Attributes
    ----------
    scenario : Scenario
    inputs : Inputs
        Without uncertainty.
    names : list of str
        Factors that vary, in the order of the vocabulary: the columns of the cube.
    available : list of Factor
        All factors, also those that are held.

    Raises
    ------
    InputError
        With all faults: rows that no law fits, ranges that mean nothing, patterns that pick nothing.

    Examples
    --------
    >>> from mfa.inputs.sampling import Uncertainty
    >>> uncertainty = Uncertainty("japan-reference", vary=["used_export_share[bev]", "lifetime.mean[bev]"])
    >>> uncertainty.names
    ['lifetime.mean[bev]', 'used_export_share[bev]']
    >>> inputs = uncertainty.sampled(np.array([[0.05, 0.5], [0.95, 0.5]]))
    >>> inputs.arrays["used_export_share"].sel(product="bev", time=2035, region="Japan").values.round(3)
    array([0.5, 0.5])
    """

    def __init__(
        self, scenario: Scenario | str, vary: Sequence[str] | None = None, hold: Sequence[str] | None = None
    ) -> None:
        if isinstance(scenario, str):
            from mfa.inputs.scenario import load_scenario

            scenario = load_scenario(scenario)
        self.scenario = scenario
        self.settings = scenario.uncertainty
        self.groups = label_groups(scenario.dataset)
        self.inputs: Inputs = scenario.inputs()
        planner = Planner(scenario, self.inputs, self.settings)
        self.available: list[Factor] = planner.factors()
        self.names = [factor.name for factor in self._chosen(vary, hold)]
        self._axes, self._items = planner.axes, planner.items
        self._exists = self._pairs()
        self._coordinates: dict[str, Any] = {}
        self._place(planner)
        self._check_composition()

    def _check_composition(self) -> None:
        """Refuse ranges of content that outweigh the components."""
        plan = self.plans.get("content")
        if plan is None:
            return
        shares = np.full((1, len(self.names)), 0.5)
        parameters = {factor.name: factor.parameter for factor in self.available}
        shares[0, [i for i, name in enumerate(self.names) if parameters[name] == "content"]] = 0.95
        values = self.evaluation.values(*self._checked(shares))
        labelled = Labelled(self._axes, np.zeros(1, dtype=np.int64), self._coordinates)
        content = self._filled(plan, plan.cells(values), labelled)
        heavy = self.plans.get("component_mass")
        mass = self.inputs.arrays["component_mass"]
        if heavy is not None:
            mass = self._filled(heavy, heavy.cells(values), labelled)
        coupled.check_composition(content, mass, self._items, self._axes)

    def _chosen(self, vary: Sequence[str] | None, hold: Sequence[str] | None) -> list[Factor]:
        """Factors that vary."""
        faults: list[Fault] = []
        keep = self._patterns(vary, "vary", self.settings.vary, faults)
        drop = self._patterns(hold, "hold", self.settings.hold, faults)
        chosen = [
            factor
            for factor in self.available
            if (keep is None or any(pattern.picks(factor, self.groups) for pattern in keep))
            and not any(pattern.picks(factor, self.groups) for pattern in drop or ())
        ]
        if not self.available:
            mend = "give low and high in the tables, or ranges in the section uncertainty of the scenario"
            faults.append(Fault(self.scenario.name, "no row of its tables has a range: nothing is uncertain", mend))
        elif not chosen and not faults:
            faults.append(Fault(self.scenario.name, "no factor is left to vary", "vary more, or hold less"))
        if faults:
            raise InputError(faults)
        return chosen

    def _patterns(
        self, given: Sequence[str] | None, key: str, settled: tuple[Pattern, ...] | None, faults: list[Fault]
    ) -> tuple[Pattern, ...] | None:
        patterns = settled
        places = dict(self.settings.places or {})
        if given is not None:
            words = known_words(self.scenario.dataset) | {rule.name for rule in self.settings.naming.together}
            found = []
            for text in given:
                pattern, (what, mend) = parse_pattern(text, words)
                if pattern is None:
                    faults.append(Fault(f"{key}: {text}", what, mend))
                else:
                    found.append(pattern)
            patterns = tuple(found)
        for pattern in patterns or ():
            if not any(pattern.picks(factor, self.groups) for factor in self.available):
                where = places.get(f"{key}: {pattern.text}", key)
                near = [factor.name for factor in self.available if factor.parameter == pattern.parameter]
                mend = f"factors of {pattern.parameter}: {listed(near)}" if near else "its rows have no range here"
                faults.append(Fault(where, f"'{pattern.text}' picks no factor", mend))
        return patterns

    def _pairs(self) -> NDArray[np.bool_]:
        shape = [len(self._axes.of(dim)) for dim in ("product", "component")]
        exists = np.zeros(shape, dtype=bool)
        exists[self._items.members[:, 0], self._items.members[:, 1]] = True
        return exists

    def _place(self, planner: Planner) -> None:
        numbers = {name: i for i, name in enumerate(self.names)}
        draws = Draws()
        cells = {name: Cells(planner.targets[name]) for name in planner.wanted}
        self.lifetimes: list[LifetimePlan] = []
        for name, found in planner.wanted.items():
            if any(isinstance(one, WantedLifetime) for one in found):
                plan = LifetimePlan(planner.targets[name], self.inputs.arrays[name])
                for one in found:
                    if isinstance(one, WantedLifetime):
                        one.place(numbers, draws, plan)
                if plan.units:
                    self.lifetimes.append(plan)
                continue
            for one in found:
                if not isinstance(one, WantedLifetime):
                    one.place(numbers, draws, cells[name])
        evaluation, faults = draws.fitted()
        if evaluation is None:
            raise InputError(faults)
        self.evaluation: Evaluation = evaluation
        self.plans: dict[str, Plan] = {}
        for name, gathered in cells.items():
            gathered.entries = [
                (cell, resolved_columns(column, evaluation.n_laws), weight) for cell, column, weight in gathered.entries
            ]
            plan_ = gathered.plan(self.inputs.arrays[name])
            if plan_ is not None:
                self.plans[name] = plan_
        self.factors: list[FactorSummary] = summaries(planner, self.available, self.names, evaluation)

    # --- choosing and naming -----------------------------------------------------------------------------------------

    def picked(self, patterns: Sequence[str], key: str = "factors") -> list[str]:
        """Names of the factors that vary and that patterns pick.

        Parameters
        ----------
        patterns : sequence of str
            Such as ``lifetime[vehicles]``.
        key : str
            What they are called in messages.

        Raises
        ------
        InputError
            If one is none, or picks nothing that varies.
        """
        faults: list[Fault] = []
        found = self._patterns(patterns, key, None, faults) or ()
        moving = [factor for factor in self.available if factor.name in set(self.names)]
        for pattern in found if not faults else ():
            if not any(pattern.picks(factor, self.groups) for factor in moving):
                faults.append(Fault(f"{key}: {pattern.text}", "picks factors that are held in this scenario"))
        if faults:
            raise InputError(faults)
        return [one.name for one in moving if any(pattern.picks(one, self.groups) for pattern in found)]

    def words(self, names: Sequence[str] | None = None) -> list[str]:
        """Factors for readers: Mean lifetime: battery electric car."""
        from mfa.inputs.sampling.words import factor_words

        known = {factor.name: factor for factor in self.available}
        labels = self.scenario.dataset.labels
        return [factor_words(known[name], labels) for name in (self.names if names is None else names)]

    # --- using it ----------------------------------------------------------------------------------------------------

    def table(self) -> pd.DataFrame:
        """Return the factors: name, meaning, unit, law, value, 5 and 95 %, rows that they move, provenance, line.

        Returns
        -------
        pandas.DataFrame
            One row per factor that varies, indexed by name.
        """
        import pandas as pd

        return pd.DataFrame([factor.row_of_table() for factor in self.factors]).set_index("factor")

    def values(self, shares: Floats) -> pd.DataFrame:
        """Return what the factors are worth at points of the cube.

        A factor that moves several rows is told by the row with the widest range, the latest of them; `table` names
        it. A member of shares that sum to 1 is told by its share of the whole, which the other members move too.

        Parameters
        ----------
        shares : array [sample, factor], 1, in ]0, 1[

        Returns
        -------
        pandas.DataFrame [sample, factor]
            In the units of `table`.
        """
        import pandas as pd

        shares, z = self._checked(shares)
        every = self.evaluation.values(shares, z)
        columns = {factor.name: factor.told(shares[:, i], every) for i, factor in enumerate(self.factors)}
        return pd.DataFrame(columns, columns=self.names)

    def sampled(self, shares: Floats, samples: Iterable[int] | None = None) -> Inputs:
        """Return the inputs at points of the cube.

        Parameters
        ----------
        shares : array [sample, factor], 1, in ]0, 1[
            One column for each of `names`.
        samples : iterable of int, optional
            Labels of the samples; 0, 1, 2 ... if not given.

        Returns
        -------
        Inputs
            With a dim `sample` on the parameters that vary, and on no other.

        Raises
        ------
        InputError
            If the shares are not as described.
        ModelError
            If a sample leaves the range of a parameter, or two parameters contradict each other in it.
        """
        shares, z = self._checked(shares)
        labels = np.arange(len(shares)) if samples is None else np.fromiter(samples, dtype=np.int64)
        if len(labels) != len(shares):
            raise InputError(Fault("samples", f"{len(labels)} labels for {len(shares)} samples", "give one for each"))
        values = self.evaluation.values(shares, z)
        labelled = Labelled(self._axes, labels, self._coordinates)
        arrays: dict[str, Any] = {}
        for name, plan in self.plans.items():
            if name != "max_collection_rate":
                arrays[name] = self._filled(plan, plan.cells(values), labelled)
        self._couple(arrays, values, shares, z, labelled)
        for lifetime in self.lifetimes:
            arrays[lifetime.name] = lifetime.lifetimes(values, labelled)
        if "content" in arrays:
            mass = arrays.get("component_mass", self.inputs.arrays["component_mass"])
            arrays["content"] = coupled.bounded_composition(arrays["content"], mass, self._items)
        return self.inputs.with_samples(arrays, labels)

    def _filled(self, plan: Plan, cells: Floats, labels: Labelled) -> Any:
        coupled.check_range(plan, cells, labels.samples)
        return plan.target.array(plan.filled(cells), plan.array, labels)

    def _couple(self, arrays: dict[str, Any], values: Floats, shares: Floats, z: Floats, labels: Labelled) -> None:
        """Parameters that bound each other."""
        base = self.inputs.arrays
        if "used_export_share" in arrays and "hibernation_share" in base:
            drawn = arrays.get("hibernation_share", base["hibernation_share"])
            dims = PARAMETERS["hibernation_share"].dims
            found = coupled.hibernation(drawn, arrays["used_export_share"], base["used_export_share"], dims)
            arrays["hibernation_share"] = self._array("hibernation_share", found, labels)
        plan = self.plans.get("max_collection_rate")
        if plan is not None:
            arrays["max_collection_rate"] = self._largest_rate(plan, arrays, values, shares, z, labels)
        if "base_collection_rate" in arrays and "max_collection_rate" in base:
            largest = arrays.get("max_collection_rate", base["max_collection_rate"])
            coupled.check_rates(arrays["base_collection_rate"], largest, self._exists, self._axes)
        if "recovery_yield" in arrays and "recovery_yield_max" in base:
            reach = arrays.get("recovery_yield_max", base["recovery_yield_max"])
            dims = PARAMETERS["recovery_yield_max"].dims
            found = coupled.reachable_yield(reach, arrays["recovery_yield"], dims)
            arrays["recovery_yield_max"] = self._array("recovery_yield_max", found, labels)

    def _largest_rate(
        self, plan: Plan, arrays: dict[str, Any], values: Floats, shares: Floats, z: Floats, labels: Labelled
    ) -> Any:
        """Largest collection rates, from what lies above the base rates drawn."""
        rate = arrays.get("base_collection_rate", self.inputs.arrays.get("base_collection_rate"))
        if rate is not None:
            floor = coupled.largest_base_rate(rate, plan.target, plan)
            least = np.full((len(floor), len(plan.columns)), -np.inf)
            rows, columns = plan.matrix.nonzero()
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
                np.maximum(least[:, column], floor[:, row], out=least[:, column])
            values = values.copy()
            least = np.broadcast_to(least, (len(values), len(plan.columns)))
            values[:, plan.columns] = self.evaluation.redrawn_above(shares, z, plan.columns, least)
        return self._filled(plan, plan.cells(values), labels)

    def _array(self, name: str, found: tuple[Floats, list[str]], labels: Labelled) -> Any:
        values, dims = found
        full = (len(labels.samples), *(len(self._axes.of(dim)) for dim in dims))
        return labels.array(np.broadcast_to(values, full), dims, self.inputs.arrays[name].attrs)

    def _checked(self, shares: Floats) -> tuple[Floats, Floats]:
        """Shares as an array, and their normal scores."""
        from scipy.special import ndtri

        shares = np.ascontiguousarray(shares, dtype=np.float64)
        if shares.ndim != 2 or shares.shape[1] != len(self.names):
            what = f"has the shape {shares.shape}, not (samples, {len(self.names)})"
            raise InputError(Fault("shares", what, "give one column for each factor of `names`"))
        if not len(shares):
            raise InputError(Fault("shares", "holds no sample", "give at least one"))
        if not ((shares > 0.0) & (shares < 1.0)).all():
            raise InputError(Fault("shares", "leave the open interval from 0 to 1", "a law may have no end there"))
        return shares, ndtri(shares)

"""What stands in the way of a target that cannot be met: a ledger of the metal lost on its way, and limits reached.

Everything is read from one run with all detail, of the best candidate with central values, in the year of the target:
where the metal of the discards goes, which collection rates stand at their largest, which plants are full, how much the
discards hold at all, and whether the lever had time to act. Nothing is concluded that these figures do not show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.results import Results
from mfa.run import run

if TYPE_CHECKING:
    from mfa.inputs import Inputs
    from mfa.studies.futures import Candidate, Futures
    from mfa.studies.search import Trial
    from mfa.studies.target import Target

LEAST = 0.01
"""Share of the metal in discards below which a loss is not told."""
AT_LIMIT = 1e-9


def what_binds(futures: Futures, target: Target, best: Candidate, trials: Sequence[Trial]) -> list[str]:
    """Say what keeps a target from being met at the best candidate.

    Parameters
    ----------
    futures : Futures
    target : Target
    best : tuple of float
        Values of the levers.
    trials : sequence of Trial
        All candidates that were looked at.

    Returns
    -------
    list of str
        One line each, the largest loss first.
    """
    inputs = futures.points([best]).inputs(0, 1)
    results = run(inputs, detail="full")
    lines = [*_answer(target, trials), *_time(futures, target, best, inputs)]
    if "element" in target.labels and target.year is not None:
        lines += _Ledger(results, inputs, target).lines()
    return lines


def _answer(target: Target, trials: Sequence[Trial]) -> list[str]:
    """Whether the target answers to the levers at all."""
    reached = np.array([trial.reached for trial in trials])
    if not np.isfinite(reached).all():
        return [f"no value: {target.output.name} does not exist in part of the samples, or at all"]
    if np.ptp(reached) <= 1e-9 * max(float(np.abs(reached).max()), 1e-12):
        return [f"no answer: {target.output.name} is {target.show(float(reached[0]))} wherever the levers stand"]
    return []


def _time(futures: Futures, target: Target, best: Candidate, inputs: Inputs) -> list[str]:
    """Whether the levers act before the year of the target, and whether plants ordered since then can run."""
    if target.year is None:
        return []
    years = inputs.years
    first = _first_change(futures, inputs)
    if first is None or first <= years[0]:
        return []
    if first > target.year:
        return [f"time: the levers change nothing before {first}; the target is about {target.year}"]
    if not bool(np.any(_values(inputs, "invest"))):
        return []
    lag = int(np.max(_values(inputs, "build_lag")))
    runs = first + max(lag, 1)
    if runs > target.year:
        text = f"time: plants ordered from {first} on, when the levers begin, run from {runs} on (build_lag {lag} yr)"
        return [f"{text}; the target is about {target.year}"]
    return []


def _first_change(futures: Futures, inputs: Inputs) -> int | None:
    """First year in which an input differs from the scenario's own; None if one without years differs, or none does."""
    found = []
    for name, array in inputs.arrays.items():
        plain = futures.base.arrays.get(name)
        if array is plain or isinstance(array, str) or hasattr(array, "canonical"):
            continue
        if "time" not in array.dims:
            continue
        other = plain if plain is not None else futures.base[name] if _has_default(futures.base, name) else None
        if other is None:
            continue
        mine = array.isel(sample=0, drop=True) if "sample" in array.dims else array
        theirs = other.pint.dequantify() if hasattr(other.data, "magnitude") else other
        differs = ~((mine == theirs) | (mine.isnull() & theirs.isnull()))
        spare = [dim for dim in differs.dims if dim != "time"]
        where = np.flatnonzero(differs.any(spare).values)
        if where.size:
            found.append(int(inputs.years[where[0]]))
    return min(found) if found else None


def _has_default(inputs: Inputs, name: str) -> bool:
    try:
        inputs[name]
    except KeyError:
        return False
    return True


def _values(inputs: Inputs, name: str) -> np.ndarray:
    array = inputs[name]
    return np.asarray(array.data.magnitude if hasattr(array.data, "magnitude") else array.values)


class _Ledger:
    """Where the metal of a region's discards goes in one year, and what limits each step."""

    def __init__(self, results: Results, inputs: Inputs, target: Target) -> None:
        self.results, self.inputs, self.target = results, inputs, target
        self.year = int(target.year or 0)
        self.element = target.labels["element"]
        self.region = target.labels.get("region") or str(results.labels["region"][0])
        self.t = int(np.flatnonzero(results.years == self.year)[0])
        self.e = results.labels["element"].index(self.element)
        self.r = results.labels["region"].index(self.region)

    def flow(self, name: str, group: str = "flows") -> np.ndarray:
        """A flow or stock of the element in region and year, by its other dims."""
        array = self.results.arrays(group)[name][0]
        index: list[Any] = []
        for dim in self.results.dims(group, name):
            index.append({"region": self.r, "time": self.t, "element": self.e}.get(dim, slice(None)))
        return np.asarray(array[tuple(index)])

    def total(self, name: str, group: str = "flows") -> float:
        return float(self.flow(name, group).sum())

    def policy(self, name: str) -> np.ndarray:
        """A policy outcome in region and year, by its other dims."""
        return self.flow(name, "policy")

    # --- in words ----------------------------------------------------------------------------------------------------

    def lines(self) -> list[str]:
        """The gap, then what is lost where, the largest loss first."""
        pool = self.total("discards_direct") + self.total("released")
        leaving = pool + self.total("discards_hibernating") + self.total("exports_used")
        found = [
            (self.total("uncollected"), self._collection()),
            (self.total("recovery_loss"), self._recovery()),
            (self._waiting(), self._capacity()),
            (self.total("exports_used"), self._plain("used exports", "exports_used", "leave as used products")),
            (self.total("discards_hibernating"), self._plain("drawers", "discards_hibernating", "go into drawers")),
            (self.total("exports_scrap"), self._plain("scrap exports", "exports_scrap", "are exported as scrap")),
            (self.total("overflow"), self._plain("overflow", "overflow", "overflow from full stores")),
            (
                self.total("second_life_lost"),
                self._plain("second life", "second_life_lost", "are lost after second life"),
            ),
        ]
        told = [text for loss, text in sorted(found, key=lambda pair: -pair[0]) if loss > LEAST * leaving and text]
        return [*self._gap(leaving), *told]

    def missing(self) -> float | None:
        """Tonnes of domestic metal a year that the target lacks; None where it is about something else."""
        values = self.target.values(self._target_array())
        if not np.isfinite(values[0]):
            return None
        gap = float(values[0] - self.target.limit) if self.target.below else float(self.target.limit - values[0])
        if self.target.output.name == "import_requirement":
            return gap * float(self.policy("requirement"))
        return gap if self.target.output.name in ("secondary", "imports", "import_need") else None

    def _target_array(self) -> np.ndarray:
        return self.target.output.taken_from(self.results)

    def _gap(self, leaving: float) -> list[str]:
        """What is missing, and whether the scrap holds it at all."""
        missing, secondary = self.missing(), self.total("secondary")
        scrap = leaving + self.total("new_scrap") + self.total("imports_scrap")
        head = (
            f"{self.element} {self.year}: {_t(secondary)} t of secondary metal; discards hold {_t(leaving)} t, "
            f"new and imported scrap {_t(scrap - leaving)} t"
        )
        if missing is None or missing <= 0:
            return [head]
        lines = [f"{head}; {_t(missing)} t/yr are missing to the target"]
        if secondary + missing > scrap:
            lines.append(
                f"scrap available: the target asks for {_t(secondary + missing)} t/yr of secondary metal, more than "
                f"all scrap of the year holds ({_t(scrap)} t)"
            )
        return lines

    def _plain(self, cause: str, name: str, words: str) -> str:
        return f"{cause}: {_t(self.total(name))} t/yr {words}"

    def _collection(self) -> str:
        """Metal not collected, and whether the rates stand at their largest."""
        lost = self.flow("uncollected")  # product, component
        rate = self.policy("collection_rate")
        largest = self._parameter("max_collection_rate", lost.shape)
        at_limit = rate >= largest - AT_LIMIT
        share = float(lost[at_limit].sum() / max(float(lost.sum()), 1e-300))
        place = np.unravel_index(int(lost.argmax()), lost.shape)
        names = zip(("product", "component"), place, strict=True)
        product, component = (self.results.labels[dim][int(i)] for dim, i in names)
        most = f"{component} of {product}, rate {_p(rate[place])} of at most {_p(largest[place])}, {_t(lost[place])} t"
        if share > 0.5:
            head = f"collection limit: {_t(lost.sum())} t/yr are not collected, {_p(share)} of it where the rate stands"
            return f"{head} at its largest (largest: {most})"
        state = self._state(place)
        return f"collection: {_t(lost.sum())} t/yr are not collected (largest: {most}{state})"

    def _state(self, place: Any) -> str:
        """State of the quota of the largest loss."""
        from mfa.vocabulary import QUOTA_STATES

        states = self.results.arrays("policy").get("quota_state")
        if states is None:
            return ""
        code = int(states[0, self.r, self.t][place])
        words = {
            "ramp": "; the rate rises by collection_ramp a year only: time",
            "bought out": "; makers pay the penalty rather than collect",
            "slack": "; the quota asks for no more",
            "binding": "; the quota asks for no more",
            "none": "; no quota",
        }
        return words.get(QUOTA_STATES[code], "")

    def _recovery(self) -> str:
        """Metal lost in recovery, and the yield."""
        lost, won = self.total("recovery_loss"), self.total("secondary")
        yields = self.policy("recovery_yield")
        best = float(yields.max(initial=0.0))
        route = self.results.labels["route"][int(yields.argmax())] if yields.size else "none"
        return (
            f"recovery yield: {_t(lost)} t/yr are lost in recovery, which wins {_p(won / max(won + lost, 1e-300))} of "
            f"what is processed (the best route, {route}, wins {_p(best)})"
        )

    def _waiting(self) -> float:
        """Metal added to the store of scrap in the year."""
        stored = self.results.arrays("stocks")["feed_store"][0][self.r]  # time, component, element, scrap
        axis = [dim for dim in self.results.dims("stocks", "feed_store") if dim != "region"]
        by_year = np.moveaxis(stored, (axis.index("time"), axis.index("element")), (0, 1)).reshape(*self._shape(), -1)
        now = by_year[self.t, self.e].sum()
        before = by_year[self.t - 1, self.e].sum() if self.t else 0.0
        return float(max(now - before, 0.0))

    def _shape(self) -> tuple[int, int]:
        return len(self.results.years), len(self.results.labels["element"])

    def _capacity(self) -> str:
        """Scrap that waits, and whether plants are full."""
        waiting, stored = self._waiting(), self.total("feed_store", "stocks")
        if stored <= 0:
            return ""
        capacity, processed = self.policy("capacity"), self.policy("processed")
        routes = self.results.labels["route"]
        useful = self.policy("recovery_yield") > 0.0
        full = [name for name, room, used, good in zip(routes, capacity, processed, useful, strict=True)
                if good and np.isfinite(room) and used >= room * (1 - 1e-6)]  # fmt: skip
        idle = [name for name, room, used, good in zip(routes, capacity, processed, useful, strict=True)
                if good and room > 0 and name not in full and used < room * (1 - 1e-6)]  # fmt: skip
        head = f"the scrap that waits grew by {_t(waiting)} t in {self.year}, to {_t(stored)} t of {self.element}"
        if full and not idle:
            return f"capacity: {head}; all plants for {self.element} are full ({', '.join(full)})"
        if full:
            return f"capacity: {head}; full are {', '.join(full)}, room is left in {', '.join(idle)}"
        room = f"plants have room ({', '.join(idle)})" if idle else "no plant stands"
        return f"recycling does not pay, or no route takes it: {head}; {room}"

    def _parameter(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        """A parameter by product and component in region and year."""
        array = self.inputs[name].pint.dequantify()
        if "sample" in array.dims:
            array = array.isel(sample=0)
        if "region" in array.dims:
            array = array.sel(region=self.region)
        if "time" in array.dims:
            array = array.sel(time=self.year)
        index = tuple(slice(None) if dim in array.dims else None for dim in ("product", "component"))
        order = [dim for dim in ("product", "component") if dim in array.dims]
        return np.broadcast_to(array.transpose(*order).values[index], shape)


def _t(value: Any) -> str:
    """Tonnes with three digits.

    Examples
    --------
    >>> _t(1234.5), _t(0.01234)
    ('1 230', '0.0123')
    """
    rounded = float(f"{float(value):.3g}")
    return f"{rounded:,.0f}".replace(",", " ") if abs(rounded) >= 100 else f"{rounded:g}"


def _p(value: Any) -> str:
    """A share in percent.

    Examples
    --------
    >>> _p(0.8512)
    '85.1 %'
    """
    return f"{float(f'{100 * float(value):.3g}'):g} %"

"""One region of a run, as the rules on levers read it: plain arrays by name, means over samples."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from mfa.indicators.levers.explanation import Explanation, several
from mfa.indicators.sums import broadcast_parameter
from mfa.vocabulary import PARAMETERS, QUOTA_STATES, SCRAP

Array = np.ndarray


class Case:
    """One region of a run.

    Parameters
    ----------
    results : Results
        With the inputs of the run.
    region : int
        Position of the region.
    """

    def __init__(self, results: Any, region: int) -> None:
        self.results, self.inputs, self.position = results, results.inputs, region
        self.region = str(results.labels["region"][region])
        self.labels: dict[str, list[str]] = results.labels
        self.years: Array = results.years
        self.money = str(results.money)
        self._known: dict[tuple[str, ...], Any] = {}
        self.memo: dict[str, Any] = {}

    def say(
        self, lever: str, state: str, when: Any, labels: Sequence[str], text: str, effect: float = 0.0
    ) -> Explanation:
        """An explanation for the years that a mask marks."""
        years = tuple(int(year) for year in self.years[np.asarray(when, dtype=bool)])
        return Explanation(self.region, lever, state, years, tuple(labels), text, max(float(effect), 0.0))

    # --- values ------------------------------------------------------------------------------------------------------

    def policy(self, name: str) -> Array:
        """A policy result, dims of the vocabulary without region."""
        return self._mean("policy", name)

    def item(self, name: str) -> Array:
        """An item count [time, product]."""
        return self._mean("items", name)

    def quota_state(self) -> Array:
        """State of the collection quota [time, product, component], that of most samples."""
        codes = self.results.arrays("policy").get("quota_state")
        if codes is None:
            return np.zeros([len(self.labels.get(dim, self.years)) for dim in ("time", "product", "component")], int)
        here = codes[:, self.position]
        return np.stack([(here == code).sum(axis=0) for code in range(len(QUOTA_STATES))]).argmax(axis=0)

    def _mean(self, group: str, name: str) -> Array:
        key = (group, name)
        if key not in self._known:
            values = self.results.arrays(group)[name][:, self.position]
            self._known[key] = values[0] if len(values) == 1 else values.mean(axis=0)
        return self._known[key]

    def total(self, group: str, name: str, *keep: str) -> Array | None:
        """A flow or stock (group flows, stocks or components) summed to the dims to keep; None if the run has less."""
        key = (group, name, *keep)
        if key not in self._known:
            dims = [dim for dim in self.results.dims(group, name) if dim != "region"]
            if set(keep) - set(dims):
                return None
            values = self._mean(group, name)
            gone = tuple(axis for axis, dim in enumerate(dims) if dim not in keep)
            left = [dim for dim in dims if dim in keep]
            summed = values.sum(axis=gone) if gone else values
            self._known[key] = summed.transpose([left.index(dim) for dim in keep])
        return self._known[key]

    def by_element(self, name: str) -> Array:
        """A flow that the vocabulary knows by element only [time, element], t/yr."""
        return self._mean("flows", name)

    def stock(self, name: str) -> Array:
        """A stock that the vocabulary knows by element only [time, element], t."""
        return self._mean("stocks", name)

    def drawn(self) -> Array:
        """What leaves the region's own stockpile [time, element], t/yr: release less what others gave, plus gifts."""
        own = self.by_element("stock_release") - self.by_element("pool_in") + self.by_element("pool_out")
        return np.maximum(own, 0.0)

    def given(self, name: str) -> Array:
        """A parameter over all its dims but region; NaN (or what it says) where it is not given and has no default."""
        key = ("given", name)
        if key not in self._known:
            dims = PARAMETERS[name].dims
            if self.inputs.arrays.get(name) is None and PARAMETERS[name].default in (None, "required"):
                sizes = {dim: len(names) for dim, names in self.labels.items()}
                sizes |= {"time": len(self.years), "scrap": len(SCRAP)}
                values = np.full((1, *(sizes[dim] for dim in dims)), np.nan)
            else:
                values = broadcast_parameter(self.inputs, name, dims)
            if "region" in dims:
                values = values.take(self.position, axis=1 + dims.index("region"))
            self._known[key] = values[0] if len(values) == 1 else values.mean(axis=0)
        return self._known[key]

    def on(self, name: str) -> bool:
        """Whether a parameter is above 0 anywhere."""
        return self.inputs.arrays.get(name) is not None and bool((self.given(name) > 0).any())

    # --- what rules share --------------------------------------------------------------------------------------------

    @cached_property
    def pool(self) -> Array | None:
        """Component mass from which can be collected [time, product, component], t/yr."""
        direct = self.total("components", "discards_direct", "time", "product", "component")
        released = self.total("components", "released", "time", "product", "component")
        return None if direct is None or released is None else direct + released

    @cached_property
    def gross(self) -> Array | None:
        """Component mass collected, reused and sent to a second life [time, product, component], t/yr."""
        total: Any = 0.0
        for name in ("collected", "to_second_life", "reused"):
            part = self.total("components", name, "time", "product", "component")
            if part is None:
                return None
            total = total + part
        return total

    def chemistry_grades(self) -> Array:
        """Element over mass of each kind of component [component, chemistry, element]: of the largest one ever made."""
        key = ("grades",)
        if key not in self._known:
            dims = ("component", "chemistry", "element")
            if not {"content", "component_mass"} <= set(self.inputs.arrays):
                return np.zeros([len(self.labels[dim]) for dim in dims])

            def largest(name: str, kept: tuple[str, ...]) -> Array:
                array = self.inputs.arrays[name]
                if "region" in array.dims:
                    array = array.isel(region=self.position)
                array = array.max([dim for dim in array.dims if dim not in kept])
                sizes = [len(self.labels[dim]) if dim in array.dims else 1 for dim in kept]
                return array.transpose(*[dim for dim in kept if dim in array.dims]).values.reshape(sizes)

            content = largest("content", dims)
            mass = np.broadcast_to(largest("component_mass", dims[:2])[..., None], content.shape)
            grade = np.divide(content, mass, out=np.zeros(content.shape), where=(mass > 0.0) & (content > 0.0))
            self._known[key] = np.broadcast_to(grade, [len(self.labels[dim]) for dim in dims])
        return self._known[key]

    def names(self, dim: str, positions: Sequence[Any] | Array, most: int = 3) -> str:
        """Readable names of labels."""
        return several([self.results.label_name(dim, self.labels[dim][i]) for i in positions], most)

    def codes(self, dim: str, positions: Sequence[Any] | Array) -> list[str]:
        """Labels at positions."""
        return [self.labels[dim][i] for i in positions]

    def pairs(self, marked: Any) -> str:
        """Names of the components of products that a mask [product, component] marks."""
        known = np.isfinite(self.policy("collection_rate")).any(axis=0)
        parts = []
        for k in np.flatnonzero(marked.any(axis=0)):
            name, mine = self.names("component", [k]), np.flatnonzero(marked[:, k])
            every = np.array_equal(marked[:, k], known[:, k]) and len(mine) > 1
            parts.append(f"{name} of all products" if every else f"{name} of {self.names('product', mine)}")
        return "; ".join(parts)

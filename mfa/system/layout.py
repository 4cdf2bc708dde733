"""The compact index sets on which the year is computed, and the parameters laid out on them.

Labelled arrays are dense: product x component x chemistry is mostly empty. The kernels work on what exists:

========  =====================================================================
axis      meaning
========  =====================================================================
sample    draws of the uncertain inputs, always first
region    always second
pair      (product, component) that exists, in the order of the labels
item      (product, component, chemistry) that exists
class     (component, chemistry) that exists: what recyclers sort by
stream    (scrap, class) that can come: old scrap of every class, new and imported scrap where there is any
element   elements, and last the component mass, carried as one more element
========  =====================================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mfa.vocabulary import PARAMETERS, SCRAP, dims_of, named_like

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Layout:
    """Which products, components and chemistries exist together, and how the axes hang together.

    Parameters
    ----------
    labels : mapping
        Labels by dimension.
    years : array of int
        The run's years.
    cohorts : array of int
        Years of sale and making: the run's years, and earlier ones of an initial stock.
    exists : array of bool [product, component, chemistry]
        Which combinations exist.
    domestic : array of bool [origin]
        Which origins are primary sources inside the region.
    scrap_only : array of bool [component, chemistry], optional
        Classes that come as traded or stored scrap, in no product of the run.
    """

    def __init__(
        self,
        labels: Mapping[str, Sequence[str]],
        years: Ints,
        cohorts: Ints,
        exists: NDArray[np.bool_],
        domestic: NDArray[np.bool_],
        scrap_only: NDArray[np.bool_] | None = None,
    ) -> None:
        self.labels = {name: list(values) for name, values in labels.items()}
        self.years, self.cohorts = years, cohorts
        self.first = len(cohorts) - len(years)  # position of the first year on the cohort axis
        self.n_element = len(self.labels["element"])
        self.mass = self.n_element  # position of the mass layer
        self.item_product, self.item_component, self.item_chemistry = np.nonzero(exists)
        pairs = np.argwhere(exists.any(axis=2))
        self.pair_product, self.pair_component = pairs[:, 0], pairs[:, 1]
        pair_of = {(p, k): i for i, (p, k) in enumerate(pairs.tolist())}
        self.item_pair = np.array(
            [pair_of[p, k] for p, k in zip(self.item_product.tolist(), self.item_component.tolist(), strict=True)],
            dtype=np.int64,
        )
        sorted_by = exists.any(axis=0) if scrap_only is None else exists.any(axis=0) | scrap_only
        classes = np.argwhere(sorted_by)
        self.class_component, self.class_chemistry = classes[:, 0], classes[:, 1]
        class_of = {(k, h): f for f, (k, h) in enumerate(classes.tolist())}
        self.item_class = np.array(
            [class_of[k, h] for k, h in zip(self.item_component.tolist(), self.item_chemistry.tolist(), strict=True)],
            dtype=np.int64,
        )
        self.n_pair, self.n_item, self.n_class = len(pairs), len(self.item_pair), len(classes)
        self.n_product = len(self.labels["product"])
        self.n_component = len(self.labels["component"])
        self.n_chemistry = len(self.labels["chemistry"])
        self.n_route = len(self.labels["route"])
        self.n_origin = len(self.labels["origin"])
        self.n_scrap = len(SCRAP)
        self.domestic = np.flatnonzero(domestic)
        self.foreign = np.flatnonzero(~domestic)
        self.item_to_pair = _indicator(self.item_pair, self.n_pair)
        self.item_to_class = _indicator(self.item_class, self.n_class)
        self.pair_to_product = _indicator(self.pair_product, self.n_product)
        self.pair_of_product = [np.flatnonzero(self.pair_product == p) for p in range(self.n_product)]

    def set_streams(self, new: NDArray[np.bool_], imported: NDArray[np.bool_]) -> None:
        """Fix which streams of scrap can come, given the classes of new and of imported scrap."""
        self.stream_scrap, self.stream_class = np.nonzero(np.stack([np.ones_like(new), new, imported]))
        self.n_stream = len(self.stream_scrap)
        self.stream_to_scrap = _indicator(self.stream_scrap, self.n_scrap)
        ends = np.searchsorted(self.stream_scrap, np.arange(self.n_scrap + 1))
        self.old, self.new, self.imported = (slice(int(a), int(b)) for a, b in zip(ends, ends[1:], strict=False))
        self.new_classes, self.imported_classes = self.stream_class[self.new], self.stream_class[self.imported]

    def labels_without_samples(self) -> dict[str, list[str]]:
        """Labels of all dimensions but ``sample``."""
        return {name: labels for name, labels in self.labels.items() if name != "sample"}

    def size(self, axis: str) -> int:
        """Length of an axis: ``pair``, ``item``, ``class`` or a dimension."""
        sizes = {"pair": self.n_pair, "item": self.n_item, "class": self.n_class, "scrap": self.n_scrap}
        if axis in sizes:
            return sizes[axis]
        if axis == "cohort":
            return len(self.cohorts)
        if axis == "time":
            return len(self.years)
        return len(self.labels[named_like(axis)])


def _indicator(member: Ints, size: int) -> Floats:
    matrix = np.zeros((len(member), size))
    matrix[np.arange(len(member)), member] = 1.0
    return matrix


_INDEX_AXES = {
    "pair": (("product", "pair_product"), ("component", "pair_component")),
    "item": (("product", "item_product"), ("component", "item_component"), ("chemistry", "item_chemistry")),
    "class": (("component", "class_component"), ("chemistry", "class_chemistry")),
}


def canonical_values(array: Any, dims: Sequence[str]) -> NDArray[Any]:
    """Return the values of a labelled array with axes (sample, *dims); a missing dim has length 1.

    An array that is held by item already comes as it is: `lay_out` asks it.
    """
    if hasattr(array, "laid_out"):
        return array
    wanted = ("sample", *dims)
    order = [dim for dim in wanted if dim in array.dims]
    values = np.asarray(array.transpose(*order).values)
    shape = [values.shape[order.index(dim)] if dim in order else 1 for dim in wanted]
    return values.reshape(shape)


def lay_out(values: NDArray[Any], dims: Sequence[str], axes: Sequence[str], layout: Layout) -> NDArray[Any]:
    """Bring values with axes (sample, *dims) to axes (sample, *axes), where `axes` may name pair, item and class.

    Missing dims keep length 1, so that arrays broadcast without being copied.
    """
    if hasattr(values, "laid_out"):
        return values.laid_out(axes, layout)
    source = ["sample", *dims]
    for axis, parts in _INDEX_AXES.items():
        if axis not in axes:
            continue
        positions = [source.index(dim) for dim, _ in parts]
        if all(values.shape[position] == 1 for position in positions):
            values = values.reshape(
                [size for position, size in enumerate(values.shape) if position not in positions[1:]]
            )
        else:
            index: list[Any] = [slice(None)] * values.ndim
            for (_, attribute), position in zip(parts, positions, strict=True):
                member = getattr(layout, attribute)
                index[position] = member if values.shape[position] > 1 else np.zeros_like(member)
            values = values[tuple(index)]
        source[positions[0]] = axis
        for position in reversed(positions[1:]):
            del source[position]
    wanted = ["sample", *axes]
    return np.ascontiguousarray(values.transpose([source.index(axis) for axis in wanted]))


#: Axes on which the year uses each parameter, time and cohort first where it has them.
AXES: dict[str, tuple[str, ...]] = {}
for _name, _parameter in PARAMETERS.items():
    _dims = list(_parameter.dims)
    _axes: list[str] = []
    for _dim in _dims:
        if _dim == "product" and "chemistry" in _dims:
            _axes.append("item")
        elif _dim == "product" and "component" in _dims:
            _axes.append("pair")
        elif _dim == "component" and "product" not in _dims and "chemistry" in _dims:
            _axes.append("class")
        elif _dim in ("component", "chemistry") and any(axis in _axes for axis in ("item", "pair", "class")):
            continue
        else:
            _axes.append(_dim)
    if "element" in _axes and any(axis in _axes for axis in ("item", "pair", "class")):
        _axes.remove("element")
        _axes.insert(next(i for i, axis in enumerate(_axes) if axis in ("item", "pair", "class")), "element")
    AXES[_name] = tuple(_axes)
del _name, _parameter, _dims, _axes, _dim

AXES["route_eligible"] = ("region", "time", "route", "scrap", "class")
DENSE = {dims_of("rtpk"): "pair", dims_of("rtpkh"): "item"}


class YearParameters:
    """Parameters with time first, so that a year is one cheap slice.

    All axes have full length (an axis along which the value is the same takes no memory), save `sample`, which has
    length 1 in what is not sampled.
    """

    def __init__(self, layout: Layout, n_years: int) -> None:
        self._by_year: dict[str, NDArray[Any]] = {}
        self._fixed: dict[str, NDArray[Any]] = {}
        self.layout, self.n_years = layout, n_years

    def put(self, name: str, values: NDArray[Any]) -> None:
        """Store values with axes (sample, *AXES[name]); a parameter without time is stored as it is."""
        axes = AXES[name]
        moving = "time" if "time" in axes else "cohort" if "cohort" in axes else None
        full = [values.shape[0]]
        for axis, size in zip(axes, values.shape[1:], strict=True):
            wanted = self.n_years if axis == moving and size == 1 else self.layout.size(axis)
            full.append(size if axis == moving and size > 1 else wanted)
        values = np.broadcast_to(values, full)
        if moving is None:
            self._fixed[name] = values
        else:
            self._by_year[name] = np.moveaxis(values, axes.index(moving) + 1, 0)

    def replace(self, name: str, values: NDArray[Any]) -> None:
        """Put values in place of those of a parameter by year, which have the same axes."""
        self._by_year[name] = values

    def samples(self, start: int, stop: int) -> YearParameters:
        """The parameters of some of the samples."""
        part = YearParameters(self.layout, self.n_years)
        part._by_year = {
            name: values if values.shape[1] == 1 else values[:, start:stop] for name, values in self._by_year.items()
        }
        part._fixed = {
            name: values if values.shape[0] == 1 else values[start:stop] for name, values in self._fixed.items()
        }
        return part

    def by_year(self) -> tuple[str, ...]:
        """Names of the parameters with time or cohort."""
        return tuple(self._by_year)

    def fixed_names(self) -> tuple[str, ...]:
        """Names of the others."""
        return tuple(self._fixed)

    def __contains__(self, name: str) -> bool:
        return name in self._by_year or name in self._fixed

    def path(self, name: str) -> NDArray[Any]:
        """All years of a parameter, time (or cohort) first."""
        return self._by_year[name]

    def fixed(self, name: str) -> NDArray[Any]:
        """A parameter without time."""
        return self._fixed[name]

    def at(self, name: str, t: int) -> NDArray[Any]:
        """One year of a parameter."""
        return self._by_year[name][t]

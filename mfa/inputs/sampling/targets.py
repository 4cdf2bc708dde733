"""Where sampled values go: the array of a parameter, dense by labels or laid out on the items that exist.

Most combinations of product, component and chemistry do not exist. A parameter by all three would take 21 times the
memory by labels, so its samples are held by item, the axis on which the engine reads it anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mfa.inputs.fill import ALL, place_patterns
from mfa.inputs.grids import Axes
from mfa.inputs.tables import YEAR_DIMS, Key, label_dims, year_dim
from mfa.system.layout import Layout
from mfa.vocabulary import PARAMETERS, Parameter

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ITEM_DIMS = ("product", "component", "chemistry")


class Items:
    """The (product, component, chemistry) that exist, in the order of the labels."""

    def __init__(self, arrays: Mapping[str, Any], axes: Axes) -> None:
        exists = np.zeros([len(axes.of(dim)) for dim in ITEM_DIMS], dtype=bool)
        for name in ("chemistry_share", "component_mass", "content"):
            if name in arrays:
                array = arrays[name]
                spare = [dim for dim in array.dims if dim not in ITEM_DIMS]
                present = (array.fillna(0.0) > 0.0).any(spare)
                order = [dim for dim in ITEM_DIMS if dim in present.dims]
                index = tuple(slice(None) if dim in order else None for dim in ITEM_DIMS)
                exists |= present.transpose(*order).values[index]
        self.members = np.argwhere(exists)
        self.number = np.full(exists.shape, -1, dtype=np.int64)
        self.number[tuple(self.members.T)] = np.arange(len(self.members))

    def __len__(self) -> int:
        return len(self.members)


class ItemArray:
    """Samples of a parameter by product, component and chemistry, held by item.

    It stands in `Inputs.arrays` where a DataArray would stand otherwise; `dense` makes that DataArray.

    Parameters
    ----------
    base : DataArray
        The parameter without uncertainty, by labels.
    items : array of int [item, 3]
        Positions of product, component and chemistry.
    axes : tuple of str
        Axes of `values` after sample, with ``item``.
    values : array [sample, *axes]
    samples : array of int [sample]
        Labels of the samples.
    """

    def __init__(self, base: xr.DataArray, items: Ints, axes: tuple[str, ...], values: Floats, samples: Ints) -> None:
        self.base, self.items, self.axes, self.values_by_item, self.samples = base, items, axes, values, samples

    @property
    def dims(self) -> tuple[str, ...]:
        """Dims by labels, sample first."""
        return ("sample", *map(str, self.base.dims))

    @property
    def attrs(self) -> dict[str, Any]:
        """Notes of the parameter, such as its unit."""
        return dict(self.base.attrs)

    @property
    def nbytes(self) -> int:
        """Memory of the samples."""
        return int(self.values_by_item.nbytes)

    def fillna(self, value: float) -> xr.DataArray:
        """Values without uncertainty as the only sample, gaps filled: 0 in the same cells, which tells what exists."""
        return self.base.fillna(value).expand_dims("sample")

    def dense(self) -> xr.DataArray:
        """The samples by labels; cells of what does not exist hold the values without uncertainty."""
        shape = (len(self.samples), *self.base.shape)
        data = np.array(np.broadcast_to(self.base.values, shape))
        order = [dim for dim in self.base.dims if dim in ITEM_DIMS]
        rest = [dim for dim in self.base.dims if dim not in ITEM_DIMS]
        moved = np.moveaxis(data, [1 + self.base.dims.index(dim) for dim in order], range(-len(order), 0))
        index: tuple[Any, ...] = (..., *(self.items[:, ITEM_DIMS.index(str(dim))] for dim in order))
        values = np.moveaxis(self.values_by_item, 1 + self.axes.index("item"), -1)
        held = [axis for axis in self.axes if axis != "item"]
        moved[index] = values.transpose(0, *(1 + held.index(str(dim)) for dim in rest), len(held) + 1)
        coords = {"sample": self.samples, **{dim: self.base.coords[dim] for dim in self.base.dims}}
        return xr.DataArray(data, dims=self.dims, coords=coords, attrs=self.attrs)

    def without_last(self, count: int) -> ItemArray:
        """The same without the last years."""
        cut = {dim: slice(None, -count) for dim in YEAR_DIMS if dim in self.base.dims}
        index = (slice(None), *(slice(None, -count) if axis in YEAR_DIMS else slice(None) for axis in self.axes))
        return ItemArray(self.base.isel(cut), self.items, self.axes, self.values_by_item[index], self.samples)

    def laid_out(self, axes: Sequence[str], layout: Layout) -> Floats:
        """Values with axes (sample, *axes) on the items of a layout; an axis that is missing has length 1."""
        theirs = np.stack([layout.item_product, layout.item_component, layout.item_chemistry], axis=1)
        values = self.values_by_item
        if not np.array_equal(theirs, self.items):
            number = {tuple(item): i for i, item in enumerate(self.items.tolist())}
            chosen = [number[tuple(item)] for item in theirs.tolist()]
            values = np.take(values, chosen, axis=1 + self.axes.index("item"))
        order = [axis for axis in axes if axis in self.axes]
        values = values.transpose(0, *(1 + self.axes.index(axis) for axis in order))
        shape = iter(values.shape[1:])
        full = [values.shape[0], *(next(shape) if axis in self.axes else 1 for axis in axes)]
        return np.ascontiguousarray(values.reshape(full))


class Labelled:
    """Makes labelled arrays of a set of samples; the coordinates of all other dims are made once and shared.

    Parameters
    ----------
    axes : Axes
    samples : array of int [sample]
        Labels of the samples.
    known : dict, optional
        Coordinates made so far, by dim; added to.
    """

    def __init__(self, axes: Axes, samples: Ints, known: dict[str, Any] | None = None) -> None:
        self.axes, self.samples = axes, samples
        self._known = {} if known is None else known
        self._sample = _coordinate("sample", samples)

    def array(self, values: Floats, dims: Sequence[str], attrs: Mapping[str, Any] | None = None) -> xr.DataArray:
        """Array [sample, *dims]."""
        for dim in dims:
            if dim not in self._known:
                self._known[dim] = _coordinate(dim, coordinate(self.axes.of(dim)))
        parts = {"sample": self._sample, **{dim: self._known[dim] for dim in dims}}
        variable = xr.Variable(("sample", *dims), values, dict(attrs or {}))
        return xr.DataArray(
            variable,
            coords={dim: part[0] for dim, part in parts.items()},
            indexes={dim: part[1] for dim, part in parts.items()},
            fastpath=True,  # the parts are coordinates and indexes already; a hundred arrays are made at a time
        )


def _coordinate(dim: str, labels: Any) -> Any:
    """Coordinate of a dim, and its index."""
    array = xr.DataArray(labels, dims=dim, coords={dim: labels})
    return array.coords[dim].variable, array.xindexes[dim]


class Target:
    """The array that samples of one parameter are written into, and positions in it.

    Parameters
    ----------
    parameter : Parameter
    dims : sequence of str
        Dims of its array by labels, in canonical order.
    axes : Axes
    items : Items, optional
        Given if the samples are held by item.
    """

    def __init__(self, parameter: Parameter, dims: Sequence[str], axes: Axes, items: Items | None = None) -> None:
        self.parameter, self.labels, self.items = parameter, axes, items
        self.dims = tuple(dims)
        self.label_dims = tuple(dim for dim in self.dims if dim not in YEAR_DIMS)
        along = year_dim(parameter)
        self.along = along if along in self.dims else None
        self.years = np.asarray(axes.of(self.along)) if self.along else np.array([0], dtype=np.int64)
        if items is None:
            self.axes = self.dims
        else:
            rest = [dim for dim in self.dims if dim not in ITEM_DIMS and dim != "element"]
            self.axes = (*rest, *(["element"] if "element" in self.dims else []), "item")
        self.shape = tuple(len(items) if axis == "item" and items else len(axes.of(axis)) for axis in self.axes)
        self.size = int(np.prod(self.shape, dtype=np.int64))
        self.label_shape = tuple(len(axes.of(dim)) for dim in self.label_dims)
        self._strides = dict(zip(self.axes, _strides(self.shape), strict=True))
        self.first_positions = self._first_positions()

    def _first_positions(self) -> Ints:
        """Position of the first year of each label cell, -1 where it is not held: array over the label dims, flat."""
        index = np.indices(self.label_shape, dtype=np.int64).reshape(len(self.label_shape), -1)
        by_dim = dict(zip(self.label_dims, index, strict=True))
        position = np.zeros(index.shape[1] if self.label_dims else 1, dtype=np.int64)
        for axis, stride in self._strides.items():
            if axis in by_dim:
                position += by_dim[axis] * stride
        if self.items is None:
            return position
        number = self.items.number[tuple(by_dim[dim] for dim in ITEM_DIMS)]
        return np.where(number < 0, -1, position + number * self._strides["item"])

    @property
    def year_stride(self) -> int:
        """Distance of a year from the next."""
        return self._strides[self.along] if self.along else 0

    def base(self, array: xr.DataArray) -> Floats:
        """Values without uncertainty, flat."""
        wide = np.broadcast_to(
            array.transpose(*(dim for dim in self.dims if dim in array.dims)).values[
                tuple(slice(None) if dim in array.dims else None for dim in self.dims)
            ],
            tuple(len(self.labels.of(dim)) for dim in self.dims),
        )
        if self.items is None:
            return wide.reshape(-1).astype(np.float64)
        result = np.empty(self.size)
        flat = np.moveaxis(wide, self.dims.index(self.along), -1) if self.along else wide[..., None]
        flat = flat.reshape(-1, len(self.years))
        held = self.first_positions >= 0
        places = self.first_positions[held][:, None] + np.arange(len(self.years)) * self.year_stride
        result[places] = flat[held]
        return result

    def array(self, values: Floats, base: xr.DataArray, labels: Labelled) -> xr.DataArray | ItemArray:
        """Samples [flat, sample] as the array of the parameter: a view with sample first."""
        shaped = np.moveaxis(values.reshape(*self.shape, values.shape[1]), -1, 0)
        if self.items is not None:
            return ItemArray(base, self.items.members, self.axes, shaped, labels.samples)
        return labels.array(shaped, self.dims, base.attrs)

    def owners(self, keys: Sequence[Key]) -> Ints:
        """Which series gives each label cell, -1 where none does: array over the label dims."""
        every = label_dims(self.parameter)
        used = [every.index(dim) for dim in self.label_dims]
        result = np.full((*self.label_shape, 1), -1, dtype=np.int64)
        patterns = [tuple(key[i] for i in used) for key in keys]
        filled = [np.array([number], dtype=np.int64) for number in range(len(keys))]
        positions = [self.labels.positions(dim) for dim in self.label_dims]
        place_patterns(result, patterns, filled, positions)
        return result[..., 0]

    def label(self, dim: str, cell: int) -> str:
        """Label of a label cell (flat) along a dim; ``*`` if the array has no such dim."""
        if dim not in self.label_dims:
            return ALL
        index = np.unravel_index(cell, self.label_shape)
        return str(self.labels.of(dim)[int(index[self.label_dims.index(dim)])])

    def coordinates(self, position: int) -> str:
        """Coordinates of a position, for messages."""
        cell, year = self._cell_of(position)
        parts = [f"{dim}={self.label(dim, cell)}" for dim in self.label_dims]
        if self.along:
            parts.append(f"{self.along}={int(self.years[year])}")
        return ", ".join(parts)

    def _cell_of(self, position: int) -> tuple[int, int]:
        year = (position // self.year_stride) % len(self.years) if self.along else 0
        first = position - year * self.year_stride
        return int(np.flatnonzero(self.first_positions == first)[0]), int(year)


def _strides(shape: Sequence[int]) -> list[int]:
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= size
    return strides[::-1]


def coordinate(labels: Any) -> Any:
    """Labels, or years, as a coordinate."""
    return labels if isinstance(labels, np.ndarray) else np.asarray(labels, dtype=object).astype(str)


def held_by_item(name: str) -> bool:
    """True for parameters by product, component and chemistry."""
    return set(ITEM_DIMS) <= set(PARAMETERS[name].dims)

"""Labels: where in an array a fault is, how the labels of two arrays differ, dims in their order."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mfa.errors import AlignmentError, Fault, InputError
from mfa.vocabulary import DIMENSIONS


def coordinates_of(array: xr.DataArray, cells: NDArray[np.bool_]) -> tuple[str, str]:
    """Labels of the first of some cells, and how many more there are.

    Parameters
    ----------
    array : DataArray
    cells : array of bool, of its shape
        True at the cells meant.

    Examples
    --------
    >>> sales = xr.DataArray([3.0, -1.0, -2.0], coords={"time": [2020, 2021, 2022]})
    >>> coordinates_of(sales, sales.values < 0)
    ('[time=2021]', ' (and 1 more)')
    """
    where = np.argwhere(cells)
    more = f" (and {len(where) - 1} more)" if len(where) > 1 else ""
    return place(array, where[0].tolist()), more


def place(array: xr.DataArray, indices: Sequence[int]) -> str:
    """Labels of one cell, in brackets; empty for an array without dims.

    Examples
    --------
    >>> place(xr.DataArray([[1.0]], coords={"time": [2020], "product": ["bev"]}), [0, 0])
    '[time=2020, product=bev]'
    """
    labels = []
    for dim, index in zip(array.dims, indices, strict=True):
        label = array.coords[dim].values[index] if dim in array.coords else f"number {index}"
        labels.append(f"{dim}={label}")
    return f"[{', '.join(labels)}]" if labels else ""


def labels_of(array: xr.DataArray, dim: Hashable) -> NDArray[Any] | None:
    """Labels along a dim, None if it has none."""
    index = array.indexes.get(dim)
    return None if index is None else index.to_numpy()


def difference(array: xr.DataArray, known: xr.DataArray, dim: Hashable, other: str) -> tuple[str, str] | None:
    """How the labels of `array` along `dim` differ from those of `known`, called `other`: fault and remedy, or None.

    Examples
    --------
    >>> a = xr.DataArray([1.0, 2.0], coords={"product": ["bev", "phev"]})
    >>> difference(a.isel(product=[0]), a, "product", "inflow")
    ("has no product 'phev', which inflow has", 'give every label, in the same order')
    """
    have, wanted = labels_of(array, dim), labels_of(known, dim)
    if have is None or wanted is None:
        if have is not None or wanted is not None:
            less, more = ("it", other) if have is None else (other, "it")
            return f"{less} has no labels along '{dim}', {more} has", "give both the same labels"
        if array.sizes[dim] != known.sizes[dim]:
            return f"has {array.sizes[dim]} along '{dim}', {other} has {known.sizes[dim]}", "give labels along it"
        return None
    return label_difference(have, wanted, str(dim), other)


def label_difference(have: NDArray[Any], wanted: NDArray[Any], dim: str, other: str) -> tuple[str, str] | None:
    """How labels differ from those wanted by `other`: fault and remedy, or None if they are the same."""
    if len(have) == len(wanted) and np.array_equal(have, wanted):
        return None
    mend = "give every label, in the same order"
    listed, known = have.tolist(), wanted.tolist()
    missing = [label for label in known if label not in set(listed)]
    if missing:
        return f"has no {dim} {missing[0]!r}, which {other} has" + _more(missing), mend
    extra = [label for label in listed if label not in set(known)]
    if extra:
        return f"has {dim} {extra[0]!r}, which {other} has not" + _more(extra), f"{mend}; select those of {other}"
    if len(set(listed)) < len(listed):
        return f"has a {dim} twice", "name every label once"
    return f"has the labels along '{dim}' in another order than {other}", mend


def _more(found: list[Any]) -> str:
    return f" (and {len(found) - 1} more)" if len(found) > 1 else ""


def faults_in(
    where: str, array: xr.DataArray, wrong: Mapping[str, NDArray[np.bool_]], mend: str = "", show: bool = True
) -> list[Fault]:
    """List the kinds of fault in the cells of an array, each with the labels and value of its first cell.

    Parameters
    ----------
    where : str
        Name of the array.
    array : DataArray
    wrong : mapping of str to array of bool
        What is wrong, and in which cells.
    mend : str
        How to mend it.
    show : bool
        Whether the value says something.

    Examples
    --------
    >>> sales = xr.DataArray([3.0, -1.0], coords={"time": [2020, 2021]})
    >>> print(faults_in("sales", sales, {"is negative": sales.values < 0})[0])
    sales[time=2021] = -1: is negative
    """
    faults = []
    for what, cells in wrong.items():
        cells = np.broadcast_to(cells, array.shape)
        if cells.any():
            found, more = coordinates_of(array, cells)
            value = f" = {array.values[tuple(np.argwhere(cells)[0])]:.6g}" if show else ""
            faults.append(Fault(f"{where}{found}{value}", what + more, mend))
    return faults


def raise_if_any(
    where: str, array: xr.DataArray, wrong: Mapping[str, NDArray[np.bool_]], mend: str = "", show: bool = True
) -> None:
    """Raise one InputError with the faults that `faults_in` finds."""
    faults = faults_in(where, array, wrong, mend, show)
    if faults:
        raise InputError(faults)


def broadcast(where: str, arrays: Mapping[str, xr.DataArray]) -> dict[str, xr.DataArray]:
    """Broadcast arrays whose labels must be the same."""
    seen: dict[Hashable, tuple[str, xr.DataArray]] = {}
    faults = []
    for name, array in arrays.items():
        for dim in array.dims:
            if dim not in seen:
                seen[dim] = (name, array)
                continue
            other, known = seen[dim]
            text = difference(array, known, dim, other)
            if text:
                faults.append(Fault(name if name.startswith(where) else f"{where}: {name}", *text))
    if faults:
        raise AlignmentError(faults)
    if len({array.dims for array in arrays.values()}) == 1:  # nothing to broadcast
        return dict(arrays)
    wide = xr.broadcast(*arrays.values())
    return dict(zip(arrays, wide, strict=True))


def canonical_order(array: xr.DataArray) -> xr.DataArray:
    """Dims in the order of the vocabulary, others last."""
    known = [dim for dim in DIMENSIONS if dim in array.dims]
    return array.transpose(*known, *(dim for dim in array.dims if dim not in DIMENSIONS))

"""Parameters that bound each other: drawn so that no sample contradicts itself.

- Used exports and hibernation share one whole. Exports are drawn first; hibernation keeps its part of what remains:
  u_h = (its own draw) x (1 - u_x)/(1 - u_x without uncertainty).
- A largest collection rate lies above the base rate: its law is truncated at the base rate drawn, and where it ends
  below that it is the base rate.
- A recovery yield that research can reach lies above the plain yield: it is the larger of the two.
- Elements of a component weigh no more than the component: where they would, they are scaled down to it together.
  Ranges of which that is no rare tail are refused with the coordinates.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mfa.errors import Fault, InputError, ModelError
from mfa.inputs.messages import number
from mfa.inputs.sampling.placing import Plan
from mfa.inputs.sampling.targets import ItemArray, Items, Target

if TYPE_CHECKING:
    from mfa.inputs.grids import Axes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MASS_TOLERANCE = 1e-9
ROUNDING = 1e-12


def spread_to(values: Floats, dims: Sequence[str], wanted: Sequence[str]) -> Floats:
    """Array [sample, *dims] with axes (sample, *wanted); a dim that it lacks has length 1.

    Examples
    --------
    >>> spread_to(np.ones((2, 3)), ["product"], ["time", "product"]).shape
    (2, 1, 3)
    """
    order = [dim for dim in wanted if dim in dims]
    moved = values.transpose(0, *(1 + list(dims).index(dim) for dim in order))
    index = (slice(None), *(slice(None) if dim in dims else None for dim in wanted))
    return moved[index]


def values_of(array: xr.DataArray, dims: Sequence[str]) -> Floats:
    """Values of an array with axes (sample, *dims); sample has length 1 if it is not sampled."""
    own = [str(dim) for dim in array.dims if dim != "sample"]
    values = array.values if "sample" in array.dims else array.values[None]
    return spread_to(values, own, dims)


def union_dims(name_dims: Sequence[str], *arrays: xr.DataArray) -> list[str]:
    """Dims of any of the arrays, in canonical order."""
    return [dim for dim in name_dims if any(dim in array.dims for array in arrays)]


def hibernation(
    drawn: xr.DataArray, exports: xr.DataArray, base_exports: xr.DataArray, dims: Sequence[str]
) -> tuple[Floats, list[str]]:
    """Hibernation as its part of what is not exported.

    Parameters
    ----------
    drawn : DataArray
        Hibernation share, drawn or not.
    exports, base_exports : DataArray
        Used-export share, drawn and without uncertainty.
    dims : sequence of str
        Dims of the parameter.

    Returns
    -------
    values : array [sample, *kept]
    kept : list of str
    """
    kept = union_dims(dims, drawn, exports)
    rest, rest_before = 1.0 - values_of(exports, kept), 1.0 - values_of(base_exports, kept)
    part = np.divide(
        rest, rest_before, out=np.ones(np.broadcast_shapes(rest.shape, rest_before.shape)), where=rest_before > 0.0
    )
    return values_of(drawn, kept) * part, kept


def largest_base_rate(rate: xr.DataArray, target: Target, plan: Plan) -> Floats:
    """Base collection rate at each cell of the largest rate that varies; its largest over the years if that has none.

    Returns
    -------
    array [sample, cell of the plan]
    """
    spare = [dim for dim in rate.dims if dim not in ("sample", *target.dims)]
    most = rate.max(spare) if spare else rate
    wide = values_of(most, target.dims)
    shape = (wide.shape[0], *(len(target.labels.of(dim)) for dim in target.dims))
    return np.ascontiguousarray(np.broadcast_to(wide, shape)).reshape(wide.shape[0], -1)[:, plan.positions]


def reachable_yield(reach: xr.DataArray, now: xr.DataArray, dims: Sequence[str]) -> tuple[Floats, list[str]]:
    """The larger of the yield that research can reach and the plain one; none stays none."""
    kept = union_dims(dims, reach, now)
    most, plain = np.broadcast_arrays(values_of(reach, kept), values_of(now, kept))
    return np.where(np.isnan(most), most, np.maximum(most, plain)), kept


# --- checks ----------------------------------------------------------------------------------------------------------


def check_range(plan: Plan, cells: Floats, samples: Ints) -> None:
    """Refuse samples out of the parameter's range.

    Raises
    ------
    ModelError
        Naming parameter, coordinates, sample and value.
    """
    low, high, open_low, open_high = plan.target.parameter.bounds()
    least, most = float(cells.min()), float(cells.max())
    sound = (least > low if open_low else least >= low) and (most < high if open_high else most <= high)
    if sound and np.isfinite(most):
        return
    wrong = ~np.isfinite(cells) | (cells <= low if open_low else cells < low)
    wrong |= cells >= high if open_high else cells > high
    cell, sample = np.argwhere(wrong)[0].tolist()
    where = f"{plan.name}[{plan.target.coordinates(int(plan.positions[cell]))}]"
    raise ModelError(
        Fault(
            f"sample {int(samples[sample])}: {where}",
            f"= {number(float(cells[cell, sample]))} leaves the range {plan.target.parameter.range}",
            "choose a law that ends within the range, or a smaller factor in the scenario",
        )
    )


def check_rates(rate: xr.DataArray, largest: xr.DataArray, exists: NDArray[np.bool_], axes: Axes) -> None:
    """Refuse a base collection rate above the largest one, which a scenario may have fixed.

    Raises
    ------
    ModelError
        Naming coordinates and sample.
    """
    dims = ("region", "time", "product", "component")
    one, other = values_of(rate, dims), values_of(largest, dims)
    wrong = (one > other) & exists
    if wrong.any():
        shape = np.broadcast_shapes(one.shape, other.shape, exists.shape)
        cell = np.argwhere(np.broadcast_to(wrong, shape))[0].tolist()
        place = ", ".join(f"{dim}={axes.of(dim)[i]}" for dim, i in zip(dims, cell[1:], strict=True))
        values = (float(np.broadcast_to(array, shape)[tuple(cell)]) for array in (one, other))
        text = " is above max_collection_rate = ".join(number(value) for value in values)
        mend = "hold base_collection_rate, or raise the largest rate that the scenario sets"
        raise ModelError(Fault(f"sample number {cell[0]}: base_collection_rate[{place}]", f"= {text}", mend))


def bounded_composition(content: Any, mass: Any, items: Items) -> Any:
    """Content whose elements weigh no more than their component: where they would, all are scaled down together.

    Content that is the same for all products, components or chemistries is left as it is.
    """
    if not isinstance(content, ItemArray):
        return content
    elements, whole = _weights(content, mass, items)
    if not (elements > whole).any():
        return content
    share = np.divide(whole, elements, out=np.ones(elements.shape), where=elements > whole)
    values = content.values_by_item * np.expand_dims(share, 1 + content.axes.index("element"))
    return ItemArray(content.base, content.items, content.axes, values, content.samples)


def check_composition(content: Any, mass: Any, items: Items, axes: Axes) -> None:
    """Refuse ranges that contradict each other: content at its 95 % outweighs a component that is at its median.

    Parameters
    ----------
    content : ItemArray or DataArray
        One sample, with the factors of content at 95 %; a DataArray is left to the check of the run.
    mass : ItemArray or DataArray
        The same sample, with the other factors at their medians.

    Raises
    ------
    InputError
        Naming coordinates and weights.
    """
    if not isinstance(content, ItemArray):
        return
    elements, whole = _weights(content, mass, items)
    wrong = elements > whole * (1.0 + MASS_TOLERANCE)
    if wrong.any():
        held = tuple(axis for axis in content.axes if axis != "element")
        cell = np.argwhere(wrong)[0].tolist()
        item = items.members[cell[1 + held.index("item")]]
        names = [f"{axis}={axes.of(axis)[cell[1 + i]]}" for i, axis in enumerate(held) if axis != "item"]
        names += [
            f"{dim}={axes.of(dim)[int(i)]}" for dim, i in zip(("product", "component", "chemistry"), item, strict=True)
        ]
        raise InputError(
            Fault(
                f"content[{', '.join(names)}]",
                f"at the 95 % of its factors the elements weigh {number(float(elements[tuple(cell)]))} t/unit, the "
                f"component at its median {number(float(whole[tuple(cell)]))}",
                "narrow the ranges of content, or raise component_mass",
            )
        )


def _weights(content: ItemArray, mass: Any, items: Items) -> tuple[Floats, Floats]:
    """Weight of all elements of an item, and of the item: arrays [sample, *axes of content without element], t/unit."""
    elements = content.values_by_item.sum(axis=1 + content.axes.index("element"))
    held = tuple(axis for axis in content.axes if axis != "element")
    if isinstance(mass, ItemArray):
        whole = spread_to(mass.values_by_item, mass.axes, held)
    else:
        rest = [axis for axis in held if axis != "item"]
        dims = [*rest, "product", "component", "chemistry"]
        wide = values_of(mass, dims)
        index = tuple(
            items.members[:, i] if size > 1 else np.zeros(len(items), dtype=np.int64)
            for i, size in enumerate(wide.shape[-3:])
        )
        whole = wide[..., index[0], index[1], index[2]]
    shape = np.broadcast_shapes(elements.shape, whole.shape)
    return np.broadcast_to(elements, shape), np.broadcast_to(whole, shape)

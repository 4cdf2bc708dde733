"""Terms of lifetimes as users give them: read, converted to years, and refused where no lifetime has them."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mfa.errors import Fault, InputError, UnitError
from mfa.labels import raise_if_any
from mfa.system.survival import FOLDED_NORMAL_LIMIT, term_unit
from mfa.units import magnitude, read_quantity, unit_of

Term = float | str | xr.DataArray
"""A number of years, a text with a unit, a quantity, or an array of them by labels."""

ANY_SIGN = {("lognormal", "mu")}
NOT_NEGATIVE = {("folded_normal", "mu")}


def only(**terms: Term | None) -> dict[str, Any]:
    """The terms that are given."""
    return {name: value for name, value in terms.items() if value is not None}


def as_array(value: Any) -> xr.DataArray:
    """A number as an array without dims; an array as it is."""
    return value if isinstance(value, xr.DataArray) else xr.DataArray(value)


def check_dim(dim: Hashable, where: str) -> None:
    """Refuse dims along which no lifetime varies."""
    if dim in ("time", "age"):
        mend = "a lifetime belongs to the year of sale: name the dim 'cohort', or use a hazard multiplier"
        raise InputError(Fault(where, f"varies along '{dim}'", mend))


def read_term(family: str, name: str, value: Any) -> float | xr.DataArray:
    """A term in years as float or plain DataArray; refuses what no lifetime can be."""
    where, unit = f"lifetime {family}: {name}", term_unit(family, name)
    if isinstance(value, str):
        value = read_quantity(value, unit)
    if hasattr(value, "magnitude"):
        value = xr.DataArray(value)
    if unit_of(value) is not None:
        try:
            value = magnitude(value, unit)
        except UnitError as error:
            raise UnitError(Fault(where, str(error))) from None
    if isinstance(value, xr.DataArray) and not value.ndim:
        value = value.item()
    if not isinstance(value, xr.DataArray):
        number = np.asarray(value)
        if number.ndim or number.dtype.kind not in "iuf":
            raise InputError(Fault(where, f"is {type(value).__name__}", "give a number of years or a DataArray"))
        value = float(number)
        if 0.0 < value < math.inf:
            return value
        array = xr.DataArray(value)
    else:
        if value.dtype.kind not in "iuf":
            raise InputError(Fault(where, f"is not made of numbers ({value.dtype})", "give years as floats"))
        for dim in value.dims:
            check_dim(dim, where)
        if value.dtype != np.float64 or any(name not in value.dims for name in value.coords):
            labels = {dim: value.coords[dim] for dim in value.dims if dim in value.coords}
            value = xr.DataArray(value.variable.astype(np.float64), labels)
        array = value
    numbers = array.values
    if numbers.min(initial=math.inf) > 0.0 and numbers.max(initial=0.0) < math.inf:  # False for NaN
        return value
    wrong = {"is NaN": np.isnan(numbers), "is infinite": np.isinf(numbers)}
    if (family, name) in NOT_NEGATIVE:
        wrong["is negative"] = numbers < 0.0
    elif (family, name) not in ANY_SIGN:
        wrong["is not above 0"] = numbers <= 0.0
    raise_if_any(where, array, wrong, "give a number above 0" if "is not above 0" in wrong else "give a number")
    return value


def refuse_parameters(family: str, terms: Mapping[str, Any], first: xr.DataArray, second: xr.DataArray) -> None:
    """Refuse terms that no member of the family has."""
    lost = ~(np.isfinite(first.values) & np.isfinite(second.values))
    if family == "folded_normal" and "sd" in terms:
        ratio = first.copy(data=np.asarray(terms["sd"]) / np.asarray(terms["mean"]))
        text = f"is above {FOLDED_NORMAL_LIMIT:.4f}, the most a folded normal can have"
        raise_if_any("lifetime folded_normal: sd/mean", ratio, {text: lost}, "use weibull or lognormal")
    raise_if_any(f"lifetime {family}", first, {"has no finite parameters": lost}, "check its terms", False)


def stacked(curves: list[NDArray[np.float64]]) -> NDArray[np.float64] | None:
    """Curves of different lengths in one table: a short one that ends at 0 goes on at 0, another is unknown."""
    if not curves:
        return None
    longest = max(rows.shape[1] for rows in curves)
    table = np.full((sum(map(len, curves)), longest), np.nan)
    start = 0
    for rows in curves:
        stop = start + len(rows)
        table[start:stop, : rows.shape[1]] = rows
        table[start:stop, rows.shape[1] :] = np.where(rows[:, -1:] == 0.0, 0.0, np.nan)
        start = stop
    return table

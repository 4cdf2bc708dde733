"""A system in which one label stands twice, as two halves that are alike: amounts are halved, all else is copied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

AMOUNTS = {
    "product": ("sales", "stock_target", "initial_stock", "product_imports", "product_exports"),
    "chemistry": ("chemistry_share", "initial_chemistry_share", "scrap_imports", "initial_scrap_store"),
    "origin": ("import_share", "primary_capacity"),
}
"""Parameters that count amounts or shares of a whole along each dim."""
TWIN = "'s twin"


def split(
    arrays: Mapping[str, Any], lifetimes: Mapping[str, Mapping[str, Any]], dim: str, label: str, labels: list[str]
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The same system with `label` in two halves."""

    def twice(value: Any, *, halve: bool = False, along: str = dim) -> Any:
        if not isinstance(value, xr.DataArray):
            value = xr.DataArray(value)
        if along not in value.dims:
            if not halve:
                return value
            value = value.expand_dims({along: labels})
        twin = value.sel({along: [label]}).assign_coords({along: [label + TWIN]})
        both = xr.concat([value, twin], dim=along)
        if halve:
            both = both * xr.where(both[along].isin([label, label + TWIN]), 0.5, 1.0)
        return both.assign_coords({along: [str(name) for name in both[along].values]})

    changed = {
        name: twice(value, halve=name in AMOUNTS[dim]) if not isinstance(value, str) else value
        for name, value in arrays.items()
    }
    if dim == "origin" and "ore_share" in changed:
        changed["ore_share"] = _of_miners(changed["ore_share"], label, twice)
    terms = {
        name: {term: value if term == "survival" else twice(value) for term, value in given.items()}
        for name, given in lifetimes.items()
    }
    return changed, terms


def _of_miners(shares: xr.DataArray, label: str, twice: Any) -> xr.DataArray:
    """Ore of the halves: others buy half from each, each half refines the ore that the whole mined for itself alone."""
    both = twice(shares, halve=True, along="miner")
    own = shares.sel(origin=label, miner=label) if "origin" in shares.dims else None
    if own is None:
        return both
    for mine, other in ((label, label + TWIN), (label + TWIN, label)):
        here = (both.origin == mine) & (both.miner == mine)
        there = (both.origin == mine) & (both.miner == other)
        both = xr.where(here, own, xr.where(there, 0.0, both))
    return both


def same(one: np.ndarray, other: np.ndarray, tolerance: float = 1e-9) -> bool:
    """Equal to a relative tolerance of the value or of a thousandth of the largest."""
    scale = np.maximum(np.maximum(np.abs(one), np.abs(other)), 1e-3 * max(np.abs(one).max(initial=0.0), 10.0))
    with np.errstate(invalid="ignore"):
        return bool(np.all((one == other) | (np.abs(one - other) <= tolerance * scale)))

"""Random systems in the form the engine takes, and the comparison with the plain model."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import xarray as xr

from mfa.system.survival import FAMILIES, canonical_parameters
from mfa.vocabulary import QUOTA_STATES
from tests.plain_model.results import DIMS


class CanonicalLifetime:
    """A lifetime of one family, as code and canonical parameters."""

    def __init__(self, terms: dict[str, Any]) -> None:
        terms = dict(terms)
        family = terms.pop("survival")
        if family == "folded_normal":  # the plain model calls the two parameters of the normal mean and sd
            terms = {"mu": terms["mean"], "sigma": terms["sd"]}
        arrays = xr.broadcast(*[xr.DataArray(value) for value in terms.values()])
        given = dict(zip(terms, [array.values for array in arrays], strict=True))
        first, second = canonical_parameters(family, given)
        like = arrays[0]
        self._arrays = (
            like.copy(data=np.full(like.shape, FAMILIES.index(family))),
            like.copy(data=np.broadcast_to(first, like.shape)),
            like.copy(data=np.broadcast_to(second, like.shape)),
        )

    def canonical(self) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray]:
        return self._arrays


def engine_inputs(arrays: dict[str, Any], years: list[int], lifetimes: dict[str, dict[str, Any]]) -> Any:
    """What the engine reads of `mfa.Inputs`, without its checks."""
    labels: dict[str, list[Any]] = {}
    every = [value for value in arrays.values() if isinstance(value, xr.DataArray)]
    every += [value for terms in lifetimes.values() for value in terms.values() if isinstance(value, xr.DataArray)]
    for array in every:
        for dim in array.dims:
            if dim not in ("time", "cohort"):
                labels.setdefault(dim, list(array.coords[dim].values.tolist()))
    for dim in ("region", "origin", "product", "component", "chemistry", "element", "route"):
        labels.setdefault(dim, [dim])
    prepared: dict[str, Any] = {}
    run_years = np.asarray(years)
    for name, value in arrays.items():
        if isinstance(value, xr.DataArray) and "cohort" in value.dims and name != "initial_stock":
            if name == "initial_chemistry_share" or "initial_stock" in arrays:
                prepared[name] = value
            else:
                prepared[name] = value.sel(cohort=run_years)
        else:
            prepared[name] = value
    for name, terms in lifetimes.items():
        if "initial_stock" not in arrays:
            terms = {
                term: value.sel(cohort=run_years)
                if isinstance(value, xr.DataArray) and "cohort" in value.dims
                else value
                for term, value in terms.items()
            }
        prepared[name] = CanonicalLifetime(terms)
    return SimpleNamespace(arrays=prepared, labels=labels, years=run_years, money="USD_2024", attrs={}, evidence=None)


def differences(
    engine: dict[str, dict[str, np.ndarray]], plain: Any, labels: dict[str, list[Any]], years: list[int]
) -> list[str]:
    """Where the engine and the plain model differ by more than 1e-9, worst first."""
    from mfa.vocabulary import FLOWS, ITEMS, POLICY, STOCKS

    coords = {**labels, "time": years, "scrap": ["old", "new", "imported"]}
    found: list[tuple[float, str]] = []
    tables = {"flows": FLOWS, "stocks": STOCKS, "items": ITEMS, "policy": POLICY}
    for group, table in tables.items():
        for name, variable in table.items():
            plain_name = "import_requirement_mass" if name == "import_need" else name
            if plain_name not in DIMS[group]:
                continue
            own = {dim: values for dim, values in coords.items() if dim in variable.dims}
            theirs = plain.to_array(plain_name, variable.dims, own)
            mine = np.nan_to_num(engine[group][name][0].astype(float), posinf=np.inf)
            if theirs.shape != mine.shape:
                found.append((np.inf, f"{group}.{name}: shape {mine.shape} against {theirs.shape}"))
                continue
            compare(found, f"{group}.{name}", mine, theirs.astype(float), variable.dims, coords)
    for name, mine in engine["components"].items():
        if name == "processed":
            continue
        variable = FLOWS.get(name) or STOCKS[name]
        dims = [dim for dim in variable.dims if dim != "element"]
        theirs = plain.to_array(name, dims, {**coords, "element": ["mass"]})
        compare(found, f"components.{name}", mine[0], theirs.astype(float), dims, coords)
    if "quota_state" in engine["policy"]:
        mine = engine["policy"]["quota_state"][0]
        theirs = plain.to_array("quota_state", ("region", "time", "product", "component"), coords)
        dims = ("region", "time", "product", "component")
        for place in np.argwhere(mine > -1):
            here = QUOTA_STATES[int(mine[tuple(place)])]
            there = theirs[tuple(place)] or "none"
            if here != there and there != 0.0:
                found.append(
                    (
                        1.0,
                        f"quota_state{_where(place, dims, coords)}: {here} against {there}",
                    )
                )
                break
    return [text for _, text in sorted(found, key=lambda pair: -pair[0])]


def compare(found: list[Any], name: str, mine: np.ndarray, theirs: np.ndarray, dims: Any, coords: Any) -> None:
    both_infinite = np.isinf(mine) & np.isinf(theirs)
    scale = np.maximum(
        np.maximum(np.abs(mine), np.abs(theirs)),
        1.0 if "cost" in name or "paid" in name or "items" in name or "charge" in name else 1e-3,
    )
    gap = np.where(both_infinite, 0.0, np.abs(mine - theirs) / np.where(np.isinf(scale), 1.0, scale))
    gap = np.nan_to_num(gap, nan=np.inf)
    if gap.size and gap.max() > 1e-9:
        first = None
        time_axis = list(dims).index("time")
        bad = np.argwhere(gap > 1e-9)
        first = bad[np.argmin(bad[:, time_axis])]
        place = tuple(first)
        found.append(
            (
                1e6 - coords["time"][place[time_axis]] + float(min(gap.max(), 1)) / 10,
                f"{name}{_where(first, dims, coords)}: {mine[place]:.12g} against {theirs[place]:.12g} "
                f"({len(bad)} cells)",
            )
        )


def _where(place: Any, dims: Any, coords: Any) -> str:
    return "[" + ", ".join(str(coords[dim][i]) for dim, i in zip(dims, place, strict=True)) + "]"

"""Systems in the form that `mfa.run` takes, and the comparison of its results with the plain model."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

import mfa
from mfa.inputs.arrays import InputWarning, Lifetimes
from mfa.results import variables
from mfa.system.survival import FAMILIES, canonical_parameters
from mfa.vocabulary import INDICATORS, QUOTA_STATES
from tests.plain_model import PlainResults, plain_indicators
from tests.plain_model.results import DIMS

TOLERANCE = 1e-9
"""Relative to the value, to a thousandth of the largest of its array, or to a least size (10 kg, or one of money)."""
OWN_NAMES = {"import_need": "import_requirement_mass"}
"""What the plain model calls differently."""
GROUPS = ("flows", "components", "stocks", "items", "policy")


def lifetime(terms: Mapping[str, Any]) -> Lifetimes:
    """Lifetime of one family; NaN where a component lifetime is off."""
    given = {name: xr.DataArray(value) for name, value in terms.items() if name != "survival"}
    family = terms["survival"]
    if family == "folded_normal":  # the plain model calls the two parameters of the normal mean and sd
        given = {"mu": given["mean"], "sigma": given["sd"]}
    arrays = dict(zip(given, xr.broadcast(*given.values()), strict=True))
    like = next(iter(arrays.values()))
    on = ~np.any([np.isnan(array.values) for array in arrays.values()], axis=0)
    found = canonical_parameters(family, {name: np.where(on, array.values, 1.0) for name, array in arrays.items()})
    first, second = (np.where(on, np.broadcast_to(values, like.shape), np.nan) for values in found)
    code = np.where(on, FAMILIES.index(family), -1)
    return Lifetimes(*(like.copy(data=values) for values in (code, first, second)))


def engine_inputs(
    arrays: Mapping[str, Any],
    years: Sequence[int],
    lifetimes: Mapping[str, Mapping[str, Any]],
    labels: Mapping[str, Sequence[str]] | None = None,
) -> mfa.Inputs:
    """Checked inputs of a system that is given as the plain model takes it."""
    run_years = list(years)
    prepared = {name: value for name, value in arrays.items() if value is not None}
    if "initial_stock" not in prepared:  # then the cohorts are the years of the run
        prepared = {name: _of_cohorts(value, run_years) for name, value in prepared.items()}
        lifetimes = {
            name: {term: _of_cohorts(value, run_years) for term, value in terms.items()}
            for name, terms in lifetimes.items()
        }
    for name in ("initial_stock", "initial_chemistry_share"):
        value = prepared.get(name)
        if isinstance(value, xr.DataArray) and "cohort" in value.dims:
            prepared[name] = value.sel(cohort=value.cohort < run_years[0])
    prepared |= {name: lifetime(terms) for name, terms in lifetimes.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        return mfa.Inputs(prepared, run_years, labels=labels)


def _of_cohorts(value: Any, years: list[int]) -> Any:
    if isinstance(value, xr.DataArray) and "cohort" in value.dims:
        return value.sel(cohort=years)
    return value


def differences(engine: mfa.Results, plain: PlainResults) -> list[str]:
    """Where the engine and the plain model differ by more than 1e-9, the first year first; indicators last."""
    coords = {**engine.labels, "time": engine.years.tolist(), "scrap": ["old", "new", "imported"]}
    found: list[tuple[int, str]] = []
    traded = _units_entering(plain, coords)
    for group in GROUPS:
        for name, array in engine.arrays(group).items():
            dims = engine.dims(group, name)
            if name == "quota_state":
                found += _differing_states(array[0], plain, dims, coords)
                continue
            theirs = _of_plain(plain, group, name, dims, coords)
            mine = np.nan_to_num(array[0].astype(float), posinf=np.inf)
            if theirs is None:
                continue
            least = 1.0 if "money" in variables(group)[name].unit else 1e-2
            if name == "quota_unclipped":  # an obligation over next to nothing
                mine, theirs = np.minimum(mine, 1e6), np.minimum(theirs, 1e6)
            if name == "chemistry_mix":  # the mix of nothing
                mine, theirs = mine * traded, theirs * traded
            found += _differing_cells(f"{group}.{name}", mine, theirs, dims, coords, least)
    texts = [text for _, text in sorted(found, key=lambda pair: pair[0])]
    return texts or _differing_indicators(engine, plain, coords)


def _units_entering(plain: PlainResults, coords: Mapping[str, Any]) -> np.ndarray:
    """1 where components enter use, 0 where none do but for rounding: [region, time, product, component, 1]."""
    dims = ("region", "time", "product", "component")
    mass = {**coords, "element": ["mass"]}
    entering = plain.to_array("sales", dims, mass) + plain.to_array("spares", dims, mass)
    return np.asarray(entering > 1e-6 * max(entering.max(), 1e-3), dtype=float)[..., None]


def _of_plain(
    plain: PlainResults, group: str, name: str, dims: Sequence[str], coords: Mapping[str, Any]
) -> np.ndarray | None:
    if group == "components":
        return plain.to_array(name, dims, {**coords, "element": ["mass"]}).astype(float)
    name = OWN_NAMES.get(name, name)
    if name not in DIMS[group]:
        return None
    return plain.to_array(name, dims, {dim: labels for dim, labels in coords.items() if dim in dims}).astype(float)


def _differing_cells(
    name: str, mine: np.ndarray, theirs: np.ndarray, dims: Sequence[str], coords: Mapping[str, Any], least: float
) -> Iterator[tuple[int, str]]:
    if mine.shape != theirs.shape:
        yield 0, f"{name}: shape {mine.shape} against {theirs.shape}"
        return
    if not mine.size:
        return
    same = mine == theirs
    size = np.maximum(np.abs(mine), np.abs(theirs))
    largest = size[np.isfinite(size)].max(initial=0.0)
    with np.errstate(invalid="ignore"):
        apart = ~same & ~(np.abs(mine - theirs) <= TOLERANCE * np.maximum(size, max(least, 1e-3 * largest)))
    if apart.any():
        places = np.argwhere(apart)
        place = places[int(np.argmin(places[:, list(dims).index("time")]))]
        year = coords["time"][place[list(dims).index("time")]]
        value, other = mine[tuple(place)], theirs[tuple(place)]
        yield year, f"{name}{_where(place, dims, coords)}: {value:.12g} against {other:.12g} ({len(places)} cells)"


def _differing_states(
    mine: np.ndarray, plain: PlainResults, dims: Sequence[str], coords: Mapping[str, Any]
) -> Iterator[tuple[int, str]]:
    """Quota states that differ; an obligation that is only the rounding of nothing may be called slack or none."""
    theirs = plain.to_array("quota_state", dims, coords)
    share = plain.to_array("quota_unclipped", dims, coords)
    for place in np.argwhere(mine > -1):
        here, there = QUOTA_STATES[int(mine[tuple(place)])], theirs[tuple(place)] or "none"
        if here != there and not ({here, there} == {"none", "slack"} and share[tuple(place)] < TOLERANCE):
            yield coords["time"][place[1]], f"quota_state{_where(place, dims, coords)}: {here} against {there}"


def _differing_indicators(engine: mfa.Results, plain: PlainResults, coords: Mapping[str, Any]) -> list[str]:
    """Indicators that differ: computed by both from results that agree, so that a wrong formula stands out."""
    found = []
    slow = plain_indicators(plain)
    for name, variable in INDICATORS.items():
        fast = engine.arrays("indicators")[name][0]
        largest = max((abs(value) for value in slow[name].values() if math.isfinite(value)), default=0.0)
        for labels, value in slow[name].items():
            place = tuple(coords[dim].index(label) for dim, label in zip(variable.dims, labels, strict=True))
            mine = float(fast[place])
            if (math.isnan(mine) and math.isnan(value)) or _of_next_to_nothing(plain, name, labels):
                continue
            if not abs(mine - value) <= TOLERANCE * max(abs(value), 1e-3 * largest, 1e-3):
                found.append(f"indicators.{name}{list(labels)}: {mine:.12g} against {value:.12g}")
    return found


DENOMINATORS = {
    "eol": ("discards_direct", "released"),
    "eco": ("refined_use",),
    "cri": ("refined_use",),
}
"""Flows in the denominator of the indicators whose names begin so, where they can be the rounding of a difference."""


def _of_next_to_nothing(plain: PlainResults, name: str, labels: tuple[Any, ...]) -> bool:
    flows = DENOMINATORS.get(name[:3], ())
    return bool(flows) and sum(plain.total(flow, *labels) for flow in flows) < 1e-3


def _where(place: Any, dims: Sequence[str], coords: Mapping[str, Any]) -> str:
    return "[" + ", ".join(str(coords[dim][i]) for dim, i in zip(dims, place, strict=True)) + "]"

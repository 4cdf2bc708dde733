"""What must hold of every system, whatever its numbers: properties of the engine on random systems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import mfa
from tests.engine.splitting import same, split
from tests.engine.systems import engine_inputs
from tests.random_systems import LEVERS, random_system

Arrays = dict[str, Any]
Lifetimes = Mapping[str, Mapping[str, Any]]
FEW = settings(max_examples=5, deadline=None)
SOME = settings(max_examples=10, deadline=None)
SEEDS = st.integers(0, 10_000)
SOME_LEVERS = st.sets(st.sampled_from(LEVERS)).map(sorted)
BETWEEN = ("joint_pool", "used_trade", "scrap_between")
"""Levers that link regions."""
NUMBERS = ("flows", "stocks", "items", "components", "policy")


def run(arrays: Arrays, years: list[int], lifetimes: Lifetimes) -> mfa.Results:
    return mfa.run(engine_inputs(arrays, years, lifetimes))


def values(results: mfa.Results, group: str, name: str) -> np.ndarray:
    """Values of the first sample, without NaN."""
    return np.nan_to_num(results.arrays(group)[name][0].astype(float))


def first_year(arrays: Arrays, years: list[int], lifetimes: Lifetimes) -> tuple[Arrays, list[int], Lifetimes]:
    """The same system, ended after one year."""

    def cut(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: cut(part) for key, part in value.items()}
        for dim in ("time", "cohort"):
            if isinstance(value, xr.DataArray) and dim in value.dims:
                value = value.sel({dim: value[dim] <= years[0]})
        return value

    return cut(arrays), years[:1], cut(lifetimes)


# --- balances --------------------------------------------------------------------------------------------------------
@SOME
@given(SEEDS, SOME_LEVERS)
def test_balances_close_and_nothing_is_negative(seed: int, levers: list[str]) -> None:
    # `mfa.run` itself raises where a process, the system or a cohort does not balance to 1e-9
    results = run(*random_system(seed, levers))
    assert results.attrs["balance"]["worst_relative_residual"] <= 1e-9
    for group in ("flows", "stocks", "items", "components"):
        for name, found in results.arrays(group).items():
            assert found.min(initial=0.0) >= -1e-12 * max(1.0, found.max(initial=0.0)), f"{group}.{name}"
    taken, given_ = values(results, "flows", "pool_in"), values(results, "flows", "pool_out")
    assert same(taken.sum(axis=0), given_.sum(axis=0))


@FEW
@given(SEEDS, SOME_LEVERS)
def test_regions_without_pool_and_trade_do_not_touch_each_other(seed: int, levers: list[str]) -> None:
    arrays, years, lifetimes = random_system(seed, [lever for lever in levers if lever not in BETWEEN])

    def only(value: Any, region: str) -> Any:
        if isinstance(value, Mapping):
            return {key: only(part, region) for key, part in value.items()}
        return value.sel(region=[region]) if isinstance(value, xr.DataArray) and "region" in value.dims else value

    both = run(arrays, years, lifetimes)
    for i, region in enumerate(("east", "west")):
        alone = run(only(arrays, region), years, only(lifetimes, region))
        for group in NUMBERS:
            for name in alone.arrays(group):
                assert same(values(alone, group, name), values(both, group, name)[i : i + 1]), f"{group}.{name}"


# --- monotony --------------------------------------------------------------------------------------------------------
WITHOUT_ANSWER = (
    "initial_stock", "hazard", "timing", "used_exports", "retention", "hibernation", "collection", "collection_ramp",
    "second_life", "scrap_trade", "scrap_store", "backlog", "routes", "capacity", "manufacturing", "product_trade",
    "component_imports", "other_need", "primary", "stockpile",
)  # fmt: skip
"""Levers under which neither discards nor the value of scrap depend on what was collected before."""


@FEW
@given(SEEDS, st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.sampled_from(["discards", "sales"]))
def test_a_stricter_quota_never_lowers_collection(seed: int, one: float, other: float, base: str) -> None:
    """Other things equal, which means: discards, prices, costs, certificates and subsidies do not answer.

    They do where more collection today makes metal less scarce, lets costs fall, or spends the budget of a subsidy.
    """
    arrays, years, lifetimes = random_system(seed, WITHOUT_ANSWER)
    arrays["collection_quota_base"] = base
    loose, strict = (run({**arrays, "collection_quota": q}, years, lifetimes) for q in sorted((one, other)))
    assert (values(strict, "policy", "collection_rate") >= values(loose, "policy", "collection_rate") - 1e-12).all()
    tonnes = [values(r, "components", "collected") + values(r, "components", "to_second_life") for r in (loose, strict)]
    assert (tonnes[1] >= tonnes[0] - 1e-9 * tonnes[0].max()).all()


@FEW
@given(SEEDS, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_in_the_first_year_nothing_can_answer(seed: int, one: float, other: float) -> None:
    arrays, years, lifetimes = first_year(*random_system(seed, "every"))
    loose, strict = (run({**arrays, "collection_quota": q}, years, lifetimes) for q in sorted((one, other)))
    rates = [values(r, "policy", "collection_rate") for r in (loose, strict)]
    assert (rates[1] >= rates[0] - 1e-12).all()


SUPPLY_ALONE = (
    "initial_stock", "hazard", "timing", "used_exports", "retention", "hibernation", "second_life", "scrap_trade",
    "scrap_store", "manufacturing", "product_trade", "product_bans", "other_need",
    "primary", "bans", "ore_bans", "headroom", "equity", "stockpile", "joint_pool",
)  # fmt: skip
"""Levers of supply with fixed prices, and recycling without limits."""


@SOME
@given(SEEDS, st.floats(1.0, 5.0), st.sampled_from(["initial_stockpile", "stockpile_days", "fill_limit"]))
def test_a_larger_stockpile_never_raises_unmet_demand(seed: int, factor: float, which: str) -> None:
    """Never over all years, and in no year by more than a thousandth, under these conditions.

    A shortage averted means more products, and so other scrap and other gaps later: in system 708 twice the stock lets
    122.121 t be missing in one year, not 122.118. Filling draws imports, but only without a gap and within the room
    left.

    One element, which every component holds, and none comes ready-made from abroad: what is released is used. Otherwise
    a second scarce element or component leaves part of the stock to a later year, and with a larger stock, which lets
    more be made, less is left of it. Fixed prices (psi = 0): a shortage averted does not teach makers to do without.
    Units not sold are not wanted again: what is made a year later is scrap a year later. Recycling takes all it gets.
    Secondary metal alone may do (rc_max = 1): beside a largest share, output hangs on imports, whose caps in a year
    with a ban are shares of J, and so fall where there is more secondary metal. `tests/system/test_stockpile.py` works
    out by hand where a later year pays.
    """
    arrays, years, lifetimes = random_system(seed, SUPPLY_ALONE)
    arrays = {
        name: value.sel(element=["Co"]) if isinstance(value, xr.DataArray) and "element" in value.dims else value
        for name, value in arrays.items()
    }
    arrays["content"] = np.maximum(arrays["content"], 0.05 * arrays["component_mass"])
    arrays["content"] = arrays["content"].transpose(*arrays["component_mass"].dims, "element")
    arrays["opex"] = 0.0
    small = run(arrays, years, lifetimes)
    large = run({**arrays, which: arrays[which] * factor}, years, lifetimes)
    unmet = [values(results, "policy", "unmet_demand") for results in (small, large)]
    assert (unmet[1] <= unmet[0] + 1e-3 * max(1.0, unmet[0].max())).all()
    assert (unmet[1].sum(axis=1) <= unmet[0].sum(axis=1) * (1 + 1e-9) + 1e-9).all()  # over the years never


# --- two halves ------------------------------------------------------------------------------------------------------
HALVES = {
    "product": ("car", "phone"),
    "chemistry": ("layered", "olivine"),
    "origin": ("north", "island", "seabed"),
}
CONCENTRATION = ("hhi", "hhi_governance", "hhi_governance_mine", "chokepoint", "supply_risk", "critical", "n_1_cover",
                 "top_origin_share")  # fmt: skip
"""Indicators that look at how many origins there are."""


@pytest.mark.parametrize("dim", HALVES)
@FEW
@given(seed=SEEDS, which=st.integers(0, 2))
def test_two_halves_are_the_whole(dim: str, seed: int, which: int) -> None:
    arrays, years, lifetimes = random_system(seed)
    label = HALVES[dim][which % len(HALVES[dim])]
    whole = run(arrays, years, lifetimes)
    twice, lifetimes_twice = split(arrays, lifetimes, dim, label, whole.labels[dim])
    halves = run(twice, years, lifetimes_twice)
    for group in NUMBERS:
        for name in whole.arrays(group):
            dims = whole.dims(group, name)
            if dim in dims and group == "policy":
                continue  # prices, rates and shares of a label: none of them adds up
            axes = tuple(i for i, other in enumerate(dims) if other == dim)
            one, two = (values(results, group, name).sum(axis=axes) for results in (whole, halves))
            assert same(one, two), f"{group}.{name}"
    for name, found in whole.arrays("indicators").items():
        if dim == "origin" and name in CONCENTRATION:
            continue
        assert same(np.nan_to_num(found), np.nan_to_num(halves.arrays("indicators")[name]), 1e-6), name


# --- samples ---------------------------------------------------------------------------------------------------------
SAMPLED = ("sales", "base_price", "opex", "content", "import_share", "primary_capacity", "initial_stockpile", "capex",
           "collection_penalty", "other_need", "initial_stock")  # fmt: skip


LONE = (
    "stockpile_days",
    "release_limit",
    "ban",
    "collection_quota",
    "headroom",
    "secondary_share_max",
    "scarcity_exponent",
)


@pytest.mark.parametrize(
    ("seed", "names", "size"), [(1001, SAMPLED, 35), (1004, SAMPLED, 35), *((1001, (name,), 3) for name in LONE)]
)
def test_samples_together_are_the_runs_apart(seed: int, names: tuple[str, ...], size: int) -> None:
    """35 samples, more than are solved at once, against some of them alone: equal to 1e-11, not to the last bit.

    Also samples of one parameter, which nothing has met before its lever acts.

    The order of a sum in a matrix product depends on the shape of the matrix, and a year in which one sample is
    rationed takes the longer way for all.
    """
    lean = ("stockpile", "bans", "collection", "collection_quota", "prices", "headroom", "secondary_limit")
    levers = "every" if names == SAMPLED else lean
    arrays, years, lifetimes = random_system(seed, levers)
    rng = np.random.default_rng(seed)
    samples = list(range(size))
    assert any(name in arrays for name in names)
    for name in names:
        if name in arrays and name != "import_share":
            factor = xr.DataArray(rng.uniform(0.7, 1.0, len(samples)), dims="sample", coords={"sample": samples})
            arrays[name] = (arrays[name] * factor).transpose("sample", *arrays[name].dims)
    together = run(arrays, years, lifetimes)
    for sample in (0, 31, 32, 34) if size == 35 else (0, size - 1):
        alone = run(
            {
                name: value.sel(sample=sample, drop=True)
                if isinstance(value, xr.DataArray) and "sample" in value.dims
                else value
                for name, value in arrays.items()
            },
            years,
            lifetimes,
        )
        for group in (*NUMBERS, "indicators"):
            for name, found in alone.arrays(group).items():
                other = np.nan_to_num(together.arrays(group)[name][sample].astype(float))
                assert same(np.nan_to_num(found[0].astype(float)), other, 1e-11), f"{group}.{name} of {sample}"


# --- component lifetimes ---------------------------------------------------------------------------------------------
@FEW
@given(SEEDS)
def test_components_that_never_fail_are_components_without_a_lifetime(seed: int) -> None:
    chosen = [lever for lever in LEVERS if lever != "component_life"]
    arrays, years, lifetimes = random_system(seed, chosen)
    off = run(arrays, years, lifetimes)
    forever = {**lifetimes, "component_lifetime": {"survival": "fixed", "mean": 1e6}}
    on = run({**arrays, "reuse_share": 0.5, "replacement_max_age": 4.0}, years, forever)
    for group in NUMBERS:
        for name in off.arrays(group):
            assert same(values(off, group, name), values(on, group, name)), f"{group}.{name}"

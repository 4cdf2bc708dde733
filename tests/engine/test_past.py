"""Years that runs share: found, solved once, gone on from, and never taken on trust."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

import mfa
from mfa.assembly import Model, assemble
from mfa.past import Past, shared_years
from tests.engine.systems import engine_inputs
from tests.random_systems import LEVERS, random_system
from tests.tiny_systems import array

SCALED = ("sales", "base_price", "stockpile_days", "collection_quota", "used_export_share", "component_import_share")
"""Parameters by year that may be a little smaller without a contradiction."""


def changed(arrays: dict[str, Any], year: int, name: str | None = None) -> dict[str, Any]:
    """The same arrays, some of them smaller from a year on."""
    result = dict(arrays)
    for one in SCALED if name is None else (name,):
        value = arrays.get(one)
        if isinstance(value, xr.DataArray) and "time" in value.dims:
            result[one] = value.where(value["time"] < year, 0.9 * value)
    return result


def models(seed: int, levers: Any = LEVERS, at: int = 4, **more: Any) -> tuple[Model, Model, mfa.Inputs]:
    """A random system, and the same changed from its year number `at` on."""
    arrays, years, lifetimes = random_system(seed, levers)
    before = engine_inputs(arrays, years, lifetimes)
    after = engine_inputs({**changed(arrays, years[at]), **more}, years, lifetimes)
    return assemble(before), assemble(after), after


def assert_same(one: mfa.Results, other: mfa.Results, tolerance: float = 0.0) -> None:
    for group in ("flows", "stocks", "items", "components", "policy"):
        for name, values in one.arrays(group).items():
            np.testing.assert_allclose(other.arrays(group)[name], values, tolerance, tolerance, err_msg=name)


@pytest.mark.parametrize("detail", ["full", "totals"])
@pytest.mark.parametrize("seed", range(4))
def test_a_run_that_goes_on_is_the_run_from_the_start(seed: int, detail: str) -> None:
    """To the last digit: all levers, two regions, components with lifetimes of their own."""
    base, model, inputs = models(seed)
    years = shared_years(base, model)
    assert years == 4
    past = Past(base, years, detail == "full")
    assert past.resume(model, detail == "full") is not None
    whole = mfa.run(inputs, detail=detail)
    assert_same(whole, mfa.run(inputs, detail=detail, past=past))
    assert_same(whole, mfa.run(inputs, detail=detail, past=past))  # nothing of the past was written to


def test_a_lever_that_was_off_so_far() -> None:
    """Investing, credits and a stockpile that begin later find what the first years left."""
    arrays, years, lifetimes = random_system(3, set(LEVERS))
    late = {name: arrays[name] for name in ("invest", "content_quota", "stockpile_days") if name in arrays}
    assert len(late) == 3
    time = array([float(year >= years[5]) for year in years], time=years)
    off = {name: (value * 0).astype(value.dtype) for name, value in late.items()}
    on = {name: (value * time).astype(value.dtype) for name, value in late.items()}
    base = assemble(engine_inputs({**arrays, **off}, years, lifetimes))
    inputs = engine_inputs({**arrays, **on}, years, lifetimes)
    model = assemble(inputs)
    known = shared_years(base, model)
    past = Past(base, known, True)
    assert_same(mfa.run(inputs), mfa.run(inputs, past=past))


def test_many_samples_go_on_from_one() -> None:
    """Samples that differ from year 4 on; with others beside them a sum may be rounded otherwise."""
    arrays, years, lifetimes = random_system(5, set(LEVERS))
    factor = array([0.5, 0.7, 0.9], sample=[0, 1, 2])
    time = array(years, time=years)
    price = arrays["base_price"] * xr.where(time < years[4], 1.0, factor)
    many = engine_inputs({**arrays, "base_price": price}, years, lifetimes)
    base = assemble(engine_inputs(arrays, years, lifetimes))
    model = assemble(many)
    assert model.n_sample == 3 and shared_years(base, model) == 4
    assert_same(mfa.run(many), mfa.run(many, past=Past(base, 4, True)), 1e-11)


def test_years_that_are_not_the_same_are_found() -> None:
    base, model, _ = models(1)
    assert shared_years(base, base) == base.n_years
    assert shared_years(base, models(1, at=1)[1]) == 1
    assert shared_years(base, models(1, at=0)[1]) == 0
    assert shared_years(base, models(2)[1]) == 0  # another system
    assert shared_years(base, models(1, levers=())[1]) == 0  # fewer levers


@pytest.mark.parametrize("name", ["initial_capacity", "initial_scrap_store", "learning_rate", "lifetime"])
def test_what_is_not_a_matter_of_the_year_leaves_no_past(name: str) -> None:
    arrays, years, lifetimes = random_system(1, set(LEVERS))
    base = assemble(engine_inputs(arrays, years, lifetimes))
    if name == "lifetime":
        longer = {**lifetimes["lifetime"], "mean": lifetimes["lifetime"]["mean"] * 1.1}
        other = engine_inputs(arrays, years, {**lifetimes, "lifetime": longer})
    else:
        other = engine_inputs({**arrays, name: arrays[name] * 0.9}, years, lifetimes)
    assert shared_years(base, assemble(other)) == 0
    past = Past(base, 4, True)
    assert past.resume(assemble(other), True) is None
    assert_same(mfa.run(other), mfa.run(other, past=past))


def test_a_past_of_totals_is_none_of_a_full_run() -> None:
    base, model, inputs = models(1)
    past = Past(base, 4, False)
    assert past.resume(model, True) is None
    assert_same(mfa.run(inputs), mfa.run(inputs, past=past))


def test_an_item_that_comes_later_leaves_no_past() -> None:
    """A place that holds nothing before: the state keeps other places, so the run is solved from the start."""
    arrays, years, lifetimes = random_system(1, set(LEVERS))
    content = arrays["content"]
    dim = "cohort" if "cohort" in content.dims else "time"
    if dim not in content.dims:
        content = content.expand_dims({"cohort": years})
        dim = "cohort"
    empty = content.copy()
    empty.loc[{"element": content["element"].values[0]}] = 0.0
    base = assemble(engine_inputs({**arrays, "content": empty}, years, lifetimes))
    late = content.where((content[dim] >= years[4]) | (content["element"] != content["element"].values[0]), 0.0)
    inputs = engine_inputs({**arrays, "content": late}, years, lifetimes)
    model = assemble(inputs)
    assert shared_years(base, model) == 4
    past = Past(base, 4, True)
    assert past.resume(model, True) is None
    assert_same(mfa.run(inputs), mfa.run(inputs, past=past))

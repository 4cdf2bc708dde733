"""Systems at the edge of what can be said: no route, no origin, a lone year, levers spelled out at their defaults."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mfa
from mfa.vocabulary import PARAMETERS
from tests.engine.systems import engine_inputs
from tests.random_systems import LEVERS, random_system
from tests.tiny_systems import array


def bare(**given: Any) -> mfa.Results:
    """100 cars a year with 0.1 t of Co; neither a route nor an origin is named unless given."""
    arrays: dict[str, Any] = {
        "sales": 100.0, "lifetime": mfa.Lifetime.exponential(mean=5.0), "chemistry_share": 1.0,
        "content": array([0.1], element=["Co"]), "component_mass": 1.0, "base_collection_rate": 0.5, **given,
    }  # fmt: skip
    return mfa.run(mfa.Inputs(arrays, range(2020, 2024)))


def test_without_routes_scrap_waits() -> None:
    run = bare(import_share=array([1.0], origin=["abroad"]))
    assert float(run.flows["secondary"].sum().data.magnitude) == 0.0
    collected = float(run.flows["collected"].sum().data.magnitude)
    assert collected > 0.0
    assert float(run.stocks["feed_store"].sel(time=2023).sum().data.magnitude) == pytest.approx(collected)


def test_without_origins_there_is_what_is_recycled() -> None:
    # nothing is made in 2020, so that nothing comes back either
    run = bare(recovery_yield=array([1.0], route=["plant"]))
    assert float(run.items["sales_units"].sum().data.magnitude) == 0.0
    assert run.arrays("policy")["supply_factor"].ravel().tolist() == [0.0] * 4


def test_no_quota_is_the_state_none_everywhere() -> None:
    run = bare(import_share=array([1.0], origin=["abroad"]), recovery_yield=array([1.0], route=["plant"]))
    assert np.all(run.arrays("policy")["quota_state"] == 0)


SPELLED_OUT = {
    name: parameter.default
    for name, parameter in PARAMETERS.items()
    if isinstance(parameter.default, (bool, float)) and name != "origin_domestic"
}
"""Parameters whose default is a number or a truth value."""


def test_levers_at_their_defaults_are_the_reference_run_to_the_last_digit() -> None:
    # every parameter with a default, written out: the same run, bit for bit
    given: dict[str, Any] = {
        "import_share": array([0.6, 0.4], origin=["a", "b"]),
        "recovery_yield": array([0.9, 0.8], route=["hydro", "pyro"]),
        "base_price": 1000.0, "component_import_share": 0.2, "opex": 5.0, "manufacturing_yield": 0.9,
    }  # fmt: skip
    reference = bare(**given)
    explicit = {**SPELLED_OUT, "timing": "mid", "collection_quota_base": "discards", **given}
    spelled = bare(**{**explicit, "base_collection_rate": 0.5})
    for group in ("flows", "stocks", "items", "policy", "indicators"):
        for name, values in reference.arrays(group).items():
            assert np.array_equal(values, spelled.arrays(group)[name], equal_nan=True), f"{group}.{name}"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_levers_that_are_off_can_be_left_out_or_spelled_out(seed: int) -> None:
    # the same with a third of the levers on, in a random system
    arrays, years, lifetimes = random_system(seed, LEVERS[seed::3])
    defaults = {name: value for name, value in SPELLED_OUT.items() if name != "initial_stock"}  # that sets the cohorts
    spelled = {**defaults, "collection_quota_base": "discards", **arrays}
    reference, explicit = (mfa.run(engine_inputs(given, years, lifetimes)) for given in (arrays, spelled))
    for group in ("flows", "stocks", "items", "components", "policy", "indicators"):
        for name, values in reference.arrays(group).items():
            assert np.array_equal(values, explicit.arrays(group)[name], equal_nan=True), f"{group}.{name}"

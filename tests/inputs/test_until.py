"""Inputs up to a year: what is left gives the same results, and nothing of later years is left."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import xarray as xr

import mfa
from mfa.errors import InputError
from mfa.inputs.sampling import Design
from tests.studies.conftest import small_inputs


def test_years_before_are_the_same() -> None:
    """Sampled tables of Japan, with items, lifetimes, investment and shocks: to the last digits."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = Design("japan-heavy-rare-earth-ban-vision", 2, 1).inputs()
        runs = [mfa.run(inputs, detail="totals") for inputs in (whole, whole.until(2034))]
    assert runs[1].years[-1] == 2034
    count = len(runs[1].years)
    for group in ("flows", "stocks", "policy", "indicators"):
        for name, values in runs[1].arrays(group).items():
            axis = 1 + list(runs[0].dims(group, name)).index("time")
            before = runs[0].arrays(group)[name].take(range(count), axis=axis)
            np.testing.assert_allclose(values, before, rtol=1e-12, atol=1e-12, err_msg=name)


def test_arrays_by_year_of_sale_and_lifetimes_are_cut_too() -> None:
    years = xr.DataArray(np.arange(10.0) + 1.0, coords={"cohort": np.arange(2024, 2034)})
    inputs = small_inputs(
        "small", component_mass=years, lifetime=mfa.Lifetime.weibull(shape=2.0, scale=mfa.quantify(years, "yr"))
    )
    cut = inputs.until(2026)
    assert cut.cohorts.tolist() == cut.years.tolist() == [2024, 2025, 2026]
    assert cut.arrays["component_mass"].values.tolist() == [1.0, 2.0, 3.0]
    assert {part.sizes.get("cohort", 3) for part in cut.arrays["lifetime"].canonical()} == {3}
    assert inputs.until(2033) is inputs
    sales = [run.plain("flows")["sales"].sum().item() for run in (mfa.run(cut), mfa.run(inputs))]
    assert sales == pytest.approx([3 * 10.0, 10 * 10.0])


def test_a_year_outside_is_refused() -> None:
    for year in (2023, 2034):
        with pytest.raises(InputError, match=f"year: {year} lies outside the run; choose from 2024 to 2033"):
            small_inputs("small").until(year)

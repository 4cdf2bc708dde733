"""Tiny systems in which a lever is brought into one state, and what is then said of it."""

from __future__ import annotations

import warnings

import xarray as xr

import mfa
from mfa.inputs import InputWarning

COHORTS = range(2010, 2020)
YEARS = range(2020, 2026)


def along(dim, **values):
    """Values by label."""
    return xr.DataArray(list(values.values()), dims=dim, coords={dim: list(values)})


def over_time(years, *values):
    """Values by year; the last one holds."""
    years = list(years)
    held = [*values, *[values[-1]] * (len(years) - len(values))]
    return xr.DataArray(held, dims="time", coords={"time": years})


def run(years=YEARS, labels=None, **given):
    """100 components of 1 t with 0.1 t of Co are discarded each year; half are collected; 1000 t/yr are needed.

    Nothing is sold. A tonne of scrap is worth 0.1 x 1000 = 100 USD to the only route, which recovers all.
    """
    years = list(years)
    cohorts = list(COHORTS)
    everything = {
        "sales": 0.0,
        "initial_stock": xr.DataArray([100.0] * len(cohorts), dims="cohort", coords={"cohort": cohorts}),
        "initial_chemistry_share": 1.0,
        "lifetime": mfa.Lifetime.fixed(mean=10),
        "chemistry_share": 1.0,
        "content": 0.1,
        "component_mass": 1.0,
        "recovery_yield": 1.0,
        "import_share": along("origin", A=1.0),
        "other_need": 1000.0,
        "base_price": 1000.0,
        "base_collection_rate": 0.5,
        "base_scrap_value": 100.0,
        **given,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        inputs = mfa.Inputs(
            {name: value for name, value in everything.items() if value is not None},
            years=years,
            labels={"element": ["Co"], "route": ["plant"], **(labels or {})},
        )
        return mfa.run(inputs)


def said(results, lever, state=None):
    """What is said of a lever, in a state."""
    return [one for one in results.explanations if one.lever == lever and state in (None, one.state)]


def only(results, lever, state):
    """The one thing that is said of a lever in a state."""
    found = said(results, lever, state)
    assert len(found) == 1, [one.line() for one in said(results, lever)]
    return found[0]

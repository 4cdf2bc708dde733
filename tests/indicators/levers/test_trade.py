"""What is said of used products and scrap that come from other regions of a run."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from tests.indicators.levers.systems import along, only, run, said

USED, SCRAP = "used products from other regions", "scrap from other regions"
AB = ["A", "B"]
TO_B = xr.DataArray([[0.0, 0.5], [0.0, 0.0]], coords={"region": AB, "destination": AB}, dims=("region", "destination"))
A_ALONE = along("region", A=1.0, B=0.0)


def of(results, lever, state, region="B"):
    found = [one for one in said(results, lever, state) if one.region == region]
    assert len(found) == 1
    return found[0]


def test_used_products_that_come():
    # 6 years, 100 discards in A each, 40 exported, 20 come to B with 0.1 t of Co each, worth 1000 USD/t
    one = of(run(used_export_share=0.4, used_export_destination=TO_B), USED, "acts")
    assert one.text.endswith(": 120 units arrive in all, with 12 t of Co")
    assert (one.period, one.effect) == ("2020-2025", pytest.approx(12 * 1000.0))


def test_nothing_is_exported_that_could_come():
    late = xr.DataArray([0.0] * 5 + [0.4], dims="time", coords={"time": range(2020, 2026)})
    share = 0.4 * (1.0 - np.sign(late))  # exports end as the share begins
    results = run(used_export_share=share, used_export_destination=TO_B * np.sign(late))
    assert of(results, USED, "no feed").text.endswith("no used ones are exported that could come")


def test_scrap_that_comes():
    # A collects 50 t a year and exports 20 %, of which half comes to B: 5 t in each of 6 years, 80 % of it recovered
    results = run(
        scrap_export_share=0.2 * A_ALONE, scrap_export_destination=TO_B,
        recovery_yield=along("region", A=1.0, B=0.8),
    )  # fmt: skip
    one = of(results, SCRAP, "acts")
    assert one.text.endswith(": 30 t arrive in all; 80 % of the Co in imported scrap is recovered")
    assert one.effect == pytest.approx(30 * 0.1 * 0.8 * 1000.0)


def test_scrap_that_does_not_come():
    late = xr.DataArray([0.0] * 5 + [0.4], dims="time", coords={"time": range(2020, 2026)})
    share = 0.4 * (1.0 - np.sign(late))
    results = run(scrap_export_share=share, scrap_export_destination=TO_B * np.sign(late))
    assert of(results, SCRAP, "no feed").text.endswith("no scrap is exported that could come")


def test_regions_that_nothing_comes_to_are_silent():
    results = run(used_export_share=0.4, used_export_destination=TO_B, scrap_export_share=0.1)
    assert {one.region for one in said(results, USED)} == {"B"}
    assert said(results, SCRAP) == []
    assert only(results, USED, "acts").region == "B"

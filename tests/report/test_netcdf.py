"""The NetCDF file: what is read is what was written, and other tools read it too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import mfa
from mfa.errors import InputError
from mfa.report.netcdf import read_results, write_results
from mfa.results import GROUPS, Results, describe, open_results
from mfa.units import parse_unit
from tests.conftest import make_results


@pytest.fixture(scope="module")
def reference() -> Results:
    scenario = mfa.load_scenario("japan-reference")
    results = mfa.run(scenario)
    describe(results, scenario)
    return results


def assert_same(one: Results, other: Results) -> None:
    """Values, units, attributes and labels are identical."""
    for group in GROUPS:
        xr.testing.assert_identical(one.plain(group), other.plain(group))
    for name in one.reason_codes:
        np.testing.assert_array_equal(one.reason_codes[name], other.reason_codes[name])
    assert one.labels == other.labels
    assert one.years.tolist() == other.years.tolist()
    assert one.money == other.money


@pytest.mark.parametrize("n_samples", [0, 2])
def test_round_trip(tmp_path: Path, n_samples: int) -> None:
    results = make_results(n_samples=n_samples, small=True)
    write_results(results, tmp_path / "results.nc")
    opened = open_results(tmp_path)
    assert_same(results, opened)
    assert opened.attrs["label_names"] == results.attrs["label_names"]
    assert opened.flows["sales"].data.units == parse_unit("t/yr")


def test_round_trip_of_a_run_keeps_the_inputs(tmp_path: Path, reference: Results) -> None:
    write_results(reference, tmp_path / "results.nc")
    opened = open_results(tmp_path / "results.nc")
    assert_same(reference, opened)
    again = mfa.run(opened.inputs)
    for group in GROUPS:
        xr.testing.assert_equal(reference.plain(group), again.plain(group))


def test_other_tools_see_labels_units_and_flags(tmp_path: Path, results: Results) -> None:
    path = tmp_path / "results.nc"
    write_results(results, path)
    with xr.open_dataset(path, group="flows", engine="h5netcdf") as flows:
        assert flows.attrs["scenario"] == "synthetic"
        assert flows["secondary"].dims == ("region", "time", "element", "route", "scrap")
        assert flows["secondary"].attrs["units"] == "t/yr"
        assert flows["element"].values.tolist() == results.labels["element"]
        np.testing.assert_array_equal(flows["sales"].values, results.plain("flows")["sales"].values)
    with xr.open_dataset(path, group="policy", engine="h5netcdf") as policy:
        assert policy["quota_state"].attrs["flag_meanings"].split()[4] == "bought_out"


def test_units_and_sources_of_inputs(tmp_path: Path, reference: Results) -> None:
    path = tmp_path / "results.nc"
    write_results(reference, path)
    with xr.open_dataset(path, group="inputs", engine="h5netcdf") as inputs:
        for variable in inputs.data_vars.values():
            parse_unit(variable.attrs.get("units", "1"))
        assert inputs["content"].attrs["units"] == "t/unit"
        assert "combined" in inputs["content"].attrs["references"]
        assert inputs["lifetime"].attrs["flag_meanings"].split()[5] == "weibull"


def lamps(n_samples: int = 0) -> dict[str, Any]:
    """Arrays of a small system: one product, one element."""
    shares = xr.DataArray([1.0], coords={"origin": ["X"]}, dims="origin")
    sales = xr.DataArray([5.0], coords={"product": ["lamp"]}, dims="product")
    if n_samples:
        factors = xr.DataArray(np.linspace(1.0, 2.0, n_samples), coords={"sample": range(n_samples)}, dims="sample")
        sales = factors * sales
    pair = {"product": ["lamp"], "component": ["battery"], "chemistry": ["LCO"]}
    content = xr.DataArray(np.full((1, 1, 1, 1), 1e-6), coords={**pair, "element": ["Co"]}, dims=(*pair, "element"))
    yields = xr.DataArray([[0.9]], coords={"element": ["Co"], "route": ["hydro"]}, dims=("element", "route"))
    return {
        "sales": mfa.quantify(sales, "unit/yr"),
        "lifetime": mfa.Lifetime.weibull(shape=2.0, scale=5.0),
        "chemistry_share": xr.DataArray(np.ones((1, 1, 1)), coords=pair, dims=tuple(pair)),
        "content": mfa.quantify(content, "t/unit"),
        "component_mass": mfa.quantify(content.isel(element=0, drop=True) * 10, "t/unit"),
        "recovery_yield": yields,
        "import_share": shares,
    }


def test_texts_truth_values_and_curves_of_inputs(tmp_path: Path) -> None:
    arrays = lamps() | {
        "lifetime": mfa.Lifetime.table([1.0, 0.8, 0.5, 0.2, 0.0]),
        "collection_quota_base": "sales",
        "invest": True,
        "timing": "start",
        "initial_capacity": mfa.quantify(xr.DataArray([1.0], coords={"route": ["hydro"]}, dims="route"), "t/yr"),
    }
    run = mfa.run(mfa.Inputs(arrays, years=range(2020, 2026)))
    write_results(run, tmp_path / "results.nc")
    opened = read_results(tmp_path)
    assert opened.inputs.arrays["timing"] == "start"
    assert bool(opened.inputs.arrays["invest"]) is True
    assert str(opened.inputs.arrays["collection_quota_base"].values) == "sales"
    xr.testing.assert_equal(mfa.run(opened.inputs).plain("flows"), run.plain("flows"))


def test_samples_of_inputs(tmp_path: Path) -> None:
    run = mfa.run(mfa.Inputs(lamps(n_samples=3), years=range(2020, 2026)))
    write_results(run, tmp_path / "results.nc")
    opened = read_results(tmp_path)
    assert_same(run, opened)
    xr.testing.assert_equal(mfa.run(opened.inputs).plain("flows"), run.plain("flows"))


def test_what_is_not_a_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        open_results(tmp_path / "nothing")
    path = tmp_path / "results.nc"
    path.write_text("not NetCDF")
    with pytest.raises(InputError, match="is not a readable NetCDF-4 file"):
        open_results(tmp_path)
    xr.Dataset({"a": 1.0}).to_netcdf(path, engine="h5netcdf")
    with pytest.raises(InputError, match="was not written by mfa"):
        open_results(tmp_path)


def test_rows_and_sources_stay_with_the_results(tmp_path: Path, reference: Results) -> None:
    """A saved run tells the rows that it was made from, without the folder that they lie in, and what they cite."""
    write_results(reference, tmp_path / "results.nc")
    opened = open_results(tmp_path)
    rows, before = opened.inputs.evidence, reference.inputs.evidence
    assert set(rows["file"]) == {f"japan/{Path(file).name}" for file in before["file"]}
    columns = [column for column in before if column != "file"]
    years = {"time": str, "cohort": str}  # a year or a star
    pd.testing.assert_frame_equal(rows[columns].astype(years), before[columns].astype(years), check_dtype=False)
    cited = {key.strip() for cell in before["source"] for key in cell.split(";")}
    assert cited <= set(opened.references)


def test_inputs_are_made_when_they_are_asked_for(tmp_path: Path, reference: Results) -> None:
    write_results(reference, tmp_path / "results.nc")
    opened = open_results(tmp_path)
    assert callable(opened._inputs)
    assert opened.inputs is opened.inputs
    write_results(make_results(small=True), tmp_path / "none.nc")
    assert open_results(tmp_path / "none.nc").inputs is None

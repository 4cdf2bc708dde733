"""Sweeps: numbers on the grid, coordinates with units, present values, files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import mfa
from mfa.errors import InputError
from mfa.studies.sweep import period_of
from mfa.studies.workers import pool_size


def test_secondary_by_hand(one_product):
    # 1000 phones x 10 kg = 10 t Co a year are discarded from the third year on; collected x 0.8 is secondary:
    # rate 0.5: 10 x 0.5 x 0.8 = 4 t, so 6 of 10 t must be imported
    result = mfa.sweep(one_product, ["base_collection_rate=0:1:5"], keep=["secondary", "import_requirement"])
    secondary = result["secondary"].sel(region="Here", time=2025, element="Co")
    assert secondary.dims == ("base_collection_rate",)
    np.testing.assert_allclose(secondary.data.to("t/yr").magnitude, [0, 2, 4, 6, 8], rtol=1e-12)
    need = result["import_requirement"].sel(region="Here", time=2025, element="Co", base_collection_rate=0.5)
    assert float(need.data.magnitude) == pytest.approx(0.6, rel=1e-12)
    coordinate = result.plain["base_collection_rate"]
    assert coordinate.attrs == {
        "long_name": "Share of direct discards and releases that is collected without any measure",
        "key": "base_collection_rate",
        "units": "1",
    }


def test_two_levers_and_a_list_of_words(one_product):
    result = mfa.sweep(
        one_product, {"base_collection_rate.phone": [0.2, 0.6], "old_scrap_only": [False, True]}, keep=["secondary"]
    )
    assert result.plain["secondary"].dims == (
        "base_collection_rate.phone", "old_scrap_only", "region", "time", "element",
    )  # fmt: skip
    assert result.plain["old_scrap_only"].values.tolist() == ["false", "true"]
    assert "units" not in result.plain["old_scrap_only"].attrs
    # 10 x 0.6 x 0.8
    point = {"base_collection_rate.phone": 0.6, "old_scrap_only": "true", "time": 2027, "element": "Co"}
    assert result.plain["secondary"].sel(point).item() == pytest.approx(4.8, rel=1e-12)


def test_present_value_by_hand(one_product):
    # collection 500 USD/t of component: 1000 phones x 50 kg = 50 t x rate 0.5 = 25 t: 12,500 USD from 2022 on;
    # 2023 and 2024 at 10 %: 12,500 + 12,500/1.1 = 23,863.64
    result = mfa.sweep(
        one_product, ["collection_cost=0:500:2 USD_2024/t", "base_collection_rate=0.5,1"],
        keep=["social_cost_present_value"], discount_rate=0.1, period=(2023, 2024),
    )  # fmt: skip
    worth = result["social_cost_present_value"].squeeze("region")
    assert worth.dims == ("collection_cost", "base_collection_rate")
    np.testing.assert_allclose(worth.data.to("USD_2024").magnitude, [[0, 0], [23863.636363, 47727.272727]], rtol=1e-9)
    assert result.notes[0] == "Present values: 2023-2024, discounted to 2023 at 10 % a year"
    assert result.plain["collection_cost"].attrs["units"] == "USD_2024/t"


def test_the_same_numbers_from_several_processes(one_product):
    vary, keep = ["base_collection_rate=0:1:40"], ["secondary", "public_cost"]
    seen = []
    one = mfa.sweep(one_product, vary, keep=keep)
    two = mfa.sweep(one_product, vary, keep=keep, jobs=2, tell=lambda done, size: seen.append((done, size)))
    xr.testing.assert_identical(one.plain, two.plain)
    assert seen[0] == (0, 40)
    assert seen[-1] == (40, 40)


def test_the_unmet_share_comes_along_with_what_it_lifts(one_product):
    result = mfa.sweep(one_product, ["base_collection_rate=0,1"], keep=["recycled_content"])
    assert result.names == ["recycled_content", "unmet_share"]


def test_files(one_product, tmp_path):
    result = mfa.sweep(one_product, ["base_collection_rate=0:1:3", "recovery_yield.Co=0.4:0.8:3"])
    folder = result.save(tmp_path / "out")
    assert {path.name for path in folder.iterdir()} == {
        "SHA256SUMS", "sweep.nc", "sweep.csv", "sweep.txt", "sweep.json", "figures",
    }  # fmt: skip
    opened = xr.open_dataset(folder / "sweep.nc", engine="h5netcdf")
    np.testing.assert_array_equal(opened["secondary"].values, result.plain["secondary"].values)
    assert (
        opened["recovery_yield.Co"].attrs["long_name"] == "Share of an element in the feed that a route recovers (Co)"
    )
    record = json.loads((folder / "sweep.json").read_text())
    assert [lever["key"] for lever in record["levers"]] == ["base_collection_rate", "recovery_yield.Co"]
    assert record["results"]["secondary"] == "t/yr"
    header = (folder / "sweep.csv").read_text().splitlines()[0]
    assert header == "base_collection_rate,recovery_yield.Co,region,time,element,result,value,unit"
    table = result.table(years=[2029])
    row = table[(table["base_collection_rate"] == 1) & (table["recovery_yield.Co"] == 0.4) & (table["element"] == "Co")]
    # 10 t x 1 x 0.4
    assert row[row["result"] == "secondary"]["value"].item() == pytest.approx(4.0, rel=1e-12)


def test_a_save_that_fails_leaves_the_old_folder_whole(one_product, tmp_path, monkeypatch):
    result = mfa.sweep(one_product, ["base_collection_rate=0:1:3"], keep=["secondary"])
    result.save(tmp_path / "out")
    before = (tmp_path / "out" / "sweep.json").read_text()
    monkeypatch.setattr("mfa.report.sweep_figure.draw_sweep", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        result.save(tmp_path / "out")
    assert (tmp_path / "out" / "sweep.json").read_text() == before
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_a_foreign_folder_is_refused(one_product, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    result = mfa.sweep(one_product, ["base_collection_rate=0:1:3"], keep=["secondary"])
    with pytest.raises(InputError, match="is not the folder of a sweep and not empty"):
        result.save(Path("mine"))


@pytest.mark.parametrize(
    ("vary", "options", "wanted"),
    [
        (["base_collection_rate=0:1:200", "recovery_yield=0:1:200"], {}, "200 x 200 = 40000 points are too many"),
        (["base_collection_rate=0:1:2"], {"keep": ["secondry"]}, "did you mean 'secondary'?"),
        (["base_collection_rate=0:1:2"], {"discount_rate": -1}, "-1 is not a rate"),
        (["base_collection_rate=0:1:2"], {"period": (2025, 2024)}, "2025-2024 is not a span of the run"),
        (["base_collection_rate=0:1:2"], {"jobs": 0}, "0 is not a number of processes"),
        (["max_collection_rate=0.2:0.5:2", "base_collection_rate=0.1,0.4"], {},
         r"max_collection_rate = 0.2, base_collection_rate = 0.4.*0.4 is above max_collection_rate = 0.2"),
    ],
)  # fmt: skip
def test_faults(one_product, vary, options, wanted):
    with pytest.raises(InputError, match=wanted):
        mfa.sweep(one_product, vary, **options)


def test_period_begins_after_the_data(one_product):
    assert period_of(mfa.load_scenario("japan-market"), None) == (2025, 2060)
    assert period_of(mfa.load_scenario(one_product), None) == (2020, 2029)


def test_jobs():
    assert pool_size(1, 10) == 1
    assert pool_size(8, 1) == 1
    assert 1 <= pool_size(None, 100) <= 100

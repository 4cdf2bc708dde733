"""Products that one region of a run has and another does not."""

from __future__ import annotations

import json

import numpy as np
import pytest

import mfa
from mfa.errors import InputError
from mfa.inputs.absent import absent_products, fill_absent
from mfa.inputs.grids import Axes, Grid

AXES = Axes({"region": ["A", "B"], "product": ["car", "phone", "fan"]}, np.array([2020, 2021]), np.array([2020, 2021]))

LABELS = """dimension,label
region,{region}
origin,X
element,Co
component,battery
chemistry,NMC
route,smelter
"""
TABLES = {
    "sales": "region,product,time,value,unit\n"
    "{region},{product},2020,100,unit/yr\n{region},{product},2030,100,unit/yr\n",
    "lifetime": "region,product,survival,term,value,unit\n{region},{product},fixed,mean,3,yr\n",
    "chemistry_share": "region,product,component,chemistry,value,unit\n{region},{product},battery,NMC,1,1\n",
    "content": "region,product,component,chemistry,element,value,unit\n{region},{product},battery,NMC,Co,2,kg/unit\n",
    "component_mass": "region,product,component,chemistry,value,unit\n{region},{product},battery,NMC,10,kg/unit\n",
    "import_share": "region,origin,element,value,unit\n{region},X,Co,1,1\n",
    "recovery_yield": "region,element,route,value,unit\n{region},Co,smelter,0.9,1\n",
}


def dataset(folder, region, product, without=()):
    """A folder with one product of one region."""
    folder.mkdir()
    (folder / "labels.csv").write_text(LABELS.format(region=region) + f"product,{product}\n", encoding="utf-8")
    (folder / "datapackage.json").write_text(json.dumps({"mfa": {"money": "USD_2024"}}), encoding="utf-8")
    for name, text in TABLES.items():
        if name not in without:
            head, *rows = text.format(region=region, product=product).splitlines()
            lines = [f"{head},provenance,source", *(f"{row},estimate,EXPERT" for row in rows)]
            (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(folder)


def run_of(folders, regions):
    scenario = {"name": "two", "dataset": folders, "years": [2020, 2030], "regions": regions}
    return mfa.run(mfa.load_scenario(scenario))


def test_absent_is_what_no_row_names_while_another_region_has_it():
    sales = np.full((2, 2, 3), np.nan)
    sales[0, :, 0] = 5.0  # A sells cars
    code = np.full((2, 3), -1)
    code[1, 1] = 1  # B has a lifetime of phones only: it has phones, and lacks their sales
    grids = {
        "sales": {"value": Grid(("region", "time", "product"), sales)},
        "lifetime": {"code": Grid(("region", "product"), code)},
    }
    # fans are nowhere: missing, not absent
    assert absent_products(grids, AXES).tolist() == [[False, True, False], [True, False, False]]


def test_a_row_for_all_regions_is_a_row_of_each():
    every = {"sales": {"value": Grid(("product",), np.array([1.0, 2.0, np.nan]))}}
    assert not absent_products(every, AXES).any()


def test_only_absent_cells_are_filled():
    absent = np.array([[False, True, False], [True, False, False]])
    given = Grid(("region", "product"), np.array([[1.0, np.nan, np.nan], [np.nan, 4.0, np.nan]]))
    filled = fill_absent("sales", {"value": given}, absent, AXES)["value"]
    np.testing.assert_array_equal(filled.data, [[1.0, 0.0, np.nan], [0.0, 4.0, np.nan]])
    assert np.isnan(given.data[0, 1])  # what is kept for other scenarios stays as it is
    assert fill_absent("lifetime", {}, absent, AXES) == {}


def test_two_regions_with_products_of_their_own_run_together(tmp_path):
    folders = [dataset(tmp_path / "a", "A", "car"), dataset(tmp_path / "b", "B", "phone")]
    results = run_of(folders, ["A", "B"])
    units = results.plain("items")["sales_units"].sel(time=2025)
    assert units.sel(region="A", product="car") == 100 == units.sel(region="B", product="phone")
    assert units.sel(region="A", product="phone") == 0 == units.sel(region="B", product="car")
    # 100 cars x 2 kg of Co: 0.2 t in each region
    need = results.plain("policy")["requirement"].sel(time=2020, element="Co").values
    np.testing.assert_allclose(need, [0.2, 0.2], rtol=1e-12)


@pytest.mark.parametrize(
    ("without", "told"),
    [
        ("lifetime", "no row for region B, product phone; give survival and its terms"),
        ("content", "no row for region B, product phone, component battery, chemistry NMC; chemistry_share names it"),
        ("sales", "neither sales nor stock_target is given"),
    ],
)
def test_a_region_that_has_a_product_must_say_all_of_it(tmp_path, without, told):
    folders = [dataset(tmp_path / "a", "A", "car"), dataset(tmp_path / "b", "B", "phone", {without})]
    with pytest.raises(InputError, match=told):
        run_of(folders, ["A", "B"])


def test_a_content_of_one_region_does_not_stand_for_another(tmp_path):
    folders = [dataset(tmp_path / "a", "A", "car"), dataset(tmp_path / "b", "B", "car", {"component_mass"})]
    with pytest.raises(InputError, match="no row for region B, product car, component battery, chemistry NMC"):
        run_of(folders, ["A", "B"])


def test_sweeps_know_absent_products(tmp_path):
    folders = [dataset(tmp_path / "a", "A", "car"), dataset(tmp_path / "b", "B", "phone")]
    scenario = {"name": "two", "dataset": folders, "years": [2020, 2030], "regions": ["A", "B"]}
    swept = mfa.sweep(mfa.load_scenario(scenario), ["overrides.sales.car=100,300 unit/yr"], keep=["imports"])
    table = swept.table()
    # 100 cars hold 0.2 t, 300 cars 0.6 t; the phones of B stay at 0.2 t
    for region, wanted in (("A", {0.2, 0.6}), ("B", {0.2})):
        assert {round(value, 12) for value in table[table["region"] == region]["value"]} == wanted

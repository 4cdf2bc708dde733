"""The wide table of integrated assessment models: names, units, sums, and the numbers of the run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from mfa.errors import InputError
from mfa.report.exports.iamc import iamc_series, iamc_table, variables_table, write_iamc
from mfa.report.exports.iamc_names import MASS_VARIABLES, OURS, PROPOSAL
from mfa.report.tables import write_indicators
from mfa.results import Results
from tests.conftest import make_results

FAMILIES = ("Material Stock", "Final Material Demand", "Material Outflow")


@pytest.fixture(scope="module")
def table(vision: Results) -> pd.DataFrame:
    return vision.to_iamc().set_index("Variable")


def test_columns_are_those_of_the_format(vision: Results, table: pd.DataFrame) -> None:
    wide = vision.to_iamc()
    assert list(wide.columns) == ["Model", "Scenario", "Region", "Variable", "Unit", *vision.years]
    assert not wide.duplicated(["Region", "Variable"]).any()
    assert set(wide["Model"]) == {"mfa 0.1.0"} and set(wide["Scenario"]) == {"japan-vision"}
    assert not wide["Variable"].str.contains(r"\|\||^\||\|$").any()


def test_stocks_are_those_of_the_run(vision: Results, table: pd.DataFrame) -> None:
    in_use = vision.plain("stocks")["in_use"].sel(region="Japan", element="Dy", time=2040).sum("component")
    assert table.loc["Material Stock|Dysprosium", 2040] == pytest.approx(1e-6 * float(in_use.sum()))
    assert table.loc["Material Stock|Dysprosium", "Unit"] == "Mt"
    wind = 1e-6 * float(in_use.sel(product="wind_turbine"))
    assert table.loc["Material Stock|Dysprosium|Electricity|Generation|Wind", 2040] == pytest.approx(wind)
    units = vision.plain("items").sel(region="Japan", time=2040)
    assert table.loc["Product Stock|Electricity|Generation|Wind", 2040] == pytest.approx(
        1e-3 * float(units["stock_units"].sel(product="wind_turbine"))  # one unit is 1 MW
    )
    cars = float(units["stock_units"].sel(product="car_small_magnets"))  # every car has small magnets
    assert table.loc["Product Stock|Transportation|Road|Cars", 2040] == pytest.approx(1e-3 * cars)
    assert table.loc["Stock Retirement|Transportation|Road|Cars|BEV", "Unit"] == "thousand/yr"


@pytest.mark.parametrize("family", FAMILIES)
def test_sectors_add_up_to_the_sectors_that_hold_them(family: str, table: pd.DataFrame) -> None:
    years = [column for column in table.columns if isinstance(column, int | np.integer)]
    names = [name for name in table.index if name.startswith(f"{family}|") and not name.endswith("|Reused")]
    checked = 0
    for name in names:
        parts = [other for other in names if other.rpartition("|")[0] == name]
        if parts:
            np.testing.assert_allclose(table.loc[parts, years].sum(), table.loc[name, years].astype(float), rtol=1e-9)
            checked += 1
    assert checked >= 7 * 2  # every metal in all, and in transportation


@pytest.mark.parametrize("made_up", [False, True])
def test_flows_are_those_of_the_run(made_up: bool, vision: Results, table: pd.DataFrame) -> None:
    results = make_results(small=True) if made_up else vision  # in the one made up every flow is there
    table, year = (results.to_iamc().set_index("Variable"), 2030) if made_up else (table, 2040)
    flows = results.plain("flows").isel(region=0).sel(element="Co", time=year).sum()
    expected = {
        "Final Material Demand|Cobalt": flows["sales"] + flows["spares"] + flows["reused"],
        "Material Outflow|Cobalt": flows["discards_direct"] + flows["discards_hibernating"] + flows["exports_used"],
        "Material Losses|Cobalt": flows["uncollected"]
        + flows["second_life_lost"]
        + flows["recovery_loss"]
        + flows["overflow"],
        "Production|Non-Ferrous Metals|Cobalt|Secondary": flows["secondary"],
        "Import|Industry|Non-Ferrous Metals|Cobalt|Volume": flows["imports"],
        "Manufacturing Losses|Cobalt": flows["mfg_loss"],
    }
    if made_up:
        cars = results.plain("flows")["reused"].isel(region=0).sel(element="Co", time=year)
        expected["Final Material Demand|Cobalt|Transportation|Reused"] = cars.sum()  # all its products are cars
    for name, value in expected.items():
        assert table.loc[name, year] == pytest.approx(1e-6 * float(value), rel=1e-12), name


def test_shares_are_the_numbers_of_indicators_csv(vision: Results, table: pd.DataFrame, tmp_path: Any) -> None:
    write_indicators(vision, tmp_path / "indicators.csv")
    found = pd.read_csv(tmp_path / "indicators.csv").set_index(["indicator", "element", "time"])["value"]
    for head, indicator in (("Import Requirement", "import_requirement"), ("Recycled Content", "recycled_content")):
        for element, name in (("Dy", "Dysprosium"), ("Li", "Lithium")):
            assert table.loc[f"{head}|{name}", 2040] == 100.0 * found[indicator, element, 2040]
    assert np.isnan(table.loc["Import Requirement|Nickel", 1990])  # no need then


def test_names_of_the_proposal_keep_its_units(vision: Results) -> None:
    told = variables_table(vision)
    proposal = told[told["Origin of the name"] == PROPOSAL]
    heads = set(proposal["Variable"].str.partition("|")[0])
    assert heads == {*FAMILIES, "Material Losses", "Product Stock", "Final Product Demand", "Stock Retirement"}
    assert set(proposal["Unit"]) == {"Mt", "Mt/yr", "thousand", "thousand/yr", "GW", "GW/yr"}
    assert told["Meaning"].str.len().min() > 0
    assert {kind.meaning for kind in MASS_VARIABLES} & set(told["Meaning"])


def test_units_sectors_and_names_can_be_chosen(vision: Results) -> None:
    tonnes = vision.to_iamc("t", {"smartphone": "Other|Electronics"}).set_index("Variable")
    plain = vision.to_iamc().set_index("Variable")
    assert tonnes.loc["Material Stock|Cobalt", "Unit"] == "t"
    assert tonnes.loc["Material Stock|Cobalt", 2040] == pytest.approx(1e6 * plain.loc["Material Stock|Cobalt", 2040])
    assert tonnes.loc["Material Stock|Cobalt|Other|Electronics", 2040] > 0
    assert "Product Stock|Other|Electronics|Smartphone" in tonnes.index
    with pytest.raises(InputError) as caught:
        vision.to_iamc("pound", {"smartphon": "Other"})
    assert "use Mt, kt or t" in str(caught.value) and "did you mean 'smartphone'?" in str(caught.value)


def test_several_runs_stand_below_each_other(vision: Results, cars: Results) -> None:
    table = iamc_table([vision, cars])
    assert list(dict.fromkeys(table["Scenario"])) == ["japan-vision", "cars"]
    stock = table.set_index(["Scenario", "Variable"]).loc[("cars", "Material Stock|Cobalt")]
    assert np.isnan(stock[2040])  # the run ends in 2033
    assert stock[2030] == pytest.approx(1e-6 * float(cars.plain("stocks")["in_use"].sel(time=2030).sum()))
    with pytest.raises(InputError, match="two runs are called cars"):
        iamc_table([cars, cars])


def test_a_product_of_another_country_finds_its_sector() -> None:
    results = make_results(small=True)
    results.attrs["label_groups"] = {"product": {"bev": "vehicles", "phev": "vehicles", "hev_nimh": "energy"}}
    names = {series.variable for series in iamc_series(results, sectors={"bev": "Transportation|Rail"})}
    assert {"Material Stock|Cobalt|Transportation|Rail", "Material Stock|Cobalt|Transportation"} <= names
    reused = [series for series in iamc_series(results) if series.variable.endswith("|Reused")]
    assert reused and reused[0].origin == PROPOSAL
    assert any(series.origin == OURS for series in iamc_series(results))


def test_samples_are_averaged() -> None:
    results = make_results(n_samples=3, small=True)
    table = results.to_iamc().set_index("Variable")
    stock = results.plain("stocks")["in_use"].sel(element="Co", time=2030).sum(("region", "product", "component"))
    assert table.loc["Material Stock|Cobalt", 2030] == pytest.approx(1e-6 * float(stock.mean("sample")))


def test_a_bar_in_a_name_makes_no_level(vision: Results) -> None:
    attrs = dict(vision.attrs)
    try:
        vision.attrs["label_names"] = {**attrs["label_names"], "element": {"Co": "Co | cobalt"}}
        assert "Material Stock|Co / cobalt" in set(vision.to_iamc()["Variable"])
    finally:
        vision.attrs.clear()
        vision.attrs.update(attrs)


def test_files_hold_the_table(cars: Results, tmp_path: Any) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    write_iamc(cars, tmp_path / "table.csv")
    write_iamc(cars, tmp_path / "table.xlsx")
    read = pd.read_csv(tmp_path / "table.csv")
    np.testing.assert_array_equal(read["2030"].to_numpy(), cars.to_iamc()[2030].to_numpy())
    book = openpyxl.load_workbook(tmp_path / "table.xlsx")
    assert book.sheetnames == ["data", "variables", "meta"]
    rows = list(book["data"].values)
    assert rows[0][:5] == ("Model", "Scenario", "Region", "Variable", "Unit") and rows[0][5] == 2024
    in_book = [row[rows[0].index(2030)] for row in rows[1:]]
    np.testing.assert_allclose(in_book, cars.to_iamc()[2030].to_numpy(), rtol=1e-15)  # 16 digits
    assert list(book["meta"].values)[1][:2] == ("mfa 0.1.0", "cars")

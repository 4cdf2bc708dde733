"""Elements, products, components, chemistries, routes and origins that the Japan data does not know: rows, not code.

A folder laid over the dataset adds platinum and palladium in the stacks of fuel cell cars, and a fuel cell truck. All
figures are made up.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import mfa
import mfa.cli
from mfa.results import Results
from tests.inputs.conftest import Project

LABELS = """\
dimension,label,name,group,per_unit,note
element,Pt,Platinum,platinum metals,,
element,Pd,Palladium,platinum metals,,
component,stack,Fuel cell stack,fuel cells,,
chemistry,PEM,Proton exchange membrane,PEM,,
product,fuel_cell_truck,Fuel cell truck,vehicles,truck,
route,catalyst,Catalyst refining,catalysts,,
origin,ZAF,South Africa,foreign,,
"""
TABLES = {  # parameter: key columns, rows, unit
    "sales": ("time,product", "1990,fuel_cell_truck,0|2030,fuel_cell_truck,0|2060,fuel_cell_truck,3000", "unit/yr"),
    "lifetime": ("product,survival,term", "fuel_cell_truck,fixed,mean,10", "yr"),
    "chemistry_share": ("product,component,chemistry", "fcev,stack,PEM,1|fuel_cell_truck,stack,PEM,1", "1"),
    "component_mass": ("product,component,chemistry", "fcev,stack,PEM,50|fuel_cell_truck,stack,PEM,150", "kg/unit"),
    "content": (
        "product,component,chemistry,element",
        "fcev,stack,PEM,Pt,20|fcev,stack,PEM,Pd,2|fuel_cell_truck,stack,PEM,Pt,60|fuel_cell_truck,stack,PEM,Pd,6",
        "g/unit",
    ),
    "base_collection_rate": ("product,component", "*,stack,0.8", "1"),
    "recovery_yield": ("element,route", "Pt,catalyst,0.95|Pd,catalyst,0.9|Pt,*,0|Pd,*,0|*,catalyst,0", "1"),
    "route_eligible": ("component,chemistry,route,scrap", "stack,PEM,catalyst,*,true", "-"),
    "import_share": ("origin,element", "ZAF,Pt,0.7|ROW,Pt,0.3|ZAF,Pd,0.4|ROW,Pd,0.6", "1"),
    "base_price": ("element", "Pt,30000000|Pd,35000000", "USD_2024/t"),
}
SCENARIO = "name: catalysts\nbase: japan-reference\ndataset: [japan, ./catalysts]\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Project(tmp_path_factory.mktemp("new"))
    made.write("catalysts/labels.csv", LABELS)
    made.write("catalysts/references.bib", "@misc{TEST,\n  title = {Made up for the tests}\n}\n")
    for parameter, (columns, rows, unit) in TABLES.items():
        made.table(parameter, columns, rows, unit, folder="catalysts")
    made.write("catalysts.yaml", SCENARIO)
    return made.folder


@pytest.fixture(scope="module")
def results(folder: Path) -> Results:
    return mfa.run(mfa.load_scenario(folder / "catalysts.yaml"))


def test_metal_follows_the_units(results: Results) -> None:
    flows, items = results.plain("flows").sum("region"), results.plain("items").sum("region")
    sold = items["sales_units"]
    truck = sold.sel(product="fuel_cell_truck")
    assert float(truck.sel(time=2045)) == pytest.approx(1500.0)  # half way from 0 in 2030 to 3000 in 2060
    platinum = flows["sales"].sel(element="Pt").sum("component")
    np.testing.assert_allclose(platinum.sel(product="fcev"), 20e-6 * sold.sel(product="fcev"))
    np.testing.assert_allclose(platinum.sel(product="fuel_cell_truck"), 60e-6 * truck)
    palladium = flows["sales"].sel(element="Pd").sum(("product", "component"))
    np.testing.assert_allclose(palladium, 0.1 * platinum.sum("product"))  # a tenth in both vehicles


def test_metal_is_discarded_collected_and_recovered(results: Results) -> None:
    flows, items = results.plain("flows").sum("region"), results.plain("items").sum("region")
    gone = items["discards_units"].sel(product="fuel_cell_truck")
    # sold at midyear with a life of 10 years: gone in the 11th year, 2041 what was sold in 2031 (100 trucks)
    assert gone.sel(time=[2040, 2041, 2042]).values == pytest.approx([0.0, 100.0, 200.0])
    stack = {"component": "stack", "element": "Pt"}
    np.testing.assert_allclose(flows["collected"].sel(stack), 0.8 * flows["discards_direct"].sel(stack), atol=1e-15)
    secondary = flows["secondary"].sel(element="Pt", scrap="old")
    assert float(secondary.drop_sel(route="catalyst").sum()) == 0.0
    # all that was collected was recovered but for what failed in its first year, which waits for the next
    store = results.plain("stocks")["feed_store"].sel(element="Pt")
    store = store.sum([dim for dim in store.dims if dim != "time"])
    fed = flows["collected"].sel(stack).sum("product").cumsum("time") - store
    np.testing.assert_allclose(secondary.sel(route="catalyst").cumsum("time"), 0.95 * fed, rtol=1e-9, atol=1e-12)


def test_supply_comes_from_the_new_origin(results: Results) -> None:
    imports = results.plain("flows")["imports"].sum("region").sel(time=2050)
    platinum = imports.sel(element="Pt")
    assert float(platinum.sum()) > 0.0
    assert float(platinum.sel(origin="ZAF")) == pytest.approx(0.7 * float(platinum.sum()))
    assert float(imports.sel(origin="ZAF").drop_sel(element=["Pt", "Pd"]).sum()) == 0.0


def test_the_rest_is_as_it_was(results: Results) -> None:
    """What is used, collected and needed of the other metals; their backlog may be larger, as there are more plants."""
    reference = mfa.run("japan-reference")
    places = (("stocks", "in_use"), ("flows", "collected"), ("flows", "uncollected"), ("policy", "requirement"))
    for group, name in places:
        before, after = reference.plain(group)[name], results.plain(group)[name]
        same = {dim: before[dim].values for dim in before.dims}
        np.testing.assert_allclose(after.sel(same), before, rtol=1e-12, atol=1e-12, err_msg=name)


def test_the_command_line_shows_them(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        mfa.cli.main(["run", str(folder / "catalysts.yaml"), "--no-figures"])
    assert not ended.value.code
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if " 2024 " in line][-2:] == ["Pt", "Pd"]
    assert any(line.startswith("mass balance: worst residual") for line in lines)
    assert (tmp_path / "runs" / "catalysts" / "indicators.csv").read_text(encoding="utf-8").count(",Pt,") > 1000

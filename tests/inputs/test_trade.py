"""Trade between regions in tables and scenario files: what is read, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mfa
from mfa.inputs import load_scenario

TO = "region,destination,product"


@pytest.fixture
def two(project: Any) -> Any:
    """The tiny dataset with two regions that are alike, of which one exports half of its old cars."""
    project.edit("tiny/labels.csv", "region,Here,Here,,,", "region,Here,Here,,,\nregion,There,There,,,")
    project.table("used_export_share", "region,product", "Here,car,0.5")
    return project


def test_a_table_says_where_used_products_go(two: Any) -> None:
    two.table("used_export_destination", TO, "Here,There,car,0.4")
    share = load_scenario("test.yaml").inputs().arrays["used_export_destination"]
    assert float(share.sum("product").sel(region="Here", destination="There")) == 0.4
    assert float(share.sum()) == 0.4
    results = mfa.run("test.yaml")
    came, gone = (results.arrays("items")[name][0] for name in ("imports_used_units", "discards_units"))
    assert came[1] == pytest.approx(0.5 * 0.4 * gone[0] * [0.0, 1.0]) and came[0].sum() == 0.0 < came[1].sum()


@pytest.mark.parametrize(
    "said",
    [
        "{Here: {There: {car: 40 %}}}",
        "[{region: Here, destination: There, product: car, value: 40 %}]",
    ],
)
def test_a_scenario_says_where_used_products_go(two: Any, said: str) -> None:
    two.scenario(f"overrides:\n  used_export_destination: {said}\n")
    share = load_scenario("test.yaml").inputs().arrays["used_export_destination"]
    assert float(share.sel(region="Here", destination="There", product="car").max()) == pytest.approx(0.4)


def test_trade_with_a_region_outside_the_run_goes_abroad(two: Any, faults: Any) -> None:
    two.table("used_export_destination", TO, "Here,There,car,0.4")
    two.scenario("regions: [Here]\n")
    assert faults() == []
    results = mfa.run("test.yaml")
    assert not np.any(results.arrays("flows")["imports_used"])
    assert results.arrays("flows")["exports_used"].sum() > 0.0


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("Here,Their,car,0.4", ["used_export_destination.csv:2", "unknown destination 'Their'", "There"]),
        ("Here,There,car,1.4", ["used_export_destination.csv:2", "1.4 is above 1"]),
        (
            "Here,Here,car,0.4",
            ["used_export_destination.csv:2", "[region=Here, destination=Here", "product=car",
             "is a share that a region exports to itself", "what stays in the region is 1 less used_export_share"],
        ),
        ("*,There,car,0.4", ["[region=There, destination=There", "exports to itself"]),
    ],
)  # fmt: skip
def test_destinations_that_cannot_be(two: Any, faults: Any, rows: str, said: list[str]) -> None:
    two.table("used_export_destination", TO, rows)
    assert any(all(text in fault for text in said) for fault in faults()), faults()


def test_an_unknown_destination_of_a_scenario_is_named(two: Any, faults: Any) -> None:
    two.scenario("overrides:\n  used_export_destination: [{region: Here, destination: Their, value: 0.4}]\n")
    assert any("test.yaml:5" in fault and "'Their'" in fault and "There" in fault for fault in faults()), faults()


def test_more_than_all_scrap_is_refused(two: Any, faults: Any) -> None:
    two.edit("tiny/labels.csv", "region,There,There,,,", "region,There,There,,,\nregion,Yonder,Yonder,,,")
    two.table("scrap_export_share", "component", "battery,0.1")
    two.table("scrap_export_destination", "region,destination,component", "Here,There,battery,0.7|Here,Yonder,*,0.6")
    said = "the shares over destination sum to 1.3, above 1; lower them: they share one whole with what goes abroad"
    place = "scrap_export_destination[region=Here, component=battery"
    assert any(place in fault and said in fault for fault in faults()), faults()


def test_the_workbook_has_a_sheet_of_them(two: Any) -> None:
    from mfa.inputs.template import write_template

    two.table("used_export_destination", TO, "Here,There,car,0.4")
    write_template(load_scenario("test.yaml").dataset, two.folder / "tiny.xlsx")
    two.write("book.yaml", "name: book\ndataset: tiny.xlsx\nyears: [2020, 2025]\n")
    share = load_scenario("book.yaml").inputs().arrays["used_export_destination"]
    assert float(share.sum()) == 0.4

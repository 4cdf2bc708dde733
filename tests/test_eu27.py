"""The coarse second region: what its tables hold, how it compares, and that it runs beside Japan as it runs alone."""

from __future__ import annotations

import ast
import csv
import json
import os
import re
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

import mfa
from mfa.errors import InputError
from mfa.inputs import load_scenario
from mfa.inputs.sampling import Design
from mfa.results import GROUPS
from mfa.vocabulary import named_like

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "parameters" / "eu27"
sys.path.insert(0, str(ROOT / "scripts"))

from japan_dataset.eu27 import TECHNOLOGY, WORLD  # noqa: E402
from scenario_runs import run  # noqa: E402

PROVENANCE = ("read", "derived", "recalled", "estimate")
FILES = sorted(path for path in FOLDER.glob("*.csv") if path.name != "labels.csv")
MARKET_2024 = 10_809_524.0
"""All new cars of the EU27 in 2024, as the evidence derives them."""


def rows_of(name, **wanted):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [row for row in rows if all(row[key] == text for key, text in wanted.items())]


def one(name, **wanted):
    (row,) = rows_of(name, **wanted)
    return row


# --- Tables ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_row_says_where_it_comes_from(path):
    references = set(re.findall(r"^@misc\{([^,]+),", (FOLDER.parent / "references.bib").read_text("utf-8"), re.M))
    rows = rows_of(path.stem)
    assert rows
    for row in rows:
        assert row["region"] == "EU27"
        assert row["provenance"] in PROVENANCE, row
        assert row["note"] or path.stem in WORLD, row
        assert row["source"] and set(row["source"].split(";")) <= references, row
        if row["low"]:
            assert float(row["low"]) <= float(row["value"]) <= float(row["high"]), row


def test_borrowed_rows_are_estimates():
    for name in TECHNOLOGY:
        assert {row["provenance"] for row in rows_of(name)} == {"estimate"}, name
    for name in ("import_share", "used_export_share", "capacity", "headroom", "component_import_share"):
        assert {row["provenance"] for row in rows_of(name)} == {"estimate"}, name
    assert all(row["provenance"] == "estimate" for row in rows_of("sales") if int(row["time"]) > 2024)
    borrowed = [row for row in rows_of("lifetime") if row["product"] in ("fcev", "car_small_magnets")]
    assert len(borrowed) == 4 and {row["provenance"] for row in borrowed} == {"estimate"}


def test_world_rows_are_those_of_japan():
    for name in WORLD:
        with (FOLDER.parent / "japan" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            known = [{**row, "region": "EU27"} for row in csv.DictReader(stream)]
        assert all(row in known for row in rows_of(name)), name


def test_the_folder_says_that_it_is_coarse():
    package = json.loads((FOLDER / "datapackage.json").read_text("utf-8"))
    assert "coarse" in package["title"]
    assert {resource["path"] for resource in package["resources"]} == {path.name for path in FOLDER.glob("*.csv")}
    assert [row["name"] for row in rows_of("labels", dimension="region")] == ["European Union of 27, coarse"]
    products = [row["label"] for row in rows_of("labels", dimension="product")]
    assert products == ["bev", "phev", "fcev", "car_small_magnets"]
    for name in ("eu27-reference", "eu27-recycled-content", "japan-eu27", "japan-eu27-trade"):
        assert "coarse" in load_scenario(name).title


def test_new_cars_are_counts_then_shares_of_europe():
    counted = one("sales", product="bev", time="2024")
    assert [counted[key] for key in ("value", "low", "high", "provenance", "source")] == [
        "1500000", "1450000", "1550000", "read", "iea_gevo2025",
    ]  # fmt: skip
    # 2030: 8.0 of 9.5 million plug-in cars are battery electric, 58 % of new cars have a plug
    wanted = 8.0 / 9.5 * 0.58 * MARKET_2024
    assert float(one("sales", product="bev", time="2030")["value"]) == pytest.approx(wanted, rel=1e-6)
    # 2035: 0.62 of 13.62 million are plug-in hybrids, 87 % have a plug; held to 2060
    wanted = 0.62 / 13.62 * 0.87 * MARKET_2024
    for year in ("2035", "2060"):
        assert float(one("sales", product="phev", time=year)["value"]) == pytest.approx(wanted, rel=1e-6)
    assert one("sales", product="fcev", time="2012")["value"] == "0"
    for year in range(2013, 2025):
        cars = [float(row["value"]) for row in rows_of("sales", time=str(year))]
        assert sum(cars[:3]) < cars[3], year  # all cars stand last


def test_metal_comes_from_refiners_outside():
    # Co, t refined in 2024: China 196143.357, Indonesia 2874, Canada 1753.689, Japan 5648.685, rest 23610.285;
    # Finland (20119.722) lies inside, Japan has no label and counts with the rest
    china, rest = 196143.357, 5648.685 + 23610.285
    abroad = china + 2874.0 + 1753.689 + rest
    assert float(one("import_share", element="Co", origin="CHN")["value"]) == pytest.approx(china / abroad)
    assert float(one("import_share", element="Co", origin="ROW")["value"]) == pytest.approx(rest / abroad)
    assert rows_of("import_share", origin="FIN") == []
    sums = defaultdict(float)
    for row in rows_of("import_share"):
        sums[row["element"]] += float(row["value"])
    assert len(sums) == 7 and all(total == pytest.approx(1.0, abs=1e-8) for total in sums.values())


def test_capacity_is_that_of_europe_with_the_mix_of_japan():
    batteries = ("pyro", "hydro", "pyro_hydro", "direct")
    standing = [row for row in rows_of("capacity@standing") if row["time"] in ("*", "2026")]
    assert sum(float(row["value"]) for row in standing if row["route"] in batteries) == pytest.approx(330_000)
    assert [row["value"] for row in standing if row["route"] == "nimh"] == ["0"]
    assert {tuple(row.values()) for row in rows_of("capacity")} == {
        tuple(row.values()) for row in rows_of("capacity@standing")
    }


def test_the_law_is_the_same_as_in_the_variants_of_japan():
    for name in ("content_quota@eu", "recovery_floor@eu"):
        with (FOLDER.parent / "japan" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            known = [{**row, "region": "EU27"} for row in csv.DictReader(stream)]
        assert all(row in known for row in rows_of(name))
    quota = one("content_quota@eu", product="bev", element="Co", time="2036")
    assert (quota["value"], quota["provenance"]) == ("0.26", "read")


# --- Stock ----------------------------------------------------------------------------------------------------------


def stock_rows():
    with (ROOT / "scripts" / "eu27_stock.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    ("product", "first", "tolerance"), [("bev", 2016, 0.07), ("phev", 2016, 0.07), ("fcev", 2018, 0.15)]
)
def test_cars_in_use_are_near_the_stock_of_the_iea(product, first, tolerance):
    """The IEA models its stock from the same sales: this compares survival, it is no count."""
    found = run("eu27-reference")
    checked = [row for row in stock_rows() if row["product"] == product and int(row["year"]) >= first]
    assert len(checked) == 2025 - first
    for row in checked:
        model = found.of("items", "stock_units", int(row["year"]), product=product)
        assert model == pytest.approx(float(row["value"]), rel=tolerance), row


def test_cars_in_use_are_what_was_sold_and_survives():
    # end of 2012: cars of mid-year age 0.5, 1.5 and 2.5 under a normal life of 15 and 5 years, nothing older
    from scipy.stats import norm

    sold = {2010: 1100, 2011: 7100, 2012: 12000}
    left = sum(units * norm.sf(2012.5 - year, 15, 5) for year, units in sold.items())
    model = run("eu27-reference").of("items", "stock_units", 2012, product="bev")
    assert model == pytest.approx(left, rel=2e-3)  # a life below zero is cut off: 0.13 %


# --- Two regions ----------------------------------------------------------------------------------------------------


def picked(results, group, name, like, region):
    """A variable of one region, with the labels of another run only."""
    array, dims = results.arrays(group)[name], results.dims(group, name)
    for axis, dim in enumerate(dims, start=1):
        if dim in ("time", "cohort", "scrap"):
            continue
        known = named_like(dim)
        wanted = [region] if dim == "region" else like.labels[known]
        array = np.take(array, [list(results.labels[known]).index(label) for label in wanted], axis=axis)
    return array


@pytest.mark.parametrize(("alone", "region"), [("eu27-reference", "EU27"), ("market", "Japan")])
def test_each_region_is_in_the_joint_run_what_it_is_alone(alone, region):
    """Nothing links them; eleven digits, as sums run over more labels and round in another order."""
    single, joint = run(alone).results, run("eu27").results
    assert joint.labels["region"] == ["Japan", "EU27"]
    for group in GROUPS:
        for name, array in single.arrays(group).items():
            other = picked(joint, group, name, single, region)
            scale = np.nanmax(np.abs(array), initial=0.0, where=np.isfinite(array))
            np.testing.assert_allclose(other, array, rtol=1e-11, atol=1e-14 * scale, err_msg=name)


def test_used_cars_arrive_and_leave_japan_as_it_is():
    apart, linked = run("eu27"), run("eu27-trade-of-cars-alone")
    given = linked.results.inputs.arrays
    japan = linked.results.labels["region"].index("Japan")
    for group in GROUPS:
        for name, array in apart.results.arrays(group).items():
            if "region" in apart.results.dims(group, name):
                np.testing.assert_array_equal(linked.results.arrays(group)[name][:, japan], array[:, japan], name)
    for product in ("bev", "phev", "fcev"):
        left = linked.of("items", "discards_units", 2040, "Japan", product=product)
        left *= float(given["used_export_share"].sel(region="Japan", time=2040, product=product))
        came = linked.of("items", "imports_used_units", 2040, "EU27", product=product)
        assert came == pytest.approx(0.25 * left) and came > 0.0
        assert linked.of("items", "imports_used_units", 2024, "EU27", product=product) == 0.0
    more = [one.of("items", "discards_units", region="EU27", product="bev") for one in (linked, apart)]
    assert np.all(more[0] >= more[1]) and more[0][-1] > more[1][-1]


def test_battery_scrap_of_japan_arrives_in_europe():
    linked = run("eu27-trade")
    for year in (2030, 2050):
        sent = linked.of("components", "exports_scrap", year, "Japan", component="traction_battery")
        assert linked.of("components", "imports_scrap", year, "EU27", component="traction_battery") == pytest.approx(
            sent
        )
    assert linked.of("components", "exports_scrap", 2029, "Japan") == 0.0


def test_products_that_europe_does_not_have_cannot_be_sent_there():
    given = {"overrides.used_export_destination": [{"region": "Japan", "destination": "EU27", "value": 0.1}]}
    said = r"region=Japan, destination=EU27, time=1990, product=hev_nimh .*a region that does not have the product"
    with pytest.raises(InputError, match=said):
        load_scenario("japan-eu27").with_changes(given).inputs()


def test_both_regions_are_drawn_together():
    design = Design("japan-eu27-trade", 2, seed=1)
    prices = [factor for factor in map(str, design.factors) if "base_price" in factor]
    assert prices and not [factor for factor in prices if "EU27" in factor]
    run = mfa.run(design.inputs(0, 2), detail="totals")
    assert run.arrays("flows")["imports_used"].shape[0] == 2
    for group in ("flows", "components"):
        mass = run.arrays(group)["exports_scrap"][:, 0], run.arrays(group)["imports_scrap"][:, 1]
        np.testing.assert_allclose(*mass, rtol=1e-9, atol=1e-6)


def test_a_region_holds_nothing_of_products_that_it_does_not_have():
    joint = run("eu27")
    mine = ("bev", "phev", "fcev", "car_small_magnets")
    others = [product for product in joint.labels["product"] if product not in mine]
    assert len(others) == 25
    for item in ("stock_units", "sales_units", "discards_units"):
        assert np.all(joint.of("items", item, region="EU27", product=others) == 0)
        assert np.any(joint.of("items", item, region="Japan", product=others) > 0)


def test_the_regulation_moves_metal():
    base, law = run("eu27-reference"), run("eu27-recycled-content")
    for element in ("Li", "Co", "Ni"):
        assert law.import_share(2050, element) < base.import_share(2050, element) - 0.05
        assert law.policy("content_shortfall", 2036, element) >= 0
    assert law.policy("content_shortfall", 2036, "Li") > 0
    past = slice(0, base.years.index(2027))
    for flow in ("collected", "secondary", "imports"):
        paths = [one.of("flows", flow, element=None)[past] for one in (law, base)]
        np.testing.assert_allclose(*paths, rtol=1e-12)


# --- Nothing is tied to one country ---------------------------------------------------------------------------------

DEFAULTS = {"japan", "japan-reference", "japan-explore"}
"""Names that commands and functions fall back on where none is given."""
EXAMPLES = re.compile(r"(?:runs/|dataset: \[?|dataset |base: |explore |: \[)japan[\w-]*|Self-sufficiency \(Japan\)")
"""What messages name as an example, and a country's own way of counting."""


def texts_of(tree):
    """Texts of a module, its docstrings left out."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # of constants
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings | bare:
            yield node.value, node.lineno


def test_no_code_names_a_country():
    found = []
    for path in sorted((ROOT / "mfa").rglob("*.py")):
        for text, line in texts_of(ast.parse(path.read_text("utf-8"))):
            if text not in DEFAULTS and re.search(r"japan|eu27|JPN", EXAMPLES.sub("", text), re.IGNORECASE):
                found.append(f"{path.relative_to(ROOT)}:{line}: {text[:60]!r}")
    assert found == []


# --- The evidence; that the script writes these tables is a test of test_prepare_japan.py ---------------------------


@pytest.mark.skipif("MFA_RAW_DATA" not in os.environ, reason="MFA_RAW_DATA names no folder of collected evidence")
def test_stock_of_the_check_is_that_of_the_evidence():
    raw = Path(os.environ["MFA_RAW_DATA"]) / "ev" / "ev_stock.csv"
    with raw.open(encoding="utf-8", newline="") as stream:
        known = {
            (row["powertrain"].lower(), row["year"]): [float(row[key]) for key in ("value", "low", "high")]
            for row in csv.DictReader(stream)
            if row["region"] == "EU27"
        }
    given = {
        (row["product"], row["year"]): [float(row[key]) for key in ("value", "low", "high")] for row in stock_rows()
    }
    assert given == known

"""The tables of the dataset japan: form, evidence, and the checks that the collected data should meet."""

from __future__ import annotations

import csv
import json
import math
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from mfa.vocabulary import named_like

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "parameters" / "japan"
SCRIPT = ROOT / "scripts" / "prepare_japan.py"
sys.path.insert(0, str(SCRIPT.parent))

from japan_dataset.evidence import Datum, Series, combined, nodes, product, scaled  # noqa: E402
from japan_dataset.tables import Table  # noqa: E402

KEYS = (
    "region origin time cohort product component chemistry element route scrap miner survival term".split()
)  # in the order of the dimensions
VALUES = ["value", "low", "high", "unit", "distribution", "provenance", "pedigree", "source", "note"]
TEXT_PARAMETERS = ("route_eligible", "origin_domestic", "collection_quota_base")
YEARS = np.arange(1990, 2061)
TO_TONNES = {"t/unit": 1.0, "kg/unit": 1e-3, "g/unit": 1e-6}
FILES = sorted(path for path in FOLDER.glob("*.csv") if path.name not in ("labels.csv", "rank_correlation.csv"))


def rows_of(name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def labels(dimension):
    return [row["label"] for row in rows_of("labels") if row["dimension"] == dimension]


def paths(name, *keys):
    """Values by year (1990-2060), linear between anchors and held outside, by the key columns given."""
    anchors = defaultdict(dict)
    for row in rows_of(name):
        year = row.get("time", row.get("cohort", "*"))
        factor = TO_TONNES.get(row["unit"], 1.0)
        anchors[tuple(row[key] for key in keys)][year] = float(row["value"]) * factor
    filled = {}
    for key, by_year in anchors.items():
        if "*" in by_year:
            assert len(by_year) == 1, (name, key)
            filled[key] = np.full(len(YEARS), by_year["*"])
        else:
            years = sorted(map(int, by_year))
            filled[key] = np.interp(YEARS, years, [by_year[str(year)] for year in years])
    return filled


def at(path, year):
    return float(np.broadcast_to(path, YEARS.shape)[year - YEARS[0]])


# --- Form ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_table_is_well_formed(path):
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, strict=True)
        rows = list(reader)
    columns = reader.fieldnames
    keys = columns[: -len(VALUES)]
    assert columns[-len(VALUES) :] == VALUES
    assert keys == [key for key in KEYS if key in keys]
    assert rows
    entries = set(re.findall(r"^@misc\{([^,]+),", (FOLDER.parent / "references.bib").read_text("utf-8"), re.MULTILINE))
    known = {key: {*labels(named_like(key)), "*"} for key in keys}
    seen = set()
    for row in rows:
        assert None not in row.values(), row
        key = tuple(row[name] for name in keys)
        assert key not in seen, key
        seen.add(key)
        for name in keys:
            if name in ("time", "cohort"):
                assert row[name] == "*" or 1990 <= int(row[name]) <= 2060, row
            elif name not in ("survival", "term"):
                assert row[name] in known[name], row
        assert row["provenance"] in ("read", "derived", "recalled", "estimate"), row
        assert row["source"], row
        assert set(row["source"].split(";")) <= entries, row
        assert row["distribution"] in ("", "beta", "lognormal", "triangular", "dirichlet"), row
        if path.stem.split("@")[0] in TEXT_PARAMETERS:
            assert row["value"] in ("true", "false", "sales") and not row["unit"], row
            continue
        value = float(row["value"])
        assert math.isfinite(value) and row["unit"], row
        low, high = (float(row[end]) if row[end] else value for end in ("low", "high"))
        assert low <= value <= high, row
        if "USD" in row["unit"]:
            assert "USD_2024" in row["unit"], row


def test_every_row_of_a_series_has_years_or_none():
    for path in FILES:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        year = next((name for name in ("time", "cohort") if name in rows[0]), None)
        if year is None:
            continue
        series = defaultdict(set)
        for row in rows:
            series[tuple(row[key] for key in KEYS if key in row and key != year)].add(row[year] == "*")
        assert all(len(kinds) == 1 for kinds in series.values()), path.stem


def test_labels_and_package_agree_with_the_files():
    seen = [(row["dimension"], row["label"]) for row in rows_of("labels")]
    assert len(seen) == len(set(seen))
    package = json.loads((FOLDER / "datapackage.json").read_text("utf-8"))
    assert {resource["path"] for resource in package["resources"]} == {path.name for path in FOLDER.glob("*.csv")}
    assert package["mfa"] == {"money": "USD_2024", "first_year": 1990, "last_year": 2060, "last_data_year": 2024}
    assert all(resource["description"] for resource in package["resources"])


def test_references_have_title_and_no_doubles():
    text = (FOLDER.parent / "references.bib").read_text("utf-8")
    keys = re.findall(r"^@misc\{([^,]+),", text, re.MULTILINE)
    assert len(keys) == len(set(keys)) == text.count("title = {{")
    assert text.count("{") == text.count("}")
    expert = text.split("@misc{EXPERT,")[1].split("\n}")[0]
    assert "Expert estimate made for this data set, to be replaced" in expert


# --- Content -------------------------------------------------------------------------------------------------------

VARIANTS_OF_SHARES = ("lfp", "solid_state", "lean_magnet", "next_generation", "magnet_grades")
SHARE_VARIANTS = ["chemistry_share", *(f"chemistry_share@{v}" for v in VARIANTS_OF_SHARES)]
SALES_VARIANTS = ["sales", *(f"sales@{v}" for v in ("fast_electrification", "goal", "hybrid_led", "icct_ambitious"))]


@pytest.mark.parametrize(
    ("name", "over"),
    [
        *((name, "chemistry") for name in SHARE_VARIANTS),
        ("import_share", "origin"),
        ("import_share@diversified", "origin"),
        ("import_share@crisis_2010", "origin"),
        ("ore_share", "miner"),
    ],
)
def test_shares_sum_to_one_at_every_anchor(name, over):
    sums = defaultdict(float)
    for row in rows_of(name):
        assert 0 <= float(row["value"]) <= 1, row
        sums[tuple(row[key] for key in KEYS if key in row and key != over)] += float(row["value"])
    wrong = {key: total for key, total in sums.items() if abs(total - 1) > 1e-6}
    assert not wrong


def test_every_member_of_a_mix_has_a_row_at_every_anchor():
    for name in SHARE_VARIANTS:
        members, anchors = defaultdict(set), defaultdict(set)
        for row in rows_of(name):
            part = (row["product"], row["component"])
            members[part].add(row["chemistry"])
            anchors[part].add((row["chemistry"], row["time"]))
        for part, chemistries in members.items():
            years = {year for _, year in anchors[part]}
            assert anchors[part] == {(chemistry, year) for chemistry in chemistries for year in years}, (name, part)


def test_all_variants_and_the_composition_know_the_same_parts():
    def triples(name):
        return {(row["product"], row["component"], row["chemistry"]) for row in rows_of(name)}

    parts = triples("chemistry_share")
    for name in (*SHARE_VARIANTS, "content", "component_mass"):
        assert triples(name) == parts, name


def test_every_product_and_part_is_complete():
    products = set(labels("product"))
    assert len(products) == 29
    for name in (*SALES_VARIANTS, "lifetime"):
        assert {row["product"] for row in rows_of(name)} == products, name
    parts = {(row["product"], row["component"]) for row in rows_of("chemistry_share")}
    assert {item for item, _ in parts} == products - {"desktop_pc"}  # its disk is a product of its own
    for name in ("manufacturing_yield", "new_scrap_share", "max_collection_rate", "base_scrap_value"):
        assert {(row["product"], row["component"]) for row in rows_of(name)} == parts, name
    for name in ("product_import_share", "product_export_ratio"):
        assert {row["product"] for row in rows_of(name)} == products, name


@pytest.mark.parametrize("name", SALES_VARIANTS)
def test_sales_span_the_horizon_and_share_their_history(name):
    history = {(row["product"], row["time"]): row["value"] for row in rows_of("sales") if int(row["time"]) <= 2024}
    years = defaultdict(set)
    for row in rows_of(name):
        years[row["product"]].add(int(row["time"]))
        if int(row["time"]) < 2024:
            assert row["value"] == history[row["product"], row["time"]], row
    assert all({1990, 2060} <= found for found in years.values())


def test_cars_of_all_powertrains_fit_into_the_market():
    for name in SALES_VARIANTS:
        sold = paths(name, "product")
        cars = sum(sold[item,] for item in labels("product")[:7])
        assert labels("product")[6] == "fcev"
        excess = cars / sold["car_small_magnets",] - 1
        assert excess.max() < 1e-3, (name, YEARS[excess.argmax()])  # 660 fuel cell cars held beyond full shares


def test_hybrids_that_keep_the_lead_leave_the_number_of_electrified_cars():
    reference, hybrids = paths("sales", "product"), paths("sales@hybrid_led", "product")
    cars = [item for item in labels("product")[:7] if item != "fcev"]
    for year in (2024, 2030, 2040, 2050, 2060):
        electrified = [sum(at(sold[item,], year) for item in cars) for sold in (reference, hybrids)]
        assert electrified[1] == pytest.approx(electrified[0], rel=1e-9), year
    market = {2030: 3_750_000, 2040: 3_450_000, 2060: 2_800_000}
    for year, share in ((2030, 0.06), (2040, 0.18), (2060, 0.30)):
        assert at(hybrids["bev",], year) == pytest.approx(share * market[year])


def test_elements_weigh_no_more_than_their_component():
    mass = paths("component_mass", "product", "component", "chemistry")
    total = defaultdict(float)
    for (item, component, chemistry, _), path in paths(
        "content", "product", "component", "chemistry", "element"
    ).items():
        total[item, component, chemistry] = total[item, component, chemistry] + path
    for part, path in total.items():
        assert (path <= mass[part] + 1e-15).all(), part


def test_used_exports_and_hibernation_leave_something_to_collect():
    exports, drawers = paths("used_export_share", "product"), paths("hibernation_share", "product")
    for item in labels("product"):
        assert np.max(exports.get((item,), 0.0) + drawers.get((item,), np.zeros(1))) <= 1, item


def test_collection_rates_stay_within_reach():
    base = paths("base_collection_rate", "product", "component")
    limit = paths("max_collection_rate", "product", "component")
    elastic = paths("collection_elasticity@policy", "product", "component")
    value = paths("base_scrap_value", "product", "component")
    for part, path in limit.items():
        rate = base.get(part, np.zeros(1))
        assert np.max(rate - path) <= 0, part
        if elastic[part][0] > 0:
            assert rate.max() < 1 and path.max() < 1 and value[part].min() > 0, part


def test_every_element_has_a_yield_on_every_route_and_a_price():
    given = {(row["element"], row["route"]) for row in rows_of("recovery_yield")}
    assert given == {(element, route) for element in labels("element") for route in labels("route")}
    assert {row["element"] for row in rows_of("base_price")} == set(labels("element"))


def test_every_class_of_scrap_in_use_has_a_route():
    routes = {
        (row["component"], row["chemistry"], row["scrap"])
        for row in rows_of("route_eligible")
        if row["value"] == "true"
    }
    for row in rows_of("chemistry_share"):
        if row["chemistry"] != "other":  # holds nothing to recover
            for scrap in ("old", "new", "imported"):
                assert (row["component"], row["chemistry"], scrap) in routes, row


# --- Checks that the collected data should meet ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def output():
    """Return units made in Japan."""
    sold = paths("sales", "product")
    imports, exports = paths("product_import_share", "product"), paths("product_export_ratio", "product")
    return {item: path * (1 - imports[item,] + exports[item,]) for (item,), path in sold.items()}


@pytest.fixture(scope="module")
def discards():
    """Return units discarded, sold in the middle of the year."""
    terms = defaultdict(dict)
    for (item, term), path in paths("lifetime", "product", "term").items():
        terms[item][term] = path
    sold = paths("sales", "product")
    found = {}
    for item, given in terms.items():
        total = np.zeros(len(YEARS))
        for i, units in enumerate(sold[item,]):
            shape = given["shape"][i]
            scale = given["mean"][i] / math.gamma(1 + 1 / shape)
            left = np.exp(-(((np.arange(len(YEARS) - i) + 0.5) / scale) ** shape))
            total[i:] += units * -np.diff(left, prepend=1.0)
        found[item] = total
    return found


def test_lithium_need_of_the_economy_is_near_the_imports_of_2024(output):
    content = paths("content", "product", "component", "chemistry", "element")
    shares = paths("chemistry_share", "product", "component", "chemistry")
    made = paths("manufacturing_yield", "product", "component")
    bought = paths("component_import_share", "product", "component")
    need = paths("other_need@economy", "element")["Li",].copy()
    for (item, component, chemistry), share in shares.items():
        mass = content.get((item, component, chemistry, "Li"), 0.0)
        home = 1 - bought.get((item, component), 0.0)
        need += output[item] * home * share * mass / made[item, component]
    assert at(need, 2024) == pytest.approx(8389, rel=0.05)


def test_magnets_in_domestic_output_and_bare_exports(output):
    mass = paths("component_mass", "product", "component", "chemistry")
    shares = paths("chemistry_share", "product", "component", "chemistry")
    magnets = sum(
        output[item] * shares[item, component, chemistry] * path
        for (item, component, chemistry), path in mass.items()
        if "magnet" in component
    )
    bare = paths("other_need@battery_magnet", "element")["Nd",] / 0.235  # Nd fraction of the exported magnets
    for year in range(2018, 2025):
        assert 10_000 <= at(magnets + bare, year) <= 13_000, year


def test_used_exports_of_electrified_cars_2023(discards):
    exports = paths("used_export_share", "product")
    cars = labels("product")[:7]
    assert sum(at(discards[item] * exports[item,], 2023) for item in cars) == pytest.approx(355_000, rel=0.15)


def test_exits_of_hybrids_2017(discards):
    hybrids = [item for item in labels("product") if item.startswith("hev")]
    exported_and_dismantled = 118_875 + 21_435
    assert sum(at(discards[item], 2017) for item in hybrids) == pytest.approx(exported_and_dismantled, rel=0.15)


@pytest.mark.parametrize(
    ("year", "collected"),
    [(2006, 6_622_000), (2009, 6_920_000), (2011, 7_377_000), (2017, 6_020_000), (2022, 3_481_000)],
)
def test_phones_collected(discards, year, collected):
    exports, drawers = paths("used_export_share", "product"), paths("hibernation_share", "product")
    release = paths("hibernation_release", "product")
    rates = paths("base_collection_rate", "product", "component")
    total = 0.0
    for item in ("smartphone", "feature_phone"):
        store = 0.0
        for i in range(year - YEARS[0] + 1):
            out = release[item,][i] * store
            pool = out + discards[item][i] * (1 - exports[item,][i] - drawers[item,][i])
            store += discards[item][i] * drawers[item,][i] - out
        total += pool * at(rates[item, "small_battery"], year)
    assert total == pytest.approx(collected, rel=0.15)


# --- Variants of scenarios --------------------------------------------------------------------------------------------


def test_standing_capacity_is_the_path_until_2026_with_the_whole_plant_of_that_year():
    path, standing = paths("capacity", "route"), paths("capacity@standing", "route")
    assert set(standing) == set(path)
    for (route,), values in standing.items():
        until = slice(0, 2026 - YEARS[0])
        np.testing.assert_allclose(values[until], np.broadcast_to(path[route,], YEARS.shape)[until], rtol=1e-9)
        assert (values[2026 - YEARS[0] :] == values[2026 - YEARS[0]]).all(), route  # no plans
        today = [float(row["value"]) for row in rows_of("initial_capacity@2026") if row["route"] == route]
        assert today == [pytest.approx(at(values, 2027))]
    # 10 000 t of cells a year, cells 0.65 of a pack: the path counts half of it in 2026 and all of it in 2027
    assert at(standing["pyro_hydro",], 2026) == pytest.approx(10_000 / 0.65)
    assert at(path["pyro_hydro",], 2026) == pytest.approx(5_000 / 0.65)
    assert at(path["pyro_hydro",], 2027) == pytest.approx(10_000 / 0.65)
    # hydro in 2030: the lower end of 500-1000 t/month of black mass x 2.571 t of batteries
    assert at(path["hydro",], 2030) == pytest.approx(500 * 12 * 2.571, rel=0.03)


def test_deep_sea_mud_costs_twice_the_price_and_grows_in_six_years():
    costs, prices = paths("primary_cost@deep_sea", "element"), paths("base_price", "element")
    output = paths("primary_capacity@deep_sea", "element")
    for key, cost in costs.items():
        assert at(cost, 2040) == pytest.approx(2 * at(prices[key], 2040))
        assert at(output[key], 2034) == 0 and at(output[key], 2037) == pytest.approx(at(output[key], 2040) / 2)
    element_per_oxide = 0.86  # 1500 t/yr of oxide, of which Nd, Pr, Dy and Tb are a part
    assert 0 < sum(at(path, 2040) for path in output.values()) < 1500 * element_per_oxide


def test_diversified_supply_adds_namibia_and_counts_as_owned_only_what_is():
    shares = paths("import_share@diversified", "element", "origin")
    for element in ("Dy", "Tb"):
        assert at(shares[element, "NAM"], 2030) == 0 and at(shares[element, "NAM"], 2035) == pytest.approx(0.07)
    for row in rows_of("import_share"):
        assert row["origin"] != "NAM" or float(row["value"]) == 0
    owned = {(row["origin"], row["element"]): row for row in rows_of("equity_share@diversified")}
    assert float(owned["NAM", "Dy"]["value"]) == 0.4 and owned["NAM", "Dy"]["source"] == "CRUXINVESTOR_LOFDAL"
    for key in (("AUS", "Li"), ("CAN", "Co")):  # a study and a memorandum are no contract
        assert float(owned[key]["value"]) == 0 < float(owned[key]["high"])


# --- The stylised partner ---------------------------------------------------------------------------------------------


def test_the_partner_is_japan_on_another_scale_and_says_that_it_is_no_observation():
    folder = FOLDER.parent / "partner"
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert {resource["path"] for resource in package["resources"]} == {path.name for path in folder.glob("*.csv")}
    assert "No country is meant" in package["description"]
    names = [
        [(row["dimension"], row["label"]) for row in csv.DictReader(text.splitlines()) if row["dimension"] != "region"]
        for text in ((where / "labels.csv").read_text("utf-8") for where in (folder, FOLDER))
    ]
    assert names[0] == names[1]  # so that the folder can be checked by itself
    size = 1_390_217 / 3_725_000  # passenger cars of Korea and Japan, 2024
    for path in sorted(folder.glob("*.csv")):
        if path.name == "labels.csv":
            continue
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert {(row["region"], row["provenance"]) for row in rows} == {("Partner", "estimate")}, path.name
        parameter = path.stem.partition("@")[0]
        scaled = parameter in ("sales", "capacity", "initial_capacity", "initial_throughput", "fill_limit")
        for row, original in zip(rows, rows_of(path.stem), strict=True):
            if scaled:
                wanted = pytest.approx(float(original["value"]) * size, rel=1e-9)
                assert float(row["value"]) == wanted, row
            else:
                assert row["value"] == original["value"], row


# --- The script ------------------------------------------------------------------------------------------------------


def test_bounds_of_a_product_add_in_quadrature_of_logarithms():
    # 2 (1-4) x 3 (exact): only the first is moved: 3 to 12. With a second factor 3 (1.5-6): ln 2 x sqrt 2 both ways.
    alone = product(Datum(2.0, 1.0, 4.0, "read", ("A",)), Datum(3.0, None, None, "recalled", ("B",)), note="")
    assert (alone.value, alone.provenance, alone.sources) == (6.0, "recalled", ("A", "B"))
    assert (alone.low, alone.high) == (pytest.approx(3.0), pytest.approx(12.0))
    both = product(Datum(2.0, 1.0, 4.0), Datum(3.0, 1.5, 6.0), note="")
    assert both.low == pytest.approx(6 / 2 ** math.sqrt(2))


def test_provenance_of_computed_values():
    one = Datum(2.0, provenance="read", sources=("A",))
    assert scaled(one, 1e-3).provenance == "read"  # another unit
    assert combined(lambda a, b: a + b, one, one, note="").provenance == "derived"
    assert combined(lambda a, b: a + b, one, one, note="").low is None  # no bound out of nothing


def test_series_between_and_beyond_its_anchors():
    series = Series({2000: Datum(0.0, provenance="read"), 2010: Datum(10.0, 5.0, 20.0, "read")})
    assert [series[year].value for year in (1990, 2000, 2004, 2010, 2050)] == [0.0, 0.0, 4.0, 10.0, 10.0]
    assert (series[2004].low, series[2004].high, series[2004].provenance) == (2.0, 8.0, "derived")


def test_nodes_are_yearly_only_where_two_series_change():
    first = Series({2000: Datum(1.0), 2003: Datum(2.0), 2010: Datum(2.0)})
    second = Series({2001: Datum(1.0), 2003: Datum(5.0), 2010: Datum(6.0)})
    assert nodes([first, second]) == [2000, 2001, 2002, 2003, 2010]


def test_two_rows_of_one_key_are_refused():
    table = Table("opex", "USD_2024/t", "amount", "")
    for _ in range(2):
        table.add(Datum(1.0), region="Japan", route="hydro")
    with pytest.raises(ValueError, match="two rows for"):
        table.text()


@pytest.mark.skipif("MFA_RAW_DATA" not in os.environ, reason="MFA_RAW_DATA names no folder of collected evidence")
def test_the_script_writes_the_same_bytes(tmp_path):
    command = [sys.executable, str(SCRIPT), os.environ["MFA_RAW_DATA"], "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    for dataset in ("japan", "partner", "eu27"):
        written = {path.name: path.read_bytes() for path in (tmp_path / dataset).iterdir()}
        stored = {path.name: path.read_bytes() for path in (FOLDER.parent / dataset).iterdir()}
        assert sorted(written) == sorted(stored)
        assert [name for name in stored if written[name] != stored[name]] == []
    assert (tmp_path / "references.bib").read_bytes() == (FOLDER.parent / "references.bib").read_bytes()

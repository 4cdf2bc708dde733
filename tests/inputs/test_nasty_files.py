"""Files that no one meant to write: wrong encodings, broken structure, names and numbers that Python would let pass."""

from __future__ import annotations

import os
import random
import re
from pathlib import Path
from typing import Any

import pytest

from mfa.inputs import validate
from mfa.units import parse_unit
from tests.inputs.conftest import END, SCENARIO
from tests.inputs.test_bad_input import says

OPEX = f"route,value,unit,provenance,source\nhydro,100,USD_2024/t{END}\n"


# --- encodings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["test.yaml", "tiny/opex.csv", "tiny/labels.csv", "tiny/references.bib"])
@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("name: é\n".encode("utf-16"), ":1: is UTF-16, not UTF-8; save the file as UTF-8"),
        ("name: a\n".encode("utf-16-le"), ":1: holds a byte 0, so it is not UTF-8 text; save the file as UTF-8"),
        (b"name: a\n\x89PNG", ":2: byte 0x89 is not UTF-8; save the file as UTF-8"),
    ],
)
def test_encodings(project: Any, faults: Any, name: str, content: bytes, what: str) -> None:
    project.write(name, content)
    says(faults, name + what)


def test_a_byte_order_mark_of_utf8_is_fine(project: Any, faults: Any) -> None:
    project.write("test.yaml", "\ufeff".encode() + SCENARIO.encode())
    project.write("tiny/opex.csv", "\ufeff".encode() + OPEX.replace("\n", "\r\n").encode())
    assert faults() == []


def test_a_control_character(project: Any, faults: Any) -> None:
    project.write("test.yaml", SCENARIO + "title: a\x01b\n")
    says(faults, "test.yaml:4: is not YAML (character U+0001 is not allowed)", "remove the control character")


# --- structure -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["- a\n- b\n", "hello\n", "3\n"])
def test_a_scenario_that_is_no_mapping(project: Any, faults: Any, text: str) -> None:
    project.write("test.yaml", text)
    says(faults, "test.yaml: is not a scenario", "write keys such as name, dataset, years, policy")


@pytest.mark.parametrize("text", ["", "\n\n", "# only a note\n", "---\n# nothing\n"])
def test_a_scenario_that_says_nothing(project: Any, faults: Any, text: str) -> None:
    project.write("test.yaml", text)
    assert len(found := faults()) == 1
    assert found[0].startswith(("test.yaml: is empty; give", "test.yaml: is not a scenario"))


@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_endless_nesting(project: Any, faults: Any, brackets: str) -> None:
    opening = brackets[0] if brackets == "[]" else "{a: "
    project.scenario("policy: " + opening * 2000 + "1" + brackets[1] * 2000 + "\n")
    says(faults, "test.yaml:4: is nested more than 20 levels deep")


def test_a_tag_that_would_make_an_object(project: Any, faults: Any) -> None:
    project.scenario("policy: !!python/object:os.system {}\n")
    says(faults, "test.yaml:4: policy has the tag python/object:os.system; remove it")


def test_a_mapping_that_contains_itself(project: Any, faults: Any) -> None:
    project.scenario("policy: &a\n  keep_share: *a\n")
    says(faults, "test.yaml:4: policy.keep_share contains itself", "remove the alias")


def test_a_cycle_of_three_bases(project: Any, faults: Any) -> None:
    for name, base in (("test", "second"), ("second", "third"), ("third", "test")):
        project.write(f"{name}.yaml", f"base: {base}\n")
    says(
        faults, "third.yaml:1: base refers back to itself: test -> second -> third -> test; let the chain of bases end"
    )


def test_a_scenario_that_is_its_own_base(project: Any, faults: Any) -> None:
    project.write("test.yaml", "base: ./test.yaml\n")
    says(faults, "test.yaml:1: base refers back to itself: test -> test")


def test_faults_of_a_scenario_and_of_its_base_at_once(project: Any, faults: Any) -> None:
    project.write("test.yaml", "base: second\ncolour: red\n")
    project.write("second.yaml", "dataset: tiny\ndataset: tiny\n")
    assert [line.split(";")[0] for line in faults()] == [
        "test.yaml:2: colour: unknown key",
        "second.yaml:2: key 'dataset' stands twice (first in line 1)",
    ]


@pytest.mark.parametrize("name", ['""', "../evil", "a/b", '".."', '"a\\nb"', "a" * 101, '"a:b"', "trailing."])
def test_names_that_cannot_name_a_folder(project: Any, faults: Any, name: str) -> None:
    project.write("test.yaml", SCENARIO.replace("name: test", f"name: {name}"))
    says(faults, "test.yaml:1: name = ", "cannot be a name", "a run's folder is named after it")


@pytest.mark.parametrize("name", ["日本 2040", "a.b-c_d (changed)", "2030"])
def test_names_that_can(project: Any, faults: Any, name: str) -> None:
    project.write("test.yaml", SCENARIO.replace("name: test", f"name: {name}"))
    assert faults() == []


@pytest.mark.parametrize(
    ("years", "what"),
    [
        ("[2060, 1990]", "years: 1990 after 2060: years run backwards"),
        ("[2020, 2020]", "years: 2020 stands twice"),
        ("[2020]", "years = [2020] is not a span of years"),
        ("2020-2025", "years = 2020-2025 is not a span of years"),
        ("[2020.0, 2025]", "years = [2020.0, 2025] is not a span of years"),
        ("[true, 2025]", "years = [True, 2025] is not a span of years"),
        ("{start: 2020}", "years = {'start': 2020} is not a span of years"),
        ("[]", "years = [] is not a span of years"),
        ("", "years = None is not a span of years"),
    ],
)
def test_years(project: Any, faults: Any, years: str, what: str) -> None:
    project.write("test.yaml", f"dataset: tiny\nyears: {years}\n")
    says(faults, f"test.yaml:2: {what}", "write ")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("dataset: [tiny, tiny]", "dataset: 'tiny' stands twice"),
        ("dataset: 3", "dataset = 3 is not a name or a list of names"),
        ("dataset: ./nowhere", "dataset: no dataset './nowhere'; shipped datasets: "),
        ("dataset: tiny\nregions: [Here, Here]", "regions: 'Here' stands twice"),
        ("dataset: tiny\nvariants: {sales: [a]}", "variants.sales = ['a'] is not a name"),
    ],
)
def test_settings(project: Any, faults: Any, text: str, what: str) -> None:
    project.write("test.yaml", f"years: [2020, 2025]\n{text}\n")
    says(faults, "test.yaml:", what)


# --- numbers, units and labels ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["1_000", "１２", "0x10", "1e", "--5", "5%", "1,5"])
def test_numbers_that_are_not_plain(project: Any, faults: Any, text: str) -> None:
    project.table("opex", "route", "hydro,100", "USD_2024/t")
    project.edit("tiny/opex.csv", "hydro,100", f'hydro,"{text}"')
    says(faults, "tiny/opex.csv:2 [route=hydro]: ", f"'{text}' is not a number", "such as 1200.5")


@pytest.mark.parametrize("text", ["1e400", "inf", "-inf"])
def test_numbers_beyond_all_bounds(project: Any, faults: Any, text: str) -> None:
    project.table("opex", "route", f"hydro,{text}", "USD_2024/t")
    says(faults, "tiny/opex.csv:2 [route=hydro]: ", f"opex = {text} is infinite", "give a finite number")
    (project.folder / "tiny" / "opex.csv").unlink()
    project.scenario(f"overrides:\n  opex: {text} USD_2024/t\n")
    says(faults, f"test.yaml:5: overrides.opex = {text} USD_2024/t is infinite", "give a finite number")


def test_a_factor_that_leads_beyond_all_bounds(project: Any, faults: Any) -> None:
    project.scenario("overrides:\n  sales: [{factor: 1e308}]\n")
    says(faults, "tiny/sales.csv, test.yaml:5: sales[time=2020, product=phone; ", "= inf is infinite")


@pytest.mark.parametrize("unit", ["9**9**9", "t**99999999", "(9)**9**9", "t.__class__", "USD_2024/(t", "t, kg", "5 t"])
def test_units_that_are_none(unit: str) -> None:
    with pytest.raises(ValueError, match=f"'{re.escape(unit)}'"):
        parse_unit(unit)


@pytest.mark.parametrize(
    ("unit", "same"), [("kg*unit**-1", "kg/unit"), ("1/(t/yr)", "yr/t"), ("t^2 / t", "t"), ("m·m", "m**2"), ("%", "%")]
)
def test_units_that_are_some(unit: str, same: str) -> None:
    assert parse_unit(unit) == parse_unit(same)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("policy: {keep_share: [{product: [], value: 0.5}]}", "policy.keep_share[0].product names no label"),
        ("policy: {keep_share: [{product: , value: 0.5}]}", "policy.keep_share[0].product names no label"),
        ("policy: {keep_share: [{values: {}}]}", "policy.keep_share[0].values must map years to values"),
        ("overrides: {sales: [{factor: [1]}]}", "overrides.sales[0].factor: '[1]' is not a quantity"),
        ("shocks: [{ban: {element: [], origin: CHN, year: 2022, share: 1}}]", "shocks[0].ban.element names no label"),
        (
            "overrides: {lifetime: {phone: {survival: fixed}}}",
            "overrides.lifetime.phone: fixed has no terms; give mean",
        ),
        ("overrides: {lifetime: {phone: {survival: [fixed], mean: 5 yr}}}", "lifetime.phone.survival: unknown"),
        ("overrides: {lifetime: {phone: {survival: fixed, mean: inf yr}}}", "mean = inf yr is not a positive number"),
        ("overrides: {build_lag: 1e12 yr}", "overrides.build_lag = 1e12 yr is above 1000"),
    ],
)
def test_values_without_sense(project: Any, faults: Any, text: str, what: str) -> None:
    project.scenario(text + "\n")
    says(faults, "test.yaml:4: ", what)


def test_an_initial_stock_sold_in_the_run(project: Any, faults: Any) -> None:
    project.table("initial_stock", "cohort,product", "2018,phone,5|2021,phone,7|2022,phone,7", "unit")
    project.table("initial_chemistry_share", "component,chemistry", "battery,NMC,1")
    place = "tiny/initial_stock.csv:3: initial_stock[cohort=2021, product=phone and 1 more year]"
    says(faults, f"{place}: is a cohort of the run; give cohorts before 2020")


def test_required_parameters_are_told_together(project: Any, faults: Any) -> None:
    for name in ("lifetime", "content", "import_share"):
        project.without(name)
    assert [line.split(";")[0] for line in faults()] == [
        "tiny: lifetime: is required", "tiny: content: is required", "tiny: import_share: is required",
    ]  # fmt: skip


# --- the folder of a dataset -----------------------------------------------------------------------------------------


def test_a_table_that_is_a_folder(project: Any, faults: Any) -> None:
    (project.folder / "tiny" / "opex.csv").mkdir()
    says(faults, "tiny/opex.csv: is not a file that can be read")
    assert [str(fault) for fault in validate(["tiny"])] == faults()


@pytest.mark.skipif(os.name != "posix", reason="symbolic links")
def test_a_link_to_nowhere(project: Any, faults: Any) -> None:
    (project.folder / "tiny" / "opex.csv").symlink_to("nowhere.csv")
    says(faults, "tiny/opex.csv: is not a file that can be read", "mend the link")


def test_a_variant_without_a_name(project: Any, faults: Any) -> None:
    project.write("tiny/opex@.csv", OPEX)
    says(faults, "tiny/opex@.csv: names no variant after the @")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("dimension,label\n", "tiny/labels.csv: has a header but no row"),
        ("dimension,label,label\nregion,a,b\n", "tiny/labels.csv:1: column 'label' stands twice"),
        ("dim,label\nregion,a\n", "tiny/labels.csv:1: column dimension missing"),
    ],
)
def test_labels(project: Any, faults: Any, text: str, what: str) -> None:
    project.write("tiny/labels.csv", text)
    assert any(line.startswith(what) for line in faults())


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[]", "is not a data package"),
        ("[" * 100_000, "is not a data package (its brackets are nested too deeply)"),
        ('{"mfa": {"money": "USD_2024", "money": "USD_2020"}}', "key 'money' stands twice"),
        ('{"mfa": {"first_year": true}}', "mfa.first_year 'True' is not a year"),
        ('{"mfa": {"first_year": 2030, "last_year": 2020}}', "mfa.first_year 2030 lies after mfa.last_year 2020"),
        ('{"resources": null}', "resources is not a list"),
        ('{"resources": [{"path": 5}]}', "resources[0] has no path"),
        ('{"resources": [{"path": "gone.csv"}]}', "lists 'gone.csv', which is not there"),
        ('{"title": {"en": "Tiny"}}', "title is not text"),
    ],
)
def test_data_package(project: Any, faults: Any, text: str, what: str) -> None:
    project.write("tiny/datapackage.json", text)
    says(faults, "tiny/datapackage.json", what)


# --- anything else ---------------------------------------------------------------------------------------------------

RICH = (
    SCENARIO
    + """\
policy:
  keep_share: {2021: 0.5, 2024: 0.6}
  collection_quota:
    - {product: phone, component: battery, year: 2022, value: 0.5}
overrides:
  lifetime: {phone: {survival: weibull, mean: 3 yr, shape: 2}}
  sales: [{product: car, factor: 1.5, from: 2022, to: 2024}]
  initial_stock: {phone: {2018: 500 unit, 2019: 500 unit}}
  initial_chemistry_share: {phone: {battery: {NMC: 1.0}}}
shocks:
  - ban: {element: Co, origin: CHN, from: 2022, to: 2023, share: 0.5}
"""
)
PIECES = (
    "", "*", "nan", "inf", "-1", "1e400", "0", "x", "2020", "99999", "{}", "[]", "null", "true", '"', ":", "- ", "*a",
    "%", "1 t", "USD_2024/t", "[1, 2]", "{a: 1}", "phone", "Co", "9**9", "é", "\t", "#", "|", "NO", "..",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_random_damage_never_ends_in_a_traceback(project: Any, seed: int) -> None:
    """One to three pieces of a file are replaced, a line is lost or doubled: a list of faults, maybe an empty one."""
    chance = random.Random(seed)
    project.write("test.yaml", RICH)
    files = ["test.yaml"] * 10 + sorted(str(path) for path in Path("tiny").iterdir())
    path = Path(chance.choice(files))
    pieces = re.split(r"(\W)", path.read_text(encoding="utf-8"))
    for _ in range(chance.randint(1, 3)):
        pieces[chance.randrange(len(pieces))] = chance.choice(PIECES)
    lines = "".join(pieces).split("\n")
    if chance.random() < 0.3:
        place = chance.randrange(len(lines))
        lines[place : place + 1] = chance.choice([[], [lines[place]] * 2])
    path.write_text("\n".join(lines), encoding="utf-8")
    for fault in validate(["test.yaml"]):
        assert fault.what
        assert "Error" not in str(fault)

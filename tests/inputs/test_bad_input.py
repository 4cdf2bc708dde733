"""One broken file per fault: each message names file, line or key, coordinates, and how to mend it."""

from __future__ import annotations

from typing import Any

import pytest

import mfa
from mfa.errors import InputError
from mfa.inputs import load_scenario
from mfa.vocabulary import QUOTA_STATES


def says(faults: Any, *words: str) -> None:
    """Exactly one fault, which contains all the words."""
    found = faults()
    assert len(found) == 1, found
    for word in words:
        assert word in found[0], f"{word!r} not in {found[0]!r}"


def test_the_minimal_dataset_is_valid(faults: Any) -> None:
    assert faults() == []


# --- tables: single rows ---------------------------------------------------------------------------------------------


def test_unknown_unit(project: Any, faults: Any) -> None:
    project.table("opex", "route", "hydro,100", "USD_2024/tonnne")
    says(faults, "tiny/opex.csv:2 [route=hydro]", "unknown unit 'USD_2024/tonnne'", "use t, kg, g")


def test_wrong_dimensionality(project: Any, faults: Any) -> None:
    project.edit("tiny/component_mass.csv", "car,battery,300,kg/unit", "car,battery,300,kg/kWh")
    says(faults, "component_mass.csv:3 [product=car, component=battery]", "'kg/kWh' does not fit 't/unit'", "t/unit")


def test_service_fits_neither_of_its_units(project: Any, faults: Any) -> None:
    project.table("service", "product,component", "car,battery,60", "kWh/kg")
    says(faults, "service.csv:2", "does not fit 'kWh/unit or t/unit'")


def test_text_in_a_number(project: Any, faults: Any) -> None:
    project.edit("tiny/sales.csv", "2020,phone,100", "2020,phone,many")
    says(faults, "tiny/sales.csv:2 [time=2020, product=phone]", "'many' is not a number", "write a plain number")


def test_thousands_separator(project: Any, faults: Any) -> None:
    project.edit("tiny/sales.csv", "2020,phone,100", '2020,phone,"1,000"')
    says(faults, "sales.csv:2", "'1,000' is not a number", "without separators")


def test_empty_value(project: Any, faults: Any) -> None:
    project.edit("tiny/sales.csv", "2020,phone,100", "2020,phone,")
    says(faults, "sales.csv:2", "value missing", "give a number")


@pytest.mark.parametrize(
    ("value", "what", "mend"),
    [
        ("-5", "is negative", "not negative"),
        ("nan", "is not a number", "a gap is declared, never guessed"),
        ("inf", "is infinite", "finite"),
    ],
)
def test_negative_nan_infinite(project: Any, faults: Any, value: str, what: str, mend: str) -> None:
    project.edit("tiny/sales.csv", "2020,phone,100", f"2020,phone,{value}")
    says(faults, "sales.csv:2 [time=2020, product=phone]", f"sales = {value} {what}", mend)


def test_fraction_above_one(project: Any, faults: Any) -> None:
    project.table("used_export_share", "product", "car,16")
    says(faults, "used_export_share.csv:2 [product=car]", "= 16 is above 1", "write 0.16 for 16 %")


def test_low_above_high(project: Any, faults: Any) -> None:
    text = f"product,value,low,high,unit,provenance,source\ncar,0.2,0.3,0.1,1{project.END}\n"
    project.write("tiny/used_export_share.csv", text)
    says(faults, "used_export_share.csv:2", "low = 0.3 is above high = 0.1", "exchange them")


def test_value_outside_its_bounds(project: Any, faults: Any) -> None:
    text = f"product,value,low,high,unit,provenance,source\ncar,0.5,0.1,0.3,1{project.END}\n"
    project.write("tiny/used_export_share.csv", text)
    says(faults, "used_export_share.csv:2", "outside low to high (0.1 to 0.3)", "mend value, low or high")


@pytest.mark.parametrize(("dim", "row"), [("route", "hydroo,100"), ("route", ",100")])
def test_unknown_or_empty_label(project: Any, faults: Any, dim: str, row: str) -> None:
    project.table("opex", dim, row, "USD_2024/t")
    if row.startswith(","):
        says(faults, "opex.csv:2", "route is empty", "* for all")
    else:
        says(faults, "opex.csv:2", "unknown route 'hydroo'", "did you mean 'hydro'?", "labels.csv")


def test_not_a_calendar_year(project: Any, faults: Any) -> None:
    project.edit("tiny/sales.csv", "2020,phone", "20200,phone")
    says(faults, "sales.csv:2", "time '20200' is not a calendar year", "2030")


def test_duplicate_row(project: Any, faults: Any) -> None:
    row = f"hydro,1,USD_2024/t{project.END}\n"
    project.write("tiny/opex.csv", f"route,value,unit,provenance,source\n{row}{row}")
    says(faults, "opex.csv:3 [route=hydro]", "the same keys stand in line 2", "keep one")


@pytest.mark.parametrize(
    ("end", "what", "mend"),
    [
        (",,TEST", "provenance missing", "read, derived, recalled, estimate"),
        (",guess,TEST", "unknown provenance 'guess'", "read, derived, recalled, estimate"),
        (",read,", "source missing", "references.bib"),
        (",read,TSET", "unknown source 'TSET'", "references.bib"),
        (",read,TEST;OTHER2020", "unknown source 'OTHER2020'", "add the entry to references.bib"),
    ],
)
def test_evidence(project: Any, faults: Any, end: str, what: str, mend: str) -> None:
    project.write("tiny/opex.csv", f"route,value,unit,provenance,source\nhydro,1,USD_2024/t{end}\n")
    says(faults, "opex.csv:2 [route=hydro]", what, mend)


def test_money_of_another_year(project: Any, faults: Any) -> None:
    project.table("opex", "route", "hydro,100", "USD_2020/t")
    says(faults, "opex.csv:2", "USD_2020", "the model computes in USD_2024", "convert the value")


def test_money_without_year(project: Any, faults: Any) -> None:
    project.table("opex", "route", "hydro,100", "USD/t")
    says(faults, "opex.csv:2", "money needs its year", "USD_2024")


def test_truth_value(project: Any, faults: Any) -> None:
    project.edit("tiny/origin_domestic.csv", "SEA,true", "SEA,yes")
    says(faults, "origin_domestic.csv:2", "'yes' is neither true nor false", "write true or false")


def test_unknown_word(project: Any, faults: Any) -> None:
    project.table("collection_quota_base", "component", "battery,sale", "-")
    says(faults, "collection_quota_base.csv:2", "'sale' is unknown", "did you mean 'sales'?")


def test_half_a_year(project: Any, faults: Any) -> None:
    project.table("plant_life", "route", "hydro,20.5", "yr")
    says(faults, "plant_life.csv:2", "is not a whole number", "whole years")


# --- tables: whole files ---------------------------------------------------------------------------------------------


def test_empty_file(project: Any, faults: Any) -> None:
    project.write("tiny/opex.csv", "")
    says(faults, "tiny/opex.csv", "is empty", "delete the file")


def test_header_only(project: Any, faults: Any) -> None:
    project.write("tiny/opex.csv", "route,value,unit,provenance,source\n")
    says(faults, "tiny/opex.csv", "no row", "delete the file")


def test_not_utf8(project: Any, faults: Any) -> None:
    text = f"route,value,unit,provenance,source,note\nhydro,1,USD_2024/t{project.END},Z\xfcrich\n"
    project.write("tiny/opex.csv", text.encode("latin-1"))
    says(faults, "tiny/opex.csv:2", "0xfc is not UTF-8", "save the file as UTF-8")


def test_unknown_column(project: Any, faults: Any) -> None:
    project.write("tiny/opex.csv", f"rute,value,unit,provenance,source\nhydro,1,USD_2024/t{project.END}\n")
    says(faults, "opex.csv:1", "unknown column 'rute' for opex", "did you mean 'route'?")


def test_year_column(project: Any, faults: Any) -> None:
    project.write("tiny/opex.csv", f"year,value,unit,provenance,source\n2020,1,USD_2024/t{project.END}\n")
    says(faults, "opex.csv:1", "unknown column 'year'", "name it 'time'")


def test_missing_column(project: Any, faults: Any) -> None:
    project.write("tiny/opex.csv", "route,value,unit\nhydro,1,USD_2024/t\n")
    says(faults, "opex.csv:1", "columns provenance, source missing", "every row carries")


def test_too_many_cells(project: Any, faults: Any) -> None:
    project.write("tiny/opex.csv", f"route,value,unit,provenance,source\nhydro,1,USD_2024/t{project.END},a,b\n")
    says(faults, "opex.csv:2", "7 cells, the header has 5", "into quotes")


def test_file_of_no_parameter(project: Any, faults: Any) -> None:
    project.table("opx", "route", "hydro,1", "USD_2024/t")
    says(faults, "tiny/opx.csv", "not named after a parameter", "did you mean 'opex'?")


def test_several_faults_of_a_file_at_once(project: Any, faults: Any) -> None:
    rows = ["hydro,1,USD_2020/t,estimate,TEST", "magnett,1,USD_2024/t,estimate,TEST", "magnet,-1,USD_2024/t,guess,"]
    project.write("tiny/opex.csv", "\n".join(["route,value,unit,provenance,source", *rows]) + "\n")
    project.table("capex", "route", "hydro,0", "USD_2024/(t/yr)")
    found = faults()
    assert len(found) == 6
    assert [line.split(" ")[0] for line in found if "opex" in line] == [
        "tiny/opex.csv:2", "tiny/opex.csv:3", "tiny/opex.csv:4", "tiny/opex.csv:4", "tiny/opex.csv:4",
    ]  # fmt: skip
    assert sum("capex = 0 must be above 0; give a positive number" in line for line in found) == 1
    with pytest.raises(InputError, match="6 faults"):
        load_scenario("test.yaml").inputs()


def test_many_faults_are_counted(project: Any, faults: Any) -> None:
    rows = "\n".join(f"{year},nothing,1,unit/yr{project.END}" for year in range(1900, 2000))
    project.write("tiny/initial_stock.csv", f"cohort,product,value,unit,provenance,source\n{rows}\n")
    found = faults()
    assert len(found) == 26
    assert "and " in found[-1] and "more faults" in found[-1]


# --- tables: what they make together ---------------------------------------------------------------------------------


def test_missing_year(project: Any, faults: Any) -> None:
    project.edit("tiny/sales.csv", "2025,phone,200", "2024,phone,200")
    says(faults, "tiny/sales.csv:2", "product=phone", "year 2025 missing", "give 2025 (0 if there is nothing)")


def test_missing_product(project: Any, faults: Any) -> None:
    project.table("sales", "time,product", "2020,car,1|2025,car,1", "unit/yr")
    says(faults, "sales[product=phone]", "neither sales nor stock_target is given", "0 in every year")


def test_product_without_lifetime(project: Any, faults: Any) -> None:
    project.table("lifetime", "product,survival,term", "car,fixed,mean,10", "yr")
    says(faults, "tiny/lifetime.csv", "no row for product phone", "give survival and its terms")


def test_missing_element(project: Any, faults: Any) -> None:
    project.table("recovery_yield", "element,route", "Co,*,0.9")
    says(faults, "tiny/recovery_yield.csv: no row for element Nd; give a row (0 if there is nothing), or use *")


def test_missing_pairs_of_element_and_route(project: Any, faults: Any) -> None:
    project.table("recovery_yield", "element,route", "Co,*,0.9|Nd,magnet,0.9")
    says(faults, "tiny/recovery_yield.csv: no row for element Nd, route hydro; give a row")
    project.table("recovery_yield", "element,route", "Co,magnet,0.9|Nd,magnet,0.9")
    assert [line.split(": ")[1].split(";")[0] for line in faults()] == [
        "no row for element Co, route hydro", "no row for element Nd, route hydro",
    ]  # fmt: skip


def test_missing_element_of_imports(project: Any, faults: Any) -> None:
    project.table("import_share", "origin,element", "CHN,Co,1")
    says(faults, "tiny/import_share.csv", "no row for element Nd", "they sum to 1")


def test_missing_content(project: Any, faults: Any) -> None:
    project.edit("tiny/content.csv", f"phone,battery,NMC,Co,8,g/unit{project.END}\n", "")
    says(faults, "tiny/content.csv", "product phone, component battery, chemistry NMC", "0 for an element")


def test_missing_table(project: Any, faults: Any) -> None:
    project.without("component_mass")
    says(faults, "component_mass", "is required", "give it: mass of one component")


def test_shares_do_not_sum_to_one(project: Any, faults: Any) -> None:
    project.edit("tiny/chemistry_share.csv", "2025,*,battery,LFP,0.6", "2025,*,battery,LFP,0.7")
    found = faults()
    for product, line in zip(("phone", "car"), found, strict=True):
        place = f"chemistry_share[time=2021, product={product}, component=battery and 4 more years]"
        assert line.startswith(f"tiny/chemistry_share.csv:2: {place}: ")
        assert "the shares sum to 1.02; the shares over chemistry must sum to 1" in line


def test_import_shares_do_not_sum_to_one(project: Any, faults: Any) -> None:
    project.edit("tiny/import_share.csv", "AUS,*,0.3", "AUS,*,0.4")
    says(faults, "import_share", "the shares sum to 1.1", "over origin must sum to 1")


def test_domestic_source_with_import_share(project: Any, faults: Any) -> None:
    project.table("import_share", "origin,element", "CHN,*,0.7|SEA,*,0.3")
    assert any("import_share[origin=SEA" in line and "primary_capacity" in line for line in faults())


def test_exports_and_hibernation_above_one(project: Any, faults: Any) -> None:
    project.table("used_export_share", "product", "phone,0.6")
    project.table("hibernation_share", "product", "phone,0.5")
    place = "tiny/used_export_share.csv:2, tiny/hibernation_share.csv:2: used_export_share[product=phone]"
    says(faults, f"{place}: used_export_share + hibernation_share = 1.1 is above 1", "lower one of them")


def test_exports_and_hibernation_above_one_in_table_and_scenario(project: Any, faults: Any) -> None:
    project.table("used_export_share", "product", "car,0.1|phone,0.6")
    project.scenario("overrides:\n  hibernation_share: {phone: 0.5}\n")
    place = "tiny/used_export_share.csv:3, test.yaml:5: used_export_share[product=phone]"
    says(faults, f"{place}: used_export_share + hibernation_share = 1.1 is above 1", "lower one of them")


def test_elements_heavier_than_the_component(project: Any, faults: Any) -> None:
    project.edit("tiny/component_mass.csv", "car,motor,2,kg/unit", "car,motor,0.4,kg/unit")
    says(faults, "content[", "product=car, component=motor, chemistry=NdFeB", "0.0005 t/unit", "component_mass")


def test_base_rate_above_reach(project: Any, faults: Any) -> None:
    project.table("base_collection_rate", "component", "battery,0.6")
    project.table("max_collection_rate", "component", "battery,0.5")
    found = faults()
    assert [line.split(": ")[1] for line in found] == [
        "base_collection_rate[product=phone, component=battery]",
        "base_collection_rate[product=car, component=battery]",
    ]
    for line in found:
        assert line.endswith("0.6 is above max_collection_rate = 0.5; lower the one or raise the other")


SHAPES = [  # rows of one parameter, rows of the other, and the first place where the pair is at fault
    (("component", "battery,0.6"), ("component", "battery,0.5"), "product=phone, component=battery"),
    (("product,component", "car,motor,0.6"), ("component", "*,0.5"), "product=car, component=motor"),
    (("component", "*,0.6"), ("product,component", "car,motor,0.5|*,*,0.9"), "product=car, component=motor"),
    (
        ("time,component", "2020,motor,0.4|2024,motor,0.6"),  # 0.45 in 2021, 0.5 in 2022, 0.55 in 2023
        ("component", "*,0.5"),
        "time=2023, product=car, component=motor and 2 more years",
    ),
]


@pytest.mark.parametrize(("one", "other", "where"), SHAPES)
def test_pairs_of_parameters_with_other_dims(project: Any, faults: Any, one: Any, other: Any, where: str) -> None:
    """Either side of a comparison may lack a dim: the message names the cell, and the value of each side there."""
    project.table("base_collection_rate", *one)
    project.table("max_collection_rate", *other)
    found = faults()
    files = "tiny/base_collection_rate.csv:2, tiny/max_collection_rate.csv:2"
    assert found[0].startswith(f"{files}: base_collection_rate[{where}]: 0.")
    assert "is above max_collection_rate = 0.5; lower the one or raise the other" in found[0]


@pytest.mark.parametrize(("element", "where"), [("Co", "element=Co, route=magnet"), ("*", "route=magnet")])
def test_pairs_of_yields_with_other_dims(project: Any, faults: Any, element: str, where: str) -> None:
    project.table("recovery_yield", "element", "*,0.8")
    project.table("recovery_yield_max", "time,element,route", f"2020,{element},magnet,0.9|2025,{element},magnet,0.7")
    # 0.9 - 3 * 0.04 = 0.78 in 2023 is the first below 0.8
    place = f"recovery_yield_max[time=2023, {where} and 2 more years]"
    says(faults, f"{place}: 0.78 is below recovery_yield = 0.8", "research cannot lower a yield")


def test_grades_above_one_for_all_elements(project: Any, faults: Any) -> None:
    project.table("scrap_import_grade", "chemistry", "NMC,0.6")  # for each of the two elements
    says(faults, "scrap_import_grade[", "chemistry=NMC", "the elements make up 1.2 of the scrap", "at most 1")


def test_exports_and_hibernation_above_one_in_some_years(project: Any, faults: Any) -> None:
    project.table("used_export_share", "time", "2020,0.2|2025,0.7")  # 0.6 in 2024
    project.table("hibernation_share", "product", "car,0.5")
    place = "used_export_share[time=2024, product=car and 1 more year]"
    says(faults, f"{place}: used_export_share + hibernation_share = 1.1 is above 1", "lower one of them")


def test_elastic_collection_needs_a_base_value(project: Any, faults: Any) -> None:
    project.table("collection_elasticity", "product,component", "car,battery,0.2")
    project.table("max_collection_rate", "component", "*,0.9")
    says(faults, "base_scrap_value[product=car, component=battery]", "is not given", "collection_elasticity above 0")


def test_elastic_collection_never_reaches_one(project: Any, faults: Any) -> None:
    project.table("collection_elasticity", "product,component", "car,battery,0.2")
    project.table("base_scrap_value", "component", "battery,1000", "USD_2024/t")
    says(faults, "max_collection_rate[product=car, component=battery]", "is 1", "largest rate below 1")


def test_yield_that_research_would_lower(project: Any, faults: Any) -> None:
    project.table("recovery_yield_max", "element,route", "Co,hydro,0.5")
    says(faults, "recovery_yield_max[element=Co, route=hydro]", "0.5 is below recovery_yield = 0.95", "raise it")


def test_initial_stock_without_chemistry(project: Any, faults: Any) -> None:
    project.table("initial_stock", "cohort,product", "2018,car,5|2019,car,5", "unit")
    says(faults, "initial_chemistry_share", "is required with initial_stock")


def test_imports_in_units_and_as_a_share(project: Any, faults: Any) -> None:
    project.table("product_imports", "time,product", "2020,car,1|2025,car,1", "unit/yr")
    project.table("product_import_share", "product", "car,0.5")
    says(faults, "product_imports[product=car]", "both given", "keep one")


def test_service_and_response_in_different_units(project: Any, faults: Any) -> None:
    project.table("service", "product,component", "car,battery,60", "kWh/unit")
    project.table("substitution_response", "component", "battery,0.1", "t/USD_2024")
    says(faults, "substitution_response", "component battery answers in t, its service counts in kWh", "give both")


def test_ambiguous_wildcards(project: Any, faults: Any) -> None:
    project.table("base_collection_rate", "product,component", "car,*,0.5|*,motor,0.1")
    says(faults, "base_collection_rate.csv:3", "(region=*, product=*, component=motor)", "equally many *", "add rows")


def test_all_years_and_single_years(project: Any, faults: Any) -> None:
    project.table("base_price", "time,element", "*,Co,1|2022,Co,2|*,Nd,1", "USD_2024/t")
    says(faults, "base_price.csv:2", "for all years and for single years", "in every row of the series, or in none")


# --- lifetimes -------------------------------------------------------------------------------------------------------


def test_unknown_survival_function(project: Any, faults: Any) -> None:
    project.edit("tiny/lifetime.csv", "phone,weibull,mean", "phone,weibul,mean")
    found = faults()
    assert "lifetime.csv:2 [product=phone, survival=weibul, term=mean]" in found[0]
    assert "unknown survival function 'weibul'; did you mean 'weibull'?" in found[0]


def test_incomplete_terms(project: Any, faults: Any) -> None:
    project.edit("tiny/lifetime.csv", f"phone,weibull,shape,2,1{project.END}\n", "")
    says(faults, "lifetime.csv:2", "weibull is given by mean", "give shape and scale or mean and sd or mean and shape")


def test_term_of_wrong_unit(project: Any, faults: Any) -> None:
    project.edit("tiny/lifetime.csv", "phone,weibull,mean,3,yr", "phone,weibull,mean,3,1")
    says(faults, "lifetime.csv:2", "'1' does not fit 'yr'")


def test_survival_zero_at_age_zero(project: Any, faults: Any) -> None:
    project.table("lifetime", "product,survival,term", "phone,fixed,mean,0.4|car,fixed,mean,10", "yr")
    says(faults, "lifetime[product=phone]", "survival at age 0 is 0", "lengthen the lifetime")


# --- labels, data package --------------------------------------------------------------------------------------------


def test_labels_declared_twice(project: Any, faults: Any) -> None:
    project.edit("tiny/labels.csv", "route,magnet", "element,Co,Cobalt,,,\nroute,magnet")
    says(faults, "tiny/labels.csv:16", "element 'Co' is declared in line 13 already", "keep one")


def test_unknown_dimension(project: Any, faults: Any) -> None:
    project.edit("tiny/labels.csv", "route,magnet", "rout,magnet")
    says(faults, "tiny/labels.csv:16", "unknown dimension 'rout'", "did you mean 'route'?")


def test_data_package_is_not_json(project: Any, faults: Any) -> None:
    project.write("tiny/datapackage.json", '{"name": "tiny",\n "mfa": }')
    says(faults, "tiny/datapackage.json:2", "is not JSON", "syntax")


def test_data_package_money_without_year(project: Any, faults: Any) -> None:
    project.write("tiny/datapackage.json", '{"mfa": {"money": "USD"}}')
    says(faults, "tiny/datapackage.json", "mfa.money 'USD' has no year", "USD_2024")


def test_data_package_lists_a_missing_file(project: Any, faults: Any) -> None:
    project.write("tiny/datapackage.json", '{"mfa": {}, "resources": [{"path": "gone.csv"}]}')
    says(faults, "tiny/datapackage.json", "lists 'gone.csv', which is not there")


# --- scenarios: keys -------------------------------------------------------------------------------------------------


def test_unknown_key(project: Any, faults: Any) -> None:
    project.scenario("polcy: {keep_share: 0.5}\n")
    says(faults, "test.yaml:4", "polcy: unknown key", "did you mean 'policy'?")


def test_parameter_at_the_top(project: Any, faults: Any) -> None:
    project.scenario("keep_share: 0.5\n")
    says(faults, "test.yaml:4", "keep_share: unknown key", "under overrides or policy")


def test_base_in_the_home_of_nobody(project: Any, faults: Any) -> None:
    project.write("test.yaml", "base: ~nobody-of-this-name/x\n")
    says(faults, "test.yaml:1", "no scenario '~nobody-of-this-name/x'")


def test_an_unknown_key_hides_no_other_fault(project: Any, faults: Any) -> None:
    project.scenario("colour: red\npolicy:\n  keep_share: 1.5\n  collection_qouta: 0.5\n")
    key, value, parameter = faults()
    assert "test.yaml:4: colour: unknown key" in key
    assert "test.yaml:6: policy.keep_share = 1.5 is above 1" in value
    assert "test.yaml:7: policy.collection_qouta: unknown parameter" in parameter


def test_an_unknown_scope_hides_no_other_fault(project: Any, faults: Any) -> None:
    project.scenario("scope: planet\npolicy:\n  keep_share: 1.5\n")
    scope, value = faults()
    assert "test.yaml:4: scope: no table other_need@planet.csv" in scope
    assert "test.yaml:6: policy.keep_share = 1.5 is above 1" in value


def test_years_outside_the_dataset_are_told_alone(project: Any, faults: Any) -> None:
    """Without them nothing else can be read rightly."""
    project.write("test.yaml", "dataset: tiny\nyears: [2020, 2099]\npolicy:\n  keep_share: 1.5\n")
    says(faults, "test.yaml:2: years: 2020 to 2099 leaves the dataset's 2020 to 2030")


def test_unknown_parameter(project: Any, faults: Any) -> None:
    project.scenario("policy:\n  collection_qouta: 0.5\n")
    says(faults, "test.yaml:5", "policy.collection_qouta: unknown parameter", "did you mean 'collection_quota'?")


def test_repeated_key(project: Any, faults: Any) -> None:
    project.scenario("policy:\n  keep_share: 0.5\n  keep_share: 0.6\n")
    says(faults, "test.yaml:6", "key 'policy.keep_share' stands twice (first in line 5)", "keep one")


def test_no_read_as_false(project: Any, faults: Any) -> None:
    project.scenario("policy:\n  ban: {NO: 1.0}\n")
    says(faults, "test.yaml:5", "policy.ban.NO: YAML reads NO as false", 'quote it if it is a label: "NO"')


def test_broken_yaml(project: Any, faults: Any) -> None:
    project.scenario("policy: [1, 2\n")
    says(faults, "test.yaml:", "is not YAML", "indents, quotes and colons")


def test_empty_scenario(project: Any, faults: Any) -> None:
    project.write("test.yaml", "")
    says(faults, "test.yaml", "is empty", "a dataset or a base")


def test_scenario_not_utf8(project: Any, faults: Any) -> None:
    project.write("test.yaml", "title: Z\xfcrich\n".encode("latin-1"))
    says(faults, "test.yaml", "is not UTF-8", "save the file as UTF-8")


def test_reversed_years(project: Any, faults: Any) -> None:
    project.edit("test.yaml", "[2020, 2025]", "[2025, 2020]")
    says(faults, "test.yaml:3", "years: 2020 after 2025: years run backwards", "[start, stop]")


def test_uneven_years(project: Any, faults: Any) -> None:
    project.edit("test.yaml", "[2020, 2025]", "[2020, 2021, 2023, 2025]")
    says(faults, "test.yaml:3", "years: 2022 is missing, the first gap", "single years")


def test_years_beyond_the_dataset(project: Any, faults: Any) -> None:
    project.edit("test.yaml", "2025", "2090")
    says(faults, "test.yaml:3", "years: 2020 to 2090 leaves the dataset's 2020 to 2030", "stay within")


def test_base_refers_to_itself(project: Any, faults: Any) -> None:
    project.write("test.yaml", "base: second\n")
    project.write("second.yaml", "base: test\n")
    says(faults, "second.yaml:1", "base refers back to itself: test -> second -> test", "let the chain of bases end")


def test_unknown_base(project: Any, faults: Any) -> None:
    project.write("test.yaml", "base: japan-referense\n")
    says(faults, "test.yaml:1", "no scenario 'japan-referense'", "did you mean 'japan-reference'?")


def test_unknown_dataset(project: Any, faults: Any) -> None:
    project.edit("test.yaml", "dataset: tiny", "dataset: japn")
    says(faults, "test.yaml:2", "no dataset 'japn'", "did you mean 'japan'?")


def test_unknown_region_variant_scope_source(project: Any, faults: Any) -> None:
    project.scenario("regions: [There]\nvariants: {sales: fast}\nscope: economy\nsources: [NOBODY]\n")
    found = faults()
    assert [line.split(";")[0] for line in found] == [
        "test.yaml:4: regions: unknown region 'There'",
        "test.yaml:5: variants.sales: no table sales@fast.csv in tiny",
        "test.yaml:6: scope: no table other_need@economy.csv in tiny",
        "test.yaml:7: sources: unknown source 'NOBODY'",
    ]
    assert all(";" in line for line in found)


# --- scenarios: values -----------------------------------------------------------------------------------------------


def test_share_above_one(project: Any, faults: Any) -> None:
    project.scenario("policy:\n  collection_quota:\n    - {product: phone, component: battery, value: 16}\n")
    says(faults, "test.yaml:6", "policy.collection_quota[0].value = 16 is above 1", "write 0.16 for 16 %")


def test_quota_on_an_unknown_product(project: Any, faults: Any) -> None:
    project.scenario("policy:\n  collection_quota:\n    - {product: phon, component: battery, value: 0.5}\n")
    says(faults, "test.yaml:6", "policy.collection_quota[0].product: unknown product 'phon'", "did you mean 'phone'?")


def test_nested_unknown_product(project: Any, faults: Any) -> None:
    project.scenario("policy:\n  collection_quota:\n    phon: {battery: 0.5}\n")
    says(faults, "test.yaml:6", "policy.collection_quota.phon: unknown", "'phon'", "did you mean 'phone'?")


def test_a_quota_beyond_reach_is_no_fault(project: Any, faults: Any) -> None:
    project.table("max_collection_rate", "component", "battery,0.5")
    project.scenario("policy:\n  collection_quota: {battery: 0.9}\n")
    assert faults() == []
    results = mfa.run("test.yaml")
    assert QUOTA_STATES[results.arrays("policy")["quota_state"][0, 0, -1, 0, 0]] == "unattainable"
    discarded = results.arrays("components")["discards_direct"][0, 0, -1, 0, 0]
    assert results.arrays("policy")["quota_shortfall"][0, 0, -1, 0, 0] == pytest.approx((0.9 - 0.5) * discarded)


def test_quota_on_a_part_that_the_product_lacks(project: Any, faults: Any) -> None:
    project.scenario("policy:\n  collection_quota:\n    phone: {motor: 0.5}\n")
    says(faults, "test.yaml:6", "policy.collection_quota.phone.motor: phone has no motor", "phone has battery")


def test_penalty_without_unit(project: Any, faults: Any) -> None:
    project.scenario("policy:\n  collection_penalty: 20000\n")
    says(faults, "test.yaml:5", "policy.collection_penalty: 20000 has no unit", "write '20000 USD_2024/t'")


def test_budget_in_money_of_another_year(project: Any, faults: Any) -> None:
    project.scenario("policy:\n  grant_budget: 1e8 USD_2020/yr\n")
    says(faults, "test.yaml:5", "policy.grant_budget", "USD_2020, the model computes in USD_2024", "convert the value")


def test_negative_stockpile(project: Any, faults: Any) -> None:
    project.scenario("policy:\n  stockpile_days: {Co: -60 day}\n")
    says(faults, "test.yaml:5", "policy.stockpile_days.Co = -60 day is negative", "not negative")


def test_lever_outside_the_run(project: Any, faults: Any) -> None:
    project.scenario("policy:\n  keep_share: {2035: 0.5}\n")
    says(faults, "test.yaml:5", "policy.keep_share.2035: 2035 lies outside the run (2020 to 2025)", "a year of the run")


def test_lever_after_a_shortened_run(project: Any, faults: Any) -> None:
    project.scenario("policy:\n  keep_share: {2028: 0.5}\n")  # within the dataset's years, but without effect
    says(faults, "test.yaml:5", "policy.keep_share: 2028 lies outside the run (2020 to 2025)")


def test_window_outside_the_run(project: Any, faults: Any) -> None:
    project.scenario("policy:\n  keep_share: [{from: 2027, value: 0.5}]\n")
    found = faults()
    assert len(found) == 1 and "2027" in found[0] and "test.yaml:5: policy.keep_share[0]" in found[0]


def test_window_backwards(project: Any, faults: Any) -> None:
    project.scenario("policy:\n  keep_share: [{from: 2024, to: 2022, value: 0.5}]\n")
    says(faults, "test.yaml:5: policy.keep_share[0]: from 2024 to 2022 runs backwards", "exchange from and to")


def test_record_with_an_unknown_key(project: Any, faults: Any) -> None:
    project.scenario("policy:\n  keep_share: [{prodct: phone, value: 0.5}]\n")
    says(faults, "policy.keep_share[0].prodct: unknown key for keep_share", "did you mean 'product'?")


def test_record_without_a_value(project: Any, faults: Any) -> None:
    project.scenario("policy:\n  keep_share: [{product: phone}]\n")
    says(faults, "policy.keep_share[0]: no value", "give one of value, values and factor")


def test_null_where_a_value_is_needed(project: Any, faults: Any) -> None:
    project.scenario("policy:\n  keep_share:\n")
    says(faults, "test.yaml:5", "policy.keep_share has no value", "remove the key")


def test_several_faults_of_a_scenario_at_once(project: Any) -> None:
    project.scenario(
        "policy:\n  keep_share: 16\n  collection_penalty: 5\noverrides:\n  sales: {phon: {2020: 1 unit/yr}}\n"
    )
    with pytest.raises(InputError) as caught:
        load_scenario("test.yaml")
    text = str(caught.value)
    assert text.startswith("3 faults:")
    for word in ("test.yaml:5", "test.yaml:6", "test.yaml:8"):
        assert word in text


# --- shocks ----------------------------------------------------------------------------------------------------------


def test_overlapping_bans(project: Any, faults: Any) -> None:
    project.scenario(
        """
        shocks:
          - ban: {element: [Co, Nd], origin: CHN, from: 2021, to: 2023, share: 1.0}
          - ban: {element: Nd, origin: "*", year: 2023, days: 90}
        """
    )
    found = faults()
    assert len(found) == 1
    assert "test.yaml:7: shocks[1].ban overlaps shocks[0].ban (test.yaml:6) for CHN, Nd in 2023" in found[0]
    assert "merge them into one ban" in found[0]


def test_ban_outside_the_run(project: Any, faults: Any) -> None:
    project.scenario("shocks:\n  - ban: {element: Co, origin: CHN, from: 2024, to: 2027, share: 1}\n")
    says(faults, "test.yaml:5", "shocks[0].ban.to: 2027 lies outside the run (2020 to 2025)", "a year of the run")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{element: Co, origin: CHN, year: 2022}", "neither share nor days"),
        ("{element: Co, origin: CHN, share: 1}", "no years"),
        ("{origin: CHN, year: 2022, share: 1}", "no element"),
        ("{element: Co, origin: CHN, year: 2022, days: -3}", "days = -3 is negative"),
        ("{element: Co, origin: CHN, year: 2022, days: 400}", "days = 400 is above 365"),
        ("{element: Co, origin: CHN, year: 2022, share: 16}", "share = 16 is above 1; write 0.16 for 16 %"),
        ("{element: Co, origin: CHM, year: 2022, share: 1}", "unknown origin 'CHM'; did you mean 'CHN'?"),
        ("{element: Co, origin: CHN, year: 2022, shre: 1}", "shre: unknown key; did you mean 'share'?"),
    ],
)
def test_bad_ban(project: Any, faults: Any, text: str, what: str) -> None:
    project.scenario(f"shocks:\n  - ban: {text}\n")
    assert any("test.yaml:5: shocks[0].ban" in line and what in line for line in faults()), faults()


def test_unknown_shock(project: Any, faults: Any) -> None:
    project.scenario("shocks:\n  - bann: {element: Co, origin: CHN, year: 2022, share: 1}\n")
    says(faults, "test.yaml:5", "shocks[0].bann: unknown shock 'bann'", "did you mean 'ban'?")


def test_ban_of_a_domestic_source(project: Any, faults: Any) -> None:
    project.scenario("shocks:\n  - ban: {element: Co, origin: SEA, year: 2022, share: 1}\n")
    says(faults, "ban[origin=SEA, time=2022, element=Co]", "bans a domestic source", "from abroad")


def test_shock_on_top_of_an_override(project: Any, faults: Any) -> None:
    project.scenario(
        "overrides:\n  ban: {CHN: {Co: {2022: 0.5}}}\n"
        "shocks:\n  - ban: {element: Co, origin: CHN, year: 2022, share: 1}\n"
    )
    says(faults, "test.yaml:7", "shocks[0].ban hits cells where ban is 0.5 already", "remove one of the two")


def test_an_unknown_parameter_hides_no_other_fault(project: Any, faults: Any) -> None:
    project.scenario("""\
        policy:
          keep_shar: {2022: 0.5}
          keep_share: {2022: 1.5}
        shocks:
          - ban: {element: Coo, origin: CHN, from: 2022, to: 2023, share: 0.5}
        """)
    said = faults()
    assert len(said) == 3, said
    assert any("policy.keep_shar: unknown parameter; did you mean 'keep_share'?" in text for text in said)
    assert any("keep_share.2022 = 1.5 is above 1" in text for text in said)
    assert any("unknown element 'Coo'" in text for text in said)

"""Results: units, labels, laziness, reasons, errors."""

from __future__ import annotations

import numpy as np
import pint
import pytest

import mfa
from mfa.errors import AlignmentError, InputError
from mfa.results import GROUPS, Results, variables
from mfa.units import parse_unit, ureg
from mfa.vocabulary import FLOWS, INDICATORS
from tests.conftest import make_results


def test_flows_carry_their_unit(results: Results) -> None:
    secondary = results.flows["secondary"].sel(element="Co", time=2030)
    assert secondary.dims == ("region", "route", "scrap")
    assert secondary.data.units == parse_unit("t/yr")


def test_adding_a_stock_to_a_flow_is_refused(results: Results) -> None:
    with pytest.raises(pint.DimensionalityError):
        results.stocks["in_use"] + results.flows["sales"]


def test_a_flow_times_a_year_may_be_added_to_a_stock(results: Results) -> None:
    total = results.stocks["in_use"] + results.flows["sales"] * ureg.Quantity(1.0, "year")
    assert total.data.units == parse_unit("t")


@pytest.mark.parametrize("group", GROUPS)
def test_units_in_attributes_parse_to_the_unit_of_the_quantity(results: Results, group: str) -> None:
    quantified = getattr(results, group)
    assert quantified.attrs["scenario"] == "synthetic"
    assert quantified.attrs["scope"] == "products"
    for name, variable in results.plain(group).data_vars.items():
        assert variable.attrs["long_name"]
        if name == "quota_state":
            continue
        assert quantified[name].data.units == parse_unit(variable.attrs["units"])
        assert "money" not in variable.attrs["units"]


def test_plain_and_quantified_hold_the_same_numbers(results: Results) -> None:
    plain, quantified = results.plain("policy")["price"], results.policy["price"]
    np.testing.assert_array_equal(plain.values, quantified.data.magnitude)
    assert str(quantified.data.units) == str(parse_unit("USD_2024/t"))


def test_the_component_layer_has_no_element(results: Results) -> None:
    assert "element" not in results.components.dims
    assert results.components["collected"].dims == ("region", "time", "product", "component")
    assert "imports" not in results.components
    assert variables("components")["processed"].dims == ("region", "time", "route", "scrap")


def test_quota_states_are_words(results: Results) -> None:
    assert {"none", "unattainable"} >= set(np.unique(results.policy["quota_state"].values)) - {
        "slack",
        "ramp",
        "binding",
        "bought out",
    }
    assert results.arrays("policy")["quota_state"].dtype == np.int8


def test_every_indicator_of_the_vocabulary_is_there(results: Results) -> None:
    assert list(results.indicators.data_vars) == list(INDICATORS)
    assert results.indicators["public_cost"].dims == ("region", "time")


def test_reasons_stand_where_values_are_missing() -> None:
    results = make_results(small=True)
    results.arrays("policy")["requirement"][..., 1] = 0.0  # before the indicators are computed
    value = results.indicators["import_requirement"].isel(element=1)
    assert np.isnan(value.data.magnitude).all()
    assert set(results.reasons("import_requirement").isel(element=1).values.ravel()) == {"no need"}
    assert set(results.reasons("import_requirement").isel(element=0).values.ravel()) == {""}


def test_unknown_names_are_refused(results: Results) -> None:
    with pytest.raises(InputError, match="no indicator 'recycling'"):
        results.reasons("recycling")
    with pytest.raises(InputError, match="no group 'flow'"):
        results.plain("flow")


def test_samples_become_a_dimension() -> None:
    results = make_results(n_samples=3, small=True)
    assert results.flows["sales"].dims[0] == "sample"
    assert results.indicators["hhi"].sizes["sample"] == 3
    assert results.flows["sales"].coords["sample"].values.tolist() == [0, 1, 2]


def test_wrong_shapes_are_all_named() -> None:
    labels = {"region": ["A"], "element": ["Li"], "origin": ["X", "Y"]}
    arrays = {
        "stocks": {"stockpile": np.zeros((1, 1, 2, 1)), "unknown": np.zeros(1)},
        "flows": {"imports": np.zeros((1, 1, 3, 3, 1)), "sales": np.zeros((1, 1, 3, 1, 1, 1))},
    }
    with pytest.raises(AlignmentError) as caught:
        Results.from_arrays(arrays, labels, [2020, 2021, 2022], "USD_2024")
    text = str(caught.value)
    assert "stocks.stockpile: has shape (1, 1, 2, 1), the labels ask for (1, 1, 3, 1)" in text
    assert "stocks.unknown: is not in the vocabulary" in text
    assert "flows.imports" in text
    assert "flows.sales: no labels for product, component" in text


def test_totals_only_have_fewer_dims(results: Results) -> None:
    shape = (1, 1, 2, 1)
    flows = {name: np.ones(shape) for name in FLOWS if name not in ("imports", "secondary")}
    flows |= {"imports": np.ones((1, 1, 4, 2, 1)), "secondary": np.ones((1, 1, 2, 1, 3))}
    labels = {"region": ["A"], "element": ["Li"], "origin": list("WXYZ"), "product": ["p"], "component": ["k"]}
    totals = Results.from_arrays({"flows": flows}, labels, [2020, 2021], "USD_2024", {"detail": "totals"})
    assert totals.flows["sales"].dims == ("region", "time", "element")
    assert totals.flows["imports"].dims == ("region", "origin", "time", "element")
    assert totals.flows["secondary"].dims == ("region", "time", "element", "scrap")


def test_indicators_without_inputs_say_what_is_missing(results: Results) -> None:
    bare = Results.from_arrays(
        {group: results.arrays(group) for group in ("flows", "stocks", "policy")},
        results.labels,
        results.years,
        "USD_2024",
    )
    with pytest.raises(InputError, match="need the inputs"):
        bare.indicators  # noqa: B018


def test_repr_and_summary(results: Results) -> None:
    assert repr(results) == ("<mfa.Results of synthetic: 2018-2032, 1 region, 3 products, 3 elements; scope products>")
    table = results.summary()
    assert table.index.names == ["region", "element", "year"]
    assert sorted(set(table.index.get_level_values("year"))) == [2024, 2030]
    assert "in use [t]" in table.columns
    assert results.summary(years=[2020, 1900]).index.get_level_values("year").unique().tolist() == [2020]


def test_a_run_of_a_scenario_knows_the_names_of_its_labels():
    results = mfa.run("japan-reference")
    assert results.label_name("origin", "PHL") == "Philippines"
    assert results.attrs["resolved"]["name"] == "japan-reference"

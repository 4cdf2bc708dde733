"""Indicators of whole results: labels, units, reasons of what has no value, and what is asked for alone."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from mfa.errors import InputError
from mfa.indicators import READ_WITH_UNMET, REASONS, broadcast_parameter, compute_indicators, ratios_over_period
from mfa.vocabulary import FLOWS, INDICATORS


def cell(array):
    """The only value of a run of one year and element."""
    assert array.size == 1
    return array.item()


def results(run):
    values, reasons = compute_indicators(run.plain, run.inputs)
    return {name: cell(value) for name, value in values.items()}, {
        name: REASONS[cell(code)] for name, code in reasons.items()
    }


def test_every_indicator_of_the_vocabulary_has_its_shape(hand_run):
    run = hand_run(years=(2030, 2031), elements=("Co", "Dy", "Li"), samples=2)
    values, reasons = compute_indicators(run.plain, run.inputs)
    assert set(values) == set(reasons) == set(INDICATORS)
    for name, entry in INDICATORS.items():
        shape = (2, 1, 2, 3) if "element" in entry.dims else (2, 1, 2)
        assert values[name].shape == reasons[name].shape == shape, name
        assert reasons[name].dtype == np.int8


def test_nothing_at_all_gives_reasons_and_no_warning(hand_run):
    values, reasons = results(hand_run())
    expected = {
        "eol_collection_rate": "no discards",
        "eol_collection_rate_wide": "no discards",
        "process_efficiency": "no old scrap processed",
        "eol_recycling_rate": "no discards",
        "eol_recycling_rate_wide": "no discards",
        "eol_recycling_rate_cumulated": "no discards",
        "recycled_content": "no need met",
        "eol_recycling_input_rate": "no need met",
        "old_scrap_ratio": "no secondary metal",
        "net_import_reliance": "apparent consumption not positive",
        "net_import_reliance_raw": "apparent consumption not positive",
        "net_import_reliance_scrap": "apparent consumption not positive",
        "net_import_reliance_embodied": "apparent consumption not positive",
        "import_requirement": "no need",
        "self_sufficiency": "no need",
        "hhi": "no imports",
        "hhi_governance": "no imports",
        "hhi_governance_mine": "no imports",
        "chokepoint": "no imports",
        "supply_risk": "no need met",
        "economic_importance": "no metal used in products",
        "critical": "no need met",
        "n_1_cover": "no need",
        "top_origin_share": "no need met",
        "unmet_share": "no need",
        "days_of_cover": "no need met",
        "co2_avoided": "",
        "import_bill": "",
        "public_cost": "",
        "social_cost": "",
    }
    assert reasons == expected
    for name, reason in expected.items():
        assert np.isnan(values[name]) if reason else values[name] == 0.0, name


def test_worked_year(worked_year):
    values, reasons = results(worked_year)
    assert values["net_import_reliance"] == pytest.approx(615 / 865)
    assert round(values["net_import_reliance"], 3) == 0.711
    assert values["self_sufficiency"] == pytest.approx(0.415)
    assert values["n_1_cover"] == pytest.approx(0.475)
    assert values["import_requirement"] == 0.75
    assert values["unmet_share"] == pytest.approx(0.135)  # phi = 0.865
    assert values["top_origin_share"] == pytest.approx(330 / 865)
    assert values["recycled_content"] == pytest.approx(200 / 865)
    assert values["eol_recycling_input_rate"] == pytest.approx(200 / 865)
    assert values["hhi"] == pytest.approx((225**2 + 330**2) / 555**2)
    for name in set(READ_WITH_UNMET) - {"supply_risk"}:  # which is told to lack world concentration
        if not np.isnan(values[name]):
            assert reasons[name] == "part of the need unmet", name
    for name in ("import_requirement", "self_sufficiency", "n_1_cover", "unmet_share"):
        assert reasons[name] == ""


def test_collection_and_recycling_from_detailed_flows(hand_run):
    run = hand_run()
    # discards: 60 + 20 direct, 15 hibernating, 5 exported; 20 released: pool 100, all discards of the year 100
    run.flow("discards_direct", 60.0, product=0)
    run.flow("discards_direct", 20.0, product=1)
    run.flow("discards_hibernating", 15.0, product=1)
    run.flow("exports_used", 5.0, product=0)
    run.flow("released", 20.0, product=1)
    # collected 30 + 10, second life 8, reuse 2: 50
    run.flow("collected", 30.0, product=0)
    run.flow("collected", 10.0, product=1)
    run.flow("to_second_life", 8.0)
    run.flow("reused", 2.0)
    # old scrap by two routes: 20 of 25 and 9 of 10; new scrap 6 of 7, imported scrap 5 of 8
    run.flow("secondary", 20.0, route=0, scrap=0)
    run.flow("recovery_loss", 5.0, route=0, scrap=0)
    run.flow("secondary", 9.0, route=1, scrap=0)
    run.flow("recovery_loss", 1.0, route=1, scrap=0)
    run.flow("secondary", 6.0, route=0, scrap=1)
    run.flow("recovery_loss", 1.0, route=0, scrap=1)
    run.flow("secondary", 5.0, route=0, scrap=2)
    run.flow("recovery_loss", 3.0, route=0, scrap=2)
    # 30 of 40 t secondary metal used at home, need 200
    run.policy("domestic_use", 30.0)
    run.policy("requirement", 200.0)
    run.policy("realised_requirement", 200.0)
    values, reasons = results(run)
    assert values["eol_collection_rate"] == pytest.approx(0.5)
    assert values["eol_collection_rate_wide"] == pytest.approx(0.5)
    assert values["process_efficiency"] == pytest.approx(29 / 35)
    assert values["eol_recycling_rate"] == pytest.approx(0.29)
    assert values["eol_recycling_rate_cumulated"] == pytest.approx(0.29)
    assert values["recycled_content"] == pytest.approx(0.15)
    assert values["old_scrap_ratio"] == pytest.approx(34 / 40)
    assert values["eol_recycling_input_rate"] == pytest.approx(30 * 34 / 40 / 200)
    assert reasons["eol_collection_rate"] == ""


def test_wide_rates_stand_on_all_discards_of_the_year(hand_run):
    run = hand_run()
    run.flow("discards_direct", 40.0)
    run.flow("discards_hibernating", 50.0)
    run.flow("exports_used", 10.0)
    run.flow("released", 10.0)
    run.flow("collected", 25.0)
    run.flow("secondary", 20.0)
    values, _ = results(run)
    assert values["eol_collection_rate"] == 0.5  # 25 / (40 + 10)
    assert values["eol_collection_rate_wide"] == 0.25  # 25 / (40 + 50 + 10)
    assert values["eol_recycling_rate"] == 0.4
    assert values["eol_recycling_rate_wide"] == 0.2


def test_cumulated_rate_over_years(hand_run):
    run = hand_run(years=(2030, 2031))
    run.flow("discards_direct", [100.0, 100.0], element=0)
    run.flow("secondary", [10.0, 40.0], element=0)
    values, _ = compute_indicators(run.plain, run.inputs)
    # 10/100, 50/200
    assert values["eol_recycling_rate_cumulated"].ravel().tolist() == [0.1, 0.25]


def test_all_forms_of_import_reliance(hand_run):
    run = hand_run()
    run.flow("imports", 100.0, origin=0)
    run.flow("exports_refined", 20.0)
    run.flow("stock_release", 10.0)
    run.flow("stock_fill", 30.0)  # net 60
    run.flow("primary", 10.0, origin=2)
    run.flow("secondary", 20.0, scrap=0)
    run.flow("secondary", 99.0, scrap=1)  # new scrap is no supply
    run.flow("secondary", 10.0, scrap=2)  # AC = 10 + 30 + 60 = 100
    run.flow("imports_scrap", 15.0)
    run.flow("exports_scrap", 3.0, scrap=0)
    run.flow("exports_scrap", 2.0, scrap=1)  # scrap trade + 10
    run.flow("imports_product", 40.0)
    run.flow("imports_component", 10.0)
    run.flow("exports_product", 90.0)  # embodied - 40
    values, reasons = results(run)
    assert values["net_import_reliance"] == values["net_import_reliance_raw"] == pytest.approx(0.6)
    assert values["net_import_reliance_scrap"] == pytest.approx(70 / 100)  # (60 + 10) / (10 + 20 + 70)
    assert values["net_import_reliance_embodied"] == pytest.approx(20 / 60)  # (60 - 40) / (40 + 20)
    assert reasons["net_import_reliance"] == ""


def test_net_exporter_is_flagged(hand_run):
    run = hand_run()
    run.flow("secondary", 50.0)
    run.flow("exports_refined", 20.0)
    values, reasons = results(run)
    assert values["net_import_reliance_raw"] == pytest.approx(-20 / 30)
    assert values["net_import_reliance"] == 0.0
    assert reasons["net_import_reliance"] == "net exporter"
    run.policy("requirement", 100.0)
    run.policy("realised_requirement", 30.0)
    assert results(run)[1]["net_import_reliance"] == "net exporter; part of the need unmet"


def test_domestic_sources_are_no_imports(hand_run):
    run = hand_run()
    run.flow("imports", 30.0, origin=0)
    run.flow("imports", 70.0, origin=2)  # declared domestic: does not count, whatever stands there
    run.policy("requirement", 100.0)
    run.policy("realised_requirement", 100.0)
    run.policy("price", 2.0)
    values, _ = results(run)
    assert values["hhi"] == 1.0
    assert values["top_origin_share"] == 0.3
    assert values["net_import_reliance"] == 1.0  # 30 / 30
    assert values["import_bill"] == 60.0


def test_supply_risk_and_importance_with_a_mining_chokepoint(hand_run):
    run = hand_run(origins=("China", "Finland", "Congo"))
    run.flow("imports", 80.0, origin=0)
    run.flow("imports", 20.0, origin=1)
    run.flow("secondary", 25.0, scrap=0)  # NIR = 100 / 125 = 0.8
    run.policy("domestic_use", 25.0)
    run.policy("requirement", 125.0)
    run.policy("realised_requirement", 125.0)  # EoL-RIR 0.2
    run.flow("refined_use", 75.0, product=0)
    run.flow("refined_use", 25.0, product=1)
    run.give("governance", [5.0, 1.0, 8.0], "origin")
    run.give("trade_factor", [1.2, 1.0, 1.0], "origin")
    run.give("ore_share", [[0.1, 0.0, 0.9], [0.0, 0.5, 0.5], [0.0, 0.0, 1.0]], "origin", "miner")
    run.give("world_hhi_g", 4.0)
    run.give("substitution_index_sr", 0.9)
    run.give("substitution_index_ei", 0.8)
    run.give("sector_value", [8.0, 4.0], "product")
    values, reasons = results(run)
    # refining 0.64 x 6 + 0.04 x 1 = 3.88; mining 0.08^2 x 6 + 0.1^2 x 1 + 0.82^2 x 8 = 0.0384 + 0.01 + 5.3792
    assert values["hhi"] == pytest.approx(0.68)
    assert values["hhi_governance"] == pytest.approx(3.88)
    assert values["hhi_governance_mine"] == pytest.approx(5.4276)
    assert values["chokepoint"] == 1.0
    # [4 x 0.4 + 5.4276 x 0.6] x 0.8 x 0.9
    assert values["supply_risk"] == pytest.approx((1.6 + 3.25656) * 0.72)
    # (0.75 x 8 + 0.25 x 4) x 0.8
    assert values["economic_importance"] == pytest.approx(5.6)
    assert values["critical"] == 1.0
    assert reasons["critical"] == ""


def test_refining_is_the_chokepoint_if_every_refiner_uses_own_ore(worked_year):
    values, _ = results(worked_year)
    assert values["hhi_governance"] == values["hhi_governance_mine"]
    assert values["chokepoint"] == 0.0


def test_inputs_that_are_not_given_are_told_with_the_value(worked_year):
    worked_year.flow("refined_use", 865.0)
    values, reasons = results(worked_year)
    assert values["economic_importance"] == values["critical"] == 0.0
    assert reasons["economic_importance"] == "sector values not given"
    assert reasons["supply_risk"] == "world concentration not given"
    worked_year.give("sector_value", [8.0, 4.0], "product")
    worked_year.give("world_hhi_g", 4.0)
    values, reasons = results(worked_year)
    assert values["economic_importance"] == 8.0
    assert reasons["economic_importance"] == ""
    assert reasons["supply_risk"] == "part of the need unmet"


def test_a_missing_axis_is_the_reason_rather_than_a_flag(worked_year):
    values, reasons = results(worked_year)  # no metal used in products; sector values and world supply not given
    assert np.isnan(values["critical"])
    assert reasons["critical"] == "no metal used in products"


def test_days_of_cover_and_greenhouse_gas(hand_run):
    run = hand_run()
    run.stock("stockpile", 100.0)
    run.policy("requirement", 730.0)
    run.policy("realised_requirement", 730.0)
    run.flow("secondary", 30.0, scrap=0)
    run.flow("secondary", 10.0, scrap=1)
    run.give("ef_primary", [12.0], "element")
    run.give("ef_secondary", 4.0)
    values, _ = results(run)
    assert values["days_of_cover"] == pytest.approx(50.0)
    assert values["co2_avoided"] == 320.0  # 40 x (12 - 4)


def test_public_and_social_cost_from_policy(hand_run):
    run = hand_run(elements=("Co", "Dy"))
    run.policy("price", [20.0, 100.0])
    run.flow("primary", [10.0, 1.0], origin=2)
    run.give("primary_cost", [[0.0, 0.0], [0.0, 0.0], [50.0, 80.0]], "origin", "element")
    run.flow("stock_fill", [3.0, 0.0])
    run.flow("stock_release", [0.0, 1.0])  # 20 x 3 - 100 x 1 = -40
    for name, value in {
        "collection_subsidy_paid": 10.0,
        "output_subsidy_paid": 20.0,
        "grant_paid": 30.0,
        "research_paid": 40.0,
        "keep_cost_paid": 50.0,
        "collection_cost_total": 60.0,
        "floor_charge": 1.0,  # both elements: 2
        "content_charge": 2.0,  # both elements: 4
        "quota_charge": 5.0,
        "opex_total": 70.0,
        "capex_total": 80.0,
        "gate_fee_paid": 1e9,  # moves money between makers and recyclers only
    }.items():
        run.policy(name, value)
    values, _ = compute_indicators(run.plain, run.inputs)
    # 10 + 20 + 30 + 40 + 50 + 10 x (50 - 20) + 0 - 40 - (2 + 4 + 5)
    assert cell(values["public_cost"]) == pytest.approx(399.0)
    # 70 + 80 + 60 + 40 + 50 + (10 x 50 + 1 x 80) - 40
    assert cell(values["social_cost"]) == pytest.approx(840.0)


def test_ratios_over_a_span_are_sums_over_sums(hand_run):
    run = hand_run(years=(2030, 2031, 2032))
    run.policy("requirement", [100.0, 300.0, 500.0], element=0)
    run.policy("realised_requirement", [100.0, 300.0, 250.0], element=0)
    run.policy("import_need", [10.0, 150.0, 400.0], element=0)
    run.flow("imports", [10.0, 90.0, 0.0], origin=0, element=0)
    run.flow("imports", [0.0, 60.0, 150.0], origin=1, element=0)
    values, reasons = ratios_over_period(run.plain, run.inputs, 2030, 2031)
    assert cell(values["import_requirement"]) == pytest.approx(160 / 400)
    assert cell(values["top_origin_share"]) == pytest.approx((10 + 90) / 400)  # largest origin of each year
    assert cell(values["n_1_cover"]) == pytest.approx(60 / 400)
    assert cell(values["unmet_share"]) == 0.0
    assert REASONS[cell(reasons["net_import_reliance"])] == ""
    values, reasons = ratios_over_period(run.plain, run.inputs, 2030, 2032)
    assert cell(values["unmet_share"]) == pytest.approx(250 / 900)
    assert REASONS[cell(reasons["net_import_reliance"])] == "part of the need unmet"
    assert "hhi" not in values


def test_one_year_as_a_span_equals_the_annual_value(worked_year):
    annual, _ = compute_indicators(worked_year.plain, worked_year.inputs)
    span, _ = ratios_over_period(worked_year.plain, worked_year.inputs, 2030, 2030)
    for name, value in span.items():
        np.testing.assert_allclose(value, annual[name][:, :, 0], rtol=1e-12, err_msg=name)


def test_samples_are_independent(hand_run, worked_year):
    pair = hand_run(samples=2)
    for group, table in pair.plain.items():
        for name in table:
            table[name][1] = worked_year.plain[group][name][0]
    pair.give("equity_share", [[0.9, 0.9, 0.9], [0.0, 0.5, 0.0]], "sample", "origin")
    values, reasons = compute_indicators(pair.plain, pair.inputs)
    single, why = compute_indicators(worked_year.plain, worked_year.inputs)
    for name, value in single.items():
        np.testing.assert_array_equal(values[name][1], value[0], err_msg=name)
        np.testing.assert_array_equal(reasons[name][1], why[name][0], err_msg=name)


def test_a_system_without_origins_has_no_concentration(hand_run):
    run = hand_run(origins=())
    run.policy("requirement", 100.0)
    run.policy("realised_requirement", 100.0)
    run.policy("domestic_use", 100.0)
    run.flow("secondary", 100.0)
    values, reasons = results(run)
    assert values["net_import_reliance"] == 0.0
    assert values["n_1_cover"] == 1.0
    assert reasons["hhi"] == reasons["supply_risk"] == "no imports"


# --- Runs that keep less detail ---------------------------------------------------------------------------------------


def summed(run, **keep):
    """The same run with flows summed to region, time and element, or to the axes to keep."""
    flows = {}
    for name, array in run.plain["flows"].items():
        wanted = ("sample", *keep.get(name, ("region", "time", "element")))
        axes = [axis for axis, dim in enumerate(("sample", *FLOWS[name].dims)) if dim not in wanted]
        flows[name] = array.sum(axis=tuple(axes))
    return {**run.plain, "flows": flows}


LEAST = {"imports": FLOWS["imports"].dims, "secondary": ("region", "time", "element", "scrap")}


def test_totals_are_enough_for_most_indicators(worked_year):
    worked_year.flow("recovery_loss", 50.0, scrap=0)
    worked_year.give("primary_cost", [0.0, 0.0, 9.0], "origin")
    whole, _ = compute_indicators(worked_year.plain, worked_year.inputs)
    values, reasons = compute_indicators(summed(worked_year, **LEAST), worked_year.inputs)
    lost = {"process_efficiency", "economic_importance", "critical"}
    for name, value in whole.items():
        if name in lost:
            assert np.isnan(values[name]).all(), name
            assert REASONS[cell(reasons[name])] == "detail not kept", name
        else:
            np.testing.assert_allclose(values[name], value, err_msg=name)


def test_summaries_by_scrap_and_product_lose_nothing(worked_year):
    worked_year.flow("recovery_loss", 50.0, scrap=0)
    worked_year.flow("refined_use", 865.0)
    keep = LEAST | {
        "recovery_loss": LEAST["secondary"],
        "refined_use": ("region", "time", "product", "element"),
        "primary": FLOWS["primary"].dims,
    }
    whole, _ = compute_indicators(worked_year.plain, worked_year.inputs)
    values, _ = compute_indicators(summed(worked_year, **keep), worked_year.inputs)
    for name, value in whole.items():
        np.testing.assert_allclose(values[name], value, err_msg=name)
    assert cell(values["process_efficiency"]) == pytest.approx(0.8)


def test_cost_of_primary_metal_needs_its_source(worked_year):
    worked_year.give("origin_domestic", [False, True, True], "origin")
    values, reasons = compute_indicators(summed(worked_year, **LEAST), worked_year.inputs)
    assert np.isnan(values["public_cost"]).all()
    assert REASONS[cell(reasons["social_cost"])] == "detail not kept"
    worked_year.flow("primary", 0.0, origin=2)
    values, reasons = compute_indicators(summed(worked_year, **LEAST), worked_year.inputs)
    assert cell(values["public_cost"]) == 0.0
    assert REASONS[cell(reasons["social_cost"])] == ""


@pytest.mark.parametrize("name", ["imports", "secondary"])
def test_detail_that_cannot_be_missed_is_asked_for(worked_year, name):
    keep = {other: dims for other, dims in LEAST.items() if other != name}
    with pytest.raises(InputError, match=name):
        compute_indicators(summed(worked_year, **keep), worked_year.inputs)


def test_flow_with_odd_axes_is_refused(worked_year):
    worked_year.plain["flows"]["collected"] = np.zeros((1, 1))
    with pytest.raises(InputError, match="collected"):
        compute_indicators(worked_year.plain, worked_year.inputs)


def test_results_are_not_written_into_the_run(worked_year):
    before = {name: array.copy() for name, array in worked_year.plain["flows"].items()}
    compute_indicators(worked_year.plain, worked_year.inputs)
    for name, array in before.items():
        np.testing.assert_array_equal(worked_year.plain["flows"][name], array)


# --- Parameters over all dims -----------------------------------------------------------------------------------------


def inputs(**arrays):
    labels = {"region": ["here", "there"], "origin": ["A", "B"], "element": ["Co"], "product": ["p"]}
    return SimpleNamespace(arrays=arrays, labels=labels, years=np.arange(2030, 2033))


def test_parameter_is_put_in_order_and_spread_over_missing_dims():
    given = xr.DataArray([[1.0, 2.0]] * 3, dims=("time", "origin"))
    array = broadcast_parameter(inputs(governance=given), "governance", ("region", "origin", "time", "element"))
    assert array.shape == (1, 2, 2, 3, 1)
    assert array[0, 1, :, 2, 0].tolist() == [1.0, 2.0]


def test_sampled_parameter_keeps_its_samples():
    given = xr.DataArray([[1.0], [2.0], [3.0]], dims=("sample", "element"))
    array = broadcast_parameter(inputs(world_hhi_g=given), "world_hhi_g")
    assert array.shape == (3, 2, 3, 1)
    assert array[:, 1, 2, 0].tolist() == [1.0, 2.0, 3.0]


def test_absent_parameter_takes_its_default():
    assert broadcast_parameter(inputs(), "governance")[0, 0, 0, 0] == 5.0
    assert not broadcast_parameter(inputs(), "origin_domestic").any()
    table = broadcast_parameter(inputs(), "ore_share")
    assert table.shape == (1, 2, 2, 3, 1, 2)
    assert table[0, 1, :, 2, 0].tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_plain_number_is_spread():
    assert broadcast_parameter(inputs(world_hhi_g=2.5), "world_hhi_g")[0, 1, 2, 0] == 2.5


@pytest.mark.parametrize("name", ["import_share", "sales"])
def test_parameter_without_default_must_be_given(name):
    with pytest.raises(InputError, match=name):
        broadcast_parameter(inputs(), name)


def test_parameter_with_a_dim_too_many_is_refused():
    given = xr.DataArray([1.0, 2.0], dims="origin")
    with pytest.raises(InputError, match="origin"):
        broadcast_parameter(inputs(world_hhi_g=given), "world_hhi_g")

"""The comparison: its table by hand, the choice of years, rate and base, and the shipped scenarios."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import mfa
from mfa.errors import AlignmentError, InputError
from mfa.indicators import cost_per_tonne_import_avoided
from mfa.inputs.scenario import scenario_files
from mfa.studies.outcomes import QUANTITIES
from mfa.units import magnitude, parse_unit
from tests.studies.conftest import HandResults, small_inputs


def row(comparison, indicator, **where):
    """The one row of a figure."""
    found = comparison.select(indicator, **where)
    assert len(found) == 1, found
    return found.iloc[0]


def test_the_page_on_comparing_names_every_figure():
    page = (Path(__file__).resolve().parents[2] / "docs" / "compare.md").read_text(encoding="utf-8")
    assert [name for name in QUANTITIES if f"`{name}`" not in page and f"{name} =" not in page] == []


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_present_values_and_the_cost_of_a_tonne(base_run, policy_run):
    comparison = mfa.compare([base_run, policy_run])
    assert comparison.bases == {"base": "", "policy": "base"}
    assert comparison.setting.period == (2030, 2031)
    social = row(comparison, "social_cost_present_value", scenario="policy")
    # 400 + 660/1.1 = 1000; 100 + 110/1.1 = 200
    assert (social.value, social.base_value, social.difference) == pytest.approx((1000, 200, 800))
    assert (social.unit, social.element) == ("USD_2024", "all")
    imports = row(comparison, "imports_total", scenario="policy", element="Co")
    assert (imports.value, imports.base_value, imports.difference) == (80, 110, -30)
    per_tonne = row(comparison, "social_cost_per_tonne_import_avoided", element="Co")
    assert per_tonne.value == pytest.approx(800 / 30)
    assert math.isnan(per_tonne.difference)
    assert (per_tonne.unit, per_tonne.reason) == ("USD_2024/t", "")
    # public: 11 + 11/1.1 = 21 over the same 30 t
    assert row(comparison, "public_cost_per_tonne_import_avoided", element="Co").value == pytest.approx(21 / 30)


def test_no_import_avoided_is_no_number_but_a_reason(base_run, policy_run):
    comparison = mfa.compare([base_run, policy_run])
    dysprosium = row(comparison, "social_cost_per_tonne_import_avoided", element="Dy")
    assert math.isnan(dysprosium.value)
    assert dysprosium.reason == "no import avoided"
    # the other way round more is imported: -30 t avoided
    back = mfa.compare([policy_run, base_run], base=policy_run)
    cobalt = row(back, "social_cost_per_tonne_import_avoided", element="Co")
    assert math.isnan(cobalt.value)
    assert cobalt.reason == "no import avoided"


def test_another_rate_and_another_period(base_run, policy_run):
    comparison = mfa.compare([base_run, policy_run], discount_rate=0.0)
    assert row(comparison, "social_cost_present_value", scenario="policy").difference == 300 + 550
    comparison = mfa.compare([base_run, policy_run], period=(2031, None))
    found = row(comparison, "social_cost_present_value", scenario="policy")
    assert (found.difference, found.first_year, found.last_year) == (550, 2031, 2031)  # the first year counts in full
    # 550 over 60 - 40 t
    assert row(comparison, "social_cost_per_tonne_import_avoided", element="Co").value == pytest.approx(550 / 20)


def test_annual_figures_and_their_base(base_run, policy_run):
    comparison = mfa.compare([base_run, policy_run], years=[2031, 2030])
    assert comparison.setting.shown == [2030, 2031]
    found = row(comparison, "import_requirement", scenario="policy", element="Co", year=2031)
    assert (found.value, found.base_value, found.unit) == (0.4, 0.6, "1")
    assert found.difference == pytest.approx(-0.2)
    level = row(comparison, "import_requirement", scenario="base", element="Co", year=2031)
    assert level.value == 0.6
    assert math.isnan(level.base_value) and math.isnan(level.difference)


def test_the_import_bill_of_an_element_and_of_all(hand):
    # bills of Co 10 and 11, of Dy 1 and 0: 10 + 11/1.1 = 20 and 1
    with_bill = hand().indicator("import_bill", [[10, 1], [11, 0]]).done("a")
    comparison = mfa.compare([with_bill, hand().done("b")], elements=["Dy"])
    bills = comparison.select("import_bill_present_value", scenario="a").set_index("element")["value"]
    assert bills.to_dict() == pytest.approx({"Dy": 1.0, "all": 21.0})


def test_greenhouse_gas_is_summed_undiscounted(hand):
    a = hand().indicator("co2_avoided", [[3, 0], [4, 1]]).done("a")
    found = row(mfa.compare([hand().done("b"), a]), "co2_avoided_total", scenario="a", element="Co")
    assert (found.difference, found.unit) == (7, "CO2*t")


# --- under a shock ---------------------------------------------------------------------------------------------------


@pytest.fixture
def shocked(hand):
    """Without ban, with a ban of 2031 of which half the cobalt is unmet, and the same ban with a stockpile."""
    calm = hand().imports([[50, 5], [60, 5]]).done("calm")
    ban = hand().imports([[50, 5], [10, 5]]).unmet([[0, 0], [50, 0]], units=[0, 800]).ban(1.0, 2031)
    ban.reason("recycled_content", "part of the need unmet", 1, 0)
    stock = hand().imports([[60, 5], [10, 5]]).unmet([[0, 0], [20, 0]], units=[0, 300]).ban(1.0, 2031)
    stock.reason("recycled_content", "part of the need unmet", 1, 0)
    return [calm, ban.done("ban"), stock.done("ban-stock")]


def test_unmet_demand_is_summed_over_the_years_of_the_shock(shocked):
    comparison = mfa.compare(shocked)
    assert comparison.bases == {"calm": "", "ban": "calm", "ban-stock": "ban"}
    tonnes = row(comparison, "unmet_demand_under_shock", scenario="ban-stock", element="Co")
    assert (tonnes.value, tonnes.base_value, tonnes.difference) == (20, 50, -30)
    assert (tonnes.first_year, tonnes.last_year, tonnes.unit) == (2031, 2031, "t")
    share = row(comparison, "unmet_share_under_shock", scenario="ban-stock", element="Co")
    assert (share.value, share.base_value) == (0.2, 0.5)
    units = row(comparison, "unmet_units_under_shock", scenario="ban-stock", product="car")
    assert (units.value, units.base_value, units.unit) == (300, 800, "unit")
    assert comparison.select("unmet_demand_under_shock", scenario="calm").empty


def test_a_span_of_shocks_is_sum_over_sum(hand):
    # unmet 50 of 100 in 2030 and 10 of 300 in 2031: 60/400, not the mean of the shares
    run = hand().unmet([[50, 0], [10, 0]]).ban(1.0, 2030).ban(1.0, 2031)
    run.given["ban"][:] = 1.0
    run.policy["requirement"][:, :, 1] = 300.0
    found = row(mfa.compare([hand().done("calm"), run.done("ban")]), "unmet_share_under_shock", element="Co")
    assert (found.value, found.first_year, found.last_year) == (0.15, 2030, 2031)


def test_figures_that_a_ban_embellishes_say_so(shocked):
    comparison = mfa.compare(shocked, years=[2030, 2031])
    flag = "part of the need unmet"

    def reason(indicator, scenario, **where):
        return row(comparison, indicator, scenario=scenario, element="Co", **where).reason

    assert reason("recycled_content", "ban", year=2031) == flag
    assert reason("recycled_content", "ban-stock", year=2031) == f"{flag}; in the base: {flag}"
    assert reason("recycled_content", "ban", year=2030) == ""
    assert reason("imports", "ban", year=2031) == reason("import_bill", "ban", year=2031) == flag
    assert reason("imports_total", "ban") == reason("import_bill_present_value", "ban") == flag
    assert row(comparison, "import_bill_present_value", scenario="ban", element="all").reason == flag
    assert reason("import_requirement", "ban", year=2031) == reason("self_sufficiency", "ban", year=2031) == ""
    assert row(comparison, "imports_total", scenario="ban", element="Dy").reason == ""


def test_imports_that_a_shock_denies_are_not_avoided(shocked):
    comparison = mfa.compare(shocked)
    denied = row(comparison, "social_cost_per_tonne_import_avoided", scenario="ban", element="Co")
    assert math.isnan(denied.value)  # 50 t less than without the ban, and nobody bought that
    assert denied.reason == "imports denied by a shock, not avoided"
    stock = row(comparison, "social_cost_per_tonne_import_avoided", scenario="ban-stock", element="Co")
    assert stock.reason == "no import avoided"  # 60 + 10 against 50 + 10
    assert [note.split(":")[0] for note in comparison.notes] == ["ban and its base calm meet different shocks"]


# --- samples and regions ---------------------------------------------------------------------------------------------


def test_samples_give_means_quantiles_and_paired_differences(hand):
    base, policy = hand(samples=3), hand(samples=3)
    base.flows["imports"][:, 0, 0, :, 0] = np.array([[50], [60], [70]])
    policy.flows["imports"][:, 0, 0, :, 0] = np.array([[40], [55], [71]])
    comparison = mfa.compare([base.done("base"), policy.done("policy")], years=[2030])
    found = row(comparison, "imports", scenario="policy", element="Co", year=2030)
    assert found.value == pytest.approx(166 / 3)
    assert (found.p50, found.difference_p50) == (55, -5)  # differences -10, -5, 1
    assert found.difference == pytest.approx(-14 / 3)
    assert found.difference_p5 == pytest.approx(-9.5)
    assert comparison.notes == ["Means over 3 samples; differences are taken sample by sample"]


def test_the_cost_of_a_tonne_of_samples_is_mean_cost_over_mean_tonnes(hand):
    base, policy = hand(samples=2), hand(samples=2)
    base.flows["imports"][:, 0, 0, 0, 0] = [50, 50]
    policy.flows["imports"][:, 0, 0, 0, 0] = [40, 60]  # 10 t avoided in one sample, 10 t more in the other
    policy.indicators["social_cost"][:, 0, 0] = [100, 300]
    comparison = mfa.compare([base.done("base"), policy.done("policy")])
    found = row(comparison, "social_cost_per_tonne_import_avoided", element="Co")
    assert math.isnan(found.value) and found.reason == "no import avoided"  # on the mean 0 t
    assert found.p50 == 10.0  # where some is avoided
    policy.flows["imports"][:, 0, 0, 0, 0] = [40, 50]
    found = row(
        mfa.compare([base.done("base"), policy.done("policy")]), "social_cost_per_tonne_import_avoided", element="Co"
    )
    assert found.value == pytest.approx(200 / 5)


def test_a_run_without_samples_is_a_base_for_one_with(hand):
    policy = hand(samples=2)
    policy.flows["imports"][:, 0, 0, :, 0] = np.array([[40], [50]])
    comparison = mfa.compare([hand().imports([[50, 0], [50, 0]]).done("base"), policy.done("policy")], years=[2030])
    assert row(comparison, "imports", scenario="policy", element="Co", year=2030).difference == -5


def test_regions_stand_beside_each_other(hand):
    two = hand(regions=("here", "there")).imports([[10, 0], [10, 0]]).imports([[20, 0], [20, 0]], region=1)
    less = hand(regions=("here", "there")).imports([[8, 0], [8, 0]]).imports([[20, 0], [20, 0]], region=1)
    comparison = mfa.compare([two.done("a"), less.done("b")])
    found = comparison.select("imports_total", scenario="b", element="Co").set_index("region")["difference"]
    assert found.to_dict() == {"here": -4, "there": 0}
    only = mfa.compare([two.done("a"), hand().done("b")], regions=["here"])
    assert only.table["region"].unique().tolist() == ["here"]


def test_a_ban_on_another_region_is_no_shock_here(hand):
    two = hand(regions=("here", "there")).ban(1.0, 2030, region=1).done("ban-there")
    comparison = mfa.compare([hand(regions=("here", "there")).done("calm"), two], regions=["here"])
    assert comparison.notes == []


# --- what is wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"years": [2030, 2040]}, "years: 2040 is not among the years of the runs; choose from 2030 to 2031"),
        ({"years": []}, "years: none are named"),
        ({"period": (2031, 2030)}, "period: 2031-2030 is not a span of the runs"),
        ({"period": (2020, None)}, "period: 2020-2031 is not a span"),
        ({"discount_rate": -0.1}, "discount_rate: -0.1 is not a rate"),
        ({"discount_rate": math.nan}, "discount_rate: nan is not a rate"),
        ({"elements": ["Xx"]}, "base: has no element 'Xx'"),
        ({"base": "nobody"}, "no scenario 'nobody'"),
    ],
)
def test_what_does_not_fit_is_refused(base_run, policy_run, options, match):
    with pytest.raises(InputError, match=match):
        mfa.compare([base_run, policy_run], **options)


def test_a_rate_that_is_not_one_number_must_be_given(hand):
    run = hand()
    run.given["discount_rate"] = xr.DataArray([0.03, 0.05], dims="time")
    runs = [run.done("a"), run.done("b")]
    with pytest.raises(InputError, match="a: discount_rate varies from 0.03 to 0.05 by region or year; give the rate"):
        mfa.compare(runs)
    assert mfa.compare(runs, discount_rate=0.04).setting.discount_rate == 0.04
    sampled = hand(samples=2)
    sampled.given["discount_rate"] = xr.DataArray([0.03, 0.05], dims="sample")
    comparison = mfa.compare([sampled.done("a"), sampled.done("b")])
    assert comparison.setting.discount_rate == 0.04
    assert "Present values at the mean of the sampled discount_rate, 4 % a year" in comparison.notes


def test_select_names_what_is_not_there(base_run, policy_run):
    comparison = mfa.compare([base_run, policy_run])
    with pytest.raises(InputError, match="did you mean 'import_requirement'"):
        comparison.select("import_requirment")
    with pytest.raises(InputError, match="no column 'scenarios'.*did you mean 'scenario'"):
        comparison.select("imports", scenarios="base")


# --- whole runs ------------------------------------------------------------------------------------------------------


def test_a_small_country_by_hand():
    # 10 t of need. At 20 % collection 10 x 0.2 x 0.9 = 1.8 t come back from 2027 on, at 50 % 4.5 t: 2.7 t less import
    # in each of 7 years. Collection of 30 more tonnes of battery costs 3000 a year, in the fourth to tenth year:
    # 3000 x (1.05^-2 - 1.05^-9)/0.05 in present value.
    comparison = mfa.compare([small_inputs("now"), small_inputs("more", base_collection_rate=0.5)], years=[2030])
    assert row(comparison, "imports_total", scenario="more", element="Co").difference == pytest.approx(-7 * 2.7)
    worth = 3000 * (1.05**-2 - 1.05**-9) / 0.05
    cost = row(comparison, "social_cost_present_value", scenario="more")
    assert cost.difference == pytest.approx(worth)
    found = row(comparison, "social_cost_per_tonne_import_avoided", scenario="more", element="Co")
    assert found.value == pytest.approx(worth / 18.9)
    need = row(comparison, "import_requirement", scenario="more", element="Co", year=2030)
    assert (need.value, need.base_value) == pytest.approx((0.55, 0.82))


def test_samples_and_regions_of_whole_runs():
    rates = xr.DataArray([[0.1, 0.3], [0.2, 0.4]], coords={"sample": [0, 1], "region": ["here", "there"]})
    comparison = mfa.compare(
        [small_inputs("now", base_collection_rate=rates), small_inputs("more", base_collection_rate=rates + 0.1)]
    )
    found = comparison.select("imports_total", scenario="more", element="Co").set_index("region")
    assert found["difference"].to_dict() == pytest.approx({"here": -6.3, "there": -6.3})  # 7 years, 0.9 t each
    assert (found["p95"] > found["p5"]).all()


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.2))
def test_differences_turn_round_with_the_base(low, high, rate):
    def made(name, share):
        run = HandResults().imports([[100 * share, 5], [50, 5]]).indicator("social_cost", [100 * share, 7])
        return run.done(name)

    there = mfa.compare([made("a", low), made("b", high)], discount_rate=rate, base="a")
    back = mfa.compare([made("a", low), made("b", high)], discount_rate=rate, base="b")
    for name in ("imports_total", "social_cost_present_value", "import_requirement", "import_bill_present_value"):
        forth = there.select(name, scenario="b")["difference"].to_numpy()
        np.testing.assert_allclose(forth, -back.select(name, scenario="a")["difference"].to_numpy(), atol=1e-12)


@pytest.fixture(scope="module")
def japan():
    """A policy, a ban, and both; the runs are those of `mfa.run`."""
    names = ["japan-market", "japan-vision", "japan-heavy-rare-earth-ban", "japan-heavy-rare-earth-ban-vision"]
    return mfa.compare(names)


def test_the_table_is_tidy_and_its_units_parse(japan):
    keys = ["scenario", "region", "element", "product", "indicator", "first_year", "last_year"]
    table = japan.table
    assert not table.duplicated(keys).any()
    assert set(table["indicator"]) == set(QUANTITIES)
    for unit in table["unit"].unique():
        parse_unit(unit)
    assert (table["reason"][table["value"].isna()] != "").all()
    read = pd.read_csv(pd.io.common.StringIO(japan.to_csv()), keep_default_na=False, na_values={"value": [""]})
    assert read.columns.tolist() == table.columns.tolist()
    assert len(read) == len(table)


def test_japan_is_shown_in_headline_years_and_costed_after_the_data(japan):
    assert japan.setting.shown == [2024, 2030, 2040, 2050, 2060]
    assert japan.setting.period == (2025, 2060)
    rate = mfa.load_scenario("japan-market").inputs().arrays["discount_rate"]
    assert japan.setting.discount_rate == pytest.approx(float(rate.max()))


def test_figures_are_those_of_the_runs(japan):
    results = japan.results["japan-vision"]
    indicators = results.plain("indicators").sel(region="Japan")
    for name in ("import_requirement", "net_import_reliance", "n_1_cover", "import_bill", "co2_avoided"):
        for element in ("Co", "Dy"):
            found = row(japan, name, scenario="japan-vision", element=element, year=2040)
            assert found.value == float(indicators[name].sel(element=element, time=2040))
    imports = results.plain("flows")["imports"].sum("origin").sel(region="Japan", element="Dy")
    found = row(japan, "imports_total", scenario="japan-vision", element="Dy")
    assert found.value == pytest.approx(float(imports.sel(time=slice(2025, 2060)).sum()))


def test_the_cost_of_a_tonne_is_that_of_the_indicators(japan):
    for kind in ("public_cost", "social_cost"):
        known = cost_per_tonne_import_avoided(
            japan.results["japan-vision"],
            japan.results["japan-market"],
            japan.setting.discount_rate,
            cost=kind,
            first=2025,
            last=2060,
        )
        wanted = magnitude(known, "USD_2024/t").sel(region="Japan")
        found = japan.select(f"{kind}_per_tonne_import_avoided", scenario="japan-vision")
        np.testing.assert_allclose(found["value"], wanted.sel(element=found["element"].tolist()))


def test_the_vision_is_measured_without_and_with_the_ban(japan):
    assert japan.bases == {
        "japan-market": "",
        "japan-vision": "japan-market",
        "japan-heavy-rare-earth-ban": "japan-market",
        "japan-heavy-rare-earth-ban-vision": "japan-heavy-rare-earth-ban",
    }
    spans = japan.select("unmet_share_under_shock", element="Dy")[["first_year", "last_year"]]
    assert spans.drop_duplicates().to_numpy().tolist() == [[2030, 2031]]


def test_what_the_run_says_is_lifted_is_marked_and_nothing_else(japan):
    marked = japan.table[japan.table["reason"].str.startswith("part of the need unmet")]
    annual = marked[marked["first_year"] == marked["last_year"]]
    assert set(annual["scenario"]) == {name for name in japan.scenarios if "ban" in name}
    assert set(annual["last_year"]) == {2030}
    assert set(annual["indicator"]) == {
        "net_import_reliance", "recycled_content", "eol_recycling_input_rate", "imports", "import_bill",
    }  # fmt: skip


def test_tables_are_read_once(monkeypatch):
    from mfa.inputs import dataset, loading

    dataset._open.cache_clear()
    loading._cache.clear()
    read = []
    plain = dataset.read_table
    monkeypatch.setattr(dataset, "read_table", lambda path, *rest: read.append(path) or plain(path, *rest))
    mfa.compare(["japan-market", "japan-vision", "japan-stockpile-60"])
    assert read
    assert len(read) == len(set(read))


def test_the_whole_library_in_one_comparison():
    """All scenarios of Japan but the replay of 2010, whose years and scope are its own; the region that all have."""
    names = [name for name in scenario_files() if name.startswith("japan-") and name != "japan-2010-crisis"]
    comparison = mfa.compare(names, regions=["Japan"], years=[2040, 2060], detail="totals")
    assert comparison.scenarios == names
    assert [name for name, base in comparison.bases.items() if not base] == ["japan-reference"]
    files = {name: mfa.load_scenario(name) for name in names}
    for name, base in comparison.bases.items():
        if not base:
            continue
        shocks = {one: files[one].settings.get("shocks") for one in (name, base)}
        if shocks[name] == shocks[base]:
            assert not comparison.select("imports_total", scenario=name)["difference"].isna().any()
        if name.startswith("japan-heavy-rare-earth-ban-"):
            assert base == "japan-heavy-rare-earth-ban"
    assert comparison.bases["japan-cobalt-quota-vision"] == "japan-cobalt-quota"
    assert comparison.bases["japan-nickel-ore-ban-vision"] == "japan-nickel-ore-ban"
    assert comparison.to_text() and comparison.to_markdown() and comparison._repr_html_()
    comparison.plot()
    with pytest.raises(AlignmentError, match="japan-2010-crisis: runs 1990-2016, the others 1990-2060"):
        mfa.compare(["japan-2010-crisis", "japan-market", "japan-vision"])

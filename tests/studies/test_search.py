"""Policy search: least quotas by hand, causes that bind, and a target that is met in the middle of a range only."""

from __future__ import annotations

import json

import numpy as np
import pytest

import mfa
from mfa.errors import InputError
from tests.studies.one_product import write_table

NEED = "import_requirement[Co, 2025] <= "


def test_least_quota_by_hand(one_product, tmp_path):
    # discards and need are 10 t Co a year; a quota Q collects 10 Q t, of which 0.8 is won:
    # import requirement 1 - 0.8 Q <= 0.6 from Q = 0.5 on.
    # Collection costs 500 USD/t of component (50 t/yr): 12,500 USD/yr in the years 2022 to 2029 from Q = 0.5;
    # at 10 % discounted to 2020: 12,500 (1.1^-2 + ... + 1.1^-9) = 12,500 x 4.849931... = 60,624.14
    write_table(tmp_path, "collection_cost", "component", "battery,500", "USD_2024/t")
    found = mfa.search(
        one_product, NEED + "0.6", ["policy.collection_quota=0:1"], cost="social_cost", discount_rate=0.1,
        tolerance=1e-7,
    )  # fmt: skip
    assert found.found
    assert found.values["collection_quota"] == pytest.approx(0.5, abs=1e-6)
    assert found.best.reached == pytest.approx(0.6, abs=1e-6)
    assert found.best.reached <= 0.6
    worth = 12500 * sum(1.1**-k for k in range(2, 10))
    assert found.best.cost == pytest.approx(worth, rel=1e-5)
    assert found.base.reached == pytest.approx(1.0)
    assert found.edge == found.values["collection_quota"]
    again = mfa.run(mfa.load_scenario(one_product).with_changes(found.changes))
    value = again.plain("indicators")["import_requirement"].sel(element="Co", time=2025).item()
    assert value == pytest.approx(found.best.reached, rel=1e-12)


def test_a_target_from_below_and_a_lever_that_falls(one_product):
    # what stays in the region is 1 - u of 10 t, of which 0.5 is collected and 0.8 won:
    # 4 (1 - u) >= 3 t up to u = 0.25
    scenario = mfa.load_scenario(one_product, {"base_collection_rate": 0.5})
    target = "secondary[Co, 2025] >= 3 t/yr"
    found = mfa.search(scenario, target, {"used_export_share": (0.0, 0.8)}, tolerance=1e-6)
    assert found.values["used_export_share"] <= 0.25
    assert found.values["used_export_share"] == pytest.approx(0.25, abs=1e-5)
    assert "The scenario meets the target as it is: no lever is needed" in found.notes


def test_years_after_the_target_do_not_matter(one_product):
    # the run is cut at the target's year while the lever is looked for; the answer is checked on the whole run
    early = mfa.search(one_product, NEED + "0.7", ["collection_quota=0:1"], tolerance=1e-6)
    late = mfa.search(
        one_product, "import_requirement[Co, 2029] <= 0.7", ["collection_quota=0:1"], tolerance=1e-6
    )  # fmt: skip
    assert early.values["collection_quota"] == pytest.approx(0.375, abs=1e-5)  # 1 - 0.8 x 0.375
    assert late.values["collection_quota"] == early.values["collection_quota"]


def test_met_in_the_middle_of_the_range_only(one_product, tmp_path):
    # phones are sold in 2020 only, discarded in 2022 into drawers, from which a share rho is released each year:
    # 2025: 10 t x rho (1 - rho)^2, of which 0.8 is won. 0.9 t ask for rho (1 - rho)^2 >= 0.1125.
    # Coarse grid: 0 no, 0.25 yes (0.1406), 0.5 yes (0.125), 0.75 no, 1 no: no one piece towards an end.
    # Fine grid of 17: 0.125 no (0.0957), 0.1875 yes (0.1238)
    write_table(tmp_path, "sales", "product,time", "phone,2020,1000|phone,2021,0|phone,2029,0", "unit/yr")
    scenario = mfa.load_scenario(one_product, {"hibernation_share": 1.0, "base_collection_rate": 1.0})
    found = mfa.search(scenario, "secondary[Co, 2025] >= 0.9 t/yr", {"hibernation_release": "0:1 1/yr"})
    assert found.found
    assert found.values["hibernation_release"] == 0.1875
    assert found.method == "grid of 17 values"
    assert any("not met in one piece" in note for note in found.notes)


def test_a_value_further_in_may_be_cheaper(one_product, tmp_path):
    # every tonne of battery short of the quota costs makers 100 USD, which the state takes: with collection at most
    # 0.6, public cost falls as the quota rises beyond 0.6, and the cheapest quota that meets the target is 1
    write_table(tmp_path, "collection_penalty", "component", "battery,100", "USD_2024/t")
    scenario = mfa.load_scenario(one_product, {"max_collection_rate": 0.6})
    found = mfa.search(scenario, NEED + "0.6", ["collection_quota=0:1"], tolerance=1e-6)
    assert found.values["collection_quota"] == 1.0
    assert found.edge == pytest.approx(0.5, abs=1e-5)
    assert found.best.cost < 0
    assert any("falls beyond the edge" in note for note in found.notes)


def test_two_levers_by_hand(one_product, tmp_path):
    # 10 t x quota x yield >= 4 t; only collection costs: the yield goes to its end of 0.8, the quota to 0.5
    write_table(tmp_path, "collection_cost", "component", "battery,500", "USD_2024/t")
    found = mfa.search(
        one_product, "secondary[Co, 2025] >= 4 t/yr", ["collection_quota=0:1", "recovery_yield.Co=0.4:0.8"],
        cost="social_cost", tolerance=1e-4,
    )  # fmt: skip
    assert found.found
    assert found.values["recovery_yield.Co"] == pytest.approx(0.8, abs=1e-3)
    assert found.values["collection_quota"] == pytest.approx(0.5, abs=1e-3)
    assert "grid of 7 x 7 points, then local search" in found.method


# --- what binds ------------------------------------------------------------------------------------------------------


def binds(scenario, target, vary, cause):
    found = mfa.search(scenario, target, vary)
    assert not found.found
    text = next((line for line in found.binds if line.startswith(cause)), "")
    assert text, found.binds
    return found, text


def test_collection_limit(one_product):
    # at most 0.3 is collected: 1 - 0.3 x 0.8 = 0.76; 7 of 10 t stay out
    scenario = mfa.load_scenario(one_product, {"max_collection_rate": 0.3})
    found, text = binds(scenario, NEED + "0.6", ["collection_quota=0:1"], "collection limit")
    assert found.best.reached == pytest.approx(0.76)
    assert text == (
        "collection limit: 7 t/yr are not collected, 100 % of it where the rate stands at its largest (largest: "
        "battery of phone, rate 30 % of at most 30 %, 7 t)"
    )
    assert "1.6 t/yr are missing to the target" in found.binds[0]  # 0.16 of 10 t


def test_recovery_yield(one_product):
    # all 10 t are collected, 4 t are won: 0.6
    scenario = mfa.load_scenario(one_product, {"recovery_yield": 0.4})
    found, text = binds(scenario, NEED + "0.5", ["collection_quota=0:1"], "recovery yield")
    assert found.best.reached == pytest.approx(0.6)
    assert text == (
        "recovery yield: 6 t/yr are lost in recovery, which wins 40 % of what is processed (the best route, hydro, "
        "wins 40 %)"
    )


def test_scrap_available(one_product):
    # 20 t of other need: 30 t in all; the target asks for 15 t of secondary metal, the discards hold 10 t
    scenario = mfa.load_scenario(one_product, {"other_need.Co": "20 t/yr"})
    found, text = binds(scenario, NEED + "0.5", ["collection_quota=0:1"], "scrap available")
    assert found.best.reached == pytest.approx(22 / 30)
    assert text.startswith("scrap available: the target asks for 15 t/yr of secondary metal, more than all scrap")


def test_used_exports(one_product):
    scenario = mfa.load_scenario(one_product, {"used_export_share": 0.7})
    _, text = binds(scenario, NEED + "0.6", ["collection_quota=0:1"], "used exports")
    assert text == "used exports: 7 t/yr leave as used products"


def test_capacity(one_product):
    # plants take 20 t of batteries with 4 t of Co, of which 3.2 t are won, whatever the quota from 0.4 on; the least of
    # the grid is 0.5: 25 t are collected, 5 t with 1 t of Co wait more each year since 2022
    scenario = mfa.load_scenario(one_product, {"capacity": "20 t/yr"})
    found, text = binds(scenario, NEED + "0.6", ["collection_quota=0:1"], "capacity")
    assert found.best.reached == pytest.approx(0.68)
    assert (
        text == "capacity: the scrap that waits grew by 1 t in 2025, to 4 t of Co; all plants for Co are full (hydro)"
    )


def test_time_before_the_lever_begins(one_product):
    _, text = binds(one_product, NEED + "0.6", ["collection_quota.2027=0.1:1"], "time")
    assert text == "time: the levers change nothing before 2027; the target is about 2025"


def test_time_to_build(one_product):
    scenario = mfa.load_scenario(
        one_product, {"invest": True, "build_lag": "4 yr", "seed_capacity": "1 t/yr", "capex": "100 USD_2024/(t/yr)"}
    )
    _, text = binds(scenario, NEED + "0.6", ["collection_quota.2023=0.1:1"], "time")
    assert text == (
        "time: plants ordered from 2023 on, when the levers begin, run from 2027 on (build_lag 4 yr); the target is "
        "about 2025"
    )


def test_no_answer(one_product):
    _, text = binds(one_product, NEED + "0.6", ["governance=1:5"], "no answer")
    assert text == "no answer: import_requirement is 1 wherever the levers stand"


# --- samples ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def uncertain(one_product, tmp_path):
    """The yield is uniform, with 0.6 and 0.9 as its 5 and 95 % quantiles: from 0.58333 to 0.91667."""
    (tmp_path / "tiny" / "recovery_yield.csv").write_text(
        "route,element,value,low,high,unit,distribution,provenance,source\nhydro,*,0.8,0.6,0.9,1,uniform,estimate,TEST\n"
    )
    return one_product


def test_quota_that_holds_in_a_share_of_samples(uncertain):
    # 1 - Q y <= 0.6 asks for Q >= 0.4/y. 90 % of 40 samples are 36: the four smallest yields may fail. The fifth of a
    # Latin hypercube lies in the fifth stratum, 0.58333 + 0.33333 x [4, 5]/40 = [0.61667, 0.625], so that Q lies in
    # 0.4/[0.625, 0.61667] = [0.64, 0.64865]
    found = mfa.search(uncertain, NEED + "0.6", ["collection_quota=0:1"], in_share=0.9, samples=40, tolerance=1e-4)
    assert found.found
    assert 0.6399 <= found.values["collection_quota"] <= 0.6488
    assert found.best.share == pytest.approx(0.9)
    assert found.samples == 40
    central = mfa.search(uncertain, NEED + "0.6", ["collection_quota=0:1"], tolerance=1e-4)
    assert central.values["collection_quota"] == pytest.approx(0.5, abs=2e-4)


def test_the_same_answer_on_two_processes_and_again(uncertain):
    options = {"in_share": 0.8, "samples": 40, "seed": 3}
    one = mfa.search(uncertain, NEED + "0.6", ["collection_quota=0:1"], **options)
    two = mfa.search(uncertain, NEED + "0.6", ["collection_quota=0:1"], jobs=2, **options)
    assert one.best == two.best
    assert one.trials == two.trials


def test_a_lever_on_what_is_drawn_itself(uncertain):
    # the yield of Li is set, that of Co still drawn: the uncertainty is read anew for every candidate
    by_yield = mfa.search(
        uncertain, "secondary[Co, 2025] >= 3 t/yr", ["recovery_yield.Li=0.1:0.9", "collection_quota=0:1"],
        in_share=0.5, samples=8, tolerance=0.1,
    )  # fmt: skip
    assert by_yield.found


# --- words, files, faults --------------------------------------------------------------------------------------------


def test_text_and_files(one_product, tmp_path):
    found = mfa.search(one_product, NEED + "0.6", ["policy.collection_quota.phone=0:1"])
    text = found.to_text()
    assert text.startswith("Search in one: import_requirement[Here, Co, 2025] <= 0.6, central values\nmet by the least")
    assert "collection_quota.phone  0.5" in text
    folder = found.save(tmp_path / "out")
    assert {path.name for path in folder.iterdir()} == {
        "SHA256SUMS", "search.txt", "search.csv", "search.json",
    }  # fmt: skip
    record = json.loads((folder / "search.json").read_text())
    assert record["found"] is True
    assert record["changes"] == {"policy.collection_quota.phone": found.values["collection_quota.phone"]}
    table = found.table()
    assert table.columns.tolist() == ["collection_quota.phone", "share", "reached", "public_cost_above_base"]
    assert np.isclose(table["collection_quota.phone"], found.values["collection_quota.phone"]).any()


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"in_share": 0.0}, "0.0 is not a share above 0 and up to 1"),
        ({"in_share": 1.2}, "1.2 is not a share above 0 and up to 1"),
        ({"samples": 0}, "samples: = 0 is not a number of samples"),
        ({"seed": -1}, "seed: = -1 is not a whole number"),
        ({"cost": "private_cost"}, "'private_cost' is not a cost"),
        ({"tolerance": 0}, "0 is not a share of a range"),
        ({"vary": ["collection_quota=0:1:3"]}, "is not a range; write collection_quota=LOW:HIGH"),
        ({"vary": ["collection_qota=0:1"]}, "did you mean 'collection_quota'?"),
        ({"vary": [f"collection_quota.phone.20{y}=0:1" for y in range(20, 26)]}, "6 levers are too many"),
        ({"target": "import_requirement[Xx, 2025] <= 0.6"}, "unknown label 'Xx'"),
    ],
)
def test_faults(one_product, options, wanted):
    given = {"target": NEED + "0.6", "vary": ["collection_quota=0:1"], **options}
    with pytest.raises(InputError) as caught:
        mfa.search(one_product, given.pop("target"), given.pop("vary"), **given)
    assert wanted in str(caught.value)


def test_all_faults_at_once(one_product):
    with pytest.raises(InputError) as caught:
        mfa.search(one_product, "secondary[Xx, 2025] >= 1 t/yr", ["collection_qota=0:1"], in_share=2)
    assert len(caught.value.faults) == 3

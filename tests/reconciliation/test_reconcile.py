"""Reconciliation by hand: balances, coefficients, concentrations, stocks, sums, what is determined, gross errors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import mfa
from mfa.reconciliation.result import Reconciled
from mfa.reconciliation.rows import Row
from tests.reconciliation.random_networks import random_rows


def row(flow: str, value: float | None = None, sd: float | None = None, **more: Any) -> Row:
    known = {"where": flow, "kind": "flow", "source": "", "target": "", "layer": "goods", "unit": "t/yr", **more}
    return Row(flow=flow, value=value, sd=sd, **known)


def flow(name: str, ends: str, value: float | None = None, sd: float | None = None, **more: Any) -> Row:
    source, target = ends.split(">")
    return row(name, value, sd, source=source or "outside", target=target or "outside", **more)


def values(found: Reconciled) -> dict[str, float]:
    return {f"{line.kind}:{line.flow}:{line.layer}": line.reconciled for line in found.table.itertuples()}


def line(found: Reconciled, name: str, kind: str = "flow") -> Any:
    table = found.table
    return table[(table.flow == name) & (table.kind == kind)].iloc[0]


def test_weights_share_the_contradiction():
    """a = b + c with 100 against 60 + 30: 10 are missing, shared by variance 4 : 1 : 4 of 9.

    a 100 - 10 x 4/9, b 60 + 10 x 1/9, c 30 + 10 x 4/9. Chi square 10^2 / 9. Variance of a: 4 - 4^2 / 9 = 20/9.
    """
    found = mfa.reconcile([flow("a", ">p", 100, 2), flow("b", "p>", 60, 1), flow("c", "p>", 30, 2)])
    assert found.values == pytest.approx([100 - 40 / 9, 60 + 10 / 9, 30 + 40 / 9], rel=1e-12)
    assert found.test.statistic == pytest.approx(100 / 9)
    assert found.deviations[0] == pytest.approx(math.sqrt(20 / 9))
    assert found.test.redundancy == 1
    assert line(found, "a").change_in_sd == pytest.approx(-40 / 9 / 2)
    assert not found.test.passed  # 3.33 standard deviations of one sum
    assert line(found, "a").implied == pytest.approx(90)  # 60 + 30
    assert line(found, "a").implied_sd == pytest.approx(math.sqrt(5))


def test_a_flow_ends_at_zero_and_the_others_take_the_rest():
    """10 come in, 13 go out by b and c is 1, all with sd 1: without a bound c = 1 - 4/3 < 0.

    With c = 0 the other two meet in the middle: 11.5. Chi square 1.5^2 + 1.5^2 + 1.
    """
    found = mfa.reconcile([flow("a", ">p", 10, 1), flow("b", "p>", 13, 1), flow("c", "p>", 1, 1)])
    assert found.values == pytest.approx([11.5, 11.5, 0.0], abs=1e-12)
    assert found.at_zero.tolist() == [False, False, True]
    assert found.test.statistic == pytest.approx(5.5)
    assert found.test.redundancy == 2  # the balance, and the bound
    assert found.deviations[2] == pytest.approx(
        math.sqrt(2 / 3)
    )  # that of the balance alone: no certainty from a bound


def test_what_is_not_measured_is_estimated_with_its_uncertainty():
    """c = a - b = 100 - 60, variance 4 + 1; nothing checks anything."""
    found = mfa.reconcile([flow("a", ">p", 100, 2), flow("b", "p>", 60, 1), flow("c", "p>")])
    assert found.values[2] == pytest.approx(40)
    assert found.deviations[2] == pytest.approx(math.sqrt(5))
    assert found.classes == ["nonredundant", "nonredundant", "observable"]
    assert math.isnan(found.test.probability) and found.test.passed


def test_what_nothing_determines_has_a_range():
    """b + c = 100: each lies between 0 and 100, and measuring one gives the other."""
    found = mfa.reconcile([flow("a", ">p", 100, 2), flow("b", "p>"), flow("c", "p>")])
    assert found.classes == ["nonredundant", "unobservable", "unobservable"]
    assert found.ranges == {1: pytest.approx((0, 100)), 2: pytest.approx((0, 100))}
    assert [gained for _, gained in found.measure_next] == [2]
    assert math.isnan(line(found, "b").reconciled) and line(found, "b").possible_high == pytest.approx(100)
    assert "b [goods]: 0 to 100 t/yr close the balances" in found.to_text()
    assert "measure flow" not in found.to_text()


def test_a_ring_within_the_network_is_not_determined_but_the_rest_is():
    """p and q feed each other by two unmeasured flows: only their difference follows."""
    found = mfa.reconcile([
        flow("a", ">p", 10, 1), flow("there", "p>q"), flow("back", "q>p"), flow("b", "q>", 12, 1),
    ])  # fmt: skip
    assert found.classes == ["redundant", "unobservable", "unobservable", "redundant"]
    assert found.values[[0, 3]] == pytest.approx([11, 11])
    assert found.ranges[1] == (pytest.approx(11), math.inf)
    assert "there [goods]: 11 or more t/yr close the balances" in found.to_text()


def test_stock_changes_may_be_negative():
    """10 in, 14 out, stock -1, all sd 1: 3 are missing, 1 each. A stock in drawdown."""
    stock = row("stores", -1, 1, kind="stock_change", target="p")
    found = mfa.reconcile([flow("a", ">p", 10, 1), flow("b", "p>", 14, 1), stock])
    assert found.values == pytest.approx([11, 13, -2])


def test_an_exact_transfer_coefficient():
    """b = a / 2, a 10 and b 7 with sd 1: (a - 10) + (a / 2 - 7) / 2 = 0 gives 10.8."""
    found = mfa.reconcile([
        flow("a", ">p", 10, 1), flow("b", "p>", 7, 1), flow("c", "p>"),
        row("b", 50, 0, kind="transfer", unit="%"),
    ])  # fmt: skip
    assert found.values[:3] == pytest.approx([10.8, 5.4, 5.4], rel=1e-12)
    assert found.classes[3] == "exact"


def test_an_uncertain_transfer_coefficient():
    """a = 10 exactly, b 7 with sd 1, coefficient 0.5 with sd 0.1: 10 (10 t - 7) + 100 (t - 0.5) = 0 gives 0.6."""
    found = mfa.reconcile([
        flow("a", ">p", 10, 0), flow("b", "p>", 7, 1), flow("c", "p>"),
        row("b", 0.5, 0.1, kind="transfer", unit="1"),
    ])  # fmt: skip
    assert found.values == pytest.approx([10, 6, 4, 0.6], rel=1e-12)
    assert found.test.statistic == pytest.approx(2)
    assert line(found, "b", "transfer").change_in_sd == pytest.approx(1)


def test_products_of_two_uncertain_figures_meet_the_conditions_of_a_minimum():
    """a t = b, all uncertain. With the multiplier l = 2 (b - 7): 2 (a - 10) = -l t, 2 (t - 0.5) / 0.01 = -l a."""
    found = mfa.reconcile([
        flow("a", ">p", 10, 1), flow("b", "p>", 7, 1), flow("c", "p>"),
        row("b", 0.5, 0.1, kind="transfer", unit="1"),
    ])  # fmt: skip
    a, b, _, t = found.values
    assert a * t == pytest.approx(b, rel=1e-13)
    assert a - 10 == pytest.approx(-(b - 7) * t, rel=1e-10)
    assert (t - 0.5) / 0.01 == pytest.approx(-(b - 7) * a, rel=1e-10)


def test_a_coefficient_for_all_layers_is_one_figure():
    """Half of Nd and of Dy is lost; one coefficient between 0.6 from Nd (6 of 10) and 0.4 from Dy (4 of 10).

    By symmetry it stays at 0.5 with both losses at 5.
    """
    rows = []
    for layer, lost in (("Nd", 6.0), ("Dy", 4.0)):
        rows += [
            flow("a", ">p", 10, 0, layer=layer),
            flow("b", "p>", lost, 1, layer=layer),
            flow("c", "p>", layer=layer),
        ]
    found = mfa.reconcile([*rows, row("b", 0.5, 0.1, kind="transfer", unit="1", layer="*")])
    assert found.values[-1] == pytest.approx(0.5)
    assert values(found)["flow:b:Nd"] == pytest.approx(5) == values(found)["flow:b:Dy"]


def test_goods_times_concentration_in_two_elements():
    """1000 t of magnets with 25 % Nd and 3 % Dy: 250 t and 30 t; the counted 260 t of Nd pull, those of Dy agree.

    Goods exact: c 0.25 with sd 0.01 is 250 with sd 10, against 260 with sd 10: 255.
    """
    found = mfa.reconcile([
        flow("made", ">use", 1000, 0), flow("kept", "use>"),
        row("made", 250, 10, kind="concentration", layer="Nd", unit="kg/t"),
        flow("made", ">use", 260, 10, layer="Nd"), flow("kept", "use>", layer="Nd"),
        row("made", 3, 0.5, kind="concentration", layer="Dy", unit="%"), flow("kept", "use>", layer="Dy"),
    ])  # fmt: skip
    assert values(found)["flow:made:Nd"] == pytest.approx(255)
    assert line(found, "made", "concentration").reconciled == pytest.approx(255)  # kg/t
    assert values(found)["flow:made:Dy"] == pytest.approx(30)
    assert values(found)["flow:kept:Dy"] == pytest.approx(30)


def test_a_published_total_is_a_sum_of_flows():
    """b + c = 12 with sd 1 against a = 10 with sd 1: both become 11; b and c measured alike share it."""
    found = mfa.reconcile([
        flow("a", ">p", 10, 1), flow("b", "p>"), flow("c", "p>"),
        row("recycled", 12, 1, kind="sum", terms=(("b", 1.0), ("c", 1.0))),
    ])  # fmt: skip
    assert found.values[[0, 3]] == pytest.approx([11, 11])
    assert found.classes == ["redundant", "unobservable", "unobservable", "redundant"]


def test_two_figures_for_one_flow():
    """Two surveys of b, 8 and 10, sd 1 each, and a = 12 with sd 1: the mean of three."""
    found = mfa.reconcile([
        flow("a", ">p", 12, 1), flow("b", "p>", 8, 1, origin="A"), flow("b", "p>", 10, 1, origin="B"),
    ])  # fmt: skip
    assert found.values == pytest.approx([10, 10, 10])
    assert found.test.redundancy == 2


def test_units_are_converted_and_given_back():
    found = mfa.reconcile([flow("a", ">p", 10, 1, unit="kt/yr"), flow("b", "p>", 12e6, 1e6, unit="kg/yr")])
    assert found.table.reconciled.tolist() == pytest.approx([11, 11e6])
    assert found.table.reconciled_sd.tolist() == pytest.approx([math.sqrt(0.5), math.sqrt(0.5) * 1e6])


def test_consistent_data_stay_as_they_are():
    found = mfa.reconcile(
        [flow("a", ">p", 10, 1), flow("b", "p>q", 7, 2), flow("c", "p>", 3, 1), flow("d", "q>", 7, 1)]
    )
    assert found.values.tolist() == pytest.approx([10, 7, 3, 7], rel=1e-12)
    assert found.test.statistic == pytest.approx(0, abs=1e-18)
    assert found.test.probability == pytest.approx(1)


def chain(wrong: float) -> list[Row]:
    """A flow through two processes, measured at each of three places and once more at the end."""
    return [
        flow("a", ">p", 100, 2), flow("b", "p>q", 101, 2), flow("c", "q>", 99, 2, origin="A"),
        flow("c", "q>", wrong, 2, origin="B"),
    ]  # fmt: skip


def test_a_gross_error_is_found_and_left_out():
    """100, 101, 99 and 130: mean 107.5, the last 22.5 away; leverage 1/4, so its residual is -22.5 / (2 sqrt(3/4)).

    Without it the mean is 100 and 2 / 4 of chi square are left.
    """
    found = mfa.reconcile(chain(130))
    assert found.suspects()[0] == 3
    assert found.test.residuals[3] == pytest.approx(-22.5 / (2 * math.sqrt(0.75)))
    assert found.test.implied[3] == pytest.approx(100)
    text = found.to_text()
    assert "c [goods]: 130 t/yr was measured, the other figures say 100" in text
    mended = mfa.reconcile(chain(130), eliminate=True)
    assert mended.values == pytest.approx([100, 100, 100, 100])
    assert mended.test.statistic == pytest.approx(0.5) and mended.test.passed
    assert [unknown.value for unknown, _, _ in mended.removed] == [130]
    assert "Left out:" in mended.to_text()


def test_errors_that_cannot_be_told_apart_are_said_to_be():
    """One process, one balance: inflow and outflow are equally suspect."""
    found = mfa.reconcile([flow("a", ">p", 10, 1), flow("b", "p>", 20, 1)])
    assert found.test.alike(0) == [1]
    assert "An error in b [goods] would look the same" in " ".join(found.to_text().split())


def test_sound_data_fail_the_global_test_as_often_as_its_level_says():
    """400 sets of sound data around a network with 3 redundant measurements: 5 % fail, give or take 3 binomial sd."""
    rng = np.random.default_rng(4)
    truth = {"a": (">p", 50.0), "b": ("p>q", 30.0), "c": ("p>", 20.0), "d": ("q>r", 30.0), "e": ("r>", 30.0)}
    failed = 0
    for _ in range(400):
        found = mfa.reconcile([flow(k, ends, rng.normal(size, 2), 2) for k, (ends, size) in truth.items()])
        assert found.test.redundancy == 3
        failed += not found.test.passed
    assert abs(failed - 20) < 3 * math.sqrt(400 * 0.05 * 0.95)


def test_what_is_zero_because_nothing_passes():
    """c is exactly 0 and all that leaves q, so what enters q is 0 too."""
    found = mfa.reconcile([
        flow("a", ">p", 10, 1), flow("b", "p>", 12, 1), flow("d", "p>q"), flow("c", "q>", 0, 0),
    ])  # fmt: skip
    assert found.values == pytest.approx([11, 11, 0, 0])
    assert found.classes[2] == "observable"


def test_what_may_grow_without_end_is_held_and_noted():
    """Half of twelve flows unknown beside four uncertain coefficients: the cost falls on and on as a loop grows."""
    found = mfa.reconcile(random_rows(seed=28, flows=12, unmeasured=0.5, spread=0.4, transfers=4))
    assert any(note.startswith("So much is unknown") for note in found.network.notes)
    assert found.balance < 1e-9 and (found.values >= 0.0).all()


def test_small_balances_close_as_well_as_large_ones():
    """A million tonnes beside a gram: the rest of each balance is small beside its own flows."""
    found = mfa.reconcile([
        flow("a", ">p", 1e6, 1e4), flow("b", "p>", 1.1e6, 1e4), flow("c", "p>q", 1e-6, 1e-7),
        flow("d", "q>", 1.3e-6, 1e-7),
    ])  # fmt: skip
    assert found.values[2] == pytest.approx(found.values[3], rel=1e-9)
    assert found.values[3] == pytest.approx(1.15e-6, rel=1e-6)


def test_pedigree_in_place_of_a_standard_deviation(tmp_path):
    """Reliability 4, all else unknown: half of the root of ln(1.05)^2 + ln(1.2)^2 = 9.437 %."""
    path = tmp_path / "flows.csv"
    path.write_text(
        "flow,from,to,value,unit,sd,pedigree\na,outside,p,100,t/yr,,4;-;-;-;-\nb,p,outside,100,t/yr,1,\n", "utf-8"
    )
    assert line(mfa.reconcile(path), "a").measured_sd == pytest.approx(9.437, abs=1e-3)
    path.write_text("flow,from,to,value,unit,sd,pedigree\na,outside,p,1,t/yr,1,4;-;-;-;-\nb,p,outside,1,t/yr,,4\n")
    with pytest.raises(mfa.MfaError) as caught:
        mfa.reconcile(path)
    assert "has sd, pedigree; give one of them" in str(caught.value)
    assert "pedigree '4' is not five scores" in str(caught.value)

"""Sampling the Japan dataset: all rows have their ranges, samples pass all checks and run, scenarios share draws."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from scipy import stats

import mfa
from mfa.inputs import Inputs
from mfa.inputs.sampling import Design, Uncertainty
from mfa.inputs.sampling.distributions import quantile
from mfa.inputs.sampling.targets import ItemArray
from mfa.run import solve

ENDS = np.array([[0.05], [0.95]])


@pytest.fixture(scope="module", autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture(scope="module")
def vision() -> Uncertainty:
    return Uncertainty("japan-vision")


@pytest.fixture(scope="module")
def reference() -> Uncertainty:
    return Uncertainty("japan-reference")


def test_all_rows_have_their_5_and_95_percent(vision: Uncertainty) -> None:
    evaluation = vision.evaluation
    found = quantile(evaluation.laws, np.repeat(ENDS, evaluation.n_laws, axis=1))
    checked = 0
    for draw, (low, high) in zip(evaluation.draws, found.T, strict=True):
        if np.isfinite(draw.low) and draw.low > draw.lowest:
            assert low == pytest.approx(draw.low, rel=1e-9), draw
            checked += 1
        if np.isfinite(draw.high) and draw.high < draw.highest:
            assert high == pytest.approx(draw.high, rel=1e-9), draw
            checked += 1
    assert checked > 6000
    assert evaluation.off_mode.sum() <= 2


def test_columns_are_the_quantiles_of_their_laws(vision: Uncertainty) -> None:
    """The fast evaluation, by tables and with two factors, against the plain one with scipy's inverse functions."""
    evaluation = vision.evaluation
    rng = np.random.default_rng(1)
    shares = rng.uniform(size=(20, len(vision.names)))
    z = stats.norm.ppf(shares)
    fast = evaluation.values(shares, z)[:, : evaluation.n_laws]
    rho = evaluation.size_weight
    mixed = z[:, np.maximum(evaluation.own, 0)] * evaluation.own_weight + z[:, np.maximum(evaluation.size, 0)] * rho
    plain = quantile(evaluation.laws, stats.norm.cdf(mixed))
    plain[:, evaluation.whole] = np.rint(plain[:, evaluation.whole])
    assert fast == pytest.approx(plain, rel=1e-8)


def test_samples_pass_all_checks_and_the_engine_takes_them_as_they_are(vision: Uncertainty) -> None:
    """Held by item or by labels, together or one by one: the same results."""
    design = Design(vision, 64, seed=1)
    inputs = design.inputs(10, 13)
    assert isinstance(inputs.arrays["content"], ItemArray)
    by_label = {name: array.dense() if isinstance(array, ItemArray) else array for name, array in inputs.arrays.items()}
    checked = Inputs(by_label, inputs.years, inputs.money, inputs.labels)  # runs every check
    together, _, _ = solve(inputs, detail="totals")
    again, _, _ = solve(checked, detail="totals")
    for group, arrays in together.items():
        for name, values in arrays.items():
            assert np.array_equal(values, again[group][name], equal_nan=values.dtype.kind == "f"), name
    for i in range(3):
        alone, _, _ = solve(design.inputs(10 + i, 11 + i), detail="totals")
        for group, arrays in together.items():
            for name, values in arrays.items():
                assert values[i] == pytest.approx(alone[group][name][0], rel=1e-9, abs=1e-9, nan_ok=True), name


def test_only_what_varies_has_samples(reference: Uncertainty) -> None:
    inputs = Design(reference, 8, seed=1).inputs(0, 2)
    sampled = {name for name, array in inputs.arrays.items() if "sample" in getattr(array, "dims", ())}
    held = {"governance", "route_eligible", "origin_domestic", "second_lifetime"}
    assert held <= set(inputs.arrays) and not held & sampled
    assert {"sales", "content", "chemistry_share", "used_export_share", "opex", "import_share"} <= sampled
    assert inputs.arrays["opex"].dims == ("sample", "region", "route")
    assert list(inputs.labels)[0] == "sample"


def test_chunks_are_bit_identical(vision: Uncertainty) -> None:
    design = Design(vision, 300, seed=5)
    whole = design.inputs(100, 164)
    for start, stop in ((100, 101), (101, 132), (132, 164)):
        part = design.inputs(start, stop)
        for name, array in part.arrays.items():
            if name == "lifetime":
                pairs = list(zip(array.canonical()[1:], whole.arrays[name].canonical()[1:], strict=True))
            elif isinstance(array, ItemArray):
                pairs = [(array.values_by_item, whole.arrays[name].values_by_item)]
            elif "sample" in getattr(array, "dims", ()):
                pairs = [(array, whole.arrays[name])]
            else:
                continue
            for mine, theirs in pairs:
                part_of_it = np.asarray(theirs)[start - 100 : stop - 100]
                assert np.array_equal(np.asarray(mine), part_of_it, equal_nan=True), name


@pytest.mark.parametrize("method", ["lhs", "sobol", "random"])
def test_scenarios_share_their_draws(reference: Uncertainty, vision: Uncertainty, method: str) -> None:
    one, other = (Design(uncertainty, 128, seed=2, method=method) for uncertainty in (reference, vision))
    assert set(one.names) < set(other.names)
    theirs = dict(zip(other.names, other.shares(40, 60).T, strict=True))
    for name, mine in zip(one.names, one.shares(40, 60).T, strict=True):
        assert np.array_equal(mine, theirs[name]), name


def test_a_partner_changes_no_draw_of_japan(reference: Uncertainty) -> None:
    one, other = Design(reference, 100, seed=2), Design("japan-joint-stockpile", 100, seed=2)
    theirs = dict(zip(other.names, other.shares(0, 5).T, strict=True))
    assert set(one.names) <= set(theirs)
    for name, mine in zip(one.names, one.shares(0, 5).T, strict=True):
        assert np.array_equal(mine, theirs[name]), name


def test_rank_correlations_of_the_dataset_are_reached(reference: Uncertainty) -> None:
    design = Design(reference, 2000, seed=3)
    assert len(design.blocks) == 17
    shares = dict(zip(design.names, design.shares().T, strict=True))
    for block in design.blocks:
        members = [i for i, name in enumerate(block.names) if name in shares]
        found = np.corrcoef(np.argsort(np.argsort([shares[block.names[i]] for i in members])))
        assert np.max(np.abs(found - block.spearman[np.ix_(members, members)])) < 0.03, block.names
    wanted = {
        ("used_export_share[bev]", "used_export_share[hev]"): 0.8,
        ("lifetime.mean[bev]", "lifetime.mean[car_small_magnets]"): 0.7,
        ("lifetime.mean[tablet]", "lifetime.mean[phones]"): 0.5,
        ("lifetime.mean[bev]", "used_export_share[bev]"): -0.3,
        ("base_price[Nd]", "base_price[Pr]"): 0.95,
        ("content[traction_magnet, Nd]", "content[traction_magnet, Pr]"): -0.5,
        ("service[bev, traction_battery]", "chemistry_share[bev, traction_battery, LFP]"): 0.3,
        ("base_collection_rate[bev, traction_magnet]", "base_collection_rate[phev, traction_battery]"): 0.6,
    }
    for (first, second), value in wanted.items():
        assert stats.spearmanr(shares[first], shares[second]).statistic == pytest.approx(value, abs=0.03)


def test_values_of_factors_lie_in_their_ranges(reference: Uncertainty) -> None:
    design = Design(reference, 1000, seed=4)
    values, table = design.values(), reference.table()
    assert list(values.columns) == list(table.index) == reference.names
    for name in (
        "sales[bev]",
        "used_export_share[bev]",
        "lifetime.mean[bev]",
        "opex[hydro]",
        "content[traction_magnet, Dy]",
    ):
        low, high = table.loc[name, ["low", "high"]]
        assert values[name].quantile([0.05, 0.95]).tolist() == pytest.approx([low, high], rel=0.02), name


def test_shares_sum_to_one(vision: Uncertainty) -> None:
    inputs = Design(vision, 64, seed=6).inputs(0, 16)
    foreign = inputs.arrays["import_share"].sum("origin")
    assert foreign.values == pytest.approx(1.0, abs=1e-12)
    assert inputs.arrays["ore_share"].sum("miner").values == pytest.approx(1.0, abs=1e-12)
    share = inputs.arrays["chemistry_share"].dense().sum("chemistry").values
    assert np.all((np.abs(share - 1.0) < 1e-12) | (share == 0.0))


def test_the_number_of_factors_stays_workable(reference: Uncertainty) -> None:
    assert 400 < len(reference.names) < 650
    assert len(set(reference.names)) == len(reference.names)


def test_another_process_draws_the_same() -> None:
    code = (
        "import warnings; warnings.simplefilter('ignore')\n"
        "from mfa.inputs.sampling import Design\n"
        "design = Design('japan-reference', 500, 9, vary=['used_export_share', 'lifetime.mean'])\n"
        "print(design.shares(77, 79).tobytes().hex())\n"
    )
    theirs = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    mine = Design("japan-reference", 500, 9, vary=["used_export_share", "lifetime.mean"]).shares(77, 79)
    assert mine.tobytes().hex() == theirs


def test_component_lifetimes_are_sampled_too() -> None:
    """Samples of component lifetimes run together as each runs alone."""
    design = Design(mfa.load_scenario("japan-component-life"), 4, 1)
    together = mfa.run(design.inputs(0, 4), detail="totals").arrays("stocks")["in_use"]
    alone = mfa.run(design.inputs(2, 3), detail="totals").arrays("stocks")["in_use"]
    np.testing.assert_allclose(together[2], alone[0], rtol=1e-11)
    assert np.ptp(together[:, 0, -1], axis=0).min() > 0.0

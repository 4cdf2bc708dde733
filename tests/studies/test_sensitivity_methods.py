"""Elasticities, elementary effects and shares of the variance: by hand, by known functions, and against SALib."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from SALib.analyze import morris as salib_morris
from SALib.analyze import sobol as salib_sobol
from SALib.sample import sobol as salib_points

from mfa.errors import InputError
from mfa.studies.cube import resampled_rows
from mfa.studies.elementary_effects import elementary_effects
from mfa.studies.one_at_a_time import one_at_a_time
from mfa.studies.variance import variance_shares

ABC = ["a", "b", "c"]


def ishigami(shares: np.ndarray) -> np.ndarray:
    """Ishigami and Homma (1990): sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1, x uniform between -pi and pi."""
    x = np.pi * (2.0 * shares - 1.0)
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_indices() -> tuple[np.ndarray, np.ndarray, float]:
    """V1 = (1 + 0.1 pi^4/5)^2/2, V2 = 7^2/8, V13 = 0.1^2 pi^8 (1/18 - 1/50)."""
    one, two, both = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 49.0 / 8.0, 0.01 * np.pi**8 * (1 / 18 - 1 / 50)
    whole = one + two + both
    return np.array([one, two, 0.0]) / whole, np.array([one + both, two, both]) / whole, whole


# --- one at a time ---------------------------------------------------------------------------------------------------


def test_swings_and_elasticities_by_hand() -> None:
    # x from 1 to 3: 1.1 at 5 %, 2.9 at 95 %. x^2 y with y = 2: 2.42 and 16.82; ln(16.82/2.42)/ln(2.9/1.1) = 2
    found = one_at_a_time(
        lambda u: (1 + 2 * u[:, :1]) ** 2 * (1 + 2 * u[:, 1:2]), ["x", "y"], values=lambda u: 1 + 2 * u
    )
    assert found.base.tolist() == [8.0]
    assert found.low[0, 0] == pytest.approx(2.42)
    assert found.high[0, 0] == pytest.approx(16.82)
    assert found.swing[0, 0] == pytest.approx(14.4)
    assert found.elasticity[:, 0] == pytest.approx([2.0, 1.0])


def test_elasticity_of_what_has_no_logarithm() -> None:
    found = one_at_a_time(lambda u: u - 0.5, ["x", "y"], values=lambda u: u)
    assert np.isnan(found.elasticity).all()
    assert found.swing[0].tolist() == pytest.approx([0.9, 0.0])


def test_table_ranks_by_swing() -> None:
    table = one_at_a_time(lambda u: np.stack([u[:, 0] - 5 * u[:, 1], u[:, 2]], axis=1), ABC).table(["import", "stock"])
    assert table["factor"].tolist()[:2] == ["b", "a"]
    assert table[table["output"] == "stock"]["factor"].tolist()[0] == "c"
    assert table["output"].tolist() == ["import"] * 3 + ["stock"] * 3


# --- elementary effects ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("design", ["radial", "trajectory"])
def test_a_linear_function_has_one_effect_everywhere(design: str) -> None:
    weights = np.array([[2.0, 0.0], [-3.0, 1.0], [0.5, 0.0]])
    found = elementary_effects(lambda u: u @ weights, ABC, places=10, seed=3, design=design)
    assert found.mu == pytest.approx(weights, abs=1e-9)
    assert found.mu_star == pytest.approx(np.abs(weights), abs=1e-9)
    assert found.sigma == pytest.approx(np.zeros((3, 2)), abs=1e-9)
    assert found.runs == 40
    assert found.table(["x", "y"])["factor"].tolist()[:3] == ["b", "a", "c"]


@pytest.mark.parametrize("design", ["radial", "trajectory"])
def test_effects_of_an_interaction(design: str) -> None:
    """a b: the effect of a is b. Its mean is 1/2, its sd that of a uniform (four middles: sqrt(5/64) = 0.2795)."""
    found = elementary_effects(lambda u: u[:, 0] * u[:, 1], ["a", "b"], places=512, seed=1, design=design)
    assert found.mu[:, 0] == pytest.approx([0.5, 0.5], abs=0.03)
    sd = 12**-0.5 if design == "radial" else (5 / 64) ** 0.5
    assert found.sigma[:, 0] == pytest.approx([sd, sd], abs=0.02)


def test_mu_star_sees_what_mu_cancels() -> None:
    found = elementary_effects(lambda u: (u[:, 0] - 0.5) ** 2, ["a"], places=256, seed=1)
    assert abs(found.mu[0, 0]) < 0.05
    assert found.mu_star[0, 0] > 0.25
    assert found.confidence()[0, 0] < 0.1


def test_trajectories_move_one_factor_at_a_time_by_half_of_the_cube() -> None:
    seen: list[np.ndarray] = []

    def watch(points: np.ndarray) -> np.ndarray:
        seen.append(points)
        return points.sum(axis=1)

    elementary_effects(watch, ABC, places=50, seed=2, design="trajectory", levels=4)
    points = seen[0].reshape(50, 4, 3)
    assert set(np.unique(points)) == {0.125, 0.375, 0.625, 0.875}
    steps = np.diff(points, axis=1)
    assert ((steps != 0).sum(axis=2) == 1).all()
    assert set(np.unique(np.abs(steps))) == {0.0, 0.5}
    assert ((steps != 0).sum(axis=1) == 1).all()  # each factor once
    assert abs((points[:, 0] < 0.5).mean() - 0.5) < 0.12


def test_effects_against_salib() -> None:
    """SALib analyses the very points and outputs of our trajectories, on levels stretched to 0 and 1."""
    seen: list[np.ndarray] = []

    def watch(points: np.ndarray) -> np.ndarray:
        seen.append(points)
        return ishigami(points)

    mine = elementary_effects(watch, ABC, places=40, seed=5, design="trajectory", levels=4)
    problem = {"num_vars": 3, "names": ABC, "bounds": [[0.0, 1.0]] * 3}
    points = (seen[0] - 0.125) / 0.75  # 0, 1/3, 2/3, 1; their step 2/3 stands for our 1/2
    theirs = salib_morris.analyze(problem, points, ishigami(seen[0]), num_levels=4, print_to_console=False)
    factor = (2 / 3) / 0.5
    assert mine.mu[:, 0] == pytest.approx(factor * np.asarray(theirs["mu"]), rel=1e-9, abs=1e-9)
    assert mine.mu_star[:, 0] == pytest.approx(factor * np.asarray(theirs["mu_star"]), rel=1e-9)
    assert mine.sigma[:, 0] == pytest.approx(factor * np.asarray(theirs["sigma"]), rel=1e-9)


# --- shares of the variance ------------------------------------------------------------------------------------------


def test_ishigami_function() -> None:
    first, total, variance = ishigami_indices()
    found = variance_shares(ishigami, ABC, size=4096, seed=1)
    assert found.first[:, 0] == pytest.approx(first, abs=0.01)
    assert found.total[:, 0] == pytest.approx(total, abs=0.01)
    assert found.variance[0] == pytest.approx(variance, rel=0.01)
    assert found.runs == 4096 * 5


def test_linear_function() -> None:
    weights = np.array([3.0, 2.0, 1.0])
    found = variance_shares(lambda u: u @ weights + 1000.0, ABC, size=2048, seed=2)
    assert found.first[:, 0] == pytest.approx(weights**2 / 14.0, abs=0.01)
    assert found.total[:, 0] == pytest.approx(weights**2 / 14.0, abs=0.005)


def test_product_of_uniforms() -> None:
    """E[f] = 1/8, V = 1/27 - 1/64. Alone: Var(u)/16 = 1/192. The other two together: Var(u v)/4 = (1/9 - 1/16)/4."""
    variance = 1 / 27 - 1 / 64
    first = (1 / 192) / variance
    total = 1.0 - (1 / 9 - 1 / 16) / 4 / variance
    found = variance_shares(lambda u: u.prod(axis=1), ABC, size=4096, seed=3)
    assert found.variance[0] == pytest.approx(variance, rel=0.02)
    assert found.first[:, 0] == pytest.approx([first] * 3, abs=0.01)
    assert found.total[:, 0] == pytest.approx([total] * 3, abs=0.01)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    first, total, _ = ishigami_indices()
    hits = np.zeros((2, 3))
    runs = 40
    for seed in range(runs):
        found = variance_shares(ishigami, ABC, size=256, seed=seed, resamples=200)
        hits[0] += np.abs(found.first[:, 0] - first) <= found.first_confidence[:, 0]
        hits[1] += np.abs(found.total[:, 0] - total) <= found.total_confidence[:, 0]
    assert (hits / runs >= 0.85).all()  # a Sobol sequence does better than the independent rows of the resampling


def test_estimates_against_salib() -> None:
    problem = {"num_vars": 3, "names": ABC, "bounds": [[0.0, 1.0]] * 3}
    points = salib_points.sample(problem, 2048, calc_second_order=False, seed=1)
    theirs = salib_sobol.analyze(problem, ishigami(points), calc_second_order=False, seed=1)
    mine = variance_shares(ishigami, ABC, size=2048, seed=1)
    assert mine.first[:, 0] == pytest.approx(theirs["S1"], abs=0.03)
    assert mine.total[:, 0] == pytest.approx(theirs["ST"], abs=0.03)
    assert mine.total_confidence[:, 0] == pytest.approx(theirs["ST_conf"], abs=0.03)


def test_same_estimator_as_salib_on_the_same_points() -> None:
    """Our points in the order of SALib (A, AB_1 ... AB_k, B for each row) give SALib's numbers."""
    seen: list[np.ndarray] = []

    def watch(points: np.ndarray) -> np.ndarray:
        seen.append(points)
        return ishigami(points)

    mine = variance_shares(watch, ABC, size=512, seed=4, resamples=0)
    a, b, *mixed = np.split(np.concatenate(seen), 5)
    rows = np.stack([ishigami(a), *(ishigami(m) for m in mixed), ishigami(b)], axis=1).reshape(-1)
    problem = {"num_vars": 3, "names": ABC, "bounds": [[0.0, 1.0]] * 3}
    theirs = salib_sobol.analyze(problem, rows, calc_second_order=False, seed=1)
    # SALib centres all outputs together, we the two matrices: the same within the noise of the mean
    assert mine.first[:, 0] == pytest.approx(theirs["S1"], abs=0.02)
    assert mine.total[:, 0] == pytest.approx(theirs["ST"], rel=0.02, abs=1e-3)


def test_several_outputs_are_those_of_each() -> None:
    def both(shares: np.ndarray) -> np.ndarray:
        return np.stack([ishigami(shares), shares[:, 0]], axis=1)

    together = variance_shares(both, ABC, size=512, seed=1, resamples=50)
    alone = variance_shares(ishigami, ABC, size=512, seed=1, resamples=50)
    assert np.array_equal(together.first[:, :1], alone.first)
    assert np.array_equal(together.total_confidence[:, :1], alone.total_confidence)
    assert together.total[:, 1] == pytest.approx([1.0, 0.0, 0.0], abs=1e-3)
    assert together.table(["y", "x"]).iloc[0]["factor"] == "a"


def test_a_group_of_factors_is_one_factor() -> None:
    """3a + 2b + c with b and c as one: 9/14 and (4 + 1)/14. Of a b + c, a and b as one: no interaction."""
    weights = np.array([3.0, 2.0, 1.0])
    found = variance_shares(lambda u: u @ weights, ABC, size=2048, seed=2, together={"rest": ["b", "c"]})
    assert found.names == ["a", "rest"] and found.runs == 2048 * 4
    assert found.first[:, 0] == pytest.approx([9 / 14, 5 / 14], abs=0.01)
    assert found.total[:, 0] == pytest.approx([9 / 14, 5 / 14], abs=0.005)
    product, alone = 1 / 9 - 1 / 16, 1 / 12  # Var(a b), Var(c)
    found = variance_shares(lambda u: u[:, 0] * u[:, 1] + u[:, 2], ABC, 2048, seed=2, together={"ab": ["a", "b"]})
    assert found.names == ["c", "ab"]
    assert found.first[:, 0] == pytest.approx([alone, product] / np.array(alone + product), abs=0.01)
    assert found.total[:, 0] == pytest.approx(found.first[:, 0], abs=0.01)


def test_a_large_design_is_evaluated_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = variance_shares(ishigami, ABC, size=64, seed=4)
    calls = []
    monkeypatch.setattr("mfa.studies.variance.AT_ONCE", 128)

    def watch(points: np.ndarray) -> np.ndarray:
        calls.append(len(points))
        return ishigami(points)

    parts = variance_shares(watch, ABC, size=64, seed=4)
    assert calls == [192, 128]
    assert np.array_equal(parts.total, whole.total)


def test_outputs_without_a_value_are_left_out_and_told() -> None:
    def gaps(shares: np.ndarray) -> np.ndarray:
        return np.where(shares[:, 2] > 0.9, np.nan, shares[:, 0])

    found = variance_shares(gaps, ABC, size=512, seed=1)
    assert 300 < found.rows[0] < 512
    assert "rows without a value left out" in found.notes[0]
    assert found.first[0, 0] == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("value", [0.0, 3.7, 1e9])
def test_an_output_that_does_not_vary(value: float) -> None:
    found = variance_shares(lambda u: np.full(len(u), value), ABC, size=64, seed=1)
    assert np.isnan(found.first).all() and np.isnan(found.total).all()
    assert found.variance[0] == 0.0


def test_an_output_of_nothing_but_gaps() -> None:
    found = variance_shares(lambda u: np.full(len(u), np.nan), ABC, size=64, seed=1)
    assert found.rows.tolist() == [0] and np.isnan(found.total).all()


def test_seeds_repeat() -> None:
    one, same, other = (variance_shares(ishigami, ABC, size=256, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.first, same.first) and np.array_equal(one.first_confidence, same.first_confidence)
    assert not np.array_equal(one.first, other.first)


def test_resampled_rows_are_drawn_with_replacement() -> None:
    rows = resampled_rows(50, 400, 1)
    assert rows.shape == (400, 50) and rows.min() == 0 and rows.max() == 49
    assert np.mean([len(np.unique(row)) for row in rows]) == pytest.approx(50 * (1 - (1 - 1 / 50) ** 50), rel=0.02)


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: variance_shares(ishigami, ABC, size=1000, seed=1), "size: = 1000 is no power of two; give 1024"),
        (lambda: variance_shares(ishigami, [], size=64, seed=1), "names: no factor is named"),
        (lambda: variance_shares(ishigami, ["a", "a", "b"], size=64, seed=1), "a factor is named twice"),
        (lambda: variance_shares(lambda u: u[:5, 0], ABC, size=64, seed=1), "gave an array of shape"),
        (lambda: elementary_effects(ishigami, ABC, places=0, seed=1), "places: = 0"),
        (lambda: elementary_effects(ishigami, ABC, places=5, seed=1, design="star"), "design: 'star' is unknown"),
        (lambda: elementary_effects(ishigami, ABC, places=5, seed=1, levels=5), "levels: = 5 is not even"),
        (lambda: one_at_a_time(ishigami, ABC).table(["x", "y"]), "2 names for 1 outputs"),
    ],
)
def test_refusals(call: Callable[[], object], what: str) -> None:
    with pytest.raises(InputError) as error:
        call()
    assert what in str(error.value)

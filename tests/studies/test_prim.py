"""Boxes by PRIM: a known box is found again, chance is told from effect, and coverage and density are what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mfa.errors import InputError
from mfa.inputs.sampling.streams import unit_cube
from mfa.studies.prim import at_least, peel_boxes

NAMES = [f"f{i}" for i in range(6)]


def points(size: int = 2000, seed: int = 1) -> np.ndarray:
    return unit_cube("lhs", seed, NAMES, range(6), size, 0, size)


def in_box(values: np.ndarray) -> np.ndarray:
    return (values[:, 0] < 0.4) & (values[:, 2] > 0.55) & (values[:, 3] > 0.2) & (values[:, 3] < 0.8)


def test_a_known_box_is_found_again() -> None:
    values = points()
    box = peel_boxes(values, in_box(values), NAMES).choose(density=0.99)
    assert set(box.limited) == {"f0", "f2", "f3"}
    assert box.high[0] == pytest.approx(0.4, abs=0.02)
    assert box.low[2] == pytest.approx(0.55, abs=0.02)
    assert (box.low[3], box.high[3]) == pytest.approx((0.2, 0.8), abs=0.03)
    assert np.isinf([box.low[0], box.high[2]]).all()
    assert box.coverage > 0.93 and box.density > 0.99
    assert (box.quasi_p[[0, 2, 3]] < 1e-9).all()
    assert np.isnan(box.quasi_p[[1, 4, 5]]).all()


def test_a_noisy_box() -> None:
    """Cases with probability 0.9 inside and 0.05 outside: the limits stay, the density is that of the noise."""
    values = points(4000, seed=2)
    chance = np.random.default_rng(1).random(4000)
    cases = chance < np.where(in_box(values), 0.9, 0.05)
    box = peel_boxes(values, cases, NAMES).choose(density=0.85)
    assert {"f0", "f2", "f3"} <= set(box.limited)
    assert box.limited[:2] == ["f0", "f2"] or set(box.limited[:3]) == {"f0", "f2", "f3"}
    assert box.high[0] == pytest.approx(0.4, abs=0.05)
    assert box.low[2] == pytest.approx(0.55, abs=0.05)
    assert box.density >= 0.85


def test_coverage_density_and_mass_are_what_they_say() -> None:
    values = points(500, seed=3)
    cases = in_box(values)
    for box in peel_boxes(values, cases, NAMES).trajectory:
        inside = box.contains(values)
        assert box.coverage == pytest.approx((cases & inside).sum() / cases.sum())
        assert box.density == pytest.approx(cases[inside].mean())
        assert box.mass == pytest.approx(inside.mean())


def test_peeling_goes_from_coverage_to_density_in_small_steps() -> None:
    values = points(1000, seed=4)
    table = peel_boxes(values, in_box(values), NAMES).table()
    assert table.loc[0, ["coverage", "mass", "limited"]].tolist() == [1.0, 1.0, 0.0]
    assert (np.diff(table["density"]) >= -1e-12).all()
    assert (np.diff(table["coverage"]) <= 1e-12).all()
    assert (table["mass"].to_numpy()[1:] >= 0.94 * table["mass"].to_numpy()[:-1]).all()


def test_no_box_is_smaller_than_wanted() -> None:
    values = points(400, seed=5)
    cases = values[:, 0] < 0.01
    found = peel_boxes(values, cases, NAMES, smallest=0.1)
    assert min(box.mass for box in found.trajectory) >= 0.1


def test_pasting_never_lowers_density_or_coverage() -> None:
    values = points(800, seed=6)
    chance = np.random.default_rng(2).random(800)
    cases = chance < np.where(in_box(values), 0.8, 0.1)
    found = peel_boxes(values, cases, NAMES)
    for box in found.trajectory[::4]:
        pasted = found.pasted(box)
        assert pasted.density >= box.density - 1e-12
        assert pasted.coverage >= box.coverage - 1e-12


def test_limits_by_chance_are_dropped() -> None:
    """A box of two cases among noise: the limit of f1 explains nothing beyond that of f0."""
    values = points(1000, seed=7)
    found = peel_boxes(values, values[:, 0] < 0.5, NAMES)
    box = found.trajectory[0]
    low, high = box.low.copy(), box.high.copy()
    high[0], low[1] = 0.5, 0.3
    made = found._box(low, high)
    assert made.quasi_p[1] == 1.0  # all are cases with or without it
    assert found.simplified(made).limited == ["f0"]


def test_quasi_p_by_hand() -> None:
    """10 of 12 points are cases in the box, 30 of 60 without the limit: P(Binomial(12, 1/2) >= 10) = 79/4096."""
    assert at_least(10, 12, 0.5) == pytest.approx((66 + 12 + 1) / 4096)
    assert at_least(0, 5, 0.2) == 1.0
    assert at_least(7, 40, 0.13) == pytest.approx(stats.binom.sf(6, 40, 0.13))


def test_quasi_p_of_a_box() -> None:
    values = np.array([[x, y] for x in range(10) for y in range(10)], dtype=float)
    cases = (values[:, 0] < 5) & ((values[:, 1] < 8) | (values[:, 0] < 2))
    found = peel_boxes(values, cases, ["x", "y"])
    box = found._box(np.array([-np.inf, -np.inf]), np.array([4.0, 7.0]))
    # inside: 40 of 40. Without the limit of x: 40 of 80; without that of y: 40 + 4 of 50
    assert box.quasi_p[0] == pytest.approx(0.5**40)
    assert box.quasi_p[1] == pytest.approx((44 / 50) ** 40)


def test_ties_are_peeled_together() -> None:
    """A factor of whole numbers: no point is left out while its equal stays."""
    values = points(1000, seed=8)
    values[:, 0] = np.floor(values[:, 0] * 4)
    cases = values[:, 0] >= 2
    box = peel_boxes(values, cases, NAMES).choose(density=1.0)
    assert box.limited == ["f0"]
    assert (box.low[0], box.coverage, box.density) == (2.0, 1.0, 1.0)


def test_only_the_order_of_the_values_matters() -> None:
    values = points(600, seed=9)
    cases = in_box(values)
    one, other = peel_boxes(values, cases, NAMES), peel_boxes(np.exp(5 * values), cases, NAMES)
    assert [box.coverage for box in one.trajectory] == [box.coverage for box in other.trajectory]
    assert np.log(other.trajectory[-1].high[0]) / 5 == pytest.approx(one.trajectory[-1].high[0])


def test_a_table_names_its_factors_and_the_box_speaks() -> None:
    values = pd.DataFrame(points(1000, seed=10), columns=NAMES)
    box = peel_boxes(values, (values["f1"] > 0.7).to_numpy()).choose(density=0.99)
    assert box.text() == f"f1 >= {box.low[1]:.4g}: 100 % of these samples, {100 * box.coverage:.0f} % of all cases"
    assert box.table()["factor"].tolist() == ["f1"]
    low, high = np.full(6, -np.inf), np.full(6, np.inf)
    found = peel_boxes(values, (values["f1"] > 0.7).to_numpy())
    assert found._box(low, high).text().startswith("everywhere: 30 % of these samples, 100 % of all cases")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(20, 200))
def test_any_cases_give_boxes_within_each_other(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    values, cases = rng.random((size, 3)), rng.random(size) < 0.3
    cases[:2] = True, False
    found = peel_boxes(values, cases, smallest=0.1)
    for outer, inner in zip(found.trajectory, found.trajectory[1:], strict=False):
        assert (inner.low >= outer.low).all() and (inner.high <= outer.high).all()
        assert inner.density >= outer.density
    chosen = found.choose()
    assert 0.0 < chosen.coverage <= 1.0 and chosen.contains(values).any()


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"cases": np.zeros(20, dtype=bool)}, "no point is a case; the target is never missed"),
        ({"cases": np.ones(20, dtype=bool)}, "every point is a case; the target is always missed"),
        ({"cases": np.arange(20)}, "is an array of int64"),
        ({"cases": np.ones(19, dtype=bool)}, "with shape (19,) for 20 points"),
        ({"names": ["a"]}, "1 names for 6 factors"),
        ({"peel": 0.0}, "peel: = 0.0 is not in ]0, 0.5]"),
        ({"smallest": 2.0}, "smallest: = 2.0"),
        ({"values": np.full((20, 6), np.nan)}, "f0 is not a number in some point"),
        ({"values": np.zeros(20)}, "has 1 dims"),
    ],
)
def test_refusals(arguments: dict[str, object], what: str) -> None:
    given = {"values": points(20), "cases": np.arange(20) < 5, "names": NAMES, **arguments}
    with pytest.raises(InputError) as error:
        peel_boxes(**given)  # type: ignore[arg-type]
    assert what in str(error.value)


def test_a_density_that_is_no_share() -> None:
    values = points(100)
    with pytest.raises(InputError, match="density: = 80 is no share"):
        peel_boxes(values, values[:, 0] < 0.5, NAMES).choose(density=80)

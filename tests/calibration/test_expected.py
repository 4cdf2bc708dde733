"""What is expected of a lifetime: by hand, against the stock models, and the likelihoods."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from mfa.calibration.expected import SalesHistory, blocks_of
from mfa.calibration.families import Family
from mfa.calibration.fitting import Block, deviance_residuals, whiten
from mfa.calibration.observations import Observation, Product
from mfa.lifetimes import Lifetime
from mfa.stock_models import inflow_driven


def exponential(theta: np.ndarray, ages: np.ndarray) -> np.ndarray:
    return np.exp(-ages / np.exp(theta[0]))


def block(rows: list[Observation], sales: dict[int, float], **options: object) -> Block:
    sold = [Observation("sales", year, value) for year, value in sales.items()]
    one = Product("*", "x", (*sold, *rows))
    (found,) = blocks_of(one, exponential, SalesHistory(sold), 0.5, **options)  # type: ignore[arg-type]
    return found


def test_stock_discards_and_ages_by_hand():
    # 100 sold in 2000, 200 in 2001; half is lost in each year: exp(-1/mean) = 1/2, sold at midyear: sf(0) = 2^-0.5
    theta, sf0 = np.array([np.log(1.0 / np.log(2.0))]), 2**-0.5
    sales = {2000: 100.0, 2001: 200.0}
    stock = block([Observation("stock", 2000, 1.0), Observation("stock", 2001, 1.0)], sales)
    assert stock.expected(theta) == pytest.approx([100 * sf0, 200 * sf0 + 50 * sf0])
    gone = block([Observation("discards", 2001, 1.0)], sales)
    assert gone.expected(theta) == pytest.approx([200 * (1 - sf0) + 50 * sf0])  # of 2001, and half of what 2000 left
    age = block([Observation("mean_age", 2001, 1.0)], sales)  # 0.5 and 1.5 yr, 4 : 1
    assert age.expected(theta) == pytest.approx([0.7])
    exits = block([Observation("mean_age_of_discards", 2001, 1.0)], sales)
    first, second = 200 * (1 - sf0), 50 * sf0  # ages 0 to 0.5, and 0.5 to 1.5
    assert exits.expected(theta) == pytest.approx([(0.25 * first + 1.0 * second) / (first + second)])


@settings(deadline=None)
@given(
    st.lists(st.floats(0.0, 1e6), min_size=3, max_size=25),
    st.floats(1.0, 30.0),
    st.floats(1.1, 6.0),
    st.sampled_from([("mid", 0.5), ("start", 1.0), ("end", 0.0)]),
)
def test_they_are_those_of_the_stock_model(sales, mean, shape, timing):
    name, shift = timing
    sold = [Observation("sales", 2000 + i, value) for i, value in enumerate(sales)]
    rows = [Observation(what, 2000 + i, 1.0) for i in range(len(sales)) for what in ("stock", "discards")]
    one = Product("*", "x", (*sold, *rows))
    stock, gone = blocks_of(one, Family("weibull", {}).survival, SalesHistory(sold), shift)
    theta = np.log([mean, shape])
    inflow = xr.DataArray(sales, coords={"time": np.arange(2000, 2000 + len(sales))})
    model = inflow_driven(inflow, Lifetime.weibull(mean=mean, shape=shape), timing=name)
    np.testing.assert_allclose(stock.expected(theta), model.stock.values, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(gone.expected(theta), model.outflow.values, rtol=1e-9, atol=1e-5)


def test_sales_before_the_first_year():
    rows = [Observation("sales", 2000, 100.0), Observation("sales", 2001, 110.0)]
    assert SalesHistory(rows).of(1999) == 0.0
    held, growing = SalesHistory(rows, 0.0), SalesHistory(rows, 0.25)
    assert held.of(1990) == 100.0 and growing.of(1999) == 80.0 and growing.of(2001) == 110.0  # 100/1.25
    assert growing.by_age(2001, 3) == pytest.approx([110.0, 100.0, 80.0])


def test_a_table_by_cohort_is_binomial_along_the_cohort():
    # 100 sold in 2000; 70 left in 2001, 40 in 2003: of 100 with sf(1), then of 70 with sf(3)/sf(1)
    rows = [Observation("stock", 2001, 70.0, 2000), Observation("stock", 2003, 40.0, 2000)]
    found = block(rows, {2000: 100.0})
    theta = np.log([2.0])
    assert found.kind == "binomial" and found.trials is not None
    assert found.trials.tolist() == [100.0, 70.0]
    assert found.expected(theta) == pytest.approx([100 * np.exp(-1.5 / 2), 70 * np.exp(-1.0)])


def test_discards_by_cohort_are_multinomial():
    """Binomials one after another have the deviance of the multinomial, up to a constant of the counts."""
    counts = [12.0, 20.0, 25.0]
    rows = [Observation("discards", 2000 + a, counts[a], 2000) for a in range(3)]
    found = block(rows, {2000: 100.0})

    def log_likelihood(mean: float) -> float:
        left = np.exp(-np.array([0.5, 1.5, 2.5]) / mean)
        shares = np.array([1 - left[0], left[0] - left[1], left[1] - left[2], left[2]])
        return float(np.array([*counts, 43.0]) @ np.log(shares))

    deviances = [float(np.sum(found.residuals(np.log([mean])) ** 2)) for mean in (2.0, 3.0, 5.0)]
    likelihoods = [log_likelihood(mean) for mean in (2.0, 3.0, 5.0)]
    assert np.diff(deviances) == pytest.approx(-2.0 * np.diff(likelihoods), rel=1e-6)


def test_coverage_scales_what_is_expected_of_discards():
    sales = {2000: 100.0, 2001: 200.0}
    whole, part = (block([Observation("discards", 2001, 1.0)], sales, coverage=share) for share in (1.0, 0.25))
    assert part.expected(np.array([1.0])) == pytest.approx(0.25 * whole.expected(np.array([1.0])))


@given(st.one_of(st.just(0.0), st.floats(1e-6, 1e6)), st.floats(1e-3, 1e6))
def test_deviance_residuals_are_those_of_the_poisson(count, mean):
    from math import log

    exact = 2.0 * ((count * log(count / mean) if count > 0 else 0.0) - (count - mean))
    found = float(deviance_residuals(np.array([count]), np.array([mean]))[0])
    assert found**2 == pytest.approx(max(exact, 0.0), rel=1e-4, abs=1e-6 * max(count, mean))
    assert np.sign(found) == np.sign(count - mean) or abs(found) < 1e-6


def test_whitening_over_a_gap():
    # two years apart the correlation is rho^2: (r2 - rho^2 r1)/sqrt(1 - rho^4)
    white, determinant = whiten(np.array([1.0, 2.0]), np.array([2000.0, 2002.0]), 0.5)
    assert white == pytest.approx([1.0, (2.0 - 0.25) / np.sqrt(1 - 0.0625)])
    assert determinant == pytest.approx(0.5 * np.log(1 - 0.0625))

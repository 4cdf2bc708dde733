"""Survival functions: hand-computed values, moments, and agreement with scipy's distributions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mfa.system.survival import (
    EXPONENTIAL,
    FAMILIES,
    FIXED,
    FOLDED_NORMAL,
    FOLDED_NORMAL_LIMIT,
    LOGISTIC,
    LOGNORMAL,
    NORMAL,
    TABLE,
    TERMS,
    WEIBULL,
    canonical_parameters,
    moments,
    survival_function,
    term_unit,
)

# family, first, second, age, share by hand
BY_HAND = [
    (FIXED, 2.0, 0.0, 1.5, 1.0),
    (FIXED, 2.0, 0.0, 2.0, 0.0),  # an item leaves when it reaches its lifetime
    (EXPONENTIAL, 10.0, 0.0, 5.0, 0.6065306597126334),  # exp(-0.5)
    (NORMAL, 15.0, 4.0, 15.0, 0.5),
    (NORMAL, 15.0, 4.0, 19.0, 0.15865525393145707),  # 1 - Phi(1)
    (NORMAL, 15.0, 4.0, 0.0, 0.9999115827147992),  # Phi(3.75): not truncated
    (FOLDED_NORMAL, 0.0, 10.0, 10.0, 0.31731050786291415),  # 2 (1 - Phi(1))
    (FOLDED_NORMAL, 10.0, 10.0, 0.0, 1.0),  # Phi(1) + Phi(-1)
    (FOLDED_NORMAL, 10.0, 10.0, 20.0, 0.16000515196308715),  # (1 - Phi(1)) + (1 - Phi(3)) = 0.158655 + 0.001350
    (LOGNORMAL, 2.0, 0.5, math.e**2, 0.5),  # the median is exp(mu)
    (LOGNORMAL, 2.0, 0.5, math.e**2.5, 0.15865525393145707),  # one sigma above
    (LOGNORMAL, 2.0, 0.5, 0.0, 1.0),
    (WEIBULL, 2.0, 10.0, 10.0, 0.36787944117144233),  # exp(-1) at the scale, whatever the shape
    (WEIBULL, 2.0, 10.0, 5.0, 0.7788007830714049),  # exp(-0.25)
    (WEIBULL, 2.0, 10.0, 0.0, 1.0),
    (LOGISTIC, 15.0, 3.0, 15.0, 0.5),
    (LOGISTIC, 15.0, 3.0, 18.0, 0.2689414213699951),  # 1/(1 + e)
    (LOGISTIC, 15.0, 3.0, 0.0, 0.9933071490757153),  # 1/(1 + exp(-5))
]


@pytest.mark.parametrize(("family", "first", "second", "age", "share"), BY_HAND)
def test_by_hand(family: int, first: float, second: float, age: float, share: float) -> None:
    assert survival_function(age, family, first, second) == pytest.approx(share, rel=1e-14, abs=0)


def test_mixed_families_equal_each_alone() -> None:
    families = np.array([case[0] for case in BY_HAND])
    first, second = (np.array([case[i] for case in BY_HAND]) for i in (1, 2))
    ages = np.array([0.0, 0.5, 3.0, 12.0, 40.0])[:, None]
    together = survival_function(ages, families, first, second)
    alone = [survival_function(ages[:, 0], *cell) for cell in zip(families, first, second, strict=True)]
    assert together.shape == (5, len(BY_HAND))
    np.testing.assert_array_equal(together, np.transpose(alone))


def test_shape_is_that_of_all_arguments() -> None:
    assert survival_function(np.zeros((4, 1)), np.full((1, 3), FIXED), 2.0, np.zeros((2, 1, 1))).shape == (2, 4, 3)


def test_far_past_a_steep_weibull_nothing_is_left() -> None:
    assert survival_function(200.0, WEIBULL, 500.0, 1.0) == 0.0


def test_unknown_code_is_refused() -> None:
    with pytest.raises(ValueError, match="no family has the code 9"):
        survival_function(1.0, 9, 1.0, 1.0)


SCIPY = {
    EXPONENTIAL: lambda a, b: stats.expon(scale=a),
    NORMAL: stats.norm,
    FOLDED_NORMAL: lambda a, b: stats.foldnorm(a / b, scale=b),
    LOGNORMAL: lambda a, b: stats.lognorm(b, scale=np.exp(a)),
    WEIBULL: lambda a, b: stats.weibull_min(a, scale=b),
    LOGISTIC: stats.logistic,
}


@pytest.mark.parametrize("family", SCIPY)
@pytest.mark.parametrize(("first", "second"), [(2.5, 0.7), (1.2, 3.0), (9.0, 11.0)])
def test_against_scipy(family: int, first: float, second: float) -> None:
    if family == LOGNORMAL and second > 5:
        second = 1.1
    distribution = SCIPY[family](first, second)
    ages = np.linspace(0.0, 60.0, 121)
    share = survival_function(ages, family, first, second)
    np.testing.assert_allclose(share, distribution.sf(ages), rtol=1e-10, atol=1e-15)
    mean, sd = moments(np.array(family), np.array(first), np.array(second))
    assert float(mean) == pytest.approx(distribution.mean(), rel=1e-10)
    assert float(sd) == pytest.approx(distribution.std(), rel=1e-10)


def test_moments_of_a_fixed_lifetime() -> None:
    mean, sd = moments(np.array([FIXED]), np.array([8.0]), np.array([0.0]))
    assert (mean[0], sd[0]) == (8.0, 0.0)


def test_canonical_parameters_by_hand() -> None:
    # lognormal: sigma^2 = ln(1 + 5^2/10^2) = ln 1.25 = 0.22314, mu = ln 10 - 0.11157 = 2.19101
    mu, sigma = canonical_parameters("lognormal", {"mean": 10.0, "sd": 5.0})
    assert (float(mu), float(sigma) ** 2) == (pytest.approx(2.1910133), pytest.approx(0.22314355))
    # Weibull, shape 2: Gamma(1.5) = sqrt(pi)/2 = 0.886227, scale = 10/0.886227 = 11.28379
    shape, scale = canonical_parameters("weibull", {"mean": 10.0, "shape": 2.0})
    assert (float(shape), float(scale)) == (2.0, pytest.approx(11.283792))
    # its sd/mean: Gamma(2)/Gamma(1.5)^2 = 4/pi, so sqrt(4/pi - 1) = 0.522723
    shape, scale = canonical_parameters("weibull", {"mean": 10.0, "sd": 10.0 * math.sqrt(4.0 / math.pi - 1.0)})
    assert (float(shape), float(scale)) == (pytest.approx(2.0, rel=1e-12), pytest.approx(11.283792))
    # logistic: scale = 3 sqrt(3)/pi = 1.65399
    assert float(canonical_parameters("logistic", {"mean": 15.0, "sd": 3.0})[1]) == pytest.approx(1.6539867)
    # half-normal: mean = sigma sqrt(2/pi), sd = sigma sqrt(1 - 2/pi)
    mu, sigma = canonical_parameters(
        "folded_normal", {"mean": 10.0 * math.sqrt(2.0 / math.pi), "sd": 10.0 * math.sqrt(1.0 - 2.0 / math.pi)}
    )
    assert (float(mu), float(sigma)) == (pytest.approx(0.0, abs=0.01), pytest.approx(10.0))  # sd/mean is flat there
    assert float(canonical_parameters("exponential", {"rate": 0.1})[0]) == pytest.approx(10.0)


@given(
    family=st.sampled_from(["normal", "folded_normal", "lognormal", "weibull", "logistic"]),
    mean=st.floats(0.1, 200.0),
    variation=st.floats(1e-3, 3.0),
)
def test_mean_and_sd_come_back(family: str, mean: float, variation: float) -> None:
    if family == "folded_normal":
        variation = min(variation, FOLDED_NORMAL_LIMIT)
    first, second = canonical_parameters(family, {"mean": mean, "sd": mean * variation})
    found = moments(np.array(FAMILIES.index(family)), np.asarray(first), np.asarray(second))
    assert float(found[0]) == pytest.approx(mean, rel=1e-9)
    assert float(found[1]) == pytest.approx(mean * variation, rel=1e-8)


def test_moments_are_solved_for_many_lifetimes_at_once() -> None:
    variation = np.linspace(0.02, 5.0, 400).reshape(20, 20)
    shape, scale = canonical_parameters("weibull", {"mean": 12.0, "sd": 12.0 * variation})
    mean, sd = moments(np.full((20, 20), WEIBULL), shape, scale)
    np.testing.assert_allclose(mean, 12.0, rtol=1e-12)
    np.testing.assert_allclose(sd, 12.0 * variation, rtol=1e-11)


def test_folded_normal_cannot_be_too_wide() -> None:
    first, second = canonical_parameters("folded_normal", {"mean": 10.0, "sd": np.array([7.0, 7.6])})
    np.testing.assert_array_equal(np.isnan(first), [False, True])
    np.testing.assert_array_equal(np.isnan(second), [False, True])


def test_every_set_of_terms_is_understood() -> None:
    values = {"mean": 10.0, "sd": 5.0, "shape": 2.0, "scale": 3.0, "rate": 0.1, "mu": 2.0, "sigma": 0.5}
    for family, sets in TERMS.items():
        for names in sets:
            first, second = canonical_parameters(family, {name: values[name] for name in names})
            assert np.isfinite(first) and np.isfinite(second)
    assert term_unit("lognormal", "mu") == "1" and term_unit("folded_normal", "mu") == "yr"
    assert term_unit("exponential", "rate") == "1/yr" and term_unit("weibull", "mean") == "yr"


class TestTable:
    curves = np.array([[1.0, 0.75, 0.25, 0.0], [1.0, 0.9, 0.8, 0.7]])

    def read(self, age: float, row: int) -> float:
        return float(survival_function(age, TABLE, row, 0.0, self.curves))

    def test_linear_between_whole_ages(self) -> None:
        assert self.read(0.5, 0) == 0.875  # (1 + 0.75)/2
        assert self.read(2.0, 0) == 0.25
        assert self.read(1.25, 1) == pytest.approx(0.875)  # 0.9 - 0.25 x 0.1

    def test_beyond_the_end(self) -> None:
        assert self.read(3.0, 0) == 0.0 and self.read(7.5, 0) == 0.0
        assert self.read(3.0, 1) == 0.7 and math.isnan(self.read(3.5, 1))

    def test_moments(self) -> None:
        # mean = 0.875 + 0.5 + 0.125 = 1.5. A quarter leaves in each of years 1 and 3, half in year 2, evenly over the
        # year: E[x^2] = 0.25 (1/3) + 0.5 (7/3) + 0.25 (19/3) = 17/6, variance 17/6 - 9/4 = 7/12
        code, row = np.array([TABLE, TABLE]), np.array([0.0, 1.0])
        mean, sd = moments(code, row, np.zeros(2), self.curves)
        assert mean[0] == 1.5 and sd[0] == pytest.approx(math.sqrt(7 / 12))
        assert np.isnan(mean[1]) and np.isnan(sd[1])  # never ends

    def test_curves_are_needed(self) -> None:
        with pytest.raises(ValueError, match="needs its curves"):
            survival_function(1.0, TABLE, 0.0, 0.0)

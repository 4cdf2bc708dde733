"""Laws fitted to value, low and high: quantiles are met exactly, against scipy.stats and by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from mfa.inputs.sampling.distributions import FAMILIES, Laws, cumulative, quantile
from mfa.inputs.sampling.draws import Draw, Draws, default_family
from mfa.inputs.sampling.fitting import Z_HIGH, fit
from mfa.inputs.sampling.tabulated import BetaTable, GammaTable

INF = math.inf
NAN = math.nan
BOUNDS = np.array([[0.05], [0.95]])


def one(
    family: str, value: float, low: float, high: float, lowest: float = 0.0, highest: float = 1.0, sd: float = NAN
) -> Laws:
    laws, faults, _ = fit(family, *(np.array([x]) for x in (value, low, high, sd, lowest, highest)))
    assert faults == [""], faults
    return laws


def fault(
    family: str, value: float, low: float, high: float, lowest: float = 0.0, highest: float = 1.0, sd: float = NAN
) -> str:
    return fit(family, *(np.array([x]) for x in (value, low, high, sd, lowest, highest)))[1][0]


def at(laws: Laws, share: float) -> float:
    return float(quantile(laws, np.array([[share]]))[0, 0])


# --- by hand, and against scipy.stats --------------------------------------------------------------------------------


def test_lognormal_in_closed_form() -> None:
    # mu = (ln 45 + ln 220)/2 = 4.6001, sigma = ln(220/45)/(2 x 1.64485) = 0.4824; the median is sqrt(45 x 220) = 99.50
    laws = one("lognormal", 80.0, 45.0, 220.0, 0.0, INF)
    assert at(laws, 0.5) == pytest.approx(math.sqrt(45.0 * 220.0), rel=1e-14)
    reference = stats.lognorm(s=math.log(220 / 45) / (2 * Z_HIGH), scale=math.sqrt(45 * 220))
    shares = np.linspace(0.001, 0.999, 101)[:, None]
    assert quantile(laws, shares)[:, 0] == pytest.approx(reference.ppf(shares[:, 0]), rel=1e-12)


def test_lognormal_with_one_bound_has_its_median_at_the_value() -> None:
    laws = one("lognormal", 0.15, NAN, 0.3, 0.0, INF)
    assert (at(laws, 0.5), at(laws, 0.95)) == pytest.approx((0.15, 0.3), rel=1e-14)
    assert at(laws, 0.05) == pytest.approx(0.075, rel=1e-14)  # 0.15^2/0.3


def test_lognormal_with_sd_has_that_mean_and_sd() -> None:
    laws = one("lognormal", 20.0, NAN, NAN, 0.0, INF, sd=5.0)
    reference = stats.lognorm(s=laws.parameters[0, 1], scale=math.exp(laws.parameters[0, 0]))
    assert (reference.mean(), reference.std()) == pytest.approx((20.0, 5.0), rel=1e-12)


def test_normal_in_closed_form() -> None:
    laws = one("normal", 3.0, 1.0, 4.0, -INF, INF)
    reference = stats.norm(2.5, 3.0 / (2 * Z_HIGH))
    assert at(laws, 0.2) == pytest.approx(reference.ppf(0.2), rel=1e-13)
    assert at(one("normal", 3.0, NAN, NAN, -INF, INF, sd=0.5), 0.95) == pytest.approx(3.0 + 0.5 * Z_HIGH)


def test_uniform_by_hand() -> None:
    # 90 % of the width lies between 0.2 and 0.65: width 0.5, from 0.175 to 0.675
    laws = one("uniform", 0.3, 0.2, 0.65)
    assert (at(laws, 1e-12), at(laws, 1 - 1e-12)) == pytest.approx((0.175, 0.675))


def test_triangular_from_zero_by_hand() -> None:
    # minimum 0 = low. Mode 2 and P(x > 8) = 0.05: (b - 8)^2 = 0.05 b (b - 2) gives b = 9.8998
    laws = one("triangular", 2.0, 0.0, 8.0, 0.0, INF)
    b = laws.parameters[0, 2]
    assert (b - 8.0) ** 2 == pytest.approx(0.05 * b * (b - 2.0), rel=1e-12)
    assert laws.parameters[0, 0] == 0.0
    assert at(laws, 0.95) == pytest.approx(8.0, rel=1e-12)
    reference = stats.triang(c=2.0 / b, scale=b)
    assert at(laws, 0.3) == pytest.approx(reference.ppf(0.3), rel=1e-12)


def test_triangular_whose_mode_lies_at_a_bound() -> None:
    laws = one("triangular", 5.0, 2.0, 5.0, 0.0, INF)
    assert (at(laws, 0.05), at(laws, 0.95)) == pytest.approx((2.0, 5.0), rel=1e-10)
    assert laws.parameters[0, 1] == 5.0


def test_beta_untruncated_is_the_pert_of_scipy() -> None:
    laws = one("beta", 0.5, 0.4, 0.62)
    low, high, first, second = laws.parameters[0]
    assert (laws.start[0], laws.stop[0]) == (0.0, 1.0)
    assert (first, second) == pytest.approx((1 + 4 * (0.5 - low) / (high - low), 1 + 4 * (high - 0.5) / (high - low)))
    reference = stats.beta(first, second, loc=low, scale=high - low)
    assert [at(laws, u) for u in (0.05, 0.5, 0.95)] == pytest.approx([0.4, reference.ppf(0.5), 0.62], rel=1e-10)
    grid = np.linspace(low, high, 20001)
    assert grid[np.argmax(reference.pdf(grid))] == pytest.approx(0.5, abs=1e-4)  # the mode


def test_beta_truncated_meets_both_quantiles_and_the_mode() -> None:
    """0.3 (0.05 to 0.6): the whole law would reach below 0, so it is cut there and matched after the cut."""
    laws = one("beta", 0.3, 0.05, 0.6)
    low, high, first, second = laws.parameters[0]
    assert low < 0.0 < laws.start[0]
    whole = stats.beta(first, second, loc=low, scale=high - low)
    part = integrate.quad(whole.pdf, 0.0, 0.05)[0] / integrate.quad(whole.pdf, 0.0, 1.0)[0]
    assert part == pytest.approx(0.05, rel=1e-9)
    assert (at(laws, 0.05), at(laws, 0.95)) == pytest.approx((0.05, 0.6), rel=1e-11)
    assert at(laws, 1e-15) >= 0.0


def test_beta_without_such_a_mode_keeps_the_quantiles() -> None:
    """0.96 (0.7 to 0.99): no bell with this mode has 5 % beyond 0.99, the plain beta law has."""
    laws, faults, off_mode = fit("beta", *(np.array([x]) for x in (0.96, 0.7, 0.99, NAN, 0.0, 1.0)))
    assert faults == [""] and off_mode[0]
    reference = stats.beta(*laws.parameters[0, 2:])
    assert reference.ppf([0.05, 0.95]) == pytest.approx([0.7, 0.99], rel=1e-10)


def test_truncated_normal_meets_both_quantiles() -> None:
    laws = one("truncated_normal", 0.2, 0.02, 0.5)
    mean, sd = laws.parameters[0, :2]
    reference = stats.truncnorm((0.0 - mean) / sd, (1.0 - mean) / sd, loc=mean, scale=sd)
    assert reference.ppf([0.05, 0.95]) == pytest.approx([0.02, 0.5], rel=1e-8)
    assert at(laws, 0.5) == pytest.approx(reference.ppf(0.5), rel=1e-8)


# --- properties ------------------------------------------------------------------------------------------------------


@st.composite
def triples(draw: Any, top: float) -> tuple[float, float, float]:
    value = draw(st.floats(0.05, 0.95)) * top
    below, above = draw(st.floats(0.05, 0.6)), draw(st.floats(0.05, 0.6))
    return value, value * (1 - below), value + above * ((1.0 - value) if top == 1.0 else value)


@settings(max_examples=60, deadline=None)
@given(triples(1.0), st.sampled_from(["beta", "triangular"]))
def test_fractions_meet_their_quantiles(triple: tuple[float, float, float], family: str) -> None:
    laws, faults, _ = fit(family, *(np.array([x]) for x in (*triple, NAN, 0.0, 1.0)))
    if faults[0]:  # only where no law exists, and then it says so
        assert family == "triangular" and "no triangular law" in faults[0]
        return
    assert quantile(laws, BOUNDS).ravel() == pytest.approx(triple[1:], rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(triples(1000.0), st.sampled_from(["lognormal", "triangular"]))
def test_amounts_meet_their_quantiles(triple: tuple[float, float, float], family: str) -> None:
    laws = one(family, *triple, 0.0, INF)
    assert quantile(laws, BOUNDS).ravel() == pytest.approx(triple[1:], rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(triples(1.0), st.floats(0.001, 0.999))
def test_share_and_quantile_are_inverse(triple: tuple[float, float, float], share: float) -> None:
    laws, faults, _ = fit("beta", *(np.array([x]) for x in (*triple, NAN, 0.0, 1.0)))
    assert faults == [""]
    assert cumulative(laws, quantile(laws, np.array([[share]])))[0, 0] == pytest.approx(share, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(triples(1.0), st.floats(0.0, 1.0), st.floats(0.001, 0.999))
def test_a_floor_truncates(triple: tuple[float, float, float], floor: float, share: float) -> None:
    laws, _, _ = fit("beta", *(np.array([x]) for x in (*triple, NAN, 0.0, 1.0)))
    value = quantile(laws, np.array([[share]]), np.array([[floor]]))[0, 0]
    assert value >= floor
    below = cumulative(laws, np.array([[floor]]))[0, 0]
    if below < 1.0 - 1e-9:
        wanted = below + share * (1.0 - below)
        assert cumulative(laws, np.array([[value]]))[0, 0] == pytest.approx(wanted, abs=1e-7)


def test_a_fit_does_not_depend_on_its_neighbours() -> None:
    rows = np.array([[0.3, 0.05, 0.6], [0.9, 0.7, 0.98], [0.54, 0.4, 0.62], [0.96, 0.7, 0.99]])
    edge = np.zeros(4), np.ones(4)
    together, _, _ = fit("beta", *rows.T, np.full(4, NAN), *edge)
    for i in range(4):
        alone, _, _ = fit("beta", *rows[i : i + 1].T, np.full(1, NAN), edge[0][:1], edge[1][:1])
        assert quantile(alone, BOUNDS)[:, 0] == pytest.approx(quantile(together, BOUNDS)[:, i], rel=1e-12)


# --- tables of quantiles ---------------------------------------------------------------------------------------------


def test_tabulated_beta_and_gamma_against_scipy() -> None:
    rng = np.random.default_rng(1)
    scores = rng.standard_normal((400, 30))
    scores[0], scores[1] = 7.0, -7.0  # beyond the table
    first = rng.uniform(1.0, 5.0, 30)
    laws = np.arange(30)
    beta = BetaTable(first, 6.0 - first)(scores, laws)
    assert beta == pytest.approx(stats.beta.ppf(stats.norm.cdf(scores), first, 6.0 - first), rel=1e-7)
    inner = np.abs(scores) < 5
    assert beta[inner] == pytest.approx(stats.beta.ppf(stats.norm.cdf(scores), first, 6.0 - first)[inner], rel=1e-10)
    shape = 10 ** rng.uniform(-1.0, 1.5, 30)
    gamma = np.exp(GammaTable(shape)(scores, laws))
    wanted = stats.gamma.ppf(stats.norm.cdf(scores), shape)
    assert gamma[inner] == pytest.approx(wanted[inner], rel=1e-5, abs=1e-12)


def test_tabulated_gamma_of_a_tiny_shape() -> None:
    """A share of 0.01 % in a whole of concentration 30: nearly always nothing, and no underflow on the way."""
    table = GammaTable(np.array([0.003]))
    logarithm = table(np.array([[-3.0], [0.0], [2.0], [4.0]]), np.array([0]))[:, 0]
    assert np.isfinite(logarithm).all() and (np.diff(logarithm) > 0).all()
    # P(X <= x) = x^a/Gamma(a + 1) for small x: ln x = (ln 0.5 + ln Gamma(1.003))/0.003
    assert logarithm[1] == pytest.approx((math.log(0.5) + math.lgamma(1.003)) / 0.003, rel=1e-6)


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("family", "numbers", "what"),
    [
        ("beta", (0.5, 0.6, 0.9), "outside low to high"),
        ("beta", (0.5, 0.5, 0.5), "is not below high"),
        ("beta", (0.5, 0.2, 1.4), "leaves the range 0 to 1"),
        ("beta", (0.5, NAN, 0.6), "needs low and high"),
        ("lognormal", (0.5, 0.2, 0.9), "no upper end, the parameter has"),
        ("normal", (0.5, 0.2, 0.9), "no ends, the parameter has"),
        ("uniform", (0.5, 0.01, 0.99), "no uniform law has these 5 and 95 % quantiles within 0 to 1"),
        ("truncated_normal", (0.5, 0.01, 0.99), "no truncated_normal law"),
        ("triangular", (0.5, 0.005, 0.99), "no triangular law"),
    ],
)
def test_impossible_triples(family: str, numbers: tuple[float, float, float], what: str) -> None:
    assert what in fault(family, *numbers)


def test_impossible_amounts() -> None:
    assert "must be above 0" in fault("lognormal", 2.0, 0.0, 3.0, 0.0, INF)
    assert "sd is not used by a beta law" in fault("beta", 0.5, 0.2, 0.9, sd=0.1)
    assert "is not positive" in fault("lognormal", 2.0, NAN, NAN, 0.0, INF, sd=-1.0)
    assert "differs from the value" in fault("lognormal", 2.0, NAN, 2.0, 0.0, INF)


def test_one_bad_row_does_not_hide_the_good_ones() -> None:
    _, faults, _ = fit("beta", *np.array([[0.5, 0.2, 0.9], [0.5, 0.6, 0.9]]).T, *np.array([[NAN, 0.0, 1.0]] * 2).T)
    assert [bool(text) for text in faults] == [False, True]


def test_faults_name_the_line() -> None:
    draws = Draws()
    draws.add(Draw("beta", 0.5, 0.6, 0.9, NAN, 0.0, 1.0, 0), "japan/keep_share.csv:7")
    evaluation, faults = draws.fitted()
    assert evaluation is None
    assert str(faults[0]).startswith("japan/keep_share.csv:7: the value 0.5 lies outside low to high (0.6 to 0.9)")


# --- defaults --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "low", "high", "lifetime", "whole", "wanted"),
    [
        ((0.0, 1.0), 0.2, 0.4, False, False, "beta"),
        ((0.0, 1.0), 0.0, 0.4, False, False, "triangular"),
        ((0.0, 1.0), 0.6, 1.0, False, False, "triangular"),
        ((0.0, INF), 2.0, 4.0, False, False, "lognormal"),
        ((0.0, INF), 0.0, 4.0, False, False, "triangular"),
        ((0.0, INF), NAN, 4.0, False, False, "lognormal"),
        ((0.0, INF), 8.0, 12.0, True, False, "triangular"),
        ((0.0, INF), 2.0, 5.0, False, True, "triangular"),
        ((-INF, INF), -2.0, 5.0, False, False, "triangular"),
    ],
)
def test_default_law_by_kind(
    bounds: tuple[float, float], low: float, high: float, lifetime: bool, whole: bool, wanted: str
) -> None:
    assert default_family(bounds, low, high, lifetime, whole) == wanted
    assert wanted in FAMILIES

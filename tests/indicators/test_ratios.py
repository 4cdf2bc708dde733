"""Ratios and their reasons: zero over zero, sums over sums, and that no NaN is without a reason."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mfa.errors import InputError
from mfa.indicators import FLAGS, REASONS, is_flag, over_period, ratio, reason_code, sum_over_period
from mfa.indicators.ratios import first_reason, mean_of_defined, missing_because

YEARS = np.arange(2030, 2034)
FLOW = arrays(float, (4, 2), elements=st.floats(0, 1e9))


def test_ratio_of_nothing_to_nothing_is_missing_without_a_warning():
    assert np.isnan(ratio(np.zeros(3), np.zeros(3))).all()


def test_ratio_broadcasts_and_keeps_negative_numerators():
    assert ratio(np.array([[-1.0], [2.0]]), np.array([4.0, 8.0])).tolist() == [[-0.25, -0.125], [0.5, 0.25]]


def test_ratio_below_a_bound_is_missing():
    assert np.isnan(ratio(np.ones(1), np.array([1e-12]), above=1e-9)).all()


def test_every_flag_is_a_reason_and_the_empty_reason_comes_first():
    assert REASONS[0] == ""
    assert set(FLAGS) < set(REASONS)
    assert len(set(REASONS)) == len(REASONS) < 128  # codes fit in int8
    assert is_flag(np.arange(len(REASONS))).sum() == len(FLAGS)


def test_unknown_reason_is_refused():
    with pytest.raises(InputError, match="no idea"):
        reason_code("no idea")


def test_missing_because_marks_only_missing_values():
    codes = missing_because(np.array([1.0, np.nan]), "no imports")
    assert codes.dtype == np.int8
    assert [REASONS[code] for code in codes] == ["", "no imports"]


def test_first_reason_takes_the_most_basic_cause():
    codes = first_reason(np.array([1, 0, 0], np.int8), np.array([2, 2, 0], np.int8), np.array([3, 3, 3], np.int8))
    assert codes.tolist() == [1, 2, 3]
    assert codes.dtype == np.int8


def test_over_period_is_sum_over_sum():
    used, need = np.array([[1.0], [45.0], [9.0], [0.0]]), np.array([[10.0], [90.0], [0.0], [0.0]])
    # (1 + 45) / (10 + 90) = 0.46; the mean of the annual ratios would be 0.3
    assert over_period(used, need, YEARS, 2030, 2031).tolist() == [0.46]
    assert np.isnan(over_period(used, need, YEARS, 2033, 2033)).all()


@pytest.mark.parametrize(("first", "last"), [(2031, 2030), (2029, 2031), (2030, 2034)])
def test_span_outside_the_run_is_refused(first, last):
    with pytest.raises(InputError, match="2030-2033"):
        sum_over_period(np.ones((4, 1)), YEARS, first, last)


@given(FLOW)
def test_spans_add_up(flow):
    whole = sum_over_period(flow, YEARS, 2030, 2033)
    parts = sum_over_period(flow, YEARS, 2030, 2031) + sum_over_period(flow, YEARS, 2032, 2033)
    np.testing.assert_allclose(whole, parts, rtol=1e-12)


@given(FLOW, FLOW)
def test_ratio_over_a_span_lies_between_the_annual_ratios(numerator, denominator):
    denominator = denominator + 1.0
    annual = numerator / denominator
    span = over_period(numerator, denominator, YEARS, 2030, 2033)
    assert (span >= annual.min(axis=0) * (1 - 1e-12)).all()
    assert (span <= annual.max(axis=0) * (1 + 1e-12)).all()


def test_mean_of_samples_counts_the_defined_ones_of_each_place():
    # place 0: (1 + 3 + 5) / 3; place 1: (2 + 4) / 2; place 2: none is defined
    values = np.array([[1.0, 2.0, np.nan], [3.0, np.nan, np.nan], [5.0, 4.0, np.nan]])
    np.testing.assert_array_equal(mean_of_defined(values), [3.0, 3.0, np.nan])

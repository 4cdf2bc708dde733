"""Statistics over samples: by hand, with missing values, against numpy, whatever the order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mfa.indicators import reason_code
from mfa.studies.quantiles import QUANTILES, Statistics, sorted_quantiles

numbers = arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e9, 1e9) | st.just(np.nan))


def statistics(values, reasons=None):
    found = Statistics.empty(1)
    found.put(0, np.asarray(values, dtype=float), None if reasons is None else np.asarray(reasons, dtype=np.int8))
    return found


def test_by_hand():
    found = statistics([4.0, 1.0, 3.0, 2.0, 5.0])
    # place of 5 % among five: 0.05 x 4 = 0.2, between 1 and 2; 25 %: the second
    np.testing.assert_allclose(found.quantiles[:, 0], [1.2, 2.0, 3.0, 4.0, 4.8])
    assert found.mean[0] == 3.0
    assert found.sd[0] == pytest.approx(np.sqrt(10 / 4))  # deviations -2 -1 0 1 2, squares 10, over n - 1
    assert found.missing[0] == 0.0


def test_missing_samples_are_counted_and_left_out():
    none, unmet = reason_code("no need"), reason_code("part of the need unmet")
    found = statistics([np.nan, 1.0, np.nan, 3.0, np.nan], [none, unmet, none, 0, reason_code("no imports")])
    assert found.quantiles[2, 0] == 2.0  # median of 1 and 3
    assert (found.mean[0], found.missing[0]) == (2.0, 0.6)
    assert found.reason[0] == none  # two of three
    assert found.flagged[0] == 0.2  # one of five has a value to be read with a flag


def test_nothing_and_a_single_sample():
    nothing = statistics([np.nan, np.nan])
    assert np.isnan(nothing.quantiles).all() and np.isnan(nothing.mean[0]) and nothing.missing[0] == 1.0
    one = statistics([7.0])
    assert (one.quantiles[:, 0] == 7.0).all() and np.isnan(one.sd[0])


@settings(deadline=None)
@given(numbers)
def test_against_numpy(values):
    found = statistics(values)
    if np.isfinite(values).any():
        np.testing.assert_allclose(found.quantiles[:, 0], np.nanquantile(values, QUANTILES), rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(found.mean[0], np.nanmean(values), rtol=1e-9, atol=1e-6)
    assert found.missing[0] == np.isnan(values).mean()


@settings(deadline=None)
@given(numbers, st.randoms())
def test_the_order_of_samples_does_not_matter(values, random):
    other = values.tolist()
    random.shuffle(other)
    one, two = statistics(values), statistics(other)
    for name in ("quantiles", "mean", "sd", "missing"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()


def test_quantiles_stay_within_neighbours():
    assert sorted_quantiles(np.array([0.1, 0.1, 0.1]), (0.05, 0.5, 0.95)).tolist() == [0.1, 0.1, 0.1]

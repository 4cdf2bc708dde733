"""Survival of cohorts as the year slices it."""

from __future__ import annotations

import numpy as np

from mfa.system.survival import FAMILIES
from mfa.system.yearly_survival import CohortSurvival

FIXED, EXPONENTIAL = FAMILIES.index("fixed"), FAMILIES.index("exponential")
COHORTS = 4


def two_parts() -> CohortSurvival:
    """A part that halves every year, and one whose cohorts last 2, 2, 3 and 3 years; age 0, 1, ... at year end."""
    code = np.array([[EXPONENTIAL] * COHORTS, [FIXED] * COHORTS])[None, None]
    first = np.array([[1.0 / np.log(2.0)] * COHORTS, [2.0, 2.0, 3.0, 3.0]])[None, None]
    return CohortSurvival(code, first, np.zeros_like(first), None, 0.0, COHORTS + 5)


def test_shares_that_leave_later():
    # half of what is left goes every year: 1/2 after one year, 1/4 after two, whatever the age.
    survival = two_parts()
    assert survival.varying.tolist() == [1]
    for lag in (1, 2, 3, 4):
        np.testing.assert_allclose(survival.leaving_by_age(lag)[0, 0, 0, -COHORTS:], [0.5**lag] * 4)


def test_survival_by_cohort_lies_by_position():
    # fixed lifetimes of 2, 2, 3 and 3 years, in use at ages 0 and 1 (cohorts 0, 1) or 0 to 2 (cohorts 2, 3).
    # position 3: ages 3, 2, 1, 0; cohorts 0 and 1 are gone. position 5: age 3 of cohort 2, which has ended; age 2 of 3
    survival = two_parts()
    np.testing.assert_array_equal(survival.share(3, 4)[0, 0, 1], [0.0, 0.0, 1.0, 1.0])
    np.testing.assert_array_equal(survival.varying_ratio(5, 2, 4)[0, 0, 0], [0.0, 1.0])
    np.testing.assert_array_equal(survival.ratio(5, 4)[0, 0, 1, 2:], survival.varying_ratio(5, 2, 4)[0, 0, 0])
    assert survival.first_year(3)[0, 0].tolist() == [1.0, 1.0]

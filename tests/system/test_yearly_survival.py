"""Survival of cohorts as the year slices it."""

from __future__ import annotations

import numpy as np
import pytest

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
    # position 3: ages 3, 2, 1, 0 of cohorts 0 to 3.
    # half of what is left goes every year: 1/2 after one year, 1/4 after two, whatever the age.
    # fixed, in use at ages 0 and 1 (cohorts 0, 1) or 0 to 2 (cohorts 2, 3): cohorts 0 and 1 are gone; cohort 2 (age 1)
    # ends in the second year from now, cohort 3 (age 0) in the third.
    survival = two_parts()
    assert survival.varying.tolist() == [1]
    ends = {1: [0, 0], 2: [1, 0], 3: [0, 1], 4: [0, 0]}
    found = survival.leaving(3, [1, 2, 3, 4], 0, 4)
    for lag, (share, varying) in zip((1, 2, 3, 4), found, strict=True):
        np.testing.assert_allclose(share[0, 0, 0], [0.5**lag] * 4)
        np.testing.assert_allclose(varying[0, 0, 0, 2:], ends[lag])


def test_leaving_of_the_newest_cohort_is_the_end_of_that_of_all():
    survival = two_parts()
    every, newest = survival.leaving(3, [1, 4], 0, 4), survival.leaving(3, [1, 4], 3, 4)
    for (share, varying), (last, last_varying) in zip(every, newest, strict=True):
        np.testing.assert_array_equal(share[..., 3:], last)
        np.testing.assert_array_equal(varying[..., 3:], last_varying)


def test_what_leaves_over_all_years_is_what_is_in_use():
    survival = two_parts()
    shares = [share + 0.0 for share, _ in survival.leaving(1, [1, 2, 3, 4], 0, 2)]
    left = 1.0 - sum(shares)[0, 0, 0]
    np.testing.assert_allclose(left, 0.5**4)


@pytest.mark.parametrize("parts", [[1, 0], [1], [0]])
def test_picked_parts_keep_their_survival(parts: list[int]):
    survival = two_parts()
    some = survival.picked(np.array(parts))
    np.testing.assert_array_equal(some.ratio(3, 4), survival.ratio(3, 4)[:, :, parts])
    np.testing.assert_array_equal(some.share(3, 4), survival.share(3, 4)[:, :, parts])
    np.testing.assert_array_equal(some.first_year(3), survival.first_year(3)[:, :, parts])

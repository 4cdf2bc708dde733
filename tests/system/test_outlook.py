"""What investors expect of the years ahead: leaving shares by route, and their sums to old scrap."""

from __future__ import annotations

import numpy as np
import pytest

from mfa.system.content import CohortContent
from mfa.system.layout import Layout
from mfa.system.outlook import LeavingShares, OldScrap
from mfa.system.survival import FAMILIES
from mfa.system.yearly_survival import CohortSurvival

FIXED, EXPONENTIAL = FAMILIES.index("fixed"), FAMILIES.index("exponential")
COHORTS = 4
NOW = 3
"""Position of the year: cohorts 0 to 2 are older, cohort 3 is the newest."""


def layout() -> Layout:
    """Products p and q with a battery of chemistry A, q also with chemistry B; two routes."""
    exists = np.zeros((2, 1, 2), dtype=bool)
    exists[0, 0, 0] = exists[1, 0, 0] = exists[1, 0, 1] = True
    labels = {
        "product": ["p", "q"], "component": ["battery"], "chemistry": ["A", "B"], "element": ["Co"],
        "route": ["fast", "slow"], "origin": ["abroad"], "region": ["X"],
    }  # fmt: skip
    found = Layout(labels, np.arange(2020, 2024), np.arange(2020, 2024), exists, np.zeros(1, dtype=bool))
    found.set_streams(np.zeros(2, dtype=bool), np.zeros(2, dtype=bool))
    return found


def content(samples: int = 1) -> CohortContent:
    """Route fast takes A, route slow takes A and B."""
    takes = np.array([[True, False], [True, True]])
    filled = np.ones((2, 3), dtype=bool)
    return CohortContent(layout(), filled, np.empty(0, dtype=np.int64), takes, (samples, 1))


def survival(samples: int = 1) -> CohortSurvival:
    """p halves every year; of q, cohorts last 2, 2, 3 and 3 years (in use to the end of the year before)."""
    code = np.array([[EXPONENTIAL] * COHORTS, [FIXED] * COHORTS])[None, None].repeat(samples, axis=0)
    first = np.array([[1.0 / np.log(2.0)] * COHORTS, [2.0, 2.0, 3.0, 3.0]])[None, None].repeat(samples, axis=0)
    return CohortSurvival(code, first, np.zeros_like(first), None, 0.0, COHORTS + 5)


def rows_of(held: CohortContent, shares: list[np.ndarray], part: int, route: int) -> np.ndarray:
    """The row of the buckets that is about a part and a route."""
    for bucket, share in zip(held.products.buckets, shares, strict=True):
        for b, slot in np.argwhere(bucket.routes == route).tolist():
            if bucket.part[b] == part:
                return share[:, 0, b, slot]
    raise AssertionError("no such row")


def put(leaving: LeavingShares, held: CohortContent, units: np.ndarray, **options: np.ndarray) -> list[np.ndarray]:
    room = held.products.room(2, ahead=True)
    out = [counts[:, :, :, 2:, :NOW] for counts in room.counts]
    leaving.put(units, NOW, out, **options)
    return out


def test_each_route_sees_its_own_lead_time_in_every_sample() -> None:
    # p, 8 units of each cohort in use: 1/2 leave in the next year, 1/4 in the one after, 1/8 in the third.
    # q at the end of year 3: cohort 2 (age 1, lasts 3 years: in use at ages 0 to 2) ends in the second year from now.
    held = content(samples=2)
    leaving = LeavingShares(survival(2), held.products)
    leaving.set_lags(np.array([[[1, 2]], [[2, 3]]]))
    out = put(leaving, held, np.full((2, 1, 2, NOW), 8.0))
    np.testing.assert_allclose(rows_of(held, out, 0, 0), [[4.0] * 3, [2.0] * 3])
    np.testing.assert_allclose(rows_of(held, out, 0, 1), [[2.0] * 3, [1.0] * 3])
    np.testing.assert_allclose(rows_of(held, out, 1, 0)[:, 2], [0.0, 8.0])
    np.testing.assert_allclose(rows_of(held, out, 1, 1)[:, 2], [8.0, 0.0])


def test_the_newest_cohort() -> None:
    # p: age 0; half leaves next year, a quarter in the year after. q, age 0 of 3 years: ends in the third year.
    held = content()
    leaving = LeavingShares(survival(), held.products)
    leaving.set_lags(np.array([[[2, 3]]]))
    found = leaving.of_newest(np.array([[[8.0, 5.0]]]), NOW)
    places = list(zip(leaving.part.tolist(), leaving.route.tolist(), strict=True))
    by_place = dict(zip(places, found[0, 0].tolist(), strict=True))
    assert by_place == pytest.approx({(0, 0): 2.0, (0, 1): 1.0, (1, 0): 0.0, (1, 1): 5.0})


def test_a_hazard_multiplier_of_one_changes_nothing_and_two_squares_survival() -> None:
    held = content()
    leaving = LeavingShares(survival(), held.products)
    leaving.set_lags(np.array([[[1, 2]]]))
    units = np.full((1, 1, 2, NOW), 8.0)
    plain = [share.copy() for share in put(leaving, held, units)]
    for share, same in zip(plain, put(leaving, held, units, hazard=np.ones((1, 1, 2))), strict=True):
        np.testing.assert_allclose(share, same)
    twice = put(leaving, held, units, hazard=np.array([[[2.0, 1.0]]]))
    # survival (1/2)^2 = 1/4 a year: 3/4 leave in the next year, 1/4 x 3/4 in the second
    np.testing.assert_allclose(rows_of(held, twice, 0, 0), [[6.0] * 3])
    np.testing.assert_allclose(rows_of(held, twice, 0, 1), [[1.5] * 3])


def test_what_leaves_over_all_years_is_what_is_in_use() -> None:
    held = content()
    leaving = LeavingShares(survival(), held.products)
    gone = np.zeros(NOW)
    for years in (1, 2, 3, 4):
        leaving.set_lags(np.array([[[years, years]]]))
        gone += rows_of(held, put(leaving, held, np.full((1, 1, 2, NOW), 16.0)), 0, 0)[0]
    np.testing.assert_allclose(gone, 16.0 * (1.0 - 0.5**4))


def test_old_scrap_by_hand() -> None:
    # mass 10 t a unit, cobalt 1 t a unit in p, 2 t in A and 3 t in B of q; A and B make 0.25 and 0.75 of q's batteries.
    # one old cohort: 4 p leave for each route, 8 q for the slow, none for the fast; of the newest, 1 p for each route.
    held = content()
    mass, cobalt = np.full(3, 10.0), np.array([1.0, 2.0, 3.0])
    held.add(0, np.stack([cobalt, mass])[None, None], np.array([[[1.0, 0.25, 0.75]]]))
    room = held.products.room(2, ahead=True)
    for bucket, counts in zip(room.buckets, room.counts, strict=True):
        for b, part in enumerate(bucket.part.tolist()):
            for slot, route in enumerate(bucket.routes[b].tolist()):
                counts[0, 0, b, 2 + slot, 0] = 4.0 if part == 0 else 8.0 * route
    room.contract(1)
    pairs = zip(*[np.concatenate(x) for x in zip(*[
        (np.repeat(b.part, b.routes.shape[1]), b.routes.ravel()) for b in room.buckets
    ], strict=True)], strict=True)  # fmt: skip
    newest = np.array([1.0 if part == 0 else 0.0 for part, _ in pairs])[None, None]
    made = np.stack([cobalt, mass])[None, None]
    tonnes, worth = np.zeros((2, 1, 1, 2, 2))
    share = np.array([[[0.5, 1.0, 1.0]]])  # half of what leaves of p comes to recyclers
    price = np.array([[[[100.0, 10.0]]]])  # a tonne of cobalt is worth 100 in the fast route, 10 in the slow
    OldScrap(room, layout()).add(room, (made, newest), share, price, (tonnes, worth))
    # p: (4 + 1) x 10 x 0.5 = 25 t to class A for both; q, slow: 8 x 0.25 x 10 = 20 t of A, 8 x 0.75 x 10 = 60 t of B
    np.testing.assert_allclose(tonnes[0, 0], [[25.0, 0.0], [45.0, 60.0]])
    # cobalt: p 5 x 1 x 0.5 = 2.5 t; q: 8 x 0.25 x 2 = 4 t of A and 8 x 0.75 x 3 = 18 t of B
    np.testing.assert_allclose(worth[0, 0], [[250.0, 0.0], [65.0, 180.0]])

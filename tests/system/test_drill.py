"""The drill of a ban day by day: hand cases, and what must hold of any stock, supply and length."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa.errors import InputError
from mfa.system.drill import daily_series, drill_ban
from mfa.system.market import import_caps, import_metal
from tests.plain_model import plain_drill


def one(value):
    return np.array([float(value)])


def column(*values):
    return np.array(values, dtype=float).reshape(-1, 1)


def full_ban(stock, days, *, need=365.0, domestic=0.0, start=1, **more):
    """One origin that bans everything."""
    return drill_ban(one(need), one(domestic), one(stock), column(1.0), column(1.0), start, days, **more)


# --- Worked examples --------------------------------------------------------------------------------------------------


def test_sixty_tonnes_last_sixty_days():
    # R 365, no domestic supply: 1 t a day is missing; 60 t last 60 days, day 61 is the first unmet
    drill = full_ban(60.0, 90)
    assert drill.daily_gap.item() == 1.0
    assert drill.cover_days.item() == 60.0
    assert drill.first_unmet_day.item() == 61.0
    assert drill.unmet.item() == 30.0  # 90 - 60


def test_half_recycled_doubles_the_cover():
    # domestic 182.5: 0.5 t a day; 60 / 0.5 = 120 days, longer than the ban of 90
    drill = full_ban(60.0, 90, domestic=182.5)
    assert drill.daily_gap.item() == 0.5
    assert drill.cover_days.item() == 120.0
    assert drill.unmet.item() == 0.0
    assert np.isnan(drill.first_unmet_day.item())
    assert np.isinf(drill.met_days.item())


def test_ban_that_ends_as_the_stock_does_leaves_nothing_unmet():
    assert full_ban(60.0, 60).unmet.item() == 0.0
    assert np.isnan(full_ban(60.0, 60).first_unmet_day.item())
    assert full_ban(60.0, 61).first_unmet_day.item() == 61.0


def test_stock_that_ends_within_a_day():
    # 60.5 t: half of day 61 is met
    drill = full_ban(60.5, 90)
    assert drill.first_unmet_day.item() == 61.0
    assert drill.unmet.item() == 29.5


def test_ban_into_the_next_year_is_reported():
    # from day 301 on 65 days are left: 365 - 301 + 1; 25 of 90 days fall into the next year; 65 - 60 unmet
    drill = full_ban(60.0, 90, start=301)
    assert (drill.days_in_year, drill.days_next_year) == (65.0, 25.0)
    assert drill.unmet.item() == 5.0
    assert drill.first_unmet_day.item() == 61.0
    assert drill.first_unmet_day_of_year.item() == 361.0
    assert full_ban(0.0, 10, start=365).days_in_year == 1.0


def test_release_limit_leaves_need_unmet_at_once():
    # 73 t/yr: 0.2 t a day against a gap of 1; 10 t last 50 days; unmet 90 - min(10, 18) = 80
    drill = full_ban(10.0, 90, release_limit=one(73.0))
    assert drill.daily_release.item() == pytest.approx(0.2)
    assert drill.cover_days.item() == pytest.approx(50.0)
    assert drill.met_days.item() == 0.0
    assert drill.first_unmet_day.item() == 1.0
    assert drill.unmet.item() == pytest.approx(80.0)


def test_no_release_allowed_covers_nothing():
    drill = full_ban(10.0, 90, release_limit=one(0.0))
    assert drill.cover_days.item() == 0.0
    assert drill.first_unmet_day.item() == 1.0
    assert drill.unmet.item() == 90.0


def test_no_stock_leaves_need_unmet_at_once():
    drill = full_ban(0.0, 30)
    assert drill.cover_days.item() == 0.0
    assert drill.first_unmet_day.item() == 1.0
    assert drill.unmet.item() == 30.0


def test_nothing_is_missing_without_a_ban_without_days_or_without_need():
    for drill in (
        drill_ban(one(365), one(0), one(5), column(1.0), column(0.0), 1, 90),
        drill_ban(one(365), one(365), one(5), column(1.0), column(1.0), 1, 90),
        drill_ban(one(365), one(400), one(5), column(1.0), column(1.0), 1, 90),  # domestic supply above need
        drill_ban(one(0), one(0), one(5), column(1.0), column(1.0), 1, 90),
    ):
        assert drill.daily_gap.item() == 0.0
        assert np.isinf(drill.cover_days.item())
        assert np.isnan(drill.first_unmet_day.item())
        assert drill.unmet.item() == 0.0
    assert full_ban(0.0, 0).unmet.item() == 0.0
    assert np.isnan(full_ban(0.0, 0).first_unmet_day.item())


def test_headroom_of_others_fills_in():
    # 1 t a day: A 0.6 half banned gives 0.3; B 0.4 with headroom 0.1 gives 0.44: 0.26 missing
    drill = drill_ban(one(365), one(0), one(2.6), column(0.6, 0.4), column(0.5, 0.0), 1, 20, headroom=column(0.0, 0.1))
    assert drill.ban_deliveries.ravel().tolist() == pytest.approx([0.3, 0.44])
    assert drill.daily_gap.item() == pytest.approx(0.26)
    assert drill.cover_days.item() == pytest.approx(10.0)
    assert drill.first_unmet_day.item() == 11.0
    assert drill.unmet.item() == pytest.approx(2.6)  # 20 x 0.26 - 2.6


def test_banned_or_cut_origins_have_no_headroom():
    more = column(9.0, 9.0)
    banned = drill_ban(one(365), one(0), one(0), column(0.6, 0.4), column(1.0, 0.1), 1, 1, headroom=more)
    assert banned.ban_deliveries.ravel().tolist() == pytest.approx([0.0, 0.36])
    cut = drill_ban(
        one(365), one(0), one(0), column(0.6, 0.4), column(1.0, 0.0), 1, 1, headroom=more, cut=column(0, 0.5)
    )
    assert cut.ban_deliveries.ravel().tolist() == pytest.approx([0.0, 0.2])


def test_owned_deliveries_may_be_protected():
    # half owned, 80 % of that protected: 1 - (1 - 0.4) = 0.4 still comes
    drill = full_ban(0.0, 10, equity=column(0.5), protection=one(0.8))
    assert drill.ban_deliveries.item() == pytest.approx(0.4)
    assert drill.unmet.item() == pytest.approx(6.0)


def test_elements_and_samples_at_once():
    need = np.array([[365.0, 730.0], [365.0, 0.0]])  # sample, element
    drill = drill_ban(need, np.zeros((2, 2)), np.array([[10.0, 10.0]]), column(1.0), np.ones((1, 2)), 1, 20)
    assert drill.unmet.tolist() == [[10.0, 30.0], [10.0, 0.0]]
    assert daily_series(drill).unmet.shape == (2, 365, 2)


@pytest.mark.parametrize("start", [0, 366, 1.5, float("nan")])
def test_start_outside_the_year_is_refused(start):
    with pytest.raises(InputError, match="start"):
        full_ban(1.0, 10, start=start)


def test_every_fault_is_told_at_once():
    with pytest.raises(InputError) as caught:
        full_ban(1.0, float("nan"), start=0)
    assert "start" in str(caught.value)
    assert "days" in str(caught.value)


# --- Day by day -------------------------------------------------------------------------------------------------------


def test_series_of_the_worked_example():
    series = daily_series(full_ban(60.0, 90, start=11))
    assert series.day.tolist() == list(range(1, 366))
    assert series.banned.sum() == 90.0
    assert series.deliveries[0, :, 0].tolist() == [1.0] * 10 + [0.0] * 90 + [1.0] * 265
    assert series.release[:, 0].tolist() == [0.0] * 10 + [1.0] * 60 + [0.0] * 295
    assert series.unmet[:, 0].tolist() == [0.0] * 70 + [1.0] * 30 + [0.0] * 265
    assert series.stock[[9, 10, 69, 364], 0].tolist() == [60.0, 59.0, 0.0, 0.0]


SHARES = st.floats(0, 1)


@st.composite
def drills(draw, most_headroom=0.5):
    share = draw(st.floats(0.01, 0.99))
    return {
        "need": one(draw(st.floats(1, 1e6))),
        "domestic": one(draw(st.floats(0, 1e6))),
        "stock": one(draw(st.floats(0, 1e6))),
        "share": column(share, 1.0 - share),
        "ban": column(draw(SHARES), draw(st.sampled_from([0.0, 0.3, 1.0]))),
        "start": draw(st.integers(1, 365)),
        "days": draw(st.floats(0, 400)),
        "equity": column(draw(SHARES), 0.0),
        "protection": one(draw(SHARES)),
        "headroom": column(0.0, draw(st.floats(0, most_headroom))),
        "release_limit": one(draw(st.sampled_from([np.inf, 100.0, 0.0]))),
    }


@given(drills())
def test_days_add_up_to_the_drill(case):
    drill = drill_ban(**case)
    series = daily_series(drill)
    scale = case["need"].item() + case["stock"].item()
    assert series.unmet.sum() == pytest.approx(drill.unmet.item(), rel=1e-9, abs=1e-9 * scale)
    assert series.gap.sum() == pytest.approx((drill.daily_gap * drill.days_in_year).item(), rel=1e-9, abs=1e-9 * scale)
    np.testing.assert_allclose(case["stock"] - np.cumsum(series.release, axis=0), series.stock, atol=1e-9 * scale)
    assert (series.stock >= 0.0).all()
    assert (series.release >= 0.0).all()
    covered = series.deliveries.sum(axis=0) + series.gap
    np.testing.assert_allclose(
        covered, np.broadcast_to(drill.daily_import_need, covered.shape), rtol=1e-9, atol=1e-12 * scale
    )


@given(drills())
def test_first_unmet_day_is_the_first_day_with_unmet_need(case):
    case["days"] = float(round(case["days"]))
    drill = drill_ban(**case)
    unmet = daily_series(drill).unmet[:, 0]
    first = drill.first_unmet_day_of_year.item()
    if np.isnan(first):
        assert unmet.max() <= 1e-9 * case["need"].item()
    else:
        clear = np.flatnonzero(unmet > 1e-9 * drill.daily_gap.item())
        if clear.size:  # an amount as small as rounding shows a day earlier or later
            assert abs(clear[0] + 1 - first) <= (0 if unmet[clear[0]] > 1e-6 * drill.daily_gap.item() else 1)


@given(drills(), st.floats(0, 1e5))
def test_more_stock_never_leaves_more_unmet(case, more):
    less = drill_ban(**case)
    case["stock"] = case["stock"] + more
    assert drill_ban(**case).unmet.item() <= less.unmet.item() * (1 + 1e-9) + 1e-9 * case["need"].item()


# --- Relation to the annual step --------------------------------------------------------------------------------------


def annual_gap(case, days):
    """Gap of the annual step, which counts a ban of D days as D/365."""
    wanted = np.maximum(case["need"] - case["domestic"], 0.0)
    ban = case["ban"] * days / 365.0
    nothing = np.zeros_like(ban)
    caps = import_caps(wanted, case["share"], ban, nothing, case["equity"], case["protection"], case["headroom"])
    return (wanted - import_metal(wanted, case["share"], caps).sum(axis=-2)).item()


@given(drills(most_headroom=0.0))
def test_annual_gap_equals_the_drill_without_headroom(case):
    drill = drill_ban(**case)
    gap = (drill.daily_gap * drill.days_in_year).item()
    assert annual_gap(case, drill.days_in_year) == pytest.approx(gap, rel=1e-6, abs=1e-9 * case["need"].item())


@given(drills())
def test_annual_gap_never_passes_the_drill(case):
    drill = drill_ban(**case)
    gap = (drill.daily_gap * drill.days_in_year).item()
    assert annual_gap(case, drill.days_in_year) <= gap * (1 + 1e-9) + 1e-9 * case["need"].item()


# --- Against the plain-loop model -------------------------------------------------------------------------------------


@given(drills(), st.floats(0, 1), st.floats(0, 1))
def test_drill_agrees_with_the_plain_model(case, first_cut, second_cut):
    case["cut"] = column(first_cut, 0.0 if second_cut < 0.5 else second_cut)
    drill = drill_ban(**case)
    by_origin = {name: dict(enumerate(case[name].ravel().tolist())) for name in ("share", "ban", "headroom", "cut")}
    owned = dict(enumerate((case["equity"] * case["protection"]).ravel().tolist()))
    slow = plain_drill(
        case["need"].item(),
        case["domestic"].item(),
        case["stock"].item(),
        by_origin["share"],
        by_origin["ban"],
        case["days"],
        float(case["start"]),
        headroom=by_origin["headroom"],
        protected=owned,
        cut=by_origin["cut"],
        release_limit=case["release_limit"].item(),
    )
    scale = 1e-9 * case["need"].item()
    assert drill.daily_gap.item() == pytest.approx(slow.daily_gap, rel=1e-9, abs=scale)
    assert drill.unmet.item() == pytest.approx(slow.unmet, rel=1e-9, abs=scale)
    assert (drill.days_in_year, drill.days_next_year) == pytest.approx((slow.days_in_year, slow.days_next_year))
    if drill.daily_release.item() > scale:
        assert drill.cover_days.item() == pytest.approx(slow.cover, rel=1e-6)
    if drill.unmet.item() > scale:  # a smaller amount may be rounding on either side
        assert abs(drill.first_unmet_day.item() - slow.first_unmet_day) <= 1.0

"""A ban day by day within one year: how long stocks last, when need is first unmet, and how much.

The annual step counts a ban of D days as D/365 of a year. For shocks shorter than a year the drill is the measure; the
annual run carries the consequences (price, stock, sales). There is no refill and no rationing of products in the drill.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mfa.errors import Fault, InputError
from mfa.system.layout import Floats
from mfa.system.market import NOTHING, import_caps, import_metal
from mfa.units import DAYS_PER_YEAR

ROUNDING = 1e-12
"""Relative size of a difference that is rounding."""


@dataclass(frozen=True)
class BanDrill:
    """Outcome of a ban of some days within one year.

    Attributes
    ----------
    start : int
        First day of the ban, 1 to 365.
    days_in_year, days_next_year : float, day
        Days of the ban that fall into this year and into the next one; only the former are computed.
    daily_import_need : array [..., element], t/day
        Need less domestic supply.
    normal_deliveries, ban_deliveries : array [..., origin, element], t/day
        Imports by origin on a day without and with the ban.
    daily_gap, daily_release : array [..., element], t/day
        What is missing on a day of the ban, and what the stockpile gives of it while it lasts.
    stock : array [..., element], t
        Stockpile before the ban.
    cover_days : array [..., element], day
        Days of ban until the stockpile is empty; inf where nothing is missing, 0 where nothing may be released.
    met_days : array [..., element], day
        Days of ban before the first unmet need; 0: at once; inf: never.
    unmet : array [..., element], t
        Need not met in this year.
    """

    start: int
    days_in_year: float
    days_next_year: float
    daily_import_need: Floats
    normal_deliveries: Floats
    ban_deliveries: Floats
    daily_gap: Floats
    daily_release: Floats
    stock: Floats
    cover_days: Floats
    met_days: Floats
    unmet: Floats

    @property
    def first_unmet_day(self) -> Floats:
        """Day of the ban, counted from 1, on which need is first unmet; NaN: never [..., element]."""
        return np.where(np.isinf(self.met_days), np.nan, np.floor(self.met_days * (1.0 + ROUNDING)) + 1.0)

    @property
    def first_unmet_day_of_year(self) -> Floats:
        """Day of the year, 1 to 365, on which need is first unmet; NaN: never [..., element]."""
        return self.first_unmet_day + (self.start - 1)


@dataclass(frozen=True)
class DailySeries:
    """The drill day by day, for pictures; the axis `day` stands where `time` stands in annual results.

    Attributes
    ----------
    day : array [day]
        Day of the year, 1 to 365.
    banned : array [day], 1
        Part of the day under the ban.
    deliveries : array [..., origin, day, element], t/day
        Imports by origin.
    gap, release, unmet : array [..., day, element], t/day
        What is missing after imports, what the stockpile gives of it, and what stays unmet.
    stock : array [..., day, element], t
        Stockpile at the end of the day.
    """

    day: Floats
    banned: Floats
    deliveries: Floats
    gap: Floats
    release: Floats
    unmet: Floats
    stock: Floats


def drill_ban(
    need: Floats,
    domestic: Floats,
    stock: Floats,
    share: Floats,
    ban: Floats,
    start: int,
    days: float,
    *,
    cut: Floats | float = 0.0,
    equity: Floats | float = 0.0,
    protection: Floats | float = 0.0,
    headroom: Floats | float = 0.0,
    release_limit: Floats | float = np.inf,
) -> BanDrill:
    """Cover, first unmet day and unmet need of a ban of some days within one year.

    Per day: import need j = (need - domestic) / 365, gap g = max(0, j - sum of deliveries), caps and headroom as in the
    annual step; release l = min(g, limit / 365). With D1 the days that fall into the year:
    unmet = g D1 - min(stock, l D1), and the stockpile lasts stock / l days.

    Parameters
    ----------
    need, domestic : array [..., element], t/yr, >= 0
        Manufacturing need, other uses included, and the domestic secondary and primary metal used for it.
    stock : array [..., element], t, >= 0
        Stockpile before the ban.
    share : array [..., origin, element], 1, 0 to 1
        Shares of origins in the imports wanted, sum 1.
    ban, cut : array [..., origin, element], 1, 0 to 1
        Share of an origin's deliveries banned on a day of the ban, and cut for want of ore that others ban.
    start : int
        First day of the ban, 1 to 365.
    days : float, day, >= 0
        Length of the ban; what reaches beyond the year is reported, not computed.
    equity : array [..., origin, element], 1, 0 to 1
        Share of deliveries that is owned or contracted.
    protection : array [..., element], 1, 0 to 1
        Share of owned deliveries that a ban does not touch.
    headroom : array [..., origin, element], 1, >= 0
        Extra deliveries of an origin that is neither banned nor cut, over its normal ones.
    release_limit : array [..., element], t/yr, >= 0
        Most that the stockpile releases in a year.

    Returns
    -------
    BanDrill

    Raises
    ------
    InputError
        If the ban starts outside the year or its length is not a number of days.

    Examples
    --------
    Need 365 t/yr, all imported from one origin that bans all: 1 t a day is missing, 60 t last 60 days, day 61 is the
    first unmet one, and a ban of 90 days leaves 30 t unmet.

    >>> one = lambda x: np.array([x])
    >>> result = drill_ban(one(365.0), one(0.0), one(60.0), one([1.0]), one([1.0]), start=1, days=90)
    >>> (
    ...     result.daily_gap.item(),
    ...     result.cover_days.item(),
    ...     result.first_unmet_day.item(),
    ...     result.unmet.item(),
    ... )
    (1.0, 60.0, 61.0, 30.0)

    Recycling that meets half the need doubles the cover:

    >>> drill_ban(
    ...     one(365.0), one(182.5), one(60.0), one([1.0]), one([1.0]), start=1, days=90
    ... ).cover_days.item()
    120.0
    """
    faults = []
    if not (float(start).is_integer() and 1 <= start <= DAYS_PER_YEAR):
        faults.append(Fault("start", f"{start} is not a day of the year", "give a day from 1 to 365"))
    if not 0.0 <= days < np.inf:
        faults.append(Fault("days", f"{days} is not a length in days", "give a number of days, 0 or more"))
    if faults:
        raise InputError(faults)
    in_year = float(min(days, DAYS_PER_YEAR - start + 1))

    wanted = np.maximum(np.asarray(need) - domestic, 0.0) / DAYS_PER_YEAR
    shape = np.broadcast_shapes(np.shape(share), np.shape(ban), np.shape(wanted[..., None, :]))
    wanted = np.broadcast_to(wanted, (*shape[:-2], shape[-1]))
    share, ban, cut, equity, headroom = (np.broadcast_to(x, shape) for x in (share, ban, cut, equity, headroom))
    protection, stock, limit = (np.broadcast_to(x, wanted.shape) for x in (protection, stock, release_limit))
    normal = import_metal(wanted, share, None)
    banned = import_metal(wanted, share, import_caps(wanted, share, ban, cut, equity, protection, headroom))

    gap = wanted - banned.sum(axis=-2)
    gap = np.where(gap > NOTHING * np.asarray(need) / DAYS_PER_YEAR, gap, 0.0)
    daily_release = np.minimum(gap, limit / DAYS_PER_YEAR)
    missing = gap * in_year
    unmet = missing - np.minimum(stock, daily_release * in_year)
    unmet = np.where(unmet > ROUNDING * missing, unmet, 0.0)

    cover = np.where(gap > 0.0, 0.0, np.inf)
    np.divide(stock, daily_release, out=cover, where=daily_release > 0.0)
    at_once = daily_release < gap * (1.0 - ROUNDING)
    met_days = np.where(unmet > 0.0, np.where(at_once, 0.0, cover), np.inf)
    return BanDrill(
        int(start),
        in_year,
        float(days) - in_year,
        wanted,
        normal,
        banned,
        gap,
        daily_release,
        stock,
        cover,
        met_days,
        unmet,
    )


def daily_series(drill: BanDrill) -> DailySeries:
    """The drill day by day over its year; its sums are those of the drill.

    Parameters
    ----------
    drill : BanDrill
        Outcome of `drill_ban`.

    Returns
    -------
    DailySeries

    Examples
    --------
    2 t in stock against a gap of 1 t a day from day 3 to day 5:

    >>> one = lambda x: np.array([x])
    >>> drill = drill_ban(one(365.0), one(0.0), one(2.0), one([1.0]), one([1.0]), start=3, days=3)
    >>> series = daily_series(drill)
    >>> series.release[:6, 0].tolist(), series.unmet[:6, 0].tolist()
    ([0.0, 0.0, 1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0, 0.0])
    """
    day = np.arange(1.0, DAYS_PER_YEAR + 1.0)
    passed = np.clip(day - drill.start + 1.0, 0.0, drill.days_in_year)  # days of ban by the end of each day
    banned = np.diff(passed, prepend=0.0)
    part = banned[:, None]
    normal, under_ban = drill.normal_deliveries[..., None, :], drill.ban_deliveries[..., None, :]
    gap = drill.daily_gap[..., None, :] * part
    drawn = np.minimum(drill.stock[..., None, :], drill.daily_release[..., None, :] * passed[:, None])
    release = np.diff(drawn, axis=-2, prepend=0.0)
    unmet = gap - release
    return DailySeries(
        day=day,
        banned=banned,
        deliveries=normal * (1.0 - part) + under_ban * part,
        gap=gap,
        release=release,
        unmet=np.where(unmet > ROUNDING * drill.days_in_year * gap, unmet, 0.0),
        stock=drill.stock[..., None, :] - drawn,
    )

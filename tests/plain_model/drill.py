"""Daily drill of a ban within one year, section 11."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass
class Drill:
    """Outcome of a drill for one element."""

    daily_gap: float  # g, t/day
    daily_release: float  # l, t/day
    days_in_year: float  # D1
    days_next_year: float  # D - D1
    cover: float  # T in days, inf where nothing is released
    unmet: float  # t in the year
    first_unmet_day: float | None  # day of the ban, 1 = its first; None: no unmet need in the year


def plain_drill(
    need: float,
    domestic: float,
    stock: float,
    shares: Mapping[Any, float],
    banned: Mapping[Any, float],
    length: float,
    start_day: float = 1.0,
    headroom: Mapping[Any, float] | None = None,
    protected: Mapping[Any, float] | None = None,
    cut: Mapping[Any, float] | None = None,
    release_limit: float = math.inf,
) -> Drill:
    """Days covered and tonnes unmet; ``protected`` is prot*theta, ``cut`` the ore cut of each origin.

    R = 365, no domestic supply, full ban, S = 60: g = 1, day 61 is the first unmet, 90 days leave 30 t unmet.

    >>> drill = plain_drill(365.0, 0.0, 60.0, {"A": 1.0}, {"A": 1.0}, 90.0)
    >>> drill.daily_gap, drill.first_unmet_day, drill.unmet
    (1.0, 61.0, 30.0)
    """
    headroom, protected, cut = headroom or {}, protected or {}, cut or {}
    daily = max(0.0, need - domestic) / 365.0  # j
    deliverable, missing, room = 0.0, 0.0, 0.0
    capped = any((banned.get(o, 0.0) > 0.0 or cut.get(o, 0.0) > 0.0) and share > 0.0 for o, share in shares.items())
    for o, share in shares.items():
        ban, ore = banned.get(o, 0.0), cut.get(o, 0.0)
        extra = headroom.get(o, 0.0) if ban == 0.0 and ore == 0.0 else 0.0
        cap = (1.0 - ban * (1.0 - protected.get(o, 0.0))) * (1.0 - ore) * (1.0 + extra) * share * daily
        delivered = min(share * daily, cap) if capped else share * daily
        deliverable += delivered
        missing += share * daily - delivered
        room += max(0.0, cap - share * daily) if capped else 0.0
    deliverable += min(missing, room)
    gap = max(0.0, daily - deliverable)  # g
    release = min(gap, release_limit / 365.0)  # l
    days = min(length, 365.0 - start_day + 1.0)  # D1
    cover = stock / release if release > 0.0 else math.inf  # T
    unmet = gap * days - min(stock, release * days)
    first: float | None
    if gap <= 0.0 or (release >= gap and cover >= days):
        first = None  # never
    elif release < gap:
        first = 1.0  # at once
    else:
        first = float(math.floor(cover)) + 1.0  # after T days of ban
    return Drill(gap, release, days, length - days, cover, unmet, first)

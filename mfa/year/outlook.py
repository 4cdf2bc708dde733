"""What investors expect of the years in which plants ordered now open: feed by route, and its margin (step 14)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mfa.system.content import Room
from mfa.system.layout import Floats, Ints
from mfa.year import components
from mfa.year.scrap import stream_value
from mfa.year.state import Year, over


def lead_times(year: Year) -> Ints:
    """Years until a plant ordered now opens, at least 1: array [sample, region, route]."""
    lags = np.maximum(year.p("build_lag"), 1.0).astype(np.int64)
    return np.ascontiguousarray(np.broadcast_to(lags, (*year.lead, year.layout.n_route)))


def expect(year: Year, out: Sequence[Floats]) -> None:
    """Write what leaves of the products that survive the year when plants ordered now open, at present hazards.

    Parameters
    ----------
    out : sequence of array [sample, region, block, slot, cohort], unit/yr
        By bucket of the content of products.
    """
    shares = year.state.leaving
    shares.set_lags(lead_times(year))
    shares.put(year.survivors, year.c, out, year.hazard if year.on.hazard else None)


def expected_feed(year: Year) -> tuple[Floats, Floats]:
    """Feed that routes expect when a plant ordered now opens, and their margin on it before any gate fee.

    Returns
    -------
    feed : array [sample, region, route, stream], t/yr
    margin : array [sample, region, route, stream], money/t
    """
    state, layout = year.state, year.layout
    once = year.per_pair(year.rate) * (1.0 - year.second_share)
    same = np.zeros_like(state.feed_store)  # what no lead time touches
    if year.on.second_life:
        same[..., layout.old] += year.second_eol
    if year.on.hibernation:
        some = state.drawer_items
        weight = once.take(some, axis=-1) * year.release_share
        same[..., layout.old] += (state.hibernating * weight[..., None, :]) @ layout.item_to_class[some]
    same[..., layout.new] = year.new_scrap
    mass, value = np.zeros((2, *year.lead, layout.n_route, layout.n_class))
    newest = state.leaving.of_newest(state.units[..., year.c], year.c, year.hazard if year.on.hazard else None)
    held = year.content * (year.mix * year.model.item_is_whole)[..., None, :]
    share = np.broadcast_to(once * year.direct_item, (*year.lead, layout.n_item))
    state.old_scrap(year.room).add(year.room, (held, newest), share, year.worth_old, (mass, value))
    if state.carried is not None:
        room = _components_ahead(year)
        state.old_scrap(room).add(room, None, share, year.worth_old, (mass, value))
    if year.on.scrap_trade:
        same[..., layout.imported] = year.imports_scrap
        stays = 1.0 - year.p("scrap_export_share")
        same *= stays[..., None, layout.stream_class]
        if year.on.scrap_between:  # what comes from other regions is not exported in the year
            leaving = year.p("scrap_export_share")[..., None, layout.imported_classes]
            same[..., layout.imported] += year.scrap_received * leaving
        mass *= stays[..., None, :]
        value *= stays[..., None, :]
    same += state.feed_store / 5.0
    feed, worth = np.empty((2, *year.lead, layout.n_route, layout.n_stream))
    feed[:] = same[..., layout.mass, None, :]
    worth[:] = stream_value(year, same)
    feed[..., layout.old] += mass
    worth[..., layout.old] += value
    return feed, over(worth, feed) - year.opex[..., None]


def _components_ahead(year: Year) -> Room:
    """Contract the components with a lifetime of their own that leave when plants ordered now open."""
    state, n = year.state, year.c + 1
    shares, room = state.leaving, state.content.components.room(0, ahead=True)
    assert shares.lags is not None
    asked = np.unique(shares.lags).tolist()
    found = {years: components.leaving(year, years) for years in asked}
    nothing = np.zeros_like(found[asked[0]])
    by_years = np.stack([found.get(years, nothing) for years in range(1, asked[-1] + 1)])
    for bucket, counts in zip(room.buckets, room.counts, strict=True):
        counts[..., :n] = shares.pick(by_years, bucket.part[:, None], bucket.routes)
    room.contract(n)
    return room

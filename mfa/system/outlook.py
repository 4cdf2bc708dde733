"""What investors see of the years ahead: the old scrap that existing cohorts will give when a plant ordered now opens.

Every route has its own lead time, in every sample; a class of scrap is looked at for the routes that take it. Blocks,
slots and places are those of `mfa.system.content`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mfa.system.content import Blocks, Room
from mfa.system.layout import Floats, Ints, Layout
from mfa.system.yearly_survival import CohortSurvival


class LeavingShares:
    """Share of what is in use that leaves in the year in which a plant ordered now opens, by block and slot.

    Parameters
    ----------
    survival : CohortSurvival
        Of the parts.
    blocks : Blocks
    """

    def __init__(self, survival: CohortSurvival, blocks: Blocks) -> None:
        self.survival, self.buckets = survival, blocks.buckets
        self.lags: Ints | None = None
        self._tables: list[Floats] = []
        row_of = np.full(survival.n_parts, -1)
        row_of[survival.varying] = np.arange(len(survival.varying))
        self._rows = [row_of[bucket.part] for bucket in self.buckets]

    def set_lags(self, lags: Ints) -> None:
        """Lead time of each route, at least 1: array [sample, region, route], yr."""
        if self.lags is not None and np.array_equal(lags, self.lags):
            return
        self.lags = lags
        self._tables = [np.empty((*lags.shape[:2], *b.routes.shape, self.survival.n_ages)) for b in self.buckets]
        for years in np.unique(lags).tolist():
            share = self.survival.leaving_by_age(years)
            for bucket, table in zip(self.buckets, self._tables, strict=True):
                now = lags[..., bucket.routes] == years
                table[now] = np.broadcast_to(share[:, :, bucket.part, None], table.shape)[now]

    def put(
        self, units: Floats, position: int, first: int, out: Sequence[Floats], hazard: Floats | None = None
    ) -> None:
        """Write what will leave of the units in use at the end of the year at `position`.

        Parameters
        ----------
        units : array [sample, region, part, cohort], unit
        position, first : int
            The year, and the first cohort of `units`, on the cohort axis.
        out : sequence of array [sample, region, block, slot, cohort], unit/yr
            By bucket; is written.
        hazard : array [sample, region, part], 1, optional
            Multiplier of hazards, which stays as it is; None: 1.
        """
        stop = first + units.shape[-1]
        start = self.survival.n_ages - 1 - position
        shares: Floats | None = None
        for bucket, table, row, leaving in zip(self.buckets, self._tables, self._rows, out, strict=True):
            if not bucket.routes.shape[1]:
                continue
            here = units.take(bucket.part, axis=2)[:, :, :, None]
            rows = row if hazard is None else bucket.part
            if hazard is None:
                np.multiply(here, table[..., start + first : start + stop], out=leaving)
            some = np.flatnonzero(rows >= 0)
            if len(some):
                shares = self._by_years(position, first, stop, hazard) if shares is None else shares
                leaving[:, :, some] = here[:, :, some] * self.pick(shares, rows[some], bucket.routes[some])

    def _by_years(self, position: int, first: int, stop: int, hazard: Floats | None) -> Floats:
        """Shares that leave after 1, 2, ... years: array [years, sample, region, row, cohort].

        Rows are the parts whose lifetime varies by cohort, with a hazard multiplier all parts.
        """
        assert self.lags is not None
        shares: list[Floats] = []
        left: Floats = np.ones(1)
        for step in range(1, int(self.lags.max()) + 1):
            if hazard is None:
                ratio = self.survival.varying_ratio(position + step, first, stop)
            else:
                ratio = self.survival.ratio(position + step, stop)[..., first:]
                ratio = np.where(ratio > 0.0, ratio ** hazard[..., None], 0.0)
            shares.append(left * (1.0 - ratio))
            left = left * ratio
        return np.stack(shares)

    def pick(self, by_years: Floats, rows: Ints, routes: Ints) -> Floats:
        """Take the years of each route.

        Parameters
        ----------
        by_years : array [years ahead, from 1 on, sample, region, row, ...]
        rows : array of int [block]
        routes : array of int [block, slot]

        Returns
        -------
        array [sample, region, block, slot, ...]
        """
        assert self.lags is not None
        years = self.lags[..., routes] - 1
        sample = np.arange(years.shape[0])[:, None, None, None] * (by_years.shape[1] > 1)
        region = np.arange(years.shape[1])[:, None, None] * (by_years.shape[2] > 1)
        return by_years[years, sample, region, rows[:, None]]


class OldScrap:
    """Sums what leaves, as contracted in a room, to the old scrap that routes can expect.

    Parameters
    ----------
    room : Room
        With slots for later years.
    layout : Layout
    """

    def __init__(self, room: Room, layout: Layout) -> None:
        columns: list[Ints] = []
        for bucket, at in zip(room.buckets, room.at, strict=True):
            place = np.broadcast_to(bucket.places.reshape(bucket.shape)[:, None], at[:, room.n_counts :].shape)
            used = np.broadcast_to(bucket.used.reshape(bucket.shape)[:, None] > 0.0, place.shape)
            route = np.broadcast_to(bucket.routes[:, :, None], place.shape)
            columns.append(np.stack([at[:, room.n_counts :][used], place[used], route[used]]))
        source, place, route = np.concatenate(columns, axis=1)
        element, item = place // layout.n_item, place % layout.n_item
        is_mass = element == layout.mass
        target = 2 * (route * layout.n_class + layout.item_class[item]) + is_mass
        order = np.argsort(target, kind="stable")
        target, self._starts = np.unique(target[order], return_index=True)
        self._source, self._item = source[order], item[order]
        self._price = np.where(is_mass, layout.n_element * layout.n_route, element * layout.n_route + route)[order]
        masses = target % 2 == 1
        self._places = [(some, *np.divmod(target[some] // 2, layout.n_class)) for some in (masses, ~masses)]

    def add(self, room: Room, share: Floats, worth: Floats, mass: Floats, value: Floats) -> None:
        """Add the expected mass and its worth.

        Parameters
        ----------
        share : array [sample, region, item], 1
            What of the items that leave comes to recyclers.
        worth : array [sample, region, element, route], money/t
        mass, value : array [sample, region, route, class], t/yr and money/yr
            Are added to.
        """
        price = worth.reshape(*worth.shape[:2], -1)
        price = np.concatenate([price, np.ones((*price.shape[:2], 1))], axis=-1)
        tonnes = room.held.take(self._source, axis=-1) * share.take(self._item, axis=-1)
        tonnes *= price.take(self._price, axis=-1)
        sums = np.add.reduceat(tonnes, self._starts, axis=-1)
        for target, (some, route, kind) in zip((mass, value), self._places, strict=True):
            target[..., route, kind] += sums[..., some]

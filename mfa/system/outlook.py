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
        # every (block, slot), bucket by bucket
        none = np.empty(0, dtype=np.int64)
        self.part: Ints = np.concatenate([none, *(np.repeat(b.part, b.routes.shape[1]) for b in self.buckets)])
        self.route: Ints = np.concatenate([none, *(bucket.routes.ravel() for bucket in self.buckets)])
        self._row = row_of[self.part]
        self._newest: Floats = np.empty(0)

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
        youngest = [table[..., -1].reshape(*lags.shape[:2], -1) for table in self._tables]
        self._newest = np.concatenate([np.empty((*lags.shape[:2], 0)), *youngest], axis=-1)

    def put(self, units: Floats, position: int, out: Sequence[Floats], hazard: Floats | None = None) -> None:
        """Write what will leave of earlier cohorts in use at the end of the year at `position`.

        Parameters
        ----------
        units : array [sample, region, part, cohort], unit
            Of all cohorts before `position`.
        out : sequence of array [sample, region, block, slot, cohort], unit/yr
            By bucket; is written.
        hazard : array [sample, region, part], 1, optional
            Multiplier of hazards, which stays as it is; None: 1.
        """
        start, stop = self.survival.n_ages - 1 - position, units.shape[-1]
        shares: Floats | None = None
        for bucket, table, row, leaving in zip(self.buckets, self._tables, self._rows, out, strict=True):
            if not bucket.routes.shape[1]:
                continue
            rows = row if hazard is None else bucket.part
            if hazard is None:
                here = units.take(bucket.part, axis=2)[:, :, :, None]
                np.multiply(here, table[..., start : start + stop], out=leaving)
            some = np.flatnonzero(rows >= 0)
            if len(some):
                shares = self._by_years(position, 0, stop, hazard) if shares is None else shares
                share = self.pick(shares, rows[some, None], bucket.routes[some])
                leaving[:, :, some] = units[:, :, bucket.part[some], None] * share

    def of_newest(self, units: Floats, position: int, hazard: Floats | None = None) -> Floats:
        """What will leave of the cohort at `position`, at the end of its first year.

        Parameters
        ----------
        units : array [sample, region, part], unit
        hazard : array [sample, region, part], 1, optional

        Returns
        -------
        array [sample, region, (block, slot) bucket by bucket], unit/yr
        """
        share = self._newest
        some = np.flatnonzero(self._row >= 0) if hazard is None else np.arange(len(self.part))
        if len(some):
            rows = self._row[some] if hazard is None else self.part[some]
            by_years = self._by_years(position, position, position + 1, hazard)[..., 0]
            share = share.copy()
            share[..., some] = self.pick(by_years, rows, self.route[some])
        return units.take(self.part, axis=-1) * share

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
        rows, routes : arrays of int [...] that broadcast

        Returns
        -------
        array [sample, region, ... of rows and routes, ... of by_years]
        """
        assert self.lags is not None
        years = self.lags[..., routes] - 1
        ones = (1,) * (years.ndim - 2)
        sample = np.arange(years.shape[0]).reshape(-1, 1, *ones) * (by_years.shape[1] > 1)
        region = np.arange(years.shape[1]).reshape(-1, *ones) * (by_years.shape[2] > 1)
        return by_years[years, sample, region, rows]


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
        pair = 0  # position of (block, slot) among those of all buckets
        for bucket, at in zip(room.buckets, room.at, strict=True):
            at = at[:, room.n_counts :]
            place = np.broadcast_to(bucket.places.reshape(bucket.shape)[:, None], at.shape)
            used = np.broadcast_to(bucket.used.reshape(bucket.shape)[:, None] > 0.0, at.shape)
            route = np.broadcast_to(bucket.routes[:, :, None], at.shape)
            pairs = np.broadcast_to(pair + np.arange(bucket.routes.size).reshape(*bucket.routes.shape, 1), at.shape)
            columns.append(np.stack([at[used], place[used], route[used], pairs[used]]))
            pair += bucket.routes.size
        none = np.empty((4, 0), dtype=np.int64)
        source, place, route, pairs = np.concatenate([none, *columns], axis=1)
        element, item = place // layout.n_item, place % layout.n_item
        is_mass = element == layout.mass
        target = 2 * (route * layout.n_class + layout.item_class[item]) + is_mass
        order = np.argsort(target, kind="stable")
        target, self._starts = np.unique(target[order], return_index=True)
        self._source, self._place, self._item, self._pair = (x[order] for x in (source, place, item, pairs))
        self._price = np.where(is_mass, layout.n_element * layout.n_route, element * layout.n_route + route)[order]
        masses = target % 2 == 1
        self._targets = [(some, *np.divmod(target[some] // 2, layout.n_class)) for some in (masses, ~masses)]

    def add(
        self, room: Room, newest: tuple[Floats, Floats] | None, share: Floats, worth: Floats, out: tuple[Floats, Floats]
    ) -> None:
        """Add the expected mass and its worth.

        Parameters
        ----------
        newest : (array [sample, region, element + mass, item], t/unit, array [sample, region, (block, slot)], unit/yr)
            Content of the cohort that the room does not have, and what leaves of it; None: it has all.
        share : array [sample, region, item], 1
            What of the items that leave comes to recyclers.
        worth : array [sample, region, element, route], money/t
        out : (array [sample, region, route, class], t/yr, the same, money/yr)
            Mass and worth; are added to.
        """
        if not len(self._starts):
            return
        price = worth.reshape(*worth.shape[:2], -1)
        price = np.concatenate([price, np.ones((*price.shape[:2], 1))], axis=-1)
        tonnes = room.held.take(self._source, axis=-1)
        if newest is not None:
            content, units = newest
            flat = content.reshape(*content.shape[:2], -1)
            tonnes += flat.take(self._place, axis=-1) * units.take(self._pair, axis=-1)
        tonnes *= share.take(self._item, axis=-1)
        tonnes *= price.take(self._price, axis=-1)
        sums = np.add.reduceat(tonnes, self._starts, axis=-1)
        for target, (some, route, kind) in zip(out, self._targets, strict=True):
            target[..., route, kind] += sums[..., some]

"""What cohorts hold: element content by year of making, and its contraction with counts of items by cohort.

Parts (products, or pairs whose component has a lifetime of its own) are split into blocks, one for each set of routes
that take old scrap of their items. A block lists the (element, item) places that are not empty, so that the content of
any number of counts is one small matrix product for each block; blocks with as many routes and of like width are
computed together, as a bucket. What is expected to leave when a plant ordered now opens differs by route, since lead
times do: those counts come by block and route.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mfa.system.layout import Floats, Ints, Layout

WIDTHS = (7, 12, 24)
"""Blocks up to these widths are padded to the widest of their bucket and computed together."""


class CohortContent:
    """Element content of the items of every cohort.

    Parameters
    ----------
    layout : Layout
    filled : array of bool [element + mass, item]
        Which places are not empty in any cohort.
    lasting : array of int [pair with a lifetime of its own]
        These pairs are parts of `components`; the other items belong to the parts of `products`.
    takes_old : array of bool [route, class]
        Which routes take old scrap of which class in any year.
    lead : tuple
        Samples and regions.
    """

    def __init__(
        self,
        layout: Layout,
        filled: NDArray[np.bool_],
        lasting: Ints,
        takes_old: NDArray[np.bool_],
        lead: tuple[int, int],
    ) -> None:
        own = {int(pair): b for b, pair in enumerate(lasting)}
        products: dict[tuple[int, tuple[int, ...]], list[int]] = {}
        components: dict[tuple[int, tuple[int, ...]], list[int]] = {}
        flat = np.arange(filled.size).reshape(filled.shape)
        for item in range(layout.n_item):
            routes = tuple(np.flatnonzero(takes_old[:, layout.item_class[item]]).tolist())
            pair = int(layout.item_pair[item])
            blocks, part = (components, own[pair]) if pair in own else (products, int(layout.item_product[item]))
            blocks.setdefault((part, routes), []).extend(flat[filled[:, item], item].tolist())
        self.products = Blocks(products, filled.shape, lead, len(layout.cohorts))
        self.components = Blocks(components, filled.shape, lead, len(layout.cohorts))
        buckets = (*self.products.buckets, *self.components.buckets)
        self._places: Ints = np.concatenate([np.empty(0, dtype=np.int64), *(bucket.places for bucket in buckets)])
        self._used = np.concatenate([np.empty(0), *(bucket.used for bucket in buckets)])
        ends = np.cumsum([bucket.places.size for bucket in buckets]).tolist()
        self._slices = [slice(end - bucket.places.size, end) for end, bucket in zip(ends, buckets, strict=True)]

    def go_on_from(self, earlier: CohortContent) -> bool:
        """Take over what the cohorts of another with one sample hold, if it lists the same places; else False."""
        mine, theirs = ((*one.products.buckets, *one.components.buckets) for one in (self, earlier))
        if len(mine) != len(theirs) or not all(map(Bucket.lists_the_same, mine, theirs)):
            return False
        for bucket, other in zip(mine, theirs, strict=True):
            bucket.store[:] = other.store
        return True

    def add(self, position: int, content: Floats, mix: Floats) -> None:
        """Fix what the cohort at `position` holds: content [..., element + mass, item] and mix [..., item]."""
        held = content * mix[..., None, :]
        places = held.reshape(*held.shape[:2], -1).take(self._places, axis=-1)
        places *= self._used
        for bucket, some in zip((*self.products.buckets, *self.components.buckets), self._slices, strict=True):
            bucket.store[:, :, :, position] = places[..., some].reshape(*places.shape[:2], *bucket.shape)


class Bucket:
    """Blocks with as many routes and of like width.

    Attributes
    ----------
    part : array of int [block]
    routes : array of int [block, slot]
        Routes that take its old scrap.
    shape : (blocks, places)
    places : array of int [block x place]
        Position of (element, item) in a flat array; 0 where `used` is 0.
    store : array [sample, region, block, cohort, place], t/unit
    """

    def __init__(self, blocks: list[tuple[int, tuple[int, ...], list[int]]], lead: tuple[int, int], n_cohorts: int):
        self.part: Ints = np.array([part for part, _, _ in blocks], dtype=np.int64)
        self.routes: Ints = np.array([routes for _, routes, _ in blocks], dtype=np.int64).reshape(len(blocks), -1)
        self.shape = (len(blocks), max(len(places) for _, _, places in blocks))
        places, used = np.zeros(self.shape, dtype=np.int64), np.zeros(self.shape)
        for b, (_, _, block) in enumerate(blocks):
            places[b, : len(block)] = block
            used[b, : len(block)] = 1.0
        self.places, self.used = places.ravel(), used.ravel()
        self.store = np.zeros((*lead, len(blocks), n_cohorts, self.shape[1]))

    def lists_the_same(self, other: Bucket) -> bool:
        """Whether another bucket has the same blocks, routes and places."""
        return self.store.shape[1:] == other.store.shape[1:] and all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in ("part", "routes", "places", "used")
        )


class Blocks:
    """All blocks of some parts, in buckets."""

    def __init__(
        self,
        blocks: dict[tuple[int, tuple[int, ...]], list[int]],
        dense: tuple[int, ...],
        lead: tuple[int, int],
        n_cohorts: int,
    ) -> None:
        self.lead, self.dense, self.n_cohorts = lead, dense, n_cohorts
        limits = np.array([*WIDTHS, np.prod(dense)])
        alike: dict[tuple[int, int], list[tuple[int, tuple[int, ...], list[int]]]] = {}
        for (part, routes), places in blocks.items():
            if places:
                width = int(np.searchsorted(limits, len(places)))
                alike.setdefault((len(routes), width), []).append((part, routes, places))
        self.buckets = [Bucket(alike[key], lead, n_cohorts) for key in sorted(alike)]
        self._rooms: dict[tuple[int, bool], Room] = {}

    def room(self, n_counts: int, ahead: bool = False) -> Room:
        """Memory for the contraction with so many counts, and with those of later years by route if `ahead`."""
        key = n_counts, ahead
        if key not in self._rooms:
            self._rooms[key] = Room(self, n_counts, ahead)
        return self._rooms[key]

    def weigh(self, counts: Sequence[Floats], n_cohorts: int) -> Floats:
        """Element content of counts of parts by cohort.

        Parameters
        ----------
        counts : sequence of array [sample, region, part, cohort], unit
        n_cohorts : int
            Cohorts that counts are given for.

        Returns
        -------
        array [count, sample, region, element + mass, item], t
            Holds until the next call with as many counts.
        """
        room = self.room(len(counts))
        for bucket, by_cohort in zip(self.buckets, room.counts, strict=True):
            for position, count in enumerate(counts):
                by_cohort[:, :, :, position, :n_cohorts] = count.take(bucket.part, axis=2)
        return room.contract(n_cohorts)


class Room:
    """Memory of a contraction: fresh memory every year costs more than the sums in it.

    Attributes
    ----------
    counts : list of array [sample, region, block, count, cohort], unit
        To be filled, by bucket; after the plain counts stand those of later years, by slot of the bucket's routes.
    found : list of array [sample, region, block, count, place], t
        Their content.
    held : array [sample, region, place of `found`], t
        All of them, one after the other.
    """

    def __init__(self, blocks: Blocks, n_counts: int, ahead: bool) -> None:
        lead = blocks.lead
        self.buckets, self.n_counts = blocks.buckets, n_counts
        rows = [n_counts + (bucket.routes.shape[1] if ahead else 0) for bucket in blocks.buckets]
        self.counts = [
            np.zeros((*lead, bucket.shape[0], n, blocks.n_cohorts))
            for bucket, n in zip(blocks.buckets, rows, strict=True)
        ]
        width = sum(n * bucket.places.size for bucket, n in zip(blocks.buckets, rows, strict=True))
        self.held = np.zeros((*lead, width + 1))  # the last place stays 0: it is that of what holds nothing
        self.found, self.at = [], []
        n_places = int(np.prod(blocks.dense))
        sources = np.full((n_counts, n_places), width)
        start = 0
        for bucket, n in zip(blocks.buckets, rows, strict=True):
            n_blocks, columns = bucket.shape
            stop = start + n_blocks * n * columns
            self.found.append(self.held[..., start:stop].reshape(*lead, n_blocks, n, columns))
            here = np.arange(start, stop).reshape(n_blocks, n, columns)
            self.at.append(here)
            used = bucket.used.reshape(bucket.shape) > 0.0
            places = bucket.places.reshape(bucket.shape)[used]
            for count in range(n_counts):
                sources[count, places] = here[:, count][used]
            start = stop
        self._sources: Ints = sources.ravel()
        self._result = np.empty((*lead, self._sources.size))
        self._dense = np.moveaxis(self._result.reshape(*lead, n_counts, *blocks.dense), 2, 0)

    def contract(self, n_cohorts: int) -> Floats:
        """Content of all counts of the first cohorts: those not by route as [count, ..., element + mass, item], t."""
        for bucket, counts, found in zip(self.buckets, self.counts, self.found, strict=True):
            np.matmul(counts[..., :n_cohorts], bucket.store[..., :n_cohorts, :], out=found)
        self.held.take(self._sources, axis=-1, out=self._result, mode="clip")
        return self._dense

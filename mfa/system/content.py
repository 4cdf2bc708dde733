"""What cohorts hold: element content by year of making, and its contraction with counts of items by cohort.

Products (and pairs whose component has a lifetime of its own) are blocks. A block lists the (element, item) places that
are not empty, so that the content of any number of counts is one small matrix product for each block; blocks of like
width are computed together.
"""

from __future__ import annotations

import numpy as np

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
        These pairs are blocks of their own; the others belong to the block of their product.
    lead : tuple
        Samples and regions.
    """

    def __init__(self, layout: Layout, filled: np.ndarray, lasting: Ints, lead: tuple[int, int]) -> None:
        self.shape = (*lead, layout.n_element + 1, layout.n_item)
        own = {int(pair): layout.n_product + b for b, pair in enumerate(lasting)}
        blocks: list[list[int]] = [[] for _ in range(layout.n_product + len(own))]
        flat = np.arange(filled.size).reshape(filled.shape)
        for item in range(layout.n_item):
            block = own.get(int(layout.item_pair[item]), int(layout.item_product[item]))
            blocks[block].extend(flat[filled[:, item], item].tolist())
        self.products = _Blocks(blocks[: layout.n_product], filled.size, lead, len(layout.cohorts))
        self.components = _Blocks(blocks[layout.n_product :], filled.size, lead, len(layout.cohorts))

    @property
    def order(self) -> Ints:
        """The products that hold something, in the order in which `of_products` wants their counts."""
        return self.products.order

    def add(self, position: int, content: Floats, mix: Floats) -> None:
        """Fix what the cohort at `position` holds: content [..., element + mass, item] and mix [..., item]."""
        held = content * mix[..., None, :]
        flat = held.reshape(*held.shape[:2], -1)
        for bucket in (*self.products.buckets, *self.components.buckets):
            places = flat.take(bucket.places, axis=-1) * bucket.used
            bucket.store[:, :, :, position] = places.reshape(*flat.shape[:2], *bucket.shape)

    def of_products(self, counts: Floats, n_cohorts: int) -> Floats:
        """Element content of products by cohort, components with a lifetime of their own left out.

        Parameters
        ----------
        counts : array [sample, region, product in `order`, count, cohort], unit
        n_cohorts : int
            Cohorts that counts are given for.

        Returns
        -------
        array [count, sample, region, element + mass, item], t
            Holds until the next call with as many counts.
        """
        return self._contract(self.products, counts, n_cohorts)

    def of_components(self, counts: Floats, n_cohorts: int) -> Floats:
        """Element content of components with a lifetime of their own, by their own cohort; as `of_products`."""
        counts = counts.take(self.components.order, axis=2)
        return self._contract(self.components, counts, n_cohorts).copy()

    def _contract(self, blocks: _Blocks, counts: Floats, n_cohorts: int) -> Floats:
        """Contract into memory that is used again by the next call: the result holds until then."""
        room = blocks.room(counts.shape[3], self.shape)
        start = 0
        for bucket, found in zip(blocks.buckets, room.found, strict=True):
            stop = start + bucket.shape[0]
            np.matmul(counts[:, :, start:stop], bucket.store[..., :n_cohorts, :], out=found)
            start = stop
        room.held.take(room.sources, axis=-1, out=room.result, mode="clip")
        return np.moveaxis(room.result.reshape(*self.shape[:2], counts.shape[3], *self.shape[2:]), 2, 0)


class _Bucket:
    """Blocks of like width: their places, and content [sample, region, block, cohort, place]."""

    def __init__(self, blocks: list[list[int]], lead: tuple[int, int], n_cohorts: int) -> None:
        self.shape = (len(blocks), max(map(len, blocks)))
        places, used = np.zeros(self.shape, dtype=np.int64), np.zeros(self.shape)
        for b, block in enumerate(blocks):
            places[b, : len(block)] = block
            used[b, : len(block)] = 1.0
        self.places, self.used = places.ravel(), used.ravel()
        self.store = np.zeros((*lead, len(blocks), n_cohorts, self.shape[1]))


class _Blocks:
    """All blocks of a kind, in buckets; `order` lists those that hold something, bucket by bucket."""

    def __init__(self, blocks: list[list[int]], n_places: int, lead: tuple[int, int], n_cohorts: int) -> None:
        limits = [0, *WIDTHS, n_places]
        self.buckets = []
        order: list[int] = []
        for low, high in zip(limits, limits[1:], strict=False):
            members = [b for b, block in enumerate(blocks) if low < len(block) <= high]
            if members:
                self.buckets.append(_Bucket([blocks[b] for b in members], lead, n_cohorts))
                order += members
        self.order: Ints = np.array(order, dtype=np.int64)
        self.n_places = n_places
        self._rooms: dict[int, _Room] = {}

    def room(self, n_counts: int, shape: tuple[int, ...]) -> _Room:
        """Memory for the contraction with so many counts, made once."""
        if n_counts not in self._rooms:
            self._rooms[n_counts] = _Room(self, n_counts, shape)
        return self._rooms[n_counts]


class _Room:
    """Memory of a contraction: fresh memory every year costs more than the sums in it.

    `sources` says where each dense place of each count stands in what the buckets found.
    """

    def __init__(self, blocks: _Blocks, n_counts: int, shape: tuple[int, ...]) -> None:
        lead = shape[:2]
        width = n_counts * sum(bucket.places.size for bucket in blocks.buckets)
        self.held = np.zeros((*lead, width + 1))  # the last place stays 0: it is that of what holds nothing
        sources = np.full((n_counts, blocks.n_places), width)
        self.found = []
        start = 0
        for bucket in blocks.buckets:
            n_blocks, columns = bucket.shape
            stop = start + n_blocks * n_counts * columns
            self.found.append(self.held[..., start:stop].reshape(*lead, n_blocks, n_counts, columns))
            here = np.arange(start, stop).reshape(n_blocks, n_counts, columns)
            used = bucket.used.reshape(bucket.shape) > 0.0
            places = bucket.places.reshape(bucket.shape)[used]
            for count in range(n_counts):
                sources[count, places] = here[:, count][used]
            start = stop
        self.sources: Ints = sources.ravel()
        self.result = np.empty((*lead, self.sources.size))

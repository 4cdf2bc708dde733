"""What cohorts hold: element content by year of making, and its contraction with counts of items by cohort.

Products (and pairs whose component has a lifetime of its own) are blocks. A block lists the (element, item) places that
are not empty, so that the content of any number of counts is one small matrix product for each block; blocks of like
width are computed together.
"""

from __future__ import annotations

import numpy as np

from mfa.system.layout import Floats, Ints, Layout

WIDTHS = (6, 12, 24)
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
        self.products = self._buckets(blocks, range(layout.n_product), layout, lead)
        self.components = self._buckets(blocks, range(layout.n_product, len(blocks)), layout, lead)

    def _buckets(self, blocks: list[list[int]], numbers: range, layout: Layout, lead: tuple[int, int]) -> list[_Bucket]:
        limits = [0, *WIDTHS, max(map(len, blocks), default=0)]
        buckets = []
        for low, high in zip(limits, limits[1:], strict=False):
            members = [b for b in numbers if low < len(blocks[b]) <= high]
            if members:
                width = max(len(blocks[b]) for b in members)
                own = [blocks[b] for b in members]
                buckets.append(_Bucket([b - numbers.start for b in members], own, width, lead, len(layout.cohorts)))
        return buckets

    def add(self, position: int, content: Floats, mix: Floats) -> None:
        """Fix what the cohort at `position` holds: content [..., element + mass, item] and mix [..., item]."""
        held = content * mix[..., None, :]
        flat = held.reshape(*held.shape[:2], -1)
        for bucket in (*self.products, *self.components):
            bucket.store[:, :, :, position] = flat[..., bucket.places] * bucket.used

    def of_products(self, counts: Floats, n_cohorts: int) -> Floats:
        """Element content of products by cohort, components with a lifetime of their own left out.

        Parameters
        ----------
        counts : array [sample, region, product, count, cohort], unit
        n_cohorts : int
            Cohorts that counts are given for.

        Returns
        -------
        array [count, sample, region, element + mass, item], t
        """
        return self._contract(self.products, counts, n_cohorts)

    def of_components(self, counts: Floats, n_cohorts: int) -> Floats:
        """Element content of components with a lifetime of their own, by their own cohort; as `of_products`."""
        return self._contract(self.components, counts, n_cohorts)

    def _contract(self, buckets: list[_Bucket], counts: Floats, n_cohorts: int) -> Floats:
        n_counts = counts.shape[3]
        result = np.zeros((n_counts, *self.shape[:2], self.shape[2] * self.shape[3]))
        for bucket in buckets:
            held = np.matmul(counts[:, :, bucket.members], bucket.store[..., :n_cohorts, :])
            for count in range(n_counts):
                found = held[:, :, :, count].reshape(*self.shape[:2], -1)
                result[count][..., bucket.targets] = found[..., bucket.sources]
        return result.reshape(n_counts, *self.shape)


class _Bucket:
    """Blocks of like width: their members, places, and content [sample, region, block, cohort, place]."""

    def __init__(
        self, members: list[int], blocks: list[list[int]], width: int, lead: tuple[int, int], n_cohorts: int
    ) -> None:
        self.members: Ints = np.array(members, dtype=np.int64)
        self.places = np.zeros((len(blocks), width), dtype=np.int64)
        self.used = np.zeros((len(blocks), width))
        for b, block in enumerate(blocks):
            self.places[b, : len(block)] = block
            self.used[b, : len(block)] = 1.0
        self.sources = np.flatnonzero(self.used.ravel() > 0.0)
        self.targets = self.places.ravel()[self.sources]
        self.store = np.zeros((*lead, len(blocks), n_cohorts, width))

"""Rank correlation: the draws of correlated factors are put into another order, their values stay.

Normal scores of the ranks are combined with the triangular root of the matrix wanted, after the correlation that the
sample has by chance is taken out; each column of draws is then arranged in the order of its combined score. A factor
depends on those before it in its block only, so that one added at the end changes no other.

The order is decided by comparing floating-point numbers. Two scores closer than rounding (1e-15) could be ordered
differently on another machine; among 100 000 samples of a factor that happens once in some hundred thousand designs.

References
----------
Iman and Conover (1982), A distribution-free approach to inducing rank correlation among input variables, Communications
in Statistics 11(3).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mfa.inputs.sampling.correlation import Block

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def ranks_of(column: Floats) -> Ints:
    """Rank of each value, from 0; equal values in the order of their places.

    Examples
    --------
    >>> ranks_of(np.array([0.7, 0.1, 0.4]))
    array([2, 0, 1])
    """
    ranks = np.empty(len(column), dtype=np.int64)
    ranks[np.argsort(column, kind="stable")] = np.arange(len(column))
    return ranks


def correlated_columns(block: Block, column: Callable[[str], Floats], size: int) -> Floats:
    """Draws of a block in an order that has the rank correlations wanted.

    Parameters
    ----------
    block : Block
    column : callable
        All draws of a factor, uncorrelated, by its name: array [sample].
    size : int
        Samples of the design.

    Returns
    -------
    array [sample, factor of the block], 1
        Each column holds the same values as before.
    """
    from scipy.special import ndtri

    many = len(block.names)
    scores = np.empty((many, size))
    ordered = np.empty((many, size))
    for i, name in enumerate(block.names):
        draws = column(name)
        scores[i] = ndtri((ranks_of(draws) + 0.5) / size)
        ordered[i] = np.sort(draws)
    root = np.linalg.cholesky(block.normal)
    if size > many + 1:
        found = np.corrcoef(scores)
        if np.linalg.eigvalsh(found)[0] > 1e-8:
            root = root @ np.linalg.inv(np.linalg.cholesky(found))
    result = np.empty((size, many))
    for i in range(many):
        combined = root[i, 0] * scores[0]
        for j in range(1, i + 1):
            combined += root[i, j] * scores[j]
        result[:, i] = ordered[i][ranks_of(combined)]
    return result

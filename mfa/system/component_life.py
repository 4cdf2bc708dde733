"""Components that fail before their product: replacement, spare parts, reuse.

State: U[c, d], products of cohort c that carry a component of cohort d; the last place of d is `waiting`, products that
wait for a spare. sum over d of U[c, d] = N[c]. A year asks only for sums over c or d of what becomes of U, so that the
table itself is read twice and written once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mfa.system.layout import Floats


@dataclass
class Failures:
    """What a year does to the components of the pairs with a lifetime of their own.

    Attributes
    ----------
    lasting : array [..., pair, cohort], 1
        Share of products that last the year, failures of components that are replaced apart: q z or, where a component
        is not replaced, q times the share of products that no other such component ends.
    survival : array [..., pair, component cohort + waiting], 1
        g, the share of components that survive the year; 0 for waiting.
    failed, with_product : array [..., pair, component cohort + waiting], unit/yr
        Components that failed in products that go on, and those that left with their product.
    spare_need : array [..., pair, cohort], unit/yr
    """

    lasting: Floats
    survival: Floats
    failed: Floats
    with_product: Floats
    spare_need: Floats


def failing(carried: Floats, survival: Floats) -> Floats:
    """Products whose component fails, or who wait for one: sum_d U (1 - g), g = 0 for waiting.

    Parameters
    ----------
    carried : array [..., cohort, component cohort + waiting], unit
    survival : array [..., component cohort + waiting], 1
        g, the share of components that survive the year.

    Returns
    -------
    array [..., cohort], unit

    Examples
    --------
    >>> failing(np.array([[6.0, 4.0, 0.0]]), np.array([0.5, 1.0, 0.0]))
    array([3.])
    """
    return np.matmul(carried, (1.0 - survival)[..., None])[..., 0]


def fail(
    carried: Floats, survival: Floats, failing_units: Floats, lasting: Floats, replaceable: NDArray[np.bool_]
) -> Failures:
    """Split the components of last year into kept, failed and gone with their product.

    Replaceable: kept l U g, failed l U (1 - g), with product U (1 - l). Not replaceable: kept l U g, all the rest with
    product. U = kept + failed + with product for each (c, d); here as sums over c or d.

    Parameters
    ----------
    carried : array [..., pair, cohort, component cohort + waiting], unit
    survival : array [..., pair, component cohort + waiting], 1
        g; 0 for waiting.
    failing_units : array [..., pair, cohort], unit
        What `failing` gives.
    lasting : array [..., pair, cohort], 1
        l, see `Failures`.
    replaceable : array of bool [..., pair, cohort]

    Examples
    --------
    10 cars, half of the batteries fail, 8 cars last: 4 batteries are replaced, 2 leave with their cars.

    >>> one, half = np.array([[[10.0, 0.0]]]), np.array([[0.5, 0.0]])
    >>> found = fail(one, half, failing(one, half), np.array([[0.8]]), np.array([[True]]))
    >>> found.failed.ravel(), found.with_product.ravel(), found.spare_need.ravel()
    (array([4., 0.]), array([2., 0.]), array([4.]))
    """
    replaced = np.where(replaceable, lasting, 0.0)
    weights = np.stack([replaced, lasting - replaced, 1.0 - lasting], axis=-2)
    sums = np.matmul(weights, carried)
    lost = 1.0 - survival
    with_product = sums[..., 2, :] + sums[..., 1, :] * lost
    return Failures(lasting, survival, sums[..., 0, :] * lost, with_product, replaced * failing_units)


def leaving(carried: Floats, failures: Failures, replaceable: NDArray[np.bool_]) -> Floats:
    """What leaves with its product by both cohorts: U (1 - l), not replaceable U (1 - l g); waiting products as well.

    Parameters
    ----------
    carried : array [..., pair, cohort, component cohort + waiting], unit
        As `fail` took it.
    failures : Failures
        What `fail` gave.
    replaceable : array of bool [..., pair, cohort]

    Returns
    -------
    array [..., pair, cohort, component cohort + waiting], unit/yr

    Examples
    --------
    >>> one, half = np.array([[[10.0, 0.0]]]), np.array([[0.5, 0.0]])
    >>> found = fail(one, half, failing(one, half), np.array([[0.8]]), np.array([[True]]))
    >>> leaving(one, found, np.array([[True]])).ravel()
    array([2., 0.])
    """
    stays = np.where(replaceable[..., None], 1.0, failures.survival[..., None, :])
    return np.asarray(carried * (1.0 - failures.lasting[..., None] * stays))


def fit_spares(carried: Floats, failures: Failures, reused: Floats, made: Floats, position: int) -> None:
    """Move the state on: survivors stay, spares are fitted to cohorts pro rata to their need; who gets none waits.

    Parameters
    ----------
    carried : array [..., pair, cohort, component cohort + waiting], unit
        Cohorts up to last year; is changed.
    failures : Failures
    reused : array [..., pair, component cohort + waiting], unit/yr
        Reused components by their own cohort.
    made : array [..., pair], unit/yr
        Spares made this year.
    position : int
        This year's place on the cohort axis.
    """
    need = failures.spare_need
    total = need.sum(axis=-1, keepdims=True)
    share = np.divide(need, total, out=np.zeros_like(need), where=total > 0.0)
    carried *= failures.lasting[..., None]
    carried *= failures.survival[..., None, :]
    if reused.any():
        carried += share[..., None] * reused[..., None, :]
    carried[..., position] += share * made[..., None]
    fitted = share * (reused.sum(axis=-1) + made)[..., None]
    carried[..., -1] += np.maximum(need - fitted, 0.0)

"""Components that fail before their product: replacement, spare parts, reuse.

State: U[c, d], products of cohort c that carry a component of cohort d; the last place of d is `waiting`, products that
wait for a spare. sum over d of U[c, d] = N[c].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mfa.system.layout import Floats


@dataclass
class Failures:
    """What a year does to the components of the pairs with a lifetime of their own.

    Arrays are [sample, region, pair, product cohort, component cohort] or lack the last axes.
    """

    kept: Floats
    failed: Floats
    with_product: Floats
    spare_need: Floats


def failing_share(carried: Floats, survival: Floats, units: Floats) -> Floats:
    """Share of products whose component fails: f[c] = sum_d U (1 - g) / N, g = 0 for waiting.

    Parameters
    ----------
    carried : array [..., cohort, component cohort + waiting], unit
    survival : array [..., component cohort + waiting], 1
        g, the share of components that survive the year.
    units : array [..., cohort], unit

    Examples
    --------
    >>> failing_share(np.array([[6.0, 4.0, 0.0]]), np.array([0.5, 1.0, 0.0]), np.array([10.0]))
    array([0.3])
    """
    failing = (carried * (1.0 - survival)[..., None, :]).sum(axis=-1)
    return np.divide(failing, units, out=np.zeros_like(failing), where=units > 0.0)


def fail(
    carried: Floats,
    survival: Floats,
    product_survival: Floats,
    ending: Floats,
    others_last: Floats,
    replaceable: NDArray[np.bool_],
) -> Failures:
    """Split the components of last year into kept, failed and gone with their product.

    Replaceable: kept q z U g, failed q z U (1 - g), with product U (1 - q z). Not replaceable: kept
    q U g prod over other such k of (1 - f), all the rest with product. U = kept + failed + with product for each
    (c, d).

    Parameters
    ----------
    carried : array [..., pair, cohort, component cohort + waiting], unit
    survival : array [..., pair, component cohort + waiting], 1
        g; 0 for waiting.
    product_survival : array [..., pair, cohort], 1
        q of the pair's product.
    ending : array [..., pair, cohort], 1
        z: share of products that no component ends.
    others_last : array [..., pair, cohort], 1
        prod over the other not replaceable components of the product of (1 - f).
    replaceable : array of bool [..., pair, cohort]
    """
    lasting = np.where(replaceable, product_survival * ending, product_survival * others_last)[..., None]
    alive = carried * lasting
    kept = alive * survival[..., None, :]
    failed = np.where(replaceable[..., None], alive - kept, 0.0)
    with_product = carried - kept - failed
    return Failures(kept, failed, np.maximum(with_product, 0.0), failed.sum(axis=-1))


def fit_spares(failures: Failures, reused: Floats, made: Floats, position: int) -> Floats:
    """State after spares are fitted, to cohorts pro rata to their need; who gets none waits.

    Parameters
    ----------
    failures : Failures
    reused : array [..., pair, component cohort + waiting], unit
        Reused components by their own cohort.
    made : array [..., pair], unit
        Spares made this year.
    position : int
        This year's place on the cohort axis.

    Returns
    -------
    array [..., pair, cohort, component cohort + waiting], unit
    """
    need = failures.spare_need
    total = need.sum(axis=-1, keepdims=True)
    share = np.divide(need, total, out=np.zeros_like(need), where=total > 0.0)
    carried = failures.kept + share[..., None] * reused[..., None, :]
    carried[..., position] += share * made[..., None]
    fitted = share * (reused.sum(axis=-1) + made)[..., None]
    carried[..., -1] += np.maximum(need - fitted, 0.0)
    return carried

"""Second life: components that serve once more, by entry year, with a lifetime of their own."""

from __future__ import annotations

from mfa.system.layout import Floats


def survive(stock: Floats, ratio: Floats) -> tuple[Floats, Floats]:
    """Age the second-life stock by a year.

    Parameters
    ----------
    stock : array [..., entry year, part], t
        Stock at the end of last year.
    ratio : array [..., entry year, part], 1
        sf(a) / sf(a - 1) of each entry year.

    Returns
    -------
    kept : array [..., entry year, part], t
    outflow : array [..., part], t/yr

    Examples
    --------
    >>> import numpy as np
    >>> kept, outflow = survive(np.array([[10.0]]), np.array([[0.75]]))
    >>> kept, outflow
    (array([[7.5]]), array([2.5]))
    """
    kept = stock * ratio
    return kept, (stock - kept).sum(axis=-2)

"""Support with an annual budget: what makers expect, and what is paid."""

from __future__ import annotations

import numpy as np

from mfa.system.layout import Floats


def expected_share(claim: Floats, budget: Floats) -> Floats:
    """Share of a rate that makers count on: min(1, budget / (rate x base)), with last year's base.

    Parameters
    ----------
    claim : array [...], money/yr
        This year's rate times last year's base; 0 (or the first year of the run): share 1.
    budget : array [...], money/yr
        Infinite: share 1; 0: share 0.

    Examples
    --------
    >>> expected_share(np.array([200.0, 0.0, 5.0]), np.array([50.0, 50.0, 0.0]))
    array([0.25, 1.  , 0.  ])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(claim > 0.0, np.minimum(1.0, budget / claim), 1.0)
    return np.where(budget <= 0.0, 0.0, share)


def paid(claim: Floats, budget: Floats) -> Floats:
    """What is paid: min(rate x base, budget)."""
    return np.minimum(claim, budget)

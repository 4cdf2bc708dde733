"""Whether data contradict each other more than their uncertainties allow, and which of them may be wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, ndtri

from mfa.reconciliation.classes import CHECKED, Certainty
from mfa.reconciliation.equations import Vector

LEVEL = 0.05
"""Probability with which sound data fail a test."""
ALIKE = 1e-6
"""Relative difference below which two residuals are the same."""


@dataclass(frozen=True)
class GrossErrorTest:
    """The global test, and one for each measurement.

    Attributes
    ----------
    statistic : float
        Sum of the squared changes, each in its standard deviation.
    redundancy : int
        Its degrees of freedom.
    probability : float
        That sound data contradict each other as much or more; NaN without redundancy.
    level : float
        Below it the data fail.
    residuals : ndarray [unknown]
        Change of a measurement over the standard deviation of such a change: standard normal if the data are sound; NaN
        where nothing checks it.
    limit : float
        A residual beyond it is a suspect, whatever the number of measurements that are checked.
    implied, implied_sd : ndarray [unknown]
        What the other figures say of it.
    """

    statistic: float
    redundancy: int
    probability: float
    level: float
    residuals: Vector
    limit: float
    implied: Vector
    implied_sd: Vector

    @property
    def passed(self) -> bool:
        """Whether uncertainties explain the contradictions; true if there are none to test."""
        return not self.probability < self.level

    def suspects(self) -> list[int]:
        """Unknowns whose residual is beyond the limit, the largest first."""
        size = np.abs(np.nan_to_num(self.residuals))
        return [int(i) for i in np.argsort(-size, kind="stable") if size[i] > self.limit]

    def alike(self, unknown: int) -> list[int]:
        """Unknowns that cannot be told apart from one: an error in any of them would look the same."""
        size = np.abs(self.residuals)
        near = np.abs(size - size[unknown]) <= ALIKE * max(size[unknown], 1e-12)
        return [int(i) for i in np.flatnonzero(near) if i != unknown]


def gross_error_test(
    found: Certainty, changes: Vector, deviations: Vector, values: Vector, level: float = LEVEL
) -> GrossErrorTest:
    r"""Test the data.

    The sum of the squared changes is :math:`\chi^2` with as many degrees of freedom as there are redundant
    measurements; a flow held at zero counts as one more equation. A residual is the change over its standard
    deviation, :math:`\sigma \sqrt{1 - h}` with h the leverage.

    Parameters
    ----------
    found : Certainty
        With flows at zero held.
    changes : ndarray [unknown]
        Reconciled minus measured; NaN where nothing is measured.
    deviations : ndarray [unknown]
        Standard deviations of the measurements; NaN likewise.
    values : ndarray [unknown]
        Measurements.
    level : float
        0 to 1.

    Returns
    -------
    GrossErrorTest

    References
    ----------
    Mah and Tamhane 1982 [Mah_1982]; Narasimhan and Jordache 2000, chapter 7 [Narasimhan_2000].

    Examples
    --------
    Inflow 10, outflow 14, both with a deviation of 1: both become 12, the sum of squares is 8 with one degree of
    freedom, the residuals are 2 / sqrt(1/2), and without the outflow the balance says 10.

    >>> from mfa.reconciliation.classes import certainty
    >>> known = certainty(np.array([[1.0, -1.0]]), np.zeros(2, bool), np.ones(2), np.ones(2, bool))
    >>> test = gross_error_test(known, np.array([2.0, -2.0]), np.ones(2), np.array([10.0, 14.0]))
    >>> test.statistic, test.redundancy, round(test.probability, 4), test.passed
    (8.0, 1, 0.0047, False)
    >>> np.round(test.residuals, 3).tolist(), np.round(test.implied, 3).tolist()
    ([2.828, -2.828], [14.0, 10.0])
    """
    left = 1.0 - found.leverage
    checked = np.nan_to_num(left) > CHECKED
    relative = np.where(np.isfinite(changes), changes / deviations, 0.0)
    statistic = float((relative**2).sum())
    residuals = np.full(len(changes), np.nan)
    implied, implied_sd = residuals.copy(), residuals.copy()
    residuals[checked] = relative[checked] / np.sqrt(left[checked])
    implied[checked] = values[checked] + changes[checked] / left[checked]
    implied_sd[checked] = deviations[checked] * np.sqrt(found.leverage[checked] / left[checked])
    probability = float(chdtrc(found.redundancy, statistic)) if found.redundancy > 0 else float("nan")
    tests = max(int(checked.sum()), 1)
    limit = float(ndtri(1.0 - (1.0 - (1.0 - level) ** (1.0 / tests)) / 2.0))
    return GrossErrorTest(statistic, found.redundancy, probability, level, residuals, limit, implied, implied_sd)

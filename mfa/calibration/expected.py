"""What a lifetime makes of known sales: stock, discards, mean ages and tables by cohort, as the model would have them.

With s[c] the sales of year c and sf(a) the share still in use at the end of the year c + a (that of the age a + 1/2, if
all are sold at midyear; `mfa.system.survival.TIMING`), sf(-1) = 1:

stock[t] = sum_c s[c] sf(t-c), discards[t] = sum_c s[c] (sf(t-c-1) - sf(t-c)): the recursion of the model without a
hazard multiplier. Of one cohort, what is left of n units seen at an earlier age b is binomial with sf(a)/sf(b), and
what leaves in a year with (sf(a-1) - sf(a))/sf(a-1) of those in use before; taken together over the ages of a cohort
these are the multinomial likelihood of its ages at exit (Lawless 2003, section 3.2).

References
----------
Müller (2006), Stock dynamics for forecasting material flows, Ecological Economics 59.
Lawless (2003), Statistical Models and Methods for Lifetime Data, 2nd ed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mfa.calibration.fitting import TINY, Block
from mfa.calibration.observations import Observation, Product

Floats = NDArray[np.float64]
Survival = Callable[[Floats, Floats], Floats]
"""Share in use, of theta and exact ages."""


class SalesHistory:
    """Sales by year, held back before the first if so wanted.

    Parameters
    ----------
    rows : sequence of Observation
        Sales of consecutive years, in order.
    before : float or None
        Yearly growth of the sales before the first year; None: there were none.
    years_before : int
        How many years are added.
    """

    def __init__(self, rows: Sequence[Observation], before: float | None = None, years_before: int = 80) -> None:
        self.first = rows[0].year
        given = np.array([one.value for one in rows])
        earlier = np.zeros(0)
        if before is not None:
            earlier = given[0] * (1.0 + before) ** -np.arange(years_before, 0, -1.0)
        self.start = self.first - len(earlier)
        self.values = np.concatenate([earlier, given])
        self.last = rows[-1].year

    def of(self, cohort: int) -> float:
        """Sales of a year; 0 before the first and after the last."""
        i = cohort - self.start
        return float(self.values[i]) if 0 <= i < len(self.values) else 0.0

    def by_age(self, year: int, ages: int) -> Floats:
        """Sales of the cohorts that have the ages 0, 1 ... in a year."""
        return np.array([self.of(year - age) for age in range(ages)])


def blocks_of(
    product: Product,
    survival: Survival,
    sales: SalesHistory | None,
    shift: float,
    method: str = "auto",
    coverage: float = 1.0,
) -> list[Block]:
    """Blocks of all that was counted of a product.

    Parameters
    ----------
    product : Product
    survival : callable
    sales : SalesHistory or None
        None if there are none: tables by cohort of several years do without.
    shift : float, yr
        Age of a product at the end of its year of sale.
    method : str
        ``least_squares`` for all, ``maximum_likelihood`` for all counts, or ``auto``: least squares for stocks by
        year and mean ages, maximum likelihood for discards by year and tables by cohort.
    coverage : float
        Share of the discards that the counts of discards hold.
    """
    found: list[Block] = []
    curve = _Curve(survival, shift)
    if sales is not None:
        for quantity in ("stock", "discards", "mean_age", "mean_age_of_discards"):
            rows = product.of(quantity, by_cohort=False)
            if rows:
                found.append(_series(quantity, rows, sales, curve, method, coverage))
    for quantity in ("stock", "discards"):
        rows = product.of(quantity, by_cohort=True)
        if rows:
            block = _by_cohort(quantity, rows, sales, curve, method, coverage)
            if block is not None:
                found.append(block)
    return found


def course_of(
    quantity: str, years: Sequence[int], survival: Survival, sales: SalesHistory, shift: float, coverage: float = 1.0
) -> Callable[[Floats], Floats]:
    """What is expected of a quantity in any years, as a function of theta.

    Parameters
    ----------
    quantity : str
        stock, discards, mean_age or mean_age_of_discards.
    years : sequence of int
        Not after the last year of the sales.
    survival, sales, shift, coverage
        As for `blocks_of`.
    """
    rows = [Observation(quantity, year, 1.0) for year in years]
    return _series(quantity, rows, sales, _Curve(survival, shift), "auto", coverage).expected


class _Curve:
    """Survival at year ends by age, computed once for each point."""

    def __init__(self, survival: Survival, shift: float) -> None:
        self.survival, self.shift = survival, shift
        self.key: bytes = b""
        self.length = 1
        self.kept = np.zeros(0)

    def __call__(self, theta: Floats) -> Floats:
        """1, then sf(0), sf(1) ...: what is left at the age -1, 0, 1 ..."""
        key = theta.tobytes()
        if key != self.key or len(self.kept) != self.length + 1:
            ages = np.arange(self.length) + self.shift
            self.kept = np.concatenate([[1.0], self.survival(theta, np.asarray(ages, dtype=np.float64))])
            self.key = key
        return self.kept

    def need(self, ages: int) -> None:
        """Make room for a number of ages."""
        self.length = max(self.length, ages)


def _series(
    quantity: str, rows: list[Observation], sales: SalesHistory, curve: _Curve, method: str, coverage: float
) -> Block:
    """A quantity by year."""
    ages = max(one.year for one in rows) - sales.start + 1
    curve.need(ages)
    table = np.stack([sales.by_age(one.year, ages) for one in rows])
    middle = np.arange(ages) - 0.5 + curve.shift
    middle[0] = curve.shift / 2.0
    ends = np.arange(ages) + curve.shift

    def expected(theta: Floats) -> Floats:
        share = curve(theta)[: ages + 1]
        left, gone = share[1:], share[:-1] - share[1:]
        if quantity == "stock":
            return table @ left
        if quantity == "discards":
            return coverage * (table @ gone)
        weights, at = (left, ends) if quantity == "mean_age" else (gone, middle)
        return (table @ (weights * at)) / np.maximum(table @ weights, TINY)

    observed = np.array([one.value for one in rows])
    times = np.array([one.year for one in rows], dtype=float)
    errors = np.array([one.error for one in rows])
    if np.all(errors > 0.0):
        return Block(quantity, observed, expected, "scaled", times, errors, True)
    count = quantity in ("stock", "discards")
    poisson = count and (method == "maximum_likelihood" or (method == "auto" and quantity == "discards"))
    if poisson:
        return Block(quantity, observed, expected, "poisson", times)
    if count:
        return Block(quantity, observed, expected, "log", times)
    return Block(quantity, observed, expected, "scaled", times, np.ones(len(observed)))


def _by_cohort(
    quantity: str, rows: list[Observation], sales: SalesHistory | None, curve: _Curve, method: str, coverage: float
) -> Block | None:
    """A table by year and cohort: each count against what the one before, or the sales, left of the cohort."""
    count, trials, before, after = [], [], [], []
    for cohort in sorted({one.cohort for one in rows if one.cohort is not None}):
        seen = [one for one in rows if one.cohort == cohort]
        sold = math.nan if sales is None or cohort > sales.last or cohort < sales.start else sales.of(cohort)
        at_risk, age_before = sold, -1
        for one in seen:
            age = one.year - cohort
            if quantity == "stock":
                if at_risk == at_risk and at_risk > 0:
                    count.append(one.value)
                    trials.append(max(at_risk, one.value))
                    before.append((age_before, age_before))
                    after.append((age, age))
                at_risk, age_before = one.value, age
            elif at_risk == at_risk and at_risk > 0:
                count.append(one.value)
                trials.append(max(at_risk * coverage, one.value))
                before.append((age_before, age - 1))
                after.append((age_before, age))
                if age_before == age - 1:  # the years before were counted too: those are known to be gone
                    at_risk, age_before = max(at_risk - one.value / coverage, 0.0), age
    if not count:
        return None
    curve.need(max(one.year - (one.cohort or 0) for one in rows) + 1)
    observed, number = np.array(count), np.array(trials)
    start, base = np.array(before), np.array(after)

    def expected(theta: Floats) -> Floats:
        share = curve(theta)
        from_share = np.maximum(share[start[:, 0] + 1], TINY)
        if quantity == "stock":
            return number * np.minimum(share[base[:, 1] + 1] / from_share, 1.0)
        return number * (share[start[:, 1] + 1] - share[base[:, 1] + 1]) / from_share

    if method == "least_squares":
        return Block(f"{quantity} by cohort", observed, expected, "log")
    return Block(f"{quantity} by cohort", observed, expected, "binomial", None, None, False, number)

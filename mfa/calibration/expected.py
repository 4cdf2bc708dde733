"""What a lifetime makes of known sales: stock, discards, mean ages and tables by cohort, as the model would have them.

With s[c] the sales of year c and sf(a) the share still in use at the end of the year c + a (that of the age a + 1/2, if
all are sold at midyear; `mfa.system.survival.TIMING`), sf(-1) = 1:

stock[t] = sum_c s[c] sf(t-c), discards[t] = sum_c s[c] (sf(t-c-1) - sf(t-c)): the recursion of the model without a
hazard multiplier. Of one cohort, what is left of n units seen at an earlier age b is binomial with sf(a)/sf(b), and
what leaves in a year with (sf(a-1) - sf(a))/sf(a-1) of those in use before; taken together over the ages of a cohort
these are the multinomial likelihood of its ages at exit (Lawless 2003, chapter 3).

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
Stretch = Callable[[Floats, Floats], Floats]
"""Lifetimes of cohorts over a common one, of theta and cohorts."""


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
    stretch: Stretch | None = None,
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
    stretch : callable, optional
        Lifetimes of cohorts over that of the survival function, of theta and cohorts; 1 if not given.
    """
    found: list[Block] = []
    curve = _Curve(survival, shift, stretch)
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
    quantity: str,
    years: Sequence[int],
    survival: Survival,
    sales: SalesHistory,
    shift: float,
    coverage: float = 1.0,
    stretch: Stretch | None = None,
) -> Callable[[Floats], Floats]:
    """What is expected of a quantity in any years, as a function of theta.

    Parameters
    ----------
    quantity : str
        stock, discards, mean_age or mean_age_of_discards.
    years : sequence of int
        Not after the last year of the sales.
    survival, sales, shift, coverage, stretch
        As for `blocks_of`.
    """
    rows = [Observation(quantity, year, 1.0) for year in years]
    return _series(quantity, rows, sales, _Curve(survival, shift, stretch), "auto", coverage).expected


class _Curve:
    """Survival at year ends by age, computed once for each point; by cohort and age where cohorts differ."""

    def __init__(self, survival: Survival, shift: float, stretch: Stretch | None) -> None:
        self.survival, self.shift, self.stretch = survival, shift, stretch
        self.key: bytes = b""
        self.length = 1
        self.kept = np.zeros(0)

    def at(self, theta: Floats, ages: NDArray[np.int64], cohorts: Floats) -> Floats:
        """Share in use at the end of the year of an age, of cohorts; 1 at the age -1, before the first."""
        share = self.common(theta)
        if share is not None:
            return share[ages + 1]
        assert self.stretch is not None
        factors = self.stretch(theta, cohorts)
        share = self.survival(theta, np.maximum(ages + self.shift, 0.0) / factors)
        return np.where(ages < 0, 1.0, share)

    def common(self, theta: Floats) -> Floats | None:
        """1, then sf(0), sf(1) ... where all cohorts are alike; None where they are not."""
        if self.stretch is not None:
            return None
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

    steps = np.arange(ages)
    cohorts = np.array([[one.year] for one in rows], dtype=np.float64) - steps  # row by row, of the ages 0, 1 ...

    def expected(theta: Floats) -> Floats:
        share = curve.common(theta)
        if share is not None:  # all cohorts alike: a product with the sales by age is all
            left, lost = share[1 : ages + 1], share[:ages] - share[1 : ages + 1]
            if quantity == "stock":
                return table @ left
            if quantity == "discards":
                return coverage * (table @ lost)
            weight, at = (left, ends) if quantity == "mean_age" else (lost, middle)
            return (table @ (weight * at)) / np.maximum(table @ weight, TINY)
        units = table * curve.at(theta, steps, cohorts)
        if quantity == "stock":
            return units.sum(axis=1)
        gone = table * curve.at(theta, steps - 1, cohorts) - units
        if quantity == "discards":
            return coverage * gone.sum(axis=1)
        weights, at = (units, ends) if quantity == "mean_age" else (gone, middle)
        return (weights @ at) / np.maximum(weights.sum(axis=1), TINY)

    observed = np.array([one.value for one in rows])
    times = np.array([one.year for one in rows], dtype=float)
    errors = np.array([one.error for one in rows])
    if np.all(errors > 0.0):
        return Block(quantity, observed, expected, "scaled", times, errors, True)
    count = quantity in ("stock", "discards")
    poisson = count and (method == "maximum_likelihood" or (method == "auto" and quantity == "discards"))
    if poisson:
        return Block(quantity, observed, expected, "poisson", times)
    if count and observed.min() > 0.0:
        return Block(quantity, observed, expected, "log", times)
    return Block(quantity, observed, expected, "scaled", times, np.ones(len(observed)))


def _by_cohort(
    quantity: str, rows: list[Observation], sales: SalesHistory | None, curve: _Curve, method: str, coverage: float
) -> Block | None:
    """A table by year and cohort: each count against what the one before, or the sales, left of the cohort."""
    count, trials, before, after, of = [], [], [], [], []
    for cohort in sorted({one.cohort for one in rows if one.cohort is not None}):
        seen = [one for one in rows if one.cohort == cohort]
        sold = math.nan if sales is None or cohort > sales.last or cohort < sales.start else sales.of(cohort)
        at_risk, age_before = sold, -1
        for one in seen:
            age = one.year - cohort
            if quantity == "stock":
                if at_risk == at_risk and at_risk > 0:
                    count.append(one.value)
                    of.append(float(cohort))
                    trials.append(max(at_risk, one.value))
                    before.append((age_before, age_before))
                    after.append((age, age))
                at_risk, age_before = one.value, age
            elif at_risk == at_risk and at_risk > 0:
                count.append(one.value)
                of.append(float(cohort))
                trials.append(max(at_risk * coverage, one.value))
                before.append((age_before, age - 1))
                after.append((age_before, age))
                if age_before == age - 1:  # the years before were counted too: those are known to be gone
                    at_risk, age_before = max(at_risk - one.value / coverage, 0.0), age
    if not count:
        return None
    curve.need(max(one.year - (one.cohort or 0) for one in rows) + 1)
    observed, number = np.array(count), np.array(trials)
    start, base, cohorts = np.array(before), np.array(after), np.array(of)

    def expected(theta: Floats) -> Floats:
        first, left = (curve.at(theta, ages, cohorts) for ages in (start[:, 0], base[:, 1]))
        first = np.maximum(first, TINY)
        if quantity == "stock":
            return number * np.minimum(left / first, 1.0)
        return number * (curve.at(theta, start[:, 1], cohorts) - left) / first

    if method == "least_squares":
        return Block(f"{quantity} by cohort", observed, expected, "scaled", None, np.ones(len(observed)))
    return Block(f"{quantity} by cohort", observed, expected, "binomial", None, None, False, number)

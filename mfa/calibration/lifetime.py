"""Lifetimes from counts: survival functions fitted and compared, with intervals, for every product of a table."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mfa.calibration.calibration import Calibration, Row
from mfa.calibration.expected import SalesHistory, blocks_of, course_of
from mfa.calibration.families import RATIO, Family, Trend, chosen_families
from mfa.calibration.fitting import Block, Fit, Model, fit, slopes, whiten
from mfa.calibration.identify import data_faults, scatter_faults
from mfa.calibration.observations import Observations, Product, read_observations
from mfa.errors import Fault, InputError
from mfa.inputs.messages import suggest
from mfa.lifetimes import Lifetime
from mfa.system.survival import TIMING

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

METHODS = ("auto", "least_squares", "maximum_likelihood")
FEWEST_FOR_TREND, WIDE = 4, 2.0
"""Values of a series whose residuals may show a trend; ratio of the ends of an interval that is called wide."""
LEVEL, TABLE_LEVEL = 0.95, 0.9
"""Level of stated intervals, and of low and high in parameter tables (5 and 95 % limits)."""


@dataclass
class FamilyFit:
    """One survival function fitted to the counts of a product.

    Attributes
    ----------
    family : Family
    fit : Fit
    criterion : float
        AICc; see `docs/calibration.md`.
    difference : float
        Criterion less the least one of the product's families.
    """

    family: Family
    fit: Fit
    criterion: float = math.nan
    difference: float = math.nan

    @property
    def name(self) -> str:
        """Name of the family."""
        return self.family.name

    @property
    def terms(self) -> dict[str, float]:
        """Terms of the lifetime, held ones too."""
        return self.family.values(self.fit.theta)

    @property
    def lifetime(self) -> Lifetime:
        """The lifetime, as the stock models take it; with a trend that of each cohort between its ends."""
        trend = self.family.trend
        if trend is not None:
            years = np.arange(trend.first, trend.last + 1)
            factors = xr.DataArray(trend.factors(self.ratio, years.astype(np.float64)), coords={"cohort": years})
            moving = {
                term: value * factors if self.family.unit(term) == "yr" else value for term, value in self.terms.items()
            }
            return Lifetime.from_terms(self.name, **moving)
        return Lifetime.from_terms(self.name, **self.terms)

    @property
    def ratio(self) -> float:
        """Mean lifetime of the last cohort of a trend over that of its first; 1 without a trend."""
        return 1.0 if self.family.trend is None else float(np.exp(self.fit.theta[-1]))

    def factor(self, cohort: int) -> float:
        """Mean lifetime of a cohort over that of the reference cohort; 1 without a trend."""
        trend = self.family.trend
        return 1.0 if trend is None else float(trend.factors(self.ratio, np.array(float(cohort))))

    def at_cohort(self, term: str, cohort: int, level: float = LEVEL) -> tuple[float, float, float]:
        """A term in a cohort with its interval, linearised in the logarithm; that of all cohorts without a trend."""
        low, high = self.interval(term, level)
        value = self.terms[term]
        trend = self.family.trend
        if trend is None or self.family.unit(term) != "yr":
            return value, low, high
        if term in self.family.free and self.is_open(term, level):
            return value * self.factor(cohort), 0.0, math.inf
        index = self.family.free.index(term) if term in self.family.free else None

        def logarithm(theta: Floats) -> Floats:
            stretched = float(trend.factors(float(np.exp(theta[-1])), np.array(float(cohort))))
            return np.array([(0.0 if index is None else theta[index]) + math.log(stretched)])

        slope = slopes(logarithm, self.fit.theta)[0]
        half = math.sqrt(self.fit.quantile(level) * max(float(slope @ self.fit.covariance @ slope), 0.0))
        value *= self.factor(cohort)
        return value, value * math.exp(-half), value * math.exp(half)

    @property
    def mean(self) -> float:
        """Mean lifetime, yr; that of the reference cohort with a trend."""
        return float(Lifetime.from_terms(self.name, **self.terms).mean())

    @property
    def sd(self) -> float:
        """Standard deviation of the lifetime, yr; that of the reference cohort with a trend."""
        return float(Lifetime.from_terms(self.name, **self.terms).sd())

    def interval(self, term: str, level: float = LEVEL) -> tuple[float, float]:
        """Profile interval of a term; 0 or inf where it stays open; the value twice for a held term."""
        if term not in self.family.free:
            return self.terms[term], self.terms[term]
        low, high = self.fit.interval(self.family.free.index(term), level)
        return math.exp(low), math.exp(high)

    def is_open(self, term: str, level: float = LEVEL) -> bool:
        """Whether the counts leave an end of the interval open."""
        low, high = self.interval(term, level)
        return low == 0.0 or math.isinf(high)

    def survival(self, ages: Floats) -> Floats:
        """Share in use at exact ages."""
        return self.family.survival(self.fit.theta, ages)


@dataclass
class ProductLifetime:
    """The lifetime of one product, or of several that were counted together.

    Attributes
    ----------
    product : Product
    fits : list of FamilyFit
        All families, the best first.
    chosen : FamilyFit
        The one that tables are given.
    notes : list of str
        What the reader must know of the counts.
    """

    product: Product
    fits: list[FamilyFit]
    sales: SalesHistory | None
    timing: str
    method: str
    coverage: float = 1.0
    notes: list[str] = field(default_factory=list)

    @property
    def chosen(self) -> FamilyFit:
        """The best of the families."""
        return self.fits[0]

    @property
    def blocks(self) -> Sequence[Block]:
        """The counts as they were fitted."""
        return self.chosen.fit.model.blocks

    @property
    def oldest(self) -> float:
        """Oldest age at which the counts look at a cohort, yr."""
        shift = TIMING[self.timing]
        years = [one.year for one in self.product.observations if one.quantity != "sales"]
        tables = [one.year - one.cohort for one in self.product.observations if one.cohort is not None]
        totals = [one for one in self.product.observations if one.cohort is None and one.quantity != "sales"]
        reach = [max(years) - self.sales.first] if self.sales is not None and totals else []
        return max([*tables, *reach]) + shift

    def band(self, block: Block, level: float = LEVEL) -> tuple[Floats, Floats, Floats]:
        """What is fitted to a block, with the interval of the fit (linearised)."""
        return self._band(block.expected, level)

    def course(self, block: Block, level: float = LEVEL) -> tuple[Floats, Floats, Floats, Floats]:
        """Every year that a series spans (two more on either side of a single one), and the fit with its interval."""
        assert block.times is not None and self.sales is not None
        first, last = int(block.times.min()), int(block.times.max())
        more = 2 if first == last else 0
        years = np.arange(max(first - more, self.sales.start), min(last + more, self.sales.last) + 1)
        expected = course_of(
            block.name, [int(year) for year in years], self.chosen.family.survival, self.sales, TIMING[self.timing],
            self.coverage, self.chosen.family.stretch,
        )  # fmt: skip
        return years.astype(float), *self._band(expected, level)

    def _band(self, expected: Callable[[Floats], Floats], level: float) -> tuple[Floats, Floats, Floats]:
        found = self.chosen.fit
        middle = expected(found.theta)
        slope = slopes(expected, found.theta)
        spread = np.sqrt(np.maximum(np.einsum("ni,ij,nj->n", slope, found.covariance, slope), 0.0))
        half = math.sqrt(found.quantile(level)) * spread
        return middle, np.maximum(middle - half, 0.0), middle + half

    def table(self, level: float = LEVEL) -> pd.DataFrame:
        """Families compared, the best first: terms with intervals, mean and sd, criterion and its difference."""
        import pandas as pd

        rows = []
        for one in self.fits:
            for term in one.family.terms:
                low, high = one.interval(term, level)
                rows.append({
                    "region": self.product.region, "product": self.product.label, "survival": one.name, "term": term,
                    "value": one.terms[term], "low": low if low > 0 else math.nan,
                    "high": high if math.isfinite(high) else math.nan, "unit": one.family.unit(term),
                    "fitted": term in one.family.free, "mean": one.mean, "sd": one.sd, "aicc": one.criterion,
                    "aicc_difference": one.difference, "parameters": len(one.family.free),
                    "values": one.fit.model.size,
                })  # fmt: skip
        return pd.DataFrame(rows)

    def fitted(self, level: float = LEVEL) -> pd.DataFrame:
        """Counts beside what is fitted, with the interval of the fit and residuals in their own standard deviations."""
        import pandas as pd

        frames = []
        for block, phi, rho in zip(
            self.blocks, self.chosen.fit.whitening.phi, self.chosen.fit.whitening.rho, strict=True
        ):
            middle, low, high = self.band(block, level)
            plain = block.residuals(self.chosen.fit.theta) / math.sqrt(phi)
            frames.append(pd.DataFrame({
                "region": self.product.region, "product": self.product.label, "quantity": block.name,
                "time": block.times if block.times is not None else math.nan, "observed": block.observed,
                "fitted": middle, "low": low, "high": high, "residual": plain,
                "whitened_residual": whiten(plain, block.times, rho)[0],
            }))  # fmt: skip
        return pd.concat(frames, ignore_index=True)


@dataclass
class LifetimeCalibration(Calibration[ProductLifetime]):
    """Lifetimes of all products of a table, as `mfa.calibrate_lifetime` returns them."""

    timing: str
    method: str
    before: float | None
    coverage: float

    def table(self) -> pd.DataFrame:
        """Families compared, of all products, see `ProductLifetime.table`."""
        return self._joined(lambda one: one.table(self.level))

    def fitted(self) -> pd.DataFrame:
        """Counts beside what is fitted, of all products, see `ProductLifetime.fitted`."""
        return self._joined(lambda one: one.fitted(self.level))

    def rows(self) -> list[Row]:
        """Rows of the table ``lifetime.csv``, one for each term of each product."""
        from mfa.calibration.rows import lifetime_rows

        return lifetime_rows(self)

    def tables(self) -> dict[str, list[Row]]:
        """Rows of all tables of parameters, by name."""
        return {"lifetime": self.rows()}

    def frames(self) -> dict[str, pd.DataFrame]:
        """Tables of results, by the name of their file."""
        return {**super().frames(), "fitted": self.fitted()}

    def record(self) -> dict[str, Any]:
        """How it was found, for ``calibration.json``."""
        products = []
        for one in self.products:
            blocks, whitening = one.blocks, one.chosen.fit.whitening
            products.append({
                "product": one.product.label, "region": one.product.region, "survival": one.chosen.name,
                "terms": one.chosen.terms, "held": dict(one.chosen.family.held), "notes": one.notes,
                "dispersion": {block.name: phi for block, phi in zip(blocks, whitening.phi, strict=True)},
                "autocorrelation": {block.name: rho for block, rho in zip(blocks, whitening.rho, strict=True)},
            })  # fmt: skip
        return {
            "what": "lifetime", "method": self.method, "timing": self.timing, "before": self.before,
            "coverage": self.coverage, "products": products,
        }  # fmt: skip

    def to_text(self) -> str:
        """What was found, in words and tables."""
        from mfa.report.calibration_text import lifetime_text

        return lifetime_text(self)

    def plot(self) -> Any:
        """Figure: counts and fit with its interval, residuals, survival functions compared."""
        from mfa.report.calibration_figure import lifetime_figure

        return lifetime_figure(self)


def calibrate_lifetime(
    observations: str | Path | pd.DataFrame | Observations,
    *,
    product: Sequence[str] | None = None,
    families: Sequence[str] | None = None,
    fix: Mapping[str, float] | None = None,
    trend: bool = False,
    method: str = "auto",
    timing: str = "mid",
    before: float | None = None,
    coverage: float = 1.0,
    tolerance: float = 0.05,
    level: float = LEVEL,
    scenario: str | None = "japan-reference",
) -> LifetimeCalibration:
    """Fit the lifetime of products to what was counted of them.

    Sales and a survival function give what the model would have: stock, discards, mean ages, tables by cohort
    (`mfa.calibration.expected`). The terms of the survival function are those that come nearest to the counts: by
    weighted least squares, or by maximum likelihood (Poisson for discards by year, binomial along each cohort, which is
    multinomial, for tables by cohort), with over-dispersion and autocorrelation (`mfa.calibration.fitting`).

    Parameters
    ----------
    observations : path or DataFrame
        See `mfa.calibration.observations.read_observations`.
    product : sequence of str, optional
        Products to calibrate; all of the table if not given.
    families : sequence of str, optional
        Of exponential, normal, folded_normal, lognormal, weibull, logistic; all are compared if not given.
    fix : mapping of str to float, optional
        Terms that are held, such as ``{"shape": 2.5}``.
    trend : bool
        Whether lifetimes change from cohort to cohort: straight in the mean from the first to the last cohort of the
        sales, all ages at exit in proportion.
    method : {"auto", "least_squares", "maximum_likelihood"}
        auto: least squares for stocks by year and mean ages, maximum likelihood for discards and tables by cohort.
    timing : {"mid", "start", "end"}
        When in the year units enter use; the scenario's own should be the same.
    before : float, 1/yr, optional
        Yearly growth of the sales before the first year of the table; 0 holds the first year's back. Not given: nothing
        was sold before.
    coverage : float, 1, in ]0, 1]
        Share of all discards that the counts of discards hold.
    tolerance : float, 1, >= 0
        Share by which counts may be above what sales explain, as errors of counting.
    level : float, 1, in ]0, 1[
        Of the intervals shown.
    scenario : str, optional
        Whose products, regions and sources are checked against; None: not checked.

    Returns
    -------
    LifetimeCalibration

    Raises
    ------
    InputError
        With all faults of the table and of all products: too short series, stocks above all sales, sales that are
        missing; each says what can be said all the same.

    References
    ----------
    Lawless (2003), Statistical Models and Methods for Lifetime Data, 2nd ed., chapters 3 and 5.
    Oguchi and Fuse (2015), Regional and longitudinal estimation of product lifespan distribution: a case study for
    automobiles and a simplified estimation method, Environmental Science & Technology 49.
    Burnham and Anderson (2002), Model Selection and Multimodel Inference, 2nd ed., for AICc and QAIC.

    Examples
    --------
    The stock of 100 units a year that live 8 years on average, found again:

    >>> import pandas as pd, xarray as xr
    >>> from mfa import Lifetime, inflow_driven
    >>> sales = xr.DataArray([100.0] * 20, coords={"time": range(2000, 2020)})
    >>> stock = inflow_driven(sales, Lifetime.weibull(mean=8, shape=2)).stock
    >>> rows = [("sales", year, 100.0, "unit/yr") for year in range(2000, 2020)]
    >>> rows += [("stock", year, float(stock.sel(time=year)), "unit") for year in range(2004, 2020)]
    >>> frame = pd.DataFrame(rows, columns=["quantity", "time", "value", "unit"])
    >>> frame[["product", "provenance", "source"]] = ["lamp", "estimate", "EXPERT"]
    >>> found = calibrate_lifetime(frame, families=["weibull"], scenario=None)
    >>> {term: round(value, 3) for term, value in found["lamp"].chosen.terms.items()}
    {'mean': 8.0, 'shape': 2.0}
    """
    from mfa.calibration.setting import read_setting

    held = dict(fix or {})
    _check_options(method, timing, before, coverage, tolerance, level)
    wanted = chosen_families(None if families is None else list(families), held)
    setting = read_setting(scenario, observations)
    read = read_observations(observations, setting.products, setting.regions, setting.sources)
    chosen = chosen_products(read, product)
    faults: list[Fault] = []
    found: list[ProductLifetime] = []
    for one in chosen:
        calibrated = _calibrate(one, wanted, trend, method, timing, before, coverage, tolerance, level, faults)
        if calibrated is not None:
            found.append(calibrated)
    if faults:
        raise InputError(faults)
    return LifetimeCalibration(found, read, setting, level, timing, method, before, coverage)


def chosen_products(read: Observations, labels: Sequence[str] | None) -> list[Product]:
    """Products of a table by label.

    Raises
    ------
    InputError
        If the table does not have one.
    """
    known = [one.label for one in read.products]
    wanted = [label for label in labels or known if label not in known]
    if wanted:
        raise InputError([Fault(read.name, f"nothing was counted of '{label}'", suggest(label, known, "products"))
                          for label in wanted])  # fmt: skip
    return [one for one in read.products if labels is None or one.label in labels]


def _check_options(
    method: str, timing: str, before: float | None, coverage: float, tolerance: float, level: float
) -> None:
    faults = []
    if method not in METHODS:
        faults.append(Fault("method", f"unknown '{method}'", suggest(method, METHODS, "methods")))
    if timing not in TIMING:
        faults.append(Fault("timing", f"unknown '{timing}'", suggest(timing, TIMING, "choices")))
    if before is not None and not -0.5 < before < 1.0:
        faults.append(Fault("before", f"a growth of {before:g} a year", "write 0.03 for 3 %"))
    if not 0.0 < coverage <= 1.0:
        faults.append(Fault("coverage", f"is {coverage:g}", "give a share above 0 and at most 1"))
    if not 0.0 <= tolerance < 1.0:
        faults.append(Fault("tolerance", f"is {tolerance:g}", "give a share such as 0.05"))
    if not 0.5 <= level < 1.0:
        faults.append(Fault("level", f"is {level:g}", "give a level such as 0.95"))
    if faults:
        raise InputError(faults)


def _calibrate(
    product: Product, families: Sequence[Family], trend: bool, method: str, timing: str, before: float | None,
    coverage: float, tolerance: float, level: float, faults: list[Fault],
) -> ProductLifetime | None:  # fmt: skip
    """Fit all families to one product; faults are added to the list."""
    rows = product.of("sales")
    sales = SalesHistory(rows, before) if rows else None
    found = data_faults(product, sales, before, tolerance)
    if found:
        faults += found
        return None
    shift = TIMING[timing]
    fits = []
    wrong: list[Fault] = []
    if trend:
        course = trend_of(product, sales)
        families = [replace(family, trend=course) for family in families]
    for family in families:
        blocks = blocks_of(product, family.survival, sales, shift, method, coverage, family.stretch)
        sizes = {block.name: (block.size, block.counted) for block in blocks}
        wrong = list(scatter_faults(product, sizes, len(family.free)))
        if wrong:
            continue
        model = Model(blocks, *family.bounds(), family.project)
        longest = max(one.year for one in product.observations) - min(
            [one.cohort or one.year for one in product.observations]
        )
        fits.append(FamilyFit(family, fit(model, family.starts(float(longest)))))
    if not fits:
        faults += wrong
        return None
    _rank(fits)
    calibrated = ProductLifetime(product, fits, sales, timing, method, coverage)
    best = calibrated.chosen
    if "mean" in best.family.free and best.is_open("mean", level):
        faults.append(_open_fault(calibrated, level))
        return None
    calibrated.notes = _notes(calibrated, wrong, before, coverage)
    return calibrated


def trend_of(product: Product, sales: SalesHistory | None) -> Trend:
    """Trend over the cohorts that were counted; its reference is the middle one by sales, which is told best."""
    cohorts = [one.cohort or one.year for one in product.observations if one.quantity == "sales" or one.cohort]
    first, last = min(cohorts), max(cohorts)
    if sales is None:
        return Trend(first, last, (first + last) // 2)
    years = np.arange(first, last + 1)
    sold = np.array([sales.of(int(year)) for year in years])
    return Trend(first, last, round(float(years @ sold / sold.sum())))


def _rank(fits: list[FamilyFit]) -> None:
    """Give each its AICc; counts by quasi-likelihood, all with the least dispersion of the families (QAIC).

    The correction for few values is that of errors whose size is estimated; where all are known there is none.
    """
    blocks = len(fits[0].fit.model.blocks)
    least = [min(one.fit.whitening.phi[i] for one in fits) for i in range(blocks)]
    for one in fits:
        total, more = 0.0, 0
        for i, block in enumerate(one.fit.model.blocks):
            rho = one.fit.whitening.rho[i]
            white, determinant = whiten(block.residuals(one.fit.theta), block.times, rho)
            squares = float(white @ white)
            if block.counted:
                total += squares / least[i]
            else:
                total += block.size * math.log(max(squares, 1e-300) / block.size)
                more += 1
            total += 2.0 * determinant
        size, k = one.fit.model.size, len(one.family.free) + more
        small = 2.0 * k * (k + 1) / (size - k - 1) if more and size > k + 1 else 0.0
        one.criterion = total + 2.0 * k + small
    fits.sort(key=lambda one: one.criterion)
    for one in fits:
        one.difference = one.criterion - fits[0].criterion


def _open_fault(found: ProductLifetime, level: float) -> Fault:
    """The counts are too short or too scattered for a mean; what can be said."""
    best = found.chosen
    low, high = best.interval("mean", level)
    age = found.oldest
    grid = np.linspace(0.0, age, 400)
    left = [float(one.survival(np.array([age]))[0]) for one in found.fits]
    area = [float(np.trapezoid(one.survival(grid), grid)) for one in found.fits]
    limits = f"from {low:.3g} yr up, without end" if math.isinf(high) else f"anything up to {high:.3g} yr"
    what = (
        f"the mean lifetime cannot be told from these counts: {best.name}, {100 * level:.0f} % interval {limits}; the "
        f"oldest cohort is {age:g} years old"
    )
    mend = (
        f"what can be said: {_range(left, '.2f')} are in use at that age, {_range(area, '.3g')} yr of use until then; "
        "give a longer series or a table by age, or hold a term, as by fix shape=2.5 for weibull"
    )
    return Fault(found.product.where, what, mend)


def _range(values: Sequence[float], form: str) -> str:
    low, high = format(min(values), form), format(max(values), form)
    return low if low == high else f"{low} to {high}"


def trend_in(block: Block, theta: Floats) -> bool:
    """Whether residuals of a series rise or fall nearly throughout (rank correlation with the year above 0.9)."""
    if block.times is None or block.size < FEWEST_FOR_TREND:
        return False
    one, other = (np.argsort(np.argsort(values)) for values in (block.times, block.residuals(theta)))
    return bool(abs(np.corrcoef(one, other)[0, 1]) > 0.9)


def _notes(found: ProductLifetime, skipped: list[Fault], before: float | None, coverage: float) -> list[str]:
    """What the reader must know of the counts."""
    best, notes = found.chosen, []
    oldest = found.oldest
    left = float(best.survival(np.array([oldest]))[0])
    if left > 0.1 and before is None:
        notes.append(
            f"{100 * left:.0f} % of the oldest cohort ({oldest:g} yr) are still in use: the mean lifetime is in part "
            "an extrapolation of the survival function"
        )
    low, high = best.interval("mean")
    if "mean" in best.family.free and high > WIDE * low:
        notes.append(f"the counts tell the mean only within {low:.3g} to {high:.3g} yr ({100 * LEVEL:g} %)")
    course = best.family.trend
    if course is not None:
        first, last = (best.at_cohort("mean", cohort) for cohort in (course.first, course.last))
        low_ratio, high_ratio = best.interval(RATIO)
        notes.append(
            f"terms are those of cohort {course.reference}; the mean goes from {first[0]:.3g} yr ({first[1]:.3g}-"
            f"{first[2]:.3g}) in cohort {course.first} to {last[0]:.3g} yr ({last[1]:.3g}-{last[2]:.3g}) in "
            f"{course.last}, the ratio is {best.ratio:.3g} ({low_ratio:.3g}-{high_ratio:.3g})"
        )
    near = [one for one in found.fits if one.difference <= 2.0]
    if len(near) > 1:
        names = ", ".join(f"{one.name} {one.mean:.3g} yr" for one in near)
        notes.append(f"the counts do not tell these apart (AICc within 2): {names}")
    notes += [
        f"the {100 * TABLE_LEVEL:.0f} % interval of {term} has an open end: the table of parameters leaves its low and "
        "high empty"
        for term in best.family.free
        if term != "mean" and best.is_open(term, TABLE_LEVEL)
    ]
    for block, phi, rho in zip(found.blocks, best.fit.whitening.phi, best.fit.whitening.rho, strict=True):
        if block.counted and phi > 1.5:
            notes.append(
                f"{block.name}: errors are {math.sqrt(phi):.3g} times those of counting; intervals allow for it"
            )
        if rho > 0.0:
            notes.append(
                f"{block.name}: residuals hang together from year to year (rho {rho:.2f}); intervals allow for it"
            )
        if trend_in(block, best.fit.theta):
            notes.append(
                f"{block.name}: residuals go one way with the years, which "
                + ("no single lifetime gives" if best.family.trend is None else "this trend does not give either")
                + ": lifetimes have changed from cohort to cohort, or the counts have"
            )
    if before is not None and found.sales is not None:
        words = "as in the first year" if before == 0 else f"growing by {100 * before:g} % a year"
        notes.append(f"sales before {found.sales.first} are assumed {words}")
    elif found.sales is not None:
        notes.append(f"nothing was sold before {found.sales.first}")
    if coverage < 1.0:
        notes.append(f"the counts of discards are taken to hold {100 * coverage:g} % of them")
    weak = {one.provenance for one in found.product.observations} & {"recalled", "estimate"}
    if weak:
        notes.append(f"some counts are {' or '.join(sorted(weak))}: the fit is no better than they are")
    if skipped:
        notes.append("families with more terms were left out: too few values")
    return notes

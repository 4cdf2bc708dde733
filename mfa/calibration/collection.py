"""Collection and hibernation from take-back statistics: the share of the pool that a scheme collects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mfa.calibration.calibration import Calibration, Row
from mfa.calibration.fitting import Block, Fit, Model, fit, slopes
from mfa.calibration.lifetime import LEVEL, chosen_products
from mfa.calibration.observations import Observations, Product, read_observations
from mfa.calibration.pool import Member, base_rows, members_of, pool_by_share_kept, pool_paths, total_pool
from mfa.calibration.setting import Setting, read_setting
from mfa.errors import Fault, InputError
from mfa.inputs.fill import ALL
from mfa.inputs.messages import suggest

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

COURSES = ("auto", "constant", "trend", "yearly")
FEWEST_FOR_TREND = 5
EDGE = 9.2
"""Largest logarithm of the odds of a share: 1e-4 from 0 and 1."""
WIDE = 0.5
"""A share whose interval is wider than this is not told by the counts."""


@dataclass
class ProductCollection:
    """The share of the pool of one product, or of several counted together, that is collected.

    Attributes
    ----------
    product : Product
    course : str
        constant, trend (straight in the logarithm of the odds) or yearly.
    times : array [n]
        Years of the counts.
    pool : array [n], unit/yr
        Direct discards and releases from hibernation in these years.
    share, low, high : array [n], 1
        Share collected by year with its interval, in which the bounds of lifetime, exports and hibernation count too.
    statistical : array [2, n]
        The interval of the counts alone.
    kept, kept_interval, kept_limits : float, (float, float), (float, float)
        Share of the discards kept unused at home, if it was fitted, its interval, and that of 90 %.
    """

    product: Product
    region: str
    course: str
    members: list[Member]
    times: Floats
    observed: Floats
    pool: Floats
    share: Floats
    low: Floats
    high: Floats
    statistical: Floats
    fit: Fit | None
    influence: dict[str, tuple[float, float]]
    kept: float | None = None
    kept_interval: tuple[float, float] = (math.nan, math.nan)
    kept_limits: tuple[float, float] = (math.nan, math.nan)
    criteria: dict[str, float] = field(default_factory=dict)
    components: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    table_limits: Floats | None = None

    @property
    def kept_told(self) -> bool:
        """Whether the share kept at home was fitted, and the counts tell it."""
        return self.kept is not None and self.kept_interval[1] - self.kept_interval[0] <= WIDE

    @property
    def fitted(self) -> Floats:
        """Units collected as the shares have it."""
        return self.share * self.pool

    def table(self) -> pd.DataFrame:
        """Shares by year beside counts and pool."""
        import pandas as pd

        return pd.DataFrame({
            "region": self.region, "product": self.product.label, "time": self.times.astype(int),
            "observed": self.observed, "pool": self.pool, "fitted": self.fitted, "share": self.share, "low": self.low,
            "high": self.high, "low_of_counts": self.statistical[0], "high_of_counts": self.statistical[1],
        })  # fmt: skip


@dataclass
class CollectionCalibration(Calibration[ProductCollection]):
    """Collection shares of all products of a table, as `mfa.calibrate_collection` returns them."""

    def table(self) -> pd.DataFrame:
        """Shares by year, of all products."""
        return self._joined(ProductCollection.table)

    def rows(self) -> list[Row]:
        """Rows of the table ``base_collection_rate.csv``."""
        from mfa.calibration.rows import collection_rows

        return collection_rows(self)

    def tables(self) -> dict[str, list[Row]]:
        """Rows of all tables of parameters: those of `rows`, and ``hibernation_share`` where the counts tell it."""
        from mfa.calibration.rows import hibernation_rows

        found = {"base_collection_rate": self.rows(), "hibernation_share": hibernation_rows(self)}
        return {name: rows for name, rows in found.items() if rows}

    def record(self) -> dict[str, Any]:
        """How it was found, for ``calibration.json``."""
        products = [
            {"product": one.product.label, "region": one.region, "course": one.course, "components": one.components,
             "aicc": one.criteria, "notes": one.notes}
            for one in self.products
        ]  # fmt: skip
        return {"what": "collection", "products": products}

    def to_text(self) -> str:
        """What was found, in words and tables."""
        from mfa.report.calibration_text import collection_text

        return collection_text(self)

    def plot(self) -> Any:
        """Figure: counts and fit, residuals, and the share with its interval."""
        from mfa.report.calibration_figure import collection_figure

        return collection_figure(self)


def calibrate_collection(
    observations: str | Path | pd.DataFrame | Observations,
    *,
    product: Sequence[str] | None = None,
    component: Sequence[str] | None = None,
    course: str = "auto",
    hibernation: bool = False,
    level: float = LEVEL,
    scenario: str = "japan-reference",
) -> CollectionCalibration:
    """Find the share of end-of-life products that a take-back scheme collects.

    collected[t] = share[t] E[t], with E the pool of direct discards and releases from hibernation that sales (or
    counted discards), lifetimes, used exports and hibernation of the scenario give (`mfa.calibration.pool`). The share
    is constant, or straight in the logarithm of its odds over time, so that it stays within 0 and 1, or free in each
    year. Errors of the counts are taken in proportion to their size, with autocorrelation (`mfa.calibration.fitting`).

    Parameters
    ----------
    observations : path or DataFrame
        ``collected`` by year; sales or discards are those of the scenario unless the table has them. Products that the
        scheme counts together are joined: ``smartphone+feature_phone``.
    product : sequence of str, optional
        Products to calibrate; all of the table if not given.
    component : sequence of str, optional
        Components whose ``base_collection_rate`` the rows give; all of the product in the scenario if not given.
    course : {"auto", "constant", "trend", "yearly"}
        auto: constant or trend, whichever has the smaller AICc; constant below five counts.
    hibernation : bool
        Whether the share kept unused at home is fitted too. Counts of take-back say little on it, see
        `docs/calibration.md`.
    level : float, 1
        Of the intervals shown.
    scenario : str
        Name or path of the scenario.

    Returns
    -------
    CollectionCalibration

    Raises
    ------
    InputError
        With all faults of the table and of all products.

    References
    ----------
    Murakami, Oguchi, Tasaki, Daigo and Hashimoto (2010), Lifespan of commodities, part I, Journal of Industrial Ecology
    14(4), for what is kept unused after its use.
    """
    faults = []
    if course not in COURSES:
        faults.append(Fault("course", f"unknown '{course}'", suggest(course, COURSES, "courses")))
    if not 0.5 <= level < 1.0:
        faults.append(Fault("level", f"is {level:g}", "give a level such as 0.95"))
    if course == "yearly" and hibernation:
        faults.append(Fault("hibernation", "cannot be fitted beside a share of its own in each year", "use constant"))
    if faults:
        raise InputError(faults)
    setting = read_setting(scenario, observations)
    assert setting.scenario is not None
    read = read_observations(observations, setting.products, setting.regions, setting.sources)
    inputs = setting.scenario.inputs()
    known = list(inputs.labels["component"])
    faults += [Fault("component", f"unknown '{one}'", suggest(one, known, "components")) for one in component or ()
               if one not in known]  # fmt: skip
    found = []
    for one in chosen_products(read, product):
        region = one.region if one.region != ALL else setting.scenario.regions[0]
        wrong = _faults(one, np.asarray(inputs.years))
        if wrong:
            faults += wrong
            continue
        try:
            members = members_of(one, setting.scenario, inputs, region)
            calibrated = _calibrate(one, region, members, course, hibernation, level)
        except InputError as error:
            faults += error.faults
            continue
        calibrated.components = list(component or _components(setting, one, known))
        found.append(calibrated)
    if faults:
        raise InputError(faults)
    return CollectionCalibration(found, read, setting, level)


def _components(setting: Setting, product: Product, known: list[str]) -> list[str]:
    assert setting.scenario is not None
    rows = [base_rows(setting.scenario, "base_collection_rate", label) for label in product.labels]
    named = [name for name in known if any(name in row for row in rows)]
    return named or [ALL]


def _faults(product: Product, years: NDArray[np.int64]) -> list[Fault]:
    rows = product.of("collected")
    if not rows:
        mend = "give collected units by year (quantity 'collected', unit/yr)"
        return [Fault(product.where, "no counts of collected units", mend)]
    faults = []
    beyond = sorted({one.year for one in product.observations if not years[0] <= one.year <= years[-1]})
    if beyond:
        what = f"counts of {', '.join(map(str, beyond[:5]))} lie outside of the scenario, {years[0]}-{years[-1]}"
        faults.append(Fault(product.where, what, "take them out, or use a scenario with these years"))
    for quantity in ("sales", "discards"):
        given = [one.year for one in product.of(quantity, by_cohort=False)]
        last = rows[-1].year
        missing = sorted(set(range(given[0], last + 1)) - set(given)) if given else []
        if missing:
            mend = "give every year up to the last count, or none: then those of the scenario are used"
            faults.append(Fault(product.where, f"{quantity} of {', '.join(map(str, missing[:6]))} missing", mend))
    return faults


def _calibrate(
    product: Product, region: str, members: list[Member], course: str, hibernation: bool, level: float
) -> ProductCollection:
    rows = product.of("collected")
    observed = np.array([one.value for one in rows])
    errors = np.array([one.error for one in rows])
    times = np.array([one.year for one in rows], dtype=float)
    at = times.astype(int) - int(members[0].years[0])
    pool = total_pool(members)[at]
    above = [(one, e) for one, e in zip(rows, pool, strict=True) if one.value > e]
    if above:
        one, most = max(above, key=lambda pair: pair[0].value / max(pair[1], 1e-300))
        years = ", ".join(str(pair[0].year) for pair in above[:6])
        what = (
            f"more is collected than reaches its end of life in {years}: {one.value:.0f} units in {one.year}, "
            f"{most:.0f} come out of use and hibernation"
        )
        mend = (
            "sales before the first year of the scenario are missing, lifetimes are too long, or the scheme "
            "counts other products too"
        )
        raise InputError(Fault(one.place or product.where, what, mend))
    scale = errors if np.all(errors > 0.0) else None
    paths = {name: (low[at], high[at]) for name, (low, high) in pool_paths(members).items()}
    criteria: dict[str, float] = {}
    found: Fit | None = None
    if course == "yearly" or len(rows) == 1:
        chosen = "yearly"
        share = observed / pool
        spread = np.where(errors > 0.0, errors, 0.0) / pool
        base, table_base = (
            np.clip(np.stack([share - half * spread, share + half * spread]), 0.0, 1.0)
            for half in (_normal(level), _normal(0.9))
        )
    else:
        fits = {
            name: _fit(name, observed, scale, times, members, at, pool, hibernation)
            for name in (("constant", "trend") if course == "auto" else (course,))
            if not (course == "auto" and name == "trend" and len(rows) < FEWEST_FOR_TREND)
        }
        if any(one.freedom < 1.0 for one in fits.values()):
            what = f"{len(rows)} counts are too few for this many parameters"
            raise InputError(Fault(product.where, what, "give more years, or course 'constant' or 'yearly'"))
        criteria = {name: _criterion(one) for name, one in fits.items()}
        chosen = min(criteria, key=lambda name: criteria[name])
        found = fits[chosen]
        share, base = _shares(chosen, found, times, level)
        table_base = _shares(chosen, found, times, 0.9)[1]
    kept: float | None = None
    kept_interval, kept_limits = (math.nan, math.nan), (math.nan, math.nan)
    if hibernation and found is not None:
        kept = float(_expit(found.theta[-1]))
        kept_interval, kept_limits = (_ends(found, len(found.theta) - 1, wanted) for wanted in (level, 0.9))
        if kept_interval[1] - kept_interval[0] <= WIDE:
            pool = pool_by_share_kept(members)(kept)[at]
            paths.pop("hibernation_share", None)
        else:  # not told by the counts: the share collected goes with what the scenario has
            found = _fit(chosen, observed, scale, times, members, at, pool, False)
            share, base = _shares(chosen, found, times, level)
            table_base = _shares(chosen, found, times, 0.9)[1]
    low, high, influence = _widened(share, base, pool, paths, _normal(level) / _normal(0.9))
    table_low, table_high, _ = _widened(share, table_base, pool, paths)
    result = ProductCollection(product, region, chosen, members, times, observed, pool, share, low, high, base, found,
                               influence, kept, kept_interval, kept_limits, criteria,
                               table_limits=np.stack([table_low, table_high]))  # fmt: skip
    result.notes = _notes(result)
    return result


def _expit(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def _logit(share: Any) -> Any:
    inside = np.clip(share, 1e-4, 1.0 - 1e-4)
    return np.log(inside / (1.0 - inside))


def _odds(course: str, theta: Floats, times: Floats) -> Floats:
    """Logarithm of the odds of the share by year."""
    if course == "constant":
        return np.full(len(times), theta[0])
    along = (times - times[0]) / max(times[-1] - times[0], 1.0)
    return theta[0] + along * (theta[1] - theta[0])


def _fit(
    course: str, observed: Floats, scale: Floats | None, times: Floats, members: list[Member], at: Any,
    pool: Floats, hibernation: bool,
) -> Fit:  # fmt: skip
    most = 1.0 - max(float(member.exported.max()) for member in members)
    by_share = pool_by_share_kept(members) if hibernation else None

    def expected(theta: Floats) -> Floats:
        reached = pool if by_share is None else by_share(float(_expit(theta[-1])))[at]
        return _expit(_odds(course, theta, times)) * reached

    size = (1 if course == "constant" else 2) + hibernation
    low, high = np.full(size, -EDGE), np.full(size, EDGE)
    if hibernation:
        high[-1] = min(EDGE, float(_logit(most)))
    kind = "log" if scale is None else "scaled"
    block = Block("collected", observed, expected, kind, times, scale, scale is not None)
    first = _logit(observed / pool)
    start = [float(np.mean(first))] if course == "constant" else [float(first[0]), float(first[-1])]
    starts = [np.array([*start, *([_logit(kept)] if hibernation else [])]) for kept in (0.2, 0.5, 0.8)]
    return fit(Model([block], low, high), starts[: 3 if hibernation else 1])


def _criterion(found: Fit) -> float:
    """AICc of one block of counts with normal errors."""
    from mfa.calibration.fitting import whiten

    block, rho = found.model.blocks[0], found.whitening.rho[0]
    white, determinant = whiten(block.residuals(found.theta), block.times, rho)
    size, k = block.size, len(found.theta) + 1
    total = size * math.log(max(float(white @ white), 1e-300) / size) + 2.0 * determinant + 2.0 * k
    return total + (2.0 * k * (k + 1) / (size - k - 1) if size > k + 1 else 0.0)


def _ends(found: Fit, which: int, level: float) -> tuple[float, float]:
    """Profile interval of a share, from that of the logarithm of its odds."""
    low, high = found.interval(which, level)
    return float(_expit(np.array(low))), float(_expit(np.array(high)))


def _shares(course: str, found: Fit, times: Floats, level: float) -> tuple[Floats, Floats]:
    """Shares by year, and their interval of the counts alone: profile if constant, linearised in the odds if not."""
    share = _expit(_odds(course, found.theta, times))
    if course == "constant":
        return share, np.stack([np.full(len(times), end) for end in _ends(found, 0, level)])
    slope = slopes(lambda theta: _odds(course, theta, times), found.theta)
    spread = np.sqrt(np.maximum(np.einsum("ni,ij,nj->n", slope, found.covariance, slope), 0.0))
    half = math.sqrt(found.quantile(level)) * spread
    odds = _odds(course, found.theta, times)
    return share, np.stack([_expit(odds - half), _expit(odds + half)])


def _normal(level: float) -> float:
    """Half width of a normal interval in standard deviations."""
    from scipy.special import ndtri

    return float(ndtri(0.5 + level / 2.0))


def _widened(
    share: Floats, base: Floats, pool: Floats, paths: dict[str, tuple[Floats, Floats]], factor: float = 1.0
) -> tuple[Floats, Floats, dict[str, tuple[float, float]]]:
    """Interval of the counts and the bounds of the inputs together: deviations of the log-odds in quadrature.

    Every bounded input is moved to its two bounds while the others stay. `factor` widens these, which are 5 and 95 %
    limits, to another level. Returns also the mean share at either bound.
    """
    centre = _logit(share)
    below, above = (centre - _logit(base[0])) ** 2, (_logit(base[1]) - centre) ** 2
    influence = {}
    for name, ends in paths.items():
        shares = np.stack([np.clip(share * pool / np.maximum(end, 1e-300), 0.0, 1.0) for end in ends])
        least, most = _logit(shares.min(axis=0)), _logit(shares.max(axis=0))
        below += (factor * np.maximum(centre - least, 0.0)) ** 2
        above += (factor * np.maximum(most - centre, 0.0)) ** 2
        influence[name] = (float(shares[0].mean()), float(shares[1].mean()))
    return _expit(centre - np.sqrt(below)), _expit(centre + np.sqrt(above)), influence


def _notes(found: ProductCollection) -> list[str]:
    notes = []
    if found.product.of("discards"):
        notes.append("discards are those of the table")
    else:
        sales = "" if found.product.of("sales") else "sales, "
        notes.append(f"{sales}lifetimes, exports and hibernation are those of the scenario")
    if found.course == "yearly":
        notes.append(
            "a share of its own in each year: nothing is left to tell the scatter, the interval is that of the inputs"
        )
    rho = 0.0 if found.fit is None else found.fit.whitening.rho[0]
    if rho > 0.5:
        notes.append(
            f"residuals hang together from year to year (rho {rho:.2f}): a {found.course} share is too simple, course "
            "'yearly' follows the counts"
        )
    if found.kept is not None and not found.kept_told:
        notes.append(
            "the share kept unused at home is not told by these counts: only its product with the share collected is"
        )
    if found.product.of("discards") and any(member.discards is not None for member in found.members):
        notes.append("years without counted discards count as 0 in the store of hibernation")
    return notes

"""Fitting: blocks of counts, their residuals under a model, least squares of these, and profile intervals.

All blocks are brought to residuals whose squares add up to a deviance: differences for least squares (of logarithms
where errors are in proportion to the size, so that ups and downs weigh alike), deviance residuals for counts (McCullagh
and Nelder 1989, section 2.4.3), whose sum of squares is twice the distance to the largest likelihood that is possible,
so that the least sum of squares is the maximum of the likelihood. Two things keep the intervals honest:

over-dispersion
    each block is divided by its dispersion phi, the mean square of its residuals. For counts phi is not let below 1
    (quasi-likelihood, McCullagh and Nelder 1989, section 9.2); nor for values that come with their error (the Birge
    ratio); else it is simply the variance.
autocorrelation
    residuals of a yearly series are whitened as those of a first-order autoregressive process, also over gaps, with the
    rho at the upper quartile of its restricted likelihood (Prais and Winsten 1954; Seber and Wild 2003, section 6.2;
    Harville 1977).

The interval of a parameter at a level L holds all values at which the least sum of squares over the other parameters
stays below the least one of all plus F(L; 1, n - p) (profile likelihood, with the F quantile as phi is estimated: Bates
and Watts 1988, section 6.1). A series of n values counts as n (1 - rho^2)/(1 + rho^2) for this, as many independent
ones as tell a variance equally well (Bayley and Hammersley 1946), and each rho as a parameter.

References
----------
McCullagh and Nelder (1989), Generalized Linear Models, 2nd ed.
Bates and Watts (1988), Nonlinear Regression Analysis and Its Applications.
Seber and Wild (2003), Nonlinear Regression.
Bayley and Hammersley (1946), The "effective" number of independent observations in an autocorrelated time series,
Supplement to the Journal of the Royal Statistical Society 8(2).
Harville (1977), Maximum likelihood approaches to variance component estimation and to related problems, Journal of the
American Statistical Association 72(358).
Prais and Winsten (1954), Trend Estimators and Serial Correlation, Cowles Commission Discussion Paper 383.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEWEST_FOR_RHO = 6
"""Values of a series from which on its autocorrelation is estimated."""
CAUTION = 0.75
"""Quantile of the restricted likelihood of rho that is used."""
RHOS = np.arange(0.0, 0.96, 0.05)
ROUNDS = 4
"""Times that dispersions and autocorrelations are estimated anew."""
TINY = 1e-9
FLOOR = 1e-3
"""Share of the largest count that smaller ones, and what is expected, are taken for in logarithms."""


@dataclass(frozen=True)
class Block:
    """Counts of one kind, with what a model expects of them.

    Attributes
    ----------
    name : str
        The quantity.
    observed : array [n]
    expected : callable of theta to array [n]
    kind : str
        ``scaled``: (observed - expected)/scale. ``log``: ln(observed/expected), errors in proportion to the size.
        ``poisson``: counts around what is expected. ``binomial``: counts out of `trials`.
    times : array [n], optional
        Years of a series, whose residuals may hang together; None: they do not.
    scale : array [n]
        Error of each value of a scaled block, or 1.
    known : bool
        Whether the scale is the error itself, so that phi is not let below 1.
    trials : array [n]
        Of a binomial count.
    """

    name: str
    observed: Floats
    expected: Callable[[Floats], Floats]
    kind: str = "scaled"
    times: Floats | None = None
    scale: Floats | None = None
    known: bool = False
    trials: Floats | None = None

    @property
    def size(self) -> int:
        """Number of values."""
        return len(self.observed)

    @property
    def counted(self) -> bool:
        """Whether phi has a floor of 1."""
        return self.known or self.kind in ("poisson", "binomial")

    def residuals(self, theta: Floats) -> Floats:
        """Residuals, not whitened, of unit variance if phi is 1."""
        expected = self.expected(theta)
        if self.kind == "log":
            floor = FLOOR * max(float(self.observed.max()), TINY)
            return np.log(np.maximum(self.observed, floor)) - np.log(np.maximum(expected, floor))
        if self.kind == "scaled":
            assert self.scale is not None
            return (self.observed - expected) / self.scale
        if self.kind == "poisson":
            return deviance_residuals(self.observed, expected)
        assert self.trials is not None
        rest, missing = np.maximum(self.trials - self.observed, 0.0), np.maximum(self.trials - expected, TINY)
        one, other = deviance_residuals(self.observed, expected), deviance_residuals(rest, missing)
        return np.sign(self.observed - expected) * np.hypot(one, other)


def deviance_residuals(observed: Floats, expected: Floats) -> Floats:
    """Signed roots of 2 (y ln(y/mu) - (y - mu)).

    Examples
    --------
    >>> deviance_residuals(np.array([0.0, 100.0]), np.array([2.0, 100.0]))  # -sqrt(2 x 2)
    array([-2.,  0.])
    """
    mu = np.maximum(expected, TINY)
    relative = observed / mu - 1.0
    near = np.abs(relative) < 1e-3
    small = np.where(near, relative, 0.0)
    series = small * small * (1.0 - small / 3.0)  # 2 ((1 + d) ln(1 + d) - d)
    ratio = np.where(observed > 0.0, observed / mu, 1.0)
    exact = 2.0 * (observed / mu * np.log(ratio) - relative)
    return np.sign(relative) * np.sqrt(mu * np.where(near, series, np.maximum(exact, 0.0)))


@dataclass
class Model:
    """Blocks under common parameters.

    Attributes
    ----------
    blocks : list of Block
    low, high : array [p]
        Where the parameters may lie.
    project : callable
        The nearest point that is a model at all.
    """

    blocks: Sequence[Block]
    low: Floats
    high: Floats
    project: Callable[[Floats], Floats] = lambda theta: theta

    @property
    def size(self) -> int:
        """Number of values."""
        return sum(block.size for block in self.blocks)

    def inside(self, theta: Floats) -> Floats:
        """The nearest point within the bounds."""
        return self.project(np.clip(theta, self.low, self.high))

    def residuals(self, theta: Floats, whitening: Whitening) -> Floats:
        """Whitened residuals over the roots of the dispersions; larger and larger outside of the bounds."""
        inside = self.inside(theta)
        beyond = float(np.abs(theta - inside).sum())
        parts = [
            whiten(block.residuals(inside), block.times, rho)[0] / math.sqrt(phi)
            for block, phi, rho in zip(self.blocks, whitening.phi, whitening.rho, strict=True)
        ]
        return np.concatenate(parts) * (1.0 + 10.0 * beyond)


@dataclass
class Whitening:
    """Dispersion and autocorrelation of each block."""

    phi: list[float]
    rho: list[float]


def whiten(residuals: Floats, times: Floats | None, rho: float) -> tuple[Floats, float]:
    """Residuals of a first-order autoregressive series made independent, and the logarithm of the determinant.

    w[i] = (r[i] - rho^d r[i-1]) / sqrt(1 - rho^(2d)) with d the years between the two.

    Examples
    --------
    >>> whiten(np.array([1.0, 0.5]), np.array([2000.0, 2001.0]), 0.5)[0]
    array([1., 0.])
    """
    if times is None or rho == 0.0 or len(residuals) < 2:
        return residuals, 0.0
    power = rho ** np.diff(times)
    rest = np.sqrt(1.0 - power**2)
    return np.concatenate([residuals[:1], (residuals[1:] - power * residuals[:-1]) / rest]), float(np.log(rest).sum())


def likely_rho(residuals: Floats, times: Floats, slope: Floats) -> float:
    """The autocorrelation of a series, on the side of caution: the upper quartile of its restricted likelihood.

    Residuals look less alike than the errors are, as the fit follows these. The restricted likelihood
    |V|^(-1/2) |X' V^-1 X|^(-1/2) (r' V^-1 r)^(-(n - p)/2) allows for it (Harville 1977), all rho from 0 to
    0.95 being alike before. A short series says little on rho, and intervals are too narrow by more where rho is taken
    too small than they are too wide where it is taken too large: hence the quartile.

    Parameters
    ----------
    residuals, times : array [n]
    slope : array [n, p]
        Slopes of the residuals in the parameters, X.
    """
    n, p = slope.shape
    columns = np.column_stack([residuals, slope])
    power = RHOS[:, None] ** np.diff(times)
    rest = np.sqrt(1.0 - power**2)
    first = np.broadcast_to(columns[:1], (len(RHOS), 1, p + 1))
    later = (columns[1:] - power[:, :, None] * columns[:-1]) / rest[:, :, None]
    white = np.concatenate([first, later], axis=1)
    products = np.einsum("rni,rnj->rij", white, white)
    sign, information = np.linalg.slogdet(products[:, 1:, 1:])
    squares = np.maximum(products[:, 0, 0], 1e-300)
    score = -np.log(rest).sum(axis=1) - np.where(sign > 0, information, 0.0) / 2.0 - (n - p) / 2.0 * np.log(squares)
    weight = np.cumsum(np.exp(score - score.max()))
    return float(np.interp(CAUTION, weight / weight[-1], RHOS))


@dataclass
class Fit:
    """Parameters with the least sum of squares.

    Attributes
    ----------
    theta : array [p]
    squares : float
        The least sum of squares, each block over its phi.
    whitening : Whitening
    freedom : float
        Independent values that the counts are worth, less parameters and autocorrelations.
    """

    model: Model
    theta: Floats
    squares: float
    whitening: Whitening
    freedom: float
    _limits: dict[tuple[int, float], tuple[float, float]] = field(default_factory=dict)

    @functools.cached_property
    def jacobian(self) -> Floats:
        """Slopes of the whitened residuals."""
        return slopes(lambda theta: self.model.residuals(theta, self.whitening), self.theta)

    @functools.cached_property
    def covariance(self) -> Floats:
        """Covariance of the parameters, linearised; infinite where nothing tells them."""
        information = self.jacobian.T @ self.jacobian
        try:
            found: Floats = np.linalg.inv(information).astype(np.float64)
        except np.linalg.LinAlgError:
            return np.full(information.shape, np.inf)
        return found if np.all(np.diag(found) > 0.0) else np.full(information.shape, np.inf)

    def quantile(self, level: float) -> float:
        """Rise of the sum of squares at the ends of an interval: F(level; 1, freedom)."""
        from scipy.special import stdtrit

        freedom = self.freedom if self.freedom > 0 else math.inf
        return float(stdtrit(freedom, 0.5 + level / 2.0) ** 2) if math.isfinite(freedom) else _chi(level)

    def interval(self, which: int, level: float) -> tuple[float, float]:
        """Profile interval of a parameter; -inf or inf where it is still open at the end of what is looked at."""
        if (which, level) not in self._limits:
            rise = self.quantile(level)
            low, high = (_end(self, which, rise, side) for side in (-1.0, 1.0))
            self._limits[which, level] = (low, high)
        return self._limits[which, level]

    def holds(self, which: int, value: float, level: float) -> bool:
        """Whether a value of a parameter lies within its profile interval, without looking for the ends."""
        return _Profile(self, which).rise(value) <= self.quantile(level)


def _chi(level: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + level / 2.0) ** 2)


def slopes(function: Callable[[Floats], Floats], theta: Floats) -> Floats:
    """Slopes of a vector by central differences."""
    columns = []
    for i in range(len(theta)):
        step = np.zeros_like(theta)
        step[i] = 1e-5 * max(1.0, abs(float(theta[i])))
        columns.append((function(theta + step) - function(theta - step)) / (2.0 * step[i]))
    return np.stack(columns, axis=1)


def fit(model: Model, starts: Sequence[Floats]) -> Fit:
    """Fit a model from the best of some points.

    Parameters
    ----------
    model : Model
    starts : sequence of array [p]

    Returns
    -------
    Fit
    """
    whitening = Whitening([1.0] * len(model.blocks), [0.0] * len(model.blocks))
    squares = np.array([
        [float(np.sum(block.residuals(start) ** 2)) for block in model.blocks]
        for start in map(model.inside, starts)
    ])  # fmt: skip
    for i, block in enumerate(model.blocks):  # blocks of unlike size must weigh alike before phi is known
        if not block.counted:
            whitening.phi[i] = max(float(squares[:, i].min()) / block.size, 1e-24)
    least = squares @ (1.0 / np.array(whitening.phi))
    theta = min(
        (_least_squares(model, starts[i], whitening) for i in np.argsort(least)[:2]),
        key=lambda found: float(np.sum(model.residuals(found, whitening) ** 2)),
    )
    for _ in range(ROUNDS):
        before = (list(whitening.phi), list(whitening.rho))
        _update(model, theta, whitening)
        settled = np.allclose(before[0], whitening.phi, rtol=0.02) and np.allclose(before[1], whitening.rho, atol=0.02)
        theta = _least_squares(model, theta, whitening)
        if settled:
            break
    total = float(np.sum(model.residuals(theta, whitening) ** 2))
    alike = zip(model.blocks, whitening.rho, strict=True)
    worth = sum(block.size * (1.0 - rho**2) / (1.0 + rho**2) - (rho > 0.0) for block, rho in alike)
    freedom = max(worth - len(theta), 1.0) if model.size > len(theta) else 0.0
    return Fit(model, theta, total, whitening, freedom)


def _update(model: Model, theta: Floats, whitening: Whitening) -> None:
    """Estimate phi and rho of each block from its residuals."""
    share = max(model.size - len(theta), 1) / model.size
    for i, block in enumerate(model.blocks):
        plain = block.residuals(theta)
        if block.times is not None and block.size >= FEWEST_FOR_RHO:
            whitening.rho[i] = likely_rho(plain, block.times, slopes(block.residuals, theta))
        white = whiten(plain, block.times, whitening.rho[i])[0]
        phi = float(white @ white) / max(block.size * share, TINY)
        whitening.phi[i] = max(phi, 1.0 if block.counted else 1e-24)


def _least_squares(model: Model, start: Floats, whitening: Whitening) -> Floats:
    """Least squares by Levenberg and Marquardt."""
    from scipy.optimize import leastsq

    if model.size < len(start):
        return start
    found: Floats = np.atleast_1d(leastsq(model.residuals, start, args=(whitening,), xtol=1e-7, ftol=1e-10)[0])
    return model.inside(found)


class _Profile:
    """Least sum of squares over the other parameters, as a function of one."""

    def __init__(self, found: Fit, which: int) -> None:
        self.found, self.which = found, which
        self.others = [i for i in range(len(found.theta)) if i != which]
        self.warm = found.theta[self.others]

    def rise(self, value: float) -> float:
        """How far the sum of squares is above the least one of all; infinite where there is no such model."""
        model, whitening, which = self.found.model, self.found.whitening, self.which

        def residuals(rest: Floats) -> Floats:
            return model.residuals(np.array([*rest[:which], value, *rest[which:]]), whitening)

        best, squares = self.warm, float(np.sum(residuals(self.warm) ** 2))
        if self.others:
            from scipy.optimize import leastsq

            own = self.found.theta[self.others]
            for start in (self.warm, own)[: 1 if self.warm is own or np.array_equal(self.warm, own) else 2]:
                rest = np.atleast_1d(leastsq(residuals, start, xtol=1e-5, ftol=1e-8)[0])
                reached = float(np.sum(residuals(rest) ** 2))
                if reached <= squares:
                    best, squares = rest, reached
        theta = np.array([*best[:which], value, *best[which:]])
        if float(np.abs(theta - model.inside(theta)).sum()) > 1e-6:
            return math.inf
        self.warm = best
        return max(squares - self.found.squares, 0.0)


def _end(found: Fit, which: int, rise: float, side: float) -> float:
    """Where the profile of a parameter has risen by `rise`; infinite if it never does."""
    model, profile, wanted = found.model, _Profile(found, which), math.sqrt(rise)
    bound = float(model.high[which] if side > 0 else model.low[which])
    centre = float(found.theta[which])
    spread = math.sqrt(float(found.covariance[which, which]))
    step = spread * wanted if math.isfinite(spread) else abs(bound - centre) / 8.0
    step = min(max(step, 1e-9), abs(bound - centre) / 4.0)

    def root(x: float) -> float:
        """Root of the rise less the one that is looked for: nearly straight in x."""
        return math.sqrt(profile.rise(x)) - wanted

    inner, outer = centre, centre
    low, high = -wanted, -wanted
    while high < 0.0:
        inner, low = outer, high
        if outer == bound:
            return side * math.inf
        outer = min(outer + step, bound) if side > 0 else max(outer - step, bound)
        high = root(outer)
        step *= 1.6 if high < -0.5 * wanted else 1.2
    for _ in range(25):
        wall = math.isinf(high)  # the edge of what is a model at all, not the end of an interval
        share = 0.5 if wall else min(max(low / (low - high), 0.02), 0.98)
        middle = inner + (outer - inner) * share
        value = root(middle)
        if abs(value) < 2e-3 * wanted:
            return middle
        if value < 0.0:
            inner, low = middle, value
        else:
            outer, high = middle, value
        if abs(outer - inner) < 1e-6 * max(1.0, abs(outer)):
            break
    return side * math.inf if math.isinf(high) else outer

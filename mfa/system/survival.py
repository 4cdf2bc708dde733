"""Survival functions: the share of a cohort that is still in use at an age.

A lifetime is held in a canonical form, three numbers: the code of its family and two parameters of it.

=============  ====  ==================  ================  =====================================================
family         code  first               second            share in use at age x
=============  ====  ==================  ================  =====================================================
fixed          0     mean                none              1 if x < mean, else 0
exponential    1     mean                none              exp(-x / mean)
normal         2     mean                sd                1 - Phi((x - mean) / sd), not truncated at age 0
folded_normal  3     mu                  sigma             P(abs(Z) > x), Z normal with mean mu and sd sigma
lognormal      4     mu of ln(lifetime)  sigma of it       1 - Phi((ln x - mu) / sigma)
weibull        5     shape               scale             exp(-(x / scale)^shape)
logistic       6     mean                scale             1 / (1 + exp((x - mean) / scale))
table          7     row of the curves   none              linear between whole ages
=============  ====  ==================  ================  =====================================================

Everything here is plain numpy, ages and lifetimes in years. An unused second parameter is 0.

References
----------
Lawless (2003), Statistical Models and Methods for Lifetime Data, 2nd ed., section 1.3, for the families.
Tsagris, Beneki and Hassani (2014), On the folded normal distribution, Mathematics 2(1), for its moments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FAMILIES: tuple[str, ...] = (
    "fixed",
    "exponential",
    "normal",
    "folded_normal",
    "lognormal",
    "weibull",
    "logistic",
    "table",
)
"""The survival functions, in the order of their codes."""

FIXED, EXPONENTIAL, NORMAL, FOLDED_NORMAL, LOGNORMAL, WEIBULL, LOGISTIC, TABLE = range(8)

TERMS: dict[str, tuple[tuple[str, ...], ...]] = {
    "fixed": (("mean",),),
    "exponential": (("mean",), ("rate",)),
    "normal": (("mean", "sd"),),
    "folded_normal": (("mean", "sd"), ("mu", "sigma")),
    "lognormal": (("mean", "sd"), ("mu", "sigma")),
    "weibull": (("shape", "scale"), ("mean", "sd"), ("mean", "shape")),
    "logistic": (("mean", "scale"), ("mean", "sd")),
}
"""The sets of terms by which each family can be given; mean and sd are always those of the lifetime itself."""

TIMING: dict[str, float] = {"start": 1.0, "mid": 0.5, "end": 0.0}
"""Age at the end of its first year of an item sold on 1 January, at midyear, on 31 December."""

FOLDED_NORMAL_LIMIT = float(np.sqrt(np.pi / 2.0 - 1.0))
"""The largest sd/mean of a folded normal (mu = 0, the half-normal): 0.7555."""


def term_unit(family: str, term: str) -> str:
    """Unit in which a term of a family is held: ``yr``, ``1/yr`` or ``1``.

    Examples
    --------
    >>> term_unit("weibull", "shape"), term_unit("weibull", "scale")
    ('1', 'yr')
    """
    if term == "rate":
        return "1/yr"
    if term == "shape" or (family == "lognormal" and term in ("mu", "sigma")):
        return "1"
    return "yr"


def survival_function(
    age: ArrayLike,
    code: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    curves: Floats | None = None,
) -> Floats:
    """Share of a cohort still in use at an exact age.

    Parameters
    ----------
    age : array, yr, >= 0
        Exact age; broadcast against the three others.
    code : array of int
        Family, an index of `FAMILIES`.
    first, second : array
        Canonical parameters of the family, see the table of this module.
    curves : array [row, whole age from 0 on], 1, optional
        The survival curves of the family ``table``.

    Returns
    -------
    array, 1, in [0, 1]
        NaN past the end of a curve that does not end at 0.

    Examples
    --------
    exp(-(10/10)^2) = 0.3679 of the items outlive the scale of a Weibull:

    >>> round(float(survival_function(10.0, WEIBULL, 2.0, 10.0)), 4)
    0.3679
    """
    age, code = np.asarray(age, dtype=np.float64), np.asarray(code)
    first, second = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    lowest = int(code.min()) if code.size else FIXED
    if code.ndim == 0 or not code.size or lowest == int(code.max()):
        share = _share(lowest, age, first, second, curves)
        shape = np.broadcast_shapes(age.shape, code.shape, first.shape, second.shape)
        return share if share.shape == shape else np.broadcast_to(share, shape).copy()
    age, code, first, second = np.broadcast_arrays(age, code, first, second)
    share = np.empty(age.shape)
    for family in np.unique(code):
        cells = code == family
        share[cells] = _share(int(family), age[cells], first[cells], second[cells], curves)
    return share


def _share(family: int, age: Floats, first: Floats, second: Floats, curves: Floats | None) -> Floats:
    """Survival at `age` for one family."""
    if family == FIXED:
        return np.asarray(age < first, dtype=np.float64)
    if family == EXPONENTIAL:
        return np.exp(-age / first)
    if family == WEIBULL:
        # exp(-exp(shape (ln age - ln scale))): half the time of a power. A steep curve is 0 far past its scale.
        with np.errstate(over="ignore", divide="ignore"):
            share = np.asarray((np.log(age) - np.log(second)) * first)
            np.exp(share, out=share)
        return np.exp(np.negative(share, out=share), out=share)
    if family == TABLE:
        if curves is None:
            raise ValueError("the family 'table' needs its curves")
        return _share_of_curve(age, first, curves)
    from scipy import special

    if family == NORMAL:
        return special.ndtr((first - age) / second)
    if family == FOLDED_NORMAL:
        return special.ndtr((first - age) / second) + special.ndtr((-first - age) / second)
    if family == LOGNORMAL:
        with np.errstate(divide="ignore"):
            return special.ndtr((first - np.log(age)) / second)
    if family == LOGISTIC:
        return special.expit((first - age) / second)
    raise ValueError(f"no family has the code {family}; codes run from 0 to {len(FAMILIES) - 1}")


def _share_of_curve(age: Floats, row: Floats, curves: Floats) -> Floats:
    """Linear reading of a curve by age; beyond its end 0 if it ends at 0, else NaN."""
    age, row = np.broadcast_arrays(age, np.asarray(row, dtype=np.int64))
    last = curves.shape[1] - 1
    whole = np.minimum(age.astype(np.int64), last)
    part = np.where(whole < last, age - whole, 0.0)
    here, there = curves[row, whole], curves[row, np.minimum(whole + 1, last)]
    share = np.where(part > 0.0, (1.0 - part) * here + part * there, here)  # there may be NaN, past the end
    return np.where((age > last) & (curves[row, last] != 0.0), np.nan, share)


def canonical_parameters(family: str, terms: Mapping[str, ArrayLike]) -> tuple[Floats, Floats]:
    """Canonical parameters of a family from one of its sets of terms.

    lognormal: sigma^2 = ln(1 + sd^2/mean^2), mu = ln(mean) - sigma^2/2. Weibull from mean and shape:
    scale = mean/Gamma(1 + 1/shape); from mean and sd the shape k solves
    Gamma(1 + 2/k)/Gamma(1 + 1/k)^2 = 1 + (sd/mean)^2. logistic: scale = sd sqrt(3)/pi. folded normal: mu/sigma solves
    the ratio of the two moments.

    Parameters
    ----------
    family : str
        One of `FAMILIES` but ``table``.
    terms : mapping of str to array
        One of the sets in `TERMS`, in years (a rate in 1/yr); the arrays broadcast.

    Returns
    -------
    first, second : array
        See the table of this module; NaN where a folded normal cannot have this sd/mean.

    Examples
    --------
    >>> first, second = canonical_parameters(
    ...     "weibull", {"mean": 10.0, "sd": 10.0}
    ... )  # the exponential: shape 1
    >>> round(float(first), 6), round(float(second), 6)
    (1.0, 10.0)
    """
    given = {name: np.asarray(value, dtype=np.float64) for name, value in terms.items()}
    if family == "exponential" and "rate" in given:
        return 1.0 / given["rate"], np.zeros_like(given["rate"])
    if family in ("fixed", "exponential"):
        return given["mean"], np.zeros_like(given["mean"])
    if family == "lognormal" and "mean" in given:
        variance = np.log1p((given["sd"] / given["mean"]) ** 2)
        return np.log(given["mean"]) - variance / 2.0, np.sqrt(variance)
    if family == "folded_normal" and "mean" in given:
        return _folded_normal_from_moments(given["mean"], given["sd"])
    if family == "logistic" and "sd" in given:
        return given["mean"], given["sd"] * (np.sqrt(3.0) / np.pi)
    if family == "weibull" and "mean" in given:
        from scipy.special import gamma

        shape = given["shape"] if "shape" in given else _weibull_shape(given["sd"] / given["mean"])
        return shape, given["mean"] / gamma(1.0 + 1.0 / shape)
    pairs = {"normal": "mean sd", "logistic": "mean scale", "weibull": "shape scale"}
    one, two = pairs.get(family, "mu sigma").split()
    return given[one], given[two]


def moments(code: Ints, first: Floats, second: Floats, curves: Floats | None = None) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the lifetime, in years.

    Those of a normal or a logistic are the ones of the whole bell, the part below age 0 included. A table that does not
    end at 0 has neither: NaN.

    Parameters
    ----------
    code, first, second : array of one shape
        Canonical form.
    curves : array [row, whole age], optional
        The survival curves of the family ``table``.

    Returns
    -------
    mean, sd : array, yr

    Examples
    --------
    >>> mean, sd = moments(np.array(LOGISTIC), np.array(15.0), np.array(3.0))
    >>> float(mean), round(float(sd), 4)  # 3 pi / sqrt(3)
    (15.0, 5.4414)
    """
    mean, sd = np.full(code.shape, np.nan), np.full(code.shape, np.nan)
    for family in np.unique(code):
        cells = code == family
        mean[cells], sd[cells] = _moments(int(family), first[cells], second[cells], curves)
    return mean, sd


def _moments(family: int, first: Floats, second: Floats, curves: Floats | None) -> tuple[Floats, Floats]:
    """Mean and sd for one family."""
    if family == FIXED:
        return first, np.zeros_like(first)
    if family == EXPONENTIAL:
        return first, first
    if family == NORMAL:
        return first, second
    if family == LOGISTIC:
        return first, second * (np.pi / np.sqrt(3.0))
    if family == LOGNORMAL:
        mean = np.exp(first + second**2 / 2.0)
        return mean, mean * np.sqrt(np.expm1(second**2))
    if family == FOLDED_NORMAL:
        mean = second * _folded_mean(first / second)
        return mean, np.sqrt(np.maximum(first**2 + second**2 - mean**2, 0.0))
    if family == WEIBULL:
        from scipy.special import gamma

        return second * gamma(1.0 + 1.0 / first), second * gamma(1.0 + 1.0 / first) * _weibull_variation(first)
    assert curves is not None
    left, right = curves[:, :-1], curves[:, 1:]
    ages = np.arange(left.shape[1])
    mean = ((left + right) / 2.0).sum(axis=1)
    # 2 x integral of age x share, share linear within each year: (3 age + 1) left/3 + (3 age + 2) right/3
    square = ((3.0 * ages + 1.0) * left / 3.0 + (3.0 * ages + 2.0) * right / 3.0).sum(axis=1)
    ends = np.where(curves[:, -1] == 0.0, 1.0, np.nan)
    rows = first.astype(np.int64)
    return (mean * ends)[rows], (np.sqrt(np.maximum(square - mean**2, 0.0)) * ends)[rows]


def _folded_mean(ratio: Floats) -> Floats:
    """Mean/sigma of a folded normal with mu/sigma = `ratio`."""
    from scipy.special import erf

    return np.sqrt(2.0 / np.pi) * np.exp(-(ratio**2) / 2.0) + ratio * erf(ratio / np.sqrt(2.0))


def _folded_normal_from_moments(mean: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """Solve mu and sigma of a folded normal; NaN where sd/mean is above its limit."""
    mean, sd = np.broadcast_arrays(mean, sd)
    variation = sd / mean

    def excess(ratio: Floats) -> tuple[Floats, Floats]:
        from scipy.special import erf

        folded = _folded_mean(ratio)
        square = (1.0 + ratio**2) / folded**2
        slope = 2.0 * ratio / folded**2 - 2.0 * square / folded * erf(ratio / np.sqrt(2.0))
        return variation**2 - (square - 1.0), -slope

    ratio = _solve_rising(excess, np.zeros_like(variation), 1.0 / variation + 1.0)
    ratio = np.where(variation < 0.11, 1.0 / variation, ratio)  # mu/sigma > 9: nothing is folded
    sigma = mean / _folded_mean(ratio)
    possible = variation <= FOLDED_NORMAL_LIMIT * (1.0 + 1e-6)  # a half-normal by rounded numbers passes
    return np.where(possible, ratio * sigma, np.nan), np.where(possible, sigma, np.nan)


def _log_moment_ratio(inverse_shape: Floats) -> tuple[Floats, Floats]:
    """ln(Gamma(1 + 2x)/Gamma(1 + x)^2) = ln(1 + (sd/mean)^2) at x = 1/shape, and its slope in ln x."""
    from scipy.special import digamma, gammaln, zeta

    x = np.asarray(inverse_shape)
    value = gammaln(1.0 + 2.0 * x) - 2.0 * gammaln(1.0 + x)
    slope = 2.0 * x * (digamma(1.0 + 2.0 * x) - digamma(1.0 + x))
    # For small x the difference cancels; its series is sum over n >= 2 of (-1)^n zeta(n) (2^n - 2) x^n / n.
    order = np.arange(2.0, 11.0)
    powers = np.minimum(x, 0.01)[..., None] ** order * ((-1.0) ** order * zeta(order) * (2.0**order - 2.0))
    return np.where(x < 0.01, (powers / order).sum(axis=-1), value), np.where(x < 0.01, powers.sum(axis=-1), slope)


def _weibull_variation(shape: Floats) -> Floats:
    """sd/mean of a Weibull."""
    return np.sqrt(np.expm1(_log_moment_ratio(1.0 / shape)[0]))


def _weibull_shape(variation: Floats) -> Floats:
    """Shape of a Weibull with the given sd/mean, by Newton steps on the logarithm of 1/shape."""
    target = np.log(np.log1p(variation**2))

    def excess(log_inverse: Floats) -> tuple[Floats, Floats]:
        value, slope = _log_moment_ratio(np.exp(log_inverse))
        return np.log(value) - target, slope / value

    start = 1.086 * np.log(variation)  # shape = variation^-1.086 is within a few per cent for shapes of 1 to 10
    reach = 3.0 + np.abs(start)
    return np.exp(-_solve_rising(excess, start - reach, start + reach, start))


def _solve_rising(
    function: Callable[[Floats], tuple[Floats, Floats]], low: Floats, high: Floats, start: Floats | None = None
) -> Floats:
    """Root of a rising function between `low` and `high`: Newton steps, halving where one would leave the bracket."""
    low, high = np.array(low, dtype=np.float64), np.array(high, dtype=np.float64)
    x = (low + high) / 2.0 if start is None else np.asarray(start, dtype=np.float64)
    for _ in range(100):
        value, slope = function(x)
        low, high = np.where(value < 0.0, x, low), np.where(value > 0.0, x, high)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = x - value / slope
        inside = (step >= low) & (step <= high)  # False for NaN
        following = np.where(value == 0.0, x, np.where(inside, step, (low + high) / 2.0))
        # A Newton step of 1e-9 leaves an error of its square; a halving step leaves one of its own size.
        done = np.abs(following - x) <= np.where(inside, 1e-9, 1e-15) * np.maximum(np.abs(x), 1.0)
        x = following
        if np.all(done):
            break
    return x

"""The survival functions that are fitted: their two terms, by which a table gives them, and where these may lie."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mfa.errors import Fault, InputError
from mfa.inputs.messages import suggest
from mfa.system.survival import FAMILIES, FOLDED_NORMAL_LIMIT, canonical_parameters, survival_function, term_unit

Floats = NDArray[np.float64]

SECOND = {"exponential": "", "normal": "sd", "folded_normal": "sd", "lognormal": "sd", "weibull": "shape",
          "logistic": "scale"}  # fmt: skip
"""The term beside the mean of each family that can be fitted; a fixed lifetime leaves no scatter to fit."""
FITTED = tuple(SECOND)
MEAN_RANGE = (0.2, 400.0)
SHAPE_RANGE = (0.4, 40.0)
RATIO, RATIO_RANGE = "ratio", (0.1, 10.0)
"""Name of the ratio of a trend, mean lifetime of the last cohort over that of the first, and where it may lie."""
WIDTH_RANGE = (0.02, 2.5)
"""sd/mean of normal and lognormal."""


@dataclass(frozen=True)
class Trend:
    """A mean lifetime that goes straight from one cohort to another, held outside, all ages at exit in proportion.

    Attributes
    ----------
    first, last : int
        Cohorts between which it changes.
    reference : int
        Cohort of which the terms are.
    """

    first: int
    last: int
    reference: int

    def factors(self, ratio: float, cohorts: Floats) -> Floats:
        """Lifetimes of cohorts over that of the reference cohort.

        Parameters
        ----------
        ratio : float
            Mean lifetime of the last cohort over that of the first.
        cohorts : array, year

        Examples
        --------
        >>> Trend(2000, 2010, 2000).factors(2.0, np.array([1990.0, 2000.0, 2005.0, 2020.0]))
        array([1. , 1. , 1.5, 2. ])
        """
        span = max(self.last - self.first, 1)

        def along(years: Floats) -> Floats:
            return 1.0 + (ratio - 1.0) * np.clip((years - self.first) / span, 0.0, 1.0)

        return along(np.asarray(cohorts, dtype=np.float64)) / along(np.array(float(self.reference)))


@dataclass(frozen=True)
class Family:
    """A survival function as a function of the logarithms of its free terms.

    Attributes
    ----------
    name : str
        One of `FITTED`.
    held : mapping of str to float
        Terms that are given and not fitted, such as the shape.
    trend : Trend, optional
        How lifetimes change from cohort to cohort; the terms are then those of its reference cohort.
    """

    name: str
    held: Mapping[str, float]
    trend: Trend | None = None

    @property
    def terms(self) -> tuple[str, ...]:
        """All terms, in the order of a table."""
        second = SECOND[self.name]
        return ("mean", second) if second else ("mean",)

    @property
    def free(self) -> tuple[str, ...]:
        """Terms that are fitted; the last is the ratio of a trend, if there is one."""
        free = tuple(term for term in self.terms if term not in self.held)
        return free if self.trend is None else (*free, RATIO)

    @property
    def stretch(self) -> Callable[[Floats, Floats], Floats] | None:
        """Lifetimes of cohorts over that of the reference cohort, of theta and cohorts; None without a trend."""
        trend = self.trend
        return None if trend is None else lambda theta, cohorts: trend.factors(float(np.exp(theta[-1])), cohorts)

    def unit(self, term: str) -> str:
        """Unit of a term."""
        return term_unit(self.name, term)

    def values(self, theta: Floats) -> dict[str, float]:
        """All terms at a point."""
        found = dict(zip(self.free, np.exp(theta).tolist(), strict=True))
        return {term: found[term] if term in found else self.held[term] for term in self.terms}

    def survival(self, theta: Floats, ages: Floats) -> Floats:
        """Share in use at exact ages."""
        terms = self.values(theta)
        if self.name == "folded_normal":
            first, second = folded_normal(terms["mean"], terms["sd"])
        else:
            first, second = canonical_parameters(self.name, terms)
        return survival_function(ages, FAMILIES.index(self.name), first, second)

    def bounds(self) -> tuple[Floats, Floats]:
        """Least and largest theta that is looked at; the second term's range goes with the scale of the mean."""
        limits = {"mean": MEAN_RANGE, "shape": SHAPE_RANGE, "sd": (0.02, 1000.0), "scale": (0.01, 500.0),
                  RATIO: RATIO_RANGE}  # fmt: skip
        low, high = zip(*(limits[term] for term in self.free), strict=True)
        return np.log(low), np.log(high)

    def project(self, theta: Floats) -> Floats:
        """The nearest point with a width, sd/mean, of the family: the second term moves, or the mean if it is held."""
        if self.name in ("weibull", "exponential"):
            return theta
        terms = self.values(theta)
        factor = np.pi / np.sqrt(3.0) if self.name == "logistic" else 1.0
        most = FOLDED_NORMAL_LIMIT if self.name == "folded_normal" else WIDTH_RANGE[1]
        width = factor * terms[SECOND[self.name]] / terms["mean"]
        if WIDTH_RANGE[0] <= width <= most:
            return theta
        away = np.log(min(max(width, WIDTH_RANGE[0]), most) / width)
        moved = theta.copy()
        if SECOND[self.name] in self.free:
            moved[self.free.index(SECOND[self.name])] += away
        else:
            moved[0] -= away
        return moved

    def starts(self, longest: float) -> list[Floats]:
        """Points from which the search may start: means up to a few times the ages that were seen."""
        means = np.geomspace(0.5, max(4.0 * longest, 8.0), 12) if "mean" in self.free else [self.held["mean"]]
        found = []
        for mean in means:
            for width in (0.15, 0.35, 0.7):
                second = {"sd": width * mean, "scale": width * mean * np.sqrt(3.0) / np.pi,
                          "shape": width**-1.086}.get(SECOND[self.name], 1.0)  # fmt: skip
                point = {"mean": mean, SECOND[self.name]: second, RATIO: 1.0}
                theta = np.log([point[term] for term in self.free])
                found.append(self.project(theta))
                if SECOND[self.name] not in self.free:
                    break
        return found


def folded_normal(mean: float, sd: float) -> tuple[Any, Any]:
    """Parameters mu and sigma of a folded normal, as `canonical_parameters` gives them, of one pair of terms.

    Examples
    --------
    >>> mu, sigma = folded_normal(10.0, 6.0)
    >>> one, other = canonical_parameters("folded_normal", {"mean": 10.0, "sd": 6.0})
    >>> round(mu - float(one), 6) + 0.0, round(sigma - float(other), 6) + 0.0
    (0.0, 0.0)
    """
    from scipy.optimize import brentq

    width = sd / mean

    def folded(ratio: float) -> float:
        return math.sqrt(2.0 / math.pi) * math.exp(-(ratio**2) / 2.0) + ratio * math.erf(ratio / math.sqrt(2.0))

    def excess(ratio: float) -> float:
        return (1.0 + ratio**2) / folded(ratio) ** 2 - 1.0 - width**2

    ratio = 1.0 / width  # above 9 nothing is folded
    if width >= 0.11:
        ratio = brentq(excess, 0.0, 1.0 / width + 1.0, xtol=1e-13, rtol=1e-14) if excess(0.0) > 0.0 else 0.0
    sigma = mean / folded(ratio)
    return ratio * sigma, sigma


def chosen_families(names: tuple[str, ...] | list[str] | None, held: Mapping[str, float]) -> list[Family]:
    """Families by name, all if none is named; a term that is held leaves those that have it.

    Raises
    ------
    InputError
        If a name or a held term is unknown, or no family has the held term.

    Examples
    --------
    >>> [family.name for family in chosen_families(None, {"shape": 2.5})]
    ['weibull']
    """
    faults = []
    for name in names or ():
        if name not in FITTED:
            mend = "a fixed lifetime has no scatter to fit" if name == "fixed" else suggest(name, FITTED, "families")
            faults.append(Fault("family", f"unknown or not fitted: '{name}'", mend))
    terms = ("mean", *dict.fromkeys(filter(None, SECOND.values())))
    for term, value in held.items():
        if term not in terms:
            faults.append(Fault("fix", f"unknown term '{term}'", suggest(term, terms, "terms")))
        elif not 0.0 < value < np.inf:
            faults.append(Fault("fix", f"{term} = {value:g} is not above 0", "terms of a lifetime are"))
    if faults:
        raise InputError(faults)
    found = [Family(name, dict(held)) for name in names or FITTED if set(held) <= {"mean", SECOND[name]}]
    found = [family for family in found if family.free]
    if not found:
        mend = f"{', '.join(f'{name}: {term}' for name, term in SECOND.items() if term)}; leave one term free"
        raise InputError(Fault("fix", f"no family that is fitted has {' and '.join(held)} to hold", mend))
    return found

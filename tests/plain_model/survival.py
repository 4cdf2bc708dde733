"""Survival functions, section 3."""

from __future__ import annotations

import math

SHIFT = {"start": 1.0, "mid": 0.5, "end": 0.0}


def survival(family: str, terms: dict[str, float], x: float) -> float:
    """Share of items that live longer than x years.

    >>> survival("fixed", {"mean": 8.0}, 7.5), survival("fixed", {"mean": 8.0}, 8.0)
    (1.0, 0.0)
    >>> round(survival("weibull", {"shape": 1.0, "scale": 10.0}, 10.0), 6)
    0.367879
    """
    if family == "fixed":
        return 1.0 if x < terms["mean"] else 0.0
    if family == "exponential":
        return math.exp(-x / terms["mean"])
    if family == "weibull":
        return math.exp(-((x / terms["scale"]) ** terms["shape"]))
    if family == "normal":
        return _upper_normal((x - terms["mean"]) / terms["sd"])
    if family == "folded_normal":  # |X| with X normal: P(|X| > x) = P(X > x) + P(X < -x)
        return _upper_normal((x - terms["mean"]) / terms["sd"]) + _upper_normal((x + terms["mean"]) / terms["sd"])
    if family == "lognormal":  # mean and sd of the lifetime itself
        if x <= 0.0:
            return 1.0
        variance = math.log(1.0 + (terms["sd"] / terms["mean"]) ** 2)
        centre = math.log(terms["mean"]) - variance / 2.0
        return _upper_normal((math.log(x) - centre) / math.sqrt(variance))
    if family == "logistic":
        z = (x - terms["mean"]) / terms["scale"]
        return 1.0 / (1.0 + math.exp(z)) if z < 700.0 else 0.0
    raise ValueError(f"unknown survival function {family}")


def _upper_normal(z: float) -> float:
    return 0.5 * math.erfc(z / math.sqrt(2.0))


class Lifetime:
    """sf(a) of one label, with the timing of the run: mid SF(a+1/2), start SF(a+1), end SF(a)."""

    def __init__(self, family: str, terms: dict[str, float], timing: str) -> None:
        self.family = family
        self.terms = terms
        self.shift = SHIFT[timing]

    def sf(self, age: int) -> float:
        """Share still there at the end of the year in which the age is reached."""
        return survival(self.family, self.terms, age + self.shift)

    def ratio(self, age: int) -> float:
        """sf(a)/sf(a-1), and 0 where sf(a-1) = 0."""
        before = self.sf(age - 1)
        return self.sf(age) / before if before > 0.0 else 0.0


def power(base: float, exponent: float) -> float:
    """base^exponent, and 0 where the base is 0 (also for exponent 0)."""
    return base**exponent if base > 0.0 else 0.0

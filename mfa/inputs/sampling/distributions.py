"""Laws of uncertain values: quantile and distribution functions of many rows at once, each with its own family.

A law is held in a canonical form: a family, four parameters, and the shares of the untruncated family at the two ends
of its support. Truncation is then one line: u becomes start + u (stop - start).

================  ===========================  ====================================================================
family            parameters                   quantile at share v of the untruncated family
================  ===========================  ====================================================================
uniform           minimum, maximum             linear
triangular        minimum, mode, maximum       square roots on either side of the mode
beta              minimum, maximum, two shapes minimum + (maximum - minimum) x inverse incomplete beta function
normal            mean, sd                     mean + sd x inverse normal
truncated_normal  mean, sd of the whole bell   the same, truncated
lognormal         mu, sigma of the logarithm   exp(mu + sigma x inverse normal)
================  ===========================  ====================================================================

All functions are elementwise calls of `numpy` and `scipy.special`. They give the same bits for the same versions on
one machine, whatever the order or size of the batch, and agree between machines to rounding (about 1e-15, relative).

References
----------
Johnson, Kotz and Balakrishnan (1994, 1995), Continuous Univariate Distributions, 2nd ed., for the families.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FAMILIES: tuple[str, ...] = ("uniform", "triangular", "beta", "normal", "truncated_normal", "lognormal")
"""The families, in the order of their codes."""
UNIFORM, TRIANGULAR, BETA, NORMAL, TRUNCATED_NORMAL, LOGNORMAL = range(6)


@dataclass(frozen=True)
class Laws:
    """Laws of several rows.

    Attributes
    ----------
    family : array of int [law]
        Index of `FAMILIES`.
    parameters : array [law, 4]
        See the table of this module; unused ones are 0.
    start, stop : array [law], 1
        Share of the untruncated family below the lower and the upper end of the support.
    lowest, highest : array [law]
        Ends of the support.
    """

    family: Ints
    parameters: Floats
    start: Floats
    stop: Floats
    lowest: Floats
    highest: Floats

    def __len__(self) -> int:
        return len(self.family)

    def __getitem__(self, rows: Ints | NDArray[np.bool_]) -> Laws:
        """Some of the laws."""
        return Laws(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    @classmethod
    def joined(cls, parts: Sequence[Laws]) -> Laws:
        """All laws of several parts, in order."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__dataclass_fields__))

    @classmethod
    def blank(cls, size: int) -> Laws:
        """Laws to be filled in, without truncation."""
        return cls(
            np.zeros(size, dtype=np.int64),
            np.zeros((size, 4)),
            np.zeros(size),
            np.ones(size),
            np.full(size, -np.inf),
            np.full(size, np.inf),
        )


def quantile(laws: Laws, share: Floats, floor: Floats | None = None) -> Floats:
    """Value below which a share of the law lies.

    Parameters
    ----------
    laws : Laws
    share : array [sample, law], 1, in ]0, 1[
        Cumulative probability.
    floor : array [sample, law], optional
        Draw from what lies above these values only: the law is truncated there too. Where it ends below, the value is
        the floor.

    Returns
    -------
    array [sample, law]

    Examples
    --------
    The 5 % quantile of a lognormal with mu 0 and sigma 1 is exp(-1.6449) = 0.1930:

    >>> laws = Laws.blank(1)
    >>> laws.family[:], laws.parameters[:, 1] = LOGNORMAL, 1.0
    >>> quantile(laws, np.array([[0.05]])).round(4)
    array([[0.193]])
    """
    start = laws.start
    if floor is not None:
        start = np.clip(whole_shares(laws, floor), laws.start, laws.stop)
    inner = start + share * (laws.stop - start)
    values = np.empty(inner.shape)
    for family in np.unique(laws.family):
        rows = np.flatnonzero(laws.family == family)
        values[:, rows] = _inverse(int(family), laws.parameters[rows], inner[:, rows])
    values = np.clip(values, laws.lowest, laws.highest)  # the last bit: rounding may leave the support
    return values if floor is None else np.maximum(values, floor)


def cumulative(laws: Laws, values: Floats) -> Floats:
    """Share of each law below the values [sample, law]; the inverse of `quantile`."""
    inner = whole_shares(laws, values)
    return np.clip((inner - laws.start) / (laws.stop - laws.start), 0.0, 1.0)


def whole_shares(laws: Laws, values: Floats) -> Floats:
    """Share of each untruncated family below the values [sample, law]."""
    shares = np.empty(values.shape)
    for family in np.unique(laws.family):
        rows = np.flatnonzero(laws.family == family)
        shares[:, rows] = whole_share(int(family), laws.parameters[rows], values[:, rows])
    return shares


def _inverse(family: int, parameters: Floats, share: Floats) -> Floats:
    """Quantiles of one family, untruncated."""
    from scipy.special import betaincinv, ndtri

    first, second, third, fourth = parameters.T
    if family == UNIFORM:
        return first + share * (second - first)
    if family == TRIANGULAR:
        width = third - first
        left = first + np.sqrt(share * width * (second - first))
        right = third - np.sqrt((1.0 - share) * width * (third - second))
        return np.where(share * width <= second - first, left, right)
    if family == BETA:
        return first + (second - first) * betaincinv(third, fourth, share)
    if family == LOGNORMAL:
        return np.exp(first + second * ndtri(share))
    return first + second * ndtri(share)


def whole_share(family: int, parameters: Floats, values: Floats) -> Floats:
    """Share below a value of one family, untruncated; `parameters` [law, 4] broadcast against `values` [..., law]."""
    from scipy.special import betainc, ndtr

    first, second, third, fourth = parameters.T
    if family == UNIFORM:
        return np.clip((values - first) / (second - first), 0.0, 1.0)
    if family == TRIANGULAR:
        return _triangular_share(first, second, third, values)
    if family == BETA:
        place = np.clip((values - first) / (second - first), 0.0, 1.0)
        return betainc(third, fourth, place)
    if family == LOGNORMAL:
        with np.errstate(divide="ignore"):
            values = np.log(np.maximum(values, 0.0))
    return ndtr((values - first) / second)


def _triangular_share(minimum: Floats, mode: Floats, maximum: Floats, values: Floats) -> Floats:
    width = maximum - minimum
    up, down = np.maximum(values - minimum, 0.0), np.maximum(maximum - values, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = up**2 / (width * (mode - minimum))
        right = 1.0 - down**2 / (width * (maximum - mode))
    return np.where(values < mode, left, np.where(values >= maximum, 1.0, right))

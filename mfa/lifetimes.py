"""Lifetimes with labels: how long products last, by sample, region, cohort, product or component."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mfa.errors import AlignmentError, Fault, InputError
from mfa.labels import broadcast, canonical_order, raise_if_any
from mfa.lifetime_terms import Term, as_array, check_dim, only, read_term, refuse_parameters, stacked
from mfa.system.survival import (
    FAMILIES,
    TABLE,
    TERMS,
    canonical_parameters,
    moments,
    survival_function,
    term_unit,
)
from mfa.units import magnitude, unit_of


@dataclass(frozen=True, eq=False, repr=False)
class Lifetime:
    """How long items last: a survival function, whose parameters may vary by label.

    Made by one of the class methods `fixed`, `exponential`, `normal`, `folded_normal`, `lognormal`, `weibull`,
    `logistic` and `table`. Each term is a number (years), a text or quantity with a unit, or a DataArray of either with
    dims such as sample, region, cohort, product, component; `combine` puts different families together by label. A
    lifetime belongs to the cohort, the year of sale, never to the calendar year: what changes by calendar year is the
    hazard multiplier.

    `mean` and `sd` are always those of the lifetime itself, and reproduce them exactly in the continuous distribution.

    References
    ----------
    Lawless (2003), Statistical Models and Methods for Lifetime Data, 2nd ed., section 1.3.

    Examples
    --------
    Half of the items outlive the mean of a normal, and exp(-1) = 0.368 outlive the scale of a Weibull:

    >>> Lifetime.normal(mean=15, sd=4)
    Lifetime.normal(mean=15 yr, sd=4 yr)
    >>> float(Lifetime.normal(mean=15, sd=4).sf(15))
    0.5
    >>> round(float(Lifetime.weibull(shape=2.5, scale="12 yr").sf(12)), 3)
    0.368
    """

    code: int | xr.DataArray
    first: float | xr.DataArray
    second: float | xr.DataArray
    curves: NDArray[np.float64] | None = None

    # --- making one --------------------------------------------------------------------------------------------------

    @classmethod
    def from_terms(cls, family: str, **terms: Term) -> Lifetime:
        """Lifetime of a family given by name, as read from a table of parameters.

        Parameters
        ----------
        family : str
            fixed, exponential, normal, folded_normal, lognormal, weibull or logistic.
        **terms : number, text, quantity or DataArray
            One of the sets of terms of the family: mean and sd, or its own parameters.

        Raises
        ------
        InputError
            If the family is unknown, the terms are no set of it, or a term is NaN or out of range.
        UnitError
            If a term has another unit than years (a shape: none).
        AlignmentError
            If two terms have different labels along a dim.

        Examples
        --------
        >>> Lifetime.from_terms("exponential", rate=0.1)
        Lifetime.exponential(mean=10 yr)
        """
        if family not in TERMS:
            raise InputError(
                Fault("lifetime", f"unknown survival function '{family}'", f"use one of {', '.join(TERMS)}")
            )
        given = {name: value for name, value in terms.items() if value is not None}
        if not any(set(given) == set(names) for names in TERMS[family]):
            sets = " or ".join(" and ".join(names) for names in TERMS[family])
            had = " and ".join(given) if given else "nothing"
            raise InputError(Fault(f"lifetime {family}", f"is given by {had}", f"give {sets}"))
        read = {name: read_term(family, name, value) for name, value in given.items()}
        code = FAMILIES.index(family)
        if not any(isinstance(value, xr.DataArray) for value in read.values()):
            one, two = (float(value) for value in canonical_parameters(family, read))
            if not (np.isfinite(one) and np.isfinite(two)):
                refuse_parameters(family, read, xr.DataArray(one), xr.DataArray(two))
            return cls(code, one, two)
        arrays = broadcast(f"lifetime {family}", {name: as_array(value) for name, value in read.items()})
        plain = {name: array.values for name, array in arrays.items()}

        def labelled(values: NDArray[np.float64]) -> xr.DataArray:
            """A parameter: the term itself where it is one as it was given."""
            term = next((name for name, given in plain.items() if given is values), None)
            return next(iter(arrays.values())).copy(deep=False, data=values) if term is None else arrays[term]

        first, second = map(labelled, canonical_parameters(family, plain))
        if not (np.isfinite(first.values).all() and np.isfinite(second.values).all()):
            refuse_parameters(family, arrays, first, second)
        return cls(code, first, second)

    @classmethod
    def fixed(cls, *, mean: Term) -> Lifetime:
        """Every item lasts exactly `mean` years.

        Examples
        --------
        >>> Lifetime.fixed(mean=8).sf([7.5, 8.0]).values
        array([1., 0.])
        """
        return cls.from_terms("fixed", mean=mean)

    @classmethod
    def exponential(cls, *, mean: Term | None = None, rate: Term | None = None) -> Lifetime:
        """The same share of the items is lost every year, whatever their age: exp(-age/mean), mean = 1/rate.

        Examples
        --------
        >>> round(float(Lifetime.exponential(mean=10).sf(10)), 4)  # exp(-1)
        0.3679
        """
        return cls.from_terms("exponential", **only(mean=mean, rate=rate))

    @classmethod
    def normal(cls, *, mean: Term, sd: Term) -> Lifetime:
        """Normal lifetime, not truncated: the part of the bell below age 0 leaves at once.

        Examples
        --------
        >>> round(float(Lifetime.normal(mean=15, sd=4).sf(19)), 4)  # 1 - Phi(1)
        0.1587
        """
        return cls.from_terms("normal", mean=mean, sd=sd)

    @classmethod
    def folded_normal(
        cls, *, mean: Term | None = None, sd: Term | None = None, mu: Term | None = None, sigma: Term | None = None
    ) -> Lifetime:
        """Absolute value of a normal with mean `mu` and standard deviation `sigma`, or by its own mean and sd.

        sd/mean cannot pass sqrt(pi/2 - 1) = 0.7555, which mu = 0 has.

        Examples
        --------
        >>> half = Lifetime.folded_normal(mu=0, sigma=10)
        >>> round(float(half.mean()), 4)  # 10 sqrt(2/pi)
        7.9788
        """
        return cls.from_terms("folded_normal", **only(mean=mean, sd=sd, mu=mu, sigma=sigma))

    @classmethod
    def lognormal(
        cls, *, mean: Term | None = None, sd: Term | None = None, mu: Term | None = None, sigma: Term | None = None
    ) -> Lifetime:
        """Lognormal by mean and sd of the lifetime, or by mean `mu` and standard deviation `sigma` of ln(lifetime/yr).

        Examples
        --------
        >>> round(float(Lifetime.lognormal(mu=2.0, sigma=0.5).sf(7.389056)), 4)  # the median is exp(mu)
        0.5
        """
        return cls.from_terms("lognormal", **only(mean=mean, sd=sd, mu=mu, sigma=sigma))

    @classmethod
    def weibull(
        cls, *, shape: Term | None = None, scale: Term | None = None, mean: Term | None = None, sd: Term | None = None
    ) -> Lifetime:
        """Weibull by shape and scale, mean and shape, or mean and sd: exp(-(age/scale)^shape).

        Examples
        --------
        >>> Lifetime.weibull(mean=10, sd=10)  # as wide as long: the exponential, shape 1
        Lifetime.weibull(shape=1, scale=10 yr)
        """
        return cls.from_terms("weibull", **only(shape=shape, scale=scale, mean=mean, sd=sd))

    @classmethod
    def logistic(cls, *, mean: Term, scale: Term | None = None, sd: Term | None = None) -> Lifetime:
        """Logistic, not truncated: 1/(1 + exp((age - mean)/scale)), sd = scale pi/sqrt(3).

        Examples
        --------
        >>> round(float(Lifetime.logistic(mean=15, scale=3).sf(18)), 4)  # 1/(1 + e)
        0.2689
        """
        return cls.from_terms("logistic", mean=mean, **only(scale=scale, sd=sd))

    @classmethod
    def table(cls, survival: xr.DataArray | Sequence[float]) -> Lifetime:
        """An observed survival curve: the share in use at the exact ages 0, 1, 2 ... years, linear in between.

        Parameters
        ----------
        survival : DataArray [age, ...] or sequence, 1, in [0, 1]
            Never rises, is above 0 at age 0, and labels `age` are 0, 1, 2 ... A curve that ends above 0 serves only up
            to its last age.

        Raises
        ------
        InputError
            If a share is NaN, outside [0, 1] or above the one before, or 0 at age 0; or if ages are missing.

        Examples
        --------
        >>> float(Lifetime.table([1.0, 0.75, 0.25, 0.0]).sf(1.5))
        0.5
        """
        curves = survival if isinstance(survival, xr.DataArray) else xr.DataArray(np.asarray(survival), dims="age")
        if unit_of(curves) is not None:
            curves = magnitude(curves, "1")
        if "age" not in curves.dims:
            raise InputError(Fault("lifetime table", "has no dim 'age'", "give the ages 0, 1, 2 ... along a dim 'age'"))
        if "age" in curves.coords and not np.array_equal(curves["age"].values, np.arange(curves.sizes["age"])):
            raise InputError(
                Fault("lifetime table", "its ages are not 0, 1, 2 ...", "give a share for every whole age")
            )
        curves = curves.transpose(..., "age").drop_vars("age", errors="ignore")
        values = np.ascontiguousarray(curves.values, dtype=np.float64)
        steps = np.diff(values, axis=-1, prepend=1.0) > 1e-12
        names = ("is NaN", "is outside [0, 1]", "rises", "is 0 at age 0")
        first_zero = np.zeros(values.shape, dtype=bool)
        first_zero[..., 0] = values[..., 0] == 0.0
        wrong = (np.isnan(values), (values < 0.0) | (values > 1.0), steps, first_zero)
        aged = curves.assign_coords(age=np.arange(values.shape[-1])).copy(data=values)
        raise_if_any("lifetime table", aged, dict(zip(names, wrong, strict=True)), "give shares that fall from 1")
        rows = curves.isel(age=0, drop=True)
        number = np.arange(rows.size, dtype=np.float64).reshape(rows.shape)
        first = rows.copy(data=number) if rows.ndim else 0.0
        return cls(TABLE, first, 0.0, np.minimum.accumulate(values.reshape(-1, values.shape[-1]), axis=-1))

    @classmethod
    def combine(cls, lifetimes: Mapping[Hashable, Lifetime], dim: str = "product") -> Lifetime:
        """Put lifetimes, of different families perhaps, together along a new dim.

        Parameters
        ----------
        lifetimes : mapping of label to Lifetime
            None of them varies along `dim`; other dims are broadcast.
        dim : str
            Name of the dim whose labels the keys are.

        Raises
        ------
        InputError
            If nothing is given, or a lifetime has the dim already.
        AlignmentError
            If two lifetimes have different labels along another dim.

        Examples
        --------
        >>> both = Lifetime.combine(
        ...     {"bev": Lifetime.weibull(shape=2, scale=16), "elevator": Lifetime.fixed(mean=25)}
        ... )
        >>> both
        Lifetime(weibull 1, fixed 1; product: 2; mean 14.2 to 25 yr)
        >>> both.sf(20).round(4).values
        array([0.2096, 1.    ])
        """
        if not lifetimes:
            raise InputError(Fault("Lifetime.combine", "got no lifetimes", "give a mapping of label to Lifetime"))
        check_dim(dim, "Lifetime.combine")
        canonical = {label: lifetime.canonical() for label, lifetime in lifetimes.items()}
        rows, curves = 0, []
        for label, (code, first, second) in canonical.items():
            if dim in code.dims:
                raise InputError(
                    Fault(f"Lifetime.combine[{label}]", f"varies along '{dim}' already", "use another dim")
                )
            own = lifetimes[label].curves
            if own is not None:
                canonical[label] = (code, first + (code == TABLE) * float(rows), second)
                rows += len(own)
                curves.append(own)
        named = {f"Lifetime.combine[{label}]": array[0] for label, array in canonical.items()}
        widest = list(broadcast("Lifetime.combine", named).values())
        index = xr.DataArray(list(canonical), dims=dim, name=dim)
        parts = (
            xr.concat(
                [array[k].broadcast_like(widest[0]).transpose(*widest[0].dims) for array in canonical.values()], index
            )
            for k in range(3)
        )
        code, first, second = (canonical_order(part) for part in parts)
        return cls(code, first, second, stacked(curves))

    # --- using it ----------------------------------------------------------------------------------------------------

    def canonical(self) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray]:
        """Family code (an index of `mfa.system.survival.FAMILIES`) and its two parameters, of the same dims.

        Examples
        --------
        >>> [x.item() for x in Lifetime.weibull(shape=2.5, scale=12).canonical()]
        [5, 2.5, 12.0]
        """
        return self._canonical

    @functools.cached_property
    def _canonical(self) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray]:
        given = {"code": as_array(self.code), "first": as_array(self.first), "second": as_array(self.second)}
        like = given["first"]
        if isinstance(self.code, int) and given["second"].dims == like.dims:
            return like.copy(deep=False, data=np.full(like.shape, self.code)), like, given["second"]
        code, first, second = broadcast("lifetime", given).values()
        return code.astype(np.int64), first.astype(np.float64), second.astype(np.float64)

    def parameters(self) -> tuple[xr.DataArray, xr.DataArray]:
        """The two parameters of `canonical`, at hand without a table of codes where there is one family.

        Examples
        --------
        >>> [x.item() for x in Lifetime.weibull(shape=2.5, scale=12).parameters()]
        [2.5, 12.0]
        """
        first, second = self.first, self.second
        if isinstance(self.code, int) and isinstance(first, xr.DataArray) and isinstance(second, xr.DataArray):
            if first.dims == second.dims:
                return first, second
        return self._canonical[1:]

    @property
    def dims(self) -> tuple[Hashable, ...]:
        """Dims along which the lifetime varies."""
        return self.parameters()[0].dims

    def sf(self, age: float | Sequence[float] | NDArray[np.float64] | xr.DataArray) -> xr.DataArray:
        """Share of the items still in use at an exact age.

        Parameters
        ----------
        age : number, sequence along a new dim ``age``, or DataArray, yr, >= 0

        Returns
        -------
        DataArray [dims of age, dims of the lifetime], 1

        Raises
        ------
        InputError
            If an age is negative or NaN, or past the end of a table that does not end at 0.
        AlignmentError
            If `age` and the lifetime have different labels along a dim.

        Examples
        --------
        >>> Lifetime.exponential(mean=10).sf([0, 10]).round(4).values
        array([1.    , 0.3679])
        """
        if isinstance(age, xr.DataArray):
            ages = magnitude(age, "yr")
        else:
            given = xr.DataArray(age if hasattr(age, "magnitude") else np.asarray(age, dtype=np.float64))
            values = np.asarray(magnitude(given, "yr").values, dtype=np.float64)
            ages = xr.DataArray(values, dims="age", coords={"age": values}) if values.ndim else xr.DataArray(values)
        wrong = ~(ages.values >= 0.0)
        raise_if_any("Lifetime.sf: age", ages, {"is negative or NaN": wrong}, "ages start at 0 years")
        arrays = dict(zip(("age", "code", "first", "second"), (ages, *self.canonical()), strict=True))
        wide = broadcast("Lifetime.sf", arrays)
        at = {name: array.values for name, array in wide.items()}
        share = survival_function(at["age"], at["code"], at["first"], at["second"], self.curves)
        result = wide["age"].copy(data=share)
        result.name, result.attrs = "survival", {"long_name": "Share still in use", "units": "1"}
        self._check_reach(result)
        return result

    def mean(self) -> xr.DataArray:
        """Mean lifetime in years, of the continuous distribution; NaN for a table that does not end at 0.

        Examples
        --------
        >>> float(Lifetime.table([1.0, 0.5, 0.0]).mean())  # 0.75 in the first year, 0.25 in the second
        1.0
        """
        return self._moments()[0]

    def sd(self) -> xr.DataArray:
        """Standard deviation of the lifetime in years, of the continuous distribution.

        Examples
        --------
        >>> float(Lifetime.exponential(mean=10).sd())
        10.0
        """
        return self._moments()[1]

    def sel(self, **labels: Any) -> Lifetime:
        """The lifetime of some of its labels, as ``DataArray.sel``; dims that it does not have are an error.

        Examples
        --------
        >>> Lifetime.fixed(mean=xr.DataArray([8.0, 9.0], coords={"product": ["a", "b"]})).sel(product="b")
        Lifetime.fixed(mean=9 yr)
        """
        unknown = [dim for dim in labels if dim not in self.dims]
        if unknown:
            raise InputError(Fault("Lifetime.sel", f"it does not vary along '{unknown[0]}'", f"its dims: {self.dims}"))
        try:
            code, first, second = (array.sel(labels, drop=True) for array in self.canonical())
        except KeyError:
            what = f"has not all the labels {labels}"
            raise AlignmentError(Fault("Lifetime.sel", what, "its labels are those of .canonical()")) from None
        if not code.ndim:
            return Lifetime(int(code), float(first), float(second), self.curves)
        return Lifetime(code, first, second, self.curves)

    def _moments(self) -> tuple[xr.DataArray, xr.DataArray]:
        code, first, second = self.canonical()
        mean, sd = moments(code.values, first.values, second.values, self.curves)
        found = []
        for name, text, values in (("mean", "Mean lifetime", mean), ("sd", "Standard deviation of the lifetime", sd)):
            array = first.copy(data=values)
            array.name, array.attrs = name, {"long_name": text, "units": "yr"}
            found.append(array)
        return found[0], found[1]

    def _check_reach(self, share: xr.DataArray) -> None:
        if self.curves is not None:
            mend = "go on with the table until it is 0, or at least to the oldest age of the run"
            raise_if_any("lifetime table", share, {"ends above 0 before this age": np.isnan(share.values)}, mend, False)

    def __repr__(self) -> str:
        code, first, second = self.canonical()
        if not code.ndim:
            family = FAMILIES[int(code)]
            if family == "table":
                return f"Lifetime.table(mean={float(self.mean()):.4g} yr)"
            names = {
                "weibull": "shape scale",
                "lognormal": "mu sigma",
                "folded_normal": "mu sigma",
                "normal": "mean sd",
            }
            words = names.get(family, "mean scale" if family == "logistic" else "mean").split()
            units = ["" if term_unit(family, word) == "1" else " yr" for word in words]
            values = (float(first), float(second))
            inside = ", ".join(f"{w}={v:.6g}{u}" for w, v, u in zip(words, values, units, strict=False))
            return f"Lifetime.{family}({inside})"
        found, count = np.unique(code.values, return_counts=True)
        order = [int(i) for i in np.argsort([np.argmax(code.values.ravel() == family) for family in found])]
        families = ", ".join(f"{FAMILIES[int(found[i])]} {count[i]}" for i in order)
        dims = ", ".join(f"{dim}: {size}" for dim, size in code.sizes.items())
        mean = self.mean().values
        low, high = f"{np.min(mean):.3g}", f"{np.max(mean):.3g}"
        return f"Lifetime({families}; {dims}; mean {low if low == high else f'{low} to {high}'} yr)"

"""Dynamic stock models on labelled arrays: from inflow to stock, and from stock to inflow."""

from __future__ import annotations

import math
import warnings
from collections.abc import Hashable
from typing import Any, NoReturn

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mfa.errors import AlignmentError, Fault, InputError, MfaError, ModelError, UnitError
from mfa.labels import coordinates_of, difference, faults_in, label_difference, labels_of, place
from mfa.lifetimes import Lifetime
from mfa.system import use
from mfa.system.cohort_survival import Survival
from mfa.system.survival import FIXED, TIMING
from mfa.units import magnitude, unit_of, ureg
from mfa.vocabulary import DIMENSIONS

__all__ = ["Lifetime", "inflow_driven", "stock_driven"]

Floats = NDArray[np.float64]

LONG_NAMES = {
    "stock": "Stock in use at year end",
    "inflow": "Inflow during the year",
    "outflow": "Outflow during the year",
    "early_retirement": "Outflow because the target fell below what was left",
    "stock_by_cohort": "Stock in use at year end, by year of entry",
    "outflow_by_cohort": "Outflow during the year, by year of entry",
}


def inflow_driven(
    inflow: xr.DataArray,
    lifetime: Lifetime,
    *,
    timing: str = "mid",
    hazard_multiplier: xr.DataArray | float | None = None,
    initial_stock: xr.DataArray | None = None,
    by_cohort: bool = False,
) -> xr.Dataset:
    """Stock and outflow that follow from an inflow and a lifetime.

    S[t,c] = S[t-1,c] (sf(a)/sf(a-1))^m[t] and S[c,c] = inflow[c] sf(0)^m[c], with t the year, c the cohort, a = t - c
    the age, sf the survival at year end and m the hazard multiplier. The outflow is what is missing from one year end
    to the next: by cohort, inflow = outflow so far + stock.

    Parameters
    ----------
    inflow : DataArray [time, ...], any unit per year, or plain; >= 0
        `time` are consecutive calendar years; any other dims but `cohort`.
    lifetime : Lifetime
        May vary by any dim of `inflow` but time, and by `cohort` (all cohorts of the run, in order). It, the multiplier
        and the initial stock may also vary by `sample` and `scenario` where `inflow` does not.
    timing : {"mid", "start", "end"}
        When in the year items enter: at midyear, all on 1 January or all on 31 December. Survival at the end of year
        c + a is that of the age a + 1/2, a + 1 or a.
    hazard_multiplier : number or DataArray [dims of `inflow`], 1, >= 0, optional
        Acts on all cohorts in use in a calendar year: 0.5 halves the hazard, so items last longer. A fixed lifetime
        does not feel it.
    initial_stock : DataArray [cohort, other dims of `inflow`], unit of the stock, >= 0, optional
        What is left of earlier cohorts at the end of the year before the first; they end with that year.
    by_cohort : bool
        Whether the tables by time and cohort are wanted too. Without them nothing of their size is held in memory.

    Returns
    -------
    Dataset
        ``stock`` (unit of `inflow` times yr, year end), ``inflow``, ``outflow`` [time, ...]; with `by_cohort` also
        ``stock_by_cohort``, ``outflow_by_cohort`` [time, cohort, ...]. Dims in the order of the vocabulary, others
        last. Plain if `inflow` is plain.

    Raises
    ------
    InputError
        If something is negative, NaN or not consecutive; the message names the first place.
    AlignmentError
        If labels differ: nothing is joined, reordered or filled.
    UnitError
        If the initial stock does not have the unit of the stock.

    References
    ----------
    van der Voet et al. (2002), Predicting future emissions based on characteristics of stocks, Ecological Economics 41.
    Müller (2006), Stock dynamics for forecasting material flows, Ecological Economics 59.

    Examples
    --------
    100 a year with a fixed lifetime of 2 years, entering at midyear: still there at the end of their second year (age
    1.5), gone at the end of their third.

    >>> sales = xr.DataArray([100.0] * 4, coords={"time": [2020, 2021, 2022, 2023]})
    >>> result = inflow_driven(sales, Lifetime.fixed(mean=2))
    >>> result.stock.values
    array([100., 200., 200., 200.])
    >>> result.outflow.values
    array([  0.,   0., 100., 100.])
    """
    case = _Case("inflow_driven", "inflow", inflow, lifetime, timing, hazard_multiplier, initial_stock)
    found = use.inflow_driven(
        case.driver, case.survival, initial=case.initial, multiplier=case.multiplier, by_cohort=by_cohort
    )
    return case.label(found)


def stock_driven(
    stock: xr.DataArray,
    lifetime: Lifetime,
    *,
    timing: str = "mid",
    hazard_multiplier: xr.DataArray | float | None = None,
    initial_stock: xr.DataArray | None = None,
    by_cohort: bool = False,
) -> xr.Dataset:
    """Inflow and outflow that a given course of the stock asks for.

    inflow = max(0, (stock - survivors)/sf(0)^m). Where more survive than wanted the inflow is 0 and all cohorts are
    scaled by stock/survivors; the excess is in the outflow and, by itself, in the early retirement.

    Parameters
    ----------
    stock : DataArray [time, ...], any unit, or plain; >= 0
        Wanted at year end; `time` are consecutive calendar years, any other dims but `cohort`.
    lifetime, timing, hazard_multiplier, initial_stock, by_cohort
        As for `inflow_driven`.

    Returns
    -------
    Dataset
        ``stock`` (as given), ``inflow``, ``outflow``, ``early_retirement`` (unit of `stock` per yr); with `by_cohort`
        the two tables of `inflow_driven`.

    Raises
    ------
    InputError, AlignmentError, UnitError
        As `inflow_driven`.
    ModelError
        If stock is missing in a year in which nothing that enters is left at year end (sf(0) = 0).

    References
    ----------
    Müller (2006), Stock dynamics for forecasting material flows, Ecological Economics 59.

    Examples
    --------
    The inverse of the example above, then a fall: 50 of 100 leave by age, 10 of the rest early.

    >>> wanted = xr.DataArray([50.0, 100.0, 40.0], coords={"time": [2020, 2021, 2022]})
    >>> result = stock_driven(wanted, Lifetime.fixed(mean=2))
    >>> result.inflow.values, result.outflow.values, result.early_retirement.values
    (array([50., 50.,  0.]), array([ 0.,  0., 60.]), array([ 0.,  0., 10.]))
    """
    case = _Case("stock_driven", "stock", stock, lifetime, timing, hazard_multiplier, initial_stock)
    try:
        found = use.stock_driven(
            case.driver, case.survival, initial=case.initial, multiplier=case.multiplier, by_cohort=by_cohort
        )
    except use.DeficitError as error:
        case.refuse_deficit(error)
    return case.label(found)


class _Case:
    """Checked arguments of a stock model, on the three axes (lead, time, trail) of the kernels."""

    def __init__(
        self,
        function: str,
        name: str,
        driver: xr.DataArray,
        lifetime: Lifetime,
        timing: str,
        multiplier: xr.DataArray | float | None,
        initial: xr.DataArray | None,
    ) -> None:
        self.function, self.name = function, name
        self.faults: list[tuple[type[MfaError], Fault]] = []
        self._read_driver(_spread(driver, lifetime, multiplier, initial))
        if timing not in TIMING:
            self._fault("timing", f"'{timing}' is unknown", f"use {', '.join(TIMING)}")
        self._finish()
        self.initial = self._read_initial(initial)
        self.cohorts = np.arange(self.years[0] - self.earlier, self.years[-1] + 1)
        self.multiplier = self._read_multiplier(multiplier)
        self.survival = self._read_lifetime(lifetime, TIMING[timing])
        self._finish()
        if self.multiplier is not None:
            self._warn_of_fixed(lifetime, multiplier)

    # --- reading -----------------------------------------------------------------------------------------------------

    def _fault(self, where: str, what: str, mend: str = "", kind: type[MfaError] = InputError) -> None:
        self.faults.append((kind, Fault(f"{self.function}: {where}", what, mend)))

    def _finish(self) -> None:
        """Raise all faults found so far in one error."""
        if self.faults:
            kinds = {kind for kind, _ in self.faults}
            kind = kinds.pop() if len(kinds) == 1 else InputError
            raise kind([fault for _, fault in self.faults])

    def _read_driver(self, driver: xr.DataArray) -> None:
        """The inflow or stock, its unit, years and dims."""
        if not isinstance(driver, xr.DataArray):
            self._fault(self.name, f"is a {type(driver).__name__}", "give a DataArray with a dim 'time'")
            return
        self.given, self.unit = driver, unit_of(driver)
        dims = driver.dims
        if "time" not in dims or "cohort" in dims:
            what = "has no dim 'time'" if "time" not in dims else "has a dim 'cohort'"
            self._fault(self.name, what, "give one value for each year of a dim 'time'")
            return
        order = dims if dims == ("time",) else _ordered(dims)
        values = _plain(driver)
        if values.dtype.kind not in "iuf":
            self._fault(self.name, f"is not made of numbers ({values.dtype})", "give floats")
            return
        values = values if order == dims else values.transpose([dims.index(dim) for dim in order])
        self.order: tuple[Hashable, ...] = order
        self.shape = values.shape
        self._read_years(driver)
        split = order.index("time")
        self.lead, self.trail = order[:split], order[split + 1 :]
        axes = (_size(self.shape[:split]), self.shape[split], _size(self.shape[split + 1 :]))
        self.driver = np.ascontiguousarray(values, dtype=np.float64).reshape(axes)
        self._check_numbers(self.name, driver, self.driver)

    def _read_years(self, driver: xr.DataArray) -> None:
        years = driver.indexes["time"].to_numpy() if "time" in driver.indexes else None
        self.years = np.zeros(1, dtype=np.int64)
        if years is None or not len(years):
            what = "has no labels along time" if years is None else "has no years"
            self._fault(self.name, what, "give calendar years such as 2020, 2021")
        elif years.dtype.kind not in "iu":
            mend = "give calendar years as whole numbers, such as 2020; of dates, array['time.year']"
            self._fault(self.name, f"time is not made of whole years ({years.dtype})", mend)
        else:
            self.years = years
            steps = np.diff(years)
            if len(years) > 1 and not np.all(steps == 1):
                i = int(np.argmax(steps != 1))
                what = f"years are not consecutive: {years[i]} is followed by {years[i + 1]}"
                self._fault(f"{self.name}: time", what, "give every year once, in order; a gap must be declared")

    def _check_numbers(self, name: str, array: xr.DataArray, values: Floats) -> None:
        if not values.size or (values.min() >= 0.0 and values.max() < np.inf):  # False for NaN
            return
        plain = array.copy(data=_plain(array).astype(np.float64))
        cells = plain.values
        wrong = {"is NaN": np.isnan(cells), "is infinite": np.isinf(cells), "is negative": cells < 0.0}
        mend = "give a number >= 0 for every label"
        faults = faults_in(f"{self.function}: {name}", plain, wrong, mend)
        self.faults += [(InputError, fault) for fault in faults]

    def _read_initial(self, initial: xr.DataArray | None) -> Floats | None:
        """The initial stock in the unit of the stock, axes (lead, cohort, trail)."""
        self.earlier = 0
        if initial is None:
            return None
        name = "initial_stock"
        if not isinstance(initial, xr.DataArray) or "cohort" not in initial.dims:
            self._fault(name, "has no dim 'cohort'", "give what is left of each earlier year's inflow")
            return None
        plain = self._in_unit_of_stock(initial)
        wanted = [dim for dim in self.order if dim != "time"]
        needed = [dim for dim in wanted if dim not in initial.dims and dim not in ("scenario", "sample")]
        extra = [dim for dim in initial.dims if dim not in wanted and dim != "cohort"]
        if needed or extra:
            what = f"has no dim '{needed[0]}'" if needed else f"has a dim '{extra[0]}', which {self.name} has not"
            self._fault(name, what, f"its dims are those of {self.name}, cohort for time", AlignmentError)
        self._check_labels(name, initial, [dim for dim in initial.dims if dim in wanted])
        cohorts = labels_of(initial, "cohort")
        last = int(self.years[0]) - 1
        if (
            cohorts is None
            or not len(cohorts)
            or cohorts.dtype.kind not in "iu"
            or not np.array_equal(cohorts, np.arange(last - len(cohorts) + 1, last + 1))
        ):
            what = f"its cohorts are not consecutive years up to {last}"
            self._fault(name, what, f"give every year up to {last}, the one before the run; 0 where nothing is left")
        if self.faults:
            return None
        assert cohorts is not None
        self._check_numbers(name, initial, plain)
        self.earlier = len(cohorts)
        full = self._on_axes(initial.dims, plain, "cohort", self.earlier)
        return np.broadcast_to(full, (self.driver.shape[0], self.earlier, self.driver.shape[2]))

    def _in_unit_of_stock(self, initial: xr.DataArray) -> Floats:
        given = unit_of(initial)
        stock_unit = self._units()[0]
        if (given is None) != (stock_unit is None):
            bare, other = ("initial_stock", self.name) if given is None else (self.name, "initial_stock")
            self._fault("initial_stock", f"{bare} has no unit, {other} has", "give both a unit or neither", UnitError)
        elif given is not None and not given.is_compatible_with(stock_unit):
            mend = f"expected '{stock_unit:~}'"
            self._fault("initial_stock", f"unit '{given:~}' does not fit {self.name}", mend, UnitError)
        elif given is not None:
            return np.asarray(initial.data.to(stock_unit).magnitude, dtype=np.float64)
        return np.asarray(_plain(initial), dtype=np.float64)

    def _read_multiplier(self, multiplier: xr.DataArray | float | None) -> Floats | None:
        """The hazard multiplier, axes (lead or 1, time, trail or 1); None where it is 1 everywhere."""
        if multiplier is None:
            return None
        name = "hazard_multiplier"
        array = multiplier if isinstance(multiplier, xr.DataArray) else xr.DataArray(multiplier)
        if unit_of(array) is not None:
            try:
                array = magnitude(array, "1")
            except UnitError as error:
                self._fault(name, str(error), "it is a pure number", UnitError)
                return None
        extra = [dim for dim in array.dims if dim not in self.order]
        if extra:
            what = f"has a dim '{extra[0]}', which {self.name} has not"
            self._fault(name, what, "it acts on calendar years: give it by time", AlignmentError)
            return None
        self._check_labels(name, array, list(array.dims))
        values = np.asarray(array.values, dtype=np.float64)
        self._check_numbers(name, array, values)
        if self.faults or np.all(values == 1.0):
            return None
        found = self._on_axes(array.dims, values, "time", len(self.years))
        return np.broadcast_to(found, (found.shape[0], len(self.years), found.shape[2]))

    def _read_lifetime(self, lifetime: Lifetime, offset: float) -> Survival:
        """The lifetime, axes (lead or 1, cohort or 1, trail or 1)."""
        nothing = Survival(np.zeros((1, 1, 1), dtype=np.int64), np.ones((1, 1, 1)), np.zeros((1, 1, 1)))
        if not isinstance(lifetime, Lifetime):
            mend = "use mfa.Lifetime.weibull(shape=..., scale=...), say"
            self._fault("lifetime", f"is a {type(lifetime).__name__}", mend)
            return nothing
        code, first, second = lifetime.code, lifetime.first, lifetime.second
        if isinstance(code, int) and isinstance(first, float) and isinstance(second, float):
            whole = np.full((1, 1, 1), code)
            survival = Survival(whole, np.full((1, 1, 1), first), np.full((1, 1, 1), second), offset, lifetime.curves)
        else:
            parameters = lifetime.parameters()
            dims = parameters[0].dims
            extra = [dim for dim in dims if dim not in self.order and dim != "cohort"]
            if extra:
                what = f"varies along '{extra[0]}', which {self.name} has not"
                mend = f"the dims of {self.name}: {', '.join(map(str, self.order))}"
                self._fault("lifetime", what, mend, AlignmentError)
                return nothing
            self._check_labels("lifetime", parameters[0], [dim for dim in dims if dim != "cohort"])
            if "cohort" in dims:
                self._check_cohorts(parameters[0])
            if self.faults:
                return nothing
            size = len(self.cohorts) if "cohort" in dims else 1
            one, two = (self._on_axes(dims, array.values, "cohort", size) for array in parameters)
            if isinstance(code, int):
                family = np.full(one.shape, code)
            else:
                family = self._on_axes(dims, lifetime.canonical()[0].values, "cohort", size)
            survival = Survival(family, one, two, offset, lifetime.curves)
        if lifetime.curves is not None:
            self._check_reach(lifetime, offset)
        return survival

    def _check_reach(self, lifetime: Lifetime, offset: float) -> None:
        """Refuse tables that end above 0 before the oldest age of the run."""
        cohorts = xr.DataArray(self.cohorts, coords={"cohort": self.cohorts})
        if "cohort" not in lifetime.dims:
            cohorts = cohorts[:1]
        try:
            lifetime.sf(self.years[-1] - cohorts + offset)
        except MfaError as error:
            self.faults += [(InputError, fault) for fault in error.faults]

    def _check_cohorts(self, array: xr.DataArray) -> None:
        have = labels_of(array, "cohort")
        if have is None:
            self._fault("lifetime", "has no labels along 'cohort'", "give calendar years", AlignmentError)
            return
        text = label_difference(have, self.cohorts, "cohort", "the run")
        if text:
            mend = f"give it for {self.cohorts[0]} to {self.cohorts[-1]}, or take .sel(cohort=...)"
            self._fault("lifetime", text[0], mend, AlignmentError)

    def _check_labels(self, name: str, array: xr.DataArray, dims: list[Hashable]) -> None:
        for dim in dims:
            text = difference(array, self.given, dim, self.name)
            if text:
                self._fault(name, *text, kind=AlignmentError)

    def _on_axes(self, dims: tuple[Hashable, ...], values: NDArray[Any], middle: str, size: int) -> NDArray[Any]:
        """Lay an array out on (lead or 1, `middle`, trail or 1)."""
        order = [dim for dim in (*self.lead, middle, *self.trail) if dim in dims]
        values = values.transpose([dims.index(dim) for dim in order])
        sizes = dict(zip(self.order, self.shape, strict=True))
        sides = []
        for side in (self.lead, self.trail):
            used = any(dim in dims for dim in side)
            sides.append((tuple(sizes[dim] if dim in dims else 1 for dim in side), tuple(sizes[d] for d in side), used))
        (lead, all_lead, lead_used), (trail, all_trail, trail_used) = sides
        values = values.reshape(*lead, size if middle in dims else 1, *trail)
        count = values.shape[len(lead)]
        full = (*(all_lead if lead_used else lead), count, *(all_trail if trail_used else trail))
        values = np.broadcast_to(values, full)
        return values.reshape(_size(full[: len(lead)]), count, _size(full[len(lead) + 1 :]))

    def _warn_of_fixed(self, lifetime: Lifetime, multiplier: Any) -> None:
        """Warn where a hazard multiplier meets a fixed lifetime."""
        if not np.any(np.asarray(lifetime.code) == FIXED):
            return
        code, given = xr.broadcast(lifetime.canonical()[0], xr.DataArray(multiplier))
        cells = (code.values == FIXED) & (np.asarray(_plain(given)) != 1.0)
        if cells.any():
            where, more = coordinates_of(code, cells)
            text = f"{self.function}: hazard_multiplier{where}{more} does not act on a fixed lifetime"
            warnings.warn(text, UserWarning, stacklevel=4)

    # --- writing -----------------------------------------------------------------------------------------------------

    def _units(self) -> tuple[Any, Any]:
        """Units of the stock and of the flows, None for plain arrays."""
        if self.unit is None:
            return None, None
        return (self.unit * ureg.yr, self.unit) if self.name == "inflow" else (self.unit, self.unit / ureg.yr)

    def label(self, found: use.Use) -> xr.Dataset:
        """Dataset of what was found, with labels and units."""
        stock_unit, flow_unit = self._units()
        split = len(self.lead)
        wide = (*self.lead, "time", "cohort", *self.trail)
        wide_shape = (*self.shape[: split + 1], len(self.cohorts), *self.shape[split + 1 :])
        variables = {}
        for name, array in found._asdict().items():
            if array is None:
                continue
            by_cohort = name.endswith("by_cohort")
            array = array.reshape(wide_shape if by_cohort else self.shape)
            if name == self.name and np.may_share_memory(array, _plain(self.given)):
                array = array.copy()  # a change of the result must not reach into the argument
            if stock_unit is not None:
                array = ureg.Quantity(array, stock_unit if name.startswith("stock") else flow_unit)
            variables[name] = (wide if by_cohort else self.order, array, {"long_name": LONG_NAMES[name]})
        coords: Any = self.given.coords
        if found.stock_by_cohort is not None:
            coords = {**coords, "cohort": self.cohorts}
        return xr.Dataset(variables, coords)

    def refuse_deficit(self, error: use.DeficitError) -> NoReturn:
        """Say where a stock cannot be met."""
        split = len(self.lead)
        lead, year, trail = error.where
        before = np.unravel_index(lead, self.shape[:split]) if split else ()
        after = np.unravel_index(trail, self.shape[split + 1 :]) if len(self.trail) else ()
        where = place(self.given.transpose(*self.order), np.array([*before, year, *after]).tolist())
        what = "more is wanted than is left, but nothing that enters survives its first year (sf(0) = 0)"
        mend = "lengthen the lifetime, or use timing='mid' or 'end'"
        raise ModelError(Fault(f"{self.function}: {self.name}{where}", what, mend)) from None


def _spread(driver: xr.DataArray, lifetime: Any, *others: Any) -> xr.DataArray:
    """Give the driver the scenarios and samples of the other arguments: each is a run of its own."""
    if not isinstance(driver, xr.DataArray):
        return driver
    if isinstance(lifetime, Lifetime) and isinstance(lifetime.first, xr.DataArray):
        others = (*others, lifetime.parameters()[0])
    for dim in ("sample", "scenario"):
        for array in others:
            if isinstance(array, xr.DataArray) and dim in array.dims and dim not in driver.dims:
                driver = driver.expand_dims({dim: array[dim] if dim in array.coords else array.sizes[dim]})
    return driver


def _plain(array: xr.DataArray) -> NDArray[Any]:
    """Values without a unit."""
    data = array.data
    return np.asarray(data.magnitude if hasattr(data, "magnitude") else array.values)


def _ordered(dims: tuple[Hashable, ...]) -> tuple[Hashable, ...]:
    """Dims in the order of the vocabulary, others last."""
    return (*(dim for dim in DIMENSIONS if dim in dims), *(dim for dim in dims if dim not in DIMENSIONS))


def _size(shape: tuple[int, ...]) -> int:
    """Number of cells, 1 for no axes."""
    return math.prod(shape)

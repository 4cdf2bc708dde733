"""What self-reliance costs: public and social cost, the import bill, and what a tonne of avoided imports costs.

Money of the dataset, constant prices. Region totals have the axes (sample, region, time), element flows (sample,
region, time, element), primary metal (sample, region, origin, time, element).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import xarray as xr

from mfa.errors import AlignmentError, Fault, InputError, UnitError
from mfa.indicators.ratios import REASONS, RESOLUTION, ROUNDING, missing_because, ratio
from mfa.units import quantify


class ResultsLike(Protocol):
    """What a comparison of cost needs to know of results."""

    money: str

    def plain(self, group: str) -> xr.Dataset:
        """One group of results without units."""


def import_bill(price: np.ndarray, imports: np.ndarray) -> np.ndarray:
    """Refined imports at the price of the year.

    Parameters
    ----------
    price : ndarray, money/t, >= 0
        Price of refined metal.
    imports : ndarray, t/yr, >= 0
        Refined imports.

    Returns
    -------
    ndarray, money/yr

    Examples
    --------
    >>> import_bill(np.array([20000.0]), np.array([3.0])).tolist()
    [60000.0]
    """
    return price * imports


def co2_avoided(secondary: np.ndarray, ef_primary: np.ndarray, ef_secondary: np.ndarray) -> np.ndarray:
    """Greenhouse gas that secondary metal avoids by standing in for primary metal.

    Parameters
    ----------
    secondary : ndarray, t/yr, >= 0
        All secondary metal.
    ef_primary, ef_secondary : ndarray, t CO2/t, >= 0
        Emission factors of primary and secondary metal.

    Returns
    -------
    ndarray, t CO2/yr
        Below 0 where recycling emits more than mining and refining.

    Examples
    --------
    10 x (8 - 3).

    >>> co2_avoided(np.array([10.0]), np.array([8.0]), np.array([3.0])).tolist()
    [50.0]
    """
    return secondary * (ef_primary - ef_secondary)


def primary_support(primary: np.ndarray, primary_cost: np.ndarray, price: np.ndarray) -> np.ndarray:
    """Public support that lets domestic primary sources run above the market price.

    max(0, cost - price) x primary, summed over sources and elements.

    Parameters
    ----------
    primary : ndarray (..., origin, time, element), t/yr, >= 0
        Metal from domestic primary sources.
    primary_cost : ndarray (..., origin, time, element), money/t, >= 0
        Its cost.
    price : ndarray (..., time, element), money/t, >= 0
        Price of refined metal.

    Returns
    -------
    ndarray (..., time), money/yr

    Examples
    --------
    5 t at a cost of 30 and 2 t at a cost of 10, sold at 20: 5 x 10 + 0.

    >>> tonnes, cost = np.array([5.0, 2.0]).reshape(2, 1, 1), np.array([30.0, 10.0]).reshape(2, 1, 1)
    >>> primary_support(tonnes, cost, np.array([[20.0]])).tolist()
    [50.0]
    """
    gap = np.maximum(primary_cost - np.expand_dims(price, -3), 0.0)
    return (gap * primary).sum(axis=(-3, -1))


def stockpile_cost(
    price: np.ndarray, stock_fill: np.ndarray, stock_release: np.ndarray, pool_in: np.ndarray, pool_out: np.ndarray
) -> np.ndarray:
    """Cost of stockpiling: metal bought less metal drawn from the region's own stock, at the price of the year.

    price x (fill - drawn), drawn = release - received from the joint pool + given to it, summed over elements. Metal
    that changes hands in a joint pool is thus settled at the price of the year.

    Parameters
    ----------
    price : ndarray (..., time, element), money/t, >= 0
        Price of refined metal.
    stock_fill, stock_release : ndarray (..., time, element), t/yr, >= 0
        Into the stockpile from the market, and out of it for the region's own use.
    pool_in, pool_out : ndarray (..., time, element), t/yr, >= 0
        Received from and given to other members of a joint pool.

    Returns
    -------
    ndarray (..., time), money/yr
        Below 0 in a year of release.

    Examples
    --------
    Filling 3 t costs 60; releasing 5 t, of which 4 t came from partners, brings 20.

    >>> stockpile_cost(*(np.array([[x]]) for x in (20.0, 3.0, 5.0, 4.0, 0.0))).tolist()
    [40.0]
    """
    drawn = stock_release - pool_in + pool_out
    return (price * (stock_fill - drawn)).sum(axis=-1)


def public_cost(
    subsidies: np.ndarray,
    grants: np.ndarray,
    research: np.ndarray,
    keep_cost: np.ndarray,
    primary_support: np.ndarray,
    stockpile_cost: np.ndarray,
    penalties: np.ndarray,
) -> np.ndarray:
    """What the state pays in a year, less the penalties it takes.

    Parameters
    ----------
    subsidies, grants, research, keep_cost : ndarray, money/yr, >= 0
        Subsidies for collection and output, capital grants, research, cost of keeping used products in the region.
    primary_support : ndarray, money/yr, >= 0
        Support of primary sources above the market price.
    stockpile_cost : ndarray, money/yr
        Cost of stockpiling, below 0 in a year of release.
    penalties : ndarray, money/yr, >= 0
        Charges for missing collection, recovery and recycled content.

    Returns
    -------
    ndarray, money/yr
        Below 0 where penalties and stock sales exceed spending.

    Examples
    --------
    10 + 20 + 5 + 1 + 50 + 40 - 6.

    >>> public_cost(*(np.array([x]) for x in (10.0, 20.0, 5.0, 1.0, 50.0, 40.0, 6.0))).tolist()
    [120.0]
    """
    return subsidies + grants + research + keep_cost + primary_support + stockpile_cost - penalties


def social_cost(
    opex: np.ndarray,
    capex: np.ndarray,
    collection: np.ndarray,
    research: np.ndarray,
    keep_cost: np.ndarray,
    primary: np.ndarray,
    stockpile_cost: np.ndarray,
) -> np.ndarray:
    """What the region as a whole spends on secondary and primary metal, whoever pays.

    Subsidies, grants, gate fees and penalties only move money and are left out; the import bill stands apart.

    Parameters
    ----------
    opex, capex, collection : ndarray, money/yr, >= 0
        Operating and capital cost of recycling (grants included), cost of collection.
    research, keep_cost : ndarray, money/yr, >= 0
        Public research, cost of keeping used products in the region.
    primary : ndarray, money/yr, >= 0
        Full cost of domestic primary metal.
    stockpile_cost : ndarray, money/yr
        Cost of stockpiling, below 0 in a year of release.

    Returns
    -------
    ndarray, money/yr

    Examples
    --------
    >>> social_cost(*(np.array([x]) for x in (30.0, 20.0, 10.0, 5.0, 1.0, 170.0, 40.0))).tolist()
    [276.0]
    """
    return opex + capex + collection + research + keep_cost + primary + stockpile_cost


def present_value(cost: np.ndarray, years: np.ndarray, discount_rate: float, axis: int = -1) -> np.ndarray:
    """Sum of annual cost, discounted to the first year, which counts in full.

    Parameters
    ----------
    cost : ndarray (..., time), money/yr
        Annual cost in constant prices.
    years : ndarray of int
        Calendar years of the time axis.
    discount_rate : float, 1/yr, >= 0
        Real rate.
    axis : int
        Position of the time axis.

    Returns
    -------
    ndarray, money

    Raises
    ------
    InputError
        If the rate is below 0 or not a number.

    Examples
    --------
    100 + 110/1.1.

    >>> round(float(present_value(np.array([100.0, 110.0]), np.array([2030, 2031]), 0.1)), 9)
    200.0
    """
    if not discount_rate >= 0.0:
        raise InputError(Fault("discount_rate", f"{discount_rate} is not a rate", "write 0.03 for 3 % a year"))
    years = np.asarray(years)
    factor = (1.0 + discount_rate) ** -(years - years[:1]).astype(float)
    return np.moveaxis(np.asarray(cost, dtype=float), axis, -1) @ factor


def cost_per_tonne(
    present_cost: np.ndarray, present_cost_base: np.ndarray, imports: np.ndarray, imports_base: np.ndarray
) -> np.ndarray:
    """Cost of each tonne of import avoided against a base case; tonnes are not discounted.

    (present value - that of the base) / (imports of the base - imports).

    Parameters
    ----------
    present_cost, present_cost_base : ndarray, money
        Present value of cost in the case and in the base case.
    imports, imports_base : ndarray, t, >= 0
        Imports over the same years.

    Returns
    -------
    ndarray, money/t
        NaN where no import is avoided; below 0 where the case is also cheaper.

    Examples
    --------
    >>> cost_per_tonne(*(np.array([x]) for x in (500.0, 200.0, 40.0, 100.0))).tolist()
    [5.0]
    """
    bound = np.maximum(RESOLUTION, ROUNDING * imports_base)
    return ratio(present_cost - present_cost_base, imports_base - imports, above=bound)


def cost_per_tonne_import_avoided(
    results: ResultsLike,
    base: ResultsLike,
    discount_rate: float,
    cost: str = "social_cost",
    elements: Sequence[str] | None = None,
    first: int | None = None,
    last: int | None = None,
) -> xr.DataArray:
    """Cost of each tonne of refined import that one run avoids against another.

    Each element bears the whole difference of cost: the figures of several elements do not add up. To share the cost
    over the tonnes of several elements, name them.

    Parameters
    ----------
    results, base : Results
        The run and its base case, with the same labels, years and money.
    discount_rate : float, 1/yr, >= 0
        Real rate for cost, discounted to the first year; tonnes are not discounted.
    cost : str
        ``social_cost`` or ``public_cost``.
    elements : sequence of str, optional
        Elements whose tonnes are added; without it one figure for each element.
    first, last : int, optional
        Span of years, both included; the whole run if not given.

    Returns
    -------
    DataArray [region, element], or [region] with `elements`; money/t
        With a leading sample dim if the runs have one. NaN where no import is avoided; the coordinate `reason` says so.

    Raises
    ------
    AlignmentError
        If labels or years of the two runs differ.
    UnitError
        If the two runs count in different money.
    InputError
        If the rate, the kind of cost, an element or the span of years does not fit.
    """
    if cost not in ("social_cost", "public_cost"):
        raise InputError(Fault("cost", f"'{cost}' is not a cost", "choose social_cost or public_cost"))
    if results.money != base.money:
        raise UnitError(Fault("base", f"counts in {base.money}, the run in {results.money}", "run both in one money"))
    tonnes, tonnes_base, spent, spent_base = _exactly_aligned(
        results.plain("flows")["imports"].sum("origin"),
        base.plain("flows")["imports"].sum("origin"),
        results.plain("indicators")[cost],
        base.plain("indicators")[cost],
    )
    years = tonnes["time"].values
    span = slice(years[0] if first is None else first, years[-1] if last is None else last)
    if span.start > span.stop or span.start < years[0] or span.stop > years[-1]:
        where = f"{span.start}-{span.stop} is not a span within {years[0]}-{years[-1]}"
        raise InputError(Fault("first, last", where, "choose years of the run"))
    imported, imported_base = (array.sel(time=span).sum("time") for array in (tonnes, tonnes_base))
    if elements is not None:
        named = [elements] if isinstance(elements, str) else list(elements)
        unknown = [element for element in named if element not in tonnes["element"].values]
        if unknown or not named:
            known = ", ".join(map(str, tonnes["element"].values))
            raise InputError(Fault("elements", f"'{', '.join(unknown)}' is not in the run", f"choose from {known}"))
        imported, imported_base = (array.sel(element=named).sum("element") for array in (imported, imported_base))
    extra = (spent - spent_base).sel(time=span).transpose(..., "time")
    worth = extra.isel(time=0, drop=True).copy(data=present_value(extra.values, extra["time"].values, discount_rate))
    worth, imported, imported_base = xr.broadcast(worth, imported, imported_base)
    order = [dim for dim in ("sample", "region", "element") if dim in imported.dims]
    worth, imported, imported_base = (array.transpose(*order) for array in (worth, imported, imported_base))
    values = cost_per_tonne(worth.values, np.zeros(worth.shape), imported.values, imported_base.values)
    codes = missing_because(values, "no import avoided")
    result = imported.copy(data=values).assign_coords(reason=(order, np.array(REASONS)[codes]))
    result.name = "cost_per_tonne_import_avoided"
    result.attrs = {"long_name": f"Cost of a tonne of import avoided ({cost.replace('_', ' ')})"}
    return quantify(result, f"{results.money}/t")


def _exactly_aligned(*arrays: Any) -> tuple[Any, ...]:
    """Arrays as they are, or an error if a shared dim has other labels; nothing is joined silently."""
    try:
        return xr.align(*arrays, join="exact", copy=False)
    except ValueError as error:
        raise AlignmentError(
            Fault("results, base", f"labels differ ({error})", "compare runs of the same labels and years")
        ) from None

"""The pool that take-back draws from: direct discards and what leaves hibernation, as the model would have them.

With D the discards of a year, u_x the share exported, u_h the share kept unused at home and rho the share of the kept
that is released in a year: S5[t] = (1 - rho) S5[t-1] + u_h D[t], E[t] = (1 - u_x - u_h) D[t] + rho S5[t-1]
(`docs/model.md`, steps 3 and 4, no keep share). All parameters are those of a scenario, with their bounds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mfa.calibration.observations import Product
from mfa.errors import Fault, InputError
from mfa.inputs.arrays import Inputs
from mfa.inputs.fill import ALL
from mfa.inputs.scenario import Scenario
from mfa.inputs.table_files import read_lines
from mfa.lifetimes import Lifetime
from mfa.stock_models import inflow_driven

Floats = NDArray[np.float64]

SHARES = ("used_export_share", "hibernation_share", "hibernation_release")
MOVED = ("lifetime", *SHARES)
"""Parameters whose bounds the share of collection feels."""


@dataclass(frozen=True)
class Member:
    """One product of those that were counted together: its discards and where they go, by year.

    Attributes
    ----------
    label : str
    sales : array [year], unit/yr
    lifetime : Lifetime
        By cohort, or one for all.
    discards : array [year] or None, unit/yr
        As counted; computed from sales and lifetime if None.
    exported, kept, released : array [year], 1
        Shares u_x and u_h, and rho.
    factors : dict of str to (float, float)
        Low and high over value of the parameters that have bounds.
    """

    label: str
    years: NDArray[np.int64]
    sales: Floats
    lifetime: Lifetime
    discards: Floats | None
    exported: Floats
    kept: Floats
    released: Floats
    timing: str
    factors: dict[str, tuple[float, float]]

    def leaving(self) -> Floats:
        """Discards D by year, unit/yr."""
        if self.discards is not None:
            return self.discards
        sales = xr.DataArray(self.sales, coords={"time": self.years})
        left: Floats = inflow_driven(sales, self.lifetime, timing=self.timing).outflow.values
        return left

    def flows(self) -> tuple[Floats, Floats]:
        """Discards D and pool E by year, unit/yr."""
        left = self.leaving()
        direct = np.maximum(1.0 - self.exported - self.kept, 0.0) * left
        return left, direct + released(self.kept * left, self.released)

    def moved(self, parameter: str, side: int) -> Member:
        """The same with one parameter at its lower (0) or upper (1) bound."""
        factor = self.factors.get(parameter, (1.0, 1.0))[side]
        if parameter == "lifetime":
            if self.discards is not None or factor == 1.0:
                return self
            return replace(self, lifetime=_stretched(self.lifetime, factor))
        name = {"used_export_share": "exported", "hibernation_share": "kept", "hibernation_release": "released"}
        values = np.clip(getattr(self, name[parameter]) * factor, 0.0, 1.0)
        return replace(self, **{name[parameter]: values})


def released(kept: Floats, rho: Floats) -> Floats:
    """What leaves hibernation by year: rho of what was there at the end of the year before.

    Examples
    --------
    >>> released(np.array([100.0, 0.0, 0.0]), np.array([0.25, 0.25, 0.25]))
    array([ 0.  , 25.  , 18.75])
    """
    out, held = np.empty(len(kept)), 0.0
    for t in range(len(kept)):
        out[t] = rho[t] * held
        held += kept[t] - out[t]
    return out


def _stretched(lifetime: Lifetime, factor: float) -> Lifetime:
    """All ages times a factor: the mean too, the shape as it was."""
    code, first, second = lifetime.canonical()
    one, two = first.copy(), second.copy()
    scale_first = np.isin(code.values, (0, 1, 2, 3, 6))
    scale_second = np.isin(code.values, (2, 3, 5, 6))
    one.values[...] = np.where(scale_first, first.values * factor, first.values)
    one.values[...] = np.where(code.values == 4, one.values + math.log(factor), one.values)
    two.values[...] = np.where(scale_second, second.values * factor, second.values)
    return Lifetime(code, one, two)


def members_of(product: Product, scenario: Scenario, inputs: Inputs, region: str) -> list[Member]:
    """The products that were counted together, with their parameters in a scenario.

    Sales and discards are those of the table where it has them for the product, else those of the scenario.

    Raises
    ------
    InputError
        If the table counts sales or discards of several products together, so that they cannot be told apart.
    """
    if len(product.labels) > 1 and (product.of("sales") or product.of("discards")):
        what = "sales or discards are counted together, but each product has its own lifetime and hibernation"
        raise InputError(
            Fault(product.where, what, "leave them out: those of the scenario are used, product by product")
        )
    return [_member(product, label, scenario, inputs, region) for label in product.labels]


def _member(product: Product, label: str, scenario: Scenario, inputs: Inputs, region: str) -> Member:
    years = np.asarray(inputs.years)
    timing = str(inputs.arrays.get("timing") or "mid")

    def path(name: str) -> Floats:
        array = inputs.arrays[name]
        for dim, wanted in (("region", region), ("product", label)):
            if dim in array.dims:
                array = array.sel({dim: wanted})
        return np.broadcast_to(np.asarray(array.values, dtype=float), years.shape).copy()

    given = product.of("sales")
    sales = path("sales")
    if given:
        sales = np.zeros(len(years))
        for one in given:
            sales[one.year - years[0]] = one.value
    counted = product.of("discards", by_cohort=False)
    discards = None
    if counted:
        discards = np.zeros(len(years))
        for one in counted:
            discards[one.year - years[0]] = one.value
    parts = []
    for array in inputs.arrays["lifetime"].canonical():
        for dim, wanted in (("region", region), ("product", label)):
            if dim in array.dims:
                array = array.sel({dim: wanted}, drop=True)
        if "cohort" in array.dims:
            array = array.sel(cohort=years)
        parts.append(array)
    factors = {name: found for name in MOVED if (found := bounds_of(scenario, name, label)) is not None}
    return Member(label, years, sales, Lifetime(*parts), discards, path("used_export_share"), path("hibernation_share"),
                  path("hibernation_release"), timing, factors)  # fmt: skip


def bounds_of(scenario: Scenario, parameter: str, label: str) -> tuple[float, float] | None:
    """Mean of low/value and high/value over the rows of a product; None if no row has bounds.

    Of a lifetime the rows of its mean count.
    """
    found: list[tuple[float, float]] = []
    for path in scenario.dataset.files(parameter, scenario.variants.get(parameter, "")):
        rows, _, _ = read_lines(path)
        header = rows[0][1]
        here = []
        for _, cells in rows[1:]:
            row = dict(zip(header, cells, strict=False))
            if row.get("product", ALL) not in (label, ALL) or row.get("term", "mean") != "mean":
                continue
            try:
                value, low, high = (float(row.get(name, "")) for name in ("value", "low", "high"))
            except ValueError:
                continue
            if value > 0.0 and low > 0.0:
                here.append((low / value, high / value))
        found = here or found
    if not found:
        return None
    low, high = (float(np.mean(side)) for side in zip(*found, strict=True))
    return low, high


def base_rows(scenario: Scenario, parameter: str, label: str) -> dict[str, list[int | None]]:
    """Years of the rows of a product's parameter by component, None for ``*``: what an overlay must replace."""
    found: dict[str, list[int | None]] = {}
    for path in scenario.dataset.files(parameter, scenario.variants.get(parameter, "")):
        rows, _, _ = read_lines(path)
        header = rows[0][1]
        for _, cells in rows[1:]:
            row = dict(zip(header, cells, strict=False))
            if row.get("product", ALL) == label:
                year = row.get("time", ALL)
                found.setdefault(row.get("component", ALL), []).append(None if year == ALL else int(year))
    return found


def total_pool(members: list[Member]) -> Floats:
    """Pool of all members by year, unit/yr."""
    return np.sum([member.flows()[1] for member in members], axis=0)


def pool_by_share_kept(members: list[Member]) -> Callable[[float], Floats]:
    """Pool of all members by year as a function of one share kept unused at home, in all years and by all members."""
    left = [member.leaving() for member in members]
    later = np.sum([released(one, member.released) for one, member in zip(left, members, strict=True)], axis=0)

    def pool(kept: float) -> Floats:
        direct = [
            np.maximum(1.0 - member.exported - kept, 0.0) * one for one, member in zip(left, members, strict=True)
        ]
        return np.sum(direct, axis=0) + kept * later

    return pool


def pool_paths(members: list[Member]) -> dict[str, tuple[Floats, Floats]]:
    """Pool with each parameter at its bounds, the others as they are; those without bounds are left out."""
    return {
        name: (
            total_pool([member.moved(name, 0) for member in members]),
            total_pool([member.moved(name, 1) for member in members]),
        )
        for name in MOVED
        if any(name in member.factors for member in members)
    }

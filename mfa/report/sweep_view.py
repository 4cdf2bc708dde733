"""What text and figures of a sweep show: each result over the levers, in one year and region, in readable units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mfa.errors import Fault, InputError
from mfa.indicators import READ_WITH_UNMET
from mfa.inputs.messages import suggest
from mfa.report.comparison import largest_of, scaled_money

if TYPE_CHECKING:
    from mfa.studies.sweep import Sweep

SHOWN_YEAR = 2040
"""Year shown if none is named: late enough for products sold today to come back."""
FLAT = 1e-9
"""Relative span below which a result does not answer to the levers."""


@dataclass(frozen=True)
class Response:
    """One result over the levers of a sweep.

    Attributes
    ----------
    name : str
        Name of the result.
    words : str
        The name for readers.
    unit : str
        Unit that `values` are in: % for pure numbers, millions of money.
    elements : tuple of str
        One empty text for a result of all elements together.
    values : array [*levers, element]
    year : int or None
        None for a sum over years.
    """

    name: str
    words: str
    unit: str
    elements: tuple[str, ...]
    values: np.ndarray
    year: int | None

    @property
    def title(self) -> str:
        """Words with unit and year."""
        return f"{self.words}{f' {self.year}' if self.year else ''}, {self.unit}"


def shown_year(sweep: Sweep, year: int | None) -> int:
    """Year to show: that asked for, 2040, or the last.

    Raises
    ------
    InputError
        If it is not among the years of the sweep.
    """
    if "time" not in sweep.plain.coords:
        return year or SHOWN_YEAR
    years = sweep.plain["time"].values.tolist()
    if year is None:
        return SHOWN_YEAR if SHOWN_YEAR in years else years[-1]
    if year not in years:
        raise InputError(Fault("year", f"{year} lies outside the run", f"choose from {years[0]} to {years[-1]}"))
    return year


def chosen_labels(sweep: Sweep, dim: str, given: Sequence[str] | None) -> list[str]:
    """Labels to show along a dim: those given, or all.

    Raises
    ------
    InputError
        If one is unknown.
    """
    known = [str(label) for label in sweep.plain[dim].values] if dim in sweep.plain.coords else []
    wanted = known if given is None else list(dict.fromkeys(given))
    faults = [Fault(dim, f"unknown {dim} '{label}'", suggest(label, known, f"{dim}s"))
              for label in wanted if label not in known]  # fmt: skip
    if faults:
        raise InputError(faults)
    return wanted


def response(sweep: Sweep, name: str, year: int, region: str, elements: Sequence[str]) -> Response | None:
    """One result in a year and a region; None if it has dims other than region, year and element.

    Raises
    ------
    InputError
        If the sweep does not hold it.
    """
    if name not in sweep.names:
        raise InputError(Fault("result", f"'{name}' is not in the sweep", suggest(name, sweep.names, "results")))
    array = sweep.plain[name]
    levers = [lever.name for lever in sweep.levers]
    own = [str(dim) for dim in array.dims if dim not in levers]
    if set(own) - {"region", "time", "element"}:
        return None
    told: int | None = None
    if "region" in own:
        array = array.sel(region=region)
    if "time" in own:
        array, told = array.sel(time=year), year
    if "element" in own:
        array, labels = array.sel(element=list(elements)), tuple(elements)
    else:
        array, labels = array.expand_dims(element=[""], axis=-1), ("",)
    values = array.transpose(*levers, "element").values.astype(float)
    unit = str(array.attrs.get("units", "1"))
    money = str(sweep.plain.attrs.get("money", ""))
    if unit == "1":
        values, unit = 100.0 * values, "%"
    elif money and unit in (money, f"{money}/yr"):
        factor, unit = scaled_money(largest_of(values.ravel().tolist()), unit, least=1.0)
        values = factor * values
    words = name.replace("_present_value", ", present value").replace("_", " ").replace("eol ", "EoL ")
    return Response(name, words[0].upper() + words[1:], unit, labels, values, told)


def is_flat(values: np.ndarray) -> bool:
    """Whether a result is the same at all points, but for rounding.

    Examples
    --------
    >>> is_flat(np.array([0.3, 0.3 + 1e-13])), is_flat(np.array([0.3, 0.31]))
    (True, False)
    """
    finite = values[np.isfinite(values)]
    return not finite.size or bool(np.ptp(finite) <= FLAT * np.abs(finite).max())


def unmet_note(sweep: Sweep, year: int, region: str, elements: Sequence[str], names: Sequence[str]) -> str:
    """Say which elements are partly unmet at some points, if indicators that this lifts are shown."""
    if "unmet_share" not in sweep.names or not any(name in READ_WITH_UNMET for name in names):
        return ""
    found = response(sweep, "unmet_share", year, region, elements)
    assert found is not None
    short = [label for i, label in enumerate(found.elements) if np.nanmax(found.values[..., i], initial=0.0) > 1e-7]
    if not short:
        return ""
    return (
        f"Part of the need of {', '.join(short)} is unmet at some points in {year}: indicators on what is still used "
        "are lifted there. No gain."
    )

"""The one pint registry of the project, its traps disarmed, and the check at the border of public functions."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pint
import xarray as xr

from mfa.errors import Fault, UnitError

MONEY = re.compile(r"\b([A-Z]{3})_(\d{4})\b")
BARE_MONEY = re.compile(r"\b(USD|JPY|EUR|AUD|GBP|CNY|KRW|CAD)\b(?!_\d{4})")
DAYS_PER_YEAR = 365.0
DEFINITIONS = Path(__file__).with_name("units.txt")
"""All units but money."""


def _build_registry() -> pint.UnitRegistry:
    registry: pint.UnitRegistry = pint.UnitRegistry(DEFINITIONS, force_ndarray_like=True)
    registry.formatter.default_format = "~"
    return registry


ureg: pint.UnitRegistry = _build_registry()
pint.set_application_registry(ureg)  # a notebook's own .pint.quantify() meets the same registry

import pint_xarray  # noqa: E402, F401  (registers the .pint accessor; after the registry, or it builds one of its own)

_known_money: set[str] = set()


def parse_unit(text: str) -> Any:
    """Parse a unit string; money is defined on first sight, one dimension for each currency and year.

    Parameters
    ----------
    text : str
        A pint expression such as ``t/yr``, ``kg/kWh``, ``USD_2024/t``; ``1`` or empty for a pure number.

    Returns
    -------
    pint.Unit

    Raises
    ------
    UnitError
        If the unit is unknown, or money has no year.

    Examples
    --------
    >>> print(parse_unit("t/yr"))
    t / yr
    >>> parse_unit("USD_2024").is_compatible_with(parse_unit("USD_2020"))
    False
    """
    return _parse_unit(text.strip())


_EXPRESSION = re.compile(
    r"""(?: [^\W\d][\w%°]*+ (?: \s*(?:\*\*|\^)\s*[-+]?\d{1,2}(?!\d) )?+   # a name, perhaps with a power
          | [%°]\w*+
          | \d++(?:\.\d++)?+(?:[eE][-+]?\d{1,3})?+(?!\s*(?:\*\*|\^))       # a number, which is told to be one too many
          | \*(?!\*) | [/()·] | \s )*+""",
    re.VERBOSE,
)
"""What is handed to pint: products, quotients and small powers of names. It would work out 9**9**9 for days.

What is read is not read again in other pieces (possessive repeats), so that a long word with a wrong sign behind it
is told at once.
"""
_KNOWN_UNITS = "use t, kg, g, unit, yr, day, kWh, MW, USD_2024 and products of them"


@functools.lru_cache(maxsize=4096)
def _parse_unit(text: str) -> Any:
    if text in ("", "1", "dimensionless"):
        return ureg.dimensionless
    bare = BARE_MONEY.search(text)
    if bare:
        raise UnitError(f"unit '{text}': money needs its year; write {bare.group(1)}_2024, say")
    for match in MONEY.finditer(text):
        name = match.group(0)
        if name not in _known_money:
            ureg.define(f"{name} = [{name}]")
            _known_money.add(name)
    if not _EXPRESSION.fullmatch(text):
        raise UnitError(f"'{text}' is not a unit; {_KNOWN_UNITS}")
    try:
        parsed = ureg.parse_expression(text)
        if isinstance(parsed, (int, float)):
            if parsed == 1:
                return ureg.dimensionless
            raise UnitError(f"unit '{text}' is a number; write 1 for a pure number")
        if not np.isclose(parsed.magnitude, 1.0, rtol=1e-15):
            raise UnitError(f"unit '{text}' contains a factor; put the factor into the value")
        return parsed.units
    except UnitError:
        raise
    except Exception:
        raise UnitError(f"unknown unit '{text}'; {_KNOWN_UNITS}") from None


@functools.lru_cache(maxsize=4096)
def conversion_factor(given: str, wanted: str) -> float:
    """Return the factor that turns a number in unit `given` into unit `wanted`.

    Raises
    ------
    UnitError
        If a unit is unknown or the dimensionalities differ.

    Examples
    --------
    >>> conversion_factor("kg/unit", "t/unit")
    0.001
    """
    unit, target = parse_unit(given), parse_unit(wanted)
    if unit == target:
        return 1.0
    if not unit.is_compatible_with(target):
        raise UnitError(_wrong_unit(given, wanted))
    return float((1.0 * unit).to(target).magnitude)


def _wrong_unit(given: str, wanted: str) -> str:
    money_given, money_wanted = MONEY.search(given), MONEY.search(wanted)
    if money_given and money_wanted and money_given.group(0) != money_wanted.group(0):
        return (
            f"unit '{given}' is money of {money_given.group(0)}, the model computes in {money_wanted.group(0)}; "
            f"convert the value with a sourced rate and price index and write {money_wanted.group(0)}"
        )
    return f"unit '{given}' does not fit '{wanted}'"


def read_quantity(text: str | float, wanted: str) -> float:
    """Read a quantity such as ``20000 USD_2024/t`` and return its magnitude in unit `wanted`.

    A bare number is accepted only where the wanted unit is a pure number; ``16 %`` is 0.16.

    Examples
    --------
    >>> read_quantity("250 kg/unit", "t/unit")
    0.25
    >>> read_quantity("16 %", "1")
    0.16
    """
    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        raise UnitError(f"'{text}' is not a quantity")
    if isinstance(text, (int, float)):
        if parse_unit(wanted).dimensionless:
            return float(text)
        raise UnitError(f"{text} has no unit; write '{text} {wanted}'")
    match = re.fullmatch(r"\s*([-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?inf)\s*(.*?)\s*", text)
    if not match:
        example = "0.5" if wanted == "1" else f"1 {wanted}"
        what = "a number" if wanted == "1" else "a number with a unit"
        raise UnitError(f"'{text}' is not {what}; expected something like '{example}'")
    number, unit = float(match.group(1).replace("_", "")), match.group(2)
    if unit == "%":
        number, unit = float(f"{number / 100:.15g}"), ""
    if unit == "" and not parse_unit(wanted).dimensionless:
        raise UnitError(f"'{text}' has no unit; write '{text.strip()} {wanted}'")
    return number * conversion_factor(unit, wanted)


def quantify(array: Any, unit: str) -> xr.DataArray:
    """Attach `unit` to a plain array; the result carries a pint quantity."""
    parsed = parse_unit(unit)
    return array.copy(data=ureg.Quantity(array.values, parsed))


def unit_of(array: Any) -> pint.Unit | None:
    """Return the unit that a DataArray or quantity carries, or None for a plain one."""
    data = getattr(array, "data", array)
    return getattr(data, "units", None) if hasattr(data, "magnitude") else None


def magnitude(array: Any, unit: str, name: str = "array") -> Any:
    """Convert to `unit` and strip it; a plain array is taken to be in `unit` already.

    Raises
    ------
    UnitError
        If the dimensionality differs.
    """
    given = unit_of(array)
    if given is None:
        return array
    factor = conversion_factor(str(given) or "1", unit)
    if isinstance(array, xr.DataArray):
        plain = array.data.magnitude
        return array.copy(data=plain if factor == 1.0 else plain * factor)
    return array.magnitude * factor


def checked(returns: str | None = None, **wanted: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the units of a public function's arguments; every bad argument is reported in one error.

    The function body gets plain arrays in the declared units. A plain argument is refused unless its declared unit is a
    pure number: a number without a unit is a guess.

    Parameters
    ----------
    returns : str, optional
        Unit attached to what the function returns.
    **wanted : str
        Unit of each argument, by name.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(*args, **kwargs)
            faults = []
            for name, unit in wanted.items():
                value = bound.arguments.get(name)
                if value is None:
                    continue
                given = unit_of(value)
                if given is None:
                    if not parse_unit(unit).dimensionless:
                        faults.append(
                            Fault(
                                f"{function.__name__}({name})",
                                f"has no unit, expected '{unit}'",
                                f"attach it: mfa.quantify({name}, '{unit}')",
                            )
                        )
                    continue
                try:
                    bound.arguments[name] = magnitude(value, unit, name)
                except UnitError as error:
                    faults.append(Fault(f"{function.__name__}({name})", str(error)))
            if faults:
                raise UnitError(faults)
            result = function(*bound.args, **bound.kwargs)
            return quantify(result, returns) if returns else result

        return wrapper

    return decorate

"""The units that are known: those of pint under its names, but for the words that mislead."""

from __future__ import annotations

import pint
import pytest

from mfa.errors import UnitError
from mfa.units import DEFINITIONS, MONEY, conversion_factor, parse_unit, ureg

OURS = {"unit", "CO2", "year", "yr", "a", "annum", "month", "kt"}
"""Names that pint does not know, or that mean something else to it."""


def test_units_are_those_of_pint() -> None:
    """One of each in base units is the same in pint's own registry, but for rounding."""
    full = pint.UnitRegistry()
    fresh = pint.UnitRegistry(DEFINITIONS)  # ours remembers each prefix it was asked for, such as kilounit
    known = {unit.name for unit in fresh._units.values()} - OURS
    names = {name for name in known if not name.startswith("delta_") and not MONEY.search(name)}
    assert len(names) > 40
    for name in names:
        here, there = (registry.Quantity(1.0, name).to_base_units() for registry in (ureg, full))
        assert here.magnitude == pytest.approx(there.magnitude, rel=1e-14), name
        assert {f"{unit}": power for unit, power in here.unit_items()} == dict(there.unit_items()), name


@pytest.mark.parametrize(
    ("given", "wanted", "factor"),
    [
        ("kt/yr", "t/yr", 1000.0),  # a knot to pint
        ("Mt", "t", 1e6),
        ("day", "yr", 1 / 365),  # 1/365.25 to pint
        ("t/a", "t/yr", 1.0),
        ("g/unit", "t/unit", 1e-6),
        ("GWh/yr", "kWh/yr", 1e6),
        ("lb", "kg", 0.45359237),
        ("%", "1", 0.01),
        ("USD_2024/kg", "USD_2024/t", 1000.0),
    ],
)
def test_conversions(given: str, wanted: str, factor: float) -> None:
    assert conversion_factor(given, wanted) == pytest.approx(factor, rel=1e-15)


@pytest.mark.parametrize("unit", ["ton", "kton", "knot", "count", "USD", "piece"])
def test_words_that_mislead_are_unknown(unit: str) -> None:
    """To pint a ton is an American short ton, and a count is a pure number."""
    with pytest.raises(UnitError, match=f"unit '{unit}'"):
        parse_unit(unit)


@pytest.mark.parametrize(("given", "wanted"), [("unit", "1"), ("unit", "cd/m**2"), ("t*CO2", "t"), ("t", "t/yr")])
def test_what_does_not_convert(given: str, wanted: str) -> None:
    with pytest.raises(UnitError):
        conversion_factor(given, wanted)

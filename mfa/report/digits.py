"""Numbers, units and names of factors as readers of a table want them."""

from __future__ import annotations

WORDS = 46
"""Longest name of a factor in a table."""
UNITS = {"CO2": "t CO2/t", "CO2*t/yr": "t CO2/yr", "1": ""}
"""Units as readers write them, where they differ."""


def figure(value: float) -> str:
    """A number with three digits that count, whole from 100 on.

    Examples
    --------
    >>> figure(0.81234), figure(12345.6), figure(0.0), figure(float("nan"))
    ('0.812', '12 346', '0', '-')
    """
    if value != value:
        return "-"
    if value == 0:
        return "0"
    return f"{value:,.0f}".replace(",", " ") if abs(value) >= 99.95 else f"{value:.3g}"


def shown_unit(unit: str) -> str:
    """Unit for readers; none for pure numbers."""
    return UNITS.get(unit, unit)


def digits(value: float, unit: str = "") -> str:
    """A number with the digits that it deserves: one decimal of shares, three digits of others.

    Examples
    --------
    >>> digits(70.0432, "%"), digits(1234.5, "t/yr"), digits(float("nan"), "%")
    ('70.0', '1 234', '-')
    """
    if unit in ("%", "points") and value == value:
        return f"{value + 0.0:.1f}"
    return figure(value)


def signed(value: float, unit: str = "") -> str:
    """A change with its sign.

    Examples
    --------
    >>> signed(9.1572, "points"), signed(-0.0), signed(float("nan"))
    ('+9.2', '0', '-')
    """
    text = digits(value, unit)
    return f"+{text}" if value > 0 and float(text.replace(" ", "")) else text


def slope(elasticity: float) -> str:
    """An elasticity, two decimals."""
    return f"{elasticity:.2f}" if elasticity == elasticity else "-"


def with_unit(value: float, unit: str) -> str:
    """A number with its unit."""
    return f"{digits(value, unit)} {unit}".rstrip()


def cut(words: str, most: int = WORDS) -> str:
    """Words that fit a column.

    Examples
    --------
    >>> cut("Manufacturing yield: other magnets", 20)
    'Manufacturing yie...'
    """
    return words if len(words) <= most else f"{words[: most - 3]}..."

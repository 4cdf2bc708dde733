"""Wording that the sections of a report share: lists, changes, shares, and quantities of a scenario's file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mfa.report.document.content import NONE, SPACE, Spread, number

_GLUE = re.compile(r"(?<=\d) (?=(?:%|[kM]?t|kg|points|million|billion)(?:\W|$)|\d{3}(?:\D|$))")
_QUANTITY = re.compile(r"^\s*([-+]?\d[\d_]*\.?\d*(?:[eE][-+]?\d+)?)\s*(.*)$")


def glued(text: str) -> str:
    r"""Text in which numbers stay on one line with their units and their thousands.

    Examples
    --------
    >>> glued("12 345 t, 66 % of it").split(" ")
    ['12\xa0345\xa0t,', '66\xa0%', 'of', 'it']
    """
    return _GLUE.sub(SPACE, text)


def listed(names: Sequence[str]) -> str:
    """Names as a list in a sentence.

    Examples
    --------
    >>> listed(["lithium", "cobalt", "nickel"]), listed(["lithium"])
    ('lithium, cobalt and nickel', 'lithium')
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))


def small(name: str) -> str:
    """Name of an element inside a sentence.

    Examples
    --------
    >>> small("Dysprosium"), small("Dy"), small("REE mix")
    ('dysprosium', 'Dy', 'REE mix')
    """
    return name.lower() if len(name) > 2 and name[1:].islower() else name


def capital(text: str) -> str:
    """Text that begins a sentence.

    Examples
    --------
    >>> capital("all of it")
    'All of it'
    """
    return f"{text[:1].upper()}{text[1:]}"


def percent_of(cell: float | Spread, decimals: int = 0) -> str:
    """A share in percent, with the range of the samples if there is one.

    Examples
    --------
    >>> percent_of(0.6543).replace(SPACE, " "), percent_of(Spread(0.61, 0.55, 0.66)).replace(SPACE, " ")
    ('65 %', '61 % (55 to 66 %)')
    >>> percent_of(0.004).replace(SPACE, " ")
    '0.4 %'
    """
    if isinstance(cell, Spread):
        low, high = (_percent(part, decimals) for part in (cell.low, cell.high))
        middle = _percent(cell.value, decimals)
        return f"{middle} %" if low == high else f"{middle} % ({low} to {high} %)"
    return f"{_percent(cell, decimals)} %"


def _percent(value: float, decimals: int) -> str:
    text = number(100.0 * value, decimals)
    return number(100.0 * value, 1) if text == number(0.0, decimals) and abs(value) >= 5e-4 else text


def change_in_points(now: float, before: float, when: str) -> str:
    """Change of a share against another, in words.

    Examples
    --------
    >>> change_in_points(0.65, 0.92, "in 2024"), change_in_points(0.65, 0.6501, "in 2024")
    ('27 points less than in 2024', 'as much as in 2024')
    """
    points = 100.0 * (now - before)
    if abs(points) < 0.05:
        return f"as much {'as' if when.startswith('in ') else 'as with'} {when}"
    size = number(abs(points), 0 if abs(points) >= 1.0 else 1)
    word = "point" if size == "1" else "points"
    return f"{size} {word} {'more' if points > 0 else 'less'} than {when}"


def quantity(raw: Any, unit: str) -> str:
    """A value as a scenario writes it, for readers.

    Parameters
    ----------
    raw : number, bool or str
        As in the scenario: a quantity is text with a unit.
    unit : str
        Unit of the parameter; a plain number of unit 1 is written as it is, a share in percent if it is one.

    Examples
    --------
    >>> quantity("60000 USD_2024/t", "money/t").replace(SPACE, " "), quantity(0.2, "%").replace(SPACE, " ")
    ('60 000 USD_2024/t', '20 %')
    >>> quantity(True, "1"), quantity("17.0e+6 USD_2024/yr", "money/yr").replace(SPACE, " ")
    ('yes', '17 million USD_2024/yr')
    """
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    match = _QUANTITY.match(str(raw))
    if raw is None or not match:
        return NONE if raw is None else str(raw)
    value, own = float(match.group(1)), match.group(2).strip()
    if unit == "%" and not own:
        return f"{plain(100.0 * value)} %"
    own = "" if own == "1" else own
    for size, word in ((1e9, "billion "), (1e6, "million ")):
        if abs(value) >= size and own:
            return f"{plain(value / size)} {word}{own}"
    return f"{plain(value)} {own}".rstrip()


def plain(value: float) -> str:
    """A number with the digits that it was given with.

    Examples
    --------
    >>> plain(60000.0).replace(SPACE, " "), plain(0.5), plain(17.0)
    ('60 000', '0.5', '17')
    """
    text = f"{value:,.10g}".replace(",", SPACE)
    return text.replace("-", "\N{MINUS SIGN}") if "e" not in text else text


def over_time(entry: Mapping[str, Any], unit: str) -> str:
    """When a value of a scenario holds: ``20 % in 2027, 70 % in 2035``.

    Examples
    --------
    >>> over_time({"values": {2027: 0.2, 2035: 0.7}}, "%").replace(SPACE, " ")
    '20 % in 2027, 70 % in 2035'
    >>> over_time({"from": 2027, "to": 2045, "value": 0.5}, "%").replace(SPACE, " ")
    '50 %, 2027 to 2045'
    >>> over_time({"from": 2027, "value": True}, "1")
    'yes, from 2027'
    """
    if "values" in entry:
        return ", ".join(f"{quantity(value, unit)} in {year}" for year, value in entry["values"].items())
    words = (
        quantity(entry["value"], unit)
        if "value" in entry
        else "; ".join(f"{key} {value}" for key, value in entry.items() if key not in ("from", "to", "year"))
    )
    if "year" in entry:
        return f"{words}, in {entry['year']}"
    if "from" in entry and "to" in entry:
        return f"{words}, {entry['from']} to {entry['to']}"
    if "from" in entry:
        return f"{words}, from {entry['from']}"
    return f"{words}, until {entry['to']}" if "to" in entry else words

"""One line on why a lever did or did not act, and the wording that all such lines share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

STATES: dict[str, str] = {
    "acts": "It moves metal, money or prices; the line says how much.",
    "slack": "It asks for no more than happens anyway.",
    "ramp": "Collection may rise by so much a year only.",
    "binding": "It is reached, and would not be without it.",
    "bought out": "Paying is cheaper than complying.",
    "unattainable": "It lies above what can be reached.",
    "short": "Part of an obligation is missing.",
    "ledger only": "It hands metal or money from one to another; no metal is gained.",
    "credits": "It is met with credits of earlier years.",
    "paid anyway": "Money goes to what would happen without it.",
    "budget spent": "Claims pass the annual budget.",
    "no answer": "What it moves does not answer: an elasticity or exponent is 0, or capacity is a given path.",
    "no feed": "There is nothing, or no more, to collect, keep or recycle.",
    "no capacity": "Plants are full, and scrap waits.",
    "does not pay": "Plants with room would lose money on the scrap that waits, or plants are not worth building.",
    "not taken": "Plants have room, but no route takes this kind of scrap.",
    "growth limit": "Orders are held by the growth limit.",
    "no seed": "No plant stands, and no seed capacity is given: nothing can be ordered.",
    "no orders": "Nothing is ordered.",
    "no gap": "Supply never fails, so that it is never needed.",
    "no share": "Nothing comes from the origin that it is about.",
    "made up": "Other origins make up for what is denied.",
    "empty": "Nothing is in stock when it is needed.",
    "drawn": "The stockpile meets a gap, in full or in part.",
    "not started": "A source starts after the run, or has not started.",
    "too dear": "A source costs more than the price, and is not run above it.",
    "not needed": "Other domestic metal meets the need.",
}
"""States of levers and what they mean."""
TINY = 1e-9
"""Relative size of what is rounding."""


@dataclass(frozen=True)
class Explanation:
    """Why a lever did or did not act.

    Attributes
    ----------
    region : str
        Region that it is about.
    lever : str
        Name of the lever, such as ``collection quota``.
    state : str
        One of `STATES`.
    years : tuple of int
        Years in which it is in this state.
    labels : tuple of str
        Labels of products, components, elements, routes or origins that it is about.
    text : str
        The reason, in one line, with quantities and units.
    effect : float
        Money of the metal that the lever moved and of what was paid, over these years; for the order of lines only. 0
        for levers that did not act.
    """

    region: str
    lever: str
    state: str
    years: tuple[int, ...]
    labels: tuple[str, ...]
    text: str
    effect: float = 0.0

    @property
    def period(self) -> str:
        """Years in short form, such as ``2031-2037, 2040``."""
        return span(self.years)

    def line(self, with_region: bool = False) -> str:
        """The explanation in one line.

        Examples
        --------
        >>> Explanation("Japan", "stockpile", "no gap", (2031, 2032), ("Dy",), "Dy: never drawn").line()
        'stockpile, no gap 2031-2032: Dy: never drawn'
        """
        region = f"{self.region}, " if with_region else ""
        return f"{region}{self.lever}, {self.state} {self.period}: {self.text}"

    def plain(self) -> dict[str, Any]:
        """As plain data, for files; years as their short form too."""
        return {**asdict(self), "years": list(self.years), "labels": list(self.labels), "period": self.period}

    @classmethod
    def from_plain(cls, data: dict[str, Any]) -> Explanation:
        """Explanation from the plain data of a file.

        Examples
        --------
        >>> one = Explanation("Japan", "ban", "no share", (2030,), ("Dy",), "nothing comes from there")
        >>> Explanation.from_plain(one.plain()) == one
        True
        """
        return cls(
            data["region"], data["lever"], data["state"], tuple(data["years"]), tuple(data["labels"]), data["text"],
            float(data["effect"]),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.line()


def in_order(found: Iterable[Explanation]) -> list[Explanation]:
    """Largest effects first; those without effect follow in the order in which they were found."""
    return sorted(found, key=lambda explanation: -explanation.effect)


# --- wording ---------------------------------------------------------------------------------------------------------


def span(years: Iterable[int]) -> str:
    """Years in short form.

    Examples
    --------
    >>> span([2031, 2032, 2033, 2037, 2040, 2041])
    '2031-2033, 2037, 2040-2041'
    """
    ordered = sorted({int(year) for year in years})
    parts: list[list[int]] = []
    for year in ordered:
        if parts and year == parts[-1][-1] + 1:
            parts[-1].append(year)
        else:
            parts.append([year])
    return ", ".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)


def several(names: Sequence[str], most: int = 3) -> str:
    """Names as a short list.

    Examples
    --------
    >>> several(["Li", "Co"]), several(["A", "B", "C", "D", "E"])
    ('Li and Co', 'A, B, C and 2 more')
    """
    if len(names) > most + 1:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))


def digits(value: float) -> str:
    """Number with three digits, thousands apart.

    Examples
    --------
    >>> digits(1234.5), digits(0.01234), digits(100.0), digits(0.0)
    ('1 230', '0.0123', '100', '0')
    """
    if value == 0 or not np.isfinite(value):
        return "0" if value == 0 else str(value)
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}".replace(",", " ") if abs(rounded) >= 100.0 else f"{rounded:.3g}"


def tonnes(value: float, unit: str = "t") -> str:
    """Mass, in the unit that reads easily.

    Examples
    --------
    >>> tonnes(0.0123), tonnes(412.0, "t/yr"), tonnes(2.5e5), tonnes(7.2e6), tonnes(1e-12)
    ('12.3 kg', '412 t/yr', '250 kt', '7.2 Mt', '0 t')
    """
    rest = unit.removeprefix("t")
    for factor, prefix in ((1e6, "Mt"), (1e3, "kt")):
        if abs(value) >= (10.0 if prefix == "kt" else 1.0) * factor:
            return f"{digits(value / factor)} {prefix}{rest}"
    if abs(value) < 1e-6:  # a gram
        return f"0 {unit}"
    if abs(value) < 0.1:
        return f"{digits(value * 1e3)} kg{rest}"
    return f"{digits(value)} {unit}"


def percent(*values: float) -> str:
    """Share, or span of shares, in percent.

    Examples
    --------
    >>> percent(0.704), percent(0.582, 0.6104), percent(0.6, 0.6001), percent(0.0004)
    ('70 %', '58 to 61 %', '60 %', '0.04 %')
    """
    words = [_percent(min(values)), _percent(max(values))]
    return f"{words[0]} %" if words[0] == words[1] else f"{words[0]} to {words[1]} %"


def _percent(share: float) -> str:
    number = 100.0 * share
    if number < 0.005:
        return "0"
    return f"{number:.0f}" if number >= 9.95 else f"{number:.1f}" if number >= 1 else f"{number:.1g}"


def money(value: float, unit: str) -> str:
    """Money in the unit that reads easily.

    Examples
    --------
    >>> money(3.21e9, "USD_2024"), money(13.7e6, "USD_2024"), money(60000.0, "USD_2024/t")
    ('3.21 billion USD_2024', '13.7 million USD_2024', '60 000 USD_2024/t')
    """
    for factor, word in ((1e9, "billion "), (1e6, "million ")):
        if abs(value) >= factor:
            return f"{digits(value / factor)} {word}{unit}"
    return f"{digits(value)} {unit}"


def between(values: Any, unit: str = "t/yr") -> str:
    """Span of masses.

    Examples
    --------
    >>> between([3.0, 12.0]), between([5.0, 5.0], "t")
    ('3 to 12 t/yr', '5 t')
    """
    low, high = float(np.min(values)), float(np.max(values))
    first, last = tonnes(low, unit), tonnes(high, unit)
    if first == last:
        return first
    return f"{first.split()[0]} to {last}" if first.split()[-1] == last.split()[-1] else f"{first} to {last}"

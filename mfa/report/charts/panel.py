"""One panel of a chart over years: its frame, and where years and values lie on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mfa.report.panels import number, value_ticks, year_ticks
from mfa.report.picture import Area, Command, Picture, Stroke, Words
from mfa.report.style import INK, SOFT
from mfa.report.text_size import cut_to_two_lines, text_width, wrap

WIDTH, HEIGHT = 250.0, 152.0
"""Size of a panel, pixels: three stand side by side on a page."""
TITLE, SMALL = 11.5, 10.5
"""Sizes of letters, pixels."""
AXIS = "#777777"
TICK = 3.0
"""Length of a tick, pixels."""
HAIR = 0.05
"""Pixels by which a line may pass a value that it leaves out."""
RIGHT, BELOW = 14.0, 20.0
"""Room right of the axes and below them, pixels."""


@dataclass(frozen=True)
class Key:
    """One entry of a legend: what is drawn so, and the number that it bears in the chart, if any."""

    name: str
    colour: str
    kind: str = "area"
    """``area``, ``line``, ``dashed``, ``band`` (of 5 to 95 %) or ``inner`` (of 25 to 75 %, on that band)."""
    number: int | None = None


class Panel:
    """A picture with a time axis, a value axis and a title.

    Parameters
    ----------
    title : str
        What the panel is about, with the unit.
    description : str
        What a screen reader says of it.
    years : sequence of int
        Years of the time axis.
    top, bottom : float
        Values at the upper and the lower edge.
    ticks : sequence of float, optional
        Values to name; round ones if None.
    width, height : float
        Size, pixels.
    margin : float
        Room right of the axes, pixels.
    """

    def __init__(
        self,
        title: str,
        description: str,
        years: Sequence[int] | np.ndarray,
        top: float,
        bottom: float = 0.0,
        ticks: Sequence[float] | None = None,
        width: float = WIDTH,
        height: float = HEIGHT,
        margin: float = RIGHT,
    ) -> None:
        self.picture = Picture(width, height, title, description)
        self.years = (int(years[0]), max(int(years[-1]), int(years[0]) + 1))
        self.values = (bottom, top)
        named = list(value_ticks(top) if ticks is None else ticks)
        self.left = 8.0 + TICK + max((text_width(number(tick), SMALL) for tick in named), default=0.0)
        self.right = width - margin
        heads = wrap(title, TITLE, width - 6.0, bold=True, most=2)
        self.upper, self.lower = 6.0 + 1.2 * TITLE * len(heads), height - BELOW
        for line, words in enumerate(heads):
            self.picture.words.append(
                Words(2.0, 1.0 + 1.2 * TITLE * (line + 0.85), words, TITLE, bold=True, anchor="start", halo=False)
            )
        self._frame(named)

    def _frame(self, ticks: Sequence[float]) -> None:
        strokes, words = self.picture.strokes, self.picture.words
        corner = ((self.left, self.upper), (self.left, self.lower), (self.right, self.lower))
        strokes.append(Stroke(corner, AXIS, 0.8))
        for year in year_ticks(*self.years):
            x = self.across(year)
            strokes.append(Stroke(((x, self.lower), (x, self.lower + TICK)), AXIS, 0.8))
            words.append(Words(x, self.lower + TICK + 1.05 * SMALL, str(year), SMALL, colour=SOFT, halo=False))
        for tick in ticks:
            y = self.up(tick)
            strokes.append(Stroke(((self.left, y), (self.left - TICK, y)), AXIS, 0.8))
            place = (self.left - TICK - 2.0, y + 0.36 * SMALL)
            words.append(Words(*place, number(tick), SMALL, colour=SOFT, anchor="end", halo=False))

    def across(self, year: float) -> float:
        """Horizontal place of a year."""
        first, last = self.years
        return self.left + (self.right - self.left) * (year - first) / (last - first)

    def up(self, value: float) -> float:
        """Vertical place of a value."""
        bottom, top = self.values
        return self.lower - (self.lower - self.upper) * (value - bottom) / (top - bottom)

    def points(self, years: np.ndarray, values: np.ndarray) -> list[tuple[float, float]]:
        """Places of values over years; those that lie on a line between others to a hair's breadth are left out."""
        places = [(self.across(float(year)), self.up(float(value))) for year, value in zip(years, values, strict=True)]
        kept = places[:1]
        least, most = -np.inf, np.inf  # slopes of lines from the last place kept that pass all places since
        for before, here in zip(places, places[1:], strict=False):
            x, y = kept[-1]
            if not least <= (here[1] - y) / (here[0] - x) <= most:
                kept.append(before)
                (x, y), least, most = before, -np.inf, np.inf
            least = max(least, (here[1] - HAIR - y) / (here[0] - x))
            most = min(most, (here[1] + HAIR - y) / (here[0] - x))
        return kept + places[1:][-1:]

    def area(
        self, years: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str, title: str, opacity: float = 1.0
    ) -> None:
        """Fill between two lines."""
        outline = self.points(years, high) + self.points(years, low)[::-1]
        steps: list[Command] = [("M" if not i else "L", place) for i, place in enumerate(outline)]
        self.picture.areas.append(Area((*steps, ("Z", ())), colour, title, opacity))

    def line(
        self, years: np.ndarray, values: np.ndarray, colour: str, width: float, title: str = "", dashed: bool = False
    ) -> None:
        """Draw a line over the years in which it has values."""
        for part in defined_parts(values):
            points = tuple(self.points(years[part], values[part]))
            self.picture.strokes.append(Stroke(points, colour, width, title, dashed))

    def mark_end_of_data(self, last_data_year: int | None) -> bool:
        """Draw a dashed line between data and projection, if the years reach over it; whether they do."""
        if last_data_year is None or not self.years[0] < last_data_year < self.years[1]:
            return False
        x = self.across(last_data_year + 0.5)
        self.picture.strokes.append(Stroke(((x, self.upper), (x, self.lower)), SOFT, 0.9, dashed=True))
        return True

    def say(
        self,
        x: float,
        y: float,
        text: str,
        colour: str = INK,
        bold: bool = False,
        anchor: str = "middle",
        halo: bool = True,
    ) -> None:
        """Write on the panel, `y` being the middle of the line."""
        self.picture.words.append(Words(x, y + 0.36 * SMALL, text, SMALL, bold, colour, anchor, halo))


def headed(name: str, what: str, width: float = WIDTH) -> str:
    """Title of a panel: a name, cut if it is too long for two lines, and what is shown of it, which is not cut.

    Parameters
    ----------
    name, what : str
    width : float
        Of the panel, pixels.

    Examples
    --------
    >>> headed("Dysprosium", "kt/yr"), headed("A name that goes on and on and on", "t", 110.0)
    ('Dysprosium, kt/yr', 'A name that goes on..., t')
    """
    return cut_to_two_lines(name, what, TITLE, width - 6.0)


def defined_parts(values: np.ndarray) -> list[slice]:
    """Stretches of at least two neighbours that are not NaN.

    Examples
    --------
    >>> defined_parts(np.array([1.0, 2.0, np.nan, 3.0, np.nan, 4.0, 5.0, 6.0]))
    [slice(0, 2, None), slice(5, 8, None)]
    """
    defined = np.concatenate([[False], np.isfinite(values), [False]])
    starts, stops = np.flatnonzero(defined[1:] & ~defined[:-1]), np.flatnonzero(~defined[1:] & defined[:-1])
    return [slice(int(start), int(stop)) for start, stop in zip(starts, stops, strict=True) if stop - start > 1]


def data_key(last_data_year: int) -> Key:
    """Entry of a legend for the line between data and projection."""
    return Key(f"Data until {last_data_year}, projection after", SOFT, "dashed")


def dark(colour: str) -> str:
    """A darker shade of a colour, for letters.

    Examples
    --------
    >>> dark("#56B4E9")
    '#3A7A9E'
    """
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    bright = (0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2]) / 255
    factor = 0.68 if bright > 0.5 else 1.0
    return "#" + "".join(f"{round(factor * part):02X}" for part in parts)

"""Small multiples drawn straight on a figure: areas and lines over years in a grid of panels, with one legend.

Panels are not `matplotlib` axes: locators, tick objects and layout of some thirty axes would take most of the time that
a run takes. Everything is placed in shares of the figure instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.report.style import DASHED, INK, SOFT
from mfa.report.text_size import cut_to_two_lines, text_width, wrap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 10.5
"""Width of a figure, inch."""
PANEL_HEIGHT = 2.3
HEAD, FOOT = 0.45, 0.38
"""Room above and below the panels, inch."""
KEY_WIDTH, KEY_HEIGHT, KEY_TEXT, KEY_ROW = 9.0, 6.5, 15.0, 11.1
"""Legend: size of a patch of colour, where the words begin, distance between rows; points."""
KEY_SIZE, KEY_LINE = 7.5, 9.0
"""Legend: size of the letters, distance between the lines of one entry; points."""
TITLE, SMALLER_TITLE, SMALL = 8.5, 7.5, 7.0
"""Sizes of the letters of a panel's title in one line and in two, and of small print; points."""
POINTS = 72.0
"""Points of an inch."""
SHOWN_WIDTH, SHOWN_DPI = 1000, 200
"""Width of a figure in a notebook, pixels, and the finest resolution that a narrow one gets for it."""


def new_figure(width: float, height: float, **options: Any) -> Figure:
    r"""A figure that a notebook shows by itself, whether or not pyplot was imported.

    Parameters
    ----------
    width, height : float
        Inch.
    **options
        As for `matplotlib.figure.Figure`.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> new_figure(2, 1)._repr_png_()[:4]
    b'\x89PNG'
    """
    import io

    from matplotlib.figure import Figure as PlainFigure

    class Figure(PlainFigure):
        def _repr_png_(self) -> bytes:
            content = io.BytesIO()
            self.savefig(content, format="png", dpi=min(SHOWN_DPI, SHOWN_WIDTH / width))
            return content.getvalue()

    return Figure(figsize=(width, height), **options)


def year_ticks(start: int, stop: int) -> list[int]:
    """Round years to name on a time axis.

    Examples
    --------
    >>> year_ticks(1990, 2060)
    [2000, 2020, 2040, 2060]
    >>> year_ticks(2020, 2024)
    [2020, 2022, 2024]
    """
    span = stop - start
    step = 20 if span > 45 else 10 if span > 18 else 5 if span > 8 else 2 if span > 3 else 1
    return list(range(-(-start // step) * step, stop + 1, step))


def value_ticks(largest: float) -> list[float]:
    """Two to five round values from 0 up to at most `largest`.

    Examples
    --------
    >>> value_ticks(870.0)
    [0.0, 200.0, 400.0, 600.0, 800.0]
    >>> value_ticks(1.3)
    [0.0, 0.5, 1.0]
    """
    if not largest > 0 or not np.isfinite(largest):
        return [0.0]
    power = 10.0 ** np.floor(np.log10(largest))
    step = next(power * part for part in (0.25, 0.5, 1.0, 2.0) if largest / (power * part) < 5)
    return [float(f"{i * step:.12g}") for i in range(int(largest / step * (1 + 1e-12)) + 1)]


def number(value: float) -> str:
    """Tick label.

    Examples
    --------
    >>> number(1200.0), number(0.25), number(0.0)
    ('1 200', '0.25', '0')
    """
    return f"{value:,.0f}".replace(",", " ") if value == int(value) else f"{value:.6g}"


@dataclass
class Panel:
    """One panel: where it lies on the figure, which years and values it shows.

    Attributes
    ----------
    x, y, width, height : float
        Lower left corner and size, share of the figure.
    years : tuple of int
        First and last year.
    top : float
        Value at the upper edge.
    bottom : float
        Value at the lower edge.
    """

    x: float
    y: float
    width: float
    height: float
    years: tuple[int, int] = (0, 1)
    top: float = 1.0
    bottom: float = 0.0

    def across(self, years: Any) -> Any:
        """Horizontal place of years."""
        return self.x + self.width * (np.asarray(years, dtype=float) - self.years[0]) / (self.years[1] - self.years[0])

    def up(self, values: Any) -> Any:
        """Vertical place of values."""
        return self.y + self.height * (np.asarray(values, dtype=float) - self.bottom) / (self.top - self.bottom)


class Multiples:
    """A figure with one panel for each of a number of things, a title, a legend and a line of small print.

    Parameters
    ----------
    n_panels : int
        Panels; one more cell of the grid holds the legend.
    title, caption : str
        Text above and below.
    names : sequence of str
        Entries of the legend, for which the figure grows if they need more room than a panel.
    """

    def __init__(self, n_panels: int, title: str, caption: str, names: Sequence[str] = ()) -> None:
        columns = min(4, n_panels + 1)
        rows = -(-(n_panels + 1) // columns)
        self.key_room = (0.985 / columns * WIDTH - 0.32) * POINTS - KEY_TEXT
        needed = sum(KEY_ROW + KEY_LINE * (len(self._key_lines(name)) - 1) for name in names) / POINTS
        self.height = HEAD + FOOT + PANEL_HEIGHT * rows + max(0.0, needed - (PANEL_HEIGHT - 0.1))
        self.figure: Figure = new_figure(WIDTH, self.height)
        self.lines: list[tuple[Any, str, float]] = []
        """Segments to draw, with colour and width."""
        cell_width, cell_height = 0.985 / columns, PANEL_HEIGHT / self.height
        left, top = 0.012, 1 - HEAD / self.height
        cells = [
            (left + (i % columns) * cell_width, top - (i // columns + 1) * cell_height) for i in range(rows * columns)
        ]
        margin = 0.40 / WIDTH
        width = cell_width - margin - 0.17 / WIDTH
        self.panels = [
            Panel(x + margin, y + 0.28 / self.height, width, cell_height - 0.58 / self.height)
            for x, y in cells[:n_panels]
        ]
        x, y = cells[n_panels]
        self.legend_place = (x + margin - 0.1 / WIDTH, y + cell_height - 0.02)
        self.text(left, 1 - 0.22 / self.height, title, size=11, weight="bold", va="center")
        lines = wrap(caption, SMALL, (WIDTH - 0.3) * POINTS, most=2)
        self.text(left, 0.17 / self.height, "\n".join(lines), size=SMALL, color=SOFT, va="center", linespacing=1.15)

    def _key_lines(self, name: str) -> list[str]:
        """An entry of the legend in as many lines as it needs."""
        return wrap(name, KEY_SIZE, self.key_room)

    def text(self, x: float, y: float, words: str, size: float = 7.0, color: str = INK, **options: Any) -> None:
        """Put text on the figure."""
        self.figure.text(x, y, words, fontsize=size, color=color, parse_math=False, **options)

    def frame(
        self,
        panel: Panel,
        name: str,
        what: str,
        years: Sequence[int] | np.ndarray,
        top: float,
        ticks: Sequence[float],
        bottom: float = 0.0,
    ) -> None:
        """Draw title and axes of a panel, and fix its scale.

        Parameters
        ----------
        panel : Panel
            Panel to prepare.
        name : str
            What the panel is about; cut if it is too long for two lines.
        what : str
            What is shown of it, with the unit, or the unit.
        years : sequence of int
            Years of the time axis.
        top : float
            Value at the upper edge.
        ticks : sequence of float
            Values to name.
        bottom : float
            Value at the lower edge.
        """
        start, stop = int(years[0]), max(int(years[-1]), int(years[0]) + 1)
        panel.years, panel.top, panel.bottom = (start, stop), top, bottom
        tick_x, tick_y = 0.03 / WIDTH, 0.03 / self.height
        axis = [[(panel.x, panel.y + panel.height), (panel.x, panel.y), (panel.x + panel.width, panel.y)]]
        for year in year_ticks(start, stop):
            x = float(panel.across(year))
            axis.append([(x, panel.y), (x, panel.y - tick_y)])
            self.text(x, panel.y - 1.8 * tick_y, str(year), color=SOFT, ha="center", va="top")
        for tick in ticks:
            y = float(panel.up(tick))
            axis.append([(panel.x, y), (panel.x - tick_x, y)])
            self.text(panel.x - 1.6 * tick_x, y, number(tick), color=SOFT, ha="right", va="center_baseline")
        for segment in axis:
            self.lines.append((segment, "#777777", 0.6))
        lines = self._title(name, what, (panel.width * WIDTH + 0.1) * POINTS)
        self.text(
            panel.x, panel.y + panel.height + 0.08 / self.height, "\n".join(lines),
            size=TITLE if len(lines) == 1 else SMALLER_TITLE, weight="bold", va="baseline", linespacing=1.1,
        )  # fmt: skip

    def _title(self, name: str, what: str, room: float) -> list[str]:
        """Title of a panel in one line, or in two with smaller letters."""
        if text_width(f"{name}, {what}", TITLE, bold=True) <= room:
            return [f"{name}, {what}"]
        return wrap(cut_to_two_lines(name, what, SMALLER_TITLE, room), SMALLER_TITLE, room, bold=True, most=2)

    def mark_year(self, panel: Panel, year: float) -> None:
        """Draw a vertical, dashed line at a year."""
        from matplotlib.lines import Line2D

        x = float(panel.across(year))
        self.figure.add_artist(Line2D([x, x], [panel.y, panel.y + panel.height], zorder=4, **DASHED))

    def area(
        self, panel: Panel, years: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str, **style: Any
    ) -> Any:
        """Fill between two lines."""
        from matplotlib.patches import Polygon

        across = panel.across(years)
        corners = np.concatenate(
            [np.column_stack([across, panel.up(high)]), np.column_stack([across, panel.up(low)])[::-1]]
        )
        patch = Polygon(corners, facecolor=colour, linewidth=0, **style)
        self.figure.add_artist(patch)
        return patch

    def line(self, panel: Panel, years: np.ndarray, values: np.ndarray, colour: str, width: float) -> None:
        """Draw a line over the years in which it has values."""
        points = np.column_stack([panel.across(years), panel.up(values)])
        defined = np.isfinite(values)
        edges = np.flatnonzero(np.diff(defined.astype(int))) + 1
        for part in np.split(np.arange(len(values)), edges):
            if defined[part[0]] and len(part) > 1:
                self.lines.append((points[part], colour, width))

    def finish(self, keys: Sequence[tuple[Any, str]]) -> Figure:
        """Draw all lines, and the legend.

        Parameters
        ----------
        keys : sequence of (Line2D or Rectangle, name)
            Entries of the legend, from the top; it places them.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from matplotlib.collections import LineCollection

        segments, colours, widths = zip(*self.lines, strict=True)
        lines = LineCollection(segments, colors=colours, linewidths=widths, capstyle="butt", joinstyle="round")
        lines.set_transform(self.figure.transFigure)
        lines.set_zorder(3)
        self.figure.add_artist(lines)
        self._legend(keys)
        return self.figure

    def _legend(self, keys: Sequence[tuple[Any, str]]) -> None:
        """Put the entries beneath one another into the cell of the grid that is left, faster than `Figure.legend`."""
        left, top = self.legend_place
        width, height = KEY_WIDTH / POINTS / WIDTH, KEY_HEIGHT / POINTS / self.height
        for artist, name in keys:
            y = top - 0.5 * KEY_ROW / POINTS / self.height
            if hasattr(artist, "set_bounds"):
                artist.set_bounds(left, y - height / 2, width, height)
            else:
                artist.set_data([left, left + width], [y, y])
            self.figure.add_artist(artist)
            for line, words in enumerate(self._key_lines(name)):
                place = y - line * KEY_LINE / POINTS / self.height
                self.text(left + KEY_TEXT / POINTS / WIDTH, place, words, size=KEY_SIZE, va="center_baseline")
                top = place - 0.5 * KEY_ROW / POINTS / self.height

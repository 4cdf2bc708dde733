"""Lines over the years, a panel for each element, with the other elements in grey behind it and bands of samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mfa.report.charts.panel import SMALL, Key, Panel, dark, data_key, defined_parts, headed
from mfa.report.picture import Picture
from mfa.report.style import INK, PALE, SOFT
from mfa.report.text_size import text_width

OPACITY = 0.25


@dataclass(frozen=True)
class Lines:
    """What lines show.

    Attributes
    ----------
    values : ndarray [year, element]
        NaN where there is none.
    band : ndarray [2, year, element] or None
        5 and 95 % of samples.
    years : ndarray of int
    names, colours : sequence of str
        Of the elements.
    what : str
        What the values are, for the titles: ``% of need``.
    unit : str
        Unit behind a value in a text, with the space before it: `` %``.
    decimals : int
        Decimals of a value in a text.
    factor : float
        Turns values into that unit.
    threshold : float or None
        A value to mark by a dashed line, in that unit, and what it is.
    threshold_name : str
    whole : bool
        Whether the axis goes up to 100 %.
    peak : bool
        Whether the largest value is written, and not the last.
    inner : ndarray [2, year, element] or None
        25 and 75 % of samples.
    """

    values: np.ndarray
    band: np.ndarray | None
    years: np.ndarray
    names: Sequence[str]
    colours: Sequence[str]
    what: str
    unit: str = ""
    decimals: int = 1
    factor: float = 1.0
    threshold: float | None = None
    threshold_name: str = ""
    whole: bool = False
    peak: bool = False
    inner: np.ndarray | None = None

    def said(self, value: float) -> str:
        """A value in that unit as text."""
        return f"{self.factor * value:.{self.decimals}f}{self.unit}"


def shares(
    values: np.ndarray,
    band: np.ndarray | None,
    years: np.ndarray,
    names: Sequence[str],
    colours: Sequence[str],
    what: str,
    whole: bool = True,
) -> Lines:
    """Lines of shares, which are drawn in percent; if not of the whole, their largest values are written."""
    unit = "\N{NO-BREAK SPACE}%"
    return Lines(values, band, years, names, colours, what, unit, 0, 100.0, whole=whole, peak=not whole)


def draw_lines(lines: Lines, told: Sequence[int], last_data_year: int | None) -> tuple[list[Picture], list[Key]]:
    """Panels and legend of lines.

    Parameters
    ----------
    lines : Lines
    told : sequence of int
        Years whose values the descriptions tell.
    last_data_year : int or None

    Returns
    -------
    pictures : list of Picture
    keys : list of Key
    """
    values = lines.factor * lines.values
    band = None if lines.band is None else lines.factor * lines.band
    largest = float(np.nanmax(values if band is None else np.maximum(values, band[1]), initial=0.0))
    largest = max(largest, lines.threshold or 0.0)
    top: float
    ticks: list[float] | None
    top, ticks = (1.25 if lines.peak else 1.1) * max(largest, 1e-9), None
    if lines.whole and largest <= 100.0:
        top, ticks = 104.0, [0.0, 25.0, 50.0, 75.0, 100.0]
    pictures = [_panel(lines, e, values, band, top, ticks, told, last_data_year) for e in range(len(lines.names))]
    keys = [Key("The element of the panel", INK, "line")]
    if band is not None:
        keys.append(Key("5 to 95 % of the samples", INK, "band"))
    if lines.inner is not None:
        keys.append(Key("25 to 75 %", INK, "inner"))
    if len(lines.names) > 1:
        keys.append(Key("The other elements", PALE, "line"))
    if lines.threshold is not None:
        keys.append(Key(lines.threshold_name, SOFT, "dashed"))
    if last_data_year is not None and lines.years[0] < last_data_year < lines.years[-1]:
        keys.append(data_key(last_data_year))
    return pictures, keys


def _panel(
    lines: Lines, e: int, values: np.ndarray, band: np.ndarray | None, top: float, ticks: list[float] | None,
    told: Sequence[int], last_data_year: int | None,
) -> Picture:  # fmt: skip
    years, described = lines.years, _description(lines, e, told)
    panel = Panel(headed(lines.names[e], lines.what), described, years, top, ticks=ticks)
    for other in range(len(lines.names)):
        if other != e:
            panel.line(years, values[:, other], PALE, 0.9)
    if band is not None:
        _band(panel, years, band[:, :, e], lines.colours[e], "5 to 95 %")
    if lines.inner is not None:
        _band(panel, years, lines.factor * lines.inner[:, :, e], lines.colours[e], "25 to 75 %")
    if lines.threshold is not None:
        panel.line(years, np.full(len(years), lines.threshold), SOFT, 0.9, lines.threshold_name, dashed=True)
    panel.line(years, values[:, e], lines.colours[e], 2.2, described)
    panel.mark_end_of_data(last_data_year)
    _end(panel, lines, e, values[:, e])
    return panel.picture


def _band(panel: Panel, years: np.ndarray, band: np.ndarray, colour: str, title: str) -> None:
    """Fill between two quantiles, over the years in which they are."""
    for part in defined_parts(band[0]):
        panel.area(years[part], band[0, part], band[1, part], colour, title, OPACITY)


def _end(panel: Panel, lines: Lines, e: int, values: np.ndarray) -> None:
    """Write the last value near the end of a line, where the line leaves more room; or the largest one beside it."""
    defined = np.flatnonzero(np.isfinite(values))
    if not defined.size:
        panel.say((panel.left + panel.right) / 2, (panel.upper + panel.lower) / 2, "no value", "#666666")
        return
    last = int(np.nanargmax(values)) if lines.peak else int(defined[-1])
    words = f"{lines.said(lines.values[last, e])} in {lines.years[last]}"
    wide = text_width(words, SMALL, bold=True)
    if lines.peak:
        x = min(max(panel.across(float(lines.years[last])), panel.left + wide / 2 + 2.0), panel.right - wide / 2)
        panel.say(x, panel.up(float(values[last])) - 0.9 * SMALL, words, dark(lines.colours[e]), bold=True)
        return
    right = min(panel.across(float(lines.years[last])), panel.right)
    along = [i for i in defined if panel.across(float(lines.years[i])) >= right - wide - 4.0]
    highest, lowest = panel.up(float(values[along].max())), panel.up(float(values[along].min()))
    above = highest - panel.upper > panel.lower - lowest
    y = highest - 0.9 * SMALL if above else lowest + 0.9 * SMALL
    panel.say(right, y, words, dark(lines.colours[e]), bold=True, anchor="end")


def _description(lines: Lines, e: int, told: Sequence[int]) -> str:
    found = []
    for year in told:
        value = lines.values[int(np.searchsorted(lines.years, year)), e]
        found.append(f"{year} {lines.said(value)}" if np.isfinite(value) else f"{year} no value")
    return f"{lines.names[e]}, {lines.what}: {', '.join(found)}."

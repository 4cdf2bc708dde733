"""Lines of several scenarios over the years, a panel for each element; lines bear numbers at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mfa.report.charts.panel import SMALL, Key, Panel, dark, data_key, headed
from mfa.report.picture import Picture
from mfa.report.plot_axes import apart

NUMBERS = 18.0
"""Room for numbers at the ends of lines, pixels."""
WIDE = 1.7


@dataclass(frozen=True)
class Courses:
    """What lines of scenarios show.

    Attributes
    ----------
    values : ndarray [scenario, year, element]
        In the unit that the titles name; NaN where there is none.
    years : ndarray of int
    scenarios, colours : sequence of str
    elements : sequence of str
        Names, one panel each.
    what : str
        What the values are: ``% of need``.
    whole : bool
        Whether the axis goes up to 100.
    """

    values: np.ndarray
    years: np.ndarray
    scenarios: Sequence[str]
    colours: Sequence[str]
    elements: Sequence[str]
    what: str
    whole: bool = False


def draw_courses(courses: Courses, told: Sequence[int], last_data_year: int | None) -> tuple[list[Picture], list[Key]]:
    """Panels and legend of the lines of scenarios.

    Parameters
    ----------
    courses : Courses
    told : sequence of int
        Years whose values the descriptions tell.
    last_data_year : int or None

    Returns
    -------
    pictures : list of Picture
    keys : list of Key
    """
    largest = float(np.nanmax(courses.values, initial=0.0))
    whole = courses.whole and 20.0 < largest <= 100.0
    top, ticks = (104.0, [0.0, 25.0, 50.0, 75.0, 100.0]) if whole else (1.1 * max(largest, 1e-9), None)
    pictures = [_panel(courses, e, top, ticks, told, last_data_year) for e in range(len(courses.elements))]
    keys = [
        Key(name, colour, "line", number)
        for number, (name, colour) in enumerate(zip(courses.scenarios, courses.colours, strict=True), 1)
    ]
    if last_data_year is not None and courses.years[0] < last_data_year < courses.years[-1]:
        keys.append(data_key(last_data_year))
    return pictures, keys


def _panel(
    courses: Courses, e: int, top: float, ticks: Sequence[float] | None, told: Sequence[int], last: int | None
) -> Picture:
    years = courses.years
    described = [_told(courses, s, e, told) for s in range(len(courses.scenarios))]
    title = headed(courses.elements[e], courses.what)
    told_of = f"{courses.elements[e]}, {courses.what}. {' '.join(described)}"
    panel = Panel(title, told_of, years, top, ticks=ticks, margin=NUMBERS)
    ends: list[tuple[float, int]] = []
    for s, colour in enumerate(courses.colours):
        values = courses.values[s, :, e]
        panel.line(years, values, colour, WIDE, described[s])
        defined = np.flatnonzero(np.isfinite(values))
        if defined.size:
            ends.append((panel.up(float(values[defined[-1]])), s))
    panel.mark_end_of_data(last)
    ends.sort()
    places = apart([y for y, _ in ends], [0.95 * SMALL] * len(ends), panel.upper, panel.lower)
    for (_, s), y in zip(ends, places, strict=True):
        panel.say(panel.right + 4.0, y, str(s + 1), dark(courses.colours[s]), bold=True, anchor="start", halo=False)
    if not ends:
        panel.say((panel.left + panel.right) / 2, (panel.upper + panel.lower) / 2, "no value", "#666666")
    return panel.picture


def _told(courses: Courses, s: int, e: int, told: Sequence[int]) -> str:
    found = []
    for year in told:
        value = courses.values[s, int(np.searchsorted(courses.years, year)), e]
        found.append(f"{year} {value:.3g}" if np.isfinite(value) else f"{year} no value")
    return f"{courses.scenarios[s]}: {', '.join(found)}."

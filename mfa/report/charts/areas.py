"""Stacked areas over the years, a panel for each element; layers bear numbers, so that a grey print can be read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mfa.report.charts.panel import SMALL, Key, Panel, data_key, headed
from mfa.report.figure_data import Stack
from mfa.report.panels import number, value_ticks
from mfa.report.picture import Picture
from mfa.report.style import contrast, scale
from mfa.report.text_size import text_width

GAP = "#FFFFFF"
"""Line between layers."""
ROOM = 1.05 * SMALL
"""Thickness from which a layer bears its number, pixels."""
LINE = "#111111"


def stacked_areas(
    stack: Stack,
    years: np.ndarray,
    names: Sequence[str],
    told: Sequence[int],
    last_data_year: int | None,
) -> tuple[list[Picture], list[Key]]:
    """Panels and legend of stacked areas.

    Parameters
    ----------
    stack : Stack
        Layers [layer, year, element], in canonical units.
    years : ndarray of int
    names : sequence of str
        Names of the elements, one panel each.
    told : sequence of int
        Years whose values the descriptions tell.
    last_data_year : int or None

    Returns
    -------
    pictures : list of Picture
    keys : list of Key
        From the uppermost layer to the lowest.
    """
    pictures = [_panel(stack, e, years, name, told, last_data_year) for e, name in enumerate(names)]
    drawn = np.flatnonzero(stack.values.any(axis=(1, 2)))
    several = len(drawn) > 1
    keys = [Key(stack.names[i], stack.colours[i], "area", int(i) + 1 if several else None) for i in drawn[::-1]]
    if stack.line is not None and stack.line.any():
        keys.insert(0, Key(stack.line_name, LINE, "line"))
    if last_data_year is not None and years[0] < last_data_year < years[-1]:
        keys.append(data_key(last_data_year))
    return pictures, keys


def _panel(
    stack: Stack, e: int, years: np.ndarray, name: str, told: Sequence[int], last_data_year: int | None
) -> Picture:
    layers = stack.values[:, :, e]
    line = None if stack.line is None else stack.line[:, e]
    total = layers.sum(axis=0)
    largest = float(max(total.max(initial=0.0), 0.0 if line is None else line.max(initial=0.0)))
    factor, unit = scale(largest, stack.unit)
    top = 1.04 * factor * largest if largest > 0.0 else 1.0
    panel = Panel(
        headed(name, unit), _description(stack, e, years, name, told), years, top,
        ticks=value_ticks(top if largest else 0.0),
    )  # fmt: skip
    edges = factor * np.concatenate([np.zeros((1, len(years))), np.cumsum(layers, axis=0)])
    for i in np.flatnonzero(layers.any(axis=1)):
        panel.area(
            years, edges[i], edges[i + 1], stack.colours[i], _told(stack.names[i], layers[i], years, told, stack)
        )
    for i in np.flatnonzero(layers.any(axis=1))[1:]:
        panel.line(years, edges[i], GAP, 0.5)
    if line is not None and line.any():
        panel.line(years, factor * line, LINE, 1.3, _told(stack.line_name, line, years, told, stack))
    panel.mark_end_of_data(last_data_year)
    taken: list[tuple[float, float]] = []
    for i in np.flatnonzero(layers.any(axis=1)) if len(stack.values) > 1 else ():
        _number(panel, int(i), years, edges, contrast(stack.colours[i]), taken)
    if largest == 0.0:
        panel.say((panel.left + panel.right) / 2, (panel.upper + panel.lower) / 2, "none", "#666666")
    return panel.picture


def _number(
    panel: Panel, layer: int, years: np.ndarray, edges: np.ndarray, colour: str, taken: list[tuple[float, float]]
) -> None:
    """Write the number of a layer where it is thickest, if there is room, clear of the numbers written before."""
    pixels = (panel.lower - panel.upper) / (panel.values[1] - panel.values[0])
    places = np.array([panel.across(float(year)) for year in years])
    inside = (places > panel.left + 8.0) & (places < panel.right - 8.0)
    thick = np.where(inside, (edges[layer + 1] - edges[layer]) * pixels, 0.0)
    wide = text_width(str(layer + 1), SMALL)
    for best in np.argsort(-thick, kind="stable"):
        if thick[best] < ROOM:
            return
        x, y = float(places[best]), panel.up(float((edges[layer + 1][best] + edges[layer][best]) / 2))
        if all(abs(x - left) >= 1.6 * wide or abs(y - up) >= SMALL for left, up in taken):
            taken.append((x, y))
            panel.say(x, y, str(layer + 1), colour, halo=False)
            return


def _told(name: str, values: np.ndarray, years: np.ndarray, told: Sequence[int], stack: Stack) -> str:
    """What a layer says when it is pointed at: its values in some years."""
    return f"{name}: {_values(values, years, told, stack.unit)}"


def _values(values: np.ndarray, years: np.ndarray, told: Sequence[int], unit: str) -> str:
    factor, short = scale(float(values.max(initial=0.0)), unit)
    found = [f"{year} {number(float(f'{factor * values[int(np.searchsorted(years, year))]:.3g}'))}" for year in told]
    return f"{', '.join(found)} {short}"


def _description(stack: Stack, e: int, years: np.ndarray, name: str, told: Sequence[int]) -> str:
    """The panel in words: the total, and the three largest layers in the last of the years told."""
    layers = stack.values[:, :, e]
    if not layers.any():
        return f"{stack.title}, {name}: none in any year."
    last = int(np.searchsorted(years, told[-1]))
    order = [i for i in np.argsort(-layers[:, last], kind="stable")[:3] if layers[i, last] > 0.0]
    largest = ", ".join(f"{stack.names[i]} {100 * layers[i, last] / layers[:, last].sum():.0f} %" for i in order)
    total = _values(layers.sum(axis=0), years, told, stack.unit)
    return f"{stack.title}, {name}: in all {total}." + (f" Largest in {told[-1]}: {largest}." if largest else "")

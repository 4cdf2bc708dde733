"""Stacked areas and lines over the years on axes, with the names of layers beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mfa.report.figure_data import Reader, Stack, caption, element_name, import_requirement
from mfa.report.plot_axes import Beside, axes_for, halo, names_beside, nothing, styled, time_axis
from mfa.report.style import ELEMENT_COLOURS, INK, SERIES_COLOURS, assign, scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mfa.results import Results

THIN, THICK = 0.012, 0.07
"""Shares of the height: thinner layers have no name at the edge; thicker ones that are gone by then have one inside."""


def draw_stack(results: Results, stack: Stack, element: str, region: str | None, ax: Axes | None) -> Axes:
    """Stacked areas of one element, each named beside its height in the last year in which it is thick.

    Parameters
    ----------
    results : Results
    stack : Stack
        Of this element alone.
    element : str
    region : str or None
    ax : Axes or None

    Returns
    -------
    matplotlib.axes.Axes
    """
    name = element_name(results, element)
    values, line = stack.values[:, :, 0], None if stack.line is None else stack.line[:, 0]
    largest = float(max(values.sum(axis=0).max(initial=0.0), 0.0 if line is None else line.max(initial=0.0)))
    factor, unit = scale(largest, stack.unit)
    title = f"{name}: {stack.title[:1].lower()}{stack.title[1:]}, {unit}"
    small = " ".join(filter(None, [stack.note, caption(results, region), projection(results)]))
    with styled([title, small, *stack.names]):
        ax = axes_for(ax, title, "", small)
        if largest == 0.0:
            nothing(ax, f"{name}: all of it is 0 in every year")
            return ax
        years = results.years
        top = 1.04 * factor * largest
        time_axis(ax, years, top, results.last_data_year)
        low = np.zeros(len(years))
        labels = []
        for layer, text, colour in zip(values, stack.names, stack.colours, strict=True):
            high = low + layer
            if layer.any():
                ax.fill_between(years, low * factor, high * factor, facecolor=colour, linewidth=0.0)
                ax.plot(years, high * factor, color="white", linewidth=0.4)
                thickest = int(np.argmax(layer))
                if layer[-1] > THIN * largest:
                    labels.append(Beside(factor * (low[-1] + layer[-1] / 2), text, colour))
                elif layer[thickest] > THICK * largest:  # gone by the last year
                    middle = factor * (low[thickest] + layer[thickest] / 2)
                    ax.text(years[thickest], middle, text, fontsize=6, color=INK, ha="center", va="center",
                            path_effects=halo(), zorder=5, parse_math=False)  # fmt: skip
            low = high
        if line is not None:
            ax.plot(years, line * factor, color="black", linewidth=0.9)
            labels.append(Beside(factor * float(line[-1]), stack.line_name, "black"))
        names_beside(ax, labels)
    return ax


def draw_import_requirement(results: Results, elements: list[str], region: str | None, ax: Axes | None) -> Axes:
    """Share of the need that must be imported, a line for each element, a band of 5 to 95 % of samples.

    Parameters
    ----------
    results : Results
    elements : list of str
    region : str or None
    ax : Axes or None

    Returns
    -------
    matplotlib.axes.Axes
    """
    reader = Reader(results, elements, region)
    mean, band = import_requirement(reader)
    known = results.labels["element"]
    palette = dict(zip(known, assign(known, ELEMENT_COLOURS, SERIES_COLOURS), strict=True))
    names = [element_name(results, element) for element in elements]
    title = "Import requirement, % of need"
    about = "Need for refined metal that domestic metal cannot meet, before any rationing"
    spread = "Bands: 5 to 95 % of the samples." if band is not None else ""
    small = " ".join(filter(None, [caption(results, region), spread, projection(results)]))
    with styled([title, small, *names]):
        ax = axes_for(ax, title, about, small)
        if not np.isfinite(mean).any():
            nothing(ax, f"{', '.join(names)}: no need in any year, so no share of it")
            return ax
        time_axis(ax, results.years, 104.0, results.last_data_year)  # the need is never exceeded
        ax.set_yticks([0, 25, 50, 75, 100])
        labels = []
        for e, (element, name) in enumerate(zip(elements, names, strict=True)):
            percent = 100.0 * mean[:, e]
            if band is not None:
                ax.fill_between(
                    results.years, *(100.0 * band[:, :, e]), facecolor=palette[element], alpha=0.2, linewidth=0
                )
            ax.plot(results.years, percent, color=palette[element], linewidth=1.5)
            defined = np.flatnonzero(np.isfinite(percent))
            if defined.size:
                labels.append(
                    Beside(float(percent[defined[-1]]), f"{name} {percent[defined[-1]]:.0f}", palette[element])
                )
        names_beside(ax, labels, room=0.9)
    return ax


def projection(results: Results) -> str:
    """Where data end, if the years reach over it."""
    last, years = results.last_data_year, results.years
    return f"Data until {last}, projection after." if last is not None and years[0] < last < years[-1] else ""

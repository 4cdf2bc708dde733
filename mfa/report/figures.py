"""The main figures of a run, as SVG and PNG: stock, discards, supply mix, import requirement.

The numbers are taken from `Results` first (`mfa.report.figure_data`), then drawn without it, so that drawing can run in
a process of its own, see `mfa.report.worker`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.report.figure_data import FigureData, Stack
from mfa.report.letters import can_be_written, svg_metadata
from mfa.report.panels import Multiples, value_ticks
from mfa.report.style import DASHED, ELEMENT_COLOURS, INK, PALE, PNG_DPI, SERIES_COLOURS, STYLE, scale

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_figures(
    data: FigureData, folder: Path, formats: Sequence[str] = ("svg", "png"), names: Sequence[str] | None = None
) -> list[Path]:
    """Draw figures into a folder.

    Parameters
    ----------
    data : FigureData
        What to show.
    folder : Path
        Existing folder.
    formats : sequence of str
        ``svg`` (text stays text) and ``png`` (150 dpi).
    names : sequence of str, optional
        Figures to draw, of `figure_names`; all if not given.

    Returns
    -------
    list of Path
        Files written.
    """
    import matplotlib as mpl

    written = []
    with mpl.rc_context(STYLE):
        for name in figure_names(data) if names is None else names:
            stack = data.stacks.get(name)
            figure = import_requirement_figure(data) if stack is None else stacked_figure(data, stack)
            for suffix in formats:
                path = folder / f"{name}.{suffix}"
                if save_figure(figure, path):
                    written.append(path)
    return written


def figure_names(data: FigureData) -> list[str]:
    """Names of the figures, those of their files."""
    return [*data.stacks, "import_requirement"]


def save_figure(figure: Figure, path: Path) -> bool:
    """Write a figure as SVG or as PNG, as the ending of the path says; whether it was written.

    A PNG has no channel for transparency and is packed lightly: half of the time for files of the same size.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What was drawn.
    path : Path
        File to write.

    Returns
    -------
    bool
        False, and a warning, if no font of this system has all signs of a PNG.
    """
    import io

    from PIL import Image

    if not can_be_written(figure, path):
        return False
    if path.suffix == ".svg":
        figure.savefig(path, metadata=svg_metadata(figure))
        return True
    pixels = io.BytesIO()
    figure.savefig(pixels, format="rgba", dpi=PNG_DPI)
    width, height = (int(inches * PNG_DPI) for inches in figure.get_size_inches())
    picture = Image.frombuffer("RGBA", (width, height), pixels.getvalue(), "raw", "RGBA", 0, 1)
    picture.convert("RGB").save(path, dpi=(PNG_DPI, PNG_DPI), compress_level=2)
    return True


def _mark_projection(multiples: Multiples, data: FigureData, keys: list[Any]) -> None:
    """Draw the line between data and projection in every panel, if the years reach over it."""
    from matplotlib.lines import Line2D

    if data.last_data_year is not None and data.years[0] < data.last_data_year < data.years[-1]:
        for panel in multiples.panels:
            multiples.mark_year(panel, data.last_data_year + 0.5)
        keys.append((Line2D([], [], **DASHED), f"Data until {data.last_data_year}, projection after"))


def stacked_figure(data: FigureData, stack: Stack) -> Figure:
    """Stacked areas over time, one panel for each element.

    Parameters
    ----------
    data : FigureData
        Years, elements and caption.
    stack : Stack
        Layers [layer, year, element].

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    caption = " ".join(filter(None, [stack.note, data.caption]))
    names = [*stack.names, *([stack.line_name] if stack.line is not None else []), "Data until"]
    multiples = Multiples(len(data.elements), stack.title, caption, names)
    for e, panel in enumerate(multiples.panels):
        edges = np.concatenate([np.zeros((1, len(data.years))), np.cumsum(stack.values[:, :, e], axis=0)])
        line = stack.line[:, e] if stack.line is not None else np.zeros(0)
        largest = float(max(edges[-1].max(initial=0.0), line.max(initial=0.0)))
        factor, unit = scale(largest, stack.unit)
        top = 1.04 * factor * largest if largest > 0 else 1.0
        ticks = value_ticks(top if largest else 0.0)
        multiples.frame(panel, data.element_names[e], unit, data.years, top, ticks)
        for layer, colour in enumerate(stack.colours):
            if stack.values[layer, :, e].any():
                multiples.area(panel, data.years, edges[layer] * factor, edges[layer + 1] * factor, colour)
                if layer:
                    multiples.line(panel, data.years, edges[layer] * factor, "white", 0.4)
        if line.size:
            multiples.line(panel, data.years, line * factor, "black", 0.9)
        if largest == 0:
            multiples.text(panel.x + panel.width / 2, panel.y + panel.height / 2, "none", color="#888888", ha="center")
    keys: list[Any] = [
        (Rectangle((0, 0), 1, 1, facecolor=colour), name)
        for colour, name in zip(stack.colours, stack.names, strict=True)
    ][::-1]  # as the areas lie on one another
    if stack.line is not None:
        keys.insert(0, (Line2D([], [], color="black", linewidth=0.9), stack.line_name))
    _mark_projection(multiples, data, keys)
    return multiples.finish(keys)


def import_requirement_figure(data: FigureData) -> Figure:
    """Share of the need that must be imported, one panel for each element, the others in grey behind it.

    Parameters
    ----------
    data : FigureData
        Years, elements and the import requirement.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.lines import Line2D

    title = "Import requirement: share of the need for refined metal that domestic metal cannot meet"
    multiples = Multiples(len(data.elements), title, data.caption)
    colours = [ELEMENT_COLOURS.get(element, SERIES_COLOURS[e % 10]) for e, element in enumerate(data.elements)]
    percent = 100.0 * data.import_requirement
    for e, panel in enumerate(multiples.panels):
        multiples.frame(panel, data.element_names[e], "% of need", data.years, 104.0, [0, 25, 50, 75, 100])
        for other in range(len(data.elements)):
            if other != e:
                multiples.line(panel, data.years, percent[:, other], PALE, 0.7)
        if data.import_requirement_band is not None:
            low, high = 100.0 * data.import_requirement_band[:, :, e]
            multiples.area(panel, data.years, low, high, colours[e], alpha=0.25)
        multiples.line(panel, data.years, percent[:, e], colours[e], 1.8)
        defined = np.flatnonzero(np.isfinite(percent[:, e]))
        if not defined.size:
            place = (panel.x + panel.width / 2, panel.y + panel.height / 2)
            multiples.text(*place, "no need, so no share of it", color="#888888", ha="center")
        if defined.size:
            last = int(defined[-1])
            year, value = int(data.years[last]), float(percent[last, e])
            beneath = percent[defined[len(defined) // 2 :], e]  # the part of the line that the words lie along
            above = beneath.min() < 15
            multiples.text(
                float(panel.across(year)), float(panel.up(beneath.max() + 3 if above else beneath.min() - 4)),
                f"{value:.0f} % in {year}", size=8, color=colours[e], weight="bold", ha="right",
                va="bottom" if above else "top", zorder=5,
            )  # fmt: skip
    keys: list[Any] = [(Line2D([], [], color=INK, linewidth=1.8), "The element of the panel")]
    if len(data.elements) > 1:
        keys.append((Line2D([], [], color=PALE, linewidth=1.2), "The other elements"))
    _mark_projection(multiples, data, keys)
    return multiples.finish(keys)

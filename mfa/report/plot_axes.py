"""Axes for figures of half a page's width, and names written beside what they name."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.report.captioned import captioned, plain_axes
from mfa.report.panels import number, value_ticks, year_ticks
from mfa.report.style import DASHED, INK, SOFT, STYLE, font_families
from mfa.report.text_size import wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 3.5, 2.3
"""Width of a figure and height of its axes, inch: half a page."""
TITLE, LABEL, LINE = 8.5, 6.5, 1.15
"""Size of the title of given axes and of names, point, and the distance of lines as a multiple."""
NAMES = 1.12
"""Room for names on the right, inch."""


@contextlib.contextmanager
def styled(texts: Iterable[str]) -> Iterator[None]:
    """The style of all figures, with fonts that have the signs of some texts."""
    import matplotlib as mpl

    with mpl.rc_context({**STYLE, "font.family": font_families(texts), "hatch.linewidth": 0.6}):
        yield


def axes_for(
    ax: Axes | None, title: str, subtitle: str, caption: str, height: float = HEIGHT, width: float = WIDTH
) -> Axes:
    """Given axes with a title, or axes of a new figure with title and caption.

    Parameters
    ----------
    ax : Axes or None
    title, subtitle, caption : str
        Given axes take the title only.
    height, width : float
        Of the axes with what is written beside them, inch.
    """
    if ax is None:
        _, figure = captioned(width, height, title, subtitle, caption)
        ax = figure.subplots()
    else:
        wide = 72.0 * ax.get_window_extent().width / ax.figure.dpi
        lines = wrap(title, TITLE, wide, bold=True)
        ax.set_title("\n".join(lines), loc="left", fontsize=TITLE, fontweight="bold", color=INK)
    return ax


def legend_above(ax: Axes, keys: list[Any]) -> None:
    """A legend in two columns above the axes, below their title if they have one."""
    ax.legend(
        handles=keys, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, frameon=False, fontsize=LABEL,
        labelcolor=INK, handlelength=1.2, borderaxespad=0.2, columnspacing=1.2, labelspacing=0.3,
    )  # fmt: skip
    title = ax.get_title(loc="left")
    if title:
        rows = -(-len(keys) // 2)
        ax.set_title(title, loc="left", fontsize=TITLE, fontweight="bold", color=INK, pad=6.0 + 1.5 * LABEL * rows)


def time_axis(ax: Axes, years: np.ndarray, top: float, last_data_year: int | None, bottom: float = 0.0) -> None:
    """Years below, round values on the left, a dashed line where data end."""
    plain_axes(ax, ("bottom", "left"))
    start, stop = int(years[0]), max(int(years[-1]), int(years[0]) + 1)
    ax.set_xlim(start, stop)
    ax.set_ylim(bottom, top)
    ax.set_xticks(year_ticks(start, stop))
    ticks = value_ticks(top)
    ax.set_yticks(ticks, [number(tick) for tick in ticks])
    if last_data_year is not None and start < last_data_year < stop:
        ax.axvline(last_data_year + 0.5, **DASHED, zorder=4)


@dataclass(frozen=True)
class Beside:
    """A name beside the right edge: at which value, and the colour of the line to it."""

    value: float
    text: str
    colour: str


def names_beside(ax: Axes, labels: Sequence[Beside], room: float = NAMES) -> None:
    """Write names right of the axes, each at its value, moved apart where they would overlap, with a line to it.

    Parameters
    ----------
    ax : Axes
        With its limits set.
    labels : sequence of Beside
    room : float
        Width of the names, inch; longer ones are broken into two lines.
    """
    if not labels:
        return
    bottom, top = ax.get_ylim()
    extent = ax.get_window_extent()
    points = 72.0 * extent.height / ax.figure.dpi * 0.86  # what is left of it when title and ticks have their room
    unit = (top - bottom) / points
    ordered = sorted(labels, key=lambda label: label.value)
    lines = [wrap(label.text, LABEL, 72.0 * room, most=2) for label in ordered]
    heights = [LINE * LABEL * len(found) * unit for found in lines]
    values = [min(max(label.value, bottom), top) for label in ordered]
    places = apart(values, heights, bottom, top)
    for label, words, value, place in zip(ordered, lines, values, places, strict=True):
        ax.annotate(
            "\n".join(words), xy=(1.0, value), xycoords=ax.get_yaxis_transform(), xytext=(1.045, place),
            textcoords=ax.get_yaxis_transform(), fontsize=LABEL, color=INK, va="center", ha="left", linespacing=1.0,
            annotation_clip=False, parse_math=False,
            arrowprops={"arrowstyle": "-", "color": label.colour, "linewidth": 1.1, "shrinkA": 1.0, "shrinkB": 0.0,
                        "relpos": (0.0, 0.5)},
        )  # fmt: skip


def apart(wanted: Sequence[float], heights: Sequence[float], bottom: float, top: float) -> list[float]:
    """Middles of labels near those wanted, in their order, without overlap, within limits if they fit.

    Examples
    --------
    >>> apart([1.0, 1.0], [2.0, 2.0], 0.0, 10.0)
    [1.0, 3.0]
    >>> apart([9.5, 9.8], [2.0, 2.0], 0.0, 10.0)
    [7.0, 9.0]
    """
    edges = [want - height / 2 for want, height in zip(wanted, heights, strict=True)]
    offsets = np.concatenate([[0.0], np.cumsum(heights)[:-1]])
    pools: list[tuple[float, int]] = []
    for edge, offset in zip(edges, offsets, strict=True):
        pools.append((edge - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, n), (b, m) = pools[-2], pools.pop()
            pools[-1] = ((a * n + b * m) / (n + m), n + m)
    settled = np.repeat([mean for mean, _ in pools], [count for _, count in pools])
    high = top - float(np.sum(heights))
    settled = np.clip(settled, bottom, max(high, bottom))
    return [float(s + o + h / 2) for s, o, h in zip(settled, offsets, heights, strict=True)]


def halo() -> list[Any]:
    """White around letters that stand on a picture."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=1.6, foreground="white", alpha=0.8)]


def nothing(ax: Axes, words: str) -> None:
    """Say why there is nothing to draw."""
    ax.set_axis_off()
    lines = wrap(words, 7.5, 72.0 * WIDTH * 0.8, most=6)
    ax.text(0.5, 0.5, "\n".join(lines), transform=ax.transAxes, ha="center", va="center", color=SOFT, fontsize=7.5)

"""Figure of a discovery: the way from coverage to density, and the limits of the box within their ranges."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.report.captioned import captioned, plain_axes
from mfa.report.digits import figure as digits
from mfa.report.digits import shown_unit
from mfa.report.style import INK, SOFT, STYLE
from mfa.report.target_words import share_words, target_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mfa.studies.discovery import Discovery
    from mfa.studies.prim import Box

WIDTH = 6.8
"""Width, inch."""
INSIDE, OUTSIDE, MARK = "#4477AA", "#E3E3E3", "#CC3311"
ROW, FEWEST = 0.62, 4
"""Height of a factor with its limits, inch, and factors for which there is always room."""
LABEL = 52
"""Letters of a factor's name on a line."""


def discovery_figure(found: Discovery) -> Figure:
    """Draw it, see `Discovery.plot`."""
    import matplotlib as mpl

    from mfa import __version__

    how = "met" if found.met else "missed"
    box = found.boxes[0]
    subtitle = f"{how.capitalize()} in {share_words(found.share)} of {found.size} futures"
    if box.limited:
        subtitle += (
            f"; in {share_words(box.density)} of those in the box, which holds {share_words(box.coverage)} of all in "
            f"which it is {how}"
        )
    scope = str(found.attrs.get("scope") or "products").replace("_", " ")
    caption = (
        f"Left: each peeling leaves a smaller box; ring: the box after widening it and dropping limits that explain "
        f"nothing. Right: its limits; grey: 0 to 100 % of the futures by the factor, blue: in the box. Scenario "
        f"{found.scenario}. Scope of the need: {scope}. Seed {found.seed}. mfa {__version__}."
    )
    with mpl.rc_context(STYLE):
        height = ROW * max(FEWEST, len(box.limited)) + 0.35
        figure, drawn = captioned(WIDTH, height, target_words(found.target, found.label_names), subtitle, caption)
        left, right = drawn.subplots(1, 2, width_ratios=(1.0, 1.15))
        _trajectory(left, found, box, how)
        _limits(right, found, box)
    return figure


def _trajectory(axes: Axes, found: Discovery, box: Box, how: str) -> None:
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    table = found.trajectory.table()
    limited = table["limited"].to_numpy()
    axes.plot(table["coverage"], table["density"], color="#CCCCCC", linewidth=0.8, zorder=1)
    points: Any = axes.scatter(table["coverage"], table["density"], c=limited, cmap="cividis_r", s=16, zorder=2,
                               vmin=0, vmax=max(1, int(limited.max())))  # fmt: skip
    axes.scatter([box.coverage], [box.density], s=90, facecolor="none", edgecolor=MARK, linewidth=1.4, zorder=3)
    axes.axhline(found.share, color=SOFT, linewidth=0.7, linestyle=(0, (3, 2)), zorder=0)
    axes.annotate("all futures", (0.0, found.share), xytext=(2, 2), textcoords="offset points", fontsize=6.5,
                  color=SOFT)  # fmt: skip
    lowest = min(found.share, float(table["density"].min()))
    axes.set(xlim=(-0.03, 1.05), ylim=(max(0.0, lowest - 0.12), 1.04))
    axes.set_xlabel(f"Coverage: share of all futures\nin which it is {how}")
    axes.set_ylabel(f"Density: share of the box\nin which it is {how}")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    plain_axes(axes, ("left", "bottom"))
    bar = axes.figure.colorbar(points, ax=axes, location="top", fraction=0.05, pad=0.03, aspect=30,
                               ticks=MaxNLocator(4, integer=True))  # fmt: skip
    bar.set_label("factors with a limit", fontsize=6.5, color=SOFT)
    bar.ax.tick_params(labelsize=6.5, length=2, colors=SOFT)
    bar.outline.set_visible(False)


def _limits(axes: Axes, found: Discovery, box: Box) -> None:
    """Part of the futures that each limit leaves, with its value at its end."""
    axes.set_axis_off()
    if not box.limited:
        axes.text(0.5, 0.5, "no limit of these factors\ntells the futures apart", ha="center", va="center", color=SOFT,
                  transform=axes.transAxes)  # fmt: skip
        return
    known = {one.name: one for one in found.ranges}
    last = max(FEWEST, len(box.limited))
    axes.set(xlim=(-0.02, 1.02), ylim=(last - 0.2, -0.6))
    for x, words, side in ((0.0, "0 %", "left"), (1.0, "100 % of all futures", "right")):
        axes.text(x, len(box.limited) - 0.42, words, fontsize=6, color=SOFT, ha=side, va="top")
    for row, name in enumerate(box.limited):
        i, one = box.names.index(name), known[name]
        values = found.peeled[:, [known_one.name for known_one in found.ranges].index(name)]
        start = float((values < box.low[i]).mean()) if np.isfinite(box.low[i]) else 0.0
        stop = float((values <= box.high[i]).mean()) if np.isfinite(box.high[i]) else 1.0
        axes.barh(row, 1.0, height=0.16, color=OUTSIDE)
        axes.barh(row, stop - start, left=start, height=0.16, color=INSIDE)
        unit = shown_unit(one.unit)
        words = f"{one.words}{f', {unit}' if unit else ''}"
        axes.text(0.0, row - 0.13, "\n".join(textwrap.wrap(words, LABEL)), fontsize=7, color=INK,
                  va="bottom")  # fmt: skip
        for at, limit, side in ((start, box.low[i], "left"), (stop, box.high[i], "right")):
            if np.isfinite(limit):
                shown = f"from {digits(limit)}" if side == "left" else f"to {digits(limit)}"
                axes.text(at, row + 0.11, shown, fontsize=6.5, color=INSIDE, va="top", ha=side)

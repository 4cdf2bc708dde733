"""A picture of the days of a drill: what meets the need, and what is left in the stockpile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.report.letters import can_be_written, svg_metadata
from mfa.report.panels import WIDTH, new_figure
from mfa.report.style import ELEMENT_NAMES, GREY, INK, ORIGIN_COLOURS, PNG_DPI, SOFT, STYLE, scale
from mfa.units import DAYS_PER_YEAR

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mfa.studies.drill_result import Drill

SHORTAGE, DOMESTIC, RELEASE, OTHERS = "#BB5566", "#228833", "#4477AA", GREY
BANNED = "#CC6677"
"""Colour of a banned origin that has none of its own."""
STOCK_LINE = "#000000"
BAND: dict[str, Any] = {"color": STOCK_LINE, "linewidth": 0.9, "linestyle": (0, (1, 1.5))}
LAYERS = ("domestic", "other_origins", "banned_origins", "release", "unmet")


def day_layers(drill: Drill) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray | None]:
    """What meets the need of each day, and the stock at its end; means over samples.

    Parameters
    ----------
    drill : Drill
        What `mfa.drill` returned.

    Returns
    -------
    layers : dict of ndarray (region, day, element), t/day
        domestic, banned_origins, other_origins, release, unmet; they add up to the need of the day.
    stock : ndarray (region, day, element), t
    band : ndarray (2, region, day, element), t, or None
        5 and 95 % quantiles of the stock; None without samples.
    """
    series = drill.series()
    banned = [list(drill.labels["origin"]).index(origin) for origin in drill.origins]
    from_banned = series.deliveries[:, :, banned].sum(axis=2)
    domestic = np.broadcast_to((drill.arrays["domestic"] / DAYS_PER_YEAR)[:, :, None, :], series.gap.shape)
    layers = {
        "domestic": domestic,
        "banned_origins": from_banned,
        "other_origins": np.maximum(series.deliveries.sum(axis=2) - from_banned, 0.0),
        "release": series.release,
        "unmet": series.unmet,
    }
    stock = np.broadcast_to(series.stock, series.gap.shape)
    band = np.quantile(stock, [0.05, 0.95], axis=0) if drill.sampled else None
    return {name: values.mean(axis=0) for name, values in layers.items()}, stock.mean(axis=0), band


def draw_drill(drill: Drill) -> Figure:
    """Stacked areas of what meets the need day by day, the stock as a line on an axis of its own.

    Parameters
    ----------
    drill : Drill
        What `mfa.drill` returned.

    Returns
    -------
    matplotlib.figure.Figure
        One panel for each region and element, on the days around the ban.
    """
    import matplotlib as mpl
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    layers, stock, band = day_layers(drill)
    who = ", ".join(drill.name("origin", origin) for origin in drill.origins)
    names = {
        "domestic": "Domestic metal",
        "other_origins": "Deliveries of other origins",
        "banned_origins": f"Deliveries of {who}",
        "release": "Drawn from the stockpile",
        "unmet": "Shortage",
    }
    colour = ORIGIN_COLOURS.get(drill.origins[0], "#CC6677") if len(drill.origins) == 1 else "#CC6677"
    colours = dict(zip(names, (DOMESTIC, OTHERS, colour, RELEASE, "white"), strict=True))
    margin = max(10, round(0.2 * drill.days_in_year))
    last_day = drill.start_day + drill.days_in_year - 1.0
    first = max(0, int(drill.start_day) - 1 - margin)
    last = min(int(DAYS_PER_YEAR), int(np.ceil(last_day)) + margin)
    places = list(drill.places())
    columns = min(3, len(places) + 1)
    rows = -(-(len(places) + 1) // columns)
    with mpl.rc_context({**STYLE, "hatch.linewidth": 0.8}):
        figure = new_figure(WIDTH, 0.95 + 2.3 * rows, layout="constrained")
        figure.suptitle(drill.heading(), x=0.012, ha="left", fontsize=11, fontweight="bold")
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for axis, (r, e, _) in zip(axes, places, strict=False):
            values = {name: layers[name][r, first:last, e] for name in names}
            held = stock[r, first:last, e]
            spread = None if band is None else band[:, r, first:last, e]
            _panel(axis, values, colours, held, spread, first, _panel_name(drill, r, e))
        for axis in axes[len(places) :]:
            axis.set_axis_off()
        keys: list[Any] = [Patch(facecolor=colours[name], label=words) for name, words in names.items()]
        keys[-1] = Patch(facecolor="white", edgecolor=SHORTAGE, hatch="////", label=names["unmet"])
        keys = [
            *keys[::-1],
            Line2D([], [], color=INK, linewidth=0.9, label="Need"),
            Line2D([], [], color=STOCK_LINE, linewidth=1.6, linestyle=(0, (4, 1.5)), label="Stock (right axis)"),
        ]
        if band is not None:
            keys.append(Line2D([], [], label="Stock, 5 and 95 % of samples", **BAND))
        axes[len(places)].legend(
            handles=keys, loc="upper left", frameon=False, fontsize=8, labelcolor=INK, borderaxespad=0
        )
        figure.supxlabel(_caption(drill), x=0.012, ha="left", fontsize=7, color=SOFT)
    return figure


def _panel_name(drill: Drill, r: int, e: int) -> str:
    element = drill.labels["element"][e]
    named = drill.name("element", element)
    named = named if named != element else ELEMENT_NAMES.get(element, element)
    return f"{drill.labels['region'][r]}, {named}" if len(drill.labels["region"]) > 1 else named


def _panel(
    axis: Any, values: dict[str, np.ndarray], colours: dict[str, str], stock: np.ndarray, band: np.ndarray | None,
    first: int, name: str,
) -> None:  # fmt: skip
    """One panel: areas in steps of a day, need, and the stock on the right."""
    edges = np.arange(first, first + len(stock) + 1)

    def steps(days: np.ndarray) -> np.ndarray:
        return np.append(days, days[-1])

    total = np.sum(list(values.values()), axis=0)
    factor, unit = scale(float(total.max(initial=0.0)), "t/day")
    low = np.zeros_like(total)
    for layer, height in values.items():
        if height.any():
            style: dict[str, Any] = {"facecolor": colours[layer], "linewidth": 0}
            if layer == "unmet":
                style |= {"hatch": "////", "edgecolor": SHORTAGE}
            axis.fill_between(edges, steps(low * factor), steps((low + height) * factor), step="post", **style)
        low = low + height
    axis.step(edges, steps(total * factor), where="post", color=INK, linewidth=0.9)
    axis.set_title(f"{name}, {unit}", loc="left", fontsize=8.5, fontweight="bold", color=INK)
    axis.set_xlim(edges[0], edges[-1])
    axis.set_ylim(0.0, 1.12 * float(total.max(initial=0.0)) * factor or 1.0)
    axis.set_xlabel("Day of the year", fontsize=7, color=SOFT, labelpad=1)
    axis.locator_params(nbins=5)
    _plain(axis, "right")
    if stock.any():
        right = axis.twinx()
        held, held_unit = scale(float(stock.max()), "t")
        top = float(stock.max() if band is None else band.max())
        at = np.append(edges[0], edges[1:])
        before = np.append(stock[0], stock)  # stock at the end of each day
        right.plot(at, before * held, color=STOCK_LINE, linewidth=1.6, linestyle=(0, (4, 1.5)))
        if band is not None:
            for edge in band:
                right.plot(at, np.append(edge[0], edge) * held, **BAND)
        right.set_ylim(0.0, 1.3 * top * held)
        right.locator_params(nbins=4)
        right.set_title(f"stock, {held_unit}", loc="right", fontsize=7.5, color=SOFT)
        _plain(right, "left")
    else:
        axis.set_title("no stock", loc="right", fontsize=7.5, color=SOFT)


def _plain(axis: Any, hidden: str) -> None:
    """Axes in the style of the other figures: thin, grey, without a frame."""
    for side in ("top", hidden):
        axis.spines[side].set_visible(False)
    for spine in axis.spines.values():
        spine.set_color("#777777")
        spine.set_linewidth(0.6)
    axis.tick_params(length=2.2, width=0.6, colors=SOFT, labelsize=7)


def _caption(drill: Drill) -> str:
    from mfa import __version__

    mean = f" Mean of {len(drill.labels['sample'])} samples." if drill.sampled else ""
    beyond = f" {drill.days_next_year:g} days fall into {drill.year + 1}." if drill.days_next_year else ""
    return f"Scenario {drill.scenario}.{mean}{beyond} Stock of 1 January, no refill, no rationing. mfa {__version__}."


def save_figure(figure: Figure, path: Path) -> None:
    """Write a picture; text in an SVG stays text.

    Parameters
    ----------
    figure : Figure
        The picture.
    path : Path
        Its ending says the format.
    """
    import matplotlib as mpl

    options: dict[str, Any] = {"metadata": svg_metadata(figure)} if path.suffix == ".svg" else {"dpi": PNG_DPI}
    with mpl.rc_context({**STYLE, "hatch.linewidth": 0.8}):
        if can_be_written(figure, path):
            figure.savefig(path, **options)

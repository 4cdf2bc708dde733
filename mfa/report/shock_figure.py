"""What a shock does to an element: supply year by year around it, what is drawn from stock, what is not met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError
from mfa.report.captioned import plain_axes
from mfa.report.digits import figure
from mfa.report.figure_data import Reader, Stack, caption, element_name, supply_stack
from mfa.report.panels import number, value_ticks
from mfa.report.plot_axes import LABEL, Beside, axes_for, legend_above, names_beside, styled
from mfa.report.style import INK, scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mfa.results import Results

BEFORE, AFTER = 3, 4
"""Years shown before the first and after the last year of a shock."""
UNMET = "#BB5566"
LEAST = 1e-9
"""Share of the need below which nothing is unmet or drawn."""
SHADE = "#F1ECEC"


@dataclass(frozen=True)
class Shock:
    """Numbers around a shock.

    Attributes
    ----------
    years : ndarray of int
        Those shown.
    banned : ndarray of bool [year]
        Whether some import of the element is banned.
    supply : Stack
        Of all years of the run and this element.
    first : int
        Position of the first year shown in the years of the run.
    unmet, stockpile : ndarray [year]
        t/yr, and t at year end.
    """

    years: np.ndarray
    banned: np.ndarray
    supply: Stack
    first: int
    unmet: np.ndarray
    stockpile: np.ndarray


def shock_of(results: Results, element: str, region: str | None = None, origins: int = 3) -> Shock:
    """Find the years of a shock of an element, and what happens around them.

    A year counts if an import of the element is banned, if need is unmet, or if metal is drawn from the stockpile.

    Parameters
    ----------
    results : Results
        With all dims of flows.
    element : str
    region : str, optional
        The sum over all if None.
    origins : int
        Origins with a layer of their own.

    Returns
    -------
    Shock

    Raises
    ------
    InputError
        If a label is not in the results, or there is no such year.
    """
    from mfa.report.sankey_links import pick

    picked = pick(results, element, None, region)
    if picked.mass:
        raise InputError(Fault("element", "component mass is not traded as refined metal", "name an element"))
    reader = Reader(results, [element], region)
    unmet, need = reader.policy("unmet_demand")[:, 0], reader.policy("requirement")[:, 0]
    release = reader.flow("stock_release")[:, 0]
    banned = _banned(results, element, picked.regions[0][0])
    hit = banned | (unmet > LEAST * np.maximum(need, 1e-3)) | (release > LEAST * np.maximum(need, 1e-3))
    if not hit.any():
        what = f"no import of {element} is banned, nothing of it is unmet or drawn from stock in any year"
        raise InputError(Fault("shock", what, "take a run with shocks, or results.plot.supply_mix"))
    places = np.flatnonzero(hit)
    start, stop = max(int(places[0]) - BEFORE, 0), min(int(places[-1]) + AFTER + 1, len(results.years))
    shown = slice(start, stop)
    return Shock(
        results.years[shown], banned[shown], supply_stack(reader, origins), start, unmet[shown],
        reader.stock("stockpile")[shown, 0],
    )  # fmt: skip


def _banned(results: Results, element: str, regions: list[int]) -> np.ndarray:
    """Years in which deliveries of an origin, or ore of one, are banned."""
    found = np.zeros(len(results.years), dtype=bool)
    if results.inputs is None:
        return found
    from mfa.indicators import broadcast_parameter

    place = results.labels["element"].index(element)
    for name in ("ban", "ore_ban"):
        ban = broadcast_parameter(results.inputs, name)[:, regions][..., place]  # sample, region, origin, time
        found |= (ban > 0.0).any(axis=(0, 1, 2))
    return found


def draw_shock(results: Results, element: str, region: str | None, ax: Axes | None) -> Axes:
    """Draw a bar of supply for each year, what is unmet hatched on top, and the stockpile on an axis of its own.

    Parameters
    ----------
    results : Results
    element : str
    region : str, optional
    ax : Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    shock = shock_of(results, element, region)
    name = element_name(results, element)
    stop = shock.first + len(shock.years)
    layers = shock.supply.values[:, shock.first : stop, 0]
    largest = float((layers.sum(axis=0) + shock.unmet).max(initial=0.0))
    factor, unit = scale(largest, "t/yr")
    title = f"{name}: supply around the shock, {unit}"
    held = shock.stockpile.any()
    about = "Shaded: years of a ban" + ("; line: stockpile at year end" if held else "")
    with styled([title, *shock.supply.names]):
        ax = axes_for(ax, title, about, f"{shock.supply.note} {caption(results, region)}", 2.5)
        plain_axes(ax, ("bottom", "left"))
        top = 1.06 * factor * largest or 1.0
        ax.set(xlim=(shock.years[0] - 0.6, shock.years[-1] + 0.6), ylim=(0.0, top))
        for year in shock.years[shock.banned]:
            ax.axvspan(year - 0.5, year + 0.5, color=SHADE, linewidth=0, zorder=0)
        labels, keys = _bars(ax, shock, layers, factor)
        ticks = value_ticks(top)
        ax.set_yticks(ticks, [number(tick) for tick in ticks])
        step = 1 if len(shock.years) <= 6 else 2 if len(shock.years) <= 14 else 5
        start = int(shock.years[shock.banned][0]) if shock.banned.any() else 0
        ax.set_xticks([year for year in shock.years.tolist() if (year - start) % step == 0])
        if held:
            _stockpile(ax, shock)
        names_beside(ax, labels, room=1.0)
        if keys:
            legend_above(ax, keys)
    return ax


def _bars(ax: Axes, shock: Shock, layers: np.ndarray, factor: float) -> tuple[list[Beside], list[Any]]:
    """Bars of all years: names at the heights that layers have in the last one, keys of those gone by then."""
    from matplotlib.patches import Patch

    low = np.zeros(len(shock.years))
    labels: list[Beside] = []
    keys: list[Any] = []
    style: dict[str, Any] = {"width": 0.78, "linewidth": 0.3, "edgecolor": "white"}
    largest = float((layers.sum(axis=0) + shock.unmet).max())
    for layer, text, colour in zip(layers, shock.supply.names, shock.supply.colours, strict=True):
        if layer.any():
            ax.bar(shock.years, factor * layer, bottom=factor * low, color=colour, **style)
            if layer[-1] > 0.005 * largest:
                labels.append(Beside(factor * float(low[-1] + layer[-1] / 2), text, colour))
            else:
                keys.append(Patch(facecolor=colour, label=text))
        low = low + layer
    shown = shock.unmet > LEAST * largest
    if shown.any():
        hatched: dict[str, Any] = {"facecolor": "white", "edgecolor": UNMET, "hatch": "//////", "linewidth": 0.3}
        heights = factor * shock.unmet[shown]
        ax.bar(shock.years[shown], heights, bottom=factor * low[shown], width=0.78, **hatched)
        keys.insert(0, Patch(**hatched, label="Need not met"))
        for year, base, height in zip(shock.years[shown], factor * low[shown], heights, strict=True):
            if height > 0.05 * factor * largest:
                ax.text(year, base + height / 2, figure(height), fontsize=LABEL, ha="center", va="center", color=INK,
                        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # fmt: skip
    return labels, keys


def _stockpile(ax: Axes, shock: Shock) -> None:
    factor, unit = scale(float(shock.stockpile.max()), "t")
    right = ax.twinx()
    right.plot(shock.years, factor * shock.stockpile, color="black", linewidth=1.3, linestyle=(0, (4, 1.5)), marker="o",
               markersize=2.6)  # fmt: skip
    right.set_ylim(0.0, 1.3 * factor * float(shock.stockpile.max()))
    right.set_axis_off()
    peak = int(np.argmax(shock.stockpile))
    side = "right" if peak == len(shock.years) - 1 else "center"  # beside the last year stand the names of the layers
    right.annotate(
        f"stock {figure(factor * float(shock.stockpile[peak]))} {unit}",
        (shock.years[peak], factor * shock.stockpile[peak]), xytext=(0, 4), textcoords="offset points",
        fontsize=LABEL, ha=side, va="bottom", color="black",
        bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 0.5},
    )  # fmt: skip

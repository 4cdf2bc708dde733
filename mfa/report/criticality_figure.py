"""Criticality: economic importance against supply risk, with the thresholds above which a metal counts as critical."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.indicators.criticality import ECONOMIC_IMPORTANCE_THRESHOLD, SUPPLY_RISK_THRESHOLD
from mfa.indicators.ratios import mean_of_defined, quantiles_of_defined
from mfa.report.captioned import plain_axes
from mfa.report.figure_data import caption, element_name
from mfa.report.plot_axes import LABEL, WIDTH, axes_for, halo, nothing, styled
from mfa.report.style import ELEMENT_COLOURS, INK, SERIES_COLOURS, SOFT, assign
from mfa.report.text_size import text_width, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mfa.results import Results

IMPORTANCE, RISK = "economic_importance", "supply_risk"


@dataclass(frozen=True)
class Point:
    """An element in a year.

    Attributes
    ----------
    element, name : str
    year : int
    importance, risk : float
        Means over samples; NaN where one has no value.
    importance_band, risk_band : tuple of float or None
        5 and 95 % of the samples.
    reason : str
        Why there is no value, or what must be read with it.
    unmet : bool
        Whether part of the need is unmet in the year, which lowers both.
    """

    element: str
    name: str
    year: int
    importance: float
    risk: float
    importance_band: tuple[float, float] | None
    risk_band: tuple[float, float] | None
    reason: str
    unmet: bool

    @property
    def defined(self) -> bool:
        """Whether both have a value."""
        return bool(np.isfinite(self.importance) and np.isfinite(self.risk))

    @property
    def critical(self) -> bool:
        """Whether both thresholds are reached."""
        return self.importance >= ECONOMIC_IMPORTANCE_THRESHOLD and self.risk >= SUPPLY_RISK_THRESHOLD


def criticality_points(
    results: Results, year: int | Sequence[int], element: str | Sequence[str] | None = None, region: str | None = None
) -> list[Point]:
    """Economic importance and supply risk of elements in some years.

    Parameters
    ----------
    results : Results
    year : int or sequence of int
    element : str or sequence of str, optional
        All if None.
    region : str, optional
        The first if None: neither of the two adds up over regions.

    Returns
    -------
    list of Point
        By element, then year.

    Raises
    ------
    InputError
        If a label or a year is not in the results.
    """
    from mfa.report.sankey_links import pick

    where = region if region is not None else results.labels["region"][0]
    picked = pick(results, element, year, where)
    place = results.labels["region"].index(where)
    arrays = results.arrays("indicators")
    unmet = mean_of_defined(arrays["unmet_share"])[place]
    values = {name: mean_of_defined(arrays[name])[place] for name in (IMPORTANCE, RISK)}
    bands = {}
    if results.sampled:
        for name in values:
            low, _, high = quantiles_of_defined(arrays[name])
            bands[name] = np.array([low[place], high[place]])
    points = []
    for one in picked.elements:
        e = results.labels["element"].index(one)
        for t in picked.times:
            when = int(results.years[t])
            reasons = [
                str(text)
                for name in (IMPORTANCE, RISK)
                for text in np.ravel(results.reasons(name).sel(region=where, element=one, time=when).values)
                if text
            ]
            spread = {name: (float(band[0, t, e]), float(band[1, t, e])) for name, band in bands.items()}
            points.append(
                Point(one, element_name(results, one), when, float(values[IMPORTANCE][t, e]), float(values[RISK][t, e]),
                      spread.get(IMPORTANCE), spread.get(RISK), reasons[0] if reasons else "",
                      bool(unmet[t, e] > 1e-9))
            )  # fmt: skip
    return points


def draw_criticality(
    results: Results,
    year: int | Sequence[int],
    element: str | Sequence[str] | None,
    region: str | None,
    ax: Axes | None,
) -> Axes:
    """Draw the points; of several years a line leads from the first to the last, which is the filled one.

    Parameters
    ----------
    results : Results
    year : int or sequence of int
    element : str or sequence of str, optional
    region : str, optional
    ax : Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    points = criticality_points(results, year, element, region)
    shown = [point for point in points if point.defined]
    years = sorted({point.year for point in points})
    where = region or results.labels["region"][0]
    span = str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
    title = f"Criticality, {results.label_name('region', where)}, {span}"
    small = " ".join([caption(results, where), *_notes(points)])
    known = results.labels["element"]
    palette = dict(zip(known, assign(known, ELEMENT_COLOURS, SERIES_COLOURS), strict=True))
    with styled([title, small, *(point.name for point in points)]):
        ax = axes_for(ax, title, "Shaded: critical by the thresholds of the EU method", small, 2.6)
        if not shown:
            reasons = sorted({point.reason or "undefined" for point in points})
            nothing(ax, f"No value of supply risk or economic importance in {span}: {', '.join(reasons)}")
            return ax
        right = max(1.18 * max(point.importance for point in shown), 1.35 * ECONOMIC_IMPORTANCE_THRESHOLD)
        top = max(1.15 * max(point.risk for point in shown), 1.35 * SUPPLY_RISK_THRESHOLD)
        ax.set(xlim=(0.0, right), ylim=(0.0, top))
        plain_axes(ax, ("bottom", "left"))
        ax.fill_between(
            [ECONOMIC_IMPORTANCE_THRESHOLD, right], SUPPLY_RISK_THRESHOLD, top, color="#EFEFEF", linewidth=0
        )
        style: Any = {"color": SOFT, "linewidth": 0.7, "linestyle": (0, (3, 2))}
        ax.axvline(ECONOMIC_IMPORTANCE_THRESHOLD, **style)
        ax.axhline(SUPPLY_RISK_THRESHOLD, **style)
        ax.set_xlabel(f"Economic importance, 0 to 10 (threshold {ECONOMIC_IMPORTANCE_THRESHOLD:g})")
        ax.set_ylabel(f"Supply risk, index (threshold {SUPPLY_RISK_THRESHOLD:g})")
        for one in dict.fromkeys(point.element for point in shown):
            _path(ax, [point for point in shown if point.element == one], palette[one])
        _names(ax, shown)
        empty = _zero(results, shown)
        if empty:
            lines = wrap(empty, 7.0, 72.0 * WIDTH * 0.55, most=5)
            ax.text(0.6, 0.5, "\n".join(lines), transform=ax.transAxes, ha="center", va="center", color=SOFT,
                    fontsize=7, path_effects=halo())  # fmt: skip
    return ax


def _zero(results: Results, shown: Sequence[Point]) -> str:
    """Why an axis is empty: nothing on it is above 0."""
    given = set() if results.inputs is None else set(results.inputs.arrays)
    if not any(point.importance > 0.0 for point in shown):
        why = "" if "sector_value" in given else ": the inputs give no value added of sectors (sector_value)"
        return f"Economic importance is 0 for all{why}"
    if not any(point.risk > 0.0 for point in shown):
        return "Supply risk is 0 for all: nothing is imported, or governance risks are 0"
    return ""


def _path(ax: Axes, points: list[Point], colour: str) -> None:
    """One element: its years joined, the last one filled."""
    xs, ys = [point.importance for point in points], [point.risk for point in points]
    ax.plot(xs, ys, color=colour, linewidth=0.9, alpha=0.7)
    ax.plot(
        xs[:-1], ys[:-1], "o", clip_on=False, color=colour, markerfacecolor="white", markersize=3.5, markeredgewidth=0.9
    )
    ax.plot(xs[-1:], ys[-1:], "o", clip_on=False, color=colour, markersize=5.5, markeredgecolor="white",
            markeredgewidth=0.5, zorder=4)  # fmt: skip
    last = points[-1]
    if last.importance_band is not None and last.risk_band is not None:
        ax.plot(last.importance_band, [last.risk] * 2, color=colour, linewidth=0.8)
        ax.plot([last.importance] * 2, last.risk_band, color=colour, linewidth=0.8)


PLACES: tuple[tuple[float, float, str], ...] = (
    (5.0, 0.0, "left"), (-5.0, 0.0, "right"),
    *((dx, dy, side) for dy in (8.0, -8.0, 15.0, -15.0, 22.0, -22.0) for dx, side in ((2.0, "left"), (-2.0, "right"))),
)  # fmt: skip
"""Where the name of a point may stand, from it, point: the best first."""


def _names(ax: Axes, shown: Sequence[Point]) -> None:
    """A name beside the last point of each element, at the first of some places where it hits no other."""
    last = {point.element: point for point in shown}
    extent, dpi = ax.get_window_extent(), ax.figure.dpi
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    across, up = 0.82 * 72 * extent.width / dpi / (right - left), 0.8 * 72 * extent.height / dpi / (top - bottom)
    taken = [(point.importance * across - 3, point.risk * up - 3, point.importance * across + 3, point.risk * up + 3)
             for point in shown]  # fmt: skip
    ends = (right * across, top * up)
    for point in sorted(last.values(), key=lambda point: -point.risk):
        x, y, wide = point.importance * across, point.risk * up, text_width(point.name, LABEL)
        best = None
        for dx, dy, side in PLACES:
            start = x + dx if side == "left" else x + dx - wide
            box = (start, y + dy - 3.6, start + wide, y + dy + 3.6)
            inside = box[0] >= left * across and box[2] <= ends[0] and box[1] >= 0 and box[3] <= ends[1]
            hits = sum(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken)
            cost = hits + (0 if inside else 5)
            if best is None or cost < best[0]:
                best = (cost, dx, dy, side, box)
        assert best is not None
        _, dx, dy, side, box = best
        taken.append(box)
        ax.annotate(
            point.name, (point.importance, point.risk), xytext=(dx, dy), textcoords="offset points", fontsize=LABEL,
            color=INK, ha=side, va="center_baseline", path_effects=halo(), zorder=5, parse_math=False,
            arrowprops={"arrowstyle": "-", "color": SOFT, "linewidth": 0.4, "shrinkB": 2} if abs(dy) > 9 else None,
        )  # fmt: skip


def _notes(points: Sequence[Point]) -> list[str]:
    notes = []
    missing: dict[str, list[str]] = {}
    for point in points:
        if not point.defined:
            missing.setdefault(point.reason or "undefined", []).append(f"{point.name} {point.year}")
    notes += [f"No value: {', '.join(names)} ({reason})." for reason, names in missing.items()]
    unmet = [f"{point.name} {point.year}" for point in points if point.unmet]
    if unmet:
        notes.append(f"Part of the need is unmet, which lowers supply risk: {', '.join(unmet)}.")
    if any(point.risk_band is not None for point in points):
        notes.append("Crosses: 5 to 95 % of the samples.")
    return notes

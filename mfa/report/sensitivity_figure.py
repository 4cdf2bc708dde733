"""Figures of what matters most: a tornado, elementary effects in a plane, shares of the variance with whiskers."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.report.captioned import captioned, plain_axes, stem_of, written
from mfa.report.digits import shown_unit, signed, slope, with_unit
from mfa.report.sensitivity_text import NOTHING, end_words, scaling
from mfa.report.style import INK, SOFT, STYLE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mfa.studies.ranges import FactorRange
    from mfa.studies.sensitivity import Sensitivity
    from mfa.studies.single_result import SingleResult

WIDTH = 6.6
"""Width of a figure, inch: that of a page's text."""
ROW = 0.3
"""Height of a bar with its label, inch."""
LOW_COLOUR, HIGH_COLOUR = "#4477AA", "#EE8866"
ALONE_COLOUR, TOTAL_COLOUR = "#4477AA", "#C5D5E8"
OTHERS_COLOURS = ("#888888", "#D5D5D5")
LABEL = 40
"""Letters of a factor's name on a line."""


def sensitivity_figure(found: Sensitivity, result: SingleResult, most: int = 12) -> Figure:
    """Figure of one result, see `Sensitivity.plot`."""
    import matplotlib as mpl

    draw = {"local": _tornado, "morris": _plane, "sobol": _bars}[found.method]
    with mpl.rc_context(STYLE):
        return draw(found, result, most)


def draw_sensitivity(found: Sensitivity, folder: Path, formats: Sequence[str] = ("svg", "png")) -> list[Path]:
    """Draw every result into an existing folder; files are named after the results."""
    files: list[Path] = []
    for result in found.results:
        files += written(sensitivity_figure(found, result), folder, stem_of(result.name), formats)
    return files


def _caption(found: Sensitivity, more: str = "") -> str:
    from mfa import __version__

    scope = str(found.attrs.get("scope") or "products").replace("_", " ")
    seed = "" if found.seed is None else f", seed {found.seed}"
    text = f"Scenario {found.scenario}. Scope of the need: {scope}. {found.runs} runs{seed}. mfa {__version__}."
    return f"{more} {text}" if more else text


def _shown(table: pd.DataFrame, weight: str, most: int) -> pd.DataFrame:
    """Heaviest rows that do anything."""
    size = table[weight].abs()
    return table[size > NOTHING * max(float(size.max()), 1e-300)].head(most)


def _named(axes: Axes, words: Sequence[str]) -> None:
    """Name the rows of a bar chart, the first at the top."""
    axes.set_yticks(range(len(words)), labels=[broken(text) for text in words])
    axes.tick_params(axis="y", length=0, labelsize=7.5, labelcolor=INK)
    axes.set_ylim(len(words) - 0.4, -0.6)


def broken(words: str) -> str:
    """Name of a factor on one line, or broken behind its colon, or where it must be.

    Examples
    --------
    >>> broken("Base collection rate: hybrid car, traction motor magnets").splitlines()
    ['Base collection rate:', 'hybrid car, traction motor magnets']
    """
    if len(words) <= LABEL:
        return words
    head, colon, rest = words.partition(": ")
    if colon and max(len(head) + 1, len(rest)) <= LABEL:
        return f"{head}:\n{rest}"
    return "\n".join(textwrap.wrap(words, LABEL))


def _nothing(found: Sensitivity, result: SingleResult) -> Figure:
    """Figure of a result that does not answer."""
    figure, drawn = captioned(WIDTH, 0.5, result.words(found.label_names), "", _caption(found))
    axes = drawn.subplots()
    axes.set_axis_off()
    axes.text(0.5, 0.5, "does not answer to any of these factors", ha="center", va="center", color=SOFT)
    return figure


# --- one at a time ---------------------------------------------------------------------------------------------------


def _tornado(found: Sensitivity, result: SingleResult, most: int) -> Figure:
    place = found.outputs.index(result.name)
    table = _shown(found.table(result.name), "swing", most)
    if table.empty:
        return _nothing(found, result)
    base, as_it_is = float(found.estimate.base[place]), float(found.as_it_is[place])  # type: ignore[union-attr]
    factor, unit, change = scaling(result, np.append(table[["low", "high"]].to_numpy(), [base, as_it_is]))
    title = result.words(found.label_names)
    about = (
        f"One factor at a time from its 5 % (blue) to its 95 % quantile (orange), all others at their medians: "
        f"{with_unit(factor * base, unit)}"
    )
    caption = _caption(found, f"Without uncertainty the scenario gives {with_unit(factor * as_it_is, unit)}.")
    figure, drawn = captioned(WIDTH, ROW * len(table) + 0.5, title, about, caption)
    axes: Axes = drawn.subplots()
    known = {one.name: one for one in found.factors}
    middle = factor * base
    ends = factor * table[["low", "high"]].to_numpy()
    left, right = min(ends.min(), middle), max(ends.max(), middle)
    span = right - left
    for row, (name, (low, high)) in enumerate(zip(table["factor"], ends, strict=True)):
        _tornado_row(axes, row, middle, (low, high), known[name], 0.012 * span)
    axes.axvline(middle, color=INK, linewidth=0.8)
    units = [shown_unit(known[name].unit) for name in table["factor"]]
    _named(axes, [f"{word}, {unit}" if unit else word for word, unit in zip(table["words"], units, strict=True)])
    plain_axes(axes)
    axes.tick_params(axis="y", length=0, labelsize=7.5, labelcolor=INK)
    axes.set_xlim(left - 0.13 * span, right + 0.13 * span)
    axes.set_xlabel(f"{_quantity(result)}{f', {unit}' if unit else ''}")
    axes.xaxis.set_major_locator(_round_ticks())
    columns = [([signed(value, change) for value in factor * table["swing"]], f"swing,\n{change}", INK)]
    if table["elasticity"].notna().any():
        columns.append(([slope(value) for value in table["elasticity"]], "elas-\nticity", SOFT))
    _beside(axes, columns)
    return figure


def _beside(axes: Axes, columns: Sequence[tuple[list[str], str, str]]) -> None:
    """Columns of numbers to the right of a bar chart: cells, head, colour."""
    x = 4.0
    for cells, head, colour in columns:
        x += max(30.0, 3.7 * max(len(word) for word in head.splitlines()))
        where: Any = {"textcoords": "offset points", "ha": "right", "color": colour}
        axes.annotate(head, (1.0, 1.0), xycoords="axes fraction", xytext=(x, 2), va="bottom", fontsize=6.5, **where)
        for row, cell in enumerate(cells):
            axes.annotate(cell, (1.0, row), xycoords=("axes fraction", "data"), xytext=(x, 0), va="center", fontsize=7,
                          **where)  # fmt: skip


def _tornado_row(
    axes: Axes, row: int, middle: float, ends: tuple[float, float], factor: FactorRange, gap: float
) -> None:
    """Bars to both ends, each with the value of the factor that leads there."""
    words = end_words(factor)
    same = (ends[0] - middle) * (ends[1] - middle) > 0
    inner = int(abs(ends[1] - middle) < abs(ends[0] - middle))
    for i, colour in enumerate((LOW_COLOUR, HIGH_COLOUR)):
        height = 0.62 if not same or i != inner else 0.3
        axes.barh(row, ends[i] - middle, left=middle, height=height, color=colour, zorder=2 + (same and i == inner))
    if factor.low != factor.low:
        return
    for i, x in enumerate(ends):
        if same and i == inner:
            continue
        right = x > middle or (x == middle and ends[1 - i] < middle)
        axes.text(x + (gap if right else -gap), row, words[i], ha="left" if right else "right", va="center",
                  fontsize=6, color=SOFT)  # fmt: skip


def _quantity(result: SingleResult) -> str:
    """Name of a result without labels, for an axis."""
    from dataclasses import replace

    return replace(result, labels={}, year=None).words()


def _round_ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(6, steps=[1, 2, 2.5, 5, 10])


# --- elementary effects ----------------------------------------------------------------------------------------------


def _plane(found: Sensitivity, result: SingleResult, most: int) -> Figure:
    table = _shown(found.table(result.name), "mu_star", len(found.factors))
    if table.empty:
        return _nothing(found, result)
    factor, _, change = scaling(result, table["mu_star"].to_numpy())
    mu_star, sigma = factor * table["mu_star"].to_numpy(), factor * table["sigma"].to_numpy()
    about = (
        "Mean absolute effect of each factor over its whole range, and how far the effect differs from place to place; "
        "above the line a factor acts mostly together with others, or not evenly"
    )
    caption = _caption(found, f"{len(found.factors)} factors, {found.samples} trajectories; the largest are named.")
    figure, drawn = captioned(WIDTH, 4.1, result.words(found.label_names), about, caption)
    axes: Axes = drawn.subplots()
    edge = 1.06 * max(mu_star.max(), 1e-300)
    top = 1.1 * max(sigma.max(), 0.3 * edge)
    axes.plot([0, edge], [0, edge], color="#BBBBBB", linewidth=0.8, zorder=1)
    named = min(most, len(table))
    axes.scatter(mu_star[named:], sigma[named:], s=9, color="#AAAAAA", linewidth=0, zorder=2)
    axes.scatter(mu_star[:named], sigma[:named], s=24, color=LOW_COLOUR, linewidth=0, zorder=5)
    axes.set(xlim=(0, 1.45 * edge), ylim=(-0.02 * top, top))
    unit = f", {change}" if change else ""
    axes.set_xlabel(f"mu*: mean absolute effect{unit}")
    axes.set_ylabel(f"sigma: spread of the effect{unit}")
    plain_axes(axes, ("left", "bottom"))
    reach = min(edge, top)
    axes.text(reach, reach + 0.01 * top, "sigma = mu*", color="#888888", fontsize=6.5, ha="center", va="bottom")
    _label_points(axes, mu_star[:named], sigma[:named], table["words"].head(named).tolist(), (1.45 * edge, top))
    return figure


def _label_points(
    axes: Axes, across: np.ndarray, up: np.ndarray, words: Sequence[str], size: tuple[float, float]
) -> None:
    """Write a name beside each point, moved up or down until no two lie on each other, with a line to its point."""
    from matplotlib.patheffects import withStroke

    step = size[1] / 26
    order = np.argsort(up)
    places = up[order].astype(float)
    for _ in range(500):
        moved = False
        for i in range(len(order)):
            for j in range(i):
                near = abs(across[order[i]] - across[order[j]]) < 0.42 * size[0]
                if near and abs(places[i] - places[j]) < step * 0.999:
                    push = (step - abs(places[i] - places[j])) / 2
                    places[i], places[j] = places[i] + push, places[j] - push
                    moved = True
        low = places.min() - 0.4 * step
        if low < 0:
            places[int(np.argmin(places))] -= low
        if not moved:
            break
    for i, place in zip(order.tolist(), places.tolist(), strict=True):
        x, y = float(across[i]), float(up[i])
        shift = 0.022 * size[0]
        axes.plot([x, x + 0.8 * shift], [y, place], color="#BBBBBB", linewidth=0.5, zorder=2)
        axes.text(x + shift, place, words[i], fontsize=6.5, color=INK, va="center",
                  path_effects=[withStroke(linewidth=1.5, foreground="white")])  # fmt: skip


# --- shares of the variance ------------------------------------------------------------------------------------------


def _bars(found: Sensitivity, result: SingleResult, most: int) -> Figure:
    from matplotlib.patches import Patch

    place = found.outputs.index(result.name)
    table = found.table(result.name)
    table = table[table["ST"].notna()].head(most)
    if table.empty:
        return _nothing(found, result)
    spread = float(np.sqrt(found.estimate.variance[place]))  # type: ignore[union-attr]
    factor, _, change = scaling(result, np.array([spread]))
    about = (
        f"Share of the variance that goes with a factor alone (S1) and with it and its interactions (ST); whiskers: "
        f"95 % intervals. Standard deviation {with_unit(factor * spread, change)}"
    )
    caption = _caption(found, f"{found.samples} rows of a Sobol design.")
    figure, drawn = captioned(WIDTH, ROW * len(table) + 0.65, result.words(found.label_names), about, caption)
    axes: Axes = drawn.subplots()
    known = {one.name: one for one in found.factors}
    numbers = table[["ST", "ST_confidence", "S1", "S1_confidence"]].to_numpy(dtype=float)
    for row, (name, shares) in enumerate(zip(table["factor"], numbers.tolist(), strict=True)):
        group = known[name].low != known[name].low
        alone, total = OTHERS_COLOURS if group else (ALONE_COLOUR, TOTAL_COLOUR)
        for shift, value, half, colour in ((-0.17, *shares[:2], total), (0.17, *shares[2:], alone)):
            _whiskered(axes, row + shift, value, half, colour)
    _named(axes, table["words"].tolist())
    plain_axes(axes)
    axes.tick_params(axis="y", length=0, labelsize=7.5, labelcolor=INK)
    axes.set_xlim(left=0)
    axes.grid(axis="x", color="#E5E5E5", linewidth=0.6, zorder=0)
    axes.set_xlabel("Share of the variance")
    keys = [Patch(color=TOTAL_COLOUR, label="ST: with interactions"), Patch(color=ALONE_COLOUR, label="S1: alone")]
    axes.legend(handles=keys, loc="lower right", frameon=False, fontsize=7, labelcolor=INK)
    return figure


def _whiskered(axes: Axes, row: float, value: float, half: float, colour: str) -> None:
    """A bar with its interval; an estimate below 0 has none, and an interval begins at 0."""
    length = max(value, 0.0)
    axes.barh(row, length, height=0.32, color=colour, zorder=2)
    if half == half:
        ends = [[length - max(value - half, 0.0)], [max(value + half, length) - length]]
        axes.errorbar(length, row, xerr=ends, color=INK, linewidth=0.7, capsize=1.5, capthick=0.7, zorder=3)

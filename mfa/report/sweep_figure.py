"""Figures of a sweep: lines over one lever, contours or cells over two, a panel for each element.

Of more than two levers the first two with several values are drawn; the others stay at their middle value, and the
caption says so.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError
from mfa.inputs.messages import number
from mfa.report.letters import can_be_written, svg_metadata
from mfa.report.panels import new_figure
from mfa.report.style import ELEMENT_COLOURS, INK, PNG_DPI, SERIES_COLOURS, SOFT, STYLE
from mfa.report.sweep_view import Response, chosen_labels, is_flat, response, shown_year, unmet_note
from mfa.report.tables import shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mfa.inputs.levers import Lever
    from mfa.studies.sweep import Sweep

PANEL = (2.75, 2.15)
"""Width and height of a panel with its labels, inch."""
COLUMNS = 4
COLOURS = "cividis"
"""Of even lightness steps, and readable without red and green."""
NAMED_VALUES = 6
"""Values of a lever up to which each is named on its axis."""
CELLS_WRITTEN = 60
"""Cells of a map up to which the numbers are written into them."""


def sweep_figure(
    sweep: Sweep, result: str, year: int | None = None, region: str | None = None,
    elements: Sequence[str] | None = None,
) -> Figure:  # fmt: skip
    """Figure of one result over the levers.

    Parameters
    ----------
    sweep : Sweep
    result : str
        Name of a result by region, year and element, or of a sum over years.
    year : int, optional
        2040, or the last, if not given.
    region : str, optional
        The first if not given.
    elements : sequence of str, optional
        All if not given.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If result, year, region or element is not in the sweep, or no lever has two values.
    """
    import matplotlib as mpl

    year = shown_year(sweep, year)
    here = chosen_labels(sweep, "region", [region] if region else None)
    found = response(sweep, result, year, here[0] if here else "", chosen_labels(sweep, "element", elements))
    if found is None:
        raise InputError(Fault(result, "has more dims than region, year and element", "draw it from sweep.data"))
    with mpl.rc_context(STYLE):
        return _Drawing(sweep, found, here[0] if here else "", year).draw()


def draw_sweep(
    sweep: Sweep, folder: Path, year: int | None = None, formats: Sequence[str] = ("svg", "png")
) -> list[Path]:
    """Draw every result of every region into a folder.

    Parameters
    ----------
    sweep : Sweep
    folder : Path
        Existing folder.
    year : int, optional
        As for `sweep_figure`.
    formats : sequence of str
        ``svg`` (text stays text) and ``png``.

    Returns
    -------
    list of Path
        Files written: ``<result>.svg``, with the name of the region if there are several.
    """
    import matplotlib as mpl

    written: list[Path] = []
    if not any(len(lever.values) > 1 for lever in sweep.levers):
        return written
    regions = chosen_labels(sweep, "region", None) or [""]
    shown_in = shown_year(sweep, year)
    for name in sweep.names:
        for region in regions:
            if response(sweep, name, shown_in, region, chosen_labels(sweep, "element", None)) is None:
                continue
            figure = sweep_figure(sweep, name, year, region or None)
            stem = name.replace(".", "_") + (f"_{region}" if len(regions) > 1 else "")
            with mpl.rc_context(STYLE):
                for suffix in formats:
                    options: dict[str, Any] = (
                        {"metadata": svg_metadata(figure)} if suffix == "svg" else {"dpi": PNG_DPI}
                    )
                    path = folder / f"{stem}.{suffix}"
                    if can_be_written(figure, path):
                        figure.savefig(path, **options)
                        written.append(path)
    return written


def axis_label(lever: Lever) -> str:
    """Name of a lever with its unit, broken into lines that fit a panel."""
    unit = f" [{lever.unit}]" if lever.numeric else ""
    return "\n".join(textwrap.wrap(f"{lever.name.replace('_', ' ').replace('.', ', ')}{unit}", 38))


class _Drawing:
    """One figure while it is drawn."""

    def __init__(self, sweep: Sweep, found: Response, region: str, year: int) -> None:
        self.sweep, self.found, self.region, self.year = sweep, found, region, year
        many = [i for i, lever in enumerate(sweep.levers) if len(lever.values) > 1]
        if not many:
            raise InputError(Fault("sweep", "no lever has two values", "vary one"))
        self.active = many[:2]
        self.fixed = {i: len(sweep.levers[i].values) // 2 for i in range(len(sweep.levers)) if i not in self.active}
        index = tuple(self.fixed.get(i, slice(None)) for i in range(len(sweep.levers)))
        self.values = found.values[index]  # [one or two levers, element]
        self.levers = [sweep.levers[i] for i in self.active]

    def draw(self) -> Figure:
        return self._lines() if len(self.levers) == 1 else self._maps()

    def _caption(self) -> str:
        scope = str(self.sweep.attrs.get("scope") or "products").replace("_", " ")
        parts = [f"Scenario {self.sweep.scenario}" + (f", {self.region}" if self.region else "")]
        parts.append(f"Scope of the need: {scope}")
        fixed = ", ".join(
            f"{self.sweep.levers[i].name} = {self.sweep.levers[i].show(at)}" for i, at in self.fixed.items()
        )
        if fixed:
            parts.append(f"Held at {fixed}")
        if self.found.year is None:
            parts += self.sweep.notes
        note = unmet_note(self.sweep, self.year, self.region, [e for e in self.found.elements if e], [self.found.name])
        parts += [note.rstrip(".")] if note and self.found.elements != ("",) else []
        from mfa import __version__

        return f"{'. '.join(parts)}. mfa {__version__}."

    def _figure(self, width: float, height: float) -> Figure:
        caption = textwrap.wrap(self._caption(), int(width * 17))
        self.foot = 0.1 + 0.14 * len(caption)
        figure = new_figure(width, height + self.foot, layout="constrained")
        total = height + self.foot
        engine: Any = figure.get_layout_engine()
        engine.set(rect=(0, self.foot / total, 1, 1 - self.foot / total))
        figure.text(0.06 / width, 0.05 / total, "\n".join(caption), fontsize=6.5, color=SOFT, va="bottom",
                    linespacing=1.2)  # fmt: skip
        return figure

    def _name(self, element: str) -> str:
        name = str(self.sweep.attrs.get("label_names", {}).get("element", {}).get(element) or element)
        return name[:1].upper() + name[1:]

    # --- one lever ---------------------------------------------------------------------------------------------------

    def _lines(self) -> Figure:
        figure = self._figure(5.6, 3.2)
        axes = figure.subplots()
        lever = self.levers[0]
        across = np.asarray(lever.values, dtype=float) if lever.numeric else np.arange(len(lever.values), dtype=float)
        marked = len(across) <= 12
        for i, element in enumerate(self.found.elements):
            colour = ELEMENT_COLOURS.get(element, SERIES_COLOURS[i % len(SERIES_COLOURS)]) if element else INK
            label = self._name(element) or None
            style: dict[str, Any] = {"marker": "o", "markersize": 3} if marked else {}
            style["linestyle"] = "-" if lever.numeric else "none" if marked else ":"
            axes.plot(across, self.values[:, i], color=colour, linewidth=1.4, label=label, **style)
        if not lever.numeric:
            axes.set_xticks(across, lever.values)
        axes.set_xlabel(axis_label(lever))
        axes.set_ylabel(self.found.title.replace(", present value", "\npresent value"))
        _tidy(axes)
        low, high = axes.get_ylim()
        if low > 0 and low < 0.4 * high:
            axes.set_ylim(bottom=0)
        if self.found.elements != ("",):
            axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=7.5, labelcolor=INK)
        return figure

    # --- two levers --------------------------------------------------------------------------------------------------

    def _maps(self) -> Figure:
        n = len(self.found.elements)
        columns = min(COLUMNS, n)
        rows = math.ceil(n / columns)
        width = max(PANEL[0] * columns, 4.4)
        figure = self._figure(width, (PANEL[1] if n > 1 else 3.0) * rows + 0.3)
        figure.suptitle(self.found.title, fontsize=10, fontweight="bold", color=INK, x=0.06 / width, ha="left")
        grid = figure.subplots(rows, columns, squeeze=False)
        for i, axes in enumerate(grid.ravel()):
            if i >= n:
                axes.set_visible(False)
                continue
            self._map(figure, axes, self.values[..., i].T)
            if self.found.elements[i]:
                axes.set_title(
                    self._name(self.found.elements[i]), fontsize=8.5, fontweight="bold", color=INK, loc="left"
                )
            if i + columns >= n:
                axes.set_xlabel(axis_label(self.levers[0]))
            if i % columns == 0:
                axes.set_ylabel(axis_label(self.levers[1]))
        return figure

    def _map(self, figure: Figure, axes: Axes, values: np.ndarray) -> None:
        """Contours where both levers have a scale and enough values, else cells."""
        from matplotlib.patheffects import withStroke

        first, second = self.levers
        _tidy(axes)
        if is_flat(values):
            finite = values[np.isfinite(values)]
            told = (
                f"{shown(float(finite[0]), self.found.unit)} {self.found.unit} everywhere"
                if finite.size
                else "no value"
            )
            axes.text(0.5, 0.5, told, transform=axes.transAxes, ha="center", va="center", color=SOFT, fontsize=7.5)
            axes.set_facecolor("#F4F4F4")
            if first.numeric:
                axes.set_xlim(first.values[0], first.values[-1])
            if second.numeric:
                axes.set_ylim(second.values[0], second.values[-1])
            return
        if first.numeric and second.numeric and min(values.shape) >= 3 and np.isfinite(values).all():
            filled: Any = axes.contourf(first.values, second.values, values, levels=9, cmap=COLOURS)
            lines = axes.contour(first.values, second.values, values, levels=filled.levels[1:-1:2], colors="white",
                                 linewidths=0.5)  # fmt: skip
            for label in axes.clabel(lines, fontsize=5.5, fmt=lambda value: f"{value:.4g}"):
                label.set_path_effects([withStroke(linewidth=1.1, foreground=INK)])
            bar: Any = figure.colorbar(filled, ax=axes, fraction=0.06, pad=0.03)
        else:
            across, up = (_edges(lever) for lever in (first, second))
            filled = axes.pcolormesh(across, up, values, cmap=COLOURS)
            bar = figure.colorbar(filled, ax=axes, fraction=0.06, pad=0.03)
            if values.size <= CELLS_WRITTEN:
                _write_cells(axes, across, up, values, self.found.unit)
            for lever, edges, axis in ((first, across, axes.xaxis), (second, up, axes.yaxis)):
                if not lever.numeric:
                    axis.set_ticks((edges[1:] + edges[:-1]) / 2, labels=lever.values)
                elif len(lever.values) <= NAMED_VALUES:
                    axis.set_ticks(lever.values, labels=[number(value) for value in lever.values])
        bar.ax.tick_params(labelsize=6, length=2, colors=SOFT)
        bar.outline.set_visible(False)


def _edges(lever: Lever) -> np.ndarray:
    """Edges of the cells around the values of a lever; cells of equal width for words."""
    if not lever.numeric:
        return np.arange(len(lever.values) + 1, dtype=float) - 0.5
    values = np.asarray(lever.values, dtype=float)
    middle = (values[1:] + values[:-1]) / 2
    return np.concatenate([[2 * values[0] - middle[0]], middle, [2 * values[-1] - middle[-1]]])


def _write_cells(axes: Axes, across: np.ndarray, up: np.ndarray, values: np.ndarray, unit: str) -> None:
    middle = (np.nanmin(values) + np.nanmax(values)) / 2
    for row, y in enumerate((up[1:] + up[:-1]) / 2):
        for column, x in enumerate((across[1:] + across[:-1]) / 2):
            value = float(values[row, column])
            colour = "white" if value < middle else "black"
            axes.text(x, y, shown(value, unit), ha="center", va="center", fontsize=6, color=colour)


def _tidy(axes: Axes) -> None:
    """Thin axes in soft ink."""
    axes.tick_params(labelsize=7, length=2.5, colors=SOFT)
    axes.xaxis.label.set_fontsize(7.5)
    axes.yaxis.label.set_fontsize(7.5)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#777777")
        axes.spines[side].set_linewidth(0.6)

"""The figure of a comparison: what each scenario buys, for a reader who has half a page and half a minute.

One row for each scenario: the change of the import requirement of each element as a number on a shade, its cost as
bars, and what stays unmet under the shock beside what the base leaves unmet. Numbers carry their sign, so that nothing
rests on colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError
from mfa.report.comparison import Reader, largest_of, scaled_money, signed
from mfa.report.letters import can_be_written, svg_metadata
from mfa.report.panels import new_figure
from mfa.report.style import ELEMENT_COLOURS, INK, PNG_DPI, SERIES_COLOURS, SOFT, STYLE
from mfa.report.text_size import text_width, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mfa.studies.compare import Comparison

FIGURE_YEAR = 2040
"""Year of the import requirement if it is among those shown: late enough for products sold today to come back."""
WIDTH = 3.5
"""Width with up to seven elements, inch: half a page."""
MARGIN, ROW, NAME, HEAD, FOOT = 0.06, 0.37, 0.15, 0.62, 0.66
"""Margins, height of a row and of the name in it, room above and below the rows, inch."""
CELLS, COST, SHOCK = 1.86, 0.66, 0.74
"""Width of all cells, of the bars of cost, and of those of unmet demand, inch."""
LEAST = 1.24
"""Width that the head of the cells needs, inch."""
NUMBER = 0.31
"""Room for the number behind a bar, inch."""
VISIBLE = 0.5
"""Change in points from which a rise is hatched."""
LESS, MORE = "#0072B2", "#D55E00"
"""Less import and more import than the base."""
PUBLIC, SOCIAL, UNMET = "#222222", "#999999", "#AA3377"
SMALL, NORMAL = 6.0, 6.8
"""Size of letters, pt."""


def comparison_figure(comparison: Comparison, year: int | None = None, region: str | None = None) -> Figure:
    """Figure of what each scenario buys.

    Parameters
    ----------
    comparison : Comparison
    year : int, optional
        Year of the import requirement, one of those shown; 2040 or the last of them if not given.
    region : str, optional
        Region; the first if not given.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If the year or the region is not in the comparison.
    """
    import matplotlib as mpl

    setting = comparison.setting
    if year is None:
        year = FIGURE_YEAR if FIGURE_YEAR in setting.shown else setting.shown[-1]
    faults = []
    if year not in setting.shown:
        mend = f"choose from {', '.join(map(str, setting.shown))}, or name it in compare(years=...)"
        faults.append(Fault("year", f"{year} is not shown in the comparison", mend))
    if region is not None and region not in setting.regions:
        faults.append(Fault("region", f"'{region}' is not compared", f"choose from {', '.join(setting.regions)}"))
    if faults:
        raise InputError(faults)
    with mpl.rc_context(STYLE):
        return _Drawing(comparison, year, region or setting.regions[0]).draw()


def draw_comparison(comparison: Comparison, folder: Path, formats: Sequence[str] = ("svg", "png")) -> list[Path]:
    """Draw the figure of each region into a folder.

    Parameters
    ----------
    comparison : Comparison
    folder : Path
        Existing folder.
    formats : sequence of str
        ``svg`` (text stays text) and ``png``.

    Returns
    -------
    list of Path
        Files written: ``what_it_buys.svg``, with the name of the region if there are several.
    """
    import matplotlib as mpl

    written = []
    for region in comparison.setting.regions:
        figure = comparison_figure(comparison, region=region)
        name = "what_it_buys" + (f"_{region}" if len(comparison.setting.regions) > 1 else "")
        with mpl.rc_context(STYLE):
            for suffix in formats:
                options: dict[str, Any] = (
                    {"metadata": svg_metadata(figure)} if suffix == "svg" else {"dpi": 2 * PNG_DPI}
                )
                path = folder / f"{name}.{suffix}"
                if can_be_written(figure, path):
                    figure.savefig(path, **options)
                    written.append(path)
    return written


class _Drawing:
    """One figure while it is drawn; all places are in inch from the lower left corner."""

    def __init__(self, comparison: Comparison, year: int, region: str) -> None:
        self.reader, self.year, self.region = Reader(comparison), year, region
        self.comparison = comparison
        self.names = comparison.scenarios
        self.elements = comparison.setting.elements
        self.cell = CELLS / 7 if len(self.elements) >= 7 else CELLS / max(len(self.elements), 4)
        self.bars_at = MARGIN + max(self.cell * len(self.elements), LEAST) + 0.08
        self.shock_at = self.bars_at + COST + 0.06
        self.width = max(WIDTH, self.shock_at + SHOCK + MARGIN)
        self.head = HEAD + (0.3 if any(len(element) > 3 for element in self.elements) else 0.0)
        self.height = self.head + ROW * len(self.names) + FOOT
        self.figure = new_figure(self.width, self.height, facecolor="white")
        self.axes: Axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(0, self.width), ylim=(0, self.height))
        self.axes.set_axis_off()
        self.requirement = {
            name: [self.reader.cell(name, region, "import_requirement", year, element=one) for one in self.elements]
            for name in self.names
        }
        self.costs = {
            name: [self.reader.over_period(name, region, f"{kind}_cost_present_value") for kind in ("public", "social")]
            for name in self.names
        }
        changes = [100 * cell.difference for cells in self.requirement.values() for cell in cells]
        self.largest_change = max(largest_of(changes), 1.0)
        money = [cell.difference for cells in self.costs.values() for cell in cells]
        self.money_factor, self.money_unit = scaled_money(largest_of(money), self.reader.money, least=0.95)
        finite = [value for value in money if np.isfinite(value)]
        self.money_range = (min([0.0, *finite]), max([0.0, *finite]))

    def text(self, x: float, y: float, words: str, size: float = SMALL, color: str = INK, **options: Any) -> None:
        self.axes.text(x, y, words, fontsize=size, color=color, **options)

    def box(self, x: float, y: float, width: float, height: float, **options: Any) -> None:
        from matplotlib.patches import Rectangle

        self.axes.add_patch(Rectangle((x, y), width, height, **{"linewidth": 0, **options}))

    def draw(self) -> Figure:
        self._heads()
        for row, name in enumerate(self.names):
            top = self.height - self.head - ROW * row
            self._name(name, top)
            y = top - ROW + 0.05
            self._cells(name, y)
            self._cost(name, y)
            self._unmet(name, y)
        self._foot()
        return self.figure

    def _heads(self) -> None:
        setting, top = self.comparison.setting, self.height
        where = f", {self.region}" if len(setting.regions) > 1 else ""
        self.text(MARGIN, top - 0.05, f"What each scenario buys against its base{where}", 7.6, weight="bold", va="top")
        heads = (
            (MARGIN, f"Import requirement {self.year},\nchange in points"),
            (self.bars_at, f"Cost, {_short_money(self.money_unit)}"),
            (self.shock_at, "Unmet in the\nshock, % of need"),
        )
        for x, words in heads:
            self.text(x, top - 0.22, words, va="top", color=SOFT, linespacing=1.0)
        turned = any(len(element) > 3 for element in self.elements)
        for i, element in enumerate(self.elements):
            x = MARGIN + self.cell * (i + 0.5)
            y = top - self.head + 0.03
            colour = ELEMENT_COLOURS.get(element, SERIES_COLOURS[i % len(SERIES_COLOURS)])
            self.box(x - 0.38 * self.cell, y - 0.015, 0.76 * self.cell, 0.022, facecolor=colour)
            rotation = 90 if turned else 0
            self.text(x, y + 0.02, element, NORMAL, weight="bold", ha="center", va="bottom", rotation=rotation)

    def _name(self, name: str, top: float) -> None:
        base = self.reader.base(name)
        words = f"against {self.reader.short[base]}" if base else "the base: level, %"
        words = wrap(words, SMALL, 0.5 * 72.0 * WIDTH, most=1)[0]
        room = 72.0 * (WIDTH - 2 * MARGIN) - text_width(words, SMALL) - 4.0
        short = wrap(self.reader.short[name], NORMAL, room, most=1)[0]  # cut if it is too long
        label = self.axes.annotate(short, (MARGIN, top - 0.02), fontsize=NORMAL, color=INK, va="top")
        self.axes.annotate(
            words, xy=(1, 0), xycoords=label, xytext=(4, 0), textcoords="offset points", fontsize=SMALL, color=SOFT,
            va="bottom",
        )  # fmt: skip

    def _cells(self, name: str, y: float) -> None:
        """Change of the import requirement of each element: number on a shade, hatched where imports grow."""
        height = ROW - NAME - 0.05
        for i, cell in enumerate(self.requirement[name]):
            x = MARGIN + self.cell * i
            middle = (x + self.cell / 2, y + height / 2)
            if not self.reader.base(name):
                self.text(*middle, _whole(100 * cell.value), color=SOFT, ha="center", va="center")
                continue
            change = 100 * cell.difference
            words = signed(change, 0 if abs(change) >= 9.95 else 1)
            strength = 0.0 if words in ("0.0", "-") else min(1.0, np.sqrt(abs(change) / self.largest_change))
            colour = LESS if change < 0 else MORE
            face = _mixed(colour, 0.06 + 0.80 * strength) if strength else "#F3F3F3"
            hatch: dict[str, Any] = {}
            if change >= VISIBLE:
                hatch = {"hatch": "//////", "edgecolor": _mixed(colour, 0.45), "linewidth": 0}
                face = _mixed(colour, 0.10)
            self.box(x + 0.01, y, self.cell - 0.02, height, facecolor=face, **hatch)
            dark = strength > 0.62 and change < 0
            self.text(*middle, words, NORMAL if len(words) < 5 else SMALL, "white" if dark else INK, ha="center",
                      va="center", weight="bold" if strength > 0.3 else "normal")  # fmt: skip

    def _cost(self, name: str, y: float) -> None:
        """Public cost above, social cost below, in present value."""
        height = (ROW - NAME - 0.05) / 2
        low, high = self.money_range
        unit = (COST - NUMBER) / max(high - low, 1e-300)
        zero = self.bars_at - low * unit
        for i, (cell, colour) in enumerate(zip(self.costs[name], (PUBLIC, SOCIAL), strict=True)):
            bottom = y + height * (1 - i) + (0.0 if i else 0.01)
            middle = bottom + height / 2 - 0.005
            if not self.reader.base(name):
                level = _money_text(cell.value * self.money_factor)
                self.text(self.bars_at, middle, level, SMALL, SOFT, va="center")
                continue
            if not np.isfinite(cell.difference):
                self.text(zero, middle, "not known", SMALL, SOFT, va="center")
                continue
            length = cell.difference * unit
            self.box(min(zero, zero + length), bottom, abs(length), height - 0.02, facecolor=colour)
            self.text(zero + max(length, 0.0) + 0.025, middle, _money_text(cell.difference * self.money_factor, True),
                      SMALL, va="center")  # fmt: skip
        if self.reader.base(name):
            self.box(zero - 0.004, y - 0.01, 0.008, 2 * height + 0.02, facecolor=SOFT)

    def _unmet(self, name: str, y: float) -> None:
        """Share of the need unmet of the element that is worst off, with that of the base as an outline."""
        x, height = self.shock_at, ROW - NAME - 0.05
        span = self.reader.spans.get(name)
        if span is None:
            self.text(x, y + height / 2, "no shock", SMALL, SOFT, va="center")
            return
        cells = [
            self.reader.cell(name, self.region, "unmet_share_under_shock", *span, element=element)
            for element in self.elements
        ]
        sizes = [np.nanmax([cell.value, cell.base_value, 0.0]) for cell in cells]
        worst = int(np.argmax(sizes))
        cell = cells[worst]
        room = SHOCK - 0.08
        value = cell.value if np.isfinite(cell.value) else 0.0
        self.box(x, y, room, height / 2 - 0.01, facecolor="#EEEEEE")
        self.box(x, y, room * value, height / 2 - 0.01, facecolor=UNMET)
        words = f"{self.elements[worst]} {_whole(100 * value)}"
        if self.reader.base(name) and np.isfinite(cell.base_value):
            edge = room * cell.base_value
            self.axes.plot([x + edge] * 2, [y - 0.015, y + height / 2 + 0.005], color=INK, linewidth=1.1)
            words += f", base {_whole(100 * cell.base_value)}"
        self.text(x, y + height / 2 + 0.01, words, SMALL, va="bottom")

    def _foot(self) -> None:
        """Legend and small print."""
        from mfa import __version__

        setting = self.comparison.setting
        y = FOOT - 0.14
        entries = ((PUBLIC, "public cost"), (SOCIAL, "social cost"), (UNMET, "unmet share of the need"))
        x = MARGIN
        for colour, words in entries:
            self.box(x, y, 0.1, 0.06, facecolor=colour)
            self.text(x + 0.13, y + 0.03, words, SMALL, va="center_baseline")
            x += 0.13 + 0.042 * len(words) + 0.14
        self.axes.plot([x + 0.03] * 2, [y - 0.02, y + 0.08], color=INK, linewidth=1.1)
        self.text(x + 0.08, y + 0.03, "of the base", SMALL, va="center_baseline")
        span = "-".join(map(str, setting.period))
        small = [
            f"Cost: present value {span} at {100 * setting.discount_rate:.3g} % a year, above that of the base;",
            "social cost holds public and private spending. Import requirement: share of",
            "the need that domestic metal cannot meet. Unmet: the element worst off.",
            f"{', '.join(setting.regions) if len(setting.regions) == 1 else self.region}; scope of the need: "
            f"{self.comparison.scope.replace('_', ' ')}; mfa {__version__}."
            + (" Means over samples." if "p50" in self.comparison.table else ""),
        ]
        self.text(MARGIN, y - 0.07, "\n".join(small), SMALL - 0.4, SOFT, va="top", linespacing=1.15)


def _mixed(colour: str, share: float) -> tuple[float, float, float]:
    """A colour with white."""
    from matplotlib.colors import to_rgb

    red, green, blue = (1 - share * (1 - part) for part in to_rgb(colour))
    return red, green, blue


def _whole(value: float) -> str:
    """Number without decimals, or a dash."""
    return f"{value:.0f}" if np.isfinite(value) else "-"


def _money_text(value: float, change: bool = False) -> str:
    """Amount of two or three digits.

    Examples
    --------
    >>> _money_text(0.584, change=True), _money_text(107.2), _money_text(0.001)
    ('+0.58', '107', '0')
    """
    if abs(value) < 0.005:
        return "0"
    digits = 0 if abs(value) >= 9.95 else 1 if abs(value) >= 0.995 else 2
    return signed(value, digits) if change else f"{value:.{digits}f}"


def _short_money(unit: str) -> str:
    r"""Unit of money on two lines, for a narrow column.

    Examples
    --------
    >>> _short_money("bn USD_2024")
    'bn\nUSD of 2024'
    """
    power, _, money = unit.rpartition(" ")
    currency, _, year = money.partition("_")
    return f"{power}\n{currency} of {year}"

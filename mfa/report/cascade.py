"""The recovery cascade: from what is discarded in a year to what is recovered from it, each loss a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError
from mfa.report.figure_data import BAND, caption, element_name
from mfa.report.plot_axes import LABEL, axes_for, nothing, styled
from mfa.report.style import DESTINATION_COLOURS, INK, SOFT, scale
from mfa.vocabulary import SCRAP

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from mfa.results import Results

OLD = SCRAP.index("old")
ROW = 0.205
"""Height of a step, inch."""
KINDS: dict[str, tuple[str, str]] = {
    "total": ("#5B6770", ""), "loss": (DESTINATION_COLOURS["lost"], ""),
    "export": (DESTINATION_COLOURS["exported"], ""), "store": (DESTINATION_COLOURS["kept"], "////"),
    "reuse": (DESTINATION_COLOURS["reused"], ""),
    "recovered": (DESTINATION_COLOURS["collected"], ""),
}  # fmt: skip
"""Colour and hatch of each kind of step."""


@dataclass(frozen=True)
class Step:
    """One step: a total, or what leaves (below 0) or joins (above 0) on the way.

    Attributes
    ----------
    key, words : str
    kind : str
        One of `KINDS`.
    samples : ndarray (sample,), t/yr
    """

    key: str
    words: str
    kind: str
    samples: np.ndarray

    @property
    def value(self) -> float:
        """Mean over samples, t/yr."""
        return float(self.samples.mean())

    @property
    def total(self) -> bool:
        """Whether it is a total."""
        return self.kind in ("total", "recovered")


def cascade_steps(results: Results, element: str, year: int, region: str | None = None) -> list[Step]:
    """Steps from all discards of a year to the metal recovered from old scrap; they add up from total to total.

    Parameters
    ----------
    results : Results
        With all dims of flows and stocks.
    element : str
    year : int
    region : str, optional
        The sum over all if None.

    Returns
    -------
    list of Step
        Steps of 0 are left out, totals are not.

    Raises
    ------
    InputError
        If the element, year or region is not in the results, or they hold totals only.
    """
    from mfa.report.sankey_links import pick

    picked = pick(results, element, year, region)
    if picked.mass:
        raise InputError(Fault("element", "component mass has no recovery cascade", "name an element"))
    if results.attrs.get("detail") == "totals":
        raise InputError(Fault("cascade", "the run holds totals only", "run it with detail='full'"))
    t, (regions, _) = picked.times[0], picked.regions[0]
    place = results.labels["element"].index(element)

    def read(name: str, group: str = "flows", time: int = t) -> np.ndarray:
        """A flow or stock of old scrap, or of all that has no kind of scrap, by sample."""
        dims = results.dims(group, name)
        array = results.arrays(group)[name]
        for dim, index in (("scrap", OLD), ("element", place), ("time", time)):
            if dim in dims:
                array = np.take(array, index, axis=1 + dims.index(dim))
                dims = tuple(d for d in dims if d != dim)
        return array[:, regions].sum(axis=tuple(range(1, array.ndim)))

    direct, hidden, exported = (read(name) for name in ("discards_direct", "discards_hibernating", "exports_used"))
    released, kept = read("released"), read("uncollected")
    reused, second, again = read("reused"), read("to_second_life"), read("second_life_eol")
    collected, scrap, over = read("collected"), read("exports_scrap"), read("overflow")
    recovered, lost = read("secondary"), read("recovery_loss")
    feed = collected + again
    stored = feed - scrap - over - recovered - lost  # what the store of old scrap gains: the balance of recycling
    steps = [
        Step("discarded", "Discarded", "total", direct + hidden + exported),
        Step("exports_used", "Exported as used products", "export", -exported),
        _either("drawers", "Kept unused", "Released from drawers, net", released - hidden),
        Step("pool", "Reach collection or waste", "total", direct + released),
        Step("uncollected", "Not collected", "loss", -kept),
        Step("reused", "Reused as spare parts", "reuse", -reused),
        Step("second_life", "In second life, net", "reuse", again - second),
        Step("feed", "Old scrap for recycling", "total", feed),
        Step("exports_scrap", "Exported as scrap", "export", -scrap),
        Step("overflow", "Beyond the store", "loss", -over),
        _either("store", "Stored for later", "Taken from the store", -stored),
        Step("processed", "Processed", "total", recovered + lost),
        Step("recovery_loss", "Lost in recovery", "loss", -lost),
        Step("secondary_old", "Recovered from old scrap", "recovered", recovered),
    ]
    negligible = 1e-9 * float(np.abs(steps[0].samples).max(initial=0.0))
    return [step for step in steps if step.total or np.abs(step.samples).max(initial=0.0) > negligible]


def _either(key: str, leaving: str, joining: str, samples: np.ndarray) -> Step:
    """A store, in the words of what it does on the whole."""
    return Step(key, joining if samples.mean() > 0.0 else leaving, "store", samples)


def cascade_table(steps: list[Step]) -> pd.DataFrame:
    """Steps as a table: words, t/yr, share of what is discarded, and quantiles of samples if there are some."""
    import pandas as pd

    first = steps[0].value
    rows = []
    for step in steps:
        row: dict[str, object] = {"step": step.words, "total": step.total, "value [t/yr]": step.value}
        row["share of discards [%]"] = 100.0 * step.value / first if first else float("nan")
        if len(step.samples) > 1:
            row["p5 [t/yr]"], row["p95 [t/yr]"] = np.quantile(step.samples, BAND)
        rows.append(row)
    return pd.DataFrame(rows)


def draw_cascade(results: Results, element: str, year: int, region: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw the steps one below the other, each from where the one before ends.

    Parameters
    ----------
    results : Results
    element : str
    year : int
    region : str, optional
    ax : Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    steps = cascade_steps(results, element, year, region)
    name = element_name(results, element)
    first = steps[0].value
    factor, unit = scale(max(step.value for step in steps), "t/yr")
    title = f"{name}: from discards to recovery, {year}, {unit}"
    small = caption(results, region)
    sampled = len(steps[0].samples) > 1
    if sampled:
        small += " Thin lines: 5 to 95 % of the samples."
    with styled([title, small]):
        ax = axes_for(ax, title, "In brackets: share of what is discarded", small, 0.35 + ROW * len(steps))
        if first == 0.0:
            nothing(ax, f"{name}: nothing is discarded in {year}")
            return ax
        level = 0.0
        for row, step in enumerate(steps):
            colour, hatch = KINDS[step.kind]
            start, end = (0.0, step.value) if step.total else (level, level + step.value)
            level = end
            bar: Any = {
                "facecolor": colour,
                "hatch": hatch,
                "edgecolor": "white" if hatch else colour,
                "linewidth": 0.0,
            }
            ax.barh(row, factor * (end - start), left=factor * start, height=0.72, **bar)
            if row + 1 < len(steps):
                ax.plot([factor * level] * 2, [row + 0.36, row + 0.64], color=SOFT, linewidth=0.6)
            right = factor * max(start, end)
            if sampled:
                low, high = np.quantile(step.samples, BAND) + (0.0 if step.total else start)
                ax.plot([factor * low, factor * high], [row, row], color=INK, linewidth=0.8)
                right = max(right, factor * high)
            value = f"{'+' if step.value > 0 and not step.total else ''}{_short(factor * step.value)}"
            ax.annotate(
                f"{value} ({_percent(step.value / first)})", (right, row), xytext=(3, 0), textcoords="offset points",
                fontsize=LABEL, va="center_baseline", color=INK, weight="bold" if step.total else "normal",
            )  # fmt: skip
        ax.set_ylim(len(steps) - 0.4, -0.6)
        highest = factor * max(max(step.value for step in steps if step.total), 0.0)
        ax.set_xlim(0.0, 1.62 * highest)
        ax.set_yticks(range(len(steps)), [step.words for step in steps])
        _plain(ax, steps)
    return ax


def _plain(ax: Axes, steps: list[Step]) -> None:
    ax.set_xticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.tick_params(length=0, labelsize=7)
    for label, step in zip(ax.get_yticklabels(), steps, strict=True):
        label.set_color(INK)
        label.set_fontweight("bold" if step.total else "normal")
    ax.axvline(0.0, color="#999999", linewidth=0.6)


def _short(value: float) -> str:
    from mfa.report.digits import figure

    return figure(value).replace("-", "\u2212")


def _percent(share: float) -> str:
    """Share with the digits that count.

    Examples
    --------
    >>> _percent(0.5), _percent(-0.0312), _percent(0.0004)
    ('50 %', '−3.1 %', '0.04 %')
    """
    percent = 100.0 * share
    digits = 0 if abs(percent) >= 9.95 else 1 if abs(percent) >= 0.95 else 2
    return f"{percent:.{digits}f} %".replace("-", "\u2212")

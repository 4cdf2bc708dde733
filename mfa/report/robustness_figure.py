"""Figure of robustness: in how many futures each scenario meets a target, and how far it is from the best one."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from mfa.report.captioned import captioned, plain_axes
from mfa.report.digits import digits
from mfa.report.sensitivity_text import scaling
from mfa.report.style import INK, SOFT, STYLE
from mfa.report.target_words import target_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mfa.studies.robustness import Robustness

WIDTH, ROW = 6.6, 0.42
"""Width, and height of a scenario, inch."""
MET, REGRET, PALE = "#4477AA", "#CC6677", "#EAC3C9"
LABEL = 26
"""Letters of a scenario's name on a line."""


def robustness_figure(found: Robustness, place: int = 0) -> Figure:
    """Draw it, see `Robustness.plot`."""
    import matplotlib as mpl

    from mfa import __version__

    target = found.targets[place]
    table = found.table()
    table = table[table["target"] == str(target)].reset_index(drop=True)
    regret = table[["regret_mean", "regret_p90", "regret_max"]].to_numpy(dtype=float)
    factor, _, change = scaling(target, regret)
    scope = str(found.attrs[found.scenarios[0]].get("scope") or "products").replace("_", " ")
    caption = (
        f"The same {found.size} futures for all ({found.method}, seed {found.seed}). Regret: result less that of the "
        f"best scenario in each future. Scope of the need: {scope}. mfa {__version__}."
    )
    title = target_words(target, found.label_names)
    subtitle = (
        "Left: futures in which it is met. Right: what each scenario loses against the best of them: mean (red), 90 % "
        "quantile (pale), largest (mark)"
    )
    with mpl.rc_context(STYLE):
        figure, drawn = captioned(WIDTH, ROW * len(table) + 0.75, title, subtitle, caption)
        left, right = drawn.subplots(1, 2, sharey=True, width_ratios=(1.0, 1.25))
        _shares(left, found, table["share"].to_numpy(dtype=float))
        _losses(right, factor * regret, change)
    return figure


def _shares(axes: Axes, found: Robustness, shares: np.ndarray) -> None:
    rows = np.arange(len(shares))
    axes.barh(rows, np.ones(len(shares)), height=0.55, color="#EEEEEE")
    axes.barh(rows, shares, height=0.55, color=MET)
    for row, share in enumerate(shares.tolist()):
        inside = share > 0.25
        axes.text(share - 0.015 if inside else share + 0.015, row, f"{100 * share:.0f} %", va="center", fontsize=7,
                  ha="right" if inside else "left", color="white" if inside else INK)  # fmt: skip
    names = ["\n".join(textwrap.wrap(name, LABEL, break_on_hyphens=True)) for name in found.scenarios]
    axes.set_yticks(rows, labels=names)
    axes.set(xlim=(0, 1), ylim=(len(shares) - 0.5, -0.5))
    axes.set_xticks([0, 0.5, 1], labels=["0", "50", "100"])
    axes.set_xlabel("Target met, % of the futures")
    plain_axes(axes, ())
    axes.tick_params(axis="y", length=0, labelsize=7.5, labelcolor=INK)


def _losses(axes: Axes, regret: np.ndarray, change: str) -> None:
    """Mean as a bar, 90 % as a pale one behind it, the largest as a mark, each with its number."""
    largest = max(float(np.nanmax(regret, initial=0.0)), 1e-300)
    for row, (mean, high, worst) in enumerate(np.nan_to_num(regret).tolist()):
        axes.plot([0, worst], [row, row], color="#AAAAAA", linewidth=0.8, zorder=1)
        axes.barh(row, high, height=0.5, color=PALE, zorder=2)
        axes.barh(row, mean, height=0.5, color=REGRET, zorder=3)
        axes.plot([worst], [row], marker="|", markersize=9, markeredgewidth=1.4, color=INK, zorder=4)
        words = f"{digits(mean, change)} | {digits(high, change)} | {digits(worst, change)}"
        axes.text(worst + 0.025 * largest, row, words, va="center", fontsize=6.5, color=SOFT)
    axes.set_xlim(0, 1.42 * largest)
    axes.set_xlabel(f"Regret{f', {change}' if change else ''}: mean | 90 % | largest")
    plain_axes(axes)
    axes.tick_params(axis="y", left=False, labelleft=False)

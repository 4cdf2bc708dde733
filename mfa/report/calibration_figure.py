"""Figures of a calibration: counts and fit with its interval, residuals, survival functions or shares compared."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.report.calibration_text import FAMILY_NAMES
from mfa.report.captioned import captioned, plain_axes
from mfa.report.digits import figure as digits
from mfa.report.panels import WIDTH
from mfa.report.style import DASHED, INK, PALE, SOFT, STYLE, scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mfa.calibration.collection import CollectionCalibration, ProductCollection
    from mfa.calibration.fitting import Block
    from mfa.calibration.lifetime import FamilyFit, LifetimeCalibration, ProductLifetime

FIT, COUNT = "#4477AA", "#333333"
FAMILY_COLOURS = dict(
    zip(FAMILY_NAMES, ("#CCBB44", "#228833", "#66CCEE", "#EE6677", "#4477AA", "#AA3377"), strict=True)
)
FAMILY_DASHES: dict[str, Any] = {
    "exponential": (0, (1, 1.2)), "normal": (0, (5, 1.5)), "folded_normal": (0, (5, 1.5, 1, 1.5)),
    "lognormal": (0, (3, 1.2)), "weibull": "-", "logistic": (0, (7, 1.5, 1, 1.5, 1, 1.5)),
}  # fmt: skip
QUANTITY_NAMES = {
    "stock": "In use at year end", "discards": "Left use in the year", "mean_age": "Mean age in use",
    "mean_age_of_discards": "Mean age of discards", "stock by cohort": "In use, by cohort",
    "discards by cohort": "Left use, by cohort", "collected": "Collected in the year",
}  # fmt: skip
ROW = 2.15
"""Height of a row of panels, inch."""


def product_names(labels: tuple[str, ...], scenario: Any) -> str:
    """Names of products, as the scenario's dataset has them."""
    known = scenario.dataset.labels.get("product", {}) if scenario is not None else {}
    names = [known[label].name or label if label in known else label for label in labels]
    mark = "; " if any("," in name for name in names) else ", "
    return " and ".join([mark.join(names[:-1]), names[-1]] if len(names) > 1 and mark == ", " else [mark.join(names)])


def set_years(axes: Axes, years: np.ndarray) -> None:
    """Limits around the years of counts, at least four years wide."""
    room = max(0.6, 2.0 - (float(years.max()) - float(years.min())) / 2.0)
    axes.set_xlim(float(years.min()) - room, float(years.max()) + room)


def whole_years(axes: Axes) -> None:
    """Ticks at whole years."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))


def lifetime_figure(found: LifetimeCalibration) -> Figure:
    """Draw it, see `LifetimeCalibration.plot`."""
    import matplotlib as mpl

    from mfa import __version__

    rows = [(one, i) for one in found.products for i in range(len(one.blocks))]
    single = len(found.products) == 1
    names = [product_names(one.product.labels, found.setting.scenario) for one in found.products]
    title = f"Lifetime of {names[0]}" if single else f"Lifetimes of {len(names)} products"
    share = f"{100 * found.level:g} %"
    best = found.products[0].chosen
    mean = best.interval("mean", found.level)
    words = f"{FAMILY_NAMES[best.name]}, mean {digits(best.mean)} yr{_of_cohort(best)}"
    words += (
        f" ({share} interval {digits(mean[0])} to {digits(mean[1])} yr)" if "mean" in best.family.free else " (held)"
    )
    subtitle = (
        f"{words}; fitted to what was counted, with sales that are known" if single else "Fitted to what was counted"
    )
    caption = (
        f"Left: counts, and the fit with its {share} interval. Middle: residuals in their own standard deviations. "
        f"Right: survival functions, the best first (AICc above it); grey: ages that counts do not reach. mfa "
        f"{__version__}."
    )
    with mpl.rc_context(STYLE):
        figure, drawn = captioned(WIDTH, ROW * len(rows), title, subtitle, caption)
        grid = drawn.add_gridspec(len(rows), 3, width_ratios=(1.35, 1.0, 1.1))
        for row, (one, i) in enumerate(rows):
            name = "" if single else f"{product_names(one.product.labels, found.setting.scenario)}: "
            _counts(drawn.add_subplot(grid[row, 0]), one, i, found.level, name)
            _residuals(drawn.add_subplot(grid[row, 1]), one, i)
            if i == 0:
                _survival(drawn.add_subplot(grid[row : row + min(len(one.blocks), 2), 2]), one)
    return figure


def _across(one: ProductLifetime, block: Block) -> tuple[np.ndarray, str]:
    """Places of the counts on the horizontal axis: years, or ages in tables by cohort."""
    if block.times is not None:
        return block.times, "Year"
    quantity = block.name.split()[0]
    rows = one.product.of(quantity, by_cohort=True)
    order = sorted(rows, key=lambda row: (row.cohort or 0, row.year))
    ages = np.array([row.year - (row.cohort or 0) for row in order], dtype=float)
    return (ages, "Age, years") if len(ages) == block.size else (np.arange(block.size, dtype=float), "Count")


def _counts(axes: Axes, one: ProductLifetime, i: int, level: float, name: str) -> None:
    block = one.blocks[i]
    middle, low, high = one.band(block, level)
    x, words = _across(one, block)
    aged = block.name.startswith("mean_age")
    unit = "yr" if aged else ("unit" if block.name.startswith("stock") else "unit/yr")
    factor, unit = (1.0, unit) if aged else _million(float(max(block.observed.max(), high.max())), unit)
    if block.times is not None:
        years, course, lower, upper = one.course(block, level)
        axes.fill_between(years, lower * factor, upper * factor, color=FIT, alpha=0.22, linewidth=0,
                          label=f"Fit, {100 * level:g} %")  # fmt: skip
        axes.plot(years, course * factor, color=FIT, linewidth=1.4, label="Fit")
        _bars(axes, one, block, factor)
        axes.plot(x, block.observed * factor, "o", color=COUNT, markersize=3.2, label="Counted")
        set_years(axes, x)
        axes.set_ylim(bottom=0.0)
        whole_years(axes)
    else:
        axes.plot(x, middle * factor, "_", color=FIT, markersize=7, markeredgewidth=1.6, label="Fit")
        axes.plot(x, block.observed * factor, "o", color=COUNT, markersize=2.6, label="Counted")
        axes.set_ylim(bottom=0.0)
    axes.set_title(f"{name}{QUANTITY_NAMES[block.name]}, {unit}", loc="left", fontsize=8, fontweight="bold", color=INK)
    axes.set_xlabel(words)
    axes.legend(frameon=False, fontsize=6.5, labelcolor=INK, handlelength=1.4)
    plain_axes(axes, ("left", "bottom"))


def _bars(axes: Axes, one: ProductLifetime, block: Block, factor: float) -> None:
    """Errors of the counts, where they are given."""
    if block.known and block.scale is not None and block.times is not None:
        axes.errorbar(block.times, block.observed * factor, 1.645 * block.scale * factor, fmt="none", ecolor=SOFT,
                      elinewidth=0.8, capsize=2)  # fmt: skip


def _million(largest: float, unit: str) -> tuple[float, str]:
    factor, shown = scale(largest, unit)
    words = {1e-6: "million ", 1e-3: "thousand "}.get(factor, "")
    return (factor, f"{words}{unit.replace('unit', 'units', 1)}") if factor <= 1.0 else (1.0, unit)


def _residuals(axes: Axes, one: ProductLifetime, i: int) -> None:
    block, fit = one.blocks[i], one.chosen.fit
    residuals = block.residuals(fit.theta) / math.sqrt(fit.whitening.phi[i])
    x, words = _across(one, block)
    axes.axhline(0.0, color=SOFT, linewidth=0.7)
    for edge in (-2.0, 2.0):
        axes.axhline(edge, **DASHED)
    axes.vlines(x, 0.0, residuals, color=FIT, linewidth=0.9)
    axes.plot(x, residuals, "o", color=FIT, markersize=2.6)
    reach = max(2.6, 1.15 * float(np.abs(residuals).max()))
    axes.set_ylim(-reach, reach)
    if block.times is not None:
        set_years(axes, x)
        whole_years(axes)
    rho = fit.whitening.rho[i]
    title = "Residuals, standard deviations" + (f" (rho {rho:.2f})" if rho > 0 else "")
    axes.set_title(title, loc="left", fontsize=8, fontweight="bold", color=INK)
    axes.set_xlabel(words)
    plain_axes(axes, ("left", "bottom"))


def _of_cohort(fit: FamilyFit) -> str:
    """Which cohort the terms of a trend are of."""
    return "" if fit.family.trend is None else f" in cohort {fit.family.trend.reference}"


def _survival(axes: Axes, one: ProductLifetime) -> None:
    longest = max(2.2 * one.chosen.mean, 1.1 * one.oldest)
    longest = min(longest, max(3.0 * one.chosen.mean, 10.0))
    ages = np.linspace(0.0, longest, 200)
    for rank, fit in enumerate(one.fits):
        label = f"{FAMILY_NAMES[fit.name]}, {digits(fit.mean)} yr" + (f" (+{fit.difference:.1f})" if rank else "")
        dashes = FAMILY_DASHES[fit.name] if rank else "-"
        axes.plot(ages, fit.survival(ages), color=FAMILY_COLOURS[fit.name], linestyle=dashes,
                  linewidth=1.8 if rank == 0 else 1.0, label=label, zorder=3 if rank == 0 else 2)  # fmt: skip
    if one.oldest < longest:
        axes.axvspan(one.oldest, longest, color=PALE, alpha=0.6, linewidth=0, zorder=0)
    axes.set(xlim=(0.0, longest), ylim=(0.0, 1.02))
    axes.set_title(f"Share in use by age{_of_cohort(one.chosen)}", loc="left", fontsize=8, fontweight="bold", color=INK)
    axes.set_xlabel("Age, years")
    axes.legend(frameon=False, fontsize=6, labelcolor=INK, handlelength=2.2, title="survival, mean", title_fontsize=6)
    plain_axes(axes, ("left", "bottom"))


def collection_figure(found: CollectionCalibration) -> Figure:
    """Draw it, see `CollectionCalibration.plot`."""
    import matplotlib as mpl

    from mfa import __version__

    single = len(found.products) == 1
    names = [product_names(one.product.labels, found.setting.scenario) for one in found.products]
    share = f"{100 * found.level:g} %"
    title = f"Collection of {names[0]}" if single else f"Collection of {len(names)} products"
    caption = (
        "Left: units collected, and the fit. Middle: residuals over what is fitted, or the pool where each year has a "
        "share of its own. Right: share of the pool (direct discards and releases from hibernation) with its "
        f"{share} interval: dark that of the counts alone, light with the bounds of lifetime, exports and hibernation. "
        f"mfa {__version__}."
    )
    course = {"constant": "a constant share", "trend": "a share with a trend", "yearly": "a share for each year"}
    subtitle = "; ".join(f"{course[one.course]}" for one in found.products)
    with mpl.rc_context(STYLE):
        figure, drawn = captioned(WIDTH, ROW * len(names), title, f"Fitted to take-back: {subtitle}", caption)
        axes = drawn.subplots(len(names), 3, width_ratios=(1.2, 1.0, 1.2), squeeze=False)
        for line, one, name in zip(axes, found.products, names, strict=True):
            _collected(line, one, "" if single else f"{name}: ")
    return figure


def _collected(line: Any, one: ProductCollection, name: str) -> None:
    left, middle, right = line
    x = one.times
    factor, unit = _million(float(max(one.observed.max(), one.fitted.max())), "unit/yr")
    left.plot(x, one.fitted * factor, color=FIT, linewidth=1.4, label="Fit")
    left.plot(x, one.observed * factor, "o", color=COUNT, markersize=3.2, label="Counted")
    left.set_ylim(bottom=0.0)
    left.set_title(f"{name}{QUANTITY_NAMES['collected']}, {unit}", loc="left", fontsize=8, fontweight="bold", color=INK)
    left.legend(frameon=False, fontsize=6.5, labelcolor=INK)
    if one.course == "yearly":
        _pool(middle, one)
    else:
        _relative(middle, one)
    right.fill_between(x, 100 * one.low, 100 * one.high, color=FIT, alpha=0.18, linewidth=0, label="with inputs")
    right.fill_between(x, 100 * one.statistical[0], 100 * one.statistical[1], color=FIT, alpha=0.4, linewidth=0,
                       label="counts alone")  # fmt: skip
    right.plot(x, 100 * one.share, color=FIT, linewidth=1.4, label="share")
    right.set_ylim(0.0, min(100.0, 1.1 * 100 * float(one.high.max())))
    right.set_title("Share of the pool collected, %", loc="left", fontsize=8, fontweight="bold", color=INK)
    right.legend(frameon=False, fontsize=6.5, labelcolor=INK)
    for axes in line:
        axes.set_xlabel("Year")
        set_years(axes, x)
        whole_years(axes)
        plain_axes(axes, ("left", "bottom"))


def _relative(axes: Axes, one: ProductCollection) -> None:
    """Counts over what is fitted."""
    relative = 100.0 * (one.observed / np.maximum(one.fitted, 1e-300) - 1.0)
    axes.axhline(0.0, color=SOFT, linewidth=0.7)
    axes.vlines(one.times, 0.0, relative, color=FIT, linewidth=0.9)
    axes.plot(one.times, relative, "o", color=FIT, markersize=2.6)
    reach = max(5.0, 1.15 * float(np.abs(relative).max()))
    axes.set_ylim(-reach, reach)
    axes.set_title("Counted over fitted, %", loc="left", fontsize=8, fontweight="bold", color=INK)


def _pool(axes: Axes, one: ProductCollection) -> None:
    """The pool that the scheme draws from: a share for each year leaves no residuals."""
    factor, unit = _million(float(one.pool.max()), "unit/yr")
    axes.plot(one.times, one.pool * factor, color=FIT, linewidth=1.4)
    axes.set_ylim(bottom=0.0)
    axes.set_title(f"Pool, {unit}", loc="left", fontsize=8, fontweight="bold", color=INK)

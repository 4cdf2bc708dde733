"""A calibration in words and tables for a terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mfa.calibration.rows import basis
from mfa.report.digits import figure as digits

if TYPE_CHECKING:
    from mfa.calibration.collection import CollectionCalibration
    from mfa.calibration.lifetime import FamilyFit, LifetimeCalibration, ProductLifetime

FAMILY_NAMES = {
    "exponential": "exponential", "normal": "normal", "folded_normal": "folded normal", "lognormal": "lognormal",
    "weibull": "Weibull", "logistic": "logistic",
}  # fmt: skip


def interval_words(low: float, high: float) -> str:
    """An interval, open ends named.

    Examples
    --------
    >>> interval_words(11.84, 12.31), interval_words(8.0, math.inf)
    ('11.8-12.3', '8-open')
    """
    first = digits(low) if low > 0.0 else "open"
    return f"{first}-{digits(high) if math.isfinite(high) else 'open'}"


def lifetime_text(found: LifetimeCalibration) -> str:
    """Families of every product compared, what the chosen one is, and what the reader must know."""
    return "\n".join(line for one in found.products for line in [*_product_lines(one, found.level), ""])


def _product_lines(one: ProductLifetime, level: float) -> list[str]:
    best = one.chosen
    share = f"{100 * level:g} %"
    lines = [f"{one.product.where}: {basis(one.product)}, timing {one.timing}"]
    head = ("survival", "mean, yr", f"{share} interval", "second term", f"{share} interval", "sd, yr", "AICc", "+")
    table = [head, *(_family_cells(fit, level) for fit in one.fits)]
    widths = [max(len(row[i]) for row in table) for i in range(len(head))]
    for row in table:
        lines.append("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    terms = ", ".join(
        f"{term} {digits(best.terms[term])}{' yr' if best.family.unit(term) == 'yr' else ''} "
        + (f"({interval_words(*best.interval(term, level))})" if term in best.family.free else "(held)")
        for term in best.family.terms
    )
    lines.append(f"chosen: {FAMILY_NAMES[best.name]}, {terms}")
    lines += [f"note: {note}" for note in one.notes]
    return lines


def _family_cells(fit: FamilyFit, level: float) -> tuple[str, ...]:
    mean = fit.interval("mean", level) if "mean" in fit.family.free else None
    second = fit.family.terms[1] if len(fit.family.terms) > 1 else ""
    free = second in fit.family.free
    return (
        FAMILY_NAMES[fit.name],
        digits(fit.terms["mean"]),
        interval_words(*mean) if mean else "held",
        f"{second} {digits(fit.terms[second])}" if second else "",
        interval_words(*fit.interval(second, level)) if free else ("held" if second else ""),
        digits(fit.sd),
        f"{fit.criterion:.1f}",
        f"{fit.difference:.1f}",
    )


def collection_text(found: CollectionCalibration) -> str:
    """Shares of every product by year, and what the reader must know."""
    lines = []
    for one in found.products:
        lines.append(f"{one.product.where}: {basis(one.product)}; {one.course} share of the pool")
        head = ("year", "collected", "pool", "share", f"{100 * found.level:g} % interval", "of the counts alone")
        table: list[tuple[str, ...]] = [head]
        for i, year in enumerate(one.times):
            ends = tuple(
                f"{low:.3f}-{high:.3f}"
                for low, high in ((one.low[i], one.high[i]), (one.statistical[0, i], one.statistical[1, i]))
            )
            table.append((f"{year:.0f}", f"{one.observed[i]:.0f}", f"{one.pool[i]:.0f}", f"{one.share[i]:.3f}", *ends))
        widths = [max(len(row[i]) for row in table) for i in range(len(head))]
        for row in table:
            lines.append("  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
        if one.kept is not None:
            low, high = one.kept_interval
            lines.append(f"kept unused at home: {one.kept:.3f} ({low:.3f}-{high:.3f})")
        for name, (low, high) in one.influence.items():
            words = name.replace("_", " ")
            lines.append(f"mean share with {words} at its low and high: {low:.3f}, {high:.3f}")
        lines += [f"note: {note}" for note in one.notes]
        lines.append("")
    return "\n".join(lines)

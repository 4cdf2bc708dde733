"""The answer of a search in words."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from mfa.report.blocks import WIDTH
from mfa.report.comparison import scaled_money
from mfa.report.tables import shown

if TYPE_CHECKING:
    from mfa.studies.search import SearchResult, Trial


def to_text(result: SearchResult) -> str:
    """Text for a terminal, see `SearchResult.to_text`."""
    target, best = result.target, result.best
    where = f"{result.samples} samples of seed {result.seed}" if result.samples else "central values"
    asked = f" in at least {100 * result.share:.4g} % of" if result.samples else ", "
    lines = [f"Search in {result.scenario}: {target}{asked} {where}".replace(",  ", ", ")]
    lines.append("met by the least-cost mix" if result.found else "NOT met within the ranges; the best mix found")
    width = max(len(lever.name) for lever in result.levers)
    for lever, value in zip(result.levers, best.values, strict=True):
        unit = "" if lever.unit == "1" else f" {lever.unit}"
        lines.append(f"  {lever.name:<{width}}  {value:.5g}{unit}  (looked for in {lever.low:.5g} to {lever.high:.5g})")
    lines += ["", f"{'':<22}  {'as it is':>14}  {'with the mix':>14}"]
    if result.samples:
        lines.append(_row("target met, % of samples", 100 * result.base.share, 100 * best.share, "%"))
    head = "value reached" if not result.samples else f"value in {100 * result.share:.4g} %"
    lines.append(f"{head:<22}  {target.show(result.base.reached):>14}  {target.show(best.reached):>14}")
    factor, unit = scaled_money(abs(best.cost), result.money, least=1.0)
    lines.append(
        f"{result.cost.replace('_', ' ').capitalize()}, present value {result.period[0]}-{result.period[1]} at "
        f"{100 * result.discount_rate:.4g} % a year above the scenario's own: {shown(factor * best.cost, unit)} {unit}"
    )
    if result.binds:
        lines += ["", "What stands in the way (the mix with central values):"]
        for text in result.binds:
            lines += textwrap.wrap(text, WIDTH, initial_indent="  - ", subsequent_indent="    ")
    lines.append("")
    for note in result.notes:
        lines += textwrap.wrap(f"{note}.", WIDTH)
    told = f"Method: {result.method}. {len(result.trials)} candidates, {result.runs} sample runs."
    lines += textwrap.wrap(told, WIDTH)
    return "\n".join(lines) + "\n"


def _row(words: str, one: float, other: float, unit: str) -> str:
    return f"{words:<22}  {shown(one, unit):>12}  {shown(other, unit):>14}"


def trial_words(result: SearchResult, trial: Trial) -> str:
    """One candidate on a line."""
    mix = ", ".join(f"{lever.name} = {value:.5g}" for lever, value in zip(result.levers, trial.values, strict=True))
    return f"{mix}: met in {100 * trial.share:.4g} %, {result.target.show(trial.reached)}"

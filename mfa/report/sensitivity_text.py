"""What matters most, as tables for a terminal: a table for each result, the heaviest factors first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mfa.report.blocks import Block, paragraph
from mfa.report.comparison import scaled_money
from mfa.report.digits import cut, digits, figure, shown_unit, signed, slope, with_unit

if TYPE_CHECKING:
    import pandas as pd

    from mfa.studies.ranges import FactorRange
    from mfa.studies.sensitivity import Sensitivity
    from mfa.studies.single_result import SingleResult

HOW = {
    "local": "one factor at a time from its 5 to its 95 % quantile, all others at their medians",
    "morris": "elementary effects (Morris): mu* is the mean absolute effect of a factor over its whole range, sigma "
    "how far it differs from place to place (interaction, curvature)",
    "sobol": "shares of the variance (Sobol): S1 goes with the factor alone, ST with it and its interactions; half "
    "the width of the 95 % interval behind",
}
NOTHING = 1e-9
"""Share of the largest effect below which a factor does nothing."""


def scaling(result: SingleResult, values: np.ndarray) -> tuple[float, str, str]:
    """Factor, unit of values and unit of changes in which a result is read: shares in % and points, money in millions.

    Parameters
    ----------
    result : SingleResult
    values : array
        All that will be shown of it.
    """
    if result.percent:
        return 100.0, "%", "points"
    unit = result.output.unit
    if "_" in unit and unit.split("_")[0].isupper():
        largest = float(np.nanmax(np.abs(values), initial=0.0))
        factor, text = scaled_money(largest, unit, least=3.0)
        return factor, text, text
    text = shown_unit(unit)
    return 1.0, text, text


def range_words(factor: FactorRange) -> str:
    """5 and 95 % of a factor with its unit.

    Examples
    --------
    >>> from mfa.studies.ranges import FactorRange
    >>> range_words(FactorRange("lifetime.mean[bev]", "Mean lifetime: car", "yr", 10.5, 17.0))
    '10.5 to 17 yr'
    """
    if factor.low != factor.low:
        return ""
    low, high = end_words(factor)
    return f"{low} to {high} {shown_unit(factor.unit)}".rstrip()


def end_words(factor: FactorRange) -> tuple[str, str]:
    """Low and high end of a factor, without unit; small shares keep three digits."""
    return figure(factor.low), figure(factor.high)


def to_text(found: Sensitivity, most: int = 8) -> str:
    """Text for a terminal, see `Sensitivity.to_text`."""
    lines = [f"Sensitivity of {found.scenario}: {found.title}"]
    size = "" if found.samples is None else f", {found.samples} {'rows' if found.method == 'sobol' else 'trajectories'}"
    seed = "" if found.seed is None else f", seed {found.seed}"
    how = f"{HOW[found.method]}. {len(found.factors)} factors{size}{seed}, {found.runs} runs"
    lines += paragraph(how[0].upper() + how[1:])
    known = {factor.name: factor for factor in found.factors}
    for place, result in enumerate(found.results):
        lines += ["", _block(found, place, result, known, most).to_text()]
    for note in found.notes:
        lines += ["", *paragraph(f"{note}.")]
    return "\n".join(lines) + "\n"


def _block(
    found: Sensitivity, place: int, result: SingleResult, known: dict[str, FactorRange], most: int
) -> Block:  # fmt: skip
    table = found.table(result.name)
    columns = {"local": _local, "morris": _morris, "sobol": _sobol}[found.method]
    heads, cells, weight, title = columns(found, place, result, table)
    largest = float(np.nanmax(weight, initial=0.0))
    acting = np.nan_to_num(weight) > NOTHING * max(largest, 1e-300)
    shown = min(most, int(acting.sum()))
    rows = []
    for i in range(shown):
        factor = known[str(table["factor"][i])]
        rows.append(([cut(factor.words)], [*cells[i], range_words(factor)]))
    block = Block(title, ["factor"], [*heads, ("", "5 to 95 % of the factor")], rows=list(rows))
    if not shown:
        words = "does not answer to any of these factors"
        return Block(title, ["factor"], heads, rows=[([words], [""] * len(heads))])
    rest = int(acting.sum()) - shown
    idle = len(acting) - int(acting.sum())
    parts = [f"{rest} more factor{'s have' if rest > 1 else ' has'} less effect"] if rest else []
    parts += [f"{idle} {'have' if idle > 1 else 'has'} none"] if idle else []
    if parts:
        block.notes.append("; ".join(parts))
    return block


Columns = tuple[list[tuple[str, str]], list[list[str]], np.ndarray, str]
"""Heads, cells by row, weight by row, title."""


def _local(found: Sensitivity, place: int, result: SingleResult, table: pd.DataFrame) -> Columns:
    values = table[["low", "high"]].to_numpy()
    base, as_it_is = found.estimate.base[place], found.as_it_is[place]  # type: ignore[union-attr]
    factor, unit, change = scaling(result, np.append(values, [base, as_it_is]))
    title = (
        f"{_title(found, result, unit)}: {digits(factor * base, unit)} with all factors at their medians, "
        f"{digits(factor * as_it_is, unit)} in the scenario as it is"
    )
    heads = [("at its", "5 %"), ("at its", "95 %"), ("swing,", change or "unit"), ("elas-", "ticity")]
    cells = [
        [digits(factor * low, unit), digits(factor * high, unit), signed(factor * (high - low), change),
         slope(elasticity)]
        for low, high, elasticity in zip(table["low"], table["high"], table["elasticity"], strict=True)
    ]  # fmt: skip
    return heads, cells, np.abs(table["swing"].to_numpy()), title


def _morris(found: Sensitivity, place: int, result: SingleResult, table: pd.DataFrame) -> Columns:
    factor, unit, change = scaling(result, table["mu_star"].to_numpy())
    heads = [("", "mu*"), ("", "+-"), ("", "mu"), ("", "sigma")]
    numbers = factor * table[["mu_star", "confidence", "mu", "sigma"]].to_numpy(dtype=float)
    cells = [
        [digits(size, change), digits(width, change), signed(mean, change), digits(spread, change)]
        for size, width, mean, spread in numbers.tolist()
    ]
    as_it_is = f"{with_unit(factor * found.as_it_is[place], unit)} in the scenario as it is"
    return heads, cells, table["mu_star"].to_numpy(), f"{_title(found, result, change)}; {as_it_is}"


def _sobol(found: Sensitivity, place: int, result: SingleResult, table: pd.DataFrame) -> Columns:
    spread = float(np.sqrt(found.estimate.variance[place]))  # type: ignore[union-attr]
    factor, unit, change = scaling(result, np.array([found.as_it_is[place], spread]))
    heads = [("", "S1"), ("", "+-"), ("", "ST"), ("", "+-")]
    shares = table[["S1", "S1_confidence", "ST", "ST_confidence"]].to_numpy(dtype=float)
    cells = [[slope(share) for share in row] for row in shares.tolist()]
    told = f"standard deviation {with_unit(factor * spread, change)}"
    as_it_is = f"{with_unit(factor * found.as_it_is[place], unit)} in the scenario as it is"
    return heads, cells, table["ST"].to_numpy(), f"{_title(found, result, '')}: {told}; {as_it_is}"


def _title(found: Sensitivity, result: SingleResult, unit: str) -> str:
    return result.words(found.label_names) + (f", {unit}" if unit else "")

"""The uncertain factors of a scenario as text: one line each, or one row of a table for each parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mfa.vocabulary import PARAMETERS

if TYPE_CHECKING:
    from mfa.inputs.sampling import FactorSummary

SHOWN_LABELS = 4


def factors_text(scenario: str, pattern: str | None = None) -> str:
    """List the factors of a scenario with law, value, 5 and 95 % and the line where they stand.

    Parameters
    ----------
    scenario : str
        Name or path.
    pattern : str, optional
        Factors to show, such as ``lifetime[vehicles]``; all if not given.

    Returns
    -------
    str

    Raises
    ------
    InputError
        If a row has no law, or the pattern picks nothing.
    """
    import warnings

    from mfa.inputs import InputWarning
    from mfa.inputs.sampling import Design

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        design = Design(scenario, 1, 0, vary=None if pattern is None else [pattern])
    factors = design.factors
    correlated = len({name for block in design.blocks for name in block.names} & set(design.names))
    width = max(len(factor.name) for factor in factors)
    laws = max(len(factor.distribution) for factor in factors)
    title = f"{len(factors)} uncertain factors of {design.uncertainty.scenario.name}"
    lines = [f"{title}: law, value (5 % to 95 %) of the row with the widest range, and where it stands", ""]
    for factor in factors:
        row = factor.row
        bounds = "" if row.low != row.low else f" ({row.low:.4g} to {row.high:.4g})"
        unit = "" if row.unit == "1" else f" {row.unit}"
        year = f", {row.year}" if row.year is not None else ""
        more = f", {factor.rows} rows" if factor.rows > 1 else ""
        text = f"{row.value:.4g}{bounds}{unit}{year}"
        lines.append(f"{factor.name:<{width}}  {factor.distribution:<{laws}}  {text}  [{row.place}{more}]")
    lines += ["", f"{correlated} of them are rank-correlated, blocks: {len(design.blocks)}"]
    return "\n".join(lines)


def factors_table(factors: Sequence[FactorSummary]) -> str:
    """Return a Markdown table of factors by parameter: how many, which laws, how they are told apart."""
    grouped: dict[str, list[FactorSummary]] = {}
    for one in factors:
        head = f"{one.factor.parameter}.{one.factor.term}" if one.factor.term else one.factor.parameter
        grouped.setdefault(head, []).append(one)
    lines = ["| parameter | factors | rows | laws | told apart by | such as |", "|---|---|---|---|---|---|"]
    for head, found in grouped.items():
        parameter = PARAMETERS[found[0].factor.parameter]
        laws = ", ".join(dict.fromkeys(one.distribution.split(" ")[0].rstrip(",") for one in found))
        dims = {label.dim for one in found for label in one.factor.labels}
        told = ", ".join(dim for dim in parameter.dims if dim in dims) or "nothing: one for all"
        names = [", ".join(label.label for label in one.factor.labels) for one in found if one.factor.labels]
        shown = "; ".join(names[:SHOWN_LABELS]) + ("; ..." if len(names) > SHOWN_LABELS else "")
        lines.append(f"| `{head}` | {len(found)} | {sum(one.rows for one in found)} | {laws} | {told} | {shown} |")
    return "\n".join(lines)

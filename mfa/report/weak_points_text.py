"""The estimates that matter most, for a terminal: the shopping list of the next data collection."""

from __future__ import annotations

import textwrap
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from mfa.inputs.pedigree import pedigree_words
from mfa.report.digits import cut, figure, shown_unit

if TYPE_CHECKING:
    from mfa.studies.weak_points import WeakPoints

WIDTH = 110
LEAST = 0.0005
"""Share of the squared effects from which on an estimate is shown."""
MOVES = "moves most"


def weak_points_text(found: WeakPoints, most: int = 20) -> str:
    """The list, what it covers, and how to read it.

    Parameters
    ----------
    found : WeakPoints
    most : int
        Estimates shown at most: those that do less than `LEAST` are not, but for the first.

    Returns
    -------
    str
    """
    table = found.table
    shown = table.head(max(1, min(most, int((table["share"] >= LEAST).sum()))))
    alone = len(found.outputs) == 1
    results = ", ".join(sorted({name.split("[")[0] for name in found.outputs}))
    what = found.outputs[0] if alone else f"{results} ({len(found.outputs)} results)"
    lines = [
        f"{found.scenario}: the estimates that matter most to {what}",
        "",
        *_wrapped(
            f"{found.factors} uncertain factors, {found.firm} of them read or derived: these make up "
            f"{100 * found.firm_share:.0f} % of the squared effects. The {len(table)} estimates make up the rest, the "
            f"{len(shown)} below {100 * shown['share'].sum():.0f} %. The range of {found.scored} factors comes from "
            "their pedigree alone."
        ),
        "",
    ]
    header = ("", "estimate", "5 %", "95 %", "unit", MOVES, "elasticity", "effect", "share", "pedigree", "where")
    cells = [_line(number, row) for number, row in enumerate(shown.to_dict("records"), start=1)]
    widths = [max(len(line[i]) for line in [header, *cells]) for i in range(len(header))]
    left = {"estimate", "unit", MOVES, "pedigree", "where"}
    for line in [header, *cells]:
        placed = zip(line, widths, header, strict=True)
        lines.append(
            "  ".join(
                text.ljust(width) if title in left else text.rjust(width)
                for text, width, title in placed
                if not (alone and title == MOVES)
            ).rstrip()
        )
    lines += [
        "",
        *_wrapped(
            "elasticity: change of the result in percent for one percent of the factor; effect: elasticity times "
            f"ln(95 % / 5 %){'' if alone else ', on the result that it moves most'}; share: its part of the squared "
            f"effects of all factors{'' if alone else ', mean over the results'}. Each factor alone, all others at "
            "their medians. What is not shown does less than 0.1 % each, or comes after these."
        ),
    ]
    return "\n".join(lines)


def _line(number: int, row: Mapping[Hashable, Any]) -> tuple[str, ...]:
    return (
        str(number), cut(row["words"]), figure(row["low"]), figure(row["high"]), shown_unit(row["unit"]),
        row["result"], _slope(row["elasticity"]), f"{row['effect']:.3f}", f"{100 * row['share']:.1f} %",
        pedigree_words(row["pedigree"]) if row["pedigree"] else "not scored", row["place"].rpartition("/")[2],
    )  # fmt: skip


def _slope(elasticity: float) -> str:
    """An elasticity with two digits that count.

    Examples
    --------
    >>> _slope(0.5632), _slope(-0.01434), _slope(float("nan"))
    ('0.56', '-0.014', '-')
    """
    return f"{elasticity:.2g}" if elasticity == elasticity else "-"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)

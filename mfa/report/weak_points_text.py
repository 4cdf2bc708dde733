"""The estimates that matter most, for a terminal: the shopping list of the next data collection."""

from __future__ import annotations

import textwrap
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from mfa.inputs.pedigree import pedigree_words
from mfa.report.digits import cut, figure, shown_unit, slope

if TYPE_CHECKING:
    from mfa.studies.weak_points import WeakPoints

WIDTH = 110


def weak_points_text(found: WeakPoints, most: int = 20) -> str:
    """The list, what it covers, and how to read it.

    Parameters
    ----------
    found : WeakPoints
    most : int
        Estimates shown.

    Returns
    -------
    str
    """
    table = found.table
    shown = table.head(most)
    results = sorted({name.split("[")[0] for name in found.outputs})
    lines = [
        f"{found.scenario}: the estimates that matter most to {', '.join(results)} ({len(found.outputs)} results)",
        "",
        *_wrapped(
            f"{found.factors} uncertain factors, {found.firm} of them read or derived: these make up "
            f"{100 * found.firm_share:.0f} % of the squared effects. The {len(table)} estimates make up the rest, the "
            f"first {len(shown)} of them {100 * shown['share'].sum():.0f} %. The range of {found.scored} factors comes "
            "from their pedigree alone."
        ),
        "",
    ]
    header = ("", "estimate", "5 %", "95 %", "unit", "moves most", "elasticity", "effect", "share", "pedigree", "where")
    cells = [_line(number, row) for number, row in enumerate(shown.to_dict("records"), start=1)]
    widths = [max(len(line[i]) for line in [header, *cells]) for i in range(len(header))]
    left = {1, 4, 5, 9, 10}
    for line in [header, *cells]:
        lines.append(
            "  ".join(
                text.ljust(width) if i in left else text.rjust(width)
                for i, (text, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
        )
    lines += [
        "",
        *_wrapped(
            "effect: elasticity times ln(95 % / 5 %), on the result that it moves most; share: its part of the squared "
            "effects of all factors, mean over the results. Each factor alone, all others at their medians."
        ),
    ]
    return "\n".join(lines)


def _line(number: int, row: Mapping[Hashable, Any]) -> tuple[str, ...]:
    return (
        str(number), cut(row["words"]), figure(row["low"]), figure(row["high"]), shown_unit(row["unit"]),
        row["result"], slope(row["elasticity"]), f"{row['effect']:.3f}", f"{100 * row['share']:.1f} %",
        pedigree_words(row["pedigree"]) if row["pedigree"] else "", row["place"].rpartition("/")[2],
    )  # fmt: skip


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)

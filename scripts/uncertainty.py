"""The table of uncertain factors in docs/uncertainty.md.

    python scripts/uncertainty.py            prints it
    python scripts/uncertainty.py --write    puts it into docs/uncertainty.md

The scenario is japan-vision, which holds every factor of the reference and those of its policies.
"""

from __future__ import annotations

import warnings
from pathlib import Path

from page_table import print_or_write

from mfa.inputs import InputWarning
from mfa.inputs.sampling import Design
from mfa.report.factors import factors_table

SCENARIO = "japan-vision"
PAGE = Path(__file__).parents[1] / "docs" / "uncertainty.md"
START, END = "<!-- table: scripts/uncertainty.py --write -->", "<!-- end of the table -->"


def table() -> str:
    """Return a sentence with the counts, and the table by parameter."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        design = Design(SCENARIO, 1, 0)
    correlated = len({name for block in design.blocks for name in block.names} & set(design.names))
    rows = sum(factor.rows for factor in design.factors)
    text = (
        f"`{SCENARIO}` has {len(design.factors)} factors, which move {rows} rows of its tables; {correlated} of them "
        f"are rank-correlated, in {len(design.blocks)} blocks."
    )
    return f"{text}\n\n{factors_table(design.factors)}"


if __name__ == "__main__":
    raise SystemExit(print_or_write(__doc__, table, PAGE, START, END))

"""Studies of levers: the years before any lever acts are solved once, for all points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mfa.assembly import assemble
from mfa.past import Past, shared_years
from mfa.studies.evaluate import UntilYear

if TYPE_CHECKING:
    from mfa.inputs.points import Points

FEWEST_YEARS, FEWEST_POINTS = 8, 16
"""Less is not worth the trouble."""


def years_before_levers(points: Points, until: int | None = None) -> int:
    """Number of years, from the first of the run on, in which no lever changes anything.

    Parameters
    ----------
    points : Points
        Looked at where each lever is lowest and highest.
    until : int, optional
        Last year that is run.
    """
    rows = points.rows
    ends = np.unique(np.concatenate([rows.argmin(axis=0), rows.argmax(axis=0)]))
    base, moved = points.base, points.inputs_at(ends)
    if until is not None:
        base, moved = base.until(until), moved.until(until)
    return shared_years(assemble(base), assemble(moved))


def continued(points: Points, until: int | None = None) -> UntilYear:
    """The points of a study, the years before its levers solved if there are enough of them.

    Parameters
    ----------
    points : Points
    until : int, optional
        Last year that is run.
    """
    years = years_before_levers(points, until) if points.size >= FEWEST_POINTS else 0
    if years < FEWEST_YEARS:
        return UntilYear(points, until)
    base = points.base if until is None else points.base.until(until)
    return UntilYear(points, until, Past(assemble(base), years))

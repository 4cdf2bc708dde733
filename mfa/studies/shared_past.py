"""Studies of levers: the years before any lever acts are solved once, for all points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mfa.assembly import assemble
from mfa.past import Past, shared_years
from mfa.studies.evaluate import DesignLike, UntilYear

if TYPE_CHECKING:
    from mfa.inputs import Inputs
    from mfa.inputs.points import Points

FEWEST_YEARS = 8
FEWEST_POINTS = 16
"""Less is not worth the trouble."""


class Continued:
    """A design whose samples go on from years that are solved already.

    Parameters
    ----------
    design : DesignLike
    past : Past
    """

    def __init__(self, design: DesignLike, past: Past) -> None:
        self.design, self.past = design, past

    @property
    def size(self) -> int:
        """Samples."""
        return self.design.size

    def inputs(self, start: int, stop: int, /) -> Inputs:
        """Inputs of samples start to stop - 1."""
        return self.design.inputs(start, stop)


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


def continued(points: Points, until: int | None = None) -> DesignLike:
    """The points of a study, the years before its levers solved if there are enough of them.

    Parameters
    ----------
    points : Points
    until : int, optional
        Last year that is run.
    """
    design = UntilYear(points, until)
    if points.size < FEWEST_POINTS:
        return design
    years = years_before_levers(points, until)
    if years < FEWEST_YEARS:
        return design
    base = points.base if until is None else points.base.until(until)
    return Continued(design, Past(assemble(base), years))

"""Years that many runs share: solved once, and every run goes on from there.

A lever that acts from 2030 on leaves the years before as they are. Studies of levers, and the live page, solve those
years once and hand every run the state at their end and what they reported. Nothing is taken on trust: a run goes on
only if all that its first years read is the same, to the last bit; else it is solved from the start.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mfa.assembly import Model
from mfa.recording import Record
from mfa.system.layout import Floats
from mfa.year import solve_year
from mfa.year.outcome import report
from mfa.year.state import State

LAYOUT = (
    "years", "cohorts", "item_product", "item_component", "item_chemistry", "class_component", "class_chemistry",
    "stream_scrap", "stream_class", "domestic",
)  # fmt: skip
"""What makes two layouts the same, beside their labels."""


class Past:
    """The first years of a model with one sample, solved.

    Parameters
    ----------
    model : Model
    years : int
        Number of years to solve.
    full : bool
        Whether flows and stocks are kept by product, component and class.

    Raises
    ------
    ModelError
        If a year cannot be solved, with coordinates.
    """

    def __init__(self, model: Model, years: int, full: bool = False) -> None:
        assert model.n_sample == 1
        self.model, self.years, self.full = model, years, full
        self.state, self.record = State(model), Record(model, full)
        self.opening = self.state.opening()
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            for t in range(years):
                self.record.keep(t, report(solve_year(self.state, t), full))

    def resume(self, model: Model, full: bool) -> tuple[State, Record, dict[str, Floats]] | None:
        """Go on with a model of any number of samples, if its first years are these.

        Returns
        -------
        (State, Record, dict of array) or None
            State at the end of these years, what they reported, stocks before the run.
        """
        if full != self.full or shared_years(self.model, model) < self.years:
            return None
        state, record = State(model), Record(model, full)
        if not state.go_on_from(self.state):
            return None
        record.take_years(self.record, self.years)
        opening = {
            name: np.broadcast_to(values, (model.n_sample, *values.shape[1:])) for name, values in self.opening.items()
        }
        return state, record, opening


def shared_years(past: Model, model: Model) -> int:
    """Number of years, from the first on, in which two models read the same.

    Parameters
    ----------
    past : Model
        With one sample.
    model : Model
        With any number, all of which are looked at.

    Returns
    -------
    int
        0 if anything differs that is not a matter of the year.
    """
    ours, theirs = past.layout, model.layout
    if ours.labels_without_samples() != theirs.labels_without_samples() or past.n_region != model.n_region:
        return 0
    if not all(np.array_equal(getattr(ours, name), getattr(theirs, name)) for name in LAYOUT):
        return 0
    if not np.array_equal(past.lasting_pairs, model.lasting_pairs):
        return 0
    if not all(_same(before, now).all() for before, now in _lasting(past, model)):
        return 0
    years = past.n_years  # levers follow from what is compared here
    for name in past.par.by_year():
        before, now = past.par.path(name), model.par.path(name)
        if len(before) != len(now):
            return 0
        earlier = len(before) - past.n_years  # cohorts before the run
        same = _same(before[: earlier + years], now[: earlier + years])
        if not same.all():
            years = max(int(np.argmin(same)) - earlier, 0)
        if years == 0:
            return 0
    return years


def _lasting(past: Model, model: Model) -> Iterator[tuple[Any, Any]]:
    """What does not change by year, of both."""
    yield past.initial_units, model.initial_units
    yield past.initial_mix, model.initial_mix
    for name in past.par.fixed_names():
        yield past.par.fixed(name), model.par.fixed(name)
    for part in ("survival", "component_survival", "second_survival"):
        one, other = getattr(past, part), getattr(model, part)
        if one is None or other is None:
            yield np.array([one is None]), np.array([other is None])
            continue
        yield one.by_age, other.by_age
        if one.by_cohort is not None and other.by_cohort is not None:
            yield one.by_cohort, other.by_cohort
        yield one.varying, other.varying


def _same(before: Any, now: Any) -> NDArray[np.bool_]:
    """Whether values are the same, for each place on the first axis; undefined is the same as undefined."""
    if before.ndim != now.ndim or not all(
        a == b or a == 1 for a, b in zip(before.shape, now.shape, strict=True)
    ):  # one sample stands for all
        return np.zeros(1, dtype=bool)
    # along an axis that takes no memory one place tells all
    index = tuple(
        slice(0, 1) if d > 0 and before.strides[d] == 0 == now.strides[d] else slice(None) for d in range(now.ndim)
    )
    before, now = before[index], now[index]
    differs = before != now
    if differs.any() and before.dtype.kind == "f":
        differs = differs & ~(np.isnan(before) & np.isnan(now))
    return np.asarray(~differs.any(axis=tuple(range(1, differs.ndim))))

"""Products in use: cohorts that enter with the year's inflow and leave by their survival function.

S[t,c] = S[t-1,c] (sf(a)/sf(a-1))^m[t] and S[c,c] = inflow[c] sf(0)^m[c], with S the stock at year end, t the year, c
the cohort (year of entry), a = t - c the age, sf the survival function at year end and m the hazard multiplier of the
year. The outflow is the difference of the stock, so inflow = outflow so far + stock holds for every cohort whatever m.

Everything here is plain numpy: flows per year, lifetimes in years, the step of one year understood. Whole runs have
arrays of three axes, see `mfa.system.cohort_survival`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mfa.system.cohort_products import (
    BLOCK_CELLS,
    blocks_of,
    empty_tables,
    grouped_totals,
    missing,
    own_solution,
    own_tables,
    own_totals,
    products,
    side_by_side,
    solve,
    tables,
)
from mfa.system.cohort_survival import (
    Survival,
    exit_matrix,
    own_series,
    part_of,
    survival_matrix,
    turn,
    yearly_survival,
)

Floats = NDArray[np.float64]

FEW = 8
"""Series that must share a lifetime for a matrix product by group to be worth while."""


class Use(NamedTuple):
    """A course of use: stock at year end; inflow, outflow, early retirement per year; tables by cohort if wanted."""

    stock: Floats
    inflow: Floats
    outflow: Floats
    early_retirement: Floats | None = None
    stock_by_cohort: Floats | None = None
    outflow_by_cohort: Floats | None = None


class DeficitError(ValueError):
    """A stock target needs an inflow, but nothing that enters is left at year end; `where` are the indices."""

    def __init__(self, where: tuple[int, ...]) -> None:
        self.where = where
        super().__init__(f"sf(0) = 0: no inflow can meet the target at index {where}")


def meet_target(target: Floats, survivors: Floats, entering: Floats) -> tuple[Floats, Floats, Floats]:
    """Inflow that brings the survivors up to a stock target, or the share of them to keep.

    Parameters
    ----------
    target, survivors : array
        Stock wanted and left at year end, all cohorts together.
    entering : array
        Share of the inflow still in use at the end of its first year, sf(0)^m.

    Returns
    -------
    inflow : array
        max(0, (target - survivors)/entering).
    keep : array
        Factor for every cohort: target/survivors where survivors exceed the target, else 1.
    early_retirement : array
        The excess, max(0, survivors - target).

    Raises
    ------
    DeficitError
        If stock is missing and `entering` is 0.

    Examples
    --------
    >>> meet_target(np.array([10.0, 3.0]), np.array([6.0, 4.0]), np.array([0.8, 0.8]))
    (array([5., 0.]), array([1.  , 0.75]), array([0., 1.]))
    """
    gap = target - survivors
    if gap.min(initial=0.0) >= 0.0 and entering.min(initial=1.0) > 0.0:  # the usual year
        return gap / entering, np.ones_like(gap), np.zeros_like(gap)
    entering = np.broadcast_to(entering, gap.shape)
    unmet = (gap > 0.0) & (entering == 0.0)
    if unmet.any():
        raise DeficitError(tuple(int(i) for i in np.argwhere(unmet)[0]))
    wanted = np.maximum(gap, 0.0)
    inflow = np.divide(wanted, entering, out=np.zeros_like(gap), where=wanted > 0.0)
    keep = np.divide(target, survivors, out=np.ones_like(gap), where=gap < 0.0)
    return inflow, keep, np.maximum(-gap, 0.0)


def inflow_driven(
    inflow: Floats,
    survival: Survival,
    *,
    initial: Floats | None = None,
    multiplier: Floats | None = None,
    by_cohort: bool = False,
) -> Use:
    """Stock and outflow of a known inflow.

    Parameters
    ----------
    inflow : array [lead, time, trail], >= 0
    survival : Survival
    initial : array [lead, cohort, trail], optional
        Stock at the end of the year before the first, of cohorts up to that year.
    multiplier : array [lead or 1, time, trail or 1], optional
    by_cohort : bool
        Whether the tables [lead, time, cohort, trail] are wanted too.

    Returns
    -------
    Use
    """
    lead, years, trail = inflow.shape
    entries = inflow if initial is None else np.concatenate([initial, inflow], axis=1)
    earlier = entries.shape[1] - years
    own = own_series(survival, multiplier)
    if own == (1, 1):
        matrix = survival_matrix(survival, years, earlier, multiplier)[0, :, :, 0]
        stock = products(matrix, entries)
        by_year = tables(matrix, exit_matrix(matrix), entries) if by_cohort else (None, None)
        return Use(stock, inflow, missing(inflow, stock, initial), None, *by_year)
    if not by_cohort and own[1] == 1 and trail >= FEW:
        stock = grouped_totals(entries, survival, years, multiplier)
        return Use(stock, inflow, missing(inflow, stock, initial))
    if not by_cohort and own[0] == 1 and lead >= FEW:
        turned = None if multiplier is None else turn(multiplier)
        stock = _turned_array(grouped_totals(turn(entries), survival.turned(), years, turned))
        return Use(stock, inflow, missing(inflow, stock, initial))
    if initial is None and multiplier is None and survival.code.shape[1] == 1:
        if lead > trail and not by_cohort:
            return _turned(lambda: inflow_driven(_turned_array(inflow), survival.turned()))
        stock, outflow = own_totals(inflow, survival)
        by_year = own_tables(inflow, survival) if by_cohort else (None, None)
        return Use(stock, inflow, outflow, None, *by_year)
    return _recursion(inflow, None, survival, initial, multiplier, by_cohort)


def stock_driven(
    target: Floats,
    survival: Survival,
    *,
    initial: Floats | None = None,
    multiplier: Floats | None = None,
    by_cohort: bool = False,
) -> Use:
    """Inflow and outflow that make the stock follow a target.

    inflow = max(0, (target - survivors)/sf(0)^m). Where survivors exceed the target the inflow is 0 and all cohorts are
    scaled by target/survivors; the excess is in the outflow and in the early retirement.

    Parameters
    ----------
    target : array [lead, time, trail], >= 0
    survival, initial, multiplier, by_cohort
        As for `inflow_driven`.

    Returns
    -------
    Use

    Raises
    ------
    DeficitError
        If stock is missing in a year with sf(0) = 0; its indices are (lead, time, trail).
    """
    lead, years, trail = target.shape
    if own_series(survival, multiplier) != (1, 1):
        if initial is not None or multiplier is not None or survival.code.shape[1] > 1:
            return _recursion(None, target, survival, initial, multiplier, by_cohort)
        if lead > trail and not by_cohort:
            return _turned(lambda: stock_driven(_turned_array(target), survival.turned()))
        return _own_stock_driven(target, survival, by_cohort)
    earlier = 0 if initial is None else initial.shape[1]
    matrix = survival_matrix(survival, years, earlier, multiplier)[0, :, :, 0]
    entries = solve(matrix, target, initial)
    if entries is None:
        return _recursion(None, target, survival, initial, multiplier, by_cohort)
    inflow = entries[:, earlier:]
    falling = ~(inflow.min(axis=1) >= 0.0)
    if by_cohort and falling.any():
        return _recursion(None, target, survival, initial, multiplier, by_cohort)
    result = Use(target, inflow, missing(inflow, target, initial), np.zeros(target.shape))
    if by_cohort:
        stocks, outflows = tables(matrix, exit_matrix(matrix), entries)
        return result._replace(stock_by_cohort=stocks, outflow_by_cohort=outflows)
    if falling.any():
        _replace_falling(result, target, survival, initial, multiplier, falling)
    return result


def _own_stock_driven(target: Floats, survival: Survival, by_cohort: bool) -> Use:
    """A target met where every series has a lifetime of its own, the same for all its cohorts."""
    found = own_solution(target, survival)
    falling = None if found is None else ~(found[0].min(axis=1) >= 0.0)
    if found is None or falling is None or (by_cohort and falling.any()):
        return _recursion(None, target, survival, None, None, by_cohort)
    result = Use(target, *found, np.zeros(target.shape))
    if by_cohort:
        stocks, outflows = own_tables(result.inflow, survival)
        return result._replace(stock_by_cohort=stocks, outflow_by_cohort=outflows)
    if falling.any():
        _replace_falling(result, target, survival, None, None, falling)
    return result


def _replace_falling(
    result: Use,
    target: Floats,
    survival: Survival,
    initial: Floats | None,
    multiplier: Floats | None,
    falling: NDArray[np.bool_],
) -> None:
    """Work out anew, year by year, the series whose target somewhere falls faster than the stock dies."""
    lead, trail = np.nonzero(falling)
    survival = survival.picked(lead, trail)
    few = None if initial is None else np.ascontiguousarray(initial[lead, :, trail].T)[None]
    found = _recursion(None, np.ascontiguousarray(target[lead, :, trail].T)[None], survival, few, multiplier, False)
    assert result.early_retirement is not None and found.early_retirement is not None
    result.inflow[lead, :, trail] = found.inflow[0].T
    result.outflow[lead, :, trail] = found.outflow[0].T
    result.early_retirement[lead, :, trail] = found.early_retirement[0].T


@contextmanager
def _placed(leads: slice = slice(0, 0), trails: slice = slice(0, 0), year: int | None = None) -> Iterator[None]:
    """Complete the place of a deficit: its year, and the block of series that it was met in."""
    try:
        yield
    except DeficitError as error:
        where = error.where if year is None else (error.where[0], year, error.where[1])
        raise DeficitError((leads.start + where[0], where[1], trails.start + where[2])) from None


def _recursion(
    inflow: Floats | None,
    target: Floats | None,
    survival: Survival,
    initial: Floats | None,
    multiplier: Floats | None,
    by_cohort: bool,
) -> Use:
    """The cohort recursion of a given inflow or target, block by block; one year of cohorts unless all are wanted."""
    driver = target if inflow is None else inflow
    assert driver is not None
    lead, years, trail = driver.shape
    if trail < lead and not by_cohort:  # the longer axis last, where long inner loops are fast
        arrays = [None if array is None else _turned_array(array) for array in (inflow, target, initial, multiplier)]
        return _turned(lambda: _recursion(arrays[0], arrays[1], survival.turned(), arrays[2], arrays[3], False))
    before = np.zeros((lead, 0, trail)) if initial is None else initial
    cohorts = before.shape[1] + years
    stocks, outflows = empty_tables((lead, years, cohorts, trail)) if by_cohort else (None, None)
    stock = np.empty(driver.shape) if target is None else target
    entering = np.empty(driver.shape) if inflow is None else inflow
    outflow = np.empty(driver.shape)
    early = None if target is None else np.empty(driver.shape)
    blocks = list(blocks_of(lead, cohorts, trail, 4 * BLOCK_CELLS if by_cohort else BLOCK_CELLS))

    def work(number: int) -> None:
        leads, trails = blocks[number]
        some = (leads, slice(None), trails)
        block = Use(
            stock[some],
            entering[some],
            outflow[some],
            None if early is None else early[some],
            None if stocks is None else stocks[leads, ..., trails],
            None if outflows is None else outflows[leads, ..., trails],
        )
        few = None if multiplier is None else part_of(multiplier, leads, trails)
        with _placed(leads, trails):
            _recurse(block, survival.part(leads, trails), before[some], few)

    side_by_side(work, len(blocks), 16.0 * driver.size * cohorts if by_cohort else 0.0)
    return Use(stock, entering, outflow, early, stocks, outflows)


def _turned(call: Callable[[], Use]) -> Use:
    """What a call finds with lead and trail exchanged, exchanged back."""
    try:
        found = call()
    except DeficitError as error:
        raise DeficitError(error.where[::-1]) from None
    arrays = {name: _turned_array(array) for name, array in found._asdict().items() if array is not None}
    return found._replace(**arrays)


def _turned_array(array: Floats) -> Floats:
    return np.ascontiguousarray(turn(array))


def _recurse(use: Use, survival: Survival, before: Floats, multiplier: Floats | None) -> None:
    """Fill `use` for one block of series: with early retirement its stock is the target, else its inflow is given."""
    stock, inflow, outflow, early, stocks, outflows = use
    lead, years, trail = inflow.shape
    earlier = before.shape[1]
    if stocks is None or outflows is None:  # room for two years in turn
        left = np.empty((lead, 2, earlier + years, trail))
        lost = np.empty((lead, 1, earlier + years, trail))
    else:
        left, lost = stocks, outflows
    for year, (ratio, entering) in enumerate(yearly_survival(survival, years, earlier, multiplier)):
        alive = earlier + year
        cohorts = left[:, year % left.shape[1], : alive + 1]
        gone = lost[:, year % lost.shape[1], : alive + 1]
        survivors, newest = cohorts[:, :alive], cohorts[:, alive]
        np.multiply(before, ratio, out=survivors)
        if early is not None:
            with _placed(year=year):
                inflow[:, year], keep, early[:, year] = meet_target(stock[:, year], survivors.sum(axis=1), entering)
            if np.any(keep < 1.0):
                survivors *= keep[:, None]
        np.multiply(inflow[:, year], entering, out=newest)
        np.subtract(before, survivors, out=gone[:, :alive])
        np.subtract(inflow[:, year], newest, out=gone[:, alive])
        if early is None:
            np.sum(cohorts, axis=1, out=stock[:, year])
        np.sum(gone, axis=1, out=outflow[:, year])
        before = cohorts

"""Many cohorts at once: matrix products for the totals, tables written once for the cohorts, and their solution.

Plain numpy, arrays of three axes as in `mfa.system.cohort_survival`. New memory costs more than the arithmetic, so a
table is written once, and not at all before a cohort enters. Totals of series that share a lifetime are products of
matrices.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from mfa.system.cohort_survival import Survival, part_of, survival_matrix, turn

Floats = NDArray[np.float64]

BLOCK_CELLS = 1 << 16
"""Cells of stock by cohort that are worked on at a time, so that they stay in the processor's cache."""

LARGE_BYTES = 1 << 27
"""Tables above this are worth several threads, and memory of their own."""

ROUNDING = 1e-14
"""Share of a stock that may be lost, or won, in the sum over its cohorts."""

FEW_PRODUCTS = 1 << 18
"""Multiplications in a matrix product that is too small for the linear algebra library to start threads of its own."""


def products(matrix: Floats, entries: Floats) -> Floats:
    """Sums over cohorts of a matrix [time, cohort] times entries [lead, cohort, trail].

    Sixteen years at a time: cohorts that enter later have no part in them, which saves nearly half of the work. Few
    series at a time: the threads of the linear algebra library gain little here, lose much on a busy machine, and go on
    to wait for work on the cores that `side_by_side` needs.
    """
    years, cohorts = matrix.shape
    lead, _, trail = entries.shape
    step = 16 if lead * trail >= 256 else years
    totals = np.empty((lead, years, trail))
    found = totals
    if trail == 1:  # then the series lie along lead
        found, entries = turn(totals), turn(entries)
    wide = FEW_PRODUCTS // (step * cohorts) + 1
    for begin in range(0, entries.shape[2], wide):
        some = slice(begin, begin + wide)
        for start in range(0, years, step):
            stop = min(start + step, years)
            alive = cohorts - years + stop
            np.matmul(matrix[start:stop, :alive], entries[:, :alive, some], out=found[:, start:stop, some])
    return totals


def tables(matrix: Floats, exits: Floats, entries: Floats) -> tuple[Floats, Floats]:
    """Stock and outflow by cohort, each written once; before a cohort enters the zeros of new memory are left alone."""
    years, cohorts = matrix.shape
    lead, _, trail = entries.shape
    tables = empty_tables((lead, years, cohorts, trail))
    leads = max(1, 2 * BLOCK_CELLS // (years * cohorts * max(1, trail)))
    step = max(1, min(years, 2 * BLOCK_CELLS // (cohorts * max(1, trail))))

    def write(table: int) -> None:
        for start in range(0, years, step):
            stop = min(start + step, years)
            alive = cohorts - years + stop
            share = (matrix, exits)[table][start:stop, :alive, None]
            if 1 < trail < 64:
                share = np.repeat(share, trail, axis=2)  # one long inner loop in place of many short ones
            for begin in range(0, lead, leads):
                some = slice(begin, begin + leads)
                np.multiply(entries[some, None, :alive], share, out=tables[table][some, start:stop, :alive])

    side_by_side(write, 2, 16.0 * tables[0].size)
    return tables


def grouped_totals(entries: Floats, survival: Survival, years: int, multiplier: Floats | None) -> Floats:
    """Stock where each lead has lifetimes of its own, shared along trail: matrix products by lead."""
    lead, cohorts, trail = entries.shape
    stock = np.empty((lead, years, trail))
    step = max(1, 16 * BLOCK_CELLS // (years * cohorts))
    for start in range(0, lead, step):
        part = slice(start, start + step)
        few = None if multiplier is None else part_of(multiplier, part, slice(None))
        matrix = survival_matrix(survival.part(part, slice(None)), years, cohorts - years, few)[..., 0]
        np.matmul(matrix, entries[part], out=stock[part])
    return stock


def own_totals(inflow: Floats, survival: Survival) -> tuple[Floats, Floats]:
    """Stock and outflow where every series has a lifetime of its own, the same for all its cohorts.

    stock[t] = sum over cohorts c <= t of inflow[c] sf(t-c); the outflow is what is missing from one year to the next.
    """
    lead, years, trail = inflow.shape
    stock, outflow = np.empty((2, lead, years, trail))
    blocks = list(blocks_of(lead, years, trail, BLOCK_CELLS))

    def work(number: int) -> None:
        leads, trails = blocks[number]
        flow = np.ascontiguousarray(inflow[leads, :, trails])
        share = survival.part(leads, trails).at(np.arange(years, dtype=np.float64))
        _convolve(flow, share, stock[leads, :, trails])
        outflow[leads, :, trails] = missing(flow, stock[leads, :, trails])

    side_by_side(work, len(blocks), 16.0 * inflow.size * years)
    return stock, outflow


def own_tables(inflow: Floats, survival: Survival) -> tuple[Floats, Floats]:
    """Stock and outflow by cohort where every series has a lifetime of its own; each table is written once."""
    lead, years, trail = inflow.shape
    tables = empty_tables((lead, years, years, trail))
    shares = [_by_year_and_cohort(share) for share in _share_and_fall(survival, years)]
    step = max(1, min(years, 2 * BLOCK_CELLS // (years * max(1, trail))))

    def write(table: int) -> None:
        for some in range(lead):
            share = shares[table][min(some, len(shares[table]) - 1)]
            for start in range(0, years, step):
                stop = min(start + step, years)
                np.multiply(inflow[some, :stop], share[start:stop, :stop], out=tables[table][some, start:stop, :stop])

    side_by_side(write, 2, 16.0 * tables[0].size)
    return tables


def own_solution(target: Floats, survival: Survival) -> tuple[Floats, Floats] | None:
    """Inflow whose survivors are the target, and its outflow, where every series has a lifetime of its own.

    inflow[t] = (target[t] - sum over cohorts c < t of inflow[c] sf(t-c))/sf(0); below 0 where the target falls faster
    than the stock dies. None if a cohort enters with (nearly) 0.
    """
    lead, years, trail = target.shape
    if not np.all(survival.at(np.zeros(1)) > 1e-100):
        return None
    inflow, outflow = np.empty((2, lead, years, trail))
    blocks = list(blocks_of(lead, years, trail, BLOCK_CELLS))

    def work(number: int) -> None:
        leads, trails = blocks[number]
        share = survival.part(leads, trails).at(np.arange(years, dtype=np.float64))
        shares, inverses = _by_year_and_cohort(share), _by_year_and_cohort(_reciprocal(share[:, :16]))
        wanted, flow = target[leads, :, trails], inflow[leads, :, trails]
        for start in range(0, years, 16):
            stop = min(start + 16, years)
            gap = wanted[:, start:stop]
            if start:
                gap = gap - np.einsum("lcs,ltcs->lts", flow[:, :start], shares[:, start:stop, :start])
            np.einsum("lcs,ltcs->lts", gap, inverses[:, : stop - start, : stop - start], out=flow[:, start:stop])
        outflow[leads, :, trails] = missing(flow, wanted)

    side_by_side(work, len(blocks), 16.0 * target.size * years)
    return inflow, outflow


def _reciprocal(share: Floats) -> Floats:
    """Inflow of each year [lead, age, trail] that keeps a stock of 1 at the end of year 0 and of 0 ever after.

    Its convolution with any course of the stock is the inflow that the course asks for.
    """
    found = np.empty(share.shape)
    np.divide(1.0, share[:, 0], out=found[:, 0])
    for age in range(1, share.shape[1]):
        left = np.einsum("las,las->ls", found[:, :age], share[:, age:0:-1])
        np.multiply(left, -found[:, 0], out=found[:, age])
    return found


def missing(inflow: Floats, stock: Floats, initial: Floats | None = None) -> Floats:
    """Outflow: the stock before and the inflow less the stock, axes [lead, time, trail]; 0 where that is rounding.

    Examples
    --------
    >>> missing(np.full((1, 3, 1), 0.1), np.array([0.1, 0.2, 0.1 + 0.2]).reshape(1, 3, 1)).ravel()
    array([0., 0., 0.])
    """
    before = inflow.copy()
    before[:, 1:] += stock[:, :-1]
    if initial is not None:
        before[:, 0] += initial.sum(axis=1)
    outflow = before - stock
    before *= ROUNDING
    np.copyto(outflow, 0.0, where=outflow < before)
    return outflow


def _share_and_fall(survival: Survival, years: int) -> tuple[Floats, Floats]:
    """Survival at year end by whole age from 0 on, and its fall in each year; rounding must not make it rise."""
    share = np.minimum.accumulate(survival.at(np.arange(years, dtype=np.float64)), axis=1)
    return share, -np.diff(share, axis=1, prepend=1.0)


def _by_year_and_cohort(share: Floats) -> Floats:
    """Shares [lead, age, trail] seen as [lead, time, cohort, trail], age = time - cohort; 0 before a cohort enters.

    A view into one list that begins with zeros: nothing of the size of the table is made.
    """
    lead, years, trail = share.shape
    padded = np.zeros((lead, 2 * years - 1, trail))
    padded[:, years - 1 :] = share
    along_lead, along_age, along_trail = padded.strides
    return np.lib.stride_tricks.as_strided(
        padded[:, years - 1 :],
        (lead, years, years, trail),
        (along_lead, along_age, -along_age, along_trail),
        writeable=False,
    )


def _convolve(flow: Floats, share: Floats, out: Floats) -> None:
    """Write sums over cohorts c <= t of flow[lead, c, trail] share[lead, t-c, trail], for some years at a time.

    The more series there are, the fewer years: their totals stay in the fastest cache.
    """
    years, trail = out.shape[1:]
    shares = _by_year_and_cohort(share)
    step = max(1, min(32, 4096 // max(1, trail)))
    for start in range(0, years, step):
        stop = min(start + step, years)
        np.einsum("lcs,ltcs->lts", flow[:, :stop], shares[:, start:stop, :stop], out=out[:, start:stop])


def solve(matrix: Floats, target: Floats, initial: Floats | None) -> Floats | None:
    """Initial stock and inflow whose survivors are the target; None if a cohort enters with (nearly) 0.

    Forward substitution in the triangular matrix, sixteen years and a few series at a time, as in `products`.
    """
    lead, years, trail = target.shape
    earlier = matrix.shape[1] - years
    if not np.all(np.diagonal(matrix, earlier) > 1e-100):
        return None
    entries = np.empty((lead, earlier + years, trail))
    if initial is not None:
        entries[:, :earlier] = initial
    blocks = [matrix[i : i + 16, earlier + i : earlier + i + 16] for i in range(0, years, 16)]
    inverses: list[Floats] = []
    for i, block in enumerate(blocks):  # the same block over and over where the lifetime is that of all cohorts
        same = i > 0 and np.array_equal(block, blocks[i - 1])
        inverses.append(inverses[-1] if same else np.asarray(np.linalg.inv(block), dtype=np.float64))
    wanted, found = (turn(x) if trail == 1 else x for x in (target, entries))
    wide = FEW_PRODUCTS // (16 * matrix.shape[1]) + 1
    for begin in range(0, found.shape[2], wide):
        some = slice(begin, begin + wide)
        for start, inverse in zip(range(0, years, 16), inverses, strict=True):
            stop = min(start + 16, years)
            before, now = slice(0, earlier + start), slice(earlier + start, earlier + stop)
            missing = wanted[:, start:stop, some]
            if now.start:
                missing = missing - np.matmul(matrix[start:stop, before], found[:, before, some])
            np.matmul(inverse, missing, out=found[:, now, some])
    return entries


def empty_tables(shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Two tables of zeros, small ones in one piece of memory: one large piece comes faster than two small ones."""
    if 16 * np.prod(shape) > LARGE_BYTES:
        return np.zeros(shape), np.zeros(shape)
    both = np.zeros((2, *shape))
    return both[0], both[1]


def side_by_side(work: Callable[[int], None], count: int, memory: float) -> None:
    """Do `work(0)`, `work(1)` ... on the processor's cores where `memory` bytes are worth the threads.

    New memory costs more than the arithmetic, and the cost divides by the cores.
    """
    cores = min(count, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 4)
    if cores < 2 or memory < LARGE_BYTES:
        for item in range(count):
            work(item)
        return
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(work, range(count)))


def blocks_of(lead: int, cohorts: int, trail: int, cells: int) -> Iterator[tuple[slice, slice]]:
    """Blocks of series whose cohorts together are about `cells`."""
    wide = max(1, cells // cohorts)
    trails = max(1, min(trail, wide))
    leads = max(1, wide // trails)
    for start in range(0, lead, leads):
        for begin in range(0, trail, trails):
            yield slice(start, min(start + leads, lead)), slice(begin, min(begin + trails, trail))

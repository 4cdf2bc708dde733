"""Chunks of a design, computed one after the other or side by side."""

from __future__ import annotations

import multiprocessing
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

import numpy as np

from mfa.errors import Fault, InputError, ModelError
from mfa.inputs.arrays import InputWarning
from mfa.studies.evaluate import BLOCK, DesignLike, Output, evaluate

Arrays = dict[str, np.ndarray]
_design: DesignLike | None = None  # of a process that works for another


def usable_jobs(jobs: int | None, n_chunks: int) -> int:
    """Processes to use: those asked for, or as many as there are cores, and no more than there are chunks.

    Processes are copies of this one, which only Linux makes safely; elsewhere there is one.

    Raises
    ------
    InputError
        If fewer than one is asked for.
    """
    if jobs is not None and (isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 1):
        raise InputError(Fault("jobs", f"= {jobs} is not a number of processes", "give 1 or more"))
    if not sys.platform.startswith("linux"):
        return 1
    cores = len(os.sched_getaffinity(0))
    return max(1, min(cores if jobs is None else jobs, n_chunks))


def evaluate_all(
    design: DesignLike,
    outputs: Sequence[Output],
    *,
    jobs: int | None = 1,
    tell: Callable[[int, int], None] = lambda done, size: None,
) -> Arrays:
    """Evaluate all points of a design.

    Parameters
    ----------
    design : object with `size` and `inputs(start, stop)`
    outputs : sequence of Output
        What to keep.
    jobs : int or None
        Processes; as many as there are cores if None. The numbers do not depend on it.
    tell : callable
        Called with the points done so far and the size.

    Returns
    -------
    dict of ndarray [sample, *dims]

    Raises
    ------
    InputError, ModelError, BalanceError
        As `evaluate`.
    """
    spans = [(start, min(start + BLOCK, design.size)) for start in range(0, design.size, BLOCK)]
    jobs = usable_jobs(jobs, len(spans))
    parts: dict[int, Arrays] = {}
    done = 0
    tell(0, design.size)
    if jobs == 1:
        for start, stop in spans:
            parts[start] = _quietly(design, start, stop, outputs)
            tell(stop, design.size)
        return _joined(parts)
    global _design
    _design = design
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside idle threads of a maths library
            pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork"))
            try:
                waiting = {pool.submit(_work, start, stop, tuple(outputs)): (start, stop) for start, stop in spans}
                for future in as_completed(waiting):
                    start, stop = waiting[future]
                    parts[start] = future.result()
                    done += stop - start
                    tell(done, design.size)
            except BrokenProcessPool:
                what = "a process ended before its time, perhaps for want of memory"
                raise ModelError(Fault("jobs", what, "run again with fewer: --jobs 1")) from None
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
    finally:
        _design = None
    return _joined(parts)


def _work(start: int, stop: int, outputs: tuple[Output, ...]) -> Arrays:
    assert _design is not None
    return _quietly(_design, start, stop, outputs)


def _quietly(design: DesignLike, start: int, stop: int, outputs: Sequence[Output]) -> Arrays:
    """Evaluate points; what they warn of is told once by the study, not by every chunk."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        return evaluate(design, start, stop, outputs)


def _joined(parts: dict[int, Arrays]) -> Arrays:
    """Chunks in the order of their points."""
    first = parts[min(parts)]
    return {name: np.concatenate([parts[start][name] for start in sorted(parts)]) for name in first}

"""All points of a design, computed in this process or side by side, as one array for each result."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Sequence

import numpy as np

from mfa.errors import Fault, InputError
from mfa.inputs.arrays import InputWarning
from mfa.studies.evaluate import BLOCK, DesignLike, Output
from mfa.studies.store import chunks_of
from mfa.studies.workers import Recipe, compute_here, compute_in_pool, pool_size

Arrays = dict[str, np.ndarray]


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
        As `evaluate`; InputError also if fewer than one process is asked for.
    """
    if jobs is not None and (isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 1):
        raise InputError(Fault("jobs", f"= {jobs} is not a number of processes", "give 1 or more"))
    chunks = chunks_of(design.size, BLOCK)
    recipe = Recipe(functools.partial(_given, design), tuple(outputs))
    count = pool_size(jobs, len(chunks))
    found: Arrays = {}
    done = 0
    tell(0, design.size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)  # told once by the study, not by every chunk
        computed = (
            compute_here(recipe, chunks, design) if count == 1 else compute_in_pool(recipe, chunks, count, design)
        )
        for chunk, part in computed:
            for name, values in part.items():
                if name not in found:
                    found[name] = np.empty((design.size, *values.shape[1:]), values.dtype)
                found[name][chunk.start : chunk.stop] = values
            done += chunk.stop - chunk.start
            tell(done, design.size)
    return found


def _given(design: DesignLike) -> DesignLike:
    return design

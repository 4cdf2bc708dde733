"""Who computes the chunks of a study: this process, or a pool of processes. On a cluster: `mfa.studies.cluster`.

Workers only compute. What they found comes back to the process that asked, which alone writes: so nothing is stored
twice, and a worker that dies takes nothing with it but the chunk it was at, which another computes again.

On Linux workers are copies of the process that asks: they start at once and share what it has read. Elsewhere they
start from nothing, and make the design themselves.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

import numpy as np

from mfa.errors import Fault, MfaError
from mfa.studies.evaluate import DesignLike, Output, UntilYear, evaluate
from mfa.studies.store import FACTORS, Chunk

Found = dict[str, np.ndarray]
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_TRIES = 3
"""Times in a row that workers may die before anything is done."""


@dataclass(frozen=True)
class Recipe:
    """What a worker needs to compute any chunk of a study; it travels to other processes and machines.

    Attributes
    ----------
    make : callable
        Makes the design, such as ``functools.partial(Design, scenario, 1000, 1)``; called once by every worker.
    outputs : tuple of Output
        What to keep.
    reasons : bool
        Whether to keep reason codes.
    factors : bool
        Whether to keep what was drawn, as ``factors`` [sample, factor].
    until : int, optional
        Last year that is run; later ones change no year before.
    """

    make: Callable[[], DesignLike]
    outputs: tuple[Output, ...]
    reasons: bool = False
    factors: bool = False
    until: int | None = None

    def compute(self, design: Any, chunk: Chunk) -> Found:
        """Compute one chunk of a design."""
        found = evaluate(UntilYear(design, self.until), chunk.start, chunk.stop, self.outputs, self.reasons)
        if self.factors:
            found[FACTORS] = design.values(chunk.start, chunk.stop).to_numpy(dtype=np.float64)
        return found


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def pool_size(jobs: int | None, n_chunks: int) -> int:
    """Number of processes: as many as there are cores if none is given, never more than chunks.

    Examples
    --------
    >>> pool_size(8, 3)
    3
    """
    return max(1, min(usable_cores() if jobs is None else jobs, n_chunks))


def compute_here(recipe: Recipe, chunks: Sequence[Chunk], design: Any = None) -> Iterator[tuple[Chunk, Found]]:
    """Compute chunks in this process, one after the other.

    Parameters
    ----------
    recipe : Recipe
    chunks : sequence of Chunk
    design : DesignLike, optional
        The design, if it has been made already.
    """
    design = recipe.make() if design is None else design
    for chunk in chunks:
        yield chunk, recipe.compute(design, chunk)


def compute_in_pool(
    recipe: Recipe, chunks: Sequence[Chunk], jobs: int, design: Any = None
) -> Iterator[tuple[Chunk, Found]]:
    """Compute chunks in a pool of processes, in the order in which they are done.

    No more chunks are under way than twice the processes, so that memory does not grow with their number. A process
    that dies is replaced, and its chunk computed again.

    Parameters
    ----------
    recipe : Recipe
    chunks : sequence of Chunk
    jobs : int
        Processes, each with one thread for linear algebra.
    design : DesignLike, optional
        The design, if it has been made already.

    Raises
    ------
    MfaError
        If a chunk cannot be computed, or processes die again and again.
    """
    copies = start_method() == "fork"
    mine = (recipe, recipe.make() if copies and design is None else design if copies else None)
    left = list(chunks)
    failures = 0
    while left:
        done: set[int] = set()
        try:
            for chunk, found in _until_broken(mine, left, jobs):
                done.add(chunk.number)
                failures = 0
                yield chunk, found
        except BrokenProcessPool:
            failures += 1
            if failures == _TRIES:
                what = f"worker processes were killed {_TRIES} times in a row, for want of memory perhaps"
                raise MfaError(Fault("", what, "what is stored is kept; go on with fewer --jobs")) from None
        left = [chunk for chunk in left if chunk.number not in done]


def start_method() -> str:
    """How workers start: as copies of this process where that is safe."""
    return "fork" if sys.platform.startswith("linux") else "spawn"


def _until_broken(mine: tuple[Recipe, Any], chunks: Sequence[Chunk], jobs: int) -> Iterator[tuple[Chunk, Found]]:
    import multiprocessing

    context = multiprocessing.get_context(start_method())
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=mine)
    waiting = iter(chunks)
    running: dict[Future[Found], Chunk] = {}
    try:
        while True:
            while len(running) < 2 * jobs and (chunk := next(waiting, None)) is not None:
                with _surroundings_of_workers():
                    running[pool.submit(_compute, chunk)] = chunk
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                chunk = running.pop(future)
                yield chunk, future.result()
    except BaseException:  # also when the caller stops asking: nobody waits for what is under way
        processes = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()
        raise
    pool.shutdown()


@contextlib.contextmanager
def _surroundings_of_workers() -> Iterator[None]:
    """What a process that starts now inherits: one thread for linear algebra, no Ctrl-C, no look at our main script.

    Ctrl-C is ours to handle. The main script is of no use to a worker, and one without
    ``if __name__ == "__main__"`` would begin its own study in every one of them.
    """
    main = sys.modules["__main__"]
    hidden = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if hasattr(signal, "pthread_sigmask") else None
    try:
        os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
        main.__spec__ = None
        if "__file__" in hidden:
            del main.__file__
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of copies beside idle threads of a library
            yield
    finally:
        for name, value in hidden.items():
            setattr(main, name, value)
        for name, old in before.items():
            if old is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = old
        if masked is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)


_mine: dict[str, Any] = {}
"""Recipe and design of a worker process."""


def _begin(recipe: Recipe, design: Any = None) -> None:
    """Prepare a worker: it ends with the process that started it, whatever ended that."""
    import multiprocessing

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _mine.clear()
    _mine["recipe"] = recipe
    if design is not None:
        _mine["design"] = design


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _compute(chunk: Chunk) -> Found:
    recipe: Recipe = _mine["recipe"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the process that asked has told them
        if "design" not in _mine:
            _mine["design"] = recipe.make()
        return recipe.compute(_mine["design"], chunk)

"""The chunks of a study on a dask.distributed cluster: the scheduler gives them to workers, we write what comes back.

A chunk is one future. If its worker dies, the scheduler gives it to another; it comes back once, and is stored once.
"""

from __future__ import annotations

import contextlib
import hashlib
import pickle
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from mfa.errors import Fault, MfaError
from mfa.studies.store import Chunk
from mfa.studies.workers import Found, Recipe

TIMEOUT = 10.0
"""Seconds to wait for a scheduler, and for its first worker."""
_PER_THREAD = 2
"""Chunks under way for each thread of the cluster."""


def need_distributed() -> Any:
    """Return the distributed library.

    Raises
    ------
    MfaError
        If it is not installed.
    """
    try:
        import distributed
    except ImportError:
        what = "a scheduler needs dask.distributed, which is not installed"
        raise MfaError(Fault("", what, "pip install 'urban-mining-mfa[distributed]'")) from None
    return distributed


def compute_on_cluster(
    recipe: Recipe, chunks: Sequence[Chunk], address: str, timeout: float = TIMEOUT
) -> Iterator[tuple[Chunk, Found]]:
    """Compute chunks on a cluster, in the order in which they are done.

    Parameters
    ----------
    recipe : Recipe
    chunks : sequence of Chunk
    address : str
        Address of a dask scheduler, such as ``tcp://host:8786``.
    timeout : float
        Seconds to wait for the scheduler and its first worker.

    Raises
    ------
    MfaError
        If there is no scheduler, it has no worker, a worker has another version of mfa, or a chunk cannot be computed.
    """
    distributed = need_distributed()
    with _connected(distributed, address, timeout) as client:
        _check_workers(client, address, timeout)
        packed = pickle.dumps(recipe)
        token = hashlib.sha256(packed).hexdigest()
        (recipe_there,) = client.scatter([packed], broadcast=False, hash=False)
        waiting = iter(chunks)
        running: dict[Any, Chunk] = {}
        ready = distributed.as_completed(loop=client.loop)
        try:
            while True:
                room = max(1, _PER_THREAD * sum(client.nthreads().values()))
                while len(running) < room and (chunk := next(waiting, None)) is not None:
                    future = client.submit(
                        compute_there, recipe_there, token, chunk, pure=False, key=f"mfa-{token[:12]}-{chunk.number}"
                    )
                    running[future] = chunk
                    ready.add(future)
                if not running:
                    return
                future = next(ready)
                chunk = running.pop(future)
                yield chunk, _result(distributed, future)
                future.release()
        finally:
            with contextlib.suppress(Exception):
                client.cancel(list(running), force=True)


@contextlib.contextmanager
def _connected(distributed: Any, address: str, timeout: float) -> Iterator[Any]:
    try:
        client = distributed.Client(address, timeout=timeout, set_as_default=False)
    except (OSError, TimeoutError, ValueError, TypeError) as error:
        what = f"no dask scheduler answers ({' '.join(str(error).split())[:120] or type(error).__name__})"
        raise MfaError(Fault(f"scheduler {address}", what, "start one with: dask scheduler; or use --jobs")) from None
    try:
        yield client
    finally:
        with contextlib.suppress(Exception):
            client.close(timeout=5)


def _check_workers(client: Any, address: str, timeout: float) -> None:
    """Refuse a cluster without workers, or with another mfa: its numbers could not be mixed with ours."""
    where = f"scheduler {address}"
    try:
        client.wait_for_workers(1, timeout=timeout)
    except TimeoutError:
        mend = f"start some with: dask worker {address} --nthreads 1"
        raise MfaError(Fault(where, f"has no worker after {timeout:.0f} s", mend)) from None
    try:
        found = client.run(_identity)
    except Exception as error:
        what = f"a worker cannot import mfa ({' '.join(str(error).split())[:120]})"
        raise MfaError(Fault(where, what, "install the same mfa on all workers")) from None
    others = sorted(worker for worker, identity in found.items() if identity != identity_here())
    if others:
        what = f"{len(others)} of {len(found)} workers have another mfa ({others[0]})"
        raise MfaError(Fault(where, what, "install the same mfa on all workers"))


def _result(distributed: Any, future: Any) -> Found:
    try:
        return future.result()
    except distributed.KilledWorker:
        what = "one chunk killed several workers, for want of memory perhaps"
        raise MfaError(Fault("scheduler", what, "what is done is kept; give the workers more memory, go on")) from None
    except (distributed.client.FutureCancelledError, OSError) as error:
        what = f"the cluster was lost ({' '.join(str(error).split())[:120] or type(error).__name__})"
        raise MfaError(Fault("scheduler", what, "what is done is kept; give the same command again")) from None


# --- on the workers -------------------------------------------------------------------------------------------------

_designs: dict[str, Any] = {}
_making = threading.Lock()


def identity_here() -> tuple[str, str]:
    """Version and code of mfa, where this is run."""
    from mfa import __version__
    from mfa.studies.manifest import code_fingerprint

    return __version__, code_fingerprint()


def _identity() -> tuple[str, str]:
    return identity_here()


def compute_there(packed: bytes, token: str, chunk: Chunk) -> Found:
    """Compute a chunk on a worker, which makes the design once and keeps the last one.

    Parameters
    ----------
    packed : bytes
        A pickled `Recipe`.
    token : str
        Its hash.
    chunk : Chunk
    """
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with _making:
            if token not in _designs:
                recipe: Recipe = pickle.loads(packed)
                _designs.clear()
                _designs[token] = (recipe, recipe.make())
            recipe, design = _designs[token]
        return recipe.compute(design, chunk)

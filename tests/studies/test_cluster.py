"""The chunks on a dask.distributed cluster: a real one, a worker of which is killed; and clusters that are none."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time

import pytest

import mfa
from mfa.errors import MfaError
from mfa.studies import cluster as clusters
from mfa.studies.evaluate import BLOCK, choose_outputs
from mfa.studies.progress import ProgressBar
from mfa.studies.store import Chunk
from mfa.studies.workers import Recipe
from tests.studies.designs import SmallDesign
from tests.studies.run_small import run
from tests.studies.test_ensemble import content_of, markers, same

distributed = pytest.importorskip("distributed")
SAMPLES = 10 * BLOCK


@pytest.fixture(scope="module")
def cluster():
    """Three worker processes on this machine, each with one thread."""
    with distributed.LocalCluster(
        n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit=0
    ) as made:
        yield made


def workers_of(address):
    with distributed.Client(address, set_as_default=False) as client:
        return client.run(os.getpid)


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference") / "small"
    run(folder, SAMPLES)
    return folder


def test_a_worker_is_killed_and_nothing_is_lost_or_counted_twice(reference, tmp_path, cluster):
    folder = tmp_path / "cluster"
    address = cluster.scheduler_address
    victim = next(iter(workers_of(address).values()))
    killed, written = [], []

    def kill():
        while markers(folder) < 2:
            time.sleep(0.01)
        os.kill(victim, signal.SIGKILL)
        killed.append(markers(folder))

    class Watching(ProgressBar):
        def __call__(self, done, total):
            written.append(done)

    thread = threading.Thread(target=kill)
    thread.start()
    run(folder, SAMPLES, jobs=None, scheduler=address, pause=0.5, progress=Watching())
    thread.join()
    assert killed and killed[0] < 10  # in mid-study
    assert written == list(range(0, SAMPLES + 1, BLOCK))  # every chunk once
    same(content_of(folder), content_of(reference))
    assert victim not in workers_of(address).values()


def test_what_matters_is_computed_there_too(uncertain_product, tmp_path, cluster):
    options = {"keep": ["import_requirement"], "keep_samples": True}
    one = mfa.ensemble(uncertain_product, 40, 1, out=tmp_path / "one", jobs=1, **options)
    there = mfa.ensemble(uncertain_product, 40, 1, out=tmp_path / "two", scheduler=cluster.scheduler_address, **options)
    same(content_of(there.folder), content_of(one.folder))
    assert len(there.what_matters) == 4  # two elements, two factors


def test_no_scheduler_is_told_soon(tmp_path, monkeypatch):
    monkeypatch.setattr(clusters, "TIMEOUT", 1.0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    began = time.monotonic()
    recipe = Recipe(lambda: SmallDesign(10), choose_outputs(["imports"], "USD_2024", [2030]))
    with pytest.raises(MfaError, match=f"scheduler {address}: no dask scheduler answers .*; start one with"):
        list(clusters.compute_on_cluster(recipe, [Chunk(0, 0, 10)], address, timeout=1.0))
    assert time.monotonic() - began < 30
    with pytest.raises(MfaError, match="no dask scheduler answers"):
        list(clusters.compute_on_cluster(recipe, [Chunk(0, 0, 10)], "nonsense://x", timeout=1.0))


def test_a_cluster_without_workers_is_told(tmp_path):
    with distributed.LocalCluster(n_workers=0, dashboard_address=None) as empty:
        recipe = Recipe(SmallDesign, choose_outputs(["imports"], "USD_2024", [2030]))
        with pytest.raises(MfaError, match="has no worker after 1 s; start some with: dask worker"):
            list(clusters.compute_on_cluster(recipe, [Chunk(0, 0, 10)], empty.scheduler_address, timeout=1.0))


def test_workers_with_another_mfa_are_refused(cluster, monkeypatch):
    monkeypatch.setattr(clusters, "identity_here", lambda: ("0.0.1", "other code"))
    recipe = Recipe(SmallDesign, choose_outputs(["imports"], "USD_2024", [2030]))
    with pytest.raises(MfaError, match="3 of 3 workers have another mfa"):
        list(clusters.compute_on_cluster(recipe, [Chunk(0, 0, 10)], cluster.scheduler_address))


def test_a_missing_library_is_told(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MfaError, match=r"pip install 'urban-mining-mfa\[distributed\]'"):
        clusters.need_distributed()

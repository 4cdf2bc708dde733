"""The pool of processes: copies of this one or fresh ones, the same bits, and what becomes of a worker that dies."""

from __future__ import annotations

import functools
import os
import pickle
import signal
import time
import warnings

import numpy as np
import pytest

import mfa
from mfa.errors import InputError, MfaError, ModelError
from mfa.inputs.levers import read_levers
from mfa.inputs.points import Points
from mfa.inputs.sampling import Uncertainty
from mfa.storage.locking import only_one
from mfa.studies import workers
from mfa.studies.chunks import evaluate_all
from mfa.studies.evaluate import BLOCK, choose_outputs
from mfa.studies.scenario_function import CubePoints
from mfa.studies.store import chunks_of
from mfa.studies.workers import Recipe, compute_in_pool
from tests.studies.designs import SmallDesign

OUTPUTS = choose_outputs(["imports"], "USD_2024", range(2024, 2034))


class Deadly(SmallDesign):
    """Kills the process that makes its second chunk, once, or each time if there is no folder to remember it in."""

    def __init__(self, size: int, folder: str | None = None) -> None:
        super().__init__(size)
        self.folder = folder

    def inputs(self, start: int, stop: int):
        if start == BLOCK and not (self.folder and os.path.exists(f"{self.folder}/killed")):
            if self.folder:
                open(f"{self.folder}/killed", "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().inputs(start, stop)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_the_same_bits_however_workers_start(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "start_method", lambda: method)
    alone, side_by_side = (evaluate_all(SmallDesign(3 * BLOCK), OUTPUTS, jobs=jobs) for jobs in (1, 2))
    assert alone["imports"].tobytes() == side_by_side["imports"].tobytes()


def test_a_worker_that_dies_is_replaced_and_nothing_counts_twice(tmp_path) -> None:
    recipe = Recipe(functools.partial(Deadly, 4 * BLOCK, str(tmp_path)), OUTPUTS)
    computed = compute_in_pool(recipe, chunks_of(4 * BLOCK, BLOCK), 2)
    found = sorted((chunk.number, part["imports"]) for chunk, part in computed)
    assert [number for number, _ in found] == [0, 1, 2, 3]
    assert np.array_equal(
        np.concatenate([part for _, part in found]), evaluate_all(SmallDesign(4 * BLOCK), OUTPUTS)["imports"]
    )


def test_workers_that_die_again_and_again_are_told() -> None:
    with pytest.raises(MfaError, match="worker processes were killed 3 times in a row"):
        evaluate_all(Deadly(4 * BLOCK), OUTPUTS, jobs=2)


def test_an_error_in_a_worker_is_that_of_the_sample() -> None:
    with pytest.raises(ModelError, match="sample 70: content: is broken"):
        evaluate_all(SmallDesign(3 * BLOCK, broken=70), OUTPUTS, jobs=2)


def test_no_process_is_no_number_of_processes() -> None:
    for jobs in (0, -1, 1.5, True):
        with pytest.raises(InputError, match="is not a number of processes"):
            evaluate_all(SmallDesign(3), OUTPUTS, jobs=jobs)


@pytest.mark.skipif(workers.start_method() != "fork", reason="workers are no copies here")
def test_a_copy_does_not_hold_the_folder(tmp_path) -> None:
    """A worker that outlives its parent for a moment must not keep the next run out."""
    with only_one(tmp_path):
        child = os.fork()
        if child == 0:
            time.sleep(60.0)
            os._exit(0)
    try:
        with only_one(tmp_path):
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_designs_of_studies_can_travel(uncertain_product: str) -> None:
    """Where workers are not copies, the design goes to them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scenario = mfa.load_scenario(uncertain_product)
        points = Points(scenario, read_levers(["policy.keep_share=0:0.8:3"], scenario))
        cube = CubePoints(Uncertainty(scenario), np.full((2, 3), 0.3), None, 2025)
    for design in (points, cube):
        again = pickle.loads(pickle.dumps(design))
        for name, array in design.inputs(0, 2).arrays.items():
            if hasattr(array, "values"):
                np.testing.assert_array_equal(again.inputs(0, 2).arrays[name].values, array.values)

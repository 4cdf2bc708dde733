"""Speed of sweeps and searches of the Japan vision scenario: `pytest tests/benchmarks/test_sweep_search.py -s`.

Prints what is measured beside what is wanted on two cores; nothing is asserted of the times.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import Any

import pytest

import mfa
from mfa.inputs.levers import read_levers
from mfa.inputs.points import Points

QUOTA, KEEP = "policy.collection_quota.small_battery", "policy.keep_share.bev"


def timed(what: str, wanted: str, call: Callable[[], Any]) -> Any:
    """Run a call, and print its time, the processor time of all processes, and the largest memory."""

    def used() -> float:
        return sum(
            resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )

    before, start = used(), time.perf_counter()
    result = call()
    wall, busy = time.perf_counter() - start, used() - before
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    print(f"\n{what}: {wall:.1f} s ({busy:.1f} s of processors, {peak:.0f} MiB at most); wanted {wanted}")
    return result


@pytest.fixture(scope="module")
def vision() -> mfa.Scenario:
    scenario = mfa.load_scenario("japan-vision")
    scenario.inputs()  # tables are read once
    return scenario


def test_inputs_of_points(vision: mfa.Scenario) -> None:
    levers = read_levers([f"{QUOTA}=0:0.8:20", f"{KEEP}=0:0.8:20"], vision)
    points = timed("400 points made", "beside the sweep, little", lambda: Points(vision, levers))
    timed("inputs of 32 points, checked", "far below the time of their runs", lambda: points.inputs(0, 32))
    timed("inputs of one scenario, for comparison", "-", lambda: vision.with_changes({KEEP: 0.3}).inputs())


def test_sweep_of_20_by_20(vision: mfa.Scenario) -> None:
    vary = [f"{QUOTA}=0:0.8:20", f"{KEEP}=0:0.8:20"]
    result = timed("sweep of 20 x 20", "<= 10 s", lambda: mfa.sweep(vision, vary, jobs=None))
    assert result.size == 400


def test_search_over_one_lever_in_200_samples(vision: mfa.Scenario) -> None:
    target = "import_requirement[Co, 2040] <= 0.86"
    found = timed(
        "search over one lever in 200 samples",
        "<= 20 s",
        lambda: mfa.search(
            vision, target, [f"{QUOTA}=0:0.85"], in_share=0.5, samples=200, cost="social_cost", jobs=None
        ),
    )
    print(found.to_text())


def test_search_over_one_lever_with_central_values(vision: mfa.Scenario) -> None:
    target = "import_requirement[Co, 2040] <= 0.82"
    timed(
        "search over one lever, central values",
        "-",
        lambda: mfa.search(vision, target, [f"{QUOTA}=0:0.85"], cost="social_cost", jobs=None),
    )

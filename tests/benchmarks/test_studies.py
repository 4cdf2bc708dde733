"""Speed of sweeps, searches, sensitivity and robustness: `pytest tests/benchmarks/test_studies.py`.

Of the Japan vision scenario, with all its levers. Prints what is measured beside what is wanted on two cores, with the
processor time of all processes (which other users of the machine change less), the runs behind it and the largest
memory; nothing is asserted of the times.
"""

from __future__ import annotations

import resource
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import mfa
from mfa.inputs import InputWarning
from mfa.inputs.levers import read_levers
from mfa.inputs.points import Points
from mfa.inputs.sampling import Design, Uncertainty

QUOTA, KEEP = "policy.collection_quota.small_battery", "policy.keep_share.bev"
FOUR = ["import_requirement[Dy, 2040]", "import_requirement[Co, 2040]", "secondary[Co, 2040]", "public_cost[2040]"]
Timed = Callable[[str, str, Callable[[], Any]], Any]


@pytest.fixture
def timed(benchmark: Any, request: pytest.FixtureRequest) -> Timed:
    """Runs a call once, and prints its time, the processor time of all processes, and the largest memory."""

    def used() -> float:
        return sum(
            resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )

    def run(what: str, wanted: str, call: Callable[[], Any]) -> Any:
        before, start = used(), time.perf_counter()
        result = benchmark.pedantic(call, rounds=1, iterations=1)
        wall, busy = time.perf_counter() - start, used() - before
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        runs = getattr(result, "runs", None) or getattr(result, "size", None)
        each = f", {1e3 * busy / runs:.1f} ms for each of {runs} runs" if isinstance(runs, int) and runs > 1 else ""
        capture = request.config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            print(f"\n{what}: {wall:.1f} s (wanted {wanted}); {busy:.1f} s of processors{each}, {peak / 1024:.0f} MiB")
        return result

    return run


@pytest.fixture(scope="module")
def vision() -> Iterator[mfa.Scenario]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        scenario = mfa.load_scenario("japan-vision")
        scenario.inputs()  # tables are read once
        yield scenario


def test_points_of_a_sweep(vision: mfa.Scenario, timed: Timed) -> None:
    levers = read_levers([f"{QUOTA}=0:0.8:20", f"{KEEP}=0:0.8:20"], vision)
    timed("400 points made", "little beside the sweep", lambda: Points(vision, levers))


def test_inputs_of_points(vision: mfa.Scenario, timed: Timed) -> None:
    points = Points(vision, read_levers([f"{QUOTA}=0:0.8:20", f"{KEEP}=0:0.8:20"], vision))
    timed("inputs of 32 points, checked", "far below the time of their runs", lambda: points.inputs(0, 32))


def test_uncertainty_of_a_scenario(vision: mfa.Scenario, timed: Timed) -> None:
    timed("factors of a scenario", "once in a study", lambda: Uncertainty(vision))


def test_inputs_of_samples(vision: mfa.Scenario, timed: Timed) -> None:
    design = Design(vision, 1000, 1)
    design.inputs(0, 32)
    timed("inputs of 320 samples", "far below the time of their runs",
          lambda: [design.inputs(start, start + 32) for start in range(0, 320, 32)])  # fmt: skip


@pytest.mark.parametrize("year", ["", ".2030"], ids=["in all years", "from 2030 on"])
def test_sweep_of_20_by_20(vision: mfa.Scenario, timed: Timed, year: str) -> None:
    vary = [f"{QUOTA}{year}=0:0.8:20", f"{KEEP}{year}=0:0.8:20"]
    result = timed(f"sweep of 20 x 20{year}", "<= 10 s", lambda: mfa.sweep(vision, vary, jobs=None))
    assert result.size == 400


@pytest.mark.parametrize("lever", [QUOTA, f"{QUOTA}.2030"], ids=["in all years", "from 2030 on"])
@pytest.mark.parametrize("target", ["secondary[Co, 2040] >= 925 t/yr", "import_requirement[Co, 2040] <= 0.86"],
                         ids=["met within the range", "not met"])  # fmt: skip
def test_search_over_one_lever_in_200_samples(vision: mfa.Scenario, timed: Timed, target: str, lever: str) -> None:
    options: dict[str, Any] = {"in_share": 0.5, "samples": 200, "cost": "social_cost", "jobs": None}
    found = timed(
        f"search over {lever} in 200 samples, {target}",
        "<= 20 s",
        lambda: mfa.search(vision, target, [f"{lever}=0:0.85"], **options),
    )
    assert found.trials


def test_search_over_one_lever_with_central_values(vision: mfa.Scenario, timed: Timed) -> None:
    target = "import_requirement[Co, 2040] <= 0.82"
    timed(
        "search over one lever, central values",
        "-",
        lambda: mfa.search(vision, target, [f"{QUOTA}=0:0.85"], cost="social_cost", jobs=None),
    )


def test_sobol_of_20_factors_on_4_indicators(vision: mfa.Scenario, timed: Timed) -> None:
    found = timed(
        "Sobol of 20 factors (and all others) on 4 indicators, screening included",
        "<= 120 s",
        lambda: mfa.sensitivity(vision, FOUR, method="sobol", jobs=None),
    )
    assert len(found.factors) == 21


def test_elasticities_of_all_factors(vision: mfa.Scenario, timed: Timed) -> None:
    found = timed("elasticities of all factors on 4 indicators", "-", lambda: mfa.sensitivity(vision, FOUR, jobs=None))
    assert len(found.factors) > 500


def test_robustness_of_three_scenarios(timed: Timed) -> None:
    names = ["japan-market", "japan-magnet-quota", "japan-vision"]
    target = "import_requirement[Dy, 2040] <= 0.7"
    found = timed("3 scenarios in 200 futures", "-", lambda: mfa.robust(names, target, samples=200, jobs=None))
    assert found.size == 200

"""What an ensemble of the vision scenario costs: time and memory by samples, by processes. Prints, judges nothing.

    pytest tests/benchmarks/test_ensemble.py -s              100 and 1,000 samples, one process and two
    MFA_BENCH_SAMPLES=10000 pytest ...                       10,000 (or any number) as well

Each case runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mfa.studies.workers import usable_cores

ROOT = Path(__file__).resolve().parents[2]
SIZES = [100, 1000, *(int(n) for n in os.environ.get("MFA_BENCH_SAMPLES", "").split(",") if n)]
CASE = """
import json, resource, sys, time
import mfa
samples, jobs, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
began = time.perf_counter()
mfa.ensemble("japan-vision", samples, 1, jobs=jobs, out=folder)
seconds = time.perf_counter() - began
peak = {who: resource.getrusage(getattr(resource, f"RUSAGE_{who}")).ru_maxrss / 1024 for who in ("SELF", "CHILDREN")}
print(json.dumps({"seconds": seconds, **peak}))
"""
found: dict[tuple[int, int], dict[str, float]] = {}


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("samples", SIZES)
def test_cost_of_an_ensemble(benchmark, tmp_path, samples, jobs):
    if jobs > usable_cores():
        pytest.skip(f"{usable_cores()} cores")

    def case():
        words = [sys.executable, "-c", CASE, str(samples), str(jobs), str(tmp_path / "runs")]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
        return json.loads(done.stdout.splitlines()[-1])

    result = benchmark.pedantic(case, rounds=1, iterations=1)
    found[samples, jobs] = result
    print(
        f"\n{samples} samples, {jobs} process(es): {result['seconds']:.1f} s, "
        f"{result['seconds'] / samples * 1e3:.1f} ms a sample, "
        f"peak memory {result['SELF']:.0f} MiB here, {result['CHILDREN']:.0f} MiB in the largest worker"
    )
    smaller = max((n for n, j in found if j == jobs and n < samples), default=None)
    if smaller is not None:
        exponent = math.log(result["seconds"] / found[smaller, jobs]["seconds"]) / math.log(samples / smaller)
        print(f"exponent of the cost from {smaller} to {samples}: {exponent:.2f}")
    if (samples, 1) in found and jobs == 2:
        print(f"two processes are {found[samples, 1]['seconds'] / result['seconds']:.2f} times as fast as one")

"""An ensemble of the small design in a process of its own, for tests that kill it: FOLDER SAMPLES JOBS PAUSE."""

from __future__ import annotations

import functools
import sys

from mfa.studies.ensemble import run_ensemble
from mfa.studies.evaluate import BLOCK
from tests.studies.designs import SmallDesign, SmallScenario

KEEP = ["import_requirement", "imports", "sales_units"]


def run(folder, samples, jobs=1, pause=0.0, **options):
    """Run it here; the pause slows it down and changes nothing else."""
    design = SmallDesign(samples, pause=pause)
    make = functools.partial(SmallDesign, samples, pause=pause)
    options = {"keep": KEEP, "keep_samples": True, "chunk": BLOCK, **options}
    return run_ensemble(SmallScenario(), make, design, out=folder, jobs=jobs, **options)


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))

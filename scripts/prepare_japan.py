"""Write the parameter tables of the datasets ``japan``, ``partner`` and ``eu27`` from a folder of collected evidence.

The same evidence gives the same bytes: rows are sorted and numbers have a fixed format.

Usage: ``python scripts/prepare_japan.py EVIDENCE_FOLDER [--out parameters]``
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from japan_dataset.build import build  # noqa: E402


def main() -> int:
    """Read the command line and write the dataset."""
    parser = argparse.ArgumentParser(description="Write the parameter tables of the datasets japan, partner and eu27.")
    parser.add_argument("evidence", type=Path, help="folder of collected evidence (ev, electronics, magnets, ...)")
    parser.add_argument("--out", type=Path, default=Path("parameters"), help="folder of datasets to write into")
    arguments = parser.parse_args()
    if not (arguments.evidence / "japan").is_dir():
        parser.error(f"{arguments.evidence} has no folder 'japan' with resolved inputs")
    for line in build(arguments.evidence, arguments.out):
        print(line)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Store a small folder of every kind in the format of now: ``python -m tests.storage.make_formats NAME FOLDER``.

The archive stays in tests/data/formats for ever, and must be opened by every later version; an old one is never written
anew. A new one is due when a number called FORMAT rises, and with it a note in docs/compatibility.md. FOLDER is a new
folder to work in: its name stands in the results.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import zipfile
from pathlib import Path

import mfa
from tests.studies.one_product import write_uncertain_product

FORMATS = Path(__file__).resolve().parents[1] / "data" / "formats"
YEARS = {"years.stop": 2023}


def write_folders(root: Path) -> None:
    """One folder of each kind, of a country with one product in four years."""
    with contextlib.chdir(root):
        write_uncertain_product(root)
        scenario = mfa.load_scenario("one.yaml", YEARS)
        mfa.run(scenario).save("run", figures=False)
        mfa.sweep(scenario, ["base_collection_rate=0.2:0.8:2"], keep=["import_requirement"], jobs=1).save(
            "sweep", figures=False
        )  # fmt: skip
        other = mfa.load_scenario("one.yaml", {**YEARS, "name": "two", "policy.keep_share": 0.5})
        mfa.compare([scenario, other]).save("compare", figures=False)
        mfa.sensitivity(scenario, ["import_requirement[Co, 2023]"]).save("sensitivity", figures=False)
        mfa.ensemble(
            scenario, 10, 1, keep=["import_requirement"], years=[2023], jobs=1, keep_samples=True, out="ensemble"
        )  # fmt: skip


def main(name: str, folder: str) -> None:
    """Write the archive, in which only what belongs to the results is kept."""
    archive = FORMATS / f"{name}.zip"
    if archive.exists():
        sys.exit(f"{archive} is there, and stays as it is")
    FORMATS.mkdir(parents=True, exist_ok=True)
    root = Path(folder)
    root.mkdir(parents=True)
    write_folders(root)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as stored:
        for path in sorted(root.rglob("*")):
            place = path.relative_to(root)
            if path.is_file() and place.parts[0] not in ("tiny", "one.yaml") and path.name != "lock":
                stored.write(path, place.as_posix())
    shutil.rmtree(root)
    print(f"{archive}: {os.path.getsize(archive)} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])

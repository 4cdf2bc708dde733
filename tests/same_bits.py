"""Runs, an ensemble, a sweep and reports, in a process of its own: prints a hash of every file.

``python -m tests.same_bits FOLDER JOBS CHUNK``
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import locale
import os
import re
import sys
from pathlib import Path

import mfa
from mfa.cli import main
from tests.storage.contents import contents_of
from tests.studies.one_product import write_uncertain_product


def call(*words: str) -> None:
    try:
        main([*words, "--quiet"])
    except SystemExit as end:
        assert not end.code, words


def make(folder: Path, jobs: str, chunk: str) -> dict[str, str]:
    """Write all of it into a new folder of the current one; content hashes by name."""
    folder.mkdir()
    os.chdir(folder)
    write_uncertain_product(Path("."))
    draw = ["-n", "130", "--seed", "3", "--keep", "import_requirement,secondary", "--years", "2025,2029"]
    vary = ["--vary", "base_collection_rate=0.1:0.9:3"]
    call("run", "one.yaml", "--no-figures")
    call("run", "japan-vision", "--no-figures")
    call("ensemble", "one.yaml", *draw, "--jobs", jobs, "--chunk", chunk, "--out", "ensemble")
    call("sweep", "one.yaml", *vary, "--jobs", jobs, "--no-figures", "--out", "sweep")
    call("report", "runs/one")
    call("report", "ensemble")
    found = {}
    for name in ("runs/one", "runs/japan-vision", "ensemble", "sweep"):
        for file, content in contents_of(Path(name)).items():
            if not re.match(r"ensemble\.json|done/|\w+\.zarr/", file):  # which are cut into chunks
                found[f"{name}/{file}"] = hashlib.sha256(content).hexdigest()
    drawn = mfa.open_ensemble("ensemble").factors
    found["values/factors"] = hashlib.sha256(drawn.to_numpy().tobytes()).hexdigest()
    values = mfa.open_results("runs/japan-vision").arrays("indicators")
    return found | {f"values/{name}": hashlib.sha256(array.tobytes()).hexdigest() for name, array in values.items()}


if __name__ == "__main__":
    with contextlib.suppress(locale.Error):  # a language that this machine does not have
        locale.setlocale(locale.LC_ALL, "")  # numbers and dates too, as some libraries and shells do
    print(json.dumps(make(Path(sys.argv[1]), *sys.argv[2:])))

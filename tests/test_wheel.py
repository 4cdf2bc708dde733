"""The wheel: complete, with tables and scenarios, and usable from any folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from email import message_from_string
from pathlib import Path

import pytest

import mfa

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BUILD = """
import sys
from hatchling.builders.wheel import WheelBuilder
print(list(WheelBuilder(sys.argv[1]).build(directory=sys.argv[2], versions=["standard"]))[0])
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of this checkout, built without network."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(ROOT), str(folder)], capture_output=True, text=True, check=True
    )
    return zipfile.ZipFile(done.stdout.strip())


@pytest.fixture(scope="module")
def installed(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Run Python in an empty folder with the unpacked wheel in place of the checkout."""
    home, elsewhere = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("elsewhere")
    wheel.extractall(home)

    def run(*arguments: str) -> str:
        environment = {**os.environ, "PYTHONPATH": str(home)}
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    return run


def test_every_file_is_in_it_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    sources = {"mfa": "mfa", "parameters": "mfa/parameters", "scenarios": "mfa/scenarios"}
    expected = {
        f"{inside}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, inside in sources.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == expected
    assert {"mfa/py.typed", "mfa/parameters/references.bib", "mfa/parameters/japan/datapackage.json"} <= names
    assert "mfa/scenarios/japan-reference.yaml" in names


def test_metadata(wheel: zipfile.ZipFile) -> None:
    name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = message_from_string(wheel.read(name).decode())
    assert (metadata["Name"], metadata["Version"]) == ("urban-mining-mfa", mfa.__version__)
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert metadata["Requires-Python"] == ">=3.11"
    core = {
        "numpy", "pandas", "xarray", "pint", "pint-xarray", "scipy", "matplotlib", "pydantic", "pyyaml", "h5netcdf",
        "h5py", "typer",
    }  # fmt: skip
    wanted = {re.split(r"[<>=!~ ;\[]", line)[0] for line in metadata.get_all("Requires-Dist") if "extra ==" not in line}
    assert wanted == core
    entry = wheel.read(name.replace("METADATA", "entry_points.txt")).decode()
    assert "mfa = mfa.cli:main" in entry


def test_it_works_from_any_folder(installed: Callable[..., str]) -> None:
    place = installed("-c", "import mfa; from mfa.inputs.dataset import shipped; print(shipped('scenarios'))").strip()
    assert place.endswith(os.path.join("mfa", "scenarios")) and str(ROOT) not in place
    assert "japan-reference" in installed("-m", "mfa.cli", "list")
    out = installed("-m", "mfa.cli", "run", "japan-reference", "--no-figures")
    assert "mass balance: worst residual" in out


def test_one_version_everywhere() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert PROJECT["version"] == mfa.__version__ == re.findall(r"^version: (\S+)$", citation, re.MULTILINE)[0]
    assert f"## [{mfa.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_dependency_is_pinned() -> None:
    pins = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if "==" in line
    )
    names = {re.sub(r"[-_.]+", "-", name).lower() for name in pins}
    extras = [entry for name in ("test", "lint", "bench", "docs") for entry in PROJECT["optional-dependencies"][name]]
    for entry in [*PROJECT["dependencies"], *extras]:
        name = re.split(r"[<>=!~ ;\[]", entry)[0]
        assert re.sub(r"[-_.]+", "-", name).lower() in names, f"{name}: no pin in constraints.txt"

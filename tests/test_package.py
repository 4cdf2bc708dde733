"""The public face: every name is there, and nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

import mfa

HEAVY = "{'numpy', 'pandas', 'xarray', 'pint', 'matplotlib', 'scipy', 'h5py', 'yaml', 'pydantic'}"


def python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("name", mfa.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(mfa, name) is not None
    assert name in dir(mfa)


@pytest.mark.parametrize("module", ["mfa", "mfa.cli", "mfa.report.worker"])
def test_import_is_light(module: str) -> None:
    assert python(f"import sys, {module}; print(sorted({HEAVY} & set(sys.modules)))") == "[]"


def test_a_command_imports_no_dask_and_leaves_it_to_others() -> None:
    """xarray and pint import it where it is installed; a command needs none."""
    pytest.importorskip("dask")
    command = "from mfa.cli import app; app(['info', 'sales', '--dataset', 'japan'], standalone_mode=False)"
    code = f"import sys; {command}; print('dask' in sys.modules, 'pint' in sys.modules); import dask.array"
    assert python(code).splitlines()[-1] == "False True"


def test_run_is_the_function_whichever_way_it_is_imported() -> None:
    assert python("import mfa; print(callable(mfa.run))") == "True"
    assert python("from mfa.run import solve; import mfa; print(callable(mfa.run))") == "True"
    assert python("import mfa.run; print(callable(mfa.run))") == "True"


def test_unknown_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'simulate'"):
        mfa.simulate  # noqa: B018

"""Runs that a command is about: opened where they were saved, else computed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mfa.errors import Fault, InputError

if TYPE_CHECKING:
    from mfa.results import Results


def results_of(name: str, tell: Callable[[str], None]) -> Results:
    """Results of a run that was saved, or of a scenario, which is run.

    Parameters
    ----------
    name : str
        A name (``mfa list``), a YAML file, or the folder of a run.
    tell : callable
        Called with a word on what is being done.

    Returns
    -------
    Results

    Raises
    ------
    InputError
        If there is no such scenario or run, or it is wrong.
    """
    import warnings

    from mfa.inputs import InputWarning
    from mfa.results import Results
    from mfa.run import run
    from mfa.studies.cases import read_case

    tell(f"reading {name}")
    source = read_case(name).source
    if isinstance(source, Results):
        return source
    tell(f"running {name}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)  # `mfa run` and `mfa validate` tell them
        return run(source)


def make_folder(folder: Path) -> Path:
    """Make a folder to write into, if it is not there.

    Raises
    ------
    InputError
        If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(Fault(str(folder), f"cannot be made ({error.strerror})", "name another folder")) from None
    return folder


def file_name(*words: str | int) -> str:
    """Name of a file without its ending, from words that may hold any signs.

    Examples
    --------
    >>> file_name("sankey", "japan-reference", "component mass", 2040)
    'sankey_japan-reference_component-mass_2040'
    """
    parts: Sequence[str] = ["".join(s if s.isalnum() or s in "-." else "-" for s in str(word)) for word in words]
    return "_".join(parts)

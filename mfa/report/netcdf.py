"""Results as one NetCDF-4 file: a group for each kind of result, with CF attributes, readable by any NetCDF tool."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from mfa.errors import Fault, InputError, MfaError
from mfa.inputs.references import References
from mfa.report.netcdf_groups import LAYOUT, TEXT, Stored, flags, new_file, note, write_group
from mfa.report.netcdf_inputs import INPUTS, cited_entries, read_inputs, write_inputs
from mfa.results import GROUPS, TEXT_CODES, Results, variables
from mfa.storage.checksums import SUMS, verify
from mfa.storage.folders import settled
from mfa.storage.formats import check_format
from mfa.strict_json import to_json
from mfa.vocabulary import DIMENSIONS, INDICATORS

if TYPE_CHECKING:
    from mfa.vocabulary import Variable

FORMAT = 1
"""Version of the layout of the file."""
RESULTS_NC, RUN_JSON = "results.nc", "run.json"
"""Names of the file in the folder of a run, and of the record by which such a folder is known."""
REASON = "reason_"
"""Prefix of the variable that says why an indicator has no value."""
RUN, SOURCES = "run", "sources"
"""Variables at the root that hold labels and attributes, and the bibliography; attributes could not be long enough."""


def _attributes(group: str, spec: Variable, results: Results) -> dict[str, Any]:
    attrs: dict[str, Any] = {**results.variable_attrs(group, spec)}
    if spec.name in TEXT_CODES:
        attrs |= flags(TEXT_CODES[spec.name])
    return attrs


def write_results(results: Results, path: Path) -> None:
    """Write results to a NetCDF-4 file.

    Parameters
    ----------
    results : Results
        What a run computed.
    path : Path
        File to write; an existing file is replaced.
    """
    from mfa.indicators import REASONS

    coords: dict[str, Any] = {
        dim: results.years if dim in ("time", "cohort") else results.labels.get(dim, []) for dim in DIMENSIONS
    }
    lead = ("sample",) if results.sampled else ()
    with new_file(path, LAYOUT) as file:
        file.attrs["_NCProperties"] = f"version=2,h5py={h5py.__version__},hdf5={h5py.version.hdf5_version}"
        file.attrs["Conventions"] = "CF-1.11"
        note(file, results.dataset_attrs("results"))
        file.attrs["mfa_format"] = FORMAT
        _ = results.explanations, results.estimate_shares  # noted in attrs, so that they are there when it is opened
        known = {"labels": {"time": results.years.tolist(), **results.labels}, "attrs": results.attrs}
        run = file.create_dataset(RUN, data=to_json(known), dtype=TEXT)
        run.attrs["long_name"] = "Labels and attributes of the run, as JSON"
        n_dims = 0
        for group in GROUPS:
            specs = variables(group)
            stored: dict[str, Stored] = {}
            for name, array in results.arrays(group).items():
                values = array if results.sampled else array[0]
                if name in TEXT_CODES:  # of the type of its flag values, as CF asks
                    values = values.astype(np.int8)
                dims = (*lead, *results.dims(group, name))
                stored[name] = Stored(dims, values, _attributes(group, specs[name], results))
                codes = results.reason_codes.get(name) if group == "indicators" else None
                if codes is not None:
                    attrs = {"long_name": f"What must be read with {name}", **flags(REASONS)}
                    values = (codes if results.sampled else codes[0]).astype(np.int8)
                    stored[REASON + name] = Stored(dims, values, attrs)
            target = file.create_group(group, track_order=True)
            note(target, results.dataset_attrs(group))
            n_dims = write_group(target, stored, coords, n_dims)
        write_inputs(results, file, coords, n_dims)
        file.create_dataset(SOURCES, data=cited_entries(results), dtype=TEXT).attrs["long_name"] = (
            "Entries of the bibliography that the inputs and the scenario cite, as BibTeX"
        )


def _read(dataset: h5py.Dataset, sampled: bool) -> np.ndarray:
    """Values with the axes (sample, dims)."""
    values: np.ndarray = dataset[()]
    return values if sampled else values[None]


def read_results(path: Path) -> Results:
    """Read results from a NetCDF-4 file that `write_results` made.

    Files of a folder with checksums are compared with them first.

    Parameters
    ----------
    path : Path
        The file, or the folder of a run.

    Returns
    -------
    Results

    Raises
    ------
    InputError
        If there is no such file, it is of another kind or damaged, or any file of its folder is not as it was written.
    """
    return settled(path if path.name != RESULTS_NC else path.parent, lambda: _read_checked(path))


def _read_checked(path: Path) -> Results:
    if path.is_dir() and ((path / SUMS).is_file() or (path / RUN_JSON).is_file()):
        verify(path, "mfa run")
    elif (path.parent / SUMS).is_file():
        verify(path.parent, "mfa run", lambda name: name == path.name)
    path = path / RESULTS_NC if path.is_dir() else path
    if not path.is_file():
        raise InputError(Fault(str(path), "no such file", "give the folder of a run, such as runs/japan-reference"))
    try:
        return _read_file(path)
    except MfaError:
        raise
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        what = f"is not a readable NetCDF-4 file, or is damaged ({error})"
        raise InputError(Fault(str(path), what, "run the scenario again")) from None


def _read_file(path: Path) -> Results:
    with h5py.File(path, "r") as file:
        if "mfa_format" not in file.attrs:
            raise InputError(Fault(str(path), "was not written by mfa", "run the scenario again"))
        check_format(file.attrs["mfa_format"], FORMAT, str(path), "mfa run")
        known = json.loads(file[RUN][()])
        for row in known["attrs"].get("estimate_shares", []):  # JSON has no NaN
            row.update({name: np.nan for name, value in row.items() if value is None})
        labels = known["labels"]
        years = labels.pop("time")
        sampled = "sample" in labels
        arrays: dict[str, dict[str, np.ndarray]] = {}
        for group in GROUPS:
            stored = file[group]
            arrays[group] = {name: _read(stored[name], sampled) for name in variables(group) if name in stored}
        stored = file["indicators"]
        arrays["reasons"] = {
            name: _read(stored[REASON + name], sampled) for name in INDICATORS if REASON + name in stored
        }
        money = str(file.attrs["money"])
        inputs = read_inputs(file[INPUTS], labels, years, money, known["attrs"])
        entries = str(file[SOURCES].asstr()[()]) if SOURCES in file else ""
    results = Results(arrays, labels, years, money, known["attrs"], inputs)
    results.references = References([], [entries])
    return results

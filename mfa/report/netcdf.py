"""Results as one NetCDF-4 file: a group for each kind of result, with CF attributes, readable by any NetCDF tool.

The file is written through HDF5 itself, as NetCDF-4 lays it down (dimension scales, ``_Netcdf4Dimid``): for a few
hundred small variables that is several times faster than a general NetCDF writer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from mfa.errors import Fault, InputError
from mfa.results import GROUPS, TEXT_CODES, Results, variables
from mfa.vocabulary import DIMENSIONS, INDICATORS, PARAMETERS, money_unit

if TYPE_CHECKING:
    from mfa.vocabulary import Variable

FORMAT = 1
"""Version of the layout of the file."""
COMPRESSED_FROM = 4096
"""Arrays with fewer values are stored as they are."""
INPUTS = "inputs"
FIRST, SECOND, CURVES = "_first", "_second", "_curves"
"""Endings of the variables that hold a lifetime."""
GIVEN_UNIT = "given_unit"
REASON = "reason_"
"""Prefix of the variable that says why an indicator has no value."""
RUN = "run"
"""Variable at the root that holds labels and attributes; an attribute could not be long enough."""
TEXT = h5py.string_dtype("utf-8")


@dataclass
class Stored:
    """One variable of a file: dims, values and attributes."""

    dims: tuple[str, ...]
    values: np.ndarray
    attrs: dict[str, Any] = field(default_factory=dict)


def write_group(
    group: h5py.Group, stored: Mapping[str, Stored], coords: Mapping[str, Iterable[Any]], n_dims: int = 0
) -> int:
    """Write variables and the coordinates that they use into a group.

    Parameters
    ----------
    group : h5py.Group
        Open for writing and empty.
    stored : mapping of Stored
        Variables by name.
    coords : mapping of sequences
        Labels of each dimension, str or int.
    n_dims : int
        Dimensions that the file has already.

    Returns
    -------
    int
        Dimensions that the file has now.
    """
    used = {dim for variable in stored.values() for dim in variable.dims}
    scales = {}
    for number, (dim, labels) in enumerate(((dim, labels) for dim, labels in coords.items() if dim in used), n_dims):
        values = np.asarray(list(labels))
        data = values.astype(object) if values.dtype.kind in "US" else values
        scale = group.create_dataset(dim, data=data, dtype=TEXT if data.dtype == object else None)
        scale.make_scale(dim)
        scale.attrs["_Netcdf4Dimid"] = np.int32(number)
        scale.attrs["long_name"] = DIMENSIONS.get(dim, dim)
        scales[dim] = scale
    for name, variable in stored.items():
        options: dict[str, Any] = {}
        values = variable.values
        if values.size >= COMPRESSED_FROM:
            options = {"compression": "gzip", "compression_opts": 1, "chunks": _chunks(values.shape)}
        if values.dtype.kind in "USO":
            options = {"dtype": TEXT}
            values = values.astype(object)
        dataset = group.create_dataset(name, data=values, track_order=True, **options)
        for position, dim in enumerate(variable.dims):
            dataset.dims[position].attach_scale(scales[dim])
        for key, attribute in variable.attrs.items():
            dataset.attrs[key] = attribute
    return n_dims + len(scales)


def _chunks(shape: tuple[int, ...], largest: int = 2_000_000) -> tuple[int, ...]:
    """Whole array in one chunk, or slices of its first axes."""
    chunk = list(shape)
    for axis, size in enumerate(shape):
        rest = int(np.prod(chunk[axis + 1 :]))
        chunk[axis] = max(1, min(size, largest // max(rest, 1)))
        if chunk[axis] > 1 or rest <= largest:
            break
    return tuple(chunk)


def _attributes(group: str, spec: Variable, results: Results) -> dict[str, Any]:
    attrs: dict[str, Any] = {**results.variable_attrs(group, spec)}
    if spec.name in TEXT_CODES:
        attrs |= _flags(TEXT_CODES[spec.name])
    return attrs


def _flags(meanings: Iterable[str]) -> dict[str, Any]:
    """CF attributes of a variable that holds positions in a list of texts."""
    words = [meaning.replace(";", "").replace(" ", "_") or "none" for meaning in meanings]
    return {"flag_values": np.arange(len(words), dtype=np.int8), "flag_meanings": " ".join(words)}


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
    with h5py.File(path, "w", track_order=True) as file:
        file.attrs["_NCProperties"] = f"version=2,h5py={h5py.__version__},hdf5={h5py.version.hdf5_version}"
        file.attrs["Conventions"] = "CF-1.11"
        for key, attribute in results.dataset_attrs("results").items():
            file.attrs[key] = attribute
        file.attrs["mfa_format"] = FORMAT
        results.explanations  # noqa: B018  (noted in attrs, so that they are there when the file is opened)
        known = {"labels": {"time": results.years.tolist(), **results.labels}, "attrs": results.attrs}
        run = file.create_dataset(RUN, data=json.dumps(known, default=str), dtype=TEXT)
        run.attrs["long_name"] = "Labels and attributes of the run, as JSON"
        n_dims = 0
        for group in GROUPS:
            specs = variables(group)
            stored: dict[str, Stored] = {}
            for name, array in results.arrays(group).items():
                values = array if results.sampled else array[0]
                dims = (*lead, *results.dims(group, name))
                stored[name] = Stored(dims, values, _attributes(group, specs[name], results))
                codes = results.reason_codes.get(name) if group == "indicators" else None
                if codes is not None:
                    attrs = {"long_name": f"What must be read with {name}", **_flags(REASONS)}
                    values = (codes if results.sampled else codes[0]).astype(np.int8)
                    stored[REASON + name] = Stored(dims, values, attrs)
            target = file.create_group(group, track_order=True)
            for key, attribute in results.dataset_attrs(group).items():
                target.attrs[key] = attribute
            n_dims = write_group(target, stored, coords, n_dims)
        _write_inputs(results, file, coords, n_dims)


def _write_inputs(results: Results, file: h5py.File, coords: Mapping[str, Any], n_dims: int) -> int:
    """Write the arrays that a run was computed from, in a group of their own; what was not given is left out."""
    inputs = results.inputs
    target = file.create_group(INPUTS, track_order=True)
    for key, attribute in results.dataset_attrs(INPUTS).items():
        target.attrs[key] = attribute
    if inputs is None:
        return n_dims
    sources = _sources(inputs)
    stored: dict[str, Stored] = {}
    for name, value in inputs.arrays.items():
        parameter = PARAMETERS[name]
        attrs: dict[str, Any] = {"long_name": parameter.meaning, "units": money_unit(parameter.unit, results.money)}
        if name in sources:
            attrs["references"] = sources[name]
        if parameter.kind == "lifetime":
            stored |= _stored_lifetime(name, value, attrs)
        elif parameter.kind == "text":
            texts = np.asarray(getattr(value, "values", value)).astype(str)
            del attrs["units"]
            stored[name] = Stored(tuple(getattr(value, "dims", ())), texts, attrs)
        elif parameter.kind == "bool":
            attrs |= {"dtype": "bool", **_flags(("false", "true"))}
            stored[name] = Stored(tuple(value.dims), value.values.astype(np.int8), attrs)
        else:
            unit = value.attrs.get("units", attrs["units"])
            if " or " in unit:  # the unit depends on the component: no unit for all of it
                del attrs["units"]
                attrs[GIVEN_UNIT] = unit
            else:
                attrs["units"] = unit
            stored[name] = Stored(tuple(value.dims), value.values, attrs)
    cohorts = getattr(inputs, "cohorts", inputs.years)
    sizes = {variable.values.shape[0] for name, variable in stored.items() if name.endswith(CURVES)}
    n_ages = {variable.values.shape[1] for name, variable in stored.items() if name.endswith(CURVES)}
    curves = {"curve": range(max(sizes, default=0)), "age": range(max(n_ages, default=0))}
    return write_group(target, stored, {**coords, "miner": coords["origin"], "cohort": cohorts, **curves}, n_dims)


def _sources(inputs: Any) -> dict[str, str]:
    """Keys of the sources of every parameter, from the tables."""
    evidence = getattr(inputs, "evidence", None)
    if evidence is None or not len(evidence):
        return {}
    found: dict[str, str] = {}
    for name, cells in evidence.groupby("parameter", sort=False)["source"].unique().items():
        keys = dict.fromkeys(key.strip() for cell in cells for key in cell.split(";"))
        found[str(name)] = "; ".join(key for key in keys if key)
    return found


def _stored_lifetime(name: str, lifetime: Any, attrs: dict[str, Any]) -> dict[str, Stored]:
    """A lifetime as its family and two parameters, and curves where it was given as a table."""
    from mfa.system.survival import FAMILIES

    code, first, second = lifetime.canonical()
    what = attrs.pop("long_name")
    units = attrs.pop("units")
    stored = {
        name: Stored(
            tuple(code.dims), code.values.astype(np.int8), {**attrs, "long_name": f"{what}: family", **_flags(FAMILIES)}
        ),
        name + FIRST: Stored(tuple(first.dims), first.values, {"long_name": f"{what}: first parameter of the family"}),
        name + SECOND: Stored(tuple(second.dims), second.values, {"long_name": f"{what}: second parameter"}),
    }
    if lifetime.curves is not None:
        meaning = f"{what}: share left, by age in {units}"
        stored[name + CURVES] = Stored(
            ("curve", "age"), np.asarray(lifetime.curves), {"long_name": meaning, "units": "1"}
        )
    return stored


def _read_inputs(group: h5py.Group, labels: Mapping[str, Any], years: Any, money: str, attrs: Mapping[str, Any]) -> Any:
    """Inputs as they were saved; None if there are none."""
    import warnings

    import xarray as xr

    from mfa.inputs import Inputs, InputWarning

    def labelled(name: str) -> xr.DataArray:
        dataset = group[name]
        dims = tuple(axis.keys()[0] for axis in dataset.dims)
        values = dataset[()]
        if values.dtype.kind == "O" and values.ndim:
            values = dataset.asstr()[()]
        coords = {}
        for dim in dims:
            stored = group[dim]
            coords[dim] = stored.asstr()[()].astype(str) if stored.dtype.kind == "O" else stored[()]
        unit = dataset.attrs.get(GIVEN_UNIT, dataset.attrs.get("units"))
        keep = unit is not None and " or " in PARAMETERS[name].unit if name in PARAMETERS else False
        return xr.DataArray(values, coords, dims, attrs={"units": unit} if keep else None)

    arrays: dict[str, Any] = {}
    for name, parameter in PARAMETERS.items():
        if name not in group:
            continue
        if parameter.kind == "lifetime":
            curves = group[name + CURVES][()] if name + CURVES in group else None
            code = labelled(name).astype(np.int64)
            arrays[name] = StoredLifetime(code, labelled(name + FIRST), labelled(name + SECOND), curves)
        elif parameter.kind == "text" and not group[name].shape:
            arrays[name] = group[name].asstr()[()]
        elif parameter.kind == "bool":
            arrays[name] = labelled(name).astype(bool)
        else:
            arrays[name] = labelled(name)
    if not arrays:
        return None
    names = {dim: found for dim, found in labels.items() if dim not in ("sample", "scrap")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)  # told when they were made
        return Inputs(arrays, years=years, money=money, labels=names, attrs=attrs)


class StoredLifetime:
    """A lifetime in canonical form, as read from a file."""

    def __init__(self, code: Any, first: Any, second: Any, curves: np.ndarray | None) -> None:
        self._canonical = (code, first, second)
        self.curves = curves

    def canonical(self) -> tuple[Any, Any, Any]:
        """Code of the family and its two parameters."""
        return self._canonical


def _read(dataset: h5py.Dataset, sampled: bool) -> np.ndarray:
    """Values with the axes (sample, dims)."""
    values: np.ndarray = dataset[()]
    return values if sampled else values[None]


def read_results(path: Path) -> Results:
    """Read results from a NetCDF-4 file that `write_results` made.

    Parameters
    ----------
    path : Path
        The file, or a folder with a ``results.nc``.

    Returns
    -------
    Results

    Raises
    ------
    InputError
        If there is no such file, or it is of another kind.
    """
    path = path / "results.nc" if path.is_dir() else path
    if not path.is_file():
        raise InputError(Fault(str(path), "no such file", "give the folder of a run, such as runs/japan-reference"))
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        fault = Fault(str(path), f"is not a readable NetCDF-4 file ({error})", "run the scenario again")
        raise InputError(fault) from None
    with file:
        if file.attrs.get("mfa_format") != FORMAT:
            raise InputError(Fault(str(path), "was not written by this version of mfa", "run the scenario again"))
        known = json.loads(file[RUN][()])
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
        inputs = _read_inputs(file[INPUTS], labels, years, money, known["attrs"])
        return Results(arrays, labels, years, money, known["attrs"], inputs)

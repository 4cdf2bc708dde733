"""The inputs of a run in its NetCDF-4 file: arrays, rows of the tables that they were made from, and the sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from mfa.report.netcdf_groups import Stored, flags, note, write_group
from mfa.vocabulary import NAMED_LIKE, PARAMETERS, money_unit

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from mfa.inputs import Inputs
    from mfa.results import Results

INPUTS = "inputs"
FIRST, SECOND, CURVES = "_first", "_second", "_curves"
"""Endings of the variables that hold a lifetime."""
GIVEN_UNIT = "given_unit"
EVIDENCE, EVIDENCE_BYTE = "evidence", "evidence_byte"
"""Variable that holds the rows of the tables, and its dimension."""


def write_inputs(results: Results, file: h5py.File, coords: Mapping[str, Any], n_dims: int) -> int:
    """Write the arrays that a run was computed from, in a group of their own; what was not given is left out.

    Parameters
    ----------
    results : Results
    file : h5py.File
        Open for writing.
    coords : mapping of sequences
        Labels of each dimension.
    n_dims : int
        Dimensions that the file has already.

    Returns
    -------
    int
        Dimensions that the file has now.
    """
    inputs = results.inputs
    target = file.create_group(INPUTS, track_order=True)
    note(target, results.dataset_attrs(INPUTS))
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
            attrs |= {"dtype": "bool", **flags(("false", "true"))}
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
    alike = {dim: coords[like] for dim, like in NAMED_LIKE.items() if like in coords}
    n_dims = write_group(target, stored, {**coords, **alike, "cohort": cohorts, **curves}, n_dims)
    return _write_evidence(inputs, target, n_dims)


def _write_evidence(inputs: Any, target: h5py.Group, n_dims: int) -> int:
    """Write the rows of the tables as CSV in one variable of bytes; a column of texts each would be ten times larger.

    A file is named with its folder, not with where that lies on this machine.
    """
    evidence = getattr(inputs, "evidence", None)
    if evidence is None or not len(evidence):
        return n_dims
    short = {path: "/".join(Path(path).parts[-2:]) for path in evidence["file"].unique()}
    text = evidence.assign(file=evidence["file"].map(short)).to_csv(index=False, lineterminator="\n")
    content = np.frombuffer(text.encode(), dtype=np.uint8)
    scale = target.create_dataset(EVIDENCE_BYTE, shape=content.shape, dtype=">f4")  # holds nothing, as NetCDF-4 asks
    scale.make_scale(f"This is a netCDF dimension but not a netCDF variable.{len(content):10d}")
    scale.attrs["_Netcdf4Dimid"] = np.int32(n_dims)
    stored = target.create_dataset(EVIDENCE, data=content, compression="gzip", compression_opts=4)
    stored.dims[0].attach_scale(scale)
    stored.attrs["long_name"] = "Rows of the tables that the inputs were made from: bytes of a CSV file in UTF-8"
    return n_dims + 1


def _read_evidence(content: bytes) -> pd.DataFrame:
    """Rows of the tables, with the types that `evidence_table` gives them."""
    import io

    import pandas as pd

    from mfa.inputs.evidence import NUMBERS

    rows = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False, na_filter=False)
    for column in NUMBERS:
        numbers = pd.to_numeric(rows[column], errors="coerce")
        words = numbers.isna() & (rows[column] != "")
        rows[column] = numbers.astype(object).where(~words, rows[column]) if words.any() else numbers
    return rows.assign(line=rows["line"].astype(int))


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
            tuple(code.dims), code.values.astype(np.int8), {**attrs, "long_name": f"{what}: family", **flags(FAMILIES)}
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


@dataclass(frozen=True)
class _Variable:
    """One variable of the group as read, before it is labelled."""

    dims: tuple[str, ...]
    values: Any
    unit: str | None


class _StoredInputs:
    """What the group of inputs holds, from which `Inputs` are made when they are first asked for: checks take time."""

    def __init__(self, group: h5py.Group, about: Mapping[str, Any]) -> None:
        self._about = about
        self._variables: dict[str, _Variable] = {}
        self._coords: dict[str, np.ndarray] = {}
        self._evidence: bytes | None = None
        self._like: dict[tuple[str, ...], xr.DataArray] = {}
        for name, stored in group.items():
            if name == EVIDENCE_BYTE:
                continue
            values = stored.asstr()[()] if stored.dtype.kind == "O" else stored[()]
            if name == EVIDENCE:
                self._evidence = values.tobytes()
            elif stored.is_scale:
                self._coords[name] = values.astype(str) if stored.dtype.kind == "O" else values
            else:
                dims = tuple(axis.keys()[0] for axis in stored.dims)
                unit = stored.attrs.get(GIVEN_UNIT, stored.attrs.get("units"))
                self._variables[name] = _Variable(dims, values, unit)

    def __len__(self) -> int:
        return len(self._variables)

    def _labelled(self, name: str, kind: Any = None) -> xr.DataArray:
        """A variable with its labels; arrays of the same dims share coordinates, which are dear to make."""
        import xarray as xr

        stored = self._variables[name]
        values = stored.values if kind is None else stored.values.astype(kind)
        like = self._like.get(stored.dims)
        if like is None:
            coords = {dim: self._coords[dim] for dim in stored.dims}
            like = self._like[stored.dims] = xr.DataArray(np.broadcast_to(0.0, values.shape), coords, stored.dims)
        array = like.copy(deep=False, data=values)
        if name in PARAMETERS and " or " in PARAMETERS[name].unit and stored.unit is not None:
            array.attrs["units"] = stored.unit
        return array

    def rows(self) -> pd.DataFrame | None:
        """Rows of the tables, read anew each time; None if there are none."""
        return None if self._evidence is None else _read_evidence(self._evidence)

    def __call__(self) -> Inputs:
        """The inputs, checked again."""
        import warnings

        from mfa.inputs import Inputs, InputWarning

        arrays: dict[str, Any] = {}
        for name, parameter in PARAMETERS.items():
            if name not in self._variables:
                continue
            if parameter.kind == "lifetime":
                curves = self._variables[name + CURVES].values if name + CURVES in self._variables else None
                code, first, second = (
                    self._labelled(name, np.int64),
                    *map(self._labelled, (name + FIRST, name + SECOND)),
                )
                arrays[name] = StoredLifetime(code, first, second, curves)
            elif parameter.kind == "text" and not self._variables[name].dims:
                arrays[name] = str(self._variables[name].values)
            else:
                arrays[name] = self._labelled(name, bool if parameter.kind == "bool" else None)
        content = self._evidence
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputWarning)  # told when they were made
            return Inputs(arrays, evidence=None if content is None else lambda: _read_evidence(content), **self._about)


def read_inputs(
    group: h5py.Group, labels: Mapping[str, Any], years: Any, money: str, attrs: Mapping[str, Any]
) -> Callable[[], Inputs] | None:
    """Inputs as they were saved.

    Parameters
    ----------
    group : h5py.Group
        The group of inputs, open for reading.
    labels, years, money, attrs
        As for `Inputs`.

    Returns
    -------
    callable or None
        Makes the inputs; None if there are none.
    """
    names = {dim: found for dim, found in labels.items() if dim not in ("sample", "scrap")}
    stored = _StoredInputs(group, {"years": years, "money": money, "labels": names, "attrs": attrs})
    return stored if len(stored) else None


class StoredLifetime:
    """A lifetime in canonical form, as read from a file."""

    def __init__(self, code: Any, first: Any, second: Any, curves: np.ndarray | None) -> None:
        self._canonical = (code, first, second)
        self.curves = curves

    def canonical(self) -> tuple[Any, Any, Any]:
        """Code of the family and its two parameters."""
        return self._canonical


# --- sources ---------------------------------------------------------------------------------------------------------


def cited_entries(results: Results) -> str:
    """Entries of the bibliography that the inputs or the scenario cite, as BibTeX.

    Parameters
    ----------
    results : Results

    Returns
    -------
    str
    """
    cells = [*_sources(results.inputs).values(), *(results.attrs.get("resolved") or {}).get("sources", [])]
    keys = dict.fromkeys(key.strip() for cell in cells for key in str(cell).split(";"))
    return "\n\n".join(results.references[key] for key in keys if key in results.references)

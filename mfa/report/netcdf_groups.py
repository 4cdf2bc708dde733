"""Variables and their labels in a group of a NetCDF-4 file, written through HDF5 itself.

NetCDF-4 lays down how (dimension scales, ``_Netcdf4Dimid``): for a few hundred small variables that is several times
faster than a general NetCDF writer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from mfa.vocabulary import DIMENSIONS

COMPRESSED_FROM = 4096
"""Arrays with fewer values are stored as they are."""
LAYOUT = ("v108", "v108")
"""Layout of HDF5 1.8, as the NetCDF library asks for: attributes are written faster."""
TEXT = h5py.string_dtype("utf-8")
TEXT_TYPE, SCALAR = h5py.h5t.py_create(TEXT, logical=True), h5py.h5s.create(h5py.h5s.SCALAR)


@dataclass
class Stored:
    """One variable of a file: dims, values and attributes."""

    dims: tuple[str, ...]
    values: np.ndarray
    attrs: dict[str, Any] = field(default_factory=dict)


@contextmanager
def new_file(path: Path, layout: tuple[str, str] | None = None) -> Iterator[h5py.File]:
    """A new NetCDF-4 file, made in memory and written when it is complete.

    HDF5 does not get over a disk that fills up while it writes: it says so again and again, or ends the process.

    Parameters
    ----------
    path : Path
        File to make or replace.
    layout : tuple of str, optional
        Versions of HDF5 whose layout may be used.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    with h5py.File(path.name, "w", driver="core", backing_store=False, libver=layout, track_order=True) as file:
        yield file
        file.flush()
        content = file.id.get_file_image()
    path.write_bytes(content)


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
        note(scale, {"long_name": DIMENSIONS.get(dim, dim)})
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
            h5py.h5ds.attach_scale(dataset.id, scales[dim].id, position)
        note(dataset, variable.attrs)
    return n_dims + len(scales)


def note(place: h5py.Group | h5py.Dataset, attributes: Mapping[str, Any]) -> None:
    """Give a new group or variable its attributes, at once: `h5py` writes each under another name and renames it."""
    for key, attribute in attributes.items():
        if isinstance(attribute, str):
            value = np.array(attribute, dtype=TEXT)
            h5py.h5a.create(place.id, key.encode(), TEXT_TYPE, SCALAR).write(value)
        else:
            place.attrs[key] = attribute


def _chunks(shape: tuple[int, ...], largest: int = 2_000_000) -> tuple[int, ...]:
    """Whole array in one chunk, or slices of its first axes."""
    chunk = list(shape)
    for axis, size in enumerate(shape):
        rest = int(np.prod(chunk[axis + 1 :]))
        chunk[axis] = max(1, min(size, largest // max(rest, 1)))
        if chunk[axis] > 1 or rest <= largest:
            break
    return tuple(chunk)


def flags(meanings: Iterable[str]) -> dict[str, Any]:
    """CF attributes of a variable that holds positions in a list of texts."""
    words = [meaning.replace(";", "").replace(" ", "_") or "none" for meaning in meanings]
    return {"flag_values": np.arange(len(words), dtype=np.int8), "flag_meanings": " ".join(words)}

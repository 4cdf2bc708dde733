"""Samples on disk: a zarr store written chunk by chunk, which is whole after every chunk.

A chunk counts when its marker stands in `DONE`: a small file with a checksum, renamed into place after the data of the
chunk have reached the disk. Whatever else lies in the store is rubble of a run that was cut off, and is written anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mfa.errors import Fault, MfaError
from mfa.storage.whole import sync_folder, write_whole
from mfa.strict_json import to_json
from mfa.studies.evaluate import REASON, Output
from mfa.studies.manifest import outputs_of
from mfa.studies.quantiles import Statistics

SAMPLES, FACTORS_STORE, DONE = "samples.zarr", "factors.zarr", "done"
FACTORS = "factors"
"""Name of the array [sample, factor] of what was drawn."""
SLAB = 32 * 2**20
"""Bytes of one result that are read at once, for any number of samples."""


@dataclass(frozen=True)
class Chunk:
    """Samples start to stop - 1, the task of one worker and the unit that is stored."""

    number: int
    start: int
    stop: int


def chunks_of(samples: int, size: int) -> list[Chunk]:
    """Cut samples into chunks.

    Examples
    --------
    >>> [(chunk.start, chunk.stop) for chunk in chunks_of(70, 32)]
    [(0, 32), (32, 64), (64, 70)]
    """
    return [Chunk(i, start, min(start + size, samples)) for i, start in enumerate(range(0, samples, size))]


def need_zarr() -> Any:
    """Return the zarr library.

    Raises
    ------
    MfaError
        If it is not installed.
    """
    try:
        import zarr
    except ImportError:
        what = "studies of many runs need zarr 3, which is not installed"
        raise MfaError(Fault("", what, "pip install 'urban-mining-mfa[studies]'")) from None
    if int(zarr.__version__.split(".")[0]) < 3:
        raise MfaError(Fault("", f"zarr {zarr.__version__} is too old", "pip install 'zarr>=3.0.8'"))
    return zarr


def statistics_of(store: SampleStore, name: str) -> Statistics:
    """Statistics of one result over all samples of a store, a slab of cells at a time."""
    found = Statistics.empty(int(np.prod(store.shape(name)[1:])))
    for cells, values, reasons in store.slabs(name):
        for place, cell in enumerate(cells.tolist()):
            found.put(cell, values[place], None if reasons is None else reasons[place])
    return found


class SampleStore:
    """The samples of an ensemble in its folder.

    Parameters
    ----------
    folder : Path
        Folder of the ensemble, with its manifest.
    manifest : mapping
        What it is of.
    """

    def __init__(self, folder: Path, manifest: Mapping[str, Any]) -> None:
        self.folder = folder
        self.samples = int(manifest["samples"])
        self.chunk = int(manifest["chunk"])
        self.outputs: tuple[Output, ...] = outputs_of(manifest)
        self.factors: list[str] = list(manifest["factors"])
        self._sizes = {
            entry["name"]: tuple(len(entry["coords"][dim]) for dim in entry["dims"]) for entry in manifest["outputs"]
        }
        self._zarr = need_zarr()
        self._opened: dict[str, Any] = {}

    # --- what it holds -----------------------------------------------------------------------------------------------

    @property
    def names(self) -> list[str]:
        """Arrays of the store, the factors last."""
        found = []
        for output in self.outputs:
            found += [output.name, REASON + output.name] if output.has_reasons else [output.name]
        return [*found, FACTORS]

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of an array, samples first."""
        if name == FACTORS:
            return (self.samples, len(self.factors))
        return (self.samples, *self._sizes[name.removeprefix(REASON)])

    def array(self, name: str) -> Any:
        """The zarr array of a name."""
        if name not in self._opened:
            self._opened[name] = self._zarr.open_array(self._path(name), mode="r+", zarr_format=3)
        return self._opened[name]

    def exists(self) -> bool:
        """Whether the arrays are there."""
        return (self.folder / SAMPLES).is_dir() and (self.folder / FACTORS_STORE).is_dir()

    def create(self) -> None:
        """Make the arrays, in whole or not at all; nothing if they are there."""
        for store, names in ((SAMPLES, self.names[:-1]), (FACTORS_STORE, [FACTORS])):
            if (self.folder / store).is_dir():
                continue
            beside = self.folder / f"{store}.new"
            shutil.rmtree(beside, ignore_errors=True)
            group = self._zarr.create_group(beside, zarr_format=3)
            for name in names:
                self._create_array(group, name)
            os.replace(beside, self.folder / store)
        (self.folder / DONE).mkdir(exist_ok=True)
        sync_folder(self.folder)

    def _create_array(self, group: Any, name: str) -> None:
        shape = self.shape(name)
        pieces = (self.chunk, *shape[1:])
        attributes: dict[str, Any] = {}
        dims: tuple[str, ...] = ("sample", "factor")
        whole = name.startswith(REASON)
        if name != FACTORS:
            output = next(output for output in self.outputs if output.name == name.removeprefix(REASON))
            dims = ("sample", *output.dims)
            pieces = (self.chunk, *self._pieces(output, shape[1:]))
            attributes = {"units": output.unit, "long_name": output.meaning}
            if whole:
                attributes = {"long_name": f"Reason code of {name.removeprefix(REASON)}"}
        group.create_array(
            name, shape=shape, chunks=tuple(max(1, size) for size in pieces), dtype="int8" if whole else "float64",
            fill_value=0 if whole else float("nan"), dimension_names=dims, attributes=attributes,
            chunk_key_encoding={"name": "default", "separator": "."},
        )  # fmt: skip

    def _pieces(self, output: Output, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """Cut the years so that all samples of a piece fit into a slab; it depends on the number of samples alone."""
        if "time" not in output.dims:
            return sizes
        axis = output.dims.index("time")
        a_year = max(1, int(np.prod(sizes)) // max(1, sizes[axis])) * self.samples * 8
        years = int(np.clip(SLAB // a_year, 1, sizes[axis]))
        return (*sizes[:axis], years, *sizes[axis + 1 :])

    def _path(self, name: str) -> Path:
        return self.folder / (FACTORS_STORE if name == FACTORS else SAMPLES) / name

    # --- writing -----------------------------------------------------------------------------------------------------

    def pending(self, tell: Callable[[int, int], None] = lambda done, total: None) -> list[Chunk]:
        """Chunks that are still to be computed; rubble of a run that was cut off is cleared away.

        Every chunk that is marked is read again, and counts only if its checksum is right.

        Parameters
        ----------
        tell : callable
            Called with chunks looked at and their number.
        """
        every = chunks_of(self.samples, self.chunk)
        left = []
        for place, chunk in enumerate(every):
            if not self._is_done(chunk):
                self._marker(chunk).unlink(missing_ok=True)
                left.append(chunk)
            tell(place + 1, len(every))
        for rest in (self.folder / DONE).glob("*.new"):
            rest.unlink()
        numbers = {chunk.number for chunk in left}
        for name in self.names:
            for path in self._pieces_on_disk(name):
                if int(path.name.split(".")[1]) in numbers:
                    path.unlink()
        return left

    def _pieces_on_disk(self, name: str) -> list[Path]:
        """Files of an array, those included that were being written: c.<chunk>.<piece>..."""
        return [path for path in self._path(name).iterdir() if path.name.startswith("c.")]

    def write(self, chunk: Chunk, found: Mapping[str, np.ndarray]) -> None:
        """Store a chunk: data first, then, when they are on the disk, the marker.

        Parameters
        ----------
        chunk : Chunk
        found : mapping of arrays [sample, ...]
            One for each of `names`.
        """
        for name in self.names:
            self.array(name)[chunk.start : chunk.stop] = found[name]
        for name in self.names:
            written = list(self._path(name).glob(f"c.{chunk.number}.*"))  # none for what is 0 or NaN throughout
            for path in written:
                with open(path, "r+b") as file:
                    os.fsync(file.fileno())
            if written:
                sync_folder(self._path(name))
        content = {"start": chunk.start, "stop": chunk.stop, "checksum": checksum(found, self.names)}
        write_whole(self._marker(chunk), to_json(content).encode())

    def _marker(self, chunk: Chunk) -> Path:
        return self.folder / DONE / f"{chunk.number:06d}.json"

    def _is_done(self, chunk: Chunk) -> bool:
        try:
            marker = json.loads(self._marker(chunk).read_text(encoding="utf-8"))
            if (marker["start"], marker["stop"]) != (chunk.start, chunk.stop):
                return False
            stored = {name: self.array(name)[chunk.start : chunk.stop] for name in self.names}
        except (OSError, ValueError, KeyError, TypeError, RuntimeError):  # absent, torn, or not what it was
            return False
        return bool(checksum(stored, self.names) == marker["checksum"])

    def remove_samples(self) -> None:
        """Remove all but the factors: in one step, so that no half of it is ever taken for the whole."""
        aside = self.folder / f"{SAMPLES}.old"
        if (self.folder / SAMPLES).is_dir():
            shutil.rmtree(aside, ignore_errors=True)
            os.replace(self.folder / SAMPLES, aside)
        shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(self.folder / DONE, ignore_errors=True)

    # --- reading -----------------------------------------------------------------------------------------------------

    def slabs(self, name: str) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray | None]]:
        """All samples of some cells of a result at a time, in memory that the number of samples does not raise.

        Parameters
        ----------
        name : str
            Name of an output.

        Yields
        ------
        cells : array of int
            Flat numbers of the cells.
        values : array [cell, sample]
        reasons : array of int8 [cell, sample], or None
        """
        output = next(output for output in self.outputs if output.name == name)
        sizes = self.shape(name)[1:]
        numbers = np.arange(int(np.prod(sizes))).reshape(sizes)
        axis = output.dims.index("time") if "time" in output.dims else None
        most = max(1, SLAB // (8 * self.samples))
        length, step = (1, 1) if axis is None else (sizes[axis], int(self.array(name).chunks[1 + axis]))
        for start in range(0, length, step):
            part: list[Any] = [slice(None)] * len(sizes)
            if axis is not None:
                part[axis] = slice(start, start + step)
            cells = numbers[tuple(part)].ravel()
            for first in range(0, len(cells), most):
                few = slice(first, first + most)
                values = self._columns(name, tuple(part), few, np.float64)
                reasons = self._columns(REASON + name, tuple(part), few, np.int8) if output.has_reasons else None
                yield cells[few], values, reasons

    def _columns(self, name: str, part: tuple[Any, ...], cells: slice, dtype: type[np.generic]) -> np.ndarray:
        array = self.array(name)
        found: np.ndarray | None = None
        for chunk in chunks_of(self.samples, self.chunk):
            rows = array[(slice(chunk.start, chunk.stop), *part)].reshape(chunk.stop - chunk.start, -1)[:, cells]
            if found is None:
                found = np.empty((rows.shape[1], self.samples), dtype)
            found[:, chunk.start : chunk.stop] = rows.T
        assert found is not None
        return found


def checksum(found: Mapping[str, np.ndarray], names: list[str]) -> str:
    """Checksum of the values of a chunk, independent of how they are stored."""
    text = hashlib.blake2b(digest_size=16)
    for name in names:
        array = np.ascontiguousarray(found[name])
        text.update(f"{name} {array.shape} {array.dtype.str}".encode())
        text.update(array.data if array.size else b"")
    return text.hexdigest()

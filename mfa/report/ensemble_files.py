"""Statistics of an ensemble as a dataset, and as files: quantiles.nc and quantiles.csv."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from mfa.errors import Fault, InputError
from mfa.indicators import REASONS
from mfa.inputs.messages import shown_path
from mfa.report.netcdf_groups import Stored, new_file, write_group
from mfa.report.plain_text import as_text
from mfa.storage.whole import sync_file, sync_folder, write_whole
from mfa.studies.manifest import outputs_of
from mfa.studies.quantiles import QUANTILES, Statistics
from mfa.vocabulary import DIMENSIONS

if TYPE_CHECKING:
    import xarray as xr

QUANTILES_NC, QUANTILES_CSV = "quantiles.nc", "quantiles.csv"
SUFFIXES = {"mean": "mean", "sd": "standard deviation", "missing": "share of samples without a value",
            "flagged": "share of samples with a value that must be read with a flag",
            "reason": "most frequent reason why a sample has no value"}  # fmt: skip
"""Statistics beside the quantiles: what is put behind a result's name, and what it is."""
ATTRIBUTES = ("units", "long_name", "cell_methods", "flag_meanings")
CSV_DIMS = ("region", "time", "product", "component", "element", "route", "scrap", "origin")


def statistics_dataset(manifest: Mapping[str, Any], found: Mapping[str, Statistics]) -> xr.Dataset:
    """Statistics with labels, and units as attributes.

    Parameters
    ----------
    manifest : mapping
        What the ensemble is of.
    found : mapping of Statistics
        By name of the result.

    Returns
    -------
    Dataset
        ``<result>`` [quantile, *dims], and ``<result>_mean`` and the like (`SUFFIXES`) [*dims].
    """
    import xarray as xr

    data: dict[str, Any] = {}
    coords: dict[str, Any] = {"quantile": ("quantile", np.array(QUANTILES), {"long_name": "Quantile over samples"})}
    for entry, output in zip(manifest["outputs"], outputs_of(manifest), strict=True):
        statistics, dims = found[output.name], output.dims
        shape = tuple(len(entry["coords"][dim]) for dim in dims)
        for dim in dims:
            coords[dim] = (dim, np.asarray(entry["coords"][dim]), {"long_name": DIMENSIONS[dim]})
        attrs = {"units": output.unit, "long_name": output.meaning}
        values = statistics.quantiles.reshape(len(QUANTILES), *shape)
        data[output.name] = (("quantile", *dims), values, {**attrs, "cell_methods": "sample: quantile"})
        for suffix, meaning in SUFFIXES.items():
            if suffix in ("flagged", "reason") and not output.has_reasons:
                continue
            about = {"units": output.unit if suffix in ("mean", "sd") else "1"}
            about["long_name"] = f"{output.meaning}: {meaning}"
            if suffix == "reason":
                words = [text.replace(";", "").replace(" ", "_") or "none" for text in REASONS]
                about["flag_meanings"] = " ".join(words)
                del about["units"]
            data[f"{output.name}_{suffix}"] = (dims, getattr(statistics, suffix).reshape(shape), about)
    scenario = manifest["scenario"]
    attrs = {
        "title": str(scenario["title"]), "scenario": scenario["name"], "scope": str(manifest["scope"]),
        "money": manifest["money"], "source": f"mfa {manifest['version']}", "samples": manifest["samples"],
        "seed": manifest["seed"], "method": manifest["method"],
    }  # fmt: skip
    return xr.Dataset(data, coords, attrs)


def write_statistics(folder: Path, dataset: xr.Dataset, manifest: Mapping[str, Any]) -> None:
    """Write both files, each in whole or not at all."""
    write_whole(folder / QUANTILES_CSV, table_text(dataset, manifest).encode())
    beside = folder / f"{QUANTILES_NC}.new"
    stored = {
        str(name): Stored(tuple(map(str, variable.dims)), variable.values, dict(variable.attrs))
        for name, variable in dataset.data_vars.items()
    }
    with new_file(beside) as target:
        target.attrs["Conventions"] = "CF-1.11"
        for key, attribute in dataset.attrs.items():
            target.attrs[key] = attribute
        write_group(target, stored, {str(dim): labels.values for dim, labels in dataset.coords.items()})
    sync_file(beside)
    os.replace(beside, folder / QUANTILES_NC)
    sync_folder(folder)


def read_statistics(folder: Path) -> xr.Dataset:
    """Statistics that were written.

    Raises
    ------
    InputError
        If they are not there, or torn.
    """
    import xarray as xr

    path = folder / QUANTILES_NC
    data, coords = {}, {}
    try:
        with h5py.File(path, "r", track_order=True) as file:
            for name, stored in file.items():
                if stored.is_scale:
                    values = stored.asstr()[()].astype(str) if stored.dtype.kind == "O" else stored[()]
                    coords[name] = (name, values, {"long_name": stored.attrs["long_name"]})
                else:
                    dims = tuple(axis.keys()[0] for axis in stored.dims)
                    own = {key: value for key, value in stored.attrs.items() if key in ATTRIBUTES}
                    data[name] = (dims, stored[()], own)
            attrs = dict(file.attrs)
    except (OSError, ValueError, KeyError, IndexError) as error:
        mend = "run mfa ensemble into a new folder"
        raise InputError(Fault(shown_path(path), f"cannot be read ({error})", mend)) from None
    return xr.Dataset(data, coords, attrs)


def table_text(dataset: xr.Dataset, manifest: Mapping[str, Any]) -> str:
    """Statistics as CSV: one row for each result and cell, values with all their digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    used = {dim for output in outputs_of(manifest) for dim in output.dims}
    dims = [dim for dim in CSV_DIMS if dim in used]
    names = [f"q{100 * share:02.0f}" for share in QUANTILES]
    writer.writerow(["scenario", "result", *dims, "unit", "mean", "sd", *names, "missing", "flagged", "reason"])
    name = str(manifest["scenario"]["name"])
    for output in outputs_of(manifest):
        writer.writerows(
            [as_text(name), output.name, *(as_text(str(cell.get(dim, ""))) for dim in dims), output.unit, *numbers]
            for cell, numbers in _rows(dataset, output.name, output.dims, output.has_reasons)
        )
    return text.getvalue()


def _rows(
    dataset: xr.Dataset, name: str, dims: tuple[str, ...], reasons: bool
) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    import itertools

    def flat(suffix: str) -> list[Any]:
        return dataset[f"{name}_{suffix}"].values.ravel().tolist()

    columns = [flat("mean"), flat("sd"), *(one.ravel().tolist() for one in dataset[name].values), flat("missing")]
    flagged = flat("flagged") if reasons else []
    codes = flat("reason") if reasons else []
    labels = [dataset.coords[dim].values.tolist() for dim in dims]
    for place, cell in enumerate(itertools.product(*labels)):
        numbers: list[Any] = ["" if column[place] != column[place] else repr(column[place]) for column in columns]
        numbers += [repr(flagged[place]), REASONS[codes[place]]] if reasons else ["", ""]
        yield dict(zip(dims, cell, strict=True)), numbers

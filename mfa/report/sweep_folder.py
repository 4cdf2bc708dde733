"""The folder of a sweep: NetCDF, table, text, figures and a record, complete or not there at all."""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.errors import Fault, InputError, MfaError
from mfa.report.folder import check_target
from mfa.report.plain_text import plain
from mfa.report.sweep_text import long_table, to_text
from mfa.report.sweep_view import shown_year
from mfa.storage.checksums import verify
from mfa.storage.folders import new_folder, settled
from mfa.storage.formats import check_format
from mfa.strict_json import to_json
from mfa.vocabulary import HEADLINE_YEARS

if TYPE_CHECKING:
    import xarray as xr

    from mfa.studies.sweep import Sweep

RECORD = "sweep.json"
FORMAT = 1
"""Version of what stands in the folder."""
OWN_FILES = ("sweep.nc", "sweep.csv", "sweep.txt", "figures", RECORD)
"""What a sweep writes; other files in its folder are kept when it is replaced."""


def check_folder(folder: Path) -> None:
    """Refuse a path that exists and is neither empty nor the folder of a sweep.

    Raises
    ------
    InputError
        If writing there would destroy something else.
    """
    check_target(folder, RECORD, "a sweep")


def sweep_record(sweep: Sweep) -> dict[str, Any]:
    """What sweep.json says: scenario, levers, results, years and rate of present values, fingerprints."""
    from mfa import __version__

    return {
        "scenario": sweep.scenario,
        "title": sweep.title,
        "levers": [
            {
                "key": lever.key,
                "name": lever.name,
                "parts": list(lever.parts),
                "unit": lever.unit,
                "values": list(lever.values),
                "given": list(lever.given),
            }
            for lever in sweep.levers
        ],
        "points": sweep.size,
        "results": {name: str(sweep.plain[name].attrs["units"]) for name in sweep.names},
        "period": list(sweep.period),
        "discount_rate": sweep.discount_rate,
        "notes": sweep.notes,
        "label_names": sweep.attrs.get("label_names"),
        "hashes": {"scenario": sweep.attrs.get("scenario_hash"), "parameters": sweep.attrs.get("dataset_hash")},
        "format": FORMAT,
        "version": __version__,
        "written": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "resolved": sweep.attrs.get("resolved"),
    }


def save_sweep(sweep: Sweep, folder: Path, figures: bool = True, year: int | None = None) -> Path:
    """Write the folder of a sweep, see `Sweep.save`.

    Raises
    ------
    InputError
        If the path exists and is not the folder of a sweep, or cannot be written.
    """
    from mfa import __version__

    check_folder(folder)
    in_table = _table_years(sweep, shown_year(sweep, year))
    with new_folder(folder, OWN_FILES) as draft:
        table = long_table(sweep, in_table)
        plain(table).to_csv(draft / "sweep.csv", index=False, lineterminator="\n", float_format="%.10g")
        (draft / "sweep.txt").write_text(to_text(sweep, year), encoding="utf-8", newline="")
        stored = sweep.plain.assign_attrs(Conventions="CF-1.11", source=f"mfa {__version__}")
        squeeze = {name: {"zlib": True, "complevel": 1} for name in sweep.names if sweep.plain[name].size > 4096}
        (draft / "sweep.nc").write_bytes(_netcdf(stored, squeeze))
        if figures:
            from mfa.report.sweep_figure import draw_sweep

            (draft / "figures").mkdir()
            draw_sweep(sweep, draft / "figures", year)
        record = to_json(sweep_record(sweep), indent=2)
        (draft / RECORD).write_text(record + "\n", encoding="utf-8", newline="")
    return folder


def _netcdf(dataset: xr.Dataset, encoding: Mapping[str, Any]) -> bytes:
    """Content of a NetCDF-4 file: made in memory, for HDF5 does not get over a disk that fills up."""
    import h5netcdf
    from xarray.backends import H5NetCDFStore

    content = io.BytesIO()
    with h5netcdf.File(content, "w") as file:
        dataset.dump_to_store(H5NetCDFStore(file), encoding=encoding)
    return content.getvalue()


def _table_years(sweep: Sweep, shown_in: int) -> list[int] | None:
    """Headline years, the year shown and the last: all years of a large grid would make a file that nobody opens."""
    if "time" not in sweep.plain.coords:
        return None
    years = sweep.plain["time"].values.tolist()
    return sorted({*(year for year in HEADLINE_YEARS if year in years), shown_in, years[-1]})


def read_sweep(folder: Path) -> Sweep:
    """A sweep that was saved.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        If its files are not there, cannot be read or are not as they were written.
    """
    return settled(folder, lambda: _read(folder))


def _read(folder: Path) -> Sweep:
    import xarray as xr

    from mfa.inputs.levers import Lever
    from mfa.studies.sweep import Sweep

    verify(folder, "mfa sweep")
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        check_format(record.get("format"), FORMAT, str(folder / RECORD), "mfa sweep")
        with xr.open_dataset(folder / "sweep.nc", engine="h5netcdf") as stored:
            plain = stored.load()
        levers = tuple(
            Lever(
                one["key"], one["name"], tuple(one["parts"]), _values(one["values"]), one["unit"], tuple(one["given"])
            )
            for one in record["levers"]
        )
        attrs = {
            "scenario_hash": record["hashes"]["scenario"], "dataset_hash": record["hashes"]["parameters"],
            "label_names": record["label_names"] or {}, "resolved": record["resolved"],
        }  # fmt: skip
        first, last = record["period"]
        return Sweep(plain, levers, record["scenario"], record["title"], (int(first), int(last)),
                     float(record["discount_rate"]), list(record["notes"]), attrs)  # fmt: skip
    except MfaError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        mend = "run mfa sweep into a new folder"
        raise InputError(Fault(str(folder), f"is no folder of a sweep of this version ({error})", mend)) from None


def _values(stored: list[Any]) -> tuple[Any, ...]:
    """Values of a lever; JSON has no word for those that are infinite."""
    return tuple(float(value) if value in ("inf", "-inf") else value for value in stored)

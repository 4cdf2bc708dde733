"""An ensemble that has been run: quantiles with units, samples if they were kept, factors, table and fan chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError
from mfa.inputs.messages import listed, shown_path, suggest
from mfa.storage.checksums import verify
from mfa.studies.evaluate import Output
from mfa.studies.manifest import COMPLETE, outputs_of, read_manifest
from mfa.studies.store import FACTORS, FACTORS_STORE, SAMPLES, need_zarr

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

SUMMARY_YEARS = (2030, 2040, 2050)
HEADLINE = ("import_requirement", "eol_recycling_rate", "recycled_content", "unmet_share", "in_use", "secondary")
"""Results of the printed table, those that were kept; recycled content is never shown without the unmet share."""


WHAT_MATTERS = "elasticities.csv"
"""File of what matters most to the headline results."""
AGAIN = "mfa ensemble"


def headline_outputs(outputs: Sequence[Output]) -> list[Output]:
    """Headline results among those by region, time and element that were kept, or the first four."""
    able = [output for output in outputs if output.dims == ("region", "time", "element")]
    return [output for output in able if output.name in HEADLINE] or able[:4]


def shown_years(kept: Sequence[int]) -> list[int]:
    """2030, 2040 and 2050 as far as they were kept, else the last year."""
    return [year for year in SUMMARY_YEARS if year in kept] or list(kept[-1:])


class Ensemble:
    """Quantiles of the results of many samples.

    Get one with `mfa.ensemble` or `mfa.open_ensemble`.

    Attributes
    ----------
    folder : Path
        Where it is stored.
    manifest : dict
        What it is of: scenario as resolved, hashes, samples, seed, method, results kept, versions.
    outputs : tuple of Output
        Results that were kept.
    plain : Dataset
        Statistics in the units that the attribute ``units`` of each variable names: ``<result>`` has a dim
        ``quantile`` (0.05, 0.25, 0.5, 0.75, 0.95); beside it stand ``<result>_mean``, ``_sd``, ``_missing`` (share of
        samples without a value), and for indicators ``_flagged`` and ``_reason``.
    """

    def __init__(self, folder: Path, manifest: Mapping[str, Any], statistics: xr.Dataset) -> None:
        self.folder = folder
        self.manifest = dict(manifest)
        self.plain = statistics
        self.outputs: tuple[Output, ...] = outputs_of(manifest)
        self.temporary: Any = None
        self._quantified: xr.Dataset | None = None
        self._checked: set[str] = set()

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return str(self.manifest["scenario"]["name"])

    @property
    def size(self) -> int:
        """Number of samples."""
        return int(self.manifest["samples"])

    @property
    def warnings(self) -> list[str]:
        """What was noted on the way."""
        return list(self.manifest["warnings"])

    @property
    def quantiles(self) -> xr.Dataset:
        """The statistics of `plain`, with units."""
        if self._quantified is None:
            from mfa.units import parse_unit, ureg

            data = {}
            for name, variable in self.plain.data_vars.items():
                if "units" in variable.attrs:
                    quantity = ureg.Quantity(variable.values, parse_unit(variable.attrs["units"]))
                    data[name] = variable.variable.copy(data=quantity)
            self._quantified = self.plain.assign(data)
        return self._quantified

    @property
    def samples(self) -> xr.Dataset:
        """Every sample, read from the store when its values are asked for; without pint, units as attributes.

        The first time, the whole store is compared with its checksums.

        Raises
        ------
        InputError
            If the samples were not kept, or are not as they were written.
        """
        import xarray as xr

        path = self.folder / SAMPLES
        if not path.is_dir():
            what = "the samples were not kept"
            raise InputError(Fault(shown_path(self.folder), what, "run it with --keep-samples (keep_samples=True)"))
        need_zarr()
        self._check(SAMPLES)
        found = xr.open_zarr(path, chunks=None, consolidated=False, mask_and_scale=False)
        coords: dict[str, Any] = {"sample": np.arange(self.size)}
        for entry in self.manifest["outputs"]:
            coords.update({dim: np.asarray(labels) for dim, labels in entry["coords"].items()})
        return found.assign_coords(coords)

    def _check(self, store: str) -> None:
        """Compare the files of a store with their checksums, once."""
        if store not in self._checked:
            verify(self.folder, AGAIN, lambda name: name.startswith(f"{store}/"))
            self._checked.add(store)

    @property
    def factors(self) -> pd.DataFrame:
        """What was drawn: a row for each sample, a column for each uncertain factor, in the units of its table."""
        import pandas as pd

        self._check(FACTORS_STORE)
        array = need_zarr().open_array(self.folder / FACTORS_STORE / FACTORS, mode="r")
        index = pd.RangeIndex(self.size, name="sample")
        return pd.DataFrame(array[:], columns=self.manifest["factors"], index=index)

    @property
    def what_matters(self) -> pd.DataFrame:
        """What matters most to each headline result: a row for each cell and factor, the largest swing first.

        ``low``, ``high``: the result as the factor stands at its 5 and 95 % quantile, all others at their medians;
        ``swing``, ``elasticity``; ``rank_correlation`` (Spearman) over the samples, NaN for fewer than 100.

        Raises
        ------
        InputError
            If it was not looked at.
        """
        import pandas as pd

        path = self.folder / WHAT_MATTERS
        if not path.is_file():
            what = "what matters most was not looked at"
            raise InputError(
                Fault(shown_path(self.folder), what, "run it without --no-elasticities, or mfa sensitivity")
            )
        return pd.read_csv(path, keep_default_na=False, na_values=[""], dtype={"unit": str, "factor_unit": str})

    def output(self, name: str) -> Output:
        """A result that was kept, by name.

        Raises
        ------
        InputError
            If it was not kept.
        """
        found = {output.name: output for output in self.outputs}
        if name not in found:
            raise InputError(Fault("ensemble", f"'{name}' was not kept", suggest(name, found, "results kept")))
        return found[name]

    def labels(self, dim: str) -> list[Any]:
        """Labels of a dim."""
        return self.plain.coords[dim].values.tolist()

    def label_name(self, dim: str, label: str) -> str:
        """Readable name of a label."""
        return str(self.manifest["label_names"].get(dim, {}).get(label) or label)

    def years_of(self, years: Sequence[int] | None = None) -> list[int]:
        """Years of a table: those given, else 2030, 2040 and 2050 as far as they were kept, else the last."""
        kept = self.labels("time") if "time" in self.plain.coords else []
        return shown_years(kept) if years is None else [year for year in years if year in kept] or kept[-1:]

    def summary(self, years: Sequence[int] | None = None, results: Sequence[str] | None = None) -> pd.DataFrame:
        """Median and 5 to 95 % by element and year.

        Parameters
        ----------
        years : sequence of int, optional
            2030, 2040 and 2050 if None.
        results : sequence of str, optional
            Results by region, time and element; headline results that were kept if None.

        Returns
        -------
        DataFrame
            One row for each result, region, element and year: unit, low (5 %), median, high (95 %), missing (share of
            samples without a value, 1).

        Raises
        ------
        InputError
            If a result was not kept, or has other dims.
        """
        import pandas as pd

        rows = []
        for output in self._tabled(results):
            values, missing = self.plain[output.name], self.plain[f"{output.name}_missing"]
            for region in self.labels("region"):
                for element in self.labels("element"):
                    for year in self.years_of(years):
                        cell = {"region": region, "element": element, "time": year}
                        low, median, high = values.sel(cell).sel(quantile=[0.05, 0.5, 0.95]).values.tolist()
                        row = (output.name, region, element, year, output.unit, low, median, high)
                        rows.append((*row, float(missing.sel(cell))))
        columns = ["result", "region", "element", "year", "unit", "low", "median", "high", "missing"]
        return pd.DataFrame(rows, columns=columns)

    def _tabled(self, results: Sequence[str] | None) -> list[Output]:
        wanted = ("region", "time", "element")
        if results is None:
            return headline_outputs(self.outputs)
        chosen = [self.output(name) for name in results]
        for output in chosen:
            if output.dims != wanted:
                raise InputError(Fault(output.name, f"has the dims {listed(output.dims)}", "see `quantiles`"))
        return chosen

    def text(self, years: Sequence[int] | None = None) -> str:
        """Headline table: median and, in brackets, 5 to 95 %."""
        from mfa.report.ensemble import ensemble_text

        return ensemble_text(self, years)

    def plot(self, result: str = "import_requirement", element: str | Sequence[str] | None = None,
             region: str | None = None) -> Figure:  # fmt: skip
        """Fan chart: median, 25 to 75 % and 5 to 95 % over the years, a panel for each element.

        Parameters
        ----------
        result : str
            A result by time that was kept.
        element : str or sequence of str, optional
            All if None.
        region : str, optional
            The first if None.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        InputError
            If there is nothing of that name, or the result has no years.
        """
        from mfa.report.fan_chart import fan_chart

        return fan_chart(self, result, element, region)

    def __repr__(self) -> str:
        kept = ", samples kept" if (self.folder / SAMPLES).is_dir() else ""
        how = f"{self.manifest['method']}, seed {self.manifest['seed']}"
        return f"<mfa.Ensemble of {self.name}: {self.size} samples ({how}), {len(self.outputs)} results{kept}>"

    def _repr_html_(self) -> str:
        from mfa.report.ensemble import ensemble_html

        return ensemble_html(self)


def open_ensemble(folder: str | Path) -> Ensemble:
    """Open an ensemble that was run before.

    Parameters
    ----------
    folder : path
        Its folder.

    Returns
    -------
    Ensemble

    Raises
    ------
    InputError
        If the folder holds none, one that is not complete, or one whose files are not as they were written.
    """
    from mfa.report.ensemble_files import read_statistics

    folder = Path(folder)
    manifest = read_manifest(folder)
    if manifest["state"] != COMPLETE:
        what = "is not complete"
        raise InputError(Fault(shown_path(folder), what, "give the command again that began it: it continues"))
    verify(folder, AGAIN, lambda name: "/" not in name)  # what lies deeper is looked at when it is read
    return Ensemble(folder, manifest, read_statistics(folder))

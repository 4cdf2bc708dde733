"""What a report on an ensemble looks at: one region, some elements and years, and the quantiles of its results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mfa.errors import Fault, InputError
from mfa.inputs.dataset import last_data_year
from mfa.inputs.messages import suggest
from mfa.report.document.content import Spread
from mfa.report.document.view import FOCUS
from mfa.report.style import ELEMENT_COLOURS, ELEMENT_NAMES, SERIES_COLOURS, assign
from mfa.vocabulary import HEADLINE_YEARS

if TYPE_CHECKING:
    from mfa.studies.ensemble_result import Ensemble
    from mfa.studies.evaluate import Output

TABLED = ("region", "time", "element")
"""Dims of results that a report can show over the years."""


class EnsembleView:
    """An ensemble as a report looks at it.

    Parameters
    ----------
    ensemble : Ensemble
    region : str, optional
        The first if None.
    elements : sequence of str, optional
        All if None.
    year : int, optional
        One of those kept: 2040, or the last, if None.

    Raises
    ------
    InputError
        If a label or the year was not kept, or no result by region, year and element was.
    """

    def __init__(
        self,
        ensemble: Ensemble,
        region: str | None = None,
        elements: Sequence[str] | None = None,
        year: int | None = None,
    ) -> None:
        self.ensemble, self.manifest = ensemble, ensemble.manifest
        self.shown = [output for output in ensemble.outputs if output.dims == TABLED]
        self.others = [output for output in ensemble.outputs if output.dims != TABLED]
        if not self.shown:
            what = "keeps no result by region, year and element"
            raise InputError(Fault(ensemble.name, what, "run it without --keep, which keeps the headline results"))
        known = {dim: [str(label) for label in ensemble.labels(dim)] for dim in ("region", "element")}
        years = [int(label) for label in ensemble.labels("time")]
        faults = [
            Fault(dim, f"'{label}' is not in the ensemble", suggest(label, known[dim], f"{dim}s"))
            for dim, wanted in (("region", [region] if region else []), ("element", list(elements or [])))
            for label in wanted if label not in known[dim]
        ]  # fmt: skip
        if year is not None and year not in years:
            faults.append(Fault("year", f"{year} was not kept", f"choose from {', '.join(map(str, years))}"))
        if faults:
            raise InputError(faults)
        self.region = region or known["region"][0]
        self.elements = list(elements or known["element"])
        self.years = np.array(years)
        self.told = [one for one in HEADLINE_YEARS if one in years] or [years[-1]]
        self.focus = year or (FOCUS if FOCUS in years else years[-1])
        self.told = sorted({*self.told, self.focus})
        self.names = {}
        for element in self.elements:
            name = ensemble.label_name("element", element)
            self.names[element] = name if name != element else ELEMENT_NAMES.get(element, element)
        palette = dict(zip(known["element"], assign(known["element"], ELEMENT_COLOURS, SERIES_COLOURS), strict=True))
        self.colours = [palette[element] for element in self.elements]

    @property
    def last_data_year(self) -> int | None:
        """Last year of data, if it is known."""
        return last_data_year(str(self.manifest["data"]["name"]))

    def quantiles(self, output: Output) -> np.ndarray:
        """5, 25, 50, 75 and 95 % of a result, (quantile, year, element)."""
        found = self.ensemble.plain[output.name].sel(region=self.region, element=self.elements)
        values: np.ndarray = found.transpose("quantile", "time", "element").values
        return values

    def missing(self, output: Output) -> np.ndarray:
        """Share of samples without a value, (year, element)."""
        found = self.ensemble.plain[f"{output.name}_missing"].sel(region=self.region, element=self.elements)
        values: np.ndarray = found.transpose("time", "element").values
        return values

    def cell(self, quantiles: np.ndarray, year: int, e: int) -> Spread:
        """Median of a year, with 5 and 95 %."""
        low, _, median, _, high = quantiles[:, int(np.searchsorted(self.years, year)), e].tolist()
        return Spread(median, low, high)

    def find(self, name: str) -> Output | None:
        """A result that is shown, by name; None if it was not kept."""
        return next((output for output in self.shown if output.name == name), None)

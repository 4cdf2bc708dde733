"""What a report looks at: one region, some elements and years of a run, and the numbers of its files for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mfa.errors import Fault, InputError
from mfa.indicators.ratios import REASONS, mean_of_defined, quantiles_of_defined
from mfa.inputs.messages import suggest
from mfa.report.document.content import Spread
from mfa.report.figure_data import Reader, element_name
from mfa.report.style import ELEMENT_COLOURS, SERIES_COLOURS, assign
from mfa.vocabulary import HEADLINE_YEARS

if TYPE_CHECKING:
    from mfa.results import Results

FOCUS = 2040
"""The year that sentences are about, where the run has it."""


class View:
    """A run as a report looks at it.

    Parameters
    ----------
    results : Results
        In full detail.
    region : str, optional
        The first region if None.
    elements : sequence of str, optional
        All if None.
    year : int, optional
        The year that sentences and diagrams are about: 2040, or the last headline year of the run, if None.

    Attributes
    ----------
    told : list of int
        Years that tables show.
    start : int
        The year that sentences compare with: the last year of data, or the first year.
    focus : int

    Raises
    ------
    InputError
        If a label or the year is not in the run, or the run holds totals only.
    """

    def __init__(
        self,
        results: Results,
        region: str | None = None,
        elements: Sequence[str] | None = None,
        year: int | None = None,
    ) -> None:
        faults = []
        known = {"region": results.labels["region"], "element": results.labels["element"]}
        for dim, wanted in (("region", [region] if region else []), ("element", list(elements or []))):
            for label in wanted:
                if label not in known[dim]:
                    mend = suggest(label, known[dim], f"{dim}s")
                    faults.append(Fault(dim, f"'{label}' is not in the run {results.name}", mend))
        first, last = int(results.years[0]), int(results.years[-1])
        if year is not None and not first <= year <= last:
            faults.append(
                Fault("year", f"{year} lies outside the run {results.name}", f"choose from {first} to {last}")
            )
        if results.attrs.get("detail") == "totals":
            mend = "run it again with mfa run, which keeps all detail"
            faults.append(Fault(results.name, "the run holds totals only, a report shows products and origins", mend))
        if faults:
            raise InputError(faults)
        self.results = results
        self.region = region or known["region"][0]
        self.elements = list(elements or known["element"])
        self.names = {element: element_name(results, element) for element in self.elements}
        palette = dict(zip(known["element"], assign(known["element"], ELEMENT_COLOURS, SERIES_COLOURS), strict=True))
        self.colours = [palette[element] for element in self.elements]
        self.years = results.years
        self.reader = Reader(results, self.elements, self.region)
        self._region = known["region"].index(self.region)
        self._elements = [known["element"].index(element) for element in self.elements]
        told = [y for y in HEADLINE_YEARS if first <= y <= last] or [first, last]
        data = results.last_data_year
        self.start = data if data is not None and first <= data < last else first
        self.focus = year or (FOCUS if first <= FOCUS <= last else told[-1])
        self.told = sorted({*told, self.focus})

    @property
    def labels(self) -> dict[str, Mapping[str, str]]:
        """Names of labels, for tables."""
        return {"element": self.names}

    @property
    def sampled(self) -> bool:
        """Whether there are samples."""
        return self.results.sampled

    def at(self, year: int) -> int:
        """Place of a year on the time axis."""
        return year - int(self.years[0])

    def name(self, dim: str, label: str) -> str:
        """Readable name of a label."""
        return self.results.label_name(dim, label)

    # --- numbers ---------------------------------------------------------------------------------------------------

    def by_element(self, group: str, name: str, keep: Sequence[str] = ()) -> np.ndarray:
        """A variable summed over all but time, element and what is kept: (sample, time, element, *keep)."""
        array, dims = self.reader.array(group, name), ("sample", *self.reader.dims(group, name))
        wanted = ("sample", "time", "element", *keep)
        summed = array.sum(axis=tuple(i for i, dim in enumerate(dims) if dim not in wanted))
        left = [dim for dim in dims if dim in wanted]
        return np.transpose(summed, [left.index(dim) for dim in wanted])

    def indicator(self, name: str) -> np.ndarray:
        """An indicator by element, (sample, time, element)."""
        return self.reader.array("indicators", name)[:, 0]

    def regional(self, group: str, name: str) -> np.ndarray:
        """A variable of the region alone, (sample, time)."""
        array: np.ndarray = self.results.arrays(group)[name][:, self._region]
        return array

    def mean(self, values: np.ndarray) -> np.ndarray:
        """Mean over samples of what is defined."""
        return mean_of_defined(values)

    def cell(self, values: np.ndarray, year: int, *place: int) -> float | Spread:
        """A number of a year, with its 5 and 95 % quantiles if there are samples.

        Parameters
        ----------
        values : ndarray (sample, time, ...)
        year : int
        *place : int
            Position on the axes that follow.
        """
        column = values[:, self.at(year)]
        for position in place:
            column = column[:, position]
        value = float(mean_of_defined(column[:, None])[0])
        if not self.sampled:
            return value
        low, _, high = quantiles_of_defined(column[:, None])[:, 0]
        return Spread(value, float(low), float(high))

    def value(self, values: np.ndarray, year: int, *place: int) -> float:
        """A number of a year, the mean over samples."""
        cell = self.cell(values, year, *place)
        return cell.value if isinstance(cell, Spread) else cell

    def reason(self, indicator: str, year: int, e: int) -> str:
        """Why an indicator has no value, or what must be read with it; empty if nothing."""
        codes = self.results.reason_codes.get(indicator)
        if codes is None:
            return ""
        here = codes[:, self._region, self.at(year)]
        return REASONS[int((here[:, self._elements[e]] if here.ndim > 1 else here).max())]

    def reasons(self, indicator: str, years: Sequence[int] | None = None) -> dict[str, list[str]]:
        """Reasons of missing values by text, with the places: ``Lithium 2024``."""
        values = self.mean(self.indicator(indicator))
        found: dict[str, list[str]] = {}
        for year in years or self.told:
            for e, element in enumerate(self.elements):
                if not np.isfinite(values[self.at(year), e]):
                    text = self.reason(indicator, year, e) or "undefined"
                    found.setdefault(text, []).append(f"{self.names[element]} {year}")
        return found

    def empty(self, indicator: str, flag: str) -> bool:
        """Whether an indicator is 0 wherever it has a value, because of what a flag says."""
        codes, values = self.results.reason_codes.get(indicator), self.indicator(indicator)
        if codes is None or np.nan_to_num(values).any():
            return False
        return bool((codes[:, self._region] == REASONS.index(flag)).any())


def places(found: Mapping[str, Sequence[str]], most: int = 6) -> list[str]:
    """Reasons with the first of their places.

    Examples
    --------
    >>> places({"no need": ["Lithium 2024", "Cobalt 2024"]})
    ['no need (Lithium 2024, Cobalt 2024)']
    """
    texts = []
    for reason, where in found.items():
        more = f" and {len(where) - most} more" if len(where) > most else ""
        texts.append(f"{reason} ({', '.join(where[:most])}{more})")
    return texts

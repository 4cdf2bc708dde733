"""What a report on a comparison looks at: one region, some elements and years, and the cells of its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError
from mfa.indicators.levers.explanation import Explanation
from mfa.indicators.ratios import mean_of_defined
from mfa.inputs.dataset import last_data_year
from mfa.inputs.messages import suggest
from mfa.report.comparison import Cell as Figures
from mfa.report.comparison import Reader, short_names
from mfa.report.document.content import Spread
from mfa.report.document.view import FOCUS
from mfa.report.style import ELEMENT_NAMES, SERIES_COLOURS
from mfa.studies.outcomes import ALL_ELEMENTS

if TYPE_CHECKING:
    from mfa.studies.compare import Comparison


@dataclass(frozen=True)
class Run:
    """What is known of one of the runs that are compared."""

    name: str
    title: str
    resolved: dict[str, Any]
    hashes: dict[str, str | None]
    samples: int | None
    seed: int | None
    explanations: list[Explanation]


class Compared:
    """A comparison as a report looks at it.

    Parameters
    ----------
    comparison : Comparison
    region : str, optional
        The first if None.
    elements : sequence of str, optional
        All if None.
    year : int, optional
        One of those shown: 2040, or the last, if None.

    Raises
    ------
    InputError
        If a label or the year is not in the comparison.
    """

    def __init__(
        self,
        comparison: Comparison,
        region: str | None = None,
        elements: Sequence[str] | None = None,
        year: int | None = None,
    ) -> None:
        setting = comparison.setting
        faults = [
            Fault(dim, f"'{label}' is not in the comparison", suggest(label, known, f"{dim}s"))
            for dim, wanted, known in (("region", [region] if region else [], setting.regions),
                                       ("element", list(elements or []), setting.elements))
            for label in wanted if label not in known
        ]  # fmt: skip
        if year is not None and year not in setting.shown:
            shown = ", ".join(map(str, setting.shown))
            faults.append(Fault("year", f"{year} is not among the years of the comparison", f"choose from {shown}"))
        if faults:
            raise InputError(faults)
        self.comparison, self.setting = comparison, setting
        self.reader = Reader(comparison)
        self.region = region or setting.regions[0]
        self.elements = list(elements or setting.elements)
        self.focus = year or (FOCUS if FOCUS in setting.shown else setting.shown[-1])
        self.scenarios = comparison.scenarios
        self.short = short_names(self.scenarios)
        self.labels: dict[str, dict[str, str]] = {"scenario": self.short}
        self.names = self.labels["element"] = {}
        for element in self.elements:
            name = comparison.label_name("element", element)
            self.names[element] = name if name != element else ELEMENT_NAMES.get(element, element)
        self.colours = [SERIES_COLOURS[i % len(SERIES_COLOURS)] for i in range(len(self.scenarios))]
        self.runs = {name: _run(name, comparison.facts.get(name) or {}) for name in self.scenarios}

    @property
    def last_data_year(self) -> int | None:
        """Last year of data, if it is known."""
        known = [results.last_data_year for results in self.comparison.results.values()]
        known += [
            last_data_year(part) for run in self.runs.values() for part in map(str, run.resolved.get("dataset") or [])
        ]
        return next((year for year in known if year is not None), None)

    def base(self, scenario: str) -> str:
        """Base of a scenario; empty if it has none."""
        return self.comparison.bases[scenario]

    def title(self, scenario: str) -> str:
        """Title of a scenario."""
        return self.runs[scenario].title

    def cell(self, scenario: str, indicator: str, year: int, element: str = ALL_ELEMENTS) -> Figures:
        """Cell of a year."""
        return self.reader.cell(scenario, self.region, indicator, year, element=element)

    def over_period(self, scenario: str, indicator: str, element: str = ALL_ELEMENTS) -> Figures:
        """Cell of the years of the cost."""
        return self.reader.over_period(scenario, self.region, indicator, element)

    def level(self, cell: Figures) -> float | Spread:
        """Value of a cell, with the quantiles of the samples."""
        return Spread(cell.value, cell.p5, cell.p95) if self.reader.sampled else cell.value

    def change(self, cell: Figures) -> float | Spread:
        """Change of a cell against the base, with the quantiles of the samples."""
        if not self.reader.sampled:
            return cell.difference
        return Spread(cell.difference, cell.difference_p5, cell.difference_p95)

    def courses(self, indicator: str) -> tuple[np.ndarray, np.ndarray]:
        """An indicator over the years: years, and values [scenario, year, element].

        All years where the runs are there, else those of the table.
        """
        results = self.comparison.results
        if results:
            years = self.setting.years
            found = []
            for name in self.scenarios:
                one = results[name]
                place = one.labels["region"].index(self.region)
                elements = [one.labels["element"].index(element) for element in self.elements]
                start = int(years[0] - one.years[0])
                values = mean_of_defined(one.arrays("indicators")[indicator][:, place])
                found.append(values[start : start + len(years)][:, elements])
            return years, np.array(found)
        shown = self.setting.shown
        levels = [
            [[self.cell(name, indicator, year, element).value for element in self.elements] for year in shown]
            for name in self.scenarios
        ]
        return np.array(shown), np.array(levels)


def _run(name: str, facts: dict[str, Any]) -> Run:
    resolved = facts.get("resolved") or {}
    title = facts.get("title") or resolved.get("title") or name
    explanations = [Explanation.from_plain(plain) for plain in facts.get("explanations") or []]
    return Run(
        name, str(title), resolved, facts.get("hashes") or {}, facts.get("samples"), facts.get("seed"), explanations
    )  # fmt: skip

"""What a page shows of a run: a few results with the words and units of readers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.studies.evaluate import Output, choose_outputs

if TYPE_CHECKING:
    from mfa.inputs import Scenario

FIRST_YEAR = 2020
"""First year shown, unless the run starts later."""


@dataclass(frozen=True)
class Shown:
    """A result on a page.

    Attributes
    ----------
    name : str
        As studies know it.
    title : str
        For readers.
    unit : str
        As shown.
    factor : float
        From the unit of results to the one shown.
    by_element : bool
        Whether it differs between elements.
    """

    name: str
    title: str
    unit: str
    factor: float
    by_element: bool = True


def results_shown(money: str) -> tuple[Shown, ...]:
    """The results of a page, in their order."""
    return (
        Shown("import_requirement", "Import requirement", "% of the need", 100.0),
        Shown("unmet_share", "Need not met", "% of the need", 100.0),
        Shown("secondary", "Secondary metal", "t/yr", 1.0),
        Shown("eol_recycling_rate", "End-of-life recycling rate", "%", 100.0),
        Shown("in_use", "In products in use", "t", 1.0),
        Shown("public_cost", "Public cost, all elements", f"million {money}/yr", 1e-6, by_element=False),
    )


def outputs_of(scenario: Scenario, shown: Sequence[Shown]) -> Sequence[Output]:
    """What studies keep for a page."""
    return choose_outputs([one.name for one in shown], scenario.dataset.money, scenario.years)


def years_shown(years: Any) -> list[int]:
    """Years of a page, all of them if the run is over before."""
    later = [int(year) for year in years if year >= FIRST_YEAR]
    return later or [int(year) for year in years]


def of_page(values: np.ndarray, dims: Sequence[str], years: np.ndarray, shown: Shown) -> np.ndarray:
    """Values of a result as shown: array [point, region, time, element or 1], the years of the page only.

    Parameters
    ----------
    values : array [point, *dims]
    dims : sequence of str
        Region, time and perhaps element.
    years : array of int
    shown : Shown
    """
    wanted = ("region", "time", "element")[: 3 if shown.by_element else 2]
    values = np.transpose(values, (0, *(1 + list(dims).index(dim) for dim in wanted)))
    kept = np.isin(years, years_shown(years))
    values = values[:, :, kept] * shown.factor
    return values if shown.by_element else values[..., None]

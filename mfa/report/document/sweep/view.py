"""What a report on a sweep looks at: one region, some elements and one year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mfa.errors import Fault, InputError
from mfa.inputs.messages import suggest
from mfa.report.comparison import largest_of, scaled_money
from mfa.report.document.words import listed
from mfa.report.style import ELEMENT_NAMES
from mfa.report.sweep_view import Response, chosen_labels, response, shown_year

if TYPE_CHECKING:
    from mfa.studies.sweep import Sweep


class SweepView:
    """A sweep as a report looks at it.

    Parameters
    ----------
    sweep : Sweep
    region : str, optional
        The first if None.
    elements : sequence of str, optional
        All if None.
    year : int, optional
        2040, or the last, if None.

    Raises
    ------
    InputError
        If a label or the year is not in the sweep.
    """

    def __init__(
        self,
        sweep: Sweep,
        region: str | None = None,
        elements: Sequence[str] | None = None,
        year: int | None = None,
    ) -> None:
        self.sweep = sweep
        regions = chosen_labels(sweep, "region", None)
        if region is not None and region not in regions:
            raise InputError(Fault("region", f"unknown region '{region}'", suggest(region, regions, "regions")))
        self.region = region or (regions[0] if regions else "")
        self.elements = chosen_labels(sweep, "element", elements)
        self.focus = shown_year(sweep, year)
        known = sweep.attrs.get("label_names", {}).get("element", {})
        self.names = {}
        for element in self.elements:
            name = str(known.get(element) or element)
            self.names[element] = name if name != element else ELEMENT_NAMES.get(element, element)

    def label_name(self, dim: str, label: str) -> str:
        """Readable name of a label."""
        return str(self.sweep.attrs.get("label_names", {}).get(dim, {}).get(label) or label)

    def response(self, name: str) -> Response | None:
        """A result over the levers, in readable units; None if it has other dims."""
        return response(self.sweep, name, self.focus, self.region, self.elements)

    def raw(self, name: str) -> np.ndarray:
        """The same in the units of the file, (*levers, element)."""
        array = self.sweep.plain[name]
        levers = [lever.name for lever in self.sweep.levers]
        if "region" in array.dims:
            array = array.sel(region=self.region)
        if "time" in array.dims:
            array = array.sel(time=self.focus)
        if "element" in array.dims:
            array = array.sel(element=self.elements)
        else:
            array = array.expand_dims(element=[""], axis=-1)
        values: np.ndarray = array.transpose(*levers, "element").values.astype(float)
        return values

    def factor(self, name: str) -> float:
        """Turns the numbers of the file into readable units."""
        unit, money = str(self.sweep.plain[name].attrs["units"]), str(self.sweep.plain.attrs.get("money", ""))
        if unit == "1":
            return 100.0
        if money and unit in (money, f"{money}/yr"):
            return scaled_money(largest_of(self.raw(name).ravel().tolist()), unit, least=1.0)[0]
        return 1.0

    def grid_words(self) -> str:
        """The levers and their numbers of values."""
        return listed([f"{lever.name} ({len(lever.values)} values)" for lever in self.sweep.levers])

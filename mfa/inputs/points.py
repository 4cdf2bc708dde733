"""Many versions of one scenario that differ in a few parameters: their inputs stacked along `sample`.

What no lever touches is read, completed and checked once and shared by all points. Of a touched parameter only the
versions that differ are made, by the very steps that a changed scenario goes through.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from mfa.errors import Fault, InputError, MfaError
from mfa.inputs.absent import FILLED, TELLING, absent_products, fill_absent
from mfa.inputs.arrays import Inputs, Lifetimes
from mfa.inputs.grids import Axes, Grid
from mfa.inputs.levers import SHOCKS, Lever, reader_of, records_of
from mfa.inputs.loading import Places, absent_parts, complete, note_units, table_grids
from mfa.inputs.messages import capped
from mfa.inputs.overrides import Reader, Record, apply_record
from mfa.inputs.shocks import Shock, apply_shock
from mfa.vocabulary import PARAMETERS, SCRAP, named_like

if TYPE_CHECKING:
    from mfa.inputs.scenario import Scenario

Rows = np.ndarray
"""Array of int [point, lever]: which value of each lever a point takes."""
WITH_UNITS = ("service", "substitution_response")
"""Parameters whose unit must fit that of the other."""
COMPOSITION = ("chemistry_share", "content", "component_mass")
"""Parameters whose gaps are looked for together."""


@dataclass(frozen=True)
class Versions:
    """The arrays of one parameter that differ between points.

    Attributes
    ----------
    of_point : array of int [point]
        Which version each point has.
    parts : tuple of arrays [version, *dims]
        The values; three parts for a lifetime.
    dims : tuple of str
    attrs : dict
    """

    of_point: np.ndarray
    parts: tuple[np.ndarray, ...]
    dims: tuple[str, ...]
    attrs: dict[str, Any]


class Points:
    """Points of a study: versions of a scenario in which levers take certain values.

    Parameters
    ----------
    scenario : Scenario
    levers : sequence of Lever
        Later levers act on what earlier ones leave, as later changes do.
    rows : array of int [point, lever], optional
        Which value of each lever a point takes; the whole grid, the last lever fastest, if not given.
    base : Inputs, optional
        Inputs of the scenario, if they have been made already.

    Attributes
    ----------
    scenario : Scenario
    levers : tuple of Lever
    rows : array of int [point, lever]
    size : int
        Number of points.
    base : Inputs
        Inputs of the scenario as it is.
    touched : tuple of str
        Parameters that a lever touches.

    Raises
    ------
    InputError
        With all faults of the scenario, or of what the levers make of it.

    Examples
    --------
    >>> from mfa.inputs import load_scenario
    >>> from mfa.inputs.levers import read_levers
    >>> scenario = load_scenario("japan-market")
    >>> points = Points(scenario, read_levers(["policy.keep_share=0:0.8:3"], scenario))
    >>> points.inputs(1, 3).arrays["keep_share"].values.round(2).tolist()
    [0.4, 0.8]
    """

    def __init__(
        self, scenario: Scenario, levers: Sequence[Lever], rows: Rows | None = None, base: Inputs | None = None
    ) -> None:
        self.scenario, self.levers = scenario, tuple(levers)
        shape = [len(lever.values) for lever in levers]
        self.rows: Rows = np.indices(shape).reshape(len(shape), -1).T if rows is None else np.asarray(rows)
        self.size = len(self.rows)
        self.base: Inputs = scenario.inputs() if base is None else base
        self._versions = _Builder(scenario, self.levers, self.base).versions(self.rows)
        self.touched = tuple(self._versions)

    def inputs(self, start: int = 0, stop: int | None = None) -> Inputs:
        """Inputs of points start to stop - 1, checked; the labels of `sample` are the numbers of the points.

        Raises
        ------
        InputError
            If a point contradicts itself, such as shares that sum to more than 1.
        """
        end = self.size if stop is None else stop
        if not 0 <= start < end <= self.size:
            what = f"points {start} to {end} are no part of 0 to {self.size}"
            raise InputError(Fault("points", what, "give start < stop within the points"))
        return self.inputs_at(np.arange(start, end))

    def inputs_at(self, numbers: np.ndarray) -> Inputs:
        """Inputs of the points of some numbers, as `inputs`."""
        arrays = {name: self.array(name, numbers) for name in self.touched}
        try:
            return self.base.with_arrays(arrays)
        except MfaError as error:
            raise InputError(capped([self.told(fault) for fault in error.faults], self.scenario.name)) from None

    def check_corners(self) -> None:
        """Check the points at which every lever is at its first or last value, before anything is run.

        Raises
        ------
        InputError
            With all faults of these points.
        """
        last = self.rows.max(axis=0)
        corners = np.flatnonzero(((self.rows == 0) | (self.rows == last)).all(axis=1))
        self.inputs_at(corners[: 1 << 6])

    def array(self, name: str, numbers: np.ndarray, labels: np.ndarray | None = None) -> Any:
        """A touched parameter at the points of some numbers, with the dim `sample`; None if it is not given.

        The labels of `sample` are the numbers if none are given.
        """
        versions = self._versions[name]
        if not versions.parts:
            return None
        coords = {"sample": numbers if labels is None else labels, **self._coordinates(versions.dims)}
        chosen = versions.of_point[numbers]
        parts = [
            xr.DataArray(values[chosen], dims=("sample", *versions.dims), coords=coords, attrs=versions.attrs)
            for values in versions.parts
        ]
        return Lifetimes(*parts) if len(parts) > 1 else parts[0]

    def _coordinates(self, dims: Sequence[str]) -> dict[str, Any]:
        known: dict[str, Any] = {"time": self.base.years, "cohort": self.base.cohorts}
        labels = self.base.labels
        for dim in dims:
            if dim not in known:
                known[dim] = labels.get(named_like(dim)) or list(SCRAP)
        return {dim: known[dim] for dim in dims}

    def describe(self, point: int) -> str:
        """Values of the levers at a point, for messages."""
        pairs = zip(self.levers, self.rows[point].tolist(), strict=True)
        return ", ".join(f"{lever.name} = {lever.show(i, 12)}" for lever, i in pairs)

    def told(self, fault: Fault) -> Fault:
        """A fault of a point, with the values of its levers in place of its number."""

        def words(text: str) -> str:
            return re.sub(r"\bsample[ =](\d+)", lambda match: self.describe(int(match.group(1))), text)

        return Fault(words(fault.where), words(fault.what), fault.mend)


class _Builder:
    """Makes the versions of the touched parameters."""

    def __init__(self, scenario: Scenario, levers: Sequence[Lever], base: Inputs) -> None:
        self.scenario, self.levers, self.base = scenario, levers, base
        self.records, self.shocks, _ = scenario.read()
        self.axes: Axes
        self.reader: Reader = reader_of(scenario)
        self.by_value = [self._read(lever) for lever in levers]
        if self.reader.faults:
            raise InputError(self.reader.faults)
        added = [record for values in self.by_value for value in values for record in value]
        self.axes, self.tables, self.rows_of = table_grids(scenario, scenario.dataset, [*self.records, *added])
        if not np.array_equal(self.axes.cohorts, base.cohorts):
            raise InputError(Fault("initial_stock", "a lever adds cohorts before those of the scenario",
                                   "give the scenario an initial stock of these cohorts first"))  # fmt: skip
        self.places = Places(scenario.dataset.name, self.rows_of, [*self.records, *self.shocks])
        self.faults: list[Fault] = []
        self._plain: dict[str, dict[str, Grid]] = {}
        self._shocked: dict[str, list[Shock]] = {}

    def _read(self, lever: Lever) -> list[list[Record]]:
        """Records of each value of a lever; none for a key of a shock."""
        if lever.parameter is None:
            return [[] for _ in lever.given]
        return [records_of(lever, value, self.reader) for value in lever.given]

    # --- which levers touch what -------------------------------------------------------------------------------------

    def _touching(self) -> dict[str, list[int]]:
        """Levers that touch each parameter, by parameter."""
        touching: dict[str, list[int]] = {}
        shocked = [i for i, lever in enumerate(self.levers) if lever.parts[0] == SHOCKS]
        for i, lever in enumerate(self.levers):
            if lever.parameter is not None:
                touching.setdefault(lever.parameter.name, []).append(i)
        if shocked:
            for shock in self.shocks:
                mine = touching.setdefault(shock.parameter.name, [])
                mine += [i for i in shocked if i not in mine]
        return {name: sorted(found) for name, found in touching.items()}

    def versions(self, rows: Rows) -> dict[str, Versions]:
        """Versions of every touched parameter."""
        result = {}
        for name, mine in self._touching().items():
            chosen, of_point = np.unique(rows[:, mine], axis=0, return_inverse=True)
            arrays = [self._array(name, dict(zip(mine, row.tolist(), strict=True))) for row in chosen]
            if not self.faults:
                result[name] = self._stacked(name, arrays, of_point.reshape(-1))
        if self.faults:
            faults = list({str(fault): fault for fault in self.faults}.values())
            raise InputError(capped(faults, self.scenario.name))
        return result

    # --- one version -------------------------------------------------------------------------------------------------

    def _grids(self, name: str, chosen: dict[int, int]) -> dict[str, Grid]:
        """Grids of a parameter where levers take the values of given positions."""
        if name not in self._plain:
            grids = self._without_levers(name)
            if name in FILLED:
                grids = fill_absent(name, grids, self._absent, self.axes)
            self._plain[name] = grids
        grids = self._plain[name]
        for i, position in chosen.items():
            if self.levers[i].parameter is PARAMETERS[name]:
                for record in self.by_value[i][position]:
                    grids = apply_record(record, grids, self.axes, self.faults)
        reader = Reader(self.axes, self.scenario.dataset.money)
        for shock in self._shocks(chosen):
            if shock.parameter.name == name:
                grids = apply_shock(shock, grids, self.axes, reader)
        self.faults += reader.faults
        return grids

    def _without_levers(self, name: str) -> dict[str, Grid]:
        """Grids of a parameter as tables and scenario give them."""
        grids = self.tables.get(name, {})
        for record in self.records:
            if record.parameter.name == name:
                grids = apply_record(record, grids, self.axes, self.faults)
        return grids

    @functools.cached_property
    def _absent(self) -> np.ndarray:
        return absent_products({name: self._without_levers(name) for name in TELLING}, self.axes)

    def _shocks(self, chosen: dict[int, int]) -> list[Shock]:
        """Shocks where levers of shocks take the values of given positions."""
        changes = {
            self.levers[i].key: self.levers[i].given[position]
            for i, position in chosen.items()
            if self.levers[i].parts[0] == SHOCKS
        }
        if not changes:
            return self.shocks
        known = repr(changes)
        if known not in self._shocked:  # a shock may act on several parameters
            _, self._shocked[known], faults = self.scenario.with_changes(changes).read()
            self.faults += faults
        return self._shocked[known]

    def _array(self, name: str, chosen: dict[int, int]) -> Any:
        """One version of a parameter, completed as that of a changed scenario."""
        grids = {name: self._grids(name, chosen)}
        if name in COMPOSITION:
            for other in COMPOSITION:
                grids.setdefault(other, self._grids(other, {}))
        elif "chemistry_share" not in grids:
            grids["chemistry_share"] = self._grids("chemistry_share", {})
        mine = [
            record
            for i, position in chosen.items()
            if self.levers[i].parameter is PARAMETERS[name]
            for record in self.by_value[i][position]
        ]
        self.faults += absent_parts(mine, grids, self.axes)
        wanted = grids if name in COMPOSITION else {name: grids[name]}
        array = complete(wanted, self.axes, self.faults, self.places).get(name)
        if array is not None and name in WITH_UNITS:
            others = [one for one in WITH_UNITS if one != name and one in self.base.arrays]
            arrays = {name: array, **{one: self.base.arrays[one].copy() for one in others}}
            note_units(arrays, self.rows_of, [*self.records, *mine], self.axes, self.places, self.faults)
        return array

    # --- all versions ------------------------------------------------------------------------------------------------

    def _stacked(self, name: str, arrays: Sequence[Any], of_point: np.ndarray) -> Versions:
        """Versions with the dims of any of them; a number that some do not have is NaN in these."""
        given = [array for array in arrays if array is not None]
        if not given:
            return Versions(of_point, (), (), {})
        parts_of = [array.canonical() if hasattr(array, "canonical") else (array,) for array in given]
        dims = tuple(
            dim for dim in PARAMETERS[name].dims if any(dim in part.dims for parts in parts_of for part in parts)
        )
        shape = tuple(len(self.axes.of(dim)) for dim in dims)
        blank = np.full(shape, np.nan)

        def wide(part: xr.DataArray) -> np.ndarray:
            index = tuple(slice(None) if dim in part.dims else None for dim in dims)
            return np.broadcast_to(part.values[index], shape)

        stacks = []
        for k in range(len(parts_of[0])):
            rest = iter(parts_of)
            stacks.append(np.stack([blank if array is None else wide(next(rest)[k]) for array in arrays]))
        units = {str(parts[0].attrs.get("units", "")) for parts in parts_of}
        if len(units) > 1:
            mend = "give all its values in one unit"
            self.faults.append(Fault(name, f"counts in {' and '.join(sorted(units))}", mend))
        return Versions(of_point, tuple(stacks), dims, dict(parts_of[0][0].attrs))

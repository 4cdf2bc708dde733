"""From a scenario to what may vary in it: every row of its tables and every range it gives, with cells and factors.

The size of a component (`service`: kWh of a battery, mass of a magnet) is part of its mass and of what it holds. A row
of `component_mass` or `content` follows the size factor as far as the spread of the size explains its own spread:
rho = min(1, spread of service / spread of the row). So a large battery is heavy and holds much of everything, and the
row still has its own range.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mfa.errors import Fault, InputError
from mfa.inputs.fill import ALL
from mfa.inputs.grids import Axes
from mfa.inputs.overrides import Record
from mfa.inputs.sampling.lifetime_draws import WantedLifetime, terms_by_key
from mfa.inputs.sampling.naming import Factor
from mfa.inputs.sampling.placing import anchor_weights, label_cells, multipliers
from mfa.inputs.sampling.ranges import RangeReader
from mfa.inputs.sampling.rows import Row, Series, series_with_bounds
from mfa.inputs.sampling.settings import Settings
from mfa.inputs.sampling.share_groups import wanted_shares
from mfa.inputs.sampling.targets import Items, Target, held_by_item
from mfa.inputs.sampling.wanted import RowLaw, WantedSeries, WantedShares, row_law
from mfa.inputs.shocks import Shock
from mfa.inputs.tables import label_dims
from mfa.vocabulary import PARAMETERS, SCRAP, Parameter

if TYPE_CHECKING:
    from mfa.inputs.arrays import Inputs
    from mfa.inputs.scenario import Scenario

Floats = NDArray[np.float64]
Wanted = WantedSeries | WantedShares | WantedLifetime

SIZED = ("component_mass", "content")
"""Parameters that contain the size of a component."""


class Planner:
    """Gathers what may vary.

    Parameters
    ----------
    scenario : Scenario
    inputs : Inputs
        Of the scenario, without uncertainty.
    settings : Settings

    Attributes
    ----------
    targets : dict of str to Target
        By parameter.
    wanted : dict of str to list
        By parameter: series, shares or lifetimes that may vary.
    """

    def __init__(self, scenario: Scenario, inputs: Inputs, settings: Settings) -> None:
        self.scenario, self.inputs, self.settings = scenario, inputs, settings
        dataset = scenario.dataset
        labels = {dim: list(names) for dim, names in inputs.labels.items()}
        self.axes = Axes({**labels, "scrap": list(SCRAP)}, inputs.years, inputs.cohorts)
        self.items = Items(inputs.arrays, self.axes)
        self.faults: list[Fault] = []
        self.targets: dict[str, Target] = {}
        self.wanted: dict[str, list[Wanted]] = {}
        records, shocks, faults = scenario.read()
        tables, found = dataset.chosen(scenario.variants, scenario.scope)
        if faults or found:
            raise InputError(faults + found)
        self.series = {
            name: series_with_bounds(group, scenario.regions, dataset.money, settings.pedigree)
            for name, group in tables.items()
            if PARAMETERS[name].kind in ("number", "lifetime")
        }
        self.ranges = RangeReader(self)
        self._gather(records, shocks)
        self.faults += self.ranges.unused()
        if self.faults:
            raise InputError(self.faults)

    def factor_of(self, series: Series) -> Factor:
        """Factor of a series."""
        labels = dict(zip(label_dims(series.parameter), series.key, strict=True))
        return self.settings.naming.factor(series.parameter.name, series.term, labels)

    def target(self, name: str) -> Target | None:
        """Array that samples of a parameter are written into; None if it is not an array in this scenario."""
        if name not in self.targets:
            array = self.inputs.arrays.get(name)
            if array is None or isinstance(array, str):
                return None
            if hasattr(array, "canonical"):
                dims = max((part.dims for part in array.canonical()), key=len)
            else:
                dims = array.dims
            by_item = held_by_item(name) and {"product", "component", "chemistry"} <= set(dims)
            self.targets[name] = Target(
                PARAMETERS[name], list(map(str, dims)), self.axes, self.items if by_item else None
            )
        return self.targets[name]

    def _gather(self, records: Sequence[Record], shocks: Sequence[Shock]) -> None:
        for name, parameter in PARAMETERS.items():
            series = self.series.get(name, [])
            if not series and not self.ranges.concerns(name):
                continue
            target = self.target(name)
            if target is None:
                continue
            scale = multipliers(parameter, records, shocks, target, self.axes)
            if parameter.kind == "lifetime":
                self._lifetimes(name, self.ranges.lifetime_rows(name, series, scale, target), target, scale)
                continue
            claimed = self.ranges.claim(target, series)
            if parameter.sum_over is not None:
                groups, faults = wanted_shares(target, series, (scale == 1.0) & ~claimed, self.factor_of)
                self.faults += faults
                self._keep(name, groups)
            else:
                self._numbers(parameter, series, target, scale, ~claimed)
            self._keep(name, self.ranges.wanted(target, series))

    def _keep(self, name: str, found: Sequence[Wanted]) -> None:
        acting = [one for one in found if one.acts()]
        if acting:
            self.wanted.setdefault(name, []).extend(acting)

    # --- numbers -----------------------------------------------------------------------------------------------------

    def _numbers(
        self, parameter: Parameter, series: Sequence[Series], target: Target, scale: Floats, drawn: NDArray[np.bool_]
    ) -> None:
        if not any(one.bounded for one in series):
            return
        owners = target.owners([one.key for one in series])
        found = []
        for number, one in enumerate(series):
            if not one.bounded:
                continue
            cells = label_cells(owners, number)
            if not len(cells):
                continue
            factor = self.factor_of(one)
            size = self._size(one) if parameter.name in SIZED else None
            highest = self.room_for_hibernation(target, cells) if parameter.name == "hibernation_share" else np.inf
            laws = [self._law(parameter, row, factor, size, highest) for row in one.rows]
            weights = anchor_weights(parameter, [row.year for row in one.rows], target.years)
            by_cell = parameter.name == "max_collection_rate"
            found.append(WantedSeries(target, cells, weights, one.rows, laws, scale[cells], drawn[cells], by_cell))
        self._keep(parameter.name, found)

    def _law(self, parameter: Parameter, row: Row, factor: Factor, size: _Size | None, highest: float) -> RowLaw | None:
        law, fault = row_law(parameter, row, factor, size.at(row.year) if size else None, highest)
        if fault:
            self.faults.append(fault)
        return law

    def _size(self, series: Series) -> _Size | None:
        """Size of the component that a row of mass or content is about, if the tables give it a range."""
        product, component = series.label("product"), series.label("component")
        if ALL in (product, component):
            return None
        region = series.label("region")
        for one in self.series.get("service", []):
            if one.bounded and one.label("product") == product and one.label("component") == component:
                if ALL in (region, one.label("region")) or region == one.label("region"):
                    return _Size(self.factor_of(one), one)
        return None

    def room_for_hibernation(self, target: Target, cells: NDArray[np.int64]) -> float:
        """Most that can hibernate beside the used exports of the base run, in the year with most of them."""
        exports = self.inputs.arrays.get("used_export_share")
        if exports is None:
            return 1.0
        largest = exports.max([dim for dim in exports.dims if dim not in target.label_dims])
        wide = largest.values[tuple(slice(None) if dim in largest.dims else None for dim in target.label_dims)]
        return float(1.0 - np.broadcast_to(wide, target.label_shape).reshape(-1)[cells].max())

    # --- lifetimes ---------------------------------------------------------------------------------------------------

    def _lifetimes(self, name: str, series: Sequence[Series], target: Target, scale: Floats) -> None:
        keys = terms_by_key(series)
        owners = target.owners(list(keys))
        found = []
        for number, terms in enumerate(keys.values()):
            if not any(one.bounded for one in terms):
                continue
            cells = label_cells(owners, number)
            laws = [(one, [self._law_of_term(one, row) for row in one.rows]) for one in terms]
            if len(cells):
                found.append(WantedLifetime(target, cells, laws, scale[cells]))
        self._keep(name, found)

    def _law_of_term(self, series: Series, row: Row) -> RowLaw | None:
        law, fault = row_law(series.parameter, row, self.factor_of(series))
        if fault:
            self.faults.append(fault)
        return law

    # --- factors -----------------------------------------------------------------------------------------------------

    def factors(self) -> list[Factor]:
        """All factors that move something, in the order of the vocabulary and of the labels."""
        found: dict[str, Factor] = {}

        def note(law: RowLaw) -> None:
            if law.rho < 1.0:
                found.setdefault(law.own.name, law.own)
            if law.size is not None and law.rho > 0.0:
                found.setdefault(law.size.name, law.size)

        for name in self.wanted:
            for one in self.wanted[name]:
                if isinstance(one, WantedShares):
                    for factor in one.factors():
                        found.setdefault(factor.name, factor)
                    continue
                rows: list[Any] = one.terms if isinstance(one, WantedLifetime) else [(None, one.laws)]
                for _, laws in rows:
                    for law in laws:
                        if law is not None:
                            note(law)
        order = list(PARAMETERS)
        return sorted(found.values(), key=lambda factor: order.index(factor.parameter))


class _Size:
    """Size of a component: its factor, and the spread of its rows by year."""

    def __init__(self, factor: Factor, series: Series) -> None:
        self.factor = factor
        self.years = [row.year for row in series.rows]
        self.spreads = [row.spread for row in series.rows]

    def at(self, year: int | None) -> tuple[Factor, float]:
        """Factor, and spread in a year; the largest spread for a row that holds for all years."""
        given = [year for year in self.years if year is not None]
        if year is None or not given:
            return self.factor, max(self.spreads)
        return self.factor, float(np.interp(year, given, self.spreads))

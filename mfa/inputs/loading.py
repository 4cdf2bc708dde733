"""From tables and a scenario to checked inputs: grids built once, overwritten, completed with defaults, labelled."""

from __future__ import annotations

import functools
import math
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from mfa.errors import Fault, InputError, MfaError
from mfa.inputs.absent import FILLED, absent_products, fill_absent
from mfa.inputs.arrays import Inputs, Lifetimes
from mfa.inputs.dataset import Dataset
from mfa.inputs.evidence import evidence_table
from mfa.inputs.fill import ALL
from mfa.inputs.grids import Axes, Grid, Series, build, default_value, series_of
from mfa.inputs.messages import capped, listed
from mfa.inputs.overrides import Reader, Record, apply_record
from mfa.inputs.shocks import Shock, apply_shock
from mfa.inputs.table_files import placer, shown_table
from mfa.inputs.tables import Table, label_dims
from mfa.system.survival import FIXED
from mfa.vocabulary import PARAMETERS, Parameter

if TYPE_CHECKING:
    from mfa.inputs.scenario import Scenario

Grids = dict[str, dict[str, Grid]]
NEEDED_DIMS = ("region", "product", "component", "chemistry", "element")
"""Dimensions without which nothing can be told."""
_KEPT = 6
_cache: OrderedDict[tuple[Any, ...], tuple[Axes, Grids, dict[str, list[Table]]]] = OrderedDict()
SECOND_LIFE_YEARS = 8.0
"""Lifetime in second life where none is given: fixed."""


def load_inputs(scenario: Scenario) -> Inputs:
    """Read the tables that a scenario chooses, apply its changes and shocks, and check the whole.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    Inputs

    Raises
    ------
    InputError
        With all faults at once: of the tables first; of what the scenario makes of them next.
    """
    records, shocks, faults = scenario.read()
    if faults:
        raise InputError(faults)
    dataset = scenario.dataset
    axes, grids, tables = table_grids(scenario, dataset, records)
    absent = [dim for dim in NEEDED_DIMS if not dataset.labels.get(dim)]
    if absent:
        what, mend = f"declares no {listed(absent)}", f"add a row such as {absent[0]},a,A"
        raise InputError(Fault(shown_table(dataset.folders[-1] / "labels.csv"), what, mend))
    grids = dict(grids)
    for record in records:
        name = record.parameter.name
        grids[name] = apply_record(record, grids.get(name, {}), axes, faults)
    reader = Reader(axes, dataset.money)
    for shock in shocks:
        name = shock.parameter.name
        grids[name] = apply_shock(shock, grids.get(name, {}), axes, reader)
    faults += reader.faults
    if faults:
        raise InputError(faults)
    elsewhere = absent_products(grids, axes)
    if elsewhere.any():
        for name in FILLED:
            grids[name] = fill_absent(name, grids.get(name, {}), elsewhere, axes)
    faults += absent_parts(records, grids, axes)
    places = Places(dataset.name, tables, [*records, *shocks])
    arrays = complete(grids, axes, faults, places)
    note_units(arrays, tables, records, axes, places, faults)
    if faults:
        raise InputError(capped(faults, dataset.name))
    used = list(tables.values())
    attrs: dict[str, Any] = {
        "scenario": scenario.name,
        "bases": list(scenario.bases),
        "title": scenario.title,
        "scope": scenario.scope,
        "dataset": dataset.name,
        "dataset_hash": dataset.digest(used),
        "scenario_hash": scenario.digest(),
    }
    if dataset.last_data_year is not None:
        attrs["last_data_year"] = dataset.last_data_year
    labels = {dim: list(given) for dim, given in axes.labels.items() if dim != "scrap"}
    try:
        return Inputs(
            arrays,
            years=axes.years,
            money=dataset.money,
            labels=labels,
            attrs=attrs,
            evidence=functools.partial(evidence_table, used),
        )
    except MfaError as error:
        raise InputError(capped([places.placed(fault) for fault in error.faults], dataset.name)) from None


@dataclass(frozen=True)
class Places:
    """Where every parameter is written: its tables, and the lines of scenarios that change it."""

    dataset: str
    tables: Mapping[str, Sequence[Table]]
    changes: Sequence[Record | Shock]

    def of(self, name: str) -> str:
        """Files of a parameter; the dataset if none gives it."""
        found = [shown_table(table.path) for table in self.tables.get(name, ())]
        found += [change.where for change in self.changes if change.parameter.name == name and change.where]
        return listed(dict.fromkeys(found), most=3) or self.dataset

    def fault(self, name: str, what: str, mend: str) -> Fault:
        """A fault of a parameter as a whole, which its table names already."""
        return Fault(self.of(name), what if name in self.tables else f"{name}: {what}", mend)

    def rows(self, name: str, labels: Mapping[str, str]) -> list[str]:
        """Files of a parameter, with the line that gives a cell; lines of scenarios that change it.

        Of rows for several years the last one counts that is not after the year of the cell.
        """
        found = []
        dims = label_dims(PARAMETERS[name])
        asked = labels.get("time") or labels.get("cohort")
        for table in self.tables.get(name, ()):
            fitting = [
                (year is None or asked is None or year <= int(asked), year or 0, -line)
                for line, key, year in zip(table.lines, table.keys, table.years, strict=True)
                if all(label in (ALL, labels.get(dim, label)) for dim, label in zip(dims, key, strict=True))
            ]
            if asked is None:
                fitting = fitting[:1]
            cell = fitting and labels
            found.append(placer(table.path)(-max(fitting)[2]) if cell else shown_table(table.path))
        for change in self.changes:
            mine = change.select
            if change.parameter.name == name and all(labels.get(dim) in (None, *mine[dim]) for dim in mine):
                found.append(change.where)
        return [place for place in dict.fromkeys(found) if place]

    def placed(self, fault: Fault) -> Fault:
        """A fault that begins with a parameter's name, with file and line of all parameters that it speaks of.

        Where it names a cell, as in ``used_export_share[product=car]``, the line is that of the first row which gives
        that cell.
        """
        text = fault.where or fault.what
        name = (re.match(r"\w*", text) or [""])[0]
        if name not in PARAMETERS:
            return fault
        labels = dict(re.findall(r"(\w+)=([^,;\]]+?)(?: and \d+ more[^\]]*)?[,;\]]", fault.where))
        others = [word for word in re.findall(r"\w+", fault.what) if word in PARAMETERS and word != name]
        places = [place for parameter in dict.fromkeys([name, *others]) for place in self.rows(parameter, labels)]
        what = f"{fault.where}: {fault.what}" if fault.where else fault.what
        return Fault(listed(dict.fromkeys(places), most=3) or self.of(name), what, fault.mend)


def table_grids(
    scenario: Scenario, dataset: Dataset, records: Sequence[Record]
) -> tuple[Axes, Grids, dict[str, list[Table]]]:
    """Grids of all tables, kept for the next scenario that chooses the same."""
    axes = scenario.axes
    earliest = [year for record in records if record.parameter.name == "initial_stock" for year in record.anchors]
    initial = tuple(sorted({year for year in earliest if year is not None}))
    key = (
        id(dataset),
        tuple(sorted(scenario.variants.items())),
        scenario.scope,
        tuple(axes.labels["region"]),
        (int(axes.years[0]), int(axes.years[-1])),
        initial,
    )
    if key in _cache:
        _cache.move_to_end(key)
        return _cache[key]
    tables, faults = dataset.chosen(scenario.variants, scenario.scope)
    if faults:
        raise InputError(faults)
    series: dict[str, Series] = {name: series_of(group, axes.labels["region"]) for name, group in tables.items()}
    axes = _with_earlier_cohorts(axes, series.get("initial_stock", {}), initial)
    grids = {name: build(PARAMETERS[name], rows, axes, faults) for name, rows in series.items() if rows}
    if faults:
        raise InputError(capped(faults, dataset.name))
    _cache[key] = (axes, grids, tables)
    _dataset_of[id(dataset)] = dataset
    while len(_cache) > _KEPT:
        _cache.popitem(last=False)
    return _cache[key]


_dataset_of: dict[int, Dataset] = {}
"""Keeps the datasets of the cache alive, so that their identity stays their own."""


def _with_earlier_cohorts(axes: Axes, rows: Series, given: Sequence[int]) -> Axes:
    """Cohorts begin with the oldest of the initial stock."""
    years = [year for terms in rows.values() for anchors in terms.values() for year in anchors if year is not None]
    oldest = min([*years, *given, int(axes.years[0])])
    if oldest == axes.years[0]:
        return axes
    return Axes(axes.labels, axes.years, np.arange(oldest, int(axes.years[-1]) + 1, dtype=np.int64))


def absent_parts(records: Sequence[Record], grids: Grids, axes: Axes) -> list[Fault]:
    """Faults of records that name one product and one component which do not exist together."""
    shares = grids.get("chemistry_share", {}).get("value")
    if shares is None:
        return []
    wide = shares.spread(("product", "component"), PARAMETERS["chemistry_share"].dims, axes)
    order = (wide.dims.index("product"), wide.dims.index("component"))
    exists = np.moveaxis(np.nan_to_num(wide.data) > 0, order, (0, 1))
    exists = exists.reshape(*exists.shape[:2], -1).any(axis=2)
    products, components = axes.positions("product"), axes.positions("component")
    faults = []
    for record in records:
        mine, parts = record.select.get("product"), record.select.get("component")
        if record.parameter.name == "chemistry_share" or not mine or not parts:
            continue
        here = exists[np.ix_([products[label] for label in mine], [components[label] for label in parts])]
        if here.any():
            continue
        has = [label for label, i in components.items() if exists[products[mine[0]], i]]
        what = f": {listed(mine)} has no {listed(parts)}"
        faults.append(record.fault(what, f"{mine[0]} has {listed(has)}" if has else f"{mine[0]} has no component"))
    return faults


def note_units(
    arrays: dict[str, Any],
    tables: Mapping[str, Sequence[Table]],
    records: Sequence[Record],
    axes: Axes,
    places: Places,
    faults: list[Fault],
) -> None:
    """Note in which unit the service of each component counts (kWh or t), and that the response to cost agrees."""
    components = axes.of("component")
    units: dict[str, dict[str, set[str]]] = {}
    for name in ("service", "substitution_response"):
        if name not in arrays:
            continue
        counted: dict[str, set[str]] = {label: set() for label in components}
        place = label_dims(PARAMETERS[name]).index("component")
        for table in tables.get(name, ()):
            for key, unit in zip(table.keys, table.units, strict=True):
                for label in components if key[place] == ALL else (key[place],):
                    counted[label].add(unit)
        for record in records:
            if record.parameter.name == name and record.unit:
                for label in record.select.get("component", components):
                    counted[label].add(record.unit)
        units[name] = counted
        every = sorted(set().union(*counted.values()))
        arrays[name].attrs["units"] = every[0] if len(every) == 1 else "mixed: " + " or ".join(every)
        for label, given in counted.items():
            if len(given) > 1:
                what = f"component {label} counts in {' and '.join(sorted(given))}"
                faults.append(places.fault(name, what, "give all of a component in one unit"))
    for label in components if "substitution_response" in units else ():
        answer = {unit.split("/")[0] for unit in units["substitution_response"][label]}
        service = {unit.split("/")[0] for unit in units.get("service", {}).get(label, ())} or {"t"}
        if answer and answer != service:
            what = f"component {label} answers in {' '.join(answer)}, its service counts in {' '.join(service)}"
            mend = "give both in kWh, or both in t (the component's mass is its service where none is given)"
            faults.append(places.fault("substitution_response", what, mend))


# --- defaults --------------------------------------------------------------------------------------------------------


def complete(grids: Grids, axes: Axes, faults: list[Fault], places: Places) -> dict[str, Any]:
    """Put defaults into cells without a row, name required ones that are missing, and label the arrays."""
    arrays: dict[str, Any] = {}
    for name, parts in grids.items():
        if not parts:
            continue
        parameter = PARAMETERS[name]
        if parameter.kind == "lifetime":
            lifetime = _complete_lifetime(parameter, parts, axes, faults, places)
            if lifetime is not None:
                arrays[name] = lifetime
            continue
        grid = parts["value"]
        if parameter.kind == "number" and np.isnan(grid.data).any():
            if not (completed := _complete_numbers(parameter, grid, grids, axes, faults, places)):
                continue
            grid = completed
        if name == "timing":
            arrays[name] = str(grid.data[()])
            continue
        arrays[name] = axes.label(grid.dims, grid.data)
    return arrays


def _complete_numbers(
    parameter: Parameter, grid: Grid, grids: Grids, axes: Axes, faults: list[Fault], places: Places
) -> Grid | None:
    name, data = parameter.name, grid.data
    missing = np.isnan(data)
    if name == "base_scrap_value":
        return grid  # whether it is given matters, see the check of the collection elasticity
    if isinstance(parameter.default, float):
        return Grid(grid.dims, np.where(missing, parameter.default, data))
    if parameter.default is None:
        return None if missing.all() else grid
    if name in ("chemistry_share", "component_mass", "content"):
        if name != "chemistry_share":
            faults += _missing_composition(parameter, grid, grids, axes, places)
        return Grid(grid.dims, np.where(missing, 0.0, data))
    if name == "ore_share":
        return _own_ore(parameter, grid, axes)
    if name == "import_share":
        wide = grid.spread(("origin",), parameter.dims, axes)
        nothing = np.isnan(wide.data).all(axis=wide.dims.index("origin"))
        if nothing.any() and "element" in grid.dims:
            place = [dim for dim in wide.dims if dim != "origin"].index("element")
            bare = nothing.any(axis=tuple(i for i in range(nothing.ndim) if i != place))
            elements = [label for label, empty in zip(axes.of("element"), bare, strict=True) if empty]
            mend = "give the shares of its origins, they sum to 1"
            faults += [places.fault(name, f"no row for element {label}", mend) for label in elements]
        return Grid(wide.dims, np.nan_to_num(wide.data))
    faults += [
        places.fault(name, f"no row for {where}", "give a row (0 if there is nothing), or use *")
        for where in _missing_cells(missing, grid, axes)
    ]
    return Grid(grid.dims, np.where(missing, 0.0, data))


def _missing_cells(missing: np.ndarray, grid: Grid, axes: Axes, most: int = 8) -> list[str]:
    """Coordinates of missing cells, years left out."""
    years = tuple(i for i, dim in enumerate(grid.dims) if dim in ("time", "cohort"))
    dims = [dim for dim in grid.dims if dim not in ("time", "cohort")]
    cells = np.argwhere(missing.any(axis=years) if years else missing)
    shown = [dim for dim in dims if len(axes.of(dim)) > 1] or dims
    found = [
        ", ".join(f"{dim} {axes.of(dim)[i]}" for dim, i in zip(dims, cell, strict=True) if dim in shown)
        for cell in cells[:most]
    ]
    return [*found, f"{len(cells) - most} more combinations"] if len(cells) > most else found


def _missing_composition(parameter: Parameter, grid: Grid, grids: Grids, axes: Axes, places: Places) -> list[Fault]:
    """Product, component and chemistry that exist in a region but have no content, or no mass."""
    shares = grids.get("chemistry_share", {}).get("value")
    if shares is None:
        return []
    named = ("region", "product", "component", "chemistry")
    exists = shares.spread(named, PARAMETERS["chemistry_share"].dims, axes)
    spare = tuple(i for i, dim in enumerate(exists.dims) if dim not in named)
    there = ~np.isnan(exists.data).all(axis=spare)
    wide = grid.spread(named, parameter.dims, axes)
    spare = tuple(i for i, dim in enumerate(wide.dims) if dim not in named)
    given = ~np.isnan(wide.data)
    given = given.any(axis=spare) if parameter.name == "content" else given.all(axis=spare)

    def shown(dim: str) -> bool:
        return dim != "region" or len(axes.of("region")) > 1

    return [
        places.fault(
            parameter.name,
            "no row for "
            + ", ".join(f"{dim} {axes.of(dim)[i]}" for dim, i in zip(named, cell, strict=True) if shown(dim)),
            "chemistry_share names it; give a row (0 for an element that it does not hold)",
        )
        for cell in np.argwhere(there & ~given)
    ]


def _own_ore(parameter: Parameter, grid: Grid, axes: Axes) -> Grid:
    """Refiners without a row use ore of their own."""
    wide = grid.spread(("origin", "miner"), parameter.dims, axes)
    data = wide.data
    nothing = np.isnan(data).all(axis=-1, keepdims=True)
    identity = np.eye(len(axes.of("origin")))
    shape = [1] * data.ndim
    shape[wide.dims.index("origin")] = shape[-1] = len(identity)
    return Grid(wide.dims, np.where(nothing, identity.reshape(shape), np.nan_to_num(data)))


def _complete_lifetime(
    parameter: Parameter, parts: Mapping[str, Grid], axes: Axes, faults: list[Fault], places: Places
) -> Any:
    code, first, second = parts["code"], parts["first"], parts["second"]
    missing = code.data < 0
    if missing.any() and parameter.name == "lifetime":
        faults += [
            places.fault("lifetime", f"no row for {where}", "give survival and its terms")
            for where in _missing_cells(missing, code, axes)
        ]
        return None
    if missing.any() and parameter.name == "second_lifetime":
        code = Grid(code.dims, np.where(missing, FIXED, code.data))
        first = Grid(first.dims, np.where(missing, SECOND_LIFE_YEARS, first.data))
        second = Grid(second.dims, np.where(missing, 0.0, second.data))
    elif missing.all():
        return None
    return Lifetimes(*(axes.label(grid.dims, grid.data) for grid in (code, first, second)))


def default_array(name: str, labels: Mapping[str, Sequence[str]], years: np.ndarray) -> xr.DataArray | None:
    """Default of a parameter as an array without dims, or the identity of `ore_share`; None if it has no default.

    Examples
    --------
    >>> import numpy as np
    >>> float(default_array("plant_life", {}, np.arange(2020, 2031)))
    20.0
    """
    parameter = PARAMETERS[name]
    if name == "ore_share":
        origins = list(labels["origin"])
        coords = {"origin": origins, "miner": origins}
        return xr.DataArray(np.eye(len(origins)), dims=("origin", "miner"), coords=coords)
    value = default_value(parameter)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return xr.DataArray(value)


__all__ = [
    "absent_parts", "complete", "default_array", "label_dims", "load_inputs", "note_units", "table_grids",
]  # fmt: skip

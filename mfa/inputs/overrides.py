"""What a scenario changes: values for all labels, nested mappings and records become writes into grids."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mfa.errors import Fault, UnitError
from mfa.inputs.fill import ALL
from mfa.inputs.grids import Anchors, Axes, Grid, blank, fill_anchors, lifetime_series
from mfa.inputs.messages import listed, number, suggest
from mfa.inputs.tables import NONE_WORDS, YEAR_RANGE, canonical_units, label_dims, range_fault, year_dim
from mfa.inputs.yaml_file import KeyPath, Source, dotted
from mfa.system.survival import FAMILIES, TERMS, term_unit
from mfa.units import read_quantity
from mfa.vocabulary import Parameter

RECORD_KEYS = ("year", "from", "to", "value", "values", "factor")


@dataclass(frozen=True)
class Record:
    """One write: which labels, which years, which values.

    `anchors` go through the parameter's fill rule and replace the whole series, or only the years of a `window` and
    leave the others as they stand; a `factor` multiplies what stands.
    """

    parameter: Parameter
    select: dict[str, tuple[str, ...]]
    where: str
    path: KeyPath
    anchors: Anchors = field(default_factory=dict)
    terms: dict[tuple[str, str], Anchors] = field(default_factory=dict)
    window: tuple[int, int] | None = None
    factor: float | None = None
    unit: str = ""
    plain: dict[str, Any] = field(default_factory=dict)

    def fault(self, what: str, mend: str = "") -> Fault:
        """A fault of this record."""
        return Fault(self.where, f"{dotted(self.path)}{what}", mend)


class Reader:
    """Reads what a scenario says of parameters, and gathers the faults.

    Parameters
    ----------
    axes : Axes
        Labels and years of the run.
    money : str
        Money of the dataset.
    horizon : pair of int, optional
        First and last year that the dataset is made for: an anchor between them may lie outside a shorter run.
    """

    def __init__(self, axes: Axes, money: str, horizon: tuple[int | None, int | None] = (None, None)) -> None:
        self.axes, self.money = axes, money
        first, last = int(axes.years[0]), int(axes.years[-1])
        self.run = (first, last)
        self.horizon = (min(first, horizon[0] or first), max(last, horizon[1] or last))
        self.faults: list[Fault] = []
        self._unit = ""  # canonical unit of the value read last

    def records(self, parameter: Parameter, spec: Any, path: KeyPath, source: Source) -> list[Record]:
        """Read the whole of what is said of one parameter: a value, a nested mapping or a list of records."""
        if isinstance(spec, list):
            if not spec:
                self._fault(source, path, " is an empty list", "give records, or remove the key")
            found = [
                record
                for i, item in enumerate(spec)
                if (record := self._record(parameter, item, (*path, i), source)) is not None
            ]
            found = _gather_years(found)
            for record in found:
                self._check_acts(parameter, record.anchors, record.path, source)
            return found
        return self._nested(parameter, spec, {}, label_dims(parameter), path, source)

    def _fault(self, source: Source, path: KeyPath, what: str, mend: str = "") -> None:
        self.faults.append(source.fault(path, what, mend))

    # --- values ------------------------------------------------------------------------------------------------------

    def value(self, parameter: Parameter, raw: Any, path: KeyPath, source: Source) -> Any:
        """Read one value of a parameter in canonical units; NaN after a fault, and for none."""
        if parameter.kind == "bool":
            if not isinstance(raw, bool):
                self._fault(source, path, f" = {raw} is neither true nor false", "write true or false")
            return raw is True
        if parameter.kind == "text":
            choices = parameter.range.split()
            if raw not in choices:
                self._fault(source, path, f" = {raw} is unknown", suggest(str(raw), choices, "choices"))
                return parameter.default
            return raw
        if isinstance(raw, str) and raw in NONE_WORDS and parameter.default is None:
            return math.nan  # not given, such as sales where a stock target stands instead
        if raw is None or (isinstance(raw, str) and raw in NONE_WORDS):
            if parameter.default is not None or parameter.fill not in ("step", ""):
                self._fault(source, path, " has no value", "give a value, or remove the key")
            return math.nan
        if isinstance(raw, (bool, list, dict)):
            self._fault(source, path, f" = {raw} is not a quantity", f"write a number with its unit ({parameter.unit})")
            return math.nan
        units = canonical_units(parameter, self.money)
        if units == ["year"] and isinstance(raw, int):
            raw = f"{raw} year"  # a calendar year needs no unit
        value = self._quantity(units, raw, path, source)
        if value != value:
            return value
        wrong = range_fault(parameter, value)
        if wrong:
            self._fault(source, path, f" = {raw} {wrong[0]}", wrong[1])
        return value

    def _quantity(self, units: Sequence[str], raw: Any, path: KeyPath, source: Source) -> float:
        errors = []
        for unit in units:
            try:
                value = read_quantity(raw, unit)
                self._unit = unit
                return value
            except UnitError as error:
                errors.append(str(error))
        self._fault(source, path, f": {errors[-1]}")
        return math.nan

    # --- nested mappings ---------------------------------------------------------------------------------------------

    def _nested(
        self,
        parameter: Parameter,
        spec: Any,
        select: Mapping[str, tuple[str, ...]],
        remaining: Sequence[str],
        path: KeyPath,
        source: Source,
    ) -> list[Record]:
        if not isinstance(spec, dict) or (parameter.kind == "lifetime" and "survival" in spec):
            record = self._leaf(parameter, spec, select, path, source)
            return [record] if record else []
        if not spec:
            self._fault(source, path, " is empty", "give a value")
            return []
        years = [key for key in spec if isinstance(key, int)]
        if years:
            for key in spec:
                if key not in years:
                    self._fault(source, (*path, key), " stands among years", "put labels outside, years inside")
            record = self._leaf(parameter, {year: spec[year] for year in years}, select, path, source)
            return [record] if record else []
        dim = next((dim for dim in remaining if all(self._known(dim, key) for key in spec)), None)
        if dim is None:
            near = [(sum(self._known(dim, key) for key in spec), -i, dim) for i, dim in enumerate(remaining)]
            dim = max(near)[2] if near and max(near)[0] else None
            for key in spec:
                if dim is None or not self._known(dim, key):
                    self._unknown(key, [dim] if dim else remaining, (*path, key), source)
            if dim is None:
                return []
        rest = [other for other in remaining if other != dim]
        found = []
        for key, inner in spec.items():
            if self._known(dim, key):
                chosen = {**select, dim: (key,)} if key != ALL else dict(select)
                found += self._nested(parameter, inner, chosen, rest, (*path, key), source)
        return found

    def _known(self, dim: str, label: Any) -> bool:
        return label == ALL or label in self.axes.of(dim)

    def _unknown(self, label: Any, dims: Sequence[str], path: KeyPath, source: Source) -> None:
        if not dims:
            self._fault(source, path, ": no label can stand here", "give a value, or years with values")
            return
        choices = [str(choice) for dim in dims for choice in self.axes.of(dim)]
        what = " or ".join(dims)
        self._fault(source, path, f": unknown {what} '{label}'", suggest(str(label), choices, "labels"))

    def _leaf(
        self, parameter: Parameter, spec: Any, select: Mapping[str, tuple[str, ...]], path: KeyPath, source: Source
    ) -> Record | None:
        record = Record(parameter, dict(select), source.where(path), path)
        plain: dict[str, Any] = {dim: list(labels) for dim, labels in select.items()}
        if parameter.kind == "lifetime":
            if not isinstance(spec, dict) or "survival" not in spec:
                mend = "write {survival: weibull, mean: 15 yr, shape: 2.4}"
                self._fault(source, path, f" = {spec} is not a lifetime", mend)
                return None
            terms = self._terms(parameter, spec, path, source)
            return replace(record, terms=terms, plain={**plain, **spec})
        if isinstance(spec, dict):
            anchors = self._anchors(parameter, spec, path, source)
            self._check_acts(parameter, anchors, path, source)
            return replace(record, anchors=anchors, unit=self._unit, plain={**plain, "values": dict(spec)})
        value = self.value(parameter, spec, path, source)
        anchors = {None: (value, record.where)}
        return replace(record, anchors=anchors, unit=self._unit, plain={**plain, "value": spec})

    def _anchors(self, parameter: Parameter, spec: Mapping[Any, Any], path: KeyPath, source: Source) -> Anchors:
        anchors: Anchors = {}
        for year, raw in spec.items():
            if self.year(parameter, year, (*path, year), source):
                anchors[year] = (self.value(parameter, raw, (*path, year), source), source.where((*path, year)))
        return anchors or {None: (math.nan, source.where(path))}

    def _check_acts(self, parameter: Parameter, anchors: Anchors, path: KeyPath, source: Source) -> None:
        """A series none of whose years reaches the run would be without effect."""
        years = [year for year in anchors if year is not None]
        if not years or year_dim(parameter) == "cohort":
            return
        acts = min(years) <= self.run[1]
        if parameter.fill == "exact":
            acts = any(self.run[0] <= year <= self.run[1] for year in years)
        if not acts:
            self._outside(min(years), path, source)

    def _outside(self, year: int, path: KeyPath, source: Source) -> None:
        what = f": {year} lies outside the run ({self.run[0]} to {self.run[1]})"
        self._fault(source, path, what, "give a year of the run, or change years")

    def _terms(
        self, parameter: Parameter, spec: Mapping[str, Any], path: KeyPath, source: Source
    ) -> dict[tuple[str, str], Anchors]:
        family = spec["survival"]
        if not isinstance(family, str) or family not in TERMS:
            self._fault(source, (*path, "survival"), f": unknown '{family}'", suggest(str(family), TERMS, "choices"))
            return {}
        names = list(dict.fromkeys(name for group in TERMS[family] for name in group))
        terms: dict[tuple[str, str], Anchors] = {}
        for name, raw in spec.items():
            if name == "survival":
                continue
            if name not in names:
                self._fault(source, (*path, name), f": {family} has no such term", suggest(name, names, "terms"))
                continue
            given = raw if isinstance(raw, dict) else {None: raw}
            for year, text in given.items():
                place = (*path, name) if year is None else (*path, name, year)
                if year is not None and not self.year(parameter, year, place, source):
                    continue
                value = self._quantity([term_unit(family, name)], text, place, source)
                if not (0 < value < math.inf or name == "mu") and value == value:
                    self._fault(source, place, f" = {text} is not a positive number", "terms of a lifetime are above 0")
                    value = math.nan
                terms.setdefault((family, name), {})[year] = (value, source.where(place))
        if not terms and len(spec) == 1:
            groups = " or ".join(" and ".join(group) for group in TERMS[family])
            self._fault(source, path, f": {family} has no terms", f"give {groups}")
        return terms

    def year(self, parameter: Parameter, year: Any, path: KeyPath, source: Source, strict: bool = False) -> bool:
        """Check that a year can stand for a parameter; with `strict` it lies in the run."""
        along = year_dim(parameter)
        if not isinstance(year, int) or isinstance(year, bool):
            self._fault(source, path, f": '{year}' is not a calendar year", "write a year such as 2030")
            return False
        if along is None:
            self._fault(source, path, f": {parameter.name} does not change over the years", "give one value")
            return False
        first, last = self.run if strict else self.horizon
        if first <= year <= last or (along == "cohort" and YEAR_RANGE[0] <= year < first):
            return True
        self._outside(year, path, source)
        return False

    # --- records -----------------------------------------------------------------------------------------------------

    def select(
        self, item: Mapping[str, Any], dims: Sequence[str], path: KeyPath, source: Source
    ) -> dict[str, tuple[str, ...]]:
        """Read the labels that a record names, by dim; a dim left out or ``*`` means all labels."""
        chosen: dict[str, tuple[str, ...]] = {}
        for dim in dims:
            if dim not in item:
                continue
            given = item[dim] if isinstance(item[dim], list) else [item[dim]]
            if not given or given == [None]:
                mend = "give a label, a list of labels, or '*' for all"
                self._fault(source, (*path, dim), " names no label", mend)
                continue
            for label in given:
                if not self._known(dim, label):
                    self._unknown(label, [dim], (*path, dim), source)
            twice = [label for label in dict.fromkeys(map(str, given)) if list(map(str, given)).count(label) > 1]
            if twice:
                self._fault(source, (*path, dim), f": {listed(twice)} stands twice", "name every label once")
            if ALL not in given:
                chosen[dim] = tuple(label for label in given if self._known(dim, label))
        return chosen

    def window(
        self, parameter: Parameter, item: Mapping[str, Any], path: KeyPath, source: Source, strict: bool = False
    ) -> tuple[int, int] | None:
        """Read ``from`` and ``to``; the run's first and last year where one is left out."""
        ends = {"from": self.run[0], "to": self.run[1]}
        if year_dim(parameter) == "cohort":
            ends["from"] = YEAR_RANGE[0]
        sound = True
        for key in ends:
            if key in item:
                ends[key] = item[key]
                sound &= self.year(parameter, item[key], (*path, key), source, strict)
        if not sound:
            return None
        start, stop = ends["from"], ends["to"]
        if start <= stop and year_dim(parameter) == "time" and (start > self.run[1] or stop < self.run[0]):
            self._outside(start if start > self.run[1] else stop, path, source)
            return None
        if start > stop:
            self._fault(source, path, f": from {start} to {stop} runs backwards", "exchange from and to")
            return None
        return int(start), int(stop)

    def _record(self, parameter: Parameter, item: Any, path: KeyPath, source: Source) -> Record | None:
        dims = label_dims(parameter)
        if not isinstance(item, dict):
            self._fault(source, path, " is not a record", "write {" + ", ".join([*dims, "year", "value"]) + "}")
            return None
        before = len(self.faults)
        terms_known = {name for groups in TERMS.values() for group in groups for name in group} | {"survival"}
        known = [*dims, *RECORD_KEYS, *(sorted(terms_known) if parameter.kind == "lifetime" else ())]
        for key in item:
            if key not in known:
                mend = suggest(str(key), known, "keys")
                self._fault(source, (*path, key), f": unknown key for {parameter.name}", mend)
        select = self.select(item, dims, path, source)
        record = Record(parameter, select, source.where(path), path, plain=dict(item))
        window = self.window(parameter, item, path, source) if "from" in item or "to" in item else None
        if "year" in item and ("from" in item or "to" in item):
            self._fault(source, path, ": year stands beside from or to", "give one or the other")
        given = [key for key in ("value", "values", "factor", "survival") if key in item]
        if len(given) != 1:
            what = ": no value" if not given else f": {' and '.join(given)} stand together"
            self._fault(source, path, what, "give one of value, values and factor")
            return None
        if given == ["survival"]:
            spec = {key: value for key, value in item.items() if key in terms_known}
            record = replace(record, terms=self._terms(parameter, spec, path, source), window=window)
        elif given == ["factor"]:
            factor = self._quantity(["1"], item["factor"], (*path, "factor"), source)
            if parameter.kind not in ("number", "lifetime"):
                self._fault(source, (*path, "factor"), f": {parameter.name} is not a number", "give a value")
            elif factor < 0 or (parameter.kind == "lifetime" and factor == 0):
                self._fault(source, (*path, "factor"), f" = {number(factor)} is not positive", "give a factor above 0")
            if "year" in item and self.year(parameter, item["year"], (*path, "year"), source):
                window = (item["year"], item["year"])
            record = replace(record, factor=factor, window=window)
        elif given == ["values"]:
            if not isinstance(item["values"], dict) or not item["values"] or "year" in item:
                self._fault(source, (*path, "values"), " must map years to values", "write {2028: 0.3, 2035: 0.7}")
                return None
            anchors = self._anchors(parameter, item["values"], (*path, "values"), source)
            record = replace(record, anchors=anchors, window=window, unit=self._unit)
        else:
            value = self.value(parameter, item["value"], (*path, "value"), source)
            year = item.get("year")
            if "year" in item and not self.year(parameter, year, (*path, "year"), source):
                return None
            anchors = {year: (value, record.where)}
            record = replace(record, anchors=anchors, window=window, unit=self._unit)
        return record if len(self.faults) == before else None


def _gather_years(records: Sequence[Record]) -> list[Record]:
    """Join records that give single years for the same labels: together they are the anchors of one series."""
    gathered: list[Record] = []
    places: dict[tuple[tuple[str, tuple[str, ...]], ...], int] = {}
    for record in records:
        single = record.window is None and len(record.anchors) == 1 and "year" in record.plain
        labels = tuple(sorted(record.select.items()))
        if single and labels in places:
            i = places[labels]
            first = gathered[i]
            values = {**first.plain["values"], record.plain["year"]: record.plain["value"]}
            plain = {**first.plain, "values": values}
            gathered[i] = replace(first, anchors={**first.anchors, **record.anchors}, plain=plain)
            continue
        if single:
            places[labels] = len(gathered)
            plain = {key: value for key, value in record.plain.items() if key not in ("year", "value")}
            record = replace(record, plain={**plain, "values": {record.plain["year"]: record.plain["value"]}})
        gathered.append(record)
    return gathered


# --- writing into grids ----------------------------------------------------------------------------------------------


def apply_record(record: Record, grids: dict[str, Grid], axes: Axes, faults: list[Fault]) -> dict[str, Grid]:
    """Write a record into the grids of its parameter; the grids given are left as they are."""
    parameter = record.parameter
    along = year_dim(parameter)
    if not grids:
        parts = {"code": -1, "first": math.nan, "second": math.nan} if parameter.kind == "lifetime" else {}
        starts: dict[str, Any] = parts or {"value": blank(parameter)}
        grids = {part: Grid((), np.array(start, dtype=_dtype(start))) for part, start in starts.items()}
    anchors_vary = any(year is not None for year in record.anchors) or any(
        year is not None for anchors in record.terms.values() for year in anchors
    )
    vary = anchors_vary or record.window is not None
    every = np.asarray(axes.of(along)) if along and vary else np.array([0], dtype=np.int64)
    years = every
    if record.window is not None:
        years = every[(every >= record.window[0]) & (every <= record.window[1])]
    if record.factor is not None:
        new: dict[str, Any] = {}
    elif parameter.kind == "lifetime":
        new = dict(lifetime_series(record.terms, years, faults))
    else:
        new = {"value": fill_anchors(parameter, record.anchors, years, faults)}
    dims = [dim for dim, labels in record.select.items() if len(labels) < len(axes.of(dim))]
    dims += [along] if along and vary else []
    result = {}
    lead = grids.get("code")
    for part, grid in grids.items():
        wide = grid.spread(dims, parameter.dims, axes)
        index = []
        for dim in wide.dims:
            if dim == along and vary:
                index.append(np.flatnonzero(np.isin(every, years)))
            elif dim in record.select:
                where = axes.positions(dim)
                index.append(np.array([where[label] for label in record.select[dim]], dtype=np.int64))
            else:
                index.append(np.arange(len(axes.of(dim))))
        mesh = np.ix_(*index) if index else ()
        if record.factor is not None:
            code = lead.spread(wide.dims, parameter.dims, axes).data[mesh] if lead else None
            wide.data[mesh] = stretched(part, wide.data[mesh], code, record.factor)
        else:
            values = new[part]
            if along in wide.dims:
                position = wide.dims.index(along)
                values = values.reshape([-1 if i == position else 1 for i in range(len(wide.dims))])
            else:
                values = values[0]
            wide.data[mesh] = values
        result[part] = wide
    return result


def _dtype(start: Any) -> Any:
    return object if isinstance(start, str) else None


def stretched(part: str, values: Any, code: Any, factor: Any) -> Any:
    """Values times a factor; a lifetime is stretched along its age axis."""
    if part == "value":
        return values * factor
    if part == "code":
        return values
    lognormal = code == FAMILIES.index("lognormal")
    if part == "first":
        scaled = np.isin(
            code, [FAMILIES.index(f) for f in ("fixed", "exponential", "normal", "folded_normal", "logistic")]
        )
        return np.where(lognormal, values + np.log(factor), np.where(scaled, values * factor, values))
    return np.where(lognormal, values, values * factor)

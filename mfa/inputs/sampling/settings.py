"""The section `uncertainty` of a scenario: what varies, in which factors, with which ranges, and what goes together.

=====================  ==========================================================================================
key                    meaning
=====================  ==========================================================================================
vary, hold             patterns of the factors that vary (default: all) and of those that do not after all
by                     parameter to the dims by which its factors are told apart (default: all but the year)
together               labels that share a factor: ``{product: [a, b], as: name, parameters: [...]}``
ranges                 ranges in place of those of the tables, or where the scenario gives the value
correlation            rank correlations: ``{first: pattern, second: pattern, value: number}``
nearest_correlation    true: a matrix that is not positive definite gives way to the nearest one, with a warning
pedigree               false: rows without a range do not get the one of their pedigree (`mfa.inputs.pedigree`)
=====================  ==========================================================================================

A scenario takes over each key of its base that it does not give itself. Entries of `by` replace those of the base one
by one; records of `together`, `ranges` and `correlation` come behind those of the base, and where two speak of the same
thing the later one holds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mfa.errors import Fault
from mfa.inputs.messages import suggest
from mfa.inputs.sampling.naming import Naming, Pattern, Together, parse_pattern
from mfa.inputs.tables import DISTRIBUTIONS, LIFETIME_COLUMNS, YEAR_DIMS, label_dims
from mfa.inputs.yaml_file import KeyPath, Source
from mfa.vocabulary import DIMENSIONS, NAMED_LIKE, PARAMETERS, Parameter

if TYPE_CHECKING:
    from mfa.inputs.dataset import Dataset
    from mfa.inputs.overrides import Reader

KEYS = ("vary", "hold", "by", "together", "ranges", "correlation", "nearest_correlation", "pedigree")
RECORD_LISTS = ("together", "ranges", "correlation")
"""Keys whose records are added to those of the base."""
SHARE_LAWS = ("dirichlet", "logistic_normal")
_RANGE_KEYS = (
    "parameter", "term", "year", "from", "to", "low", "high", "relative", "widening", "distribution", "concentration",
)  # fmt: skip


@dataclass(frozen=True)
class Range:
    """A range that a scenario gives: for which cells, how wide, and which law.

    `low` and `high` are in canonical units, or factors of what stands if `relative`. With `widening` the range grows
    linearly from nothing in the first year of the window to its whole in the last.
    """

    parameter: Parameter
    term: str
    select: dict[str, tuple[str, ...]]
    window: tuple[int, int] | None
    low: float
    high: float
    relative: bool
    widening: bool
    distribution: str
    concentration: float
    where: str
    path: KeyPath

    def fault(self, what: str, mend: str = "") -> Fault:
        """A fault of this range."""
        from mfa.inputs.yaml_file import dotted

        return Fault(self.where, f"{dotted(self.path)}: {what}", mend)


@dataclass(frozen=True)
class Pair:
    """A rank correlation between all factors of one pattern and all of another."""

    first: Pattern
    second: Pattern
    value: float
    where: str
    must_match: bool = True


@dataclass(frozen=True)
class Settings:
    """What the section says."""

    naming: Naming
    vary: tuple[Pattern, ...] | None = None
    hold: tuple[Pattern, ...] = ()
    ranges: tuple[Range, ...] = ()
    correlation: tuple[Pair, ...] = ()
    nearest_correlation: bool = False
    pedigree: bool = True
    places: Mapping[str, str] | None = None
    """Where each pattern of vary and hold stands, for messages."""


class Place(Protocol):
    """Tells path and source of a key of the section, or of a record of a list."""

    def __call__(self, key: str, i: int | None = None) -> tuple[KeyPath, Source]:
        """Path and source."""


def read_settings(given: Mapping[str, Any], place: Place, reader: Reader, dataset: Dataset) -> Settings:
    """Read the section; faults go to the reader.

    Parameters
    ----------
    given : mapping
        The section, bases worked in.
    place : callable
        Path and source of a key of the section, or of a record of a list.
    reader : Reader
        Reads labels, years and quantities.
    dataset : Dataset

    Returns
    -------
    Settings
    """
    return _Section(given, place, reader, dataset).settings()


class _Section:
    """One pass over the section."""

    def __init__(self, given: Mapping[str, Any], place: Place, reader: Reader, dataset: Dataset) -> None:
        self.given, self.place, self.reader = given, place, reader
        self.regions = list(dataset.label_names()["region"])
        self.words = known_words(dataset)
        self.places: dict[str, str] = {}

    def at(self, key: str, rest: KeyPath) -> tuple[KeyPath, Source]:
        """Path and source of something in the section."""
        if rest and isinstance(rest[0], int):
            path, source = self.place(key, rest[0])
            return (*path, *rest[1:]), source
        path, source = self.place(key)
        return (*path, *rest), source

    def fault(self, key: str, rest: KeyPath, what: str, mend: str = "") -> None:
        path, source = self.at(key, rest)
        self.reader.faults.append(source.fault(path, what, mend))

    def where(self, key: str, rest: KeyPath) -> str:
        path, source = self.at(key, rest)
        return source.where(path)

    def settings(self) -> Settings:
        """Read all keys."""
        for key in self.given:
            if key not in KEYS:
                self.fault(str(key), (), ": unknown key", suggest(str(key), KEYS, "keys"))
        together = self._together()
        self.words |= {rule.name for rule in together}
        naming = Naming(self.regions[0] if self.regions else "", self._by(), together)
        nearest = self.given.get("nearest_correlation", False)
        if not isinstance(nearest, bool):
            self.fault("nearest_correlation", (), f" = {nearest} is neither true nor false", "write true or false")
        pedigree = self.given.get("pedigree", True)
        if not isinstance(pedigree, bool):
            self.fault("pedigree", (), f" = {pedigree} is neither true nor false", "write true or false")
        vary = self._patterns("vary") if self.given.get("vary") is not None else None
        return Settings(
            naming,
            vary,
            self._patterns("hold"),
            self._ranges(),
            self._correlation(),
            nearest is True,
            pedigree is True,
            self.places,
        )

    def _items(self, key: str, example: str) -> list[Any]:
        value = self.given.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(key, (), " is not a list", f"write {example}")
            return []
        return value

    def _pattern(self, text: Any, key: str, rest: KeyPath) -> Pattern | None:
        pattern, (what, mend) = parse_pattern(text, self.words)
        if pattern is None:
            self.fault(key, rest, f": {what}", mend)
        return pattern

    def _patterns(self, key: str) -> tuple[Pattern, ...]:
        found = []
        for i, text in enumerate(self._items(key, f"{key}: [sales, 'lifetime.mean[vehicles]']")):
            pattern = self._pattern(text, key, (i,))
            if pattern is not None:
                self.places[f"{key}: {pattern.text}"] = self.where(key, (i,))
                found.append(pattern)
        return tuple(found)

    def _by(self) -> dict[str, tuple[str, ...]]:
        given = self.given.get("by") or {}
        if not isinstance(given, dict):
            self.fault("by", (), " is not a mapping", "write content: [component, element]")
            return {}
        found = {}
        for name, dims in given.items():
            head = str(name).split(".")[0]
            if head not in PARAMETERS:
                self.fault("by", (name,), ": unknown parameter", suggest(head, PARAMETERS, "parameters"))
                continue
            if not isinstance(dims, list):
                self.fault("by", (name,), f" = {dims} is not a list of dims", "write [] for one factor in all")
                continue
            allowed = label_dims(PARAMETERS[head])
            for dim in dims:
                if dim not in allowed:
                    mend = suggest(str(dim), allowed, "dims")
                    if dim in YEAR_DIMS:
                        mend = "all years are shifted alike: leave it out"
                    self.fault("by", (name,), f": {head} is not told apart by '{dim}'", mend)
            found[str(name)] = tuple(str(dim) for dim in dims)
        return found

    def _together(self) -> tuple[Together, ...]:
        found = []
        for i, item in enumerate(self._items("together", "[{product: [a, b], as: name}]")):
            if not isinstance(item, dict):
                self.fault("together", (i,), " is not a mapping", "write {product: [a, b], as: name}")
                continue
            dims = [dim for dim in item if dim in DIMENSIONS]
            for key in item:
                if key not in (*dims, "as", "parameters"):
                    self.fault(
                        "together", (i, key), ": unknown key", suggest(str(key), [*DIMENSIONS, "as", "parameters"])
                    )
            if len(dims) != 1:
                self.fault("together", (i,), ": names no dim, or several", "write one, such as product: [a, b]")
                continue
            path, source = self.at("together", (i,))
            chosen = self.reader.select(item, dims, path, source).get(dims[0], ())
            name = item.get("as")
            if not isinstance(name, str) or not name.isidentifier():
                self.fault("together", (i,), f": as = {name} is no name", "write as: hybrids")
                name = ""
            parameters = item.get("parameters") or []
            for parameter in parameters if isinstance(parameters, list) else [parameters]:
                if parameter not in PARAMETERS:
                    mend = suggest(str(parameter), PARAMETERS, "parameters")
                    self.fault("together", (i, "parameters"), f": unknown parameter '{parameter}'", mend)
            found.append(Together(dims[0], frozenset(chosen), name, frozenset(map(str, parameters))))
        return tuple(found)

    def _correlation(self) -> tuple[Pair, ...]:
        found = []
        for i, item in enumerate(self._items("correlation", "[{first: sales[bev], second: sales[phev], value: 0.5}]")):
            if not isinstance(item, dict) or set(item) != {"first", "second", "value"}:
                self.fault("correlation", (i,), " is not a correlation", "write {first: ..., second: ..., value: 0.5}")
                continue
            first = self._pattern(item["first"], "correlation", (i, "first"))
            second = self._pattern(item["second"], "correlation", (i, "second"))
            what = correlation_fault(item["value"])
            if what:
                self.fault("correlation", (i, "value"), f" = {item['value']} {what}", "give a number such as 0.6")
            elif first and second:
                found.append(Pair(first, second, float(item["value"]), self.where("correlation", (i,))))
        return tuple(found)

    # --- ranges ------------------------------------------------------------------------------------------------------

    def _ranges(self) -> tuple[Range, ...]:
        found = []
        for i, item in enumerate(self._items("ranges", "[{parameter: opex, route: hydro, low: ..., high: ...}]")):
            before = len(self.reader.faults)
            range_ = self._range(item, i)
            if range_ is not None and len(self.reader.faults) == before:
                found.append(range_)
        return tuple(found)

    def _range(self, item: Any, i: int) -> Range | None:
        path, source = self.at("ranges", (i,))
        if not isinstance(item, dict) or item.get("parameter") not in PARAMETERS:
            given = item.get("parameter") if isinstance(item, dict) else item
            mend = suggest(str(given), PARAMETERS, "parameters")
            self.fault("ranges", (i,), f": no parameter '{given}'", f"write parameter: name; {mend}")
            return None
        parameter = PARAMETERS[item["parameter"]]
        dims = label_dims(parameter)
        for key in item:
            if key not in (*dims, *_RANGE_KEYS):
                known = [*dims, *_RANGE_KEYS]
                self.fault("ranges", (i, key), f": unknown key for {parameter.name}", suggest(str(key), known, "keys"))
        if parameter.kind not in ("number", "lifetime"):
            self.fault("ranges", (i,), f": {parameter.name} is not a number", "only numbers vary")
            return None
        self._check_law(parameter, item, i)
        window = self._window(parameter, item, path, source)
        numbers = {key: self._limit(parameter, item, key, i) for key in ("low", "high")}
        concentration = self._number(item, "concentration", i, above=0.0)
        for key in ("relative", "widening"):
            if not isinstance(item.get(key, False), bool):
                self.fault("ranges", (i, key), f" = {item[key]} is neither true nor false", "write true or false")
        if item.get("widening") is True and (window is None or window[0] == window[1]):
            self.fault("ranges", (i, "widening"), ": needs the years between which it widens", "give from and to")
        return Range(
            parameter, str(item.get("term", "")), self.reader.select(item, dims, path, source), window,
            numbers["low"], numbers["high"], item.get("relative") is True, item.get("widening") is True,
            str(item.get("distribution", "")), concentration, source.where(path), path,
        )  # fmt: skip

    def _check_law(self, parameter: Parameter, item: Mapping[str, Any], i: int) -> None:
        law = item.get("distribution", "")
        if law not in DISTRIBUTIONS:
            self.fault(
                "ranges", (i, "distribution"), f": unknown '{law}'", suggest(str(law), DISTRIBUTIONS[1:], "laws")
            )
        shares = parameter.sum_over is not None
        if shares and "concentration" not in item:
            mend = "give concentration, say 30: the larger, the narrower"
            self.fault("ranges", (i,), f": {parameter.name} are shares that sum to 1", mend)
        if shares and ("low" in item or "high" in item):
            self.fault("ranges", (i,), f": {parameter.name} has no low and high", "shares take a concentration alone")
        if shares and law and law not in SHARE_LAWS:
            self.fault("ranges", (i, "distribution"), f": {law} does not sum to 1", f"one of {', '.join(SHARE_LAWS)}")
        if not shares:
            if law in SHARE_LAWS or "concentration" in item:
                self.fault("ranges", (i,), f": {parameter.name} does not sum to 1", "give low and high")
            missing = [key for key in ("low", "high") if key not in item]
            if missing:
                self.fault(
                    "ranges", (i,), f": no {' and no '.join(missing)}", "give low and high, the 5 and 95 % bounds"
                )
        term = item.get("term")
        if parameter.kind == "lifetime" and not term:
            self.fault("ranges", (i,), ": no term", f"give the term of the lifetime, see {', '.join(LIFETIME_COLUMNS)}")
        if parameter.kind != "lifetime" and term:
            self.fault("ranges", (i, "term"), f": {parameter.name} has no terms", "leave it out")
        if parameter.kind == "lifetime" and any(key in item for key in ("year", "from", "to", "widening")):
            self.fault("ranges", (i,), ": the range of a lifetime holds for all cohorts", "leave the years out")

    def _window(
        self, parameter: Parameter, item: Mapping[str, Any], path: KeyPath, source: Source
    ) -> tuple[int, int] | None:
        if "year" in item:
            if "from" in item or "to" in item:
                self.reader.faults.append(
                    source.fault(path, ": year stands beside from or to", "give one or the other")
                )
            sound = self.reader.year(parameter, item["year"], (*path, "year"), source)
            return (item["year"], item["year"]) if sound else None
        if "from" in item or "to" in item:
            return self.reader.window(parameter, item, path, source)
        return None

    def _limit(self, parameter: Parameter, item: Mapping[str, Any], key: str, i: int) -> float:
        if key not in item:
            return math.nan
        raw = item[key]
        path, source = self.at("ranges", (i,))
        if item.get("relative") is True:
            return self._number(item, key, i, above=-math.inf)
        if parameter.kind == "lifetime":
            from mfa.errors import UnitError
            from mfa.units import read_quantity

            unit = "1" if item.get("term") in ("shape", "mu", "sigma") else "yr"
            try:
                return read_quantity(raw, unit)
            except UnitError as error:
                self.reader.faults.append(source.fault((*path, key), f": {error}"))
                return math.nan
        return float(self.reader.value(parameter, raw, (*path, key), source))

    def _number(self, item: Mapping[str, Any], key: str, i: int, above: float) -> float:
        if key not in item:
            return math.nan
        value = item[key]
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > above:
            self.fault("ranges", (i, key), f" = {value} is not a number above {above:g}", "give a plain number")
            return math.nan
        return float(value)


def correlation_fault(value: Any) -> str:
    """What is wrong with a rank correlation; empty if nothing is.

    Examples
    --------
    >>> correlation_fault(0.8), correlation_fault(1.0)
    ('', 'does not lie between -1 and 1')
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "is not a number"
    return "" if -1.0 < value < 1.0 else "does not lie between -1 and 1"


def known_words(dataset: Dataset) -> set[str]:
    """Labels and groups of labels, as patterns may name them."""
    words = set()
    for labels in dataset.labels.values():
        for label, said in labels.items():
            words |= {label, said.group} if said.group else {label}
    return words


def label_groups(dataset: Dataset) -> dict[str, dict[str, str]]:
    """Group of each label, by dim."""
    groups = {dim: {label: said.group for label, said in labels.items()} for dim, labels in dataset.labels.items()}
    groups |= {dim: groups.get(like, {}) for dim, like in NAMED_LIKE.items()}
    return groups

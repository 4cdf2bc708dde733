"""Values with their evidence: bounds, provenance and sources travel with every number that is computed."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

STRENGTH = ("read", "derived", "recalled", "estimate")
"""Provenance from strong to weak; a computed value is as weak as its weakest input."""


@dataclass(frozen=True)
class Datum:
    """One value with bounds (5 and 95 %), provenance, sources and a note."""

    value: float
    low: float | None = None
    high: float | None = None
    provenance: str = "estimate"
    sources: tuple[str, ...] = ("EXPERT",)
    note: str = ""

    @property
    def bounded(self) -> bool:
        """True if the evidence gives bounds."""
        return self.low is not None or self.high is not None

    def with_note(self, note: str) -> Datum:
        """Return the same value with another note."""
        return replace(self, note=note)

    def as_estimate(self, note: str) -> Datum:
        """Return the value borrowed for a case that has no row of its own: an estimate that keeps its source."""
        return replace(self, provenance="estimate", note=note)

    def zero(self, note: str) -> Datum:
        """Return zero on the same evidence, without bounds."""
        return replace(self, value=0.0, low=None, high=None, note=note)


def estimate(value: float, note: str, low: float | None = None, high: float | None = None) -> Datum:
    """Return a value that stands in the dictionary of the collected data and not in a row: an expert estimate."""
    return Datum(value, low, high, "estimate", ("EXPERT",), note)


def weakest(provenances: Iterable[str]) -> str:
    """Return the weakest of several provenances."""
    return max(provenances, key=STRENGTH.index)


def union_of_sources(inputs: Iterable[Datum]) -> tuple[str, ...]:
    """Return the source keys of all inputs, each once, in order of appearance."""
    return tuple(dict.fromkeys(source for datum in inputs for source in datum.sources))


def scaled(datum: Datum, factor: float, note: str | None = None) -> Datum:
    """Return a value in another unit: value and bounds times an exact factor, provenance kept."""
    return replace(
        datum,
        value=datum.value * factor,
        low=None if datum.low is None else datum.low * factor,
        high=None if datum.high is None else datum.high * factor,
        note=datum.note if note is None else note,
    )


def combined(function: Callable[..., float], *inputs: Datum, note: str) -> Datum:
    """Compute a value from several inputs.

    Bounds: every bounded input is moved to its two bounds while the others stay; the deviations of independent inputs
    add in quadrature, of logarithms if all results are positive, else of plain values (not below 0). Inputs without
    bounds count as exact, so the result never claims a bound that no input has.
    """
    values = [datum.value for datum in inputs]
    value = function(*values)
    below: list[float] = []
    above: list[float] = []
    for index, datum in enumerate(inputs):
        if not datum.bounded:
            continue
        ends = []
        for end in (datum.low, datum.high):
            moved = list(values)
            moved[index] = values[index] if end is None else end
            ends.append(function(*moved))
        below.append(min(*ends, value))
        above.append(max(*ends, value))
    low = high = None
    if below:
        if value > 0 and min(below) > 0:
            low = value * math.exp(-math.sqrt(sum(math.log(value / end) ** 2 for end in below)))
            high = value * math.exp(math.sqrt(sum(math.log(end / value) ** 2 for end in above)))
        else:
            low = max(0.0, value - math.sqrt(sum((value - end) ** 2 for end in below)))
            high = value + math.sqrt(sum((end - value) ** 2 for end in above))
    provenance = weakest(datum.provenance for datum in inputs)
    if provenance == "read":
        provenance = "derived"
    return Datum(value, low, high, provenance, union_of_sources(inputs), note)


def product(*inputs: Datum, note: str) -> Datum:
    """Return the product of several inputs."""
    return combined(lambda *values: math.prod(values), *inputs, note=note)


class Series:
    """Anchor values by year: linear between, 0 before the first if that is 0 (else held), held after the last."""

    def __init__(self, anchors: Mapping[int, Datum]) -> None:
        if not anchors:
            raise ValueError("a series needs at least one anchor year")
        self.anchors = dict(sorted(anchors.items()))
        self.years = list(self.anchors)

    def __getitem__(self, year: int) -> Datum:
        if year in self.anchors:
            return self.anchors[year]
        first, last = self.years[0], self.years[-1]
        if year < first or year > last:
            return self.anchors[first if year < first else last]
        before = max(y for y in self.years if y < year)
        after = min(y for y in self.years if y > year)
        left, right = self.anchors[before], self.anchors[after]
        weight = (year - before) / (after - before)

        def between(one: float | None, other: float | None) -> float | None:
            if one is None or other is None:
                return None
            return one + weight * (other - one)

        low = high = None
        if left.bounded or right.bounded:
            low = between(*(d.value if d.low is None else d.low for d in (left, right)))
            high = between(*(d.value if d.high is None else d.high for d in (left, right)))
        value = between(left.value, right.value)
        assert value is not None
        provenance = weakest((left.provenance, right.provenance))
        if provenance == "read":
            provenance = "derived"
        note = f"linear between {before} and {after}"
        return Datum(value, low, high, provenance, union_of_sources((left, right)), note)

    def varies(self, start: int, end: int) -> bool:
        """True if the value differs between two years without an anchor in between."""
        one, other = self[start], self[end]
        return (one.value, one.low, one.high) != (other.value, other.low, other.high)

    def map(self, function: Callable[[Datum], Datum]) -> Series:
        """Apply a function to every anchor."""
        return Series({year: function(datum) for year, datum in self.anchors.items()})

    def with_anchors(self, anchors: Mapping[int, Datum]) -> Series:
        """Return the series with more anchors."""
        return Series({**self.anchors, **anchors})


def constant(datum: Datum) -> Series:
    """Return a value that holds for all years."""
    return Series({0: datum})


def nodes(series: Iterable[Series]) -> list[int]:
    """Return the years at which a product of several series must be written so that linear filling is exact.

    These are all anchors, and every year of a stretch in which two or more of them change. Constants have no anchor.
    """
    moving = [one for one in series if len(one.years) > 1]
    anchors = sorted({year for one in moving for year in one.years})
    years = set(anchors)
    for start, end in zip(anchors, anchors[1:], strict=False):
        if sum(one.varies(start, end) for one in moving) > 1:
            years.update(range(start, end + 1))
    return sorted(years)


def anchored(series: Iterable[Series]) -> list[int | str]:
    """Return the nodes, or the wildcard ``*`` where everything is constant."""
    return list(nodes(series)) or ["*"]


def number(text: str) -> float | None:
    """Read a number; an empty cell is none."""
    return float(text) if text.strip() else None


def datum_of(row: Mapping[str, str]) -> Datum:
    """Return the value of one row of evidence."""
    value = number(row["value"])
    if value is None:
        raise ValueError(f"a row of evidence without a value: {dict(row)}")
    note = row["note"].strip().removesuffix("; shape is an")  # a sentence cut off in the evidence
    return Datum(value, number(row["low"]), number(row["high"]), row["provenance"], (row["source"],), note)


class Evidence:
    """The folder of collected evidence: one CSV file per theme, one value per row, every cell read as text."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, list[dict[str, str]]] = {}

    def file(self, name: str) -> list[dict[str, str]]:
        """Return all rows of one file, such as ``japan/sales_path``."""
        if name not in self._files:
            with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
                self._files[name] = list(csv.DictReader(stream))
        return self._files[name]

    def rows(self, name: str, **wanted: str) -> list[dict[str, str]]:
        """Return the rows of one file whose cells equal the wanted texts."""
        return [row for row in self.file(name) if all(row[key] == text for key, text in wanted.items())]

    def one(self, name: str, **wanted: str) -> Datum:
        """Return the only row that fits; anything else is an error that names file and filter."""
        found = self.rows(name, **wanted)
        if len(found) != 1:
            raise ValueError(f"{name}: {len(found)} rows for {wanted}, exactly one expected")
        return datum_of(found[0])

    def series(self, name: str, year: str = "year", **wanted: str) -> Series:
        """Return the rows that fit as a series by year; two rows of one year are an error."""
        anchors: dict[int, Datum] = {}
        for row in self.rows(name, **wanted):
            key = int(row[year])
            if key in anchors:
                raise ValueError(f"{name}: two rows of {key} for {wanted}")
            anchors[key] = datum_of(row)
        if not anchors:
            raise ValueError(f"{name}: no row for {wanted}")
        return Series(anchors)

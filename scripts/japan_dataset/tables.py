"""Parameter tables: rows with keys, checked, sorted and written with a fixed number format."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from japan_dataset.evidence import Datum, Series, anchored, estimate, product
from japan_dataset.labels import FIRST_YEAR, ORDER
from japan_dataset.quality import pedigree

DIMENSIONS = (
    "region",
    "origin",
    "time",
    "cohort",
    "product",
    "component",
    "chemistry",
    "element",
    "route",
    "scrap",
    "miner",
)
VALUE_COLUMNS = ("value", "low", "high", "unit", "distribution", "provenance", "pedigree", "source", "note")

Key = dict[str, str | int]


def written(value: float) -> str:
    """Write a number with ten significant digits.

    >>> written(0.1 + 0.2)
    '0.3'
    """
    return f"{value:.10g}"


@dataclass
class Table:
    """One table of a parameter, or of a variant of it.

    `kind` names how a value is drawn: ``fraction`` (beta), ``amount`` (lognormal), ``span`` (triangular), ``share``
    (dirichlet, shares that sum to 1) or empty (not drawn).
    """

    parameter: str
    unit: str
    kind: str
    description: str
    variant: str = ""
    extra: tuple[str, ...] = ()
    rows: list[tuple[Key, str, Datum, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return the file name without its ending."""
        return f"{self.parameter}@{self.variant}" if self.variant else self.parameter

    def add(self, datum: Datum, unit: str | None = None, **key: str | int) -> None:
        """Add one value."""
        self.rows.append((dict(key), written(datum.value), datum, self.unit if unit is None else unit))

    def add_text(self, text: str, datum: Datum, **key: str | int) -> None:
        """Add a text or truth value; the datum carries its evidence."""
        self.rows.append((dict(key), text, datum, self.unit))

    def copy(self, variant: str, description: str, rows: Iterable[tuple[Key, str, Datum, str]] | None = None) -> Table:
        """Return a variant with the same rows, or with the rows given."""
        kept = list(self.rows if rows is None else rows)
        return Table(self.parameter, self.unit, self.kind, description, variant, self.extra, kept)

    def columns(self) -> list[str]:
        """Return the key columns in use, in the order of the dimensions, then the extra ones."""
        used = {name for key, *_ in self.rows for name in key}
        unknown = used - set(DIMENSIONS) - set(self.extra)
        if unknown:
            raise ValueError(f"{self.name}: unknown key columns {sorted(unknown)}")
        return [name for name in DIMENSIONS if name in used] + list(self.extra)

    def text(self) -> str:
        """Return the table as CSV text; duplicate or incomplete keys are an error."""
        columns = self.columns()
        lines = []
        for key, value, datum, unit in self.rows:
            missing = [name for name in columns if name not in key]
            if missing:
                raise ValueError(f"{self.name}: {key} lacks {missing}")
            low = "" if datum.low is None else written(datum.low)
            high = "" if datum.high is None else written(datum.high)
            lines.append(
                (
                    tuple(_rank(name, key[name]) for name in columns),
                    [str(key[name]) for name in columns]
                    + [value, low, high, unit, self.distribution(datum), datum.provenance]
                    + [self.pedigree(datum, key)]
                    + [";".join(datum.sources), " ".join(datum.note.split())],
                )
            )
        lines.sort(key=lambda line: line[0])
        for (one, cells), (other, _) in zip(lines, lines[1:], strict=False):
            if one == other:
                raise ValueError(f"{self.name}: two rows for {cells[: len(columns)]}")
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*columns, *VALUE_COLUMNS])
        writer.writerows(cells for _, cells in lines)
        return stream.getvalue()

    def distribution(self, datum: Datum) -> str:
        """Return the sampling distribution that fits kind and bounds."""
        if self.kind == "share":
            return "dirichlet"
        if datum.low is None or datum.high is None or not datum.low < datum.high:
            return ""
        inside = datum.low < datum.value < datum.high
        if self.kind == "fraction":
            return "beta" if inside and datum.low > 0 and datum.high < 1 else "triangular"
        if self.kind == "amount":
            return "lognormal" if inside and datum.low > 0 else "triangular"
        return "triangular" if self.kind == "span" else ""

    def pedigree(self, datum: Datum, key: Key) -> str:
        """Return the scores that the evidence allows; none for what is not drawn, since a law has no quality."""
        if not self.kind:
            return ""
        year = next((key[name] for name in ("time", "cohort") if isinstance(key.get(name), int)), None)
        return pedigree(datum, year if isinstance(year, int) else None)

    def write(self, folder: Path) -> Path:
        """Write the table into a folder."""
        path = folder / f"{self.name}.csv"
        path.write_text(self.text(), encoding="utf-8", newline="\n")
        return path


def _rank(column: str, label: str | int) -> tuple[int, int, str]:
    if label == "*":
        return (0, 0, "")
    if isinstance(label, int):
        return (1, label, "")
    if column in ORDER:
        if label not in ORDER[column]:
            raise ValueError(f"unknown {column} '{label}'")
        return (1, ORDER[column].index(label), "")
    return (1, 0, label)


def add_product(table: Table, series: list[Series], note: str, **key: str) -> None:
    """Add the product of several series by cohort, at the years where it must be written."""
    for year in anchored(series):
        at = FIRST_YEAR if year == "*" else int(year)
        table.add(product(*(one[at] for one in series), note=note), cohort=year, **key)


def add_nothing(content: Table, mass: Table, elements: tuple[str, ...], note: str, **key: str) -> None:
    """Add a chemistry that holds none of the elements and is not weighed."""
    for element in elements:
        content.add(estimate(0.0, note), cohort="*", element=element, **key)
    mass.add(estimate(0.0, note), cohort="*", **key)

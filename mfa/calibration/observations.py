"""Observations: what was counted of a product by year, read from a table in long form and checked cell by cell."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.errors import Fault, InputError, UnitError
from mfa.inputs.fill import ALL
from mfa.inputs.messages import capped, suggest
from mfa.inputs.table_files import placer, read_lines, shown_table, table_paths
from mfa.inputs.tables import PROVENANCES, YEAR_RANGE, plain_number
from mfa.inputs.text_file import path_of
from mfa.inputs.workbook import Rows, is_workbook
from mfa.units import conversion_factor

if TYPE_CHECKING:
    import pandas as pd

QUANTITIES: dict[str, tuple[str, str]] = {
    "sales": ("unit/yr", "Units that entered use in the year"),
    "stock": ("unit", "Units in use at the end of the year; of one cohort where cohort or age is given"),
    "discards": ("unit/yr", "Units that left use in the year, exports of used units included; of one cohort likewise"),
    "mean_age": ("yr", "Mean age of the units in use at the end of the year"),
    "mean_age_of_discards": ("yr", "Mean age of the units that left use in the year"),
    "collected": ("unit/yr", "Units that a take-back scheme collected in the year"),
}
"""What can be observed: unit and meaning."""
BY_COHORT = ("stock", "discards")
"""Quantities that may be given by cohort or age."""
NEEDED = ("product", "quantity", "time", "value", "unit", "provenance", "source")
COLUMNS = ("region", "product", "quantity", "time", "cohort", "age", "value", "low", "high", "sd", "unit",
           "provenance", "source", "note")  # fmt: skip
JOINT = "+"
"""Joins the labels of products that were counted together: ``smartphone+feature_phone``."""
OF_LIMITS = 2.0 * 1.6448536269514722
"""Standard deviations between the 5 and 95 % limits of a normal: low and high as an sd."""


@dataclass(frozen=True)
class Observation:
    """One counted value, in the unit of its quantity."""

    quantity: str
    year: int
    value: float
    cohort: int | None = None
    low: float = math.nan
    high: float = math.nan
    sd: float = math.nan
    provenance: str = "read"
    source: str = ""
    note: str = ""
    place: str = ""

    @property
    def error(self) -> float:
        """Standard deviation of its error: as given, or from low and high as 5 and 95 % limits; NaN if neither."""
        return self.sd if self.sd == self.sd else (self.high - self.low) / OF_LIMITS


@dataclass(frozen=True)
class Product:
    """What was counted of one product, or of several together, in one region."""

    region: str
    label: str
    observations: tuple[Observation, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The products that were counted together."""
        return tuple(self.label.split(JOINT))

    @property
    def where(self) -> str:
        """How messages name it."""
        return self.label if self.region == ALL else f"{self.label} in {self.region}"

    def of(self, quantity: str, by_cohort: bool | None = None) -> list[Observation]:
        """Observations of a quantity, by year and cohort; of totals or by cohort only if asked for."""
        found = [one for one in self.observations if one.quantity == quantity]
        if by_cohort is not None:
            found = [one for one in found if (one.cohort is not None) is by_cohort]
        return sorted(found, key=lambda one: (one.year, one.cohort or 0))

    def sources(self) -> tuple[str, ...]:
        """Keys of all sources, each once."""
        parts = (part.strip() for one in self.observations for part in one.source.split(";"))
        return tuple(dict.fromkeys(part for part in parts if part))


@dataclass
class Observations:
    """A table of observations, read and checked.

    Attributes
    ----------
    products : list of Product
        In the order of the table.
    name : str
        The file as a reader would name it.
    digest : str
        Hash of the file.
    """

    products: list[Product]
    name: str
    digest: str = ""


def read_observations(
    table: str | Path | pd.DataFrame | Observations,
    products: Iterable[str] | None = None,
    regions: Iterable[str] | None = None,
    sources: Container[str] | None = None,
) -> Observations:
    """Read a table of observations.

    Parameters
    ----------
    table : path or DataFrame
        A CSV file, or a workbook with a sheet ``observations`` (or one sheet only). Columns: product, quantity, time,
        value, unit, provenance, source; if wanted region, cohort or age, low, high, sd, note. A product may be several
        labels joined by ``+``, which were counted together. Years are calendar years; stocks are those of year end.
    products, regions : iterable of str, optional
        Labels that exist; not checked if not given.
    sources : container of str, optional
        Source keys that exist; not checked if not given.

    Returns
    -------
    Observations

    Raises
    ------
    InputError
        With all faults of the table: unknown columns, quantities, products and sources, units that do not fit, values
        that are missing, negative or no numbers, rows that stand twice, years of sales that are missing.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {"product": "bev", "quantity": ["sales", "stock"], "time": 2020, "value": [2.0, 1.9],
    ...      "unit": ["kunit/yr", "kunit"], "provenance": "read", "source": "IEA"}
    ... )
    >>> read_observations(frame).products[0].of("stock")[0].value
    1900.0
    """  # fmt: skip
    if isinstance(table, Observations):
        return table
    rows, place, name, digest, faults = _rows_of(table)
    reader = _Reader(place, faults, products, regions, sources)
    found = reader.read(rows)
    if reader.faults:
        raise InputError(capped(reader.faults, name))
    return Observations(found, name, digest)


def _rows_of(table: Any) -> tuple[Rows, Callable[..., str], str, str, list[Fault]]:
    """Rows as texts, how places are named, the name and hash of a table."""
    if not isinstance(table, str | Path):
        header = [str(column) for column in table.columns]
        cells = [
            ["" if value is None or value != value else str(value) for value in row]
            for row in table.itertuples(index=False)
        ]
        return [(0, header), *enumerate(cells, 1)], lambda line, column=None: f"row {line}", "table", "", []
    path = path_of(table)
    if is_workbook(path):
        sheets = table_paths(path)
        chosen = [sheet for sheet in sheets if sheet.stem == "observations"] or (sheets if len(sheets) == 1 else [])
        if not chosen:
            mend = "name the sheet with the counts 'observations'"
            raise InputError(Fault(shown_table(path), "has no sheet 'observations'", mend))
        path = chosen[0]
    rows, digest, faults = read_lines(path)
    return rows, placer(path), shown_table(path), digest, list(faults)


class _Reader:
    """Reads rows; collects faults."""

    def __init__(
        self,
        place: Callable[..., str],
        faults: list[Fault],
        products: Iterable[str] | None,
        regions: Iterable[str] | None,
        sources: Container[str] | None,
    ) -> None:
        self.place, self.faults = place, faults
        self.products = None if products is None else list(products)
        self.regions = None if regions is None else list(regions)
        self.sources = sources
        self.line = 0
        self.cells: dict[str, str] = {}
        self.told: set[str] = set()

    def fault(self, what: str, mend: str = "", column: str = "") -> None:
        keys = ", ".join(
            f"{name}={self.cells[name]}" for name in ("product", "quantity", "time") if self.cells.get(name)
        )
        where = self.place(self.line, self.header.index(column) if column in self.header else None)
        self.faults.append(Fault(f"{where} [{keys}]" if keys else where, what, mend))

    def read(self, rows: Rows) -> list[Product]:
        self.header: list[str] = []
        if not rows:
            return []
        self.line, self.header = rows[0][0], [cell.strip() for cell in rows[0][1]]
        sound = len(self.faults)
        for column in self.header:
            if column not in COLUMNS:
                mend = "name it 'time'" if column == "year" else suggest(column, COLUMNS, "columns")
                self.fault(f"unknown column '{column}'", mend, column)
        for column in dict.fromkeys(column for column in self.header if self.header.count(column) > 1):
            self.fault(f"column '{column}' stands twice", "keep one of them")
        missing = [column for column in NEEDED if column not in self.header]
        if missing:
            self.fault(f"column{'s' * (len(missing) > 1)} {', '.join(missing)} missing", "every row carries them")
        if len(rows) == 1:
            self.fault("has a header but no row", "give the counts")
        if len(self.faults) > sound:
            return []
        found: dict[tuple[str, str], list[Observation]] = {}
        seen: dict[tuple[object, ...], int] = {}
        for self.line, texts in rows[1:]:
            if len(texts) > len(self.header) and any(texts[len(self.header) :]):
                self.cells = {}
                self.fault(f"has {len(texts)} cells, the header has {len(self.header)}", "put texts into quotes")
                continue
            texts = [*texts, *[""] * (len(self.header) - len(texts))]
            self.cells = dict(zip(self.header, map(str.strip, texts), strict=False))
            one = self._row()
            if one is None:
                continue
            key = (self.cells.get("region") or ALL, self.cells["product"])
            identity = (*key, one.quantity, one.year, one.cohort)
            if identity in seen:
                self.fault(f"the same count stands in line {seen[identity]}", "keep one of the two rows")
            seen.setdefault(identity, self.line)
            found.setdefault(key, []).append(one)
        products = [Product(region, label, tuple(rows)) for (region, label), rows in found.items()]
        if not self.faults:
            self.faults += [fault for product in products for fault in _gaps(product)]
        return products

    def _row(self) -> Observation | None:
        before = len(self.faults)
        cells = self.cells
        self._labels()
        quantity = cells["quantity"]
        factor = math.nan
        if quantity not in QUANTITIES:
            self.fault(f"unknown quantity '{quantity}'", suggest(quantity, QUANTITIES, "quantities"), "quantity")
        else:
            try:
                factor = conversion_factor(cells["unit"], QUANTITIES[quantity][0])
            except UnitError as error:
                mend = "" if "convert" in str(error) else f"{quantity} is counted in {QUANTITIES[quantity][0]}"
                self.fault(str(error), mend, "unit")
        year = self._year("time")
        cohort = self._cohort(quantity, year)
        value = self._number("value", factor)
        low, high, sd = (
            self._number(column, factor) if cells.get(column) else math.nan for column in ("low", "high", "sd")
        )
        if low > high:
            self.fault(f"low = {cells['low']} is above high = {cells['high']}", "exchange them", "low")
        elif value < low or value > high:
            self.fault("the value lies outside low to high", "mend value, low or high", "value")
        if sd == 0:
            self.fault("sd is 0", "give a standard deviation above 0, or leave the cell empty", "sd")
        if cells["provenance"] not in PROVENANCES:
            mend = f"one of {', '.join(PROVENANCES)}"
            self.fault(f"unknown provenance '{cells['provenance']}'", mend, "provenance")
        self._source(cells["source"])
        if len(self.faults) > before or year is None:
            return None
        where = self.place(self.line)
        return Observation(quantity, year, value, cohort, low, high, sd, cells["provenance"], cells["source"],
                           cells.get("note", ""), where)  # fmt: skip

    def _labels(self) -> None:
        product, region = self.cells["product"], self.cells.get("region") or ALL
        if not product:
            self.fault("product is empty", "name the product that was counted", "product")
        parts = product.split(JOINT)
        if len(parts) > 1 and (len(set(parts)) < len(parts) or "" in parts):
            self.fault(f"'{product}' names a product twice, or none", "join labels as in bev+phev", "product")
        elif product and self.products is not None:
            for part in product.split(JOINT):
                if part not in self.products:
                    self.fault(f"unknown product '{part}'", suggest(part, self.products, "products"), "product")
        if self.regions is not None and region not in (ALL, *self.regions):
            self.fault(f"unknown region '{region}'", suggest(region, self.regions, "regions"), "region")

    def _year(self, column: str) -> int | None:
        text = self.cells[column].removesuffix(".0")
        if text.isascii() and text.isdecimal() and YEAR_RANGE[0] <= int(text) <= YEAR_RANGE[1]:
            return int(text)
        self.fault(f"{column} '{text}' is not a calendar year", "write a year such as 2020", column)
        return None

    def _cohort(self, quantity: str, year: int | None) -> int | None:
        cohort, age = self.cells.get("cohort", ""), self.cells.get("age", "").removesuffix(".0")
        if not cohort and not age:
            return None
        column = "cohort" if cohort else "age"
        if quantity in QUANTITIES and quantity not in BY_COHORT:
            self.fault(f"{quantity} has no {column}", f"leave the cell empty; {' and '.join(BY_COHORT)} may have one",
                       column)  # fmt: skip
        if cohort and age:
            self.fault("has a cohort and an age", "give one of the two", "age")
            return None
        if cohort:
            found = self._year("cohort")
        elif age.isascii() and age.isdecimal() and int(age) <= 200:
            found = None if year is None else year - int(age)
        else:
            self.fault(
                f"age '{age}' is not a whole number of years", "age = time - cohort, 0 in the year of sale", "age"
            )
            return None
        if found is not None and year is not None and found > year:
            self.fault(f"cohort {found} lies after time {year}", "a cohort is the year of sale", "cohort")
        return found

    def _number(self, column: str, factor: float) -> float:
        text = self.cells[column]
        try:
            number = plain_number(text)
        except ValueError:
            what = f"{column} '{text}' is not a number" if text else f"{column} missing"
            mend = "write a plain number such as 1200.5" if text else "give the count, or take the row out"
            self.fault(what, mend, column)
            return math.nan
        if not math.isfinite(number):
            self.fault(f"{column} '{text}' is not a finite number", "take the row out if it is unknown", column)
        elif number < 0:
            self.fault(f"{column} = {text} is negative", "counts and ages are not", column)
        return number * factor

    def _source(self, text: str) -> None:
        if not text:
            self.fault("source missing", "give a key of references.bib", "source")
        for part in filter(None, (piece.strip() for piece in text.split(";"))):
            if self.sources is not None and part not in self.sources and part not in self.told:
                self.told.add(part)
                known = self.sources if isinstance(self.sources, Mapping) else ()
                hint = suggest(part, known) if known else ""
                mend = "add the entry to a references.bib beside the table"
                self.fault(f"unknown source '{part}'", f"{hint} Or {mend}" if hint.endswith("?") else mend, "source")


def _gaps(product: Product) -> Iterator[Fault]:
    """Years of sales that are missing between the first and the last."""
    years = [one.year for one in product.of("sales")]
    missing = [year for year in range(years[0], years[-1]) if year not in set(years)] if years else []
    if missing:
        named = ", ".join(map(str, missing[:6])) + (f" and {len(missing) - 6} more" if len(missing) > 6 else "")
        mend = "give every year from the first to the last; an interpolated one is a row with provenance 'estimate'"
        yield Fault(product.where, f"sales of {named} missing", mend)

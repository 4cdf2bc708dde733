"""One table: a CSV file or sheet in long form, checked cell by cell, converted to canonical units."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mfa.errors import Fault, UnitError
from mfa.inputs.fill import ALL
from mfa.inputs.messages import also, capped, number, suggest
from mfa.inputs.pedigree import parse_pedigree
from mfa.inputs.table_files import is_sheet, placer, read_lines, shown_table
from mfa.system.survival import FAMILIES, TERMS, term_unit
from mfa.units import conversion_factor
from mfa.vocabulary import PARAMETERS, Parameter, money_unit, named_like

YEAR_DIMS = ("time", "cohort")
VALUE_COLUMNS = ("value", "low", "high", "sd", "unit", "distribution", "provenance", "pedigree", "source", "note")
NEEDED_COLUMNS = ("value", "unit", "provenance", "source")
PROVENANCES = ("read", "derived", "recalled", "estimate")
DISTRIBUTIONS = (
    "", "beta", "lognormal", "triangular", "dirichlet", "logistic_normal", "normal", "truncated_normal", "uniform",
)  # fmt: skip
LIFETIME_COLUMNS = ("survival", "term")
YEAR_RANGE = (1800, 2200)
NONE_WORDS = ("none", "None")

Key = tuple[str, ...]


@dataclass(frozen=True)
class Context:
    """What a table is checked against: labels by dimension, the money of the dataset, the source keys."""

    labels: Mapping[str, Sequence[str]]
    money: str
    sources: Container[str]


@dataclass
class Table:
    """Rows of one file. `keys` hold one label or ``*`` for each label dim of the parameter, in canonical order."""

    parameter: Parameter
    path: Path
    digest: str = ""
    header: list[str] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    years: list[int | None] = field(default_factory=list)
    values: list[float | str | bool] = field(default_factory=list)
    terms: list[tuple[str, str]] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def label_dims(parameter: Parameter) -> tuple[str, ...]:
    """Dims of a parameter without its year axis."""
    return tuple(dim for dim in parameter.dims if dim not in YEAR_DIMS)


def year_dim(parameter: Parameter) -> str | None:
    """The year axis of a parameter: time, cohort or none."""
    return next((dim for dim in parameter.dims if dim in YEAR_DIMS), None)


def canonical_units(parameter: Parameter, money: str) -> list[str]:
    """Canonical unit of a parameter; two for those that may be counted in kWh or t.

    Examples
    --------
    >>> from mfa.vocabulary import PARAMETERS
    >>> canonical_units(PARAMETERS["opex"], "USD_2024")
    ['USD_2024/t']
    """
    return [money_unit(unit.strip(), money) for unit in parameter.unit.split(" or ")]


def to_canonical(unit: str, wanted: Sequence[str]) -> tuple[float, str]:
    """Factor from a unit to the first of the canonical units that it fits, and that unit.

    Raises
    ------
    UnitError
        If it fits none.
    """
    for choice in wanted[:-1]:
        try:
            return conversion_factor(unit, choice), choice
        except UnitError:
            continue
    try:
        return conversion_factor(unit, wanted[-1]), wanted[-1]
    except UnitError as error:
        if len(wanted) > 1 and "does not fit" in str(error):
            raise UnitError(f"unit '{unit}' does not fit '{' or '.join(wanted)}'") from None
        raise


def range_fault(parameter: Parameter, value: float) -> tuple[str, str] | None:
    """Say what is wrong with a number's range and how to mend it; None if it lies within.

    Examples
    --------
    >>> from mfa.vocabulary import PARAMETERS
    >>> range_fault(PARAMETERS["keep_share"], 16.0)
    ('is above 1', 'write 0.16 for 16 %')
    """
    low, high, open_low, open_high = parameter.bounds()
    whole = parameter.range.startswith("integer")
    if low < value < high and not whole:
        return None
    if math.isnan(value):
        return "is not a number", "leave the row out for the default; a gap is declared, never guessed"
    if math.isinf(value) and parameter.default != math.inf:
        return "is infinite", "give a finite number"
    if value < low:
        if low == 0:
            return "is negative", "give a number that is not negative"
        return f"is below {number(low)}", f"give at least {number(low)}"
    if value == low and open_low:
        return f"must be above {number(low)}", "give a positive number"
    if value > high:
        mend = f"give at most {number(high)}"
        if high == 1 and 2 <= value <= 100:
            mend = f"write {number(value / 100)} for {number(value)} %"
        return f"is above {number(high)}", mend
    if value == high and open_high:
        return f"must be below {number(high)}", f"give a number below {number(high)}"
    if whole and value != round(value):
        return "is not a whole number", "give whole years"
    return None


def read_table(path: Path, parameter: Parameter, context: Context) -> Table:
    """Read and check one table; all its faults stand in `Table.faults`.

    Parameters
    ----------
    path : Path
        A CSV file, or a sheet of a workbook: key columns named after dims, then value, low, high, sd (low, high and sd
        may be left out), unit, distribution, provenance, source, note.
    parameter : Parameter
        What the table gives.
    context : Context
        Labels, money and sources to check against.

    Returns
    -------
    Table
        Values in canonical units.
    """
    table = Table(parameter, path)
    rows, table.digest, table.faults = read_lines(path)
    if rows and (not table.faults or is_sheet(path)):  # single cells of a sheet may be at fault, its form is not
        table.header = [cell.strip() for cell in rows[0][1]]
        sound = len(table.faults)
        _check_header(table, rows[0][0])
        if len(table.faults) == sound:
            _read_rows(table, rows[1:], context)
    table.faults = capped(table.faults, shown_table(path))
    return table


def _check_header(table: Table, line: int) -> None:
    place = placer(table.path)
    parameter, header = table.parameter, table.header
    extra = LIFETIME_COLUMNS if parameter.kind == "lifetime" else ()
    known = (*parameter.dims, *extra, *VALUE_COLUMNS)
    for position, column in enumerate(header):
        if column in known:
            continue
        mend = suggest(column, known, "columns")
        if column == "year" and year_dim(parameter):
            mend = f"name it '{year_dim(parameter)}'"
        table.faults.append(Fault(place(line, position), f"unknown column '{column}' for {parameter.name}", mend))
    for column in dict.fromkeys(column for column in header if header.count(column) > 1):
        table.faults.append(Fault(place(line), f"column '{column}' stands twice", "keep one of them"))
    missing = [column for column in (*extra, *NEEDED_COLUMNS) if column not in header]
    if missing:
        mend = "every row carries its value, unit, provenance and source"
        table.faults.append(Fault(place(line), f"column{'s' * (len(missing) > 1)} {', '.join(missing)} missing", mend))


def _read_rows(table: Table, rows: list[tuple[int, list[str]]], context: Context) -> None:
    parameter, header = table.parameter, table.header
    place = placer(table.path)
    if not rows:
        table.faults.append(
            Fault(shown_table(table.path), "has a header but no row", "give at least one row, or delete the file")
        )
        return
    column = {title: i for i, title in enumerate(header)}
    dims = label_dims(parameter)
    places = [column.get(dim) for dim in dims]
    allowed = [{ALL, *context.labels.get(named_like(dim), ())} for dim in dims]
    year_column = column.get(year_dim(parameter) or "", None)
    at_value, at_unit = column["value"], column["unit"]
    at_low, at_high, at_sd = column.get("low"), column.get("high"), column.get("sd")
    at_distribution, at_pedigree = column.get("distribution"), column.get("pedigree")
    at_provenance, at_source = column["provenance"], column["source"]
    lifetime = parameter.kind == "lifetime"
    key_columns = [title for title in header if title not in VALUE_COLUMNS]
    wanted = canonical_units(parameter, context.money)
    factors: dict[tuple[str, str, str], tuple[float, str]] = {}
    good_keys: set[Key] = set()
    good_pedigrees: set[str] = set()
    good_marks: set[tuple[str, str, str]] = set()
    seen: dict[tuple[object, ...], int] = {}
    width = len(header)
    current: list[str] = []
    line = 0

    def fault(what: str, mend: str = "", title: str = "") -> None:
        keys = ", ".join(f"{title}={current[column[title]]}" for title in key_columns)
        where = place(line, column.get(title))
        table.faults.append(Fault(where + (f" [{keys}]" if keys else ""), what, mend))

    for line, cells in rows:
        if len(cells) != width:
            if len(cells) > width and not any(cells[width:]):
                cells = cells[:width]
            else:
                mend = "put a text that contains a comma into quotes" if len(cells) > width else "fill the row up"
                what = f"has {len(cells)} cells, the header has {width}"
                table.faults.append(Fault(place(line), what, mend))
                continue
        current = cells = list(map(str.strip, cells))
        sound = len(table.faults)
        key = tuple([ALL if place is None else cells[place] for place in places])
        for dim, label, choices in zip(dims, key, allowed, strict=True) if key not in good_keys else ():
            if label not in choices:
                mend = suggest(label, [choice for choice in choices if choice != ALL], f"{dim}s")
                if label:
                    mend = also(mend, f"declare {dim} '{label}' in labels.csv") if mend.endswith("?") else mend
                    fault(f"unknown {dim} '{label}'", mend, dim)
                else:
                    fault(f"{dim} is empty", "give a label, or * for all", dim)
        if len(table.faults) == sound:
            good_keys.add(key)
        year: int | None = None
        if year_column is not None and cells[year_column] != ALL:
            text = cells[year_column]
            if text.isascii() and text.isdecimal() and YEAR_RANGE[0] <= int(text) <= YEAR_RANGE[1]:
                year = int(text)
            else:
                title = header[year_column]
                fault(f"{title} '{text}' is not a calendar year", "write a year such as 2030, or *", title)
        term = ("", "")
        if lifetime:
            term = (cells[column["survival"]], cells[column["term"]])
            _check_term(term, fault)
        identity = (key, year, *term)
        if identity in seen and len(table.faults) == sound:
            fault(f"the same keys stand in line {seen[identity]}", "keep one of the two rows")
        seen.setdefault(identity, line)
        unit = cells[at_unit]
        which = (unit, *term)
        if which not in factors:
            try:
                expected = [term_unit(*term)] if lifetime and term[0] in FAMILIES else wanted
                factors[which] = to_canonical(unit, expected)
            except UnitError as error:
                factors[which] = (math.nan, str(error))
        factor, canonical = factors[which]
        value: float | str | bool
        if factor != factor:
            fault(canonical, "" if "convert" in canonical else _unit_hint(unit, wanted), "unit")
            value = math.nan
        else:
            value = _read_value(cells[at_value], parameter, factor, fault, term[1])
        if at_low is not None and at_high is not None and (cells[at_low] or cells[at_high]):
            _check_bounds(cells[at_low], cells[at_high], value, parameter, factor, fault, lifetime)
        if at_sd is not None and cells[at_sd]:
            _check_sd(cells[at_sd], fault)
        if at_pedigree is not None and cells[at_pedigree] and cells[at_pedigree] not in good_pedigrees:
            try:
                parse_pedigree(cells[at_pedigree])
                good_pedigrees.add(cells[at_pedigree])
            except ValueError as error:
                mend = "write reliability, completeness, time, place, technology as 2;-;1;-;-, each 1 to 5 or -"
                fault(str(error), mend, "pedigree")
        marks = (cells[at_distribution] if at_distribution is not None else "", cells[at_provenance], cells[at_source])
        if marks not in good_marks and _check_marks(marks, context.sources, fault):
            good_marks.add(marks)
        if len(table.faults) == sound:
            table.keys.append(key)
            table.years.append(year)
            table.values.append(value)
            table.lines.append(line)
            table.cells.append(cells)
            table.units.append(canonical)
            if lifetime:
                table.terms.append(term)


def _unit_hint(unit: str, wanted: Sequence[str]) -> str:
    if unit == "":
        return f"give a unit that converts to {' or '.join(wanted)}"
    return f"give {' or '.join(wanted)} or a unit that converts to it"


def _check_term(term: tuple[str, str], fault: object) -> None:
    assert callable(fault)
    survival, name = term
    if survival not in TERMS:
        fault(f"unknown survival function '{survival}'", suggest(survival, TERMS, "survival functions"), "survival")
        return
    names = list(dict.fromkeys(word for group in TERMS[survival] for word in group))
    if name not in names:
        fault(f"{survival} has no term '{name}'", suggest(name, names, "terms"), "term")


def _check_marks(marks: tuple[str, str, str], sources: Container[str], fault: Callable[..., None]) -> bool:
    """Check distribution, provenance and source; True if they are sound."""
    distribution, provenance, source = marks
    sound = True
    if distribution not in DISTRIBUTIONS:
        sound = False
        mend = suggest(distribution, DISTRIBUTIONS[1:], "distributions")
        fault(f"unknown distribution '{distribution}'", mend, "distribution")
    if provenance not in PROVENANCES:
        sound = False
        what = f"unknown provenance '{provenance}'" if provenance else "provenance missing"
        fault(what, f"one of {', '.join(PROVENANCES)}", "provenance")
    if not source:
        fault("source missing", "give a key of references.bib", "source")
        return False
    for part in (piece.strip() for piece in source.split(";")):
        if part not in sources:
            sound = False
            mend = suggest(part, sources if isinstance(sources, Mapping) else ())
            add = "add the entry to references.bib"
            fault(f"unknown source '{part}'", also(mend, add) if mend.endswith("?") else add, "source")
    return sound


def _read_value(text: str, parameter: Parameter, factor: float, fault: object, term: str) -> float | str | bool:
    assert callable(fault)
    if parameter.kind == "bool":
        if text not in ("true", "false"):
            fault(f"value '{text}' is neither true nor false", "write true or false", "value")
        return text == "true"
    if parameter.kind == "text":
        choices = parameter.range.split()
        if text not in choices:
            fault(f"value '{text}' is unknown", suggest(text, choices, "choices"), "value")
        return text
    if text in NONE_WORDS and parameter.default is None and parameter.fill in ("step", ""):
        return math.nan
    try:
        value = plain_number(text) * factor
    except ValueError:
        what = f"value '{text}' is not a number" if text else "value missing"
        fault(what, "write a plain number such as 1200.5, without separators" if text else "give a number", "value")
        return math.nan
    if term:
        if not (0 < value < math.inf or (term == "mu" and math.isfinite(value))):  # mu of a logarithm has any sign
            fault(f"value = {text} is not a positive number", "terms of a lifetime are above 0", "value")
        return value
    wrong = range_fault(parameter, value)
    if wrong:
        fault(f"{parameter.name} = {text} {wrong[0]}", wrong[1], "value")
    return value


def plain_number(text: str) -> float:
    """Read a number as it is written in English without separators; Python itself would take 1_000 for 1000, too.

    Raises
    ------
    ValueError
        If it is written in another way.

    Examples
    --------
    >>> plain_number("1.2e3")
    1200.0
    """
    if not text.isascii() or "_" in text:
        raise ValueError(f"{text} is not a plain number")
    return float(text)


def _check_bounds(
    low: str, high: str, value: float | str | bool, parameter: Parameter, factor: float, fault: object, lifetime: bool
) -> None:
    assert callable(fault)
    limits = []
    for title, text in (("low", low), ("high", high)):
        try:
            limit = plain_number(text) * factor if text else math.nan
        except ValueError:
            fault(f"{title} '{text}' is not a number", "write a plain number, or leave the cell empty", title)
            return
        if text and math.isnan(limit) and factor == factor:
            fault(f"{title} '{text}' is not a number", "leave the cell empty if it is unknown", title)
        if text and not lifetime and limit == limit:
            wrong = range_fault(parameter, limit)
            if wrong:
                fault(f"{title} = {text} {wrong[0]}", wrong[1], title)
        limits.append(limit)
    if isinstance(value, (str, bool)):
        return
    slack = 1e-9 * max(abs(value), 1e-300)
    if limits[0] > limits[1]:
        fault(f"low = {low} is above high = {high}", "exchange them", "low")
    elif limits[0] > value + slack or limits[1] < value - slack:
        fault(
            f"the value lies outside low to high ({low or 'none'} to {high or 'none'})",
            "mend value, low or high",
            "value",
        )


def _check_sd(text: str, fault: object) -> None:
    assert callable(fault)
    try:
        sound = 0.0 < float(text) < math.inf
    except ValueError:
        sound = False
    if not sound:
        fault(
            f"sd '{text}' is not a positive number", "give a standard deviation above 0, or leave the cell empty", "sd"
        )


def parameter_of(path: Path) -> tuple[Parameter | None, str]:
    """Parameter and variant that a file's name stands for; None if there is no such parameter.

    Examples
    --------
    >>> parameter, variant = parameter_of(Path("japan/sales@fast_electrification.csv"))
    >>> parameter.name, variant
    ('sales', 'fast_electrification')
    """
    name, _, variant = path.stem.partition("@")
    return PARAMETERS.get(name), variant

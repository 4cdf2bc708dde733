"""The table that is reconciled: one row for each flow, stock change, transfer coefficient, concentration or sum."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mfa.errors import Fault, InputError, UnitError
from mfa.inputs.messages import capped, suggest
from mfa.inputs.pedigree import log_deviation, parse_pedigree
from mfa.inputs.table_files import placer, read_lines, shown_table
from mfa.inputs.workbook import SUFFIX, is_workbook, open_workbook
from mfa.units import conversion_factor, parse_unit

COLUMNS = (
    "kind", "flow", "from", "to", "layer", "terms", "value", "unit", "sd", "low", "high", "relative", "pedigree",
    "source", "note",
)  # fmt: skip
NEEDED = ("flow", "value", "unit")
FLOW, STOCK, TRANSFER, CONCENTRATION, SUM = KINDS = ("flow", "stock_change", "transfer", "concentration", "sum")
GOODS = "goods"
"""Layer of a row that names none, and the one whose flows carry concentrations."""
ALL = "*"
"""Layer of a transfer coefficient that is the same in all layers of its flow."""
OUTSIDE = "outside"
"""What lies beyond the border: it has no balance."""
NORMAL_90 = 1.6448536269514722
"""Standard deviations from the mean to the 95 % point of a normal distribution: low and high are 5 and 95 %."""
_TERM = re.compile(
    r"\s*([+-]?)\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)\s*\*)?\s*([^\s+*](?:[^+*]*?[^\s+*])??)\s*(?=[+]|\s-\s|$)"
)


@dataclass(frozen=True)
class Row:
    """One row, in the unit in which it was written.

    Attributes
    ----------
    where : str
        File and line, or sheet and row.
    kind : str
    flow : str
        Name of the flow that the row tells of; of a stock change or sum its own name.
    source, target : str
        Processes from and to which the flow goes; empty where another row of the flow tells it.
    layer : str
    value : float or None
        None: to be found.
    sd : float or None
        Standard deviation; 0 for what is exact, None if none is given.
    unit : str
    terms : tuple of (str, float)
        Of a sum: flows with their factors.
    origin, note : str
        Source of the figure, and what is said of it.
    """

    where: str
    kind: str
    flow: str
    source: str
    target: str
    layer: str
    value: float | None
    sd: float | None
    unit: str
    terms: tuple[tuple[str, float], ...] = ()
    origin: str = ""
    note: str = ""


@dataclass
class Rows:
    """All rows of a file, and what is wrong with it."""

    name: str
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_rows(path: str | Path) -> Rows:
    """Read a CSV file, or all sheets of a workbook that hold such rows.

    Parameters
    ----------
    path : path
        Ends with ``.csv`` or ``.xlsx``.

    Returns
    -------
    Rows
        Faults of single cells stand in it, so that they are told with those of the whole.

    Raises
    ------
    InputError
        If it is neither, or cannot be read.
    """
    path = Path(path)
    if path.suffix.lower() not in (".csv", SUFFIX):
        raise InputError(Fault(str(path), "is neither a CSV file nor a workbook", "name a .csv or .xlsx file"))
    if path.suffix.lower() == SUFFIX and not path.is_file():
        raise InputError(Fault(str(path), "does not exist", "check the name"))
    found = Rows(path.stem)
    sheets = [path / f"{name}.csv" for name in open_workbook(path).tables] if is_workbook(path) else [path]
    for table in sheets:
        _read_table(table, found)
    if not found.rows and not found.faults:
        found.faults.append(Fault(str(path), "has no row", "give a header and one row for each flow"))
    found.faults = capped(found.faults, str(path))
    return found


def _read_table(path: Path, found: Rows) -> None:
    lines, _, faults = read_lines(path)
    found.faults += faults
    lines = [(line, cells) for line, cells in lines if not cells[0].lstrip().startswith("#")]
    if not lines or faults:
        return
    place = placer(path)
    header = [cell.strip() for cell in lines[0][1]]
    sound = len(found.faults)
    for position, column in enumerate(header):
        if column not in COLUMNS:
            mend = suggest(column, COLUMNS, "columns")
            found.faults.append(Fault(place(lines[0][0], position), f"unknown column '{column}'", mend))
    for column in dict.fromkeys(column for column in header if header.count(column) > 1):
        found.faults.append(Fault(place(lines[0][0]), f"column '{column}' stands twice", "keep one of them"))
    missing = [column for column in NEEDED if column not in header]
    if missing:
        what = f"column{'s' * (len(missing) > 1)} {', '.join(missing)} missing"
        found.faults.append(Fault(place(lines[0][0]), what, f"the columns are {', '.join(COLUMNS)}"))
    if len(found.faults) > sound:
        return
    if len(lines) == 1:
        found.faults.append(Fault(shown_table(path), "has a header but no row", "give one row for each flow"))
    for line, cells in lines[1:]:
        if len(cells) != len(header):
            if len(cells) < len(header) or any(cells[len(header) :]):
                mend = "put a text that contains a comma into quotes; fill the row up with commas"
                what = f"has {len(cells)} cells, the header has {len(header)}"
                found.faults.append(Fault(place(line), what, mend))
                continue
        _read_row(place(line), dict(zip(header, map(str.strip, cells), strict=False)), found)


def _read_row(where: str, cells: dict[str, str], found: Rows) -> None:
    sound = len(found.faults)

    def fault(what: str, mend: str) -> None:
        named = cells.get("flow", "")
        found.faults.append(Fault(f"{where} [{named}]" if named else where, what, mend))

    kind = cells.get("kind") or FLOW
    if kind not in KINDS:
        fault(f"unknown kind '{kind}'", suggest(kind, KINDS, "kinds"))
        return
    if not cells.get("flow"):
        fault("has no name in the column flow", "name the flow; rows of one flow share its name")
    source, target = cells.get("from", ""), cells.get("to", "")
    _check_ends(kind, source, target, fault)
    value = _number(cells, "value", fault)
    unit = cells.get("unit", "")
    try:
        conversion_factor(unit, "1") if kind == TRANSFER else parse_unit(unit)
        if kind in (FLOW, STOCK, SUM) and parse_unit(unit).dimensionless:
            fault("has no unit", "write t/yr, say; only transfer coefficients and concentrations are pure numbers")
    except UnitError as error:
        fault(str(error), "give 1 or %" if kind == TRANSFER else "give a unit such as t/yr")
    sd = _deviation(cells, value, fault)
    if value is not None and kind in (FLOW, CONCENTRATION, TRANSFER) and value < 0:
        fault(f"value {value:g} is negative", "turn the flow round, or write it as a stock_change")
    if value is not None and kind == TRANSFER and len(found.faults) == sound:
        share = value * conversion_factor(unit, "1")
        if share > 1:
            fault(f"transfer coefficient {share:g} is above 1", "write 0.16 for 16 %, or give the unit %")
    if cells.get("layer") == ALL and kind != TRANSFER:
        fault(f"the layer '{ALL}' is for transfer coefficients only", "name one layer")
    terms: tuple[tuple[str, float], ...] = ()
    if kind == SUM:
        try:
            terms = parse_terms(cells.get("terms", ""))
        except ValueError as error:
            fault(str(error), "write flows with + and -, such as: sold + 0.5*exported - returned")
    elif cells.get("terms"):
        fault("has terms but is no sum", "write sum in the column kind, or empty the cell")
    if cells.get("flow"):  # a row at fault still says where its flow goes
        layer = cells.get("layer") or GOODS
        if len(found.faults) > sound:
            value, sd, unit = None, None, "1" if kind in (TRANSFER, CONCENTRATION) else "t/yr"
            source, target = (source, target) if source and target and source != target else ("", "")
        origin, note = cells.get("source", ""), cells.get("note", "")
        found.rows.append(Row(where, kind, cells["flow"], source, target, layer, value, sd, unit, terms, origin, note))


def _check_ends(kind: str, source: str, target: str, fault: Callable[[str, str], None]) -> None:
    if kind == FLOW and bool(source) != bool(target):
        fault("has only one end", f"name both processes, or '{OUTSIDE}' for what lies beyond the border")
    elif kind == FLOW and source and source == target:
        fault(f"goes from '{source}' to itself", "leave it out, or split the process")
    elif kind == STOCK and (source or not target or target == OUTSIDE):
        fault("a stock change names its process in the column to, and none in from", "name the process in to")
    elif kind in (TRANSFER, CONCENTRATION, SUM) and (source or target):
        fault(f"a {kind} row has no ends", "leave from and to empty: the row of the flow has them")


def _number(cells: dict[str, str], column: str, fault: Callable[[str, str], None]) -> float | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value != value or value in (float("inf"), float("-inf")):
        fault(f"{column} '{text}' is not a number", "write digits with a point, or leave the cell empty")
        return None
    return value


def _deviation(cells: dict[str, str], value: float | None, fault: Callable[[str, str], None]) -> float | None:
    """Standard deviation in the unit of the value; None if none is given."""
    sd, low, high = (_number(cells, column, fault) for column in ("sd", "low", "high"))
    relative = None
    if cells.get("relative"):
        text = cells["relative"]
        relative = _number({"relative": text.rstrip("% ")}, "relative", fault)
        relative = relative / 100 if relative is not None and text.endswith("%") else relative
    given = [name for name in ("sd", "low", "high", "relative", "pedigree") if cells.get(name)]
    if value is None:
        if given:
            fault(f"has {' and '.join(given)} but no value", "give the value, or empty the cells")
        return None
    if (low is None) != (high is None) and ("low" in given) != ("high" in given):
        fault(f"has {given[0]} alone", "give low and high")
    if len({"range" if name in ("low", "high") else name for name in given}) > 1:
        fault(f"has {', '.join(given)}", "give one of them: sd, or low and high, or relative, or pedigree")
        return None
    for name, number in (("sd", sd), ("relative", relative)):
        if number is not None and number < 0:
            fault(f"{name} {number:g} is negative", "give a positive number, or 0 for what is exact")
            return None
    if low is not None and high is not None:
        if not low <= value <= high:
            fault(f"value {value:g} lies outside {low:g} to {high:g}", "check the three numbers")
            return None
        return (high - low) / (2 * NORMAL_90)
    if cells.get("pedigree"):
        try:
            relative = log_deviation(parse_pedigree(cells["pedigree"]))
        except ValueError as error:
            fault(str(error), "write reliability, completeness, time, place, technology as 2;-;1;-;-")
            return None
    if relative is not None:
        if value == 0 and relative > 0:
            fault("a relative uncertainty of 0 is none", "give sd")
            return None
        return relative * abs(value)
    return sd


def parse_terms(text: str) -> tuple[tuple[str, float], ...]:
    """Flows with their factors.

    Parameters
    ----------
    text : str
        Names with ``+`` and ``-`` between; a factor is joined by ``*``. A minus within a name stands without blanks.

    Raises
    ------
    ValueError
        If it is empty or reads as nothing of the kind.

    Examples
    --------
    >>> parse_terms("sold + 0.5*exported - left-over scrap")
    (('sold', 1.0), ('exported', 0.5), ('left-over scrap', -1.0))
    """
    terms: dict[str, float] = {}
    position, text = 0, text.strip()
    while position < len(text):
        match = _TERM.match(text, position)
        if not match or (position and not match.group(1)):
            raise ValueError(f"terms '{text}' cannot be read from '{text[position:].strip()}' on")
        factor = float(match.group(2) or 1.0) * (-1.0 if match.group(1) == "-" else 1.0)
        name = match.group(3)
        if name in terms:
            raise ValueError(f"terms '{text}' name '{name}' twice")
        terms[name] = factor
        position = match.end()
    if not terms:
        raise ValueError("has no terms")
    return tuple(terms.items())

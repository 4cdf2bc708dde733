"""The content of a report, whatever format it is written in: sections of sentences, tables with numbers, figures.

Numbers are kept as the files of a run hold them, in the same unit; how they are written is said beside them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mfa.report.charts.panel import Key
from mfa.report.picture import Picture

NONE = "\N{EN DASH}"
"""What is written where there is no value."""
MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"
NOTHING = 1e-9
"""What is less is written as 0: rounding, or less than a milligram."""


@dataclass(frozen=True)
class Spread:
    """A number with the 5 and 95 % quantiles of the samples that it is the mean (or median) of."""

    value: float
    low: float
    high: float


Cell = str | int | float | Spread | None


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    head : str
    unit : str
        Unit of the numbers as they are kept; empty for text.
    shown : str
        Unit in which they are written: that of the numbers if empty.
    factor : float
        Turns a number into that unit.
    decimals : int or None
        Decimals that are written; three digits, whole numbers from 100 on, if None.
    same_as : str
        File of the run and variable that hold the same numbers: ``indicators.hhi``. Empty if none does.
    dim : str
        The column holds labels of this dim, ``time`` or ``element``, by which a row is found in the files.
    signed : bool
        Whether a plus is written before numbers above 0.
    at : mapping
        Labels that hold for the whole column, by dim.
    """

    head: str
    unit: str = ""
    shown: str = ""
    factor: float = 1.0
    decimals: int | None = None
    same_as: str = ""
    dim: str = ""
    signed: bool = False
    at: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def text(self) -> bool:
        """Whether the column holds text, or labels."""
        return not self.unit

    @property
    def written_unit(self) -> str:
        """Unit in which the numbers are written; empty for pure numbers and text."""
        unit = self.shown or self.unit
        return "" if unit == "1" else unit


def share(head: str, same_as: str = "") -> Column:
    """A column of shares, written in percent.

    Examples
    --------
    >>> written(0.1234, share("recycled"))
    '12.3'
    """
    return Column(head, "1", "%", 100.0, 1, same_as)


def written(value: Cell, column: Column) -> str:
    """A cell as readers see it, without unit.

    Parameters
    ----------
    value : Cell
    column : Column
        The column it stands in.

    Examples
    --------
    >>> column = Column("need", "t/yr")
    >>> written(12345.6, column).replace(SPACE, " "), written(0.4567, column), written(None, column)
    ('12 346', '0.457', '–')
    >>> written(Spread(0.61, 0.55, 0.66), share("imported")).replace(SPACE, " ")
    '61.0 (55.0 to 66.0)'
    """
    if value is None:
        return NONE
    if isinstance(value, Spread):
        middle, low, high = (written(part, column) for part in (value.value, value.low, value.high))
        return middle if middle == NONE or low == high == middle else f"{middle} ({low} to {high})".replace(" ", SPACE)
    if isinstance(value, str) or column.text:
        return str(value)
    return number(column.factor * value, column.decimals, column.signed)


def number(value: float, decimals: int | None = None, signed: bool = False) -> str:
    """A number for readers: thousands apart, a true minus, three digits unless decimals are given.

    Examples
    --------
    >>> number(-1234.5).replace(SPACE, " "), number(0.98765), number(12.0, 1), number(3.0, 1, signed=True)
    ('−1 234', '0.988', '12.0', '+3.0')
    >>> number(-0.04, 1), number(float("nan"))
    ('0.0', '–')
    """
    if not math.isfinite(value):
        return NONE
    size = abs(value) if abs(value) >= NOTHING else 0.0
    if decimals is not None:
        text = f"{size:,.{decimals}f}"
    elif size >= 99.95:
        text = f"{size:,.0f}"
    else:
        text = f"{size:#.3g}" if size >= 1e-4 else f"{size:.2e}" if size else "0"
    zero = not any(sign in "123456789" for sign in text)
    sign = "" if zero else MINUS if value < 0 else "+" if signed else ""
    return f"{sign}{text.replace(',', SPACE)}"


@dataclass
class Table:
    """A table: its numbers, and how they are written.

    Attributes
    ----------
    name : str
        Short name, unique in the document; of letters, digits and ``_``.
    title : str
    columns : sequence of Column
    rows : sequence of sequences of Cell
    at : mapping
        Labels that hold for all rows, by dim: ``{"time": 2040}``.
    totals : sequence of (str, columns)
        File and variable to which some columns (by position) add up.
    labels : mapping
        Readable names of labels, by dim.
    notes : list of str
        What is to be read below the table.
    brief : sequence of int or None
        Rows that a page shows, if they are too many; a workbook has them all.
    number : int
        Its number in the document.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    at: Mapping[str, str | int] = field(default_factory=dict)
    totals: Sequence[tuple[str, Sequence[int]]] = ()
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    brief: Sequence[int] | None = None
    number: int = 0

    def written_rows(self, brief: bool = True) -> Iterator[list[str]]:
        """Rows as readers see them; only those that a page shows if `brief`."""
        shown = range(len(self.rows)) if self.brief is None or not brief else self.brief
        for position in shown:
            yield [self.written(value, column) for value, column in zip(self.rows[position], self.columns, strict=True)]

    def written(self, value: Cell, column: Column) -> str:
        """One cell as readers see it: labels by their names."""
        if column.dim and isinstance(value, str):
            return self.labels.get(column.dim, {}).get(value, value)
        return written(value, column)

    def heads(self) -> list[str]:
        """Heads of the columns, with their units."""
        return [
            f"{column.head}, {column.written_unit}" if column.written_unit else column.head for column in self.columns
        ]


@dataclass
class Figure:
    """A figure: pictures side by side, a legend, words for those who do not see it, and its numbers.

    Attributes
    ----------
    name, title : str
    panels : sequence of Picture
    keys : sequence of Key
        The legend, from the top.
    caption : str
        What to know when reading it.
    alternative : str
        What it shows, in words.
    table : Table
        The numbers that it draws.
    across : int
        Panels side by side on a page.
    number : int
        Its number in the document.
    """

    name: str
    title: str
    panels: Sequence[Picture]
    keys: Sequence[Key]
    caption: str
    alternative: str
    table: Table
    across: int = 3
    number: int = 0


@dataclass(frozen=True)
class Paragraph:
    """Sentences."""

    text: str


@dataclass(frozen=True)
class Item:
    """One point of a list: what it is about, and what is said of it."""

    lead: str
    text: str


@dataclass(frozen=True)
class Points:
    """A list of points."""

    items: Sequence[Item]


@dataclass(frozen=True)
class Notice:
    """Why something is not there, or what must be borne in mind."""

    text: str


@dataclass(frozen=True)
class Commands:
    """Lines to type."""

    lines: Sequence[str]


Block = Paragraph | Points | Notice | Commands | Table | Figure


@dataclass
class Section:
    """A section with its blocks, and sections below it."""

    name: str
    title: str
    blocks: list[Block] = field(default_factory=list)
    parts: list[Section] = field(default_factory=list)

    def walk(self) -> Iterator[Block]:
        """All blocks, those of the sections below it included, in their order."""
        yield from self.blocks
        for part in self.parts:
            yield from part.walk()


@dataclass
class Document:
    """A report.

    Attributes
    ----------
    title, subtitle : str
    facts : list of (str, str)
        What it is about, in few words: name and content.
    sections : list of Section
    language : str
    """

    title: str
    subtitle: str
    facts: list[tuple[str, str]]
    sections: list[Section]
    language: str = "en"

    def __post_init__(self) -> None:
        self.sections = [section for section in self.sections if any(True for _ in section.walk())]
        for kind in (Table, Figure):
            found = (block for block in self.walk() if isinstance(block, kind))
            for place, block in enumerate(found, 1):
                block.number = place

    def walk(self) -> Iterator[Block]:
        """All blocks in their order."""
        for section in self.sections:
            yield from section.walk()

    def tables(self) -> list[Table]:
        """All tables, and those behind figures."""
        found = [block.table if isinstance(block, Figure) else block for block in self.walk()]
        return [block for block in found if isinstance(block, Table)]

"""A report as a workbook: a sheet for each table and figure with all its numbers, and an index with links."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mfa.report.document.content import (
    Cell,
    Column,
    Document,
    Figure,
    Item,
    Notice,
    Paragraph,
    Points,
    Section,
    Spread,
    Table,
)
from mfa.report.formats.missing import library_missing
from mfa.report.workbook import fit, sheet_name

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

INDEX, TEXT = "Index", "Text"
WIDEST = 60
"""Width of a column at most, signs."""
HEAD_FILL, LINK = "E8EDF2", "1B4F72"
"""Colours of heads and of links."""


def to_xlsx(document: Document) -> bytes:
    """A report as the content of an XLSX file.

    Parameters
    ----------
    document : Document

    Returns
    -------
    bytes
        Numbers are those of the files of a run, in the same units; texts are texts, whatever they begin with.

    Raises
    ------
    ProgramMissing
        If openpyxl is not installed.
    """
    try:
        import openpyxl
    except ImportError:
        raise library_missing("xlsx", "openpyxl") from None
    book = openpyxl.Workbook()
    book.properties.title = fit(document.title)
    book.properties.creator = dict(document.facts).get("Made with", "mfa")
    index = book.active
    index.title = INDEX
    _write_sentences(book.create_sheet(TEXT), document)
    names = {INDEX.casefold(), TEXT.casefold()}
    entries = []
    for section in document.sections:
        for block in section.walk():
            if isinstance(block, Table | Figure):
                kind = "Figure" if isinstance(block, Figure) else "Table"
                table = block.table if isinstance(block, Figure) else block
                short = table.name.removesuffix("_numbers").replace("_", " ")
                name = sheet_name(f"{kind} {block.number} {short}", names)
                notes = [block.caption, *table.notes] if isinstance(block, Figure) else table.notes
                _write_table(book.create_sheet(name), f"{kind} {block.number}. {block.title}", table, notes)
                entries.append((name, kind, block.number, block.title, section.title, table))
    _write_index(index, document, entries)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


# --- cells -----------------------------------------------------------------------------------------------------------


def _put(sheet: Worksheet, row: int, column: int, value: Any, **style: Any) -> Any:
    """Write a value as it is meant: a text that begins like a formula stays a text."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = fit(value)
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(("=", "+", "-", "@"))
    elif value is not None and value == value:
        cell.value = value
    for name, part in style.items():
        setattr(cell, name, part)
    return cell


def _link(sheet: Worksheet, row: int, column: int, text: str, target: str) -> None:
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    cell = _put(sheet, row, column, text, font=Font(color=LINK, underline="single"))
    place = target.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{place}'!A1", display=fit(text))


def _columns(table: Table) -> Iterator[tuple[str, str, int, int, Column]]:
    """Columns of a sheet: head, unit, position in the table, part of a spread, column."""
    for position, column in enumerate(table.columns):
        several = any(isinstance(row[position], Spread) for row in table.rows)
        unit = column.unit if column.unit != "1" else "share" if column.factor == 100.0 else "1"
        yield column.head, unit, position, 0, column
        if several:
            yield f"{column.head}, 5 %", unit, position, 1, column
            yield f"{column.head}, 95 %", unit, position, 2, column


def _part(value: Cell, part: int) -> Any:
    """A cell's number, or its quantile."""
    if isinstance(value, Spread):
        return (value.value, value.low, value.high)[part]
    return value if part == 0 else None


def number_format(column: Column, largest: float) -> str:
    """How a workbook shows the numbers of a column.

    Examples
    --------
    >>> number_format(Column("share", "1", "%", 100.0), 0.9), number_format(Column("need", "t/yr"), 25000.0)
    ('0.0%', '#,##0')
    >>> number_format(Column("change", "1", "points", 100.0, signed=True), 0.1)
    '+0.0%;-0.0%;0.0%'
    """
    if column.unit == "1" and column.factor == 100.0:
        text = "0.0%"
    elif largest >= 1000.0:
        text = "#,##0"
    elif largest >= 10.0:
        text = "#,##0.0"
    else:
        text = "0.000"
    return f"+{text};-{text};{text}" if column.signed else text


# --- sheets ----------------------------------------------------------------------------------------------------------


def _write_table(sheet: Worksheet, title: str, table: Table, notes: list[str]) -> None:
    """Title, link to the index, notes, heads with units, rows."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    _put(sheet, 1, 1, title, font=Font(bold=True, size=13))
    _link(sheet, 2, 1, INDEX, INDEX)
    fixed = [f"{'year' if dim == 'time' else dim}: {label}" for dim, label in table.at.items()]
    same = [f"{column.head}: {column.same_as}" for column in table.columns if column.same_as]
    lines = [*filter(None, notes)]
    lines += [f"For {', '.join(fixed)}."] if fixed else []
    lines += [f"Numbers as in the files of the run: {'; '.join(same)}."] if same else []
    lines += [f"The columns add up to {name}." for name, _ in table.totals]
    for number, line in enumerate(lines, 3):
        _put(sheet, number, 1, line, font=Font(italic=True, color="5A5A5A"))
    top = 4 + len(lines)
    columns = list(_columns(table))
    fill = PatternFill("solid", fgColor=HEAD_FILL)
    for place, (head, unit, _, _, column) in enumerate(columns, 1):
        side = Alignment(horizontal="left" if column.text else "right", wrap_text=True, vertical="bottom")
        words = f"{head} [{unit}]" if unit else head
        _put(sheet, top, place, words, font=Font(bold=True), fill=fill, alignment=side)
    formats = []
    for _, _, position, _, column in columns:
        numbers = [abs(value) for row in table.rows if isinstance(value := _part(row[position], 0), float | int)]
        finite = [value for value in numbers if value == value]
        formats.append("" if column.text else number_format(column, max(finite, default=0.0)))
    for number, row in enumerate(table.rows, top + 1):
        for place, ((_, _, position, part, column), shape) in enumerate(zip(columns, formats, strict=True), 1):
            value = _part(row[position], part)
            if column.dim and isinstance(value, str):
                value = table.written(value, column)
            cell = _put(sheet, number, place, value)
            if shape:
                cell.number_format = shape
    widths = [len(title) if len(columns) == 1 else 8] + [8] * (len(columns) - 1)
    for place, (head, _, position, part, column) in enumerate(columns):
        shown = [
            len(table.written(row[position], column)) if column.text else 10 for row in table.rows[:300] if not part
        ]
        widths[place] = max([widths[place], max(map(len, head.split(" "))) + 2, *(length + 2 for length in shown)])
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(widths[place], WIDEST)
    labels = sum(1 for *_, column in columns if column.dim) or 1
    sheet.freeze_panes = sheet.cell(top + 1, labels + 1)
    if table.rows:
        last = f"{get_column_letter(len(columns))}{top + len(table.rows)}"
        sheet.auto_filter.ref = f"A{top}:{last}"


def _write_index(sheet: Worksheet, document: Document, entries: list[tuple[str, str, int, str, str, Table]]) -> None:
    """What the report is on, and a line with a link for each sheet."""
    from openpyxl.styles import Alignment, Font, PatternFill

    _put(sheet, 1, 1, document.title, font=Font(bold=True, size=14))
    _put(sheet, 2, 1, document.subtitle, font=Font(color="5A5A5A"))
    for number, (name, content) in enumerate(document.facts, 4):
        _put(sheet, number, 1, name, font=Font(color="5A5A5A"))
        _put(sheet, number, 2, content)
    top = 5 + len(document.facts)
    heads = ("sheet", "section", "title", "rows", "units", "notes")
    for place, head in enumerate(heads, 1):
        _put(sheet, top, place, head, font=Font(bold=True), fill=PatternFill("solid", fgColor=HEAD_FILL))
    _link(sheet, top + 1, 1, TEXT, TEXT)
    _put(sheet, top + 1, 3, "Sentences of the report")
    wrapped = Alignment(wrap_text=True, vertical="top")
    for number, (name, _, _, title, section, table) in enumerate(entries, top + 2):
        _link(sheet, number, 1, name, name)
        units = dict.fromkeys(unit for _, unit, _, _, column in _columns(table) if not column.text)
        _put(sheet, number, 2, section)
        _put(sheet, number, 3, title, alignment=wrapped)
        _put(sheet, number, 4, len(table.rows))
        _put(sheet, number, 5, ", ".join(units))
        _put(sheet, number, 6, " ".join(table.notes), alignment=wrapped)
    for letter, width in zip("ABCDEF", (36, 34, 60, 8, 28, 80), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = sheet.cell(top + 1, 1)


def _write_sentences(sheet: Worksheet, document: Document) -> None:
    """Sentences of the report, section by section."""
    from openpyxl.styles import Alignment, Font

    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 120
    _link(sheet, 1, 1, INDEX, INDEX)
    wrapped = Alignment(wrap_text=True, vertical="top")
    row = 2
    for level, section in _walk(document.sections):
        row += 1
        _put(sheet, row, 1, section.title, font=Font(bold=True, size=13 - level))
        for lead, text in _sentences(section):
            row += 1
            _put(sheet, row, 1, lead, alignment=wrapped)
            _put(sheet, row, 2, text, alignment=wrapped)


def _walk(sections: list[Section], level: int = 0) -> Iterator[tuple[int, Section]]:
    for section in sections:
        yield level, section
        yield from _walk(section.parts, level + 1)


def _sentences(section: Section) -> Iterator[tuple[str, str]]:
    for block in section.blocks:
        if isinstance(block, Paragraph | Notice):
            yield "", block.text
        if isinstance(block, Points):
            yield from ((item.lead, item.text) for item in block.items if isinstance(item, Item))

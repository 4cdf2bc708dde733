"""The page of a report shows the numbers of its content: every table, and the numbers to save behind every figure."""

from __future__ import annotations

import base64
import csv
import html.parser
import io
import re
from dataclasses import dataclass, field

import pytest

from mfa.report.document.content import Document, Figure, Table
from mfa.report.formats.html import to_html


@dataclass
class Shown:
    """A table of the page: its rows, cells of several rows in each of them."""

    name: str
    rows: list[list[str]] = field(default_factory=list)
    held: list[int] = field(default_factory=list)


class Tables(html.parser.HTMLParser):
    """All tables and all files to save."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[Shown] = []
        self.files: dict[str, str] = {}
        self.cell: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        if tag == "table":
            self.tables.append(Shown(str(about["id"]).removeprefix("table-")))
        if tag == "tr":
            table = self.tables[-1]
            spanned = table.held[:1] and table.held[0] > 0
            table.rows.append([table.rows[-1][0]] if spanned else [])
            table.held = [table.held[0] - 1] if spanned else []
        if tag in ("td", "th"):
            self.cell = []
            if not self.tables[-1].rows[-1]:
                self.tables[-1].held = [int(about.get("rowspan") or 1) - 1]
        if tag == "a" and about.get("download"):
            content = base64.b64decode(str(about["href"]).split(",", 1)[1]).decode()
            self.files[str(about["download"])] = content

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self.cell is not None:
            self.tables[-1].rows[-1].append(spaced("".join(self.cell)))
            self.cell = None

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)


def spaced(text: str) -> str:
    return re.sub(r"[\u00a0\u202f]", " ", text)


@pytest.fixture(scope="module")
def page(shock_document: Document) -> Tables:
    return Tables(to_html(shock_document))


def test_every_table_shows_its_numbers(page: Tables, shock_document: Document) -> None:
    shown = {table.name.replace("-", "_"): table for table in page.tables}
    count = 0
    for table in shock_document.tables():
        if table.brief is not None and not len(table.brief):
            assert table.name not in shown
            continue
        head, *rows = shown[table.name].rows
        assert head == [spaced(text) for text in table.heads()]
        assert rows == [[spaced(text) for text in row] for row in table.written_rows()], table.name
        count += len(rows)
    assert count > 300 and len(shown) == len(page.tables)


def test_the_numbers_of_every_figure_can_be_saved(page: Tables, shock_document: Document) -> None:
    """All rows, with all digits: reading them gives the very numbers."""
    figures = [block for block in shock_document.walk() if isinstance(block, Figure)]
    assert len(page.files) == len(figures)
    for figure in figures:
        saved = page.files[f"{figure.table.name}.csv"]
        head, *rows = csv.reader(io.StringIO(saved))
        assert len(head) == len(figure.table.columns) and len(rows) == len(figure.table.rows)
        check(figure.table, rows)


def check(table: Table, rows: list[list[str]]) -> None:
    for row, cells in zip(table.rows, rows, strict=True):
        for value, cell in zip(row, cells, strict=True):
            if isinstance(value, str):
                assert cell == value
            elif value is None or value != value:
                assert cell == ""
            else:
                assert float(cell) == value

"""The workbook of a report: all numbers of all tables and figures, an index whose links lead somewhere, no formula."""

from __future__ import annotations

import io
import sys

import pytest

from mfa.report.document.content import Document, Figure, Spread, Table
from mfa.report.formats.missing import ProgramMissing
from mfa.report.formats.xlsx import INDEX, to_xlsx
from tests.report.formats.test_html import small_document

openpyxl = pytest.importorskip("openpyxl")
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "<b>&\x07")


def opened(document: Document):  # type: ignore[no-untyped-def]
    return openpyxl.load_workbook(io.BytesIO(to_xlsx(document)))


def test_sheets_hold_all_numbers_of_tables_and_figures(shock_document: Document) -> None:
    book = opened(shock_document)
    blocks = [block for block in shock_document.walk() if isinstance(block, Table | Figure)]
    assert book.sheetnames[:2] == [INDEX, "Text"] and len(book.sheetnames) == len(blocks) + 2
    for sheet, block in zip(book.worksheets[2:], blocks, strict=True):
        table = block.table if isinstance(block, Figure) else block
        assert sheet["A1"].value.startswith(f"{type(block).__name__} {block.number}. ")
        top = int(sheet.auto_filter.ref.split(":")[0][1:])
        found = list(sheet.iter_rows(min_row=top + 1, values_only=True))
        assert len(found) == len(table.rows)
        for cells, row in zip(found, table.rows, strict=True):
            for cell, value, column in zip(cells, row, table.columns, strict=True):
                if column.text:
                    wanted = table.written(value, column) if isinstance(value, str) else value
                    assert (cell or "") == (wanted or "")
                elif value is None or value != value:
                    assert cell is None
                else:  # a workbook keeps 16 digits
                    assert cell == pytest.approx(value, rel=1e-15), (sheet.title, column.head)


def test_the_index_leads_to_every_sheet(shock_document: Document) -> None:
    book = opened(shock_document)
    index = book[INDEX]
    targets = [cell.hyperlink.location for row in index.iter_rows() for cell in row if cell.hyperlink]
    assert [target.rsplit("!", 1)[0].strip("'") for target in targets] == book.sheetnames[1:]
    for sheet in book.worksheets[1:]:
        links = [cell.hyperlink.location for row in sheet.iter_rows(max_row=2) for cell in row if cell.hyperlink]
        assert links == [f"'{INDEX}'!A1"]
    text = book["Text"]
    said = {row[0]: row[1] for row in text.iter_rows(values_only=True)}
    assert said["Dysprosium"].startswith("72 % of the need of 2040")


@pytest.mark.parametrize("text", FORMULAS)
def test_texts_of_users_are_texts(text: str) -> None:
    book = opened(small_document(text))
    shown = text.replace("\x07", "")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert sum(cell.value == shown for cell in cells) > 10
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}  # no formula


def test_ranges_stand_in_columns_of_their_own() -> None:
    document = small_document()
    sheet = opened(document)["Table 1 numbers"]
    rows = list(sheet.iter_rows(values_only=True))
    assert ("plain", "amount [t]", "amount, 5 % [t]", "amount, 95 % [t]", "plain") in rows
    assert rows[-2:] == [("plain", 1.5, None, None, "plain"), ("plain", 1.0, 0.5, 2.0, "plain")]
    assert isinstance(document.tables()[0].rows[1][1], Spread)


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ProgramMissing, match=r"openpyxl is not installed; pip install 'urban-mining-mfa\[xlsx\]'"):
        to_xlsx(small_document())

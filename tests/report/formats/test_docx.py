"""The DOCX of a report: real styles, numbered captions, tables to edit, images with words, texts that stay texts."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from mfa.report.document.content import Document, Figure, Notice, Points, Section, Table
from mfa.report.formats.docx import to_docx
from mfa.report.formats.missing import ProgramMissing
from mfa.report.writing import write_report
from tests.report.formats.test_html import NASTY, small_document

docx = pytest.importorskip("docx")


def opened(document: Document) -> Any:
    return docx.Document(io.BytesIO(to_docx(document)))


@pytest.fixture(scope="module")
def word(short_document: Document) -> Any:
    return opened(short_document)


def headings(sections: list[Section], level: int = 1) -> list[tuple[str, str]]:
    """Styles and texts that the headings should have."""
    found = []
    for section in sections:
        if any(True for _ in section.walk()):
            found += [(f"Heading {level}", section.title), *headings(section.parts, level + 1)]
    return found


def test_headings_captions_and_lists_have_the_styles_of_word(word: Any, short_document: Document) -> None:
    found = [(p.style.name, p.text) for p in word.paragraphs if p.style.name.startswith("Heading")]
    assert found == headings(short_document.sections)
    captions = [p.text for p in word.paragraphs if p.style.name == "Caption"]
    for block in short_document.walk():
        if isinstance(block, Table | Figure):
            assert any(text.startswith(f"{type(block).__name__} {block.number}. ") for text in captions)
    points = sum(len(block.items) for block in short_document.walk() if isinstance(block, Points))
    assert sum(p.style.name == "List Bullet" for p in word.paragraphs) == points
    notices = sum(isinstance(block, Notice) for block in short_document.walk())
    assert sum(p.style.name == "Notice" for p in word.paragraphs) == notices
    fields = [node.text.strip() for node in word.element.body.iter() if node.tag.endswith("}instrText")]
    assert fields[0].startswith("TOC ") and fields.count("SEQ Table \\* ARABIC") == len(word.tables)


def test_tables_are_tables(word: Any, short_document: Document) -> None:
    tables = [block for block in short_document.walk() if isinstance(block, Table)]
    assert len(word.tables) == len(tables)
    for found, table in zip(word.tables, tables, strict=True):
        cells = [[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in found.rows]
        wanted = [table.heads(), *table.written_rows()]
        assert cells == [[text.replace("\u00a0", " ") for text in row] for row in wanted]
        assert "tblHeader" in found.rows[0]._tr.xml and "tblHeader" not in found.rows[1]._tr.xml


def test_images_have_words(word: Any, short_document: Document) -> None:
    figures = [block for block in short_document.walk() if isinstance(block, Figure)]
    assert len(word.inline_shapes) == len(figures)
    for shape, figure in zip(word.inline_shapes, figures, strict=True):
        about = shape._inline.docPr
        assert about.get("title") == figure.title and figure.panels[0].description[:40] in about.get("descr")
        assert shape.width.mm <= 170.01 and shape.height.mm <= 225.01


def test_texts_of_users_are_texts() -> None:
    word = opened(small_document(NASTY))
    shown = NASTY.replace("\x07", "").strip()
    assert word.paragraphs[0].text.strip() == shown
    assert word.tables[0].rows[1].cells[0].text.strip() == shown


def test_names_that_no_font_can_write_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Japanese signs without a font for them: image and PDF are refused, HTML is made."""
    from mfa.report import style

    monkeypatch.setattr(style, "WIDE_FONTS", ())
    document = small_document("\u96fb\u6c60")
    document.sections[0].blocks[3].panels[0].words.append(  # type: ignore[union-attr]
        style_words("\u96fb\u6c60")
    )
    written, faults = write_report(document, tmp_path, ["docx", "pdf", "html", "xlsx"])
    assert [path.suffix for path in written] == [".html", ".xlsx"]
    assert all("no font of this system can write" in str(fault) for fault in faults) and len(faults) >= 1
    assert "\u96fb\u6c60" in written[0].read_text(encoding="utf-8")


def style_words(text: str) -> Any:
    from mfa.report.picture import Words

    return Words(10.0, 10.0, text, 10.0)


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(ProgramMissing, match=r"python-docx is not installed; pip install 'urban-mining-mfa\[docx\]'"):
        to_docx(small_document())

"""The HTML of a report: it loads and runs nothing, headings are in order, what users wrote is escaped."""

from __future__ import annotations

import base64
import csv
import html.parser
import io
import re
from dataclasses import replace

import pytest

from mfa.report.document.content import Column, Document, Figure, Item, Paragraph, Points, Section, Spread, Table
from mfa.report.formats.html import to_html
from mfa.report.picture import Picture

VOID = {"col", "meta", "br", "link", "img", "path", "rect", "polyline"}
NASTY = "</title></script><script>alert(1)</script> \"'><img src=x onerror=alert(1)> =1+1 \x07"


class Page(html.parser.HTMLParser):
    """Tags with their attributes, headings, and whether all tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(to_html(small_document()))


def small_document(text: str = "plain") -> Document:
    """One of each kind of block, with a text of users in every place where one can be."""
    columns = [Column(text), Column("amount", "t"), Column(text)]
    table = Table("numbers", text, columns, [[text, 1.5, text], [text, Spread(1.0, 0.5, 2.0), text]], notes=[text])
    picture = Picture(100, 50, text, text)
    figure = Figure("drawn", text, [picture], [], text, text, replace(table, name="drawn_numbers"))
    blocks = [Paragraph(text), Points([Item(text, text)]), table, figure]
    return Document(
        text, text, [(text, text)], [Section("one", text, blocks, [Section("two", text, [Paragraph("x")])])]
    )


def test_nothing_is_loaded_and_nothing_runs(page: Page) -> None:
    for tag, attrs in page.tags:
        assert tag not in ("script", "iframe", "object", "embed", "link")
        assert not any(name.startswith("on") for name in attrs)
        for name in ("src", "href", "xlink:href"):
            target = attrs.get(name) or "#"
            assert target.startswith(("#", "data:text/csv")), target
    policy = next(attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv"))
    assert policy is not None and policy.startswith("default-src 'none'")


def test_markup_of_users_is_text() -> None:
    page = Page(to_html(small_document(NASTY)))
    assert not page.open
    assert "script" not in {tag for tag, _ in page.tags} and "img" not in {tag for tag, _ in page.tags}
    assert any("<script>alert(1)</script>" in words for words in page.words)  # it is shown as it was written
    assert all("\x07" not in words for words in page.words)


def test_formulas_of_users_are_text_in_saved_numbers() -> None:
    document = small_document("=cmd|' /C calc'!A0")
    address = next(attrs["href"] for tag, attrs in Page(to_html(document)).tags if attrs.get("download"))
    assert address is not None
    rows = list(csv.reader(io.StringIO(base64.b64decode(address.split(",", 1)[1]).decode())))
    assert rows[0] == [
        "'=cmd|' /C calc'!A0",
        "amount [t]",
        "amount, 5 % [t]",
        "amount, 95 % [t]",
        "'=cmd|' /C calc'!A0",
    ]
    assert rows[1][1:4] == ["1.5", "", ""] and rows[2][1:4] == ["1.0", "0.5", "2.0"]
    assert rows[1][0].startswith("'=")


def test_a_screen_reader_finds_its_way(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    assert dict(page.tags)["html"]["lang"] == "en"
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(set(ids)) == len(ids)
    for tag, attrs in page.tags:
        for name in ("aria-labelledby", "aria-describedby"):
            assert set((attrs.get(name) or "").split()) <= set(ids), tag
        if tag == "svg":
            assert attrs.get("role") == "img" or attrs.get("aria-hidden") == "true"
        if tag == "a" and (attrs.get("href") or "").startswith("#"):
            assert attrs["href"] in {f"#{name}" for name in ids}


def test_a_whole_report(shock_document: Document) -> None:
    text = to_html(shock_document)
    assert len(text) < 6e6
    page = Page(text)
    assert not page.open
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(set(ids)) == len(ids)
    figures = [block for block in shock_document.walk() if isinstance(block, Figure)]
    assert sum(tag == "figure" for tag, _ in page.tags) == len(figures)
    for figure in figures:
        assert f"Figure {figure.number}. " in text
    assert text == to_html(shock_document)

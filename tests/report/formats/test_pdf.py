"""The PDF of a report: pages with all captions and sentences, tagged; what is told where a program is missing."""

from __future__ import annotations

import builtins
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mfa.report.document.content import Column, Document, Figure, Section, Table
from mfa.report.formats.missing import ProgramMissing
from mfa.report.formats.pdf import to_pdf
from mfa.report.picture import HATCHED, Area, Bar, Picture, Stroke, Words
from mfa.report.writing import write_report
from tests.report.formats.test_html import NASTY, small_document

try:
    import weasyprint
except (ImportError, OSError) as error:
    pytest.skip(f"WeasyPrint cannot be used here: {error}", allow_module_level=True)


COARSE = 10
"""Points of a page that are compared together."""


def opened(content: bytes) -> Any:
    return pytest.importorskip("pypdfium2").PdfDocument(content)


def pages(content: bytes) -> list[str]:
    """Texts of the pages, without line breaks."""
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in opened(content)]


def test_pages_hold_everything(short_document: Document) -> None:
    content = to_pdf(short_document)
    pdf = opened(content)
    from pypdfium2.raw import FPDFCatalog_IsTagged

    assert FPDFCatalog_IsTagged(pdf.raw) and pdf.get_metadata_dict()["Title"] == short_document.title
    found = pages(content)
    text = " ".join(found).replace("\u00a0", " ")
    for block in short_document.walk():
        if isinstance(block, Figure):
            assert f"Figure {block.number}. {block.title}" in text
        if isinstance(block, Table):
            assert f"Table {block.number}. {block.title}" in text
    assert "Dysprosium: 72 % of the need of 2040 (178 t) must be imported" in text
    assert f"2 / {len(found)}" in found[1]
    listed = re.search(r"Appendix: other values that the scenario sets[ .]*(\d+)", found[0])
    assert listed and "Appendix: other values" in found[int(listed[1]) - 1]


def test_texts_of_users_are_texts() -> None:
    text = " ".join(pages(to_pdf(small_document(NASTY))))
    assert "<script>alert(1)</script>" in text


@pytest.mark.parametrize(
    "failure, words",
    [
        (ImportError("no module"), "WeasyPrint is not installed; pip install 'urban-mining-mfa[pdf]'"),
        (OSError("cannot load library 'libpango-1.0-0': error"), "cannot load libpango-1.0-0; install Pango"),
    ],
)
def test_a_missing_program_is_told_and_the_rest_is_made(
    failure: Exception, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **options: Any) -> Any:
        if name.split(".")[0] == "weasyprint":
            raise failure
        return real(name, *arguments, **options)

    for name in [name for name in sys.modules if name.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ProgramMissing):
        to_pdf(small_document())
    written, faults = write_report(small_document(), tmp_path, ["pdf", "html"])
    assert [path.name for path in written] == ["report.html"] == [path.name for path in tmp_path.iterdir()]
    assert words in str(faults[0])


def last_page(content: bytes) -> Any:
    """The last page as an array of grey values, 0 to 255, each the mean of a square of some points."""
    pdf = opened(content)
    grey = pdf[len(pdf) - 1].render(scale=1.0, grayscale=True).to_numpy().astype(float).squeeze()
    rows, columns = (size // COARSE for size in grey.shape)
    return grey[: rows * COARSE, : columns * COARSE].reshape(rows, COARSE, columns, COARSE).mean(axis=(1, 3))


def drawn_document() -> Document:
    """A document of one picture that has every kind of shape, and a name with markup and with Japanese signs."""
    picture = Picture(200.0, 120.0, "All shapes", "A picture of all shapes")
    outline: tuple[Any, ...] = (("M", (10.0, 60.0)), ("C", (40.0, 60.0, 60.0, 20.0, 90.0, 20.0)), ("L", (90.0, 60.0)))
    picture.areas.append(Area((*outline, ("Z", ())), "#4477AA", "", 0.5))
    picture.bars.append(Bar(110.0, 20.0, 20.0, 40.0, "#EE6677", "#333333", ""))
    picture.bars.append(Bar(140.0, 20.0, 20.0, 40.0, HATCHED, "none", ""))
    picture.strokes.append(Stroke(((10.0, 70.0), (190.0, 70.0), (190.0, 20.0)), "#228833", 2.0))
    picture.strokes.append(Stroke(((10.0, 76.0), (190.0, 76.0)), "#333333", 1.0, dashed=True))
    picture.words.append(Words(100.0, 50.0, "middle <b>&", 10.0))
    picture.words.append(Words(10.0, 95.0, "start", 10.0, bold=True, anchor="start", halo=False))
    picture.words.append(Words(190.0, 95.0, "end of it", 10.0, colour="#AA3377", anchor="end", halo=False))
    table = Table("numbers", "Numbers", [Column("a")], [["x"]])
    figure = Figure("shapes", "Shapes", [picture], [], "", "All shapes", table, across=1)
    return Document("Title", "Subtitle", [], [Section("one", "One", [figure])])


def test_pictures_drawn_directly_look_as_their_svg_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """All shapes at their places and in their colours; a version of WeasyPrint that is not known draws the SVG."""
    direct = to_pdf(drawn_document())
    monkeypatch.setattr("mfa.report.formats.pdf_pictures.KNOWN", ())
    from_svg = to_pdf(drawn_document())
    for text in ("middle <b>&", "start", "end of it"):
        assert text in " ".join(pages(direct)) and text in " ".join(pages(from_svg))
    one, other = last_page(direct), last_page(from_svg)
    assert one.shape == other.shape and (one < 250).sum() > 100
    assert np.abs(one - other).max() < 40.0  # edges, and lines of the hatching, lie some tenths of a point elsewhere


@pytest.mark.skipif(not weasyprint.__version__.startswith("70."), reason="another version draws the SVG")
def test_a_picture_needs_no_objects_of_its_own_in_the_file() -> None:
    content = to_pdf(drawn_document())
    assert b"/Subtype /Form" not in content

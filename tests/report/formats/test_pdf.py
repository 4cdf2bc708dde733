"""The PDF of a report: pages with all captions and sentences, tagged; what is told where a program is missing."""

from __future__ import annotations

import builtins
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from mfa.report.document.content import Document, Figure, Table
from mfa.report.formats.missing import ProgramMissing
from mfa.report.formats.pdf import to_pdf
from mfa.report.writing import write_report
from tests.report.formats.test_html import NASTY, small_document

try:
    import weasyprint  # noqa: F401
except (ImportError, OSError) as error:
    pytest.skip(f"WeasyPrint cannot be used here: {error}", allow_module_level=True)


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

"""A report as PDF: pages of A4 that WeasyPrint makes of the same HTML, tagged for screen readers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mfa.errors import Fault, InputError
from mfa.report.document.content import Document, Figure
from mfa.report.formats.html import svg_source, to_html
from mfa.report.formats.missing import ProgramMissing, library_missing
from mfa.report.formats.pdf_pictures import Drawings, is_known

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from mfa.report.picture import Picture

VARIANT = "pdf/ua-1"
"""The standard of accessible PDF: headings, tables and alternative texts are marked as such."""


def to_pdf(document: Document) -> bytes:
    """A report as the content of a PDF file.

    Parameters
    ----------
    document : Document

    Returns
    -------
    bytes

    Raises
    ------
    ProgramMissing
        If WeasyPrint, or the library Pango that it sets text with, is not installed.
    InputError
        If no font of this system can write a sign of the report: a page with boxes in place of names is refused.
    """
    weasyprint = _weasyprint()
    fonts = weasyprint.text.fonts.FontConfiguration()
    drawings = Drawings(fonts) if is_known(weasyprint) else None
    text = to_html(document, drawings.source if drawings else svg_source)
    _check_fonts("".join([text, *(words.text for picture in _pictures(document) for words in picture.words)]))
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # it tells of styles that only a screen needs
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("data",))  # all that a page needs is in it
    page = weasyprint.HTML(string=text, url_fetcher=fetcher)
    content: bytes = page.write_pdf(
        pdf_variant=VARIANT, font_config=fonts, cache=dict(drawings.images) if drawings else None
    )
    return content


def _pictures(document: Document) -> Iterator[Picture]:
    for block in document.walk():
        if isinstance(block, Figure):
            yield from block.panels


def _weasyprint() -> ModuleType:
    try:
        import weasyprint
        import weasyprint.text.fonts
        import weasyprint.urls
    except ImportError:
        raise library_missing("pdf", "WeasyPrint") from None
    except OSError as error:  # the Python part is there, the library that it loads is not
        name = str(error).split(":")[0].split("'")[1::2] or ["Pango"]
        mend = "install Pango: apt install libpango-1.0-0 libpangoft2-1.0-0, dnf install pango or brew install pango"
        raise ProgramMissing(Fault("pdf", f"WeasyPrint cannot load {name[0]}", mend)) from None
    return weasyprint


def _check_fonts(text: str) -> None:
    """Refuse signs that would be drawn as boxes; Latin, Greek and the usual marks are in every font."""
    signs = {sign for sign in set(text) if ord(sign) >= 0x530 and not 0x1E00 <= ord(sign) < 0x2300}
    if not signs:
        return
    from mfa.report.style import font_families

    try:
        font_families(sorted(signs))
    except InputError as error:
        what = error.faults[0].what
        mend = "install one that has it, such as Noto Sans CJK, or write html, which takes the fonts of its reader"
        raise InputError(Fault("pdf", what, mend)) from None

"""A report as PDF: pages of A4 that WeasyPrint makes of the same HTML, tagged for screen readers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mfa.errors import Fault
from mfa.report.document.content import Document
from mfa.report.formats.html import to_html
from mfa.report.formats.missing import ProgramMissing, library_missing

if TYPE_CHECKING:
    from types import ModuleType

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
    """
    weasyprint = _weasyprint()
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # it tells of styles that only a screen needs
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("data",))  # all that a page needs is in it
    page = weasyprint.HTML(string=to_html(document, paper=True), url_fetcher=fetcher)
    content: bytes = page.write_pdf(pdf_variant=VARIANT)
    return content


def _weasyprint() -> ModuleType:
    try:
        import weasyprint
        import weasyprint.urls
    except ImportError:
        raise library_missing("pdf", "WeasyPrint") from None
    except OSError as error:  # the Python part is there, the library that it loads is not
        name = str(error).split(":")[0].split("'")[1::2] or ["Pango"]
        mend = "install Pango: apt install libpango-1.0-0 libpangoft2-1.0-0, dnf install pango or brew install pango"
        raise ProgramMissing(Fault("pdf", f"WeasyPrint cannot load {name[0]}", mend)) from None
    return weasyprint

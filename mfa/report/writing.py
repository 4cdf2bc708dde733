"""Writing a report in several formats: each whole or not at all, and the others where one cannot be made."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mfa.errors import Fault, InputError
from mfa.storage.whole import disk_trouble, whole_file

if TYPE_CHECKING:
    from mfa.report.document.content import Document

FORMATS = ("html", "pdf", "docx", "xlsx")
NAME = "report"
"""Name of the files; a run that replaces another removes the reports on it."""


def write_report(
    document: Document,
    folder: Path,
    formats: Sequence[str] = ("html",),
    tell: Callable[[str], None] = lambda message: None,
) -> tuple[list[Path], list[Fault]]:
    """Write a report into a folder.

    Parameters
    ----------
    document : Document
    folder : Path
        Made if it is not there.
    formats : sequence of str
        Of `FORMATS`.
    tell : callable
        Called with a word on what is being done.

    Returns
    -------
    written : list of Path
    faults : list of Fault
        What could not be made, and what to install for it.

    Raises
    ------
    InputError
        If the folder cannot be written, or there is no such format.
    MfaError
        If the disk is full.
    """
    unknown = [Fault("format", f"'{form}' is not known", f"choose from {', '.join(FORMATS)}") for form in formats
               if form not in FORMATS]  # fmt: skip
    if unknown:
        raise InputError(unknown)
    written, faults = [], []
    for form in dict.fromkeys(formats):
        path = folder / f"{NAME}.{form}"
        tell(f"writing {path}")
        try:
            content = _content(document, form)
        except InputError as error:  # a library is missing, or a font
            faults += error.faults
            continue
        written.append(_write(path, content))
    return written, faults


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Keep Python from looking for cycles meanwhile: a page in the making is one large web of objects in use."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_without_collector()
def _content(document: Document, form: str) -> bytes:
    if form == "html":
        from mfa.report.formats.html import to_html

        return to_html(document).encode()
    if form == "pdf":
        from mfa.report.formats.pdf import to_pdf

        return to_pdf(document)
    if form == "docx":
        from mfa.report.formats.docx import to_docx

        return to_docx(document)
    from mfa.report.formats.xlsx import to_xlsx

    return to_xlsx(document)


def _write(path: Path, content: bytes) -> Path:
    """Put a file into its place, whole; the folder is made if need be."""
    with disk_trouble(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as draft:
        draft.write_bytes(content)
    return path

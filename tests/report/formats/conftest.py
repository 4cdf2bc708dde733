"""The report of a run, to be written in all formats."""

from tests.report.document.conftest import shock, shock_document, shock_folder, short_document

__all__ = ["shock", "shock_document", "shock_folder", "short_document"]

"""The report on an ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mfa.report.document.content import Document
from mfa.report.document.ensemble.closing import closing, matters, varied
from mfa.report.document.ensemble.fans import fans
from mfa.report.document.ensemble.summary import summary
from mfa.report.document.ensemble.view import EnsembleView

if TYPE_CHECKING:
    from mfa.studies.ensemble_result import Ensemble


def ensemble_document(
    ensemble: Ensemble, region: str | None = None, elements: Sequence[str] | None = None, year: int | None = None
) -> Document:
    """Content of the report on an ensemble.

    Parameters
    ----------
    ensemble : Ensemble
    region : str, optional
        The first if None.
    elements : sequence of str, optional
        All if None.
    year : int, optional
        One of those kept: 2040, or the last, if None.

    Returns
    -------
    Document

    Raises
    ------
    InputError
        If a label or the year was not kept, or no result by region, year and element was.
    """
    from mfa import __version__

    view = EnsembleView(ensemble, region, elements, year)
    manifest = ensemble.manifest
    facts = [
        ("Scenario", ensemble.name),
        ("Region", view.region),
        ("Samples", f"{ensemble.size} ({manifest['method']}, seed {manifest['seed']})"),
        ("Years", f"{view.years[0]} to {view.years[-1]}"),
        ("Dataset", str(manifest["data"]["name"] or "given in Python")),
        ("Made with", f"mfa {__version__}"),
    ]
    sections = [summary(view), varied(view), fans(view), matters(view), *closing(view)]
    title = str(manifest["scenario"]["title"])
    return Document(title, "Report on an ensemble of the material-flow model", facts, sections)

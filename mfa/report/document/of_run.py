"""The report on one run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mfa.report.document.content import Document
from mfa.report.document.run.assumptions import appendix, assumptions
from mfa.report.document.run.criticality import criticality
from mfa.report.document.run.headline import headline
from mfa.report.document.run.importance import Study, importance
from mfa.report.document.run.levers import levers
from mfa.report.document.run.quality import quality
from mfa.report.document.run.recovery import recovery
from mfa.report.document.run.repeat import repeat
from mfa.report.document.run.security import security
from mfa.report.document.run.sources import sources
from mfa.report.document.run.stocks import stocks
from mfa.report.document.run.summary import summary
from mfa.report.document.run.supply import supply
from mfa.report.document.view import View

if TYPE_CHECKING:
    from mfa.results import Results


def run_document(
    results: Results,
    region: str | None = None,
    elements: Sequence[str] | None = None,
    year: int | None = None,
    studies: Iterable[Study] = (),
) -> Document:
    """Content of the report on one run.

    Parameters
    ----------
    results : Results
        In full detail.
    region : str, optional
        The first if None.
    elements : sequence of str, optional
        All if None.
    year : int, optional
        The year that sentences and diagrams are about; 2040, or the last headline year, if None.
    studies : iterable of Study
        Sensitivity studies; those of other scenarios are passed over.

    Returns
    -------
    Document

    Raises
    ------
    InputError
        If a label or the year is not in the run, or it holds totals only.
    """
    from mfa import __version__

    view = View(results, region, elements, year)
    title = str(results.attrs.get("title") or results.name)
    facts = [
        ("Scenario", results.name),
        ("Region", view.region),
        ("Years", f"{view.years[0]} to {view.years[-1]}"),
        ("Dataset", str(results.attrs.get("dataset") or "given in Python")),
        ("Made with", f"mfa {__version__}"),
    ]
    others = [region for region in results.labels["region"] if region != view.region]
    if others:
        facts.insert(2, ("Not in this report", f"{', '.join(others)} (mfa report --region)"))
    sections = [
        summary(view), assumptions(view), headline(view), stocks(view), recovery(view, elements is not None),
        supply(view), criticality(view), security(view), levers(view), importance(view, studies), quality(view),
        sources(view), repeat(view), appendix(view),
    ]  # fmt: skip
    return Document(title, "Report on a run of the material-flow model", facts, sections)

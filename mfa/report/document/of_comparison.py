"""The report on scenarios that are compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mfa.report.document.comparison.cases import cases
from mfa.report.document.comparison.closing import closing, levers
from mfa.report.document.comparison.cost import cost
from mfa.report.document.comparison.dependence import dependence
from mfa.report.document.comparison.summary import summary
from mfa.report.document.comparison.view import Compared
from mfa.report.document.content import Document

if TYPE_CHECKING:
    from mfa.studies.compare import Comparison


def comparison_document(
    comparison: Comparison,
    region: str | None = None,
    elements: Sequence[str] | None = None,
    year: int | None = None,
    notes: Sequence[str] = (),
) -> Document:
    """Content of the report on a comparison.

    Parameters
    ----------
    comparison : Comparison
    region : str, optional
        The first if None.
    elements : sequence of str, optional
        All if None.
    year : int, optional
        One of the years of its table: 2040, or the last, if None.
    notes : sequence of str
        What was noted when the runs were read, such as other versions.

    Returns
    -------
    Document

    Raises
    ------
    InputError
        If a label or the year is not in the comparison.
    """
    from mfa import __version__

    view = Compared(comparison, region, elements, year)
    against = sum(bool(base) for base in comparison.bases.values())
    title = f"What {against} scenario{'s' if against > 1 else ''} change{'' if against > 1 else 's'}: {view.region}"
    facts = [
        ("Scenarios", ", ".join(view.scenarios)),
        ("Region", view.region),
        ("Years", f"{view.setting.years[0]} to {view.setting.years[-1]}"),
        ("Made with", f"mfa {__version__}"),
    ]
    others = [name for name in view.setting.regions if name != view.region]
    if others:
        facts.insert(2, ("Not in this report", f"{', '.join(others)} (mfa report --region)"))
    sections = [summary(view), cases(view, list(notes)), dependence(view), cost(view), levers(view), *closing(view)]
    return Document(title, "Report on a comparison of runs of the material-flow model", facts, sections)

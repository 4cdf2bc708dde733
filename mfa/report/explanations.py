"""Why levers did or did not act, as text for a terminal and as Markdown."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mfa.results import Results

WIDTH = 100
HEADING = "Why each lever did or did not act, largest effects first:"
NO_LEVER = "No lever is set. How recycling plants were used:"


def heading(results: Results) -> str:
    """Words above the explanations of a run.

    Parameters
    ----------
    results : Results
        What a run computed.

    Returns
    -------
    str
    """
    from mfa.indicators.levers import PLANTS

    return HEADING if any(explanation.lever != PLANTS for explanation in results.explanations) else NO_LEVER


def explanations_text(results: Results) -> str:
    """Explanations of a run as text for a terminal of 100 columns.

    Parameters
    ----------
    results : Results
        What a run computed.

    Returns
    -------
    str
        A heading and a paragraph for each explanation; empty if there are none.
    """
    several = len(results.labels.get("region", [])) > 1
    lines = [heading(results)] if results.explanations else []
    for explanation in results.explanations:
        lines += textwrap.wrap(f"- {explanation.line(several)}", WIDTH, subsequent_indent="  ", break_long_words=False)
    return "\n".join(lines)


def explanations_markdown(results: Results) -> str:
    """Explanations of a run as a Markdown list.

    Parameters
    ----------
    results : Results
        What a run computed.

    Returns
    -------
    str
    """
    several = len(results.labels.get("region", [])) > 1
    return "".join(f"- {explanation.line(several)}\n" for explanation in results.explanations)

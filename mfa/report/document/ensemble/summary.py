"""The summary of an ensemble: element by element, median and range."""

from __future__ import annotations

import numpy as np

from mfa.report.document.content import Item, Paragraph, Points, Section
from mfa.report.document.ensemble.view import EnsembleView
from mfa.report.document.words import capital, listed, percent_of, small

SHARES = {
    "import_requirement": "of the need of {year} must be imported",
    "eol_recycling_rate": "of the metal at the end of its life is recovered",
    "recycled_content": "of what is used is recycled",
    "unmet_share": "of the need is not met",
}
"""Results that sentences are made of, and what is said of them."""


def summary(view: EnsembleView) -> Section:
    """Section: what the samples say, in sentences.

    Parameters
    ----------
    view : EnsembleView

    Returns
    -------
    Section
    """
    manifest = view.manifest
    names = listed([small(view.names[element]) for element in view.elements])
    lead = (
        f"What {view.ensemble.size} samples of {len(manifest['factors'])} uncertain factors say of "
        f"\N{LEFT DOUBLE QUOTATION MARK}{manifest['scenario']['title']}\N{RIGHT DOUBLE QUOTATION MARK}, for {names} in "
        f"{view.region}. First the median; 5 to 95 % of the samples lie in the range in brackets."
    )
    items = [Item(view.names[element], _of_element(view, e)) for e, element in enumerate(view.elements)]
    widest = _widest(view)
    return Section("summary", "Summary", [Paragraph(lead), Points(items), *([Paragraph(widest)] if widest else [])])


def _of_element(view: EnsembleView, e: int) -> str:
    sentences = []
    for name, words in SHARES.items():
        output = view.find(name)
        if output is None:
            continue
        cell = view.cell(view.quantiles(output), view.focus, e)
        missing = float(view.missing(output)[int(np.searchsorted(view.years, view.focus)), e])
        if not np.isfinite(cell.value):
            continue
        if name == "unmet_share" and not cell.high > 0.0:
            continue
        text = f"{percent_of(cell)} {words.format(year=view.focus)}"
        text += f" ({percent_of(missing)} of the samples have no value)" if missing > 0.005 else ""
        sentences.append(text)
    if not sentences:
        return f"no share can be told of {view.focus}; the tables below hold what was kept."
    return " ".join(f"{capital(sentence)}." for sentence in sentences)


def _widest(view: EnsembleView) -> str:
    """Which element's import requirement is least certain, and which is most."""
    output = view.find("import_requirement")
    if output is None or len(view.elements) < 2:
        return ""
    found = view.quantiles(output)[:, int(np.searchsorted(view.years, view.focus))]
    spread = found[4] - found[0]
    known = np.flatnonzero(np.isfinite(spread))
    if not known.size:
        return ""
    widest, closest = (int(known[pick(spread[known])]) for pick in (np.argmax, np.argmin))
    return (
        f"In {view.focus} the import requirement of {small(view.names[view.elements[widest]])} is least certain, with "
        f"a range of {100 * spread[widest]:.0f} points, that of {small(view.names[view.elements[closest]])} most, "
        f"with {100 * spread[closest]:.0f} points."
    )

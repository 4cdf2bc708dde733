"""How a notebook shows results: what they are of, the headline as a table, what to watch, what can be asked for."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mfa.errors import InputError
from mfa.report.blocks import Block
from mfa.report.figure_data import element_name
from mfa.report.tables import HEADLINE, HEADLINE_NOTES, HEADS, headline, missing_values, shown
from mfa.vocabulary import HEADLINE_YEARS

if TYPE_CHECKING:
    from mfa.results import Results

MOST_ROWS = 60
"""Rows of the headline that are shown; with more, only the last two of the headline years are."""
MOST_WARNINGS = 5
STYLE = (
    "<style>.mfa-results td{text-align:right;white-space:nowrap}"
    ".mfa-results caption{text-align:left;font-weight:bold}</style>"
)


def results_html(results: Results) -> str:
    """Results as HTML: heading, headline table, warnings, what is missing and why.

    Parameters
    ----------
    results : Results

    Returns
    -------
    str
        All texts are escaped; nothing is loaded and no script is run.
    """
    heading = html.escape(f"{results.name}: {results.attrs.get('title') or results.name}")
    about = html.escape(", ".join(_about(results)))
    parts = [STYLE, f"<p><b>{heading}</b><br/>{about}</p>"]
    try:
        block = headline_block(results)
    except (InputError, KeyError):  # parts of a run, or without its inputs: no indicators
        parts.append("<p>No headline: the results hold parts of a run only.</p>")
    else:
        parts.append(block.to_html())
    warnings = [str(text) for text in results.attrs.get("warnings", [])]
    if warnings:
        told = "".join(f"<li>{html.escape(text)}</li>" for text in warnings[:MOST_WARNINGS])
        more = f"<li>and {len(warnings) - MOST_WARNINGS} more</li>" if len(warnings) > MOST_WARNINGS else ""
        parts.append(f"<p>To watch:</p><ul>{told}{more}</ul>")
    asked = ".flows .stocks .indicators .policy .explanations .plot .sankey(element, year) .export(path)"
    parts.append(f"<p><code>{html.escape(asked)}</code></p>")
    return f'<div class="mfa-results">{"".join(parts)}</div>'


def _about(results: Results) -> Iterator[str]:
    if results.years.size:
        yield f"{results.years[0]}-{results.years[-1]}"
    for dim in ("region", "product", "element", "sample"):
        if dim in results.labels:
            count = len(results.labels[dim])
            yield f"{count} {dim}{'s' if count != 1 else ''}"
    yield f"scope of the need: {results.scope.replace('_', ' ')}"
    if results.attrs.get("dataset"):
        yield f"dataset {results.attrs['dataset']}"
    balance = results.attrs.get("balance")
    if balance:
        yield f"worst balance residual {balance['worst_relative_residual']:.1e} of the throughput"


def headline_block(results: Results) -> Block:
    """Headline figures as a table for readers, of headline years or, with many rows, of the last two of them.

    Parameters
    ----------
    results : Results

    Returns
    -------
    Block
    """
    table = headline(results)
    if len(table) > MOST_ROWS:
        table = headline(results, [year for year in HEADLINE_YEARS if year in results.years][-2:])
    units = [unit for _, unit in HEADLINE.values()]
    several = len(results.labels["region"]) > 1
    rows: list[tuple[Sequence[str], Sequence[str]]] = []
    for (region, element, year), values in zip(table.index, table.to_numpy(), strict=True):
        names = [element_name(results, str(element)), str(year)]
        labels = [results.label_name("region", str(region)), *names] if several else names
        rows.append((labels, [shown(value, unit) for value, unit in zip(values, units, strict=True)]))
    heads = ["region", "element", "year"] if several else ["element", "year"]
    notes = [" ".join(HEADLINE_NOTES)]
    missing = list(missing_values(results, table))
    if missing:
        notes.append(f"No value: {'; '.join(text.strip() for text in missing)}.")
    title = "Headline" + (f", means of {len(results.labels['sample'])} samples" if results.sampled else "")
    return Block(title, heads, HEADS, units, rows, notes)

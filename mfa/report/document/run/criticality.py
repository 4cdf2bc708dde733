"""Criticality of the elements of a run: economic importance against supply risk."""

from __future__ import annotations

import numpy as np

from mfa.indicators.criticality import ECONOMIC_IMPORTANCE_THRESHOLD, SUPPLY_RISK_THRESHOLD
from mfa.indicators.ratios import quantiles_of_defined
from mfa.report.charts.lines import Lines, draw_lines
from mfa.report.charts.plane import criticality_plane
from mfa.report.document.content import Block, Cell, Column, Figure, Notice, Paragraph, Section, Table
from mfa.report.document.run.summary import NO_VALUES, TINY
from mfa.report.document.view import View, places
from mfa.report.document.words import listed, small

RISK, IMPORTANCE = "supply_risk", "economic_importance"


def criticality(view: View) -> Section:
    """Section: which elements are critical, and how that changes.

    Parameters
    ----------
    view : View

    Returns
    -------
    Section
    """
    if view.empty(IMPORTANCE, NO_VALUES):
        return Section("criticality", "Criticality", _risk_alone(view))
    return Section("criticality", "Criticality", [Paragraph(_lead(view)), *_plane(view)])


def _risk_alone(view: View) -> list[Block]:
    """Supply risk over the years, where economic importance is not known."""
    risk = view.indicator(RISK)
    title = "Supply risk"
    why = (
        "Economic importance is not known: the tables give no sector values (sector_value). No element is judged "
        "critical or not, and the picture of both axes is not drawn; here is supply risk alone."
    )
    mean = view.mean(risk)
    some = [e for e in range(len(view.elements)) if np.isfinite(mean[:, e]).any()]
    if not some:
        return [Notice(why), Notice(f"{title}: not drawn. {'; '.join(places(view.reasons(RISK)))}.")]
    low, _, high = quantiles_of_defined(risk)
    rows: list[list[Cell]] = [
        [element, year, view.cell(risk, year, e)]
        for e, element in enumerate(view.elements)
        for year in view.years.tolist()
    ]
    brief = [i for i, row in enumerate(rows) if row[1] in view.told]
    columns = [Column("element", dim="element"), Column("year", dim="time"),
               Column("supply risk", "1", decimals=2, same_as=f"indicators.{RISK}")]  # fmt: skip
    table = Table("supply_risk_numbers", title, columns, rows, labels=view.labels, brief=brief)
    lines = Lines(
        mean[:, some], np.array([low, high])[:, :, some] if view.sampled else None, view.years,
        [view.names[view.elements[e]] for e in some], [view.colours[e] for e in some], "supply risk",
        threshold=SUPPLY_RISK_THRESHOLD, threshold_name=f"Threshold of the EU, {SUPPLY_RISK_THRESHOLD:g}",
    )  # fmt: skip
    pictures, keys = draw_lines(lines, view.told, view.results.last_data_year)
    alternative = f"Supply risk, {view.years[0]} to {view.years[-1]}, one panel for each element."
    unmet = np.nanmax(view.indicator("unmet_share"), initial=0.0) > TINY
    caption = "In years with unmet need it is lower, as less comes from the largest origin: no gain." if unmet else ""
    return [Notice(why), Figure("supply_risk", title, pictures, keys, caption, alternative, table)]


def _lead(view: View) -> str:
    """Elements above both thresholds in the year of interest."""
    found = [
        small(view.names[element])
        for e, element in enumerate(view.elements)
        if view.value(view.indicator("critical"), view.focus, e) == 1.0
    ]
    verdict = f"Critical in {view.focus}: {listed(found)}." if found else f"No element is critical in {view.focus}."
    return (
        f"{verdict} By the method of the European Commission an element is critical if supply risk reaches "
        f"{SUPPLY_RISK_THRESHOLD:g} and economic importance {ECONOMIC_IMPORTANCE_THRESHOLD:g}. Recycling and other "
        "origins lower the first, products of less value the second. In a year with unmet need both are lifted or "
        "lowered by what is missing, and no gain."
    )


def _plane(view: View) -> list[Block]:
    years = sorted({view.start, *(year for year in view.told if year >= view.start)})
    places_of = [view.at(year) for year in years]
    risk, weight = (view.mean(view.indicator(name))[places_of] for name in (RISK, IMPORTANCE))
    rows: list[list[Cell]] = [
        [element, year, *(view.cell(view.indicator(name), year, e) for name in (IMPORTANCE, RISK, "critical"))]
        for e, element in enumerate(view.elements)
        for year in years
    ]
    columns = [
        Column("element", dim="element"), Column("year", dim="time"),
        Column("economic importance", "1", decimals=2, same_as=f"indicators.{IMPORTANCE}"),
        Column("supply risk", "1", decimals=2, same_as=f"indicators.{RISK}"),
        Column("critical (1) or not (0)", "1", decimals=0, same_as="indicators.critical"),
    ]  # fmt: skip
    title = "Economic importance and supply risk"
    table = Table("criticality_numbers", title, columns, rows, labels=view.labels)
    table.notes = [f"No {name.replace('_', ' ')}: {text}." for name in (IMPORTANCE, RISK)
                   for text in places(view.reasons(name, years))]  # fmt: skip
    if not (np.isfinite(risk) & np.isfinite(weight)).any():
        why = [text for name in (RISK, IMPORTANCE) for text in places(view.reasons(name, years))]
        return [Notice(f"{title}: not drawn, as no element has both. {'; '.join(dict.fromkeys(why))}.")]
    picture = criticality_plane(
        weight, risk, years, [view.names[element] for element in view.elements], view.colours,
        (ECONOMIC_IMPORTANCE_THRESHOLD, SUPPLY_RISK_THRESHOLD),
    )  # fmt: skip
    caption = f"Filled: {years[-1]}; hollow: {listed([str(year) for year in years[:-1]])}." if len(years) > 1 else ""
    return [Figure("criticality", title, [picture], [], caption, picture.description, table, across=1)]

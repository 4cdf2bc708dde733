"""Recovery of a run: from what is discarded to what is recovered, and where metal goes in a year."""

from __future__ import annotations

import numpy as np

from mfa.errors import InputError
from mfa.report.cascade import cascade_steps
from mfa.report.charts.cascade import WIDTH, cascade
from mfa.report.charts.panel import headed
from mfa.report.document.content import Block, Cell, Column, Figure, Notice, Paragraph, Section, Spread, Table, share
from mfa.report.document.view import View, places
from mfa.report.document.words import listed, small
from mfa.report.sankey_layout import PAGE
from mfa.report.style import scale

DIAGRAMS = 3
"""Sankey diagrams that are drawn if no elements were chosen."""
RATES = {
    "eol_collection_rate": "collected (EoL-CR)",
    "process_efficiency": "recovered of what is processed",
    "eol_recycling_rate": "recovered of the end of life (EoL-RR)",
    "eol_recycling_rate_wide": "recovered of all discards",
    "recycled_content": "recycled content",
}


def recovery(view: View, chosen: bool) -> Section:
    """Section: the recovery cascade, rates, and where metal goes.

    Parameters
    ----------
    view : View
    chosen : bool
        Whether the elements of the view were chosen: then each has a Sankey diagram.

    Returns
    -------
    Section
    """
    section = Section("recovery", "From discards to recovered metal")
    section.blocks = [Paragraph(_lead(view)), *_cascades(view), _rates(view)]
    section.parts = [Section("flows", f"Where metal goes in {view.focus}", list(_diagrams(view, chosen)))]
    return section


def _lead(view: View) -> str:
    """Which step loses most, over all elements."""
    losses = {
        "not collecting it": "uncollected", "exports of used products": "exports_used",
        "recovery itself": "recovery_loss", "a store that runs over": "overflow",
    }  # fmt: skip
    worst: dict[str, list[str]] = {}
    for e, element in enumerate(view.elements):
        amounts = {words: view.value(view.by_element("flows", name), view.focus, e) for words, name in losses.items()}
        most = max(amounts, key=lambda words: amounts[words])
        if amounts[most] > 0.0:
            worst.setdefault(most, []).append(small(view.names[element]))
    if not worst:
        return f"In {view.focus} nothing is lost at the end of life."
    told = "; ".join(f"{words} for {listed(elements)}" for words, elements in worst.items())
    return f"Where most is lost on the way from discards to recovered metal in {view.focus}: {told}."


def _cascades(view: View) -> list[Block]:
    """Cascade of each element in the year of interest, with the numbers of all steps."""
    panels, rows, none = [], [], []
    for element in view.elements:
        steps = cascade_steps(view.results, element, view.focus, view.region)
        if steps[0].value <= 0.0:
            none.append(small(view.names[element]))
            continue
        factor, unit = scale(max(step.value for step in steps), "t/yr")
        panels.append(cascade(headed(view.names[element], f"{view.focus}, {unit}", WIDTH), steps, unit, factor))
        for step in steps:
            row: list[Cell] = [element, step.words, _cell(view, step.samples), step.value / steps[0].value]
            rows.append(row)
    if not panels:
        return [Notice(f"No cascade of recovery: nothing is discarded in {view.focus}.")]
    columns = [
        Column("element", dim="element"), Column("step"), Column("amount", "t/yr", signed=False),
        share("share of discards"),
    ]  # fmt: skip
    table = Table("recovery_cascade_numbers", f"Recovery cascade, {view.focus}", columns, rows,
                  at={"time": view.focus}, labels=view.labels, brief=())  # fmt: skip
    caption = "Bold: levels; below 0: what leaves on the way; in percent of what is discarded."
    caption += f" Nothing is discarded of {listed(none)}." if none else ""
    alternative = f"From discards to metal recovered from old scrap in {view.focus}, one panel for each element."
    title = f"Recovery cascade, {view.focus}: from discards to secondary metal"
    return [Figure("recovery_cascade", title, panels, [], caption, alternative, table, across=2)]


def _cell(view: View, samples: np.ndarray) -> Cell:
    if not view.sampled:
        return float(samples.mean())
    low, high = np.quantile(samples, (0.05, 0.95))
    return Spread(float(samples.mean()), float(low), float(high))


def _rates(view: View) -> Table:
    arrays = {name: view.indicator(name) for name in RATES}
    years = sorted({view.start, view.focus})
    rows: list[list[Cell]] = [
        [element, year, *(view.cell(values, year, e) for values in arrays.values())]
        for e, element in enumerate(view.elements)
        for year in years
    ]
    columns = [Column("element", dim="element"), Column("year", dim="time")]
    columns += [share(words, f"indicators.{name}") for name, words in RATES.items()]
    notes = [f"No value of {RATES[name]}: {text}." for name in RATES for text in places(view.reasons(name, years))]
    return Table("recovery_rates", "Rates of collection and recovery", columns, rows, labels=view.labels, notes=notes)


def _diagrams(view: View, chosen: bool) -> list[Block]:
    """Sankey diagrams, of all elements if they were chosen, else of those with the largest import bills."""
    bill = view.mean(view.indicator("import_bill"))[view.at(view.focus)]
    order = list(range(len(view.elements)))
    blocks: list[Block] = []
    if not chosen and len(order) > DIAGRAMS:
        order = sorted(np.argsort(-np.nan_to_num(bill), kind="stable")[:DIAGRAMS].tolist())
        blocks.append(Paragraph(
            f"Diagrams of the {DIAGRAMS} elements with the largest import bills; mfa report --element chooses others."
        ))  # fmt: skip
    for e in order:
        element = view.elements[e]
        try:
            drawn = view.results.sankey(element, view.focus, view.region)
        except InputError as error:
            blocks.append(Notice(f"No diagram of {small(view.names[element])}: {error.faults[0].what}."))
            continue
        blocks.append(Figure(
            f"flows_{element}", f"{view.names[element]} in {view.focus}: where it comes from and where it goes",
            [drawn.picture(header=False, sizes=PAGE)], [], f"In {drawn.diagram.unit}.",
            drawn.diagram.description(), _links(view, element), across=1,
        ))  # fmt: skip
    return blocks


def _links(view: View, element: str) -> Table:
    """Flows of a diagram, none of them grouped."""
    links = view.results.sankey_links(element, view.focus, view.region)
    words = links[["source", "target", "flow", "part"]].astype(str).to_numpy().tolist()
    rows: list[list[Cell]] = [[*row, value] for row, value in zip(words, links["value"].tolist(), strict=True)]
    columns = [Column("from"), Column("to"), Column("flow"), Column("part"), Column("amount", "t/yr")]
    at: dict[str, str | int] = {"time": view.focus, "element": element}
    title = f"Flows of {small(view.names[element])}, {view.focus}"
    return Table(f"flows_{element}_numbers", title, columns, rows, at=at, brief=())

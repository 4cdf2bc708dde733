"""Stocks in use and discards of a run."""

from __future__ import annotations

import numpy as np

from mfa.report.charts.areas import stacked_areas
from mfa.report.document.content import Block, Cell, Column, Figure, Notice, Paragraph, Section, Table, share
from mfa.report.document.view import View
from mfa.report.document.words import listed, small
from mfa.report.figure_data import Stack, discard_stack, discards_by_product, stock_stack


def stocks(view: View) -> Section:
    """Section: what is in use, in which products, and what becomes of what is discarded.

    Parameters
    ----------
    view : View

    Returns
    -------
    Section
    """
    in_use, discards = stock_stack(view.reader), discard_stack(view.reader)
    total = "flows.discards_direct + flows.discards_hibernating + flows.exports_used"
    section = Section("stocks", "Stocks in use and discards")
    section.parts = [
        Section("in-use", "What is in use", [
            Paragraph(
                "The urban mine: metal in products that are in use. It grows as long as more is sold than discarded; "
                "what is sold today comes back when the products reach the end of their lives."
            ),
            *stack_blocks(view, in_use, "stock_by_product", "stocks.in_use", "No product holds any of it."),
            *_holders(view),
        ]),
        Section("discards", "What is discarded, and what becomes of it", [
            Paragraph(
                "Only what is collected can be recycled. Products put into drawers come back later; used products that "
                "are exported, and those not collected, are lost to the region."
            ),
            *stack_blocks(view, discards_by_product(view.reader), "discards_by_product", total,
                          "Nothing is discarded in any year."),
            *stack_blocks(view, discards, "discards_by_destination", total, "Nothing is discarded in any year."),
        ]),
    ]  # fmt: skip
    return section


def stack_blocks(view: View, stack: Stack, name: str, total: str, nothing: str) -> list[Block]:
    """Figure of stacked areas with its numbers; a notice instead if all of them are 0.

    Parameters
    ----------
    view : View
    stack : Stack
        Layers by element.
    name : str
        Short name.
    total : str
        File and variable that the layers add up to; empty if none is.
    nothing : str
        What is said if there is nothing to draw.
    """
    some = [e for e in range(len(view.elements)) if stack.values[:, :, e].any() or _line(stack, e)]
    if not some:
        return [Notice(f"{stack.title}: {nothing}")]
    shown = Stack(stack.title, stack.unit, stack.names, stack.colours, stack.values[:, :, some],
                  None if stack.line is None else stack.line[:, some], stack.line_name, stack.note)  # fmt: skip
    elements = [view.elements[e] for e in some]
    pictures, keys = stacked_areas(
        shown, view.years, [view.names[element] for element in elements], view.told, view.results.last_data_year
    )
    notes = [stack.note] if stack.note else []
    left = [view.names[view.elements[e]] for e in range(len(view.elements)) if e not in some]
    if left:
        notes.append(f"Not drawn, as all of it is 0: {listed([small(one) for one in left])}.")
    if len(stack.names) > 1:
        notes.append("Numbers in the areas are those of the legend.")
    if view.sampled:
        notes.append("Means of the samples.")
    alternative = f"{stack.title}, {view.years[0]} to {view.years[-1]}, one panel for each of {listed(elements)}."
    return [
        Figure(name, stack.title, pictures, keys, " ".join(notes), alternative,
               stack_table(view, shown, elements, name, total))
    ]  # fmt: skip


def _line(stack: Stack, e: int) -> bool:
    return stack.line is not None and bool(stack.line[:, e].any())


def stack_table(view: View, stack: Stack, elements: list[str], name: str, total: str) -> Table:
    """Numbers of stacked areas: a row for each element and year, a column for each layer."""
    drawn = np.flatnonzero(stack.values.any(axis=(1, 2)))
    columns = [Column("element", dim="element"), Column("year", dim="time")]
    columns += [Column(f"{stack.names[i]}", stack.unit) for i in drawn]
    layers = [stack.values[i] for i in drawn]
    if stack.line is not None:
        columns.append(Column(stack.line_name, stack.unit, same_as="policy.requirement"))
        layers.append(stack.line)
    rows: list[list[Cell]] = []
    brief = []
    for e, element in enumerate(elements):
        for t, year in enumerate(view.years.tolist()):
            if year in view.told:
                brief.append(len(rows))
            rows.append([element, year, *(float(layer[t, e]) for layer in layers)])
    totals = [(total, range(2, 2 + len(drawn)))] if total else []
    return Table(f"{name}_numbers", stack.title, columns, rows, totals=totals, labels=view.labels, brief=brief)


def _holders(view: View) -> list[Block]:
    """Which products hold most of each element at the start and in the year of interest."""
    held = view.mean(view.by_element("stocks", "in_use", ("product",)))  # time, element, product
    years = sorted({view.start, view.focus})
    rows: list[list[Cell]] = []
    for e, element in enumerate(view.elements):
        for year in years:
            here = held[view.at(year), e]
            total = float(here.sum())
            if not total:
                rows.append([element, year, total, "none", None, "none", None])
                continue
            order = np.argsort(-here, kind="stable")[:2]
            named: list[Cell] = []
            for p in order:
                named += [view.name("product", view.results.labels["product"][p]), float(here[p]) / total]
            rows.append([element, year, total, *(named + ["none", None])[:4]])
    columns = [
        Column("element", dim="element"), Column("year", dim="time"), Column("in use", "t", same_as="stocks.in_use"),
        Column("largest holder"), share("its share"), Column("second"), share("its share"),
    ]  # fmt: skip
    return [Table("holders", "Products that hold most of it", columns, rows, labels=view.labels)]

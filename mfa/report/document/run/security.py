"""Shocks and the stockpile of a run: what is missing, what stands in for it, what N-1 says without a shock."""

from __future__ import annotations

import numpy as np

from mfa.report.charts.lines import draw_lines, shares
from mfa.report.document.content import Block, Cell, Column, Figure, Notice, Paragraph, Section, Table, share
from mfa.report.document.run.stocks import stack_blocks
from mfa.report.document.run.summary import TINY, unmet_words
from mfa.report.document.view import View
from mfa.report.document.words import listed
from mfa.report.figure_data import Stack
from mfa.report.style import STOCKPILE_COLOUR

AROUND = 3
"""Years shown before and after those in which something is unmet."""


def security(view: View) -> Section:
    """Section: unmet need, and the stockpile.

    Parameters
    ----------
    view : View

    Returns
    -------
    Section
    """
    section = Section("security", "Shocks and stockpile")
    section.blocks = [Paragraph(unmet_words(view)), *_unmet(view)]
    section.parts = [Section("stockpile", "Stockpile", _stockpile(view))]
    return section


def _unmet(view: View) -> list[Block]:
    """Share of the need that is not met, where there is any."""
    unmet = view.mean(view.indicator("unmet_share"))
    hit = [e for e in range(len(view.elements)) if np.nanmax(unmet[:, e], initial=0.0) > TINY]
    if not hit:
        shocks = (view.results.attrs.get("resolved") or {}).get("shocks")
        if shocks:
            return [Notice(
                "The scenario meets shocks, but other origins, stocks and recycled metal make up for what is denied."
            )]  # fmt: skip
        return [Notice(
            "The scenario meets no shock, so this run shows no shortage. What the loss of the largest origin would "
            "mean is told by N-1 under Supply and import dependence; mfa drill plays a ban day by day."
        )]  # fmt: skip
    years = np.flatnonzero((np.nan_to_num(unmet[:, hit]) > TINY).any(axis=1))
    shown = slice(max(int(years[0]) - AROUND, 0), min(int(years[-1]) + AROUND + 1, len(view.years)))
    elements = [view.elements[e] for e in hit]
    lines = shares(unmet[shown][:, hit], None, view.years[shown], [view.names[element] for element in elements],
                   [view.colours[e] for e in hit], "% of need", whole=False)  # fmt: skip
    pictures, keys = draw_lines(lines, view.years[years].tolist(), None)
    arrays = [view.indicator("unmet_share"), view.by_element("policy", "unmet_demand"),
              view.by_element("flows", "stock_release"), view.by_element("policy", "price")]  # fmt: skip
    rows: list[list[Cell]] = [
        [element, int(view.years[t]), *(view.cell(values, int(view.years[t]), e) for values in arrays)]
        for e, element in zip(hit, elements, strict=True)
        for t in range(shown.start, shown.stop)
    ]
    columns = [
        Column("element", dim="element"), Column("year", dim="time"), share("unmet", "indicators.unmet_share"),
        Column("unmet", "t/yr", same_as="policy.unmet_demand"),
        Column("drawn from the stockpile", "t/yr", same_as="flows.stock_release"),
        Column("price", f"{view.results.money}/t", same_as="policy.price"),
    ]  # fmt: skip
    title = "Need that is not met"
    table = Table("unmet_numbers", title, columns, rows, labels=view.labels)
    left = [view.names[element] for element in view.elements if element not in elements]
    caption = f"All need is met of {listed(left)}." if left else ""
    alternative = (
        f"Unmet need in percent of the need around the shock, {view.years[shown][0]} to {view.years[shown][-1]}."
    )
    return [Figure("unmet", title, pictures, keys, caption, alternative, table), *_units(view, shown)]


def _units(view: View, shown: slice) -> list[Block]:
    """Products that could not be sold."""
    units = view.mean(view.regional("items", "unmet_units"))[shown].sum(axis=0)
    order = [p for p in np.argsort(-units, kind="stable") if units[p] >= 0.5]
    if not order:
        return []
    rows: list[list[Cell]] = [[view.name("product", view.results.labels["product"][p]), float(units[p])] for p in order]
    title = f"Units wanted but not sold, {view.years[shown][0]} to {view.years[shown][-1]}"
    columns = [Column("product"), Column("not sold", "unit", decimals=0)]
    brief = range(min(10, len(rows)))
    note = [f"The {len(brief)} largest of {len(rows)}."] if len(rows) > len(brief) else []
    return [Table("unsold", title, columns, rows, brief=brief, notes=note)]


def _stockpile(view: View) -> list[Block]:
    held = view.mean(view.by_element("stocks", "stockpile"))
    if not held.any():
        return [Notice("There is no stockpile in any year; stockpile_days sets one.")]
    stack = Stack("Metal in the national stockpile, at year end", "t", ["In the stockpile"], [STOCKPILE_COLOUR],
                  held[None])  # fmt: skip
    arrays = [view.by_element("stocks", "stockpile"), view.indicator("days_of_cover")]
    rows: list[list[Cell]] = [
        [element, year, *(view.cell(values, year, e) for values in arrays)]
        for e, element in enumerate(view.elements)
        for year in view.told
    ]
    columns = [
        Column("element", dim="element"), Column("year", dim="time"),
        Column("in the stockpile", "t", same_as="stocks.stockpile"),
        Column("covers", "day", decimals=0, same_as="indicators.days_of_cover"),
    ]  # fmt: skip
    table = Table("cover", "Days of need that the stockpile covers", columns, rows, labels=view.labels)
    return [*stack_blocks(view, stack, "stockpile", "stocks.stockpile", "It is empty in every year."), table]

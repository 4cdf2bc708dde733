"""What the levers of a run did, why, and what they cost."""

from __future__ import annotations

import numpy as np

from mfa.indicators.levers import PLANTS
from mfa.report.document.content import Block, Cell, Column, Item, Notice, Paragraph, Points, Section, Table
from mfa.report.document.view import View
from mfa.vocabulary import POLICY

PAID = {
    "collection_subsidy_paid": "state", "output_subsidy_paid": "state", "grant_paid": "state",
    "research_paid": "state", "keep_cost_paid": "state", "quota_charge": "makers, to the state",
    "floor_charge": "recyclers, to the state", "content_charge": "makers, to the state",
    "gate_fee_paid": "makers, to recyclers",
}  # fmt: skip
"""Payments of levers, and who pays."""
YEARLY = {"public_cost": "public cost", "social_cost": "social cost"}


def levers(view: View) -> Section:
    """Section: why each lever did or did not act, and what was paid.

    Parameters
    ----------
    view : View

    Returns
    -------
    Section
    """
    section = Section("levers", "Levers: what they did and what they cost")
    section.parts = [
        Section("why", "Why each lever did or did not act", _why(view)),
        Section("cost", "Cost", _cost(view)),
    ]
    return section


def _why(view: View) -> list[Block]:
    """Explanations by lever, the largest effects first."""
    found = [one for one in view.results.explanations if one.region == view.region]
    if not found:
        return [Notice("Nothing is known of levers: the run was made without its inputs, or no lever is set.")]
    levers_of = dict.fromkeys(one.lever for one in found)
    lead = "The largest effects come first. Each line holds for the years it names."
    if set(levers_of) == {PLANTS}:
        lead = "No lever is set. How recycling plants were used:"
    blocks: list[Block] = [Paragraph(lead)]
    items = []
    for lever in levers_of:
        for one in (one for one in found if one.lever == lever):
            items.append(Item(f"{lever[:1].upper()}{lever[1:]}, {one.state} {one.period}", f"{one.text}."))
    return [*blocks, Points(items)]


def _cost(view: View) -> list[Block]:
    """Payments by lever, public and social cost by year."""
    later = view.years > view.start
    when = f"{view.start + 1} to {view.years[-1]}"
    rows: list[list[Cell]] = []
    for name, payer in PAID.items():
        array, dims = view.results.arrays("policy")[name], view.results.dims("policy", name)
        here = np.take(array, view.results.labels["region"].index(view.region), axis=1 + dims.index("region"))
        yearly = here.reshape(*here.shape[:2], -1).sum(axis=-1).mean(axis=0)
        if yearly[later].any():
            peak = int(np.argmax(np.where(later, yearly, -np.inf)))
            rows.append([POLICY[name].meaning, payer, float(yearly[later].sum()), float(yearly[peak]),
                         int(view.years[peak])])  # fmt: skip
    money = view.results.money
    blocks: list[Block] = []
    if rows:
        columns = [
            Column("what is paid"), Column("who pays"), Column(f"sum {when}", money, f"million {money}", 1e-6),
            Column("most in a year", f"{money}/yr", f"million {money}/yr", 1e-6), Column("year", dim="time"),
        ]  # fmt: skip
        notes = ["Constant prices, not discounted. All elements of the run together."]
        blocks.append(Table("payments", "What is paid for the levers", columns, rows, notes=notes))
    else:
        blocks.append(Notice(f"No subsidy, grant, fee or penalty is paid, {when}."))
    rows = []
    bill = view.results.arrays("indicators")["import_bill"][:, view.results.labels["region"].index(view.region)]
    arrays = [view.regional("indicators", name) for name in YEARLY] + [bill.sum(axis=-1)]
    for year in view.told:
        rows.append([year, *(view.cell(values, year) for values in arrays)])
    columns = [Column("year", dim="time")]
    columns += [
        Column(words, f"{money}/yr", f"million {money}/yr", 1e-6, same_as=f"indicators.{name}")
        for name, words in YEARLY.items()
    ]
    columns.append(Column("import bill", f"{money}/yr", f"million {money}/yr", 1e-6))
    notes = [
        "Public cost: subsidies, grants, research, retention, support of primary sources and stockpiling, less "
        "penalties. Social cost: operating, capital, collection, research, retention, primary and stockpiling cost, "
        "whoever pays. The import bill stands apart; it is that of all elements of the run."
    ]
    blocks.append(Table("cost_by_year", "Cost by year", columns, rows, notes=notes))
    blocks.append(Notice(
        "What a tonne of import avoided costs is a comparison with a run without the levers: mfa report BASE "
        f"{view.results.name}, or mfa compare, tells it."
    ))  # fmt: skip
    return blocks

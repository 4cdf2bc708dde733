"""What scenarios cost against their bases, what a tonne of import avoided costs, what they lack under shocks."""

from __future__ import annotations

import numpy as np

from mfa.report.charts.bars import difference_bars
from mfa.report.document.comparison.view import Compared
from mfa.report.document.content import Block, Cell, Column, Figure, Notice, Paragraph, Section, Spread, Table, number
from mfa.report.document.words import listed, small
from mfa.studies.outcomes import ALL_ELEMENTS

KINDS = {"public_cost": "public cost", "social_cost": "social cost", "import_bill": "import bill"}
PRODUCTS = 10
"""Products with units not sold that a page shows."""


def cost(view: Compared) -> Section:
    """Section: cost, cost-effectiveness, unmet need under shocks.

    Parameters
    ----------
    view : Compared

    Returns
    -------
    Section
    """
    first, last = view.setting.period
    section = Section("cost", f"Cost and effect, {first} to {last}")
    section.blocks = [
        Paragraph(
            "Public cost: subsidies, grants, research, retention, support of primary sources and stockpiling, less "
            "penalties. Social cost: all cost of recycling, collection, research, retention, primary sources and "
            "stockpiling, whoever pays. The import bill stands apart from both. All three are of all elements."
        ),
        *_bars(view), _table(view),
    ]  # fmt: skip
    section.parts = [
        Section("per-tonne", "What a tonne of import avoided costs", _per_tonne(view)),
        Section("shock", "Unmet need under the shocks", _shock(view)),
    ]
    return section


def _bars(view: Compared) -> list[Block]:
    """Changes of the three costs, a panel each."""
    against = [name for name in view.scenarios if view.base(name)]
    panels = []
    for key, words in KINDS.items():
        values = [1e-6 * view.over_period(name, f"{key}_present_value").difference for name in against]
        if np.nan_to_num(values).any():
            title = f"{words[0].upper()}{words[1:]}, change against the base, million {view.setting.money}"
            written = [number(value, signed=True) for value in values]
            panels.append(difference_bars(title, [view.short[name] for name in against], values, written))
    if not panels:
        return [Notice("No scenario changes any cost; no bars are drawn.")]
    rows: list[list[Cell]] = [
        [name, *(view.change(view.over_period(name, f"{key}_present_value")) for key in KINDS)] for name in against
    ]
    money = view.setting.money
    columns = [Column("scenario", dim="scenario")]
    columns += [
        Column(words, money, f"million {money}", 1e-6, same_as=f"{key}_present_value.difference", signed=True,
               at={"element": ALL_ELEMENTS})
        for key, words in KINDS.items()
    ]  # fmt: skip
    title = "Cost against the base, present value"
    table = Table("cost_change_numbers", title, columns, rows, labels=view.labels)
    described = " ".join(panel.description for panel in panels)
    return [Figure("cost_change", title, panels, [], "", described, table, across=1)]


def _table(view: Compared) -> Table:
    """Levels of the costs and of the greenhouse gas avoided."""
    money = view.setting.money
    rows: list[list[Cell]] = []
    for name in view.scenarios:
        cells = [view.level(view.over_period(name, f"{key}_present_value")) for key in KINDS]
        gas = sum(view.over_period(name, "co2_avoided_total", element).value for element in view.elements)
        rows.append([name, *cells, gas])
    columns = [Column("scenario", dim="scenario")]
    columns += [
        Column(
            words, money, f"million {money}", 1e-6, same_as=f"{key}_present_value.value", at={"element": ALL_ELEMENTS}
        )
        for key, words in KINDS.items()
    ]
    columns.append(Column("greenhouse gas avoided by recycling", "t CO2", "kt CO2", 1e-3))
    names = listed([small(view.names[element]) for element in view.elements])
    return Table("cost_levels", "Cost, present value, and greenhouse gas", columns, rows,
                 labels=view.labels, notes=[f"Greenhouse gas of {names}."])  # fmt: skip


def _per_tonne(view: Compared) -> list[Block]:
    against = [name for name in view.scenarios if view.base(name)]
    if not against:
        return []
    rows: list[list[Cell]] = []
    reasons: dict[str, list[str]] = {}
    for name in against:
        for element in view.elements:
            tonnes = view.over_period(name, "imports_total", element)
            cells = [
                view.over_period(name, f"{key}_cost_per_tonne_import_avoided", element) for key in ("public", "social")
            ]
            avoided: Cell = -tonnes.difference
            if view.reader.sampled:
                avoided = Spread(-tonnes.difference, -tonnes.difference_p95, -tonnes.difference_p5)
            rows.append([name, element, avoided, *(view.level(cell) for cell in cells)])
            if not np.isfinite(cells[1].value):
                reasons.setdefault(cells[1].reason or "undefined", []).append(f"{view.short[name]} {element}")
    money = view.setting.money
    columns = [Column("scenario", dim="scenario"), Column("element", dim="element"), Column("import avoided", "t")]
    columns += [
        Column(f"{key} cost of a tonne", f"{money}/t", same_as=f"{key}_cost_per_tonne_import_avoided.value")
        for key in ("public", "social")
    ]
    notes = ["Each element bears all of the scenario's cost: the cost of several does not add up."]
    notes += [f"No cost of a tonne: {reason} ({', '.join(where)})." for reason, where in reasons.items()]
    title = "Primary import avoided against the base, and its cost"
    return [Table("per_tonne", title, columns, rows, labels=view.labels, notes=notes)]


def _shock(view: Compared) -> list[Block]:
    spans = view.reader.spans
    if not spans:
        return [Notice("No scenario meets a shock.")]
    rows: list[list[Cell]] = []
    for name, span in spans.items():
        for element in view.elements:
            tonnes, share = (
                view.reader.cell(name, view.region, f"{key}_under_shock", *span, element=element)
                for key in ("unmet_demand", "unmet_share")
            )
            against = view.change(share) if view.base(name) else None
            rows.append([name, f"{span[0]} to {span[1]}" if span[0] != span[1] else str(span[0]), element,
                         view.level(tonnes), view.level(share), against])  # fmt: skip
    columns = [
        Column("scenario", dim="scenario"), Column("years"), Column("element", dim="element"),
        Column("unmet", "t", same_as="unmet_demand_under_shock.value"),
        Column("of the need", "1", "%", 100.0, 1, "unmet_share_under_shock.value"),
        Column("against the base", "1", "points", 100.0, 1, "unmet_share_under_shock.difference", signed=True),
    ]  # fmt: skip
    table = Table("under_shock", "Unmet need under the shocks", columns, rows, labels=view.labels)
    return [table, *_unsold(view)]


def _unsold(view: Compared) -> list[Block]:
    """Products with units not sold, by scenario."""
    rows: list[list[Cell]] = []
    for name, span in view.reader.spans.items():
        for product in view.setting.products:
            cell = view.reader.cells[name, view.region, "", product, "unmet_units_under_shock", *span]
            if cell.value >= 0.5:
                base = cell.base_value if np.isfinite(cell.base_value) else None
                rows.append([name, view.comparison.label_name("product", product), cell.value, base])
    if not rows:
        return []
    rows.sort(key=lambda row: (view.scenarios.index(str(row[0])), -float(row[2])))  # type: ignore[arg-type]
    brief = [
        place for name in view.reader.spans for place in [i for i, row in enumerate(rows) if row[0] == name][:PRODUCTS]
    ]
    columns = [Column("scenario", dim="scenario"), Column("product"), Column("not sold", "unit", decimals=0),
               Column("in the base", "unit", decimals=0)]  # fmt: skip
    notes = [f"The {PRODUCTS} largest of each scenario."] if len(brief) < len(rows) else []
    return [
        Table(
            "unsold",
            "Units wanted but not sold in the years of the shocks",
            columns,
            rows,
            labels=view.labels,
            brief=brief,
            notes=notes,
        )
    ]

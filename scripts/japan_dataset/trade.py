"""Trade of products and components, manufacturing, and the need for metal outside the product list."""

from __future__ import annotations

from collections.abc import Iterable

from japan_dataset.evidence import Datum, Evidence, Series, combined, constant, nodes, product
from japan_dataset.labels import (
    ELEMENTS,
    FIRST_YEAR,
    LAST_YEAR,
    PARTS,
    REGION,
    products_named,
)
from japan_dataset.tables import Table
from japan_dataset.use import NO_FUEL_CELL_ROW, add_series

SCOPES = {
    "battery_magnet": (
        "cathode powder for cells made abroad",
        "portable cells and LCO powder exported",
        "bare magnets, net exports",
    ),
    "economy": (
        "cathode powder for cells made abroad",
        "portable cells and LCO powder exported",
        "bare magnets, net exports",
        "glass, grease, primary cells, absorption chillers, flux",
        "alloys, hard metal, catalysts, magnets",
        "stainless and special steel, alloys, plating",
    ),
}
CELL_ELEMENTS = ("Li", "Co", "Ni")
EXPORTED_CELLS = "NCA cells exported on balance (before 2024 in step with cathode powder)"
EVIDENCE_ONLY = (
    "all uses, domestic input",
    "lithium-ion batteries",
    "nickel metal hydride batteries",
    "cathode nickelate capacity",
)
"""Rows of one year: checks, not part of any scope."""


def trade_tables(evidence: Evidence) -> list[Table]:
    """Return trade, manufacturing and other need."""
    return [*_product_trade(evidence), _component_imports(evidence), *_manufacturing(evidence), *_other_need(evidence)]


def _product_trade(evidence: Evidence) -> list[Table]:
    tables = []
    for name, kind, parameter, description in (
        ("product_import_share", "fraction", "import_share_of_sales", "Products imported as a share of wanted sales"),
        ("product_export_ratio", "amount", "export_per_sale", "Products exported per unit of wanted sales"),
    ):
        table = Table(name, "1", kind, description)
        words = dict.fromkeys(row["product"] for row in evidence.rows("japan/trade_split", parameter=parameter))
        for word in words:
            if word == "industrial_robot":
                continue  # a check on servo motors, which contain robots
            path = evidence.series("japan/trade_split", product=word, parameter=parameter)
            for item in products_named(word):
                add_series(table, path, region=REGION, product=item)
            if word == "hev_liion":
                borrowed = path.map(lambda datum: datum.as_estimate(f"{NO_FUEL_CELL_ROW}: row of full Li-ion hybrids"))
                add_series(table, borrowed, region=REGION, product="fcev")
        tables.append(table)
    return tables


def _component_imports(evidence: Evidence) -> Table:
    table = Table(
        "component_import_share",
        "1",
        "fraction",
        "Share of the components built into home-made products that comes ready-made from abroad",
    )
    cells = evidence.series("japan/trade_split", product="cells", parameter="import_share_in_domestic_vehicles")
    magnets = evidence.series("japan/trade_split", product="magnets", parameter="import_share_in_domestic_products")
    for item, component in PARTS:
        if component == "small_battery":
            continue  # no row for home-made electronics: 0, the default
        add_series(table, magnets if "magnet" in component else cells, region=REGION, product=item, component=component)
    return table


def _manufacturing(evidence: Evidence) -> list[Table]:
    tables = []
    for name, parameter, description in (
        ("manufacturing_yield", "yield", "Share of the refined metal used that ends in components"),
        ("new_scrap_share", "new_scrap_share", "Share of the manufacturing loss that is recycled as new scrap"),
    ):
        table = Table(name, "1", "fraction", description)
        series = {
            word: evidence.series("japan/manufacturing", component=word, parameter=parameter)
            for word in ("battery_Liion", "battery_NiMH", "magnet")
        }
        for item, component in PARTS:
            word = "magnet" if "magnet" in component else "battery_NiMH" if item == "hev_nimh" else "battery_Liion"
            add_series(table, series[word], region=REGION, product=item, component=component)
        tables.append(table)
    return tables


def _summed(series: Iterable[Series], uses: str) -> dict[int, Datum]:
    paths = list(series)
    years = {FIRST_YEAR, LAST_YEAR, *(year for path in paths for year in path.years)}
    note = f"uses: {uses}; each linear between its anchors, held before the first and after the last"
    return {
        year: combined(lambda *parts: sum(parts), *(path[year] for path in paths), note=note) for year in sorted(years)
    }


def _exported_cells(evidence: Evidence, element: str) -> Series:
    """Return the element in vehicle cells exported on balance, t/yr: GWh of NCA cells x kg/kWh.

    The rows begin in 2024; earlier exports follow the cathode powder sold to cell makers abroad, so that they do not
    stand at the level of 2024 before such cells were made.
    """
    cells = evidence.series("japan/trade_split", product="cells", parameter="net_exports")
    cathode = evidence.series("japan/other_need", element="Li", use="cathode powder for cells made abroad")
    first = cells.years[0]
    earlier = {
        year: combined(
            lambda now, then, base: now * then / base,
            cells[first],
            cathode[year],
            cathode[first],
            note="",
        )
        for year in cathode.years
        if year < first
    }
    intensity = evidence.one("ev/material_intensity_battery", chemistry="NCA", element=element, design="recommended")
    tonnes = constant(Datum(1000.0, None, None, "derived", ("EXPERT",), "GWh x kg/kWh in t"))
    path = cells.with_anchors(earlier)
    factors = (path, constant(intensity), tonnes)
    return Series({year: product(*(one[year] for one in factors), note="") for year in nodes(factors)})


def _other_need(evidence: Evidence) -> list[Table]:
    known = {use for uses in SCOPES.values() for use in uses} | set(EVIDENCE_ONLY)
    found = {row["use"] for row in evidence.file("japan/other_need")}
    if found - known:
        raise ValueError(f"japan/other_need: uses without a scope: {sorted(found - known)}")
    descriptions = {
        "battery_magnet": "Need for exported cathode powder and cells and for bare magnets",
        "economy": "Need of all uses outside the product list",
    }
    tables = []
    for scope, uses in SCOPES.items():
        table = Table("other_need", "t/yr", "amount", descriptions[scope], scope)
        for element, *_ in ELEMENTS:
            of_element = [use for use in uses if evidence.rows("japan/other_need", element=element, use=use)]
            paths = [evidence.series("japan/other_need", element=element, use=use) for use in of_element]
            if element in CELL_ELEMENTS:
                paths.append(_exported_cells(evidence, element))
                of_element.append(EXPORTED_CELLS)
            for year, datum in _summed(paths, "; ".join(of_element)).items():
                table.add(datum, region=REGION, time=year, element=element)
        tables.append(table)
    return tables

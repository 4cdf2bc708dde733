"""Names of variables in the IAMC format, with their units and where each name comes from.

The names of stocks, demand, outflow, retirement and losses are those of the proposal to the common definitions of the
Integrated Assessment Modeling Consortium (IAMconsortium/common-definitions, pull request 425, "Add material/product
stocks, demand, and outflow variables"); production those of the definitions in force
(definitions/variable/industry/production.yaml); trade and scrap those of an earlier draft (pull request 90, "Add
industry variables"). What none of them knows has a name of ours.
"""

from __future__ import annotations

from dataclasses import dataclass

PROPOSAL = "common-definitions, pull request 425 (proposed)"
IN_FORCE = "common-definitions, industry/production.yaml"
DRAFT = "common-definitions, pull request 90 (draft, closed)"
OURS = "mfa"
OTHER = "Other"
"""Demand sector of products that no other holds."""

SECTOR_OF_PRODUCT: dict[str, str] = {
    **dict.fromkeys(
        ("bev", "phev", "hev_nimh", "hev_liion", "hev_mild_registered", "hev_mild_kei", "fcev", "car_small_magnets"),
        "Transportation|Road|Cars",
    ),
    "wind_turbine": "Electricity|Generation|Wind",
}
"""Demand sectors of products that come with mfa, from the proposal's list of disaggregated demand sectors."""
SECTOR_OF_GROUP: dict[str, str] = {"vehicles": "Transportation", "energy": "Electricity"}
"""Demand sectors of groups of products (`group` in ``labels.csv``) of other data sets."""


@dataclass(frozen=True)
class ProductType:
    """How units of a product are counted in the IAMC format.

    Attributes
    ----------
    path : str
        Below ``Product Stock`` and its like.
    unit : str
        Of a stock; of a flow it is per year.
    factor : float
        From units of the data set.
    origin : str
    """

    path: str
    unit: str
    factor: float
    origin: str


PRODUCT_TYPES: dict[str, ProductType] = {
    "car_small_magnets": ProductType("Transportation|Road|Cars", "thousand", 1e-3, PROPOSAL),  # every car has them
    "bev": ProductType("Transportation|Road|Cars|BEV", "thousand", 1e-3, OURS),
    "phev": ProductType("Transportation|Road|Cars|PHEV", "thousand", 1e-3, OURS),
    "fcev": ProductType("Transportation|Road|Cars|FCEV", "thousand", 1e-3, OURS),
    "wind_turbine": ProductType("Electricity|Generation|Wind", "GW", 1e-3, PROPOSAL),  # one unit is 1 MW
}
"""Products that come with mfa and that the proposal, or the drive types of the definitions in force, know."""


@dataclass(frozen=True)
class MassVariable:
    """A variable that is a sum of flows, stocks or policy outcomes of one metal.

    Attributes
    ----------
    name : str
        With ``{}`` for the metal.
    per_year : bool
        Whether it is mass per year.
    group : str
        Group of the results.
    sums : tuple of str
        What is added up.
    total, sectors : str
        Where the names of the whole and of its parts by demand sector come from; empty if there are none.
    meaning : str
        In the terms of this model.
    """

    name: str
    per_year: bool
    group: str
    sums: tuple[str, ...]
    total: str
    sectors: str
    meaning: str


_ORIGINS = {"425": PROPOSAL, "90": DRAFT, "production": IN_FORCE, "mfa": OURS, "": ""}
_MASS = """
Material Stock|{};t;stocks;in_use;mfa;425;Metal in products in use at year end
Final Material Demand|{};t/yr;flows;sales spares reused;425;425;Metal that enters use: sales, spare parts, reused parts
Material Outflow|{};t/yr;flows;discards_direct discards_hibernating exports_used;mfa;425;Metal that leaves use
Used Product Arrivals|{};t/yr;flows;imports_used;mfa;;Metal in used products from other regions of the run
Material Losses|{};t/yr;flows;uncollected second_life_lost recovery_loss overflow;425;;Metal lost after use
Material Losses|{}|Waste and Scrap Recovery;t/yr;flows;uncollected second_life_lost;mfa;;Not collected or lost later
Material Losses|{}|Material Recycling;t/yr;flows;recovery_loss overflow;mfa;;Lost in recovery or beyond the store
Manufacturing Losses|{};t/yr;flows;mfg_loss;mfa;;Metal lost in manufacturing that is not recycled
Production|Non-Ferrous Metals|{};t/yr;flows;primary secondary;production;;Refined metal made in the region
Production|Non-Ferrous Metals|{}|Primary;t/yr;flows;primary;production;;Refined metal from domestic primary sources
Production|Non-Ferrous Metals|{}|Secondary;t/yr;flows;secondary;production;;Refined metal recovered from scrap
Import|Industry|Non-Ferrous Metals|{}|Volume;t/yr;flows;imports;90;;Refined metal imported
Export|Industry|Non-Ferrous Metals|{}|Volume;t/yr;flows;exports_refined;90;;Refined metal exported
Total Scrap|Non-Ferrous Metals|{};t/yr;flows;discards_direct released;;90;Metal in direct discards and releases
Collected Scrap|Non-Ferrous Metals|{};t/yr;flows;collected to_second_life reused;;90;Metal collected for any use
Manufacturing Demand|{};t/yr;policy;requirement;mfa;;Need of manufacturing for refined metal, before rationing
Unmet Demand|{};t/yr;policy;unmet_demand;mfa;;Need of manufacturing that is not met
Hibernating Stock|{};t;stocks;hibernation;mfa;;Metal in products kept unused at year end
Strategic Stockpile|{};t;stocks;stockpile;mfa;;Refined metal in the stockpile at year end
"""
MASS_VARIABLES: tuple[MassVariable, ...] = tuple(
    MassVariable(name, unit == "t/yr", group, tuple(sums.split()), _ORIGINS[total], _ORIGINS[sectors], meaning)
    for name, unit, group, sums, total, sectors, meaning in (line.split(";") for line in _MASS.strip().splitlines())
)
PERCENT: dict[str, str] = {
    "import_requirement": "Import Requirement|{}",
    "eol_recycling_rate": "End-of-Life Recycling Rate|{}",
    "eol_recycling_input_rate": "End-of-Life Recycling Input Rate|{}",
    "recycled_content": "Recycled Content|{}",
    "self_sufficiency": "Self-Sufficiency|{}",
    "unmet_share": "Unmet Demand Share|{}",
}
"""Indicators that are told in percent, under names of ours."""


def sector_of(product: str, group: str, given: dict[str, str] | None = None) -> str:
    """Demand sector of a product.

    Parameters
    ----------
    product, group : str
        Label of the product and its group.
    given : dict, optional
        Sectors by product, which come first.

    Examples
    --------
    >>> sector_of("bev", "vehicles"), sector_of("tram", "vehicles"), sector_of("smartphone", "electronics")
    ('Transportation|Road|Cars', 'Transportation', 'Other')
    """
    if given and product in given:
        return given[product]
    return SECTOR_OF_PRODUCT.get(product) or SECTOR_OF_GROUP.get(group, OTHER)


def plain(name: str) -> str:
    """A name as one level of a variable: without the sign that parts levels.

    Examples
    --------
    >>> plain("NiMH | Li-ion")
    'NiMH / Li-ion'
    """
    return " ".join(name.replace("|", "/").split())

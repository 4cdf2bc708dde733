"""What one run comes to: the figures that a comparison sets side by side, as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mfa.indicators import REASONS
from mfa.results import Results
from mfa.studies.bases import Shocks, shocks_of
from mfa.vocabulary import INDICATORS, POLICY, money_unit

UNMET = "part of the need unmet"
"""What must be read with a figure that a ban embellishes."""
DENIED = ("imports", "import_bill")
"""Amounts that a ban lowers by denying supply, which is no gain either."""


@dataclass(frozen=True)
class Quantity:
    """One figure of a comparison: unit, meaning, and what it is told for.

    Attributes
    ----------
    unit : str
        ``money`` stands for the money of the runs.
    meaning : str
        What it is.
    kind : str
        ``year``: in a year, by element; ``cost``: in a year, all elements together; ``period``: over the years of the
        cost, by element; ``total``: over them, all elements together; ``shock``: over the years of the shocks;
        ``product``: in a year, by product; ``product shock``: over the years of the shocks, by product.
    """

    unit: str
    meaning: str
    kind: str = "year"


def _of_vocabulary(name: str, kind: str = "year") -> Quantity:
    variable = INDICATORS.get(name) or POLICY[name]
    return Quantity(variable.unit, variable.meaning, kind)


QUANTITIES: dict[str, Quantity] = {
    **{
        name: _of_vocabulary(name)
        for name in (
            "import_requirement", "net_import_reliance", "unmet_share", "unmet_demand", "recycled_content",
            "eol_recycling_input_rate", "self_sufficiency", "n_1_cover",
        )
    },
    "imports": Quantity("t/yr", "Refined metal imported, from all origins"),
    "import_bill": _of_vocabulary("import_bill"),
    "co2_avoided": _of_vocabulary("co2_avoided"),
    "public_cost": _of_vocabulary("public_cost", "cost"),
    "social_cost": _of_vocabulary("social_cost", "cost"),
    "unmet_units": Quantity("unit/yr", "Units wanted but not sold", "product"),
    "unmet_demand_under_shock": Quantity("t", "Need that was not met, sum over the years of the shocks", "shock"),
    "unmet_share_under_shock": Quantity(
        "1", "Need that was not met over the need, sums over the years of the shocks", "shock"
    ),
    "unmet_units_under_shock": Quantity(
        "unit", "Units wanted but not sold, sum over the years of the shocks", "product shock"
    ),
    "imports_total": Quantity("t", "Refined metal imported, sum over the years of the cost", "period"),
    "co2_avoided_total": Quantity("CO2*t", "Greenhouse gas avoided, sum over the years of the cost", "period"),
    "import_bill_present_value": Quantity("money", "Present value of the import bill", "period"),
    "public_cost_present_value": Quantity("money", "Present value of the public cost", "total"),
    "social_cost_present_value": Quantity("money", "Present value of the social cost", "total"),
    "public_cost_per_tonne_import_avoided": Quantity(
        "money/t", "Public cost above the base over tonnes of import avoided; each element bears all of it", "period"
    ),
    "social_cost_per_tonne_import_avoided": Quantity(
        "money/t", "Social cost above the base over tonnes of import avoided; each element bears all of it", "period"
    ),
}  # fmt: skip
"""Figures of a comparison by name, in the order of the table."""
PER_TONNE = {f"{cost}_per_tonne_import_avoided": cost for cost in ("public_cost", "social_cost")}
"""Figures that exist against a base only, and the cost that they are made of."""
ALL_ELEMENTS = "all"
"""Element of figures that are of all elements together."""


def quantity_unit(name: str, money: str) -> str:
    """Unit of a figure.

    Examples
    --------
    >>> quantity_unit("social_cost_per_tonne_import_avoided", "USD_2024")
    'USD_2024/t'
    """
    return money_unit(QUANTITIES[name].unit, money)


@dataclass(frozen=True, eq=False)
class Outcome:
    """Figures of a run in the regions and elements that are compared, for every year.

    Attributes
    ----------
    by_element : dict of ndarray (sample, region, time, element)
        By name of the quantity, and ``requirement``, t/yr.
    cost : dict of ndarray (sample, region, time)
        Public and social cost, and the import bill of all elements of the run, money/yr.
    unmet_units : ndarray (sample, region, time, product), unit/yr
    denied : ndarray (region, time) of bool
        Whether part of the need for some element of the run is unmet.
    reasons : dict of ndarray (region, time, element) of str
        Why a figure has no value, or with what it must be read.
    shocks : Shocks
        Bans that the run met.
    """

    by_element: Mapping[str, np.ndarray]
    cost: Mapping[str, np.ndarray]
    unmet_units: np.ndarray
    denied: np.ndarray
    reasons: Mapping[str, np.ndarray]
    shocks: Shocks


def outcome_of(results: Results, regions: Sequence[str], elements: Sequence[str], products: Sequence[str]) -> Outcome:
    """Take from results what a comparison needs.

    Parameters
    ----------
    results : Results
        What a run computed; totals are enough.
    regions, elements, products : sequence of str
        Those to compare; of a product that the run does not know no unit is unmet.

    Returns
    -------
    Outcome
    """
    here = [results.labels["region"].index(region) for region in regions]
    mine = [results.labels["element"].index(element) for element in elements]
    indicators, policy = results.arrays("indicators"), results.arrays("policy")

    def cut(array: np.ndarray) -> np.ndarray:  # (sample, region, time, element)
        return array[:, here][..., mine]

    by_element = {}
    for name, quantity in QUANTITIES.items():
        if quantity.kind == "year" and name != "imports":
            by_element[name] = cut(indicators[name] if name in INDICATORS else policy[name])
    by_element["imports"] = cut(results.arrays("flows")["imports"].sum(axis=2))
    by_element["requirement"] = cut(policy["requirement"])
    all_elements = indicators["import_bill"][:, here].sum(axis=-1)
    cost = {name: indicators[name][:, here] for name in ("public_cost", "social_cost")}
    denied = (by_element["unmet_share"] > 0.0).any(axis=0)
    reasons = {}
    for name in by_element:
        codes = results.reason_codes.get(name)
        if codes is not None:
            reasons[name] = np.array(REASONS, dtype=object)[cut(codes).max(axis=0)]
        else:
            reasons[name] = np.full(denied.shape, "", dtype=object)
        if name in DENIED:
            reasons[name] = np.where(denied & (reasons[name] == ""), UNMET, reasons[name])
    units = results.arrays("items")["unmet_units"][:, here]
    wanted = np.zeros((*units.shape[:-1], len(products)))
    for place, product in enumerate(products):
        if product in results.labels["product"]:
            wanted[..., place] = units[..., results.labels["product"].index(product)]
    return Outcome(
        by_element,
        {**cost, "import_bill": all_elements},
        wanted,
        np.asarray((indicators["unmet_share"][:, here] > 0.0).any(axis=(0, -1))),
        reasons,
        shocks_of(results.inputs, regions),
    )


def lifted(reason: str) -> bool:
    """Whether a reason says that a ban embellishes the figure.

    Examples
    --------
    >>> lifted("net exporter; part of the need unmet"), lifted("no need")
    (True, False)
    """
    return UNMET in reason

"""Results of the plain model: dicts keyed by labels, in the order of the names below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

_PKE = ("product", "component", "element")
_FLOW_DETAIL: dict[str, tuple[str, ...]] = {
    "primary": ("origin", "element"),
    "imports": ("origin", "element"),
    "exports_refined": ("element",),
    "refined_use": _PKE,
    "to_products": _PKE,
    "new_scrap": _PKE,
    "mfg_loss": _PKE,
    "imports_product": _PKE,
    "imports_component": _PKE,
    "exports_product": _PKE,
    "other_use": ("element",),
    "sales": _PKE,
    "spares": _PKE,
    "discards_direct": _PKE,
    "discards_hibernating": _PKE,
    "exports_used": _PKE,
    "imports_used": _PKE,
    "released": _PKE,
    "collected": _PKE,
    "uncollected": _PKE,
    "reused": _PKE,
    "to_second_life": _PKE,
    "second_life_eol": ("component", "element"),
    "second_life_lost": ("component", "element"),
    "imports_scrap": ("component", "element"),
    "exports_scrap": ("component", "element", "scrap"),
    "secondary": ("element", "route", "scrap"),
    "recovery_loss": ("element", "route", "scrap"),
    "overflow": ("component", "element", "scrap"),
    "stock_release": ("element",),
    "stock_fill": ("element",),
    "pool_in": ("element",),
    "pool_out": ("element",),
    # component mass processed: exists in the mass layer only
    "processed": ("element", "route", "scrap"),
}
_STOCK_DETAIL: dict[str, tuple[str, ...]] = {
    "in_use": _PKE,
    "hibernation": _PKE,
    "second_life": ("component", "element"),
    "feed_store": ("component", "element", "scrap"),
    "stockpile": ("element",),
    "sink": ("element",),
}
_ITEM_NAMES = (
    "sales_units", "discards_units", "imports_used_units", "stock_units", "unmet_units", "early_retirement",
    "product_output",
)  # fmt: skip
_COHORT_NAMES = ("stock_by_cohort", "discards_by_cohort", "sold_by_cohort", "arrived_by_cohort")
_PAIR = ("product", "component")
_POLICY_DETAIL: dict[str, tuple[str, ...]] = {
    "price": ("element",),
    "chemistry_mix": ("product", "component", "chemistry"),
    "collection_rate": _PAIR,
    "scrap_value": _PAIR,
    "shadow_price": _PAIR,
    "quota_state": _PAIR,
    "quota_shortfall": _PAIR,
    "quota_unclipped": _PAIR,
    "quota_clipped": _PAIR,
    "quota_charge": _PAIR,
    "collection_subsidy_paid": (),
    "output_subsidy_paid": (),
    "grant_paid": (),
    "research_paid": (),
    "keep_cost_paid": (),
    "collection_cost_total": (),
    "floor_charge": ("element",),
    "certificate_price": ("element",),
    "content_obligation": ("element",),
    "content_shortfall": ("element",),
    "content_charge": ("element",),
    "credit_balance": ("element",),
    "capacity": ("route",),
    "orders": ("route",),
    "processed": ("route",),
    "gate_fee_paid": ("route",),
    "capex": ("route",),
    "opex": ("route",),
    "capex_total": ("route",),
    "opex_total": ("route",),
    "recovery_yield": ("element", "route"),
    "knowledge_stock": (),
    "requirement": ("element",),
    "import_requirement_mass": ("element",),
    "realised_requirement": ("element",),
    "supply_factor": ("element",),
    "unmet_demand": ("element",),
    "domestic_use": ("element",),
}

DIMS: dict[str, dict[str, tuple[str, ...]]] = {
    "flows": {name: ("region", "time", *detail) for name, detail in _FLOW_DETAIL.items()},
    "stocks": {name: ("region", "time", *detail) for name, detail in _STOCK_DETAIL.items()},
    "items": dict.fromkeys(_ITEM_NAMES, ("region", "time", "product")),
    "cohorts": dict.fromkeys(_COHORT_NAMES, ("region", "time", "cohort", "product")),
    "policy": {name: ("region", "time", *detail) for name, detail in _POLICY_DETAIL.items()},
}
"""Dims of the keys of every result, by group and name."""

_AROUND_ELEMENT = {
    (group, name): (dims[: dims.index("element")], dims[dims.index("element") + 1 :])
    for group, names in DIMS.items()
    for name, dims in names.items()
    if "element" in dims
}
"""Dims before and after the element."""


@dataclass
class PlainResults:
    """flows, stocks (element 'mass': the component layer), items, cohorts and policy, each {name: {key: value}}."""

    values: Any
    years: list[int]
    labels: dict[str, list[Any]]
    flows: dict[str, dict[tuple[Any, ...], float]] = field(default_factory=dict)
    stocks: dict[str, dict[tuple[Any, ...], float]] = field(default_factory=dict)
    items: dict[str, dict[tuple[Any, ...], float]] = field(default_factory=dict)
    cohorts: dict[str, dict[tuple[Any, ...], float]] = field(default_factory=dict)
    policy: dict[str, dict[tuple[Any, ...], Any]] = field(default_factory=dict)
    branches: Counter[str] = field(default_factory=Counter)
    """How often the run came to each special case of the equations; see `branches.py`."""

    def __post_init__(self) -> None:
        for group, names in DIMS.items():
            for name in names:
                getattr(self, group).setdefault(name, {})
        self._totals: dict[tuple[Any, ...], float] = {}

    def put(self, group: str, name: str, value: Any, **labels: Any) -> None:
        """Add a number to the cell of these labels (text and flags replace it)."""
        key = tuple(labels[d] for d in DIMS[group][name])
        cells = getattr(self, group)[name]
        if isinstance(value, (str, bool)):
            cells[key] = value
            return
        cells[key] = cells.get(key, 0.0) + value
        if "element" in labels:
            place = (name, labels["region"], labels["time"], labels["element"])
            self._totals[place] = self._totals.get(place, 0.0) + value

    def put_material(self, group: str, name: str, material: Mapping[str, float], **labels: Any) -> None:
        """Add the layers of a material to the cells of these labels."""
        before, after = _AROUND_ELEMENT[group, name]
        first, last = tuple([labels[d] for d in before]), tuple([labels[d] for d in after])
        cells, totals = getattr(self, group)[name], self._totals
        place = (name, labels["region"], labels["time"])
        for layer, value in material.items():
            key, total = (*first, layer, *last), (*place, layer)
            cells[key] = cells.get(key, 0.0) + value
            totals[total] = totals.get(total, 0.0) + value

    def total(self, name: str, region: Any, year: int, element: str) -> float:
        """Flow or stock of an element ('mass': of components), summed over all other dims."""
        return self._totals.get((name, region, year, element), 0.0)

    def cell(self, group: str, name: str, **labels: Any) -> Any:
        """Value at these labels, 0 where nothing was written."""
        return getattr(self, group)[name].get(tuple(labels[d] for d in DIMS[group][name]), 0.0)

    def to_array(self, name: str, dims: Sequence[str], coords: Mapping[str, Sequence[Any]]) -> np.ndarray:
        """Numpy array of a result over ``dims``, at the labels of ``coords``; cells without a value are 0.

        A dim of the result left out of ``dims`` but given one label in ``coords`` is taken there (for instance
        ``coords["element"] = ["mass"]``); left out of both, it is summed over. ``processed`` means the policy
        result [route] unless ``scrap`` or ``element`` is asked for.
        """
        group = next(g for g in DIMS if name in DIMS[g])
        if name == "processed" and "scrap" not in dims and "element" not in coords:
            group = "policy"
        own = DIMS[group][name]
        cells = getattr(self, group)[name]
        text = isinstance(next(iter(cells.values()), 0.0), str)
        array = np.full([len(coords[d]) for d in dims], "" if text else 0.0, dtype=object if text else float)
        place = {d: {label: number for number, label in enumerate(coords[d])} for d in coords}
        kept = [(own.index(d), place[d]) for d in dims]
        fixed = [(own.index(d), place[d]) for d in own if d in coords and d not in dims]
        for key, value in cells.items():
            where = tuple([numbers.get(key[i], -1) for i, numbers in kept])
            if -1 in where or any(key[i] not in numbers for i, numbers in fixed):
                continue
            if text:
                array[where] = value
            else:
                array[where] += value
        return array

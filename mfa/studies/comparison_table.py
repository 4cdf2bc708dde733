"""The table of a comparison: every figure of every case, that of its base, and the difference, in long form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.indicators import cost_per_tonne, present_value, ratio, sum_over_period
from mfa.indicators.ratios import QUANTILES, mean_of_defined, quantiles_of_defined
from mfa.studies.outcomes import ALL_ELEMENTS, DENIED, PER_TONNE, QUANTITIES, UNMET, Outcome, quantity_unit

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("scenario", "base", "region", "element", "product", "indicator", "first_year", "last_year")
"""Columns that say what a row is about; a row for one year has it twice."""
SPREAD = tuple(f"p{100 * quantile:.0f}" for quantile in QUANTILES)
"""Columns of the quantiles over samples."""
Span = tuple[int, int]
Axes = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Setting:
    """What all rows of a comparison share.

    Attributes
    ----------
    years : ndarray of int
        Years of the runs.
    regions, elements, products : list of str
        Labels that are compared.
    shown : list of int
        Years of the rows for single years.
    period : tuple of int
        First and last year over which cost is discounted, and imports and greenhouse gas are summed.
    discount_rate : float
        Real rate, 1/yr; cost is discounted to the first year of the period.
    money : str
        Money of the runs.
    """

    years: np.ndarray
    regions: list[str]
    elements: list[str]
    products: list[str]
    shown: list[int]
    period: Span
    discount_rate: float
    money: str


@dataclass(frozen=True)
class Figure:
    """Values of one quantity of one case, with those of its base.

    Attributes
    ----------
    name : str
        Name of the quantity.
    axes : mapping of sequences
        Labels of the axes after the sample: region, and any of element, product and span.
    value : ndarray (sample, *axes)
    base : ndarray (sample, *axes) or None
    reason : ndarray (*axes) of str
    central : ndarray (*axes) or None
        What stands as the value of a sampled figure, if it is not the mean.
    """

    name: str
    axes: Axes
    value: np.ndarray
    base: np.ndarray | None
    reason: np.ndarray
    central: np.ndarray | None = None


def tabulate(
    names: Sequence[str], bases: Sequence[int], outcomes: Sequence[Outcome], setting: Setting, sampled: bool
) -> pd.DataFrame:
    """Long table of all figures of all cases.

    Parameters
    ----------
    names : sequence of str
        Names of the cases.
    bases : sequence of int
        Position of the base of each; -1 for none.
    outcomes : sequence of Outcome
        What each came to.
    setting : Setting
        Labels, years and rate.
    sampled : bool
        Whether to add quantiles over samples.

    Returns
    -------
    DataFrame
        Columns `KEYS`, ``value`` (mean over samples), ``base_value``, ``difference``, ``unit``, ``reason``; with
        samples also `SPREAD` and, behind ``difference_``, those of the difference sample by sample.
    """
    import pandas as pd

    parts: list[dict[str, Any]] = []
    for name, position, outcome in zip(names, bases, outcomes, strict=True):
        base = outcomes[position] if position >= 0 else None
        head = {"scenario": name, "base": names[position] if position >= 0 else ""}
        parts += [{**head, **_columns(figure, setting, sampled)} for figure in figures_of(outcome, base, setting)]
    numbers = ["value", *(SPREAD if sampled else ()), "base_value", "difference"]
    numbers += [f"difference_{name}" for name in SPREAD] if sampled else []
    order = [*KEYS, *numbers, "unit", "reason"]
    sizes = [part["value"].size for part in parts]
    return pd.DataFrame({column: _stacked([part[column] for part in parts], sizes) for column in order})


def _stacked(cells: Sequence[Any], sizes: Sequence[int]) -> np.ndarray:
    """One column from those of the figures; a text stands for all rows of its figure."""
    if not any(isinstance(cell, str) for cell in cells):
        return np.concatenate(cells)
    return np.concatenate(
        [np.full(size, cell, dtype=object) if isinstance(cell, str) else cell
         for cell, size in zip(cells, sizes, strict=True)]
    )  # fmt: skip


def figures_of(outcome: Outcome, base: Outcome | None, setting: Setting) -> list[Figure]:
    """Figures of a case in the order of `QUANTITIES`.

    Parameters
    ----------
    outcome : Outcome
        What the case came to.
    base : Outcome or None
        What its base came to.
    setting : Setting
        Labels, years and rate.

    Returns
    -------
    list of Figure
        Those under a shock only if the case or its base meets one; cost for each tonne only against a base.
    """
    found = {figure.name: figure for figure in _annual(outcome, base, setting)}
    found |= {figure.name: figure for figure in _period(outcome, base, setting)}
    found |= {figure.name: figure for figure in _under_shock(outcome, base, setting)}
    return [found[name] for name in QUANTITIES if name in found]


def _annual(outcome: Outcome, base: Outcome | None, setting: Setting) -> list[Figure]:
    """Figures of single years."""
    places = np.searchsorted(setting.years, setting.shown)
    spans = [(year, year) for year in setting.shown]
    by_element: Axes = {"region": setting.regions, "span": spans, "element": setting.elements}
    in_all: Axes = {"region": setting.regions, "span": spans, "element": [ALL_ELEMENTS]}
    by_product: Axes = {"region": setting.regions, "span": spans, "product": setting.products}
    figures = []
    for name, quantity in QUANTITIES.items():
        if quantity.kind == "year":
            mine, theirs = outcome.by_element[name], base.by_element[name] if base else None
            reason = _joint(outcome.reasons[name], base.reasons[name] if base else None)[:, places]
            figures.append(Figure(name, by_element, mine[:, :, places], _at(theirs, places), reason))
        elif quantity.kind == "cost":
            mine, theirs = outcome.cost[name][..., None], base.cost[name][..., None] if base else None
            figures.append(_plain(name, in_all, mine[:, :, places], _at(theirs, places)))
        elif quantity.kind == "product":
            mine, theirs = outcome.unmet_units, base.unmet_units if base else None
            figures.append(_plain(name, by_product, mine[:, :, places], _at(theirs, places)))
    return figures


def _at(array: np.ndarray | None, places: np.ndarray) -> np.ndarray | None:
    return None if array is None else array[:, :, places]


def _plain(name: str, axes: Axes, value: np.ndarray, base: np.ndarray | None) -> Figure:
    """Figure whose only fault can be that the run did not keep what it needs."""
    missing = np.isnan(value).any(axis=0) if base is None else (np.isnan(value) | np.isnan(base)).any(axis=0)
    return Figure(name, axes, value, base, np.where(missing, "detail not kept", "").astype(object))


def _joint(mine: np.ndarray, theirs: np.ndarray | None) -> np.ndarray:
    """Reason of a figure and, marked as such, of its base."""
    if theirs is None:
        return mine
    joint = mine.copy()
    for place in zip(*np.nonzero(theirs != ""), strict=True):
        own = f"{joint[place]}; " if joint[place] else ""
        joint[place] = f"{own}in the base: {theirs[place]}"
    return joint


# --- sums over the years of the cost ---------------------------------------------------------------------------------


def _period(outcome: Outcome, base: Outcome | None, setting: Setting) -> list[Figure]:
    """Present values, sums of imports and greenhouse gas, and what a tonne of avoided import costs."""
    by_element: Axes = {"region": setting.regions, "span": [setting.period], "element": setting.elements}
    in_all: Axes = {"region": setting.regions, "span": [setting.period], "element": [ALL_ELEMENTS]}
    start, stop = np.searchsorted(setting.years, setting.period)
    span = slice(int(start), int(stop) + 1)

    def summed(one: Outcome, name: str) -> np.ndarray:  # (sample, region, 1, element)
        return sum_over_period(one.by_element[name], setting.years, *setting.period)[:, :, None]

    def worth(annual: np.ndarray) -> np.ndarray:  # the year is the third axis
        value = present_value(annual[:, :, span], setting.years[span], setting.discount_rate, axis=2)
        return value[:, :, None]

    figures = []
    flags = _flag_period(outcome, base, span)
    for name, total in (("imports", "imports_total"), ("co2_avoided", "co2_avoided_total")):
        reason = flags if name in DENIED else np.full(flags.shape, "", dtype=object)
        theirs = summed(base, name) if base else None
        figures.append(Figure(total, by_element, summed(outcome, name), theirs, reason))
    figures.append(
        Figure(
            "import_bill_present_value",
            {**by_element, "element": [*setting.elements, ALL_ELEMENTS]},
            _with_total(outcome, worth),
            _with_total(base, worth) if base else None,
            np.concatenate([flags, _any_flag(outcome, base, span)], axis=-1),
        )
    )
    for name in ("public_cost", "social_cost"):
        theirs = worth(base.cost[name][..., None]) if base else None
        figures.append(_plain(f"{name}_present_value", in_all, worth(outcome.cost[name][..., None]), theirs))
    for name, cost in PER_TONNE.items():
        if base is None:
            break
        spent, spent_base = (worth(one.cost[cost][..., None]) for one in (outcome, base))
        tonnes, tonnes_base = (summed(one, "imports") for one in (outcome, base))
        value = cost_per_tonne(spent, spent_base, tonnes, tonnes_base)
        central = cost_per_tonne(*(array.mean(axis=0) for array in (spent, spent_base, tonnes, tonnes_base)))
        reason = np.where(np.isnan(central), "no import avoided", flags)
        reason = np.where(np.isnan(spent - spent_base).any(axis=0), "detail not kept", reason)
        if not outcome.shocks.same(base.shocks):
            denied = flags != ""
            reason = np.where(denied, "imports denied by a shock, not avoided", reason)
            value, central = np.where(denied, np.nan, value), np.where(denied, np.nan, central)
        figures.append(Figure(name, by_element, value, None, reason.astype(object), central))
    return figures


def _with_total(outcome: Outcome, worth: Any) -> np.ndarray:
    """Present value of the import bill of each element, and of all elements of the run."""
    total = worth(outcome.cost["import_bill"][..., None])
    return np.concatenate([worth(outcome.by_element["import_bill"]), total], axis=-1)


def _flag_period(outcome: Outcome, base: Outcome | None, span: slice) -> np.ndarray:
    """Flag (region, 1, element) where part of the need is unmet in some year of a span."""

    def flag(one: Outcome) -> np.ndarray:
        unmet = one.by_element["unmet_share"][:, :, span] > 0.0
        denied = np.asarray(unmet.any(axis=(0, 2)))[:, None]
        return np.where(denied, UNMET, "").astype(object)

    return _joint(flag(outcome), flag(base) if base else None)


def _any_flag(outcome: Outcome, base: Outcome | None, span: slice) -> np.ndarray:
    """The same for all elements together, (region, 1, 1)."""

    def flag(one: Outcome) -> np.ndarray:
        return np.where(one.denied[:, span].any(axis=1), UNMET, "").astype(object)[:, None, None]

    return _joint(flag(outcome), flag(base) if base else None)


# --- sums over the years of the shocks -------------------------------------------------------------------------------


def _under_shock(outcome: Outcome, base: Outcome | None, setting: Setting) -> list[Figure]:
    """What is not met in the years of the bans of a case and its base."""
    struck = [*outcome.shocks.years, *(base.shocks.years if base else ())]
    if not struck:
        return []
    span = (min(struck), max(struck))
    by_element: Axes = {"region": setting.regions, "span": [span], "element": setting.elements}
    by_product: Axes = {"region": setting.regions, "span": [span], "product": setting.products}

    def summed(array: np.ndarray) -> np.ndarray:
        return sum_over_period(array, setting.years, *span)[:, :, None]

    def unmet(one: Outcome) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        tonnes, need = (summed(one.by_element[name]) for name in ("unmet_demand", "requirement"))
        return tonnes, ratio(tonnes, need), summed(one.unmet_units)

    mine, theirs = unmet(outcome), unmet(base) if base else (None, None, None)
    nothing = np.full(mine[0].shape[1:], "", dtype=object)
    no_need = np.where(np.isnan(mine[1]).all(axis=0), "no need", "").astype(object)
    return [
        Figure("unmet_demand_under_shock", by_element, mine[0], theirs[0], nothing),
        Figure("unmet_share_under_shock", by_element, mine[1], theirs[1], no_need),
        _plain("unmet_units_under_shock", by_product, mine[2], theirs[2]),
    ]


# --- columns ---------------------------------------------------------------------------------------------------------


def _columns(figure: Figure, setting: Setting, sampled: bool) -> dict[str, Any]:
    """Columns of the table for one figure; one row for each cell of its axes."""
    shape = tuple(len(labels) for labels in figure.axes.values())
    cells = np.indices(shape).reshape(len(shape), -1)
    columns: dict[str, Any] = {"element": "", "product": ""}
    for axis, (dim, labels) in enumerate(figure.axes.items()):
        if dim == "span":
            columns["first_year"], columns["last_year"] = np.asarray(labels, dtype=np.int64)[cells[axis]].T
        else:
            columns[dim] = np.asarray(labels, dtype=object)[cells[axis]]
    base = figure.base if figure.base is not None else np.full((1, *shape), np.nan)
    difference = figure.value - base
    columns |= {
        "indicator": figure.name,
        "value": (mean_of_defined(figure.value) if figure.central is None else figure.central).ravel(),
        "base_value": mean_of_defined(base).ravel(),
        "difference": mean_of_defined(difference).ravel(),
        "unit": quantity_unit(figure.name, setting.money),
        "reason": figure.reason.ravel(),
    }
    if sampled:
        for prefix, array in (("", figure.value), ("difference_", difference)):
            spread = quantiles_of_defined(array)
            columns |= {f"{prefix}{name}": part.ravel() for name, part in zip(SPREAD, spread, strict=True)}
    return columns

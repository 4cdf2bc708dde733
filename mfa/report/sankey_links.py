"""The flows between processes as a tidy table of links: what a Sankey diagram is made of, here or in another tool.

The links are the flows that the mass balance is checked with, all of them: at every process what comes in is what goes
out and what its stock gains. A process outside the region has a node for each flow, so that imports and exports stay
apart; what a stock gains or gives is a link of its own kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mfa.errors import Fault, InputError, UnitError
from mfa.inputs.messages import suggest
from mfa.results import Results
from mfa.units import conversion_factor
from mfa.vocabulary import FLOWS, MASS, PROCESSES, STOCKS

if TYPE_CHECKING:
    import pandas as pd

UNIT = "t/yr"
FLOW, CHANGE = "flow", "stock change"
"""Kinds of link."""
OUTSIDE, MARKET, MANUFACTURING, TRADE, USE, DRAWERS, COLLECTION, SECOND_LIFE, RECYCLING, STOCKPILE, SINK = PROCESSES
"""Numbers of the processes."""
PROCESS_WORDS: dict[int, str] = {
    MARKET: "Refined market",
    MANUFACTURING: "Manufacturing",
    TRADE: "Product trade",
    USE: "In use",
    DRAWERS: "Kept unused",
    COLLECTION: "Collection",
    SECOND_LIFE: "Second life",
    RECYCLING: "Recycling",
    STOCKPILE: "Stockpile",
    SINK: "Lost",
}
"""Processes in plain words, as nodes of a diagram."""
BORDER_WORDS: dict[str, str] = {
    "primary": "Domestic primary",
    "imports": "Imported metal",
    "exports_refined": "Exported metal",
    "imports_product": "Imported products",
    "imports_component": "Imported components",
    "exports_product": "Exported products",
    "other_use": "Other uses",
    "exports_used": "Exported used products",
    "imports_used": "Used products from other regions",
    "imports_scrap": "Imported scrap",
    "exports_scrap": "Exported scrap",
    "pool_in": "From joint stockpile",
    "pool_out": "To joint stockpile",
    "refined_use": "Materials bought",
    "secondary": "Recovered metal",
}
"""What lies at the other end of a flow over the border, in plain words; the last two for component mass only."""
STOCK_WORDS: dict[str, str] = {
    "in_use": "stock in use",
    "hibernation": "stock kept unused",
    "second_life": "stock in second life",
    "feed_store": "feed store",
    "stockpile": "stockpile",
    "sink": "sink",
}
"""Stocks in plain words."""
COLUMNS = (
    "scenario", "region", "year", "element", "source", "target", "value", "unit", "flow", "part", "meaning", "kind",
    "from_process", "to_process",
)  # fmt: skip
_PARTS = {"primary": "origin", "imports": "origin", "secondary": "scrap"}
"""Flows that are told by the labels of a dim."""
_ALL_REGIONS = "all"


@dataclass(frozen=True)
class Link:
    """Metal that goes from one process to another, of all years and elements.

    Attributes
    ----------
    flow : str
        Flow of the vocabulary; for a stock change the stock.
    part : str
        Origin or kind of scrap; empty if the flow is told as a whole.
    source, target : int
        Processes. A stock change goes from the process to itself if the stock grows, as its sign says.
    values : ndarray (region, time, element), t/yr
        A stock change may be negative.
    kind : str
        ``flow`` or ``stock change``.
    """

    flow: str
    part: str
    source: int
    target: int
    values: np.ndarray
    kind: str = FLOW


def flow_links(results: Results, mass: bool = False) -> list[Link]:
    """All flows between processes, means over samples.

    Parameters
    ----------
    results : Results
    mass : bool
        Component mass instead of elements. The refined market and the stockpile have none: they lie outside.

    Returns
    -------
    list of Link
        In the order of the vocabulary. Metal for other uses is drawn on the market and crosses manufacturing unchanged:
        its link leaves the market.

    Raises
    ------
    InputError
        If the results hold no flows, or not all of them.
    """
    group = "components" if mass else "flows"
    arrays = results.arrays(group)
    wanted = [flow for flow in FLOWS.values() if flow.mass_layer or not mass]
    missing = [flow.name for flow in wanted if flow.name not in arrays]
    if missing:
        text = ", ".join(missing[:4]) + (f" and {len(missing) - 4} more" if len(missing) > 4 else "")
        raise InputError(Fault("results", f"hold no {group} {text}", "take the results of a whole run"))
    links = []
    for flow in wanted:
        source, target = flow.source if flow.drawn_from is None else flow.drawn_from, flow.target
        if mass:
            source, target = (OUTSIDE if end == MARKET else end for end in (source, target))
        dims = results.dims(group, flow.name)
        part_dim = None if mass else _PARTS.get(flow.name)
        if part_dim in dims:
            values = _total(arrays[flow.name], dims, part_dim)
            for position, label in enumerate(results.labels[part_dim]):
                links.append(Link(flow.name, str(label), source, target, values[position]))
        else:
            links.append(Link(flow.name, "", source, target, _total(arrays[flow.name], dims)))
    return links


def stock_levels(results: Results, mass: bool = False) -> dict[str, np.ndarray]:
    """Stocks at year end, (region, time, element), t; means over samples.

    Parameters
    ----------
    results : Results
    mass : bool
        Component mass instead of elements.
    """
    group = "components" if mass else "stocks"
    arrays = results.arrays(group)
    return {name: _total(arrays[name], results.dims(group, name)) for name in STOCKS if name in arrays}


def stock_changes(links: Sequence[Link], levels: dict[str, np.ndarray]) -> list[Link]:
    """What each stock gains in a year: its level less that of the year before.

    The level before the run is not among the results. In the first year the gain is what comes into the process less
    what leaves it; that this is what the stock gained since then was checked when the run was made.

    Parameters
    ----------
    links : sequence of Link
        All flows.
    levels : dict of ndarray (region, time, element), t
        Stocks at year end.

    Returns
    -------
    list of Link
    """
    changes = []
    for name, level in levels.items():
        process = STOCKS[name].process
        assert process is not None
        gain = np.empty_like(level)
        gain[:, 1:] = level[:, 1:] - level[:, :-1]
        gain[:, 0] = sum(
            (link.values[:, 0] * ((link.target == process) - (link.source == process)) for link in links),
            start=np.zeros_like(level[:, 0]),
        )
        changes.append(Link(name, "", process, process, gain, CHANGE))
    return changes


def links_table(
    results: Results,
    element: str | Sequence[str] | None = None,
    year: int | Sequence[int] | None = None,
    region: str | Sequence[str] | None = None,
    unit: str | None = None,
) -> pd.DataFrame:
    """Links of a Sankey diagram as a tidy table; `mfa.Results.sankey_links` describes it."""
    import pandas as pd

    picked = pick(results, element, year, region)
    factor = unit_factor(unit)
    rows: list[tuple[object, ...]] = []
    for elements, mass in ((picked.elements, False), ([MASS] if picked.mass else [], True)):
        if not elements:
            continue
        links = flow_links(results, mass)
        links += stock_changes(links, stock_levels(results, mass))
        places = [0] if mass else [results.labels["element"].index(one) for one in elements]
        for position, name in zip(places, elements, strict=True):
            for t in picked.times:
                for regions, region_name in picked.regions:
                    lead = (results.name, region_name, int(results.years[t]), name)
                    for link, value in of_year(links, regions, t, position):
                        rows.append((*lead, *_row(results, link, value * factor, unit or UNIT)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def of_year(links: Sequence[Link], regions: Sequence[int], t: int, element: int) -> Iterator[tuple[Link, float]]:
    """Links that are not 0 in one year, with their value, t/yr, summed over some regions.

    Over several regions the transfers within a joint stockpile cancel, and are left out.
    """
    for link in links:
        value = float(link.values[list(regions), t, element].sum())
        if value != 0.0 and not (len(regions) > 1 and link.flow in ("pool_in", "pool_out")):
            yield link, value


def _row(results: Results, link: Link, value: float, unit: str) -> tuple[object, ...]:
    source, target = node_names(results, link, value)
    if link.kind == CHANGE:
        gained = value > 0
        ends = (PROCESSES[link.source], "stock") if gained else ("stock", PROCESSES[link.source])
        return source, target, abs(value), unit, link.flow, "", f"Change of the {STOCK_WORDS[link.flow]}", CHANGE, *ends
    ends = (PROCESSES[link.source], PROCESSES[link.target])
    return source, target, value, unit, link.flow, link.part, FLOWS[link.flow].meaning, FLOW, *ends


def node_names(results: Results, link: Link, value: float = 1.0) -> tuple[str, str]:
    """Names of the nodes at both ends of a link, in plain words."""
    if link.kind == CHANGE:
        process, stock = PROCESS_WORDS[link.source], STOCK_WORDS[link.flow]
        return (process, f"Added to {stock}") if value > 0 else (f"Drawn from {stock}", process)
    if link.source == OUTSIDE or link.target == OUTSIDE:
        border = BORDER_WORDS[link.flow]
        if link.part:
            border += f": {results.label_name(_PARTS[link.flow], link.part)}"
        inside = PROCESS_WORDS[link.target if link.source == OUTSIDE else link.source]
        return (border, inside) if link.source == OUTSIDE else (inside, border)
    return PROCESS_WORDS[link.source], PROCESS_WORDS[link.target]


def _total(array: np.ndarray, dims: Sequence[str], part: str | None = None) -> np.ndarray:
    """Mean over samples, sum over all dims but region, time and element; the dim of the parts comes first."""
    kept = ("region", "time", "element")
    axes = tuple(i for i, dim in enumerate(dims) if dim not in kept and dim != part)
    total = array.mean(axis=0).sum(axis=axes)
    left = [dim for dim in dims if dim in kept or dim == part]
    if part is not None:
        total = np.moveaxis(total, left.index(part), 0)
    return total if "element" in dims else total[..., None]


# --- what is asked for -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Picked:
    """What of the results is wanted: elements, whether component mass, positions of years, regions with their name."""

    elements: list[str]
    mass: bool
    times: list[int]
    regions: list[tuple[list[int], str]]


def pick(
    results: Results,
    element: str | Sequence[str] | None = None,
    year: int | Sequence[int] | None = None,
    region: str | Sequence[str] | None = None,
) -> Picked:
    """Check labels and years that were asked for, all faults at once.

    Parameters
    ----------
    results : Results
    element : str or sequence of str, optional
        Elements, or ``component mass``; all elements if None.
    year : int or sequence of int, optional
        All years if None.
    region : str or sequence of str, optional
        Each of them on its own; the sum over all if None.

    Returns
    -------
    Picked

    Raises
    ------
    InputError
        If a label or a year is not in the results.
    """
    known, years = results.labels["element"], results.years.tolist()
    wanted = known if element is None else [element] if isinstance(element, str) else list(element)
    asked = years if year is None else list(year) if isinstance(year, Sequence) else [year]
    places = results.labels["region"]
    names = None if region is None else [region] if isinstance(region, str) else list(region)
    faults = [
        Fault("element", f"'{one}' is not in the results", suggest(one, [*known, MASS], "elements"))
        for one in wanted
        if one not in known and one != MASS
    ]
    faults += [
        Fault("year", f"{one} is not in the results", f"choose from {years[0]} to {years[-1]}")
        for one in asked
        if one not in years
    ]
    faults += [
        Fault("region", f"'{one}' is not in the results", suggest(one, places, "regions"))
        for one in names or ()
        if one not in places
    ]
    if faults:
        raise InputError(faults)
    every = (list(range(len(places))), places[0] if len(places) == 1 else _ALL_REGIONS)
    regions = [every] if names is None else [([places.index(one)], one) for one in names]
    return Picked([one for one in wanted if one != MASS], MASS in wanted, [years.index(one) for one in asked], regions)


def unit_factor(unit: str | None) -> float:
    """Factor from t/yr to another unit of mass per time.

    Raises
    ------
    UnitError
        If it is not one.

    Examples
    --------
    >>> unit_factor("kg/yr")
    1000.0
    """
    if unit is None:
        return 1.0
    try:
        return conversion_factor(UNIT, unit)
    except UnitError as error:
        raise UnitError(Fault("unit", str(error), "write a mass per time, such as t/yr, kt/yr or kg/yr")) from None

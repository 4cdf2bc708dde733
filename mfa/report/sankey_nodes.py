"""From the flows of one element and year to the content of its Sankey diagram.

Every band is one flow of the balance or, where thin flows are grouped, the sum
of some that share both ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mfa.errors import Fault, InputError
from mfa.report.digits import figure as number
from mfa.report.figure_data import element_name
from mfa.report.sankey_diagram import Band, Diagram, Node
from mfa.report.sankey_groups import group
from mfa.report.sankey_links import (
    BORDER_WORDS,
    COLLECTION,
    DRAWERS,
    MARKET,
    OUTSIDE,
    PROCESS_WORDS,
    SECOND_LIFE,
    SINK,
    STOCKPILE,
    UNIT,
    Link,
    flow_links,
    node_names,
    of_year,
    pick,
    stock_changes,
    stock_levels,
    unit_factor,
)
from mfa.report.sankey_words import (
    FLOW_NAMES,
    FLOW_RANKS,
    FULL,
    HAIR,
    KIND_COLOURS,
    MASS_COLOUR,
    RANKS,
    RECOVERED,
    REST,
    SHORT_WORDS,
    Detail,
)
from mfa.report.style import (
    ELEMENT_COLOURS,
    GREY,
    ORIGIN_COLOURS,
    SCRAP_COLOURS,
    SERIES_COLOURS,
    assign,
    scale,
)
from mfa.results import Results
from mfa.units import conversion_factor
from mfa.vocabulary import FLOWS, STOCKS


def sankey_diagram(
    results: Results,
    element: str,
    year: int,
    region: str | None = None,
    unit: str | None = None,
    detail: Detail = FULL,
) -> Diagram:
    """Content of the Sankey diagram of an element, or of component mass, in a year.

    Parameters
    ----------
    results : Results
    element : str
        An element, or ``component mass``.
    year : int
    region : str, optional
        The sum over all regions if None.
    unit : str, optional
        Mass per time; one in which the numbers are short if None.
    detail : Detail
        How much to show.

    Returns
    -------
    Diagram

    Raises
    ------
    InputError
        If a label or the year is not in the results, or nothing flows then: the message says when something does.
    UnitError
        If the unit is no mass per time.
    """
    picked = pick(results, element, year, region)
    t, (regions, region_name) = picked.times[0], picked.regions[0]
    place = 0 if picked.mass else results.labels["element"].index(element)
    links = flow_links(results, picked.mass)
    levels = stock_levels(results, picked.mass)
    found = [(link, value) for link, value in of_year(links, regions, t, place) if value > 0.0]
    if not found:
        raise InputError(_nothing(results, links, regions, place, element, year))
    changes = {link.flow: float(link.values[regions, t, place].sum()) for link in stock_changes(links, levels)}
    thin = _thin(found, detail)
    detail = replace(detail, merged={**dict.fromkeys(thin, COLLECTION), **detail.merged})
    factor, shown_unit = _unit(max(value for _, value in found), unit)
    name = "Component mass" if picked.mass else element_name(results, element)
    diagram = Diagram(
        f"{name}, {_where(results, region_name)}, {year}",
        f"{shown_unit}; scenario {results.name}{_scenario_title(results)}",
        _caption(results, None if picked.mass else place, t, regions, factor, shown_unit),
        shown_unit,
        _stock_unit(shown_unit),
        factor,
        _process_nodes(found, detail),
    )
    colour = MASS_COLOUR if picked.mass else _element_colour(results, element)
    _add_bands(diagram, results, found, detail, colour)
    _sum_up(diagram)
    group(diagram, detail)
    _sum_up(diagram)
    for stock, level in levels.items():
        if STOCKS[stock].process not in thin:
            _add_stock(diagram, detail, stock, float(level[regions, t, place].sum()), changes[stock])
    return diagram


def _thin(found: Sequence[tuple[Link, float]], detail: Detail) -> list[int]:
    """Drawers and second life where next to nothing goes through them: they are shown with collection."""

    def through(process: int) -> float:
        return max(sum(value for link, value in found if process == end(link)) for end in (_source, _target))

    limit = HAIR * detail.thin * max(through(process) for process in detail.stages)
    return [process for process in (DRAWERS, SECOND_LIFE) if through(process) < limit]


def _source(link: Link) -> int:
    return link.source


def _target(link: Link) -> int:
    return link.target


def _unit(largest: float, unit: str | None) -> tuple[float, str]:
    if unit is None:
        return scale(largest, UNIT)
    return unit_factor(unit), unit


def _stock_unit(unit: str) -> str:
    """Unit of a stock that goes with the unit of a flow: its numbers are those of the flow in a year."""
    head = unit.partition("/")[0].strip()
    return head if conversion_factor(f"{head}/yr", unit) == 1.0 else f"{unit} x yr"


def _where(results: Results, region: str) -> str:
    if region == "all":
        return f"{len(results.labels['region'])} regions"
    return results.label_name("region", region)


def _scenario_title(results: Results) -> str:
    title = str(results.attrs.get("title") or results.name)
    return "" if title == results.name else f": {title}"


def _element_colour(results: Results, element: str) -> str:
    known = results.labels["element"]
    return assign(known, ELEMENT_COLOURS, SERIES_COLOURS)[known.index(element)]


def _caption(results: Results, place: int | None, t: int, regions: Sequence[int], factor: float, unit: str) -> str:
    """What must be read with the numbers: need that was not met, the scope, samples, the version."""
    from mfa import __version__

    words = []
    policy = results.arrays("policy")
    if place is not None and "unmet_demand" in policy:
        unmet, need = (
            float(policy[name].mean(axis=0)[list(regions), t, place].sum()) for name in ("unmet_demand", "requirement")
        )
        if unmet > 1e-9 * max(need, 1e-3):
            words.append(f"Need that is not met: {number(unmet * factor)} of {number(need * factor)} {unit}.")
    words.append(f"Scope of the need: {results.scope.replace('_', ' ')}.")
    if results.sampled:
        words.append(f"Means of {len(results.labels['sample'])} samples.")
    return " ".join([*words, f"mfa {__version__}."])


def _nothing(
    results: Results, links: Sequence[Link], regions: Sequence[int], place: int, element: str, year: int
) -> Fault:
    """Nothing flows: say in which years something does."""
    total = sum((link.values[list(regions)][:, :, place].sum(axis=0) for link in links), start=np.zeros(1))
    years = results.years[np.flatnonzero(np.broadcast_to(total, results.years.shape) > 0.0)]
    mend = f"choose a year from {years[0]} to {years[-1]}" if len(years) else "the run has none in any year"
    return Fault("sankey", f"nothing of {element} flows in {year}", mend)


def _process_nodes(found: Sequence[tuple[Link, float]], detail: Detail) -> dict[str, Node]:
    """Nodes of the processes through which something flows."""
    active = {detail.of(end) for link, _ in found for end in (link.source, link.target)} - {OUTSIDE, STOCKPILE}
    nodes = {
        str(process): Node(
            str(process),
            detail.names.get(process, PROCESS_WORDS[process]),
            detail.stages[process],
            RANKS[process],
            True,
        )
        for process in sorted(active)
    }
    flows = {link.flow: value for link, value in found}
    moved = {name: flows.get(name, 0.0) for name in ("stock_release", "stock_fill", "pool_in", "pool_out")}
    if any(moved.values()):  # before the market if it gives metal, else after it
        gives = moved["stock_release"] > moved["stock_fill"]
        column = detail.stages[MARKET] + (-1 if gives else 1)
        nodes[str(STOCKPILE)] = Node(str(STOCKPILE), PROCESS_WORDS[STOCKPILE], column, 4.0, True)
    return nodes


def _add_bands(
    diagram: Diagram, results: Results, found: Sequence[tuple[Link, float]], detail: Detail, main: str
) -> None:
    """A band for each flow, and a node for each end of it that lies beyond the border."""
    imports = sorted(((value, link.part) for link, value in found if link.flow == "imports"), reverse=True)
    origins = [part for _, part in imports if part != REST]
    colours = dict(zip(origins, assign(origins, ORIGIN_COLOURS, ORIGIN_COLOURS.values()), strict=True))
    for link, value in found:
        source, target = (str(detail.of(end)) for end in (link.source, link.target))
        if source == target:  # both ends are shown by one node
            continue
        colour = KIND_COLOURS.get(link.flow, main)
        if link.flow == "imports":
            colour = colours.get(link.part, GREY)
        elif link.flow == "secondary":
            colour = SCRAP_COLOURS.get(link.part, SCRAP_COLOURS["old"])
        names = node_names(results, link)
        rank = FLOW_RANKS.get(link.flow, 5.0)
        if str(OUTSIDE) in (source, target):
            comes = source == str(OUTSIDE)
            inner = diagram.nodes[target if comes else source]
            key = f"{link.flow}:{link.part}"
            place = rank - value / (1.0 + value) / 4 if link.flow == "imports" else rank  # the largest on top
            name = detail.names.get(link.flow, BORDER_WORDS[link.flow])
            name = results.label_name("origin", link.part) if link.part and comes else name
            column = inner.column + (-1 if comes else 1)
            diagram.nodes[key] = Node(key, name, column, place, False, colour=colour)
            source, target = (key, target) if comes else (source, key)
        words = SHORT_WORDS.get(link.flow, "")
        if link.flow == "secondary":
            words = RECOVERED.get(link.part, "recovered")
        title = f"{names[0]} to {names[1]}: {FLOWS[link.flow].meaning.lower()}"
        if link.flow == "secondary" and link.part:
            title += f", {words}"
        back = diagram.nodes[source].column >= diagram.nodes[target].column
        called = words or FLOW_NAMES.get(link.flow) or link.flow.replace("_", " ")
        diagram.bands.append(Band(source, target, value, words, called, title, colour, rank, back))


def _sum_up(diagram: Diagram) -> None:
    """Note in every node what comes in and what goes out."""
    for key, node in diagram.nodes.items():
        into = sum(band.value for band in diagram.bands if band.target == key)
        out = sum(band.value for band in diagram.bands if band.source == key)
        diagram.nodes[key] = replace(node, into=into, out=out)


def _add_stock(diagram: Diagram, detail: Detail, stock: str, level: float, change: float) -> None:
    """Note a stock in the node of its process; what is lost has no use for one."""
    process = STOCKS[stock].process
    assert process is not None
    key = str(detail.of(process))
    if process == SINK or (level == 0.0 and change == 0.0) or key not in diagram.nodes:
        return
    node = diagram.nodes[key]
    diagram.nodes[key] = replace(node, level=(node.level or 0.0) + level, change=(node.change or 0.0) + change)

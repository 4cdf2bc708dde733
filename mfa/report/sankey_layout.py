"""Where the nodes and bands of a Sankey diagram lie: stages in columns, nothing crossed that need not be.

Nodes of a stage keep their order; a band that passes other stages has a place in each of them, so that it runs past
the nodes there and not behind them. Heights follow from a least-squares fit: every node as near as possible to what it
is joined with, without overlap. Bands that return to an earlier stage run below everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mfa.report.sankey_diagram import Band, Diagram, Node
from mfa.report.sankey_links import SINK
from mfa.report.text_size import LINE, wrap

LAST = 1.45
"""Distance of the losses from the column before, in usual distances."""
STRETCH = 1.3
"""How far the letters of a long word shrink before it is broken."""
SWEEPS = 60
"""Passes from left to right and back in which heights settle, at most."""
STILL = 0.05
"""Pixels below which a move does not count."""


@dataclass(frozen=True)
class Sizes:
    """Sizes of a diagram, in pixels of 1/96 inch.

    Attributes
    ----------
    width : float
        Of the whole.
    text, heading : float
        Letters of labels and of the heading.
    bar, stock_bar : float
        Width of a process and of a process with a stock.
    thick : float
        Height of the node with the largest throughput.
    gap : float
        Room between nodes and bands of a column.
    margin : float
        Room left and right of the outermost bars.
    least : float
        A band is never drawn thinner.
    """

    width: float
    text: float
    heading: float
    bar: float
    stock_bar: float
    thick: float
    gap: float
    margin: float
    least: float = 0.8


WIDE = Sizes(1000, 11.5, 16, 9, 20, 150, 12, 54)
NARROW = Sizes(336, 7.8, 10, 5, 10, 80, 6, 25, 0.6)
"""Half a page's width."""
PAGE = Sizes(840, 11, 14, 8, 16, 135, 10, 48)
"""A page's width, at which its letters can still be read in print."""


@dataclass
class Place:
    """A node, or the place of a band in a stage that it passes.

    Attributes
    ----------
    node : Node or None
        None for a band on its way.
    column : int
    rank : float
    height : float
        Along the column.
    label : list of str
        Lines above a node: its name, and below it the last ones, values.
    names : int
        Lines of the label that are its name.
    room : float
        Width that a line may take; letters shrink if it takes more.
    head : float
        Room for the label.
    x, y, width : float
        Upper left corner and width of the bar.
    """

    node: Node | None
    column: int
    rank: float
    height: float
    label: list[str] = field(default_factory=list)
    names: int = 0
    room: float = 0.0
    head: float = 0.0
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0


@dataclass
class Route:
    """The way of a band: the places that it joins, and where it leaves and meets each.

    Attributes
    ----------
    band : Band
    places : list of Place
        From its source to its target; for a band that returns only these two.
    thick : float
        Drawn thickness.
    starts, ends : list of float
        Height of its upper edge where it leaves each place but the last, and where it meets each but the first.
    lane : float
        Height of the upper edge of the way back below everything.
    bend : float
        Inner radius of its bends.
    """

    band: Band
    places: list[Place]
    thick: float
    starts: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    lane: float = 0.0
    bend: float = 0.0


@dataclass
class Layout:
    """Places and routes of a diagram, and the height that it takes."""

    sizes: Sizes
    height: float
    places: dict[str, Place]
    routes: list[Route]
    ways: list[Place]
    top: float
    scale: float


def lay_out(diagram: Diagram, sizes: Sizes, largest: float | None = None, header: bool = True) -> Layout:
    """Find the place of everything.

    Parameters
    ----------
    diagram : Diagram
    sizes : Sizes
    largest : float, optional
        Throughput, t/yr, that is drawn `sizes.thick` high; that of the largest node if None. Give the same one to
        diagrams that are to be compared by eye.
    header : bool
        Whether there is a heading.

    Returns
    -------
    Layout
    """
    layout = _lay_out(diagram, sizes, largest, header, (sizes.margin, sizes.margin))
    beyond = _beyond(layout)
    if any(beyond):  # a band that returns to the first column, or leaves the last, needs room beside it
        sides = (sizes.margin + beyond[0], sizes.margin + beyond[1])
        layout = _lay_out(diagram, sizes, largest, header, sides)
    return layout


def _lay_out(diagram: Diagram, sizes: Sizes, largest: float | None, header: bool, sides: tuple[float, float]) -> Layout:
    """Find the place of everything with some room left and right of the outermost bars."""
    nodes = diagram.nodes
    top_value = max(node.throughput for node in nodes.values())
    scale = sizes.thick / (largest or top_value)
    columns = _columns(nodes)
    xs, step = _across(len(columns), str(SINK) in nodes, sizes.width, sides)
    places = {key: _place(diagram, node, columns[node.column], scale, sizes, step) for key, node in nodes.items()}
    ways: list[Place] = []
    routes = []
    for band in diagram.bands:
        source, target = places[band.source], places[band.target]
        thick = max(band.value * scale, sizes.least)
        between = [] if band.back else range(source.column + 1, target.column)
        passed = [Place(None, column, band.rank, thick, head=sizes.gap) for column in between]
        ways += passed
        routes.append(Route(band, [source, *passed, target], thick))
    for place in [*places.values(), *ways]:
        place.width = sizes.bar if place.node is None or place.node.level is None else sizes.stock_bar
        place.x = xs[place.column] - place.width / 2
    everything = [sorted((p for p in [*places.values(), *ways] if p.column == c), key=lambda p: p.rank)
                  for c in range(len(columns))]  # fmt: skip
    for column in everything:  # a first guess: one below the other
        _settle(column, [0.0] * len(column), sizes)
    _relax(everything, routes, sizes)
    top = _heading_height(sizes, header)
    lift = top - min(place.y - place.head for column in everything for place in column)
    for column in everything:
        for place in column:
            place.y += lift
    _ports(routes)
    everywhere = max(place.y + place.height for column in everything for place in column)
    bottom = max(everywhere, _lanes(routes, everything, sizes))
    return Layout(sizes, bottom + 0.6 * sizes.gap, places, routes, ways, top, scale)


def _beyond(layout: Layout) -> tuple[float, float]:
    """How far ways back reach out to the left and to the right of the whole."""
    edge = 0.4 * layout.sizes.gap
    back = [route for route in layout.routes if route.band.back]
    left = [edge - (route.places[-1].x - route.bend - route.thick) for route in back]
    right = [route.places[0].x + route.places[0].width + route.bend + route.thick + edge for route in back]
    return max(0.0, *left, 0.0), max(0.0, *(x - layout.sizes.width for x in right), 0.0)


def _heading_height(sizes: Sizes, header: bool) -> float:
    return LINE * (sizes.heading + sizes.text) + sizes.gap if header else 0.4 * sizes.gap


def _columns(nodes: dict[str, Node]) -> dict[int, int]:
    """Stages that have a node, numbered from 0."""
    return {stage: position for position, stage in enumerate(sorted({node.column for node in nodes.values()}))}


def _across(n_columns: int, losses: bool, width: float, sides: tuple[float, float]) -> tuple[list[float], float]:
    """Middle of each column, and the usual distance: more room before the last one, where losses meet with words."""
    weights = [1.0] * (n_columns - 1)
    if losses and weights:
        weights[-1] = LAST
    step = (width - sum(sides)) / max(sum(weights), 1.0)
    xs = [sides[0]]
    for weight in weights:
        xs.append(xs[-1] + weight * step)
    return xs, step


def _place(diagram: Diagram, node: Node, column: int, scale: float, sizes: Sizes, step: float) -> Place:
    """A node with the lines of its label."""
    width = min(step, 2 * sizes.margin) - 0.3 * sizes.text
    names = wrap(node.name, sizes.text, width, bold=node.process, stretch=STRETCH)
    values = [diagram.shown(node.throughput)]
    if node.level is not None and node.change is not None:
        sign = "+" if node.change >= 0 else "\u2212"
        values = [f"stock {diagram.shown(node.level)}", f"{sign}{diagram.shown(abs(node.change))}"]
    label = [*names, *(line for value in values for line in wrap(value, sizes.text, width, stretch=STRETCH))]
    head = LINE * sizes.text * len(label) + 0.35 * sizes.text + 0.5 * sizes.gap
    height = max(node.throughput * scale, sizes.least)
    return Place(node, column, node.rank, height, label, len(names), width, head)


# --- heights ---------------------------------------------------------------------------------------------------------


def _settle(column: Sequence[Place], wanted: Sequence[float], sizes: Sizes) -> None:
    """Set the heights of a column: as near as possible to those wanted, in order and apart.

    With c the sum of what lies above, y - c must not fall from one place to the next: a weighted isotonic regression,
    solved by pooling neighbours that would fall.
    """
    offsets, used = [], 0.0
    for place in column:
        used += place.head
        offsets.append(used)
        used += place.height
    pools: list[list[float]] = []  # mean, weight, number of places
    for place, want, offset in zip(column, wanted, offsets, strict=True):
        pools.append([want - offset, place.height + 0.2 * sizes.gap, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, weight, count = pools.pop()
            before = pools[-1]
            total = before[1] + weight
            pools[-1] = [(before[0] * before[1] + mean * weight) / total, total, before[2] + count]
    settled = [mean for mean, _, count in pools for _ in range(int(count))]
    for place, mean, offset in zip(column, settled, offsets, strict=True):
        place.y = mean + offset


def _relax(columns: Sequence[Sequence[Place]], routes: Sequence[Route], sizes: Sizes) -> None:
    """Move the columns in turn until nothing moves any more."""
    joined: dict[int, list[tuple[Route, int, bool]]] = {}
    for route in routes:
        if not route.band.back:
            for position in range(len(route.places) - 1):
                joined.setdefault(id(route.places[position]), []).append((route, position, True))
                joined.setdefault(id(route.places[position + 1]), []).append((route, position, False))
    places = [place for column in columns for place in column]
    for sweep in range(SWEEPS):
        before = [place.y for place in places]
        _ports(routes)
        for column in columns if sweep % 2 == 0 else columns[::-1]:
            lifts = [_lift(joined.get(id(place), ())) for place in column]
            old = [place.y for place in column]
            _settle(column, [y + lift for y, lift in zip(old, lifts, strict=True)], sizes)
            for place, y in zip(column, old, strict=True):  # its ends move along
                for route, position, leaves in joined.get(id(place), ()):
                    ends = route.starts if leaves else route.ends
                    ends[position] += place.y - y
        if max(abs(place.y - y) for place, y in zip(places, before, strict=True)) < STILL:
            return


def _lift(joined: Sequence[tuple[Route, int, bool]]) -> float:
    """How far a place would move so that its bands run straight, weighted by what they carry."""
    total, weight = 0.0, 0.0
    for route, position, leaves in joined:
        apart = route.ends[position] - route.starts[position]
        heavy = route.thick + 1.0
        total += heavy * (apart if leaves else -apart)
        weight += heavy
    return total / weight if weight else 0.0


def _ports(routes: Sequence[Route]) -> None:
    """Where bands leave and meet their places: in the order of what they join, ways back lowest."""
    leaving: dict[int, list[tuple[bool, float, int, int]]] = {}
    meeting: dict[int, list[tuple[bool, float, int, int]]] = {}
    known: dict[int, Place] = {}
    for number, route in enumerate(routes):
        steps = len(route.places) - 1
        route.starts, route.ends = [0.0] * steps, [0.0] * steps
        for position in range(steps):
            source, target = route.places[position], route.places[position + 1]
            known[id(source)], known[id(target)] = source, target
            back = route.band.back
            beyond = target.y + target.height / 2 if not back else -number
            before = source.y + source.height / 2 if not back else -number
            leaving.setdefault(id(source), []).append((back, beyond, number, position))
            meeting.setdefault(id(target), []).append((back, before, number, position))
    for found, attribute in ((leaving, "starts"), (meeting, "ends")):
        for key, ends in found.items():
            y = known[key].y
            for _, _, number, position in sorted(ends):
                route = routes[number]
                getattr(route, attribute)[position] = y
                y += route.thick


def _lanes(routes: Sequence[Route], columns: Sequence[Sequence[Place]], sizes: Sizes) -> float:
    """Give every way back a lane below what lies between its ends; of two with the same ends the inner one is higher.

    Returns
    -------
    float
        Lower edge of the lowest lane.
    """
    returning = [route for route in routes if route.band.back]
    returning.sort(key=lambda route: (route.places[0].column - route.places[-1].column, -route.starts[0]))
    bottom = 0.0
    for route in returning:
        passed = [place for column in columns[route.places[-1].column : route.places[0].column + 1] for place in column]
        ends = ((route.places[0], route.starts[0]), (route.places[-1], route.ends[0]))
        beneath = [place.y + place.height - (edge + route.thick) for place, edge in ends]
        route.bend = 0.45 * sizes.gap + max(0.0, *beneath)  # it grows with what lies between it and the port
        round_them = [edge + route.thick + 2.0 * route.bend for _, edge in ends]  # two quarters of a circle
        route.lane = max(bottom, *round_them, *(place.y + place.height + 1.4 * sizes.gap for place in passed))
        bottom = route.lane + route.thick
    return bottom

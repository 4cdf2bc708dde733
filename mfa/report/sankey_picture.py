"""A laid-out Sankey diagram as plain shapes: areas, bars and words with their places, for any program that draws.

Places are in pixels from the upper left corner. Words are placed so that they overlap neither each other nor a bar; the
value of a band for which there is no room is told below the diagram instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from mfa.report.picture import HATCHED, Area, Bar, Command, Picture, Words
from mfa.report.sankey_diagram import Band, Diagram
from mfa.report.sankey_layout import Layout, Place, Route, Sizes
from mfa.report.style import INK, SOFT
from mfa.report.text_size import LINE, text_width, wrap

ROUND = 0.5523
"""Handle of the cubic curve that stands for a quarter of a circle of radius 1."""
OPACITY = 0.55
PROCESS_FILL, STOCK_FILL = "#4D4D4D", "#F2F2F2"
STEPS = 24
"""Points along each piece of a band at which its words may stand."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def picture(diagram: Diagram, layout: Layout, header: bool = True) -> Picture:
    """Shapes of a diagram.

    Parameters
    ----------
    diagram : Diagram
    layout : Layout
        Its places.
    header : bool
        Whether the heading and the caption are drawn.

    Returns
    -------
    Picture
    """
    sizes = layout.sizes
    result = Picture(sizes.width, layout.height, diagram.heading, diagram.description())
    for route in sorted(layout.routes, key=lambda route: (route.band.back, -route.thick)):
        title = _title(diagram, route.band)
        result.areas.append(Area(_outline(route, sizes), route.band.colour, title, OPACITY))
        if route.band.back:
            result.areas.append(Area(_arrow(route, sizes), "#FFFFFF", title, 0.9))
    boxes: list[Box] = []
    for place in layout.places.values():
        result.bars += _bars(diagram, place)
        boxes.append((place.x, place.y, place.x + place.width, place.y + place.height))
        boxes += _name(place, sizes, result.words)
    untold = _values(diagram, layout, boxes, result.words)
    if header:
        _header(diagram, sizes, result.words)
    _footer(diagram, untold, header, result, sizes)
    return result


# --- outlines --------------------------------------------------------------------------------------------------------


def _outline(route: Route, sizes: Sizes) -> tuple[Command, ...]:
    """Outline of a band: curves from place to place, or the way back around the lower edge."""
    if route.band.back:
        return _way_back(route)
    upper: list[Command] = []
    lower: list[Command] = []
    thick = route.thick
    pieces = list(_pieces(route))
    for number, (x0, y0, x1, y1) in enumerate(pieces):
        middle = (x0 + x1) / 2
        upper.append(("M" if not number else "L", (x0, y0)))
        upper.append(("C", (middle, y0, middle, y1, x1, y1)))
        piece: list[Command] = [
            ("L", (x1, y1 + thick)),
            ("C", (middle, y1 + thick, middle, y0 + thick, x0, y0 + thick)),
        ]
        lower = [*piece, *lower]
    return (*upper, *lower, ("Z", ()))


def _pieces(route: Route) -> Iterator[tuple[float, float, float, float]]:
    """Upper edge of each piece of a band: from x, y to x, y."""
    for position, (source, target) in enumerate(zip(route.places, route.places[1:], strict=False)):
        yield source.x + source.width, route.starts[position], target.x, route.ends[position]


def _way_back(route: Route) -> tuple[Command, ...]:
    """Out to the right, round, back to the left below everything, round and into the left side."""
    source, target, thick = route.places[0], route.places[-1], route.thick
    y0, y1, lane = route.starts[0], route.ends[0], route.lane
    right, left = source.x + source.width, target.x
    inner = route.bend
    outer = inner + thick
    commands: list[Command] = [("M", (right, y0))]

    def turn(x0: float, y: float, x1: float, y2: float, flat: bool) -> Command:
        """A quarter of a circle that leaves flat or upright."""
        if flat:
            return ("C", (x0 + ROUND * (x1 - x0), y, x1, y2 - ROUND * (y2 - y), x1, y2))
        return ("C", (x0, y + ROUND * (y2 - y), x1 - ROUND * (x1 - x0), y2, x1, y2))

    low = lane + thick
    commands += [turn(right, y0, right + outer, y0 + outer, True), ("L", (right + outer, low - outer))]
    commands += [turn(right + outer, low - outer, right, low, False), ("L", (left, low))]
    commands += [turn(left, low, left - outer, low - outer, True), ("L", (left - outer, y1 + outer))]
    commands += [turn(left - outer, y1 + outer, left, y1, False), ("L", (left, y1 + thick))]
    commands += [turn(left, y1 + thick, left - inner, y1 + thick + inner, True), ("L", (left - inner, lane - inner))]
    commands += [turn(left - inner, lane - inner, left, lane, False), ("L", (right, lane))]
    commands += [turn(right, lane, right + inner, lane - inner, True), ("L", (right + inner, y0 + thick + inner))]
    commands += [turn(right + inner, y0 + thick + inner, right, y0 + thick, False), ("Z", ())]
    return tuple(commands)


def _arrow(route: Route, sizes: Sizes) -> tuple[Command, ...]:
    """A small arrowhead in the lane, which shows that the band runs to the left."""
    x = (route.places[0].x + route.places[-1].x) / 2 + 0.28 * (route.places[0].x - route.places[-1].x)
    y, half = route.lane + route.thick / 2, min(route.thick / 2, 0.5 * sizes.text)
    return (("M", (x - half, y)), ("L", (x + half, y - half)), ("L", (x + half, y + half)), ("Z", ()))


# --- nodes -----------------------------------------------------------------------------------------------------------


def _bars(diagram: Diagram, place: Place) -> Iterator[Bar]:
    """The bar of a node; of a stock also the part that it gains, or gives."""
    node = place.node
    assert node is not None
    title = f"{node.name}: {diagram.shown(node.throughput)} {diagram.unit}"
    if node.level is None or node.change is None:
        fill = PROCESS_FILL if node.process else node.colour
        yield Bar(place.x, place.y, place.width, place.height, fill, "none", title)
        return
    sign = "+" if node.change >= 0 else "\u2212"
    title += (
        f"; stock at year end {diagram.shown(node.level)} {diagram.stock_unit}, change in the year "
        f"{sign}{diagram.shown(abs(node.change))} {diagram.unit}"
    )
    yield Bar(place.x, place.y, place.width, place.height, STOCK_FILL, PROCESS_FILL, title)
    share = min(abs(node.change) / node.throughput, 1.0) if node.throughput else 0.0
    height = share * place.height
    if height > 0.0:  # what comes in and stays lies at the bottom of the right side; what is drawn down on the left
        x = place.x + place.width / 2 if node.change > 0 else place.x
        yield Bar(x, place.y + place.height - height, place.width / 2, height, HATCHED, PROCESS_FILL, title)


def _name(place: Place, sizes: Sizes, words: list[Words]) -> Iterator[Box]:
    """Lines above the bar of a node; gives the boxes that they take."""
    assert place.node is not None
    x = place.x + place.width / 2
    y = place.y - 0.45 * sizes.text
    boxes = []
    for number, line in reversed(list(enumerate(place.label))):
        bold = number < place.names and place.node.process
        colour = INK if number < place.names or place.node.level is None else SOFT
        half = text_width(line, sizes.text, bold) / 2
        size = sizes.text * min(1.0, place.room / (2 * half)) if half else sizes.text
        words.append(Words(x, y, line, size, bold, colour))
        half = half * size / sizes.text + 0.3 * sizes.text
        boxes.append((x - half, y - 0.85 * sizes.text, x + half, y + 0.3 * sizes.text))
        y -= LINE * sizes.text
    return iter(boxes)


# --- values on bands -------------------------------------------------------------------------------------------------


def _values(diagram: Diagram, layout: Layout, boxes: list[Box], words: list[Words]) -> list[str]:
    """Write the value on every band between two processes; of one over the border it stands at its outer end.

    Returns
    -------
    list of str
        What there was no room for.
    """
    sizes = layout.sizes
    courses = [_course(route) for route in layout.routes]
    untold = []
    for number, route in sorted(enumerate(layout.routes), key=lambda item: -item[1].band.value):
        band = route.band
        if not (diagram.nodes[band.source].process and diagram.nodes[band.target].process):
            continue
        value = diagram.shown(band.value)
        wordings = [[f"{band.words} {value}"], [band.words, value], [value]] if band.words else [[value]]
        place = None
        for lines in wordings:
            place = _room(number, lines, boxes, layout, courses)
            if place is not None:
                break
        if place is None:
            untold.append(f"{band.name} {value}")
            continue
        x, y = place
        for position, line in enumerate(lines):
            base = y + (position - (len(lines) - 1) / 2) * LINE * sizes.text + 0.36 * sizes.text
            words.append(Words(x, base, line, sizes.text))
        half, high = _half(lines, sizes)
        boxes.append((x - half, y - high, x + half, y + high))
    return untold


def _course(route: Route) -> np.ndarray:
    """Middle line of a band, as points [2, point]."""
    if route.band.back:
        xs = np.linspace(route.places[-1].x, route.places[0].x + route.places[0].width, 3 * STEPS)
        return np.array([xs, np.full(xs.shape, route.lane + route.thick / 2)])
    t = np.linspace(0.0, 1.0, STEPS)
    a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
    pieces = [
        np.array([a * x0 + (b + c) * (x0 + x1) / 2 + d * x1, (a + b) * y0 + (c + d) * y1 + route.thick / 2])
        for x0, y0, x1, y1 in _pieces(route)
    ]
    return np.concatenate(pieces, axis=1)


def _half(lines: Sequence[str], sizes: Sizes) -> tuple[float, float]:
    """Half the width and half the height of the room that lines take."""
    half = max(text_width(line, sizes.text) for line in lines) / 2 + 0.2 * sizes.text
    return half, len(lines) * LINE * sizes.text / 2


def _room(
    number: int, lines: Sequence[str], boxes: Sequence[Box], layout: Layout, courses: Sequence[np.ndarray]
) -> tuple[float, float] | None:
    """Best middle for the words of a band: on it if it is thick enough, else just above or below; None without room.

    Of several, the one with the fewest other bands behind it, near the first third of the band.
    """
    sizes, thick = layout.sizes, layout.routes[number].thick
    half, high = _half(lines, sizes)
    course = courses[number]
    inside = thick >= 1.9 * high
    beside = thick / 2 - high if inside else thick / 2 + high
    shifts = ((0.0, 0.0), (-beside, 0.3), (beside, 0.3)) if inside else ((-beside, 0.6), (beside, 0.8))
    middles = np.concatenate([course + [[0.0], [shift]] for shift, _ in shifts], axis=1)
    along = np.abs(np.linspace(0.0, 1.0, course.shape[1]) - 0.35)
    cost = np.concatenate([along + penalty for _, penalty in shifts])
    left, right, upper, lower = middles[0] - half, middles[0] + half, middles[1] - high, middles[1] + high
    taken = np.array(boxes)
    overlaps = (left[:, None] < taken[:, 2]) & (taken[:, 0] < right[:, None])
    overlaps &= (upper[:, None] < taken[:, 3]) & (taken[:, 1] < lower[:, None])
    free = ~overlaps.any(axis=1) & (left > 1) & (right < sizes.width - 1) & (upper > layout.top - sizes.text)
    if not free.any():
        return None
    for other, points in enumerate(courses):
        spread = layout.routes[other].thick / 2
        beneath = (points[0] > left[:, None]) & (points[0] < right[:, None])
        if other == number:
            outside = (points[1] - spread > upper[:, None]) | (points[1] + spread < lower[:, None])
            cost += 3.0 * (beneath & outside).sum(axis=1) / np.maximum(beneath.sum(axis=1), 1) if inside else 0.0
            continue
        behind = beneath & (points[1] + spread > upper[:, None]) & (points[1] - spread < lower[:, None])
        cost += 0.8 * behind.any(axis=1)
    best = int(np.argmin(np.where(free, cost, np.inf)))
    return float(middles[0, best]), float(middles[1, best])


# --- around it -------------------------------------------------------------------------------------------------------


def _title(diagram: Diagram, band: Band) -> str:
    """What a band says when it is pointed at."""
    text = f"{band.title}: {diagram.shown(band.value)} {diagram.unit}"
    if band.parts:
        text += "".join(f"\n{name}: {diagram.shown(value)}" for name, value in band.parts)
    return text


def _header(diagram: Diagram, sizes: Sizes, words: list[Words]) -> None:
    x = 0.4 * sizes.gap
    y, room = 1.05 * sizes.heading, sizes.width - 2 * x
    size = max(sizes.heading * min(1.0, room / text_width(diagram.heading, sizes.heading, bold=True)), sizes.text)
    for line in wrap(diagram.heading, size, room, bold=True, most=1):
        words.append(Words(x, y, line, size, bold=True, anchor="start", halo=False))
    for line in wrap(diagram.subheading, sizes.text, room, most=1):
        y += LINE * sizes.text + 0.15 * sizes.heading
        words.append(Words(x, y, line, sizes.text, colour=SOFT, anchor="start", halo=False))


def _footer(diagram: Diagram, untold: Sequence[str], header: bool, result: Picture, sizes: Sizes) -> None:
    """Small print, and the values for which there was no room."""
    size = 0.86 * sizes.text
    notes = []
    if untold:
        notes.append(f"Not written on the bands: {'; '.join(untold)}.")
    for band in diagram.bands:
        ends = [diagram.nodes[key] for key in (band.source, band.target)]
        outer = next((node.name for node in ends if not node.process), None)
        if band.parts and outer:
            inner = next(node.name for node in ends if node.process)
            listed = ", ".join(f"{name} {diagram.shown(value)}" for name, value in band.parts)
            notes.append(f"{outer} ({inner}): {listed}.")
    if any(node.level is not None for node in diagram.nodes.values()):
        notes.append(
            f"Light bars hold a stock: level at year end, {diagram.stock_unit}, and its change in the year; hatched: "
            "what it gains (right) or gives (left)."
        )
    if header:
        notes.append(diagram.caption)
    y = result.height + 0.4 * sizes.gap
    x = 0.4 * sizes.gap
    for line in wrap(" ".join(notes), size, sizes.width - 2 * x, most=8):
        y += LINE * size
        result.words.append(Words(x, y, line, size, colour=SOFT, anchor="start", halo=False))
    result.height = y + 0.6 * size

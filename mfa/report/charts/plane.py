"""Points in a plane, one path for each element through some years, with the thresholds of both axes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from mfa.report.charts.panel import AXIS, SMALL, TICK, TITLE, dark
from mfa.report.panels import number, value_ticks
from mfa.report.picture import Bar, Picture, Stroke, Words
from mfa.report.style import SOFT
from mfa.report.text_size import text_width, wrap

WIDTH, HEIGHT = 660.0, 400.0
LEFT, RIGHT, UPPER, LOWER = 46.0, 650.0, 26.0, 356.0
"""Edges of the axes, pixels."""
DOT, LAST = 3.4, 5.0
"""Half the side of the mark of a year, and of the last one."""
LONGEST = 180.0
"""Width at which names are cut, pixels."""
SHADE = "#F5F1E6"
Box = tuple[float, float, float, float]
Place = Callable[[float, float], tuple[float, float]]
"""From importance and risk to pixels."""


def criticality_plane(
    importance: np.ndarray,
    risk: np.ndarray,
    years: Sequence[int],
    names: Sequence[str],
    colours: Sequence[str],
    thresholds: tuple[float, float],
) -> Picture:
    """Picture of economic importance (across) against supply risk (up).

    Parameters
    ----------
    importance, risk : ndarray [year, element], 1
        NaN where there is no value.
    years : sequence of int
    names, colours : sequence of str
        Of the elements.
    thresholds : (float, float)
        Of importance and of risk, above which an element is critical.

    Returns
    -------
    Picture
    """
    widest = max(10.0 if np.nanmax(importance, initial=0.0) > 5.0 else 6.0, 1.05 * np.nanmax(importance, initial=0.0))
    highest = max(1.15 * float(np.nanmax(risk, initial=0.0)), 1.6 * thresholds[1])
    picture = Picture(
        WIDTH, HEIGHT, "Economic importance and supply risk", _description(importance, risk, years, names)
    )

    def place(x: float, y: float) -> tuple[float, float]:
        return LEFT + (RIGHT - LEFT) * x / widest, LOWER - (LOWER - UPPER) * y / highest

    _axes(picture, widest, highest, thresholds, place)
    taken: list[Box] = [
        (place(*thresholds)[0] - 3.0, UPPER, place(*thresholds)[0] + 3.0, LOWER),
        (LEFT, place(*thresholds)[1] - 3.0, RIGHT, place(*thresholds)[1] + 3.0),
    ]
    ends: list[tuple[float, float, str, str]] = []
    for e, (name, colour) in enumerate(zip(names, colours, strict=True)):
        known = np.flatnonzero(np.isfinite(importance[:, e]) & np.isfinite(risk[:, e]))
        points = [place(float(importance[i, e]), float(risk[i, e])) for i in known]
        if not points:
            continue
        told = ", ".join(f"{years[i]}: {importance[i, e]:.1f} and {risk[i, e]:.2f}" for i in known.tolist())
        if len(points) > 1:
            picture.strokes.append(Stroke(tuple(points), colour, 1.4, f"{name} (importance and risk): {told}"))
        for i, (x, y) in zip(known.tolist(), points, strict=True):
            half = LAST if i == known[-1] else DOT
            words = f"{name} {years[i]}: importance {importance[i, e]:.1f}, risk {risk[i, e]:.2f}"
            fill, edge = (colour, "#FFFFFF") if i == known[-1] else ("#FFFFFF", colour)
            picture.bars.append(Bar(x - half, y - half, 2 * half, 2 * half, fill, edge, words))
            taken.append((x - half, y - half, x + half, y + half))
        ends.append((*points[-1], name, colour))
    for x, y, name, colour in ends:
        _name(picture, x, y, name, colour, taken)
    return picture


def _axes(picture: Picture, widest: float, highest: float, thresholds: tuple[float, float], place: Place) -> None:
    x0, y0 = place(*thresholds)
    picture.bars.append(Bar(x0, UPPER, RIGHT - x0, y0 - UPPER, SHADE, "none", "Critical: both lie above"))
    picture.strokes.append(Stroke(((LEFT, UPPER), (LEFT, LOWER), (RIGHT, LOWER)), AXIS, 0.8))
    for tick in value_ticks(widest):
        x, _ = place(tick, 0.0)
        picture.strokes.append(Stroke(((x, LOWER), (x, LOWER + TICK)), AXIS, 0.8))
        picture.words.append(Words(x, LOWER + TICK + 1.1 * SMALL, number(tick), SMALL, colour=SOFT, halo=False))
    for tick in value_ticks(highest):
        _, y = place(0.0, tick)
        picture.strokes.append(Stroke(((LEFT, y), (LEFT - TICK, y)), AXIS, 0.8))
        words = Words(LEFT - TICK - 3.0, y + 0.36 * SMALL, number(tick), SMALL, colour=SOFT, anchor="end", halo=False)
        picture.words.append(words)
    for points in (((x0, UPPER), (x0, LOWER)), ((LEFT, y0), (RIGHT, y0))):
        picture.strokes.append(Stroke(points, SOFT, 0.9, dashed=True))
    critical = f"critical: EI of {thresholds[0]:g} and SR of {thresholds[1]:g} or more"
    picture.words += [
        Words(2.0, 0.9 * TITLE + 2.0, "Supply risk (SR)", TITLE, bold=True, anchor="start", halo=False),
        Words(RIGHT, HEIGHT - 8.0, "Economic importance (EI), 0 to 10", TITLE, bold=True, anchor="end", halo=False),
        Words(RIGHT - 4.0, UPPER + 1.2 * SMALL, critical, SMALL, colour=SOFT, anchor="end", halo=False),
    ]


def _name(picture: Picture, x: float, y: float, name: str, colour: str, taken: list[Box]) -> None:
    """Write a name beside a point where nothing else stands; further away, with a line to it, if all is taken."""
    name = wrap(name, SMALL, LONGEST, bold=True, most=1)[0]
    wide, high = text_width(name, SMALL, bold=True), SMALL
    found = [
        (distance, (x + left, y + top, x + left + wide, y + top + high)) for distance, left, top in _places(wide, high)
    ]
    inside = [
        (distance, box) for distance, box in found
        if box[0] > LEFT and box[2] < RIGHT and box[1] > UPPER and box[3] < LOWER
    ]  # fmt: skip
    free = [place for place in inside if not any(_overlap(place[1], other) for other in taken)]
    distance, box = (free or inside or found)[0]
    taken.append(box)
    picture.words.append(
        Words(box[0], box[3] - 0.2 * SMALL, name, SMALL, bold=True, colour=dark(colour), anchor="start")
    )
    if distance > 1:
        near = (min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3]))
        picture.strokes.append(Stroke(((x, y), near), dark(colour), 0.6))


def _places(wide: float, high: float) -> Iterator[tuple[int, float, float]]:
    """Upper left corners for a name, seen from its point, the nearest first."""
    for distance in range(1, 9):
        gap = LAST + 3.0 + 11.0 * (distance - 1)
        yield distance, gap, -high / 2
        yield distance, -gap - wide, -high / 2
        yield distance, -wide / 2, -gap - high
        yield distance, -wide / 2, gap
        yield distance, gap * 0.8, -gap - high / 2
        yield distance, gap * 0.8, gap - high / 2
        yield distance, -gap * 0.8 - wide, -gap - high / 2
        yield distance, -gap * 0.8 - wide, gap - high / 2


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _description(importance: np.ndarray, risk: np.ndarray, years: Sequence[int], names: Sequence[str]) -> str:
    found = []
    for e, name in enumerate(names):
        known = np.flatnonzero(np.isfinite(importance[:, e]) & np.isfinite(risk[:, e]))
        if known.size:
            first, last = known[0], known[-1]
            told = f"{name} in {years[last]}: importance {importance[last, e]:.1f}, risk {risk[last, e]:.2f}"
            told += f" (in {years[first]} {importance[first, e]:.1f} and {risk[first, e]:.2f})" if last > first else ""
            found.append(told)
    return "; ".join(found) + "."

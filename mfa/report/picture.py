"""A picture as plain shapes with their places, for any program that draws: areas, strokes, bars and words.

Places are in pixels from the upper left corner, those of SVG: 96 to the inch.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mfa.report.style import INK

Command = tuple[str, tuple[float, ...]]
"""One step of a path: M, L, C (cubic) or Z, with its coordinates."""
HATCHED, HATCH = "hatched", "#4D4D4D"
"""Fill of a bar that is hatched, and the colour of the lines."""


@dataclass(frozen=True)
class Area:
    """A filled outline with what it says when it is pointed at."""

    path: tuple[Command, ...]
    colour: str
    title: str
    opacity: float = 1.0


@dataclass(frozen=True)
class Stroke:
    """A line through points, x and y in turn, with what it says when it is pointed at."""

    points: tuple[tuple[float, float], ...]
    colour: str
    width: float
    title: str = ""
    dashed: bool = False


@dataclass(frozen=True)
class Bar:
    """A rectangle with what it says when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    edge: str
    title: str


@dataclass(frozen=True)
class Words:
    """One line of text; `x` is its beginning, middle or end, as `anchor` says, `y` its base line."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    colour: str = INK
    anchor: str = "middle"
    halo: bool = True


@dataclass
class Picture:
    """Everything that is drawn, from the back to the front."""

    width: float
    height: float
    heading: str
    description: str
    areas: list[Area] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

"""A picture drawn with matplotlib, for notebooks, PNG and PDF: the same shapes as in SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mfa.report.panels import new_figure
from mfa.report.picture import HATCH, HATCHED, Command, Picture
from mfa.report.style import font_families

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PIXELS = 96.0
"""Pixels of an inch in SVG."""
POINTS = 72.0
ANCHORS = {"start": "left", "middle": "center", "end": "right"}


def draw_picture(picture: Picture, ax: Axes | None = None) -> Axes:
    """Draw a picture on axes of its own size, or fitted into given axes.

    Parameters
    ----------
    picture : Picture
    ax : Axes, optional
        Letters shrink or grow with it.

    Returns
    -------
    matplotlib.axes.Axes
        Without frame, in pixels of the picture from the upper left corner.

    Raises
    ------
    InputError
        If no font of this system has a sign of a name.
    """
    from matplotlib.patches import PathPatch, Rectangle
    from matplotlib.patheffects import withStroke

    families = font_families(words.text for words in picture.words)
    if ax is None:
        figure = new_figure(picture.width / PIXELS, picture.height / PIXELS, facecolor="white")
        ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    else:
        ax.set_axis_off()
        ax.figure.canvas.figure.draw_without_rendering()  # a layout gives the axes their size only now
    ax.set_axis_off()
    box = ax.get_window_extent()
    dpi = ax.figure.dpi
    ratio = POINTS * min(box.width / picture.width, box.height / picture.height) / dpi  # points of a pixel
    ax.set(xlim=(0.0, picture.width), ylim=(picture.height, 0.0), aspect="equal")
    for area in picture.areas:
        ax.add_patch(PathPatch(_path(area.path), facecolor=area.colour, alpha=area.opacity, linewidth=0))
    for bar in picture.bars:
        style: dict[str, Any] = {"facecolor": bar.fill, "edgecolor": bar.edge, "linewidth": 0.8 * ratio}
        if bar.fill == HATCHED:
            style |= {"facecolor": "white", "edgecolor": HATCH, "hatch": "//////"}
        ax.add_patch(Rectangle((bar.x, bar.y), bar.width, bar.height, **style))
    for stroke in picture.strokes:
        xs, ys = zip(*stroke.points, strict=True)
        dashes = (0, (3, 2)) if stroke.dashed else "solid"
        ax.plot(xs, ys, color=stroke.colour, linewidth=stroke.width * ratio, linestyle=dashes, solid_joinstyle="round")
    for words in picture.words:
        effects = [withStroke(linewidth=0.26 * words.size * ratio, foreground="white", alpha=0.75)]
        ax.text(
            words.x, words.y, words.text, fontsize=words.size * ratio, color=words.colour, family=families,
            weight="bold" if words.bold else "normal", ha=ANCHORS[words.anchor], va="baseline",
            path_effects=effects if words.halo else None, parse_math=False,
        )  # fmt: skip
    return ax


def _path(commands: tuple[Command, ...]) -> Any:
    """Outline as a path of matplotlib."""
    from matplotlib.path import Path

    kinds = {"M": Path.MOVETO, "L": Path.LINETO, "C": Path.CURVE4}
    points: list[tuple[float, float]] = []
    codes: list[Any] = []
    for letter, values in commands:
        if letter == "Z":
            points.append((0.0, 0.0))
            codes.append(Path.CLOSEPOLY)
            continue
        pairs = list(zip(values[::2], values[1::2], strict=True))
        points += pairs
        codes += [kinds[letter]] * len(pairs)
    return Path(points, codes)

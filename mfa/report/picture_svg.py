"""A picture as SVG: text stays text, every shape tells what it is when it is pointed at, nothing is loaded."""

from __future__ import annotations

import hashlib
import html
import re

from mfa.report.picture import HATCH, HATCHED, Area, Bar, Command, Picture, Stroke, Words
from mfa.report.style import FONTS

_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Signs that XML does not allow."""
_MARK = "\0"
"""Stands for the id of a picture while it is written: no text can hold it."""


def to_svg(picture: Picture, width: float | None = None, paper: bool = False) -> str:
    """A picture as one SVG element, which stands alone as a file and inside a page.

    Parameters
    ----------
    picture : Picture
    width : float, optional
        Pixels at which it is shown; its own width if None. Everything grows with it.
    paper : bool
        For programs that make pages: the light edges of words are drawn before them, not by the order of paint.

    Returns
    -------
    str
        Texts are escaped; ids are made of the content, so that several may stand in one page.
    """
    mark = _MARK
    shown = width or picture.width
    ratio = shown / picture.width
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{mark}" role="img" aria-labelledby="{mark}t {mark}d" '
        f'viewBox="0 0 {_n(picture.width)} {_n(picture.height)}" width="{_n(shown)}" '
        f'height="{_n(picture.height * ratio)}" font-family="{FONTS}">',
        f'<title id="{mark}t">{text(picture.heading)}</title>',
        f'<desc id="{mark}d">{text(picture.description)}</desc>',
        f"<style>#{mark} .band:hover path{{fill-opacity:.9}}#{mark} text{{pointer-events:none}}</style>",
        *([_hatch(mark)] if any(bar.fill == HATCHED for bar in picture.bars) else []),
        f'<rect width="{_n(picture.width)}" height="{_n(picture.height)}" fill="#FFFFFF"/>',
        *(_area(area) for area in picture.areas),
        *(_bar(bar, mark) for bar in picture.bars),
        *(_stroke(stroke) for stroke in picture.strokes),
        *(_words(words, paper) for words in picture.words),
        "</svg>",
    ]
    drawn = "\n".join(body) + "\n"  # of which the id is made, so that what looks the same is the same
    return drawn.replace(_MARK, "s" + hashlib.sha256(drawn.encode()).hexdigest()[:10])


def _hatch(mark: str) -> str:
    return (
        f'<defs><pattern id="{mark}h" width="4" height="4" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="4" height="4" fill="#FFFFFF"/>'
        f'<rect width="1.6" height="4" fill="{HATCH}"/></pattern></defs>'
    )


def text(words: str) -> str:
    r"""Words as they stand in XML: escaped, without signs that XML does not allow.

    Examples
    --------
    >>> text("<b>& \x07")
    '&lt;b&gt;&amp; '
    """
    return html.escape(_UNFIT.sub("", words), quote=True)


def _n(value: float) -> str:
    """A coordinate, to a hundredth of a pixel."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def _path(commands: tuple[Command, ...]) -> str:
    return "".join(f"{letter}{' '.join(_n(value) for value in values)}" for letter, values in commands)


def _area(area: Area) -> str:
    opacity = "" if area.opacity == 1.0 else f' fill-opacity="{area.opacity}"'
    return _titled(f'<path d="{_path(area.path)}" fill="{area.colour}"{opacity}/>', area.title, ' class="band"')


def _titled(shape: str, title: str, about: str = "") -> str:
    return f"<g{about}><title>{text(title)}</title>{shape}</g>" if title else shape


def _stroke(stroke: Stroke) -> str:
    points = " ".join(f"{_n(x)},{_n(y)}" for x, y in stroke.points)
    dashes = ' stroke-dasharray="3 2"' if stroke.dashed else ""
    line = (
        f'<polyline points="{points}" fill="none" stroke="{stroke.colour}" stroke-width="{_n(stroke.width)}"{dashes}/>'
    )
    return _titled(line, stroke.title)


def _bar(bar: Bar, mark: str) -> str:
    fill = f"url(#{mark}h)" if bar.fill == HATCHED else bar.fill
    edge = "" if bar.edge == "none" else f' stroke="{bar.edge}" stroke-width="0.8"'
    shape = (
        f'<rect x="{_n(bar.x)}" y="{_n(bar.y)}" width="{_n(bar.width)}" height="{_n(bar.height)}" fill="{fill}"{edge}/>'
    )
    return _titled(shape, bar.title)


def _words(words: Words, paper: bool) -> str:
    style = ' font-weight="bold"' if words.bold else ""
    style += "" if words.anchor == "start" else f' text-anchor="{words.anchor}"'
    place = f'<text x="{_n(words.x)}" y="{_n(words.y)}" font-size="{_n(words.size)}"{style}'
    edge = f' stroke="#FFFFFF" stroke-opacity="0.75" stroke-width="{_n(0.26 * words.size)}" stroke-linejoin="round"'
    said = f">{text(words.text)}</text>"
    if words.halo and paper:
        return f'{place} fill="none"{edge}{said}{place} fill="{words.colour}"{said}'
    halo = f'{edge} paint-order="stroke"' if words.halo else ""
    return f'{place} fill="{words.colour}"{halo}{said}'

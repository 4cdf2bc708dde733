"""Pictures drawn straight onto the pages that WeasyPrint makes, each text in one piece.

WeasyPrint can draw the same pictures from SVG. It then lays out every letter by itself and makes an object of the file
of every text that is centred or ends at its place: most of the time that a PDF of many figures takes. What stands here
uses inner parts of WeasyPrint, so only for versions that it is tested with; for others a picture is SVG.
"""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING, Any

from mfa.report.picture import HATCH, HATCHED, Area, Bar, Picture, Stroke, Words
from mfa.report.style import FONTS

if TYPE_CHECKING:
    from types import ModuleType

KNOWN = ("70",)
"""Major versions of WeasyPrint onto whose pages pictures are drawn directly."""
DASHES = (3.0, 2.0)
STEP, THICK = 4.0, 1.6
"""Distance and width of the lines of a hatched bar."""
HALO, CLEAR = 0.26, 0.75
"""Width of the light edge of a text, as a share of the size of its letters, and its opacity."""


def is_known(weasyprint: ModuleType) -> bool:
    """Whether pictures can be drawn directly with this version of WeasyPrint."""
    return str(weasyprint.__version__).split(".")[0] in KNOWN


class Drawings:
    """The pictures of one document by address, in the form in which WeasyPrint keeps images that it has loaded.

    Parameters
    ----------
    fonts : weasyprint.text.fonts.FontConfiguration
        The fonts of the document.
    """

    def __init__(self, fonts: Any) -> None:
        self.images: dict[str, _Drawing] = {}
        self.texts = _Texts(fonts)

    def source(self, picture: Picture) -> str:
        """Address by which a page shows a picture."""
        address = f"data:,picture-{len(self.images) + 1}"
        self.images[address] = _Drawing(picture, self.texts)
        return address


class _Drawing:
    """An image of WeasyPrint that is a picture."""

    def __init__(self, picture: Picture, texts: _Texts) -> None:
        self.picture, self.texts = picture, texts

    def get_intrinsic_size(self, resolution: float, font_size: float) -> tuple[float, float, float]:
        """Width, height and their ratio."""
        picture = self.picture
        return picture.width, picture.height, picture.width / picture.height

    def draw(self, stream: Any, width: float, height: float, style: Any) -> None:
        """Draw onto a page whose origin is the upper left corner of the image."""
        picture = self.picture
        stream.transform(a=width / picture.width, d=height / picture.height)
        stream.set_dash((), 0)
        page = Area((("M", (0.0, 0.0)), ("L", (picture.width, 0.0)), ("L", (picture.width, picture.height)),
                     ("L", (0.0, picture.height)), ("Z", ())), "#FFFFFF", "")  # fmt: skip
        for area in (page, *picture.areas):
            _fill(stream, area)
        for bar in picture.bars:
            _bar(stream, bar)
        for stroke in picture.strokes:
            _stroke(stream, stroke)
        for words in picture.words:
            self.texts.write(stream, words)


class _Texts:
    """Writes texts; one that was set before, such as the years below a panel, is not set again."""

    def __init__(self, fonts: Any) -> None:
        values = importlib.import_module("weasyprint.css.properties").INITIAL_VALUES
        self.families = [family.strip(" '") for family in FONTS.split(",")]
        self.fonts, self.values = fonts, values
        self.drawing = importlib.import_module("weasyprint.draw.text")
        self.lines = importlib.import_module("weasyprint.text.line_break")
        self.matrix = importlib.import_module("weasyprint.matrix").Matrix
        self.set = functools.cache(self._set)

    def _set(self, text: str, size: float, bold: bool) -> tuple[_Line, float]:
        """A text set in one line, and its width."""
        style = _Style(self.values)
        style.font_config = self.fonts
        style |= {"font_family": self.families, "font_size": size, "font_weight": 700 if bold else 400}
        layout = self.lines.create_layout(text, style, None, None, 0)
        first, _ = layout.get_first_line()
        width, _ = self.lines.line_size(first, style)
        return _Line(layout, style), width

    def write(self, stream: Any, words: Words) -> None:
        """Write one text, on its light edge if it has one."""
        text = words.text.replace("\n", " ")
        line, width = self.set(text, words.size, words.bold)
        x = words.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[words.anchor] * width
        place = self.matrix(d=-1.0, e=x, f=words.y)
        with stream.stacked():
            stream.set_color(_colour(words.colour))
            emojis = []
            stream.begin_text()
            if words.halo:
                stream.set_color(_colour("#FFFFFF", CLEAR), stroke=True)
                stream.set_line_width(HALO * words.size)
                stream.set_line_join(1)
                stream.set_text_rendering(1)
                self.drawing.draw_first_line(stream, line, "none", "none", place)
                stream.set_text_rendering(0)
            emojis = self.drawing.draw_first_line(stream, line, "none", "none", place)
            stream.end_text()
            self.drawing.draw_emojis(stream, line.style, x, words.y, emojis)


class _Style(dict[str, Any]):
    """Styles of a text as WeasyPrint takes them."""

    font_config: Any


class _Line:
    """A line of text as WeasyPrint takes it."""

    baseline = 0.0

    def __init__(self, layout: Any, style: _Style) -> None:
        self.pango_layout, self.style, self.text = layout, style, layout.text


def _fill(stream: Any, area: Area) -> None:
    letters = {"M": "m", "L": "l", "C": "c", "Z": "h"}
    steps = (" ".join([*(f"{value:.2f}" for value in values), letters[letter]]) for letter, values in area.path)
    stream.set_color(_colour(area.colour, area.opacity))
    stream.stream.append("\n".join(steps).encode())
    stream.fill()


def _bar(stream: Any, bar: Bar) -> None:
    if bar.width <= 0.0 or bar.height <= 0.0:
        return
    stream.set_color(_colour("#FFFFFF" if bar.fill == HATCHED else bar.fill))
    stream.rectangle(bar.x, bar.y, bar.width, bar.height)
    stream.fill()
    if bar.fill == HATCHED:
        with stream.stacked():
            stream.rectangle(bar.x, bar.y, bar.width, bar.height)
            stream.clip()
            stream.end()
            step = STEP * 2.0**0.5
            first, last = int((bar.x + bar.y) / step), int((bar.x + bar.width + bar.y + bar.height) / step) + 1
            for sum_ in (step * number for number in range(first, last + 1)):  # lines on which x + y is the same
                _line(stream, ((sum_ - bar.y, bar.y), (sum_ - bar.y - bar.height, bar.y + bar.height)), HATCH, THICK)
    if bar.edge != "none":
        stream.set_color(_colour(bar.edge), stroke=True)
        stream.set_line_width(0.8)
        stream.rectangle(bar.x, bar.y, bar.width, bar.height)
        stream.stroke()


def _stroke(stream: Any, stroke: Stroke) -> None:
    if stroke.dashed:
        stream.set_dash(DASHES, 0)
    _line(stream, stroke.points, stroke.colour, stroke.width)
    if stroke.dashed:
        stream.set_dash((), 0)


def _line(stream: Any, points: tuple[tuple[float, float], ...], colour: str, width: float) -> None:
    stream.set_color(_colour(colour), stroke=True)
    stream.set_line_width(width)
    steps = (f"{x:.2f} {y:.2f} {'l' if i else 'm'}" for i, (x, y) in enumerate(points))
    stream.stream.append("\n".join(steps).encode())
    stream.stroke()


@functools.cache
def _colour(code: str, opacity: float = 1.0) -> Any:
    colour = importlib.import_module("tinycss2.color5").parse_color(code)
    colour.alpha = opacity
    return colour

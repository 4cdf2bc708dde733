"""Several pictures and a legend as one picture, for programs that want a single image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mfa.report.charts.panel import Key
from mfa.report.picture import Area, Bar, Command, Picture, Stroke, Words
from mfa.report.style import contrast
from mfa.report.text_size import text_width, wrap

GAP = 10.0
"""Room between pictures, pixels."""
LETTERS, LINE, CLOSE = 10.5, 17.0, 12.5
"""Size of the letters of a legend, height of its lines, and of those within one entry, pixels."""
SWATCH = 20.0
"""Width of the mark of an entry, pixels."""


def sheet(panels: Sequence[Picture], keys: Sequence[Key], across: int, heading: str, description: str) -> Picture:
    """Put pictures side by side, row by row, and a legend into the free places of the last row, or below.

    Parameters
    ----------
    panels : sequence of Picture
        Of one width.
    keys : sequence of Key
    across : int
        Pictures of a row.
    heading, description : str
        Of the whole.

    Returns
    -------
    Picture
    """
    across = min(across, len(panels))
    wide = max(panel.width for panel in panels)
    whole = Picture(across * wide + (across - 1) * GAP, 0.0, heading, description)
    rows = [panels[start : start + across] for start in range(0, len(panels), across)]
    y = 0.0
    for row in rows:
        for place, panel in enumerate(row):
            _place(whole, panel, place * (wide + GAP), y)
        y += max(panel.height for panel in row) + GAP
    whole.height = y - GAP
    if not keys:
        return whole
    free = across - len(rows[-1])
    if free:
        left, top = len(rows[-1]) * (wide + GAP) + GAP, y - GAP - max(panel.height for panel in rows[-1]) + GAP
    else:
        left, top = 0.0, y
    bottom = _legend(whole, keys, left, top)
    whole.height = max(whole.height, bottom)
    return whole


def _place(whole: Picture, panel: Picture, x: float, y: float) -> None:
    """Add the shapes of a picture, moved."""
    whole.areas += [replace(area, path=_moved(area, x, y)) for area in panel.areas]
    whole.bars += [replace(bar, x=bar.x + x, y=bar.y + y) for bar in panel.bars]
    for stroke in panel.strokes:
        points = tuple((across + x, down + y) for across, down in stroke.points)
        whole.strokes.append(replace(stroke, points=points))
    whole.words += [replace(words, x=words.x + x, y=words.y + y) for words in panel.words]


def _moved(area: Area, x: float, y: float) -> tuple[Command, ...]:
    return tuple(
        (letter, tuple(value + (y if i % 2 else x) for i, value in enumerate(values))) for letter, values in area.path
    )


def _legend(whole: Picture, keys: Sequence[Key], left: float, top: float) -> float:
    """Write the entries of a legend in lines; gives where it ends."""
    x, y = left, top
    for key in keys:
        inside = key.number is not None and key.kind == "area"
        name = key.name if key.number is None or inside else f"{key.number} {key.name}"
        lines = wrap(name, LETTERS, whole.width - left - SWATCH - 6.0)
        wide = SWATCH + 6.0 + max(text_width(words, LETTERS) for words in lines)
        if x > left and x + wide > whole.width:
            x, y = left, y + LINE
        middle = y + LINE / 2
        if key.kind in ("line", "dashed"):
            ends = ((x, middle), (x + SWATCH, middle))
            whole.strokes.append(Stroke(ends, key.colour, 2.0 if key.kind == "line" else 1.2, "", key.kind == "dashed"))
        else:
            whole.bars.append(Bar(x, middle - 6.5, SWATCH, 13.0, _fill(key), "none", ""))
        base = middle + 0.36 * LETTERS
        if inside:
            colour = contrast(key.colour)
            whole.words.append(Words(x + SWATCH / 2, base, str(key.number), LETTERS, colour=colour, halo=False))
        for number, words in enumerate(lines):
            place = (x + SWATCH + 6.0, base + number * CLOSE)
            whole.words.append(Words(*place, words, LETTERS, anchor="start", halo=False))
        y += CLOSE * (len(lines) - 1)
        x += wide + 14.0
    return y + LINE


def _fill(key: Key) -> str:
    """Colour of an entry: a pale one for a band.

    Examples
    --------
    >>> _fill(Key("5 to 95 %", "#000000", "band")), _fill(Key("Cobalt", "#0072B2"))
    ('#BFBFBF', '#0072B2')
    """
    opacity = {"band": 0.25, "inner": 0.44}.get(key.kind)
    if opacity is None:
        return key.colour
    parts = [int(key.colour[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(255 - opacity * (255 - part)):02X}" for part in parts)

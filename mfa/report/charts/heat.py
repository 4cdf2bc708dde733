"""A grid of numbers on shades: a response over two levers, or of several elements over one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mfa.report.charts.panel import AXIS, SMALL, TITLE
from mfa.report.picture import Bar, Picture, Stroke, Words
from mfa.report.style import SOFT, contrast
from mfa.report.text_size import text_width, wrap

LIGHT, DARK = (0xF0, 0xF4, 0xF8), (0x1B, 0x4F, 0x72)
"""Shades of the lowest and of the highest value."""
CELL, HEIGHT = 42.0, 22.0
"""Least width and the height of a cell, pixels."""
NONE = "#FFFFFF"


def heat(
    title: str,
    values: np.ndarray,
    written: Sequence[Sequence[str]],
    across: Sequence[str],
    down: Sequence[str],
    words: tuple[str, str],
    width: float,
) -> Picture:
    """Picture of a grid of numbers.

    Parameters
    ----------
    title : str
        What the numbers are, with the unit.
    values : ndarray [row, column]
        NaN where there is none.
    written : sequence of sequences of str
        The numbers as text.
    across, down : sequence of str
        Names of columns and rows; rows go upwards as values of a lever do.
    words : (str, str)
        What columns and rows are.
    width : float
        Pixels.

    Returns
    -------
    Picture
    """
    heads = wrap(title, TITLE, width - 4.0, bold=True, most=2)
    upper = 8.0 + 1.2 * TITLE * len(heads) + (1.3 * SMALL if words[1] else 0.0)
    left = 8.0 + max((text_width(name, SMALL) for name in down), default=0.0)
    wide = (width - left - 4.0) / max(len(across), 1)
    below = upper + HEIGHT * len(down)
    picture = Picture(width, below + 2.9 * SMALL + 4.0, title, _description(title, written, across, down, words))
    for line, text in enumerate(heads):
        place = (2.0, 1.0 + 1.2 * TITLE * (line + 0.85))
        picture.words.append(Words(*place, text, TITLE, bold=True, anchor="start", halo=False))
    if words[1]:
        picture.words.append(Words(2.0, upper - 5.0, words[1], SMALL, colour=SOFT, anchor="start", halo=False))
    finite = values[np.isfinite(values)]
    low, span = (float(finite.min()), float(np.ptp(finite))) if finite.size else (0.0, 0.0)
    letters = min(SMALL, SMALL * (wide - 4.0) / max(text_width(text, SMALL) for row in written for text in row))
    for row, name in enumerate(down):
        y = below - HEIGHT * (row + 1)
        base = y + HEIGHT / 2 + 0.36 * SMALL
        picture.words.append(Words(left - 5.0, base, name, SMALL, anchor="end", halo=False))
        for column in range(len(across)):
            value, x = values[row, column], left + wide * column
            colour = _shade((value - low) / span if span else 0.3) if np.isfinite(value) else NONE
            told = f"{words[0]} {across[column]}, {words[1] or 'row'} {name}: {written[row][column]}"
            picture.bars.append(Bar(x, y, wide - 1.0, HEIGHT - 1.0, colour, "none", told))
            place = (x + wide / 2, y + HEIGHT / 2 + 0.36 * letters)
            picture.words.append(Words(*place, written[row][column], letters, colour=contrast(colour), halo=False))
    for column, name in enumerate(across):
        x = left + wide * (column + 0.5)
        size = min(SMALL, SMALL * (wide - 2.0) / max(text_width(name, SMALL), 1.0))
        picture.words.append(Words(x, below + 1.25 * SMALL, name, size, halo=False))
    end = left + wide * len(across)
    picture.strokes.append(Stroke(((left, below), (end, below)), AXIS, 0.8))
    if words[0]:
        picture.words.append(Words(end, below + 2.6 * SMALL, words[0], SMALL, colour=SOFT, anchor="end", halo=False))
    return picture


def _shade(share: float) -> str:
    """Shade between the lightest and the darkest.

    Examples
    --------
    >>> _shade(0.0), _shade(1.0)
    ('#F0F4F8', '#1B4F72')
    """
    return "#" + "".join(f"{round(a + share * (b - a)):02X}" for a, b in zip(LIGHT, DARK, strict=True))


def _description(
    title: str, written: Sequence[Sequence[str]], across: Sequence[str], down: Sequence[str], words: tuple[str, str]
) -> str:
    rows = "; ".join(f"{name}: {', '.join(row)}" for name, row in zip(down, written, strict=True))
    return f"{title}. Columns, {words[0]}: {', '.join(across)}. Rows, {words[1] or 'elements'}: {rows}."

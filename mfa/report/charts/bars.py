"""Bars to the left and to the right of a line at 0, one for each scenario: what each changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mfa.report.charts.panel import AXIS, SMALL, TITLE
from mfa.report.picture import Bar, Picture, Stroke, Words
from mfa.report.style import SOFT
from mfa.report.text_size import text_width, wrap

WIDTH, ROW = 660.0, 19.0
NAMES, NUMBERS = 200.0, 66.0
"""Room for names on the left, and for a number beyond each end of the bars, pixels."""
LESS, MORE = "#0072B2", "#D55E00"


def difference_bars(title: str, names: Sequence[str], values: Sequence[float], written: Sequence[str]) -> Picture:
    """Picture of changes against a base.

    Parameters
    ----------
    title : str
        What they are, with the unit.
    names : sequence of str
        Of the scenarios.
    values : sequence of float
        NaN where there is none.
    written : sequence of str
        The same as text.

    Returns
    -------
    Picture
    """
    heads = wrap(title, TITLE, WIDTH - 4.0, bold=True, most=2)
    upper = 10.0 + 1.2 * TITLE * len(heads)
    told = "; ".join(f"{name} {text}" for name, text in zip(names, written, strict=True))
    picture = Picture(WIDTH, upper + ROW * len(names) + 6.0, title, f"{title}: {told}.")
    for line, words in enumerate(heads):
        place = (2.0, 1.0 + 1.2 * TITLE * (line + 0.85))
        picture.words.append(Words(*place, words, TITLE, bold=True, anchor="start", halo=False))
    finite = [value for value in values if np.isfinite(value)]
    low, high = min([0.0, *finite]), max([0.0, *finite])
    left, right = NAMES + NUMBERS, WIDTH - NUMBERS
    pixels = (right - left) / (high - low) if high > low else 0.0
    zero = left - low * pixels
    for row, (name, value, text) in enumerate(zip(names, values, written, strict=True)):
        y = upper + ROW * row
        base = y + ROW / 2 + 0.36 * SMALL
        size = min(SMALL, SMALL * (NAMES - 8.0) / max(text_width(name, SMALL), 1.0))
        picture.words.append(Words(2.0, base, name, size, anchor="start", halo=False))
        if not np.isfinite(value):
            picture.words.append(Words(zero + 5.0, base, text, SMALL, colour=SOFT, anchor="start", halo=False))
            continue
        start, stop = sorted((zero, zero + value * pixels))
        colour = MORE if value > 0.0 else LESS
        picture.bars.append(Bar(start, y + 3.0, max(stop - start, 0.6), ROW - 6.0, colour, "none", f"{name}: {text}"))
        beside = (stop + 5.0, "start") if value >= 0.0 else (start - 5.0, "end")
        picture.words.append(Words(beside[0], base, text, SMALL, anchor=beside[1], halo=False))
    picture.strokes.append(Stroke(((zero, upper), (zero, upper + ROW * len(names))), AXIS, 0.9))
    return picture

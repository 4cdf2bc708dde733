"""A cascade: from what comes in to what is left at the end, each loss and each gain on the way, a panel an element."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mfa.report.cascade import KINDS
from mfa.report.charts.panel import TITLE
from mfa.report.picture import Bar, Picture, Stroke, Words
from mfa.report.style import INK, SOFT
from mfa.report.text_size import text_width, wrap

if TYPE_CHECKING:
    from mfa.report.cascade import Step

WIDTH, ROW = 330.0, 17.0
"""Width of a panel and height of a row, pixels: two stand side by side on a page."""
LETTERS = 10.0
NAMES, NUMBERS, SHARES = 148.0, 50.0, 46.0
"""Room for names on the left, for values and for shares on the right, pixels."""
EMPTY = "#F4F4F4"
MINUS = "\N{MINUS SIGN}"


def cascade(title: str, steps: Sequence[Step], unit: str, factor: float) -> Picture:
    """Panel of a cascade.

    Parameters
    ----------
    title : str
    steps : sequence of Step
        The first one is the level that shares are taken of.
    unit : str
        Unit of what is written.
    factor : float
        Turns values into that unit.

    Returns
    -------
    Picture
    """
    whole = steps[0].value
    heads = wrap(title, TITLE, WIDTH - 4.0, bold=True, most=2)
    upper = 8.0 + 1.2 * TITLE * len(heads)
    picture = Picture(WIDTH, upper + ROW * len(steps) + 4.0, title, _description(title, steps, unit, factor))
    for line, words in enumerate(heads):
        place = (2.0, 1.0 + 1.2 * TITLE * (line + 0.85))
        picture.words.append(Words(*place, words, TITLE, bold=True, anchor="start", halo=False))
    left, right = NAMES, WIDTH - NUMBERS - SHARES
    levels = [0.0]
    for step in steps:
        levels.append(step.value + (0.0 if step.total else levels[-1]))
    decimals = max(0, 2 - math.floor(math.log10(factor * whole))) if whole > 0.0 else 0
    widest = max(text_width(step.words, LETTERS, step.total) for step in steps)
    letters = LETTERS * min(1.0, (NAMES - 8.0) / widest)
    largest = max(levels)
    pixels = (right - left) / largest if largest > 0.0 else 0.0
    for number, (step, before, after) in enumerate(zip(steps, levels, levels[1:], strict=False)):
        y = upper + ROW * number
        start, stop = (0.0, after) if step.total else sorted((before, after))
        picture.bars.append(Bar(left, y + 2.0, right - left, ROW - 4.0, EMPTY, "none", ""))
        told = f"{step.words}: {factor * step.value:.4g} {unit}"
        wide = max(pixels * (stop - start), 0.6)
        picture.bars.append(Bar(left + pixels * start, y + 2.0, wide, ROW - 4.0, KINDS[step.kind][0], "none", told))
        if number and not step.total:
            x = left + pixels * before
            picture.strokes.append(Stroke(((x, y - 2.0), (x, y + 2.0)), SOFT, 0.7))
        base = y + ROW / 2 + 0.36 * LETTERS
        bold, ink = step.total, INK if step.total else SOFT
        picture.words += [
            Words(left - 6.0, base, step.words, letters, bold, anchor="end", halo=False),
            Words(WIDTH - SHARES, base, _amount(step, factor, decimals), LETTERS, bold, anchor="end", halo=False),
            Words(WIDTH - 2.0, base, _share(step.value, whole), LETTERS, bold, ink, "end", halo=False),
        ]
    return picture


def _share(value: float, whole: float) -> str:
    if whole <= 0.0:
        return "\N{EN DASH}"
    percent = f"{100.0 * abs(value) / whole:.0f}"
    return f"{'' if percent == '0' or value > 0.0 else MINUS}{percent} %"


def _amount(step: Step, factor: float, decimals: int) -> str:
    """Value of a step, a change with its sign, all with the same decimals."""
    text = f"{abs(factor * step.value):,.{decimals}f}".replace(",", " ")
    if step.total or not any(sign in "123456789" for sign in text):
        return text
    return f"{MINUS if step.value < 0.0 else '+'}{text}"


def _description(title: str, steps: Sequence[Step], unit: str, factor: float) -> str:
    found = "; ".join(f"{step.words} {factor * step.value:.3g}" for step in steps)
    return f"{title}: {found}. In {unit}."

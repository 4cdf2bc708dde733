"""How wide a text is before it is drawn, so that labels can be placed without overlap by any program."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_REGULAR = (
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
    748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
    615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
    337, 636, 838,
)  # fmt: skip
"""Advance widths of the signs from space to tilde in DejaVu Sans, thousandths of the size; other fonts are narrower."""
_BOLD = (
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696, 696, 696, 696, 696,
    696, 696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 372, 775, 637, 995,
    837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 500, 500, 675, 716, 593, 716,
    678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712,
    365, 712, 838,
)  # fmt: skip
LINE = 1.2
"""Height of a line, as a multiple of the size of its letters."""


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width of one line of text in the unit of `size`, an upper bound for the usual sans-serif fonts.

    Parameters
    ----------
    text : str
    size : float
        Size of the letters.
    bold : bool

    Examples
    --------
    >>> round(text_width("Recycling", 10), 2)
    48.27
    >>> text_width("電池", 10)  # a full square for each
    20.0
    """
    table = _BOLD if bold else _REGULAR
    total = 0.0
    for sign in text:
        position = ord(sign) - 32
        if 0 <= position < len(table):
            total += table[position]
        elif unicodedata.combining(sign):
            continue
        else:
            total += 1000 if unicodedata.east_asian_width(sign) in "WF" else 840
    return total * size / 1000.0


def wrap(text: str, size: float, width: float, bold: bool = False, most: int = 3, stretch: float = 1.0) -> list[str]:
    """Break a text into lines of at most a width, between words and, where a word is too long, inside it.

    Parameters
    ----------
    text : str
    size, width : float
        Size of the letters and width of a line, in the same unit.
    bold : bool
    most : int
        Lines at most; the last one ends with dots if more is left.
    stretch : float
        A single word may be so many times as wide before it is broken; who draws it makes its letters smaller.

    Examples
    --------
    >>> wrap("Exported used products", 10, 60)
    ['Exported', 'used', 'products']
    >>> wrap("Exported used products", 10, 90)
    ['Exported used', 'products']
    """
    lines: list[str] = []
    for word in _words(text, size, stretch * width, bold):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size, bold) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], _cut(" ".join(lines[most - 1 :]), size, width, bold)]
    return lines or [""]


def cut_to_two_lines(name: str, what: str, size: float, width: float) -> str:
    """Title of a panel: a name, cut if it is too long for two lines, and what is shown of it, which is not cut.

    Parameters
    ----------
    name, what : str
    size, width : float
        Of the letters, which are bold, and of a line, in the same unit.

    Examples
    --------
    >>> cut_to_two_lines("Dysprosium", "kt/yr", 11.5, 250.0)
    'Dysprosium, kt/yr'
    >>> cut_to_two_lines("A name that goes on and on and on", "t", 11.5, 104.0)
    'A name that goes on..., t'
    """
    shown = name
    while len(wrap(f"{shown}, {what}", size, width, bold=True, most=9)) > 2 and len(shown) > 4:
        name = name[:-1].rstrip()
        shown = f"{name}..."
    return f"{shown}, {what}"


def _words(text: str, size: float, width: float, bold: bool) -> Sequence[str]:
    """Words of a text; those that are wider than a line are cut into pieces that are not."""
    found: list[str] = []
    for word in text.split(" "):  # a no-break space holds together
        while len(word) > 1 and text_width(word, size, bold) > width:
            length = next((n for n in range(len(word) - 1, 1, -1) if text_width(word[:n], size, bold) <= width), 1)
            found.append(word[:length])
            word = word[length:]
        found.append(word)
    return found


def _cut(text: str, size: float, width: float, bold: bool) -> str:
    """A text that is cut to a width, with three dots at its end."""
    while text and text_width(f"{text}...", size, bold) > width:
        text = text[:-1]
    return f"{text.rstrip()}..."

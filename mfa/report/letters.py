"""Figures are written with a title, and with fonts that have all signs of their texts, or else left out."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.errors import InputError, NotDrawn
from mfa.report.style import font_families

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def fit_fonts(figure: Figure) -> str:
    """Give the texts of a figure fonts that can write them.

    Parameters
    ----------
    figure : matplotlib.figure.Figure

    Returns
    -------
    str
        Why that cannot be, and what helps; empty if it can.

    Examples
    --------
    >>> from mfa.report.panels import new_figure
    >>> figure = new_figure(1, 1)
    >>> _ = figure.text(0, 0, "Dysprosium")
    >>> fit_fonts(figure)
    ''
    """
    from matplotlib.text import Text

    texts: list[Any] = [text for text in figure.findobj(Text) if text.get_text()]
    try:
        families = font_families(text.get_text() for text in texts)
    except InputError as error:
        fault = error.faults[0]
        return f"{fault.what}; {fault.mend}"
    if len(families) > 1:
        for text in texts:
            text.set_fontfamily(families)
    return ""


def can_be_written(figure: Figure, path: Path) -> bool:
    """Fit the fonts of a figure; warn, and say no, if a file that holds pixels would have boxes in place of names.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    path : Path
        SVG takes the fonts of its reader.

    Returns
    -------
    bool
    """
    why = "" if path.suffix == ".svg" else fit_fonts(figure)
    if why:
        warnings.warn(f"{path.name} is not drawn: {why}", NotDrawn, stacklevel=3)
    return not why


def title_of(figure: Figure) -> str:
    r"""Title of a figure: its largest text, the first of several.

    Parameters
    ----------
    figure : matplotlib.figure.Figure

    Examples
    --------
    >>> from mfa.report.panels import new_figure
    >>> figure = new_figure(1, 1)
    >>> _ = (
    ...     figure.text(0, 0, "t/yr", fontsize=7),
    ...     figure.text(0, 1, "Supply of\nrefined metal", fontsize=11),
    ... )
    >>> title_of(figure)
    'Supply of refined metal'
    """
    from matplotlib.text import Text

    texts: list[Any] = [text for text in figure.findobj(Text) if text.get_text()]
    largest = max(texts, key=lambda text: text.get_fontsize(), default=None)
    return " ".join(largest.get_text().split()) if largest else ""


def svg_metadata(figure: Figure) -> dict[str, str | None]:
    """What an SVG says of itself: its title, which a screen reader reads, and no date, so that it can be repeated."""
    return {"Date": None, "Title": title_of(figure)}

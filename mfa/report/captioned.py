"""A figure with a title above and a caption below: what figures of studies have in common."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.report.letters import can_be_written, svg_metadata
from mfa.report.panels import new_figure
from mfa.report.style import INK, PNG_DPI, SOFT, STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE, SUBTITLE, SMALL = 9.5, 7.5, 6.5
"""Sizes of type, point."""


def captioned(width: float, height: float, title: str, subtitle: str, caption: str) -> tuple[Figure, Any]:
    """A new figure with a title, a line below it, and a caption at its foot.

    Parameters
    ----------
    width, height : float
        Inch; the height is that of what is drawn, title and caption come on top.
    title, subtitle : str
    caption : str

    Returns
    -------
    figure : Figure
    subfigure
        What is drawn goes here.
    """
    subtitle, caption = (text.replace(" %", "\N{NO-BREAK SPACE}%") for text in (subtitle, caption))
    heads = textwrap.wrap(title, int(width * 12.5))
    lines = textwrap.wrap(subtitle, int(width * 16.5))
    foot = textwrap.wrap(caption, int(width * 18.5))
    above = 0.1 + 0.17 * len(heads) + 0.135 * len(lines)
    below = 0.12 + 0.115 * len(foot)
    total = height + above + below
    figure = new_figure(width, total, layout="constrained", facecolor="white")
    engine: Any = figure.get_layout_engine()
    engine.set(rect=(0, below / total, 1, height / total))
    left = 0.1 / width
    y = 1 - 0.07 / total
    figure.text(left, y, "\n".join(heads), fontsize=TITLE, weight="bold", color=INK, va="top", linespacing=1.15)
    y -= (0.03 + 0.17 * len(heads)) / total
    figure.text(left, y, "\n".join(lines), fontsize=SUBTITLE, color=SOFT, va="top", linespacing=1.15)
    figure.text(left, 0.06 / total, "\n".join(foot), fontsize=SMALL, color=SOFT, va="bottom", linespacing=1.15)
    return figure, figure


def plain_axes(axes: Axes, keep: Sequence[str] = ("bottom",)) -> None:
    """Thin axes in soft ink, with some of their lines only."""
    axes.tick_params(labelsize=7, length=2.5, colors=SOFT)
    axes.xaxis.label.set(fontsize=7.5, color=INK)
    axes.yaxis.label.set(fontsize=7.5, color=INK)
    for side, spine in axes.spines.items():
        spine.set_visible(side in keep)
        spine.set(color="#999999", linewidth=0.6)


def written(figure: Figure, folder: Path, stem: str, formats: Sequence[str] = ("svg", "png")) -> list[Path]:
    """Write a figure into an existing folder; text in SVG stays text, and the same figure gives the same bytes."""
    import matplotlib as mpl

    found = []
    with mpl.rc_context(STYLE):
        for suffix in formats:
            options: dict[str, Any] = {"metadata": svg_metadata(figure)} if suffix == "svg" else {"dpi": PNG_DPI}
            path = folder / f"{stem}.{suffix}"
            if can_be_written(figure, path):
                figure.savefig(path, **options)
                found.append(path)
    return found


def stem_of(name: str) -> str:
    """Name of a file for a result.

    Examples
    --------
    >>> stem_of("import_requirement[Dy, 2040]")
    'import_requirement_Dy_2040'
    """
    return "".join(sign if sign.isalnum() or sign in "_-" else " " for sign in name).strip().replace("  ", " ").replace(
        " ", "_"
    )  # fmt: skip

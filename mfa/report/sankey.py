"""The Sankey diagram of one element and year: shown in a notebook, written as SVG, PNG, PDF, or as a table of links."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.errors import Fault, InputError
from mfa.report.picture import Picture
from mfa.report.picture_svg import to_svg
from mfa.report.sankey_diagram import Diagram
from mfa.report.sankey_layout import NARROW, WIDE, Sizes, lay_out
from mfa.report.sankey_links import links_table
from mfa.report.sankey_nodes import sankey_diagram
from mfa.report.sankey_picture import picture
from mfa.report.sankey_words import COMPACT, FULL
from mfa.report.style import PNG_DPI, STYLE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from mfa.results import Results

SUFFIXES = (".svg", ".png", ".pdf", ".csv")


class Sankey:
    """A Sankey diagram: the flows of the mass balance, from primary supply to what is lost, and back to the market.

    A notebook shows it by itself.

    Parameters
    ----------
    results : Results
    element : str
        An element, or ``component mass``.
    year : int
    region : str, optional
        The sum over all regions if None.
    unit : str, optional
        Mass per time; one in which the numbers are short if None.
    compact : bool
        For half a page's width: neighbouring processes are shown together, which leaves every balance as it is.
    largest : float, optional
        Throughput, t/yr, that is drawn as high as the largest one is otherwise: give several diagrams the same one to
        compare them by eye.

    Attributes
    ----------
    diagram : Diagram
        Nodes, bands and words.

    Raises
    ------
    InputError
        If a label or the year is not in the results, or nothing flows then.
    UnitError
        If the unit is no mass per time.
    """

    def __init__(
        self,
        results: Results,
        element: str,
        year: int,
        region: str | None = None,
        unit: str | None = None,
        compact: bool = False,
        largest: float | None = None,
    ) -> None:
        self.results, self.element, self.year, self.region = results, element, int(year), region
        self.compact, self.largest = compact, largest
        self.diagram: Diagram = sankey_diagram(results, element, year, region, unit, COMPACT if compact else FULL)

    @functools.cached_property
    def links(self) -> pd.DataFrame:
        """Links between processes, before any grouping; see `mfa.Results.sankey_links`."""
        return links_table(self.results, self.element, self.year, self.region, self.diagram.unit)

    def picture(self, header: bool = True, sizes: Sizes | None = None) -> Picture:
        """Shapes with their places, for other programs that draw.

        Parameters
        ----------
        header : bool
            Whether heading and caption are drawn: a report has its own.
        sizes : Sizes, optional
            Those of a screen, or of half a page's width if it is compact, if None.
        """
        layout = lay_out(self.diagram, sizes or (NARROW if self.compact else WIDE), self.largest, header)
        return picture(self.diagram, layout, header)

    def svg(self, width: float | None = None, header: bool = True) -> str:
        """The diagram as one SVG element: a file of its own, or part of a page.

        Parameters
        ----------
        width : float, optional
            Pixels at which it is shown; 1000, or 336 if compact, if None. Letters grow with it.
        header : bool
            Whether heading and caption are drawn.

        Returns
        -------
        str
            Pointing at a band tells what it is; a screen reader finds a title and all flows in sentences.
        """
        return to_svg(self.picture(header), width)

    def plot(self, ax: Axes | None = None, header: bool = True) -> Axes:
        """The same picture by matplotlib.

        Parameters
        ----------
        ax : Axes, optional
            The picture is fitted into it; axes of its own size if None.
        header : bool
            Whether heading and caption are drawn.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        InputError
            If no font of this system has a sign of a name.
        """
        from mfa.report.picture_figure import draw_picture

        return draw_picture(self.picture(header), ax)

    def save(self, path: str | Path) -> Path:
        """Write the diagram, or its links.

        Parameters
        ----------
        path : path
            Its ending says the format: ``.svg``, ``.png``, ``.pdf``, or ``.csv`` for the links.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InputError
            If the ending is another, or the file cannot be written.
        """
        path = Path(path)
        if path.suffix not in SUFFIXES:
            raise InputError(Fault(str(path), "has no known ending", f"use {', '.join(SUFFIXES)}"))
        try:
            if path.suffix == ".svg":
                path.write_text(self.svg(), encoding="utf-8")
            elif path.suffix == ".csv":
                from mfa.report.plain_text import write_csv

                write_csv(self.links, path)
            else:
                self._save_figure(path)
        except OSError as error:
            raise InputError(Fault(str(path), f"cannot be written ({error.strerror})", "name another file")) from None
        return path

    def _save_figure(self, path: Path) -> None:
        import matplotlib as mpl

        options: dict[str, Any] = {"dpi": 2 * PNG_DPI}
        if path.suffix == ".pdf":
            options = {"metadata": {"CreationDate": None}}
        with mpl.rc_context({**STYLE, "pdf.fonttype": 42, "hatch.linewidth": 0.8}):
            figure: Any = self.plot().figure
            figure.savefig(path, **options)

    def _repr_html_(self) -> str:
        return self.svg()

    def __repr__(self) -> str:
        bands = len(self.diagram.bands)
        return f"<mfa.Sankey of {self.diagram.heading}: {bands} flows, {self.diagram.unit}>"

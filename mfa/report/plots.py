"""`results.plot`: the pictures of a run, each on matplotlib axes that it gives back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mfa.errors import Fault, InputError
from mfa.report.figure_data import Reader, discard_stack, stock_stack, supply_stack
from mfa.report.sankey_links import pick
from mfa.vocabulary import HEADLINE_YEARS, MASS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mfa.results import Results


class Plots:
    """Pictures of a run, each for one element (or some), on axes of half a page's width or on given ones.

    Every method takes ``ax``: None makes a new figure with title and caption; given axes get the title only. Regions
    are summed if none is named; samples are averaged, with bands of 5 to 95 % where the picture has lines.

    Parameters
    ----------
    results : Results

    Examples
    --------
    >>> import mfa
    >>> results = mfa.open_results("runs/japan-reference")  # doctest: +SKIP
    >>> axes = results.plot.recovery_cascade("Co", 2040)  # doctest: +SKIP
    >>> axes.figure.savefig("cobalt.png", dpi=300)  # doctest: +SKIP
    """

    def __init__(self, results: Results) -> None:
        self._results = results

    def stock(self, element: str, region: str | None = None, products: int = 6, ax: Axes | None = None) -> Axes:
        """Metal in products in use at year end, t, stacked by product.

        Parameters
        ----------
        element : str
        region : str, optional
        products : int
            Products with a layer of their own, those with the largest shares; the others are summed.
        ax : Axes, optional

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        InputError
            If the element or region is not in the results, or they hold totals only.
        """
        from mfa.report.plot_areas import draw_stack

        return draw_stack(self._results, stock_stack(self._reader(element, region), products), element, region, ax)

    def discards(self, element: str, region: str | None = None, ax: Axes | None = None) -> Axes:
        """What is discarded in each year, t/yr, stacked by where it goes.

        Parameters
        ----------
        element : str
        region : str, optional
        ax : Axes, optional

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        InputError
            If the element or region is not in the results, or they hold totals only.
        """
        from mfa.report.plot_areas import draw_stack

        return draw_stack(self._results, discard_stack(self._reader(element, region)), element, region, ax)

    def supply_mix(self, element: str, region: str | None = None, origins: int = 4, ax: Axes | None = None) -> Axes:
        """What meets the need for refined metal, t/yr: secondary, domestic primary, stockpile, imports by origin.

        Parameters
        ----------
        element : str
        region : str, optional
        origins : int
            Origins with a layer of their own, those with the largest shares; the others are summed.
        ax : Axes, optional

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        InputError
            If the element or region is not in the results, or they hold totals only.
        """
        from mfa.report.plot_areas import draw_stack

        return draw_stack(self._results, supply_stack(self._reader(element, region), origins), element, region, ax)

    def import_requirement(
        self, element: str | Sequence[str] | None = None, region: str | None = None, ax: Axes | None = None
    ) -> Axes:
        """Share of the need that domestic metal cannot meet, %, a line for each element.

        Parameters
        ----------
        element : str or sequence of str, optional
            All if None.
        region : str, optional
        ax : Axes, optional

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        InputError
            If an element or the region is not in the results.
        """
        from mfa.report.plot_areas import draw_import_requirement

        elements = pick(self._results, element, None, region).elements
        return draw_import_requirement(self._results, elements, region, ax)

    def recovery_cascade(self, element: str, year: int, region: str | None = None, ax: Axes | None = None) -> Axes:
        """From all discards of a year to the metal recovered from old scrap, t/yr, each loss a step.

        Parameters
        ----------
        element : str
        year : int
        region : str, optional
        ax : Axes, optional

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        InputError
            If the element, year or region is not in the results, or they hold totals only.
        """
        from mfa.report.cascade import draw_cascade

        return draw_cascade(self._results, element, year, region, ax)

    def criticality(
        self,
        year: int | Sequence[int] | None = None,
        element: str | Sequence[str] | None = None,
        region: str | None = None,
        ax: Axes | None = None,
    ) -> Axes:
        """Economic importance against supply risk (EU method), with the thresholds of criticality.

        Parameters
        ----------
        year : int or sequence of int, optional
            Of several, the way from one to the next is drawn; the last but one headline year of the run if None.
        element : str or sequence of str, optional
            All if None.
        region : str, optional
            The first if None: the two indices do not add up over regions.
        ax : Axes, optional

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        InputError
            If a label or a year is not in the results.
        """
        from mfa.report.criticality_figure import draw_criticality

        known = [one for one in HEADLINE_YEARS if one in self._results.years]
        usual = known[-2:][0] if known else int(self._results.years[-1])
        return draw_criticality(self._results, usual if year is None else year, element, region, ax)

    def shock(self, element: str, region: str | None = None, ax: Axes | None = None) -> Axes:
        """Supply year by year around a shock, t/yr, what is unmet, what is drawn from stock, and the stockpile, t.

        Parameters
        ----------
        element : str
        region : str, optional
        ax : Axes, optional

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        InputError
            If a label is not in the results, or no year has a ban, unmet need or a release.
        """
        from mfa.report.shock_figure import draw_shock

        return draw_shock(self._results, element, region, ax)

    def sankey(
        self,
        element: str,
        year: int,
        region: str | None = None,
        unit: str | None = None,
        compact: bool = False,
        ax: Axes | None = None,
    ) -> Axes:
        """Sankey diagram by matplotlib; `mfa.Results.sankey` has more.

        Parameters
        ----------
        element : str
            An element, or ``component mass``.
        year : int
        region : str, optional
        unit : str, optional
            A mass per time; one in which the numbers are short if None.
        compact : bool
            For half a page's width.
        ax : Axes, optional
            The picture is fitted into it.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        InputError
            If a label or the year is not in the results, or nothing flows then.
        """
        return self._results.sankey(element, year, region, unit, compact).plot(ax)

    def _reader(self, element: str, region: str | None) -> Reader:
        if element == MASS:
            raise InputError(Fault("element", "component mass has no such picture", "name an element"))
        pick(self._results, element, None, region)
        return Reader(self._results, [element], region)

    def __repr__(self) -> str:
        names = [name for name in dir(self) if not name.startswith("_")]
        return f"<plots of {self._results.name}: {', '.join(names)}>"

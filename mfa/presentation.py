"""What results show of themselves: tables, pictures, files, and how a notebook displays them.

Each method hands over to the part that does the work, which is imported when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from mfa.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from mfa.report.plots import Plots
    from mfa.report.sankey import Sankey
    from mfa.results import Results


class Presentation:
    """Methods of `mfa.Results` that make tables, pictures and files."""

    @property
    def _results(self) -> Results:
        return cast("Results", self)

    def summary(self, years: Sequence[int] | None = None) -> pd.DataFrame:
        """Headline figures by element and year: stock, discards, recovery, import dependence.

        Parameters
        ----------
        years : sequence of int, optional
            Years to show, those outside the run are left out; 2024, 2030, 2040 and 2050 if not given.

        Returns
        -------
        DataFrame
            One row for each region, element and year; units stand in the column names. Means over samples.
        """
        from mfa.report.tables import headline

        return headline(self._results, years)

    def sankey_links(
        self,
        element: str | Sequence[str] | None = None,
        year: int | Sequence[int] | None = None,
        region: str | Sequence[str] | None = None,
        unit: str | None = None,
    ) -> pd.DataFrame:
        """Flows between processes as a tidy table of links, for Sankey diagrams of any tool.

        The links are the flows that the mass balance is checked with. Those to and from the outside end in a node of
        their own each; what a stock gains or gives is a link of the kind ``stock change``, so that at every process the
        links in and out add up to the same. Metal for other uses is drawn on the market; its link leaves the market.

        Parameters
        ----------
        element : str or sequence of str, optional
            Elements, or ``component mass``, which has no refined market and no stockpile; all elements if None.
        year : int or sequence of int, optional
            All years if None.
        region : str or sequence of str, optional
            Each on its own; the sum over all regions, called ``all`` if there are several, if None.
        unit : str, optional
            A mass per time; t/yr if None.

        Returns
        -------
        DataFrame
            Columns scenario, region, year, element; source, target (names of nodes); value, unit; flow (name in the
            vocabulary, or of the stock), part (origin or kind of scrap), meaning, kind (``flow`` or ``stock change``);
            from_process, to_process. Links of 0 are left out. Means over samples.

        Raises
        ------
        InputError
            If a label or a year is not in the results.
        UnitError
            If the unit is no mass per time.

        Examples
        --------
        100 products a year of 0.1 t each; nothing is discarded in the first year, so all of it stays in use:

        >>> import mfa, xarray as xr
        >>> abroad = xr.DataArray([1.0], dims="origin", coords={"origin": ["abroad"]})
        >>> arrays = {"sales": 100.0, "lifetime": mfa.Lifetime.fixed(mean=10), "chemistry_share": 1.0,
        ...           "content": 0.1, "component_mass": 1.0, "recovery_yield": 1.0, "import_share": abroad}
        >>> inputs = mfa.Inputs(arrays, years=[2030], labels={"element": ["Dy"], "route": ["plant"]})
        >>> links = mfa.run(inputs).sankey_links("Dy", 2030, unit="kg/yr")
        >>> for row in links.itertuples():
        ...     print(f"{row.source} > {row.target}: {row.value:.0f} {row.unit}")
        Imported metal: abroad > Refined market: 10000 kg/yr
        Refined market > Manufacturing: 10000 kg/yr
        Manufacturing > Product trade: 10000 kg/yr
        Product trade > In use: 10000 kg/yr
        In use > Added to stock in use: 10000 kg/yr
        """  # fmt: skip
        from mfa.report.sankey_links import links_table

        return links_table(self._results, element, year, region, unit)

    def sankey(
        self,
        element: str,
        year: int,
        region: str | None = None,
        unit: str | None = None,
        compact: bool = False,
        largest: float | None = None,
    ) -> Sankey:
        """Sankey diagram of an element in a year, from primary supply to what is lost, and back to the market.

        A notebook shows it; ``.save("name.svg")`` writes SVG, PNG, PDF or the links as CSV, ``.svg()`` gives the text,
        ``.plot()`` draws it with matplotlib.

        Parameters
        ----------
        element : str
            An element, or ``component mass``.
        year : int
        region : str, optional
            The sum over all regions if None.
        unit : str, optional
            A mass per time; one in which the numbers are short if None.
        compact : bool
            For half a page's width.
        largest : float, optional
            Throughput, t/yr, that fills the usual height: the same for diagrams that are compared by eye.

        Returns
        -------
        Sankey

        Raises
        ------
        InputError
            If a label or the year is not in the results, or nothing flows then.
        UnitError
            If the unit is no mass per time.
        """
        from mfa.report.sankey import Sankey

        return Sankey(self._results, element, year, region, unit, compact, largest)

    @property
    def plot(self) -> Plots:
        """Pictures on matplotlib axes: ``results.plot.stock("Dy")`` and others, for notebooks and reports."""
        from mfa.report.plots import Plots

        return Plots(self._results)

    def to_iamc(self, mass_unit: str = "Mt", sectors: Mapping[str, str] | None = None) -> pd.DataFrame:
        """The run in the format of integrated assessment models: a row a variable, a column a year.

        Names of stocks, demand, outflow, retirement and losses follow the proposal to the common definitions of the
        IAMC, see ``docs/outputs.md``. Means over samples.

        Parameters
        ----------
        mass_unit : {"Mt", "kt", "t"}
            The common definitions have Mt.
        sectors : mapping of str, optional
            Demand sectors by product, such as ``{"truck": "Transportation|Road|Trucks"}``, before our own choice.

        Returns
        -------
        DataFrame
            Columns Model, Scenario, Region, Variable, Unit and the years.

        Raises
        ------
        InputError
            If the unit or a product is not known, or the run holds totals only.
        """
        from mfa.report.exports.iamc import iamc_table

        return iamc_table(self._results, mass_unit, sectors)

    def lca_table(self) -> pd.DataFrame:
        """Recovered, primary and imported mass by route or origin and element, for life-cycle assessment tools.

        Returns
        -------
        DataFrame
            One row for each region, year, element and activity: its mass (t/yr), its share of the supply of refined
            metal, yield and feed of recycling routes, emission factor of the run. Means over samples.

        Raises
        ------
        InputError
            If the run holds totals only.
        """
        from mfa.report.exports.lca import lca_table

        return lca_table(self._results)

    def export(
        self,
        path: str | Path,
        format: str | None = None,
        mass_unit: str = "Mt",
        sectors: Mapping[str, str] | None = None,
    ) -> Path:
        """Write the run in the format of another tool.

        Parameters
        ----------
        path : path
            File to write; the folder of ``csv``.
        format : {"iamc", "xlsx", "csv", "netcdf", "lca"}, optional
            ``iamc`` and ``lca`` are written as CSV or XLSX, as the ending says. If None, ``.xlsx`` is a workbook with
            all tables and ``.nc`` NetCDF.
        mass_unit : {"Mt", "kt", "t"}
            Of ``iamc``.
        sectors : mapping of str, optional
            Demand sectors of ``iamc`` by product.

        Returns
        -------
        Path
            What was written.

        Raises
        ------
        InputError
            If the format is not known, the ending does not fit it, or the file cannot be written.
        MfaError
            If XLSX is asked for and openpyxl is not installed.
        """
        from mfa.report.exports import export_runs

        return export_runs([self._results], Path(path), format, mass_unit, sectors)

    def report(
        self,
        folder: str | Path,
        formats: str | Sequence[str] = "html",
        elements: Sequence[str] | None = None,
        year: int | None = None,
        region: str | None = None,
    ) -> list[Path]:
        """Write a report for readers: sentences, tables, figures, sources, and how to repeat the run.

        Parameters
        ----------
        folder : path
            Folder to write ``report.html`` and the like into.
        formats : str or sequence of str
            ``html``, ``pdf``, ``docx``, ``xlsx``.
        elements : sequence of str, optional
            Elements to report on; all if None.
        year : int, optional
            Year that sentences and diagrams are about: 2040, or the last headline year, if None.
        region : str, optional
            The first if None.

        Returns
        -------
        list of Path
            What was written.

        Raises
        ------
        InputError
            If a label, the year or a format is not known, the folder cannot be written, or what a format needs is not
            installed; the other formats are written then.
        """
        from mfa.report.document.of_run import run_document
        from mfa.report.writing import write_report

        document = run_document(self._results, region, elements, year)
        wanted = [formats] if isinstance(formats, str) else list(formats)
        written, faults = write_report(document, Path(folder), wanted)
        if faults:
            raise InputError(faults)
        return written

    def save(self, folder: str | Path, figures: bool = True) -> Path:
        """Write the folder of the run: NetCDF, tables, figures and run.json.

        The files are written to a new folder beside it, which takes its place when all are complete.

        Parameters
        ----------
        folder : path
            Folder to make or replace.
        figures : bool
            Whether to draw figures.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        InputError
            If the path exists and is not the folder of a run, or cannot be written.
        """
        from mfa.report.folder import save_run

        return save_run(self._results, Path(folder), figures=figures)

    def _repr_html_(self) -> str:
        from mfa.report.display import results_html

        return results_html(self._results)

    def __repr__(self) -> str:
        results = self._results
        span = f"{results.years[0]}-{results.years[-1]}" if results.years.size else "no years"
        parts = [span] + [
            f"{len(results.labels[dim])} {dim}{'s' if len(results.labels[dim]) != 1 else ''}"
            for dim in ("region", "product", "element", "sample")
            if dim in results.labels
        ]
        return f"<mfa.Results of {results.name}: {', '.join(parts)}; scope {results.scope}>"

"""Scenarios side by side: what each buys against its base, in import dependence, unmet demand and money."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError
from mfa.results import Results
from mfa.studies.bases import choose_bases
from mfa.studies.cases import Case, Item, check_frames, read_cases, results_of
from mfa.studies.comparison_table import Setting, Span, tabulate
from mfa.studies.outcomes import Outcome, outcome_of
from mfa.vocabulary import HEADLINE_YEARS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(repr=False)
class Comparison:
    """What scenarios buy, each against its base.

    Attributes
    ----------
    table : DataFrame
        One row for each scenario, region, figure and year or span of years, with the columns ``scenario``, ``base``,
        ``region``, ``element`` (``all``: all elements together), ``product``, ``indicator``, ``first_year``,
        ``last_year``, ``value``, ``base_value``, ``difference``, ``unit`` and ``reason``: why there is no value, or
        what must be read with it. With samples, values are means over them and ``p5``, ``p50``, ``p95`` their
        quantiles; differences are taken sample by sample. The cost of a tonne is then mean cost over mean tonnes.
    bases : dict of str
        Base of each scenario, in the order of the scenarios; empty for the one that has none.
    setting : Setting
        Regions, elements and products, years shown, years and rate of the cost, money.
    scope : str
        Which needs outside the product list count.
    notes : list of str
        What must be known to read it.
    results : dict of Results
        What was compared, by name; `results[name].explanations` says why each lever did or did not act. Empty if it was
        read from a folder.
    names : dict
        Readable names of labels, by dim, where there are no results.
    """

    table: pd.DataFrame
    bases: dict[str, str]
    setting: Setting
    scope: str
    notes: list[str] = field(default_factory=list)
    results: dict[str, Results] = field(default_factory=dict, repr=False)
    names: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    _facts: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)

    @property
    def facts(self) -> dict[str, dict[str, Any]]:
        """What is known of each run of a scenario: title, hashes, samples, seed, explanations, the scenario in full."""
        if not self._facts:
            told = {name: "resolved" in results.attrs for name, results in self.results.items()}
            self._facts = {
                name: {
                    "scenario": results.attrs.get("scenario"),
                    "title": results.attrs.get("title"),
                    "hashes": {
                        "scenario": results.attrs.get("scenario_hash"),
                        "parameters": results.attrs.get("dataset_hash"),
                    },
                    "samples": len(results.labels.get("sample", [])) or None,
                    "seed": results.attrs.get("seed"),
                    "explanations": [one.plain() for one in (results.explanations if told[name] else [])],
                    "resolved": results.attrs.get("resolved"),
                }
                for name, results in self.results.items()
            }
        return self._facts

    @property
    def scenarios(self) -> list[str]:
        """Names of what is compared."""
        return list(self.bases)

    def label_name(self, dim: str, label: str) -> str:
        """Readable name of an element, product or region, or the label itself."""
        names = (results.label_name(dim, label) for results in self.results.values())
        known = self.names.get(dim, {}).get(label, label)
        return next((name for name in names if name != label), known)

    def select(self, indicator: str, **where: Any) -> pd.DataFrame:
        """Rows of one figure.

        Parameters
        ----------
        indicator : str
            Name of the figure.
        **where : str or int
            Columns and the values wanted, such as ``scenario="japan-vision"``; ``year=2040`` picks a single year.

        Returns
        -------
        DataFrame
            Rows of `table`.

        Raises
        ------
        InputError
            If there is no such figure, or no such column.
        """
        from mfa.inputs.messages import suggest

        known = self.table["indicator"].unique().tolist()
        if indicator not in known:
            raise InputError(Fault("select", f"no figure '{indicator}'", suggest(indicator, known, "figures")))
        chosen = self.table["indicator"] == indicator
        if "year" in where:
            year = where.pop("year")
            where |= {"first_year": year, "last_year": year}
        for column, value in where.items():
            if column not in self.table:
                raise InputError(Fault("select", f"no column '{column}'", suggest(column, self.table.columns)))
            chosen &= self.table[column] == value
        return self.table[chosen]

    def to_text(self) -> str:
        """Tables for a terminal of 100 to 120 columns."""
        from mfa.report.comparison import to_text

        return to_text(self)

    def to_markdown(self) -> str:
        """Tables in Markdown, for reports."""
        from mfa.report.comparison import to_markdown

        return to_markdown(self)

    def to_csv(self) -> str:
        """`table` as CSV."""
        from mfa.report.plain_text import plain

        return plain(self.table).to_csv(index=False, lineterminator="\n")

    def __repr__(self) -> str:
        first, last = self.setting.years[0], self.setting.years[-1]
        return f"<mfa.Comparison of {', '.join(self.bases)}: {first}-{last}; {len(self.table)} rows>"

    def _repr_html_(self) -> str:
        from mfa.report.comparison import to_html

        return to_html(self)

    def plot(self, year: int | None = None, region: str | None = None) -> Figure:
        """Figure of what each scenario buys: import requirement by element, cost, unmet demand.

        Parameters
        ----------
        year : int, optional
            Year of the import requirement, one of those shown; 2040 or the last of them if not given.
        region : str, optional
            Region; the first if not given.

        Returns
        -------
        matplotlib.figure.Figure
            As wide as half a page.
        """
        from mfa.report.comparison_figure import comparison_figure

        return comparison_figure(self, year, region)

    def save(self, folder: str | Path, figures: bool = True) -> Path:
        """Write ``comparison.csv``, ``comparison.md``, ``compare.json`` and figures (SVG and PNG) into a folder.

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
            If the path exists and is not the folder of a comparison, or cannot be written.
        """
        from mfa.report.comparison_folder import save_comparison

        return save_comparison(self, Path(folder), figures)


def compare(
    scenarios: Iterable[Item] | Mapping[str, Item],
    *,
    base: Item | None = None,
    years: Sequence[int] | None = None,
    regions: Sequence[str] | None = None,
    elements: Sequence[str] | None = None,
    discount_rate: float | None = None,
    period: tuple[int | None, int | None] | None = None,
    detail: str | None = None,
    tell: Callable[[str], None] = lambda message: None,
) -> Comparison:
    """Compare scenarios: import dependence, unmet demand and cost of each against its base.

    What is not run yet is run. Without `base`, a scenario is measured against the nearest of those that it builds on;
    if it has shocks, against the same shocks with less policy; else against the first.

    Parameters
    ----------
    scenarios : sequence, or mapping of names to items
        At least two scenarios (names, files or `Scenario`), folders of runs, `Inputs` or `Results`.
    base : item, optional
        Base of all others, or its name; it comes first if it is not among them.
    years : sequence of int, optional
        Years to show; 2024, 2030, 2040, 2050 as far as the runs reach, and their last year, if not given.
    regions, elements : sequence of str, optional
        Those to compare; all, which then must be the same everywhere, if not given.
    discount_rate : float, optional
        Real rate of present values, 1/yr, >= 0; the `discount_rate` of the last base if not given.
    period : tuple of int or None, optional
        First and last year over which cost is discounted, to the first, and imports are summed. If one is not given,
        the year after the last data, or the first where that is not known, and the last of the runs.
    detail : {"full", "totals"}, optional
        What runs keep, as for `mfa.run`: the comparison needs totals only; full if not given, but for samples.
    tell : callable
        Called with a word on what is being done.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If fewer than two are given, one cannot be read or run, two have one name, or a year, rate or label is wrong.
    AlignmentError, UnitError
        If years, regions, elements, scope, samples or money differ.

    Examples
    --------
    >>> import mfa
    >>> comparison = mfa.compare(["japan-market", "japan-vision"])  # doctest: +SKIP
    >>> comparison.select("import_requirement", element="Dy", year=2040)["difference"]  # doctest: +SKIP
    """
    cases, named = read_cases(scenarios, base)
    chosen_regions, chosen_elements = check_frames(cases, regions, elements)
    first, last = cases[0].frame.years
    faults = _faults_of_years(years, period or (None, None), (first, last))
    if discount_rate is not None and not 0.0 <= discount_rate < np.inf:
        faults.append(Fault("discount_rate", f"{discount_rate} is not a rate", "write 0.03 for 3 % a year"))
    if faults:
        raise InputError(faults)
    results = {}
    for number, case in enumerate(cases, start=1):
        if not isinstance(case.source, Results):
            tell(f"running {case.name}, {number} of {len(cases)}")
        results[case.name] = results_of(case, detail)
    products = list(dict.fromkeys(label for one in results.values() for label in one.labels["product"]))
    outcomes = [outcome_of(one, chosen_regions, chosen_elements, products) for one in results.values()]
    positions = _bases(cases, outcomes, named)
    root = list(results.values())[positions.index(-1)]
    notes: list[str] = []
    rate = _rate(root, chosen_regions, notes) if discount_rate is None else float(discount_rate)
    setting = Setting(
        np.arange(first, last + 1),
        chosen_regions,
        chosen_elements,
        products,
        sorted(set(years)) if years is not None else _default_years(first, last),
        _period(root, *(period or (None, None))),
        rate,
        root.money,
    )
    sampled = any(one.sampled for one in results.values())
    if sampled:
        count = max(len(one.labels.get("sample", ())) for one in results.values())
        notes.append(f"Means over {count} samples; differences are taken sample by sample")
    notes += _notes_on_shocks(cases, positions, outcomes)
    names = [case.name for case in cases]
    table = tabulate(names, positions, outcomes, setting, sampled)
    bases = {name: names[position] if position >= 0 else "" for name, position in zip(names, positions, strict=True)}
    return Comparison(table, bases, setting, root.scope, notes, results)


def _bases(cases: Sequence[Case], outcomes: Sequence[Outcome], named: str | None) -> list[int]:
    if named is not None:
        position = [case.name for case in cases].index(named)
        return [-1 if i == position else position for i in range(len(cases))]
    return choose_bases(
        [case.scenario for case in cases], [case.ancestors for case in cases], [outcome.shocks for outcome in outcomes]
    )


def _faults_of_years(years: Sequence[int] | None, period: tuple[int | None, int | None], run: Span) -> list[Fault]:
    """Faults of the years asked for."""
    faults = []
    mend = f"choose from {run[0]} to {run[1]}"
    if years is not None and not len(years):
        faults.append(Fault("years", "none are named", mend))
    for year in years or ():
        if not run[0] <= year <= run[1]:
            faults.append(Fault("years", f"{year} is not among the years of the runs", mend))
    first, last = period[0] or run[0], period[1] or run[1]
    if not run[0] <= first <= last <= run[1]:
        faults.append(Fault("period", f"{first}-{last} is not a span of the runs", mend))
    return faults


def _default_years(first: int, last: int) -> list[int]:
    return sorted({year for year in HEADLINE_YEARS if first <= year <= last} | {last})


def _period(results: Results, first: int | None, last: int | None) -> Span:
    """Years of the cost: by default those after the last data, because the past cannot be bought any more."""
    start, stop = int(results.years[0]), int(results.years[-1])
    data = results.last_data_year
    last = stop if last is None else last
    if first is None:
        first = data + 1 if data is not None and start <= data < last else start
    return first, last


def _rate(results: Results, regions: Sequence[str], notes: list[str]) -> float:
    """The run's rate of return, if it is one number."""
    from mfa.indicators import broadcast_parameter

    mend = "give the rate of present values: discount_rate=0.03, or --discount-rate 0.03"
    if results.inputs is None:
        raise InputError(Fault(results.name, "does not tell its discount_rate", mend))
    places = [results.labels["region"].index(region) for region in regions]
    rates = broadcast_parameter(results.inputs, "discount_rate")[:, places]
    means = rates.mean(axis=0)
    if np.ptp(means) > 1e-12:
        what = f"discount_rate varies from {means.min():.4g} to {means.max():.4g} by region or year"
        raise InputError(Fault(results.name, what, mend))
    rate = float(f"{means.flat[0]:.12g}")
    if np.ptp(rates) > 1e-12:
        notes.append(f"Present values at the mean of the sampled discount_rate, {100 * rate:.4g} % a year")
    return rate


def _notes_on_shocks(cases: Sequence[Case], positions: Sequence[int], outcomes: Sequence[Outcome]) -> list[str]:
    """Cases that differ from their base by their shocks: the difference is not what a policy buys."""
    notes = []
    for i, position in enumerate(positions):
        if position >= 0 and not outcomes[i].shocks.same(outcomes[position].shocks):
            notes.append(
                f"{cases[i].name} and its base {cases[position].name} meet different shocks: "
                "the difference holds what the shock takes"
            )
    return notes

"""What a drill found: quantities by region and element, the days, and the forms in which they are shown."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.system.drill import BanDrill, DailySeries, daily_series
from mfa.units import DAYS_PER_YEAR

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

QUANTITIES: dict[str, tuple[str, str]] = {
    "need": ("t/yr", "Need of the year before any rationing, other uses included"),
    "domestic": ("t/yr", "Domestic secondary and primary metal used for it"),
    "banned_share": ("1", "Share of the banned origins in the imports wanted"),
    "headroom_share": ("1", "What the other origins can give more while the ban lasts, over the imports wanted"),
    "daily_gap": ("t/day", "What is missing on a day of the ban after others have helped out"),
    "missing_share": ("1", "The same over the need of a day"),
    "stock": ("t", "Stockpile before the ban, that of a joint pool in the part that falls to the region"),
    "cover": ("day", "Days of ban until the stockpile is empty; none where nothing is missing"),
    "first_short_day": ("day", "Day of the ban on which need is first unmet; none: never in this year"),
    "first_short_day_of_year": ("day", "The same, counted from 1 January"),
    "gap": ("t", "What is missing in the year before the stockpile helps"),
    "unmet": ("t", "Need not met in the year"),
    "annual_gap": ("t", "Gap of the annual step, which spreads the ban over the year"),
    "annual_unmet": ("t", "Need that the annual step leaves unmet in its first pass"),
}
"""What a drill tells of each region and element: name, unit, meaning."""
COUNTED = ("cover", "first_short_day", "first_short_day_of_year")
"""Quantities in days that may have no end."""
QUANTILES = (0.05, 0.5, 0.95)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def date_of(day: float) -> str:
    """Date of a day of a year of 365 days.

    Parameters
    ----------
    day : float
        Day of the year, 1 to 365.

    Returns
    -------
    str

    Examples
    --------
    >>> date_of(1), date_of(61), date_of(365)
    ('1 Jan', '2 Mar', '31 Dec')
    """
    date = datetime.date(2023, 1, 1) + datetime.timedelta(days=int(day) - 1)
    return f"{date.day} {MONTHS[date.month - 1]}"


@dataclass(frozen=True)
class Drill:
    """A ban of some days, drilled in one year of a run.

    Attributes
    ----------
    scenario, title : str
        The scenario whose year it is.
    year, start_day : int
        Year of the ban and its first day, 1 to 365.
    days : float
        Length of the ban.
    ban : float
        Share of the deliveries that is banned, above 0 to 1.
    origins : tuple of str
        Who bans.
    every_region : bool
        Whether the ban hits all regions of the run.
    labels : dict of tuple
        Regions that the ban hits, all origins, elements drilled; samples if the run has them.
    names : dict of dict
        Readable names of labels.
    arrays : dict of ndarray (sample, region, element)
        By the names and in the units of `QUANTITIES`.
    outcome : BanDrill
        The drill itself, axes (sample, region, [origin], element).
    notes : tuple of str
        What must be read with the numbers.
    """

    scenario: str
    title: str
    year: int
    start_day: int
    days: float
    ban: float
    origins: tuple[str, ...]
    every_region: bool
    labels: Mapping[str, tuple[Any, ...]]
    names: Mapping[str, Mapping[str, str]]
    arrays: Mapping[str, np.ndarray]
    outcome: BanDrill
    notes: tuple[str, ...]

    @property
    def sampled(self) -> bool:
        """Whether the run had samples."""
        return "sample" in self.labels

    @property
    def days_in_year(self) -> float:
        """Days of the ban that fall into the year; only these are drilled."""
        return self.outcome.days_in_year

    @property
    def days_next_year(self) -> float:
        """Days of the ban that fall into the next year."""
        return self.outcome.days_next_year

    @property
    def table(self) -> pd.DataFrame:
        """All quantities by region and element; units stand in the column names.

        Returns
        -------
        DataFrame
            Index region, element; with samples also quantile (5, 50 and 95 %), and a column with the share of samples
            in which need is unmet. NaN in days means that there is no such day.
        """
        import pandas as pd

        if not self.sampled:
            index = pd.MultiIndex.from_product([self.labels["region"], self.labels["element"]])
            index.names = ["region", "element"]
            columns = {f"{name} [{unit}]": self.arrays[name][0].ravel() for name, (unit, _) in QUANTITIES.items()}
            return pd.DataFrame(columns, index=index)
        index = pd.MultiIndex.from_product([self.labels["region"], self.labels["element"], QUANTILES])
        index.names = ["region", "element", "quantile"]
        columns = {
            f"{name} [{unit}]": np.moveaxis(self.quantiles(name), 0, -1).ravel()
            for name, (unit, _) in QUANTITIES.items()
        }
        short = np.repeat((self.arrays["unmet"] > 0.0).mean(axis=0).ravel(), len(QUANTILES))
        return pd.DataFrame({**columns, "samples_short [1]": short}, index=index)

    def quantiles(self, name: str, levels: Sequence[float] = QUANTILES) -> np.ndarray:
        """Quantiles over samples of a quantity; a day that never comes counts as later than any other.

        Parameters
        ----------
        name : str
            One of `QUANTITIES`.
        levels : sequence of float
            Quantiles wanted, 0 to 1.

        Returns
        -------
        ndarray (level, region, element)
            NaN where the quantile of a day is "never".
        """
        values = self.arrays[name]
        if name not in COUNTED:
            return np.quantile(values, levels, axis=0)
        endless = np.where(np.isnan(values), np.inf, values)
        found = np.quantile(endless, levels, axis=0, method="inverted_cdf")
        return np.where(np.isinf(found), np.nan, found)

    @property
    def daily(self) -> xr.Dataset:
        """The year day by day: domestic, deliveries by origin, gap, release, unmet (t/day), stock at day's end (t).

        Returns
        -------
        Dataset
            Quantities with dims (sample), region, (origin), day, element.
        """
        import xarray as xr

        from mfa.units import quantify

        series = self.series()
        plain = (("region", "day", "element"), "t/day")
        specs = {
            "domestic": (np.broadcast_to(self._daily_domestic()[..., None, :], series.gap.shape), *plain),
            "deliveries": (series.deliveries, ("region", "origin", "day", "element"), "t/day"),
            "gap": (series.gap, *plain),
            "release": (series.release, *plain),
            "unmet": (series.unmet, *plain),
            "stock": (series.stock, ("region", "day", "element"), "t"),
        }
        coords: dict[str, Any] = {dim: list(labels) for dim, labels in self.labels.items()}
        coords["day"] = series.day.astype(int)
        data = {}
        for name, (values, dims, unit) in specs.items():
            lead = ("sample",) if self.sampled else ()
            shown = values if self.sampled else values[0]
            used = {dim: coords[dim] for dim in (*lead, *dims)}
            data[name] = quantify(xr.DataArray(shown, used, (*lead, *dims)), unit)
        return xr.Dataset(data, attrs={"scenario": self.scenario, "title": self.heading()})

    def series(self) -> DailySeries:
        """The days as plain arrays (sample, region, [origin], day, element), in t/day and t."""
        return daily_series(self.outcome)

    def _daily_domestic(self) -> np.ndarray:
        return self.arrays["domestic"] / DAYS_PER_YEAR

    def name(self, dim: str, label: str) -> str:
        """Readable name of a label, or the label itself."""
        return self.names.get(dim, {}).get(label) or label

    def places(self) -> Iterator[tuple[int, int, str]]:
        """Positions of each region and element, and how it is called; the region only where there are several."""
        several = len(self.labels["region"]) > 1
        for r, region in enumerate(self.labels["region"]):
            for e, element in enumerate(self.labels["element"]):
                yield r, e, f"{region} {element}" if several else element

    def heading(self) -> str:
        """What was drilled, in one line."""
        who = ", ".join(self.name("origin", origin) for origin in self.origins)
        how = "nothing" if self.ban == 1.0 else f"{100.0 * self.ban:.4g} % less"
        whom = "" if self.every_region else f" to {', '.join(self.labels['region'])}"
        verb = "delivers" if len(self.origins) == 1 else "deliver"
        return f"{who} {verb} {how}{whom} for {self.days:g} days from {date_of(self.start_day)} {self.year}"

    def to_text(self) -> str:
        """The drill as text for a terminal of 100 columns."""
        from mfa.report.drill import drill_text

        return drill_text(self)

    def to_csv(self) -> str:
        """The table as CSV, each row with the question that it answers."""
        from mfa.report.drill import drill_csv

        return drill_csv(self)

    def to_markdown(self) -> str:
        """The drill as Markdown, with its notes, for a report."""
        from mfa.report.drill import drill_markdown

        return drill_markdown(self)

    def plot(self, path: str | Path | None = None) -> Figure:
        """Stock and supply day by day, one panel for each element.

        Parameters
        ----------
        path : path, optional
            File to write the picture to; its ending says in which format (png, svg, pdf).

        Returns
        -------
        matplotlib.figure.Figure
        """
        from mfa.report.drill_figure import draw_drill, save_figure

        figure = draw_drill(self)
        if path is not None:
            save_figure(figure, Path(path))
        return figure

    def save(self, folder: str | Path) -> list[Path]:
        """Write drill.csv, drill_daily.csv, drill.md, drill.svg and drill.png into a folder.

        Parameters
        ----------
        folder : path
            Made if it does not exist; files of an earlier drill are replaced, all others stay.

        Returns
        -------
        list of Path
            Files written.

        Raises
        ------
        InputError
            If the folder cannot be written.
        """
        from mfa.report.drill import save_drill

        return save_drill(self, Path(folder))

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<mfa drill of {self.scenario}: {self.heading()}; {', '.join(self.labels['element'])}>"

    def _repr_html_(self) -> str:
        from mfa.report.drill import drill_html

        return drill_html(self)

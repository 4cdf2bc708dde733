"""What the parameters of 2015 would have said of the years to 2024: prints a table, or renews it in docs/evidence.md.

    python scripts/forecast.py            prints the table
    python scripts/forecast.py --write    puts it into docs/evidence.md

The dataset is cut: every row of the tables for a year after 2015 is left out, so that what was known last holds. Sales
stay at those of 2015, and wander in each sample as they did from year to year in the ten years before. The other
parameters are drawn from their ranges. Public figures of later years are those of scripts/evidence.csv.
"""

from __future__ import annotations

import csv
import functools
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from evidence import FIGURES, PAGE, ROOT, Japan, Row, rows, shown
from page_table import print_or_write

from mfa.inputs import Scenario, load_scenario
from mfa.inputs.sampling import Design
from mfa.run import run

CUT, LAST = 2015, 2024
SAMPLES, SEED, AT_ONCE = 200, 1, 10
LEARNED_FROM = 10
"""Years before the cut whose changes say how sales wander."""
MOST_SPREAD = 0.5
"""Bound of the standard deviation of a year's change in log sales: products that have just begun grow manifold."""
INSIDE = (0.05, 0.95)
WHY = {
    "fleet_2022": "Sales are held at those of 2015; fewer cars were sold after 2018.",
    "cars_exported_2017": "The share exported that was known is an estimate for 2005; exports have grown since.",
    "cars_exported_2024": "As above.",
    "cars_dismantled_2023": "More cars leave for abroad than was known, and owners kept cars longer after 2020.",
    "lithium_packs_2017": "The makers' own channel only, as in the table above.",
    "phones_2022": "Phones collected fell from 5.6 million in 2016 to 3.5 million in 2022; the rate of 2015 is held.",
    "phones_2023": "As above.",
    "wind_2023": "160 MW were built in 2015, 572 in 2023 and 703 in 2024.",
    "wind_2024": "160 MW were built in 2015, 572 in 2023 and 703 in 2024.",
    "bev_energy_2023": "Sales grew manifold and packs became larger; no change was expected of either.",
    "magnets_imported_2024": "Sales of electrified cars grew, and magnets of more products are bought abroad.",
    "bev_iea_2024": "Sales grew manifold after 2020.",
    "phev_iea_2024": "Sales grew manifold after 2020.",
}
"""Why the truth may lie outside, by figure."""
NO_OUTCOME = ("lithium_cells_treated_2021", "cells_2022", "air_conditioners_2021")
"""Plans, capacities, and counts of something wider."""
START, END = "<!-- table: scripts/forecast.py --write -->", "<!-- end of the forecast -->"


def cut_dataset(folder: Path) -> Path:
    """Copy the tables of Japan without what is said of years after the cut."""
    target = folder / "japan"
    shutil.copytree(ROOT / "parameters" / "japan", target)
    for path in target.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            lines = list(csv.reader(stream))
        header, body = lines[0], lines[1:]
        column = next((header.index(name) for name in ("time", "cohort") if name in header), None)
        if column is None:
            continue
        kept = _known(header, body, column)
        if path.stem.split("@")[0] == "sales":  # sales are held by nobody: the last known are said again
            kept += _held(header, kept)
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([header, *kept])
    shutil.copy(ROOT / "parameters" / "references.bib", folder)
    return target


def _known(header: list[str], lines: list[list[str]], column: int) -> list[list[str]]:
    """Rows for all years or until the cut; where a series begins later, its first row stands for what was known."""
    series: dict[tuple[str, ...], list[list[str]]] = {}
    for line in lines:
        keys = [cell for place, cell in enumerate(line[: header.index("value")]) if place != column]
        series.setdefault(tuple(keys), []).append(line)
    kept = []
    for found in series.values():
        until = [line for line in found if not line[column].isdigit() or int(line[column]) <= CUT]
        kept += until or [min(found, key=lambda line: int(line[column]))]
    return kept


def _held(header: list[str], lines: list[list[str]]) -> list[list[str]]:
    """The last row of each product, for the last year."""
    time, product = header.index("time"), header.index("product")
    last: dict[str, list[str]] = {}
    for line in sorted(lines, key=lambda line: int(line[time])):
        last[line[product]] = line
    return [[str(LAST) if place == time else cell for place, cell in enumerate(line)] for line in last.values()]


def cut_scenario(folder: Path) -> Scenario:
    """The reference run to 2024 on the cut tables."""
    path = folder / "cut.yaml"
    path.write_text(
        f"name: japan-cut-{CUT}\nbase: japan-reference\ndataset: ./japan\nyears: [1990, {LAST}]\n", encoding="utf-8"
    )
    return load_scenario(path)


def wandering(sales: np.ndarray, years: np.ndarray, start: int, stop: int) -> np.ndarray:
    """Factors by which sales [sample, region, time, product] of samples leave those of the cut: 1 until then.

    A random walk of the logarithm, with the spread of yearly changes of each product before the cut.
    """
    past = (years >= CUT - LEARNED_FROM) & (years <= CUT)
    known = sales[0, 0, past]
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.diff(np.log(known), axis=0)
    spread = np.array(
        [np.std(column[np.isfinite(column)]) if np.isfinite(column).sum() > 1 else 0.0 for column in change.T]
    )
    ahead = np.flatnonzero(years > CUT)
    factors = np.ones((stop - start, *sales.shape[1:]))
    for place, sample in enumerate(range(start, stop)):
        steps = np.random.default_rng([SEED, sample]).standard_normal((len(ahead), sales.shape[-1]))
        factors[place, :, ahead] = np.exp(np.cumsum(steps * np.minimum(spread, MOST_SPREAD), axis=0))[:, None]
    return factors


def forecasts(samples: int) -> Iterator[Japan]:
    """Runs of the samples."""
    with tempfile.TemporaryDirectory() as name:
        cut_dataset(Path(name))
        design = Design(cut_scenario(Path(name)), samples, SEED)
        for start in range(0, samples, AT_ONCE):
            stop = min(start + AT_ONCE, samples)
            inputs = design.inputs(start, stop)
            sales = inputs.arrays["sales"]
            factors = wandering(sales.values, np.asarray(inputs.years), start, stop)
            inputs.arrays["sales"] = sales.copy(data=sales.values * factors)
            results = run(inputs)
            for place in range(stop - start):
                yield Japan(results, place)


@dataclass(frozen=True)
class Forecast:
    """A public figure of a later year, and what the samples say of it."""

    row: Row
    values: np.ndarray

    @property
    def band(self) -> tuple[float, float]:
        """5 and 95 % of the samples."""
        low, high = np.quantile(self.values, INSIDE)
        return float(low), float(high)

    @property
    def inside(self) -> bool:
        """Whether the truth lies in the band."""
        low, high = self.band
        return low <= self.row.public <= high


def is_ahead(row: Row) -> bool:
    """Whether a row tells of years after the cut only, and of nothing that this run leaves out."""
    years = [int(year) for year in re.findall(r"\d{4}", row.year)]
    own = "scope" not in row.what and row.figure not in NO_OUTCOME
    return min(years) > CUT and max(years) <= LAST and own


def _figure(row: Row, japan: Japan) -> float:
    return float(FIGURES[row.figure](lambda *_: japan))


@functools.cache
def found(samples: int = SAMPLES) -> tuple[Forecast, ...]:
    """Forecasts of all rows."""
    chosen = [row for row in rows() if is_ahead(row)]
    values = [[_figure(row, japan) for row in chosen] for japan in forecasts(samples)]
    return tuple(Forecast(row, np.array(column)) for row, column in zip(chosen, zip(*values, strict=True), strict=True))


def summary(forecasts: tuple[Forecast, ...]) -> str:
    """How often the truth lay inside."""
    inside = sum(forecast.inside for forecast in forecasts)
    apart = [float(np.median(forecast.values)) / forecast.row.public for forecast in forecasts]
    near = sum(max(ratio, 1.0 / ratio) <= 1.25 for ratio in apart)
    return (
        f"Of {len(forecasts)} figures {inside} lie in the band of 5 to 95 %, where 9 of 10 should; the median is "
        f"within 25 % of {near}."
    )


def table(samples: int = SAMPLES) -> str:
    """The table in Markdown."""
    lines = [
        "| What | Year | Public | Used | Median | 5 % | 95 % | Inside | Why not |",
        "|---|---|---:|---|---:|---:|---:|---|---|",
    ]  # fmt: skip
    for forecast in found(samples):
        row, (low, high) = forecast.row, forecast.band
        unit = "" if row.unit in ("1", "unit") else f" {row.unit}"
        numbers = " | ".join(shown(value, 3) for value in (float(np.median(forecast.values)), low, high))
        said = "yes" if forecast.inside else "no, above" if row.public > high else "no, below"
        why = "" if forecast.inside else WHY.get(row.figure, "")
        what = f"{row.what} | {row.year} | {shown(row.public)}{unit} | {row.used}"
        lines.append(f"| {what} | {numbers} | {said} | {why} |")
    return "\n".join([*lines, "", summary(found(samples))])


if __name__ == "__main__":
    raise SystemExit(print_or_write(__doc__, table, PAGE, START, END))

"""Model output beside public totals: prints the table of docs/evidence.md, or renews it there.

    python scripts/evidence.py            prints the table
    python scripts/evidence.py --write    puts it into docs/evidence.md

The public figures, their sources and what is said of each row stand in scripts/evidence.csv; `figure` there names one
of the functions `FIGURES` below, which takes the same quantity out of the reference run.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from page_table import print_or_write

from mfa.inputs import load_scenario
from mfa.results import Results
from mfa.run import run

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "evidence.md"
PUBLIC = Path(__file__).with_name("evidence.csv")
START, END = "<!-- table: scripts/evidence.py --write -->", "<!-- end of the table -->"

REGISTERED = ("hev_nimh", "hev_liion", "hev_mild_registered")
HYBRIDS = (*REGISTERED, "hev_mild_kei")
PLUG_IN, BATTERY_CARS = ("phev",), ("bev",)
LITHIUM_HYBRIDS = ("hev_liion", "hev_mild_registered", "phev", "bev")
PHONES = ("smartphone", "feature_phone")
CARS = ("car_small_magnets",)
"""Every car carries small magnets: the product counts all cars."""
MAGNETS = ("traction_magnet", "other_magnet")
ND_IN_BARE_MAGNETS = 0.235
"""Mass fraction of Nd in the bare magnets that Japan exports on balance (other_need, scope battery_magnet)."""
TAKEN_IN = 0.47
"""Share of discarded room air conditioners that legal recyclers take in (base_collection_rate before separation)."""
CELLS_EXPORTED = 7.0
"""Cells exported on balance in 2024, GWh (other_need, scope battery_magnet)."""


class Japan:
    """A run of Japan, or one sample of several, with the sums that public statistics count.

    Parameters
    ----------
    results : Results
    sample : int
        Position of the sample, where there are several.
    """

    def __init__(self, results: Results, sample: int = 0) -> None:
        self.data = {}
        for group in ("items", "flows", "stocks", "components", "policy", "indicators"):
            found = results.plain(group).isel(region=0)
            self.data[group] = found.isel(sample=sample) if "sample" in found.dims else found
        self.sample = results.labels["sample"][sample] if results.sampled else None
        self.inputs = results.inputs.arrays
        self.products = results.labels["product"]

    def of(self, group: str, name: str, year: int, **labels: str | Iterable[str]) -> float:
        """Sum of a variable in a year, over the labels given or all."""
        chosen = {dim: [label] if isinstance(label, str) else list(label) for dim, label in labels.items()}
        return float(self.data[group][name].sel(time=year, **chosen).sum())

    def parameter(self, name: str, year: int, **labels: str) -> float:
        """Value of a parameter at its labels."""
        array = self.inputs[name]
        wanted = {"region": "Japan", "time": year, "cohort": year, "sample": self.sample, **labels}
        return float(array.sel({dim: wanted[dim] for dim in array.dims}))

    # ------------------------------------------------------------------ cars

    def in_march(self, products: Iterable[str], year: int) -> float:
        """Units at the end of March: stock at the end of the year before, and a quarter of this year's growth."""
        before = self.of("items", "stock_units", year - 1, product=products)
        return before + (self.of("items", "stock_units", year, product=products) - before) / 4.0

    def exported(self, products: Iterable[str], year: int) -> float:
        """Used cars exported."""
        return sum(
            self.of("items", "discards_units", year, product=product)
            * self.parameter("used_export_share", year, product=product)
            for product in products
        )

    def dismantled(self, products: Iterable[str], year: int) -> float:
        """Cars that end in Japan."""
        products = list(products)
        return self.of("items", "discards_units", year, product=products) - self.exported(products, year)

    def packs_collected(self, products: Iterable[str], year: int) -> float:
        """Traction batteries collected from cars that end in Japan."""
        return sum(
            self.dismantled([product], year)
            * self.parameter("base_collection_rate", year, product=product, component="traction_battery")
            for product in products
        )

    def cells_made(self, year: int) -> float:
        """Energy of Li-ion traction batteries made at home, GWh."""
        return sum(
            self.of("items", "product_output", year, product=product)
            * self.parameter("service", year, product=product, component="traction_battery", chemistry="NMC622")
            * (1.0 - self.parameter("component_import_share", year, product=product, component="traction_battery"))
            / 1e6
            for product in (*LITHIUM_HYBRIDS, "hev_mild_kei")
        )

    # ------------------------------------------------------------------ electronics and appliances

    @functools.cached_property
    def phones_released(self) -> dict[str, np.ndarray]:
        """Phones out of drawers, by year: the recursion of hibernation, in units."""
        years = self.data["items"].time.values
        result = {}
        for product in PHONES:
            kept, out = 0.0, []
            for year in years:
                out.append(self.parameter("hibernation_release", year, product=product) * kept)
                into = self.of("items", "discards_units", year, product=product)
                kept += into * self.parameter("hibernation_share", year, product=product) - out[-1]
            result[product] = np.array(out)
        return result

    def phones_collected(self, year: int) -> float:
        """Phones collected, in units."""
        total, first = 0.0, int(self.data["items"].time.values[0])
        for product in PHONES:
            gone = self.parameter("used_export_share", year, product=product)
            gone += self.parameter("hibernation_share", year, product=product)
            pool = self.of("items", "discards_units", year, product=product) * (1.0 - gone)
            pool += self.phones_released[product][year - first]
            total += pool * self.parameter("base_collection_rate", year, product=product, component="small_battery")
        return total

    def portable_collected(self, year: int, leave_out: Iterable[str] = ()) -> float:
        """Mass of portable batteries collected, t."""
        products = [product for product in self.products if product not in leave_out]
        return self.of("components", "collected", year, component="small_battery", product=products)

    def portable_rate(self, first: int, last: int) -> float:
        """Portable batteries collected over all that were discarded, put away or exported, sum over sum."""
        into = ("discards_direct", "discards_hibernating", "exports_used")
        years = range(first, last + 1)
        gone = sum(self.of("components", name, year, component="small_battery") for name in into for year in years)
        return sum(self.portable_collected(year) for year in years) / gone

    def air_conditioners(self, year: int) -> float:
        """Room air conditioners with NdFeB that legal recyclers take in, in units."""
        share = self.parameter("used_export_share", year, product="room_ac")
        return self.of("items", "discards_units", year, product="room_ac") * (1.0 - share) * TAKEN_IN

    # ------------------------------------------------------------------ metal

    def need(self, year: int, *elements: str) -> float:
        """Manufacturing need R, t."""
        return self.of("policy", "requirement", year, element=elements)

    def magnets_made(self, year: int) -> float:
        """Magnets made at home: in home-made components, and bare ones exported on balance."""
        bare = self.parameter("other_need", year, element="Nd") / ND_IN_BARE_MAGNETS
        return self.of("components", "to_products", year, component=MAGNETS) + bare

    def treated(self, year: int, *routes: str) -> float:
        """Old scrap treated, t of component."""
        return self.of("components", "processed", year, route=routes, scrap="old")


@functools.cache
def japan(scope: str = "products") -> Japan:
    """The reference run with a scope of need."""
    return Japan(run(load_scenario("japan-reference").with_changes({"scope": scope})))


FIGURES: dict[str, Callable[[Callable[..., Japan]], float]] = {
    "hybrids_2008": lambda japan: japan().in_march(REGISTERED, 2008),
    "hybrids_2018": lambda japan: japan().in_march((*REGISTERED, *PLUG_IN), 2018),
    "hybrids_2020": lambda japan: japan().in_march((*REGISTERED, *PLUG_IN), 2020),
    "bev_2018": lambda japan: japan().in_march(BATTERY_CARS, 2018),
    "bev_2020": lambda japan: japan().in_march(BATTERY_CARS, 2020),
    "bev_iea_2024": lambda japan: japan().of("items", "stock_units", 2024, product="bev"),
    "phev_iea_2024": lambda japan: japan().of("items", "stock_units", 2024, product="phev"),
    "fleet_2022": lambda japan: japan().in_march(CARS, 2022),
    "hybrids_exported_2017": lambda japan: japan().exported(HYBRIDS, 2017),
    "hybrids_exported_2017_2022": lambda japan: sum(japan().exported(HYBRIDS, year) for year in range(2017, 2023)),
    "electrified_exported_2023": lambda japan: japan().exported((*HYBRIDS, *PLUG_IN, *BATTERY_CARS), 2023),
    "phev_exported_2017": lambda japan: japan().exported(PLUG_IN, 2017),
    "bev_exported_2017": lambda japan: japan().exported(BATTERY_CARS, 2017),
    "bev_exported_2017_2022": lambda japan: sum(japan().exported(BATTERY_CARS, year) for year in range(2017, 2023)),
    "cars_exported_2017": lambda japan: japan().exported(CARS, 2017),
    "cars_exported_2024": lambda japan: japan().exported(CARS, 2024),
    "hybrids_dismantled_2010": lambda japan: japan().dismantled((*HYBRIDS, *PLUG_IN), 2010),
    "hybrids_dismantled_2017": lambda japan: japan().dismantled(HYBRIDS, 2017),
    "hybrids_dismantled_2019": lambda japan: japan().dismantled((*HYBRIDS, *PLUG_IN), 2019),
    "bev_dismantled_2017": lambda japan: japan().dismantled(BATTERY_CARS, 2017),
    "cars_dismantled_2018": lambda japan: japan().dismantled(CARS, 2018),
    "cars_dismantled_2023": lambda japan: japan().dismantled(CARS, 2023),
    "nimh_packs_2015": lambda japan: japan().packs_collected(("hev_nimh",), 2015),
    "lithium_packs_2015": lambda japan: japan().packs_collected(LITHIUM_HYBRIDS, 2015),
    "lithium_packs_2017": lambda japan: japan().packs_collected(LITHIUM_HYBRIDS, 2017),
    "phones_2009": lambda japan: japan().phones_collected(2009),
    "phones_2013": lambda japan: japan().phones_collected(2013),
    "phones_2016": lambda japan: japan().phones_collected(2016),
    "phones_2022": lambda japan: japan().phones_collected(2022),
    "phones_2023": lambda japan: japan().phones_collected(2023),
    "phones_2006_2017": lambda japan: sum(japan().phones_collected(year) for year in range(2006, 2018)),
    "portable_2018": lambda japan: japan().portable_collected(2018, (*PHONES, "heated_tobacco")),
    "portable_rate": lambda japan: japan().portable_rate(2002, 2010),
    "air_conditioners_2021": lambda japan: japan().air_conditioners(2021),
    "wind_2023": lambda japan: japan().of("items", "stock_units", 2023, product="wind_turbine"),
    "wind_2024": lambda japan: japan().of("items", "stock_units", 2024, product="wind_turbine"),
    "wind_retired": lambda japan: sum(
        japan().of("items", "discards_units", year, product="wind_turbine") for year in (2023, 2024)
    ),
    "lithium_2024": lambda japan: japan("economy").of("flows", "imports", 2024, element="Li"),
    "cobalt_2012": lambda japan: japan("economy").need(2012, "Co"),
    "cobalt_2013": lambda japan: japan("economy").need(2013, "Co"),
    "cobalt_nimh_2013": lambda japan: japan().of("flows", "refined_use", 2013, element="Co", product="hev_nimh"),
    "neodymium_2010": lambda japan: japan("economy").need(2010, "Nd"),
    "dysprosium_2010": lambda japan: japan("economy").need(2010, "Dy"),
    "heavy_2027": lambda japan: japan("economy").need(2027, "Dy", "Tb"),
    "magnets_2018": lambda japan: japan("battery_magnet").magnets_made(2018),
    "magnets_2020": lambda japan: japan("battery_magnet").magnets_made(2020),
    "magnets_imported_2024": lambda japan: japan().of("components", "imports_component", 2024, component=MAGNETS),
    "cells_2022": lambda japan: japan().cells_made(2022) + CELLS_EXPORTED,
    "bev_energy_2023": lambda japan: (
        japan().of("items", "sales_units", 2023, product="bev")
        * japan().parameter("service", 2023, product="bev", component="traction_battery", chemistry="NMC622")
        / 1e6
    ),
    "lithium_cells_treated_2021": lambda japan: japan().treated(2021, "pyro", "hydro", "pyro_hydro", "direct"),
    "magnets_treated_2013": lambda japan: japan().treated(2013, "magnet"),
    "neodymium_recycled_2010": lambda japan: japan().of("indicators", "eol_recycling_rate_wide", 2010, element="Nd"),
    # named in the last column only
    "hybrids_exported_2022": lambda japan: japan().exported(HYBRIDS, 2022),
    "plug_in_packs_2017": lambda japan: japan().packs_collected(PLUG_IN, 2017),
    "neodymium_praseodymium_2010": lambda japan: japan("economy").need(2010, "Nd", "Pr"),
    "lithium_of_products_2024": lambda japan: japan().need(2024, "Li"),
    "magnets_imported_2018": lambda japan: japan().of("components", "imports_component", 2018, component=MAGNETS),
}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    section: str
    what: str
    year: str
    public: float
    unit: str
    source: str
    used: str
    figure: str
    why: str

    @functools.cached_property
    def model(self) -> float:
        """The model's value."""
        return float(FIGURES[self.figure](japan))

    @property
    def ratio(self) -> float:
        """Model over public value."""
        return self.model / self.public

    @property
    def explanation(self) -> str:
        """The last column: `why`, with the figures that it names in braces."""
        return re.sub(r"\{(\w+)\}", lambda found: shown(FIGURES[found[1]](japan), 3), self.why)


def rows() -> list[Row]:
    """Read the public figures."""
    with PUBLIC.open(encoding="utf-8", newline="") as stream:
        return [Row(**{**line, "public": float(line["public"])}) for line in csv.DictReader(stream)]  # type: ignore[arg-type]


def shown(value: float, digits: int | None = None) -> str:
    """A number with spaces between thousands; `digits` significant ones, all if not given.

    >>> shown(7387576.4, 3), shown(9281380.0), shown(0.36)
    ('7 390 000', '9 281 380', '0.36')
    """
    if digits is not None and value:
        value = float(f"{value:.{digits}g}")
    return f"{value:,.0f}".replace(",", " ") if value == round(value) else f"{value:g}"


def table() -> str:
    """The table in Markdown."""
    lines = []
    section = None
    for row in rows():
        if row.section != section:
            section = row.section
            lines += [
                "", f"### {section}", "",
                "| What | Year | Public | Source | Used | Model | Ratio | Why it differs |",
                "|---|---|---:|---|---|---:|---:|---|",
            ]  # fmt: skip
        unit = "" if row.unit in ("1", "unit") else f" {row.unit}"
        cells = (row.what, row.year, shown(row.public) + unit, row.source.replace(";", ", "), row.used)
        lines.append(f"| {' | '.join(cells)} | {shown(row.model, 3)} | {row.ratio:.2f} | {row.explanation} |")
    return "\n".join([*lines, "", summary()]).strip("\n")


def summary() -> str:
    """How the rows that the dataset was not fitted to come out."""
    ratios = [row.ratio for row in rows() if row.used == "no"]
    apart = [max(ratio, 1.0 / ratio) for ratio in ratios]
    near, far = sum(x <= 1.15 for x in apart), sum(x > 1.5 for x in apart)
    return (
        f"Of {len(apart)} rows that nothing was fitted to, {near} are within 15 %, {len(apart) - near - far} within a "
        f"factor of 1.5, {far} beyond."
    )


if __name__ == "__main__":
    raise SystemExit(print_or_write(__doc__, table, PAGE, START, END))

"""Published results of other models beside ours on their inputs: prints a table, or renews it in docs/evidence.md.

    python scripts/published_models.py            prints the table
    python scripts/published_models.py --write    puts it into docs/evidence.md

Inputs and results of the others stand in scripts/published_models.csv, each row with its source. The inputs go through
`mfa.inflow_driven` where a model is one of stocks alone, and through `mfa.run` where it is more.
"""

from __future__ import annotations

import csv
import functools
import math
import textwrap
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from evidence import PAGE, shown
from page_table import print_or_write

import mfa
from mfa.inputs.arrays import InputWarning

PUBLISHED = Path(__file__).with_name("published_models.csv")
ODYM = "Stocks: the test cases of ODYM"
IEA_CARS = "Stocks: electric cars of the International Energy Agency"
US_CARS = "A fleet: electric cars of the United States"
IEA_BATTERIES = "Metal: batteries of electric vehicles in 2024"
XU = "Metal: batteries of all electric cars from 2020 to 2050"
ABOUT = {
    ODYM: "Inflow 1 to 10 and three lifetimes, with the results that ODYM tests itself against, one of them from a "
    "spreadsheet. Items enter at the end of the year (`timing: end`). Allowed: the digits that are printed.",
    IEA_CARS: "The Agency models stocks from sales with a survival that it does not publish. Ours take its sales and "
    "the lifetime of another published model (normal, 16 years, standard deviation 4). Allowed: 5 %, what rounding to "
    "two digits alone can make.",
    US_CARS: "Sales, life of cars and of batteries (logistic, 17 and 15 years, standard deviation 4), a battery for "
    "cars in their first 15 years that lack one, half of the good batteries of scrapped cars reused: scenario "
    "*Momentum* of a published model. They go through the whole model, with batteries that fail by themselves "
    "(`component_lifetime`, `replacement_max_age`, `reuse_share`). Allowed: 2 % of the cars, 10 % of the batteries.",
    IEA_BATTERIES: "The energy, 950 GWh, and the metal are those of the Agency, the mix of chemistries is that of the "
    "world's electric cars of 2024, the content that of BatPaC 5.2, and nothing is lost in making. Allowed: 15 %.",
    XU: "Shares (scenario *NCX*) and contents (medium electric car) are theirs. Their fleet is not in evidence by "
    "year, so that the factors by which demand grows cannot be had; but how much faster Co and Ni grow than Li can, as "
    "the fleet cancels out. Published are factors in whole numbers (Li 18-20, Co 17-19, Ni 28-31). Allowed: 3 %, what "
    "their rounding can make.",
}
"""What is compared in each section, and how."""
START, END = "<!-- table: scripts/published_models.py --write -->", "<!-- end of the published models -->"


@dataclass(frozen=True)
class Comparison:
    """A published figure, ours from the same inputs, and how far apart they may be."""

    model: str
    what: str
    year: str
    published: float
    ours: float
    unit: str
    tolerance: float
    source: str
    why: str = ""

    @property
    def distance(self) -> float:
        """Ours over the published figure, less 1."""
        return self.ours / self.published - 1.0

    @property
    def inside(self) -> bool:
        """Whether the distance is within the tolerance."""
        return abs(self.distance) <= self.tolerance


@functools.cache
def _lines() -> tuple[dict[str, str], ...]:
    with PUBLISHED.open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


def read(model: str, what: str) -> dict[tuple[str, str], float]:
    """What is published of a model, by label and year."""
    return {
        (line["label"], line["year"]): float(line["value"])
        for line in _lines()
        if line["model"] == model and line["what"] == what
    }


def sources() -> set[str]:
    """Keys of the publications that inputs and results are from."""
    return {line["source"] for line in _lines()}


def _terms(model: str, what: str) -> dict[str, float]:
    return {label: value for (label, _), value in read(model, what).items()}


def _path(values: Mapping[tuple[str, str], float], label: str = "") -> xr.DataArray:
    """A published series by year, in order."""
    found = {int(year): value for (name, year), value in values.items() if name == label}
    years = list(range(min(found), max(found) + 1))
    return xr.DataArray([found.get(year, 0.0) for year in years], coords={"time": years})


def _logistic(mean: float, sd: float) -> mfa.Lifetime:
    """Logistic lifetime of a standard deviation: scale = sd sqrt(3) / pi."""
    return mfa.Lifetime.logistic(mean=mean, scale=sd * math.sqrt(3.0) / math.pi)


def _run(arrays: dict[str, object], years: list[int], labels: dict[str, list[str]]) -> mfa.Results:
    """One region with one origin and one route, of which nothing is asked."""
    one = {"region": ["all"], "origin": ["all"], "route": ["none"], **labels}
    given = {"recovery_yield": 0.0, "import_share": 1.0, **arrays}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        return mfa.run(mfa.Inputs(given, years=years, labels=one))


# --- stocks ----------------------------------------------------------------------------------------------------------


def odym() -> list[Comparison]:
    """The cases with known results of ODYM: an inflow of 1 to 10 and three lifetimes."""
    inflow = _path(read("ODYM", "inflow"))
    lifetimes = {
        "fixed": mfa.Lifetime.fixed(**_terms("ODYM", "fixed lifetime")),
        "normal": mfa.Lifetime.normal(**_terms("ODYM", "normal lifetime")),
        "Weibull": mfa.Lifetime.weibull(**_terms("ODYM", "Weibull lifetime")),
    }
    found = []
    for what in ("stock", "outflow"):
        published = read("ODYM", what)
        for name in dict.fromkeys(label for label, _ in published):
            theirs = _path(published, name)
            ours = mfa.inflow_driven(inflow, lifetimes[name], timing="end")[what]
            worst = int(np.argmax(np.abs(ours.values / theirs.values - 1.0)))
            found.append(
                Comparison(
                    ODYM, f"{what}, {name} lifetime, the worst of ten years", str(worst + 1),
                    float(theirs[worst]), float(ours[worst]), "", 1e-6, "odym_tests",
                )
            )  # fmt: skip
    return found


def iea_cars() -> list[Comparison]:
    """Cars in use from the sales of the IEA, with the lifetime of another model: theirs is not published."""
    lifetime = mfa.Lifetime.normal(**_terms("IEA cars", "lifetime"))
    sales, stocks = read("IEA cars", "sales"), read("IEA cars", "cars in use")
    why = {
        "EU27 BEV 2020": "All sales until 2020 add up to 1.18 million: 7 % are gone when most cars are younger than "
        "three years. Used cars leave the EU27, which this lifetime does not know.",
        "Korea BEV 2020": "The two series contradict: in 2018 the stock rose by 31 000 with 55 000 sold.",
        "Korea BEV 2024": "As above.",
        "Korea PHEV 2020": "The two series contradict: in 2020 the stock rose by 13 000 with 8 700 sold.",
        "Korea PHEV 2024": "As above.",
    }
    found = []
    for (label, year), theirs in stocks.items():
        ours = float(mfa.inflow_driven(_path(sales, label), lifetime)["stock"].sel(time=int(year)))
        what = f"{label} cars in use"
        reason = why.get(f"{label} {year}", "")
        found.append(Comparison(IEA_CARS, what, f"end of {year}", theirs, ours, "", 0.05, "iea_gevo2025", reason))
    return found


# --- a fleet with batteries of their own life -------------------------------------------------------------------------

FLEET_YEARS = (2030, 2040, 2050)
REUSED = "batteries reused in cars"


@functools.cache
def us_cars() -> mfa.Results:
    """Electric cars of the United States whose batteries fail by themselves, through the whole model."""
    one = {"product": ["car"], "component": ["battery"], "chemistry": ["any"], "element": ["Li"]}
    sales = _path(read("US cars", "sales"))
    (too_old,) = read("US cars", "year of use from which a car gets no battery").values()
    (reused,) = read("US cars", "share of good batteries reused").values()
    arrays = {
        "sales": sales,
        "timing": "start",
        "lifetime": _logistic(**_terms("US cars", "vehicle lifetime")),
        "component_lifetime": _logistic(**_terms("US cars", "battery lifetime")),
        "replacement_max_age": too_old - 2.0,  # a car in its n-th year of use has the age n - 1
        "reuse_share": reused,
        "base_collection_rate": 1.0,
        "chemistry_share": 1.0,
        "content": 0.1,
        "component_mass": 1.0,  # one tonne is one battery
    }
    return _run(arrays, [int(year) for year in sales.time], one)


def us_fleet() -> list[Comparison]:
    """Stock, failures, reuse and new batteries of the US fleet."""
    results = us_cars()
    items, parts = (results.plain(group).isel(region=0) for group in ("items", "components"))
    made, reused = (parts[name].sum(["product", "component"]) for name in ("spares", "reused"))
    theirs = {what: _path(read("US cars", what)) for what in ("cars in use", "new spare batteries", REUSED)}
    needed = theirs["new spare batteries"] + theirs[REUSED]
    apart = (
        "Reuse: there a used battery is younger than 12 years and goes into a car older than 8; here any good one may, "
        "so that more old ones come back and fail again."
    )
    series = {
        "cars in use": (items["stock_units"].sum("product"), theirs["cars in use"], 0.02, ""),
        "batteries that cars need, new and used": (made + reused, needed, 0.1, apart),
        "of these used ones": (reused, theirs[REUSED], 0.1, "As above."),
    }
    return [
        Comparison(
            US_CARS, what, str(year), float(published.sel(time=year)), float(ours.sel(time=year).sum()), "", tolerance,
            "busch_eol_na", why,
        )
        for what, (ours, published, tolerance, why) in series.items()
        for year in FLEET_YEARS
    ]  # fmt: skip


# --- metal in batteries -----------------------------------------------------------------------------------------------

METALS = ("Li", "Co", "Ni")


def metal_need(model: str, energy: Mapping[int, float]) -> dict[int, dict[str, float]]:
    """Metal in batteries made, t by year and element, from energy (GWh), shares of chemistries and contents."""
    shares, contents = read(model, "share"), _terms(model, "content")
    chemistries = list(dict.fromkeys(label for label, _ in shares))
    years = sorted(energy)
    content = [[[contents.get(f"{name} {metal}", 0.0) / 1000.0 for metal in METALS] for name in chemistries]]
    found = {}
    for year in years:
        arrays = {
            "sales": energy[year] * 1e6,  # one unit is one kWh
            "lifetime": mfa.Lifetime.fixed(mean=10),
            "chemistry_share": xr.DataArray(
                [shares.get((name, str(year)), 0.0) for name in chemistries], coords={"chemistry": chemistries}
            ) / sum(shares.get((name, str(year)), 0.0) for name in chemistries),
            "content": xr.DataArray(content[0], coords={"chemistry": chemistries, "element": list(METALS)}),
            "component_mass": 0.01,
        }  # fmt: skip
        results = _run(arrays, [year], {"product": ["kWh"], "component": ["battery"]})
        need = results.plain("policy")["requirement"].isel(region=0, time=0)
        found[year] = {metal: float(need.sel(element=metal)) for metal in METALS}
    return found


def iea_batteries() -> list[Comparison]:
    """Metal in the batteries of electric vehicles of 2024, from the energy that the IEA states."""
    (energy,) = read("IEA batteries", "batteries of electric vehicles").values()
    ours = metal_need("IEA batteries", {2024: energy})[2024]
    theirs = read("IEA batteries", "metal in batteries of electric vehicles")
    why = {
        "Li": "The figures of the Agency make 0.115 kg of Li per kWh. In BatPaC 5.2 only NMC111 holds as much, and the "
        "mix 0.093. Losses on the way to the cell would raise ours; whether the Agency counts them is not said.",
    }
    return [
        Comparison(
            IEA_BATTERIES, f"{metal} in batteries made", "2024", theirs[metal, "2024"], ours[metal], " t", 0.15,
            "IEA_CMDS, iea_gevo2025_batteries, busch_etm", why.get(metal, ""),
        )
        for metal in METALS
    ]  # fmt: skip


def xu() -> list[Comparison]:
    """Growth of Co and Ni over that of Li, 2020 to 2050: what shares and contents alone decide."""
    ours = metal_need("Xu 2020", {2020: 1.0, 2050: 1.0})
    growth = {metal: ours[2050][metal] / ours[2020][metal] for metal in METALS}
    lower = _terms("Xu 2020", "growth of demand 2020-2050, lower")
    upper = _terms("Xu 2020", "growth of demand 2020-2050, upper")
    return [
        Comparison(
            XU, f"growth of {metal} over that of Li, {bound} scenario", "2020-2050",
            bounds[metal] / bounds["Li"], growth[metal] / growth["Li"], "", 0.03, "xu2020, xu2020_v2g",
        )
        for metal in ("Co", "Ni")
        for bound, bounds in (("lower", lower), ("upper", upper))
    ]  # fmt: skip


def comparisons() -> list[Comparison]:
    """All of them, in the order of the page."""
    return [*odym(), *iea_cars(), *us_fleet(), *iea_batteries(), *xu()]


def table() -> str:
    """The sections in Markdown."""
    found = comparisons()
    lines = []
    for model, about in ABOUT.items():
        lines += ["", f"### {model}", "", textwrap.fill(about, 120, break_on_hyphens=False), ""]
        lines += ["| What | Year | Published | Ours | Distance | Allowed | Inside | Source | Why not |"]
        lines += ["|---|---|---:|---:|---:|---:|---|---|---|"]
        for one in found:
            if one.model == model:
                numbers = " | ".join(f"{shown(value, 4)}{one.unit}" for value in (one.published, one.ours))
                said = "yes" if one.inside else "no"
                line = f"{one.what} | {one.year} | {numbers} | {percent(one.distance)} | {percent(one.tolerance, '')}"
                lines.append(f"| {line} | {said} | {one.source} | {'' if one.inside else one.why} |")
    return "\n".join([*lines, "", summary(found)]).strip("\n")


def percent(value: float, sign: str = "+") -> str:
    """A share in percent; what is below a ten-thousandth of a percent is said to be so.

    >>> percent(0.0123), percent(-2e-9), percent(1.32)
    ('+1.2 %', 'below 0.0001 %', '+132 %')
    """
    if abs(value) < 5e-7:
        return "below 0.0001 %"
    digits = ".0f" if abs(value) >= 0.1 else ".2g"
    return f"{100.0 * value:{sign}{digits}} %"


def summary(found: list[Comparison]) -> str:
    """How many are inside."""
    inside = sum(one.inside for one in found)
    return f"Of {len(found)} published figures {inside} are met within what is allowed."


if __name__ == "__main__":
    raise SystemExit(print_or_write(__doc__, table, PAGE, START, END))

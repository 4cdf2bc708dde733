"""Write the tables of counts in scripts/calibration, to which docs/calibration.md fits, from collected evidence.

Counts of the registers and of cars that leave are those of scripts/evidence.csv, sales those of parameters/japan. The
same evidence gives the same bytes.

Usage: ``python scripts/prepare_calibration.py EVIDENCE_FOLDER``
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "scripts" / "calibration"
HEADER = ("region", "product", "quantity", "time", "value", "low", "high", "unit", "provenance", "source", "note")
STRENGTH = ("read", "derived", "recalled", "estimate")
"""Provenance from strong to weak."""
REGISTERED = ("hev_nimh", "hev_liion", "hev_mild_registered")
HYBRIDS, PHONES = "+".join(REGISTERED), "smartphone+feature_phone"
CARS = "car_small_magnets"
"""Every car carries small magnets: the product counts all cars."""
OF_LIMITS = 3.2897072539
"""Standard deviations between the 5 and 95 % limits of a normal."""

Row = dict[str, str]


def rows_of(path: Path) -> list[Row]:
    """Rows of a table."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def count(
    product: str, quantity: str, year: int, value: float, unit: str, provenance: str, source: str,
    note: str = "", low: float | None = None, high: float | None = None,
) -> Row:  # fmt: skip
    """One row of a table of counts."""
    cells = [None if number is None else format(number, ".10g") for number in (low, value, high)]
    low_text, text, high_text = (cell or "" for cell in cells)
    row = ("Japan", product, quantity, str(year), text, low_text, high_text, unit, provenance, source, note)
    return dict(zip(HEADER, row, strict=True))


def weakest(provenances: Iterable[str]) -> str:
    """The weakest of several provenances."""
    return max(provenances, key=STRENGTH.index)


def sales_of(products: Sequence[str], label: str, first: int, last: int) -> list[Row]:
    """Yearly sales of products of the dataset japan, added up."""
    table = rows_of(ROOT / "parameters" / "japan" / "sales.csv")
    found = []
    for year in range(first, last + 1):
        rows = [row for row in table if row["product"] in products and row["time"] == str(year)]
        if len(rows) != len(products):
            raise ValueError(f"sales of {', '.join(products)} in {year}: {len(rows)} rows")
        keys = dict.fromkeys(key for row in rows for key in row["source"].split(";"))
        total = sum(float(row["value"]) for row in rows)
        found.append(count(label, "sales", year, total, "unit/yr", weakest(row["provenance"] for row in rows),
                           ";".join(keys), "parameters/japan/sales.csv"))  # fmt: skip
    return found


def public(what: str, year: str) -> tuple[float, str]:
    """A public count of scripts/evidence.csv with its source."""
    rows = [row for row in rows_of(ROOT / "scripts" / "evidence.csv") if row["what"].startswith(what)]
    (row,) = [row for row in rows if row["year"] == year]
    return float(row["public"]), row["source"]


def hybrids(evidence: Path) -> list[Row]:
    """Hybrids that are registered (no kei cars): sales, three counts of the register, cars that left in 2017."""
    found = sales_of(REGISTERED, HYBRIDS, 1997, 2020)
    sold = {int(row["time"]): float(row["value"]) for row in found}
    errors = _sales_errors(evidence)
    plug_in = {
        int(row["year"]): float(row["value"])
        for row in rows_of(evidence / "ev" / "ev_stock.csv")
        if row["region"] == "Japan" and row["powertrain"] == "PHEV"
    }
    counts = {
        2007: ("hybrid cars registered", "end of March 2008"),
        2017: ("hybrid and plug-in hybrid cars registered", "end of March 2018"),
        2019: ("hybrid and plug-in hybrid passenger cars registered", "end of March 2020"),
    }
    read = {year: public(*place) for year, place in counts.items()}
    growth = {2007: sold[2008]}
    growth[2017] = growth[2019] = (read[2019][0] - read[2017][0]) / 2.0
    for year, (value, source) in read.items():
        value -= growth[year] / 4.0 + plug_in.get(year, 0.0)
        error = OF_LIMITS / 2.0 * math.sqrt(sum(sd**2 for sold_in, sd in errors.items() if sold_in <= year))
        note = (
            "register at the end of March of the next year less a quarter of a year's growth"
            f"{' and plug-in hybrids (IEA)' if year in plug_in else ''}; low and high: error of the sales so far"
        )
        keys = f"{source};iea_gevo2025" if year in plug_in else source
        found.append(count(HYBRIDS, "stock", year, value, "unit", "derived", keys, note, value - error, value + error))
    exported, customs = public("used hybrids exported", "2017")
    dismantled, jarc = public("hybrids dismantled in Japan", "fiscal 2017")
    (fees,) = [
        float(row["value"])
        for row in rows_of(evidence / "ev" / "used_vehicle_export.csv")
        if (row["subset"], row["parameter"], row["year"], row["year_basis"])
        == ("HEV", "used_export_count", "2017", "FY")
    ]
    note = (
        "exported (customs) and dismantled (fiscal year); low: exports by fees refunded; kei cars included, all young"
    )
    keys = f"{customs};{jarc};seibikai_2018"
    left, low, high = (cars + dismantled for cars in (exported, fees, 2.0 * exported - fees))
    found.append(count(HYBRIDS, "discards", 2017, left, "unit/yr", "derived", keys, note, low, high))
    return found


def _sales_errors(evidence: Path) -> dict[int, float]:
    """Standard deviation of the sales of registered hybrids by year: of all hybrids, and of the kei cars among them."""
    found: dict[int, float] = {}
    for row in rows_of(evidence / "ev" / "ev_sales.csv"):
        if row["region"] == "Japan" and row["powertrain"] == "HEV" and row["low"] and row["high"]:
            if row["segment"] in ("passenger_car_all", "kei_car"):
                sd = (float(row["high"]) - float(row["low"])) / OF_LIMITS
                year = int(row["year"])
                found[year] = math.hypot(found.get(year, 0.0), sd)
    return found


def cars(evidence: Path) -> list[Row]:
    """All passenger cars: sales, fleet, and mean ages of registered cars in use and of those that leave."""
    found = sales_of((CARS,), CARS, 1997, 2022)
    fleet, source = public("passenger cars in use", "end of March 2022")
    found.append(
        count(CARS, "stock", 2021, fleet, "unit", "read", source, "end of March 2022", 0.99 * fleet, 1.01 * fleet)
    )
    for row in rows_of(evidence / "ev" / "ev_stock.csv"):
        if row["region"] == "Japan" and row["powertrain"] == "total" and row["year"] in ("2015", "2018"):
            found.append(count(CARS, "stock", int(row["year"]), float(row["value"]), "unit", row["provenance"],
                               "AIRIA", "rounded, end of March of the next year", float(row["low"]),
                               float(row["high"])))  # fmt: skip
    names = {"mean_age_of_fleet": "mean_age", "mean_service_life": "mean_age_of_discards"}
    for row in rows_of(evidence / "ev" / "lifetime.csv"):
        if row["subset"] == "passenger_car_registered" and row["parameter"] in names:
            note = "AIRIA, cars without kei, end of March of the next year"
            found.append(count(CARS, names[row["parameter"]], int(row["year"]) - 1, float(row["value"]), "yr",
                               row["provenance"], row["source"], note))  # fmt: skip
    return found


def modelled(evidence: Path, powertrain: str, product: str) -> list[Row]:
    """Sales and the stock that the IEA computes from them: not a count, but its own survival can be read from it."""
    found = []
    for name, quantity, unit in (("ev_sales", "sales", "unit/yr"), ("ev_stock", "stock", "unit")):
        for row in rows_of(evidence / "ev" / f"{name}.csv"):
            if (row["region"], row["powertrain"], row["segment"]) == ("Japan", powertrain, "passenger_car_all"):
                rounded = (float(row["low"]), float(row["high"])) if quantity == "stock" else (None, None)
                note = "computed by the IEA, rounded; not a count" if quantity == "stock" else ""
                found.append(count(product, quantity, int(row["year"]), float(row["value"]), unit, row["provenance"],
                                   row["source"], note, *rounded))  # fmt: skip
    return found


def phones(evidence: Path) -> list[Row]:
    """Mobile phones that shops and makers took back."""
    rows = rows_of(evidence / "electronics" / "collection.csv")
    return [
        count(PHONES, "collected", int(row["year"]), float(row["value"]), "unit/yr", row["provenance"], row["source"],
              "Mobile Recycle Network, fiscal year")
        for row in rows
        if (row["scheme"], row["product"], row["metric"])
        == ("Mobile Recycle Network", "mobile phone body", "collected units")
    ]  # fmt: skip


def main() -> int:
    """Read the command line and write the tables."""
    parser = argparse.ArgumentParser(description="Write the tables of counts that docs/calibration.md fits.")
    parser.add_argument("evidence", type=Path, help="folder of collected evidence (ev, electronics, ...)")
    evidence = parser.parse_args().evidence
    tables = {
        "hybrids": hybrids(evidence),
        "cars": cars(evidence),
        "plug_in_hybrids": modelled(evidence, "PHEV", "phev"),
        "battery_cars": modelled(evidence, "BEV", "bev"),
        "phones": phones(evidence),
    }
    OUT.mkdir(exist_ok=True)
    for name, rows in tables.items():
        with open(OUT / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, HEADER, lineterminator="\n")
            writer.writeheader()
            writer.writerows(sorted(rows, key=lambda row: (row["quantity"], int(row["time"]))))
        print(f"{name}.csv: {len(rows)} rows")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

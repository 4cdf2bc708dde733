"""A stylised partner of a joint stockpile: Japan's tables, scaled by the ratio of two car markets.

No country is meant. Only the size has a source: new passenger cars of Korea over those of Japan in 2024.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from japan_dataset.evidence import Datum, Evidence, combined
from japan_dataset.labels import PARTNER, REGION
from japan_dataset.package import labels_text
from japan_dataset.tables import Table

SCALED = ("sales", "capacity", "initial_capacity", "initial_throughput", "fill_limit")
"""Parameters that grow with the size of a society."""
VARIANTS = ("capacity@standing", "stockpile_days@national_target", "fill_limit@tenth")
"""Variants that a joint stockpile needs."""
LEFT_OUT = ("primary_capacity",)


def partner_tables(tables: Iterable[Table], evidence: Evidence) -> list[Table]:
    """Return the reference tables, and the variants of a stockpile, once more for the partner."""
    cars = {
        region: evidence.one(
            "ev/ev_sales", region=region, year="2024", powertrain="total", segment="passenger_car_all", year_basis="CY"
        )
        for region in ("Korea", REGION)
    }
    size = combined(lambda a, b: a / b, *cars.values(), note="")
    found = []
    for table in tables:
        left_out = table.variant and table.name not in VARIANTS
        if left_out or table.parameter in LEFT_OUT or not all("region" in key for key, *_ in table.rows):
            continue
        copy = table.copy(table.variant, f"{table.description}; stylised partner", [])
        for key, value, datum, unit in table.rows:
            if table.parameter in SCALED:
                note = f"Japan x {size.value:.3g}: passenger cars of Korea over those of Japan, 2024"
                scaled = Datum(datum.value * size.value, None, None, "estimate", ("EXPERT", *size.sources), note)
                copy.add(scaled, unit, **{**key, "region": PARTNER})
            else:
                plain = replace(datum, low=None, high=None, provenance="estimate", sources=("EXPERT",), note="as Japan")
                copy.rows.append(({**key, "region": PARTNER}, value, plain, unit))
        found.append(copy)
    return found


def partner_labels() -> str:
    """Return the label table: the partner and the labels of Japan, so that the folder can be checked by itself."""
    return labels_text(PARTNER, "Stylised partner", "Japan's tables, scaled; no country is meant")

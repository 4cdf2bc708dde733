"""Rank correlations between uncertain parameters: which estimates of the collected evidence go together, and how far.

All of them stand in the dictionary of the collected data as expert estimates. A pattern names factors: a parameter, and
labels or groups of labels that stand in their names.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from japan_dataset.labels import FULL_HYBRIDS, MILD_HYBRIDS, PRODUCTS

FILE = "rank_correlation.csv"
COLUMNS = ("first", "second", "value", "provenance", "source", "note")

ELECTRIFIED = "|".join(("bev", "phev", *FULL_HYBRIDS, *MILD_HYBRIDS))


def _rows() -> Iterator[tuple[str, str, float, str]]:
    exports, life = f"used_export_share[{ELECTRIFIED}]", f"lifetime.mean[{ELECTRIFIED}]"
    yield exports, exports, 0.8, "used exports of battery electric, plug-in and hybrid cars"
    yield "lifetime.mean[vehicles]", "lifetime.mean[vehicles]", 0.7, "lives of vehicles"
    yield "lifetime.mean[electronics]", "lifetime.mean[electronics]", 0.5, "lives of electronics"
    yield life, exports, -0.3, "young exits are exports"
    for one, other, value in (("Nd", "Pr", 0.95), ("Dy", "Tb", 0.85), ("Co", "Ni", 0.5), ("Co", "Li", 0.4)):
        yield f"base_price[{one}]", f"base_price[{other}]", value, "prices"
    for component in ("traction_magnet", "other_magnet"):
        yield f"content[{component}, Nd]", f"content[{component}, Pr]", -0.5, "mass fractions in magnets"
        yield f"content[{component}, Dy]", f"content[{component}, Tb]", 0.4, "mass fractions in magnets"
    energy, lfp = "service[bev, traction_battery]", "chemistry_share[bev, traction_battery, LFP]"
    yield energy, lfp, 0.3, "kWh of battery electric cars and share of LFP"
    for element in ("Li", "Co", "Ni"):
        yield f"recovery_yield[{element}, hydro]", f"recovery_yield[{element}, pyro_hydro]", 0.6, "yields of two routes"
    for group in dict.fromkeys(group for _, _, group, *_ in PRODUCTS):
        rate = f"base_collection_rate[{group}]"
        yield rate, rate, 0.6, "collection rates within a product group"


def correlation_text() -> str:
    """Return the table of rank correlations as CSV text."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for first, second, value, note in _rows():
        writer.writerow([first, second, f"{value:g}", "estimate", "EXPERT", note])
    return stream.getvalue()

"""Japan's sales and lifetimes through flodym and through this model: prints a table, or renews it in docs/evidence.md.

    python scripts/same_inputs.py            prints the table
    python scripts/same_inputs.py --write    puts it into docs/evidence.md

flodym's stock model (inflow-driven, in the middle of the year) gets the sales and the Weibull terms by cohort of the
reference; compared are the units in use and the discards of every product and year with those of the whole model.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from evidence import PAGE
from page_table import print_or_write

from mfa.inputs import load_scenario
from mfa.run import run
from mfa.system.survival import FAMILIES

START, END = "<!-- table: scripts/same_inputs.py --write -->", "<!-- end of the same inputs -->"


@dataclass(frozen=True)
class Distance:
    """Largest distance over all products and years, as a share of the product's largest value."""

    what: str
    products: int
    years: int
    largest: float


def distances() -> list[Distance]:
    """Run both and compare."""
    import flodym

    logging.getLogger().setLevel(logging.ERROR)
    results = run(load_scenario("japan-reference"))
    items = results.plain("items").isel(region=0)
    code, first, second = (
        np.asarray(part.isel(region=0).transpose("cohort", "product").values)
        for part in results.inputs.arrays["lifetime"].canonical()
    )
    weibull = (code == FAMILIES.index("weibull")).all(axis=0)
    labels = np.array(results.labels["product"])[weibull]
    years = [int(year) for year in results.years]
    shape, scale = (np.broadcast_to(x, (len(years), len(weibull)))[:, weibull] for x in (first, second))
    dims = flodym.DimensionSet(
        dim_list=[
            flodym.Dimension(name="time", letter="t", items=years),
            flodym.Dimension(name="product", letter="p", items=labels.tolist()),
        ]
    )
    lifetime = flodym.WeibullLifetime(dims=dims, time_letter="t", weibull_scale=scale, weibull_shape=shape)
    sales = items["sales_units"].transpose("time", "product").values[:, weibull]
    theirs = flodym.InflowDrivenDSM(
        dims=dims, lifetime_model=lifetime, time_letter="t", inflow=flodym.StockArray(dims=dims, values=sales)
    )
    theirs.compute()
    found = []
    for what, name, values in (
        ("products in use", "stock_units", theirs.stock.values),
        ("discards", "discards_units", theirs.outflow.values),
    ):
        ours = items[name].transpose("time", "product").values[:, weibull]
        apart = np.abs(ours - values) / np.maximum(np.abs(values).max(axis=0), 1e-300)
        found.append(Distance(what, len(labels), len(years), float(apart.max())))
    return found


def table() -> str:
    """The table in Markdown."""
    lines = ["| What | Products | Years | Largest distance |", "|---|---:|---:|---:|"]
    lines += [f"| {d.what} | {d.products} | {d.years} | {_bound(d.largest)} |" for d in distances()]
    return "\n".join(lines)


def _bound(value: float) -> str:
    """A bound that does not move with the last bits of a machine."""
    return "below 1e-12" if value < 1e-12 else f"{value:.1e}"


if __name__ == "__main__":
    raise SystemExit(print_or_write(__doc__, table, PAGE, START, END))

"""Counts drawn from a lifetime that is known."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from mfa.calibration.observations import Observation, Product
from mfa.lifetimes import Lifetime

FIRST, YEARS = 1990, 30
UNITS = {"sales": "unit/yr", "stock": "unit", "discards": "unit/yr", "mean_age": "yr", "mean_age_of_discards": "yr",
         "collected": "unit/yr"}  # fmt: skip


def sales_path(scale: float = 1000.0) -> np.ndarray:
    """Sales that grow and level off, whole units."""
    t = np.arange(YEARS)
    return np.round(scale * (20 + 80 / (1 + np.exp(-(t - 10) / 4))))


@functools.lru_cache(maxsize=64)
def shares(lifetime: Lifetime, shift: float = 0.5) -> np.ndarray:
    """1, then the share in use at the ends of the years of age 0, 1 ..."""
    return np.concatenate([[1.0], lifetime.sf(np.arange(YEARS) + shift).values])


@functools.lru_cache(maxsize=64)
def stock_and_discards(lifetime: Lifetime, shift: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """Plain loops over years and cohorts."""
    sales = sales_path()
    sf = shares(lifetime, shift)
    stock, gone = np.zeros(YEARS), np.zeros(YEARS)
    for t in range(YEARS):
        for c in range(t + 1):
            stock[t] += sales[c] * sf[t - c + 1]
            gone[t] += sales[c] * (sf[t - c] - sf[t - c + 1])
    return stock, gone


def product(sales: np.ndarray, rows: list[Observation], label: str = "bev") -> Product:
    """Sales and other counts as a product."""
    sold = [Observation("sales", FIRST + i, float(value)) for i, value in enumerate(sales)]
    return Product("*", label, (*sold, *rows))


def frame(one: Product) -> pd.DataFrame:
    """A product as a table of observations."""
    return pd.DataFrame({
        "region": "Japan", "product": one.label, "quantity": row.quantity, "time": row.year,
        "cohort": "" if row.cohort is None else row.cohort, "value": row.value, "unit": UNITS[row.quantity],
        "provenance": "estimate", "source": "EXPERT",
    } for row in one.observations)  # fmt: skip


def draw(case: str, lifetime: Lifetime, rng: np.random.Generator) -> Product:
    """Counts of a kind, with errors.

    stock: 2 % errors, independent; hanging_together: 2 %, rho 0.6; discards: negative binomial, variance 20 times that
    of counting; ages: one table of the stock by cohort, a sample of 1 %; exits: discards by cohort of ten years, 1 %.
    """
    if case in ("ages", "exits"):
        sold = sales_path(10.0)
        sf = shares(lifetime)
        rows = []
        for c in range(YEARS):
            if case == "ages":
                kept = rng.binomial(int(sold[c]), sf[YEARS - c])
                rows.append(Observation("stock", FIRST + YEARS - 1, float(kept), FIRST + c))
                continue
            ends = [sf[a] - sf[a + 1] for a in range(YEARS - c)]
            gone = rng.multinomial(int(sold[c]), [*ends, 1.0 - sum(ends)])
            rows += [Observation("discards", FIRST + c + a, float(gone[a]), FIRST + c)
                     for a in range(YEARS - c) if c + a >= YEARS - 10]  # fmt: skip
        return product(sold, rows)
    sold = sales_path()
    stock, gone = stock_and_discards(lifetime)
    if case == "discards":
        counts = rng.negative_binomial(gone / 19.0, 1.0 / 20.0)
        return product(sold, [Observation("discards", FIRST + t, float(counts[t])) for t in range(YEARS)])
    rho = 0.6 if case == "hanging_together" else 0.0
    errors = rng.normal(size=YEARS)
    for t in range(1, YEARS):
        errors[t] = rho * errors[t - 1] + np.sqrt(1.0 - rho**2) * errors[t]
    counts = stock * (1.0 + 0.02 * errors)
    return product(sold, [Observation("stock", FIRST + t, float(counts[t])) for t in range(5, YEARS)])

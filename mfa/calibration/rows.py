"""Fitted values as rows of a parameter table, in the form of ``parameters/japan``."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mfa.calibration.pool import base_rows
from mfa.errors import Fault, InputError

if TYPE_CHECKING:
    from mfa.calibration.collection import CollectionCalibration, ProductCollection
    from mfa.calibration.families import Trend
    from mfa.calibration.lifetime import LifetimeCalibration, ProductLifetime
    from mfa.calibration.observations import Product

LIFETIME_HEADER = ("region", "cohort", "product", "survival", "term", "value", "low", "high", "unit", "distribution",
                   "provenance", "source", "note")  # fmt: skip
HIBERNATION_HEADER = ("region", "time", "product", "value", "low", "high", "unit", "distribution", "provenance",
                      "source", "note")  # fmt: skip
COLLECTION_HEADER = ("region", "time", "product", "component", "value", "low", "high", "unit", "distribution",
                     "provenance", "source", "note")  # fmt: skip


def written(value: float) -> str:
    """A number for a table: ten digits, empty if there is none.

    Examples
    --------
    >>> written(12.5), written(float("inf"))
    ('12.5', '')
    """
    return format(value, ".10g") if math.isfinite(value) else ""


def basis(product: Product) -> str:
    """What was counted, in words.

    Examples
    --------
    >>> from mfa.calibration.observations import Observation, Product
    >>> basis(Product("*", "bev", (Observation("sales", 2010, 1.0), Observation("sales", 2011, 2.0))))
    'sales 2010-2011'
    """
    parts = []
    for quantity in dict.fromkeys(one.quantity for one in product.observations):
        years = sorted({one.year for one in product.of(quantity)})
        table = " by cohort" if any(one.cohort is not None for one in product.of(quantity)) else ""
        span = str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"
        missing = len(years) not in (1, years[-1] - years[0] + 1)
        parts.append(f"{quantity}{table} {span}{f' ({len(years)} years)' if missing else ''}")
    return ", ".join(parts)


def lifetime_rows(found: LifetimeCalibration) -> list[dict[str, str]]:
    """Rows of ``lifetime.csv``: each term of each product, low and high its 90 % profile interval (5 and 95 %)."""
    return [row for one in found.products for row in _lifetime_rows(one)]


def _lifetime_rows(found: ProductLifetime) -> list[dict[str, str]]:
    from mfa.calibration.lifetime import TABLE_LEVEL

    best, product = found.chosen, found.product
    how = {"least_squares": "least squares", "maximum_likelihood": "maximum likelihood", "auto": "fit"}[found.method]
    weak = [name for name in ("recalled", "estimate") if any(one.provenance == name for one in product.observations)]
    note = (
        f"{how} to {basis(product)}; timing {found.timing}; low and high: 90 % "
        f"{'interval, mean straight between these cohorts' if best.family.trend is not None else 'profile interval'}"
        f"{'; counts partly ' + ' and '.join(weak) if weak else ''}"
    )
    rows = []
    course = best.family.trend
    for label in product.labels:
        for term, cohort in [(term, one) for one in _cohorts(course) for term in best.family.terms]:
            fitted = term in best.family.free
            value, low, high = best.at_cohort(term, cohort or 0, TABLE_LEVEL)
            bounded = fitted and low > 0.0 and math.isfinite(high)
            rows.append(dict(zip(LIFETIME_HEADER, (
                product.region, "*" if cohort is None else str(cohort), label, best.name, term, written(value),
                written(low) if bounded else "", written(high) if bounded else "", best.family.unit(term),
                "triangular" if bounded else "", "derived", ";".join(product.sources()),
                note if fitted else f"held and not fitted; {note}",
            ), strict=True)))  # fmt: skip
    return rows


def _cohorts(trend: Trend | None) -> tuple[int | None, ...]:
    """Cohorts that have rows: between the ends of a trend the tables are straight, outside they are held."""
    return (None,) if trend is None else (trend.first, trend.last)


def collection_rows(found: CollectionCalibration) -> list[dict[str, str]]:
    """Rows of ``base_collection_rate.csv``.

    Their years are those of the counts and those that the scenario's own table has for the product, so that all of its
    rows are replaced.

    Raises
    ------
    InputError
        If the scenario gives one value for all years and the share that was found moves, so that rows of years cannot
        replace it.
    """
    faults: list[Fault] = []
    rows = [row for one in found.products for row in _collection_rows(found, one, faults)]
    if faults:
        raise InputError(faults)
    return rows


def _collection_rows(
    found: CollectionCalibration, one: ProductCollection, faults: list[Fault]
) -> list[dict[str, str]]:  # fmt: skip
    assert found.setting.scenario is not None and one.table_limits is not None
    note = f"{one.course} share of the pool; {basis(one.product)}; {one.notes[0]}; low and high: 5 and 95 %"
    constant = one.course == "constant"
    rows = []
    for label in one.product.labels:
        known = base_rows(found.setting.scenario, "base_collection_rate", label)
        for component in one.components:
            given = known.get(component, [])
            years: Sequence[int | None] = [None]
            if None in given and not constant:
                what = (
                    f"base_collection_rate of {label}, {component} is one value for all years in "
                    f"{found.setting.scenario.name}"
                )
                faults.append(Fault(one.product.where, what, "course 'constant' can replace it; rows of years cannot"))
                continue
            named = {year for year in given if year is not None}
            if named or not constant:
                years = sorted(named | (set() if constant else {int(year) for year in one.times}))
            for year in years:
                at = one.times[-1] if year is None else float(year)
                value, low, high = (float(np.interp(at, one.times, line)) for line in (one.share, *one.table_limits))
                rows.append(dict(zip(COLLECTION_HEADER, (
                    one.region, "*" if year is None else str(year), label, component, written(value), written(low),
                    written(high), "1", "beta", "derived", ";".join(one.product.sources()), note,
                ), strict=True)))  # fmt: skip
    return rows


def hibernation_rows(found: CollectionCalibration) -> list[dict[str, str]]:
    """Rows of ``hibernation_share.csv`` of the products whose counts tell it; none of the others.

    Their years are those of the scenario's own table for the product, so that all of its rows are replaced.
    """
    assert found.setting.scenario is not None
    rows = []
    for one in found.products:
        if not one.kept_told:
            continue
        assert one.kept is not None
        note = f"fitted with the share collected; {basis(one.product)}; low and high: 90 % profile interval"
        for label in one.product.labels:
            given = base_rows(found.setting.scenario, "hibernation_share", label)
            named = sorted({year for listed in given.values() for year in listed if year is not None})
            years: Sequence[int | None] = named or [None]
            for year in years:
                rows.append(dict(zip(HIBERNATION_HEADER, (
                    one.region, "*" if year is None else str(year), label, written(one.kept),
                    written(one.kept_limits[0]), written(one.kept_limits[1]), "1", "beta", "derived",
                    ";".join(one.product.sources()), note,
                ), strict=True)))  # fmt: skip
    return rows


def table_text(header: Sequence[str], rows: Sequence[dict[str, str]]) -> str:
    """Rows as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(header), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()

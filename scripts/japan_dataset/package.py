"""Labels of the dataset and its data package."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterable, Mapping

from japan_dataset.labels import (
    CHEMISTRIES,
    COMPONENTS,
    DOMESTIC_ORIGIN,
    ELEMENTS,
    FIRST_YEAR,
    LAST_YEAR,
    ORIGIN_NAMES,
    PRODUCTS,
    REGION,
    ROUTES,
    SCRAP,
)
from japan_dataset.sales import LAST_OBSERVED
from japan_dataset.tables import Table

CREATED = "2026-11-24"
"""Day on which the evidence was compiled."""
SCHEMA_TYPES = {"value": "any", "low": "number", "high": "number"}


def labels_text(
    region: str = REGION, name: str = "Japan", note: str = "", only: Mapping[str, Collection[str]] | None = None
) -> str:
    """Return the label table: one region and the labels of the other dims in their order, with names and groups.

    `only` names the labels wanted of a dim; without it all are written.
    """
    rows: list[tuple[str, str, str, str, str, str]] = [("region", region, name, "", "", note)]
    for label, name in ORIGIN_NAMES.items():
        group = "domestic" if label == DOMESTIC_ORIGIN else "foreign"
        note = "all origins without a label of their own" if label == "ROW" else ""
        rows.append(("origin", label, name, group, "", note))
    rows += [("product", label, name, group, unit, note) for label, name, group, unit, note in PRODUCTS]
    for dimension, table in (
        ("component", COMPONENTS),
        ("chemistry", CHEMISTRIES),
        ("element", ELEMENTS),
        ("route", ROUTES),
        ("scrap", SCRAP),
    ):
        rows += [(dimension, label, name, group, "", note) for label, name, group, note in table]
    if only is not None:
        rows = [row for row in rows if row[0] == "region" or row[1] in only[row[0]]]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["dimension", "label", "name", "group", "per_unit", "note"])
    writer.writerows(rows)
    return stream.getvalue()


JAPAN_PACKAGE = {
    "name": "japan",
    "title": "Critical metals in Japan: parameter tables 1990-2060",
    "description": (
        "Inputs of a dynamic material flow analysis of Li, Co, Ni, Nd, Pr, Dy and Tb in products of Japan: sales, "
        "lifetimes, composition, collection, recycling, trade, supply and policy responses. Every row carries "
        "unit, bounds where known, provenance (read, derived, recalled, estimate) and source."
    ),
}
PARTNER_PACKAGE = {
    "name": "partner",
    "title": "A stylised partner region: Japan's tables, scaled",
    "description": (
        "A second region for a joint stockpile, to be laid over the dataset japan. No country is meant and no row is "
        "an observation: the tables are those of Japan, sales and capacities scaled by the ratio of the passenger car "
        "markets of Korea and Japan in 2024."
    ),
}
EU27_PACKAGE = {
    "name": "eu27",
    "title": "Critical metals in cars of the EU27, coarse: parameter tables 1990-2060",
    "description": (
        "A coarse second region. New cars, lifetimes and the law of the EU27 are read from public figures; chemistry "
        "and origins of metal are those of the world, the outlook is that of Europe, and technology, collection and "
        "cost are taken over from Japan: all of these are marked as estimates. Cars only."
    ),
}


CORRELATIONS = {
    "name": "rank_correlation",
    "path": "rank_correlation.csv",
    "format": "csv",
    "encoding": "utf-8",
    "description": "Rank correlations (Spearman) between uncertain factors, for sampling",
}


def package_text(
    tables: Iterable[Table], named: Mapping[str, str] = JAPAN_PACKAGE, more: Iterable[Mapping[str, str]] = ()
) -> str:
    """Return the data package description as JSON; `more` describes files that are no tables of a parameter."""
    resources: list[Mapping[str, str]] = [
        {
            "name": "labels",
            "path": "labels.csv",
            "format": "csv",
            "encoding": "utf-8",
            "description": "Labels of all dimensions with readable names and groups",
        },
        *more,
    ]
    for table in tables:
        resources.append(
            {
                "name": table.name.replace("@", "."),
                "path": f"{table.name}.csv",
                "format": "csv",
                "encoding": "utf-8",
                "description": table.description,
            }
        )
    package = {
        "profile": "data-package",
        **named,
        "created": CREATED,
        "licenses": [
            {
                "name": "BSD-3-Clause",
                "title": (
                    "The tables are part of this project and share its licence. Single figures are facts taken from "
                    "the sources; IEA figures are CC BY 4.0 and need attribution."
                ),
            }
        ],
        "sources": [
            {"title": "References of all source keys", "path": "../references.bib"},
            {"title": "Notes on every parameter, conversions and known limits", "path": "../../docs/data.md"},
        ],
        "transformation": (
            "scripts/prepare_japan.py: evidence with one value per row is selected, converted and combined; "
            "computed values take the weakest provenance of their inputs and all their sources."
        ),
        "resources": resources,
        "mfa": {"money": "USD_2024", "first_year": FIRST_YEAR, "last_year": LAST_YEAR, "last_data_year": LAST_OBSERVED},
    }
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"

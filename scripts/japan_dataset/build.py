"""The whole dataset: all tables, labels, references and the data package."""

from __future__ import annotations

from pathlib import Path

from japan_dataset import correlation
from japan_dataset.composition import composition_tables
from japan_dataset.eu27 import eu27_labels, eu27_tables
from japan_dataset.evidence import Evidence
from japan_dataset.package import CORRELATIONS, EU27_PACKAGE, PARTNER_PACKAGE, labels_text, package_text
from japan_dataset.partner import partner_labels, partner_tables
from japan_dataset.policy import policy_tables
from japan_dataset.recycling import recycling_tables
from japan_dataset.references import SCENARIO_SOURCES, bibliography
from japan_dataset.sales import sales_tables
from japan_dataset.supply import supply_tables
from japan_dataset.tables import Table
from japan_dataset.trade import trade_tables
from japan_dataset.use import use_tables


def all_tables(evidence: Evidence) -> list[Table]:
    """Return every table of the dataset."""
    return [
        *sales_tables(evidence),
        *composition_tables(evidence),
        *use_tables(evidence),
        *trade_tables(evidence),
        *recycling_tables(evidence),
        *supply_tables(evidence),
        *policy_tables(evidence),
    ]


def build(evidence_folder: Path, out: Path) -> list[str]:
    """Write the datasets and return one line for each file."""
    evidence = Evidence(evidence_folder)
    tables = sorted(all_tables(evidence), key=lambda table: table.name)
    partner = sorted(partner_tables(tables, evidence), key=lambda table: table.name)
    eu27 = sorted(eu27_tables(tables, evidence), key=lambda table: table.name)
    lines = [
        *_write(
            tables,
            out / "japan",
            {
                "labels.csv": labels_text(),
                correlation.FILE: correlation.correlation_text(),
                "datapackage.json": package_text(tables, more=[CORRELATIONS]),
            },
        ),
        *_write(
            partner,
            out / "partner",
            {"labels.csv": partner_labels(), "datapackage.json": package_text(partner, PARTNER_PACKAGE)},
        ),
        *_write(
            eu27,
            out / "eu27",
            {"labels.csv": eu27_labels(eu27), "datapackage.json": package_text(eu27, EU27_PACKAGE)},
        ),
    ]
    rows = [row for table in (*tables, *partner, *eu27) for row in table.rows]
    sources = {source for _, _, datum, _ in rows for source in datum.sources}
    references = bibliography(sources | set(SCENARIO_SOURCES))
    (out / "references.bib").write_text(references, encoding="utf-8", newline="\n")
    return [*lines, f"references.bib: {len(references.splitlines())} lines"]


def _write(tables: list[Table], folder: Path, texts: dict[str, str]) -> list[str]:
    """Write the tables and texts of one dataset in place of what the folder held."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.csv"):
        old.unlink()
    lines = []
    for table in tables:
        table.write(folder)
        lines.append(f"{folder.name}/{table.name}.csv: {len(table.rows)} rows")
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        lines.append(f"{folder.name}/{name}: {len(text.splitlines())} lines")
    return lines

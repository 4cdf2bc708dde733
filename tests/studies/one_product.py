"""A country of one product, written as tables: 1000 phones a year, 10 kg Co and 2 kg Li each."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "labels.csv": "dimension,label,name,group,per_unit,note\nregion,Here,Here,,,\norigin,A,A,,,\n"
    "product,phone,Phone,,,\n"
    "component,battery,Battery,,,\nchemistry,NMC,NMC,,,\nelement,Co,Cobalt,,,\nelement,Li,Lithium,,,\n"
    "route,hydro,Hydro,,,\n",
    "references.bib": "@misc{TEST,\n  title = {Made up for the tests}\n}\n",
    "datapackage.json": '{"mfa": {"money": "USD_2024", "first_year": 2020, "last_year": 2029}}',
}
TABLES = {
    "sales": ("product", "phone,1000", "unit/yr"),
    "chemistry_share": ("product,component,chemistry", "phone,battery,NMC,1", "1"),
    "content": ("element", "Co,0.01|Li,0.002", "t/unit"),
    "component_mass": ("component", "battery,0.05", "t/unit"),
    "recovery_yield": ("route,element", "hydro,*,0.8", "1"),
    "import_share": ("origin,element", "A,*,1", "1"),
    "base_price": ("element", "Co,30000|Li,10000", "USD_2024/t"),
}


def write_table(folder: Path, name: str, columns: str, rows: str, unit: str) -> None:
    """Write a table: rows separated by |."""
    lines = [f"{columns},value,unit,provenance,source", *(f"{row},{unit},estimate,TEST" for row in rows.split("|"))]
    (folder / "tiny" / f"{name}.csv").write_text("\n".join(lines) + "\n")


def write_one_product(folder: Path) -> str:
    """Write dataset and scenario; the name of the scenario's file."""
    (folder / "tiny").mkdir()
    for name, text in FILES.items():
        (folder / "tiny" / name).write_text(text)
    for name, (columns, rows, unit) in TABLES.items():
        write_table(folder, name, columns, rows, unit)
    (folder / "tiny" / "lifetime.csv").write_text(
        "product,survival,term,value,unit,provenance,source\nphone,fixed,mean,2,yr,estimate,TEST\n"
    )
    (folder / "one.yaml").write_text("name: one\ndataset: tiny\nyears: [2020, 2029]\n")
    return "one.yaml"


RANGES = {
    "base_collection_rate": ("component", "battery,0.4,0.2,0.6", "1", "uniform"),
    "recovery_yield": ("route,element", "hydro,*,0.8,0.7,0.9", "1", "uniform"),
    "content": ("element", "Co,0.01,0.008,0.0125|Li,0.002,,", "t/unit", "lognormal"),
}


def write_uncertain_product(folder: Path) -> str:
    """The same with ranges (5 and 95 %): c of the phones is collected, y of their metal recovered, and content of Co.

    Sales are even and phones last two years, so from 2022 on the import requirement is 1 - c y.
    """
    name = write_one_product(folder)
    for table, (columns, rows, unit, law) in RANGES.items():
        lines = [f"{columns},value,low,high,unit,distribution,provenance,source"]
        lines += [f"{row},{unit},{law if row[-1] != ',' else ''},estimate,TEST" for row in rows.split("|")]
        (folder / "tiny" / f"{table}.csv").write_text("\n".join(lines) + "\n")
    return name

"""A minimal valid dataset and scenario, written to a temporary folder; tests break one thing at a time."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

END = ",estimate,TEST"  # provenance and source of every row

LABELS = """\
dimension,label,name,group,per_unit,note
region,Here,Here,,,
origin,CHN,China,,,
origin,AUS,Australia,,,
origin,SEA,Sea floor,,,
product,phone,Phone,electronics,device,
product,car,Car,vehicles,car,
component,battery,Battery,,,
component,motor,Motor magnet,,,
chemistry,NMC,NMC,,,
chemistry,LFP,LFP,,,
chemistry,NdFeB,NdFeB,,,
element,Co,Cobalt,,,
element,Nd,Neodymium,,,
route,hydro,Hydrometallurgy,,,
route,magnet,Magnets,,,
"""

TABLES = {
    "sales": (
        "time,product",
        "2020,phone,100|2025,phone,200|2020,car,10|2025,car,20",
        "unit/yr",
    ),
    "lifetime": (
        "product,survival,term",
        "phone,weibull,mean,3:yr|phone,weibull,shape,2:1|car,weibull,mean,12:yr|car,weibull,shape,2.5:1",
        "",
    ),
    "chemistry_share": (
        "time,product,component,chemistry",
        "2020,*,battery,NMC,0.8|2025,*,battery,NMC,0.4|2020,*,battery,LFP,0.2|2025,*,battery,LFP,0.6|*,car,motor,NdFeB,1",
        "1",
    ),
    "content": (
        "product,component,chemistry,element",
        "phone,battery,NMC,Co,8:g/unit|car,battery,NMC,Co,5:kg/unit|*,battery,LFP,*,0:kg/unit|car,motor,NdFeB,Nd,0.5:kg/unit",
        "",
    ),
    "component_mass": (
        "product,component",
        "phone,battery,50:g/unit|car,battery,300:kg/unit|car,motor,2:kg/unit",
        "",
    ),
    "recovery_yield": ("element,route", "*,*,0|Co,hydro,0.95|Nd,magnet,0.9", "1"),
    "import_share": ("origin,element", "CHN,*,0.7|AUS,*,0.3", "1"),
    "origin_domestic": ("origin", "SEA,true", "-"),
    "base_price": ("element", "Co,30000|Nd,60000", "USD_2024/t"),
}

SCENARIO = """\
name: test
dataset: tiny
years: [2020, 2025]
"""


def table(columns: str, rows: str, unit: str) -> str:
    """Text of a table: rows separated by |, a value may carry its own unit after a colon."""
    lines = [f"{columns},value,unit,provenance,source"]
    for row in rows.split("|"):
        keys, _, value = row.rpartition(",")
        number, _, own = value.partition(":")
        lines.append(f"{keys},{number},{own or unit.strip('-')}{END}")
    return "\n".join(lines) + "\n"


class Project:
    """A folder of datasets and scenario files."""

    END = END

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        return path

    def table(self, parameter: str, columns: str, rows: str, unit: str = "1", folder: str = "tiny") -> Path:
        return self.write(f"{folder}/{parameter}.csv", table(columns, rows, unit))

    def scenario(self, extra: str = "", name: str = "test", base: str = SCENARIO) -> Path:
        return self.write(f"{name}.yaml", base + textwrap.dedent(extra))

    def without(self, parameter: str) -> None:
        (self.folder / "tiny" / f"{parameter}.csv").unlink()

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))


def write_tiny(project: Project, tables: Mapping[str, tuple[str, str, str]] = TABLES) -> None:
    project.write("tiny/labels.csv", LABELS)
    project.write("tiny/references.bib", "@misc{TEST,\n  title = {Made up for the tests}\n}\n")
    package = '{"name": "tiny", "title": "Tiny", "mfa": {"money": "USD_2024", "first_year": 2020, "last_year": 2030}}'
    project.write("tiny/datapackage.json", package)
    for parameter, (columns, rows, unit) in tables.items():
        project.table(parameter, columns, rows, unit)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The minimal dataset `tiny` and the scenario `test.yaml`, in the current folder."""
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    write_tiny(made)
    made.scenario()
    return made


@pytest.fixture
def faults(project: Project) -> Callable[[], list[str]]:
    """Everything that is wrong with `test.yaml` and its dataset, one text per fault."""
    from mfa.inputs import validate

    return lambda: [str(fault) for fault in validate(["test.yaml"])]

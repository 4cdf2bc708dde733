"""What the two readers must do whatever the bytes of a file, and files to begin with."""

from __future__ import annotations

import csv
import io
import math
import os
import re
from collections.abc import Callable
from pathlib import Path

from mfa.inputs import validate
from mfa.inputs.tables import DISTRIBUTIONS, PROVENANCES, VALUE_COLUMNS, Context, read_table
from mfa.vocabulary import PARAMETERS
from tests.fuzzing.mutants import LEVERS, SPECIAL_SCENARIOS, TOKENS, Mutant, mutant, sound_files
from tests.inputs.conftest import SCENARIO

TABLES = (
    "sales", "lifetime", "chemistry_share", "content", "component_mass", "service", "base_price", "primary_capacity",
    "import_share", "initial_stock", "timing", "discount_rate", "primary_start", "primary_always",
)  # fmt: skip
"""Parameters with all kinds of columns, units and values; the first byte of an input chooses one."""
RICH = {
    "sales": """time,product,value,low,high,sd,unit,distribution,provenance,pedigree,source,note
2020,phone,100,90,110,,unit/yr,triangular,read,3;4;1;1;1,TEST,"counted, then rounded"
2021,phone,1e2,,,5,unit/yr,normal,derived,-;-;2;-;5,TEST,
2022,*,120,,,,Munit/yr,lognormal,recalled,1;1;1;1;1,TEST,\N{DEGREE SIGN}
""",
    "primary_start": """origin,value,low,high,unit,distribution,provenance,source
SEA,2035,2030,2040,year,uniform,estimate,TEST
""",
    "timing": "value,unit,provenance,source\nmid,1,read,TEST\n",
    "primary_always": "origin,value,unit,provenance,source\nSEA,true,1,read,TEST\n",
    "service": "cohort,product,component,value,unit,provenance,source\n2020,car,battery,none,kWh/unit,read,TEST\n",
    "lifetime": """cohort,product,survival,term,value,sd,unit,provenance,source
*,car,weibull,shape,2.5,0.1,1,read,TEST
""",
}
"""Columns and kinds of values that the small project has no need of."""
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def check_faults(texts: list[str]) -> None:
    """Every fault says where and what, in characters that a terminal can show."""
    for text in texts:
        if ":" not in text and ";" not in text:
            raise AssertionError(f"no place or remedy: {text[:300]}")
        if CONTROL.search(text):
            raise AssertionError(f"control character in a message: {text[:300]!r}")


def table_target(folder: Path) -> Callable[[bytes], None]:
    """Read the bytes as a table of one parameter."""
    labels: dict[str, list[str]] = {}
    for row in csv.DictReader(io.StringIO(sound_files()["tiny/labels.csv"])):
        labels.setdefault(row["dimension"], []).append(row["label"])
    labels["origin"].insert(0, "Here")  # primary metal from home
    context = Context(labels=labels, money="USD_2024", sources={"TEST"})

    def read(data: bytes) -> None:
        if not data:
            return
        parameter = PARAMETERS[TABLES[data[0] % len(TABLES)]]
        path = folder / f"{parameter.name}.csv"
        path.write_bytes(data[1:])
        table = read_table(path, parameter, context)
        check_faults([str(fault) for fault in table.faults])
        for value in table.values:
            if not table.faults and isinstance(value, float) and math.isnan(value) and b"one" not in data:
                raise AssertionError(f"a number that is none in {path.name}")

    return read


def scenario_target(folder: Path) -> Callable[[bytes], None]:
    """Read the bytes as a scenario of a small project and check it with the dataset it names."""
    Mutant(0, "sound", []).write(folder)
    os.chdir(folder)
    path = folder / "test.yaml"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        check_faults([str(fault) for fault in validate(["test.yaml"])])

    return read


def seeds(reader: str, n_mutants: int) -> list[bytes]:
    """Sound files, and the files of some mutants."""
    broken = [made.files for made in map(mutant, range(n_mutants))]
    if reader == "scenario":
        found = [
            (SCENARIO + LEVERS).encode(),
            b"base: ~nobody-of-this-name\n",
            *(text.encode() for text in SPECIAL_SCENARIOS),
        ]
        return found + [files["test.yaml"] for files in broken if "test.yaml" in files]
    sound = {name: text.encode() for name, text in sound_files().items()}
    rich = {f"/{name}.csv": text.encode() for name, text in RICH.items()}
    return [
        bytes([position]) + content
        for files in (sound, rich, *broken)
        for position, name in enumerate(TABLES)
        for file, content in files.items()
        if file.endswith(f"/{name}.csv")
    ]


def dictionary() -> str:
    """Words that files are made of, for the fuzzer to put in."""
    names = {*PARAMETERS, *VALUE_COLUMNS, *PROVENANCES, *DISTRIBUTIONS, "time", "cohort", "weibull", "shape", "mean"}
    units = {parameter.unit for parameter in PARAMETERS.values()}
    words = sorted(word for word in {*names, *units, *TOKENS} if word.isascii() and word.isprintable() and word)
    quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words if len(word) < 40)
    return "".join(f'"{word}"\n' for word in quoted)


TARGETS = {"table": table_target, "scenario": scenario_target}
"""By name of the reader: makes, in a folder of its own, the function that takes the bytes of a file."""

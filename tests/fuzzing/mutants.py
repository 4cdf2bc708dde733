"""Mutants of a small project: its tables, scenario, workbook and command line, each broken a little, or much.

A mutant is a function of its number alone, so that one can be made again from the number that a report names.
"""

from __future__ import annotations

import contextlib
import functools
import io
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.inputs.conftest import SCENARIO, Project, write_tiny

LEVERS = """\
title: Every kind of key
policy:
  keep_share: {2021: 0.5, 2024: 0.6}
  collection_quota:
    - {product: phone, component: battery, year: 2022, value: 0.5}
  stockpile_days: {Co: 60 day}
overrides:
  lifetime: {phone: {survival: weibull, mean: 3 yr, shape: 2}}
  sales: [{product: car, factor: 1.5, from: 2022, to: 2024}]
  initial_stock: {phone: {2018: 500 unit, 2019: 500 unit}}
  initial_chemistry_share: {phone: {battery: {NMC: 1.0}}}
shocks:
  - ban: {element: Co, origin: CHN, from: 2022, to: 2023, share: 0.5}
"""

TOKENS = [
    "", "*", "nan", "NaN", "inf", "-inf", "-1", "0", "-0", "1e400", "1e-400", "1e308", "5e-324", "0.5", "1.5", "1,5",
    "1.000,5", "12e", "0x10", "1_000", "x", "2020", "2050", "99999", "-2020", "2020.5", "{}", "[]", "null", "~", "true",
    "NO", "on", "~", '"', "'", '"""', ":", "- ", "&a", "*a", "<<: *a", "!!python/object:os.system", "!!binary", "%",
    "#", "|", ">", "@", "`", "1 t", "USD_2024/t", "USD_1850/t", "-5 yr", "m**9", "kg**-1", "yr/", "degC", "%", "[1, 2]",
    "{a: 1}", "phone", "phon", "Phone", "Co", "CHN", "car,battery", "9**9", "__import__('os')", "=1+1", "@SUM(A1)",
    "é", "日本", "\u202e", "\ufeff", "\x00", "\x1b[31m", "\t", "\r", "\r\n", "\n", "\u2028", ";", "|", "2020-01-01",
    "2020-2025", "..", "../..", "/", "/etc/passwd", "~root", "C:\\x", "file:///etc", "a" * 5000, "9" * 400, "[" * 300,
    "{a: " * 60,
]  # fmt: skip

SPECIAL_SCENARIOS = [
    "base: test\n",
    "base: ../../../../etc/passwd\n",
    "base: [test]\n",
    "base: other\n",
    "dataset: ../..\n",
    "dataset: /\n",
    "dataset: [tiny, tiny]\n",
    "dataset: []\n",
    "years: [2020]\n",
    "years: [2025, 2020]\n",
    "years: [-1, 99999]\n",
    "years: 2020..2025\n",
    "years: {from: 2020, to: 2025}\n",
    "&a [*a]\n",
    "a: &a [1]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: &d [*c, *c]\n",
    "".join(f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 9) if i else 1}]\n" for i in range(9)),
    "- a\n- b\n",
    "42\n",
    "~\n",
    "? [a, b]\n: c\n",
    "--- a\n--- b\n",
    "name: ''\n",
    "name: a/b\n",
    "name: ../up\n",
    "name: 'con'\n",
    "name: .\n",
    f"name: {'n' * 400}\n",
    "policy: {keep_share: {2021: 0.5, 2021: 0.7}}\n",
    "policy: " + "{a: " * 400 + "1" + "}" * 400 + "\n",
    "regions: [There]\n",
    "variants: {sales: ../x}\n",
]

COMMANDS = [
    ["validate", "test.yaml"], ["validate", "tiny"], ["info", "test.yaml"], ["run", "test.yaml", "--no-figures"],
    ["run", "test.yaml", "--no-figures", "--set", "policy.keep_share=0.5"], ["list"], ["info", "tiny"],
    ["sweep", "test.yaml", "--vary", "policy.keep_share=0,0.5"], ["compare", "test.yaml", "test.yaml"],
    ["ensemble", "test.yaml", "--samples", "2", "--seed", "1"], ["template", "book.xlsx", "--dataset", "tiny"],
    ["drill", "test.yaml", "--element", "Co", "--origin", "CHN", "--days", "30", "--year", "2023"],
    ["sankey", "test.yaml", "--element", "Co", "--year", "2024"], ["export", "test.yaml", "--format", "csv"],
    ["search", "test.yaml", "--target", "import_requirement[Co, 2024] <= 0.9", "--vary", "policy.keep_share=0..1"],
    ["report", "test.yaml", "--format", "html"], ["sensitivity", "test.yaml"], ["discover", "runs/x"],
    ["robust", "runs"],
]  # fmt: skip


@dataclass
class Mutant:
    """A broken project: files to write over those of the sound one, and what to call."""

    number: int
    kind: str
    arguments: list[str]
    files: dict[str, bytes] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the sound project and the broken files over it."""
        project = Project(folder)
        write_tiny(project)
        project.write("test.yaml", SCENARIO + LEVERS)
        project.write("other.yaml", "base: test\nname: other\n")
        for name, content in self.files.items():
            project.write(name, content)


def sound_files() -> dict[str, str]:
    """The tables of the sound dataset and its scenario."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        Mutant(0, "sound", []).write(Path(folder))
        files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in files}


def mutant(number: int) -> Mutant:
    """The mutant of a number."""
    draw = random.Random(number)
    kinds: list[tuple[float, Callable[[random.Random, int], Mutant]]] = [
        (0.45, _table), (0.33, _scenario), (0.04, _special), (0.08, _workbook), (0.10, _call),
    ]  # fmt: skip
    maker = draw.choices([kind for _, kind in kinds], [weight for weight, _ in kinds])[0]
    return maker(draw, number)


@functools.cache
def sound_workbook() -> bytes:
    """The sound dataset as `mfa template` writes it."""
    import os
    import tempfile

    import mfa.cli

    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), open(os.devnull, "w") as nowhere:
        Mutant(0, "sound", []).write(Path(folder))
        with contextlib.suppress(SystemExit), contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            mfa.cli.app(args=["template", "book.xlsx", "--dataset", "tiny"])
        return Path("book.xlsx").read_bytes()


FILES = sound_files()
TABLES = [name for name in FILES if name.startswith("tiny/")]


def _how(draw: random.Random, target: str) -> list[str]:
    """Mostly the library's reader alone, which is quick; now and then the whole command with its files."""
    if draw.random() < 0.15:
        return ["run", target, "--no-figures"]
    return ["validate+run", target]


def _table(draw: random.Random, number: int) -> Mutant:
    names = [draw.choice(TABLES)] if draw.random() < 0.8 else [draw.choice(TABLES) for _ in range(3)]
    files = {name: _broken(draw, FILES[name]) for name in names}
    if draw.random() < 0.05:
        files["tiny/extra.csv"] = _broken(draw, FILES[draw.choice(TABLES)])
    return Mutant(number, "table", _how(draw, "test.yaml"), files)


def _scenario(draw: random.Random, number: int) -> Mutant:
    return Mutant(number, "scenario", _how(draw, "test.yaml"), {"test.yaml": _broken(draw, FILES["test.yaml"])})


def _special(draw: random.Random, number: int) -> Mutant:
    text = draw.choice(SPECIAL_SCENARIOS)
    text = (FILES["test.yaml"] + text) if draw.random() < 0.5 else text
    return Mutant(number, "special scenario", _how(draw, "test.yaml"), {"test.yaml": text.encode()})


def _call(draw: random.Random, number: int) -> Mutant:
    words = list(draw.choice(COMMANDS))
    for _ in range(draw.choice([1, 1, 2, 3])):
        what, at = draw.random(), draw.randrange(len(words))
        if what < 0.45:
            words[at] = draw.choice(TOKENS).replace("\x00", "")
        elif what < 0.6:
            del words[at]
        elif what < 0.8:
            words.insert(at, draw.choice(TOKENS).replace("\x00", ""))
        else:
            words[at] = _tokens(draw, words[at]).replace("\x00", "")
        if not words:
            words = [""]
    return Mutant(number, "command line", words)


def _broken(draw: random.Random, text: str) -> bytes:
    for _ in range(draw.choice([1, 1, 1, 2, 3])):
        text = draw.choice([_tokens, _tokens, _tokens, _lines, _lines, _characters])(draw, text)
    content = text.encode("utf-8", "surrogatepass")
    what = draw.random()
    if what < 0.03:
        return b"\xef\xbb\xbf" + content
    if what < 0.05:
        return text.encode("utf-16")
    if what < 0.07:
        return text.encode("latin-1", "replace") + b"\xe9\xff"
    if what < 0.09:
        return content.replace(b"\n", b"\r\n" if draw.random() < 0.5 else b"\r")
    if what < 0.12:
        return content.replace(b",", draw.choice([b";", b"\t", b"|", b" , "]))
    if what < 0.15:
        return content[: draw.randrange(len(content) + 1)]
    if what < 0.16:
        return bytes(draw.randrange(256) for _ in range(200))
    return content


def _tokens(draw: random.Random, text: str) -> str:
    parts = re.split(r"(\W)", text)
    at = draw.randrange(len(parts))
    what = draw.random()
    if what < 0.55:
        parts[at] = draw.choice(TOKENS)
    elif what < 0.7:
        parts[at] = draw.choice(parts)
    elif what < 0.85:
        del parts[at]
    else:
        parts.insert(at, draw.choice(TOKENS))
    return "".join(parts)


def _lines(draw: random.Random, text: str) -> str:
    lines = text.split("\n")
    at, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    what = draw.random()
    if what < 0.25:
        del lines[at]
    elif what < 0.5:
        lines.insert(at, lines[other])
    elif what < 0.65:
        lines[at] += lines[other]
    elif what < 0.8:
        lines[at], lines[other] = lines[other], lines[at]
    elif what < 0.9:
        draw.shuffle(lines)
    else:
        lines[at] = " " * draw.randrange(9) + lines[at]
    return "\n".join(lines)


def _characters(draw: random.Random, text: str) -> str:
    at = draw.randrange(len(text) + 1)
    return text[:at] + draw.choice(TOKENS) + text[at + draw.randrange(4) :]


# --- workbooks -------------------------------------------------------------------------------------------------------


def _workbook(draw: random.Random, number: int) -> Mutant:
    """The tables as a workbook with a cell, a sheet or its bytes broken."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(sound_workbook()))
    for _ in range(draw.choice([1, 1, 2, 4])):
        sheet = draw.choice(book.worksheets)
        row, column = draw.randrange(1, sheet.max_row + 2), draw.randrange(1, sheet.max_column + 2)
        what = draw.random()
        if what < 0.6:
            text = re.sub(r"[\x00-\x08\x0b-\x1f]", "", draw.choice(TOKENS))
            value = draw.choice([text, _number(text), True, None, 1e300])
            with contextlib.suppress(AttributeError):  # a cell that was merged with another takes no value
                sheet.cell(row, column).value = value
        elif what < 0.75:
            sheet.delete_rows(row)
        elif what < 0.85:
            sheet.delete_cols(column)
        elif what < 0.9:
            sheet.merge_cells(start_row=row, end_row=row + 1, start_column=column, end_column=column + 1)
        elif what < 0.95:
            sheet.title = draw.choice(["x", "sales", "sales (2)", "日本", "labels2"])
        elif len(book.worksheets) > 1:
            book.remove(sheet)
    held = io.BytesIO()
    book.save(held)
    content = held.getvalue()
    what = draw.random()
    if what < 0.1:
        content = content[: draw.randrange(len(content))]
    elif what < 0.25:
        content = _torn_zip(draw, content)
    scenario = FILES["test.yaml"].replace("dataset: tiny", "dataset: book.xlsx")
    return Mutant(number, "workbook", _how(draw, "test.yaml"), {"book.xlsx": content, "test.yaml": scenario.encode()})


def _number(text: str) -> str | float:
    try:
        value = float(text)
    except ValueError:
        return text
    return value if abs(value) < 1e300 and value == value else text


def _torn_zip(draw: random.Random, content: bytes) -> bytes:
    """The same workbook with one of its parts broken."""
    source, held = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    names = source.namelist()
    victim, how = draw.choice(names), draw.random()
    with zipfile.ZipFile(held, "w") as made:
        for name in names:
            data = source.read(name)
            if name == victim and how < 0.3:
                continue
            if name == victim and how < 0.6:
                at = draw.randrange(len(data) + 1)
                data = data[:at] + draw.choice(TOKENS).encode("utf-8", "replace") + data[at + draw.randrange(9) :]
            elif name == victim and how < 0.8:
                data = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + data
            elif name == victim:
                data = data[: draw.randrange(len(data) + 1)]
            made.writestr(name, data)
    return held.getvalue()

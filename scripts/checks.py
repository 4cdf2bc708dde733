"""What the tests check and with how many cases: prints a table, or renews it in docs/evidence.md.

    python scripts/checks.py            prints the table
    python scripts/checks.py --write    puts it into docs/evidence.md

Tests are collected, not run. A case is one test with one set of arguments; a property is tried on as many random
examples as its settings say.
"""

from __future__ import annotations

import ast
import contextlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from page_table import print_or_write

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "evidence.md"
START, END = "<!-- table: scripts/checks.py --write -->", "<!-- end of the checks -->"
AREAS = {
    "The year as a whole": ("tests/engine", "tests/test_plain_model.py"),
    "Stocks, survival, recycling, supply": ("tests/system", "tests/test_stock_models.py", "tests/test_lifetimes.py"),
    "Quotas, support, investment": ("tests/policy",),
    "Indicators": ("tests/indicators",),
    "Units": ("tests/test_units.py",),
    "Samples and studies": ("tests/studies", "tests/inputs/test_sampling_japan.py"),
    "Calibration and reconciliation": ("tests/calibration", "tests/reconciliation"),
    "Hostile files": (
        "tests/fuzzing",
        "tests/inputs/test_nasty_files.py",
        "tests/inputs/test_bad_input.py",
        "tests/test_errors_catalogue.py",
    ),
    "Counts and models of others": (
        "tests/test_evidence.py",
        "tests/test_forecast.py",
        "tests/test_published_models.py",
    ),
}


@dataclass
class Checks:
    """What a file of tests checks."""

    file: str
    what: str
    cases: int = 0
    properties: int = 0
    examples: int = 0


class Collected:
    """Counts what pytest collects."""

    def __init__(self) -> None:
        self.found: dict[str, Checks] = {}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Called by pytest when it has collected."""
        for item in items:
            file = Path(str(item.fspath)).relative_to(ROOT).as_posix()
            text = Path(str(item.fspath)).read_text(encoding="utf-8")
            said = (ast.get_docstring(ast.parse(text)) or "").split("\n\n")[0]
            checks = self.found.setdefault(file, Checks(file, " ".join(said.split()).rstrip(".")))
            checks.cases += 1
            function = getattr(item, "function", None)
            if hasattr(function, "hypothesis"):
                checks.properties += 1
                checks.examples += function._hypothesis_internal_use_settings.max_examples


def collected() -> dict[str, Checks]:
    """The checks of all files, by file."""
    import pytest

    wanted = [str(ROOT / place) for places in AREAS.values() for place in places]
    counter = Collected()
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", f"--rootdir={ROOT}", *wanted], plugins=[counter])
    return counter.found


def table() -> str:
    """The table in Markdown."""
    found = collected()
    lines = []
    for area, places in AREAS.items():
        lines += ["", f"### {area}", "", "| What is checked | File | Cases | Properties | Random examples |"]
        lines += ["|---|---|---:|---:|---:|"]
        for file, checks in sorted(found.items()):
            if any(file == place or file.startswith(f"{place}/") for place in places):
                counts = f"{checks.cases} | {checks.properties or ''} | {checks.examples or ''}"
                lines.append(f"| {checks.what} | `{file}` | {counts} |")
    return "\n".join(lines).strip("\n")


if __name__ == "__main__":
    raise SystemExit(print_or_write(__doc__, table, PAGE, START, END))

"""The direction of the arrows: which part of the package may import which."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "mfa"

LEVELS: tuple[tuple[str, ...], ...] = (
    ("errors",),
    ("vocabulary",),
    ("units", "labels", "strict_json"),
    ("system",),
    ("policy",),
    ("lifetime_terms", "lifetimes"),
    ("stock_models",),
    ("assembly",),
    ("year",),
    ("recording",),
    ("past",),
    ("inputs", "storage"),
    ("reconciliation",),
    ("run",),
    ("presentation",),
    ("results",),
    ("indicators",),
    ("studies", "calibration"),
    ("report", "explore"),
    ("commands", "cli"),
)
"""From the ground up: a part may import from its own level and from those below."""
LEVEL = {part: number for number, parts in enumerate(LEVELS) for part in parts}
KERNELS = ("system", "policy", "year", "recording", "past", "assembly")
KERNEL_LIBRARIES = {"__future__", "collections", "concurrent", "contextlib", "copy", "dataclasses", "functools", "math",
                    "mfa", "numpy", "os", "scipy", "typing", "warnings"}  # fmt: skip


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path, everywhere: bool) -> Iterator[tuple[str, int]]:
    """Names imported with the module (or anywhere in it) and their lines; what only type checkers read is left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and not everywhere:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            if node.module == "mfa":
                yield from ((f"mfa.{alias.name}", node.lineno) for alias in node.names)
        pending.extend(ast.iter_child_nodes(node))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    part = part_of(path)
    assert part in LEVEL, f"give mfa/{part} a place in LEVELS"
    for name, line in imported(path, everywhere=False):
        words = name.split(".")
        if words[0] == "mfa" and len(words) > 1 and words[1] in LEVEL:
            assert LEVEL[words[1]] <= LEVEL[part], f"{path.name}:{line} imports {name}, which stands above {part}"


@pytest.mark.parametrize("path", [path for path in modules() if part_of(path) in KERNELS],
                         ids=lambda path: str(path.relative_to(PACKAGE)))  # fmt: skip
def test_kernels_know_neither_files_nor_labels(path: Path) -> None:
    for name, line in imported(path, everywhere=True):
        assert name.split(".")[0] in KERNEL_LIBRARIES, f"{path.name}:{line} imports {name}"
    text = path.read_text(encoding="utf-8")
    assert "print(" not in text.replace(">>> print(", "") and "open(" not in text.replace("is_open(", "")


def test_heavy_libraries_wait_until_they_are_needed() -> None:
    heavy = ("matplotlib", "scipy.stats", "plotly", "dask", "panel", "zarr")
    for path in modules():
        for name, line in imported(path, everywhere=False):
            assert not name.startswith(heavy), f"{path.relative_to(PACKAGE)}:{line} imports {name} at import time"

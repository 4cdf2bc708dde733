"""JSON that every program can read, in all files that `mfa` writes."""

from __future__ import annotations

import ast
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mfa
from mfa.strict_json import plain, to_json

ROOT = Path(mfa.__file__).parent


def strict(text: str) -> Any:
    """Read as other programs do: NaN and Infinity are no JSON."""
    return json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


def test_what_json_has_no_word_for() -> None:
    value = {
        "share": math.nan, "limit": math.inf, "low": -np.inf, 2040: np.array([1.0, np.nan]), "count": np.int64(3),
        "met": np.bool_(True), "where": Path("a"), "one": np.float32(0.5), True: (None, "電池"),
    }  # fmt: skip
    assert strict(to_json(value, indent=1)) == {
        "share": None, "limit": "inf", "low": "-inf", "2040": [1.0, None], "count": 3, "met": True, "where": "a",
        "one": 0.5, "true": [None, "電池"],
    }  # fmt: skip


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_what_json_knows_is_not_changed(value: Any) -> None:
    assert plain(value) == value == strict(to_json(value))


def test_all_files_are_written_so() -> None:
    """Only this module and the page, which refuses NaN too, write JSON; hashes, copies and quotes are no files."""
    allowed = {"strict_json.py": 2, "scenario.py": 2, "static_page.py": 1, "calibration_folder.py": 2}
    for path in ROOT.rglob("*.py"):
        calls = [
            node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute) and node.attr in ("dump", "dumps")
            and isinstance(node.value, ast.Name) and node.value.id == "json"
        ]  # fmt: skip
        assert len(calls) <= allowed.get(path.name, 0), f"{path}: take mfa.strict_json.to_json"

"""No table that is written as CSV holds a formula: every writer of tables goes through the same door."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from mfa.report.plain_text import plain

PACKAGE = Path(__file__).resolve().parents[2] / "mfa"
INPUTS = {"report/netcdf_inputs.py"}
"""Tables that are read again by mfa alone, inside a NetCDF file."""


def test_texts_and_heads_are_marked_and_numbers_are_not() -> None:
    table = pd.DataFrame({"=cmd": ["=1+1", "@x", "-2", "phone"], "value": [-1.0, 2.0, np.nan, 0.0], "n": [-1, 2, 3, 4]})
    found = plain(table)
    assert list(found) == ["'=cmd", "value", "n"]
    assert found["'=cmd"].tolist() == ["'=1+1", "'@x", "'-2", "phone"]
    pd.testing.assert_frame_equal(found[["value", "n"]], table[["value", "n"]])
    assert list(table) == ["=cmd", "value", "n"]  # the table itself stays


def test_categories_are_texts_too() -> None:
    assert plain(pd.DataFrame({"product": pd.Categorical(["=1", "b"])}))["product"].tolist() == ["'=1", "b"]


def test_every_writer_of_tables_goes_through_it() -> None:
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        for call in re.findall(r"^.*\.to_csv\(.*$", path.read_text(encoding="utf-8"), flags=re.M):
            inside = "plain(" in call or ">>>" in call or "comparison.to_csv()" in call or "def " in call
            assert inside or name in INPUTS, f"{name}: {call.strip()}"

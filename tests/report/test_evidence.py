"""Shares of the results that rest on estimates, against cases by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import mfa
from mfa.report.evidence import COLUMNS, QUANTITIES, _Trace, estimate_shares, estimates_text, origin_of
from mfa.results import Results


@pytest.fixture(scope="module")
def reference() -> Results:
    return mfa.run(mfa.load_scenario("japan-reference"))


def table(*rows: tuple[str, str, object, str]) -> pd.DataFrame:
    """Rows of sales: region, product, year, provenance."""
    frame = pd.DataFrame(rows, columns=["region", "product", "time", "provenance"])
    return frame.assign(parameter="sales", cohort="")


LABELS = {"region": ["A"], "product": ["car", "lamp"]}
YEARS = np.arange(2020, 2026)


def test_years_between_two_rows_use_both() -> None:
    evidence = table(
        ("A", "car", 2021, "read"), ("A", "car", 2023, "estimate"), ("A", "car", 2024, "derived"),
        ("A", "lamp", "*", "recalled"),
    )  # fmt: skip
    origin = origin_of(evidence, "sales", LABELS, YEARS)
    # 2020 is held from 2021 (read); 2022 lies between a read and an estimate; 2023 is the estimate; 2025 holds 2024
    assert origin.estimate[0, 0].tolist() == [False, False, True, True, False, False]
    assert origin.sound[0, 0].tolist() == [True, True, False, False, True, True]
    assert not origin.estimate[0, 1].any()
    assert not origin.sound[0, 1].any()  # recalled: neither an estimate nor sound


def test_rows_with_fewer_stars_override() -> None:
    evidence = table(("A", "lamp", "*", "read"), ("*", "*", "*", "estimate"))
    origin = origin_of(evidence, "sales", LABELS, YEARS)
    assert origin.estimate[0, 0].all()
    assert not origin.estimate[0, 1].any()


def test_rows_of_years_override_the_row_for_all_years() -> None:
    evidence = table(("A", "car", "*", "estimate"), ("A", "car", 2022, "read"))
    assert not origin_of(evidence, "sales", LABELS, YEARS).estimate[0, 0].any()


def test_without_rows_nothing_is_estimated() -> None:
    origin = origin_of(table(), "sales", LABELS, YEARS)
    assert not origin.estimate.any()
    assert origin.sound.all()


@pytest.mark.parametrize("year", [2010, 2040])
def test_cohorts_add_up_to_the_stock_of_the_run(reference: Results, year: int) -> None:
    trace = _Trace(reference)
    position = year - int(reference.years[0])
    age = position - np.arange(len(reference.years))
    stock = sum(
        (trace.made(0, p, k) * np.where(age >= 0, trace.left(0, p, age), 0.0)[:, None, None]).sum(axis=(0, 1))
        for p, k in trace.pairs
    )
    in_use = reference.arrays("stocks")["in_use"][0, 0, position].sum(axis=(0, 1))
    np.testing.assert_allclose(stock, in_use, rtol=1e-9)


def test_shares_are_consistent(reference: Results) -> None:
    shares = estimate_shares(reference, years=[2024, 2040, 2100])
    assert shares.index.get_level_values("quantity").unique().tolist() == list(QUANTITIES)
    assert shares.index.get_level_values("year").unique().tolist() == [2024, 2040]
    numbers = shares.fillna(0.0)
    assert ((numbers >= -1e-12) & (numbers <= 1 + 1e-12)).all(axis=None)
    assert (numbers["any"] >= numbers[list(COLUMNS)].max(axis=1) - 1e-12).all()
    assert (numbers["any"] + numbers["read or derived"] <= 1 + 1e-12).all()


def test_text_names_tables_and_elements(reference: Results) -> None:
    text = estimates_text("japan-reference")
    assert "needed: refined metal needed by manufacturing" in text
    assert max(map(len, text.splitlines())) <= 100
    assert "  content " in text


def test_a_run_without_headline_years_has_no_shares(reference: Results) -> None:
    shares = estimate_shares(reference, years=[2100])
    assert shares.empty and list(shares.columns) == [*COLUMNS, "any", "read or derived"]

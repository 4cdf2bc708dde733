"""Headline and long tables."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from mfa.report.tables import headline, headline_text, shown, write_flows, write_indicators, write_stocks
from mfa.results import Results
from mfa.vocabulary import FLOWS
from tests.conftest import make_results


def read(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_flows_are_summed_to_elements(tmp_path: Path, results: Results) -> None:
    write_flows(results, tmp_path / "flows.csv")
    rows = read(tmp_path / "flows.csv")
    assert list(rows[0]) == "scenario region time element flow from to value unit scope".split()
    assert len(rows) == len(FLOWS) * 15 * 3
    row = next(r for r in rows if r["flow"] == "secondary" and r["time"] == "2030" and r["element"] == "Co")
    assert (row["from"], row["to"], row["unit"]) == ("recycling", "refined market", "t/yr")
    secondary = results.plain("flows")["secondary"].sel(time=2030, element="Co", region="Japan")
    assert float(row["value"]) == pytest.approx(float(secondary.sum()), rel=1e-14)


def test_stocks_name_their_process(tmp_path: Path, results: Results) -> None:
    write_stocks(results, tmp_path / "stocks.csv")
    rows = read(tmp_path / "stocks.csv")
    assert {row["process"] for row in rows if row["stock"] == "in_use"} == {"use"}
    assert {row["unit"] for row in rows} == {"t"}


def test_indicators_have_a_unit_and_a_reason(tmp_path: Path) -> None:
    results = make_results(small=True)
    results.arrays("policy")["requirement"][..., 2] = 0.0
    write_indicators(results, tmp_path / "indicators.csv")
    rows = read(tmp_path / "indicators.csv")
    assert list(rows[0]) == "scenario region time element indicator value unit reason".split()
    missing = [row for row in rows if row["indicator"] == "import_requirement" and row["element"] == "Ni"]
    assert {(row["value"], row["reason"]) for row in missing} == {("", "no need")}
    costs = [row for row in rows if row["indicator"] == "public_cost"]
    assert {row["unit"] for row in costs} == {"USD_2024/yr"}
    assert {row["element"] for row in costs} == {""}


def test_samples_are_told_by_mean_and_quantiles(tmp_path: Path) -> None:
    results = make_results(n_samples=5, small=True)
    write_flows(results, tmp_path / "flows.csv")
    row = read(tmp_path / "flows.csv")[-1]
    values = results.arrays("flows")["pool_out"][:, 0, -1, -1]
    assert float(row["value"]) == pytest.approx(values.mean())
    assert float(row["p5"]) == pytest.approx(np.quantile(values, 0.05))
    assert float(row["p95"]) == pytest.approx(np.quantile(values, 0.95))


def test_headline_holds_totals_and_percentages(results: Results) -> None:
    table = headline(results)
    stock = results.plain("stocks")["in_use"].sel(region="Japan", element="Li", time=2024).sum()
    row = table.loc[("Japan", "Li", 2024)]
    assert row["in use [t]"] == pytest.approx(float(stock))
    hhi = results.plain("indicators")["hhi"].sel(region="Japan", element="Li", time=2024)
    assert row["HHI [points]"] == pytest.approx(1e4 * float(hhi))


def test_headline_of_a_run_outside_the_usual_years_shows_its_last() -> None:
    results = make_results(small=True)
    early = Results.from_arrays(
        {group: results.arrays(group) for group in ("flows", "stocks", "items", "policy")},
        results.labels,
        results.years - 100,
        "USD_2024",
        inputs=results.inputs,
    )
    assert headline(early).index.get_level_values("year").unique().tolist() == [1932]


def test_headline_text_fits_and_explains_dashes() -> None:
    results = make_results()
    results.arrays("policy")["requirement"][..., 0] = 0.0
    text = headline_text(results)
    assert max(map(len, text.splitlines())) <= 100
    assert "[t/yr]" in text
    assert "import requirement: no need (Li 2024, Li 2030, Li 2040, Li 2050)" in text
    first = next(line for line in text.splitlines() if line.startswith("Li"))
    assert first.split()[7] == "-"


def test_numbers_of_the_headline() -> None:
    assert [shown(value, "t") for value in (0.0, 0.00123, 99.96, 1234567.0)] == ["0", "0.00123", "100", "1 234 567"]
    assert shown(1810.4, "points") == "1 810"

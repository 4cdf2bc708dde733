"""A scenario on a base with sales can ask for a stock instead."""

from __future__ import annotations

from typing import Any

import pytest

import mfa

CHANGES = """
overrides:
  lifetime: {phone: {survival: fixed, mean: 2 yr}}
  sales: {phone: none}
  stock_target: {phone: {2020: 100 unit, 2025: 100 unit}}
"""


def test_none_takes_sales_away_and_a_target_stands_instead(project: Any) -> None:
    project.scenario(CHANGES)
    results = mfa.run(mfa.load_scenario("test.yaml"))
    items = results.plain("items").sel(product="phone", region="Here")
    # sold in mid-year, a phone of two years is there at the end of its first and second year and gone in its third:
    # 100 are sold, nothing the year after, 100 in the third year, ...
    assert items["sales_units"].values.tolist() == [100.0, 0.0, 100.0, 0.0, 100.0, 0.0]
    assert items["stock_units"].values.tolist() == [100.0] * 6
    cars = results.plain("items").sel(product="car", region="Here")
    assert cars["sales_units"].values.tolist() == [10.0, 12.0, 14.0, 16.0, 18.0, 20.0]


@pytest.mark.parametrize("text", ["keep_share: none", "keep_share:", "used_export_share: {phone: none}"])
def test_none_is_refused_where_there_is_a_default(faults: Any, project: Any, text: str) -> None:
    project.scenario(f"overrides:\n  {text}\n")
    found = faults()
    assert len(found) == 1
    assert "has no value; give a value, or remove the key" in found[0]


def test_an_empty_value_is_not_none(faults: Any, project: Any) -> None:
    project.scenario("overrides:\n  sales: {phone: }\n")
    assert "test.yaml:5: overrides.sales.phone has no value" in faults()[0]

"""A comparison in words: the tables say what the table says, with its units, marks and reasons."""

from __future__ import annotations

import re

import pytest

import mfa
from mfa.report.comparison import Reader, blocks, scaled_money, short_names, signed
from tests.studies.conftest import HandResults


def shocked_runs():
    """Calm, a ban of 2031 with half the cobalt unmet, and the ban with a stockpile; costs in the millions."""
    calm = HandResults().imports([[50, 5], [60, 5]]).indicator("social_cost", [10e6, 11e6])
    ban = HandResults().imports([[50, 5], [10, 5]]).unmet([[0, 0], [50, 0]], units=[0, 2.5e6]).ban(1.0, 2031)
    ban.reason("recycled_content", "part of the need unmet", 1, 0).indicator("recycled_content", 0.4)
    ban.indicator("social_cost", [10e6, 11e6])
    stock = HandResults().imports([[60, 5], [10, 5]]).unmet([[0, 0], [20, 0]], units=[0, 1e6]).ban(1.0, 2031)
    stock.indicator("social_cost", [110e6, 11e6]).indicator("public_cost", [100e6, 0])
    return [calm.done("x-calm"), ban.done("x-ban"), stock.done("x-ban-stock")]


@pytest.fixture(scope="module")
def comparison():
    return mfa.compare(shocked_runs(), years=[2030, 2031])


def table_of(comparison, title):
    """Rows of one table: labels and cells."""
    return next(block for block in blocks(comparison) if block.title.startswith(title))


def cells_of(comparison, title, *labels):
    return next(list(cells) for names, cells in table_of(comparison, title).rows if tuple(names) == labels)


def test_the_heading_names_scenarios_bases_money_rate_and_scope(comparison):
    lines = comparison.to_text().splitlines()
    assert lines[:4] == [
        "What 2 scenarios buy against their bases: here, 2030-2031",
        "  x-calm       base",
        "  x-ban        against x-calm",
        "  x-ban-stock  against x-ban",
    ]
    words = " ".join(comparison.to_text().split())
    assert "Money: USD_2024. Cost: present value in 2030 of the years 2030-2031 at 10 % a year" in words
    assert "x-ban and its base x-calm meet different shocks" in words


def test_import_requirement_has_the_level_of_the_base_and_changes_of_the_others(comparison):
    title = "Import requirement"
    assert cells_of(comparison, title, "2030", "calm") == ["50.0", "5.0"]
    assert cells_of(comparison, title, "2030", "ban-stock") == ["+10.0", "0.0"]
    assert table_of(comparison, title).notes == ["2030, like the base: ban", "2031, like the base: ban-stock"]


def test_cost_has_levels_and_signed_changes_in_one_unit(comparison):
    title = "Cost and greenhouse gas, 2030-2031"
    assert table_of(comparison, title).units == [*["mn USD_2024"] * 3, "kt CO2"]
    assert cells_of(comparison, title, "calm")[:2] == ["0", "20.0"]  # 10 + 11/1.1
    assert cells_of(comparison, title, "ban")[:2] == ["0", "0"]
    assert cells_of(comparison, title, "ban-stock")[:2] == ["+100", "+100"]
    assert cells_of(comparison, title, "ban")[2] == "0*"  # an import bill that a ban lowers is marked


def test_tonnes_avoided_and_why_there_is_no_cost_of_them(comparison):
    title = "Primary import avoided"
    assert cells_of(comparison, title, "ban", "avoided", "t") == ["50.0*", "0"]
    assert cells_of(comparison, title, "ban-stock", "avoided", "t") == ["-10.0*", "0"]
    notes = table_of(comparison, title).notes
    assert "- imports denied by a shock, not avoided (ban): Co" in notes
    assert "- no import avoided (ban-stock): Co, Dy" in notes


def test_unmet_demand_stands_in_tonnes_shares_points_and_units(comparison):
    title = "Unmet demand"
    assert cells_of(comparison, title, "ban-stock", "2031", "t") == ["20.0", "0"]
    assert cells_of(comparison, title, "ban-stock", "2031", "% of the need") == ["20.0", "0.0"]
    assert cells_of(comparison, title, "ban-stock", "2031", "points to the base") == ["-30.0", "0.0"]
    assert "ban-stock, units not sold: car 1.00 million (base 2.50 million)" in table_of(comparison, title).notes


def test_net_import_reliance_stands_beside_unmet_and_lifted_ratios_are_marked(comparison):
    block = table_of(comparison, "Co;")
    heads = [" ".join(head).strip() for head in block.heads]
    assert heads.index("NIR") == heads.index("unmet") + 1
    found = cells_of(comparison, "Co;", "2031", "ban")
    assert found[heads.index("recycled content")] == "40.0*"
    assert found[heads.index("unmet")] == "50.0"
    assert "* part of the need is unmet in the year" in comparison.to_text()


def test_without_a_shock_nothing_is_said_of_shocks(base_run, policy_run):
    text = mfa.compare([base_run, policy_run]).to_text()
    assert "Unmet demand under" not in text
    assert "*" not in text
    assert text.startswith("What 1 scenario buys against its base: here, 2030-2031")


def test_text_fits_a_terminal():
    names = ["japan-market", "japan-heavy-rare-earth-ban", "japan-heavy-rare-earth-ban-vision"]
    text = mfa.compare(names).to_text()
    assert max(map(len, text.splitlines())) <= 110
    assert "Dysprosium (Dy)" in text
    assert "units not sold: Small magnets of all cars" in " ".join(text.split())


def test_markdown_tables_are_whole(comparison):
    text = comparison.to_markdown()
    assert text.startswith("## What 2 scenarios buy")
    for part in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in part.splitlines()}
        assert len(widths) == 1
    assert r"40.0\*" in text


def test_html_folds_the_detail(comparison):
    page = comparison._repr_html_()
    assert page.count("<table>") == len(blocks(comparison)) == 6
    assert page.index("<details>") < page.index("<caption>Co; import bill")


def test_several_regions_are_named():
    runs = [HandResults(regions=("here", "there")).done(name) for name in ("a", "b")]
    titles = [block.title for block in blocks(mfa.compare(runs))]
    assert sum(title.startswith("there: ") for title in titles) == len(titles) / 2


def test_samples_show_their_spread_below_the_mean():
    base, policy, same = (HandResults(samples=3).imports([[50, 5], [50, 5]]) for _ in range(3))
    policy.indicators["import_requirement"][:, 0, 0, 0] = [0.3, 0.4, 0.5]
    comparison = mfa.compare([base.done("a"), policy.done("b"), same.done("c")], years=[2030])
    block = table_of(comparison, "Import requirement")
    # changes -20, -10 and 0: mean -10, quantiles -19 and -1
    assert [(labels[1].strip(), list(cells)) for labels, cells in block.rows] == [
        ("a", ["50.0", "5.0"]),
        ("5 to 95 % of samples", ["50.0 to 50.0", "5.0 to 5.0"]),
        ("b", ["-10.0", "0.0"]),
        ("5 to 95 % of samples", ["-19.0 to -1.0", "0.0 to 0.0"]),
    ]
    assert block.notes == ["2030, like the base: c"]
    assert "Means over 3 samples" in comparison.to_text()


def test_every_number_of_the_text_is_in_the_table(comparison):
    reader = Reader(comparison)
    assert len(reader.cells) == len(comparison.table)
    cell = reader.cell("x-ban", "here", "imports", 2031, element="Co")
    found = comparison.select("imports", scenario="x-ban", element="Co", year=2031).iloc[0]
    assert tuple(cell)[:4] == (found.value, found.base_value, found.difference, found.reason)


def test_short_names_and_scales():
    assert short_names(["japan-a", "japan-b-c", "partner-a"]) == {
        name: name for name in ("japan-a", "japan-b-c", "partner-a")
    }
    assert short_names(["japan-a", "japan-a-b"]) == {"japan-a": "a", "japan-a-b": "a-b"}
    assert short_names(["runs/old", "runs/new"]) == {"runs/old": "runs/old", "runs/new": "runs/new"}
    assert scaled_money(5e9, "USD_2024") == (1e-6, "mn USD_2024")
    assert scaled_money(5e9, "USD_2024", least=1.0) == (1e-9, "bn USD_2024")
    assert scaled_money(0.0, "USD_2024") == (1.0, "USD_2024")
    assert signed(-0.049) == "0.0"

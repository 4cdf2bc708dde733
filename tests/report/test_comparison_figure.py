"""The figure of a comparison: what it says, its width, that it holds without colour."""

from __future__ import annotations

import re

import numpy as np
import pytest

import mfa
from mfa.errors import InputError
from mfa.report.comparison_figure import WIDTH, comparison_figure, draw_comparison
from tests.report.test_comparison import shocked_runs
from tests.studies.conftest import HandResults


@pytest.fixture(scope="module")
def comparison():
    return mfa.compare(shocked_runs(), years=[2030, 2031])


def words(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_it_says_what_the_table_says(comparison):
    said = words(comparison.plot(2030))
    assert "Import requirement 2030,\nchange in points" in said
    assert "Cost, mn\nUSD of 2024" in said
    assert said.count("+10") == 1  # ban-stock, Co
    assert said.count("+100") == 2  # its public and social cost
    assert "Co 20, base 50" in said
    assert "no shock" in said
    assert {"calm", "ban", "ban-stock", "against calm", "against ban"} <= set(said)
    assert any("scope of the need: products" in text for text in said)


def test_the_year_is_2040_or_the_last_of_those_shown(comparison):
    assert "Import requirement 2031,\nchange in points" in words(comparison.plot())
    runs = [HandResults(years=range(2038, 2043)).done(name) for name in ("a", "b")]
    assert "Import requirement 2040,\nchange in points" in words(mfa.compare(runs, years=[2039, 2040, 2042]).plot())


def test_it_is_half_a_page_wide_and_every_word_lies_within(comparison):
    figure = comparison.plot()
    assert figure.get_figwidth() == WIDTH
    figure.canvas.draw()
    for text in figure.axes[0].texts:
        box = text.get_window_extent()
        assert box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 and box.y1 <= figure.bbox.y1, text
        assert text.get_fontsize() >= 5.5


def test_longest_names_of_the_library_lie_within():
    runs = [HandResults().ban(1.0, 2031).done(f"japan-heavy-rare-earth-ban{end}") for end in ("", "-joint-stockpile")]
    figure = mfa.compare([HandResults().done("japan-market"), *runs]).plot()
    figure.canvas.draw()
    assert max(text.get_window_extent().x1 for text in figure.axes[0].texts) <= figure.bbox.x1


def test_a_rise_is_told_from_a_fall_without_colour():
    base, policy = HandResults().imports([[50, 50], [50, 50]]), HandResults().imports([[60, 40], [60, 40]])
    figure = mfa.compare([base.done("a"), policy.done("b")]).plot()
    assert {"+10", "-10"} <= set(words(figure))
    hatched = [patch for patch in figure.axes[0].patches if patch.get_hatch()]
    assert len(hatched) == 1


def test_figures_are_written_for_each_region_and_the_same_each_time(tmp_path):
    runs = [HandResults(regions=("here", "there")).done(name) for name in ("a", "b")]
    comparison = mfa.compare(runs)
    written = draw_comparison(comparison, tmp_path)
    names = [f"what_it_buys_{region}.{end}" for region in ("here", "there") for end in ("svg", "png")]
    assert [path.name for path in written] == names
    first = written[0].read_bytes()
    assert b">What each scenario buys against its base, here<" in first
    draw_comparison(comparison, tmp_path, formats=("svg",))
    assert written[0].read_bytes() == first
    assert written[1].read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("elements", [("Co",), tuple("ABCDEFGHIJ"), ("copper", "neodymium")])
def test_few_many_and_long_elements(elements):
    runs = [HandResults(elements=elements).done(name) for name in ("a", "b")]
    figure = comparison_figure(mfa.compare(runs))
    figure.canvas.draw()
    assert max(text.get_window_extent().x1 for text in figure.axes[0].texts) <= figure.bbox.x1
    assert set(elements) <= set(words(figure))


def test_what_is_not_known_is_said(tmp_path):
    run = HandResults().indicator("public_cost", np.nan).reason("public_cost", "detail not kept", 0, ...)
    comparison = mfa.compare([HandResults().done("a"), run.done("b")])
    assert "not known" in words(comparison.plot())


def test_a_year_or_region_that_is_not_there(comparison):
    with pytest.raises(InputError) as caught:
        comparison.plot(2040, "there")
    assert [fault.where for fault in caught.value.faults] == ["year", "region"]
    assert re.search("choose from 2030, 2031", str(caught.value))

"""Tables for readers in three forms."""

from __future__ import annotations

import pytest

from mfa.report.blocks import Block, markdown


@pytest.fixture
def block():
    return Block(
        "Need",
        ["year", "scenario"],
        [("", "NIR"), ("self-suf-", "ficiency")],
        ["%", "%"],
        [(["2030", "market"], ["97.1", "27.7"]), (["2030", "ban"], ["72.3*", "27.7"]), (["2040", "ban"], ["9.0", "-"])],
        ["2040, like the base: market"],
    )


def test_text_has_units_marks_of_their_own_and_a_gap_between_groups(block):
    assert block.to_text() == (
        "Need\n"
        "                    self-suf-\n"
        "               NIR   ficiency\n"
        "year scenario  [%]        [%]\n"
        "2030 market   97.1       27.7\n"
        "     ban      72.3*      27.7\n"
        "\n"
        "2040 ban       9.0          -\n"
        "  2040, like the base: market"
    )


def test_markdown_joins_the_heads_and_escapes(block):
    lines = block.to_markdown(4).splitlines()
    assert lines[0] == "#### Need"
    assert lines[2] == "| year | scenario | NIR [%] | self-sufficiency [%] |"
    assert lines[3] == "| :-- | :-- | --: | --: |"
    assert lines[5] == r"|  | ban | 72.3\* | 27.7 |"
    assert lines[-1] == "2040, like the base: market"
    assert markdown(r"a|b\c") == r"a\|b\\c"


def test_html_escapes(block):
    block.rows.append((["2040", "<b>"], ["1", "2"]))
    page = block.to_html()
    assert "&lt;b&gt;" in page and "<b>" not in page
    assert page.count("<tr>") == 5
    assert "<p>2040, like the base: market</p>" in page


def test_a_label_that_recurs_under_another_group_is_shown_again():
    block = Block("t", ["a", "b", "c"], [("", "x")], rows=[(["1", "m", "k"], ["0"]), (["2", "m", "k"], ["0"])])
    assert block.to_text().splitlines()[-1].split() == ["2", "m", "k", "0"]

"""How a notebook shows results: the numbers of the summary, all texts escaped."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from mfa.report.display import headline_block, results_html
from mfa.report.tables import shown
from mfa.results import Results
from tests.conftest import make_results


def test_the_table_is_the_summary(reference: Results) -> None:
    text = reference._repr_html_()
    assert text == results_html(reference)
    rows = ElementTree.fromstring(text).findall(".//tbody/tr")
    assert len(rows) == 7 * 4
    first = ["".join(cell.itertext()) for cell in rows[0]]
    assert first[:2] == ["Lithium", "2024"]
    summary = reference.summary().loc[("Japan", "Li", 2024)]
    assert first[2] == shown(summary["in use [t]"], "t")
    assert "japan-reference: Japan, no new policy" in text and "worst balance residual" in text
    assert "1990-2060, 1 region, 29 products, 7 elements" in text
    heads = ["".join(cell.itertext()) for cell in ElementTree.fromstring(text).findall(".//thead/tr/th")]
    assert heads[:4] == ["element", "year", "in use [t]", "discarded [t/yr]"]


def test_why_there_is_no_value_is_told(reference: Results) -> None:
    block = headline_block(make_results(small=True, scenario="made up"))
    assert block.labels == ["element", "year"]
    results = make_results(small=True)
    results.arrays("policy")["requirement"][..., 1] = 0.0
    assert "import requirement: no need (Co 2024" in headline_block(results).notes[-1]


def test_texts_of_users_are_escaped() -> None:
    nasty = "<script>alert(1)</script>"
    results = make_results(small=True, scenario=nasty, title=nasty, warnings=[nasty] * 7)
    results.attrs["label_names"] = {"element": {"Li": nasty}}
    text = results._repr_html_()
    assert "<script" not in text
    assert "and 2 more" in text
    ElementTree.fromstring(text)


def test_parts_of_a_run_and_samples_are_shown() -> None:
    whole = make_results(small=True)
    part = Results.from_arrays({"stocks": whole.arrays("stocks")}, whole.labels, whole.years, "USD_2024")
    assert "No headline: the results hold parts of a run only." in part._repr_html_()
    assert "Headline, means of 2 samples" in make_results(n_samples=2, small=True)._repr_html_()


def test_many_rows_are_fewer_years() -> None:
    results = make_results(small=False)
    results.labels["region"] = [*results.labels["region"], *(f"region {i}" for i in range(2))]
    for group in ("flows", "stocks", "items", "components", "policy"):
        for name, array in results.arrays(group).items():
            results.arrays(group)[name] = array.repeat(3, axis=1)
    block = headline_block(results)
    assert {labels[2] for labels, _ in block.rows} == {"2040", "2050"}
    assert len(block.rows) == 3 * 7 * 2

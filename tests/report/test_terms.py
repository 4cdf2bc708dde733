"""What `mfa info` says."""

from __future__ import annotations

import pytest

from mfa.errors import InputError
from mfa.report.terms import WIDTH, explain, overview
from mfa.vocabulary import DIMENSIONS, FLOWS, INDICATORS, PARAMETERS, POLICY, PROCESSES


@pytest.mark.parametrize("name", [*PARAMETERS, *FLOWS, *INDICATORS, *POLICY, *DIMENSIONS, *PROCESSES.values()])
def test_every_term_is_explained(name: str) -> None:
    text = explain(name)
    assert text.startswith(name)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "None" not in text


def test_a_parameter_is_told_in_words() -> None:
    text = explain("collection_quota")
    assert "range    0 to 1" in text
    assert "default  0" in text
    assert "years    the default before the first year given, linear between, held after" in text
    assert "default  not in effect" in explain("collection_penalty")
    assert "default  no limit" in explain("capacity")
    assert "range    0 to 1, sums to 1 over chemistry" in explain("chemistry_share")
    assert "range    true or false" in explain("invest")
    assert "range    discards or sales" in explain("collection_quota_base")


def test_a_name_with_two_meanings_gets_both() -> None:
    text = explain("sales")
    assert "sales (parameter: use)" in text
    assert "sales (flow)" in text
    assert "from  3 product trade" in text


@pytest.mark.parametrize(
    ("word", "name"),
    [("EoL-RIR", "eol_recycling_input_rate"), ("nir", "net_import_reliance"), ("Base Price", "base_price")],
)
def test_abbreviations_and_case(word: str, name: str) -> None:
    assert explain(word).startswith(f"{name} (")


def test_symbols_labels_and_processes() -> None:
    assert explain("rho").startswith("hibernation_release")
    assert explain("bev").splitlines()[:2] == ["bev (product of the dataset japan)", "  name      Battery electric car"]
    assert "inflows" in explain("recycling")


def test_unknown_words_get_a_hint() -> None:
    with pytest.raises(InputError, match="did you mean 'hibernation_share'"):
        explain("hibernation_shar")
    with pytest.raises(InputError, match=r"in the meaning of: .*certificate_price"):
        explain("certificates")
    with pytest.raises(InputError, match="write a name"):
        explain("content[bev")


def test_rows_are_picked_by_label_and_year() -> None:
    text = explain("sales[bev, 2030]", "japan")
    rows = [line.split() for line in text.splitlines() if line.startswith("  Japan")]
    assert rows
    assert {(row[1], row[2]) for row in rows} == {("2030", "bev")}
    with pytest.raises(InputError, match="'bv' is no label of this table; did you mean 'bev'?"):
        explain("sales[bv]")
    with pytest.raises(InputError, match="labels pick rows of a parameter"):
        explain("in_use[bev]")


def test_long_tables_are_cut() -> None:
    assert "pick some with labels or years" in explain("content", "japan")


def test_a_parameter_without_a_table_says_so() -> None:
    assert "no table in the dataset japan: the default holds" in explain("keep_share", "japan")


def test_overview_lists_all_parameters() -> None:
    text = overview()
    assert all(name in text for name in PARAMETERS)
    assert "datasets: eu27, japan, partner)" in text


def test_labels_are_those_of_the_dataset_that_knows_most() -> None:
    assert "product of the dataset japan" in explain("smartphone")
    assert "product of the dataset japan" in explain("bev")  # the EU27, first by name, has it too
    assert "product of the dataset eu27" in explain("bev", "eu27")

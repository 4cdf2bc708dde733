"""Single results in words, and factors in words."""

from __future__ import annotations

import pytest

import mfa
from mfa.errors import InputError
from mfa.inputs.dataset import Label
from mfa.inputs.sampling.naming import Factor, FactorLabel
from mfa.inputs.sampling.words import factor_words
from mfa.studies.single_result import read_result

LABELS = {
    "product": {
        "hev_nimh": Label("hev_nimh", "Full hybrid car, NiMH"),
        "hev_mild": Label("hev_mild", "Mild hybrid kei car"),
        "bev": Label("bev", "Battery electric car"),
    },
    "origin": {"CHN": Label("CHN", "China")},
    "route": {"nimh": Label("nimh", "NiMH recycling")},
}


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("import_requirement[2025, Co]", "import_requirement[Co, 2025]", "Import requirement of cobalt 2025"),
        ("secondary[Here, Li, 2029]", "secondary[Li, 2029]", "Secondary metal, lithium, 2029"),
        ("eol_recycling_rate[Co,2025]", "eol_recycling_rate[Co, 2025]", "EoL recycling rate of cobalt 2025"),
        ("public_cost[2025]", "public_cost[2025]", "Public cost 2025"),
    ],
)
def test_names_and_words(one_product: str, text: str, name: str, words: str) -> None:
    inputs = mfa.load_scenario(one_product).inputs()
    found = read_result(text, inputs)
    assert found.name == name
    assert found.words({"element": {"Co": "Cobalt", "Li": "Lithium"}}) == words
    assert read_result(found.name, inputs) == found


def test_shares_are_read_in_percent_and_scores_are_not(one_product: str) -> None:
    inputs = mfa.load_scenario(one_product).inputs()
    assert read_result("unmet_share[Co, 2025]", inputs).percent
    assert not read_result("hhi[Co, 2025]", inputs).percent
    assert not read_result("secondary[Co, 2025]", inputs).percent


def test_faults_name_what_was_asked(one_product: str) -> None:
    with pytest.raises(InputError) as error:
        read_result("secondary[Cu, 1999]", mfa.load_scenario(one_product).inputs(), "target")
    assert [fault.where for fault in error.value.faults] == ["target 'secondary[Cu, 1999]'"] * 2


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (("lifetime", "shape", [("product", "bev", ["bev"])]), "Shape of lifetime: battery electric car"),
        (("sales", "", [("product", "hev", ["hev_nimh", "hev_mild"])]), "Sales: hybrid car"),
        (("sales", "", [("product", "all_cars", ["hev_nimh", "CHN"])]), "Sales: all cars"),
        (("ore_share", "", [("origin", "CHN", ["CHN"]), ("miner", "CHN", ["CHN"])]), "Ore share: China, China"),
        (("opex", "", [("route", "nimh", ["nimh"])]), "Operating cost: NiMH recycling"),
        (("growth_limit", "", []), "Fastest growth of capacity"),
    ],
)
def test_factors_in_words(factor: tuple[str, str, list[tuple[str, str, list[str]]]], words: str) -> None:
    parameter, term, labels = factor
    made = Factor(parameter, term, tuple(FactorLabel(dim, label, frozenset(of)) for dim, label, of in labels))
    assert factor_words(made, LABELS) == words

"""Targets: how they are written, and everything that can be wrong with them."""

from __future__ import annotations

import numpy as np
import pytest

import mfa
from mfa.errors import InputError
from mfa.studies.target import enough, read_plain, read_target


@pytest.fixture
def inputs(one_product):
    return mfa.load_scenario(one_product).inputs()


@pytest.mark.parametrize(
    ("text", "told", "limit", "below"),
    [
        ("import_requirement[Co, 2025] <= 0.6", "import_requirement[Here, Co, 2025] <= 0.6", 0.6, True),
        ("import_requirement[2025,Co,Here]<60 %", "import_requirement[Here, Co, 2025] < 0.6", 0.6, True),
        ("secondary[Li, 2029] >= 3000 kg/yr", "secondary[Here, Li, 2029] >= 3 t/yr", 3.0, False),
        ("collection_rate[2025] > 0.5", "collection_rate[Here, phone, battery, 2025] > 0.5", 0.5, False),
        ("public_cost[2025] <= 0 USD_2024/yr", "public_cost[Here, 2025] <= 0 USD_2024/yr", 0.0, True),
    ],
)
def test_reading(inputs, text, told, limit, below):
    target = read_target(text, inputs)
    assert str(target) == told
    assert target.limit == pytest.approx(limit)
    assert target.below is below


def test_values_and_whether_they_meet_it(inputs):
    target = read_target("secondary[Li, 2021] >= 2 t/yr", inputs)
    found = np.zeros((3, 1, 10, 2))
    found[:, 0, 1, 1] = [1.0, 2.0, np.nan]
    values = target.values(found)
    assert values[:2].tolist() == [1.0, 2.0]
    assert target.met(values).tolist() == [False, True, False]


def test_the_value_that_a_share_reaches():
    below = read_plain("import_requirement[Co, 2040] <= 0.6")
    above = read_plain("secondary[Co, 2040] >= 5")
    values = np.array([5.0, 1.0, 3.0, 4.0, 2.0])
    assert below.reached(values, 0.8) == 4.0  # four of five lie at 4 or below
    assert above.reached(values, 0.8) == 2.0  # four of five lie at 2 or above
    assert below.reached(values, 1.0) == 5.0
    assert np.isnan(below.reached(np.array([1.0, np.nan]), 1.0))
    assert enough(np.array([True] * 9 + [False]), 0.9)
    assert not enough(np.array([True] * 8 + [False] * 2), 0.9)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "is not a target; write"),
        ("import_requirement[Co, 2025]", "is not a target"),
        ("import_requirement[Co, 2025] <=", "is not a target"),
        ("import_requirement[Co, 2025] == 0.6", "has ==; write <=, >=, < or >"),
        ("import_requirment[Co, 2025] <= 0.6", "did you mean 'import_requirement'?"),
        ("import_requirement[Xx, 2025] <= 0.6", "unknown label 'Xx'"),
        ("import_requirement[Co, 2050] <= 0.6", "2050 lies outside the run; choose from 2020 to 2029"),
        ("import_requirement[Co] <= 0.6", "names no year"),
        ("import_requirement[2025] <= 0.6", "names no element; elements: Co, Li"),
        ("import_requirement[Co, Li, 2025] <= 0.6", "names two labels of element, Co and Li"),
        ("import_requirement[Co, 2025, 2026] <= 0.6", "names two years, 2025 and 2026"),
        ("import_requirement[Co, 2025] <= much", "'much' is not a number"),
        ("secondary[Co, 2025] >= 3", "has no unit; write '3 t/yr'"),
        ("secondary[Co, 2025] >= 3 kg", "unit 'kg' does not fit 't/yr'"),
    ],
)
def test_faults(inputs, text, wanted):
    with pytest.raises(InputError) as caught:
        read_target(text, inputs)
    assert wanted in str(caught.value)


def test_all_faults_at_once(inputs):
    with pytest.raises(InputError) as caught:
        read_target("secondary[Xx, 2050] >= 3 kg", inputs)
    assert len(caught.value.faults) == 3


def test_several_regions_need_the_region(one_product, tmp_path):
    labels = tmp_path / "tiny" / "labels.csv"
    labels.write_text(
        labels.read_text().replace("region,Here,Here,,,\n", "region,Here,Here,,,\nregion,There,There,,,\n")
    )
    inputs = mfa.load_scenario(one_product).inputs()
    with pytest.raises(InputError, match="names no region; regions: Here, There"):
        read_target("secondary[Co, 2025] >= 3 t/yr", inputs)
    assert read_target("secondary[There, Co, 2025] >= 3 t/yr", inputs).labels == {"region": "There", "element": "Co"}

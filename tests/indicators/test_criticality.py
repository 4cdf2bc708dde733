"""Supply risk and economic importance by hand, the chokepoint, and the bounds of both axes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mfa.indicators import (
    chokepoint,
    critical,
    economic_importance,
    hhi,
    hhi_governance,
    import_shares,
    mine_shares,
    supply_risk,
)

IMPORTS = arrays(float, (3, 2, 1), elements=st.floats(0.01, 1e6))
RISK = arrays(float, (3, 2, 1), elements=st.floats(0, 10))
ORE = arrays(float, (3, 2, 1, 3), elements=st.floats(0.01, 1))


def one(*values):
    return tuple(np.array([float(value)]) for value in values)


def origins(*values):
    return np.array(values, dtype=float).reshape(-1, 1, 1)


def ore(rows):
    """Rows: refiners; columns: miners."""
    rows = np.array(rows, dtype=float)
    return rows.reshape(len(rows), 1, 1, -1)


def test_mine_shares_by_hand():
    # China refines 80 %, Finland 20 %. China's ore: 10 % own, 90 % from Congo. Finland's: half own, half from Congo.
    # China 0.8 x 0.1 = 0.08, Finland 0.2 x 0.5 = 0.10, Congo 0.8 x 0.9 + 0.2 x 0.5 = 0.82
    table = ore([[0.1, 0.0, 0.9], [0.0, 0.5, 0.5], [0.0, 0.0, 1.0]])
    mined = mine_shares(origins(0.8, 0.2, 0.0), table)
    assert mined.ravel().tolist() == pytest.approx([0.08, 0.10, 0.82])


def test_mine_shares_are_missing_without_imports():
    assert np.isnan(mine_shares(import_shares(origins(0, 0)), ore(np.eye(2)))).all()


def test_governance_weighted_hhi_by_hand():
    # 0.8^2 x 5 x 1.2 + 0.2^2 x 1 x 1 = 3.84 + 0.04
    result = hhi_governance(origins(0.8, 0.2), origins(5, 1), origins(1.2, 1.0))
    assert result.tolist() == [[pytest.approx(3.88)]]


def test_chokepoint_names_the_stage_and_takes_refining_in_a_tie():
    assert chokepoint(*one(2, 3)).tolist() == [1.0]
    assert chokepoint(*one(3, 2)).tolist() == [0.0]
    assert chokepoint(*one(2, 2)).tolist() == [0.0]
    assert chokepoint(*one(2, 2 * (1 + 1e-15))).tolist() == [0.0]  # rounding is a tie
    assert np.isnan(chokepoint(*one(np.nan, np.nan)))


def test_own_ore_is_a_tie():
    shares = import_shares(origins(50, 30, 20))
    mined = mine_shares(shares, ore(np.eye(3)))
    governance, barriers = origins(5, 3, 1), origins(1, 1.1, 1)
    stage = chokepoint(hhi_governance(shares, governance, barriers), hhi_governance(mined, governance, barriers))
    assert stage.tolist() == [[0.0]]


def test_supply_risk_by_hand():
    # [2 x 0.5/2 + 4 x (1 - 0.25)] x (1 - 0.2) x 0.9 = (0.5 + 3) x 0.72 = 2.52
    assert supply_risk(*one(2, 4, 0.5, 0.2, 0.9)).tolist() == pytest.approx([2.52])


def test_supply_risk_limits_reliance_to_a_share():
    # a net exporter: only the source counts
    assert supply_risk(*one(2, 4, -3, 0, 1)).tolist() == [4.0]
    # full reliance: half world, half source
    assert supply_risk(*one(2, 4, 1, 0, 1)).tolist() == [3.0]


@pytest.mark.parametrize("missing", range(1, 4))
def test_supply_risk_is_missing_if_a_part_is(missing):
    parts = list(one(2, 4, 0.5, 0.2, 0.9))
    parts[missing] = np.array([np.nan])
    assert np.isnan(supply_risk(*parts))


def test_economic_importance_by_hand():
    # shares 0.75 and 0.25 of the use, sectors 8 and 4: (6 + 1) x 0.8 = 5.6
    use, value = np.array([[[75.0], [25.0]]]), np.array([[[8.0], [4.0]]])
    assert economic_importance(use, value, np.array([[0.8]])).tolist() == [[pytest.approx(5.6)]]


def test_economic_importance_is_missing_without_use_in_products():
    assert np.isnan(economic_importance(np.zeros((1, 2, 1)), np.ones((1, 2, 1)), np.ones((1, 1)))).all()


@pytest.mark.parametrize(
    ("risk", "importance", "verdict"),
    [(1.0, 2.8, 1.0), (0.99, 9.0, 0.0), (5.0, 2.79, 0.0), (0.1 * 10 - 1e-16, 2.8, 1.0)],
)
def test_critical_needs_both_thresholds(risk, importance, verdict):
    assert critical(*one(risk, importance)).tolist() == [verdict]


def test_critical_is_missing_if_an_axis_is():
    assert np.isnan(critical(*one(np.nan, 9)))
    assert np.isnan(critical(*one(9, np.nan)))


@given(IMPORTS, ORE)
def test_look_through_keeps_the_sum_and_agrees_with_a_loop(imports, table):
    table = table / table.sum(axis=-1, keepdims=True)
    shares = import_shares(imports)
    mined = mine_shares(shares, table)
    np.testing.assert_allclose(mined.sum(axis=-3), 1.0, rtol=1e-12)
    for year in range(2):
        for miner in range(3):
            slow = sum(shares[refiner, year, 0] * table[refiner, year, 0, miner] for refiner in range(3))
            assert mined[miner, year, 0] == pytest.approx(slow, rel=1e-12)


@given(IMPORTS, RISK)
def test_governance_weighted_hhi_lies_within_the_range_of_risks(imports, risk):
    shares = import_shares(imports)
    index = hhi_governance(shares, risk, np.ones_like(risk))
    plain = hhi(shares)
    assert (index >= plain * risk.min(axis=0) * (1 - 1e-12)).all()
    assert (index <= plain * risk.max(axis=0) * (1 + 1e-12) + 1e-300).all()
    assert (index <= 10.0 * (1 + 1e-12)).all()


@given(st.floats(0, 10), st.floats(0, 10), st.floats(-2, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 1))
def test_more_recycling_never_raises_supply_risk(world, source, reliance, low, high, substitution):
    low, high = sorted((low, high))
    less = supply_risk(*one(world, source, reliance, high, substitution))
    more = supply_risk(*one(world, source, reliance, low, substitution))
    assert less <= more * (1 + 1e-12)

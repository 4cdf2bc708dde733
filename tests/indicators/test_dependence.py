"""Import reliance, self-sufficiency, concentration, N-1 and days of cover by hand, and their bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mfa.indicators import (
    days_of_cover,
    hhi,
    import_requirement,
    import_shares,
    largest_origin,
    n_1_cover,
    net_import_reliance,
    net_import_reliance_embodied,
    net_import_reliance_raw,
    net_import_reliance_scrap,
    net_imports,
    owned_imports,
    self_sufficiency,
    top_origin_share,
    unmet_share,
)

ORIGINS = arrays(float, (4, 1, 1), elements=st.just(0.0) | st.floats(1e-6, 1e6))
TONNES = st.just(0.0) | st.floats(1e-6, 1e6)


def one(*values):
    return tuple(np.array([float(value)]) for value in values)


def origins(*values):
    return np.array(values, dtype=float).reshape(-1, 1, 1)


def test_net_imports_count_the_stockpile_as_trade_of_another_year():
    # 555 - 20 + 60 - 5
    assert net_imports(*one(555, 20, 60, 5)).tolist() == [590.0]


def test_net_import_reliance_of_the_worked_year():
    # (555 + 60) / (50 + 200 + 555 + 60) = 615 / 865
    assert net_import_reliance_raw(*one(615, 250)).tolist() == pytest.approx([0.711], abs=5e-4)


def test_net_exporter_has_a_negative_raw_value_and_is_shown_as_zero():
    # 20 t exported of 50 t made: -20 / 30
    raw = net_import_reliance_raw(*one(-20, 50))
    assert raw.tolist() == pytest.approx([-2 / 3])
    assert net_import_reliance(raw).tolist() == [0.0]


@pytest.mark.parametrize("net", [-50.0, -70.0, -50.0 + 1e-12])
def test_reliance_is_missing_when_nothing_is_consumed(net):
    # all domestic metal (50 t) and more is exported; a rest of 1e-12 t is rounding
    assert np.isnan(net_import_reliance_raw(*one(net, 50)))


def test_reliance_without_any_metal_is_missing():
    assert np.isnan(net_import_reliance_raw(*one(0, 0)))


def test_reliance_without_domestic_metal_is_one():
    assert net_import_reliance_raw(*one(1e-6, 0)).tolist() == [1.0]


def test_scrap_trade_moves_from_domestic_to_net_imports():
    # net 60, scrap 30 in and 10 out, primary 5, old secondary 15: (60 + 20) / (5 + 15 + 80)
    assert net_import_reliance_scrap(*one(60, 30, 10, 5, 15)).tolist() == [0.8]


def test_embodied_metal_is_added_to_both_sides():
    # net 100, products in 50, components in 30, products out 80: (100 + 0) / (100 + 0 + 100)
    assert net_import_reliance_embodied(*one(100, 50, 30, 80, 100)).tolist() == [0.5]
    # exports of products that hold more metal than is consumed: missing
    assert np.isnan(net_import_reliance_embodied(*one(100, 0, 0, 250, 100)))


def test_import_requirement_by_hand():
    assert import_requirement(*one(750, 1000)).tolist() == [0.75]
    assert np.isnan(import_requirement(*one(0, 0)))


def test_self_sufficiency_of_the_worked_year():
    # A owned to 0, B to 0.5: 165; primary 50; old secondary 200: 415 / 1000
    owned = owned_imports(origins(225, 330), origins(0.0, 0.5))
    assert owned.tolist() == [[165.0]]
    assert self_sufficiency(owned[0], *one(50, 200, 0, 1000)).tolist() == [0.415]


def test_self_sufficiency_may_exceed_one():
    # 0 owned, 700 primary, 300 old and 200 new secondary metal over a need of 1000
    assert self_sufficiency(*one(0, 700, 300, 200, 1000)).tolist() == [1.2]


def test_n_1_of_the_worked_year():
    # (200 + 50 + 555 - 330) / 1000
    assert n_1_cover(*one(200, 50, 555, 330, 1000)).tolist() == [0.475]
    assert np.isnan(n_1_cover(*one(200, 50, 0, 0, 0)))


def test_largest_origin_by_hand_and_without_origins():
    assert largest_origin(origins(225, 330, 0)).tolist() == [[330.0]]
    assert largest_origin(np.zeros((0, 2, 1))).tolist() == [[0.0], [0.0]]


def test_top_origin_share_by_hand():
    assert top_origin_share(*one(330, 825)).tolist() == [0.4]
    assert np.isnan(top_origin_share(*one(0, 0)))


def test_unmet_share_by_hand_and_free_of_rounding():
    # 135 of 1000; a difference of one part in 10^12 is none, with either sign
    assert unmet_share(*one(1000, 865)).tolist() == [0.135]
    assert unmet_share(*one(1000, 1000 - 1e-9)).tolist() == [0.0]
    assert unmet_share(*one(1000, 1000 + 1e-9)).tolist() == [0.0]
    assert np.isnan(unmet_share(*one(0, 0)))


def test_days_of_cover_by_hand():
    # 100 t against 730 t a year, 2 t a day
    assert days_of_cover(*one(100, 730)).tolist() == [50.0]
    assert days_of_cover(*one(0, 730)).tolist() == [0.0]
    assert np.isnan(days_of_cover(*one(100, 0)))


def test_hhi_by_hand():
    # 0.5^2 + 0.3^2 + 0.2^2 = 0.38
    assert hhi(import_shares(origins(50, 30, 20))).tolist() == [[pytest.approx(0.38)]]
    assert hhi(import_shares(origins(0, 7))).tolist() == [[1.0]]


def test_hhi_is_missing_without_imports_or_origins():
    assert np.isnan(hhi(import_shares(origins(0, 0)))).all()
    assert np.isnan(hhi(import_shares(np.zeros((0, 1, 1))))).all()


@given(ORIGINS)
def test_hhi_lies_between_equal_shares_and_one(imports):
    index = hhi(import_shares(imports)).item()
    if imports.sum() == 0.0:
        assert np.isnan(index)
    else:
        assert 1.0 / np.count_nonzero(imports) * (1 - 1e-12) <= index <= 1.0


@given(ORIGINS, st.floats(0, 1))
def test_splitting_an_origin_lowers_concentration_and_changes_no_total(imports, part):
    split = np.concatenate([imports[:-1], imports[-1:] * part, imports[-1:] * (1.0 - part)])
    theta = np.full(imports.shape, 0.3)
    np.testing.assert_allclose(split.sum(axis=-3), imports.sum(axis=-3), rtol=1e-12)
    np.testing.assert_allclose(
        owned_imports(split, np.concatenate([theta, theta[:1]])), owned_imports(imports, theta), rtol=1e-9, atol=1e-9
    )
    assert largest_origin(split) <= largest_origin(imports)
    if imports.sum() > 0.0:
        assert hhi(import_shares(split)) <= hhi(import_shares(imports)) * (1 + 1e-12)


@given(ORIGINS)
def test_order_of_origins_does_not_matter(imports):
    np.testing.assert_allclose(hhi(import_shares(imports[::-1])), hhi(import_shares(imports)), rtol=1e-12)


@given(TONNES, TONNES, TONNES, TONNES, TONNES)
def test_reliance_is_at_most_one_and_shown_as_a_share(imports, exports, release, fill, domestic):
    raw = net_import_reliance_raw(net_imports(*one(imports, exports, release, fill)), np.array([domestic]))
    shown = net_import_reliance(raw)
    assert np.isnan(raw) or raw <= 1.0 + 1e-12
    assert np.isnan(shown) or 0.0 <= shown <= 1.0 + 1e-12


@given(TONNES, TONNES, ORIGINS, st.floats(1, 1e6))
def test_n_1_is_cover_without_the_largest_origin(secondary, primary, imports, need):
    total, largest = imports.sum(axis=-3), largest_origin(imports)
    with_all = n_1_cover(secondary, primary, total, np.zeros_like(total), need)
    without = n_1_cover(secondary, primary, total, largest, need)
    np.testing.assert_allclose(with_all - without, largest / need, rtol=1e-9, atol=1e-9)

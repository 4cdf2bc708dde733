"""Collection, recycling and recycled-content rates by hand, their edges, and that shares stay shares."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa.indicators import (
    eol_collection_rate,
    eol_recycling_input_rate,
    eol_recycling_rate,
    eol_recycling_rate_cumulated,
    old_metal_used,
    old_scrap_ratio,
    process_efficiency,
    recycled_content,
)

TONNES = st.just(0.0) | st.floats(1e-6, 1e6)


def one(*values):
    return tuple(np.array([float(value)]) for value in values)


def test_collection_rate_counts_recycling_second_life_and_reuse():
    # (50 + 20 + 10) / 160
    assert eol_collection_rate(*one(50, 20, 10, 160)).tolist() == [0.5]


def test_rates_are_missing_without_discards():
    assert np.isnan(eol_collection_rate(*one(0, 0, 0, 0)))
    assert np.isnan(eol_recycling_rate(*one(5, 0)))


def test_process_efficiency_by_hand():
    # 45 t out of 50 t in the scrap processed
    assert process_efficiency(*one(45, 50)).tolist() == [0.9]
    assert np.isnan(process_efficiency(*one(0, 0)))


def test_recycling_rate_by_hand_and_above_one_while_a_backlog_is_worked_off():
    assert eol_recycling_rate(*one(40, 160)).tolist() == [0.25]
    assert eol_recycling_rate(*one(200, 160)).tolist() == [1.25]


def test_cumulated_rate_waits_for_the_first_discards():
    secondary, discards = np.array([[0.0], [10.0], [50.0]]), np.array([[0.0], [100.0], [50.0]])
    # nothing discarded; 10/100; 60/150
    result = eol_recycling_rate_cumulated(secondary, discards)[:, 0]
    assert np.isnan(result[0])
    assert result[1:].tolist() == [0.1, 0.4]


def test_recycled_content_by_hand():
    assert recycled_content(*one(200, 800)).tolist() == [0.25]
    assert recycled_content(*one(0, 800)).tolist() == [0.0]
    assert np.isnan(recycled_content(*one(0, 0)))


def test_old_metal_used_takes_the_shares_of_all_secondary_metal():
    # secondary 60 old + 30 new + 10 imported; 80 used at home: 80 x 70/100 = 56
    assert old_metal_used(*one(80, 60, 30, 10)).tolist() == pytest.approx([56.0])
    assert old_metal_used(*one(0, 0, 0, 0)).tolist() == [0.0]


def test_input_rate_is_zero_without_secondary_metal_but_missing_without_need():
    assert eol_recycling_input_rate(old_metal_used(*one(0, 0, 0, 0)), np.array([10.0])).tolist() == [0.0]
    assert np.isnan(eol_recycling_input_rate(*one(0, 0)))


def test_old_scrap_ratio_by_hand():
    # (60 + 10) / 100; new scrap only: 0; nothing: missing
    assert old_scrap_ratio(*one(60, 30, 10)).tolist() == [0.7]
    assert old_scrap_ratio(*one(0, 30, 0)).tolist() == [0.0]
    assert np.isnan(old_scrap_ratio(*one(0, 0, 0)))


@given(TONNES, TONNES, TONNES, TONNES)
def test_collection_rate_is_a_share_when_the_rest_is_lost(collected, second_life, reused, lost):
    rate = eol_collection_rate(*one(collected, second_life, reused, collected + second_life + reused + lost))
    assert np.isnan(rate) or 0.0 <= rate <= 1.0 + 1e-12


@given(TONNES, TONNES, TONNES, st.floats(0, 1), st.floats(1, 10))
def test_input_rate_never_passes_recycled_content(old, new, imported, share_used, need_over_use):
    use = (old + new + imported) * share_used
    need = use * need_over_use
    content = recycled_content(*one(use, need))
    rate = eol_recycling_input_rate(old_metal_used(*one(use, old, new, imported)), np.array([need]))
    assert np.isnan(content) == np.isnan(rate)
    assert np.isnan(rate) or rate <= content * (1 + 1e-12)


@given(TONNES, st.floats(1e-6, 1e6), st.floats(1e-3, 1e3))
def test_rates_do_not_depend_on_the_scale(secondary, discards, scale):
    plain = eol_recycling_rate(*one(secondary, discards))
    np.testing.assert_allclose(plain, eol_recycling_rate(*one(secondary * scale, discards * scale)), rtol=1e-12)


def test_discards_too_small_to_be_seen_are_none():
    # a survival curve never quite ends: 4 t recovered from a backlog over 1e-300 t discarded is no rate
    assert np.isnan(eol_recycling_rate(*one(4, 1e-300)))

"""The unit cube: strata, balance, seeds, and the same bits whatever is asked for beside."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import qmc

from mfa.inputs.sampling.streams import METHODS, factor_keys, mixed, owen_scrambled, permuted, unit_cube

NAMES = ["sales[bev]", "lifetime.mean[bev]", "opex[hydro]", "base_price[Nd]"]
DIMENSIONS = [0, 3, 1, 7]


def cube(method: str, size: int, start: int = 0, stop: int | None = None, seed: int = 1) -> np.ndarray:
    return unit_cube(method, seed, NAMES, DIMENSIONS, size, start, size if stop is None else stop)


def test_splitmix_against_its_published_stream() -> None:
    # the first outputs of SplitMix64 with state 1234567 (reference implementation by Vigna)
    golden = 0x9E3779B97F4A7C15
    states = np.array([(1234567 + (i + 1) * golden) % 2**64 for i in range(3)], dtype=np.uint64)
    assert mixed(states).tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423]


PINNED = {
    ("lhs", 1000): [
        ["0x1.816baa7a9da31p-1", "0x1.34c7c8607f7dfp-5", "0x1.cf51880fbd94ep-1", "0x1.b9b28f3731d7bp-2"],
        ["0x1.a54b8c2c05a5ap-3", "0x1.48c7a5a693848p-1", "0x1.5b9d0eed77cacp-2", "0x1.bb0f0c289f473p-1"],
    ],
    ("sobol", 1024): [
        ["0x1.6d98985400000p-3", "0x1.56793fdd00000p-1", "0x1.9c07191f00000p-1", "0x1.46578d0700000p-1"],
        ["0x1.bd0569c700000p-1", "0x1.3400330800000p-4", "0x1.4303639a00000p-2", "0x1.e435c89800000p-4"],
    ],
    ("random", 1000): [
        ["0x1.3b339c99d5820p-7", "0x1.4d3a6a02b676ap-1", "0x1.003f02bbeff47p-2", "0x1.0a3fbd60f5e4cp-4"],
        ["0x1.69241df638379p-2", "0x1.8c9f291ebd74ap-1", "0x1.4de8f67bda520p-1", "0x1.0586258d2d0d4p-1"],
    ],
}


@pytest.mark.parametrize(("method", "size"), PINNED)
def test_pinned_bits(method: str, size: int) -> None:
    """These numbers may never change: a seed in a published run must give the same samples for good."""
    shares = cube(method, size, 0, 2)
    assert [[value.hex() for value in row] for row in shares.tolist()] == PINNED[method, size]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3000), st.integers(0, 2**40))
def test_a_keyed_permutation_meets_every_place_once(size: int, seed: int) -> None:
    keys = factor_keys(seed, ["a", "b"], "lhs", 24 if size <= 64 else 8)
    found = permuted(keys, size, np.arange(size, dtype=np.uint64)[:, None])
    for column in found.T:
        assert np.array_equal(np.sort(column), np.arange(size))


def test_permutations_of_few_are_all_alike_likely() -> None:
    keys = factor_keys(5, [f"x{i}" for i in range(12000)], "lhs", 24)
    found = permuted(keys, 3, np.arange(3, dtype=np.uint64)[:, None])
    counts = np.unique(found.T, axis=0, return_counts=True)[1]
    assert len(counts) == 6
    assert stats.chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize("size", [1, 2, 7, 100, 1000])
def test_latin_hypercube_meets_each_stratum_once(size: int) -> None:
    strata = np.floor(cube("lhs", size) * size).astype(int)
    for column in strata.T:
        assert np.array_equal(np.sort(column), np.arange(size))


def test_draws_within_a_stratum_are_uniform() -> None:
    inside = (cube("lhs", 4000) * 4000) % 1.0
    assert all(stats.kstest(column, "uniform").pvalue > 1e-3 for column in inside.T)


@pytest.mark.parametrize("method", ["lhs", "random"])
def test_factors_are_uncorrelated(method: str) -> None:
    names = [f"factor{i}" for i in range(60)]
    shares = unit_cube(method, 3, names, range(60), 4096, 0, 4096)
    found = np.corrcoef(shares.T)[np.triu_indices(60, 1)] * np.sqrt(4096)
    assert 0.9 < np.sqrt(np.mean(found**2)) < 1.1  # standard normal, 1770 pairs
    assert np.max(np.abs(found)) < 4.8


@pytest.mark.parametrize("method", METHODS)
def test_open_interval(method: str) -> None:
    shares = cube(method, 2048)
    assert (shares > 0.0).all() and (shares < 1.0).all()


@pytest.mark.parametrize("method", METHODS)
def test_chunks_are_bit_identical(method: str) -> None:
    whole = cube(method, 256)
    for start, stop in ((0, 1), (1, 64), (64, 65), (65, 256)):
        assert np.array_equal(cube(method, 256, start, stop), whole[start:stop])


@pytest.mark.parametrize("method", METHODS)
def test_another_factor_changes_no_draw(method: str) -> None:
    more = unit_cube(method, 1, ["zinc", *NAMES], [9, *DIMENSIONS], 256, 0, 256)
    assert np.array_equal(more[:, 1:], cube(method, 256))


@pytest.mark.parametrize("method", METHODS)
def test_seeds_differ(method: str) -> None:
    one, other = cube(method, 512), cube(method, 512, seed=2)
    assert not np.any(one == other)
    if method != "sobol":  # two scramblings of one sequence are alike in what they share
        assert np.abs(np.corrcoef(one[:, 0], other[:, 0])[0, 1]) < 0.2


def test_sobol_is_balanced_in_every_dyadic_interval() -> None:
    shares = unit_cube("sobol", 4, ["a", "b", "c", "d", "e"], range(5), 1024, 0, 1024)
    for column in shares.T:
        for parts in (2, 16, 128, 1024):
            assert (np.bincount((column * parts).astype(int), minlength=parts) == 1024 // parts).all()
    # the first two dimensions are a (0, m, 2)-net: every box of area 1/1024 holds one point
    for power in range(11):
        one, other = (shares[:, 0] * 2**power).astype(int), (shares[:, 1] * 2 ** (10 - power)).astype(int)
        cells = one * 2 ** (10 - power) + other
        assert len(np.unique(cells)) == 1024


def test_sobol_is_as_even_as_that_of_scipy() -> None:
    mine = unit_cube("sobol", 4, [f"f{i}" for i in range(6)], range(6), 1024, 0, 1024)
    theirs = qmc.Sobol(6, rng=1).random(1024)
    assert qmc.discrepancy(mine) < 1.5 * qmc.discrepancy(theirs)
    assert qmc.discrepancy(mine) < 0.1 * qmc.discrepancy(np.random.default_rng(1).random((1024, 6)))


def test_scrambling_keeps_common_leading_bits() -> None:
    """Nested scrambling is a tree of coins: words that share their first bits share those of the result."""
    keys = factor_keys(1, ["a"], "sobol")
    words = np.array([[0b1011 << 28], [(0b1011 << 28) + 5], [0b1010 << 28]], dtype=np.uint64)
    found = owen_scrambled(keys, words)[:, 0] >> np.uint64(28)
    assert found[0] == found[1]
    assert (found[0] ^ found[2]) == 1  # the same but for the fourth bit

"""Rank correlations: reached, on unchanged draws, from data; impossible ones are refused with names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from mfa.errors import InputError
from mfa.inputs import validate
from mfa.inputs.dataset import open_dataset
from mfa.inputs.sampling.correlation import (
    Block,
    correlated_blocks,
    dataset_pairs,
    nearest_correlation,
)
from mfa.inputs.sampling.naming import Naming, parse_pattern
from mfa.inputs.sampling.ranks import correlated_columns, ranks_of
from mfa.inputs.sampling.settings import Pair
from mfa.inputs.sampling.streams import latin_hypercube

NAMING = Naming("Here")
NAMES = ["price[Co]", "price[Nd]", "price[Dy]"]


def factors(parameter: str, *labels: str) -> list[Any]:
    return [NAMING.factor(parameter, "", {"element": label}) for label in labels]


def pair(first: str, second: str, value: float) -> Pair:
    words = ["Li", "Co", "Ni", "Nd", "battery", "magnets"]
    one, other = (parse_pattern(text, words)[0] for text in (first, second))
    assert one and other
    return Pair(one, other, value, "file:1")


def draws(size: int, seed: int = 1) -> dict[str, np.ndarray]:
    return dict(zip(NAMES, latin_hypercube(seed, NAMES, size, 0, size).T, strict=True))


# --- Iman and Conover ------------------------------------------------------------------------------------------------


def test_target_is_reached_and_the_values_stay() -> None:
    wanted = np.array([[1.0, 0.8, -0.3], [0.8, 1.0, 0.2], [-0.3, 0.2, 1.0]])
    columns = draws(2000)
    found = correlated_columns(Block(tuple(NAMES), wanted), columns.__getitem__, 2000)
    reached = stats.spearmanr(found).statistic
    assert np.max(np.abs(reached - wanted)) < 0.02
    for i, name in enumerate(NAMES):
        assert np.array_equal(np.sort(found[:, i]), np.sort(columns[name]))  # still a Latin hypercube


def test_first_factor_of_a_block_keeps_its_order_and_the_last_changes_no_other() -> None:
    wanted = np.array([[1.0, 0.8, -0.3], [0.8, 1.0, 0.2], [-0.3, 0.2, 1.0]])
    columns = draws(500)
    three = correlated_columns(Block(tuple(NAMES), wanted), columns.__getitem__, 500)
    two = correlated_columns(Block(tuple(NAMES[:2]), wanted[:2, :2]), columns.__getitem__, 500)
    assert np.array_equal(three[:, 0], columns[NAMES[0]])
    assert np.array_equal(three[:, :2], two)


@pytest.mark.parametrize("size", [1, 2, 4, 5])
def test_designs_smaller_than_the_block(size: int) -> None:
    wanted = np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]])
    columns = draws(size)
    found = correlated_columns(Block(tuple(NAMES), wanted), columns.__getitem__, size)
    assert np.array_equal(np.sort(found, axis=0), np.sort(np.stack(list(columns.values()), axis=1), axis=0))


def test_ranks_of_ties_follow_their_places() -> None:
    assert ranks_of(np.array([0.5, 0.1, 0.5, 0.1])).tolist() == [2, 0, 3, 1]


def test_normal_correlation_that_belongs_to_a_rank_correlation() -> None:
    # 2 sin(pi 0.5/6) = 0.5176
    block = Block(("a", "b"), np.array([[1.0, 0.5], [0.5, 1.0]]))
    assert block.normal[0, 1] == pytest.approx(0.51764, abs=1e-5)
    assert np.diag(block.normal).tolist() == [1.0, 1.0]


# --- blocks ----------------------------------------------------------------------------------------------------------


def test_patterns_become_blocks() -> None:
    every = factors("base_price", "Li", "Co", "Ni", "Nd")
    pairs = [pair("base_price[Li]", "base_price[Co]", 0.4), pair("base_price[Co]", "base_price[Ni]", 0.5)]
    blocks, warnings = correlated_blocks(every, [pairs], {})
    assert [block.names for block in blocks] == [("base_price[Li]", "base_price[Co]", "base_price[Ni]")]
    assert blocks[0].spearman.tolist() == [[1.0, 0.4, 0.0], [0.4, 1.0, 0.5], [0.0, 0.5, 1.0]]
    assert warnings == []


def test_a_group_with_itself_and_a_later_layer() -> None:
    every = factors("base_price", "Li", "Co", "Ni")
    groups = {"element": {"Li": "battery", "Co": "battery", "Ni": "battery"}}
    layers = [
        [pair("base_price[battery]", "base_price[battery]", 0.6)],
        [pair("base_price[Li]", "base_price[Ni]", 0.0)],
    ]
    blocks, _ = correlated_blocks(every, layers, groups)
    assert blocks[0].spearman.tolist() == [[1.0, 0.6, 0.0], [0.6, 1.0, 0.6], [0.0, 0.6, 1.0]]


def test_two_values_for_one_pair_in_one_table() -> None:
    every = factors("base_price", "Li", "Co")
    pairs = [pair("base_price[Li]", "base_price[Co]", 0.4), pair("base_price[Co]", "base_price[Li]", 0.5)]
    with pytest.raises(InputError, match=r"base_price\[Co\] and base_price\[Li\]: 0.5 here, 0.4 elsewhere; keep one"):
        correlated_blocks(every, [pairs], {})


def test_a_matrix_that_is_not_positive_definite_is_refused_by_name() -> None:
    every = factors("base_price", "Li", "Co", "Ni")
    pairs = [
        pair("base_price[Li]", "base_price[Co]", 0.9),
        pair("base_price[Co]", "base_price[Ni]", 0.9),
        pair("base_price[Li]", "base_price[Ni]", -0.9),
    ]
    with pytest.raises(InputError, match=r"base_price\[Li\].*are not positive definite.*nearest_correlation: true"):
        correlated_blocks(every, [pairs], {})
    blocks, warnings = correlated_blocks(every, [pairs], {}, nearest=True)
    assert "the nearest matrix is used: largest change" in warnings[0]
    assert np.linalg.eigvalsh(blocks[0].normal)[0] > 0
    assert np.diag(blocks[0].spearman).tolist() == [1.0, 1.0, 1.0]


def test_nearest_correlation_of_higham() -> None:
    """The 3 x 3 example of Higham (2002), section 4."""
    wanted = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    found = nearest_correlation(wanted, smallest=0.0)
    assert found[0].tolist() == pytest.approx([1.0, 0.7607, 0.1573], abs=1e-4)


# --- tables ----------------------------------------------------------------------------------------------------------

HEADER = "first,second,value,provenance,source,note\n"


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("base_price[Co],base_price[Nx],0.5,estimate,TEST,", "second: unknown label 'Nx'"),
        ("base_prise[Co],base_price[Nd],0.5,estimate,TEST,", "first: unknown parameter 'base_prise'"),
        ("sales.mean[phone],sales[car],0.5,estimate,TEST,", "first: sales has no terms"),
        ("base_price[Co],base_price[Nd],1.0,estimate,TEST,", "value = 1.0 does not lie between -1 and 1"),
        ("base_price[Co],base_price[Nd],much,estimate,TEST,", "value = much is not a number"),
        ("base_price[Co],base_price[Nd],0.5,guess,TEST,", "unknown provenance 'guess'"),
        ("base_price[Co],base_price[Nd],0.5,estimate,NOBODY,", "unknown source 'NOBODY'"),
        ("base_price[Co],base_price[Nd],0.5,estimate,TEST", "has 5 cells, the header has 6"),
    ],
)
def test_faulty_rows(project: Any, row: str, what: str) -> None:
    project.write("tiny/rank_correlation.csv", HEADER + row + "\n")
    with pytest.raises(InputError, match=r"rank_correlation\.csv:2: ") as error:
        dataset_pairs(open_dataset("tiny"))
    assert what in str(error.value)
    for target in ("tiny", "tiny/rank_correlation.csv"):
        assert [what in str(fault) for fault in validate([target])] == [True]


def test_missing_column(project: Any) -> None:
    project.write("tiny/rank_correlation.csv", "first,second,rho\na,b,0.5\n")
    with pytest.raises(InputError, match="unknown column 'rho'"):
        dataset_pairs(open_dataset("tiny"))


def test_no_table_no_pairs(project: Any) -> None:
    assert dataset_pairs(open_dataset("tiny")) == []


def test_rows_about_other_factors_are_passed_over(project: Any) -> None:
    """A dataset's table speaks of all its variants: what a scenario does not vary is not missed."""
    project.write("tiny/rank_correlation.csv", HEADER + "base_price[Co],base_price[Nd],0.5,estimate,TEST,\n")
    blocks, _ = correlated_blocks(factors("opex", "Co"), [dataset_pairs(open_dataset("tiny"))], {})
    assert blocks == []

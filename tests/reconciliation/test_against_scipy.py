"""The solver against a general one of scipy, and the properties of what it finds."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import mfa
from mfa.errors import InputError
from mfa.reconciliation.reconcile import _problem
from mfa.reconciliation.result import Reconciled
from tests.reconciliation.random_networks import by_scipy, random_rows


def distance(found: Reconciled, other: np.ndarray) -> float:
    """Largest difference of determined figures, in units of the largest of their kind."""
    scales = _problem(found.network)[1]
    determined = np.array([word != "unobservable" for word in found.classes])
    return float((np.abs(found.values - other) / scales)[determined].max())


@pytest.mark.parametrize(
    ("flows", "seed"), [(10, 1), (10, 3), (10, 4), (50, 1), (50, 2), (50, 4), (100, 2), (100, 4), (200, 1), (200, 4)]
)
def test_linear_networks(flows: int, seed: int) -> None:
    found = mfa.reconcile(random_rows(seed, flows))
    assert distance(found, by_scipy(found.network)) < 1e-8


@pytest.mark.parametrize(("flows", "transfers", "elements", "seed"), [(10, 4, 0, 1), (10, 4, 0, 2), (10, 3, 2, 2)])
def test_networks_with_coefficients_and_concentrations(flows: int, transfers: int, elements: int, seed: int) -> None:
    found = mfa.reconcile(random_rows(seed, flows, transfers=transfers, elements=elements))
    assert distance(found, by_scipy(found.network)) < 1e-8


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6), flows=st.integers(4, 60), unmeasured=st.floats(0.0, 0.6), transfers=st.integers(0, 6)
)
def test_properties(seed: int, flows: int, unmeasured: float, transfers: int) -> None:
    """Balances close, nothing is negative, no figure is less certain than before, what nothing checks stays."""
    try:
        found = mfa.reconcile(random_rows(seed, flows, unmeasured, transfers=transfers))
    except InputError as error:  # it may give up on products of unknowns, but must say so
        assert transfers and "did not come to rest" in str(error)
        reject()
    table = found.table
    assert found.balance < 1e-9
    assert (table.reconciled.dropna() >= 0.0).all()
    measured = table.measured_sd.notna()
    assert (table.reconciled_sd[measured] <= table.measured_sd[measured] * (1 + 1e-12)).all()
    assert found.test.statistic >= 0.0
    assert set(table["class"][measured]) <= {"redundant", "nonredundant"}
    if not table.at_zero.any():
        alone = table[table["class"] == "nonredundant"]
        assert (alone.change.abs() <= 1e-9 * alone.measured_sd).all()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), flows=st.integers(4, 40))
def test_consistent_data_are_not_changed(seed: int, flows: int) -> None:
    """Reconciled figures, taken as measurements, are consistent: reconciling them again changes nothing."""
    found = mfa.reconcile(random_rows(seed, flows, unmeasured=0.0))
    again = [
        dataclasses.replace(unknown.row, value=value)
        for unknown, value in zip(found.network.unknowns, found.values, strict=True)
        if unknown.row is not None
    ]
    assert mfa.reconcile(again).values == pytest.approx(found.values, rel=1e-9, abs=1e-9 * found.values.max())

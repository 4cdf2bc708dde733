"""Answers with a year's delay settle: substitution and certificates at their default speeds do not swing for ever.

A share s of the gap to a goal is closed each year, while the goal looks at last year. If the goal falls by k for every
unit by which the present state rises, a deviation is multiplied by 1 - s (1 + k) each year: it dies out for
k < 2/s - 1, which is 3 at the default speed of substitution and 9 at that of certificates, and swings every second year
at s = 1 already for k > 1.
"""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import mfa
from tests.engine.systems import engine_inputs
from tests.tiny_systems import LABELLED, ONE, array

YEARS = range(2020, 2060)
QUICK = settings(max_examples=8, deadline=None)


def swing(path: np.ndarray) -> float:
    """Largest step of the last six years over the largest deviation of the whole path from its end."""
    return float(np.abs(np.diff(path[-7:])).max() / max(np.ptp(path), 1e-12))


def run(lifetime: float, **arrays: object) -> mfa.Results:
    named = {dim for value in arrays.values() if hasattr(value, "dims") for dim in value.dims}
    labels = {dim: [ONE] for dim in LABELLED if dim not in named}
    given_ = {"component_mass": 1.0, "recovery_yield": 1.0, **arrays}
    return mfa.run(engine_inputs(given_, YEARS, {"lifetime": {"survival": "fixed", "mean": lifetime}}, labels))


def share_of_the_scarce_chemistry(steepness: float, exponent: float, source: float, **given_: float) -> np.ndarray:
    """Share x of the components that hold Co, half at first; a domestic source alone delivers it, and too little.

    The goal is x* = 1/(1 + exp(b (r - 1))), as the material of x costs 0.1 * 10 (r - 1) more, with the price ratio
    r = (10 x/source)^psi, at most 10. Where it settles, k = b psi r (1 - x): at most `steepness` = 10 b psi.
    """
    chemistries, elements, origins = ["x", "y"], ["Co", "Li"], ["abroad", "home"]
    results = run(
        100.0, sales=100.0, import_share=array([1.0, 0.0], origin=origins), base_price=10.0,
        chemistry_share=array([0.5, 0.5], chemistry=chemistries),
        content=array([[0.1, 0.0], [0.0, 0.1]], chemistry=chemistries, element=elements),
        ban=array([[1.0, 0.0], [0.0, 0.0]], origin=origins, element=elements),
        origin_domestic=array([False, True], origin=origins),
        primary_capacity=array([[0.0, 0.0], [source, 0.0]], origin=origins, element=elements),
        scarcity_exponent=exponent, substitution_response=steepness / (10.0 * exponent), **given_,
    )  # fmt: skip
    return results.arrays("policy")["requirement"][0, 0, :, 0] / 10.0


@QUICK
@given(st.floats(0.1, 2.9), st.floats(0.3, 3.0), st.floats(0.5, 4.5))
def test_substitution_settles_at_its_default_speed(steepness: float, exponent: float, source: float) -> None:
    path = share_of_the_scarce_chemistry(steepness, exponent, source)
    assert path[1] < path[0]
    assert swing(path) < 1e-2


def test_substitution_at_once_swings_every_second_year() -> None:
    assert swing(share_of_the_scarce_chemistry(10.0, 1.0, 0.5, substitution_speed=1.0)) > 0.5


def certificate_price(elasticity: float, **given_: float) -> np.ndarray:
    """100 t of need, of which 20 t must be secondary; 100 t are discarded a year, of which 15 are collected at first.

    A certificate c beside the price of 500 gives scrap a value of V = 500 + c: 100 - 85 (V/500)^-eps t are collected.
    The goal falls from the penalty of 500 to 0 over the last 2 t (a tenth of the obligation) that are missing:
    k = 500/2 * 85 eps/500 * (V/500)^-(1 + eps), at most 42.5 eps.
    """
    results = run(
        40.0, sales=100.0, initial_stock=array([100.0] * 40, cohort=list(range(1980, 2020))),
        initial_chemistry_share=1.0, chemistry_share=1.0, content=1.0, import_share=1.0, base_price=500.0,
        base_collection_rate=0.15, max_collection_rate=0.95, base_scrap_value=500.0, collection_elasticity=elasticity,
        content_quota=0.2, content_penalty=500.0, **given_,
    )  # fmt: skip
    return results.arrays("policy")["certificate_price"][0, 0, :, 0]


@QUICK
@given(st.floats(0.01, 0.2))
def test_certificates_settle_at_their_default_speed(elasticity: float) -> None:
    path = certificate_price(elasticity)
    assert path.max() > 0.0
    assert swing(path[2:]) < 1e-2


def test_certificates_at_once_swing_every_second_year() -> None:
    assert swing(certificate_price(0.14, certificate_speed=1.0)) > 0.5

"""The engine against the plain model on random systems with all levers: everything that is reported agrees to 1e-9.

Two or three regions that trade used products and scrap, two or three products, two components, several chemistries and
elements, three routes, three foreign and two domestic origins; component lifetimes, second life, scrap trade,
investment, certificates and a joint pool at once.
"""

from __future__ import annotations

import functools
from collections import Counter
from typing import Any

import pytest

import mfa
from tests.engine.systems import differences, engine_inputs
from tests.plain_model import PlainResults, run_plain, worst_residual
from tests.plain_model.branches import BRANCHES
from tests.random_systems import random_system

SYSTEMS = [
    *(("all", seed) for seed in range(48)), *(("every", seed) for seed in range(1000, 1012)),
    *(("three regions", seed) for seed in range(2000, 2006)),
]  # fmt: skip
"""66 systems: in the first 48 each lever is on by chance, in the others all are on, in the last 6 in three regions."""
LEAST = 2
"""Systems in which each special case of the equations must happen."""


@functools.cache
def plain_results(levers: str, seed: int) -> PlainResults:
    arrays, years, lifetimes = system(levers, seed)
    return run_plain({**arrays, **lifetimes}, years)


@functools.cache
def system(levers: str, seed: int) -> Any:
    if levers == "three regions":
        return random_system(seed, "every", ("east", "west", "middle"))
    return random_system(seed, levers)


@pytest.mark.parametrize(("levers", "seed"), SYSTEMS)
def test_engine_and_plain_model_agree(levers: str, seed: int) -> None:
    arrays, years, lifetimes = system(levers, seed)
    plain = plain_results(levers, seed)
    engine = mfa.run(engine_inputs(arrays, years, lifetimes))
    assert differences(engine, plain) == []
    assert engine.attrs["balance"]["worst_relative_residual"] <= 1e-9
    assert worst_residual(plain)[0] <= 1.0


def test_the_systems_come_to_every_special_case() -> None:
    seen = Counter(branch for one in SYSTEMS for branch in plain_results(*one).branches)
    rare = {branch: seen[branch] for branch in BRANCHES if seen[branch] < LEAST}
    assert rare == {}

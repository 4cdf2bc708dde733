"""A scenario as a function of points in the unit cube: the same numbers as plain runs, and what matters is found."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import pytest

from mfa.errors import InputError
from mfa.inputs.sampling import Uncertainty
from mfa.run import run
from mfa.studies.elementary_effects import elementary_effects
from mfa.studies.one_at_a_time import one_at_a_time
from mfa.studies.scenario_function import CubePoints, ScenarioFunction
from mfa.studies.variance import variance_shares

VARY = ["recovery_yield[Co, hydro]", "used_export_share[bev]", "base_price[Dy]"]
RESULTS = ["eol_recycling_rate[Co, 2040]", "import_requirement[Co, 2040]", "collected[Co, 2040]"]


@pytest.fixture(scope="module", autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture(scope="module")
def function() -> ScenarioFunction:
    return ScenarioFunction(Uncertainty("japan-reference", vary=VARY), RESULTS)


def test_numbers_are_those_of_plain_runs(function: ScenarioFunction) -> None:
    shares = np.array([[0.1, 0.5, 0.5], [0.9, 0.2, 0.7]])
    found = function(shares)
    results = run(function.uncertainty.sampled(shares))
    rate = results.indicators["eol_recycling_rate"].sel(element="Co", time=2040, region="Japan")
    assert found[:, 0] == pytest.approx(rate.pint.dequantify().values)
    assert found.shape == (2, 3)
    assert CubePoints(function.uncertainty, shares).inputs(1, 2).labels["sample"] == [1]


def test_what_matters_is_found(function: ScenarioFunction) -> None:
    """The yield of cobalt raises recycling, exports of old cars lower collection, the price of Dy does nothing."""
    alone = one_at_a_time(function, function.names, function.values)
    swing = dict(zip(function.names, alone.swing.tolist(), strict=True))
    assert swing["recovery_yield[Co, hydro]"][0] > 0.0
    assert swing["used_export_share[bev]"][2] < 0.0
    assert swing["base_price[Dy]"] == [0.0, 0.0, 0.0]
    effects = elementary_effects(function, function.names, places=4, seed=1).table(function.outputs)
    assert effects[effects["output"] == RESULTS[0]]["factor"].tolist()[-1] == "base_price[Dy]"
    shares = variance_shares(function, function.names, size=32, seed=1, resamples=20)
    last = function.names.index("base_price[Dy]")
    assert shares.total[last].tolist() == pytest.approx([0.0] * 3, abs=1e-12)
    assert np.nansum(shares.total[:, 0]) > 0.9


@pytest.mark.parametrize(
    ("results", "what"),
    [
        ([], "none is named"),
        (["import_requirment[Co, 2040]"], "import_requirement"),
        (["import_requirement[Xx, 2040]"], "Xx"),
        (["import_requirement[Co]"], "import_requirement[Co]"),
    ],
)
def test_unknown_results(function: ScenarioFunction, results: list[str], what: str) -> None:
    with pytest.raises(InputError) as error:
        ScenarioFunction(function.uncertainty, results)
    assert what in str(error.value)

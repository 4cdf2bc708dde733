"""Runs that tests of tables and figures share: some made by hand, and scenarios of Japan, each run once."""

import warnings

import pytest

import mfa
from mfa.inputs import InputWarning
from mfa.results import Results, describe
from tests.studies.conftest import base_run, hand, policy_run

__all__ = ["base_run", "hand", "policy_run"]

SHOCK = "japan-heavy-rare-earth-ban-stockpile"
"""China delivers no Dy and Tb in 2030 and 2031; a stockpile of 180 days stands ready."""


def run_named(name: str) -> Results:
    """A shipped scenario, run and described as `mfa run` does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        scenario = mfa.load_scenario(name)
        results = mfa.run(scenario)
    describe(results, scenario)
    return results


@pytest.fixture(scope="session")
def reference() -> Results:
    return run_named("japan-reference")


@pytest.fixture(scope="session")
def vision() -> Results:
    return run_named("japan-vision")


@pytest.fixture(scope="session")
def shock() -> Results:
    return run_named(SHOCK)

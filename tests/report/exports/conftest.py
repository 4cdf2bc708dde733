"""Runs that tests of exports share."""

import pytest

import mfa
from mfa.results import Results
from tests.report.conftest import reference, vision
from tests.studies.conftest import small_inputs

__all__ = ["reference", "vision"]


@pytest.fixture(scope="session")
def cars() -> Results:
    """1000 cars a year with 10 kg of cobalt each, 2024 to 2033."""
    return mfa.run(small_inputs("cars"))

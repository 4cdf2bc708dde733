"""Runs made by hand, for tables and figures of comparisons."""

from tests.studies.conftest import base_run, hand, policy_run

__all__ = ["base_run", "hand", "policy_run"]

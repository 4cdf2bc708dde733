"""Sampling: laws from the tables, factors, designs, and the inputs of their samples.

The names are imported when they are first asked for: reading a scenario needs its settings alone.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mfa.inputs.sampling.design import Design
    from mfa.inputs.sampling.summary import FactorSummary
    from mfa.inputs.sampling.uncertainty import Uncertainty

__all__ = ["Design", "FactorSummary", "Uncertainty"]

_HOME = {"Design": "design", "FactorSummary": "summary", "Uncertainty": "uncertainty"}
"""Module of each name."""


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)

"""Files to checked inputs: tables, references, gap filling, scenario files.

The names below are imported when they are first asked for: who opens results needs few of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mfa.inputs.arrays import Inputs, InputWarning
    from mfa.inputs.dataset import Dataset, open_dataset, shipped_datasets
    from mfa.inputs.evidence import evidence_summary
    from mfa.inputs.scenario import Scenario, list_scenarios, load_scenario, parse_changes, scenario_files
    from mfa.inputs.validation import validate

_HOME = {
    "Dataset": "dataset",
    "InputWarning": "arrays",
    "Inputs": "arrays",
    "Scenario": "scenario",
    "evidence_summary": "evidence",
    "list_scenarios": "scenario",
    "load_scenario": "scenario",
    "open_dataset": "dataset",
    "parse_changes": "scenario",
    "scenario_files": "scenario",
    "shipped_datasets": "dataset",
    "validate": "validation",
}
"""Module of each public name."""

__all__ = [
    "Dataset",
    "InputWarning",
    "Inputs",
    "Scenario",
    "evidence_summary",
    "list_scenarios",
    "load_scenario",
    "open_dataset",
    "parse_changes",
    "scenario_files",
    "shipped_datasets",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value

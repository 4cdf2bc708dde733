"""Files to checked inputs: tables, references, gap filling, scenario files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mfa.inputs.arrays import Inputs, InputWarning
from mfa.inputs.dataset import Dataset, open_dataset, shipped_datasets
from mfa.inputs.evidence import evidence_summary
from mfa.inputs.scenario import Scenario, list_scenarios, load_scenario, parse_changes, scenario_files

if TYPE_CHECKING:
    from mfa.inputs.validation import validate

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
    if name == "validate":  # which looks into the laws of sampling too: no run needs them
        from mfa.inputs.validation import validate

        return validate
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")

"""Files to checked inputs: tables, references, gap filling, scenario files."""

from mfa.inputs.arrays import Inputs, InputWarning
from mfa.inputs.dataset import Dataset, open_dataset, shipped_datasets
from mfa.inputs.evidence import evidence_summary
from mfa.inputs.scenario import Scenario, list_scenarios, load_scenario, parse_changes, scenario_files
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

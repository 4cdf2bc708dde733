"""Dynamic material-flow analysis of critical metals.

The names below are the public face. They are imported when they are first asked for: `import mfa` takes no time.
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mfa.calibration.collection import CollectionCalibration, calibrate_collection
    from mfa.calibration.lifetime import LifetimeCalibration, calibrate_lifetime
    from mfa.errors import MfaError
    from mfa.inputs import Inputs, Scenario, load_scenario
    from mfa.lifetimes import Lifetime
    from mfa.reconciliation.reconcile import reconcile
    from mfa.reconciliation.result import Reconciled
    from mfa.results import Results, open_results
    from mfa.run import run
    from mfa.stock_models import inflow_driven, stock_driven
    from mfa.studies.compare import compare
    from mfa.studies.discovery import Discovery, discover
    from mfa.studies.drill import drill
    from mfa.studies.ensemble import ensemble
    from mfa.studies.ensemble_result import Ensemble, open_ensemble
    from mfa.studies.robustness import Robustness, robust
    from mfa.studies.search import SearchResult, search
    from mfa.studies.sensitivity import Sensitivity, sensitivity
    from mfa.studies.sweep import Sweep, sweep
    from mfa.units import quantify

__version__ = "0.1.0"

_HOME = {
    "CollectionCalibration": "mfa.calibration.collection",
    "Discovery": "mfa.studies.discovery",
    "Ensemble": "mfa.studies.ensemble_result",
    "Inputs": "mfa.inputs",
    "Lifetime": "mfa.lifetimes",
    "LifetimeCalibration": "mfa.calibration.lifetime",
    "MfaError": "mfa.errors",
    "Reconciled": "mfa.reconciliation.result",
    "Results": "mfa.results",
    "Robustness": "mfa.studies.robustness",
    "Scenario": "mfa.inputs",
    "SearchResult": "mfa.studies.search",
    "Sensitivity": "mfa.studies.sensitivity",
    "Sweep": "mfa.studies.sweep",
    "calibrate_collection": "mfa.calibration.collection",
    "calibrate_lifetime": "mfa.calibration.lifetime",
    "compare": "mfa.studies.compare",
    "discover": "mfa.studies.discovery",
    "drill": "mfa.studies.drill",
    "ensemble": "mfa.studies.ensemble",
    "inflow_driven": "mfa.stock_models",
    "load_scenario": "mfa.inputs",
    "open_ensemble": "mfa.studies.ensemble_result",
    "open_results": "mfa.results",
    "quantify": "mfa.units",
    "reconcile": "mfa.reconciliation.reconcile",
    "robust": "mfa.studies.robustness",
    "run": "mfa.run",
    "search": "mfa.studies.search",
    "sensitivity": "mfa.studies.sensitivity",
    "stock_driven": "mfa.stock_models",
    "sweep": "mfa.studies.sweep",
}
"""Module of each public name."""

__all__ = [
    "CollectionCalibration",
    "Discovery",
    "Ensemble",
    "Inputs",
    "Lifetime",
    "LifetimeCalibration",
    "MfaError",
    "Reconciled",
    "Results",
    "Robustness",
    "Scenario",
    "SearchResult",
    "Sensitivity",
    "Sweep",
    "__version__",
    "calibrate_collection",
    "calibrate_lifetime",
    "compare",
    "discover",
    "drill",
    "ensemble",
    "inflow_driven",
    "load_scenario",
    "open_ensemble",
    "open_results",
    "quantify",
    "reconcile",
    "robust",
    "run",
    "search",
    "sensitivity",
    "stock_driven",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'mfa' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Face(types.ModuleType):
    """The package, in which `mfa.run` is always the function and never the module of the same name."""

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, types.ModuleType) and _HOME.get(name) == value.__name__:
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face

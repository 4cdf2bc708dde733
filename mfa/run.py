"""From a scenario to results: all years, all samples at once, balances checked."""

from __future__ import annotations

import time as clock
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.assembly import Model, assemble
from mfa.past import Past
from mfa.recording import Record
from mfa.system.balance import Residual, check_balances, check_cohorts, check_trade, refuse_negative
from mfa.system.layout import Floats
from mfa.year import solve_year
from mfa.year.outcome import report
from mfa.year.state import State

if TYPE_CHECKING:
    from mfa.inputs import Inputs, Scenario
    from mfa.results import Results

CHUNK = 64
"""Samples solved together: enough to hide Python's cost, few enough to stay in the cache."""


def run(scenario: Scenario | Inputs | str, *, detail: str = "full", past: Past | None = None) -> Results:
    """Run a scenario.

    Parameters
    ----------
    scenario : Scenario, Inputs or str
        A scenario, its name or path, or a whole system from labelled arrays.
    detail : {"full", "totals"}
        ``full`` keeps flows by product, component, route and origin; ``totals`` keeps region, time and element only,
        which is what many samples have room for.
    past : Past, optional
        First years that were solved before, see `mfa.past`; a run that differs in them is solved from the start. It
        changes no result but for rounding.

    Returns
    -------
    Results

    Raises
    ------
    InputError
        If the scenario or its data is wrong.
    ModelError
        If a year cannot be solved, with coordinates.
    BalanceError
        If a mass balance does not close.
    """
    from mfa.inputs import load_scenario
    from mfa.results import Results, describe

    if isinstance(scenario, str):
        scenario = load_scenario(scenario)
    inputs: Inputs = scenario.inputs() if hasattr(scenario, "inputs") else scenario
    started = clock.perf_counter()
    arrays, worst, model = solve(inputs, detail=detail, past=past)
    attrs: dict[str, Any] = dict(inputs.attrs or {})
    attrs["balance"] = {
        "worst_relative_residual": worst.relative, "residual": worst.absolute, "process": worst.process,
        "element": worst.element, "region": worst.region, "year": worst.year, "sample": worst.sample,
    }  # fmt: skip
    attrs["engine_seconds"] = clock.perf_counter() - started
    attrs["detail"] = detail
    messages = list(attrs.get("warnings", []))
    messages += _run_warnings(arrays, model)
    attrs["warnings"] = messages
    results = Results.from_arrays(arrays, inputs.labels, inputs.years, inputs.money, attrs, inputs)
    if inputs is not scenario:
        describe(results, scenario)
    return results


def solve(
    inputs: Inputs, *, detail: str = "full", past: Past | None = None
) -> tuple[dict[str, dict[str, Any]], Residual, Model]:
    """Solve all years of all samples and check every balance; plain arrays (sample, *dims of the vocabulary)."""
    model = assemble(inputs)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        if model.n_sample <= CHUNK:
            arrays, worst = _solve_chunk(model, detail, past)
            return arrays, worst, model
        parts = [
            _solve_chunk(_slice_samples(model, start, min(start + CHUNK, model.n_sample)), detail, past)
            for start in range(0, model.n_sample, CHUNK)
        ]
    worst = max((residual for _, residual in parts), key=lambda residual: residual.relative)
    first = parts[0][0]
    arrays = {
        group: {name: np.concatenate([part[group][name] for part, _ in parts]) for name in first[group]}
        for group in first
    }
    return arrays, worst, model


def _slice_samples(model: Model, start: int, stop: int) -> Model:
    """The same model for some of its samples."""

    def cut(values: Floats, axis: int) -> Floats:
        if values.shape[axis] == 1:
            return values
        index = [slice(None)] * values.ndim
        index[axis] = slice(start, stop)
        return values[tuple(index)]

    components = model.component_survival
    return replace(
        model, par=model.par.samples(start, stop), survival=model.survival.samples(start, stop),
        component_survival=None if components is None else components.samples(start, stop),
        second_survival=model.second_survival.samples(start, stop), initial_units=cut(model.initial_units, 0),
        initial_mix=cut(model.initial_mix, 0), content=cut(model.content, 1), n_sample=stop - start,
    )  # fmt: skip


def _solve_chunk(model: Model, detail: str, past: Past | None) -> tuple[dict[str, dict[str, Any]], Residual]:
    full = detail == "full"
    known = None if past is None else past.resume(model, full)
    if past is None or known is None:
        start, state, record = 0, State(model), Record(model, full)
        opening = state.opening()
    else:
        start, (state, record, opening) = past.years, known
    for t in range(start, model.n_years):
        record.keep(t, report(solve_year(state, t), record.full))
    flows, stocks = record.totals()
    worst = check_balances(flows, stocks, opening, model.layout)
    check_trade(record.kept["other"], model.layout)
    check_cohorts(state.entered, state.discards_so_far, state.units, model.layout)
    refuse_negative(flows, stocks, model.layout)
    return record.arrays(flows, stocks), worst


def _run_warnings(arrays: dict[str, dict[str, Any]], model: Model) -> list[str]:
    """Warnings that only a finished run can give."""
    messages = []
    unmet = arrays["policy"]["unmet_demand"]
    places = np.argwhere(unmet > 1e-9 * np.maximum(arrays["policy"]["requirement"], 1e-3))
    if len(places):
        labels = model.layout.labels
        seen = sorted({(int(model.layout.years[t]), labels["element"][e]) for _, _, t, e in places.tolist()})
        text = ", ".join(f"{element} {year}" for year, element in seen[:8]) + (" ..." if len(seen) > 8 else "")
        messages.append(f"unmet demand: {text}; ratios on the realised need are lifted in these years")
    return messages

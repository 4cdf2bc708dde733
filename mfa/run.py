"""From a scenario to results: all years, all samples at once, balances checked."""

from __future__ import annotations

import time as clock
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.assembly import Model, assemble
from mfa.system.balance import Residual, check_balances, check_cohorts
from mfa.system.layout import Floats
from mfa.vocabulary import FLOWS, ITEMS, POLICY, STOCKS
from mfa.year import Society

if TYPE_CHECKING:
    from mfa.inputs import Inputs, Scenario
    from mfa.results import Results

CHUNK = 32
"""Samples solved together: enough to hide Python's cost, few enough to stay in the cache."""

_BY_ITEM = {name for name, flow in FLOWS.items() if flow.dims[2:] == ("product", "component", "element")}
_BY_CLASS = {"second_life_eol", "second_life_lost", "imports_scrap"}
_BY_FEED = {"exports_scrap", "overflow"}
_BY_ROUTE = {"secondary", "recovery_loss"}


def run(scenario: Scenario | Inputs | str, *, detail: str = "full") -> Results:
    """Run a scenario.

    Parameters
    ----------
    scenario : Scenario, Inputs or str
        A scenario, its name or path, or a whole system from labelled arrays.
    detail : {"full", "totals"}
        ``full`` keeps flows by product, component, route and origin; ``totals`` keeps region, time and element only,
        which is what many samples have room for.

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
    from mfa.results import Results

    if isinstance(scenario, str):
        scenario = load_scenario(scenario)
    inputs: Inputs = scenario.inputs() if hasattr(scenario, "inputs") else scenario
    started = clock.perf_counter()
    arrays, worst, model = solve(inputs, detail=detail)
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
    return Results.from_arrays(arrays, inputs.labels, inputs.years, inputs.money, attrs, inputs)


def solve(inputs: Inputs, *, detail: str = "full") -> tuple[dict[str, dict[str, Any]], Residual, Model]:
    """Solve all years of all samples and check every balance; plain arrays (sample, *dims of the vocabulary)."""
    model = assemble(inputs)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        if model.n_sample <= CHUNK:
            arrays, worst = _solve_chunk(model, detail)
            return arrays, worst, model
        parts = [
            _solve_chunk(_slice_samples(model, start, min(start + CHUNK, model.n_sample)), detail)
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
    from dataclasses import replace

    from mfa.system.layout import YearParameters

    def cut(values: Any, axis: int) -> Any:
        if values.shape[axis] == 1:
            return values
        index = [slice(None)] * values.ndim
        index[axis] = slice(start, stop)
        return values[tuple(index)]

    par = YearParameters(model.layout, model.n_years)
    par._by_year = {name: cut(values, 1) for name, values in model.par._by_year.items()}
    par._fixed = {name: cut(values, 0) for name, values in model.par._fixed.items()}

    return replace(
        model, par=par, survival=model.survival.samples(start, stop),
        component_survival=model.component_survival and model.component_survival.samples(start, stop),
        second_survival=model.second_survival.samples(start, stop), initial_units=cut(model.initial_units, 0),
        initial_mix=cut(model.initial_mix, 0), content=cut(model.content, 1), n_sample=stop - start,
    )  # fmt: skip


def _solve_chunk(model: Model, detail: str) -> tuple[dict[str, dict[str, Any]], Residual]:
    society = Society(model, model.n_sample)
    layout = model.layout
    n_e = layout.n_element
    shape = (model.n_years, *society.lead)
    opening = {
        "in_use": society.content_of(society.units, _carried(society), max(layout.first, 1)).sum(axis=-1),
        "hibernation": np.zeros((*society.lead, n_e + 1)),
        "second_life": np.zeros((*society.lead, n_e + 1)),
        "feed_store": society.feed_store.sum(axis=(2, -1)),
        "stockpile": society.stockpile.copy(),
        "sink": np.zeros((*society.lead, n_e + 1)),
    }
    raw: dict[str, Floats] = {}
    totals: dict[str, Floats] = {}
    full = detail == "full"

    def keep(store: dict[str, Floats], name: str, t: int, values: Floats) -> None:
        if name not in store:
            store[name] = np.zeros((model.n_years, *values.shape), dtype=values.dtype)
        store[name][t] = values

    def total(name: str, values: Floats) -> Floats:
        if name in _BY_ITEM or name in _BY_CLASS:
            return values.sum(axis=-1)
        if name in _BY_FEED:
            return values.sum(axis=(2, -1))
        if name in _BY_ROUTE:
            return values.sum(axis=(2, -1))
        if name in ("primary", "imports"):
            return values.sum(axis=2)
        return values

    for t in range(model.n_years):
        out = society.step(t)
        for name, values in out["flows"].items():
            if full:
                keep(raw, name, t, values)
            else:
                keep(totals, name, t, total(name, values))
        if not full:
            keep(totals, "imports_by_origin", t, out["flows"]["imports"])
            keep(totals, "secondary_by_scrap", t, out["flows"]["secondary"][..., :n_e, :].sum(axis=-1))
        for name, values in out["stocks"].items():
            if full:
                keep(raw, "stock:" + name, t, values)
            keep(totals, "stock:" + name, t, _stock_total(name, values))
        for group in ("items", "policy"):
            for name, values in out[group].items():
                if not full and name == "chemistry_mix":
                    continue
                keep(raw, f"{group}:{name}", t, values)
        keep(raw, "processed", t, out["processed"].sum(axis=3))  # [sample, region, scrap, route]
    if full:
        for name in FLOWS:
            values = raw[name]
            totals[name] = _total_over_time(name, values)
    stocks = {name: totals["stock:" + name] for name in STOCKS if name != "sink"}
    lost = sum(
        np.pad(totals[name], [(0, 0)] * 3 + [(0, n_e + 1 - totals[name].shape[-1])])
        for name, flow in FLOWS.items() if flow.target == 10
    )  # fmt: skip
    stocks["sink"] = np.cumsum(lost, axis=0)
    worst = check_balances(totals, stocks, opening, layout)
    check_cohorts(society.entered, society.discards_so_far, society.units, layout)
    _refuse_negative(totals, stocks, layout)
    arrays = _report(model, raw, totals, stocks, full, shape)
    return arrays, worst


def _carried(society: Society) -> Floats | None:
    if society.carried is None:
        return None
    return society.carried.sum(axis=-2)[..., : len(society.model.layout.cohorts)]


def _stock_total(name: str, values: Floats) -> Floats:
    if name == "feed_store":
        return values.sum(axis=(2, -1))
    if name == "stockpile":
        return values
    return values.sum(axis=-1)


def _total_over_time(name: str, values: Floats) -> Floats:
    if name in _BY_ITEM or name in _BY_CLASS:
        return values.sum(axis=-1)
    if name in _BY_FEED or name in _BY_ROUTE:
        return values.sum(axis=(3, -1))
    if name in ("primary", "imports"):
        return values.sum(axis=3)
    return values


def _refuse_negative(totals: dict[str, Floats], stocks: dict[str, Floats], layout: Any) -> None:
    from mfa.errors import BalanceError

    for name, values in [*totals.items(), *stocks.items()]:
        least = float(np.min(values))
        if not least >= -1e-9 * max(1.0, float(np.max(np.abs(values)))):
            place = np.unravel_index(int(np.argmin(values)), values.shape)
            raise BalanceError(
                f"{name} is {least:.3e} in {int(layout.years[place[0]])}: no flow or stock may be below 0"
            )


def _report(
    model: Model, raw: dict[str, Floats], totals: dict[str, Floats], stocks: dict[str, Floats], full: bool, shape: Any
) -> dict[str, dict[str, Any]]:
    """Bring what was kept to arrays (sample, *dims of the vocabulary)."""
    layout = model.layout
    n_e = layout.n_element
    n_pk = layout.n_product * layout.n_component
    item_pk = layout.item_product * layout.n_component + layout.item_component
    to_pk = np.zeros((layout.n_item, n_pk))
    to_pk[np.arange(layout.n_item), item_pk] = 1.0
    to_k = np.zeros((layout.n_class, layout.n_component))
    to_k[np.arange(layout.n_class), layout.class_component] = 1.0
    pair_pk = layout.pair_product * layout.n_component + layout.pair_component

    def by_pair(values: Floats) -> Floats:  # [time, sample, region, element, item] -> [s, r, t, p, k, element]
        dense = (values @ to_pk).reshape(*values.shape[:-1], layout.n_product, layout.n_component)
        return dense.transpose(1, 2, 0, 4, 5, 3)

    def by_component(values: Floats) -> Floats:
        return (values @ to_k).transpose(1, 2, 0, 4, 3)

    def by_feed(values: Floats) -> Floats:  # [t, s, r, scrap, element, class] -> [s, r, t, k, element, scrap]
        return (values @ to_k).transpose(1, 2, 0, 5, 4, 3)

    def first_axes(values: Floats) -> Floats:
        return np.moveaxis(values, 0, 2)

    arrays: dict[str, dict[str, Any]] = {"flows": {}, "stocks": {}, "items": {}, "policy": {}, "components": {}}

    def put(group: str, name: str, values: Floats, mass_layer: bool, element_axis: int) -> None:
        index = [slice(None)] * values.ndim
        index[element_axis] = slice(0, n_e)
        arrays[group][name] = np.ascontiguousarray(values[tuple(index)])
        if mass_layer and values.shape[element_axis] > n_e:
            arrays["components"][name] = np.ascontiguousarray(np.take(values, n_e, axis=element_axis))

    for name, flow in FLOWS.items():
        if not full:
            put("flows", name, first_axes(totals[name]), flow.mass_layer, -1)
        elif name in _BY_ITEM:
            put("flows", name, by_pair(raw[name]), True, -1)
        elif name in _BY_CLASS:
            put("flows", name, by_component(raw[name]), True, -1)
        elif name in _BY_FEED:
            put("flows", name, by_feed(raw[name]), True, -2)
        elif name in _BY_ROUTE:  # [t, s, r, scrap, element, route]
            put("flows", name, raw[name].transpose(1, 2, 0, 4, 5, 3), True, -3)
        elif name in ("primary", "imports"):  # [t, s, r, origin, element]
            put("flows", name, raw[name].transpose(1, 2, 3, 0, 4), False, -1)
        else:
            put("flows", name, first_axes(raw[name]), False, -1)
    if not full:
        arrays["flows"]["imports"] = np.ascontiguousarray(totals["imports_by_origin"].transpose(1, 2, 3, 0, 4))
        arrays["flows"]["secondary"] = np.ascontiguousarray(totals["secondary_by_scrap"].transpose(1, 2, 0, 4, 3))
    for name in STOCKS:
        if name == "sink" or not full:
            put("stocks", name, first_axes(stocks[name]), name != "stockpile", -1)
        elif name == "feed_store":
            put("stocks", name, by_feed(raw["stock:feed_store"]), True, -2)
        elif name == "stockpile":
            put("stocks", name, first_axes(raw["stock:stockpile"]), False, -1)
        elif name == "second_life":
            put("stocks", name, by_component(raw["stock:second_life"]), True, -1)
        else:
            put("stocks", name, by_pair(raw["stock:" + name]), True, -1)
    arrays["components"]["processed"] = np.ascontiguousarray(raw["processed"].transpose(1, 2, 0, 4, 3))

    def dense_pairs(values: Floats, fill: Any) -> Any:
        result = np.full((*values.shape[:-1], n_pk), fill, dtype=values.dtype)
        result[..., pair_pk] = values
        return first_axes(result.reshape(*values.shape[:-1], layout.n_product, layout.n_component))

    for key, values in raw.items():
        group, _, name = key.partition(":")
        if group == "items" and name in ITEMS:
            arrays["items"][name] = np.ascontiguousarray(first_axes(values))
        elif group == "policy":
            if name == "quota_state":
                arrays["policy"][name] = dense_pairs(values, 0)
            elif name == "chemistry_mix":
                dense = np.zeros((*values.shape[:-1], layout.n_product, layout.n_component, layout.n_chemistry))
                dense[..., layout.item_product, layout.item_component, layout.item_chemistry] = values
                arrays["policy"][name] = first_axes(dense)
            elif POLICY[name].dims[-2:] == ("product", "component"):
                fill = np.nan if name in ("collection_rate", "scrap_value", "quota_unclipped") else 0.0
                arrays["policy"][name] = dense_pairs(values, fill)
            else:
                arrays["policy"][name] = np.ascontiguousarray(first_axes(values))
    for name, variable in POLICY.items():
        if name not in arrays["policy"] and name != "chemistry_mix":
            sizes = [layout.size(dim) for dim in variable.dims]
            arrays["policy"][name] = np.zeros((model.n_sample, *sizes))
    return arrays


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

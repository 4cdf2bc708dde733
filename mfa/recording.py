"""Keeps what years report, and brings it to the axes of the vocabulary.

A full record holds flows by pair of product and component, by class and stream of scrap; a record of totals holds sums
over them, which is what many samples have room for.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mfa.assembly import Model
from mfa.system.layout import Floats
from mfa.vocabulary import FLOWS, ITEMS, POLICY, STOCKS
from mfa.year.outcome import Outcome

BY_ITEM = {name for name, flow in FLOWS.items() if flow.dims[2:] == ("product", "component", "element")}
BY_CLASS = {"second_life_eol", "second_life_lost", "imports_scrap"}
BY_STREAM = {"exports_scrap", "overflow"}
BY_ROUTE = {"secondary", "recovery_loss"}
BY_ORIGIN = {"primary", "imports"}
NO_VALUE = {"collection_rate", "scrap_value", "quota_unclipped"}
"""Policy outcomes that do not exist where a product lacks a component; others are 0 there."""


class Record:
    """What the years of a run reported: arrays [time, sample, region, ...] by group and name.

    Parameters
    ----------
    model : Model
    full : bool
        Whether flows and stocks are kept by product, component and class.
    """

    def __init__(self, model: Model, full: bool) -> None:
        self.model, self.layout, self.full = model, model.layout, full
        self.kept: dict[str, dict[str, Any]] = {}

    def keep(self, t: int, outcome: Outcome) -> None:
        """Keep what one year reports."""
        model = self.model
        for group, variables in outcome.items():
            kept = self.kept.setdefault(group, {})
            for name, values in variables.items():
                if name not in kept:
                    shape = (model.n_years, model.n_sample, model.n_region, *values.shape[2:])
                    kept[name] = np.zeros(shape, dtype=values.dtype)
                elif kept[name].shape[3:] != values.shape[2:]:  # an axis had length 1 while a lever was off
                    longer = np.broadcast_shapes(kept[name].shape[3:], values.shape[2:])
                    kept[name] = np.array(np.broadcast_to(kept[name], (*kept[name].shape[:3], *longer)))
                kept[name][t] = values

    def take_years(self, earlier: Record, years: int) -> None:
        """Take over what the first years of another record hold.

        Parameters
        ----------
        earlier : Record
            With one sample, of the same layout, as full as this.
        years : int
        """
        model = self.model
        for group, variables in earlier.kept.items():
            kept = self.kept.setdefault(group, {})
            for name, values in variables.items():
                kept[name] = np.zeros((model.n_years, model.n_sample, *values.shape[2:]), dtype=values.dtype)
                kept[name][:years] = values[:years]

    def totals(self) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """Flows and stocks summed over all but time, sample, region and element (component mass last)."""
        flows = {name: self._flow_total(name, self.kept["flows"][name]) for name in FLOWS}
        stocks: dict[str, Floats] = {}
        for name, values in self.kept["stocks"].items():
            stocks[name] = values.sum(axis=-1) if self.full and name != "stockpile" else values
        width = self.layout.n_element + 1
        lost = np.zeros((*stocks["in_use"].shape[:3], width))
        for name, flow in FLOWS.items():
            if flow.target == 10:
                lost[..., : flows[name].shape[-1]] += flows[name]
        stocks["sink"] = np.cumsum(lost, axis=0)
        return flows, stocks

    def _flow_total(self, name: str, values: Floats) -> Floats:
        if name in BY_ROUTE:
            return values.sum(axis=(3, -1))
        if name in BY_ORIGIN:
            return values.sum(axis=3)
        if self.full and name in BY_ITEM | BY_CLASS | BY_STREAM:
            return values.sum(axis=-1)
        return values

    # ------------------------------------------------------------------ to the axes of the vocabulary

    def arrays(self, flows: dict[str, Floats], stocks: dict[str, Floats]) -> dict[str, dict[str, Any]]:
        """Arrays (sample, *dims of the vocabulary) of all groups of results.

        Parameters
        ----------
        flows, stocks : dict of array
            What `totals` gave.
        """
        model = self.model
        result: dict[str, dict[str, Any]] = {"flows": {}, "stocks": {}, "components": {}, "items": {}, "policy": {}}
        for name, flow in FLOWS.items():
            values = self.kept["flows"][name]
            self._put(result, "flows", name, self._flow(name, values, flows[name]), flow.mass_layer)
        for name in STOCKS:
            values = self.kept["stocks"].get(name)
            self._put(result, "stocks", name, self._stock(name, values, stocks[name]), name != "stockpile")
        processed = self.kept["other"]["processed"]
        result["components"]["processed"] = np.ascontiguousarray(processed.transpose(1, 2, 0, 4, 3))
        for name, values in self.kept["items"].items():
            if name in ITEMS:
                result["items"][name] = np.ascontiguousarray(np.moveaxis(values, 0, 2))
        for name, variable in POLICY.items():
            if name in self.kept["policy"]:
                if name != "chemistry_mix" or self.full:
                    result["policy"][name] = self._policy(name, variable.dims, self.kept["policy"][name])
            elif name != "chemistry_mix":
                sizes = [self.layout.size(dim) for dim in variable.dims]
                result["policy"][name] = np.zeros((model.n_sample, *sizes))
        lead = (model.n_years, model.n_sample, model.n_region, self.layout.n_pair)
        states = self.kept["policy"].get("quota_state", np.zeros(lead, dtype=np.int64))
        result["policy"]["quota_state"] = self._by_pair(states, 0)
        return result

    def _put(self, result: Any, group: str, name: str, values: Floats, mass_layer: bool) -> None:
        """Split values [..., element + mass] into elements and the component layer; scrap and route follow."""
        axis = self._element_axis(group, name, values)
        n_e = self.layout.n_element
        result[group][name] = np.ascontiguousarray(np.take(values, range(n_e), axis=axis))
        if mass_layer and values.shape[axis] > n_e:
            layer = np.take(values, n_e, axis=axis)
            if name == "secondary" and not self.full:  # elements keep the kind of scrap, component mass does not
                layer = layer.sum(axis=-1)
            result["components"][name] = np.ascontiguousarray(layer)

    def _element_axis(self, group: str, name: str, values: Floats) -> int:
        if name in BY_ROUTE:
            return 3
        if self.full and name in BY_STREAM | {"feed_store"}:
            return 4
        return values.ndim - 1

    def _flow(self, name: str, values: Floats, total: Floats) -> Floats:
        layout = self.layout
        if name == "primary" and not self.full:
            return np.moveaxis(total, 0, 2)
        if name in BY_ORIGIN:
            if name == "primary":
                by_origin = np.zeros((*values.shape[:3], layout.n_origin, layout.n_element))
                by_origin[:, :, :, layout.domestic] = values
                values = by_origin
            return values.transpose(1, 2, 3, 0, 4)
        if name in BY_ROUTE:  # [t, s, r, scrap, element, route]
            return self._route_flow(name, values)
        if not self.full:
            return np.moveaxis(total, 0, 2)
        if name in BY_ITEM:
            return self._by_pair_and_element(values)
        if name in BY_CLASS:
            classes = layout.imported_classes if name == "imports_scrap" else slice(None)
            return self._by_component(values, layout.class_component[classes])
        if name in BY_STREAM:
            return self._by_component_and_scrap(values)
        return np.moveaxis(values, 0, 2)

    def _route_flow(self, name: str, values: Floats) -> Floats:
        if self.full:
            return values.transpose(1, 2, 0, 4, 5, 3)
        if name == "secondary":
            return values.sum(axis=-1).transpose(1, 2, 0, 4, 3)
        return values.sum(axis=(3, -1)).transpose(1, 2, 0, 3)

    def _stock(self, name: str, values: Floats | None, total: Floats) -> Floats:
        if values is None or not self.full or name == "stockpile":
            return np.moveaxis(total, 0, 2)
        if name == "feed_store":
            return self._by_component_and_scrap(values)
        if name == "second_life":
            return self._by_component(values, self.layout.class_component)
        return self._by_pair_and_element(values)

    def _policy(self, name: str, dims: tuple[str, ...], values: Any) -> Any:
        layout = self.layout
        if name == "chemistry_mix":
            dense = np.zeros((*values.shape[:3], layout.n_product, layout.n_component, layout.n_chemistry))
            dense[..., layout.item_product, layout.item_component, layout.item_chemistry] = values
            return np.moveaxis(dense, 0, 2)
        if dims[-2:] == ("product", "component"):
            return self._by_pair(values, np.nan if name in NO_VALUE else 0.0)
        sizes = [layout.size(dim) for dim in dims if dim not in ("region", "time")]
        return np.array(np.moveaxis(np.broadcast_to(values, (*values.shape[:3], *sizes)), 0, 2))

    # ------------------------------------------------------------------ from pairs, classes and streams to labels

    def _by_pair(self, values: Any, fill: Any) -> Any:
        """[t, s, r, pair] to [s, r, t, product, component]."""
        layout = self.layout
        dense = np.full((*values.shape[:3], layout.n_product, layout.n_component), fill, dtype=values.dtype)
        dense[..., layout.pair_product, layout.pair_component] = values
        return np.moveaxis(dense, 0, 2)

    def _by_pair_and_element(self, values: Floats) -> Floats:
        """[t, s, r, element, pair] to [s, r, t, product, component, element]."""
        layout = self.layout
        dense = np.zeros((*values.shape[:4], layout.n_product, layout.n_component))
        dense[..., layout.pair_product, layout.pair_component] = values
        return dense.transpose(1, 2, 0, 4, 5, 3)

    def _by_component(self, values: Floats, component: Any) -> Floats:
        """[t, s, r, element, class] to [s, r, t, component, element]."""
        member = np.zeros((len(component), self.layout.n_component))
        member[np.arange(len(component)), component] = 1.0
        if values.shape[-1] != len(component):  # an axis of length 1: the same (0) for all
            values = np.broadcast_to(values, (*values.shape[:-1], len(component)))
        return (values @ member).transpose(1, 2, 0, 4, 3)

    def _by_component_and_scrap(self, values: Floats) -> Floats:
        """[t, s, r, element, stream] to [s, r, t, component, element, scrap]."""
        layout = self.layout
        component = layout.class_component[layout.stream_class]
        member = np.zeros((layout.n_stream, layout.n_component * layout.n_scrap))
        member[np.arange(layout.n_stream), component * layout.n_scrap + layout.stream_scrap] = 1.0
        if values.shape[-1] != layout.n_stream:
            values = np.broadcast_to(values, (*values.shape[:-1], layout.n_stream))
        split = (values @ member).reshape(*values.shape[:-1], layout.n_component, layout.n_scrap)
        return split.transpose(1, 2, 0, 4, 3, 5)

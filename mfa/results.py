"""Results of a run: labelled arrays that carry units, saved to a folder and opened again."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import AlignmentError, Fault, InputError
from mfa.presentation import Presentation
from mfa.vocabulary import (
    FLOWS,
    HEADLINE_YEARS,
    INDICATORS,
    ITEMS,
    POLICY,
    PROCESSES,
    QUOTA_STATES,
    SCRAP,
    STOCKS,
    Flow,
    Variable,
    dims_of,
    money_unit,
)

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from mfa.indicators.levers import Explanation

Arrays = dict[str, dict[str, np.ndarray]]
GROUPS: tuple[str, ...] = ("flows", "stocks", "items", "components", "indicators", "policy")
"""Groups of results, in the order in which they are stored."""
LITERATURE = {
    "eol_collection_rate": "UNEP 2011",
    "eol_collection_rate_wide": "UNEP 2011",
    "process_efficiency": "UNEP 2011",
    "eol_recycling_rate": "UNEP 2011",
    "eol_recycling_rate_wide": "UNEP 2011",
    "eol_recycling_rate_cumulated": "UNEP 2011",
    "recycled_content": "UNEP 2011",
    "old_scrap_ratio": "UNEP 2011",
    "eol_recycling_input_rate": "Blengini et al. 2017",
    "net_import_reliance": "USGS Mineral Commodity Summaries",
    "net_import_reliance_raw": "USGS Mineral Commodity Summaries",
    "net_import_reliance_scrap": "USGS Mineral Commodity Summaries",
    "net_import_reliance_embodied": "USGS Mineral Commodity Summaries",
    "self_sufficiency": "METI Basic Energy Plan 2010",
    "hhi": "Blengini et al. 2017",
    "hhi_governance": "Blengini et al. 2017",
    "hhi_governance_mine": "Blengini et al. 2017",
    "chokepoint": "Blengini et al. 2017",
    "supply_risk": "Blengini et al. 2017",
    "economic_importance": "Blengini et al. 2017",
    "critical": "Blengini et al. 2017",
}
"""Where the definition of an indicator comes from."""
TOTALS_KEEP = {
    ("flows", "imports"): ("origin",),
    ("flows", "secondary"): ("scrap",),
    ("components", "processed"): ("route", "scrap"),
}
"""Dims that a run with totals only keeps beyond region, time and element."""
TEXT_CODES: dict[str, tuple[str, ...]] = {"quota_state": QUOTA_STATES}
"""Variables that hold the position of a text in a list."""


@functools.cache
def variables(group: str) -> Mapping[str, Variable]:
    """Variables of a group of results: name, dims, unit, meaning.

    Parameters
    ----------
    group : str
        One of `GROUPS`.

    Returns
    -------
    mapping of Variable
        In the order of the vocabulary.

    Raises
    ------
    InputError
        If there is no such group.

    Examples
    --------
    >>> variables("components")["collected"].dims
    ('region', 'time', 'product', 'component')
    """
    if group == "flows":
        return {name: _flow_variable(flow) for name, flow in FLOWS.items()}
    if group == "components":
        return _component_variables()
    if group == "policy":
        states = Variable("quota_state", dims_of("rtpk"), "1", "State of a collection quota")
        return {**POLICY, "quota_state": states}
    tables = {"stocks": STOCKS, "items": ITEMS, "indicators": INDICATORS}
    if group not in tables:
        raise InputError(Fault("results", f"no group '{group}'", f"choose from {', '.join(GROUPS)}"))
    return tables[group]


def _flow_variable(flow: Flow) -> Variable:
    route = f"from {PROCESSES[flow.source]} to {PROCESSES[flow.target]}"
    return Variable(flow.name, flow.dims, flow.unit, flow.meaning, None, route)


def _component_variables() -> dict[str, Variable]:
    """The component layer: flows and stocks of component mass, without the element."""
    result: dict[str, Variable] = {}
    for flow in FLOWS.values():
        if flow.mass_layer:
            variable = _flow_variable(flow)
            dims = tuple(dim for dim in variable.dims if dim != "element")
            meaning = f"Component mass: {variable.meaning[0].lower()}{variable.meaning[1:]}"
            result[flow.name] = Variable(flow.name, dims, variable.unit, meaning, None, variable.equation)
    for stock in STOCKS.values():
        dims = tuple(dim for dim in stock.dims if dim != "element")
        meaning = f"Component mass: {stock.meaning[0].lower()}{stock.meaning[1:]}"
        result.setdefault(stock.name, Variable(stock.name, dims, "t", meaning, stock.process))
    result["processed"] = Variable("processed", dims_of("rtwq"), "t/yr", "Component mass processed")
    return result


class Results(Presentation):
    """What a run computed, by group: flows, stocks, items, components, indicators, policy.

    Each group is an `xarray.Dataset` of quantities with units (`results.flows["secondary"]` is in t/yr), made when it
    is first asked for. `plain` gives the same arrays without units, for speed.

    Attributes
    ----------
    labels : dict of list
        Labels of each dimension.
    years : ndarray of int
        Calendar years.
    money : str
        Money of the run, for example ``USD_2024``.
    attrs : dict
        What is known of the run: ``scenario``, ``title``, ``scope``, ``dataset``, ``resolved`` (the scenario in full),
        ``scenario_hash``, ``parameter_hash``, ``seed``, ``wall_time`` (s), ``balance`` (the worst residual and where),
        ``warnings``, ``label_names`` and ``label_groups`` (for tables and figures), ``explanations`` as plain data.
    references : mapping of str
        Entries of the bibliography, BibTeX by key.
    """

    def __init__(
        self,
        arrays: Mapping[str, Mapping[str, np.ndarray]],
        labels: Mapping[str, Sequence[Any]],
        years: Sequence[int] | np.ndarray,
        money: str,
        attrs: Mapping[str, Any] | None = None,
        inputs: Any = None,
    ) -> None:
        self.years = np.asarray(years, dtype=np.int64)
        self.money = money
        self.attrs: dict[str, Any] = dict(attrs or {})
        self._inputs = inputs
        self._evidence: pd.DataFrame | None = None
        self.references: Mapping[str, str] = {}
        self.sampled = bool(labels.get("sample") is not None and len(labels["sample"]))
        self.labels: dict[str, list[Any]] = {
            dim: list(names) for dim, names in labels.items() if dim not in ("time", "scrap", "sample")
        }
        self.labels["scrap"] = list(SCRAP)
        if self.sampled:
            self.labels = {"sample": list(labels["sample"]), **self.labels}
        self._arrays: Arrays = {group: dict(arrays.get(group, {})) for group in GROUPS}
        self.reason_codes: dict[str, np.ndarray] = dict(arrays.get("reasons", {}))
        self._plain: dict[str, xr.Dataset] = {}
        self._quantified: dict[str, xr.Dataset] = {}
        self._check()

    @classmethod
    def from_arrays(
        cls,
        arrays: Mapping[str, Mapping[str, np.ndarray]],
        labels: Mapping[str, Sequence[Any]],
        years: Sequence[int] | np.ndarray,
        money: str,
        attrs: Mapping[str, Any] | None = None,
        inputs: Any = None,
    ) -> Results:
        """Results from the plain arrays of the engine.

        Parameters
        ----------
        arrays : mapping of mappings of ndarray (sample, *dims of the vocabulary)
            By group (flows, stocks, items, components, policy) and name, in canonical units. Indicators, and the
            ``reasons`` why they have no value, may be given; else they are computed when they are first asked for.
        labels : mapping of sequences
            Labels of each dimension but time; ``sample`` only if the inputs had samples.
        years : sequence of int
            Calendar years.
        money : str
            Money of the run.
        attrs : mapping, optional
            What is known of the run, see the class.
        inputs : Inputs, optional
            Needed to compute indicators.

        Returns
        -------
        Results

        Raises
        ------
        AlignmentError
            If an array does not have the shape that the labels ask for; all faults at once.

        Examples
        --------
        >>> labels = {"region": ["Japan"], "element": ["Li", "Co"]}
        >>> stocks = {"stockpile": np.full((1, 1, 3, 2), 5.0)}
        >>> results = Results.from_arrays({"stocks": stocks}, labels, [2020, 2021, 2022], "USD_2024")
        >>> results.stocks["stockpile"].sel(time=2021, element="Co", region="Japan").data
        <Quantity(5.0, 'metric_ton')>
        """
        return cls(arrays, labels, years, money, attrs, inputs)

    def _check(self) -> None:
        known = {dim: len(names) for dim, names in self.labels.items()}
        known |= {"time": len(self.years), "sample": len(self.labels.get("sample", [0]))}
        faults = []
        for group in GROUPS:
            specs = variables(group)
            for name, array in self._arrays[group].items():
                where = f"{group}.{name}"
                if name not in specs:
                    faults.append(Fault(where, "is not in the vocabulary"))
                    continue
                dims = ("sample", *self._dims(group, specs[name]))
                missing = [dim for dim in dims if dim not in known]
                if missing:
                    faults.append(Fault(where, f"no labels for {', '.join(missing)}"))
                    continue
                wanted = tuple(known[dim] for dim in dims)
                if array.shape != wanted:
                    shape = ", ".join(f"{dim} {size}" for dim, size in zip(dims, wanted, strict=True))
                    faults.append(Fault(where, f"has shape {array.shape}, the labels ask for {wanted} ({shape})"))
        if faults:
            raise AlignmentError(faults)

    # -- access ------------------------------------------------------------------------------------------------------
    @property
    def inputs(self) -> Any:
        """What the run was computed from, an `mfa.Inputs`; None if that is not known."""
        if callable(self._inputs):  # a file was opened: they are made when they are first asked for
            self._inputs = self._inputs()
        return self._inputs

    @inputs.setter
    def inputs(self, inputs: Any) -> None:
        self._inputs = inputs

    @property
    def evidence(self) -> pd.DataFrame | None:
        """Rows of the tables that the inputs were made from; None if they are not known."""
        if self._evidence is None:
            source = self._inputs
            self._evidence = source.rows() if callable(source) else getattr(source, "evidence", None)
        return self._evidence

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return str(self.attrs.get("scenario") or "unnamed")

    @property
    def scope(self) -> str:
        """Scope of the manufacturing need: which uses outside the product list it counts."""
        return str(self.attrs.get("scope") or "products")

    @property
    def last_data_year(self) -> int | None:
        """Last year of observed data; what follows is projection. None if it is not known."""
        from mfa.inputs.dataset import last_data_year

        given: int | None = self.attrs.get("last_data_year")
        return last_data_year(str(self.attrs.get("dataset") or "")) if given is None else given

    @property
    def flows(self) -> xr.Dataset:
        """Flows of each element, t/yr."""
        return self._group("flows")

    @property
    def stocks(self) -> xr.Dataset:
        """Stocks of each element at year end, t."""
        return self._group("stocks")

    @property
    def items(self) -> xr.Dataset:
        """Units sold, discarded and in use."""
        return self._group("items")

    @property
    def components(self) -> xr.Dataset:
        """Flows and stocks of component mass, t/yr and t."""
        return self._group("components")

    @property
    def policy(self) -> xr.Dataset:
        """Prices, rates, capacities, payments and charges."""
        return self._group("policy")

    @property
    def indicators(self) -> xr.Dataset:
        """Circularity, import dependence, criticality and cost."""
        return self._group("indicators")

    def plain(self, group: str) -> xr.Dataset:
        """Variables of a group without pint, in the units that their attribute ``units`` names.

        Parameters
        ----------
        group : str
            One of `GROUPS`.

        Returns
        -------
        Dataset
            The arrays are shared with the results: treat them as read-only.

        Raises
        ------
        InputError
            If there is no such group.
        """
        if group not in self._plain:
            self._plain[group] = self._build(group)
        return self._plain[group]

    def arrays(self, group: str) -> dict[str, np.ndarray]:
        """Variables of a group as numpy arrays with the axes (sample, dims of the vocabulary)."""
        if group not in self._arrays:
            raise InputError(Fault("results", f"no group '{group}'", f"choose from {', '.join(GROUPS)}"))
        if group == "indicators":
            self.need_indicators()
        return self._arrays[group]

    def dims(self, group: str, name: str) -> tuple[str, ...]:
        """Dims of a variable, without ``sample``; a run with totals only holds fewer than the vocabulary names.

        Parameters
        ----------
        group : str
            One of `GROUPS`.
        name : str
            Name of the variable.

        Returns
        -------
        tuple of str
        """
        return self._dims(group, variables(group)[name])

    def _dims(self, group: str, spec: Variable) -> tuple[str, ...]:
        if self.attrs.get("detail") == "totals" and group in ("flows", "stocks", "components"):
            kept = {"region", "time", "element", *TOTALS_KEEP.get((group, spec.name), ())}
            return tuple(dim for dim in spec.dims if dim in kept)
        return spec.dims

    def label_name(self, dim: str, label: str) -> str:
        """Readable name of a label, or the label itself."""
        return str(self.attrs.get("label_names", {}).get(dim, {}).get(label) or label)

    def label_group(self, dim: str, label: str) -> str:
        """Group of a label in figures, or its name."""
        return str(self.attrs.get("label_groups", {}).get(dim, {}).get(label) or self.label_name(dim, label))

    def reasons(self, indicator: str) -> xr.DataArray:
        """Why an indicator has no value, or what must be read with it.

        Parameters
        ----------
        indicator : str
            Name of an indicator.

        Returns
        -------
        DataArray of str
            Same dims as the indicator; empty where there is nothing to say.

        Raises
        ------
        InputError
            If there is no such indicator.
        """
        import xarray as xr

        from mfa.indicators import REASONS

        self.need_indicators()
        if indicator not in INDICATORS:
            raise InputError(Fault("results.reasons", f"no indicator '{indicator}'"))
        codes = self.reason_codes.get(indicator)
        if codes is None:
            codes = np.zeros(self._arrays["indicators"][indicator].shape, dtype=np.int8)
        texts = np.array(REASONS)[codes]
        return self._labelled(texts, INDICATORS[indicator].dims, {}, xr)

    def need_indicators(self, names: Collection[str] | None = None) -> None:
        """Compute the indicators unless it has been done: all, or those named and perhaps others.

        Parameters
        ----------
        names : collection of str, optional
            What a study of many runs keeps; it spares the rest. The others are not there afterwards.
        """
        if self._arrays["indicators"] or not self._arrays["flows"]:
            return
        if self.inputs is None:
            raise InputError("indicators need the inputs of the run; give them to Results.from_arrays(..., inputs=...)")
        from mfa.indicators import compute_indicators

        values, self.reason_codes = compute_indicators(self._arrays, self.inputs, names)
        order = [name for name in INDICATORS if name in values]
        shape = {dim: len(names) for dim, names in self.labels.items()} | {"time": len(self.years)}
        for name in order:  # an indicator made of unsampled inputs alone is the same in all samples
            wanted = (len(self.labels.get("sample", [0])), *(shape[dim] for dim in INDICATORS[name].dims))
            self._arrays["indicators"][name] = np.broadcast_to(values[name], wanted)
            self.reason_codes[name] = np.broadcast_to(self.reason_codes[name], wanted)

    def _labelled(self, array: np.ndarray, dims: tuple[str, ...], attrs: dict[str, Any], xr: Any) -> xr.DataArray:
        if self.sampled:
            dims = ("sample", *dims)
        else:
            array = array[0]
        coords = {dim: self._coordinate(dim, xr) for dim in dims}
        return xr.DataArray(array, dims=dims, coords=coords, attrs=attrs)

    def _coordinate(self, dim: str, xr: Any) -> Any:
        values = self.years if dim == "time" else self.labels[dim]
        return xr.Variable((dim,), np.asarray(values), {"long_name": _dimension_name(dim)})

    def _build(self, group: str) -> xr.Dataset:
        import xarray as xr

        specs = variables(group)
        arrays = self.arrays(group)
        data: dict[str, Any] = {}
        used: set[str] = set()
        for name, array in arrays.items():
            dims = self._dims(group, specs[name])
            if name in TEXT_CODES:
                array = np.array(TEXT_CODES[name])[array]
            if self.sampled:
                dims = ("sample", *dims)
            else:
                array = array[0]
            used.update(dims)
            data[name] = xr.Variable(dims, array, self.variable_attrs(group, specs[name]))
        order = ["sample", "region", "origin", "time", "product", "component", "chemistry", "element", "route", "scrap"]
        coords = {dim: self._coordinate(dim, xr) for dim in order if dim in used}
        return xr.Dataset(data, coords, attrs=self.dataset_attrs(group))

    def variable_attrs(self, group: str, spec: Variable) -> dict[str, str]:
        """CF attributes of a variable: units, long_name, references, comment."""
        attrs = {"units": money_unit(spec.unit, self.money), "long_name": spec.meaning}
        if group == "indicators" and spec.name in LITERATURE:
            attrs["references"] = LITERATURE[spec.name]
        if spec.equation:
            attrs["comment"] = spec.equation
        if spec.name in TEXT_CODES:
            del attrs["units"]
        return attrs

    def dataset_attrs(self, group: str) -> dict[str, str]:
        """Attributes of a group: scenario, scope, money, version, dataset."""
        from mfa import __version__

        attrs = {"title": str(self.attrs.get("title") or self.name), "scenario": self.name, "scope": self.scope}
        attrs |= {"group": group, "money": self.money, "source": f"mfa {__version__}"}
        if self.attrs.get("dataset"):
            attrs["references"] = f"dataset {self.attrs['dataset']}"
        return attrs

    def _group(self, group: str) -> xr.Dataset:
        if group not in self._quantified:
            from mfa.units import parse_unit, ureg

            plain = self.plain(group)
            data = {}
            for name, variable in plain.data_vars.items():
                if "units" in variable.attrs:
                    quantity = ureg.Quantity(variable.values, parse_unit(variable.attrs["units"]))
                    data[name] = variable.variable.copy(data=quantity)
                else:
                    data[name] = variable.variable
            self._quantified[group] = plain.assign(data)
        return self._quantified[group]

    @property
    def explanations(self) -> list[Explanation]:
        """Why each lever did or did not act, in one line each, largest effects first.

        Returns
        -------
        list of Explanation
            Read from the results and inputs of this run alone; of samples their means. Empty without inputs.

        Examples
        --------
        >>> import mfa
        >>> for explanation in mfa.run("japan-stockpile-60").explanations:  # doctest: +SKIP
        ...     print(explanation)
        """
        from mfa.indicators.levers import Explanation, explain

        if "explanations" not in self.attrs:
            if self.inputs is None or not self._arrays["flows"]:
                return []
            self.attrs["explanations"] = [explanation.plain() for explanation in explain(self)]
        return [Explanation.from_plain(data) for data in self.attrs["explanations"]]

    @property
    def estimate_shares(self) -> list[dict[str, Any]]:
        """How much of the metal in use, discarded, collected and needed rests on estimates, in the headline years.

        Returns
        -------
        list of dict
            One for each quantity, year and element: these three, the share (0 to 1, NaN where there is no metal) that
            rests on an estimate in each kind of table and in any of them, and the share that rests on rows read or
            derived alone. Of samples the first. Empty without rows of tables, or with totals only.
        """
        if "estimate_shares" not in self.attrs:
            if self.attrs.get("detail") == "totals" or self.evidence is None or not len(self.evidence):
                return []
            from mfa.report.evidence import estimate_shares

            table = estimate_shares(self, HEADLINE_YEARS).reset_index()
            self.attrs["estimate_shares"] = table.to_dict("records")
        found: list[dict[str, Any]] = self.attrs["estimate_shares"]
        return found


def _dimension_name(dim: str) -> str:
    from mfa.vocabulary import DIMENSIONS

    return DIMENSIONS[dim]


def describe(results: Results, scenario: Any) -> None:
    """Note in the results what only the scenario knows: its full text, names and groups of labels.

    Parameters
    ----------
    results : Results
        Results of the scenario; what they know already stays.
    scenario : Scenario
        The scenario that was run.
    """
    labels, attrs = scenario.dataset.labels, results.attrs
    attrs.setdefault("resolved", scenario.resolved())
    results.references = results.references or scenario.dataset.references
    attrs.setdefault("label_names", {dim: {k: v.name for k, v in found.items()} for dim, found in labels.items()})
    attrs.pop("explanations", None)  # they are told anew with the names
    attrs.setdefault("label_groups", {dim: {k: v.group for k, v in found.items()} for dim, found in labels.items()})


def open_results(folder: str | Path) -> Results:
    """Results of a run that was saved.

    Parameters
    ----------
    folder : path
        The folder of a run, or its ``results.nc``.

    Returns
    -------
    Results
        Values, units, labels and attributes are those that were saved.

    Raises
    ------
    InputError
        If there is no such file, or it was not written by `Results.save`.
    """
    from mfa.report.netcdf import read_results

    return read_results(Path(folder))

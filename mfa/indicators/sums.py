"""From plain arrays of a run to the annual element flows that indicators are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import xarray as xr

from mfa.errors import Fault, InputError
from mfa.indicators import circularity, dependence
from mfa.vocabulary import FLOWS, NAMED_LIKE, PARAMETERS, SCRAP

Arrays = Mapping[str, Mapping[str, np.ndarray]]
"""Groups of results (flows, stocks, policy, ...) of plain arrays with the axes (sample, dims of the vocabulary)."""

KEPT = ("region", "time", "element")
BY_ORIGIN = ("region", "origin", "time", "element")
_BY_SCRAP = ("region", "time", "element", "scrap")
BY_PRODUCT = ("region", "time", "product", "element")
_SUMMARIES = {"secondary": (_BY_SCRAP,), "recovery_loss": (_BY_SCRAP,), "refined_use": (BY_PRODUCT,)}
"""Flows that a run without full detail may keep by more than region, time and element."""


class InputsLike(Protocol):
    """What indicators need to know of a run's inputs."""

    @property
    def arrays(self) -> Mapping[str, Any]:
        """Labelled arrays by parameter."""

    @property
    def labels(self) -> Mapping[str, list[str]]:
        """Labels by dim."""

    @property
    def years(self) -> np.ndarray:
        """Calendar years."""


def broadcast_parameter(
    inputs: InputsLike, name: str, dims: tuple[str, ...] | None = None, sizes: Mapping[str, int] | None = None
) -> np.ndarray:
    """A parameter, or its default, as a plain array over all wanted dims.

    Parameters
    ----------
    inputs : Inputs
        Checked inputs of a run.
    name : str
        Parameter of the vocabulary.
    dims : tuple of str, optional
        Dims of the result, at least those of the given array; those of the vocabulary if not given.
    sizes : mapping, optional
        Lengths of dims that the labels of the inputs do not tell.

    Returns
    -------
    ndarray (sample, *dims), canonical unit
        A read-only view; the sample axis has length 1 unless the parameter was sampled.

    Raises
    ------
    InputError
        If the parameter is missing and has no default, or has a dim that is not wanted.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> inputs = SimpleNamespace(
    ...     arrays={}, labels={"region": ["A"], "origin": ["X", "Y"]}, years=np.arange(2020, 2023)
    ... )
    >>> broadcast_parameter(inputs, "governance").shape
    (1, 1, 2, 3)
    """
    entry = PARAMETERS[name]
    dims = entry.dims if dims is None else dims
    known = {dim: len(labels) for dim, labels in inputs.labels.items()}
    known |= {"time": len(inputs.years), "scrap": len(SCRAP), **(sizes or {})}
    for dim, like in NAMED_LIKE.items():
        known.setdefault(dim, known.get(like, 0))
    shape = tuple(known[dim] for dim in dims)
    value = inputs.arrays.get(name)
    if value is None:
        value = entry.default
        if value is None or value == "required":
            raise InputError(Fault(name, "is not given and has no default", "give it in a table or an array"))
        if value == "identity":
            value = xr.DataArray(np.eye(known["origin"]), dims=("origin", "miner"))
    if not isinstance(value, xr.DataArray):
        return np.broadcast_to(np.asarray(value), (1, *shape))
    wanted = ("sample", *dims)
    extra = [str(dim) for dim in value.dims if dim not in wanted]
    if extra:
        raise InputError(Fault(name, f"varies by {', '.join(extra)}, which is not among {', '.join(dims)}"))
    present = [dim for dim in wanted if dim in value.dims]
    array = np.transpose(value.values, [value.dims.index(dim) for dim in present])
    lengths = dict(zip(present, array.shape, strict=True))
    array = array.reshape([lengths.get(dim, 1) for dim in wanted])
    return np.broadcast_to(array, (array.shape[0], *shape))


def flow_by(flows: Mapping[str, np.ndarray], name: str, keep: tuple[str, ...] = KEPT) -> np.ndarray | None:
    """A flow, summed to the dims wanted, from all its detail or from a summary.

    Parameters
    ----------
    flows : mapping of ndarray, t/yr
        Flows by name: (sample, *dims of the vocabulary), or summed to (sample, region, time, element); secondary metal
        and recovery loss also by scrap, refined use also by product.
    name : str
        Flow of the vocabulary.
    keep : tuple of str
        Dims to keep, in canonical order.

    Returns
    -------
    ndarray (sample, *keep), t/yr, or None
        None if the flow was summed over a dim to keep.

    Raises
    ------
    InputError
        If the flow has a number of axes that fits neither.

    Examples
    --------
    >>> flow_by({"collected": np.ones((1, 1, 2, 3, 4, 5))}, "collected").shape
    (1, 1, 2, 5)
    >>> flow_by(
    ...     {"primary": np.ones((1, 1, 2, 5))}, "primary", ("region", "origin", "time", "element")
    ... ) is None
    True
    """
    array = flows[name]
    layouts = (FLOWS[name].dims, *_SUMMARIES.get(name, ()), KEPT)
    dims = next((layout for layout in layouts if len(layout) + 1 == array.ndim), None)
    if dims is None:
        raise InputError(Fault(name, f"has {array.ndim} axes", f"give sample, {', '.join(FLOWS[name].dims)}"))
    if not set(keep) <= set(dims):
        return None
    axes = tuple(position + 1 for position, dim in enumerate(dims) if dim not in keep)
    return array.sum(axis=axes) if axes else array


def must_flow_by(flows: Mapping[str, np.ndarray], name: str, keep: tuple[str, ...]) -> np.ndarray:
    """A flow by dims without which hardly any indicator can be computed."""
    array = flow_by(flows, name, keep)
    if array is None:
        raise InputError(Fault(name, f"is not kept by {', '.join(keep)}", "keep this detail in the run"))
    return array


def annual_sums(plain: Arrays, inputs: InputsLike) -> dict[str, np.ndarray]:
    """The annual flows that ratios are made of; every one of them may be summed over years.

    Parameters
    ----------
    plain : mapping of groups
        Results as plain arrays; `flows` and `policy` are read.
    inputs : Inputs
        `origin_domestic` and `equity_share` are read.

    Returns
    -------
    dict of ndarray (sample, region, time, element), t/yr
        By name of the flow, and ``pool``, ``discards``, ``secondary_old``, ``secondary_new``, ``secondary_imported``,
        ``processed_old``, ``old_metal_used``, ``owned_imports``, ``largest_origin``, ``net_imports``, ``domestic``.
        NaN where the run did not keep the detail.

    Raises
    ------
    InputError
        If imports are not kept by origin, or secondary metal by scrap.
    """
    flows, policy = plain["flows"], plain["policy"]
    names = (
        "collected to_second_life reused discards_direct released discards_hibernating exports_used primary "
        "exports_refined stock_release stock_fill imports_scrap exports_scrap imports_product imports_component "
        "exports_product"
    )
    sums = {name: must_flow_by(flows, name, KEPT) for name in names.split()}
    for name in ("requirement", "import_need", "realised_requirement", "domestic_use"):
        sums[name] = policy[name]
    by_scrap, lost = must_flow_by(flows, "secondary", _BY_SCRAP), flow_by(flows, "recovery_loss", _BY_SCRAP)
    for code, scrap in enumerate(SCRAP):
        sums[f"secondary_{scrap}"] = by_scrap[..., code]
    sums["processed_old"] = sums["secondary_old"] + (np.nan if lost is None else lost[..., SCRAP.index("old")])
    sums["pool"] = sums["discards_direct"] + sums["released"]
    sums["discards"] = sums["discards_direct"] + sums["discards_hibernating"] + sums["exports_used"]
    sums["old_metal_used"] = circularity.old_metal_used(
        sums["domestic_use"], sums["secondary_old"], sums["secondary_new"], sums["secondary_imported"]
    )
    imports = foreign_imports(must_flow_by(flows, "imports", BY_ORIGIN), inputs)
    sizes = {"origin": imports.shape[dependence.ORIGIN_AXIS]}
    equity = broadcast_parameter(inputs, "equity_share", BY_ORIGIN, sizes)
    sums["imports"] = imports.sum(axis=dependence.ORIGIN_AXIS)
    sums["owned_imports"] = dependence.owned_imports(imports, equity)
    sums["largest_origin"] = dependence.largest_origin(imports)
    sums["net_imports"] = dependence.net_imports(
        sums["imports"], sums["exports_refined"], sums["stock_release"], sums["stock_fill"]
    )
    sums["domestic"] = sums["primary"] + sums["secondary_old"] + sums["secondary_imported"]
    return sums


def foreign_imports(imports: np.ndarray, inputs: InputsLike) -> np.ndarray:
    """Imports by origin, 0 for domestic primary sources, whose metal is no import.

    Parameters
    ----------
    imports : ndarray (sample, region, origin, time, element), t/yr, >= 0
        Refined imports by origin.
    inputs : Inputs
        `origin_domestic` is read.

    Returns
    -------
    ndarray, same axes, t/yr
    """
    sizes = {"origin": imports.shape[dependence.ORIGIN_AXIS]}
    domestic = broadcast_parameter(inputs, "origin_domestic", ("origin",), sizes)
    return np.where(domestic.reshape(-1, 1, sizes["origin"], 1, 1), 0.0, imports) if domestic.any() else imports

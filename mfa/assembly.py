"""From checked, labelled inputs to the plain arrays on which a year is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mfa.errors import Fault, ModelError
from mfa.system.layout import AXES, Floats, Ints, Layout, YearParameters, canonical_values, lay_out
from mfa.system.survival import FAMILIES, TIMING
from mfa.system.yearly_survival import CohortSurvival
from mfa.vocabulary import PARAMETERS, dims_of

SKIPPED = {"timing", "lifetime", "component_lifetime", "second_lifetime", "initial_chemistry_share"}


def cohort_survival(
    lifetime: Any, dims: tuple[str, ...], axes: tuple[str, ...], layout: Layout, shift: float, n_ages: int
) -> CohortSurvival:
    """Lay a labelled lifetime out on parts; `axes` end with the part axis, which `dims` may span with two dims."""
    arrays = []
    for array in lifetime.canonical():
        values = lay_out(canonical_values(array, dims), dims, axes, layout)  # sample, region, [cohort], part
        if "cohort" in axes:
            values = np.moveaxis(values, axes.index("cohort") + 1, -1)
        else:
            values = values[..., None]
        arrays.append(values)
    part = axes[-1]
    size = layout.size(part)
    code, first, second = np.broadcast_arrays(*arrays)
    shape = list(code.shape)
    shape[2] = size
    code, first, second = (np.broadcast_to(array, shape) for array in (code, first, second))
    return CohortSurvival(code.astype(np.int64), first, second, getattr(lifetime, "curves", None), shift, n_ages)


@dataclass
class Levers:
    """What is switched on in a year or was in one before it; the year skips the rest.

    What a lever started may last (plants, credits, stocks), so that none is switched off again.
    """

    scarcity: bool
    substitution: bool
    elastic: bool
    quota: bool
    ramp: bool
    second_life: bool
    component_life: bool
    scrap_trade: bool
    scrap_between: bool
    used_trade: bool
    hazard: bool
    stock_driven: bool
    content_quota: bool
    output_subsidy: bool
    collection_subsidy: bool
    floor: bool
    invest: bool
    research: bool
    learning: bool
    stockpile: bool
    joint_pool: bool
    domestic_primary: bool
    carry: bool
    ban: bool
    hibernation: bool


@dataclass
class Model:
    """Everything that a run needs and that does not change while it runs.

    `levers` are those of each year; `lasting_pairs` are those whose component may fail before its product, and
    `item_is_whole` is 0 for their items.
    """

    layout: Layout
    par: YearParameters
    levers: list[Levers]
    survival: CohortSurvival
    component_survival: CohortSurvival | None
    second_survival: CohortSurvival
    lasting_pairs: Ints
    lasting_products: Ints
    item_is_whole: Floats
    initial_units: Floats
    initial_mix: Floats
    content: Floats
    n_sample: int
    n_region: int
    n_years: int
    money: str


def assemble(inputs: Any) -> Model:
    """Lay out the checked inputs of a run.

    Parameters
    ----------
    inputs : mfa.Inputs

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        If the inputs cannot make a run, with coordinates.
    """
    arrays, labels = inputs.arrays, inputs.labels
    years = np.asarray(inputs.years, dtype=np.int64)
    n_years, n_sample = len(years), max(1, len(labels.get("sample", ())))
    cohorts = years
    if "initial_stock" in arrays and "cohort" in getattr(arrays["initial_stock"], "dims", ()):
        earliest = int(np.min(arrays["initial_stock"].coords["cohort"].values))
        cohorts = np.arange(min(earliest, int(years[0])), int(years[-1]) + 1)
    layout = Layout(
        labels, years, cohorts, _existing(arrays, labels), _domestic(arrays, labels), _scrap_only(arrays, labels)
    )
    par = YearParameters(layout, n_years)
    for name, parameter in PARAMETERS.items():
        if name in SKIPPED:
            continue
        if name in arrays:
            values = _plain(arrays[name], parameter.dims)
        elif parameter.default is None or parameter.default in ("required", "identity", "inf"):
            values = _absent(name, parameter, labels)
        else:
            values = np.asarray(_number(parameter.default)).reshape((1,) * (1 + len(parameter.dims)))
        par.put(name, lay_out(values, parameter.dims, AXES[name], layout))
    _fill_optional(par)
    _set_streams(par, layout)
    content = _content(par, layout, n_years, cohorts)
    shift = TIMING[str(arrays.get("timing", "mid"))]
    longest_lag = int(np.max(par.path("build_lag"))) if np.any(par.path("invest")) else 0
    n_ages = len(cohorts) + longest_lag + 2
    survival = cohort_survival(
        arrays["lifetime"], dims_of("rcp"), ("region", "cohort", "product"), layout, shift, n_ages
    )
    lasting, component_survival = _component_survival(arrays, layout, shift, n_ages)
    second = _second_survival(arrays, layout, shift, n_ages)
    initial_units, initial_mix = _initial_stock(arrays, layout, cohorts, years)
    levers = _levers(par, layout, bool(len(lasting)))
    whole = (~np.isin(layout.item_pair, lasting)).astype(float)
    return Model(
        layout, par, levers, survival, component_survival, second, lasting, layout.pair_product[lasting], whole,
        initial_units, initial_mix, content, n_sample, len(labels["region"]), n_years, inputs.money,
    )  # fmt: skip


def _number(default: float | str | bool | None) -> Any:
    if isinstance(default, bool):
        return default
    if default == "inf":
        return np.inf
    if isinstance(default, str):
        return default
    return float(default)  # type: ignore[arg-type]


def _absent(name: str, parameter: Any, labels: Any) -> NDArray[Any]:
    one = (1,) * (1 + len(parameter.dims))
    if parameter.default == "inf":
        return np.full(one, np.inf)
    if parameter.default == "identity":
        size = len(labels["origin"])
        return np.eye(size).reshape((1, 1, size, 1, 1, size))
    return np.full(one, np.nan)


def _plain(array: Any, dims: tuple[str, ...]) -> NDArray[Any]:
    if not hasattr(array, "dims"):
        return np.asarray(array).reshape((1,) * (1 + len(dims)))
    return canonical_values(array, dims)


def _existing(arrays: Any, labels: Any) -> NDArray[np.bool_]:
    """Which (product, component, chemistry) exist: those with a share, a mass or a content."""
    dims = dims_of("pkh")
    exists = np.zeros(tuple(len(labels[dim]) for dim in dims), dtype=bool)
    for name in ("chemistry_share", "component_mass", "content"):
        if name not in arrays:
            continue
        array = arrays[name]
        spare = [dim for dim in array.dims if dim not in dims]
        present = (array.fillna(0.0) > 0.0).any(spare) if spare else array.fillna(0.0) > 0.0
        exists |= canonical_values(present, dims)[0]
    if not exists.any():
        raise ModelError(Fault("chemistry_share, component_mass, content", "no product holds any component"))
    return exists


def _scrap_only(arrays: Any, labels: Any) -> NDArray[np.bool_]:
    """Classes of traded or stored scrap."""
    dims = dims_of("kh")
    exists = np.zeros(tuple(len(labels[dim]) for dim in dims), dtype=bool)
    for name in ("scrap_imports", "initial_scrap_store"):
        if name not in arrays:
            continue
        array = arrays[name]
        if not hasattr(array, "dims"):
            exists |= float(array) > 0.0
            continue
        spare = [dim for dim in array.dims if dim not in dims]
        present = (array > 0.0).any(spare) if spare else array > 0.0
        exists |= canonical_values(present, dims)[0]
    return exists


def _domestic(arrays: Any, labels: Any) -> NDArray[np.bool_]:
    n_origin = len(labels["origin"])
    if "origin_domestic" not in arrays:
        return np.zeros(n_origin, dtype=bool)
    values = canonical_values(arrays["origin_domestic"], ("origin",))[0].astype(bool)
    return np.broadcast_to(values, (n_origin,)).copy()


def _fill_optional(par: YearParameters) -> None:
    """Turn "not given" into what the equations use: infinite penalties, values of 1, yields, 0."""
    empty = {"collection_penalty": np.inf, "base_scrap_value": 1.0, "content": 0.0, "import_share": 0.0}
    for name, instead in empty.items():
        values = par.path(name)
        if np.isnan(values).any():
            par.replace(name, np.where(np.isnan(values), instead, values))
    for amount, relative in (
        ("product_imports", "product_import_share"), ("product_exports", "product_export_ratio"),
    ):  # fmt: skip
        units, share = par.path(amount), par.path(relative)
        par.replace(amount, np.where(np.isnan(share), np.nan_to_num(units), 0.0))  # a share, where given, rules
        par.replace(relative, np.nan_to_num(share))
    yields, reachable = par.path("recovery_yield"), par.path("recovery_yield_max")
    if np.isnan(reachable).any():
        par.replace("recovery_yield_max", np.where(np.isnan(reachable), yields, reachable))


def _set_streams(par: YearParameters, layout: Layout) -> None:
    """Find the classes of which new or imported scrap can come."""
    returning = (par.path("new_scrap_share") > 0.0) & (par.path("manufacturing_yield") < 1.0)
    by_pair = np.asarray(returning.any(axis=(0, 1, 2)))
    new = by_pair[layout.item_pair].astype(float) @ layout.item_to_class > 0.0
    eligible = par.path("route_eligible")
    imported = (par.path("scrap_imports") > 0.0).any(axis=(0, 1, 2))
    between = (par.path("scrap_export_destination") > 0.0).any(axis=(0, 1, 2, 3))
    sent = (par.path("scrap_export_share") > 0.0).any(axis=(0, 1, 2))
    layout.set_streams(new, np.asarray(imported | (between & sent)))
    par.replace("route_eligible", eligible[..., layout.stream_scrap, layout.stream_class])


def _content(par: YearParameters, layout: Layout, n_years: int, cohorts: Ints) -> Floats:
    """Element and component mass of one component by year of making: [cohort, sample, region, element + mass, item]."""
    content, mass = par.path("content"), par.path("component_mass")
    lead = np.broadcast_shapes(content.shape[:3], mass.shape[:3])
    lead = (len(cohorts), *lead[1:])
    result = np.zeros((*lead, layout.n_element + 1, layout.n_item))

    def align(array: Floats) -> Floats:
        if array.shape[0] == len(cohorts):
            return array
        return np.concatenate([np.repeat(array[:1], len(cohorts) - n_years, axis=0), array])

    result[..., : layout.n_element, :] = align(content)
    result[..., layout.n_element, :] = align(mass)
    return result


def _component_survival(arrays: Any, layout: Layout, shift: float, n_ages: int) -> tuple[Ints, CohortSurvival | None]:
    """Pairs whose component may fail before its product, and the survival of those components."""
    lifetime = arrays.get("component_lifetime")
    if lifetime is None:
        return np.empty(0, dtype=np.int64), None
    dims = dims_of("rpk")
    code = lay_out(canonical_values(lifetime.canonical()[0], dims), dims, ("region", "pair"), layout)
    first = lay_out(canonical_values(lifetime.canonical()[1], dims), dims, ("region", "pair"), layout)
    known = np.isfinite(first) & (code >= 0)
    given = np.broadcast_to(known, (*known.shape[:2], layout.n_pair)).any(axis=(0, 1))
    pairs = np.flatnonzero(given)
    canonical = []
    for array in lifetime.canonical():
        values = lay_out(canonical_values(array, dims), dims, ("region", "pair"), layout)
        values = np.broadcast_to(values, (*values.shape[:2], layout.n_pair))[:, :, pairs, None]
        canonical.append(values)
    # where it is off (in some region) the component never fails: a fixed lifetime without end
    off = ~np.isfinite(canonical[1]) | (canonical[0] < 0)
    code, first, second = (
        np.where(off, instead, values)
        for values, instead in zip(canonical, (FAMILIES.index("fixed"), np.inf, 0.0), strict=True)
    )
    survival = CohortSurvival(code.astype(np.int64), first, second, getattr(lifetime, "curves", None), shift, n_ages)
    return pairs, survival


def _second_survival(arrays: Any, layout: Layout, shift: float, n_ages: int) -> CohortSurvival:
    lifetime = arrays.get("second_lifetime")
    if lifetime is not None:
        return cohort_survival(lifetime, dims_of("rk"), ("region", "component"), layout, shift, n_ages)
    shape = (1, 1, layout.n_component, 1)
    return CohortSurvival(np.zeros(shape, dtype=np.int64), np.full(shape, 8.0), np.zeros(shape), None, shift, n_ages)


def _initial_stock(arrays: Any, layout: Layout, cohorts: Ints, years: Ints) -> tuple[Floats, Floats]:
    """Units [sample, region, product, cohort] and chemistry mix [sample, region, item, cohort] before the run."""
    first = layout.first
    if first == 0 or "initial_stock" not in arrays:
        shape = (1, 1, layout.n_product, first)
        return np.zeros(shape), np.zeros((1, 1, layout.n_item, first))

    def earlier(name: str, dims: tuple[str, ...], axes: tuple[str, ...]) -> Floats:
        array = arrays[name]
        if "cohort" in array.dims:
            array = array.reindex(cohort=cohorts[:first], fill_value=0.0 if name == "initial_stock" else np.nan)
        values = lay_out(canonical_values(array, dims), dims, axes, layout)
        values = np.moveaxis(values, 2, -1)
        size = layout.n_product if axes[-1] == "product" else layout.n_item
        return np.broadcast_to(values, (*values.shape[:2], size, first))

    units = earlier("initial_stock", dims_of("rcp"), ("region", "cohort", "product"))
    mix = earlier("initial_chemistry_share", dims_of("rcpkh"), ("region", "cohort", "item"))
    return units, np.nan_to_num(mix)


def _levers(par: YearParameters, layout: Layout, component_life: bool) -> list[Levers]:
    """Levers that act in each year or did before."""

    def since(acts: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """From the first year that something acts: [time]."""
        return np.logical_or.accumulate(acts.reshape(par.n_years, -1).any(axis=1))

    def some(name: str) -> NDArray[np.bool_]:
        return since(np.asarray(par.path(name) > 0))

    always = np.ones(par.n_years, dtype=bool)
    by_year = {
        "scarcity": some("scarcity_exponent"),
        "substitution": some("substitution_response"),
        "elastic": some("collection_elasticity"),
        "quota": some("collection_quota"),
        "ramp": since(par.path("collection_ramp") < 1.0),
        "second_life": some("second_life_share"),
        "component_life": always & component_life,
        "scrap_trade": some("scrap_imports") | some("scrap_export_share"),
        "scrap_between": some("scrap_export_destination") & some("scrap_export_share"),
        "used_trade": some("used_export_destination") & some("used_export_share"),
        "hazard": since(par.path("hazard_multiplier") != 1.0),
        "stock_driven": since(np.isfinite(par.path("stock_target"))),
        "content_quota": some("content_quota"),
        "output_subsidy": some("output_subsidy"),
        "collection_subsidy": some("collection_subsidy"),
        "floor": some("recovery_floor"),
        "invest": some("invest"),
        "research": some("research_spending"),
        "learning": always & bool(np.any(par.fixed("learning_rate") > 0)),
        "stockpile": some("stockpile_days") | bool(np.any(par.fixed("initial_stockpile") > 0)),
        "joint_pool": some("joint_pool"),
        "domestic_primary": some("primary_capacity") & bool(len(layout.domestic)),
        "carry": some("carry_share"),
        "ban": some("ban") | some("ore_ban"),
        "hibernation": some("hibernation_share"),
    }
    return [Levers(**{name: bool(path[t]) for name, path in by_year.items()}) for t in range(par.n_years)]

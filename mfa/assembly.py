"""From checked, labelled inputs to the plain arrays on which a year is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mfa.errors import Fault, ModelError
from mfa.system.layout import AXES, Floats, Ints, Layout, YearParameters, canonical_values, lay_out
from mfa.system.survival import TIMING, survival_function
from mfa.vocabulary import PARAMETERS, dims_of

SKIPPED = {"timing", "lifetime", "component_lifetime", "second_lifetime", "initial_chemistry_share"}


class CohortSurvival:
    """Survival of cohorts, year by year, for a set of parts (products, pairs or components).

    Parameters
    ----------
    code, first, second : array [sample, region, part, cohort or 1]
        Canonical lifetime.
    curves : array or None
        Curves of lifetimes given as tables.
    shift : float
        Exact age at the end of the year of sale.
    n_ages : int
        Ages needed.
    """

    def __init__(self, code: Ints, first: Floats, second: Floats, curves: Any, shift: float, n_ages: int) -> None:
        code, first, second = np.broadcast_arrays(code, first, second)
        self.n_parts = code.shape[2]
        lead = code.shape[:2]
        if code.shape[3] > 1:
            same = [(array[:, :, :, :1] == array).all(axis=(0, 1, 3)) for array in (code, first, second)]
            constant = same[0] & same[1] & same[2]
        else:
            constant = np.ones(self.n_parts, dtype=bool)
        self.constant, self.varying = np.flatnonzero(constant), np.flatnonzero(~constant)
        ages = np.arange(n_ages) + shift

        def share(parts: Ints, cohorts: slice) -> Floats:
            cells = [array[:, :, parts, cohorts, None] for array in (code, first, second)]
            code_, first_, second_ = cells
            result = survival_function(ages, code_, first_, second_, curves=curves)
            return np.broadcast_to(result, (*cells[0].shape[:-1], n_ages))

        # [sample, region, part, age] and [sample, region, part, cohort, age]
        self.by_age = share(self.constant, slice(0, 1))[..., 0, :]
        self.by_cohort = share(self.varying, slice(None)) if len(self.varying) else None
        self.lead, self.n_ages = lead, n_ages
        self.age_ratio = _ratio(self.by_age)
        self.cohort_ratio = _ratio(self.by_cohort) if self.by_cohort is not None else None

    def samples(self, start: int, stop: int) -> CohortSurvival:
        """The same survival for some of the samples."""
        import copy

        part = copy.copy(self)
        if self.lead[0] > 1:
            part.lead = (stop - start, self.lead[1])
            part.by_age, part.age_ratio = self.by_age[start:stop], self.age_ratio[start:stop]
            if self.by_cohort is not None and self.cohort_ratio is not None:
                part.by_cohort, part.cohort_ratio = self.by_cohort[start:stop], self.cohort_ratio[start:stop]
        return part

    def _gather(self, by_age: Floats, by_cohort: Floats | None, position: int, n_cohorts: int, shift: int) -> Floats:
        """Values at age position - cohort - shift, for cohorts 0 to n_cohorts - 1."""
        ages = position - shift - np.arange(n_cohorts)
        if by_cohort is None:
            return by_age[..., ages]
        result = np.empty((*self.lead, self.n_parts, n_cohorts))
        result[:, :, self.constant] = by_age[..., ages]
        result[:, :, self.varying] = by_cohort[:, :, :, np.arange(n_cohorts), ages]
        return result

    def ratio(self, position: int, n_cohorts: int | None = None) -> Floats:
        """sf(a) / sf(a - 1) at `position` of the cohort axis, of cohorts 0 to n_cohorts - 1 (default: all earlier)."""
        return self._gather(
            self.age_ratio, self.cohort_ratio, position, position if n_cohorts is None else n_cohorts, 0
        )

    def share(self, position: int, n_cohorts: int) -> Floats:
        """sf(a) at `position` of the cohort axis."""
        return self._gather(self.by_age, self.by_cohort, position, n_cohorts, 0)

    def first_year(self, position: int) -> Floats:
        """sf(0) of the cohort at `position`: array [sample, region, part]."""
        return self._gather(self.by_age, self.by_cohort, position, position + 1, 0)[..., -1]


def _ratio(share: Floats) -> Floats:
    """sf(a) / sf(a - 1), 0 where sf(a - 1) = 0; age 0 gives sf(0) itself."""
    ratio = np.array(share)
    earlier = share[..., :-1]
    ratio[..., 1:] = np.divide(share[..., 1:], earlier, out=np.zeros_like(earlier), where=earlier > 0.0)
    return ratio


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
    """What is switched on anywhere in a run; a year skips the rest."""

    scarcity: bool
    substitution: bool
    elastic: bool
    quota: bool
    ramp: bool
    second_life: bool
    component_life: bool
    scrap_trade: bool
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
    product_ban: bool
    carry: bool
    bans: NDArray[np.bool_]
    hibernation: bool


@dataclass
class Model:
    """Everything that a run needs and that does not change while it runs."""

    layout: Layout
    par: YearParameters
    levers: Levers
    survival: CohortSurvival
    component_survival: CohortSurvival | None
    second_survival: CohortSurvival
    lasting_pairs: Ints
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
    model = Model(
        layout, par, levers, survival, component_survival, second, lasting, initial_units, initial_mix, content,
        n_sample, len(labels["region"]), n_years, inputs.money,
    )  # fmt: skip
    return model


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
    """Turn "not given" into what the equations use: infinite penalties, maximum yields, service."""
    path = par._by_year
    for name in ("collection_penalty",):
        path[name] = np.where(np.isnan(path[name]), np.inf, path[name])
    yields, reachable = path["recovery_yield"], path["recovery_yield_max"]
    path["recovery_yield_max"] = np.where(np.isnan(reachable), yields, reachable)
    if np.isnan(path["content"]).any():
        path["content"] = np.nan_to_num(path["content"], nan=0.0)


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
    given = np.broadcast_to(np.isfinite(first) & (code >= 0), (*code.shape[:2], layout.n_pair)).any(axis=(0, 1))
    pairs = np.flatnonzero(given)
    canonical = []
    for array in lifetime.canonical():
        values = lay_out(canonical_values(array, dims), dims, ("region", "pair"), layout)
        values = np.broadcast_to(values, (*values.shape[:2], layout.n_pair))[:, :, pairs, None]
        canonical.append(values)
    survival = CohortSurvival(
        canonical[0].astype(np.int64), canonical[1], canonical[2], getattr(lifetime, "curves", None), shift, n_ages
    )
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


def _levers(par: YearParameters, layout: Layout, component_life: bool) -> Levers:
    def some(name: str) -> bool:
        return bool(np.any(par.path(name) > 0))

    bans = np.logical_or(par.path("ban") > 0, False)
    n_years = par.n_years
    ban_years = np.zeros(n_years, dtype=bool)
    for name in ("ban", "ore_ban"):
        path = par.path(name)
        ban_years |= (path > 0).reshape(n_years, -1).any(axis=1)
    del bans
    research = some("research_spending")
    return Levers(
        scarcity=some("scarcity_exponent"),
        substitution=some("substitution_response"),
        elastic=some("collection_elasticity"),
        quota=some("collection_quota"),
        ramp=bool(np.any(par.path("collection_ramp") < 1.0)),
        second_life=some("second_life_share"),
        component_life=component_life,
        scrap_trade=some("scrap_imports") or some("scrap_export_share"),
        hazard=bool(np.any(par.path("hazard_multiplier") != 1.0)),
        stock_driven=bool(np.any(np.isfinite(par.path("stock_target")))),
        content_quota=some("content_quota"),
        output_subsidy=some("output_subsidy"),
        collection_subsidy=some("collection_subsidy"),
        floor=some("recovery_floor"),
        invest=bool(np.any(par.path("invest"))),
        research=research,
        learning=bool(np.any(par.fixed("learning_rate") > 0)),
        stockpile=bool(np.any(par.fixed("initial_stockpile") > 0)) or some("stockpile_days"),
        joint_pool=bool(np.any(par.path("joint_pool"))),
        domestic_primary=bool(len(layout.domestic)) and some("primary_capacity"),
        product_ban=some("product_ban"),
        carry=some("carry_share"),
        bans=ban_years,
        hibernation=some("hibernation_share"),
    )

"""Checked inputs of a run: labelled arrays in canonical units, all faults reported at once."""

from __future__ import annotations

import math
import numbers
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from mfa.errors import AlignmentError, Fault, InputError, MfaError, UnitError
from mfa.inputs.messages import listed, suggest
from mfa.inputs.tables import canonical_units, to_canonical
from mfa.units import quantify, read_quantity, unit_of
from mfa.vocabulary import DIMENSIONS, PARAMETERS, SCRAP, Parameter, named_like

if TYPE_CHECKING:
    import pandas as pd

NULLABLE = frozenset(
    name for name, parameter in PARAMETERS.items() if parameter.kind == "number" and parameter.default is None
)
"""Parameters in which NaN means none, or not given: there is no default to put in its place."""
LABEL_DIMS = ("region", "origin", "product", "component", "chemistry", "element", "route")
ALONE = {"region": ["region"], "product": ["product"], "component": ["component"], "chemistry": ["chemistry"]}
"""Label of a dim that no array names: there is one, and everything is about it."""


class InputWarning(UserWarning):
    """Inputs that are well formed but ask for something without effect."""


class Lifetimes:
    """Lifetimes in canonical form, by labels.

    Parameters
    ----------
    code, first, second : DataArray
        Family and its two parameters, see `mfa.system.survival`; code -1: not given.
    """

    curves: Any = None

    def __init__(self, code: xr.DataArray, first: xr.DataArray, second: xr.DataArray) -> None:
        self._canonical = (code, first, second)

    def canonical(self) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray]:
        """Code and parameters."""
        return self._canonical


class Inputs:
    """Everything a run needs, checked: one object for tables and scenarios, and for arrays made in Python.

    Parameters
    ----------
    arrays : mapping of str to DataArray, number, quantity, text, bool or Lifetime
        By parameter name of the vocabulary. A DataArray carries a pint unit or is in canonical units already; its dims
        are any of the parameter's, and `sample`. NaN means none in parameters without a default, and is a fault
        elsewhere. None leaves a parameter out.
    years : sequence of int
        The run's years, consecutive. The cohorts are the same and the earlier ones of `initial_stock`.
    money : str
        Currency and year that all money is counted in.
    labels : mapping of str to sequence of str, optional
        Labels by dim; without it those of the arrays, which must agree.
    attrs : mapping, optional
        What to note: scenario, title, scope, dataset, hashes.
    evidence : DataFrame or callable that returns one, optional
        Rows of the tables.

    Attributes
    ----------
    arrays : dict of str to DataArray, Lifetime or str
        Those given, without pint, in canonical units, dims in canonical order.
    years, cohorts : array of int
    labels : dict of str to list of str
        `sample` is among them only if an array has it.
    money : str
    attrs : dict
        `warnings` lists what was warned of.

    Raises
    ------
    UnitError, AlignmentError, InputError
        With all faults; the first two if all faults are of that kind.

    Examples
    --------
    >>> import xarray as xr
    >>> from mfa.inputs import Inputs
    >>> try:
    ...     Inputs({"keep_share": 16.0}, years=range(2020, 2023))
    ... except ValueError as error:
    ...     print(str(error).splitlines()[1])
      - keep_share = 16 is above 1; write 0.16 for 16 %
    """

    def __init__(
        self,
        arrays: Mapping[str, Any],
        years: Iterable[int],
        money: str = "USD_2024",
        labels: Mapping[str, Sequence[str]] | None = None,
        attrs: Mapping[str, Any] | None = None,
        evidence: pd.DataFrame | Callable[[], pd.DataFrame] | None = None,
    ) -> None:
        self._faults: list[tuple[type[MfaError], Fault]] = []
        self.money = money
        self.attrs: dict[str, Any] = dict(attrs or {})
        self._evidence = evidence
        self.years = self._read_years(years)
        plain = self._read_arrays(arrays)
        self.labels = self._read_labels(plain, labels)
        self.cohorts = self._read_cohorts(plain)
        self.arrays: dict[str, Any] = {}
        for name, array in plain.items():
            self.arrays[name] = self._align(name, array)
        self._conclude()

    def _conclude(self, changed: Collection[str] | None = None) -> None:
        """Check what needs more than one cell; of arrays that were checked before, only how the changed ones fit."""
        from mfa.inputs.checks import check_inputs

        warned: list[str] = []
        if not self._faults:
            faults, warned = check_inputs(self, changed)
            self._faults += [(InputError, fault) for fault in faults]
        if self._faults:
            kinds = {kind for kind, _ in self._faults}
            kind = kinds.pop() if len(kinds) == 1 else InputError
            raise kind([fault for _, fault in self._faults])
        self.attrs["warnings"] = warned
        for text in warned:
            warnings.warn(text, InputWarning, stacklevel=3)

    # --- reading -----------------------------------------------------------------------------------------------------

    def _fault(self, where: str, what: str, mend: str = "", kind: type[MfaError] = InputError) -> None:
        self._faults.append((kind, Fault(where, what, mend)))

    def _read_years(self, given: Iterable[int]) -> np.ndarray:
        years = np.asarray(list(given))
        if years.ndim != 1 or not len(years) or years.dtype.kind not in "iu":
            self._fault("years", f"{listed(years.tolist())} are not whole years", "give years=range(2020, 2041), say")
            return np.arange(2000, 2001, dtype=np.int64)
        fault = axis_fault(years)
        if fault:
            self._fault("years", *fault)
        return years.astype(np.int64)

    def _read_arrays(self, arrays: Mapping[str, Any]) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for name, value in arrays.items():
            if value is None:
                continue
            if name not in PARAMETERS:
                self._fault(str(name), "unknown parameter", suggest(str(name), PARAMETERS, "parameters"))
                continue
            parameter = PARAMETERS[name]
            if parameter.kind == "lifetime":
                if not hasattr(value, "canonical"):
                    self._fault(name, "is not a Lifetime", "use mfa.Lifetime.weibull(shape=..., scale=...), say")
                    continue
                plain[name] = value
                continue
            array = self._read_value(parameter, value)
            if array is not None:
                plain[name] = array
        return plain

    def _read_value(self, parameter: Parameter, value: Any) -> Any:
        name = parameter.name
        if parameter.kind == "text":
            array = value if isinstance(value, xr.DataArray) else xr.DataArray(np.array(value, dtype=object))
            wrong = [word for word in np.unique(array.values.astype(str)) if word not in parameter.range.split()]
            for word in wrong:
                self._fault(name, f"'{word}' is unknown", suggest(word, parameter.range.split(), "choices"))
            if name == "timing" and array.ndim:
                self._fault(name, "is one word for the whole run", "give a text")
                return None
            return None if wrong else str(array.values[()]) if name == "timing" else array
        units = canonical_units(parameter, self.money)
        if isinstance(value, str):
            try:
                value = read_quantity(value, units[-1] if len(units) > 1 and "kWh" not in value else units[0])
            except UnitError as error:
                self._fault(name, str(error), kind=UnitError)
                return None
        if isinstance(value, (numbers.Number, bool)) or (hasattr(value, "magnitude") and not hasattr(value, "dims")):
            value = xr.DataArray(value)
        if not isinstance(value, xr.DataArray):
            self._fault(name, f"is a {type(value).__name__}", "give a DataArray with labels, or a number")
            return None
        given = unit_of(value)
        if given is not None:
            try:
                factor, unit = to_canonical(f"{given:D}" or "1", units)
            except UnitError as error:
                self._fault(name, str(error), kind=UnitError)
                return None
            magnitude = value.data.magnitude
            value = value.copy(data=magnitude if factor == 1.0 else magnitude * factor)
            if len(units) > 1:
                value.attrs = {**value.attrs, "units": unit}
        return self._typed(parameter, value)

    def _typed(self, parameter: Parameter, array: xr.DataArray) -> xr.DataArray | None:
        kind = array.dtype.kind
        if parameter.kind == "bool":
            if kind != "b":
                self._fault(parameter.name, "is not made of true and false", "give a boolean array")
                return None
            return array
        if kind == "b" or kind not in "iuf":
            self._fault(parameter.name, f"is not made of numbers ({array.dtype})", "give floats")
            return None
        return array if array.dtype == np.float64 else array.astype(np.float64)

    # --- labels ------------------------------------------------------------------------------------------------------

    def _read_labels(
        self, arrays: Mapping[str, Any], given: Mapping[str, Sequence[str]] | None
    ) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        first: dict[str, str] = {}
        for dim, names in (given or {}).items():
            if dim == "scrap":
                continue
            if dim not in (*LABEL_DIMS, "sample"):
                self._fault(f"labels[{dim}]", "unknown dim", suggest(dim, LABEL_DIMS, "dims"))
                continue
            found[dim], first[dim] = [name if dim == "sample" else str(name) for name in names], "labels"
            if len(set(found[dim])) < len(found[dim]):
                self._fault(f"labels[{dim}]", "a label stands twice", "name every label once", AlignmentError)
        for name, array in arrays.items():
            for part in _parts(array):
                for dim in map(str, part.dims):
                    known = named_like(dim)
                    if known in ("time", "cohort", "scrap") or known not in DIMENSIONS or known in found:
                        continue
                    if dim not in part.coords:
                        continue
                    values = part.coords[dim].values
                    found[known] = values.tolist() if known == "sample" else [str(label) for label in values]
                    first[known] = name
        self._labels_from = first
        for dim in LABEL_DIMS:
            found.setdefault(dim, list(ALONE.get(dim, [])))
        ordered = [dim for dim in DIMENSIONS if dim in found]
        return {dim: found[dim] for dim in ordered}

    def _read_cohorts(self, arrays: Mapping[str, Any]) -> np.ndarray:
        stock = arrays.get("initial_stock")
        if stock is None or "cohort" not in stock.dims or "cohort" not in stock.coords:
            return self.years
        cohorts = stock.coords["cohort"].values
        if cohorts.dtype.kind not in "iu" or not len(cohorts):
            return self.years
        oldest = min(int(cohorts.min()), int(self.years[0]))
        return np.arange(oldest, int(self.years[-1]) + 1, dtype=np.int64)

    def _align(self, name: str, value: Any) -> Any:
        """Check dims and labels, bring dims into canonical order."""
        if isinstance(value, str):
            return value
        parameter = PARAMETERS[name]
        if parameter.kind == "lifetime":
            for part in value.canonical():
                self._check_labels(name, parameter, part)
            return value
        if not self._check_labels(name, parameter, value):
            return value
        order = [dim for dim in ("sample", *parameter.dims) if dim in value.dims]
        value = value if list(value.dims) == order else value.transpose(*order)
        if name == "initial_stock" and "cohort" in value.dims and value.sizes["cohort"] < len(self.cohorts):
            value = value.reindex(cohort=self.cohorts, fill_value=0.0)
        if name == "initial_chemistry_share" and "cohort" in value.dims:
            value = value.reindex(cohort=self.cohorts)
        return value

    def _check_labels(self, name: str, parameter: Parameter, array: xr.DataArray) -> bool:
        before = len(self._faults)
        allowed = ("sample", *parameter.dims)
        for dim in array.dims:
            if dim not in allowed:
                mend = f"its dims are {listed(parameter.dims, 12)}" if parameter.dims else "it has no dims"
                self._fault(name, f"has the dim '{dim}'", mend, AlignmentError)
            elif dim not in array.coords:
                self._fault(name, f"has no labels along {dim}", "give coords", AlignmentError)
            elif dim in ("time", "cohort"):
                self._check_years(name, str(dim), array.coords[dim].values)
            else:
                known = named_like(str(dim))
                wanted = list(SCRAP) if dim == "scrap" else self.labels.get(known, [])
                have = array.coords[dim].values.tolist()
                if have != wanted:
                    source = self._labels_from.get(known, "the vocabulary")
                    self._fault(name, *_difference(str(dim), have, wanted, source), kind=AlignmentError)
        return len(self._faults) == before

    def _check_years(self, name: str, dim: str, have: np.ndarray) -> None:
        if have.dtype.kind not in "iu":
            self._fault(
                name, f"{dim} is not made of whole years ({have.dtype})", "give ints such as 2030", AlignmentError
            )
            return
        fault = axis_fault(have)
        if fault:
            self._fault(name, f"{dim}: {fault[0]}", fault[1], AlignmentError)
            return
        wanted = self.years if dim == "time" else self.cohorts
        if name in ("initial_stock", "initial_chemistry_share") and dim == "cohort":
            start = int(self.years[0])
            if int(have[0]) >= start and not np.array_equal(have, self.cohorts):
                self._fault(name, f"cohort {have[0]} is not before the run ({start})", "give cohorts sold before it")
            return
        if not np.array_equal(have, wanted):
            missing = [int(year) for year in wanted if year not in set(have.tolist())]
            extra = [int(year) for year in have if year not in set(wanted.tolist())]
            what = f"year {missing[0]} missing" if missing else f"year {extra[0]} lies outside the run"
            mend = f"give {dim} from {wanted[0]} to {wanted[-1]}"
            self._fault(name, f"{dim}: {what}", mend, AlignmentError)

    # --- reading back ------------------------------------------------------------------------------------------------

    def __contains__(self, name: str) -> bool:
        return name in self.arrays

    def __getitem__(self, name: str) -> Any:
        """A parameter with its unit, the default where it was not given.

        Service that counts in kWh for some components and in t for others has no one unit: it comes plain.

        Raises
        ------
        KeyError
            If it was not given and has no default.
        """
        from mfa.inputs.loading import default_array

        if name not in PARAMETERS:
            raise KeyError(f"unknown parameter '{name}'; {suggest(name, PARAMETERS, 'parameters')}")
        parameter = PARAMETERS[name]
        if name in self.arrays:
            array = self.arrays[name]
            array = array.dense() if hasattr(array, "dense") else array
        elif name in ("recovery_yield_max", "service"):
            array = self.arrays["recovery_yield" if name == "recovery_yield_max" else "component_mass"]
            if name == "service" and "cohort" in array.dims:
                array = array.sel(cohort=self.years).rename(cohort="time")
        else:
            array = default_array(name, self.labels, self.years)
        if array is None:
            raise KeyError(f"{name} was not given and has no default")
        if parameter.kind != "number" or isinstance(array, str):
            return array if parameter.kind != "text" or isinstance(array, str) or array.ndim else str(array.values[()])
        unit = str(array.attrs.get("units", canonical_units(parameter, self.money)[-1]))
        return array if unit.startswith("mixed") else quantify(array, unit)

    def __iter__(self) -> Any:
        return iter(self.arrays)

    def __repr__(self) -> str:
        sizes = ", ".join(f"{dim} {len(labels)}" for dim, labels in self.labels.items() if labels)
        name = self.attrs.get("scenario")
        head = f"Inputs '{name}'" if name else "Inputs"
        return f"<{head}: {self.years[0]}-{self.years[-1]}, {len(self.arrays)} parameters; {sizes}>"

    @property
    def evidence(self) -> pd.DataFrame:
        """All rows of the tables: parameter, keys, value, bounds, unit, provenance, source, note, file and line."""
        if callable(self._evidence):
            self._evidence = self._evidence()
        if self._evidence is None:
            from mfa.inputs.evidence import evidence_table

            self._evidence = evidence_table([])
        return self._evidence

    def with_samples(self, arrays: Mapping[str, Any], samples: np.ndarray) -> Inputs:
        """Return inputs in which some arrays are sampled, without checking the whole again.

        Parameters
        ----------
        arrays : mapping of str to DataArray, Lifetimes or ItemArray
            With a dim `sample`, in canonical units and order, made from these inputs by rules that keep them sound.
        samples : array of int
            Labels of the samples.
        """
        result = object.__new__(Inputs)
        result.__dict__.update(self.__dict__)
        result.arrays = {**self.arrays, **arrays}
        labels: dict[str, Any] = {**self.labels, "sample": [int(label) for label in samples]}
        result.labels = {dim: labels[dim] for dim in DIMENSIONS if dim in labels}
        result.attrs = dict(self.attrs)
        return result

    def until(self, year: int) -> Inputs:
        """Return the same inputs up to a year; what a run gives for the years that are left is the same.

        Nothing in a year depends on later ones, so a study that asks for one year need not run what follows it.

        Parameters
        ----------
        year : int
            Last year, within the run.
        """
        later = int(self.years[-1]) - year
        if not 0 <= later < len(self.years):
            what = f"{year} lies outside the run"
            raise InputError(Fault("year", what, f"choose from {self.years[0]} to {self.years[-1]}"))
        if not later:
            return self
        result = object.__new__(Inputs)
        result.__dict__.update(self.__dict__)
        result.years, result.cohorts = self.years[:-later], self.cohorts[:-later]
        result.arrays = {name: _without_last(array, later) for name, array in self.arrays.items()}
        result.attrs = dict(self.attrs)
        return result

    def with_arrays(self, arrays: Mapping[str, Any]) -> Inputs:
        """Return inputs in which some arrays are others, checked alone and with the rest; None takes one out."""
        merged = {**self.arrays, **arrays}
        labels = {dim: names for dim, names in self.labels.items() if dim != "sample"}
        attrs = {key: value for key, value in self.attrs.items() if key != "warnings"}
        if "initial_stock" in arrays or "sample" in self.labels:  # which may bring other cohorts, or samples
            return Inputs(merged, self.years, self.money, labels, attrs, self._evidence)
        result = object.__new__(Inputs)
        result.__dict__.update(self.__dict__)
        result._faults, result.attrs = [], attrs
        plain = result._read_arrays(arrays)
        samples = [part.coords["sample"].values.tolist() for array in plain.values() for part in _parts(array)
                   if "sample" in part.coords]  # fmt: skip
        known: dict[str, Any] = {**labels, **({"sample": samples[0]} if samples else {})}
        result.labels = {dim: known[dim] for dim in DIMENSIONS if dim in known}
        aligned = {name: result._align(name, array) for name, array in plain.items()}
        result.arrays = {
            name: aligned.get(name, array)
            for name, array in merged.items()
            if name in aligned or (name not in arrays and array is not None)
        }
        result._conclude(set(arrays))
        return result


def axis_fault(years: np.ndarray) -> tuple[str, str] | None:
    """Say what is wrong with an axis of years: the first place where it runs backwards or leaves a gap.

    Examples
    --------
    >>> import numpy as np
    >>> axis_fault(np.array([2020, 2021, 2023]))
    ('2022 is missing, the first gap', 'years are consecutive')
    """
    steps = np.diff(years)
    if (steps < 0).any():
        i = int(np.argmax(steps < 0))
        return f"{years[i + 1]} after {years[i]}: years run backwards", "sort them"
    if (steps == 0).any():
        return f"{years[int(np.argmax(steps == 0))]} stands twice", "keep one"
    if (steps > 1).any():
        return f"{years[int(np.argmax(steps > 1))] + 1} is missing, the first gap", "years are consecutive"
    return None


def _without_last(array: Any, count: int) -> Any:
    """An array without its last years."""
    if isinstance(array, str):
        return array
    if hasattr(array, "without_last"):
        return array.without_last(count)
    if hasattr(array, "canonical"):
        lifetimes = Lifetimes(*(_without_last(part, count) for part in array.canonical()))
        lifetimes.curves = array.curves
        return lifetimes
    cut = {dim: slice(None, -count) for dim in ("time", "cohort") if dim in array.dims}
    return array.isel(cut) if cut else array


def _parts(array: Any) -> tuple[xr.DataArray, ...]:
    if isinstance(array, str):
        return ()
    return tuple(array.canonical()) if hasattr(array, "canonical") else (array,)


def _difference(dim: str, have: Sequence[Any], wanted: Sequence[Any], source: str) -> tuple[str, str]:
    missing = [label for label in wanted if label not in have]
    extra = [label for label in have if label not in wanted]
    if missing or extra:
        parts = ([f"lacks {listed(missing)}"] if missing else []) + ([f"has {listed(extra)}"] if extra else [])
        return f"{dim} {' and '.join(parts)}, unlike {source}", "give every array the same labels"
    if len(have) != len(wanted):
        return f"{dim} names a label twice", "name every label once"
    return f"{dim} is in another order than in {source}", "order all arrays alike"


def coordinates(array: xr.DataArray, cells: np.ndarray, most: int = 3) -> str:
    """Write the coordinates of the first cells that a mask marks.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> array = xr.DataArray([1.0, 2.0], dims="element", coords={"element": ["Co", "Ni"]})
    >>> coordinates(array, np.array([False, True]))
    'element=Ni'
    """
    found = np.argwhere(cells)
    texts = []
    for cell in found[:most]:
        texts.append(
            ", ".join(f"{dim}={array.coords[dim].values[i]}" for dim, i in zip(array.dims, cell, strict=True))
            or "value"
        )
    text = "; ".join(texts)
    return text + (f"; and {len(found) - most} more cells" if len(found) > most else "")


def is_missing(value: float) -> bool:
    """True for NaN."""
    return math.isnan(value)

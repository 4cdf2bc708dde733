"""What a study keeps of each sample, and how it gets it: the step that all studies of many runs share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from mfa.errors import Fault, InputError, MfaError
from mfa.inputs.messages import suggest
from mfa.vocabulary import INDICATORS, ITEMS, POLICY, SCRAP, STOCKS, dims_of, money_unit

if TYPE_CHECKING:
    from mfa.inputs import Inputs
    from mfa.past import Past
    from mfa.results import Results

BLOCK = 64
"""Samples that are always solved together, from a multiple of this number on.

The last bit of a result may depend on which samples are solved beside it. Blocks that never shift make every result a
matter of the design and of the sample's place in it alone: not of the chunk that was asked for, nor of who computes it.
"""
DEFAULT_OUTPUTS: tuple[str, ...] = (
    "import_requirement", "net_import_reliance", "unmet_share", "self_sufficiency", "n_1_cover", "hhi", "supply_risk",
    "recycled_content", "eol_recycling_input_rate", "eol_collection_rate", "eol_recycling_rate", "co2_avoided",
    "import_bill", "public_cost", "social_cost", "in_use", "discards", "secondary", "imports",
)  # fmt: skip
"""Results that a study keeps if none are named."""
SUMS: dict[str, tuple[tuple[str, ...], str]] = {
    "discards": (
        ("discards_direct", "discards_hibernating", "exports_used"),
        "Metal in products that leave use: discarded, put into drawers, exported",
    ),
}
"""Sums of flows that have a name of their own."""
NOT_KEPT = ("process_efficiency", "economic_importance", "critical", "chemistry_mix", "quota_state")
"""Results that need detail which a run of many samples does not keep, or that are no numbers."""
GROUPS = ("indicators", "flows", "stocks", "policy", "items")
"""Groups in which a bare name is looked up, in this order."""
REASON = "reason_of_"
"""Beginning of the names under which the reason codes of indicators stand."""


class DesignLike(Protocol):
    """Samples of inputs in a fixed order, any part of which can be made alone."""

    @property
    def size(self) -> int:
        """Samples of the whole design."""

    def inputs(self, start: int, stop: int, /) -> Inputs:
        """Inputs of samples start to stop - 1."""


class AsItIs:
    """One sample: inputs without uncertainty, or any others.

    Parameters
    ----------
    inputs : Inputs
    """

    size = 1

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs

    def inputs(self, start: int, stop: int, /) -> Inputs:
        """The inputs."""
        return self._inputs


class UntilYear:
    """Samples of a design up to a year: what a study of that year needs, see `Inputs.until`.

    Parameters
    ----------
    design : DesignLike
    year : int or None
        The last year of the design if None.
    past : Past, optional
        First years that are solved already and the same in all samples; those of the design if None.
    """

    def __init__(self, design: DesignLike, year: int | None, past: Past | None = None) -> None:
        self.design, self.year = design, year
        self.past = past_of(design) if past is None else past

    @property
    def size(self) -> int:
        """Samples."""
        return self.design.size

    def inputs(self, start: int, stop: int, /) -> Inputs:
        """Inputs of samples start to stop - 1."""
        found = self.design.inputs(start, stop)
        return found if self.year is None else found.until(self.year)


def past_of(design: DesignLike) -> Past | None:
    """The years that a design has solved already, if it has."""
    return getattr(design, "past", None)


@dataclass(frozen=True)
class Output:
    """One result that a study keeps.

    Attributes
    ----------
    name : str
        As it was asked for: ``secondary``, or ``components.secondary`` where the bare name is another's.
    group : str
        Group of results.
    variables : tuple of str
        Variables of the group that are summed; mostly one.
    dims : tuple of str
        Dims without ``sample``; flows and stocks are summed to region, time and element.
    unit : str
        With the money of the run.
    meaning : str
        One line.
    years : tuple of int, optional
        Years that are kept; None for all.
    """

    name: str
    group: str
    variables: tuple[str, ...]
    dims: tuple[str, ...]
    unit: str
    meaning: str
    years: tuple[int, ...] | None = None

    @property
    def has_reasons(self) -> bool:
        """Whether a missing value comes with a reason."""
        return self.group == "indicators"

    def taken_from(self, results: Results) -> np.ndarray:
        """Values of all samples, array [sample, *dims] in `unit`."""
        arrays = results.arrays(self.group)
        parts = [self._summed(arrays[name], results.dims(self.group, name)) for name in self.variables]
        return self._cut(parts[0] if len(parts) == 1 else np.sum(parts, axis=0), results.years)

    def reasons_from(self, results: Results) -> np.ndarray:
        """Codes into `mfa.indicators.REASONS`, array [sample, *dims]; of indicators only."""
        codes = results.reason_codes.get(self.variables[0])
        if codes is None:
            codes = np.zeros(results.arrays(self.group)[self.variables[0]].shape, dtype=np.int8)
        return self._cut(codes, results.years)

    def _summed(self, array: np.ndarray, dims: Sequence[str]) -> np.ndarray:
        extra = tuple(1 + i for i, dim in enumerate(dims) if dim not in self.dims)
        return array.sum(axis=extra) if extra else array

    def _cut(self, array: np.ndarray, years: np.ndarray) -> np.ndarray:
        if self.years is None or "time" not in self.dims:
            return array
        return np.take(array, [int(year - years[0]) for year in self.years], axis=1 + self.dims.index("time"))


def choose_outputs(
    keep: Sequence[str] | None, money: str, run_years: Sequence[int] | np.ndarray, years: Sequence[int] | None = None
) -> tuple[Output, ...]:
    """Find the results that a study keeps.

    Parameters
    ----------
    keep : sequence of str, optional
        Names of indicators, flows, stocks, policy outcomes and items, or ``group.name``; `DEFAULT_OUTPUTS` if None.
    money : str
        Money of the run.
    run_years : sequence of int
        Years of the run.
    years : sequence of int, optional
        Years to keep; all if None.

    Returns
    -------
    tuple of Output
        In the order given, each once.

    Raises
    ------
    InputError
        If a name or a year is unknown, all faults at once.

    Examples
    --------
    >>> [output.unit for output in choose_outputs(["discards", "price"], "USD_2024", [2030])]
    ['t/yr', 'USD_2024/t']
    """
    faults: list[Fault] = []
    names = DEFAULT_OUTPUTS if keep is None else tuple(dict.fromkeys(keep))
    if not names:
        faults.append(Fault("keep", "names nothing", "name results, or leave it out for the headline indicators"))
    chosen: tuple[int, ...] | None = None
    if years is not None:
        known = [int(year) for year in run_years]
        faults += [
            Fault("years", f"{year} lies outside the run", f"choose from {known[0]} to {known[-1]}")
            for year in years
            if year not in known
        ]
        chosen = tuple(sorted({int(year) for year in years}))
        if not chosen:
            faults.append(Fault("years", "names no year", "name years, or leave it out for all"))
    outputs = []
    for name in names:
        found = _find(name, money, chosen)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            outputs.append(found)
    if faults:
        raise InputError(faults)
    return tuple(outputs)


def _find(name: str, money: str, years: tuple[int, ...] | None) -> Output | Fault:
    from mfa.results import GROUPS as EVERY_GROUP
    from mfa.results import variables

    group, _, bare = name.rpartition(".")
    if group and group not in EVERY_GROUP:
        return Fault("keep", f"'{name}': no group '{group}'", suggest(group, EVERY_GROUP, "groups"))
    for place in (group,) if group else GROUPS:
        if place == "flows" and bare in SUMS:
            parts, meaning = SUMS[bare]
            return Output(name, place, parts, dims_of("rte"), "t/yr", meaning, years)
        table = variables(place)
        if bare in table:
            if bare in NOT_KEPT:
                what = "is not kept in runs of many samples, or is no number"
                return Fault("keep", f"'{name}' {what}", "leave it out; mfa run shows it for one run")
            found = table[bare]
            dims = found.dims
            if place in ("flows", "stocks", "components"):
                dims = tuple(dim for dim in dims if dim in ("region", "time", "element"))
            return Output(name, place, (bare,), dims, money_unit(found.unit, money), found.meaning, years)
    known = [*INDICATORS, *variables("flows"), *SUMS, *STOCKS, *POLICY, *ITEMS]
    return Fault("keep", f"unknown result '{name}'", suggest(bare, known, "results"))


def coordinates(output: Output, inputs: Inputs) -> dict[str, list[str] | list[int]]:
    """Labels of each dim of an output, without ``sample``.

    Parameters
    ----------
    output : Output
    inputs : Inputs
        Any part of the design.
    """
    every = [int(year) for year in inputs.years]
    found: dict[str, list[str] | list[int]] = {}
    for dim in output.dims:
        if dim == "time":
            found[dim] = every if output.years is None else list(output.years)
        else:
            found[dim] = list(SCRAP) if dim == "scrap" else [str(label) for label in inputs.labels[dim]]
    return found


def evaluate(
    design: DesignLike, start: int, stop: int, outputs: Sequence[Output], reasons: bool = False
) -> dict[str, np.ndarray]:
    """Run part of a design, every balance checked, and keep what a study asks for.

    A sample's result is the same to the last bit, whatever part of the design it is asked for with (see `BLOCK`).

    Parameters
    ----------
    design : DesignLike
        Any samples of inputs: `mfa.inputs.sampling.Design`, the grid of a sweep, the points of a search.
    start, stop : int
        Samples start to stop - 1; multiples of `BLOCK` waste nothing.
    outputs : sequence of Output
        What to keep, see `choose_outputs`.
    reasons : bool
        Whether to keep the reason codes of indicators too, as ``reason_of_<name>``.

    Returns
    -------
    dict of ndarray [sample, *dims of the output]
        By name of the output: float64 in its unit, NaN where a value does not exist; reasons int8.

    Raises
    ------
    ModelError, BalanceError
        If a sample cannot be solved; the message names it.
    """
    if not 0 <= start < stop <= design.size:
        what = f"samples {start} to {stop} are no part of 0 to {design.size}"
        raise InputError(Fault("design", what, "give start < stop within the design"))
    pieces = []
    for first in range(start - start % BLOCK, stop, BLOCK):
        last = min(first + BLOCK, design.size)
        found = _evaluate_block(design, first, last, outputs, reasons)
        inside = slice(max(start - first, 0), min(stop, last) - first)
        pieces.append({name: array[inside] for name, array in found.items()})
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


def _evaluate_block(
    design: DesignLike, first: int, last: int, outputs: Sequence[Output], reasons: bool
) -> dict[str, np.ndarray]:
    wanted = [name for output in outputs if output.group == "indicators" for name in output.variables]
    try:
        results = _run(design, first, last)
    except MfaError as error:
        raise _placed(design, first, last, error) from error
    found: dict[str, np.ndarray] = {}
    if wanted:
        results.need_indicators(wanted)
    for output in outputs:
        found[output.name] = _of_all(output.taken_from(results), last - first, np.float64)
        if reasons and output.has_reasons:
            found[REASON + output.name] = _of_all(output.reasons_from(results), last - first, np.int8)
    return found


def _run(design: DesignLike, first: int, last: int) -> Results:
    from mfa.run import run

    return run(design.inputs(first, last), detail="totals", past=past_of(design))


def _of_all(array: np.ndarray, count: int, dtype: type[np.generic]) -> np.ndarray:
    """One row for each sample, also where nothing varies."""
    return np.ascontiguousarray(np.broadcast_to(array, (count, *array.shape[1:])), dtype=dtype)


def _placed(design: DesignLike, first: int, last: int, error: MfaError) -> MfaError:
    """Give the same error with the number of the sample that it is about, found by halving the block."""
    while last - first > 1:
        middle = (first + last) // 2
        for part in ((first, middle), (middle, last)):
            try:
                _run(design, *part)
            except MfaError as smaller:
                (first, last), error = part, smaller
                break
        else:
            break
    where = f"sample {first}" if last - first == 1 else f"samples {first} to {last - 1}"
    return type(error)([Fault(f"{where}: {fault.where}" if fault.where else where, fault.what, fault.mend)
                        for fault in error.faults])  # fmt: skip


def value_names(found: Mapping[str, np.ndarray]) -> list[str]:
    """Names of outputs in what `evaluate` gave, without those of reasons."""
    return [name for name in found if not name.startswith(REASON)]

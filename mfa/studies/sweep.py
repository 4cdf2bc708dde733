"""Sweeps: a scenario over a grid of levers or parameters, its results with the levers as coordinates."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError, MfaError
from mfa.indicators import READ_WITH_UNMET, present_value
from mfa.inputs import Inputs, InputWarning, Scenario, load_scenario
from mfa.inputs.levers import Lever, Vary, read_levers
from mfa.inputs.messages import suggest
from mfa.inputs.points import Points
from mfa.studies.chunks import evaluate_all
from mfa.studies.evaluate import Output, choose_outputs, coordinates
from mfa.studies.shared_past import continued

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

MOST_POINTS = 10_000
"""Points of a sweep: more are a matter of an ensemble, whose memory does not grow with their number."""
DEFAULT_KEEP = (
    "import_requirement", "eol_recycling_rate", "secondary", "unmet_share", "public_cost_present_value",
    "social_cost_present_value",
)  # fmt: skip
"""Results that are kept if none are named."""
PRESENT_VALUE = "_present_value"
COSTS = ("public_cost", "social_cost", "import_bill")
"""Costs of which a present value can be kept: ``public_cost_present_value``."""


@dataclass
class Sweep:
    """Results of a scenario over a grid of levers.

    Attributes
    ----------
    plain : Dataset
        Results by name, each with the levers as dims, then its own (region, time, element); units stand in the
        attribute ``units``, also of the levers.
    levers : tuple of Lever
        In the order of the dims.
    scenario : str
        Name of the scenario.
    title : str
        Its title.
    period : tuple of int
        Years over which present values are summed, discounted to the first.
    discount_rate : float
        Rate of present values, 1/yr.
    notes : list of str
        What must be known to read it.
    attrs : dict
        Fingerprints of scenario and tables.
    """

    plain: xr.Dataset
    levers: tuple[Lever, ...]
    scenario: str
    title: str
    period: tuple[int, int]
    discount_rate: float
    notes: list[str] = field(default_factory=list)
    attrs: dict[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> xr.Dataset:
        """`plain` as quantities with units."""
        from mfa.units import parse_unit, ureg

        found = {}
        for name, array in self.plain.data_vars.items():
            quantity = ureg.Quantity(array.values, parse_unit(array.attrs["units"]))
            found[name] = array.variable.copy(data=quantity)
        return self.plain.assign(found)

    def __getitem__(self, name: str) -> xr.DataArray:
        """One result as a quantity with its unit."""
        if name not in self.plain:
            raise KeyError(f"no result '{name}'; {suggest(name, map(str, self.plain.data_vars), 'results')}")
        return self.data[name]

    @property
    def names(self) -> list[str]:
        """Names of the results kept."""
        return [str(name) for name in self.plain.data_vars]

    @property
    def size(self) -> int:
        """Number of points."""
        return math.prod(len(lever.values) for lever in self.levers)

    def table(self, years: Sequence[int] | None = None) -> pd.DataFrame:
        """Results in long form: a column for each lever, then region, time, element and others, result, value, unit.

        Parameters
        ----------
        years : sequence of int, optional
            Years to show; all if not given.

        Returns
        -------
        DataFrame
        """
        from mfa.report.sweep_text import long_table

        return long_table(self, years)

    def to_text(
        self, year: int | None = None, elements: Sequence[str] | None = None, regions: Sequence[str] | None = None
    ) -> str:
        """Lowest and highest value of each result over the grid, and where they lie.

        Parameters
        ----------
        year : int, optional
            Year shown; 2040, or the last one if the run does not reach it, if not given.
        elements, regions : sequence of str, optional
            Those shown; all if not given.
        """
        from mfa.report.sweep_text import to_text

        return to_text(self, year, elements, regions)

    def plot(
        self, result: str | None = None, year: int | None = None, region: str | None = None,
        elements: Sequence[str] | None = None,
    ) -> Figure:  # fmt: skip
        """Response of one result: lines over one lever, contours over two, and small multiples of more.

        Parameters
        ----------
        result : str, optional
            Name of the result; the first if not given.
        year : int, optional
            Year shown, as for `to_text`.
        region : str, optional
            The first if not given.
        elements : sequence of str, optional
            All if not given.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from mfa.report.sweep_figure import sweep_figure

        return sweep_figure(self, result or self.names[0], year, region, elements)

    def save(self, folder: str | Path, figures: bool = True, year: int | None = None) -> Path:
        """Write sweep.nc, sweep.csv (headline years), sweep.txt, figures and sweep.json.

        Everything is written to a new folder beside it, which takes its place when all is complete.

        Parameters
        ----------
        folder : path
            Folder to make or replace.
        figures : bool
            Whether to draw figures.
        year : int, optional
            Year of text and figures, as for `to_text`.

        Returns
        -------
        Path

        Raises
        ------
        InputError
            If the path exists and is not the folder of a sweep, or cannot be written.
        """
        from mfa.report.sweep_folder import save_sweep

        return save_sweep(self, Path(folder), figures, year)

    def __repr__(self) -> str:
        grid = " x ".join(f"{lever.name} {len(lever.values)}" for lever in self.levers)
        return f"<mfa.Sweep of {self.scenario}: {grid}; {', '.join(self.names)}>"


def sweep(
    scenario: Scenario | Mapping[str, Any] | str | Path,
    vary: Vary,
    *,
    keep: Sequence[str] | None = None,
    discount_rate: float | None = None,
    period: tuple[int | None, int | None] | None = None,
    jobs: int | None = 1,
    tell: Callable[[int, int], None] = lambda done, size: None,
) -> Sweep:
    """Run a scenario over a grid of levers or parameters.

    Every point is the scenario with the levers set to its values, to the last digits as ``mfa run --set`` would run it;
    points run together, and only what the levers touch is made anew.

    Parameters
    ----------
    scenario : Scenario, mapping, str or Path
        A scenario, its content, name or path.
    vary : sequence of str, or mapping
        ``KEY=START:STOP:N`` (N values from START to STOP, a unit behind if the parameter has one) or ``KEY=a,b,c``;
        keys as for `Scenario.with_changes`: ``policy.keep_share.bev``. As a mapping, such texts or sequences of values
        by key.
    keep : sequence of str, optional
        Results to keep: indicators, flows, stocks (totals by region, year and element), policy outcomes, and
        ``public_cost_present_value``, ``social_cost_present_value``, ``import_bill_present_value``. The need unmet is
        added where an indicator must not be read without it.
    discount_rate : float, optional
        Real rate of present values, 1/yr, >= 0; the scenario's `discount_rate` if not given.
    period : tuple of int or None, optional
        First and last year of present values; from the year after the last data to the last if not given.
    jobs : int or None
        Processes; as many as there are cores if None.
    tell : callable
        Called with the points done and their number.

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        If a key, a value or a name is wrong, all faults at once; if there are too many points; if a point contradicts
        itself.
    ModelError
        If a point cannot be solved.

    Examples
    --------
    >>> import mfa
    >>> result = mfa.sweep("japan-market", ["policy.keep_share=0:0.8:3"], keep=["in_use"])  # doctest: +SKIP
    >>> result["in_use"].sel(element="Co", time=2040)  # doctest: +SKIP
    """
    if not isinstance(scenario, Scenario):
        scenario = load_scenario(scenario)
    levers = read_levers(vary, scenario)
    size = math.prod(len(lever.values) for lever in levers)
    if size > MOST_POINTS:
        shape = " x ".join(str(len(lever.values)) for lever in levers)
        mend = "give fewer values; many samples of many parameters are a matter of mfa ensemble"
        raise InputError(Fault("vary", f"{shape} = {size} points are too many, at most {MOST_POINTS}", mend))
    money = scenario.dataset.money
    wanted = _with_unmet(DEFAULT_KEEP if keep is None else keep)
    valued = [name for name in wanted if _cost_of(name)]
    asked = [name for name in wanted if name not in valued]
    outputs = choose_outputs([*asked, *filter(None, map(_cost_of, valued))], money, scenario.years)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)  # they stand in the notes
        points = Points(scenario, levers)
    span = period_of(scenario, period)
    rate = rate_of(points.base, discount_rate) if valued else discount_rate or 0.0
    arrays = run_points(points, outputs, jobs, tell)
    plain = _dataset(points, outputs, arrays, wanted, span, rate, money)
    notes = []
    if valued:
        notes.append(f"Present values: {span[0]}-{span[1]}, discounted to {span[0]} at {100 * rate:.4g} % a year")
    notes += points.base.attrs.get("warnings", [])
    attrs = {key: points.base.attrs.get(key) for key in ("scenario_hash", "dataset_hash", "dataset", "scope")}
    plain.attrs = {"title": f"{scenario.title}: sweep", "scenario": scenario.name, "money": money,
                   "scope": scenario.scope}  # fmt: skip
    labels = scenario.dataset.labels
    attrs["label_names"] = {dim: {k: v.name for k, v in found.items()} for dim, found in labels.items()}
    attrs["resolved"] = scenario.resolved()
    return Sweep(plain, points.levers, scenario.name, scenario.title, span, rate, notes, attrs)


def run_points(
    points: Points, outputs: Sequence[Output], jobs: int | None, tell: Callable[[int, int], None]
) -> dict[str, np.ndarray]:
    """Evaluate all points; their corners are checked first, and faults name the values of the levers.

    Raises
    ------
    InputError, ModelError, BalanceError
        As `mfa.run`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputWarning)
            points.check_corners()
            design = continued(points)
        return evaluate_all(design, outputs, jobs=jobs, tell=tell)
    except MfaError as error:
        raise type(error)([points.told(fault) for fault in error.faults]) from error


def _cost_of(name: str) -> str | None:
    """The cost that a present value is of."""
    cost = name.removesuffix(PRESENT_VALUE)
    return cost if name.endswith(PRESENT_VALUE) and cost in COSTS else None


def _with_unmet(names: Sequence[str]) -> list[str]:
    """Names with the unmet share, if one of them must not be read without it."""
    wanted = list(dict.fromkeys(names))
    lifted = any(name in READ_WITH_UNMET for name in wanted)
    return [*wanted, "unmet_share"] if lifted and "unmet_share" not in wanted else wanted


def period_of(scenario: Scenario, period: tuple[int | None, int | None] | None) -> tuple[int, int]:
    """Years of present values: from the year after the last data to the last, as far as they are not given.

    Raises
    ------
    InputError
        If they are no span of the run.
    """
    start, stop = int(scenario.years[0]), int(scenario.years[-1])
    data = scenario.dataset.last_data_year
    first, last = period or (None, None)
    last = stop if last is None else last
    if first is None:
        first = data + 1 if data is not None and start <= data < last else start
    if not start <= first <= last <= stop:
        raise InputError(Fault("period", f"{first}-{last} is not a span of the run", f"choose from {start} to {stop}"))
    return first, last


def rate_of(inputs: Inputs, given: float | None) -> float:
    """Rate of present values: that given, or the one `discount_rate` of the inputs.

    Raises
    ------
    InputError
        If it is no rate, or the inputs have several.
    """
    if given is not None:
        if isinstance(given, bool) or not 0.0 <= given < math.inf:
            raise InputError(Fault("discount_rate", f"{given} is not a rate", "write 0.03 for 3 % a year"))
        return float(given)
    rates = np.asarray(inputs["discount_rate"].data.magnitude, dtype=float)
    if np.ptp(rates) > 1e-12:
        what = f"discount_rate varies from {rates.min():.4g} to {rates.max():.4g} by region or year"
        raise InputError(Fault("discount_rate", what, "give the rate of present values: --discount-rate 0.03"))
    return float(f"{rates.flat[0]:.12g}")


def _dataset(
    points: Points, outputs: Sequence[Output], arrays: Mapping[str, np.ndarray], wanted: Sequence[str],
    span: tuple[int, int], rate: float, money: str,
) -> xr.Dataset:  # fmt: skip
    """Results on the grid, with levers and labels as coordinates."""
    import xarray as xr

    shape = tuple(len(lever.values) for lever in points.levers)
    dims = tuple(lever.name for lever in points.levers)
    by_name = {output.name: output for output in outputs}
    years = points.base.years
    data: dict[str, Any] = {}
    coords: dict[str, Any] = {lever.name: coordinate_of(lever) for lever in points.levers}
    for name in wanted:
        cost = _cost_of(name)
        output = by_name[cost or name]
        values = arrays[output.name]
        own = output.dims
        attrs = {"units": output.unit, "long_name": output.meaning}
        if cost:
            inside = (years >= span[0]) & (years <= span[1])
            axis = 1 + own.index("time")
            values = present_value(np.compress(inside, values, axis=axis), years[inside], rate, axis=axis)
            own = tuple(dim for dim in own if dim != "time")
            attrs = {"units": money, "long_name": f"Present value of: {output.meaning}",
                     "comment": f"{span[0]}-{span[1]} at {rate:g} 1/yr"}  # fmt: skip
        found = coordinates(output, points.base)
        coords |= {dim: np.asarray(found[dim]) for dim in own}
        data[name] = xr.Variable((*dims, *own), values.reshape(*shape, *values.shape[1:]), attrs)
    return xr.Dataset(data, coords)


def coordinate_of(lever: Lever) -> Any:
    """Values of a lever as a coordinate, with unit, meaning and key."""
    import xarray as xr

    attrs = {"long_name": lever.title, "key": lever.key}
    if lever.numeric:
        attrs["units"] = lever.unit
    return xr.Variable((lever.name,), np.asarray(lever.values), attrs)

"""Scenario discovery: in which futures a target is missed, as boxes in the ranges of a few factors.

Samples are those of an ensemble, or run here. The factors whose ranks tell samples that miss the target from the others
are peeled by PRIM (`mfa.studies.prim`); with hundreds of factors the others would only offer limits by chance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mfa.errors import Fault, InputError, MfaError
from mfa.inputs import Scenario
from mfa.studies.cube import Floats
from mfa.studies.ensemble_result import Ensemble
from mfa.studies.prim import DENSITY, SMALLEST, Box, Peeling, peel_boxes
from mfa.studies.ranges import FactorRange
from mfa.studies.target import Target
from mfa.studies.target_samples import FEWEST_SAMPLES, option_faults, target_samples
from mfa.studies.what_matters import standard_ranks

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST_BOXES = 5
CLEAR, MOST_FACTORS, LEAST_FACTORS = 3.0, 15, 5
"""Normal score from which on a factor tells cases from others; factors that are peeled at most, and at least."""


@dataclass
class Discovery:
    """Boxes of futures in which a target is missed, or met.

    Attributes
    ----------
    target : Target
    met : bool
        Whether cases are samples that meet the target; else those that miss it.
    cases : array of bool [sample]
    values : array [sample]
        Result that the target is about; NaN where it does not exist, which is a miss.
    factors : DataFrame [sample, factor]
        What was drawn.
    ranges : list of FactorRange
        Names, units, 5 and 95 % of the factors that were peeled, those that tell most first.
    boxes : list of Box
        Over these factors; coverage is of all cases, density and mass of the points that earlier boxes left.
    trajectory : Peeling
        The way to the first box.
    scenario, title : str
    seed : int or None
    source : str
        ``scenario``, or the folder of the ensemble.
    notes : list of str
    attrs : dict
        Fingerprints.
    """

    target: Target
    met: bool
    cases: NDArray[np.bool_]
    values: Floats
    factors: pd.DataFrame
    ranges: list[FactorRange]
    boxes: list[Box]
    trajectory: Peeling
    scenario: str
    title: str
    seed: int | None
    source: str
    notes: list[str] = field(default_factory=list)
    label_names: dict[str, dict[str, str]] = field(default_factory=dict)
    attrs: dict[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Number of samples."""
        return len(self.cases)

    @property
    def share(self) -> float:
        """Share of all samples that are cases."""
        return float(self.cases.mean())

    @property
    def peeled(self) -> Floats:
        """Values of the factors that were peeled: array [sample, factor]."""
        return self.factors[[one.name for one in self.ranges]].to_numpy()

    def table(self) -> pd.DataFrame:
        """One row for each box and factor with a limit, the surest first.

        Returns
        -------
        DataFrame
            ``box`` (1, 2 ...), ``factor``, ``words``, ``low``, ``high`` (limits, NaN where there is none), ``unit``,
            ``factor_low``, ``factor_high`` (5 and 95 %), ``quasi_p``; ``coverage``, ``density``, ``mass`` of the box.
        """
        import pandas as pd

        known = {one.name: one for one in self.ranges}
        rows = []
        for number, box in enumerate(self.boxes, 1):
            for name in box.limited:
                i, one = box.names.index(name), known[name]
                low, high = (value if math.isfinite(value) else math.nan for value in (box.low[i], box.high[i]))
                rows.append((number, name, one.words, low, high, one.unit, one.low, one.high, box.quasi_p[i],
                             box.coverage, box.density, box.mass))  # fmt: skip
        columns = ["box", "factor", "words", "low", "high", "unit", "factor_low", "factor_high", "quasi_p", "coverage",
                   "density", "mass"]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    def to_text(self) -> str:
        """The boxes in words."""
        from mfa.report.discovery_text import to_text

        return to_text(self)

    def plot(self) -> Figure:
        """Figure: the trade-off of coverage and density, and the limits of the first box within their ranges.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from mfa.report.discovery_figure import discovery_figure

        return discovery_figure(self)

    def save(self, folder: str | Path, figures: bool = True) -> Path:
        """Write boxes.csv, trajectory.csv, samples.csv, discovery.txt, a figure and discovery.json; or nothing.

        Raises
        ------
        InputError
            If the path exists and is not the folder of a discovery, or cannot be written.
        """
        from mfa.report.discovery_folder import save_discovery

        return save_discovery(self, Path(folder), figures)

    def __repr__(self) -> str:
        how = "met" if self.met else "missed"
        share = f"{100 * self.share:.3g} % of {self.size} samples of {self.scenario}"
        return f"<mfa.Discovery: {self.target} {how} in {share}>"


def discover(
    source: Ensemble | Scenario | Mapping[str, Any] | str | Path,
    target: str,
    *,
    samples: int | None = None,
    seed: int | None = None,
    met: bool = False,
    density: float | None = None,
    boxes: int = 1,
    factors: Sequence[str] | None = None,
    jobs: int | None = 1,
    tell: Callable[[int, int], None] = lambda done, size: None,
) -> Discovery:
    """Find the futures in which a target is missed: limits of a few factors that hold most of them, and little else.

    Parameters
    ----------
    source : Ensemble, Scenario, mapping, str or Path
        An ensemble or its folder, of which every sample was kept; or a scenario, of which samples are run now.
    target : str
        ``import_requirement[Dy, 2040] <= 0.6``, as for `mfa.search`.
    samples, seed : int, optional
        Samples of a scenario (1000) and their seed (1); not of an ensemble, which has its own.
    met : bool
        Look for the futures in which the target is met instead.
    density : float, 1, in ]0, 1], optional
        Share of the samples in the box that shall be such futures. If not given at least 0.8, and half the way from
        their share among all samples to 1.
    boxes : int
        Boxes to look for: each describes what those before it left.
    factors : sequence of str, optional
        Patterns of factors to peel (``lifetime[vehicles]``); those whose ranks differ most between the futures if None.
    jobs : int or None
        Processes; as many as there are cores if None. The numbers do not depend on it.
    tell : callable
        Called with the samples run and their number.

    Returns
    -------
    Discovery

    Raises
    ------
    InputError
        If an argument is wrong, the samples were not kept, or the target is missed always or never.

    References
    ----------
    Friedman and Fisher (1999), PRIM; Bryant and Lempert (2010), coverage, density and quasi-p-values.

    Examples
    --------
    >>> import mfa
    >>> found = mfa.discover(
    ...     "japan-vision", "import_requirement[Co, 2040] <= 0.85", samples=1000
    ... )  # doctest: +SKIP
    >>> print(found.to_text())  # doctest: +SKIP
    """
    faults = [*option_faults(samples, seed, jobs), *_own_faults(density, boxes)]
    try:
        futures = target_samples(source, [target], samples, seed, factors)
    except MfaError as error:
        raise InputError([*faults, *error.faults]) from None
    if faults:
        raise InputError(faults)
    goal = futures.targets[0]
    values = futures.values(jobs, tell)[:, 0]
    hits = goal.met(values)
    cases = hits if met else ~hits
    _refuse_all_or_nothing(goal, cases, met)
    share = float(cases.mean())
    wanted = max(DENSITY, (1.0 + share) / 2.0) if density is None else density
    names, notes = _telling(futures.factors, cases, futures.picked)
    missing = int(np.isnan(values).sum())
    if missing:
        notes.append(f"In {missing} of {len(values)} samples the result does not exist; they count as missed")
    peeled, first = _boxes(futures.factors[names].to_numpy(), cases, names, wanted, boxes)
    if peeled[0].density < wanted:
        notes.append(
            f"No box holds {100 * wanted:.0f} % of such futures and lasts; the densest is told: what matters is spread "
            "over many factors"
        )
    known = futures.ranges(names)
    return Discovery(
        goal, met, cases, values, futures.factors, known, peeled, first, futures.scenario, futures.title,
        futures.seed, futures.source, notes, futures.label_names, futures.attrs,
    )  # fmt: skip


def _own_faults(density: float | None, boxes: int) -> list[Fault]:
    faults = []
    if density is not None and (isinstance(density, bool) or not 0.0 < density <= 1.0):
        faults.append(Fault("density", f"= {density} is no share", "write 0.8 for 80 %"))
    if isinstance(boxes, bool) or not isinstance(boxes, int) or not 1 <= boxes <= MOST_BOXES:
        faults.append(Fault("boxes", f"= {boxes} is not a number of boxes", f"give 1 to {MOST_BOXES}"))
    return faults


# --- boxes -----------------------------------------------------------------------------------------------------------


def _refuse_all_or_nothing(target: Target, cases: NDArray[np.bool_], met: bool) -> None:
    if cases.all() or not cases.any():
        missed = cases.all() != met
        how = "missed" if missed else "met"
        mend = "weaken the target" if missed else "tighten the target"
        raise InputError(Fault(f"target '{target}'", f"is {how} in all {len(cases)} samples: no box tells more", mend))


def _telling(
    factors: pd.DataFrame, cases: NDArray[np.bool_], picked: list[str] | None
) -> tuple[list[str], list[str]]:  # fmt: skip
    """Factors whose ranks differ most between cases and others, and what is to be noted of the choice."""
    if picked is not None:
        return picked, []
    size = len(cases)
    with np.errstate(invalid="ignore", divide="ignore"):
        ranks = standard_ranks(factors.to_numpy(dtype=float))
        score = ranks.T @ standard_ranks(cases[:, None].astype(float))[:, 0] / math.sqrt(size)
    score = np.abs(np.nan_to_num(score))
    order = np.argsort(-score, kind="stable")
    clear = int((score >= CLEAR).sum())
    count = min(len(order), max(LEAST_FACTORS, min(clear, MOST_FACTORS)))
    notes = []
    if len(order) > count:
        notes.append(
            f"Looked for in the {count} factors of {len(order)} whose ranks differ most between the two kinds of "
            "futures"
        )
    if not clear:
        notes.append("None of the factors alone tells the two apart with certainty: the box may be chance")
    return [str(factors.columns[i]) for i in order[:count]], notes


def _boxes(
    values: Floats, cases: NDArray[np.bool_], names: Sequence[str], density: float, count: int
) -> tuple[list[Box], Peeling]:
    """Boxes one after the other, each in the samples that those before it left."""
    left = np.ones(len(cases), dtype=bool)
    found: list[Box] = []
    first: Peeling | None = None
    for _ in range(count):
        mine = cases[left]
        if first is not None and (len(mine) < FEWEST_SAMPLES or mine.all() or mine.sum() < SMALLEST * cases.sum()):
            break
        peeling = peel_boxes(values[left], mine, names)
        first = peeling if first is None else first
        box = peeling.choose(density)
        if found and (not box.limited or box.density < density):
            break
        found.append(replace(box, coverage=box.coverage * float(mine.sum()) / float(cases.sum())))
        left &= ~box.contains(values)
    assert first is not None
    return found, first

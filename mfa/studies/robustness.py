"""Robustness: in how many futures each scenario meets a target, and how much it loses against the best of the others.

All scenarios are looked at in the same futures (common random numbers): sample i draws the same for every factor that
two scenarios share, so that the difference between them is that of what they do.

- *Satisficing*: the share of the futures in which the target is met (domain criterion).
- *Regret* in a future: the result less the best that any of the scenarios reaches there, so 0 for the best one. Its
  mean, 90 % quantile and largest value say what a choice may cost in hindsight.

References
----------
Savage (1951), The theory of statistical decision, Journal of the American Statistical Association 46, for regret.
Herman, Reed, Zeff and Characklis (2015), How should robustness be defined for water systems planning under change?,
Journal of Water Resources Planning and Management 141(10), for both and others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError, MfaError
from mfa.inputs import Scenario
from mfa.studies.cube import Floats
from mfa.studies.ensemble_result import Ensemble
from mfa.studies.target import Target
from mfa.studies.target_samples import Source, TargetSamples, load_source, option_faults, target_samples

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

ALL_TARGETS = "all targets"
"""Stands for all targets together in the table."""
HIGH = 0.9
"""Quantile of regret that is told beside mean and largest."""
ALIKE = 1e-9
"""Regret relative to the size of the values up to which a scenario counts as the best."""


@dataclass
class Robustness:
    """Scenarios in the same futures, held against targets.

    Attributes
    ----------
    scenarios : list of str
    titles : list of str
    targets : list of Target
    values : array [scenario, target, sample]
        Results that the targets are about; NaN where they do not exist, which is a miss.
    size, seed : int
    method : str
        How samples are drawn.
    sources : list of str
        ``scenario``, or the folder of an ensemble.
    notes : list of str
    label_names : dict
    attrs : dict
        Fingerprints by scenario.
    """

    scenarios: list[str]
    titles: list[str]
    targets: list[Target]
    values: Floats
    size: int
    seed: int
    method: str
    sources: list[str]
    notes: list[str] = field(default_factory=list)
    label_names: dict[str, dict[str, str]] = field(default_factory=dict)
    attrs: dict[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> np.ndarray:
        """Whether each target is met: array of bool [scenario, target, sample]."""
        return np.stack([target.met(self.values[:, i]) for i, target in enumerate(self.targets)], axis=1)

    @property
    def share(self) -> Floats:
        """Share of the futures in which each target is met: array [scenario, target], 1."""
        return self.met.mean(axis=2)

    @property
    def regret(self) -> Floats:
        """Loss against the best scenario of each future: array [scenario, target, sample], in units of the result.

        Never negative, whichever side of its limit a target is on; NaN where the result does not exist.
        """
        with np.errstate(invalid="ignore"):
            found = np.empty(self.values.shape)
            for i, target in enumerate(self.targets):
                values = self.values[:, i] if target.below else -self.values[:, i]
                best = np.where(np.isnan(values), np.inf, values).min(axis=0)
                found[:, i] = values - np.where(np.isfinite(best), best, np.nan)
        return found

    def table(self) -> pd.DataFrame:
        """One row for each target and scenario, in their order.

        Returns
        -------
        DataFrame
            ``target``, ``scenario``, ``share`` (futures in which it is met, 1), ``best`` (futures in which no scenario
            does better, 1), ``regret_mean``, ``regret_p90``, ``regret_max``, ``median`` (of the result), ``missing``
            (futures without a value, 1), ``unit``. With several targets, rows of all of them together have a share
            only.
        """
        import pandas as pd

        rows: list[tuple[Any, ...]] = []
        regret, share = self.regret, self.share
        for t, target in enumerate(self.targets):
            scale = float(np.nanmax(np.abs(self.values[:, t]), initial=0.0))
            for s, name in enumerate(self.scenarios):
                mine = regret[s, t][np.isfinite(regret[s, t])]
                told = [mine.mean(), np.quantile(mine, HIGH), mine.max()] if len(mine) else [np.nan] * 3
                values = self.values[s, t][np.isfinite(self.values[s, t])]
                rows.append(
                    (str(target), name, share[s, t], float((mine <= ALIKE * scale).sum()) / self.size, *told,
                     float(np.median(values)) if len(values) else np.nan, 1.0 - len(values) / self.size,
                     target.output.unit)
                )  # fmt: skip
        if len(self.targets) > 1:
            every = self.met.all(axis=1).mean(axis=1)
            nothing = [np.nan] * 5
            rows += [(ALL_TARGETS, name, every[s], *nothing, np.nan, "1") for s, name in enumerate(self.scenarios)]
        columns = ["target", "scenario", "share", "best", "regret_mean", "regret_p90", "regret_max", "median",
                   "missing", "unit"]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    def futures(self) -> pd.DataFrame:
        """One row for each future: the result of each scenario and target, columns (target, scenario)."""
        import pandas as pd

        columns = pd.MultiIndex.from_product([[str(target) for target in self.targets], self.scenarios],
                                             names=["target", "scenario"])  # fmt: skip
        flat = self.values.transpose(2, 1, 0).reshape(self.size, -1)
        return pd.DataFrame(flat, columns=columns, index=pd.RangeIndex(self.size, name="sample"))

    def long_futures(self) -> pd.DataFrame:
        """The same in long form: sample, target, scenario, value, met."""
        import itertools

        import pandas as pd

        keys = itertools.product(range(self.size), [str(target) for target in self.targets], self.scenarios)
        frame = pd.DataFrame(keys, columns=["sample", "target", "scenario"])
        return frame.assign(value=self.values.transpose(2, 1, 0).ravel(), met=self.met.transpose(2, 1, 0).ravel())

    def to_text(self) -> str:
        """Tables for a terminal, and in words which scenario holds in most futures."""
        from mfa.report.robustness_text import to_text

        return to_text(self)

    def plot(self, target: int = 0) -> Figure:
        """Figure of one target: share of futures in which each scenario meets it, and its regret.

        Parameters
        ----------
        target : int
            Number of the target.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from mfa.report.robustness_figure import robustness_figure

        return robustness_figure(self, target)

    def save(self, folder: str | Path, figures: bool = True) -> Path:
        """Write robustness.csv, futures.csv, robustness.txt, figures and robustness.json; complete or not at all.

        Raises
        ------
        InputError
            If the path exists and is not the folder of such a study, or cannot be written.
        """
        from mfa.report.robustness_folder import save_robustness

        return save_robustness(self, Path(folder), figures)

    def __repr__(self) -> str:
        shares = ", ".join(f"{name} {100 * share:.3g} %" for name, share in zip(self.scenarios, self.share[:, 0],
                                                                               strict=True))  # fmt: skip
        return f"<mfa.Robustness: {self.targets[0]} met in {shares} of {self.size} futures>"


def robust(
    scenarios: Sequence[Source] | Mapping[str, Source],
    targets: str | Sequence[str],
    *,
    samples: int | None = None,
    seed: int | None = None,
    jobs: int | None = 1,
    tell: Callable[[int, int], None] = lambda done, size: None,
) -> Robustness:
    """Compare scenarios in the same futures: how often each meets a target, and what it loses against the best.

    Parameters
    ----------
    scenarios : sequence or mapping
        Scenarios, their names, paths or contents, or ensembles and their folders; at least two. A mapping gives them
        names.
    targets : str or sequence of str
        ``import_requirement[Dy, 2040] <= 0.6``, as for `mfa.search`.
    samples, seed : int, optional
        Samples of scenarios (1000) and their seed (1), or those of the ensembles if there are any, which must be the
        same.
    jobs : int or None
        Processes; as many as there are cores if None. The numbers do not depend on it.
    tell : callable
        Called with the samples run and their number.

    Returns
    -------
    Robustness

    Raises
    ------
    InputError
        If an argument is wrong, samples were not kept, or the scenarios do not see the same futures.

    References
    ----------
    Savage (1951), regret; Herman et al. (2015), satisficing and regret.

    Examples
    --------
    >>> import mfa
    >>> found = mfa.robust(
    ...     ["japan-market", "japan-vision"], "import_requirement[Co, 2040] <= 0.9", samples=200
    ... )  # doctest: +SKIP
    >>> found.table()[["scenario", "share", "regret_max"]]  # doctest: +SKIP
    """
    wanted = [targets] if isinstance(targets, str) else list(targets)
    given = list(scenarios.values()) if isinstance(scenarios, Mapping) else list(scenarios)
    faults = option_faults(samples, seed, jobs)
    if len(given) < 2:
        faults.append(
            Fault("scenarios", f"{len(given)} given", "name at least two: regret is against the best of them")
        )
    found: list[TargetSamples] = []
    loaded = _loaded(given, faults)
    if samples is None and seed is None:  # scenarios beside an ensemble see its futures
        samples, seed = next(((one.size, int(one.manifest["seed"])) for one in loaded if isinstance(one, Ensemble)),
                             (None, None))  # fmt: skip
    for source in loaded:
        drawn = (None, None) if isinstance(source, Ensemble) else (samples, seed)
        try:
            found.append(target_samples(source, wanted, *drawn))
        except MfaError as error:
            faults += [fault for fault in error.faults if str(fault) not in map(str, faults)]
    if faults:
        raise InputError(faults)
    names = list(map(str, scenarios)) if isinstance(scenarios, Mapping) else [one.scenario for one in found]
    faults += [Fault(f"scenario {name}", "stands twice", "give them names: {'a': ..., 'b': ...}, or --set name=...")
               for name in dict.fromkeys(names) if names.count(name) > 1]  # fmt: skip
    faults += _not_the_same_futures(found, names)
    if faults:
        raise InputError(faults)
    size, total = found[0].size, found[0].size * len(found)
    values = []
    for place, one in enumerate(found):
        before = place * size
        values.append(one.values(jobs, lambda done, _, before=before: tell(before + done, total)))  # type: ignore[misc]
    table = np.stack(values).transpose(0, 2, 1)  # scenario, target, sample
    notes = [
        f"{name}: in {int(count)} of {size} futures the result of {target.name} does not exist; they count as missed"
        for name, row in zip(names, np.isnan(table).sum(axis=2), strict=True)
        for target, count in zip(found[0].targets, row.tolist(), strict=True)
        if count
    ]
    first = found[0]
    return Robustness(
        names, [one.title for one in found], first.targets, table, size, first.seed, first.method,
        [one.source for one in found], notes, first.label_names,
        {name: one.attrs for name, one in zip(names, found, strict=True)},
    )  # fmt: skip


def _loaded(sources: Sequence[Source], faults: list[Fault]) -> list[Ensemble | Scenario]:
    """Scenarios and ensembles that can be read; faults of the others."""
    found = []
    for source in sources:
        try:
            found.append(load_source(source))
        except MfaError as error:
            faults += error.faults
    return found


def _not_the_same_futures(found: Sequence[TargetSamples], names: Sequence[str]) -> list[Fault]:
    """Faults of samples that are not draws of the same futures."""
    faults = []
    first = found[0]
    for one, name in zip(found[1:], names[1:], strict=True):
        for word, mine, theirs in (
            ("samples", one.size, first.size), ("seed", one.seed, first.seed), ("method", one.method, first.method),
        ):  # fmt: skip
            if mine != theirs:
                what = f"has {word} {mine}, {names[0]} has {theirs}: they do not see the same futures"
                faults.append(Fault(f"scenario {name}", what, f"run both with the same {word}"))
        units = [(mine.name, mine.output.unit, theirs.output.unit)
                 for mine, theirs in zip(one.targets, first.targets, strict=True)]  # fmt: skip
        faults += [
            Fault(f"scenario {name}", f"counts {target} in {mine}, {names[0]} in {theirs}", "compare in one money")
            for target, mine, theirs in units
            if mine != theirs
        ]
    return faults

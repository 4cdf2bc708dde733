"""The estimates that matter most: what to find out next.

A weak figure that nothing depends on can stay; a firm one that everything depends on needs no work. What counts is
elasticity times uncertainty: the change of a result, in logarithms, as a factor alone goes from its 5 to its 95 %.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mfa.studies.cube import Floats
from mfa.studies.one_at_a_time import OneAtATime
from mfa.studies.sensitivity import default_outputs, sensitivity

if TYPE_CHECKING:
    import pandas as pd

    from mfa.inputs import Scenario

WEAK = ("estimate", "recalled")
"""Provenances of figures that a source could replace."""
RESULTS = ("import_requirement", "eol_recycling_rate")
"""Results, of every element, that are looked at if none are named."""
COLUMNS = (
    "factor", "words", "provenance", "pedigree", "low", "high", "unit", "rows", "uncertainty", "result", "elasticity",
    "effect", "share", "place",
)  # fmt: skip


@dataclass
class WeakPoints:
    """Estimates of a scenario, the one that matters most first.

    Attributes
    ----------
    scenario : str
    outputs : list of str
        Results that were looked at.
    table : DataFrame
        One row for each factor whose telling row is an estimate or recalled. ``uncertainty`` ln(95 % / 5 %);
        ``result`` the one that it moves most, ``elasticity`` of it, ``effect`` |elasticity| x uncertainty there;
        ``share`` its part of the squared effects of all factors, mean over the results; ``place`` file and line.
    factors, firm : int
        Factors in all, and those that are read or derived.
    firm_share : float
        Their part of the squared effects.
    scored : int
        Factors whose range comes from the pedigree of a row alone.
    notes : list of str
    """

    scenario: str
    outputs: list[str]
    table: pd.DataFrame
    factors: int
    firm: int
    firm_share: float
    scored: int
    notes: list[str] = field(default_factory=list)

    def to_text(self, most: int = 20) -> str:
        """The list for a terminal.

        Parameters
        ----------
        most : int
            Estimates shown.
        """
        from mfa.report.weak_points_text import weak_points_text

        return weak_points_text(self, most)

    def __repr__(self) -> str:
        return f"<mfa.WeakPoints of {self.scenario}: {len(self.table)} estimates of {self.factors} factors>"


def weak_points(
    scenario: Scenario | str,
    outputs: Sequence[str] | None = None,
    *,
    factors: Sequence[str] | None = None,
    jobs: int | None = 1,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> WeakPoints:
    """Rank the estimates of a scenario by what they do to its results.

    Rows without a range count with that of their pedigree, unless the scenario says `pedigree: false`. Each factor
    alone goes from its 5 to its 95 % quantile, all others at their medians: 2 k + 1 runs for k factors.

    Parameters
    ----------
    scenario : Scenario or str
    outputs : sequence of str, optional
        Results such as ``import_requirement[Dy, 2040]``; import requirement and recycling rate of every element in
        2040 if None.
    factors : sequence of str, optional
        Patterns of factors to look at; all if None.
    jobs : int or None
        Processes.
    tell : callable
        Called with the runs done and their number.

    Returns
    -------
    WeakPoints

    Raises
    ------
    InputError
        If a result is unknown or a pattern picks nothing.

    Examples
    --------
    >>> found = weak_points(
    ...     "japan-reference", ["eol_recycling_rate[Co, 2030]"], factors=["recovery_yield[Co]"]
    ... )
    >>> bool(found.table["effect"].is_monotonic_decreasing)
    True
    """
    import warnings

    import pandas as pd

    from mfa.inputs import InputWarning, load_scenario
    from mfa.inputs.sampling import Uncertainty

    if isinstance(scenario, str):
        scenario = load_scenario(scenario)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        uncertainty = Uncertainty(scenario)
        if outputs is None:
            requirement = default_outputs(uncertainty.inputs)
            outputs = [text.replace(RESULTS[0], result) for result in RESULTS for text in requirement]
        study = sensitivity(scenario, outputs, factors=factors, jobs=jobs, tell=tell)
    estimate = study.estimate
    assert isinstance(estimate, OneAtATime)
    effect, shares = effects(estimate)
    told = {one.name: one for one in uncertainty.factors}
    words = dict(zip(uncertainty.names, uncertainty.words(), strict=True))
    rows, firm, firm_share, scored = [], 0, 0.0, 0
    for i, name in enumerate(estimate.names):
        row = told[name].row
        scored += row.scored
        if row.provenance not in WEAK:
            firm, firm_share = firm + 1, firm_share + float(shares[i])
            continue
        low, high = estimate.ends[i].tolist()
        most = int(effect[i].argmax())
        rows.append((
            name, words[name], row.provenance, row.pedigree, low, high, row.unit, told[name].rows,
            float(np.log(high / low)) if low > 0.0 else np.nan, study.outputs[most],
            float(estimate.elasticity[i, most]), float(effect[i, most]), float(shares[i]), row.place,
        ))  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table = table.sort_values(["share", "effect"], ascending=False, kind="stable").reset_index(drop=True)
    return WeakPoints(
        scenario.name, study.outputs, table, len(estimate.names), firm, firm_share, scored, list(study.notes)
    )


def effects(estimate: OneAtATime) -> tuple[Floats, Floats]:
    """Effects of factors on results, and the share of each factor.

    Parameters
    ----------
    estimate : OneAtATime

    Returns
    -------
    effect : array [factor, output], 1
        |elasticity| x ln(95 % / 5 %) of the factor; of a factor or result that is not positive the swing over the
        result at the medians; 0 where that is 0.
    share : array [factor], 1
        Part of the squared effects, mean over the outputs that anything moves.

    Examples
    --------
    x from 1 to 2 with elasticity 2 and y from 1 to 4 with elasticity 1 do the same to x^2 y:

    >>> from mfa.studies.one_at_a_time import one_at_a_time
    >>> values = lambda u: np.stack([2 ** ((u[:, 0] - 0.05) / 0.9), 4 ** ((u[:, 1] - 0.05) / 0.9)], axis=1)
    >>> found = one_at_a_time(lambda u: values(u)[:, 0] ** 2 * values(u)[:, 1], ["x", "y"], values=values)
    >>> effect, share = effects(found)
    >>> effect.round(4).tolist(), share.round(4).tolist()
    ([[1.3863], [1.3863]], [0.5, 0.5])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.log(estimate.ends[:, 1] / estimate.ends[:, 0])[:, None]
        effect = np.abs(estimate.elasticity) * np.abs(width)
        plain = np.abs(estimate.swing) / np.abs(estimate.base)
    effect = np.where(np.isfinite(effect), effect, np.where(np.isfinite(plain), plain, 0.0))
    total = (effect**2).sum(axis=0)
    moved = total > 0.0
    if not moved.any():
        return effect, np.zeros(len(effect))
    return effect, np.asarray((effect[:, moved] ** 2 / total[moved]).mean(axis=1))

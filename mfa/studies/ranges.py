"""Factors that a study looked at: name, words, unit, 5 and 95 %."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mfa.studies.one_at_a_time import HIGH, LOW, MIDDLE

if TYPE_CHECKING:
    from mfa.inputs.sampling import Uncertainty
    from mfa.studies.ensemble_result import Ensemble


@dataclass(frozen=True)
class FactorRange:
    """A factor that was looked at.

    Attributes
    ----------
    name : str
        As `mfa info --factors` names it.
    words : str
        For readers.
    unit : str
    low, high : float
        Its 5 and 95 % quantiles; NaN for a group of factors.
    """

    name: str
    words: str
    unit: str
    low: float
    high: float


def ranges_of(uncertainty: Uncertainty, names: Sequence[str]) -> list[FactorRange]:
    """Factors of a scenario, each with its 5 and 95 % as all others stand at their medians."""
    every = uncertainty.names
    units = {factor.name: factor.row.unit for factor in uncertainty.factors}
    places, count = [every.index(name) for name in names], np.arange(len(names))
    shares = np.full((2 * len(names), len(every)), MIDDLE)
    shares[count, places], shares[len(names) + count, places] = LOW, HIGH
    values = uncertainty.values(shares).to_numpy()
    return [
        FactorRange(name, words, units[name], float(values[i, at]), float(values[len(names) + i, at]))
        for i, (name, words, at) in enumerate(zip(names, uncertainty.words(names), places, strict=True))
    ]


def ranges_in_samples(ensemble: Ensemble, names: Sequence[str]) -> list[FactorRange]:
    """Factors of an ensemble, with the quantiles of its samples; words and units as far as they were stored."""
    told, factors = ensemble.manifest.get("factor_words", {}), ensemble.factors
    found = []
    for name in names:
        low, high = np.quantile(factors[name].to_numpy(), [LOW, HIGH]).tolist()
        words, unit = told.get(name, (name, ""))
        found.append(FactorRange(name, words, unit, low, high))
    return found

"""Which case each other is measured against.

A scenario is a thin layer on a base: what it buys is what changes against that base. A scenario with a shock is another
matter. What a policy buys under an export ban is told by the same ban without the policy, and not by the policy without
the ban, even if the file of the scenario builds on the policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mfa.indicators import broadcast_parameter
from mfa.vocabulary import PARAMETERS

SHOCKS = ("ban", "ore_ban", "product_ban")
"""Parameters that deny supply."""


@dataclass(frozen=True, eq=False)
class Shocks:
    """The bans of a run in the regions that are compared."""

    bans: tuple[np.ndarray, ...]
    """Share denied, (sample, region, ..., time, ...) as the vocabulary says, in the order of `SHOCKS`."""
    years: tuple[int, ...]
    """Years with some ban."""

    def same(self, other: Shocks) -> bool:
        """Whether two runs meet the same bans."""
        if not self.years and not other.years:
            return True
        return all(np.array_equal(mine, theirs) for mine, theirs in zip(self.bans, other.bans, strict=True))


def shocks_of(inputs: Any, regions: Sequence[str]) -> Shocks:
    """Bans of a run.

    Parameters
    ----------
    inputs : Inputs or None
        What the run was computed from; None if it is not known, which counts as no ban.
    regions : sequence of str
        Regions to look at.

    Returns
    -------
    Shocks
    """
    if inputs is None:
        return Shocks(tuple(np.zeros(0) for _ in SHOCKS), ())
    places = [inputs.labels["region"].index(region) for region in regions]
    bans, denied = [], np.zeros(len(inputs.years), dtype=bool)
    for name in SHOCKS:
        ban = broadcast_parameter(inputs, name)[:, places]
        time = 1 + PARAMETERS[name].dims.index("time")
        denied |= (ban > 0).any(axis=tuple(axis for axis in range(ban.ndim) if axis != time))
        bans.append(ban)
    return Shocks(tuple(bans), tuple(int(year) for year in inputs.years[denied]))


def choose_bases(scenarios: Sequence[str], ancestors: Sequence[Sequence[str]], shocks: Sequence[Shocks]) -> list[int]:
    """Natural base of each case; -1 for the one that all others are measured against in the end.

    In this order: the nearest scenario that a case builds on, if it meets the same shocks; for a case with shocks, one
    with the same shocks that builds on nothing but what the case builds on too, and on less of it (the same shock
    without the policy); the nearest scenario that it builds on, whatever its shocks; the first case with the same
    shocks; the first case.

    Parameters
    ----------
    scenarios : sequence of str
        Name of the scenario of each case.
    ancestors : sequence of sequences of str
        Names of the scenarios that each builds on, the nearest first.
    shocks : sequence of Shocks
        Bans of each.

    Returns
    -------
    list of int
        Position of the base of each case.

    Examples
    --------
    The ban under the policy is measured against the ban, though its file builds on the policy.

    >>> none, ban = Shocks((np.zeros(1),) * 3, ()), Shocks((np.ones(1),) * 3, (2030,))
    >>> names = ["market", "policy", "ban", "ban-policy"]
    >>> builds_on = [[], ["market"], ["market"], ["policy", "market"]]
    >>> choose_bases(names, builds_on, [none, none, ban, ban])
    [-1, 0, 0, 2]
    """
    cases = range(len(scenarios))
    lineage = [frozenset(names) for names in ancestors]

    def natural(i: int) -> int | None:
        chain = [
            j
            for name in ancestors[i]
            for j in cases
            if j != i and scenarios[j] == name and lineage[j] < lineage[i]  # the latter keeps links from going round
        ]
        for j in chain:
            if shocks[j].same(shocks[i]):
                return j
        if shocks[i].years:
            rivals = [j for j in cases if j != i and shocks[j].same(shocks[i]) and lineage[j] < lineage[i]]
            if rivals:
                return max(rivals, key=lambda j: len(lineage[j]))
        return chain[0] if chain else None

    links = [natural(i) for i in cases]
    free = [i for i in cases if links[i] is None]
    result = []
    for i, link in enumerate(links):
        if link is None:
            head = next(j for j in free if shocks[j].same(shocks[i]))
            link = head if head != i else free[0] if i != free[0] else -1
        result.append(link)
    return result

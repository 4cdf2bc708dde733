"""Why no solution exists: which balances cannot close with what is exact, and which only with a negative flow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mfa.errors import Fault
from mfa.inputs.messages import listed
from mfa.reconciliation.equations import Mask, Vector
from mfa.reconciliation.network import Network
from mfa.reconciliation.solver import Problem

OPEN = 1e-8
"""What an equation may leave, in units of its largest term, before it counts as open."""


def explain_contradiction(network: Network, problem: Problem, x: Vector, scales: Vector) -> list[Fault]:
    """Say which balances cannot close, by how much, and which exact figures stand in them.

    Parameters
    ----------
    network : Network
    problem : Problem
        Near the size of 1, as `scales` make it.
    x : ndarray [unknown]
        Where the search ended.
    scales : ndarray [unknown]
        Size of each unknown.

    Returns
    -------
    list of Fault
        One for each group of balances; one that tells of no convergence if they do not contradict each other.
    """
    slopes, left = problem.equations.slopes(x), problem.equations.values(x)
    free = ~problem.held
    change = np.linalg.lstsq(slopes[:, free], -left, rcond=1e-10)[0]
    open_ = left + slopes[:, free] @ change
    if np.abs(open_).max(initial=0.0) > OPEN:
        rows = [int(i) for i in np.flatnonzero(np.abs(open_) > 1e-3 * np.abs(open_).max())]
        return _faults(network, problem, rows, x, scales, negative=False)
    rows = _negative_rows(slopes, left, x, free, problem.bounded)
    if rows:
        return _faults(network, problem, rows, x, scales, negative=True)
    what = (
        "the search for figures that close the products of flows, coefficients and concentrations did not come to rest"
    )
    mend = "give a value to a transfer coefficient or concentration that has none, or a flow next to it"
    return [Fault(network.titles[int(np.abs(left).argmax())], what, mend)]


def _negative_rows(slopes: np.ndarray, left: Vector, x: Vector, free: Mask, bounded: Mask) -> list[int]:
    """Equations that stay open by least if no flow may be negative."""
    from scipy.optimize import linprog

    count, size = slopes[:, free].shape
    bounds = [
        (-float(value), None) if bound else (None, None) for value, bound in zip(x[free], bounded[free], strict=True)
    ]
    answer = linprog(
        np.concatenate([np.zeros(size), np.ones(2 * count)]),
        A_eq=np.hstack([slopes[:, free], np.eye(count), -np.eye(count)]), b_eq=-left,
        bounds=bounds + [(0.0, None)] * (2 * count), method="highs",
    )  # fmt: skip
    if answer.status != 0:
        return []
    slack = answer.x[size : size + count] + answer.x[size + count :]
    return [int(i) for i in np.flatnonzero(slack > OPEN)]


def _faults(
    network: Network, problem: Problem, rows: Sequence[int], x: Vector, scales: Vector, negative: bool
) -> list[Fault]:
    """A fault for each group of open equations that share an unknown."""
    faults = []
    rest = set(range(len(network.titles)))
    for group in _groups(network, rows):
        rest -= set(group)
        titles = listed([network.titles[row] for row in group], 4)
        exact = [i for i in dict.fromkeys(i for row in group for i in network.touched[row]) if problem.held[i]]
        shown = [
            f"{network.unknowns[i].name} [{network.unknowns[i].layer}] = "
            f"{x[i] * scales[i] / network.unknowns[i].factor:.6g} {network.unknowns[i].unit}"
            for i in exact
        ]
        wheres = [row.where for i in exact if (row := network.unknowns[i].row) is not None]
        held = f"exact there: {listed(shown, 8)}" if shown else "nothing in it is exact"
        if negative:
            what = f"cannot close without a negative flow ({held})"
            mend = "check the direction of its flows, add what is missing, or give exact figures an uncertainty"
        else:
            what = f"cannot close, as figures without uncertainty contradict each other ({held})"
            mend = "give one of them an sd" + (f" ({listed(wheres, 8)})" if wheres else "")
        faults.append(Fault(titles, what, mend))
    if rest and faults:
        faults.append(
            Fault("", f"the other {len(rest)} equations do not contradict each other: they can be reconciled as soon "
                  "as those above can close")
        )  # fmt: skip
    return faults


def _groups(network: Network, rows: Sequence[int]) -> list[list[int]]:
    """Equations that share an unknown, together."""
    groups: list[tuple[set[int], list[int]]] = []
    for row in rows:
        touched, members = set(network.touched[row]), [row]
        apart = []
        for group in groups:
            if group[0] & touched:
                touched |= group[0]
                members = group[1] + members
            else:
                apart.append(group)
        groups = [*apart, (touched, members)]
    return [members for _, members in groups]

"""Random flow networks, and their reconciliation by general solvers of scipy."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from mfa.reconciliation.network import Network
from mfa.reconciliation.reconcile import _problem
from mfa.reconciliation.rows import Row


def random_rows(
    seed: int, flows: int, unmeasured: float = 0.2, spread: float = 0.15, transfers: int = 0, elements: int = 0
) -> list[Row]:
    """A connected network through which something flows, measured with errors; flows of very different size.

    True flows close every balance: they are sums of random paths from outside to outside.
    """
    rng = np.random.default_rng(seed)
    processes = [f"p{i}" for i in range(max(2, flows // 4))]
    ends = [("outside", processes[0])]
    ends += [(processes[rng.integers(i)], processes[i]) for i in range(1, len(processes))]
    ends += [(process, "outside") for process in processes]
    while len(ends) < flows:
        source, target = rng.choice([*processes, "outside"], 2, replace=False)
        ends.append((str(source), str(target)))
    ends = ends[: max(flows, 2 * len(processes))]
    truth = np.zeros(len(ends))
    leaving: dict[str, list[int]] = {}
    for number, (source, _) in enumerate(ends):
        leaving.setdefault(source, []).append(number)
    for _ in range(4 * len(ends)):
        amount, place = float(np.exp(rng.normal(2.0, 1.5))), "outside"
        while True:
            number = int(rng.choice(leaving[place]))
            truth[number] += amount
            place = ends[number][1]
            if place == "outside":
                break
    rows = []
    for number, (source, target) in enumerate(ends):
        sd = spread * max(truth[number], 0.05 * truth.mean())
        value: float | None = max(0.0, float(rng.normal(truth[number], sd)))
        deviation: float | None = float(sd)
        if rng.random() < unmeasured:
            value = deviation = None
        rows.append(Row(f"row {number}", "flow", f"f{number}", source, target, "goods", value, deviation, "t/yr"))
    for number in rng.permutation(len(ends))[:transfers]:
        source = ends[number][0]
        into = sum(truth[i] for i, (_, target) in enumerate(ends) if target == source)
        if source == "outside" or into == 0:
            continue
        share = float(np.clip(rng.normal(truth[number] / into, 0.05), 0.0, 1.0))
        rows.append(Row(f"tc {number}", "transfer", f"f{number}", "", "", "goods", share, 0.05, "1"))
    for element in range(elements):
        content = 0.2 + 0.1 * element
        for number, (source, target) in enumerate(ends):
            share = float(np.clip(rng.normal(content, 0.03), 0.0, 1.0))
            rows.append(Row(f"c {number}", "concentration", f"f{number}", "", "", f"e{element}", share, 0.03, "1"))
            if rng.random() < 0.3:
                value = float(max(0.0, rng.normal(content * truth[number], 0.2 * content * truth[number] + 0.01)))
                sd = 0.2 * content * max(truth[number], 0.05 * truth.mean())
                row = Row(f"e {number}", "flow", f"f{number}", source, target, f"e{element}", value, sd, "t/yr")
                rows.append(row)
    return rows


def by_scipy(network: Network, method: str = "SLSQP", near: np.ndarray | None = None) -> np.ndarray:
    """Reconciled figures by a general solver, in units of the layers.

    Unknowns are measured from their observed value in standard deviations, so the cost is half the squared length.
    """
    problem, scales, _ = _problem(network)
    free = ~problem.held
    shift = np.where(problem.measured, problem.wanted, problem.start)
    size = np.where(problem.measured, 1.0 / np.where(problem.measured, problem.weights, 1.0), 1.0)
    seen = problem.measured[free]

    def whole(u: np.ndarray) -> np.ndarray:
        x = shift.copy()
        x[free] += size[free] * u
        return x

    low = [-shift[i] / size[i] if problem.bounded[i] else -np.inf for i in np.flatnonzero(free)]
    start = np.maximum(0.0 if near is None else (near / scales - shift)[free] / size[free], low)
    equations = problem.equations
    answer = minimize(
        lambda u: 0.5 * float(np.sum(u[seen] ** 2)), start, jac=lambda u: np.where(seen, u, 0.0), method=method,
        bounds=[(bound, None) for bound in low],
        constraints=[{"type": "eq", "fun": lambda u: equations.values(whole(u)),
                      "jac": lambda u: equations.slopes(whole(u))[:, free] * size[free]}],
        options={"ftol": 1e-16, "maxiter": 2000},
    )  # fmt: skip
    return whole(answer.x) * scales

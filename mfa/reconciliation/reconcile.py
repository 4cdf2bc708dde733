"""Reconcile a table: read it, solve, classify, test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from mfa.errors import Fault, InputError, UnitError
from mfa.inputs.messages import capped, listed
from mfa.reconciliation.classes import Certainty, certainty, classify
from mfa.reconciliation.contradictions import explain_contradiction
from mfa.reconciliation.equations import Mask, Vector
from mfa.reconciliation.gross_errors import LEVEL, GrossErrorTest, gross_error_test
from mfa.reconciliation.network import Network, Unknown, build_network
from mfa.reconciliation.result import Reconciled
from mfa.reconciliation.rows import CONCENTRATION, FLOW, GOODS, SUM, TRANSFER, Row, read_rows
from mfa.reconciliation.solver import Problem, Solution, solve
from mfa.units import conversion_factor

ZERO = 1e-16
"""Rounding of figures in units in which all is near 1."""
ANCHOR_SD = 30.0
"""Standard deviation of guesses at what is not measured, a last resort: in units of the largest figure of a layer."""
ANCHORED = (
    "So much is unknown that the figures have no definite minimum: what is not measured was held near half the "
    "largest figure of its layer, with a standard deviation of 30 times that figure. Measure more, or give "
    "coefficients a value."
)
EXACT_WORD, IGNORE_WORD = "exact", "ignore"


def reconcile(
    data: str | Path | Sequence[Row],
    missing_sd: str | float | None = None,
    eliminate: bool = False,
    level: float = LEVEL,
) -> Reconciled:
    """Change contradicting figures as little as their uncertainties allow, until all balances close.

    Parameters
    ----------
    data : path or sequence of Row
        A CSV file or workbook as docs/reconciliation.md describes it.
    missing_sd : "exact", "ignore" or float, optional
        What to do with values that have no uncertainty: keep them as they are, estimate them from the others, or give
        them this relative standard deviation, > 0. If None they are a fault.
    eliminate : bool
        Leave out the measurement with the largest residual, as long as the data fail the test and one is a suspect.
    level : float
        Probability with which sound data fail the tests, 0 to 1.

    Returns
    -------
    Reconciled

    Raises
    ------
    InputError
        If the table is at fault, or its figures contradict each other without uncertainty; all faults at once.

    References
    ----------
    Cencic and Frühwirth 2015 [Cencic_2015]; Cencic 2016 [Cencic_2016].

    Examples
    --------
    10 t come in, 8 and 4 t go out, each with a standard deviation of 1 t: each is changed by 2/3 t.

    >>> from mfa.reconciliation.rows import Row
    >>> def flow(name, source, target, value):
    ...     return Row("here", "flow", name, source, target, "goods", value, 1.0, "t/yr")
    >>> found = reconcile(
    ...     [
    ...         flow("bought", "outside", "plant", 10),
    ...         flow("sold", "plant", "outside", 8),
    ...         flow("scrap", "plant", "outside", 4),
    ...     ]
    ... )
    >>> found.table.reconciled.round(3).tolist()
    [10.667, 7.333, 3.333]
    """
    if isinstance(data, (str, Path)):
        rows = read_rows(data)
        name, found, faults = rows.name, rows.rows, rows.faults
    else:
        name, found, faults = "data", list(data), []
    if not 0.0 < level < 1.0:
        raise InputError(Fault("level", f"{level:g} is no probability", "give one between 0 and 1, such as 0.05"))
    if isinstance(missing_sd, float) and not missing_sd > 0.0:
        raise InputError(Fault("missing_sd", f"{missing_sd:g} is not above 0", "give 0.2 for 20 %"))
    network = build_network(found, faults)
    if not faults:
        network = _fill_deviations(network, missing_sd, faults)
    if faults:
        raise InputError(capped(faults, name))
    removed: list[tuple[Unknown, float, float]] = []
    while True:
        result = _solve(name, network, level)
        result.removed = removed
        wrong = result.suspects() if eliminate and not result.test.passed else []
        if not wrong:
            return result
        worst = network.unknowns[wrong[0]]
        removed.append((worst, float(result.test.residuals[wrong[0]]), result.test.probability))
        unknowns = list(network.unknowns)
        unknowns[wrong[0]] = replace(worst, value=None, sd=None)
        network = replace(network, unknowns=unknowns)


def _fill_deviations(network: Network, missing_sd: str | float | None, faults: list[Fault]) -> Network:
    """Give measurements without uncertainty one, as the user says; without a word from them it is a fault."""
    without = [unknown for unknown in network.unknowns if unknown.value is not None and unknown.sd is None]
    if not without:
        return network
    if missing_sd is None:
        for unknown in without:
            assert unknown.row is not None
            what = "has a value but no uncertainty"
            mend = "give sd, low and high, or relative; 0 if it is exact"
            faults.append(Fault(f"{unknown.row.where} [{unknown.name}]", what, mend))
        faults.append(Fault("", _what_is_left(network, without)))
        return network
    filled = []
    for unknown in network.unknowns:
        if unknown.value is None or unknown.sd is not None:
            filled.append(unknown)
        elif missing_sd == EXACT_WORD:
            filled.append(replace(unknown, sd=0.0))
        elif missing_sd == IGNORE_WORD:
            filled.append(replace(unknown, value=None))
        else:
            filled.append(replace(unknown, sd=float(missing_sd) * abs(unknown.value)))
    how = {EXACT_WORD: "are kept as they are", IGNORE_WORD: "are left out and estimated"}.get(str(missing_sd))
    how = how or f"get a standard deviation of {100 * float(missing_sd):g} % of the value"
    names = listed([unknown.name for unknown in without], 8)
    note = f"{len(without)} values without uncertainty {how}, as asked for: {names}."
    return replace(network, unknowns=filled, notes=[*network.notes, note])


def _what_is_left(network: Network, without: Sequence[Unknown]) -> str:
    """What can be computed without the figures that have no uncertainty."""
    trial = replace(network, unknowns=[
        replace(unknown, value=None) if unknown in without else unknown for unknown in network.unknowns
    ])  # fmt: skip
    problem, scales, held = _problem(trial)
    found = certainty(problem.equations.slopes(problem.start), held, problem.weights, problem.measured)
    classes = classify(found, _exact(trial), problem.measured)
    loose = sum(1 for word in classes if word == "unobservable")
    checked = sum(1 for word in classes if word == "redundant")
    return (
        f"without these {len(without)} values, {len(classes) - loose} of {len(classes)} figures can be computed and "
        f"{checked} measurements checked (--missing-sd ignore); --missing-sd exact keeps the values as they are, "
        "--missing-sd 20% gives each that relative standard deviation"
    )


def _exact(network: Network) -> Mask:
    return np.array([unknown.value is not None and unknown.sd == 0.0 for unknown in network.unknowns], bool)


def _problem(network: Network) -> tuple[Problem, Vector, Mask]:
    """The problem in units in which all is near 1; those units, and what cannot change."""
    unknowns = network.unknowns
    scales = _scales(unknowns)
    start = np.array([
        unknown.value if unknown.value is not None else _guess(unknown, scale)
        for unknown, scale in zip(unknowns, scales, strict=True)
    ]) / scales  # fmt: skip
    exact = _exact(network)
    weights = np.array([
        scale / unknown.sd if unknown.sd else 0.0 for unknown, scale in zip(unknowns, scales, strict=True)
    ])  # fmt: skip
    equations = network.equations.scaled(scales, start * scales)
    held = exact.copy()
    _hold_zeros(network, held, start)
    return Problem(equations, start.copy(), weights, network.bounded, held, start), scales, held


def _scales(unknowns: Sequence[Unknown]) -> Vector:
    """Size of each unknown: the largest flow measured in its layer, for coefficients 1, the largest concentration."""
    flows: dict[str, float] = {}
    shares: dict[str, float] = {}
    for unknown in unknowns:
        group = shares if unknown.kind == CONCENTRATION else flows
        if unknown.value and unknown.kind != TRANSFER:
            group[unknown.layer] = max(group.get(unknown.layer, 0.0), abs(unknown.value))
    largest = max(flows.values(), default=1.0)
    for unknown in unknowns:  # an element that is measured by concentrations only
        if unknown.kind == FLOW and unknown.layer in shares:
            flows.setdefault(unknown.layer, shares[unknown.layer] * largest)
    sizes = []
    for unknown in unknowns:
        if unknown.kind == TRANSFER:
            sizes.append(1.0)
        elif unknown.kind == CONCENTRATION:
            sizes.append(shares.get(unknown.layer, flows.get(unknown.layer, largest) / largest))
        else:
            sizes.append(flows.get(unknown.layer, largest))
    return np.array(sizes)


def _guess(unknown: Unknown, scale: float) -> float:
    """First guess at what is not measured."""
    return 0.0 if unknown.kind == "stock_change" else (1.0 if unknown.kind == SUM else 0.5) * scale


def _hold_zeros(network: Network, held: Mask, start: Vector) -> None:
    """Hold at zero what can only be zero: flows of one sign that add up to nothing."""
    equations, bounded = network.equations, network.bounded
    plain = np.ones(len(network.titles), bool)
    plain[equations.rows] = False
    changed = True
    while changed:
        changed = False
        for row in np.flatnonzero(plain):
            inside = np.flatnonzero(equations.linear[row])
            free = inside[~held[inside]]
            factors = equations.linear[row, free]
            if not len(free) or not bounded[free].all() or not (np.all(factors > 0) or np.all(factors < 0)):
                continue
            if not np.any(start[inside[held[inside]]]):
                held[free], start[free] = True, 0.0
                changed = True


def _solve(name: str, network: Network, level: float) -> Reconciled:
    problem, scales, held = _problem(network)
    answer, anchored = solve(problem), False
    if not answer.solved and problem.equations.products:
        answer, anchored = _anchored(problem)
    if not answer.solved:
        raise InputError(explain_contradiction(network, problem, answer.x, scales))
    exact, x = _exact(network), np.where(np.abs(answer.x) < ZERO, 0.0, answer.x) * scales
    measured = np.array([unknown.sd is not None and unknown.sd > 0.0 for unknown in network.unknowns])
    slopes = problem.equations.slopes(answer.x)
    forced = held & ~exact  # zero whatever is measured
    free_of_bounds = certainty(slopes, held, problem.weights, measured)
    test = _test(network, certainty(slopes, held | answer.at_zero, problem.weights, measured), x, measured, level)
    classes = classify(free_of_bounds, exact, measured)
    notes = [*network.notes, *_too_rich(network, x), *([ANCHORED] if anchored else [])]
    network = replace(network, notes=notes)
    return Reconciled(
        name,
        network,
        x,
        free_of_bounds.deviation * scales,
        classes,
        answer.at_zero | forced,
        test,
        free_of_bounds.open_,
    )


def _anchored(problem: Problem) -> tuple[Solution, bool]:
    """A solution with everything that is not measured held loosely near its first guess; without it from there, if any.

    Products of unknowns can leave a valley that falls for ever, or without end in sight, where little is measured.
    """
    loose = (problem.weights == 0.0) & ~problem.held
    found = solve(replace(problem, weights=np.where(loose, 1.0 / ANCHOR_SD, problem.weights), wanted=problem.start))
    if not found.solved:
        return found, False
    free = solve(replace(problem, start=found.x))
    return (free, False) if free.solved else (found, True)


def _too_rich(network: Network, x: Vector) -> list[str]:
    """Flows that hold more of an element than they weigh."""
    place = {(unknown.name, unknown.layer): i for i, unknown in reversed(list(enumerate(network.unknowns)))
             if unknown.kind == FLOW}  # fmt: skip
    notes = []
    for (name, layer), i in place.items():
        goods = place.get((name, GOODS))
        if goods is None or layer == GOODS or not _same_unit(network.unknowns[i], network.unknowns[goods]):
            continue
        if x[i] > x[goods] * (1.0 + 1e-9):
            notes.append(
                f"{name} holds {x[i]:.4g} of {layer} in {x[goods]:.4g} of {GOODS}: more than it weighs. A figure near "
                "it is wrong, or an outlet of the element is missing."
            )
    return notes


def _same_unit(one: Unknown, other: Unknown) -> bool:
    try:
        conversion_factor(one.unit, other.unit)
    except UnitError:
        return False
    return True


def _test(network: Network, found: Certainty, x: Vector, measured: Mask, level: float) -> GrossErrorTest:
    values = np.array([np.nan if unknown.value is None else unknown.value for unknown in network.unknowns])
    deviations = np.array([unknown.sd or np.nan for unknown in network.unknowns])
    changes = np.where(measured, x - values, np.nan)
    return gross_error_test(found, changes, deviations, values, level)

"""What stands in the years between and beyond those given: one rule for each parameter, and labels that mean all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

RULES = ("path", "span", "ramp", "step", "exact", "")
ALL = "*"


def fill_years(
    rule: str, anchors: NDArray[np.int64], values: NDArray[Any], years: NDArray[np.int64], default: Any
) -> NDArray[Any]:
    """Values for every year from values at anchor years.

    Parameters
    ----------
    rule : str
        ``path`` linear between, held before and after; ``span`` the same (that the run lies within the anchors is
        checked elsewhere); ``ramp`` default before the first, linear between, held after; ``step`` held from each
        anchor to the next, default before; ``exact`` only the anchors, default elsewhere.
    anchors : array of int [anchor]
        Years given, ascending.
    values : array [series, anchor]
        Values given; for ``step`` and ``exact`` of any kind.
    years : array of int [year]
        Years wanted.
    default : scalar
        Stands where the rule gives nothing.

    Returns
    -------
    array [series, year]

    Examples
    --------
    >>> import numpy as np
    >>> fill_years("ramp", np.array([2028, 2030]), np.array([[0.2, 0.6]]), np.arange(2026, 2033), 0.0)
    array([[0. , 0. , 0.2, 0.4, 0.6, 0.6, 0.6]])
    """
    values = np.asarray(values)
    position = np.searchsorted(anchors, years, side="right") - 1
    before = position < 0
    left = np.maximum(position, 0)
    if rule == "exact":
        filled = np.full((len(values), len(years)), default, dtype=values.dtype)
        given = anchors[left] == years
        filled[:, given] = values[:, left[given]]
        return filled
    if rule in ("step", ""):
        filled = values[:, left]
        filled[:, before] = default
        return filled
    right = np.where(before, 0, np.minimum(left + 1, len(anchors) - 1))
    width = anchors[right] - anchors[left]
    weight = np.where(width > 0, (years - anchors[left]) / np.maximum(width, 1), 0.0)
    low, high = values[:, left], values[:, right]
    with np.errstate(invalid="ignore"):
        filled = np.where(weight == 0.0, low, low + weight * (high - low))
    filled = np.where(low == high, low, filled)  # inf to inf
    if rule == "ramp":
        filled[:, before] = default
    return filled


class PatternConflict(ValueError):
    """Two patterns with equally many wildcards hit the same cell and nothing more specific decides."""

    def __init__(self, first: int, second: int) -> None:
        self.first, self.second = first, second
        super().__init__(f"patterns {first} and {second}")


def place_patterns(
    target: NDArray[Any],
    patterns: Sequence[tuple[str, ...]],
    filled: Sequence[NDArray[Any]],
    positions: Sequence[dict[str, int]],
) -> NDArray[np.bool_]:
    """Write series into the cells their label patterns hit; fewer wildcards override more.

    Parameters
    ----------
    target : array [label, ..., year]
        Written in place.
    patterns : sequence of tuples of str
        One label or ``*`` for each label axis of the target.
    filled : sequence of arrays [year]
        The series of each pattern.
    positions : sequence of dict
        Position of each label, by axis.

    Returns
    -------
    array of bool [label, ...]
        Cells that a pattern hit.

    Raises
    ------
    PatternConflict
        If two patterns with equally many wildcards hit the same cell, and none with fewer does.
    """
    shape = target.shape[:-1]
    owner = np.full(shape, -1, dtype=np.int64)
    stars = np.array([pattern.count(ALL) for pattern in patterns], dtype=np.int64)
    exact = np.flatnonzero(stars == 0)
    if len(exact):
        index: tuple[Any, ...] = tuple(
            np.array([where[patterns[i][axis]] for i in exact.tolist()], dtype=np.int64)
            for axis, where in enumerate(positions)
        )
        if index:
            target[index] = np.array([filled[i] for i in exact.tolist()])
            owner[index] = exact
        else:
            target[...] = filled[exact[0]]
            owner[...] = exact[0]
    decided = owner >= 0
    for count in sorted(set(stars[stars > 0].tolist())):
        for i in np.flatnonzero(stars == count).tolist():
            index = tuple(
                slice(None) if label == ALL else slice(where[label], where[label] + 1)
                for label, where in zip(patterns[i], positions, strict=True)
            )
            free = ~decided[index]
            taken = free & (owner[index] >= 0)
            if taken.any():
                raise PatternConflict(int(owner[index][taken].flat[0]), i)
            if free.all():
                target[index] = filled[i]
            else:
                target[index] = np.where(free[..., None], filled[i], target[index])
            owner[index] = np.where(free, i, owner[index])
        decided = owner >= 0
    return decided

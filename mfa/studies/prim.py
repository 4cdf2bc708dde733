"""Scenario discovery: boxes in the space of the factors in which a target is missed (or met), found by PRIM.

From the whole space a thin slice is peeled off again and again, always the one whose loss raises the share of cases
most. Each box on the way has a *coverage*, the share of all cases that it holds, and a *density*, the share of its
points that are cases. The way from much coverage to much density is the trade-off that a reader chooses from; a chosen
box is pasted, that is widened where that does not lower its density. Each limit carries a quasi-p-value: how likely so
many cases would be if the limit were not there.

References
----------
Friedman and Fisher (1999), Bump hunting in high-dimensional data, Statistics and Computing 9, for peeling and pasting.
Bryant and Lempert (2010), Thinking inside the box, Technological Forecasting and Social Change 77, for coverage,
density and quasi-p-values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mfa.errors import Fault, InputError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

PEEL, PASTE = 0.05, 0.05
SMALLEST = 0.05
DENSITY = 0.8
FREE = 0.01
"""Share of the coverage that a chosen box may lose to become denser."""
LEVEL = 0.05


@dataclass(frozen=True)
class Box:
    """One box, and how well it describes the cases.

    Attributes
    ----------
    names : tuple of str
        Factors.
    low, high : array [factor]
        Limits, both within the box; -inf and inf where there is none.
    coverage : float, 1
        Share of all cases that lie in the box.
    density : float, 1
        Share of the box's points that are cases.
    mass : float, 1
        Share of all points that lie in the box.
    quasi_p : array [factor], 1
        Probability of as many cases in the box or more if the limits of the factor were not there and cases were spread
        alike over what is then in the box; NaN for factors without a limit.
    """

    names: tuple[str, ...]
    low: Floats
    high: Floats
    coverage: float
    density: float
    mass: float
    quasi_p: Floats

    @property
    def limited(self) -> list[str]:
        """Factors with a limit, the surest first."""
        places = np.flatnonzero(np.isfinite(self.low) | np.isfinite(self.high))
        order = sorted(places.tolist(), key=lambda i: (self.quasi_p[i], i))
        return [self.names[i] for i in order]

    def contains(self, values: Floats) -> Mask:
        """Which points [point, factor] lie in the box."""
        return np.asarray(((values >= self.low) & (values <= self.high)).all(axis=1))

    def table(self) -> pd.DataFrame:
        """One row for each factor with a limit: low, high, quasi_p, the surest first."""
        import pandas as pd

        rows = [
            {"factor": name, "low": self.low[i], "high": self.high[i], "quasi_p": self.quasi_p[i]}
            for name, i in ((name, self.names.index(name)) for name in self.limited)
        ]
        return pd.DataFrame(rows, columns=["factor", "low", "high", "quasi_p"])

    def text(self) -> str:
        """The box in words."""
        parts = []
        for name in self.limited:
            i = self.names.index(name)
            low, high = self.low[i], self.high[i]
            if np.isfinite(low) and np.isfinite(high):
                parts.append(f"{name} from {low:.4g} to {high:.4g}")
            else:
                parts.append(f"{name} >= {low:.4g}" if np.isfinite(low) else f"{name} <= {high:.4g}")
        where = "; ".join(parts) or "everywhere"
        return f"{where}: {100 * self.density:.0f} % of these samples, {100 * self.coverage:.0f} % of all cases"


@dataclass
class Peeling:
    """Boxes on the way from the whole space to the densest corner.

    Attributes
    ----------
    names : tuple of str
    values : array [point, factor]
    cases : array of bool [point]
    trajectory : list of Box
        From the whole space on, one slice less each.
    """

    names: tuple[str, ...]
    values: Floats
    cases: Mask
    trajectory: list[Box]
    paste_share: float = PASTE

    def table(self) -> pd.DataFrame:
        """The trade-off: one row for each box with coverage, density, mass and number of limited factors."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"coverage": box.coverage, "density": box.density, "mass": box.mass, "limited": len(box.limited)}
                for box in self.trajectory
            ]
        )

    def choose(self, density: float = DENSITY, level: float = LEVEL) -> Box:
        """The first box that has a density when it is pasted and rid of limits that explain nothing.

        It is peeled further as long as that costs no coverage.

        Parameters
        ----------
        density : float, 1, in ]0, 1]
            If no box is so dense, the densest is taken.
        level : float, 1
            Quasi-p-value above which a limit is taken for chance. It counts no tries: divide it by the number of
            factors if there are many.

        Returns
        -------
        Box
        """
        if not 0.0 < density <= 1.0:
            raise InputError(Fault("density", f"= {density} is no share", "give a number above 0, up to 1"))
        for place, peeled in enumerate(self.trajectory):
            if peeled.density < density:
                continue
            box = self._finished(peeled, level)
            if box.density >= density:
                return self._further(box, place, level)
        every = [self._finished(box, level) for box in self.trajectory]
        return max(every, key=lambda box: (box.density, box.coverage))

    def _further(self, box: Box, place: int, level: float) -> Box:
        """A later box of the way if it is denser and holds as many cases but for a few."""
        for peeled in self.trajectory[place + 1 :]:
            if peeled.coverage < (1.0 - FREE) * box.coverage:
                break
            later = self._finished(peeled, level)
            if later.density > box.density and later.coverage >= (1.0 - FREE) * box.coverage:
                box = later
        return box

    def _finished(self, box: Box, level: float) -> Box:
        return self.simplified(self.pasted(box), level)

    def pasted(self, box: Box) -> Box:
        """Widen a box as long as its density rises or stays, by ever thinner slices, down to a single point."""
        low, high = box.low.copy(), box.high.copy()
        share = self.paste_share
        while True:
            inside = _inside(self.values, low, high)
            now = self.cases[inside].mean()
            best: tuple[float, int, int, float] | None = None
            for factor in range(len(self.names)):
                for side in (0, 1):
                    count = max(1, round(share * int(inside.sum())))
                    wider = self._wider(low, high, factor, side, count)
                    if wider is None:
                        continue
                    ends = (low.copy(), high.copy())
                    ends[side][factor] = wider
                    more = _inside(self.values, *ends)
                    found = self.cases[more].mean()
                    if found >= now and (best is None or found > best[0]):
                        best = (found, factor, side, wider)
            if best is not None:
                (low, high)[best[2]][best[1]] = best[3]
            elif share * int(inside.sum()) <= 1.0:
                return self._box(low, high)
            else:
                share /= 2.0

    def _wider(self, low: Floats, high: Floats, factor: int, side: int, count: int) -> float | None:
        """Limit that takes in some points more; infinite if nothing lies beyond; None if there is no limit."""
        limit = (low, high)[side][factor]
        if not np.isfinite(limit):
            return None
        open_low, open_high = low.copy(), high.copy()
        (open_low, open_high)[side][factor] = -np.inf if side == 0 else np.inf
        around = self.values[_inside(self.values, open_low, open_high), factor]
        beyond = np.sort(around[around < limit])[::-1] if side == 0 else np.sort(around[around > limit])
        if len(beyond) <= count:
            return -np.inf if side == 0 else np.inf
        return float(beyond[count - 1])

    def simplified(self, box: Box, level: float = LEVEL) -> Box:
        """Drop limits whose quasi-p-value is above a level, the least sure first."""
        while True:
            unsure = [i for i, p in enumerate(box.quasi_p) if p > level]
            if not unsure:
                return box
            worst = max(unsure, key=lambda i: (box.quasi_p[i], -i))
            low, high = box.low.copy(), box.high.copy()
            low[worst], high[worst] = -np.inf, np.inf
            box = self._box(low, high)

    def _box(self, low: Floats, high: Floats) -> Box:
        return _described(self.names, self.values, self.cases, low, high)


def peel_boxes(
    values: Any,
    cases: Sequence[bool] | Mask,
    names: Sequence[str] | None = None,
    peel: float = PEEL,
    smallest: float = SMALLEST,
) -> Peeling:
    """Peel boxes that hold ever more cases among their points.

    Parameters
    ----------
    values : DataFrame or array [point, factor]
        Values of the factors, or their shares; only their order matters.
    cases : array of bool [point]
        What is to be described, such as samples that miss a target.
    names : sequence of str, optional
        Factors; the columns of a DataFrame if not given.
    peel : float, 1, in ]0, 0.5]
        Share of the box's points that is peeled at a time. Patient peeling (0.05) finds better boxes.
    smallest : float, 1, in ]0, 1]
        Share of all points that a box must hold.

    Returns
    -------
    Peeling

    Raises
    ------
    InputError
        If there is no case, or nothing but cases, or the arguments do not fit together.

    Examples
    --------
    >>> points = (np.arange(1000)[:, None] * np.array([[1, 377]]) % 1000 + 0.5) / 1000
    >>> found = peel_boxes(points, points[:, 0] < 0.3, ["a", "b"])
    >>> print(found.choose(density=1.0).text())
    a <= 0.2995: 100 % of these samples, 100 % of all cases
    """
    table, labels = _read(values, names)
    flags = np.asarray(cases)
    _check(table, flags, labels, peel, smallest)
    low, high = np.full(len(labels), -np.inf), np.full(len(labels), np.inf)
    inside = np.arange(len(table))
    boxes = [_described(labels, table, flags, low, high)]
    least = max(1, int(np.ceil(smallest * len(table))))
    while flags[inside].any() and not flags[inside].all():
        step = _best_peel(table[inside], flags[inside], peel, least)
        if step is None:
            break
        factor, side, limit, kept = step
        (low, high)[side][factor] = limit
        inside = inside[kept]
        boxes.append(_described(labels, table, flags, low, high))
    return Peeling(labels, table, flags, boxes)


def _best_peel(values: Floats, cases: Mask, peel: float, least: int) -> tuple[int, int, float, Mask] | None:
    """The slice whose loss raises the share of cases most: factor, side, new limit and what is kept."""
    size = len(values)
    count = max(1, round(peel * size))
    # equal values are peeled together or not at all
    ends = np.partition(values, sorted({count - 1, size - count}), axis=0)
    kept = np.stack([values > ends[count - 1], values < ends[size - count]], axis=-1)  # point, factor, side
    left = kept.sum(axis=0)
    hits = kept[cases].sum(axis=0)
    possible = (left >= least) & (left < size)
    if not possible.any():
        return None
    density = np.where(possible, hits / np.maximum(left, 1), -1.0)
    factor, side = (int(i) for i in np.unravel_index(int(np.argmax(density)), density.shape))
    if density[factor, side] < cases.mean():
        return None
    column, stays = values[:, factor], kept[:, factor, side]
    return factor, side, float(column[stays].min() if side == 0 else column[stays].max()), stays


def _described(names: tuple[str, ...], values: Floats, cases: Mask, low: Floats, high: Floats) -> Box:
    """A box with its coverage, density and quasi-p-values."""
    inside = _inside(values, low, high)
    hits, size = int(cases[inside].sum()), int(inside.sum())
    quasi_p = np.full(len(names), np.nan)
    for factor in np.flatnonzero(np.isfinite(low) | np.isfinite(high)):
        free_low, free_high = low.copy(), high.copy()
        free_low[factor], free_high[factor] = -np.inf, np.inf
        around = _inside(values, free_low, free_high)
        quasi_p[factor] = at_least(hits, size, float(cases[around].mean()))
    coverage, density = hits / max(1, int(cases.sum())), hits / max(1, size)
    return Box(names, low.copy(), high.copy(), coverage, density, size / len(values), quasi_p)


def at_least(hits: int, size: int, share: float) -> float:
    """Probability of at least so many hits among independent draws that each hit with a share.

    Examples
    --------
    Two or more of three with 1/2 each: 4 of 8 outcomes.

    >>> at_least(2, 3, 0.5)
    0.5
    """
    from scipy.special import betainc

    if hits == 0:
        return 1.0
    return float(betainc(hits, size - hits + 1.0, share))


def _inside(values: Floats, low: Floats, high: Floats) -> Mask:
    limited = np.flatnonzero(np.isfinite(low) | np.isfinite(high))
    inside = np.ones(len(values), dtype=bool)
    for factor in limited:
        inside &= (values[:, factor] >= low[factor]) & (values[:, factor] <= high[factor])
    return inside


def _read(values: Any, names: Sequence[str] | None) -> tuple[Floats, tuple[str, ...]]:
    if names is None and hasattr(values, "columns"):
        names = [str(column) for column in values.columns]
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2:
        raise InputError(Fault("values", f"has {table.ndim} dims", "give points in rows and factors in columns"))
    return table, tuple(names if names is not None else (str(i) for i in range(table.shape[1])))


def _check(table: Floats, cases: NDArray[Any], names: tuple[str, ...], peel: float, smallest: float) -> None:
    faults = []
    if len(names) != table.shape[1]:
        faults.append(Fault("names", f"{len(names)} names for {table.shape[1]} factors", "give one for each"))
    if np.isnan(table).any():
        column = names[int(np.argwhere(np.isnan(table))[0, 1])] if len(names) == table.shape[1] else "a factor"
        faults.append(Fault("values", f"{column} is not a number in some point", "leave such points out"))
    if cases.dtype.kind != "b" or cases.shape != (len(table),):
        what = f"is an array of {cases.dtype} with shape {cases.shape} for {len(table)} points"
        faults.append(Fault("cases", what, "give true or false for each point"))
    elif not cases.any():
        faults.append(Fault("cases", "no point is a case", "the target is never missed: there is nothing to describe"))
    elif cases.all():
        faults.append(Fault("cases", "every point is a case", "the target is always missed: every box is as good"))
    if not 0.0 < peel <= 0.5:
        faults.append(Fault("peel", f"= {peel} is not in ]0, 0.5]", "give 0.05, say"))
    if not 0.0 < smallest <= 1.0:
        faults.append(Fault("smallest", f"= {smallest} is not in ]0, 1]", "give 0.05, say"))
    if faults:
        raise InputError(faults)

"""What is drawn: one column for each distinct value that a row can take, evaluated for all samples at once.

A column draws from the law of a row with the share of its factor. Rows that contain the size of a component, such as
kg of nickel in a battery of so many kWh, are moved by two factors: in normal scores z = rho z_size + sqrt(1 - rho^2)
z_own. The row keeps its own law whatever rho is.

Shares that sum to 1 are drawn together: each member k has a weight g_k, its share is g_k / sum g. With gamma weights of
shape concentration x share the shares are Dirichlet; with weights share x exp(sigma z) they are logistic-normal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mfa.errors import Fault
from mfa.inputs.sampling.distributions import BETA, LOGNORMAL, NORMAL, TRUNCATED_NORMAL, Laws, quantile, whole_shares
from mfa.inputs.sampling.fitting import fit
from mfa.inputs.sampling.tabulated import BetaTable, GammaTable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_BELOW_ONE = 1.0 - 2.0**-53
HELD = -1
"""Stands for a factor that does not vary."""


class Draw(NamedTuple):
    """One value to draw: its law, the factors that move it, and whether it is a whole number."""

    family: str
    value: float
    low: float
    high: float
    sd: float
    lowest: float
    highest: float
    own: int
    size: int = HELD
    rho: float = 0.0
    whole: bool = False
    apart: int = 0
    """Tells draws apart that are alike but have floors of their own."""


class Member(NamedTuple):
    """One share of a whole: its expected share, its factor, and sigma of its weight if it is logistic-normal."""

    share: float
    own: int
    sigma: float = math.nan


@dataclass
class Draws:
    """Columns gathered while inputs are planned, then fitted and evaluated together.

    Columns of laws come first, in the order in which they were asked for; those of shares follow.
    """

    columns: dict[Draw, int] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    groups: dict[tuple[float, tuple[Member, ...]], int] = field(default_factory=dict)
    n_shares: int = 0

    def add(self, draw: Draw, place: str) -> int:
        """Column of a draw; the same draw has the same column."""
        if draw not in self.columns:
            self.columns[draw] = len(self.places)
            self.places.append(place)
        return self.columns[draw]

    def add_shares(self, concentration: float, members: Sequence[Member]) -> list[int]:
        """Columns of the shares of one whole, counted from the first column of shares."""
        key = (concentration, tuple(members))
        if key not in self.groups:
            self.groups[key] = self.n_shares
            self.n_shares += len(members)
        return list(range(self.groups[key], self.groups[key] + len(members)))

    def fitted(self) -> tuple[Evaluation | None, list[Fault]]:
        """Fit all laws; faults name the rows that no law fits."""
        draws = list(self.columns)
        laws = Laws.blank(len(draws))
        faults: list[Fault] = []
        off_mode = np.zeros(len(draws), dtype=bool)
        for family in dict.fromkeys(draw.family for draw in draws):
            rows = np.array([i for i, draw in enumerate(draws) if draw.family == family])
            numbers = np.array([[float(x) for x in draws[i][1:7]] for i in rows.tolist()])
            part, texts, off = fit(family, *numbers.T)
            for name in Laws.__dataclass_fields__:
                getattr(laws, name)[rows] = getattr(part, name)
            off_mode[rows] = off
            faults += [
                Fault(self.places[i], text, "mend value, low or high, or choose another distribution")
                for i, text in zip(rows.tolist(), texts, strict=True)
                if text
            ]
        if faults:
            return None, faults
        return Evaluation(draws, laws, off_mode, self.groups, self.n_shares), []


class Evaluation:
    """All columns as functions of the shares of the factors."""

    def __init__(
        self,
        draws: Sequence[Draw],
        laws: Laws,
        off_mode: NDArray[np.bool_],
        groups: dict[tuple[float, tuple[Member, ...]], int],
        n_shares: int,
    ) -> None:
        self.draws, self.groups = list(draws), dict(groups)
        self.laws, self.off_mode = laws, off_mode
        self.n_laws, self.n_shares = len(draws), n_shares
        self.own = np.array([draw.own for draw in draws], dtype=np.int64)
        self.size = np.array([draw.size for draw in draws], dtype=np.int64)
        rho = np.array([draw.rho for draw in draws], dtype=np.float64)
        self.own_weight = np.where(self.own != HELD, np.sqrt(np.maximum(0.0, 1.0 - rho**2)), 0.0)
        self.size_weight = np.where(self.size != HELD, rho, 0.0)
        self.whole = np.array([draw.whole for draw in draws], dtype=bool)
        scored = np.isin(laws.family, [LOGNORMAL, NORMAL])
        inverted = np.isin(laws.family, [BETA, TRUNCATED_NORMAL])
        self.scored, self.inverted = np.flatnonzero(scored), np.flatnonzero(inverted)
        self.direct = np.flatnonzero(~scored & ~inverted)
        self.direct_laws = laws[self.direct]
        beta = np.flatnonzero(laws.family[self.inverted] == BETA)
        shapes, row = np.unique(laws.parameters[self.inverted[beta]][:, 2:], axis=0, return_inverse=True)
        self.beta_table_row = np.zeros(len(self.inverted), dtype=np.int64)
        self.beta_table_row[beta] = row.reshape(-1)
        self.beta = BetaTable(shapes[:, 0].copy(), shapes[:, 1].copy()) if len(shapes) else None
        self._plan_shares(groups)

    def _plan_shares(self, groups: dict[tuple[float, tuple[Member, ...]], int]) -> None:
        members = [member for _, group in groups for member in group]
        sizes = [len(group) for _, group in groups]
        shapes = np.array([c * member.share for c, group in groups for member in group], dtype=np.float64)
        sigma = np.array([member.sigma for member in members], dtype=np.float64)
        own = np.array([member.own for member in members], dtype=np.int64)
        self.share_own = own
        self.share_mean = np.log(shapes) if len(shapes) else shapes
        self.logistic = np.flatnonzero(np.isfinite(sigma) & (own != HELD))
        self.sigma = sigma[self.logistic]
        self.gamma_rows = np.flatnonzero(~np.isfinite(sigma) & (own != HELD))
        table, self.gamma_table_row = np.unique(shapes[self.gamma_rows], return_inverse=True)
        self.gamma = GammaTable(table) if len(table) else None
        self.starts = np.cumsum([0, *sizes])[:-1].astype(np.int64)
        self.group_of = np.repeat(np.arange(len(sizes)), sizes)

    def scores(self, z: Floats, rows: Ints) -> Floats:
        """Normal scores of some columns from those of the factors [sample, factor]."""
        result = np.take(z, np.maximum(self.own[rows], 0), axis=1)
        if np.any(self.own_weight[rows] != 1.0):
            result = result * self.own_weight[rows]
        linked = np.flatnonzero(self.size_weight[rows] != 0.0)
        if len(linked):
            more = np.take(z, self.size[rows[linked]], axis=1) * self.size_weight[rows[linked]]
            result[:, linked] += more
        return result

    def values(self, shares: Floats, z: Floats) -> Floats:
        """All columns.

        Parameters
        ----------
        shares : array [sample, factor], 1, in ]0, 1[
        z : array [sample, factor]
            Their normal scores.

        Returns
        -------
        array [sample, column]
        """
        result = np.empty((len(shares), self.n_laws + self.n_shares))
        if len(self.scored):
            first, second = self.laws.parameters[self.scored, 0], self.laws.parameters[self.scored, 1]
            found = self.scores(z, self.scored)
            found *= second
            found += first
            logarithmic = self.laws.family[self.scored] == LOGNORMAL
            if logarithmic.all():
                np.exp(found, out=found)
            else:
                found[:, logarithmic] = np.exp(found[:, logarithmic])
            result[:, self.scored] = found
        if len(self.direct):
            result[:, self.direct] = quantile(self.direct_laws, self._shares_of(shares, z, self.direct))
        if len(self.inverted):
            every = np.arange(len(self.inverted))
            result[:, self.inverted] = self._inverted(every, self._shares_of(shares, z, self.inverted), None)
        if self.whole.any():
            result[:, : self.n_laws][:, self.whole] = np.rint(result[:, : self.n_laws][:, self.whole])
        if self.n_shares:
            result[:, self.n_laws :] = self._shares(z)
        return result

    def _alone(self, rows: Ints) -> NDArray[np.bool_]:
        """Columns that one factor alone moves."""
        return (self.size_weight[rows] == 0.0) & (self.own_weight[rows] == 1.0)

    def _shares_of(self, shares: Floats, z: Floats, rows: Ints) -> Floats:
        from scipy.special import ndtr

        alone = self._alone(rows)
        at = np.take(shares, np.maximum(self.own[rows], 0), axis=1)
        if not alone.all():
            at[:, ~alone] = ndtr(self.scores(z, rows[~alone]))
        return at

    def _inverted(self, places: Ints, at: Floats, floor: Floats | None) -> Floats:
        """Beta and truncated normal columns, by their places among these, from the shares."""
        from scipy.special import ndtri

        laws = self.laws[self.inverted[places]]
        start = laws.start if floor is None else np.clip(whole_shares(laws, floor), laws.start, laws.stop)
        inner = ndtri(np.minimum(start + at * (laws.stop - start), _BELOW_ONE))
        found = np.empty(inner.shape)
        bell = np.flatnonzero(laws.family != BETA)
        found[:, bell] = laws.parameters[bell, 0] + laws.parameters[bell, 1] * inner[:, bell]
        if self.beta is not None:
            rows = np.flatnonzero(laws.family == BETA)
            place = self.beta(inner[:, rows], self.beta_table_row[places[rows]])
            low, high = laws.parameters[rows, 0], laws.parameters[rows, 1]
            found[:, rows] = low + (high - low) * place
        found = np.clip(found, laws.lowest, laws.highest)  # rounding may leave the support by the last bit
        return found if floor is None else np.maximum(found, floor)

    def redrawn_above(self, shares: Floats, z: Floats, rows: Ints, floor: Floats) -> Floats:
        """Columns drawn from what their laws hold above a floor [sample, column]; the floor where they hold nothing."""
        result = np.empty(floor.shape)
        at = self._shares_of(shares, z, rows)
        place = np.searchsorted(self.inverted, rows)
        tabled = np.isin(rows, self.inverted)
        if tabled.any():
            result[:, tabled] = self._inverted(place[tabled], at[:, tabled], floor[:, tabled])
        if not tabled.all():
            result[:, ~tabled] = quantile(self.laws[rows[~tabled]], at[:, ~tabled], floor[:, ~tabled])
        return result

    def _shares(self, z: Floats) -> Floats:
        """Weights of all members, divided by the sum over their whole."""
        weights = np.broadcast_to(self.share_mean, (len(z), self.n_shares)).copy()
        if self.gamma is not None:
            rows = self.gamma_rows
            weights[:, rows] = self.gamma(np.take(z, self.share_own[rows], axis=1), self.gamma_table_row)
        if len(self.logistic):
            weights[:, self.logistic] += self.sigma * np.take(z, self.share_own[self.logistic], axis=1)
        largest = np.maximum.reduceat(weights, self.starts, axis=1)
        weights -= largest[:, self.group_of]
        np.exp(weights, out=weights)
        weights /= np.add.reduceat(weights, self.starts, axis=1)[:, self.group_of]
        return weights


def default_family(bounds: tuple[float, float], low: float, high: float, lifetime: bool, whole: bool) -> str:
    """Law of a row that has bounds but names none.

    Lifetimes and whole numbers are triangular; fractions beta; other numbers that have no upper end lognormal. A bound
    at the end of the parameter's range makes it triangular.

    Examples
    --------
    >>> (
    ...     default_family((0.0, 1.0), 0.1, 0.4, False, False),
    ...     default_family((0.0, math.inf), 0.0, 4.0, False, False),
    ... )
    ('beta', 'triangular')
    """
    lowest, highest = bounds
    inside = not low <= lowest and not high >= highest
    if lifetime or whole or not inside:
        return "triangular"
    if math.isinf(highest) and lowest >= 0.0:
        return "lognormal"
    return "beta" if math.isfinite(lowest) and math.isfinite(highest) else "triangular"

"""What a scenario lets vary, before it is decided which factors do: rows with their laws, factors and cells."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mfa.errors import Fault
from mfa.inputs.sampling.draws import HELD, Draw, Draws, Member, default_family
from mfa.inputs.sampling.naming import Factor
from mfa.inputs.sampling.placing import NOT_DRAWN, Cells
from mfa.inputs.sampling.rows import Row
from mfa.inputs.sampling.settings import SHARE_LAWS
from mfa.inputs.sampling.targets import Target
from mfa.vocabulary import Parameter

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Numbers = Mapping[str, int]
"""Number of each factor that varies, by name."""


class RowLaw(NamedTuple):
    """Law of one row, and the factors that move it: its own, and the size of the component it is part of."""

    family: str
    row: Row
    lowest: float
    highest: float
    own: Factor
    size: Factor | None = None
    rho: float = 0.0
    whole: bool = False

    def draw(self, numbers: Numbers, apart: int = 0) -> Draw | None:
        """The draw with numbered factors; None if neither factor varies."""
        own = numbers.get(self.own.name, HELD) if self.rho < 1.0 else HELD
        size = numbers.get(self.size.name, HELD) if self.size is not None and self.rho > 0.0 else HELD
        if own == HELD and size == HELD:
            return None
        row = self.row
        return Draw(
            self.family, row.value, row.low, row.high, row.sd, self.lowest, self.highest, own, size, self.rho,
            self.whole, apart,
        )  # fmt: skip


@dataclass
class WantedSeries:
    """A series of a parameter: its cells, the weights of its rows in each year, and the laws of those that vary."""

    target: Target
    cells: Ints
    weights: Floats
    rows: Sequence[Row]
    laws: Sequence[RowLaw | None]
    scale: Floats
    drawn: NDArray[np.bool_]
    by_cell: bool = False
    """True if each cell draws apart, since each has a floor of its own."""

    def acts(self) -> bool:
        """True if a row that varies reaches a cell."""
        moving = np.array([law is not None for law in self.laws], dtype=bool)
        reach = (self.weights[moving] != 0.0).any(axis=0)
        held = (self.target.first_positions[self.cells] >= 0)[:, None]
        return bool((self.drawn & reach & (self.scale != 0.0) & held).any())

    def place(self, numbers: Numbers, draws: Draws, cells: Cells) -> None:
        """Ask for the columns, and put them into the cells."""
        values = np.array([row.value for row in self.rows])
        if not self.by_cell:
            columns = [self.column(law, numbers, draws, 0) for law in self.laws]
            cells.add_series(self.cells, self.weights, columns, values, self.scale, self.drawn)
            return
        for i, cell in enumerate(self.cells.tolist()):
            one = slice(i, i + 1)
            columns = [self.column(law, numbers, draws, 1 + cell) for law in self.laws]
            cells.add_series(self.cells[one], self.weights, columns, values, self.scale[one], self.drawn[one])

    @staticmethod
    def column(law: RowLaw | None, numbers: Numbers, draws: Draws, apart: int) -> int:
        """Column of a row; `NOT_DRAWN` if none of its factors varies."""
        draw = law.draw(numbers, apart) if law is not None else None
        return NOT_DRAWN if law is None or draw is None else draws.add(draw, law.row.place)


@dataclass
class WantedShares:
    """Shares that sum to 1: the cells of their members, and at each anchor year their expected shares and factors.

    Attributes
    ----------
    cells : array of int [member, cell]
        Label cells of each member, flat.
    weights : array [anchor, year]
    anchors : list of (concentration, members)
        Members: number among all, share, factor, sigma (NaN for Dirichlet).
    rows : list of list of Row
        By member and anchor: the row that holds then.
    drawn : array of bool [cell, year]
    """

    target: Target
    cells: Ints
    weights: Floats
    anchors: list[tuple[float, list[tuple[int, float, Factor, float]]]]
    rows: list[list[Row]]
    drawn: NDArray[np.bool_]

    def row(self, anchor: int, place: int) -> Row:
        """The row of a member of a whole, with its expected share at the anchor."""
        member, share, _, _ = self.anchors[anchor][1][place]
        return replace(self.rows[member][anchor], value=share, low=math.nan, high=math.nan)

    def acts(self) -> bool:
        """True if shares of at least two members are drawn in a cell."""
        moving = np.array([len(members) > 1 for _, members in self.anchors])
        return bool((self.drawn & (self.weights[moving] != 0.0).any(axis=0)).any())

    def factors(self) -> list[Factor]:
        """Factors of all members, each once."""
        found = {factor.name: factor for _, group in self.anchors if len(group) > 1 for _, _, factor, _ in group}
        return list(found.values())

    def place(self, numbers: Numbers, draws: Draws, cells: Cells) -> None:
        """Ask for the columns, and put them into the cells; columns of shares are numbered from -2 downwards."""
        size = self.cells.shape[0]
        columns = np.full((size, len(self.anchors)), NOT_DRAWN, dtype=np.int64)
        values = np.zeros((size, len(self.anchors)))
        for anchor, (concentration, group) in enumerate(self.anchors):
            for member, share, _, _ in group:
                values[member, anchor] = share
            owned = [numbers.get(factor.name, HELD) for _, _, factor, _ in group]
            if len(group) < 2 or all(own == HELD for own in owned):
                continue
            members = [Member(share, own, sigma) for (_, share, _, sigma), own in zip(group, owned, strict=True)]
            for (member, *_), column in zip(group, draws.add_shares(concentration, members), strict=True):
                columns[member, anchor] = SHARE_COLUMNS - column
        scale = np.ones(self.drawn.shape)
        for member in range(size):
            if (columns[member] != NOT_DRAWN).any():
                cells.add_series(self.cells[member], self.weights, columns[member], values[member], scale, self.drawn)


SHARE_COLUMNS = -2
"""Number of the first column of shares until the number of columns of laws is known."""


def row_law(
    parameter: Parameter,
    row: Row,
    own: Factor,
    size: tuple[Factor, float] | None = None,
    highest: float = math.inf,
) -> tuple[RowLaw | None, Fault | None]:
    """Law of a row by its distribution, or by the default of its kind; None if it does not vary.

    Parameters
    ----------
    parameter : Parameter
    row : Row
    own : Factor
    size : pair of Factor and float, optional
        Factor of the size of the component, and its spread as `Row.spread`.
    highest : float
        Upper end if it lies below that of the parameter.

    Returns
    -------
    law : RowLaw or None
    fault : Fault or None
        If the distribution does not fit the parameter.
    """
    if not row.bounded:
        return None, None
    lowest, most, _, _ = parameter.bounds()
    most = min(most, highest)
    whole = parameter.range.startswith("integer")
    family = row.distribution
    if not family:
        family = default_family((lowest, most), row.low, row.high, parameter.kind == "lifetime", whole)
        if math.isfinite(row.sd):
            family = "normal" if math.isinf(lowest) and math.isinf(most) else "truncated_normal"
    if family in SHARE_LAWS:
        what = f"{parameter.name} does not sum to 1 over a dim: it has no {family} law"
        return None, Fault(row.place, what, "choose beta, say, or leave the distribution empty for the default")
    if size is None or size[1] <= 0.0 or row.spread <= 0.0:
        return RowLaw(family, row, lowest, most, own, whole=whole), None
    rho = min(1.0, size[1] / row.spread)
    if rho > 0.9999:  # bounds are written with ten digits
        rho = 1.0
    return RowLaw(family, row, lowest, most, own, size[0], rho, whole), None


def resolved_columns(entries: Any, n_laws: int) -> Any:
    """Number columns of shares after those of laws."""
    return np.where(entries <= SHARE_COLUMNS, n_laws + SHARE_COLUMNS - entries, entries)

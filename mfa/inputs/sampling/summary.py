"""What a reader wants to know of a factor: what it is, its law, its range, where that stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mfa.inputs.sampling.distributions import Laws, quantile
from mfa.inputs.sampling.draws import HELD, Evaluation, Member
from mfa.inputs.sampling.fitting import Z_HIGH
from mfa.inputs.sampling.lifetime_draws import WantedLifetime
from mfa.inputs.sampling.naming import Factor
from mfa.inputs.sampling.rows import Row
from mfa.inputs.sampling.wanted import RowLaw, WantedShares
from mfa.vocabulary import PARAMETERS

if TYPE_CHECKING:
    from mfa.inputs.sampling.planning import Planner

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FactorSummary:
    """A factor and the row that tells what it is worth.

    Attributes
    ----------
    value, low, high : float
        Of that row: value, 5 and 95 %; NaN where shares have no bounds of their own.
    rows : int
        Rows that the factor moves.
    column : int
        Column of that row among all that are drawn.
    law : Laws or None
        Law of that row if the column is moved by another factor as well.
    """

    factor: Factor
    distribution: str
    row: Row
    rows: int
    column: int
    law: Laws | None

    @property
    def name(self) -> str:
        """Name of the factor."""
        return self.factor.name

    def told(self, share: Floats, values: Floats) -> Floats:
        """What the factor is worth: array [sample] from its shares and all columns."""
        return values[:, self.column] if self.law is None else quantile(self.law, share[:, None])[:, 0]

    def row_of_table(self) -> dict[str, Any]:
        """The factor as a row of a table."""
        parameter = PARAMETERS[self.factor.parameter]
        return {
            "factor": self.name,
            "meaning": parameter.meaning + (f" ({self.factor.term})" if self.factor.term else ""),
            "unit": self.row.unit,
            "distribution": self.distribution,
            "value": self.row.value,
            "low": self.row.low,
            "high": self.row.high,
            "year": "" if self.row.year is None else str(self.row.year),
            "rows": self.rows,
            "provenance": self.row.provenance,
            "place": self.row.place,
        }


def summaries(
    planner: Planner, available: Sequence[Factor], names: Sequence[str], evaluation: Evaluation
) -> list[FactorSummary]:
    """Summaries of the factors that vary, in their order."""
    numbers = {name: i for i, name in enumerate(names)}
    columns = {draw._replace(apart=0): i for i, draw in reversed(list(enumerate(evaluation.draws)))}
    laws: dict[str, list[RowLaw]] = {}
    shares: dict[str, list[tuple[float, int, float, str, Row]]] = {}
    for found in planner.wanted.values():
        for one in found:
            if isinstance(one, WantedShares):
                _note_shares(one, numbers, evaluation, shares)
                continue
            every = [law for _, row in one.terms for law in row] if isinstance(one, WantedLifetime) else list(one.laws)
            for law in every:
                if law is not None and law.rho < 1.0:
                    laws.setdefault(law.own.name, []).append(law)
    factors = {factor.name: factor for factor in available}
    result = []
    for name in names:
        if name in shares:
            _, column, _, text, row = max(shares[name], key=lambda entry: (entry[0], entry[2]))
            result.append(FactorSummary(factors[name], text, row, len(shares[name]), evaluation.n_laws + column, None))
            continue
        telling = max(laws[name], key=_weight)
        draw = telling.draw(numbers)
        assert draw is not None
        column = columns[draw]  # the first of those that are drawn apart for each cell
        alone = draw.own != HELD and draw.rho == 0.0
        apart = None if alone else evaluation.laws[np.array([column])]
        result.append(FactorSummary(factors[name], telling.family, telling.row, len(laws[name]), column, apart))
    return result


def _weight(law: RowLaw) -> tuple[float, int]:
    """The row with the widest range tells what a factor is worth, the latest of several."""
    row = law.row
    low = row.value if np.isnan(row.low) else row.low
    high = row.value if np.isnan(row.high) else row.high
    width = 2.0 * Z_HIGH * row.sd if np.isfinite(row.sd) else high - low
    return (float(f"{width:.9g}"), row.year or 0)


def _note_shares(
    one: WantedShares,
    numbers: dict[str, int],
    evaluation: Evaluation,
    shares: dict[str, list[tuple[float, int, float, str, Row]]],
) -> None:
    for anchor, (concentration, group) in enumerate(one.anchors):
        if len(group) < 2 or all(factor.name not in numbers for _, _, factor, _ in group):
            continue
        members = tuple(Member(s, numbers.get(factor.name, HELD), sigma) for _, s, factor, sigma in group)
        first = evaluation.groups[(concentration, members)]
        for i, (_, share, factor, sigma) in enumerate(group):
            law = f"dirichlet {concentration:g}" if np.isnan(sigma) else f"logistic normal, sigma {sigma:.3g}"
            row = one.row(anchor, i)
            shares.setdefault(factor.name, []).append((share, first + i, float(row.year or 0), law, row))

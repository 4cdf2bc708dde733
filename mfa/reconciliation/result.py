"""What reconciliation found, as a table."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.reconciliation.classes import UNOBSERVABLE, measure_next, possible_ranges
from mfa.reconciliation.equations import Mask, Matrix, Vector
from mfa.reconciliation.gross_errors import GrossErrorTest
from mfa.reconciliation.network import Network, Unknown
from mfa.reconciliation.rows import SUM

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "kind", "flow", "from", "to", "layer", "unit", "measured", "measured_sd", "reconciled", "reconciled_sd", "change",
    "change_in_sd", "residual", "suspect", "class", "at_zero", "possible_low", "possible_high", "implied", "implied_sd",
    "source", "note", "row",
)  # fmt: skip

ROUNDING = 1e-12
"""Part of the largest term of all equations below which terms count as zero."""


@dataclass
class Reconciled:
    """Figures that fulfil all balances, and how far they are from what was measured.

    Attributes
    ----------
    name : str
        Of the file.
    network : Network
    values, deviations : ndarray [unknown]
        Reconciled, in the units of the layers; the deviation is NaN where nothing determines the figure.
    classes : list of str
        exact, redundant, nonredundant, observable or unobservable.
    at_zero : ndarray of bool [unknown]
        Flows that only non-negativity keeps at zero.
    test : GrossErrorTest
    open_ : ndarray [unknown, direction]
        Directions in which nothing is determined.
    removed : list of (Unknown, float, float)
        Measurements left out, with their residual and the probability of the global test with them.
    """

    name: str
    network: Network
    values: Vector
    deviations: Vector
    classes: list[str]
    at_zero: Mask
    test: GrossErrorTest
    open_: Matrix
    removed: list[tuple[Unknown, float, float]] = field(default_factory=list)

    @functools.cached_property
    def ranges(self) -> dict[int, tuple[float, float]]:
        """Lowest and highest value of each unobservable figure for which all balances close without a negative flow."""
        undetermined = np.array([word == UNOBSERVABLE for word in self.classes])
        return possible_ranges(self.network.equations, self.values, undetermined, self.network.bounded)

    @functools.cached_property
    def measure_next(self) -> list[tuple[int, int]]:
        """Figures that would determine the others, and how many each: every time the one that gives most."""
        candidates = [
            i
            for i, unknown in enumerate(self.network.unknowns)
            if self.classes[i] == UNOBSERVABLE and unknown.kind != SUM
        ]
        return measure_next(self.open_, candidates)

    @functools.cached_property
    def table(self) -> pd.DataFrame:
        """A line for each figure, in the unit in which it was given.

        Returns
        -------
        pandas.DataFrame
            Columns as docs/reconciliation.md explains them; empty (NaN) where there is no such thing. `change` is
            reconciled minus measured, `change_in_sd` the same in measured standard deviations.
        """
        import pandas as pd

        suspects = set(self.suspects())
        return pd.DataFrame(
            [self._line(i, i in suspects) for i in range(len(self.network.unknowns))], columns=list(COLUMNS)
        )

    def _line(self, i: int, suspect: bool) -> list[Any]:
        unknown, test = self.network.unknowns[i], self.test
        row, factor = unknown.row, unknown.factor
        source, target = self.network.ends.get(unknown.name, ("", ""))
        if unknown.kind == "stock_change" and row is not None:
            source, target = "", row.target
        elif unknown.kind == "sum":
            source, target = "", ""
        low, high = self.ranges.get(i, (np.nan, np.nan))
        measured = np.nan if unknown.value is None else unknown.value
        sd = np.nan if unknown.sd is None else unknown.sd
        value = np.nan if self.classes[i] == "unobservable" else self.values[i]
        change = value - measured
        return [
            unknown.kind, unknown.name, source, target, unknown.layer, unknown.unit, measured / factor, sd / factor,
            value / factor, self.deviations[i] / factor, change / factor, change / sd if sd > 0 else np.nan,
            test.residuals[i], suspect, self.classes[i], bool(self.at_zero[i]), low / factor, high / factor,
            test.implied[i] / factor, test.implied_sd[i] / factor, row.origin if row else "", row.note if row else "",
            row.where if row else "",
        ]  # fmt: skip

    def suspects(self) -> list[int]:
        """Measurements that contradict the others too much, the most suspect first."""
        return self.test.suspects()

    @property
    def balance(self) -> float:
        """Largest rest of a balance or definition, as part of the largest term in it."""
        equations = self.network.equations
        left = np.abs(equations.values(self.values))
        terms = np.abs(equations.linear * self.values).max(axis=1, initial=0.0)
        parts = np.abs(equations.coefficients * self.values[equations.first] * self.values[equations.second])
        np.maximum.at(terms, equations.rows, parts)
        least = ROUNDING * float(terms.max(initial=1.0))
        return float((left / np.maximum(terms, least)).max(initial=0.0))

    def to_text(self) -> str:
        """The table, what failed and what is missing, for a terminal."""
        from mfa.report.reconciliation_text import reconciliation_text

        return reconciliation_text(self)

    def save(self, folder: str | Path, layers: Sequence[str] | None = None, figures: bool = True) -> list[Path]:
        """Write reconciled.csv, reconciled.txt and a Sankey diagram of each layer as SVG and PNG.

        Parameters
        ----------
        folder : path
            Made if it does not exist; files of the same names are replaced.
        layers : sequence of str, optional
            Layers to draw; all if None.
        figures : bool
            Whether diagrams are drawn.

        Returns
        -------
        list of Path
            Files written.

        Raises
        ------
        InputError
            If the folder cannot be written, or a layer is unknown.
        """
        from mfa.report.reconciliation_folder import save_reconciled

        return save_reconciled(self, Path(folder), layers, figures)

    def __repr__(self) -> str:
        return f"<mfa.Reconciled {self.name}: {len(self.values)} figures, {len(self.network.titles)} equations>"

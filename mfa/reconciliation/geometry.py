"""What equations leave free, and what of it the measurements settle: the base of steps, classes and uncertainties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr, solve_triangular

from mfa.reconciliation.equations import Mask, Matrix, Vector

RANK = 1e-10
"""Part of the largest pivot below which a row counts as dependent on others."""


@dataclass(frozen=True)
class Geometry:
    """The unknowns that may change, split into what equations fix, measurements settle, and nothing determines.

    Attributes
    ----------
    moving : ndarray of int
        Unknowns that may change.
    order : ndarray of int [equation]
        Independent equations first.
    rank : int
        Their number.
    range_, triangle : ndarray
        Of the QR factors of the transposed slopes: directions that the equations fix, and their triangle.
    settled : ndarray [moving, direction]
        Directions that keep all equations and change a measured unknown.
    open_ : ndarray [moving, direction]
        Directions that keep all equations and change no measured unknown: what is not determined.
    """

    moving: np.ndarray
    order: np.ndarray
    rank: int
    range_: Matrix
    triangle: Matrix
    settled: Matrix
    open_: Matrix

    @classmethod
    def of(cls, slopes: Matrix, held: Mask, measured: Mask) -> Geometry:
        """Geometry of equations with these slopes.

        Parameters
        ----------
        slopes : ndarray [equation, unknown]
        held : ndarray of bool [unknown]
            Unknowns that may not change.
        measured : ndarray of bool [unknown]
        """
        moving = np.flatnonzero(~held)
        base, triangle, order, rank = _pivoted(slopes[:, moving].T)
        free = base[:, rank:]
        turned, _, _, settled = _pivoted(free[measured[moving]].T)
        inner = free @ turned
        return cls(moving, order, rank, base[:, :rank], triangle[:rank, :rank], inner[:, :settled], inner[:, settled:])

    def restore(self, left: Vector) -> Vector:
        """Shortest step [moving] after which the independent equations, that leave `left`, hold."""
        part = solve_triangular(self.triangle, -left[self.order[: self.rank]], trans="T")
        return self.range_ @ part

    def multipliers(self, gradient: Vector) -> Vector:
        """Multipliers [equation] for which the equations balance a gradient [moving] in the directions they fix."""
        found = np.zeros(len(self.order))
        found[self.order[: self.rank]] = solve_triangular(self.triangle, -(self.range_.T @ gradient))
        return found

    def undetermined(self) -> Mask:
        """Which of the moving unknowns nothing determines [moving]."""
        return np.asarray(np.abs(self.open_).max(axis=1, initial=0.0) > 1e-7)


def _pivoted(matrix: Matrix) -> tuple[Matrix, Matrix, np.ndarray, int]:
    """QR with the columns in order of what they add, and the rank."""
    rows, columns = matrix.shape
    if not rows or not columns:
        return np.eye(rows), np.zeros((rows, columns)), np.arange(columns), 0
    base, triangle, order = qr(matrix, pivoting=True)
    pivots = np.abs(np.diag(triangle))
    rank = int((pivots > RANK * max(pivots[0], 1.0)).sum())
    return base, triangle, order, rank

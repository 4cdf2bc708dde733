"""Equations that the true figures fulfil: linear balances and definitions, and products of two unknowns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Equations:
    """``linear @ x + sum of coefficient * x[first] * x[second] - constant = 0``, one row for each equation.

    A balance is linear. A transfer coefficient times an inflow and goods times a concentration are products.

    Attributes
    ----------
    linear : ndarray [equation, unknown]
    constant : ndarray [equation]
    rows : ndarray of int [product]
        Equation in which each product stands.
    first, second : ndarray of int [product]
        Unknowns that are multiplied.
    coefficients : ndarray [product]

    Examples
    --------
    Half of the inflow x0 goes to x1, as the transfer coefficient x2 says: x1 - x2 x0 = 0.

    >>> one = np.array([0])
    >>> equations = Equations(np.array([[0.0, 1.0, 0.0]]), np.zeros(1), one, one, one + 2, np.array([-1.0]))
    >>> equations.values(np.array([10.0, 5.0, 0.5])).tolist()
    [0.0]
    >>> equations.slopes(np.array([10.0, 5.0, 0.5])).tolist()
    [[-0.5, 1.0, -10.0]]
    """

    linear: Matrix
    constant: Vector
    rows: NDArray[np.intp]
    first: NDArray[np.intp]
    second: NDArray[np.intp]
    coefficients: Vector

    @property
    def products(self) -> bool:
        """Whether any equation holds a product of unknowns."""
        return len(self.rows) > 0

    def values(self, x: Vector) -> Vector:
        """What is left over of each equation [equation]."""
        left = self.linear @ x - self.constant
        np.add.at(left, self.rows, self.coefficients * x[self.first] * x[self.second])
        return left

    def slopes(self, x: Vector) -> Matrix:
        """Derivative of `values` by each unknown [equation, unknown]."""
        if not self.products:
            return self.linear
        slopes = self.linear.copy()
        np.add.at(slopes, (self.rows, self.first), self.coefficients * x[self.second])
        np.add.at(slopes, (self.rows, self.second), self.coefficients * x[self.first])
        return slopes

    def curvature(self, multipliers: Vector) -> Matrix:
        """Second derivative of ``multipliers @ values`` [unknown, unknown]."""
        size = self.linear.shape[1]
        curvature = np.zeros((size, size))
        weighted = self.coefficients * multipliers[self.rows]
        np.add.at(curvature, (self.first, self.second), weighted)
        np.add.at(curvature, (self.second, self.first), weighted)
        return curvature

    def scaled(self, scales: Vector, x: Vector) -> Equations:
        """The same equations for ``x / scales``, each divided by its largest slope there.

        Parameters
        ----------
        scales : ndarray [unknown]
            Size of each unknown, > 0.
        x : ndarray [unknown]
            Where the slopes are taken.
        """
        largest = np.abs(self.slopes(x) * scales).max(axis=1, initial=0.0)
        divisor = np.where(largest > 0.0, largest, 1.0)
        return Equations(
            self.linear * scales / divisor[:, None],
            self.constant / divisor,
            self.rows,
            self.first,
            self.second,
            self.coefficients * scales[self.first] * scales[self.second] / divisor[self.rows],
        )

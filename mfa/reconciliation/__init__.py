"""Data reconciliation: figures that contradict each other are changed as little as their uncertainties allow.

Flows, stock changes, transfer coefficients and concentrations are the figures; in the end every balance closes.
"""

from __future__ import annotations

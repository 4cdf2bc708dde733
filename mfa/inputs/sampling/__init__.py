"""Sampling: laws from the tables, factors, designs, and the inputs of their samples."""

from mfa.inputs.sampling.design import Design
from mfa.inputs.sampling.summary import FactorSummary
from mfa.inputs.sampling.uncertainty import Uncertainty

__all__ = ["Design", "FactorSummary", "Uncertainty"]

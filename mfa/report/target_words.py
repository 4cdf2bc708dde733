"""Targets and limits in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from mfa.report.digits import figure, shown_unit
from mfa.report.sensitivity_text import scaling

if TYPE_CHECKING:
    from mfa.studies.target import Target

SIGNS = {"<=": "at most", "<": "below", ">=": "at least", ">": "above"}


def target_words(target: Target, names: Mapping[str, Mapping[str, str]]) -> str:
    """A target for readers: Import requirement of dysprosium 2040 at most 60 %.

    Parameters
    ----------
    target : Target
    names : mapping
        Name of each label, by dim.
    """
    return f"{target.words(names)} {limit_words(target)}"


def limit_words(target: Target) -> str:
    """The limit of a target for readers: at most 60 %."""
    factor, unit, _ = scaling(target, np.array([target.limit]))
    return f"{SIGNS[target.sign]} {exact(factor * target.limit)} {unit}".rstrip()


def exact(value: float) -> str:
    """A number that was given, with up to five digits.

    Examples
    --------
    >>> exact(60.000000001), exact(1500.0), exact(0.8125)
    ('60', '1 500', '0.8125')
    """
    return f"{float(f'{value:.5g}'):,.10g}".replace(",", " ")


def range_text(low: float, high: float, unit: str) -> str:
    """Limits of a factor in words; infinite where there is none.

    Examples
    --------
    >>> (
    ...     range_text(0.71, math.inf, "1"),
    ...     range_text(2.0, 5.0, "yr"),
    ...     range_text(-math.inf, 55_000.0, "USD_2024/t"),
    ... )
    ('at least 0.71', 'from 2 to 5 yr', 'at most 55 000 USD_2024/t')
    """
    unit = shown_unit(unit)
    if math.isfinite(low) and math.isfinite(high):
        return f"from {figure(low)} to {figure(high)} {unit}".rstrip()
    return (f"at least {figure(low)} {unit}" if math.isfinite(low) else f"at most {figure(high)} {unit}").rstrip()


def share_words(share: float) -> str:
    """A share in %, whole but near the ends.

    Examples
    --------
    >>> share_words(0.8312), share_words(0.004), share_words(0.996), share_words(1.0)
    ('83 %', '0.4 %', '99.6 %', '100 %')
    """
    percent = 100.0 * share
    near = 0.0 < percent < 0.95 or 99.05 < percent < 100.0
    return f"{percent:.1f} %" if near else f"{percent:.0f} %"

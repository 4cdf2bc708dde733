"""Rates of collection and recycling, and the share of secondary metal in use.

All arguments are element flows of a year in t/yr with the axes (sample, region, time, element), already summed over the
other dimensions; any other axes will do, as long as all arguments share them.
"""

from __future__ import annotations

import numpy as np

from mfa.indicators.ratios import ratio


def eol_collection_rate(
    collected: np.ndarray, to_second_life: np.ndarray, reused: np.ndarray, discards: np.ndarray
) -> np.ndarray:
    """End-of-life collection rate (EoL-CR): what is collected for any use, over discards.

    EoL-CR = (collected + to second life + reused) / discards.

    Parameters
    ----------
    collected, to_second_life, reused : ndarray, t/yr, >= 0
        Metal sent to recycling, to a second life and back into use as spare parts.
    discards : ndarray, t/yr, >= 0
        For the plain rate the pool of direct discards and releases from hibernation; for the wide rate all discards of
        the year: direct, hibernating and exported used products.

    Returns
    -------
    ndarray, 1
        NaN where nothing is discarded. The plain rate is at most 1.

    References
    ----------
    UNEP 2011, Recycling Rates of Metals, chapter 2.

    Examples
    --------
    >>> eol_collection_rate(np.array([30.0]), np.array([15.0]), np.array([5.0]), np.array([100.0])).tolist()
    [0.5]
    """
    return ratio(collected + to_second_life + reused, discards)


def process_efficiency(secondary_old: np.ndarray, processed_old: np.ndarray) -> np.ndarray:
    """Secondary metal from old scrap over the same metal in the old scrap processed.

    Parameters
    ----------
    secondary_old : ndarray, t/yr, >= 0
        Metal recovered from old scrap.
    processed_old : ndarray, t/yr, >= 0
        The metal in that scrap: recovered and lost.

    Returns
    -------
    ndarray, 1, 0 to 1
        NaN where no old scrap is processed.

    References
    ----------
    UNEP 2011, Recycling Rates of Metals, chapter 2.

    Examples
    --------
    >>> process_efficiency(np.array([27.0]), np.array([30.0])).tolist()
    [0.9]
    """
    return ratio(secondary_old, processed_old)


def eol_recycling_rate(secondary_old: np.ndarray, discards: np.ndarray) -> np.ndarray:
    """End-of-life recycling rate (EoL-RR): secondary metal from old scrap over discards.

    Parameters
    ----------
    secondary_old : ndarray, t/yr, >= 0
        Metal recovered from old scrap; imported scrap is not part of it.
    discards : ndarray, t/yr, >= 0
        The pool of direct discards and releases, or all discards of the year for the wide rate.

    Returns
    -------
    ndarray, 1
        NaN where nothing is discarded; above 1 in a year that works off a backlog.

    References
    ----------
    UNEP 2011, Recycling Rates of Metals, chapter 2.

    Examples
    --------
    >>> eol_recycling_rate(np.array([27.0]), np.array([100.0])).tolist()
    [0.27]
    """
    return ratio(secondary_old, discards)


def eol_recycling_rate_cumulated(secondary_old: np.ndarray, discards: np.ndarray, axis: int = -2) -> np.ndarray:
    """End-of-life recycling rate since the start of the run, sum over sum.

    Parameters
    ----------
    secondary_old, discards : ndarray (..., time, element), t/yr, >= 0
        As for the annual rate.
    axis : int
        Position of the time axis.

    Returns
    -------
    ndarray, 1
        NaN until something is discarded; may pass 1 where the run starts with scrap in store.

    Examples
    --------
    10 of 100 t in the first year, 40 of 100 t in the second: 50/200.

    >>> eol_recycling_rate_cumulated(np.array([[10.0], [40.0]]), np.array([[100.0], [100.0]])).tolist()
    [[0.1], [0.25]]
    """
    return ratio(np.cumsum(secondary_old, axis=axis), np.cumsum(discards, axis=axis))


def recycled_content(domestic_use: np.ndarray, realised_requirement: np.ndarray) -> np.ndarray:
    """Secondary metal used at home over the need that was met.

    Parameters
    ----------
    domestic_use : ndarray, t/yr, >= 0
        Secondary metal used in manufacturing, from any scrap.
    realised_requirement : ndarray, t/yr, >= 0
        Refined metal used, R'.

    Returns
    -------
    ndarray, 1, 0 to 1
        NaN where no need was met. A ban shrinks the denominator and lifts it.

    References
    ----------
    UNEP 2011, Recycling Rates of Metals, chapter 2.

    Examples
    --------
    >>> recycled_content(np.array([200.0]), np.array([800.0])).tolist()
    [0.25]
    """
    return ratio(domestic_use, realised_requirement)


def old_metal_used(
    domestic_use: np.ndarray, secondary_old: np.ndarray, secondary_new: np.ndarray, secondary_imported: np.ndarray
) -> np.ndarray:
    """Secondary metal used at home that came from old or imported scrap.

    Refined metal does not show its scrap: what is used holds the three kinds in the shares of all secondary metal.

    Parameters
    ----------
    domestic_use : ndarray, t/yr, >= 0
        Secondary metal used in manufacturing.
    secondary_old, secondary_new, secondary_imported : ndarray, t/yr, >= 0
        Metal recovered, by kind of scrap.

    Returns
    -------
    ndarray, t/yr
        0 where there is no secondary metal.

    Examples
    --------
    Of 80 t, 40 are from old and 20 from imported scrap; 60 t are used: 60 x 60/80.

    >>> old_metal_used(*(np.array([x]) for x in (60.0, 40.0, 20.0, 20.0))).tolist()
    [45.0]
    """
    share = old_scrap_ratio(secondary_old, secondary_new, secondary_imported)
    return domestic_use * np.where(np.isnan(share), 0.0, share)


def eol_recycling_input_rate(old_metal: np.ndarray, realised_requirement: np.ndarray) -> np.ndarray:
    """End-of-life recycling input rate (EoL-RIR): metal from old and imported scrap over the need that was met.

    Parameters
    ----------
    old_metal : ndarray, t/yr, >= 0
        Use of secondary metal from old and imported scrap, as `old_metal_used` gives it.
    realised_requirement : ndarray, t/yr, >= 0
        Refined metal used, R'.

    Returns
    -------
    ndarray, 1, 0 to 1
        NaN where no need was met. A ban shrinks the denominator and lifts it.

    References
    ----------
    Blengini et al. 2017, section on recycling as a risk-reducing filter.

    Examples
    --------
    >>> eol_recycling_input_rate(np.array([45.0]), np.array([900.0])).tolist()
    [0.05]
    """
    return ratio(old_metal, realised_requirement)


def old_scrap_ratio(secondary_old: np.ndarray, secondary_new: np.ndarray, secondary_imported: np.ndarray) -> np.ndarray:
    """Old-scrap ratio (OSR): share of old and imported scrap in secondary metal.

    Parameters
    ----------
    secondary_old, secondary_new, secondary_imported : ndarray, t/yr, >= 0
        Metal recovered, by kind of scrap.

    Returns
    -------
    ndarray, 1, 0 to 1
        NaN where there is no secondary metal.

    References
    ----------
    UNEP 2011, Recycling Rates of Metals, chapter 2.

    Examples
    --------
    >>> old_scrap_ratio(np.array([40.0]), np.array([20.0]), np.array([20.0])).tolist()
    [0.75]
    """
    old = secondary_old + secondary_imported
    return ratio(old, old + secondary_new)

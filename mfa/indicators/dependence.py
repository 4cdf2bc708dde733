"""How far a region lives on imports, and how far it could do without.

Arguments are element flows of a year in t/yr with the axes (sample, region, time, element); those that keep origins
have (sample, region, origin, time, element). `requirement` is the need R before any rationing, `realised_requirement`
the need R' that was met.
"""

from __future__ import annotations

import numpy as np

from mfa.indicators.ratios import RESOLUTION, ROUNDING, ratio
from mfa.units import DAYS_PER_YEAR

ORIGIN_AXIS = -3
"""Position of origin in (..., origin, time, element)."""


def net_imports(
    imports: np.ndarray, exports_refined: np.ndarray, stock_release: np.ndarray, stock_fill: np.ndarray
) -> np.ndarray:
    """Net imports of refined metal, with what the national stockpile gave and took.

    net = imports - exports + release - fill.

    Parameters
    ----------
    imports, exports_refined : ndarray, t/yr, >= 0
        Trade in refined metal.
    stock_release, stock_fill : ndarray, t/yr, >= 0
        Out of and into the stockpile: metal that was imported in another year.

    Returns
    -------
    ndarray, t/yr
        Below 0 for a net exporter.

    References
    ----------
    USGS, Mineral Commodity Summaries, definition of net import reliance (adjustment for stock changes).

    Examples
    --------
    >>> net_imports(*(np.array([x]) for x in (555.0, 0.0, 60.0, 0.0))).tolist()
    [615.0]
    """
    return imports - exports_refined + stock_release - stock_fill


def net_import_reliance_raw(net: np.ndarray, domestic: np.ndarray) -> np.ndarray:
    """Net import reliance (NIR) as computed: below 0 for a net exporter.

    NIR = net / AC, with apparent consumption AC = domestic + net.

    Parameters
    ----------
    net : ndarray, t/yr
        Net imports.
    domestic : ndarray, t/yr, >= 0
        Domestic primary metal and secondary metal from old and imported scrap. New scrap is metal already counted.

    Returns
    -------
    ndarray, 1, at most 1
        NaN where apparent consumption is not positive, or is only the rounding of a difference.

    References
    ----------
    USGS, Mineral Commodity Summaries, definition of net import reliance.

    Examples
    --------
    The worked year of the specification: 615 / (50 + 200 + 615).

    >>> net_import_reliance_raw(np.array([615.0]), np.array([250.0])).round(3).tolist()
    [0.711]
    """
    bound = np.maximum(RESOLUTION, ROUNDING * (domestic + np.abs(net)))
    return ratio(net, domestic + net, above=bound)


def net_import_reliance(raw: np.ndarray) -> np.ndarray:
    """Net import reliance as shown: 0 for a net exporter.

    It falls when a ban denies supply: read it only beside the share of need not met.

    Parameters
    ----------
    raw : ndarray, 1
        Net import reliance as computed.

    Returns
    -------
    ndarray, 1, 0 to 1

    Examples
    --------
    >>> net_import_reliance(np.array([0.4, -0.2, np.nan])).tolist()
    [0.4, 0.0, nan]
    """
    return np.maximum(raw, 0.0)


def net_import_reliance_scrap(
    net: np.ndarray,
    imports_scrap: np.ndarray,
    exports_scrap: np.ndarray,
    primary: np.ndarray,
    secondary_old: np.ndarray,
) -> np.ndarray:
    """Net import reliance that counts trade in scrap as trade.

    Scrap enters as metal content when it crosses the border, so what is recovered from imported scrap is not domestic:
    (net + scrap trade) / (primary + old secondary + net + scrap trade).

    Parameters
    ----------
    net : ndarray, t/yr
        Net imports of refined metal.
    imports_scrap, exports_scrap : ndarray, t/yr, >= 0
        Metal in traded scrap of all kinds.
    primary, secondary_old : ndarray, t/yr, >= 0
        Domestic primary metal, and secondary metal from old scrap only.

    Returns
    -------
    ndarray, 1, at most 1
        NaN where apparent consumption is not positive.

    Examples
    --------
    (60 + 30 - 10) / (0 + 20 + 80).

    >>> net_import_reliance_scrap(*(np.array([x]) for x in (60.0, 30.0, 10.0, 0.0, 20.0))).tolist()
    [0.8]
    """
    return net_import_reliance_raw(net + imports_scrap - exports_scrap, primary + secondary_old)


def net_import_reliance_embodied(
    net: np.ndarray,
    imports_product: np.ndarray,
    imports_component: np.ndarray,
    exports_product: np.ndarray,
    domestic: np.ndarray,
) -> np.ndarray:
    """Net import reliance that counts the metal in traded new products and components.

    Parameters
    ----------
    net : ndarray, t/yr
        Net imports of refined metal.
    imports_product, imports_component, exports_product : ndarray, t/yr, >= 0
        Metal in traded new products and in components for home-made products.
    domestic : ndarray, t/yr, >= 0
        Domestic primary metal and secondary metal from old and imported scrap.

    Returns
    -------
    ndarray, 1, at most 1
        NaN where apparent consumption is not positive.

    Examples
    --------
    Refined net imports of 60 t; 10 + 20 t in imported products and components, 50 t in exports; 60 t domestic:
    (60 - 20) / (60 + 40).

    >>> net_import_reliance_embodied(*(np.array([x]) for x in (60.0, 10.0, 20.0, 50.0, 60.0))).tolist()
    [0.4]
    """
    return net_import_reliance_raw(net + imports_product + imports_component - exports_product, domestic)


def import_requirement(import_need: np.ndarray, requirement: np.ndarray) -> np.ndarray:
    """Share of need that domestic secondary and primary metal cannot meet, before any rationing.

    Parameters
    ----------
    import_need : ndarray, t/yr, >= 0
        Need less domestic secondary and primary metal used, J.
    requirement : ndarray, t/yr, >= 0
        Manufacturing need, R.

    Returns
    -------
    ndarray, 1, 0 to 1
        NaN where there is no need. The structural dependence: a ban does not change it in its year.

    Examples
    --------
    >>> import_requirement(np.array([750.0]), np.array([1000.0])).tolist()
    [0.75]
    """
    return ratio(import_need, requirement)


def owned_imports(imports: np.ndarray, equity_share: np.ndarray) -> np.ndarray:
    """Imports that the region owns or has contracted abroad.

    Parameters
    ----------
    imports : ndarray (..., origin, time, element), t/yr, >= 0
        Refined imports by origin.
    equity_share : ndarray (..., origin, time, element), 1, 0 to 1
        Share of an origin's deliveries that is owned or contracted.

    Returns
    -------
    ndarray (..., time, element), t/yr

    Examples
    --------
    >>> owned_imports(
    ...     np.array([225.0, 330.0]).reshape(2, 1, 1), np.array([0.0, 0.5]).reshape(2, 1, 1)
    ... ).tolist()
    [[165.0]]
    """
    return (imports * equity_share).sum(axis=ORIGIN_AXIS)


def self_sufficiency(
    owned: np.ndarray,
    primary: np.ndarray,
    secondary_old: np.ndarray,
    secondary_new: np.ndarray,
    requirement: np.ndarray,
) -> np.ndarray:
    """Self-sufficiency as Japan counts it: owned imports, primary and domestic secondary metal over need.

    Parameters
    ----------
    owned : ndarray, t/yr, >= 0
        Imports that are owned or contracted, as `owned_imports` gives them.
    primary, secondary_old, secondary_new : ndarray, t/yr, >= 0
        Domestic primary metal, and secondary metal from old and new scrap of the region.
    requirement : ndarray, t/yr, >= 0
        Manufacturing need before rationing, R; a ban cannot lift the rate by shrinking it.

    Returns
    -------
    ndarray, 1
        NaN where there is no need; may exceed 1.

    References
    ----------
    METI 2010, Basic Energy Plan, target for self-sufficiency in strategic rare metals.

    Examples
    --------
    The worked year of the specification: (165 + 50 + 200) / 1000.

    >>> self_sufficiency(*(np.array([x]) for x in (165.0, 50.0, 200.0, 0.0, 1000.0))).tolist()
    [0.415]
    """
    return ratio(owned + primary + secondary_old + secondary_new, requirement)


def largest_origin(imports: np.ndarray) -> np.ndarray:
    """Imports from the origin that delivers most in the year.

    Parameters
    ----------
    imports : ndarray (..., origin, time, element), t/yr, >= 0
        Refined imports by origin.

    Returns
    -------
    ndarray (..., time, element), t/yr
        0 without imports.

    Examples
    --------
    >>> largest_origin(np.array([225.0, 330.0]).reshape(2, 1, 1)).tolist()
    [[330.0]]
    """
    return imports.max(axis=ORIGIN_AXIS, initial=0.0)


def n_1_cover(
    secondary: np.ndarray, primary: np.ndarray, imports: np.ndarray, largest: np.ndarray, requirement: np.ndarray
) -> np.ndarray:
    """Share of need that would be covered if the largest origin failed (N-1).

    Parameters
    ----------
    secondary, primary : ndarray, t/yr, >= 0
        All secondary metal, and domestic primary metal.
    imports, largest : ndarray, t/yr, >= 0
        All refined imports, and those from the largest origin.
    requirement : ndarray, t/yr, >= 0
        Manufacturing need before rationing, R.

    Returns
    -------
    ndarray, 1
        NaN where there is no need; may exceed 1.

    References
    ----------
    The N-1 rule of supply security, as in Regulation (EU) 2017/1938, annex II, applied to origins.

    Examples
    --------
    The worked year of the specification: (200 + 50 + 555 - 330) / 1000.

    >>> n_1_cover(*(np.array([x]) for x in (200.0, 50.0, 555.0, 330.0, 1000.0))).tolist()
    [0.475]
    """
    return ratio(secondary + primary + (imports - largest), requirement)


def top_origin_share(largest: np.ndarray, realised_requirement: np.ndarray) -> np.ndarray:
    """Imports from the largest origin over the need that was met.

    Parameters
    ----------
    largest : ndarray, t/yr, >= 0
        Imports from the largest origin.
    realised_requirement : ndarray, t/yr, >= 0
        Refined metal used, R'.

    Returns
    -------
    ndarray, 1
        NaN where no need was met. The Union's ceiling is 0.65.

    References
    ----------
    Regulation (EU) 2024/1252, article 5.

    Examples
    --------
    >>> top_origin_share(np.array([330.0]), np.array([825.0])).tolist()
    [0.4]
    """
    return ratio(largest, realised_requirement)


def unmet_share(requirement: np.ndarray, realised_requirement: np.ndarray) -> np.ndarray:
    """Share of the need that was not met.

    Parameters
    ----------
    requirement, realised_requirement : ndarray, t/yr, >= 0
        Manufacturing need before rationing R, and as met R'.

    Returns
    -------
    ndarray, 1
        NaN where there is no need; exactly 0 where the two differ by rounding only.

    Examples
    --------
    >>> unmet_share(np.array([1000.0]), np.array([865.0])).tolist()
    [0.135]
    """
    unmet = requirement - realised_requirement
    return ratio(np.where(np.abs(unmet) <= ROUNDING * requirement, 0.0, unmet), requirement)


def days_of_cover(stockpile: np.ndarray, realised_requirement: np.ndarray) -> np.ndarray:
    """Days of realised need that lie in the national stockpile at year end.

    Parameters
    ----------
    stockpile : ndarray, t, >= 0
        Metal in the stockpile.
    realised_requirement : ndarray, t/yr, >= 0
        Refined metal used, R'.

    Returns
    -------
    ndarray, day
        NaN where no need was met.

    Examples
    --------
    >>> days_of_cover(np.array([60.0]), np.array([365.0])).tolist()
    [60.0]
    """
    return ratio(stockpile * DAYS_PER_YEAR, realised_requirement)


def import_shares(imports: np.ndarray) -> np.ndarray:
    """Share of each origin in refined imports.

    Parameters
    ----------
    imports : ndarray (..., origin, time, element), t/yr, >= 0
        Refined imports by foreign origin.

    Returns
    -------
    ndarray (..., origin, time, element), 1, 0 to 1
        NaN where nothing is imported.

    Examples
    --------
    >>> import_shares(np.array([30.0, 10.0]).reshape(2, 1, 1)).ravel().tolist()
    [0.75, 0.25]
    """
    return ratio(imports, imports.sum(axis=ORIGIN_AXIS, keepdims=True))


def hhi(shares: np.ndarray) -> np.ndarray:
    """Herfindahl-Hirschman index of origins, 0 to 1 (often shown times 10 000).

    HHI = sum over origins of the squared share.

    Parameters
    ----------
    shares : ndarray (..., origin, time, element), 1, 0 to 1
        Shares of origins, sum 1.

    Returns
    -------
    ndarray (..., time, element), 1, 0 to 1
        1 for a single origin, 1/n for n equal ones; NaN where nothing is imported.

    Examples
    --------
    0.75^2 + 0.25^2.

    >>> hhi(np.array([0.75, 0.25]).reshape(2, 1, 1)).tolist()
    [[0.625]]
    """
    return np.minimum(sum_over_origins(np.square(shares)), 1.0)


def sum_over_origins(terms: np.ndarray) -> np.ndarray:
    """Sum over origins, NaN rather than 0 if the model has no origin at all.

    Parameters
    ----------
    terms : ndarray (..., origin, time, element)
        Terms of an index, NaN where nothing is imported.

    Returns
    -------
    ndarray (..., time, element)

    Examples
    --------
    >>> sum_over_origins(np.ones((2, 1, 1))).tolist(), sum_over_origins(np.ones((0, 1, 1))).tolist()
    ([[2.0]], [[nan]])
    """
    total = terms.sum(axis=ORIGIN_AXIS)
    return total if terms.shape[ORIGIN_AXIS] else np.full(total.shape, np.nan)

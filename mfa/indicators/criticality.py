"""Supply risk and economic importance after the method of the European Union, with mining seen through refining.

Shares and risks have the axes (sample, region, origin, time, element); results (sample, region, time, element).
"""

from __future__ import annotations

import numpy as np

from mfa.indicators.dependence import sum_over_origins
from mfa.indicators.ratios import ROUNDING, ratio

SUPPLY_RISK_THRESHOLD = 1.0
"""Supply risk from which an element may be critical."""
ECONOMIC_IMPORTANCE_THRESHOLD = 2.8
"""Economic importance from which an element may be critical."""
REFINING, MINING = 0, 1
"""Codes of the stages that can be the chokepoint."""


def mine_shares(shares: np.ndarray, ore_share: np.ndarray) -> np.ndarray:
    """Share of each mining origin in imports, by looking through the refiners.

    Parameters
    ----------
    shares : ndarray (..., origin, time, element), 1, 0 to 1
        Shares of refining origins in imports, sum 1.
    ore_share : ndarray (..., origin, time, element, miner), 1, 0 to 1
        Share of a refiner's ore that was mined in each origin, sum 1 over `miner`, whose labels are the origins.

    Returns
    -------
    ndarray (..., origin, time, element), 1, 0 to 1
        Shares of mining origins, sum 1; NaN where nothing is imported.

    Examples
    --------
    A refiner with 60 % of imports buys a third of its ore from the second one, which mines all it refines:
    0.6 x 2/3 and 0.6 x 1/3 + 0.4.

    >>> ore = np.array([[2 / 3, 1 / 3], [0.0, 1.0]]).reshape(2, 1, 1, 2)
    >>> mine_shares(np.array([0.6, 0.4]).reshape(2, 1, 1), ore).ravel().round(12).tolist()
    [0.4, 0.6]
    """
    if ore_share.ndim == shares.ndim + 1 and (ore_share.strides[-3] == 0 or ore_share.shape[-3] == 1):
        ore = np.moveaxis(ore_share[..., 0, :, :], -3, -1)  # the same every year: (..., element, miner, origin)
        return np.moveaxis(ore @ np.moveaxis(shares, -1, -3), -3, -1)
    return np.einsum("...ote,...otem->...mte", shares, ore_share)


def hhi_governance(shares: np.ndarray, governance: np.ndarray, trade_factor: np.ndarray) -> np.ndarray:
    """Herfindahl-Hirschman index weighted with governance risk and trade barriers.

    HHI_g = sum over origins of share^2 x governance x trade factor.

    Parameters
    ----------
    shares : ndarray (..., origin, time, element), 1, 0 to 1
        Shares of refining origins, or of mining origins for that stage.
    governance : ndarray (..., origin, time, element), 1, 0 to 10
        Governance risk (2.5 - WGI) x 2 of an origin.
    trade_factor : ndarray (..., origin, time, element), 1, > 0
        Factor for trade barriers.

    Returns
    -------
    ndarray (..., time, element), 1
        NaN where nothing is imported.

    References
    ----------
    Blengini et al. 2017, supply risk, with the World Governance Indicators scaled to 0-10.

    Examples
    --------
    0.75^2 x 6 x 1 + 0.25^2 x 2 x 1.

    >>> column = lambda *x: np.array(x).reshape(len(x), 1, 1)
    >>> hhi_governance(column(0.75, 0.25), column(6.0, 2.0), column(1.0, 1.0)).tolist()
    [[3.5]]
    """
    return sum_over_origins(np.square(shares) * (governance * trade_factor))


def chokepoint(refining: np.ndarray, mining: np.ndarray) -> np.ndarray:
    """Stage with the larger governance-weighted concentration.

    Parameters
    ----------
    refining, mining : ndarray, 1
        Governance-weighted HHI of the two stages.

    Returns
    -------
    ndarray
        0 refining, 1 mining; refining in a tie (within rounding); NaN where nothing is imported.

    Examples
    --------
    >>> chokepoint(np.array([2.0, 2.0, 3.0]), np.array([2.5, 2.0, 1.0])).tolist()
    [1.0, 0.0, 0.0]
    """
    stage = np.where(mining > refining * (1.0 + ROUNDING), float(MINING), float(REFINING))
    return np.where(np.isnan(refining + mining), np.nan, stage)


def supply_risk(
    world_hhi_g: np.ndarray,
    source_hhi_g: np.ndarray,
    net_import_reliance: np.ndarray,
    eol_recycling_input_rate: np.ndarray,
    substitution_index: np.ndarray,
) -> np.ndarray:
    """Supply risk (SR) after the method of the European Union.

    SR = [HHI_g,world x IR/2 + HHI_g,source x (1 - IR/2)] x (1 - EoL-RIR) x SI_SR, with IR = NIR within 0 and 1.

    Parameters
    ----------
    world_hhi_g : ndarray, 1, >= 0
        Governance-weighted HHI of world supply, the larger of mining and refining.
    source_hhi_g : ndarray, 1, >= 0
        Governance-weighted HHI of the region's imports at the chokepoint.
    net_import_reliance, eol_recycling_input_rate : ndarray, 1
        As the functions of those names give them.
    substitution_index : ndarray, 1, above 0 to 1
        Substitution index for supply risk; 1: no substitute.

    Returns
    -------
    ndarray, 1
        NaN where any of its parts is undefined.

    References
    ----------
    Blengini et al. 2017, equation of supply risk.

    Examples
    --------
    [4 x 0.8/2 + 3 x (1 - 0.4)] x 0.9 x 0.5 = 3.4 x 0.45.

    >>> supply_risk(*(np.array([x]) for x in (4.0, 3.0, 0.8, 0.1, 0.5))).round(12).tolist()
    [1.53]
    """
    half = np.clip(net_import_reliance, 0.0, 1.0) / 2.0
    concentration = world_hhi_g * half + source_hhi_g * (1.0 - half)
    return concentration * (1.0 - eol_recycling_input_rate) * substitution_index


def economic_importance(use: np.ndarray, sector_value: np.ndarray, substitution_index: np.ndarray) -> np.ndarray:
    """Economic importance (EI) after the method of the European Union.

    EI = sum over products of A_p x Q_p x SI_EI, with A_p the share of a product in the metal used for products.

    Parameters
    ----------
    use : ndarray (..., time, product, element), t/yr, >= 0
        Refined metal used, by product.
    sector_value : ndarray (..., time, product, element), 1, 0 to 10
        Value added of the product's sector; the largest sector has 10.
    substitution_index : ndarray (..., time, element), 1, above 0 to 1
        Substitution index for economic importance; 1: no substitute.

    Returns
    -------
    ndarray (..., time, element), 1, 0 to 10
        NaN where no metal is used in products.

    References
    ----------
    Blengini et al. 2017, equation of economic importance.

    Examples
    --------
    (30 x 10 + 10 x 2) / 40 x 0.9 = 8 x 0.9.

    >>> use, value = np.array([30.0, 10.0]).reshape(1, 2, 1), np.array([10.0, 2.0]).reshape(1, 2, 1)
    >>> economic_importance(use, value, np.array([[0.9]])).round(12).tolist()
    [[7.2]]
    """
    return ratio((use * sector_value).sum(axis=-2), use.sum(axis=-2)) * substitution_index


def critical(supply_risk: np.ndarray, economic_importance: np.ndarray) -> np.ndarray:
    """Whether an element is critical: supply risk of at least 1.0 and economic importance of at least 2.8.

    Parameters
    ----------
    supply_risk, economic_importance : ndarray, 1
        The two axes; both are always shown beside the verdict.

    Returns
    -------
    ndarray
        1 critical, 0 not; NaN where an axis is undefined.

    References
    ----------
    Blengini et al. 2017, thresholds of the list of critical raw materials.

    Examples
    --------
    >>> critical(np.array([1.0, 3.0, 0.9]), np.array([2.8, 2.7, 9.0])).tolist()
    [1.0, 0.0, 0.0]
    """
    risky = supply_risk >= SUPPLY_RISK_THRESHOLD * (1.0 - ROUNDING)
    important = economic_importance >= ECONOMIC_IMPORTANCE_THRESHOLD * (1.0 - ROUNDING)
    undefined = np.isnan(supply_risk) | np.isnan(economic_importance)
    return np.where(undefined, np.nan, (risky & important).astype(float))

"""The refined market: price, domestic and foreign supply, rationing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mfa.system.layout import Floats

NOTHING = 1e-12
"""A gap below this share of the need is rounding."""


def price(base: Floats, supply_factor: Floats, exponent: Floats, cap: Floats) -> Floats:
    """Price of the year after last year's shortage: P = Pbase clip((1 / phi)^psi, 1, Pcap).

    Parameters
    ----------
    base : array [..., element], money/t
    supply_factor : array [..., element], 1, in [0, 1]
        phi of last year; 0 gives the cap.
    exponent, cap : array [...], 1

    Examples
    --------
    >>> price(np.array([100.0]), np.array([0.5]), np.array(2.0), np.array(10.0))
    array([400.])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(supply_factor > 0.0, supply_factor, 0.0) ** -exponent[..., None]
    ratio = np.where(exponent[..., None] > 0.0, ratio, 1.0)
    return base * np.clip(ratio, 1.0, cap[..., None])


def domestic_primary(
    need: Floats, capacity: Floats, cost: Floats, running: Floats, export: Floats
) -> tuple[Floats, Floats]:
    """Primary metal from domestic sources, by rising cost (equal cost: listed order).

    Parameters
    ----------
    need : array [..., element], t/yr
        Need left after secondary metal.
    capacity, cost : array [..., origin, element], t/yr and money/t
        Domestic origins only.
    running : array of bool [..., origin, element]
        Started, and running at the year's price.
    export : array of bool [..., element]
        Whether sources run beyond need.

    Returns
    -------
    used, produced : array [..., origin, element], t/yr
    """
    available = np.where(running, capacity, 0.0)
    order = np.argsort(np.broadcast_to(cost, available.shape), axis=-2, kind="stable")
    ranked = np.take_along_axis(available, order, axis=-2)
    before = np.cumsum(ranked, axis=-2) - ranked
    used_ranked = np.clip(need[..., None, :] - before, 0.0, ranked)
    used = np.empty_like(used_ranked)
    np.put_along_axis(used, order, used_ranked, axis=-2)
    return used, np.where(export[..., None, :], available, used)


@dataclass
class ImportCaps:
    """What each origin can deliver at most, and where the caps bind this year."""

    cap: Floats
    binds: Floats


def import_caps(
    wanted: Floats,
    share: Floats,
    ban: Floats,
    cut: Floats,
    equity: Floats,
    protection: Floats,
    headroom: Floats,
) -> ImportCaps:
    """Caps on imports in a year with bans.

    (1 - ban_o (1 - prot theta_o)) (1 - cut_o) (1 + head_o [ban_o = 0 and cut_o = 0]) omega_o J

    Parameters
    ----------
    wanted : array [..., element], t/yr
        J, the imports wanted.
    share, ban, cut, equity, headroom : array [..., origin, element], 1
    protection : array [..., element], 1

    Returns
    -------
    ImportCaps
        cap [..., origin, element], t/yr; binds [..., element], bool: some origin with a share is banned or cut.

    Examples
    --------
    J = 750 from A (0.6, half banned) and B (0.4, headroom 0.1): A 225, B 330

    >>> column = lambda a, b: np.array([[a], [b]])
    >>> caps = import_caps(
    ...     np.array([750.0]),
    ...     column(0.6, 0.4),
    ...     column(0.5, 0.0),
    ...     column(0.0, 0.0),
    ...     column(0.0, 0.0),
    ...     np.zeros(1),
    ...     column(0.0, 0.1),
    ... )
    >>> caps.cap.ravel().round(9)
    array([225., 330.])
    """
    touched = (ban > 0.0) | (cut > 0.0)
    deliverable = (1.0 - ban * (1.0 - protection[..., None, :] * equity)) * (1.0 - cut)
    cap = deliverable * np.where(touched, 1.0, 1.0 + headroom) * share * wanted[..., None, :]
    return ImportCaps(cap, np.asarray((touched & (share > 0.0)).any(axis=-2)))


def ore_cut(ore_share: Floats, ore_ban: Floats) -> Floats:
    """Cut of each refiner by ore bans of others: cut_f = sum over f' != f of B[f, f'] ore_ban_f'.

    Parameters
    ----------
    ore_share : array [..., origin, element, miner], 1
    ore_ban : array [..., origin, element], 1
        By the origin that bans its ore.

    Returns
    -------
    array [..., origin, element], 1
    """
    others = ore_share.copy()
    for position in range(ore_share.shape[-3]):
        others[..., position, :, position] = 0.0
    by_miner = np.moveaxis(ore_ban, -2, -1)[..., None, :, :]
    return (others * by_miner).sum(axis=-1)


def import_metal(wanted: Floats, share: Floats, caps: ImportCaps | None) -> Floats:
    """Imports by origin; what a capped origin cannot deliver is asked of the others, pro rata to their room.

    Parameters
    ----------
    wanted : array [..., element], t/yr
    share : array [..., origin, element], 1
    caps : ImportCaps or None
        None: nothing is banned or cut.

    Returns
    -------
    array [..., origin, element], t/yr

    Examples
    --------
    >>> caps = ImportCaps(np.array([[225.0], [330.0]]), np.array([True]))
    >>> import_metal(np.array([750.0]), np.array([[0.6], [0.4]]), caps).ravel()
    array([225., 330.])
    """
    normal = share * wanted[..., None, :]
    if caps is None:
        return normal
    delivered = np.minimum(normal, caps.cap)
    room = caps.cap - delivered
    missing = (normal - delivered).sum(axis=-2)
    total_room = room.sum(axis=-2)
    with np.errstate(divide="ignore", invalid="ignore"):
        filled = np.where(total_room > 0.0, np.minimum(1.0, missing / total_room), 0.0)
    return np.where(caps.binds[..., None, :], delivered + room * filled[..., None, :], normal)


def supply_factor(
    need: Floats, secondary_used: Floats, other: Floats, secondary_limit: Floats, short: NDArray[np.bool_]
) -> Floats:
    """Share of the need that supply allows.

    phi = min(1, (use + O) / R, O / ((1 - rc_max) R)), the last term only for rc_max < 1: less output also takes less
    secondary metal.

    Parameters
    ----------
    need, secondary_used, other : array [..., element], t/yr
        R, use, and O = primary used + imports + release.
    secondary_limit : array [..., element], 1
        rc_max.
    short : array of bool [..., element]
        Where a gap remains; elsewhere the factor is 1.

    Examples
    --------
    The worked year: (200 + 50 + 555 + 60) / 1000

    >>> supply_factor(
    ...     np.array([1000.0]), np.array([200.0]), np.array([665.0]), np.ones(1), np.array([True])
    ... )
    array([0.865])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.minimum(1.0, (secondary_used + other) / need)
        limited = other / ((1.0 - secondary_limit) * need)
    factor = np.where(secondary_limit < 1.0, np.minimum(factor, limited), factor)
    return np.where(short, factor, 1.0)

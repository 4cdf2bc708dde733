"""Trade between the regions of a run: scrap within the year, used products at its end (steps 6 and 15).

What a region exports is known before anything arrives, and what arrives is not exported again in the same year, so that
no result depends on the order of regions.
"""

from __future__ import annotations

import numpy as np

from mfa.system.content import Bucket
from mfa.system.layout import Floats
from mfa.year.state import DT, Year


def arrivals(share: Floats, sent: Floats) -> Floats:
    """What arrives of what regions export: sum over regions of share times exports.

    Parameters
    ----------
    share : array [sample, region, destination, ...], 1
        Axes after `destination` as those of `sent` after `region`.
    sent : array [sample, region, ...]

    Returns
    -------
    array [sample, destination, ...]

    Examples
    --------
    The first region sends 10 t, of which 0.4 arrives in the second:

    >>> share = np.array([[0.0, 0.4], [0.0, 0.0]]).reshape(1, 2, 2, 1)
    >>> arrivals(share, np.array([10.0, 5.0]).reshape(1, 2, 1)).ravel()
    array([0., 4.])
    """
    found = np.zeros((max(len(share), len(sent)), *sent.shape[1:]))
    for region, destination in np.argwhere(share.reshape(*share.shape[:3], -1).any(axis=(0, 3))).tolist():
        found[:, destination] += share[:, region, destination] * sent[:, region]
    return found


def receive_scrap(year: Year) -> None:
    """Step 6: scrap that other regions export joins the imported scrap, after the region's own exports are taken."""
    layout = year.layout
    share = year.p("scrap_export_destination")[..., layout.stream_class]
    same_class = layout.stream_class[:, None] == layout.imported_classes
    year.scrap_sent = (year.exports_scrap * share.sum(axis=2)[:, :, None]).sum(axis=-1)
    year.scrap_received = arrivals(share[..., None, :], year.exports_scrap) @ same_class.astype(float)
    year.imports_scrap = year.imports_scrap + year.scrap_received


def receive_products(year: Year) -> None:
    """Step 15: used products enter use where they arrive, by cohort; they begin to age there the year after."""
    state, layout, c = year.state, year.layout, year.c
    share = year.p("used_export_destination")
    sent = np.empty((*year.lead, layout.n_product, c + 1))
    sent[..., :c] = year.exported_share[..., None] * year.gone
    sent[..., c] = year.exported_share * year.first_gone
    came = arrivals(share[..., None], sent)
    _blend_products(year, share, sent)
    if state.carried is not None:
        _receive_components(year, share)
    state.units[..., : c + 1] += came
    state.entered[..., : c + 1] += came
    year.arrived_units = came.sum(axis=-1)
    exported = year.discarded * year.exported_item[..., None, :]
    exported += year.content * (year.first_item * year.exported_item)[..., None, :]
    by_item = share[..., layout.item_product]
    year.used_sent = (exported * by_item.sum(axis=2)[:, :, None]).sum(axis=-1)
    year.used_received = arrivals(by_item[..., None, :], exported)
    year.in_use += year.used_received * DT


def _blend_products(year: Year, share: Floats, sent: Floats) -> None:
    """Content of a cohort in use becomes the mean of what was there and what came, by units."""
    units = year.state.units[..., : year.c + 1]
    for bucket in year.state.content.products.buckets:
        _blend(bucket, share, sent, units)


def _receive_components(year: Year, share: Floats) -> None:
    """Components with a lifetime of their own come in their products, by the year in which they were made."""
    state, products, c = year.state, year.model.lasting_products, year.c
    assert state.carried is not None and year.parts_leaving is not None
    to, exported = share[..., products], year.exported_share[..., products]
    sent = np.zeros((*year.lead, len(products), c + 1, state.carried.shape[-1]))
    sent[..., :c, :] = exported[..., None, None] * year.parts_leaving
    sent[..., c, c] = exported * year.first_gone[..., products]
    carried = state.carried[..., : c + 1, :]
    here, away = (parts.sum(axis=-2)[..., : c + 1] for parts in (carried, sent))  # by the year of making
    for bucket in state.content.components.buckets:
        _blend(bucket, to, away, here)
    carried += arrivals(to[..., None, None], sent)


def _blend(bucket: Bucket, share: Floats, sent: Floats, units: Floats) -> None:
    """Content of a unit becomes the mean, by units, of those in use and those that come.

    Parameters
    ----------
    bucket : Bucket
        Its store is changed.
    share : array [sample, region, destination, part], 1
    sent, units : array [sample, region, part, cohort], unit
        Exported from a region, and in use there before anything arrives.
    """
    blocks = np.flatnonzero(np.asarray(share.any(axis=(0, 1, 2)))[bucket.part])
    parts, n = bucket.part[blocks], units.shape[-1]
    routes = np.asarray(share[..., parts].any(axis=(0, 3)))  # region, destination
    found: dict[int, Floats] = {}
    for destination in np.flatnonzero(routes.any(axis=0)).tolist():
        held = bucket.store[:, destination, blocks, :n]
        here = units[:, destination, parts]
        came, content = np.zeros(here.shape), held * here[..., None]
        for region in np.flatnonzero(routes[:, destination]).tolist():
            moved = share[:, region, destination, parts][..., None] * sent[:, region, parts]
            came += moved
            content += moved[..., None] * bucket.store[:, region, blocks, :n]
        total = here + came
        content /= np.where(total > 0.0, total, 1.0)[..., None]
        found[destination] = np.where(came[..., None] > 0.0, content, held)
    for destination, content in found.items():
        bucket.store[:, destination, blocks, :n] = content

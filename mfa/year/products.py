"""Products in use: the chemistry they are made with, what leaves use, and what enters it (steps 2, 3 and 12)."""

from __future__ import annotations

import numpy as np

from mfa.errors import ModelError
from mfa.policy import substitution
from mfa.system import component_life
from mfa.system.layout import Floats
from mfa.year import components, outlook
from mfa.year.state import DT, Year, over


def power(base: Floats, exponent: Floats) -> Floats:
    """Raise a survival share to a power; 0 where the share is 0, whatever the exponent."""
    return np.where(base > 0.0, base**exponent, 0.0)


def choose_chemistry(year: Year) -> None:
    """Step 2: makers follow material cost from one chemistry to another, with inertia."""
    state, layout = year.state, year.layout
    year.share = year.p("chemistry_share")
    if not year.on.substitution:
        return
    n_e = layout.n_element
    service = year.p("service")
    service = np.where(np.isnan(service), year.content[..., layout.mass, :], service)
    rise = np.matmul((year.price - year.p("base_price"))[..., None, :], year.content[..., :n_e, :])[..., 0, :]
    response = year.p("substitution_response")[..., layout.item_component]
    wanted = substitution.wanted_shares(
        year.share, over(rise, service), response, layout.item_to_pair, layout.item_pair
    )
    year.share, state.deviation = substitution.shift_shares(
        year.share, wanted, state.deviation, year.p("substitution_speed"), layout.item_to_pair, layout.item_pair
    )


def discard(year: Year) -> None:
    """Step 3: what leaves use by cohort, and where it goes: abroad, into drawers, or direct to collection."""
    state, on, c = year.state, year.on, year.c
    survival = year.model.survival
    year.hazard = year.p("hazard_multiplier")
    ratio, year.first_year = survival.ratio(c, c), survival.first_year(c)
    if on.hazard:
        ratio, year.first_year = power(ratio, year.hazard[..., None]), power(year.first_year, year.hazard)
    before = state.units[..., :c]
    ending: Floats | None = None
    year.failures = None
    if state.carried is not None:
        year.failures, ending = components.fail(year, ratio)
    year.survivors = before * ratio if ending is None else before * ratio * ending
    year.early, year.target_sales = np.zeros((1, 1, year.layout.n_product)), None
    if on.stock_driven:
        scale = _follow_target(year)
        year.survivors = year.survivors * scale[..., None]
        if state.carried is not None:
            year.failures, _ = components.fail(year, ratio * scale[..., None])
    year.gone = before - year.survivors
    _weigh_discards(year)
    _send_discards(year)


def _follow_target(year: Year) -> Floats:
    """Sales that a stock target asks for, and the factor that brings survivors down to a lower target."""
    target = year.p("stock_target")
    driven = np.isfinite(target)
    target = np.where(driven, target, 0.0)
    alive = year.survivors.sum(axis=-1)
    falling = driven & (alive > target)
    year.early = np.where(falling, alive - target, 0.0)
    deficit = np.where(driven & ~falling, target - alive, 0.0)
    hopeless = (deficit > 1e-12 * alive) & (year.first_year <= 0.0)
    if hopeless.any():
        what = "needs sales, but nothing sold survives its first year (sf(0) = 0)"
        raise ModelError(year.fault(hopeless, "stock_target", what, "choose a longer lifetime or timing: mid"))
    year.target_sales = np.where(driven, over(deficit, year.first_year), np.nan)
    return np.where(falling, over(target, alive), 1.0)


def _weigh_discards(year: Year) -> None:
    """Element content of what leaves, of what stays, and of what investors expect to leave when a plant opens."""
    content, c, looking = year.state.content, year.c, year.on.invest
    year.room = room = content.products.room(2, looking)
    for bucket, counts in zip(room.buckets, room.counts, strict=True):
        counts[:, :, :, 0, :c] = year.gone.take(bucket.part, axis=2)
        counts[:, :, :, 1, :c] = year.survivors.take(bucket.part, axis=2)
    if looking:
        outlook.expect(year, [counts[:, :, :, 2:, :c] for counts in room.counts])
    year.discarded, year.in_use = room.contract(c)
    year.failed = None
    if year.failures is not None:
        lost = [year.failures.with_product[..., :-1], year.failures.failed[..., :-1]]
        of_parts = content.components.weigh(lost, lost[0].shape[-1])
        year.discarded = year.discarded + of_parts[0]
        year.failed = of_parts[1]


def weigh_newest(year: Year) -> None:
    """Complete content in use by the cohort of the year, and by components with a lifetime of their own."""
    state = year.state
    newest = year.per_product(state.units[..., year.c]) * (year.mix * year.model.item_is_whole)
    year.in_use += year.content * newest[..., None, :]
    if state.carried is not None:
        year.in_use += components.in_use(year)


def _send_discards(year: Year) -> None:
    exported = year.p("used_export_share")
    year.kept_share = exported * year.p("keep_share")
    year.exported_share, year.drawer_share = exported - year.kept_share, year.p("hibernation_share")
    year.exported_item, year.drawer_item = year.per_product(year.exported_share), year.per_product(year.drawer_share)
    year.direct_item = 1.0 - year.exported_item - year.drawer_item
    year.pool = year.direct_item[..., None, :] * year.discarded
    if year.failed is not None:
        year.pool += year.failed
    drawers = year.state.drawer_items
    year.release_share = year.p("hibernation_release")[..., year.layout.item_product[drawers]] * DT
    year.released = year.release_share[..., None, :] * year.state.hibernating
    if year.on.hibernation:
        year.pool[..., drawers] += year.released


def use(year: Year) -> None:
    """Step 12: sales and spares enter use; first-year failures follow this year's ways out."""
    state, layout, c = year.state, year.layout, year.c
    first_gone = year.sold * (1.0 - year.first_year)
    year.first_gone = first_gone
    year.first_item = year.per_product(first_gone) * year.mix
    direct = year.first_item * year.direct_item
    to_collection = year.per_pair(year.rate) * direct
    again = year.second_share * to_collection
    if year.on.second_life and len(state.second_items):
        some = state.second_items
        held = year.content.take(some, axis=-1) * again[..., None, :].take(some, axis=-1)
        year.second_next[:, :, c] += (held @ layout.item_to_class[some])[..., state.part_element, state.part_class]
        state.second_life = year.second_next
    first_mass = direct * year.content[..., layout.mass, :]
    first_pool = year.by_pair(first_mass)
    year.gross_mass = year.rate * (year.pool_mass + first_pool)
    year.pool_mass = year.pool_mass + first_pool
    recycled = (year.content * (to_collection - again)[..., None, :]) @ layout.item_to_class
    year.store[..., layout.old] += recycled
    year.store[..., layout.new] += year.new_scrap
    state.feed_store = year.store
    if year.on.hibernation:
        some = state.drawer_items
        share, first = (array[..., None, :].take(some, axis=-1) for array in (year.drawer_item, year.first_item))
        kept = state.hibernating - year.released
        state.hibernating = (
            kept + (year.discarded.take(some, axis=-1) + year.content.take(some, axis=-1) * first) * share
        )
    state.discards_so_far[..., :c] += year.gone
    state.discards_so_far[..., c] += first_gone
    state.entered[..., c] += year.sold
    state.units[..., :c] = year.survivors
    state.units[..., c] = year.sold * year.first_year
    if year.failures is not None and year.reused_units is not None:
        made = np.broadcast_to(year.spares_made, (*year.lead, layout.n_pair))[..., year.model.lasting_pairs]
        assert state.carried is not None
        component_life.fit_spares(state.carried[..., :c, :], year.failures, year.reused_units, made, c)
        state.carried[..., c, c] += state.units[:, :, year.model.lasting_products, c]

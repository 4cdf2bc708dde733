"""Refined metal: price, need, supply, rationing and stockpile (steps 1 and 8 to 11)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mfa.errors import ModelError
from mfa.system import market, stockpile
from mfa.system.layout import Floats
from mfa.year.state import DT, Year, mean_of, over


def set_price(year: Year) -> None:
    """Step 1: price after last year's shortage."""
    year.price = year.p("base_price")
    if year.on.scarcity:
        year.price = market.price(
            year.price, year.state.supply_factor, year.p("scarcity_exponent"), year.p("price_cap")
        )


def count_need(year: Year) -> None:
    """Step 8: output of products, and the refined metal that it needs."""
    layout = year.layout
    year.wanted = year.p("sales")
    if year.on.carry and year.t > 0:
        year.wanted = year.wanted + year.model.par.at("carry_share", year.t - 1) * year.state.unmet
    if year.target_sales is not None:
        year.wanted = np.where(np.isfinite(year.target_sales), year.target_sales, year.wanted)
    year.imported = year.p("product_imports") + year.p("product_import_share") * year.wanted
    year.exported = year.p("product_exports") + year.p("product_export_ratio") * year.wanted
    output = year.wanted - year.imported + year.exported
    slip = output < -1e-9 * np.maximum(1.0, year.imported)
    if slip.any():
        what = "imports exceed sales and exports, so output would be below 0"
        raise ModelError(year.fault(slip, "product_imports", what, "lower product_imports or raise product_exports"))
    year.output = np.maximum(output, 0.0)
    year.bought_share = year.p("component_import_share")
    year.spares_wanted = np.zeros((1, 1, layout.n_pair))
    if year.spare_need is not None and year.reused_units is not None:
        year.spares_wanted = np.zeros((*year.lead, layout.n_pair))
        need = year.spare_need.sum(axis=-1)
        missing = need - year.reused_units.sum(axis=-1)
        missing = np.where(missing <= market.NOTHING * need, 0.0, missing)
        year.spares_wanted[..., year.model.lasting_pairs] = missing
    made = (1.0 - year.bought_share) * year.output.take(layout.pair_product, axis=-1) + year.spares_wanted
    use = year.per_pair(made) * year.share * year.per_pair(1.0 / year.p("manufacturing_yield"))
    year.other_need = year.p("other_need")
    year.need = _metal_in(year, use) + year.other_need


def _metal_in(year: Year, items: Floats) -> Floats:
    """Metal in this year's components: [element]."""
    return np.matmul(year.content[..., : year.layout.n_element, :], items[..., None])[..., 0]


def supply(year: Year) -> None:
    """Step 9: secondary metal, domestic primary, imports under bans, stockpile; and the supply factor."""
    year.caps = None
    _supply_at_home(year, year.need)
    year.first_import_need = year.import_need
    if year.on.ban:
        cut = market.ore_cut(year.p("ore_share"), year.p("ore_ban"))
        year.caps = market.import_caps(
            year.import_need, year.p("import_share"), year.p("ban"), cut, year.p("equity_share"),
            year.p("equity_protection"), year.p("headroom"),
        )  # fmt: skip
    year.first_gap = _import(year, year.need)
    year.drawn = year.given = np.zeros((1, 1, 1))
    if year.on.stockpile:
        year.drawn, year.given = _release(year, year.first_gap)
    short = year.first_gap - year.drawn > market.NOTHING * year.need
    year.factor = np.ones((1, 1, year.layout.n_element))
    if short.any():
        other = year.primary_used.sum(axis=-2) + year.imports.sum(axis=-2) + year.drawn
        limit = year.p("secondary_share_max")
        year.factor = market.supply_factor(year.need, year.domestic_use, other, limit, short)


def _supply_at_home(year: Year, need: Floats) -> None:
    """Secondary metal used, primary metal used and made, and imports wanted."""
    year.domestic_use = np.minimum(year.secondary_total, year.p("secondary_share_max") * need)
    rest = np.maximum(need - year.domestic_use, 0.0)
    rest = np.where(rest < market.NOTHING * need, 0.0, rest)
    sources = year.layout.domestic
    if not year.on.domestic_primary:
        year.primary_used = year.primary_made = np.zeros((1, 1, len(sources), year.layout.n_element))
        year.import_need = rest
        return
    cost, start = year.p("primary_cost")[:, :, sources], year.fixed("primary_start")[:, :, sources]
    started = np.isnan(start) | (start <= year.layout.years[year.t])
    always = year.fixed("primary_always")[:, :, sources].astype(bool)
    running = started[..., None] & (always[..., None] | (cost <= year.price[..., None, :]))
    year.primary_used, year.primary_made = market.domestic_primary(
        rest, year.p("primary_capacity")[:, :, sources], cost, running, year.p("primary_export").astype(bool)
    )
    wanted = np.maximum(rest - year.primary_used.sum(axis=-2), 0.0)
    year.import_need = np.where(wanted < market.NOTHING * need, 0.0, wanted)


def _import(year: Year, need: Floats) -> Floats:
    """Import what is wanted and can be had; returns the gap."""
    year.imports = market.import_metal(year.import_need, year.p("import_share"), year.caps)
    gap = np.maximum(year.import_need - year.imports.sum(axis=-2), 0.0)
    return np.where(gap < market.NOTHING * need, 0.0, gap)


def _release(year: Year, gap: Floats) -> tuple[Floats, Floats]:
    """What each region draws from stockpiles, and what its own gives."""
    held, limit = year.state.stockpile / DT, year.p("release_limit")
    own = stockpile.release(gap, held, limit)
    if not year.on.joint_pool:
        return own, own
    member = year.p("joint_pool").astype(bool)
    gap = np.broadcast_to(gap, held.shape)
    received, given = stockpile.pool_release(np.where(member, gap, 0.0), np.where(member, held, 0.0), limit)
    return np.where(member, received, own), np.where(member, given, own)


def ration(year: Year) -> None:
    """Step 10: the scarcest metal limits each component, the scarcest component each product."""
    layout = year.layout
    short = np.asarray((year.factor < 1.0).any(axis=-1, keepdims=True))
    rationed = bool(short.any())
    year.home_mix = year.product_mix = year.share
    year.product_factor = np.ones((1, 1, layout.n_product))
    year.made_output = year.output
    year.spares_made, year.other_use = year.spares_wanted, year.other_need
    if rationed:
        _leontief(year)
    made = year.made_output.take(layout.pair_product, axis=-1)
    if not rationed:
        year.bought_units = made * year.bought_share
    year.home_units = made - year.bought_units
    _manufacture(year)
    year.realised = year.need
    if rationed:
        year.realised = np.where(short, _metal_in(year, year.refined_item) + year.other_use, year.need)
        _supply_at_home(year, year.realised)
        gap = _import(year, year.need)
        year.drawn = np.minimum(gap, year.drawn)
        year.given = _release(year, year.drawn)[1] if year.on.joint_pool else year.drawn
    _sell(year, short)


def _leontief(year: Year) -> None:
    layout, share, bought = year.layout, year.share, year.bought_share
    present = year.content[..., : layout.n_element, :] > 0.0
    by_item = np.where(present, year.factor[..., None], np.inf).min(axis=-2)
    by_item = np.where(np.isinf(by_item), 1.0, by_item)
    total = year.by_pair(share)
    by_pair = np.where(total > 0.0, over(year.by_pair(share * by_item), total), 1.0)
    with_bought = bought + (1.0 - bought) * by_pair
    year.product_factor = np.ones((*with_bought.shape[:2], layout.n_product))
    for product, pairs in enumerate(layout.pair_of_product):
        if len(pairs):
            year.product_factor[..., product] = with_bought[..., pairs].min(axis=-1)
    of_pair = year.per_pair(by_pair)
    year.home_mix = np.where(of_pair > 0.0, share * over(by_item, of_pair), share)
    bought_item, in_product = year.per_pair(bought), year.per_pair(with_bought)
    mixed = share * over(bought_item + (1.0 - bought_item) * by_item, in_product)
    year.product_mix = np.where(in_product > 0.0, mixed, share)
    year.made_output = year.output * year.product_factor
    year.bought_units = year.made_output.take(layout.pair_product, axis=-1) * over(bought, with_bought)
    year.spares_made = year.spares_wanted * by_pair
    year.other_use = year.other_need * year.factor


def _manufacture(year: Year) -> None:
    """Components made at home, the refined metal in them and lost on the way, and the new scrap that returns."""
    layout, made_from = year.layout, 1.0 / year.p("manufacturing_yield")
    year.made_item = year.per_pair(year.home_units + year.spares_made) * year.home_mix
    year.refined_item = year.made_item * year.per_pair(made_from)
    year.lost_item = year.made_item * year.per_pair(made_from - 1.0)
    year.new_item = year.lost_item * year.per_pair(year.p("new_scrap_share"))
    classes = layout.item_to_class[:, layout.new_classes]
    year.new_scrap = (year.content * year.new_item[..., None, :]) @ classes


def _sell(year: Year, short: NDArray[np.bool_]) -> None:
    """What reaches users, from home and from abroad, and the mix of all components that enter use."""
    layout, share = year.layout, year.share
    admitted = 1.0 - year.p("product_ban")
    through = np.maximum(0.0, year.imported - year.wanted)  # imports that leave again
    year.re_exported = through * admitted
    year.exported_output = np.maximum((year.exported - through) * year.product_factor, 0.0)
    year.imported_sold = np.minimum(year.imported, year.wanted) * admitted
    home_sold = np.maximum(0.0, year.wanted - year.imported) * year.product_factor
    year.sold = home_sold + year.imported_sold
    unmet = np.maximum(year.wanted - year.sold, 0.0)
    year.unmet = np.where(unmet <= 1e-12 * year.wanted, 0.0, unmet)
    year.mix = share
    if year.product_mix is not share:
        entering = year.per_product(home_sold) * year.product_mix + year.per_product(year.imported_sold) * share
        entering = entering + year.per_pair(year.spares_made) * year.home_mix
        total = year.per_pair(year.sold.take(layout.pair_product, axis=-1) + year.spares_made)
        year.mix = np.where(short & (total > 0.0), over(entering, total), share)
    year.state.content.add(year.c, year.content, year.mix)


def fill_stockpile(year: Year) -> None:
    """Step 11: the stockpile is filled from surplus metal, then from imports, unless a gap was met."""
    state = year.state
    year.surplus = np.maximum(year.secondary_total - year.domestic_use, 0.0)
    year.surplus = year.surplus + (year.primary_made - year.primary_used).sum(axis=-2)
    year.filled = np.zeros((1, 1, 1))
    if not year.on.stockpile:
        return
    held = state.stockpile - year.given * DT
    reference = mean_of(state.realised) if state.realised else year.realised
    wish = stockpile.wanted_fill(year.p("stockpile_days"), reference, held, year.p("fill_limit")) / DT
    wish = np.where(year.first_gap > 0.0, 0.0, wish)
    from_surplus = np.minimum(wish, year.surplus)
    wish = wish - from_surplus
    extra = market.import_metal(wish, year.p("import_share"), None)
    if year.caps is not None:
        room = np.maximum(year.caps.cap - year.imports, 0.0)
        capped = room * np.minimum(1.0, over(wish, room.sum(axis=-2)))[..., None, :]
        extra = np.where(year.caps.binds[..., None, :], capped, extra)
    year.imports = year.imports + extra
    year.filled = from_surplus + extra.sum(axis=-2)
    year.surplus = year.surplus - from_surplus
    state.stockpile = np.maximum(held + year.filled * DT, 0.0)

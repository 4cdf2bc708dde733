"""What follows from the year: compliance with obligations, subsidies paid, and new capacity (steps 13 and 14)."""

from __future__ import annotations

import numpy as np

from mfa.policy import investment, quotas, subsidies
from mfa.system.layout import Floats
from mfa.year import outlook
from mfa.year.products import weigh_newest
from mfa.year.state import DT, Year, over


def comply(year: Year) -> None:
    """Step 13: what is missing to quotas, what credits cover, what is paid."""
    state, on, layout = year.state, year.on, year.layout
    year.quota_shortfall = np.zeros((1, 1, layout.n_pair))
    if on.quota:
        missing = np.maximum(0.0, year.quota - year.rate) * year.pool_mass
        if year.by_sales.any():
            of_sales = np.maximum(0.0, year.obligation - year.rate * year.pool_mass)
            missing = np.where(year.by_sales, of_sales, missing)
        year.quota_shortfall = np.where(missing <= 1e-12 * year.pool_mass, 0.0, missing)
    year.certificate = state.certificate
    year.content_ledger = _recycled_content(year) if on.content_quota else None
    year.output_paid = year.collection_paid = np.zeros((1, 1))
    if on.output_subsidy:
        claim = (year.p("output_subsidy") * year.secondary_total).sum(axis=-1)
        year.output_paid = subsidies.paid(claim, year.p("output_budget"))
    if on.collection_subsidy:
        claim = (year.p("collection_subsidy") * year.gross_mass).sum(axis=-1)
        year.collection_paid = subsidies.paid(claim, year.p("collection_budget"))
    state.base_output, state.base_collected = year.secondary_total, year.gross_mass
    state.collection_rate, state.supply_factor, state.unmet = year.rate, year.factor, year.unmet
    sold = year.per_product(year.sold) * year.mix * year.content[..., layout.mass, :]
    state.sold_mass = [*state.sold_mass[-2:], year.by_pair(sold)]
    state.realised = [*state.realised[-2:], year.realised]


def _recycled_content(year: Year) -> dict[str, Floats]:
    """Recycled-content obligations, credits and next year's certificate price."""
    state, layout, t = year.state, year.layout, year.t
    n_e = layout.n_element
    assert state.credits is not None
    need = (year.content[..., :n_e, :] * year.refined_item[..., None, :]) @ layout.item_to_pair
    total = year.secondary_total
    by_scrap = year.secondary.sum(axis=-1)
    old_share = over(by_scrap[:, :, 0] + by_scrap[:, :, 2], total)
    countable = year.domestic_use * np.where(year.p("old_scrap_only")[..., None], old_share, 1.0)
    obligation, shortage, surplus = quotas.allocate_content(countable, need, year.other_use, year.p("content_quota"))
    issued = state.credits[..., :t]
    valid = np.broadcast_to((state.credit_end[..., :t] >= t)[..., None, :], issued.shape)
    issued[...], drawn = quotas.use_credits(issued, shortage, valid)
    life = year.p("credit_life")
    state.credits[..., t] = np.where(np.isnan(life)[..., None], 0.0, surplus) * DT
    state.credit_end[..., t] = t + np.nan_to_num(life, nan=-1.0)
    missing = np.maximum(shortage - drawn, 0.0)
    missing = np.where(missing <= 1e-12 * obligation, 0.0, missing)
    penalty = year.p("content_penalty")
    state.certificate = quotas.next_certificate(
        state.certificate, missing, obligation, penalty, year.p("certificate_speed")[..., None]
    )
    return {
        "content_obligation": obligation, "content_shortfall": missing,
        "content_charge": missing * np.where(np.isfinite(penalty), penalty, 0.0),
        "credit_balance": state.credits.sum(axis=-1),
    }  # fmt: skip


def build(year: Year) -> None:
    """Step 14: orders of recycling capacity by net present value, the grants paid for them, and throughput so far."""
    state, layout, t = year.state, year.layout, year.t
    state.throughput = state.throughput + year.processed.sum(axis=-1) * DT
    weigh_newest(year)
    year.ordered, year.grant_paid = np.zeros((1, 1, layout.n_route)), np.zeros((1, 1))
    if not year.on.invest:
        return
    grant, capital_cost = year.p("capex_grant"), year.capital_cost
    claim = np.zeros((1, 1)) if state.base_orders is None else (grant * state.base_orders).sum(axis=-1)
    effective = grant * subsidies.expected_share(claim, year.p("grant_budget"))[..., None]
    life, lag = year.p("plant_life"), outlook.lead_times(year)
    factor = investment.annuity(year.p("discount_rate")[..., None], life)
    expected, margin = outlook.expected_feed(year)
    eligible = year.eligible
    if year.on.floor:
        below = np.asarray((year.yields < year.p("recovery_floor")).any(axis=-2))
        eligible = eligible & ~below[..., None]
    prospects = investment.Prospects(margin, eligible, year.fee_limit, expected, year.feed[..., layout.mass, :])
    alive_ahead = np.take_along_axis(state.plants, np.broadcast_to(t + lag, state.plants.shape[1:])[None], axis=0)[0]
    ordered = investment.orders(
        prospects, capital_cost, effective, factor, year.p("route_choice"), year.p("invest_response"),
        year.p("growth_limit") * DT, year.capacity, alive_ahead, year.p("seed_capacity"),
    )  # fmt: skip
    year.ordered = np.where(year.p("invest").astype(bool)[..., None], ordered, 0.0)
    opens, closes = t + lag, t + lag + life
    horizon = np.arange(t, min(int(np.ceil(closes.max())), len(state.plants)))[:, None, None, None]
    state.plants[t : t + len(horizon)] += np.where((horizon >= opens) & (horizon < closes), year.ordered, 0.0)
    state.base_orders = capital_cost * year.ordered
    year.grant_paid = subsidies.paid((grant * state.base_orders).sum(axis=-1), year.p("grant_budget"))

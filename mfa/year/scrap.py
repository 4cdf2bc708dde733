"""From discards to secondary metal: collection, second life, feed and recycling routes (steps 4 to 7)."""

from __future__ import annotations

import numpy as np

from mfa.policy import quotas, subsidies
from mfa.system import collection, recycling, second_life
from mfa.system.layout import Floats
from mfa.year import components, trade
from mfa.year.state import DT, Year, mean_of, over


def rate_recyclers(year: Year) -> None:
    """Yields and costs of the year, after research and learning, and what a tonne of metal in the feed is worth."""
    state, on = year.state, year.on
    year.knowledge, year.research = np.ones((1, 1)), np.zeros((1, 1))
    year.yields, year.opex, year.capital_cost = year.p("recovery_yield"), year.p("opex"), year.p("capex")
    if on.research:
        start = year.fixed("knowledge_start")
        earlier = year.model.par.at("research_spending", year.t - 2) if year.t >= 2 else 0.0
        state.knowledge_added = state.knowledge_added * (1.0 - year.p("knowledge_decay")) + earlier * DT
        year.knowledge = (start + state.knowledge_added) / start
        year.research = year.p("research_spending")
        year.yields = recycling.improved_yield(
            year.yields, year.p("recovery_yield_max"), year.knowledge, year.p("knowledge_yield_exponent")
        )
    if on.research or on.learning:
        growth = state.throughput / year.fixed("initial_throughput")
        rate, exponent = year.fixed("learning_rate"), year.p("knowledge_cost_exponent")
        year.opex = recycling.unit_cost(year.opex, growth, rate, year.knowledge, exponent)
        year.capital_cost = recycling.unit_cost(year.capital_cost, growth, rate, year.knowledge, exponent)
    subsidy = year.p("output_subsidy")
    if on.output_subsidy:
        claim = 0.0 * subsidy if state.base_output is None else subsidy * state.base_output
        subsidy = subsidy * subsidies.expected_share(claim.sum(axis=-1), year.p("output_budget"))[..., None]
    year.worth = recycling.element_value(
        year.yields, year.price, year.p("payable_share"), subsidy, year.p("recovery_floor"), year.p("floor_penalty")
    )
    year.worth_old = year.worth
    if state.certificate.any():
        year.worth_old = year.worth + year.yields * state.certificate[..., None]
    year.eligible = year.p("route_eligible")


def collect(year: Year) -> None:
    """Step 4: collection rates from scrap value and quotas."""
    state, layout, on = year.state, year.layout, year.on
    n_e = layout.n_element
    mass = year.pool[..., layout.mass, :]
    year.pool_mass = year.by_pair(mass)
    margin = np.matmul(np.swapaxes(year.worth_old, -1, -2), year.pool[..., :n_e, :])
    margin *= over(np.ones(1), mass)[..., None, :]
    margin -= year.opex[..., None]
    eligible = year.eligible.take(layout.item_class, axis=-1)
    limit, elasticity = year.p("max_collection_rate"), year.p("collection_elasticity")
    base_value, base_rate = year.p("base_scrap_value"), np.minimum(year.p("base_collection_rate"), limit)
    subsidy = year.p("collection_subsidy")
    if on.collection_subsidy:
        claim = 0.0 * subsidy if state.base_collected is None else subsidy * state.base_collected
        subsidy = subsidy * subsidies.expected_share(claim.sum(axis=-1), year.p("collection_budget"))[..., None]
    year.scrap_value = collection.scrap_value(margin, eligible, mass, layout.item_to_pair, subsidy, base_value)
    _set_obligation(year)
    year.shadow_price, year.quota_state = np.zeros((1, 1, 1)), None
    if on.quota:
        answer = quotas.answer_quota(
            year.quota, year.penalty, year.scrap_value, base_value, base_rate, elasticity, limit
        )
        year.rate, year.shadow_price, year.quota_state = answer.rate, answer.shadow_price, answer.state
    elif on.elastic:
        year.rate = collection.collection_rate(year.scrap_value, base_value, base_rate, elasticity, limit)
    else:
        year.rate = base_rate
    if on.ramp:
        _climb(year, base_rate)
    year.spare_need = year.reused_units = year.reused = None
    if year.failures is not None:
        components.reuse(year)


def _set_obligation(year: Year) -> None:
    """What makers must collect, as a share of the pool and in tonnes; the base may be sales of earlier years."""
    state, quota = year.state, year.p("collection_quota")
    year.penalty = year.p("collection_penalty")
    year.quota = year.quota_unclipped = quota
    year.by_sales = np.zeros((1, 1, 1), dtype=bool)
    if not year.on.quota:
        return
    year.by_sales = year.p("collection_quota_base") == "sales"
    year.obligation = quota * year.pool_mass
    if year.by_sales.any():
        sold = mean_of(state.sold_mass) if state.sold_mass else np.zeros_like(year.pool_mass)
        year.obligation = np.where(year.by_sales, quota * sold, year.obligation)
        share = over(year.obligation, year.pool_mass)
        share = np.where((year.obligation > 0.0) & (year.pool_mass <= 0.0), np.inf, share)
        year.quota_unclipped = np.where(year.by_sales, share, quota)
        year.quota = np.where(year.by_sales, np.minimum(share, 1.0), quota)


def _climb(year: Year, base_rate: Floats) -> None:
    """Keep the rise of collection rates within the ramp."""
    last = base_rate if year.state.collection_rate is None else year.state.collection_rate
    most = last + year.p("collection_ramp") * DT
    held = year.rate > most + 1e-15
    year.rate = np.minimum(year.rate, most)
    if year.quota_state is not None:
        reachable = (year.quota_state == quotas.SLACK) | (year.quota_state == quotas.BINDING)
        year.quota_state = np.where(held & (year.rate < year.quota) & reachable, quotas.RAMP, year.quota_state)


def serve_again(year: Year) -> None:
    """Step 5: what is collected and can serve once more, and what comes back from second life."""
    state, layout, c = year.state, year.layout, year.c
    shape = (*year.lead, layout.n_element + 1, layout.n_class)
    year.second_share = np.zeros((1, 1, layout.n_item))
    year.second_eol = year.second_lost = np.zeros((1, 1, *shape[2:]))
    if not year.on.second_life:
        return
    year.second_share = year.per_pair(year.p("second_life_share"))
    some = state.second_items
    rate = year.rate.take(layout.item_pair[some], axis=-1)
    again = rate[..., None, :] * year.pool.take(some, axis=-1)
    if year.reused is not None:
        again = again - year.reused.take(some, axis=-1)
    again = again * year.second_share.take(some, axis=-1)[..., None, :]
    entering = (again @ layout.item_to_class[some])[..., state.part_element, state.part_class]
    survival = year.model.second_survival
    ratio = survival.ratio(c, c)[:, :, state.part_component]
    aged, out = second_life.survive(state.second_life[:, :, :c], np.swapaxes(ratio, -1, -2))
    first = survival.first_year(c)[:, :, state.part_component]
    out = out + entering * (1.0 - first)
    reached = out * year.p("second_life_collection")[..., state.part_component]
    year.second_next = np.zeros_like(state.second_life)
    year.second_next[:, :, :c] = aged
    year.second_next[:, :, c] = entering * first
    year.second_eol, year.second_lost = np.zeros(shape), np.zeros(shape)
    year.second_eol[..., state.part_element, state.part_class] = reached
    year.second_lost[..., state.part_element, state.part_class] = out - reached


def feed_recyclers(year: Year) -> None:
    """Step 6: what lies before the recyclers, by stream; part of it may be exported as scrap."""
    state, layout = year.state, year.layout
    n_e, mass = layout.n_element, layout.mass
    once = 1.0 - year.second_share
    collected = year.pool * (year.per_pair(year.rate) * once)[..., None, :]
    if year.reused is not None:
        collected -= year.reused * once[..., None, :]
    feed = state.feed_store.copy()
    feed[..., layout.old] += collected @ layout.item_to_class
    if year.on.second_life:
        feed[..., layout.old] += year.second_eol
    year.imports_scrap = np.zeros((1, 1, n_e + 1, len(layout.imported_classes)))
    year.exports_scrap = np.zeros((1, 1, n_e + 1, 1))
    if year.on.scrap_trade:
        bought = year.p("scrap_imports")[..., layout.imported_classes]
        year.imports_scrap = np.zeros((*year.lead, n_e + 1, bought.shape[-1]))
        year.imports_scrap[..., mass, :] = bought
        grade = year.p("scrap_import_grade")[..., layout.imported_classes]
        year.imports_scrap[..., :n_e, :] = bought[..., None, :] * grade
        feed[..., layout.imported] += year.imports_scrap
        year.exports_scrap = feed * year.p("scrap_export_share")[..., None, layout.stream_class]
        feed -= year.exports_scrap
        if year.on.scrap_between:
            trade.receive_scrap(year)
            feed[..., layout.imported] += year.scrap_received
    year.feed = feed


def stream_value(year: Year, tonnes: Floats) -> Floats:
    """What routes get for the metals in streams of scrap, certificates with it: array [route, stream], money.

    Parameters
    ----------
    tonnes : array [element (+ mass), stream], t
        Or a grade; money/t then.
    """
    layout = year.layout
    elements = tonnes[..., : layout.n_element, :]
    value = np.matmul(np.swapaxes(year.worth_old, -1, -2), elements)
    if year.worth_old is not year.worth and len(layout.new_classes):
        old_only = year.p("old_scrap_only")
        if old_only.any():
            plain = np.matmul(np.swapaxes(year.worth, -1, -2), elements[..., layout.new])
            value[..., layout.new] = np.where(old_only[..., None, None], plain, value[..., layout.new])
    return value


def recycle(year: Year) -> None:
    """Step 7: feed goes to the routes that pay, then to those that a quota pays for; the rest waits or overflows."""
    layout, mass, feed = year.layout, year.layout.mass, year.feed
    grade = over(feed[..., : layout.n_element, :], feed[..., mass, None, :])
    year.margin = stream_value(year, grade)
    year.margin -= year.opex[..., None]
    year.capacity = year.p("capacity")
    if year.on.invest:
        year.capacity = _standing_plants(year)
    year.fee_limit = np.full((1, 1, layout.n_stream), -np.inf)
    paying = year.eligible & (year.margin >= 0.0)
    with_fee = None
    if year.on.quota:
        year.fee_limit = _fee_limit(year)
        limit = year.fee_limit[..., None, :]
        with_fee = year.eligible & (year.margin < 0.0) & (-year.margin <= limit)
    available = feed[..., mass, :]
    year.processed = recycling.allocate(
        available / DT, year.margin, paying, with_fee, year.capacity, year.p("route_choice"), year.opex
    )
    year.element_input = np.stack(
        [
            np.matmul(grade[..., part], np.swapaxes(year.processed[..., part], -1, -2))
            for part in (layout.old, layout.new, layout.imported)
        ],
        axis=2,
    )
    year.secondary = year.element_input * year.yields[:, :, None]
    year.secondary_total = year.secondary.sum(axis=(2, -1))
    left = np.maximum(available - year.processed.sum(axis=-2) * DT, 0.0)
    left[left <= 1e-15 * available] = 0.0
    store = feed * over(left, available)[..., None, :]
    limit = year.p("backlog_limit")
    year.overflow = np.zeros((1, 1, layout.n_element + 1, 1))
    if np.isfinite(limit).any():
        lost = recycling.overflow_share(store[..., mass, :].sum(axis=-1), year.capacity.sum(axis=-1), limit)
        year.overflow = store * lost[..., None, None]
        store = store - year.overflow
    year.store = store


def _standing_plants(year: Year) -> Floats:
    """Capacity of the year: the path given, or the plants alive where investment is on.

    When investment starts, the plants that stand then count as new: `initial_capacity` in the first year of the run (or
    where the path is infinite), later the path's capacity of the year before.
    """
    state, t = year.state, year.t
    invest = np.broadcast_to(year.p("invest").astype(bool), year.lead)
    starting = invest & ~state.building
    if starting.any():
        first = year.fixed("initial_capacity")
        standing = first if t == 0 else year.model.par.at("capacity", t - 1)
        standing = np.where(np.isfinite(standing), standing, first)
        horizon = np.arange(state.plants.shape[0])[:, None, None, None]
        alive = (horizon >= t) & (horizon < t + year.p("plant_life"))
        state.plants += np.where(alive & starting[..., None], standing, 0.0)
        state.building = state.building | invest
    return np.where(invest[..., None], state.plants[t], year.p("capacity"))


def _fee_limit(year: Year) -> Floats:
    """Most that makers pay for a tonne of each stream: the largest penalty over the products obliged; else -inf."""
    layout = year.layout
    obliged = np.where(year.quota > 0.0, year.penalty, -np.inf)
    by_component = np.full((*obliged.shape[:2], layout.n_component), -np.inf)
    for component in range(layout.n_component):
        pairs = layout.pair_component == component
        if pairs.any():
            by_component[..., component] = obliged[..., pairs].max(axis=-1)
    limit = np.full((*obliged.shape[:2], layout.n_stream), -np.inf)
    limit[..., layout.old] = by_component[..., layout.class_component]
    return limit

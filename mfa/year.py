"""One year, solved in the order of the model's numbered steps.

Everything is plain numpy with axes [sample, region, ...]; the last place on an element axis is the component mass. What
depends on this year's sales or output reaches the stores at year end, so that nothing has to be solved simultaneously.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mfa.assembly import Model
from mfa.errors import Fault, ModelError
from mfa.policy import investment, quotas, subsidies, substitution
from mfa.system import collection, component_life, market, recycling, second_life, stockpile
from mfa.system.layout import Floats

DT = 1.0
"""The step, yr: stock change = (in - out) Dt."""

Outcome = dict[str, Any]


def over(dividend: Floats, divisor: Floats) -> Floats:
    """Divide; 0 where the divisor is 0."""
    shape = np.broadcast_shapes(np.shape(dividend), np.shape(divisor))
    return np.divide(dividend, divisor, out=np.zeros(shape), where=np.broadcast_to(divisor, shape) > 0.0)


def power(base: Floats, exponent: Floats) -> Floats:
    """Raise a survival share to a power; 0 where the share is 0, whatever the exponent."""
    return np.where(base > 0.0, base**exponent, 0.0)


class Society:
    """State that a year hands to the next, and the step that moves it on.

    Attributes
    ----------
    units : array [sample, region, product, cohort], unit
        N, products in use.
    hibernating : array [sample, region, element, item], t
        S5.
    second_life : array [sample, region, entry year, part], t
        S7; a part is one (element, class) that can have a second life.
    feed_store : array [sample, region, scrap, element, class], t
        S8.
    stockpile : array [sample, region, element], t
        S9.
    """

    def __init__(self, model: Model, n_sample: int) -> None:
        self.model = model
        layout, par = model.layout, model.par
        s, r = n_sample, model.n_region
        n_e, n_c = layout.n_element, len(layout.cohorts)
        self.lead = (s, r)
        self._content_blocks()
        self.units = np.zeros((s, r, layout.n_product, n_c))
        self.discards_so_far = np.zeros_like(self.units)
        self.entered = np.zeros_like(self.units)
        if layout.first:
            self.units[..., : layout.first] = model.initial_units
            self.entered[..., : layout.first] = model.initial_units
            for c in range(layout.first):
                self._add_content(c, np.broadcast_to(model.initial_mix[..., c], (s, r, layout.n_item)))
        self.hibernating = np.zeros((s, r, n_e + 1, layout.n_item))
        self.second_parts()
        self.feed_store = np.zeros((s, r, layout.n_scrap, n_e + 1, layout.n_class))
        store = par.fixed("initial_scrap_store")
        self.feed_store[:, :, 0, n_e] = store
        self.feed_store[:, :, 0, :n_e] = store[:, :, None] * par.fixed("initial_scrap_grade")
        self.stockpile = np.zeros((s, r, n_e)) + par.fixed("initial_stockpile")
        self.supply_factor = np.ones((s, r, n_e))
        self.deviation = np.zeros((s, r, layout.n_item))
        self.collection_rate: Floats | None = None
        self.unmet = np.zeros((s, r, layout.n_product))
        self.certificate = np.zeros((s, r, n_e))
        self.credits = np.zeros((s, r, n_e, model.n_years))
        self.credit_end = np.full((s, r, model.n_years), -1.0)
        self.throughput = np.zeros((s, r, layout.n_route)) + par.fixed("initial_throughput")
        self.knowledge_added = np.zeros((s, r))
        self.sold_mass: list[Floats] = []  # of the last three years, by pair
        self.realised: list[Floats] = []  # R' of the last three years
        self.base_output: Floats | None = None
        self.base_collected: Floats | None = None
        self.base_orders: Floats | None = None
        lag = int(np.max(par.path("build_lag"))) if model.levers.invest else 0
        self.plants = np.zeros((model.n_years + max(lag, 1) + 1, s, r, layout.n_route))
        self.building = np.zeros((s, r), dtype=bool)
        n_lasting = len(model.lasting_pairs)
        self.carried = np.zeros((s, r, n_lasting, n_c, n_c + 1)) if n_lasting else None
        if self.carried is not None and layout.first:
            for c in range(layout.first):
                products = layout.pair_product[model.lasting_pairs]
                self.carried[..., c, c] = self.units[:, :, products, c]

    # ------------------------------------------------------------------ element content of cohorts

    def _content_blocks(self) -> None:
        """Lay element content of cohorts out in blocks: one for each product, one for each pair with its own lifetime.

        A block lists the (element, item) places that are not empty, so that the contraction over cohorts is one small
        matrix product for each block.
        """
        model, layout = self.model, self.model.layout
        filled = (model.content > 0.0).any(axis=(0, 1, 2))
        lasting = {int(pair): layout.n_product + b for b, pair in enumerate(model.lasting_pairs)}
        blocks: list[list[int]] = [[] for _ in range(layout.n_product + len(lasting))]
        flat = np.arange((layout.n_element + 1) * layout.n_item).reshape(layout.n_element + 1, layout.n_item)
        for item in range(layout.n_item):
            block = lasting.get(int(layout.item_pair[item]), int(layout.item_product[item]))
            blocks[block].extend(flat[filled[:, item], item].tolist())
        width = max(len(block) for block in blocks)
        self.places = np.zeros((len(blocks), width), dtype=np.int64)
        self.place_used = np.zeros((len(blocks), width))
        for b, block in enumerate(blocks):
            self.places[b, : len(block)] = block
            self.place_used[b, : len(block)] = 1.0
        self.place_item = self.places % layout.n_item
        used = self.place_used.ravel() > 0
        self.used_places, self.used_targets = np.flatnonzero(used), self.places.ravel()[used]
        self.cohort_content = np.zeros((*self.lead, len(blocks), len(layout.cohorts), width))

    def _add_content(self, position: int, mix: Floats) -> None:
        """Fix what the cohort of this year holds: content and mix of its year of making."""
        content = self.model.content[position]
        flat = content.reshape(*content.shape[:2], -1)[..., self.places]
        self.cohort_content[..., position, :] = flat * mix[..., self.place_item] * self.place_used

    def content_of(self, units: Floats, carried: Floats | None, n_cohorts: int) -> Floats:
        """Element content of items given by cohort: [sample, region, element + mass, item].

        `units` is [..., product, cohort], `carried` [..., pair with own lifetime, component cohort].
        """
        counts = units if carried is None else np.concatenate([units, carried], axis=2)
        content = self.cohort_content[..., :n_cohorts, :]
        held = np.matmul(counts[..., None, :n_cohorts], content)[..., 0, :]
        layout = self.model.layout
        result = np.zeros((*self.lead, (layout.n_element + 1) * layout.n_item))
        result[..., self.used_targets] = held.reshape(*self.lead, -1)[..., self.used_places]
        return result.reshape(*self.lead, layout.n_element + 1, layout.n_item)

    def second_parts(self) -> None:
        """List the (element, class) places that can have a second life."""
        model, layout = self.model, self.model.layout
        n_e = layout.n_element
        if not model.levers.second_life:
            self.second_life = np.zeros((*self.lead, 0, 0))
            return
        active = (model.par.path("second_life_share") > 0).any(axis=(0, 1, 2))
        active_item = np.broadcast_to(active, (layout.n_pair,))[layout.item_pair]
        filled = (model.content > 0.0).any(axis=(0, 1, 2)) & active_item
        places = (filled.astype(float) @ layout.item_to_class) > 0
        self.part_element, self.part_class = np.nonzero(places)
        self.part_component = layout.class_component[self.part_class]
        self.second_life = np.zeros((*self.lead, len(layout.cohorts), len(self.part_element)))
        assert n_e == layout.n_element

    # ------------------------------------------------------------------ the year

    def step(self, t: int) -> Outcome:
        """Solve year `t` (a position on the time axis) and return what is reported of it."""
        model, layout, par, on = self.model, self.model.layout, self.model.par, self.model.levers
        out: Outcome = {}
        n_e, mass = layout.n_element, layout.mass
        c = t + layout.first  # this year's place on the cohort axis
        item_pair, item_product, item_class = layout.item_pair, layout.item_product, layout.item_class

        def p(name: str) -> Any:
            return par.at(name, t)

        content = model.content[c]  # [sample, region, element + mass, item]

        # 1 Price -----------------------------------------------------------------------------------------------
        price = p("base_price")
        if on.scarcity:
            price = market.price(price, self.supply_factor, p("scarcity_exponent"), p("price_cap"))
        price = np.broadcast_to(price, (*self.lead, n_e))

        # 2 Chemistry -------------------------------------------------------------------------------------------
        share = np.broadcast_to(p("chemistry_share"), (*self.lead, layout.n_item))
        if on.substitution:
            service = p("service")
            service = np.where(np.isnan(service), content[..., mass, :], service)
            rise = np.einsum(
                "sre,srei->sri",
                price - p("base_price"),
                np.broadcast_to(content[..., :n_e, :], (*self.lead, n_e, layout.n_item)),
            )
            rise = over(rise, np.broadcast_to(service, rise.shape))
            response = (
                p("substitution_response")[..., layout.item_component]
                if p("substitution_response").shape[-1] > 1
                else p("substitution_response")
            )
            wanted_share = substitution.wanted_shares(share, rise, response, layout.item_to_pair, item_pair)
            share, self.deviation = substitution.shift_shares(
                share, wanted_share, self.deviation, p("substitution_speed"), layout.item_to_pair, item_pair
            )

        # 3 Discards --------------------------------------------------------------------------------------------
        hazard = np.broadcast_to(p("hazard_multiplier"), (*self.lead, layout.n_product))
        ratio = model.survival.ratio(c)
        first_year = model.survival.first_year(c)
        if on.hazard:
            ratio, first_year = power(ratio, hazard[..., None]), power(first_year, hazard)
        first_year = np.broadcast_to(first_year, (*self.lead, layout.n_product))
        before = self.units[..., :c]
        failures, ending = None, None
        if self.carried is not None:
            failures, ending = self._fail_components(t, c, ratio)
        survivors = before * ratio if ending is None else before * ratio * ending
        early = np.zeros((*self.lead, layout.n_product))
        wanted_target = None
        if on.stock_driven:
            target = np.broadcast_to(p("stock_target"), early.shape)
            alive = survivors.sum(axis=-1)
            driven = np.isfinite(target)
            falling = driven & (alive > target)
            scale = np.where(falling, over(np.where(driven, target, 0.0), alive), 1.0)
            early = np.where(falling, alive - np.where(driven, target, 0.0), 0.0)
            survivors = survivors * scale[..., None]
            deficit = np.where(driven & ~falling, np.where(driven, target, 0.0) - alive, 0.0)
            hopeless = (deficit > 1e-12 * alive) & (first_year <= 0.0)
            if hopeless.any():
                raise ModelError(
                    self._where(
                        hopeless,
                        "stock_target",
                        t,
                        "needs sales, but nothing sold survives its first year (sf(0) = 0)",
                        "choose a longer lifetime or timing: mid",
                    )
                )
            wanted_target = over(deficit, first_year)
            if self.carried is not None:
                failures, ending = self._fail_components(t, c, ratio, scale)
        gone = before - survivors
        units = np.zeros_like(self.units)
        units[..., :c] = survivors
        carried_gone = None
        failed_content = 0.0
        if failures is not None:
            outcome = failures
            with_product_by_make = outcome.with_product.sum(axis=-2)[..., : len(layout.cohorts)]
            failed_by_make = outcome.failed.sum(axis=-2)[..., : len(layout.cohorts)]
            carried_gone = with_product_by_make
            failed_content = self.content_of(np.zeros_like(units), failed_by_make, c)
        gone_full = np.zeros_like(units)
        gone_full[..., :c] = gone
        discarded = self.content_of(gone_full, carried_gone, c)

        exported_share = p("used_export_share")
        kept_share = exported_share * p("keep_share")
        exported_share = exported_share - kept_share
        drawer_share = p("hibernation_share")

        def to_item(array: Floats) -> Floats:
            return np.broadcast_to(array, (*array.shape[:-1], layout.n_product))[..., None, item_product]

        x_item, h_item = to_item(exported_share), to_item(drawer_share)
        direct_item = 1.0 - x_item - h_item
        exports_used = x_item * discarded
        hibernating_in = h_item * discarded
        direct_product = direct_item * discarded
        direct = direct_product + failed_content
        if on.hibernation or t == 0:
            released = to_item(p("hibernation_release")) * DT * self.hibernating
            stored = self.hibernating - released
        else:
            released, stored = np.zeros_like(self.hibernating), self.hibernating
        pool = direct + released

        # 4 Collection ------------------------------------------------------------------------------------------
        knowledge = np.ones(self.lead)
        spending = np.zeros(self.lead)
        if on.research:
            start = par.fixed("knowledge_start")
            earlier = par.at("research_spending", t - 2) if t >= 2 else 0.0
            self.knowledge_added = self.knowledge_added * (1.0 - p("knowledge_decay")) + earlier * DT
            knowledge = np.broadcast_to((start + self.knowledge_added) / start, self.lead)
            spending = np.broadcast_to(p("research_spending"), self.lead)
        yields, reach = p("recovery_yield"), p("recovery_yield_max")
        if on.research:
            yields = recycling.improved_yield(
                yields, reach, knowledge, np.broadcast_to(p("knowledge_yield_exponent"), self.lead)
            )
        opex, capital_cost = p("opex"), p("capex")
        if on.research or on.learning:
            growth = self.throughput / par.fixed("initial_throughput")
            rate, exponent = par.fixed("learning_rate"), np.broadcast_to(p("knowledge_cost_exponent"), self.lead)
            opex = recycling.unit_cost(opex, growth, rate, knowledge, exponent)
            capital_cost = recycling.unit_cost(capital_cost, growth, rate, knowledge, exponent)

        output_rate = p("output_subsidy")
        expected_output = np.ones(self.lead)
        if on.output_subsidy:
            base = self.base_output if self.base_output is not None else 0.0
            claim = np.broadcast_to(output_rate * base, (*self.lead, n_e)).sum(axis=-1)
            expected_output = subsidies.expected_share(claim, p("output_budget"))
        effective_output = output_rate * expected_output[..., None]
        worth = recycling.element_value(
            yields, price, p("payable_share"), np.broadcast_to(effective_output, price.shape),
            p("recovery_floor"), np.broadcast_to(p("floor_penalty"), price.shape),
        )  # fmt: skip
        has_certificate = on.content_quota and bool(self.certificate.any())
        certificate_worth = yields * self.certificate[..., None] if has_certificate else 0.0
        worth_old = worth + certificate_worth
        grade = over(pool[..., :n_e, :], pool[..., mass, None, :])
        margin = np.matmul(np.swapaxes(grade, -1, -2), worth_old) - opex[..., None, :]
        eligible = np.broadcast_to(
            p("route_eligible"), (*p("route_eligible").shape[:2], layout.n_scrap, layout.n_class, layout.n_route)
        )
        collection_rate_subsidy = p("collection_subsidy")
        expected_collection = np.ones(self.lead)
        if on.collection_subsidy:
            base = self.base_collected if self.base_collected is not None else 0.0
            claim = np.broadcast_to(collection_rate_subsidy * base, (*self.lead, layout.n_pair)).sum(axis=-1)
            expected_collection = subsidies.expected_share(claim, p("collection_budget"))
        base_value, base_rate = p("base_scrap_value"), p("base_collection_rate")
        elasticity, limit = p("collection_elasticity"), p("max_collection_rate")
        pair_shape = (*self.lead, layout.n_pair)
        base_value = np.broadcast_to(np.where(np.isnan(base_value), 1.0, base_value), pair_shape)
        base_rate = np.broadcast_to(np.minimum(base_rate, limit), pair_shape)
        elasticity, limit = np.broadcast_to(elasticity, pair_shape), np.broadcast_to(limit, pair_shape)
        value = collection.scrap_value(
            margin, eligible[:, :, 0, item_class, :], pool[..., mass, :], layout.item_to_pair,
            collection_rate_subsidy * expected_collection[..., None], base_value,
        )  # fmt: skip
        pool_mass = pool[..., mass, :] @ layout.item_to_pair
        quota = np.broadcast_to(p("collection_quota"), pair_shape)
        penalty = np.broadcast_to(p("collection_penalty"), pair_shape)
        obligation = quota * pool_mass
        unclipped, state, shadow = quota, None, np.zeros(pair_shape)
        by_sales = None
        if on.quota:
            by_sales = np.broadcast_to(p("collection_quota_base") == "sales", pair_shape)
            if by_sales.any():
                sold = np.mean(self.sold_mass, axis=0) if self.sold_mass else np.zeros(pair_shape)
                obligation = np.where(by_sales, quota * sold, obligation)
                share_of_pool = over(obligation, pool_mass)
                share_of_pool = np.where((obligation > 0.0) & (pool_mass <= 0.0), np.inf, share_of_pool)
                unclipped = np.where(by_sales, share_of_pool, quota)
                quota_here = np.where(by_sales, np.minimum(share_of_pool, 1.0), quota)
            else:
                quota_here = quota
            answer = quotas.answer_quota(quota_here, penalty, value, base_value, base_rate, elasticity, limit)
            rate, shadow, state = answer.rate, answer.shadow_price, answer.state
        elif on.elastic:
            rate = collection.collection_rate(value, base_value, base_rate, elasticity, limit)
        else:
            rate = base_rate
        if on.ramp:
            last_rate = self.collection_rate if self.collection_rate is not None else base_rate
            most = last_rate + p("collection_ramp") * DT
            ramped = rate > most + 1e-15
            rate = np.minimum(rate, most)
            if state is not None:
                held = ramped & (rate < quota_here) & ((state == quotas.SLACK) | (state == quotas.BINDING))
                state = np.where(held, quotas.RAMP, state)
        self.collection_rate = rate
        rate_item = rate[..., None, item_pair]
        gross = rate_item * pool
        uncollected = pool - gross

        reused_content: Any = 0.0
        reused_units = None
        spare_need = None
        if failures is not None:
            spare_need, reused_units, reused_content = self._reuse(t, failures, rate, exported_share, drawer_share)

        # 5 Second life -----------------------------------------------------------------------------------------
        net = gross - reused_content
        if on.second_life:
            s_item = np.broadcast_to(p("second_life_share"), (*p("second_life_share").shape[:-1], layout.n_pair))[
                ..., None, item_pair
            ]
            to_second = s_item * net
            collected = net - to_second
            second_ratio = model.second_survival.ratio(c)[:, :, self.part_component]
            aged, second_out = second_life.survive(self.second_life[:, :, :c], np.swapaxes(second_ratio, -1, -2))
            entering = (to_second @ layout.item_to_class)[..., self.part_element, self.part_class]
            second_first = model.second_survival.first_year(c)[:, :, self.part_component]
            second_out = second_out + entering * (1.0 - second_first)
            reach_rate = np.broadcast_to(
                p("second_life_collection"), (*p("second_life_collection").shape[:-1], layout.n_component)
            )[..., self.part_component]
            second_eol_parts = second_out * reach_rate
            new_second = np.zeros_like(self.second_life)
            new_second[:, :, :c] = aged
            new_second[:, :, c] = entering * second_first
            second_eol = np.zeros((*self.lead, n_e + 1, layout.n_class))
            second_eol[..., self.part_element, self.part_class] = second_eol_parts
            second_lost = np.zeros_like(second_eol)
            second_lost[..., self.part_element, self.part_class] = second_out - second_eol_parts
        else:
            to_second, collected, new_second = np.zeros_like(net), net, self.second_life
            second_eol = second_lost = np.zeros((*self.lead, n_e + 1, layout.n_class))

        # 6 Feed ------------------------------------------------------------------------------------------------
        collected_class = collected @ layout.item_to_class
        feed = self.feed_store.copy()
        feed[:, :, 0] += collected_class + second_eol
        imports_scrap = np.zeros((*self.lead, n_e + 1, layout.n_class))
        exports_scrap = np.zeros_like(feed)
        scrap_share: Any = 0.0
        if on.scrap_trade:
            bought = p("scrap_imports")
            imports_scrap[..., mass, :] = bought
            imports_scrap[..., :n_e, :] = bought[..., None, :] * p("scrap_import_grade")
            feed[:, :, 2] += imports_scrap
            scrap_share = p("scrap_export_share")[:, :, None, None, :]
            exports_scrap = feed * scrap_share
            feed = feed - exports_scrap

        # 7 Routes ----------------------------------------------------------------------------------------------
        class_grade = over(feed[..., :n_e, :], feed[..., mass, None, :])
        class_margin = np.matmul(np.swapaxes(class_grade, -1, -2), worth_old[:, :, None]) - opex[:, :, None, None, :]
        if has_certificate and np.any(p("old_scrap_only")):
            plain_margin = np.matmul(np.swapaxes(class_grade[:, :, 1], -1, -2), worth) - opex[:, :, None, :]
            class_margin[:, :, 1] = np.where(p("old_scrap_only")[..., None, None], plain_margin, class_margin[:, :, 1])
        capacity = np.broadcast_to(p("capacity"), (*self.lead, layout.n_route))
        if on.invest:
            capacity = self._standing(t, capacity)
        fee_limit = np.zeros((*self.lead, layout.n_class))
        if on.quota:
            fee_limit = self._fee_limit(quota_here, penalty)
        flat = (*self.lead, layout.n_scrap * layout.n_class)
        margins = class_margin.reshape(*flat, layout.n_route)
        open_routes = np.broadcast_to(eligible, (*self.lead, *eligible.shape[2:])).reshape(margins.shape)
        paying = open_routes & (margins >= 0.0)
        with_fee = None
        if on.quota:
            allowed = np.zeros((*self.lead, layout.n_scrap, layout.n_class))
            allowed[:, :, 0] = fee_limit
            allowed = allowed.reshape(flat)[..., None]
            with_fee = open_routes & (margins < 0.0) & (allowed > 0.0) & (-margins <= allowed)
        route_choice = np.broadcast_to(p("route_choice"), self.lead)
        wide_opex = np.broadcast_to(opex, (*self.lead, layout.n_route))
        processed = recycling.allocate(
            feed[..., mass, :].reshape(flat) / DT, margins, paying, with_fee, capacity, route_choice, wide_opex
        ).reshape(*self.lead, layout.n_scrap, layout.n_class, layout.n_route)
        element_input = np.matmul(class_grade, processed)  # [sample, region, scrap, element, route]
        secondary = element_input * yields[:, :, None]
        recovery_loss = element_input - secondary
        treated = processed.sum(axis=-1)  # [sample, region, scrap, class]
        left = np.maximum(feed[..., mass, :] - treated * DT, 0.0)
        left = np.where(left <= 1e-15 * feed[..., mass, :], 0.0, left)
        remaining = over(left, feed[..., mass, :])
        store = feed * remaining[..., None, :]
        lost_share = recycling.overflow_share(
            store[..., mass, :].sum(axis=(-1, -2)),
            capacity.sum(axis=-1),
            np.broadcast_to(p("backlog_limit"), self.lead),
        )
        overflow = store * lost_share[..., None, None, None]
        store = store - overflow
        secondary_by_scrap = secondary.sum(axis=-1)
        # component layer: the metals recovered leave as such, the rest of the mass processed is lost
        recovered_mass = secondary.sum(axis=-2, keepdims=True)
        lost_mass = np.maximum(processed.sum(axis=-2)[..., None, :] - recovered_mass, 0.0)
        all_secondary = secondary_by_scrap.sum(axis=2)

        # 8 Need ------------------------------------------------------------------------------------------------
        sales = np.broadcast_to(p("sales"), early.shape)
        if on.carry and t > 0:
            sales = sales + par.at("carry_share", t - 1) * self.unmet
        if wanted_target is not None:
            sales = np.where(np.isfinite(p("stock_target")), wanted_target, sales)
        imported = self._traded("product_imports", "product_import_share", sales, t)
        exported = self._traded("product_exports", "product_export_ratio", sales, t)
        output = sales - imported + exported
        slip = output < -1e-9 * np.maximum(1.0, imported)
        if slip.any():
            raise ModelError(
                self._where(
                    slip,
                    "product_imports",
                    t,
                    "imports exceed sales and exports, so output would be below 0",
                    "lower product_imports or raise product_exports",
                )
            )
        output = np.maximum(output, 0.0)
        bought_share = np.broadcast_to(p("component_import_share"), pair_shape)
        yield_item = np.broadcast_to(p("manufacturing_yield"), pair_shape)[..., item_pair]
        output_pair = output[..., layout.pair_product]
        spares_wanted = np.zeros(pair_shape)
        if spare_need is not None and reused_units is not None:
            lasting = model.lasting_pairs
            spares_wanted[..., lasting] = np.maximum(spare_need.sum(axis=-1) - reused_units.sum(axis=-1), 0.0)
        made_units = (1.0 - bought_share) * output_pair + spares_wanted
        use_item = made_units[..., item_pair] * share / yield_item
        refined_need = use_item[..., None, :] * content
        other_need = np.broadcast_to(p("other_need"), price.shape)
        need = refined_need[..., :n_e, :].sum(axis=-1) + other_need

        # 9 Supply ----------------------------------------------------------------------------------------------
        secondary_limit = p("secondary_share_max")
        origin_share = p("import_share")
        caps = None
        domestic_use, primary_used, primary_made, import_need = self._domestic(t, need, all_secondary, price)
        if on.bans[t]:
            cut = market.ore_cut(
                np.broadcast_to(
                    p("ore_share"),
                    (*p("ore_share").shape[:2], layout.n_origin, p("ore_share").shape[3], layout.n_origin),
                ),
                np.broadcast_to(p("ore_ban"), (*p("ore_ban").shape[:2], layout.n_origin, n_e)),
            )
            caps = market.import_caps(
                import_need, origin_share, p("ban"), cut, p("equity_share"), p("equity_protection"), p("headroom")
            )
        imports = np.broadcast_to(
            market.import_metal(import_need, origin_share, caps), (*self.lead, layout.n_origin, n_e)
        )
        gap = np.maximum(import_need - imports.sum(axis=-2), 0.0)
        gap = np.where(gap < market.NOTHING * need, 0.0, gap)
        drawn = given = np.zeros_like(gap)
        if on.stockpile:
            drawn, given = self._release(gap, t)
        short = gap - drawn > market.NOTHING * need
        other_supply = primary_used.sum(axis=-2) + imports.sum(axis=-2) + drawn
        factor = market.supply_factor(need, domestic_use, other_supply, secondary_limit, short)
        first_gap = gap
        structural_need = import_need

        # 10 Leontief -------------------------------------------------------------------------------------------
        rationed = bool(short.any())
        product_ban = np.broadcast_to(p("product_ban"), early.shape)
        if rationed:
            present = content[..., :n_e, :] > 0.0
            factor_item = np.where(present, factor[..., None], np.inf).min(axis=-2)
            factor_item = np.where(np.isinf(factor_item), 1.0, factor_item)
            factor_pair = (share * factor_item) @ layout.item_to_pair
            factor_pair = np.where(share @ layout.item_to_pair > 0.0, factor_pair, 1.0)
            with_bought = bought_share + (1.0 - bought_share) * factor_pair
            product_factor = np.ones_like(early)
            for product, pairs in enumerate(layout.pair_of_product):
                if len(pairs):
                    product_factor[..., product] = with_bought[..., pairs].min(axis=-1)
            home_mix = np.where(
                factor_pair[..., item_pair] > 0.0, share * over(factor_item, factor_pair[..., item_pair]), share
            )
            share_bought_item = bought_share[..., item_pair]
            product_mix = np.where(
                with_bought[..., item_pair] > 0.0,
                share * over(share_bought_item + (1.0 - share_bought_item) * factor_item, with_bought[..., item_pair]),
                share,
            )
            made_output = output * product_factor
            made_pair = made_output[..., layout.pair_product]
            bought_units = made_pair * over(bought_share, with_bought)
            home_units = made_pair - bought_units
            spares_made = spares_wanted * factor_pair
            refined_use = ((home_units + spares_made)[..., item_pair] * home_mix / yield_item)[..., None, :] * content
            other_use = other_need * factor
        else:
            product_factor = np.ones_like(early)
            home_mix = product_mix = share
            made_output = output
            bought_units = bought_share * output_pair
            home_units = output_pair - bought_units
            spares_made = spares_wanted
            refined_use, other_use = refined_need, other_need
        realised = refined_use[..., :n_e, :].sum(axis=-1) + other_use
        if rationed:
            domestic_use, primary_used, primary_made, import_need = self._domestic(t, realised, all_secondary, price)
            imports = np.broadcast_to(market.import_metal(import_need, origin_share, caps), imports.shape)
            gap = np.maximum(import_need - imports.sum(axis=-2), 0.0)
            gap = np.where(gap < market.NOTHING * need, 0.0, gap)
            drawn = np.minimum(gap, drawn)
            if on.joint_pool:
                given = self._share_pool(drawn, t)
            else:
                given = drawn

        home_sales = np.maximum(0.0, sales - imported)
        re_exported = np.maximum(0.0, imported - sales) * (1.0 - product_ban)
        exported_output = (exported - np.maximum(0.0, imported - sales)) * product_factor
        imported_sold = np.minimum(imported, sales) * (1.0 - product_ban)
        home_sold = home_sales * product_factor
        sold = home_sold + imported_sold
        unmet = np.maximum(sales - sold, 0.0)
        unmet = np.where(unmet <= 1e-12 * sales, 0.0, unmet)
        entering_item = (
            home_sold[..., item_product] * product_mix
            + imported_sold[..., item_product] * share
            + spares_made[..., item_pair] * home_mix
        )
        entering_pair = (sold[..., layout.pair_product] + spares_made)[..., item_pair]
        mix = np.where(entering_pair > 0.0, over(entering_item, entering_pair), share)
        self._add_content(c, mix)
        content_mix = content * mix[..., None, :]
        sales_content = sold[..., None, item_product] * content_mix
        spares_content = spares_made[..., None, item_pair] * content_mix
        imports_product = ((imported * (1.0 - product_ban))[..., item_product] * share)[..., None, :] * content
        imports_component = (bought_units[..., item_pair] * share)[..., None, :] * content
        exports_product = (
            np.maximum(exported_output, 0.0)[..., item_product] * product_mix + re_exported[..., item_product] * share
        )[..., None, :] * content
        to_products = ((home_units + spares_made)[..., item_pair] * home_mix)[..., None, :] * content
        loss = refined_use - to_products
        new_scrap = loss * np.broadcast_to(p("new_scrap_share"), pair_shape)[..., None, item_pair]
        mfg_loss = loss - new_scrap

        # 11 Stockpile fill -------------------------------------------------------------------------------------
        surplus = np.maximum(all_secondary - domestic_use, 0.0) + (primary_made - primary_used).sum(axis=-2)
        filled = np.zeros_like(gap)
        held = self.stockpile - given * DT
        if on.stockpile:
            reference = np.mean(self.realised, axis=0) if self.realised else realised
            wish = stockpile.wanted_fill(p("stockpile_days"), reference, held, p("fill_limit")) / DT
            wish = np.where(first_gap > 0.0, 0.0, wish)
            from_surplus = np.minimum(wish, surplus)
            wish = wish - from_surplus
            extra = market.import_metal(wish, origin_share, None)
            if caps is not None:
                room = np.maximum(caps.cap - imports, 0.0)
                all_room = room.sum(axis=-2)
                capped = room * np.minimum(1.0, over(wish, all_room))[..., None, :]
                extra = np.where(caps.binds[..., None, :], capped, extra)
            imports = imports + extra
            filled = from_surplus + extra.sum(axis=-2)
            surplus = surplus - from_surplus
        self.stockpile = np.maximum(held + filled * DT, 0.0)

        # 12 Use ------------------------------------------------------------------------------------------------
        first_gone = sold * (1.0 - first_year)
        units[..., c] = sold * first_year
        first_content = first_gone[..., None, item_product] * content_mix
        first_exports, first_hibernating = x_item * first_content, h_item * first_content
        first_direct = direct_item * first_content
        first_gross = rate_item * first_direct
        if on.second_life:
            first_second = s_item * first_gross
            new_second[:, :, c] += (first_second @ layout.item_to_class)[..., self.part_element, self.part_class]
        else:
            first_second = np.zeros_like(first_gross)
        first_collected = first_gross - first_second
        self.second_life = new_second
        self.hibernating = stored + hibernating_in + first_hibernating
        store[:, :, 0] += first_collected @ layout.item_to_class
        store[:, :, 1] += new_scrap @ layout.item_to_class
        self.feed_store = store
        exports_used = exports_used + first_exports
        hibernating_in = hibernating_in + first_hibernating
        direct = direct + first_direct
        uncollected = uncollected + (first_direct - first_gross)
        collected = collected + first_collected
        to_second = to_second + first_second
        gross_mass = (gross + first_gross)[..., mass, :] @ layout.item_to_pair
        discards_units = gone.sum(axis=-1) + first_gone
        if failures is not None and reused_units is not None:
            self.carried = component_life.fit_spares(failures, reused_units, spares_made[..., model.lasting_pairs], c)
            self.carried[..., c, c] += units[:, :, layout.pair_product[model.lasting_pairs], c]
        self.units = units
        self.discards_so_far[..., :c] += gone
        self.discards_so_far[..., c] += first_gone
        self.entered[..., c] += sold

        # 13 Compliance -----------------------------------------------------------------------------------------
        pool_total_mass = pool_mass + first_direct[..., mass, :] @ layout.item_to_pair
        shortfall = np.zeros(pair_shape)
        if on.quota and by_sales is not None:
            missing = np.maximum(0.0, quota - rate) * pool_total_mass
            missing_sales = np.maximum(0.0, obligation - rate * pool_total_mass)
            shortfall = np.where(by_sales, missing_sales, missing)
            shortfall = np.where(shortfall <= 1e-12 * pool_total_mass, 0.0, shortfall)
        charge = shortfall * np.where(np.isfinite(penalty), penalty, 0.0)
        certificate_now = self.certificate
        content_outcome = (
            self._recycled_content(t, secondary_by_scrap, all_secondary, domestic_use, refined_use, other_use)
            if on.content_quota
            else None
        )
        output_paid = np.zeros(self.lead)
        if on.output_subsidy:
            output_paid = subsidies.paid((output_rate * all_secondary).sum(axis=-1), p("output_budget"))
        self.base_output = all_secondary
        collection_paid = np.zeros(self.lead)
        if on.collection_subsidy:
            collection_paid = subsidies.paid(
                (collection_rate_subsidy * gross_mass).sum(axis=-1), p("collection_budget")
            )
        self.base_collected = gross_mass

        # 14 Capacity -------------------------------------------------------------------------------------------
        ordered = np.zeros((*self.lead, layout.n_route))
        grant_paid = np.zeros(self.lead)
        if on.invest:
            flows = {
                "second_eol": second_eol, "new": new_scrap @ layout.item_to_class, "imported": imports_scrap,
                "feed": feed, "collected_rate": rate, "exported_share": exported_share, "drawer_share": drawer_share,
            }  # fmt: skip
            ordered, grant_paid = self._invest(
                t, c, flows, worth_old, worth, wide_opex, yields, capital_cost, fee_limit, capacity, eligible,
                route_choice, has_certificate, hazard, scrap_share,
            )  # fmt: skip
        self.throughput = self.throughput + processed.sum(axis=(2, 3)) * DT

        # hand over ---------------------------------------------------------------------------------------------
        self.supply_factor, self.unmet = factor, unmet
        self.sold_mass = [*self.sold_mass[-2:], sales_content[..., mass, :] @ layout.item_to_pair]
        self.realised = [*self.realised[-2:], realised]
        carried_by_make = self.carried.sum(axis=-2)[..., : len(layout.cohorts)] if self.carried is not None else None
        in_use = self.content_of(self.units, carried_by_make, c + 1)

        pooled = np.broadcast_to(p("joint_pool").astype(float), drawn.shape) if on.joint_pool else 0.0 * drawn
        out["flows"] = {
            "primary": _origins(primary_made, layout), "imports": imports, "exports_refined": surplus,
            "refined_use": refined_use, "to_products": to_products, "new_scrap": new_scrap, "mfg_loss": mfg_loss,
            "imports_product": imports_product, "imports_component": imports_component,
            "exports_product": exports_product, "other_use": other_use, "sales": sales_content,
            "spares": spares_content, "discards_direct": direct, "discards_hibernating": hibernating_in,
            "exports_used": exports_used, "released": released, "collected": collected, "uncollected": uncollected,
            "reused": np.broadcast_to(reused_content, collected.shape), "to_second_life": to_second,
            "second_life_eol": second_eol, "second_life_lost": second_lost, "imports_scrap": imports_scrap,
            "exports_scrap": exports_scrap,
            "secondary": np.concatenate([secondary, recovered_mass], axis=-2),
            "recovery_loss": np.concatenate([recovery_loss, lost_mass], axis=-2),
            "overflow": overflow, "stock_release": drawn, "stock_fill": filled,
            "pool_in": pooled * drawn, "pool_out": pooled * given,
        }  # fmt: skip
        second_stock = np.zeros_like(second_eol)
        if on.second_life:
            second_stock[..., self.part_element, self.part_class] = self.second_life.sum(axis=2)
        out["stocks"] = {
            "in_use": in_use, "hibernation": self.hibernating, "second_life": second_stock,
            "feed_store": self.feed_store, "stockpile": self.stockpile,
        }  # fmt: skip
        out["items"] = {
            "sales_units": sold, "discards_units": discards_units, "stock_units": self.units.sum(axis=-1),
            "unmet_units": unmet, "early_retirement": early, "product_output": made_output,
        }  # fmt: skip
        kept_units = np.broadcast_to(kept_share, early.shape) * discards_units
        fees = np.where(margins < 0.0, -margins * processed.reshape(margins.shape), 0.0).sum(axis=-2)
        floor_gap = np.maximum(0.0, p("recovery_floor") - yields) if on.floor else np.zeros((1, 1, 1, 1))
        out["policy"] = {
            "price": price, "chemistry_mix": mix, "collection_rate": rate, "scrap_value": value,
            "shadow_price": shadow, "quota_shortfall": shortfall, "quota_unclipped": unclipped, "quota_charge": charge,
            "collection_subsidy_paid": collection_paid, "output_subsidy_paid": output_paid, "grant_paid": grant_paid,
            "research_paid": spending, "keep_cost_paid": (kept_units * p("keep_cost")).sum(axis=-1),
            "collection_cost_total": (p("collection_cost") * gross_mass).sum(axis=-1),
            "floor_charge": (element_input.sum(axis=2) * floor_gap).sum(axis=-1) * p("floor_penalty"),
            "certificate_price": certificate_now,
            "capacity": capacity, "orders": ordered, "processed": processed.sum(axis=(2, 3)), "gate_fee_paid": fees,
            "opex_total": processed.sum(axis=(2, 3)) * opex, "capex_total": ordered * capital_cost,
            "recovery_yield": np.broadcast_to(yields, (*self.lead, n_e, layout.n_route)),
            "knowledge_stock": knowledge * par.fixed("knowledge_start"),
            "requirement": need, "import_need": structural_need, "realised_requirement": realised,
            "supply_factor": factor, "unmet_demand": np.maximum(need - realised, 0.0), "domestic_use": domestic_use,
        }  # fmt: skip
        if state is not None:
            out["policy"]["quota_state"] = state
        if content_outcome is not None:
            out["policy"] |= content_outcome
        out["processed"] = processed
        return out

    # ------------------------------------------------------------------ parts of the steps

    def _where(self, bad: Any, name: str, t: int, what: str, mend: str) -> Fault:
        """Name the first coordinates of a fault by sample, region, product."""
        sample, region, product = (int(i) for i in np.argwhere(np.broadcast_to(bad, (*self.lead, bad.shape[-1])))[0])
        labels = self.model.layout.labels
        place = (
            f"{name}[region={labels['region'][region]}, time={int(self.model.layout.years[t])}, "
            f"product={labels['product'][product]}" + (f", sample={sample}]" if self.lead[0] > 1 else "]")
        )
        return Fault(place, what, mend)

    def _traded(self, amount: str, share: str, sales: Floats, t: int) -> Floats:
        """Product imports or exports, given in units or as a share of wanted sales."""
        units, relative = self.model.par.at(amount, t), self.model.par.at(share, t)
        given = np.where(np.isnan(units), 0.0, units)
        return np.broadcast_to(np.where(np.isnan(relative), given, np.nan_to_num(relative) * sales), sales.shape)

    def _fail_components(self, t: int, c: int, ratio: Floats, scale: Floats | None = None) -> Any:
        """Step 3 for pairs with component lifetimes."""
        model, layout = self.model, self.model.layout
        assert self.carried is not None and model.component_survival is not None
        lasting = model.lasting_pairs
        products = layout.pair_product[lasting]
        ages = c - np.arange(c)
        survival = np.zeros((*self.lead, len(lasting), len(layout.cohorts) + 1))
        g = self._component_ratio(c, c)
        survival[..., :c] = g
        carried = self.carried[..., :c, :]
        before = self.units[:, :, products, :c]
        failing = component_life.failing_share(carried, survival, before)
        limit = np.broadcast_to(model.par.at("replacement_max_age", t), (*self.lead, layout.n_pair))[..., lasting]
        replaceable = ages <= limit[..., None]
        lasts = np.where(replaceable, 1.0, 1.0 - failing)
        full = (*self.lead, layout.n_product, c)
        ending = np.ones(full)
        others = np.ones_like(failing)
        for i, product in enumerate(products):
            ending[:, :, product] *= lasts[:, :, i]
            for j, other in enumerate(products):
                if other == product and j != i:
                    others[:, :, i] *= lasts[:, :, j]
        product_ratio = np.broadcast_to(ratio, full)
        if scale is not None:
            product_ratio = product_ratio * scale[..., None]
        outcome = component_life.fail(
            carried, survival, product_ratio[:, :, products], ending[:, :, products], others, replaceable
        )
        wide = component_life.Failures(
            *(
                self._pad(array, len(layout.cohorts), axis=3)
                for array in (outcome.kept, outcome.failed, outcome.with_product, outcome.spare_need)
            )
        )
        return wide, ending

    def _component_ratio(self, position: int, n_cohorts: int) -> Floats:
        """Share of components that survive the year; failures of the year of making are met the year after."""
        survival = self.model.component_survival
        assert survival is not None
        ratio = np.array(survival.ratio(position, n_cohorts))
        young = position - 1
        if 0 <= young < n_cohorts:
            ratio[..., young] = survival.share(position, n_cohorts)[..., young]
        return ratio

    @staticmethod
    def _pad(array: Floats, size: int, axis: int) -> Floats:
        shape = list(array.shape)
        shape[axis] = size - shape[axis]
        return np.concatenate([array, np.zeros(shape)], axis=axis)

    def _reuse(self, t: int, failures: Any, rate: Floats, exported: Floats, drawer: Floats) -> Any:
        """Step 4: components with life left that serve as spares: min(need, reuse cr direct), pro rata by cohort."""
        model, layout = self.model, self.model.layout
        lasting = model.lasting_pairs
        products = layout.pair_product[lasting]
        need = failures.spare_need
        direct_share = (1.0 - np.broadcast_to(exported + drawer, (*self.lead, layout.n_product)))[..., products]
        by_make = failures.with_product.sum(axis=-2)[..., :-1] * direct_share[..., None]
        available = by_make.sum(axis=-1)
        allowed = np.broadcast_to(model.par.at("reuse_share", t), (*self.lead, layout.n_pair))[..., lasting]
        reused = np.minimum(need.sum(axis=-1), allowed * rate[..., lasting] * available)
        by_cohort = by_make * over(reused, available)[..., None]
        padded = np.concatenate([by_cohort, np.zeros((*by_cohort.shape[:-1], 1))], axis=-1)
        content = self.content_of(np.zeros_like(self.units), by_cohort, len(layout.cohorts))
        return need, padded, content

    def _standing(self, t: int, given: Floats) -> Floats:
        """Capacity of the year: the path given, or the plants alive where investment is on.

        When investment starts, the plants that stand then count as new: `initial_capacity` in the first year of the
        run (or where the path is infinite), later the path's capacity of the year before.
        """
        par = self.model.par
        invest = np.broadcast_to(par.at("invest", t).astype(bool), self.lead)
        starting = invest & ~self.building
        if starting.any():
            standing = par.fixed("initial_capacity") if t == 0 else par.at("capacity", t - 1)
            standing = np.broadcast_to(standing, given.shape)
            standing = np.where(np.isfinite(standing), standing, par.fixed("initial_capacity"))
            horizon = np.arange(self.plants.shape[0])[:, None, None, None]
            alive = (horizon >= t) & (horizon < t + par.at("plant_life", t))
            self.plants = self.plants + np.where(alive & starting[..., None], standing, 0.0)
            self.building = self.building | invest
        return np.where(invest[..., None], self.plants[t], given)

    def _fee_limit(self, quota: Floats, penalty: Floats) -> Floats:
        """Most that makers pay for a tonne of each class of old scrap: the largest penalty over products obliged."""
        layout = self.model.layout
        obliged = np.where(quota > 0.0, penalty, 0.0)
        by_component = np.zeros((*self.lead, layout.n_component))
        for pair, component in enumerate(layout.pair_component):
            by_component[..., component] = np.maximum(by_component[..., component], obliged[..., pair])
        return by_component[..., layout.class_component]

    def _domestic(self, t: int, need: Floats, secondary: Floats, price: Floats) -> tuple[Floats, ...]:
        """Step 9, domestic part: secondary metal used, primary used and produced, and imports wanted."""
        model, layout, par = self.model, self.model.layout, self.model.par
        used = np.minimum(secondary, par.at("secondary_share_max", t) * need)
        rest = np.maximum(need - used, 0.0)
        rest = np.where(rest < market.NOTHING * need, 0.0, rest)
        if not model.levers.domestic_primary:
            empty = np.zeros((*self.lead, len(layout.domestic), layout.n_element))
            return used, empty, empty, rest
        sources = layout.domestic

        def at_sources(array: Floats) -> Floats:
            return array[:, :, sources] if array.shape[2] > 1 else array

        cost = np.broadcast_to(at_sources(par.at("primary_cost", t)), (*self.lead, len(sources), layout.n_element))
        capacity = np.broadcast_to(at_sources(par.at("primary_capacity", t)), cost.shape)
        start = at_sources(par.fixed("primary_start"))
        started = np.isnan(start) | (start <= layout.years[t])
        running = started[..., None] & (
            at_sources(par.fixed("primary_always"))[..., None] | (cost <= price[..., None, :])
        )
        export = np.broadcast_to(par.at("primary_export", t).astype(bool), rest.shape)
        primary_used, primary_made = market.domestic_primary(
            rest, capacity, cost, np.broadcast_to(running, cost.shape), export
        )
        wanted = np.maximum(rest - primary_used.sum(axis=-2), 0.0)
        return used, primary_used, primary_made, np.where(wanted < market.NOTHING * need, 0.0, wanted)

    def _release(self, gap: Floats, t: int) -> tuple[Floats, Floats]:
        """Step 9, stockpile: what each region draws and what each gives."""
        limit = self.model.par.at("release_limit", t)
        own = stockpile.release(gap, self.stockpile / DT, limit)
        if not self.model.levers.joint_pool:
            return own, own
        member = np.broadcast_to(self.model.par.at("joint_pool", t).astype(bool), gap.shape)
        received, given = stockpile.pool_release(
            np.where(member, gap, 0.0), np.where(member, self.stockpile / DT, 0.0), limit
        )
        return np.where(member, received, own), np.where(member, given, own)

    def _share_pool(self, drawn: Floats, t: int) -> Floats:
        """Contributions after rationing, when members draw less than in the first pass."""
        limit = self.model.par.at("release_limit", t)
        member = np.broadcast_to(self.model.par.at("joint_pool", t).astype(bool), drawn.shape)
        _, given = stockpile.pool_release(
            np.where(member, drawn, 0.0), np.where(member, self.stockpile / DT, 0.0), limit
        )
        return np.where(member, given, drawn)

    def _recycled_content(
        self, t: int, by_scrap: Floats, secondary: Floats, used: Floats, refined_use: Floats, other_use: Floats
    ) -> Outcome:
        """Step 13: recycled-content obligations, credits and next year's certificate price."""
        layout, par = self.model.layout, self.model.par
        n_e = layout.n_element
        need = refined_use[..., :n_e, :] @ layout.item_to_pair
        old_share = np.where(secondary > 0.0, over(by_scrap[:, :, 0] + by_scrap[:, :, 2], secondary), 0.0)
        countable = used * np.where(par.at("old_scrap_only", t)[..., None], old_share, 1.0)
        quota = np.broadcast_to(par.at("content_quota", t), need.shape)
        total, shortage, surplus = quotas.allocate_content(countable, need, other_use, quota)
        life = np.broadcast_to(par.at("credit_life", t), self.lead)
        valid = self.credit_end >= t
        self.credits, drawn = quotas.use_credits(
            self.credits, shortage, np.broadcast_to(valid[..., None, :], self.credits.shape)
        )
        self.credits[..., t] = np.where(np.isnan(life)[..., None], 0.0, surplus) * DT
        self.credit_end[..., t] = t + np.nan_to_num(life, nan=-1.0)
        missing = np.maximum(shortage - drawn, 0.0)
        missing = np.where(missing <= 1e-12 * total, 0.0, missing)
        penalty = np.broadcast_to(par.at("content_penalty", t), missing.shape)
        finite = np.isfinite(penalty)
        now = self.certificate
        self.certificate = quotas.next_certificate(
            now, missing, total, penalty, np.broadcast_to(par.at("certificate_speed", t), self.lead)[..., None]
        )
        return {
            "content_obligation": total, "content_shortfall": missing,
            "content_charge": np.where(finite, missing * np.where(finite, penalty, 0.0), 0.0),
            "credit_balance": self.credits.sum(axis=-1),
        }  # fmt: skip

    def _invest(
        self, t: int, c: int, flows: Outcome, worth_old: Floats, worth: Floats, opex: Floats, yields: Floats,
        capital_cost: Floats, fee_limit: Floats, capacity: Floats, eligible: Any, choice: Floats,
        has_certificate: bool, hazard: Floats, scrap_share: Any,
    ) -> tuple[Floats, Floats]:  # fmt: skip
        """Step 14: orders of recycling capacity, and the grants paid for them."""
        model, layout, par = self.model, self.model.layout, self.model.par
        n_e, mass = layout.n_element, layout.mass

        def p(name: str) -> Any:
            return par.at(name, t)

        shape = (*self.lead, layout.n_route)
        capital_cost = np.broadcast_to(capital_cost, shape)
        grant = np.broadcast_to(p("capex_grant"), shape)
        base = self.base_orders if self.base_orders is not None else np.zeros(shape)
        claim = (grant * base).sum(axis=-1)
        effective = grant * subsidies.expected_share(claim, p("grant_budget"))[..., None]
        life, lag = np.broadcast_to(p("plant_life"), shape), np.broadcast_to(np.maximum(p("build_lag"), 1), shape)
        factor = investment.annuity(np.broadcast_to(p("discount_rate"), self.lead)[..., None], life)
        n_class = layout.n_scrap * layout.n_class
        expected = np.zeros((*self.lead, n_class, layout.n_route))
        margin = np.zeros_like(expected)
        bank = par.at("old_scrap_only", t)[..., None, None] if has_certificate else None
        for years in np.unique(lag):
            ahead = self._expected_feed(t, c, int(years), flows, hazard, scrap_share)
            grade = np.swapaxes(over(ahead[..., :n_e, :], ahead[..., mass, None, :]), -1, -2)
            seen = np.matmul(grade, worth_old[:, :, None])
            if bank is not None and np.any(bank):
                seen[:, :, 1] = np.where(bank, np.matmul(grade[:, :, 1], worth), seen[:, :, 1])
            seen = seen - opex[:, :, None, None, :]
            here = (lag == years)[:, :, None, :]
            margin = np.where(here, seen.reshape(*self.lead, n_class, layout.n_route), margin)
            expected = np.where(here, ahead[..., mass, :].reshape(*self.lead, n_class)[..., None], expected)
        allowed = np.broadcast_to(eligible, (*self.lead, *eligible.shape[2:])).reshape(margin.shape)
        if model.levers.floor:
            allowed = allowed & ~(yields < p("recovery_floor")).any(axis=-2)[:, :, None, :]
        limit = np.zeros((*self.lead, layout.n_scrap, layout.n_class))
        limit[:, :, 0] = fee_limit
        prospects = investment.Prospects(
            margin, allowed, limit.reshape(*self.lead, n_class), expected,
            flows["feed"][..., mass, :].reshape(*self.lead, n_class),
        )  # fmt: skip
        when = (t + lag).astype(np.int64)
        ahead_capacity = np.take_along_axis(self.plants, when[None], axis=0)[0]
        ordered = investment.orders(
            prospects, capital_cost, effective, factor, choice, np.broadcast_to(p("invest_response"), self.lead),
            np.broadcast_to(p("growth_limit"), self.lead) * DT, capacity, ahead_capacity,
            np.broadcast_to(p("seed_capacity"), shape),
        )  # fmt: skip
        ordered = np.where(p("invest")[..., None], ordered, 0.0)
        horizon = np.arange(self.plants.shape[0])[:, None, None, None]
        self.plants = self.plants + np.where((horizon >= t + lag) & (horizon < t + lag + life), ordered, 0.0)
        self.base_orders = capital_cost * ordered
        paid = subsidies.paid((grant * capital_cost * ordered).sum(axis=-1), p("grant_budget"))
        return ordered, np.broadcast_to(paid, self.lead)

    def _expected_feed(self, t: int, c: int, years: int, flows: Outcome, hazard: Floats, scrap_share: Any) -> Floats:
        """Feed expected `years` ahead: [sample, region, scrap, element + mass, class]."""
        model, layout, par = self.model, self.model.layout, self.model.par
        n = c + 1
        survival = model.survival
        path = np.ones((1, 1, layout.n_product, n))
        for step in range(1, years):
            path = path * survival.ratio(c + step, n)
        last = survival.ratio(c + years, n)
        if model.levers.hazard:
            path, last = power(path, hazard[..., None]), power(last, hazard[..., None])
        leaving = path * (1.0 - last)
        gone = np.zeros_like(self.units)
        gone[..., :n] = self.units[..., :n] * leaving
        carried = None
        if self.carried is not None:
            carried = self._expected_components(c, years, path, leaving)
        discarded = self.content_of(gone, carried, n)
        rate = flows["collected_rate"][..., None, layout.item_pair]
        second = np.broadcast_to(par.at("second_life_share", t), (*self.lead, layout.n_pair))[
            ..., None, layout.item_pair
        ]
        direct = (
            1.0 - np.broadcast_to(flows["exported_share"] + flows["drawer_share"], (*self.lead, layout.n_product))
        )[..., None, layout.item_product]
        release = np.broadcast_to(par.at("hibernation_release", t), (*self.lead, layout.n_product))
        released = release[..., None, layout.item_product] * self.hibernating
        old = (rate * (1.0 - second) * (direct * discarded + released)) @ layout.item_to_class + flows["second_eol"]
        ahead = np.stack([old, flows["new"], flows["imported"]], axis=2)
        return ahead * (1.0 - scrap_share) + self.feed_store / 5.0

    def _expected_components(self, c: int, years: int, path: Floats, leaving: Floats) -> Floats:
        """Components of existing products that will leave `years` ahead, without replacement, by their own cohort."""
        model, layout = self.model, self.model.layout
        assert self.carried is not None and model.component_survival is not None
        products = layout.pair_product[model.lasting_pairs]
        n = c + 1
        own = np.ones((1, 1, len(products), n))
        for step in range(1, years):
            own = own * self._component_ratio(c + step, n)
        own_next = own * self._component_ratio(c + years, n)
        shape = (*self.lead, layout.n_product, n)
        product_path = np.broadcast_to(path, shape)[:, :, products]
        product_next = product_path - np.broadcast_to(leaving, shape)[:, :, products]
        carried = self.carried[..., :n, :n]
        leaving_parts = (
            carried * (product_path[..., None] * own[..., None, :] - product_next[..., None] * own_next[..., None, :])
        ).sum(axis=-2)
        result = np.zeros((*self.lead, len(products), len(layout.cohorts)))
        result[..., :n] = np.maximum(leaving_parts, 0.0)
        return result


def _origins(primary: Floats, layout: Any) -> Floats:
    """Primary metal of domestic sources on the full origin axis."""
    result = np.zeros((*primary.shape[:2], layout.n_origin, layout.n_element))
    result[:, :, layout.domestic] = primary
    return result

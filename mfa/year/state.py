"""What a year hands to the next, and the year in the making."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mfa.assembly import Model
from mfa.errors import Fault
from mfa.system.component_life import Failures
from mfa.system.content import CohortContent, Room
from mfa.system.layout import Floats
from mfa.system.market import ImportCaps
from mfa.system.outlook import LeavingShares, OldScrap

LEAST = 1e-290
"""A divisor that is not larger counts as 0: its inverse would be infinite."""
DT = 1.0
"""The step, yr: stock change = (in - out) Dt."""


def over(dividend: Floats, divisor: Floats) -> Floats:
    """Divide; 0 where the divisor is 0."""
    if divisor.size < dividend.size:  # few divisors for many: multiply by their inverse
        return dividend * (1.0 / np.where(divisor > LEAST, divisor, np.inf))
    return dividend / np.where(divisor > LEAST, divisor, np.inf)


def mean_of(years: Sequence[Floats]) -> Floats:
    """Mean of some years, whose sample axis has length 1 as long as nothing sampled was met."""
    total = years[0]
    for values in years[1:]:
        total = total + values
    return total / len(years)


LISTS = ("filled", "drawer_items", "second_items", "part_element", "part_class")
"""Attributes of a state that say what is kept in which place."""
OF_THE_MODEL = ("model", "lead", "content", "leaving", "_old_scrap", "part_component", "part_to_element")
"""Attributes that follow from the model; the rest is handed on from year to year."""


class State:
    """What a year hands to the next.

    Attributes
    ----------
    units : array [sample, region, product, cohort], unit
        N, products in use.
    carried : array [sample, region, pair, cohort, component cohort + waiting] or None, unit
        U, for the pairs whose component has a lifetime of its own.
    hibernating : array [sample, region, element + mass, item that may hibernate], t
        S5.
    second_life : array [sample, region, entry year, part], t
        S7; a part is one (element, class) that can have a second life.
    feed_store : array [sample, region, element + mass, stream], t
        S8.
    stockpile : array [sample, region, element], t
        S9.
    plants : array [year, sample, region, route], t/yr
        Capacity alive in each year, as ordered so far.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        layout, par, on = model.layout, model.par, model.levers[-1]
        lead = self.lead = (model.n_sample, model.n_region)
        n_e, n_c = layout.n_element, len(layout.cohorts)
        self.filled = np.asarray((model.content > 0.0).any(axis=(0, 1, 2)))
        takes_old = np.asarray(par.path("route_eligible")[..., layout.old].any(axis=(0, 1, 2)))
        self.content = CohortContent(layout, self.filled, model.lasting_pairs, takes_old, lead)
        self.leaving = LeavingShares(model.survival, self.content.products)
        self._old_scrap: dict[Room, OldScrap] = {}
        self.units = np.zeros((*lead, layout.n_product, n_c))
        self.units[..., : layout.first] = model.initial_units
        for c in range(layout.first):
            self.content.add(c, model.content[c], model.initial_mix[..., c])
        self.discards_so_far = np.zeros_like(self.units)
        self.entered = self.units.copy()
        self.carried: Floats | None = None
        if len(model.lasting_pairs):
            self.carried = np.zeros((*lead, len(model.lasting_pairs), n_c, n_c + 1))
            for c in range(layout.first):
                self.carried[..., c, c] = self.units[:, :, model.lasting_products, c]
        drawers = np.asarray((par.path("hibernation_share") > 0.0).any(axis=(0, 1, 2)))
        self.drawer_items = np.flatnonzero(drawers[layout.item_product])
        self.hibernating = np.zeros((*lead, n_e + 1, len(self.drawer_items)))
        self._list_second_parts()
        self.feed_store = np.zeros((*lead, n_e + 1, layout.n_stream))
        store = par.fixed("initial_scrap_store")
        self.feed_store[..., n_e, layout.old] = store
        self.feed_store[..., :n_e, layout.old] = store[..., None, :] * par.fixed("initial_scrap_grade")
        self.stockpile = np.zeros((*lead, n_e)) + par.fixed("initial_stockpile")
        self.supply_factor = np.ones((1, 1, n_e))
        self.deviation = np.zeros((1, 1, layout.n_item))
        self.collection_rate: Floats | None = None
        self.unmet: Floats = np.zeros((1, 1, layout.n_product))
        self.certificate = np.zeros((1, 1, n_e))
        self.credits = np.zeros((*lead, n_e, model.n_years)) if on.content_quota else None
        self.credit_end = np.full((*lead, model.n_years), -1.0)
        self.throughput = np.zeros((*lead, layout.n_route)) + par.fixed("initial_throughput")
        self.knowledge_added: Floats = np.zeros((1, 1))
        self.sold_mass: list[Floats] = []  # of the last three years, by pair
        self.realised: list[Floats] = []  # R' of the last three years
        self.base_output: Floats | None = None
        self.base_collected: Floats | None = None
        self.base_orders: Floats | None = None
        longest = int(np.max(par.path("build_lag"))) if on.invest else 0
        self.plants = np.zeros((model.n_years + max(longest, 1) + 1 if on.invest else 0, *lead, layout.n_route))
        self.building = np.zeros(lead, dtype=bool)

    def _list_second_parts(self) -> None:
        """List the (element, class) places that can have a second life."""
        model, layout = self.model, self.model.layout
        self.part_element = self.part_class = self.part_component = np.empty(0, dtype=np.int64)
        self.second_items = np.empty(0, dtype=np.int64)
        if model.levers[-1].second_life:
            active = np.asarray((model.par.path("second_life_share") > 0.0).any(axis=(0, 1, 2)))[layout.item_pair]
            self.second_items = np.flatnonzero(active)
            places = ((self.filled & active).astype(float) @ layout.item_to_class) > 0.0
            self.part_element, self.part_class = np.nonzero(places)
            self.part_component = layout.class_component[self.part_class]
        self.part_to_element = np.eye(layout.n_element + 1)[self.part_element]
        self.second_life = np.zeros((*self.lead, len(layout.cohorts), len(self.part_element)))

    def opening(self) -> dict[str, Floats]:
        """Stocks before the run: array [sample, region, element (+ mass)] by name."""
        layout = self.model.layout
        nothing = np.zeros((*self.lead, layout.n_element + 1))
        held = nothing
        if layout.first:
            held = self.content.products.weigh([self.units[..., : layout.first]], layout.first)[0].sum(axis=-1)
            if self.carried is not None:
                carried = self.carried_by_make()[..., : layout.first]
                held = held + self.content.components.weigh([carried], layout.first)[0].sum(axis=-1)
        return {
            "in_use": held, "hibernation": nothing, "second_life": nothing,
            "feed_store": self.feed_store.sum(axis=-1), "stockpile": self.stockpile.copy(), "sink": nothing,
        }  # fmt: skip

    def go_on_from(self, earlier: State) -> bool:
        """Take over what another state hands to the next year.

        Parameters
        ----------
        earlier : State
            With one sample, of a model with the same layout; is left as it is.

        Returns
        -------
        bool
            Whether it could: not if different places are kept, as when a later year gives an item its first content.
        """
        if not all(np.array_equal(getattr(self, name), getattr(earlier, name)) for name in LISTS):
            return False
        if 0 < len(earlier.plants) != len(self.plants) > 0 or not self.content.go_on_from(earlier.content):
            return False
        for name, known in vars(earlier).items():
            if name in (*LISTS, *OF_THE_MODEL) or known is None:
                continue
            fresh = getattr(self, name)
            if isinstance(known, list):
                setattr(self, name, [values.copy() for values in known])
            elif name in ("plants", "credits"):
                if fresh is not None and fresh.size and known.size:  # else no plant or credit was there so far
                    fresh[:] = known
            else:
                shape = known.shape if fresh is None else np.broadcast_shapes(known.shape, fresh.shape)
                setattr(self, name, np.array(np.broadcast_to(known, shape)))
        return True

    def old_scrap(self, room: Room) -> OldScrap:
        """How what leaves later, as contracted in a room, sums to old scrap by route."""
        if room not in self._old_scrap:
            self._old_scrap[room] = OldScrap(room, self.model.layout)
        return self._old_scrap[room]

    def carried_by_make(self) -> Floats:
        """Components in use by the year they were made: array [sample, region, pair, component cohort], unit."""
        assert self.carried is not None
        return self.carried.sum(axis=-2)[..., :-1]


class Year:
    """A year in the making: its model and state, and what the steps have found so far.

    Arrays have the axes [sample, region, ...], `sample` of length 1 where nothing sampled was met. Symbols are those of
    the model document; the steps that set an attribute are given in its comment.
    """

    # 1-2
    price: Floats  # P [element], money/t
    share: Floats  # sigma [item], chemistry shares of what is made this year
    # 3
    hazard: Floats  # m [product]
    first_year: Floats  # sf(0)^m [product]
    gone: Floats  # discards of earlier cohorts [product, cohort], unit
    survivors: Floats  # [product, cohort], unit
    early: Floats  # early retirement [product], unit/yr
    target_sales: Floats | None  # sales that a stock target asks for [product], NaN without a target
    failures: Failures | None  # of components with a lifetime of their own
    discarded: Floats  # content of what left use, earlier cohorts [element + mass, item], t/yr
    failed: Floats | None  # content of components that failed before their product
    exported_share: Floats  # u_x [product]
    kept_share: Floats  # what a retention measure keeps, share of discards [product]
    drawer_share: Floats  # u_h [product]
    direct_item: Floats  # 1 - u_x - u_h [item]
    exported_item: Floats
    drawer_item: Floats
    release_share: Floats  # rho Dt [item that may hibernate]
    released: Floats  # from drawers [element + mass, item that may hibernate], t/yr
    pool: Floats  # E without first-year failures [element + mass, item], t/yr
    # 4
    knowledge: Floats  # KS / KS0
    research: Floats  # money/yr
    yields: Floats  # eta [element, route]
    opex: Floats  # [route], money/t
    capital_cost: Floats  # capex [route], money/(t/yr)
    worth: Floats  # of a tonne of element in the feed [element, route], certificates apart, money/t
    worth_old: Floats  # the same with certificates
    eligible: NDArray[np.bool_]  # [route, stream]
    scrap_value: Floats  # V [pair]
    pool_mass: Floats  # [pair], t/yr
    quota: Floats  # Q as a share of the pool, clipped [pair]
    quota_unclipped: Floats
    obligation: Floats  # tonnes that makers must collect [pair]
    by_sales: NDArray[np.bool_]  # quotas on the base `sales` [pair]
    penalty: Floats  # pen [pair], money/t
    rate: Floats  # cr [pair]
    shadow_price: Floats
    quota_state: NDArray[np.int64] | None
    spare_need: Floats | None  # [pair with own lifetime, cohort]
    reused_units: Floats | None  # [pair with own lifetime, component cohort + waiting]
    reused: Floats | None  # content [element + mass, item]
    # 5-7
    second_share: Floats  # s2 [item]
    second_eol: Floats  # [element + mass, class], t/yr
    second_lost: Floats
    second_next: Floats  # S7 at year end without first-year failures
    imports_scrap: Floats  # [element + mass, stream of imported scrap], t/yr
    exports_scrap: Floats  # [element + mass, stream], t/yr
    scrap_sent: Floats  # to other regions of the run [element + mass], t/yr
    scrap_received: Floats  # from them [element + mass, stream of imported scrap], t/yr
    feed: Floats  # [element + mass, stream], t
    margin: Floats  # pi [route, stream], money/t
    fee_limit: Floats  # most that makers pay for a tonne [stream], money/t
    capacity: Floats  # K [route], t/yr
    processed: Floats  # component mass [route, stream], t/yr
    element_input: Floats  # into each route [scrap, element, route], t/yr
    secondary: Floats  # [scrap, element, route], t/yr
    secondary_total: Floats  # [element], t/yr
    store: Floats  # S8 before this year's own output [element + mass, stream], t
    overflow: Floats  # [element + mass, stream], t/yr
    # 8-11
    wanted: Floats  # wanted sales [product], unit/yr
    imported: Floats  # M [product]
    exported: Floats  # X [product]
    output: Floats  # [product]
    bought_share: Floats  # cis [pair]
    spares_wanted: Floats  # [pair], unit/yr
    need: Floats  # R [element], t/yr
    other_need: Floats
    caps: ImportCaps | None
    first_import_need: Floats  # J of the first pass
    first_gap: Floats
    import_need: Floats  # J
    imports: Floats  # [origin, element], t/yr
    domestic_use: Floats  # secondary metal used at home
    primary_used: Floats  # [domestic origin, element]
    primary_made: Floats
    drawn: Floats  # stockpile release, what the region gets
    given: Floats  # what its stockpile gives
    factor: Floats  # phi [element]
    product_factor: Floats  # phi_p [product]
    home_mix: Floats  # mix of home-made components [item]
    product_mix: Floats  # mix in products of home output
    made_output: Floats  # [product]
    bought_units: Floats  # imported components [pair], unit/yr
    home_units: Floats  # home-made components in products
    spares_made: Floats
    other_use: Floats
    made_item: Floats  # home-made components [item], unit/yr
    refined_item: Floats  # the same over the yield: what refined metal they take
    lost_item: Floats  # and lose
    new_item: Floats  # of which comes back as new scrap
    new_scrap: Floats  # [element + mass, stream of new scrap], t/yr
    realised: Floats  # R'
    filled: Floats  # stockpile fill
    surplus: Floats  # exports of refined metal
    # 10, 12
    sold: Floats  # [product], unit/yr
    imported_sold: Floats
    re_exported: Floats
    exported_output: Floats
    unmet: Floats
    mix: Floats  # of all components that enter use [item]
    first_gone: Floats  # first-year failures [product]
    first_item: Floats  # components in them [item]
    in_use: Floats  # content at year end [element + mass, item], t
    room: Room  # content of discards, of what stays, and of what leaves when plants ordered now open
    # 15
    parts_leaving: Floats | None  # [pair with own lifetime, cohort, component cohort + waiting], unit/yr
    arrived_units: Floats  # used products from other regions [product], unit/yr
    used_sent: Floats  # to other regions of the run [element + mass], t/yr
    used_received: Floats  # from them [element + mass, item], t/yr
    # 13-14
    gross_mass: Floats  # collected with first-year failures [pair], t/yr
    quota_shortfall: Floats
    certificate: Floats  # price that recyclers see this year [element]
    content_ledger: dict[str, Floats] | None
    output_paid: Floats
    collection_paid: Floats
    ordered: Floats
    grant_paid: Floats

    def __init__(self, state: State, t: int) -> None:
        self.state, self.model, self.t = state, state.model, t
        self.layout, self.on, self.lead = self.model.layout, self.model.levers[t], state.lead
        self.c = t + self.layout.first  # this year's place on the cohort axis
        self.content = self.model.content[self.c]  # x of this year [element + mass, item], t/unit

    def p(self, name: str) -> NDArray[Any]:
        """A parameter in this year."""
        return self.model.par.at(name, self.t)

    def fixed(self, name: str) -> NDArray[Any]:
        """A parameter without time."""
        return self.model.par.fixed(name)

    def by_pair(self, mass: Floats) -> Floats:
        """Sum over the items of each pair."""
        return mass @ self.layout.item_to_pair

    def per_pair(self, share: Floats) -> Floats:
        """Value of its pair for each item."""
        return share.take(self.layout.item_pair, axis=-1)

    def per_product(self, share: Floats) -> Floats:
        """Value of its product for each item."""
        return share.take(self.layout.item_product, axis=-1)

    def fault(self, bad: NDArray[np.bool_], name: str, what: str, mend: str) -> Fault:
        """Name the first coordinates of a fault by sample, region and product."""
        found = np.argwhere(np.broadcast_to(bad, (*self.lead, bad.shape[-1])))
        sample, region, product = (int(i) for i in found[0])
        labels = self.layout.labels
        place = (
            f"{name}[region={labels['region'][region]}, time={int(self.layout.years[self.t])}, "
            f"product={labels['product'][product]}" + (f", sample={sample}]" if self.lead[0] > 1 else "]")
        )
        return Fault(place, what, mend)

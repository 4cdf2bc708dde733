"""Trade between the regions of a run: scrap (step 6) and used products (step 15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .state import WAITING, Material, Year, add_material, scaled
from .values import SCRAP


def _others(now: Mapping[Any, Year]) -> Iterator[tuple[Year, Year]]:
    """Every pair of a region that sends and another that receives."""
    for sender in now.values():
        for receiver in now.values():
            if sender.r != receiver.r:
                yield sender, receiver


def exchange_scrap(now: Mapping[Any, Year]) -> None:
    """Step 6: once all regions have exported, what goes to another region joins the imported scrap there."""
    for y in now.values():
        y.received_scrap = {(k, h): y.s.nothing() for k in y.v.components for h in y.v.chemistries}
    for sender, receiver in _others(now):
        for k, h in sender.received_scrap:
            share = sender.get("scrap_export_destination", destination=receiver.r, component=k, chemistry=h)
            for q in SCRAP:
                add_material(receiver.received_scrap[k, h], sender.exported_scrap[k, h, q], share)
    for y in now.values():
        for (k, h), material in y.received_scrap.items():
            y.saw("scrap comes from another region", material["mass"] > 0.0)
            y.flow_material("imports_scrap", material, component=k)
            add_material(y.feed[k, h, "imported"], material)


def step_15_used_products(now: Mapping[Any, Year]) -> None:
    """Used products of each cohort, with the components they carry, enter use in another region at year end."""
    coming = {y.r: _Cargo() for y in now.values()}
    for sender, receiver in _others(now):
        for p in sender.v.products:
            share = sender.get("used_export_destination", destination=receiver.r, product=p)
            if share > 0.0:
                coming[receiver.r].load(sender, p, share)
    for y in now.values():
        coming[y.r].unload(y)


class _Cargo:
    """What arrives in one region: units by cohort, parts by both cohorts, and their material by the year of making."""

    def __init__(self) -> None:
        self.units: dict[Any, dict[int, float]] = {}
        self.parts: dict[tuple[Any, Any], dict[int, dict[Any, float]]] = {}
        self.made: dict[tuple[Any, Any], dict[int, float]] = {}
        self.material: dict[tuple[Any, Any], dict[int, dict[Any, Material]]] = {}

    def load(self, y: Year, p: Any, share: float) -> None:
        """Take a share of what a region exports of a product."""
        held = self.units.setdefault(p, {})
        for c, units in y.used_units[p].items():
            held[c] = held.get(c, 0.0) + share * units
        for k in [k for product, k in y.v.pairs if product == p]:
            parts = self.parts.setdefault((p, k), {})
            made = self.made.setdefault((p, k), {})
            material = self.material.setdefault((p, k), {})
            for c, by_make in y.used_parts[p, k].items():
                for d, amount in by_make.items():
                    here = parts.setdefault(c, {})
                    here[d] = here.get(d, 0.0) + share * amount
                    if d == WAITING or amount == 0.0:
                        continue
                    made[d] = made.get(d, 0.0) + share * amount
                    for h, one in y.material(p, k, d, share * amount).items():
                        add_material(material.setdefault(d, {}).setdefault(h, y.s.nothing()), one)
                        y.saw("a component that came from elsewhere is sent on", (p, k, d) in y.s.blend)

    def unload(self, y: Year) -> None:
        """Add what arrived to what is in use; content of a make is the mean by units."""
        s = y.s
        for (p, k), made in self.made.items():
            here: dict[Any, float] = {}
            for by_make in s.parts_of(p, k).values():
                for d, amount in by_make.items():
                    here[d] = here.get(d, 0.0) + amount
            for d, came in made.items():
                total = {h: scaled(one, 1.0) for h, one in self.material[p, k].get(d, {}).items()}
                for one in total.values():
                    y.flow_material("imports_used", one, product=p, component=k)
                    y.stock_material("in_use", one, product=p, component=k)
                own = y.material(p, k, d, here[d]) if here.get(d, 0.0) > 0.0 else {}
                for h, one in own.items():
                    add_material(total.setdefault(h, s.nothing()), one)
                if came > 0.0:
                    s.blend[p, k, d] = {h: scaled(one, 1.0 / (came + here.get(d, 0.0))) for h, one in total.items()}
        for p, by_cohort in self.units.items():
            for c, units in by_cohort.items():
                y.saw("used products come of a cohort that is not in use here", units > 0.0 and c not in s.in_use[p])
                s.in_use[p][c] = s.in_use[p].get(c, 0.0) + units
                y.cohort("arrived_by_cohort", units, product=p, cohort=c)
                y.cohort("stock_by_cohort", units, product=p, cohort=c)
            y.item("imports_used_units", sum(by_cohort.values()), product=p)
            y.item("stock_units", sum(by_cohort.values()), product=p)
        for (p, k), cohorts in self.parts.items():
            if (p, k) not in s.parts:
                continue
            for c, by_make in cohorts.items():
                for d, amount in by_make.items():
                    table = s.parts[p, k].setdefault(c, {})
                    table[d] = table.get(d, 0.0) + amount
                    y.saw("a product comes that waits for a component", d == WAITING and amount > 0.0)

"""Need (step 8), supply (step 9), rationing (step 10) and filling of the stockpile (step 11)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .state import Year, scaled
from .survival import power


@dataclass
class Supply:
    """Supply of one element in one pass of step 9, t/yr."""

    need: float  # R
    use: float
    primary: dict[Any, float]  # what each domestic source produces
    primary_used: float
    import_need: float  # J
    caps: dict[Any, float]
    capped: bool  # some ban or cut > 0 at an origin with omega > 0
    imports: dict[Any, float]
    gap: float
    surplus: float  # secondary and primary beyond need
    release: float = 0.0  # drawn for own use, own stock or pool
    given: float = 0.0  # leaves the own stock
    member: bool = False
    rooms: dict[Any, float] = field(default_factory=dict)


def step_8_need(y: Year) -> None:
    """Wanted sales, output, and need R by element."""
    v, s, t = y.v, y.s, y.t
    y.wanted, y.imported_units, y.exported_units, y.output = {}, {}, {}, {}
    for p in v.products:
        target = y.get("stock_target", product=p)
        if target is None:
            given = y.get("sales", product=p)
            if given is None:
                raise ValueError(f"sales or stock_target is required at {y.r}, {t}, {p}")
            wanted = given + s.carried[p]
        else:  # stock-driven; carry is ignored
            deficit = max(0.0, target - sum(y.use_after[p].values())) if y.early_retirement[p] == 0.0 else 0.0
            here = power(y.lifetime(t, p).sf(0), y.get("hazard_multiplier", product=p))
            if deficit > 0.0 and here == 0.0:
                raise ValueError(f"no new product survives its first year at {y.r}, {t}, {p}")
            wanted = deficit / here if deficit > 0.0 else 0.0
        share = y.get("product_import_share", product=p)
        imported = y.get("product_imports", product=p) if share is None else share * wanted
        ratio = y.get("product_export_ratio", product=p)
        exported = y.get("product_exports", product=p) if ratio is None else ratio * wanted
        output = wanted - imported + exported
        if output < 0.0:
            if output < -1e-9 * max(wanted, imported, exported):
                raise ValueError(f"output below 0 at {p}, {t}, {y.r}")
            output = 0.0  # rounding
        y.wanted[p], y.imported_units[p], y.exported_units[p], y.output[p] = wanted, imported, exported, output
    # spares made at home: need - reused
    y.spares_wanted = {pair: sum(y.need_by_cohort[pair].values()) - y.reused_total[pair] for pair in v.pairs}
    # contents of this year's components
    y.new_content = {(p, k, h): s.content(p, k, h, t) for p, k in v.pairs for h in v.chemistries}
    y.other_need = {e: y.get("other_need", element=e) for e in v.elements}
    # R = sum(((1-cis)*output + spares made)*sig*x/y) + other_need
    y.need = dict(y.other_need)
    for p, k in v.pairs:
        cis = y.get("component_import_share", product=p, component=k)
        made_yield = y.get("manufacturing_yield", product=p, component=k)
        units = (1.0 - cis) * y.output[p] + y.spares_wanted[p, k]
        for h in v.chemistries:
            for e in v.elements:
                y.need[e] += units * y.sig[p, k, h] * y.new_content[p, k, h][e] / made_yield


def step_9_supply(y: Year, need: dict[Any, float], first_pass: dict[Any, Supply] | None) -> dict[Any, Supply]:
    """Step 9 up to the gap; the second pass keeps the caps of the first."""
    found = {}
    for e in y.v.elements:
        found[e] = _supply(y, e, need[e], None if first_pass is None else first_pass[e])
    return found


def _supply(y: Year, e: Any, need: float, first_pass: Supply | None) -> Supply:
    v = y.v
    use = min(y.secondary[e], y.get("secondary_share_max", element=e) * need)
    # domestic sources by rising cost (sorted keeps the listed order of equals)
    sources = [o for o in v.origins if v.get("origin_domestic", origin=o)]
    sources = sorted(sources, key=lambda o: y.get("primary_cost", origin=o, element=e))
    export = y.get("primary_export", element=e)
    primary: dict[Any, float] = {}
    used = 0.0
    for o in sources:
        start = v.get("primary_start", region=y.r, origin=o)
        if start is not None and y.t < start:
            y.saw("domestic source not yet started")
            continue
        y.saw("second domestic source by cost", len(primary) > 0 and need - use - used > 0.0)
        always = v.get("primary_always", region=y.r, origin=o)
        if not always and y.get("primary_cost", origin=o, element=e) > y.price[e]:
            y.saw("domestic source waits for a higher price")
            continue
        capacity = y.get("primary_capacity", origin=o, element=e)
        taken = min(capacity, max(0.0, need - use - used))
        primary[o] = capacity if export else taken
        used += taken
    import_need = max(0.0, need - use - used)  # J
    y.saw("secondary metal above the need", use >= need > 0.0)
    y.saw("secondary metal above its largest share", need > use > 0.0 and use < y.secondary[e])
    y.saw("domestic source exports", export and sum(primary.values()) > used)
    surplus = (y.secondary[e] - use) + (sum(primary.values()) - used)

    foreign = [o for o in v.origins if not v.get("origin_domestic", origin=o)]
    omega = {o: y.get("import_share", origin=o, element=e) for o in foreign}
    wants = {o: omega[o] * import_need for o in foreign}
    if first_pass is not None:
        caps, capped = first_pass.caps, first_pass.capped
    else:
        caps, capped = {}, False
        for o in foreign:
            ban = y.get("ban", origin=o, element=e)
            cut = sum(
                y.get("ore_share", origin=o, element=e, miner=miner) * y.get("ore_ban", origin=miner, element=e)
                for miner in v.origins
                if miner != o
            )
            theta = y.get("equity_share", origin=o, element=e)
            protection = y.get("equity_protection", origin=o, element=e)
            headroom = y.get("headroom", origin=o, element=e) if ban == 0.0 and cut == 0.0 else 0.0
            caps[o] = (1.0 - ban * (1.0 - protection * theta)) * (1.0 - cut) * (1.0 + headroom) * wants[o]
            if (ban > 0.0 or cut > 0.0) and omega[o] > 0.0:
                capped = True
                y.saw("equity shields from a ban", ban > 0.0 and theta * protection > 0.0)
                y.saw("refiner cut by an ore ban", cut > 0.0)
    if capped:
        imports = {o: min(wants[o], caps[o]) for o in foreign}
        missing = sum(wants.values()) - sum(imports.values())
        rooms = {o: max(0.0, caps[o] - wants[o]) for o in foreign}
        room = sum(rooms.values())
        if missing > 0.0 and room > 0.0:  # re-sourced pro rata to room
            for o in foreign:
                imports[o] += min(missing, room) * rooms[o] / room
            if first_pass is None:
                y.saw("re-sourced in full" if missing <= room else "re-sourced in part")
    else:
        imports = wants
    gap = import_need - sum(imports.values())
    if gap < 1e-12 * need or gap < 0.0:
        gap = 0.0
    found = Supply(need, use, primary, used, import_need, caps, capped, imports, gap, surplus)
    if capped:
        found.rooms = {o: max(0.0, caps[o] - imports[o]) for o in foreign}
    found.member = y.get("joint_pool", element=e)
    return found


def release_stockpiles(years: dict[Any, Year], supplies: dict[Any, dict[Any, Supply]]) -> None:
    """Release = min(gap, S9, rel_max); members of a joint pool stand in for one another."""
    for e in next(iter(years.values())).v.elements:
        offers: dict[Any, float] = {}
        for r, y in years.items():
            supply = supplies[r][e]
            available = min(y.s.stockpile[e], y.get("release_limit", element=e))
            if supply.member:
                offers[r] = available  # A
            else:
                supply.release = min(supply.gap, available)
                supply.given = supply.release
                y.saw("stockpile covers the gap", 0.0 < supply.gap <= available)
                y.saw("stockpile used up", 0.0 < y.s.stockpile[e] == available < supply.gap)
                y.saw("release at its limit", 0.0 < available < min(y.s.stockpile[e], supply.gap))
        offered = sum(offers.values())
        gaps = sum(supplies[r][e].gap for r in offers)
        for r, offer in offers.items():
            supply = supplies[r][e]
            supply.release = supply.gap * min(1.0, offered / gaps) if gaps > 0.0 else 0.0
            supply.given = offer * min(1.0, gaps / offered) if offered > 0.0 else 0.0
            years[r].saw("joint pool larger than the gaps", 0.0 < gaps <= offered)
            years[r].saw("joint pool smaller than the gaps", 0.0 < offered < gaps)
            years[r].saw("joint pool gives to another region", supply.given > 0.0 == supply.gap)


def step_9_supply_factor(y: Year) -> None:
    """phi by element from the first pass."""
    y.phi = {}
    for e, first in y.first_pass.items():
        phi = 1.0
        if first.gap - first.release > 0.0:
            supplied = first.primary_used + sum(first.imports.values()) + first.release  # O
            phi = min(1.0, (first.use + supplied) / first.need)
            top = y.get("secondary_share_max", element=e)
            if top < 1.0:  # less output also takes less secondary
                y.saw("less output takes less secondary metal", supplied / ((1.0 - top) * first.need) < phi)
                phi = min(phi, supplied / ((1.0 - top) * first.need))
        y.saw("part of the need unmet", phi < 1.0)
        y.saw("nothing of the need met", phi == 0.0)
        y.phi[e] = phi
        y.note("requirement", first.need, element=e)
        y.note("import_requirement_mass", first.import_need, element=e)
        y.note("supply_factor", phi, element=e)
        y.s.supply_factor[e] = phi


def step_10_leontief(y: Year) -> None:
    """Ration output by its scarcest element; trade in products; mix of what enters use; R'."""
    v, s, t = y.v, y.s, y.t
    # phi_kh = min phi_e over e with x>0; phi_k = sum_h sig phi_kh; phi_k' = cis + (1-cis) phi_k; phi_p = min_k phi_k'
    phi_kh: dict[tuple[Any, Any, Any], float] = {}
    phi_k: dict[tuple[Any, Any], float] = {}
    phi_import: dict[tuple[Any, Any], float] = {}
    for p, k in v.pairs:
        for h in v.chemistries:
            scarce = [y.phi[e] for e in v.elements if y.new_content[p, k, h][e] > 0.0]
            phi_kh[p, k, h] = min(scarce, default=1.0)
        phi_k[p, k] = sum(y.sig[p, k, h] * phi_kh[p, k, h] for h in v.chemistries)
        cis = y.get("component_import_share", product=p, component=k)
        phi_import[p, k] = cis + (1.0 - cis) * phi_k[p, k]
    y.sold, y.made, y.spares_units = {}, {}, {}
    y.realised = {(p, k, e): 0.0 for p, k in v.pairs for e in v.elements}  # R'[p,k,e]
    y.new_scrap_made = {}
    for p in v.products:
        # a component without any chemistry this year is not in the product
        components = [k for product, k in v.pairs if product == p and sum(y.sig[p, k, h] for h in v.chemistries) > 0.0]
        phi_p = min((phi_import[p, k] for k in components), default=1.0)
        wanted, imported, exported = y.wanted[p], y.imported_units[p], y.exported_units[p]
        allowed = 1.0 - y.get("product_ban", product=p)
        scarce = [phi_import[p, k] for k in components]
        y.saw("one component limits the product", phi_p < max(scarce, default=1.0))
        y.saw("denied product imports", allowed < 1.0 and imported > 0.0)
        y.saw("imports re-exported", imported > wanted)
        made = y.output[p] * phi_p
        sold_home = max(0.0, wanted - imported) * phi_p
        sold_imported = min(imported, wanted) * allowed
        re_exported = max(0.0, imported - wanted) * allowed
        exported_made = (exported - max(0.0, imported - wanted)) * phi_p
        sold = sold_home + sold_imported
        y.made[p], y.sold[p] = made, sold
        unmet = max(0.0, wanted - sold)
        s.carried[p] = y.get("carry_share", product=p) * unmet
        y.saw("unmet units return next year", s.carried[p] > 0.0)
        y.item("product_output", made, product=p)
        y.item("unmet_units", unmet, product=p)
        for k in [k for product, k in v.pairs if product == p]:
            here = {"product": p, "component": k}
            cis = y.get("component_import_share", **here)
            made_yield = y.get("manufacturing_yield", **here)
            to_scrap = y.get("new_scrap_share", **here)
            spares_wanted = y.spares_wanted[p, k]
            y.spares_units[p, k] = spares_wanted * phi_k[p, k]
            y.saw("imported components soften rationing", cis > 0.0 and phi_k[p, k] < 1.0)
            mixes = {phi_kh[p, k, h] for h in v.chemistries if y.sig[p, k, h] > 0.0}
            y.saw("the scarcer chemistry loses share", len(mixes) > 1)
            y.saw("spare parts rationed", spares_wanted > 0.0 and phi_k[p, k] < 1.0)
            entering = {}
            for h in v.chemistries:
                sig = y.sig[p, k, h]
                x = y.new_content[p, k, h]
                # imported: made*cis/phi_k' units, mix sig; home-made: the rest, mix sig phi_kh/phi_k
                per_unit = 1.0 / phi_import[p, k] if phi_import[p, k] > 0.0 else 0.0
                imported_h = made * cis * per_unit * sig
                home_h = made * (1.0 - cis) * sig * phi_kh[p, k, h] * per_unit
                spares_h = spares_wanted * sig * phi_kh[p, k, h]
                mix_in_product = sig * (cis + (1.0 - cis) * phi_kh[p, k, h]) * per_unit
                y.flow_material("imports_component", scaled(x, imported_h), **here)
                finished = home_h + spares_h
                y.flow_material("to_products", scaled(x, finished), **here)
                y.flow_material("refined_use", scaled(x, finished / made_yield), **here)
                loss = finished / made_yield * (1.0 - made_yield)
                y.flow_material("new_scrap", scaled(x, loss * to_scrap), **here)
                y.flow_material("mfg_loss", scaled(x, loss * (1.0 - to_scrap)), **here)
                y.feed_later(k, h, "new", scaled(x, loss * to_scrap))
                y.new_scrap_flow(k, h, scaled(x, loss * to_scrap))
                for e in v.elements:
                    y.realised[p, k, e] += finished / made_yield * x[e]
                # product trade
                y.flow_material("imports_product", scaled(x, imported * allowed * sig), **here)
                y.flow_material(
                    "exports_product", scaled(x, exported_made * mix_in_product + re_exported * sig), **here
                )
                entering[h] = sold_home * mix_in_product + sold_imported * sig + spares_h
            # one chemistry mix per (p,k,cohort), of all components entering use
            units = sum(entering.values())
            mix = {h: entering[h] / units if units > 0.0 else y.sig[p, k, h] for h in v.chemistries}
            s.mix[p, k][t] = mix
            s.sold_mass[p, k][t] = 0.0
            for h in v.chemistries:
                y.note("chemistry_mix", mix[h], chemistry=h, **here)
                y.flow_material("sales", scaled(y.new_content[p, k, h], sold * mix[h]), **here)
                y.flow_material("spares", scaled(y.new_content[p, k, h], y.spares_units[p, k] * mix[h]), **here)
                s.sold_mass[p, k][t] += sold * mix[h] * y.new_content[p, k, h]["mass"]
    y.other_use = {e: y.other_need[e] * y.phi[e] for e in v.elements}
    y.realised_need = {e: y.other_use[e] + sum(y.realised[p, k, e] for p, k in v.pairs) for e in v.elements}


def step_11_stockpile(y: Year) -> None:
    """Flows of the second pass, and the filling of the stockpile."""
    v, s, t = y.v, y.s, y.t
    y.fill, y.stock_change = {}, {}
    for e in v.elements:
        first, second = y.first_pass[e], y.second_pass[e]
        earlier = [s.realised[e][year] for year in (t - 3, t - 2, t - 1) if year in s.realised[e]]
        reference = sum(earlier) / len(earlier) if earlier else y.realised_need[e]  # Rref
        before = s.stockpile[e]
        after_release = max(0.0, before - second.given)
        fill = 0.0
        y.saw("no fill in a year with a gap", first.gap > 0.0 and y.get("stockpile_days", element=e) > 0.0)
        if first.gap == 0.0:
            wanted = y.get("stockpile_days", element=e) * reference / 365.0 - after_release
            fill = min(max(wanted, 0.0), y.get("fill_limit", element=e))
        from_surplus = min(fill, second.surplus)
        rest = fill - from_surplus
        y.saw("stockpile filled from surplus", from_surplus > 0.0)
        y.saw("stockpile filled by imports", rest > 0.0 and not second.capped)
        y.saw("stockpile filled within the room of a ban year", rest > 0.0 and second.capped)
        y.saw("fill at its limit", fill > 0.0 and fill == y.get("fill_limit", element=e))
        imports = dict(second.imports)
        if rest > 0.0 and second.capped:  # within room left, pro rata
            room = sum(second.rooms.values())
            rest = min(rest, room)
            for o in imports:
                if room > 0.0:
                    imports[o] += rest * second.rooms[o] / room
        elif rest > 0.0:
            bought = 0.0
            for o in imports:
                more = rest * y.get("import_share", origin=o, element=e)
                imports[o] += more
                bought += more
            rest = bought  # nothing without foreign origins
        y.fill[e] = from_surplus + rest
        s.stockpile[e] = after_release + y.fill[e]
        y.stock_change[e] = s.stockpile[e] - before
        s.realised[e][t] = y.realised_need[e]
        for o, amount in second.primary.items():
            y.flow("primary", amount, origin=o, element=e)
        for o, amount in imports.items():
            y.flow("imports", amount, origin=o, element=e)
        y.flow("exports_refined", second.surplus - from_surplus, element=e)
        y.flow("other_use", y.other_use[e], element=e)
        y.flow("stock_release", second.release, element=e)
        y.flow("stock_fill", y.fill[e], element=e)
        if second.member:  # what it receives and what it gives
            y.flow("pool_in", second.release, element=e)
            y.flow("pool_out", second.given, element=e)
        y.note("realised_requirement", y.realised_need[e], element=e)
        y.note("unmet_demand", max(0.0, first.need - y.realised_need[e]), element=e)
        y.note("domestic_use", second.use, element=e)

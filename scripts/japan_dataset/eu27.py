"""EU27, coarse: cars only, from the public figures in the evidence; what is missing is taken over and marked so.

Counts of the EU27 (sales, lifetime, law) keep their provenance. World figures that stand for the EU27 (chemistry,
origins of metal), the outlook of Europe and all that is taken over from Japan are estimates.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from japan_dataset.batteries import BATTERY_ELEMENTS, OLD_PACKS, old_pack_factor, pack_rows
from japan_dataset.chemistry import Shares, completed, members, mixes_of
from japan_dataset.evidence import Datum, Evidence, Series, combined, constant, estimate, product, scaled
from japan_dataset.labels import EU27, FIRST_YEAR, FOREIGN_ORIGINS, LAST_YEAR, ORDER, REGION
from japan_dataset.package import labels_text
from japan_dataset.policy import content_quota, recovery_floor
from japan_dataset.recycling import BATTERY_ROUTES, INVESTMENT_YEAR
from japan_dataset.supply import ATTRIBUTES, RARE_EARTHS, WORLD_SOURCE, WORLD_YEAR
from japan_dataset.tables import Table, add_product

PLUG_IN = {"bev": "BEV", "phev": "PHEV", "fcev": "FCEV"}
PRODUCTS = (*PLUG_IN, "car_small_magnets")
COMPONENTS = ("traction_battery", "traction_magnet", "other_magnet")
LAST_COUNT = 2024
OUTLOOK = {2030: "IEA_STEPS_2025", 2035: "IEA_STEPS_2024"}
"""Edition of the outlook of Europe that is read for a year: the newer one ends in 2030."""
INSIDE = ("FIN",)
"""Refiners with rows of their own that lie in the EU27: no imports."""

WORLD = ("base_price", "ef_primary", "ef_secondary", "substitution_index_sr", "world_hhi_g", "governance")
"""Tables that are no matter of one region: rows and provenance as they are."""
TECHNOLOGY = (
    "backlog_limit base_collection_rate base_scrap_value build_lag capex collection_cost collection_elasticity "
    "component_mass content chemistry_share discount_rate equity_protection growth_limit invest_response learning_rate "
    "manufacturing_yield max_collection_rate new_scrap_share opex payable_share plant_life recovery_yield "
    "route_eligible second_life_collection second_life_share seed_capacity service trade_factor ore_share"
).split()
"""Tables taken over from Japan: the same technology, or the nearest row there is; all estimates."""
OWN_BATTERIES = ("bev", "phev")
"""Cars whose battery has rows of its own: mix, energy, content and mass."""
SCALED = ("capacity@standing", "initial_capacity", "initial_throughput")
"""Tables of Japan that grow with the size of a region."""
# facts beyond the evidence, with their sources
EUROPE_CAPACITY = Datum(
    330_000.0,
    None,
    None,
    "read",
    ("VELOBIZ_LIB",),
    "recycling of Li-ion batteries in Europe by 2026, t/yr, plans included, as a research institute counts them",
)
MISSING_CARS = Datum(
    0.35,
    None,
    None,
    "read",
    ("EUBUZZ_ELV",),
    "share of deregistered cars that are missing, by an answer of the European Commission",
)


def eu27_tables(tables: Iterable[Table], evidence: Evidence) -> list[Table]:
    """Return the tables of the EU27; `tables` are those of Japan, from which technology is taken over."""
    shares = {item: _mix(evidence, item) for item in OWN_BATTERIES}
    origins = {element: _origins(evidence, element) for element in ORDER["element"]}
    used = {chemistry for mix in shares.values() for chemistry in members(mix)}
    for table in tables:
        if table.name == "chemistry_share":
            used |= {str(key["chemistry"]) for key, *_ in table.rows if _taken(key) and not _own_battery(key)}
    found = [
        _sales(evidence),
        *_use(evidence),
        *_trade_of_cars(),
        _import_share(origins),
        _headroom(evidence, origins),
        recovery_floor(evidence, EU27),
        content_quota(evidence, EU27, tuple(PLUG_IN)),
    ]
    by_name = {table.name: table for table in tables}
    for name in (*WORLD, *TECHNOLOGY):
        found.append(_taken_over(by_name[name], name in WORLD, used, origins))
    for name in SCALED:
        found.append(_scaled(by_name[name], by_name["capacity@standing"], evidence))
    standing = found[-len(SCALED)]
    found.append(standing.copy("", "Recycling capacity that stands in 2026, held: no later plan in evidence"))
    own = {table.name: table for table in found}
    _batteries(evidence, shares, own)
    return found


def eu27_labels(tables: Iterable[Table]) -> str:
    """Return the label table: the region, and those labels of Japan's that its tables use."""
    rows = [key for table in tables for key, *_ in table.rows]
    only: dict[str, set[str]] = {"scrap": set(ORDER["scrap"])}
    for dim in ("origin", "product", "component", "chemistry", "element", "route"):
        only[dim] = {str(key[dim]) for key in rows if dim in key} - {"*"}
    only["origin"] |= {str(key["miner"]) for key in rows if "miner" in key}
    note = "cars only; mostly estimates, see the notes of rows"
    text = labels_text(EU27, "European Union of 27, coarse", note, only)
    return text.replace("kei cars included", "")  # of Japan


# --- Sales -----------------------------------------------------------------------------------------------------------


def _counts(evidence: Evidence, powertrain: str) -> Series:
    rows = evidence.series(
        "ev/ev_sales", region=EU27, powertrain=powertrain, segment="passenger_car_all", year_basis="CY"
    )
    return rows.map(lambda datum: datum.with_note(datum.note.removesuffix("; kei cars included for Japan")))


def _share_in_europe(evidence: Evidence, powertrain: str, year: int) -> Datum:
    """Return the share of a powertrain in the new cars of Europe: IEA gives cars, and the share of plug-in cars."""

    def row(word: str, quantity: str) -> Datum:
        found = evidence.one(
            "ev/ev_outlook",
            region="Europe",
            scenario=OUTLOOK[year],
            year=str(year),
            powertrain=word,
            quantity=quantity,
        )
        return found

    return combined(
        lambda own, bev, phev, share: own / (bev + phev) * share,
        row(powertrain, "sales"),
        row("BEV", "sales"),
        row("PHEV", "sales"),
        row("EV", "sales_share"),
        note="",
    )


def _sales(evidence: Evidence) -> Table:
    table = Table("sales", "unit/yr", "amount", "New cars sold: counts of IEA to 2024, outlook of Europe after that")
    total = _counts(evidence, "total")
    last = total[LAST_COUNT]
    for item, powertrain in PLUG_IN.items():
        path = _counts(evidence, powertrain)
        key = {"region": EU27, "product": item}
        for year in (FIRST_YEAR, path.years[0] - 1):
            table.add(estimate(0.0, f"no count before {path.years[0]}: 0"), time=year, **key)
        for year, datum in path.anchors.items():
            table.add(datum, time=year, **key)
        for year, edition in {**OUTLOOK, LAST_YEAR: OUTLOOK[2035]}.items():
            share = _share_in_europe(evidence, powertrain, min(year, 2035))
            note = (
                f"share {share.value:.3g} of new cars in Europe in {min(year, 2035)} ({edition.replace('_', ' ')}: "
                f"cars / plug-in cars x share of plug-in cars) x all new cars of the EU27 in {LAST_COUNT}, held; the "
                "EU27 is assumed to follow Europe; no range in evidence"
            )
            plain = replace(last, low=None, high=None)
            table.add(product(share, plain, note=note).as_estimate(note), time=year, **key)
    small = {"region": EU27, "product": "car_small_magnets"}
    held = f"no row before {total.years[0]}: its value held"
    table.add(total[total.years[0]].as_estimate(held), time=FIRST_YEAR, **small)
    for year, datum in total.anchors.items():
        table.add(datum, time=year, **small)
    after = replace(last.as_estimate(f"no outlook of all cars: {LAST_COUNT} held"), low=None, high=None)
    table.add(after, time=LAST_YEAR, **small)
    return table


# --- Use -------------------------------------------------------------------------------------------------------------


def _use(evidence: Evidence) -> list[Table]:
    lifetime = Table(
        "lifetime",
        "yr",
        "span",
        "Normal lifetime of cars as in a published model of the EU: mean and standard deviation",
        extra=("survival", "term"),
    )
    second = Table(
        "second_lifetime", "yr", "span", "Life of traction batteries in second life", extra=("survival", "term")
    )
    for term in ("mean", "sd"):
        car = evidence.one("ev/lifetime", region=EU27, subset="EV_car", distribution="normal", parameter=term)
        for item in PRODUCTS:
            borrowed = {"fcev": "fuel cell cars", "car_small_magnets": "cars of all kinds"}.get(item)
            datum = car.as_estimate(f"no row for {borrowed}: row of electric cars") if borrowed else car
            lifetime.add(datum, region=EU27, cohort="*", product=item, survival="normal", term=term)
        old = evidence.one("ev/lifetime", region=EU27, subset="second_life_stationary", parameter=term)
        second.add(old, region=EU27, component="traction_battery", survival="normal", term=term)
    exports = Table("used_export_share", "1", "fraction", "Share of discards that leaves the EU27 as used cars")
    for item in PRODUCTS:
        note = "no count of used cars that leave the EU27: all cars that are missing when deregistered (about 35 %)"
        datum = Datum(MISSING_CARS.value, 0.1, 0.5, "estimate", ("EXPERT", *MISSING_CARS.sources), note)
        exports.add(datum, region=EU27, product=item)
    return [lifetime, second, exports]


def _trade_of_cars() -> list[Table]:
    """Return trade of new cars and cells: no figure in evidence, so every car sold counts as made at home."""
    tables = []
    for name, description in (
        ("product_import_share", "Cars imported as a share of wanted sales"),
        ("product_export_ratio", "Cars exported per unit of wanted sales"),
        ("component_import_share", "Share of components of home-made cars that comes ready-made from abroad"),
    ):
        table = Table(name, "1", "fraction", description)
        note = "no row for the EU27: 0, so that the need is the metal of all cars sold there, wherever they are made"
        parts = [("traction_battery", item) for item in PLUG_IN] + [("traction_magnet", item) for item in PLUG_IN]
        if name != "component_import_share":
            parts = [("", item) for item in PRODUCTS]
        else:
            parts.append(("other_magnet", "car_small_magnets"))
        for component, item in parts:
            key = {"product": item, "component": component} if component else {"product": item}
            table.add(estimate(0.0, note), region=EU27, **key)
        tables.append(table)
    return tables


# --- Batteries -------------------------------------------------------------------------------------------------------


def _mix(evidence: Evidence, item: str) -> Shares:
    """Return the mix of the world's battery electric cars, held after the last year."""
    what = "mix of the world's battery electric cars, which holds more LFP of China than cars sold in Europe"
    if item == "phev":
        what += "; no row for plug-in hybrids"
    mixes = completed(mixes_of(evidence, region="World", scenario="historical", powertrain="BEV"))
    return {
        year: {chemistry: datum.as_estimate(what) for chemistry, datum in mix.items()} for year, mix in mixes.items()
    }


def _energy(evidence: Evidence) -> dict[str, Series]:
    """Return kWh per car by year of sale."""
    german = evidence.series("ev/battery_capacity", region="Germany", powertrain="BEV")
    japanese = evidence.series("ev/battery_capacity", region=REGION, powertrain="PHEV")
    return {
        "bev": german.map(lambda datum: datum.as_estimate(f"new cars of Germany, taken for the EU27; {datum.note}")),
        "phev": japanese.map(lambda datum: datum.as_estimate(f"no row for the EU27: as Japan; {datum.note}")),
    }


def _batteries(evidence: Evidence, shares: Mapping[str, Shares], tables: Mapping[str, Table]) -> None:
    """Add mix, energy, content and mass of the batteries that have rows of their own."""
    for item, energy in _energy(evidence).items():
        key = {"region": EU27, "product": item, "component": "traction_battery"}
        source = "kWh of new cars in Germany" if item == "bev" else "kWh of plug-in hybrids in Japan"
        for year, datum in energy.anchors.items():
            tables["service"].add(datum, time=year, **key)
        for year, mix in shares[item].items():
            for chemistry, datum in mix.items():
                tables["chemistry_share"].add(datum, time=year, chemistry=chemistry, **key)
        for chemistry in members(shares[item]):
            for element in BATTERY_ELEMENTS:
                intensity = evidence.one(
                    "ev/material_intensity_battery", chemistry=chemistry, element=element, design="recommended"
                )
                factors = [energy, constant(intensity)]
                note = f"{source} x kg/kWh"
                add_product(tables["content"], factors, note, chemistry=chemistry, element=element, **key)
            factors, note = [energy, constant(pack_rows(evidence, item, chemistry))], f"{source} x kg of pack per kWh"
            if item == "bev":
                factors, note = [*factors, old_pack_factor()], f"{note}, {OLD_PACKS}"
            add_product(tables["component_mass"], factors, note, chemistry=chemistry, **key)


# --- Supply ----------------------------------------------------------------------------------------------------------


def _origins(evidence: Evidence, element: str) -> dict[str, Datum]:
    """Return the share of each origin in the metal refined outside the EU27; the mix of all importers is assumed."""
    material = "magnet_REE" if element in RARE_EARTHS else element
    wanted = {"material": material, "stage": "refining", "year": WORLD_YEAR, "source": WORLD_SOURCE}
    amounts: dict[str, list[Datum]] = {}
    for row in evidence.rows("supply/production_by_country", scenario="historical", **wanted):
        country = row["iso3"]
        if country == "WLD" or country in INSIDE:
            continue
        origin = country if country in FOREIGN_ORIGINS else "ROW"
        datum = evidence.one("supply/production_by_country", scenario="historical", iso3=country, **wanted)
        amounts.setdefault(origin, []).append(datum)
    note = f"no import table of the EU27 in evidence: share in refining outside the EU27, {WORLD_SOURCE} {WORLD_YEAR}"
    if element in RARE_EARTHS:
        note += "; Nd, Pr, Dy and Tb together"
    parts = {origin: combined(lambda *tonnes: sum(tonnes), *rows, note="") for origin, rows in amounts.items()}
    world = sum(datum.value for datum in parts.values())
    return {
        origin: scaled(datum, 1 / world).as_estimate(
            f"{note}; with origins without a label of their own" if origin == "ROW" else note
        )
        for origin, datum in parts.items()
        if datum.value > 0
    }


def _named(origins: Mapping[str, Mapping[str, Datum]]) -> list[str]:
    """Return the origins of any element, in the order of the labels."""
    return [origin for origin in FOREIGN_ORIGINS if any(origin in mix for mix in origins.values())]


def _import_share(origins: Mapping[str, Mapping[str, Datum]]) -> Table:
    table = Table("import_share", "1", "share", "Share of each foreign origin in refined imports wanted")
    none = estimate(0.0, "not named among the refiners of the element: 0")
    for element, mix in origins.items():
        for origin in _named(origins):
            table.add(mix.get(origin, none), region=EU27, origin=origin, element=element)
    return table


def _headroom(evidence: Evidence, origins: Mapping[str, Mapping[str, Datum]]) -> Table:
    table = Table("headroom", "1", "amount", "Extra deliveries an unbanned origin can make in a ban year")
    default = evidence.one(ATTRIBUTES, origin="all", parameter="head").as_estimate("as Japan: row of all origins")
    for element, mix in origins.items():
        for origin in mix:
            table.add(default, region=EU27, origin=origin, element=element)
    return table


# --- Taken over ------------------------------------------------------------------------------------------------------


def _taken(key: Mapping[str, str | int]) -> bool:
    """True if product and component of a row exist in the tables of the EU27."""
    known: dict[str, Collection[str]] = {"product": PRODUCTS, "component": COMPONENTS}
    return all(key[dim] in (*labels, "*") for dim, labels in known.items() if dim in key)


def _own_battery(key: Mapping[str, str | int]) -> bool:
    return key.get("component") == "traction_battery" and key.get("product") in OWN_BATTERIES


def _taken_over(
    table: Table, world: bool, chemistries: Collection[str], origins: Mapping[str, Mapping[str, Datum]]
) -> Table:
    """Return Japan's rows of the labels that the EU27 knows: unchanged if they hold for all the world, or estimates."""
    copy = table.copy("", table.description if world else f"{table.description}; taken over from Japan", [])
    refiners = {(origin, element) for element, mix in origins.items() for origin in mix}
    composed = table.parameter in ("chemistry_share", "content", "component_mass", "service")
    for key, value, datum, unit in table.rows:
        if not _taken(key) or (composed and _own_battery(key)):
            continue
        if "chemistry" in key and key["chemistry"] not in (*chemistries, "*"):
            continue
        if "miner" in key and (key["origin"], key["element"]) not in refiners:
            continue
        if "miner" not in key and key.get("origin", "*") not in (*_named(origins), "*"):
            continue
        note = f"as Japan; {datum.note}".rstrip("; ")
        copy.rows.append(({**key, "region": EU27}, value, datum if world else datum.as_estimate(note), unit))
    return copy


def _scaled(table: Table, standing: Table, evidence: Evidence) -> Table:
    """Return a table of capacities of Japan on another scale: that of Europe for batteries, of cars for magnets."""
    batteries = [
        datum
        for key, _, datum, _ in standing.rows
        if key["route"] in BATTERY_ROUTES and key["time"] in ("*", INVESTMENT_YEAR)
    ]
    plain = [replace(datum, low=None, high=None) for datum in batteries]
    cars = [
        evidence.one(
            "ev/ev_sales",
            region=region,
            powertrain="total",
            segment="passenger_car_all",
            year_basis="CY",
            year=str(LAST_COUNT),
        )
        for region in (EU27, REGION)
    ]
    sizes = {
        "battery": combined(lambda all_of_them, *parts: all_of_them / sum(parts), EUROPE_CAPACITY, *plain, note=""),
        "magnet": combined(lambda ours, theirs: ours / theirs, *cars, note=""),
    }
    words = {
        "battery": f"330 000 t/yr in Europe over what stands in Japan in {INVESTMENT_YEAR}, Japan's mix of routes",
        "magnet": f"ratio of cars sold in {LAST_COUNT}",
    }
    copy = table.copy(table.variant, f"{table.description}; Japan's on another scale", [])
    for key, _, datum, unit in table.rows:
        if key["route"] == "nimh" and table.parameter != "initial_throughput":
            none = estimate(0.0, "no NiMH batteries among the products of the EU27: 0")
            copy.add(none, unit, **{**key, "region": EU27})
            continue
        kind = "battery" if key["route"] in BATTERY_ROUTES else "magnet"
        note = f"no row for the EU27: Japan x {sizes[kind].value:.3g}, {words[kind]}"
        copy.add(product(datum, sizes[kind], note=note).as_estimate(note), unit, **{**key, "region": EU27})
    return copy

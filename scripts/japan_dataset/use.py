"""Lifetimes, and where discarded products go: used exports, drawers, collection, second life."""

from __future__ import annotations

from japan_dataset.evidence import Datum, Evidence, Series, estimate, product
from japan_dataset.labels import (
    BATTERY_DEVICES,
    DEVICE_WORDS,
    FULL_HYBRIDS,
    MAGNET_PRODUCTS,
    MILD_HYBRIDS,
    PARTS,
    PRODUCTS,
    REGION,
    TRACTION_PRODUCTS,
    products_named,
)
from japan_dataset.tables import Table

NO_FUEL_CELL_ROW = "no row for fuel cell cars"


def add_series(table: Table, series: Series, **key: str) -> None:
    """Add a series by anchor year; one anchor alone holds for all years."""
    for year, datum in series.anchors.items():
        if len(series.years) == 1:
            note = f"{datum.note}; " if datum.note else ""
            table.add(datum.with_note(f"{note}evidence of {year}, held for all years"), time="*", **key)
        else:
            table.add(datum, time=year, **key)


def use_tables(evidence: Evidence) -> list[Table]:
    """Return lifetimes and the tables of discards, collection and second life."""
    return [
        _lifetime(evidence),
        _component_lifetime(evidence),
        _second_lifetime(evidence),
        *_discards(evidence),
        *_collection(evidence),
        *_collection_response(evidence),
        *_second_life(evidence),
    ]


# --- Lifetimes -----------------------------------------------------------------------------------------------------


def _lifetime(evidence: Evidence) -> Table:
    table = Table(
        "lifetime",
        "yr",
        "span",
        "Weibull lifetime of products by year of sale: mean and shape (the scale follows from them)",
        extra=("survival", "term"),
    )

    def add(item: str, mean: dict[int | str, Datum], shape: Datum) -> None:
        for cohort, datum in mean.items():
            key = {"region": REGION, "cohort": cohort, "product": item, "survival": "weibull"}
            table.add(datum, "yr", term="mean", **key)
            table.add(shape, "1", term="shape", **key)

    def vehicle(word: str, parameter: str, **more: str) -> Datum:
        return evidence.one(
            "ev/lifetime",
            region=REGION,
            item="vehicle",
            subset=word,
            distribution="weibull",
            parameter=parameter,
            **more,
        )

    bev = evidence.series("ev/lifetime", region=REGION, subset="BEV", distribution="weibull", parameter="mean")
    add("bev", {year: bev[year] for year in bev.years}, vehicle("BEV", "shape"))
    add("phev", {"*": vehicle("PHEV", "mean")}, vehicle("PHEV", "shape"))
    hybrid_mean, hybrid_shape = vehicle("HEV", "mean"), vehicle("HEV", "shape")
    for item in (*FULL_HYBRIDS, *MILD_HYBRIDS, "car_small_magnets", "fcev"):
        note = f"{NO_FUEL_CELL_ROW}: row of hybrids" if item == "fcev" else "row of hybrids"
        add(item, {"*": hybrid_mean.with_note(note)}, hybrid_shape.with_note(note))

    def device(word: str, parameter: str, **more: str) -> Datum:
        return evidence.one("electronics/lifetimes", product=word, phase="use", parameter=parameter, **more)

    phone_shape = device("mobile phone", "Weibull shape")
    for item in ("smartphone", "feature_phone"):
        phones: dict[int | str, Datum] = {year: device("mobile phone", "mean", year=str(year)) for year in (2003, 2017)}
        add(item, phones, phone_shape)
    words = {**DEVICE_WORDS, "notebook_pc": "PC", "desktop_pc": "PC", "hdd": "HDD"}
    for item, _, group, *_ in PRODUCTS:
        if group == "electronics" and item not in ("smartphone", "feature_phone"):
            add(item, {"*": device(words[item], "mean")}, device(words[item], "Weibull shape"))

    words = {
        "room_ac": "room air conditioner",
        "package_ac": "package air conditioner",
        "heat_pump_water_heater": "heat pump water heater",
        "washing_machine": "washing machine",
        "servo_motor": "AC servo motor",
        "elevator": "elevator gearless machine",
        "mri": "MRI (permanent magnet type)",
        "wind_turbine": "wind turbine",
    }
    for item, word in words.items():
        mean, shape = (evidence.one("magnets/lifetimes", product=word, parameter=p) for p in ("mean", "Weibull shape"))
        add(item, {"*": mean}, shape)
    note = "value of the data dictionary"
    add("other_magnets", {"*": estimate(10, note, 8, 13)}, estimate(2, note))
    return table


def _component_lifetime(evidence: Evidence) -> Table:
    table = Table(
        "component_lifetime",
        "yr",
        "span",
        "Life of traction batteries that may fail before the car; not used in the reference",
        "battery_failure",
        extra=("survival", "term"),
    )
    nimh = {
        term: evidence.one("ev/lifetime", region=REGION, subset="NiMH_HEV", distribution="weibull", parameter=term)
        for term in ("mean", "shape")
    }
    scale, shape = (
        evidence.one("ev/lifetime", region=REGION, subset="Liion_BEV", distribution="weibull", parameter=term)
        for term in ("scale", "shape")
    )
    for item in TRACTION_PRODUCTS:
        terms = nimh if item == "hev_nimh" else {"scale": scale, "shape": shape}
        for term, datum in terms.items():
            if item not in ("bev", "hev_nimh"):
                datum = datum.as_estimate("row of battery electric cars")
            key = {"region": REGION, "product": item, "component": "traction_battery", "survival": "weibull"}
            table.add(datum, "1" if term == "shape" else "yr", term=term, **key)
    return table


def _second_lifetime(evidence: Evidence) -> Table:
    table = Table(
        "second_lifetime", "yr", "span", "Life of traction batteries in second life", extra=("survival", "term")
    )
    for term in ("mean", "sd"):
        datum = evidence.one("ev/lifetime", region="World", subset="second_life_stationary", parameter=term)
        table.add(datum, region=REGION, component="traction_battery", survival="normal", term=term)
    return table


# --- Discards ------------------------------------------------------------------------------------------------------


def _routing(evidence: Evidence, parameter: str, component: str | None = None) -> dict[str, Series]:
    """Return one series of japan/routing for each product label that has rows."""
    anchors: dict[str, dict[int, Datum]] = {}
    for row in evidence.rows("japan/routing", parameter=parameter):
        if component is not None and row["component"] != component:
            continue
        datum = evidence.one(
            "japan/routing",
            parameter=parameter,
            product=row["product"],
            component=row["component"],
            year=row["year"],
        )
        for item in products_named(row["product"]):
            anchors.setdefault(item, {})[int(row["year"])] = datum
    return {item: Series(years) for item, years in anchors.items()}


def _discards(evidence: Evidence) -> list[Table]:
    exports = Table("used_export_share", "1", "fraction", "Share of discards that leaves the country as used products")
    subsets = dict.fromkeys((*FULL_HYBRIDS, *MILD_HYBRIDS), "HEV")
    subsets |= {"bev": "BEV", "phev": "PHEV", "fcev": "BEV", "car_small_magnets": "all"}
    for item, subset in subsets.items():
        path = evidence.series("ev/used_vehicle_export", region=REGION, subset=subset, parameter="export_share_default")
        if item == "fcev":
            note = f"{NO_FUEL_CELL_ROW}: battery electric path, customs count both together"
            path = path.map(lambda datum, note=note: datum.as_estimate(note))  # type: ignore[misc]
        add_series(exports, path, region=REGION, product=item)
    for item, path in _routing(evidence, "used_export_share").items():
        add_series(exports, path, region=REGION, product=item)
    hibernation = Table("hibernation_share", "1", "fraction", "Share of discards that is put into a drawer first")
    for item, path in _routing(evidence, "hibernation_share").items():
        add_series(hibernation, path, region=REGION, product=item)
    release = Table("hibernation_release", "1/yr", "fraction", "Share of the hibernating stock released in a year")
    for item, path in _routing(evidence, "hibernation_release_rate").items():
        add_series(release, path, region=REGION, product=item)
    return [exports, hibernation, release]


# --- Collection ----------------------------------------------------------------------------------------------------


def _collection(evidence: Evidence) -> list[Table]:
    base = Table(
        "base_collection_rate",
        "1",
        "fraction",
        "Share of direct discards and releases whose component is collected without any measure",
    )
    whole = _routing(evidence, "collection_rate", "all")
    separation = _routing(evidence, "magnet_separation_rate", "magnet")
    for component_word, component in (("battery", "traction_battery"), ("magnet", "traction_magnet")):
        rates = _routing(evidence, "collection_rate", component_word)
        rates.pop("car_small_magnets", None)
        rates["fcev"] = rates["hev_liion"].map(
            lambda datum: datum.as_estimate(f"{NO_FUEL_CELL_ROW}: row of full Li-ion hybrids")
        )
        for item, path in rates.items():
            add_series(base, path, region=REGION, product=item, component=component)
    small = _routing(evidence, "collection_rate", "magnet")["car_small_magnets"]
    add_series(base, small, region=REGION, product="car_small_magnets", component="other_magnet")
    for item in BATTERY_DEVICES:
        add_series(base, whole[item], region=REGION, product=item, component="small_battery")
    for item in MAGNET_PRODUCTS:
        if item not in whole or item not in separation:
            continue  # no separation of the magnet in evidence: rate 0, the default
        path, part = whole[item], separation[item][0]
        rate = path.map(lambda datum, part=part: product(datum, part, note="collection rate x magnet separation rate"))  # type: ignore[misc]
        add_series(base, rate, region=REGION, product=item, component="other_magnet")

    limit = Table("max_collection_rate", "1", "fraction", "Largest collection rate within reach")
    groups = {
        "traction_battery": {
            **{item: (item, "") for item in ("bev", "phev", *FULL_HYBRIDS)},
            **dict.fromkeys(MILD_HYBRIDS, ("hev_mild", "")),
            "fcev": ("hev_liion", f"{NO_FUEL_CELL_ROW}: row of full Li-ion hybrids"),
        },
        "small_battery": dict.fromkeys(BATTERY_DEVICES, ("portable", "")),
        "traction_magnet": {
            **dict.fromkeys(("bev", "phev", *FULL_HYBRIDS), ("bev_phev_hev", "")),
            "fcev": ("bev_phev_hev", NO_FUEL_CELL_ROW),
            **dict.fromkeys(MILD_HYBRIDS, ("car_small_magnets", "no row: as the small magnets of cars")),
        },
        "other_magnet": {
            **{item: (item, "") for item in MAGNET_PRODUCTS},
            **dict.fromkeys(("smartphone", "notebook_pc", "tablet"), ("smartphone_notebook_tablet", "")),
            **dict.fromkeys(
                ("feature_phone", "digital_camera", "handheld_console", "wireless_earphones"),
                ("smartphone_notebook_tablet", "no row: as smartphone, notebook and tablet"),
            ),
            "washing_machine": ("washing_machine_ndfeb", ""),
            "elevator": ("elevator_gearless", ""),
            "mri": ("mri_permanent", ""),
        },
    }
    for component, items in groups.items():
        word = "battery" if "battery" in component else "magnet"
        for item, (group, borrowed) in items.items():
            datum = evidence.one(
                "japan/policy_response", product=group, component=word, parameter="max_collection_rate"
            )
            datum = datum.as_estimate(borrowed) if borrowed else datum
            limit.add(datum, region=REGION, product=item, component=component)

    cost = Table("collection_cost", "USD_2024/t", "amount", "Cost of collecting a tonne of component")
    for component, route in (
        ("traction_battery", "collection_battery_ev"),
        ("small_battery", "collection_battery_small"),
        ("traction_magnet", "collection_magnet"),
        ("other_magnet", "collection_magnet"),
    ):
        datum = evidence.one("japan/route_costs", route=route, parameter="cost")
        cost.add(datum, region=REGION, component=component)
    return [base, limit, cost]


SCRAP_VALUE_GROUPS = {
    "traction_battery": {
        "bev": "bev",
        "phev": "phev",
        "hev_nimh": "hev_nimh",
        "hev_liion": "hev_liion",
        "hev_mild_registered": "hev_mild",
        "hev_mild_kei": "hev_mild",
    },
    "small_battery": {
        **dict.fromkeys(BATTERY_DEVICES, "portable_LCO"),
        "power_tool_pack": "portable_NMC",
        "power_bank": "portable_NMC",
    },
    "traction_magnet": dict.fromkeys(("bev", "phev", *FULL_HYBRIDS), "bev_phev_hev"),
    "other_magnet": {
        "car_small_magnets": "car_small_magnets",
        **dict.fromkeys(
            ("room_ac", "package_ac", "heat_pump_water_heater", "washing_machine", "servo_motor", "elevator"), "room_ac"
        ),
        **dict.fromkeys(("hdd", "notebook_pc", "smartphone", "other_magnets"), "hdd"),
        **dict.fromkeys(("wind_turbine", "mri"), "wind_turbine"),
    },
}
BORROWED_SCRAP_VALUES = {
    ("fcev", "traction_battery"): "hev_liion",
    ("fcev", "traction_magnet"): "bev_phev_hev",
    ("hev_mild_registered", "traction_magnet"): "bev_phev_hev",
    ("hev_mild_kei", "traction_magnet"): "bev_phev_hev",
    ("feature_phone", "other_magnet"): "hdd",
    ("tablet", "other_magnet"): "hdd",
    ("digital_camera", "other_magnet"): "hdd",
    ("handheld_console", "other_magnet"): "hdd",
    ("wireless_earphones", "other_magnet"): "hdd",
}
NO_POSITIVE_MARGIN = ("phev", "hev_liion", *MILD_HYBRIDS, "fcev")
"""Cars whose battery has no positive margin at the flat prices: their collection does not answer to scrap value."""


def _collection_response(evidence: Evidence) -> list[Table]:
    value = Table(
        "base_scrap_value",
        "USD_2024/t",
        "amount",
        "Scrap value at which the base collection rate holds: best recycling margin at the flat prices",
    )
    elasticity = Table(
        "collection_elasticity",
        "1",
        "amount",
        "Elasticity of the share not collected to scrap value: 0 in the reference",
    )
    policy = Table("collection_elasticity", "1", "amount", "Collection that answers to scrap value", "policy")
    none = evidence.one("japan/policy_response", product="all", parameter="collection_elasticity")
    some = evidence.one("japan/policy_response", product="scenario", parameter="collection_elasticity")
    elasticity.add(none, region=REGION)
    for item, component in PARTS:
        group = SCRAP_VALUE_GROUPS[component].get(item)
        datum = evidence.one(
            "japan/policy_response",
            parameter="base_scrap_value",
            product=group or BORROWED_SCRAP_VALUES[item, component],
            component="battery" if "battery" in component else "magnet",
        )
        if group is None:
            datum = datum.as_estimate(f"no row: as {BORROWED_SCRAP_VALUES[item, component]}")
        value.add(datum, region=REGION, product=item, component=component)
        idle = item in NO_POSITIVE_MARGIN and component == "traction_battery"
        answer = none.with_note("no positive margin at the flat prices: kept at 0") if idle else some
        policy.add(answer, region=REGION, product=item, component=component)
    ramp = Table("collection_ramp", "1/yr", "fraction", "Largest rise of a collection rate in a year", "policy")
    ramp.add(evidence.one("japan/policy_response", parameter="collection_ramp"), region=REGION)
    return [value, elasticity, policy, ramp]


# --- Second life ---------------------------------------------------------------------------------------------------


def _second_life(evidence: Evidence) -> list[Table]:
    share = Table("second_life_share", "1", "fraction", "Share of collected components that goes to a second life")
    rows = _routing(evidence, "second_life_share", "battery")
    for item, path in rows.items():
        share.add(path[0], region=REGION, product=item, component="traction_battery")
    borrowed = rows["hev_liion"][0].as_estimate(f"{NO_FUEL_CELL_ROW}: row of full Li-ion hybrids")
    share.add(borrowed, region=REGION, product="fcev", component="traction_battery")
    collection = Table(
        "second_life_collection", "1", "fraction", "Share of second-life components that reaches recycling"
    )
    datum = estimate(0.8, "value of the data dictionary", 0.5, 0.95)
    collection.add(datum, region=REGION, component="traction_battery")
    return [share, collection]

"""Responses and levers: nothing of this acts in the reference, scenarios choose the variants."""

from __future__ import annotations

from collections.abc import Iterable

from japan_dataset.evidence import Evidence, combined
from japan_dataset.labels import BATTERY_DEVICES, REGION, TRACTION_PRODUCTS
from japan_dataset.recycling import BATTERY_ROUTES
from japan_dataset.tables import Table

EU = "Battery Regulation 2023/1542"
BATTERY_METALS = ("Li", "Co", "Ni")


def policy_tables(evidence: Evidence) -> list[Table]:
    """Return the variants of responses and levers."""
    return [*_responses(evidence), *_eu_rules(evidence), *_grants(evidence)]


def _responses(evidence: Evidence) -> list[Table]:
    name = "japan/policy_response"
    tables = []
    for parameter, unit, kind, description in (
        ("scarcity_exponent", "1", "span", "Price answer to last year's shortage"),
        ("price_cap", "1", "amount", "Largest ratio of price to base price"),
        ("substitution_speed", "1/yr", "fraction", "Share of the gap to the wanted chemistry mix closed in a year"),
    ):
        table = Table(parameter, unit, kind, description, "policy")
        table.add(evidence.one(name, parameter=parameter), region=REGION)
        tables.append(table)
    table = Table("substitution_response", "kWh/USD_2024", "amount", "Answer of chemistry shares to cost", "policy")
    for word, unit in (("battery", "kWh/USD_2024"), ("magnet", "t/USD_2024")):
        datum = evidence.one(name, product="scenario", component=word, parameter="substitution_response")
        for component in ("traction", "small") if word == "battery" else ("traction", "other"):
            table.add(datum, unit, region=REGION, component=f"{component}_{word}")
    return [*tables, table]


def _eu_rules(evidence: Evidence) -> list[Table]:
    """Return the EU battery rules as scenario input for Japan."""
    quota = Table("collection_quota", "1", "", "Collection of portable batteries as in the EU regulation", "eu")
    base = Table("collection_quota_base", "", "", "The EU quota counts against sales of the three years before", "eu")
    rates = evidence.series("policy/targets", instrument=EU, sector="portable batteries", metric="collection rate")
    for year, datum in rates.anchors.items():
        for item in BATTERY_DEVICES:
            quota.add(datum, region=REGION, time=year, product=item, component="small_battery")
    note = "rate in law: mass collected over mean mass placed on the market in the three years before"
    first = next(iter(rates.anchors.values())).with_note(note)
    for item in BATTERY_DEVICES:
        base.add_text("sales", first, region=REGION, product=item, component="small_battery")
    return [quota, base, recovery_floor(evidence, REGION), content_quota(evidence, REGION, TRACTION_PRODUCTS)]


def recovery_floor(evidence: Evidence, region: str) -> Table:
    """Return the recovery of battery metals that the EU regulation demands, as rows of a region."""
    floor = Table("recovery_floor", "1", "", "Recovery of elements that the EU regulation demands", "eu")
    for element in BATTERY_METALS:
        floors = evidence.series(
            "policy/targets",
            instrument=EU,
            sector="all waste batteries",
            material=element,
            metric="material recovery rate",
        )
        for year, datum in floors.anchors.items():
            for route in BATTERY_ROUTES:
                floor.add(datum, region=region, time=year, element=element, route=route)
    return floor


def content_quota(evidence: Evidence, region: str, products: Iterable[str]) -> Table:
    """Return the recycled content that the EU regulation demands of the batteries of cars, as rows of a region."""
    items = list(products)
    content = Table("content_quota", "1", "", "Recycled content that the EU regulation demands of car batteries", "eu")
    for element in BATTERY_METALS:
        contents = evidence.series("policy/targets", instrument=EU, material=element, metric="minimum recycled content")
        first, second = contents.years
        held = contents.anchors[first].with_note(f"level of {first}, in force until {second}")
        for year, datum in {**contents.anchors, second - 1: held}.items():
            for item in items:
                key = {"product": item, "component": "traction_battery", "element": element}
                content.add(datum, region=region, time=year, **key)
    return content


def _grants(evidence: Evidence) -> list[Table]:
    name, programme = "policy/costs_and_subsidies", "Advanced resource circulation investment (GX)"
    grant = Table("capex_grant", "1", "", "Capital grants of the advanced resource circulation programme", "gx")
    rate = evidence.one(name, programme=programme, parameter="subsidy rate, other firms")
    grant.add(rate, region=REGION, time=2025)
    budget = Table("grant_budget", "USD_2024/yr", "", "Budget of the advanced resource circulation programme", "gx")
    size = evidence.one(name, programme=programme, parameter="programme size over 3 years")
    yen = evidence.one(name, programme="exchange rate", parameter="JPY per USD", year="2025")
    note = "20 billion JPY over 3 years / 3 / 149 JPY per USD; prices of 2025 taken as those of 2024"
    budget.add(combined(lambda a, b: a / 3 / b, size, yen, note=note), region=REGION, time=2025)
    return [grant, budget]

"""Where refined metal comes from: prices, origins, risk, stockpiles, and the footprint of metal."""

from __future__ import annotations

from japan_dataset.cases import crisis_tables, diversified_equity, diversified_shares, observed_shares
from japan_dataset.evidence import Datum, Evidence, combined, estimate, product, union_of_sources, weakest
from japan_dataset.labels import DOMESTIC_ORIGIN, ELEMENTS, FOREIGN_ORIGINS, ORIGIN_NAMES, REGION
from japan_dataset.tables import Table

RARE_EARTHS = ("Nd", "Pr", "Dy", "Tb")
ATTRIBUTES = "japan/origin_attributes"
WORLD_YEAR, WORLD_SOURCE = "2024", "IEA_CMDS"
DEEP_SEA_YEAR, DEEP_SEA_FULL = 2035, 2040
"""First year of rare earths from the deep sea, and the year of full output."""
OXIDES = {"Nd": "Nd2O3", "Pr": "Pr6O11", "Dy": "Dy2O3", "Tb": "Tb4O7"}


def supply_tables(evidence: Evidence) -> list[Table]:
    """Return all tables of supply and of the indicators' inputs."""
    return [
        _prices(evidence),
        *_import_shares(evidence),
        _ore_shares(evidence),
        *_origin_attributes(evidence),
        _governance(evidence),
        _world_concentration(evidence),
        _substitution_index(evidence),
        *_footprint(evidence),
        *_domestic_source(evidence),
        *_stockpile(evidence),
        *crisis_tables(evidence),
    ]


def _prices(evidence: Evidence) -> Table:
    table = Table(
        "base_price",
        "USD_2024/t",
        "amount",
        "Price of a tonne of refined element without scarcity; prices up to 2025 are those of the year, not deflated",
    )
    for element, *_ in ELEMENTS:
        path = evidence.series("japan/price_path", element=element, form="refined")
        for year, datum in path.anchors.items():
            table.add(datum, region=REGION, time=year, element=element)
    return table


# --- Origins -------------------------------------------------------------------------------------------------------


def _import_shares(evidence: Evidence) -> list[Table]:
    reference = Table("import_share", "1", "share", "Share of each foreign origin in refined imports wanted")
    scenario = Table(
        "import_share",
        "1",
        "share",
        "Import shares with supply from Australia, Canada, France and Africa",
        "diversified",
    )
    none = estimate(0.0, "not named among the origins of the element: 0")
    for element, *_ in ELEMENTS:
        year, observed = observed_shares(evidence, element)
        shares = diversified_shares(evidence, element)
        for origin in FOREIGN_ORIGINS:
            datum = observed.get(origin, none)
            if origin in observed:
                datum = datum.with_note(f"{datum.note}; shares of {year} held for all years".lstrip("; "))
            reference.add(datum, region=REGION, origin=origin, element=element)
            if len(shares) == 1:
                scenario.add(datum, region=REGION, origin=origin, time="*", element=element)
                continue
            for one, mix in shares.items():
                scenario.add(mix.get(origin, none), region=REGION, origin=origin, time=one, element=element)
    return [reference, scenario]


def _ore_shares(evidence: Evidence) -> Table:
    table = Table("ore_share", "1", "share", "Share of a refiner's ore that was mined in each origin")
    rows = evidence.file("japan/mine_lookthrough")
    named: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        element, refiner, miner = row["element"], row["refiner"], row["mine"]
        datum = evidence.one("japan/mine_lookthrough", element=element, refiner=refiner, mine=miner)
        table.add(datum, region=REGION, origin=refiner, element=element, miner=miner)
        named.setdefault((element, refiner), set()).add(miner)
    for (element, refiner), miners in named.items():
        if refiner not in miners:  # the default is own ore: say that there is none
            none = estimate(0.0, "no own ore among the rows of this refiner")
            table.add(none, region=REGION, origin=refiner, element=element, miner=refiner)
    return table


def _origin_attributes(evidence: Evidence) -> list[Table]:
    """Return what is said of origins; equity and headroom of origins in use only, so each set of shares has its own."""
    protection = Table("equity_protection", "1", "fraction", "Share of owned deliveries that a ban does not touch")
    trade = Table("trade_factor", "1", "amount", "Trade barriers of an origin, factor on its risk")
    default = {p: evidence.one(ATTRIBUTES, origin="all", parameter=p) for p in ("theta", "prot", "head", "t_trade")}
    named = {(row["origin"], row["element"]) for row in evidence.rows(ATTRIBUTES, parameter="theta")}
    tables = []
    for variant, latest in (("", False), ("diversified", True)):
        words = " with diversified import shares" if latest else ""
        equity = Table(
            "equity_share",
            "1",
            "fraction",
            f"Share of an origin's deliveries owned or contracted by the region{words}",
            variant,
        )
        headroom = Table(
            "headroom",
            "1",
            "amount",
            f"Extra deliveries an unbanned origin can make in a ban year{words}",
            variant,
        )
        added = diversified_equity() if latest else {}
        for origin, element in _origins_in_use(evidence, latest):
            key = {"region": REGION, "origin": origin, "element": element}
            if (origin, element) in named:
                owned = evidence.one(ATTRIBUTES, origin=origin, element=element, parameter="theta")
            else:
                owned = added.get((origin, element), default["theta"])
            equity.add(owned, **key)
            headroom.add(default["head"], **key)
        tables += [equity, headroom]
    protection.add(default["prot"], region=REGION)
    trade.add(default["t_trade"], region=REGION, origin="*", element="*")
    for row in evidence.rows(ATTRIBUTES, parameter="t_trade"):
        if row["origin"] != "all":
            datum = evidence.one(ATTRIBUTES, origin=row["origin"], element=row["element"], parameter="t_trade")
            trade.add(datum, region=REGION, origin=row["origin"], element=row["element"])
    return [*tables, protection, trade]


def _origins_in_use(evidence: Evidence, latest: bool) -> list[tuple[str, str]]:
    """Return origins and elements with a positive import share: in the observed year, or in any diversified one."""
    in_use: set[tuple[str, str]] = set()
    for element, *_ in ELEMENTS:
        year, observed = observed_shares(evidence, element)
        mixes = diversified_shares(evidence, element) if latest else {year: observed}
        in_use |= {(origin, element) for mix in mixes.values() for origin, datum in mix.items() if datum.value > 0}
    return sorted(in_use)


# --- Risk ----------------------------------------------------------------------------------------------------------


def _newest_governance(evidence: Evidence, country: str) -> Datum | None:
    rows = evidence.rows("supply/governance_wgi", iso3=country, dimension="mean_of_six")
    if not rows:
        return None
    newest = max(rows, key=lambda row: int(row["year"]))
    datum = evidence.one("supply/governance_wgi", iso3=country, dimension="mean_of_six", year=newest["year"])
    return combined(
        lambda w: (2.5 - w) * 2, datum, note=f"(2.5 - w) x 2, w = mean of the six indicators, {newest['year']}"
    )


def _risks(evidence: Evidence) -> dict[str, Datum]:
    risks: dict[str, Datum] = {}
    for origin in ORIGIN_NAMES:
        if origin == "ROW":
            continue
        country = "JPN" if origin == DOMESTIC_ORIGIN else origin
        datum = _newest_governance(evidence, country)
        if datum is None:
            raise ValueError(f"supply/governance_wgi: no mean_of_six for {country}")
        risks[origin] = datum.with_note(f"{datum.note}; Japan's own") if country == "JPN" else datum
    named = [datum for origin, datum in risks.items() if origin != DOMESTIC_ORIGIN]
    risks["ROW"] = combined(lambda *g: sum(g) / len(g), *named, note="mean of the named origins")
    return risks


def _governance(evidence: Evidence) -> Table:
    table = Table("governance", "1", "", "Governance risk of an origin, (2.5 - WGI) x 2, 0 good to 10 bad")
    for origin, datum in _risks(evidence).items():
        table.add(datum, region=REGION, origin=origin)
    return table


def _world_concentration(evidence: Evidence) -> Table:
    table = Table(
        "world_hhi_g",
        "1",
        "amount",
        "Governance-weighted concentration of world supply, the larger of mine and refinery stage",
    )
    risks = _risks(evidence)
    for element, *_ in ELEMENTS:
        material = "magnet_REE" if element in RARE_EARTHS else element
        stages = {stage: _stage(evidence, element, material, stage, risks) for stage in ("mining", "refining")}
        worst = max(stages, key=lambda stage: stages[stage].value)
        other = "mining" if worst == "refining" else "refining"
        note = f"{worst} stage, {WORLD_SOURCE} {WORLD_YEAR}; {other} stage {stages[other].value:.3g}; sum s^2 G tf"
        if element in RARE_EARTHS:
            note += "; production of Nd, Pr, Dy, Tb together"
        note += "; low without the rest of the world, which is one residual"
        table.add(stages[worst].with_note(note), region=REGION, element=element)
    return table


def _stage(evidence: Evidence, element: str, material: str, stage: str, risks: dict[str, Datum]) -> Datum:
    rows = [
        row
        for row in evidence.rows(
            "supply/production_by_country", material=material, stage=stage, year=WORLD_YEAR, source=WORLD_SOURCE
        )
        if row["iso3"] != "WLD" and row["scenario"] == "historical"
    ]
    total = sum(float(row["value"]) for row in rows)
    value = named = 0.0
    inputs: list[Datum] = []
    for row in rows:
        country = row["iso3"]
        risk = risks[country] if country in risks else _newest_governance(evidence, country)
        if risk is None:
            raise ValueError(f"supply/governance_wgi: no mean_of_six for {country}")
        factors = evidence.rows("japan/origin_attributes", origin=country, element=element, parameter="t_trade")
        factor = float(factors[0]["value"]) if factors else 1.0
        part = (float(row["value"]) / total) ** 2 * risk.value * factor
        value += part
        named += 0.0 if country == "ROW" else part
        inputs += [risk, Datum(float(row["value"]), provenance=row["provenance"], sources=(row["source"],))]
        if factors:
            inputs.append(Datum(factor, provenance=factors[0]["provenance"], sources=(factors[0]["source"],)))
    provenance = weakest((*(datum.provenance for datum in inputs), "derived"))
    return Datum(value, named, value, provenance, union_of_sources(inputs))


def _substitution_index(evidence: Evidence) -> Table:
    table = Table("substitution_index_sr", "1", "span", "Substitution index for supply risk")
    for element, *_ in ELEMENTS:
        datum = evidence.one("supply/criticality_inputs", material=element, parameter="substitution index SI_SR")
        table.add(datum, region=REGION, element=element)
    return table


def _footprint(evidence: Evidence) -> list[Table]:
    tables = []
    for kind in ("primary", "secondary"):
        table = Table(f"ef_{kind}", "t*CO2/t", "amount", f"Greenhouse gas of {kind} metal")
        for element, *_ in ELEMENTS:
            datum = evidence.one("supply/criticality_inputs", material=element, parameter=f"CO2 factor {kind}")
            table.add(datum, region=REGION, element=element)
        tables.append(table)
    return [*tables, _fill_limit()]


_FILL: dict[str, dict[int | str, float]] = {
    "Li": {2026: 400, 2035: 900},
    "Co": {"*": 550},
    "Ni": {2026: 2800, 2035: 4500},
    "Nd": {"*": 360},
    "Pr": {"*": 95},
    "Dy": {"*": 21},
    "Tb": {"*": 5},
}
"""Most that enters the stockpile in a year, t: a tenth to an eighth of the need of 2030 or 2035 (scope products)."""


def _fill_limit() -> Table:
    """Return how fast a stockpile is bought: no rate is in evidence."""
    table = Table(
        "fill_limit", "t/yr", "amount", "Most that a stockpile takes in a year: about a tenth of need", "tenth"
    )
    for element, path in _FILL.items():
        for year, value in path.items():
            datum = estimate(
                value,
                "a tenth to an eighth of the need of products in 2030 or 2035; no rate in evidence",
                value / 2,
                value * 2,
            )
            table.add(datum, region=REGION, time=year, element=element)
    return table


# --- Domestic source -----------------------------------------------------------------------------------------------


def _domestic_source(evidence: Evidence) -> list[Table]:
    domestic = Table("origin_domestic", "", "", "Whether an origin is a primary source inside the region")
    domestic.add_text("true", estimate(1.0, "rare-earth mud in Japanese waters"), origin=DOMESTIC_ORIGIN)
    row = evidence.one(
        "policy/costs_and_subsidies",
        programme="deep-sea mud (Minamitorishima)",
        parameter="production before 2035",
    )
    none = Table("primary_capacity", "t/yr", "", "Capacity of the domestic primary source: none in the reference")
    some = Table(
        "primary_capacity",
        "t/yr",
        "span",
        f"Rare earths from deep-sea mud from {DEEP_SEA_YEAR}: upper bound of the evidence, reached in {DEEP_SEA_FULL}",
        "deep_sea",
    )
    start = Table("primary_start", "yr", "", "First year of deep-sea mud", "deep_sea")
    start.add(estimate(DEEP_SEA_YEAR, "year of the row"), region=REGION, origin=DOMESTIC_ORIGIN)
    cost = Table("primary_cost", "USD_2024/t", "amount", "Cost of rare earths from deep-sea mud", "deep_sea")
    assert row.high is not None
    upper = Datum(row.high, 0.0, row.high, row.provenance, row.sources)
    light = evidence.one("supply/ree_element_shares", origin="World", elements="Nd+Pr")
    neodymium = evidence.one("supply/ree_element_shares", origin="World", elements="Nd in Nd+Pr")
    heavy = evidence.one("supply/ree_element_shares", origin="Myanmar", elements="Dy+Tb")
    terbium = evidence.one("supply/ree_element_shares", origin="World", elements="Tb in Dy+Tb")

    def rest(datum: Datum) -> Datum:
        return combined(lambda a: 1 - a, datum, note="")

    parts = {
        "Nd": (light, neodymium),
        "Pr": (light, rest(neodymium)),
        "Dy": (heavy, rest(terbium)),
        "Tb": (heavy, terbium),
    }
    for element, (group, share) in parts.items():
        oxide = evidence.one("supply/compound_conversion", compound=OXIDES[element], element=element)
        note = (
            "1500 t/yr taken as rare-earth oxide x element shares of mined oxide (Nd and Pr: world; Dy and Tb: ionic "
            "clay of Myanmar as the nearest heavy-rich rows) x element per oxide; composition of the mud unknown"
        )
        datum = product(upper, group, share, oxide, note=note)
        datum = Datum(datum.value, 0.0, datum.high, datum.provenance, datum.sources, datum.note)
        key = {"region": REGION, "origin": DOMESTIC_ORIGIN, "element": element}
        none.add(row.zero("production before 2035: none"), **key)
        some.add(row.zero(f"straight line from here to {DEEP_SEA_FULL}"), time=DEEP_SEA_YEAR - 1, **key)
        some.add(datum, time=DEEP_SEA_FULL, **key)
        price = evidence.series("japan/price_path", element=element, form="refined")[DEEP_SEA_YEAR]
        dear = Datum(
            2 * price.value,
            price.value,
            4 * price.value,
            "estimate",
            ("EXPERT",),
            "no cost in evidence; twice the flat price of the metal is assumed, the price itself to four times",
        )
        cost.add(dear, **key)
    return [domestic, none, some, start, cost]


# --- Stockpile -----------------------------------------------------------------------------------------------------


def _stockpile(evidence: Evidence) -> list[Table]:
    tables = []
    for variant, material, parameter, description in (
        ("national_target", "all 34 rare metals", "target, total", "Stockpile of 60 days, national and private target"),
        ("high_risk_target", "high-risk metals", "target after 2020 reform", "Stockpile of 180 days, high-risk target"),
    ):
        table = Table("stockpile_days", "day", "", description, variant)
        datum = evidence.one("supply/stockpile", material=material, parameter=parameter)
        table.add(
            datum.with_note(f"{datum.note}; from 2026, after the observed years".lstrip("; ")), region=REGION, time=2026
        )
        tables.append(table)
    return tables

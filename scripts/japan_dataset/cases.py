"""Import shares and prices of cases: diversified supply, and the state before the rare-earth crisis of 2010."""

from __future__ import annotations

from japan_dataset.evidence import Datum, Evidence, combined, estimate, union_of_sources
from japan_dataset.labels import ELEMENTS, FOREIGN_ORIGINS, REGION
from japan_dataset.tables import Table

LIGHT, HEAVY = ("Nd", "Pr"), ("Dy", "Tb")
CONTRACT_YEAR = 2027
"""Year of the evidence's own case: contracted heavy rare earths are delivered."""
START_YEAR = 2026
"""Last year with the observed shares of the other elements."""

Shares = dict[int, dict[str, Datum]]
"""Import shares by year and origin."""

_PIPELINE = "grows with the refining that the IEA pipeline shows there"
_LESS = "what the other origins leave"
_QUEBEC = (
    "a plant in Quebec was studied in 2022; a Japanese trader has a memorandum on sulfate from Ontario, no contract"
)
_QUEBEC_SOURCES = ("IEA_CMDS", "MININGWEEKLY_BECANCOUR", "FASTMARKETS_ELECTRA")
_LYNAS = "Australian ore; Japan has priority for up to 7200 t/yr of Nd-Pr until 2038"
_LOFDAL = "Lofdal: 117 t/yr of Dy and 17.5 t/yr of Tb by an assessment of 2022, before feasibility study and finance"
# element: year: origin: share, why, further sources; origins that are not named keep their observed share
_DIVERSIFIED: dict[str, dict[int, dict[str, tuple[float, str, tuple[str, ...]]]]] = {
    "Li": {
        2030: {
            "CHN": (0.4285, _LESS, ()),
            "CHL": (0.16, _PIPELINE, ("IEA_CMDS",)),
            "ARG": (0.19, f"{_PIPELINE}; Olaroz in Japanese part ownership", ("IEA_CMDS", "EVWIND_2010")),
            "USA": (0.07, "about as observed", ()),
            "AUS": (0.15, "hydroxide plants, 24 kt of lithium in the IEA pipeline of 2030; no contract", ("IEA_CMDS",)),
        },
    },
    "Co": {
        2030: {
            "CAN": (0.15, f"{_PIPELINE}; {_QUEBEC}", _QUEBEC_SOURCES),
            "FIN": (0.16, _LESS, ()),
            "CHN": (0.05, _LESS, ()),
        },
        2035: {
            "CAN": (0.22, f"{_PIPELINE}; {_QUEBEC}", _QUEBEC_SOURCES),
            "FIN": (0.13, _LESS, ()),
            "CHN": (0.02, _LESS, ()),
            "BEL": (0.04, _LESS, ()),
        },
    },
    "light": {
        2030: {
            "CHN": (0.40, _LESS, ()),
            "MYS": (0.42, _LYNAS, ("IEA_CMDS", "MINING_LYNAS2023")),
            "AUS": (0.07, "separation in Australia of the IEA pipeline", ("IEA_CMDS",)),
            "EST": (0.02, "growth of the plant", ()),
            "FRA": (0.03, "Caremag", ("RAWMATNET_CAREMAG",)),
        },
        2035: {
            "CHN": (0.34, _LESS, ()),
            "MYS": (0.44, _LYNAS, ("IEA_CMDS", "MINING_LYNAS2023")),
            "AUS": (0.09, "separation in Australia of the IEA pipeline", ("IEA_CMDS",)),
            "EST": (0.03, "growth of the plant", ()),
            "FRA": (0.04, "Caremag", ("RAWMATNET_CAREMAG",)),
        },
    },
    "heavy": {
        2030: {
            "CHN": (0.47, _LESS, ()),
            "MYS": (0.30, "share of Japanese demand that the ministry expects from Lynas", ("IRUMIRU_LYNAS",)),
            "FRA": (0.20, "share of potential Japanese demand that Caremag has contracted", ("ARGUS_CAREMAG",)),
            "ROW": (0.03, "as in the case of 2027", ()),
        },
        2035: {
            "CHN": (0.40, _LESS, ()),
            "MYS": (0.30, "share of Japanese demand that the ministry expects from Lynas", ("IRUMIRU_LYNAS",)),
            "FRA": (0.20, "share of potential Japanese demand that Caremag has contracted", ("ARGUS_CAREMAG",)),
            "NAM": (0.07, _LOFDAL, ("MININGWEEKLY_LOFDAL", "CRUXINVESTOR_LOFDAL")),
            "ROW": (0.03, "as in the case of 2027", ()),
        },
    },
}
# origin, element: share, low, high, provenance, sources, note; beside what the evidence says of equity
_OWN: dict[tuple[str, tuple[str, ...]], Datum] = {
    ("NAM", HEAVY): Datum(
        0.4,
        0.0,
        0.5,
        "read",
        ("CRUXINVESTOR_LOFDAL",),
        "share of Lofdal that JOGMEC had earned by 2025 (50 % with all of its spending); 0 if it is never built",
    ),
    ("AUS", ("Li",)): Datum(
        0.0,
        0.0,
        0.15,
        "estimate",
        ("EXPERT", "EVMAGZ_LIONTOWN", "MINING_IDEMITSU"),
        "no Japanese share in refining there; a study of hydroxide in Japan from Australian ore, 15 % of an explorer",
    ),
    ("CAN", ("Co",)): Datum(
        0.0,
        0.0,
        0.3,
        "estimate",
        ("EXPERT", "FASTMARKETS_ELECTRA"),
        "a memorandum on selling sulfate in Japan, no contract; 2000 t/yr is the upper bound of the evidence",
    ),
}


def diversified_equity() -> dict[tuple[str, str], Datum]:
    """Return equity and offtake by origin and element that the case of diversified supply adds to the evidence."""
    return {(origin, element): datum for (origin, elements), datum in _OWN.items() for element in elements}


def shares_of_origin(evidence: Evidence, element: str) -> Shares:
    """Return the import shares in evidence by year."""
    shares: Shares = {}
    for row in evidence.rows("japan/import_origin", element=element):
        datum = evidence.one("japan/import_origin", element=element, origin=row["origin"], year=row["year"])
        shares.setdefault(int(row["year"]), {})[row["origin"]] = datum
    return shares


def observed_shares(evidence: Evidence, element: str) -> tuple[int, dict[str, Datum]]:
    """Return the year and the import shares that the reference holds."""
    observed = {year: mix for year, mix in shares_of_origin(evidence, element).items() if year < CONTRACT_YEAR}
    assert len(observed) == 1, element
    return next(iter(observed.items()))


def diversified_shares(evidence: Evidence, element: str) -> Shares:
    """Return the import shares of the case of diversified supply; one year only where nothing changes."""
    year, observed = observed_shares(evidence, element)
    group = "light" if element in LIGHT else "heavy" if element in HEAVY else element
    changes = _DIVERSIFIED.get(group, {})
    if not changes:
        return {year: observed}
    shares: Shares = {year: observed, CONTRACT_YEAR: shares_of_origin(evidence, element).get(CONTRACT_YEAR, {})}
    if not shares[CONTRACT_YEAR]:
        shares = {START_YEAR: {o: d.with_note(f"share of {year}") for o, d in observed.items()}}
    for later, named in changes.items():
        kept = {} if element in HEAVY else dict(observed)
        mix = {origin: datum.as_estimate("as observed") for origin, datum in kept.items()}
        for origin, (value, why, sources) in named.items():
            mix[origin] = Datum(value, None, None, "estimate", ("EXPERT", *sources), f"scenario: {why}")
        total = sum(datum.value for datum in mix.values())
        assert abs(total - 1) < 1e-9, (element, later, total)
        shares[later] = mix
    return shares


def crisis_tables(evidence: Evidence) -> list[Table]:
    """Return import shares and prices of rare earths as they were before and after the crisis of 2010."""
    return [_crisis_shares(evidence), _crisis_prices(evidence)]


def _crisis_shares(evidence: Evidence) -> Table:
    table = Table("import_share", "1", "share", "Import shares around the rare-earth crisis of 2010", "crisis_2010")
    none = estimate(0.0, "not named among the origins of the element: 0")
    before = {
        "CHN": _import(evidence, "rare earths, share of imports", "2010", "China"),
        "VNM": _import(evidence, "rare earth oxides, share of imports", "2010", "Viet Nam"),
    }
    after = {
        origin: _import(evidence, "rare earths, share of imports", "2018", country)
        for origin, country in (("CHN", "China"), ("VNM", "Viet Nam"), ("FRA", "France"), ("MYS", "Malaysia"))
    }
    note = "all rare earths together; share of imports by customs"
    for element, *_ in ELEMENTS:
        year, mix = observed_shares(evidence, element)
        mixes: dict[int | str, dict[str, Datum]] = {"*": {o: d.with_note(f"shares of {year}") for o, d in mix.items()}}
        if element in LIGHT:
            mixes = {}
            for one, known in ((2010, before), (2018, after)):
                rest = combined(lambda *shares: 1 - sum(shares), *known.values(), note="rest of the named origins")
                mixes[one] = {**{origin: datum.with_note(note) for origin, datum in known.items()}, "ROW": rest}
        for one, named in mixes.items():
            for origin in FOREIGN_ORIGINS:
                table.add(named.get(origin, none), region=REGION, origin=origin, time=one, element=element)
    return table


def _import(evidence: Evidence, item: str, year: str, origin: str) -> Datum:
    return evidence.one("supply/japan_imports", material="REE", product=item, year=year, origin=origin)


def _crisis_prices(evidence: Evidence) -> Table:
    """Rare earths at their price of 2009 throughout; the other elements as in the reference."""
    table = Table(
        "base_price",
        "USD_2024/t",
        "amount",
        "Price without scarcity; rare earths at their price before the crisis of 2010, nominal",
        "crisis_2010",
    )
    for element, *_ in ELEMENTS:
        if element not in (*LIGHT, *HEAVY):
            for year, datum in evidence.series("japan/price_path", element=element, form="refined").anchors.items():
                table.add(datum, region=REGION, time=year, element=element)
    told = evidence.one("supply/disruption_events", event="REE_2010", element="Nd", parameter="price multiplier")
    light = Datum(20_000.0, None, None, "read", told.sources, f"before the crisis; the source tells {told.note}")
    table.add(light, region=REGION, time="*", element="Nd")
    table.add(light.as_estimate("price of Nd"), region=REGION, time="*", element="Pr")
    oxide = evidence.one("supply/compound_conversion", compound="Dy2O3", element="Dy")
    start = evidence.one("supply/prices", element="Dy", form="oxide", basis="monthly average, January", year="2009")
    note = "oxide in January 2009 / element per oxide"
    heavy = combined(lambda price, share: 1000 * price / share, start, oxide, note=note)
    table.add(heavy, region=REGION, time="*", element="Dy")
    terbium, dysprosium = (
        evidence.one("supply/prices", element=e, form="oxide", basis="year-end range", year="2011")
        for e in ("Tb", "Dy")
    )
    ratio = terbium.value / dysprosium.value
    sources = union_of_sources([heavy, terbium])
    note = "no price before the crisis: Dy x ratio of the oxides at the end of 2011"
    table.add(Datum(heavy.value * ratio, None, None, "estimate", sources, note), region=REGION, time="*", element="Tb")
    return table

"""Recycling routes: what they take, what they recover, what they cost and how much they can treat."""

from __future__ import annotations

from japan_dataset.evidence import Datum, Evidence, Series, combined, estimate
from japan_dataset.labels import ELEMENTS, FIRST_YEAR, LI_ION, MAGNETS, ORDER, REGION
from japan_dataset.tables import Table

BATTERY_ROUTES = ("pyro", "hydro", "pyro_hydro", "direct")
MAGNET_METALS = ("Nd", "Pr", "Dy", "Tb")
COST_YEAR = 2024
INVESTMENT_YEAR = 2026


def recycling_tables(evidence: Evidence) -> list[Table]:
    """Return all tables of recycling."""
    return [
        _eligible(),
        _yields(evidence),
        _payable(evidence),
        *_costs(evidence),
        *_capacity(evidence),
        *_investment(evidence),
    ]


def _eligible() -> Table:
    table = Table("route_eligible", "", "", "Whether a route takes a component and chemistry from a kind of scrap")
    no = estimate(0.0, "every class that is not named below")
    table.add_text("false", no, region=REGION, component="*", chemistry="*", route="*", scrap="*")

    def takes(component: str, chemistry: str, route: str, scraps: tuple[str, ...], note: str) -> None:
        for scrap in scraps:
            key = {"component": component, "chemistry": chemistry, "route": route, "scrap": scrap}
            table.add_text("true", estimate(1.0, note), region=REGION, **key)

    every = ORDER["scrap"]
    for chemistry in LI_ION:
        for route in BATTERY_ROUTES:
            takes("traction_battery", chemistry, route, every, "Li-ion packs and production scrap")
    for chemistry in ("LCO", "NMC", "NCA", "LMO", "LFP"):
        for route in ("pyro", "hydro", "pyro_hydro"):
            takes("small_battery", chemistry, route, every, "portable Li-ion cells")
        note = "direct recycling needs one known cathode: production scrap, not mixed portable cells"
        takes("small_battery", chemistry, "direct", ("new",), note)
    takes("traction_battery", "NiMH", "nimh", every, "NiMH packs and production scrap")
    for component in ("traction_magnet", "other_magnet"):
        for chemistry in MAGNETS:
            takes(component, chemistry, "magnet", ("old", "imported"), "separated end-of-life magnets")
            takes(component, chemistry, "swarf", ("new",), "sludge, swarf and rejects of magnet making")
    return table


def _yields(evidence: Evidence) -> Table:
    table = Table("recovery_yield", "1", "fraction", "Share of an element in the feed that a route recovers")
    name = "ev/recycling_battery"
    nimh = {"Ni": "Ni", "Co": "Co"}
    magnet = evidence.one(
        name, region=REGION, chemistry="NdFeB_motor", element="Nd", parameter="recovery_efficiency_default"
    )
    swarf = evidence.one("japan/manufacturing", component="magnet", parameter="swarf_recovery")
    rare_earths = evidence.one(
        name, region=REGION, chemistry="NiMH", element="REE_total", parameter="recovery_efficiency"
    )
    for element, *_ in ELEMENTS:
        for route in ORDER["route"]:
            datum: Datum | None = None
            if route in BATTERY_ROUTES and element in ("Li", "Co", "Ni"):
                datum = evidence.one(
                    name,
                    region=REGION,
                    route=route,
                    chemistry="Liion",
                    element=element,
                    parameter="recovery_efficiency_default",
                )
            elif route == "nimh" and element in nimh:
                datum = evidence.one(
                    name, region=REGION, chemistry="NiMH", element=element, parameter="recovery_efficiency_default"
                )
            elif route == "nimh" and element in ("Nd", "Pr"):
                share = estimate(0.25, "share of the feed")
                note = "rare earths recovered in the plants that treat a quarter of the feed (data dictionary)"
                datum = combined(lambda a, b: a * b, rare_earths, share, note=note)
            elif route == "magnet" and element in MAGNET_METALS:
                datum = magnet if element == "Nd" else magnet.with_note(f"{magnet.note}; row of Nd")
            elif route == "swarf" and element in MAGNET_METALS:
                datum = swarf
            if datum is None:
                datum = estimate(0.0, "not in the feed of the route, or not recovered by it")
            table.add(datum, region=REGION, element=element, route=route)
    return table


def _payable(evidence: Evidence) -> Table:
    table = Table("payable_share", "1", "amount", "Price received for recovered metal over the price of refined metal")
    for route in ORDER["route"]:
        pay = evidence.one("japan/route_costs", route=route, parameter="pay")
        for element, *_ in ELEMENTS:
            datum = pay
            if route == "nimh" and element in MAGNET_METALS:
                datum = estimate(0.0, "rare earths of NiMH batteries are not paid")
            table.add(datum, region=REGION, element=element, route=route)
    return table


def _costs(evidence: Evidence) -> list[Table]:
    opex = Table("opex", "USD_2024/t", "amount", "Operating cost for a tonne of feed, at constant prices of 2024")
    capex = Table("capex", "USD_2024/(t/yr)", "amount", "Capital cost of a tonne per year of capacity")
    for route in ORDER["route"]:
        for table, parameter in ((opex, "opex"), (capex, "capex")):
            table.add(evidence.one("japan/route_costs", route=route, parameter=parameter), region=REGION, route=route)
    return [opex, capex]


# --- Capacity ------------------------------------------------------------------------------------------------------


_BEHIND: dict[tuple[str, int], tuple[str, str]] = {
    ("hydro", 2012): ("JX_2012", "one plant, 50 t a month"),
    ("hydro", 2030): (
        "JAPANMETAL_138332",
        "one firm aims at 500-1000 t of black mass a month, 15 000-31 000 t of batteries a year at 2.57 t for each; "
        "an aim and no order, so the lower end of it for all plants together",
    ),
    ("pyro_hydro", 2026): ("CHEMANALYST_2024", "half a year of the one plant that is complete in June 2026"),
    ("pyro_hydro", 2027): ("CHEMANALYST_2024", "one plant, 10 000 t of cells a year"),
}
"""What is published behind an estimate of installed capacity: source, and what it says."""


def _installed(evidence: Evidence) -> dict[str, Series]:
    cells = evidence.one("japan/component_mass", parameter="pack_to_cell_mass")
    paths = {}
    for route in ORDER["route"]:
        path = evidence.series("japan/recycling_capacity", route=route, parameter="installed_capacity")
        anchors = dict(path.anchors)
        for year, datum in anchors.items():
            if route == "hydro":
                datum = datum.with_note("t of battery component")
            if route == "pyro_hydro":
                note = "t of cells / cell mass per pack mass: t of packs"
                datum = combined(lambda a, b: a / b, datum, cells, note=note)
            if (route, year) in _BEHIND:
                source, told = _BEHIND[route, year]
                note = f"{datum.note}; {told}"
                datum = Datum(datum.value, datum.low, datum.high, "estimate", ("EXPERT", source), note)
            anchors[year] = datum
        paths[route] = Series(anchors)
    return paths


def _capacity(evidence: Evidence) -> list[Table]:
    paths = _installed(evidence)
    path = Table(
        "capacity", "t/yr", "amount", "Installed recycling capacity, t of component, announced plants included"
    )
    start = Table("initial_capacity", "t/yr", "amount", "Capacity at the start of a run that begins in 1990")
    standing = Table(
        "capacity",
        "t/yr",
        "amount",
        f"Recycling capacity that stands at the end of {INVESTMENT_YEAR}, before investment decides; no mere plans",
        "standing",
    )
    today = Table(
        "initial_capacity",
        "t/yr",
        "amount",
        f"Capacity at the start of a run with investment that begins after {INVESTMENT_YEAR}",
        str(INVESTMENT_YEAR),
    )
    for route, series in paths.items():
        single = len(series.years) == 1
        for year, datum in series.anchors.items():
            path.add(datum, region=REGION, time="*" if single else year, route=route)
        start.add(series[FIRST_YEAR], region=REGION, route=route)
        stands = _plant_of_2026(evidence) if route == "pyro_hydro" else series[INVESTMENT_YEAR]
        today.add(stands, region=REGION, route=route)
        if single:
            standing.add(stands, region=REGION, time="*", route=route)
            continue
        for year, datum in {**series.anchors, INVESTMENT_YEAR: stands}.items():
            if year <= INVESTMENT_YEAR:
                standing.add(datum, region=REGION, time=year, route=route)
    return [path, standing, start, today]


def _plant_of_2026(evidence: Evidence) -> Datum:
    """Return the whole capacity of the plant that is complete in mid-2026; the path counts half of it in that year."""
    plant = evidence.one("japan/recycling_capacity", route="pyro_hydro", parameter="plant_capacity")
    cells = evidence.one("japan/component_mass", parameter="pack_to_cell_mass")
    note = "one plant, complete in June 2026, at its whole capacity: t of cells / cell mass per pack mass, t of packs"
    return combined(lambda a, b: a / b, plant, cells, note=note)


def _investment(evidence: Evidence) -> list[Table]:
    lag = Table("build_lag", "yr", "", "Years from order to first run")
    seed = Table("seed_capacity", "t/yr", "amount", "Capacity that the growth limit counts with where none stands yet")
    for route in ORDER["route"]:
        for table, parameter in ((lag, "build_lag"), (seed, "seed_capacity")):
            datum = evidence.one("japan/policy_response", route=route, parameter=parameter)
            table.add(datum, region=REGION, route=route)
    single = []
    for name, unit, kind, source, parameter, description in (
        ("plant_life", "yr", "", "japan/route_costs", "lifetime", "Years a plant runs"),
        ("discount_rate", "1/yr", "amount", "japan/route_costs", "discount_rate", "Real rate of return wanted"),
        (
            "backlog_limit",
            "yr",
            "amount",
            "japan/route_costs",
            "backlog_max",
            "Years of capacity that may lie in store",
        ),
        ("growth_limit", "1/yr", "amount", "japan/policy_response", "growth_limit", "Largest orders in a year"),
        ("invest_response", "1", "amount", "japan/policy_response", "invest_response", "Slope of the investment logit"),
        ("learning_rate", "1", "fraction", "japan/route_costs", "learning_rate", "Cost fall for each doubling"),
    ):
        table = Table(name, unit, kind, description)
        table.add(evidence.one(source, parameter=parameter), region=REGION)
        single.append(table)
    return [lag, seed, *single, _throughput(evidence)]


def _throughput(evidence: Evidence) -> Table:
    """Return the throughput to which today's costs belong: installed capacity summed up to the year of the costs."""
    table = Table(
        "initial_throughput",
        "t",
        "amount",
        "Cumulative throughput to which the costs belong: capacity summed up to 2024, seed capacity where none stood",
    )
    for route, path in _installed(evidence).items():
        years = [path[year] for year in range(path.years[0], COST_YEAR + 1)]
        if years and sum(datum.value for datum in years) > 0:
            note = f"installed capacity summed over {path.years[0]}-{COST_YEAR}, bounds summed alike"
            low, high = (sum((getattr(d, end) or d.value) for d in years) for end in ("low", "high"))
            datum = Datum(sum(d.value for d in years), low, high, "estimate", ("EXPERT",), note)
        else:
            seed = evidence.one("japan/policy_response", route=route, parameter="seed_capacity")
            datum = Datum(
                seed.value, seed.low, seed.high, "estimate", seed.sources, "no plant yet: one year of the seed capacity"
            )
        table.add(datum, region=REGION, route=route)
    return table

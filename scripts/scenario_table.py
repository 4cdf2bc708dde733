"""The pages scenarios, hindcast and eu27 of docs: text from scripts/pages, numbers from runs of the scenarios.

    python scripts/scenario_table.py            says which pages are out of date
    python scripts/scenario_table.py --write    renews them

A page's text holds ``{{name words}}`` where a number, a table or a scenario's own text stands; `FIGURES` below lists
the names. No number of a result is typed by hand.
"""

from __future__ import annotations

import csv
import re
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scenario_runs import BAN, BATTERIES, ELEMENTS, FIRST, LAST, LITHIUM_ROUTES, MAGNETS, Run, full_name, run

import mfa
from mfa.inputs import load_scenario
from mfa.inputs.scenario import scenario_files
from mfa.vocabulary import QUOTA_STATES

ROOT = Path(__file__).resolve().parents[1]
TEXTS, DOCS = Path(__file__).with_name("pages"), ROOT / "docs"
PAGES = ("scenarios", "hindcast", "eu27")
WIDTH = 118

GROUPS = {"batteries": ("Li", "Co", "Ni"), "magnets": ("Nd", "Pr", "Dy", "Tb"), "all": ELEMENTS}
COMPONENTS = {"batteries": BATTERIES, "magnets": MAGNETS}
# scenario: group of elements that it is for
POLICIES = {
    "collection-quota": "batteries",
    "collection-quota-eu": "batteries",
    "recycled-content": "batteries",
    "magnet-grants": "magnets",
    "magnet-quota": "magnets",
    "research-grants": "all",
    "keep-used-evs": "batteries",
    "vision": "all",
    "vision-without-floors": "all",
    "deep-sea": "magnets",
    "next-chemistries": "all",
}
RARE = GROUPS["magnets"]


# --- Numbers in words ------------------------------------------------------------------------------------------------


def plain(value: float, digits: int = 3) -> str:
    """A number of some significant digits, thousands apart.

    >>> plain(7387576.4), plain(0.03567, 2), plain(12.0), plain(0.0)
    ('7 390 000', '0.036', '12', '0')
    """
    value = float(f"{value:.{digits}g}")
    return f"{value:,.0f}".replace(",", " ") if value == round(value) else f"{value:g}"


def percent(value: float) -> str:
    """A share in percent: whole from 10 on, else one decimal.

    >>> percent(0.6649), percent(0.0312), percent(0.0)
    ('66 %', '3.1 %', '0 %')
    """
    value *= 100.0
    return f"{value:.0f} %" if abs(value) >= 9.95 or value == 0 else f"{value:.1f} %"


def millions(value: float) -> str:
    """Money in million USD."""
    return f"{plain(value / 1e6)} million USD"


# --- Figures of the texts --------------------------------------------------------------------------------------------


def per_phone(name: str) -> float:
    """What the penalty of a collection quota is for one smartphone battery sold today, USD."""
    results = run(name).results
    where = {"product": "smartphone", "component": "small_battery"}
    penalty = results.inputs.arrays["collection_penalty"].sel(time=2030, component="small_battery")
    mass = results.inputs.arrays["component_mass"].sel(cohort=2024, chemistry="LCO", **where)
    return float(np.max(penalty.values)) * float(mass.squeeze())


def spare_batteries_per_car() -> float:
    """Batteries that an electric car of 2030 gets after its first one, by the tables of the dataset."""
    car = mfa.Lifetime.weibull(mean=_term("lifetime", "mean", 2030), shape=_term("lifetime", "shape", 2030))
    table = "component_lifetime@battery_failure"
    battery = mfa.Lifetime.weibull(scale=_term(table, "scale"), shape=_term(table, "shape"))
    ages = np.arange(12)
    cars, parts = (np.asarray(lifetime.sf(age)) for lifetime, age in ((car, ages + 0.5), (battery, ages * 1.0)))
    carrying, spares = np.zeros(12), 0.0
    carrying[0] = float(cars[0])  # cars in use at the end of the year of sale, by the age of the battery
    for age in range(1, 11):  # a car gets another battery up to ten years of age
        carrying *= cars[age] / cars[age - 1]
        kept = carrying[:-1] * parts[1:] / parts[:-1]
        failed = float(carrying.sum() - kept.sum())
        spares += failed
        carrying = np.concatenate([[failed], kept])
    return spares


def _term(table: str, term: str, cohort: int = 0) -> float:
    """A lifetime term of battery electric cars."""
    path = ROOT / "parameters" / "japan" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["product"] == "bev" and row["term"] == term]
    found = {int(row.get("cohort", 0)): float(row["value"]) for row in rows}
    return float(np.interp(cohort, list(found), list(found.values())))


def growth_of_price(name: str, year: int, element: str) -> float:
    """Price over that of the run without the shock."""
    return float(run(name).policy("price", year, element) / run("crisis-without-shock").policy("price", year, element))


def saved(name: str) -> float:
    """Largest share of the Dy need that substitution saves in one year of the crisis."""
    ratio = run(name).policy("requirement", element="Dy") / run("crisis-without-shock").policy(
        "requirement", element="Dy"
    )
    return float(-np.diff(ratio[-8:]).min())


def from_china(year: int) -> float:
    """Rare earths from China in the replay of 2010, t."""
    return float(run("2010-crisis").of("flows", "imports", year, origin="CHN", element=RARE))


def exponent_needed(multiple: float) -> float:
    """Scarcity exponent that makes the multiple out of the shortage of 2010 alone."""
    return float(np.log(multiple) / -np.log1p(-run("2010-crisis").unmet(2010, "Dy")))


def magnet_cost_gap(name: str, year: int) -> float:
    """Difference in cost of material between the two grades of a hybrid's motor magnet, USD a tonne."""
    crisis = run(name)
    arrays = crisis.results.inputs.arrays
    where = {"product": "hev_nimh", "component": "traction_magnet"}
    gap = 0.0
    for element in RARE:
        contents = [
            float(arrays["content"].sel(cohort=year, chemistry=grade, element=element, **where).squeeze())
            for grade in ("NdFeB", "NdFeB_lean")
        ]
        gap += crisis.policy("price", year, element) * (contents[0] - contents[1])
    mass = arrays["component_mass"].sel(cohort=year, chemistry="NdFeB", **where)
    return gap / float(mass.squeeze())


FIGURES: dict[str, Callable[..., str]] = {
    # metal: element, year, run
    "share": lambda e, y, r: percent(run(r).import_share(int(y), e)),
    "fall": lambda e, y, r, b="market": (
        f"{100 * (run(b).import_share(int(y), e) - run(r).import_share(int(y), e)):.1f}"
    ),
    "need": lambda e, y, r: f"{plain(run(r).policy('requirement', int(y), e))} t",
    "needed": lambda e, y, r, b="market": _signed(
        run(r).policy("requirement", int(y), e) / run(b).policy("requirement", int(y), e) - 1
    ),
    "imported": lambda e, y, r: f"{plain(run(r).policy('import_need', int(y), e))} t",
    "unmet": lambda e, y, r: percent(run(r).unmet(int(y), e)),
    "spared": lambda e, y, r, b: f"{100 * (run(b).unmet(int(y), e) - run(r).unmet(int(y), e)):.1f} points",
    "recycled": lambda e, y, r: percent(run(r).indicator("eol_recycling_rate", int(y), e)),
    "collected": lambda e, y, r: percent(run(r).indicator("eol_collection_rate", int(y), e)),
    "content": lambda e, y, r: percent(run(r).indicator("recycled_content", int(y), e)),
    "largest": lambda e, y, r: percent(run(r).largest_origin(int(y), e)),
    "owned": lambda e, y, r: percent(run(r).indicator("self_sufficiency", int(y), e)),
    "cover": lambda e, y, r: percent(run(r).indicator("n_1_cover", int(y), e)),
    "days": lambda e, y, r: plain(run(r).indicator("days_of_cover", int(y), e), 2),
    "held": lambda e, y, r: f"{plain(run(r).of('stocks', 'stockpile', int(y), element=e))} t",
    "price": lambda e, y, r: f"{run(r).policy('price', int(y), e) / run('market').policy('price', int(y), e):.1f}",
    "missing": lambda e, y, r: percent(
        run(r).policy("content_shortfall", int(y), e) / run(r).policy("content_obligation", int(y), e)
    ),
    "certificate": lambda e, y, r: f"{plain(run(r).policy('certificate_price', int(y), e))} USD/t",
    "yield": lambda e, y, r, w: percent(run(r).of("policy", "recovery_yield", int(y), element=e, route=w)),
    "from": lambda o, e, y, r: f"{plain(run(r).of('flows', 'imports', int(y), element=e, origin=o), 2)} t",
    # things
    "kt": lambda n, c, y, r: f"{plain(run(r).mass(n, int(y), COMPONENTS[c]) / 1e3)} kt",
    "tonnes": lambda n, c, y, r: f"{plain(run(r).mass(n, int(y), COMPONENTS[c]))} t",
    "capacity": lambda w, y, r: f"{plain(run(r).route('capacity', int(y), w.split('+')) / 1e3)} kt",
    "processed": lambda w, y, r: f"{plain(run(r).route('processed', int(y), w.split('+')) / 1e3)} kt",
    "rate": lambda p, y, r: percent(run(r).pair("collection_rate", int(y), p, "small_battery")),
    "asked": lambda p, y, r: percent(run(r).pair("quota_unclipped", int(y), p, "small_battery")),
    "state": lambda p, y, r: QUOTA_STATES[int(run(r).pair("quota_state", int(y), p, "small_battery"))],
    "fee": lambda p, y, r: f"{plain(run(r).pair('shadow_price', int(y), p, 'small_battery'), 2)} USD/t",
    "unsold": lambda p, y, r: percent(
        run(r).of("items", "unmet_units", int(y), product=p)
        / (run(r).of("items", "unmet_units", int(y), product=p) + run(r).of("items", "sales_units", int(y), product=p))
    ),
    "phone": lambda r: f"{per_phone(r):.0f} USD",
    "spares": lambda: f"{spare_batteries_per_car():.2f}",
    # money of 2027-2050
    "support": lambda r: millions(run(r).supported(run("market"))),
    "charged": lambda r: millions(run(r).charged()),
    "paid": lambda n, r: millions(run(r).money(n)),
    "paid_in": lambda n, y, r: millions(run(r).money(n, int(y), int(y))),
    "tonne": lambda g, r: f"{plain(run(r).cost_per_tonne(run('market'), GROUPS[g]), 2)} USD",
    "cheaper": lambda w, y, r: _signed(_unit_cost(r, w, y) / _unit_cost("market", w, y) - 1),
    # texts of the scenarios
    "title": lambda n: load_scenario(full_name(n)).title,
    "text": lambda n: " ".join(load_scenario(full_name(n)).description.split()),
    "base": lambda n: f"`{full_name(n)}`, on `{_base(n)}`",
    # the crisis of 2010
    "china": lambda y, b: _signed(from_china(int(y)) / from_china(int(b)) - 1),
    "multiple": lambda e, y, r="2010-crisis": f"{growth_of_price(r, int(y), e):.1f}",
    "saved": lambda r: percent(saved(r)),
    "exponent": lambda m: plain(exponent_needed(float(m)), 2),
    "gap": lambda y, r: f"{plain(magnet_cost_gap(r, int(y)), 1)} USD",
    "old_magnets": lambda: f"{plain(_old_magnets(), 1)} t",
    "short_years": lambda: str(sum(run("2010-crisis").unmet(year, "Dy") > 0 for year in run("2010-crisis").years)),
}


def _signed(value: float) -> str:
    text = percent(value)
    return f"+{text}" if value > 0 else text


def _unit_cost(name: str, route: str, year: str) -> float:
    return float(run(name).route("opex_total", int(year), route) / run(name).route("processed", int(year), route))


def _base(name: str) -> str:
    import yaml

    settings = yaml.safe_load(scenario_files()[full_name(name)].read_text(encoding="utf-8"))
    return str(settings.get("base", f"dataset {settings.get('dataset')}"))


def _old_magnets() -> float:
    """Most Dy that comes from end-of-life magnets in a year of the crisis, t."""
    path = run("2010-crisis").of("flows", "secondary", element="Dy", route="magnet", scrap="old")
    return float(path[-8:].max())


# --- Tables ----------------------------------------------------------------------------------------------------------


def lines(head: list[str], rows: list[list[str]], numbers: int = 1) -> str:
    """A Markdown table whose columns from `numbers` on are numbers."""
    rule = ["---" if i < numbers else "---:" for i in range(len(head))]
    return (
        "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))
        .replace("| ---", "|---")
        .replace("--- |", "---|")
    )


def policies() -> str:
    """What each policy takes off the import share, and what it costs."""
    market = run("market")
    columns = [(e, y) for y in (2040, 2050) for e in ("Li", "Co", "Ni", "Nd", "Dy")]
    head = ["", *(f"{e} {y}" for e, y in columns), "state pays", "makers pay", "USD a tonne avoided"]
    rows = []
    for name, group in POLICIES.items():
        one = run(name)
        cells = [f"{100 * (one.import_share(y, e) - market.import_share(y, e)):+.1f}" for e, y in columns]
        tonne = one.cost_per_tonne(market, GROUPS[group])
        money = [plain(one.supported(market) / 1e6), plain(one.charged() / 1e6)]
        rows.append([name, *cells, *money, f"{plain(tonne, 2)} ({group})"])
    return lines(head, rows)


def shocks() -> str:
    """Need that is not met, with and without what is prepared for it."""
    cases = [
        ("heavy rare earths", "Dy", (2030, 2031), [
            ("nothing", BAN), ("the vision", f"{BAN}-vision"), ("60 days in stock", "ban-with-60-days"),
            ("60 days, pooled with a partner", f"{BAN}-joint-stockpile"), ("180 days in stock", f"{BAN}-stockpile"),
            ("more origins", f"{BAN}-diversified"),
        ]),
        ("the same ten years later", "Dy", (2040, 2041), [
            ("nothing", "ban-ten-years-later"), ("the vision", "ban-ten-years-later-vision")
        ]),
        ("cobalt quota", "Co", (2035, 2036), [
            ("nothing", "cobalt-quota"), ("the vision", "cobalt-quota-vision"),
            ("60 days in stock", "cobalt-quota-with-60-days"),
        ]),
        ("nickel ore and sulfide", "Ni", (2035, 2036), [
            ("nothing", "nickel-ore-ban"), ("the vision", "nickel-ore-ban-vision"),
            ("60 days in stock", "nickel-ore-ban-with-60-days"), ("the ore ban alone, nothing", "nickel-ore-ban-alone"),
        ]),
    ]  # fmt: skip
    rows = []
    for shock, element, years, prepared in cases:
        for what, name in prepared:
            one = run(name)
            cells = [percent(one.unmet(year, element)) for year in years]
            rows.append([shock, what, f"{element}, {years[0]} and {years[1]}", *cells])
    return lines(["Shock", "Prepared by", "Element", "first year", "second year"], rows, 3)


def recovery() -> str:
    """Where batteries go, and what is recovered: reference and market."""
    years = (2025, 2030, 2035, 2040, 2045, 2050, 2060)
    head = ["", *map(str, years)]
    rows = []
    for title, of in (
        ("batteries collected, kt", lambda r, y: plain(_old(r, y) / 1e3)),
        ("production scrap of batteries, kt", lambda r, y: plain(r.mass("new_scrap", y, BATTERIES) / 1e3)),
    ):
        rows.append([title, *(of(run("reference"), year) for year in years)])
    for name in ("reference", "market"):
        one = run(name)
        rows += [
            [f"{name}: plants for Li-ion, kt", *(plain(one.route("capacity", y, LITHIUM_ROUTES) / 1e3) for y in years)],
            [f"{name}: old batteries treated, kt", *(plain(_treated(one, y, "old") / 1e3) for y in years)],
            [f"{name}: production scrap treated, kt", *(plain(_treated(one, y, "new") / 1e3) for y in years)],
            [f"{name}: without a plant, kt", *(plain(_overflow(one, y) / 1e3) for y in years)],
            *(
                [f"{name}: EoL-RR of {e}", *(percent(one.indicator("eol_recycling_rate", y, e)) for y in years)]
                for e in ("Li", "Co", "Ni", "Dy")
            ),
        ]
    return lines(head, rows)


def _old(one: Run, year: int) -> float:
    """Old batteries that come in for recycling, from second life too, t."""
    return one.mass("collected", year, BATTERIES) + one.mass("second_life_eol", year, BATTERIES)


def _treated(one: Run, year: int, scrap: str) -> float:
    """Batteries or battery scrap treated, t."""
    return one.of("components", "processed", year, route=(*LITHIUM_ROUTES, "nimh"), scrap=scrap)


def _overflow(one: Run, year: int) -> float:
    """Batteries and battery scrap that find no room in plant or store, t."""
    return one.mass("overflow", year, BATTERIES)


def origins() -> str:
    """Largest origin, cover without it and self-sufficiency in 2040, as observed and diversified."""
    head = ["", *ELEMENTS]
    rows = []
    for name, words in (("market", "as observed"), ("diversified", "diversified")):
        one = run(name)
        for title, of in (
            ("largest origin in imports", lambda r, e: percent(r.largest_origin(2040, e))),
            ("need covered if it fails (N-1)", lambda r, e: percent(r.indicator("n_1_cover", 2040, e))),
            ("self-sufficiency", lambda r, e: percent(r.indicator("self_sufficiency", 2040, e))),
        ):
            rows.append([f"{title}, {words}", *(of(one, element) for element in ELEMENTS)])
    return lines(head, rows)


def stockpiles() -> str:
    """What lies in the stockpiles in 2030, and what filling them costs."""
    head = ["", *(f"{element}, t" for element in ELEMENTS), "paid 2026-2050, million USD"]
    rows = []
    for name in ("stockpile-60", "stockpile-180"):
        one = run(name)
        held = [plain(one.of("stocks", "stockpile", 2030, element=element)) for element in ELEMENTS]
        extra = sum(
            sign * r.money("public_cost", 2026, LAST, "indicators") for sign, r in ((1, one), (-1, run("market")))
        )
        rows.append([name, *held, plain(extra / 1e6)])
    return lines(head, rows)


def batteries_that_fail() -> str:
    """What component lifetimes change for electric cars in 2040."""
    names = ("market", "component-life", "component-life-no-reuse", "component-life-no-replacement")
    head = ["2040", "one life for car and battery", "battery fails by itself", "and no reuse", "and no second battery"]
    car = {"product": "bev"}

    def thousand(one: Run, item: str) -> str:
        return plain(one.of("items", item, 2040, **car) / 1e3)

    measures: list[tuple[str, Callable[[Run], str]]] = [
        ("battery electric cars in use, thousand", lambda r: thousand(r, "stock_units")),
        ("battery electric cars discarded, thousand", lambda r: thousand(r, "discards_units")),
        ("new spare batteries of all cars, kt", lambda r: plain(r.mass("spares", 2040, "traction_battery") / 1e3)),
        ("used ones that serve again, kt", lambda r: plain(r.mass("reused", 2040, "traction_battery") / 1e3)),
        ("batteries collected for recycling, kt", lambda r: plain(r.mass("collected", 2040, "traction_battery") / 1e3)),
        *((f"need of {e}, t", lambda r, e=e: plain(r.policy("requirement", 2040, e))) for e in ("Li", "Co", "Ni")),
        *((f"import share of {e}", lambda r, e=e: percent(r.import_share(2040, e))) for e in ("Li", "Co", "Ni")),
    ]  # fmt: skip
    return lines(head, [[title, *(of(run(name)) for name in names)] for title, of in measures])


def eu27_stock() -> str:
    """Cars in use in the EU27 against the stock that the IEA models."""
    with Path(__file__).with_name("eu27_stock.csv").open(encoding="utf-8", newline="") as stream:
        given = {(row["product"], int(row["year"])): float(row["value"]) for row in csv.DictReader(stream)}
    head, rows = ["Cars in use, end of the year"], []
    years = (2016, 2018, 2020, 2022, 2024)
    for product in ("bev", "phev", "fcev"):
        name = run("eu27-reference").results.label_name("product", product)
        model = {year: run("eu27-reference").of("items", "stock_units", year, product=product) for year in years}
        rows += [
            [f"{name}, IEA", *(plain(given[product, year], 2) for year in years)],
            [f"{name}, model", *(plain(model[year]) for year in years)],
            [f"{name}, distance", *(f"{100 * (model[y] / given[product, y] - 1):+.1f} %" for y in years)],
        ]
    return lines([*head, *map(str, years)], rows)


def eu27_trade() -> str:
    """What used cars and battery scrap from Japan change: values without a link, changes with one."""
    base, cars, both = (run(name) for name in ("eu27", "eu27-trade-of-cars-alone", "eu27-trade"))
    years = (2040, 2060)
    words = ("no link", "used cars", "and scrap")
    head = ["", *(f"{year}, {word}" for year in years for word in words)]

    def thousand(item: str) -> Callable[[Run, int], float]:
        return lambda one, year: one.of("items", item, year, "EU27", product="bev") / 1e3

    def kt(flow: str, region: str = "EU27") -> Callable[[Run, int], float]:
        return lambda one, year: one.mass(flow, year, ["traction_battery"], region=region) / 1e3

    def tonnes(element: str, region: str) -> Callable[[Run, int], float]:
        return lambda one, year: one.of("flows", "secondary", year, region, element=element)

    def share(element: str, region: str) -> Callable[[Run, int], float]:
        def of(one: Run, year: int) -> float:
            need, wanted = (one.policy(name, year, element, region) for name in ("requirement", "import_need"))
            return 100.0 * float(wanted / need)

        return of

    def cells(of: Callable[[Run, int], float], points: bool) -> list[str]:
        found = []
        for year in years:
            value = of(base, year)
            found.append(f"{value:.1f} %" if points else plain(value))
            for one in (cars, both):
                change = of(one, year) - value
                if abs(change) < (0.005 if points else 1e-4 * abs(value)):
                    found.append("0")
                else:
                    found.append(f"{change:+.2f}" if points else f"+{plain(change)}" if change > 0 else plain(change))
        return found

    measures: list[tuple[str, Callable[[Run, int], float], bool]] = [
        ("EU27: used electric cars from Japan, thousand", thousand("imports_used_units"), False),
        ("EU27: electric cars in use, thousand", thousand("stock_units"), False),
        ("EU27: electric cars discarded, thousand", thousand("discards_units"), False),
        ("EU27: traction batteries collected, kt", kt("collected"), False),
        ("EU27: battery scrap from Japan, kt", kt("imports_scrap"), False),
        ("EU27: batteries beyond plants and stores, kt", kt("overflow"), False),
        ("Japan: batteries beyond plants and stores, kt", kt("overflow", "Japan"), False),
        *((f"{r}: secondary {e}, t", tonnes(e, r), False) for r in ("EU27", "Japan") for e in ("Li", "Ni")),
        *((f"{r}: import share of {e}, points", share(e, r), True) for r in ("EU27", "Japan") for e in ("Li", "Ni")),
    ]  # fmt: skip
    return lines(head, [[title, *cells(of, points)] for title, of, points in measures])


def _recovered_of_imported(element: str) -> float:
    """Share of an element in the scrap that comes from Japan which the EU27 recovers, all years together."""
    linked = run("eu27-trade")
    came = linked.of("flows", "imports_scrap", region="EU27", element=element).sum()
    return float(linked.of("flows", "secondary", region="EU27", element=element, scrap="imported").sum() / came)


def _traded(item: str, year: int) -> float:
    """What used electric cars from Japan change in the EU27, or how many leave Japan, thousand."""
    car = {"product": "bev"}
    if item == "exported":
        keeps = run("eu27").results.inputs.arrays["used_export_share"].sel(region="Japan", time=year, **car)
        return run("eu27").of("items", "discards_units", year, "Japan", **car) * float(keeps) / 1e3
    with_cars, without = (run(n).of("items", item, year, "EU27", **car) for n in ("eu27-trade-of-cars-alone", "eu27"))
    return (with_cars - without) / 1e3


def eu27_rows() -> str:
    """Rows of the dataset of the EU27 by provenance."""
    groups = {
        "new cars": ("sales",),
        "lifetimes": ("lifetime", "second_lifetime"),
        "chemistry, content, mass, energy": ("chemistry_share", "content", "component_mass", "service"),
        "law": ("content_quota@eu", "recovery_floor@eu"),
        "origins and prices of metal, risk, footprint": (
            "import_share ore_share headroom trade_factor equity_protection base_price governance world_hhi_g "
            "substitution_index_sr ef_primary ef_secondary"
        ).split(),
    }
    kinds = ("read", "derived", "recalled", "estimate")
    counts = {name: dict.fromkeys(kinds, 0) for name in (*groups, "use, collection, recycling, trade of cars")}
    for path in sorted((ROOT / "parameters" / "eu27").glob("*.csv")):
        if path.stem == "labels":
            continue
        group = next((name for name, tables in groups.items() if path.stem in tables), list(counts)[-1])
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                counts[group][row["provenance"]] += 1
    rows = [[name, *(str(by[kind]) for kind in kinds)] for name, by in counts.items()]
    total = [str(sum(by[kind] for by in counts.values())) for kind in kinds]
    return lines(["rows", *kinds], [*rows, ["all", *total]])


def sources() -> str:
    """All sources that scenarios name, in full."""
    references = load_scenario("japan-reference").dataset.references
    named = sorted({source for name in scenario_files() for source in load_scenario(name).sources}, key=str.lower)
    return lines(["Key", "Source"], [[key, _reference(references, key)] for key in named], 2)


def _reference(references: object, key: str) -> str:
    parts = [references.field(key, name) for name in ("author", "title", "howpublished", "note")]  # type: ignore[attr-defined]
    words = "; ".join(part.strip("{}") for part in parts if part)
    return re.sub(r"\\(.)", r"\1", words.replace('{\\"u}', "ü").replace('\\"u', "ü"))


TABLES: dict[str, Callable[[], str]] = {
    "policies": policies,
    "shocks": shocks,
    "recovery": recovery,
    "origins": origins,
    "stockpiles": stockpiles,
    "batteries-that-fail": batteries_that_fail,
    "eu27-stock": eu27_stock,
    "eu27-rows": eu27_rows,
    "eu27-trade": eu27_trade,
    "sources": sources,
}
FIGURES["table"] = lambda name: TABLES[name]()
FIGURES["eu27-cars"] = lambda p, y: plain(run("eu27-reference").of("items", "stock_units", int(y), product=p) / 1e6)
FIGURES["eu27-imported"] = lambda e: percent(_recovered_of_imported(e))
FIGURES["eu27-traded"] = lambda item, y: plain(_traded(item, int(y)))
FIGURES["span"] = lambda: f"{FIRST}-{LAST}"
FIGURES["count"] = lambda: str(len(scenario_files()))


# --- Pages -----------------------------------------------------------------------------------------------------------


def filled(text: str) -> str:
    """The text with every ``{{...}}`` replaced."""

    def value(found: re.Match[str]) -> str:
        name, *words = found[1].split()
        try:
            return FIGURES[name](*words)
        except Exception as error:
            raise ValueError(f"{{{{{found[1]}}}}}: {error}") from error

    return re.sub(r"\{\{([^{}]+)\}\}", value, text)


def wrapped(text: str) -> str:
    """The text with paragraphs and list items broken at the page's width; tables and headings stay."""
    blocks = []
    for block in text.split("\n\n"):
        if re.match(r"[#|<`]", block) and not re.match(r"`[^`]+`", block):
            blocks.append(block)
            continue
        items = re.split(r"\n(?=- |\d+\. )", block)
        for i, item in enumerate(items):
            indent = re.match(r"- |\d+\. |", item)
            hang = " " * len(indent[0] if indent else "")
            items[i] = textwrap.fill(
                " ".join(item.split()), WIDTH, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False
            )
        blocks.append("\n".join(items))
    return "\n\n".join(blocks)


def page(name: str) -> str:
    """A page as it should stand in docs."""
    text = (TEXTS / f"{name}.md").read_text(encoding="utf-8")
    note = f"<!-- written by scripts/scenario_table.py from scripts/pages/{name}.md: change the text there -->"
    return f"{note}\n\n{wrapped(filled(text).strip())}\n"


NUMBER = re.compile(r"[-+]?\d+(?: \d{3})*(?:\.\d+)?(?:e[-+]?\d+)?")


def differences(written: str, wanted: str) -> list[str]:
    """Where two versions of a page differ: words, or numbers by more than a unit of their last digit.

    >>> differences("met by 12.3 % in 2040", "met by 12.4 % in 2040"), differences("a 12", "b 12")
    ([], ["'a <n>' is now 'b <n>'"])
    """
    one, other = (" ".join(text.split()) for text in (written, wanted))
    words = [NUMBER.sub("<n>", text) for text in (one, other)]
    if words[0] != words[1]:
        pairs = zip(*(re.split(r"(?<=[.|:]) ", text) for text in words), strict=False)
        return [f"'{a}' is now '{b}'" for a, b in pairs if a != b] or ["one is longer"]
    faults = []
    for a, b in zip(NUMBER.findall(one), NUMBER.findall(other), strict=True):
        unit = 10.0 ** -(len(b.partition(".")[2])) if "." in b else 1.0
        digits = b.replace(" ", "").lstrip("+-")
        if unit == 1.0 and len(digits) > 3:
            unit = 10.0 ** (len(digits) - 3)
        if abs(float(a.replace(" ", "")) - float(b.replace(" ", ""))) > 1.001 * unit:
            faults.append(f"{a} is now {b}")
    return faults


def main(arguments: list[str]) -> int:
    """Check the pages or write them."""
    if arguments not in ([], ["--write"]):
        print(__doc__, file=sys.stderr)
        return 2
    stale = 0
    for name in PAGES:
        path, wanted = DOCS / f"{name}.md", page(name)
        if arguments:
            path.write_text(wanted, encoding="utf-8", newline="\n")
            continue
        found = differences(path.read_text(encoding="utf-8") if path.is_file() else "", wanted)
        stale += bool(found)
        for line in found[:20]:
            print(f"docs/{name}.md: {line}")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""Sales of all products: history, the reference path without new policy, and other paths of electrification."""

from __future__ import annotations

from japan_dataset.evidence import Datum, Evidence, Series, combined, estimate, nodes, product
from japan_dataset.labels import EVIDENCE_NAMES, FIRST_YEAR, LAST_YEAR, PRODUCTS, REGION, TRACTION_PRODUCTS
from japan_dataset.tables import Table

LAST_OBSERVED = 2024
REFERENCE, HYBRIDS_STAY = "JP_HEV_LED", "hybrids keep the lead"
PATHS = {
    "": (REFERENCE, "Sales, reference path without new policy: electrification led by hybrids"),
    "fast_electrification": ("JP_BEV_FAST", "Sales with fast electrification by battery electric cars"),
    "goal": ("JP_GOAL", "Sales with all new cars electrified by 2035, the stated national goal"),
    "hybrid_led": (
        HYBRIDS_STAY,
        "Sales in which battery electric cars level off below a third and hybrids keep the lead",
    ),
    "icct_ambitious": ("ICCT_Ambitious_v2.6", "Sales with battery electric cars as in the ICCT Ambitious path"),
}
HYBRID_TYPES = {"hev_mild_registered": "HEV_mild_registered", "hev_mild_kei": "HEV_mild_kei"}
BATTERY_TYPES = {"hev_nimh": "NiMH", "hev_liion": "Liion"}
_PLUGGED = {
    "BEV": {2030: 0.06, 2035: 0.12, 2040: 0.18, 2050: 0.26, 2060: 0.30},
    "PHEV": {2030: 0.04, 2035: 0.07, 2040: 0.09, 2050: 0.12, 2060: 0.12},
}
"""Shares of new cars if hybrids keep the lead: no law, plan or outlook gives them."""


class CarMarket:
    """Car sales by powertrain under one path of electrification."""

    def __init__(self, evidence: Evidence, scenario: str) -> None:
        self.scenario = scenario
        self.history = {
            powertrain: evidence.series(
                "ev/ev_sales", region=REGION, powertrain=powertrain, segment="passenger_car_all"
            )
            for powertrain in ("BEV", "PHEV", "HEV", "FCEV", "total")
        }
        future = evidence.series("ev/ev_outlook", region=REGION, scenario="JP_TOTAL_MARKET", powertrain="total")
        self.total = self.history["total"].with_anchors(future.anchors)
        self.icct = scenario.startswith("ICCT")
        shares_of = REFERENCE if self.icct or scenario == HYBRIDS_STAY else scenario
        self.shares = {p: self._shares(evidence, shares_of, p) for p in ("BEV", "PHEV", "HEV")}
        if scenario == HYBRIDS_STAY:
            self.shares = self._hybrids_stay()
        self.fuel_cells_held = self.icct or scenario in (REFERENCE, HYBRIDS_STAY)
        if self.icct:
            self.icct_bev = evidence.series("ev/ev_outlook", region=REGION, scenario=scenario, powertrain="BEV")

    def _shares(self, evidence: Evidence, scenario: str, powertrain: str) -> Series:
        path = evidence.series("ev/ev_outlook", region=REGION, scenario=scenario, powertrain=powertrain)
        start = combined(
            lambda part, total: part / total,
            self.history[powertrain][LAST_OBSERVED],
            self.history["total"][LAST_OBSERVED],
            note=f"share of {LAST_OBSERVED}",
        )
        return path.with_anchors({LAST_OBSERVED: start})

    def _hybrids_stay(self) -> dict[str, Series]:
        """Return shares with few plugs: hybrids take the rest of the electrified cars of the reference."""
        until = {p: {y: d for y, d in path.anchors.items() if y < 2030} for p, path in self.shares.items()}
        note = "no law, plan or outlook gives such a path; bounds: half to one and a half times"
        plugged = {
            p: Series({**until[p], **{y: estimate(x, note, x / 2, 1.5 * x) for y, x in path.items()}})
            for p, path in _PLUGGED.items()
        }
        rest = {
            year: combined(
                lambda bev, phev, hybrid, *plugs: bev + phev + hybrid - sum(plugs),
                *(self.shares[p][year] for p in ("BEV", "PHEV", "HEV")),
                *(path[year] for path in plugged.values()),
                note="electrified cars of the reference less those with a plug",
            )
            for year in _PLUGGED["BEV"]
        }
        return {**plugged, "HEV": Series({**until["HEV"], **rest})}

    def observed(self, powertrain: str, year: int) -> Datum:
        """Return the count of a year up to the last observed one; 0 before the first sale."""
        history = self.history[powertrain]
        if year < history.years[0]:
            return history[history.years[0]].zero("before the first sale: 0")
        datum = history[year]
        return datum if year in history.anchors else datum.with_note(f"{datum.note} (no row for {year})")

    def sold(self, powertrain: str, year: int) -> Datum:
        """Return the sales of a powertrain in a year."""
        if year <= LAST_OBSERVED:
            return self.observed(powertrain, year)
        if powertrain == "FCEV":
            return self._fuel_cell(year)
        if self.icct:
            return self._beside_icct(powertrain, year)
        return product(
            self.shares[powertrain][year],
            self.total[year],
            note=f"sales share of {self.scenario} x total market, both linear between their anchors",
        )

    def _fuel_cell(self, year: int) -> Datum:
        last = self.history["FCEV"][LAST_OBSERVED]
        if self.fuel_cells_held:
            return last.as_estimate(f"no outlook row for fuel cell cars: count of {LAST_OBSERVED} held")
        rest = {
            anchor: combined(
                lambda *parts: max(0.0, 1 - sum(parts)),
                *(self.shares[p][anchor] for p in ("BEV", "PHEV", "HEV")),
                note="1 less the other shares",
            )
            for anchor in (2035, 2050, 2060)
        }
        start = combined(lambda part, total: part / total, last, self.history["total"][LAST_OBSERVED], note="")
        shares = Series({LAST_OBSERVED: start, **rest})
        return product(
            shares[year],
            self.total[year],
            note=f"all cars electrified from 2035: rest of the shares of {self.scenario} x total market, linear before",
        )

    def _beside_icct(self, powertrain: str, year: int) -> Datum:
        bev = self.icct_bev[year]
        if powertrain == "BEV":
            if year in self.icct_bev.anchors:
                return bev
            return bev.with_note(f"last value of the path, {self.icct_bev.years[-1]}, held")
        return combined(
            lambda share, total, own, reference: share * max(0.0, total - own) / (1 - reference),
            self.shares[powertrain][year],
            self.total[year],
            bev,
            self.shares["BEV"][year],
            note="the path gives battery electric cars only: the rest of the market keeps the mix of JP_HEV_LED",
        )

    def all_cars(self, year: int) -> Datum:
        """Return all cars sold."""
        total = self.total[year]
        if year < self.total.years[0]:
            return total.with_note(f"count of {self.total.years[0]} held back")
        if self.icct and self.icct_bev[year].value > total.value and year > LAST_OBSERVED:
            return self.icct_bev[year].with_note("the battery electric path is above the total market: taken as total")
        return total


def sales_tables(evidence: Evidence) -> list[Table]:
    """Return the sales table of the reference and its variants, each complete."""
    others = _other_products(evidence)
    tables = []
    for variant, (scenario, description) in PATHS.items():
        table = Table("sales", "unit/yr", "amount", description, variant, rows=list(others.rows))
        _add_cars(table, evidence, CarMarket(evidence, scenario))
        tables.append(table)
    return tables


def _add_cars(table: Table, evidence: Evidence, market: CarMarket) -> None:
    split = {
        kind: evidence.series(
            "ev/chemistry_share", region=REGION, scenario="hybrid_type_split", powertrain="HEV", chemistry=kind
        )
        for kind in ("HEV_full", *HYBRID_TYPES.values())
    }
    batteries = {
        kind: evidence.series(
            "ev/chemistry_share", region=REGION, scenario="default", powertrain="HEV_full", chemistry=kind
        )
        for kind in BATTERY_TYPES.values()
    }
    assert set(TRACTION_PRODUCTS) == {"bev", "phev", "fcev", *HYBRID_TYPES, *BATTERY_TYPES}
    for name, powertrain in (("bev", "BEV"), ("phev", "PHEV"), ("fcev", "FCEV")):
        first = market.history[powertrain].years[0]
        years = [FIRST_YEAR, *range(first - 1, LAST_YEAR + 1)]
        if powertrain == "FCEV" and market.fuel_cells_held and not market.icct:
            years = [year for year in years if year <= LAST_OBSERVED] + [LAST_YEAR]
        for year in years:
            table.add(market.sold(powertrain, year), region=REGION, time=year, product=name)
    first = market.history["HEV"].years[0]
    for year in (FIRST_YEAR, *range(first - 1, LAST_YEAR + 1)):
        hybrids = market.sold("HEV", year)
        fiscal = " (fiscal year taken as calendar year)" if year == 2000 else ""
        for name, kind in HYBRID_TYPES.items():
            datum = product(hybrids, split[kind][year], note=f"all hybrids x share {kind}{fiscal}")
            table.add(datum, region=REGION, time=year, product=name)
        for name, kind in BATTERY_TYPES.items():
            note = f"all hybrids x share of full hybrids x share {kind}{fiscal}"
            datum = product(hybrids, split["HEV_full"][year], batteries[kind][year], note=note)
            table.add(datum, region=REGION, time=year, product=name)
    years_of_total = {FIRST_YEAR, *market.total.years, LAST_YEAR}
    if market.icct:
        years_of_total |= set(range(LAST_OBSERVED, LAST_YEAR + 1))
    for year in sorted(years_of_total):
        table.add(market.all_cars(year), region=REGION, time=year, product="car_small_magnets")


def _other_products(evidence: Evidence) -> Table:
    table = Table("sales", "unit/yr", "amount", "")
    words = {label: word for word, labels in EVIDENCE_NAMES.items() for label in labels}
    for name, *_ in PRODUCTS:
        if name in TRACTION_PRODUCTS or name == "car_small_magnets":
            continue
        path = evidence.series("japan/sales_path", region=REGION, product=words.get(name, name))
        if name == "room_ac":
            share = evidence.series("japan/magnet_mass", product="room_ac", parameter="share_with_NdFeB")
            for year in sorted({FIRST_YEAR, *nodes([path, share]), LAST_YEAR}):
                datum = product(path[year], share[year], note="room air conditioners sold x share with NdFeB")
                table.add(datum, region=REGION, time=year, product=name)
            continue
        for year in sorted({FIRST_YEAR, *path.years, LAST_YEAR}):
            datum = path[year]
            if year < path.years[0]:
                what = "0, as the first value" if datum.value == 0 else "first value held"
                datum = datum.with_note(f"before the first row ({path.years[0]}): {what}")
            elif year > path.years[-1]:
                datum = datum.with_note(f"after the last row ({path.years[-1]}): held")
            table.add(datum, region=REGION, time=year, product=name)
    return table

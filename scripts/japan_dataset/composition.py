"""What components are made of: chemistry shares, element content, component mass and service."""

from __future__ import annotations

from dataclasses import replace

from japan_dataset.batteries import battery_rows, device_energy, pack_energy
from japan_dataset.chemistry import (
    lean_magnet_shares,
    lfp_shares,
    magnet_grade_shares,
    reference_shares,
    share_table,
    solid_state_shares,
)
from japan_dataset.evidence import Datum, Evidence, anchored
from japan_dataset.labels import FIRST_YEAR, REGION, TRACTION_PRODUCTS
from japan_dataset.magnets import magnet_rows
from japan_dataset.tables import Table


def composition_tables(evidence: Evidence) -> list[Table]:
    """Return chemistry shares with their variants, content, component mass and service."""
    reference = reference_shares(evidence)
    content = Table("content", "kg/unit", "amount", "Element mass in one component, by year of making")
    mass = Table("component_mass", "kg/unit", "amount", "Mass of one component, by year of making")
    service = Table("service", "kWh/unit", "", "Service of one component: energy of batteries, magnet mass of motors")
    battery_rows(evidence, reference, content, mass)
    for item, energy in {**pack_energy(evidence), **device_energy(evidence)}.items():
        component = "traction_battery" if item in TRACTION_PRODUCTS else "small_battery"
        for year in anchored([energy]):
            datum = energy[FIRST_YEAR if year == "*" else int(year)]
            note = datum.note or "energy of one battery"
            service.add(datum.with_note(note), region=REGION, time=year, product=item, component=component)
    magnet_rows(evidence, content, mass, service)
    _check_units(content)
    _check_units(mass)
    service.rows = [(key, value, _positive_bounds(datum), unit) for key, value, datum, unit in service.rows]
    return [
        share_table("", "Chemistry shares by units, reference", reference),
        share_table("lfp", "Chemistry shares with more LFP in battery electric cars", lfp_shares(reference)),
        share_table(
            "solid_state",
            "Chemistry shares with solid-state cells in battery electric cars",
            solid_state_shares(evidence, reference),
        ),
        share_table(
            "lean_magnet",
            "Chemistry shares with next-generation traction magnets",
            lean_magnet_shares(evidence, reference),
        ),
        share_table(
            "next_generation",
            "Chemistry shares with more LFP, solid-state cells and next-generation traction magnets together",
            lean_magnet_shares(evidence, solid_state_shares(evidence, lfp_shares(reference))),
        ),
        share_table(
            "magnet_grades",
            "Chemistry shares with a Dy-rich and a lean grade of magnets to choose from",
            magnet_grade_shares(reference),
        ),
        content,
        mass,
        service,
    ]


def _positive_bounds(datum: Datum) -> Datum:
    """Return a service without a lower bound of 0: what a component is there for cannot be nothing."""
    return datum if datum.low is None or datum.low > 0 else replace(datum, low=None)


def _check_units(table: Table) -> None:
    """Refuse a mass table in anything but kg, g or t for each unit."""
    wrong = {unit for *_, unit in table.rows} - {"kg/unit", "g/unit", "t/unit"}
    if wrong:
        raise ValueError(f"{table.name}: units {sorted(wrong)}")

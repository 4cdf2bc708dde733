"""Batteries: energy, element content and mass of vehicle packs and portable cells."""

from __future__ import annotations

from collections.abc import Mapping

from japan_dataset.chemistry import Shares, members
from japan_dataset.evidence import Datum, Evidence, Series, combined, constant, estimate, scaled
from japan_dataset.labels import BATTERY_DEVICES, DEVICE_WORDS, FULL_HYBRIDS, MILD_HYBRIDS, REGION, TRACTION_PRODUCTS
from japan_dataset.tables import Table, add_nothing, add_product

BATTERY_ELEMENTS = ("Li", "Co", "Ni")
OLD_PACKS = "2010-2015 packs 30 % heavier"


def pack_energy(evidence: Evidence) -> dict[str, Series]:
    """Return kWh per vehicle by year of sale."""

    def path(powertrain: str, subtype: str) -> Series:
        return evidence.series("ev/battery_capacity", region=REGION, powertrain=powertrain, subtype=subtype)

    bev = path("BEV", "fleet_average_new_sales").with_anchors(path("BEV", "forecast").anchors)
    full = path("HEV", "full_Liion")
    return {
        "bev": bev,
        "phev": path("PHEV", "fleet_average_new_sales"),
        "hev_nimh": path("HEV", "full_NiMH"),
        "hev_liion": full,
        "hev_mild_registered": path("HEV", "mild_registered"),
        "hev_mild_kei": path("HEV", "mild_kei"),
        "fcev": full.map(lambda datum: datum.as_estimate("no row for fuel cell cars: pack of a full Li-ion hybrid")),
    }


def device_energy(evidence: Evidence) -> dict[str, Series]:
    """Return kWh per device by year of sale."""
    energy: dict[str, Series] = {}
    for device, word in DEVICE_WORDS.items():
        if device in ("digital_camera", "handheld_console"):
            continue
        rows = evidence.series("electronics/battery", product=word, parameter="energy per unit")
        energy[device] = rows.map(lambda datum: scaled(datum, 1e-3))
    energy["digital_camera"] = _camera_energy(evidence)
    energy["handheld_console"] = _console_energy(evidence)
    return energy


def _energy_row(evidence: Evidence, word: str) -> Datum:
    return evidence.one("electronics/battery", product=word, parameter="energy per unit")


def _camera_energy(evidence: Evidence) -> Series:
    compact = _energy_row(evidence, "compact digital camera")
    large = _energy_row(evidence, "interchangeable-lens camera")
    anchors = {2010: scaled(compact, 1e-3, "compact cameras")}
    for year in (2021, 2022):
        units = {
            word: evidence.one("electronics/shipments", region=REGION, product=word, year=str(year), year_basis="CY")
            for word in ("digital camera", "compact digital camera")
        }
        anchors[year] = combined(
            lambda small, big, part, total: 1e-3 * (small * part + big * (total - part)) / total,
            compact,
            large,
            units["compact digital camera"],
            units["digital camera"],
            note="compact and interchangeable-lens cameras weighted by shipments",
        )
    return Series(anchors)


def _console_energy(evidence: Evidence) -> Series:
    words = ("handheld game console: Nintendo DS/3DS", "handheld game console: PSP/Vita")
    units = [evidence.one("electronics/shipments", region=REGION, product=word, year="2008") for word in words]
    old = combined(
        lambda one, other, first, second: 1e-3 * (one * first + other * second) / (first + second),
        *(_energy_row(evidence, word) for word in words),
        *units,
        note="two families of 2008 weighted by shipments",
    )
    return Series({2008: old, 2018: scaled(_energy_row(evidence, "handheld game console: Switch"), 1e-3)})


def pack_rows(evidence: Evidence, vehicle: str, chemistry: str) -> Datum:
    """Return kg of pack for each kWh."""
    rows = "japan/component_mass"
    if vehicle == "bev":
        family = {"LMO-LTO": "LMO", "SS-NMC811": "SS"}.get(chemistry, "NMC" if chemistry[:3] == "NMC" else chemistry)
        datum = evidence.one(rows, product="bev", chemistry=family)
        borrowed = family in ("LMO", "NMC") and chemistry in ("LMO-LTO", "NMCA")
        return datum.as_estimate(f"row of {family}") if borrowed else datum
    if vehicle == "hev_nimh":
        return evidence.one(rows, product="hev_nimh", chemistry="NiMH")
    if vehicle == "phev":
        return evidence.one(rows, product="phev", chemistry="all")
    datum = evidence.one(rows, product="hev_liion", chemistry="all")
    return datum if vehicle == "hev_liion" else datum.as_estimate("row of hev_liion")


def old_pack_factor() -> Series:
    """Return the factor on the pack mass of battery electric cars by year of sale."""
    heavy = estimate(1.3, OLD_PACKS)
    return Series({2010: heavy, 2015: heavy, 2016: estimate(1.0, OLD_PACKS)})


def battery_rows(evidence: Evidence, shares: Mapping[tuple[str, str], Shares], content: Table, mass: Table) -> None:
    """Add content and mass of all batteries to the two tables."""
    packs, devices = pack_energy(evidence), device_energy(evidence)
    factor = evidence.one("ev/material_intensity_battery", chemistry="Liion_HEV", element="power_cell_factor")
    for vehicle in TRACTION_PRODUCTS:
        for chemistry in members(shares[vehicle, "traction_battery"]):
            key = {"region": REGION, "product": vehicle, "component": "traction_battery", "chemistry": chemistry}
            power = vehicle in (*FULL_HYBRIDS, *MILD_HYBRIDS, "fcev") and chemistry != "NiMH"
            design = "NiMH HEV pack" if chemistry == "NiMH" else "recommended"
            elements = ("Co", "Ni", "Nd", "Pr") if chemistry == "NiMH" else BATTERY_ELEMENTS
            for element in elements:
                intensity = evidence.one(
                    "ev/material_intensity_battery", chemistry=chemistry, element=element, design=design
                )
                series = [packs[vehicle], constant(intensity)]
                note = "kWh per vehicle x kg/kWh"
                if power:
                    series.append(constant(factor))
                    note += " x factor of power cells"
                if vehicle == "fcev":
                    note += "; pack of a full Li-ion hybrid, no row for fuel cell cars"
                add_product(content, series, note, element=element, **key)
            series = [packs[vehicle], constant(pack_rows(evidence, vehicle, chemistry))]
            note = "kWh per vehicle x kg of pack per kWh"
            borrowed = pack_rows(evidence, vehicle, chemistry).note
            if borrowed.startswith("row of"):
                note += f" ({borrowed})"
            if vehicle == "bev":
                series.append(old_pack_factor())
                note += f", {OLD_PACKS}"
            add_product(mass, series, note, **key)
    for device in BATTERY_DEVICES:
        for chemistry in members(shares[device, "small_battery"]):
            key = {"region": REGION, "product": device, "component": "small_battery", "chemistry": chemistry}
            if chemistry == "other":
                note = "cells other than Li-ion before 1998 are left out: no content, no mass"
                add_nothing(content, mass, BATTERY_ELEMENTS, note, **key)
                continue
            for element in BATTERY_ELEMENTS:
                intensity = evidence.one(
                    "electronics/battery", parameter=f"content per energy {element}", chemistry=chemistry
                )
                add_product(
                    content, [devices[device], constant(intensity)], "Wh per unit x g/Wh", element=element, **key
                )
            cell = evidence.one("japan/component_mass", product="portable", chemistry=chemistry)
            add_product(mass, [devices[device], constant(cell)], "Wh per unit x g of cell per Wh", **key)

"""The labels of the dataset, their readable names and groups, and the words that the evidence uses for them."""

from __future__ import annotations

REGION = "Japan"
PARTNER = "Partner"
"""A stylised second region, for a joint stockpile only."""
EU27 = "EU27"
FIRST_YEAR, LAST_YEAR = 1990, 2060

# label, name, group, meaning of one unit, note
PRODUCTS: tuple[tuple[str, str, str, str, str], ...] = (
    ("bev", "Battery electric car", "vehicles", "car", "kei cars included"),
    ("phev", "Plug-in hybrid car", "vehicles", "car", ""),
    ("hev_nimh", "Full hybrid car, NiMH battery", "vehicles", "car", ""),
    ("hev_liion", "Full hybrid car, Li-ion battery", "vehicles", "car", ""),
    ("hev_mild_registered", "Mild hybrid car, not kei", "vehicles", "car", "12 to 48 V starter-generators"),
    ("hev_mild_kei", "Mild hybrid kei car", "vehicles", "car", ""),
    ("fcev", "Fuel cell car", "vehicles", "car", ""),
    (
        "car_small_magnets",
        "Small magnets of all cars",
        "vehicles",
        "car",
        "every car of any powertrain, with power steering and small motors only: its other parts are the other "
        "vehicle products, so do not add units of this product to theirs",
    ),
    ("smartphone", "Smartphone", "electronics", "device", ""),
    ("feature_phone", "Feature phone", "electronics", "device", ""),
    ("notebook_pc", "Notebook PC", "electronics", "device", "without its hard disk, which is hdd"),
    (
        "desktop_pc",
        "Desktop PC",
        "electronics",
        "device",
        "has no component: the only magnet in evidence is its hard disk, which is hdd; units are tracked",
    ),
    ("tablet", "Tablet", "electronics", "device", ""),
    ("hdd", "Hard disk drive", "electronics", "drive", "3.5 and 2.5 inch"),
    ("power_tool_pack", "Battery pack of power tools", "electronics", "pack", "without the tool's motor"),
    ("digital_camera", "Digital camera", "electronics", "device", ""),
    ("handheld_console", "Handheld game console", "electronics", "device", ""),
    ("power_bank", "Power bank", "electronics", "device", ""),
    ("heated_tobacco", "Heated tobacco device", "electronics", "device", ""),
    ("wireless_earphones", "Wireless earphones", "electronics", "pair with case", ""),
    ("room_ac", "Room air conditioner with NdFeB", "appliances", "unit with an NdFeB motor", ""),
    ("package_ac", "Package air conditioner", "appliances", "unit", ""),
    ("heat_pump_water_heater", "Heat pump water heater", "appliances", "unit", ""),
    ("washing_machine", "Washing machine with NdFeB", "appliances", "unit with an NdFeB motor", ""),
    ("servo_motor", "Servo motor", "industry", "motor", "robots included"),
    ("elevator", "Elevator, gearless machine", "industry", "machine", ""),
    ("mri", "MRI, permanent magnet type", "industry", "device", ""),
    ("wind_turbine", "Wind turbine", "energy", "MW", "one unit is 1 MW"),
    ("other_magnets", "Other magnets", "other", "t of magnet", "one unit is 1 t of magnet"),
)
COMPONENTS = (
    ("traction_battery", "Traction battery pack", "batteries", "housing included"),
    ("small_battery", "Portable battery", "batteries", "cells of electronics"),
    ("traction_magnet", "Traction motor magnets", "magnets", "generator included"),
    ("other_magnet", "Other magnets", "magnets", "all magnets but those of traction motors"),
)
CHEMISTRIES = (
    ("NMC111", "NMC 111", "Li-ion", ""),
    ("NMC532", "NMC 532", "Li-ion", "stands for 523 as well"),
    ("NMC622", "NMC 622", "Li-ion", ""),
    ("NMC721", "NMC 721", "Li-ion", ""),
    ("NMC811", "NMC 811", "Li-ion", ""),
    ("NMCA", "NMCA", "Li-ion", ""),
    ("NCA", "NCA", "Li-ion", ""),
    ("LFP", "LFP", "Li-ion", ""),
    ("LMO", "LMO", "Li-ion", ""),
    ("LMO-LTO", "LMO with titanate anode", "Li-ion", ""),
    ("SS-NMC811", "Solid state, NMC 811", "Li-ion", "share 0 but in the variant solid_state"),
    ("LCO", "LCO", "Li-ion", "portable cells"),
    ("NMC", "NMC, portable", "Li-ion", "portable cells of any NMC grade"),
    ("NiMH", "NiMH", "NiMH", ""),
    ("NdFeB", "NdFeB", "NdFeB", "mean composition of the year of making"),
    ("NdFeB_lean", "NdFeB, lean in Dy and Tb", "NdFeB", "half the Dy and Tb; share 0 but in variants of the shares"),
    ("NdFeB_heavy_free", "NdFeB without Dy and Tb", "NdFeB", "share 0 but in the variant lean_magnet"),
    (
        "other",
        "Other, none of the elements",
        "other",
        "rare-earth-free motors (variant lean_magnet); notebook batteries other than Li-ion before 1998, left out",
    ),
)
LI_ION = tuple(label for label, _, group, _ in CHEMISTRIES if group == "Li-ion")
MAGNETS = tuple(label for label, _, group, _ in CHEMISTRIES if group == "NdFeB")
ELEMENTS = (
    ("Li", "Lithium", "battery metals", ""),
    ("Co", "Cobalt", "battery metals", ""),
    ("Ni", "Nickel", "battery metals", ""),
    ("Nd", "Neodymium", "rare earths", ""),
    ("Pr", "Praseodymium", "rare earths", ""),
    ("Dy", "Dysprosium", "rare earths", "heavy"),
    ("Tb", "Terbium", "rare earths", "heavy"),
)
ROUTES = (
    ("pyro", "Pyrometallurgy", "batteries", "Co and Ni only"),
    ("hydro", "Hydrometallurgy of black mass", "batteries", ""),
    ("pyro_hydro", "Smelting with Li recovery", "batteries", "integrated pyro and hydro plant"),
    ("direct", "Direct recycling", "batteries", "cathode powder kept as such"),
    ("nimh", "NiMH recycling", "batteries", ""),
    ("magnet", "End-of-life magnet recycling", "magnets", ""),
    ("swarf", "Swarf recycling", "magnets", "new scrap of magnet making"),
)
SCRAP = (
    ("old", "Old scrap", "", "discarded products"),
    ("new", "New scrap", "", "losses of manufacturing"),
    ("imported", "Imported scrap", "", ""),
)
DOMESTIC_ORIGIN = "JPN_mud"
ORIGIN_NAMES = {
    "ARG": "Argentina",
    "AUS": "Australia",
    "BEL": "Belgium",
    "BRA": "Brazil",
    "CAN": "Canada",
    "CHL": "Chile",
    "CHN": "China",
    "COD": "DR Congo",
    "CUB": "Cuba",
    "EST": "Estonia",
    "FIN": "Finland",
    "FRA": "France",
    "IDN": "Indonesia",
    "LAO": "Laos",
    "MDG": "Madagascar",
    "MMR": "Myanmar",
    "MYS": "Malaysia",
    "NAM": "Namibia",
    "NOR": "Norway",
    "PHL": "Philippines",
    "USA": "United States",
    "VNM": "Viet Nam",
    "ZMB": "Zambia",
    "ZWE": "Zimbabwe",
    "ROW": "Rest of world",
    DOMESTIC_ORIGIN: "Deep-sea mud (Minamitorishima)",
}
FOREIGN_ORIGINS = tuple(label for label in ORIGIN_NAMES if label != DOMESTIC_ORIGIN)

ORDER: dict[str, tuple[str, ...]] = {
    "region": (REGION, PARTNER, EU27),
    "origin": tuple(ORIGIN_NAMES),
    "miner": tuple(ORIGIN_NAMES),
    "product": tuple(row[0] for row in PRODUCTS),
    "component": tuple(row[0] for row in COMPONENTS),
    "chemistry": tuple(row[0] for row in CHEMISTRIES),
    "element": tuple(row[0] for row in ELEMENTS),
    "route": tuple(row[0] for row in ROUTES),
    "scrap": tuple(row[0] for row in SCRAP),
}

FULL_HYBRIDS = ("hev_nimh", "hev_liion")
MILD_HYBRIDS = ("hev_mild_registered", "hev_mild_kei")
TRACTION_PRODUCTS = ("bev", "phev", *FULL_HYBRIDS, *MILD_HYBRIDS, "fcev")
MAGNET_PRODUCTS = (
    "car_small_magnets",
    "smartphone",
    "feature_phone",
    "notebook_pc",
    "tablet",
    "hdd",
    "digital_camera",
    "handheld_console",
    "wireless_earphones",
    "room_ac",
    "package_ac",
    "heat_pump_water_heater",
    "washing_machine",
    "servo_motor",
    "elevator",
    "mri",
    "wind_turbine",
    "other_magnets",
)
GRADED_MAGNETS = (
    "car_small_magnets",
    "room_ac",
    "package_ac",
    "heat_pump_water_heater",
    "servo_motor",
    "elevator",
    "other_magnets",
)
"""Products whose magnets hold much Dy beside those of traction motors: they too can come in a lean grade."""
BATTERY_DEVICES = (
    "smartphone",
    "feature_phone",
    "notebook_pc",
    "tablet",
    "power_tool_pack",
    "digital_camera",
    "handheld_console",
    "power_bank",
    "heated_tobacco",
    "wireless_earphones",
)
PARTS = (
    *((product, "traction_battery") for product in TRACTION_PRODUCTS),
    *((product, "small_battery") for product in BATTERY_DEVICES),
    *((product, "traction_magnet") for product in TRACTION_PRODUCTS),
    *((product, "other_magnet") for product in MAGNET_PRODUCTS),
)
"""All (product, component) pairs of the dataset."""

DEVICE_WORDS = {
    "smartphone": "smartphone",
    "feature_phone": "feature phone",
    "notebook_pc": "notebook PC",
    "tablet": "tablet",
    "power_tool_pack": "Li-ion power tool battery pack",
    "digital_camera": "digital camera",
    "handheld_console": "handheld game console",
    "power_bank": "power bank",
    "heated_tobacco": "heated tobacco device",
    "wireless_earphones": "wireless earphones",
}
"""Electronics with a battery, and their words in the evidence on electronics."""
EVIDENCE_NAMES = {
    "washing_machine_ndfeb": ("washing_machine",),
    "elevator_gearless": ("elevator",),
    "mri_permanent": ("mri",),
    "hev_mild": MILD_HYBRIDS,
}
"""Words of the evidence that differ from the labels."""


def products_named(word: str) -> tuple[str, ...]:
    """Return the product labels that a word of the evidence stands for."""
    return EVIDENCE_NAMES.get(word, (word,))

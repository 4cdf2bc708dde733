"""Magnets: mass, composition and service of traction motors and of all other products with NdFeB."""

from __future__ import annotations

from japan_dataset.evidence import (
    Datum,
    Evidence,
    Series,
    anchored,
    combined,
    constant,
    estimate,
    product,
    scaled,
    weakest,
)
from japan_dataset.labels import (
    DEVICE_WORDS,
    FIRST_YEAR,
    GRADED_MAGNETS,
    LAST_YEAR,
    MAGNET_PRODUCTS,
    MAGNETS,
    MILD_HYBRIDS,
    REGION,
    TRACTION_PRODUCTS,
)
from japan_dataset.tables import Table, add_nothing, add_product

MAGNET_ELEMENTS = ("Co", "Nd", "Pr", "Dy", "Tb")
HEAVY = ("Dy", "Tb")
LEAN = "x (1 - reduction of Dy of car magnets by grain-boundary diffusion), taken for all magnets and for Tb"


def permanent_magnet_share(evidence: Evidence, vehicle: str) -> Datum:
    """Return the share of traction motors with permanent magnets."""
    word = "BEV" if vehicle == "bev" else "HEV"
    datum = evidence.one("ev/magnet_intensity_ev", region=REGION, powertrain=word, parameter="PM_motor_share")
    return datum.as_estimate("row of hybrids") if vehicle in ("phev", "fcev") else datum


def traction_magnet_mass(evidence: Evidence, vehicle: str) -> tuple[list[Series], str]:
    """Return the factors of the NdFeB mass per vehicle, in kg, and what they are."""
    word = {
        "bev": "BEV",
        "phev": "PHEV",
        "hev_nimh": "HEV_full",
        "hev_liion": "HEV_full",
        "hev_mild_registered": "HEV_mild_registered",
        "hev_mild_kei": "HEV_mild_kei",
        "fcev": "FCEV",
    }[vehicle]
    mass = evidence.series(
        "ev/magnet_intensity_ev",
        region=REGION,
        powertrain=word,
        component="traction_motor",
        parameter="NdFeB_mass",
        provenance="estimate",
    )
    if vehicle in MILD_HYBRIDS:
        return [mass], "NdFeB mass per vehicle"
    share = constant(permanent_magnet_share(evidence, vehicle))
    return [mass, share], "NdFeB mass per vehicle x share of motors with permanent magnets"


def magnet_rows(evidence: Evidence, content: Table, mass: Table, service: Table) -> None:
    """Add content, mass and service of all magnets."""
    cut = evidence.one(
        "policy/substitution_scenarios", parameter="Dy reduction per EV magnet by grain boundary diffusion"
    )
    kept = constant(combined(lambda a: 1 - a, cut, note=""))
    for vehicle in TRACTION_PRODUCTS:
        series, what = traction_magnet_mass(evidence, vehicle)
        key = {"region": REGION, "product": vehicle, "component": "traction_magnet"}
        for chemistry in MAGNETS:
            add_product(mass, series, what, chemistry=chemistry, **key)
            for element in MAGNET_ELEMENTS:
                fractions = evidence.series(
                    "ev/magnet_intensity_ev",
                    region=REGION,
                    powertrain="magnet",
                    component="traction_motor",
                    parameter=f"{element}_fraction",
                    provenance="estimate",
                )
                factors, note = [*series, fractions], f"{what} x mass fraction"
                if chemistry == "NdFeB_heavy_free" and element in HEAVY:
                    content.add(estimate(0.0, "by definition"), cohort="*", chemistry=chemistry, element=element, **key)
                    continue
                if chemistry == "NdFeB_lean" and element in HEAVY:
                    factors, note = [*factors, kept], f"{note} x (1 - reduction of Dy by grain-boundary diffusion)"
                    note += ", the reduction of Dy taken for Tb too" if element == "Tb" else ""
                add_product(content, factors, note, chemistry=chemistry, element=element, **key)
        add_nothing(content, mass, MAGNET_ELEMENTS, "rare-earth-free motor: no magnet", chemistry="other", **key)
        for year in anchored(series):
            at = FIRST_YEAR if year == "*" else int(year)
            datum = product(*(one[at] for one in series), note=f"{what}: the magnet that the motor has or replaces")
            service.add(datum, "kg/unit", time=year, **key)
    for item in MAGNET_PRODUCTS:
        key = {"region": REGION, "product": item, "component": "other_magnet", "chemistry": "NdFeB"}
        masses, contents = _other_magnet(evidence, item)
        for element, rows in contents.items():
            for year, (datum, unit) in rows.items():
                content.add(datum, unit, cohort=year, element=element, **key)
                if item in GRADED_MAGNETS:
                    lean = product(datum, kept[FIRST_YEAR], note=f"{datum.note}; {LEAN}") if element in HEAVY else datum
                    content.add(lean, unit, cohort=year, element=element, **{**key, "chemistry": "NdFeB_lean"})
        for year, (datum, unit) in masses.items():
            mass.add(datum, unit, cohort=year, **key)
            if item in GRADED_MAGNETS:
                mass.add(datum, unit, cohort=year, **{**key, "chemistry": "NdFeB_lean"})
        del key["chemistry"]
        for year, (datum, unit) in masses.items():
            if datum.value > 0:
                service.add(datum.with_note(f"mass of the magnet; {datum.note}"), unit, time=year, **key)


Rows = dict[int | str, tuple[Datum, str]]


def _rows(series: list[Series], note: str, unit: str) -> Rows:
    rows: Rows = {}
    for year in anchored(series):
        at = FIRST_YEAR if year == "*" else int(year)
        rows[year] = (product(*(one[at] for one in series), note=note), unit)
    return rows


def _other_magnet(evidence: Evidence, item: str) -> tuple[Rows, dict[str, Rows]]:
    """Return mass and content rows of one product with magnets other than traction magnets."""
    if item == "car_small_magnets":
        mass = evidence.series("japan/magnet_mass", product=item, parameter="NdFeB_mass")
        contents = {}
        for element in MAGNET_ELEMENTS:
            fraction = evidence.one(
                "ev/magnet_intensity_ev",
                region=REGION,
                component="EPS_and_small",
                parameter=f"{element}_fraction",
            )
            contents[element] = _rows([mass, constant(fraction)], "NdFeB mass per car x mass fraction", "kg/unit")
        return _rows([mass], "NdFeB mass per car", "kg/unit"), contents
    if item == "hdd":
        return _hard_disk(evidence)
    if item == "wind_turbine":
        return _wind(evidence)
    if item in DEVICE_WORDS:
        return _device_magnet(evidence, item)
    application = {
        "room_ac": "air-conditioner compressors",
        "package_ac": "air-conditioner compressors",
        "heat_pump_water_heater": "air-conditioner compressors",
        "washing_machine": "washing machine direct drive",
        "servo_motor": "industrial motors and robots",
        "elevator": "elevators",
        "mri": "MRI",
        "other_magnets": "industrial motors and robots",
    }[item]
    if item == "other_magnets":
        mass_row, unit = Datum(1.0, None, None, "derived", ("EXPERT",), "one unit is 1 t of magnet"), "t/unit"
    else:
        word = {"washing_machine": "washing_machine_ndfeb", "elevator": "elevator_gearless", "mri": "mri_permanent"}
        mass_row = evidence.one("japan/magnet_mass", product=word.get(item, item), parameter="NdFeB_mass")
        unit = "kg/unit"
    masses: Rows = {"*": (mass_row, unit)}
    contents = {}
    for element in ("Nd", "Pr", "Dy", "Tb"):
        fractions = evidence.series("magnets/composition", application=application, element=element)
        note = f"NdFeB mass x mass fraction ({application})"
        contents[element] = _rows([constant(mass_row), fractions], note, unit)
    return masses, contents


def _device_magnet(evidence: Evidence, item: str) -> tuple[Rows, dict[str, Rows]]:
    """Return magnet rows of electronics: g per device as given, magnet mass from Nd and its mass fraction."""
    fraction = evidence.one("magnets/composition", application="acoustics and mobile devices", element="Nd")
    contents: dict[str, Rows] = {}
    for element in ("Nd", "Pr", "Dy"):
        for row in evidence.rows("electronics/content_per_unit", product=DEVICE_WORDS[item], element=element):
            if item == "notebook_pc" and row["component"] == "HDD":
                continue  # the hard disk is a product of its own
            datum = evidence.one(
                "electronics/content_per_unit",
                product=DEVICE_WORDS[item],
                element=element,
                year=row["year"],
                component=row["component"],
            )
            if item == "notebook_pc" and row["component"] == "HDD and speakers":
                datum = _without_disk(evidence, element, datum)
            contents.setdefault(element, {})[int(row["year"])] = (datum, "g/unit")
    contents = {
        element: rows if len(rows) > 1 else {"*": next(iter(rows.values()))} for element, rows in contents.items()
    }
    masses = {
        year: (
            combined(lambda a, b: a / b, datum, fraction, note="Nd per device / Nd fraction of acoustic magnets"),
            "g/unit",
        )
        for year, (datum, _) in contents["Nd"].items()
    }
    return masses, contents


def _without_disk(evidence: Evidence, element: str, datum: Datum) -> Datum:
    disk = evidence.one("electronics/content_per_unit", product="HDD", component="2.5 inch HDD", element=element)
    wanted = datum.value - disk.value
    note = "with hard disk, less the 2.5 inch disk, which is the product hdd"
    if element == "Nd":
        wanted, note = 1.1, f"{note}; 2.1 - 0.98 g, rounded in the data dictionary"
    result = scaled(datum, wanted / datum.value, f"{note}; bounds scaled alike")
    provenance = weakest((datum.provenance, disk.provenance))
    sources = tuple(dict.fromkeys((*datum.sources, *disk.sources)))
    return Datum(result.value, result.low, result.high, provenance, sources, result.note)


def _hard_disk(evidence: Evidence) -> tuple[Rows, dict[str, Rows]]:
    share = {1990: 0.60, 2005: 0.55, 2023: 0.40}
    large = Series({year: estimate(value, "share of 3.5 inch drives") for year, value in share.items()})
    note = "3.5 and 2.5 inch drives weighted by their share (0.60 in 1990, 0.55 in 2005, 0.40 in 2023)"

    def mixed(big: Datum, small: Datum) -> Rows:
        return {
            year: (combined(lambda s, a, b: s * a + (1 - s) * b, large[year], big, small, note=note), "g/unit")
            for year in large.years
        }

    def row(size: str, element: str) -> Datum:
        return evidence.one(
            "electronics/content_per_unit", product="HDD", component=f"{size} inch HDD", element=element
        )

    contents = {element: mixed(row("3.5", element), row("2.5", element)) for element in ("Nd", "Pr", "Dy")}
    magnets = [
        evidence.one("electronics/content_per_unit", product=f"{host} PC", element="NdFeB magnet")
        for host in ("desktop", "notebook")
    ]
    return mixed(*magnets), contents


def _wind(evidence: Evidence) -> tuple[Rows, dict[str, Rows]]:
    """Return kg per MW: place (onshore, offshore) x generator (direct drive, geared) x intensity."""
    shares = {
        parameter: evidence.series("japan/magnet_mass", product="wind_turbine", parameter=parameter)
        for parameter in (
            "offshore_share_of_additions",
            "onshore_share_PMSG_direct_drive",
            "onshore_share_PMSG_geared",
            "offshore_share_PMSG_direct_drive",
            "offshore_share_PMSG_geared",
        )
    }
    years = sorted(
        {
            *range(min(s.years[0] for s in shares.values()), max(s.years[-1] for s in shares.values()) + 1),
            FIRST_YEAR,
            LAST_YEAR,
        }
    )

    def intensity(generator: str, element: str) -> Datum:
        return evidence.one(
            "magnets/units_and_intensity", product=f"wind: PMSG {generator}", parameter=f"{element} intensity"
        )

    elements = ("Nd", "Pr", "Dy", "Tb")
    direct = {element: intensity("direct drive", element) for element in elements}
    geared = {element: intensity("geared", element) for element in elements}

    def mixed(one: Datum, other: Datum, note: str) -> Rows:
        return {
            year: (
                combined(
                    lambda off, on_d, on_g, off_d, off_g, d, g: (
                        (1 - off) * (on_d * d + on_g * g) + off * (off_d * d + off_g * g)
                    ),
                    *(series[year] for series in shares.values()),
                    one,
                    other,
                    note=note,
                ),
                "kg/unit",
            )
            for year in years
        }

    note = "kg/MW of direct-drive and geared generators weighted by place and generator type"
    contents = {element: mixed(direct[element], geared[element], note) for element in elements}
    magnet = intensity("direct drive", "NdFeB")
    small = combined(
        lambda m, *parts: m * sum(parts[4:]) / sum(parts[:4]),
        magnet,
        *direct.values(),
        *geared.values(),
        note="",
    )
    mass_note = f"{note}; magnet of geared generators = that of direct drive x ratio of rare earths"
    return mixed(magnet, small, mass_note), contents

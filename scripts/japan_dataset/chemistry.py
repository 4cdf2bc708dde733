"""Chemistry shares: which kinds of component are made, in the reference and in its variants."""

from __future__ import annotations

from collections.abc import Mapping

from japan_dataset.evidence import Datum, Evidence, Series, combined, estimate, scaled
from japan_dataset.labels import (
    CHEMISTRIES,
    DEVICE_WORDS,
    GRADED_MAGNETS,
    MAGNET_PRODUCTS,
    MAGNETS,
    MILD_HYBRIDS,
    REGION,
    TRACTION_PRODUCTS,
)
from japan_dataset.magnets import permanent_magnet_share
from japan_dataset.tables import Table

Shares = dict[int | str, dict[str, Datum]]
"""Mix by anchor year (or * for all years) and chemistry."""


def members(shares: Shares) -> list[str]:
    """Return the chemistries of a mix in the order of the labels."""
    named = {chemistry for mix in shares.values() for chemistry in mix}
    return [label for label, *_ in CHEMISTRIES if label in named]


def mixes_of(evidence: Evidence, **wanted: str) -> Shares:
    """Return the mixes of ev/chemistry_share that fit, by year."""
    mixes: Shares = {}
    for row in evidence.rows("ev/chemistry_share", **wanted):
        one = evidence.one("ev/chemistry_share", year=row["year"], chemistry=row["chemistry"], **wanted)
        mixes.setdefault(int(row["year"]), {})[row["chemistry"]] = one
    return mixes


def completed(mixes: Shares, extra: tuple[str, ...] = ()) -> Shares:
    """Give every member a row at every anchor year and make each year sum to 1 exactly."""
    named = members({**mixes, "extra": dict.fromkeys(extra, estimate(0.0, ""))})
    full: Shares = {}
    for year, mix in mixes.items():
        total = sum(datum.value for datum in mix.values())
        any_of_year = next(iter(mix.values()))
        full[year] = {}
        for chemistry in named:
            datum = mix.get(chemistry)
            if datum is None:
                datum = any_of_year.zero("not in the mix of this year: 0")
            elif abs(total - 1) > 1e-9:
                datum = scaled(datum, 1 / total, f"{datum.note}; divided by the sum {total:.6g}".lstrip("; "))
            full[year][chemistry] = datum
    return full


def _constant_mix(mix: Mapping[str, Datum]) -> Shares:
    return {"*": dict(mix)}


def reference_shares(evidence: Evidence) -> dict[tuple[str, str], Shares]:
    """Return the chemistry mix of every (product, component) of the reference."""
    shares: dict[tuple[str, str], Shares] = {}
    history = mixes_of(evidence, region=REGION, scenario="historical", powertrain="BEV")
    outlook = mixes_of(evidence, region=REGION, scenario="Busch_baseline", powertrain="BEV")
    last = max(year for year in history if isinstance(year, int))
    bev: Shares = dict(history)
    bev.update({year: mix for year, mix in outlook.items() if isinstance(year, int) and year > last})
    shares["bev", "traction_battery"] = completed(bev, ("SS-NMC811",))
    plug_in = mixes_of(evidence, region=REGION, scenario="Busch_baseline", powertrain="PHEV")
    shares["phev", "traction_battery"] = completed(plug_in)
    power = completed(mixes_of(evidence, region=REGION, scenario="default", powertrain="Liion_HEV"))
    shares["hev_nimh", "traction_battery"] = _constant_mix(
        {"NiMH": Datum(1.0, None, None, "derived", ("EXPERT",), "by definition of the product")}
    )
    shares["hev_liion", "traction_battery"] = power
    shares["hev_mild_registered", "traction_battery"] = power
    shares["fcev", "traction_battery"] = {
        year: {h: d.as_estimate("mix of full Li-ion hybrids, no row for fuel cell cars") for h, d in mix.items()}
        for year, mix in power.items()
    }
    kei = mixes_of(evidence, region=REGION, scenario="default", powertrain="HEV_mild_kei")
    shares["hev_mild_kei", "traction_battery"] = _constant_mix(next(iter(kei.values())))
    for device, word in DEVICE_WORDS.items():
        rows = evidence.rows("electronics/battery", product=word, parameter="chemistry share")
        mix = {
            row["chemistry"]: evidence.one(
                "electronics/battery", product=word, parameter="chemistry share", chemistry=row["chemistry"]
            )
            for row in rows
        }
        shares[device, "small_battery"] = _constant_mix(mix)
    shares["notebook_pc", "small_battery"] = _notebook_mix(shares["notebook_pc", "small_battery"]["*"])
    one = Datum(1.0, None, None, "derived", ("EXPERT",), "one kind of magnet: the mean composition of the year")
    none = Datum(0.0, None, None, "derived", ("EXPERT",), "declared for the variant lean_magnet; 0 in the reference")
    unused = none.with_note("declared for the variant magnet_grades; 0 in the reference")
    for vehicle in TRACTION_PRODUCTS:
        mix = dict.fromkeys((*MAGNETS, "other"), none)
        shares[vehicle, "traction_magnet"] = _constant_mix({**mix, "NdFeB": one})
    for device in MAGNET_PRODUCTS:
        graded = {"NdFeB_lean": unused} if device in GRADED_MAGNETS else {}
        shares[device, "other_magnet"] = _constant_mix({"NdFeB": one, **graded})
    return shares


def _notebook_mix(latest: Mapping[str, Datum]) -> Shares:
    lco = {1994: 0.3, 1998: 1.0, 2008: 1.0, 2015: 0.75}
    mixes: Shares = {}
    for year, value in lco.items():
        rest = 1 - value
        early = year < 1998
        mixes[year] = {
            "LCO": estimate(value, "LCO share of the data dictionary"),
            "NMC": estimate(0.0 if early else rest, "rest of LCO"),
            "other": estimate(rest if early else 0.0, "rest of LCO: NiCd and NiMH, left out"),
        }
    mixes[2020] = {**latest, "other": estimate(0.0, "rest of LCO: NiCd and NiMH, left out")}
    return mixes


def _interpolated(mixes: Shares, year: int) -> dict[str, Datum]:
    years = [one for one in mixes if isinstance(one, int)]
    return {h: Series({one: mixes[one][h] for one in years})[year] for h in members(mixes)}


def lfp_shares(reference: Mapping[tuple[str, str], Shares]) -> dict[tuple[str, str], Shares]:
    """Return the mixes with more LFP in battery electric cars: 0.2 in 2030, 0.35 from 2035."""
    wanted = {2030: 0.2, 2035: 0.35, 2040: 0.35, 2045: 0.35, 2050: 0.35}
    mixes = dict(reference["bev", "traction_battery"])
    for year, lfp in wanted.items():
        mix = mixes[year]
        rest = 1 - mix["LFP"].value
        mixes[year] = {
            chemistry: estimate(lfp, "alternative LFP share of the data dictionary")
            if chemistry == "LFP"
            else scaled(datum, (1 - lfp) / rest).as_estimate("other members of the reference mix scaled to the rest")
            for chemistry, datum in mix.items()
        }
    return {**reference, ("bev", "traction_battery"): mixes}


def solid_state_shares(
    evidence: Evidence, reference: Mapping[tuple[str, str], Shares]
) -> dict[tuple[str, str], Shares]:
    """Return the mixes with solid-state cells that replace NMC811 in battery electric cars."""
    option = evidence.series("ev/chemistry_share", region=REGION, scenario="solid_state_option", powertrain="BEV")
    mixes = dict(reference["bev", "traction_battery"])
    for year in option.years:
        if year not in mixes:
            mixes[year] = _interpolated(mixes, year)
    for year in sorted(one for one in mixes if isinstance(one, int) and one >= option.years[0]):
        solid = option[year]
        old = mixes[year]["NMC811"]
        mixes[year] = {
            **mixes[year],
            "SS-NMC811": solid,
            "NMC811": combined(lambda a, b: a - b, old, solid, note="reference share less the solid-state share"),
        }
    return {**reference, ("bev", "traction_battery"): mixes}


def lean_magnet_shares(
    evidence: Evidence, reference: Mapping[tuple[str, str], Shares]
) -> dict[tuple[str, str], Shares]:
    """Return the mixes with next-generation traction magnets, introduced from 2024 to 2035.

    In 2035 the shares of motors without rare earths and without Dy and Tb are those of the evidence; all other magnets
    are lean by then. The permanent-magnet share already leaves out some motors without magnets: only the rest of the
    rare-earth-free share is added.
    """
    free = evidence.one("policy/substitution_scenarios", parameter="rare-earth-free EV motor share 2035")
    light = evidence.one("policy/substitution_scenarios", parameter="Dy-free EV motor share in Japan 2035")
    mixes = dict(reference)
    for vehicle in TRACTION_PRODUCTS:
        if vehicle in MILD_HYBRIDS:
            continue
        magnets = permanent_magnet_share(evidence, vehicle)
        without = combined(
            lambda a, b: max(0.0, 1 - (1 - a) / b),
            free,
            magnets,
            note="rare-earth-free share of 2035 beyond the motors that the permanent-magnet share leaves out",
        )
        heavy_free = light.with_note("Dy-free share of 2035")
        lean = combined(lambda a, b: 1 - a - b, without, heavy_free, note="all other magnets lean in 2035")
        nothing = estimate(0.0, "new magnets enter linearly from 2024 to 2035")
        start = estimate(1.0, "new magnets enter linearly from 2024 to 2035")
        mixes[vehicle, "traction_magnet"] = {
            2024: {"NdFeB": start, "NdFeB_lean": nothing, "NdFeB_heavy_free": nothing, "other": nothing},
            2035: {"NdFeB": nothing, "NdFeB_lean": lean, "NdFeB_heavy_free": heavy_free, "other": without},
        }
    return mixes


def magnet_grade_shares(reference: Mapping[tuple[str, str], Shares]) -> dict[tuple[str, str], Shares]:
    """Return the mixes with two grades of magnet, so that makers can shift to the lean one when Dy and Tb grow dear.

    A fifth is lean, as where the response of magnets to price was sized. The mean composition of the reference is kept
    only where a scenario multiplies Dy and Tb of both grades by 1 / (1 - 0.2 x 0.5).
    """
    lean = estimate(0.2, "share at base prices for which the response of magnets is sized")
    rich = estimate(0.8, "rest of the lean grade")
    mixes = dict(reference)
    for part, given in reference.items():
        mix = given.get("*", {})
        if "NdFeB_lean" in mix:
            mixes[part] = _constant_mix({**mix, "NdFeB": rich, "NdFeB_lean": lean})
    return mixes


def share_table(variant: str, description: str, shares: Mapping[tuple[str, str], Shares]) -> Table:
    """Return one complete table of chemistry shares."""
    table = Table("chemistry_share", "1", "share", description, variant)
    for (item, component), mixes in shares.items():
        for year, mix in mixes.items():
            for chemistry, datum in mix.items():
                table.add(datum, region=REGION, time=year, product=item, component=component, chemistry=chemistry)
    return table

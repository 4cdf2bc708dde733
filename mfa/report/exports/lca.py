"""Recovered, primary and imported metal by route and element: what life-cycle assessment needs of a supply mix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError
from mfa.report.figure_data import element_name
from mfa.vocabulary import SCRAP

if TYPE_CHECKING:
    import pandas as pd

    from mfa.results import Results

COLUMNS = (
    "scenario", "region", "year", "element", "supply", "activity", "location", "route_or_origin", "scrap", "mass",
    "mass_unit", "share_of_supply", "recovery_yield", "feed", "feed_unit", "mass_per_feed", "emission_factor",
    "emission_factor_unit",
)  # fmt: skip
SUPPLIES = ("secondary", "primary", "import")


def lca_table(results: Results) -> pd.DataFrame:
    """Mass of each metal that each activity brings to the refined market, means over samples.

    Activities are recycling routes (by kind of scrap), domestic primary sources and origins of imports; what is drawn
    from the stockpile is no activity. Shares are of the sum of all three in the region and year.

    Parameters
    ----------
    results : Results
        With all dims of flows.

    Returns
    -------
    DataFrame
        One row for each region, year, element and activity with some mass: ``supply`` (secondary, primary, import),
        ``activity`` in words, ``location``, ``route_or_origin`` and ``scrap`` as labels, ``mass`` (t/yr),
        ``share_of_supply`` (1); of routes ``recovery_yield`` (1, recovered over fed), ``feed`` (t of component a year,
        the same for all elements of a route) and ``mass_per_feed`` (t/t); ``emission_factor`` (t CO2/t) as the run has
        it, empty if its inputs are not known.

    Raises
    ------
    InputError
        If the results hold totals only.
    """
    import pandas as pd

    if results.attrs.get("detail") == "totals":
        raise InputError(Fault("lca", "the run holds totals only", "run it with detail='full'"))
    flows = {
        name: results.arrays("flows")[name].mean(axis=0)
        for name in ("secondary", "recovery_loss", "primary", "imports")
    }
    feed = results.arrays("components")["processed"].mean(axis=0)  # region, time, route, scrap
    total = flows["secondary"].sum(axis=(-2, -1)) + flows["primary"].sum(axis=1) + flows["imports"].sum(axis=1)
    factors = {name: _emission_factor(results, name) for name in ("ef_primary", "ef_secondary")}
    rows: list[tuple[Any, ...]] = []
    names = [element_name(results, element) for element in results.labels["element"]]
    for r, region in enumerate(results.labels["region"]):
        home = results.label_name("region", region)
        for t, year in enumerate(results.years.tolist()):
            for e, element in enumerate(results.labels["element"]):
                lead = (results.name, region, int(year), element)
                whole = float(total[r, t, e])
                for w, route in enumerate(results.labels["route"]):
                    for q, scrap in enumerate(SCRAP):
                        mass, lost = (float(flows[name][r, t, e, w, q]) for name in ("secondary", "recovery_loss"))
                        if mass > 0.0:
                            fed = float(feed[r, t, w, q])
                            said = f"{names[e]} from {scrap} scrap, {results.label_name('route', route)}"
                            rows.append((*lead, "secondary", said, home, route, scrap, mass, "t/yr", mass / whole,
                                         mass / (mass + lost), fed, "t/yr", mass / fed if fed else np.nan,
                                         factors["ef_secondary"][r, t, e], "t CO2/t"))  # fmt: skip
                for supply, name in (("primary", "primary"), ("import", "imports")):
                    for o, origin in enumerate(results.labels["origin"]):
                        mass = float(flows[name][r, o, t, e])
                        if mass > 0.0:
                            place = results.label_name("origin", origin)
                            said = f"{names[e]}, {'domestic primary' if supply == 'primary' else 'imported'}, {place}"
                            rows.append((*lead, supply, said, place, origin, "", mass, "t/yr", mass / whole, np.nan,
                                         np.nan, "", np.nan, factors["ef_primary"][r, t, e], "t CO2/t"))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _emission_factor(results: Results, name: str) -> np.ndarray:
    """Emission factor [region, time, element], t CO2/t; NaN if the inputs of the run do not give it."""
    shape = tuple(
        len(results.labels[dim]) if dim != "time" else len(results.years) for dim in ("region", "time", "element")
    )
    inputs = results.inputs
    if inputs is None or name not in inputs.arrays:
        return np.full(shape, np.nan)
    from mfa.indicators import broadcast_parameter

    return broadcast_parameter(inputs, name).mean(axis=0)

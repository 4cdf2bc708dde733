"""How much rests on estimates: of the rows of the tables, and of the metal in the results.

A tonne of metal in the results is traced to the rows that made it: the units sold in its year (`volume`), the lifetime
of its cohort, the chemistry it belongs to and the content of that chemistry. Where a year lies between two rows, both
count. The tonne rests on an estimate if one of these rows is an estimate; it is sound if all of them were read or
derived. Rows of other tables (trade, routes, prices) are not looked at, but for the collection rate of what is
collected. What is collected from drawers is given the cohorts of the discards of the year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.indicators import broadcast_parameter
from mfa.results import Results
from mfa.system.survival import TIMING, survival_function

if TYPE_CHECKING:
    import pandas as pd

YEARS = (2024, 2040)
QUANTITIES = {
    "in use": "metal in products in use at year end",
    "discarded": "metal discarded in the year",
    "collected": "metal collected for recycling, from which it is recovered",
    "needed": "refined metal needed by manufacturing",
}
COLUMNS = ("volume", "lifetime", "chemistry", "content", "collection")
SOUND = ("read", "derived")


@dataclass
class Origin:
    """For every label and year: whether an estimate is among the rows used, and whether all were read or derived."""

    estimate: np.ndarray
    sound: np.ndarray

    def at(self, *index: Any) -> Origin:
        """A part of it."""
        return Origin(self.estimate[index], self.sound[index])


def origin_of(evidence: pd.DataFrame, parameter: str, labels: Mapping[str, Sequence[str]], years: np.ndarray) -> Origin:
    """Where the values of a parameter come from, by labels and year.

    Parameters
    ----------
    evidence : DataFrame
        Rows of the tables, `Inputs.evidence`.
    parameter : str
        Parameter with rows in it; without any, everything is sound.
    labels : mapping of sequences
        Dims of the answer and their labels.
    years : ndarray of int
        Years of the answer, its last axis.

    Returns
    -------
    Origin
        Arrays [labels..., year].
    """
    shape = tuple(len(found) for found in labels.values())
    result = Origin(np.zeros((*shape, len(years)), dtype=bool), np.ones((*shape, len(years)), dtype=bool))
    rows = evidence[evidence["parameter"] == parameter]
    along = "cohort" if (rows["cohort"] != "").any() else "time"
    positions = {dim: {label: i for i, label in enumerate(found)} for dim, found in labels.items()}
    by_pattern: dict[tuple[str, ...], dict[int | None, set[str]]] = {}
    for *cells, year, provenance in rows[[*labels, along, "provenance"]].itertuples(index=False):
        known = by_pattern.setdefault(tuple(map(str, cells)), {})
        known.setdefault(int(year) if str(year).isdecimal() else None, set()).add(provenance)
    for pattern in sorted(by_pattern, key=lambda key: -sum(cell in ("*", "") for cell in key)):
        index: list[Any] = []
        for dim, cell in zip(labels, pattern, strict=True):
            if cell not in ("*", "") and cell not in positions[dim]:
                break
            index.append(slice(None) if cell in ("*", "") else positions[dim][cell])
        else:
            estimate, sound = _along_years(by_pattern[pattern], years)
            result.estimate[tuple(index)], result.sound[tuple(index)] = estimate, sound
    return result


def _along_years(known: Mapping[int | None, set[str]], years: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For every year: an estimate among the rows before and after it; all of them sound."""
    anchors = np.array(sorted(year for year in known if year is not None))
    if not anchors.size:
        kinds = known[None]
        return np.full(len(years), "estimate" in kinds), np.full(len(years), kinds <= set(SOUND))
    estimate = np.array(["estimate" in known[int(anchor)] for anchor in anchors])
    sound = np.array([known[int(anchor)] <= set(SOUND) for anchor in anchors])
    before = np.searchsorted(anchors, years, side="right") - 1
    after = np.searchsorted(anchors, years, side="left")
    before, after = np.where(before < 0, after, before), np.where(after == len(anchors), before, after)
    return estimate[before] | estimate[after], sound[before] & sound[after]


def estimate_shares(results: Results, years: Sequence[int] = YEARS) -> pd.DataFrame:
    """Shares of stock, discards, collected and needed metal that rest on estimates, by element and year.

    Parameters
    ----------
    results : Results
        Of a run with tables, in full detail; the first sample is looked at.
    years : sequence of int
        Years to look at; those outside the run are left out.

    Returns
    -------
    DataFrame, 1
        Index quantity, year, element. Columns: the share that rests on an estimate in one kind of table (`COLUMNS`),
        in any of them, and the share that rests on rows read or derived alone. NaN where there is no metal.

    Notes
    -----
    Spare parts, an initial stock and a hazard multiplier are left out when cohorts are weighed.
    """
    import pandas as pd

    inputs, run_years = results.inputs, results.years
    labels, evidence = results.labels, inputs.evidence
    n_years, elements = len(run_years), labels["element"]
    trace = _Trace(results)
    shown = [int(year) for year in years if run_years[0] <= year <= run_years[-1]]
    totals = {
        (quantity, year): np.zeros((len(COLUMNS) + 3, len(elements))) for quantity in QUANTITIES for year in shown
    }
    flows = results.arrays("flows")
    outside = origin_of(evidence, "other_need", {"region": labels["region"], "element": elements}, run_years)
    for region in range(len(labels["region"])):
        for year in shown:
            t = year - int(run_years[0])
            other = flows["other_use"][0, region, t]
            need_of_others = Origin(outside.estimate[region, :, t], outside.sound[region, :, t])
            _add(totals["needed", year], other, {"volume": need_of_others})
        for product, component in trace.pairs:
            made = trace.made(region, product, component)  # cohort, chemistry, element
            origins = trace.origins(region, product, component)
            for year in shown:
                t = year - int(run_years[0])
                age = t - np.arange(n_years)
                left = np.where(age >= 0, trace.left(region, product, age), 0.0)
                before = np.where(age >= 1, trace.left(region, product, age - 1), np.where(age == 0, 1.0, 0.0))
                gone = made * (before - left)[:, None, None]
                by_cohort = {name: origins[name] for name in ("volume", "lifetime", "chemistry", "content")}
                _add(totals["in use", year], made * left[:, None, None], by_cohort)
                _add(totals["discarded", year], gone, by_cohort)
                collected = _spread(flows["collected"][0, region, t, product, component], gone)
                now = origins["collection"].at(t)
                _add(totals["collected", year], collected, by_cohort | {"collection": now})
                need = _spread(flows["refined_use"][0, region, t, product, component], made[t : t + 1])
                this_year = {name: origins[name].at(slice(t, t + 1)) for name in ("volume", "chemistry", "content")}
                _add(totals["needed", year], need, this_year)
    rows = {}
    for (quantity, year), sums in totals.items():
        shares = np.divide(sums[:-1], sums[-1], out=np.full(sums[:-1].shape, np.nan), where=sums[-1] > 0)
        for e, element in enumerate(elements):
            rows[quantity, year, element] = shares[:, e]
    columns = [*COLUMNS, "any", "read or derived"]
    index = pd.MultiIndex.from_tuples(list(rows), names=["quantity", "year", "element"])
    return pd.DataFrame(np.array(list(rows.values())).reshape(-1, len(columns)), index=index, columns=columns)


def _spread(total: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Spread a total [element] over cohorts and chemistries as another quantity is."""
    sums = like.sum(axis=(0, 1))
    result: np.ndarray = like * np.divide(total, sums, out=np.zeros_like(sums), where=sums > 0)
    return result


def _add(sums: np.ndarray, mass: np.ndarray, origins: Mapping[str, Origin]) -> None:
    """Add metal [..., element] to the sums: by kind of table, by any of them, sound, all."""
    axes = tuple(range(mass.ndim - 1))
    any_estimate, sound = np.zeros(mass.shape, dtype=bool), np.ones(mass.shape, dtype=bool)
    for name, origin in origins.items():
        sums[COLUMNS.index(name)] += (mass * origin.estimate).sum(axis=axes)
        any_estimate |= origin.estimate
        sound &= origin.sound
    sums[-3] += (mass * any_estimate).sum(axis=axes)
    sums[-2] += (mass * sound).sum(axis=axes)
    sums[-1] += mass.sum(axis=axes)


class _Trace:
    """Metal by cohort and chemistry, and where the numbers behind it come from, for one product and component."""

    def __init__(self, results: Results) -> None:
        inputs, labels, years = results.inputs, results.labels, results.years
        skipped = len(getattr(inputs, "cohorts", years)) - len(years)
        self.units = results.arrays("items")["sales_units"][0]  # region, time, product
        self.mix = results.arrays("policy")["chemistry_mix"][0]  # region, time, product, component, chemistry
        sizes = {"cohort": len(years) + skipped}
        self.content = broadcast_parameter(inputs, "content", sizes=sizes)[0][:, skipped:]
        code, first, second = (
            _spread_lifetime(part, labels, len(years), skipped) for part in inputs.arrays["lifetime"].canonical()
        )
        shift = TIMING[str(inputs.arrays.get("timing", "mid"))]
        ages = np.arange(len(years)) + shift
        curves = inputs.arrays["lifetime"].curves
        self.survival = survival_function(ages, code[..., None], first[..., None], second[..., None], curves)
        present = self.mix.sum(axis=(0, 1, 4)) > 0
        self.pairs = [(int(p), int(k)) for p, k in np.argwhere(present)]
        self.kinds = {pair: np.flatnonzero(self.mix[:, :, *pair].any(axis=(0, 1))) for pair in self.pairs}

        def origin(parameter: str, *dims: str) -> Origin:
            return origin_of(inputs.evidence, parameter, {dim: labels[dim] for dim in dims}, years)

        self.volume = origin("sales", "region", "product")
        self.lifetime = origin("lifetime", "region", "product")
        self.chemistry = origin("chemistry_share", "region", "product", "component", "chemistry")
        self.contents = origin("content", "region", "product", "component", "chemistry", "element")
        self.collection = origin("base_collection_rate", "region", "product", "component")

    def made(self, region: int, product: int, component: int) -> np.ndarray:
        """Metal sold [cohort, chemistry in use, element], t/yr."""
        kinds = self.kinds[product, component]
        units = self.units[region, :, product, None, None]
        mix = np.nan_to_num(self.mix[region, :, product, component][:, kinds, None])
        result: np.ndarray = units * mix * self.content[region, :, product, component][:, kinds]
        return result

    def left(self, region: int, product: int, age: np.ndarray) -> np.ndarray:
        """Share of each cohort left at an age (counted in years; 0 is the end of the year of sale)."""
        cohorts = np.arange(len(age))
        result: np.ndarray = self.survival[region, cohorts, product, np.clip(age, 0, None)]
        return result

    def origins(self, region: int, product: int, component: int) -> dict[str, Origin]:
        """Origins that fit arrays [cohort, chemistry in use, element]."""
        kinds = self.kinds[product, component]

        def shaped(origin: Origin, place: tuple[Any, ...]) -> Origin:
            parts = []
            for array in (origin.estimate[place], origin.sound[place]):  # chemistry and element first, years last
                by_year = np.moveaxis(array, -1, 0)
                parts.append(by_year.reshape(*by_year.shape, *[1] * (3 - by_year.ndim)))
            return Origin(*parts)

        return {
            "volume": shaped(self.volume, (region, product)),
            "lifetime": shaped(self.lifetime, (region, product)),
            "chemistry": shaped(self.chemistry, (region, product, component, kinds)),
            "content": shaped(self.contents, (region, product, component, kinds)),
            "collection": shaped(self.collection, (region, product, component)),
        }


def _spread_lifetime(part: Any, labels: Mapping[str, Sequence[str]], n_years: int, skipped: int) -> np.ndarray:
    """A part of a lifetime as an array (region, cohort, product)."""
    if "sample" in part.dims:
        part = part.isel(sample=0)
    sizes = {"region": len(labels["region"]), "cohort": n_years + skipped, "product": len(labels["product"])}
    dims = [dim for dim in sizes if dim in part.dims]
    array = part.transpose(*dims).values.reshape([sizes[dim] if dim in dims else 1 for dim in sizes])
    return np.broadcast_to(array, tuple(sizes.values()))[:, skipped:]


# --- text ------------------------------------------------------------------------------------------------------------


def estimates_text(scenario: str) -> str:
    """How much of the tables and results of a scenario rests on estimates.

    Parameters
    ----------
    scenario : str
        Name or path; it is run.

    Returns
    -------
    str
    """
    import warnings

    from mfa.inputs import InputWarning, evidence_summary, load_scenario
    from mfa.run import run

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        results = run(load_scenario(scenario))
    lines = [
        f"Tables of {results.name}: rows by provenance",
        *_rows_text(evidence_summary(results.inputs.evidence)),
        "",
    ]
    lines += [
        f"Results of {results.name}: % of the metal that rests on at least one estimate",
        "vol., life, chem, cont, coll: in the tables of units sold (and need outside the products), lifetime,",
        "chemistry shares, content, collection rates; any: in any of them; sound: all rows read or derived",
        "",
    ]
    return "\n".join(lines + _shares_text(estimate_shares(results)))


def _rows_text(summary: pd.DataFrame) -> list[str]:
    kinds = [column for column in summary.columns if column not in ("rows", "estimate_share")]
    width = max(len(str(name)) for name in summary.index)
    lines = [f"  {'':<{width}}" + "".join(f"{kind:>10}" for kind in (*kinds, "rows", "estimate"))]
    for name, row in summary.iterrows():
        numbers = "".join(f"{int(row[kind]):>10}" for kind in (*kinds, "rows"))
        lines.append(f"  {name!s:<{width}}{numbers}{100 * row['estimate_share']:>8.0f} %")
    return lines


def _shares_text(shares: pd.DataFrame) -> list[str]:
    years = list(dict.fromkeys(shares.index.get_level_values("year")))
    heads = ["vol.", "life", "chem", "cont", "coll", "any", "sound"]
    rows = dict(zip(shares.index, shares.to_numpy(), strict=True))
    lines = []
    for quantity, meaning in QUANTITIES.items():
        lines.append(f"{quantity}: {meaning}")
        lines.append(" " * 8 + " ".join(f"{year:<{6 * len(heads)}}" for year in years).rstrip())
        lines.append(" " * 8 + " ".join("".join(f"{head:>6}" for head in heads) for _ in years))
        for element in dict.fromkeys(shares.index.get_level_values("element")):
            cells = []
            for year in years:
                row = rows[quantity, year, element]
                used = [COLUMNS[i] in used_tables(quantity) if i < len(COLUMNS) else True for i in range(len(row))]
                cells.append("".join(_percent(v, here) for v, here in zip(row, used, strict=True)))
            lines.append(f"  {element:<6}" + " ".join(cells).rstrip())
        lines.append("")
    return lines


def used_tables(quantity: str) -> tuple[str, ...]:
    """Kinds of table that a quantity is traced to."""
    if quantity == "needed":
        return ("volume", "chemistry", "content")
    return COLUMNS if quantity == "collected" else COLUMNS[:4]


def _percent(value: float, used: bool) -> str:
    return f"{100 * value:>6.0f}" if used and np.isfinite(value) else f"{'-':>6}"

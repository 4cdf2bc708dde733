"""Results in the format of integrated assessment models: one row a variable, one column a year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mfa.errors import Fault, InputError
from mfa.indicators.ratios import mean_of_defined
from mfa.inputs.messages import suggest
from mfa.report.exports.iamc_names import (
    MASS_VARIABLES,
    OTHER,
    OURS,
    PERCENT,
    PRODUCT_TYPES,
    PROPOSAL,
    MassVariable,
    ProductType,
    plain,
    sector_of,
)
from mfa.report.figure_data import Reader, element_name
from mfa.report.plain_text import write_csv
from mfa.report.workbook import Sheet, write_workbook
from mfa.vocabulary import INDICATORS

if TYPE_CHECKING:
    import pandas as pd

    from mfa.results import Results

COLUMNS = ("Model", "Scenario", "Region", "Variable", "Unit")
MASS_UNITS = {"Mt": 1e-6, "kt": 1e-3, "t": 1.0}
"""Units of mass that can be asked for, and the factor from tonnes; the common definitions have Mt."""


@dataclass(frozen=True)
class Series:
    """A variable of one region over the years.

    Attributes
    ----------
    region, variable, unit : str
    values : ndarray [year]
    origin : str
        Where the name comes from.
    meaning : str
        In the terms of this model.
    """

    region: str
    variable: str
    unit: str
    values: np.ndarray
    origin: str
    meaning: str


def iamc_series(results: Results, mass_unit: str = "Mt", sectors: Mapping[str, str] | None = None) -> list[Series]:
    """All variables of a run, means over samples.

    Parameters
    ----------
    results : Results
        With all dims of flows and stocks.
    mass_unit : {"Mt", "kt", "t"}
        The common definitions have Mt; other tools may want to read more than zeros.
    sectors : mapping of str, optional
        Demand sectors by product label, such as ``{"truck": "Transportation|Road|Trucks"}``, before our own choice.

    Returns
    -------
    list of Series
        Those without any value are left out.

    Raises
    ------
    InputError
        If the unit or a product is not known, or the results hold totals only.
    """
    products = results.labels["product"]
    faults = [] if mass_unit in MASS_UNITS else [Fault("mass_unit", f"'{mass_unit}' is not known", "use Mt, kt or t")]
    faults += [
        Fault("sectors", f"'{product}' is not in the results", suggest(product, products, "products"))
        for product in sectors or {}
        if product not in products
    ]
    if faults:
        raise InputError(faults)
    chosen = {
        product: sector_of(product, results.label_group("product", product), dict(sectors or {}))
        for product in products
    }
    found: list[Series] = []
    for region in results.labels["region"]:
        found += _product_series(results, region, chosen)
        reader = Reader(results, None, region)
        for position, element in enumerate(results.labels["element"]):
            found += _element_series(reader, region, position, plain(element_name(results, element)), chosen, mass_unit)
    return [series for series in found if np.isfinite(series.values).any()]


def _element_series(
    reader: Reader, region: str, e: int, name: str, sectors: Mapping[str, str], mass: str
) -> Iterator[Series]:
    """Variables of one metal: sums of flows and stocks, in all and by demand sector, and indicators in percent."""
    factor = MASS_UNITS[mass]
    for kind in MASS_VARIABLES:
        unit = f"{mass}/yr" if kind.per_year else mass
        variable = kind.name.format(name)
        if kind.total:
            values = np.sum([_total(reader, kind.group, one)[:, e] for one in kind.sums], axis=0)
            yield Series(region, variable, unit, factor * values, kind.total, kind.meaning)
        if kind.sectors:
            for path, values in _by_sector(reader, kind, e, sectors).items():
                yield Series(
                    region, f"{variable}|{path}", unit, factor * values, kind.sectors, f"{kind.meaning}: {path}"
                )
    reused = next(kind for kind in MASS_VARIABLES if "reused" in kind.sums)  # the part that the proposal tells apart
    for path, values in _by_sector(reader, replace(reused, sums=("reused",)), e, sectors).items():
        if "|" not in path:
            variable = f"{reused.name.format(name)}|{path}|Reused"
            meaning = f"Metal in components reused as spare parts: {path}"
            yield Series(region, variable, f"{mass}/yr", factor * values, PROPOSAL, meaning)
    results = reader.results
    place = results.labels["region"].index(region)
    for indicator, head in PERCENT.items():
        values = mean_of_defined(results.arrays("indicators")[indicator])[place, :, e]
        yield Series(region, head.format(name), "%", 100.0 * values, OURS, INDICATORS[indicator].meaning)


def _total(reader: Reader, group: str, name: str) -> np.ndarray:
    """A variable by year and element."""
    return reader.total(reader.array(group, name), reader.dims(group, name))


def _by_sector(reader: Reader, kind: MassVariable, e: int, sectors: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Sums over the products of each demand sector, and of the sectors that hold it; those with something in them."""
    kept = ("time", "product", "element")
    parts = [reader.total(reader.array(kind.group, one), reader.dims(kind.group, one), kept) for one in kind.sums]
    total = np.sum(parts, axis=0)[:, :, e]
    sums: dict[str, np.ndarray] = {}
    for p, product in enumerate(reader.results.labels["product"]):
        levels = sectors[product].split("|")
        for depth in range(1, len(levels) + 1):
            path = "|".join(levels[:depth])
            sums[path] = sums.get(path, 0.0) + total[:, p]
    return {path: sums[path] for path in sorted(sums, key=lambda path: (path == OTHER, path)) if sums[path].any()}


def _product_series(results: Results, region: str, sectors: Mapping[str, str]) -> Iterator[Series]:
    """Units in use, sold and discarded."""
    place = results.labels["region"].index(region)
    for p, product in enumerate(results.labels["product"]):
        path = f"{sectors[product]}|{plain(results.label_name('product', product))}"
        kind = PRODUCT_TYPES.get(product, ProductType(path, "thousand", 1e-3, OURS))
        for head, name, per_year, what in (
            ("Product Stock", "stock_units", False, "Units in use at year end"),
            ("Final Product Demand", "sales_units", True, "Units sold"),
            ("Stock Retirement", "discards_units", True, "Units discarded, put away or exported used"),
        ):
            values = results.arrays("items")[name].mean(axis=0)[place, :, p]
            if values.any():
                unit = f"{kind.unit}/yr" if per_year else kind.unit
                meaning = f"{what}: {results.label_name('product', product)}, as the data set counts them"
                yield Series(region, f"{head}|{kind.path}", unit, kind.factor * values, kind.origin, meaning)


def iamc_table(
    results: Results | Sequence[Results], mass_unit: str = "Mt", sectors: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Wide table of one or several runs.

    Parameters
    ----------
    results : Results or sequence of Results
        Runs of different names; years that one has not are empty.
    mass_unit : {"Mt", "kt", "t"}
    sectors : mapping of str, optional
        As for `iamc_series`.

    Returns
    -------
    DataFrame
        Columns Model, Scenario, Region, Variable, Unit and the years.

    Raises
    ------
    InputError
        If two runs have one name, or one of the arguments is wrong.
    """
    import pandas as pd

    from mfa import __version__

    runs = list(results) if isinstance(results, Sequence) else [results]
    names = [run.name for run in runs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError([Fault("iamc", f"two runs are called {name}", "name each scenario once") for name in twice])
    years = sorted({int(year) for run in runs for year in run.years})
    rows = []
    for run in runs:
        for series in iamc_series(run, mass_unit, sectors):
            values = dict(zip(run.years.tolist(), series.values.tolist(), strict=True))
            lead = (f"mfa {__version__}", run.name, series.region, series.variable, series.unit)
            rows.append((*lead, *(values.get(year, np.nan) for year in years)))
    return pd.DataFrame(rows, columns=[*COLUMNS, *years])


def variables_table(
    results: Results | Sequence[Results], mass_unit: str = "Mt", sectors: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """What each variable of the wide table is: unit, meaning in this model, where its name comes from."""
    import pandas as pd

    runs = list(results) if isinstance(results, Sequence) else [results]
    found = {
        series.variable: (series.unit, series.meaning, series.origin)
        for run in runs
        for series in iamc_series(run, mass_unit, sectors)
    }
    rows = [(name, *told) for name, told in found.items()]
    return pd.DataFrame(rows, columns=["Variable", "Unit", "Meaning", "Origin of the name"])


def write_iamc(
    results: Results | Sequence[Results], path: Path, mass_unit: str = "Mt", sectors: Mapping[str, str] | None = None
) -> None:
    """Write the wide table: as CSV, or as XLSX with sheets ``data``, ``variables`` and ``meta``.

    Parameters
    ----------
    results : Results or sequence of Results
    path : Path
        Ends in ``.csv`` or ``.xlsx``.
    mass_unit : {"Mt", "kt", "t"}
    sectors : mapping of str, optional
        As for `iamc_series`.
    """
    table = iamc_table(results, mass_unit, sectors)
    if path.suffix != ".xlsx":
        write_csv(table, path)
        return
    runs = list(results) if isinstance(results, Sequence) else [results]
    heads = ["Model", "Scenario", "title", "scope", "dataset", "scenario_hash", "dataset_hash", "samples"]
    meta = [
        (table["Model"].iloc[0], run.name, *(str(run.attrs.get(key) or "") for key in heads[2:-1]),
         len(run.labels["sample"]) if run.sampled else 1)
        for run in runs
    ]  # fmt: skip
    told = variables_table(results, mass_unit, sectors)
    write_workbook(path, [Sheet.of("data", table), Sheet.of("variables", told), Sheet("meta", heads, meta)])

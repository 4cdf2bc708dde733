"""Tables: the headline of a run, and flows, stocks and indicators in long form as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mfa.indicators.ratios import mean_of_defined, quantiles_of_defined
from mfa.report.plain_text import csv_cell
from mfa.results import Results, variables
from mfa.vocabulary import FLOWS, HEADLINE_YEARS, PROCESSES, STOCKS, money_unit

if TYPE_CHECKING:
    import pandas as pd

HEADLINE: dict[str, tuple[str, str]] = {
    "in_use": ("in use", "t"),
    "discards": ("discarded", "t/yr"),
    "secondary_old": ("recovered", "t/yr"),
    "eol_recycling_rate": ("EoL-RR", "%"),
    "eol_recycling_input_rate": ("EoL-RIR", "%"),
    "import_requirement": ("import requirement", "%"),
    "self_sufficiency": ("self-sufficiency", "%"),
    "hhi": ("HHI", "points"),
    "unmet_share": ("unmet", "%"),
}
"""Columns of the headline: words and unit."""
HEADS = (
    ("", "in use"), ("dis-", "carded"), ("re-", "covered"), ("", "EoL-RR"), ("", "EoL-RIR"),
    ("import re-", "quirement"), ("self-suf-", "ficiency"), ("", "HHI"), ("", "unmet"),
)  # fmt: skip
"""The same words on two lines, for a narrow terminal."""
HEADLINE_NOTES = (
    "in use: in products at year end; discarded: direct, into drawers or exported used; recovered: from",
    "old scrap; EoL-RR: recovered over direct discards and releases from drawers; EoL-RIR: metal used",
    "from old and imported scrap over the need met; import requirement and self-sufficiency: shares",
    "of the need; HHI: of refined imports, 10 000 points are one origin; unmet: share of the need.",
)


def headline_arrays(results: Results) -> dict[str, np.ndarray]:
    """Arrays of the headline, (sample, region, time, element), in t, t/yr and shares.

    Parameters
    ----------
    results : Results
        What a run computed.

    Returns
    -------
    dict of ndarray
        By the keys of `HEADLINE`.
    """
    flows, indicators = results.arrays("flows"), results.arrays("indicators")

    def flow(name: str) -> np.ndarray:
        return element_total(flows[name], results.dims("flows", name))

    secondary = flows["secondary"][..., 0]  # the first kind of scrap is old
    arrays = {
        "in_use": element_total(results.arrays("stocks")["in_use"], results.dims("stocks", "in_use")),
        "discards": flow("discards_direct") + flow("discards_hibernating") + flow("exports_used"),
        "secondary_old": element_total(secondary, results.dims("flows", "secondary")[:-1]),
    }
    return arrays | {name: indicators[name] for name in HEADLINE if name not in arrays}


def element_total(array: np.ndarray, dims: Sequence[str]) -> np.ndarray:
    """Sum over all dims but sample, region, time and element.

    Parameters
    ----------
    array : ndarray (sample, *dims)
        A flow or stock.
    dims : sequence of str
        Its dims, without sample.

    Returns
    -------
    ndarray (sample, region, time, element)

    Examples
    --------
    >>> element_total(np.ones((1, 1, 2, 3, 4)), ("region", "time", "product", "element")).shape
    (1, 1, 2, 4)
    """
    axes = tuple(i + 1 for i, dim in enumerate(dims) if dim not in ("region", "time", "element"))
    return array.sum(axis=axes) if axes else array


def headline(results: Results, years: Sequence[int] | None = None) -> pd.DataFrame:
    """Headline figures by region, element and year, means over samples.

    Parameters
    ----------
    results : Results
        What a run computed.
    years : sequence of int, optional
        Years to show; those outside the run are left out. 2024, 2030, 2040 and 2050 if not given, or the last year of
        a run that has none of them.

    Returns
    -------
    DataFrame
        Index region, element, year; NaN where an indicator has no value.
    """
    import pandas as pd

    wanted = HEADLINE_YEARS if years is None else tuple(years)
    shown = [int(year) for year in wanted if year in results.years]
    if not shown and years is None:
        shown = [int(results.years[-1])]
    positions = np.searchsorted(results.years, shown)
    index = pd.MultiIndex.from_product(
        [results.labels["region"], results.labels["element"], shown], names=["region", "element", "year"]
    )
    columns = {}
    for key, array in headline_arrays(results).items():
        words, unit = HEADLINE[key]
        factor = {"%": 100.0, "points": 1e4}.get(unit, 1.0)
        chosen = mean_of_defined(array[:, :, positions]) * factor
        columns[f"{words} [{unit}]"] = chosen.transpose(0, 2, 1).reshape(-1)
    return pd.DataFrame(columns, index=index)


def headline_text(results: Results) -> str:
    """Headline of a run as text for a terminal of 100 columns.

    Parameters
    ----------
    results : Results
        What a run computed.

    Returns
    -------
    str
        A header with units, one line for each region, element and year, the reasons of missing values.
    """
    table = headline(results)
    several = len(results.labels["region"]) > 1
    heads = [tuple(words) for words in HEADS]
    units = [unit for _, unit in HEADLINE.values()]
    cells = [[shown(value, unit) for value, unit in zip(row, units, strict=True)] for row in table.to_numpy()]
    widths = [
        max(6, len(unit) + 2, *map(len, head), *(len(row[i]) for row in cells))
        for i, (head, unit) in enumerate(zip(heads, units, strict=True))
    ]
    names = [f"{region} {element}" if several else element for region, element, _ in table.index]
    label_width = max([7, *map(len, names)])

    def line(name: str, year: str, words: Sequence[str]) -> str:
        right = "  ".join(word.rjust(width) for word, width in zip(words, widths, strict=True))
        return f"{name:<{label_width}} {year:<4}  {right}".rstrip()

    lines = [line("", "", [head[0] for head in heads]), line("", "", [head[1] for head in heads])]
    lines.append(line("element", "year", [f"[{unit}]" for unit in units]))
    previous = ""
    for name, (_, _, year), row in zip(names, table.index, cells, strict=True):
        if previous and name != previous:
            lines.append("")
        lines.append(line("" if name == previous else name, str(year), row))
        previous = name
    missing = list(missing_values(results, table))
    return "\n".join(lines + (["", "Why there is no value:", *missing] if missing else []))


def shown(value: float, unit: str) -> str:
    """Number of the headline with the digits that it deserves.

    Examples
    --------
    >>> shown(123456.7, "t"), shown(4.0, "t"), shown(12.34, "%"), shown(float("nan"), "%")
    ('123 457', '4.00', '12.3', '-')
    """
    if not np.isfinite(value):
        return "-"
    if unit == "%":
        return f"{value:.1f}"
    if unit == "points" or value == 0 or abs(value) >= 99.95:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:#.3g}"


def missing_values(results: Results, table: pd.DataFrame) -> Iterator[str]:
    """Why dashes are dashes."""
    found: dict[tuple[str, str], list[str]] = {}
    for key, (words, unit) in HEADLINE.items():
        column = table[f"{words} [{unit}]"]
        for region, element, year in column.index[column.isna()]:
            reason = results.reasons(key).sel(region=region, element=element, time=year)
            text = next((str(one) for one in np.ravel(reason.values) if one), "undefined")
            found.setdefault((words, text), []).append(f"{element} {year}")
    for (words, text), places in found.items():
        listed = ", ".join(places[:6]) + (f" and {len(places) - 6} more" if len(places) > 6 else "")
        yield f"  {words}: {text} ({listed})"


# --- long form -------------------------------------------------------------------------------------------------------


def _rows_by_place(results: Results) -> tuple[list[str], list[str]]:
    """Beginnings of rows by region, time, element, and by region, time."""
    scenario = csv_cell(results.name)
    elements = [csv_cell(element) for element in results.labels["element"]]
    regions = [csv_cell(region) for region in results.labels["region"]]
    with_time = [f"{scenario},{region},{year}," for region in regions for year in results.years]
    return [f"{begin}{element}," for begin in with_time for element in elements], [f"{begin}," for begin in with_time]


def _texts(array: np.ndarray, sampled: bool) -> tuple[list[str], str]:
    """Cells of the value: one number, or mean and quantiles of the samples; and the columns they fill."""
    if not sampled:
        return ["" if value != value else repr(value) for value in array[0].ravel().tolist()], "value"
    mean = mean_of_defined(array)
    spread = quantiles_of_defined(array)
    columns = [["" if v != v else repr(v) for v in part.ravel().tolist()] for part in (mean, *spread)]
    return [",".join(cells) for cells in zip(*columns, strict=True)], "value,p5,p50,p95"


def write_flows(results: Results, path: Path) -> None:
    """Write flows by element, summed over all other dims, in long form.

    With samples, `value` is their mean and three more columns hold the 5, 50 and 95 % quantiles.

    Parameters
    ----------
    results : Results
        What a run computed.
    path : Path
        CSV file to write.
    """
    begins, _ = _rows_by_place(results)
    lines, columns = [], "value"
    for name, array in results.arrays("flows").items():
        flow = FLOWS[name]
        middle = f"{name},{PROCESSES[flow.source]},{PROCESSES[flow.target]},"
        end = f",{flow.unit},{csv_cell(results.scope)}"
        texts, columns = _texts(element_total(array, results.dims("flows", name)), results.sampled)
        lines += [f"{begin}{middle}{text}{end}" for begin, text in zip(begins, texts, strict=True)]
    _write(path, f"scenario,region,time,element,flow,from,to,{columns},unit,scope", lines)


def write_stocks(results: Results, path: Path) -> None:
    """Write stocks by element at year end, summed over all other dims, in long form.

    Parameters
    ----------
    results : Results
        What a run computed.
    path : Path
        CSV file to write.
    """
    begins, _ = _rows_by_place(results)
    lines, columns = [], "value"
    for name, array in results.arrays("stocks").items():
        process = STOCKS[name].process
        middle = f"{name},{PROCESSES[process] if process is not None else ''},"
        end = f",{STOCKS[name].unit},{csv_cell(results.scope)}"
        texts, columns = _texts(element_total(array, results.dims("stocks", name)), results.sampled)
        lines += [f"{begin}{middle}{text}{end}" for begin, text in zip(begins, texts, strict=True)]
    _write(path, f"scenario,region,time,element,stock,process,{columns},unit,scope", lines)


def write_indicators(results: Results, path: Path) -> None:
    """Write indicators in long form, each with the reason why it has no value or with what it must be read.

    Parameters
    ----------
    results : Results
        What a run computed.
    path : Path
        CSV file to write.
    """
    from mfa.indicators import REASONS

    begins, begins_total = _rows_by_place(results)
    specs = variables("indicators")
    lines, columns = [], "value"
    for name, array in results.arrays("indicators").items():
        unit = money_unit(specs[name].unit, results.money)
        texts, columns = _texts(array, results.sampled)
        codes = results.reason_codes[name].max(axis=0).ravel().tolist()
        rows = zip(begins if "element" in specs[name].dims else begins_total, texts, codes, strict=True)
        lines += [f"{begin}{name},{text},{unit},{csv_cell(REASONS[code])}" for begin, text, code in rows]
    _write(path, f"scenario,region,time,element,indicator,{columns},unit,reason", lines)


def tidy(results: Results, group: str) -> pd.DataFrame:
    """Flows, stocks or indicators in long form: the rows of ``flows.csv``, ``stocks.csv`` or ``indicators.csv``.

    Parameters
    ----------
    results : Results
        What a run computed.
    group : {"flows", "stocks", "indicators"}

    Returns
    -------
    DataFrame
        Columns scenario, region, time, element (empty for totals of a region), the name, value (with samples their
        mean, and quantiles p5, p50, p95), unit, and what else the file tells.
    """
    import pandas as pd

    from mfa.indicators import REASONS

    parts = []
    for name, array in results.arrays(group).items():
        spec = variables(group)[name]
        values = array if group == "indicators" else element_total(array, results.dims(group, name))
        by_element = "element" in spec.dims
        index = [results.labels["region"], results.years.tolist(), results.labels["element"] if by_element else [""]]
        part = pd.MultiIndex.from_product(index, names=["region", "time", "element"]).to_frame(index=False)
        part.insert(0, "scenario", results.name)
        part[{"flows": "flow", "stocks": "stock", "indicators": "indicator"}[group]] = name
        if group == "flows":
            part["from"], part["to"] = PROCESSES[FLOWS[name].source], PROCESSES[FLOWS[name].target]
        elif group == "stocks":
            part["process"] = PROCESSES[spec.process] if spec.process is not None else ""
        if results.sampled:
            part["value"] = mean_of_defined(values).ravel()
            for column, quantile in zip(("p5", "p50", "p95"), quantiles_of_defined(values), strict=True):
                part[column] = quantile.ravel()
        else:
            part["value"] = values[0].ravel()
        part["unit"] = money_unit(spec.unit, results.money)
        if group == "indicators":
            part["reason"] = np.array(REASONS)[results.reason_codes[name].max(axis=0).ravel()]
        else:
            part["scope"] = results.scope
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _write(path: Path, header: str, lines: list[str]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("\n".join([header, *lines, ""]))

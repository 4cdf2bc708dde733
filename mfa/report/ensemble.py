"""An ensemble in words: the headline table on the terminal and in a notebook."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mfa.report.blocks import Block
from mfa.report.digits import cut, figure, shown_unit, signed, slope
from mfa.studies.ensemble_result import WHAT_MATTERS

if TYPE_CHECKING:
    import pandas as pd

    from mfa.studies.ensemble_result import Ensemble

NOTE = "Median (5-95 % of the samples)"
RARE = 0.005
"""Share of samples without a value below which it is not told."""


def heading(ensemble: Ensemble) -> list[str]:
    """What the ensemble is of, in two lines."""
    manifest = ensemble.manifest
    title = manifest["scenario"]["title"]
    how = f"{manifest['method']}, seed {manifest['seed']}"
    about = [
        f"{ensemble.size} samples of {len(manifest['factors'])} factors ({how})",
        f"{manifest['years'][0]}-{manifest['years'][1]}",
        f"scope of the need: {manifest['scope']}",
    ]
    if manifest["data"]["name"]:
        about.append(f"dataset {manifest['data']['name']}")
    return [ensemble.name if title == ensemble.name else f"{ensemble.name}: {title}", ", ".join(about)]


def _cell(row: pd.Series) -> str:
    factor = 100.0 if row["unit"] == "1" else 1.0
    low, median, high = (figure(factor * row[name]) for name in ("low", "median", "high"))
    text = f"{median} ({low} to {high})" if "-" in low else f"{median} ({low}-{high})"
    if row["median"] != row["median"]:
        text = "-"
    if row["missing"] > RARE:
        text += f" [{100 * row['missing']:.0f} % none]"
    return text


def tables(ensemble: Ensemble, years: Sequence[int] | None = None) -> list[tuple[str, list[str], list[list[str]]]]:
    """Headline tables, one for each result: title, head, rows."""
    found: list[tuple[str, list[str], list[list[str]]]] = []
    summary = ensemble.summary(years)
    regions = ensemble.labels("region") if "region" in ensemble.plain.coords else []
    for name, part in summary.groupby("result", sort=False):
        output = ensemble.output(str(name))
        shown = [str(year) for year in part["year"].drop_duplicates()]
        rows = []
        for (region, element), few in part.groupby(["region", "element"], sort=False):
            place = [str(region)] if len(regions) > 1 else []
            rows.append([*place, str(element), *(_cell(row) for _, row in few.iterrows())])
        unit = ", %" if output.unit == "1" else f", {output.unit}"
        if not part[["low", "median", "high", "missing"]].to_numpy().any():
            found.append((f"{name}{unit}: 0 from 5 to 95 % of the samples in {', '.join(shown)}", [], []))
            continue
        found.append((f"{name}{unit}", [*(["region"] if len(regions) > 1 else []), "element", *shown], rows))
    return found


def ensemble_text(ensemble: Ensemble, years: Sequence[int] | None = None) -> str:
    """Headline of an ensemble: what it is of, and a table for each headline result.

    Parameters
    ----------
    ensemble : Ensemble
    years : sequence of int, optional
        2030, 2040 and 2050 if None.
    """
    lines = heading(ensemble)
    for title, head, rows in tables(ensemble, years):
        widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
        lines += ["", title]
        for row in [head, *rows] if rows else []:
            cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
            lines.append(("  " + "  ".join(cells)).rstrip())
    block = matters_block(ensemble)
    lines += ["", NOTE + ("; [% none]: share of samples without a value" if any("none]" in x for x in lines) else "")]
    if block is not None:
        lines += ["", block.to_text()]
    return "\n".join(lines)


def ensemble_html(ensemble: Ensemble) -> str:
    """The same for a notebook."""
    first, second = (html.escape(line) for line in heading(ensemble))
    parts = [f"<p><b>{first}</b><br>{second}</p>"]
    for title, head, rows in tables(ensemble):
        cells = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
        )  # fmt: skip
        caption = f"<caption style='text-align:left'>{html.escape(title)}</caption>"
        if not rows:
            parts.append(f"<p>{html.escape(title)}</p>")
            continue
        parts.append(f"<table>{caption}<thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>")
    block = matters_block(ensemble)
    return "".join(parts) + f"<p>{html.escape(NOTE)}</p>" + (block.to_html() if block is not None else "")


def matters_block(ensemble: Ensemble, most: int = 3) -> Block | None:
    """The factors that matter most to the first headline result in its middle year; None if they were not looked at."""
    if not (ensemble.folder / WHAT_MATTERS).is_file():
        return None
    table = ensemble.what_matters
    if table.empty:
        return None
    name = str(table["result"].iloc[0])
    years = sorted(set(table["year"]))
    year = years[len(years) // 2]
    table = table[(table["result"] == name) & (table["year"] == year)]
    unit = str(table["unit"].iloc[0])
    factor, shown = (100.0, "points") if unit == "1" else (1.0, unit)
    noise = 2.0 / ensemble.size**0.5
    several = table["region"].nunique() > 1
    rows: list[tuple[Sequence[str], Sequence[str]]] = []
    for (region, element), part in table.groupby(["region", "element"], sort=False):
        for _, row in part.head(most).iterrows():
            rank = row["rank_correlation"]
            cells = [signed(factor * row["swing"], shown), slope(row["elasticity"]),
                     slope(rank) if abs(rank) > noise else "-", _range(row)]  # fmt: skip
            rows.append(([*([str(region)] if several else []), str(element), cut(str(row["words"]))], cells))
    heads = [("swing,", shown), ("elas-", "ticity"), ("rank cor-", "relation"), ("", "5 to 95 % of the factor")]
    title = f"What matters most to {name} {year}: one factor at a time from its 5 to its 95 % quantile"
    block = Block(title, [*(["region"] if several else []), "element", "factor"], heads, rows=rows)
    block.notes.append(
        "all others at their medians; rank correlation over the samples, - within its noise. All results, factors and "
        f"years: {WHAT_MATTERS}"
    )
    return block


def _range(row: pd.Series) -> str:
    unit = shown_unit(str(row["factor_unit"]))
    return f"{figure(row['factor_low'])} to {figure(row['factor_high'])} {unit}".rstrip()

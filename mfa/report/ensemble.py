"""An ensemble in words: the headline table on the terminal and in a notebook."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from mfa.studies.ensemble_result import Ensemble

NOTE = "Median (5-95 % of the samples)"
RARE = 0.005
"""Share of samples without a value below which it is not told."""


def figure(value: float) -> str:
    """A number with three digits that count, whole from 100 on.

    Examples
    --------
    >>> figure(0.81234), figure(12345.6), figure(0.0), figure(float("nan"))
    ('0.812', '12 346', '0', '-')
    """
    if value != value:
        return "-"
    if value == 0:
        return "0"
    return f"{value:,.0f}".replace(",", " ") if abs(value) >= 99.95 else f"{value:.3g}"


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
    lines += ["", NOTE + ("; [% none]: share of samples without a value" if any("none]" in x for x in lines) else "")]
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
    return "".join(parts) + f"<p>{html.escape(NOTE)}</p>"

"""The drill of a ban for readers: text, Markdown, HTML, CSV, and a picture of the days."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError
from mfa.report.drill_figure import day_layers, draw_drill, save_figure
from mfa.report.plain_text import plain
from mfa.studies.drill_result import date_of

if TYPE_CHECKING:
    from mfa.studies.drill_result import Drill

COLUMNS: tuple[tuple[str, tuple[str, str], str, str], ...] = (
    ("need", ("", "need"), "need", "t/yr"),
    ("domestic", ("do-", "mestic"), "domestic", "t/yr"),
    ("banned_share", ("imports", "banned"), "imports from the banned", "%"),
    ("missing_share", ("missing", "a day"), "missing a day", "%"),
    ("daily_gap", ("gap", "a day"), "gap a day", "kg"),
    ("stock", ("", "stock"), "stock", "t"),
    ("cover", ("stock", "lasts"), "stock lasts", "day"),
    ("first_short_day", ("short", "from day"), "short from day", "of ban"),
    ("unmet", ("", "unmet"), "unmet", "t"),
)
"""Columns of the table: quantity, the words on two lines for a terminal, the words in full, unit."""
ANNUAL = ("gap", "annual_gap", "unmet", "annual_unmet")
"""Quantities of the drill beside those of the annual step."""
RELATION = (
    "The annual step counts the ban as a share of {days:g}/365 of the year. Where no other origin has headroom its gap "
    "is that of the drill; else it is smaller, because others then give more on all 365 days."
)
"""How the drill and the annual step hang together (model page, section 7)."""


def figure_of(value: float, unit: str) -> str:
    """Number with the digits that it deserves; a dash for what does not exist.

    Examples
    --------
    >>> (
    ...     figure_of(1234.56, "t"),
    ...     figure_of(0.1234, "%"),
    ...     figure_of(0.0027, "kg"),
    ...     figure_of(float("nan"), "day"),
    ... )
    ('1 235', '12.3', '2.70', '-')
    """
    if not np.isfinite(value):
        return "-"
    value *= {"%": 100.0, "kg": 1000.0}.get(unit, 1.0)
    if unit == "%":
        return f"{value:.1f}"
    if value == 0 or abs(value) >= 99.95 or unit == "of ban":
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:#.3g}"


def _cells(drill: Drill, r: int, e: int) -> list[list[str]]:
    """Rows of one region and element: one, or one for each quantile."""
    if not drill.sampled:
        return [[figure_of(float(drill.arrays[name][0, r, e]), unit) for name, *_, unit in COLUMNS]]
    columns = [
        [figure_of(float(value), unit) for value in drill.quantiles(name)[:, r, e]] for name, *_, unit in COLUMNS
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def _about(drill: Drill) -> list[str]:
    """Sentences on when the ban is and what is counted."""
    lines = [
        f"Day {drill.start_day} of the year is the first; {drill.days_in_year:g} days fall into {drill.year}"
        + (
            f", {drill.days_next_year:g} into {drill.year + 1}, which are not drilled." if drill.days_next_year else "."
        ),
        f"Stock of 1 January {drill.year}; nothing is refilled, and no product is rationed.",
    ]
    if drill.sampled:
        lines.append(f"5, 50 and 95 % quantiles of {len(drill.labels['sample'])} samples.")
    return lines


def _annual_rows(drill: Drill) -> list[tuple[str, list[str], str]]:
    """Gap and unmet need in the drill and in the annual step, and why they differ; medians of samples."""
    rows = []
    for r, e, name in drill.places():
        cells = [figure_of(float(np.median(drill.arrays[key][:, r, e])), "t") for key in ANNUAL]
        gap, annual = drill.arrays["gap"][:, r, e], drill.arrays["annual_gap"][:, r, e]
        headroom = float(np.median(drill.arrays["headroom_share"][:, r, e]))
        if not gap.any():
            why = "nothing is missing"
        elif np.allclose(gap, annual, rtol=1e-9, atol=0.0):
            why = "equal: the ban lasts all year" if headroom > 0.0 else "equal: no headroom"
        else:
            why = f"headroom of others, {100 * headroom:.3g} % of imports, on 365 days"
        rows.append((name, cells, why))
    return rows


def _findings(drill: Drill) -> list[str]:
    """One sentence for each region and element."""
    return [f"{name}: {_finding(drill, r, e)}" for r, e, name in drill.places()]


def _finding(drill: Drill, r: int, e: int) -> str:
    here = {name: values[:, r, e] for name, values in drill.arrays.items()}
    if not here["daily_gap"].any():
        if not (here["need"] > here["domestic"]).any():
            return "nothing is missing: nothing is imported"
        if not here["banned_share"].any():
            return "nothing is missing: nothing comes from there"
        return "nothing is missing: other origins and protected deliveries make up for the ban"
    unmet, short = here["unmet"], float((here["unmet"] > 0.0).mean())
    if not short:
        cover = drill.quantiles("cover", [0.5])[0, r, e]
        return f"the stock meets the gap to the end; it would last {cover:,.0f} days".replace(",", " ")
    chance = f" in {100 * short:.0f} % of the samples" if drill.sampled else ""
    first = drill.quantiles("first_short_day_of_year", [0.5])[0, r, e]
    when = f"need is unmet from {date_of(first)} on{chance}" if np.isfinite(first) else f"need is unmet{chance}"
    share = np.divide(unmet, here["need"], out=np.zeros(unmet.shape), where=unmet > 0.0)
    middle = " (median)" if drill.sampled else ""
    tonnes = figure_of(float(np.median(unmet)), "t")
    return f"{when}; {tonnes} t{middle}, {100 * float(np.median(share)):.2g} % of the year's need"


def drill_text(drill: Drill) -> str:
    """The drill as text for a terminal of 100 columns.

    Parameters
    ----------
    drill : Drill
        What `mfa.drill` returned.

    Returns
    -------
    str
    """
    import textwrap

    lines = [f"drill: {drill.heading()}", f"{drill.scenario}: {drill.title}", *_about(drill), ""]
    lines += _table([(name, _cells(drill, r, e)) for r, e, name in drill.places()], drill.sampled)
    lines += ["", *_findings(drill), ""]
    lines += textwrap.wrap(RELATION.format(days=drill.days_in_year), 100)
    rows = _annual_rows(drill)
    width = max(7, *(len(name) for name, _, _ in rows))
    lines.append(f"{'':<{width}}  {'gap [t]':>21}  {'unmet [t]':>21}")
    lines.append(f"{'element':<{width}}  {'drill':>10} {'annual':>10}  {'drill':>10} {'annual':>10}")
    for name, cells, why in rows:
        lines.append(f"{name:<{width}}  {cells[0]:>10} {cells[1]:>10}  {cells[2]:>10} {cells[3]:>10}  {why}")
    for note in drill.notes:
        lines += ["", *textwrap.wrap(f"note: {note}", 100)]
    return "\n".join(lines)


def _table(rows: Sequence[tuple[str, list[list[str]]]], sampled: bool) -> list[str]:
    heads = [[two[line] for _, two, _, _ in COLUMNS] for line in (0, 1)]
    units = [f"[{unit}]" for *_, unit in COLUMNS]
    widths = [
        max(len(heads[0][i]), len(heads[1][i]), len(units[i]), *(len(row[i]) for _, lines in rows for row in lines))
        for i in range(len(COLUMNS))
    ]
    width = max(7, *(len(name) for name, _ in rows)) + (4 if sampled else 0)

    def line(name: str, cells: Sequence[str]) -> str:
        right = "  ".join(cell.rjust(size) for cell, size in zip(cells, widths, strict=True))
        return f"{name:<{width}}  {right}".rstrip()

    lines = [line("", heads[0]), line("", heads[1]), line("element", units)]
    marks = [" 5%", "50%", "95%"] if sampled else [""]
    for name, cells in rows:
        for i, (mark, row) in enumerate(zip(marks, cells, strict=True)):
            lines.append(line(f"{name if i == 0 else '':<{width - 4}} {mark}" if sampled else name, row))
    return lines


def drill_markdown(drill: Drill) -> str:
    """The drill as Markdown: what was asked, the table, findings, the annual step, notes.

    Parameters
    ----------
    drill : Drill
        What `mfa.drill` returned.

    Returns
    -------
    str
    """
    from mfa import __version__

    heads = [f"{words} [{unit}]" for _, _, words, unit in COLUMNS]
    lead = ["element", "quantile"] if drill.sampled else ["element"]
    lines = [f"# {drill.heading()}", "", f"Scenario {drill.scenario}: {drill.title}. mfa {__version__}.", ""]
    lines += [" ".join(_about(drill)), ""]
    lines += [
        "| " + " | ".join([*lead, *heads]) + " |",
        "| " + " | ".join(["---"] * len(lead) + ["---:"] * len(heads)) + " |",
    ]
    for r, e, name in drill.places():
        for mark, row in zip(("5 %", "50 %", "95 %"), _cells(drill, r, e), strict=False):
            lines.append("| " + " | ".join([name, *([mark] if drill.sampled else []), *row]) + " |")
    lines += ["", *(f"- {finding}" for finding in _findings(drill)), ""]
    lines += [RELATION.format(days=drill.days_in_year), ""]
    lines += ["| element | gap, drill [t] | gap, annual step [t] | unmet, drill [t] | unmet, annual step [t] | |"]
    lines += ["| --- | ---: | ---: | ---: | ---: | --- |"]
    lines += ["| " + " | ".join([name, *cells, why]) + " |" for name, cells, why in _annual_rows(drill)]
    if drill.notes:
        lines += ["", *(f"Note: {note}." for note in drill.notes)]
    return "\n".join(lines) + "\n"


def drill_html(drill: Drill) -> str:
    """The drill as a piece of HTML, as notebooks show it.

    Parameters
    ----------
    drill : Drill
        What `mfa.drill` returned.

    Returns
    -------
    str
    """
    words = "".join(f"<li>{html.escape(text)}</li>" for text in (*_findings(drill), *drill.notes))
    return (
        f"<div><p><b>{html.escape(drill.heading())}</b><br>{html.escape(drill.scenario)}: {html.escape(drill.title)}"
        f"<br>{html.escape(' '.join(_about(drill)))}</p>"
        f"{drill.table.to_html(float_format=lambda value: f'{value:.4g}', na_rep='-')}<ul>{words}</ul>"
        f"<p>{html.escape(RELATION.format(days=drill.days_in_year))}</p></div>"
    )


# --- files -----------------------------------------------------------------------------------------------------------


def save_drill(drill: Drill, folder: Path) -> list[Path]:
    """Write tables, Markdown and picture of a drill into a folder.

    Parameters
    ----------
    drill : Drill
        What `mfa.drill` returned.
    folder : Path
        Made if it does not exist.

    Returns
    -------
    list of Path
        Files written.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / name for name in ("drill.csv", "drill_daily.csv", "drill.md", "drill.svg", "drill.png")]
        paths[0].write_text(drill_csv(drill), encoding="utf-8", newline="")
        plain(_daily_table(drill)).to_csv(paths[1], index=False, lineterminator="\n")
        paths[2].write_text(drill_markdown(drill), encoding="utf-8")
        figure = draw_drill(drill)
        for path in paths[3:]:
            save_figure(figure, path)
    except OSError as error:
        raise InputError(Fault(str(folder), f"cannot be written ({error.strerror})", "name another folder")) from None
    return paths


def drill_csv(drill: Drill) -> str:
    """The table of a drill as CSV, each row with the question that it answers.

    Parameters
    ----------
    drill : Drill
        What `mfa.drill` returned.

    Returns
    -------
    str
        Units stand in the heads of columns; an empty cell in days means that there is no such day.
    """
    table = drill.table.reset_index()
    question: dict[str, str | float] = {
        "scenario": drill.scenario, "year": drill.year, "origin": " ".join(drill.origins), "ban [1]": drill.ban,
        "start_day": drill.start_day, "days": drill.days, "days_next_year": drill.days_next_year,
    }  # fmt: skip
    for position, (name, value) in enumerate(question.items()):
        table.insert(position, name, value)
    return plain(table).to_csv(index=False, lineterminator="\n")


def _daily_table(drill: Drill) -> Any:
    """The days in long form; means over samples."""
    import pandas as pd

    layers, stock, _ = day_layers(drill)
    regions, elements = drill.labels["region"], drill.labels["element"]
    n_days = stock.shape[1]
    parts = []
    for r, region in enumerate(regions):
        for e, element in enumerate(elements):
            columns = {f"{name} [t/day]": values[r, :, e] for name, values in layers.items()}
            head = {"region": region, "element": element, "day": np.arange(1, n_days + 1)}
            parts.append(pd.DataFrame({**head, **columns, "stock [t]": stock[r, :, e]}))
    return pd.concat(parts, ignore_index=True)

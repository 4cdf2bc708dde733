"""A report as one HTML file that loads and runs nothing; to read on a screen, a phone and on paper."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mfa.report.charts.panel import Key
from mfa.report.document.content import (
    Block,
    Cell,
    Column,
    Commands,
    Document,
    Figure,
    Notice,
    Paragraph,
    Points,
    Section,
    Spread,
    Table,
)
from mfa.report.document.words import glued
from mfa.report.picture import Picture
from mfa.report.picture_svg import text as escaped
from mfa.report.picture_svg import to_svg
from mfa.report.plain_text import as_text
from mfa.report.style import contrast
from mfa.report.text_size import text_width

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What a browser may load and run: styles of the page itself, and nothing else."""
LETTER, PADDING, PAGE = 10.0, 9.0, 640.0
"""Size of letters, room beside a cell, and width of a page, in the same unit."""
LONG = 160.0
"""Words that are longer are broken."""
WHOLE = 110.0
"""Labels up to this width stay on one line."""
PRINTED = 7.6
"""Size of letters of a table on paper, points."""
GROUP = 12
"""Rows that stay together on a page."""
Source = Callable[[Picture], str]
"""Gives a picture an address, by which a page shows it as an image."""
STYLE = Path(__file__).with_name("report.css")


def to_html(document: Document, source: Source | None = None) -> str:
    """A report as the text of one HTML file.

    Parameters
    ----------
    document : Document
    source : callable, optional
        For a program that makes pages of it: the address of a picture. The text is then without what only a screen
        shows.

    Returns
    -------
    str
        All texts are escaped; there is no script.
    """
    facts = "".join(f"<dt>{escaped(name)}</dt><dd>{escaped(content)}</dd>" for name, content in document.facts)
    body = "\n".join(_section(section, 2, source) for section in document.sections)
    return f"""<!DOCTYPE html>
<html lang="{escaped(document.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<meta name="generator" content="{escaped(dict(document.facts).get("Made with", "mfa"))}">
<title>{escaped(document.title)}</title>
<style>
{STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<div class="page">
<header>
<h1>{escaped(document.title)}</h1>
<p>{escaped(document.subtitle)}</p>
<dl class="facts">{facts}</dl>
</header>
<div class="body">
<nav aria-labelledby="contents">
<h2 id="contents">Contents</h2>
{_contents(document.sections)}
</nav>
<main id="content">
{body}
</main>
</div>
</div>
</body>
</html>
"""


def _contents(sections: Sequence[Section]) -> str:
    items = []
    for section in sections:
        below = _contents(section.parts) if section.parts else ""
        items.append(f'<li><a href="#{_id(section.name)}">{escaped(section.title)}</a>{below}</li>')
    return f"<ol>{''.join(items)}</ol>"


def _section(section: Section, level: int, source: Source | None) -> str:
    blocks = "\n".join(_block(block, source) for block in section.blocks)
    parts = "\n".join(_section(part, level + 1, source) for part in section.parts if any(True for _ in part.walk()))
    head = f"<h{level}>{escaped(section.title)}</h{level}>"
    return f'<section id="{_id(section.name)}">\n{head}\n{blocks}\n{parts}\n</section>'


def _id(name: str) -> str:
    """A name as an identifier of the page.

    Examples
    --------
    >>> _id("flows_Nd Pr")
    'flows_Nd-Pr'
    """
    return re.sub(r"[^\w-]", "-", name)


def _block(block: Block, source: Source | None) -> str:
    if isinstance(block, Paragraph):
        return f"<p>{_words(block.text)}</p>"
    if isinstance(block, Notice):
        return f'<p class="notice">{_words(block.text)}</p>'
    if isinstance(block, Points):
        items = (f"<li>{_lead(item.lead)}{_words(item.text)}</li>" for item in block.items)
        return f'<ul class="points">{"".join(items)}</ul>'
    if isinstance(block, Commands):
        return f"<pre>{escaped(chr(10).join(block.lines))}</pre>"
    if isinstance(block, Table):
        return _table(block, f"Table {block.number}. ")
    return _figure(block, source)


def _words(text: str) -> str:
    return escaped(glued(text))


def _lead(words: str) -> str:
    return f"<strong>{_words(words)}:</strong> " if words else ""


# --- tables ----------------------------------------------------------------------------------------------------------


def _table(table: Table, prefix: str, title: bool = True) -> str:
    """A table with its caption and notes; labels that repeat stand once."""
    mark = f"table-{_id(table.name)}"
    heads = "".join(
        f'<th scope="col" class="{"words" if column.text and not column.dim else "number" if not column.text else ""}">'
        f"{_words(column.head)}{_unit(column)}</th>"
        for column in table.columns
    )
    caption = f"<strong>{escaped(prefix)}</strong>{_words(table.title)}" if title else _words(table.title)
    body = "\n".join(_rows(table))
    body = body if body.startswith("<tbody") else f"<tbody>\n{body}\n</tbody>"
    widths, size = column_widths(table)
    sizes = "".join(f'<col style="--wide: {width:.1f}%">' for width in widths)
    letters = f' style="--letters: {PRINTED * size:.2f}pt"' if size < 1.0 else ""
    notes = "".join(f'<p class="notes">{_words(note)}</p>' for note in table.notes)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{mark}-caption">\n'
        f'<table id="{mark}"{letters}><caption id="{mark}-caption">{caption}</caption>\n<colgroup>{sizes}</colgroup>\n'
        f"<thead><tr>{heads}</tr></thead>\n{body}\n</table>\n</div>\n{notes}"
    )


def _unit(column: Column) -> str:
    """Unit of a column, which stays on one line."""
    unit = escaped(column.written_unit)
    unit = f'<span class="unit">{unit}</span>' if unit and " " not in unit else unit
    return f", {unit}" if unit and column.head else unit


def _rows(table: Table) -> Iterator[str]:
    """Bodies of rows that share their first label, which spans them; short ones are kept together on a page."""
    written = list(table.written_rows())
    kept = [table.rows[i] for i in (range(len(table.rows)) if table.brief is None else table.brief)]
    spans = _spans([cells[0] for cells in written]) if len(table.columns) > 1 else [1] * len(written)
    grouped = any(span > 1 for span in spans)
    for start, span in ((start, span) for start, span in enumerate(spans) if span):
        kind = f' class="group{" together" if span <= GROUP else ""}"' if grouped else ""
        rows = []
        for position in range(start, start + span):
            cells = [
                _cell(cell, value, column, place, span if place == 0 and span > 1 else 0)
                for place, (cell, value, column) in enumerate(
                    zip(written[position], kept[position], table.columns, strict=True)
                )
                if place or position == start
            ]
            rows.append(f"<tr>{''.join(cells)}</tr>")
        yield f"<tbody{kind}>{''.join(rows)}</tbody>" if grouped else rows[0]


def _spans(labels: Sequence[str]) -> list[int]:
    """How many rows each label spans: 0 where the label above does.

    Examples
    --------
    >>> _spans(["Li", "Li", "Co"])
    [2, 0, 1]
    """
    spans: list[int] = []
    for position, label in enumerate(labels):
        if position and label == labels[position - 1]:
            start = max(i for i, span in enumerate(spans) if span)
            spans[start] += 1
            spans.append(0)
        else:
            spans.append(1)
    return spans


def _cell(cell: str, value: Cell, column: Column, position: int, span: int) -> str:
    if position == 0 or (position == 1 and column.dim):
        scope, rows = ("rowgroup", f' rowspan="{span}"') if span else ("row", "")
        kind = ' class="words"' if column.text and not column.dim else ""
        return f'<th scope="{scope}"{rows}{kind}>{_words(cell)}</th>'
    if column.text:
        kind = "" if column.dim else ' class="words"'
        return f"<td{kind}>{_words(cell)}</td>"
    wide = " range" if isinstance(value, Spread) else ""
    return f'<td class="number{wide}">{escaped(cell)}</td>'


def column_widths(table: Table) -> tuple[list[float], float]:
    """Widths of the columns of a page, in percent: all on one line if that fits, else words of text on several.

    Returns
    -------
    widths : list of float
    size : float
        Size of the letters with which it fits, as a share of the usual one.

    Examples
    --------
    >>> column_widths(Table("t", "", [Column("a"), Column("b", "t")], [["x", 1.0]]))
    ([33.5, 66.5], 1.0)
    """
    rows = list(table.written_rows())
    least, most = [], []
    for position, (head, column) in enumerate(zip(table.heads(), table.columns, strict=True)):
        cells = [row[position] for row in rows]
        words = [text_width(word, LETTER, bold=True) for word in head.replace("-", "- ").split(" ")]
        lines = [text_width(cell, LETTER) for cell in cells]
        if column.text and (not column.dim or max(lines, default=0.0) > WHOLE):
            words += [min(text_width(word, LETTER), LONG) for cell in cells for word in cell.split(" ")]
        else:
            words += lines
        least.append(max(words) + PADDING)
        most.append(max([*words, *lines]) + PADDING)
    room = PAGE - sum(least)
    if room <= 0.0 or sum(most) <= PAGE:
        wide = least if room <= 0.0 else most
    else:
        wish = [high - low for low, high in zip(least, most, strict=True)]
        wide = [low + room * more / sum(wish) for low, more in zip(least, wish, strict=True)]
    return [round(100.0 * width / sum(wide), 2) for width in wide], round(min(1.0, PAGE / sum(least)), 3)


# --- figures ---------------------------------------------------------------------------------------------------------


def _figure(figure: Figure, source: Source | None) -> str:
    mark = f"figure-{_id(figure.name)}"
    panels = "\n".join(f"<div>{_picture(panel, source)}</div>" for panel in figure.panels)
    keys = "".join(f"<li>{_swatch(key)}<span>{_key_words(key)}</span></li>" for key in figure.keys)
    legend = f'<ul class="key" aria-label="Legend">{keys}</ul>' if keys else ""
    left = -len(figure.panels) % figure.across  # cells of the last row that are free on paper
    if source and left and legend:
        panels += f'\n<div class="beside" style="width: {100.0 * left / figure.across - 1.0:.1f}%">{legend}</div>'
        legend = ""
    caption = f" {_words(figure.caption)}" if figure.caption else ""
    return (
        f'<figure id="{mark}" aria-labelledby="{mark}-title">\n<p class="unseen">{_words(figure.alternative)}</p>\n'
        f'<div class="panels across-{figure.across}">\n{panels}\n</div>\n{legend}\n'
        f'<figcaption><strong id="{mark}-title">Figure {figure.number}. {_words(figure.title)}.</strong>{caption}'
        f"</figcaption>\n{'' if source else _numbers(figure.table)}\n</figure>"
    )


def _picture(picture: Picture, source: Source | None) -> str:
    """A picture inside the page; on paper as an image, whose parts need no style of the page."""
    if source is None:
        return to_svg(picture).strip()
    return f'<img alt="{escaped(picture.description)}" src="{source(picture)}">'


def svg_source(picture: Picture) -> str:
    """A picture as an address that holds it, for programs that draw SVG."""
    return f"data:image/svg+xml;base64,{base64.b64encode(to_svg(picture, paper=True).encode()).decode()}"


def _key_words(key: Key) -> str:
    """Name of an entry; the number of a line stands before it, that of an area in its mark."""
    number = f"<strong>{key.number}</strong> " if key.number is not None and key.kind != "area" else ""
    return f"{number}{escaped(key.name)}"


def _swatch(key: Key) -> str:
    """A little picture of what is drawn so, with its number."""
    shapes = {
        "area": f'<rect width="20" height="14" fill="{key.colour}"/>',
        "band": f'<rect width="20" height="14" fill="{key.colour}" fill-opacity="0.25"/>',
        "inner": f'<rect width="20" height="14" fill="{key.colour}" fill-opacity="0.44"/>',
        "line": f'<path d="M0 7H20" stroke="{key.colour}" stroke-width="2.2"/>',
        "dashed": f'<path d="M0 7H20" stroke="{key.colour}" stroke-width="1.4" stroke-dasharray="3 2"/>',
    }
    number = ""
    if key.number is not None and key.kind == "area":
        place = f'<text x="10" y="10.8" font-size="10.5" text-anchor="middle" fill="{contrast(key.colour)}">'
        number = f"{place}{key.number}</text>"
    return f'<svg width="20" height="14" aria-hidden="true">{shapes[key.kind]}{number}</svg>'


def _numbers(table: Table) -> str:
    """The numbers of a figure: those of some years to look at, all of them to save."""
    shown = "" if table.brief is not None and not len(table.brief) else _table(table, "", title=False)
    return (
        "<details><summary>Numbers of this figure</summary>\n"
        f'<p><a download="{_id(table.name)}.csv" href="data:text/csv;charset=utf-8;base64,{_csv(table)}">'
        f"Save all {len(table.rows)} rows as CSV</a></p>\n{shown}</details>"
    )


def _csv(table: Table) -> str:
    """All rows of a table as CSV, with the numbers and units of the run's files, in base64."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    spread = [any(isinstance(row[i], Spread) for row in table.rows) for i in range(len(table.columns))]
    heads: list[str] = []
    for column, several in zip(table.columns, spread, strict=True):
        unit = f" [{column.unit}]" if column.unit else ""
        names = [column.head, f"{column.head}, 5 %", f"{column.head}, 95 %"] if several else [column.head]
        heads += [as_text(f"{name}{unit}") for name in names]
    writer.writerow(heads)
    for row in table.rows:
        cells: list[object] = []
        for value, several in zip(row, spread, strict=True):
            parts = [value.value, value.low, value.high] if isinstance(value, Spread) else [value]
            cells += [_plain(part) for part in parts] + ([""] * 2 if several and len(parts) == 1 else [])
        writer.writerow(cells)
    return base64.b64encode(text.getvalue().encode()).decode()


def _plain(value: str | int | float | None) -> object:
    if isinstance(value, str):
        return as_text(value)
    return "" if value is None or value != value else repr(value)

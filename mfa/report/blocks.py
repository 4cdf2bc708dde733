"""Tables for readers, made once and written as text, Markdown or HTML."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

WIDTH = 100
"""Columns that running text is wrapped to."""
MARK = "*"
"""Ends a cell that must be read with a note."""


@dataclass
class Block:
    """A table with a title, heads of one or two lines, and notes below.

    Attributes
    ----------
    title : str
        What it shows, with the unit if all columns share it.
    labels : sequence of str
        Heads of the columns on the left, which name the row.
    heads : sequence of (str, str)
        Heads of the columns of numbers, on two lines.
    units : sequence of str
        Unit of each column; empty if the title says it.
    rows : list of (labels, cells)
        The rows; a label is left out below its like.
    notes : list of str
        What to read below the table.
    folded : bool
        Whether a page may show it on demand only.
    """

    title: str
    labels: Sequence[str]
    heads: Sequence[tuple[str, str]]
    units: Sequence[str] = ()
    rows: list[tuple[Sequence[str], Sequence[str]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    folded: bool = False

    def to_text(self) -> str:
        """The table for a terminal, numbers to the right, a mark in a column of its own.

        Examples
        --------
        >>> block = Block("Need, t", ["year"], [("", "Co")], rows=[(["2030"], ["12.5"]), (["2040"], ["3.1*"])])
        >>> print(block.to_text())
        Need, t
        year    Co
        2030  12.5
        2040   3.1*
        """
        cells = [[cell if cell.endswith(MARK) else f"{cell} " for cell in cells] for _, cells in self.rows]
        top, bottom = ([f"{words} " for words in line] for line in zip(*self.heads, strict=True))
        units = [f"[{unit}] " if unit else " " for unit in self.units or [""] * len(self.heads)]
        widths = [max(map(len, column)) for column in zip(top, bottom, units, *cells, strict=True)]
        names = [list(labels) for labels, _ in self.rows]
        left = [max(map(len, column)) for column in zip(self.labels, *names, strict=True)]

        def line(labels: Sequence[str], words: Sequence[str]) -> str:
            beginning = " ".join(label.ljust(width) for label, width in zip(labels, left, strict=True))
            return (
                f"{beginning} " + " ".join(word.rjust(width) for word, width in zip(words, widths, strict=True))
            ).rstrip()

        blank = [""] * len(self.labels)
        heads = [line(blank, top)] if any(words.strip() for words in top) else []
        last = [line(self.labels, bottom)] if not any(unit.strip() for unit in units) else []
        if not last:
            heads += [line(blank, bottom)]
            last = [line(self.labels, units)]
        lines = [*textwrap.wrap(self.title, WIDTH), *heads, *last]
        for position, (labels, row) in enumerate(zip(self._sparse(), cells, strict=True)):
            if position and len(labels) > 1 and labels[0]:
                lines.append("")
            lines.append(line(labels, row))
        for note in self.notes:
            lines += textwrap.wrap(note, WIDTH, initial_indent="  ", subsequent_indent="    ")
        return "\n".join(lines)

    def _sparse(self) -> Iterator[list[str]]:
        """Labels of the rows, each left out where it and all to the left of it are those of the row above."""
        above: list[str] = []
        for labels, _ in self.rows:
            shared = 0
            while shared < len(above) - 1 and above[shared] == labels[shared]:
                shared += 1
            yield ["" if i < shared else label for i, label in enumerate(labels)]
            above = list(labels)

    def _joined_heads(self) -> list[str]:
        heads = []
        for position, (first, second) in enumerate(self.heads):
            words = first[:-1] + second if first.endswith("-") else f"{first} {second}".strip()
            unit = self.units[position] if self.units else ""
            heads.append(f"{words} [{unit}]" if unit else words)
        return heads

    def to_markdown(self, level: int = 3) -> str:
        """The table in Markdown, under a heading.

        Examples
        --------
        >>> print(Block("Need, t", ["year"], [("", "Co")], rows=[(["2030"], ["12.5"])]).to_markdown())
        ### Need, t
        <BLANKLINE>
        | year | Co |
        | :-- | --: |
        | 2030 | 12.5 |
        """
        lines = [f"{'#' * level} {self.title}", ""]
        heads = [*self.labels, *self._joined_heads()]
        lines.append(_markdown_row(heads))
        lines.append(_markdown_row([":--"] * len(self.labels) + ["--:"] * len(self.heads)))
        lines += [
            _markdown_row([*labels, *cells]) for labels, (_, cells) in zip(self._sparse(), self.rows, strict=True)
        ]
        for note in self.notes:
            lines += ["", markdown(note)]
        return "\n".join(lines)

    def to_html(self) -> str:
        """The table in HTML, with its title as caption.

        Examples
        --------
        >>> Block("Need < 1 t", ["year"], [("", "Co")], rows=[(["2030"], ["0.5"])]).to_html()[:45]
        '<table><caption>Need &lt; 1 t</caption><thead'
        """
        heads = "".join(f"<th>{html.escape(head)}</th>" for head in (*self.labels, *self._joined_heads()))
        rows = []
        for labels, (_, cells) in zip(self._sparse(), self.rows, strict=True):
            names = "".join(f'<th style="text-align:left">{html.escape(label)}</th>' for label in labels)
            rows.append(f"<tr>{names}{''.join(f'<td>{html.escape(cell)}</td>' for cell in cells)}</tr>")
        table = (
            f"<table><caption>{html.escape(self.title)}</caption><thead><tr>{heads}</tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table>"
        )
        return table + "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)


def paragraph(text: str, **options: Any) -> list[str]:
    """Lines of running text, in which no number is parted from its %.

    Parameters
    ----------
    text : str
    **options
        As for `textwrap.wrap`.

    Examples
    --------
    >>> paragraph("met in about 54 %", width=15)
    ['met in about', '54 %']
    """
    joined = "\N{NO-BREAK SPACE}%"
    lines = textwrap.wrap(text.replace(" %", joined), **{"width": WIDTH, **options})
    return [line.replace(joined, " %") for line in lines]


def markdown(text: str) -> str:
    r"""Text with the signs that Markdown would read escaped.

    Examples
    --------
    >>> print(markdown("27.1*"))
    27.1\*
    """
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("*", "\\*")


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(markdown(cell) for cell in cells)} |"

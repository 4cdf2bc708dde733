"""Sources that the rows of a run cite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from mfa.inputs.references import References
from mfa.report.document.content import Block, Cell, Column, Notice, Paragraph, Section, Table
from mfa.report.document.view import View

TEX = {"\\\"o": "ö", "\\\"u": "ü", "\\\"a": "ä", "\\'e": "é", "\\`e": "è",
       "\\&": "&", "\\%": "%", "--": "\N{EN DASH}"}  # fmt: skip
"""Signs that BibTeX spells, and what they are."""
FIELDS = ("howpublished", "journal", "booktitle", "publisher", "institution", "doi", "url", "note")
"""Where a source is found, in the order in which it is told."""


def sources(view: View) -> Section:
    """Section: bibliography of the rows used and of the scenario.

    Parameters
    ----------
    view : View

    Returns
    -------
    Section
    """
    section = Section("sources", "Sources")
    counts, parameters = _citations(view)
    entries = References([], view.results.references.values())
    own = [str(key) for key in (view.results.attrs.get("resolved") or {}).get("sources", [])]
    keys = sorted({*counts, *own}, key=str.casefold)
    if not keys:
        section.blocks = [Notice("The run names no sources: it was not made from tables.")]
        return section
    rows: list[list[Cell]] = [
        [key, entry(entries, key), counts.get(key, 0), _short(sorted(parameters.get(key, ())))] for key in keys
    ]
    columns = [Column("key"), Column("source"), Column("rows", "rows", shown="1", decimals=0), Column("of the tables")]
    lead = "Every row of the tables names its source. Rows that rest on several sources count for each."
    blocks: list[Block] = [Paragraph(lead), Table("sources", "Sources of the rows used", columns, rows)]
    section.blocks = blocks
    return section


def _citations(view: View) -> tuple[dict[str, int], dict[str, set[str]]]:
    """Rows that cite each key, and the parameters that they belong to."""
    counts: dict[str, int] = {}
    parameters: dict[str, set[str]] = {}
    evidence = view.results.evidence
    if evidence is None or not len(evidence):
        return counts, parameters
    pairs = Counter(zip(evidence["parameter"].tolist(), evidence["source"].tolist(), strict=True))
    for (parameter, cell), rows in pairs.items():
        for key in filter(None, (key.strip() for key in cell.split(";"))):
            counts[key] = counts.get(key, 0) + rows
            parameters.setdefault(key, set()).add(parameter)
    return counts, parameters


def entry(entries: References, key: str) -> str:
    r"""An entry of the bibliography in one line; its key where there is no entry.

    Examples
    --------
    >>> text = '@misc{A,\nauthor = {M{\\"u}ller, D.},\ntitle = {Stocks},\nyear = {2020}\n}'
    >>> entry(References([], [text]), "A")
    'Müller, D. (2020): Stocks'
    """
    if key not in entries:
        return f"{key} (no entry in the bibliography)"
    author, title, year = (_plain(entries, key, name) for name in ("author", "title", "year"))
    text = author.replace(" and ", "; ")
    text += f" ({year})" if year else ""
    text += f": {title}" if text and title else title
    where = [_plain(entries, key, name) for name in FIELDS]
    return ". ".join([text, *(part for part in where if part)])


def _plain(entries: References, key: str, name: str) -> str:
    return tex(entries.field(key, name), TEX)


def tex(text: str, signs: Mapping[str, str]) -> str:
    """Text without the spelling of BibTeX."""
    for spelled, sign in signs.items():
        text = text.replace(spelled, sign)
    return text.replace("{", "").replace("}", "")


def _short(names: list[str], most: int = 4) -> str:
    return ", ".join(names) if len(names) <= most else f"{', '.join(names[:most])} and {len(names) - most} more"

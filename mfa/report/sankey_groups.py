"""Thin flows of a Sankey diagram become one: the sum is drawn, its parts are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mfa.report.sankey_diagram import Band, Diagram, Node
from mfa.report.sankey_words import GROUP_WORDS, HAIR, REST, Detail
from mfa.report.style import GREY


def group(diagram: Diagram, detail: Detail) -> None:
    """Sum what is thin: origins beyond the largest, other flows over the border at one process, parallel flows."""
    limit = detail.thin * max(node.throughput for node in diagram.nodes.values())
    origins = [band for band in diagram.bands if band.source.startswith("imports:")]
    origins.sort(key=lambda band: -band.value)
    rest = [
        band
        for position, band in enumerate(origins)
        if position >= detail.origins or band.value < limit or band.source == f"imports:{REST}"
    ]
    if len(rest) > 1:
        _merge(diagram, rest, "imports:other", "Other origins", GREY)
    for node in [node for node in diagram.nodes.values() if node.process]:
        for comes, name in ((True, "Other inflows"), (False, "Other outflows")):
            thin = [
                band
                for band in diagram.bands
                if (band.target if comes else band.source) == node.key
                and not diagram.nodes[band.source if comes else band.target].process
                and band.value < limit
                and not band.source.startswith("imports:")
            ]
            if len(thin) > 1:
                _merge(diagram, thin, f"{name}:{node.key}", name, GREY)
    pairs: dict[tuple[str, str], list[Band]] = {}
    for band in diagram.bands:
        pairs.setdefault((band.source, band.target), []).append(band)
    for (source, target), bands in pairs.items():
        largest = max(bands, key=lambda band: band.value)
        thin = [band for band in bands if band.value < limit]
        small = largest not in thin and sum(band.value for band in thin) < HAIR * largest.value
        joined = bands if detail.join else [largest, *thin] if small else thin
        if len(joined) > 1:
            usual = largest.words if largest in joined else "other"
            _replace(diagram, joined, source, target, GROUP_WORDS.get((source, target), usual))


def _merge(diagram: Diagram, bands: Sequence[Band], key: str, name: str, colour: str) -> None:
    """Bands over the border become one, and so do their ends outside."""
    comes = not diagram.nodes[bands[0].source].process
    ends = [diagram.nodes[band.source if comes else band.target] for band in bands]
    rank = max(end.rank for end in ends)
    for end in ends:
        del diagram.nodes[end.key]
    diagram.nodes[key] = Node(key, name, ends[0].column, rank, False, colour=colour)
    source, target = (key, bands[0].target) if comes else (bands[0].source, key)
    _replace(diagram, bands, source, target, "", [end.name for end in ends], colour)


def _replace(
    diagram: Diagram, bands: Sequence[Band], source: str, target: str, words: str,
    names: Sequence[str] | None = None, colour: str | None = None,
) -> None:  # fmt: skip
    """Put the sum of some bands in the place of the first."""
    named = names or [band.name for band in bands]
    parts = tuple(zip(named, (band.value for band in bands), strict=True))
    first = max(bands, key=lambda band: band.value)
    total = replace(
        first, source=source, target=target, value=sum(band.value for band in bands), words=words,
        name=words or first.name,
        title=f"{len(bands)} flows", colour=colour or first.colour, parts=parts,
    )  # fmt: skip
    position = diagram.bands.index(bands[0])
    diagram.bands = [band for band in diagram.bands if band not in bands]
    diagram.bands.insert(position, total)

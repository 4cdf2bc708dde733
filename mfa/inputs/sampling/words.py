"""Factors in words for readers of a report: ``lifetime.mean[bev]`` is Mean lifetime: battery electric car."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mfa.inputs.sampling.naming import Factor, FactorLabel
from mfa.vocabulary import named_like

if TYPE_CHECKING:
    from mfa.inputs.dataset import Label

SHORT = {
    "base_price": "Price", "opex": "Operating cost", "capex": "Capital cost", "content": "Content",
    "service": "Size", "discount_rate": "Rate of return wanted", "build_lag": "Years to build a plant",
    "plant_life": "Years a plant runs", "collection_ramp": "Fastest rise of collection",
    "max_collection_rate": "Largest collection rate", "seed_capacity": "Seed of capacity",
    "growth_limit": "Fastest growth of capacity", "invest_response": "Response of investors",
    "substitution_index_sr": "Substitution index", "substitution_index_ei": "Substitution index",
    "ef_primary": "Greenhouse gas of primary metal", "ef_secondary": "Greenhouse gas of secondary metal",
    "world_hhi_g": "World supply concentration", "hibernation_share": "Share put into drawers",
    "hibernation_release": "Release from drawers", "headroom": "Extra deliveries under a ban",
}  # fmt: skip
"""Parameters whose name with spaces says too little, or too much."""
PROPER = ("region", "destination", "origin", "miner")
"""Dims whose labels are proper names."""


def factor_words(factor: Factor, labels: Mapping[str, Mapping[str, Label]]) -> str:
    """A factor for readers.

    Parameters
    ----------
    factor : Factor
    labels : mapping
        Labels of the dataset by dim.

    Examples
    --------
    >>> electric = FactorLabel("product", "bev", frozenset(["bev"]))
    >>> factor_words(Factor("lifetime", "mean", (electric,)), {})
    'Mean lifetime: bev'
    """
    head = SHORT.get(factor.parameter, factor.parameter.replace("_", " ").capitalize())
    if factor.term:
        head = f"{factor.term.capitalize()} {'of ' if factor.term != 'mean' else ''}{head.lower()}"
    parts = [label_words(label, labels) for label in factor.labels]
    return f"{head}: {', '.join(parts)}" if parts else head


def label_words(label: FactorLabel, labels: Mapping[str, Mapping[str, Label]]) -> str:
    """A label of a factor for readers; one that several labels share is told by the words that they have in common."""
    known = labels.get(named_like(label.dim), {})
    names = [known[member].name or member for member in sorted(label.members) if member in known]
    if label.label in known:
        text = known[label.label].name or label.label
    elif len(names) > 1:
        first, *others = (re.findall(r"[\w-]+", name) for name in names)
        common = [word for word in first if all(word.lower() in map(str.lower, other) for other in others)]
        text = " ".join(common) or label.label.replace("_", " ")
    else:
        text = label.label.replace("_", " ")
    return text if label.dim in PROPER else lowered(text)


def lowered(words: str) -> str:
    """Words as they stand within a sentence: abbreviations keep their capitals.

    Examples
    --------
    >>> lowered("Battery electric car"), lowered("NiMH recycling"), lowered("LFP")
    ('battery electric car', 'NiMH recycling', 'LFP')
    """
    first = words.split(" ")[0]
    return words[:1].lower() + words[1:] if first[1:].islower() or len(first) == 1 else words

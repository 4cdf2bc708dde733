"""Pedigree scores of a row, as far as its provenance, its sources and its year tell them; the rest is not scored.

Reliability follows from the provenance: what was read is measured or published but not verified here (2), what was
derived from it rests partly on choices (3), what was recalled or estimated is a qualified estimate (4). Time is scored
for rows of a year whose sources all have one: a source can know the years up to its own (1); a later year is a
projection, and the score grows with its distance. Completeness, place and technology of the evidence are not on record.
"""

from __future__ import annotations

from japan_dataset.evidence import Datum
from japan_dataset.references import SOURCES

RELIABILITY = {"read": 2, "derived": 3, "recalled": 4, "estimate": 4}
TIME_STEPS = (3, 6, 10, 15)
"""Years up to which the scores 1 to 4 go, as in mfa.inputs.pedigree."""
JUDGEMENT = "EXPERT"
"""Source of estimates: a judgement has no year of its own."""


def pedigree(datum: Datum, year: int | None) -> str:
    """Return the five scores, separated by semicolons; ``-`` where nothing is known.

    >>> pedigree(Datum(1.0, provenance="read", sources=("AUTOWORLD_2024",)), 2030)
    '2;-;2;-;-'
    >>> pedigree(Datum(1.0), 2030)
    '4;-;-;-;-'
    """
    time = "-"
    published = [SOURCES[source][3] for source in datum.sources]
    if year is not None and JUDGEMENT not in datum.sources and all(text.isdecimal() for text in published):
        away = max(0, year - max(map(int, published)))
        time = str(1 + sum(away > step for step in TIME_STEPS))
    return f"{RELIABILITY[datum.provenance]};-;{time};-;-"

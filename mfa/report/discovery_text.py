"""Boxes of futures in words that a reader of a policy report understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mfa.inputs.sampling.words import lowered
from mfa.report.blocks import paragraph
from mfa.report.sensitivity_text import range_words
from mfa.report.target_words import range_text, share_words, target_words

if TYPE_CHECKING:
    from mfa.studies.discovery import Discovery
    from mfa.studies.prim import Box


def to_text(found: Discovery) -> str:
    """Text for a terminal, see `Discovery.to_text`."""
    how = "met" if found.met else "missed"
    lines = [f"Discovery in {found.scenario}: {found.title}"]
    where = f"{found.size} futures of seed {found.seed}" if found.source == "scenario" else f"{found.size} futures"
    source = "" if found.source == "scenario" else f" ({found.source})"
    told = f"{target_words(found.target, found.label_names)}: {how} in {share_words(found.share)} of {where}{source}."
    lines += paragraph(told)
    before = np.zeros(found.size, dtype=bool)
    for number, box in enumerate(found.boxes):
        lines += ["", *box_text(found, box, number, before)]
        before |= box.contains(found.peeled)
    for note in found.notes:
        lines += ["", *paragraph(f"{note}.")]
    return "\n".join(lines) + "\n"


def box_text(found: Discovery, box: Box, number: int, before: np.ndarray) -> list[str]:
    """One box in words.

    Parameters
    ----------
    found : Discovery
    box : Box
    number : int
        Boxes that were told before.
    before : array of bool [sample]
        Samples that lie in one of them.
    """
    how = "met" if found.met else "missed"
    if not box.limited:
        return paragraph(f"No limit of these factors tells where it is {how} from where it is not.")
    known = {one.name: one for one in found.ranges}
    rest = "other " if number else ""
    lines = [f"The target is {how} in {share_words(box.density)} of the {rest}futures in which"]
    for place, name in enumerate(box.limited):
        i, one = box.names.index(name), known[name]
        limits = range_text(box.low[i], box.high[i], one.unit)
        sure = "" if box.quasi_p[i] < 0.001 else f", quasi-p {box.quasi_p[i]:.2g}"
        about = f"(5 to 95 %: {range_words(one)}{sure})"
        link = "and " if place else ""
        text = f"- {link}{lowered(one.words)} is {limits} {about}"
        lines += paragraph(text, initial_indent="  ", subsequent_indent="    ")
    inside = box.contains(found.peeled) & ~before
    outside = ~(inside | before)
    left = float(found.cases[outside].mean()) if outside.any() else 0.0
    tell = f"These are {share_words(float(inside.mean()))} of all futures and {share_words(box.coverage)} of those in "
    tell += f"which it is {how}; in the rest it is {how} in {share_words(left)}."
    return lines + paragraph(tell)

"""Robustness of scenarios as tables and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mfa.report.blocks import Block, paragraph
from mfa.report.digits import digits
from mfa.report.sensitivity_text import scaling
from mfa.report.target_words import share_words, target_words
from mfa.studies.robustness import ALL_TARGETS

if TYPE_CHECKING:
    from mfa.studies.robustness import Robustness
    from mfa.studies.target import Target


def to_text(found: Robustness) -> str:
    """Text for a terminal, see `Robustness.to_text`."""
    lines = [f"Robustness of {len(found.scenarios)} scenarios in the same {found.size} futures (seed {found.seed})"]
    for place, target in enumerate(found.targets):
        lines += ["", block(found, place).to_text(), "", *paragraph(verdict(found, place, target))]
    if len(found.targets) > 1:
        table = found.table()
        rows = table[table["target"] == ALL_TARGETS]
        shares = ", ".join(f"{name} {share_words(share)}" for name, share in zip(rows["scenario"], rows["share"],
                                                                                strict=True))  # fmt: skip
        lines += ["", *paragraph(f"All targets together are met in: {shares}.")]
    for note in found.notes:
        lines += ["", *paragraph(f"{note}.")]
    return "\n".join(lines) + "\n"


def block(found: Robustness, place: int) -> Block:
    """Table of one target."""
    target = found.targets[place]
    table = found.table()
    table = table[table["target"] == str(target)]
    columns = ["median", "regret_mean", "regret_p90", "regret_max"]
    factor, unit, change = scaling(target, table[columns].to_numpy())
    rows = []
    for _, row in table.iterrows():
        level, *losses = (factor * row[column] for column in columns)
        cells = [f"{100 * row['share']:.1f}", f"{100 * row['best']:.1f}", digits(level, unit),
                 *(digits(loss, change) for loss in losses)]  # fmt: skip
        rows.append(([str(row["scenario"])], cells))
    heads = [("target met,", "% of futures"), ("best,", "% of futures"), ("median", unit), ("regret:", "mean"),
             ("", "90 %"), ("", "largest")]  # fmt: skip
    title = target_words(target, found.label_names) + (f"; regret in {change}" if change else "")
    return Block(title, ["scenario"], heads, rows=list(rows))


def verdict(found: Robustness, place: int, target: Target) -> str:
    """Which scenario holds in most futures, and which has the least regret."""
    shares = found.share[:, place]
    table = found.table()
    table = table[table["target"] == str(target)].reset_index(drop=True)
    factor, _, change = scaling(target, table[["regret_mean", "regret_p90", "regret_max"]].to_numpy())
    if not shares.any():
        return "No scenario meets the target in any of these futures."
    top = int(np.argmax(shares))
    rivals = [name for s, name in enumerate(found.scenarios) if s != top and shares[s] == shares[top]]
    name = found.scenarios[top]
    also = f" (as {', '.join(rivals)})" if rivals else ""
    text = f"{name}{also} meets the target in most futures: {share_words(float(shares[top]))}."
    worst = table["regret_max"].to_numpy()
    if not np.isfinite(worst).any():
        return text
    least = int(np.nanargmin(worst))
    loss = f"{digits(factor * float(worst[least]), change)} {change}".rstrip()
    high = f"{digits(factor * float(table['regret_p90'][least]), change)} {change}".rstrip()
    who = "It also" if least == top else found.scenarios[least]
    return f"{text} {who} has the least largest regret: {loss} in the worst future, less than {high} in nine of ten."

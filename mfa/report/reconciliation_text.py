"""What reconciliation found, for a terminal: the tests, every figure, suspects, and what is missing."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from typing import TYPE_CHECKING

from mfa.inputs.messages import listed
from mfa.reconciliation.classes import EXACT, MEANINGS, NONREDUNDANT, OBSERVABLE, REDUNDANT, UNOBSERVABLE
from mfa.report.digits import figure

if TYPE_CHECKING:
    import pandas as pd

    from mfa.reconciliation.result import Reconciled

WIDTH = 110
MARKS = {OBSERVABLE: "estimated", UNOBSERVABLE: "not determined", EXACT: "exact", NONREDUNDANT: "not checked"}
MOST = 10
"""Suspects and figures to measure that are named one by one."""


def reconciliation_text(found: Reconciled) -> str:
    """Tests, table, suspects and what is missing.

    Parameters
    ----------
    found : Reconciled

    Returns
    -------
    str
        Lines, the last one ended.
    """
    network = found.network
    count = Counter(found.classes)
    heading = f"{found.name}: {len(found.values)} figures, {len(network.titles)} balances and definitions"
    lines = [heading, ""]
    lines += [f"{count[word]:>4} {word:<13} {MEANINGS[word]}" for word in MEANINGS if count[word]]
    lines += [
        "",
        *_wrapped(global_test_sentence(found)),
        f"largest rest of a balance: {found.balance:.0e} of its largest term",
    ]
    lines += ["", *_table(found.table), ""]
    for title, words in (
        ("Suspects", suspect_sentences(found)),
        ("Left out", removed_sentences(found)),
        ("Not determined", missing_sentences(found)),
        ("Notes", network.notes),
    ):
        if words:
            lines += [f"{title}:", *(line for sentence in words for line in _wrapped(f"- {sentence}")), ""]
    return "\n".join(lines).rstrip() + "\n"


def global_test_sentence(found: Reconciled) -> str:
    """The global test in a sentence.

    Parameters
    ----------
    found : Reconciled
    """
    test = found.test
    if not test.redundancy > 0:
        return "No measurement is checked by another, so contradictions cannot be seen and nothing was changed."
    degrees = "degree" if test.redundancy == 1 else "degrees"
    verdict = "the uncertainties explain the contradictions" if test.passed else "the uncertainties do NOT explain them"
    return (
        f"Global test: the squared changes, each in its sd, sum to {test.statistic:.4g} with {test.redundancy} "
        f"{degrees} of freedom; sound data reach this with a probability of {_probability(test.probability)}. At "
        f"the level of {100 * test.level:g} % {verdict}."
    )


def _probability(value: float) -> str:
    return f"{value:.2g}" if value >= 1e-4 else "less than 0.0001"


def _name(found: Reconciled, i: int) -> str:
    unknown = found.network.unknowns[i]
    kind = "" if unknown.kind == "flow" else f"{unknown.kind.replace('_', ' ')} "
    return f"{kind}{unknown.name} [{unknown.layer}]"


def suspect_sentences(found: Reconciled) -> list[str]:
    """Each suspect: its residual, what the others say of it, and what it cannot be told apart from."""
    test, sentences = found.test, []
    done: set[int] = set()
    for i in found.suspects()[:MOST]:
        if i in done:
            continue
        unknown = found.network.unknowns[i]
        assert unknown.value is not None
        twins = test.alike(i)
        done |= {i, *twins}
        unit = "" if unknown.unit == "1" else f" {unknown.unit}"
        measured, implied, sd = (
            value / unknown.factor for value in (unknown.value, test.implied[i], test.implied_sd[i])
        )
        order = " to first order" if found.network.equations.products else ""
        text = (
            f"{_name(found, i)}: {figure(measured)}{unit} was measured, the other figures say{order} "
            f"{_signed(implied)} \u00b1 {figure(sd)}; residual {test.residuals[i]:+.1f}, limit {test.limit:.1f}"
        )
        if twins:
            text += f". An error in {listed([_name(found, j) for j in twins], 4)} would look the same"
        sentences.append(f"{text}. Look at its source, unit and scope first.")
    if not sentences and not test.passed:
        sentences.append(
            "no single measurement stands out: several errors, or uncertainties that are too small throughout."
        )
    return sentences


def removed_sentences(found: Reconciled) -> list[str]:
    """Measurements that were left out, one after the other."""
    return [
        f"{unknown.name} [{unknown.layer}], {figure((unknown.value or 0.0) / unknown.factor)} {unknown.unit}: residual "
        f"{residual:+.1f}, global test before {_probability(probability)}"
        for unknown, residual, probability in found.removed
    ]


def missing_sentences(found: Reconciled) -> list[str]:
    """What nothing determines, how far it is limited, and which figures would determine it."""
    sentences = []
    for i, word in enumerate(found.classes):
        if word == UNOBSERVABLE:
            unknown = found.network.unknowns[i]
            low, high = found.ranges.get(i, (math.nan, math.nan))
            between = "no range can be given"
            if math.isfinite(low) or math.isfinite(high):
                least, most = (_signed(end / unknown.factor) for end in (low, high))
                span = f"{least} to {most}" if math.isfinite(low) and math.isfinite(high) else f"{least} or more"
                span = span if math.isfinite(low) else f"{most} or less"
                between = f"{span} {unknown.unit} close the balances"
            elif not math.isnan(low):
                between = "any figure closes the balances"
            sentences.append(f"{_name(found, i)}: {between}")
    if found.measure_next:
        wanted = [
            _name(found, i) + (f" (determines {gained - 1} more)" if gained > 1 else "")
            for i, gained in found.measure_next
        ]
        sentences.append(
            f"more is unknown than the balances can tell; to determine all, measure {listed(wanted, MOST)}."
        )
    return sentences


def _signed(value: float) -> str:
    return f"-{figure(-value)}" if value < 0 else figure(value)


def _table(table: pd.DataFrame) -> list[str]:
    """Every figure on a line."""
    header = ("figure", "layer", "unit", "measured", "reconciled", "change", "in sd", "")
    lines = []
    for row in table.to_dict("records"):
        kind = str(row["kind"])
        name = str(row["flow"]) if kind == "flow" else f"{kind.replace('_', ' ')}: {row['flow']}"
        mark = MARKS.get(str(row["class"]), "")
        mark = "SUSPECT" if row["suspect"] else ("held at zero" if row["at_zero"] else mark)
        changed = row["class"] == REDUNDANT or abs(row["change_in_sd"] or 0.0) > 1e-6
        lines.append((
            name, str(row["layer"]), str(row["unit"]), _with_sd(row["measured"], row["measured_sd"]),
            _with_sd(row["reconciled"], row["reconciled_sd"]),
            _change(row["change"]) if changed else "", f"{row['change_in_sd']:+.2f}" if changed else "", mark,
        ))  # fmt: skip
    widths = [max(len(line[i]) for line in [header, *lines]) for i in range(len(header))]
    out = []
    for line in [header, *lines]:
        cells = [
            text.ljust(width) if i in (0, 1, 2, 7) else text.rjust(width)
            for i, (text, width) in enumerate(zip(line, widths, strict=True))
        ]
        out.append("  ".join(cells).rstrip())
    return out


def _with_sd(value: float, sd: float) -> str:
    if math.isnan(value):
        return "-"
    return _signed(value) + (f" \u00b1 {figure(sd)}" if sd > 0 else "")


def _change(value: float) -> str:
    if math.isnan(value):
        return ""
    return f"{'+' if value >= 0 else '-'}{figure(abs(value))}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  " if text.startswith("- ") else "")

"""What comes from other regions of the run: used products and scrap, told of the region that they arrive in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mfa.indicators.levers.case import Case
from mfa.indicators.levers.explanation import Explanation, digits, percent, tonnes
from mfa.indicators.sums import broadcast_parameter
from mfa.vocabulary import SCRAP

USED, SCRAP_TRADE = "used products from other regions", "scrap from other regions"
IMPORTED = SCRAP.index("imported")


def used_products(case: Case) -> Iterator[Explanation]:
    """How many used products arrived, with what metal."""
    asked = _sent_here(case, "used_export_destination")  # time, product
    if asked is None:
        return
    products, when = np.flatnonzero(asked.any(axis=0)), asked.any(axis=1)
    labels, names = case.codes("product", products), case.names("product", products)
    arrived = case.item("imports_used_units")
    total = float(arrived.sum())
    if total <= 0.0:
        yield case.say(USED, "no feed", when, labels, f"{names}: no used ones are exported that could come")
        return
    metal = case.total("flows", "imports_used", "time", "element")
    assert metal is not None
    worth = metal * case.policy("price")
    counted = f"{digits(total / 1e6)} million" if total >= 1e6 else digits(total)
    text = f"{names}: {counted} units arrive in all"
    if metal.any():
        first = int(np.argmax(worth.sum(axis=0) if worth.any() else metal.sum(axis=0)))
        text += f", with {tonnes(float(metal[:, first].sum()))} of {case.names('element', [first])}"
    yield case.say(USED, "acts", arrived.any(axis=1), labels, text, float(worth.sum()))


def scrap(case: Case) -> Iterator[Explanation]:
    """How much scrap arrived, and what recyclers made of the imported scrap."""
    asked = _sent_here(case, "scrap_export_destination")  # time, component, chemistry
    tonnage = case.total("components", "imports_scrap", "time", "component")
    if asked is None or tonnage is None:
        return
    wanted = np.asarray(asked.any(axis=2))
    components, when = np.flatnonzero(wanted.any(axis=0)), wanted.any(axis=1)
    labels, names = case.codes("component", components), case.names("component", components)
    arrived = np.where(wanted, np.maximum(tonnage - case.given("scrap_imports").sum(axis=-1), 0.0), 0.0)
    total = float(arrived.sum())
    if total <= 1e-9 * float(tonnage.sum()):
        yield case.say(SCRAP_TRADE, "no feed", when, labels, f"{names}: no scrap is exported that could come")
        return
    metal = case.total("flows", "imports_scrap", "time", "element")
    recovered = case.total("flows", "secondary", "time", "element", "scrap")
    assert metal is not None and recovered is not None
    worth = recovered[..., IMPORTED] * case.policy("price")
    text = f"{names}: {tonnes(total)} arrive in all"
    if metal.any():
        first = int(np.argmax((metal * case.policy("price")).sum(axis=0)))
        if metal[:, first].any():
            share = float(recovered[:, first, IMPORTED].sum() / metal[:, first].sum())
            text += f"; {percent(share)} of the {case.names('element', [first])} in imported scrap is recovered"
    yield case.say(SCRAP_TRADE, "acts", arrived.any(axis=1), labels, text, float(worth.sum()))


def _sent_here(case: Case, name: str) -> np.ndarray | None:
    """Whether another region sends its exports here: the dims of the parameter after `destination`; None if none."""
    if case.inputs.arrays.get(name) is None:
        return None
    sent = np.asarray((broadcast_parameter(case.inputs, name)[:, :, case.position] > 0.0).any(axis=(0, 1)))
    return sent if sent.any() else None

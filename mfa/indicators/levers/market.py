"""Why prices, chemistries and the lives of products did or did not answer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mfa.indicators.levers.case import Case
from mfa.indicators.levers.explanation import Explanation, digits, percent, several, tonnes

PRICE, SUBSTITUTION, REUSE, LIFE = "scarcity price", "substitution", "reuse of parts", "longer or shorter use"
FIXED = 0
"""Code of the fixed lifetime among the families."""


def scarcity_price(case: Case) -> Iterator[Explanation]:
    """How far prices rose after a shortage."""
    exponent = case.given("scarcity_exponent")
    if not case.on("scarcity_exponent"):
        return
    base, price = case.given("base_price"), case.policy("price")
    ratio = np.divide(price, base, out=np.ones_like(price), where=base > 0.0)
    risen = ratio > 1.0 + 1e-9
    if not risen.any():
        short = (case.policy("supply_factor") < 1.0 - 1e-12).any()
        reason = "supply falls short in the last year only" if short else "supply never falls short"
        yield case.say(PRICE, "no gap", exponent > 0.0, (), f"prices stay at their base: {reason}")
        return
    elements = np.flatnonzero(risen.any(axis=0))
    parts = []
    for e in elements:
        top = int(np.argmax(ratio[:, e]))
        parts.append(f"{case.names('element', [e])} {digits(float(ratio[top, e]))} times its base in {case.years[top]}")
    text = f"{several(parts, 7)}, after a shortage the year before"
    value = float((np.maximum(price - base, 0.0) * case.policy("domestic_use")).sum())
    yield case.say(PRICE, "acts", risen.any(axis=1), case.codes("element", elements), text, value)


def substitution(case: Case) -> Iterator[Explanation]:
    """How far makers changed chemistries in answer to prices."""
    if not case.on("substitution_response"):
        return
    answers = case.given("substitution_response") > 0.0  # time, component
    base, price = case.given("base_price"), case.policy("price")
    risen = (price > base * (1.0 + 1e-9)).any(axis=1)
    when = answers.any(axis=1)
    if not risen.any():
        yield case.say(SUBSTITUTION, "no gap", when, (), "prices stay at their base, so that nothing is switched")
        return
    reference = case.given("chemistry_share")  # time, product, component, chemistry
    choice = (reference > 0.0).sum(axis=-1) > 1  # time, product, component
    open_to = choice & answers[:, None, :]
    if not open_to[risen].any():
        text = "no component that answers has a second chemistry to switch to"
        yield case.say(SUBSTITUTION, "no answer", risen, (), text)
        return
    if "chemistry_mix" not in case.results.arrays("policy"):
        return
    known = np.isfinite(case.policy("collection_rate"))
    shift = np.where((open_to & known)[..., None], case.policy("chemistry_mix") - reference, 0.0)
    largest = np.unravel_index(int(np.argmax(shift)), shift.shape)
    points = float(shift[largest])
    if points < 1e-6:
        yield case.say(SUBSTITUTION, "slack", risen, (), "prices rose, but chemistries cost about the same")
        return
    t, p, k, h = (int(i) for i in largest)
    loser = int(np.argmin(shift[t, p, k]))
    text = f"{case.names('component', [k])} of {case.names('product', [p])}: {case.names('chemistry', [h])} gains "
    text += f"{digits(100 * points)} points on {case.names('chemistry', [loser])} in {case.years[t]}, the largest shift"
    moved = (np.abs(shift) > 1e-6).any(axis=(1, 2, 3))
    mix = case.codes("component", np.flatnonzero((np.abs(shift) > 1e-6).any(axis=(0, 1, 3))))
    yield case.say(SUBSTITUTION, "acts", moved, mix, text)


def reuse(case: Case) -> Iterator[Explanation]:
    """Parts with life left that served again."""
    if not case.on("reuse_share"):
        return
    when = (case.given("reuse_share") > 0.0).any(axis=(1, 2))
    reused = case.total("components", "reused", "time", "component")
    if reused is None:
        return
    if not reused.any():
        text = "no part fails before its product, so that no spare part is needed"
        if case.inputs.arrays.get("component_lifetime") is not None:
            text = "nothing is collected that could serve, or no spare part is needed"
        yield case.say(REUSE, "no feed", when, (), text)
        return
    spares = case.total("components", "spares", "time", "component")
    metal = case.total("flows", "reused", "time", "element")
    assert spares is not None and metal is not None
    for k in np.flatnonzero(reused.any(axis=0)):
        here = reused[:, k] > 0.0
        share = reused[here, k] / (reused[here, k] + spares[here, k])
        text = f"{case.names('component', [k])}: {tonnes(float(reused[here, k].sum()))} serve again, "
        text += f"{percent(float(share.min()), float(share.max()))} of the spare parts needed"
        value = float((metal * case.policy("price")).sum())
        yield case.say(REUSE, "acts", here, case.codes("component", [k]), text, value)


def longer_use(case: Case) -> Iterator[Explanation]:
    """Hazard multipliers, which a fixed lifetime does not feel."""
    if case.inputs.arrays.get("hazard_multiplier") is None:
        return
    changed = np.abs(case.given("hazard_multiplier") - 1.0) > 1e-12  # time, product
    if not changed.any():
        return
    code = case.inputs.arrays["lifetime"].canonical()[0]
    fixed = np.zeros(len(case.labels["product"]), dtype=bool)
    rigid = code == FIXED
    away = [dim for dim in rigid.dims if dim != "product"]
    fixed |= rigid.all(away).values if away else rigid.values
    idle, acting = np.flatnonzero(changed.any(axis=0) & fixed), np.flatnonzero(changed.any(axis=0) & ~fixed)
    if len(idle):
        text = f"{case.names('product', idle)}: a fixed lifetime does not feel a hazard multiplier"
        yield case.say(LIFE, "no answer", changed[:, idle].any(axis=1), case.codes("product", idle), text)
    if len(acting):
        values = case.given("hazard_multiplier")[:, acting][changed[:, acting]]
        ends = f"{digits(float(values.min()))} to {digits(float(values.max()))}"
        ends = digits(float(values.min())) if values.min() == values.max() else ends
        text = f"{case.names('product', acting)}: the hazard of discard is {ends} times what it was"
        yield case.say(LIFE, "acts", changed[:, acting].any(axis=1), case.codes("product", acting), text)

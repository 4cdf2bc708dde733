"""What bans of exports, ore and products denied, who made up for it, and what other origins and equity changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from mfa.indicators.levers.case import Case
from mfa.indicators.levers.explanation import TINY, Explanation, digits, percent, several, tonnes
from mfa.system.market import import_caps, import_metal, ore_cut

BAN, ORE_BAN, PRODUCT_BAN = "export ban", "ore ban", "product ban"
ORIGINS, EQUITY = "import origins", "equity"
SHIFT = 0.01
"""Share of imports that must come from elsewhere for a change of origins to be worth a line."""


@dataclass(frozen=True)
class Denial:
    """Supply of the first pass, before the stockpile helps; all flows t/yr.

    Attributes
    ----------
    wanted : ndarray [time, origin, element]
        Imports wanted from each origin.
    banned, cut : ndarray [time, origin, element]
        What a ban denies of it, and what is missing for want of ore.
    more : ndarray [time, element]
        What other origins deliver beyond what was wanted of them.
    gap : ndarray [time, element]
        What is missing after all.
    """

    wanted: np.ndarray
    banned: np.ndarray
    cut: np.ndarray
    more: np.ndarray
    gap: np.ndarray


def by_origin(case: Case, name: str) -> np.ndarray:
    """A parameter by origin [time, origin, element]."""
    return np.moveaxis(case.given(name), 0, 1)


def denial(case: Case) -> Denial:
    """What bans deny in each year, and what is missing after other origins have helped out."""
    if "denial" not in case.memo:
        need, ban, ore = case.policy("import_need"), by_origin(case, "ban"), by_origin(case, "ore_ban")
        domestic = case.given("origin_domestic").astype(bool)[None, :, None]
        share = np.where(domestic, 0.0, by_origin(case, "import_share"))
        lost = ore_cut(by_origin(case, "ore_share"), ore) if ore.any() else np.zeros_like(share)
        equity, protection = by_origin(case, "equity_share"), case.given("equity_protection")
        wanted = share * need[:, None, :]
        banned = ban * (1.0 - protection[:, None, :] * equity)
        caps = import_caps(need, share, ban, lost, equity, protection, by_origin(case, "headroom"))
        delivered = import_metal(need, share, caps)
        gap = np.maximum(need - delivered.sum(axis=1), 0.0)
        gap = np.where(gap > TINY * case.policy("requirement"), gap, 0.0)
        more = np.maximum(delivered - wanted, 0.0).sum(axis=1)
        case.memo["denial"] = Denial(wanted, banned * wanted, (1.0 - banned) * lost * wanted, more, gap)
    return case.memo["denial"]


def bans(case: Case) -> Iterator[Explanation]:
    """What export and ore bans denied, who made up for it, and what stayed unmet."""
    ban, ore = by_origin(case, "ban"), by_origin(case, "ore_ban")
    if not ban.any() and not ore.any():
        return
    state = denial(case)
    for lever, given, denied in ((BAN, ban, state.banned), (ORE_BAN, ore, state.cut)):
        for o in np.flatnonzero(given.any(axis=(0, 2))):
            yield from _idle_ban(case, lever, int(o), given, denied)
        for e in np.flatnonzero(given.any(axis=(0, 1))):
            when = denied[..., e].sum(axis=1) > 0.0
            if when.any():
                yield _ban(case, lever, int(e), when, denied, given if lever == ORE_BAN else denied)


def _idle_ban(case: Case, lever: str, o: int, given: np.ndarray, denied: np.ndarray) -> Iterator[Explanation]:
    """Elements for which an origin's ban denies nothing."""
    hit = given[:, o] > 0.0  # time, element
    touched = denied[:, o] > 0.0 if lever == BAN else _uses_ore_of(case, o)
    idle = hit.any(axis=0) & ~(hit & touched).any(axis=0)
    if not idle.any():
        return
    elements = np.flatnonzero(idle)
    who, what = case.names("origin", [o]), case.names("element", elements)
    if not (hit & (case.policy("import_need") > 0.0))[:, elements].any():
        text = f"{what}: nothing is imported, domestic metal meets the need"
    elif lever == BAN:
        text = f"{what}: none comes from {who}"
    else:
        text = f"{what}: no origin that delivers uses ore of {who}"
    labels = [*case.codes("origin", [o]), *case.codes("element", elements)]
    yield case.say(lever, "no share", hit[:, elements].any(axis=1), labels, text)


def _uses_ore_of(case: Case, o: int) -> Any:
    """Whether other refiners that deliver use ore of an origin [time, element]."""
    used = by_origin(case, "ore_share")[..., o].copy()  # time, refiner, element
    used[:, o] = 0.0
    return ((used * denial(case).wanted) > 0.0).any(axis=1)


def _ban(case: Case, lever: str, e: int, when: Any, denied: np.ndarray, by_whom: np.ndarray) -> Explanation:
    """One element under a ban: denied, made up by others, drawn, unmet."""
    state, need = denial(case), case.policy("requirement")[when, e]
    who = np.flatnonzero((by_whom[..., e] > 0.0).any(axis=0))
    amount = denied[when, :, e].sum(axis=1)
    lost = float(amount.sum())
    text = f"{case.names('element', [e])} from {case.names('origin', who)}: {tonnes(lost)} denied, "
    text += percent(float((amount / need).min()), float((amount / need).max())) + " of the need"
    labels = [*case.codes("element", [e]), *case.codes("origin", who)]
    value = float((amount * case.policy("price")[when, e]).sum())
    gap, unmet = float(state.gap[when, e].sum()), case.policy("unmet_demand")[when, e]
    kind = "made up" if gap <= 0.0 else "drawn" if unmet.sum() <= TINY * lost else "acts"
    if lever == ORE_BAN and state.banned[when, :, e].any():
        text += "; what others give and what is unmet stand with the export ban"
        return case.say(lever, kind, when, labels, text, value)
    more = float(state.more[when, e].sum())
    drawn = float(case.by_element("stock_release")[when, e].sum())
    text += f"; other origins give {tonnes(more)} more" if more > TINY * lost else "; no other origin gives more"
    text += f", the stockpile {tonnes(drawn)}" if drawn > 0.0 else ""
    if kind != "acts":
        return case.say(lever, kind, when, labels, f"{text}; no need is unmet", value)
    worst = int(np.argmax(unmet / need))
    text += (
        f"; {tonnes(float(unmet.sum()))} unmet, in {case.years[when][worst]} {percent(float((unmet / need)[worst]))} "
    )
    text += "of the need"
    if unmet.sum() > (gap - drawn) * (1.0 + 1e-6):
        text += " (more than is missing, as products fall with their scarcest part)"
    return case.say(lever, kind, when, labels, text, value)


def origins(case: Case) -> Iterator[Explanation]:
    """Origins of imports that change during the run: from whom to whom, and what that spares under a ban."""
    share = by_origin(case, "import_share")
    moved = np.abs(np.diff(share, axis=0)).sum(axis=1) / 2.0 > TINY  # time - 1, element
    shifted = np.abs(share - share[:1]).sum(axis=1) / 2.0 > SHIFT  # time, element
    owned, ban = by_origin(case, "equity_share") * share, by_origin(case, "ban")
    spared = (ban * (share[:1] - share)).sum(axis=1) * case.policy("import_need")
    found: dict[tuple[str, bool], list[int]] = {}
    for e in np.flatnonzero(shifted.any(axis=0)):
        last = int(np.flatnonzero(moved[:, e])[-1]) + 1
        change = share[last, :, e] - share[0, :, e]
        from_whom, to_whom = int(np.argmin(change)), int(np.argmax(change))
        text = (
            f"{case.names('origin', [from_whom])} falls from {_turn(share[[0, last], from_whom, e])} of imports until "
        )
        text += (
            f"{case.years[last]}, {case.names('origin', [to_whom])} rises from {_turn(share[[0, last], to_whom, e])}"
        )
        before, after = float(owned[0, :, e].sum()), float(owned[last, :, e].sum())
        if abs(after - before) > 0.005:
            text += f", owned deliveries go from {_turn(np.array([before, after]))}"
        found.setdefault((text, bool(ban[..., e].any())), []).append(int(e))
    for (text, banned), elements in found.items():
        when, less = shifted[:, elements].any(axis=1), spared[:, elements] * shifted[:, elements]
        value = float((less * case.policy("price")[:, elements]).sum())
        text = f"{case.names('element', elements)}: {text}"
        if banned:
            amounts = zip(np.abs(less.sum(axis=0)).tolist(), elements, strict=True)
            sums = several([f"{tonnes(amount)} of {case.names('element', [e])}" for amount, e in amounts])
            text += f"; the ban denies {sums} {'less' if value >= 0.0 else 'more'} than with the origins before"
        else:
            text += "; nothing is banned, so that it shows in concentration, N-1 and self-sufficiency only"
        yield case.say(ORIGINS, "acts" if banned else "no gap", when, case.codes("element", elements), text, value)


def _turn(shares: np.ndarray) -> str:
    """Two shares, one after the other.

    Examples
    --------
    >>> _turn(np.array([0.96, 0.4]))
    '96 to 40 %'
    """
    return f"{percent(float(shares[0])).removesuffix(' %')} to {percent(float(shares[1]))}"


def equity(case: Case) -> Iterator[Explanation]:
    """Owned deliveries under a ban, protected or not."""
    owned = by_origin(case, "ban") * by_origin(case, "equity_share") * denial(case).wanted
    protection = case.given("equity_protection")[:, None, :]
    for mass, state, words in (
        (owned * protection, "acts", "owned deliveries come in spite of the ban"),
        (np.where(protection > 0.0, 0.0, owned), "no answer", "owned deliveries are banned like others: no protection"),
    ):
        if not mass.any():
            continue
        elements, who = np.flatnonzero(mass.any(axis=(0, 1))), np.flatnonzero(mass.any(axis=(0, 2)))
        text = f"{case.names('element', elements)} from {case.names('origin', who)}: "
        text += f"{tonnes(float(mass.sum()))} of {words}"
        value = float((mass.sum(axis=1) * case.policy("price")).sum()) if state == "acts" else 0.0
        labels = [*case.codes("element", elements), *case.codes("origin", who)]
        yield case.say(EQUITY, state, mass.any(axis=(1, 2)), labels, text, value)


def product_ban(case: Case) -> Iterator[Explanation]:
    """Product imports denied."""
    if not case.on("product_ban"):
        return
    ban = case.given("product_ban")
    products = np.flatnonzero(ban.any(axis=0))
    imported = np.nan_to_num(case.given("product_imports")) + np.nan_to_num(case.given("product_import_share"))
    when, labels, who = ban.any(axis=1), case.codes("product", products), case.names("product", products)
    if not (imported * ban).any():
        yield case.say(PRODUCT_BAN, "no share", when, labels, f"{who}: none are imported")
        return
    unsold = float(np.where(ban > 0.0, case.item("unmet_units"), 0.0).sum())
    text = f"{who}: imports denied, which makers do not replace within the year; {digits(unsold)} units unsold"
    yield case.say(PRODUCT_BAN, "acts", when, labels, text)

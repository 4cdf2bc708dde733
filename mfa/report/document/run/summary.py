"""The summary of a run: element by element in sentences, then what holds for all of them."""

from __future__ import annotations

import numpy as np

from mfa.indicators.levers.explanation import money, span, tonnes
from mfa.report.document.content import Item, Paragraph, Points, Section, Spread
from mfa.report.document.view import View
from mfa.report.document.words import capital, change_in_points, listed, percent_of, small

TINY = 1e-9
"""Share of the need below which nothing is unmet."""
MOST = 3
"""Levers that the summary names."""
NO_VALUES = "sector values not given"
"""Flag of an economic importance that is not known."""


def summary(view: View) -> Section:
    """Section: what the run says, in sentences.

    Parameters
    ----------
    view : View

    Returns
    -------
    Section
    """
    results = view.results
    first, last = int(view.years[0]), int(view.years[-1])
    names = [small(view.names[element]) for element in view.elements]
    lead = (
        f"What the scenario \N{LEFT DOUBLE QUOTATION MARK}{results.attrs.get('title') or results.name}"
        f"\N{RIGHT DOUBLE QUOTATION MARK} means for {listed(names)} in {view.region}, {first} to {last}."
    )
    if results.last_data_year is not None and first <= results.last_data_year < last:
        lead += (
            f" Years up to {results.last_data_year} rest on data; what follows is what the assumptions lead to, "
            "not a forecast."
        )
    if view.sampled:
        lead += (
            f" Numbers are means of {len(results.labels['sample'])} samples; 5 to 95 % of the samples lie in the "
            "range in brackets."
        )
    elements = [Item(view.names[element], of_element(view, e)) for e, element in enumerate(view.elements)]
    return Section("summary", "Summary", [Paragraph(lead), Points(elements), Points(_of_all(view))])


def of_element(view: View, e: int) -> str:
    """What the run says of an element, in sentences."""
    year, need = view.focus, view.by_element("policy", "requirement")
    required = view.indicator("import_requirement")
    now = view.cell(required, year, e)
    middle = now.value if isinstance(now, Spread) else now
    if not np.isfinite(middle):
        return f"In {year} there is {view.reason('import_requirement', year, e) or 'no value'}: no share can be told."
    before = view.value(required, view.start, e)
    amount = tonnes(view.value(need, year, e))
    text = f"{percent_of(now)} of the need of {year} ({amount}) must be imported"
    if np.isfinite(before) and view.start != year:
        text += f", {change_in_points(middle, before, f'in {view.start}')}"
    sentences = [f"{text}."]
    recovered, covers = (
        view.cell(view.indicator(name), year, e) for name in ("eol_recycling_rate", "eol_recycling_input_rate")
    )
    parts = []
    if _finite(recovered):
        parts.append(f"{percent_of(recovered)} of the metal at the end of its life is recovered")
    if _finite(covers):
        parts.append(f"metal from old scrap covers {percent_of(covers, 1)} of what is used")
    if parts:
        sentences.append(f"{capital(' and '.join(parts))}.")
    unmet = view.value(view.indicator("unmet_share"), year, e)
    if unmet > TINY:
        sentences.append(
            f"{percent_of(unmet, 1)} of the need is not met in {year}, which lifts the shares of what is still used."
        )
    sentences += _criticality(view, e)
    return " ".join(sentences)


def _criticality(view: View, e: int) -> list[str]:
    """Supply risk, and whether the element is critical if economic importance is known."""
    risk, weight = (view.value(view.indicator(name), view.focus, e) for name in ("supply_risk", "economic_importance"))
    if not np.isfinite(risk):
        return []
    if not np.isfinite(weight) or view.empty("economic_importance", NO_VALUES):
        return [f"Supply risk is {risk:.1f}."]
    critical = view.value(view.indicator("critical"), view.focus, e)
    judged = {0.0: "not critical", 1.0: "critical"}.get(critical, "critical in part of the samples")
    return [f"Supply risk is {risk:.1f} at an economic importance of {weight:.1f}: {judged} by EU thresholds."]


def _finite(cell: float | Spread) -> bool:
    return bool(np.isfinite(cell.value if isinstance(cell, Spread) else cell))


def _of_all(view: View) -> list[Item]:
    items = [Item("Import dependence", _dependence(view)), Item("Security of supply", unmet_words(view, MOST))]
    items += [Item("Public money", _public_money(view))]
    acting: dict[str, list[str]] = {}
    for one in view.results.explanations:
        if one.region == view.region and one.effect > 0.0:
            acting.setdefault(one.lever, []).append(f"{one.state} {one.period}")
    if acting:
        told = "; ".join(f"{lever} ({', '.join(dict.fromkeys(acting[lever]))})" for lever in list(acting)[:MOST])
        items.append(Item("What moves most", f"{told}. Why each lever did or did not act is told below."))
    return items


def _dependence(view: View) -> str:
    """Which elements depend on imports least and most, and how that changes."""
    required = view.mean(view.indicator("import_requirement"))
    now, before = required[view.at(view.focus)], required[view.at(view.start)]
    known = [e for e in range(len(view.elements)) if np.isfinite(now[e])]
    if not known:
        return f"There is no need in {view.focus}, so no share of it."
    order = sorted(known, key=lambda e: float(now[e]))
    least, most = order[0], order[-1]
    text = f"In {view.focus} the need for {small(view.names[view.elements[most]])} depends on imports most "
    text += f"({percent_of(float(now[most]))})"
    if least != most:
        text += f", for {small(view.names[view.elements[least]])} least ({percent_of(float(now[least]))})"
    changed = [e for e in known if np.isfinite(before[e])]
    if view.start != view.focus and changed:
        fell = [e for e in changed if now[e] < before[e] - 0.005]
        rose = [e for e in changed if now[e] > before[e] + 0.005]
        ways = [f"fell for {len(fell)}" if fell else "", f"rose for {len(rose)}" if rose else ""]
        ways = [way for way in ways if way]
        plural = "" if len(changed) == 1 else "s"
        text += f". Since {view.start} the share " + (" and ".join(ways) if ways else "changed for none")
        text += f" of {len(changed)} element{plural}"
    return f"{text}."


def unmet_words(view: View, most: int | None = None) -> str:
    """In which years need is not met, and how much of it; of all elements, or of those that lack most."""
    share = view.mean(view.indicator("unmet_share"))
    tonnes_missing = view.mean(view.by_element("policy", "unmet_demand"))
    hit = [e for e in range(len(view.elements)) if np.nanmax(share[:, e], initial=0.0) > TINY]
    if not hit:
        return "All need is met in every year."
    hit.sort(key=lambda e: -float(np.nanmax(share[:, e])))
    texts: dict[str, list[str]] = {}
    for e in hit[:most]:
        worst = int(np.nanargmax(share[:, e]))
        texts.setdefault(span(view.years[np.nan_to_num(share[:, e]) > TINY]), []).append(
            f"{small(view.names[view.elements[e]])} {percent_of(float(share[worst, e]))} of the need in "
            f"{view.years[worst]} ({tonnes(float(tonnes_missing[:, e].sum()))} in all)"
        )
    told = "; ".join(f"{years}: {', '.join(parts)}" for years, parts in texts.items())
    left = len(hit) - len(hit[:most])
    more = f"; and {left} more element{'s' if left > 1 else ''}" if left else ""
    return f"Part of the need is not met. {told}{more}."


def _public_money(view: View) -> str:
    cost = view.mean(view.regional("indicators", "public_cost"))
    later = view.years > view.start
    total = float(np.nansum(cost[later]))
    when = f"{view.start + 1} to {view.years[-1]}"
    if not np.any(np.nan_to_num(cost[later])):
        return f"The measures cost the state nothing, {when}."
    word = "costs the state" if total > 0 else "earns the state"
    return (
        f"What is done {word} {money(abs(total), view.results.money)} in all, {when} (subsidies, grants, research, "
        "retention, support of primary sources and stockpiling, less penalties; not discounted)."
    )

"""The summary of a comparison: scenario by scenario what each changes, element by element how far they reach."""

from __future__ import annotations

import numpy as np

from mfa.indicators.levers.explanation import money
from mfa.report.document.comparison.view import Compared
from mfa.report.document.content import Item, Paragraph, Points, Section
from mfa.report.document.words import capital, change_in_points, listed, percent_of, small
from mfa.studies.outcomes import lifted

VISIBLE = 0.0005
"""Change of a share from which it is told."""
COSTS = {"public_cost": "public cost", "social_cost": "social cost", "import_bill": "the import bill"}


def summary(view: Compared) -> Section:
    """Section: what the scenarios buy, in sentences.

    Parameters
    ----------
    view : Compared

    Returns
    -------
    Section
    """
    against = [name for name in view.scenarios if view.base(name)]
    first, last = view.setting.period
    who = (
        "one scenario changes against its base"
        if len(against) == 1
        else (f"{len(against)} scenarios change against their bases")
    )
    lead = (
        f"What {who} in {view.region}: import dependence in {view.focus}, cost in present value over {first} to {last} "
        f"at {100 * view.setting.discount_rate:.4g} % a year, unmet need under shocks. Differences between scenarios "
        "are safer than levels."
    )
    scenarios = [Item(_name(view, name), of_scenario(view, name)) for name in against]
    elements = [Item(view.names[element], _of_element(view, element)) for element in view.elements]
    return Section("summary", "Summary", [Paragraph(lead), Points(scenarios), Points(elements)])


def _name(view: Compared, name: str) -> str:
    title = view.title(name)
    return f"{title} ({name})" if title != name else name


def of_scenario(view: Compared, name: str) -> str:
    """What a scenario changes against its base, in sentences."""
    base = view.base(name)
    cells = {element: view.cell(name, "import_requirement", view.focus, element) for element in view.elements}
    known = [element for element in view.elements if np.isfinite(cells[element].difference)]
    less = sorted((e for e in known if cells[e].difference < -VISIBLE), key=lambda e: cells[e].difference)
    more = sorted((e for e in known if cells[e].difference > VISIBLE), key=lambda e: -cells[e].difference)
    sentences = []
    if less:
        most = cells[less[0]]
        sentences.append(
            f"In {view.focus} {len(less)} of {len(known)} elements need less import than in {base}: "
            f"{small(view.names[less[0]])} most, {percent_of(most.value)} of the need, "
            f"{change_in_points(most.value, most.base_value, f'in {base}')}"
        )
        if len(less) > 1:
            least = cells[less[-1]]
            points = 100.0 * abs(least.difference)
            sentences[-1] += f"; {small(view.names[less[-1]])} least, {points:.1f} points"
    if more:
        most = cells[more[0]]
        points = 100.0 * most.difference
        sentences.append(
            f"More import is needed of {listed([small(view.names[e]) for e in more])}, up to {points:.1f} points"
        )
    if not less and not more:
        sentences.append(f"In {view.focus} the import requirement is that of {base}")
    sentences.append(_cost(view, name))
    sentences += _unmet(view, name)
    return " ".join(f"{capital(sentence)}." for sentence in sentences)


def _cost(view: Compared, name: str) -> str:
    """Changes of the three costs."""
    parts = []
    for key, words in COSTS.items():
        change = view.over_period(name, f"{key}_present_value").difference
        if not np.isfinite(change):
            parts.append(f"{words} is not known")
        elif abs(change) < 0.5:
            parts.append(f"{words} does not change")
        else:
            parts.append(f"{words} {'rises' if change > 0 else 'falls'} by {money(abs(change), view.setting.money)}")
    text = listed(parts)
    if lifted(view.over_period(name, "import_bill_present_value").reason):
        text += " (imports that are denied cost nothing, which is no gain)"
    return text


def _unmet(view: Compared, name: str) -> list[str]:
    """Need that is not met under the shocks, the worst element first."""
    span = view.reader.spans.get(name)
    if span is None:
        return []
    cells = {
        element: view.reader.cell(name, view.region, "unmet_share_under_shock", *span, element=element)
        for element in view.elements
    }
    worst = max(cells, key=lambda element: np.nan_to_num(cells[element].value))
    cell = cells[worst]
    when = str(span[0]) if span[0] == span[1] else f"{span[0]} to {span[1]}"
    if not cell.value > 0.0:
        return [f"under the shock of {when} all need is met"]
    text = f"under the shock of {when} {percent_of(cell.value)} of the need for {small(view.names[worst])} is not met"
    if np.isfinite(cell.base_value):
        text += f", {change_in_points(cell.value, cell.base_value, f'in {view.base(name)}')}"
    return [text]


def _of_element(view: Compared, element: str) -> str:
    """Lowest and highest import requirement among the scenarios."""
    values = {name: view.cell(name, "import_requirement", view.focus, element).value for name in view.scenarios}
    known = {name: value for name, value in values.items() if np.isfinite(value)}
    if not known:
        return f"no need in {view.focus}, so no share of it."
    low, high = min(known, key=lambda name: known[name]), max(known, key=lambda name: known[name])
    if known[high] - known[low] < VISIBLE:
        return f"{percent_of(known[low])} of the need of {view.focus} must be imported in all scenarios."
    return (
        f"{percent_of(known[low])} ({view.short[low]}) to {percent_of(known[high])} ({view.short[high]}) of the need "
        f"of {view.focus} must be imported."
    )

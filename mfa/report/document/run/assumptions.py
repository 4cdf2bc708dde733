"""What a run assumes: scenario, levers and shocks in words, what else differs from the tables, from which sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mfa.report.document.content import Block, Cell, Column, Item, Notice, Paragraph, Points, Section, Table
from mfa.report.document.view import View
from mfa.report.document.words import capital, listed, over_time, quantity
from mfa.results import Results
from mfa.vocabulary import PARAMETERS, Parameter, money_unit, named_like

Names = Callable[[str, str], str]
LABELS = (
    "region", "destination", "origin", "product", "component", "chemistry", "element", "route", "scrap", "miner",
)  # fmt: skip
FILL = {
    "ramp": "between the years given, values lie on a straight line; before the first, the default holds",
    "path": "between the years given, values lie on a straight line",
    "span": "between the years given, values lie on a straight line",
    "step": "each value holds until the next year given",
    "exact": "values hold in the years given only",
}
SCOPES = {"products": "refined metal for the products of the dataset"}
SHOCK_WORDS = {
    "ban": "refined exports denied",
    "ore_ban": "ore exports denied",
    "product_ban": "product imports denied",
}


def assumptions(view: View) -> Section:
    """Section: what was assumed.

    Parameters
    ----------
    view : View

    Returns
    -------
    Section
    """
    results = view.results
    resolved: Mapping[str, Any] = results.attrs.get("resolved") or {}
    section = Section("assumptions", "What was assumed")
    if resolved.get("description"):
        section.blocks.append(Paragraph(" ".join(str(resolved["description"]).split())))
    section.blocks.append(Points(list(_frame(results, resolved))))
    if not resolved:
        section.blocks.append(Notice(
            "The run does not hold its scenario in full, so levers and shocks are not listed here. A run made with "
            "mfa run does."
        ))  # fmt: skip
        return section
    section.parts = [
        Section("levers-set", "Policy levers", _settings(results, resolved.get("policy") or {}, "levers_set",
                "Levers that the scenario sets", "It sets no policy lever beyond those of its tables.")),
        Section("shocks-set", "Shocks", _shocks(results, resolved.get("shocks") or [])),
        Section("variants-set", "Other tables", _variants(resolved.get("variants") or {})),
    ]  # fmt: skip
    if resolved.get("overrides"):
        section.blocks.append(Paragraph("Other values that the scenario sets stand in the appendix."))
    return section


def appendix(view: View) -> Section:
    """Section: values beside the levers that the scenario sets.

    Parameters
    ----------
    view : View

    Returns
    -------
    Section
    """
    given = (view.results.attrs.get("resolved") or {}).get("overrides") or {}
    title = "Other values that the scenario sets"
    section = Section("appendix", f"Appendix: {title[:1].lower()}{title[1:]}")
    section.blocks = _settings(view.results, given, "values_set", title, "") if given else []
    return section


def _frame(results: Results, resolved: Mapping[str, Any]) -> Iterator[Item]:
    """Scope, data and uncertainty, in few words."""
    scope = results.scope
    meaning = SCOPES.get(scope, f"{SCOPES['products']}, and the other uses of the table other_need@{scope}")
    yield Item("Need", f"{meaning} (scope: {scope.replace('_', ' ')}).")
    first, last = int(results.years[0]), int(results.years[-1])
    when = f"years {first} to {last}"
    if results.last_data_year is not None and first <= results.last_data_year < last:
        when += f", data until {results.last_data_year}"
    yield Item(
        "Data", f"dataset {results.attrs.get('dataset') or 'given in Python'}; {when}; money in {results.money}."
    )
    bases = [str(base) for base in results.attrs.get("bases", [])]
    if bases:
        yield Item("Built on", f"{listed(bases)}: what is not told here is as there.")
    changes = [str(change) for change in results.attrs.get("changes", [])]
    if changes:
        yield Item("Changed on the command line", f"{'; '.join(changes)}.")
    if results.sampled:
        yield Item("Uncertainty", f"{len(results.labels['sample'])} samples, seed {results.attrs.get('seed')}.")
    sources = [str(key) for key in resolved.get("sources", [])]
    if sources:
        yield Item("Sources of the scenario", f"{', '.join(sources)} (spelled out under Sources).")


def _settings(results: Results, given: Mapping[str, Any], name: str, title: str, none: str) -> list[Block]:
    """Table of what a scenario sets: meaning, where it applies, values over the years."""
    rows = setting_rows(results.label_name, given, results.money)
    if not rows:
        return [Paragraph(none)] if none else []
    fills: dict[str, list[str]] = {}
    for key, entries in given.items():
        fill = PARAMETERS[key].fill
        if any("values" in entry for entry in entries) and fill in FILL:
            fills.setdefault(FILL[fill], []).append(key)
    columns = [Column("what"), Column("for"), Column("value")]
    notes = [f"{capital(words)}: {', '.join(keys)}." for words, keys in fills.items()]
    return [Table(name, title, columns, rows, notes=notes)]


def setting_rows(label_name: Names, given: Mapping[str, Any], money: str) -> list[list[Cell]]:
    """What a scenario sets: meaning, labels that it applies to, values over the years.

    Parameters
    ----------
    label_name : callable
        Readable name of a label of a dim.
    given : mapping
        Entries of a resolved scenario by parameter.
    money : str
    """
    return [
        [PARAMETERS[key].meaning, where(label_name, entry), over_time(entry, unit_of(PARAMETERS[key], money))]
        for key, entries in given.items()
        for entry in entries
    ]


def where(label_name: Names, entry: Mapping[str, Any]) -> str:
    """Labels that an entry of a scenario applies to, by their names."""
    parts = []
    for dim in LABELS:
        if dim in entry:
            said = entry[dim] if isinstance(entry[dim], list) else [entry[dim]]
            known = named_like(dim)
            parts.append(listed(["all" if label == "*" else label_name(known, str(label)) for label in said]))
    return "; ".join(parts) or "all"


def unit_of(parameter: Parameter, money: str) -> str:
    """Unit for readers of a scenario: % for shares."""
    if parameter.unit == "1" and parameter.range in ("0-1", "]0,1]", "[0,1[") and parameter.kind == "number":
        return "%"
    return money_unit(parameter.unit, money)


def _shocks(results: Results, given: Any) -> list[Block]:
    rows = shock_rows(results.label_name, given)
    if not rows:
        return [Paragraph("It meets no shock.")]
    columns = [Column("what"), Column("from whom, of what"), Column("when"), Column("share")]
    return [Table("shocks_set", "Shocks of the scenario", columns, rows)]


def shock_rows(label_name: Names, given: Any) -> list[list[Cell]]:
    """Shocks of a scenario: what is denied, by whom of what, when, which share."""
    rows: list[list[Cell]] = []
    for shock in given:
        for kind, said in shock.items():
            share = quantity(said["share"], "%") if "share" in said else "all"
            if "days" in said:
                days = said["days"]
                share += f" for {quantity(days, 'day')}" if isinstance(days, str) else f" for {days} days"
            years = str(said["year"]) if "year" in said else f"{said['from']} to {said['to']}"
            rows.append([SHOCK_WORDS[kind], where(label_name, said), years, share])
    return rows


def _variants(given: Mapping[str, str]) -> list[Block]:
    """Tables that are taken in another variant."""
    if not given:
        return []
    rows: list[list[Cell]] = [[PARAMETERS[name].meaning, f"{name}@{variant}"] for name, variant in given.items()]
    title = "Tables that the scenario takes in another variant"
    return [Table("variants_set", title, [Column("what"), Column("table")], rows)]

"""What a word means: parameters, flows, indicators, labels and abbreviations, from the vocabulary and a dataset."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mfa.errors import Fault, InputError
from mfa.vocabulary import DIMENSIONS, FLOWS, INDICATORS, ITEMS, PARAMETERS, POLICY, PROCESSES, SCRAP, STOCKS, Parameter

if TYPE_CHECKING:
    from mfa.inputs.dataset import Dataset

WIDTH = 98
SHOWN = 100
"""Rows of a table that are shown unless some are picked."""
FILL = {
    "path": "linear between the years given, held before and after",
    "span": "linear between the years given; the first and last year of the run must be given",
    "ramp": "the default before the first year given, linear between, held after",
    "step": "held from each year given to the next, the default before",
    "exact": "only in the years given, the default in all others",
}
RANGES = {
    "any": "any number", ">0": "above 0", ">=0": "0 or above", ">=1": "1 or above", "0-1": "0 to 1",
    "]0,1]": "above 0, up to 1", "[0,1[": "0 up to below 1", "0-10": "0 to 10", "integer >0": "whole number above 0",
    "integer >=0": "whole number, 0 or above",
}  # fmt: skip
DEFAULTS = {"None": "not in effect", "inf": "no limit", "required": "none, it must be given"}
GLOSSARY = {
    "EoL-CR": "eol_collection_rate", "EoL-RR": "eol_recycling_rate", "EoL-RIR": "eol_recycling_input_rate",
    "OSR": "old_scrap_ratio", "NIR": "net_import_reliance", "HHI": "hhi", "SR": "supply_risk",
    "EI": "economic_importance", "N-1": "n_1_cover",
}  # fmt: skip
"""Abbreviations of indicators."""
KINDS: dict[str, Mapping[str, Any]] = {
    "flow": FLOWS, "stock": STOCKS, "item count": ITEMS, "policy outcome": POLICY, "indicator": INDICATORS,
}  # fmt: skip


def overview() -> str:
    """Version, folders of tables and scenarios, and what can be asked for.

    Returns
    -------
    str
    """
    from mfa import __version__
    from mfa.inputs.dataset import shipped, shipped_datasets

    lines = [
        f"mfa {__version__}",
        f"tables:     {shipped('parameters')} (datasets: {', '.join(shipped_datasets()) or 'none'})",
        f"scenarios:  {shipped('scenarios')}",
        "",
    ]
    for title, table in {"parameters": PARAMETERS, **{f"{kind}s": table for kind, table in KINDS.items()}}.items():
        lines += [f"{title}:", *_wrapped(", ".join(table)), ""]
    lines += [
        "mfa info TERM explains one; mfa info PARAMETER --dataset japan shows its rows and sources;",
        "mfa info --estimates shows how much rests on estimates.",
    ]
    return "\n".join(lines)


def explain(term: str, dataset: str | None = None) -> str:
    """Everything that is known by a name.

    Parameters
    ----------
    term : str
        Name of a parameter, flow, stock, indicator, dimension, process or label, an abbreviation such as ``EoL-RR``, or
        a symbol of the equations; labels and years in brackets pick rows of a table: ``content[bev, Co]``.
    dataset : str, optional
        Dataset in which to look up labels, and whose rows of the parameter are shown.

    Returns
    -------
    str

    Raises
    ------
    InputError
        If there is no such term; it says which were probably meant.

    Examples
    --------
    >>> print(explain("in_use"))
    in_use (stock)
      Metal in products in use at year end
      dims     region, time, product, component, element
      unit     t
      process  4 use
    """
    word, picked = _selection(term)
    opened = _dataset(dataset)
    name = _canonical(word, opened)
    entries = list(_entries(name, opened))
    if not entries:
        from mfa.inputs.messages import suggest

        hint = suggest(name, _all_names(opened))
        related = [other for other in _all_names(None) if name.casefold() in _meaning(other).casefold()][:8]
        if not hint.startswith("did you mean"):
            hint = "mfa info lists all terms"
        if related:
            hint += f" (in the meaning of: {', '.join(related)})"
        raise InputError(Fault("", f"no term '{name}'", hint))
    blocks = ["\n".join(entry) for entry in entries]
    if name in PARAMETERS and opened is not None and (dataset or picked):
        blocks.append("\n".join(_rows(PARAMETERS[name], opened, picked)))
    elif picked:
        raise InputError(Fault("", f"labels pick rows of a parameter, and {name} is none", "leave them out"))
    return "\n\n".join(blocks)


def _selection(term: str) -> tuple[str, list[str]]:
    """Name and labels: ``content[bev, Co]`` gives content and bev, Co."""
    match = re.fullmatch(r"\s*([^\[\]]+?)\s*(?:\[([^\[\]]*)\])?\s*", term)
    if not match:
        raise InputError(Fault("", f"'{term}' is not a term", "write a name, or name[label, label]"))
    labels = [label.strip() for label in (match.group(2) or "").split(",") if label.strip()]
    return match.group(1), labels


def _dataset(name: str | None) -> Dataset | None:
    """The dataset asked for, or else the one that comes with mfa and knows most labels."""
    from mfa.inputs.dataset import open_dataset, shipped_datasets

    known = [open_dataset([one]) for one in ([name] if name else shipped_datasets())]
    return max(known, key=lambda dataset: sum(map(len, dataset.labels.values())), default=None)


def _all_names(dataset: Dataset | None) -> list[str]:
    names = [*PARAMETERS, *DIMENSIONS, *PROCESSES.values(), *GLOSSARY]
    for table in KINDS.values():
        names += table
    for labels in dataset.labels.values() if dataset else ():
        names += labels
    return list(dict.fromkeys(names))


def _meaning(name: str) -> str:
    found = [table[name].meaning for table in (PARAMETERS, *KINDS.values()) if name in table]
    return " ".join(found)


def _canonical(word: str, dataset: Dataset | None) -> str:
    """The name that a word stands for, whatever its case, blanks for underscores; the word itself if none."""
    if word in GLOSSARY:
        return GLOSSARY[word]
    names = _all_names(dataset)
    if word in names or any(parameter.symbol == word for parameter in PARAMETERS.values()):
        return word
    folded = {name.casefold(): name for name in reversed(names)}
    name = folded.get(word.casefold()) or folded.get(word.casefold().replace(" ", "_"), word)
    return GLOSSARY.get(name, name)


def _entries(name: str, dataset: Dataset | None) -> Iterator[list[str]]:
    if name in PARAMETERS:
        yield _parameter(PARAMETERS[name])
    for kind, table in KINDS.items():
        if name in table:
            yield _variable(kind, table[name])
    if name in DIMENSIONS:
        yield [f"{name} (dimension)", *_wrapped(DIMENSIONS[name])]
    for number, process in PROCESSES.items():
        if process == name:
            yield _process(number, process)
    for dim, labels in dataset.labels.items() if dataset else ():
        if name in labels:
            label = labels[name]
            facts = {"name": label.name, "group": label.group, "one unit": label.per_unit, "note": label.note}
            yield [f"{name} ({dim} of the dataset {dataset.name if dataset else ''})", *_facts(facts)]
    for parameter in PARAMETERS.values():
        if parameter.symbol == name and parameter.name != name:
            yield _parameter(parameter)


def _parameter(parameter: Parameter) -> list[str]:
    default = str(parameter.default)
    allowed = RANGES.get(parameter.range, parameter.range)
    if parameter.kind == "bool":
        default, allowed = default.lower(), "true or false"
    elif parameter.kind == "text":
        allowed = " or ".join(parameter.range.split())
    elif isinstance(parameter.default, float):
        default = DEFAULTS.get(default, f"{parameter.default:g}")
    else:
        default = DEFAULTS.get(default, default)
    if parameter.sum_over:
        allowed += f", sums to 1 over {parameter.sum_over}"
    facts = {
        "dims": ", ".join(parameter.dims) or "none",
        "unit": parameter.unit,
        "range": allowed,
        "default": default,
        "years": FILL.get(parameter.fill, "the same in all years"),
        "symbol": parameter.symbol,
    }
    return [f"{parameter.name} (parameter: {parameter.group})", *_wrapped(parameter.meaning), *_facts(facts)]


def _variable(kind: str, variable: Any) -> list[str]:
    facts = {"dims": ", ".join(variable.dims), "unit": variable.unit}
    if kind == "flow":
        facts["from"] = f"{variable.source} {PROCESSES[variable.source]}"
        facts["to"] = f"{variable.target} {PROCESSES[variable.target]}"
    if kind == "stock" and variable.process is not None:
        facts["process"] = f"{variable.process} {PROCESSES[variable.process]}"
    if kind == "indicator":
        from mfa.results import LITERATURE

        facts["equation"] = variable.equation
        facts["after"] = LITERATURE.get(variable.name, "")
    return [f"{variable.name} ({kind})", *_wrapped(variable.meaning), *_facts(facts)]


def _process(number: int, process: str) -> list[str]:
    facts = {
        "inflows": ", ".join(flow.name for flow in FLOWS.values() if flow.target == number),
        "outflows": ", ".join(flow.name for flow in FLOWS.values() if flow.source == number),
        "stock": ", ".join(stock.name for stock in STOCKS.values() if stock.process == number),
    }
    return [f"{process} (process {number})", *_facts(facts)]


def _facts(facts: Mapping[str, str]) -> list[str]:
    width = max(len(key) for key in facts) + 2
    return [line for key, text in facts.items() if text for line in _wrapped(text, f"  {key:<{width}}")]


def _wrapped(text: str, begin: str = "  ") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=begin, subsequent_indent=" " * len(begin), break_long_words=False)


# --- rows of a table -------------------------------------------------------------------------------------------------


def _rows(parameter: Parameter, dataset: Dataset, picked: Sequence[str]) -> Iterator[str]:
    """Rows of a parameter in a dataset with provenance and sources; variants after the plain table."""
    sources: dict[str, None] = {}
    files = [*dataset.files(parameter.name)]
    for variant in dataset.variants(parameter.name):
        files += [path for path in dataset.files(parameter.name, variant) if path not in files]
    if not files:
        yield f"no table in the dataset {dataset.name}: the default holds"
        return
    for path in files:
        table = dataset.table(path)
        if table.faults:
            raise InputError(table.faults)
        keys = [column for column in table.header if column in (*DIMENSIONS, "survival", "term")]
        columns = {label: _columns(label, keys, dataset) for label in picked}
        shown: list[list[str]] = []
        notes: list[str] = []
        for cells in table.cells:
            row = dict(zip(table.header, cells, strict=False))
            if not all(any(row[key] in (label, "*") for key in columns[label]) for label in picked):
                continue
            low, high = (_short(row.get(bound, "")) for bound in ("low", "high"))
            bounds = f"{low} to {high}" if low or high else ""
            value = _short(row["value"])
            shown.append([*(row[key] for key in keys), value, bounds, row["unit"], row["provenance"], row["source"]])
            notes.append(row.get("note", ""))
            sources |= dict.fromkeys(key.strip() for key in row["source"].split(";") if key.strip())
        yield f"{path.name} of the dataset {dataset.name}: {len(shown)} of {len(table.cells)} rows"
        most = len(shown) if picked else SHOWN
        header = [*keys, "value", "low to high", "unit", "provenance", "source"]
        yield from _aligned(header, shown[:most], notes[:most])
        if len(shown) > most:
            yield f"  and {len(shown) - most} more: pick some with labels or years, as in content[bev, Co, 2030]"
        yield ""
    if sources:
        yield "sources"
        for key in sources:
            title = dataset.references.field(key, "title") if key in dataset.references else ""
            year = dataset.references.field(key, "year") if key in dataset.references else ""
            yield from _wrapped(f"{key}: {title}{f' ({year})' if year else ''}")


def _columns(label: str, keys: Sequence[str], dataset: Dataset) -> list[str]:
    """Key columns in which a label, or a year, may stand."""
    if label.isdecimal():
        found = [key for key in keys if key in ("time", "cohort")]
    else:
        found = [key for key in keys if label in dataset.labels.get(key, {}) or label in SCRAP and key == "scrap"]
    if not found:
        known = [known for key in keys for known in dataset.labels.get(key, {})]
        from mfa.inputs.messages import suggest

        raise InputError(Fault("", f"'{label}' is no label of this table", suggest(label, known, "labels")))
    return found


def _short(text: str) -> str:
    """Number of a table with six digits."""
    try:
        return f"{float(text):.6g}"
    except ValueError:
        return text


def _aligned(header: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str]) -> Iterator[str]:
    """Rows in columns; a note stands below the last row of those that share it."""
    widths = [max(len(head), *(len(row[i]) for row in rows)) if rows else len(head) for i, head in enumerate(header)]
    yield "  " + "  ".join(f"{head:<{width}}" for head, width in zip(header, widths, strict=True)).rstrip()
    for i, (row, note) in enumerate(zip(rows, notes, strict=True)):
        yield "  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        if note and (i + 1 == len(rows) or notes[i + 1] != note):
            yield from _wrapped(note, "      note: ")

"""What a study compares: scenarios, inputs, results and folders of runs, each with a name, checked to fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import AlignmentError, Fault, InputError, UnitError
from mfa.inputs import Inputs, Scenario, load_scenario
from mfa.inputs.messages import listed, shown_path, suggest
from mfa.inputs.scenario import find_scenario
from mfa.inputs.text_file import path_of
from mfa.results import Results, describe, open_results
from mfa.run import run
from mfa.storage.folders import put_right

if TYPE_CHECKING:
    from mfa.errors import MfaError

RESULTS_FILE = "results.nc"
"""A folder with this file is the folder of a run."""

Item = str | Path | Mapping[str, Any] | Scenario | Inputs | Results
"""A scenario (its name, file or content), the folder of a run, inputs or results."""


@dataclass(frozen=True)
class Frame:
    """What cases must have in common before their numbers may be set side by side."""

    years: tuple[int, int]
    regions: tuple[str, ...]
    elements: tuple[str, ...]
    money: str
    scope: str
    samples: tuple[Any, ...] = ()
    """Labels of the samples."""
    design: tuple[Any, ...] = ()
    """Seed, number of samples and method that they are drawn with, as far as they are known."""


@dataclass(frozen=True)
class Case:
    """One thing to compare: a scenario or inputs that are still to be run, or results.

    Attributes
    ----------
    name : str
        Name in the comparison.
    source : Scenario, Inputs or Results
        What it is.
    scenario : str
        Name of the scenario behind it, by which others say that they build on it.
    ancestors : tuple of str
        Names of the scenarios that it builds on, the nearest first.
    frame : Frame
        Years, labels, money and scope.
    folder : str
        Folder of the run that results were opened from.
    """

    name: str
    source: Scenario | Inputs | Results
    scenario: str
    ancestors: tuple[str, ...]
    frame: Frame
    folder: str = ""


def read_cases(items: Iterable[Item] | Mapping[str, Item], base: Item | None = None) -> tuple[list[Case], str | None]:
    """Read what is to be compared, and find the case that was named as the base.

    Parameters
    ----------
    items : iterable, or mapping of names to items
        Scenarios (name, file, content or `Scenario`), folders of runs, `Inputs` and `Results`, at least two with the
        base; a mapping gives them names of your own.
    base : item, optional
        The base of all others: one of the items or its name, or another scenario, which then comes first.

    Returns
    -------
    cases : list of Case
        In the order given.
    base : str or None
        Name of the base, if one was named.

    Raises
    ------
    InputError
        If an item cannot be read, fewer than two are given, or two have one name.
    """
    given = dict(items) if isinstance(items, Mapping) else {}
    listed_items = list(given.values()) if given else _as_list(items)
    cases, faults = [], []
    for label, item in zip(given or [None] * len(listed_items), listed_items, strict=True):
        try:
            cases.append(read_case(item, label))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    chosen: str | None = None
    if base is not None:
        position = _position(base, listed_items, cases)
        if position is None:
            cases.insert(0, read_case(base))
            position = 0
        cases = _distinct(cases)
        chosen = cases[position].name
    if len(cases) < 2:
        have = f"only {cases[0].name}" if cases else "nothing"
        raise InputError(Fault("compare", f"there is {have} to compare", "name at least two scenarios or runs"))
    return _distinct(cases), chosen


def _as_list(items: Iterable[Item] | Mapping[str, Item]) -> list[Item]:
    return [items] if isinstance(items, str | Path | Scenario | Inputs | Results) else list(items)


def _position(base: Item, items: Sequence[Item], cases: Sequence[Case]) -> int | None:
    """Place of the base among the items: the object itself, or its name in the comparison or as a scenario."""
    for i, (item, case) in enumerate(zip(items, cases, strict=True)):
        if item is base or isinstance(base, str | Path) and str(base) in (str(item), case.name, case.scenario):
            return i
    return None


def _distinct(cases: Sequence[Case]) -> list[Case]:
    """Cases with a name each: results that share theirs with another case are named after their folder."""
    result = []
    for case in cases:
        shared = sum(other.name == case.name for other in cases) > 1
        result.append(replace(case, name=case.folder) if shared and case.folder else case)
    names = [case.name for case in result]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        mend = "name each once, or give them names: compare({'before': ..., 'after': ...}), or name in the file"
        raise InputError([Fault("compare", f"two cases are called {name}", mend) for name in twice])
    return result


def read_case(item: Item, name: str | None = None) -> Case:
    """Read one scenario, folder, inputs or results.

    Parameters
    ----------
    item : Item
        A text is the name of a scenario first, then a path: of a YAML file, or of the folder of a run.
    name : str, optional
        Name in the comparison; that of the scenario if not given.

    Returns
    -------
    Case

    Raises
    ------
    InputError
        If there is no such scenario or run, or it is wrong.
    """
    source, folder = _open(item)
    if isinstance(source, Scenario):
        every = source.dataset.label_names()["element"]
        span = (int(source.years[0]), int(source.years[-1]))
        frame = Frame(span, tuple(source.regions), tuple(every), source.dataset.money, source.scope)
        return Case(name or source.name, source, source.name, source.bases, frame)
    attrs = source.attrs
    scenario = str(attrs.get("scenario") or name or "unnamed")
    frame = Frame(
        (int(source.years[0]), int(source.years[-1])),
        tuple(source.labels["region"]),
        tuple(source.labels["element"]),
        source.money,
        str(attrs.get("scope") or "products"),
        tuple(source.labels.get("sample", ())),
        tuple(attrs.get(key) for key in ("seed", "samples", "sampling")),
    )
    return Case(name or scenario, source, scenario, tuple(attrs.get("bases") or ()), frame, folder)


def _open(item: Item) -> tuple[Scenario | Inputs | Results, str]:
    """What an item is, and the folder that it was opened from if it is the folder of a run."""
    if isinstance(item, Scenario | Inputs | Results):
        return item, ""
    if isinstance(item, Mapping):
        return load_scenario(item), ""
    if not isinstance(item, str | Path):
        what = f"{type(item).__name__} is neither a scenario nor results"
        raise InputError(Fault("compare", what, "give names, paths, mfa.Scenario, mfa.Inputs or mfa.Results"))
    try:
        find_scenario(item)
    except InputError:
        folder = path_of(item)
        put_right(folder)
        if (folder / RESULTS_FILE).is_file() or folder.is_file() and folder.name == RESULTS_FILE:
            return open_results(folder), shown_path(folder if folder.is_dir() else folder.parent)
        if folder.is_dir():
            mend = "give the folder of a run, such as runs/japan-reference, or a scenario"
            raise InputError(Fault(shown_path(folder), f"has no {RESULTS_FILE}", mend)) from None
        raise
    return load_scenario(item), ""


# --- whether they fit ------------------------------------------------------------------------------------------------


def check_frames(
    cases: Sequence[Case], regions: Sequence[str] | None = None, elements: Sequence[str] | None = None
) -> tuple[list[str], list[str]]:
    """Check that cases have years, regions, elements, money, scope and samples in common.

    Parameters
    ----------
    cases : sequence of Case
        The odd ones out are named, and what the most have is taken as wanted.
    regions, elements : sequence of str, optional
        Those to compare; cases may differ in the others. All, which then must be the same, if not given.

    Returns
    -------
    regions, elements : list of str
        Those to compare.

    Raises
    ------
    AlignmentError, UnitError, InputError
        With all faults; the first two if all are of that kind.
    """
    faults: list[tuple[type[MfaError], Fault]] = []

    def odd(kind: type[MfaError], values: Sequence[Any], words: str, texts: Sequence[str], mend: str) -> None:
        """Note the cases that differ from what most have; the earlier of two that are as frequent is right."""
        usual = values.index(max(values, key=values.count))
        for case, value, text in zip(cases, values, texts, strict=True):
            if value != values[usual]:
                what = f"{words.format(text)}, the others {texts[usual]}"
                faults.append((kind, Fault(case.name, what, mend)))

    frames = [case.frame for case in cases]
    spans = [f"{frame.years[0]}-{frame.years[1]}" for frame in frames]
    odd(AlignmentError, spans, "runs {}", spans, "give all the same years")
    money = [frame.money for frame in frames]
    odd(UnitError, money, "counts in {}", money, "run all in one money")
    scopes = [frame.scope for frame in frames]
    odd(AlignmentError, scopes, "has the scope {}", scopes, "give all the same scope")
    _check_samples(cases, faults)
    chosen: dict[str, list[str]] = {}
    for what, asked in (("regions", regions), ("elements", elements)):
        every: tuple[str, ...] = getattr(frames[0], what)
        if asked is not None:
            chosen[what] = list(dict.fromkeys(asked))
            if not chosen[what]:
                faults.append(
                    (InputError, Fault("compare", f"no {what} are named", f"choose from {listed(every, 20)}"))
                )
            for case in cases:
                have: tuple[str, ...] = getattr(case.frame, what)
                for label in chosen[what]:
                    if label not in have:
                        fault = Fault(case.name, f"has no {what[:-1]} '{label}'", suggest(label, have, what))
                        faults.append((InputError, fault))
            continue
        chosen[what] = list(every)
        common = [label for label in every if all(label in getattr(case.frame, what) for case in cases)]
        mend = f"compare what all have: {what}={common}, --{what[:-1]} {','.join(common)}"
        labels = [getattr(frame, what) for frame in frames]
        texts = [listed(found, 12) for found in labels]
        odd(AlignmentError, labels, f"has the {what} {{}}", texts, mend if common else "there are none that all have")
    if faults:
        kinds = {kind for kind, _ in faults}
        raise (kinds.pop() if len(kinds) == 1 else InputError)([fault for _, fault in faults])
    return chosen["regions"], chosen["elements"]


def _check_samples(cases: Sequence[Case], faults: list[tuple[type[MfaError], Fault]]) -> None:
    """Note cases whose samples are not those of the first that has any."""
    sampled = [case for case in cases if case.frame.samples]
    mend = "draw the same samples in all scenarios, so that differences are those of the policies"
    for case in sampled[1:]:
        mine, first = case.frame, sampled[0].frame
        if (mine.samples, mine.design) != (first.samples, first.design):
            what = f"has {_drawn(mine)}, {sampled[0].name} has {_drawn(first)}"
            faults.append((AlignmentError, Fault(case.name, what, mend)))


def _drawn(frame: Frame) -> str:
    """Samples of a case in words."""
    seed, size, method = frame.design
    words = [f"{len(frame.samples)} samples"]
    if frame.samples and frame.samples[0] != 0:
        words.append(f"from {frame.samples[0]} on")
    if seed is not None:
        words.append(f"of seed {seed}")
    if size is not None:
        words.append(f"out of {size}")
    return " ".join(words) + (f" ({method})" if method is not None else "")


# --- running ---------------------------------------------------------------------------------------------------------


def results_of(case: Case, detail: str | None = None) -> Results:
    """Results of a case: those that it is, or of a run.

    Parameters
    ----------
    case : Case
        What to run.
    detail : {"full", "totals"}, optional
        As for `mfa.run`; totals of many samples, all of a single run, if not given. A run with several domestic primary
        sources keeps all detail, because its cost needs them.

    Returns
    -------
    Results
    """
    if isinstance(case.source, Results):
        return case.source
    inputs = case.source.inputs() if isinstance(case.source, Scenario) else case.source
    domestic = inputs.arrays.get("origin_domestic")
    if domestic is not None and np.count_nonzero(domestic.values) > 1:
        detail = "full"
    results = run(inputs, detail=detail or ("totals" if "sample" in inputs.labels else "full"))
    if isinstance(case.source, Scenario):
        describe(results, case.source)
    return results

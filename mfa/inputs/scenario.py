"""A scenario: a named set of small changes on a dataset, or on another scenario."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError, MfaError
from mfa.inputs.dataset import SCOPED, Dataset, is_dataset, open_dataset, shipped
from mfa.inputs.grids import Axes
from mfa.inputs.messages import also, capped, suggest
from mfa.inputs.overrides import Reader, Record
from mfa.inputs.shocks import Shock, read_shocks
from mfa.inputs.text_file import path_of
from mfa.inputs.yaml_file import KeyPath, Source, parse_yaml, read_yaml
from mfa.vocabulary import PARAMETERS, SCRAP

if TYPE_CHECKING:
    from mfa.inputs.arrays import Inputs
    from mfa.inputs.sampling.settings import Settings

KEYS = (
    "name", "title", "description", "sources", "base", "dataset", "years", "regions", "scope", "variants",
    "overrides", "policy", "shocks", "uncertainty", "explore",
)  # fmt: skip
SECTIONS = ("overrides", "policy")
TEXTS = ("name", "title", "description", "scope")
DEFAULT_SCOPE = "products"
_FOLDER_NAME = re.compile(r"(?!.*\.\.)[\w(][\w .,()+-]{0,99}(?<![ .])")
"""What can name a run's folder on every system."""


@dataclass(frozen=True)
class Change:
    """What one file, or one call, says of one parameter in `overrides` or `policy`."""

    section: str
    parameter: str
    spec: Any
    path: KeyPath
    source: Source


@dataclass(frozen=True)
class Scenario:
    """A scenario with its bases resolved, checked against its dataset.

    Get one with `load_scenario`; it never changes: `with_changes` returns another.
    """

    name: str
    settings: dict[str, Any]
    """Key to value, path and source of each top-level key but overrides and policy, nearest file first."""
    changes: tuple[Change, ...]
    places: dict[str, tuple[KeyPath, Source]] = field(default_factory=dict, repr=False)
    files: tuple[Path, ...] = ()
    bases: tuple[str, ...] = ()
    """Names of the scenarios that it builds on, the nearest first."""

    # --- what it says ------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """One line."""
        return str(self.settings.get("title") or self.name)

    @property
    def description(self) -> str:
        """What is assumed, and on whose word."""
        return " ".join(str(self.settings.get("description") or "").split())

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of references.bib for what the scenario changes."""
        given = self.settings.get("sources") or ()
        keys = given.split(";") if isinstance(given, str) else given
        return tuple(str(key).strip() for key in keys)

    @property
    def scope(self) -> str:
        """Which needs outside the product list count."""
        return str(self.settings.get("scope") or DEFAULT_SCOPE)

    @property
    def variants(self) -> dict[str, str]:
        """Variant of a table by parameter."""
        return dict(self.settings.get("variants") or {})

    @cached_property
    def dataset(self) -> Dataset:
        """The dataset, opened."""
        _, source = self.places.get("dataset", ((), Source()))
        return open_dataset(self.settings["dataset"], source.folder)

    @cached_property
    def years(self) -> np.ndarray:
        """The run's years."""
        start, stop = self.settings["years"]
        return np.arange(start, stop + 1, dtype=np.int64)

    @property
    def regions(self) -> list[str]:
        """Regions of the run, in the order of the dataset."""
        every = self.dataset.label_names()["region"]
        given = self.settings.get("regions")
        if not given:
            return every
        wanted = [given] if isinstance(given, str) else given
        return [region for region in every if region in wanted]

    @cached_property
    def axes(self) -> Axes:
        """Labels and years of the run; the cohorts are the years unless an initial stock brings earlier ones."""
        labels = {**self.dataset.label_names(), "scrap": list(SCRAP), "region": self.regions}
        return Axes(labels, self.years, self.years)

    @cached_property
    def uncertainty(self) -> Settings:
        """What varies, in which factors, and what goes together: the section `uncertainty`.

        Raises
        ------
        InputError
            With all faults of the section.
        """
        settings, faults = self._read_uncertainty()
        if faults:
            raise InputError(faults)
        return settings

    # --- reading -----------------------------------------------------------------------------------------------------

    def _read_uncertainty(self) -> tuple[Settings, list[Fault]]:
        from mfa.inputs.sampling.settings import read_settings

        reader = Reader(self.axes, self.dataset.money, (self.dataset.first_year, self.dataset.last_year))

        def place(key: str, i: int | None = None) -> tuple[KeyPath, Source]:
            whole = self.places.get("uncertainty", (("uncertainty",), Source()))
            found = self.places.get(f"uncertainty.{key}", ((*whole[0], key), whole[1]))
            return found if i is None else self.places.get(f"uncertainty.{key}.{i}", ((*found[0], i), found[1]))

        settings = read_settings(self.settings.get("uncertainty") or {}, place, reader, self.dataset)
        return settings, reader.faults

    def read(self) -> tuple[list[Record], list[Shock], list[Fault]]:
        """Records and shocks in the order in which they apply, and their faults."""
        reader = Reader(self.axes, self.dataset.money, (self.dataset.first_year, self.dataset.last_year))
        records: list[Record] = []
        for change in self.changes:
            parameter = PARAMETERS.get(change.parameter)
            if parameter is None:  # told here, beside all that is wrong with the others
                reader.faults.append(_unknown_parameter(change.source, change.path))
            else:
                records += reader.records(parameter, change.spec, change.path, change.source)
        path, source = self.places.get("shocks", (("shocks",), Source()))
        shocks = read_shocks(self.settings.get("shocks"), path, source, reader)
        return records, shocks, reader.faults

    def check(self) -> list[Fault]:
        """All faults of the scenario itself: settings, labels, years, units; not those of the tables."""
        faults, axes_stand = _check_settings(self)
        return faults + self.read()[2] + self._read_uncertainty()[1] if axes_stand else faults

    def inputs(self) -> Inputs:
        """Read the tables, apply what the scenario changes, and check the whole.

        Returns
        -------
        Inputs

        Raises
        ------
        InputError
            With all faults of the tables, or of the scenario, or of what they make together.
        """
        from mfa.inputs.loading import load_inputs

        return load_inputs(self)

    def with_changes(self, changes: Mapping[str, Any]) -> Scenario:
        """Return the scenario with some keys changed.

        Parameters
        ----------
        changes : mapping of str to Any
            By dotted key: a top-level key such as ``scope`` or ``years.stop``; ``policy.collection_quota`` or
            ``overrides.opex``, further down by labels and year; or just a parameter's name. Values as in a file.

        Raises
        ------
        InputError
            With all faults of the changes.

        Examples
        --------
        >>> scenario = load_scenario("japan-reference")
        >>> quota = {"policy.collection_quota.smartphone.small_battery": {2030: 0.7}}
        >>> scenario.with_changes({"name": "quota", **quota}).name
        'quota'
        """
        changed = _changed(self, changes)
        faults = changed.check()
        if faults:
            raise InputError(faults)
        return changed

    def resolved(self) -> dict[str, Any]:
        """The scenario with its bases worked in, as plain data that `load_scenario` reads again."""
        plain: dict[str, Any] = {"name": self.name}
        for key in ("title", "description"):
            if self.settings.get(key):
                plain[key] = getattr(self, key)
        if self.sources:
            plain["sources"] = list(self.sources)
        home = shipped("parameters")
        plain["dataset"] = [folder.name if folder.parent == home else str(folder) for folder in self.dataset.folders]
        plain["years"] = [int(self.years[0]), int(self.years[-1])]
        plain["regions"] = self.regions
        plain["scope"] = self.scope
        if self.variants:
            plain["variants"] = self.variants
        last = {change.parameter: change.section for change in self.changes}
        for record in self.read()[0]:
            section = plain.setdefault(last[record.parameter.name], {})
            section.setdefault(record.parameter.name, []).append(record.plain)
        for key in ("shocks", "uncertainty"):
            if self.settings.get(key):
                plain[key] = self.settings[key]
        return json.loads(json.dumps(plain, default=str), object_hook=_years_back)

    def digest(self) -> str:
        """Hash of the resolved scenario."""
        return hashlib.sha256(json.dumps(self.resolved(), sort_keys=True, default=str).encode()).hexdigest()


def _years_back(data: dict[str, Any]) -> dict[Any, Any]:
    return {int(key) if key.isdecimal() and len(key) == 4 else key: value for key, value in data.items()}


# --- loading ---------------------------------------------------------------------------------------------------------


def scenario_files() -> dict[str, Path]:
    """Shipped scenarios by name."""
    folder = shipped("scenarios")
    return {path.stem: path for path in sorted(folder.glob("*.yaml"), key=lambda p: p.stem)} if folder.is_dir() else {}


def find_scenario(name: str | Path, beside: Path | None = None) -> Path:
    """File of a scenario: a path, or the name of a shipped scenario.

    Raises
    ------
    InputError
        If there is no such file.
    """
    given = path_of(name)
    for folder in ([beside] if beside else []) + [Path.cwd()]:
        for path in (folder / given, folder / f"{given}.yaml"):
            if path.is_file() and path.suffix in (".yaml", ".yml"):
                return path
    shipped_files = scenario_files()
    if str(name) in shipped_files:
        return shipped_files[str(name)]
    mend = also(suggest(str(name), shipped_files, "shipped scenarios"), "give the path of a .yaml file")
    raise InputError(Fault("", f"no scenario '{name}'", mend))


def load_scenario(name: str | Path | Mapping[str, Any], overrides: Mapping[str, Any] | None = None) -> Scenario:
    """Load a scenario with its bases, checked against its dataset.

    Parameters
    ----------
    name : str, Path or mapping
        Name of a shipped scenario, path of a YAML file, or its content as a dict.
    overrides : mapping, optional
        Changes as for `Scenario.with_changes`.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        With all faults of the file: syntax, unknown keys, labels, years, units, ranges.
    """
    scenario, faults = resolve(name)
    if scenario is None:
        raise InputError(faults)
    if overrides and not faults:
        scenario = _changed(scenario, overrides)
    faults += scenario.check()
    if faults:
        where = scenario.files[0].name if scenario.files else scenario.name
        raise InputError(capped(faults, where))
    return scenario


def resolve(name: str | Path | Mapping[str, Any]) -> tuple[Scenario | None, list[Fault]]:
    """Read a scenario and its bases; all faults of the files' form.

    Unknown keys are told and left out, so that they hide no fault of the rest; other faults leave no scenario.
    """
    faults: list[Fault] = []
    unknown: list[Fault] = []
    layers = list(_layers(name, faults, unknown, (), None))
    if faults or not layers:
        return None, unknown + faults
    settings: dict[str, Any] = {}
    places: dict[str, tuple[KeyPath, Source]] = {}
    changes: list[Change] = []
    for data, source, _ in reversed(layers):  # the base first
        for key, value in data.items():
            if key in SECTIONS:
                for parameter, spec in (value or {}).items():
                    changes.append(Change(key, parameter, spec, (key, parameter), source))
            elif key == "variants":
                settings[key] = {**settings.get(key, {}), **(value or {})}
                places[key] = ((key,), source)
            elif key == "uncertainty":
                settings[key] = _laid_over(settings.get(key, {}), value or {}, source, places)
            elif key != "base":
                settings[key] = value
                places[key] = ((key,), source)
    nearest, source, path = layers[0]
    if "name" not in nearest:
        settings["name"] = path.stem if path else "scenario"
    for key in ("title", "description", "sources"):
        if key not in nearest:
            settings.pop(key, None)
    files = tuple(path for _, _, path in layers if path is not None)
    for key, mend in (("dataset", "dataset: japan"), ("years", "years: [1990, 2060]")):
        if settings.get(key) is None:
            faults.append(source.fault((), f"no {key}", f"write {mend}, or name a base that has it"))
    if faults:
        return None, unknown + faults
    bases = tuple(str(data.get("name") or (path.stem if path else "scenario")) for data, _, path in layers[1:])
    return Scenario(str(settings["name"]), settings, tuple(changes), places, files, bases), unknown


def _laid_over(
    base: Mapping[str, Any], given: Mapping[str, Any], source: Source, places: dict[str, tuple[KeyPath, Source]]
) -> dict[str, Any]:
    """Section `uncertainty` over that of the base: `by` entry by entry, lists of records behind those of the base.

    Notes where each key and each record stands.
    """
    from mfa.inputs.sampling.settings import RECORD_LISTS

    merged = {**base, **given}
    if isinstance(base.get("by"), dict) and isinstance(given.get("by"), dict):
        merged["by"] = {**base["by"], **given["by"]}
    for key, value in given.items():
        places[f"uncertainty.{key}"] = (("uncertainty", key), source)
        if key in RECORD_LISTS and isinstance(value, list):
            known = base.get(key)
            before = known if isinstance(known, list) else []
            merged[key] = [*before, *value]
            for i in range(len(value)):
                places[f"uncertainty.{key}.{len(before) + i}"] = (("uncertainty", key, i), source)
    places["uncertainty"] = (("uncertainty",), source)
    return merged


Layer = tuple[dict[str, Any], Source, Path | None]


def _layers(
    name: str | Path | Mapping[str, Any],
    faults: list[Fault],
    unknown: list[Fault],
    chain: tuple[str, ...],
    beside: Path | None,
) -> Iterator[Layer]:
    """Yield a scenario's data and then those of its bases."""
    path: Path | None = None
    if isinstance(name, Mapping):
        data, source = dict(name), Source(str(name.get("name", "scenario")))
    else:
        try:
            path = find_scenario(name, beside)
        except InputError as error:
            faults += error.faults
            return
        data, source, found = read_yaml(path)
        if found:
            faults += capped(found, source.name)
            return
    faults += _check_form(data, source)
    if not isinstance(data, dict):
        return
    unknown += _unknown_keys(data, source)
    data = {key: value for key, value in data.items() if key in KEYS}
    data["years"] = _years(data["years"], source, faults) if "years" in data else None
    if data["years"] is None:
        del data["years"]
    yield data, source, path
    base = data.get("base")
    if base is None:
        return
    identity = str(path.resolve()) if path else source.name
    chain = (*chain, identity)
    if not isinstance(base, str):
        faults.append(source.fault(("base",), f" = {base} is not a name", "name one scenario"))
        return
    try:
        base_path = find_scenario(base, source.folder)
    except InputError as error:
        faults += [source.fault(("base",), f": {fault.what}", fault.mend) for fault in error.faults]
        return
    if str(base_path.resolve()) in chain:
        names = [Path(link).stem for link in chain[chain.index(str(base_path.resolve())) :]]
        what = f" refers back to itself: {' -> '.join([*names, base_path.stem])}"
        faults.append(source.fault(("base",), what, "let the chain of bases end"))
        return
    yield from _layers(base_path, faults, unknown, chain, source.folder)


def _explore_faults(given: Any, source: Source) -> list[Fault]:
    """Faults in the form of what readers of a page can move."""
    mend = "write - {vary: policy.keep_share.bev=0:0.8:3, title: Used cars kept, names: [none, some, most]}"
    if not isinstance(given, list):
        return [source.fault(("explore",), " is not a list", mend)]
    faults = []
    for i, record in enumerate(given):
        if not isinstance(record, dict) or not isinstance(record.get("vary"), str):
            faults.append(source.fault(("explore", i), " names nothing to vary", mend))
            continue
        for key in record:
            if key not in ("vary", "title", "names"):
                hint = suggest(str(key), ("vary", "title", "names"), "keys")
                faults.append(source.fault(("explore", i, key), ": unknown key", hint))
        if "names" in record and not isinstance(record["names"], list):
            faults.append(source.fault(("explore", i, "names"), " is not a list", "give a name for each value"))
    return faults


def _unknown_parameter(source: Source, path: KeyPath) -> Fault:
    return source.fault(path, ": unknown parameter", suggest(str(path[-1]), PARAMETERS, "parameters"))


def _unknown_keys(data: Mapping[Any, Any], source: Source) -> list[Fault]:
    """Keys that no scenario has."""
    faults = []
    for key in data:
        if key not in KEYS:
            known = key in PARAMETERS
            mend = "put parameters under overrides or policy" if known else suggest(str(key), KEYS, "keys")
            faults.append(source.fault((key,), ": unknown key", mend))
    return faults


def _check_form(data: Any, source: Source) -> list[Fault]:
    """Faults of keys and kinds that need no dataset."""
    if not isinstance(data, dict):
        return [source.fault((), "is not a scenario", "write keys such as name, dataset, years, policy")]
    faults = []
    for key, value in data.items():
        if key in TEXTS and (not isinstance(value, (str, int, float)) or isinstance(value, bool)):
            faults.append(source.fault((key,), " is not text", f"write {key}: some words"))
        elif key == "name" and not _FOLDER_NAME.fullmatch(str(value)):
            mend = "a run's folder is named after it: write letters, digits, -, _, . and spaces, at most 100"
            faults.append(source.fault((key,), f" = {str(value)[:100]!r} cannot be a name", mend))
        elif key in (*SECTIONS, "variants", "uncertainty") and not isinstance(value, (dict, type(None))):
            faults.append(source.fault((key,), " is not a mapping", "write one key per parameter below it"))
        elif key == "explore":
            faults += _explore_faults(value, source)
    variants = data.get("variants")
    for parameter, said in variants.items() if isinstance(variants, dict) else ():
        if parameter not in PARAMETERS:
            faults.append(_unknown_parameter(source, ("variants", parameter)))
        elif isinstance(said, (dict, list, bool)):
            faults.append(source.fault(("variants", parameter), f" = {said} is not a name", "name one variant"))
    for key in ("dataset", "regions", "sources"):
        value = data.get(key)
        if value is not None and not isinstance(value, str):
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value) or not value:
                faults.append(source.fault((key,), f" = {value} is not a name or a list of names", "write names"))
                continue
            for name in dict.fromkeys(name for name in value if value.count(name) > 1):
                faults.append(source.fault((key,), f": '{name}' stands twice", "name every one once"))
    if faults:  # nothing below the sections is read: what is unknown there is told at once
        for section in SECTIONS:
            given = data.get(section)
            names = [name for name in given if name not in PARAMETERS] if isinstance(given, dict) else []
            faults += [_unknown_parameter(source, (section, name)) for name in names]
    return faults


def _years(given: Any, source: Source, faults: list[Fault]) -> tuple[int, int] | None:
    """Read years as {start, stop}, [start, stop] or a longer list of consecutive years."""
    path = ("years",)
    if isinstance(given, dict):
        for key in given:
            if key not in ("start", "stop"):
                faults.append(source.fault((*path, key), ": unknown key", suggest(str(key), ["start", "stop"])))
        listed = [given.get("start"), given.get("stop")]
    else:
        listed = list(given) if isinstance(given, (list, tuple)) else [given]
    years = [year for year in listed if isinstance(year, int) and not isinstance(year, bool)]
    if len(years) < 2 or len(years) < len(listed):
        faults.append(source.fault(path, f" = {given} is not a span of years", "write [1990, 2060]"))
        return None
    for year, following in zip(years, years[1:], strict=False):
        if following == year:
            faults.append(source.fault(path, f": {year} stands twice", "write the first and the last year of the run"))
            return None
        if following < year:
            faults.append(source.fault(path, f": {following} after {year}: years run backwards", "write [start, stop]"))
            return None
        if len(years) > 2 and following != year + 1:
            mend = "the model counts in single years; write [start, stop]"
            faults.append(source.fault(path, f": {year + 1} is missing, the first gap", mend))
            return None
    return years[0], years[-1]


def _check_settings(scenario: Scenario) -> tuple[list[Fault], bool]:
    """Faults of settings against the dataset, and whether its labels, years and regions stand: the rest needs them."""
    faults: list[Fault] = []

    def fault(key: KeyPath, what: str, mend: str) -> None:
        path, source = scenario.places.get(str(key[0]), ((), Source()))
        faults.append(source.fault((*path, *key[1:]), what, mend))

    try:
        dataset = scenario.dataset
    except MfaError as error:
        path, source = scenario.places["dataset"]
        told = [entry if entry.where else source.fault(path, f": {entry.what}", entry.mend) for entry in error.faults]
        return told, False
    regions = scenario.settings.get("regions")
    every = dataset.label_names()["region"]
    for region in [regions] if isinstance(regions, str) else regions or ():
        if region not in every:
            fault(("regions",), f": unknown region '{region}'", suggest(region, every, "regions"))
    first, last = dataset.first_year, dataset.last_year
    start, stop = scenario.settings["years"]
    if (first is not None and start < first) or (last is not None and stop > last):
        mend = f"stay within, or give first_year and last_year in the data package of {dataset.name}"
        fault(("years",), f": {start} to {stop} leaves the dataset's {first} to {last}", mend)
    axes_stand = not faults
    for parameter, variant in scenario.variants.items():
        known = dataset.variants(parameter)
        if variant is not None and str(variant) not in known:
            mend = suggest(str(variant), known, f"variants of {parameter}")
            fault(("variants", parameter), f": no table {parameter}@{variant}.csv in {dataset.name}", mend)
    scopes = dataset.variants(SCOPED)
    if scenario.scope != DEFAULT_SCOPE and scenario.scope not in scopes:
        mend = suggest(scenario.scope, [DEFAULT_SCOPE, *scopes], "scopes")
        fault(("scope",), f": no table {SCOPED}@{scenario.scope}.csv in {dataset.name}", mend)
    for key in scenario.sources:
        if key not in dataset.references:
            mend = suggest(key, dataset.references)
            mend = mend if mend.endswith("?") else "add the entry to references.bib"
            fault(("sources",), f": unknown source '{key}'", mend)
    return faults, axes_stand


# --- changes ---------------------------------------------------------------------------------------------------------


def parse_changes(texts: Sequence[str]) -> dict[str, Any]:
    """Read changes written as ``key=value``, the value as in a scenario file.

    Raises
    ------
    InputError
        If one has no ``=``, or its value is not YAML.

    Examples
    --------
    >>> parse_changes(["policy.keep_share=0.5", "policy.collection_penalty.bev=20000 USD_2024/t"])
    {'policy.keep_share': 0.5, 'policy.collection_penalty.bev': '20000 USD_2024/t'}
    """
    changes: dict[str, Any] = {}
    faults: list[Fault] = []
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            faults.append(Fault(text, "is not a change", "write key=value, such as policy.keep_share=0.5"))
            continue
        if not value.strip():
            faults.append(Fault(text, "has no value after =", "write one, such as policy.keep_share=0.5"))
            continue
        data, _, found = parse_yaml(value, Source(text))
        faults += [Fault(text, fault.what, fault.mend) for fault in found]
        if key.strip() in changes:
            faults.append(Fault(text, f"{key.strip()} is set twice", "set it once"))
        changes[key.strip()] = data
    if faults:
        raise InputError(faults)
    return changes


def _changed(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Apply changes without checking them against the dataset."""
    settings, places = dict(scenario.settings), dict(scenario.places)
    added = list(scenario.changes)
    faults: list[Fault] = []
    for text, value in changes.items():
        parts: list[str | int] = [int(part) if part.isdecimal() else part for part in str(text).split(".")]
        if parts[0] in PARAMETERS and parts[0] not in KEYS:
            sections = [change.section for change in added if change.parameter == parts[0]]
            parts.insert(0, sections[-1] if sections else "overrides")
        head, source = str(parts[0]), Source()
        if head in SECTIONS:
            given = value if len(parts) == 1 else {parts[1]: _nest(parts[2:], value)}
            found = _check_form({head: dict(given) if isinstance(given, Mapping) else given}, source)
            if not isinstance(given, Mapping) and not found:
                found = [source.fault((head,), " has no value", "name a parameter below it")]
            faults += found
            if not found:
                added += [Change(head, str(name), spec, (head, str(name)), source) for name, spec in given.items()]
        elif head in KEYS and head != "base":
            new = _put(settings.get(head), parts[1:], value, source, (head,), faults)
            form = {head: list(new) if isinstance(new, tuple) else new}
            faults += _check_form(form, source)
            settings[head] = _years(form[head], source, faults) if head == "years" else new
            folder = places[head][1].folder if head in places and len(parts) > 1 else None
            places[head] = ((head,), replace(source, folder=folder))
            if head == "uncertainty":
                for key in [str(parts[1])] if len(parts) > 1 else map(str, new or {}):
                    for old in [place for place in places if place.startswith(f"{head}.{key}.")]:
                        del places[old]  # records of the files
                    places[f"{head}.{key}"] = ((head, key), source)
        elif head == "base":
            faults.append(Fault(f"change {text}", "the base cannot be changed", "load the other scenario instead"))
        else:
            mend = suggest(head, [*KEYS, *PARAMETERS], "keys")
            faults.append(Fault(f"change {text}", "unknown key", mend))
    if faults:
        raise InputError(faults)
    renamed = str(settings["name"]) != scenario.name
    bases = (scenario.name, *scenario.bases) if renamed else scenario.bases
    return Scenario(str(settings["name"]), settings, tuple(added), places, scenario.files, bases)


def _nest(parts: Sequence[str | int], value: Any) -> Any:
    for part in reversed(parts):
        value = {part: value}
    return value


def _put(data: Any, parts: Sequence[str | int], value: Any, source: Source, path: KeyPath, faults: list[Fault]) -> Any:
    """Return data with the value put at the place that the parts lead to."""
    if not parts:
        return value
    part = parts[0]
    if path == ("years",) and isinstance(data, tuple):
        data = {"start": data[0], "stop": data[1]}
    if isinstance(data, list):
        if not isinstance(part, int) or not 0 <= part < len(data):
            what = f": no entry {part}"
            faults.append(source.fault(path, what, f"there are {len(data)}, counted from 0"))
            return data
        inner = _put(data[part], parts[1:], value, source, (*path, part), faults)
        return [inner if i == part else item for i, item in enumerate(data)]
    if data is not None and not isinstance(data, Mapping):
        faults.append(source.fault((*path, part), ": nothing stands below", f"change {path[0]} itself"))
        return data
    given = dict(data or {})
    given[part] = _put(given.get(part), parts[1:], value, source, (*path, part), faults)
    return given


def list_scenarios() -> list[tuple[str, str]]:
    """Name and title of every shipped scenario; a file that cannot be read says so.

    Examples
    --------
    >>> [name for name, title in list_scenarios() if name == "japan-reference"]
    ['japan-reference']
    """
    found = []
    for name, path in scenario_files().items():
        data, _, faults = read_yaml(path)
        title = data.get("title", "") if isinstance(data, dict) and not faults else "cannot be read: run mfa validate"
        found.append((name, str(title)))
    return found


__all__ = [
    "Scenario", "find_scenario", "is_dataset", "list_scenarios", "load_scenario", "parse_changes", "scenario_files",
]  # fmt: skip

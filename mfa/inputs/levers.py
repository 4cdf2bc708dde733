"""Levers of a study: a key of a scenario and the values that it takes, written as on the command line.

``policy.keep_share=0:0.8:5`` is five values from 0 to 0.8, ``policy.collection_penalty.bev=0:60000:4 USD_2024/t`` has a
unit, ``policy.invest=false,true`` is a list. A study that searches names a range only: ``policy.keep_share=0:0.8``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mfa.errors import Fault, InputError, UnitError
from mfa.inputs.messages import capped, number, suggest
from mfa.inputs.overrides import Reader, Record
from mfa.inputs.scenario import KEYS, SECTIONS, Scenario
from mfa.inputs.yaml_file import Source, parse_yaml
from mfa.units import conversion_factor
from mfa.vocabulary import PARAMETERS, Parameter

KeyParts = tuple[str | int, ...]
Vary = Sequence[str] | Mapping[str, Any]
"""What varies: texts ``KEY=VALUES``, or values by key."""
SHOCKS = "shocks"
FIXED = {
    "timing": "is one word for the whole run",
    "origin_domestic": "decides what an origin is",
}
"""Parameters that cannot differ between the points of a study."""
_NUMBER = r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_QUANTITY = re.compile(rf"\s*({_NUMBER})\s*(.*?)\s*")
_WHOLE = re.compile(r"[-+]?\d+")


@dataclass(frozen=True)
class Lever:
    """One key and the values that it takes.

    Attributes
    ----------
    key : str
        As it was written.
    name : str
        The key without its section: the name of the dim in results.
    parts : tuple of str and int
        The key, with its section, split at the dots.
    values : tuple of float, or of str
        In `unit`; texts where values are no numbers.
    unit : str
        ``1`` for a pure number.
    given : tuple
        The values as they would stand in a scenario file.
    """

    key: str
    name: str
    parts: KeyParts
    values: tuple[Any, ...]
    unit: str
    given: tuple[Any, ...]

    @property
    def parameter(self) -> Parameter | None:
        """The parameter; none for a key of a shock."""
        return PARAMETERS[str(self.parts[1])] if self.parts[0] in SECTIONS else None

    @property
    def labels(self) -> tuple[str, ...]:
        """What follows the parameter's name in the key: labels and perhaps a year."""
        return tuple(map(str, self.parts[2:] if self.parts[0] in SECTIONS else self.parts[1:]))

    @property
    def title(self) -> str:
        """Meaning of the parameter and the labels that it is changed for."""
        if self.parameter is None:
            return f"Shock, {' '.join(self.labels)}"
        where = f" ({', '.join(self.labels)})" if self.labels else ""
        return f"{self.parameter.meaning.partition(';')[0].partition(', of ')[0]}{where}"

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers, so that they have an order and a scale."""
        return all(isinstance(value, float) for value in self.values)

    def show(self, position: int, digits: int = 4) -> str:
        """One value for readers, with its unit."""
        value = self.values[position]
        text = number(float(f"{value:.{digits}g}")) if isinstance(value, float) else str(value)
        return text if self.unit == "1" else f"{text} {self.unit}"


@dataclass(frozen=True)
class LeverRange:
    """A key and the range in which its value is looked for.

    Attributes
    ----------
    key, name, parts, unit
        As of `Lever`.
    low, high : float
        In `unit`.
    """

    key: str
    name: str
    parts: KeyParts
    low: float
    high: float
    unit: str

    def lever(self, values: Iterable[float]) -> Lever:
        """The lever with some values of the range."""
        found = tuple(float(value) for value in values)
        return Lever(self.key, self.name, self.parts, found, self.unit, tuple(_given(v, self.unit) for v in found))


def _given(value: float, unit: str) -> Any:
    return value if unit == "1" else f"{value!r} {unit}"


# --- reading ---------------------------------------------------------------------------------------------------------


def read_levers(vary: Vary, scenario: Scenario) -> list[Lever]:
    """Read the levers of a grid.

    Parameters
    ----------
    vary : sequence of str, or mapping
        ``KEY=START:STOP:N``, with a unit behind if the parameter has one, or ``KEY=a,b,c``; as a mapping, values by
        key: the same texts without the key, or sequences of values as in a scenario file.
    scenario : Scenario
        Whose labels, years and units the keys and values are checked against.

    Returns
    -------
    list of Lever

    Raises
    ------
    InputError
        With all faults of all levers.
    """
    faults: list[Fault] = []
    levers = []
    for key, parts, said in _keys(vary, "0:0.8:5", faults):
        before = len(faults)
        if isinstance(said, str):
            found = _read_text(key, said, faults)
        else:
            found = _read_values(key, said, faults)
        if found is None or len(faults) > before:
            continue
        values, unit, given = found
        if _repeats(key, values, faults):
            continue
        levers.append(Lever(key, _name(parts), parts, values, unit, given))
    _refuse_twice(levers, faults)
    for lever in levers:
        faults += value_faults(scenario, lever)
    if faults:
        raise InputError(faults)
    return levers


def read_ranges(vary: Vary, scenario: Scenario) -> list[LeverRange]:
    """Read levers that are searched over: ``KEY=LOW:HIGH``, with a unit behind if the parameter has one.

    Parameters
    ----------
    vary : sequence of str, or mapping
        Texts, or pairs (low, high) or texts by key.
    scenario : Scenario

    Returns
    -------
    list of LeverRange

    Raises
    ------
    InputError
        With all faults of all levers.
    """
    faults: list[Fault] = []
    ranges = []
    for key, parts, said in _keys(vary, "0:0.8", faults):
        texts = said.split(":") if isinstance(said, str) else list(said) if isinstance(said, Sequence) else [said]
        if len(texts) != 2:
            shown = said if isinstance(said, str) else ", ".join(map(str, texts))
            faults.append(Fault(key, f"= {shown} is not a range", f"write {key}=LOW:HIGH, such as 0:0.8"))
            continue
        ends = _read_ends(key, texts, faults)
        if ends is None:
            continue
        low, high, unit = ends
        if not low < high:
            faults.append(Fault(key, f"= {said}: {number(low)} is not below {number(high)}", "exchange them"))
            continue
        ranges.append(LeverRange(key, _name(parts), parts, low, high, unit))
    _refuse_twice(ranges, faults)
    for one in ranges:
        faults += value_faults(scenario, one.lever([one.low, one.high]))
    if faults:
        raise InputError(faults)
    return ranges


def _keys(vary: Vary, example: str, faults: list[Fault]) -> list[tuple[str, KeyParts, Any]]:
    """Keys with their parts, and what is said of their values."""
    pairs: list[tuple[str, Any]] = []
    if isinstance(vary, Mapping):
        pairs = list(vary.items())
    else:
        for text in [vary] if isinstance(vary, str) else vary:
            key, equals, said = text.partition("=")
            if not equals or not key.strip() or not said.strip():
                mend = f"write KEY={example}, such as policy.keep_share={example}"
                faults.append(Fault(f"--vary {text}", "names no values" if key.strip() else "names no key", mend))
                continue
            pairs.append((key.strip(), said.strip()))
    if not pairs and not faults:
        faults.append(Fault("vary", "nothing varies", f"name at least one key: policy.keep_share={example}"))
    found = []
    for key, said in pairs:
        parts = _parts(str(key), faults)
        if parts:
            found.append((str(key), parts, said))
    return found


def _parts(key: str, faults: list[Fault]) -> KeyParts | None:
    """A key with its section, or a fault."""
    parts: list[str | int] = [int(part) if part.isdecimal() else part for part in key.split(".")]
    if parts[0] in PARAMETERS:
        parts.insert(0, "overrides")
    head = str(parts[0])
    if head == SHOCKS:
        if len(parts) > 3:
            return tuple(parts)
        faults.append(Fault(key, "names no part of a shock", "write shocks.0.ban.share, say; shocks count from 0"))
        return None
    if head not in SECTIONS:
        if head in KEYS:
            faults.append(Fault(key, "is no lever or parameter", "compare scenarios that differ in it: mfa compare"))
        else:
            faults.append(Fault(key, "unknown key", suggest(head, [*SECTIONS, SHOCKS, *PARAMETERS], "keys")))
        return None
    if len(parts) == 1:
        faults.append(Fault(key, "names no parameter", f"write {key}.keep_share, say"))
        return None
    name = str(parts[1])
    if name not in PARAMETERS:
        faults.append(Fault(key, f"unknown parameter '{name}'", suggest(name, PARAMETERS, "parameters")))
        return None
    if name in FIXED:
        faults.append(Fault(key, FIXED[name], "run scenarios that differ in it, and compare them: mfa compare"))
        return None
    return tuple(parts)


def _name(parts: KeyParts) -> str:
    return ".".join(map(str, parts[1:] if parts[0] in SECTIONS else parts))


def _refuse_twice(levers: Sequence[Lever] | Sequence[LeverRange], faults: list[Fault]) -> None:
    names = [lever.name for lever in levers]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            keys = [lever.key for lever in levers if lever.name == name]
            what = f"varies {names.count(name)} times" + (f" ({', '.join(keys)})" if len(set(keys)) > 1 else "")
            faults.append(Fault(name, what, "name every key once"))


# --- against the scenario --------------------------------------------------------------------------------------------


def reader_of(scenario: Scenario) -> Reader:
    """A reader of what the scenario says of parameters."""
    dataset = scenario.dataset
    return Reader(scenario.axes, dataset.money, (dataset.first_year, dataset.last_year))


def records_of(lever: Lever, value: Any, reader: Reader) -> list[Record]:
    """What one value of a lever changes, read as `Scenario.with_changes` would; faults go to the reader."""
    parameter = lever.parameter
    assert parameter is not None
    for part in reversed(lever.parts[2:]):
        value = {part: value}
    return reader.records(parameter, value, (str(lever.parts[0]), parameter.name), Source())


def value_faults(scenario: Scenario, lever: Lever) -> list[Fault]:
    """Faults of the values of a lever: labels, years, units and ranges, each told once."""
    if lever.parameter is None:
        found = []
        for value in lever.given:
            try:
                scenario.with_changes({lever.key: value})
            except InputError as error:
                found += error.faults
    else:
        reader = reader_of(scenario)
        for value in lever.given:
            records_of(lever, value, reader)
        found = reader.faults
    return capped(list({str(fault): fault for fault in found}.values()), lever.key)


# --- values ----------------------------------------------------------------------------------------------------------

Values = tuple[tuple[Any, ...], str, tuple[Any, ...]]
"""Coordinates, their unit, and values as in a scenario file."""


def _read_text(key: str, said: str, faults: list[Fault]) -> Values | None:
    if ":" in said and not any(sign in said for sign in "{}[]"):
        return _read_range(key, said, faults)
    data, _, wrong = parse_yaml(f"[{said}]", Source(key))
    if wrong:
        faults += [Fault(key, fault.what, fault.mend) for fault in wrong]
        return None
    return _read_values(key, data, faults)


def _read_range(key: str, said: str, faults: list[Fault]) -> Values | None:
    """START:STOP:N, the unit behind any of the first two or behind all."""
    texts = [text.strip() for text in said.split(":")]
    if len(texts) != 3:
        mend = f"write {key}=START:STOP:N, such as 0:0.8:5"
        faults.append(Fault(key, f"= {said} is not a range", mend))
        return None
    count_text, _, unit_behind = texts[2].partition(" ")
    ends = _read_ends(key, texts[:2], faults, unit_behind.strip())
    if not _WHOLE.fullmatch(count_text):
        faults.append(Fault(key, f"= {said}: N = {texts[2]} is not a whole number", "say how many values: 0:0.8:5"))
        return None
    count = int(count_text)
    if count < 1:
        faults.append(Fault(key, f"= {said}: N = {count} is below 1", "say how many values: 0:0.8:5"))
        return None
    if ends is None:
        return None
    start, stop, unit = ends
    if start > stop:
        faults.append(Fault(key, f"= {said}: {number(start)} is above {number(stop)}", "exchange them"))
        return None
    if count > 1 and start == stop:
        faults.append(Fault(key, f"= {said}: both ends are {number(start)}", "give a range, or N = 1"))
        return None
    if count == 1 and start < stop:
        mend = "give N of 2 or more; one value is set with --set"
        faults.append(Fault(key, f"= {said}: one value cannot be both {number(start)} and {number(stop)}", mend))
        return None
    if count > MOST_VALUES:
        faults.append(Fault(key, f"= {said}: {count} values are too many", f"give at most {MOST_VALUES}"))
        return None
    values = tuple(float(f"{value:.12g}") for value in np.linspace(start, stop, count))
    whole = unit == "1" and all(_WHOLE.fullmatch(text) for text in texts[:2])
    given = tuple(int(v) if whole and v == int(v) else _given(v, unit) for v in values)
    return values, unit, given


MOST_VALUES = 10_000
"""Values of one lever."""


def _read_ends(
    key: str, texts: Sequence[Any], faults: list[Fault], unit_behind: str = ""
) -> tuple[float, float, str] | None:
    """Two numbers in one unit: that of the second, of the first, or the one behind both."""
    found: list[tuple[float, str]] = []
    for text in texts:
        match = _QUANTITY.fullmatch(str(text)) if not isinstance(text, bool) else None
        if not match:
            faults.append(Fault(key, f"'{text}' is not a number", "write 0.5, or 20000 USD_2024/t"))
            continue
        found.append((float(match.group(1).replace("_", "")), match.group(2)))
    if len(found) < 2:
        return None
    unit = unit_behind or found[1][1] or found[0][1]
    try:
        start, stop = (value * conversion_factor(_plain(own), _plain(unit)) if own else value for value, own in found)
    except UnitError as error:
        faults.append(Fault(key, str(error), "give both ends in one unit"))
        return None
    if not (math.isfinite(start) and math.isfinite(stop)):
        faults.append(Fault(key, "a range needs two finite ends", "write 0:0.8:5"))
        return None
    if unit == "%":
        return float(f"{start / 100:.15g}"), float(f"{stop / 100:.15g}"), "1"
    return start, stop, unit or "1"


def _plain(unit: str) -> str:
    return "1" if unit == "%" else unit


def _read_values(key: str, said: Any, faults: list[Fault]) -> Values | None:
    """A list of values as in a scenario file."""
    if isinstance(said, np.ndarray):
        said = said.tolist()
    if isinstance(said, (str, bytes)) or not isinstance(said, Iterable) or isinstance(said, Mapping):
        said = [said]
    given = list(said)
    if len(given) < 2:
        shown = ", ".join(map(str, given)) or "nothing"
        mend = f"give several values, or set it: --set {key}={shown}" if given else "give values: 0:0.8:5 or 0,0.4,0.8"
        faults.append(Fault(key, f"= {shown} does not vary", mend))
        return None
    if len(given) > MOST_VALUES:
        faults.append(Fault(key, f"{len(given)} values are too many", f"give at most {MOST_VALUES}"))
        return None
    given = [float(v) if isinstance(v, np.floating) else int(v) if isinstance(v, np.integer) else v for v in given]
    given = _with_last_unit(given)
    numbers = _as_numbers(given)
    if numbers:
        values, unit = numbers
        return values, unit, tuple(given)
    return tuple(_text(value) for value in given), "1", tuple(given)


def _text(value: Any) -> str:
    """A value that is no number, as a label."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_text(inner)}" for key, inner in value.items()) + "}"
    return str(value)


def _with_last_unit(given: list[Any]) -> list[Any]:
    """Values of a list whose last one alone has a unit: ``1000, 2000 USD_2024/t``."""
    last = _QUANTITY.fullmatch(given[-1]) if isinstance(given[-1], str) else None
    bare = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in given[:-1])
    if not last or not last.group(2) or not bare:
        return given
    return [*(f"{value!r} {last.group(2)}" for value in given[:-1]), given[-1]]


def _as_numbers(given: Sequence[Any]) -> tuple[tuple[float, ...], str] | None:
    """Values as numbers in the unit of the first; None if they are none."""
    found = []
    for value in given:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            return None
        match = _QUANTITY.fullmatch(str(value))
        if not match:
            return None
        amount, unit = float(match.group(1).replace("_", "")), match.group(2)
        found.append((amount / 100, "") if unit == "%" else (amount, unit))
    unit = found[0][1] or "1"
    try:
        factors = [conversion_factor(own or "1", unit) for _, own in found]
    except UnitError:
        return None  # told when the values are read as those of the parameter
    return tuple(float(f"{value * factor:.15g}") for (value, _), factor in zip(found, factors, strict=True)), unit


def _repeats(key: str, values: Sequence[Any], faults: list[Fault]) -> bool:
    twice = [value for value in dict.fromkeys(values) if list(values).count(value) > 1] if len(values) < 2000 else []
    for value in twice:
        faults.append(Fault(key, f"the value {value} stands twice", "name every value once"))
    return bool(twice)

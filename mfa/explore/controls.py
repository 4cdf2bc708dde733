"""What a reader can move: levers of a scenario with titles and names of their values, and the scenario they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mfa.errors import Fault, InputError
from mfa.inputs import Scenario
from mfa.inputs.levers import SHOCKS, Lever, read_levers
from mfa.inputs.messages import number

EXAMPLE = "policy.collection_quota.small_battery.2035=0:0.8:5"


@dataclass(frozen=True)
class Control:
    """A lever that a reader moves.

    Attributes
    ----------
    lever : Lever
        Key and values; between the lowest and highest number a live page takes any.
    title : str
        What it does, for readers.
    names : tuple of str
        One for each value.
    """

    lever: Lever
    title: str
    names: tuple[str, ...]

    @property
    def key(self) -> str:
        """Key in the scenario."""
        return self.lever.key

    @property
    def is_share(self) -> bool:
        """Whether the values are shares, which readers see in per cent."""
        return _is_share(self.lever)


def read_controls(scenario: Scenario, vary: Sequence[str] = ()) -> list[Control]:
    """Controls of a page: those given, else those of the scenario's section ``explore``.

    Parameters
    ----------
    scenario : Scenario
    vary : sequence of str
        ``KEY=START:STOP:N`` or ``KEY=a,b,c``, as for `mfa.sweep`.

    Returns
    -------
    list of Control

    Raises
    ------
    InputError
        If there are none, or keys or values are wrong; all faults at once.
    """
    records: Sequence[Mapping[str, Any]] = [{"vary": text} for text in vary] or scenario.settings.get("explore") or []
    if not records:
        mend = f"give --vary {EXAMPLE}, or take mfa explore japan-explore"
        raise InputError(Fault(scenario.name, "names nothing to move: it has no section explore", mend))
    levers = read_levers([str(record["vary"]) for record in records], scenario)
    faults = []
    controls = []
    for lever, record in zip(levers, records, strict=True):
        names = tuple(map(str, record.get("names") or [_shown(lever, i) for i in range(len(lever.values))]))
        if len(names) != len(lever.values):
            what = f"has {len(names)} names for {len(lever.values)} values"
            faults.append(Fault(f"explore, {lever.key}", what, "give a name for each value, or none"))
        controls.append(Control(lever, str(record.get("title") or lever.title), names))
    if faults:
        raise InputError(faults)
    return controls


def _shown(lever: Lever, position: int) -> str:
    """A value for readers: shares in per cent."""
    value = lever.values[position]
    if _is_share(lever):
        return f"{number(float(f'{100 * value:.4g}'))} %"
    return lever.show(position)


def _is_share(lever: Lever) -> bool:
    parameter = lever.parameter
    within = lever.parts[-1] == "share" if parameter is None else parameter.range in ("0-1", "]0,1]", "[0,1[")
    return lever.numeric and lever.unit == "1" and within


def changes_of(controls: Sequence[Control], positions: Sequence[int]) -> dict[str, Any]:
    """Changes that set each control to one of its values, as for `Scenario.with_changes`."""
    return {control.key: control.lever.given[i] for control, i in zip(controls, positions, strict=True)}


def scenario_data(scenario: Scenario, changes: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A scenario file as data: the scenario as base, and what the levers change.

    Examples
    --------
    >>> from mfa.inputs import load_scenario
    >>> scenario_data(load_scenario("japan-market"), {"policy.keep_share.bev.2035": 0.5}, "mine")
    {'name': 'mine', 'base': 'japan-market', 'policy': {'keep_share': {'bev': {2035: 0.5}}}}
    """
    data: dict[str, Any] = {"name": name, "base": base_of(scenario)}
    for key, value in changes.items():
        parts: list[str | int] = [int(part) if part.isdecimal() else part for part in key.split(".")]
        if parts[0] == SHOCKS:
            shocks = data.setdefault(SHOCKS, _copied(scenario.settings.get(SHOCKS) or []))
            _set(shocks[parts[1]], parts[2:], value)
            continue
        if parts[0] not in ("policy", "overrides"):
            parts.insert(0, "overrides")
        _set(data, parts, value)
    return data


def base_of(scenario: Scenario) -> str:
    """How a scenario file names the scenario as its base: its name, or the file it came from."""
    from mfa.inputs.scenario import scenario_files

    file = scenario.files[0] if scenario.files else None
    return scenario.name if file is None or scenario.name in scenario_files() else file.name


def _set(place: dict[Any, Any], parts: Sequence[str | int], value: Any) -> None:
    for part in parts[:-1]:
        place = place.setdefault(part, {})
    place[parts[-1]] = value


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(part) for key, part in value.items()}
    return [_copied(part) for part in value] if isinstance(value, (list, tuple)) else value

"""Samples held against targets: those of a stored ensemble, or of a scenario that is run now."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError, MfaError
from mfa.inputs import InputWarning, Scenario, load_scenario
from mfa.inputs.messages import listed, shown_path, suggest
from mfa.studies.chunks import evaluate_all
from mfa.studies.cube import Floats
from mfa.studies.ensemble_result import Ensemble, open_ensemble
from mfa.studies.evaluate import UntilYear
from mfa.studies.manifest import MANIFEST
from mfa.studies.ranges import FactorRange, ranges_in_samples, ranges_of
from mfa.studies.scenario_function import last_year
from mfa.studies.store import SAMPLES as STORE
from mfa.studies.target import Target, read_target

if TYPE_CHECKING:
    import pandas as pd

    from mfa.inputs.sampling import Design

Tell = Callable[[int, int], None]
Source = Ensemble | Scenario | Mapping[str, Any] | str | Path
SAMPLES, SEED = 1000, 1
"""Samples of a scenario and their seed, if they are not given."""
FEWEST_SAMPLES, MOST_SAMPLES = 50, 100_000


@dataclass
class TargetSamples:
    """Samples of a scenario, and what becomes of some targets in them.

    Attributes
    ----------
    targets : list of Target
    scenario, title : str
    size, seed : int
    method : str
        How samples are drawn.
    source : str
        ``scenario``, or the folder of the ensemble.
    picked : list of str or None
        Factors that patterns pick, if there were any.
    label_names : dict
        Name of each label, by dim.
    attrs : dict
        Fingerprints.
    """

    targets: list[Target]
    scenario: str
    title: str
    size: int
    seed: int
    method: str
    source: str
    picked: list[str] | None
    label_names: dict[str, dict[str, str]]
    attrs: dict[str, Any]
    _from: Ensemble | Design

    @property
    def factors(self) -> pd.DataFrame:
        """What was drawn [sample, factor]."""
        return self._from.factors if isinstance(self._from, Ensemble) else self._from.values()

    def ranges(self, names: Sequence[str]) -> list[FactorRange]:
        """Factors by name, with words, unit, 5 and 95 %."""
        if isinstance(self._from, Ensemble):
            return ranges_in_samples(self._from, names)
        return ranges_of(self._from.uncertainty, names)

    def values(self, jobs: int | None = 1, tell: Tell = lambda done, size: None) -> Floats:
        """Values of the targets' results in all samples: array [sample, target], NaN where they do not exist."""
        if isinstance(self._from, Ensemble):
            samples = self._from.samples
            columns = []
            for target in self.targets:
                where = {**target.labels, **({"time": target.year} if target.year is not None else {})}
                columns.append(np.asarray(samples[target.output.name].sel(where).values, dtype=float))
            return np.stack(columns, axis=1)
        outputs = list({target.output.name: target.output for target in self.targets}.values())
        until = last_year(self.targets)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputWarning)
            found = evaluate_all(UntilYear(self._from, until), outputs, jobs=jobs, tell=tell)
        return np.stack([target.values(found[target.output.name]) for target in self.targets], axis=1)


def option_faults(samples: int | None, seed: int | None, jobs: int | None) -> list[Fault]:
    """Faults of the options that all studies of samples have."""

    def whole(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    faults = []
    if samples is not None and not (whole(samples) and FEWEST_SAMPLES <= samples <= MOST_SAMPLES):
        what = f"= {samples} is not a number of samples"
        faults.append(Fault("samples", what, f"give {FEWEST_SAMPLES} to {MOST_SAMPLES}; 1000 are usual"))
    if seed is not None and not (whole(seed) and seed >= 0):
        faults.append(Fault("seed", f"= {seed} is not a whole number of 0 or more", "give a number such as 1"))
    if jobs is not None and not (whole(jobs) and jobs >= 1):
        faults.append(Fault("jobs", f"= {jobs} is not a number of processes", "give 1 or more"))
    return faults


def target_samples(
    source: Source,
    targets: Sequence[str],
    samples: int | None = None,
    seed: int | None = None,
    patterns: Sequence[str] | None = None,
) -> TargetSamples:
    """Find samples, read targets, and see that the one can be held against the other.

    Parameters
    ----------
    source : Ensemble, Scenario, mapping, str or Path
        An ensemble or its folder, or a scenario, its name, path or content.
    targets : sequence of str
    samples, seed : int, optional
        Of a scenario; an ensemble has its own.
    patterns : sequence of str, optional
        Factors to pick.

    Returns
    -------
    TargetSamples

    Raises
    ------
    InputError
        With all faults.
    """
    loaded = load_source(source)
    if not isinstance(loaded, Ensemble):
        return _of_scenario(loaded, targets, samples or SAMPLES, SEED if seed is None else seed, patterns)
    faults = []
    if samples is not None or seed is not None:
        faults.append(Fault("samples", "stand beside an ensemble, which has its own", "leave samples and seed out"))
    return _of_ensemble(loaded, targets, patterns, faults)


def load_source(source: Source) -> Ensemble | Scenario:
    """An ensemble if it is one or the folder of one, else a scenario.

    Raises
    ------
    InputError
        If it is a folder that holds no ensemble, or no scenario.
    """
    if isinstance(source, (Ensemble, Scenario)):
        return source
    if isinstance(source, (str, Path)) and (Path(source) / MANIFEST).is_file():
        return open_ensemble(source)
    if isinstance(source, (str, Path)) and Path(source).is_dir():
        mend = "give the folder that mfa ensemble wrote, or a scenario"
        raise InputError(Fault(shown_path(source), "holds no ensemble", mend))
    return load_scenario(source)


def _read_all(targets: Sequence[str], inputs: Any, faults: list[Fault]) -> list[Target]:
    found: list[Target] = []
    for text in targets:
        try:
            found.append(read_target(text, inputs))
        except MfaError as error:
            faults += error.faults
    if not targets:
        faults.append(Fault("target", "none is named", "name one such as 'import_requirement[Dy, 2040] <= 0.6'"))
    return found


def _of_scenario(
    scenario: Scenario, targets: Sequence[str], samples: int, seed: int, patterns: Sequence[str] | None
) -> TargetSamples:
    from mfa.inputs.sampling import Design, Uncertainty

    faults: list[Fault] = []
    uncertainty: Uncertainty | None = None
    picked: list[str] | None = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        inputs = scenario.inputs()
        goals = _read_all(targets, inputs, faults)
        try:
            uncertainty = Uncertainty(scenario)
            picked = None if patterns is None else uncertainty.picked(list(patterns))
        except MfaError as error:
            faults += error.faults
        if faults or uncertainty is None:
            raise InputError(faults)
        design = Design(uncertainty, samples, seed)
    names = {dim: {name: label.name or name for name, label in found.items()}
             for dim, found in scenario.dataset.labels.items()}  # fmt: skip
    attrs = {key: inputs.attrs.get(key) for key in ("scenario_hash", "dataset_hash", "scope")}
    return TargetSamples(
        goals, scenario.name, scenario.title, samples, seed, design.method, "scenario", picked, names,
        {**attrs, "resolved": scenario.resolved()}, design,
    )  # fmt: skip


def _of_ensemble(
    ensemble: Ensemble, targets: Sequence[str], patterns: Sequence[str] | None, faults: list[Fault]
) -> TargetSamples:
    manifest = ensemble.manifest
    labels: dict[str, list[Any]] = {}
    for entry in manifest["outputs"]:
        labels.update({dim: found for dim, found in entry["coords"].items() if dim != "time"})
    first, last = manifest["years"]
    inputs = SimpleNamespace(labels=labels, years=np.arange(first, last + 1), money=manifest["money"])
    missing = [text for text in targets if not _has_dims(text, labels, inputs)]
    faults += [_lacking(ensemble, _name_of(text)) for text in missing]
    goals = _read_all([text for text in targets if text not in missing], inputs, faults)
    for goal in goals:
        faults += _kept_faults(ensemble, goal)
    picked = None if patterns is None else _picked(list(manifest["factors"]), patterns, faults)
    if faults:
        raise InputError(list({str(fault): fault for fault in faults}.values()))
    data = manifest["data"]
    return TargetSamples(
        goals, ensemble.name, str(manifest["scenario"]["title"]), ensemble.size, int(manifest["seed"]),
        str(manifest["method"]), shown_path(ensemble.folder), picked, manifest["label_names"],
        {"dataset_hash": data["hash"], "scope": manifest["scope"], "resolved": manifest["scenario"]["resolved"]},
        ensemble,
    )  # fmt: skip


def _name_of(text: str) -> str:
    return text.split("[")[0].split("<")[0].split(">")[0].strip()


def _has_dims(text: str, labels: Mapping[str, Any], inputs: Any) -> bool:
    """Whether an ensemble knows the labels of all dims of a target's result; True if there is no such result."""
    from mfa.studies.evaluate import choose_outputs

    try:
        output = choose_outputs([_name_of(text)], inputs.money, inputs.years)[0]
    except MfaError:
        return True
    return all(dim in labels or dim in ("time", "scrap") for dim in output.dims)


def _picked(names: Sequence[str], patterns: Sequence[str], faults: list[Fault]) -> list[str]:
    """Factors of an ensemble named in full, or by their parameter."""
    found = {text: [name for name in names if name == text or name.split("[")[0] == text] for text in patterns}
    faults += [
        Fault(f"factors: {text}", "picks none of the ensemble", suggest(text, names, "factors"))
        for text, mine in found.items()
        if not mine
    ]
    chosen = {name for mine in found.values() for name in mine}
    return [name for name in names if name in chosen]


def _kept_faults(ensemble: Ensemble, target: Target) -> list[Fault]:
    """What an ensemble lacks to hold a target against every sample."""
    where = shown_path(ensemble.folder)
    kept = {output.name: output for output in ensemble.outputs}
    name = target.output.name
    if name not in kept:
        return [_lacking(ensemble, name)]
    years = kept[name].years
    if target.year is not None and years is not None and target.year not in years:
        return [Fault(where, f"does not hold {target.year} ({listed(years, 8)})", _again(ensemble, name))]
    if not (ensemble.folder / STORE).is_dir():
        return [Fault(where, "holds quantiles alone: its samples were not kept", _again(ensemble, name))]
    return []


def _lacking(ensemble: Ensemble, name: str) -> Fault:
    held = listed([output.name for output in ensemble.outputs], 8)
    return Fault(shown_path(ensemble.folder), f"does not hold {name}, but {held}", _again(ensemble, name))


def _again(ensemble: Ensemble, name: str) -> str:
    """The command that runs the same samples and keeps what is needed."""
    manifest = ensemble.manifest
    kept = [output.name for output in ensemble.outputs]
    keep = "" if name in kept else f" --keep {','.join([name, *kept])}"
    method = "" if manifest["method"] == "lhs" else f" --method {manifest['method']}"
    command = f"mfa ensemble {ensemble.name} --samples {ensemble.size} --seed {manifest['seed']}{method}{keep}"
    return f"run '{command} --keep-samples' into a new folder (--out), or give the scenario instead"

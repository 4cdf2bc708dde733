"""What a calibration is checked against: products, regions and sources of a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mfa.inputs.dataset import Dataset, shipped
from mfa.inputs.references import References
from mfa.inputs.scenario import Scenario, load_scenario
from mfa.inputs.text_file import path_of


@dataclass
class Setting:
    """Labels and sources that observations may name.

    Attributes
    ----------
    scenario : Scenario or None
    products, regions : list of str or None
        None: not checked.
    sources : References or None
    """

    scenario: Scenario | None
    products: list[str] | None
    regions: list[str] | None
    sources: References | None


def read_setting(name: str | None, table: Any) -> Setting:
    """Labels and sources of a scenario, and of a ``references.bib`` beside the table.

    Parameters
    ----------
    name : str or None
        Name or path of a scenario; None: labels are not checked, sources only where a ``references.bib`` stands beside
        the table.
    table : path or DataFrame
        The observations.

    Raises
    ------
    InputError
        If there is no such scenario, or a bibliography is at fault.
    """
    beside = path_of(table).parent / "references.bib" if isinstance(table, str | Path) else None
    if name is None:
        if beside is None or not beside.is_file():
            return Setting(None, None, None, None)
        references = References([shipped("parameters") / "references.bib", beside])
        references.check()
        return Setting(None, None, None, references)
    scenario = load_scenario(name)
    dataset: Dataset = scenario.dataset
    paths = [*dataset.references.paths, *([beside] if beside is not None else [])]
    references = References(paths)
    references.check()
    names = dataset.label_names()
    return Setting(scenario, names["product"], list(scenario.regions), references)

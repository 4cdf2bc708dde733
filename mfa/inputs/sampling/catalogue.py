"""All factors that the tables of a dataset can give, variants included, in an order that no scenario changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa.inputs.sampling.naming import Naming
from mfa.inputs.sampling.rows import series_with_bounds
from mfa.inputs.tables import label_dims
from mfa.vocabulary import PARAMETERS

if TYPE_CHECKING:
    from mfa.inputs.scenario import Scenario


def factor_catalogue(scenario: Scenario, naming: Naming) -> list[str]:
    """Names of the factors of all tables of a scenario's dataset: plain tables first, then variants.

    Parameters
    ----------
    scenario : Scenario
    naming : Naming

    Returns
    -------
    list of str
        Each once. The place of a name is the dimension of its factor in a Sobol sequence, so that it does not depend
        on which tables a scenario chooses.
    """
    dataset = scenario.dataset
    regions = dataset.label_names()["region"]
    pedigree = scenario.uncertainty.pedigree
    numbers = [name for name, parameter in PARAMETERS.items() if parameter.kind in ("number", "lifetime")]
    choices = [(name, "") for name in numbers]
    choices += [(name, variant) for name in numbers for variant in dataset.variants(name)]
    found: dict[str, None] = {}
    for name, variant in choices:
        files = dataset.files(name, variant)
        if not files:
            continue
        tables = [dataset.table(path) for path in files]
        for series in series_with_bounds(tables, regions, dataset.money, pedigree):
            shares = series.parameter.sum_over is not None
            if series.bounded or (shares and any(row.distribution for row in series.rows)):
                labels = dict(zip(label_dims(series.parameter), series.key, strict=True))
                found.setdefault(naming.factor(name, series.term, labels).name)
    return list(found)

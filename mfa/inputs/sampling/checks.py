"""Faults of a dataset that only sampling meets: rows that no law fits, rank correlations that mean nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa.errors import Fault
from mfa.inputs.dataset import CORRELATION_FILE
from mfa.inputs.sampling.correlation import read_correlation_table
from mfa.inputs.sampling.draws import Draws
from mfa.inputs.sampling.naming import Naming
from mfa.inputs.sampling.rows import series_with_bounds
from mfa.inputs.sampling.settings import SHARE_LAWS
from mfa.inputs.sampling.wanted import row_law
from mfa.inputs.tables import Table

if TYPE_CHECKING:
    from mfa.inputs.dataset import Dataset


def uncertainty_faults(dataset: Dataset) -> list[Fault]:
    """Faults of the laws of all rows of a dataset, variants too, and of its rank correlations.

    Parameters
    ----------
    dataset : Dataset

    Returns
    -------
    list of Fault
        Tables with other faults are passed over.
    """
    from mfa.inputs.tables import parameter_of

    faults: list[Fault] = []
    for path in dataset.table_files():
        if parameter_of(path)[0] is not None and not dataset.table(path).faults:
            faults += table_law_faults(dataset.table(path), dataset)
    for folder in dataset.folders:
        faults += read_correlation_table(folder / CORRELATION_FILE, dataset)[1]
    return faults


def table_law_faults(table: Table, dataset: Dataset) -> list[Fault]:
    """Rows of one table that no law fits."""
    parameter = table.parameter
    if parameter.kind not in ("number", "lifetime"):
        return []
    naming, draws = Naming(""), Draws()
    faults: list[Fault] = []
    for series in series_with_bounds([table], dataset.label_names()["region"], dataset.money):
        factor = naming.factor(parameter.name, series.term, {})
        for row in series.rows:
            if parameter.sum_over is not None:
                if row.distribution and row.distribution not in SHARE_LAWS:
                    what = f"shares that sum to 1 have no {row.distribution} law"
                    faults.append(Fault(row.place, what, f"one of {', '.join(SHARE_LAWS)}"))
                continue
            law, fault = row_law(parameter, row, factor)
            if fault:
                faults.append(fault)
            draw = law.draw({factor.name: 0}) if law else None
            if draw is not None:
                draws.add(draw, row.place)
    return faults + draws.fitted()[1]

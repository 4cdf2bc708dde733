"""Functions of points in the unit cube: evaluated, resampled, put into tables; what methods of sensitivity share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mfa.errors import Fault, InputError
from mfa.inputs.sampling.streams import factor_keys, open_shares, words_at

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Function = Callable[[Floats], Floats]
"""Takes points [point, factor] of the open unit cube, gives outputs [point, output] (or [point]); NaN: undefined."""

CONFIDENCE = 0.95
"""Probability of the intervals of resampled estimates."""


def count_names(names: Sequence[str]) -> int:
    """Number of factors; none, or one named twice, is refused."""
    if not names:
        raise InputError(Fault("names", "no factor is named", "give at least one"))
    if len(set(names)) < len(names):
        raise InputError(Fault("names", "a factor is named twice", "name every factor once"))
    return len(names)


def evaluated(function: Function, points: Floats) -> Floats:
    """Outputs [point, output] of a function, one row for each point.

    Raises
    ------
    InputError
        If the function gives another number of rows.
    """
    found = np.asarray(function(points), dtype=np.float64)
    found = found[:, None] if found.ndim == 1 else found
    if found.ndim != 2 or len(found) != len(points):
        what = f"gave an array of shape {found.shape} for {len(points)} points"
        raise InputError(Fault("function", what, "it must give one row for each point"))
    return found


def random_table(seed: int, purpose: str, rows: int, columns: int) -> Floats:
    """Independent draws that depend on seed, purpose, row and column alone."""
    keys = factor_keys(seed, [f"{purpose} {i}" for i in range(columns)], "sensitivity")
    return open_shares(words_at(keys, np.arange(rows, dtype=np.uint64)[:, None]))


def resampled_rows(rows: int, resamples: int, seed: int) -> NDArray[np.int64]:
    """Rows of each resampled design: array of int [resample, row]."""
    draws = random_table(seed, "resample", rows, resamples).T
    return np.minimum((draws * rows).astype(np.int64), rows - 1)


def half_width(drawn: Floats) -> Floats:
    """Half the width of the central interval of resampled estimates [resample, ...]."""
    tail = 100.0 * (1.0 - CONFIDENCE) / 2.0
    low, high = np.percentile(drawn, [tail, 100.0 - tail], axis=0)
    return (high - low) / 2.0


def long_table(names: Sequence[str], outputs: Sequence[str] | None, columns: dict[str, Floats]) -> pd.DataFrame:
    """Arrays [factor, output] as columns of a table with one row for each factor and output."""
    import pandas as pd

    count = next(iter(columns.values())).shape[1]
    labels = list(outputs) if outputs is not None else [str(i) for i in range(count)]
    if len(labels) != count:
        raise InputError(Fault("outputs", f"{len(labels)} names for {count} outputs", "give one for each"))
    index = pd.MultiIndex.from_product([names, labels], names=["factor", "output"])
    return pd.DataFrame({name: values.reshape(-1) for name, values in columns.items()}, index=index).reset_index()


def ranked(frame: pd.DataFrame, weight: pd.Series) -> pd.DataFrame:
    """Rows of each output together, in the order of the outputs, heaviest factors first."""
    order = {output: i for i, output in enumerate(dict.fromkeys(frame["output"]))}
    keyed = frame.assign(_output=frame["output"].map(order), _weight=-weight)
    ordered = keyed.sort_values(["_output", "_weight"], kind="stable").drop(columns=["_output", "_weight"])
    rest = [name for name in frame if name not in ("factor", "output")]
    return ordered.reset_index(drop=True)[["output", "factor", *rest]]

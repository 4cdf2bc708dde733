"""What matters most to an ensemble: elasticities one at a time, and rank correlations over its samples.

The two see different things. One at a time, a factor moves alone from the medians of all others: a clean number, along
one line through the futures. Over the samples all others vary too: a rank correlation (Spearman) tells what remains of
a factor in their midst, with noise of about one over the root of the number of samples.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.studies.cube import Floats
from mfa.studies.evaluate import BLOCK, Output
from mfa.studies.one_at_a_time import OneAtATime, ladder, read_ladder
from mfa.studies.scenario_function import CubePoints
from mfa.studies.store import FACTORS, Chunk, SampleStore, chunks_of
from mfa.studies.workers import Found, Recipe

if TYPE_CHECKING:
    import pandas as pd

    from mfa.inputs.sampling import Uncertainty

Computed = Callable[[Recipe, list[Chunk], Any], Iterable[tuple[Chunk, Found]]]
"""Computes the chunks of a recipe, whose design has been made already."""
Coordinates = Mapping[str, Mapping[str, list[Any]]]
"""Labels of the dims of each result."""
RANKED = 10_000
"""Samples of which rank correlations are computed at most, the first ones: memory does not grow with their number."""
FEWEST = 100
"""Samples below which a rank correlation says nothing among hundreds of factors."""
NOTHING, LITTLE = 1e-9, 1e-3
"""Swing below which a factor is left out: relative to the result, and to the largest swing."""
COLUMNS = ("result", "region", "year", "element", "unit", "factor", "words", "factor_low", "factor_high", "factor_unit",
           "low", "high", "swing", "elasticity", "rank_correlation")  # fmt: skip


def cube_points(make: Callable[[], Any], shares: Floats, until: int) -> CubePoints:
    """Points of the cube of a design's uncertainty, made where they are computed."""
    return CubePoints(make().uncertainty, shares, None, until)


def elasticities(
    make: Callable[[], Any],
    uncertainty: Uncertainty,
    outputs: Sequence[Output],
    years: Sequence[int],
    compute: Computed,
    tell: Callable[[int, int], None],
) -> tuple[OneAtATime, list[Output]]:
    """Move every factor of an ensemble one at a time.

    Parameters
    ----------
    make : callable
        Makes the design of the ensemble; can be pickled.
    uncertainty : Uncertainty
        Of that design.
    outputs : sequence of Output
        Results by region, time and element.
    years : sequence of int
        Years that are kept of them.
    compute : callable
        Computes chunks.
    tell : callable
        Called with the runs done and their number.

    Returns
    -------
    found : OneAtATime
        Outputs are the cells of all results, one after the other.
    kept : list of Output
        The results with these years.
    """
    names = uncertainty.names
    shares = ladder(len(names))
    kept = [replace(output, years=tuple(years)) for output in outputs]
    until = max(years)
    recipe = Recipe(functools.partial(cube_points, make, shares, until), tuple(kept))
    parts: dict[int, Floats] = {}
    done = 0
    tell(0, len(shares))
    for chunk, found in compute(recipe, chunks_of(len(shares), BLOCK), CubePoints(uncertainty, shares, None, until)):
        parts[chunk.number] = np.concatenate(
            [found[one.name].reshape(len(found[one.name]), -1) for one in kept], axis=1
        )
        done += chunk.stop - chunk.start
        tell(done, len(shares))
    values = np.concatenate([parts[number] for number in sorted(parts)])
    return read_ladder(names, values, uncertainty.values(shares).to_numpy()), kept


def rank_correlations(store: SampleStore, outputs: Sequence[Output], coords: Coordinates) -> Floats:
    """Spearman correlation of every factor with every cell of some results, over the first samples of a store.

    Parameters
    ----------
    store : SampleStore
        Filled.
    outputs : sequence of Output
        Results that the store keeps, with the years to look at.
    coords : mapping
        Labels of the results in the store.

    Returns
    -------
    array [factor, cell], 1
        NaN where a cell is without a value in some sample or does not vary, and with few samples.
    """
    size = min(store.samples, RANKED)
    columns = []
    for output in outputs:
        every = coords[output.name]["time"]
        values = np.asarray(store.array(output.name)[:size])
        chosen = [every.index(year) for year in output.years or ()]
        columns.append(values.take(chosen, axis=1 + output.dims.index("time")).reshape(size, -1))
    cells = np.concatenate(columns, axis=1)
    factors = np.asarray(store.array(FACTORS)[:size])
    if size < FEWEST:
        return np.full((factors.shape[1], cells.shape[1]), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        return standard_ranks(factors).T @ standard_ranks(cells) / size


def standard_ranks(values: Floats) -> Floats:
    """Ranks along the first axis with mean 0 and variance 1, equal values sharing theirs; NaN if a value is missing.

    Examples
    --------
    >>> standard_ranks(np.array([[1.0], [5.0], [5.0]]))[:, 0].round(3).tolist()
    [-1.414, 0.707, 0.707]
    """
    ranks = np.empty(values.shape)
    for column in range(values.shape[1]):
        _, inverse, counts = np.unique(values[:, column], return_inverse=True, return_counts=True)
        last = np.cumsum(counts)
        ranks[:, column] = (last - (counts - 1) / 2.0)[inverse]
    ranks[:, np.isnan(values).any(axis=0)] = np.nan
    return (ranks - ranks.mean(axis=0)) / ranks.std(axis=0)


def table_of(
    found: OneAtATime, correlations: Floats, kept: Sequence[Output], coords: Coordinates, uncertainty: Uncertainty
) -> pd.DataFrame:
    """One row for each cell and factor that moves it by more than a little, the largest swing of a cell first.

    Parameters
    ----------
    found : OneAtATime
    correlations : array [factor, cell]
    kept : sequence of Output
        Results that the cells are of.
    coords : mapping
        Labels of the results.
    uncertainty : Uncertainty

    Returns
    -------
    DataFrame
        With the columns `COLUMNS`.
    """
    import pandas as pd

    words = uncertainty.words()
    units = [factor.row.unit for factor in uncertainty.factors]
    rows: list[tuple[Any, ...]] = []
    place = 0
    for output in kept:
        labels = [list(output.years or ()) if dim == "time" else coords[output.name][dim] for dim in output.dims]
        for cell in itertools.product(*labels):
            at = dict(zip(output.dims, cell, strict=True))
            swing = found.swing[:, place]
            size = np.abs(np.nan_to_num(swing))
            least = max(NOTHING * abs(float(np.nan_to_num(found.base[place]))), LITTLE * float(size.max(initial=0.0)))
            order = np.argsort(-size, kind="stable")
            for i in order[size[order] > least].tolist():
                rows.append(
                    (output.name, at["region"], at["time"], at["element"], output.unit, found.names[i], words[i],
                     *found.ends[i].tolist(), units[i], found.low[i, place], found.high[i, place], swing[i],
                     found.elasticity[i, place], correlations[i, place])
                )  # fmt: skip
            place += 1
    return pd.DataFrame(rows, columns=list(COLUMNS))


def table_text(table: pd.DataFrame | None) -> str:
    """The table as CSV with all digits; only its head if no result was looked at."""
    if table is None:
        return ",".join(COLUMNS) + "\n"
    from mfa.report.plain_text import plain

    return plain(table).to_csv(index=False, lineterminator="\n")

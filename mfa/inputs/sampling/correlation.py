"""Rank correlations wanted between factors: read from the dataset and the scenario, gathered, checked.

A dataset keeps them in ``rank_correlation.csv``: two patterns of factors, the Spearman correlation of every factor of
the one with every factor of the other, provenance and source. Factors that hang together, directly or through others,
form a block; the matrix of a block must be positive definite.

References
----------
Iman and Conover (1982), A distribution-free approach to inducing rank correlation among input variables, Communications
in Statistics 11(3). Higham (2002), Computing the nearest correlation matrix: a problem from finance, IMA Journal of
Numerical Analysis 22(3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mfa.errors import Fault, InputError
from mfa.inputs.dataset import CORRELATION_FILE, Dataset
from mfa.inputs.messages import listed, number, suggest
from mfa.inputs.sampling.naming import Factor, parse_pattern
from mfa.inputs.sampling.settings import Pair, correlation_fault, known_words
from mfa.inputs.table_files import placer, read_lines, table_exists
from mfa.inputs.tables import PROVENANCES

Floats = NDArray[np.float64]

COLUMNS = ("first", "second", "value", "provenance", "source", "note")
SMALLEST_EIGENVALUE = 1e-8
"""Below it a matrix counts as not positive definite."""


@dataclass(frozen=True)
class Block:
    """Factors that are correlated with each other, and the matrix of normal-score correlations wanted.

    A Spearman correlation r of two normal scores belongs to their Pearson correlation 2 sin(pi r/6).
    """

    names: tuple[str, ...]
    spearman: Floats

    @property
    def normal(self) -> Floats:
        """Pearson correlations of the normal scores."""
        matrix = 2.0 * np.sin(np.pi * self.spearman / 6.0)
        np.fill_diagonal(matrix, 1.0)
        return matrix


def read_correlation_table(path: Path, dataset: Dataset) -> tuple[list[Pair], list[Fault]]:
    """Read the rank correlations of one folder.

    Parameters
    ----------
    path : Path
        The CSV file; nothing is read if it does not exist.
    dataset : Dataset
        Whose labels and sources the rows are checked against.

    Returns
    -------
    pairs : list of Pair
    faults : list of Fault
    """
    if not table_exists(path):
        return [], []
    place = placer(path)
    rows, _, faults = read_lines(path)
    if not rows or faults:
        return [], faults
    header = [cell.strip() for cell in rows[0][1]]
    wrong = [column for column in header if column not in COLUMNS]
    missing = [column for column in COLUMNS[:-1] if column not in header]
    faults += [
        Fault(place(rows[0][0]), f"unknown column '{column}'", suggest(column, COLUMNS, "columns")) for column in wrong
    ]
    if missing:
        faults.append(Fault(place(rows[0][0]), f"column {listed(missing)} missing", f"give {', '.join(COLUMNS)}"))
    if faults:
        return [], faults
    words = known_words(dataset)
    pairs = []
    for line, cells in rows[1:]:
        where = place(line)
        if len(cells) != len(header):
            what = f"has {len(cells)} cells, the header has {len(header)}"
            faults.append(Fault(where, what, "put a pattern that contains a comma into quotes"))
            continue
        row = {title: cell.strip() for title, cell in zip(header, cells, strict=True)}
        before = len(faults)
        patterns = []
        for column in ("first", "second"):
            pattern, (what, mend) = parse_pattern(row[column], words)
            patterns.append(pattern)
            if pattern is None:
                faults.append(Fault(where, f"{column}: {what}", mend))
        try:
            value: object = float(row["value"])
        except ValueError:
            value = row["value"]
        what = correlation_fault(value)
        if what:
            faults.append(Fault(where, f"value = {row['value']} {what}", "give a number such as 0.6"))
        if row["provenance"] not in PROVENANCES:
            faults.append(Fault(where, f"unknown provenance '{row['provenance']}'", f"one of {', '.join(PROVENANCES)}"))
        for key in (part.strip() for part in row["source"].split(";")):
            if key not in dataset.references:
                faults.append(Fault(where, f"unknown source '{key}'", "give a key of references.bib"))
        if len(faults) == before and patterns[0] is not None and patterns[1] is not None:
            assert isinstance(value, float)
            pairs.append(Pair(patterns[0], patterns[1], value, where, must_match=False))
    return pairs, faults


def dataset_pairs(dataset: Dataset) -> list[Pair]:
    """Rank correlations of all folders of a dataset.

    Raises
    ------
    InputError
        With all faults of the tables.
    """
    pairs: list[Pair] = []
    faults: list[Fault] = []
    for folder in dataset.folders:
        found, wrong = read_correlation_table(folder / CORRELATION_FILE, dataset)
        pairs += found
        faults += wrong
    if faults:
        raise InputError(faults)
    return pairs


def correlated_blocks(
    factors: Sequence[Factor],
    layers: Sequence[Sequence[Pair]],
    groups: Mapping[str, Mapping[str, str]],
    nearest: bool = False,
) -> tuple[list[Block], list[str]]:
    """Gather the correlations wanted into blocks of factors.

    Parameters
    ----------
    factors : sequence of Factor
    layers : sequence of sequences of Pair
        Those of the dataset, then those of the scenario one by one: a later layer replaces pairs of an earlier one,
        and 0 removes them.
    groups : mapping
        Group of each label, by dim.
    nearest : bool
        Take the nearest positive definite matrix where the one wanted is not.

    Returns
    -------
    blocks : list of Block
        In the order of their first factors.
    warnings : list of str
        Matrices that were replaced.

    Raises
    ------
    InputError
        If a layer wants two values for one pair, a pattern of the scenario picks nothing, or a matrix is not positive
        definite.
    """
    place = {factor.name: i for i, factor in enumerate(factors)}
    wanted: dict[tuple[int, int], tuple[float, str]] = {}
    faults: list[Fault] = []
    for layer in layers:
        mine: dict[tuple[int, int], tuple[float, str]] = {}
        for pair in layer:
            sides = [[f for f in factors if pattern.picks(f, groups)] for pattern in (pair.first, pair.second)]
            for pattern, side in zip((pair.first, pair.second), sides, strict=True):
                if not side and pair.must_match:
                    faults.append(Fault(pair.where, f"'{pattern.text}' picks no factor", "see mfa info --factors"))
            for one in sides[0]:
                for other in sides[1]:
                    if one.name == other.name:
                        continue
                    key = tuple(sorted((place[one.name], place[other.name])))
                    earlier = mine.get((key[0], key[1]))
                    if earlier and earlier[0] != pair.value:
                        what = f"{one.name} and {other.name}: {number(pair.value)} here, {number(earlier[0])} elsewhere"
                        faults.append(Fault(pair.where, what, f"keep one; the other stands in {earlier[1]}"))
                    mine.setdefault((key[0], key[1]), (pair.value, pair.where))
        wanted.update(mine)
    if faults:
        raise InputError(faults)
    links = {key: value for key, (value, _) in wanted.items() if value != 0.0}
    blocks, warnings = [], []
    for members in _components(links):
        matrix = np.eye(len(members))
        at = {member: i for i, member in enumerate(members)}
        for (left, right), value in links.items():
            if left in at:
                matrix[at[left], at[right]] = matrix[at[right], at[left]] = value
        block = Block(tuple(factors[member].name for member in members), matrix)
        eigenvalues, vectors = np.linalg.eigh(block.normal)
        if eigenvalues[0] < SMALLEST_EIGENVALUE:
            block, text = _not_definite(block, float(eigenvalues[0]), vectors[:, 0], nearest)
            warnings.append(text)
        blocks.append(block)
    return blocks, warnings


def _components(links: Mapping[tuple[int, int], float]) -> list[list[int]]:
    """Factors that hang together, each group sorted, in the order of their first members."""
    group: dict[int, set[int]] = {}
    for one, other in links:
        merged = group.get(one, {one}) | group.get(other, {other})
        for member in merged:
            group[member] = merged
    return sorted({min(members): sorted(members) for members in group.values()}.values())


def _not_definite(block: Block, smallest: float, direction: Floats, nearest: bool) -> tuple[Block, str]:
    """Replace a matrix that is not positive definite, or refuse it."""
    heavy = [block.names[i] for i in np.argsort(-np.abs(direction), kind="stable")[:4]]
    what = f"rank correlations of {listed(block.names)} are not positive definite (smallest eigenvalue {smallest:.3g})"
    mend = f"the values for {', '.join(heavy)} contradict each other most"
    if not nearest:
        raise InputError(
            Fault("rank correlation", what, f"{mend}; lower them, or set uncertainty.nearest_correlation: true")
        )
    repaired = 6.0 / np.pi * np.arcsin(nearest_correlation(block.normal) / 2.0)
    np.fill_diagonal(repaired, 1.0)
    change = np.abs(repaired - block.spearman)
    one, other = np.unravel_index(int(np.argmax(change)), change.shape)
    text = (
        f"{what}; the nearest matrix is used: largest change {block.spearman[one, other]:.2f} to "
        f"{repaired[one, other]:.2f}, {block.names[one]} and {block.names[other]}"
    )
    return Block(block.names, repaired), text


def nearest_correlation(matrix: Floats, smallest: float = 1e-6, steps: int = 500) -> Floats:
    """Nearest correlation matrix whose eigenvalues are not below a smallest one.

    Alternating projections with Dykstra's correction on the matrices with such eigenvalues and on those with a unit
    diagonal (Higham 2002, algorithm 3.3).

    Examples
    --------
    >>> wanted = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    >>> found = nearest_correlation(wanted)
    >>> bool(np.linalg.eigvalsh(found)[0] > 0), found.round(3).tolist()[0]
    (True, [1.0, 0.5, -0.5])
    """
    result = matrix.copy()
    correction = np.zeros_like(matrix)
    for _ in range(steps):
        shifted = result - correction
        eigenvalues, vectors = np.linalg.eigh(shifted)
        projected = (vectors * np.maximum(eigenvalues, smallest)) @ vectors.T
        correction = projected - shifted
        before = result
        result = projected.copy()
        np.fill_diagonal(result, 1.0)
        if np.max(np.abs(result - before)) < 1e-10:
            break
    scale = np.sqrt(np.diag(projected))
    return projected / np.outer(scale, scale)

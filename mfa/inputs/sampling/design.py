"""A design: the points of the unit cube that a study looks at, and the inputs that belong to them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mfa.errors import Fault, InputError
from mfa.inputs.arrays import InputWarning
from mfa.inputs.messages import suggest
from mfa.inputs.sampling.correlation import Block, correlated_blocks, dataset_pairs
from mfa.inputs.sampling.ranks import correlated_columns
from mfa.inputs.sampling.streams import METHODS, MOST_SAMPLES, unit_cube
from mfa.inputs.sampling.summary import FactorSummary
from mfa.inputs.sampling.uncertainty import Uncertainty

if TYPE_CHECKING:
    import pandas as pd

    from mfa.inputs.arrays import Inputs
    from mfa.inputs.scenario import Scenario

Floats = NDArray[np.float64]
_PIECE = 4096


class Design:
    """Samples of the uncertain factors of a scenario.

    Sample i draws for a factor what seed, factor name, size and method say, and nothing else. So two scenarios see the
    same draws of the factors that they share (common random numbers), a factor added or held changes no other, and any
    part of a design can be made alone, on any machine. Factors that are rank-correlated are an exception in one way: a
    factor added to their block changes those that come after it in the block.

    Parameters
    ----------
    scenario : Scenario, str or Uncertainty
        A scenario, its name or path, or its uncertainty.
    size : int
        Samples of the whole design, > 0.
    seed : int
        Same seed, same samples; >= 0.
    method : {"lhs", "sobol", "random"}
        Latin hypercube, scrambled Sobol sequence, or independent draws.
    vary, hold : sequence of str, optional
        Patterns of factors, in place of those of the scenario.
    correlated : bool
        Whether rank correlations of the dataset and of the scenario hold.

    Attributes
    ----------
    uncertainty : Uncertainty
    names : list of str
        Factors that vary.
    blocks : list of Block
        Factors that are correlated with each other.
    warnings : list of str

    Raises
    ------
    InputError
        If an argument, a law or a correlation is impossible.

    Examples
    --------
    >>> from mfa.inputs.sampling import Design
    >>> design = Design(
    ...     "japan-reference", 1000, seed=1, vary=["lifetime.mean[bev]", "used_export_share[bev]"]
    ... )
    >>> values = design.values(0, 1000)
    >>> values["lifetime.mean[bev]"].quantile([0.05, 0.95]).round(
    ...     1
    ... ).tolist()  # 10.5 to 17 years in the table
    [10.5, 17.0]
    >>> bool((design.values(500, 510).to_numpy() == values.iloc[500:510].to_numpy()).all())
    True
    """

    def __init__(
        self,
        scenario: Scenario | str | Uncertainty,
        size: int,
        seed: int,
        method: str = "lhs",
        vary: Sequence[str] | None = None,
        hold: Sequence[str] | None = None,
        correlated: bool = True,
    ) -> None:
        self.size, self.seed, self.method = size, seed, method
        self.warnings: list[str] = []
        _check(size, seed, method)
        given = isinstance(scenario, Uncertainty)
        if given and (vary is not None or hold is not None):
            raise InputError(Fault("vary", "stands beside an uncertainty", "choose the factors where you make it"))
        self.uncertainty = scenario if isinstance(scenario, Uncertainty) else Uncertainty(scenario, vary, hold)
        self.names = self.uncertainty.names
        self.blocks: list[Block] = []
        if correlated:
            settings = self.uncertainty.settings
            layers = [dataset_pairs(self.uncertainty.scenario.dataset), *([pair] for pair in settings.correlation)]
            available, groups = self.uncertainty.available, self.uncertainty.groups
            blocks, texts = correlated_blocks(available, layers, groups, settings.nearest_correlation)
            self.blocks = [block for block in blocks if set(block.names) & set(self.names)]
            self.warnings += texts
        if method == "sobol" and size & (size - 1):
            power = 1 << size.bit_length()
            text = f"a Sobol sequence is balanced for powers of two only: {size} is none; take {power // 2} or {power}"
            self.warnings.append(text)
        for text in self.warnings:
            warnings.warn(text, InputWarning, stacklevel=2)

    @property
    def factors(self) -> list[FactorSummary]:
        """Factors that vary, with law, range and place."""
        return self.uncertainty.factors

    def shares(self, start: int = 0, stop: int | None = None) -> Floats:
        """Points of the unit cube of samples start to stop - 1: array [sample, factor], 1, in ]0, 1[."""
        start, stop = self._part(start, stop)
        place = {name: i for i, name in enumerate(self.names)}
        result = self._free(self.names, start, stop)
        for block, columns in self._correlated:
            for i, name in enumerate(block.names):
                if name in place:
                    result[:, place[name]] = columns[start:stop, i]
        return result

    def values(self, start: int = 0, stop: int | None = None) -> pd.DataFrame:
        """Values of the factors of samples start to stop - 1, see `Uncertainty.values`."""
        import pandas as pd

        start, stop = self._part(start, stop)
        frame = self.uncertainty.values(self.shares(start, stop))
        frame.index = pd.RangeIndex(start, stop, name="sample")
        return frame

    def inputs(self, start: int = 0, stop: int | None = None) -> Inputs:
        """Inputs of samples start to stop - 1, see `Uncertainty.sampled`; their labels are start to stop - 1."""
        start, stop = self._part(start, stop)
        inputs = self.uncertainty.sampled(self.shares(start, stop), range(start, stop))
        inputs.attrs.update(seed=int(self.seed), samples=int(self.size), sampling=self.method)
        return inputs

    def __repr__(self) -> str:
        name = self.uncertainty.scenario.name
        return (
            f"<Design of '{name}': {self.size} samples of {len(self.names)} factors, {self.method}, seed {self.seed}>"
        )

    # --- inside ------------------------------------------------------------------------------------------------------

    def _part(self, start: int, stop: int | None) -> tuple[int, int]:
        end = self.size if stop is None else stop
        if not 0 <= start < end <= self.size:
            what = f"samples {start} to {end} are no part of 0 to {self.size}"
            raise InputError(Fault("design", what, "give start < stop within the design"))
        return int(start), int(end)

    def _free(self, names: Sequence[str], start: int, stop: int) -> Floats:
        """Shares without rank correlation."""
        dimensions = [self._dimension[name] for name in names] if self.method == "sobol" else []
        return unit_cube(self.method, self.seed, names, dimensions, self.size, start, stop)

    @cached_property
    def _dimension(self) -> dict[str, int]:
        """Dimension of each factor in a Sobol sequence: its place among all factors of the dataset."""
        from mfa.inputs.sampling.catalogue import factor_catalogue

        names = factor_catalogue(self.uncertainty.scenario, self.uncertainty.settings.naming)
        known = set(names)
        names += sorted(factor.name for factor in self.uncertainty.available if factor.name not in known)
        return {name: i for i, name in enumerate(names)}

    @cached_property
    def _correlated(self) -> list[tuple[Block, Floats]]:
        """All draws of the factors that are correlated, in their order."""
        found = []
        for block in self.blocks:
            free = np.empty((self.size, len(block.names)))
            for start in range(0, self.size, _PIECE):
                stop = min(start + _PIECE, self.size)
                free[start:stop] = self._free(block.names, start, stop)
            column = dict(zip(block.names, free.T, strict=True))
            found.append((block, correlated_columns(block, column.__getitem__, self.size)))
        return found


def _check(size: int, seed: int, method: str) -> None:
    faults = []
    if isinstance(size, bool) or not isinstance(size, (int, np.integer)) or not 0 < size <= MOST_SAMPLES:
        faults.append(Fault("size", f"= {size} is not a number of samples", f"give 1 to {MOST_SAMPLES}"))
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        faults.append(Fault("seed", f"= {seed} is not a whole number of 0 or more", "give a number such as 1"))
    if method not in METHODS:
        faults.append(Fault("method", f"'{method}' is unknown", suggest(str(method), METHODS, "methods")))
    if faults:
        raise InputError(faults)

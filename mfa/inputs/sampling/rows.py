"""The rows of the tables with what they say of uncertainty: bounds, standard deviation, law, provenance, line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mfa.inputs.fill import ALL
from mfa.inputs.pedigree import parse_pedigree, pedigree_range
from mfa.inputs.table_files import placer
from mfa.inputs.tables import Key, Table, canonical_units, label_dims, to_canonical
from mfa.system.survival import FAMILIES, term_unit
from mfa.vocabulary import Parameter


@dataclass(frozen=True)
class Row:
    """One row: numbers in canonical units, NaN where a cell is empty."""

    year: int | None
    value: float
    low: float
    high: float
    sd: float
    distribution: str
    provenance: str
    place: str
    unit: str = ""
    pedigree: str = ""
    scored: bool = False
    """Whether the range is that of the pedigree."""

    @property
    def bounded(self) -> bool:
        """True if the row gives a range, or a standard deviation, that is wider than nothing."""
        if math.isfinite(self.sd):
            return self.sd > 0.0
        low = self.value if math.isnan(self.low) else self.low
        high = self.value if math.isnan(self.high) else self.high
        return low < high

    @property
    def spread(self) -> float:
        """Half the width of the range, in normal standard deviations and relative to the value; 0 if there is none."""
        from mfa.inputs.sampling.fitting import Z_HIGH

        if not self.bounded or self.value == 0.0:
            return 0.0
        if math.isfinite(self.sd):
            return self.sd / abs(self.value)
        if math.isnan(self.low) or math.isnan(self.high):
            bound = self.high if math.isnan(self.low) else self.low
            return abs(bound - self.value) / Z_HIGH / abs(self.value)
        return (self.high - self.low) / (2.0 * Z_HIGH) / abs(self.value)


@dataclass
class Series:
    """The rows of one combination of labels, by year; of one term if it is a lifetime.

    `key` holds one label or ``*`` for each label dim of the parameter.
    """

    parameter: Parameter
    key: Key
    survival: str = ""
    term: str = ""
    rows: list[Row] = field(default_factory=list)

    @property
    def bounded(self) -> bool:
        """True if a row gives a range."""
        return any(row.bounded for row in self.rows)

    def label(self, dim: str) -> str:
        """Label along a dim; ``*`` if it means all, or if the parameter has no such dim."""
        dims = label_dims(self.parameter)
        return self.key[dims.index(dim)] if dim in dims else ALL


def series_with_bounds(
    tables: Sequence[Table], regions: Iterable[str], money: str, pedigree: bool = True
) -> list[Series]:
    """Series of a parameter from the tables of all folders; a later folder replaces rows with the same keys.

    Parameters
    ----------
    tables : sequence of Table
        Of one parameter, as `Dataset.chosen` gives them, without faults.
    regions : iterable of str
        Regions of the run; rows of others are left out.
    money : str
        Money of the dataset.
    pedigree : bool
        Whether a row that gives no range gets the one of its pedigree.

    Returns
    -------
    list of Series
        Rows sorted by year. A lifetime is replaced as a whole.
    """
    gathered: dict[Key, dict[tuple[str, str], dict[int | None, Row]]] = {}
    kept = {ALL, *regions}
    parameter = tables[0].parameter
    dims = label_dims(parameter)
    for table in tables:
        place = placer(table.path)
        region = dims.index("region") if "region" in dims else None
        column = {title: i for i, title in enumerate(table.header)}
        wanted = canonical_units(parameter, money)
        factors: dict[tuple[str, str, str], float] = {}
        renewed: set[Key] = set()
        for i, key in enumerate(table.keys):
            if region is not None and key[region] not in kept:
                continue
            survival, term = table.terms[i] if table.terms else ("", "")
            cells = table.cells[i]
            if table.terms and key not in renewed:
                renewed.add(key)
                gathered.pop(key, None)
            which = (cells[column["unit"]], survival, term)
            if which not in factors:
                units = [term_unit(survival, term)] if survival in FAMILIES else wanted
                factors[which] = to_canonical(which[0], units)[0]
            factor = factors[which]

            low, high, sd = (_number(cells, column.get(title), factor) for title in ("low", "high", "sd"))
            value = float(table.values[i])
            scored = False
            scores = cells[column["pedigree"]] if "pedigree" in column else ""
            if pedigree and scores and parameter.sum_over is None and low != low and high != high and sd != sd:
                limits = (0.0, math.inf) if parameter.kind == "lifetime" else parameter.bounds()[:2]
                low, high = pedigree_range(value, parse_pedigree(scores), *limits) or (low, high)
                scored = low == low
            row = Row(
                table.years[i],
                value,
                low,
                high,
                sd,
                cells[column["distribution"]] if "distribution" in column else "",
                cells[column["provenance"]],
                place(table.lines[i]),
                table.units[i],
                scores,
                scored,
            )
            gathered.setdefault(key, {}).setdefault((survival, term), {})[row.year] = row
    return [
        Series(parameter, key, survival, term, [rows[year] for year in sorted(rows, key=lambda y: (y is not None, y))])
        for key, terms in gathered.items()
        for (survival, term), rows in terms.items()
    ]


def _number(cells: Sequence[str], place: int | None, factor: float) -> float:
    text = cells[place] if place is not None else ""
    return float(text) * factor if text else math.nan

"""Products that a region does not have, because no row of it names them while another region of the run has them.

Datasets of several regions may know different products: Japan with 29 of them beside a region of cars only.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mfa.inputs.grids import Axes, Grid
from mfa.system.survival import FIXED
from mfa.vocabulary import PARAMETERS

TELLING = ("sales", "stock_target", "lifetime", "chemistry_share")
"""Parameters whose rows say that a region has a product."""
FILLED = ("sales", "lifetime")
"""Parameters that every product must have: they are filled where a region does not have it."""


def absent_products(grids: Mapping[str, Mapping[str, Grid]], axes: Axes) -> NDArray[np.bool_]:
    """Say which products a region does not have.

    Parameters
    ----------
    grids : mapping of str to grids
        Those of `TELLING`, before defaults are put in: NaN, or -1 as the code of a lifetime, where no row stands.
    axes : Axes

    Returns
    -------
    array of bool [region, product]
        True where none of the parameters has a row in any year, and some region has one. A product that no region has
        is not among them: it is missing, and the checks say so.

    Examples
    --------
    >>> import numpy as np
    >>> from mfa.inputs.grids import Axes, Grid
    >>> axes = Axes({"region": ["A", "B"], "product": ["car", "phone"]}, np.array([2020]), np.array([2020]))
    >>> sales = Grid(("region", "product"), np.array([[5.0, 9.0], [2.0, np.nan]]))
    >>> absent_products({"sales": {"value": sales}}, axes)
    array([[False, False],
           [False,  True]])
    """
    shape = (len(axes.of("region")), len(axes.of("product")))
    named = np.zeros(shape, dtype=bool)
    for name in TELLING:
        for part in ("value", "code"):
            grid = grids.get(name, {}).get(part)
            if grid is None:
                continue
            wide = grid.spread(("region", "product"), PARAMETERS[name].dims, axes)
            given = wide.data >= 0 if part == "code" else ~np.isnan(wide.data)
            rest = tuple(i for i, dim in enumerate(wide.dims) if dim not in ("region", "product"))
            named |= given.any(axis=rest)
    return ~named & named.any(axis=0)


def fill_absent(name: str, parts: Mapping[str, Grid], absent: NDArray[np.bool_], axes: Axes) -> dict[str, Grid]:
    """Put nothing into the cells of products that a region does not have: no sales, and a life that nothing lives.

    Parameters
    ----------
    name : str
        One of `FILLED`.
    parts : mapping of str to Grid
        Grids of the parameter; may be empty.
    absent : array of bool [region, product]
    axes : Axes

    Returns
    -------
    dict of str to Grid
    """
    if not absent.any() or (name == "lifetime" and not parts):
        return dict(parts)
    nothing = {"value": 0.0, "code": FIXED, "first": 1.0, "second": 0.0}
    given = dict(parts) or {"value": Grid((), np.array(np.nan))}
    filled = {}
    for part, grid in given.items():
        wide = grid.spread(("region", "product"), PARAMETERS[name].dims, axes)
        data = np.moveaxis(wide.data, [wide.dims.index("region"), wide.dims.index("product")], [0, 1])
        data[absent] = nothing[part]  # a view: the grid is a copy
        filled[part] = wide
    return filled


__all__ = ["FILLED", "TELLING", "absent_products", "fill_absent"]

"""The numbers of the main figures: stock by product, discards by destination, supply mix, import requirement.

Content only: `mfa.report.figures` draws it for the folder of a run, `mfa.report.plots` on axes of a notebook.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mfa.errors import Fault, InputError
from mfa.report.style import (
    DESTINATION_COLOURS,
    DOMESTIC_COLOUR,
    ELEMENT_NAMES,
    GREY,
    ORIGIN_COLOURS,
    PRODUCT_COLOURS,
    SCRAP_COLOURS,
    SERIES_COLOURS,
    STOCKPILE_COLOUR,
    assign,
)
from mfa.vocabulary import SCRAP

if TYPE_CHECKING:
    from mfa.results import Results

N_ORIGINS = 8
"""Origins with a colour of their own; the others are summed."""
REST = "ROW"
"""Label of an origin that is a sum itself."""
N_PRODUCTS = len(PRODUCT_COLOURS)
"""Products with a colour of their own, the heaviest ones; the others are summed."""
BAND = (0.05, 0.95)
"""Quantiles of samples that a band shows."""


@dataclass
class Stack:
    """Layers of a stacked area for every element: arrays [layer, year, element], t or t/yr."""

    title: str
    unit: str
    names: list[str]
    colours: list[str]
    values: np.ndarray
    line: np.ndarray | None = None
    line_name: str = ""
    note: str = ""


@dataclass
class FigureData:
    """All numbers and words that the figures show."""

    caption: str
    years: np.ndarray
    last_data_year: int | None
    elements: list[str]
    element_names: list[str]
    stacks: dict[str, Stack]
    import_requirement: np.ndarray
    """Mean over samples [year, element], 1."""
    import_requirement_band: np.ndarray | None
    """5 and 95 % [2, year, element], 1; None without samples."""


class Reader:
    """Reads means over samples and sums over regions from the results of a run with all its detail.

    Parameters
    ----------
    results : Results
    elements : sequence of str, optional
        All if None.
    region : str, optional
        The sum over all if None.

    Raises
    ------
    InputError
        If the results hold totals only.
    """

    def __init__(self, results: Results, elements: Sequence[str] | None = None, region: str | None = None) -> None:
        if results.attrs.get("detail") == "totals":
            raise InputError(Fault("figure", "the run holds totals only", "run it with detail='full'"))
        self.results = results
        self.elements = list(results.labels["element"] if elements is None else elements)
        self._places = [results.labels["element"].index(element) for element in self.elements]
        regions = results.labels["region"]
        self._regions = slice(None) if region is None else slice(regions.index(region), regions.index(region) + 1)

    def array(self, group: str, name: str) -> np.ndarray:
        """A variable of the elements and regions that are read, (sample, *dims)."""
        values = self.results.arrays(group)[name][:, self._regions]
        if "element" not in self.dims(group, name) or self.elements == self.results.labels["element"]:
            return values
        return np.take(values, self._places, axis=1 + self.dims(group, name).index("element"))

    def dims(self, group: str, name: str) -> tuple[str, ...]:
        """Dims of a variable, without ``sample``."""
        return self.results.dims(group, name)

    def total(self, array: np.ndarray, dims: Sequence[str], keep: Sequence[str] = ("time", "element")) -> np.ndarray:
        """Mean over samples, sum over all other dims that are not kept."""
        axes = tuple(i for i, dim in enumerate(dims) if dim not in keep)
        return array.mean(axis=0).sum(axis=axes)

    def flow(self, name: str, keep: Sequence[str] = ("time", "element")) -> np.ndarray:
        """A flow by the dims that are kept, t/yr."""
        return self.total(self.array("flows", name), self.dims("flows", name), keep)

    def stock(self, name: str, keep: Sequence[str] = ("time", "element")) -> np.ndarray:
        """A stock by the dims that are kept, t."""
        return self.total(self.array("stocks", name), self.dims("stocks", name), keep)

    def policy(self, name: str) -> np.ndarray:
        """A policy outcome that adds up over regions, [year, element]."""
        return self.total(self.array("policy", name), self.dims("policy", name))


def figure_data(results: Results) -> FigureData:
    """Numbers of all figures of a run: means over samples, sums over regions.

    Parameters
    ----------
    results : Results
        With all dims of flows and stocks.

    Returns
    -------
    FigureData
    """
    reader = Reader(results)
    mean, band = import_requirement(reader)
    stacks = {
        "stock_by_product": stock_stack(reader),
        "discards_by_destination": discard_stack(reader),
        "supply_mix": supply_stack(reader),
    }
    names = [element_name(results, element) for element in reader.elements]
    return FigureData(
        caption(results), results.years, results.last_data_year, reader.elements, names, stacks, mean, band
    )


def caption(results: Results, region: str | None = None) -> str:
    """Scenario, regions, scope, samples and version, as they stand below a figure."""
    from mfa import __version__

    regions = results.labels["region"] if region is None else [region]
    where = ", ".join(regions) if len(regions) < 4 else f"{len(regions)} regions"
    words = [f"Scenario {results.name}, {where}.", f"Scope of the need: {results.scope.replace('_', ' ')}."]
    if results.sampled:
        words.append(f"Mean of {len(results.labels['sample'])} samples.")
    return " ".join([*words, f"mfa {__version__}."])


def element_name(results: Results, element: str) -> str:
    """Name of an element: that of the dataset, or the usual one."""
    name = results.label_name("element", element)
    return name if name != element else ELEMENT_NAMES.get(element, element)


def import_requirement(reader: Reader) -> tuple[np.ndarray, np.ndarray | None]:
    """Need that must be imported over the need, 1.

    Returns
    -------
    mean : ndarray [year, element]
        Over samples; NaN where there is no need.
    band : ndarray [2, year, element] or None
        5 and 95 %; None without samples.
    """
    need, missing = (reader.array("policy", name).sum(axis=1) for name in ("requirement", "import_need"))
    share = np.divide(missing, need, out=np.full(need.shape, np.nan), where=need > 0)
    return _mean(share), np.nanquantile(share, BAND, axis=0) if len(share) > 1 else None


def _mean(values: np.ndarray) -> np.ndarray:
    """Mean over samples of what is defined; NaN where nothing is."""
    defined = np.isfinite(values)
    return np.divide(
        np.where(defined, values, 0.0).sum(axis=0),
        defined.sum(axis=0),
        out=np.full(values.shape[1:], np.nan),
        where=defined.any(axis=0),
    )


def stock_stack(reader: Reader, most: int = N_PRODUCTS) -> Stack:
    """Metal in use: the products with the largest share in a year, and the sum of the others.

    Parameters
    ----------
    reader : Reader
    most : int
        Products with a layer of their own.
    """
    in_use = reader.stock("in_use", ("time", "product", "element"))
    return _by_product(reader, in_use, "Metal in products in use, at year end", "t", most)


def discards_by_product(reader: Reader, most: int = N_PRODUCTS) -> Stack:
    """What is discarded, put into drawers or exported used: the products with the largest share, and the others.

    Parameters
    ----------
    reader : Reader
    most : int
        Products with a layer of their own.
    """
    names = ("discards_direct", "discards_hibernating", "exports_used")
    amounts = np.sum([reader.flow(name, ("time", "product", "element")) for name in names], axis=0)
    return _by_product(reader, amounts, "Discards of the year by product", "t/yr", most)


def _by_product(reader: Reader, amounts: np.ndarray, title: str, unit: str, most: int) -> Stack:
    """Layers of an amount [year, product, element].

    Years with less than a quarter of the largest amount of an element do not count for the choice of products.
    """
    results = reader.results
    products = results.labels["product"]
    everything = amounts.sum(axis=1, keepdims=True)
    counts = everything >= np.maximum(0.25 * everything.max(axis=0, keepdims=True), 1e-300)
    share = np.divide(amounts, everything, out=np.zeros(amounts.shape), where=np.broadcast_to(counts, amounts.shape))
    weight = share.max(axis=(0, 2))
    ranked = np.argsort(-weight, kind="stable")
    shown = sorted(int(i) for i in ranked[:most])
    rest = [i for i in range(len(products)) if i not in shown]
    names = [results.label_name("product", products[i]) for i in shown]
    values = [amounts[:, i] for i in shown]
    palette = (*SERIES_COLOURS, *PRODUCT_COLOURS.values())
    colours = assign([products[i] for i in shown], PRODUCT_COLOURS, palette)
    if rest:
        names.append(
            results.label_name("product", products[rest[0]]) if len(rest) == 1 else f"{len(rest)} other products"
        )
        values.append(amounts[:, rest].sum(axis=1))
        colours.append(GREY)
    return Stack(title, unit, names, colours, np.array(values))


def discard_stack(reader: Reader) -> Stack:
    """Where the discards of each year go.

    What leaves a drawer meets the same collection as what is discarded directly, but was discarded in an earlier year:
    of what is collected or not, the share of the direct discards is shown, so that the layers add up to the discards.
    """
    flows = {
        name: reader.array("flows", name)
        for name in ("discards_direct", "released", "collected", "reused", "to_second_life", "discards_hibernating",
                     "exports_used", "uncollected")
    }  # fmt: skip
    direct, pool = flows["discards_direct"], flows["discards_direct"] + flows["released"]
    share = np.divide(direct, pool, out=np.zeros(pool.shape), where=pool > 0.0)
    layers = {
        "Collected for recycling": (flows["collected"] * share, "collected"),
        "Reused or second life": ((flows["reused"] + flows["to_second_life"]) * share, "reused"),
        "Put into drawers": (flows["discards_hibernating"], "kept"),
        "Exported as used products": (flows["exports_used"], "exported"),
        "Not collected": (flows["uncollected"] * share, "lost"),
    }
    dims = reader.dims("flows", "collected")
    values = np.array([reader.total(values, dims) for values, _ in layers.values()])
    note = "Without what leaves the drawers of earlier years."
    colours = [DESTINATION_COLOURS[kind] for _, kind in layers.values()]
    return Stack("Discards of the year by destination", "t/yr", list(layers), colours, values, note=note)


def supply_stack(reader: Reader, most: int = N_ORIGINS) -> Stack:
    """What meets the need for refined metal: secondary, domestic primary, the stockpile, imports by origin.

    Parameters
    ----------
    reader : Reader
    most : int
        Origins with a layer of their own.
    """
    results = reader.results
    imports = reader.flow("imports", ("origin", "time", "element"))
    everything = imports.sum(axis=(0, 1))
    weight = (imports.sum(axis=1) / np.where(everything > 0, everything, 1.0)).max(
        axis=-1
    )  # largest share in any element
    origins = results.labels["origin"]
    ranked = [int(i) for i in np.argsort(-weight, kind="stable") if weight[i] > 0]
    shown = [i for i in ranked if origins[i] != REST][:most]
    rest = [i for i in ranked if i not in shown]
    secondary = reader.policy("domestic_use")
    exported, primary = reader.flow("exports_refined"), reader.flow("primary")
    surplus_secondary = np.maximum(reader.flow("secondary") - secondary, 0.0)
    recovered = reader.flow("secondary", ("time", "element", "scrap"))
    by_scrap = recovered / np.where(recovered.sum(axis=-1) > 0.0, recovered.sum(axis=-1), 1.0)[..., None]
    layers = [
        (f"Secondary metal from {kind} scrap", secondary * by_scrap[..., i], SCRAP_COLOURS[kind])
        for i, kind in enumerate(SCRAP)
        if kind != "imported" or recovered[..., i].any()
    ]
    primary_used = np.maximum(primary - np.maximum(exported - surplus_secondary, 0.0), 0.0)
    if primary_used.any():
        layers.append(("Domestic primary metal", primary_used, DOMESTIC_COLOUR))
    release = reader.flow("stock_release")
    if release.any():
        layers.append(("Drawn from the stockpile", release, STOCKPILE_COLOUR))
    colours = assign([origins[i] for i in shown], ORIGIN_COLOURS, ORIGIN_COLOURS.values())
    for i, colour in zip(shown, colours, strict=True):
        layers.append((f"Imports: {results.label_name('origin', origins[i])}", imports[i], colour))
    if rest:
        layers.append(("Imports: other origins", imports[rest].sum(axis=0), GREY))
    names, values, shades = zip(*layers, strict=True)
    return Stack(
        "Supply of refined metal", "t/yr", list(names), list(shades), np.array(values), reader.policy("requirement"),
        "Need before any rationing", note="Imports include what fills the stockpile.",
    )  # fmt: skip

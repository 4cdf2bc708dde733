"""The main figures of a run, as SVG and PNG: stock, discards, supply mix, import requirement.

The numbers are taken from `Results` first (`figure_data`), then drawn without it (`draw_figures`), so that drawing can
run in a process of its own: ``python -m mfa.report.figures`` reads them from standard input.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.report.panels import Multiples, value_ticks
from mfa.report.style import (
    DASHED,
    DESTINATION_COLOURS,
    DOMESTIC_COLOUR,
    ELEMENT_COLOURS,
    ELEMENT_NAMES,
    GREY,
    INK,
    ORIGIN_COLOURS,
    PALE,
    PNG_DPI,
    PRODUCT_COLOURS,
    SCRAP_COLOURS,
    SERIES_COLOURS,
    STOCKPILE_COLOUR,
    STYLE,
    assign,
    scale,
)
from mfa.vocabulary import SCRAP

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mfa.results import Results

N_ORIGINS = 8
"""Origins with a colour of their own; the others are summed."""
REST = "ROW"
"""Label of an origin that is a sum itself."""
N_PRODUCTS = len(PRODUCT_COLOURS)
"""Products with a colour of their own, the heaviest ones; the others are summed."""


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


# --- numbers ---------------------------------------------------------------------------------------------------------


def figure_data(results: Results) -> FigureData:
    """Numbers of all figures: means over samples, sums over regions.

    Parameters
    ----------
    results : Results
        With all dims of flows and stocks.

    Returns
    -------
    FigureData
    """
    from mfa import __version__

    flows, stocks, policy = (results.arrays(group) for group in ("flows", "stocks", "policy"))
    regions = results.labels["region"]
    caption = f"Scenario {results.name}, {', '.join(regions) if len(regions) < 4 else f'{len(regions)} regions'}"
    caption += f". Scope of the need: {results.scope.replace('_', ' ')}."
    n_samples = len(results.labels["sample"]) if results.sampled else 0
    caption += f" Mean of {n_samples} samples." if n_samples else ""
    caption += f" mfa {__version__}."

    def total(array: np.ndarray, dims: tuple[str, ...], keep: tuple[str, ...]) -> np.ndarray:
        """Mean over samples, sum over all other dims that are not kept."""
        axes = tuple(i for i, dim in enumerate(dims) if dim not in keep)
        return array.mean(axis=0).sum(axis=axes)

    year_element = ("time", "element")

    def flow(name: str, keep: tuple[str, ...] = year_element) -> np.ndarray:
        return total(flows[name], results.dims("flows", name), keep)

    elements = results.labels["element"]
    dims = results.dims("flows", "collected")
    need, need_for_import = (policy[name].sum(axis=1) for name in ("requirement", "import_need"))
    share = np.divide(need_for_import, need, out=np.full(need.shape, np.nan), where=need > 0)
    return FigureData(
        caption,
        results.years,
        results.last_data_year,
        elements,
        [_element_name(results, element) for element in elements],
        {
            "stock_by_product": _stock_stack(results, total(stocks["in_use"], results.dims("stocks", "in_use"),
                                                            ("time", "product", "element"))),
            "discards_by_destination": _discard_stack(flows, lambda array: total(array, dims, year_element)),
            "supply_mix": _supply_stack(results, flow, policy),
        },
        _mean(share),
        np.nanquantile(share, [0.05, 0.95], axis=0) if n_samples > 1 else None,
    )  # fmt: skip


def _mean(values: np.ndarray) -> np.ndarray:
    """Mean over samples of what is defined; NaN where nothing is."""
    defined = np.isfinite(values)
    return np.divide(
        np.where(defined, values, 0.0).sum(axis=0),
        defined.sum(axis=0),
        out=np.full(values.shape[1:], np.nan),
        where=defined.any(axis=0),
    )


def _element_name(results: Results, element: str) -> str:
    name = results.label_name("element", element)
    return name if name != element else ELEMENT_NAMES.get(element, element)


def _stock_stack(results: Results, in_use: np.ndarray) -> Stack:
    """Metal in use [time, product, element]: the products with the largest share in a year, and the sum of the others.

    Years with less than a quarter of the largest stock of an element do not count for it.
    """
    products = results.labels["product"]
    everything = in_use.sum(axis=1, keepdims=True)
    counts = everything >= np.maximum(0.25 * everything.max(axis=0, keepdims=True), 1e-300)
    share = np.divide(in_use, everything, out=np.zeros(in_use.shape), where=np.broadcast_to(counts, in_use.shape))
    weight = share.max(axis=(0, 2))
    ranked = np.argsort(-weight, kind="stable")
    shown = sorted(int(i) for i in ranked[:N_PRODUCTS])
    rest = [i for i in range(len(products)) if i not in shown]
    names = [results.label_name("product", products[i]) for i in shown]
    values = [in_use[:, i] for i in shown]
    palette = (*SERIES_COLOURS, *PRODUCT_COLOURS.values())
    colours = assign([products[i] for i in shown], PRODUCT_COLOURS, palette)
    if rest:
        names.append(
            results.label_name("product", products[rest[0]]) if len(rest) == 1 else f"{len(rest)} other products"
        )
        values.append(in_use[:, rest].sum(axis=1))
        colours.append(GREY)
    return Stack("Metal in products in use, at year end", "t", names, colours, np.array(values))


def _discard_stack(flows: dict[str, np.ndarray], total: Callable[[np.ndarray], np.ndarray]) -> Stack:
    """Where the discards of each year go.

    What leaves a drawer meets the same collection as what is discarded directly, but was discarded in an earlier year:
    of what is collected or not, the share of the direct discards is shown, so that the layers add up to the discards.
    """
    direct, pool = flows["discards_direct"], flows["discards_direct"] + flows["released"]
    share = np.divide(direct, pool, out=np.zeros(pool.shape), where=pool > 0.0)
    layers = {
        "Collected for recycling": (flows["collected"] * share, "collected"),
        "Reused or second life": ((flows["reused"] + flows["to_second_life"]) * share, "reused"),
        "Put into drawers": (flows["discards_hibernating"], "kept"),
        "Exported as used products": (flows["exports_used"], "exported"),
        "Not collected": (flows["uncollected"] * share, "lost"),
    }
    values = np.array([total(values) for values, _ in layers.values()])
    note = "Without what leaves the drawers of earlier years."
    colours = [DESTINATION_COLOURS[kind] for _, kind in layers.values()]
    return Stack("Discards of the year by destination", "t/yr", list(layers), colours, values, note=note)


def _supply_stack(results: Results, flow: Callable[..., np.ndarray], policy: dict[str, np.ndarray]) -> Stack:
    def by_policy(name: str) -> np.ndarray:
        return policy[name].mean(axis=0).sum(axis=0)

    imports = flow("imports", ("origin", "time", "element"))
    everything = imports.sum(axis=(0, 1))
    weight = (imports.sum(axis=1) / np.where(everything > 0, everything, 1.0)).max(
        axis=-1
    )  # largest share in any element
    origins = results.labels["origin"]
    ranked = [i for i in np.argsort(-weight, kind="stable") if weight[i] > 0]
    shown = [i for i in ranked if origins[i] != REST][:N_ORIGINS]
    rest = [i for i in ranked if i not in shown]
    secondary = by_policy("domestic_use")
    exported = flow("exports_refined")
    primary = flow("primary")
    surplus_secondary = np.maximum(flow("secondary") - secondary, 0.0)
    recovered = flow("secondary", ("time", "element", "scrap"))
    by_scrap = recovered / np.where(recovered.sum(axis=-1) > 0.0, recovered.sum(axis=-1), 1.0)[..., None]
    layers = [
        (f"Secondary metal from {kind} scrap", secondary * by_scrap[..., i], SCRAP_COLOURS[kind])
        for i, kind in enumerate(SCRAP)
        if kind != "imported" or recovered[..., i].any()
    ]
    primary_used = np.maximum(primary - np.maximum(exported - surplus_secondary, 0.0), 0.0)
    if primary_used.any():
        layers.append(("Domestic primary metal", primary_used, DOMESTIC_COLOUR))
    release = flow("stock_release")
    if release.any():
        layers.append(("Drawn from the stockpile", release, STOCKPILE_COLOUR))
    colours = assign([origins[i] for i in shown], ORIGIN_COLOURS, ORIGIN_COLOURS.values())
    for i, colour in zip(shown, colours, strict=True):
        layers.append((f"Imports: {results.label_name('origin', origins[i])}", imports[i], colour))
    if rest:
        layers.append(("Imports: other origins", imports[rest].sum(axis=0), GREY))
    names, values, shades = zip(*layers, strict=True)
    return Stack(
        "Supply of refined metal", "t/yr", list(names), list(shades), np.array(values), by_policy("requirement"),
        "Need before any rationing", note="Imports include what fills the stockpile.",
    )  # fmt: skip


# --- drawing ---------------------------------------------------------------------------------------------------------


def draw_figures(data: FigureData, folder: Path, formats: Sequence[str] = ("svg", "png")) -> list[Path]:
    """Draw all figures into a folder.

    Parameters
    ----------
    data : FigureData
        What to show.
    folder : Path
        Existing folder.
    formats : sequence of str
        ``svg`` (text stays text) and ``png`` (150 dpi).

    Returns
    -------
    list of Path
        Files written.
    """
    import matplotlib as mpl

    written = []
    with mpl.rc_context(STYLE):
        for name, figure in _figures(data):
            for suffix in formats:
                path = folder / f"{name}.{suffix}"
                options: dict[str, Any] = {"metadata": {"Date": None}} if suffix == "svg" else {"dpi": PNG_DPI}
                figure.savefig(path, **options)
                written.append(path)
    return written


def _figures(data: FigureData) -> Any:
    for name, stack in data.stacks.items():
        yield name, stacked_figure(data, stack)
    yield "import_requirement", import_requirement_figure(data)


def _mark_projection(multiples: Multiples, data: FigureData, keys: list[Any]) -> None:
    """Draw the line between data and projection in every panel, if the years reach over it."""
    from matplotlib.lines import Line2D

    if data.last_data_year is not None and data.years[0] < data.last_data_year < data.years[-1]:
        for panel in multiples.panels:
            multiples.mark_year(panel, data.last_data_year + 0.5)
        keys.append((Line2D([], [], **DASHED), f"Data until {data.last_data_year}, projection after"))


def stacked_figure(data: FigureData, stack: Stack) -> Figure:
    """Stacked areas over time, one panel for each element.

    Parameters
    ----------
    data : FigureData
        Years, elements and caption.
    stack : Stack
        Layers [layer, year, element].

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    multiples = Multiples(len(data.elements), stack.title, " ".join(filter(None, [stack.note, data.caption])))
    for e, panel in enumerate(multiples.panels):
        edges = np.concatenate([np.zeros((1, len(data.years))), np.cumsum(stack.values[:, :, e], axis=0)])
        line = stack.line[:, e] if stack.line is not None else np.zeros(0)
        largest = float(max(edges[-1].max(initial=0.0), line.max(initial=0.0)))
        factor, unit = scale(largest, stack.unit)
        top = 1.04 * factor * largest if largest > 0 else 1.0
        ticks = value_ticks(top if largest else 0.0)
        multiples.frame(panel, f"{data.element_names[e]}, {unit}", data.years, top, ticks)
        for layer, colour in enumerate(stack.colours):
            if stack.values[layer, :, e].any():
                multiples.area(panel, data.years, edges[layer] * factor, edges[layer + 1] * factor, colour)
                if layer:
                    multiples.line(panel, data.years, edges[layer] * factor, "white", 0.4)
        if line.size:
            multiples.line(panel, data.years, line * factor, "black", 0.9)
        if largest == 0:
            multiples.text(panel.x + panel.width / 2, panel.y + panel.height / 2, "none", color="#888888", ha="center")
    keys: list[Any] = [
        (Patch(facecolor=colour), name) for colour, name in zip(stack.colours, stack.names, strict=True)
    ][::-1]  # as the areas lie on one another
    if stack.line is not None:
        keys.insert(0, (Line2D([], [], color="black", linewidth=0.9), stack.line_name))
    _mark_projection(multiples, data, keys)
    return multiples.finish(keys)


def import_requirement_figure(data: FigureData) -> Figure:
    """Share of the need that must be imported, one panel for each element, the others in grey behind it.

    Parameters
    ----------
    data : FigureData
        Years, elements and the import requirement.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.lines import Line2D

    title = "Import requirement: share of the need for refined metal that domestic metal cannot meet"
    multiples = Multiples(len(data.elements), title, data.caption)
    colours = [ELEMENT_COLOURS.get(element, SERIES_COLOURS[e % 10]) for e, element in enumerate(data.elements)]
    percent = 100.0 * data.import_requirement
    for e, panel in enumerate(multiples.panels):
        multiples.frame(panel, f"{data.element_names[e]}, % of need", data.years, 104.0, [0, 25, 50, 75, 100])
        for other in range(len(data.elements)):
            if other != e:
                multiples.line(panel, data.years, percent[:, other], PALE, 0.7)
        if data.import_requirement_band is not None:
            low, high = 100.0 * data.import_requirement_band[:, :, e]
            multiples.area(panel, data.years, low, high, colours[e], alpha=0.25)
        multiples.line(panel, data.years, percent[:, e], colours[e], 1.8)
        defined = np.flatnonzero(np.isfinite(percent[:, e]))
        if defined.size:
            last = int(defined[-1])
            year, value = int(data.years[last]), float(percent[last, e])
            beneath = percent[defined[len(defined) // 2 :], e]  # the part of the line that the words lie along
            above = beneath.min() < 15
            multiples.text(
                float(panel.across(year)), float(panel.up(beneath.max() + 3 if above else beneath.min() - 4)),
                f"{value:.0f} % in {year}", size=8, color=colours[e], weight="bold", ha="right",
                va="bottom" if above else "top", zorder=5,
            )  # fmt: skip
    keys: list[Any] = [(Line2D([], [], color=INK, linewidth=1.8), "The element of the panel")]
    if len(data.elements) > 1:
        keys.append((Line2D([], [], color=PALE, linewidth=1.2), "The other elements"))
    _mark_projection(multiples, data, keys)
    return multiples.finish(keys)


def main() -> int:
    """Draw what standard input holds, a pickled `FigureData` and a folder, once the plotting library is imported."""
    import matplotlib.backends.backend_agg
    import matplotlib.backends.backend_svg
    import matplotlib.figure  # noqa: F401

    content = sys.stdin.buffer.read()
    if content:  # else the run failed before there was anything to draw
        data, folder = pickle.loads(content)
        draw_figures(data, Path(folder))
    return 0


if __name__ == "__main__":
    from mfa.report import figures  # pickle names the classes of the importable module, not those of __main__

    sys.exit(figures.main())

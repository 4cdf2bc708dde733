"""Fan charts of an ensemble: median and bands of samples over the years, a panel for each element."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError
from mfa.inputs.dataset import last_data_year
from mfa.inputs.messages import listed, suggest
from mfa.report.panels import Multiples, value_ticks
from mfa.report.style import DASHED, ELEMENT_COLOURS, ELEMENT_NAMES, INK, SERIES_COLOURS, STYLE, scale

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mfa.studies.ensemble_result import Ensemble
    from mfa.studies.evaluate import Output

OUTER, INNER = 0.20, 0.35
"""Opacity of the bands of 5 to 95 % and of 25 to 75 %."""
SOLE = ""
"""Panel of a result that is not by element."""


def fan_chart(
    ensemble: Ensemble, result: str, element: str | Sequence[str] | None = None, region: str | None = None
) -> Figure:
    """Draw median, 25 to 75 % and 5 to 95 % of the samples over the years.

    Parameters
    ----------
    ensemble : Ensemble
    result : str
        A result by time, with no dims but region and element beside it.
    element : str or sequence of str, optional
        Panels; all if None.
    region : str, optional
        The first if None.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If there is nothing of that name, or the result has no years or other dims.
    """
    import matplotlib as mpl
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    output = ensemble.output(result)
    if "time" not in output.dims or set(output.dims) - {"region", "time", "element"}:
        raise InputError(Fault(result, f"has the dims {listed(output.dims)}", "choose one by region, time and element"))
    panels = _panels(ensemble, element) if "element" in output.dims else [SOLE]
    region = _known(ensemble, "region", ensemble.labels("region")[0] if region is None else region)
    years = np.asarray(ensemble.labels("time"))
    values = ensemble.plain[result].sel(region=region)
    percent = output.unit == "1"
    last = last_data_year(str(ensemble.manifest["data"]["name"]))
    with mpl.rc_context(STYLE):
        multiples = Multiples(len(panels), _title(output), _caption(ensemble, region))
        for place, (name, panel) in enumerate(zip(panels, multiples.panels, strict=True)):
            bands = values.values if name == SOLE else values.sel(element=name).values  # [quantile, time]
            factor, unit = (100.0, "%") if percent else _scale(bands, output.unit)
            bands = factor * bands
            bottom, top = _edges(bands)
            head = ensemble.label_name("element", name) if name else region
            head = ELEMENT_NAMES.get(name, name) if head == name and name else head
            multiples.frame(panel, head, unit, years, top, _ticks(bottom, top), bottom)
            colour = ELEMENT_COLOURS.get(name, SERIES_COLOURS[place % len(SERIES_COLOURS)])
            for low, high, opacity in ((0, 4, OUTER), (1, 3, INNER)):
                for part in _defined(bands[low]):
                    multiples.area(panel, years[part], bands[low, part], bands[high, part], colour, alpha=opacity)
            multiples.line(panel, years, bands[2], colour, 1.8)
            if bottom < 0.0 < top:
                multiples.line(panel, years, np.zeros(len(years)), "#999999", 0.5)
            if last is not None and years[0] < last < years[-1]:
                multiples.mark_year(panel, last + 0.5)
            if not np.isfinite(bands).any():
                middle = (panel.x + panel.width / 2, panel.y + panel.height / 2)
                multiples.text(*middle, "no value", color="#888888", ha="center")
        keys: list[tuple[Any, str]] = [
            (Line2D([], [], color=INK, linewidth=1.8), "Median of the samples"),
            (Rectangle((0, 0), 1, 1, facecolor=INK, alpha=1 - (1 - OUTER) * (1 - INNER)), "25 to 75 %"),
            (Rectangle((0, 0), 1, 1, facecolor=INK, alpha=OUTER), "5 to 95 %"),
        ]
        if last is not None and years[0] < last < years[-1]:
            keys.append((Line2D([], [], **DASHED), f"Data until {last}, projection after"))
        return multiples.finish(keys)


def _panels(ensemble: Ensemble, element: str | Sequence[str] | None) -> list[str]:
    if element is None:
        return ensemble.labels("element")
    return [_known(ensemble, "element", name) for name in ([element] if isinstance(element, str) else element)]


def _known(ensemble: Ensemble, dim: str, label: str) -> str:
    known = ensemble.labels(dim)
    if label not in known:
        raise InputError(Fault(dim, f"'{label}' is not in the ensemble", suggest(label, known, f"{dim}s")))
    return label


def _caption(ensemble: Ensemble, region: str) -> str:
    manifest = ensemble.manifest
    return (
        f"Scenario {ensemble.name}, {region}. Scope of the need: {str(manifest['scope']).replace('_', ' ')}. "
        f"{ensemble.size} samples ({manifest['method']}, seed {manifest['seed']}). mfa {manifest['version']}."
    )


def _title(output: Output, most: int = 110) -> str:
    """Name and meaning of a result, cut where the figure ends."""
    title = f"{output.meaning[:1].upper()}{output.meaning[1:]}"
    if "_" in output.name and ":" not in output.meaning[:60]:
        words = output.name.rpartition(".")[2].replace("_", " ")
        title = f"{words[:1].upper()}{words[1:]}: {output.meaning[:1].lower()}{output.meaning[1:]}"
    return title if len(title) <= most else f"{title[: most - 4].rsplit(' ', 1)[0]} ..."


def _scale(bands: np.ndarray, unit: str) -> tuple[float, str]:
    """Factor and unit in which the numbers are short."""
    largest = float(np.nanmax(np.abs(bands), initial=0.0))
    if unit.startswith("t") and unit[1:2] in ("", "/"):
        return scale(largest, unit)
    for power, word in ((9, "billion "), (6, "million "), (3, "thousand ")):
        if largest >= 3 * 10.0**power:
            return 10.0**-power, word + unit
    return 1.0, unit


def _edges(bands: np.ndarray) -> tuple[float, float]:
    """Lower and upper edge of a panel: 0 lies inside."""
    low, high = (float(edge(bands, initial=0.0)) for edge in (np.nanmin, np.nanmax))
    span = high - low or 1.0
    return (low - 0.04 * span if low < 0 else 0.0), (high + 0.04 * span if high > 0 or low == 0 else 0.0)


def _ticks(bottom: float, top: float) -> list[float]:
    step = (value_ticks(top - bottom) + [1.0])[1]
    count = range(int(np.ceil(bottom / step - 1e-9)), int(np.floor(top / step + 1e-9)) + 1)
    return [float(f"{step * i:.12g}") for i in count]


def _defined(values: np.ndarray) -> list[slice]:
    """Stretches of at least two years in which there are values."""
    defined = np.concatenate([[False], np.isfinite(values), [False]])
    starts, stops = (np.flatnonzero(edge) for edge in (defined[1:] & ~defined[:-1], ~defined[1:] & defined[:-1]))
    return [slice(int(start), int(stop)) for start, stop in zip(starts, stops, strict=True) if stop - start > 1]

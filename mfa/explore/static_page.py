"""One HTML file with a grid of runs: sliders choose among them, offline, without any request."""

from __future__ import annotations

import base64
import html
import json
import math
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from mfa.errors import Fault, InputError
from mfa.explore.controls import Control, base_of, read_controls
from mfa.explore.shown import Shown, of_page, outputs_of, results_shown, years_shown
from mfa.inputs import Scenario
from mfa.inputs.points import Points
from mfa.report.style import ELEMENT_COLOURS, SERIES_COLOURS, assign
from mfa.storage.whole import whole_file
from mfa.studies.sweep import run_points

MOST_BYTES = 6_000_000
"""A page larger than this is no longer sent by mail."""


def write_static_page(
    scenario: Scenario,
    path: Path,
    vary: Sequence[str] = (),
    *,
    jobs: int | None = 1,
    tell: Callable[[int, int], None] = lambda done, size: None,
) -> Path:
    """Run a scenario over the grid of its controls and write the page.

    Parameters
    ----------
    scenario : Scenario
    path : Path
        HTML file to write or replace.
    vary : sequence of str
        What a reader can move, ``KEY=START:STOP:N`` or ``KEY=a,b,c``; the section ``explore`` of the scenario if not
        given.
    jobs : int or None
        Processes; as many as there are cores if None.
    tell : callable
        Called with the runs done and their number.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        If nothing can be moved, a key or value is wrong, the grid is too large for a page, or it cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in (".html", ".htm"):
        raise InputError(Fault(str(path), "is not the name of a page", "let it end in .html"))
    controls = read_controls(scenario, vary)
    shown = results_shown(scenario.dataset.money)
    _refuse_large(scenario, controls, shown)
    points = Points(scenario, [control.lever for control in controls])
    outputs = outputs_of(scenario, shown)
    arrays = run_points(points, outputs, jobs, tell)
    dims = {output.name: output.dims for output in outputs}
    years = np.asarray(points.base.years)
    values = {one.name: of_page(arrays[one.name], dims[one.name], years, one) for one in shown}
    text = page(scenario, controls, shown, values, points.base.labels, years, points.base.attrs)
    with whole_file(path) as draft:
        draft.write_text(text, encoding="utf-8")
    return path


def _refuse_large(scenario: Scenario, controls: Sequence[Control], shown: Sequence[Shown]) -> None:
    sizes = [len(control.lever.values) for control in controls]
    labels = scenario.axes.labels
    cells = sum(len(labels["element"]) if one.by_element else 1 for one in shown)
    cells *= len(scenario.regions) * len(years_shown(scenario.years))
    size = math.prod(sizes) * cells * 4 * 4 / 3  # four bytes a number, of which base64 makes a third more
    if size > MOST_BYTES - 200_000:
        what = f"{' x '.join(map(str, sizes))} runs make a page of {size / 1e6:.0f} MB, at most {MOST_BYTES / 1e6:.0f}"
        raise InputError(Fault("explore", what, "give fewer values, or explore live without --static"))


def page(
    scenario: Scenario, controls: Sequence[Control], shown: Sequence[Shown], values: dict[str, np.ndarray],
    labels: dict[str, list[str]], years: np.ndarray, attrs: dict[str, Any],
) -> str:  # fmt: skip
    """The page as text.

    Parameters
    ----------
    scenario : Scenario
    controls : sequence of Control
    shown : sequence of Shown
    values : dict of array [point, region, time, element or 1]
        By name of result, points with the last control fastest.
    labels : dict of list of str
    years : array of int
    attrs : dict
        Fingerprints of scenario and tables.
    """
    from mfa import __version__

    names = {dim: {key: label.name or key for key, label in found.items()}
             for dim, found in scenario.dataset.labels.items()}  # fmt: skip
    elements = labels["element"]
    data = {
        "title": scenario.title,
        "base": base_of(scenario),
        "scenario": scenario.name,
        "version": __version__,
        "hashes": {"scenario": attrs.get("scenario_hash"), "parameters": attrs.get("dataset_hash")},
        "shocks": list(scenario.settings.get("shocks") or []),
        "controls": [
            {"key": one.key, "title": one.title, "names": list(one.names), "given": list(one.lever.given),
             "parts": list(one.lever.parts)} for one in controls
        ],  # fmt: skip
        "years": years_shown(years),
        "regions": [{"label": label, "name": names.get("region", {}).get(label, label)} for label in labels["region"]],
        "elements": [
            {"label": label, "name": names.get("element", {}).get(label, label), "colour": colour}
            for label, colour in zip(elements, assign(elements, ELEMENT_COLOURS, SERIES_COLOURS), strict=True)
        ],
        "results": [
            {"name": one.name, "title": one.title, "unit": one.unit, "byElement": one.by_element,
             "values": base64.b64encode(np.ascontiguousarray(values[one.name], dtype="<f4").tobytes()).decode()}
            for one in shown
        ],  # fmt: skip
    }  # fmt: skip
    return (
        _asset("page.html")
        .replace("/*STYLE*/", _asset("page.css"))
        .replace("/*SCRIPT*/", _asset("page.js"))
        .replace("{{TITLE}}", html.escape(scenario.title))
        .replace("{{DATA}}", embedded(data))
    )


def embedded(data: Any) -> str:
    r"""JSON that can stand within a script element, whatever its texts hold.

    Examples
    --------
    >>> embedded({"title": "</script><b>"})
    '{"title":"\\u003c/script\\u003e\\u003cb\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _asset(name: str) -> str:
    return resources.files("mfa.explore").joinpath("assets", name).read_text(encoding="utf-8")

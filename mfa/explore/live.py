"""A live page: sliders move the levers of a scenario, each move is a run, the figures follow.

The page is served to this computer only, unless another address is named. It runs what its levers say and nothing else:
no text that a reader can write reaches the model.
"""

from __future__ import annotations

import functools
import html
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import yaml

from mfa.assembly import assemble
from mfa.errors import Fault, InputError, MfaError
from mfa.explore.controls import Control, read_controls, scenario_data
from mfa.explore.shown import Shown, of_page, outputs_of, results_shown, years_shown
from mfa.inputs import Inputs, Scenario
from mfa.inputs.points import Points
from mfa.past import Past
from mfa.report.style import ELEMENT_COLOURS, INK, SERIES_COLOURS, assign
from mfa.studies.shared_past import years_before_levers

LOCAL = ("localhost", "127.0.0.1", "::1")
STEPS = 20
"""Steps of a slider from its lowest to its highest value."""
START_YEAR = 2040
KEPT_RUNS = 200
PATIENCE = 1
"""How long a widget waits for more of its own news, ms: a slider that is let go tells of itself once."""


class Runs:
    """Runs of a scenario under changes of its levers, the last ones kept.

    Tables are read and completed once; of a run only those parameters are made anew that a lever touches, and only the
    years are solved from which on a lever acts.

    Parameters
    ----------
    scenario : Scenario
    controls : sequence of Control
        The levers.
    shown : sequence of Shown
        What is kept of a run.

    Raises
    ------
    InputError
        With all faults of the scenario.
    """

    def __init__(self, scenario: Scenario, controls: Sequence[Control], shown: Sequence[Shown]) -> None:
        self.scenario, self.controls, self.shown = scenario, controls, shown
        self.outputs = outputs_of(scenario, shown)
        self.years = np.asarray(scenario.years)
        self.base = scenario.inputs()
        ends = Points(scenario, [control.lever for control in controls], base=self.base)
        self.past = Past(assemble(self.base), years_before_levers(ends))
        self.values = functools.lru_cache(maxsize=KEPT_RUNS)(self._values)

    def inputs(self, given: tuple[Any, ...]) -> Inputs:
        """Inputs of the scenario in which each lever has a value, as it stands in a scenario file."""
        levers = [replace(control.lever, values=(value,), given=(value,))
                  for control, value in zip(self.controls, given, strict=True)]  # fmt: skip
        return Points(self.scenario, levers, base=self.base).inputs()

    def _values(self, given: tuple[Any, ...]) -> dict[str, np.ndarray]:
        """Results by name: array [region, year shown, element or 1]."""
        import warnings

        from mfa.run import run

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results = run(self.inputs(given), detail="totals", past=self.past)
        found = {}
        for output, one in zip(self.outputs, self.shown, strict=True):
            found[one.name] = of_page(output.taken_from(results), output.dims, self.years, one)[0]
        return found


def value_given(control: Control, value: float) -> Any:
    """A slider's number as it stands in a scenario file.

    Examples
    --------
    >>> from mfa.inputs import load_scenario
    >>> controls = read_controls(load_scenario("japan-explore"))
    >>> value_given(controls[0], 0.4), value_given(controls[3], 90.0)
    (0.4, '90.0 day')
    """
    rounded = float(f"{value:.12g}")
    return rounded if control.lever.unit == "1" else f"{rounded!r} {control.lever.unit}"


class Side:
    """The sliders of one of the two scenarios."""

    def __init__(self, name: str, controls: Sequence[Control], highest: bool) -> None:
        import panel as pn

        self.name, self.controls = name, controls
        self.widgets: list[Any] = []
        for control in controls:
            at_top = highest and control.lever.parts[0] != "shocks"
            title = control.title
            if control.lever.numeric:
                low, high = min(control.lever.values), max(control.lever.values)
                unit = "" if control.lever.unit == "1" else f", {control.lever.unit}"
                form = "0[.]0 %" if control.is_share else "0[.]00"
                self.widgets.append(
                    pn.widgets.FloatSlider(
                        label=f"{title}{unit}", start=low, end=high, step=(high - low) / STEPS,
                        value=high if at_top else low, format=form, sizing_mode="stretch_width",
                    )
                )  # fmt: skip
            else:
                options = dict(zip(control.names, control.lever.given, strict=True))
                value = control.lever.given[-1 if at_top else 0]
                select = pn.widgets.Select(label=title, options=options, value=value, sizing_mode="stretch_width")
                self.widgets.append(select)

    def given(self) -> tuple[Any, ...]:
        """What the sliders say, a value for each lever as it stands in a scenario file."""
        return tuple(
            value_given(control, widget.value) if control.lever.numeric else widget.value
            for control, widget in zip(self.controls, self.widgets, strict=True)
        )

    def changes(self) -> dict[str, Any]:
        """What the sliders say, as changes of the scenario."""
        return {control.key: value for control, value in zip(self.controls, self.given(), strict=True)}


class LivePage:
    """One reader's page.

    Parameters
    ----------
    runs : Runs
    """

    def __init__(self, runs: Runs) -> None:
        import panel as pn

        self.runs, self.scenario, controls = runs, runs.scenario, runs.controls
        labels = self.scenario.dataset.labels
        self.years = years_shown(runs.years)
        self.regions = self.scenario.regions
        axes = self.scenario.axes.labels
        self.elements = list(axes["element"])
        self.colours = dict(zip(self.elements, assign(self.elements, ELEMENT_COLOURS, SERIES_COLOURS), strict=True))
        names = {label: labels["element"][label].name or label for label in self.elements}
        self.sides = [Side("A", controls, False), Side("B", controls, True)]
        self.element = pn.widgets.RadioButtonGroup(
            label="Element", options={names[label]: label for label in self.elements}, value=self.elements[0]
        )
        self.region = pn.widgets.Select(label="Region", options=self.regions, value=self.regions[0],
                                        visible=len(self.regions) > 1)  # fmt: skip
        year = START_YEAR if START_YEAR in self.years else self.years[-1]
        self.year = pn.widgets.IntSlider(label="Year", start=self.years[0], end=self.years[-1], value=year)
        self.message = pn.pane.Alert("", alert_type="danger", visible=False)
        self.numbers = pn.pane.HTML("", sizing_mode="stretch_width")
        self.figures = [self._figure(one) for one in runs.shown]
        self.save = [
            pn.widgets.FileDownload(
                callback=functools.partial(self._file, side), filename=f"{self.scenario.name}-{side.name}.yaml",
                label=f"Save {side.name} as scenario YAML",
            )
            for side in self.sides
        ]  # fmt: skip
        for side in self.sides:
            for widget in side.widgets:
                widget._debounce = PATIENCE  # panel's own is 50 ms
                widget.param.watch(self._update, "value_throttled" if hasattr(widget, "value_throttled") else "value")
        for widget in (self.element, self.region, self.year):
            widget.param.watch(self._update, "value")
        self._update()

    def _figure(self, shown: Shown) -> Any:
        from bokeh.models import BasicTickFormatter, ColumnDataSource, DataRange1d
        from bokeh.models.annotations import Span
        from bokeh.plotting import figure

        height: Any = DataRange1d(min_interval=1e-3)
        if shown.by_element:  # costs may lie below 0
            height.start = 0.0
        plot: Any = figure(
            title=shown.title,
            height=230,
            sizing_mode="stretch_width",
            toolbar_location=None,
            y_range=height,
        )
        sources = [ColumnDataSource({"year": self.years, "value": [np.nan] * len(self.years)}) for _ in "AB"]
        line = plot.line("year", "value", source=sources[0], line_width=2.5)
        plot.line("year", "value", source=sources[1], line_width=2, line_dash="dashed", line_color=INK)
        cursor = Span(location=self.year.value, dimension="height", line_color="#bbbbbb")
        plot.add_layout(cursor)
        plot.grid.grid_line_color = "#e3e3e3"
        plot.yaxis.axis_label = shown.unit
        plot.yaxis.formatter = BasicTickFormatter(use_scientific=False)
        return plot, sources, line.glyph, cursor

    def _update(self, *events: Any) -> None:
        """Run what the sliders say, and draw."""
        import panel as pn

        try:
            found = [self.runs.values(side.given()) for side in self.sides]
        except MfaError as error:
            self.message.object, self.message.visible = str(error), True
            return
        with pn.io.hold():  # one message to the browser for all figures
            self._draw(found)

    def _draw(self, found: Sequence[dict[str, np.ndarray]]) -> None:
        """Draw the results of both sides."""
        self.message.visible = False
        region, element = self.regions.index(self.region.value), self.elements.index(self.element.value)
        rows = []
        for one, (_, sources, glyph, cursor) in zip(self.runs.shown, self.figures, strict=True):
            paths = [values[one.name][region, :, element if one.by_element else 0] for values in found]
            for source, path in zip(sources, paths, strict=True):
                source.data = {"year": self.years, "value": path}
            glyph.line_color = self.colours[self.element.value] if one.by_element else SERIES_COLOURS[0]
            cursor.location = self.year.value
            a, b = (float(path[self.years.index(self._year())]) for path in paths)
            rows.append([f"{one.title}, {one.unit}", _number(a), _number(b), _number(b - a, sign=True)])
        self.numbers.object = _table([f"{self.year.value}", "A", "B", "B less A"], rows)

    def _year(self) -> int:
        year: Any = self.year.value
        return int(year)

    def scenario_text(self, side: Side) -> str:
        """Scenario file of one side."""
        data = scenario_data(self.scenario, side.changes(), f"{self.scenario.name}-{side.name}")
        return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)

    def _file(self, side: Side) -> io.StringIO:
        return io.StringIO(self.scenario_text(side))

    def view(self) -> Any:
        """The page."""
        import panel as pn

        left = pn.Column(
            pn.pane.HTML("<h2 style='font-size:1.1rem;margin:0'>Scenario A, line</h2>"),
            *self.sides[0].widgets, self.save[0],
            pn.pane.HTML("<h2 style='font-size:1.1rem;margin:0.8rem 0 0'>Scenario B, dashed</h2>"),
            *self.sides[1].widgets, self.save[1],
            width=400,
        )  # fmt: skip
        plots = pn.GridBox(*(pn.pane.Bokeh(plot, sizing_mode="stretch_width") for plot, *_ in self.figures), ncols=2,
                           sizing_mode="stretch_width")  # fmt: skip
        right = pn.Column(self.element, pn.Row(self.year, self.region), self.message, plots, self.numbers,
                          sizing_mode="stretch_width")  # fmt: skip
        title = pn.pane.HTML(f"<h1 style='font-size:1.5rem;margin:0'>{html.escape(self.scenario.title)}</h1>")
        about = pn.pane.HTML(f"Scenario {self.scenario.name}; every move of a slider is a run, its balances checked.")
        return pn.Column(title, about, pn.Row(left, right, sizing_mode="stretch_width"), sizing_mode="stretch_width")


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table for readers, texts to the left and numbers to the right."""
    style = "padding:0.2rem 1rem 0.2rem 0;border-bottom:1px solid #e3e3e3;text-align:"

    def line(tag: str, cells: Sequence[str]) -> str:
        parts = (
            f"<{tag} style='{style}{'right' if i else 'left'}'>{html.escape(cell)}</{tag}>"
            for i, cell in enumerate(cells)
        )
        return f"<tr>{''.join(parts)}</tr>"

    return f"<table>{line('th', heads)}{''.join(line('td', row) for row in rows)}</table>"


def _number(value: float, sign: bool = False) -> str:
    if not np.isfinite(value):
        return "none"
    text = f"{value:,.0f}".replace(",", "\u202f") if abs(value) >= 1000 else f"{value:.3g}"
    return f"+{text}" if sign and value > 0 else text


def serve(
    scenario: Scenario, vary: Sequence[str] = (), *, port: int = 5006, address: str = "localhost", show: bool = True,
    start: bool = True,
) -> Any:  # fmt: skip
    """Serve the live page until it is stopped.

    Parameters
    ----------
    scenario : Scenario
    vary : sequence of str
        What can be moved, as for `write_static_page`.
    port : int
        0: any that is free.
    address : str
        Where it listens; other computers can reach it only if this is not localhost.
    show : bool
        Whether to open a browser.
    start : bool
        Whether to wait until it is stopped; else the server is returned.

    Returns
    -------
    bokeh.server.server.Server

    Raises
    ------
    InputError
        If nothing can be moved, panel is missing, or the port is taken.
    """
    try:
        import panel as pn
    except ImportError:
        mend = "pip install 'urban-mining-mfa[explore]', or write a page: --static FILE.html"
        raise InputError(Fault("explore", "the live page needs panel, which is missing", mend)) from None
    controls = read_controls(scenario, vary)
    runs = Runs(scenario, controls, results_shown(scenario.dataset.money))
    runs.values(tuple(control.lever.given[0] for control in controls))  # faults before the page opens
    pn.extension()

    def page() -> Any:
        return LivePage(runs).view()

    try:
        return pn.serve(
            {"/": page}, port=port, address=address, show=show, start=start, title=scenario.title, verbose=False,
            threaded=False,
        )  # fmt: skip
    except OSError as error:
        what = f"port {port} of {address} cannot be used ({error.strerror})"
        raise InputError(Fault("explore", what, "name another: --port 5010")) from None

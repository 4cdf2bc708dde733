"""The live page: what its sliders say is run, and it works in a browser."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import mfa
from mfa.errors import InputError
from mfa.explore.controls import read_controls
from mfa.explore.live import LivePage, Runs, serve
from mfa.explore.shown import results_shown

from .browser import CHROMIUM, asked
from .test_static_page import shown_of

pytest.importorskip("panel")
VARY = (
    "policy.collection_quota.small_battery.2035=0:0.8:3",
    "shocks.0.ban.share=0,0.5,0.95",
    "policy.invest=false,true",
)


@pytest.fixture(scope="module")
def scenario() -> mfa.Scenario:
    return mfa.load_scenario("japan-explore")


@pytest.fixture(scope="module")
def page(scenario: mfa.Scenario) -> LivePage:
    return LivePage(Runs(scenario, read_controls(scenario, VARY), results_shown(scenario.dataset.money)))


def path_of(page: LivePage, name: str, side: int) -> np.ndarray:
    """Line of a figure."""
    position = [one.name for one in page.runs.shown].index(name)
    return np.asarray(page.figures[position][1][side].data["value"])


def test_the_figures_show_the_run_that_the_sliders_say(page: LivePage, scenario: mfa.Scenario, tmp_path: Path) -> None:
    page.element.value = "Dy"
    quota, ban, invest = page.sides[0].widgets
    quota.value, ban.value, invest.value = 0.28, 0.95, True  # between the values of the grid
    page._update()
    file = tmp_path / "saved.yaml"
    file.write_text(page.scenario_text(page.sides[0]), encoding="utf-8")
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["policy"]["collection_quota"] == {
        "small_battery": {2035: 0.28}
    }
    found = shown_of(mfa.run(mfa.load_scenario(str(file))), page.years)  # what is saved runs to the same numbers
    dysprosium = page.elements.index("Dy")
    for name, values in found.items():
        expected = values[0, :, dysprosium if values.shape[-1] > 1 else 0]
        np.testing.assert_allclose(path_of(page, name, 0), expected, rtol=1e-9, atol=1e-9, err_msg=name)
    assert path_of(page, "unmet_share", 0).max() > 50 > path_of(page, "unmet_share", 1).max()


def test_tables_are_read_once_and_each_lever_acts_as_in_a_changed_scenario(
    page: LivePage, scenario: mfa.Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inputs of a move are those of the scenario with these changes, also of a shock that acts on two parameters."""
    given = (0.36, 0.5, True)
    keys = [control.key for control in page.runs.controls]
    expected = scenario.with_changes(dict(zip(keys, given, strict=True))).inputs().arrays
    monkeypatch.setattr(mfa.Scenario, "inputs", lambda self: pytest.fail("tables were read again"))
    made = page.runs.inputs(given).arrays
    assert set(made) == set(expected)
    touched = [name for name, array in made.items() if "sample" in getattr(array, "dims", ())]
    assert "collection_quota" in touched and len(touched) == 3
    for name in touched:
        np.testing.assert_array_equal(made[name].isel(sample=0).values, expected[name].values, err_msg=name)


def test_a_fault_of_a_run_is_shown_and_the_figures_stay(page: LivePage, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path_of(page, "secondary", 0).copy()

    def fails(changes: Any) -> Any:
        raise InputError("<b>no</b> such thing")

    monkeypatch.setattr(page.runs, "values", fails)
    page._update()
    assert page.message.visible and "no" in page.message.object
    np.testing.assert_array_equal(path_of(page, "secondary", 0), before)
    monkeypatch.undo()
    page._update()
    assert not page.message.visible


def test_without_panel_or_levers_it_says_what_to_do(scenario: mfa.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="names nothing to move"):
        serve(mfa.load_scenario("japan-market"), start=False, show=False)
    monkeypatch.setitem(__import__("sys").modules, "panel", None)
    with pytest.raises(InputError, match=r"urban-mining-mfa\[explore\].*--static FILE.html"):
        serve(scenario, VARY, start=False, show=False)


# --- in a browser ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(scenario: mfa.Scenario) -> Iterator[str]:
    """The page, served by another thread."""
    ready = threading.Event()
    served: dict[str, Any] = {}

    def work() -> None:
        asyncio.set_event_loop(asyncio.new_event_loop())
        served["server"] = serve(scenario, VARY, port=0, show=False, start=False)
        ready.set()
        served["server"].io_loop.start()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert ready.wait(60)
    server = served["server"]
    yield f"http://localhost:{server.port}/"
    server.io_loop.add_callback(server.io_loop.stop)
    thread.join(20)


MOVE = """(async () => {
  const pause = () => new Promise((go) => setTimeout(go, 25));
  const wait = async (test) => { for (let i = 0; i < 600 && !test(); i++) await pause(); };
  await wait(() => window.Bokeh && Bokeh.documents.length && Bokeh.documents[0].all_models.size > 50);
  const models = [...Bokeh.documents[0].all_models];
  const figures = models.filter((one) => one.type === "Figure");
  const unmet = figures.find((one) => one.title.text === "Need not met");
  const line = () => Math.max(...unmet.renderers[0].data_source.data.value);
  const slider = models.find((one) => one.type.includes("Slider") && String(one.title).startsWith("Shock"));
  const button = [...models].find((one) => one.labels && one.labels.includes("Dysprosium"));
  button.active = button.labels.indexOf("Dysprosium");
  const before = line(), started = performance.now();
  slider.value = 0.95; slider.value_throttled = 0.95;
  await wait(() => line() !== before);
  return JSON.stringify({ title: document.title, before, after: line(), took: performance.now() - started,
    figures: figures.length, foreign: performance.getEntriesByType("resource").map((one) => one.name)
      .filter((name) => !name.startsWith(location.origin) && !name.startsWith("data:")) });
})()"""


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium here")
def test_in_a_browser_a_slider_changes_the_figure(address: str, tmp_path: Path) -> None:
    answer, wrong = asked(address, MOVE, tmp_path)
    seen = json.loads(answer)
    assert wrong == []
    assert seen["title"] == "Japan, policies and a ban to be tried out"
    assert seen["figures"] == 6
    assert seen["before"] < 1 and seen["after"] > 50, seen  # the ban of 95 % bites
    assert [name for name in seen["foreign"] if not name.startswith("ws:")] == []  # nothing from elsewhere

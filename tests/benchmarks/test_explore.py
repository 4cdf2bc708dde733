"""How long figures take to follow a slider, in a real browser: `pytest tests/benchmarks/test_explore.py -s`.

Nothing is asserted of the times; best and median are printed beside the aims.
"""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

import mfa
from mfa.explore.static_page import write_static_page
from tests.benchmarks.conftest import Report
from tests.explore.browser import CHROMIUM, asked

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium here")

STATIC = """(() => {
  const slider = document.getElementById("A-0"), times = [];
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    slider.value = 1 + i % 4;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    document.getElementById("figures").getBoundingClientRect();
    times.push((performance.now() - start) / 1000);
  }
  return JSON.stringify(times);
})()"""
LIVE = """(async () => {
  const pause = () => new Promise((go) => setTimeout(go, 5));
  const wait = async (test) => { for (let i = 0; i < 4000 && !test(); i++) await pause(); };
  await wait(() => window.Bokeh && Bokeh.documents.length && Bokeh.documents[0].all_models.size > 50);
  const models = [...Bokeh.documents[0].all_models], times = [];
  const plot = models.find((one) => one.type === "Figure" && one.title.text === "Secondary metal");
  const slider = models.find((one) => one.type.includes("Slider") && String(one.title).startsWith("Collection quota"));
  const line = () => plot.renderers[0].data_source.data.value[35];
  for (let i = 0; i < 8; i++) {
    const before = line(), start = performance.now();
    slider.value = 0.32 + 0.04 * i; slider.value_throttled = 0.32 + 0.04 * i;
    await wait(() => line() !== before);
    times.push((performance.now() - start) / 1000);
  }
  return JSON.stringify(times);
})()"""


def test_static_page(report: Report, tmp_path: Path) -> None:
    """The page of japan-explore: its making, its size, and a step of a slider until the figures are laid out."""
    import json
    import time

    start = time.perf_counter()
    page = write_static_page(mfa.load_scenario("japan-explore"), tmp_path / "page.html", jobs=None)
    report.add("static page: 270 runs and the file", [time.perf_counter() - start])
    print(f"\nstatic page: {page.stat().st_size / 1e6:.1f} MB, at most 6")
    answer, _ = asked(page.as_uri(), STATIC, tmp_path / "profile")
    report.add("static page: a step of a slider", json.loads(answer), 0.1)


def test_live_page_without_browser(report: Report) -> None:
    """A move of a slider in the server alone, processor time: inputs, run and figures; and the inputs of a run."""
    import time

    pytest.importorskip("panel")
    from mfa.explore.controls import read_controls
    from mfa.explore.live import LivePage, Runs
    from mfa.explore.shown import results_shown

    scenario = mfa.load_scenario("japan-explore")
    runs = Runs(scenario, read_controls(scenario), results_shown(scenario.dataset.money))
    page = LivePage(runs)
    moves, inputs, anew = [], [], []
    for step in range(8):
        page.sides[0].widgets[0].value = 0.32 + 0.04 * step
        start = time.process_time()
        page._update()
        moves.append(time.process_time() - start)
        start = time.process_time()
        runs.inputs(page.sides[0].given())
        inputs.append(time.process_time() - start)
        start = time.process_time()
        scenario.with_changes(page.sides[0].changes()).inputs()
        anew.append(time.process_time() - start)
    report.add("live page: a move in the server", moves, 0.3)
    report.add("live page: inputs of a move", inputs)
    report.add("the same inputs from the tables", anew)


def test_live_page(report: Report, tmp_path: Path) -> None:
    """From the slider's new value in the browser, through a run, to the new line in the browser."""
    import json

    pytest.importorskip("panel")
    from mfa.explore.live import serve

    ready, served = threading.Event(), dict[str, Any]()

    def work() -> None:
        asyncio.set_event_loop(asyncio.new_event_loop())
        served["server"] = serve(mfa.load_scenario("japan-explore"), port=0, show=False, start=False)
        ready.set()
        served["server"].io_loop.start()

    threading.Thread(target=work, daemon=True).start()
    assert ready.wait(60)
    answer, _ = asked(f"http://localhost:{served['server'].port}/", LIVE, tmp_path / "profile")
    served["server"].io_loop.add_callback(served["server"].io_loop.stop)
    report.add("live page: figures follow a slider", json.loads(answer), 0.3)

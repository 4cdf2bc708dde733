"""The page with a grid of runs: its numbers are those of runs, its texts cannot act, and it works in a browser."""

from __future__ import annotations

import base64
import json
import math
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import mfa
from mfa.errors import InputError
from mfa.explore.controls import base_of, changes_of, read_controls, scenario_data
from mfa.explore.static_page import write_static_page

from .browser import CHROMIUM

VARY = ("policy.collection_quota.small_battery.2035=0,0.8", "shocks.0.ban.share=0,0.5,0.95")
EVIL = "</script><script>document.title='evil'</script><img src=x onerror=\"document.title='evil'\">"


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario whose title tries to act."""
    path = tmp_path_factory.mktemp("explore") / "mine.yaml"
    path.write_text(yaml.safe_dump({"name": "mine", "base": "japan-explore", "title": EVIL}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def page(evil: Path) -> Path:
    return write_static_page(mfa.load_scenario(str(evil)), evil.with_name("page.html"), VARY)


def data_of(page: Path) -> dict[str, Any]:
    text = page.read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found.group(1))
    return data


def numbers(data: dict[str, Any], name: str) -> np.ndarray:
    """Values as the page holds them: [point, region, year, element or 1]."""
    result = next(one for one in data["results"] if one["name"] == name)
    raw = np.frombuffer(base64.b64decode(result["values"]), dtype="<f4")
    points = math.prod(len(control["names"]) for control in data["controls"])
    wide = len(data["elements"]) if result["byElement"] else 1
    return raw.reshape(points, len(data["regions"]), len(data["years"]), wide)


def shown_of(results: mfa.Results, years: list[int]) -> dict[str, np.ndarray]:
    """The same of a run: shares in per cent, costs in millions."""
    kept = np.isin(results.years, years)
    indicators, flows = results.arrays("indicators"), results.arrays("flows")
    secondary = flows["secondary"].sum(axis=tuple(
        i + 1 for i, dim in enumerate(results.dims("flows", "secondary")) if dim not in ("region", "time", "element")
    ))  # fmt: skip
    return {
        "import_requirement": 100 * indicators["import_requirement"][0][:, kept],
        "unmet_share": 100 * indicators["unmet_share"][0][:, kept],
        "secondary": secondary[0][:, kept],
        "public_cost": 1e-6 * indicators["public_cost"][0][:, kept][..., None],
    }


def test_each_point_is_the_run_of_its_scenario(page: Path, evil: Path) -> None:
    data = data_of(page)
    scenario = mfa.load_scenario(str(evil))
    controls = read_controls(scenario, VARY)
    for point, positions in enumerate(np.ndindex(2, 3)):  # the last control fastest
        changes = changes_of(controls, positions)
        found = shown_of(mfa.run(scenario.with_changes(changes)), data["years"])
        for name, expected in found.items():
            np.testing.assert_allclose(numbers(data, name)[point], expected, rtol=1e-6, atol=1e-6, err_msg=name)
    assert data["controls"][0]["names"] == ["0 %", "80 %"]
    assert numbers(data, "unmet_share")[2].max() > 50  # the ban of 95 % bites


def test_a_saved_scenario_is_the_change_it_stands_for(evil: Path) -> None:
    scenario = mfa.load_scenario(str(evil))
    changes = {
        "policy.collection_quota.small_battery.2035": 0.8,
        "shocks.0.ban.share": 0.5,
        "opex.hydro": "900 USD_2024/t",
    }
    data = scenario_data(scenario, changes, "saved")
    assert data["base"] == base_of(scenario) == "mine.yaml"
    assert data["policy"] == {"collection_quota": {"small_battery": {2035: 0.8}}}
    assert data["overrides"] == {"opex": {"hydro": "900 USD_2024/t"}}
    assert data["shocks"][0]["ban"]["share"] == 0.5 and data["shocks"][0]["ban"]["origin"] == "CHN"
    assert scenario.settings["shocks"][0]["ban"]["share"] == 0  # the scenario itself is untouched
    file = evil.with_name("saved.yaml")
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    saved, changed = mfa.load_scenario(str(file)).inputs(), scenario.with_changes(changes).inputs()
    for name, array in changed.arrays.items():
        if hasattr(array, "values"):
            np.testing.assert_array_equal(saved.arrays[name].values, array.values, err_msg=name)


def test_texts_of_users_stay_texts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert EVIL not in text and "<img src=x" not in text
    assert data_of(page)["title"] == EVIL
    assert text.count("<script") == 2 and "default-src 'none'" in text
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", text)  # nothing is fetched


def test_what_cannot_be_made_is_told(evil: Path, tmp_path: Path) -> None:
    market = mfa.load_scenario("japan-market")
    with pytest.raises(InputError, match="names nothing to move"):
        write_static_page(market, tmp_path / "page.html")
    with pytest.raises(InputError, match=r"let it end in \.html"):
        write_static_page(market, tmp_path / "page.txt", VARY[:1])
    with pytest.raises(InputError, match="unknown parameter"):
        write_static_page(market, tmp_path / "page.html", ["policy.nonsense=0,1"])
    with pytest.raises(InputError, match=r"30 x 30 runs make a page of \d+ MB, at most 6"):
        write_static_page(
            market, tmp_path / "page.html", ["policy.keep_share.bev=0:0.8:30", "policy.keep_share.phev=0:0.8:30"]
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("section", "what"),
    [
        ({"vary": "a"}, "is not a list"),
        ([{"title": "x"}], "names nothing to vary"),
        ([{"vary": VARY[0], "tittle": "x"}], "did you mean 'title'"),
        ([{"vary": VARY[0], "names": "many"}], "is not a list"),
    ],
)
def test_faults_of_the_section(section: Any, what: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=what):
        mfa.load_scenario({"name": "mine", "base": "japan-explore", "explore": section})


def test_names_must_fit_the_values() -> None:
    section = [{"vary": VARY[0], "names": ["only one"]}]
    with pytest.raises(InputError, match="has 1 names for 2 values"):
        read_controls(mfa.load_scenario({"name": "mine", "base": "japan-explore", "explore": section}))


# --- in a browser ----------------------------------------------------------------------------------------------------

PROBE = """
<script>
window.addEventListener("load", () => {
  const say = (id, text) => {
    const node = document.createElement("pre");
    node.id = id;
    node.textContent = text;
    document.body.append(node);
  };
  const named = (one) => one.labels?.length || one.getAttribute("aria-label") || one.textContent.trim();
  const line = () => document.querySelector("figure:nth-of-type(2) path.line-A").getAttribute("d");
  document.getElementById("element-5").click();
  const before = line(), started = performance.now();
  for (const [control, value] of [[0, 1], [1, 2]]) {
    const slider = document.getElementById("A-" + control);
    slider.value = value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const took = (performance.now() - started) / 2;
  const year = document.getElementById("year");
  year.value = Number(year.max) - 30;
  year.dispatchEvent(new Event("input", { bubbles: true }));
  say("probe", JSON.stringify({ changed: before !== line(), step: took, title: document.title,
    heading: document.getElementById("title").textContent, caption: document.querySelector("caption").textContent,
    cells: [...document.querySelectorAll("#numbers tbody tr")].map((row) => row.children[1].textContent),
    unlabelled: [...document.querySelectorAll("input, select, button")].filter((one) => !named(one)).length,
    untitled: [...document.querySelectorAll("figure svg")].filter((one) => !one.querySelector("title")).length,
    wide: document.documentElement.scrollWidth > window.innerWidth }));
  say("yaml", window.mfaExplore.text("A"));
});
</script>
</body>"""


@pytest.fixture(scope="module")
def probed(page: Path) -> tuple[dict[str, Any], str, str]:
    """What the page answers in Chromium when two sliders and the year are moved, the YAML it saves, its console."""
    if not CHROMIUM:
        pytest.skip("no Chromium here")
    probe = page.with_name("probe.html")
    probe.write_text(page.read_text(encoding="utf-8").replace("</body>", PROBE), encoding="utf-8")
    profile = page.with_name("profile")
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", f"--user-data-dir={profile}", "--enable-logging=stderr",
         "--window-size=1200,1600", "--virtual-time-budget=5000", "--dump-dom", probe.as_uri()],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    answers = {}
    for name in ("probe", "yaml"):
        found = re.search(rf'<pre id="{name}">(.*?)</pre>', done.stdout, re.DOTALL)
        assert found, done.stderr[-2000:]
        answers[name] = found.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return json.loads(answers["probe"]), answers["yaml"], done.stderr


def test_in_a_browser_a_slider_changes_figure_and_numbers(page: Path, probed: tuple[dict[str, Any], str, str]) -> None:
    seen, _, console = probed
    assert seen["changed"]
    assert "CONSOLE" not in console  # no error and no warning
    assert (seen["unlabelled"], seen["untitled"], seen["wide"]) == (0, 0, False)
    assert seen["title"] == EVIL and seen["heading"] == EVIL  # shown, not run
    data = data_of(page)
    year = data["years"].index(data["years"][-1] - 30)
    assert seen["caption"] == f"Dysprosium, {data['years'][year]}"
    for result, cell in zip(data["results"], seen["cells"], strict=True):
        value = numbers(data, result["name"])[5, 0, year, 5 if result["byElement"] else 0]  # both at their last value
        assert float(cell.replace("\u202f", "")) == pytest.approx(float(value), rel=6e-3, abs=0.5), result["name"]


def test_what_the_browser_saves_runs_to_the_numbers_of_the_page(
    page: Path, evil: Path, probed: tuple[dict[str, Any], str, str]
) -> None:
    data = data_of(page)
    file = evil.with_name("from_browser.yaml")
    file.write_text(probed[1], encoding="utf-8")
    scenario = mfa.load_scenario(str(file))
    assert scenario.name == "mine-1-2"
    found = shown_of(mfa.run(scenario), data["years"])
    for name, expected in found.items():
        np.testing.assert_allclose(numbers(data, name)[5], expected, rtol=1e-6, atol=1e-6, err_msg=name)

"""The pages on the model: the reference is current, every name is explained, symbols, links and sources hold."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from mfa.inputs.references import References
from mfa.vocabulary import FLOWS, INDICATORS, ITEMS, PARAMETERS, POLICY, PROCESSES, STOCKS

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT / "scripts"))

import build_reference  # noqa: E402

NAMES = {**PARAMETERS, **FLOWS, **STOCKS, **ITEMS, **POLICY, **INDICATORS}


@pytest.fixture(scope="module")
def model() -> str:
    return (DOCS / "model.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def reference() -> str:
    return (DOCS / "reference.md").read_text(encoding="utf-8")


def test_the_reference_is_current(reference):
    assert reference == build_reference.page(), "python scripts/build_reference.py"
    assert build_reference.main(["--check"]) == 0


@pytest.mark.parametrize("group", [PARAMETERS, FLOWS, STOCKS, ITEMS, POLICY, INDICATORS], ids=lambda group: len(group))
def test_every_name_has_its_line(reference, group):
    for name, entry in group.items():
        line = next((line for line in reference.splitlines() if line.startswith(f"| `{name}` |")), "")
        assert line, name
        assert entry.meaning in reference, name
        assert "(model.md#" in line or name in STOCKS, f"{name} is explained nowhere in docs/model.md"


def test_every_result_has_one_equation():
    results = {**STOCKS, **ITEMS, **POLICY, **INDICATORS}
    without = {name for name, variable in results.items() if not variable.equation}
    assert {*FLOWS, *without} == set(build_reference.EQUATIONS)
    named = {name for text in build_reference.EQUATIONS.values() for name in re.findall(r"`(\w+)`", text)}
    assert named <= set(PARAMETERS)


def test_the_model_page_names_everything(model):
    words = set(re.findall(r"\w+", model))
    assert [name for name in NAMES if name not in words] == []


def test_the_figure_shows_every_flow_between_its_processes(model):
    figure = model.split("```mermaid")[1].split("```")[0]
    nodes = {key: int(number) for key, number in re.findall(r"(\w)[\[(]+(\d+) [\w ]+[\])]+", figure)}
    assert sorted(nodes.values()) == sorted(PROCESSES)
    shown = {}
    for source, text, target in re.findall(r"(\w) <?-->\|([^|]+)\| (\w)", figure):
        shown |= {name.strip(): (nodes[source], nodes[target]) for name in text.split(",")}
    assert set(shown) == set(FLOWS)
    for name, flow in FLOWS.items():
        ends = (flow.source, flow.target)
        if name == "other_use":  # drawn on the market, where it is shown; it crosses manufacturing unchanged
            ends = (flow.drawn_from, flow.target)
        assert shown[name] in (ends, ends[::-1] if name.startswith("pool") else ends), name


def test_symbols_are_those_of_the_model_page(model):
    assert set(build_reference.SYMBOLS) <= set(PARAMETERS)
    text = re.sub(r"\s+", " ", model)
    for name, symbol in build_reference.SYMBOLS.items():
        assert re.search(rf"`{name}` {re.escape(symbol)}(?!\w)", text), f"{name} {symbol}"


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        other = (page.parent / name) if name else page
        assert other.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)", other.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {build_reference.anchor(heading) for heading in headings}, target


def test_references_of_the_method_have_entries(model):
    keys = References([ROOT / "parameters" / name for name in ("methods.bib", "references.bib")])
    assert not keys.faults
    cited = re.findall(r"\[(\w+)\]\s*(?:\n- |$)", model.split("## 11. References")[1] + "\n")
    assert len(cited) == model.split("## 11. References")[1].count("\n- ")
    assert set(cited) <= set(keys)
    assert all(re.search(r"\d{4}|USGS_MCS", key) for key in cited)


def test_long_lines_are_tables():
    for name in ("model.md", "reference.md", "evidence.md", "uncertainty.md", "outputs.md"):
        lines = (DOCS / name).read_text(encoding="utf-8").splitlines()
        assert [line for line in lines if len(line) > 120 and not line.startswith("|")] == [], name

"""Published results of other models beside ours on their inputs: the arithmetic by hand, and that the page says it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import published_models  # noqa: E402
from published_models import Comparison, comparisons, metal_need, percent, table  # noqa: E402

RENEW = "renew it: python scripts/published_models.py --write"


@pytest.fixture(scope="module")
def found() -> list[Comparison]:
    return comparisons()


def test_the_page_says_what_the_model_says() -> None:
    assert table() in published_models.PAGE.read_text(encoding="utf-8"), RENEW


def test_every_miss_has_its_reason_and_every_figure_its_section(found: list[Comparison]) -> None:
    assert {one.model for one in found} == set(published_models.ABOUT)
    for before, one in zip([None, *found], found, strict=False):
        assert one.published > 0.0 and one.ours > 0.0, one
        assert one.inside or len(one.why) > 40 or (one.why == "As above." and before and before.why), one
    keys = {key for one in found for key in one.source.split(", ")}
    assert keys <= published_models.sources()
    assert 0 < sum(one.inside for one in found) < len(found)


def test_inputs_and_results_carry_their_source() -> None:
    lines = published_models._lines()
    assert all(line["source"] and line["unit"] and line["role"] in ("input", "result") for line in lines)
    places = [(line["model"], line["what"], line["label"], line["year"]) for line in lines]
    assert len(places) == len(set(places))


def test_a_distance_is_ours_over_theirs() -> None:
    # 95 for 100 is 5 % below: inside 5 %, not inside 4 %
    one = Comparison("m", "w", "2020", 100.0, 95.0, "", 0.05, "s")
    assert one.distance == pytest.approx(-0.05)
    assert Comparison("m", "w", "2020", 100.0, 95.0, "", 0.051, "s").inside
    assert not Comparison("m", "w", "2020", 100.0, 95.0, "", 0.04, "s").inside
    assert [percent(value) for value in (-0.05, 0.0, 1.32)] == ["-5 %", "below 0.0001 %", "+132 %"]


def test_metal_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    # 2 GWh, shares 3 to 1 that do not sum to 1: 1.5 GWh of A with 0.1 kg Li/kWh and 0.5 GWh of B with 0.2: 0.25 kt;
    # nickel 0.4 kg/kWh in B only: 0.2 kt
    lines = [
        {"model": "m", "what": "share", "label": "A", "year": "2030", "value": "0.6"},
        {"model": "m", "what": "share", "label": "B", "year": "2030", "value": "0.2"},
        {"model": "m", "what": "content", "label": "A Li", "year": "", "value": "0.1"},
        {"model": "m", "what": "content", "label": "B Li", "year": "", "value": "0.2"},
        {"model": "m", "what": "content", "label": "B Ni", "year": "", "value": "0.4"},
    ]
    monkeypatch.setattr(published_models, "_lines", lambda: tuple(lines))
    assert metal_need("m", {2030: 2.0})[2030] == pytest.approx({"Li": 250.0, "Co": 0.0, "Ni": 200.0})

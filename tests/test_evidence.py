"""The page that sets the model beside public totals says what the model says, and names its sources."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "evidence.md"
sys.path.insert(0, str(ROOT / "scripts"))

import evidence  # noqa: E402
import published_models  # noqa: E402

RENEW = "renew it: python scripts/evidence.py --write"


def number(text: str) -> float:
    """A number as the page writes it: spaces between thousands, perhaps a unit after it."""
    found = re.match(r"[\d ]+(\.\d+)?(e[-+]?\d+)?", text)
    assert found, text
    return float(found[0].replace(" ", ""))


@pytest.fixture(scope="module")
def lines() -> list[list[str]]:
    """Cells of the table's lines, as they stand in the document."""
    text = PAGE.read_text(encoding="utf-8").split(evidence.START)[1].split(evidence.END)[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:2] == "| "]
    return [line for line in cells if line[0] != "What"]


@pytest.fixture(scope="module")
def rows() -> list[evidence.Row]:
    return evidence.rows()


def test_every_line_has_its_public_figure(lines, rows):
    assert len(lines) == len(rows), RENEW
    for line, row in zip(lines, rows, strict=True):
        assert line[:2] == [row.what, row.year], RENEW
        assert line[3:5] == [row.source.replace(";", ", "), row.used], RENEW
        assert number(line[2]) == pytest.approx(row.public, rel=1e-9), row.what


def test_model_values_in_the_document_are_those_of_the_model(lines, rows):
    # three digits are shown: half a unit of the third is at most 0.5 %; the ratio has two decimals
    for line, row in zip(lines, rows, strict=True):
        assert number(line[5]) == pytest.approx(row.model, rel=0.0051), f"{row.what} {row.year}: {RENEW}"
        assert float(line[6]) == pytest.approx(row.ratio, abs=0.0051), f"{row.what} {row.year}: {RENEW}"


def test_explanations_and_count_are_current():
    text = PAGE.read_text(encoding="utf-8")
    assert evidence.summary() in text, RENEW
    for row in evidence.rows():
        assert row.explanation in text, f"{row.what} {row.year}: {RENEW}"


def test_every_figure_is_used_and_every_source_is_listed(rows):
    named = {row.figure for row in rows} | {name for row in rows for name in re.findall(r"\{(\w+)\}", row.why)}
    assert named == set(evidence.FIGURES)
    sources = PAGE.read_text(encoding="utf-8").split("## Sources")[1]
    listed = set(re.findall(r"`(\w+)`", sources))
    wanted = {key for row in rows for key in row.source.split(";")} | published_models.sources()
    assert wanted == listed
    assert {row.used for row in rows} <= {"no", "fitted", "partly", "share", "input"}
    assert all(len(row.why) > 4 for row in rows)


def test_register_rule():
    # 100 at the end of year 0, 140 at the end of year 1: 110 at the end of March
    model = evidence.Japan.__new__(evidence.Japan)
    model.of = lambda group, name, year, **labels: {2019: 100.0, 2020: 140.0}[year]
    assert model.in_march(("bev",), 2020) == 110.0


def test_the_hybrid_fleet_is_right():
    # the strongest independent check: registers of 2018 and 2020 within 3 %
    for row in evidence.rows():
        if row.figure in ("hybrids_2018", "hybrids_2020"):
            assert row.ratio == pytest.approx(1.0, abs=0.03)

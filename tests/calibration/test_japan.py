"""The section of docs/calibration.md on Japan is what the scripts make of the counts, and says what it should."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from mfa.inputs.references import References

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import calibration_cases  # noqa: E402


@pytest.fixture(scope="module")
def page() -> str:
    return calibration_cases.PAGE.read_text(encoding="utf-8")


def test_the_section_is_current(page):
    section = page.split(calibration_cases.START)[1].split(calibration_cases.END)[0].strip()
    assert section == calibration_cases.section().strip(), "python scripts/calibration_cases.py --write"


def test_the_trials_reach_nine_of_ten(page):
    table = page.split(calibration_cases.TRIALS_START)[1].split(calibration_cases.TRIALS_END)[0]
    shares = [
        float(line.split("|")[4].strip(" %"))
        for line in table.splitlines()
        if "%" in line and not line.startswith("| counts")
    ]
    assert len(shares) >= 10 and min(shares) >= 90.0


def test_references_of_the_page_have_entries(page):
    keys = References([ROOT / "parameters" / "methods.bib"])
    cited = re.findall(r"\[(\w+_\d{4})\]", page.split("## References")[1])
    assert len(cited) >= 9 and set(cited) <= set(keys)


def test_figures_are_there(page):
    for name in ("hybrids", "cars", "phones"):
        assert f"figures/calibration_{name}.svg" in page
        assert (calibration_cases.FIGURES / f"calibration_{name}.svg").is_file()


def test_shares_of_phones_are_those_of_the_dataset():
    """The rates of the dataset were worked out from the same counts, to two digits."""
    found = calibration_cases.phones()
    (one,) = found.products
    known = {2000: 0.68, 2001: 0.52, 2002: 0.39, 2004: 0.26, 2006: 0.2, 2009: 0.22, 2011: 0.25, 2017: 0.22, 2022: 0.126}
    for year, rate in known.items():
        share = float(one.share[np.flatnonzero(one.times == year)[0]])
        assert share == pytest.approx(rate, abs=0.006), year
    assert {row["product"] for row in found.rows()} == {"smartphone", "feature_phone"}

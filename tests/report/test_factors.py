"""The list of uncertain factors, on the command line and in the documentation."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest

from mfa.cli import main
from mfa.inputs.references import References
from mfa.inputs.sampling import Uncertainty
from mfa.report.factors import factors_table, factors_text

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "uncertainty.md"


def test_factors_of_a_group_with_law_range_and_line() -> None:
    text = factors_text("japan-reference", "lifetime.mean[vehicles]")
    assert text.startswith("5 uncertain factors of japan-reference")
    line = next(line for line in text.splitlines() if line.startswith("lifetime.mean[hev]"))
    assert re.search(r"triangular  15 \(13.5 to 16.5\) yr  \[.*japan/lifetime.csv:\d+, 4 rows\]", line)
    assert "5 of them are rank-correlated, blocks: 1" in text


def test_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["info", "opex", "--factors", "--scenario", "japan-vision"])
    assert end.value.code in (0, None)
    assert "opex[hydro]" in capsys.readouterr().out
    with pytest.raises(SystemExit) as end:
        main(["info", "opex[hydra]", "--factors"])
    assert end.value.code == 1
    assert "unknown label 'hydra'; did you mean 'hydro'?" in capsys.readouterr().err


def test_table_of_the_page_is_that_of_the_scenario() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        factors = Uncertainty("japan-vision").factors
    page = PAGE.read_text(encoding="utf-8")
    assert factors_table(factors) in page, "renew it: make docs"
    assert f"`japan-vision` has {len(factors)} factors" in page


def test_references_of_the_page_have_entries() -> None:
    keys = References([ROOT / "parameters" / "methods.bib"])
    cited = set(re.findall(r"\[([A-Z]\w+_\d{4})\]", PAGE.read_text(encoding="utf-8")))
    assert {"McKay_1979", "Iman_1982", "Sobol_1967"} <= cited <= set(keys)
